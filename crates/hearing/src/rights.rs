//! Which errand each role has a right to, at which stage: the table behind every button.
//! What is not here: what the errand needs of the person it is about.

use model::{Ask, ParticipantId, Phase, Place, Refusal, Role, Stage};

use crate::beside;
use crate::sitting::is_talk;
use crate::state::Durable;

macro_rules! errands {
    ($($(#[$doc:meta])* $name:ident = $wire:literal,)*) => {
        /// What an [`Ask`] is about, without its words.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Errand { $($(#[$doc])* $name,)* }

        impl Errand {
            /// Every errand, in the order of [`Ask`].
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The name the ask has on the wire.
            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$name => $wire,)* }
            }

            /// The errand of an ask.
            pub(crate) const fn of(ask: &Ask) -> Self {
                match ask { $(Ask::$name { .. } => Self::$name,)* }
            }
        }
    };
}

errands! {
    /// Let people check in.
    OpenCheckIn = "open_check_in",
    /// Check in.
    CheckIn = "check_in",
    /// Admit somebody, call a witness.
    Admit = "admit",
    /// Send somebody back to the waiting room.
    Dismiss = "dismiss",
    /// Who leads: see and hear one waiting person before admitting them.
    Preview = "preview",
    /// Open.
    Open = "open",
    /// Recess.
    Recess = "recess",
    /// Resume.
    Resume = "resume",
    /// Close.
    Close = "close",
    /// Lock a microphone.
    Lock = "lock",
    /// Unlock it.
    Unlock = "unlock",
    /// Lock all microphones.
    LockAll = "lock_all",
    /// Unlock them.
    UnlockAll = "unlock_all",
    /// Give or take leave to share a screen.
    AllowScreen = "allow_screen",
    /// Warn.
    Warn = "warn",
    /// Order to leave.
    Remove = "remove",
    /// Raise or lower a hand.
    Hand = "hand",
    /// Say which devices are on.
    Devices = "devices",
    /// Anybody: agree or not to hold a step online (在线诉讼规则 art. 4).
    Consent = "consent",
    /// Clerk or judge: note what somebody said of a step, by mouth or on paper.
    NoteConsent = "note_consent",
    /// Clerk or judge: identity checked in the sitting (核对身份).
    CheckIdentity = "check_identity",
    /// Judge: go on without an identity check, with a reason.
    WaiveIdentity = "waive_identity",
    /// Clerk or judge: an agent's power of attorney checked (核对授权委托).
    CheckPower = "check_power",
    /// Clerk or judge: a party is not here (缺席), or is after all.
    NoteAbsent = "note_absent",
    /// Judge: the seven barred grounds went through (在线诉讼规则 art. 21).
    AnswerBarred = "answer_barred",
    /// Judge: call everybody ready in after a countdown.
    CallIn = "call_in",
    /// Clerk or judge: the discipline is read (宣布法庭纪律, P1).
    ReadDiscipline = "read_discipline",
    /// Judge: go to a phase.
    EnterPhase = "enter_phase",
    /// Judge: a technical interruption.
    Interrupt = "interrupt",
    /// Judge: the panel withdraws to deliberate (休庭评议).
    Deliberate = "deliberate",
    /// Judge: adjourn (延期审理): this sitting is over.
    Adjourn = "adjourn",
    /// Judge: go on offline (转线下): this sitting is over, what was done stays valid.
    GoOffline = "go_offline",
    /// Judge: call the sitting off before opening (取消).
    CallOff = "call_off",
    /// A party: challenge somebody of the court (申请回避).
    Challenge = "challenge",
    /// Judge: what was decided on the challenge.
    DisposeChallenge = "dispose_challenge",
    /// Judge: prompt (提示), the mildest step.
    Prompt = "prompt",
    /// Judge: reprimand (训诫).
    Reprimand = "reprimand",
    /// Judge: let somebody back who was ordered to leave, to the same seat.
    Readmit = "readmit",
    /// Judge: give somebody the floor (请发言).
    GiveFloor = "give_floor",
    /// Judge, or who has the floor: it is given back.
    EndFloor = "end_floor",
    /// Judge: only who has the floor is heard, the bench aside.
    StrictFloor = "strict_floor",
    /// Judge: everybody sees this person large.
    Spotlight = "spotlight",
    /// Judge: how the courtroom is arranged for everybody.
    SetLayout = "set_layout",
    /// Judge: the finding on an absence.
    FindAbsence = "find_absence",
    /// Judge: several called people at once (对质), or one by one again.
    Confront = "confront",
    /// Who is called: read and signed the guarantee (保证书).
    SignGuarantee = "sign_guarantee",
    /// Judge or clerk: the guarantee was refused.
    NoteGuaranteeRefused = "note_guarantee_refused",
    /// Judge: the testimony begins (开始作证).
    Testify = "testify",
    /// Judge: keep somebody's picture or voice from somebody, or lift it.
    Shield = "shield",
    /// Judge: an interpreter speaks beside the court's sound, or in turn with it.
    Interpret = "interpret",
    /// Anybody inside: hear an interpreter who speaks beside, or the court again.
    Listen = "listen",
    /// Court: a private note among the court's own.
    Note = "note",
    /// Panel and clerk: the record of the deliberation (合议笔录).
    RecordDeliberation = "record_deliberation",
    /// A party in recess: a room with their own people (会商).
    Consult = "consult",
    /// Who is asked into a consultation: come or not.
    AnswerConsultation = "answer_consultation",
    /// Who is in a consultation: leave it.
    LeaveChamber = "leave_chamber",
    /// Who opened a consultation: nobody else is asked in, or again.
    LockChamber = "lock_chamber",
    /// Mediator: talk with one side alone (背靠背), or with all again.
    Caucus = "caucus",
    /// Court, or a party with leave: show a piece of evidence to all (出示).
    ShowEvidence = "show_evidence",
    /// Who shows, or the court: turn the page for all.
    TurnPage = "turn_page",
    /// Who shows, or the court: play shown sound or video for all, or hold it.
    PlayEvidence = "play_evidence",
    /// Who shows, or the court: stop showing.
    HideEvidence = "hide_evidence",
    /// A party: opinion on a piece of evidence (质证意见).
    Opine = "opine",
    /// Judge: somebody may draw on what is shown, or no more.
    AllowDrawing = "allow_drawing",
    /// Court, or who may draw: a line on the shown page.
    Draw = "draw",
    /// Court: take all lines off the shown evidence.
    ClearDrawing = "clear_drawing",
    /// Mediator, judge or clerk: a point of the checklist is done.
    Tick = "tick",
    /// Mediator or judge: how the mediation is taken down.
    SetRecordMode = "set_record_mode",
    /// Mediator, judge or clerk: the text of a sheet.
    WriteSheet = "write_sheet",
    /// Mediator, judge or clerk: the sheet was read out and explained.
    ReadBack = "read_back",
    /// A party, an agent with special power, a mediator: sign a sheet.
    Sign = "sign",
    /// A party: refuse to sign a sheet.
    RefuseSigning = "refuse_signing",
    /// Mediator or judge: the mediation failed.
    FailMediation = "fail_mediation",
    /// Who leads a lecture: ask every site whether it is there.
    CallRoll = "call_roll",
    /// A site: we are here, with so many people.
    ConfirmPresence = "confirm_presence",
}

