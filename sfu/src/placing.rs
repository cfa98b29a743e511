//! Which media thread a new hearing goes to: the one that forwards the least.
//!
//! What is not here: bringing orders there (`start.rs`). A hearing never moves.

use core::time::Duration;
use std::collections::VecDeque;
use std::sync::Arc;

use model::Instant;

use crate::delay::Delay;

/// A hearing is young until its traffic fills the minute that is measured.
const YOUNG: Duration = Duration::from_secs(60);

/// What is known of each thread.
pub(crate) struct Placing {
    threads: Vec<Part>,
}

struct Part {
    /// Counts the packets that the thread forwarded over about the last minute.
    delay: Arc<Delay>,
    hearings: usize,
    /// When the youngest hearings were opened; not more than there are hearings.
    young: VecDeque<Instant>,
}

impl Placing {
    /// Threads without hearings.
    pub(crate) fn new(delays: impl IntoIterator<Item = Arc<Delay>>) -> Self {
        let part = |delay| Part { delay, hearings: 0, young: VecDeque::new() };
        Self { threads: delays.into_iter().map(part).collect() }
    }

    /// Chooses the thread for a new hearing and counts it there. Young hearings, whose traffic is
    /// yet to come, weigh as much as an old one does on average.
    pub(crate) fn open(&mut self, now: Instant) -> usize {
        for part in &mut self.threads {
            while part.young.front().is_some_and(|opened| now.since(*opened) >= YOUNG) {
                part.young.pop_front();
            }
        }
        let packets: u64 = self.threads.iter().map(|part| part.delay.packets()).sum();
        let old: usize = self.threads.iter().map(|part| part.hearings - part.young.len()).sum();
        let usual = (packets / u64::try_from(old.max(1)).unwrap_or(1)).max(1);
        let weight = |part: &Part| {
            let to_come = usual.saturating_mul(u64::try_from(part.young.len()).unwrap_or(u64::MAX));
            (part.delay.packets().saturating_add(to_come), part.hearings)
        };
        let least = (0..self.threads.len()).min_by_key(|place| weight(&self.threads[*place]));
        let place = least.unwrap_or_default();
        if let Some(part) = self.threads.get_mut(place) {
            part.hearings += 1;
            part.young.push_back(now);
        }
        place
    }

    /// A hearing of this thread was closed.
    pub(crate) fn close(&mut self, place: usize) {
        if let Some(part) = self.threads.get_mut(place) {
            part.hearings = part.hearings.saturating_sub(1);
            part.young.truncate(part.hearings);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATER: Instant = Instant(120_000_000);

    fn two() -> ([Arc<Delay>; 2], Placing) {
        let delays = [Arc::new(Delay::new()), Arc::new(Delay::new())];
        let placing = Placing::new(delays.iter().cloned());
        (delays, placing)
    }

    #[test]
    fn hearings_without_traffic_are_spread_by_number() {
        let (_, mut placing) = two();
        let places: Vec<usize> = (0..4).map(|_| placing.open(Instant(0))).collect();
        assert_eq!(places, [0, 1, 0, 1]);
        placing.close(1);
        placing.close(1);
        assert_eq!(placing.open(LATER), 1, "the first thread still has two");
    }

    #[test]
    fn one_large_hearing_weighs_more_than_two_small_ones() {
        let (delays, mut placing) = two();
        for _ in 0..3 {
            placing.open(Instant(0));
        }
        // The first thread has two small hearings, the second a large one.
        delays[0].count(Duration::from_micros(50), 200);
        delays[1].count(Duration::from_micros(50), 4_000);
        assert_eq!(placing.open(LATER), 0);
        assert_eq!(placing.open(LATER), 0, "a young one weighs 1,400, so the first has 1,600");
    }

    #[test]
    fn a_rush_of_hearings_does_not_fall_on_one_thread() {
        let (delays, mut placing) = two();
        placing.open(Instant(0));
        delays[0].count(Duration::from_micros(50), 1_000);
        let places: Vec<usize> = (0..6).map(|_| placing.open(LATER)).collect();
        assert_eq!(places.iter().filter(|place| **place == 0).count(), 3, "{places:?}");
    }
}
