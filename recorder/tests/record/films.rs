//! Composed films of real records: a light that flashes while a tone sounds must come out together,
//! from first packet to finished film.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use model::archive::ArchiveFault;
use model::films::{FilmFile, FilmRefusal, FilmState, Films};
use model::{Codec, HearingId, TrackKind};
use recorder::{FilmFault, FilmOrder, FilmShop, FilmsConfig, make_film};

use crate::desk::folder;
use crate::media::{ffmpeg, fly, ivf_frames, ogg_packets, record, vp8_payloads};

const SECONDS: usize = 12;
/// What a viewer takes for together, ms (ITU-R BT.1359-1 would allow 45 early and 125 late).
pub(crate) const TOGETHER_MS: i64 = 40;
/// In false time nothing may take longer than this.
const PATIENCE: Duration = Duration::from_secs(120);

/// Records a light that flashes and a tone that sounds for the first 80 ms of every second.
async fn flash_and_beep(archive: &Path) {
    let light = format!(
        "color=c=black:s=320x180:r=25:d={SECONDS},drawbox=c=white:t=fill:enable='lt(mod(t,1),0.08)'"
    );
    let ivf = ffmpeg(&[
        "-f",
        "lavfi",
        "-i",
        &light,
        "-pix_fmt",
        "yuv420p",
        "-g",
        "25",
        "-c:v",
        "libvpx",
        "-deadline",
        "realtime",
        "-auto-alt-ref",
        "0",
        "-b:v",
        "400k",
        "-f",
        "ivf",
    ]);
    let tone = format!("aevalsrc='0.5*lt(mod(t,1),0.08)*sin(2*PI*1000*t)':d={SECONDS}:s=48000");
    let ogg = ffmpeg(&["-f", "lavfi", "-i", &tone, "-c:a", "libopus", "-b:a", "32k", "-f", "ogg"]);
    let pictures: Vec<Vec<Vec<u8>>> =
        ivf_frames(&ivf).iter().enumerate().map(|(n, frame)| vp8_payloads(n, frame)).collect();
    let sounds: Vec<Vec<Vec<u8>>> =
        ogg_packets(&ogg).into_iter().map(|packet| vec![packet]).collect();
    let mut flights = fly(Codec::Opus, TrackKind::Microphone, &sounds, 20, 0);
    flights.extend(fly(Codec::Vp8, TrackKind::Camera, &pictures, 40, 0));
    record(archive, flights).await;
}

pub(crate) fn order(archive: &Path, out: &Path) -> FilmOrder {
    FilmOrder {
        folder: folder(archive),
        film: out.to_owned(),
        evidence: None,
        font: PathBuf::from(recorder::FONT),
        preset: "ultrafast".to_owned(),
        threads: 2,
    }
}

/// Moments at which something begins, ms: where `loud` turns true after `quiet_for` of not being.
pub(crate) fn onsets(values: &[bool], per_second: usize, quiet_for: usize) -> Vec<i64> {
    let mut onsets = Vec::new();
    let mut quiet = quiet_for;
    for (at, &loud) in values.iter().enumerate() {
        if loud && quiet >= quiet_for {
            onsets.push(i64::try_from(at * 1_000 / per_second).expect("short"));
        }
        quiet = if loud { 0 } else { quiet + 1 };
    }
    onsets
}

fn flashes(film: &Path) -> Vec<i64> {
    let file = film.to_str().expect("plain");
    let filter = "crop=320:180:480:200,scale=1:1:flags=area";
    let luma = ffmpeg(&["-i", file, "-vf", filter, "-f", "rawvideo", "-pix_fmt", "gray"]);
    let light: Vec<bool> = luma.iter().map(|&luma| luma > 128).collect();
    onsets(&light, 25, 5)
}

fn beeps(film: &Path) -> Vec<i64> {
    let file = film.to_str().expect("plain");
    let samples = ffmpeg(&["-i", file, "-ac", "1", "-ar", "8000", "-f", "s16le"]);
    let loud: Vec<bool> = samples
        .as_chunks::<2>()
        .0
        .iter()
        .map(|of| i16::from_le_bytes(*of).unsigned_abs() > 2_000)
        .collect();
    onsets(&loud, 8_000, 2_000)
}

