//! Bodies of the HTTP API. Paths and status codes: `docs/protocol.md`.

use model::view::Heading;
use model::{
    DeliberationView, Grade, Health, HearingId, LineTest, MediaPath, ParticipantId, Place, Private,
    RecordState, Refusal, Role, Stage, Timestamp, TrackKind, Trouble,
};
use serde::{Deserialize, Serialize};

mod archive;
mod audit;
mod check_value;
mod evidence;

pub use archive::{
    ArchiveFound, ArchiveList, Bookmark, CopyDecision, CopyKind, CopyRequest, CopyState, Custody,
    Explanation, Hold, LinkMade, NewBookmark, NewCopyRequest, NewExplanation, NewLink, OpenView,
    PaperLine, PaperList, PartyView, Passage, PassageKind, PhaseMark, Reader, RecordStage,
    RetentionLine, RetentionList, WithReason,
};
pub use audit::{AuditAct, AuditChecked, AuditLine, AuditPage};
pub use check_value::{CheckPerson, CheckValueView, ConfirmCheckValue};
pub use evidence::{EvidenceAbout, EvidenceChange, EvidenceList};

/// `GET /api/archive/{hearing}/deliberation`, for the panel and its clerk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct DeliberationRecord {
    /// The record.
    pub record: DeliberationView,
    /// SHA-256 of its last line, hexadecimal.
    pub head_sha256: String,
}

/// `POST /api/sign-in`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// Account name.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub name: Private<String>,
    /// Password.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub password: Private<String>,
}

/// What a staff account is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum StaffKind {
    /// 法官: docket and hearings in which they sit.
    Judge,
    /// 书记员: docket, hearings in which they sit, archive.
    Clerk,
    /// 运维: ops page and metrics; no hearing, no archive.
    Ops,
    /// 调解员: docket and archive of the mediations in which they sit.
    Mediator,
    /// 管理员: the whole docket, places, webhooks and tokens; no hearing, no archive.
    Admin,
    /// 审计管理员: the audit log, and nothing else.
    Audit,
}

/// Answer of `GET /api/me` and of `POST /api/sign-in`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case", tag = "kind", deny_unknown_fields)]
pub enum WhoAmI {
    /// Nobody: sign in or type a code.
    Nobody {},
    /// A staff account.
    Staff {
        /// Name shown.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        name: Private<String>,
        /// What the account is for.
        staff: StaffKind,
    },
    /// A seat in one hearing, from a join code.
    Seat {
        /// Which seat.
        seat: SeatPass,
    },
}

/// `POST /api/join`: exchanges a join code for a seat cookie. A code works once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Join {
    /// Eight digits; spaces are ignored.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub code: Private<String>,
}

/// Answer of `POST /api/join`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct SeatPass {
    /// The hearing.
    pub hearing: HearingId,
    /// The seat.
    pub participant: ParticipantId,
    /// Its role.
    pub role: Role,
    /// Name of the person.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub name: Private<String>,
    /// Court, case number, cause, due time.
    pub heading: Heading,
}

/// Answer of `GET /api/docket`: hearings this account sits in, by due time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct DocketList {
    /// One line each.
    pub hearings: Vec<DocketLine>,
}

/// One hearing on the docket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct DocketLine {
    /// The hearing.
    pub hearing: HearingId,
    /// The seat of the account that asks.
    pub my_seat: ParticipantId,
    /// Court, case number, cause, due time.
    pub heading: Heading,
    /// Where it stands.
    pub stage: Stage,
    /// Who is on it.
    pub people: Vec<DocketPerson>,
}

/// One person on the docket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct DocketPerson {
    /// Seat.
    pub id: ParticipantId,
    /// Role.
    pub role: Role,
    /// Name.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub name: Private<String>,
    /// Whether a join code was used and its device may enter.
    pub joined: bool,
}

/// Answer of `POST /api/hearings/{hearing}/participants/{participant}/code`: a new join code; the
/// former code and the former device's pass stop working.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct CodeIssued {
    /// Eight digits.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub code: Private<String>,
    /// Until when it works.
    pub expires_at: Timestamp,
}

/// Answer of `GET /api/ops`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct OpsPicture {
    /// The server's clock.
    pub server_time: Timestamp,
    /// Since when this node runs.
    pub started_at: Timestamp,
    /// Version of the product.
    pub version: String,
    /// Free space in the archive folder, bytes.
    #[cfg_attr(feature = "ts", ts(type = "number | null"))]
    pub archive_free_bytes: Option<u64>,
    /// Forwarding delay in the server over the last minute, µs: p50, p95, p99.
    #[cfg_attr(feature = "ts", ts(type = "[number, number, number] | null"))]
    pub forward_delay_micros: Option<[u64; 3]>,
    /// The second copy of the records; none when none is kept.
    pub copy: Option<OpsCopy>,
    /// The last reconciliation; none before the first.
    pub reconciled: Option<OpsReconciled>,
    /// Live hearings.
    pub hearings: Vec<OpsHearing>,
}

/// How the second copy of the records is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct OpsCopy {
    /// Its store takes nothing at the moment.
    pub away: bool,
    /// Hearings whose copy is not what the archive has.
    pub differing: u32,
    /// Since when the live hearing worst off has not been copied completely, seconds.
    pub behind_seconds: u32,
}

/// What the last reconciliation came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct OpsReconciled {
    /// When it ended.
    pub at: Timestamp,
    /// What was missing or different.
    pub findings: u32,
}

/// One live hearing on the ops page. No names: ops see seats.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct OpsHearing {
    /// The hearing.
    pub hearing: HearingId,
    /// Where it stands.
    pub stage: Stage,
    /// The recorder.
    pub record: RecordState,
    /// Its people.
    pub people: Vec<OpsPerson>,
}

/// One person on the ops page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct OpsPerson {
    /// Seat.
    pub id: ParticipantId,
    /// Role.
    pub role: Role,
    /// Where.
    pub place: Place,
    /// Page connected.
    pub online: bool,
    /// Media connected.
    pub media: bool,
    /// From offer to connected, ms.
    pub join_ms: Option<u32>,
    /// Line figures.
    pub health: Option<Health>,
    /// Their grade.
    pub grade: Option<Grade>,
    /// What is wrong with their line.
    pub trouble: Option<Trouble>,
    /// Kinds switched on of which no packet arrives.
    pub unheard: Vec<TrackKind>,
    /// How their media travels.
    pub path: Option<MediaPath>,
    /// Delay of the jitter buffer at their page, the longest, ms.
    pub buffer_ms: Option<u16>,
    /// What their page found in its connection test.
    pub line_test: Option<LineTest>,
}

/// The body of every refusal of the HTTP API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ApiRefusal {
    /// Why.
    pub why: Refusal,
    /// The sentence, Chinese.
    pub zh: String,
    /// The sentence, English.
    pub en: String,
}

impl From<Refusal> for ApiRefusal {
    fn from(why: Refusal) -> Self {
        Self { why, zh: why.chinese().to_owned(), en: why.english().to_owned() }
    }
}
