//! Going from phase to phase, and the panel's withdrawal to deliberate.
//! What is not here: which phases there are, which is `course.rs`.

use model::{Fact, ParticipantId, Phase, Private, Refusal};

use crate::Hearing;
use crate::course;
use crate::order::{check_length, is_empty};
use crate::turn::{Turn, by};

impl Hearing {
    /// The judge goes to a phase; out of turn only with a reason. Entering the deliberation is the
    /// panel's withdrawal.
    pub(crate) fn enter_phase(
        &mut self,
        turn: &mut Turn<'_>,
        judge: ParticipantId,
        phase: Phase,
        reason: Private<String>,
    ) -> Result<(), Refusal> {
        check_length(&reason)?;
        match self.phase_turn(phase) {
            Err(Refusal::PhaseOutOfTurn) if !is_empty(&reason) => {}
            other => other?,
        }
        self.leave_identity(phase)?;
        self.note_spoken(turn);
        self.minute(turn, by(judge), Fact::PhaseEntered { phase, reason });
        if phase == Phase::Deliberation {
            self.withdraw(turn, judge);
        }
        Ok(())
    }

    /// The panel withdraws: the phase begins, or the panel withdraws once more in a later one.
    pub(crate) fn deliberate(
        &mut self,
        turn: &mut Turn<'_>,
        judge: ParticipantId,
    ) -> Result<(), Refusal> {
        let sitting = &self.durable.sitting;
        let here = sitting.phase == Some(Phase::Deliberation);
        if here || sitting.phases_done.contains(&Phase::Deliberation) {
            self.note_spoken(turn);
            self.withdraw(turn, judge);
            return Ok(());
        }
        self.enter_phase(turn, judge, Phase::Deliberation, Private::default())
    }

    fn withdraw(&mut self, turn: &mut Turn<'_>, judge: ParticipantId) {
        self.minute(turn, by(judge), Fact::DeliberationBegan);
        self.roll(turn, false);
    }

    /// Whether a phase is in turn now.
    pub(crate) fn phase_turn(&self, phase: Phase) -> Result<(), Refusal> {
        let sitting = &self.durable.sitting;
        course::turn(&sitting.legs(), &sitting.phases_done, sitting.phase, phase)
    }

    /// Nobody unchecked goes beyond the first phase, whenever they came.
    fn leave_identity(&self, to: Phase) -> Result<(), Refusal> {
        let unchecked = if to == Phase::Identity { None } else { self.unchecked().next() };
        unchecked.map_or(Ok(()), |(_, why)| Err(why))
    }
}
