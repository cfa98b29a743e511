//! Reads the dependency descriptor, the header extension in which a source of several layers says what
//! each frame is of and refers to (AV1 RTP specification 1.0, appendix A).
//!
//! What is not here: which layers go to whom (`spatial.rs`), and which frame numbers a line goes on with
//! (`picture.rs`). Chains and references are passed over: whole layers are chosen here.

use core::fmt;

use model::limits;

use crate::spatial::Structure;

/// Bytes every descriptor has: first and last packet, template and frame number.
pub(crate) const HEAD_BYTES: usize = 3;
/// Templates: they are named by six bits.
const TEMPLATES_MAX: usize = 64;
/// Spatial layers AV1 has (AV1 specification §6.2.3).
const SPATIAL_MAX: u8 = 4;
/// Temporal layers AV1 has.
const TEMPORAL_MAX: u8 = 8;

/// Why a descriptor cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It ends too soon.
    CutOff,
    /// It is longer than [`limits::DEPENDENCY_BYTES_MAX`].
    TooLong,
    /// It has more templates or layers than there can be.
    TooMany,
    /// It names a template that is not known: what brings it was lost, or comes later.
    UnknownTemplate,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CutOff => "the descriptor ends too soon",
            Self::TooLong => "the descriptor is too long",
            Self::TooMany => "the descriptor has too many templates or layers",
            Self::UnknownTemplate => "the descriptor names an unknown template",
        })
    }
}

/// The layers of a template.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Template {
    spatial: u8,
    temporal: u8,
}

/// What the descriptors of a source refer to (`template_dependency_structure`); it comes with the first
/// packet of a keyframe.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Templates {
    /// Number of the first.
    offset: u8,
    count: usize,
    templates: [Template; TEMPLATES_MAX],
    /// Decode targets, 1 to 32.
    targets: u32,
    /// Chains, 0 to the number of decode targets.
    chains: u32,
    /// Spatial layers, 1 to 4.
    layers: u8,
    /// Width and height of each, where they are told. 65,536 counts as 65,535.
    sizes: [Option<(u16, u16)>; SPATIAL_MAX as usize],
}

impl fmt::Debug for Templates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Templates")
            .field("offset", &self.offset)
            .field("count", &self.count)
            .field("targets", &self.targets)
            .field("layers", &self.layers)
            .finish_non_exhaustive()
    }
}

/// What a packet says of its frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Described {
    /// The frame begins with it.
    pub begins: bool,
    /// The frame ends with it.
    pub ends: bool,
    /// Number of the frame.
    pub number: u16,
    /// Spatial layer, 0 is the lowest, at most 3.
    pub spatial: u8,
    /// Temporal layer, at most 7.
    pub temporal: u8,
    /// The templates, if it brings them: a coded video sequence begins with it.
    pub templates: Option<Templates>,
}

impl Described {
    /// Reads the value of the extension; `known` are the templates the source brought before.
    ///
    /// # Errors
    /// When it is not well formed, or names a template that neither it nor `known` has.
    pub fn read(value: &[u8], known: Option<&Templates>) -> Result<Self, Unreadable> {
        if value.len() > limits::DEPENDENCY_BYTES_MAX {
            return Err(Unreadable::TooLong);
        }
        let mut bits = Bits { bytes: value, at: 0 };
        let (begins, ends) = (bits.flag()?, bits.flag()?);
        let template = bits.take(6)?;
        let number = (bits.take(16)? & 0xffff) as u16;
        let extended = value.len() > HEAD_BYTES;
        let brings = extended && bits.flag()?;
        let active = extended && bits.flag()?;
        let custom = [extended && bits.flag()?, extended && bits.flag()?, extended && bits.flag()?];
        let templates = if brings { Some(Templates::read(&mut bits)?) } else { None };
        let used = templates.as_ref().or(known).ok_or(Unreadable::UnknownTemplate)?;
        if active {
            bits.skip(used.targets)?;
        }
        let found = used.find(template)?;
        used.pass_over(custom, &mut bits)?;
        let Template { spatial, temporal } = found;
        Ok(Self { begins, ends, number, spatial, temporal, templates })
    }

    /// Whether a coded video sequence begins here.
    pub const fn is_key(&self) -> bool {
        self.begins && self.templates.is_some() && self.spatial == 0
    }
}

impl Templates {
    fn read(bits: &mut Bits<'_>) -> Result<Self, Unreadable> {
        let mut read = Self {
            offset: (bits.take(6)? & 0x3f) as u8,
            count: 0,
            templates: [Template::default(); TEMPLATES_MAX],
            targets: bits.take(5)? + 1,
            chains: 0,
            layers: 1,
            sizes: [None; SPATIAL_MAX as usize],
        };
        read.read_layers(bits)?;
        let count = u32::try_from(read.count).unwrap_or(u32::MAX);
        // Two bits for each template and decode target.
        bits.skip(2 * read.targets * count)?;
        for _ in 0..count {
            while bits.flag()? {
                bits.skip(4)?;
            }
        }
        read.chains = bits.non_symmetric(read.targets + 1)?;
        if read.chains > 0 {
            for _ in 0..read.targets {
                bits.non_symmetric(read.chains)?;
            }
            bits.skip(4 * read.chains * count)?;
        }
        if bits.flag()? {
            for size in &mut read.sizes[..usize::from(read.layers)] {
                let side = |less_one: u32| u16::try_from(less_one + 1).unwrap_or(u16::MAX);
                *size = Some((side(bits.take(16)?), side(bits.take(16)?)));
            }
        }
        Ok(read)
    }

