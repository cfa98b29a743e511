//! What arrived on a publisher's leg, and when the publisher is told so.
//!
//! What is not here: the words of a feedback (`wire.rs`).

use core::time::Duration;

use model::Instant;

use super::unwrap_near;
use super::wire::{self, Head};
use crate::rtcp::Compound;

/// Numbers remembered: a second at 20 Mbit/s.
const WINDOW: usize = 2_048;
/// Feedback goes out at least, and at most, this often.
const EVERY_MAX: Duration = Duration::from_millis(100);
const EVERY_MIN: Duration = Duration::from_millis(50);
/// Feedback takes at most this share of what comes in: one in twenty.
const SHARE: u64 = 20;
/// Bytes of one feedback on the wire besides its statuses: headers of IP, UDP, SRTCP and RTCP.
const FEEDBACK_BYTES: u64 = 90;

/// Arrivals of one leg, by transport-wide number.
#[derive(Clone, Debug, Default)]
pub struct Arrivals {
    /// Arrival time in µs, one more than it is; 0 for none. Made with the first arrival.
    at: Vec<u64>,
    /// First number that was not reported yet.
    from: u64,
    /// One past the highest number that arrived.
    end: u64,
    number: u8,
    due: Option<Instant>,
    written_at: Instant,
    bytes_since: u64,
}

impl Arrivals {
    /// A packet of so many bytes with this number arrived. Says when feedback is due.
    pub fn take(&mut self, sequence: u16, bytes: usize, now: Instant) -> Instant {
        if self.at.is_empty() {
            self.at.resize(WINDOW, 0);
            self.restart(u64::from(sequence) + (1 << 16));
        }
        let mut extended = unwrap_near(self.end, sequence);
        let window = WINDOW as u64;
        if extended >= self.end + window || extended + window < self.end {
            extended = u64::from(sequence) + (self.end | 0xffff) + 1;
            self.restart(extended);
        }
        if extended >= self.end {
            for passed in self.end..extended {
                self.put(passed, 0);
            }
            self.end = extended + 1;
            self.put(extended, now.0 + 1);
        } else if extended + window >= self.end && self.get(extended).is_none() {
            self.put(extended, now.0 + 1);
            self.from = self.from.min(extended);
        }
        self.from = self.from.max(self.end.saturating_sub(window));
        self.bytes_since += bytes as u64;
        *self.due.get_or_insert(now.plus(EVERY_MIN))
    }

    /// When feedback is due; none when there is nothing to tell.
    pub const fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Writes one feedback if it is due, and says whether it did; call until it did not.
    pub fn write(&mut self, now: Instant, ssrc: u32, media: u32, compound: &mut Compound) -> bool {
        if self.due.is_none_or(|due| due > now) {
            return false;
        }
        if self.from >= self.end {
            self.due = None;
            return false;
        }
        let head = Head { ssrc, media, number: self.number };
        let before = compound.as_bytes().len();
        self.from = wire::write(compound, head, self.from, self.end, |sequence| self.get(sequence));
        let wrote = compound.as_bytes().len() > before;
        self.number = self.number.wrapping_add(u8::from(wrote));
        if self.from == self.end {
            self.due = None;
            self.pause(now);
        }
        wrote
    }

    /// After a feedback the next waits, the longer the less comes in.
    fn pause(&mut self, now: Instant) {
        let elapsed = now.since(self.written_at).min(EVERY_MAX * 4);
        let bytes = core::mem::take(&mut self.bytes_since);
        self.written_at = now;
        let micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
        let wait = Duration::from_micros(FEEDBACK_BYTES * SHARE * micros / bytes.max(1));
        self.due = Some(now.plus(wait.clamp(EVERY_MIN, EVERY_MAX)));
    }

    fn restart(&mut self, at: u64) {
        self.at.fill(0);
        self.from = at;
        self.end = at;
    }

    fn get(&self, sequence: u64) -> Option<u64> {
        self.at[place(sequence)].checked_sub(1)
    }

    fn put(&mut self, sequence: u64, at: u64) {
        self.at[place(sequence)] = at;
    }
}

#[expect(clippy::cast_possible_truncation, reason = "masked to the size of the ring")]
const fn place(sequence: u64) -> usize {
    (sequence & (WINDOW as u64 - 1)) as usize
}

const _: () = assert!(WINDOW.is_power_of_two());

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::wire::each_feedback;

    fn tell(arrivals: &mut Arrivals, now: Instant) -> Vec<(u16, bool)> {
        let mut compound = Compound::default();
        while arrivals.write(now, 1, 2, &mut compound) {}
        let mut told = Vec::new();
        each_feedback(compound.as_bytes(), |feedback| {
            told.extend(feedback.statuses().map(|one| (one.sequence, one.arrived_us.is_some())));
        });
        told
    }

    #[test]
    fn gaps_reordering_and_the_wrap_are_told_right() {
        let mut arrivals = Arrivals::default();
        let due = arrivals.take(65_534, 1_000, Instant(1_000));
        assert_eq!(due, Instant(51_000));
        assert_eq!(tell(&mut arrivals, Instant(50_999)), [], "not due yet");
        arrivals.take(1, 1_000, Instant(2_000));
        arrivals.take(65_535, 1_000, Instant(3_000));
        arrivals.take(65_535, 1_000, Instant(4_000));
        assert_eq!(
            tell(&mut arrivals, due),
            [(65_534, true), (65_535, true), (0, false), (1, true)]
        );
        arrivals.take(0, 1_000, Instant(60_000));
        let due = arrivals.due().unwrap();
        assert!(due >= Instant(101_000) && due <= Instant(151_000));
        assert_eq!(tell(&mut arrivals, due), [(0, true), (1, true)], "a late one is told later");
        assert_eq!(tell(&mut arrivals, Instant(10_000_000)), []);
        assert_eq!(arrivals.due(), None, "nothing to tell, nothing to wake for");
    }

    #[test]
    fn a_jump_starts_anew_and_a_flood_stays_within_the_window() {
        let mut arrivals = Arrivals::default();
        arrivals.take(5, 100, Instant(0));
        let due = arrivals.take(30_000, 100, Instant(10));
        assert_eq!(tell(&mut arrivals, due), [(30_000, true)]);
        for sequence in 30_001..36_000 {
            arrivals.take(sequence, 100, Instant(20));
        }
        let told = tell(&mut arrivals, Instant(1_000_000));
        assert_eq!((told.len(), told.last()), (WINDOW, Some(&(35_999, true))));
    }

    #[test]
    fn feedback_takes_a_twentieth_at_most_down_to_ten_a_second() {
        for (every_us, bytes, feedback_ms) in [(1_000, 1_200, 50), (20_000, 40, 100)] {
            let mut arrivals = Arrivals::default();
            let (mut told, mut at) = (0, 0_u64);
            for sequence in 0..1_000_u16 {
                at += every_us;
                arrivals.take(sequence, bytes, Instant(at));
                told += u64::from(!tell(&mut arrivals, Instant(at)).is_empty());
            }
            let expected = at / 1_000 / feedback_ms;
            assert!(told <= expected && told >= expected * 8 / 10, "{told} of {expected}");
        }
    }
}
