//! A call between a station and the court (点对点): who comes is in it, and hanging up ends it.
//! What is not here: ringing, which comes before (`switchboard.rs`). Nothing of a call is recorded.

use model::{Actor, Fact, Kind, ParticipantId, Place, Private, Role, Stage, limits};

use crate::Hearing;
use crate::effect::Effect;
use crate::turn::{Turn, by};

impl Hearing {
    /// Who rang is in the call at once: both sides took it, so nobody checks in or is admitted.
    pub(crate) fn enter_call(&mut self, turn: &mut Turn<'_>, who: ParticipantId) {
        if self.docket.brief.kind != Kind::Call || self.durable.stage == Stage::Closed {
            return;
        }
        if self.durable.stage == Stage::Scheduled {
            turn.write(Effect::OpenLedger);
            self.minute(turn, Actor::Server, Fact::CheckInOpened);
        }
        let Some(seat) = self.durable.seats.get(&who) else { return };
        let comes = matches!(seat.place, Place::Expected | Place::Waiting);
        if seat.role != Role::Visitor || !comes {
            return;
        }
        if seat.place == Place::Expected {
            let fact = Fact::Arrived {
                who,
                others_present: Private::default(),
                camera: true,
                microphone: true,
                faults: Vec::new(),
                version: String::new(),
            };
            self.minute(turn, by(who), fact);
        }
        self.minute(turn, Actor::Server, Fact::Admitted { who });
    }

    /// One side hung up: the call is over. Of a sitting that is no call this ends nothing.
    pub(crate) fn hang_up(&mut self, turn: &mut Turn<'_>) {
        if self.docket.brief.kind != Kind::Call || !self.is_minuted() {
            return;
        }
        self.minute(turn, Actor::Server, Fact::closed());
        turn.order(Effect::Seal);
        self.live.parting_at = Some(turn.now.instant.plus(limits::CLOSED_PAGES_STAY));
    }
}

#[cfg(test)]
mod tests {
    use model::archive::Attendee;
    use model::view::Heading;
    use model::{Brief, Grants, HearingId, Now, Timestamp};

    use super::*;
    use crate::{Docket, Event};

    const CLERK: ParticipantId = ParticipantId(1);
    const VISITOR: ParticipantId = ParticipantId(2);

    fn sitting(kind: Kind) -> Hearing {
        let heading = Heading {
            court: "court".to_owned(),
            case_number: "1".into(),
            cause: "call".into(),
            scheduled_at: Timestamp(0),
        };
        let attendees = vec![
            Attendee::new(CLERK, Role::Clerk, "clerk".into()),
            Attendee::new(VISITOR, Role::Visitor, "station".into()),
        ];
        let brief = Brief { kind, ..Brief::default() };
        Hearing::new(Now::default(), Docket { hearing: HearingId(1), heading, brief, attendees })
    }

    fn tell(hearing: &mut Hearing, event: Event) -> Vec<Effect> {
        let mut effects = Vec::new();
        hearing.handle(Now::default(), event, &mut effects);
        effects
    }

    fn pairs(grants: &Grants) -> usize {
        grants.receive.values().map(std::collections::BTreeSet::len).sum()
    }

    #[test]
    fn both_sides_are_in_at_once_and_nothing_is_recorded() {
        for order in [[CLERK, VISITOR], [VISITOR, CLERK]] {
            let mut call = sitting(Kind::Call);
            for who in order {
                tell(&mut call, Event::Joined { who });
            }
            assert!(pairs(call.grants()) >= 4, "each sees and hears the other");
            assert!(call.grants().record.is_empty());
            assert_eq!(call.stage(), Stage::CheckIn);
            let effects = tell(&mut call, Event::HungUp);
            assert!(effects.contains(&Effect::Seal));
            assert_eq!(call.stage(), Stage::Closed);
            assert_eq!(pairs(call.grants()), 0);
        }
    }

    #[test]
    fn nobody_enters_a_hearing_that_way() {
        let mut hearing = sitting(Kind::Hearing);
        tell(&mut hearing, Event::Joined { who: CLERK });
        tell(&mut hearing, Event::Joined { who: VISITOR });
        assert_eq!(hearing.stage(), Stage::Scheduled);
        tell(&mut hearing, Event::HungUp);
        assert_eq!(hearing.stage(), Stage::Scheduled);
        assert_eq!(pairs(hearing.grants()), 0);
    }
}
