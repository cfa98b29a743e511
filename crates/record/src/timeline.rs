//! From RTP time to the hearing's media time line: one zero per hearing, one time for all tracks.
//!
//! What is not here: packets and frames. A track's clock learns from arrivals and sender reports
//! and stamps frames; what was written is never corrected.
//!
//! The rule. A track's offset (media time less RTP time) starts as the smallest seen in the first
//! [`SETTLE`], so that one late packet does not shift a whole track. From then on it glides, by at
//! most one part in [`GLIDE`], towards what the publisher's sender reports say, or without them
//! towards the smallest arrival offset of the last ten seconds. All tracks of a person share the
//! offset between the publisher's clock and ours, so sound and picture agree whatever their RTP
//! offsets and delays are. Only a jump, after a pause or backwards, sets the offset anew.

use std::collections::VecDeque;
use std::time::Duration;

use model::{Instant, Timestamp};

use crate::entry::ReanchorCause;

/// How long a track's clock is watched before frames are stamped, at its start and after a pause.
pub const SETTLE: Duration = Duration::from_millis(300);
/// Arrival clock and RTP clock may disagree by this much, µs.
pub const DISAGREE_US_MAX: i64 = 200_000;
/// A track without packets for this long has paused.
const PAUSE: Duration = Duration::from_millis(200);
/// The offset glides by at most one part in this many of the time that passes.
const GLIDE: i64 = 20;
/// Sender reports are believed if they are no further than this from the arrival clock, µs.
const REPORT_US_MAX: i64 = 1_000_000;
/// How long arrivals count for a track's smallest offset.
const ARRIVAL_WINDOW: Duration = Duration::from_secs(10);
/// How long sender reports count for a person's smallest offset.
const REPORT_WINDOW: Duration = Duration::from_secs(60);
/// Values a window keeps at most.
const WINDOW_VALUES_MAX: usize = 256;

/// Media time against the two clocks of the node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// The wall clock at media time 0.
    pub zero: Timestamp,
    base: Instant,
    base_us: i64,
}

impl Timeline {
    /// A time line whose zero was at `zero` and which stands at `media_ms` at the instant `base`.
    pub fn new(zero: Timestamp, base: Instant, media_ms: u64) -> Self {
        let base_us = i64::try_from(media_ms.saturating_mul(1_000)).unwrap_or(i64::MAX);
        Self { zero, base, base_us }
    }

    /// Media time at an instant, µs; negative before zero.
    pub fn media_us(&self, at: Instant) -> i64 {
        let at = i128::from(at.0) - i128::from(self.base.0) + i128::from(self.base_us);
        i64::try_from(at).unwrap_or(i64::MAX)
    }

    /// Media time at an instant, ms; zero before zero.
    pub fn media_ms(&self, at: Instant) -> u64 {
        u64::try_from(self.media_us(at) / 1_000).unwrap_or(0)
    }

    /// The wall clock at a media time.
    pub fn utc(&self, media_ms: u64) -> Timestamp {
        self.zero.plus(Duration::from_millis(media_ms))
    }
}

/// The smallest of the values of the last while.
#[derive(Clone, Debug)]
struct Window {
    span: Duration,
    /// Rising in time and in value: what is larger and older can never be smallest again.
    values: VecDeque<(Instant, i64)>,
}

impl Window {
    const fn new(span: Duration) -> Self {
        Self { span, values: VecDeque::new() }
    }

    fn push(&mut self, now: Instant, value: i64) {
        while self.values.back().is_some_and(|&(_, last)| last >= value) {
            self.values.pop_back();
        }
        if self.values.len() < WINDOW_VALUES_MAX {
            self.values.push_back((now, value));
        }
        while self.values.front().is_some_and(|&(at, _)| now.since(at) > self.span) {
            self.values.pop_front();
        }
    }

    fn min(&self) -> Option<i64> {
        self.values.front().map(|&(_, value)| value)
    }
}

/// What is known of a publisher's own clock, shared by all their tracks.
#[derive(Clone, Debug)]
pub struct PersonClock {
    /// Media time less the publisher's NTP time, µs.
    offsets: Window,
}

impl Default for PersonClock {
    fn default() -> Self {
        Self { offsets: Window::new(REPORT_WINDOW) }
    }
}

impl PersonClock {
    fn report(&mut self, arrived: Instant, offset: i64) {
        if self.offsets.min().is_some_and(|min| min.abs_diff(offset) > REPORT_US_MAX.unsigned_abs())
        {
            self.offsets.values.clear();
        }
        self.offsets.push(arrived, offset);
    }
}

/// A jump of a track's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Jump {
    /// How far frames move, ms; later is positive.
    pub shift_ms: i64,
    /// Why.
    pub cause: ReanchorCause,
}

#[derive(Clone, Copy, Debug)]
struct Settling {
    until: Instant,
    smallest: i64,
    cause: ReanchorCause,
}

/// One track's way from RTP time to media time.
#[derive(Clone, Debug)]
pub struct TrackClock {
    hz: u32,
    /// Media time less RTP time, µs; nothing before the first settling is over.
    offset: Option<i64>,
    /// The last sender report: publisher's NTP time less RTP time, µs.
    report: Option<i64>,
    arrivals: Window,
    settling: Option<Settling>,
    last_arrival: Option<(Instant, i64)>,
    last_stamp_us: i64,
    last_ms: Option<u64>,
}

impl TrackClock {
    /// A clock for a track whose frames before, if any, ended at `last_ms`.
    pub const fn new(hz: u32, last_ms: Option<u64>) -> Self {
        Self {
            hz,
            offset: None,
            report: None,
            arrivals: Window::new(ARRIVAL_WINDOW),
            settling: None,
            last_arrival: None,
            last_stamp_us: 0,
            last_ms,
        }
    }

