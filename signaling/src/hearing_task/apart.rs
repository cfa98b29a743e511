//! What one hearing keeps apart from its ledger, and what it is told at its start.
//!
//! What is not here: the files (`crate::apart`).

use std::hash::{BuildHasher, RandomState};

use hearing::{Effect, Event};
use model::Stage;

use super::HearingTask;
use crate::apart::{ApartFault, Kept};
use crate::settings::Settings;

/// What a hearing is told when it is taken into service, or was rebuilt: the court's settings, and
/// what was kept apart.
pub(super) fn told(settings: &Settings, kept: &Kept, chance: &RandomState) -> Vec<Event> {
    let mut told = vec![
        Event::Discipline { discipline: settings.discipline.clone() },
        Event::PresenceChecks { checks: settings.presence, chance: chance.hash_one("presence") },
    ];
    if !kept.notes.is_empty() {
        told.push(Event::Notes { notes: kept.notes.clone() });
    }
    if !kept.deliberation.is_empty() {
        told.push(Event::Deliberated { entries: kept.deliberation.clone() });
    }
    told
}

impl HearingTask {
    /// Keeps notes and deliberation among `effects`; false when an entry of the deliberation is not
    /// on disk. A note that cannot be kept is told all the same: it is nobody's proof.
    pub(super) async fn keep_apart(&mut self, effects: &[Effect]) -> bool {
        for effect in effects {
            let (apart, hearing) = (self.rooms.apart.clone(), self.id());
            if let Effect::Note { note, .. } = effect {
                let kept = note.clone();
                if on_disk(move || apart.keep_note(hearing, &kept)).await.is_err() {
                    tracing::warn!(%hearing, "a private note is not kept");
                }
                self.kept.notes.push(note.clone());
                if self.kept.notes.len() > model::limits::NOTES_MAX {
                    self.kept.notes.remove(0);
                }
            } else if let Effect::Deliberated(entry) = effect {
                let kept = entry.clone();
                if let Err(fault) = on_disk(move || apart.keep_entry(hearing, &kept)).await {
                    tracing::error!(%hearing, %fault, "the deliberation cannot be kept");
                    return false;
                }
                self.kept.deliberation.push(entry.clone());
            }
        }
        true
    }

    /// Deletes the private notes of a sitting that is over.
    pub(super) async fn forget_notes(&self) {
        let (apart, hearing) = (self.rooms.apart.clone(), self.id());
        if self.hearing.stage() != Stage::Closed {
            return;
        }
        let forgotten =
            on_disk(move || apart.forget_notes(hearing).map_err(ApartFault::from)).await;
        if let Err(fault) = forgotten {
            tracing::error!(%hearing, %fault, "private notes cannot be deleted");
        }
    }
}

/// Calls the disk off the event loop.
async fn on_disk(
    work: impl FnOnce() -> Result<(), ApartFault> + Send + 'static,
) -> Result<(), ApartFault> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|fault| Err(std::io::Error::other(fault).into()))
}
