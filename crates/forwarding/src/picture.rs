//! The running numbers of pictures, in the descriptors their payloads begin with or in the one that
//! stands in a header extension, and how they go on over changes of source.
//!
//! What is not here: how a codec writes them (`vp8.rs`, `vp9.rs`,
//! `dependency.rs`), and which numbers a line continues
//! with (`send_line.rs`).

use model::Codec;

use crate::cache::Body;
use crate::{dependency, vp8, vp9};

/// The numbers in a descriptor that run on from picture to picture, and where they stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Descriptor {
    len: usize,
    picture_at: Option<usize>,
    long: bool,
    /// The number stands in a header extension and has 16 bits (AV1).
    beside: bool,
    /// Number of the picture, 7, 15 or 16 bits.
    picture: u16,
    base_at: Option<usize>,
    base: u8,
    key_at: Option<usize>,
    key: u8,
}

impl Descriptor {
    /// Bytes in which the numbers stand: VP8's whole descriptor, the beginning of VP9's.
    pub(crate) const BYTES_MAX: usize = 6;

    /// Reads the descriptor of a packet, if pictures of this codec have one.
    pub(crate) fn read(codec: Codec, body: Body<'_>) -> Option<Self> {
        match codec {
            Codec::Vp8 => vp8::read(body.payload),
            Codec::Vp9 => vp9::Head::read(body.payload).map(|head| head.numbers),
            Codec::Av1 => dependency::number(body.described).map(|picture| Self {
                beside: true,
                picture,
                ..Self::default()
            }),
            Codec::Opus | Codec::H264 => None,
        }
    }

    /// The picture's number.
    pub(crate) const fn put_picture(&mut self, at: usize, long: bool, number: u16) {
        (self.picture_at, self.long, self.picture) = (Some(at), long, number);
    }

    /// The number of the picture of the lowest temporal layer.
    pub(crate) const fn put_base(&mut self, at: usize, number: u8) {
        (self.base_at, self.base) = (Some(at), number);
    }

    /// The number of the keyframe (VP8).
    pub(crate) const fn put_key(&mut self, at: usize, number: u8) {
        (self.key_at, self.key) = (Some(at), number);
    }

    /// Where it ends.
    pub(crate) const fn put_end(&mut self, len: usize) {
        self.len = len;
    }

    /// Bytes before the picture's, for VP8.
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// Bits of the picture's number.
    const fn mask(&self) -> u16 {
        match (self.beside, self.long) {
            (true, _) => 0xffff,
            (false, true) => 0x7fff,
            (false, false) => 0x7f,
        }
    }
}

/// The first bytes of a payload, as they go out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lead {
    bytes: [u8; Descriptor::BYTES_MAX],
    len: usize,
}

impl Lead {
    /// The bytes; empty when the payload goes out as it came in.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

/// A descriptor of dependencies, as it goes out: its beginning with this line's frame number, and the
/// rest as it came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Described<'a> {
    pub(crate) head: [u8; dependency::HEAD_BYTES],
    pub(crate) rest: &'a [u8],
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
            picture: read.picture.wrapping_add(self.picture) & (read.mask() | 0x7fff),
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

    /// The descriptor that stands in a header extension, with this line's number.
    pub(crate) fn describe<'a>(
        &self,
        read: &Descriptor,
        described: &'a [u8],
    ) -> Option<Described<'a>> {
        let (head, rest) = described.split_first_chunk().filter(|_| read.beside)?;
        let mut head = *head;
        dependency::renumber(&mut head, read.picture.wrapping_add(self.picture));
        Some(Described { head, rest })
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
        let (first, second) = (vp8::read(&old).unwrap(), vp8::read(&new).unwrap());
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
    fn frame_numbers_beside_the_payload_go_on_too() {
        let read = |described: &[u8]| {
            Descriptor::read(Codec::Av1, Body { described, payload: &[] }).unwrap()
        };
        let (old, new) = ([0xc0, 0xff, 0xff], [0xc1, 0x12, 0x34, 0x20, 7]);
        let mut line = Pictures::default();
        line.start(&read(&old));
        line.passed(&read(&old));
        let same = line.describe(&read(&old), &old).unwrap();
        assert_eq!((same.head, same.rest), (old, &[][..]));
        line.start(&read(&new));
        line.passed(&read(&new));
        let next = line.describe(&read(&new), &new).unwrap();
        assert_eq!((next.head, next.rest), ([0xc1, 0, 0], &new[3..]));
        assert!(line.lead(&read(&new), b"payload").as_bytes().is_empty());
    }

    proptest! {
        #[test]
        fn any_payload_keeps_its_length(
            vp9: bool,
            sources in proptest::collection::vec(
                proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..12), 1..5), 1..5),
        ) {
            let codec = if vp9 { Codec::Vp9 } else { Codec::Vp8 };
            let mut line = Pictures::default();
            for source in sources {
                for (place, payload) in source.iter().enumerate() {
                    let read = Descriptor::read(codec, Body::plain(payload));
                    let Some(read) = read else { continue };
                    if place == 0 {
                        line.start(&read);
                    }
                    line.passed(&read);
                    let lead = line.lead(&read, payload);
                    if lead.as_bytes().is_empty() {
                        continue;
                    }
                    let rest = &payload[lead.as_bytes().len()..];
                    let whole = [lead.as_bytes(), rest].concat();
                    let out = Descriptor::read(codec, Body::plain(&whole)).unwrap();
                    prop_assert_eq!(out.len, read.len);
                    prop_assert_eq!((out.picture_at, out.long), (read.picture_at, read.long));
                    prop_assert_eq!((out.base_at, out.key_at), (read.base_at, read.key_at));
                }
            }
        }
    }
}
