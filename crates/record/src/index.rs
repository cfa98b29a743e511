//! What follows from a ledger: the archive's list and record, and where every piece stands.
//!
//! What is not here: checking. The index believes the lines it is given, which were read as a chain.

use std::collections::BTreeMap;

use model::archive::{ArchiveLine, ArchiveRecord, Attendee, Stretch};
use model::stage::Gap;
use model::view::Heading;
use model::{Brief, Fact, HearingId, Minute, Timestamp, TrackId};

use crate::digest::{Digests, bytes_from_hex};
use crate::entry::{Entry, Line};
use crate::ledger::Ledger;
use crate::webm::TrackHead;

mod voice;

/// Pieces of a track no further apart than this are one stretch, ms: a silent microphone sends a
/// packet every 400 ms only.
const STRETCH_HOLE_MS: u64 = 1_000;

/// Where a piece stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// First byte in its segment.
    pub offset: u64,
    /// Bytes.
    pub length: u64,
    /// Media time of the first frame, ms.
    pub from_ms: u64,
    /// Media time at which the last frame ends, ms.
    pub to_ms: u64,
    /// Whether the first frame can be decoded by itself.
    pub keyframe: bool,
}

/// One segment file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentIndex {
    /// Its name.
    pub name: String,
    /// Whose and what.
    pub track: TrackId,
    /// What its head says.
    pub head: TrackHead,
    /// Bytes attested, head included.
    pub length: u64,
    /// Whether it is complete.
    pub sealed: bool,
    /// Its pieces in order.
    pub pieces: Vec<Place>,
}

/// Everything that follows from the lines so far.
#[derive(Clone, Debug, Default)]
pub struct Index {
    hearing: Option<HearingId>,
    heading: Option<Heading>,
    brief: Brief,
    attendees: Vec<Attendee>,
    /// Segments in order of their beginning.
    pub segments: Vec<SegmentIndex>,
    by_name: BTreeMap<String, usize>,
    /// Keep no pieces.
    outline: bool,
    /// Minutes in order.
    pub minutes: Vec<Minute>,
    gaps: Vec<Gap>,
    /// Zero of the media time line on the wall clock.
    pub zero: Option<Timestamp>,
    /// Furthest moment of the media time line, ms.
    pub media_ms: u64,
    /// When the last line was written.
    pub last: Timestamp,
    /// Whether the ledger is sealed.
    pub sealed: bool,
    /// Since when it has been rolling, if the last order was to roll.
    pub rolling_since: Option<Timestamp>,
    /// From when to when recording was ordered, ms on the media time line; the last may have no
    /// end yet.
    pub rolls: Vec<(u64, Option<u64>)>,
}

impl Index {
    /// An index that keeps no pieces, so it stays small.
    pub fn outline() -> Self {
        Self { outline: true, ..Self::default() }
    }

    fn begin(&mut self, heading: &Heading, brief: &Brief, attendees: &[Attendee]) {
        self.heading = Some(heading.clone());
        self.brief = brief.clone();
        self.attendees = attendees.to_vec();
    }

    /// Takes the next line of the chain.
    pub fn apply(&mut self, line: &Line) {
        self.last = self.last.max(line.at);
        match &line.entry {
            Entry::Opened { hearing, heading, brief, attendees, .. } => {
                self.hearing = Some(*hearing);
                self.begin(heading, brief, attendees);
            }
            Entry::Reopened { heading, brief, attendees, .. } => {
                self.begin(heading, brief, attendees);
            }
            Entry::Minute { minute } => self.minutes.push(minute.clone()),
            Entry::Roll { rolling, ordered_at, media_ms } => {
                if *rolling && self.zero.is_none() {
                    self.zero = Some(*ordered_at);
                }
                self.rolling_since = rolling.then_some(*ordered_at);
                self.roll(*rolling, *media_ms);
                self.media_ms = self.media_ms.max(*media_ms);
            }
            Entry::Segment { segment, track, codec, private, width, height, length, .. } => {
                let head = TrackHead {
                    kind: track.kind,
                    codec: *codec,
                    private: bytes_from_hex(private).unwrap_or_default(),
                    width: *width,
                    height: *height,
                };
                self.by_name.insert(segment.clone(), self.segments.len());
                self.segments.push(SegmentIndex {
                    name: segment.clone(),
                    track: *track,
                    head,
                    length: *length,
                    sealed: false,
                    pieces: Vec::new(),
                });
            }
            Entry::Commit { pieces } => {
                for piece in pieces {
                    let Some(&at) = self.by_name.get(&piece.segment) else { continue };
                    let segment = &mut self.segments[at];
                    segment.length = segment.length.max(piece.offset + piece.length);
                    self.media_ms = self.media_ms.max(piece.to_ms);
                    if self.outline {
                        continue;
                    }
                    segment.pieces.push(Place {
                        offset: piece.offset,
                        length: piece.length,
                        from_ms: piece.from_ms,
                        to_ms: piece.to_ms,
                        keyframe: piece.keyframe,
                    });
                }
            }
            Entry::SegmentSealed { segment, .. } => {
                if let Some(&at) = self.by_name.get(segment) {
                    self.segments[at].sealed = true;
                }
            }
            Entry::Lost { track, from, to, .. } => {
                self.gaps.push(Gap { track: *track, from: *from, to: *to });
            }
            Entry::Recovered { from, to, .. } => {
                self.gaps.push(Gap { track: None, from: *from, to: *to });
                self.rolling_since = None;
                self.roll(false, self.media_ms_of(*from));
            }
            Entry::Sealed { .. } => self.sealed = true,
            Entry::Reanchor { .. } | Entry::Fault { .. } | Entry::Mended { .. } => {}
        }
    }