    fn rtp_us(&self, rtp_time: u64) -> i64 {
        let us = u128::from(rtp_time) * 1_000_000 / u128::from(self.hz.max(1));
        i64::try_from(us).unwrap_or(i64::MAX)
    }

    /// A new RTP source begins: nothing known of the old one holds.
    pub fn restart(&mut self, hz: u32, now: Instant) {
        *self = Self { offset: self.offset, ..Self::new(hz, self.last_ms) };
        self.settle_from(now, i64::MAX, ReanchorCause::Source);
    }

    fn settle_from(&mut self, now: Instant, smallest: i64, cause: ReanchorCause) {
        self.settling = Some(Settling { until: now.plus(SETTLE), smallest, cause });
    }

    /// Learns from a packet as it arrives, in order or not.
    pub fn arrival(&mut self, line: &Timeline, arrived: Instant, rtp_time: u64) {
        let rtp_us = self.rtp_us(rtp_time);
        let offset = line.media_us(arrived).saturating_sub(rtp_us);
        let last = self.last_arrival.replace((arrived, rtp_us));
        if let Some(settling) = &mut self.settling {
            settling.smallest = settling.smallest.min(offset);
        } else if let Some(current) = self.offset {
            let apart = offset.saturating_sub(current);
            let paused = last.is_some_and(|(at, _)| arrived.since(at) > PAUSE);
            let back = last.is_some_and(|(_, before)| rtp_us < before - DISAGREE_US_MAX);
            if apart < -DISAGREE_US_MAX || (apart > DISAGREE_US_MAX && (paused || back)) {
                self.settle_from(arrived, offset, ReanchorCause::Pause);
            }
        } else {
            self.settle_from(arrived, offset, ReanchorCause::Source);
        }
        self.arrivals.push(arrived, offset);
    }

    /// Learns from a sender report.
    pub fn report(
        &mut self,
        line: &Timeline,
        person: &mut PersonClock,
        arrived: Instant,
        ntp: u64,
        rtp_time: u64,
    ) {
        let ntp_us = i64::try_from((u128::from(ntp) * 1_000_000) >> 32).unwrap_or(i64::MAX);
        person.report(arrived, line.media_us(arrived).saturating_sub(ntp_us));
        self.report = Some(ntp_us.saturating_sub(self.rtp_us(rtp_time)));
    }

    /// Whether frames must wait because the clock is being watched.
    pub fn is_settling(&self, now: Instant) -> bool {
        self.settling.is_some_and(|settling| now < settling.until)
    }

    /// Ends the watch, if one was on: says whether the clock jumped.
    pub fn settle(&mut self, person: &PersonClock) -> Option<Jump> {
        let Settling { smallest, cause, .. } = self.settling.take()?;
        let Some(old) = self.offset else {
            self.offset = Some(self.reported(person, smallest).unwrap_or(smallest));
            return None;
        };
        let shift = smallest.saturating_sub(old);
        if cause == ReanchorCause::Pause && shift.abs() <= DISAGREE_US_MAX {
            return None;
        }
        if cause == ReanchorCause::Pause {
            // The report before the jump speaks of the old RTP clock.
            self.report = None;
        }
        self.arrivals = Window::new(ARRIVAL_WINDOW);
        let new = self.reported(person, smallest).unwrap_or(smallest);
        self.offset = Some(new);
        // Across sources RTP times have nothing in common, so there is no distance to tell.
        let shift_ms = if cause == ReanchorCause::Source { 0 } else { (new - old) / 1_000 };
        Some(Jump { shift_ms, cause })
    }

    /// The offset that the sender reports say, if it can be believed.
    fn reported(&self, person: &PersonClock, arrival: i64) -> Option<i64> {
        let reported = person.offsets.min()?.saturating_add(self.report?);
        (reported.abs_diff(arrival) <= REPORT_US_MAX.unsigned_abs()).then_some(reported)
    }

    /// Media time of a frame, ms. Times of a track never fall, and rise from frame to frame except
    /// where a publisher sends frames faster than one per millisecond.
    pub fn stamp(
        &mut self,
        line: &Timeline,
        person: &PersonClock,
        arrived: Instant,
        rtp_time: u64,
    ) -> u64 {
        let rtp_us = self.rtp_us(rtp_time);
        let arrival_us = line.media_us(arrived);
        let mut offset = self.offset.unwrap_or(arrival_us.saturating_sub(rtp_us));
        if let Some(smallest) = self.arrivals.min() {
            let target = self.reported(person, smallest).unwrap_or(smallest);
            let passed = rtp_us.saturating_add(offset).saturating_sub(self.last_stamp_us);
            let glide = passed.clamp(0, 1_000_000) / GLIDE;
            offset += target.saturating_sub(offset).clamp(-glide, glide);
        }
        self.offset = Some(offset);
        let media_us = rtp_us.saturating_add(offset).max(0);
        self.last_stamp_us = media_us;
        let mut ms = u64::try_from((media_us + 500) / 1_000).unwrap_or(0);
        if let Some(last) = self.last_ms.filter(|&last| ms <= last) {
            let ahead = i64::try_from(last).unwrap_or(i64::MAX) > arrival_us / 1_000 + 1_000;
            ms = if ahead { last } else { last + 1 };
        }
        self.last_ms = Some(ms);
        ms
    }

    /// Time of the last frame, ms.
    pub const fn last_ms(&self) -> Option<u64> {
        self.last_ms
    }
}

#[cfg(test)]
mod tests;
