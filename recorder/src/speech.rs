//! Listens to what goes on the record: who speaks when, and, where an engine is configured, which
//! words. The record itself does not wait for any of it and does not change by it.
//!
//! What is not here: what a turn of speech is and what engines say (crate `speech`). Only pieces that
//! were put on the list to be written come in here, so what is not on tape is not heard.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use model::heard::Heard;
use model::limits::{SOUND_QUEUE_MAX, SPEECH_MISSED_MAX, SPEECH_STREAMS_MAX};
use model::{HearingId, ParticipantId, Private, TrackKind};
use prometheus::Registry;
use record::segment::Taken;
use speech::HotWords;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinHandle;

use crate::RecorderFault;
use crate::metrics::SpeechMetrics;

mod decode;
mod dispatch;
mod glossary;
mod line;
mod listener;
mod missed;
mod own;
mod stream;
mod trust;
mod turns;

pub use glossary::Glossary;
pub use line::{EngineAt, EngineFault};
pub use own::OwnEngine;
pub use speech::engine::Engine;
pub use turns::TurnFolder;

use missed::Missed;

/// How long listening may take to end.
const STOP_WAIT: Duration = Duration::from_secs(2);

/// What listening needs to know.
#[derive(Clone, Debug)]
pub struct SpeechConfig {
    /// The engine that makes words, if there is one.
    pub engine: Option<EngineAt>,
    /// Whether it is told the names and terms of the case.
    pub hot_words: bool,
    /// The records: what an engine missed is read from there.
    pub archive: PathBuf,
    /// Where turns of speech are kept for the archive's time line.
    pub turns: TurnFolder,
    /// Words of each court's own.
    pub glossary: Glossary,
}

/// What comes from a ledger task.
#[derive(Debug)]
pub(crate) enum Sound {
    /// A record begins or goes on, at this moment of its time line, ms.
    Opened { hearing: HearingId, media_ms: u64, words: CaseWords },
    /// A cluster of a microphone.
    Cluster { hearing: HearingId, participant: ParticipantId, bytes: Vec<u8> },
    /// The time line has come to this moment, ms.
    Now { hearing: HearingId, media_ms: u64 },
    /// Off the record.
    Stopped { hearing: HearingId },
    /// The record is sealed, or its task ends.
    Closed { hearing: HearingId },
}

impl Sound {
    const fn hearing(&self) -> HearingId {
        match self {
            Self::Opened { hearing, .. }
            | Self::Cluster { hearing, .. }
            | Self::Now { hearing, .. }
            | Self::Stopped { hearing }
            | Self::Closed { hearing } => *hearing,
        }
    }
}

/// Names and terms of a case.
#[derive(Clone, Debug, Default)]
pub(crate) struct CaseWords {
    /// The court, by whose glossary more words come.
    court: String,
    /// Words of the case itself.
    words: Private<Vec<String>>,
}

/// Where a ledger task hands over a copy of what goes on the record. Without anybody who listens it
/// does nothing; it never waits.
#[derive(Clone, Debug, Default)]
pub struct SoundTap(Option<(mpsc::Sender<Sound>, SpeechMetrics)>);

impl SoundTap {
    fn tell(&self, sound: Sound) {
        let Some((door, metrics)) = &self.0 else { return };
        if door.try_send(sound).is_err() {
            metrics.dropped.inc();
        }
    }

    pub(crate) fn opened(&self, hearing: HearingId, media_ms: u64, words: CaseWords) {
        self.tell(Sound::Opened { hearing, media_ms, words });
    }

    /// Takes a copy of it, if it is sound of a microphone.
    pub(crate) fn taken(&self, hearing: HearingId, taken: &Taken) {
        if self.0.is_none() {
            return;
        }
        match taken {
            Taken::Cluster { track, bytes, .. } if track.kind == TrackKind::Microphone => {
                let (participant, bytes) = (track.participant, bytes.clone());
                self.tell(Sound::Cluster { hearing, participant, bytes });
            }
            Taken::Cluster { .. }
            | Taken::Begin { .. }
            | Taken::End { .. }
            | Taken::Lost { .. }
            | Taken::Reanchor { .. } => {}
        }
    }

