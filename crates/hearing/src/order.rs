//! Order in the courtroom: prompt, warning, reprimand, the order to leave, and the way back.
//! What is not here: any verdict on why somebody is absent; that is the judge's alone.

use model::{Fact, ParticipantId, Place, Private, Refusal, limits};

use crate::Hearing;
use crate::effect::{Effect, Parting};
use crate::state::Seat;
use crate::turn::{Turn, by};

impl Hearing {
    /// The judge prompts, warns or reprimands somebody who is here: each is an act with its reason.
    pub(crate) fn call_to_order(
        &mut self,
        turn: &mut Turn<'_>,
        judge: ParticipantId,
        rung: Rung,
        who: ParticipantId,
        reason: Private<String>,
    ) -> Result<(), Refusal> {
        self.someone_here(who)?;
        check_reason(&reason)?;
        if !self.is_present(who) {
            return Err(Refusal::NotConnected);
        }
        let fact = match rung {
            Rung::Prompt => Fact::Prompted { who, reason },
            Rung::Warning => Fact::Warned { who, reason },
            Rung::Reprimand => Fact::Reprimanded { who, reason },
        };
        self.minute(turn, by(judge), fact);
        Ok(())
    }

    /// The judge orders somebody to leave: after a warning, or with a reason why there was none.
    pub(crate) fn remove(
        &mut self,
        turn: &mut Turn<'_>,
        judge: ParticipantId,
        who: ParticipantId,
        reason: Private<String>,
        unwarned: Private<String>,
    ) -> Result<(), Refusal> {
        let warnings = self.someone_here(who)?.warnings;
        check_reason(&reason)?;
        check_length(&unwarned)?;
        if warnings == 0 && is_empty(&unwarned) {
            return Err(Refusal::WarnFirst);
        }
        self.minute(turn, by(judge), Fact::Removed { who, reason, unwarned });
        turn.order(Effect::DropMedia { who });
        if self.is_online(who) {
            turn.part(who, Parting::Removed);
        }
        Ok(())
    }

    /// The judge lets somebody back who was ordered to leave.
    pub(crate) fn readmit(
        &mut self,
        turn: &mut Turn<'_>,
        judge: ParticipantId,
        who: ParticipantId,
    ) -> Result<(), Refusal> {
        let seat = self.someone_not_of_the_court(who)?;
        let Some(kept) = seat.kept.filter(|_| seat.place == Place::Removed) else {
            return Err(Refusal::NothingPending);
        };
        if kept.place == Place::InHearing && !self.has_room_for(seat.role) {
            return Err(Refusal::Full);
        }
        if kept.place == Place::InHearing && !seat.role.is_called() {
            self.may_come_in(seat)?;
        }
        self.minute(turn, by(judge), Fact::Readmitted { who });
        if let Some(link) = self.live.links.get_mut(&who).filter(|link| !link.online) {
            link.gone_since = Some(turn.now.instant);
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

/// The rungs of the ladder before the order to leave (法庭规则; court-domain §6 row 45).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rung {
    /// 提示.
    Prompt,
    /// 警告.
    Warning,
    /// 训诫.
    Reprimand,
}

/// Whether nothing but blanks was written.
pub(crate) fn is_empty(text: &Private<String>) -> bool {
    text.reveal().trim().is_empty()
}

/// A reason says something and is not too long.
pub(crate) fn check_reason(reason: &Private<String>) -> Result<(), Refusal> {
    if is_empty(reason) { Err(Refusal::ReasonMissing) } else { check_length(reason) }
}

/// A remark may be empty and is not too long.
pub(crate) fn check_length(text: &Private<String>) -> Result<(), Refusal> {
    let long = text.reveal().chars().count() > limits::TEXT_CHARS_MAX;
    if long { Err(Refusal::TextTooLong) } else { Ok(()) }
}
