//! What one line of the ledger says.
//!
//! What is not here: how lines are chained and read (`ledger`), and what follows from them
//! (`index`).

use model::archive::Attendee;
use model::view::Heading;
use model::{Brief, Codec, HearingId, Minute, RecordFault, Timestamp, TrackId};
use serde::{Deserialize, Serialize};

use crate::digest::Digests;

pub use model::recording::{LossCause, ReanchorCause};

/// The format of ledger, segments and seal that this build writes.
pub const FORMAT: u32 = 1;

/// One line of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Number of the entry, from 0 without a hole.
    pub n: u64,
    /// When it was written, UTC ms.
    pub at: Timestamp,
    /// Digests of the previous line's bytes, its line feed not among them.
    pub prev: Digests,
    /// What happened.
    pub entry: Entry,
}

/// What happened. An entry or field that this build does not know is refused, never skipped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", deny_unknown_fields)]
pub enum Entry {
    /// The ledger begins.
    Opened {
        /// [`FORMAT`].
        format: u32,
        /// Name and version of the software that writes.
        software: String,
        /// Which hearing.
        hearing: HearingId,
        /// What stands on the door.
        heading: Heading,
        /// What was settled beforehand.
        #[serde(default)]
        brief: Brief,
        /// Who is on the docket.
        attendees: Vec<Attendee>,
    },
    /// The hearing goes on after the node started again; heading and docket as of now.
    Reopened {
        /// Name and version of the software that writes.
        software: String,
        /// What stands on the door.
        heading: Heading,
        /// What was settled beforehand.
        #[serde(default)]
        brief: Brief,
        /// Who is on the docket.
        attendees: Vec<Attendee>,
    },
    /// A procedural fact.
    Minute {
        /// The fact.
        minute: Minute,
    },
    /// Recording was switched on or off by the hearing.
    Roll {
        /// On or off.
        rolling: bool,
        /// When it was ordered, UTC ms. The first `on` is zero of the media time line.
        ordered_at: Timestamp,
        /// The same moment on the media time line, ms.
        media_ms: u64,
    },
    /// A segment file begins: its head is on disk.
    Segment {
        /// File name.
        segment: String,
        /// Whose and what.
        track: TrackId,
        /// What it carries.
        codec: Codec,
        /// Matroska track number used in the file.
        number: u8,
        /// Codec private data, hexadecimal.
        private: String,
        /// Picture size in pixels, 0 × 0 for sound.
        width: u16,
        /// See `width`.
        height: u16,
        /// Bytes of the head, from offset 0.
        length: u64,
        /// Digests of the head.
        digests: Digests,
    },
    /// Pieces of media are on disk: synced before this line was written.
    Commit {
        /// The pieces, at most one segment's next bytes each.
        pieces: Vec<Piece>,
    },
    /// A segment file is complete.
    SegmentSealed {
        /// File name.
        segment: String,
        /// Bytes of the whole file.
        length: u64,
        /// Pieces in it, the head not counted.
        pieces: u64,
        /// Digests of the whole file.
        digests: Digests,
    },
    /// Something that should be on the record is not.
    Lost {
        /// The track, or none for the whole hearing.
        track: Option<TrackId>,
        /// First moment missing, UTC ms.
        from: Timestamp,
        /// First moment present again, UTC ms.
        to: Timestamp,
        /// How it was lost.
        cause: LossCause,
        /// Packets, where they can be counted.
        packets: Option<u64>,
    },
    /// The media time of a track was set anew, because its clock made a jump.
    Reanchor {
        /// The track.
        track: TrackId,
        /// Media time of the first frame under the new rule, ms.
        media_ms: u64,
        /// How far frames moved against the old rule, ms; later is positive.
        shift_ms: i64,
        /// Why.
        cause: ReanchorCause,
    },
    /// The record came to be at risk. Written as soon as writing works, with the true time.
    Fault {
        /// What was wrong.
        fault: RecordFault,
        /// Since when, UTC ms.
        since: Timestamp,
    },
    /// The fault is over.
    Mended {
        /// What was wrong.
        fault: RecordFault,
        /// Since when it had been, UTC ms.
        since: Timestamp,
    },
    /// The recorder stopped without sealing and was started again.
    Recovered {
        /// The last moment the ledger knew, UTC ms; while rolling, earlier by the second that may
        /// have waited in memory (`limits::RECORD_LOSS_MAX`).
        from: Timestamp,
        /// When it was repaired, UTC ms.
        to: Timestamp,
        /// Bytes that no entry attests, cut off and kept beside.
        torn: Vec<Torn>,
        /// Files whose attested bytes are not all there.
        damaged: Vec<String>,
    },
    /// The hearing is closed: no entry follows.
    Sealed {
        /// Segment files.
        segments: u64,
        /// Pieces.
        pieces: u64,
        /// Bytes of all segment files.
        bytes: u64,
    },
}

/// Some bytes of a segment: one Matroska cluster of one track.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Piece {
    /// File name.
    pub segment: String,
    /// First byte.
    pub offset: u64,
    /// Bytes.
    pub length: u64,
    /// Media time of the first frame, ms.
    pub from_ms: u64,
    /// Media time at which the last frame ends, ms.
    pub to_ms: u64,
    /// Frames.
    pub frames: u32,
    /// Whether the first frame can be decoded by itself.
    pub keyframe: bool,
    /// Digests of the bytes.
    pub digests: Digests,
}

/// Bytes cut off a file and kept beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Torn {
    /// From which file.
    pub file: String,
    /// Under which name they are kept.
    pub kept_as: String,
    /// Bytes.
    pub length: u64,
    /// Digests of the bytes.
    pub digests: Digests,
}
