//! Who may speak and show: microphone locks, leave to share a screen, the queue of hands.
//! What is not here: switching anybody's microphone on, which nothing in this house can do.

use std::collections::BTreeSet;

use model::{Actor, Fact, ParticipantId, Place, Refusal, TrackKind, limits};

use crate::Hearing;
use crate::turn::{Turn, by};

impl Hearing {
    /// The judge locks or unlocks one person's microphone.
    pub(crate) fn lock(
        &mut self,
        turn: &mut Turn<'_>,
        judge: ParticipantId,
        who: ParticipantId,
        locked: bool,
    ) -> Result<(), Refusal> {
        let seat = self.someone_inside(who)?;
        if seat.locked == locked {
            return Err(Refusal::AlreadyThere);
        }
        self.minute(turn, by(judge), lock_fact(who, locked));
        Ok(())
    }

    /// The judge locks or unlocks everybody in the hearing but the court.
    pub(crate) fn lock_all(&mut self, turn: &mut Turn<'_>, judge: ParticipantId, locked: bool) {
        let people: Vec<_> = self
            .durable
            .seats
            .iter()
            .filter(|(_, seat)| !seat.role.is_court() && seat.place == Place::InHearing)
            .filter(|(_, seat)| seat.locked != locked)
            .map(|(who, _)| *who)
            .collect();
        for who in people {
            self.minute(turn, by(judge), lock_fact(who, locked));
        }
    }

    /// The judge gives or takes back leave to share a screen. One person holds leave at a time.
    pub(crate) fn allow_screen(
        &mut self,
        turn: &mut Turn<'_>,
        judge: ParticipantId,
        who: ParticipantId,
        allowed: bool,
    ) -> Result<(), Refusal> {
        let seat = self.someone_inside(who)?;
        if !seat.role.may_publish(TrackKind::Screen) {
            return Err(Refusal::NotYourRight);
        }
        if seat.screen_allowed == allowed {
            return Err(Refusal::AlreadyThere);
        }
        let holder = self.durable.seats.iter().find(|(_, seat)| seat.screen_allowed);
        if let Some((holder, _)) = holder.map(|(id, seat)| (*id, seat))
            && allowed
        {
            let fact = Fact::ScreenAllowed { who: holder, allowed: false };
            self.minute(turn, Actor::Server, fact);
        }
        self.minute(turn, by(judge), Fact::ScreenAllowed { who, allowed });
        Ok(())
    }

    /// Somebody raises or lowers their hand; the queue is in the server's order.
    pub(crate) fn hand(
        &mut self,
        turn: &mut Turn<'_>,
        who: ParticipantId,
        raised: bool,
    ) -> Result<(), Refusal> {
        if self.durable.hands.contains(&who) == raised {
            return Err(Refusal::AlreadyThere);
        }
        let link = self.live.links.get_mut(&who).ok_or(Refusal::NobodyThere)?;
        if link.hand_moved.is_some_and(|at| turn.now.instant < at.plus(limits::HAND_EVERY_MIN)) {
            return Err(Refusal::TooFast);
        }
        link.hand_moved = Some(turn.now.instant);
        self.minute(turn, by(who), Fact::Hand { who, raised });
        Ok(())
    }

    /// Somebody's page says which devices are on; for the display only.
    pub(crate) fn devices(&mut self, turn: &mut Turn<'_>, who: ParticipantId, on: &[TrackKind]) {
        if let Some(link) = self.live.links.get_mut(&who) {
            let on: BTreeSet<_> = on.iter().copied().collect();
            turn.views |= link.devices != on;
            link.devices = on;
        }
    }
}

const fn lock_fact(who: ParticipantId, locked: bool) -> Fact {
    if locked { Fact::Locked { who } } else { Fact::Unlocked { who } }
}
