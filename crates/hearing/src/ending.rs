//! The end of a sitting: closed, adjourned, gone offline or called off. Nothing leads back.
//! What is not here: pauses, which are in `recess.rs`.

use model::{AdjournGround, Ending, Fact, ParticipantId, Phase, Private, Refusal, limits};

use crate::Hearing;
use crate::apply::stands_in_the_way;
use crate::effect::Effect;
use crate::order::{check_length, check_reason};
use crate::turn::{Turn, by};

impl Hearing {
    /// The judge closes (闭庭). What the course demands comes first: the closing phase is in turn,
    /// or was entered out of turn with a reason. A challenge that was upheld ends it anyway.
    pub(crate) fn close(
        &mut self,
        turn: &mut Turn<'_>,
        judge: ParticipantId,
    ) -> Result<(), Refusal> {
        if let Some(why) = self.closing_too_early() {
            return Err(why);
        }
        self.end(turn, judge, Ending::Closed, None, Private::default());
        Ok(())
    }

    /// Why the judge may not close yet, if so.
    pub(crate) fn closing_too_early(&self) -> Option<Refusal> {
        if let Err(why) = self.mediation_may_close() {
            return Some(why);
        }
        let sitting = &self.durable.sitting;
        if !sitting.kind.has_phases() || sitting.withdrawn.is_some() {
            return None;
        }
        let due = sitting.phase == Some(Phase::Closing) || self.phase_turn(Phase::Closing).is_ok();
        (!due).then_some(Refusal::PhaseOutOfTurn)
    }

    /// The judge adjourns (延期审理, 民事诉讼法 art. 149).
    pub(crate) fn adjourn(
        &mut self,
        turn: &mut Turn<'_>,
        judge: ParticipantId,
        ground: AdjournGround,
        note: Private<String>,
    ) -> Result<(), Refusal> {
        check_length(&note)?;
        self.end(turn, judge, Ending::Adjourned, Some(ground), note);
        Ok(())
    }

    /// The judge goes on offline (在线诉讼规则 art. 5, 21): what was done stays valid and archived.
    pub(crate) fn go_offline(
        &mut self,
        turn: &mut Turn<'_>,
        judge: ParticipantId,
        reason: Private<String>,
    ) -> Result<(), Refusal> {
        check_reason(&reason)?;
        self.end(turn, judge, Ending::Offline, None, reason);
        Ok(())
    }

    /// The judge calls the sitting off before opening.
    pub(crate) fn call_off(
        &mut self,
        turn: &mut Turn<'_>,
        judge: ParticipantId,
        reason: Private<String>,
    ) -> Result<(), Refusal> {
        check_reason(&reason)?;
        self.end(turn, judge, Ending::CalledOff, None, reason);
        Ok(())
    }

    /// The sitting is over. People keep their page for a while to read that it is.
    fn end(
        &mut self,
        turn: &mut Turn<'_>,
        judge: ParticipantId,
        ending: Ending,
        ground: Option<AdjournGround>,
        note: Private<String>,
    ) {
        let rolling = self.durable.is_on_record();
        self.note_spoken(turn);
        self.live.late_fault = self.durable.fault.filter(|fault| stands_in_the_way(*fault));
        self.minute(turn, by(judge), Fact::Closed { ending, ground, note });
        if rolling {
            self.roll(turn, false);
        }
        turn.order(Effect::Seal);
        self.live.parting_at = Some(turn.now.instant.plus(limits::CLOSED_PAGES_STAY));
    }
}
