//! Sound and picture captured together are labelled with the same time on a subscriber's lines.
//!
//! What is not here: playing them.

use forwarding::rtcp::{Compound, Item, SenderReport};
use forwarding::{LegId, Router};
use model::{Medium, TrackKind};

use crate::scene::{Catch, Dice, KEYFRAME, Publisher, all_see_all, at_us, hearing, person, seat};

const MIC: TrackKind = TrackKind::Microphone;
const CAM: TrackKind = TrackKind::Camera;

/// A publisher's device: two RTP clocks with random starts, one NTP clock far from ours that runs
/// 80 ppm fast.
struct Device {
    leg: u32,
    ntp_start: u64,
    sound: Publisher,
    picture: Publisher,
}

impl Device {
    fn new(leg: u32, dice: &mut Dice) -> Self {
        let mut sound = Publisher::new(leg, MIC);
        let mut picture = Publisher::new(leg, CAM);
        sound.rtp_time = u32::try_from(dice.roll(1 << 31)).unwrap() * 2;
        picture.rtp_time = u32::try_from(dice.roll(1 << 31)).unwrap() * 2;
        Self { leg, ntp_start: dice.roll(1 << 31) << 32, sound, picture }
    }

    fn own_us(real_us: u64) -> u64 {
        real_us + real_us * 80 / 1_000_000
    }

    fn rtp_time(base: u32, real_us: u64, hz: u64) -> u32 {
        let ticks = Self::own_us(real_us) * hz / 1_000_000;
        base.wrapping_add(u32::try_from(ticks & 0xffff_ffff).unwrap())
    }

    fn report(&self, sound: bool, real_us: u64) -> Vec<u8> {
        let (publisher, hz) = if sound { (&self.sound, 48_000) } else { (&self.picture, 90_000) };
        let own = Self::own_us(real_us);
        let ntp =
            self.ntp_start + ((own / 1_000_000) << 32) + ((own % 1_000_000) << 32) / 1_000_000;
        let mut compound = Compound::default();
        compound.sender_report(SenderReport {
            ssrc: publisher.ssrc,
            ntp,
            rtp_time: Self::rtp_time(publisher.rtp_time, real_us, hz),
            packets: 1,
            octets: 1,
        });
        compound.as_bytes().to_vec()
    }

    /// Sends what is captured at `real_us`, which arrives up to 60 ms later.
    fn capture(&self, router: &mut Router, real_us: u64, dice: &mut Dice, out: &mut Catch) {
        for (publisher, hz) in [(&self.sound, 48_000), (&self.picture, 90_000)] {
            let mut now = publisher.clone();
            now.sequence = u16::try_from(real_us / 20_000 % 65_536).unwrap();
            now.rtp_time = Self::rtp_time(publisher.rtp_time, real_us, hz);
            let late = 20_000 + dice.roll(40_000);
            now.send(router, at_us(real_us + late), 0, &KEYFRAME, out);
        }
    }
}

/// Where on the server's clock a line's timestamp lies, by the line's last report, in µs.
fn label(report: SenderReport, rtp_time: u32, hz: f64) -> f64 {
    let ticks = rtp_time.wrapping_sub(report.rtp_time).cast_signed();
    let seconds = (report.ntp >> 32) as f64 + (report.ntp & 0xffff_ffff) as f64 / 4_294_967_296.0;
    (seconds - 3_908_988_800.0) * 1e6 + f64::from(ticks) / hz * 1e6
}

fn last_report(out: &Catch, leg: u32, ssrc: u32) -> SenderReport {
    let reports: Vec<SenderReport> = out
        .items(leg)
        .into_iter()
        .filter_map(|item| match item {
            Item::Sender(report) if report.ssrc == ssrc => Some(report),
            _ => None,
        })
        .collect();
    *reports.last().expect("the line is reported on")
}

#[test]
fn lips_and_voice_stay_within_a_millisecond() {
    for seed in 1..=20 {
        let mut dice = Dice(seed);
        let (mut router, mut out) = hearing(&[1, 2, 3], 1);
        let devices = [Device::new(1, &mut dice), Device::new(2, &mut dice)];
        for step in 0..900_u64 {
            let real_us = 100_000 + step * 20_000;
            if step == 450 {
                let mut grants = all_see_all(2, &[1, 2, 3]);
                let seen = grants.receive.get_mut(&person(3)).unwrap();
                seen.retain(|track| track.participant == person(2));
                router.set_grants(at_us(real_us), grants, &mut out);
            }
            for device in &devices {
                device.capture(&mut router, real_us, &mut dice, &mut out);
                let late = at_us(real_us + 20_000 + dice.roll(40_000));
                if step % 50 == 7 {
                    let report = device.report(false, real_us);
                    router.rtcp(late, LegId(device.leg), &report, &mut out);
                }
                if step % 125 == 60 {
                    let report = device.report(true, real_us);
                    router.rtcp(late, LegId(device.leg), &report, &mut out);
                }
            }
            router.tick(at_us(real_us + 60_000), &mut out);
            if step == 400 || step == 899 {
                let (sound, picture) = (seat(3, 0, Medium::Sound), seat(3, 0, Medium::Picture));
                let heard = out.packets(3, sound).last().unwrap().rtp_time;
                let seen = out.packets(3, picture).last().unwrap().rtp_time;
                let heard = label(last_report(&out, 3, sound), heard, 48_000.0);
                let seen = label(last_report(&out, 3, picture), seen, 90_000.0);
                let apart = (heard - seen).abs();
                assert!(apart <= 1_000.0, "captured together, {apart} µs apart, seed {seed}");
            }
        }
    }
}

/// Sender reports about a line that left since the last look.
fn told(out: &mut Catch, line: u32) -> usize {
    let items = out.items(2);
    out.rtcp.clear();
    items.iter().filter(|item| matches!(item, Item::Sender(report) if report.ssrc == line)).count()
}

#[test]
fn a_line_that_begins_anew_is_reported_on_at_once_and_costs_nothing_until_it_can_be() {
    let (mut router, mut out) = hearing(&[1, 2], 1);
    let device = Device::new(1, &mut Dice(5));
    let line = seat(2, 0, Medium::Sound);
    let mut voice = device.sound.clone();
    let mut rounds = 0;
    for step in 0..20_u64 {
        let now = at_us(step * 20_000);
        voice.send(&mut router, now, 960, b"s", &mut out);
        rounds += u32::from(router.wake_at() <= now.instant);
        if router.wake_at() <= now.instant {
            router.tick(now, &mut out);
        }
    }
    assert!(rounds <= 2, "{rounds} rounds for 20 packets of a device that told no clock");
    assert_eq!(told(&mut out, line), 0, "its clock is not known");
    let now = at_us(410_000);
    router.rtcp(now, LegId(1), &device.report(true, 400_000), &mut out);
    assert!(router.wake_at() <= now.instant);
    router.tick(now, &mut out);
    assert_eq!(told(&mut out, line), 1, "as soon as it is");
    // Another source goes on with the track.
    let mut grants = all_see_all(2, &[1, 2]);
    grants.receive.clear();
    router.set_grants(now, grants, &mut out);
    router.set_grants(now, all_see_all(3, &[1, 2]), &mut out);
    told(&mut out, line);
    let now = at_us(420_000);
    voice.send(&mut router, now, 960, b"s", &mut out);
    router.tick(now, &mut out);
    assert_eq!(told(&mut out, line), 1, "with its first packet");
}
