//! One hearing on a media thread: its router, its tape and the way from the router to the world.
//!
//! What is not here: connections and sockets. A router that fails takes down its own hearing's
//! media and nothing else.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use forwarding::{LegId, Outlet, Router, RouterFigures, RouterNotice};
use model::letters::{Notice, Tape, TapeItem};
use model::{Grants, HearingId, Instant, Now};
use tokio::sync::mpsc::Sender;

use crate::backlog::Backlog;
use crate::legs::Legs;
use crate::metrics::{Metrics, Unsent};
use crate::outbox::Outbox;
use crate::tape::TapeBox;

/// A hearing's media.
pub(crate) struct HearingMedia {
    hearing: HearingId,
    router: Router,
    grants: Option<Grants>,
    tape: TapeBox,
    counted: RouterFigures,
    metrics: Arc<Metrics>,
}

/// The router broke an invariant of its own: a bug. Its legs must be dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RouterBroke;

impl HearingMedia {
    pub(crate) fn new(hearing: HearingId, tapes: Sender<Tape>, metrics: Arc<Metrics>) -> Self {
        Self {
            hearing,
            router: Router::new(hearing),
            grants: None,
            tape: TapeBox::new(hearing, tapes, Arc::clone(&metrics)),
            counted: RouterFigures::default(),
            metrics,
        }
    }

    /// Calls the router. When it panics, a new one with the same grants takes its place.
    ///
    /// # Errors
    /// When it panicked: the legs it had are gone.
    pub(crate) fn call(
        &mut self,
        now: Now,
        legs: &mut Legs,
        notices: &mut Backlog,
        work: impl FnOnce(&mut Router, &mut LegOutlet<'_>),
    ) -> Result<(), RouterBroke> {
        let mut outlet = LegOutlet {
            hearing: self.hearing,
            now: now.instant,
            legs,
            tape: &mut self.tape,
            grants: self.grants.as_ref(),
            notices,
            metrics: &self.metrics,
        };
        let router = &mut self.router;
        // What the router leaves half done is thrown away with it; the outlet's parts are whole
        // after each of its calls.
        if catch_unwind(AssertUnwindSafe(|| work(router, &mut outlet))).is_ok() {
            return Ok(());
        }
        tracing::error!(hearing = %self.hearing, "the router broke; its connections are dropped");
        self.metrics.routers_broken.inc();
        self.router = Router::new(self.hearing);
        self.counted = RouterFigures::default();
        if let Some(grants) = self.grants.clone() {
            self.router.set_grants(now, grants, &mut outlet);
        }
        Err(RouterBroke)
    }

    /// Keeps a table for the case that the router must be made anew.
    pub(crate) fn remember(&mut self, grants: &Grants) {
        if self.grants.as_ref().is_none_or(|known| known.epoch <= grants.epoch) {
            self.grants = Some(grants.clone());
        }
    }

    /// When something here is next due.
    pub(crate) fn wake_at(&self) -> Instant {
        let router = self.router.wake_at();
        self.tape.due().map_or(router, |due| due.min(router))
    }

    /// Whether the router's tick is due.
    pub(crate) fn is_due(&self, now: Instant) -> bool {
        self.router.wake_at() <= now
    }

    /// Hands tape over.
    pub(crate) fn flush_tape(&mut self, now: Instant, all: bool) {
        self.tape.flush(now, all);
    }

    /// Adds what the router counted to the metrics.
    pub(crate) fn count(&mut self) {
        let figures = self.router.figures();
        self.metrics.add_router(&self.counted, &figures);
        self.counted = figures;
    }
}

/// Where the router's words go.
pub(crate) struct LegOutlet<'a> {
    hearing: HearingId,
    now: Instant,
    legs: &'a mut Legs,
    tape: &'a mut TapeBox,
    grants: Option<&'a Grants>,
    notices: &'a mut Backlog,
    metrics: &'a Metrics,
}

impl LegOutlet<'_> {
    fn send(&mut self, leg: LegId, queue: impl FnOnce(&mut Outbox) -> Result<(), Unsent>) {
        let connection = self.legs.get_mut(leg).filter(|connection| connection.srtp.is_some());
        let Some(connection) = connection else {
            self.metrics.unsent(Unsent::NoPath, 1);
            return;
        };
        let was_empty = connection.outbox.is_empty();
        match queue(&mut connection.outbox) {
            Ok(()) if was_empty => self.legs.mark_dirty(leg),
            Ok(()) => (),
            Err(why) => self.metrics.unsent(why, 1),
        }
    }
}

impl Outlet for LegOutlet<'_> {
    fn rtp(&mut self, leg: LegId, header: &[u8], payload: &[u8]) {
        self.send(leg, |outbox| outbox.rtp(header, payload, false));
    }

    fn rtp_once(&mut self, leg: LegId, header: &[u8], payload: &[u8]) {
        self.send(leg, |outbox| outbox.rtp(header, payload, true));
    }

    fn rtcp(&mut self, leg: LegId, compound: &[u8]) {
        self.send(leg, |outbox| outbox.rtcp(compound));
    }

    fn tape(&mut self, item: TapeItem, payload: &[u8]) {
        self.tape.push(self.now, item, payload);
    }

    fn tell(&mut self, notice: RouterNotice) {
        let hearing = self.hearing;
        self.notices.push(match notice {
            RouterNotice::Slots { participant, slots, wanted } => {
                Notice::Slots { hearing, participant, slots, wanted }
            }
            RouterNotice::Pictures { participant, pictures } => {
                Notice::Pictures { hearing, participant, pictures }
            }
            RouterNotice::TrackLive { track } => Notice::TrackLive { hearing, track },
            RouterNotice::TrackSilent { track } => {
                if self.grants.is_some_and(|grants| grants.publish.contains(&track)) {
                    self.legs.silenced(hearing, track.participant, self.now);
                }
                Notice::TrackSilent { hearing, track }
            }
            RouterNotice::Speaking { who } => Notice::Speaking { hearing, who },
            RouterNotice::Health { participant, health } => {
                Notice::Health { hearing, participant, health }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use prometheus::Registry;
    use tokio::sync::mpsc;

    use super::*;

    #[test]
    fn a_router_that_breaks_is_replaced_and_keeps_its_grants() {
        let metrics = Arc::new(Metrics::new(&Registry::new()).unwrap());
        let (tapes, _tapes_in) = mpsc::channel(1);
        let (notices, _notices_in) = mpsc::channel(1);
        let mut notices = Backlog::new(notices, Arc::clone(&metrics));
        let mut legs = Legs::new(4);
        let mut media = HearingMedia::new(HearingId(1), tapes, Arc::clone(&metrics));
        media.remember(&Grants { epoch: 4, ..Grants::default() });
        media.remember(&Grants { epoch: 3, ..Grants::default() });
        let broke = media.call(Now::default(), &mut legs, &mut notices, |_, _| {
            panic!("an invariant of the router does not hold")
        });
        assert_eq!(broke, Err(RouterBroke));
        assert_eq!(metrics.routers_broken.get(), 1);
        assert_eq!(media.grants.as_ref().map(|grants| grants.epoch), Some(4));
        let next = media.call(Now::default(), &mut legs, &mut notices, |router, _| {
            assert_eq!(router.hearing(), HearingId(1));
        });
        assert_eq!(next, Ok(()));
    }
}
