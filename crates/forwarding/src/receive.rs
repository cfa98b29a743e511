//! What is known of one incoming RTP source: extended counts, loss, jitter and its clock.
//!
//! What is not here: which track it belongs to (`track.rs`) and where its packets go.

use core::time::Duration;

use model::Instant;

use crate::repairs::Repairs;
use crate::rtcp::Block;

/// How far back a late packet is told from a repeated one.
const WINDOW: usize = 1_024;
/// A source that jumps further ahead has started anew (RFC 3550 appendix A.1: `MAX_DROPOUT`).
const JUMP_MAX: u16 = 3_000;

/// A timestamp this much off what really elapsed, in seconds, means the same: its clock was set.
const TIME_JUMP_MAX: i64 = 10;

/// What a packet is to its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// Seen for the first time.
    New {
        /// Extended sequence number.
        sequence: u64,
        /// Extended timestamp.
        rtp_time: u64,
        /// Whether it is the latest so far.
        in_order: bool,
        /// When packets passed over by it should be asked for.
        repair_at: Option<Instant>,
    },
    /// Seen before.
    Duplicate,
    /// Too far back to tell.
    TooOld,
    /// The source counts from elsewhere now: treat it as a new one.
    Restart,
}

/// A moment on the publisher's clock and on the source's (RFC 3550 §6.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SenderClock {
    /// NTP time, 32.32 fixed point.
    pub(crate) ntp: u64,
    /// Extended RTP timestamp.
    pub(crate) rtp_time: u64,
    /// When the report arrived.
    pub(crate) at: Instant,
}

/// One incoming source.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    clock_hz: u32,
    base: u64,
    highest: u64,
    seen: [u64; WINDOW / 64],
    rtp_time: u64,
    /// When the packet with the latest timestamp came.
    rtp_at: Option<Instant>,
    behind_next: Option<u16>,
    received: u64,
    reported: (u64, u64),
    measured: (u64, u64),
    jitter_q4: u64,
    transit: Option<(u32, u32)>,
    holes: u64,
    /// Packets it owes.
    pub(crate) repairs: Repairs,
    /// Its latest sender report.
    pub(crate) clock: Option<SenderClock>,
}

impl Source {
    /// A source whose first packet carries these numbers; hand that packet to [`Self::take`] too.
    pub(crate) fn new(sequence: u16, rtp_time: u32, clock_hz: u32) -> Self {
        let first = u64::from(sequence) + (1 << 16);
        Self {
            clock_hz,
            base: first,
            highest: first - 1,
            seen: [0; WINDOW / 64],
            rtp_time: u64::from(rtp_time) + (1 << 40),
            rtp_at: None,
            behind_next: None,
            received: 0,
            reported: (0, 0),
            measured: (0, 0),
            jitter_q4: 0,
            transit: None,
            holes: 0,
            repairs: Repairs::new(),
            clock: None,
        }
    }

    /// Takes note of a packet.
    pub(crate) fn take(&mut self, sequence: u16, rtp_time: u32, now: Instant) -> Arrival {
        let ahead = sequence.wrapping_sub((self.highest & 0xffff) as u16);
        let mut repair_at = None;
        let in_order = ahead != 0 && ahead < 0x8000;
        let extended = if in_order {
            if ahead > JUMP_MAX || self.is_time_jump(rtp_time, now) {
                return Arrival::Restart;
            }
            let extended = self.highest + u64::from(ahead);
            for passed in self.highest + 1..=extended {
                self.mark(passed, false);
            }
            if ahead > 1 {
                repair_at = Some(self.repairs.miss(self.highest + 1, extended, now));
            }
            self.highest = extended;
            extended
        } else {
            let behind = ahead.wrapping_neg();
            if usize::from(behind) >= WINDOW {
                if self.behind_next.replace(sequence.wrapping_add(1)) == Some(sequence) {
                    return Arrival::Restart;
                }
                return Arrival::TooOld;
            }
            let extended = self.highest - u64::from(behind);
            if self.is_marked(extended) {
                return Arrival::Duplicate;
            }
            self.repairs.arrived(extended);
            self.base = self.base.min(extended);
            extended
        };
        self.mark(extended, true);
        self.received += 1;
        self.behind_next = None;
        let rtp_time = self.extend(rtp_time);
        if in_order {
            self.measure_jitter(rtp_time, now);
            self.rtp_time = rtp_time;
            self.rtp_at = Some(now);
        }
        Arrival::New { sequence: extended, rtp_time, in_order, repair_at }
    }

