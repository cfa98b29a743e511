//! What must be done about an event: the hearing decides, its task carries out, in this order.
//! What is not here: how it is done.

use model::{CourtNote, DeliberationEntry, Grants, Instant, Minute, ParticipantId, Refusal};

/// One thing to do.
///
/// The effects of one event come in a fixed order: `OpenLedger`, every `Minute`, then `Deliberated`,
/// `Grants`, `Roll`, `Seal` and `DropMedia`, then the answers, notes, then `Views`, then `Part`, then `WakeAt`.
/// So it is enough to wait once, after the last minute, for the ledger to be synced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Make the ledger (`RecordOrder::Open`). Comes once, before the first minute.
    OpenLedger,
    /// Write this down; what follows must not be carried out before it is durable (or before the
    /// recorder failed to write it within `limits::MINUTE_WAIT`, told by `Event::RecordFault`). That
    /// the record fails is not waited for.
    Minute(Minute),
    /// The table changed: send it whole to the router.
    Grants(Grants),
    /// Tape is expected from now on, or no more.
    Roll {
        /// On or off.
        rolling: bool,
    },
    /// Seal the record.
    Seal,
    /// End somebody's media connection.
    DropMedia {
        /// Whose.
        who: ParticipantId,
    },
    /// A request was carried out.
    Done {
        /// Whose request.
        to: ParticipantId,
        /// Which.
        request: u32,
    },
    /// A request was refused.
    Refused {
        /// Whose request.
        to: ParticipantId,
        /// Which.
        request: u32,
        /// Why.
        why: Refusal,
    },
    /// Keep this in the record of the deliberation, apart from the ledger; what follows must not be
    /// carried out before it is durable.
    Deliberated(DeliberationEntry),
    /// Tell these people a private note of the court; it is kept apart until the sitting is over.
    Note {
        /// To whom.
        to: Vec<ParticipantId>,
        /// The note.
        note: CourtNote,
    },
    /// Something people see changed: send each connected person their view.
    Views,
    /// End somebody's page. The task still reports it with `Event::Parted`.
    Part {
        /// Whose.
        who: ParticipantId,
        /// Why.
        why: Parting,
    },
    /// Send `Event::Woke` at this time. Replaces every earlier `WakeAt`.
    WakeAt {
        /// When.
        at: Instant,
    },
}

/// Why the hearing ends somebody's page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Parting {
    /// Ordered to leave.
    Removed,
    /// The hearing is closed and everything is said.
    Closed,
    /// The node stops; the page may come back later.
    Restart,
}
