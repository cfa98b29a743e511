//! Mute, switch, screens and slots: what the table says happens with the call that says it.
//!
//! What is not here: who decides the table.

use forwarding::{DropReason, LegId, Router, RouterNotice, rtcp};
use model::{HearingId, LinePurpose, Medium, SlotCount, SlotUse, TrackKind};

use crate::scene::{
    Catch, INTERFRAME, KEYFRAME, KEYFRAME_REST, MID_EXT, Publisher, all_see_all, at, hearing,
    person, plan, screen, seat, source, track,
};

const MIC: TrackKind = TrackKind::Microphone;
const CAM: TrackKind = TrackKind::Camera;

#[test]
fn a_closed_grant_stops_everything_at_once() {
    let (mut router, mut out) = hearing(&[1, 2], 2);
    let (mut sound, mut picture) = (Publisher::new(1, MIC), Publisher::new(1, CAM));
    for ms in 0..10 {
        sound.send(&mut router, at(ms * 20), 960, b"s", &mut out);
        let start = if ms == 0 { KEYFRAME } else { INTERFRAME };
        picture.send(&mut router, at(ms * 20), 1_800, &start, &mut out);
    }
    assert_eq!(out.packets(2, seat(2, 0, Medium::Sound)).len(), 10);
    let last = out.packets(2, seat(2, 0, Medium::Sound))[9].sequence;
    let last_picture = out.packets(2, seat(2, 0, Medium::Picture))[9].sequence;
    out.clear();

    let mut muted = all_see_all(2, &[1, 2]);
    muted.publish.remove(&track(1, MIC));
    muted.publish.remove(&track(1, CAM));
    router.set_grants(at(200), muted.clone(), &mut out);
    assert!(out.notices.contains(&RouterNotice::TrackSilent { track: track(1, MIC) }));
    assert_eq!(out.slots(2), [vec![]]);
    for ms in 10..20 {
        sound.send(&mut router, at(ms * 20), 960, b"s", &mut out);
        picture.send(&mut router, at(ms * 20), 1_800, &KEYFRAME, &mut out);
    }
    let mut nack = rtcp::Compound::default();
    assert!(nack.nack(9, seat(2, 0, Medium::Sound), &[last]).is_empty());
    router.rtcp(at(401), LegId(2), nack.as_bytes(), &mut out);
    router.tick(at(402), &mut out);
    assert_eq!(out.rtp, [], "not even what was sent before is sent again");
    assert_eq!(router.figures().dropped(DropReason::NotGranted), 20);

    out.clear();
    router.set_grants(at(500), all_see_all(1, &[1, 2]), &mut out);
    sound.send(&mut router, at(500), 960, b"s", &mut out);
    assert_eq!(out.rtp, [], "an older table changes nothing");
    muted.epoch = 3;
    muted.publish = all_see_all(3, &[1, 2]).publish;
    router.set_grants(at(500), muted, &mut out);
    sound.send(&mut router, at(510), 960, b"s", &mut out);
    picture.send(&mut router, at(510), 1_800, &INTERFRAME, &mut out);
    assert_eq!(out.keyframe_requests(1, source(1, CAM)), 1, "asked with the first packet");
    picture.send(&mut router, at(520), 1_800, &KEYFRAME, &mut out);
    let sounds = out.packets(2, seat(2, 0, Medium::Sound));
    assert_eq!(sounds[0].sequence, last.wrapping_add(1), "no hole where the mute was");
    let pictures = out.packets(2, seat(2, 0, Medium::Picture));
    assert_eq!(pictures.len(), 1);
    assert_eq!(pictures[0].sequence, last_picture.wrapping_add(1));
}

