//! Publishers that do what they should not: jumps, collisions, packets too large.
//!
//! What is not here: arbitrary bytes; those have `hostile.rs`.

use forwarding::{DropReason, LegId};
use model::{Medium, TrackKind};

use crate::scene::{INTERFRAME, KEYFRAME, MID_EXT, Publisher, VP8, at, hearing, seat, source};

const MIC: TrackKind = TrackKind::Microphone;
const CAM: TrackKind = TrackKind::Camera;

#[test]
fn jumps_of_number_and_time_leave_no_seam() {
    let (mut router, mut out) = hearing(&[1, 2], 1);
    let mut voice = Publisher::new(1, MIC);
    for step in 0..200_u64 {
        match step {
            50 => voice.sequence = voice.sequence.wrapping_add(20_000),
            100 => voice.rtp_time = voice.rtp_time.wrapping_add(2_000_000_000),
            150 => voice.rtp_time = voice.rtp_time.wrapping_sub(48_000 * 60),
            _ => {}
        }
        voice.send(&mut router, at(step * 20), 960, b"s", &mut out);
    }
    let heard = out.packets(2, seat(2, 0, Medium::Sound));
    assert_eq!(heard.len(), 200);
    for pair in heard.windows(2) {
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
        assert_eq!(pair[1].rtp_time.wrapping_sub(pair[0].rtp_time), 960);
    }
}

#[test]
fn one_that_jumps_with_every_packet_starts_anew_ten_times_a_second_at_most() {
    let (mut router, mut out) = hearing(&[1, 2], 1);
    let mut picture = Publisher::new(1, CAM);
    for ms in 0..1_000_u64 {
        picture.rtp_time = picture.rtp_time.wrapping_mul(7).wrapping_add(1_000_000_007);
        picture.sequence = picture.sequence.wrapping_add(9_000);
        picture.send(&mut router, at(ms), 0, &KEYFRAME, &mut out);
    }
    assert!(out.packets(2, seat(2, 0, Medium::Picture)).len() <= 11);
    let figures = router.figures();
    let refused = figures.dropped(DropReason::Replaced) + figures.dropped(DropReason::TooOld);
    assert!(refused >= 900, "{refused}");
}

#[test]
fn an_ssrc_used_twice_hurts_its_owner_alone() {
    let (mut router, mut out) = hearing(&[1, 2, 3], 2);
    let mut voice = Publisher::new(1, MIC);
    let mut other = Publisher { leg: 2, ssrc: voice.ssrc, ..Publisher::new(2, MIC) };
    // The picture of 1 uses the SSRC of its own sound, and says that it is the picture.
    let mut picture = Publisher { payload_type: VP8, ..voice.clone() };
    for step in 0..50 {
        let now = at(step * 20);
        voice.send(&mut router, now, 960, b"s", &mut out);
        other.send(&mut router, now, 960, b"o", &mut out);
        let mut bytes = picture.packet(1_800, &KEYFRAME);
        bytes[0] |= 0x10;
        bytes.splice(12..12, [0xbe, 0xde, 0, 1, MID_EXT << 4, b'1', 0, 0]);
        router.rtp(now, LegId(1), &bytes, &mut out);
    }
    let heard = out.packets(3, seat(3, 1, Medium::Sound));
    assert_eq!(heard.len(), 50, "the other person is heard all the while");
    assert!(heard.iter().all(|packet| packet.payload == b"o"));
    for (line, payload) in [(Medium::Sound, &b"s"[..]), (Medium::Picture, &KEYFRAME[..])] {
        let packets = out.packets(3, seat(3, 0, line));
        assert!(packets.iter().all(|packet| packet.payload == payload), "nothing is mixed up");
    }
}

#[test]
fn packets_over_the_mtu_go_as_they_came() {
    let (mut router, mut out) = hearing(&[1, 2], 1);
    let mut picture = Publisher::new(1, CAM);
    for (step, bytes) in [1_200, 1_472, 9_000, 65_000].into_iter().enumerate() {
        let mut payload = if step == 0 { KEYFRAME } else { INTERFRAME }.to_vec();
        payload.resize(bytes, 1);
        picture.send(&mut router, at(step as u64 * 40), 3_600, &payload, &mut out);
    }
    let sizes: Vec<usize> = out
        .packets(2, seat(2, 0, Medium::Picture))
        .iter()
        .map(|packet| packet.payload.len())
        .collect();
    assert_eq!(sizes, [1_200, 1_472, 9_000, 65_000]);
    assert_ne!(source(1, CAM), source(1, MIC));
}
