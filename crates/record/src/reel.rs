//! All tracks of one hearing: tape in, what is to be written out. The one door of the live part.
//!
//! What is not here: the ledger and the disk. What is off the record never leaves this file.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use model::letters::{Tape, TapeItem};
use model::{Instant, ParticipantId, Timestamp, TrackId};

use crate::entry::LossCause;
use crate::reorder::Packet;
use crate::segment::{Taken, TrackReel};
use crate::timeline::{PersonClock, Timeline};

/// Orders carry milliseconds and tape microseconds, so borders are taken this wide.
const BORDER: Duration = Duration::from_millis(1);
/// Packets that came before the order to roll, at most.
const EARLY_PACKETS_MAX: usize = 4_096;
/// How long they are kept.
const EARLY_KEPT: Duration = Duration::from_secs(2);

/// What is known of a track from before this run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Before {
    /// Segment files.
    pub segments: u32,
    /// Media time of the last frame, ms.
    pub last_ms: Option<u64>,
}

/// The tracks of one hearing.
#[derive(Debug, Default)]
pub struct Reel {
    line: Option<Timeline>,
    from: Option<Instant>,
    to: Option<Instant>,
    before: BTreeMap<TrackId, Before>,
    tracks: BTreeMap<TrackId, TrackReel>,
    persons: BTreeMap<ParticipantId, PersonClock>,
    early: VecDeque<(Instant, TapeItem, Vec<u8>)>,
    last_packet: Option<Instant>,
}

impl Reel {
    /// A hearing with what is known of its tracks from before.
    pub fn new(before: BTreeMap<TrackId, Before>) -> Self {
        Self { before, ..Self::default() }
    }

    /// From `at`, which is `media_ms` on the media time line with its zero at `zero`, packets are
    /// on the record. In one run the time line is set once; later the same line goes on.
    pub fn start(&mut self, zero: Timestamp, at: Instant, media_ms: u64, out: &mut Vec<Taken>) {
        self.line.get_or_insert(Timeline::new(zero, at, media_ms));
        self.from = Some(at);
        self.to = None;
        self.last_packet = None;
        for (arrived, item, payload) in core::mem::take(&mut self.early) {
            self.item(arrived, &item, &payload, out);
        }
    }

    /// From `at` packets are off the record again; those from before are still taken until
    /// [`Reel::finish`].
    pub const fn stop(&mut self, at: Instant) {
        self.to = Some(at);
    }

    /// Media time at an instant, ms, once the line is set.
    pub fn media_ms(&self, at: Instant) -> Option<u64> {
        self.line.as_ref().map(|line| line.media_ms(at))
    }

    /// When the last packet on the record arrived since the last start.
    pub const fn last_packet(&self) -> Option<Instant> {
        self.last_packet
    }

    /// Takes a tape.
    pub fn tape(&mut self, tape: &Tape, out: &mut Vec<Taken>) {
        for item in &tape.items {
            let (arrived, payload) = match item {
                TapeItem::Packet { arrived, start, end, .. } => {
                    (*arrived, tape.bytes.get(*start as usize..*end as usize).unwrap_or_default())
                }
                TapeItem::SenderReport { arrived, .. } => (*arrived, &[][..]),
                TapeItem::Lost { from, .. } => (*from, &[][..]),
            };
            if self.from.is_none() {
                self.keep_early(arrived, item, payload);
            } else {
                self.item(arrived, item, payload, out);
            }
        }
    }

    fn keep_early(&mut self, arrived: Instant, item: &TapeItem, payload: &[u8]) {
        self.early.push_back((arrived, item.clone(), payload.to_vec()));
        let old = |at: Instant| arrived.since(at) > EARLY_KEPT;
        while self.early.len() > EARLY_PACKETS_MAX
            || self.early.front().is_some_and(|&(at, ..)| old(at))
        {
            self.early.pop_front();
        }
    }

    fn is_on_record(&self, at: Instant) -> bool {
        self.from.is_some_and(|from| at.plus(BORDER) >= from)
            && self.to.is_none_or(|to| at <= to.plus(BORDER))
    }

    fn item(&mut self, at: Instant, item: &TapeItem, payload: &[u8], out: &mut Vec<Taken>) {
        let Some(line) = self.line else { return };
        if !self.is_on_record(at) {
            return;
        }
        match *item {
            TapeItem::Packet {
                track, codec, arrived, sequence, rtp_time, source, marker, ..
            } => {
                if codec.is_sound() != track.kind.is_sound() {
                    return;
                }
                self.last_packet = self.last_packet.max(Some(arrived));
                let person = self.persons.entry(track.participant).or_default();
                let reel = Self::track(&mut self.tracks, &self.before, track);
                let packet = Packet { arrived, rtp_time, marker, payload: payload.to_vec() };
                reel.packet(&line, person, source, codec, sequence, packet, out);
            }
            TapeItem::SenderReport { track, source, arrived, ntp, rtp_time } => {
                let person = self.persons.entry(track.participant).or_default();
                let reel = Self::track(&mut self.tracks, &self.before, track);
                reel.report(&line, person, source, arrived, ntp, rtp_time);
            }
            TapeItem::Lost { track, from, to, packets } => {
                Self::track(&mut self.tracks, &self.before, track).tape_lost();
                out.push(Taken::Lost {
                    track,
                    from: line.utc(line.media_ms(from)),
                    to: line.utc(line.media_ms(to)),
                    cause: LossCause::Tape,
                    packets: Some(u64::from(packets)),
                });
            }
        }
    }

    fn track<'a>(
        tracks: &'a mut BTreeMap<TrackId, TrackReel>,
        before: &BTreeMap<TrackId, Before>,
        track: TrackId,
    ) -> &'a mut TrackReel {
        tracks.entry(track).or_insert_with(|| {
            let known = before.get(&track).copied().unwrap_or_default();
            TrackReel::new(track, known.segments, known.last_ms)
        })
    }

    /// A commit tick: hands out what is due by `now`.
    pub fn take(&mut self, now: Instant, out: &mut Vec<Taken>) {
        let Some(line) = self.line else { return };
        for (track, reel) in &mut self.tracks {
            let person = self.persons.entry(track.participant).or_default();
            reel.drain(&line, person, now, false, out);
            reel.tick(&line, now, out);
        }
    }

    /// What a track handed out could not be kept.
    pub fn need_keyframe(&mut self, track: TrackId) {
        if let Some(reel) = self.tracks.get_mut(&track) {
            reel.need_keyframe();
        }
    }

    /// Hands out everything and ends all segments; packets are off the record until the next
    /// start.
    pub fn finish(&mut self, now: Instant, out: &mut Vec<Taken>) {
        self.from = None;
        self.last_packet = None;
        let Some(line) = self.line else { return };
        let now = self.to.unwrap_or(now);
        for (track, mut reel) in core::mem::take(&mut self.tracks) {
            let person = self.persons.entry(track.participant).or_default();
            reel.finish(&line, person, now, out);
            let known = Before { segments: reel.count(), last_ms: reel.last_ms() };
            self.before.insert(track, known);
        }
    }
}
