//! Writes the header of an outgoing RTP packet (RFC 3550 §5.1, RFC 8285) on the stack.
//!
//! What is not here: which numbers go in. Those come from `rewrite.rs` and `send_line.rs`.

use model::limits;

/// `mid`, level, time of capture, transport-wide number and dependencies, in the two-byte form.
const EXTENSION_BYTES_MAX: usize =
    2 + limits::MID_CHARS_MAX + (2 + 1) + (2 + 8) + (2 + 2) + (2 + limits::DEPENDENCY_BYTES_MAX);
/// The longest value of the one-byte form (RFC 8285 §4.2).
const ONE_BYTE_FORM_MAX: usize = 16;
/// What of the payload is written anew: the number a repair begins with (RFC 4588 §4) and a VP8
/// payload descriptor (RFC 7741 §4.2).
const TAIL_BYTES_MAX: usize = 2 + 6;
/// Fixed part, extension head, extensions rounded up to four, and tail.
const HEADER_BYTES_MAX: usize = 12 + 4 + EXTENSION_BYTES_MAX.next_multiple_of(4) + TAIL_BYTES_MAX;

/// A header under way to the outlet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Header {
    bytes: [u8; HEADER_BYTES_MAX],
    len: usize,
}

/// One header extension: its negotiated number and value of 1 to 255 bytes, in two parts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extension<'a> {
    pub(crate) id: u8,
    pub(crate) value: &'a [u8],
    pub(crate) rest: &'a [u8],
}

impl<'a> Extension<'a> {
    /// With a value in one part.
    pub(crate) const fn new(id: u8, value: &'a [u8]) -> Self {
        Self { id, value, rest: &[] }
    }

    const fn len(&self) -> usize {
        self.value.len() + self.rest.len()
    }
}

impl Header {
    /// The fixed part.
    pub(crate) fn new(
        marker: bool,
        payload_type: u8,
        sequence: u16,
        rtp_time: u32,
        ssrc: u32,
    ) -> Self {
        let mut bytes = [0; HEADER_BYTES_MAX];
        bytes[0] = 0x80;
        bytes[1] = (u8::from(marker) << 7) | (payload_type & 0x7f);
        bytes[2..4].copy_from_slice(&sequence.to_be_bytes());
        bytes[4..8].copy_from_slice(&rtp_time.to_be_bytes());
        bytes[8..12].copy_from_slice(&ssrc.to_be_bytes());
        Self { bytes, len: 12 }
    }

    /// Adds the extensions: the one-byte form when every number is below 15 and no value is long, else
    /// the two-byte form (RFC 8285 §4.3), which only who allows both is given a reason for.
    pub(crate) fn extend(&mut self, extensions: &[Option<Extension<'_>>]) {
        if extensions.iter().all(Option::is_none) {
            return;
        }
        let long = |one: &Extension<'_>| one.id > 14 || one.len() > ONE_BYTE_FORM_MAX;
        let two_bytes = extensions.iter().flatten().any(long);
        let profile: u16 = if two_bytes { 0x1000 } else { 0xBEDE };
        self.bytes[0] |= 0x10;
        self.bytes[12..14].copy_from_slice(&profile.to_be_bytes());
        self.len = 16;
        for extension in extensions.iter().flatten() {
            let len = u8::try_from(extension.len()).expect("values are short");
            if two_bytes {
                self.push(&[extension.id, len]);
            } else {
                self.push(&[(extension.id << 4) | (len - 1)]);
            }
            self.push(extension.value);
            self.push(extension.rest);
        }
        self.len = self.len.next_multiple_of(4);
        let words = u8::try_from((self.len - 16) / 4).expect("the header is short");
        self.bytes[15] = words;
    }

    /// Says that what follows ends with padding.
    pub(crate) const fn padded(&mut self) {
        self.bytes[0] |= 0x20;
    }

    /// Writes the transport-wide number; its extension must be the first.
    pub(crate) fn stamp(&mut self, number: u16) {
        let one_byte_form = self.bytes[12] == 0xBE;
        let at = if one_byte_form { 17 } else { 18 };
        self.bytes[at..at + 2].copy_from_slice(&number.to_be_bytes());
    }

    /// Adds the first bytes of the payload, where they are not those of the packet that came in.
    pub(crate) fn begin_payload(&mut self, bytes: &[u8]) {
        self.push(bytes);
    }

    fn push(&mut self, bytes: &[u8]) {
        self.bytes[self.len..self.len + bytes.len()].copy_from_slice(bytes);
        self.len += bytes.len();
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::Packet;

    #[test]
    fn what_is_written_is_read_back() {
        for (mid_id, level_id) in [(3, 1), (14, 15), (200, 2)] {
            let mut header = Header::new(true, 111, 65_535, 0xffff_fff0, 77);
            header.extend(&[
                Some(Extension::new(mid_id, b"sixteen-chars-ok")),
                None,
                Some(Extension::new(level_id, &[0x85])),
            ]);
            header.begin_payload(b"pay");
            let mut bytes = header.as_bytes().to_vec();
            bytes.extend_from_slice(b"load");
            let read = Packet::read(&bytes).unwrap();
            assert_eq!(read.extension(mid_id), Some(&b"sixteen-chars-ok"[..]));
            assert_eq!(read.extension(level_id), Some(&[0x85][..]));
            assert_eq!((read.marker, read.payload_type, read.sequence), (true, 111, 65_535));
            assert_eq!((read.rtp_time, read.ssrc), (0xffff_fff0, 77));
            assert_eq!(read.payload, b"payload");
        }
    }

    #[test]
    fn a_long_value_takes_the_form_with_two_bytes() {
        let mut header = Header::new(false, 45, 1, 2, 3);
        let rest = [7; limits::DEPENDENCY_BYTES_MAX - 3];
        header.extend(&[
            Some(Extension::new(3, &[0, 0])),
            Some(Extension { id: 13, value: &[1, 2, 3], rest: &rest }),
        ]);
        header.stamp(0x1234);
        header.begin_payload(b"p");
        assert_eq!(header.as_bytes()[12..14], [0x10, 0x00]);
        let read = Packet::read(header.as_bytes()).unwrap();
        assert_eq!(read.extension(3), Some(&[0x12, 0x34][..]));
        assert_eq!(read.extension(13), Some(&[&[1, 2, 3][..], &rest].concat()[..]));
        assert_eq!(read.payload, b"p");
    }

    #[test]
    fn without_extensions_the_header_is_twelve_bytes() {
        let mut header = Header::new(false, 96, 1, 2, 3);
        header.extend(&[None, None]);
        assert_eq!(header.as_bytes().len(), 12);
        assert_eq!(header.as_bytes()[0], 0x80);
    }
}
