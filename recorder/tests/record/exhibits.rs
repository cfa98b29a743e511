//! What was shown stands large in the composed film: a shared screen, pages of evidence with the lines
//! on them, a video where it stood; what cannot be drawn is named.
//!
//! What is not here: sound and picture in step, and the queue (`films.rs`).

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use model::{
    Codec, EvidenceForm, EvidenceId, EvidenceItem, EvidenceKind, Fact, ParticipantId, Side, Stroke,
    TrackKind,
};
use record::digest::Digests;
use recorder::{FilmOrder, make_film};

use crate::desk::folder;
use crate::media::{Flight, ffmpeg, fly, ivf_frames, record_with, vp8_payloads};

/// A colour, red, green and blue.
type Colour = [u8; 3];
/// How far a colour may be from what was drawn, after two encoders.
const NEAR: u8 = 40;
const BLACK: Colour = [0, 0, 0];
const BLUE: Colour = [0, 0, 255];
const RED: Colour = [255, 0, 0];
const GREEN: Colour = [0, 128, 0];
const YELLOW: Colour = [255, 255, 0];
const PEN: Colour = [211, 38, 26];
/// Where what is large lies whole, and where the first seat beside it does.
const LARGE: &str = "300:300:330:214";
const LARGE_EDGE: &str = "20:20:20:100";
const BESIDE: &str = "60:40:1090:90";

/// One colour as a track of the judge.
fn colour(name: &str, kind: TrackKind, seconds: usize) -> Vec<Flight> {
    let source = format!("color=c={name}:s=320x180:r=25:d={seconds}");
    let ivf = ffmpeg(&[
        "-f",
        "lavfi",
        "-i",
        &source,
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
    let frames: Vec<Vec<Vec<u8>>> =
        ivf_frames(&ivf).iter().enumerate().map(|(n, frame)| vp8_payloads(n, frame)).collect();
    fly(Codec::Vp8, kind, &frames, 40, 0)
}

/// The mean colour of a part of the film (`crop` of ffmpeg) at a moment.
fn seen(film: &Path, at: f64, crop: &str) -> Colour {
    let filter = format!("crop={crop},scale=1:1:flags=area");
    let (at, file) = (at.to_string(), film.to_str().expect("plain"));
    let bytes = ffmpeg(&[
        "-ss",
        &at,
        "-i",
        file,
        "-frames:v",
        "1",
        "-vf",
        &filter,
        "-f",
        "rawvideo",
        "-pix_fmt",
        "rgb24",
    ]);
    bytes.try_into().expect("one pixel")
}

fn is_near(one: Colour, other: Colour) -> bool {
    one.iter().zip(other).all(|(one, other)| one.abs_diff(other) <= NEAR)
}

#[track_caller]
fn assert_seen(film: &Path, at: f64, crop: &str, wanted: Colour) {
    let found = seen(film, at, crop);
    assert!(is_near(found, wanted), "at {at} s in {crop}: {found:?}, not {wanted:?}");
}

fn film_of(archive: &Path, evidence: Option<PathBuf>) -> PathBuf {
    let film = archive.join("film.mp4");
    let order = FilmOrder {
        folder: folder(archive),
        film: film.clone(),
        evidence,
        font: PathBuf::from(recorder::FONT),
        preset: "ultrafast".to_owned(),
        threads: 2,
    };
    make_film(&order, &AtomicBool::new(false), &mut |_| {}).expect("a film");
    film
}

#[tokio::test(start_paused = true)]
async fn a_shared_screen_is_large_while_it_is_shared() {
    let archive = tempfile::tempdir().expect("a folder");
    let mut flights = colour("black", TrackKind::Camera, 6);
    flights.extend(colour("blue", TrackKind::Screen, 3));
    record_with(archive.path(), flights, Vec::new()).await;
    let film = film_of(archive.path(), None);
    assert_seen(&film, 1.5, LARGE, BLUE);
    assert_seen(&film, 1.5, BESIDE, BLACK);
    assert_seen(&film, 5.0, LARGE, BLACK);
}

/// A document of one page of each colour, twice as high as wide.
fn document(colours: &[&str]) -> Vec<u8> {
    let count = colours.len();
    let kids: Vec<String> = (0..count).map(|at| format!("{} 0 R", 3 + 2 * at)).collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Kids [{}] /Count {count} >>", kids.join(" ")),
    ];
    for (at, colour) in colours.iter().enumerate() {
        let content = format!("{colour} rg 0 0 300 600 re f");
        let stream = 4 + 2 * at;
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 600] /Contents {stream} 0 R >>"
        ));
        objects.push(format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()));
    }
    let mut pdf = "%PDF-1.4\n".to_owned();
    let mut places = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        places.push(pdf.len());
        pdf.push_str(&format!("{} 0 obj\n{object}\nendobj\n", at + 1));
    }
    let table = pdf.len();
    pdf.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", places.len() + 1));
    for place in &places {
        pdf.push_str(&format!("{place:010} 00000 n \n"));
    }
    let size = places.len() + 1;
    pdf.push_str(&format!("trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n"));
    pdf.into_bytes()
}

/// Keeps a file as evidence and names it as the ledger does.
fn keep(evidence: &Path, media_type: &str, pages: u16, bytes: &[u8]) -> EvidenceItem {
    let digests = Digests::of(bytes);
    let sha256 = digests.sha256.to_string();
    let shelf = evidence.join("kept").join(&sha256[..2]);
    std::fs::create_dir_all(&shelf).expect("made");
    std::fs::write(shelf.join(&sha256), bytes).expect("written");
    EvidenceItem {
        id: EvidenceId(1),
        side: Some(Side::Plaintiff),
        by: ParticipantId(2),
        number: 1,
        name: "借条".into(),
        kind: EvidenceKind::Document,
        purpose: "".into(),
        form: EvidenceForm::Copy,
        media_type: media_type.to_owned(),
        pages,
        bytes: bytes.len() as u64,
        sha256,
        sm3: digests.sm3.to_string(),
        exchanged: true,
    }
}

