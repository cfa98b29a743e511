//! A small Matroska writer (RFC 9559): heads of segment files and clusters of frames.
//!
//! What is not here: reading what others wrote, lacing, and the head of playable files (`playable`), which is built
//! from the same elements.

use model::{Codec, Timestamp, TrackKind};

/// EBML and Matroska element numbers (RFC 8794 §11.2, RFC 9559 §5.1).
pub(crate) mod id {
    pub(crate) const EBML: u32 = 0x1A45_DFA3;
    pub(crate) const EBML_VERSION: u32 = 0x4286;
    pub(crate) const EBML_READ_VERSION: u32 = 0x42F7;
    pub(crate) const EBML_MAX_ID_LENGTH: u32 = 0x42F2;
    pub(crate) const EBML_MAX_SIZE_LENGTH: u32 = 0x42F3;
    pub(crate) const DOC_TYPE: u32 = 0x4282;
    pub(crate) const DOC_TYPE_VERSION: u32 = 0x4287;
    pub(crate) const DOC_TYPE_READ_VERSION: u32 = 0x4285;
    pub(crate) const SEGMENT: u32 = 0x1853_8067;
    pub(crate) const SEEK_HEAD: u32 = 0x114D_9B74;
    pub(crate) const SEEK: u32 = 0x4DBB;
    pub(crate) const SEEK_ID: u32 = 0x53AB;
    pub(crate) const SEEK_POSITION: u32 = 0x53AC;
    pub(crate) const INFO: u32 = 0x1549_A966;
    pub(crate) const TIMESTAMP_SCALE: u32 = 0x2A_D7B1;
    pub(crate) const DURATION: u32 = 0x4489;
    pub(crate) const DATE_UTC: u32 = 0x4461;
    pub(crate) const MUXING_APP: u32 = 0x4D80;
    pub(crate) const WRITING_APP: u32 = 0x5741;
    pub(crate) const TRACKS: u32 = 0x1654_AE6B;
    pub(crate) const TRACK_ENTRY: u32 = 0xAE;
    pub(crate) const TRACK_NUMBER: u32 = 0xD7;
    pub(crate) const TRACK_UID: u32 = 0x73C5;
    pub(crate) const TRACK_TYPE: u32 = 0x83;
    pub(crate) const FLAG_DEFAULT: u32 = 0x88;
    pub(crate) const FLAG_LACING: u32 = 0x9C;
    pub(crate) const LANGUAGE: u32 = 0x22_B59C;
    pub(crate) const CODEC_ID: u32 = 0x86;
    pub(crate) const CODEC_PRIVATE: u32 = 0x63A2;
    pub(crate) const CODEC_DELAY: u32 = 0x56AA;
    pub(crate) const SEEK_PRE_ROLL: u32 = 0x56BB;
    pub(crate) const VIDEO: u32 = 0xE0;
    pub(crate) const PIXEL_WIDTH: u32 = 0xB0;
    pub(crate) const PIXEL_HEIGHT: u32 = 0xBA;
    pub(crate) const AUDIO: u32 = 0xE1;
    pub(crate) const SAMPLING_FREQUENCY: u32 = 0xB5;
    pub(crate) const CHANNELS: u32 = 0x9F;
    pub(crate) const CLUSTER: u32 = 0x1F43_B675;
    pub(crate) const TIMESTAMP: u32 = 0xE7;
    pub(crate) const SIMPLE_BLOCK: u32 = 0xA3;
    pub(crate) const CUES: u32 = 0x1C53_BB6B;
    pub(crate) const CUE_POINT: u32 = 0xBB;
    pub(crate) const CUE_TIME: u32 = 0xB3;
    pub(crate) const CUE_TRACK_POSITIONS: u32 = 0xB7;
    pub(crate) const CUE_TRACK: u32 = 0xF7;
    pub(crate) const CUE_CLUSTER_POSITION: u32 = 0xF1;
}

/// The longest time between the first and the last frame of a cluster, ms: block times are signed
/// 16-bit offsets.
pub const CLUSTER_SPAN_MS_MAX: u64 = 30_000;

/// Nanoseconds of the Matroska epoch 2001-01-01 after the Unix epoch.
const EPOCH_2001_MS: i64 = 978_307_200_000;

/// Opus needs this much sound before a seek target to decode it rightly (RFC 7845 §4.6), ns.
const OPUS_PRE_ROLL_NS: u64 = 80_000_000;

