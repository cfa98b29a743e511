//! From what a commit wrote to the ledger lines that attest it.
//!
//! What is not here: the disk. Lines are made only after the media they name is on it.

use std::collections::{BTreeMap, BTreeSet};

use model::{Timestamp, TrackId};
use record::digest::{Digests, hex_from_bytes};
use record::entry::{Entry, Piece};
use record::ledger::Ledger;
use record::seal::SealMaker;
use record::segment::Taken;

/// Pieces in one ledger line at most: about 100 KiB.
const PIECES_PER_LINE_MAX: usize = 256;

/// Something to be written down.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// When it came up.
    pub(crate) at: Timestamp,
    /// What it is.
    pub(crate) what: What,
}

/// What is to be written down.
#[derive(Clone, Debug)]
pub(crate) enum What {
    /// From the reel.
    Taken(Taken),
    /// An entry as it stands.
    Entry(Box<Entry>),
    /// A minute, to be confirmed under its number.
    Minute(u64, Box<Entry>),
    /// The last entry.
    Seal,
}

/// The items of one commit, shared with those who write them and taken back if it fails.
#[derive(Clone, Debug)]
pub(crate) struct Batch(pub(crate) Vec<Item>);

/// What a commit made true.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Committed {
    /// The ledger has its first entry, or goes on after a restart.
    pub(crate) opened: bool,
    /// Minutes that are durable.
    pub(crate) minutes: Vec<u64>,
    /// An order to roll is durable.
    pub(crate) rolled: bool,
    /// Tracks with frames that are durable, those from before the order to roll not among them.
    pub(crate) tracks: BTreeSet<TrackId>,
    /// Media bytes.
    pub(crate) bytes: u64,
    /// Media time of the first frame, ms.
    pub(crate) from_ms: Option<u64>,
    /// Segments sealed.
    pub(crate) sealed_segments: u64,
    /// Head of the sealed ledger.
    pub(crate) sealed: Option<Digests>,
}

/// What was written of one segment, in order of its items.
#[derive(Debug, Default)]
pub(crate) struct Written {
    /// Offset, length and digests of the head, if it was among the items, and of each cluster.
    pub(crate) pieces: Vec<(u64, u64, Digests)>,
    /// Length, number of pieces and digests of the whole file, if it ended.
    pub(crate) whole: Option<(u64, u64, Digests)>,
}

/// Lines, and the chain with them at its end.
#[derive(Debug)]
pub(crate) struct Composed {
    pub(crate) lines: Vec<u8>,
    pub(crate) ledger: Ledger,
    pub(crate) maker: SealMaker,
    pub(crate) committed: Committed,
}

/// Makes the lines of the items.
pub(crate) fn compose(
    items: &[Item],
    written: &BTreeMap<String, Written>,
    ledger: Ledger,
    maker: SealMaker,
) -> Composed {
    let composed = Composed { lines: Vec::new(), ledger, maker, committed: Committed::default() };
    let mut composer =
        Composer { written, used: BTreeMap::new(), pieces: Vec::new(), at: Timestamp(0), composed };
    for item in items {
        composer.at = item.at;
        composer.item(&item.what);
    }
    composer.flush();
    composer.composed
}

struct Composer<'a> {
    written: &'a BTreeMap<String, Written>,
    /// Pieces already named, by segment.
    used: BTreeMap<String, usize>,
    /// Pieces for the next `commit` entry.
    pieces: Vec<Piece>,
    at: Timestamp,
    composed: Composed,
}

impl Composer<'_> {
    fn append(&mut self, entry: Entry) {
        let Composed { lines, ledger, maker, .. } = &mut self.composed;
        maker.apply(&ledger.append(self.at, entry, lines));
    }

    fn flush(&mut self) {
        if !self.pieces.is_empty() {
            let pieces = std::mem::take(&mut self.pieces);
            self.append(Entry::Commit { pieces });
        }
    }

    fn next_piece(&mut self, segment: &str) -> (u64, u64, Digests) {
        let used = self.used.entry(segment.to_owned()).or_default();
        let piece = self.written.get(segment).and_then(|written| written.pieces.get(*used));
        *used += 1;
        *piece.expect("every item of the commit was written before lines are made")
    }

    fn item(&mut self, what: &What) {
        match what {
            What::Entry(entry) => {
                let committed = &mut self.composed.committed;
                committed.opened |=
                    matches!(**entry, Entry::Opened { .. } | Entry::Reopened { .. });
                if matches!(**entry, Entry::Roll { rolling: true, .. }) {
                    committed.rolled = true;
                    committed.tracks.clear();
                }
                self.flush();
                self.append((**entry).clone());
            }
            What::Minute(number, entry) => {
                self.append((**entry).clone());
                self.composed.committed.minutes.push(*number);
            }
            What::Seal => {
                self.flush();
                self.append(self.composed.maker.last_entry());
                self.composed.committed.sealed = Some(self.composed.ledger.head());
            }
            What::Taken(taken) => self.taken(taken),
        }
    }

    fn taken(&mut self, taken: &Taken) {
        match taken {
            Taken::Begin { segment, track, head, .. } => {
                let (_, length, digests) = self.next_piece(segment);
                self.composed.committed.bytes += length;
                self.append(Entry::Segment {
                    segment: segment.clone(),
                    track: *track,
                    codec: head.codec,
                    number: head.number(),
                    private: hex_from_bytes(&head.private),
                    width: head.width,
                    height: head.height,
                    length,
                    digests,
                });
            }
            Taken::Cluster { segment, track, from_ms, to_ms, frames, keyframe, .. } => {
                let (offset, length, digests) = self.next_piece(segment);
                let committed = &mut self.composed.committed;
                committed.bytes += length;
                committed.tracks.insert(*track);
                committed.from_ms = Some(committed.from_ms.map_or(*from_ms, |ms| ms.min(*from_ms)));
                self.pieces.push(Piece {
                    segment: segment.clone(),
                    offset,
                    length,
                    from_ms: *from_ms,
                    to_ms: *to_ms,
                    frames: *frames,
                    keyframe: *keyframe,
                    digests,
                });
                if self.pieces.len() >= PIECES_PER_LINE_MAX {
                    self.flush();
                }
            }
            Taken::End { segment } => {
                self.flush();
                let whole = self.written.get(segment).and_then(|written| written.whole);
                let (length, pieces, digests) = whole.expect("a segment that ended was digested");
                self.composed.committed.sealed_segments += 1;
                let segment = segment.clone();
                self.append(Entry::SegmentSealed { segment, length, pieces, digests });
            }
            Taken::Lost { track, from, to, cause, packets } => self.append(Entry::Lost {
                track: Some(*track),
                from: *from,
                to: *to,
                cause: *cause,
                packets: *packets,
            }),
            Taken::Reanchor { track, media_ms, shift_ms, cause } => self.append(Entry::Reanchor {
                track: *track,
                media_ms: *media_ms,
                shift_ms: *shift_ms,
                cause: *cause,
            }),
        }
    }
}
