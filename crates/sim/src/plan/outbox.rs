//! What one call of the router leads to, kept until it is posted.
//! What is not here: the posting; `stage.rs` does that.

use forwarding::{LegId, Outlet, RouterNotice};
use model::letters::TapeItem;

/// What one call of the router led to.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    pub(crate) down: Vec<(LegId, Vec<u8>, bool)>,
    pub(crate) taped: Vec<(TapeItem, Vec<u8>)>,
    pub(crate) notices: Vec<RouterNotice>,
}

impl Outlet for Outbox {
    fn rtp(&mut self, leg: LegId, header: &[u8], payload: &[u8]) {
        self.down.push((leg, [header, payload].concat(), false));
    }

    fn rtcp(&mut self, leg: LegId, compound: &[u8]) {
        self.down.push((leg, compound.to_vec(), true));
    }

    fn tape(&mut self, item: TapeItem, payload: &[u8]) {
        self.taped.push((item, payload.to_vec()));
    }

    fn tell(&mut self, notice: RouterNotice) {
        self.notices.push(notice);
    }
}
