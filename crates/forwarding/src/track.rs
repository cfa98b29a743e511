//! One track: its present source, its cache, its listeners and its place on the tape.
//!
//! What is not here: other tracks, and the lines its packets go out on.

use model::{Codec, Instant, TrackId};

use crate::cache::Cache;
use crate::keyframe::KeyframeDesk;
use crate::plan::LegId;
use crate::receive::Source;
use crate::speaker::Voice;

/// Where packets of a track go: places in the router's list of legs and the leg's list of lines.
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

/// The source a track is fed by.
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
}

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
    pub(crate) feed: Option<Feed>,
    pub(crate) cache: Cache,
    pub(crate) outs: Vec<Out>,
    pub(crate) keyframes: KeyframeDesk,
    pub(crate) tape: TapeCount,
    pub(crate) voice: Voice,
}

impl Track {
    pub(crate) fn new(id: TrackId) -> Self {
        Self {
            id,
            allowed: false,
            recorded: false,
            live: false,
            feed: None,
            cache: Cache::default(),
            outs: Vec::new(),
            keyframes: KeyframeDesk::default(),
            tape: TapeCount::default(),
            voice: Voice::default(),
        }
    }

    /// A new source takes over.
    pub(crate) fn begin(&mut self, feed: Feed) {
        self.cache.reset(self.id.kind.is_sound());
        self.keyframes.restart();
        if !self.id.kind.is_sound() && (self.recorded || !self.outs.is_empty()) {
            self.keyframes.want();
        }
        self.tape.begin();
        self.feed = Some(feed);
    }

    /// The source is gone. Says whether the track was live.
    pub(crate) fn end(&mut self) -> bool {
        self.feed = None;
        self.cache.release();
        self.voice = Voice::default();
        core::mem::take(&mut self.live)
    }

    /// Puts the track on the record or takes it off.
    pub(crate) fn record(&mut self, recorded: bool) {
        if recorded && !self.recorded {
            self.tape.begin();
            if !self.id.kind.is_sound() {
                self.keyframes.want();
            }
        }
        self.recorded = recorded;
    }

    /// The present feed, if it is this source of this leg.
    pub(crate) fn feed_from(&mut self, leg: LegId, ssrc: u32) -> Option<&mut Feed> {
        self.feed.as_mut().filter(|feed| feed.rank.leg == leg && feed.ssrc == ssrc)
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