/// Who may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    /// Anybody but the court.
    Others,
    /// Who leads the sitting ([`Role::leads`]).
    Leader,
    /// The clerk and the judge's assistant, and who leads: a judge alone does it all.
    Clerk,
    /// A party, and who acts for one.
    Party,
    /// Who takes part in the case without being of the court: no audience, no helpers.
    Concerned,
    /// Anybody in the hearing who has a voice of their own or may get one.
    Voice,
    /// Who leads, or who has the floor.
    Floor,
    /// As `beside.rs` says.
    Beside,
}

/// At which stages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// Before check-in.
    Scheduled,
    /// Any time between check-in and the end.
    Live,
    /// Any time between check-in and the end, but not while an opening waits for the record.
    Settled,
    /// Check-in alone.
    CheckIn,
    /// Before opening.
    Before,
    /// From opening to the end.
    Open,
    /// In session alone.
    Session,
    /// In session, or interrupted.
    Rolling,
    /// Paused or interrupted.
    Pause,
    /// While people talk on the matter.
    Talk,
}

/// Where the person must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum From {
    /// In the hearing.
    Inside,
    /// Anywhere.
    Anywhere,
}

/// The row of an errand: who, when, from where.
#[expect(clippy::too_many_lines, reason = "one row for each errand")]
const fn row(errand: Errand) -> (By, At, From) {
    match errand {
        Errand::OpenCheckIn => (By::Clerk, At::Scheduled, From::Anywhere),
        Errand::CheckIn => (By::Others, At::Live, From::Anywhere),
        Errand::Consent => (By::Concerned, At::Live, From::Anywhere),
        Errand::NoteConsent | Errand::CheckIdentity | Errand::CheckPower | Errand::NoteAbsent => {
            (By::Clerk, At::Live, From::Inside)
        }
        Errand::ReadDiscipline => (By::Clerk, At::CheckIn, From::Inside),
        Errand::CallIn | Errand::Open | Errand::CallOff => (By::Leader, At::Before, From::Inside),
        Errand::WaiveIdentity | Errand::AnswerBarred | Errand::FindAbsence => {
            (By::Leader, At::Live, From::Inside)
        }
        Errand::Admit | Errand::Dismiss | Errand::Preview => {
            (By::Leader, At::Settled, From::Inside)
        }
        Errand::EnterPhase | Errand::Interrupt | Errand::Deliberate => {
            (By::Leader, At::Session, From::Inside)
        }
        Errand::Recess => (By::Leader, At::Rolling, From::Inside),
        Errand::Resume => (By::Leader, At::Pause, From::Inside),
        Errand::Close | Errand::DisposeChallenge => (By::Leader, At::Open, From::Inside),
        Errand::Adjourn | Errand::GoOffline => (By::Leader, At::Settled, From::Inside),
        Errand::Challenge => (By::Party, At::Open, From::Inside),
        Errand::Lock
        | Errand::Unlock
        | Errand::LockAll
        | Errand::UnlockAll
        | Errand::AllowScreen
        | Errand::Prompt
        | Errand::Warn
        | Errand::Reprimand
        | Errand::Remove
        | Errand::Readmit
        | Errand::Spotlight
        | Errand::SetLayout => (By::Leader, At::Live, From::Inside),
        Errand::GiveFloor => (By::Leader, At::Talk, From::Inside),
        Errand::EndFloor => (By::Floor, At::Open, From::Inside),
        Errand::StrictFloor => (By::Leader, At::Open, From::Inside),
        Errand::Hand | Errand::Devices => (By::Voice, At::Live, From::Inside),
        Errand::Confront
        | Errand::SignGuarantee
        | Errand::NoteGuaranteeRefused
        | Errand::Testify
        | Errand::Shield
        | Errand::Interpret
        | Errand::Listen
        | Errand::Note
        | Errand::RecordDeliberation
        | Errand::Consult
        | Errand::AnswerConsultation
        | Errand::LeaveChamber
        | Errand::LockChamber
        | Errand::Caucus
        | Errand::ShowEvidence
        | Errand::TurnPage
        | Errand::PlayEvidence
        | Errand::HideEvidence
        | Errand::Opine
        | Errand::AllowDrawing
        | Errand::Draw
        | Errand::ClearDrawing
        | Errand::Tick
        | Errand::SetRecordMode
        | Errand::WriteSheet
        | Errand::ReadBack
        | Errand::Sign
        | Errand::RefuseSigning
        | Errand::FailMediation
        | Errand::CallRoll
        | Errand::ConfirmPresence => (By::Beside, At::Live, From::Inside),
    }
}

