//! One line on which a false page receives: numbers, what it asks for again, its report blocks.
//! What is not here: what the payloads say; ears and eyes look at that.

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};

use forwarding::rtcp::{Block, SenderReport};
use model::{Codec, Instant, Now};

use super::stamp::Stamp;

/// A hole is asked for when it is this old, as browsers do.
const NACK_AFTER: Duration = Duration::from_millis(10);
/// How often one packet is asked for.
const TRIES_MAX: u8 = 10;
/// A hole is forgotten after this.
const FORGET: Duration = Duration::from_secs(1);
/// Numbers of arrived packets that are kept.
const WINDOW: u64 = 2_048;
/// Holes asked for at once.
const HOLES_MAX: usize = 256;

#[derive(Clone, Copy, Debug)]
struct Hole {
    since: Instant,
    asked: Option<Instant>,
    tries: u8,
}

/// A line and what came on it.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) ssrc: u32,
    clock_hz: u32,
    first: u64,
    highest: Option<u64>,
    received: u64,
    reported: (u64, u64),
    jitter_q4: u64,
    transit: Option<(u32, u32)>,
    holes: BTreeMap<u64, Hole>,
    /// Extended numbers that arrived lately.
    pub(crate) arrived: BTreeSet<u64>,
    report: Option<(SenderReport, Instant)>,
    latest: Option<(u32, Stamp)>,
    pub(crate) asked_key: Option<Instant>,
}

impl Line {
    pub(crate) const fn new(ssrc: u32, clock_hz: u32) -> Self {
        Self {
            ssrc,
            clock_hz,
            first: 0,
            highest: None,
            received: 0,
            reported: (0, 0),
            jitter_q4: 0,
            transit: None,
            holes: BTreeMap::new(),
            arrived: BTreeSet::new(),
            report: None,
            latest: None,
            asked_key: None,
        }
    }

    /// Whether sound comes here.
    pub(crate) const fn is_sound(&self) -> bool {
        self.clock_hz == Codec::Opus.clock_hz()
    }

    /// A packet came, by itself or as a repair. Its extended number; none when it came before.
    pub(crate) fn take(&mut self, sequence: u16, repair: bool, now: Instant) -> Option<u64> {
        let Some(highest) = self.highest else {
            let number = u64::from(sequence) + 0x1_0000;
            (self.first, self.highest, self.received) = (number, Some(number), 1);
            self.arrived.insert(number);
            return Some(number);
        };
        let ahead = sequence.wrapping_sub((highest & 0xffff) as u16);
        let number = if ahead < 0x8000 {
            highest + u64::from(ahead)
        } else {
            highest - u64::from(ahead.wrapping_neg())
        };
        self.received += u64::from(!repair);
        self.holes.remove(&number);
        if !self.arrived.insert(number) || number + WINDOW < highest {
            return None;
        }
        if number > highest {
            for hole in (highest + 1).max(number.saturating_sub(HOLES_MAX as u64))..number {
                self.holes.insert(hole, Hole { since: now, asked: None, tries: 0 });
            }
            self.highest = Some(number);
            while self.arrived.first().is_some_and(|old| old + WINDOW < number) {
                self.arrived.pop_first();
            }
            while self.holes.len() > HOLES_MAX {
                self.holes.pop_first();
            }
        }
        Some(number)
    }

    /// Jitter by a packet's timestamp (RFC 3550 appendix A.8), and what it was for lip sync.
    pub(crate) fn note(&mut self, rtp_time: u32, stamp: Stamp, now: Instant) {
        self.latest = Some((rtp_time, stamp));
        let ticks = u128::from(now.0) * u128::from(self.clock_hz) / 1_000_000;
        let transit = ((ticks & 0xffff_ffff) as u32).wrapping_sub(rtp_time);
        if let Some((last, time)) = self.transit.filter(|(_, time)| *time != rtp_time) {
            let change = u64::from(transit.wrapping_sub(last).cast_signed().unsigned_abs());
            if change < u64::from(self.clock_hz) && time != rtp_time {
                self.jitter_q4 = self.jitter_q4 + change - ((self.jitter_q4 + 8) >> 4);
            }
        }
        if self.transit.is_none_or(|(_, time)| time != rtp_time) {
            self.transit = Some((transit, rtp_time));
        }
    }

    /// A sender report about this line came.
    pub(crate) const fn take_report(&mut self, report: SenderReport, now: Instant) {
        self.report = Some((report, now));
    }

    /// What the line's latest packet says it was captured at, by its sender report, minus the
    /// truth, µs; none before both came. The zero is the same for all lines of a page.
    pub(crate) fn label_error_us(&self) -> Option<i64> {
        let (report, _) = self.report?;
        let (rtp_time, stamp) = self.latest?;
        let ticks = i64::from(rtp_time.wrapping_sub(report.rtp_time).cast_signed());
        let after = ticks * 1_000_000 / i64::from(self.clock_hz);
        let ntp_us = (u128::from(report.ntp) * 1_000_000) >> 32;
        let label = i64::try_from(ntp_us).ok()? + after;
        Some(label - i64::try_from(stamp.captured.0).ok()?)
    }

    /// Whose packets come here, by the latest.
    pub(crate) fn latest(&self) -> Option<Stamp> {
        self.latest.map(|(_, stamp)| stamp)
    }

    /// What is asked for again now; every hole again after `again`.
    pub(crate) fn holes(&mut self, now: Instant, again: Duration) -> Vec<u16> {
        self.holes.retain(|_, hole| now.since(hole.since) < FORGET && hole.tries < TRIES_MAX);
        let mut ask = Vec::new();
        for (number, hole) in &mut self.holes {
            let due = hole.asked.map_or(hole.since.plus(NACK_AFTER), |at| at.plus(again));
            if due <= now {
                hole.asked = Some(now);
                hole.tries += 1;
                ask.push((number & 0xffff) as u16);
            }
        }
        ask
    }

    /// A report block; none before the first packet.
    pub(crate) fn block(&mut self, now: Now) -> Option<Block> {
        let highest = self.highest?;
        let total = (highest + 1 - self.first, self.received);
        let before = core::mem::replace(&mut self.reported, total);
        let expected = total.0.saturating_sub(before.0);
        let lost = expected.saturating_sub(total.1.saturating_sub(before.1));
        let fraction = (lost * 256).checked_div(expected).unwrap_or(0).min(255);
        let (last_report, delay) = self.report.map_or((0, 0), |(report, at)| {
            let delay = now.instant.since(at).as_micros() * 65_536 / 1_000_000;
            ((report.ntp >> 16 & 0xffff_ffff) as u32, u32::try_from(delay).unwrap_or(u32::MAX))
        });
        let lost = i64::try_from(total.0).ok()? - i64::try_from(total.1).ok()?;
        Some(Block {
            about: self.ssrc,
            fraction_lost: (fraction & 0xff) as u8,
            lost: i32::try_from(lost).unwrap_or(0),
            highest: (highest & 0xffff_ffff) as u32,
            jitter: (self.jitter_q4 >> 4 & 0xffff_ffff) as u32,
            last_report,
            delay,
        })
    }

    /// Sequence numbers that came lately, oldest first.
    pub(crate) fn recent(&self) -> impl Iterator<Item = u16> {
        self.arrived.iter().map(|number| (number & 0xffff) as u16)
    }
}
