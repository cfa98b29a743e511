//! Who has the right to what beside the plain order of a sitting: called people, special measures,
//! rooms beside the hearing, evidence, mediation, lectures.
//! What is not here: what each ask needs of the person or thing it is about.

use model::{Attendance, Ground, Kind, ParticipantId, Phase, Place, Refusal, Role, Side, Stage};

use crate::Hearing;
use crate::chamber::joins_caucus;
use crate::deliberation::keeps_deliberation;
use crate::rights::Errand;
use crate::state::{Durable, Seat};
use crate::turn::Turn;

/// Whether `who` has the right to `errand` at this stage.
pub(crate) fn may(
    durable: &Durable,
    who: ParticipantId,
    seat: &Seat,
    errand: Errand,
) -> Result<(), Refusal> {
    if !has_role(durable, who, seat, errand) {
        return Err(Refusal::NotYourRight);
    }
    match seat.place {
        Place::InHearing => {}
        Place::Removed => return Err(Refusal::Removed),
        Place::Waiting => return Err(Refusal::NotAdmitted),
        Place::Expected | Place::Left if durable.stage == Stage::Scheduled => {
            return Err(Refusal::NotYetOpen);
        }
        Place::Expected | Place::Left => return Err(Refusal::NotCheckedIn),
    }
    if durable.stage == Stage::Scheduled || !has_stage(durable, errand) {
        return Err(Refusal::WrongStage);
    }
    has_occasion(durable, who, errand)
}

/// Whether the role, or leave given to the person, allows the errand at all.
#[expect(clippy::wildcard_enum_match_arm, reason = "only errands beside the plain order come here")]
fn has_role(durable: &Durable, who: ParticipantId, seat: &Seat, errand: Errand) -> bool {
    let leads = durable.is_leader(seat);
    let manages = durable.manages(seat);
    let mediates = leads || matches!(seat.role, Role::ChairMediator | Role::Mediator);
    let sides = seat.role.is_party() || seat.role.is_for_party();
    let lecture = durable.sitting.kind == Kind::Lecture;
    // For who is in the courtroom without a page.
    let notes = durable.notes_paper(seat);
    match errand {
        Errand::Confront
        | Errand::Testify
        | Errand::Shield
        | Errand::Interpret
        | Errand::AllowDrawing => leads,
        Errand::SignGuarantee => seat.role.is_called() || notes,
        Errand::NoteGuaranteeRefused => leads || seat.role == Role::Clerk,
        Errand::Listen => seat.attendance == Attendance::Online,
        Errand::Note => manages,
        Errand::RecordDeliberation => durable.sitting.has_panel() && keeps_deliberation(seat.role),
        Errand::Consult | Errand::LockChamber => sides,
        Errand::AnswerConsultation | Errand::LeaveChamber => sides || is_interpreter(seat.role),
        Errand::Caucus | Errand::SetRecordMode | Errand::FailMediation => mediates,
        Errand::ShowEvidence => manages || (sides && seat.screen_allowed),
        Errand::TurnPage | Errand::PlayEvidence | Errand::HideEvidence => {
            manages || (sides && durable.showing.as_ref().is_none_or(|shown| shown.by == who))
        }
        Errand::Opine => sides && durable.side_of(seat).is_some(),
        Errand::RefuseSigning => sides || notes,
        Errand::Draw => manages || seat.may_draw,
        Errand::ClearDrawing | Errand::Tick | Errand::WriteSheet | Errand::ReadBack => manages,
        Errand::Sign => mediates || sides || notes,
        Errand::CallRoll => leads && lecture,
        Errand::ConfirmPresence => seat.role == Role::Learner && lecture,
        _ => false,
    }
}

/// Whether the errand has its place in this stage.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the others are told their place by role and occasion"
)]
fn has_stage(durable: &Durable, errand: Errand) -> bool {
    let stage = durable.stage;
    let heard =
        matches!(stage, Stage::InSession | Stage::Recess { ground: Ground::NonPublicEvidence });
    let mediation = durable.sitting.kind == Kind::Mediation;
    match errand {
        Errand::Confront
        | Errand::Testify
        | Errand::SignGuarantee
        | Errand::NoteGuaranteeRefused
        | Errand::Opine => heard,
        Errand::ShowEvidence
        | Errand::TurnPage
        | Errand::PlayEvidence
        | Errand::HideEvidence
        | Errand::AllowDrawing
        | Errand::Draw
        | Errand::ClearDrawing => durable.may_show(),
        Errand::Caucus => durable.may_caucus(),
        Errand::Tick => {
            mediation
                && matches!(
                    stage,
                    Stage::CheckIn | Stage::PreTrial | Stage::InSession | Stage::Recess { .. }
                )
        }
        Errand::SetRecordMode => mediation && stage.is_before_opening(),
        Errand::WriteSheet | Errand::ReadBack | Errand::Sign | Errand::RefuseSigning => {
            durable.is_mediating()
        }
        Errand::FailMediation => durable.is_mediating() || (mediation && stage != Stage::Opening),
        Errand::CallRoll => stage == Stage::InSession,
        Errand::ConfirmPresence => stage.is_open(),
        Errand::RecordDeliberation => durable.was_deliberated(),
        _ => true,
    }
}

