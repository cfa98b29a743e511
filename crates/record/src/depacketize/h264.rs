//! H.264: single units, STAP-A and FU-A to length-prefixed units (RFC 6184 §5.6–5.8), and the
//! `avcC` a file head needs (ISO/IEC 14496-15 §5.3.3).
//!
//! What is not here: decoding. Parameter sets are read for size and profile only and stay in the
//! frames too, so a change of size needs no new file.

use super::{Frame, Malformed, Picture, frame_of};
use crate::reorder::Packet;

mod sps;

const SLICE: u8 = 1;
const IDR: u8 = 5;
const SPS: u8 = 7;
const PPS: u8 = 8;
const DELIMITER: u8 = 9;
const FILLER: u8 = 12;
const STAP_A: u8 = 24;
const FU_A: u8 = 28;

/// The frame of a whole run.
pub(super) fn frame(run: &[Packet]) -> Result<Frame, Malformed> {
    let units = units(run)?;
    let mut bytes = Vec::with_capacity(units.iter().map(|unit| unit.len() + 4).sum());
    let (mut sps, mut pps, mut idr, mut first_slice) = (None, None, false, None);
    for unit in &units {
        match unit[0] & 0x1F {
            SPS => sps = sps.or(Some(unit)),
            PPS => pps = pps.or(Some(unit)),
            kind @ (SLICE | IDR) => {
                idr |= kind == IDR;
                first_slice = first_slice.or(Some(unit));
            }
            DELIMITER | FILLER => continue,
            _ => {}
        }
        let length = u32::try_from(unit.len()).map_err(|_| Malformed)?;
        bytes.extend(length.to_be_bytes());
        bytes.extend_from_slice(unit);
    }
    // first_mb_in_slice is Exp-Golomb coded: 0, the top of the picture, is a single set bit.
    let whole = first_slice.and_then(|unit| unit.get(1)).is_some_and(|byte| byte & 0x80 != 0);
    if !whole {
        return Err(Malformed);
    }
    let picture = match (idr, sps, pps) {
        (true, Some(sps), Some(pps)) => Some(picture(sps, pps)?),
        _ => None,
    };
    Ok(frame_of(run, picture.is_some(), bytes, picture))
}

/// Takes the units of a frame out of its packets. The state for fragments lives here, so it cannot
/// outlive the frame.
fn units(run: &[Packet]) -> Result<Vec<Vec<u8>>, Malformed> {
    let mut units = Vec::new();
    let mut fragment: Option<Vec<u8>> = None;
    for packet in run {
        let payload = packet.payload.as_slice();
        let kind = payload.first().ok_or(Malformed)? & 0x1F;
        if kind != FU_A && fragment.is_some() {
            return Err(Malformed);
        }
        match kind {
            1..=23 => units.push(payload.to_vec()),
            STAP_A => split_stap(&payload[1..], &mut units)?,
            FU_A => {
                let [indicator, header, rest @ ..] = payload else { return Err(Malformed) };
                let (start, end) = (header & 0x80 != 0, header & 0x40 != 0);
                if rest.is_empty() || start == fragment.is_some() || (start && end) {
                    return Err(Malformed);
                }
                let unit = fragment.get_or_insert_with(|| vec![indicator & 0xE0 | header & 0x1F]);
                unit.extend_from_slice(rest);
                if end {
                    units.extend(fragment.take());
                }
            }
            _ => return Err(Malformed),
        }
    }
    if fragment.is_some() || units.is_empty() {
        return Err(Malformed);
    }
    Ok(units)
}

fn split_stap(mut rest: &[u8], units: &mut Vec<Vec<u8>>) -> Result<(), Malformed> {
    if rest.is_empty() {
        return Err(Malformed);
    }
    while !rest.is_empty() {
        let (length, behind) = rest.split_first_chunk::<2>().ok_or(Malformed)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (unit, behind) = behind.split_at_checked(length).ok_or(Malformed)?;
        if !matches!(unit.first().ok_or(Malformed)? & 0x1F, 1..=23) {
            return Err(Malformed);
        }
        units.push(unit.to_vec());
        rest = behind;
    }
    Ok(())
}

/// What a file head says of a stream with these parameter sets.
fn picture(sps: &[u8], pps: &[u8]) -> Result<Picture, Malformed> {
    let (width, height) = sps::size(sps).ok_or(Malformed)?;
    let mut private = vec![1, sps[1], sps[2], sps[3], 0xFC | 3, 0xE0 | 1];
    for (unit, mark) in [(sps, None), (pps, Some(1))] {
        private.extend(mark);
        private.extend(u16::try_from(unit.len()).map_err(|_| Malformed)?.to_be_bytes());
        private.extend_from_slice(unit);
    }
    Ok(Picture { width, height, private })
}
