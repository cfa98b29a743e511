//! One outgoing RTP source of a false page: numbers, stamps, and packets kept for repair.
//! What is not here: when it sends; `publisher.rs` says so.

use std::collections::BTreeMap;

use model::{Codec, Instant, TrackId};

use super::stamp::Stamp;

/// Packets kept for repair.
const KEPT: usize = 600;
/// Bytes of a payload at most.
const PAYLOAD_MAX: usize = 1_100;

/// Numbers of the header extensions every false page and the false server agree on.
pub(crate) mod extension {
    /// Audio level.
    pub(crate) const LEVEL: u8 = 1;
    /// Transport-wide sequence number.
    pub(crate) const TRANSPORT: u8 = 3;
    /// `mid`.
    pub(crate) const MID: u8 = 4;
    /// `rid`.
    pub(crate) const RID: u8 = 10;
    /// Repaired `rid`.
    pub(crate) const REPAIRED: u8 = 11;
}

/// Payload types every false page and the false server agree on.
pub(crate) mod payload_type {
    use model::Codec;

    /// Of the media.
    pub(crate) const fn of(codec: Codec) -> u8 {
        match codec {
            Codec::Opus => 111,
            Codec::Vp8 => 96,
            Codec::H264 => 102,
            Codec::Vp9 => 98,
            Codec::Av1 => 45,
        }
    }

    /// Of sound with the sound before it.
    pub(crate) const REDUNDANT: u8 = 63;

    /// Of its repair.
    pub(crate) const fn repair(codec: Codec) -> u8 {
        of(codec) + 1
    }
}

/// One source.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// What it sends.
    pub(crate) track: TrackId,
    /// How.
    pub(crate) codec: Codec,
    /// Its SSRC, and that of its repairs if these have their own.
    pub(crate) ssrc: u32,
    pub(crate) repair: Option<u32>,
    /// Names it on the line: `mid`, and `rid` if it is a layer.
    mid: [u8; 2],
    rid: Option<u8>,
    /// In stamps.
    number: u32,
    mark: u32,
    pub(crate) sequence: u16,
    repair_sequence: u16,
    /// Ticks of the media clock at time zero, and how much faster it runs than it should, ppm.
    pub(crate) first_tick: u32,
    pub(crate) drift_ppm: i64,
    pub(crate) wants_key: bool,
    packets: u32,
    octets: u32,
    kept: BTreeMap<u16, Vec<u8>>,
}

impl Source {
    pub(crate) fn new(track: TrackId, codec: Codec, ssrc: u32, mark: u32, seed: u32) -> Self {
        Self {
            track,
            codec,
            ssrc,
            repair: None,
            mid: [b's', b'0' + track.kind as u8],
            rid: None,
            number: 0,
            mark,
            sequence: (seed & 0xffff) as u16,
            repair_sequence: 1,
            first_tick: seed.wrapping_mul(0x9e37_79b9),
            drift_ppm: 0,
            wants_key: true,
            packets: 0,
            octets: 0,
            kept: BTreeMap::new(),
        }
    }

    /// A layer: named by its `rid`.
    pub(crate) fn layer(mut self, rid: u8) -> Self {
        self.rid = Some(rid);
        self
    }

    /// The RTP timestamp of a moment.
    pub(crate) fn ticks(&self, at: Instant) -> u32 {
        let micros = i128::from(at.0) * i128::from(1_000_000 + self.drift_ppm) / 1_000_000;
        let ticks = micros * i128::from(self.codec.clock_hz()) / 1_000_000;
        self.first_tick.wrapping_add(u32::try_from(ticks & 0xffff_ffff).unwrap_or(0))
    }

    /// One packet of sound of `bytes` bytes.
    pub(crate) fn sound(&mut self, now: Instant, bytes: usize, level: u8) -> Vec<u8> {
        self.number += 1;
        let stamp = self.stamp(now, 0, 1, false);
        let payload = stamp.payload(self.codec, bytes);
        self.packet(now, true, &payload, Some(level))
    }

