//! What one participant sees of the hearing: computed by `hearing` for each person, sent whole.

use serde::{Deserialize, Serialize};

use crate::health::{Grade, Trouble};
use crate::id::{HearingId, ParticipantId};
use crate::line_test::LineTest;
use crate::private::Private;
use crate::role::Role;
use crate::stage::{Place, RecordState, Stage};
use crate::time::Timestamp;
use crate::track::TrackKind;

/// The hearing as one participant may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct View {
    /// The hearing.
    pub hearing: HearingId,
    /// Rises with every view sent to this person.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub version: u64,
    /// The server's clock when the view was made.
    pub server_time: Timestamp,
    /// Court, case number and cause.
    pub heading: Heading,
    /// Where the hearing stands.
    pub stage: Stage,
    /// Since when.
    pub stage_since: Timestamp,
    /// When the hearing was opened (宣布开庭), once it was.
    pub opened_at: Option<Timestamp>,
    /// What the recorder is doing.
    pub record: RecordState,
    /// The person this view is for.
    pub me: Me,
    /// The people this person may know of, in seating order, without themselves. Empty in the
    /// waiting room.
    pub people: Vec<Person>,
}

/// What stands on the door.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Heading {
    /// Name of the court and tribunal.
    pub court: String,
    /// Case number (案号) or pre-filing number.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub case_number: Private<String>,
    /// Cause of action (案由).
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub cause: Private<String>,
    /// When the hearing is due.
    pub scheduled_at: Timestamp,
}

/// The person a view is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Me {
    /// Who.
    pub id: ParticipantId,
    /// In which role.
    pub role: Role,
    /// Name.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub name: Private<String>,
    /// Where.
    pub place: Place,
    /// Whether check-in is done.
    pub checked_in: bool,
    /// Whether the judge muted and locked this person.
    pub locked: bool,
    /// Whether this person's hand is raised.
    pub hand: bool,
    /// How many warnings were given.
    pub warnings: u8,
    /// Kinds this person has switched on but of which the server gets no packet.
    pub unheard: Vec<TrackKind>,
    /// Kinds this person may publish now.
    pub may_publish: Vec<TrackKind>,
    /// Names of the asks that would not be refused for want of right or stage (`open`, `admit`…).
    pub may_ask: Vec<String>,
}

/// Somebody else in the hearing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Person {
    /// Who.
    pub id: ParticipantId,
    /// In which role.
    pub role: Role,
    /// Name.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub name: Private<String>,
    /// Where.
    pub place: Place,
    /// Whether check-in is done.
    pub checked_in: bool,
    /// Whether their page is connected.
    pub online: bool,
    /// Whether media flows between them and the server.
    pub media: bool,
    /// Whether the judge muted and locked them.
    pub locked: bool,
    /// Whether they have leave to share a screen.
    pub screen_allowed: bool,
    /// Whether their hand is raised, and the order (1 is first; 0 is not raised).
    pub hand: u16,
    /// How many warnings were given.
    pub warnings: u8,
    /// Kinds switched on at their end.
    pub devices: Vec<TrackKind>,
    /// Who else is in their room, as declared; only the court sees it.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub others_present: Private<String>,
    /// Whether camera and microphone tests passed; only the court sees it.
    pub tested: bool,
    /// What their page found in its connection test, once it made one; only the court sees it.
    pub line_test: Option<LineTest>,
    /// Their line; only the court sees it.
    pub grade: Option<Grade>,
    /// What is wrong with their line; only the court sees it.
    pub trouble: Option<Trouble>,
    /// Kinds that are switched on and granted but bring no packet for `limits::UNHEARD_WAIT`; only
    /// the court and the person see it.
    pub unheard: Vec<TrackKind>,
}
