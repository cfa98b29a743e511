//! The mark a robot hides in every packet it sends, and the tally of marks a robot receives.
//!
//! What is not here: packets. A stamp stands in the last bytes of an RTP payload, where decoders
//! of Opus and VP8 do not look.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use model::{HearingId, ParticipantId, TrackKind};
use serde::{Deserialize, Serialize};

/// Bytes of a stamp.
pub(super) const STAMP_BYTES: usize = 32;
const MAGIC: [u8; 8] = *b"ASZ\xF7ROBO";
const SEQUENCE_BITS: u32 = 56;

/// Who sent a packet, which packet it is, and when it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    /// The sender's hearing.
    pub(super) hearing: HearingId,
    /// The sender.
    pub(super) from: ParticipantId,
    /// The sender's track.
    pub(super) kind: TrackKind,
    /// Counts up by one per packet of the track, over reconnects too.
    pub(super) sequence: u64,
    /// Nanoseconds since 1970-01-01 UTC on the sender's clock.
    pub(super) sent_ns: u64,
}

impl Stamp {
    /// Writes the stamp into the last bytes of `payload`.
    pub(super) fn write(&self, payload: &mut [u8]) {
        let at = payload.len() - STAMP_BYTES;
        let mark = &mut payload[at..];
        let number = (kind_number(self.kind) << SEQUENCE_BITS) | self.sequence;
        mark[..8].copy_from_slice(&MAGIC);
        mark[8..12].copy_from_slice(&self.hearing.0.to_be_bytes());
        mark[12..16].copy_from_slice(&self.from.0.to_be_bytes());
        mark[16..24].copy_from_slice(&number.to_be_bytes());
        mark[24..].copy_from_slice(&self.sent_ns.to_be_bytes());
    }

    /// Finds the stamp in the last bytes of `payload`.
    pub(super) fn read(payload: &[u8]) -> Option<Self> {
        let mark = payload.get(payload.len().checked_sub(STAMP_BYTES)?..)?;
        if mark[..8] != MAGIC {
            return None;
        }
        let number = be_u64(&mark[16..24]);
        let kind = *TrackKind::ALL.get(usize::try_from(number >> SEQUENCE_BITS).ok()?)?;
        Some(Self {
            hearing: HearingId(be_u32(&mark[8..12])),
            from: ParticipantId(be_u32(&mark[12..16])),
            kind,
            sequence: number & ((1 << SEQUENCE_BITS) - 1),
            sent_ns: be_u64(&mark[24..32]),
        })
    }
}

const fn kind_number(kind: TrackKind) -> u64 {
    match kind {
        TrackKind::Microphone => 0,
        TrackKind::Camera => 1,
        TrackKind::Screen => 2,
    }
}

fn be_u32(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |number, byte| (number << 8) | u32::from(*byte))
}

fn be_u64(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| (number << 8) | u64::from(*byte))
}

/// Sequence numbers remembered per track, to tell a repetition from a new packet.
const SEEN_BITS: u64 = 8_192;

/// What arrived of one track.
#[derive(Clone, Debug)]
struct Received {
    first: u64,
    highest: u64,
    distinct: u64,
    repeated: u64,
    seen: Vec<u64>,
    last: Instant,
}

impl Received {
    fn new(sequence: u64, now: Instant) -> Self {
        let words = usize::try_from(SEEN_BITS / 64).expect("128 fits");
        let mut fresh = Self {
            first: sequence,
            highest: sequence,
            distinct: 1,
            repeated: 0,
            seen: vec![0; words],
            last: now,
        };
        fresh.mark(sequence);
        fresh
    }

    fn mark(&mut self, sequence: u64) -> bool {
        let bit = sequence % SEEN_BITS;
        let word = usize::try_from(bit / 64).expect("below 128");
        let mask = 1_u64 << (bit % 64);
        let known = self.seen[word] & mask != 0;
        self.seen[word] |= mask;
        known
    }

    fn forget(&mut self, sequence: u64) {
        let bit = sequence % SEEN_BITS;
        let word = usize::try_from(bit / 64).expect("below 128");
        self.seen[word] &= !(1_u64 << (bit % 64));
    }

