//! The evidence list of one hearing: read from the docket, told to the core; who sees what.
//! What is not here: the files (`crate::evidence`).

use hearing::{Effect, Event};
use model::{Actor, EvidenceId, Fact, Minute, ParticipantId, Timestamp};
use tokio::sync::oneshot;

use super::HearingTask;
use crate::docket::evidence::Hand;

impl HearingTask {
    /// Reads the list and tells the core, if it is another than before.
    pub(super) async fn read_evidence(&mut self) {
        let hearing = self.id();
        match self.rooms.docket.evidence_of(hearing).await {
            Ok(items) if items != self.evidence => {
                self.evidence.clone_from(&items);
                self.todo.push_back(Event::Evidence { items });
            }
            Ok(_) => {}
            Err(fault) => tracing::error!(%hearing, %fault, "cannot read the evidence"),
        }
    }

    /// What the court shows to all is exchanged by that, whether its side handed it over or not.
    pub(super) async fn exchange_shown(&mut self, effects: &[Effect]) {
        let minutes = effects.iter().filter_map(|effect| {
            if let Effect::Minute(minute) = effect { shown_first(minute) } else { None }
        });
        let shown: Vec<_> = minutes.collect();
        self.exchange(shown).await;
    }

    /// After a restart: what was shown before, and the list does not say so because the end came
    /// between the minute and the list.
    pub(super) async fn exchange_what_was_shown(&mut self) {
        let mut shown: Vec<_> = self.ledger.minutes().iter().filter_map(shown_first).collect();
        let open = |item: EvidenceId| {
            self.evidence.iter().any(|listed| listed.id == item && !listed.exchanged)
        };
        shown.retain(|(item, ..)| open(*item));
        self.exchange(shown).await;
    }

    async fn exchange(&mut self, shown: Vec<(EvidenceId, ParticipantId, Timestamp)>) {
        let hearing = self.id();
        let mut changed = false;
        for (item, who, at) in shown {
            let hand = Hand { hearing, who, court: true, at };
            match self.rooms.docket.exchange_evidence(hand, item).await {
                Ok(_) => changed = true,
                Err(fault) => tracing::error!(%hearing, %fault, "cannot exchange what is shown"),
            }
        }
        if changed {
            self.read_evidence().await;
        }
    }

    pub(super) fn tell_whether_seen(
        &self,
        who: ParticipantId,
        item: EvidenceId,
        answer: oneshot::Sender<bool>,
    ) {
        let version = self.versions.get(&who).copied().unwrap_or_default();
        let view = self.hearing.view(who, self.rooms.clock.now(), version);
        let seen = view.is_some_and(|view| {
            let shown = view.evidence.shown.is_some_and(|shown| shown.item.id == item);
            shown || view.evidence.items.iter().any(|listed| listed.id == item)
        });
        if answer.send(seen).is_err() {
            tracing::debug!(hearing = %self.id(), "nobody waits to hear who sees evidence");
        }
    }
}

/// A piece that was shown before it was exchanged, by whom and when.
fn shown_first(minute: &Minute) -> Option<(EvidenceId, ParticipantId, Timestamp)> {
    let Fact::EvidenceShown { item, .. } = &minute.fact else { return None };
    let Actor::Participant { id: who } = minute.by else { return None };
    (!item.exchanged).then_some((item.id, who, minute.at))
}
