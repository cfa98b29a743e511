//! What one participant sees of the hearing: computed by `hearing` for each person, sent whole.

use serde::{Deserialize, Serialize};

use crate::brief::{Attendance, BarredGround, Brief, Phase, Power, Side, Step};
use crate::chamber::{Chamber, Invitation};
use crate::deliberation::DeliberationView;
use crate::evidence::{EvidenceId, EvidenceItem, Opinion, Playing, Stroke};
use crate::health::{Grade, Trouble};
use crate::id::{HearingId, ParticipantId};
use crate::line_test::LineTest;
use crate::mediation::{Check, FailureGround, RecordMode, Sheet, SigningMethod};
use crate::preparation::{Comparison, Discipline};
use crate::private::Private;
use crate::refusal::Refusal;
use crate::role::Role;
use crate::stage::{DeviceFault, Ending, IdentityMethod, Layout, Place, RecordState, Stage};
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
    /// What was settled beforehand; people who are not of the court see no shields and notices.
    pub brief: Brief,
    /// The course of the sitting.
    pub procedure: ProcedureView,
    /// Rooms beside the hearing this person may know of.
    pub chambers: Vec<ChamberView>,
    /// Evidence this person may see.
    pub evidence: EvidenceView,
    /// The mediation, in a sitting that is one or in its phase P10; for those who take part.
    pub mediation: Option<MediationView>,
    /// Whether attendance is being asked for, and who confirmed (lectures).
    pub presence: Option<PresenceView>,
    /// The discipline this person has to accept, as long as they have not checked in.
    pub discipline: Option<Discipline>,
    /// The record of the deliberation, for the panel and its clerk alone.
    pub deliberation: Option<DeliberationView>,
}

/// The course of the sitting as one participant may see it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ProcedureView {
    /// The phase it is in; none before opening and in sittings without phases.
    pub phase: Option<Phase>,
    /// Since when.
    pub phase_since: Option<Timestamp>,
    /// The phases of the course, in order.
    pub phases: Vec<PhaseStep>,
    /// The step that would follow by the course, for the one button of who leads: the name of an
    /// ask (`open`, `enter_phase`, `close` …).
    #[cfg_attr(feature = "ts", ts(type = "string | null"))]
    pub next: Option<String>,
    /// What stands in the way of that step, each with what to do; empty when nothing does. For who
    /// leads and the clerk.
    pub obstacles: Vec<Obstacle>,
    /// When everybody ready is called in.
    pub countdown_until: Option<Timestamp>,
    /// The floor.
    pub floor: FloorView,
    /// How long each side has spoken since opening, ms.
    pub spoken: Vec<SideTime>,
    /// Who is shown large to everybody.
    pub spotlight: Option<ParticipantId>,
    /// How the courtroom is arranged.
    pub layout: Layout,
    /// A challenge that waits for its decision.
    pub challenge: Option<ChallengeView>,
    /// A technical interruption, with the link that caused it.
    pub interruption: Option<InterruptionView>,
    /// Whether the barred grounds were gone through, and those found present.
    pub barred: Option<Vec<BarredGround>>,
    /// Whether several called people are heard at once.
    pub confrontation: bool,
    /// How the sitting ended, once it did.
    pub ending: Option<Ending>,
}

/// One phase of the course.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PhaseStep {
    /// Which.
    pub phase: Phase,
    /// Whether it may not be left out without a reason.
    pub mandatory: bool,
    /// Whether it was gone through.
    pub done: bool,
}

/// Something in the way of the next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Obstacle {
    /// Why the step would be refused.
    pub why: Refusal,
    /// About whom, if about one person.
    pub who: Option<ParticipantId>,
}

/// Who may speak.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct FloorView {
    /// Whether only who has the floor is heard, the bench aside.
    pub strict: bool,
    /// Who has it.
    pub holder: Option<ParticipantId>,
    /// Since when.
    pub since: Option<Timestamp>,
    /// Until when; none without a limit.
    pub until: Option<Timestamp>,
}

/// How long a side has spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct SideTime {
    /// Which side.
    pub side: Side,
    /// So long, ms.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub ms: u64,
}