#[test]
fn a_slot_changes_hands_without_a_seam() {
    let (mut router, mut out) = hearing(&[1, 2, 3], 1);
    let (mut one, mut two) = (Publisher::new(1, CAM), Publisher::new(2, CAM));
    two.sequence = 30_000;
    two.rtp_time = 4_000_000_000;
    let line = seat(3, 0, Medium::Picture);
    one.send(&mut router, at(0), 0, &KEYFRAME, &mut out);
    one.send(&mut router, at(20), 1_800, &INTERFRAME, &mut out);
    two.send(&mut router, at(20), 1_800, &KEYFRAME, &mut out);
    let before: Vec<(u16, u32)> =
        out.packets(3, line).iter().map(|packet| (packet.sequence, packet.rtp_time)).collect();
    assert_eq!(before.len(), 2);
    out.clear();

    let mut grants = all_see_all(2, &[1, 2, 3]);
    grants.receive.get_mut(&person(3)).unwrap().retain(|track| track.participant != person(1));
    router.set_grants(at(600), grants, &mut out);
    let purpose = |medium| LinePurpose::Seat { slot: 0, medium };
    assert_eq!(
        out.slots(3),
        [vec![
            SlotUse { purpose: purpose(Medium::Sound), track: track(2, MIC) },
            SlotUse { purpose: purpose(Medium::Picture), track: track(2, CAM) },
        ]]
    );
    assert_eq!(out.keyframe_requests(2, source(2, CAM)), 1, "asked with the switch");
    one.send(&mut router, at(620), 1_800, &KEYFRAME, &mut out);
    two.send(&mut router, at(620), 54_000, &INTERFRAME, &mut out);
    assert!(out.packets(3, line).is_empty(), "neither the old one nor half a picture");
    two.send(&mut router, at(720), 9_000, &KEYFRAME, &mut out);
    two.send(&mut router, at(740), 1_800, &INTERFRAME, &mut out);
    let after = out.packets(3, line);
    assert_eq!(after.len(), 2);
    assert_eq!(after[0].sequence, before[1].0.wrapping_add(1));
    assert_eq!(after[0].rtp_time.wrapping_sub(before[1].1), 700 * 90, "700 ms went by");
    assert_eq!(after[1].rtp_time.wrapping_sub(after[0].rtp_time), 1_800);
    assert_eq!(after[0].extension(MID_EXT), Some(&b"4"[..]));
}

#[test]
fn a_keyframe_that_comes_in_disorder_is_sent_whole() {
    let (mut router, mut out) = hearing(&[1, 2], 1);
    let mut picture = Publisher::new(1, CAM);
    let start = picture.packet(0, &KEYFRAME);
    let second = picture.packet(0, &KEYFRAME_REST);
    let next = picture.packet(3_000, &INTERFRAME);
    let mut interframe = Publisher { sequence: 65_499, ..picture.clone() };
    interframe.send(&mut router, at(0), 0, &INTERFRAME, &mut out);
    for packet in [&second, &next, &start] {
        router.rtp(at(5), LegId(1), packet, &mut out);
    }
    let line = out.packets(2, seat(2, 0, Medium::Picture));
    let payloads: Vec<&[u8]> = line.iter().map(|packet| packet.payload).collect();
    assert_eq!(payloads, [&KEYFRAME[..], &KEYFRAME_REST, &INTERFRAME]);
    for pair in line.windows(2) {
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
    }
}

#[test]
fn a_screen_has_a_slot_only_while_it_is_live() {
    let (mut router, mut out) = hearing(&[1, 2], 1);
    let mut grants = all_see_all(2, &[1, 2]);
    let shared = track(1, TrackKind::Screen);
    grants.publish.insert(shared);
    grants.receive.get_mut(&person(2)).unwrap().insert(shared);
    router.set_grants(at(0), grants, &mut out);
    assert!(out.slots(2).is_empty(), "granted, but nothing is shown yet");
    let mut publisher = Publisher::new(1, TrackKind::Screen);
    publisher.send(&mut router, at(10), 0, &KEYFRAME, &mut out);
    let used = SlotUse { purpose: LinePurpose::Screen { slot: 0 }, track: shared };
    assert!(out.slots(2)[0].contains(&used));
    assert_eq!(out.packets(2, screen(2, 0)).len(), 1, "the first packet is not lost");
    out.clear();
    router.tick(at(3_010), &mut out);
    assert!(out.notices.contains(&RouterNotice::TrackSilent { track: shared }));
    assert!(!out.slots(2)[0].contains(&used));
    publisher.send(&mut router, at(4_000), 0, &INTERFRAME, &mut out);
    assert_eq!(out.keyframe_requests(1, source(1, TrackKind::Screen)), 1);
    assert_eq!(out.packets(2, screen(2, 0)).len(), 0);
}

#[test]
fn a_page_with_too_few_slots_is_told_how_many_it_needs() {
    let mut router = Router::new(HearingId(1));
    let mut out = Catch::default();
    router.set_grants(at(0), all_see_all(1, &[1, 2, 3, 4]), &mut out);
    router.leg_up(at(0), LegId(4), plan(4, 4, 1, 1, 1), &mut out);
    let told = out.notices.last().unwrap();
    let RouterNotice::Slots { slots, wanted, .. } = told else { unreachable!("{told:?}") };
    assert_eq!(*wanted, SlotCount { seats: 3, screens: 0 });
    assert!(slots.iter().all(|used| used.track.participant == person(1)));
    out.clear();
    router.leg_up(at(10), LegId(4), plan(4, 4, 1, 3, 1), &mut out);
    let slots = out.slots(4);
    assert_eq!(slots[0].len(), 6);
    let seats: Vec<u32> = slots[0]
        .iter()
        .filter(|one| one.track.kind == MIC)
        .map(|one| one.track.participant.0)
        .collect();
    assert_eq!(seats, [1, 2, 3], "who was there stays");
}
