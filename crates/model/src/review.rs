//! The review of a transcript: frozen versions, objections, answers, signatures, refusals. Plain
//! data.
//!
//! What is not here: the rules (crate `transcript`), the lines (`transcript.rs`) and the door to the
//! shelf where frozen versions stand (`review/shelf.rs`).

use serde::{Deserialize, Serialize};

use crate::id::ParticipantId;
use crate::mediation::SigningMethod;
use crate::private::Private;
use crate::role::Role;
use crate::time::Timestamp;
use crate::transcript::{LineId, TranscriptLine};

mod shelf;

pub use shelf::{CertificateFault, CertificateOf, TranscriptShelf, VersionDigests};

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
    /// Who is to sign their own part of it: who was called, and their lines alone.
    pub parts: Vec<FrozenPart>,
    /// Who signed this version.
    pub signed: Vec<TranscriptSignature>,
    /// Who will not.
    pub refused: Vec<TranscriptRefusal>,
    /// Every objection to any version, oldest first.
    pub objections: Vec<Objection>,
    /// To whom it was read aloud, oldest first; every version.
    pub read_aloud: Vec<TranscriptReading>,
    /// Whether everybody signed or refused.
    pub settled: bool,
}

/// The part of a version that somebody who was called signs: what was written while they were in
/// the courtroom. Its canonical text stands in `transcript-<version>-p<who>.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct FrozenPart {
    /// Whose.
    pub who: ParticipantId,
    /// SHA-256 of that file, hexadecimal.
    pub sha256: String,
    /// SM3 of the same.
    pub sm3: String,
    /// How many lines it has.
    pub lines: u32,
}

/// A file that belongs to a signature, in the hearing's folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct SignatureFile {
    /// Its name, `transcript-sign-<act>.jpg`.
    pub name: String,
    /// Its length, bytes.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub bytes: u64,
    /// SHA-256 of it, hexadecimal.
    pub sha256: String,
    /// SM3 of the same.
    pub sm3: String,
}

/// How a one-time code came to who signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum CodeWay {
    /// The clerk or the judge told it to the person.
    Told,
    /// It was sent to the telephone number of the docket.
    Sms,
}

/// What a signature stands on besides the mark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case", tag = "proof", deny_unknown_fields)]
pub enum SignatureProof {
    /// A one-time code of the court.
    Code {
        /// How it came.
        way: CodeWay,
    },
    /// The password of an account of the court, given once more.
    Password {},
    /// It was drawn on the terminal of who keeps the transcript, after the text was shown there.
    Terminal {},
    /// The signed page as a picture.
    Scan {
        /// Which file.
        file: SignatureFile,
    },
    /// A signature (CMS, RFC 5652) over exactly the bytes of the text, by a certificate that an
    /// authority the court trusts stands behind.
    Certificate {
        /// Which file.
        file: SignatureFile,
        /// Whom the certificate names.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        subject: Private<String>,
        /// Who issued it.
        issuer: String,
        /// Its serial number, hexadecimal.
        serial: String,
    },
}

/// A version was read aloud.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct TranscriptReading {
    /// When it ended.
    pub at: Timestamp,
    /// Who had it read.
    pub by: ParticipantId,
    /// Which version.
    pub version: u32,
    /// From which line.
    pub first: LineId,
    /// To which.
    pub last: LineId,
    /// How many lines.
    pub lines: u32,
    /// To whom.
    pub to: Vec<ParticipantId>,
    /// On which terminal.
    pub terminal: String,
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
    /// The name typed out, the drawing as an SVG path, or where the paper is.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub mark: Private<String>,
    /// Who noted it, where that was not the signer.
    pub noted_by: Option<ParticipantId>,
    /// What it stands on besides.
    pub proof: Option<SignatureProof>,
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
        /// With a typed name: the one-time code of the court, or the password of an account.
        #[serde(default)]
        #[cfg_attr(feature = "ts", ts(type = "string | null"))]
        code: Option<Private<String>>,
    },
    /// Sign a version with a certificate.
    SignCertificate {
        /// Which version was read.
        version: u32,
        /// Its SHA-256.
        sha256: String,
        /// A detached signature (CMS, DER or PEM) over the bytes of the version, base64.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        signature: Private<String>,
    },
    /// Clerk or judge: note the signature of somebody without a page.
    SignFor {
        /// Whose.
        who: ParticipantId,
        /// Which version was read.
        version: u32,
        /// Its SHA-256, or that of the person's own part.
        sha256: String,
        /// How.
        how: SignFor,
    },
    /// It was read aloud.
    ReadAloud {
        /// Which version.
        version: u32,
        /// From which line.
        first: LineId,
        /// To which.
        last: LineId,
        /// To whom else than who had it read.
        to: Vec<ParticipantId>,
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

/// How somebody without a page signs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case", tag = "how", deny_unknown_fields)]
pub enum SignFor {
    /// On paper, and this is a picture of the page.
    OnPaper {
        /// Where the paper is.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        note: Private<String>,
        /// JPEG, PNG or PDF, at most `limits::TRANSCRIPT_SCAN_BYTES_MAX`, base64.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        scan: Private<String>,
    },
    /// On the terminal of who keeps the transcript.
    Here {
        /// The drawing as an SVG path.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        mark: Private<String>,
    },
}

/// Asks for the one-time code of a typed signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct SigningCodeAsk {
    /// Clerk or judge: for whom, to tell it to them. None sends it to one's own telephone.
    pub who: Option<ParticipantId>,
}

/// The code, or that it is on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct SigningCode {
    /// How it comes to who signs.
    pub way: CodeWay,
    /// The code, for who tells it; none where it was sent.
    #[cfg_attr(feature = "ts", ts(type = "string | null"))]
    pub code: Option<Private<String>>,
    /// Until when it is good, UTC ms.
    pub until: Timestamp,
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
        /// Who is to sign their own part.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        parts: Vec<FrozenPart>,
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
        /// Name, drawing, or where the paper is.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        mark: Private<String>,
        /// Whose signature it is, where somebody else notes it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        who: Option<ParticipantId>,
        /// What it stands on besides.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        proof: Option<SignatureProof>,
    },
    /// It was read aloud.
    ReadAloud {
        /// Which version.
        version: u32,
        /// From which line.
        first: LineId,
        /// To which.
        last: LineId,
        /// How many lines.
        lines: u32,
        /// To whom.
        to: Vec<ParticipantId>,
        /// On which terminal.
        terminal: String,
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
    /// Whether the person has an account of the court, whose password goes with a typed name.
    pub account: bool,
    /// Whether the person sits in the courtroom.
    pub in_court: bool,
    /// Why the person cannot sign on a page now; none while they can.
    pub away: Option<TranscriptAway>,
}

/// Why somebody cannot sign on a page of their own now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum TranscriptAway {
    /// They sit in the courtroom without a page.
    NoPage,
    /// They left.
    Left,
    /// They were ordered to leave.
    Removed,
    /// Their line is cut.
    CutOff,
    /// They did not come, which was noted.
    Absent,
}
