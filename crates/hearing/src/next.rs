//! The one next step of who leads, and everything in its way: what the big button of the page is.
//! What is not here: whether somebody may press it, which is `rights.rs`.

use model::view::Obstacle;
use model::{ParticipantId, Phase, Place, Refusal, Stage};

use crate::Hearing;
use crate::apply::stands_in_the_way;
use crate::course;
use crate::rights::Errand;

impl Hearing {
    /// The step that follows by the law.
    pub(crate) fn next_step(&self) -> Option<Errand> {
        let sitting = &self.durable.sitting;
        match self.durable.stage {
            Stage::Scheduled => Some(Errand::OpenCheckIn),
            Stage::CheckIn | Stage::PreTrial => Some(if self.barred_unanswered() {
                Errand::AnswerBarred
            } else if self.is_barred() {
                Errand::GoOffline
            } else if self.discipline_unread() {
                Errand::ReadDiscipline
            } else {
                Errand::Open
            }),
            Stage::InSession => Some(match course::following(&sitting.legs(), sitting.phase) {
                None => Errand::Close,
                Some(Phase::Deliberation) => Errand::Deliberate,
                Some(_) => Errand::EnterPhase,
            }),
            Stage::Recess { .. } if sitting.challenge.is_some() => Some(Errand::DisposeChallenge),
            Stage::Recess { .. } if sitting.withdrawn.is_some() => Some(Errand::Adjourn),
            Stage::Recess { .. } | Stage::TechInterrupted | Stage::Deliberation => {
                Some(Errand::Resume)
            }
            Stage::Opening | Stage::Closed => None,
        }
    }

    /// Everything for which the next step would be refused now, in the order in which it is done.
    pub(crate) fn obstacles(&self) -> Vec<Obstacle> {
        match self.next_step() {
            Some(Errand::Open) => self.obstacles_to_opening(),
            Some(Errand::AnswerBarred | Errand::GoOffline | Errand::ReadDiscipline) => {
                let mut obstacles = self.obstacles_to_opening();
                obstacles.retain(|obstacle| {
                    !matches!(
                        obstacle.why,
                        Refusal::BarredNotAnswered | Refusal::Barred | Refusal::DisciplineUnread
                    )
                });
                obstacles
            }
            Some(Errand::EnterPhase | Errand::Deliberate) => {
                self.unchecked().map(|(who, why)| Obstacle { why, who: Some(who) }).collect()
            }
            Some(Errand::Resume) => {
                self.record_at_risk().map(|why| Obstacle { why, who: None }).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    /// Everything in the way of opening (court-domain §7.1 b).
    pub(crate) fn obstacles_to_opening(&self) -> Vec<Obstacle> {
        let durable = &self.durable;
        let decides = durable.sitting.kind.step().is_some();
        let mut found = Vec::new();
        let mut note = |why, who: Option<ParticipantId>| found.push(Obstacle { why, who });
        if self.barred_unanswered() {
            note(Refusal::BarredNotAnswered, None);
        } else if self.is_barred() {
            note(Refusal::Barred, None);
        }
        if decides {
            let parties = || durable.seats.iter().filter(|(_, seat)| seat.role.is_party());
            let anybody = durable.seats.values().any(|seat| {
                seat.place == Place::InHearing && (seat.role.is_party() || seat.role.is_for_party())
            });
            if !anybody {
                note(Refusal::NobodyAdmitted, None);
            }
            for (who, _) in parties().filter(|(who, _)| !self.is_accounted_for(**who)) {
                note(Refusal::PartyUnaccounted, Some(*who));
            }
            let inside = durable.seats.iter().filter(|(_, seat)| seat.place == Place::InHearing);
            for (who, _) in inside.filter(|(who, _)| self.lacks_consent(**who)) {
                note(Refusal::ConsentMissing, Some(*who));
            }
        }
        if self.discipline_unread() {
            note(Refusal::DisciplineUnread, None);
        }
        if let Err(why) = self.mediation_may_open() {
            note(why, None);
        }
        if let Some(why) = self.record_at_risk() {
            note(why, None);
        }
        if !self.live.ledger && durable.is_recorded() && self.record_at_risk().is_none() {
            note(Refusal::RecordAtRisk, None);
        }
        if self.clock_is_off() {
            note(Refusal::ClockOff, None);
        }
        found
    }

    /// Why the record cannot roll now, if so.
    pub(crate) fn record_at_risk(&self) -> Option<Refusal> {
        let broken = self.durable.fault.is_some_and(stands_in_the_way);
        (broken && self.durable.is_recorded()).then_some(Refusal::RecordAtRisk)
    }

    fn barred_unanswered(&self) -> bool {
        self.durable.sitting.kind.has_phases() && self.durable.sitting.barred.is_none()
    }

    fn is_barred(&self) -> bool {
        let grounds = self.durable.sitting.barred.as_ref();
        self.durable.sitting.kind.has_phases() && grounds.is_some_and(|found| !found.is_empty())
    }

    /// With a clerk on the docket the discipline is read before opening, unless it was told and
    /// confirmed beforehand; the clerk reads it, or the judge.
    fn discipline_unread(&self) -> bool {
        let sitting = &self.durable.sitting;
        let needed = sitting.kind.has_phases() && sitting.has_clerk && !sitting.course.told_before;
        needed && !sitting.discipline_read
    }
}
