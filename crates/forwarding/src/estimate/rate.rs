//! How many bits a second went by, lately.
//!
//! What is not here: whose clock counts; the caller hands in times.

/// Width of a bucket, µs.
const BUCKET_US: i64 = 20_000;
/// Buckets kept: 600 ms.
const BUCKETS: usize = 30;
/// Buckets of the short look: 200 ms.
const SHORT: i64 = 10;
/// Packets the short look needs to mean something.
const SHORT_PACKETS: u32 = 12;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Bucket {
    number: i64,
    bytes: u64,
    packets: u32,
    last_us: i64,
}

/// Bytes by time, in a few buckets.
#[derive(Clone, Debug, Default)]
pub(crate) struct Meter {
    buckets: [Bucket; BUCKETS],
    newest: i64,
}

impl Meter {
    /// Counts a packet at a time in µs on whatever clock.
    pub(crate) fn add(&mut self, at_us: i64, bytes: u64) {
        let number = at_us.div_euclid(BUCKET_US);
        if number > self.newest || number + 1_000_000 < self.newest {
            self.newest = number;
        }
        let bucket = &mut self.buckets[place(number)];
        if bucket.number != number {
            *bucket = Bucket { number, ..Bucket::default() };
        }
        bucket.bytes += bytes;
        bucket.packets += 1;
        bucket.last_us = bucket.last_us.max(at_us);
    }

    /// Bits per second over the last 600 ms; none before there is something to divide by.
    pub(crate) fn long_bps(&self) -> Option<f64> {
        self.look(BUCKETS as i64 - 1, 2)
    }

    /// Bits per second over the last 200 ms, or 600 ms when too few packets went by.
    pub(crate) fn short_bps(&self) -> Option<f64> {
        self.look(SHORT, SHORT_PACKETS).or_else(|| self.long_bps())
    }

    /// The bytes after the first bucket's last packet, over the time since that packet: exact also
    /// when packets are few.
    fn look(&self, buckets: i64, packets_min: u32) -> Option<f64> {
        let mut from: Option<i64> = None;
        let (mut bytes, mut packets, mut to) = (0_u64, 0, 0);
        for number in self.newest - buckets..=self.newest {
            let bucket = self.buckets[place(number)];
            if bucket.number != number || bucket.packets == 0 {
                continue;
            }
            if from.is_none() {
                from = Some(bucket.last_us);
                continue;
            }
            bytes += bucket.bytes;
            packets += bucket.packets;
            to = bucket.last_us;
        }
        let micros = to - from?;
        (packets >= packets_min && micros >= BUCKET_US)
            .then(|| float(bytes) * 8_000_000.0 / float(micros.cast_unsigned()))
    }
}

fn place(number: i64) -> usize {
    usize::try_from(number.rem_euclid(BUCKETS as i64)).expect("a remainder is small")
}

/// A count as a fraction; exact up to 2^53.
pub(crate) const fn float(count: u64) -> f64 {
    count as f64
}

/// A rate as a whole number; absurd ones become the nearest.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast from float saturates, and rates are clamped"
)]
pub(crate) const fn whole(value: f64) -> u64 {
    value as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_stream_is_measured_exactly() {
        for (every_us, bytes) in [(1_000, 125), (20_000, 100), (64_000, 1_200)] {
            let mut meter = Meter::default();
            for step in 0..200 {
                meter.add(step * every_us, bytes);
            }
            let expected = float(bytes) * 8_000_000.0 / float(every_us.cast_unsigned());
            let long = meter.long_bps().unwrap();
            assert!((long - expected).abs() < expected / 100.0, "{long} {expected}");
            let short = meter.short_bps().unwrap();
            assert!((short - expected).abs() < expected / 100.0, "{short} {expected}");
        }
    }

    #[test]
    fn nothing_is_said_of_nothing_and_old_bytes_are_forgotten() {
        let mut meter = Meter::default();
        assert_eq!(meter.long_bps(), None);
        for step in 0..100 {
            meter.add(step * 10_000, 10_000);
        }
        meter.add(20_000_000, 100);
        assert_eq!(meter.long_bps(), None);
        for step in 1..100 {
            meter.add(20_000_000 + step * 10_000, 100);
        }
        assert!(meter.long_bps().unwrap() < 81_000.0);
    }
}
