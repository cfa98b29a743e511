//! What the docket is told when a hearing is over, and what a hearing is told when its docket
//! changes before it began.
//!
//! What is not here: what an ending means (crate `docket`).

use ::docket::{Closing, handover};
use hearing::{Docket as HearingDocket, Event, Hearing};
use protocol::Bye;

use super::HearingTask;

impl HearingTask {
    /// Marks the hearing as closed, with how it ended, and tells the webhooks; a failed mediation
    /// is handed over.
    pub(super) async fn tell_outcome(&self) {
        let (hearing, now) = (self.id(), self.rooms.clock.now().utc);
        let docket = &self.rooms.docket;
        let closing = Closing::of(self.ledger.minutes(), now);
        if let Err(fault) = docket.close(hearing, &closing).await {
            tracing::error!(%hearing, %fault, "cannot mark a hearing as closed");
        }
        let entry = docket.entry(hearing).await.ok().flatten();
        let external_id = entry.and_then(|entry| entry.external_id);
        let known = handover::Known {
            hearing,
            external_id: external_id.as_deref(),
            heading: &self.docket.heading,
            attendees: &self.docket.attendees,
        };
        let told = serde_json::json!({ "external_id": external_id, "closing": closing });
        let mut events = vec![("closed", told)];
        let package = handover::of(&known, closing, self.ledger.minutes());
        events.extend(
            package.and_then(|p| serde_json::to_value(p).ok()).map(|body| ("handover", body)),
        );
        for (event, body) in events {
            if let Err(fault) = docket.announce(event, Some(hearing), &body, now).await {
                tracing::error!(%hearing, event, %fault, "webhooks cannot be told");
            }
        }
    }

    /// Takes a changed docket, as long as nothing was written down yet.
    pub(super) fn redocket(&mut self, docket: HearingDocket) {
        if !self.ledger.is_untouched() || self.hearing.durable().minutes > 0 {
            return;
        }
        self.following.redocket(&docket);
        self.docket = docket;
        self.hearing = Hearing::rebuild(self.rooms.clock.now(), self.docket.clone(), &[]);
        self.wake_at = None;
        for (who, page) in &self.pages {
            if self.role_of(*who).is_some() {
                self.todo.push_back(Event::Joined { who: *who });
            } else {
                page.outbox.close(Bye::SignInNeeded);
            }
        }
        let gone: Vec<_> =
            self.pages.keys().copied().filter(|who| self.role_of(*who).is_none()).collect();
        for who in gone {
            self.forget_page(who);
        }
    }
}
