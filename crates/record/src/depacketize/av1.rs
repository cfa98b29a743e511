//! AV1: takes the aggregation headers off and joins the elements to the units of one temporal unit
//! (AV1 RTP specification 1.0, §4), as Matroska wants them: each with its size, without delimiters. All
//! spatial layers of a picture stand in one unit; decoders show the largest.
//!
//! What is not here: decoding. Sequence headers are read for size and profile only (`sequence.rs`) and
//! stay in the frames too.

use super::{Frame, Malformed, Picture, frame_of};
use crate::reorder::Packet;

mod sequence;

/// Kinds of units (AV1 specification §6.2.2).
const SEQUENCE: u8 = 1;
const DELIMITER: u8 = 2;
const FRAME_HEADER: u8 = 3;
const FRAME: u8 = 6;
const TILE_LIST: u8 = 8;
/// A unit's number for its layers follows its first byte.
const EXTENDED: u8 = 0x04;
/// A unit says how long it is.
const SIZED: u8 = 0x02;

/// The temporal unit of a whole run: the first packet must begin one.
pub(super) fn frame(run: &[Packet]) -> Result<Frame, Malformed> {
    let mut unit = TemporalUnit {
        bytes: Vec::with_capacity(run.iter().map(|packet| packet.payload.len() + 2).sum()),
        ..TemporalUnit::default()
    };
    // The part of an element that goes on in the next packet.
    let mut open: Option<Vec<u8>> = None;
    for packet in run {
        let (&head, rest) = packet.payload.split_first().ok_or(Malformed)?;
        let (goes_on, is_cut) = (head & 0x80 != 0, head & 0x40 != 0);
        if goes_on != open.is_some() {
            return Err(Malformed);
        }
        let mut elements = Elements { rest, count: head >> 4 & 0x03, before: 0 };
        while let Some(element) = elements.next()? {
            let whole = match open.take() {
                None => element.to_vec(),
                Some(begun) => [&begun, element].concat(),
            };
            if is_cut && elements.rest.is_empty() {
                open = Some(whole);
            } else {
                unit.push(&whole)?;
            }
        }
        if is_cut != open.is_some() {
            return Err(Malformed);
        }
    }
    if open.is_some() || unit.bytes.is_empty() {
        return Err(Malformed);
    }
    let picture = unit.picture.filter(|_| unit.begins_with_key == Some(true));
    Ok(frame_of(run, picture.is_some(), unit.bytes, picture))
}

/// The elements of a payload.
struct Elements<'a> {
    rest: &'a [u8],
    /// `W`: how many there are, the last without its length; 0: each has its length.
    count: u8,
    before: u8,
}

impl<'a> Elements<'a> {
    fn next(&mut self) -> Result<Option<&'a [u8]>, Malformed> {
        if self.rest.is_empty() {
            let all = self.count == 0 || self.before == self.count;
            return if all { Ok(None) } else { Err(Malformed) };
        }
        self.before = self.before.saturating_add(1);
        if self.count > 0 && self.before >= self.count {
            let last = core::mem::take(&mut self.rest);
            return if self.before == self.count { Ok(Some(last)) } else { Err(Malformed) };
        }
        let (length, behind) = leb128(self.rest).ok_or(Malformed)?;
        let (element, behind) = behind.split_at_checked(length).ok_or(Malformed)?;
        self.rest = behind;
        Ok(Some(element))
    }
}

/// What was gathered of a temporal unit.
#[derive(Debug, Default)]
struct TemporalUnit {
    bytes: Vec<u8>,
    picture: Option<Picture>,
    /// Whether its first frame needs nothing before it.
    begins_with_key: Option<bool>,
}

impl TemporalUnit {
    /// Takes a unit as it was sent, with or without its size.
    fn push(&mut self, unit: &[u8]) -> Result<(), Malformed> {
        let (&first, mut body) = unit.split_first().ok_or(Malformed)?;
        let mut head = vec![first | SIZED];
        if first & 0x80 != 0 {
            return Err(Malformed);
        }
        if first & EXTENDED != 0 {
            let (&layers, behind) = body.split_first().ok_or(Malformed)?;
            head.push(layers);
            body = behind;
        }
        if first & SIZED != 0 {
            let (length, behind) = leb128(body).ok_or(Malformed)?;
            body = behind.get(..length).ok_or(Malformed)?;
        }
        let kind = first >> 3 & 0x0F;
        match kind {
            DELIMITER | TILE_LIST => return Ok(()),
            FRAME | FRAME_HEADER if self.begins_with_key.is_none() => {
                // Not one shown again, of the type key frame (§5.9.2).
                self.begins_with_key = Some(body.first().is_some_and(|byte| byte & 0xE0 == 0));
            }
            _ => {}
        }
        put_leb128(&mut head, body.len());
        if kind == SEQUENCE && self.picture.is_none() {
            let told = sequence::read(body).ok_or(Malformed)?;
            let private = [&told.configuration[..], &head, body].concat();
            self.picture = Some(Picture { width: told.width, height: told.height, private });
        }
        self.bytes.extend_from_slice(&head);
        self.bytes.extend_from_slice(body);
        Ok(())
    }
}

