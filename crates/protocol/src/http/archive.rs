//! Bodies of the archive: what a search answers, what is kept beside a record, and what a party sees.
//! What is not here: a record itself (`model::archive`).

use model::archive::{ArchiveLine, ArchiveRecord};
use model::paper::{Form, Format};
use model::recording::Tombstone;
use model::view::Heading;
use model::{HearingId, ParticipantId, Phase, Private, Role, Timestamp};
use serde::{Deserialize, Serialize};

/// Where a record stands: sealed is closed off by the recorder; filed away (归档) it is when every
/// fault of the equipment was explained and signed (法释〔2017〕5号 art. 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum RecordStage {
    /// The hearing goes on, or was not closed off.
    Open,
    /// Sealed; a signed explanation is missing.
    Unexplained,
    /// Sealed, and nothing is missing.
    Archived,
}

/// Answer of `GET /api/archive?case=&party=&judge=&words=&from=&to=&site=&kind=&phase=&page=`, with
/// `q` for any of the words; what is not named does not matter. `GET /api/archive/{hearing}` answers
/// `model::archive::ArchiveRecord`, `GET /api/archive/{hearing}/verify` answers
/// `model::archive::Verdict`, and `GET /api/archive/{hearing}/{participant}/{camera|screen}` the
/// playable file, by range.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ArchiveList {
    /// One page of the hearings that fit, newest first.
    pub hearings: Vec<ArchiveLine>,
    /// What was found in each of them, in the same order.
    pub found: Vec<ArchiveFound>,
    /// How many fit.
    pub total: u32,
    /// How many one page shows.
    pub page_size: u32,
}

/// What was found in one hearing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ArchiveFound {
    /// Where its record stands.
    pub stage: RecordStage,
    /// When the phase that was searched for began, ms on the media time line.
    #[cfg_attr(feature = "ts", ts(type = "number | null"))]
    pub phase_ms: Option<u64>,
    /// Passages with the words, the first few.
    pub passages: Vec<Passage>,
}

/// Some words of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Passage {
    /// Where they are from.
    pub what: PassageKind,
    /// When, ms on the media time line; none for what belongs to no moment.
    #[cfg_attr(feature = "ts", ts(type = "number | null"))]
    pub at_ms: Option<u64>,
    /// The words.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub words: Private<String>,
}

/// Where words of a record are from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum PassageKind {
    /// Court, case numbers, causes, places.
    Heading,
    /// Names of people.
    People,
    /// Free words of a minute.
    Minute,
    /// Spoken words of a transcript.
    Transcript,
}

/// `GET /api/archive/{hearing}/custody`: what is kept beside a record, for the court.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Custody {
    /// Where the record stands.
    pub stage: RecordStage,
    /// Faults of the equipment the ledger names.
    pub faults: u32,
    /// The drafted explanation, where one is needed and not signed.
    #[cfg_attr(feature = "ts", ts(type = "string | null"))]
    pub draft: Option<Private<String>>,
    /// The signed explanation.
    pub explanation: Option<Explanation>,
    /// Whether the asker presides, and so may sign it.
    pub may_sign: bool,
    /// Until when it is kept; none is for ever, or not yet known.
    pub kept_until: Option<Timestamp>,
    /// The hold on it, if there is one.
    pub hold: Option<Hold>,
    /// Whether the asker may lift it.
    pub may_lift: bool,
    /// The asker's own bookmarks, in order of time.
    pub bookmarks: Vec<Bookmark>,
    /// What people of the case asked for, newest first.
    pub requests: Vec<CopyRequest>,
    /// People to whom the record may be opened.
    pub readers: Vec<Reader>,
    /// What was done with the record, newest first.
    pub audit: Vec<AuditLine>,
}

/// A signed explanation of faults (情况说明).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Explanation {
    /// The text.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub text: Private<String>,
    /// The name, typed out.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub signature: Private<String>,
    /// When.
    pub at: Timestamp,
    /// SHA-256 of the text, hexadecimal; it stands in the audit log.
    pub sha256: String,
}

/// `POST /api/archive/{hearing}/explanation`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct NewExplanation {
    /// The text, completed.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub text: Private<String>,
    /// The name, typed out.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub signature: Private<String>,
}

/// A legal hold: the record is kept whatever the schedule says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Hold {
    /// Since when.
    pub at: Timestamp,
    /// Who placed it.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub by: Private<String>,
    /// Why.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub reason: Private<String>,
}

/// `POST /api/archive/{hearing}/hold`, `/hold/lift` and `/erase`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct WithReason {
    /// Why.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub reason: Private<String>,
}

/// A bookmark of one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Bookmark {
    /// Its number.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub id: i64,
    /// Where, ms on the media time line.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub at_ms: u64,
    /// What for.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub label: Private<String>,
}

/// `POST /api/archive/{hearing}/bookmarks`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct NewBookmark {
    /// Where, ms on the media time line.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub at_ms: u64,
    /// What for.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub label: Private<String>,
}

