//! What is heard of a hearing: spoken sentences (flite, in Debian's ffmpeg) as Opus on tape, through the
//! recorder, to a recogniser (pocketsphinx behind the FunASR protocol, `tests/speech/engine.py`).
//!
//! What is not here: the protocols by the letter (crate `speech`), and Mandarin, which was not measured.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use model::archive::Archive;
use model::heard::{Heard, HeardWhat};
use model::letters::{RecordNotice, Tape};
use model::limits::{HEARD_QUEUE_MAX, HEARD_TURN_CHARS_MAX};
use model::{HearingId, TrackKind};
use record::recovery::Reader;
use record::webm;
use recorder::disk::RealDisk;
use recorder::{
    ArchiveFolder, Engine, EngineAt, Glossary, Listening, RecorderConfig, SpeechConfig, TurnFolder,
};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};

use crate::desk::{Desk, HEARING, Publisher, folder};
use crate::media::{ffmpeg, ogg_packets};

/// Everything is heard within this time, on a busy machine too.
const DEADLINE: Duration = Duration::from_secs(120);
const START: i64 = 1_790_000_000_000;

/// Who says what in which voice, from when on, ms.
type Line = (u32, &'static str, u64, &'static str);

const SCRIPT: &[Line] = &[
    (1, "rms", 1_000, "do you have any questions for the witness"),
    (2, "slt", 5_000, "we have evidence that the contract was signed by both parties"),
    (1, "rms", 10_500, "please tell the court what happened on that day"),
    // Two at once.
    (2, "slt", 15_000, "the money was paid in the month of may"),
    (1, "rms", 16_000, "that is not the question"),
];
const SCRIPT_MS: u64 = 20_500;

/// Packets of each person's microphone.
type Tracks = Vec<(u32, Vec<Vec<u8>>)>;

/// A sentence as it stands in the sound: from when to when, ms.
#[derive(Debug)]
struct Truth {
    who: u32,
    from_ms: u64,
    to_ms: u64,
    words: &'static str,
}

/// 48 kHz samples of a sentence.
fn spoken(voice: &str, words: &str) -> Vec<i16> {
    let source = format!("flite=text='{words}':voice={voice}");
    let raw = ffmpeg(&["-f", "lavfi", "-i", &source, "-ar", "48000", "-ac", "1", "-f", "s16le"]);
    raw.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
}

/// Where it is loud, in ms: the first and last 10 ms that have a fortieth of the loudest.
fn loud(samples: &[i16]) -> (u64, u64) {
    let peaks: Vec<u16> = samples
        .chunks(480)
        .map(|chunk| chunk.iter().map(|sample| sample.unsigned_abs()).max().unwrap_or(0))
        .collect();
    let bound = peaks.iter().max().copied().unwrap_or(0) / 40;
    let first = peaks.iter().position(|peak| *peak > bound).unwrap_or(0);
    let last = peaks.iter().rposition(|peak| *peak > bound).unwrap_or(0);
    (first as u64 * 10, last as u64 * 10 + 10)
}

/// The sound of each person as Opus packets of 20 ms, and the truth about it.
fn tracks(script: &[Line], lasts_ms: u64, folder: &Path) -> (Tracks, Vec<Truth>) {
    let mut people: Vec<u32> = script.iter().map(|line| line.0).collect();
    people.sort_unstable();
    people.dedup();
    let mut truths = Vec::new();
    let mut tracks = Vec::new();
    for who in people {
        let mut sound = vec![0_i16; usize::try_from(lasts_ms * 48).expect("small")];
        for (_, voice, at_ms, words) in script.iter().filter(|line| line.0 == who) {
            let said = spoken(voice, words);
            let (first, last) = loud(&said);
            truths.push(Truth { who, from_ms: at_ms + first, to_ms: at_ms + last, words });
            let at = usize::try_from(at_ms * 48).expect("small");
            sound[at..at + said.len()].copy_from_slice(&said);
        }
        let raw = folder.join(format!("{who}.raw"));
        let bytes: Vec<u8> = sound.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        std::fs::write(&raw, bytes).expect("a scratch file");
        let raw = raw.to_str().expect("a path in UTF-8");
        let input = ["-f", "s16le", "-ar", "48000", "-ac", "1", "-i", raw];
        let coded = ["-c:a", "libopus", "-b:a", "24k", "-application", "voip", "-f", "ogg"];
        tracks.push((who, ogg_packets(&ffmpeg(&[&input[..], &coded[..]].concat()))));
    }
    truths.sort_by_key(|truth| truth.from_ms);
    (tracks, truths)
}

