//! The transcript on the real binary: ten people read along while clerk and judge type at once, and
//! every key reaches every reader in time.
//!
//! What is not here: the pages, see `tests/browser/transcript.test.mjs`.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use model::transcript::TextPart;
use model::{Ask, LineId, LineKind, ParticipantId, TranscriptEdit, TranscriptOp, TranscriptStep};
use protocol::{ClientMessage, RequestOutcome, ServerMessage};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::house::{House, Page};

/// Who reads along besides those who write.
const READERS: usize = 10;
/// Keys each writer types.
const KEYS: u32 = 40;
/// A page sends no faster (`web/src/transcript/following.ts`).
const APART: Duration = Duration::from_millis(70);

/// When something was typed or seen, by writer and key.
type Seen = BTreeMap<(String, u32), Instant>;

/// Types key by key into a line of its own, each when the one before it is done.
async fn write(mut page: Page, desk: &'static str, letter: &str) -> (Page, Seen) {
    let line = LineId(format!("{desk}-1"));
    let add = TranscriptEdit::Add {
        line: line.clone(),
        after: None,
        kind: LineKind::Note,
        speaker: None,
        text: "".into(),
        turn: None,
    };
    let (mut sent, mut rev, mut length) = (Seen::new(), 0, 0);
    for seq in 1..=KEYS + 1 {
        let began = Instant::now();
        let edit = if seq == 1 {
            add.clone()
        } else {
            let change = vec![TextPart::Keep(length), TextPart::Put(letter.into())];
            length += 1;
            TranscriptEdit::Type { line: line.clone(), rev, change }
        };
        sent.insert((desk.to_owned(), seq), began);
        page.say(&ClientMessage::Write { desk: desk.to_owned(), seq, edits: vec![edit] }).await;
        while !done(&mut page, desk, seq, &mut rev).await {}
        tokio::time::sleep_until((began + APART).into()).await;
    }
    (page, sent)
}

/// Whether the next message tells that a writer's own change is done.
async fn done(page: &mut Page, desk: &str, seq: u32, rev: &mut u32) -> bool {
    let message = page.next().await.expect("the socket stays open");
    assert!(!matches!(message, ServerMessage::TranscriptRefused { .. }), "{message:?}");
    let ServerMessage::TranscriptSteps { steps, .. } = message else { return false };
    let own = steps.iter().find(|step| step.desk == desk && step.seq == seq);
    if let Some(TranscriptStep { op: TranscriptOp::Typed { rev: now, .. }, .. }) = own {
        *rev = *now;
    }
    own.is_some()
}

/// Reads until everything was seen; the text it makes of it.
async fn read(mut page: Page, mut over: watch::Receiver<bool>) -> (Seen, BTreeMap<LineId, String>) {
    let (mut seen, mut texts) = (Seen::new(), BTreeMap::<LineId, String>::new());
    let all = 2 * (KEYS as usize + 1);
    while seen.len() < all {
        let message = tokio::select! {
            message = page.next() => message.expect("the socket stays open"),
            _ = over.wait_for(|over| *over) => panic!("{} of {all} steps came", seen.len()),
        };
        let ServerMessage::TranscriptSteps { steps, .. } = message else { continue };
        for step in steps {
            seen.entry((step.desk.clone(), step.seq)).or_insert_with(Instant::now);
            match step.op {
                TranscriptOp::Added { line, .. } => {
                    texts.insert(line.id, line.text.reveal().clone());
                }
                TranscriptOp::Typed { line, change, .. } => {
                    let text = texts.get_mut(&line).expect("a line that was told");
                    *text = transcribed(text, &change);
                }
                TranscriptOp::Attributed { .. }
                | TranscriptOp::Accepted { .. }
                | TranscriptOp::Removed { .. } => {}
            }
        }
    }
    (seen, texts)
}

/// A text of the basic plane after a change.
fn transcribed(text: &str, change: &[TextPart]) -> String {
    let (mut rest, mut made) = (text.chars(), String::new());
    for part in change {
        match part {
            TextPart::Keep(units) => made.extend(rest.by_ref().take(*units as usize)),
            TextPart::Drop(units) => rest.by_ref().take(*units as usize).for_each(drop),
            TextPart::Put(text) => made.push_str(text.reveal()),
        }
    }
    made.extend(rest);
    made
}

async fn must(page: &mut Page, ask: Ask) {
    let told = format!("{ask:?}");
    assert_eq!(page.ask(ask).await, RequestOutcome::Done {}, "{told}");
}

/// How soon keys were read: how quick a machine is decides nothing here.
fn told(delays: &mut [Duration]) -> String {
    delays.sort_unstable();
    let at = |share: usize| delays[(delays.len() - 1) * share / 1_000].as_micros();
    format!(
        "keystroke to reader, 2 writers, {READERS} readers, {} keys: p50 {} µs, p95 {} µs, p99 {} µs, most {} µs",
        delays.len(),
        at(500),
        at(950),
        at(990),
        at(1_000)
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_key_of_two_writers_reaches_ten_readers_once() {
    let mut house = House::of_cases(1, 12, "");
    house.start().await;
    let case = house.cases().remove(0);
    let staff = |kind: &str| {
        let (name, password) = house.account(kind);
        let mut client = house.client();
        async move {
            assert_eq!(client.sign_in(&name, &password).await.status, 200);
            client.page(case.hearing).await
        }
    };
    let mut judge = staff("judge").await;
    must(&mut judge, Ask::OpenCheckIn).await;
    let mut clerk = staff("clerk").await;
    let mut readers = Vec::new();
    for (_, code) in case.codes.iter().take(READERS) {
        let mut client = house.client();
        let joined = client.join(code).await;
        assert_eq!(joined.status, 200, "{}", joined.body);
        let who = joined.body["participant"].as_u64().and_then(|who| u32::try_from(who).ok());
        let who = ParticipantId(who.unwrap_or_else(|| panic!("a seat: {}", joined.body)));
        let mut page = client.page(case.hearing).await;
        let version = page.discipline.clone();
        let check_in = Ask::CheckIn {
            discipline: true,
            others_present: "".into(),
            camera: true,
            microphone: true,
            faults: Vec::new(),
            version,
        };
        must(&mut page, check_in).await;
        must(&mut judge, Ask::Admit { who }).await;
        readers.push(page);
    }
    assert_eq!(readers.len(), READERS);
    for page in readers.iter_mut().chain([&mut judge, &mut clerk]) {
        page.say(&ClientMessage::ReadAlong { desk: "reader".to_owned(), since: 0 }).await;
        while !matches!(page.next().await, Some(ServerMessage::Transcript { whole: true, .. })) {}
    }
    let (end, over) = watch::channel(false);
    let mut reading = JoinSet::new();
    for page in readers {
        reading.spawn(read(page, over.clone()));
    }
    let both = async { tokio::join!(write(judge, "judge", "甲"), write(clerk, "clerk", "乙")) };
    let ((_judge, mut sent), (_clerk, more)) = both.await;
    sent.extend(more);
    let mut delays = Vec::new();
    let wait = tokio::time::timeout(Duration::from_secs(30), async {
        while let Some(read) = reading.join_next().await {
            let (seen, texts) = read.expect("a reader");
            for letter in ["甲", "乙"] {
                let whole = letter.repeat(KEYS as usize);
                assert!(texts.values().any(|text| *text == whole), "no key lost or doubled");
            }
            delays.extend(seen.iter().map(|(key, at)| at.duration_since(sent[key])));
        }
    });
    wait.await.expect("every reader has all of it");
    end.send_replace(true);
    println!("{}", told(&mut delays));
}
