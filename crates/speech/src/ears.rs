//! All microphones of one hearing: samples in, turns of speech out, with the sound that belongs to
//! them. The one door of the live part.
//!
//! What is not here: words. Times are the record's: samples are counted from the moment at which the
//! record has their packet, so it does not matter when a packet is handed over.

use std::collections::{BTreeMap, VecDeque};

use model::ParticipantId;
use model::limits::PARTICIPANTS_MAX;

use crate::SAMPLES_MS;
use crate::spans::{Spans, shared_ms};
use crate::turn::{Change, TURN_MS_MAX, TurnFinder};
use crate::voice::{FRAME, Voice};

/// Sound before the first voice that an engine gets too, ms: the beginning of a word is soft.
const PRE_ROLL_MS: u64 = 300;
/// Samples kept of a track while nobody speaks: the pre-roll and what the finder looks back on.
const KEPT: usize = 540 * 16;
/// Packets may be off the count of samples by so much, ms; from there on it is a hole or a jump.
const OFF_MS: u64 = 40;
/// A packet off by less moves the count by so many samples: clocks differ a little.
const NUDGE: u64 = 4;
/// A hole up to this length is filled with silence, ms; a longer one ends what was said.
const HOLE_MS_MAX: u64 = 1_000;
/// Sound comes at most so late after its moment, ms: the record waits for missing packets, and hands
/// over twice a second.
const LATE_MS: u64 = 1_500;
/// How long the voices of others are remembered, ms: what a whole turn needs.
const REMEMBERED_MS: u64 = TURN_MS_MAX + 60_000;

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ear {
    /// A turn began.
    Began {
        /// Who speaks.
        participant: ParticipantId,
        /// The turn's number.
        turn: u64,
        /// First voice on the hearing's time line, ms.
        from_ms: u64,
    },
    /// Sound of a turn that is on; without holes from one to the next.
    Sound {
        /// The turn's number.
        turn: u64,
        /// Where the first sample stands on the hearing's time line, ms.
        from_ms: u64,
        /// 16 kHz, one channel.
        samples: Vec<i16>,
    },
    /// A turn is over.
    Ended {
        /// Who spoke.
        participant: ParticipantId,
        /// The turn's number.
        turn: u64,
        /// First voice, ms.
        from_ms: u64,
        /// End of the last voice, ms.
        to_ms: u64,
        /// Milliseconds in which somebody else spoke too.
        cross_ms: u64,
    },
}

#[derive(Debug)]
struct Track {
    voice: Voice,
    finder: TurnFinder,
    /// Number of the turn that is on.
    turn: u64,
    /// Sound before `waiting`, for the pre-roll.
    kept: VecDeque<i16>,
    /// Less than a frame.
    waiting: Vec<i16>,
    /// Where the first of `waiting` stands, in samples of the time line.
    at: u64,
    spans: Spans,
}

/// The microphones of one hearing.
#[derive(Debug)]
pub struct Ears {
    tracks: BTreeMap<ParticipantId, Track>,
    next_turn: u64,
}

impl Default for Ears {
    fn default() -> Self {
        Self::new(1)
    }
}

impl Ears {
    /// Ears whose first turn has this number.
    pub const fn new(next_turn: u64) -> Self {
        Self { tracks: BTreeMap::new(), next_turn }
    }

    /// Ears for a hearing that goes on at this moment of its time line, ms, after a restart that
    /// forgot how many turns there were. Their numbers are beyond all that can have been used: sixteen
    /// people who each pause 800 ms between turns come to one turn in 50 ms.
    pub const fn going_on(media_ms: u64) -> Self {
        Self::new(1 + media_ms / 10)
    }

    /// The number of the next turn.
    pub const fn next_turn(&self) -> u64 {
        self.next_turn
    }

    /// Takes the samples of one packet, 16 kHz, one channel, that stands at `at_ms` of the time line.
    /// Samples that go back behind what was heard already are left out.
    pub fn sound(
        &mut self,
        participant: ParticipantId,
        at_ms: u64,
        samples: &[i16],
        out: &mut Vec<Ear>,
    ) {
        if !self.tracks.contains_key(&participant) && self.tracks.len() >= PARTICIPANTS_MAX {
            return;
        }
        let at = at_ms.saturating_mul(SAMPLES_MS);
        let track = self.tracks.entry(participant).or_insert_with(|| Track::new(at));
        let heard_to = track.heard_to();
        let off = OFF_MS * SAMPLES_MS;
        let mut fresh = samples;
        if at > heard_to + off {
            let hole = at - heard_to;
            let fill = hole.min(HOLE_MS_MAX * SAMPLES_MS);
            self.feed(participant, &vec![0; usize::try_from(fill).unwrap_or(0)], out);
            if hole > fill {
                self.begin_anew(participant, at, out);
            }
        } else if at + off < heard_to {
            let heard = usize::try_from(heard_to - at).unwrap_or(usize::MAX);
            fresh = samples.get(heard..).unwrap_or_default();
        } else if at > heard_to {
            track.at += NUDGE.min(at - heard_to);
        } else {
            track.at = track.at.saturating_sub(NUDGE.min(heard_to - at));
        }
        self.feed(participant, fresh, out);
    }

    /// The hearing has come to this moment of its time line, ms: who sends nothing does not speak.
    pub fn now(&mut self, media_ms: u64, out: &mut Vec<Ear>) {
        let quiet = media_ms.saturating_sub(LATE_MS);
        for participant in self.people() {
            let Some(track) = self.tracks.get_mut(&participant) else { continue };
            if track.heard_to() / SAMPLES_MS < quiet
                && let Some(change) = track.finder.silent_until(quiet)
            {
                self.changed(participant, change, out);
            }
        }
    }

