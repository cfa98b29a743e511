//! Composed films: one picture and one sound of a whole hearing, made from its record for people to
//! watch.
//!
//! What is not here: how they are made. A film is a copy; the record alone is evidence.

use core::ops::Range;

use serde::{Deserialize, Serialize};

use crate::archive::ArchiveFault;
use crate::id::HearingId;
use crate::time::Timestamp;

/// Where the film of a hearing stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum FilmState {
    /// Nobody asked for it yet, or it was called off.
    None,
    /// It waits for others.
    Queued {
        /// How many come before it.
        ahead: u32,
    },
    /// It is being made.
    Making {
        /// How much is done, thousandths.
        thousandths: u32,
    },
    /// It can be watched.
    Ready {
        /// Bytes of the film.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        bytes: u64,
        /// Bytes of the sound alone.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        sound_bytes: u64,
        /// When it was made.
        made_at: Timestamp,
    },
    /// It could not be made; it may be asked for again.
    Failed {
        /// Why, a plain sentence without names.
        why: String,
    },
}

/// Where a stretch of the record stands in the film, all in ms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FilmSpan {
    /// From which moment of media time.
    pub from_ms: u64,
    /// To which.
    pub to_ms: u64,
    /// Where in the film it begins.
    pub film_ms: u64,
}

/// How the time of a record becomes the time of its film, which leaves out what was not recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilmTimes {
    /// The moment at which media time is 0, UTC ms.
    pub zero: Timestamp,
    /// What is in the film, in order.
    pub spans: Vec<FilmSpan>,
}

impl FilmTimes {
    /// Where a stretch of media time stands in the film: a piece for each part of it that is there.
    pub fn pieces(&self, from_ms: u64, to_ms: u64) -> Vec<(u64, u64)> {
        let piece = |span: &FilmSpan| {
            let (from, to) = (from_ms.max(span.from_ms), to_ms.min(span.to_ms));
            let at = |ms: u64| span.film_ms + (ms - span.from_ms);
            (from < to).then(|| (at(from), at(to)))
        };
        self.spans.iter().filter_map(piece).collect()
    }
}

/// Which file of a film.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilmFile {
    /// Picture and sound, MP4 (H.264, AAC).
    Film,
    /// Sound alone, MP4 (AAC): for the copies that parties may get.
    Sound,
}

/// Why a film was not queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilmRefusal {
    /// The record is not sealed yet.
    NotSealed,
    /// Too many wait already.
    Full,
    /// No such hearing.
    NotFound,
}

/// The door from signaling to the makers of films. Calls block on the disk: call them off the
/// event loop.
pub trait Films: Send + Sync {
    /// Where the film of a hearing stands.
    fn state(&self, hearing: HearingId) -> FilmState;

    /// Asks for a film; one that waits, is being made or is there already stays as it is.
    ///
    /// # Errors
    /// When the hearing is not there or not sealed, or the queue is full.
    fn order(&self, hearing: HearingId) -> Result<FilmState, FilmRefusal>;

    /// Calls a film off that waits or is being made.
    fn cancel(&self, hearing: HearingId);

    /// Deletes a film, because the record it was made from is deleted.
    ///
    /// # Errors
    /// When the disk fails.
    fn forget(&self, hearing: HearingId) -> Result<(), ArchiveFault>;

    /// How the time of a record becomes the time of its film, made or not.
    ///
    /// # Errors
    /// `NotFound` when nothing was recorded; or the disk fails.
    fn times(&self, hearing: HearingId) -> Result<FilmTimes, ArchiveFault>;

    /// Bytes of a finished file, at most `limits::ARCHIVE_READ_MAX` at once.
    ///
    /// # Errors
    /// When the film is not there or the disk fails.
    fn read(
        &self,
        hearing: HearingId,
        file: FilmFile,
        range: Range<u64>,
    ) -> Result<Vec<u8>, ArchiveFault>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_recorded_has_no_place_in_the_film() {
        let span = |from_ms, to_ms, film_ms| FilmSpan { from_ms, to_ms, film_ms };
        let zero = Timestamp(5);
        let times =
            FilmTimes { zero, spans: vec![span(0, 10_000, 0), span(60_000, 70_000, 13_000)] };
        assert_eq!(times.pieces(2_000, 4_000), [(2_000, 4_000)]);
        assert_eq!(times.pieces(20_000, 30_000), []);
        assert_eq!(times.pieces(9_000, 62_000), [(9_000, 10_000), (13_000, 15_000)]);
        assert_eq!(times.pieces(69_000, 99_000), [(22_000, 23_000)]);
    }
}