    /// One picture of about `bytes` bytes, as packets. Four times as many when it is a keyframe.
    pub(crate) fn picture(&mut self, now: Instant, bytes: usize) -> Vec<Vec<u8>> {
        let key = core::mem::take(&mut self.wants_key);
        let bytes = if key { bytes * 4 } else { bytes };
        let least = match (self.codec, key) {
            (Codec::H264, true) => 3,
            (Codec::H264, false) => 2,
            (Codec::Opus | Codec::Vp8 | Codec::Vp9 | Codec::Av1, _) => 1,
        };
        let parts = u16::try_from(bytes.div_ceil(PAYLOAD_MAX).max(least)).unwrap_or(u16::MAX);
        self.number += 1;
        (0..parts)
            .map(|part| {
                let stamp = self.stamp(now, part, parts, key);
                let payload = stamp.payload(self.codec, bytes / usize::from(parts));
                self.packet(now, part + 1 == parts, &payload, None)
            })
            .collect()
    }

    /// A packet that is asked for again: the same, or as its repair.
    pub(crate) fn again(&mut self, sequence: u16) -> Option<Vec<u8>> {
        let packet = self.kept.get(&sequence)?.clone();
        let Some(repair) = self.repair else { return Some(packet) };
        let read = forwarding::packet::Packet::read(&packet)?;
        let mut payload = sequence.to_be_bytes().to_vec();
        payload.extend_from_slice(read.payload);
        self.repair_sequence = self.repair_sequence.wrapping_add(1);
        let rid = self.rid.map(|rid| [rid]);
        let mut extensions: Vec<(u8, &[u8])> = vec![(extension::MID, &self.mid)];
        extensions.extend(rid.as_ref().map(|rid| (extension::REPAIRED, &rid[..])));
        let kind = payload_type::repair(self.codec);
        let head = (read.marker, kind, self.repair_sequence, read.rtp_time, repair);
        Some(write(head, &extensions, &payload))
    }

    /// Packets it still holds, oldest first.
    pub(crate) fn old(&self) -> impl Iterator<Item = &Vec<u8>> {
        self.kept.values()
    }

    /// Packets and payload bytes sent, for its sender report.
    pub(crate) const fn sent(&self) -> (u32, u32) {
        (self.packets, self.octets)
    }

    const fn stamp(&self, now: Instant, part: u16, parts: u16, key: bool) -> Stamp {
        let (track, source, number) = (self.track, self.mark, self.number);
        Stamp { track, source, number, part, parts, key, captured: now }
    }

    fn packet(&mut self, now: Instant, marker: bool, payload: &[u8], level: Option<u8>) -> Vec<u8> {
        self.sequence = self.sequence.wrapping_add(1);
        let level = level.map(|level| [level]);
        let rid = self.rid.map(|rid| [rid]);
        let mut extensions: Vec<(u8, &[u8])> = vec![(extension::MID, &self.mid)];
        extensions.extend(level.as_ref().map(|level| (extension::LEVEL, &level[..])));
        extensions.extend(rid.as_ref().map(|rid| (extension::RID, &rid[..])));
        let kind = payload_type::of(self.codec);
        let head = (marker, kind, self.sequence, self.ticks(now), self.ssrc);
        let bytes = write(head, &extensions, payload);
        self.packets += 1;
        self.octets = self.octets.wrapping_add(u32::try_from(payload.len()).unwrap_or(0));
        self.kept.insert(self.sequence, bytes.clone());
        if self.kept.len() > KEPT {
            let old = self.sequence.wrapping_sub(u16::try_from(KEPT).unwrap_or(0));
            if self.kept.remove(&old).is_none() {
                self.kept.pop_first();
            }
        }
        bytes
    }
}

/// An RTP packet: marker, payload type, sequence number, timestamp and SSRC; extensions in the
/// one-byte form (RFC 8285 §4.2).
pub(crate) fn write(
    head: (bool, u8, u16, u32, u32),
    extensions: &[(u8, &[u8])],
    payload: &[u8],
) -> Vec<u8> {
    let (marker, payload_type, sequence, rtp_time, ssrc) = head;
    let mut bytes = vec![0x90, payload_type | if marker { 0x80 } else { 0 }];
    bytes.extend_from_slice(&sequence.to_be_bytes());
    bytes.extend_from_slice(&rtp_time.to_be_bytes());
    bytes.extend_from_slice(&ssrc.to_be_bytes());
    let mut list = Vec::new();
    for (id, value) in extensions {
        let len = u8::try_from(value.len() - 1).expect("extensions are short");
        list.push(id << 4 | len);
        list.extend_from_slice(value);
    }
    list.resize(list.len().next_multiple_of(4), 0);
    bytes.extend_from_slice(&[0xbe, 0xde, 0, u8::try_from(list.len() / 4).unwrap_or(0)]);
    bytes.extend_from_slice(&list);
    bytes.extend_from_slice(payload);
    bytes
}
