//! Many to many: everybody gets exactly what is granted, on the right line, in a row.
//!
//! What is not here: loss.

use std::collections::BTreeMap;

use forwarding::packet::Packet;
use forwarding::{LegId, Router};
use model::{Grants, HearingId, LinePurpose, Medium, TrackId, TrackKind};

use crate::scene::{
    Catch, Dice, INTERFRAME, KEYFRAME, Publisher, all_see_all, at, person, plan, seat, track,
};

const PEOPLE: u32 = 20;
const ROUNDS: u32 = 60;

/// A table in which everybody receives some sixteen tracks' worth of people, picked by dice.
fn picked(dice: &mut Dice) -> Grants {
    let people: Vec<u32> = (1..=PEOPLE).collect();
    let mut grants = all_see_all(1, &people);
    for tracks in grants.receive.values_mut() {
        tracks.retain(|_| dice.roll(10) < 7);
        let who: std::collections::BTreeSet<_> =
            tracks.iter().map(|track| track.participant).collect();
        let kept: Vec<_> = who.into_iter().take(16).collect();
        tracks.retain(|track| kept.contains(&track.participant));
    }
    grants
}

fn payload(start: [u8; 2], id: TrackId, number: u32) -> Vec<u8> {
    let kind = u8::try_from(id.kind as u32).unwrap();
    let who = u8::try_from(id.participant.0).unwrap();
    [&start[..], &[who, kind], &number.to_be_bytes()].concat()
}

#[test]
fn twenty_by_twenty_get_each_granted_packet_once() {
    let mut dice = Dice(7);
    let grants = picked(&mut dice);
    let mut router = Router::new(HearingId(1));
    let mut out = Catch::default();
    router.set_grants(at(0), grants.clone(), &mut out);
    for who in 1..=PEOPLE {
        router.leg_up(at(0), LegId(who), plan(who, who, 1, 16, 2), &mut out);
    }
    let mut lines: BTreeMap<(u32, TrackId), u32> = BTreeMap::new();
    for who in 1..=PEOPLE {
        let told = out.slots(who);
        for used in told.last().unwrap() {
            let LinePurpose::Seat { slot, medium } = used.purpose else { unreachable!() };
            assert_eq!(used.track.kind.is_sound(), medium == Medium::Sound);
            lines.insert((who, used.track), seat(who, slot, medium));
        }
    }
    let mut publishers: Vec<(TrackId, Publisher)> = (1..=PEOPLE)
        .flat_map(|who| [TrackKind::Microphone, TrackKind::Camera].map(|kind| (who, kind)))
        .map(|(who, kind)| (track(who, kind), Publisher::new(who, kind)))
        .collect();
    for number in 0..ROUNDS {
        for (id, publisher) in &mut publishers {
            let start = if number % 30 == 0 { KEYFRAME } else { INTERFRAME };
            let bytes = payload(start, *id, number);
            publisher.send(&mut router, at(u64::from(number) * 20), 960, &bytes, &mut out);
        }
    }
    let mut got: BTreeMap<(u32, u32), Vec<Packet<'_>>> = BTreeMap::new();
    for (leg, bytes) in &out.rtp {
        let packet = Packet::read(bytes).unwrap();
        got.entry((leg.0, packet.ssrc)).or_default().push(packet);
    }
    let mut expected_lines = 0;
    for who in 1..=PEOPLE {
        for (id, _) in &publishers {
            let line = lines.get(&(who, *id));
            assert_eq!(line.is_some(), grants.reaches(*id, person(who)), "{id} at {who}");
            let Some(line) = line else { continue };
            expected_lines += 1;
            let packets = &got[&(who, *line)];
            assert_eq!(packets.len(), usize::try_from(ROUNDS).unwrap());
            for (number, packet) in (0..).zip(packets) {
                let start = if number % 30 == 0 { KEYFRAME } else { INTERFRAME };
                assert_eq!(packet.payload, payload(start, *id, number));
                let first = packets[0];
                let by = u16::try_from(number).unwrap();
                assert_eq!(packet.sequence, first.sequence.wrapping_add(by));
                assert_eq!(packet.rtp_time, first.rtp_time.wrapping_add(number * 960));
            }
        }
    }
    assert_eq!(got.len(), expected_lines, "nothing on any other line");
    assert!(expected_lines > 300, "the table is not empty: {expected_lines}");
    assert_eq!(router.figures().packets_out, u64::try_from(out.rtp.len()).unwrap());
}