    /// `template_layers`: each next template is of the same layers, one more frame rate, or one more
    /// size at the lowest frame rate; 3 ends them.
    fn read_layers(&mut self, bits: &mut Bits<'_>) -> Result<(), Unreadable> {
        let mut next = Template::default();
        loop {
            *self.templates.get_mut(self.count).ok_or(Unreadable::TooMany)? = next;
            self.count += 1;
            match bits.take(2)? {
                0 => (),
                1 => next.temporal += 1,
                2 => next = Template { spatial: next.spatial + 1, temporal: 0 },
                _ => break,
            }
            if next.spatial >= SPATIAL_MAX || next.temporal >= TEMPORAL_MAX {
                return Err(Unreadable::TooMany);
            }
        }
        self.layers = next.spatial + 1;
        Ok(())
    }

    fn find(&self, template: u32) -> Result<Template, Unreadable> {
        let place = (template + 64 - u32::from(self.offset)) % 64;
        let place = usize::try_from(place).ok().filter(|place| *place < self.count);
        place.map(|place| self.templates[place]).ok_or(Unreadable::UnknownTemplate)
    }

    /// What a frame says otherwise than its template does: indications, references, chains.
    fn pass_over(
        &self,
        [indications, references, chains]: [bool; 3],
        bits: &mut Bits<'_>,
    ) -> Result<(), Unreadable> {
        if indications {
            bits.skip(2 * self.targets)?;
        }
        if references {
            loop {
                let quarters = bits.take(2)?;
                if quarters == 0 {
                    break;
                }
                bits.skip(4 * quarters)?;
            }
        }
        if chains {
            bits.skip(8 * self.chains)?;
        }
        Ok(())
    }

    /// The spatial layers of the source.
    pub(crate) fn structure(&self) -> Structure {
        let mut structure = Structure { layers: usize::from(self.layers), ..Structure::default() };
        let kept = self.sizes.len().min(limits::LAYERS_MAX);
        structure.sizes[..kept].copy_from_slice(&self.sizes[..kept]);
        structure
    }
}

/// The frame number in the beginning of a descriptor; none when it is cut off.
pub(crate) fn number(value: &[u8]) -> Option<u16> {
    let [_, high, low] = *value.first_chunk::<HEAD_BYTES>()?;
    Some(u16::from_be_bytes([high, low]))
}

/// Writes another frame number.
pub(crate) const fn renumber(head: &mut [u8; HEAD_BYTES], number: u16) {
    let [high, low] = number.to_be_bytes();
    (head[1], head[2]) = (high, low);
}

/// Bits, the highest of each byte first.
struct Bits<'a> {
    bytes: &'a [u8],
    at: u32,
}

