//! Listens to one hearing: decodes on a thread of its own, tells turns, gives each turn that an engine
//! shall hear its stream.
//!
//! What is not here: how a stream talks to the engine (`stream`).

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use model::heard::{Heard, HeardWhat};
use model::limits::HEARD_QUEUE_MAX;
use model::{HearingId, ParticipantId};
use speech::HotWords;
use speech::ears::{Ear, Ears};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::decode::Microphone;
use super::missed::Missed;
use super::stream::{self, Piece, Turn};
use super::turns::Kept;
use super::{Shared, Sound};

/// Letters taken at once.
const AT_ONCE: usize = 64;
/// Pieces of sound that wait for a stream: half a second each.
const PIECES_MAX: usize = 64;

/// What is moved to the decoding thread and back.
#[derive(Debug)]
struct Hearer {
    ears: Ears,
    microphones: BTreeMap<ParticipantId, Microphone>,
    /// Packets that are not Opus.
    wrong: u64,
}

impl Hearer {
    fn take(&mut self, sounds: Vec<Sound>) -> Vec<Ear> {
        let mut found = Vec::new();
        for sound in sounds {
            match sound {
                Sound::Opened { .. } | Sound::Closed { .. } => {}
                Sound::Cluster { participant, bytes, .. } => {
                    self.cluster(participant, &bytes, &mut found);
                }
                Sound::Now { media_ms, .. } => self.ears.now(media_ms, &mut found),
                Sound::Stopped { .. } => self.ears.stop(&mut found),
            }
        }
        found
    }

    fn cluster(&mut self, participant: ParticipantId, bytes: &[u8], found: &mut Vec<Ear>) {
        let microphone = match self.microphones.entry(participant) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let Some(microphone) = Microphone::new() else { return };
                entry.insert(microphone)
            }
        };
        let ears = &mut self.ears;
        let wrong = microphone.cluster(bytes, |at_ms, samples| {
            ears.sound(participant, at_ms, samples, found);
        });
        self.wrong += wrong;
    }
}

/// One hearing's listener.
struct Listener {
    shared: Arc<Shared>,
    hearing: HearingId,
    words: Arc<HotWords>,
    /// Streams of the turns that are on.
    streams: BTreeMap<u64, mpsc::Sender<Piece>>,
    /// A moment of the time line and when it was, for the lag.
    clock: Option<(u64, Instant)>,
    heard: mpsc::Sender<Heard>,
}

/// Listens until the record is closed or nobody brings sound.
pub(super) async fn run(shared: Arc<Shared>, hearing: HearingId, mut door: mpsc::Receiver<Sound>) {
    let Some(Sound::Opened { media_ms, words, .. }) = door.recv().await else { return };
    let ears = if media_ms == 0 { Ears::default() } else { Ears::going_on(media_ms) };
    let mut hearer = Hearer { ears, microphones: BTreeMap::new(), wrong: 0 };
    let (heard, mut said) = mpsc::channel(HEARD_QUEUE_MAX);
    let words = Arc::new(shared.hot_words(hearing, &words).await);
    let streams = BTreeMap::new();
    let mut listener = Listener { shared, hearing, words, streams, clock: None, heard };
    let mut sounds = Vec::new();
    loop {
        tokio::select! {
            Some(heard) = said.recv() => listener.pass_on(heard).await,
            count = door.recv_many(&mut sounds, AT_ONCE) => {
                if count == 0 {
                    break;
                }
                listener.note(&sounds).await;
                let taken = std::mem::take(&mut sounds);
                let kept = Kept::new(&listener.shared.config.turns, hearing);
                let work = tokio::task::spawn_blocking(move || {
                    let found = hearer.take(taken);
                    kept.keep(&found);
                    (hearer, found)
                });
                let found;
                (hearer, found) = match work.await {
                    Ok(done) => done,
                    Err(fault) => {
                        return tracing::error!(%hearing, %fault, "hearing ended by a bug");
                    }
                };
                listener.shared.metrics.wrong.inc_by(std::mem::take(&mut hearer.wrong));
                for ear in found {
                    listener.ear(ear).await;
                }
            }
        }
    }
    // What the last turns come to is still told.
    let Listener { shared, heard, streams, .. } = listener;
    drop((heard, streams));
    while let Some(heard) = said.recv().await {
        tell(&shared, hearing, heard).await;
    }
    shared.away.send_if_modified(|away| away.remove(&hearing));
}