impl By {
    fn has(self, durable: &Durable, who: ParticipantId, role: Role) -> bool {
        let leads = role.leads(durable.sitting.kind);
        match self {
            Self::Others => !role.is_court(),
            Self::Leader => leads,
            Self::Clerk => leads || matches!(role, Role::Clerk | Role::JudgeAssistant),
            Self::Party => role.is_party() || role.is_for_party(),
            Self::Concerned => {
                let helps = matches!(role, Role::Attendant | Role::Visitor);
                !role.is_court() && !role.only_watches() && !helps
            }
            Self::Voice => !matches!(role, Role::Gallery | Role::Media),
            Self::Floor => {
                leads || durable.sitting.floor.as_ref().is_some_and(|floor| floor.who == who)
            }
            Self::Beside => false,
        }
    }
}

impl At {
    const fn holds(self, stage: Stage) -> bool {
        let live = !matches!(stage, Stage::Scheduled | Stage::Closed);
        match self {
            Self::Scheduled => matches!(stage, Stage::Scheduled),
            Self::Live => live,
            Self::Settled => live && !matches!(stage, Stage::Opening),
            Self::CheckIn => matches!(stage, Stage::CheckIn),
            Self::Before => stage.is_before_opening(),
            Self::Open => stage.is_open(),
            Self::Session => matches!(stage, Stage::InSession),
            Self::Rolling => matches!(stage, Stage::InSession | Stage::TechInterrupted),
            Self::Pause => stage.is_open() && !matches!(stage, Stage::InSession),
            Self::Talk => is_talk(stage),
        }
    }
}

