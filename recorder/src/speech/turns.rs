//! Turns of speech beside the records: the archive's time line shows them. They follow from the
//! record, so they are no part of it, and one that lacks them shows what the record alone tells.
//!
//! What is not here: how turns are found.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::PathBuf;

use model::archive::Stretch;
use model::{HearingId, ParticipantId, TrackKind};
use serde::{Deserialize, Serialize};
use speech::ears::Ear;

/// Bytes read of one hearing's turns: a hundred thousand of them.
const TURNS_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// One turn, as a line of JSON.
#[derive(Debug, Serialize, Deserialize)]
struct TurnLine {
    turn: u64,
    who: ParticipantId,
    from_ms: u64,
    to_ms: u64,
    cross_ms: u64,
}

/// The folder that holds one file of turns per hearing. Without a path nothing is kept.
#[derive(Clone, Debug, Default)]
pub struct TurnFolder(Option<PathBuf>);

impl TurnFolder {
    /// The folder at `path`, made if it is not there.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open(path: PathBuf) -> io::Result<Self> {
        std::fs::create_dir_all(&path)?;
        Ok(Self(Some(path)))
    }

    fn file(&self, hearing: HearingId) -> Option<PathBuf> {
        Some(self.0.as_ref()?.join(format!("{hearing}.jsonl")))
    }

    /// The turns of a hearing as stretches of its time line, in order; none when none are kept. A line
    /// that is torn is left out.
    pub(crate) fn stretches(&self, hearing: HearingId) -> Vec<Stretch> {
        let Some(file) = self.file(hearing).and_then(|path| File::open(path).ok()) else {
            return Vec::new();
        };
        let lines = BufReader::new(file.take(TURNS_BYTES_MAX)).lines().map_while(Result::ok);
        let mut stretches: Vec<Stretch> = lines
            .filter_map(|line| serde_json::from_str::<TurnLine>(&line).ok())
            .filter(|line| line.from_ms < line.to_ms)
            .map(|TurnLine { who, from_ms, to_ms, .. }| {
                let kind = TrackKind::Microphone;
                Stretch { who, kind, from_ms, to_ms }
            })
            .collect();
        stretches.sort_by_key(|stretch| (stretch.who, stretch.from_ms));
        stretches
    }

    /// Forgets a hearing whose record is erased.
    pub(crate) fn forget(&self, hearing: HearingId) {
        let Some(path) = self.file(hearing) else { return };
        match std::fs::remove_file(&path) {
            Ok(()) => {}
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => {}
            Err(fault) => tracing::error!(%hearing, %fault, "turns of speech cannot be erased"),
        }
    }
}

/// Where one hearing's turns are kept.
#[derive(Debug)]
pub(super) struct Kept {
    hearing: HearingId,
    file: Option<PathBuf>,
}

impl Kept {
    pub(super) fn new(folder: &TurnFolder, hearing: HearingId) -> Self {
        Self { hearing, file: folder.file(hearing) }
    }

    /// Writes down the turns that ended. Blocks on the disk.
    pub(super) fn keep(&self, found: &[Ear]) {
        let Some(path) = &self.file else { return };
        let mut lines = Vec::new();
        for ear in found {
            let Ear::Ended { participant, turn, from_ms, to_ms, cross_ms } = *ear else { continue };
            let line = TurnLine { turn, who: participant, from_ms, to_ms, cross_ms };
            if let Ok(mut line) = serde_json::to_vec(&line) {
                line.push(b'\n');
                lines.extend(line);
            }
        }
        if lines.is_empty() {
            return;
        }
        let file = OpenOptions::new().create(true).append(true).open(path);
        if let Err(fault) = file.and_then(|mut file| file.write_all(&lines)) {
            tracing::warn!(hearing = %self.hearing, %fault, "turns of speech are not kept");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_kept_read_and_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let turns = TurnFolder::open(folder.path().join("turns")).unwrap();
        let ended = |turn, from_ms, to_ms| Ear::Ended {
            participant: ParticipantId(3),
            turn,
            from_ms,
            to_ms,
            cross_ms: 0,
        };
        let kept = Kept::new(&turns, HearingId(7));
        kept.keep(&[ended(2, 5_000, 6_000)]);
        kept.keep(&[ended(1, 1_000, 2_000)]);
        let path = folder.path().join("turns/h7.jsonl");
        OpenOptions::new().append(true).open(path).unwrap().write_all(b"{\"turn\":3,\"wh").unwrap();
        let spans: Vec<_> =
            turns.stretches(HearingId(7)).iter().map(|each| (each.from_ms, each.to_ms)).collect();
        assert_eq!(spans, [(1_000, 2_000), (5_000, 6_000)]);
        turns.forget(HearingId(7));
        assert_eq!(turns.stretches(HearingId(7)), []);
        assert_eq!(TurnFolder::default().stretches(HearingId(7)), []);
    }
}
