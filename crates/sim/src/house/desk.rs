//! A false hearing task around the real hearing: one event at a time, and nothing is announced
//! before it is durable.
//! What is not here: carrying out; the effects that may be carried out are handed over.

use std::collections::VecDeque;

use hearing::{Docket, Effect, Event, Hearing};
use model::letters::RecordOrder;
use model::{Minute, Now, limits};

/// The task of the hearing.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) hearing: Hearing,
    inbox: VecDeque<Event>,
    held: Option<(u64, Vec<Effect>)>,
    written: u64,
    number: u64,
    /// Whether a minute was ever late: then a crash may lose what was announced.
    pub(crate) late: bool,
    /// What is wrong, against the rules of the house.
    pub(crate) wrong: Option<String>,
}

/// What the desk wants done.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The event that was handled.
    pub(crate) event: Event,
    /// Orders for the recorder, in order.
    pub(crate) orders: Vec<RecordOrder>,
    /// Effects to carry out, all of them durable.
    pub(crate) effects: Vec<Effect>,
    /// The number of the minute that is waited for, newly.
    pub(crate) waits_for: Option<u64>,
}

impl Desk {
    /// A hearing that begins, or goes on from its minutes.
    pub(crate) fn new(now: Now, docket: Docket, minutes: Option<&[Minute]>) -> Self {
        let hearing = match minutes {
            None => Hearing::new(now, docket),
            Some(minutes) => Hearing::rebuild(now, docket, minutes),
        };
        Self {
            hearing,
            inbox: VecDeque::new(),
            held: None,
            written: 0,
            number: 0,
            late: false,
            wrong: None,
        }
    }

    /// Something happened.
    pub(crate) fn tell(&mut self, event: Event) {
        self.inbox.push_back(event);
        if self.inbox.len() > limits::NOTICES_MAX {
            self.wrong = Some("the hearing's inbox is over its limit".to_owned());
        }
    }

    /// A minute is durable: what may be carried out now.
    pub(crate) fn written(&mut self, number: u64) -> Vec<Effect> {
        self.written = self.written.max(number);
        let done = self.held.take_if(|(last, _)| *last <= self.written);
        done.map(|(_, effects)| effects).unwrap_or_default()
    }

    /// Whether this minute is still waited for.
    pub(crate) fn waits_for(&self, number: u64) -> bool {
        self.held.as_ref().is_some_and(|(last, _)| *last == number)
    }

    /// Whether everything that happened was handled and is durable.
    pub(crate) fn is_idle(&self) -> bool {
        self.held.is_none() && self.inbox.is_empty()
    }

    /// Whether minutes are on their way to the ledger.
    pub(crate) const fn holds(&self) -> bool {
        self.held.is_some()
    }

    /// Handles the next event, unless minutes of the last one are waited for.
    pub(crate) fn next(&mut self, now: Now) -> Option<Outcome> {
        if self.held.is_some() {
            return None;
        }
        let event = self.inbox.pop_front()?;
        let mut effects = Vec::new();
        self.hearing.handle(now, event.clone(), &mut effects);
        let docket = self.hearing.docket();
        let hearing = docket.hearing;
        let mut outcome =
            Outcome { event, orders: Vec::new(), effects: Vec::new(), waits_for: None };
        let before = self.number;
        for effect in effects {
            match effect {
                Effect::OpenLedger => outcome.orders.push(RecordOrder::Open {
                    hearing,
                    heading: docket.heading.clone(),
                    brief: docket.brief.clone(),
                    attendees: docket.attendees.clone(),
                    at: now.utc,
                }),
                Effect::Minute(minute) => {
                    self.number += 1;
                    let number = self.number;
                    outcome.orders.push(RecordOrder::Minute { hearing, number, minute });
                }
                effect @ (Effect::Grants(_)
                | Effect::Roll { .. }
                | Effect::Seal
                | Effect::DropMedia { .. }
                | Effect::Done { .. }
                | Effect::Refused { .. }
                | Effect::Deliberated(_)
                | Effect::Note { .. }
                | Effect::Views
                | Effect::Part { .. }
                | Effect::WakeAt { .. }) => outcome.effects.push(effect),
            }
        }
        if self.number > before {
            self.held = Some((self.number, core::mem::take(&mut outcome.effects)));
            outcome.waits_for = Some(self.number);
        }
        Some(outcome)
    }
}
