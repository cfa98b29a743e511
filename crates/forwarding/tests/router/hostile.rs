//! Whatever bytes come in, at whatever time and in whatever order of calls: no panic, no packet
//! that is not granted, no number twice.
//!
//! What is not here: the fuzz targets, which look for longer.

use std::collections::BTreeMap;

use forwarding::packet::Packet;
use forwarding::{LegId, LegPlan, Mid, RepairLine, Router};
use model::{HearingId, LinePurpose, Medium, Tile, TrackKind};
use proptest::prelude::*;

use crate::scene::{Catch, MID_EXT, OPUS, VP8, all_see_all, at, person, plan, seat, source};

const RED: u8 = 63;
const RTX: u8 = 97;
const RID_EXT: u8 = 10;
const REPAIRED_EXT: u8 = 11;

#[derive(Clone, Debug)]
enum Call {
    Rtp { leg: u32, bytes: Vec<u8> },
    Media { leg: u32, source: u8, sequence: u16, time: u32, payload: Vec<u8> },
    Rtcp { leg: u32, bytes: Vec<u8> },
    Feedback { leg: u32, kind: u8, format: u8, line: u8, body: Vec<u8> },
    Up { leg: u32, who: u32, connection: u32, seats: u8 },
    Down { leg: u32 },
    Grants { epoch: u64, people: Vec<u32> },
    Tick { after_ms: u32 },
    Tiles { who: u32, tiles: Vec<(u8, u16)> },
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..64)
}

fn call() -> impl Strategy<Value = Call> {
    prop_oneof![
        2 => (0_u32..5, bytes()).prop_map(|(leg, bytes)| Call::Rtp { leg, bytes }),
        12 => (0_u32..5, 0_u8..10, prop_oneof![0_u16..40, any::<u16>()], time(), bytes())
            .prop_map(|(leg, source, sequence, time, payload)| {
                Call::Media { leg, source, sequence, time, payload }
            }),
        2 => (0_u32..4, proptest::collection::vec((0_u8..3, any::<u16>()), 0..3))
            .prop_map(|(who, tiles)| Call::Tiles { who, tiles }),
        1 => (0_u32..5, bytes()).prop_map(|(leg, bytes)| Call::Rtcp { leg, bytes }),
        4 => (0_u32..5, 200_u8..208, 0_u8..32, 0_u8..6, bytes()).prop_map(
            |(leg, kind, format, line, body)| Call::Feedback { leg, kind, format, line, body }
        ),
        1 => (0_u32..5, 0_u32..4, 0_u32..3, 0_u8..4)
            .prop_map(|(leg, who, connection, seats)| Call::Up { leg, who, connection, seats }),
        1 => (0_u32..5).prop_map(|leg| Call::Down { leg }),
        1 => (any::<u64>(), proptest::collection::vec(0_u32..4, 0..4))
            .prop_map(|(epoch, people)| Call::Grants { epoch: epoch % 8, people }),
        4 => (0_u32..4_000).prop_map(|after_ms| Call::Tick { after_ms }),
    ]
}

fn time() -> impl Strategy<Value = u32> {
    prop_oneof![4 => 0_u32..90_000, 1 => any::<u32>()]
}

/// Sources of a leg: sound plain and redundant, three layers, their repairs, and some that change
/// their mind about what they are.
fn media(leg: u32, which: u8, sequence: u16, time: u32, payload: &[u8]) -> Vec<u8> {
    let (camera, sound) = (source(leg, TrackKind::Camera), source(leg, TrackKind::Microphone));
    let layer = u32::from(which % 3);
    let (payload_type, ssrc, rid) = match which {
        0 => (OPUS, sound, None),
        1 => (RED, sound, None),
        2..5 => (VP8, camera + 0x100 + layer, Some((RID_EXT, layer))),
        5..8 => (RTX, camera + 0x200 + layer, Some((REPAIRED_EXT, layer))),
        8 => (VP8, camera + 0x100, Some((RID_EXT, u32::from(sequence) % 3))),
        _ => (VP8, sound, Some((RID_EXT, 0))),
    };
    let mut bytes = vec![0x80, payload_type];
    bytes.extend_from_slice(&sequence.to_be_bytes());
    bytes.extend_from_slice(&time.to_be_bytes());
    bytes.extend_from_slice(&ssrc.to_be_bytes());
    if let Some((id, layer)) = rid {
        bytes[0] |= 0x10;
        let rid = b"lmh"[layer as usize];
        bytes.extend_from_slice(&[0xbe, 0xde, 0, 1, id << 4, rid, MID_EXT << 4, b'1']);
    }
    bytes.extend_from_slice(payload);
    bytes
}

