//! The server's NTP clock, and each publisher's clock as seen from it.
//!
//! How sound and picture stay together. A publisher's sender reports (RFC 3550 §6.4.1) tie the RTP
//! clocks of its microphone and camera to one clock of its own. The router keeps **one offset per
//! connection** from that clock to the server's, learnt when the first report arrives and then
//! only nudged. A report that goes out on a subscriber's line is made from the publisher's last
//! report: its NTP time plus the offset, its RTP time plus the shift of the line's present
//! stretch, both moved on by the time since that report arrived. The delay of the report enters
//! the offset and so hits sound and picture alike: what was captured together is labelled with
//! the same server time on every line.
//!
//! What is not here: RTP timestamps of lines (`rewrite.rs`).

use core::time::Duration;

use model::{Instant, Now};

/// Seconds from 1900 (NTP) to 1970 (RFC 5905 §6).
const NTP_EPOCH_SECONDS: u64 = 2_208_988_800;
/// How far the offset may be wrong before it is learnt anew: the publisher set its clock.
const STEP_SECONDS: u64 = 10;
/// The offset follows drift by at most this much with each report: 0.25 ms, so a difference
/// between two reports of one publisher can never be heard or seen.
const NUDGE: u64 = (1 << 32) / 4_000;

/// The server's clock: set once from the wall, then counted by the monotonic clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ServerClock {
    ntp: u64,
    at: Instant,
}

impl ServerClock {
    pub(crate) fn new(now: Now) -> Self {
        let millis = u64::try_from(now.utc.0).unwrap_or(0);
        let ntp = ((millis / 1_000 + NTP_EPOCH_SECONDS) << 32) | (((millis % 1_000) << 32) / 1_000);
        Self { ntp, at: now.instant }
    }

    /// NTP time, 32.32 fixed point.
    pub(crate) fn ntp(&self, at: Instant) -> u64 {
        self.ntp.wrapping_add(ntp_of(at.since(self.at)))
    }
}

/// One publisher's clock against the server's.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PublisherClock {
    offset: Option<u64>,
}

impl PublisherClock {
    /// Learns from a report that said `theirs` when the server's clock said `ours`.
    pub(crate) fn learn(&mut self, theirs: u64, ours: u64) {
        let measured = ours.wrapping_sub(theirs);
        let Some(offset) = self.offset else {
            self.offset = Some(measured);
            return;
        };
        let error = measured.wrapping_sub(offset).cast_signed();
        let nudge = error.unsigned_abs().min(NUDGE);
        self.offset = Some(if error.unsigned_abs() > STEP_SECONDS << 32 {
            measured
        } else if error < 0 {
            offset.wrapping_sub(nudge)
        } else {
            offset.wrapping_add(nudge)
        });
    }

    /// The server's time for a time of the publisher's; none before the first report.
    pub(crate) fn to_server(self, theirs: u64) -> Option<u64> {
        self.offset.map(|offset| theirs.wrapping_add(offset))
    }
}

/// A length of time in NTP's 32.32 fixed point, rounded.
pub(crate) fn ntp_of(time: Duration) -> u64 {
    (time.as_secs() << 32).wrapping_add(((u64::from(time.subsec_nanos())) << 32) / 1_000_000_000)
}

/// A length of time in ticks of a media clock, modulo 2^32, rounded.
pub(crate) fn ticks_of(time: Duration, clock_hz: u32) -> u32 {
    let ticks = (time.as_micros() * u128::from(clock_hz) + 500_000) / 1_000_000;
    (ticks & 0xffff_ffff) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Timestamp;

    #[test]
    fn the_clock_starts_at_the_wall_and_counts_on() {
        let start = Now { instant: Instant(5_000_000), utc: Timestamp(1_500) };
        let clock = ServerClock::new(start);
        assert_eq!(clock.ntp(start.instant) >> 32, NTP_EPOCH_SECONDS + 1);
        assert_eq!(clock.ntp(start.instant) & 0xffff_ffff, 1 << 31);
        let later = clock.ntp(Instant(5_750_000));
        assert_eq!(later.wrapping_sub(clock.ntp(start.instant)), 3 << 30);
    }

    #[test]
    fn the_offset_is_learnt_once_and_then_nudged() {
        let mut clock = PublisherClock::default();
        assert_eq!(clock.to_server(5), None);
        clock.learn(100 << 32, 500 << 32);
        assert_eq!(clock.to_server(100 << 32), Some(500 << 32));
        clock.learn(101 << 32, (501 << 32) + (1 << 31));
        assert_eq!(clock.to_server(101 << 32), Some((501 << 32) + NUDGE));
        clock.learn(7 << 32, 503 << 32);
        assert_eq!(clock.to_server(7 << 32), Some(503 << 32), "the publisher set its clock");
    }

    #[test]
    fn lengths_convert() {
        assert_eq!(ticks_of(Duration::from_millis(20), 48_000), 960);
        assert_eq!(ntp_of(Duration::from_millis(1_500)), 3 << 31);
    }
}
