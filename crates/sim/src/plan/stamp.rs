//! What a false payload says of itself: whose it is, which one, which part, and when it was taken.
//! What is not here: packet headers.

use model::{Codec, Instant, ParticipantId, TrackId, TrackKind};

/// Begins every stamp; long enough not to appear by chance.
const MAGIC: &[u8; 8] = b"\xA5pln\x5Ast\xC3";
const STAMP_BYTES: usize = MAGIC.len() + 1 + 1 + 4 + 4 + 2 + 2 + 1 + 8;
/// Width and height of a keyframe: of a single source, and of three layers.
const SIZES: [[u16; 2]; 4] = [[640, 360], [320, 180], [640, 360], [1_280, 720]];
/// A stamp begins at the latest here.
const HEAD_MAX: usize = 40;

/// Sets of parameters of an H.264 picture (640 x 360) and of its sequence.
const PARAMETERS: (&[u8], &[u8]) = (
    &[
        0x67, 0x42, 0xC0, 0x1E, 0xD9, 0x00, 0xA0, 0x2F, 0xF9, 0x70, 0x11, 0x00, 0x00, 0x03, 0x00,
        0x01, 0x00, 0x00, 0x03, 0x00, 0x32, 0x0F, 0x16, 0x2E, 0x48,
    ],
    &[0x68, 0xCB, 0x83, 0xCB, 0x20],
);

/// What a payload says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stamp {
    /// The track.
    pub(crate) track: TrackId,
    /// The publisher's source: another one for each connection and layer. The two lowest bits are
    /// the layer, from 1, or 0 for a single source.
    pub(crate) source: u32,
    /// Sound packet or picture within the source, counted up.
    pub(crate) number: u32,
    /// Which packet of the picture.
    pub(crate) part: u16,
    /// Packets of the picture.
    pub(crate) parts: u16,
    /// A keyframe.
    pub(crate) key: bool,
    /// When it was captured, in true time.
    pub(crate) captured: Instant,
}

/// The beginning of an AV1 payload of one element: a frame, of the type key frame or inter frame (AV1
/// RTP specification 1.0, §4.4).
fn av1_head(first: bool, last: bool, key: bool) -> Vec<u8> {
    let flags = [(!first, 0x80), (!last, 0x40), (key && first, 0x08)];
    let flags = flags.into_iter().filter(|(is, _)| *is).map(|(_, bit)| bit).sum::<u8>();
    let frame: &[u8] = match (first, key) {
        (false, _) => &[],
        (true, true) => &[0x30, 0x10],
        (true, false) => &[0x30, 0x30],
    };
    [&[0x10 | flags][..], frame].concat()
}

impl Stamp {
    /// A payload of about `bytes` bytes that carries the stamp: Opus of 20 ms, or a packet of a
    /// VP8 or H.264 picture.
    pub(crate) fn payload(self, codec: Codec, bytes: usize) -> Vec<u8> {
        let first = self.part == 0;
        let last = self.part + 1 == self.parts;
        let mut payload = match codec {
            Codec::Opus => vec![0xf8],
            Codec::Vp8 => {
                let [high, low] = ((self.number & 0x7fff) as u16 | 0x8000).to_be_bytes();
                let begin = if first { 0x10 } else { 0 };
                let level = (self.number & 0xff) as u8;
                let mut head = vec![0x80 | begin, 0xe0, high, low, level, 0];
                match (first, self.key) {
                    (true, true) => {
                        head.extend_from_slice(&[0x10, 0, 0, 0x9d, 0x01, 0x2a]);
                        for side in SIZES[(self.source & 3) as usize] {
                            head.extend_from_slice(&side.to_le_bytes());
                        }
                    }
                    (true, false) => head.extend_from_slice(&[0x11, 0, 0]),
                    (false, _) => {}
                }
                head
            }
            Codec::Vp9 => {
                let [high, low] = ((self.number & 0x7fff) as u16 | 0x8000).to_be_bytes();
                let flags = [(!self.key, 0x40), (first, 0x08), (last, 0x04)];
                let flags = flags.into_iter().filter(|(is, _)| *is).map(|(_, bit)| bit).sum::<u8>();
                let mut head = vec![0x80 | flags, high, low];
                if self.key && first {
                    head[0] |= 0x02;
                    head.push(0x10);
                    for side in SIZES[(self.source & 3) as usize] {
                        head.extend_from_slice(&side.to_be_bytes());
                    }
                }
                head
            }
            Codec::Av1 => av1_head(first, last, self.key),
            Codec::H264 if self.key && first => {
                // The stamp lies in a unit of its own, which reaches to the end (RFC 6184 §5.7.1).
                let mut head = vec![0x78];
                for unit in [PARAMETERS.0, PARAMETERS.1] {
                    head.extend_from_slice(&unit_len(unit.len()));
                    head.extend_from_slice(unit);
                }
                let rest = bytes.saturating_sub(head.len() + 2).max(1 + STAMP_BYTES);
                head.extend_from_slice(&unit_len(rest));
                head.push(6);
                head
            }
            Codec::H264 => {
                let (unit, begins) = if self.key { (5, self.part == 1) } else { (1, first) };
                let mut head = vec![0x7c, unit];
                head[1] |= if begins { 0x80 } else { 0 } | if last { 0x40 } else { 0 };
                head
            }
        };
        payload.extend_from_slice(MAGIC);
        payload.push((self.track.participant.0 & 0xff) as u8);
        payload.push(self.track.kind as u8);
        payload.extend_from_slice(&self.source.to_be_bytes());
        payload.extend_from_slice(&self.number.to_be_bytes());
        payload.extend_from_slice(&self.part.to_be_bytes());
        payload.extend_from_slice(&self.parts.to_be_bytes());
        payload.push(u8::from(self.key));
        payload.extend_from_slice(&self.captured.0.to_be_bytes());
        payload.resize(bytes.max(payload.len()), 0x55);
        payload
    }

