//! What the archive says of the making of a record, parts of it that are handed out, and what stays
//! of a record that was deleted after its time.
//!
//! What is not here: reading or writing any of it.

use serde::{Deserialize, Serialize};

use crate::archive::{ArchiveLine, Proof};
use crate::id::{HearingId, ParticipantId};
use crate::private::Private;
use crate::stage::RecordFault;
use crate::time::Timestamp;
use crate::track::TrackId;

/// How something was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LossCause {
    /// Packets did not arrive, not even when asked for again.
    Network,
    /// Packets arrived but could not be handed to the recorder.
    Tape,
    /// Frames arrived that cannot be decoded before the next keyframe.
    Keyframe,
    /// Packets arrived that do not follow the codec's payload format.
    Malformed,
    /// The disk did not take what was recorded, longer than memory could hold it.
    Disk,
    /// The recorder was not running.
    Restart,
}

impl LossCause {
    /// Whether the court's own equipment lost it, which needs an explanation
    /// (法释〔2017〕5号 art. 4); what a person's line lost does not.
    pub const fn is_ours(self) -> bool {
        matches!(self, Self::Tape | Self::Disk | Self::Restart)
    }
}

/// Why a track's media time was set anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReanchorCause {
    /// The publisher started a new RTP source.
    Source,
    /// After a pause the RTP clock and the arrival clock disagreed.
    Pause,
}

/// A stretch in which recording was ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Roll {
    /// When it was ordered to begin.
    pub from: Timestamp,
    /// When it was ordered to end, or broke off; none while it goes on.
    pub to: Option<Timestamp>,
}

/// Something that happened to the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The record was at risk.
    Fault {
        /// What was wrong.
        fault: RecordFault,
        /// Until when; none when nothing says that it ended.
        until: Option<Timestamp>,
    },
    /// Something is missing.
    Lost {
        /// Of which track; none is the whole hearing.
        track: Option<TrackId>,
        /// Until when.
        until: Timestamp,
        /// How.
        cause: LossCause,
        /// Packets, where they can be counted.
        packets: Option<u64>,
    },
    /// The recorder stopped and was started again.
    Recovered {
        /// When it was repaired.
        until: Timestamp,
        /// Files whose torn ends were kept beside them.
        torn: u32,
        /// Files whose attested bytes are not all there.
        damaged: Vec<String>,
    },
    /// A track's media time was set anew.
    Reanchor {
        /// Which track.
        track: TrackId,
        /// By how much, ms; later is positive.
        shift_ms: i64,
        /// Why.
        cause: ReanchorCause,
    },
}

impl Trouble {
    /// Whether it needs an explanation signed by who presides (法释〔2017〕5号 art. 4).
    pub const fn needs_explanation(&self) -> bool {
        match self {
            Self::Fault { .. } | Self::Recovered { .. } => true,
            Self::Lost { cause, .. } => cause.is_ours(),
            Self::Reanchor { .. } => false,
        }
    }
}

/// Something that happened to the record, with the ledger line that says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Number of the entry, from 0.
    pub number: u64,
    /// Since when.
    pub from: Timestamp,
    /// What.
    pub trouble: Trouble,
}

/// Everything a ledger says of how the record was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordFacts {
    /// The line of the list; what it says of media is not filled in.
    pub line: ArchiveLine,
    /// The minutes, in order.
    pub minutes: Vec<Proof>,
    /// Zero of the media time line.
    pub zero: Option<Timestamp>,
    /// Length of the media time line, ms.
    pub media_ms: u64,
    /// Stretches in which recording was ordered.
    pub rolls: Vec<Roll>,
    /// What happened to the record, in the ledger's order.
    pub events: Vec<Event>,
    /// What wrote the ledger, in order, each once.
    pub software: Vec<String>,
    /// Whether every line follows the one before it, to the end.
    pub whole: bool,
    /// Entries read.
    pub entries: u64,
    /// Digest of the ledger's last entry, hexadecimal SHA-256.
    pub head_sha256: String,
    /// The same, SM3.
    pub head_sm3: String,
    /// The lines of the newest frozen transcript.
    pub said: Vec<Said>,
}

/// A line of a transcript, as far as it is searched for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// When it was begun.
    pub at: Timestamp,
    /// Where its words begin on the media time line, ms, where that is known.
    pub from_ms: Option<u64>,
    /// Speaker and words.
    pub words: Private<String>,
}

impl RecordFacts {
    /// What has to be explained before the record can be filed away.
    pub fn to_explain(&self) -> impl Iterator<Item = &Event> {
        self.events.iter().filter(|event| event.trouble.needs_explanation())
    }
}

/// A part of a record to be handed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartOrder {
    /// Of which hearing.
    pub hearing: HearingId,
    /// Whose tracks; empty is everybody's.
    pub who: Vec<ParticipantId>,
    /// From which moment of media time, ms.
    pub from_ms: u64,
    /// To which, ms.
    pub to_ms: u64,
    /// Who asked for it.
    pub by: Private<String>,
    /// Why.
    pub reason: Private<String>,
    /// When it is made.
    pub at: Timestamp,
    /// Whether the record was filed away; if not, what it still waits for stands in the proof.
    pub archived: bool,
    /// What the signed transcript says of it, as subtitles (WebVTT) whose time begins with the part;
    /// empty where it says nothing.
    pub subtitles: Private<String>,
}

/// A part that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartMade {
    /// Bytes of the file.
    pub bytes: u64,
    /// Its digest, hexadecimal SHA-256.
    pub sha256: String,
    /// Pieces of media in it.
    pub pieces: u64,
}

/// What stays of a record that was deleted after its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Tombstone {
    /// Which hearing.
    pub hearing: HearingId,
    /// Of which case.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub case_number: Private<String>,
    /// When it was opened, if it was.
    pub opened_at: Option<Timestamp>,
    /// When it was closed, if it was.
    pub closed_at: Option<Timestamp>,
    /// Bytes of media there were.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub bytes: u64,
    /// Files there were.
    pub files: u32,
    /// Digest of the ledger's last entry, hexadecimal SHA-256.
    pub head_sha256: String,
    /// The same, SM3.
    pub head_sm3: String,
    /// Who deleted it.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub by: Private<String>,
    /// When.
    pub at: Timestamp,
    /// Why.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub reason: Private<String>,
    /// Until when it had to be kept.
    pub kept_until: Timestamp,
}

/// A record to be deleted. Whether it may be is for who asks; the archive only insists on a seal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// Which hearing.
    pub hearing: HearingId,
    /// Who deletes it.
    pub by: Private<String>,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: Private<String>,
    /// Until when it had to be kept.
    pub kept_until: Timestamp,
}
