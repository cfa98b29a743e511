//! Pauses on a lawful ground, going on, and the end.
//! What is not here: who hears whom meanwhile, which is `policy.rs`.

use model::{Fact, Ground, ParticipantId, Refusal, Stage, limits};

use crate::Hearing;
use crate::apply::stands_in_the_way;
use crate::effect::Effect;
use crate::turn::{Turn, by};

impl Hearing {
    /// The judge pauses hearing and record on one of the lawful grounds.
    pub(crate) fn recess(&mut self, turn: &mut Turn<'_>, judge: ParticipantId, ground: Ground) {
        self.minute(turn, by(judge), Fact::RecessCalled { ground });
        self.roll(turn, false);
    }

    /// The judge goes on; the record rolls again and cannot while the disk fails.
    pub(crate) fn resume(
        &mut self,
        turn: &mut Turn<'_>,
        judge: ParticipantId,
    ) -> Result<(), Refusal> {
        if self.durable.fault.is_some_and(stands_in_the_way) {
            return Err(Refusal::RecordAtRisk);
        }
        self.minute(turn, by(judge), Fact::Resumed);
        self.roll(turn, true);
        Ok(())
    }

    /// The judge closes: final. People keep their page for a while to read that it is over.
    pub(crate) fn close(&mut self, turn: &mut Turn<'_>, judge: ParticipantId) {
        let rolling = self.durable.stage == Stage::InSession;
        self.live.late_fault = self.durable.fault.filter(|fault| stands_in_the_way(*fault));
        self.minute(turn, by(judge), Fact::closed());
        if rolling {
            self.roll(turn, false);
        }
        turn.order(Effect::Seal);
        self.live.parting_at = Some(turn.now.instant.plus(limits::CLOSED_PAGES_STAY));
    }
}
