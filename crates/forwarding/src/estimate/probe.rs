//! Probes: short bursts at a higher rate, to learn whether the path carries more.
//!
//! What is not here: what they are made of; the caller sends media, repeats or padding.

use core::time::Duration;

use model::Instant;

use super::rate::{float, whole};
use crate::transport::history::Sent;

/// A probe lasts so long, and longer where packets arrive unevenly.
const LASTS_MS: f64 = 15.0;
const LASTS_MAX_MS: f64 = 60.0;
/// A probe is at least so many packets.
const PACKETS_MIN: u32 = 6;
/// A probe that could not be sent within this time is judged by what was.
const SEND_WAIT: Duration = Duration::from_millis(250);
/// How long after its round trip a probe's arrival is waited for.
const HEAR_WAIT: Duration = Duration::from_millis(400);
/// Less than this share of the probe's rate came through: the path was full.
const SATURATED: f64 = 0.9;

/// One probe under way.
#[derive(Clone, Copy, Debug)]
struct Cluster {
    id: u8,
    bps: f64,
    bytes_goal: u64,
    bytes: u64,
    packets: u32,
    last_number: u64,
    closed: bool,
    ends: Instant,
    heard: u32,
    heard_bytes: u64,
    first: Option<(Instant, u64)>,
    last: Option<(Instant, u64)>,
    arrived: Option<(i64, u64, i64, u64)>,
}

/// What a probe found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Found {
    /// What came through, bits per second; at most what was sent.
    pub(crate) bps: f64,
    /// The path was full: it carries this and no more.
    pub(crate) saturated: bool,
    /// The rate that was tried.
    pub(crate) tried_bps: f64,
}

/// The probe of one leg, at most one at a time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Prober {
    cluster: Option<Cluster>,
    count: u8,
}

impl Prober {
    /// Whether a probe is under way, sent or not.
    pub(crate) const fn is_busy(&self) -> bool {
        self.cluster.is_some()
    }

    /// Begins a probe.
    pub(crate) fn start(&mut self, now: Instant, bps: f64, spread_ms: f64) {
        self.count = self.count % 255 + 1;
        let lasts_ms = (LASTS_MS + 4.0 * spread_ms).min(LASTS_MAX_MS);
        self.cluster = Some(Cluster {
            id: self.count,
            bps,
            bytes_goal: whole(bps * lasts_ms / 8_000.0),
            bytes: 0,
            packets: 0,
            last_number: 0,
            closed: false,
            ends: now.plus(SEND_WAIT),
            heard: 0,
            heard_bytes: 0,
            first: None,
            last: None,
            arrived: None,
        });
    }

    /// The rate at which packets are to leave for the probe that is being sent.
    pub(crate) fn sending_bps(&self, now: Instant) -> Option<f64> {
        self.sending(now).map(|cluster| cluster.bps)
    }

    fn sending(&self, now: Instant) -> Option<&Cluster> {
        self.cluster.as_ref().filter(|cluster| !cluster.closed && now < cluster.ends)
    }

    /// The mark of a packet that leaves now.
    pub(crate) fn mark(&self, now: Instant) -> u8 {
        self.sending(now).map_or(0, |cluster| cluster.id)
    }

    /// A packet with the mark left under `number`.
    pub(crate) fn sent(&mut self, now: Instant, bytes: u64, number: u64, round_trip: Duration) {
        let Some(cluster) = self.cluster.as_mut().filter(|cluster| !cluster.closed) else { return };
        cluster.bytes += bytes;
        cluster.packets += 1;
        cluster.last_number = number;
        if cluster.bytes >= cluster.bytes_goal && cluster.packets >= PACKETS_MIN {
            cluster.closed = true;
            cluster.ends = now.plus(round_trip * 2 + HEAR_WAIT);
        }
    }

    /// A packet of a probe arrived.
    pub(crate) fn hear(&mut self, sent: &Sent, arrived_us: i64) {
        let Some(cluster) = self.cluster.as_mut().filter(|one| one.id == sent.probe) else {
            return;
        };
        let bytes = u64::from(sent.bytes);
        cluster.heard += 1;
        cluster.heard_bytes += bytes;
        if cluster.first.is_none_or(|(at, _)| sent.at < at) {
            cluster.first = Some((sent.at, bytes));
        }
        if cluster.last.is_none_or(|(at, _)| sent.at >= at) {
            cluster.last = Some((sent.at, bytes));
        }
        let (mut first, mut first_bytes, mut last, mut last_bytes) =
            cluster.arrived.unwrap_or((arrived_us, bytes, arrived_us, bytes));
        if arrived_us < first {
            (first, first_bytes) = (arrived_us, bytes);
        }
        if arrived_us >= last {
            (last, last_bytes) = (arrived_us, bytes);
        }
        cluster.arrived = Some((first, first_bytes, last, last_bytes));
    }

