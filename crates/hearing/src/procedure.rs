//! The course of the sitting as each person sees it.
//! What is not here: people and their seats, which are in `view.rs`.

use model::view::{ChallengeView, FloorView, InterruptionView, Obstacle, PhaseStep, ProcedureView};
use model::{Brief, Instant, Now, ParticipantId, Place};

use crate::Hearing;
use crate::rights::{self, Errand};
use crate::state::Seat;

impl Hearing {
    /// The procedure as one person may see it.
    pub(crate) fn procedure(&self, who: ParticipantId, seat: &Seat, now: Now) -> ProcedureView {
        let sitting = &self.durable.sitting;
        let done = |phase| sitting.phases_done.contains(&phase) && sitting.phase != Some(phase);
        let phases = sitting.legs().into_iter().map(|leg| PhaseStep {
            phase: leg.phase,
            mandatory: leg.mandatory,
            done: done(leg.phase),
        });
        let court = seat.role.is_court();
        // What is left is counted by the clock nobody can set, and told by the one people read.
        let on_the_wall = |until: Instant| now.utc.plus(until.since(now.instant));
        let countdown_until =
            self.live.countdown.filter(|until| *until > now.instant).map(on_the_wall);
        if !court && seat.place != Place::InHearing {
            // Outside nothing is heard of the matter, nor who does what.
            let ending = sitting.ending;
            return ProcedureView { countdown_until, ending, ..ProcedureView::default() };
        }
        ProcedureView {
            phase: sitting.phase,
            phase_since: sitting.phase_since,
            phases: phases.collect(),
            next: self.next_for(who).map(|errand| errand.name().to_owned()),
            obstacles: self.obstacles_for(who),
            countdown_until,
            floor: FloorView {
                strict: sitting.strict,
                holder: sitting.floor.as_ref().map(|floor| floor.who),
                since: sitting.floor.as_ref().map(|floor| floor.since),
                until: self.live.floor.as_ref().map(|(until, _)| on_the_wall(*until)),
            },
            spoken: self.spoken(),
            spotlight: sitting.spotlight,
            layout: sitting.layout,
            challenge: sitting.challenge.as_ref().map(|challenge| ChallengeView {
                by: challenge.by,
                whom: challenge.whom,
                reason: challenge.reason.clone(),
            }),
            interruption: sitting.interruption.as_ref().map(|interruption| InterruptionView {
                who: interruption.who,
                reason: interruption.reason.clone(),
            }),
            barred: sitting.barred.clone().filter(|_| court),
            confrontation: self.durable.confrontation,
            ending: sitting.ending,
        }
    }

    /// The brief without what is the court's alone.
    pub(crate) fn brief_for(&self, seat: &Seat) -> Brief {
        let mut brief = self.docket.brief.clone();
        if !seat.role.is_court() {
            brief.shields.clear();
            brief.notice_unconfirmed.clear();
        }
        brief
    }

    /// The next step, for who may take it.
    fn next_for(&self, who: ParticipantId) -> Option<Errand> {
        let next = self.next_step();
        next.filter(|errand| rights::may(&self.durable, who, *errand).is_ok())
    }

    /// What stands in its way, for who leads and for the clerk.
    fn obstacles_for(&self, who: ParticipantId) -> Vec<Obstacle> {
        if !rights::does_clerk_work(&self.durable, who) {
            return Vec::new();
        }
        let mut obstacles = self.obstacles();
        if self.next_step() == Some(Errand::Open) && self.durable.is_recorded() {
            obstacles.extend(self.judge_unheard(who));
        }
        obstacles
    }

    /// Others who sit at the same place of the court's list or behind the same address.
    pub(crate) fn beside(&self, who: ParticipantId) -> Vec<ParticipantId> {
        let site = |who: ParticipantId| {
            let found = self.docket.attendees.iter().find(|attendee| attendee.id == who);
            found.and_then(|attendee| attendee.site)
        };
        let origin = |who: ParticipantId| self.live.links.get(&who).and_then(|link| link.origin);
        let (mine, came) = (site(who), origin(who));
        let others = self.durable.seats.keys().copied().filter(|other| *other != who);
        others
            .filter(|other| {
                (mine.is_some() && site(*other) == mine)
                    || (came.is_some() && origin(*other) == came)
            })
            .collect()
    }
}
