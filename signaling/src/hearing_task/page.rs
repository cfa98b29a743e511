//! One connected page as its hearing knows it.
//!
//! What is not here: the socket (`socket`).

use std::sync::Arc;

use model::{ParticipantId, Private, SlotCount};
use prometheus::IntGauge;
use protocol::Bye;

use super::transcript::Along;
use crate::outbox::Outbox;
use crate::reach::Reached;

/// A page in service; counted while it lives.
#[derive(Debug)]
pub(super) struct Page {
    /// Tells pages of one person apart.
    pub(super) number: u64,
    pub(super) outbox: Arc<Outbox>,
    /// How it reached this machine.
    pub(super) reached: Private<Reached>,
    /// Whether `welcome` was sent; views wait for it.
    pub(super) welcomed: bool,
    /// How many slots it was last told to offer.
    pub(super) slots: SlotCount,
    /// What `speaking` said last.
    pub(super) speaking: Vec<ParticipantId>,
    /// How many minutes of the hearing it was told.
    pub(super) minutes: usize,
    /// How it reads the transcript along, if it does.
    pub(super) along: Option<Along>,
    gauge: IntGauge,
}

impl Page {
    pub(super) fn new(
        number: u64,
        outbox: Arc<Outbox>,
        reached: Private<Reached>,
        gauge: IntGauge,
    ) -> Self {
        gauge.inc();
        Self {
            number,
            outbox,
            reached,
            welcomed: false,
            slots: SlotCount::default(),
            speaking: Vec::new(),
            minutes: 0,
            along: None,
            gauge,
        }
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.gauge.dec();
        // No reason was given when the task dies of a bug; otherwise the first reason counts.
        self.outbox.close(Bye::Fault);
    }
}
