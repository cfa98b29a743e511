//! VP8: takes the payload descriptor off and joins the rest (RFC 7741 §4.2).
//!
//! What is not here: decoding. Of the frame itself only the keyframe head is read (RFC 6386 §9.1).

use super::{Frame, Malformed, Picture, frame_of};
use crate::reorder::Packet;

/// The frame of a whole run: the first packet must begin a frame and no other may.
pub(super) fn frame(run: &[Packet]) -> Result<Frame, Malformed> {
    let mut bytes = Vec::with_capacity(run.iter().map(|packet| packet.payload.len()).sum());
    for (n, packet) in run.iter().enumerate() {
        let (begins, length) = descriptor(&packet.payload).ok_or(Malformed)?;
        if begins != (n == 0) {
            return Err(Malformed);
        }
        bytes.extend_from_slice(&packet.payload[length..]);
    }
    let picture = picture(&bytes)?;
    Ok(frame_of(run, picture.is_some(), bytes, picture))
}

/// Whether the packet begins a frame, and the length of its descriptor; nothing when it ends
/// before its payload.
fn descriptor(payload: &[u8]) -> Option<(bool, usize)> {
    let first = *payload.first()?;
    // S set and partition index 0: the first packet of the frame.
    let begins = first & 0x10 != 0 && first & 0x07 == 0;
    let mut length = 1;
    if first & 0x80 != 0 {
        let extension = *payload.get(1)?;
        length += 1;
        if extension & 0x80 != 0 {
            length += if payload.get(length)? & 0x80 != 0 { 2 } else { 1 };
        }
        if extension & 0x40 != 0 {
            length += 1;
        }
        if extension & 0x30 != 0 {
            length += 1;
        }
    }
    (payload.len() > length).then_some((begins, length))
}

/// Reads the head of a keyframe; nothing for other frames.
fn picture(frame: &[u8]) -> Result<Option<Picture>, Malformed> {
    let first = *frame.first().ok_or(Malformed)?;
    if first & 1 != 0 {
        return Ok(None);
    }
    let [0x9D, 0x01, 0x2A, w0, w1, h0, h1] = *frame.get(3..10).ok_or(Malformed)? else {
        return Err(Malformed);
    };
    // The upper two bits of each are a scaling hint.
    let width = u16::from_le_bytes([w0, w1]) & 0x3FFF;
    let height = u16::from_le_bytes([h0, h1]) & 0x3FFF;
    if width == 0 || height == 0 {
        return Err(Malformed);
    }
    Ok(Some(Picture { width, height, private: Vec::new() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptors_of_every_length() {
        assert_eq!(descriptor(&[0x10, 1]), Some((true, 1)));
        assert_eq!(descriptor(&[0x00, 1]), Some((false, 1)));
        assert_eq!(descriptor(&[0x11, 1]), Some((false, 1)), "a later partition");
        assert_eq!(descriptor(&[0x90, 0x80, 0x05, 1]), Some((true, 3)));
        assert_eq!(descriptor(&[0x90, 0x80, 0x85, 0x01, 1]), Some((true, 4)));
        assert_eq!(descriptor(&[0x90, 0xE0, 0x85, 0x01, 0, 0, 1]), Some((true, 6)));
        assert_eq!(descriptor(&[0x90, 0x10, 0, 1]), Some((true, 3)));
        assert_eq!(descriptor(&[0x90, 0xE0, 0x85, 0x01, 0, 0]), None, "no payload");
        assert_eq!(descriptor(&[0x90]), None);
        assert_eq!(descriptor(&[]), None);
    }

    #[test]
    fn keyframes_say_their_size() {
        let head = [0x10, 0, 0, 0x9D, 0x01, 0x2A, 0x80, 0x42, 0x68, 0x01];
        let found = picture(&head).expect("well formed").expect("a keyframe");
        assert_eq!((found.width, found.height), (640, 360));
        assert_eq!(picture(&[0x11]), Ok(None));
        assert_eq!(picture(&head[..9]), Err(Malformed));
        assert_eq!(picture(&[0x10, 0, 0, 1, 1, 0x2A, 1, 0, 1, 0]), Err(Malformed));
    }
}