    /// The stamp of a payload.
    pub(crate) fn of(payload: &[u8]) -> Option<Self> {
        let head = &payload[..payload.len().min(HEAD_MAX + STAMP_BYTES)];
        let at = head.windows(MAGIC.len()).position(|window| window == MAGIC)?;
        Self::read(&payload[at + MAGIC.len()..])
    }

    /// Every stamp in the bytes of a file.
    pub(crate) fn all(bytes: &[u8]) -> impl Iterator<Item = Self> {
        bytes
            .windows(STAMP_BYTES)
            .filter(|window| window[0] == MAGIC[0] && window.starts_with(MAGIC))
            .filter_map(|window| Self::read(&window[MAGIC.len()..]))
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let word = |at: usize| Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk::<4>()?));
        let half = |at: usize| Some(u16::from_be_bytes(*bytes.get(at..)?.first_chunk::<2>()?));
        let kind = *TrackKind::ALL.get(usize::from(*bytes.get(1)?))?;
        Some(Self {
            track: TrackId::new(ParticipantId(u32::from(*bytes.first()?)), kind),
            source: word(2)?,
            number: word(6)?,
            part: half(10)?,
            parts: half(12)?,
            key: *bytes.get(14)? != 0,
            captured: Instant(u64::from(word(15)?) << 32 | u64::from(word(19)?)),
        })
    }
}

/// The length before a unit of an aggregate.
fn unit_len(bytes: usize) -> [u8; 2] {
    u16::try_from(bytes).unwrap_or(u16::MAX).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_are_found_again() {
        for (kind, codec) in [
            (TrackKind::Microphone, Codec::Opus),
            (TrackKind::Camera, Codec::Vp8),
            (TrackKind::Screen, Codec::H264),
            (TrackKind::Screen, Codec::Vp9),
            (TrackKind::Screen, Codec::Av1),
        ] {
            let track = TrackId::new(ParticipantId(7), kind);
            let stamp = Stamp {
                track,
                source: 3,
                number: 260,
                part: 0,
                parts: 2,
                key: true,
                captured: Instant(9_876_543_210),
            };
            assert_eq!(Stamp::of(&stamp.payload(codec, 500)), Some(stamp));
            assert_eq!(stamp.payload(codec, 500).len(), 500);
            let mut file = b"head".to_vec();
            file.extend(stamp.payload(codec, 60));
            file.extend(Stamp { part: 1, ..stamp }.payload(codec, 60));
            assert_eq!(Stamp::all(&file).map(|stamp| stamp.part).collect::<Vec<_>>(), [0, 1]);
        }
        assert_eq!(Stamp::of(b"nothing"), None);
    }
}