/// What a file says about one track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrackHead {
    /// Microphone, camera or screen.
    pub kind: TrackKind,
    /// What it carries.
    pub codec: Codec,
    /// Codec private data: `OpusHead`, `avcC` or nothing.
    pub private: Vec<u8>,
    /// Picture size in pixels, 0 × 0 for sound.
    pub width: u16,
    /// See `width`.
    pub height: u16,
}

impl TrackHead {
    /// The head of an Opus track: 48 kHz, two channels, nothing to skip (RFC 7845 §5.1). Mono
    /// packets play in a two-channel track and stereo packets lose nothing.
    pub fn opus(kind: TrackKind) -> Self {
        let mut private = b"OpusHead".to_vec();
        private.extend([1, 2, 0, 0]);
        private.extend(48_000_u32.to_le_bytes());
        private.extend([0, 0, 0]);
        Self { kind, codec: Codec::Opus, private, width: 0, height: 0 }
    }

    /// The track's number in segment files and playable files. It depends on kind and codec alone,
    /// so clusters of different segments can stand in one file unchanged.
    pub const fn number(&self) -> u8 {
        track_number(self.kind, self.codec)
    }
}

/// The Matroska track number of a kind and codec: microphone 1, camera 2, screen 3, for H.264
/// camera 4, screen 5, for VP9 camera 6, screen 7, for AV1 camera 8, screen 9, so that a change of
/// codec is a change of track.
pub const fn track_number(kind: TrackKind, codec: Codec) -> u8 {
    match (kind, codec) {
        (TrackKind::Microphone, _) => 1,
        (TrackKind::Camera, Codec::H264) => 4,
        (TrackKind::Screen, Codec::H264) => 5,
        (TrackKind::Camera, Codec::Vp9) => 6,
        (TrackKind::Screen, Codec::Vp9) => 7,
        (TrackKind::Camera, Codec::Av1) => 8,
        (TrackKind::Screen, Codec::Av1) => 9,
        (TrackKind::Camera, _) => 2,
        (TrackKind::Screen, _) => 3,
    }
}

/// The document type that may carry a codec: WebM knows no H.264.
pub const fn doc_type(codec: Codec) -> &'static str {
    match codec {
        Codec::Opus | Codec::Vp8 | Codec::Vp9 | Codec::Av1 => "webm",
        Codec::H264 => "matroska",
    }
}

/// One frame of a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// On the media time line, ms.
    pub at_ms: u64,
    /// Whether it can be decoded by itself.
    pub keyframe: bool,
    /// The frame.
    pub bytes: Vec<u8>,
}

