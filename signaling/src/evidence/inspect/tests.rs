//! Files that are what they claim, files that are not, and files made to do harm.
//! What is not here: uploading them (`http/tests/evidence.rs`).

use std::io::Cursor;

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};

use model::limits::EVIDENCE_PAGES_MAX;

use super::*;
use crate::evidence::samples::{self, jpeg, mp3, mp4, ogg, pdf, png, wav, webm};

fn seen(bytes: &[u8], name: &str) -> Result<Found, Refusal> {
    let length = bytes.iter().map(|_| 1).sum();
    sure(look(&mut Source { file: &mut Cursor::new(bytes), bytes: length }, name))
}

/// Memory does not fail.
fn sure<T>(answer: io::Result<T>) -> T {
    answer.unwrap()
}

fn found(media_type: &'static str, pages: u16) -> Result<Found, Refusal> {
    Ok(Found { media_type, pages })
}

/// One good file of each kind, with a name.
fn good() -> Vec<(Vec<u8>, &'static str, &'static str)> {
    vec![
        (pdf(3), "a.pdf", "application/pdf"),
        (png(640, 480), "a.PNG", "image/png"),
        (jpeg(640, 480), "a.jpeg", "image/jpeg"),
        (mp3(), "a.mp3", "audio/mpeg"),
        (wav(), "a.wav", "audio/wav"),
        (ogg(), "a.opus", "audio/ogg"),
        (mp4(b"isom", b"vide"), "a.mp4", "video/mp4"),
        (mp4(b"qt  ", b"vide"), "a.mov", "video/quicktime"),
        (mp4(b"M4A ", b"soun"), "a.m4a", "audio/mp4"),
        (webm(1), "a.webm", "video/webm"),
        (webm(2), "a.webm", "audio/webm"),
    ]
}

#[test]
fn good_files_are_what_their_bytes_say() {
    for (bytes, name, media_type) in good() {
        let pages = if media_type == "application/pdf" { 3 } else { 1 };
        assert_eq!(seen(&bytes, name), found(media_type, pages), "{name}");
        assert_eq!(seen(&bytes, "without an ending"), found(media_type, pages), "{name}");
    }
}

#[test]
fn a_name_must_not_say_something_else() {
    for (bytes, _, media_type) in good() {
        for wrong in ["a.exe", "a.html", "a.pdf.svg", "a."] {
            assert_eq!(seen(&bytes, wrong), NOT_READABLE, "{media_type} as {wrong}");
        }
    }
    assert_eq!(seen(&png(1, 1), "a.pdf"), NOT_READABLE);
    assert_eq!(seen(&pdf(1), "a.png"), NOT_READABLE);
}

#[test]
fn scripts_pages_and_archives_are_not_taken() {
    let strangers: [&[u8]; 10] = [
        b"<!doctype html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<?xml version='1.0'?><svg/>",
        b"#!/bin/sh\nrm -rf /\n",
        b"PK\x03\x04 a zip, a docx",
        b"MZ\x90\x00 a program",
        b"\x7FELF a program",
        b"GIF89a\x01\x00\x01\x00",
        b"\xEF\xBB\xBF%PDF-1.4",
        b"",
    ];
    for bytes in strangers {
        assert_eq!(seen(bytes, "a.pdf"), NOT_READABLE, "{bytes:?}");
    }
}

#[test]
fn cut_off_files_are_not_taken() {
    for (bytes, name, media_type) in good() {
        // An MP3 is frames one after the other: it may end after any of them.
        let parts: &[usize] = if media_type == "audio/mpeg" { &[1] } else { &[8, 2, 1] };
        for part in parts {
            let cut = &bytes[..bytes.len() - (bytes.len() / part).min(bytes.len() - 9)];
            assert!(seen(cut, name).is_err(), "{name} without its last {part}th");
        }
    }
}