/// A challenge that waits for its decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ChallengeView {
    /// Who challenges.
    pub by: ParticipantId,
    /// Whom.
    pub whom: ParticipantId,
    /// Why.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub reason: Private<String>,
}

/// A technical interruption.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct InterruptionView {
    /// Whose link, when by rule.
    pub who: Option<ParticipantId>,
    /// What is wrong, in the judge's words.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub reason: Private<String>,
}

/// A room beside the hearing as one participant may see it. Its talk is not for those outside;
/// who waits while the other side is in caucus learns no more than that it goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ChamberView {
    /// What for.
    pub chamber: Chamber,
    /// Whether this person is in it.
    pub mine: bool,
    /// Whether nobody else is asked in.
    pub locked: bool,
    /// Who was asked, and what they answered; only for those asked, inside, or of the court where
    /// it is the court's.
    pub people: Vec<ChamberPerson>,
}

/// Somebody of a room beside the hearing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ChamberPerson {
    /// Who.
    pub who: ParticipantId,
    /// What they answered.
    pub answer: Invitation,
}

/// Evidence as one participant may see it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct EvidenceView {
    /// Own evidence and what was exchanged; the court sees all.
    pub items: Vec<EvidenceItem>,
    /// What is shown to all now.
    pub shown: Option<ShownEvidence>,
    /// Opinions so far.
    pub opinions: Vec<OpinionView>,
}

/// What is shown to all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ShownEvidence {
    /// What it is.
    pub item: EvidenceItem,
    /// Who shows it.
    pub by: ParticipantId,
    /// The page all see, from 1.
    pub page: u16,
    /// How far sound or video has come; none for what has pages.
    pub playing: Option<Playing>,
    /// Lines drawn on it.
    pub strokes: Vec<Stroke>,
    /// Whether this person may turn its pages.
    pub may_turn: bool,
    /// Whether this person may draw on it.
    pub may_draw: bool,
}

/// One opinion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct OpinionView {
    /// On what.
    pub item: EvidenceId,
    /// Whose.
    pub who: ParticipantId,
    /// What was said.
    pub opinion: Opinion,
}

/// A mediation as one participant may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct MediationView {
    /// Points of the checklist that are done.
    pub done: Vec<Check>,
    /// How it is taken down.
    pub record_mode: RecordMode,
    /// Whether this person waits while the others talk (背靠背).
    pub waits: bool,
    /// The sheets there are.
    pub sheets: Vec<SheetView>,
    /// When the agreement came into force.
    pub effective_at: Option<Timestamp>,
    /// Why it failed, once it did.
    pub failed: Option<FailureGround>,
}

/// A sheet people sign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct SheetView {
    /// Which.
    pub sheet: Sheet,
    /// Which version, from 1.
    pub version: u32,
    /// Its text.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub text: Private<String>,
    /// Whether this version was read out.
    pub read: bool,
    /// Who must sign it.
    pub signers: Vec<ParticipantId>,
    /// Who signed this version.
    pub signed: Vec<Signature>,
    /// Who refused.
    pub refused: Vec<ParticipantId>,
}

/// A signature on a sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Signature {
    /// Whose.
    pub who: ParticipantId,
    /// When.
    pub at: Timestamp,
    /// How.
    pub method: SigningMethod,
}

/// An attendance check of a lecture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PresenceView {
    /// When it was asked.
    pub asked_at: Timestamp,
    /// Whether this person confirmed.
    pub mine: bool,
    /// How many confirmed.
    pub confirmed: u16,
    /// How many people listen at the sites that confirmed.
    pub people: u32,
    /// The sites that confirmed, each with how many listen; for who leads.
    pub sites: Vec<PresenceSite>,
    /// Until when it is answered; none without a limit.
    pub until: Option<Timestamp>,
    /// Whether the time to answer is over.
    pub over: bool,
    /// Which roll of this lecture it is, from 1.
    pub number: u16,
    /// Whether it was asked by chance, and not by the lecturer.
    pub by_chance: bool,
    /// Sites that did not answer in time; for who leads. A fact, no verdict.
    pub silent: Vec<ParticipantId>,
}

