//! When pictures leave: evenly, faster than the estimate, never long after they came.
//!
//! What is not here: sound, which never waits, and the packets; references to them wait here.
//!
//! A packet that waited for `limits::PACE_WAIT` leaves at once, whatever the rate: a hole would
//! cost a repeat or a frozen picture, and a queue that old means that the allocation, not the
//! pacing, has to change.

use std::collections::VecDeque;

use model::{Instant, limits};

/// Pictures leave at so many times the estimate, in tenths.
const TENTHS_OF_ESTIMATE: u64 = 25;
/// What leaves at once at most: so many µs worth.
const BURST_US: u64 = 5_000;

#[derive(Clone, Copy, Debug)]
struct Waiting<T> {
    what: T,
    bytes: usize,
    since: Instant,
}

/// The waiting pictures of one leg. Its memory is taken once.
#[derive(Clone, Debug)]
pub struct Pacer<T> {
    queue: VecDeque<Waiting<T>>,
    bps: u64,
    /// When everything that left has had its time on the line.
    free_at: Instant,
}

impl<T: Copy> Pacer<T> {
    /// A pacer that lets through at the rate for `estimate_bps`.
    pub fn new(estimate_bps: u32) -> Self {
        let mut pacer = Self { queue: VecDeque::new(), bps: 0, free_at: Instant(0) };
        pacer.set_estimate(estimate_bps);
        pacer
    }

    /// Paces at 2.5 times the estimate from now on.
    pub fn set_estimate(&mut self, estimate_bps: u32) {
        self.set_rate(u64::from(estimate_bps) * TENTHS_OF_ESTIMATE / 10);
    }

    /// Paces at exactly this rate from now on, bits per second: for probes.
    pub fn set_rate(&mut self, bps: u64) {
        self.bps = bps.max(1);
    }

    /// Whether a packet may leave right now, past nobody.
    pub fn is_free(&self, now: Instant) -> bool {
        self.queue.is_empty() && self.free_at <= now
    }

    /// Whether the rate allows one more packet now.
    pub const fn has_budget(&self, now: Instant) -> bool {
        self.free_at.0 <= now.0
    }

    /// Counts a packet that leaves now: sound, a picture, a repeat or padding.
    pub fn spend(&mut self, now: Instant, bytes: usize) {
        let micros = bytes as u64 * 8_000_000 / self.bps;
        let earliest = Instant(now.0.saturating_sub(BURST_US));
        let latest = now.plus(limits::PACE_WAIT);
        self.free_at = Instant((self.free_at.max(earliest).0 + micros).min(latest.0));
    }

    /// Puts a packet at the end. False when the queue is full: then it has to leave at once.
    #[must_use]
    pub fn put(&mut self, now: Instant, what: T, bytes: usize) -> bool {
        if self.queue.len() >= limits::PACED_MAX {
            return false;
        }
        if self.queue.capacity() == 0 {
            self.queue.reserve_exact(limits::PACED_MAX);
        }
        self.queue.push_back(Waiting { what, bytes, since: now });
        true
    }

    /// The next packet that may leave now.
    pub fn take(&mut self, now: Instant) -> Option<T> {
        let first = self.queue.front()?;
        let too_old = now.since(first.since) >= limits::PACE_WAIT;
        if self.free_at <= now || too_old { self.pop(now) } else { None }
    }

    fn pop(&mut self, now: Instant) -> Option<T> {
        let first = self.queue.pop_front()?;
        self.spend(now, first.bytes);
        Some(first.what)
    }

    /// When the next packet may leave; none while nothing waits.
    pub fn due(&self) -> Option<Instant> {
        let first = self.queue.front()?;
        Some(self.free_at.min(first.since.plus(limits::PACE_WAIT)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_leave_at_two_and_a_half_times_the_estimate_in_short_bursts() {
        let mut pacer = Pacer::new(1_000_000);
        for number in 0..400_u32 {
            assert!(pacer.put(Instant(1_000_000), number, 1_000));
        }
        let mut left = Vec::new();
        for step in 0..200_u64 {
            let now = Instant(1_000_000 + step * 1_000);
            while let Some(number) = pacer.take(now) {
                left.push((step, number));
            }
        }
        assert!(left.iter().filter(|(step, _)| *step == 0).count() <= 3, "a burst of 5 ms");
        let rate = left.len() * 8_000 * 5;
        assert!((2_450_000..=2_600_000).contains(&rate), "{rate}");
        assert!(left.windows(2).all(|pair| pair[0].1 < pair[1].1), "in order");
    }

    #[test]
    fn nothing_waits_longer_than_it_may() {
        let mut pacer = Pacer::new(50_000);
        for number in 0..100_u32 {
            assert!(pacer.put(Instant(0), number, 1_200));
        }
        let due = pacer.due().unwrap();
        assert!(due <= Instant(300_000));
        let mut count = 0;
        while pacer.take(Instant(300_000)).is_some() {
            count += 1;
        }
        assert_eq!((count, pacer.due()), (100, None));
    }

    #[test]
    fn a_full_queue_takes_no_more() {
        let mut pacer = Pacer::new(50_000);
        let max = u32::try_from(limits::PACED_MAX).unwrap();
        for number in 0..max {
            assert!(pacer.put(Instant(0), number, 1_200));
        }
        assert!(!pacer.put(Instant(0), max, 1_200));
        assert_eq!(pacer.take(Instant(0)), Some(0), "those that wait keep their place");
    }
}
