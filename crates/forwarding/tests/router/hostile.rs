//! Whatever bytes come in, at whatever time and in whatever order of calls: no panic, no packet
//! that is not granted, no number twice.
//!
//! What is not here: the fuzz targets, which look for longer.

use std::collections::BTreeMap;

use forwarding::packet::Packet;
use forwarding::{LegId, Router};
use model::{HearingId, TrackKind};
use proptest::prelude::*;

use crate::scene::{Catch, OPUS, VP8, all_see_all, at, plan, seat, source};

#[derive(Clone, Debug)]
enum Call {
    Rtp { leg: u32, bytes: Vec<u8> },
    Media { leg: u32, camera: bool, sequence: u16, time: u32, payload: Vec<u8> },
    Rtcp { leg: u32, bytes: Vec<u8> },
    Feedback { leg: u32, kind: u8, format: u8, line: u8, body: Vec<u8> },
    Up { leg: u32, who: u32, connection: u32, seats: u8 },
    Down { leg: u32 },
    Grants { epoch: u64, people: Vec<u32> },
    Tick { after_ms: u32 },
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..64)
}

fn call() -> impl Strategy<Value = Call> {
    prop_oneof![
        2 => (0_u32..5, bytes()).prop_map(|(leg, bytes)| Call::Rtp { leg, bytes }),
        12 => (0_u32..5, any::<bool>(), prop_oneof![0_u16..40, any::<u16>()], any::<u32>(), bytes())
            .prop_map(|(leg, camera, sequence, time, payload)| {
                Call::Media { leg, camera, sequence, time, payload }
            }),
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

fn media(leg: u32, camera: bool, sequence: u16, time: u32, payload: &[u8]) -> Vec<u8> {
    let kind = if camera { TrackKind::Camera } else { TrackKind::Microphone };
    let mut bytes = vec![0x80, if camera { VP8 } else { OPUS }];
    bytes.extend_from_slice(&sequence.to_be_bytes());
    bytes.extend_from_slice(&time.to_be_bytes());
    bytes.extend_from_slice(&source(leg, kind).to_be_bytes());
    bytes.extend_from_slice(payload);
    bytes
}

fn feedback(leg: u32, kind: u8, format: u8, line: u8, body: &[u8]) -> Vec<u8> {
    let target = if kind == 200 || kind == 203 {
        source(leg, TrackKind::Microphone)
    } else {
        seat(leg, line / 2, model::Medium::Sound) + u32::from(line % 2)
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
        router.leg_up(at(0), LegId(leg), plan(leg, leg, 1, 2, 1), &mut out);
    }
    for one in calls {
        ms += 7;
        match one {
            Call::Rtp { leg, bytes } => router.rtp(at(ms), LegId(leg), &bytes, &mut out),
            Call::Media { leg, camera, sequence, time, payload } => {
                let bytes = media(leg, camera, sequence, time, &payload);
                router.rtp(at(ms), LegId(leg), &bytes, &mut out);
            }
            Call::Rtcp { leg, bytes } => router.rtcp(at(ms), LegId(leg), &bytes, &mut out),
            Call::Feedback { leg, kind, format, line, body } => {
                let bytes = feedback(leg, kind, format, line, &body);
                router.rtcp(at(ms), LegId(leg), &bytes, &mut out);
            }
            Call::Up { leg, who, connection, seats } => {
                let plan = plan(who, leg, connection, seats, 1);
                router.leg_up(at(ms), LegId(leg), plan, &mut out);
            }
            Call::Down { leg } => router.leg_down(at(ms), LegId(leg), &mut out),
            Call::Grants { epoch, people } => {
                router.set_grants(at(ms), all_see_all(epoch, &people), &mut out);
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
