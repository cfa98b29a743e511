//! The seal: the small file beside a closed ledger that says how long it is and how it ends.
//!
//! What is not here: anything that the ledger does not say already. The seal follows from the
//! ledger byte for byte, so a check makes it again and compares.

use model::{Fact, HearingId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::digest::Digests;
use crate::entry::{Entry, FORMAT, Line};
use crate::ledger::Ledger;

/// Name of the seal in a hearing's folder.
pub const SEAL_FILE: &str = "seal.json";

/// What the seal says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seal {
    /// [`FORMAT`].
    pub format: u32,
    /// Which hearing.
    pub hearing: HearingId,
    /// When the ledger was sealed, UTC ms.
    pub at: Timestamp,
    /// When the hearing was opened, UTC ms, if it was.
    pub opened_at: Option<Timestamp>,
    /// When it was closed, UTC ms, if it was.
    pub closed_at: Option<Timestamp>,
    /// Lines of the ledger.
    pub entries: u64,
    /// Bytes of the ledger.
    pub ledger_bytes: u64,
    /// Digests of the ledger's last line.
    pub head: Digests,
    /// Bytes of all segment files.
    pub bytes: u64,
    /// Every segment file.
    pub segments: Vec<SealedSegment>,
}

/// A segment file as the seal names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedSegment {
    /// Its name.
    pub segment: String,
    /// Its bytes.
    pub length: u64,
    /// Digests of the whole file.
    pub digests: Digests,
}

/// Gathers what the seal says while lines go by; small however long the ledger is.
#[derive(Clone, Debug, Default)]
pub struct SealMaker {
    hearing: Option<HearingId>,
    at: Timestamp,
    opened_at: Option<Timestamp>,
    closed_at: Option<Timestamp>,
    begun: u64,
    pieces: u64,
    bytes: u64,
    sealed: bool,
    segments: Vec<SealedSegment>,
}

impl SealMaker {
    /// Takes the next line.
    pub fn apply(&mut self, line: &Line) {
        self.at = self.at.max(line.at);
        match &line.entry {
            Entry::Opened { hearing, .. } => self.hearing = Some(*hearing),
            Entry::Minute { minute } if minute.fact == Fact::Opened => {
                self.opened_at.get_or_insert(minute.at);
            }
            Entry::Minute { minute } if matches!(minute.fact, Fact::Closed { .. }) => {
                self.closed_at.get_or_insert(minute.at);
            }
            Entry::Segment { length, .. } => {
                self.begun += 1;
                self.bytes += length;
            }
            Entry::Commit { pieces } => {
                self.pieces += pieces.len() as u64;
                self.bytes += pieces.iter().map(|piece| piece.length).sum::<u64>();
            }
            Entry::SegmentSealed { segment, length, digests, .. } => {
                let segment = segment.clone();
                self.segments.push(SealedSegment { segment, length: *length, digests: *digests });
            }
            Entry::Sealed { .. } => self.sealed = true,
            Entry::Reopened { .. }
            | Entry::Minute { .. }
            | Entry::Roll { .. }
            | Entry::Lost { .. }
            | Entry::Reanchor { .. }
            | Entry::Fault { .. }
            | Entry::Mended { .. }
            | Entry::Recovered { .. } => {}
        }
    }

    /// The entry that ends the ledger.
    pub const fn last_entry(&self) -> Entry {
        Entry::Sealed { segments: self.begun, pieces: self.pieces, bytes: self.bytes }
    }

    /// The seal of a ledger that ends with its `sealed` entry; nothing of another.
    pub fn seal(&self, ledger: &Ledger) -> Option<Seal> {
        Some(Seal {
            format: FORMAT,
            hearing: self.hearing.filter(|_| self.sealed)?,
            at: self.at,
            opened_at: self.opened_at,
            closed_at: self.closed_at,
            entries: ledger.entries(),
            ledger_bytes: ledger.bytes(),
            head: ledger.head(),
            bytes: self.bytes,
            segments: self.segments.clone(),
        })
    }
}

impl Seal {
    /// The bytes of the file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).expect("a seal is plain values");
        bytes.push(b'\n');
        bytes
    }

    /// Reads the file; nothing when it is not a seal of this format.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }
}