fn shown(item: &EvidenceItem) -> Fact {
    Fact::EvidenceShown { item: item.clone(), page: 1 }
}

#[tokio::test(start_paused = true)]
async fn evidence_is_large_page_by_page_with_its_lines_and_before_a_screen() {
    let archive = tempfile::tempdir().expect("a folder");
    let evidence = tempfile::tempdir().expect("a folder");
    let at = evidence.path();
    let paper = keep(at, "application/pdf", 2, &document(&["1 0 0", "0 0.5 0"]));
    let png = ffmpeg(&[
        "-f",
        "lavfi",
        "-i",
        "color=c=yellow:s=400x100",
        "-frames:v",
        "1",
        "-f",
        "image2pipe",
        "-c:v",
        "png",
    ]);
    let picture = keep(at, "image/png", 1, &png);
    let across = Stroke { page: 2, points: vec![[0, 500], [1_000, 500]] };
    let facts = vec![
        (2_000, shown(&paper)),
        (4_000, Fact::PageTurned { page: 2 }),
        (6_000, Fact::Drawn { stroke: across }),
        (8_000, shown(&picture)),
        (10_000, Fact::EvidenceHidden),
    ];
    let mut flights = colour("black", TrackKind::Camera, 14);
    flights.extend(colour("blue", TrackKind::Screen, 12));
    record_with(archive.path(), flights, facts).await;
    let film = film_of(archive.path(), Some(at.to_owned()));
    assert_seen(&film, 1.0, LARGE, BLUE);
    // A page stands as high as the courtroom: 320 wide of 960, in their middle.
    assert_seen(&film, 3.0, "280:600:340:60", RED);
    assert_seen(&film, 3.0, "300:600:10:60", BLACK);
    assert_seen(&film, 3.0, BESIDE, BLACK);
    assert_seen(&film, 5.0, "280:600:340:60", GREEN);
    assert_seen(&film, 7.0, "280:2:340:363", PEN);
    assert_seen(&film, 7.0, "280:200:340:60", GREEN);
    assert_seen(&film, 9.0, "900:200:30:264", YELLOW);
    assert_seen(&film, 9.0, LARGE_EDGE, BLACK);
    assert_seen(&film, 11.0, LARGE, BLUE);
}

#[tokio::test(start_paused = true)]
async fn a_video_stands_where_it_stood_for_all() {
    let archive = tempfile::tempdir().expect("a folder");
    let evidence = tempfile::tempdir().expect("a folder");
    // Two seconds red, then green.
    let source = "color=c=red:s=320x180:r=25:d=4,drawbox=c=green:t=fill:enable='gte(t,2)'";
    let file = archive.path().join("clip.mp4");
    ffmpeg(&[
        "-f",
        "lavfi",
        "-i",
        source,
        "-c:v",
        "libx264",
        "-g",
        "10",
        file.to_str().expect("plain"),
        "-f",
        "null",
    ]);
    let clip = keep(evidence.path(), "video/mp4", 1, &std::fs::read(&file).expect("made"));
    let facts = vec![
        (1_000, shown(&clip)),
        (3_000, Fact::EvidencePlayed { running: true, at_ms: 1_000 }),
        (7_000, Fact::EvidencePlayed { running: false, at_ms: 500 }),
    ];
    record_with(archive.path(), colour("black", TrackKind::Camera, 10), facts).await;
    let film = film_of(archive.path(), Some(evidence.path().to_owned()));
    // Held at its beginning, run from one second on, its last picture, held again.
    for (at, wanted) in [(2.5, RED), (3.5, RED), (4.5, GREEN), (6.5, GREEN), (8.5, RED)] {
        assert_seen(&film, at, LARGE, wanted);
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_drawn_is_a_card_and_never_another_file() {
    let archive = tempfile::tempdir().expect("a folder");
    let evidence = tempfile::tempdir().expect("a folder");
    let at = evidence.path();
    let altered = keep(at, "application/pdf", 1, &document(&["1 0 0"]));
    let path = at.join("kept").join(&altered.sha256[..2]).join(&altered.sha256);
    std::fs::write(path, document(&["0 0 1"])).expect("altered");
    let broken = keep(at, "application/pdf", 1, b"%PDF-1.4 and nothing more");
    let sound = keep(at, "audio/mpeg", 1, b"sound");
    let outside = EvidenceItem { sha256: "../../../etc/hostname".to_owned(), ..sound.clone() };
    let facts = vec![
        (2_000, shown(&altered)),
        (4_000, shown(&broken)),
        (6_000, shown(&sound)),
        (8_000, shown(&outside)),
    ];
    record_with(archive.path(), colour("blue", TrackKind::Camera, 10), facts).await;
    let film = film_of(archive.path(), Some(at.to_owned()));
    assert_seen(&film, 1.0, LARGE, BLUE);
    for at in [3.0, 5.0, 7.0, 9.0] {
        // The card's ground at its edge, letters in its middle, the seat beside it.
        assert_seen(&film, at, LARGE_EDGE, BLACK);
        assert_ne!(seen(&film, at, "200:40:380:340"), seen(&film, at, LARGE_EDGE));
        assert_seen(&film, at, BESIDE, BLUE);
    }
}