/// As [`plan`], with everything that can be negotiated.
fn full(who: u32, leg: u32, connection: u32, seats: u8) -> LegPlan {
    let mut plan = plan(who, leg, connection, seats, 1);
    plan.receive[0].red = Some(RED);
    let camera = &mut plan.receive[1];
    camera.ssrcs.clear();
    camera.repairs = vec![(RTX, VP8)];
    camera.rids = [b"l", b"m", b"h"].map(|rid| Mid::new(rid).unwrap()).to_vec();
    camera.extensions.rid = Some(RID_EXT);
    camera.extensions.repaired_rid = Some(REPAIRED_EXT);
    for (number, line) in (0..).zip(&mut plan.send) {
        match line.purpose {
            LinePurpose::Seat { medium: Medium::Sound, .. } => line.red = Some(RED),
            LinePurpose::Seat { slot: 0, .. } => {}
            _ => {
                let ssrc = line.ssrc + 0x0100_0000 + number;
                line.repair = Some(RepairLine { ssrc, payloads: vec![(VP8, RTX)] });
            }
        }
    }
    if leg == 2 {
        for (line, medium) in plan.send.iter_mut().zip([Medium::Sound, Medium::Picture]) {
            line.purpose = LinePurpose::Stage { medium };
        }
    }
    plan
}

fn feedback(leg: u32, kind: u8, format: u8, line: u8, body: &[u8]) -> Vec<u8> {
    let target = if kind == 200 || kind == 203 {
        source(leg, TrackKind::Microphone)
    } else {
        seat(leg, line / 2, Medium::Sound) + u32::from(line % 2)
    };
    let words = u16::try_from(body.len() / 4 + 2).unwrap();
    let mut bytes = vec![0x80 | format, kind];
    bytes.extend_from_slice(&words.to_be_bytes());
    bytes.extend_from_slice(&target.to_be_bytes());
    bytes.extend_from_slice(&target.to_be_bytes());
    bytes.extend_from_slice(&body[..body.len() / 4 * 4]);
    bytes
}

fn run(calls: Vec<Call>) -> Catch {
    let mut router = Router::new(HearingId(1));
    let mut out = Catch::default();
    let mut ms = 0;
    router.set_grants(at(0), all_see_all(1, &[0, 1, 2]), &mut out);
    for leg in 0..3 {
        router.leg_up(at(0), LegId(leg), full(leg, leg, 1, 2), &mut out);
    }
    for one in calls {
        ms += 7;
        match one {
            Call::Rtp { leg, bytes } => router.rtp(at(ms), LegId(leg), &bytes, &mut out),
            Call::Media { leg, source, sequence, time, payload } => {
                let bytes = media(leg, source, sequence, time, &payload);
                router.rtp(at(ms), LegId(leg), &bytes, &mut out);
            }
            Call::Rtcp { leg, bytes } => router.rtcp(at(ms), LegId(leg), &bytes, &mut out),
            Call::Feedback { leg, kind, format, line, body } => {
                let bytes = feedback(leg, kind, format, line, &body);
                router.rtcp(at(ms), LegId(leg), &bytes, &mut out);
            }
            Call::Up { leg, who, connection, seats } => {
                let plan = full(who, leg, connection, seats);
                router.leg_up(at(ms), LegId(leg), plan, &mut out);
            }
            Call::Down { leg } => router.leg_down(at(ms), LegId(leg), &mut out),
            Call::Grants { epoch, people } => {
                router.set_grants(at(ms), all_see_all(epoch, &people), &mut out);
            }
            Call::Tiles { who, tiles } => {
                let tiles: Vec<Tile> = tiles
                    .iter()
                    .map(|(slot, side)| Tile {
                        purpose: LinePurpose::Seat { slot: *slot, medium: Medium::Picture },
                        width: *side,
                        height: side / 2,
                    })
                    .collect();
                router.set_tiles(at(ms), person(who), &tiles, &mut out);
            }
            Call::Tick { after_ms } => {
                ms += u64::from(after_ms);
                router.tick(at(ms), &mut out);
                assert!(router.wake_at() > at(ms).instant);
            }
        }
    }
    out
}

proptest! {
    #[test]
    fn any_calls_are_survived(calls in proptest::collection::vec(call(), 0..300)) {
        let legs_return = calls.iter().any(|one| matches!(one, Call::Down { .. } | Call::Up { .. }));
        let out = run(calls);
        let mut sent: BTreeMap<(LegId, u32, u16), &[u8]> = BTreeMap::new();
        for (leg, bytes) in &out.rtp {
            let packet = Packet::read(bytes);
            prop_assert!(packet.is_some());
            let packet = packet.unwrap();
            // A leg that comes again under the same number is another connection with other keys.
            if !legs_return {
                let before = sent.insert((*leg, packet.ssrc, packet.sequence), bytes);
                prop_assert!(before.is_none_or(|before| before == bytes));
            }
        }
        for (_, compound) in &out.rtcp {
            prop_assert!(forwarding::rtcp::read(compound, |_| ()));
        }
    }
}