    /// A moment of the wall clock on the media time line, ms.
    fn media_ms_of(&self, at: Timestamp) -> u64 {
        let since_zero = self.zero.map_or(0, |zero| at.since(zero).as_millis());
        u64::try_from(since_zero).unwrap_or(u64::MAX)
    }

    fn roll(&mut self, rolling: bool, media_ms: u64) {
        match self.rolls.last_mut() {
            Some((from, to @ None)) if !rolling => *to = Some(media_ms.max(*from)),
            Some((_, None)) => {}
            _ if rolling => self.rolls.push((media_ms, None)),
            _ => {}
        }
    }

    /// Which hearing, once its first line was read.
    pub const fn hearing(&self) -> Option<HearingId> {
        self.hearing
    }

    /// What stands on the door.
    pub const fn brief(&self) -> &Brief {
        &self.brief
    }

    /// What stands on the door, once a ledger was begun.
    pub const fn heading(&self) -> Option<&Heading> {
        self.heading.as_ref()
    }

    /// Who is on the docket.
    pub fn attendees(&self) -> &[Attendee] {
        &self.attendees
    }

    /// The line of the archive's list; nothing before the first line was read.
    pub fn archive_line(&self) -> Option<ArchiveLine> {
        let moment = |is: fn(&Fact) -> bool| {
            self.minutes.iter().find(|minute| is(&minute.fact)).map(|minute| minute.at)
        };
        Some(ArchiveLine {
            hearing: self.hearing?,
            heading: self.heading.clone()?,
            brief: self.brief.clone(),
            attendees: self.attendees.clone(),
            opened_at: moment(|fact| *fact == Fact::Opened),
            closed_at: moment(|fact| matches!(fact, Fact::Closed { .. })),
            sealed: self.sealed,
            bytes: self.segments.iter().map(|segment| segment.length).sum(),
        })
    }

    /// The whole record; `ledger` is the chain as read so far.
    pub fn archive_record(&self, ledger: &Ledger) -> Option<ArchiveRecord> {
        let Digests { sha256, sm3 } = ledger.head();
        Some(ArchiveRecord {
            line: self.archive_line()?,
            media_zero: self.zero,
            media_ms: self.media_ms,
            stretches: self.stretches(),
            voices: voice::stretches(&self.segments),
            gaps: self.gaps.clone(),
            minutes: self.minutes.clone(),
            head_sha256: sha256.to_string(),
            head_sm3: sm3.to_string(),
        })
    }

    /// Each track's stretches without a hole.
    fn stretches(&self) -> Vec<Stretch> {
        let mut by_track: BTreeMap<TrackId, Vec<Stretch>> = BTreeMap::new();
        for segment in &self.segments {
            let stretches = by_track.entry(segment.track).or_default();
            for piece in &segment.pieces {
                match stretches.last_mut() {
                    Some(last) if piece.from_ms <= last.to_ms + STRETCH_HOLE_MS => {
                        last.to_ms = last.to_ms.max(piece.to_ms);
                    }
                    _ => stretches.push(Stretch {
                        who: segment.track.participant,
                        kind: segment.track.kind,
                        from_ms: piece.from_ms,
                        to_ms: piece.to_ms,
                    }),
                }
            }
        }
        by_track.into_values().flatten().collect()
    }

    /// Number of pieces.
    pub fn pieces(&self) -> u64 {
        self.segments.iter().map(|segment| segment.pieces.len() as u64).sum()
    }
}