    /// Takes note of a packet that came as a repair or beside another one: it can fill a hole, but
    /// never begin a count or say anything of the line's evenness.
    pub(crate) fn take_late(&mut self, sequence: u16, rtp_time: u32) -> Arrival {
        let behind = ((self.highest & 0xffff) as u16).wrapping_sub(sequence);
        if usize::from(behind) >= WINDOW {
            return Arrival::TooOld;
        }
        let extended = self.highest - u64::from(behind);
        if extended < self.base {
            return Arrival::TooOld;
        }
        if self.is_marked(extended) {
            return Arrival::Duplicate;
        }
        self.repairs.arrived(extended);
        self.mark(extended, true);
        self.received += 1;
        let rtp_time = self.extend(rtp_time);
        Arrival::New { sequence: extended, rtp_time, in_order: false, repair_at: None }
    }

    /// The highest extended sequence number so far.
    pub(crate) const fn highest(&self) -> u64 {
        self.highest
    }

    /// Extends a timestamp of this source to the nearest one to its latest.
    #[expect(clippy::cast_possible_wrap, reason = "the difference is meant to be signed")]
    pub(crate) const fn extend(&self, rtp_time: u32) -> u64 {
        let difference = rtp_time.wrapping_sub((self.rtp_time & 0xffff_ffff) as u32) as i32;
        self.rtp_time.saturating_add_signed(difference as i64)
    }

    /// When a packet with this extended timestamp came, or would have come, had it not been held up
    /// or lost on the way; none when nothing is known of it yet.
    pub(crate) fn due_at(&self, rtp_time: u64) -> Option<Instant> {
        let behind = self.rtp_time.checked_sub(rtp_time)?;
        let micros = u128::from(behind) * 1_000_000 / u128::from(self.clock_hz);
        let at = self.rtp_at?.0.checked_sub(u64::try_from(micros).ok()?)?;
        Some(Instant(at))
    }

    /// Takes note of a sender report.
    pub(crate) fn take_report(&mut self, ntp: u64, rtp_time: u32, at: Instant) -> SenderClock {
        let clock = SenderClock { ntp, rtp_time: self.extend(rtp_time), at };
        self.clock = Some(clock);
        clock
    }

    /// Counts packets that were missing for longer than reordering explains.
    pub(crate) const fn count_holes(&mut self, holes: u64) {
        self.holes += holes;
    }

    /// Packets expected and found missing at first (repaired or not) since the last call.
    pub(crate) fn measure(&mut self) -> (u64, u64) {
        let now = (self.expected(), self.holes);
        let before = core::mem::replace(&mut self.measured, now);
        (now.0.saturating_sub(before.0), now.1.saturating_sub(before.1))
    }

    /// Interarrival jitter.
    pub(crate) const fn jitter(&self) -> Duration {
        Duration::from_micros((self.jitter_q4 >> 4) * 1_000_000 / self.clock_hz as u64)
    }

