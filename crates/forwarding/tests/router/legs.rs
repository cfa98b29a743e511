//! Connections that come, change, replace each other and go.
//!
//! What is not here: how connections are made.

use forwarding::{DropReason, LegId, RouterNotice, rtcp};
use model::{Codec, Medium, TrackKind};

use crate::scene::{INTERFRAME, KEYFRAME, OPUS, Publisher, at, hearing, plan, seat, source, track};

const MIC: TrackKind = TrackKind::Microphone;
const CAM: TrackKind = TrackKind::Camera;

fn report() -> Vec<u8> {
    let mut compound = rtcp::Compound::default();
    compound.receiver_report(9, &[]);
    compound.as_bytes().to_vec()
}

#[test]
fn a_new_connection_takes_over_when_it_carries_media() {
    let (mut router, mut out) = hearing(&[1, 2], 2);
    let mut other = Publisher::new(1, MIC);
    let mut old = Publisher::new(2, MIC);
    other.send(&mut router, at(0), 960, b"a", &mut out);
    old.send(&mut router, at(0), 960, b"old", &mut out);
    out.clear();

    router.leg_up(at(100), LegId(12), plan(2, 12, 2, 2, 2), &mut out);
    assert_eq!(out.slots(2).len(), 0, "the same people in the same slots");
    other.send(&mut router, at(120), 960, b"b", &mut out);
    old.send(&mut router, at(120), 960, b"old", &mut out);
    assert_eq!(out.packets(2, seat(2, 0, Medium::Sound)).len(), 1, "the old one still receives");
    assert_eq!(out.packets(12, seat(12, 0, Medium::Sound)).len(), 1, "and the new one already");
    out.clear();

    router.rtcp(at(130), LegId(12), &report(), &mut out);
    other.send(&mut router, at(140), 960, b"c", &mut out);
    old.send(&mut router, at(140), 960, b"old", &mut out);
    assert_eq!(out.packets(2, seat(2, 0, Medium::Sound)).len(), 0);
    assert_eq!(out.packets(12, seat(12, 0, Medium::Sound)).len(), 1);
    assert_eq!(out.packets(1, seat(1, 0, Medium::Sound)).len(), 1, "the old one still sends");
    let last = out.packets(1, seat(1, 0, Medium::Sound))[0].sequence;
    out.clear();

    let mut new = Publisher::new(12, MIC);
    new.sequence = 9;
    new.send(&mut router, at(160), 960, b"new", &mut out);
    old.send(&mut router, at(160), 960, b"old", &mut out);
    assert_eq!(router.figures().dropped(DropReason::Replaced), 1);
    let heard = out.packets(1, seat(1, 0, Medium::Sound));
    assert_eq!(heard.len(), 1);
    assert_eq!((heard[0].payload, heard[0].sequence), (&b"new"[..], last.wrapping_add(1)));
    out.clear();

    router.leg_down(at(200), LegId(2), &mut out);
    assert_eq!(out.notices, [], "nobody notices that the old connection goes");
    router.leg_down(at(300), LegId(12), &mut out);
    assert_eq!(out.notices, [RouterNotice::TrackSilent { track: track(2, MIC) }]);
    new.send(&mut router, at(310), 960, b"new", &mut out);
    assert_eq!(router.figures().dropped(DropReason::NoLeg), 1);
}

#[test]
fn a_renegotiation_keeps_the_numbers() {
    let (mut router, mut out) = hearing(&[1, 2], 1);
    let mut picture = Publisher::new(1, CAM);
    picture.send(&mut router, at(0), 0, &KEYFRAME, &mut out);
    router.leg_up(at(5), LegId(2), plan(2, 2, 1, 3, 2), &mut out);
    router.leg_up(at(5), LegId(1), plan(1, 1, 1, 3, 2), &mut out);
    picture.send(&mut router, at(20), 1_800, &INTERFRAME, &mut out);
    let packets = out.packets(2, seat(2, 0, Medium::Picture));
    assert_eq!(packets.len(), 2, "no keyframe needed");
    assert_eq!(packets[1].sequence, packets[0].sequence.wrapping_add(1));
    let last = packets[1].sequence;

    out.clear();
    router.leg_up(at(30), LegId(2), plan(2, 2, 1, 0, 0), &mut out);
    picture.send(&mut router, at(40), 1_800, &KEYFRAME, &mut out);
    assert_eq!(out.rtp, [], "the line is gone");
    router.leg_up(at(50), LegId(2), plan(2, 2, 1, 1, 0), &mut out);
    picture.send(&mut router, at(60), 1_800, &KEYFRAME, &mut out);
    let packets = out.packets(2, seat(2, 0, Medium::Picture));
    assert_eq!(packets[0].sequence, last.wrapping_add(1), "no number is used twice");
}

#[test]
fn a_new_source_of_the_same_leg_goes_on_with_the_track() {
    let (mut router, mut out) = hearing(&[1, 2], 1);
    let mut first = Publisher::new(1, MIC);
    first.send(&mut router, at(0), 960, b"1", &mut out);
    let mut second = Publisher { ssrc: 77, sequence: 5, ..first.clone() };
    second.payload_type = OPUS;
    second.send(&mut router, at(200), 960, b"2", &mut out);
    first.send(&mut router, at(201), 960, b"x", &mut out);
    let packets = out.packets(2, seat(2, 0, Medium::Sound));
    let payloads: Vec<&[u8]> = packets.iter().map(|packet| packet.payload).collect();
    assert_eq!(payloads, [b"1", b"2"]);
    assert_eq!(packets[1].sequence, packets[0].sequence.wrapping_add(1));
    assert_eq!(packets[1].rtp_time.wrapping_sub(packets[0].rtp_time), 9_600);
    first.send(&mut router, at(3_300), 960, b"3", &mut out);
    assert_eq!(
        out.packets(2, seat(2, 0, Medium::Sound)).len(),
        3,
        "back when the new one is quiet"
    );
}

#[test]
fn a_goodbye_ends_the_track_and_another_codec_waits_for_its_keyframe() {
    let (mut router, mut out) = hearing(&[1, 2], 1);
    let mut changed = plan(1, 1, 1, 1, 1);
    changed.receive[1].payloads.push((102, Codec::H264));
    router.leg_up(at(0), LegId(1), changed, &mut out);
    let mut picture = Publisher::new(1, CAM);
    picture.send(&mut router, at(0), 0, &KEYFRAME, &mut out);
    picture.payload_type = 102;
    picture.send(&mut router, at(200), 3_000, &[0x41, 0], &mut out);
    picture.send(&mut router, at(220), 3_000, &[0x67, 0], &mut out);
    let types: Vec<u8> = out
        .packets(2, seat(2, 0, Medium::Picture))
        .iter()
        .map(|packet| packet.payload_type)
        .collect();
    assert_eq!(types, [96, 102]);
    out.clear();
    let ssrc = source(1, CAM).to_be_bytes();
    let goodbye = [&[0x81, 203, 0, 1][..], &ssrc].concat();
    router.rtcp(at(300), LegId(1), &goodbye, &mut out);
    assert_eq!(out.notices, [RouterNotice::TrackSilent { track: track(1, CAM) }]);
}
