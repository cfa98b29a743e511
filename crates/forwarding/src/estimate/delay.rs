//! The queue on the way, from how long packets take: its height, its trend, and its noise.
//!
//! What is not here: what is done about it (`estimate.rs`).

use model::Instant;

/// Packets that left within this time are one group.
const GROUP_US: u64 = 5_000;
/// Groups the trend is drawn through, and how far back they may lie.
const POINTS: usize = 20;
const TREND_MS: f64 = 400.0;
/// The queue's height is the least delay of the latest groups: at least so many, and so long.
const RECENT_POINTS: usize = 3;
const RECENT_MS: f64 = 80.0;
/// The least delay of the last 15 s is the empty path's.
const SLOTS: usize = 10;
const SLOT_US: u64 = 1_500_000;
/// The trend is believed to go on for so long.
const AHEAD_MS: f64 = 150.0;
/// A delay that jumps by more than this is another clock, ms.
const JUMP_MS: f64 = 20_000.0;

#[derive(Clone, Copy, Debug)]
struct Group {
    first: Instant,
    delay_ms: f64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Point {
    sent_ms: f64,
    delay_ms: f64,
}

/// What the delays say.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Queue {
    /// How long a packet stands in the queue now, ms.
    pub(crate) now_ms: f64,
    /// How long it will, soon, if the trend goes on, ms.
    pub(crate) soon_ms: f64,
    /// Mean distance of the groups from the trend: jitter, ms.
    pub(crate) spread_ms: f64,
}

/// Delays of one leg. They are differences of two clocks, so only their changes mean something.
#[derive(Clone, Debug)]
pub(crate) struct Delay {
    group: Option<Group>,
    points: [Point; POINTS],
    count: usize,
    least: [f64; SLOTS],
    slot: u64,
    spread_ms: f64,
}

impl Default for Delay {
    fn default() -> Self {
        Self {
            group: None,
            points: [Point::default(); POINTS],
            count: 0,
            least: [f64::INFINITY; SLOTS],
            slot: 0,
            spread_ms: 0.0,
        }
    }
}

impl Delay {
    /// A packet that left at `sent` arrived, on the other clock at `arrived_us`.
    pub(crate) fn hear(&mut self, sent: Instant, arrived_us: i64) {
        let delay_us = arrived_us.saturating_sub(sent.0.cast_signed());
        let delay_ms = delay_us as f64 / 1_000.0;
        match &mut self.group {
            Some(group) if sent.since(group.first).as_micros() < u128::from(GROUP_US) => {
                group.delay_ms = group.delay_ms.min(delay_ms);
            }
            Some(group) => {
                let done = core::mem::replace(group, Group { first: sent, delay_ms });
                self.finish(done);
            }
            None => self.group = Some(Group { first: sent, delay_ms }),
        }
    }

    fn finish(&mut self, group: Group) {
        let newest = self.points().next_back().copied();
        if newest.is_some_and(|point| (point.delay_ms - group.delay_ms).abs() > JUMP_MS) {
            *self = Self { group: self.group, ..Self::default() };
        }
        let slot = group.first.0 / SLOT_US;
        if slot != self.slot {
            let passed = slot.abs_diff(self.slot).min(SLOTS as u64);
            for _ in 0..passed {
                self.least.rotate_right(1);
                self.least[0] = f64::INFINITY;
            }
            self.slot = slot;
        }
        self.least[0] = self.least[0].min(group.delay_ms);
        if self.count == POINTS {
            self.points.rotate_left(1);
            self.count -= 1;
        }
        let sent_ms = group.first.0 as f64 / 1_000.0;
        self.points[self.count] = Point { sent_ms, delay_ms: group.delay_ms };
        self.count += 1;
    }

    /// What the delays say now; none before there are a few.
    pub(crate) fn queue(&mut self) -> Option<Queue> {
        let newest = self.points().next_back()?.sent_ms;
        if self.count < RECENT_POINTS {
            return None;
        }
        let base = self.least.iter().copied().fold(f64::INFINITY, f64::min);
        let now_ms = (self.recent_least(RECENT_MS) - base).max(0.0);
        let slope = match self.trend(newest) {
            Some((slope, spread_ms)) => {
                let weight = if spread_ms > self.spread_ms { 0.3 } else { 0.05 };
                self.spread_ms += (spread_ms - self.spread_ms) * weight;
                slope
            }
            None => 0.0,
        };
        let soon_ms = (now_ms + slope.clamp(-3.0, 3.0) * AHEAD_MS).max(0.0);
        Some(Queue { now_ms, soon_ms, spread_ms: self.spread_ms })
    }

