//! The router of one hearing: the one door of this crate.
//!
//! What is not here: sockets, keys and clocks. Packets come in decrypted, with the time.

use model::{Grants, HearingId, Instant, Now};

use crate::figures::RouterFigures;
use crate::outlet::Outlet;
use crate::plan::{LegId, LegPlan};

/// Moves the media of one hearing, as its grants say.
#[derive(Debug)]
pub struct Router {
    hearing: HearingId,
    figures: RouterFigures,
}

impl Router {
    /// An empty router: no legs, nothing granted.
    pub fn new(hearing: HearingId) -> Self {
        Self { hearing, figures: RouterFigures::default() }
    }

    /// Whose router this is.
    pub const fn hearing(&self) -> HearingId {
        self.hearing
    }

    /// Takes a new table. An older epoch than the present one is ignored.
    pub fn set_grants(&mut self, _now: Now, _grants: Grants, _out: &mut impl Outlet) {}

    /// A connection can carry media, or its lines changed: lines that stay (same SSRC) keep their
    /// numbering.
    pub fn leg_up(&mut self, _now: Now, _leg: LegId, _plan: LegPlan, _out: &mut impl Outlet) {}

    /// A connection is gone. An unknown leg is ignored.
    pub fn leg_down(&mut self, _now: Now, _leg: LegId, _out: &mut impl Outlet) {}

    /// Takes one decrypted RTP packet and sends it on at once. Never panics, whatever the bytes.
    pub fn rtp(&mut self, _now: Now, _leg: LegId, _packet: &[u8], _out: &mut impl Outlet) {}

    /// Takes one decrypted compound RTCP packet. Never panics, whatever the bytes.
    pub fn rtcp(&mut self, _now: Now, _leg: LegId, _compound: &[u8], _out: &mut impl Outlet) {}

    /// Does what is due: reports, repairs, keyframe requests, figures. Call at [`Self::wake_at`]
    /// or later; calling more often does no harm.
    pub fn tick(&mut self, _now: Now, _out: &mut impl Outlet) {}

    /// When [`Self::tick`] is next worth calling. Ask after each batch of calls.
    pub fn wake_at(&self) -> Instant {
        Instant(u64::MAX)
    }

    /// The counters so far.
    pub const fn figures(&self) -> RouterFigures {
        self.figures
    }
}