    fn take(&mut self, sequence: u64, now: Instant) {
        self.last = now;
        if sequence > self.highest {
            let steps = (sequence - self.highest).min(SEEN_BITS);
            for step in 0..steps {
                self.forget(sequence - step);
            }
            self.highest = sequence;
        } else if self.highest - sequence >= SEEN_BITS {
            return;
        }
        if self.mark(sequence) {
            self.repeated += 1;
        } else {
            self.distinct += 1;
            self.first = self.first.min(sequence);
        }
    }

    const fn lost(&self) -> u64 {
        (self.highest - self.first + 1).saturating_sub(self.distinct)
    }
}

/// Everything one robot received, by sender.
#[derive(Debug)]
pub(super) struct Tally {
    hearing: HearingId,
    tracks: BTreeMap<(ParticipantId, TrackKind), Received>,
    delays: Delays,
    /// Packets without a stamp, of other software.
    pub(super) unmarked: u64,
    /// Packets that belong to another hearing: there must never be one.
    pub(super) foreign: u64,
}

impl Tally {
    /// An empty tally of a robot in `hearing`.
    pub(super) fn new(hearing: HearingId) -> Self {
        Self { hearing, tracks: BTreeMap::new(), delays: Delays::new(), unmarked: 0, foreign: 0 }
    }

    /// Counts one RTP payload that arrived at `now`, `now_ns` on the wall clock.
    pub(super) fn take(
        &mut self,
        payload: &[u8],
        now: Instant,
        now_ns: u64,
    ) -> Option<(ParticipantId, TrackKind)> {
        let Some(stamp) = Stamp::read(payload) else {
            self.unmarked += 1;
            return None;
        };
        if stamp.hearing != self.hearing {
            self.foreign += 1;
            return None;
        }
        self.delays.note(now_ns.saturating_sub(stamp.sent_ns) / 1_000);
        let key = (stamp.from, stamp.kind);
        self.tracks
            .entry(key)
            .and_modify(|received| received.take(stamp.sequence, now))
            .or_insert_with(|| Received::new(stamp.sequence, now));
        Some(key)
    }

    /// Packets of one track so far.
    pub(super) fn packets(&self, from: ParticipantId, kind: TrackKind) -> u64 {
        self.tracks.get(&(from, kind)).map_or(0, |received| received.distinct)
    }

    /// How long nothing came of one track; none when nothing ever came.
    pub(super) fn silent_for(
        &self,
        from: ParticipantId,
        kind: TrackKind,
        now: Instant,
    ) -> Option<Duration> {
        let received = self.tracks.get(&(from, kind))?;
        Some(now.saturating_duration_since(received.last))
    }

    /// All tracks.
    pub(super) fn tracks(&self, now: Instant) -> Vec<TrackReport> {
        self.tracks
            .iter()
            .map(|((from, kind), received)| TrackReport {
                from: *from,
                kind: *kind,
                received: received.distinct,
                lost: received.lost(),
                repeated: received.repeated,
                last_ms_ago: millis(now.saturating_duration_since(received.last)),
            })
            .collect()
    }

    /// The delays of all packets.
    pub(super) const fn delays(&self) -> &Delays {
        &self.delays
    }
}

/// What arrived of one track, as reported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TrackReport {
    /// Whose.
    pub(crate) from: ParticipantId,
    /// Which.
    pub(crate) kind: TrackKind,
    /// Different packets received.
    pub(crate) received: u64,
    /// Packets between the first and the newest that never came.
    pub(crate) lost: u64,
    /// Packets that came more than once.
    pub(crate) repeated: u64,
    /// Age of the newest packet, ms.
    pub(crate) last_ms_ago: u64,
}

/// Delays above this are counted in the last class; the greatest is kept exactly.
const CLASS_END_US_MAX: u64 = 120_000_000;

/// How long packets took, in classes that grow by 2 %.
#[derive(Clone, Debug)]
pub(super) struct Delays {
    class_ends_us: Vec<u64>,
    packets: Vec<u64>,
    max_us: u64,
}

impl Delays {
    /// No packet yet.
    pub(super) fn new() -> Self {
        let mut class_ends_us = vec![1_u64];
        let mut end = 1_u64;
        while end < CLASS_END_US_MAX {
            end += (end / 50).max(1);
            class_ends_us.push(end);
        }
        Self { packets: vec![0; class_ends_us.len()], class_ends_us, max_us: 0 }
    }