    /// A report block about this source (RFC 3550 §6.4.1, appendix A.3).
    pub(crate) fn report(&mut self, about: u32, now: Instant) -> Block {
        let total = (self.expected(), self.received);
        let before = core::mem::replace(&mut self.reported, total);
        let expected = total.0.saturating_sub(before.0);
        let lost = expected.saturating_sub(total.1.saturating_sub(before.1));
        let fraction = (lost * 256).checked_div(expected).unwrap_or(0).min(255);
        let (last_report, delay) = match self.clock {
            None => (0, 0),
            Some(clock) => {
                let delay = now.since(clock.at).as_micros() * 65_536 / 1_000_000;
                ((clock.ntp >> 16 & 0xffff_ffff) as u32, u32::try_from(delay).unwrap_or(u32::MAX))
            }
        };
        Block {
            about,
            fraction_lost: (fraction & 0xff) as u8,
            lost: i32::try_from(total.0.saturating_sub(total.1).min(0x7f_ffff)).unwrap_or(0),
            highest: (self.highest & 0xffff_ffff) as u32,
            jitter: (self.jitter_q4 >> 4 & 0xffff_ffff) as u32,
            last_report,
            delay,
        }
    }

    /// Whether the timestamp is far from where it should be by now.
    fn is_time_jump(&self, rtp_time: u32, now: Instant) -> bool {
        let Some(at) = self.rtp_at else { return false };
        let hz = i64::from(self.clock_hz);
        let moved = self.extend(rtp_time).wrapping_sub(self.rtp_time).cast_signed();
        let elapsed = now.since(at).as_micros() * u128::from(self.clock_hz) / 1_000_000;
        let elapsed = i64::try_from(elapsed).unwrap_or(i64::MAX);
        moved.saturating_sub(elapsed).saturating_abs() > TIME_JUMP_MAX * hz
    }

    const fn expected(&self) -> u64 {
        self.highest + 1 - self.base
    }

    /// RFC 3550 appendix A.8, once per timestamp, so that the packets of one picture count once.
    fn measure_jitter(&mut self, rtp_time: u64, now: Instant) {
        let per_ms = u64::from(self.clock_hz / 1_000);
        let ticks = now.0 / 1_000 * per_ms + now.0 % 1_000 * per_ms / 1_000;
        let time = (rtp_time & 0xffff_ffff) as u32;
        let transit = ((ticks & 0xffff_ffff) as u32).wrapping_sub(time);
        match self.transit {
            Some((_, last_time)) if last_time == time => {}
            None => self.transit = Some((transit, time)),
            Some((last, _)) => {
                let difference = transit.wrapping_sub(last).cast_signed().unsigned_abs();
                let change = u64::from(difference.min(self.clock_hz));
                self.jitter_q4 = self.jitter_q4 + change - ((self.jitter_q4 + 8) >> 4);
                self.transit = Some((transit, time));
            }
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "a remainder below the window's size")]
    const fn spot(sequence: u64) -> (usize, u64) {
        let bit = (sequence % WINDOW as u64) as usize;
        (bit / 64, 1 << (bit % 64))
    }

    const fn mark(&mut self, sequence: u64, seen: bool) {
        let (word, bit) = Self::spot(sequence);
        if seen {
            self.seen[word] |= bit;
        } else {
            self.seen[word] &= !bit;
        }
    }

