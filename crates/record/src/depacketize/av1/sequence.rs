//! What a file's head needs of an AV1 sequence header (AV1 specification §5.5): the size of the picture
//! and the beginning of the `av1C` (AV1 in ISOBMFF §2.3.3, which Matroska takes over).
//!
//! What is not here: everything else a sequence header says. Those of still pictures are refused.

use crate::depacketize::bits::Bits;

/// What was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sequence {
    /// Pixels of the largest layer.
    pub(super) width: u16,
    /// Pixels of the largest layer.
    pub(super) height: u16,
    /// The `av1C` before its units.
    pub(super) configuration: [u8; 4],
}

/// Marker and version of an `av1C`.
const VERSION: u8 = 0x81;
/// BT.709, sRGB, identity (§6.4.2): without subsampling.
const RGB: [u32; 3] = [1, 13, 0];

/// Reads the body of the unit; none when it is not well formed.
pub(super) fn read(body: &[u8]) -> Option<Sequence> {
    let mut bits = Bits::new(body.to_vec());
    let profile = bits.number(3)?;
    bits.flag()?;
    if bits.flag()? || profile > 2 {
        return None;
    }
    let (level, tier) = operating_points(&mut bits)?;
    let (wide, high) = (bits.number(4)? + 1, bits.number(4)? + 1);
    let side = |less_one: u32| u16::try_from(less_one + 1).ok();
    let (width, height) = (side(bits.number(wide)?)?, side(bits.number(high)?)?);
    tools(&mut bits)?;
    let colour = colour(&mut bits, profile)?;
    let byte = |value: u32| (value & 0xff) as u8;
    let configuration =
        [VERSION, byte(profile << 5 | level), byte(u32::from(tier) << 7) | colour, 0];
    Some(Sequence { width, height, configuration })
}

/// Level and tier of the first operating point, that of all layers.
fn operating_points(bits: &mut Bits) -> Option<(u32, bool)> {
    let mut delay_bits = None;
    if bits.flag()? {
        bits.number(32)?;
        bits.number(32)?;
        if bits.flag()? {
            bits.exp()?;
        }
        if bits.flag()? {
            delay_bits = Some(bits.number(5)? + 1);
            bits.number(32)?;
            bits.number(10)?;
        }
    }
    let delays_told = bits.flag()?;
    let mut first = None;
    for _ in 0..=bits.number(5)? {
        bits.number(12)?;
        let level = bits.number(5)?;
        let tier = level > 7 && bits.flag()?;
        first = first.or(Some((level, tier)));
        if let Some(delay_bits) = delay_bits
            && bits.flag()?
        {
            bits.number(delay_bits)?;
            bits.number(delay_bits)?;
            bits.flag()?;
        }
        if delays_told && bits.flag()? {
            bits.number(4)?;
        }
    }
    first
}

/// Between the size and the colours.
fn tools(bits: &mut Bits) -> Option<()> {
    const SELECT: u32 = 2;
    if bits.flag()? {
        bits.number(7)?;
    }
    bits.number(7)?;
    let ordered = bits.flag()?;
    if ordered {
        bits.number(2)?;
    }
    let screen = if bits.flag()? { SELECT } else { bits.number(1)? };
    if screen > 0 && !bits.flag()? {
        bits.flag()?;
    }
    if ordered {
        bits.number(3)?;
    }
    bits.number(3).map(|_| ())
}

/// High bit depth, twelve bits, no colour, subsampling across and down, and where samples stand, as the
/// `av1C` has them.
fn colour(bits: &mut Bits, profile: u32) -> Option<u8> {
    let deep = bits.flag()?;
    let twelve = profile == 2 && deep && bits.flag()?;
    let grey = profile != 1 && bits.flag()?;
    let told =
        if bits.flag()? { [bits.number(8)?, bits.number(8)?, bits.number(8)?] } else { [2; 3] };
    let mut position = 0;
    let (across, down) = if grey {
        bits.flag()?;
        (true, true)
    } else if told == RGB {
        (false, false)
    } else {
        bits.flag()?;
        let (across, down) = match (profile, twelve) {
            (0, _) => (true, true),
            (1, _) => (false, false),
            (_, false) => (true, false),
            (_, true) => {
                let across = bits.flag()?;
                (across, across && bits.flag()?)
            }
        };
        if across && down {
            position = bits.number(2)?;
        }
        (across, down)
    };
    let flags = [(deep, 0x40), (twelve, 0x20), (grey, 0x10), (across, 0x08), (down, 0x04)];
    let flags = flags.into_iter().filter(|(is, _)| *is).map(|(_, bit)| bit).sum::<u8>();
    Some(flags | (position & 3) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_an_encoder_are_read_as_its_muxer_reads_them() {
        let header = [0, 0, 0, 0x0C, 0xC4, 0xFF, 0x67, 0x36, 0xBE, 0x40, 0x10];
        let configuration = [0x81, 0x01, 0x0C, 0x00];
        assert_eq!(read(&header), Some(Sequence { width: 640, height: 360, configuration }));
        let ten_bits = [0, 0, 0, 0x04, 0x3C, 0xFE, 0xCC, 0xDA, 0xF9, 0x40, 0x40];
        let configuration = [0x81, 0x00, 0x4C, 0x00];
        assert_eq!(read(&ten_bits), Some(Sequence { width: 320, height: 180, configuration }));
        for cut in 0..8 {
            assert_eq!(read(&header[..cut]), None, "cut off at {cut}");
        }
        assert_eq!(read(&[0x18; 11]), None, "a still picture");
    }

    proptest::proptest! {
        #[test]
        fn any_header_is_read_or_refused(
            bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..40),
        ) {
            let read = read(&bytes);
            proptest::prop_assert!(read.is_none_or(|one| one.width > 0 && one.height > 0));
        }
    }
}
