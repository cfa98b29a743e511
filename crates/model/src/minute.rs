//! One procedural fact, as it stands in the ledger; a hearing can be rebuilt from its minutes.

use serde::{Deserialize, Serialize};

use crate::brief::{BarredGround, Phase, Power, Shield, Step};
use crate::chamber::Chamber;
use crate::clock::ClockReading;
use crate::evidence::{EvidenceItem, Opinion, Stroke};
use crate::id::ParticipantId;
use crate::mediation::{Check, FailureGround, RecordMode, Sheet, SigningMethod};
use crate::preparation::{Comparison, Discipline};
use crate::private::Private;
use crate::refusal::Refusal;
use crate::review::TranscriptMinute;
use crate::stage::{
    AbsenceFinding, AdjournGround, DeviceFault, Ending, Ground, IdentityMethod, Layout, LinkCause,
    RecordFault,
};
use crate::time::Timestamp;
use crate::view::SideTime;

/// A procedural fact with its time and actor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Minute {
    /// When, on the wall clock.
    pub at: Timestamp,
    /// Who acted.
    pub by: Actor,
    /// What happened.
    pub fact: Fact,
}

/// Who acted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case", tag = "who")]
pub enum Actor {
    /// A participant.
    Participant {
        /// Which.
        id: ParticipantId,
    },
    /// The server, by rule.
    Server,
}

