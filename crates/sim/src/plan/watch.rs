//! What is looked at where packets leave the router: grants, numbers, requests, tape.
//! What is not here: what arrives; stations measure that.

use core::hash::Hasher as _;
use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::hash::DefaultHasher;

use forwarding::LegId;
use forwarding::packet::Packet;
use forwarding::rtcp::{self, Item};
use model::{Grants, Instant, ParticipantId};

use super::measure::{Figures, Measure};
use super::stamp::Stamp;

/// Numbers of one source that are remembered.
const NUMBERS: u64 = 8_192;
/// Sound that comes this much after its successor may be too late for the disk, which names it.
const LATE: Duration = Duration::from_millis(200);

/// Everything seen at the router's door.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    pub(crate) seen: Figures,
    numbers: BTreeMap<(LegId, u32), Numbers>,
    asked: BTreeMap<u32, VecDeque<Instant>>,
    owed: BTreeSet<Stamp>,
    taped: BTreeMap<Stamp, (Instant, u32)>,
}

#[derive(Debug, Default)]
struct Numbers {
    highest: u64,
    digests: BTreeMap<u64, u64>,
}

impl Watch {
    /// The router sends somebody a media packet.
    pub(crate) fn sends(&mut self, leg: LegId, to: ParticipantId, grants: &Grants, bytes: &[u8]) {
        let Some(packet) = Packet::read(bytes) else {
            return self.more(Measure::Twin);
        };
        if let Some(stamp) = Stamp::of(packet.payload)
            && !grants.reaches(stamp.track, to)
        {
            self.more(Measure::Stranger);
        }
        let mut hasher = DefaultHasher::new();
        hasher.write(bytes);
        let digest = hasher.finish();
        let numbers = self.numbers.entry((leg, packet.ssrc)).or_default();
        let ahead = packet.sequence.wrapping_sub((numbers.highest & 0xffff) as u16);
        let number = if numbers.digests.is_empty() {
            u64::from(packet.sequence) + 0x1_0000
        } else if ahead < 0x8000 {
            numbers.highest + u64::from(ahead)
        } else {
            numbers.highest - u64::from(ahead.wrapping_neg())
        };
        numbers.highest = numbers.highest.max(number);
        let twin = numbers.digests.insert(number, digest).is_some_and(|known| known != digest);
        while numbers.digests.first_key_value().is_some_and(|(old, _)| old + NUMBERS < number) {
            numbers.digests.pop_first();
        }
        if twin {
            self.more(Measure::Twin);
        }
    }

    /// The router sends somebody a control packet.
    pub(crate) fn sends_control(&mut self, now: Instant, compound: &[u8]) {
        let mut keys = Vec::new();
        let whole = rtcp::read(compound, |item| {
            if let Item::Keyframe { media } = item {
                keys.push(media);
            }
        });
        if !whole {
            self.more(Measure::Twin);
        }
        for media in keys {
            let asked = self.asked.entry(media).or_default();
            asked.push_back(now);
            while asked.front().is_some_and(|at| now.since(*at) >= Duration::from_secs(1)) {
                asked.pop_front();
            }
            let count = i64::try_from(asked.len()).unwrap_or(i64::MAX);
            self.seen.see(Measure::Asked, count);
        }
    }

    /// A packet on the record was taken in.
    pub(crate) fn owes(&mut self, stamp: Stamp) {
        self.owed.insert(stamp);
    }

    /// A packet was handed to the tape.
    pub(crate) fn tapes(&mut self, now: Instant, stamp: Stamp) {
        self.taped.entry(stamp).or_insert((now, 0)).1 += 1;
    }

    /// Compares what was taken in with the tape, and the tape with the disk. `rolled` is when the
    /// record surely rolled.
    pub(crate) fn compare(&mut self, on_disk: &[Stamp], rolled: (Instant, Instant)) {
        let missing = self.owed.iter().filter(|stamp| !self.taped.contains_key(*stamp)).count();
        let twice = self.taped.values().filter(|(_, times)| *times > 1).count();
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        self.seen.see(Measure::Tape, count(missing + twice));
        let on_disk: BTreeSet<_> = on_disk.iter().collect();
        let lost = self.taped.iter().filter(|(stamp, (at, _))| {
            stamp.track.kind.is_sound()
                && *at >= rolled.0
                && *at < rolled.1
                && !on_disk.contains(*stamp)
                && !self.was_late(stamp, *at)
        });
        let lost = count(lost.count());
        self.seen.see(Measure::Disk, lost);
    }