/// A recogniser under test.
struct Server {
    child: Child,
    said: Lines<BufReader<ChildStdout>>,
    port: u16,
}

impl Server {
    async fn start(port: u16, mood: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/speech");
        let mut child = Command::new(folder.join(".venv/bin/python3"))
            .arg(folder.join("engine.py"))
            .args([port.to_string().as_str(), mood])
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("Python with pocketsphinx: deploy/install.sh tests");
        let said = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let mut server = Self { child, said, port };
        let port = server.next().await["port"].as_u64().expect("a port");
        server.port = u16::try_from(port).expect("a port");
        server
    }

    async fn next(&mut self) -> Value {
        let line = timeout(DEADLINE, self.said.next_line()).await.expect("in time");
        serde_json::from_str(&line.expect("a pipe").expect("the server lives")).expect("JSON")
    }

    async fn kill(mut self) -> u16 {
        self.child.kill().await.expect("a child");
        self.port
    }
}

/// A recorder that listens.
struct Ears {
    desk: Desk,
    heard: mpsc::Receiver<(HearingId, Heard)>,
    listening: Listening,
    all: Vec<Heard>,
}

impl Ears {
    async fn open(archive: &Path, turns: &TurnFolder, port: Option<u16>) -> Self {
        let glossary = Glossary::new(|_, court| {
            let words = vec![(format!("{court}house"), 30), ("affidavit".to_owned(), 20)];
            Box::pin(async move { words })
        });
        Self::open_with(archive, turns, port, glossary).await
    }

    async fn open_with(
        archive: &Path,
        turns: &TurnFolder,
        port: Option<u16>,
        glossary: Glossary,
    ) -> Self {
        let (heard_in, heard) = mpsc::channel(HEARD_QUEUE_MAX);
        let engine = port.map(|port| {
            let url = format!("ws://127.0.0.1:{port}");
            EngineAt::new(Engine::FunAsr, &url, None).expect("an address")
        });
        let registry = prometheus::Registry::new();
        let (archive_folder, turns) = (archive.to_owned(), turns.clone());
        let speech =
            SpeechConfig { engine, hot_words: true, archive: archive_folder, turns, glossary };
        let listening = Listening::start(speech, heard_in, &registry).expect("fresh metrics");
        let mut config = RecorderConfig::new(archive.to_owned());
        config.free_min = 0;
        config.tap = listening.tap.clone();
        let mut desk = Desk::start_on(Arc::new(RealDisk), config, START);
        desk.open().await;
        desk.expect(|notice| matches!(notice, RecordNotice::Opened { .. })).await;
        desk.roll(true).await;
        Self { desk, heard, listening, all: Vec::new() }
    }

    /// Plays packets in real time, and takes what is heard meanwhile.
    async fn play(&mut self, tracks: &[(u32, Vec<Vec<u8>>)], packets: std::ops::Range<usize>) {
        let (begin, zero) = (Instant::now(), self.desk.now().instant);
        let mut publishers: Vec<Publisher> = tracks
            .iter()
            .map(|(who, _)| {
                let mut publisher = Publisher::new(*who, TrackKind::Microphone);
                publisher.sequence += packets.start as u64;
                publisher.rtp_time += 960 * packets.start as u64;
                publisher
            })
            .collect();
        for (n, at) in packets.enumerate() {
            let since = Duration::from_millis(20 * n as u64);
            let due = begin + since;
            loop {
                tokio::select! {
                    Some((_, heard)) = self.heard.recv() => self.all.push(heard),
                    () = sleep_until(due) => break,
                }
            }
            // As it would arrive if this machine had nothing else to do.
            let now = zero.plus(since);
            let mut tape = Tape { hearing: HEARING, items: Vec::new(), bytes: Vec::new() };
            for (publisher, (_, packets)) in publishers.iter_mut().zip(tracks) {
                let Some(packet) = packets.get(at) else { continue };
                publisher.packet(now, true, packet, &mut tape);
                publisher.rtp_time += 960;
            }
            self.desk.tapes.send(tape).await.expect("the recorder takes tape");
        }
    }

