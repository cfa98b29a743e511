//! Writing minutes down: nothing is announced before it is durable, but that the record is at risk.
//!
//! What is not here: the ledger itself (crate `recorder`).

use std::collections::VecDeque;
use std::time::Duration;

use hearing::{Docket as HearingDocket, Effect, Event};
use model::letters::{RecordNotice, RecordOrder};
use model::limits::MINUTE_WAIT;
use model::{Fact, Minute, RecordFault, Timestamp};
use tokio::time::{Instant, timeout_at};

use super::HearingTask;

/// How long a minute is waited for while the recorder is known to be silent: asking must not take
/// seconds each time.
const SILENT_WAIT: Duration = Duration::from_millis(200);

/// A minute given to the recorder and not confirmed.
#[derive(Debug)]
struct Outstanding {
    number: u64,
    minute: Minute,
    given: Instant,
    /// The hearing was set back to before this minute.
    undone: bool,
}

/// What the hearing knows of its ledger.
#[derive(Debug)]
pub(super) struct Ledger {
    minutes: Vec<Minute>,
    number: u64,
    /// What `number` began with: answers to a former task of this hearing are below it.
    base: u64,
    outstanding: VecDeque<Outstanding>,
    /// Orders that did not fit into the recorder's queue, in order.
    unsent: VecDeque<RecordOrder>,
    /// The first minute of the event being handled.
    first_of_event: u64,
    /// A minute was not confirmed in time, and not since.
    pub(super) silent: bool,
    /// Everything is sealed.
    pub(super) sealed: bool,
}

impl Ledger {
    pub(super) fn new(minutes: Vec<Minute>, base: u64) -> Self {
        Self {
            minutes,
            number: base,
            base,
            outstanding: VecDeque::new(),
            unsent: VecDeque::new(),
            first_of_event: base + 1,
            silent: false,
            sealed: false,
        }
    }

    /// Has the recorder open the ledger, a new one or the one it finds, before anything else.
    pub(super) fn reopen(&mut self, docket: &HearingDocket, at: Timestamp) {
        self.unsent.push_back(RecordOrder::Open {
            hearing: docket.hearing,
            heading: docket.heading.clone(),
            brief: docket.brief.clone(),
            attendees: docket.attendees.clone(),
            at,
        });
    }

    /// The minutes known to be on disk.
    pub(super) fn minutes(&self) -> &[Minute] {
        &self.minutes
    }

    /// Whether no minute was ever given to the recorder here.
    pub(super) fn is_untouched(&self) -> bool {
        self.number == self.base
    }

    /// Notes that the hearing was set back to before the event being handled.
    pub(super) fn undo(&mut self) {
        for waiting in &mut self.outstanding {
            waiting.undone |= waiting.number >= self.first_of_event;
        }
    }
}

impl HearingTask {
    /// Gives the minutes among `effects` to the recorder and waits until they are durable; false
    /// when they are not in time. That the record is at risk is not waited for: the disk that does not
    /// take it is what the court is to be told of.
    pub(super) async fn write_down(&mut self, effects: &[Effect], at: Timestamp) -> bool {
        let wait = if self.ledger.silent { SILENT_WAIT } else { MINUTE_WAIT };
        let deadline = Instant::now() + wait;
        self.ledger.first_of_event = self.ledger.number + 1;
        for effect in effects {
            if matches!(effect, Effect::OpenLedger) {
                self.ledger.reopen(&self.docket, at);
            }
            if let Effect::Minute(minute) = effect {
                self.give(minute);
            }
        }
        if !self.flush(deadline).await {
            return false;
        }
        let last = self.ledger.number;
        let alarm = effects.iter().any(|effect| {
            matches!(effect, Effect::Minute(Minute { fact: Fact::RecordFailed { .. }, .. }))
        });
        if alarm || last < self.ledger.first_of_event {
            return true;
        }
        while self.ledger.outstanding.front().is_some_and(|waiting| waiting.number <= last) {
            match timeout_at(deadline, self.inbox.record.recv()).await {
                Ok(Some(notice)) => self.noted(notice),
                Ok(None) | Err(_) => {
                    self.rooms.metrics.minutes_late.inc();
                    tracing::error!(hearing = %self.docket.hearing, "a minute is not durable");
                    return false;
                }
            }
        }
        true
    }

    fn give(&mut self, minute: &Minute) {
        let hearing = self.docket.hearing;
        tracing::info!(%hearing, by = ?minute.by, fact = ?minute.fact, "minute");
        self.ledger.number += 1;
        let number = self.ledger.number;
        self.ledger.outstanding.push_back(Outstanding {
            number,
            minute: minute.clone(),
            given: Instant::now(),
            undone: false,
        });
        self.ledger.unsent.push_back(RecordOrder::Minute {
            hearing,
            number,
            minute: minute.clone(),
        });
    }

    /// Gives an order that is not waited for.
    pub(super) async fn tell_recorder(&mut self, order: RecordOrder) {
        self.ledger.unsent.push_back(order);
        if !self.flush(Instant::now() + MINUTE_WAIT).await {
            tracing::error!(hearing = %self.docket.hearing, "the recorder takes no orders");
        }
    }

    async fn flush(&mut self, deadline: Instant) -> bool {
        while let Some(order) = self.ledger.unsent.pop_front() {
            match timeout_at(deadline, self.rooms.record_orders.reserve()).await {
                Ok(Ok(place)) => place.send(order),
                Ok(Err(_)) | Err(_) => {
                    self.ledger.unsent.push_front(order);
                    return false;
                }
            }
        }
        true
    }

    /// The recorder told something.
    pub(super) fn noted(&mut self, notice: RecordNotice) {
        let event = match notice {
            RecordNotice::Opened { .. } => Event::LedgerOpened,
            RecordNotice::Written { number, .. } => {
                self.written(number);
                return;
            }
            RecordNotice::FirstFrames { track, .. } => Event::FirstFrames { track },
            RecordNotice::Fault { fault, .. } => {
                if fault != RecordFault::TapeLost {
                    tracing::error!(hearing = %self.docket.hearing, ?fault, "the record is at risk");
                }
                Event::RecordFault { fault }
            }
            RecordNotice::Mended { .. } => Event::RecordMended,
            RecordNotice::Sealed { .. } => {
                self.ledger.sealed = true;
                tracing::info!(hearing = %self.docket.hearing, "sealed");
                Event::RecordSealed
            }
        };
        self.todo.push_back(event);
    }

    fn written(&mut self, number: u64) {
        let mut undone = false;
        while self.ledger.outstanding.front().is_some_and(|waiting| waiting.number <= number) {
            let Some(waiting) = self.ledger.outstanding.pop_front() else { break };
            self.rooms.metrics.minute_durable.observe(waiting.given.elapsed().as_secs_f64());
            undone |= waiting.undone;
            self.ledger.minutes.push(waiting.minute);
        }
        if self.ledger.silent && self.ledger.outstanding.is_empty() {
            self.ledger.silent = false;
            self.todo.push_back(Event::RecordMended);
        }
        if undone {
            // The ledger says it happened, and the ledger decides.
            tracing::error!(hearing = %self.docket.hearing, "a minute became durable too late");
            self.rebuild();
        }
    }
}
