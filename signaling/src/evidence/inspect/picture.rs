//! Pictures: their structure from beginning to end, and their size, without unpacking them.
//! What is not here: other formats; old browsers show these two everywhere.

use std::io::{Read, Seek, SeekFrom};

use model::Refusal;
use model::limits::{EVIDENCE_PIXELS_MAX, EVIDENCE_SIDE_PIXELS_MAX};

use super::{Answer, Found, NOT_READABLE, Source, one};

/// Chunks of a PNG and segments of a JPEG before its picture.
const PARTS_MAX: u32 = 100_000;
/// Bytes read at once in search of the end of a JPEG.
const PIECE_BYTES: usize = 64 * 1024;

fn within(media_type: &'static str, width: u32, height: u32) -> Result<Found, Refusal> {
    if width == 0 || height == 0 {
        NOT_READABLE
    } else if width > EVIDENCE_SIDE_PIXELS_MAX
        || height > EVIDENCE_SIDE_PIXELS_MAX
        || u64::from(width) * u64::from(height) > EVIDENCE_PIXELS_MAX
    {
        Err(Refusal::FileTooLarge)
    } else {
        Ok(one(media_type))
    }
}

/// PNG (W3C PNG §5): chunks of length, type, data, check sum; the header first, `IEND` last.
pub(super) fn png<R: Read + Seek>(source: &mut Source<'_, R>) -> Answer<Found> {
    let Some([0, 0, 0, 13, b'I', b'H', b'D', b'R', w0, w1, w2, w3, h0, h1, h2, h3]) =
        source.exactly::<16>(8)?
    else {
        return Ok(NOT_READABLE);
    };
    let width = u32::from_be_bytes([w0, w1, w2, w3]);
    let height = u32::from_be_bytes([h0, h1, h2, h3]);
    let (mut at, mut picture) = (8, false);
    for _ in 0..PARTS_MAX {
        let Some([l0, l1, l2, l3, kind @ ..]) = source.exactly::<8>(at)? else {
            return Ok(NOT_READABLE);
        };
        at += 12 + u64::from(u32::from_be_bytes([l0, l1, l2, l3]));
        picture |= kind == *b"IDAT";
        if at > source.bytes {
            return Ok(NOT_READABLE);
        }
        if kind == *b"IEND" {
            return Ok(if picture { within("image/png", width, height) } else { NOT_READABLE });
        }
    }
    Ok(NOT_READABLE)
}

/// JPEG (ITU-T T.81 annex B): segments up to the scan, one of them with the size; then the end mark.
pub(super) fn jpeg<R: Read + Seek>(source: &mut Source<'_, R>) -> Answer<Found> {
    let (mut at, mut size) = (2, None);
    for _ in 0..PARTS_MAX {
        let Some([mark, code, l0, l1]) = source.exactly::<4>(at)? else { return Ok(NOT_READABLE) };
        if mark != 0xFF {
            return Ok(NOT_READABLE);
        }
        if code == 0xFF {
            // Fill bytes may stand before a mark.
            at += 1;
            continue;
        }
        let length = u64::from(u16::from_be_bytes([l0, l1]));
        if length < 2 || matches!(code, 0x00 | 0x01 | 0xD0..=0xD9) {
            return Ok(NOT_READABLE);
        }
        // Start of frame: all of C0 to CF but tables (C4), a reservation (C8) and arithmetic (CC).
        if matches!(code, 0xC0..=0xCF) && !matches!(code, 0xC4 | 0xC8 | 0xCC) {
            let Some([_, h0, h1, w0, w1]) = source.exactly::<5>(at + 4)? else {
                return Ok(NOT_READABLE);
            };
            size = Some((u16::from_be_bytes([w0, w1]), u16::from_be_bytes([h0, h1])));
        }
        at += 2 + length;
        if code == 0xDA {
            let Some((width, height)) = size else { return Ok(NOT_READABLE) };
            let whole = has_end(source, at)?;
            let found = within("image/jpeg", width.into(), height.into());
            return Ok(if whole { found } else { NOT_READABLE });
        }
    }
    Ok(NOT_READABLE)
}

/// Whether the end mark stands somewhere behind `at`.
fn has_end<R: Read + Seek>(source: &mut Source<'_, R>, at: u64) -> std::io::Result<bool> {
    source.file.seek(SeekFrom::Start(at))?;
    let mut piece = vec![0; PIECE_BYTES];
    let mut marked = false;
    loop {
        let read = source.file.read(&mut piece)?;
        if read == 0 {
            return Ok(false);
        }
        for byte in piece.get(..read).unwrap_or_default() {
            if marked && *byte == 0xD9 {
                return Ok(true);
            }
            marked = *byte == 0xFF;
        }
    }
}