/// Whether `who` has the right to `errand` at this stage.
///
/// # Errors
/// Why not, in the order in which it helps: the person, then the role, then the stage.
pub(crate) fn may(durable: &Durable, who: ParticipantId, errand: Errand) -> Result<(), Refusal> {
    let seat = durable.seats.get(&who).ok_or(Refusal::NobodyThere)?;
    if durable.stage == Stage::Closed {
        return Err(Refusal::HearingClosed);
    }
    if seat.place == Place::Removed {
        return Err(Refusal::Removed);
    }
    let (by, at, from) = row(errand);
    if by == By::Beside {
        return beside::may(durable, who, seat, errand);
    }
    let scheduled = durable.stage == Stage::Scheduled;
    if !by.has(durable, who, seat.role) {
        return Err(Refusal::NotYourRight);
    }
    if from == From::Inside && seat.place != Place::InHearing {
        return Err(match seat.place {
            Place::Waiting => Refusal::NotAdmitted,
            Place::Expected | Place::Removed | Place::Left | Place::InHearing if scheduled => {
                Refusal::NotYetOpen
            }
            Place::Expected | Place::Removed | Place::Left | Place::InHearing => {
                if seat.role.is_court() { Refusal::WrongStage } else { Refusal::NotCheckedIn }
            }
        });
    }
    if !at.holds(durable.stage) {
        return Err(match at {
            At::Scheduled => Refusal::AlreadyThere,
            At::Live if scheduled => Refusal::NotYetOpen,
            At::Live
            | At::Settled
            | At::CheckIn
            | At::Before
            | At::Open
            | At::Session
            | At::Rolling
            | At::Pause
            | At::Talk => Refusal::WrongStage,
        });
    }
    what_waits(durable, seat.place, errand)
}

/// Whether somebody does the clerk's work, and so is told what stands in the way.
pub(crate) fn does_clerk_work(durable: &Durable, who: ParticipantId) -> bool {
    durable.seats.get(&who).is_some_and(|seat| By::Clerk.has(durable, who, seat.role))
}

