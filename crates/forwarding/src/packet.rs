//! Reads an RTP packet (RFC 3550 §5.1) and its header extensions (RFC 8285) where it lies.
//!
//! What is not here: writing. Outgoing headers are made in `header.rs`.

/// An RTP packet, borrowed from the bytes it came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// The marker bit.
    pub marker: bool,
    /// Payload type, 0..=127.
    pub payload_type: u8,
    /// Sequence number.
    pub sequence: u16,
    /// Timestamp in the codec's clock.
    pub rtp_time: u32,
    /// Synchronisation source.
    pub ssrc: u32,
    /// The payload without padding; empty for a packet of padding alone.
    pub payload: &'a [u8],
    profile: u16,
    extension: &'a [u8],
}

const FIXED_BYTES: usize = 12;
const ONE_BYTE_FORM: u16 = 0xBEDE;
const TWO_BYTE_FORM: u16 = 0x1000;

impl<'a> Packet<'a> {
    /// Reads a packet; none when it is not RTP version 2 or runs past its own end.
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let (fixed, rest) = bytes.split_first_chunk::<FIXED_BYTES>()?;
        if fixed[0] >> 6 != 2 {
            return None;
        }
        let mut rest = rest.get(usize::from(fixed[0] & 0x0f) * 4..)?;
        let (mut profile, mut extension): (u16, &[u8]) = (0, &[]);
        if fixed[0] & 0x10 != 0 {
            let (head, after) = rest.split_first_chunk::<4>()?;
            profile = u16::from_be_bytes([head[0], head[1]]);
            let len = usize::from(u16::from_be_bytes([head[2], head[3]])) * 4;
            (extension, rest) = after.split_at_checked(len)?;
        }
        if fixed[0] & 0x20 != 0 {
            let padding = usize::from(*rest.last()?);
            if padding == 0 {
                return None;
            }
            rest = &rest[..rest.len().checked_sub(padding)?];
        }
        Some(Self {
            marker: fixed[1] & 0x80 != 0,
            payload_type: fixed[1] & 0x7f,
            sequence: u16::from_be_bytes([fixed[2], fixed[3]]),
            rtp_time: u32::from_be_bytes([fixed[4], fixed[5], fixed[6], fixed[7]]),
            ssrc: u32::from_be_bytes([fixed[8], fixed[9], fixed[10], fixed[11]]),
            payload: rest,
            profile,
            extension,
        })
    }

    /// The value of header extension `id`, in either form; none when absent or cut off.
    pub fn extension(&self, id: u8) -> Option<&'a [u8]> {
        let two_bytes = match self.profile {
            ONE_BYTE_FORM => false,
            profile if profile & 0xfff0 == TWO_BYTE_FORM => true,
            _ => return None,
        };
        let mut rest = self.extension;
        while let Some((&first, after)) = rest.split_first() {
            rest = after;
            if first == 0 {
                continue;
            }
            let (found, len) = if two_bytes {
                let (&len, after) = rest.split_first()?;
                rest = after;
                (first, usize::from(len))
            } else {
                if first >> 4 == 15 {
                    return None;
                }
                (first >> 4, usize::from(first & 0x0f) + 1)
            };
            let (value, after) = rest.split_at_checked(len)?;
            if found == id {
                return Some(value);
            }
            rest = after;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn packet(first: u8, rest: &[u8]) -> Vec<u8> {
        let mut bytes = vec![first, 0xe0 | 0x80, 0x12, 0x34, 0, 0, 1, 0, 0xde, 0xad, 0xbe, 0xef];
        bytes.extend_from_slice(rest);
        bytes
    }

    #[test]
    fn plain_header_is_read() {
        let bytes = packet(0x80, b"pay");
        let read = Packet::read(&bytes).unwrap();
        assert!(read.marker);
        assert_eq!(read.payload_type, 0x60);
        assert_eq!(read.sequence, 0x1234);
        assert_eq!(read.rtp_time, 256);
        assert_eq!(read.ssrc, 0xdead_beef);
        assert_eq!(read.payload, b"pay");
        assert_eq!(read.extension(1), None);
    }

    #[test]
    fn sources_extensions_and_padding_are_taken_off() {
        let bytes = packet(
            0x80 | 0x20 | 0x10 | 2,
            &[
                1, 1, 1, 1, 2, 2, 2, 2, 0xbe, 0xde, 0, 2, 0x31, b'a', b'b', 0, 0x40, 7, 0xf0, 9,
                b'x', b'y', 0, 2,
            ],
        );
        let read = Packet::read(&bytes).unwrap();
        assert_eq!(read.payload, b"xy");
        assert_eq!(read.extension(3), Some(&b"ab"[..]));
        assert_eq!(read.extension(4), Some(&[7][..]));
        assert_eq!(read.extension(15), None);
    }

    #[test]
    fn two_byte_form_is_read() {
        let bytes = packet(0x90, &[0x10, 0x00, 0, 2, 0, 20, 2, b'm', b'n', 21, 0, 0, b'p']);
        let read = Packet::read(&bytes).unwrap();
        assert_eq!(read.extension(20), Some(&b"mn"[..]));
        assert_eq!(read.extension(21), Some(&[][..]));
        assert_eq!(read.payload, b"p");
    }

    #[test]
    fn what_runs_past_the_end_is_refused() {
        assert_eq!(Packet::read(&[]), None);
        assert_eq!(Packet::read(&packet(0x40, b"")), None);
        assert_eq!(Packet::read(&packet(0x81, b"abc")), None);
        assert_eq!(Packet::read(&packet(0x90, &[0xbe, 0xde, 0, 1])), None);
        assert_eq!(Packet::read(&packet(0xa0, &[])), None);
        assert_eq!(Packet::read(&packet(0xa0, &[1, 0])), None);
        assert_eq!(Packet::read(&packet(0xa0, &[1, 3])), None);
        assert_eq!(Packet::read(&packet(0xa0, &[1, 2])).unwrap().payload, b"");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(first: u8, bytes in proptest::collection::vec(any::<u8>(), 0..80), id: u8) {
            let whole = packet(first | 0x80, &bytes);
            if let Some(read) = Packet::read(&whole) {
                prop_assert!(read.payload.len() <= bytes.len());
                prop_assert!(read.extension(id).is_none_or(|value| value.len() <= 255));
            }
        }
    }
}
