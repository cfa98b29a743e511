//! The picture size in an H.264 sequence parameter set (ITU-T H.264 §7.3.2.1.1).
//!
//! What is not here: everything else a parameter set says.

use crate::depacketize::bits::Bits;

/// Pixels of the picture, width and height; nothing when the set is not well formed.
pub(super) fn size(unit: &[u8]) -> Option<(u16, u16)> {
    let profile = *unit.get(1)?;
    let mut bits = Bits::new(plain(unit.get(4..)?));
    bits.exp()?;
    let mut chroma = 1;
    if matches!(profile, 100 | 110 | 122 | 244 | 44 | 83 | 86 | 118 | 128 | 138 | 139 | 134 | 135) {
        chroma = bits.exp()?;
        if chroma == 3 {
            bits.flag()?;
        }
        bits.exp()?;
        bits.exp()?;
        bits.flag()?;
        if bits.flag()? {
            scaling_matrix(&mut bits, if chroma == 3 { 12 } else { 8 })?;
        }
    }
    bits.exp()?;
    match bits.exp()? {
        0 => {
            bits.exp()?;
        }
        1 => {
            bits.flag()?;
            bits.exp()?;
            bits.exp()?;
            for _ in 0..bits.exp()?.min(255) {
                bits.exp()?;
            }
        }
        _ => {}
    }
    bits.exp()?;
    bits.flag()?;
    let columns = bits.exp()?.checked_add(1)?;
    let rows = bits.exp()?.checked_add(1)?;
    let frames_only = bits.flag()?;
    if !frames_only {
        bits.flag()?;
    }
    bits.flag()?;
    let field = if frames_only { 1 } else { 2 };
    let (unit_x, unit_y) = match chroma {
        1 => (2, 2 * field),
        2 => (2, field),
        _ => (1, field),
    };
    let (mut crop_x, mut crop_y) = (0, 0);
    if bits.flag()? {
        crop_x = bits.exp()?.checked_add(bits.exp()?)?.checked_mul(unit_x)?;
        crop_y = bits.exp()?.checked_add(bits.exp()?)?.checked_mul(unit_y)?;
    }
    let width = columns.checked_mul(16)?.checked_sub(crop_x)?;
    let height = rows.checked_mul(16)?.checked_mul(field)?.checked_sub(crop_y)?;
    let (width, height) = (u16::try_from(width).ok()?, u16::try_from(height).ok()?);
    (width > 0 && height > 0).then_some((width, height))
}

fn scaling_matrix(bits: &mut Bits, lists: usize) -> Option<()> {
    for list in 0..lists {
        if !bits.flag()? {
            continue;
        }
        let (mut last, mut next) = (8_i64, 8_i64);
        for _ in 0..if list < 6 { 16 } else { 64 } {
            if next != 0 {
                let code = i64::from(bits.exp()?);
                let delta = if code % 2 == 1 { (code + 1) / 2 } else { -(code / 2) };
                next = (last + delta).rem_euclid(256);
            }
            if next != 0 {
                last = next;
            }
        }
    }
    Some(())
}

/// A unit with its emulation prevention bytes taken out (H.264 §7.4.1).
fn plain(unit: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(unit.len());
    let mut zeros = 0;
    for &byte in unit {
        if zeros >= 2 && byte == 3 {
            zeros = 0;
            continue;
        }
        zeros = if byte == 0 { zeros + 1 } else { 0 };
        bytes.push(byte);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_real_parameter_sets() {
        // Constrained baseline 640 × 360 (cropped from 368 lines), as x264 writes it.
        let sps = [
            0x67, 0x42, 0xC0, 0x1E, 0xD9, 0x00, 0xA0, 0x2F, 0xF9, 0x70, 0x11, 0x00, 0x00, 0x03,
            0x00, 0x01, 0x00, 0x00, 0x03, 0x00, 0x32, 0x0F, 0x16, 0x2E, 0x48,
        ];
        assert_eq!(size(&sps), Some((640, 360)));
        assert_eq!(size(&sps[..6]), None, "cut");
        assert_eq!(size(&[]), None);
    }

    #[test]
    fn emulation_prevention_is_taken_out() {
        assert_eq!(plain(&[0, 0, 3, 1, 0, 0, 3]), [0, 0, 1, 0, 0]);
    }
}
