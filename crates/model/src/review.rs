//! The review of a transcript: frozen versions, objections, answers, signatures, refusals. Plain
//! data, and the door to the shelf where frozen versions stand.
//!
//! What is not here: the rules (crate `transcript`) and the lines (`transcript.rs`).

use serde::{Deserialize, Serialize};

use crate::archive::ArchiveFault;
use crate::id::{HearingId, ParticipantId};
use crate::mediation::SigningMethod;
use crate::private::Private;
use crate::role::Role;
use crate::time::Timestamp;
use crate::transcript::{LineId, TranscriptLine};

/// Where the review stands, as a page is told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct ReviewView {
    /// Which version is frozen or was last; 0 for none yet.
    pub version: u32,
    /// Whether that version is to be read and signed now.
    pub frozen: bool,
    /// SHA-256 of its canonical text, hexadecimal.
    pub sha256: String,
    /// SM3 of the same.
    pub sm3: String,
    /// When it was frozen.
    pub frozen_at: Option<Timestamp>,
    /// Until when it may be read, objected to and signed; none while the session lasts.
    pub until: Option<Timestamp>,
    /// Who is to sign it.
    pub signers: Vec<ParticipantId>,
    /// Who signed this version.
    pub signed: Vec<TranscriptSignature>,
    /// Who will not.
    pub refused: Vec<TranscriptRefusal>,
    /// Every objection to any version, oldest first.
    pub objections: Vec<Objection>,
    /// Whether everybody signed or refused.
    pub settled: bool,
}

/// A signature under a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct TranscriptSignature {
    /// Who.
    pub who: ParticipantId,
    /// When.
    pub at: Timestamp,
    /// How.
    pub method: SigningMethod,
    /// The name typed out, or the drawing as an SVG path.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub mark: Private<String>,
}

/// A refusal to sign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct TranscriptRefusal {
    /// Who.
    pub who: ParticipantId,
    /// When.
    pub at: Timestamp,
    /// Why.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub reason: Private<String>,
}

/// An objection to a line (申请补正) and what became of it; both versions stay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Objection {
    /// Number, from 1.
    pub number: u32,
    /// Of which version.
    pub version: u32,
    /// To which line.
    pub line: LineId,
    /// By whom.
    pub who: ParticipantId,
    /// When.
    pub at: Timestamp,
    /// What should stand there instead, or what is missing.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub text: Private<String>,
    /// The answer.
    pub answer: Option<ObjectionAnswer>,
}

/// The court's answer to an objection (民事诉讼法 art. 150).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case", tag = "answer", deny_unknown_fields)]
pub enum ObjectionAnswer {
    /// Corrected: a new version begins.
    Corrected {
        /// The words before.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        before: Private<String>,
        /// The words now.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        after: Private<String>,
    },
    /// Not corrected, which is noted with the reason.
    Refused {
        /// Why.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        reason: Private<String>,
    },
}

/// What somebody wants done in the review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case", tag = "review", deny_unknown_fields)]
pub enum ReviewAsk {
    /// Clerk or judge: freeze the text as it stands.
    Freeze {},
    /// Clerk or judge: go on writing; signatures lapse.
    Reopen {
        /// Why.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        reason: Private<String>,
    },
    /// A party: a line is not right.
    Object {
        /// Which version was read.
        version: u32,
        /// Which line.
        line: LineId,
        /// What should stand there.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        text: Private<String>,
    },
    /// Clerk or judge: correct as asked, or differently.
    Correct {
        /// Which objection.
        number: u32,
        /// The words of the line from now on.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        text: Private<String>,
    },
    /// Clerk or judge: do not correct.
    Decline {
        /// Which objection.
        number: u32,
        /// Why.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        reason: Private<String>,
    },
    /// Sign a version.
    Sign {
        /// Which version was read.
        version: u32,
        /// Its SHA-256 as it was shown: the exact text, nothing else, is signed.
        sha256: String,
        /// How.
        method: SigningMethod,
        /// The name typed out, or the drawing as an SVG path.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        mark: Private<String>,
    },
    /// Refuse to sign; clerk or judge may note it for who left or will not.
    Refuse {
        /// For whom; none for oneself.
        who: Option<ParticipantId>,
        /// Which version.
        version: u32,
        /// Why.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        reason: Private<String>,
    },
}

