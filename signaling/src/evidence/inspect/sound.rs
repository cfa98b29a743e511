//! Sound without a container of its own kind: WAV, Ogg, MP3.
//! What is not here: sound in MP4 (`iso`) and WebM (`ebml`).

use std::io::{Read, Seek};

use super::{Answer, Found, NOT_READABLE, Source, one};

/// Chunks of a WAV file.
const CHUNKS_MAX: u32 = 10_000;
/// Pages of an Ogg file: 100 MiB of small ones.
const PAGES_MAX: u32 = 2_000_000;
/// Frames of an MP3 that must follow each other before it is believed.
const FRAMES_MIN: u32 = 3;
/// Bytes before the first frame of an MP3, tags aside.
const STRAY_MAX: u64 = 4_096;

/// WAV: RIFF chunks, a format among them, and the sound whole.
pub(super) fn wav<R: Read + Seek>(source: &mut Source<'_, R>) -> Answer<Found> {
    let (mut at, mut format) = (12, false);
    for _ in 0..CHUNKS_MAX {
        let Some([k0, k1, k2, k3, l0, l1, l2, l3]) = source.exactly::<8>(at)? else {
            return Ok(NOT_READABLE);
        };
        let length = u64::from(u32::from_le_bytes([l0, l1, l2, l3]));
        at += 8 + length;
        if at > source.bytes {
            return Ok(NOT_READABLE);
        }
        match [k0, k1, k2, k3] {
            [b'd', b'a', b't', b'a'] if format && length > 0 => return Ok(Ok(one("audio/wav"))),
            [b'f', b'm', b't', b' '] => format = true,
            _ => {}
        }
        // Chunks begin at even places.
        at += length % 2;
    }
    Ok(NOT_READABLE)
}

/// Ogg (RFC 3533 §6): page after page up to the last byte, the first of a codec browsers play.
pub(super) fn ogg<R: Read + Seek>(source: &mut Source<'_, R>) -> Answer<Found> {
    let (mut at, mut known) = (0, false);
    for number in 0..PAGES_MAX {
        if at == source.bytes && known {
            return Ok(Ok(one("audio/ogg")));
        }
        let Some(header) = source.exactly::<27>(at)? else { return Ok(NOT_READABLE) };
        let (start, [.., count]) = (header.get(..5), header);
        if start != Some(b"OggS\0") {
            return Ok(NOT_READABLE);
        }
        let (sizes, filled) = source.head::<255>(at + 27)?;
        let Some(sizes) = sizes.get(..filled.min(usize::from(count))) else {
            return Ok(NOT_READABLE);
        };
        if sizes.len() < usize::from(count) {
            return Ok(NOT_READABLE);
        }
        let body = at + 27 + u64::from(count);
        if number == 0 {
            let (first, filled) = source.head::<8>(body)?;
            let first = first.get(..filled).unwrap_or_default();
            known = first.starts_with(b"OpusHead")
                || first.starts_with(b"\x01vorbis")
                || first.starts_with(b"\x7FFLAC");
            if !known {
                return Ok(NOT_READABLE);
            }
        }
        at = body + sizes.iter().map(|size| u64::from(*size)).sum::<u64>();
        if at > source.bytes {
            return Ok(NOT_READABLE);
        }
    }
    Ok(NOT_READABLE)
}

/// Whether these bytes begin like a frame of MPEG layer III.
pub(super) fn is_frame(head: &[u8]) -> bool {
    let [first, second, ..] = head else { return false };
    // Eleven ones, then a version that is not reserved, then layer III.
    *first == 0xFF && second & 0xE6 == 0xE2 && second & 0x18 != 0x08
}

/// MP3: tags, then frames that follow each other (ISO 11172-3 §2.4.2.3).
pub(super) fn mp3<R: Read + Seek>(source: &mut Source<'_, R>) -> Answer<Found> {
    let mut at = 0;
    if let Some([b'I', b'D', b'3', _, _, _, s0, s1, s2, s3]) = source.exactly::<10>(0)? {
        let seven = |byte: u8| u64::from(byte & 0x7F);
        at = 10 + (seven(s0) << 21 | seven(s1) << 14 | seven(s2) << 7 | seven(s3));
    }
    for start in at..at + STRAY_MAX {
        if has_frames(source, start)? {
            return Ok(Ok(one("audio/mpeg")));
        }
    }
    Ok(NOT_READABLE)
}

fn has_frames<R: Read + Seek>(source: &mut Source<'_, R>, mut at: u64) -> std::io::Result<bool> {
    for _ in 0..FRAMES_MIN {
        let Some(header) = source.exactly::<4>(at)? else { return Ok(false) };
        match frame_bytes(header) {
            Some(bytes) => at += bytes,
            None => return Ok(false),
        }
        if at > source.bytes {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Length of a layer III frame by its header, or none when it is not one.
fn frame_bytes(header: [u8; 4]) -> Option<u64> {
    const FIRST: [u64; 15] = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
    const LATER: [u64; 15] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
    const RATES: [u64; 3] = [44_100, 48_000, 32_000];
    if !is_frame(&header) {
        return None;
    }
    let [_, second, third, _] = header;
    let version = second >> 3 & 3;
    let table = if version == 3 { FIRST } else { LATER };
    let bits = *table.get(usize::from(third >> 4)).filter(|rate| **rate > 0)? * 1_000;
    let divisor = match version {
        3 => 1,
        2 => 2,
        _ => 4,
    };
    let rate = RATES.get(usize::from(third >> 2 & 3))? / divisor;
    let samples = if version == 3 { 144 } else { 72 };
    Some(samples * bits / rate + u64::from(third >> 1 & 1))
}
