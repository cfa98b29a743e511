//! How somebody's picture arrives at one viewer: which frames can be decoded, and when it stands
//! still. A frame can be decoded when all its packets are there and the frame before it was
//! decoded, with no hole between the numbers; or when it is a keyframe.
//! What is not here: asking again; `line.rs` does that.

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use model::{Instant, TrackKind};

use super::measure::{Figures, Measure};
use super::stamp::Stamp;

/// Intervals that make the usual one (as browsers count freezes).
const USUAL: usize = 30;
/// Frames that wait for others; far more than come in two seconds.
const WAITING_MAX: usize = 256;
/// A picture that cannot go on for this long wants a keyframe.
const BROKEN: Duration = Duration::from_millis(400);

/// One person's picture at one viewer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Eye {
    active: bool,
    due: Option<Instant>,
    waiting: BTreeMap<(u32, u32), Frame>,
    last: Option<Shown>,
    intervals: VecDeque<Duration>,
    stuck_since: Option<Instant>,
    pub(crate) shown: u64,
    pub(crate) frozen: Duration,
    pub(crate) seen: Figures,
}

#[derive(Clone, Copy, Debug)]
struct Frame {
    stamp: Stamp,
    first: u64,
    last: u64,
    have: u16,
}

#[derive(Clone, Copy, Debug)]
struct Shown {
    stamp: Stamp,
    line: u32,
    last: u64,
    at: Option<Instant>,
}

impl Eye {
    /// From now on a picture is due.
    pub(crate) const fn begin(&mut self, now: Instant) {
        self.active = true;
        self.due = Some(now);
    }

    /// A packet arrived for the first time: under which number of which line, and the numbers that
    /// arrived on it.
    pub(crate) fn look(
        &mut self,
        stamp: Stamp,
        (line, number): (u32, u64),
        arrived: &BTreeSet<u64>,
        now: Instant,
    ) {
        if self.last.is_some_and(|last| last.line != line) {
            self.waiting.clear();
            self.last = None;
        }
        let frame = self.waiting.entry((stamp.source, stamp.number)).or_insert(Frame {
            stamp,
            first: number,
            last: number,
            have: 0,
        });
        frame.have += 1;
        frame.first = frame.first.min(number);
        frame.last = frame.last.max(number);
        while let Some(frame) = self.next(arrived) {
            self.show(&frame, line, now);
        }
        self.stuck_since = (!self.waiting.is_empty()).then(|| self.stuck_since.unwrap_or(now));
        if self.waiting.len() > WAITING_MAX {
            self.waiting.pop_first();
        }
    }

    /// Whether it waits for a keyframe: for the first one, or because it cannot go on.
    pub(crate) fn wants_key(&self, now: Instant) -> bool {
        let never = self.last.is_none() && !self.waiting.is_empty();
        never || self.stuck_since.is_some_and(|since| now.since(since) > BROKEN)
    }

    /// A picture is not due any more. One that still stood counts.
    pub(crate) fn rest(&mut self, now: Instant) {
        if let Some(due) = self.due {
            self.see(Measure::FirstPicture, now.since(due));
        }
        if let Some(Shown { at: Some(at), .. }) = self.last {
            self.see(Measure::Freeze, now.since(at));
        }
        self.active = false;
        self.due = None;
        self.intervals.clear();
        if let Some(last) = &mut self.last {
            last.at = None;
        }
    }

    /// The next frame that can be decoded.
    fn next(&mut self, arrived: &BTreeSet<u64>) -> Option<Frame> {
        let whole = |frame: &Frame| frame.have >= frame.stamp.parts;
        if let Some(last) = self.last {
            let key = (last.stamp.source, last.stamp.number + 1);
            let follows = self.waiting.get(&key).filter(|frame| {
                whole(frame) && (last.last + 1..frame.first).all(|one| arrived.contains(&one))
            });
            if follows.is_some() {
                return self.waiting.remove(&key);
            }
        }
        let after = self.last.map_or(0, |last| last.last + 1);
        let keys = self.waiting.iter().filter(|(_, frame)| {
            frame.stamp.key && whole(frame) && (frame.first >= after || self.last.is_none())
        });
        let (key, _) = keys.min_by_key(|(_, frame)| frame.first)?;
        let key = *key;
        self.waiting.remove(&key)
    }

    fn show(&mut self, frame: &Frame, line: u32, now: Instant) {
        let stamp = frame.stamp;
        if let Some(due) = self.due.take() {
            self.see(Measure::FirstPicture, now.since(due));
        }
        if let Some(Shown { stamp: before, at: Some(at), .. }) = self.last {
            let next = before.source == stamp.source && before.number + 1 == stamp.number;
            let usual = Duration::from_millis(match stamp.track.kind {
                TrackKind::Screen => 200,
                TrackKind::Microphone | TrackKind::Camera => 40,
            });
            let pause = stamp.captured.since(before.captured).saturating_sub(usual);
            let pause = if next { pause } else { Duration::ZERO };
            self.interval(now.since(at).saturating_sub(pause));
        }
        self.shown += 1;
        self.last = Some(Shown { stamp, line, last: frame.last, at: self.active.then_some(now) });
        self.waiting.retain(|_, other| other.first > frame.last);
        self.stuck_since = None;
    }

    fn interval(&mut self, time: Duration) {
        self.see(Measure::Freeze, time);
        let count = u32::try_from(self.intervals.len()).unwrap_or(u32::MAX);
        if count > 4 {
            let usual = self.intervals.iter().sum::<Duration>() / count;
            if time > (usual * 3).max(usual + Duration::from_millis(150)) {
                let freezes = self.seen.of(Measure::Freezes) + 1;
                self.seen.see(Measure::Freezes, freezes);
                self.frozen += time;
                return;
            }
        }
        self.intervals.push_back(time);
        if self.intervals.len() > USUAL {
            self.intervals.pop_front();
        }
    }

    fn see(&mut self, measure: Measure, time: Duration) {
        self.seen.see(measure, i64::try_from(time.as_millis()).unwrap_or(i64::MAX));
    }
}