impl Bits<'_> {
    fn flag(&mut self) -> Result<bool, Unreadable> {
        Ok(self.take(1)? == 1)
    }

    /// `f(n)`, at most 16 bits.
    fn take(&mut self, count: u32) -> Result<u32, Unreadable> {
        let mut value = 0;
        for at in self.at..self.at + count {
            let byte = self.bytes.get((at / 8) as usize).ok_or(Unreadable::CutOff)?;
            value = value << 1 | u32::from(byte >> (7 - at % 8) & 1);
        }
        self.at += count;
        Ok(value)
    }

    /// `ns(n)`: below `count`, which is at most 33.
    fn non_symmetric(&mut self, count: u32) -> Result<u32, Unreadable> {
        let width = u32::BITS - count.leading_zeros();
        let short = (1 << width) - count;
        let value = self.take(width - 1)?;
        if value < short {
            return Ok(value);
        }
        Ok((value << 1) - short + self.take(1)?)
    }

    /// Passes bits over; that they are there is told by what is read next, or here.
    fn skip(&mut self, count: u32) -> Result<(), Unreadable> {
        let end = self.at + count;
        if end as usize > self.bytes.len() * 8 {
            return Err(Unreadable::CutOff);
        }
        self.at = end;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Writes what the specification's `f(n)` reads.
    #[derive(Default)]
    struct Writer {
        bits: Vec<bool>,
    }

    impl Writer {
        fn put(&mut self, count: u32, value: u32) -> &mut Self {
            self.bits.extend((0..count).rev().map(|bit| value >> bit & 1 == 1));
            self
        }

        fn bytes(&self) -> Vec<u8> {
            let byte = |bits: &[bool]| {
                bits.iter().enumerate().fold(0, |byte, (at, bit)| byte | u8::from(*bit) << (7 - at))
            };
            self.bits.chunks(8).map(byte).collect()
        }
    }

    /// First packet of a keyframe: two sizes at one frame rate, four templates from number 62 on, two
    /// decode targets, each with its chain, sizes told.
    fn key() -> Vec<u8> {
        let mut out = Writer::default();
        out.put(2, 0b10).put(6, 62).put(16, 0xfffe);
        out.put(5, 0b10000).put(6, 62).put(5, 1);
        out.put(2, 0).put(2, 2).put(2, 0).put(2, 3);
        out.put(4, 0b1010).put(4, 0b1111).put(4, 0b0010).put(4, 0b0011);
        // References: none; two back; one back; two back and one back.
        out.put(1, 0).put(5, 0b10001).put(1, 0).put(5, 0b10000).put(1, 0);
        out.put(5, 0b10001).put(5, 0b10000).put(1, 0);
        // Two of at most two chains (ns(3)), and which protects which target.
        out.put(2, 0b11).put(1, 0).put(1, 1);
        out.put(8, 0x00).put(8, 0x21).put(8, 0x11).put(8, 0x12);
        out.put(1, 1).put(16, 319).put(16, 179).put(16, 639).put(16, 359);
        out.bytes()
    }

    #[test]
    fn a_keyframe_brings_the_templates_of_its_source() {
        let bytes = key();
        let first = Described::read(&bytes, None).unwrap();
        assert!(first.begins && !first.ends && first.is_key());
        assert_eq!((first.number, first.spatial, first.temporal), (0xfffe, 0, 0));
        let templates = first.templates.unwrap();
        assert_eq!((templates.count, templates.targets, templates.chains), (4, 2, 2));
        let structure = templates.structure();
        assert_eq!(structure.layers, 2);
        assert_eq!(structure.sizes, [Some((320, 180)), Some((640, 360)), None]);
        for cut in 0..bytes.len() {
            assert!(Described::read(&bytes[..cut], None).is_err(), "cut off at {cut}");
        }
    }

    #[test]
    fn later_packets_name_their_template() {
        let known = Described::read(&key(), None).unwrap().templates.unwrap();
        let read = |value: &[u8]| Described::read(value, Some(&known));
        // 62 and 63, then 0 and 1: the numbers go round.
        let upper = read(&[0xc1, 0x00, 0x00]).unwrap();
        assert_eq!((upper.begins, upper.ends, upper.spatial), (true, true, 1));
        assert_eq!(read(&[0x3f, 0x00, 0x01]).map(|one| one.spatial), Ok(0));
        assert_eq!(read(&[0x02, 0, 0]), Err(Unreadable::UnknownTemplate));
        assert_eq!(Described::read(&[0xc0, 0, 0], None), Err(Unreadable::UnknownTemplate));
        assert_eq!(read(&[0xc0, 0]), Err(Unreadable::CutOff));
        assert_eq!(read(&[0; limits::DEPENDENCY_BYTES_MAX + 1]), Err(Unreadable::TooLong));
    }

    #[test]
    fn what_a_frame_says_otherwise_is_passed_over() {
        let known = Described::read(&key(), None).unwrap().templates.unwrap();
        let mut out = Writer::default();
        out.put(2, 0b11).put(6, 0).put(16, 7).put(5, 0b01111);
        // One target is active; two indications; references of 4 and 12 bits; two chains.
        out.put(2, 0b01).put(4, 0b1010);
        out.put(2, 1).put(4, 0).put(2, 3).put(12, 99).put(2, 0).put(16, 0x0102);
        let bytes = out.bytes();
        let read = Described::read(&bytes, Some(&known)).unwrap();
        assert_eq!((read.spatial, read.number, read.templates), (1, 7, None));
        assert_eq!(Described::read(&bytes[..7], Some(&known)), Err(Unreadable::CutOff));
    }

    #[test]
    fn more_layers_than_there_are_is_refused() {
        let mut out = Writer::default();
        out.put(24, 0xc0_0000).put(16, 0b10000 << 11);
        let head = out.bits.len();
        for (step, times) in [(2, 4), (1, 8), (0, 64)] {
            out.bits.truncate(head);
            for _ in 0..times {
                out.put(2, step);
            }
            out.put(2, 3).put(16, 0);
            assert_eq!(Described::read(&out.bytes(), None), Err(Unreadable::TooMany), "{step}");
        }
    }

    proptest! {
        #[test]
        fn any_value_is_read_or_refused(
            brings: bool,
            values in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..64), 1..8),
        ) {
            let mut known = Described::read(&key(), None).ok().and_then(|one| one.templates);
            for mut value in values {
                if let Some(flags) = value.get_mut(3).filter(|_| brings) {
                    *flags |= 0x80;
                }
                if let Ok(read) = Described::read(&value, known.as_ref()) {
                    prop_assert!(read.spatial < SPATIAL_MAX && read.temporal < TEMPORAL_MAX);
                    prop_assert_eq!(number(&value), Some(read.number));
                    known = read.templates.or(known);
                }
            }
        }
    }
}
