//! Which errand each role has a right to, at which stage: the table behind every button.
//! What is not here: what the errand needs of the person it is about.

use model::{Ask, ParticipantId, Place, Refusal, Role, Stage};

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

/// Whether `who` has the right to `errand` at this stage.
#[expect(clippy::too_many_lines, reason = "one line for each errand")]
pub(crate) fn may(durable: &Durable, who: ParticipantId, errand: Errand) -> Result<(), Refusal> {
    let seat = durable.seats.get(&who).ok_or(Refusal::NobodyThere)?;
    if durable.stage == Stage::Closed {
        return Err(Refusal::HearingClosed);
    }
    if seat.place == Place::Removed {
        return Err(Refusal::Removed);
    }
    match errand {
        Errand::OpenCheckIn if !seat.role.is_court() => Err(Refusal::NotYourRight),
        Errand::OpenCheckIn if durable.stage != Stage::Scheduled => Err(Refusal::AlreadyThere),
        Errand::OpenCheckIn => Ok(()),
        Errand::CheckIn if seat.role.is_court() => Err(Refusal::NotYourRight),
        Errand::CheckIn if durable.stage == Stage::Scheduled => Err(Refusal::NotYetOpen),
        Errand::CheckIn if seat.place != Place::Expected => Err(Refusal::AlreadyThere),
        Errand::CheckIn => Ok(()),
        Errand::Hand | Errand::Devices if seat.role == Role::Gallery => Err(Refusal::NotYourRight),
        Errand::Hand | Errand::Devices => match seat.place {
            Place::InHearing => Ok(()),
            Place::Waiting => Err(Refusal::NotAdmitted),
            Place::Expected | Place::Removed | Place::Left if durable.stage == Stage::Scheduled => {
                Err(Refusal::NotYetOpen)
            }
            Place::Expected | Place::Removed | Place::Left => Err(Refusal::NotCheckedIn),
        },
        Errand::Consent
        | Errand::NoteConsent
        | Errand::CheckIdentity
        | Errand::WaiveIdentity
        | Errand::CheckPower
        | Errand::NoteAbsent
        | Errand::AnswerBarred
        | Errand::CallIn
        | Errand::ReadDiscipline
        | Errand::EnterPhase
        | Errand::Interrupt
        | Errand::Deliberate
        | Errand::Adjourn
        | Errand::GoOffline
        | Errand::CallOff
        | Errand::Challenge
        | Errand::DisposeChallenge
        | Errand::Prompt
        | Errand::Reprimand
        | Errand::Readmit
        | Errand::GiveFloor
        | Errand::EndFloor
        | Errand::StrictFloor
        | Errand::Spotlight
        | Errand::SetLayout
        | Errand::FindAbsence
        | Errand::Confront
        | Errand::SignGuarantee
        | Errand::NoteGuaranteeRefused
        | Errand::Testify
        | Errand::Shield
        | Errand::Interpret
        | Errand::Listen
        | Errand::Note
        | Errand::Consult
        | Errand::AnswerConsultation
        | Errand::LeaveChamber
        | Errand::LockChamber
        | Errand::Caucus
        | Errand::ShowEvidence
        | Errand::TurnPage
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
        | Errand::ConfirmPresence => Err(Refusal::NotYourRight),
        Errand::Admit
        | Errand::Dismiss
        | Errand::Open
        | Errand::Recess
        | Errand::Resume
        | Errand::Close
        | Errand::Lock
        | Errand::Unlock
        | Errand::LockAll
        | Errand::UnlockAll
        | Errand::AllowScreen
        | Errand::Warn
        | Errand::Remove => {
            if seat.role != Role::PresidingJudge {
                Err(Refusal::NotYourRight)
            } else if seat.place == Place::InHearing && is_stage_for(errand, durable.stage) {
                Ok(())
            } else {
                Err(Refusal::WrongStage)
            }
        }
    }
}

/// Whether the judge's errand has its place in this stage.
#[expect(clippy::too_many_lines, reason = "one line for each errand")]
const fn is_stage_for(errand: Errand, stage: Stage) -> bool {
    match errand {
        Errand::Open => matches!(stage, Stage::CheckIn),
        Errand::Recess => matches!(stage, Stage::InSession),
        Errand::Resume => matches!(stage, Stage::Recess { .. }),
        Errand::Close => matches!(stage, Stage::InSession | Stage::Recess { .. }),
        Errand::Admit | Errand::Dismiss => {
            matches!(stage, Stage::CheckIn | Stage::InSession | Stage::Recess { .. })
        }
        Errand::Lock
        | Errand::Unlock
        | Errand::LockAll
        | Errand::UnlockAll
        | Errand::AllowScreen
        | Errand::Warn
        | Errand::Remove
        | Errand::OpenCheckIn
        | Errand::CheckIn
        | Errand::Hand
        | Errand::Devices => !matches!(stage, Stage::Scheduled | Stage::Closed),
        Errand::Consent
        | Errand::NoteConsent
        | Errand::CheckIdentity
        | Errand::WaiveIdentity
        | Errand::CheckPower
        | Errand::NoteAbsent
        | Errand::AnswerBarred
        | Errand::CallIn
        | Errand::ReadDiscipline
        | Errand::EnterPhase
        | Errand::Interrupt
        | Errand::Deliberate
        | Errand::Adjourn
        | Errand::GoOffline
        | Errand::CallOff
        | Errand::Challenge
        | Errand::DisposeChallenge
        | Errand::Prompt
        | Errand::Reprimand
        | Errand::Readmit
        | Errand::GiveFloor
        | Errand::EndFloor
        | Errand::StrictFloor
        | Errand::Spotlight
        | Errand::SetLayout
        | Errand::FindAbsence
        | Errand::Confront
        | Errand::SignGuarantee
        | Errand::NoteGuaranteeRefused
        | Errand::Testify
        | Errand::Shield
        | Errand::Interpret
        | Errand::Listen
        | Errand::Note
        | Errand::Consult
        | Errand::AnswerConsultation
        | Errand::LeaveChamber
        | Errand::LockChamber
        | Errand::Caucus
        | Errand::ShowEvidence
        | Errand::TurnPage
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
        | Errand::ConfirmPresence => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_errand_has_its_own_name() {
        let mut names: Vec<_> = Errand::ALL.iter().map(|errand| errand.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Errand::ALL.len());
    }
}
