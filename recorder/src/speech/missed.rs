//! Turns that no engine heard while they were spoken: read from the record and heard later, one after
//! the other.
//!
//! What is not here: what a stream does with them (`stream`).

use std::collections::VecDeque;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use model::limits::{HEARD_QUEUE_MAX, SPEECH_MISSED_MAX};
use model::{ParticipantId, TrackKind};
use record::recovery::Reader;
use speech::SAMPLES_MS;
use tokio::sync::mpsc;
use tokio::time::sleep;

use super::Shared;
use super::decode::Microphone;
use super::line::EngineAt;
use super::listener::tell;
use super::stream::{self, Came, RETRY_MAX, Turn};
use crate::RecorderFault;
use crate::folder::{doing, read_ledger};

/// A turn that failed so often is given up.
const TRIES_MAX: u8 = 5;
/// Sound decoded before the turn, so that the decoder has settled, ms.
const SETTLE_MS: u64 = 200;
/// Sound the engine gets before and after what was missed, ms.
const ROLL_MS: u64 = 300;
/// How long is waited before one is heard: what was just spoken is on disk within a second or two.
const WAIT_MIN: Duration = Duration::from_secs(1);
/// The longest piece heard at once, ms; a turn lasts no longer.
const PIECE_MS_MAX: u64 = 11 * 60_000;

/// A part of a turn that was missed.
#[derive(Clone, Debug)]
pub(super) struct Missed {
    pub(super) turn: Turn,
    /// From here, ms of the time line.
    pub(super) from_ms: u64,
    /// To here.
    pub(super) to_ms: u64,
    tries: u8,
}

impl Missed {
    pub(super) const fn new(turn: Turn, from_ms: u64, to_ms: u64) -> Self {
        Self { turn, from_ms, to_ms, tries: 0 }
    }
}

impl Shared {
    /// Puts it on the list of what is read from the record.
    pub(super) fn miss(&self, missed: Missed) {
        if self.missed.try_send(missed).is_err() {
            self.metrics.given_up.inc();
        }
    }
}

/// Hears what was missed until nobody is left who could miss anything.
pub(super) async fn run(shared: Arc<Shared>, engine: EngineAt, mut inside: mpsc::Receiver<Missed>) {
    let mut waiting: VecDeque<Missed> = VecDeque::new();
    let mut wait = WAIT_MIN;
    loop {
        if waiting.is_empty() {
            shared.metrics.missed.set(0);
            let Some(missed) = inside.recv().await else { return };
            waiting.push_back(missed);
        }
        while let Ok(missed) = inside.try_recv() {
            waiting.push_back(missed);
            if waiting.len() > SPEECH_MISSED_MAX {
                waiting.pop_front();
                shared.metrics.given_up.inc();
            }
        }
        shared.metrics.missed.set(i64::try_from(waiting.len()).unwrap_or(i64::MAX));
        let Some(missed) = waiting.pop_front() else { continue };
        sleep(wait).await;
        match hear(&shared, &engine, &missed).await {
            Came::Through => wait = WAIT_MIN,
            Came::Nowhere => {
                wait = (wait * 2).min(RETRY_MAX);
                waiting.push_front(missed);
            }
            Came::Broke(from_ms) if missed.tries + 1 < TRIES_MAX => {
                wait = (wait * 2).min(RETRY_MAX);
                waiting.push_back(Missed { from_ms, tries: missed.tries + 1, ..missed });
            }
            Came::Broke(_) => shared.metrics.given_up.inc(),
        }
    }
}