/// Whether there is an occasion for the errand: something shown, an invitation, a room.
#[expect(clippy::wildcard_enum_match_arm, reason = "nothing is waited for by the others")]
fn has_occasion(durable: &Durable, who: ParticipantId, errand: Errand) -> Result<(), Refusal> {
    let waits = durable.seats.get(&who).is_some_and(|seat| durable.waits(seat));
    match errand {
        Errand::TurnPage
        | Errand::PlayEvidence
        | Errand::HideEvidence
        | Errand::Draw
        | Errand::ClearDrawing
            if durable.showing.is_none() =>
        {
            Err(Refusal::NothingShown)
        }
        Errand::Listen if !durable.has_choice_of_sound(who) => Err(Refusal::NothingPending),
        Errand::Consult if !durable.may_consult(who) => Err(Refusal::WrongStage),
        Errand::LeaveChamber if durable.consultation_of(who).is_none() => Err(Refusal::NoChamber),
        Errand::LockChamber if durable.consultation_of(who) != Some(who) => Err(Refusal::NoChamber),
        Errand::AnswerConsultation if !durable.is_asked(who) => Err(Refusal::NoChamber),
        Errand::ConfirmPresence if durable.open_roll().is_none() => Err(Refusal::NothingPending),
        // Who waits while the other side talks knows nothing of what is done there.
        Errand::Sign | Errand::RefuseSigning | Errand::ShowEvidence | Errand::Opine if waits => {
            Err(Refusal::WrongStage)
        }
        _ => Ok(()),
    }
}

/// Whether the role interprets.
pub(crate) const fn is_interpreter(role: Role) -> bool {
    matches!(role, Role::Interpreter | Role::SignInterpreter)
}

impl Hearing {
    /// What follows by rule from where the hearing stands now.
    pub(crate) fn settle_beside(&mut self, turn: &mut Turn<'_>) {
        if self.is_minuted() {
            self.settle_chambers(turn);
            self.settle_showing(turn);
            self.settle_record_mode(turn);
            self.settle_agreement(turn);
            self.send_experts_out(turn);
            self.settle_presence(turn);
        }
    }
}

impl Durable {
    /// Whether the seat leads this sitting.
    pub(crate) const fn is_leader(&self, seat: &Seat) -> bool {
        seat.role.leads(self.sitting.kind)
    }

    /// Whether the seat helps to lead it: shows evidence, keeps the sheets, reads the court's
    /// private notes.
    pub(crate) const fn manages(&self, seat: &Seat) -> bool {
        self.is_leader(seat)
            || seat.role.is_bench()
            || matches!(
                seat.role,
                Role::ChairMediator | Role::Mediator | Role::JudgeAssistant | Role::Clerk
            )
    }

    /// Whether the seat does the clerk's work, and so notes what was signed on paper.
    pub(crate) const fn notes_paper(&self, seat: &Seat) -> bool {
        self.is_leader(seat) || matches!(seat.role, Role::Clerk | Role::JudgeAssistant)
    }

    /// The side somebody is on: their own, or that of the person they are here for.
    pub(crate) fn side_of(&self, seat: &Seat) -> Option<Side> {
        let mut side = seat.side.or(seat.role.side());
        let mut whom = seat.acts_for;
        // An interpreter may be here for an agent, who is here for a party: no longer chain.
        for _ in 0..2 {
            let Some(other) = whom.and_then(|whom| self.seats.get(&whom)) else { break };
            side = side.or(other.side).or(other.role.side());
            whom = other.acts_for;
        }
        side
    }

    /// Whether evidence may be shown at this stage.
    pub(crate) const fn may_show(&self) -> bool {
        matches!(
            self.stage,
            Stage::InSession
                | Stage::TechInterrupted
                | Stage::Recess { ground: Ground::NonPublicEvidence | Ground::UnrecordedMediation }
        )
    }

    /// Whether the sitting is a mediation that was opened, or in its phase of mediation (P10).
    pub(crate) fn is_mediating(&self) -> bool {
        match self.stage {
            Stage::InSession => {
                self.sitting.kind == Kind::Mediation || self.sitting.phase == Some(Phase::Mediation)
            }
            Stage::Recess { ground: Ground::UnrecordedMediation } => true,
            Stage::Scheduled
            | Stage::CheckIn
            | Stage::PreTrial
            | Stage::Opening
            | Stage::Recess { .. }
            | Stage::TechInterrupted
            | Stage::Deliberation
            | Stage::Closed => false,
        }
    }

    /// Whether somebody waits while the other side talks with the mediators (背靠背).
    pub(crate) fn waits(&self, seat: &Seat) -> bool {
        seat.place == Place::InHearing
            && self.caucus.is_some_and(|side| !joins_caucus(self, seat, side))
    }
}
