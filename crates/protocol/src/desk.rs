//! Bodies of the desk: stations, calls between a station and the court, duty, and calls for help.
//!
//! What is not here: who may do what, which is the server's.

use model::{
    CallId, CallState, Direction, HearingId, LineTest, MediaPath, ParticipantId, Private, Role,
    SiteId, Stage, StationId, TicketId, TicketState, Timestamp, Trouble, Wanted,
};
use serde::{Deserialize, Serialize};

use crate::http::StaffKind;

/// `POST /api/stations`: a terminal of the court's is put on the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct NewStation {
    /// Name people know the place by.
    pub name: String,
    /// Name of the tribunal it calls.
    pub tribunal: String,
    /// Its place on the court's list, if it has one.
    #[serde(default)]
    pub site: Option<SiteId>,
}

/// Answer of `POST /api/stations` and of `POST /api/stations/{station}/code`: type it at the
/// terminal, once. A new code ends the former terminal's pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct StationCode {
    /// Which station.
    pub station: StationId,
    /// Eight digits.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub code: Private<String>,
    /// Until when it works.
    pub expires_at: Timestamp,
}

/// Answer of `GET /api/stations`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct StationList {
    /// Every station, by tribunal and name.
    pub stations: Vec<StationLine>,
}

/// One station as the court sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct StationLine {
    /// Which.
    pub station: StationId,
    /// Its name.
    pub name: String,
    /// The tribunal it calls.
    pub tribunal: String,
    /// Its place on the court's list.
    pub site: Option<SiteId>,
    /// Whether a terminal is enrolled.
    pub enrolled: bool,
    /// Whether its page is open now.
    pub online: bool,
    /// When it was last here.
    pub seen_at: Option<Timestamp>,
}

/// `POST /api/station/enrol`: this terminal becomes the station; sets its cookie.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Enrol {
    /// Eight digits.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub code: Private<String>,
}

/// Answer of `POST /api/station/enrol`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct StationPass {
    /// Which station this terminal is.
    pub station: StationId,
    /// Its name.
    pub name: String,
    /// The tribunal it calls.
    pub tribunal: String,
}

/// Every event of `GET /api/desk`: what is at the desk for who asks, whole each time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct DeskPicture {
    /// The server's clock.
    pub server_time: Timestamp,
    /// The station this is; none on other pages.
    pub station: Option<StationFace>,
    /// Duty; for judges, clerks.
    pub duty: Option<DutyPicture>,
    /// Live calls of who asks.
    pub calls: Vec<CallView>,
    /// Past calls of the tribunals where who asks is on duty, or of this station; newest first.
    pub past: Vec<CallView>,
    /// Own calls for help; for operators everybody's, the open ones first.
    pub tickets: Vec<Ticket>,
}

/// What a station shows of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct StationFace {
    /// Which station, its name, whom it calls.
    pub pass: StationPass,
    /// Whether a judge of the tribunal can be rung now.
    pub judge: bool,
    /// Whether a clerk of the tribunal can be rung now.
    pub clerk: bool,
    /// Sittings of today at this place.
    pub sittings: Vec<StationSitting>,
}

/// A sitting of today at a station. No names of people: everybody who passes may read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct StationSitting {
    /// Which.
    pub hearing: HearingId,
    /// When it is due.
    pub scheduled_at: Timestamp,
    /// Case number.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub case_number: Private<String>,
    /// What kind of sitting.
    pub kind: model::Kind,
    /// Where it stands.
    pub stage: Stage,
}

/// Duty as a member of the staff sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct DutyPicture {
    /// Where this person is on duty now (值班); none is away (离开).
    pub mine: Option<String>,
    /// Tribunals stations call.
    pub tribunals: Vec<String>,
    /// Who can be rung now.
    pub on: Vec<DutyPerson>,
    /// Turns of duty of today and later.
    pub turns: Vec<DutyTurn>,
}

/// Somebody on duty now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct DutyPerson {
    /// Where.
    pub tribunal: String,
    /// Name shown.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub name: Private<String>,
    /// Judge or clerk.
    pub staff: StaffKind,
    /// Whether they are in a call.
    pub in_call: bool,
}

