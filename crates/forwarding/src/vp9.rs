//! Reads the payload descriptor of VP9 (RFC 9628 §4.2), as far as a choice of spatial layers needs it.
//!
//! What is not here: which layers go to whom (`spatial.rs`), and decoding.

use crate::picture::Descriptor;
use crate::spatial::{self, Structure};

/// References one picture may name (`P_DIFF`).
const REFERENCES_MAX: usize = 3;

/// What a packet says of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Head {
    /// The running numbers.
    pub(crate) numbers: Descriptor,
    /// Spatial layer, 0 is the lowest.
    pub(crate) spatial: usize,
    /// A layer's frame begins with it.
    pub(crate) begins: bool,
    /// A layer's frame ends with it.
    pub(crate) ends: bool,
    /// The frame is predicted from earlier pictures.
    pub(crate) predicted: bool,
    /// How the source is made, if it says so.
    pub(crate) structure: Option<Structure>,
}

impl Head {
    /// Reads the descriptor a payload begins with; none when it is cut off or malformed.
    pub(crate) fn read(payload: &[u8]) -> Option<Self> {
        let mut rest = Reader { bytes: payload, at: 0 };
        let first = rest.byte()?;
        let has = |bit: u8| first & bit != 0;
        let mut head =
            Self { predicted: has(0x40), begins: has(0x08), ends: has(0x04), ..Self::default() };
        if has(0x80) {
            let at = rest.at;
            let high = rest.byte()?;
            let long = high & 0x80 != 0;
            let number = u16::from(high & 0x7f);
            let number = if long { number << 8 | u16::from(rest.byte()?) } else { number };
            head.numbers.put_picture(at, long, number);
        }
        let flexible = has(0x10);
        if has(0x20) {
            head.spatial = usize::from(rest.byte()? >> 1 & 0x07);
            if !flexible {
                let at = rest.at;
                head.numbers.put_base(at, rest.byte()?);
            }
        }
        if flexible && head.predicted {
            let mut more = true;
            for _ in 0..REFERENCES_MAX {
                more = more && rest.byte()? & 0x01 != 0;
            }
            if more {
                return None;
            }
        }
        if has(0x02) {
            head.structure = Some(structure(&mut rest)?);
        }
        head.numbers.put_end(rest.at.min(Descriptor::BYTES_MAX));
        Some(head)
    }

    /// Whether a picture that needs nothing before it begins here.
    pub(crate) const fn is_key(&self) -> bool {
        self.begins && !self.predicted && self.spatial == 0
    }

    /// Whether a picture begins here.
    pub(crate) const fn opens(&self) -> bool {
        self.begins && self.spatial == 0
    }

    /// The same without what is VP9's own.
    pub(crate) fn layered(&self) -> spatial::Head {
        spatial::Head {
            spatial: self.spatial,
            starts: self.is_key(),
            opens: self.opens(),
            ends: self.ends,
            structure: self.structure.filter(|_| self.is_key()),
        }
    }
}

/// RFC 9628 §4.2.1.
fn structure(rest: &mut Reader<'_>) -> Option<Structure> {
    let head = rest.byte()?;
    let mut read = Structure { layers: usize::from(head >> 5) + 1, ..Structure::default() };
    if head & 0x10 != 0 {
        for layer in 0..read.layers {
            let size = (rest.word()?, rest.word()?);
            if let Some(place) = read.sizes.get_mut(layer) {
                *place = Some(size).filter(|(width, height)| *width > 0 && *height > 0);
            }
        }
    }
    if head & 0x08 != 0 {
        for _ in 0..rest.byte()? {
            for _ in 0..rest.byte()? >> 2 & 0x03 {
                rest.byte()?;
            }
        }
    }
    Some(read)
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn byte(&mut self) -> Option<u8> {
        let byte = self.bytes.get(self.at).copied();
        self.at += 1;
        byte
    }

    fn word(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes([self.byte()?, self.byte()?]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A keyframe's first packet: long picture number, layer 0, structure of two layers with sizes
    /// and a group of two pictures.
    const KEY: [u8; 21] = [
        0x80 | 0x20 | 0x08 | 0x02,
        0x81,
        0x02,
        0x00,
        0x07, //
        0x38,
        1,
        64,
        0,
        180,
        2,
        128,
        1,
        104, //
        2,
        0x04,
        1,
        0x28,
        1,
        2,
        9,
    ];

    #[test]
    fn a_keyframe_tells_how_its_source_is_made() {
        let head = Head::read(&KEY).unwrap();
        assert_eq!((head.spatial, head.is_key()), (0, true));
        let structure = head.structure.unwrap();
        assert_eq!(structure.layers, 2);
        assert_eq!(structure.sizes, [Some((320, 180)), Some((640, 360)), None]);
        for cut in 0..20 {
            assert_eq!(Head::read(&KEY[..cut]), None, "cut off at {cut}");
        }
    }

    #[test]
    fn layers_and_references_are_read() {
        let upper = Head::read(&[0x80 | 0x20 | 0x08 | 0x04, 0x11, 0x03, 0x07, 5]).unwrap();
        assert_eq!((upper.spatial, upper.begins, upper.ends), (1, true, true));
        assert!(!upper.is_key() && !upper.opens());
        let flexible = Head::read(&[0x80 | 0x40 | 0x20 | 0x10 | 0x08, 5, 0x00, 3, 2, 9]).unwrap();
        assert_eq!((flexible.predicted, flexible.opens()), (true, true));
        assert_eq!(Head::read(&[0x50, 1, 1, 1, 9]), None, "too many references");
        assert_eq!(Head::read(&[0x08, 9]).map(|head| head.is_key()), Some(true));
        assert_eq!(Head::read(&[]), None);
    }

    proptest! {
        #[test]
        fn any_payload_is_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            if let Some(head) = Head::read(&bytes) {
                prop_assert!(head.spatial < 8);
                prop_assert!(head.structure.is_none_or(|one| (1..=8).contains(&one.layers)));
            }
        }
    }
}
