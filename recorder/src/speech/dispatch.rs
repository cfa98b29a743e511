//! Gives each hearing its listener and hands on what arrives for it.
//!
//! What is not here: listening.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::HearingId;
use model::limits::SOUND_QUEUE_MAX;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::missed::{self, Missed};
use super::{CaseWords, Shared, Sound, listener};

/// Hands on until nobody is left who could bring sound.
pub(super) async fn run(
    shared: Arc<Shared>,
    mut inside: mpsc::Receiver<Sound>,
    missed: mpsc::Receiver<Missed>,
) {
    let mut tasks = JoinSet::new();
    // Ends with this task.
    let mut later = JoinSet::new();
    if let Some(engine) = shared.config.engine.clone() {
        later.spawn(missed::run(Arc::clone(&shared), engine, missed));
    }
    let mut listeners: BTreeMap<HearingId, mpsc::Sender<Sound>> = BTreeMap::new();
    let mut cases: BTreeMap<HearingId, CaseWords> = BTreeMap::new();
    while let Some(sound) = inside.recv().await {
        let hearing = sound.hearing();
        let closing = matches!(sound, Sound::Closed { .. });
        if let Sound::Opened { words, .. } = &sound {
            cases.insert(hearing, words.clone());
        }
        let sound = match &sound {
            // A listener that ended by a bug, or whose beginning was dropped: another goes on.
            Sound::Now { media_ms, .. } if !listeners.contains_key(&hearing) => {
                let words = cases.get(&hearing).cloned().unwrap_or_default();
                Sound::Opened { hearing, media_ms: (*media_ms).max(1), words }
            }
            Sound::Cluster { .. } | Sound::Stopped { .. } | Sound::Closed { .. }
                if !listeners.contains_key(&hearing) =>
            {
                continue;
            }
            Sound::Opened { .. }
            | Sound::Cluster { .. }
            | Sound::Now { .. }
            | Sound::Stopped { .. }
            | Sound::Closed { .. } => sound,
        };
        let listener = listeners.entry(hearing).or_insert_with(|| {
            let (door, inside) = mpsc::channel(SOUND_QUEUE_MAX / 4);
            tasks.spawn(listener::run(Arc::clone(&shared), hearing, inside));
            door
        });
        if listener.try_send(sound).is_err() {
            shared.metrics.dropped.inc();
        }
        if closing || listener.is_closed() {
            listeners.remove(&hearing);
        }
        if closing {
            cases.remove(&hearing);
        }
        while let Some(ended) = tasks.try_join_next() {
            if let Err(fault) = ended {
                tracing::error!(%fault, "a listener ended by a bug; the record goes on without it");
            }
        }
    }
    listeners.clear();
    while let Some(ended) = tasks.join_next().await {
        if let Err(fault) = ended {
            tracing::error!(%fault, "a listener ended by a bug");
        }
    }
}
