//! One track: its layers and its place on the tape.
//!
//! What is not here: other tracks, and the lines its packets go out on.

use core::time::Duration;

use model::{Instant, TrackId, limits};

use crate::cache::{Body, Facts};
use crate::dependency::Templates;
use crate::layer::{Feed, Layer};
use crate::receive::Source;
use crate::spatial::{Sieve, Structure};
use crate::speaker::Voice;
use crate::speech::Speech;

/// A layer that brings nothing for so long while others of the track do is dead.
const LAYER_DEAD: Duration = Duration::from_millis(500);
/// The tape goes over to a better layer when that one was there for so long.
const TAPE_BETTER_AFTER: Duration = Duration::from_secs(2);

/// How a track counts on the tape.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TapeCount {
    /// Rises with each new count.
    pub(crate) source: u32,
    /// Nothing was taped of this count yet.
    pub(crate) fresh: bool,
    passed: u64,
    recent: [u64; 8],
}

impl TapeCount {
    /// Begins a new count.
    pub(crate) fn begin(&mut self) {
        *self = Self { source: self.source + 1, fresh: true, ..Self::default() };
    }

    /// The packet `sequence`, the latest so far, is padding alone and leaves no hole on the tape.
    pub(crate) fn pass_over(&mut self, sequence: u64) {
        self.recent.rotate_right(1);
        self.recent[0] = sequence;
        self.passed += 1;
    }

    /// The number on the tape.
    pub(crate) fn number(&self, sequence: u64) -> u64 {
        let after = self.recent.iter().filter(|passed| **passed > sequence).count() as u64;
        sequence.saturating_sub(self.passed - after.min(self.passed))
    }
}

/// One track of the hearing.
#[derive(Debug)]
pub(crate) struct Track {
    pub(crate) id: TrackId,
    /// The grants let its packets in.
    pub(crate) allowed: bool,
    /// The grants put it on the record.
    pub(crate) recorded: bool,
    /// Packets arrive.
    pub(crate) live: bool,
    /// Its layers, the lowest first; sound has one.
    pub(crate) layers: [Layer; limits::LAYERS_MAX],
    pub(crate) tape: TapeCount,
    /// Choices of layers that are made out of the one source; 1 where that has none.
    pub(crate) choices: usize,
    /// What the one source's descriptors of dependencies refer to, and the packet that brought it.
    pub(crate) templates: Option<(u64, Templates)>,
    /// The layer on the tape.
    pub(crate) taped: Option<usize>,
    /// A layer that would be better on the tape, and since when.
    tape_better: Option<(usize, Instant)>,
    /// The layer the tape goes over to with its next keyframe.
    tape_next: Option<usize>,
    pub(crate) voice: Voice,
    pub(crate) speech: Speech,
}

impl Track {
    pub(crate) fn new(id: TrackId) -> Self {
        Self {
            id,
            allowed: false,
            recorded: false,
            live: false,
            layers: core::array::from_fn(|_| Layer::default()),
            tape: TapeCount::default(),
            choices: 1,
            templates: None,
            taped: None,
            tape_better: None,
            tape_next: None,
            voice: Voice::default(),
            speech: Speech::default(),
        }
    }

    /// A new source takes over a layer. Layers of an older connection end.
    pub(crate) fn begin(&mut self, layer: usize, feed: Feed) {
        let older = |other: &Feed| other.rank.leg != feed.rank.leg;
        for (place, other) in self.layers.iter_mut().enumerate() {
            let shadow = other.feed.as_ref().is_some_and(|feed| feed.shadow);
            if place != layer && (shadow || other.feed.as_ref().is_some_and(older)) {
                other.end();
            }
        }
        (self.choices, self.templates) = (1, None);
        let sound = self.id.kind.is_sound();
        let one = &mut self.layers[layer];
        one.cache.reset(sound);
        one.keyframes.restart();
        one.size = None;
        one.sieve = None;
        let taped = self.recorded && self.taped.is_none_or(|taped| taped == layer);
        if !sound && (taped || !one.outs.is_empty()) {
            one.keyframes.want();
        }
        one.feed = Some(feed);
        self.speech.begin();
        if self.taped.is_none_or(|taped| taped == layer || self.layers[taped].feed.is_none()) {
            self.tape.begin();
            self.taped = Some(layer);
            self.tape_next = None;
        }
    }

    /// The source that feeds the lowest layer is made of several, as its keyframe says that begins
    /// with the packet `first`: each choice among them becomes a layer of its own.
    pub(crate) fn split(&mut self, structure: &Structure, first: u64, generation: &mut u64) {
        let choices = structure.layers.min(self.layers.len());
        for layer in &mut self.layers[choices.max(1)..] {
            if layer.feed.as_ref().is_some_and(|feed| feed.shadow) {
                layer.end();
            }
        }
        let Some(base) = self.layers[0].feed.clone() else { return };
        for (place, layer) in self.layers.iter_mut().enumerate().take(choices) {
            layer.size = structure.sizes[place];
            // What is numbered already goes on: the same generation never counts from elsewhere.
            if choices > 1 && layer.sieve.is_none() {
                layer.sieve = Some(Sieve::new(first));
            }
            if place > 0 && layer.feed.as_ref().is_none_or(|feed| !feed.shadow) {
                *generation += 1;
                layer.cache.reset(false);
                layer.keyframes.restart();
                layer.feed = Some(Feed { shadow: true, generation: *generation, ..base.clone() });
            }
        }
        if self.choices != choices && self.taped.is_some() {
            self.tape_next = choices.checked_sub(1).filter(|top| self.taped != Some(*top));
        }
        self.choices = choices;
    }