/// What happened. Free words are private: they stand in the ledger, never in a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case", tag = "fact", deny_unknown_fields)]
pub enum Fact {
    /// Check-in was opened.
    CheckInOpened,
    /// A court member entered, or somebody checked in and waits.
    Arrived {
        /// Who.
        who: ParticipantId,
        /// Who else is in the room, as declared.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        others_present: Private<String>,
        /// Camera test passed.
        camera: bool,
        /// Microphone test passed.
        microphone: bool,
        /// What did not work in the device test.
        #[serde(default)]
        faults: Vec<DeviceFault>,
        /// Which version of the discipline was accepted; empty for who need not.
        #[serde(default)]
        version: String,
    },
    /// The text of the discipline that is accepted at check-in from now on.
    DisciplineSet {
        /// Version and words.
        discipline: Discipline,
    },
    /// Admitted to the hearing; a witness: called.
    Admitted {
        /// Who.
        who: ParticipantId,
    },
    /// Sent back to the waiting room; a witness: dismissed.
    Dismissed {
        /// Who.
        who: ParticipantId,
    },
    /// Who leads sees and hears somebody who waits, or no more; nothing of it is recorded.
    Previewed {
        /// Who; none ends it.
        who: Option<ParticipantId>,
    },
    /// The judge announced opening; the recorder was started.
    OpeningAnnounced,
    /// The recorder confirmed frames on disk: the hearing is open.
    Opened,
    /// The recorder did not confirm: the hearing is not open.
    OpeningFailed {
        /// Why.
        why: Refusal,
    },
    /// Recess began.
    RecessCalled {
        /// The ground.
        ground: Ground,
    },
    /// The hearing went on.
    Resumed,
    /// A microphone was muted and locked.
    Locked {
        /// Whose.
        who: ParticipantId,
    },
    /// A microphone was unlocked.
    Unlocked {
        /// Whose.
        who: ParticipantId,
    },
    /// Leave to share a screen was given or taken back.
    ScreenAllowed {
        /// Whose.
        who: ParticipantId,
        /// Given or taken back.
        allowed: bool,
    },
    /// A hand was raised (and stands last in the queue) or lowered.
    Hand {
        /// Whose.
        who: ParticipantId,
        /// Raised or lowered.
        raised: bool,
    },
    /// A warning was given.
    Warned {
        /// To whom.
        who: ParticipantId,
        /// Why.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        reason: Private<String>,
    },
    /// Somebody was ordered to leave.
    Removed {
        /// Who.
        who: ParticipantId,
        /// Why.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        reason: Private<String>,
        /// Why without a warning before; empty where there was one.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[serde(default)]
        unwarned: Private<String>,
    },
    /// A participant's link went away.
    LinkLost {
        /// Whose.
        who: ParticipantId,
        /// What is known about it.
        cause: LinkCause,
    },
    /// A participant's link came back.
    LinkBack {
        /// Whose.
        who: ParticipantId,
    },
    /// Something asked was refused.
    Refused {
        /// Who asked.
        who: ParticipantId,
        /// What was asked, by its wire name (`open`, `remove`, …).
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        asked: String,
        /// Why not.
        why: Refusal,
    },
    /// The record came to be at risk.
    RecordFailed {
        /// What is wrong.
        fault: RecordFault,
    },
    /// The record is whole again.
    RecordMended,
    /// What the server's clock was found to be: at opening, and while recording when it changed.
    ClockRead {
        /// The look at it.
        reading: ClockReading,
    },
    /// The node was stopped in order; the hearing can go on after it starts again.
    NodeStopped,
    /// The node started again with this hearing unfinished.
    NodeRestarted,
    /// The sitting is over.
    Closed {
        /// How it ended.
        #[serde(default)]
        ending: Ending,
        /// The ground of an adjournment.
        #[serde(default)]
        ground: Option<AdjournGround>,
        /// Why, or what comes next; empty for an ordinary closing.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[serde(default)]
        note: Private<String>,
    },
    /// Somebody agreed, or did not, to hold a step online.
    Consented {
        /// Who.
        who: ParticipantId,
        /// Which step.
        step: Step,
        /// Agreed or not.
        given: bool,
        /// How it was said; empty when by the person's own page.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        how: Private<String>,
    },
    /// An identity was checked.
    IdentityChecked {
        /// Who.
        who: ParticipantId,
        /// How.
        method: IdentityMethod,
        /// What was seen.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        note: Private<String>,
    },
    /// An outside service compared a face; nothing of the picture is kept.
    FaceCompared {
        /// Whose.
        who: ParticipantId,
        /// What it answered.
        comparison: Comparison,
    },
    /// The judge goes on without an identity check.
    IdentityWaived {
        /// Who.
        who: ParticipantId,
        /// Why.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        reason: Private<String>,
    },
    /// An agent's power was checked.
    PowerChecked {
        /// Who.
        who: ParticipantId,
        /// What it allows.
        power: Power,
    },
    /// A party is not here, or is after all.
    AbsenceNoted {
        /// Who.
        who: ParticipantId,
        /// Not here, or here after all.
        absent: bool,
        /// What is known.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        reason: Private<String>,
    },
    /// The barred grounds were gone through.
    BarredAnswered {
        /// Those that are present.
        grounds: Vec<BarredGround>,
        /// Remarks.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        note: Private<String>,
    },
    /// Everybody ready is called in when the countdown ends.
    CalledIn {
        /// How long it runs.
        seconds: u16,
    },
    /// The discipline is being read.
    DisciplineRead,
    /// A phase began.
    PhaseEntered {
        /// Which.
        phase: Phase,
        /// Why out of turn; empty in turn.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        reason: Private<String>,
    },
    /// A technical interruption began.
    Interrupted {
        /// Whose link, when by rule.
        who: Option<ParticipantId>,
        /// What is wrong, in the judge's words.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        reason: Private<String>,
    },
    /// The panel withdrew to deliberate.
    DeliberationBegan,
    /// Somebody of the court was challenged.
    Challenged {
        /// Who challenges.
        by: ParticipantId,
        /// Whom.
        whom: ParticipantId,
        /// Why.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        reason: Private<String>,
    },
    /// The challenge was decided.
    ChallengeDisposed {
        /// The challenged person withdraws.
        upheld: bool,
        /// Why, and who decided.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        reason: Private<String>,
    },
    /// Somebody was prompted.
    Prompted {
        /// Who.
        who: ParticipantId,
        /// About what.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        reason: Private<String>,
    },
    /// Somebody was reprimanded.
    Reprimanded {
        /// Who.
        who: ParticipantId,
        /// Why.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        reason: Private<String>,
    },
    /// Somebody ordered to leave was let back.
    Readmitted {
        /// Who.
        who: ParticipantId,
    },
    /// Somebody has the floor.
    FloorGiven {
        /// Who.
        who: ParticipantId,
        /// For so long; none is without a limit.
        seconds: Option<u16>,
    },
    /// The floor was given back, or the time is over.
    FloorEnded {
        /// Who.
        who: ParticipantId,
    },
    /// Only who has the floor is heard, or everybody again.
    FloorStrict {
        /// Strict or not.
        strict: bool,
    },
    /// Everybody sees somebody large; none ends it.
    Spotlit {
        /// Who.
        who: Option<ParticipantId>,
    },
    /// The courtroom is arranged.
    LayoutSet {
        /// How.
        layout: Layout,
    },
    /// The judge's finding on an absence.
    AbsenceFound {
        /// Who.
        who: ParticipantId,
        /// What.
        finding: AbsenceFinding,
        /// On which facts.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        note: Private<String>,
    },
    /// Several called people at once, or one by one again.
    Confrontation {
        /// Began or ended.
        on: bool,
        /// Why.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        reason: Private<String>,
    },
    /// Until the call this person received so many media packets: none, or the isolation failed.
    Isolation {
        /// Who.
        who: ParticipantId,
        /// Media packets forwarded to them before the call.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        packets: u64,
        /// Who sat at the same place or behind the same address at the call.
        #[serde(default)]
        beside: Vec<ParticipantId>,
    },
    /// The guarantee was read and signed.
    GuaranteeSigned {
        /// Who.
        who: ParticipantId,
        /// The name, typed out.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        name: Private<String>,
    },
    /// The guarantee was refused.
    GuaranteeRefused {
        /// Who.
        who: ParticipantId,
        /// What was said.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        reason: Private<String>,
    },
    /// A testimony began.
    TestimonyBegan {
        /// Who.
        who: ParticipantId,
    },
    /// A special measure was ordered or lifted.
    Shielded {
        /// Whose, from whom, and what.
        shield: Shield,
    },
    /// An interpreter speaks beside the court's sound, or in turn.
    Interpreting {
        /// Who.
        who: ParticipantId,
        /// Beside or in turn.
        simultaneous: bool,
    },
    /// Somebody hears an interpreter, or the court again.
    Listening {
        /// Who.
        who: ParticipantId,
        /// Which interpreter; none is the court.
        to: Option<ParticipantId>,
    },
    /// A room beside the hearing was opened.
    ChamberOpened {
        /// What for.
        chamber: Chamber,
        /// Who is asked in.
        asked: Vec<ParticipantId>,
    },
    /// Somebody answered an invitation, or did not in time.
    ChamberAnswered {
        /// Which.
        chamber: Chamber,
        /// Who.
        who: ParticipantId,
        /// Came, or not.
        accept: bool,
    },
    /// Somebody left a room beside the hearing.
    ChamberLeft {
        /// Which.
        chamber: Chamber,
        /// Who.
        who: ParticipantId,
    },
    /// A room beside the hearing takes nobody else in, or does again.
    ChamberLocked {
        /// Which.
        chamber: Chamber,
        /// Locked or not.
        locked: bool,
    },
    /// A room beside the hearing was closed; who was in it is back.
    ChamberClosed {
        /// Which.
        chamber: Chamber,
    },
    /// Evidence is shown to all.
    EvidenceShown {
        /// What it is, digests included.
        item: EvidenceItem,
        /// From which page.
        page: u16,
    },
    /// The page was turned for all.
    PageTurned {
        /// To which page.
        page: u16,
    },
    /// Shown sound or video plays for all from a place, or is held there.
    EvidencePlayed {
        /// Plays, or is held.
        running: bool,
        /// From where, milliseconds from its beginning.
        at_ms: u32,
    },
    /// Nothing is shown any more.
    EvidenceHidden,
    /// A side's opinion on a piece of evidence.
    Opined {
        /// Which.
        item: EvidenceItem,
        /// What is said of it.
        opinion: Opinion,
    },
    /// Somebody may draw on what is shown, or no more.
    DrawingAllowed {
        /// Who.
        who: ParticipantId,
        /// Leave given or taken back.
        allowed: bool,
    },
    /// A line was drawn on the shown page.
    Drawn {
        /// The line.
        stroke: Stroke,
    },
    /// All lines were taken off.
    DrawingCleared,
    /// A point of the mediation's checklist is done.
    Ticked {
        /// Which.
        check: Check,
        /// How.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        note: Private<String>,
    },
    /// How the mediation is taken down.
    RecordModeSet {
        /// How.
        mode: RecordMode,
    },
    /// A sheet has a new text.
    SheetWritten {
        /// Which.
        sheet: Sheet,
        /// Which version, from 1.
        version: u32,
        /// The whole text.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        text: Private<String>,
    },
    /// A sheet was read out and explained.
    SheetRead {
        /// Which.
        sheet: Sheet,
        /// Which version.
        version: u32,
    },
    /// A sheet was signed.
    Signed {
        /// Which.
        sheet: Sheet,
        /// Which version.
        version: u32,
        /// Who.
        who: ParticipantId,
        /// How.
        method: SigningMethod,
        /// The name typed out, or the drawing as an SVG path; on paper, where the paper is.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        mark: Private<String>,
    },
    /// Somebody refused to sign.
    SigningRefused {
        /// Which.
        sheet: Sheet,
        /// Who.
        who: ParticipantId,
        /// Why.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        reason: Private<String>,
    },
    /// The agreement is in force: every party signed (在线调解规则 art. 19).
    AgreementEffective {
        /// Which version.
        version: u32,
    },
    /// The mediation failed.
    MediationFailed {
        /// Why.
        ground: FailureGround,
        /// What is worth to know; no concession.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        note: Private<String>,
    },
    /// How long each side has spoken since opening, noted from time to time so that a restart does
    /// not lose it.
    Spoken {
        /// Each side's total.
        sides: Vec<SideTime>,
    },
    /// Every site is asked whether it is there.
    PresenceAsked {
        /// How long a site has to answer; none is until the next roll.
        #[serde(default)]
        seconds: Option<u16>,
    },
    /// The time to answer is over. That somebody did not answer is a fact without a verdict.
    PresenceOver {
        /// Sites in the lecture that did not answer.
        silent: Vec<ParticipantId>,
    },
    /// A site is there.
    PresenceConfirmed {
        /// Who.
        who: ParticipantId,
        /// How many listen.
        people: u16,
    },
    /// The review of the transcript went on; the same stands in `transcript.jsonl`.
    Transcript(TranscriptMinute),
}