impl Listener {
    async fn note(&mut self, sounds: &[Sound]) {
        for sound in sounds {
            match sound {
                Sound::Now { media_ms, .. } => self.clock = Some((*media_ms, Instant::now())),
                Sound::Opened { words, .. } => {
                    self.words = Arc::new(self.shared.hot_words(self.hearing, words).await);
                }
                Sound::Cluster { .. } | Sound::Stopped { .. } | Sound::Closed { .. } => {}
            }
        }
    }

    async fn ear(&mut self, ear: Ear) {
        match ear {
            Ear::Began { participant, turn, from_ms } => {
                self.shared.metrics.turns.inc();
                self.begin(participant, turn, from_ms);
                let what = HeardWhat::Began;
                self.pass_on(Heard { participant, turn, from_ms, what }).await;
            }
            Ear::Sound { turn, from_ms, samples } => {
                let Some(stream) = self.streams.get(&turn) else { return };
                if stream.try_send(Piece::Sound { from_ms, samples }).is_err() {
                    self.shared.metrics.dropped.inc();
                }
            }
            Ear::Ended { participant, turn, from_ms, to_ms, cross_ms } => {
                let what = HeardWhat::Ended { to_ms, cross_ms };
                self.pass_on(Heard { participant, turn, from_ms, what }).await;
                let ended = self
                    .streams
                    .remove(&turn)
                    .map(|stream| stream.try_send(Piece::Ended { to_ms }).is_ok());
                if self.shared.config.engine.is_some() && ended != Some(true) {
                    let (hearing, words) = (self.hearing, Arc::clone(&self.words));
                    let turn = Turn { hearing, participant, turn, from_ms, words };
                    self.shared.miss(Missed::new(turn, from_ms, to_ms));
                }
            }
        }
    }

    /// Gives a turn its stream, if there is an engine and it takes one more.
    fn begin(&mut self, participant: ParticipantId, turn: u64, from_ms: u64) {
        let Some(engine) = self.shared.config.engine.clone() else { return };
        let Ok(permit) = Arc::clone(&self.shared.streams).try_acquire_owned() else { return };
        let (door, inside) = mpsc::channel(PIECES_MAX);
        let (hearing, words) = (self.hearing, Arc::clone(&self.words));
        let (shared, heard) = (Arc::clone(&self.shared), self.heard.clone());
        let turn_at = Turn { hearing, participant, turn, from_ms, words };
        tokio::spawn(async move {
            stream::live(shared, engine, turn_at, inside, heard).await;
            drop(permit);
        });
        self.streams.insert(turn, door);
    }

    async fn pass_on(&self, heard: Heard) {
        if let HeardWhat::Final { to_ms, .. } = &heard.what
            && let Some((media_ms, at)) = self.clock
        {
            let now_ms = media_ms + u64::try_from(at.elapsed().as_millis()).unwrap_or(0);
            let lag = std::time::Duration::from_millis(now_ms.saturating_sub(*to_ms));
            self.shared.metrics.lag_seconds.observe(lag.as_secs_f64());
        }
        tell(&self.shared, self.hearing, heard).await;
    }
}

/// Tells what was heard. Words that may still change wait for nobody.
pub(super) async fn tell(shared: &Shared, hearing: HearingId, heard: Heard) {
    let lost = if matches!(heard.what, HeardWhat::Partial { .. }) {
        shared.heard.try_send((hearing, heard)).is_err()
    } else {
        shared.heard.send((hearing, heard)).await.is_err()
    };
    if lost {
        tracing::debug!(%hearing, "nobody takes what was heard");
    }
}
