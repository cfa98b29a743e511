//! Bodies of the audit log.
//!
//! What is not here: how the log is kept and chained (`signaling`).

use model::{HearingId, Private, Timestamp};
use serde::{Deserialize, Serialize};

/// One line of the audit log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct AuditLine {
    /// Its number, from 1 without a hole.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub n: i64,
    /// When.
    pub at: Timestamp,
    /// About which hearing, if about one.
    pub hearing: Option<HearingId>,
    /// Who: the name, and what they are.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub by: Private<String>,
    /// What.
    pub act: AuditAct,
    /// More of it.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub detail: Private<String>,
    /// What came of it: `done`, `ordered`, or the code of a refusal.
    pub result: String,
    /// SHA-256 of the line, which names the one before it.
    pub sha256: String,
}

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum AuditAct {
    /// Looked at.
    Viewed,
    /// Recordings of somebody played.
    Played,
    /// Checked byte by byte.
    Verified,
    /// A part with its proof taken out.
    PartTaken,
    /// The composed film or its sound taken out.
    FilmTaken,
    /// A copy of the sound taken by a person of the case.
    SoundTaken,
    /// The recording note printed.
    NoteMade,
    /// A document taken out.
    PaperTaken,
    /// The explanation signed.
    Explained,
    /// Kept whatever the schedule says.
    HoldPlaced,
    /// That ended.
    HoldLifted,
    /// A link for a person of the case made.
    LinkMade,
    /// A view or copy asked for.
    Asked,
    /// That granted.
    Granted,
    /// That refused.
    Refused,
    /// Deleted after its time.
    Erased,
    /// Somebody's name and number entered, by the court or themselves.
    RealNameEntered,
    /// A number read whole, to check an identity.
    RealNameRead,
    /// A number looked up.
    RealNameSought,
    /// Somebody's number taken off their seat.
    RealNameReleased,
    /// An account signed in, or tried to.
    SignedIn,
    /// It signed out.
    SignedOut,
    /// A join code typed.
    Joined,
    /// A join code made.
    CodeIssued,
    /// Something asked for without the right to it.
    Denied,
    /// A setting or a right changed: places, working days, tokens, webhooks.
    SettingChanged,
    /// Cases taken in or given out by the case system.
    CasesMoved,
    /// The audit log itself checked or taken out.
    AuditRead,
}

/// `GET /api/audit?from=&to=&act=&by=&hearing=&before=`, for an audit administrator: newest first.
/// `from` and `to` are milliseconds since 1970, `before` is the number of the last line of the page
/// before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct AuditPage {
    /// The lines found.
    pub lines: Vec<AuditLine>,
    /// Whether there are older ones.
    pub more: bool,
}

/// `POST /api/audit/check`: the whole log read as a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct AuditChecked {
    /// How many lines there are.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub lines: i64,
    /// SHA-256 of the last one; `-` when there is none.
    pub head: String,
    /// The first line that does not follow, if one does not.
    #[cfg_attr(feature = "ts", ts(type = "number | null"))]
    pub broken: Option<i64>,
}
