//! The seal: the small file beside a closed ledger that says how long it is and how it ends.
//!
//! What is not here: anything that the ledger does not say already. The seal follows from the
//! ledger byte for byte, so a check makes it again and compares.

use model::{HearingId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::digest::Digests;
use crate::entry::{Entry, FORMAT, Line};
use crate::index::Index;
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

/// Gathers what the seal says while lines go by.
#[derive(Clone, Debug, Default)]
pub struct SealMaker {
    segments: Vec<SealedSegment>,
}

impl SealMaker {
    /// Takes the next line.
    pub fn apply(&mut self, line: &Line) {
        if let Entry::SegmentSealed { segment, length, digests, .. } = &line.entry {
            let segment = segment.clone();
            self.segments.push(SealedSegment { segment, length: *length, digests: *digests });
        }
    }

    /// The seal of a ledger that ends with its `sealed` entry.
    pub fn seal(&self, index: &Index, ledger: &Ledger) -> Option<Seal> {
        let line = index.archive_line()?;
        Some(Seal {
            format: FORMAT,
            hearing: line.hearing,
            at: index.last,
            opened_at: line.opened_at,
            closed_at: line.closed_at,
            entries: ledger.entries(),
            ledger_bytes: ledger.bytes(),
            head: ledger.head(),
            bytes: line.bytes,
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
