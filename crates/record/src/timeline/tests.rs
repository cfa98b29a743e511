//! Tests of the time line: lips, pauses, stalls, drift and nonsense.

use super::*;

const NTP_2026: u64 = 3_976_000_000;

/// One publisher with sound and picture that start anywhere.
struct Publisher {
    line: Timeline,
    person: PersonClock,
    /// Clock rate and RTP offset of each track.
    tracks: [(u32, u64, TrackClock); 2],
}

impl Publisher {
    fn new(offsets: [u64; 2]) -> Self {
        let [sound, picture] = offsets;
        Self {
            line: Timeline::new(Timestamp(1_700_000_000_000), Instant(5_000_000), 0),
            person: PersonClock::default(),
            tracks: [
                (48_000, sound, TrackClock::new(48_000, None)),
                (90_000, picture, TrackClock::new(90_000, None)),
            ],
        }
    }

    /// A packet captured at `ms` arrives `delay_ms` later.
    fn packet(&mut self, track: usize, ms: u64, delay_ms: u64) -> (Instant, u64) {
        let (hz, offset, clock) = &mut self.tracks[track];
        let rtp = *offset + ms * u64::from(*hz) / 1_000;
        let arrived = Instant(5_000_000 + (ms + delay_ms) * 1_000);
        clock.arrival(&self.line, arrived, rtp);
        (arrived, rtp)
    }

    /// The same, and the time its frame gets, unless it has to wait.
    fn stamp(&mut self, track: usize, ms: u64, delay_ms: u64) -> (Option<u64>, Option<Jump>) {
        let (arrived, rtp) = self.packet(track, ms, delay_ms);
        let (_, _, clock) = &mut self.tracks[track];
        if clock.is_settling(arrived) {
            return (None, None);
        }
        let jump = clock.settle(&self.person);
        (Some(clock.stamp(&self.line, &self.person, arrived, rtp)), jump)
    }

    fn report(&mut self, track: usize, ms: u64, delay_ms: u64) {
        let (hz, offset, clock) = &mut self.tracks[track];
        let ntp = (NTP_2026 << 32) + (ms << 32) / 1_000;
        let rtp = *offset + ms * u64::from(*hz) / 1_000;
        let arrived = Instant(5_000_000 + (ms + delay_ms) * 1_000);
        clock.report(&self.line, &mut self.person, arrived, ntp, rtp);
    }
}

#[test]
fn lips_agree_whatever_offsets_and_delays() {
    let mut dice = 12_345_u64;
    for _ in 0..50 {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let mut publisher = Publisher::new([dice >> 32, dice & 0xFFFF_FFFF]);
        // The picture takes 120 ms longer on its way than the sound.
        let mut worst = 0;
        for ms in (0..20_000).step_by(20) {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let jitter = (dice >> 40) % 30;
            let (sound, _) = publisher.stamp(0, ms, 20 + jitter);
            if ms % 40 == 0 {
                let (picture, _) = publisher.stamp(1, ms, 140 + jitter);
                if ms > 6_000 {
                    let (sound, picture) = (sound.expect("settled"), picture.expect("settled"));
                    worst = worst.max(sound.abs_diff(picture));
                }
            }
            if ms % 1_000 == 300 {
                publisher.report(0, ms, 20 + jitter);
                publisher.report(1, ms, 25 + jitter);
            }
        }
        assert!(worst <= 3, "apart by {worst} ms");
    }
}

#[test]
fn a_muted_minute_is_a_reanchor_and_stays_on_the_wall_clock() {
    let mut publisher = Publisher::new([77_000_000, 0]);
    for ms in (0..2_000).step_by(20) {
        publisher.stamp(0, ms, 30);
    }
    // The RTP clock stood still for a minute.
    publisher.tracks[0].1 -= 60 * 48_000;
    let mut jumps = Vec::new();
    let mut last = None;
    for ms in (62_000..63_000).step_by(20) {
        let (stamp, jump) = publisher.stamp(0, ms, 30);
        jumps.extend(jump);
        last = stamp;
    }
    assert_eq!(jumps.len(), 1);
    assert_eq!(jumps[0].cause, ReanchorCause::Pause);
    assert!(jumps[0].shift_ms.abs_diff(60_000) < 5, "{jumps:?}");
    assert!(last.expect("settled").abs_diff(62_980 + 30) < 5, "{last:?}");
}