    const fn is_marked(&self, sequence: u64) -> bool {
        let (word, bit) = Self::spot(sequence);
        self.seen[word] & bit != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn numbered(arrival: Arrival) -> Option<u64> {
        match arrival {
            Arrival::New { sequence, .. } => Some(sequence),
            Arrival::Duplicate | Arrival::TooOld | Arrival::Restart => None,
        }
    }

    #[test]
    fn counts_go_on_over_the_wrap() {
        let mut source = Source::new(65_534, u32::MAX - 100, 48_000);
        let mut last = None;
        for step in 0..10_u16 {
            let time = (u32::MAX - 100).wrapping_add(u32::from(step) * 960);
            let arrival = source.take(65_534_u16.wrapping_add(step), time, Instant(0));
            let Arrival::New { sequence, rtp_time, in_order, repair_at } = arrival else {
                unreachable!("all are new: {arrival:?}")
            };
            assert!(in_order && repair_at.is_none());
            if let Some((before, time_before)) = last {
                assert_eq!((sequence - before, rtp_time - time_before), (1, 960));
            }
            last = Some((sequence, rtp_time));
        }
    }

    #[test]
    fn jumps_start_anew_and_strays_do_not() {
        let mut source = Source::new(100, 0, 48_000);
        assert!(numbered(source.take(100, 0, Instant(0))).is_some());
        assert_eq!(source.take(100 + JUMP_MAX + 1, 0, Instant(0)), Arrival::Restart);
        assert_eq!(source.take(60_000, 0, Instant(0)), Arrival::TooOld);
        assert_eq!(source.take(50_000, 0, Instant(0)), Arrival::TooOld);
        assert_eq!(source.take(50_001, 0, Instant(0)), Arrival::Restart);
    }

    #[test]
    fn a_clock_that_is_set_starts_anew_and_a_pause_does_not() {
        let mut source = Source::new(100, 0, 48_000);
        assert!(numbered(source.take(100, 0, Instant(0))).is_some());
        let pause = 48_000 * 60;
        assert!(numbered(source.take(101, pause, Instant(60_000_000))).is_some());
        let now = Instant(60_020_000);
        assert_eq!(source.take(102, pause + 48_000 * 11, now), Arrival::Restart);
        assert_eq!(source.take(102, pause.wrapping_sub(48_000 * 11), now), Arrival::Restart);
        assert!(numbered(source.take(102, pause + 960, now)).is_some());
    }

    #[test]
    fn a_packet_is_due_when_it_would_have_come_in_order() {
        let mut source = Source::new(0, 0, 90_000);
        assert_eq!(source.due_at(0), None);
        let rtp_time = numbered_time(source.take(0, 0, Instant(500_000)));
        source.take(2, 18_000, Instant(700_000));
        assert_eq!(source.due_at(rtp_time), Some(Instant(500_000)));
        assert_eq!(source.due_at(rtp_time + 9_000), Some(Instant(600_000)));
        assert_eq!(source.due_at(rtp_time + 18_000), Some(Instant(700_000)));
        assert_eq!(source.due_at(rtp_time + 27_000), None, "it is still to come");
    }

    fn numbered_time(arrival: Arrival) -> u64 {
        match arrival {
            Arrival::New { rtp_time, .. } => rtp_time,
            Arrival::Duplicate | Arrival::TooOld | Arrival::Restart => 0,
        }
    }

    #[test]
    fn a_report_tells_loss_jitter_and_delay() {
        let mut source = Source::new(0, 0, 48_000);
        for (step, sequence) in [0_u16, 1, 2, 4].into_iter().enumerate() {
            let at = Instant(20_000 * step as u64);
            source.take(sequence, u32::from(sequence) * 960, at);
        }
        source.take_report(0x1234_5678_9abc_def0, 960, Instant(80_000));
        let block = source.report(9, Instant(580_000));
        assert_eq!((block.about, block.fraction_lost, block.lost), (9, 51, 1));
        assert_eq!(block.highest, 65_540);
        assert_eq!((block.last_report, block.delay), (0x5678_9abc, 32_768));
        assert_eq!(block.jitter, 60, "one packet 20 ms early in four, divided by 16");
        assert_eq!(source.report(9, Instant(600_000)).fraction_lost, 0);
    }

    proptest! {
        /// The reference: a set of numbers seen.
        #[test]
        fn each_packet_is_new_once(start: u16, moves in proptest::collection::vec((0_u16..40, any::<bool>()), 1..600)) {
            let mut source = Source::new(start, 0, 90_000);
            let mut seen = BTreeSet::new();
            let mut highest = 65_536 + u64::from(start);
            seen.extend(numbered(source.take(start, 0, Instant(0))));
            for (by, ahead) in moves {
                let sequence = if ahead { highest + u64::from(by) } else { highest - u64::from(by) };
                highest = highest.max(sequence);
                let arrival = source.take((sequence & 0xffff) as u16, 0, Instant(0));
                if seen.insert(sequence) {
                    prop_assert_eq!(numbered(arrival), Some(sequence));
                } else {
                    prop_assert_eq!(arrival, Arrival::Duplicate);
                }
            }
        }
    }
}
