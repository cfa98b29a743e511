//! The playable file of one person: a head made for the purpose, then the clusters of the person's
//! segments as they stand on disk, interleaved in time.
//!
//! What is not here: the disk. The layout says which bytes of which segment stand where, so any
//! range can be served without making a copy, and the evidence is shown untouched.
//!
//! Track numbers depend on kind and codec (`webm::track_number`), so a person whose codec changed
//! has one more track in the file: players that show one picture at a time show the one with the
//! longer record first, others let the viewer choose.

use core::ops::Range;
use std::collections::BTreeMap;

use model::{ParticipantId, TrackId, TrackKind};

use crate::index::{Index, SegmentIndex};
use crate::webm::{self, TrackHead, id};

/// Sound gets a cue this often where no picture has one, ms.
const SOUND_CUE_EVERY_MS: u64 = 5_000;
/// Cues of pictures are at least this far apart, ms.
const PICTURE_CUE_EVERY_MS: u64 = 1_000;
/// Bytes of the four seek entries and their element head; all have the same shape.
const SEEK_HEAD_BYTES: u64 = 5 + 3 * SEEK_BYTES;
/// Bytes of one seek entry: `Seek`, `SeekID` of 4 bytes, `SeekPosition` of 8 bytes.
const SEEK_BYTES: u64 = 3 + (3 + 4) + (3 + 8);

/// Some bytes of a segment in the playable file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stretch {
    /// First byte in the playable file.
    at: u64,
    segment: usize,
    offset: u64,
    length: u64,
}

/// Bytes to be put together for a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Slice {
    /// Made for the playable file.
    Made(Vec<u8>),
    /// Stands in a segment.
    Segment {
        /// File name.
        name: String,
        /// First byte.
        offset: u64,
        /// Bytes.
        length: u64,
    },
}

/// The layout of a playable file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    head: Vec<u8>,
    stretches: Vec<Stretch>,
    names: Vec<String>,
    bytes: u64,
    media_type: &'static str,
}

#[derive(Clone, Copy)]
struct Cluster<'a> {
    from_ms: u64,
    to_ms: u64,
    keyframe: bool,
    segment: usize,
    track: &'a TrackHead,
    offset: u64,
    length: u64,
}

impl Layout {
    /// Camera with microphone, or the screen alone; nothing when none of it was recorded.
    pub fn new(index: &Index, who: ParticipantId, screen: bool) -> Option<Self> {
        let wanted = |segment: &SegmentIndex| {
            segment.track.participant == who
                && !segment.pieces.is_empty()
                && (segment.track.kind == TrackKind::Screen) == screen
        };
        Self::of(index, &clusters(index, wanted))
    }

    /// Camera with microphone, or the screen alone, from one moment of media time to another; pieces
    /// that reach over the ends are in it whole, and a picture begins at the keyframe before. Nothing
    /// when none of it was recorded then.
    pub fn of_person(
        index: &Index,
        who: ParticipantId,
        screen: bool,
        span_ms: Range<u64>,
    ) -> Option<Self> {
        let wanted = |segment: &SegmentIndex| {
            segment.track.participant == who && (segment.track.kind == TrackKind::Screen) == screen
        };
        let mut clusters = clusters(index, wanted);
        let reaches =
            |cluster: &Cluster<'_>| cluster.from_ms < span_ms.end && cluster.to_ms > span_ms.start;
        let reached: Vec<usize> =
            clusters.iter().filter(|each| reaches(each)).map(|each| each.segment).collect();
        // The keyframe a picture depends on may stand before the span.
        let mut keyframes: BTreeMap<usize, u64> = BTreeMap::new();
        for cluster in clusters.iter().filter(|each| each.from_ms <= span_ms.start) {
            if cluster.keyframe && !cluster.track.codec.is_sound() {
                keyframes.insert(cluster.segment, cluster.from_ms);
            }
        }
        clusters.retain(|cluster| {
            let needed =
                keyframes.get(&cluster.segment).is_some_and(|from| cluster.from_ms >= *from);
            reaches(cluster)
                || needed && cluster.from_ms < span_ms.end && reached.contains(&cluster.segment)
        });
        Self::of(index, &clusters)
    }