/// One turn of duty of the roster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct DutyTurn {
    /// Its number.
    pub turn: u32,
    /// Where.
    pub tribunal: String,
    /// Name shown.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub name: Private<String>,
    /// Judge or clerk.
    pub staff: StaffKind,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

/// `POST /api/duty`: come on duty somewhere (值班), or go away (离开).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Duty {
    /// Where; none is away.
    pub tribunal: Option<String>,
}

/// `POST /api/duty/turns`: put a turn of duty on the roster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct NewTurn {
    /// Where.
    pub tribunal: String,
    /// Whose: the name they sign in with.
    pub account: String,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

/// `POST /api/calls`: a station rings the court.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Ring {
    /// Whom.
    pub wanted: Wanted,
}

/// `POST /api/calls/back`: somebody of the court rings a station.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct RingBack {
    /// Which.
    pub station: StationId,
}

/// Answer of the paths under `/api/calls`: the call as it stands now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct CallView {
    /// Which.
    pub call: CallId,
    /// The station.
    pub station: StationId,
    /// Its name.
    pub station_name: String,
    /// The tribunal it calls.
    pub tribunal: String,
    /// Who rang whom.
    pub direction: Direction,
    /// Whom the station asked for.
    pub wanted: Wanted,
    /// Where it stands.
    pub state: CallState,
    /// When it rang.
    pub rang_at: Timestamp,
    /// Who of the court took it, or rang back.
    #[cfg_attr(feature = "ts", ts(type = "string | null"))]
    pub staff_name: Option<Private<String>>,
    /// The sitting it became; both sides enter it by `/ws/{hearing}`.
    pub hearing: Option<HearingId>,
    /// Whether somebody rang a missed caller back, or saw to it otherwise.
    pub handled: bool,
}

/// `POST /api/help`: a call for help, with what the page knows of its connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Help {
    /// What is wrong, in the person's words; may be empty.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub words: Private<String>,
    /// What the page knows.
    #[serde(default)]
    pub facts: HelpFacts,
}

/// What a page knows of its connection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(default, deny_unknown_fields)]
pub struct HelpFacts {
    /// Whether the signaling connection stands.
    pub link: bool,
    /// Whether media flows.
    pub media: bool,
    /// How media travels.
    pub path: Option<MediaPath>,
    /// Round trip, ms.
    pub round_trip_ms: Option<u32>,
    /// Packets lost on the way up, per thousand.
    pub loss_up_permille: Option<u16>,
    /// Packets lost on the way down, per thousand.
    pub loss_down_permille: Option<u16>,
    /// What is wrong with the line.
    pub trouble: Option<Trouble>,
    /// The connection test, where one was made.
    pub line_test: Option<LineTest>,
    /// The camera works.
    pub camera: Option<bool>,
    /// The microphone works.
    pub microphone: Option<bool>,
    /// Name and version of the browser, at most `limits::NAME_CHARS_MAX`.
    pub browser: String,
}

/// A call for help as requester and operators see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Ticket {
    /// Which.
    pub ticket: TicketId,
    /// Where it stands.
    pub state: TicketState,
    /// When help was called.
    pub opened_at: Timestamp,
    /// In which hearing.
    pub hearing: Option<HearingId>,
    /// From which seat.
    pub participant: Option<ParticipantId>,
    /// Its role.
    pub role: Option<Role>,
    /// From which station.
    pub station: Option<StationId>,
    /// Name of the station or place.
    pub place: String,
    /// In the person's words.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub words: Private<String>,
    /// What the page knew.
    pub facts: HelpFacts,
    /// Who is coming, or came.
    #[cfg_attr(feature = "ts", ts(type = "string | null"))]
    pub by: Option<Private<String>>,
    /// Since when somebody is coming.
    pub acknowledged_at: Option<Timestamp>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// What was found.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub outcome: Private<String>,
}

/// `POST /api/help/{ticket}/close`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct CloseTicket {
    /// What was found and done.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub outcome: Private<String>,
}