/// What somebody of the case may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum CopyKind {
    /// 查阅: to view it on their page (art. 10).
    View,
    /// 复制录音: a copy of the sound (art. 11).
    Audio,
    /// 誊录: to write it down while viewing it (art. 11).
    Transcribe,
    /// 复制录像: a copy of the pictures, which the rule does not give (art. 11).
    Video,
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum CopyState {
    /// Nobody decided yet.
    Waiting,
    /// Granted.
    Granted,
    /// Refused.
    Refused,
}

/// A request for a view or a copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct CopyRequest {
    /// Its number.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub id: i64,
    /// Who asks.
    pub who: ParticipantId,
    /// For what.
    pub what: CopyKind,
    /// Why.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub reason: Private<String>,
    /// When.
    pub at: Timestamp,
    /// What became of it.
    pub state: CopyState,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// By whom.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub decided_by: Private<String>,
    /// Why.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub decision: Private<String>,
    /// Until when a grant is good.
    pub until: Option<Timestamp>,
}

/// `POST /api/archive/{hearing}/requests/{request}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct CopyDecision {
    /// Granted or refused.
    pub grant: bool,
    /// Why; needed for a refusal.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub reason: Private<String>,
    /// For how many days a grant is good, 1 to 30.
    pub days: u8,
}

/// Somebody to whom a record may be opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Reader {
    /// Who.
    pub who: ParticipantId,
    /// In which role.
    pub role: Role,
    /// Name.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub name: Private<String>,
}

/// `POST /api/archive/{hearing}/links`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct NewLink {
    /// For whom.
    pub who: ParticipantId,
    /// For how many days, 1 to 30.
    pub days: u8,
}

/// Answer of `POST /api/archive/{hearing}/links`: `/view#key` opens the person's page once per browser
/// until it ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct LinkMade {
    /// What stands behind `#`.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub key: Private<String>,
    /// Until when.
    pub expires_at: Timestamp,
}

/// One line of the audit log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct AuditLine {
    /// Its number, from 1 without a hole.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub n: i64,
    /// When.
    pub at: Timestamp,
    /// Who: the name, and what they are.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub by: Private<String>,
    /// What.
    pub act: AuditAct,
    /// More of it.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub detail: Private<String>,
    /// What came of it: `done`, or the code of a refusal.
    pub result: String,
    /// SHA-256 of the line, which names the one before it.
    pub sha256: String,
}

/// What is done with a record.
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
}

/// `GET /api/archive/{hearing}/papers`, and `GET /api/my/papers` for a party of the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PaperList {
    /// What there is.
    pub papers: Vec<PaperLine>,
}

/// A document that can be taken out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PaperLine {
    /// Which.
    pub form: Form,
    /// As what: `GET …/papers/{name}.{ending}`.
    pub formats: Vec<Format>,
    /// Its name in that path.
    pub name: String,
    /// What a reader compares with the foot of a copy.
    pub code: String,
}

/// `GET /api/retention`, for an administrator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct RetentionList {
    /// Records whose time is over and on which nothing holds, the oldest first, at most 100.
    pub over: Vec<RetentionLine>,
    /// Records under a hold, at most 100.
    pub held: Vec<RetentionLine>,
    /// What stays of deleted records, the newest first, at most 100.
    pub erased: Vec<Tombstone>,
}

/// A record and how long it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct RetentionLine {
    /// Which hearing.
    pub hearing: HearingId,
    /// What stood on its door.
    pub heading: Heading,
    /// When it ended.
    pub ended_at: Timestamp,
    /// Until when it is kept; none is for ever.
    pub kept_until: Option<Timestamp>,
    /// The hold on it.
    pub hold: Option<Hold>,
}

/// `POST /api/view/open`: opens the record in this browser for whoever the link is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct OpenView {
    /// What stands behind `#` in the link.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub key: Private<String>,
}

/// `POST /api/view/requests`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct NewCopyRequest {
    /// For what.
    pub what: CopyKind,
    /// Why.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub reason: Private<String>,
}

/// `GET /api/view`, and the answer of everything done there: a record as somebody of the case sees
/// it. `GET /api/view/{participant}/{camera|screen}` plays, `GET /api/view/sound` is the copy of the
/// sound.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PartyView {
    /// Which hearing.
    pub hearing: HearingId,
    /// What stood on its door.
    pub heading: Heading,
    /// Who views.
    pub who: ParticipantId,
    /// Their name, for the mark over the picture.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub name: Private<String>,
    /// The server's time, for the mark.
    pub now: Timestamp,
    /// Where the record stands.
    pub stage: RecordStage,
    /// The record, once a view was granted: without people and parts that were kept from them.
    pub record: Option<ArchiveRecord>,
    /// When each phase began, ms on the media time line, once a view was granted.
    pub phases: Vec<PhaseMark>,
    /// Until when they may view.
    pub view_until: Option<Timestamp>,
    /// Until when they may take the copy of the sound; its length is the composed film's.
    pub sound_until: Option<Timestamp>,
    /// Whether that copy is made.
    pub sound_ready: bool,
    /// What they asked for, newest first.
    pub requests: Vec<CopyRequest>,
    /// What was done with the record by them and for them, newest first.
    pub audit: Vec<AuditLine>,
}

/// A phase and when it began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PhaseMark {
    /// Which.
    pub phase: Phase,
    /// When, ms on the media time line.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub at_ms: u64,
}