    /// Waits until what was heard is enough.
    async fn until(&mut self, what: &str, enough: impl Fn(&[Heard]) -> bool) {
        let end = Instant::now() + DEADLINE;
        while !enough(&self.all) {
            tokio::select! {
                heard = self.heard.recv() => {
                    self.all.push(heard.expect("somebody listens").1);
                }
                () = sleep_until(end) => panic!("not heard: {what}: {:#?}", self.all),
            }
        }
    }

    async fn close(mut self) -> Vec<Heard> {
        self.desk.roll(false).await;
        self.desk.close().await;
        self.desk.expect(|notice| matches!(notice, RecordNotice::Sealed { .. })).await;
        self.desk.stop().await;
        self.listening.stop().await;
        self.all
    }
}

/// Turns that ended: who, from, to, how long at once with others, number.
fn turns(all: &[Heard]) -> Vec<(u32, u64, u64, u64, u64)> {
    let mut turns: Vec<_> = all
        .iter()
        .filter_map(|heard| match heard.what {
            HeardWhat::Ended { to_ms, cross_ms } => {
                Some((heard.participant.0, heard.from_ms, to_ms, cross_ms, heard.turn))
            }
            HeardWhat::Began
            | HeardWhat::Partial { .. }
            | HeardWhat::Final { .. }
            | HeardWhat::Away { .. }
            | HeardWhat::Back => None,
        })
        .collect();
    turns.sort_by_key(|turn| turn.1);
    turns
}

/// Words that stand: turn, text, from, to.
fn finals(all: &[Heard]) -> Vec<(u64, String, u64, u64)> {
    all.iter()
        .filter_map(|heard| match &heard.what {
            HeardWhat::Final { text, from_ms, to_ms, .. } => {
                Some((heard.turn, text.clone(), *from_ms, *to_ms))
            }
            HeardWhat::Began
            | HeardWhat::Partial { .. }
            | HeardWhat::Ended { .. }
            | HeardWhat::Away { .. }
            | HeardWhat::Back => None,
        })
        .collect()
}

/// Words changed, left out or put in.
fn errors(wanted: &str, found: &str) -> usize {
    let (wanted, found): (Vec<_>, Vec<_>) =
        (wanted.split_whitespace().collect(), found.split_whitespace().collect());
    let mut row: Vec<usize> = (0..=found.len()).collect();
    for (i, want) in wanted.iter().enumerate() {
        let mut before = row[0];
        row[0] = i + 1;
        for (j, find) in found.iter().enumerate() {
            let here = before + usize::from(want != find);
            before = row[j + 1];
            row[j + 1] = here.min(before + 1).min(row[j] + 1);
        }
    }
    row[found.len()]
}

/// Compares turns with the truth: each in its place within 300 ms.
fn compare_turns(truths: &[Truth], all: &[Heard]) {
    let turns = turns(all);
    assert_eq!(turns.len(), truths.len(), "{turns:#?} {truths:#?}");
    for (truth, (who, from_ms, to_ms, cross_ms, _)) in truths.iter().zip(turns) {
        assert_eq!(who, truth.who, "{truth:?}");
        assert!(from_ms.abs_diff(truth.from_ms) <= 300, "from {from_ms}: {truth:?}");
        assert!(to_ms.abs_diff(truth.to_ms) <= 300, "to {to_ms}: {truth:?}");
        let at_once: u64 = truths
            .iter()
            .filter(|other| other.who != truth.who)
            .map(|other| {
                other.to_ms.min(truth.to_ms).saturating_sub(other.from_ms.max(truth.from_ms))
            })
            .sum();
        // Pauses within sentences are no speech.
        assert!(cross_ms <= at_once + 300 && cross_ms + 700 >= at_once, "{cross_ms} {at_once}");
    }
}

