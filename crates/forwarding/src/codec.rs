//! Looks into a payload just far enough to know whether a picture can start there.
//!
//! What is not here: decoding. Sound needs no look at all: every packet can be a start.

use model::Codec;

use crate::{vp8, vp9};

/// Whether a subscriber who has seen nothing yet can start with this packet.
pub(crate) fn can_start(codec: Codec, payload: &[u8]) -> bool {
    match codec {
        Codec::Opus => !payload.is_empty(),
        Codec::Vp8 => vp8_keyframe_start(payload),
        Codec::H264 => h264_keyframe_start(payload),
        Codec::Vp9 => vp9::Head::read(payload).is_some_and(|head| head.is_key()),
        Codec::Av1 => av1_sequence_start(payload),
    }
}

/// Width and height of the picture that starts with this packet, where they are easily read.
pub(crate) fn size(codec: Codec, payload: &[u8]) -> Option<(u16, u16)> {
    match codec {
        Codec::Vp8 => vp8::size(payload),
        Codec::Vp9 => vp9::Head::read(payload)?.structure?.sizes[0],
        Codec::Opus | Codec::H264 | Codec::Av1 => None,
    }
}

/// First packet of a VP8 keyframe: start of partition 0 (RFC 7741 §4.2) and the inverse key frame
/// bit of the frame header is 0 (§4.3).
fn vp8_keyframe_start(payload: &[u8]) -> bool {
    let Some((&first, mut rest)) = payload.split_first() else { return false };
    if first & 0x10 == 0 || first & 0x07 != 0 {
        return false;
    }
    if first & 0x80 != 0 {
        let Some((&present, after)) = rest.split_first() else { return false };
        rest = after;
        let mut skip = 0;
        if present & 0x80 != 0 {
            skip += if rest.first().is_some_and(|id| id & 0x80 != 0) { 2 } else { 1 };
        }
        skip += usize::from(present & 0x40 != 0);
        skip += usize::from(present & 0x30 != 0);
        rest = rest.get(skip..).unwrap_or_default();
    }
    rest.first().is_some_and(|frame| frame & 0x01 == 0)
}

/// First packet of a coded video sequence (AV1 RTP specification 1.0, §4.4): `N` is set, and the first
/// element is not the rest of one before it (`Z`).
fn av1_sequence_start(payload: &[u8]) -> bool {
    payload.len() > 1 && payload[0] & 0x88 == 0x08
}

const NAL_IDR: u8 = 5;
const NAL_SPS: u8 = 7;
const NAL_STAP_A: u8 = 24;
const NAL_FU_A: u8 = 28;

/// Parameter set or IDR slice, alone, in an aggregate (RFC 6184 §5.7.1) or as the first fragment
/// (§5.8).
fn h264_keyframe_start(payload: &[u8]) -> bool {
    let Some((&first, mut rest)) = payload.split_first() else { return false };
    let starts = |unit: u8| matches!(unit & 0x1f, NAL_IDR | NAL_SPS);
    match first & 0x1f {
        NAL_STAP_A => {
            while let Some((len, after)) = rest.split_first_chunk::<2>() {
                let Some((unit, after)) =
                    after.split_at_checked(usize::from(u16::from_be_bytes(*len)))
                else {
                    return false;
                };
                if unit.first().is_some_and(|head| starts(*head)) {
                    return true;
                }
                rest = after;
            }
            false
        }
        NAL_FU_A => rest.first().is_some_and(|head| head & 0x80 != 0 && starts(*head)),
        _ => starts(first),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn vp8_starts_at_the_first_packet_of_a_keyframe() {
        assert!(can_start(Codec::Vp8, &[0x10, 0x00]));
        assert!(!can_start(Codec::Vp8, &[0x10, 0x01]), "an interframe");
        assert!(!can_start(Codec::Vp8, &[0x00, 0x00]), "in the middle of a partition");
        assert!(!can_start(Codec::Vp8, &[0x11, 0x00]), "another partition");
        assert!(can_start(Codec::Vp8, &[0x90, 0x80, 0x05, 0x00]), "short picture id");
        assert!(can_start(Codec::Vp8, &[0x90, 0x80, 0x85, 0x01, 0x00]), "long picture id");
        assert!(can_start(Codec::Vp8, &[0x90, 0xf0, 0x85, 0x01, 0x01, 0x01, 0x00]));
        assert!(!can_start(Codec::Vp8, &[0x90, 0x80, 0x85, 0x01]), "cut off");
        assert!(!can_start(Codec::Vp8, &[]));
    }

    #[test]
    fn av1_starts_where_a_sequence_does() {
        assert!(can_start(Codec::Av1, &[0x18, 0x08]));
        assert!(!can_start(Codec::Av1, &[0x10, 0x30]), "a later frame");
        assert!(!can_start(Codec::Av1, &[0x98, 0x08]), "the rest of an element");
        assert!(!can_start(Codec::Av1, &[0x18]) && !can_start(Codec::Av1, &[]));
    }

    #[test]
    fn h264_starts_at_parameters_or_an_idr_slice() {
        assert!(can_start(Codec::H264, &[0x67, 1]));
        assert!(can_start(Codec::H264, &[0x65, 1]));
        assert!(!can_start(Codec::H264, &[0x41, 1]));
        assert!(can_start(Codec::H264, &[0x78, 0, 2, 0x67, 1, 0, 1, 0x68]));
        assert!(can_start(Codec::H264, &[0x78, 0, 1, 0x68, 0, 1, 0x65]));
        assert!(!can_start(Codec::H264, &[0x78, 0, 1, 0x68]));
        assert!(!can_start(Codec::H264, &[0x78, 0, 9, 0x67]), "cut off");
        assert!(can_start(Codec::H264, &[0x7c, 0x85]));
        assert!(!can_start(Codec::H264, &[0x7c, 0x05]), "a later fragment");
        assert!(!can_start(Codec::H264, &[0x7c, 0x81]));
        assert!(!can_start(Codec::H264, &[]));
    }

    proptest! {
        #[test]
        fn any_payload_is_looked_at_without_harm(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            for codec in [Codec::Opus, Codec::Vp8, Codec::H264, Codec::Vp9, Codec::Av1] {
                prop_assert!(!(can_start(codec, &bytes) && bytes.is_empty()));
            }
        }
    }
}