#[tokio::test(start_paused = true)]
async fn light_and_tone_come_out_together_and_the_sound_alone_is_the_same() {
    let archive = tempfile::tempdir().expect("a folder");
    flash_and_beep(archive.path()).await;
    let film = archive.path().join("film.mp4");
    let mut told = Vec::new();
    make_film(&order(archive.path(), &film), &AtomicBool::new(false), &mut |done| told.push(done))
        .expect("a film");
    assert_eq!(told.last(), Some(&1_000));
    assert!(told.is_sorted());
    let (lights, tones) = (flashes(&film), beeps(&film));
    assert!(lights.len() >= SECONDS - 1, "{lights:?}");
    assert_eq!(lights.len(), tones.len(), "{lights:?} {tones:?}");
    for (light, tone) in lights.iter().zip(&tones) {
        assert!((light - tone).abs() <= TOGETHER_MS, "{lights:?} {tones:?}");
    }
    // The whole clip long: nothing runs away.
    let length = |of: &[i64]| of.last().zip(of.first()).map_or(0, |(last, first)| last - first);
    assert!((length(&lights) - length(&tones)).abs() <= TOGETHER_MS);
    assert_eq!(beeps(&film.with_extension("m4a")), tones);
    for ending in ["mp4.part", "m4a.part", "chapters"] {
        assert!(!film.with_extension(ending).exists(), "{ending}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_film_called_off_or_without_letters_leaves_nothing() {
    let archive = tempfile::tempdir().expect("a folder");
    flash_and_beep(archive.path()).await;
    let film = archive.path().join("film.mp4");
    let ordered = order(archive.path(), &film);
    let stopped = make_film(&ordered, &AtomicBool::new(true), &mut |_| {});
    assert!(matches!(stopped, Err(FilmFault::Cancelled)));
    let no_font = FilmOrder { font: archive.path().join("h17").join("ledger.jsonl"), ..ordered };
    let refused = make_film(&no_font, &AtomicBool::new(false), &mut |_| {});
    assert!(matches!(refused, Err(FilmFault::Font(_) | FilmFault::Fault(_))), "{refused:?}");
    let left = std::fs::read_dir(archive.path()).expect("readable").count();
    assert_eq!(left, 1, "the hearing's folder alone");
}

/// Waits for a state of the queue; the maker works in real time.
fn until(shop: &FilmShop, hearing: HearingId, what: impl Fn(&FilmState) -> bool) -> FilmState {
    let began = Instant::now();
    loop {
        let state = shop.state(hearing);
        if what(&state) {
            return state;
        }
        assert!(began.elapsed() < PATIENCE, "{state:?}");
        std::thread::yield_now();
    }
}

/// A shop whose maker is a shell script; the hearing's folder is its first argument, the film its
/// third.
fn shop(archive: &Path, script: &str) -> FilmShop {
    let program = ["sh", "-c", script, "maker"].map(PathBuf::from).to_vec();
    let films = archive.join("films");
    FilmShop::open(FilmsConfig { archive: archive.to_owned(), films, program }).expect("open")
}

fn sealed(archive: &Path, hearing: HearingId) {
    let folder = archive.join(hearing.to_string());
    std::fs::create_dir_all(&folder).expect("made");
    for name in [record::ledger::LEDGER_FILE, record::seal::SEAL_FILE] {
        std::fs::write(folder.join(name), "{}").expect("written");
    }
}

#[test]
fn films_are_made_one_after_the_other_and_a_failed_one_may_be_asked_for_again() {
    let archive = tempfile::tempdir().expect("a folder");
    let (one, two) = (HearingId(1), HearingId(2));
    sealed(archive.path(), one);
    sealed(archive.path(), two);
    // Waits for a file named go; fails while there is a file named fail.
    let script = "echo 250; while [ ! -e \"$1/../go\" ]; do :; done; \
        if [ -e \"$1/../fail\" ]; then echo 'no luck' >&2; exit 2; fi; \
        echo film > \"$3\"; echo sound > \"${3%.mp4}.m4a\"; echo 1000";
    let shop = shop(archive.path(), script);
    assert_eq!(shop.state(one), FilmState::None);
    assert_eq!(shop.order(HearingId(9)), Err(FilmRefusal::NotFound));
    std::fs::write(archive.path().join("fail"), "").expect("written");
    shop.order(one).expect("queued");
    until(&shop, one, |state| *state == FilmState::Making { thousandths: 250 });
    assert_eq!(shop.order(two), Ok(FilmState::Queued { ahead: 1 }));
    assert_eq!(shop.order(two), Ok(FilmState::Queued { ahead: 1 }), "asked twice, queued once");
    shop.cancel(two);
    assert_eq!(shop.state(two), FilmState::None);
    std::fs::write(archive.path().join("go"), "").expect("written");
    let failed = until(&shop, one, |state| matches!(state, FilmState::Failed { .. }));
    assert_eq!(failed, FilmState::Failed { why: "no luck".to_owned() });
    std::fs::remove_file(archive.path().join("fail")).expect("removed");
    shop.order(one).expect("queued again");
    let ready = until(&shop, one, |state| matches!(state, FilmState::Ready { .. }));
    assert!(matches!(ready, FilmState::Ready { bytes: 5, sound_bytes: 6, .. }), "{ready:?}");
    assert_eq!(shop.read(one, FilmFile::Sound, 1..100), Ok(b"ound\n".to_vec()));
    assert_eq!(shop.read(two, FilmFile::Film, 0..1), Err(ArchiveFault::NotFound));
}

#[test]
fn one_that_is_being_made_can_be_called_off_and_a_hearing_not_sealed_has_none() {
    let archive = tempfile::tempdir().expect("a folder");
    let (one, open) = (HearingId(1), HearingId(2));
    sealed(archive.path(), one);
    sealed(archive.path(), open);
    let seal = archive.path().join(open.to_string()).join(record::seal::SEAL_FILE);
    std::fs::remove_file(seal).expect("removed");
    let shop = shop(archive.path(), "echo 1; while :; do :; done");
    assert_eq!(shop.order(open), Err(FilmRefusal::NotSealed));
    shop.order(one).expect("queued");
    until(&shop, one, |state| *state == FilmState::Making { thousandths: 1 });
    shop.cancel(one);
    assert_eq!(
        until(&shop, one, |state| !matches!(state, FilmState::Making { .. })),
        FilmState::None
    );
}

#[test]
fn half_films_of_a_former_run_are_removed() {
    let archive = tempfile::tempdir().expect("a folder");
    let films = archive.path().join("films");
    std::fs::create_dir_all(&films).expect("made");
    for name in ["h1.mp4.part", "h1.chapters", "h2.mp4"] {
        std::fs::write(films.join(name), "").expect("written");
    }
    let shop = shop(archive.path(), "exit 0");
    let left: Vec<_> = std::fs::read_dir(&films).expect("readable").flatten().collect();
    assert_eq!(left.len(), 1);
    drop(shop);
}
