//! The law of one hearing as a state machine: events in, effects out, and every lasting change a
//! minute.
//!
//! What is not here: time, sockets, disk and media. The task that owns a [`Hearing`] tells it what
//! happened and carries out what it answers.

mod effect;
mod event;
mod state;

use model::{Grants, Minute, Now, ParticipantId, SlotCount, Stage, View};

pub use effect::{Effect, Parting};
pub use event::{Docket, Event};
pub use state::{Durable, REFUSALS_EACH_MAX, REFUSALS_MAX, Seat};

use state::Live;

/// One hearing.
#[derive(Clone, Debug, PartialEq)]
pub struct Hearing {
    docket: Docket,
    durable: Durable,
    live: Live,
    grants: Grants,
}

impl Hearing {
    /// A hearing nothing has happened in yet.
    ///
    /// # Panics
    /// When the docket names somebody twice or more people than `limits::PARTICIPANTS_MAX`.
    pub fn new(now: Now, docket: Docket) -> Self {
        Self::rebuild(now, docket, &[])
    }

    /// A hearing as its minutes left it. Nobody is connected; `Event::Restarted` must follow.
    ///
    /// # Panics
    /// As [`Hearing::new`].
    pub fn rebuild(_now: Now, docket: Docket, _minutes: &[Minute]) -> Self {
        let durable = Durable::new(&docket);
        Self { docket, durable, live: Live::default(), grants: Grants::default() }
    }

    /// Applies one event and appends what must be done about it to `effects`.
    pub fn handle(&mut self, _now: Now, _event: Event, _effects: &mut Vec<Effect>) {}

    /// The hearing as one person may see it; none for somebody who is not on the docket.
    pub fn view(&self, _who: ParticipantId, _now: Now, _version: u64) -> Option<View> {
        None
    }

    /// Who may publish, who receives whom, what is on the record.
    pub const fn grants(&self) -> &Grants {
        &self.grants
    }

    /// Where the hearing stands.
    pub const fn stage(&self) -> Stage {
        self.durable.stage
    }

    /// How many slots the page of `who` should offer.
    pub fn slots_for(&self, _who: ParticipantId) -> SlotCount {
        SlotCount::default()
    }

    /// What a crash would leave, for comparison.
    pub const fn durable(&self) -> &Durable {
        &self.durable
    }

    /// The docket the hearing was made from.
    pub const fn docket(&self) -> &Docket {
        &self.docket
    }
}
