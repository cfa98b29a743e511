//! How long packets stay in the server: a small histogram of the last minute, written by one
//! media thread and read by whoever asks.
//!
//! What is not here: the histogram for Prometheus (`metrics.rs`).

use core::time::Duration;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use model::Instant;

/// Four buckets per doubling, from 1 µs to 65 ms.
const BUCKETS: usize = 64;
/// Stretches kept: six whole ones and the present one.
const STRETCHES: usize = 7;
/// Length of a stretch.
const STRETCH: Duration = Duration::from_secs(10);

/// Delay from arrival to the kernel's send call, over about the last minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DelayFigures {
    /// Half of the packets were faster, µs.
    pub p50_us: u32,
    /// 95 of 100 were faster, µs.
    pub p95_us: u32,
    /// 99 of 100 were faster, µs.
    pub p99_us: u32,
    /// Packets counted.
    pub packets: u64,
}

/// Shared by one writer and any number of readers.
#[derive(Debug)]
pub(crate) struct Delay {
    stretches: [[AtomicU32; BUCKETS]; STRETCHES],
    present: AtomicUsize,
}

impl Delay {
    pub(crate) fn new() -> Self {
        Self {
            stretches: std::array::from_fn(|_| std::array::from_fn(|_| AtomicU32::new(0))),
            present: AtomicUsize::new(0),
        }
    }

    /// Counts `packets` packets that stayed for `delay`.
    pub(crate) fn count(&self, delay: Duration, packets: u32) {
        let stretch = &self.stretches[self.present.load(Ordering::Relaxed) % STRETCHES];
        stretch[bucket(delay)].fetch_add(packets, Ordering::Relaxed);
    }

    /// Packets counted over about the last minute.
    pub(crate) fn packets(&self) -> u64 {
        let counts = self.stretches.iter().flatten();
        counts.map(|count| u64::from(count.load(Ordering::Relaxed))).sum()
    }

    /// Forgets what is older than a minute. Called by the writer; `since` is when it last did.
    pub(crate) fn turn(&self, now: Instant, since: &mut Instant) {
        if now.since(*since) < STRETCH {
            return;
        }
        *since = now;
        let next = (self.present.load(Ordering::Relaxed) + 1) % STRETCHES;
        for count in &self.stretches[next] {
            count.store(0, Ordering::Relaxed);
        }
        self.present.store(next, Ordering::Relaxed);
    }
}

/// The figures of all threads together.
pub(crate) fn figures<'a>(delays: impl Iterator<Item = &'a Delay>) -> DelayFigures {
    let mut counts = [0_u64; BUCKETS];
    for delay in delays {
        for stretch in &delay.stretches {
            for (sum, count) in counts.iter_mut().zip(stretch) {
                *sum += u64::from(count.load(Ordering::Relaxed));
            }
        }
    }
    let packets: u64 = counts.iter().sum();
    let quantile = |percent: u64| {
        let wanted = (packets * percent).div_ceil(100);
        let mut seen = 0;
        let place = counts.iter().position(|count| {
            seen += count;
            seen >= wanted && seen > 0
        });
        place.map_or(0, upper_us)
    };
    DelayFigures { p50_us: quantile(50), p95_us: quantile(95), p99_us: quantile(99), packets }
}

fn bucket(delay: Duration) -> usize {
    let us = u32::try_from(delay.as_micros()).unwrap_or(u32::MAX).max(1);
    let octave = us.ilog2();
    // The two bits below the leading one, shifted up first so that small values have them too.
    let quarter = ((u64::from(us) << 2) >> octave) & 3;
    let place = usize::try_from(octave * 4).unwrap_or(BUCKETS);
    (place + usize::try_from(quarter).unwrap_or(0)).min(BUCKETS - 1)
}

/// The first whole microsecond beyond a bucket.
fn upper_us(place: usize) -> u32 {
    let octave = u32::try_from(place / 4).unwrap_or(16);
    let quarter = u32::try_from(place % 4).unwrap_or(0);
    ((5 + quarter) << octave).div_ceil(4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_right_to_a_quarter_of_an_octave() {
        let delay = Delay::new();
        for us in 1..=1_000 {
            delay.count(Duration::from_micros(us), 1);
        }
        let figures = figures(std::iter::once(&delay));
        assert_eq!(figures.packets, 1_000);
        assert!((500..=640).contains(&figures.p50_us), "{figures:?}");
        assert!((950..=1_280).contains(&figures.p95_us), "{figures:?}");
        assert!((990..=1_280).contains(&figures.p99_us), "{figures:?}");
    }

    #[test]
    fn every_delay_lies_below_the_end_of_its_bucket() {
        for us in [1, 2, 3, 4, 5, 7, 8, 100, 999, 65_535] {
            let place = bucket(Duration::from_micros(us));
            assert!(us < u64::from(upper_us(place)), "{us}");
            assert!(place == 0 || us >= u64::from(upper_us(place - 1)), "{us}");
        }
        assert_eq!(bucket(Duration::ZERO), 0);
        assert_eq!(bucket(Duration::from_secs(9_000)), BUCKETS - 1);
    }

    #[test]
    fn what_is_older_than_a_minute_is_forgotten() {
        let delay = Delay::new();
        let mut since = Instant(0);
        delay.count(Duration::from_micros(10), 5);
        for turn in 1..=6 {
            delay.turn(Instant(turn * 10_000_000), &mut since);
            assert_eq!(figures(std::iter::once(&delay)).packets, 5);
        }
        delay.turn(Instant(70_000_000), &mut since);
        assert_eq!(figures(std::iter::once(&delay)), DelayFigures::default());
    }
}
