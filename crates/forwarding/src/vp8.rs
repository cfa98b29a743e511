//! Reads and rewrites the payload descriptor of VP8 (RFC 7741 §4.2), and reads a picture's size.
//!
//! What is not here: decoding, and which numbers a line continues with (`send_line.rs`).

/// Longest descriptor: the first byte, what is present, two of the picture's number, two more.
const DESCRIPTOR_BYTES_MAX: usize = 6;

/// The numbers in a descriptor that run on from picture to picture, and where they stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Descriptor {
    len: usize,
    picture_at: Option<usize>,
    long: bool,
    /// Number of the picture, 7 or 15 bits.
    picture: u16,
    base_at: Option<usize>,
    base: u8,
    key_at: Option<usize>,
    key: u8,
}

impl Descriptor {
    /// Reads the descriptor a payload begins with; none when it is cut off.
    pub(crate) fn read(payload: &[u8]) -> Option<Self> {
        let first = *payload.first()?;
        let mut read = Self { len: 1, ..Self::default() };
        if first & 0x80 == 0 {
            return Some(read);
        }
        let present = *payload.get(1)?;
        read.len = 2;
        if present & 0x80 != 0 {
            let high = *payload.get(read.len)?;
            read.picture_at = Some(read.len);
            read.long = high & 0x80 != 0;
            read.picture = if read.long {
                let low = *payload.get(read.len + 1)?;
                u16::from(high & 0x7f) << 8 | u16::from(low)
            } else {
                u16::from(high)
            };
            read.len += 1 + usize::from(read.long);
        }
        if present & 0x40 != 0 {
            read.base_at = Some(read.len);
            read.base = *payload.get(read.len)?;
            read.len += 1;
        }
        if present & 0x30 != 0 {
            let last = *payload.get(read.len)?;
            read.key_at = Some(read.len).filter(|_| present & 0x10 != 0);
            read.key = last & 0x1f;
            read.len += 1;
        }
        Some(read)
    }

    /// Bits of the picture's number.
    const fn mask(&self) -> u16 {
        if self.long { 0x7fff } else { 0x7f }
    }
}

/// Width and height of the picture a keyframe begins with (RFC 6386 §9.1).
pub(crate) fn size(payload: &[u8]) -> Option<(u16, u16)> {
    let frame = payload.get(Descriptor::read(payload)?.len..)?;
    let [_, _, _, 0x9d, 0x01, 0x2a, a, b, c, d] = *frame.first_chunk::<10>()? else { return None };
    let side = |low, high| u16::from_le_bytes([low, high]) & 0x3fff;
    Some((side(a, b), side(c, d)))
}

/// The first bytes of a payload, as they go out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lead {
    bytes: [u8; DESCRIPTOR_BYTES_MAX],
    len: usize,
}

impl Lead {
    /// The bytes; empty when the payload goes out as it came in.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

/// The running numbers of one line's pictures over changes of source: within one source they are
/// shifted by constants, so that what goes out again is the same to the byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pictures {
    last: Option<Descriptor>,
    picture: u16,
    base: u8,
    key: u8,
}

impl Pictures {
    /// Another source begins with this descriptor, that of a keyframe.
    pub(crate) fn start(&mut self, first: &Descriptor) {
        let Some(last) = self.last else { return };
        self.picture = last.picture.wrapping_add(1).wrapping_sub(first.picture);
        self.base = last.base.wrapping_add(1).wrapping_sub(first.base);
        self.key = last.key.wrapping_add(1).wrapping_sub(first.key);
    }

    /// Takes note of what goes out for the first time.
    pub(crate) fn passed(&mut self, read: &Descriptor) {
        let out = Descriptor {
            picture: read.picture.wrapping_add(self.picture) & 0x7fff,
            base: read.base.wrapping_add(self.base),
            key: read.key.wrapping_add(self.key),
            ..*read
        };
        let mask = read.mask();
        let ahead = |last: &Descriptor| out.picture.wrapping_sub(last.picture) & mask <= mask / 2;
        if self.last.as_ref().is_none_or(ahead) {
            self.last = Some(out);
        }
    }

    /// The descriptor of a payload with this line's numbers; empty when it would be the same.
    pub(crate) fn lead(&self, read: &Descriptor, payload: &[u8]) -> Lead {
        let mut lead = Lead::default();
        let same = self.picture & read.mask() == 0 && self.base == 0 && self.key & 0x1f == 0;
        if same || read.len > payload.len() {
            return lead;
        }
        lead.len = read.len;
        lead.bytes[..read.len].copy_from_slice(&payload[..read.len]);
        if let Some(at) = read.picture_at {
            let [high, low] = (read.picture.wrapping_add(self.picture) & read.mask()).to_be_bytes();
            if read.long {
                lead.bytes[at] = 0x80 | high;
                lead.bytes[at + 1] = low;
            } else {
                lead.bytes[at] = low;
            }
        }
        if let Some(at) = read.base_at {
            lead.bytes[at] = read.base.wrapping_add(self.base);
        }
        if let Some(at) = read.key_at {
            lead.bytes[at] = payload[at] & 0xe0 | read.key.wrapping_add(self.key) & 0x1f;
        }
        lead
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_descriptor_is_read_and_goes_on_over_a_change_of_source() {
        let old = [0x90, 0xf0, 0xff, 0xff, 9, 0x7f, 0x00];
        let new = [0x90, 0xf0, 0x80, 0x05, 200, 0x21, 0x00];
        let (first, second) = (Descriptor::read(&old).unwrap(), Descriptor::read(&new).unwrap());
        assert_eq!((first.picture, first.base, first.key, first.len), (0x7fff, 9, 31, 6));
        let mut line = Pictures::default();
        line.start(&first);
        line.passed(&first);
        assert!(line.lead(&first, &old).as_bytes().is_empty(), "the first source stays as it is");
        line.start(&second);
        line.passed(&second);
        assert_eq!(line.lead(&second, &new).as_bytes(), [0x90, 0xf0, 0x80, 0x00, 10, 0x20]);
    }

    #[test]
    fn the_size_of_a_keyframe_is_read() {
        let frame = [0x50, 0x2d, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x01, 7];
        assert_eq!(size(&[&[0x10][..], &frame].concat()), Some((640, 480)));
        assert_eq!(size(&[&[0x90, 0x80, 0x81, 0x02][..], &frame].concat()), Some((640, 480)));
        assert_eq!(size(&[0x10, 0, 0, 0]), None);
    }

    proptest! {
        #[test]
        fn any_payload_keeps_its_length(
            sources in proptest::collection::vec(
                proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..12), 1..5), 1..5),
        ) {
            let mut line = Pictures::default();
            for source in sources {
                for (place, payload) in source.iter().enumerate() {
                    let Some(read) = Descriptor::read(payload) else { continue };
                    if place == 0 {
                        line.start(&read);
                    }
                    line.passed(&read);
                    let lead = line.lead(&read, payload);
                    if lead.as_bytes().is_empty() {
                        continue;
                    }
                    let out = Descriptor::read(lead.as_bytes()).unwrap();
                    prop_assert_eq!(out.len, read.len);
                    prop_assert_eq!((out.picture_at, out.long), (read.picture_at, read.long));
                    prop_assert_eq!((out.base_at, out.key_at), (read.base_at, read.key_at));
                }
            }
        }
    }
}
