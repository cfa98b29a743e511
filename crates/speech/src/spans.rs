//! When a track held a voice, for some time back; and how long two did at once.
//!
//! What is not here: why.

use std::collections::VecDeque;

/// Holes up to this length are taken as voice, ms.
const HOLE_MS: u64 = 160;
/// Spans kept at most; the oldest go first.
const SPANS_MAX: usize = 4_096;

/// Rising stretches of time, ms.
#[derive(Debug, Default)]
pub(crate) struct Spans(VecDeque<(u64, u64)>);

impl Spans {
    /// From one moment to a later one there was a voice; later than all before.
    pub(crate) fn add(&mut self, from_ms: u64, to_ms: u64) {
        match self.0.back_mut() {
            Some((_, last)) if from_ms <= *last + HOLE_MS => *last = to_ms.max(*last),
            Some(_) | None => {
                if self.0.len() >= SPANS_MAX {
                    self.0.pop_front();
                }
                self.0.push_back((from_ms, to_ms));
            }
        }
    }

    /// Forgets what ended before a moment.
    pub(crate) fn forget_before(&mut self, at_ms: u64) {
        while self.0.front().is_some_and(|&(_, to_ms)| to_ms < at_ms) {
            self.0.pop_front();
        }
    }

    /// Stretches between two moments, cut to them.
    pub(crate) fn within(&self, from_ms: u64, to_ms: u64) -> impl Iterator<Item = (u64, u64)> {
        let cut = self.0.iter().map(move |&(from, to)| (from.max(from_ms), to.min(to_ms)));
        cut.filter(|(from, to)| from < to)
    }
}

/// Milliseconds of `own` that lie in at least one stretch of `others`; both may overlap themselves.
pub(crate) fn shared_ms(own: &[(u64, u64)], mut others: Vec<(u64, u64)>) -> u64 {
    others.sort_unstable();
    let mut merged: Vec<(u64, u64)> = Vec::new();
    for (from, to) in others {
        match merged.last_mut() {
            Some((_, last)) if from <= *last => *last = to.max(*last),
            Some(_) | None => merged.push((from, to)),
        }
    }
    let shared = own.iter().flat_map(|&(from, to)| {
        merged.iter().map(move |&(f, t)| to.min(t).saturating_sub(from.max(f)))
    });
    shared.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_three_say_at_once_counts_once() {
        let others = vec![(150, 250), (100, 200), (900, 950)];
        assert_eq!(shared_ms(&[(0, 160), (240, 920)], others), 60 + 10 + 20);
    }

    #[test]
    fn small_holes_are_voice() {
        let mut spans = Spans::default();
        spans.add(0, 100);
        spans.add(200, 300);
        spans.add(600, 700);
        assert_eq!(spans.within(50, 650).collect::<Vec<_>>(), [(50, 300), (600, 650)]);
        spans.forget_before(400);
        assert_eq!(spans.within(0, 1_000).count(), 1);
    }
}
