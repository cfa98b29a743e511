//! Reads the bits of a codec's headers, the highest of each byte first.
//!
//! What is not here: what they mean.

/// A header and how far it was read.
#[derive(Debug)]
pub(super) struct Bits {
    bytes: Vec<u8>,
    at: usize,
}

impl Bits {
    pub(super) const fn new(bytes: Vec<u8>) -> Self {
        Self { bytes, at: 0 }
    }

    /// One bit; none behind the end.
    pub(super) fn flag(&mut self) -> Option<bool> {
        let byte = self.bytes.get(self.at / 8)?;
        let bit = byte >> (7 - self.at % 8) & 1;
        self.at += 1;
        Some(bit == 1)
    }

    /// A number of up to 32 bits.
    pub(super) fn number(&mut self, bits: u32) -> Option<u32> {
        let mut value = 0;
        for _ in 0..bits {
            value = value << 1 | u32::from(self.flag()?);
        }
        Some(value)
    }

    /// An unsigned Exp-Golomb number (H.264 §9.1), in AV1 `uvlc` (§4.10.3).
    pub(super) fn exp(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while !self.flag()? {
            zeros += 1;
            if zeros > 31 {
                return None;
            }
        }
        let mut value = 1_u64;
        for _ in 0..zeros {
            value = value << 1 | u64::from(self.flag()?);
        }
        u32::try_from(value - 1).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_over_the_ends_of_bytes() {
        let mut bits = Bits::new(vec![0b1010_0110, 0b0100_0000]);
        assert_eq!((bits.flag(), bits.number(4)), (Some(true), Some(0b0100)));
        assert_eq!((bits.exp(), bits.exp()), (Some(0), Some(0)));
        assert_eq!((bits.exp(), bits.number(5)), (Some(3), None));
    }
}