    /// The record stops here: every turn is over, and nothing is kept of the sound.
    pub fn stop(&mut self, out: &mut Vec<Ear>) {
        for participant in self.people() {
            let Some(track) = self.tracks.get_mut(&participant) else { continue };
            let at = track.heard_to();
            self.begin_anew(participant, at, out);
        }
    }

    fn people(&self) -> Vec<ParticipantId> {
        self.tracks.keys().copied().collect()
    }

    /// What comes next does not go on from what was.
    fn begin_anew(&mut self, participant: ParticipantId, at: u64, out: &mut Vec<Ear>) {
        let Some(track) = self.tracks.get_mut(&participant) else { return };
        let ended = track.finder.end();
        track.voice.reset();
        track.kept.clear();
        track.waiting.clear();
        track.at = at;
        if let Some(change) = ended {
            self.changed(participant, change, out);
        }
    }

    fn feed(&mut self, participant: ParticipantId, samples: &[i16], out: &mut Vec<Ear>) {
        let Some(track) = self.tracks.get_mut(&participant) else { return };
        track.waiting.extend_from_slice(samples);
        while let Some(frame) = self.tracks.get_mut(&participant).and_then(Track::next_frame) {
            self.frame(participant, &frame, out);
        }
    }

    fn frame(&mut self, participant: ParticipantId, frame: &[i16; FRAME], out: &mut Vec<Ear>) {
        let Some(track) = self.tracks.get_mut(&participant) else { return };
        let (at, at_ms) = (track.at, track.at / SAMPLES_MS);
        let voice = track.voice.is_in(frame);
        let change = track.finder.frame(at_ms, voice);
        track.at += FRAME as u64;
        track.kept.extend(frame);
        if let Some(change) = change {
            self.changed(participant, change, out);
        }
        let Some(track) = self.tracks.get_mut(&participant) else { return };
        if let Some((from_ms, to_ms)) = track.finder.turn() {
            if voice {
                track.spans.add(at_ms.max(from_ms), to_ms.max(at_ms));
            }
            let began = matches!(change, Some(Change::Began(_)));
            let before = if began { track.pre_roll(from_ms) } else { FRAME };
            track.hand_out(before, at + FRAME as u64, out);
        }
        let surplus = track.kept.len().saturating_sub(KEPT);
        track.kept.drain(..surplus);
    }

    fn changed(&mut self, participant: ParticipantId, change: Change, out: &mut Vec<Ear>) {
        let Some(track) = self.tracks.get_mut(&participant) else { return };
        match change {
            Change::Began(from_ms) => {
                track.turn = self.next_turn;
                self.next_turn += 1;
                track.spans.add(from_ms, from_ms);
                out.push(Ear::Began { participant, turn: track.turn, from_ms });
            }
            Change::Ended(from_ms, to_ms) => {
                let turn = track.turn;
                track.spans.forget_before(to_ms.saturating_sub(REMEMBERED_MS));
                let cross_ms = self.cross_ms(participant, from_ms, to_ms);
                out.push(Ear::Ended { participant, turn, from_ms, to_ms, cross_ms });
            }
        }
    }

    /// Milliseconds between two moments in which somebody else spoke at the same time.
    fn cross_ms(&self, participant: ParticipantId, from_ms: u64, to_ms: u64) -> u64 {
        let Some(track) = self.tracks.get(&participant) else { return 0 };
        let own: Vec<_> = track.spans.within(from_ms, to_ms).collect();
        let others = self.tracks.iter().filter(|(who, _)| **who != participant);
        let others: Vec<_> =
            others.flat_map(|(_, other)| other.spans.within(from_ms, to_ms)).collect();
        shared_ms(&own, others)
    }
}

impl Track {
    fn new(at: u64) -> Self {
        Self {
            voice: Voice::new(),
            finder: TurnFinder::default(),
            turn: 0,
            kept: VecDeque::new(),
            waiting: Vec::new(),
            at,
            spans: Spans::default(),
        }
    }

    /// Where the next sample is due, in samples of the time line.
    const fn heard_to(&self) -> u64 {
        self.at + self.waiting.len() as u64
    }

    fn next_frame(&mut self) -> Option<[i16; FRAME]> {
        let frame = *self.waiting.first_chunk::<FRAME>()?;
        self.waiting.drain(..FRAME);
        Some(frame)
    }

    /// Samples kept up to the end of this frame that belong to a turn which began at `from_ms`.
    fn pre_roll(&self, from_ms: u64) -> usize {
        let from = from_ms.saturating_sub(PRE_ROLL_MS) * SAMPLES_MS;
        usize::try_from(self.at.saturating_sub(from)).unwrap_or(usize::MAX).min(self.kept.len())
    }

    /// Hands out the last so many samples of what is kept; they end at `to` of the time line.
    fn hand_out(&self, count: usize, to: u64, out: &mut Vec<Ear>) {
        let samples = self.kept.iter().skip(self.kept.len().saturating_sub(count)).copied();
        if let Some(Ear::Sound { turn, samples: sound, .. }) = out.last_mut()
            && *turn == self.turn
        {
            sound.extend(samples);
            return;
        }
        let from_ms = to.saturating_sub(count as u64) / SAMPLES_MS;
        out.push(Ear::Sound { turn: self.turn, from_ms, samples: samples.collect() });
    }
}
