//! Bodies of the docket's HTTP API, for the page and for the case system. Paths: `docs/api.md`.
//!
//! What is not here: what is right (`session`, `sites`), and the answers of other rooms.
//! Applications, the case system and the hand-over: `api/outside.rs`.

use model::view::Heading;
use model::{
    Attendance, Brief, HearingId, ParticipantId, Power, Private, Role, Side, SiteId, Stage, Step,
    Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::closing::Closing;
use crate::notice::{Channel, NoticeState};
use crate::problem::Problem;
use crate::words::{ConsentForm, Mode, SiteKind};

macro_rules! bodies {
    ($($(#[$meta:meta])* pub struct $name:ident { $($fields:tt)* })*) => {
        $(
            $(#[$meta])*
            #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
            #[cfg_attr(feature = "ts", derive(ts_rs::TS))]
            #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
            #[serde(deny_unknown_fields)]
            pub struct $name { $($fields)* }
        )*
    };
}

mod glossary;
mod mine;
mod outside;
mod real_name;

pub use glossary::*;
pub use mine::*;
pub use outside::*;
pub use real_name::*;

bodies! {
    /// A sitting as somebody fills it in: `POST /api/hearings`, `PUT /api/hearings/{hearing}`, and
    /// a row of `POST /api/import`.
    pub struct SessionForm {
        /// Court, case number or pre-filing number, cause, due time.
        pub heading: Heading,
        /// What is settled. What the server finds out about notices is passed over, and `shields`
        /// too: they stand with the people they protect.
        #[serde(default)]
        pub brief: Brief,
        /// Booked for so many minutes.
        pub minutes: u16,
        /// How it is held.
        #[serde(default)]
        pub mode: Mode,
        /// The tribunal that holds it.
        #[serde(default)]
        pub tribunal: Option<u32>,
        /// The place it is held from.
        #[serde(default)]
        pub site: Option<SiteId>,
        /// Its name in the case system.
        #[serde(default)]
        pub external_id: Option<String>,
        /// Who belongs to it, in seating order.
        pub people: Vec<PersonForm>,
        /// Why people of the court are changed; needed once the sitting has begun.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        #[serde(default)]
        pub reason: Private<String>,
    }

    /// One person of it.
    pub struct PersonForm {
        /// The seat, when the person has one already.
        #[serde(default)]
        pub id: Option<ParticipantId>,
        /// In which role.
        pub role: Role,
        /// Name.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub name: Private<String>,
        /// The account that sits there.
        #[serde(default)]
        #[cfg_attr(feature = "ts", ts(type = "number | null"))]
        pub account: Option<i64>,
        /// Which side, where the role does not say it.
        #[serde(default)]
        pub side: Option<Side>,
        /// For whom: the place in the list, from 0.
        #[serde(default)]
        pub acts_for: Option<u16>,
        /// What an agent may do.
        #[serde(default)]
        pub power: Option<Power>,
        /// How they attend.
        #[serde(default)]
        pub attendance: Attendance,
        /// From which place.
        #[serde(default)]
        pub site: Option<SiteId>,
        /// Telephone.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        #[serde(default)]
        pub phone: Private<String>,
        /// E-mail address.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        #[serde(default)]
        pub email: Private<String>,
        /// Steps agreed to beforehand in writing; read when the person is added.
        #[serde(default)]
        pub consents: Vec<Step>,
        /// From whom their picture or voice is kept.
        #[serde(default)]
        pub shields: Vec<ShieldForm>,
        /// Their identity document, when it is entered now. It is never given out again; how it
        /// stands is in `Session::real_names`.
        #[serde(default)]
        pub real_name: Option<NewRealName>,
    }

    /// A special measure as it is filled in with the person it protects.
    pub struct ShieldForm {
        /// From whom: the place in the list of people, from 0.
        pub from: u16,
        /// The picture is kept from them.
        pub picture: bool,
        /// The voice is kept from them.
        pub sound: bool,
    }

    /// A sitting as it stands: `GET /api/hearings/{hearing}`, and each of `GET /api/export`.
    pub struct Session {
        /// Which.
        pub hearing: HearingId,
        /// What was filled in, people with their seats.
        pub form: SessionForm,
        /// Where it stands.
        pub stage: Stage,
        /// How it ended, once it did.
        pub closing: Option<Closing>,
        /// Name of its tribunal.
        pub tribunal_name: String,
        /// Name of its place.
        pub site_name: String,
        /// Who came with a code and has the seat.
        pub joined: Vec<ParticipantId>,
        /// Real names of everybody who is not of the court, numbers masked.
        pub real_names: Vec<RealNameLine>,
        /// What was said and agreed, in order.
        pub consents: Vec<ConsentLine>,
        /// Notices, in order.
        pub notices: Vec<NoticeLine>,
        /// What was changed, in order.
        pub changes: Vec<ChangeLine>,
        /// What the clerk should look at.
        pub warnings: Vec<Warning>,
    }

    /// Who said what about holding a step online: a line of the consent ledger.
    pub struct ConsentLine {
        /// Who.
        pub who: ParticipantId,
        /// Which step.
        pub step: Step,
        /// Agreed or not.
        pub given: bool,
        /// How it was said.
        pub form: ConsentForm,
        /// How the person was told of rights and consequences.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub told: Private<String>,
        /// When.
        pub at: Timestamp,
    }

    /// `POST /api/hearings/{hearing}/participants/{participant}/consents`.
    pub struct NewConsent {
        /// Which step; each needs its own (在线诉讼规则 art. 4).
        pub step: Step,
        /// Agreed or not.
        pub given: bool,
        /// How it was said.
        pub form: ConsentForm,
        /// How the person was told of rights and consequences.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        #[serde(default)]
        pub told: Private<String>,
    }

    /// One notice to one person.
    pub struct NoticeLine {
        /// Its number.
        pub id: u32,
        /// To whom.
        pub who: ParticipantId,
        /// How.
        pub channel: Channel,
        /// What became of it.
        pub state: NoticeState,
        /// When it was written.
        pub made_at: Timestamp,
        /// When it was given to the carrier.
        pub sent_at: Option<Timestamp>,
        /// When it arrived.
        pub delivered_at: Option<Timestamp>,
        /// When it was confirmed.
        pub confirmed_at: Option<Timestamp>,
        /// How it was confirmed.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub how: Private<String>,
        /// Why it failed.
        pub fault: String,
    }

    /// `POST /api/hearings/{hearing}/notices`: writes and sends.
    pub struct NewNotice {
        /// How.
        pub channel: Channel,
        /// To whom; everybody who is not of the court when empty.
        #[serde(default)]
        pub people: Vec<ParticipantId>,
    }

    /// `POST /api/notices/{notice}`: a receipt, by the clerk or the carrier.
    pub struct NewReceipt {
        /// What became of it.
        pub state: NoticeState,
        /// How that is known.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        #[serde(default)]
        pub how: Private<String>,
    }

    /// What was changed.
    pub struct ChangeLine {
        /// When.
        pub at: Timestamp,
        /// By whom; empty when by the case system.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub by: Private<String>,
        /// What.
        pub what: ChangeKind,
        /// What exactly.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub detail: Private<String>,
        /// Why.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub reason: Private<String>,
    }

    /// `POST /api/hearings/{hearing}/call-off`.
    pub struct CallOff {
        /// Why.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub reason: Private<String>,
    }

    /// `POST /api/hearings/{hearing}/reschedule`.
    pub struct Reschedule {
        /// The new time.
        pub scheduled_at: Timestamp,
        /// Why.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub reason: Private<String>,
    }

    /// Something the clerk should look at.
    pub struct Warning {
        /// What.
        pub what: WarningKind,
        /// Whom it concerns.
        pub who: Option<ParticipantId>,
    }

    /// `GET /api/calendar`.
    pub struct CalendarList {
        /// One line each, by due time.
        pub lines: Vec<CalendarLine>,
    }

    /// One sitting in the calendar.
    pub struct CalendarLine {
        /// Which.
        pub hearing: HearingId,
        /// What stands on the door.
        pub heading: Heading,
        /// What is settled.
        pub brief: Brief,
        /// Booked for so many minutes.
        pub minutes: u16,
        /// How it is held.
        pub mode: Mode,
        /// Name of its tribunal.
        pub tribunal: String,
        /// Name of its place.
        pub site: String,
        /// Where it stands.
        pub stage: Stage,
        /// How it ended, once it did.
        pub closing: Option<Closing>,
        /// Who leads it.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub leader: Private<String>,
        /// Names of the parties.
        #[cfg_attr(feature = "ts", ts(type = "string[]"))]
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
        pub parties: Vec<Private<String>>,
        /// How many things the clerk should look at.
        pub warnings: u16,
        /// The seat of the account that asks.
        pub my_seat: Option<ParticipantId>,
    }

    /// `GET /api/sites`.
    pub struct SiteList {
        /// Tribunals.
        pub tribunals: Vec<TribunalLine>,
        /// Places.
        pub sites: Vec<SiteLine>,
        /// Accounts that may sit for the court.
        pub accounts: Vec<AccountLine>,
    }

    /// One tribunal.
    pub struct TribunalLine {
        /// Its number.
        pub id: u32,
        /// Name.
        pub name: String,
        /// Its court.
        pub court: String,
    }

    /// One place.
    pub struct SiteLine {
        /// Its number.
        pub id: SiteId,
        /// Its tribunal.
        pub tribunal: u32,
        /// What kind.
        pub kind: SiteKind,
        /// Name.
        pub name: String,
        /// Where it is.
        pub address: String,
        /// People it holds; 0 is unknown.
        pub capacity: u16,
        /// Who helps there.
        pub contact: String,
        /// Their telephone.
        pub phone: String,
    }

    /// One account that may sit for the court.
    pub struct AccountLine {
        /// Its number.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        pub id: i64,
        /// Name shown.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub name: Private<String>,
        /// Judge, clerk or mediator, as the wire calls it.
        pub kind: String,
    }

    /// `POST /api/import`: rows of the case system, taken by their `external_id`.
    pub struct Import {
        /// Sittings; at most `limits::IMPORT_ROWS_MAX`.
        pub rows: Vec<SessionForm>,
    }

    /// What became of an import: of a list of places or of sittings.
    pub struct ImportReport {
        /// Rows put down new.
        pub added: u32,
        /// Rows that changed something known.
        pub changed: u32,
        /// Rows that said what is known already.
        pub same: u32,
        /// Rows not taken, each with what is wrong.
        pub refused: Vec<RefusedRow>,
        /// The hearing of each row that was taken, by `external_id`.
        #[serde(default)]
        pub hearings: Vec<ImportedRow>,
    }

    /// A row that was not taken.
    pub struct RefusedRow {
        /// Which: from 1, or as a spreadsheet counts.
        pub row: u32,
        /// What is wrong.
        pub problems: Vec<Problem>,
    }

    /// A row that was taken.
    pub struct ImportedRow {
        /// Its name in the case system.
        pub external_id: String,
        /// The hearing.
        pub hearing: HearingId,
    }

    /// `GET /api/export`.
    pub struct Export {
        /// Sittings, by due time.
        pub rows: Vec<Session>,
    }

    /// `GET /api/announcements`.
    pub struct Announcements {
        /// The notices, one paragraph each.
        #[cfg_attr(feature = "ts", ts(type = "string[]"))]
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
        pub notices: Vec<Private<String>>,
    }

    /// `GET /api/working-days`, `PUT /api/working-days`.
    pub struct WorkingDays {
        /// Days that are not what their weekday says.
        pub days: Vec<WorkingDay>,
    }

    /// One such day.
    pub struct WorkingDay {
        /// As `2026-10-01`.
        pub day: String,
        /// Worked (调休上班) or off (放假).
        pub working: bool,
    }

    /// The body of a refusal that names fields (status 422).
    pub struct Problems {
        /// Always `not_plausible`.
        pub why: String,
        /// The sentence, Chinese.
        pub zh: String,
        /// The sentence, English.
        pub en: String,
        /// What is wrong, field by field.
        pub problems: Vec<Problem>,
    }
}

/// What kind of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// Put on the docket.
    Added,
    /// Something filled in was changed.
    Edited,
    /// People of the court were changed.
    Court,
    /// Moved to another time.
    Rescheduled,
    /// Called off.
    CalledOff,
    /// A real name was released.
    RealNameReleased,
}

/// What kind of warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum WarningKind {
    /// The day of the sitting is none that is worked, by the court's list of days.
    DayOff,
    /// Notice came, or would come now, less than three days before (民事诉讼法 art. 139).
    NoticeShort,
    /// No notice was sent.
    NoticeMissing,
    /// A simple notice is not confirmed: unfit for a default judgment (民诉法解释 art. 261).
    NoticeUnconfirmed,
    /// No consent to this step online (在线诉讼规则 art. 4).
    ConsentMissing,
}
