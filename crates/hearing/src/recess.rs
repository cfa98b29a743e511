//! Pauses on a lawful ground, and going on.
//! What is not here: who hears whom meanwhile, which is `policy.rs`.

use model::{Fact, Ground, ParticipantId, Refusal};

use crate::Hearing;
use crate::turn::{Turn, by};

impl Hearing {
    /// The judge pauses hearing and record on one of the lawful grounds.
    pub(crate) fn recess(&mut self, turn: &mut Turn<'_>, judge: ParticipantId, ground: Ground) {
        self.note_spoken(turn);
        self.minute(turn, by(judge), Fact::RecessCalled { ground });
        self.roll(turn, false);
    }

    /// The judge goes on; the record rolls again and cannot while the disk fails. After a technical
    /// interruption it rolls still. Whoever is gone now is missed no more by rule.
    pub(crate) fn resume(
        &mut self,
        turn: &mut Turn<'_>,
        judge: ParticipantId,
    ) -> Result<(), Refusal> {
        let rolls = self.durable.stage.is_on_record();
        if let Some(why) = self.record_at_risk().filter(|_| !rolls) {
            return Err(why);
        }
        self.excuse_the_lost();
        self.minute(turn, by(judge), Fact::Resumed);
        // Talk with one side alone that goes on is off the record; one that does not ends by rule.
        let apart = self.durable.caucus.is_some() && self.durable.may_caucus_last();
        if !rolls && !apart {
            self.roll(turn, true);
        }
        Ok(())
    }
}
