//! What to do with a hearing that was not sealed: how far its ledger is whole, where its segments
//! are to be cut, and how to go on.
//!
//! What is not here: the disk. The recorder reads, cuts and keeps; this says what and where.

use std::collections::BTreeMap;

use model::letters::Unfinished;
use model::{Timestamp, TrackId};

use crate::digest::{Digester, Digests};
use crate::entry::{Entry, Line};
use crate::index::Index;
use crate::ledger::{Ledger, Lines, parse};
use crate::reel::Before;
use crate::seal::SealMaker;

/// Reads a ledger from its beginning as far as it is whole.
#[derive(Debug, Default)]
pub struct Reader {
    lines: Lines,
    /// The chain so far.
    pub ledger: Ledger,
    /// What follows from it.
    pub index: Index,
    /// What the seal would say.
    pub maker: SealMaker,
    /// Digests of the pieces of segments not sealed, head first, by name.
    pub open: BTreeMap<String, Vec<(u64, u64, Digests)>>,
    /// Names of torn ends that are kept already.
    pub torn: Vec<String>,
    /// Set at the first line that does not follow.
    broken: bool,
    /// Set when a line that can be read stands behind one that does not follow.
    damaged: bool,
}

/// What became of a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// All of it is whole.
    Whole,
    /// It is whole up to this byte; behind it stands a torn end.
    Torn {
        /// Where to cut.
        at: u64,
    },
    /// A line in the middle is not what was written. Nothing may be cut.
    Damaged,
}

impl Reader {
    /// Takes the next bytes of the file.
    pub fn push(&mut self, bytes: &[u8]) {
        self.lines.push(bytes);
        while let Some(line) = self.lines.next_line() {
            if self.broken {
                self.damaged |= parse(line).is_ok();
                continue;
            }
            match self.ledger.read(line) {
                Ok(line) => {
                    if let Entry::Recovered { torn, .. } = &line.entry {
                        self.torn.extend(torn.iter().map(|torn| torn.kept_as.clone()));
                    }
                    Self::note(&mut self.open, &line);
                    self.index.apply(&line);
                    self.maker.apply(&line);
                }
                // A line that reads but does not follow was not torn by a crash.
                Err(_) => {
                    self.broken = true;
                    self.damaged |= parse(line).is_ok();
                }
            }
        }
    }

    fn note(open: &mut BTreeMap<String, Vec<(u64, u64, Digests)>>, line: &Line) {
        match &line.entry {
            Entry::Segment { segment, length, digests, .. } => {
                open.insert(segment.clone(), vec![(0, *length, *digests)]);
            }
            Entry::Commit { pieces } => {
                for piece in pieces {
                    if let Some(known) = open.get_mut(&piece.segment) {
                        known.push((piece.offset, piece.length, piece.digests));
                    }
                }
            }
            Entry::SegmentSealed { segment, .. } => {
                open.remove(segment);
            }
            Entry::Opened { .. }
            | Entry::Reopened { .. }
            | Entry::Minute { .. }
            | Entry::Roll { .. }
            | Entry::Lost { .. }
            | Entry::Reanchor { .. }
            | Entry::Fault { .. }
            | Entry::Mended { .. }
            | Entry::Recovered { .. }
            | Entry::Sealed { .. } => {}
        }
    }

    /// A reader that keeps no piece: enough for the archive's list.
    pub fn outline() -> Self {
        Self { index: Index::outline(), ..Self::default() }
    }

    /// Forgets a torn end, which the caller has cut off, so that reading can go on behind it.
    pub fn cut(&mut self) {
        self.lines = Lines::default();
        self.broken = false;
    }

    /// What became of the file, once all bytes were taken.
    pub fn shape(&self) -> Shape {
        if self.damaged {
            Shape::Damaged
        } else if self.broken || !self.lines.rest().is_empty() {
            Shape::Torn { at: self.ledger.bytes() }
        } else {
            Shape::Whole
        }
    }

    /// The hearing as signaling rebuilds it; nothing without a first line.
    pub fn unfinished(&self) -> Option<Unfinished> {
        Some(Unfinished {
            hearing: self.index.hearing()?,
            heading: self.index.heading()?.clone(),
            brief: self.index.brief().clone(),
            attendees: self.index.attendees().to_vec(),
            minutes: self.index.minutes.clone(),
            last: self.index.last,
        })
    }

    /// What the tracks have so far.
    pub fn before(&self) -> BTreeMap<TrackId, Before> {
        let mut before: BTreeMap<TrackId, Before> = BTreeMap::new();
        for segment in &self.index.segments {
            let known = before.entry(segment.track).or_default();
            known.segments += 1;
            known.last_ms = segment.pieces.last().map(|piece| piece.to_ms).or(known.last_ms);
        }
        before
    }

    /// Where media time stands at a moment: behind everything written.
    pub fn media_ms(&self, now: Timestamp) -> u64 {
        let since = self.index.zero.map_or(0, |zero| now.since(zero).as_millis());
        u64::try_from(since).unwrap_or(u64::MAX).max(self.index.media_ms)
    }
}

/// Checks the attested bytes of one open segment as they are read.
#[derive(Debug)]
pub struct SegmentCheck<'a> {
    pieces: &'a [(u64, u64, Digests)],
    whole: Digester,
    piece: Digester,
    at: u64,
    /// Pieces that are not what was attested.
    pub wrong: u64,
}

impl<'a> SegmentCheck<'a> {
    /// For the pieces of one segment in order, head first.
    pub fn new(pieces: &'a [(u64, u64, Digests)]) -> Self {
        Self { pieces, whole: Digester::default(), piece: Digester::default(), at: 0, wrong: 0 }
    }

    /// Bytes attested.
    pub fn attested(&self) -> u64 {
        self.pieces.last().map_or(self.at, |&(offset, length, _)| offset + length)
    }

    /// How many bytes to give next; 0 when all attested bytes were given.
    pub fn wants(&self) -> u64 {
        self.pieces.first().map_or(0, |&(offset, length, _)| offset + length - self.at)
    }

    /// Takes the next bytes, at most as many as wanted.
    pub fn push(&mut self, bytes: &[u8]) {
        self.whole.update(bytes);
        self.piece.update(bytes);
        self.at += bytes.len() as u64;
        while let Some(((offset, length, digests), rest)) = self.pieces.split_first()
            && self.at >= offset + length
        {
            self.wrong += u64::from(self.piece.finish() != *digests);
            self.piece = Digester::default();
            self.pieces = rest;
        }
    }

    /// Digests of what was given, and whether everything attested is there.
    pub fn finish(self) -> (Digests, bool) {
        (self.whole.finish(), self.pieces.is_empty() && self.wrong == 0)
    }
}
