//! One layer of a track: its present source, its cache, its listeners and what it costs.
//!
//! What is not here: other layers; choosing among them is in `router/pictures.rs`.

use core::time::Duration;

use model::{Codec, Instant};

use crate::cache::Cache;
use crate::keyframe::KeyframeDesk;
use crate::plan::LegId;
use crate::receive::Source;
use crate::spatial::Sieve;

/// How often the cost of a layer is measured.
const MEASURE_EVERY: Duration = Duration::from_millis(500);

/// Where packets of a layer go: places in the router's list of legs and the leg's list of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Out {
    pub(crate) leg: usize,
    pub(crate) line: usize,
}

/// Which of two sources of a track is the newer: by connection, leg and order of appearance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank {
    pub(crate) connection: u32,
    pub(crate) leg: LegId,
    pub(crate) order: u32,
}

/// The source a layer is fed by.
#[derive(Clone, Debug)]
pub(crate) struct Feed {
    pub(crate) rank: Rank,
    pub(crate) ssrc: u32,
    pub(crate) codec: Codec,
    /// Unlike that of any other feed of the router.
    pub(crate) generation: u64,
    pub(crate) source: Source,
    pub(crate) started_at: Instant,
    pub(crate) last_at: Instant,
    /// One choice of layers out of the source that feeds the lowest: it is counted and asked there.
    pub(crate) shadow: bool,
}

/// Measures what a layer costs on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Meter {
    bytes: u64,
    since: Instant,
    bps: Option<u32>,
}

impl Meter {
    /// Takes a packet of so many bytes.
    pub(crate) fn take(&mut self, bytes: usize, now: Instant) {
        self.bytes += bytes as u64;
        let span = now.since(self.since);
        if span < MEASURE_EVERY {
            return;
        }
        let bps = u64::try_from(u128::from(self.bytes) * 8_000_000 / span.as_micros());
        let bps = u32::try_from(bps.unwrap_or(u64::MAX)).unwrap_or(u32::MAX);
        // A pause, or the very first packet, says nothing of what a steady stream costs.
        if span < 2 * MEASURE_EVERY {
            let smooth = self.bps.map_or(bps, |before| before / 2 + bps / 2);
            self.bps = Some(smooth.max(1));
        }
        self.bytes = 0;
        self.since = now;
    }

    /// Bits per second; none before the first measurement.
    pub(crate) const fn bps(&self) -> Option<u32> {
        self.bps
    }
}

/// One layer of a track.
#[derive(Debug, Default)]
pub(crate) struct Layer {
    pub(crate) feed: Option<Feed>,
    pub(crate) cache: Cache,
    pub(crate) keyframes: KeyframeDesk,
    /// Lines it goes out on, or will from its next keyframe on.
    pub(crate) outs: Vec<Out>,
    pub(crate) meter: Meter,
    /// Width and height, as the last keyframe said.
    pub(crate) size: Option<(u16, u16)>,
    /// Its numbers, where it is a choice of layers out of one source.
    pub(crate) sieve: Option<Sieve>,
}

impl Layer {
    /// The source is gone.
    pub(crate) fn end(&mut self) {
        self.feed = None;
        self.cache.release();
        self.meter = Meter::default();
        self.size = None;
        self.sieve = None;
    }

    /// The highest number of its packets so far.
    pub(crate) fn highest(&self) -> u64 {
        let source = self.feed.as_ref().map_or(0, |feed| feed.source.highest());
        self.sieve.as_ref().map_or(source, Sieve::highest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_stream_is_measured_and_a_pause_is_not() {
        let mut meter = Meter::default();
        for ms in (10_000..12_000).step_by(20) {
            meter.take(1_250, Instant(ms * 1_000));
        }
        let bps = meter.bps().unwrap();
        assert!((480_000..540_000).contains(&bps), "{bps}");
        meter.take(1_250, Instant(60_000_000));
        assert_eq!(meter.bps(), Some(bps));
    }
}
