//! What the recorder gets: each packet of a recorded track once, and the publisher's clock.
//!
//! What is not here: files.

use forwarding::LegId;
use forwarding::rtcp::{Compound, SenderReport};
use model::letters::TapeItem;
use model::{Codec, TrackKind};

use crate::scene::{Catch, KEYFRAME, Publisher, all_see_all, at, hearing, source, track};

const MIC: TrackKind = TrackKind::Microphone;
const CAM: TrackKind = TrackKind::Camera;

/// Source, number, time and payload of each packet on the tape.
fn packets(out: &Catch) -> Vec<(u32, u64, u64, Vec<u8>)> {
    out.tape
        .iter()
        .filter_map(|(item, payload)| match item {
            TapeItem::Packet { source, sequence, rtp_time, .. } => {
                Some((*source, *sequence, *rtp_time, payload.clone()))
            }
            TapeItem::SenderReport { .. } | TapeItem::Lost { .. } => None,
        })
        .collect()
}

#[test]
fn a_recorded_track_is_taped_once_and_without_padding() {
    let (mut router, mut out) = hearing(&[1, 2], 1);
    let mut sound = Publisher::new(1, MIC);
    sound.send(&mut router, at(0), 960, b"off", &mut out);
    assert_eq!(out.tape, [], "off the record");
    let mut report = Compound::default();
    let clock =
        SenderReport { ssrc: sound.ssrc, ntp: 77, rtp_time: sound.rtp_time, packets: 0, octets: 0 };
    report.sender_report(clock);
    router.rtcp(at(1), LegId(1), report.as_bytes(), &mut out);

    let mut grants = all_see_all(2, &[1, 2]);
    grants.record.insert(track(1, MIC));
    router.set_grants(at(10), grants.clone(), &mut out);
    let first = sound.packet(960, b"one");
    let mut padding = sound.packet(0, &[0, 0, 3]);
    padding[0] |= 0x20;
    let mut second = sound.packet(960, b"two\x00\x02");
    second[0] |= 0x20;
    let third = sound.packet(960, b"three");
    let fourth = sound.packet(960, b"four");
    for packet in [&first, &padding, &second, &second, &fourth, &third, &first] {
        router.rtp(at(20), LegId(1), packet, &mut out);
    }
    let taped = packets(&out);
    let payloads: Vec<&[u8]> = taped.iter().map(|one| &one.3[..]).collect();
    assert_eq!(payloads, [&b"one"[..], b"two", b"four", b"three"]);
    let base = taped[0].1;
    let numbers: Vec<u64> = taped.iter().map(|one| one.1 - base).collect();
    assert_eq!(numbers, [0, 1, 3, 2], "padding leaves no hole");
    assert_eq!(taped[2].2 - taped[0].2, 3 * 960);
    let (TapeItem::SenderReport { source: of, ntp: 77, rtp_time, .. }, _) = &out.tape[0] else {
        unreachable!("the clock comes first: {:?}", out.tape[0])
    };
    assert_eq!((*of, taped[0].2 - rtp_time), (taped[0].0, 960));

    router.rtcp(at(30), LegId(1), report.as_bytes(), &mut out);
    assert!(matches!(out.tape.last(), Some((TapeItem::SenderReport { ntp: 77, .. }, _))));
    out.clear();
    grants.epoch = 3;
    grants.record.clear();
    router.set_grants(at(40), grants.clone(), &mut out);
    sound.send(&mut router, at(50), 960, b"off", &mut out);
    assert_eq!(out.tape, []);
    grants.epoch = 4;
    grants.record.insert(track(1, MIC));
    router.set_grants(at(60), grants, &mut out);
    sound.send(&mut router, at(70), 960, b"on", &mut out);
    assert!(packets(&out)[0].0 > taped[0].0, "a pause starts a new count");
}

#[test]
fn a_new_source_starts_a_new_count_and_a_recorded_picture_gets_keyframes() {
    let (mut router, mut out) = hearing(&[1], 1);
    let mut grants = all_see_all(2, &[1]);
    grants.record.insert(track(1, CAM));
    router.set_grants(at(0), grants, &mut out);
    let mut picture = Publisher::new(1, CAM);
    picture.send(&mut router, at(0), 3_000, &[0x10, 0x01], &mut out);
    assert_eq!(out.keyframe_requests(1, source(1, CAM)), 1, "asked when the record starts");
    for ms in (0..25_000).step_by(100) {
        let start = [0x10, u8::from(ms != 300 && ms != 10_400)];
        picture.send(&mut router, at(ms + 100), 9_000, &start, &mut out);
        router.tick(at(ms + 100), &mut out);
    }
    let asked = out.keyframe_requests(1, source(1, CAM));
    // At 0.1 s, after 10 s without one, and after 10 s again, then every half second.
    let expected = 1 + 1 + 9;
    assert!((expected - 1..=expected + 1).contains(&asked), "{asked}");
    let before = packets(&out).last().unwrap().0;
    picture.ssrc = 5;
    router.rtp(at(26_000), LegId(1), &with_mid(&picture.packet(3_000, &KEYFRAME)), &mut out);
    let (item, _) = out.tape.last().unwrap();
    let TapeItem::Packet { source, codec, .. } = item else { unreachable!("{item:?}") };
    assert_eq!((*source, *codec), (before + 1, Codec::Vp8));
}

/// The packet with the camera's mid in its header.
fn with_mid(packet: &[u8]) -> Vec<u8> {
    let mut bytes = packet[..12].to_vec();
    bytes[0] |= 0x10;
    bytes.extend_from_slice(&[0xbe, 0xde, 0, 1, 0x40, b'1', 0, 0]);
    bytes.extend_from_slice(&packet[12..]);
    bytes
}
