//! How somebody's sound arrives at one listener: gaps, losses, when it began and came back.
//! What is not here: the packets' headers.

use core::time::Duration;
use std::collections::BTreeSet;

use model::Instant;

use super::measure::{Figures, Measure};
use super::stamp::Stamp;

/// Time from one sound packet to the next.
const EVERY: Duration = Duration::from_millis(20);

/// One talker's sound at one listener.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ear {
    active: bool,
    due: Option<Instant>,
    back: Option<Instant>,
    last: Option<(Stamp, Instant)>,
    span: Option<(u32, u32, u32)>,
    arrived: BTreeSet<u32>,
    expected: u64,
    heard: u64,
    pub(crate) seen: Figures,
}

impl Ear {
    /// From now on sound is due.
    pub(crate) const fn begin(&mut self, now: Instant) {
        self.active = true;
        self.due = Some(now);
    }

    /// A path works again: sound must come back.
    pub(crate) fn mended(&mut self, now: Instant) {
        if self.active {
            self.back = Some(now);
        }
    }

    /// A packet arrived that was not there before.
    pub(crate) fn hear(&mut self, stamp: Stamp, now: Instant) {
        let known = self.span.is_some_and(|(source, _, _)| source == stamp.source)
            && self.arrived.contains(&stamp.number);
        if !self.active || known {
            return;
        }
        if let Some(due) = self.due.take() {
            self.see(Measure::FirstSound, now.since(due));
        }
        if self.back.is_some_and(|since| stamp.captured >= since) {
            let since = self.back.take().unwrap_or(now);
            self.see(Measure::Back, now.since(since));
        }
        if let Some((last, at)) = self.last {
            let next = last.source == stamp.source && last.number + 1 == stamp.number;
            let pause = if next { pause(last.captured, stamp.captured) } else { Duration::ZERO };
            self.see(Measure::Gap, now.since(at).saturating_sub(pause));
        }
        if self
            .last
            .is_none_or(|(last, _)| last.source != stamp.source || last.number < stamp.number)
        {
            self.last = Some((stamp, now));
        } else if let Some((_, at)) = &mut self.last {
            *at = now;
        }
        match &mut self.span {
            Some((source, first, last)) if *source == stamp.source => {
                *first = stamp.number.min(*first);
                *last = stamp.number.max(*last);
            }
            _ => {
                self.close_span();
                self.span = Some((stamp.source, stamp.number, stamp.number));
            }
        }
        self.arrived.insert(stamp.number);
    }

    /// Sound is not due any more. What went missing at the end counts.
    pub(crate) fn rest(&mut self, now: Instant) {
        if let Some(due) = self.due {
            self.see(Measure::FirstSound, now.since(due));
        }
        if let Some(since) = self.back {
            self.see(Measure::Back, now.since(since));
        }
        if let Some((last, at)) = self.last {
            self.see(Measure::Gap, now.since(at).saturating_sub(pause(last.captured, now)));
        }
        self.active = false;
        self.close_span();
        (self.due, self.back, self.last) = (None, None, None);
    }

    /// Share of sound that never came, per mille, into the figures.
    pub(crate) fn finish(&mut self) {
        self.close_span();
        let lost = (self.expected - self.heard) * 1_000;
        let lost = lost.checked_div(self.expected).unwrap_or(0);
        self.seen.see(Measure::Lost, i64::try_from(lost).unwrap_or(i64::MAX));
    }

    fn close_span(&mut self) {
        if let Some((_, first, last)) = self.span.take() {
            self.expected += u64::from(last - first) + 1;
            self.heard += self.arrived.len() as u64;
        }
        self.arrived.clear();
    }

    fn see(&mut self, measure: Measure, time: Duration) {
        self.seen.see(measure, i64::try_from(time.as_millis()).unwrap_or(i64::MAX));
    }
}

impl Default for Figures {
    fn default() -> Self {
        Self::NONE
    }
}

/// How much longer the publisher itself waited than usual between two pieces.
fn pause(from: Instant, to: Instant) -> Duration {
    to.since(from).saturating_sub(EVERY)
}