    /// What stands in the queue now is not ours to drain, or the path grew longer: it counts as
    /// the empty path from now on.
    pub(crate) fn take_as_empty(&mut self) {
        let least = self.recent_least(TREND_MS);
        self.least = [f64::INFINITY; SLOTS];
        self.least[0] = least;
    }

    fn points(&self) -> core::slice::Iter<'_, Point> {
        self.points[..self.count].iter()
    }

    fn recent_least(&self, window_ms: f64) -> f64 {
        let newest = self.points().next_back().map_or(0.0, |point| point.sent_ms);
        let least = |points: core::slice::Iter<'_, Point>| {
            points.map(|point| point.delay_ms).fold(f64::INFINITY, f64::min)
        };
        let within = self.points().filter(|point| newest - point.sent_ms <= window_ms).count();
        let kept = within.max(RECENT_POINTS).min(self.count);
        least(self.points[self.count - kept..self.count].iter())
    }

    /// Slope (ms of delay for each ms) and spread of the straight line through the points.
    fn trend(&self, newest: f64) -> Option<(f64, f64)> {
        let points = || self.points().filter(|point| newest - point.sent_ms <= TREND_MS);
        let count = points().count();
        if count < 6 {
            return None;
        }
        let share = 1.0 / count as f64;
        let mean_at = points().map(|point| point.sent_ms - newest).sum::<f64>() * share;
        let mean_delay = points().map(|point| point.delay_ms).sum::<f64>() * share;
        let (mut with, mut without) = (0.0, 0.0);
        for point in points() {
            let at = point.sent_ms - newest - mean_at;
            with += at * (point.delay_ms - mean_delay);
            without += at * at;
        }
        if without < 1.0 {
            return None;
        }
        let slope = with / without;
        let off = |point: &Point| {
            (point.delay_ms - mean_delay - slope * (point.sent_ms - newest - mean_at)).abs()
        };
        Some((slope, points().map(off).sum::<f64>() * share))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(delay_of: impl Fn(u64) -> i64) -> Queue {
        let mut delay = Delay::default();
        let mut queue = None;
        for step in 0..400_u64 {
            let sent = step * 10_000;
            delay.hear(Instant(sent), sent.cast_signed() + 7_000_000 + delay_of(sent));
            queue = delay.queue();
        }
        queue.unwrap()
    }

    #[test]
    fn an_empty_path_has_no_queue_and_a_filling_one_has() {
        let empty = heard(|_| 30_000);
        assert!(empty.now_ms < 0.1 && empty.soon_ms < 0.1 && empty.spread_ms < 0.1);
        let filling = heard(|sent| sent.saturating_sub(3_600_000).cast_signed() / 4);
        assert!((filling.now_ms - 77.0).abs() < 3.0, "{filling:?}");
        assert!((filling.soon_ms - filling.now_ms - 37.5).abs() < 3.0, "{filling:?}");
    }

    #[test]
    fn jitter_is_spread_and_no_queue() {
        let noisy = heard(|sent| (sent / 10_000 * 7_919 % 20_000).cast_signed());
        assert!(noisy.now_ms < 6.0, "{noisy:?}");
        assert!(noisy.spread_ms > 3.0 && noisy.spread_ms < 8.0, "{noisy:?}");
    }

    #[test]
    fn a_longer_path_is_believed_when_told_and_another_clock_at_once() {
        let mut delay = Delay::default();
        for step in 0..100_u64 {
            let sent = step * 10_000;
            let longer = if step < 50 { 0 } else { 80_000 };
            delay.hear(Instant(sent), sent.cast_signed() + longer);
        }
        assert!((delay.queue().unwrap().now_ms - 80.0).abs() < 1.0);
        delay.take_as_empty();
        assert!(delay.queue().unwrap().now_ms < 1.0);
        for step in 100..200_u64 {
            let sent = step * 10_000;
            delay.hear(Instant(sent), sent.cast_signed() + i64::MAX / 2);
        }
        assert!(delay.queue().unwrap().now_ms < 1.0);
    }
}
