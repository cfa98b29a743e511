//! VP9: takes the payload descriptors off and joins the rest (RFC 9628 §4.2). A picture of several
//! spatial layers is several frames, kept together as a superframe (VP9 bitstream, annex B).
//!
//! What is not here: decoding. Of a keyframe without told sizes only the head is read (§6.2 there).

use super::{Frame, Malformed, Picture, frame_of};
use crate::reorder::Packet;

/// Frames one superframe can hold.
const LAYERS_MAX: usize = 8;
const REFERENCES_MAX: usize = 3;

/// The frame of a whole run: the first packet must begin one.
pub(super) fn frame(run: &[Packet]) -> Result<Frame, Malformed> {
    let mut bytes = Vec::with_capacity(run.iter().map(|packet| packet.payload.len()).sum());
    let mut ends: Vec<usize> = Vec::new();
    let mut keyframe = None;
    let mut told = None;
    for packet in run {
        let head = descriptor(&packet.payload).ok_or(Malformed)?;
        if head.begins {
            ends.push(bytes.len());
        }
        if ends.is_empty() || ends.len() > LAYERS_MAX {
            return Err(Malformed);
        }
        keyframe.get_or_insert(!head.predicted && head.spatial == 0);
        told = told.or(head.size);
        bytes.extend_from_slice(&packet.payload[head.len..]);
    }
    ends.remove(0);
    ends.push(bytes.len());
    let mut picture = None;
    if keyframe == Some(true) {
        let (width, height) = told.or_else(|| size(&bytes)).ok_or(Malformed)?;
        picture = Some(Picture { width, height, private: Vec::new() });
    }
    index(&mut bytes, &ends);
    Ok(frame_of(run, picture.is_some(), bytes, picture))
}

/// Writes where the frames end, if there are several: decoders look for it at the end.
fn index(bytes: &mut Vec<u8>, ends: &[usize]) {
    let Some(more) = ends.len().checked_sub(2) else { return };
    // Four bytes for each size; 0b110 marks an index.
    let marker = 0xC0 | 3 << 3 | u8::try_from(more + 1).unwrap_or(7);
    bytes.push(marker);
    let mut from = 0;
    for end in ends {
        bytes.extend_from_slice(&u32::try_from(end - from).unwrap_or(0).to_le_bytes());
        from = *end;
    }
    bytes.push(marker);
}

/// Width and height in the head of a keyframe of profile 0.
fn size(frame: &[u8]) -> Option<(u16, u16)> {
    let [head, 0x49, 0x83, 0x42, a, b, c, d, e, ..] = *frame else { return None };
    // Frame marker 2, profile 0, no frame shown again, a keyframe; four bits of colour follow.
    if head & 0xFC != 0x80 {
        return None;
    }
    let side = |high: u8, mid: u8, low: u8| {
        (u16::from(high & 0x0F) << 12 | u16::from(mid) << 4 | u16::from(low >> 4)).checked_add(1)
    };
    Some((side(a, b, c)?, side(c, d, e)?))
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Descriptor {
    len: usize,
    begins: bool,
    predicted: bool,
    spatial: u8,
    /// Size of the largest layer.
    size: Option<(u16, u16)>,
}

fn word(bytes: &mut impl Iterator<Item = u8>) -> Option<u16> {
    Some(u16::from_be_bytes([bytes.next()?, bytes.next()?]))
}

/// What a payload begins with; nothing when it ends before its frame's bytes.
fn descriptor(payload: &[u8]) -> Option<Descriptor> {
    let mut bytes = payload.iter().copied();
    let first = bytes.next()?;
    let has = |bit: u8| first & bit != 0;
    let mut read = Descriptor { begins: has(0x08), predicted: has(0x40), ..Descriptor::default() };
    if has(0x80) && bytes.next()? & 0x80 != 0 {
        bytes.next()?;
    }
    if has(0x20) {
        read.spatial = bytes.next()? >> 1 & 0x07;
        if !has(0x10) {
            bytes.next()?;
        }
    }
    if has(0x10) && has(0x40) {
        let mut named = 1;
        while bytes.next()? & 0x01 != 0 {
            named += 1;
            if named > REFERENCES_MAX {
                return None;
            }
        }
    }
    if has(0x02) {
        let head = bytes.next()?;
        if head & 0x10 != 0 {
            for _ in 0..=head >> 5 {
                let size = (word(&mut bytes)?, word(&mut bytes)?);
                read.size = Some(size).filter(|(width, height)| *width > 0 && *height > 0);
            }
        }
        if head & 0x08 != 0 {
            for _ in 0..bytes.next()? {
                for _ in 0..bytes.next()? >> 2 & 0x03 {
                    bytes.next()?;
                }
            }
        }
    }
    read.len = payload.len() - bytes.len();
    (bytes.len() > 0).then_some(read)
}

#[cfg(test)]
mod tests {
    use model::Instant;

    use super::*;

    fn packet(payload: &[u8]) -> Packet {
        Packet { arrived: Instant(0), rtp_time: 1, marker: false, payload: payload.to_vec() }
    }

    #[test]
    fn a_keyframe_says_its_size() {
        // 640 x 360: 639 and 359 in sixteen bits each behind four bits of colour.
        let head = [0x82, 0x49, 0x83, 0x42, 0x20, 0x27, 0xF0, 0x16, 0x70];
        assert_eq!(size(&head), Some((640, 360)));
        assert_eq!(size(&head[..8]), None);
        assert_eq!(size(&[0x86, 0x49, 0x83, 0x42, 0x20, 0x27, 0xF0, 0x16, 0x70]), None);
    }

    #[test]
    fn layers_of_one_picture_become_a_superframe() {
        let lower =
            [0x80 | 0x20 | 0x08 | 0x02, 0x81, 2, 0, 7, 0x30, 1, 64, 0, 180, 2, 128, 1, 104, 5, 6];
        let run =
            [packet(&lower), packet(&[0xA0, 0x81, 2, 0, 7, 7]), packet(&[0xAC, 0x81, 2, 2, 7, 8])];
        let frame = frame(&run).expect("well formed");
        assert!(frame.keyframe);
        let picture = frame.picture.expect("a keyframe");
        assert_eq!((picture.width, picture.height), (640, 360), "of the largest layer");
        let index = [0xD9, 3, 0, 0, 0, 1, 0, 0, 0, 0xD9];
        assert_eq!(frame.bytes, [&[5, 6, 7, 8][..], &index].concat());
    }

    #[test]
    fn one_layer_stays_as_it_is() {
        let between = frame(&[packet(&[0xC8, 3, 9]), packet(&[0xC4, 3, 1])]).expect("well formed");
        assert_eq!((between.keyframe, &between.bytes[..]), (false, &[9, 1][..]));
        assert!(frame(&[packet(&[0xC4, 3, 1])]).is_err(), "its beginning is missing");
        assert!(frame(&[packet(&[0x08, 9])]).is_err(), "a keyframe without a size");
        assert!(frame(&[packet(&[0xC8, 3])]).is_err(), "no bytes");
    }
}