#[test]
fn a_stalled_network_is_no_reanchor() {
    let mut publisher = Publisher::new([1 << 31, 0]);
    let mut jumps = Vec::new();
    for ms in (0..2_000).step_by(20) {
        jumps.extend(publisher.stamp(0, ms, 30).1);
    }
    // Nothing for a second, then everything at once.
    for ms in (2_000..3_000).step_by(20) {
        publisher.packet(0, ms, 3_000 - ms + 30);
    }
    for ms in (3_000..5_000).step_by(20) {
        let (stamp, jump) = publisher.stamp(0, ms, 30);
        jumps.extend(jump);
        if ms >= 3_300 {
            assert!(stamp.expect("settled").abs_diff(ms + 30) <= 2, "{stamp:?} for {ms}");
        }
    }
    assert_eq!(jumps, []);
}

#[test]
fn a_publisher_whose_clock_is_slow_stays_on_ours() {
    let mut publisher = Publisher::new([9, 0]);
    let mut last = None;
    for ms in (0..600_000).step_by(20) {
        // 500 parts in a million: a tenth of a second in 200 seconds.
        let late = ms / 2_000;
        publisher.tracks[0].1 = 9_000_000 - late * 48;
        last = publisher.stamp(0, ms, 30).0;
    }
    assert!(last.expect("settled").abs_diff(599_980 + 30) < 20, "{last:?}");
}

/// Four hours with a computer clock 80 parts in a million fast and a sound card 40 slow
/// against it: RTP times and reports as the page would send them.
#[test]
fn hours_of_clocks_that_disagree_leave_sound_and_picture_together() {
    const HOURS: u64 = 4;
    // Parts in a million by which each clock runs fast: the sound card's, the camera's, which is
    // the computer's, and the computer's own.
    const FAST: [i64; 2] = [40, 80];
    const WALL: i64 = 80;
    let at = |us: u64, fast: i64| {
        let us = i64::try_from(us).expect("small");
        u64::try_from(us + us / 1_000 * fast / 1_000).expect("not negative")
    };
    let mut dice = 7_u64;
    let mut publisher = Publisher::new([3_000_000_000, 17]);
    let (mut lips, mut off, mut jumps) = (0, 0, 0);
    for ms in (0..HOURS * 3_600_000).step_by(40) {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let mut stamped = [None; 2];
        for track in 0..2 {
            let (hz, offset, clock) = &mut publisher.tracks[track];
            let rtp = *offset + at(ms * 1_000, FAST[track]) * u64::from(*hz) / 1_000_000;
            let delay = [20, 90][track] + (dice >> 40) % 40;
            let arrived = Instant(5_000_000 + (ms + delay) * 1_000);
            clock.arrival(&publisher.line, arrived, rtp);
            if ms % 5_000 == 0 {
                let wall = at(ms * 1_000, WALL);
                let ntp = (NTP_2026 << 32)
                    + u64::try_from((u128::from(wall) << 32) / 1_000_000).expect("small");
                clock.report(&publisher.line, &mut publisher.person, arrived, ntp, rtp);
            }
            if clock.is_settling(arrived) {
                continue;
            }
            jumps += u64::from(clock.settle(&publisher.person).is_some());
            stamped[track] = Some(clock.stamp(&publisher.line, &publisher.person, arrived, rtp));
        }
        if let ([Some(sound), Some(picture)], true) = (stamped, ms > 60_000) {
            lips = lips.max(sound.abs_diff(picture));
            off = off.max(sound.abs_diff(ms)).max(picture.abs_diff(ms));
        }
    }
    assert!(lips <= 20, "sound and picture come {lips} ms apart");
    assert!(off <= 150, "the time line is {off} ms off ours");
    assert_eq!(jumps, 0, "nothing was set anew");
}

#[test]
fn times_rise_even_when_the_rtp_clock_goes_back() {
    let mut publisher = Publisher::new([50_000_000, 0]);
    let mut last = None;
    for ms in (0..10_000).step_by(20) {
        if ms == 5_000 {
            publisher.tracks[0].1 = 1_000_000;
        }
        let (stamp, _) = publisher.stamp(0, ms, 30);
        if let Some(stamp) = stamp {
            assert!(last < Some(stamp), "{last:?} then {stamp}");
            last = Some(stamp);
        }
    }
    assert!(last.expect("stamped").abs_diff(10_010) < 50, "{last:?}");
}

#[test]
fn nonsense_in_reports_is_not_believed() {
    let mut publisher = Publisher::new([4, 0]);
    for ms in (0..4_000).step_by(20) {
        publisher.stamp(0, ms, 30);
    }
    let clock = &mut publisher.tracks[0].2;
    clock.report(&publisher.line, &mut publisher.person, Instant(9_000_000), u64::MAX, 5);
    let (stamp, _) = publisher.stamp(0, 4_000, 30);
    assert!(stamp.expect("settled").abs_diff(4_030) <= 2, "{stamp:?}");
}
