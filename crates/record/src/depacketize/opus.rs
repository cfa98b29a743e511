//! Opus: one packet is one frame (RFC 7587 §4.2).
//!
//! What is not here: decoding. Only the length in time is read from the first bytes.

use super::{Frame, Malformed, frame_of};
use crate::reorder::Packet;

/// No Opus packet is longer than 120 ms (RFC 6716 §3.2.5), in ticks of 48 kHz.
const TICKS_MAX: u32 = 5_760;

/// The frame of a run of one packet.
pub(super) fn frame(run: &[Packet]) -> Result<Frame, Malformed> {
    let [packet] = run else { return Err(Malformed) };
    let ticks = ticks(&packet.payload).ok_or(Malformed)?;
    let mut frame = frame_of(run, true, packet.payload.clone(), None);
    frame.ticks = Some(ticks);
    Ok(frame)
}

/// How long a packet lasts, in ticks of 48 kHz (RFC 6716 §3.1); nothing for one that is too long
/// or ends before it says.
pub fn ticks(payload: &[u8]) -> Option<u32> {
    let toc = *payload.first()?;
    let frame = match toc >> 3 {
        config @ 0..=11 => [480, 960, 1_920, 2_880][usize::from(config & 3)],
        config @ 12..=15 => [480, 960][usize::from(config & 1)],
        config => [120, 240, 480, 960][usize::from(config & 3)],
    };
    let frames = match toc & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => u32::from(*payload.get(1)? & 0x3F),
    };
    let ticks = frame * frames;
    (ticks > 0 && ticks <= TICKS_MAX).then_some(ticks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_in_time() {
        assert_eq!(ticks(&[0xFC, 0]), Some(960), "CELT fullband 20 ms, stereo");
        assert_eq!(ticks(&[0x08, 0]), Some(960), "SILK narrowband 20 ms");
        assert_eq!(ticks(&[0x18]), Some(2_880), "SILK narrowband 60 ms");
        assert_eq!(ticks(&[0x61]), Some(960), "hybrid 10 ms, two frames");
        assert_eq!(ticks(&[0xFB, 3]), Some(2_880), "three frames of 20 ms");
        assert_eq!(ticks(&[0xFB]), None, "the count is missing");
        assert_eq!(ticks(&[0xFB, 0]), None, "no frames");
        assert_eq!(ticks(&[0xFB, 63]), None, "longer than 120 ms");
        assert_eq!(ticks(&[]), None);
    }
}
