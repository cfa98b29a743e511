//! What a hearing knows: the durable half, which minutes alone may change, and the live half,
//! which a crash may take. What is not here: the rules that change either.

use std::collections::{BTreeMap, BTreeSet};

use model::archive::Attendee;
use model::{
    Attendance, ClockReading, Comparison, CourtNote, DeviceFault, Discipline, EvidenceItem, Grade,
    IdentityMethod, Instant, LineTest, ParticipantId, Place, Power, Private, RecordFault, Role,
    Shield, Side, Stage, Step, Timestamp, TrackId, TrackKind, Trouble, limits,
};

use crate::chamber::Consultation;
use crate::deliberation::Deliberation;
use crate::event::Docket;
use crate::lecture::{Checks, Presence};
use crate::mediation::Mediation;
use crate::preview::Preview;
use crate::showing::{Opinions, Showing};
use crate::sitting::{Floor, Sitting};

/// Everything that survives a crash: rebuilt by applying the minutes in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Durable {
    /// Where the hearing stands.
    pub stage: Stage,
    /// Since when; none before the first change.
    pub stage_since: Option<Timestamp>,
    /// When it was opened.
    pub opened_at: Option<Timestamp>,
    /// Everybody on the docket.
    pub seats: BTreeMap<ParticipantId, Seat>,
    /// Raised hands, first raised first.
    pub hands: Vec<ParticipantId>,
    /// The course of the procedure.
    pub sitting: Sitting,
    /// Special measures in force; those of the docket to begin with.
    pub shields: Vec<Shield>,
    /// Whether several witnesses are heard at once (对质).
    pub confrontation: bool,
    /// The side the mediators talk with alone.
    pub caucus: Option<Side>,
    /// Who waits and is seen by who leads.
    pub preview: Option<Preview>,
    /// Consultations, each under who opened it.
    pub consultations: BTreeMap<ParticipantId, Consultation>,
    /// The evidence that is shown.
    pub showing: Option<Showing>,
    /// What each party says of each piece of evidence, and who said it for them.
    pub opinions: Opinions,
    /// The mediation.
    pub mediation: Mediation,
    /// The roll of a lecture, once it was called.
    pub presence: Option<Presence>,
    /// The discipline that is accepted at check-in; none where the court has no text of its own.
    pub discipline: Option<Discipline>,
    /// What is wrong with the record, if anything.
    pub fault: Option<RecordFault>,
    /// The server's clock as it was last put on the record.
    pub clock: Option<ClockReading>,
    /// Acts of the transcript's review that are minutes.
    pub transcript_acts: u64,
    /// Minutes applied.
    pub minutes: u64,
    /// Refusals among them, at most [`REFUSALS_MAX`].
    pub refusals: u32,
}

/// Refusals written down in one hearing; later ones are answered and only counted.
pub const REFUSALS_MAX: u32 = 1_000;
/// Refusals written down for one person, so that nobody uses up the room of the others.
pub const REFUSALS_EACH_MAX: u32 = 100;

