//! What a file really is: found in its bytes, never in its name; whole, and within bounds.
//!
//! What is not here: showing it. Nothing here unpacks pictures, plays sound or runs anything.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use model::Refusal;

mod ebml;
mod iso;
mod pdf;
mod picture;
mod sound;

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Its media type.
    pub(crate) media_type: &'static str,
    /// Pages of a document; 1 for everything else.
    pub(crate) pages: u16,
}

/// The disk failed, or the answer.
type Answer<T> = io::Result<Result<T, Refusal>>;

/// Media types that are taken, each with the endings its files may have; the first is its own.
const ENDINGS: &[(&str, &[&str])] = &[
    ("application/pdf", &["pdf"]),
    ("image/png", &["png"]),
    ("image/jpeg", &["jpg", "jpeg", "jfif"]),
    ("audio/mpeg", &["mp3"]),
    ("audio/mp4", &["m4a", "mp4"]),
    ("audio/wav", &["wav"]),
    ("audio/ogg", &["ogg", "oga", "opus"]),
    ("audio/webm", &["webm", "weba"]),
    ("video/mp4", &["mp4", "m4v"]),
    ("video/quicktime", &["mov", "qt"]),
    ("video/webm", &["webm"]),
];

/// The ending of a file of this media type.
pub(crate) fn extension(media_type: &str) -> &'static str {
    let known = ENDINGS.iter().find(|(name, _)| *name == media_type);
    known.and_then(|(_, endings)| endings.first()).copied().unwrap_or("bin")
}

/// Looks into a file with the name it came by.
pub(super) fn file(path: &Path, name: &str) -> Answer<Found> {
    let mut file = File::open(path)?;
    let bytes = file.metadata()?.len();
    look(&mut Source { file: &mut file, bytes }, name)
}

/// Something to read, of known length.
struct Source<'a, R> {
    file: &'a mut R,
    bytes: u64,
}

impl<R: Read + Seek> Source<'_, R> {
    /// Up to `N` bytes from `at`, and how many there are.
    fn head<const N: usize>(&mut self, at: u64) -> io::Result<([u8; N], usize)> {
        let mut head = [0; N];
        self.file.seek(SeekFrom::Start(at))?;
        let mut filled = 0;
        while let Some(rest) = head.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.file.read(rest)? {
                0 => break,
                read => filled += read,
            }
        }
        Ok((head, filled))
    }

    /// Exactly `N` bytes from `at`, if there are so many.
    fn exactly<const N: usize>(&mut self, at: u64) -> io::Result<Option<[u8; N]>> {
        let (head, filled) = self.head::<N>(at)?;
        Ok((filled == N).then_some(head))
    }
}

fn look<R: Read + Seek>(source: &mut Source<'_, R>, name: &str) -> Answer<Found> {
    let (head, filled) = source.head::<16>(0)?;
    let head = head.get(..filled).unwrap_or_default();
    let found = if head.starts_with(b"%PDF-") {
        pdf::look(source)?
    } else if head.starts_with(b"\x89PNG\r\n\x1a\n") {
        picture::png(source)?
    } else if head.starts_with(&[0xFF, 0xD8, 0xFF]) {
        picture::jpeg(source)?
    } else if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WAVE") {
        sound::wav(source)?
    } else if head.starts_with(b"OggS") {
        sound::ogg(source)?
    } else if head.get(4..8) == Some(b"ftyp") {
        iso::look(source)?
    } else if head.starts_with(&[0x1A, 0x45, 0xDF, 0xA3]) {
        ebml::look(source)?
    } else if head.starts_with(b"ID3") || (head.len() > 1 && sound::is_frame(head)) {
        sound::mp3(source)?
    } else {
        Err(Refusal::FileNotReadable)
    };
    Ok(found.and_then(|found| if fits(found.media_type, name) { Ok(found) } else { NOT_READABLE }))
}

const NOT_READABLE: Result<Found, Refusal> = Err(Refusal::FileNotReadable);

/// Whether a file of this type may have this name. A name without an ending claims nothing.
fn fits(media_type: &str, name: &str) -> bool {
    let Some((_, ending)) = name.rsplit_once('.') else { return true };
    let ending = ending.to_ascii_lowercase();
    ENDINGS
        .iter()
        .any(|(known, endings)| *known == media_type && endings.contains(&ending.as_str()))
}

const fn one(media_type: &'static str) -> Found {
    Found { media_type, pages: 1 }
}

#[cfg(test)]
mod tests;
