//! G.711: eight bits a sample, A-law and µ-law (ITU-T G.711).
//!
//! What is not here: packets and time.

/// Which of the two laws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::camera) enum Law {
    /// Europe and China: `PCMA`.
    A,
    /// North America and Japan: `PCMU`.
    Mu,
}

/// One sample, 16 bits.
pub(super) fn decode(law: Law, byte: u8) -> i16 {
    match law {
        Law::A => a_law(byte),
        Law::Mu => mu_law(byte),
    }
}

/// Even bits are inverted on the wire; then sign, three bits of exponent, four of mantissa.
fn a_law(byte: u8) -> i16 {
    let code = byte ^ 0x55;
    let mantissa = (i16::from(code & 0x0f) << 4) | 8;
    let exponent = (code >> 4) & 0x07;
    let size = if exponent == 0 { mantissa } else { (mantissa | 0x100) << (exponent - 1) };
    if code & 0x80 == 0 { -size } else { size }
}

/// All bits are inverted on the wire, and the scale is moved by 132.
fn mu_law(byte: u8) -> i16 {
    let code = !byte;
    let mantissa = i32::from(code & 0x0f) << 3;
    let size = ((mantissa + 132) << ((code >> 4) & 0x07)) - 132;
    let size = i16::try_from(size).expect("the largest is 32,124");
    if code & 0x80 == 0 { size } else { -size }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of the tables of the recommendation, scaled to 16 bits.
    #[test]
    fn the_tables_of_the_recommendation_are_met() {
        for (byte, sample) in
            [(0xd5, 8), (0x55, -8), (0xd4, 24), (0x80, 5_504), (0xaa, 32_256), (0x2a, -32_256)]
        {
            assert_eq!(decode(Law::A, byte), sample, "A-law {byte:#x}");
        }
        for (byte, sample) in
            [(0xff, 0), (0x7f, 0), (0xfe, 8), (0x80, 32_124), (0x00, -32_124), (0xf0, 120)]
        {
            assert_eq!(decode(Law::Mu, byte), sample, "mu-law {byte:#x}");
        }
    }

    #[test]
    fn louder_codes_are_louder() {
        for (law, inversion) in [(Law::A, 0x55), (Law::Mu, 0x7f)] {
            let levels: Vec<i16> =
                (0..128_u8).map(|code| decode(law, (code ^ inversion) | 0x80)).collect();
            assert!(levels.is_sorted_by(|a, b| a < b), "{law:?}: {levels:?}");
        }
    }
}
