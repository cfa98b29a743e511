//! MP4, M4A and MOV: boxes (ISO/IEC 14496-12 §4.2) that fill the file, and tracks with a picture or
//! a sound.
//!
//! What is not here: codecs; the page says when it cannot play one.

use std::io::{self, Read, Seek};

use model::Refusal;

use super::{Answer, Found, NOT_READABLE, Source, one};

/// Boxes looked at in one file.
const BOXES_MAX: u32 = 20_000;
/// How deep boxes are followed: `moov`, `trak`, `mdia`.
const DEPTH_MAX: u8 = 3;

/// What the tracks carry.
#[derive(Clone, Copy, Debug, Default)]
struct Tracks {
    boxes: u32,
    picture: bool,
    sound: bool,
    /// The description of the tracks was seen.
    described: bool,
}

pub(super) fn look<R: Read + Seek>(source: &mut Source<'_, R>) -> Answer<Found> {
    let Some([_, _, _, _, _, _, _, _, brand @ ..]) = source.exactly::<12>(0)? else {
        return Ok(NOT_READABLE);
    };
    let mut tracks = Tracks::default();
    let end = source.bytes;
    if !walk(source, 0, end, 0, &mut tracks)? || !tracks.described {
        return Ok(NOT_READABLE);
    }
    Ok(match (tracks.picture, tracks.sound) {
        (true, _) if brand == *b"qt  " => Ok(one("video/quicktime")),
        (true, _) => Ok(one("video/mp4")),
        (false, true) => Ok(one("audio/mp4")),
        (false, false) => Err(Refusal::FileNotReadable),
    })
}

/// Walks the boxes between `at` and `end`; false when they do not fill it.
fn walk<R: Read + Seek>(
    source: &mut Source<'_, R>,
    mut at: u64,
    end: u64,
    depth: u8,
    tracks: &mut Tracks,
) -> io::Result<bool> {
    while at < end {
        tracks.boxes += 1;
        if tracks.boxes > BOXES_MAX {
            return Ok(false);
        }
        let Some([s0, s1, s2, s3, kind @ ..]) = source.exactly::<8>(at)? else { return Ok(false) };
        let (mut head, mut size) = (8, u64::from(u32::from_be_bytes([s0, s1, s2, s3])));
        if size == 1 {
            let Some(large) = source.exactly::<8>(at + 8)? else { return Ok(false) };
            (head, size) = (16, u64::from_be_bytes(large));
        } else if size == 0 && depth == 0 {
            // The last box may reach to the end of the file.
            size = end - at;
        }
        let Some(next) = at.checked_add(size).filter(|next| size >= head && *next <= end) else {
            return Ok(false);
        };
        let inside = at + head;
        match &kind {
            b"moov" | b"trak" | b"mdia" if depth < DEPTH_MAX => {
                tracks.described |= kind == *b"moov";
                if !walk(source, inside, next, depth + 1, tracks)? {
                    return Ok(false);
                }
            }
            b"hdlr" if depth == DEPTH_MAX => {
                // Version and flags, a reservation, then what the track is.
                if let Some([_, _, _, _, _, _, _, _, what @ ..]) = source.exactly::<12>(inside)? {
                    tracks.picture |= what == *b"vide";
                    tracks.sound |= what == *b"soun";
                }
            }
            _ => {}
        }
        at = next;
    }
    Ok(true)
}
