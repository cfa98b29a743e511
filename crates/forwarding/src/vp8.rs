//! Reads the payload descriptor of VP8 (RFC 7741 §4.2) and a picture's size.
//!
//! What is not here: decoding, and how the numbers go on over changes of source (`picture.rs`).

use crate::picture::Descriptor;

/// Reads the descriptor a payload begins with; none when it is cut off.
pub(crate) fn read(payload: &[u8]) -> Option<Descriptor> {
    let first = *payload.first()?;
    let (mut read, mut len) = (Descriptor::default(), 1);
    if first & 0x80 != 0 {
        let present = *payload.get(1)?;
        len = 2;
        if present & 0x80 != 0 {
            let high = *payload.get(len)?;
            let long = high & 0x80 != 0;
            let number = u16::from(high & 0x7f);
            let low = if long { payload.get(len + 1).copied()? } else { 0 };
            read.put_picture(len, long, if long { number << 8 | u16::from(low) } else { number });
            len += 1 + usize::from(long);
        }
        if present & 0x40 != 0 {
            read.put_base(len, *payload.get(len)?);
            len += 1;
        }
        if present & 0x30 != 0 {
            let last = *payload.get(len)?;
            if present & 0x10 != 0 {
                read.put_key(len, last & 0x1f);
            }
            len += 1;
        }
    }
    read.put_end(len);
    Some(read)
}

/// Width and height of the picture a keyframe begins with (RFC 6386 §9.1).
pub(crate) fn size(payload: &[u8]) -> Option<(u16, u16)> {
    let frame = payload.get(read(payload)?.len()..)?;
    let [_, _, _, 0x9d, 0x01, 0x2a, a, b, c, d] = *frame.first_chunk::<10>()? else { return None };
    let side = |low, high| u16::from_le_bytes([low, high]) & 0x3fff;
    Some((side(a, b), side(c, d)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_of_a_keyframe_is_read() {
        let frame = [0x50, 0x2d, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x01, 7];
        assert_eq!(size(&[&[0x10][..], &frame].concat()), Some((640, 480)));
        assert_eq!(size(&[&[0x90, 0x80, 0x81, 0x02][..], &frame].concat()), Some((640, 480)));
        assert_eq!(size(&[0x10, 0, 0, 0]), None);
    }
}
