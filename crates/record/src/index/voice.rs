//! When somebody spoke, as far as the record tells without decoding it: Opus spends more bytes on
//! a voice than on a quiet room.
//!
//! What is not here: how loud it was, and any promise. A microphone whose sound always has the same
//! size (a device with a constant bit rate) tells nothing and gets no stretches.

use model::TrackKind;
use model::archive::Stretch;

use super::{Place, SegmentIndex};

/// A pause shorter than this does not end what somebody says, ms.
const PAUSE_MS: u64 = 1_500;
/// A voice takes at least this share of what the loudest pieces take, per cent.
const VOICE_PERCENT: u64 = 60;
/// With fewer pieces nothing can be told.
const PIECES_MIN: usize = 8;

/// Stretches of voice, by microphone and time.
pub(super) fn stretches(segments: &[SegmentIndex]) -> Vec<Stretch> {
    let mut people: Vec<_> = segments
        .iter()
        .filter(|segment| segment.track.kind == TrackKind::Microphone)
        .map(|segment| segment.track)
        .collect();
    people.sort_unstable();
    people.dedup();
    let mut found = Vec::new();
    for track in people {
        let own = segments.iter().filter(|segment| segment.track == track);
        let pieces: Vec<&Place> = own.flat_map(|segment| &segment.pieces).collect();
        let Some(loud) = threshold(&pieces) else { continue };
        let first = found.len();
        for piece in pieces.iter().filter(|piece| rate(piece) >= loud) {
            let (from_ms, to_ms) = (piece.from_ms, piece.to_ms);
            match found[first..].last_mut() {
                Some(Stretch { to_ms: last, .. }) if from_ms <= *last + PAUSE_MS => {
                    *last = (*last).max(to_ms);
                }
                _ => {
                    let who = track.participant;
                    found.push(Stretch { who, kind: track.kind, from_ms, to_ms });
                }
            }
        }
    }
    found
}

/// Bytes a second.
fn rate(piece: &Place) -> u64 {
    piece.length.saturating_mul(1_000) / piece.to_ms.saturating_sub(piece.from_ms).max(1)
}

/// From which rate on it is a voice; none when loud and quiet cannot be told apart.
fn threshold(pieces: &[&Place]) -> Option<u64> {
    if pieces.len() < PIECES_MIN {
        return None;
    }
    let mut rates: Vec<u64> = pieces.iter().map(|piece| rate(piece)).collect();
    rates.sort_unstable();
    let at = |percent: usize| rates[(rates.len() - 1) * percent / 100];
    let loud = at(95) * VOICE_PERCENT / 100;
    (at(5) < loud).then_some(loud)
}

#[cfg(test)]
mod tests {
    use model::{Codec, ParticipantId, TrackId};

    use super::*;
    use crate::webm::TrackHead;

    fn microphone(sizes: &[u64]) -> SegmentIndex {
        let pieces = sizes.iter().zip(0..).map(|(length, n)| Place {
            offset: 0,
            length: *length,
            from_ms: n * 500,
            to_ms: n * 500 + 500,
            keyframe: true,
        });
        let kind = TrackKind::Microphone;
        SegmentIndex {
            name: String::new(),
            track: TrackId { participant: ParticipantId(3), kind },
            head: TrackHead { kind, codec: Codec::Opus, private: Vec::new(), width: 0, height: 0 },
            length: 0,
            sealed: true,
            pieces: pieces.collect(),
        }
    }

    #[test]
    fn a_voice_is_told_from_a_quiet_room() {
        let quiet = [400; 6];
        let mut sizes = quiet.to_vec();
        sizes.extend([2_000, 1_900, 500, 2_100]);
        sizes.extend(quiet);
        sizes.extend([2_000, 2_000]);
        let found = stretches(&[microphone(&sizes)]);
        let spans: Vec<_> = found.iter().map(|each| (each.from_ms, each.to_ms)).collect();
        assert_eq!(spans, [(3_000, 5_000), (8_000, 9_000)]);
    }

    #[test]
    fn sound_of_one_size_tells_nothing() {
        assert_eq!(stretches(&[microphone(&[2_000; 40])]), []);
        assert_eq!(stretches(&[microphone(&[10, 2_000])]), []);
    }
}
