//! What is untouched, added, split, remarked and refused of a camera's packets.
//! What is not here: cameras; nothing opens a socket.

use proptest::prelude::*;

use super::*;

const SPS_UNIT: &[u8] = &[0x67, 0x42, 0xc0, 0x1f, 0xda];
const PPS_UNIT: &[u8] = &[0x68, 0xce, 0x3c, 0x80];

fn described() -> Pictures {
    let mut pictures = Pictures::default();
    pictures.keep(&Bytes::from_static(SPS_UNIT));
    pictures.keep(&Bytes::from_static(PPS_UNIT));
    pictures
}

fn take(pictures: &mut Pictures, payload: &[u8], timestamp: u32, marker: bool) -> Vec<Piece> {
    let mut out = Vec::new();
    pictures.take(Bytes::copy_from_slice(payload), timestamp, marker, &mut out).unwrap();
    out
}

fn payloads(pieces: &[Piece]) -> Vec<&[u8]> {
    pieces.iter().map(|piece| piece.payload.as_ref()).collect()
}

const SETS: &[u8] = &[0x78, 0, 5, 0x67, 0x42, 0xc0, 0x1f, 0xda, 0, 4, 0x68, 0xce, 0x3c, 0x80];

#[test]
fn a_keyframe_without_parameter_sets_gets_them_once() {
    let mut pictures = described();
    let first = take(&mut pictures, &[0x7c, 0x85, 1, 2], 10, false);
    assert_eq!(payloads(&first), [SETS, &[0x7c, 0x85, 1, 2]]);
    assert!(first.iter().all(|piece| !piece.marker));
    let rest = take(&mut pictures, &[0x7c, 0x45, 3], 10, true);
    assert_eq!(rest, [Piece { payload: Bytes::from_static(&[0x7c, 0x45, 3]), marker: true }]);
    let second_slice = take(&mut pictures, &[0x65, 1], 10, true);
    assert_eq!(payloads(&second_slice), [&[0x65, 1]]);
    let between = take(&mut pictures, &[0x41, 9], 20, true);
    assert_eq!(payloads(&between), [&[0x41, 9]]);
    let next = take(&mut pictures, &[0x65, 1], 30, true);
    assert_eq!(payloads(&next), [SETS, &[0x65, 1]]);
}

#[test]
fn parameter_sets_of_the_camera_pass_and_are_remembered() {
    let mut pictures = Pictures::default();
    let new_sps = [0x67, 0x42, 0xc0, 0x20];
    assert_eq!(payloads(&take(&mut pictures, &new_sps, 10, false)), [&new_sps]);
    assert_eq!(payloads(&take(&mut pictures, PPS_UNIT, 10, false)), [PPS_UNIT]);
    assert_eq!(payloads(&take(&mut pictures, &[0x65, 1], 10, true)), [&[0x65, 1]]);
    let later = take(&mut pictures, &[0x65, 1], 20, true);
    assert_eq!(later.len(), 2);
    assert!(later[0].payload.windows(4).any(|part| part == new_sps));
    let aggregate = take(&mut pictures, SETS, 30, false);
    assert_eq!(payloads(&aggregate), [SETS]);
    assert_eq!(payloads(&take(&mut pictures, &[0x65, 1], 30, true)), [&[0x65, 1]]);
}

#[test]
fn what_cannot_be_played_is_refused_and_rubbish_is_dropped() {
    let mut pictures = described();
    for kind in [25, 26, 27, 29] {
        let refused =
            pictures.take(Bytes::copy_from_slice(&[kind, 0, 0]), 0, true, &mut Vec::new());
        assert_eq!(refused, Err(CameraFault::Interleaved));
    }
    for rubbish in [&[][..], &[0], &[30, 1], &[0x78], &[0x78, 0, 9, 1], &[0x78, 0, 0], &[0x7c]] {
        assert_eq!(take(&mut pictures, rubbish, 0, true), []);
    }
}

