//! Everything that happens because time passes.
//! What is not here: a clock; time comes in with each event.

use model::{Actor, Fact, Instant, ParticipantId, Refusal, limits};

use crate::Hearing;
use crate::effect::{Effect, Parting};
use crate::turn::Turn;

impl Hearing {
    /// Does what is due by now.
    pub(crate) fn do_what_is_due(&mut self, turn: &mut Turn<'_>) {
        let now = turn.now.instant;
        if self.live.opening.is_some_and(|opening| opening.until <= now) {
            self.fail_opening(turn, Refusal::RecordNotConfirmed);
        }
        if self.live.parting_at.is_some_and(|at| at <= now) {
            self.live.parting_at = None;
            self.live.parted = true;
            for (who, link) in &self.live.links {
                if link.media {
                    turn.order(Effect::DropMedia { who: *who });
                }
                if link.online {
                    turn.part(*who, Parting::Closed);
                }
            }
        }
        self.end_countdown(turn);
        self.end_floor_by_rule(turn);
        self.interrupt_by_rule(turn);
        self.check_presence_by_rule(turn);
        let outstayed: Vec<_> =
            self.seats_kept().filter(|(_, until)| *until <= now).map(|(who, _)| who).collect();
        for who in outstayed {
            self.minute(turn, Actor::Server, Fact::Dismissed { who });
            turn.order(Effect::DropMedia { who });
        }
    }

    /// When something is due next.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        let opening = self.live.opening.map(|opening| opening.until);
        let kept = self.seats_kept().map(|(_, until)| until);
        if self.live.stopped {
            return None;
        }
        let floor = self.live.floor.as_ref().map(|(until, _)| *until);
        let missed = self.missed().map(|(_, at)| at);
        kept.chain(opening)
            .chain(self.live.parting_at)
            .chain(self.next_missed())
            .chain(self.live.countdown)
            .chain(floor)
            .chain(missed)
            .chain(self.next_presence())
            .chain(self.next_unanswered())
            .min()
    }

    /// People of the hearing whose page is gone, and until when their seat is kept. The court's
    /// seats are kept for ever.
    fn seats_kept(&self) -> impl Iterator<Item = (ParticipantId, Instant)> {
        self.live
            .links
            .iter()
            .filter(|(who, link)| !link.online && self.durable.is_inside(**who))
            .filter(|(who, _)| self.someone_not_of_the_court(**who).is_ok())
            .filter_map(|(who, link)| Some((*who, link.gone_since?.plus(limits::SEAT_GRACE))))
    }
}