    /// One track from one moment of media time to another; pieces that reach over the ends are in
    /// it whole. Nothing when none of it was recorded.
    pub fn of_track(index: &Index, track: TrackId, span_ms: Range<u64>) -> Option<Self> {
        let mut clusters = clusters(index, |segment| segment.track == track);
        clusters.retain(|piece| piece.from_ms < span_ms.end && piece.to_ms > span_ms.start);
        Self::of(index, &clusters)
    }

    fn of(index: &Index, clusters: &[Cluster<'_>]) -> Option<Self> {
        if clusters.is_empty() {
            return None;
        }
        let heads = heads(clusters);
        let doc_type = if heads.iter().all(|(head, _)| webm::doc_type(head.codec) == "webm") {
            "webm"
        } else {
            "matroska"
        };
        let media_type = match (doc_type, heads.iter().all(|(head, _)| head.codec.is_sound())) {
            ("webm", true) => "audio/webm",
            ("webm", false) => "video/webm",
            _ => "video/x-matroska",
        };
        let head = head(index, doc_type, &heads, clusters);
        let mut at = head.len() as u64;
        let mut stretches: Vec<Stretch> = Vec::with_capacity(clusters.len());
        for cluster in clusters {
            let Cluster { segment, offset, length, .. } = *cluster;
            match stretches.last_mut() {
                Some(last) if last.segment == segment && last.offset + last.length == offset => {
                    last.length += length;
                }
                _ => stretches.push(Stretch { at, segment, offset, length }),
            }
            at += length;
        }
        let names = index.segments.iter().map(|segment| segment.name.clone()).collect();
        Some(Self { head, stretches, names, bytes: at, media_type })
    }

    /// Bytes of the whole file.
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Its media type.
    pub const fn media_type(&self) -> &'static str {
        self.media_type
    }

    /// What to put together for a range; what lies behind the end is left out.
    pub fn slices(&self, range: Range<u64>) -> Vec<Slice> {
        let range = range.start..range.end.min(self.bytes);
        let mut slices = Vec::new();
        let head = self.head.len() as u64;
        if range.start < head && range.start < range.end {
            let part = |at: u64| usize::try_from(at.min(head)).unwrap_or(self.head.len());
            slices.push(Slice::Made(self.head[part(range.start)..part(range.end)].to_vec()));
        }
        let first = self.stretches.partition_point(|piece| piece.at + piece.length <= range.start);
        for piece in &self.stretches[first..] {
            if piece.at >= range.end {
                break;
            }
            let skip = range.start.saturating_sub(piece.at);
            let length = piece.length.min(range.end - piece.at) - skip;
            let name = self.names[piece.segment].clone();
            slices.push(Slice::Segment { name, offset: piece.offset + skip, length });
        }
        slices
    }
}

/// The wanted clusters in order of time; pictures before sound at the same moment.
fn clusters(index: &Index, wanted: impl Fn(&SegmentIndex) -> bool) -> Vec<Cluster<'_>> {
    let mut clusters: Vec<Cluster<'_>> = index
        .segments
        .iter()
        .enumerate()
        .filter(|(_, segment)| wanted(segment))
        .flat_map(|(at, segment)| {
            segment.pieces.iter().map(move |piece| Cluster {
                from_ms: piece.from_ms,
                to_ms: piece.to_ms,
                keyframe: piece.keyframe,
                segment: at,
                track: &segment.head,
                offset: piece.offset,
                length: piece.length,
            })
        })
        .collect();
    clusters.sort_by_key(|cluster| (cluster.from_ms, cluster.track.codec.is_sound()));
    clusters
}

/// One head per track number, in order of number; preferred is the one of its kind with the longer
/// record. The first segment's private data stands for all: keyframes carry their own.
fn heads<'a>(clusters: &[Cluster<'a>]) -> Vec<(&'a TrackHead, bool)> {
    let mut by_number: BTreeMap<u8, (&TrackHead, u64)> = BTreeMap::new();
    for cluster in clusters {
        let (_, ms) = by_number.entry(cluster.track.number()).or_insert((cluster.track, 0));
        *ms += cluster.to_ms.saturating_sub(cluster.from_ms);
    }
    let longest = |kind| {
        let of_kind = by_number.values().filter(move |(head, _)| head.kind == kind);
        of_kind.max_by_key(|(_, ms)| *ms).map(|(head, _)| head.number())
    };
    by_number.values().map(|(head, _)| (*head, longest(head.kind) == Some(head.number()))).collect()
}