    pub(crate) fn now(&self, hearing: HearingId, media_ms: u64) {
        self.tell(Sound::Now { hearing, media_ms });
    }

    pub(crate) fn stopped(&self, hearing: HearingId) {
        self.tell(Sound::Stopped { hearing });
    }

    pub(crate) fn closed(&self, hearing: HearingId) {
        self.tell(Sound::Closed { hearing });
    }
}

/// What all hearings' listeners share.
struct Shared {
    config: SpeechConfig,
    metrics: SpeechMetrics,
    heard: mpsc::Sender<(HearingId, Heard)>,
    /// One for each turn at the engine.
    streams: Arc<Semaphore>,
    missed: mpsc::Sender<Missed>,
    /// Hearings that were told that the engine is away.
    away: watch::Sender<BTreeSet<HearingId>>,
}

/// Listening, in service.
#[derive(Debug)]
pub struct Listening {
    /// For the recorder's configuration.
    pub tap: SoundTap,
    task: JoinHandle<()>,
}

impl Listening {
    /// Begins to listen. What is heard goes to `heard`; `registry` receives the metrics. Ends once
    /// every copy of the tap is gone.
    ///
    /// # Errors
    /// When the metrics cannot be registered.
    pub fn start(
        config: SpeechConfig,
        heard: mpsc::Sender<(HearingId, Heard)>,
        registry: &Registry,
    ) -> Result<Self, RecorderFault> {
        let metrics = SpeechMetrics::new(registry).map_err(|fault| RecorderFault {
            doing: "register the figures of speech".to_owned(),
            source: std::io::Error::other(fault),
        })?;
        let (door, inside) = mpsc::channel(SOUND_QUEUE_MAX);
        let (missed, missed_inside) = mpsc::channel(SPEECH_MISSED_MAX);
        let shared = Arc::new(Shared {
            config,
            metrics: metrics.clone(),
            heard,
            streams: Arc::new(Semaphore::new(SPEECH_STREAMS_MAX)),
            missed,
            away: watch::Sender::default(),
        });
        let task = tokio::spawn(dispatch::run(shared, inside, missed_inside));
        Ok(Self { tap: SoundTap(Some((door, metrics))), task })
    }

    /// Ends, once the recorder has: turns that were on are still kept, last words are not waited for.
    pub async fn stop(self) {
        let Self { tap, mut task } = self;
        drop(tap);
        if tokio::time::timeout(STOP_WAIT, &mut task).await.is_err() {
            task.abort();
        }
    }
}

/// Words of a case for the engine: who is there, what it is about, where they are.
pub(crate) fn case_words(
    heading: &model::view::Heading,
    brief: &model::Brief,
    attendees: &[model::archive::Attendee],
) -> CaseWords {
    let names = attendees.iter().map(|attendee| attendee.name.reveal());
    let further = brief.further_cases.iter().map(|case| case.cause.reveal());
    let places = attendees.iter().map(|attendee| &attendee.site_name);
    let words = names.chain([heading.cause.reveal()]).chain(further).chain(places);
    let words = words.chain([&heading.court]).cloned().collect();
    CaseWords { court: heading.court.clone(), words: Private::new(words) }
}

impl Shared {
    /// What an engine is told beforehand in a case: its own names first, then the court's glossary.
    async fn hot_words(&self, hearing: HearingId, case: &CaseWords) -> HotWords {
        if !self.config.hot_words || self.config.engine.is_none() {
            return HotWords::default();
        }
        let own = self.config.glossary.words(hearing, &case.court).await;
        let of_case = case.words.reveal().iter().map(|word| (word.as_str(), speech::WEIGHT));
        HotWords::new(of_case.chain(own.iter().map(|(word, weight)| (word.as_str(), *weight))))
    }
}