    fn was_late(&self, stamp: &Stamp, at: Instant) -> bool {
        let after = Stamp { number: stamp.number + 1, captured: Instant(0), ..*stamp };
        let end = Stamp { number: stamp.number + 50, ..after };
        let mut later = self.taped.range(after..end).map(|(_, (taped, _))| at.since(*taped));
        later.any(|behind| behind > LATE)
    }

    /// Once more of what must never be.
    pub(crate) fn more(&mut self, measure: Measure) {
        self.seen.see(measure, self.seen.of(measure) + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::source::write;
    use model::{Codec, TrackId, TrackKind};

    const ME: ParticipantId = ParticipantId(1);

    fn stamp(number: u32) -> Stamp {
        let track = TrackId::new(ParticipantId(2), TrackKind::Microphone);
        let captured = Instant(u64::from(number) * 20_000);
        Stamp { track, source: 1, number, part: 0, parts: 1, key: false, captured }
    }

    fn packet(sequence: u16, number: u32) -> Vec<u8> {
        write((true, 111, sequence, 1, 9), &[(4, b"s0")], &stamp(number).payload(Codec::Opus, 60))
    }

    #[test]
    fn a_packet_without_a_grant_is_seen() {
        let mut watch = Watch::default();
        let mut grants = Grants::default();
        watch.sends(LegId(1), ME, &grants, &packet(1, 1));
        assert_eq!(watch.seen.of(Measure::Stranger), 1);
        grants.publish.insert(stamp(1).track);
        grants.receive.entry(ME).or_default().insert(stamp(1).track);
        watch.sends(LegId(1), ME, &grants, &packet(2, 2));
        assert_eq!(watch.seen.of(Measure::Stranger), 1);
    }

    #[test]
    fn one_number_for_two_packets_is_seen() {
        let mut watch = Watch::default();
        let grants = Grants::default();
        for (sequence, number) in [(65_535, 1), (0, 2), (65_535, 1), (1, 3)] {
            watch.sends(LegId(1), ME, &grants, &packet(sequence, number));
        }
        assert_eq!(watch.seen.of(Measure::Twin), 0, "the same to the byte is the same");
        watch.sends(LegId(1), ME, &grants, &packet(0, 3));
        assert_eq!(watch.seen.of(Measure::Twin), 1);
    }

    #[test]
    fn what_is_missing_on_tape_or_disk_is_seen() {
        let rolled = (Instant(0), Instant(1_000_000));
        let mut watch = Watch::default();
        for number in [1, 2, 3] {
            watch.owes(stamp(number));
            watch.tapes(stamp(number).captured, stamp(number));
        }
        watch.compare(&[stamp(1), stamp(2), stamp(3)], rolled);
        assert_eq!((watch.seen.of(Measure::Tape), watch.seen.of(Measure::Disk)), (0, 0));
        watch.compare(&[stamp(1), stamp(3)], rolled);
        assert_eq!((watch.seen.of(Measure::Tape), watch.seen.of(Measure::Disk)), (0, 1));
        watch.owes(stamp(4));
        watch.tapes(stamp(3).captured, stamp(3));
        watch.compare(&[], rolled);
        assert_eq!(watch.seen.of(Measure::Tape), 2, "one missing, one twice");
    }

    #[test]
    fn late_sound_is_the_recorders_to_name() {
        let mut watch = Watch::default();
        watch.tapes(Instant(100_000), stamp(2));
        watch.tapes(Instant(700_000), stamp(1));
        watch.compare(&[stamp(2)], (Instant(0), Instant(1_000_000)));
        assert_eq!(watch.seen.of(Measure::Disk), 0);
    }
}