/// Everything before the first cluster. Positions are written in 8 bytes, so its size is known
/// before they are.
fn head(
    index: &Index,
    doc_type: &str,
    heads: &[(&TrackHead, bool)],
    clusters: &[Cluster<'_>],
) -> Vec<u8> {
    let duration_ms = clusters.iter().map(|cluster| cluster.to_ms).max().unwrap_or(0);
    let info = webm::info(index.zero, Some(u32::try_from(duration_ms).unwrap_or(u32::MAX)));
    let tracks = webm::tracks(heads);
    let cued = cued(clusters);
    let sizes = SEEK_HEAD_BYTES + info.len() as u64 + tracks.len() as u64;
    // The cues' size does not depend on the positions, only their content does.
    let cues_bytes = cues(&cued, 0).len() as u64;
    let cues = cues(&cued, sizes + cues_bytes);
    let media: u64 = clusters.iter().map(|cluster| cluster.length).sum();

    let mut out = Vec::new();
    webm::ebml_header(&mut out, doc_type);
    webm::put_id(&mut out, id::SEGMENT);
    out.extend(((sizes + cues_bytes + media) | 1 << 56).to_be_bytes());
    let start = out.len();
    let info_at = SEEK_HEAD_BYTES;
    let tracks_at = info_at + info.len() as u64;
    let mut seeks = Vec::new();
    for (element, at) in [(id::INFO, info_at), (id::TRACKS, tracks_at), (id::CUES, sizes)] {
        let mut seek = Vec::new();
        webm::put(&mut seek, id::SEEK_ID, &element.to_be_bytes());
        webm::put(&mut seek, id::SEEK_POSITION, &at.to_be_bytes());
        webm::put(&mut seeks, id::SEEK, &seek);
    }
    webm::put(&mut out, id::SEEK_HEAD, &seeks);
    assert_eq!((out.len() - start) as u64, SEEK_HEAD_BYTES, "seek entries have one shape");
    out.extend(info);
    out.extend(tracks);
    out.extend(cues);
    out
}

/// The clusters a player may jump to, with the bytes of clusters before each.
fn cued<'a>(clusters: &[Cluster<'a>]) -> Vec<(Cluster<'a>, u64)> {
    let (mut before, mut last_picture, mut last) = (0, None, None);
    let mut cued = Vec::new();
    for cluster in clusters {
        let apart = |last: Option<u64>, ms| last.is_none_or(|last| cluster.from_ms >= last + ms);
        let sound = cluster.track.codec.is_sound();
        if !sound && cluster.keyframe && apart(last_picture, PICTURE_CUE_EVERY_MS) {
            last_picture = Some(cluster.from_ms);
            last = last_picture;
            cued.push((*cluster, before));
        } else if sound && apart(last, SOUND_CUE_EVERY_MS) {
            last = Some(cluster.from_ms);
            cued.push((*cluster, before));
        }
        before += cluster.length;
    }
    cued
}

fn cues(cued: &[(Cluster<'_>, u64)], first_cluster: u64) -> Vec<u8> {
    let mut points = Vec::with_capacity(cued.len() * 32);
    for (cluster, before) in cued {
        let mut position = Vec::new();
        webm::put_unsigned(&mut position, id::CUE_TRACK, u64::from(cluster.track.number()));
        let at = first_cluster + before;
        webm::put(&mut position, id::CUE_CLUSTER_POSITION, &at.to_be_bytes());
        let mut point = Vec::new();
        webm::put_unsigned(&mut point, id::CUE_TIME, cluster.from_ms);
        webm::put(&mut point, id::CUE_TRACK_POSITIONS, &position);
        webm::put(&mut points, id::CUE_POINT, &point);
    }
    let mut out = Vec::new();
    webm::put(&mut out, id::CUES, &points);
    out
}
