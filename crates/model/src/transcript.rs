//! The transcript (庭审笔录, 调解笔录): its lines and what is done to them. Plain data.
//!
//! What is not here: the rules (crate `transcript`), who reads which line (crate `hearing`) and the
//! review (`review.rs`).

use serde::{Deserialize, Serialize};

use crate::brief::{Phase, Side};
use crate::id::ParticipantId;
use crate::private::Private;
use crate::time::Timestamp;

/// Names a line for ever: chosen by whoever makes it, so that a page goes on typing at once. Small
/// letters, digits and hyphens, at most `limits::TRANSCRIPT_NAME_CHARS_MAX`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(type = "string"))]
#[serde(transparent)]
pub struct LineId(pub String);

/// Among whom a line was written, and so who may read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case", tag = "room", deny_unknown_fields)]
pub enum TranscriptRoom {
    /// In the courtroom, before everybody.
    Court {},
    /// In the courtroom without the public (不公开出示证据, 不录音录像的调解).
    Closed {},
    /// With one side alone (背靠背): never part of what is frozen.
    Caucus {
        /// Which.
        side: Side,
    },
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// A heading.
    Heading,
    /// What the clerk notes of the course.
    Note,
    /// What somebody says: `角色（简称）：内容`.
    Speech,
}

/// Where a draft comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// Which turn of speech.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub turn: u64,
    /// Which engine and model.
    pub engine: String,
    /// How sure the engine is of its least sure words, in percent; none if it does not say.
    pub confidence: Option<u8>,
    /// Whether nobody has looked at it yet. A text somebody touched or accepted is no draft, and
    /// what the engine says later of that turn begins a line of its own.
    pub open: bool,
}

/// What an engine added to a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct DraftMore {
    /// Where the words end on the hearing's time line, ms.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub to_ms: u64,
    /// How sure the engine is of its least sure words so far.
    pub confidence: Option<u8>,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct TranscriptLine {
    /// Its name.
    pub id: LineId,
    /// How often the text was changed.
    pub rev: u32,
    /// What it is.
    pub kind: LineKind,
    /// Who speaks.
    pub speaker: Option<ParticipantId>,
    /// How the speaker is written, `原告（张三）`; empty without one.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub label: Private<String>,
    /// Among whom it was written.
    pub room: TranscriptRoom,
    /// In which phase.
    pub phase: Option<Phase>,
    /// When it was begun, UTC ms.
    pub at: Timestamp,
    /// Where its words begin and end on the hearing's time line, ms; of what was heard alone.
    #[cfg_attr(feature = "ts", ts(type = "[number, number] | null"))]
    pub heard: Option<(u64, u64)>,
    /// The draft it was or is.
    pub draft: Option<Draft>,
    /// Called people (witnesses, appraisers) who were in the courtroom then. Never sent to a page.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub called: Vec<ParticipantId>,
    /// The words.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub text: Private<String>,
}

/// A turn of speech, as who keeps the transcript is told of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct SpeechTurn {
    /// Its number, never used again in a hearing.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub turn: u64,
    /// Who speaks: whose microphone it is.
    pub who: ParticipantId,
    /// First voice on the hearing's time line, ms.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub from_ms: u64,
    /// End of the last voice, ms; none while the turn is on.
    #[cfg_attr(feature = "ts", ts(type = "number | null"))]
    pub to_ms: Option<u64>,
    /// Milliseconds in which somebody else spoke too.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub cross_ms: u64,
}

/// A piece of a change to a text, from its beginning on. What follows the last piece stays.
/// Lengths are in UTF-16 code units, as pages count; no character is ever cut in two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum TextPart {
    /// These many stay.
    Keep(u32),
    /// These many go.
    Drop(u32),
    /// This comes.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    Put(Private<String>),
}

/// What somebody wants done to the transcript.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case", tag = "edit", deny_unknown_fields)]
pub enum TranscriptEdit {
    /// A new line.
    Add {
        /// Its name, never used before.
        line: LineId,
        /// Behind which line; none for the beginning.
        after: Option<LineId>,
        /// What it is.
        kind: LineKind,
        /// Who speaks.
        speaker: Option<ParticipantId>,
        /// Its first words.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        text: Private<String>,
        /// The turn of speech it writes down, as the page was told of it: the line is played from
        /// where that began. A turn the server does not remember any more gives the line no place.
        #[serde(default)]
        #[cfg_attr(feature = "ts", ts(type = "number | null"))]
        turn: Option<u64>,
    },
    /// The words of a line change.
    Type {
        /// Which.
        line: LineId,
        /// Which revision was changed; another one is refused with `TextMoved`, and the page
        /// brings its change onto the newest.
        rev: u32,
        /// How.
        change: Vec<TextPart>,
    },
    /// A line is somebody else's, or of another kind.
    Attribute {
        /// Which.
        line: LineId,
        /// What it is.
        kind: LineKind,
        /// Who speaks.
        speaker: Option<ParticipantId>,
    },
    /// A draft is right as it stands.
    Accept {
        /// Which.
        line: LineId,
    },
    /// A line goes. Its history stays.
    Remove {
        /// Which.
        line: LineId,
    },
}

/// What became of it, in the order of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case", tag = "op", deny_unknown_fields)]
pub enum TranscriptOp {
    /// A line came.
    Added {
        /// Behind which line; none for the beginning.
        after: Option<LineId>,
        /// The line.
        line: TranscriptLine,
    },
    /// The words of a line changed; its revision rose by one.
    Typed {
        /// Which.
        line: LineId,
        /// The revision it has now.
        rev: u32,
        /// How.
        change: Vec<TextPart>,
        /// The engine went on, and the draft stays one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        heard: Option<DraftMore>,
    },
    /// A line is somebody else's.
    Attributed {
        /// Which.
        line: LineId,
        /// What it is.
        kind: LineKind,
        /// Who speaks.
        speaker: Option<ParticipantId>,
        /// How they are written.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        label: Private<String>,
    },
    /// A draft was accepted.
    Accepted {
        /// Which.
        line: LineId,
    },
    /// A line went.
    Removed {
        /// Which.
        line: LineId,
    },
}

/// One step of the log: durable before anybody is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct TranscriptStep {
    /// Number, from 1.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub n: u64,
    /// When, UTC ms.
    pub at: Timestamp,
    /// Who; none for what the machine drafted.
    pub by: Option<ParticipantId>,
    /// Which page of theirs, and its own count: so a page that comes back knows what was done.
    pub desk: String,
    /// The page's count.
    pub seq: u32,
    /// What.
    pub op: TranscriptOp,
}
