//! What a participant may ask of the hearing. The hearing answers done or refuses.

use serde::{Deserialize, Serialize};

use crate::brief::{BarredGround, Phase, Power, Shield, Side, Step};
use crate::deliberation::DeliberationAct;
use crate::evidence::{EvidenceId, Opinion, Stroke};
use crate::id::ParticipantId;
use crate::mediation::{Check, FailureGround, RecordMode, Sheet, SigningMethod};
use crate::private::Private;
use crate::stage::{AbsenceFinding, AdjournGround, DeviceFault, Ground, IdentityMethod, Layout};
use crate::track::TrackKind;

/// One request to the hearing's procedure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case", tag = "do", deny_unknown_fields)]
pub enum Ask {
    /// Judge or clerk: let people check in (开始签到).
    OpenCheckIn,
    /// Anybody but the court: "I accept the discipline, I do not record", with the device test.
    CheckIn {
        /// The discipline (法庭纪律) was read and accepted, including not to record.
        discipline: bool,
        /// Other people in the room, as declared; empty when alone.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        others_present: Private<String>,
        /// The camera test passed.
        camera: bool,
        /// The microphone test passed.
        microphone: bool,
        /// What did not work in the device test.
        #[serde(default)]
        faults: Vec<DeviceFault>,
        /// Which version of the discipline was read; empty where the court has no text of its own.
        #[serde(default)]
        version: String,
    },
    /// Judge: admit a waiting person; for a witness this is the call (传证人).
    Admit {
        /// Who.
        who: ParticipantId,
    },
    /// Judge: back to the waiting room (for a witness: dismissed).
    Dismiss {
        /// Who.
        who: ParticipantId,
    },
    /// Who leads: see and hear one waiting person before admitting them; none ends it.
    Preview {
        /// Who.
        who: Option<ParticipantId>,
    },
    /// Judge: announce opening (宣布开庭).
    Open,
    /// Judge: recess on a ground.
    Recess {
        /// The ground.
        ground: Ground,
    },
    /// Judge: resume (继续开庭).
    Resume,
    /// Judge: close (闭庭).
    Close,
    /// Judge: mute and lock one person's microphone.
    Lock {
        /// Who.
        who: ParticipantId,
    },
    /// Judge: unlock; the person still has to switch the microphone on themselves.
    Unlock {
        /// Who.
        who: ParticipantId,
    },
    /// Judge: mute and lock everybody but the court.
    LockAll,
    /// Judge: unlock everybody.
    UnlockAll,
    /// Judge: give or take back leave to share a screen.
    AllowScreen {
        /// Who.
        who: ParticipantId,
        /// Leave given or taken back.
        allowed: bool,
    },
    /// Judge: warn (警告), noted with its reason.
    Warn {
        /// Who.
        who: ParticipantId,
        /// Why, in the judge's words.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        reason: Private<String>,
    },
    /// Judge: order to leave (责令退出), after a warning or with a reason for none.
    Remove {
        /// Who.
        who: ParticipantId,
        /// Why, in the judge's words.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        reason: Private<String>,
        /// Why without a warning before; empty where there was one.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[serde(default)]
        unwarned: Private<String>,
    },
    /// Anybody in the hearing: raise or lower a hand.
    Hand {
        /// Raised or lowered.
        raised: bool,
    },
    /// Anybody who publishes: what is switched on at their end (for the display only).
    Devices {
        /// Kinds that are switched on.
        on: Vec<TrackKind>,
    },
    /// Anybody: agree or not to hold a step online (在线诉讼规则 art. 4); each step by itself.
    Consent {
        /// Which step.
        step: Step,
        /// Agreed or not.
        given: bool,
    },
    /// Clerk or judge: note what somebody said of a step, by mouth or on paper.
    NoteConsent {
        /// Who.
        who: ParticipantId,
        /// Which step.
        step: Step,
        /// Agreed or not.
        given: bool,
        /// How it was said.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        how: Private<String>,
    },
    /// Clerk or judge: identity checked in the sitting (核对身份).
    CheckIdentity {
        /// Who.
        who: ParticipantId,
        /// How.
        method: IdentityMethod,
        /// What was seen; never a number of a document.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        note: Private<String>,
    },
    /// Judge: go on without an identity check, with a reason.
    WaiveIdentity {
        /// Who.
        who: ParticipantId,
        /// Why.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        reason: Private<String>,
    },
    /// Clerk or judge: an agent's power of attorney checked (核对授权委托).
    CheckPower {
        /// Who.
        who: ParticipantId,
        /// What it allows.
        power: Power,
    },
    /// Clerk or judge: a party is not here (缺席), or is after all.
    NoteAbsent {
        /// Who.
        who: ParticipantId,
        /// Not here, or here after all.
        absent: bool,
        /// What is known.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        reason: Private<String>,
    },
    /// Judge: the seven barred grounds went through (在线诉讼规则 art. 21).
    AnswerBarred {
        /// Those that are present; none allows to go on.
        grounds: Vec<BarredGround>,
        /// Remarks.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        note: Private<String>,
    },
    /// Judge: call everybody ready in after a countdown; who is called and the gallery stay out.
    CallIn {
        /// How long, at most `limits::COUNTDOWN_MAX`.
        seconds: u16,
    },
    /// Clerk or judge: the discipline is read (宣布法庭纪律, P1).
    ReadDiscipline,
    /// Judge: go to a phase; out of the course only with a reason.
    EnterPhase {
        /// Which.
        phase: Phase,
        /// Why out of turn; empty in turn.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        reason: Private<String>,
    },
    /// Judge: a technical interruption; the record keeps running.
    Interrupt {
        /// What is wrong.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        reason: Private<String>,
    },
    /// Judge: the panel withdraws to deliberate (休庭评议).
    Deliberate,
    /// Judge: adjourn (延期审理): this sitting is over.
    Adjourn {
        /// The ground.
        ground: AdjournGround,
        /// What comes next.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        note: Private<String>,
    },
    /// Judge: go on offline (转线下): this sitting is over, what was done stays valid.
    GoOffline {
        /// Why.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        reason: Private<String>,
    },
    /// Judge: call the sitting off before opening (取消).
    CallOff {
        /// Why.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        reason: Private<String>,
    },
    /// A party: challenge somebody of the court (申请回避).
    Challenge {
        /// Whom.
        whom: ParticipantId,
        /// Why.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        reason: Private<String>,
    },
    /// Judge: what was decided on the challenge.
    DisposeChallenge {
        /// The challenged person withdraws.
        upheld: bool,
        /// Why, and who decided.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        reason: Private<String>,
    },
    /// Judge: prompt (提示), the mildest step.
    Prompt {
        /// Who.
        who: ParticipantId,
        /// About what.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        reason: Private<String>,
    },
    /// Judge: reprimand (训诫).
    Reprimand {
        /// Who.
        who: ParticipantId,
        /// Why.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        reason: Private<String>,
    },
    /// Judge: let somebody back who was ordered to leave, to the same seat.
    Readmit {
        /// Who.
        who: ParticipantId,
    },
    /// Judge: give somebody the floor (请发言).
    GiveFloor {
        /// Who.
        who: ParticipantId,
        /// For so long; none is without a limit.
        seconds: Option<u16>,
    },
    /// Judge, or who has the floor: it is given back.
    EndFloor,
    /// Judge: only who has the floor is heard, the bench aside; or everybody again.
    StrictFloor {
        /// Strict or not.
        strict: bool,
    },
    /// Judge: everybody sees this person large; none ends it.
    Spotlight {
        /// Who.
        who: Option<ParticipantId>,
    },
    /// Judge: how the courtroom is arranged for everybody.
    SetLayout {
        /// How.
        layout: Layout,
    },
    /// Judge: the finding on an absence.
    FindAbsence {
        /// Who.
        who: ParticipantId,
        /// What the judge finds.
        finding: AbsenceFinding,
        /// On which facts.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        note: Private<String>,
    },
    /// Judge: several called people at once (对质), or one by one again.
    Confront {
        /// Begin or end.
        on: bool,
        /// Why.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        reason: Private<String>,
    },
    /// Who is called: read and signed the guarantee (保证书); clerk or judge: for who signed it on
    /// paper in the courtroom and has no page.
    SignGuarantee {
        /// Who signed on paper; none is who asks.
        #[serde(default)]
        who: Option<ParticipantId>,
        /// The name, typed out.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        name: Private<String>,
    },
    /// Judge or clerk: the guarantee was refused; there will be no testimony.
    NoteGuaranteeRefused {
        /// Who.
        who: ParticipantId,
        /// What was said.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        reason: Private<String>,
    },
    /// Judge: the testimony begins (开始作证).
    Testify {
        /// Who.
        who: ParticipantId,
    },
    /// Judge: keep somebody's picture or voice from somebody, or lift it.
    Shield {
        /// Whose, from whom, and what; nothing of both lifts it.
        shield: Shield,
    },
    /// Judge: an interpreter speaks beside the court's sound, or in turn with it.
    Interpret {
        /// Who.
        who: ParticipantId,
        /// Beside or in turn.
        simultaneous: bool,
    },
    /// Anybody inside: hear an interpreter who speaks beside, or the court again.
    Listen {
        /// Which interpreter; none is the court.
        to: Option<ParticipantId>,
    },
    /// Court: a private note among the court's own; never a minute, never recorded.
    Note {
        /// The words.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        text: Private<String>,
    },
    /// Panel and clerk: the record of the deliberation (合议笔录); never a minute, never archived
    /// with the hearing.
    RecordDeliberation {
        /// What is done to it.
        act: DeliberationAct,
    },
    /// A party in recess: a room with their own people (会商).
    Consult {
        /// Whom to ask.
        with: Vec<ParticipantId>,
    },
    /// Who is asked into a consultation: come or not.
    AnswerConsultation {
        /// Whose consultation.
        by: ParticipantId,
        /// Come or not.
        accept: bool,
    },
    /// Who is in a consultation: leave it.
    LeaveChamber,
    /// Who opened a consultation: nobody else is asked in, or again.
    LockChamber {
        /// Locked or not.
        locked: bool,
    },
    /// Mediator: talk with one side alone (背靠背), or with all again.
    Caucus {
        /// Which side; none is everybody.
        side: Option<Side>,
    },
    /// Court, or a party with leave: show a piece of evidence to all (出示).
    ShowEvidence {
        /// Which.
        item: EvidenceId,
        /// From which page, from 1.
        page: u16,
    },
    /// Who shows, or the court: turn the page for all.
    TurnPage {
        /// Which page, from 1.
        page: u16,
    },
    /// Who shows, or the court: play shown sound or video for all from a place, or hold it there.
    PlayEvidence {
        /// Play, or hold.
        running: bool,
        /// From where, milliseconds from its beginning.
        at_ms: u32,
    },
    /// Who shows, or the court: stop showing.
    HideEvidence,
    /// A party: opinion on a piece of evidence (质证意见).
    Opine {
        /// Which.
        item: EvidenceId,
        /// What is said of it.
        opinion: Opinion,
    },
    /// Judge: somebody may draw on what is shown, or no more.
    AllowDrawing {
        /// Who.
        who: ParticipantId,
        /// Leave given or taken back.
        allowed: bool,
    },
    /// Court, or who may draw: a line on the shown page.
    Draw {
        /// The line.
        stroke: Stroke,
    },
    /// Court: take all lines off the shown evidence.
    ClearDrawing,
    /// Mediator, judge or clerk: a point of the checklist is done.
    Tick {
        /// Which.
        check: Check,
        /// How.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        note: Private<String>,
    },
    /// Mediator or judge: how the mediation is taken down.
    SetRecordMode {
        /// How.
        mode: RecordMode,
    },
    /// Mediator, judge or clerk: the text of a sheet; signatures on the former text lapse.
    WriteSheet {
        /// Which.
        sheet: Sheet,
        /// The version that was changed, 0 for none.
        base: u32,
        /// The whole text.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        text: Private<String>,
    },
    /// Mediator, judge or clerk: the sheet was read out and explained.
    ReadBack {
        /// Which.
        sheet: Sheet,
        /// Which version.
        version: u32,
    },
    /// A party, an agent with special power, a mediator: sign a sheet. Clerk or judge: note that
    /// somebody in the courtroom who has no page signed it on paper.
    Sign {
        /// Who signed on paper; none is who asks.
        #[serde(default)]
        who: Option<ParticipantId>,
        /// Which.
        sheet: Sheet,
        /// Which version.
        version: u32,
        /// How.
        method: SigningMethod,
        /// The name typed out, or the drawing as an SVG path; on paper, where the paper is.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        mark: Private<String>,
    },
    /// A party: refuse to sign a sheet. Clerk or judge: note that somebody in the courtroom who has
    /// no page refused.
    RefuseSigning {
        /// Who refused; none is who asks.
        #[serde(default)]
        who: Option<ParticipantId>,
        /// Which.
        sheet: Sheet,
        /// Why.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        reason: Private<String>,
    },
    /// Mediator or judge: the mediation failed.
    FailMediation {
        /// Why.
        ground: FailureGround,
        /// What is worth to know, costs and conduct; no concession.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        note: Private<String>,
    },
    /// Who leads a lecture: ask every site whether it is there.
    CallRoll,
    /// A site: we are here, with so many people.
    ConfirmPresence {
        /// How many listen.
        people: u16,
    },
}
