//! Repairs under their own SSRC (RFC 4588), from a publisher and to a subscriber.
//!
//! What is not here: lines without repairs; those have `loss.rs`.

use forwarding::rtcp::{Compound, Item};
use forwarding::{DropReason, LegId, LegPlan, RepairLine, Router, RouterNotice};
use model::{Medium, TrackKind};

use crate::scene::{
    Catch, Dice, INTERFRAME, KEYFRAME, MID_EXT, Publisher, VP8, at, hearing, plan, seat, source,
};

const CAM: TrackKind = TrackKind::Camera;
const RTX: u8 = 97;
const REPAIR_EXT: u8 = 9;

fn own_repairs(leg: u32) -> u32 {
    source(leg, CAM) + 0x0100_0000
}

fn line_repairs(leg: u32, slot: u8) -> u32 {
    seat(leg, slot, Medium::Picture) + 0x0100_0000
}

/// As [`plan`], with repairs both ways; the sources of repairs are announced or not.
fn with_repairs(who: u32, announced: bool) -> LegPlan {
    let mut plan = plan(who, who, 1, 1, 0);
    let camera = &mut plan.receive[CAM as usize];
    camera.repairs = vec![(RTX, VP8)];
    camera.extensions.repaired_rid = Some(REPAIR_EXT);
    if announced {
        camera.repair_ssrcs = vec![(source(who, CAM), own_repairs(who))];
    }
    for line in plan.send.iter_mut().skip(1) {
        line.repair = Some(RepairLine { ssrc: line_repairs(who, 0), payloads: vec![(VP8, RTX)] });
    }
    plan
}

fn scene(announced: bool) -> (Router, Catch) {
    let (mut router, mut out) = hearing(&[1, 2], 1);
    for who in [1, 2] {
        router.leg_up(at(0), LegId(who), with_repairs(who, announced), &mut out);
    }
    out.clear();
    (router, out)
}

/// The packet as the publisher sends it again: the number it had before the payload.
fn repaired(repairs: &mut Publisher, packet: &[u8], named: bool) -> Vec<u8> {
    let payload = [&packet[2..4], &packet[12..]].concat();
    let mut again = repairs.packet(0, &payload);
    again[4..8].copy_from_slice(&packet[4..8]);
    if named {
        again[0] |= 0x10;
        let extension = [0xbe, 0xde, 0, 1, MID_EXT << 4, b'1', 0, 0];
        again.splice(12..12, extension);
    }
    again
}

#[test]
fn a_lossy_publisher_is_repaired_by_its_repair_source() {
    for announced in [true, false] {
        let (mut router, mut out) = scene(announced);
        let mut dice = Dice(3);
        let mut picture = Publisher::new(1, CAM);
        let mut repairs = Publisher { ssrc: own_repairs(1), payload_type: RTX, ..picture.clone() };
        let mut sent = Vec::new();
        for number in 0..500_u32 {
            let start = if number == 0 { KEYFRAME } else { INTERFRAME };
            let bytes = picture.packet(900, &[&start[..], &number.to_be_bytes()].concat());
            let now = at(u64::from(number) * 10);
            if number == 0 || number == 499 || dice.roll(10) != 0 {
                router.rtp(now, LegId(1), &bytes, &mut out);
            }
            sent.push(bytes);
            router.tick(now, &mut out);
            for (_, compound) in core::mem::take(&mut out.rtcp) {
                let mut asked = Vec::new();
                assert!(forwarding::rtcp::read(&compound, |item| asked.push(item)));
                for item in asked {
                    let Item::Missing { media, sequence } = item else { continue };
                    assert_eq!(media, source(1, CAM));
                    let lost = sent.iter().find(|one| one[2..4] == sequence.to_be_bytes()).unwrap();
                    let again = repaired(&mut repairs, lost, !announced);
                    router.rtp(now, LegId(1), &again, &mut out);
                }
            }
        }
        let mut got: Vec<Vec<u8>> = out
            .packets(2, seat(2, 0, Medium::Picture))
            .iter()
            .map(|packet| packet.payload.to_vec())
            .collect();
        got.sort_by_key(|payload| payload[2..].to_vec());
        let expected: Vec<Vec<u8>> = sent.iter().map(|bytes| bytes[12..].to_vec()).collect();
        assert_eq!(got, expected, "announced: {announced}");
        let figures = router.figures();
        assert!(figures.repairs_in > 30, "{figures:?}");
        assert_eq!((figures.packets_lost, figures.dropped(DropReason::NoLine)), (0, 0));
    }
}

#[test]
fn repairs_and_padding_say_nothing_of_the_picture() {
    let (mut router, mut out) = scene(true);
    let mut picture = Publisher::new(1, CAM);
    let mut repairs = Publisher { ssrc: own_repairs(1), payload_type: RTX, ..picture.clone() };
    let first = picture.packet(0, &KEYFRAME);
    let early = repaired(&mut repairs, &first, false);
    router.rtp(at(0), LegId(1), &early, &mut out);
    assert_eq!(router.figures().dropped(DropReason::NoLine), 1, "nothing to repair yet");
    router.rtp(at(10), LegId(1), &first, &mut out);
    for ms in (20..4_000).step_by(20) {
        let again = repaired(&mut repairs, &first, false);
        router.rtp(at(ms), LegId(1), &again, &mut out);
        let padding = repairs.packet(0, &[]);
        router.rtp(at(ms), LegId(1), &padding, &mut out);
        router.tick(at(ms), &mut out);
    }
    assert_eq!(out.packets(2, seat(2, 0, Medium::Picture)).len(), 1);
    assert!(out.notices.iter().any(|notice| matches!(notice, RouterNotice::TrackSilent { .. })));
    assert_eq!(router.figures().repairs_in, 0);
}

#[test]
fn a_subscriber_is_answered_on_the_repair_source() {
    let (mut router, mut out) = scene(true);
    let mut picture = Publisher::new(1, CAM);
    for number in 0..10 {
        let start = if number == 0 { KEYFRAME } else { INTERFRAME };
        picture.send(&mut router, at(number * 20), 1_800, &start, &mut out);
    }
    let line = seat(2, 0, Medium::Picture);
    let wanted = {
        let packets = out.packets(2, line);
        (packets[4].sequence, packets[4].rtp_time, packets[4].payload.to_vec())
    };
    out.clear();
    for ms in [300, 301, 400] {
        let mut nack = Compound::default();
        assert!(nack.nack(9, line, &[wanted.0]).is_empty());
        router.rtcp(at(ms), LegId(2), nack.as_bytes(), &mut out);
    }
    assert!(out.packets(2, line).is_empty());
    let repairs = out.packets(2, line_repairs(2, 0));
    assert_eq!(repairs.len(), 2, "once in a round trip");
    assert_eq!(repairs[1].sequence, repairs[0].sequence.wrapping_add(1));
    for repair in repairs {
        assert_eq!((repair.payload_type, repair.rtp_time), (RTX, wanted.1));
        assert_eq!(repair.payload, [&wanted.0.to_be_bytes()[..], &wanted.2].concat());
    }
    assert_eq!(router.figures().repairs_out, 2);
}