/// The head of a segment file: everything before the first cluster. The Matroska segment has
/// unknown size, so the file is whole after every cluster.
pub fn segment_head(track: &TrackHead, zero: Option<Timestamp>) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    ebml_header(&mut out, doc_type(track.codec));
    put_id(&mut out, id::SEGMENT);
    out.extend([0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
    out.extend(info(zero, None));
    out.extend(tracks(&[(track, true)]));
    out
}

/// One cluster of one track with its frames, in order of time.
///
/// The frames must lie within [`CLUSTER_SPAN_MS_MAX`]; there must be at least one.
pub fn cluster(number: u8, blocks: &[Block]) -> Vec<u8> {
    let from_ms = blocks.first().expect("a cluster is made when it has a frame").at_ms;
    let size: usize = blocks.iter().map(|block| block.bytes.len() + 16).sum();
    let mut body = Vec::with_capacity(size + 16);
    put_unsigned(&mut body, id::TIMESTAMP, from_ms);
    for block in blocks {
        let relative = block.at_ms.checked_sub(from_ms).and_then(|ms| i16::try_from(ms).ok());
        let relative = relative.expect("frames of a cluster rise and lie within its span");
        put_id(&mut body, id::SIMPLE_BLOCK);
        put_size(&mut body, block.bytes.len() as u64 + 4);
        body.push(0x80 | number);
        body.extend(relative.to_be_bytes());
        body.push(if block.keyframe { 0x80 } else { 0 });
        body.extend_from_slice(&block.bytes);
    }
    let mut out = Vec::with_capacity(body.len() + 12);
    put(&mut out, id::CLUSTER, &body);
    out
}

/// The frames of a cluster as [`cluster`] writes it, each with its time on the media time line, ms;
/// up to the first byte that is not as it writes.
pub fn frames(cluster: &[u8]) -> Vec<(u64, &[u8])> {
    let mut frames = Vec::new();
    let Some((id::CLUSTER, body, _)) = element(cluster) else { return frames };
    let (mut from_ms, mut rest) = (0, body);
    while let Some((id, body, after)) = element(rest) {
        rest = after;
        match (id, body) {
            (id::TIMESTAMP, _) if body.len() <= 8 => {
                from_ms = body.iter().fold(0, |ms, byte| ms << 8 | u64::from(*byte));
            }
            (id::SIMPLE_BLOCK, [_, high, low, _, frame @ ..]) => {
                let relative = i16::from_be_bytes([*high, *low]);
                frames.push((from_ms.saturating_add_signed(i64::from(relative)), frame));
            }
            _ => break,
        }
    }
    frames
}

/// The first element of some bytes: number, body, what follows it.
fn element(bytes: &[u8]) -> Option<(u32, &[u8], &[u8])> {
    let length = 1 + bytes.first()?.leading_zeros() as usize;
    if length > 4 {
        return None;
    }
    let (id, rest) = bytes.split_at_checked(length)?;
    let id = id.iter().fold(0, |id, byte| id << 8 | u32::from(*byte));
    let length = 1 + rest.first()?.leading_zeros() as usize;
    if length > 8 {
        return None;
    }
    let (size, rest) = rest.split_at_checked(length)?;
    let marked = size.iter().fold(0_u64, |size, byte| size << 8 | u64::from(*byte));
    let size = usize::try_from(marked & ((1 << (7 * length)) - 1)).ok()?;
    let (body, after) = rest.split_at_checked(size)?;
    Some((id, body, after))
}

/// The EBML header of a document type.
pub(crate) fn ebml_header(out: &mut Vec<u8>, doc_type: &str) {
    let mut body = Vec::new();
    put_unsigned(&mut body, id::EBML_VERSION, 1);
    put_unsigned(&mut body, id::EBML_READ_VERSION, 1);
    put_unsigned(&mut body, id::EBML_MAX_ID_LENGTH, 4);
    put_unsigned(&mut body, id::EBML_MAX_SIZE_LENGTH, 8);
    put(&mut body, id::DOC_TYPE, doc_type.as_bytes());
    put_unsigned(&mut body, id::DOC_TYPE_VERSION, 4);
    put_unsigned(&mut body, id::DOC_TYPE_READ_VERSION, 2);
    put(out, id::EBML, &body);
}

/// The `Info` element. `zero` is the wall clock at media time 0; `duration_ms` where it is known.
pub(crate) fn info(zero: Option<Timestamp>, duration_ms: Option<u32>) -> Vec<u8> {
    let mut body = Vec::new();
    put_unsigned(&mut body, id::TIMESTAMP_SCALE, 1_000_000);
    if let Some(duration_ms) = duration_ms {
        put(&mut body, id::DURATION, &f64::from(duration_ms).to_be_bytes());
    }
    if let Some(Timestamp(zero)) = zero {
        let since_2001_ns = zero.saturating_sub(EPOCH_2001_MS).saturating_mul(1_000_000);
        put(&mut body, id::DATE_UTC, &since_2001_ns.to_be_bytes());
    }
    put(&mut body, id::MUXING_APP, b"Assize");
    put(&mut body, id::WRITING_APP, b"Assize");
    let mut out = Vec::new();
    put(&mut out, id::INFO, &body);
    out
}

/// The `Tracks` element; beside each track, whether players should prefer it.
pub(crate) fn tracks(heads: &[(&TrackHead, bool)]) -> Vec<u8> {
    let mut body = Vec::new();
    for (head, preferred) in heads {
        put(&mut body, id::TRACK_ENTRY, &track_entry(head, *preferred));
    }
    let mut out = Vec::new();
    put(&mut out, id::TRACKS, &body);
    out
}

fn track_entry(head: &TrackHead, preferred: bool) -> Vec<u8> {
    let mut body = Vec::new();
    put_unsigned(&mut body, id::TRACK_NUMBER, u64::from(head.number()));
    put_unsigned(&mut body, id::TRACK_UID, u64::from(head.number()));
    put_unsigned(&mut body, id::TRACK_TYPE, if head.codec.is_sound() { 2 } else { 1 });
    put_unsigned(&mut body, id::FLAG_DEFAULT, u64::from(preferred));
    put_unsigned(&mut body, id::FLAG_LACING, 0);
    put(&mut body, id::LANGUAGE, b"und");
    let codec_id: &[u8] = match head.codec {
        Codec::Opus => b"A_OPUS",
        Codec::Vp8 => b"V_VP8",
        Codec::H264 => b"V_MPEG4/ISO/AVC",
        Codec::Vp9 => b"V_VP9",
        Codec::Av1 => b"V_AV1",
    };
    put(&mut body, id::CODEC_ID, codec_id);
    if !head.private.is_empty() {
        put(&mut body, id::CODEC_PRIVATE, &head.private);
    }
    let mut inner = Vec::new();
    if head.codec.is_sound() {
        put_unsigned(&mut body, id::CODEC_DELAY, 0);
        put_unsigned(&mut body, id::SEEK_PRE_ROLL, OPUS_PRE_ROLL_NS);
        put(&mut inner, id::SAMPLING_FREQUENCY, &48_000_f64.to_be_bytes());
        put_unsigned(&mut inner, id::CHANNELS, 2);
        put(&mut body, id::AUDIO, &inner);
    } else {
        put_unsigned(&mut inner, id::PIXEL_WIDTH, u64::from(head.width));
        put_unsigned(&mut inner, id::PIXEL_HEIGHT, u64::from(head.height));
        put(&mut body, id::VIDEO, &inner);
    }
    body
}

/// Writes an element.
pub(crate) fn put(out: &mut Vec<u8>, id: u32, body: &[u8]) {
    put_id(out, id);
    put_size(out, body.len() as u64);
    out.extend_from_slice(body);
}

/// Writes an unsigned integer element in as few bytes as hold it.
pub(crate) fn put_unsigned(out: &mut Vec<u8>, id: u32, value: u64) {
    let bytes = value.to_be_bytes();
    let skip = (value.leading_zeros() / 8).min(7) as usize;
    put(out, id, &bytes[skip..]);
}

/// Writes an element number: it carries its own length mark.
pub(crate) fn put_id(out: &mut Vec<u8>, id: u32) {
    let bytes = id.to_be_bytes();
    let skip = (id.leading_zeros() / 8) as usize;
    out.extend_from_slice(&bytes[skip..]);
}

/// Writes an element size in as few bytes as hold it (RFC 8794 §4: all ones means unknown, so a
/// value of all ones takes one byte more).
pub(crate) fn put_size(out: &mut Vec<u8>, size: u64) {
    let length = (1..8).find(|&length| size < (1 << (7 * length)) - 1).unwrap_or(8);
    let marked = size | 1 << (7 * length);
    let bytes = marked.to_be_bytes();
    out.extend_from_slice(&bytes[8 - length..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_carry_their_length() {
        let size = |value| {
            let mut out = Vec::new();
            put_size(&mut out, value);
            out
        };
        assert_eq!(size(0), [0x80]);
        assert_eq!(size(126), [0xFE]);
        assert_eq!(size(127), [0x40, 0x7F]);
        assert_eq!(size(16_382), [0x7F, 0xFE]);
        assert_eq!(size(16_383), [0x20, 0x3F, 0xFF]);
        assert_eq!(size(1 << 50), [0x01, 0x04, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn a_cluster_is_what_the_standard_says() {
        let blocks = [
            Block { at_ms: 1_000, keyframe: true, bytes: vec![1, 2] },
            Block { at_ms: 1_020, keyframe: false, bytes: vec![3] },
        ];
        let bytes = cluster(2, &blocks);
        let mut wanted = vec![0x1F, 0x43, 0xB6, 0x75, 0x80 | 19, 0xE7, 0x82, 0x03, 0xE8];
        wanted.extend([0xA3, 0x86, 0x82, 0, 0, 0x80, 1, 2]);
        wanted.extend([0xA3, 0x85, 0x82, 0, 20, 0, 3]);
        assert_eq!(bytes, wanted);
        assert_eq!(frames(&bytes), [(1_000, &[1, 2][..]), (1_020, &[3])]);
    }

    #[test]
    fn a_torn_cluster_gives_what_is_whole_or_nothing() {
        let blocks =
            [1_000, 1_020, 1_040].map(|at_ms| Block { at_ms, keyframe: true, bytes: vec![7; 300] });
        let bytes = cluster(1, &blocks);
        assert_eq!(frames(&bytes).len(), 3);
        for cut in 0..bytes.len() {
            assert_eq!(frames(&bytes[..cut]), [], "the cluster itself says that it is torn");
            let mut other = bytes.clone();
            other[cut] ^= 0xFF;
            assert!(frames(&other).len() <= 4);
        }
    }

    #[test]
    fn tracks_of_other_codecs_have_other_numbers() {
        let mut numbers: Vec<u8> = [Codec::Vp8, Codec::H264, Codec::Vp9, Codec::Av1]
            .into_iter()
            .flat_map(|codec| {
                [TrackKind::Camera, TrackKind::Screen].map(|kind| track_number(kind, codec))
            })
            .chain([track_number(TrackKind::Microphone, Codec::Opus)])
            .collect();
        numbers.sort_unstable();
        assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
}
