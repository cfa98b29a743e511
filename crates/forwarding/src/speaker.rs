//! Who is speaking, from the audio levels packets carry (RFC 6464).
//!
//! What is not here: decoding. Only levels declared by the publisher are looked at.

use core::cmp::Reverse;
use core::time::Duration;

use model::{Instant, ParticipantId};

/// Speakers change at most this often.
pub(crate) const CHANGE_EVERY: Duration = Duration::from_millis(300);
/// A microphone that sends nothing for this long is quiet (discontinuous transmission).
const QUIET_AFTER: Duration = Duration::from_millis(400);
/// Speaking begins above this loudness.
const BEGIN: u32 = loudness(45);
/// Speaking ends below this loudness.
const END: u32 = loudness(55);
/// Somebody must be this much louder to be named first.
const LEAD: u32 = 6 << 8;

/// Loudness of a level in -dBov, in 256ths of a decibel above silence.
const fn loudness(level: u8) -> u32 {
    ((127 - (level & 0x7f)) as u32) << 8
}

/// The smoothed loudness of one microphone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Voice {
    loudness: u32,
    heard_at: Instant,
}

impl Voice {
    /// Takes the level byte of a packet: rises within a few packets, falls within half a second.
    pub(crate) fn hear(&mut self, level: u8, now: Instant) {
        let present = loudness(level);
        self.loudness = if present > self.loudness {
            self.loudness + (present - self.loudness) / 3
        } else {
            self.loudness - (self.loudness - present) / 16
        };
        self.heard_at = now;
    }

    fn loudness(&self, now: Instant) -> u32 {
        if now.since(self.heard_at) > QUIET_AFTER { 0 } else { self.loudness }
    }
}

/// The list of speakers last told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Floor {
    speaking: Vec<ParticipantId>,
    /// Who spoke last, named first then.
    last: Option<ParticipantId>,
}

impl Floor {
    /// Compares the voices with the list: gives the new list when it changed. Call every
    /// [`CHANGE_EVERY`].
    pub(crate) fn turn(
        &mut self,
        voices: &[(ParticipantId, Voice)],
        now: Instant,
    ) -> Option<&[ParticipantId]> {
        let speaks = |who: ParticipantId, voice: &Voice| {
            let bound = if self.speaking.contains(&who) { END } else { BEGIN };
            voice.loudness(now) > bound
        };
        let mut loud: Vec<(u32, ParticipantId)> = voices
            .iter()
            .filter(|(who, voice)| speaks(*who, voice))
            .map(|(who, voice)| (voice.loudness(now), *who))
            .collect();
        loud.sort_by_key(|(loudness, who)| (Reverse(*loudness), *who));
        if let Some(held) = self
            .speaking
            .first()
            .and_then(|first| loud.iter().position(|(_, who)| who == first))
            .filter(|held| loud[0].0 < loud[*held].0 + LEAD)
        {
            loud[..=held].rotate_right(1);
        }
        let same_first = loud.first().map(|(_, who)| who) == self.speaking.first();
        let same_people = loud.len() == self.speaking.len()
            && loud.iter().all(|(_, who)| self.speaking.contains(who));
        if same_first && same_people {
            return None;
        }
        self.speaking.clear();
        self.speaking.extend(loud.into_iter().map(|(_, who)| who));
        self.last = self.speaking.first().copied().or(self.last);
        Some(&self.speaking)
    }

    /// How far in front somebody is among those who speak; while nobody does, who spoke last is.
    pub(crate) fn place_of(&self, who: ParticipantId) -> Option<usize> {
        let place = self.speaking.iter().position(|one| *one == who);
        place.or_else(|| (self.speaking.is_empty() && self.last == Some(who)).then_some(0))
    }

    /// Who speaks, first of all, or else spoke last.
    pub(crate) const fn first(&self) -> Option<ParticipantId> {
        self.last
    }

    /// Whether anybody is on the list.
    pub(crate) const fn is_empty(&self) -> bool {
        self.speaking.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: ParticipantId = ParticipantId(1);
    const B: ParticipantId = ParticipantId(2);

    /// Feeds levels for a while and gives every change of the list.
    fn listen(script: &[(u64, u8, u8)]) -> Vec<Vec<ParticipantId>> {
        let (mut a, mut b) = (Voice::default(), Voice::default());
        let mut floor = Floor::default();
        let mut told = Vec::new();
        let mut ms = 0;
        for &(length_ms, level_a, level_b) in script {
            let end = ms + length_ms;
            while ms < end {
                let now = Instant(ms * 1_000);
                a.hear(level_a, now);
                b.hear(level_b, now);
                if ms % 300 == 0 {
                    told.extend(floor.turn(&[(A, a), (B, b)], now).map(<[_]>::to_vec));
                }
                ms += 20;
            }
        }
        let later = Instant((ms + 1_000) * 1_000);
        told.extend(floor.turn(&[(A, a), (B, b)], later).map(<[_]>::to_vec));
        told
    }

    #[test]
    fn the_loudest_is_named_first_and_silence_ends_it() {
        let told = listen(&[(900, 20, 127), (900, 127, 20)]);
        assert_eq!(told.first(), Some(&vec![A]));
        assert!(told.contains(&vec![B, A]) || told.contains(&vec![B]));
        assert_eq!(told.last(), Some(&vec![]));
    }

    #[test]
    fn small_differences_do_not_change_the_order() {
        let told = listen(&[(900, 30, 127), (3_000, 30, 27), (3_000, 30, 30)]);
        assert_eq!(told, [vec![A], vec![A, B], vec![]]);
    }

    #[test]
    fn between_the_bounds_nobody_begins_and_nobody_ends() {
        assert!(listen(&[(2_000, 50, 127)]).is_empty());
        assert_eq!(listen(&[(900, 30, 127), (3_000, 50, 127)]), [vec![A], vec![]]);
    }
}
