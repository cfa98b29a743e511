//! The work sheet of one event: collects effects and puts them into their fixed order.
//! What is not here: any rule.

use model::{Actor, CourtNote, DeliberationEntry, Instant, Now, ParticipantId, Refusal};

use crate::effect::{Effect, Parting};

/// What one event leads to, until the door hands it out.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    /// The moment of the event.
    pub(crate) now: Now,
    /// Whether somebody's view changed.
    pub(crate) views: bool,
    minutes: &'a mut Vec<Effect>,
    deliberated: Option<Effect>,
    orders: Vec<Effect>,
    answers: Vec<Effect>,
    notes: Vec<Effect>,
    partings: Vec<Effect>,
}

impl<'a> Turn<'a> {
    /// An empty sheet that ends in `effects`.
    pub(crate) const fn new(now: Now, effects: &'a mut Vec<Effect>) -> Self {
        Self {
            now,
            views: false,
            minutes: effects,
            deliberated: None,
            orders: Vec::new(),
            answers: Vec::new(),
            notes: Vec::new(),
            partings: Vec::new(),
        }
    }

    /// Notes the ledger order or a minute: these come before everything else.
    pub(crate) fn write(&mut self, effect: Effect) {
        self.minutes.push(effect);
    }

    /// Keeps an entry of the record of the deliberation; an event brings one at most.
    pub(crate) fn deliberated(&mut self, entry: DeliberationEntry) {
        self.deliberated = Some(Effect::Deliberated(entry));
    }

    /// Notes an order to recorder or router.
    pub(crate) fn order(&mut self, effect: Effect) {
        self.orders.push(effect);
    }

    /// Answers a request.
    pub(crate) fn answer(&mut self, to: ParticipantId, request: u32, why: Result<(), Refusal>) {
        self.answers.push(match why {
            Ok(()) => Effect::Done { to, request },
            Err(why) => Effect::Refused { to, request, why },
        });
    }

    /// Tells a private note of the court.
    pub(crate) fn note(&mut self, to: Vec<ParticipantId>, note: CourtNote) {
        self.notes.push(Effect::Note { to, note });
    }

    /// Ends somebody's page.
    pub(crate) fn part(&mut self, who: ParticipantId, why: Parting) {
        self.partings.push(Effect::Part { who, why });
    }

    /// Hands everything out in order.
    pub(crate) fn finish(mut self, grants: Option<Effect>, wake_at: Option<Instant>) {
        self.minutes.extend(self.deliberated);
        self.minutes.extend(grants);
        self.minutes.append(&mut self.orders);
        self.minutes.append(&mut self.answers);
        self.minutes.append(&mut self.notes);
        if self.views {
            self.minutes.push(Effect::Views);
        }
        self.minutes.append(&mut self.partings);
        self.minutes.extend(wake_at.map(|at| Effect::WakeAt { at }));
    }
}

/// The actor of what a participant did.
pub(crate) const fn by(id: ParticipantId) -> Actor {
    Actor::Participant { id }
}