/// A site that confirmed its presence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PresenceSite {
    /// Which.
    pub who: ParticipantId,
    /// How many listen there.
    pub people: u16,
}

/// A private note among the court's own. Never a minute, never recorded, kept in no ledger and no archive, and deleted
/// when the sitting is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct CourtNote {
    /// Who wrote it.
    pub from: ParticipantId,
    /// When.
    pub at: Timestamp,
    /// The words.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub text: Private<String>,
}

/// What stands on the door.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Heading {
    /// Name of the court and tribunal.
    pub court: String,
    /// Case number (案号) or pre-filing number.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub case_number: Private<String>,
    /// Cause of action (案由).
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
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
    /// Which side this person is on.
    pub side: Option<Side>,
    /// For whom this person is here.
    pub acts_for: Option<ParticipantId>,
    /// What an agent may do.
    pub power: Option<Power>,
    /// Steps this person agreed to hold online.
    pub consents: Vec<Step>,
    /// Steps this person did not agree to hold online, or no more.
    pub declined: Vec<Step>,
    /// Whether who leads sees and hears this person, who waits.
    pub previewed: bool,
    /// Whether this person signed the guarantee; none where none is needed.
    pub guarantee: Option<bool>,
    /// Which interpreter this person hears instead of the court.
    pub listens_to: Option<ParticipantId>,
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
    /// How many prompts were given; only the court sees it.
    pub prompts: u8,
    /// How many reprimands were given.
    pub reprimands: u8,
    /// Which side they are on.
    pub side: Option<Side>,
    /// For whom they are here.
    pub acts_for: Option<ParticipantId>,
    /// What an agent may do.
    pub power: Option<Power>,
    /// Whether the power was checked in this sitting; only the court sees it.
    pub power_checked: bool,
    /// How they attend.
    pub attendance: Attendance,
    /// Name of the place they sit at; only the court sees it.
    pub site_name: String,
    /// How their identity was checked in this sitting; only the court sees it.
    pub identity: Option<IdentityMethod>,
    /// What an outside service said of their face; only the court sees it.
    pub compared: Option<Comparison>,
    /// Whether the judge went on without an identity check; only the court sees it.
    pub identity_waived: bool,
    /// Whether their absence was noted.
    pub absent: bool,
    /// Steps they agreed to hold online; only the court sees it.
    pub consents: Vec<Step>,
    /// Steps they did not agree to hold online, or no more; only the court sees it.
    pub declined: Vec<Step>,
    /// Whether who leads sees and hears them while they wait; only the court sees it.
    pub previewed: bool,
    /// Others who sit at the same place or behind the same address; only the court sees it.
    pub beside: Vec<ParticipantId>,
    /// Since when their link is gone; none while it stands.
    pub lost_since: Option<Timestamp>,
    /// Which room beside the hearing they are in; only for who may know.
    pub chamber: Option<Chamber>,
    /// Whether they signed the guarantee; none where none is needed.
    pub guarantee: Option<bool>,
    /// Whether their testimony began.
    pub testifies: bool,
    /// Whether they interpret beside the court's sound.
    pub simultaneous: bool,
    /// Whether their picture is kept from this person.
    pub unseen: bool,
    /// Whether their voice is kept from this person.
    pub unheard_of: bool,
    /// What did not work in their device test; the court sees it, and who helps them at their
    /// station.
    pub device_faults: Vec<DeviceFault>,
    /// Kinds switched on at their end.
    pub devices: Vec<TrackKind>,
    /// Who else is in their room, as declared; the court sees it, and who helps them.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub others_present: Private<String>,
    /// Whether camera and microphone tests passed; the court sees it, and who helps them.
    pub tested: bool,
    /// What their page found in its connection test, once it made one; the court sees it, and who
    /// helps them.
    pub line_test: Option<LineTest>,
    /// Their line; the court sees it, and who helps them.
    pub grade: Option<Grade>,
    /// What is wrong with their line; the court sees it, and who helps them.
    pub trouble: Option<Trouble>,
    /// Kinds that are switched on and granted but bring no packet for `limits::UNHEARD_WAIT`; the
    /// court, the person, and who helps them see it.
    pub unheard: Vec<TrackKind>,
}