/// What the state of the procedure itself refuses.
#[expect(clippy::wildcard_enum_match_arm, reason = "nothing waits for the others")]
fn what_waits(durable: &Durable, place: Place, errand: Errand) -> Result<(), Refusal> {
    let sitting = &durable.sitting;
    match errand {
        Errand::CheckIn if place != Place::Expected => Err(Refusal::AlreadyThere),
        // From a room beside the hearing nobody is looked at.
        Errand::Preview if durable.sitting_chamber().is_some() => Err(Refusal::WrongStage),
        Errand::Consent if sitting.kind.step().is_none() => Err(Refusal::NothingPending),
        Errand::DisposeChallenge if sitting.challenge.is_none() => Err(Refusal::NothingPending),
        Errand::Challenge if sitting.challenge.is_some() => Err(Refusal::ChallengePending),
        Errand::Challenge
            if matches!(sitting.phase, Some(Phase::Judgment | Phase::Closing))
                || durable.stage == Stage::Deliberation =>
        {
            Err(Refusal::WrongStage)
        }
        Errand::AnswerBarred | Errand::ReadDiscipline if !sitting.kind.has_phases() => {
            Err(Refusal::NothingPending)
        }
        Errand::EnterPhase if !sitting.kind.has_phases() => Err(Refusal::PhaseNotInCourse),
        Errand::Deliberate if !sitting.has_panel() => Err(Refusal::PhaseNotInCourse),
        Errand::EndFloor if sitting.floor.is_none() => Err(Refusal::NoFloor),
        Errand::Close | Errand::Resume | Errand::EnterPhase | Errand::Deliberate
            if sitting.challenge.is_some() =>
        {
            Err(Refusal::ChallengePending)
        }
        Errand::Resume | Errand::EnterPhase | Errand::Deliberate if sitting.withdrawn.is_some() => {
            Err(Refusal::ChallengeUpheld)
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use model::Private;
    use model::archive::Attendee;
    use model::view::Heading;

    use super::*;
    use crate::event::Docket;

    const STAGES: [Stage; 7] = [
        Stage::Scheduled,
        Stage::CheckIn,
        Stage::PreTrial,
        Stage::InSession,
        Stage::Recess { ground: model::Ground::Recess },
        Stage::TechInterrupted,
        Stage::Deliberation,
    ];
    const JUDGE: ParticipantId = ParticipantId(1);
    const CLERK: ParticipantId = ParticipantId(2);
    const GALLERY: ParticipantId = ParticipantId(3);

    fn at(stage: Stage) -> Durable {
        let person = |id, role| Attendee::new(id, role, Private::default());
        let heading = Heading {
            court: String::new(),
            case_number: Private::default(),
            cause: Private::default(),
            scheduled_at: model::Timestamp(0),
        };
        let attendees = vec![
            person(JUDGE, Role::PresidingJudge),
            person(CLERK, Role::Clerk),
            person(GALLERY, Role::Gallery),
        ];
        let (hearing, brief) = (model::HearingId(1), model::Brief::default());
        let mut durable = Durable::new(&Docket { hearing, heading, brief, attendees });
        durable.stage = stage;
        for seat in durable.seats.values_mut().filter(|_| stage != Stage::Scheduled) {
            seat.place = Place::InHearing;
        }
        durable
    }

    #[test]
    fn a_judge_alone_may_do_whatever_the_clerk_may() {
        for durable in STAGES.map(at) {
            for errand in Errand::ALL {
                let clerk = may(&durable, CLERK, *errand);
                let judge = may(&durable, JUDGE, *errand);
                assert!(clerk.is_err() || judge.is_ok(), "{errand:?} at {:?}", durable.stage);
            }
        }
    }

    #[test]
    fn who_leads_always_has_a_way_out_and_the_gallery_no_say() {
        for durable in STAGES.map(at) {
            let open = durable.stage != Stage::Scheduled;
            assert_eq!(may(&durable, JUDGE, Errand::Adjourn).is_ok(), open);
            for errand in Errand::ALL {
                let says = may(&durable, GALLERY, *errand).is_ok();
                let leading = matches!(row(*errand).0, By::Leader | By::Clerk | By::Party);
                assert!(!says || !leading, "{errand:?} at {:?}", durable.stage);
            }
        }
    }

    #[test]
    fn every_errand_has_its_own_name() {
        let mut names: Vec<_> = Errand::ALL.iter().map(|errand| errand.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Errand::ALL.len());
    }
}