    /// Whether two layers are choices out of one source.
    pub(crate) const fn are_choices(&self, one: usize, other: usize) -> bool {
        one < self.choices && other < self.choices
    }

    /// The source that feeds a layer: that of a shadow is the lowest one's.
    pub(crate) fn source(&self, layer: usize) -> Option<&Source> {
        let feed = self.layers[layer].feed.as_ref()?;
        if feed.shadow {
            return self.layers[0].feed.as_ref().map(|base| &base.source);
        }
        Some(&feed.source)
    }

    /// Every source is gone. Says whether the track was live.
    pub(crate) fn end(&mut self) -> bool {
        self.layers.iter_mut().for_each(Layer::end);
        (self.choices, self.templates) = (1, None);
        (self.taped, self.tape_better, self.tape_next) = (None, None, None);
        self.voice = Voice::default();
        core::mem::take(&mut self.live)
    }

    /// Whether any source feeds it.
    pub(crate) fn is_fed(&self) -> bool {
        self.layers.iter().any(|layer| layer.feed.is_some())
    }

    /// When the last packet came.
    pub(crate) fn last_at(&self) -> Instant {
        let feeds = self.layers.iter().filter_map(|layer| layer.feed.as_ref());
        feeds.map(|feed| feed.last_at).max().unwrap_or_default()
    }

    /// Whether packets of this layer arrive as those of the others do.
    pub(crate) fn is_alive(&self, layer: usize) -> bool {
        let feed = self.layers[layer].feed.as_ref();
        feed.is_some_and(|feed| self.last_at().since(feed.last_at) < LAYER_DEAD)
    }

    /// The best layer that is alive.
    pub(crate) fn best(&self) -> Option<usize> {
        (0..self.layers.len()).rev().find(|layer| self.is_alive(*layer))
    }

    /// Puts the track on the record or takes it off.
    pub(crate) fn record(&mut self, recorded: bool) {
        if recorded && !self.recorded {
            self.tape.begin();
            self.taped = self.best().or(self.taped);
            (self.tape_better, self.tape_next) = (None, None);
            if let Some(taped) = self.taped.filter(|_| !self.id.kind.is_sound()) {
                self.layers[taped].keyframes.want();
            }
        }
        self.recorded = recorded;
    }

    /// Looks whether another layer belongs on the tape: a better one after a while, any at once
    /// when the present one is dead. It takes over with its next keyframe.
    pub(crate) fn look_at_tape(&mut self, now: Instant) {
        let (Some(taped), Some(best)) = (self.taped.filter(|_| self.recorded), self.best()) else {
            return;
        };
        if best == taped {
            (self.tape_better, self.tape_next) = (None, None);
            return;
        }
        let since = match self.tape_better {
            Some((layer, since)) if layer == best => since,
            _ => now,
        };
        self.tape_better = Some((best, since));
        let due = !self.is_alive(taped) || now.since(since) >= TAPE_BETTER_AFTER;
        if due && self.tape_next != Some(best) {
            self.tape_next = Some(best);
            self.layers[best].keyframes.want();
        }
    }

    /// Whether a packet of this layer goes on the tape now; `starts` says that a picture can start
    /// with it.
    pub(crate) fn tapes(&mut self, layer: usize, starts: bool) -> bool {
        if starts && self.tape_next == Some(layer) {
            self.tape.begin();
            self.taped = Some(layer);
            (self.tape_better, self.tape_next) = (None, None);
        }
        self.taped == Some(layer)
    }

    /// Whether this layer gets keyframes unasked, so that seeking on the record is quick.
    pub(crate) fn is_taped(&self, layer: usize) -> bool {
        self.recorded && self.taped == Some(layer)
    }

    /// The layer fed by this source of this leg.
    pub(crate) fn layer_from(&self, leg: crate::plan::LegId, ssrc: u32) -> Option<usize> {
        self.layers.iter().position(|layer| {
            layer.feed.as_ref().is_some_and(|feed| feed.rank.leg == leg && feed.ssrc == ssrc)
        })
    }

    /// A packet of this feed, while it is kept.
    pub(crate) fn kept(&self, generation: u64, sequence: u64) -> Option<(Facts, Body<'_>)> {
        let fed =
            |layer: &&Layer| layer.feed.as_ref().is_some_and(|feed| feed.generation == generation);
        self.layers.iter().find(fed)?.cache.find(sequence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_leaves_no_hole_on_the_tape() {
        let mut tape = TapeCount::default();
        tape.begin();
        assert_eq!((tape.source, tape.number(100)), (1, 100));
        tape.pass_over(101);
        assert_eq!(tape.number(102), 101);
        assert_eq!(tape.number(99), 99, "late, from before the padding");
        tape.pass_over(103);
        assert_eq!((tape.number(104), tape.number(102)), (102, 101));
        for padding in 200..220 {
            tape.pass_over(padding);
        }
        assert_eq!(tape.number(220), 198);
        tape.begin();
        assert_eq!((tape.source, tape.number(100)), (2, 100));
    }
}