#[test]
fn absurd_sizes_are_refused() {
    assert_eq!(seen(&png(20_000, 10), "a.png"), Err(Refusal::FileTooLarge));
    assert_eq!(seen(&png(16_000, 16_000), "a.png"), Err(Refusal::FileTooLarge));
    assert_eq!(seen(&png(u32::MAX, u32::MAX), "a.png"), Err(Refusal::FileTooLarge));
    assert_eq!(seen(&png(0, 10), "a.png"), NOT_READABLE);
    assert_eq!(seen(&jpeg(65_535, 65_535), "a.jpg"), Err(Refusal::FileTooLarge));
    assert_eq!(seen(&jpeg(0, 0), "a.jpg"), NOT_READABLE);
}

#[test]
fn documents_are_counted_along_their_tree_and_not_by_what_they_claim() {
    assert_eq!(seen(&pdf(1), "a.pdf"), found("application/pdf", 1));
    assert_eq!(seen(&pdf(40), "a.pdf"), found("application/pdf", 40));
    assert_eq!(seen(&pdf(0), "a.pdf"), NOT_READABLE);
    assert_eq!(seen(&samples::pdf_that_claims(2, 9_999), "a.pdf"), found("application/pdf", 2));
    let too_many = EVIDENCE_PAGES_MAX + 1;
    assert_eq!(seen(&pdf(too_many.into()), "a.pdf"), Err(Refusal::FileTooLarge));
}

#[test]
fn encrypted_documents_are_named_as_such() {
    assert_eq!(seen(&samples::pdf_encrypted(), "a.pdf"), Err(Refusal::FileEncrypted));
}

#[test]
fn a_document_that_unpacks_without_end_is_refused_in_time() {
    let began = std::time::Instant::now();
    let bytes = samples::pdf_bomb();
    assert!(bytes.len() < 100_000, "a bomb is small: {}", bytes.len());
    assert!(seen(&bytes, "a.pdf").is_err());
    assert!(began.elapsed() < core::time::Duration::from_secs(20), "{:?}", began.elapsed());
}

#[test]
fn a_tree_that_bites_its_tail_ends() {
    assert!(seen(&samples::pdf_loop(), "a.pdf").is_err());
}

/// A good file with some bytes changed, cut off or doubled.
fn spoilt() -> impl Strategy<Value = (Vec<u8>, &'static str)> {
    let which = 0..good().len();
    let harm = prop_oneof![
        vec((any::<proptest::sample::Index>(), any::<u8>()), 1..16)
            .prop_map(|changes| (changes, None)),
        any::<proptest::sample::Index>().prop_map(|cut| (Vec::new(), Some(cut))),
    ];
    (which, harm).prop_map(|(which, (changes, cut))| {
        let (mut bytes, name, _) = good().swap_remove(which);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        (bytes, name)
    })
}

/// Any bytes behind a mark that some reader believes.
fn marked() -> impl Strategy<Value = Vec<u8>> {
    let marks = prop_oneof![
        Just(b"%PDF-1.7\n".to_vec()),
        Just(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec()),
        Just(vec![0xFF, 0xD8, 0xFF, 0xE0]),
        Just(b"RIFF\0\0\0\0WAVEfmt ".to_vec()),
        Just(b"OggS\0".to_vec()),
        Just(b"\0\0\0\x18ftypisom".to_vec()),
        Just(vec![0x1A, 0x45, 0xDF, 0xA3]),
        Just(b"ID3\x04\0\0\0\0\0\0".to_vec()),
    ];
    (marks, vec(any::<u8>(), 0..2_000)).prop_map(|(mut mark, rest)| {
        mark.extend(rest);
        mark
    })
}

proptest! {
    #[test]
    fn whatever_comes_is_answered_and_within_bounds(file in spoilt()) {
        let (bytes, name) = file;
        if let Ok(found) = seen(&bytes, name) {
            assert!(found.pages >= 1 && found.pages <= EVIDENCE_PAGES_MAX);
            assert!(fits(found.media_type, name));
        }
    }

    #[test]
    fn bytes_without_sense_are_answered(bytes in marked()) {
        if let Ok(found) = seen(&bytes, "a") {
            assert!(found.pages >= 1);
        }
    }
}
