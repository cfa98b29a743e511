//! WebM: EBML elements (RFC 8794) of a segment that is whole, and its tracks (RFC 9559).
//! What is not here: Matroska with other codecs, which browsers do not play.

use std::io::{self, Read, Seek};

use model::Refusal;

use super::{Answer, Found, NOT_READABLE, Source, one};

/// Elements looked at in one file.
const ELEMENTS_MAX: u32 = 20_000;

const HEADER: u32 = 0x1A45_DFA3;
const DOC_TYPE: u32 = 0x4282;
const SEGMENT: u32 = 0x1853_8067;
const TRACKS: u32 = 0x1654_AE6B;
const TRACK_ENTRY: u32 = 0xAE;
const TRACK_TYPE: u32 = 0x83;

/// One element: what it is, where its data begin and end; no end is unknown.
#[derive(Clone, Copy, Debug)]
struct Element {
    id: u32,
    data: u64,
    end: Option<u64>,
}

pub(super) fn look<R: Read + Seek>(source: &mut Source<'_, R>) -> Answer<Found> {
    let Some(header) = element(source, 0)?.filter(|header| header.id == HEADER) else {
        return Ok(NOT_READABLE);
    };
    let Some(after) = header.end.filter(|end| *end <= source.bytes) else {
        return Ok(NOT_READABLE);
    };
    let kind = match child(source, header.data, after, DOC_TYPE)? {
        Some(kind) => source.exactly::<4>(kind.data)?,
        None => None,
    };
    let Some(segment) = element(source, after)?.filter(|segment| segment.id == SEGMENT) else {
        return Ok(NOT_READABLE);
    };
    let end = segment.end.unwrap_or(source.bytes);
    if kind != Some(*b"webm") || end > source.bytes {
        return Ok(NOT_READABLE);
    }
    let Some(tracks) = child(source, segment.data, end, TRACKS)? else { return Ok(NOT_READABLE) };
    let Some(last) = tracks.end.filter(|last| *last <= end) else { return Ok(NOT_READABLE) };
    let (mut picture, mut sound, mut at) = (false, false, tracks.data);
    while let Some(entry) = child(source, at, last, TRACK_ENTRY)? {
        let Some(next) = entry.end.filter(|next| *next <= last) else { return Ok(NOT_READABLE) };
        if let Some(what) = child(source, entry.data, next, TRACK_TYPE)? {
            let what = source.exactly::<1>(what.data)?;
            picture |= what == Some([1]);
            sound |= what == Some([2]);
        }
        at = next;
    }
    Ok(match (picture, sound) {
        (true, _) => Ok(one("video/webm")),
        (false, true) => Ok(one("audio/webm")),
        (false, false) => Err(Refusal::FileNotReadable),
    })
}

/// The first element with this id between `at` and `end`.
fn child<R: Read + Seek>(
    source: &mut Source<'_, R>,
    mut at: u64,
    end: u64,
    id: u32,
) -> io::Result<Option<Element>> {
    for _ in 0..ELEMENTS_MAX {
        if at >= end {
            return Ok(None);
        }
        let Some(found) = element(source, at)? else { return Ok(None) };
        if found.id == id {
            return Ok(Some(found));
        }
        // Behind an element of unknown length nothing can be found.
        let Some(next) = found.end.filter(|next| *next > at) else { return Ok(None) };
        at = next;
    }
    Ok(None)
}

/// The element at a place (RFC 8794 §5, §6).
fn element<R: Read + Seek>(source: &mut Source<'_, R>, at: u64) -> io::Result<Option<Element>> {
    let (bytes, filled) = source.head::<12>(at)?;
    let bytes = bytes.get(..filled).unwrap_or_default();
    let Some((id, id_bytes)) = number(bytes, 4) else { return Ok(None) };
    let Ok(id) = u32::try_from(id) else { return Ok(None) };
    let rest = bytes.get(id_bytes..).unwrap_or_default();
    let Some((size, size_bytes)) = number(rest, 8) else { return Ok(None) };
    let bits = 7 * size_bytes;
    let mask = (1_u64 << bits) - 1;
    let size = size & mask;
    let (Ok(id_bytes), Ok(size_bytes)) = (u64::try_from(id_bytes), u64::try_from(size_bytes))
    else {
        return Ok(None);
    };
    let data = at + id_bytes + size_bytes;
    let end = if size == mask { None } else { data.checked_add(size) };
    Ok(Some(Element { id, data, end }))
}

/// A number of variable length with its mark, and how many bytes it takes.
fn number(bytes: &[u8], bytes_max: usize) -> Option<(u64, usize)> {
    let length = usize::try_from(bytes.first()?.leading_zeros()).ok()? + 1;
    if length > bytes_max {
        return None;
    }
    let value = bytes.get(..length)?.iter().fold(0, |value, byte| value << 8 | u64::from(*byte));
    Some((value, length))
}
