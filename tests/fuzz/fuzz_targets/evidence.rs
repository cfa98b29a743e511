//! Any bytes as a piece of evidence: what it is is found or refused, within bounds, and never fatal.
//!
//! What is not here: the room around it. The file of the inspection is taken as it stands there, so
//! that neither database nor web server is built for it.

#![no_main]

use std::path::PathBuf;

use libfuzzer_sys::fuzz_target;
use model::limits::EVIDENCE_PAGES_MAX;

#[path = "../../../signaling/src/evidence"]
mod evidence {
    #[allow(dead_code, reason = "the room uses more of it")]
    mod inspect;

    pub(crate) fn look(path: &std::path::Path, name: &str) -> Option<(&'static str, u16)> {
        let found = inspect::file(path, name).expect("the disk works");
        found.ok().map(|found| (found.media_type, found.pages))
    }
}

/// How files begin: without one of them nothing is looked at further.
const BEGINNINGS: &[&[u8]] = &[
    b"",
    b"%PDF-1.5\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Count 1/Kids[3 0 R]>>\nendobj\n",
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    b"\xFF\xD8\xFF\xE0\0\x10JFIF\0",
    b"RIFF\0\x10\0\0WAVEfmt ",
    b"OggS\0\x02",
    b"\0\0\0\x18ftypisom",
    b"\x1A\x45\xDF\xA3\x9F\x42\x82\x84webm",
    b"ID3\x04\0\0\0\0\0\0\xFF\xFB",
];
const ENDINGS: &[&str] = &["", "a.pdf", "a.PNG", "a.jpg", "a.wav", "a.ogg", "a.mp4", "a.webm", "a.mp3"];

/// A file of this process alone.
fn scratch() -> PathBuf {
    std::env::temp_dir().join(format!("assize-fuzz-evidence-{}", std::process::id()))
}

fuzz_target!(|bytes: &[u8]| {
    let Some((&which, rest)) = bytes.split_first() else { return };
    let begin = BEGINNINGS[usize::from(which) % BEGINNINGS.len()];
    let name = ENDINGS[usize::from(which / 16) % ENDINGS.len()];
    let mut file = [begin, rest].concat();
    if which & 0x80 != 0 {
        file.extend_from_slice(b"\ntrailer\n<</Size 3/Root 1 0 R>>\nstartxref\n9\n%%EOF\n");
    }
    std::fs::write(scratch(), &file).expect("a scratch file");
    if let Some((media_type, pages)) = evidence::look(&scratch(), name) {
        assert!(media_type.contains('/') && (1..=EVIDENCE_PAGES_MAX).contains(&pages));
    }
});
