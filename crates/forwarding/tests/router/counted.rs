//! Transport-wide numbers and feedback through the router's door.
//!
//! What is not here: how good the estimate is; `tests/path` looks at that.

use core::time::Duration;

use forwarding::packet::Packet;
use forwarding::rtcp::Compound;
use forwarding::transport::wire::{Head, each_feedback, write};
use forwarding::{LegId, LegPlan, RepairLine, Router, RouterNotice};
use model::{Health, Medium, TrackKind, limits};

use crate::scene::{Catch, INTERFRAME, KEYFRAME, Publisher, VP8, at, hearing, person, plan, seat};

const COUNT_EXT: u8 = 5;
const RTX: u8 = 97;

/// As [`plan`], counted on every line, with repairs of the pictures or without.
fn counted(who: u32, repairs: bool) -> LegPlan {
    let mut plan = plan(who, who, 1, 1, 0);
    for line in &mut plan.receive {
        line.extensions.transport = Some(COUNT_EXT);
    }
    for line in &mut plan.send {
        line.extensions.transport = Some(COUNT_EXT);
        let sound = line.ssrc == seat(who, 0, Medium::Sound);
        if repairs && !sound {
            let ssrc = line.ssrc + 0x0100_0000;
            line.repair = Some(RepairLine { ssrc, payloads: vec![(VP8, RTX)] });
        }
    }
    plan
}

fn scene(repairs: bool) -> (Router, Catch) {
    let (mut router, mut out) = hearing(&[1, 2], 1);
    for who in [1, 2] {
        router.leg_up(at(0), LegId(who), counted(who, repairs), &mut out);
    }
    out.clear();
    (router, out)
}

fn number(packet: &Packet<'_>) -> Option<u16> {
    let value = packet.extension(COUNT_EXT)?;
    Some(u16::from_be_bytes([value[0], value[1]]))
}

/// A second of sound and picture from 1.
fn play(router: &mut Router, from_ms: u64, out: &mut Catch) {
    let mut sound = Publisher::new(1, TrackKind::Microphone);
    let mut picture = Publisher::new(1, TrackKind::Camera);
    for step in 0..50 {
        let now = at(from_ms + step * 20);
        sound.send(router, now, 960, &[1; 60], out);
        let start = if step == 0 { KEYFRAME } else { INTERFRAME };
        let frame = [&start[..], &[7; 500]].concat();
        picture.send(router, now, 1_800, &frame, out);
        router.tick(now, out);
        router.tick(at(from_ms + step * 20 + 15), out);
    }
}

#[test]
fn a_publisher_is_told_what_arrived_within_a_tenth_of_a_second() {
    let (mut router, mut out) = scene(true);
    let mut told = Vec::new();
    let mut picture = Publisher::new(1, TrackKind::Camera);
    for step in 0..200_u16 {
        let now = at(u64::from(step) * 5);
        let mut packet = picture.packet(450, &KEYFRAME);
        packet[0] |= 0x10;
        let [high, low] = step.wrapping_sub(100).to_be_bytes();
        packet.splice(12..12, [0xbe, 0xde, 0, 1, COUNT_EXT << 4 | 1, high, low, 0]);
        if step % 10 != 3 {
            router.rtp(now, LegId(1), &packet, &mut out);
        }
        if router.wake_at() <= now.instant {
            router.tick(now, &mut out);
        }
        for (leg, compound) in core::mem::take(&mut out.rtcp) {
            each_feedback(&compound, |feedback| {
                assert_eq!(leg, LegId(1));
                let news = feedback.statuses().map(|one| (one.sequence, one.arrived_us.is_some()));
                told.extend(news);
            });
        }
        let known = told.len() as u64 * 5;
        assert!(known + 105 >= u64::from(step) * 5, "{known} ms of {step}");
    }
    for (place, (sequence, arrived)) in (0_u16..).zip(told) {
        assert_eq!(sequence, place.wrapping_sub(100));
        assert_eq!(arrived, place % 10 != 3, "{place}");
    }
}

#[test]
fn sound_and_what_has_repairs_is_counted_in_one_row() {
    for repairs in [true, false] {
        let (mut router, mut out) = scene(repairs);
        play(&mut router, 0, &mut out);
        let all = |medium| out.packets(2, seat(2, 0, medium));
        assert_eq!((all(Medium::Sound).len(), all(Medium::Picture).len()), (50, 50));
        assert!(all(Medium::Sound).iter().all(|packet| number(packet).is_some()));
        assert!(all(Medium::Picture).iter().all(|packet| number(packet).is_some() == repairs));
        let row: Vec<u16> = out
            .rtp
            .iter()
            .filter(|(leg, _)| *leg == LegId(2))
            .filter_map(|(_, bytes)| number(&Packet::read(bytes).unwrap()))
            .collect();
        assert!(row.windows(2).all(|pair| pair[1] == pair[0].wrapping_add(1)));
    }
}

#[test]
fn what_was_counted_is_never_sent_again_under_its_own_numbers() {
    for repairs in [true, false] {
        let (mut router, mut out) = scene(repairs);
        play(&mut router, 0, &mut out);
        let asked = [Medium::Sound, Medium::Picture].map(|medium| {
            let line = seat(2, 0, medium);
            let sent = out.packets(2, line).last().unwrap().sequence;
            let mut compound = Compound::default();
            assert!(compound.nack(9, line, &[sent]).is_empty());
            compound.as_bytes().to_vec()
        });
        let before: Vec<Vec<u8>> = out.rtp.iter().map(|(_, bytes)| bytes.clone()).collect();
        out.clear();
        for compound in asked {
            router.rtcp(at(1_050), LegId(2), &compound, &mut out);
        }
        assert_eq!(out.rtp.len(), 1, "the picture comes again, the sound does not");
        let again = Packet::read(&out.rtp[0].1).unwrap();
        if repairs {
            assert_eq!((again.payload_type, number(&again).is_some()), (RTX, true));
        } else {
            assert!(before.contains(&out.rtp[0].1), "the same to the byte");
        }
    }
}

fn health(out: &Catch) -> Health {
    let told = out.notices.iter().rev().find_map(|notice| match notice {
        RouterNotice::Health { participant, health } if *participant == person(2) => Some(*health),
        _ => None,
    });
    told.unwrap()
}

#[test]
fn the_estimate_is_told_once_there_is_feedback_and_no_lie_makes_it_large() {
    let (mut router, mut out) = scene(true);
    play(&mut router, 0, &mut out);
    play(&mut router, 1_000, &mut out);
    router.tick(at(2_010), &mut out);
    assert_eq!(health(&out).estimate_bps, None);
    let sent = out.packets(2, seat(2, 0, Medium::Sound));
    let last = u64::from(number(sent.last().unwrap()).unwrap()) + 65_536;
    for round in 0..100 {
        let mut compound = Compound::default();
        let head = Head { ssrc: 1, media: 2, number: 0 };
        write(&mut compound, head, last - 100, last + 1, |sequence| Some(sequence + round));
        router.rtcp(at(2_020 + round), LegId(2), compound.as_bytes(), &mut out);
    }
    router.tick(at(4_100), &mut out);
    let estimate = health(&out).estimate_bps.unwrap();
    let most = limits::ESTIMATE_START_BPS + 100_000;
    assert!(estimate <= most, "{estimate}: what was sent is 250 kbit/s");
    assert!(router.wake_at() > at(4_100).instant);
    let idle = router.wake_at().since(at(4_100).instant);
    assert!(idle >= Duration::from_millis(10), "nothing hurries: {idle:?}");
}