/// What was done in the review: a minute of the hearing while its ledger is open, and a line of
/// `transcript.jsonl` in its folder always.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case", tag = "act", deny_unknown_fields)]
pub enum TranscriptAct {
    /// A version was frozen; its canonical text stands in `transcript-<version>.json`.
    Frozen {
        /// Which.
        version: u32,
        /// SHA-256 of that file, hexadecimal.
        sha256: String,
        /// SM3 of the same.
        sm3: String,
        /// How many lines it has.
        lines: u32,
        /// Who is to sign it.
        signers: Vec<ParticipantId>,
    },
    /// It is written on; every signature lapses.
    Reopened {
        /// Why.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        reason: Private<String>,
    },
    /// Somebody objects.
    Objected {
        /// Number, from 1.
        number: u32,
        /// To which version.
        version: u32,
        /// To which line.
        line: LineId,
        /// In which words.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        text: Private<String>,
    },
    /// The objection is answered.
    Answered {
        /// Which.
        number: u32,
        /// How.
        answer: ObjectionAnswer,
    },
    /// Somebody signed.
    Signed {
        /// Which version.
        version: u32,
        /// SHA-256 of it.
        sha256: String,
        /// How.
        method: SigningMethod,
        /// Name or drawing.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        mark: Private<String>,
    },
    /// Somebody will not sign.
    Refused {
        /// Who.
        who: ParticipantId,
        /// Which version.
        version: u32,
        /// Why.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        reason: Private<String>,
    },
}

/// One act as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct ActEntry {
    /// Number, from 0.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub n: u64,
    /// When, UTC ms.
    pub at: Timestamp,
    /// By whom.
    pub by: ParticipantId,
    /// In which role.
    pub role: Role,
    /// What.
    pub act: TranscriptAct,
}

/// An act as a minute of the hearing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct TranscriptMinute {
    /// Number of the act in `transcript.jsonl`.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub n: u64,
    /// What was done.
    pub done: TranscriptAct,
}

/// A transcript over HTTP: live, frozen or in the archive, as far as the reader may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct TranscriptView {
    /// Who reads; none for somebody of the court without a seat.
    pub me: Option<ParticipantId>,
    /// Whether the reader keeps the transcript: freezes, corrects, answers.
    pub keeps: bool,
    /// The lines of the frozen version, or as they stand.
    pub lines: Vec<TranscriptLine>,
    /// Where the review stands.
    pub review: ReviewView,
    /// Who the signers and speakers are.
    pub people: Vec<TranscriptPerson>,
    /// Whether the recording takes the transcript's place (庭审录音录像规定 art. 8).
    pub replaced: bool,
}

/// A person as a transcript names them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct TranscriptPerson {
    /// Who.
    pub id: ParticipantId,
    /// In which role.
    pub role: Role,
    /// Name.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub name: Private<String>,
}

/// Digests of a frozen version, hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionDigests {
    /// SHA-256.
    pub sha256: String,
    /// SM3.
    pub sm3: String,
}

/// The shelf of a hearing's folder in which frozen versions and the acts of the review stand. Calls
/// block on the disk: call them off the event loop.
pub trait TranscriptShelf: Send + Sync {
    /// The acts so far.
    ///
    /// # Errors
    /// When the disk failed, or the chain is not what was written.
    fn acts(&self, hearing: HearingId) -> Result<Vec<ActEntry>, ArchiveFault>;

    /// Puts the canonical text of a version in place, whole or not at all; the same bytes again do
    /// no harm.
    ///
    /// # Errors
    /// `NotFound` while the hearing has no folder; or the disk failed.
    fn put(
        &self,
        hearing: HearingId,
        version: u32,
        text: &[u8],
    ) -> Result<VersionDigests, ArchiveFault>;

    /// Reads a version.
    ///
    /// # Errors
    /// `NotFound`; or the disk failed.
    fn get(&self, hearing: HearingId, version: u32) -> Result<Vec<u8>, ArchiveFault>;

    /// Appends acts, each signed by the court's key, and syncs them.
    ///
    /// # Errors
    /// As [`TranscriptShelf::acts`].
    fn append(&self, hearing: HearingId, acts: &[ActEntry]) -> Result<(), ArchiveFault>;
}