    fn note(&mut self, micros: u64) {
        let class = self.class_ends_us.partition_point(|end| *end < micros);
        let last = self.packets.len() - 1;
        self.packets[class.min(last)] += 1;
        self.max_us = self.max_us.max(micros);
    }

    /// Adds the packets of another robot.
    pub(super) fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.packets.iter_mut().zip(&other.packets) {
            *mine += theirs;
        }
        self.max_us = self.max_us.max(other.max_us);
    }

    /// The usual figures; none before the first packet.
    pub(super) fn report(&self) -> Option<DelayReport> {
        let count: u64 = self.packets.iter().sum();
        (count > 0).then(|| DelayReport {
            p50: self.quantile_ms(count, 500),
            p95: self.quantile_ms(count, 950),
            p99: self.quantile_ms(count, 990),
            max: us_to_ms(self.max_us),
        })
    }

    fn quantile_ms(&self, count: u64, permille: u64) -> f64 {
        let wanted = (count * permille).div_ceil(1_000).max(1);
        let mut below = 0;
        for (end, packets) in self.class_ends_us.iter().zip(&self.packets) {
            below += packets;
            if below >= wanted {
                return us_to_ms((*end).min(self.max_us));
            }
        }
        us_to_ms(self.max_us)
    }
}

fn us_to_ms(micros: u64) -> f64 {
    let micros = u32::try_from(micros).unwrap_or(u32::MAX);
    f64::from(micros) / 1_000.0
}

/// Whole milliseconds of `duration`.
pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// One-way delays of packets from robot to robot, ms; both on one machine's clock.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct DelayReport {
    /// Half of the packets took at most this long.
    pub p50: f64,
    /// 95 % of them.
    pub p95: f64,
    /// 99 % of them.
    pub p99: f64,
    /// The slowest.
    pub(crate) max: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(sequence: u64, sent_ns: u64) -> Stamp {
        Stamp {
            hearing: HearingId(7),
            from: ParticipantId(3),
            kind: TrackKind::Camera,
            sequence,
            sent_ns,
        }
    }

    fn packet(sequence: u64, sent_ns: u64) -> Vec<u8> {
        let mut payload = vec![9_u8; 100];
        stamp(sequence, sent_ns).write(&mut payload);
        payload
    }

    #[test]
    fn a_stamp_is_read_as_it_was_written() {
        let sent = stamp(123_456_789, 1_800_000_000_000_000_000);
        let mut payload = vec![1_u8; STAMP_BYTES];
        sent.write(&mut payload);
        assert_eq!(Stamp::read(&payload), Some(sent));
        assert_eq!(Stamp::read(&payload[1..]), None);
        payload[0] ^= 1;
        assert_eq!(Stamp::read(&payload), None);
    }

    #[test]
    fn losses_repetitions_and_late_packets_are_told_apart() {
        let now = Instant::now();
        let mut tally = Tally::new(HearingId(7));
        for sequence in [10, 11, 14, 12, 12, 20_000] {
            tally.take(&packet(sequence, 5), now, 1_000_005);
        }
        let tracks = tally.tracks(now);
        assert_eq!(tracks.len(), 1);
        assert_eq!(tracks[0].received, 5);
        assert_eq!(tracks[0].repeated, 1);
        assert_eq!(tracks[0].lost, 19_991 - 5);
    }

    #[test]
    fn other_hearings_and_other_software_are_counted_apart() {
        let now = Instant::now();
        let mut tally = Tally::new(HearingId(8));
        tally.take(&packet(1, 5), now, 6);
        tally.take(b"no stamp", now, 6);
        assert_eq!((tally.foreign, tally.unmarked), (1, 1));
        assert!(tally.tracks(now).is_empty());
    }

    #[test]
    fn quantiles_are_within_two_percent() {
        let mut delays = Delays::new();
        assert_eq!(delays.report(), None);
        for micros in 1..=10_000 {
            delays.note(micros);
        }
        let report = delays.report().expect("packets were noted");
        assert!((4.9..=5.15).contains(&report.p50), "{report:?}");
        assert!((9.4..=9.75).contains(&report.p95), "{report:?}");
        assert!((report.max - 10.0).abs() < 1e-9, "{report:?}");
    }
}
