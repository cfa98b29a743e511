//! Numbered media: every false payload says who made it, and which one it is.
//! What is not here: packet headers.

use model::{ParticipantId, TrackId, TrackKind};

/// Begins every mark; long enough not to appear by chance.
const MAGIC: &[u8; 8] = b"\xA5sim\x5Amk\xC3";
const MARK_BYTES: usize = MAGIC.len() + 4 + 1 + 4 + 4;

/// What a payload says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mark {
    /// The track it was sent on.
    pub(crate) track: TrackId,
    /// The publisher's source: another one for each connection.
    pub(crate) source: u32,
    /// Counts up within the source.
    pub(crate) number: u32,
}

impl Mark {
    /// A payload that carries the mark: Opus of 60 ms, or a VP8 frame in one packet.
    pub(crate) fn payload(self, keyframe: bool) -> Vec<u8> {
        let mut bytes = match (self.track.kind, keyframe) {
            (TrackKind::Microphone, _) => vec![0x18],
            (TrackKind::Camera | TrackKind::Screen, true) => {
                vec![0x10, 0x10, 0, 0, 0x9D, 0x01, 0x2A, 0x80, 0x02, 0x68, 0x01]
            }
            (TrackKind::Camera | TrackKind::Screen, false) => vec![0x10, 0x11, 0, 0],
        };
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&self.track.participant.0.to_be_bytes());
        bytes.push(self.track.kind as u8);
        bytes.extend_from_slice(&self.source.to_be_bytes());
        bytes.extend_from_slice(&self.number.to_be_bytes());
        bytes
    }

    /// The mark of a payload.
    pub(crate) fn of(payload: &[u8]) -> Option<Self> {
        Self::all(payload).next().map(|(mark, _)| mark)
    }

    /// Every mark in the bytes of a file, and where each ends.
    pub(crate) fn all(bytes: &[u8]) -> impl Iterator<Item = (Self, usize)> {
        bytes
            .windows(MARK_BYTES)
            .enumerate()
            .filter(|(_, window)| window.starts_with(MAGIC))
            .filter_map(|(at, window)| Some((Self::read(&window[MAGIC.len()..])?, at + MARK_BYTES)))
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let word = |at: usize| Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk::<4>()?));
        let kind = *TrackKind::ALL.get(usize::from(*bytes.get(4)?))?;
        let track = TrackId::new(ParticipantId(word(0)?), kind);
        Some(Self { track, source: word(5)?, number: word(9)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_found_again() {
        for kind in TrackKind::ALL {
            let track = TrackId::new(ParticipantId(7), kind);
            let mark = Mark { track, source: 3, number: 260 };
            assert_eq!(Mark::of(&mark.payload(false)), Some(mark));
            let mut file = b"head".to_vec();
            file.extend(mark.payload(true));
            file.extend(Mark { number: 261, ..mark }.payload(false));
            let found: Vec<_> = Mark::all(&file).map(|(mark, _)| mark.number).collect();
            assert_eq!(found, [260, 261]);
        }
    }
}