/// The sound in the record, packet by packet, of each person.
fn recorded(archive: &Path) -> Tracks {
    let folder = folder(archive);
    let mut reader = Reader::default();
    reader.push(&std::fs::read(folder.join("ledger.jsonl")).expect("a ledger"));
    let mut tracks = Tracks::new();
    for segment in &reader.index.segments {
        let bytes = std::fs::read(folder.join(&segment.name)).expect("a segment");
        let mut packets = Vec::new();
        for piece in &segment.pieces {
            let (from, length) = (
                usize::try_from(piece.offset).expect("small"),
                usize::try_from(piece.length).expect("small"),
            );
            let frames = webm::frames(&bytes[from..from + length]);
            packets.extend(frames.into_iter().map(|(_, packet)| packet.to_vec()));
        }
        tracks.push((segment.track.participant.0, packets));
    }
    tracks.sort_by_key(|track| track.0);
    tracks
}

#[tokio::test(flavor = "multi_thread")]
async fn turns_are_told_without_an_engine_and_shown_by_the_archive() {
    let scratch = tempfile::tempdir().expect("a folder");
    let (archive, folder) = (scratch.path().join("archive"), scratch.path().join("turns"));
    let turns_folder = TurnFolder::open(folder).expect("a folder");
    let (tracks, truths) = tracks(SCRIPT, SCRIPT_MS, scratch.path());
    let mut ears = Ears::open(&archive, &turns_folder, None).await;
    ears.play(&tracks, 0..tracks[0].1.len()).await;
    ears.until("all turns", |all| turns(all).len() >= truths.len()).await;
    let all = ears.close().await;
    compare_turns(&truths, &all);
    assert!(finals(&all).is_empty(), "nobody makes words");
    let shown = ArchiveFolder::new(archive.clone()).with_turns(turns_folder);
    let voices = shown.record(HEARING).expect("a record").voices;
    let mut shown: Vec<_> =
        voices.iter().map(|each| (each.who.0, each.from_ms, each.to_ms)).collect();
    shown.sort_by_key(|each| each.1);
    let told: Vec<_> = turns(&all).into_iter().map(|(who, from, to, ..)| (who, from, to)).collect();
    assert_eq!(shown, told, "the time line shows what was heard");
    assert_eq!(recorded(&archive), tracks, "the record is what was sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn spoken_words_are_heard_of_the_right_person_at_the_right_time() {
    let mut server = Server::start(0, "hears").await;
    let scratch = tempfile::tempdir().expect("a folder");
    let archive = scratch.path().join("archive");
    let (tracks, truths) = tracks(SCRIPT, SCRIPT_MS, scratch.path());
    let mut ears = Ears::open(&archive, &TurnFolder::default(), Some(server.port)).await;
    ears.play(&tracks, 0..tracks[0].1.len()).await;
    let all_said = |all: &[Heard]| {
        let finals = finals(all);
        let said = |turn: u64| finals.iter().any(|said| said.0 == turn);
        turns(all).len() == 5 && turns(all).iter().all(|turn| said(turn.4))
    };
    ears.until("all words", all_said).await;
    let first = server.next().await;
    assert_eq!(first["fine"], true, "{first}");
    let words: Vec<&str> =
        first["words"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    assert_eq!(words, ["Court", "Courthouse", "affidavit", "loan", "name"]);
    let all = ears.close().await;
    compare_turns(&truths, &all);
    let (finals, turns) = (finals(&all), turns(&all));
    let (mut wrong, mut count) = (0, 0);
    for (truth, (.., turn)) in truths.iter().zip(&turns) {
        let own: Vec<_> = finals.iter().filter(|said| said.0 == *turn).collect();
        let text: Vec<&str> = own.iter().map(|said| said.1.as_str()).collect();
        let text = text.join(" ");
        let here = errors(truth.words, &text);
        println!("{here} wrong of: {} | {text} | {own:?}", truth.words);
        wrong += here;
        count += truth.words.split_whitespace().count();
        let (from_ms, to_ms) = (own[0].2, own[own.len() - 1].3);
        assert!(from_ms.abs_diff(truth.from_ms) <= 500, "from {from_ms}: {truth:?}");
        assert!(to_ms.abs_diff(truth.to_ms) <= 500, "to {to_ms}: {truth:?}");
    }
    println!("word errors: {wrong} of {count}");
    assert!(wrong * 4 <= count, "{wrong} of {count} words wrong");
    let partial = all.iter().any(|heard| matches!(heard.what, HeardWhat::Partial { .. }));
    assert!(partial, "words are told while somebody speaks");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_killed_in_a_sentence_costs_the_record_nothing_and_hears_it_later() {
    let server = Server::start(0, "hears").await;
    let scratch = tempfile::tempdir().expect("a folder");
    let archive = scratch.path().join("archive");
    let (tracks, _) = tracks(&SCRIPT[..3], 15_000, scratch.path());
    let mut ears = Ears::open(&archive, &TurnFolder::default(), Some(server.port)).await;
    ears.play(&tracks, 0..310).await;
    // In the middle of the second sentence, until after the third.
    let port = server.kill().await;
    ears.play(&tracks, 310..tracks[0].1.len()).await;
    let away = |heard: &Heard| matches!(heard.what, HeardWhat::Away { .. });
    ears.until("away", |all| all.iter().any(away)).await;
    ears.until("turns", |all| turns(all).len() == 3).await;
    let server = Server::start(port, "hears").await;
    ears.until("back", |all| all.iter().any(|heard| heard.what == HeardWhat::Back)).await;
    let all_said = |all: &[Heard]| {
        let finals = finals(all);
        turns(all).iter().all(|turn| finals.iter().any(|said| said.0 == turn.4))
    };
    ears.until("words of all turns", all_said).await;
    let all = ears.close().await;
    println!("{:#?}", finals(&all));
    for (turn, line) in turns(&all).iter().zip(SCRIPT) {
        let own = finals(&all).into_iter().find(|said| said.0 == turn.4).expect("words");
        assert!(errors(line.3, &own.1) * 2 < line.3.split_whitespace().count(), "{own:?}");
        assert!(own.2.abs_diff(turn.1) <= 500 && own.3.abs_diff(turn.2) <= 500, "{own:?} {turn:?}");
    }
    assert_eq!(recorded(&archive), tracks, "the record is what was sent, bit by bit");
    assert!(recorder::verify(&archive, None).expect("a record")[0].1.intact);
    drop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_out_of_order_costs_nothing_but_its_words() {
    let scratch = tempfile::tempdir().expect("a folder");
    let (tracks, truths) = tracks(&SCRIPT[..2], 10_500, scratch.path());
    let mut days = tokio::task::JoinSet::new();
    for mood in ["nonsense", "nothing", "year", "doubles", "late"] {
        let archive = scratch.path().join(mood);
        let tracks = tracks.clone();
        days.spawn(async move {
            let server = Server::start(0, mood).await;
            let mut ears = Ears::open(&archive, &TurnFolder::default(), Some(server.port)).await;
            ears.play(&tracks, 0..tracks[0].1.len()).await;
            ears.until(mood, |all| turns(all).len() == 2).await;
            if mood == "late" {
                ears.until(mood, |all| finals(all).len() == 2).await;
            }
            let all = ears.close().await;
            assert_eq!(recorded(&archive), tracks, "{mood}: the record is what was sent");
            (mood, all)
        });
    }
    while let Some(day) = days.join_next().await {
        let (mood, all) = day.expect("no bug");
        compare_turns(&truths, &all);
        let finals = finals(&all);
        let chars: usize = finals.iter().map(|said| said.1.chars().count()).sum();
        assert!(chars <= 2 * HEARD_TURN_CHARS_MAX, "{mood}: {chars}");
        assert!(
            finals.iter().all(|said| said.2 <= said.3 && said.3 <= 11_000),
            "{mood}: {finals:?}"
        );
        match mood {
            "nothing" => assert!(finals.is_empty(), "{finals:?}"),
            "doubles" => assert!(finals.len() <= 2, "the same is told once: {finals:?}"),
            _ => {}
        }
    }
}

/// Sentences of a tribunal, and its words among them.
const TRIBUNAL: &[Line] = &[
    (1, "rms", 1_000, "do you have any questions for the witness"),
    (1, "rms", 5_000, "the bailiff took the plaintiff to the tribunal"),
    (1, "rms", 9_500, "the surveyor marked the paddy field"),
    (1, "rms", 13_500, "the mediator proposed an instalment"),
    (2, "slt", 1_000, "the neighbour built a wall on the boundary"),
    (2, "slt", 5_500, "the appraiser measured the embankment"),
    (2, "slt", 9_500, "the interpreter sat beside the defendant"),
    (2, "slt", 13_500, "the tenant paid the rent in cash"),
    (3, "awb", 1_000, "the borrower denied the signature"),
    (3, "awb", 5_000, "the arbitrator read the mortgage contract"),
    (3, "awb", 9_500, "the landlord kept the deposit"),
    (3, "awb", 13_500, "please tell the court what happened on that day"),
];
const TRIBUNAL_MS: u64 = 18_000;
const WORDS: &str = "witness bailiff plaintiff tribunal surveyor paddy mediator neighbour boundary \
    appraiser embankment interpreter defendant tenant rent borrower signature arbitrator mortgage \
    landlord deposit court";

/// Words that were heard wrong, of all sentences, by an engine that is told `words`.
async fn wrong_with(words: &'static str, tracks: &Tracks, truths: &[Truth]) -> usize {
    let server = Server::start(0, "hears").await;
    let scratch = tempfile::tempdir().expect("a folder");
    let archive = scratch.path().join("archive");
    let glossary = Glossary::new(move |_, _| {
        let words = words.split_whitespace().map(|word| (word.to_owned(), 20)).collect();
        Box::pin(async move { words })
    });
    let turn_folder = TurnFolder::default();
    let mut ears = Ears::open_with(&archive, &turn_folder, Some(server.port), glossary).await;
    ears.play(tracks, 0..tracks[0].1.len()).await;
    let all_said = |all: &[Heard]| {
        let finals = finals(all);
        let said = |turn: u64| finals.iter().any(|said| said.0 == turn);
        turns(all).len() == truths.len() && turns(all).iter().all(|turn| said(turn.4))
    };
    ears.until("all words", all_said).await;
    let all = ears.close().await;
    let finals = finals(&all);
    let mut wrong = 0;
    for (who, from_ms, _, _, turn) in turns(&all) {
        let near = |truth: &&Truth| truth.who == who && truth.from_ms.abs_diff(from_ms) < 1_000;
        let truth = truths.iter().find(near).expect("a turn of the script");
        let own = finals.iter().filter(|said| said.0 == turn).map(|said| said.1.as_str());
        wrong += errors(truth.words, &own.collect::<Vec<_>>().join(" "));
    }
    wrong
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tribunals_words_make_the_same_sentences_heard_better() {
    let scratch = tempfile::tempdir().expect("a folder");
    let (tracks, truths) = tracks(TRIBUNAL, TRIBUNAL_MS, scratch.path());
    let (without, with) =
        tokio::join!(wrong_with("", &tracks, &truths), wrong_with(WORDS, &tracks, &truths));
    let count: usize = truths.iter().map(|truth| truth.words.split_whitespace().count()).sum();
    println!("words wrong of {count}: {without} without, {with} with the tribunal's words");
    assert!(with < without, "{with} with the words, {without} without");
}