/// One person's seat, kept over every reconnect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    /// In which role.
    pub role: Role,
    /// Where the person stands.
    pub place: Place,
    /// Whether check-in is done (court: has entered).
    pub checked_in: bool,
    /// Who else is in the room, as declared.
    pub others_present: Private<String>,
    /// Whether the camera and microphone tests passed.
    pub tested: bool,
    /// Whether the microphone is muted and locked.
    pub locked: bool,
    /// Whether there is leave to share a screen.
    pub screen_allowed: bool,
    /// Prompts given.
    pub prompts: u8,
    /// Warnings given.
    pub warnings: u8,
    /// Reprimands given.
    pub reprimands: u8,
    /// Which side the person is on.
    pub side: Option<Side>,
    /// For whom the person is here.
    pub acts_for: Option<ParticipantId>,
    /// What an agent may do, as the papers say or as checked.
    pub power: Option<Power>,
    /// Whether the power was checked in this sitting.
    pub power_checked: bool,
    /// How the person attends.
    pub attendance: Attendance,
    /// Steps the person agreed to hold online.
    pub consents: BTreeSet<Step>,
    /// Steps the person did not agree to hold online, or no more.
    pub declined: BTreeSet<Step>,
    /// How often the person spoke of their consent, at most `limits::CONSENTS_SAID_MAX`.
    pub consents_said: u8,
    /// How the identity was checked in this sitting.
    pub identity: Option<IdentityMethod>,
    /// What an outside service last said of the person's face.
    pub compared: Option<Comparison>,
    /// Whether the judge went on without an identity check.
    pub identity_waived: bool,
    /// Whether the absence was noted.
    pub absent: bool,
    /// What did not work in the device test.
    pub device_faults: Vec<DeviceFault>,
    /// Whether the person was called in before.
    pub called: bool,
    /// Whether the guarantee was signed; none before it was signed or refused.
    pub guarantee: Option<bool>,
    /// Whether the testimony began.
    pub testifies: bool,
    /// Whether an interpreter speaks beside the court's sound.
    pub simultaneous: bool,
    /// Which interpreter the person hears instead of the court.
    pub listens_to: Option<ParticipantId>,
    /// Whether the person may draw on shown evidence.
    pub may_draw: bool,
    /// Since when the link is lost in session; none when it stands or came back.
    pub lost_since: Option<Timestamp>,
    /// The number of the minute by which the hand was raised, while it is up.
    pub hand_at: Option<u64>,
    /// What somebody ordered to leave comes back to.
    pub kept: Option<Kept>,
    /// Refusals written down for this person, at most [`REFUSALS_EACH_MAX`].
    pub refusals: u32,
}

/// What is kept for somebody who was ordered to leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Where the person was.
    pub place: Place,
    /// When their hand was raised, by the number of the minute; 0 when they had the floor.
    pub hand_at: Option<u64>,
}

impl Durable {
    /// The state before anything happened.
    pub(crate) fn new(docket: &Docket) -> Self {
        let seats =
            docket.attendees.iter().map(|attendee| (attendee.id, Seat::new(attendee))).collect();
        Self {
            stage: Stage::Scheduled,
            stage_since: None,
            opened_at: None,
            seats,
            hands: Vec::new(),
            sitting: Sitting::new(docket),
            shields: docket.brief.shields.iter().copied().take(limits::SHIELDS_MAX).collect(),
            confrontation: false,
            caucus: None,
            preview: None,
            consultations: BTreeMap::new(),
            showing: None,
            opinions: Opinions::new(),
            mediation: Mediation::default(),
            presence: None,
            discipline: None,
            fault: None,
            clock: None,
            transcript_acts: 0,
            minutes: 0,
            refusals: 0,
        }
    }

    /// Whether `who` is in the hearing.
    pub(crate) fn is_inside(&self, who: ParticipantId) -> bool {
        self.seats.get(&who).is_some_and(|seat| seat.place == Place::InHearing)
    }
}

impl Seat {
    /// What the person said of holding a step online; none before they said anything.
    pub(crate) fn said(&self, step: Step) -> Option<bool> {
        let agreed = self.consents.contains(&step).then_some(true);
        agreed.or(self.declined.contains(&step).then_some(false))
    }

    fn new(attendee: &Attendee) -> Self {
        Self {
            role: attendee.role,
            place: Place::Expected,
            checked_in: false,
            others_present: Private::default(),
            tested: false,
            locked: false,
            screen_allowed: false,
            prompts: 0,
            warnings: 0,
            reprimands: 0,
            side: attendee.side(),
            acts_for: attendee.acts_for,
            power: attendee.power,
            power_checked: false,
            attendance: attendee.attendance,
            consents: attendee.consents.iter().copied().collect(),
            declined: BTreeSet::new(),
            consents_said: 0,
            identity: None,
            compared: None,
            identity_waived: false,
            absent: false,
            device_faults: Vec::new(),
            called: false,
            guarantee: None,
            testifies: false,
            simultaneous: false,
            listens_to: None,
            may_draw: false,
            lost_since: None,
            hand_at: None,
            kept: None,
            refusals: 0,
        }
    }
}

