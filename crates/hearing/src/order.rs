//! Order in the courtroom: warning, and the order to leave after it.
//! What is not here: any verdict on why somebody is absent; that is the judge's alone.

use model::{Fact, ParticipantId, Place, Private, Refusal, limits};

use crate::Hearing;
use crate::effect::{Effect, Parting};
use crate::state::Seat;
use crate::turn::{Turn, by};

impl Hearing {
    /// The judge warns somebody who is here.
    pub(crate) fn warn(
        &mut self,
        turn: &mut Turn<'_>,
        judge: ParticipantId,
        who: ParticipantId,
        reason: Private<String>,
    ) -> Result<(), Refusal> {
        self.someone_here(who)?;
        check_reason(&reason)?;
        if !self.is_online(who) {
            return Err(Refusal::NotConnected);
        }
        self.minute(turn, by(judge), Fact::Warned { who, reason });
        Ok(())
    }

    /// The judge orders somebody to leave; final for this sitting.
    pub(crate) fn remove(
        &mut self,
        turn: &mut Turn<'_>,
        judge: ParticipantId,
        who: ParticipantId,
        reason: Private<String>,
    ) -> Result<(), Refusal> {
        let warnings = self.someone_here(who)?.warnings;
        check_reason(&reason)?;
        if warnings == 0 {
            return Err(Refusal::WarnFirst);
        }
        self.minute(turn, by(judge), Fact::Removed { who, reason, unwarned: Private::default() });
        turn.order(Effect::DropMedia { who });
        if self.is_online(who) {
            turn.part(who, Parting::Removed);
        }
        Ok(())
    }

    /// Somebody not of the court who waits or is in the hearing.
    fn someone_here(&self, who: ParticipantId) -> Result<&Seat, Refusal> {
        let seat = self.someone_not_of_the_court(who)?;
        match seat.place {
            Place::Waiting | Place::InHearing => Ok(seat),
            Place::Removed => Err(Refusal::AlreadyThere),
            Place::Expected | Place::Left => Err(Refusal::NotCheckedIn),
        }
    }

    /// Somebody not of the court who is in the hearing.
    pub(crate) fn someone_inside(&self, who: ParticipantId) -> Result<&Seat, Refusal> {
        let seat = self.someone_not_of_the_court(who)?;
        match seat.place {
            Place::InHearing => Ok(seat),
            Place::Removed => Err(Refusal::Removed),
            Place::Waiting | Place::Expected | Place::Left if seat.checked_in => {
                Err(Refusal::NobodyThere)
            }
            Place::Waiting | Place::Expected | Place::Left => Err(Refusal::NotCheckedIn),
        }
    }
}

fn check_reason(reason: &Private<String>) -> Result<(), Refusal> {
    if reason.reveal().trim().is_empty() {
        Err(Refusal::ReasonMissing)
    } else if reason.reveal().chars().count() > limits::TEXT_CHARS_MAX {
        Err(Refusal::TextTooLong)
    } else {
        Ok(())
    }
}