/// A length (AV1 specification §4.10.5), and what follows it; none when it is cut off or no length of
/// anything in memory.
fn leb128(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0_u64;
    for (at, byte) in bytes.iter().enumerate().take(8) {
        value |= u64::from(byte & 0x7F) << (7 * at);
        if byte & 0x80 == 0 {
            let value = u32::try_from(value).ok()?;
            return Some((usize::try_from(value).ok()?, &bytes[at + 1..]));
        }
    }
    None
}

fn put_leb128(out: &mut Vec<u8>, mut value: usize) {
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        if value == 0 {
            out.push(low & 0x7F);
            return;
        }
        out.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use model::Instant;

    use super::*;

    /// Sequence header of a stream of 640 x 360, as libaom writes it.
    const HEADER: [u8; 13] = [0x0A, 0x0B, 0, 0, 0, 0x0C, 0xC4, 0xFF, 0x67, 0x36, 0xBE, 0x40, 0x10];

    fn packet(payload: &[u8]) -> Packet {
        Packet { arrived: Instant(0), rtp_time: 1, marker: false, payload: payload.to_vec() }
    }

    fn element(unit: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        put_leb128(&mut out, unit.len());
        out.extend_from_slice(unit);
        out
    }

    #[test]
    fn elements_become_units_with_their_sizes() {
        // A delimiter, a sequence header without its size, and a frame that goes on in two packets.
        let header = [&[HEADER[0] & !SIZED][..], &HEADER[2..]].concat();
        let begun = [0x30, 0x10, 7];
        let first = [&[0x78][..], &element(&[0x10]), &element(&header), &begun].concat();
        let run = [packet(&first), packet(&[0xD0, 8, 9]), packet(&[0x90, 5])];
        let frame = frame(&run).expect("well formed");
        let unit = [&HEADER[..], &[0x32, 5, 0x10, 7, 8, 9, 5]].concat();
        assert_eq!((frame.keyframe, &frame.bytes), (true, &unit));
        let picture = frame.picture.expect("a keyframe");
        assert_eq!((picture.width, picture.height), (640, 360));
        assert_eq!(picture.private, [&[0x81, 0x01, 0x0C, 0x00][..], &HEADER].concat());
    }

    #[test]
    fn layers_stay_together_and_sizes_that_were_there_stay() {
        let lower = [0x36, 0x00, 2, 0x30, 1];
        let run =
            [packet(&[&[0x00][..], &element(&lower), &element(&[0x34, 0x08, 0x30, 2])].concat())];
        let frame = frame(&run).expect("well formed");
        assert_eq!(frame.bytes, [&lower[..], &[0x36, 0x08, 2, 0x30, 2]].concat());
        assert!(!frame.keyframe);
    }

    #[test]
    fn a_key_frame_without_its_sequence_is_no_keyframe() {
        let alone = frame(&[packet(&[0x18, 0x30, 0x10])]).expect("well formed");
        assert!(!alone.keyframe && alone.picture.is_none());
        let shown_again = [&[0x28][..], &element(&HEADER), &[0x1A, 1, 0x80]].concat();
        assert!(!frame(&[packet(&shown_again)]).expect("well formed").keyframe);
    }

    #[test]
    fn what_is_not_whole_is_refused() {
        for run in [
            &[&[0x90, 5][..]][..],
            &[&[0x50, 0x30, 1]],
            &[&[0x50, 0x30, 1], &[0x10, 2]],
            &[&[0x20, 5, 0x30]],
            &[&[0x20, 1, 0x30]],
            &[&[0x10]],
            &[&[0x10, 0x12, 0]],
            &[&[0x10, 0xB0, 1]],
            &[&[0x10, 0x32, 9, 1]],
            &[&[0x10, 0x34]],
            &[&[0x10, 0x0A, 1, 0]],
        ] {
            let packets: Vec<Packet> = run.iter().map(|payload| packet(payload)).collect();
            assert!(frame(&packets).is_err(), "{run:?}");
        }
    }

    #[test]
    fn lengths_are_read_and_written() {
        for value in [0, 1, 127, 128, 300, 1 << 20] {
            let mut out = Vec::new();
            put_leb128(&mut out, value);
            assert_eq!(leb128(&out), Some((value, &[][..])));
        }
        assert_eq!(leb128(&[0x80; 9]), None);
        assert_eq!(leb128(&[0xFF, 0xFF, 0xFF, 0xFF, 0x7F]), None);
        assert_eq!(leb128(&[0x81, 0x00, 7]), Some((1, &[7][..])), "longer than it had to be");
    }
}