    /// What the probe found, once feedback up to `heard` has come or nothing more is waited for.
    /// `Some(None)`: it is over and found nothing.
    pub(crate) fn outcome(
        &mut self,
        now: Instant,
        heard: u64,
        round_trip: Duration,
    ) -> Option<Option<Found>> {
        let cluster = self.cluster.as_mut()?;
        if !cluster.closed && now >= cluster.ends {
            cluster.closed = true;
            cluster.ends = now.plus(round_trip * 2 + HEAR_WAIT);
        }
        if !cluster.closed || (heard < cluster.last_number && now < cluster.ends) {
            return None;
        }
        let cluster = self.cluster.take()?;
        Some(cluster.found())
    }
}

impl Cluster {
    fn found(&self) -> Option<Found> {
        if self.heard < PACKETS_MIN - 2 || self.heard * 10 < self.packets * 6 {
            return None;
        }
        let ((left, _), (left_last, last_sent_bytes)) = (self.first?, self.last?);
        let (first, first_bytes, last, _) = self.arrived?;
        let sent_us = left_last.since(left).as_micros();
        let arrived_us = u64::try_from(last - first).ok()?;
        let sent_us = u64::try_from(sent_us).ok()?;
        if sent_us < 1_000 || arrived_us < 1_000 {
            return None;
        }
        let rate = |bytes: u64, micros: u64| float(bytes) * 8_000_000.0 / float(micros);
        let sent_bps = rate(self.heard_bytes - last_sent_bytes, sent_us);
        let arrived_bps = rate(self.heard_bytes - first_bytes, arrived_us);
        if arrived_bps > sent_bps * 2.5 {
            return None;
        }
        let saturated = arrived_bps < sent_bps * SATURATED;
        // What left in a burst faster than meant proves no more than was meant.
        let bps = if saturated { arrived_bps } else { sent_bps.min(arrived_bps) };
        let bps = bps.min(self.bps);
        Some(Found { bps, saturated, tried_bps: self.bps })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::history::{News, SentHistory};

    #[expect(clippy::unwrap_in_result, reason = "finding nothing is an answer here")]
    fn probed(tried: f64, arrives_every_us: i64) -> Option<Found> {
        let mut prober = Prober::default();
        let mut history = SentHistory::default();
        prober.start(Instant(0), tried, 0.0);
        let mut numbers = Vec::new();
        let gap = 1_000.0 * 8_000_000.0 / tried;
        let mut at = 0.0;
        while prober.sending_bps(Instant(whole(at))).is_some() {
            let now = Instant(whole(at));
            numbers.push(history.send(now, 1_000, prober.mark(now)));
            prober.sent(now, 1_000, history.next() - 1, Duration::ZERO);
            at += gap;
        }
        assert_eq!(prober.outcome(Instant(100_000), 0, Duration::ZERO), None, "nothing heard yet");
        for (place, number) in (0..).zip(numbers) {
            let (_, sent, news) = history.hear(number, true).unwrap();
            assert_eq!(news, News::Arrived { was_lost: false });
            prober.hear(&sent, 50_000 + place * arrives_every_us);
        }
        prober.outcome(Instant(100_000), history.next(), Duration::ZERO).unwrap()
    }

    #[test]
    fn a_path_that_carries_it_is_told_from_a_full_one() {
        let free = probed(4_000_000.0, 2_000).unwrap();
        assert!(!free.saturated && (free.bps - 4_000_000.0).abs() < 40_000.0, "{free:?}");
        let full = probed(4_000_000.0, 4_000).unwrap();
        assert!(full.saturated && (full.bps - 2_000_000.0).abs() < 20_000.0, "{full:?}");
    }

    #[test]
    fn arrivals_faster_than_sending_prove_nothing() {
        assert_eq!(probed(4_000_000.0, 300), None);
        let quick = probed(4_000_000.0, 1_000).unwrap();
        assert!(quick.bps <= 4_000_001.0, "{quick:?}");
    }

    #[test]
    fn a_probe_that_cannot_be_sent_ends() {
        let mut prober = Prober::default();
        prober.start(Instant(0), 1e6, 0.0);
        assert!(prober.sending_bps(Instant(249_999)).is_some());
        assert_eq!(prober.sending_bps(Instant(250_000)), None);
        assert_eq!(prober.outcome(Instant(10_000), 0, Duration::ZERO), None);
        assert_eq!(prober.outcome(Instant(250_000), 0, Duration::ZERO), Some(None));
        assert!(!prober.is_busy());
    }
}