#[test]
fn rare_keyframes_and_other_profiles_are_remarked_once() {
    let mut pictures = described();
    assert_eq!(pictures.remark(), None);
    let start = u32::MAX - 90_000;
    for (seconds, remark) in [(0, None), (4, None), (9, Some(Remark::RareKeyframes)), (20, None)] {
        take(&mut pictures, &[0x65, 1], start.wrapping_add(seconds * PICTURE_HZ), true);
        assert_eq!(pictures.remark(), remark, "{seconds}");
    }
    take(&mut pictures, &[0x67, 100, 0, 0x1f], 0, false);
    assert_eq!(pictures.remark(), Some(Remark::NotBaseline));
    take(&mut pictures, &[0x67, 100, 0, 0x1f], 0, false);
    assert_eq!(pictures.remark(), None);
}

/// Units as a receiver puts them together (RFC 6184 §5.6 to §5.8).
fn put_together(pieces: &[Piece]) -> Vec<Vec<u8>> {
    let mut done: Vec<Vec<u8>> = Vec::new();
    let mut open: Option<Vec<u8>> = None;
    for piece in pieces {
        let payload = &piece.payload;
        match payload[0] & 0x1f {
            STAP_A => done.extend(units(payload).unwrap().iter().map(|unit| unit.to_vec())),
            FU_A => {
                if payload[1] & START != 0 {
                    assert_eq!(open, None, "a unit begins inside another");
                    open = Some(vec![(payload[0] & 0xe0) | (payload[1] & 0x1f)]);
                }
                open.as_mut().expect("a unit begins with its start").extend(&payload[2..]);
                if payload[1] & END != 0 {
                    done.extend(open.take());
                }
            }
            _ => done.push(payload.to_vec()),
        }
    }
    assert_eq!(open, None, "a unit does not end");
    done
}

fn unit(sizes: core::ops::Range<usize>) -> impl Strategy<Value = Vec<u8>> {
    (prop::sample::select(vec![0x61_u8, 0x65, 0x06]), prop::collection::vec(any::<u8>(), sizes))
        .prop_map(|(head, mut data)| {
            data.insert(0, head);
            data
        })
}

proptest! {
    #[test]
    fn hostile_payloads_do_no_harm(
        packets in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..4000), any::<u32>(), any::<bool>()), 1..20),
    ) {
        let mut pictures = described();
        for (payload, timestamp, marker) in packets {
            let mut out = Vec::new();
            let taken = pictures.take(payload.clone().into(), timestamp, marker, &mut out);
            for piece in &out {
                prop_assert!(piece.payload.len() <= PAYLOAD_MAX && !piece.payload.is_empty());
            }
            prop_assert!(out.iter().filter(|piece| piece.marker).count() <= usize::from(marker));
            prop_assert!(taken.is_ok() || out.is_empty());
        }
    }

    #[test]
    fn large_units_come_together_again(unit in unit(0..9000), fragmented in 0_usize..5000) {
        // As one packet, or in two fragments of the camera's own.
        let mut packets = vec![unit.clone()];
        if fragmented > 0 && fragmented + 1 < unit.len() {
            let (indicator, kind) = ((unit[0] & 0xe0) | FU_A, unit[0] & 0x1f);
            let first = [&[indicator, START | kind], &unit[1..=fragmented]].concat();
            let second = [&[indicator, END | kind], &unit[fragmented + 1..]].concat();
            packets = vec![first, second];
        }
        let mut pictures = Pictures::default();
        let mut out = Vec::new();
        let last = packets.len() - 1;
        for (at, packet) in packets.into_iter().enumerate() {
            pictures.take(packet.into(), 7, at == last, &mut out).unwrap();
        }
        prop_assert_eq!(put_together(&out), vec![unit]);
        prop_assert!(out.iter().all(|piece| piece.payload.len() <= PAYLOAD_MAX));
        let marks: Vec<bool> = out.iter().map(|piece| piece.marker).collect();
        prop_assert_eq!(marks.iter().filter(|mark| **mark).count(), 1);
        prop_assert_eq!(marks.last(), Some(&true));
    }

    #[test]
    fn large_aggregates_come_apart(units in prop::collection::vec(unit(0..3000), 2..6)) {
        let mut aggregate = vec![0x78];
        for unit in &units {
            aggregate.extend(u16::try_from(unit.len()).unwrap().to_be_bytes());
            aggregate.extend(unit);
        }
        let out = take(&mut Pictures::default(), &aggregate, 1, true);
        prop_assert_eq!(put_together(&out), units);
        prop_assert!(out.iter().all(|piece| piece.payload.len() <= PAYLOAD_MAX));
    }
}