/// Reads what was missed and lets the engine hear it.
async fn hear(shared: &Arc<Shared>, engine: &EngineAt, missed: &Missed) -> Came {
    let hearing = missed.turn.hearing;
    let folder = shared.config.archive.join(hearing.to_string());
    let (who, from_ms, to_ms) = (missed.turn.participant, missed.from_ms, missed.to_ms);
    let read = move || sound(&folder, who, from_ms, to_ms);
    let samples = match tokio::task::spawn_blocking(read).await {
        Ok(Ok(Some(samples))) => samples,
        // Not durable yet, or lost: the record says so.
        Ok(Ok(None)) => return Came::Broke(from_ms),
        Ok(Err(fault)) => {
            tracing::warn!(%hearing, %fault, "what an engine missed cannot be read");
            return Came::Broke(from_ms);
        }
        Err(fault) => {
            tracing::error!(%hearing, %fault, "reading ended by a bug");
            return Came::Broke(from_ms);
        }
    };
    let (heard, mut said) = mpsc::channel(HEARD_QUEUE_MAX);
    let work = stream::again(shared, engine, missed, samples, heard);
    let pass_on = async {
        while let Some(heard) = said.recv().await {
            tell(shared, hearing, heard).await;
        }
    };
    tokio::join!(work, pass_on).0
}

/// The sound of a microphone between two moments of the time line, ms, and a little around it, without
/// holes: where it begins, ms, and its samples. Nothing when none of it is there yet.
fn sound(
    folder: &Path,
    who: ParticipantId,
    from_ms: u64,
    to_ms: u64,
) -> Result<Option<(u64, Vec<i16>)>, RecorderFault> {
    let to_ms = to_ms.min(from_ms.saturating_add(PIECE_MS_MAX)) + ROLL_MS;
    let begin_ms = from_ms.saturating_sub(ROLL_MS);
    let mut reader = Reader::default();
    read_ledger(folder, 0, &mut reader)?;
    let mut samples: Vec<i16> = Vec::new();
    let Some(mut microphone) = Microphone::new() else { return Ok(None) };
    let mut found = false;
    let own = reader.index.segments.iter().filter(|segment| {
        segment.track.participant == who && segment.track.kind == TrackKind::Microphone
    });
    for segment in own {
        let path = folder.join(&segment.name);
        let wanted = segment
            .pieces
            .iter()
            .filter(|piece| piece.to_ms + SETTLE_MS > begin_ms && piece.from_ms < to_ms);
        for piece in wanted {
            let file = File::open(&path).map_err(doing("open", &path))?;
            let mut bytes = vec![0; usize::try_from(piece.length).unwrap_or(0)];
            file.read_exact_at(&mut bytes, piece.offset).map_err(doing("read", &path))?;
            microphone.cluster(&bytes, |at_ms, packet| {
                found |= place(&mut samples, begin_ms, to_ms, at_ms, packet);
            });
        }
    }
    Ok(found.then_some((begin_ms, samples)))
}

/// Puts a packet where it belongs; what is missing before it is silence. Whether any of it lies
/// between the two moments, ms.
fn place(samples: &mut Vec<i16>, begin_ms: u64, to_ms: u64, at_ms: u64, packet: &[i16]) -> bool {
    if at_ms < begin_ms || at_ms >= to_ms {
        return false;
    }
    let at = usize::try_from((at_ms - begin_ms) * SAMPLES_MS).unwrap_or(usize::MAX);
    // Times are whole milliseconds, so packets are off by a few samples; they follow on one another.
    if at > samples.len() + 40 * 16 {
        samples.resize(at, 0);
    }
    let heard = samples.len().saturating_sub(at + 40 * 16);
    samples.extend(packet.get(heard..).unwrap_or_default());
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_stand_where_they_belong() {
        let mut samples = Vec::new();
        assert!(!place(&mut samples, 1_000, 2_000, 980, &[1; 320]));
        assert!(place(&mut samples, 1_000, 2_000, 1_000, &[1; 320]));
        assert!(place(&mut samples, 1_000, 2_000, 1_020, &[2; 320]));
        assert!(place(&mut samples, 1_000, 2_000, 1_400, &[3; 320]));
        assert!(!place(&mut samples, 1_000, 2_000, 2_000, &[1; 320]));
        assert_eq!(samples.len(), 420 * 16);
        assert_eq!(samples[6_399], 0);
        assert_eq!(samples[6_400], 3);
    }
}
