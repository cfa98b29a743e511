//! Carrying out the verbs of a script, one after the other, each within its time.
//!
//! What is not here: reading verbs.

use std::time::{Duration, Instant};

use model::{Place, Refusal};
use protocol::ClientMessage;

use super::super::report::{StepReport, say};
use super::super::script::{Condition, Seen, Verb};
use super::super::stamp::millis;
use super::lawful::{after, before};
use super::{Media, Robot};

/// A verb as it was written and as it was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Command {
    /// What to do.
    pub(in super::super) verb: Verb,
    /// As written.
    pub(in super::super) text: String,
}

impl Command {
    /// Reads a verb.
    pub(in super::super) fn parse(text: &str) -> Option<Self> {
        Verb::parse(text).map(|verb| Self { verb, text: text.trim().to_owned() })
    }
}

/// The verb that is being carried out.
#[derive(Debug)]
pub(super) struct Step {
    command: Command,
    since: Instant,
    goal: Goal,
}

#[derive(Debug)]
enum Goal {
    Answers { open: Vec<u32>, refusal: Option<Refusal> },
    Time(Duration),
    Condition { condition: Condition, packets_then: u64 },
}

impl Robot {
    /// Begins a verb; most of them are done at once.
    pub(super) async fn begin(&mut self, command: Command) {
        let since = Instant::now();
        let asks = matches!(command.verb, Verb::Ask(_) | Verb::AdmitAll);
        if asks && !self.seated {
            return self.finish(command, since, "lost".to_owned());
        }
        let goal = match &command.verb {
            Verb::Ask(ask) => {
                let mut open = Vec::new();
                for first in self.view.iter().flat_map(|view| before(ask, view)).collect::<Vec<_>>()
                {
                    open.push(self.ask(first).await);
                }
                open.push(self.ask(ask.clone()).await);
                for then in self.view.iter().flat_map(|view| after(ask, view)).collect::<Vec<_>>() {
                    open.push(self.ask(then).await);
                }
                Some(Goal::Answers { open, refusal: None })
            }
            Verb::AdmitAll => Some(self.admit_all().await),
            Verb::Wait(time) => Some(Goal::Time(*time)),
            Verb::Until(condition) => Some(Goal::Condition {
                condition: *condition,
                packets_then: self.gauge.as_deref().map_or(0, |gauge| condition.packets(gauge)),
            }),
            Verb::Report
            | Verb::Switch(..)
            | Verb::Defy(_)
            | Verb::DropSocket
            | Verb::Reconnect
            | Verb::DropMedia
            | Verb::Offer
            | Verb::RestartIce
            | Verb::Reload
            | Verb::Quit => {
                self.act(&command.verb).await;
                None
            }
        };
        match goal {
            Some(goal) => self.step = Some(Step { command, since, goal }),
            None => self.finish(command, since, "done".to_owned()),
        }
    }

    async fn act(&mut self, verb: &Verb) {
        match verb {
            Verb::Switch(kind, true) => _ = self.switched_off.remove(kind),
            Verb::Switch(kind, false) => _ = self.switched_off.insert(*kind),
            Verb::Defy(defiant) => self.defiant = *defiant,
            Verb::DropSocket => {
                self.opens_again = false;
                self.seated = false;
                self.socket = None;
            }
            Verb::Reconnect => {
                self.opens_again = true;
                self.open_at = Some(Instant::now());
            }
            Verb::DropMedia => {
                self.stays_mute = true;
                self.drop_media().await;
            }
            Verb::Offer => {
                self.stays_mute = false;
                self.offer_fresh().await;
            }
            Verb::RestartIce => self.offer(true).await,
            Verb::Reload => {
                self.say(&ClientMessage::Bye {}).await;
                self.seated = false;
                self.socket = None;
                self.drop_media().await;
                self.stays_mute = false;
                self.opens_again = true;
                self.open_at = Some(Instant::now());
            }
            Verb::Quit => self.leaving = true,
            Verb::Report | Verb::Ask(_) | Verb::AdmitAll | Verb::Wait(_) | Verb::Until(_) => (),
        }
        self.set_switches();
    }

    async fn drop_media(&mut self) {
        if let Some(media) = self.media.take() {
            media.close().await;
        }
    }

    async fn admit_all(&mut self) -> Goal {
        let waiting: Vec<_> = self.view.iter().flat_map(|view| &view.people).collect();
        let waiting: Vec<_> = waiting
            .into_iter()
            .filter(|person| person.place == Place::Waiting && person.checked_in)
            .map(|person| person.id)
            .collect();
        let mut open = Vec::new();
        for who in waiting {
            let admit = model::Ask::Admit { who };
            for first in self.view.iter().flat_map(|view| before(&admit, view)).collect::<Vec<_>>()
            {
                open.push(self.ask(first).await);
            }
            open.push(self.ask(model::Ask::Admit { who }).await);
        }
        Goal::Answers { open, refusal: None }
    }

    /// Takes the answer to a request of the current step.
    pub(super) fn settle(&mut self, request: u32, refused: Option<Refusal>) {
        if let Some(Step { goal: Goal::Answers { open, refusal }, .. }) = &mut self.step {
            let before = open.len();
            open.retain(|waiting| *waiting != request);
            if open.len() < before {
                *refusal = refusal.or(refused);
            }
        }
    }

    /// Ends a step that waits for answers when the socket broke.
    pub(super) fn break_step(&mut self) {
        let asked = matches!(&self.step, Some(Step { goal: Goal::Answers { .. }, .. }));
        if let Some(step) = self.step.take_if(|_| asked) {
            self.finish(step.command, step.since, "lost".to_owned());
        }
    }

    /// Looks whether the current step is done or late.
    pub(super) fn look(&mut self, now: Instant) {
        let Some(step) = &self.step else { return };
        let took = now.saturating_duration_since(step.since);
        let outcome = match &step.goal {
            Goal::Answers { open, refusal } if open.is_empty() => {
                Some(refusal.map_or_else(|| "done".to_owned(), code))
            }
            Goal::Time(time) => (took >= *time).then(|| "done".to_owned()),
            Goal::Condition { condition, packets_then } => {
                self.sees(*condition, step.since, *packets_then, now).then(|| "done".to_owned())
            }
            Goal::Answers { .. } => None,
        };
        let waits = matches!(step.goal, Goal::Time(_));
        let late = (!waits && took >= self.temper.step).then(|| "late".to_owned());
        if let Some(outcome) = outcome.or(late)
            && let Some(step) = self.step.take()
        {
            self.finish(step.command, step.since, outcome);
        }
    }

    fn sees(&self, condition: Condition, since: Instant, packets_then: u64, now: Instant) -> bool {
        if condition == Condition::Bye {
            return !self.byes.is_empty();
        }
        let Some(gauge) = self.gauge.as_deref() else { return false };
        let seen = Seen {
            view: self.view.as_ref(),
            seated: self.seated,
            connected: self.media.as_ref().is_some_and(Media::is_connected),
            gauge,
            now,
        };
        condition.holds(&seen, since, packets_then)
    }

    fn finish(&mut self, command: Command, since: Instant, outcome: String) {
        let report = (command.verb == Verb::Report).then(|| Box::new(self.report().0));
        let step = StepReport {
            robot: self.number,
            verb: command.text,
            outcome,
            took_ms: millis(since.elapsed()),
            report,
        };
        if self.temper.speaks {
            say(&step);
        } else {
            self.steps.push(step);
        }
    }
}

/// The wire code of a refusal.
fn code(refusal: Refusal) -> String {
    serde_json::to_value(refusal)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .expect("refusals are words on the wire")
}