/// What is true only while this process runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Live {
    /// Each person's page and media; everybody on the docket has one.
    pub(crate) links: BTreeMap<ParticipantId, Link>,
    /// Tracks whose packets arrive.
    pub(crate) tracks: BTreeSet<TrackId>,
    /// Tracks that ought to bring packets (switched on, granted, connected), and since when.
    pub(crate) expected: BTreeMap<TrackId, Instant>,
    /// Those among them of which nothing arrives, as people were told.
    pub(crate) unheard: BTreeSet<TrackId>,
    /// Tracks the recorder confirmed since it was told to roll.
    pub(crate) confirmed: BTreeSet<TrackId>,
    /// Whether the ledger stands on disk.
    pub(crate) ledger: bool,
    /// The server's clock as it was last looked at; none before the first look.
    pub(crate) clock: Option<ClockReading>,
    /// Whether everything is sealed.
    pub(crate) sealed: bool,
    /// What went wrong with the record after closing, when minutes are over.
    pub(crate) late_fault: Option<RecordFault>,
    /// The judge's request to open, while it waits for the recorder.
    pub(crate) opening: Option<Opening>,
    /// When everybody is parted after closing; none once it is done.
    pub(crate) parting_at: Option<Instant>,
    /// Whether everybody was parted after closing.
    pub(crate) parted: bool,
    /// Whether the node is stopping: nothing happens any more.
    pub(crate) stopped: bool,
    /// Until when the countdown runs.
    pub(crate) countdown: Option<Instant>,
    /// Until when the floor is given, while its time runs, and to which turn that belongs.
    pub(crate) floor: Option<(Instant, Floor)>,
    /// How long each side spoke since it was last noted, ms.
    pub(crate) spoken: BTreeMap<Side, u64>,
    /// The last wake-up asked for.
    pub(crate) wake_at: Option<Instant>,
    /// Refusals answered and not written down.
    pub(crate) refusals_unwritten: u64,
    /// Private notes of the court, oldest first, at most `limits::NOTES_MAX`.
    pub(crate) notes: Vec<CourtNote>,
    /// Invitations into consultations that wait for an answer, by who opened and who is asked, and
    /// since when.
    pub(crate) ringing: BTreeMap<(ParticipantId, ParticipantId), Instant>,
    /// When a page of shown evidence was last turned.
    pub(crate) page_turned: Option<Instant>,
    /// The record of the deliberation; it is kept elsewhere.
    pub(crate) deliberation: Deliberation,
    /// The discipline as the court's configuration has it.
    pub(crate) discipline: Option<Discipline>,
    /// The checks of presence by chance.
    pub(crate) checks: Checks,
    /// The evidence of the hearing's list, at most `limits::EVIDENCE_MAX`.
    pub(crate) evidence: Vec<EvidenceItem>,
}

/// An opening that waits for the recorder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Opening {
    /// The judge who asked.
    pub(crate) judge: ParticipantId,
    /// The request to answer.
    pub(crate) request: u32,
    /// When the wait is over.
    pub(crate) until: Instant,
}

/// One person's line to the house.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Link {
    /// Whether the page is connected.
    pub(crate) online: bool,
    /// Whether media flows.
    pub(crate) media: bool,
    /// Whether media ever flowed: then the link is back only when it flows again.
    pub(crate) had_media: bool,
    /// Since when the page is gone, for the seat's grace time.
    pub(crate) gone_since: Option<Instant>,
    /// Since when the link is lost in session, for the interruption by rule.
    pub(crate) lost_at: Option<Instant>,
    /// Whether the judge knows of the loss: it interrupted already, or the hearing went on over it.
    pub(crate) excused: bool,
    /// How long the person had spoken by the last figures, ms.
    pub(crate) speech_ms: Option<u64>,
    /// What is switched on at the person's end.
    pub(crate) devices: BTreeSet<TrackKind>,
    /// When the hand last moved, to slow a fidgeting one.
    pub(crate) hand_moved: Option<Instant>,
    /// When the person last drew, to slow a hasty hand.
    pub(crate) drew: Option<Instant>,
    /// Media packets sent to the person so far, by the last figures.
    pub(crate) packets_down: u64,
    /// How the line does.
    pub(crate) grade: Option<Grade>,
    /// What is wrong with their line.
    pub(crate) trouble: Option<Trouble>,
    /// What the page found in its connection test.
    pub(crate) line_test: Option<LineTest>,
    /// From where the page came; alike numbers are alike addresses.
    pub(crate) origin: Option<u64>,
}
