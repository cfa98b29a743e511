//! Tests of the depacketisers: whole runs, holes, and payloads made to break them.

use super::*;

fn packet(rtp_time: u64, marker: bool, payload: &[u8]) -> Packet {
    Packet { arrived: Instant(0), rtp_time, marker, payload: payload.to_vec() }
}

fn frames(out: &[Depacketized]) -> Vec<(u64, bool, Vec<u8>)> {
    out.iter()
        .filter_map(|item| match item {
            Depacketized::Frame(frame) => {
                Some((frame.rtp_time, frame.keyframe, frame.bytes.clone()))
            }
            Depacketized::Missing { .. } => None,
        })
        .collect()
}

const KEY: [u8; 11] = [0x10, 0x10, 0, 0, 0x9D, 0x01, 0x2A, 0x80, 0x02, 0x68, 0x01];

#[test]
fn pictures_before_the_first_keyframe_are_withheld() {
    let mut depacketizer = Depacketizer::new(Codec::Vp8);
    let mut out = Vec::new();
    depacketizer.push(packet(1, true, &[0x10, 0x11]), &mut out);
    depacketizer.push(packet(2, true, &KEY), &mut out);
    depacketizer.push(packet(3, true, &[0x10, 0x11]), &mut out);
    assert_eq!(
        frames(&out),
        [(2, true, KEY[1..].to_vec()), (3, false, vec![0x11])],
        "the first one cannot be decoded"
    );
    assert_eq!(
        out[0],
        Depacketized::Missing { cause: LossCause::Keyframe, packets: 1, at: Instant(0) }
    );
}

#[test]
fn a_hole_costs_everything_up_to_the_next_keyframe() {
    let mut depacketizer = Depacketizer::new(Codec::Vp8);
    let mut out = Vec::new();
    depacketizer.push(packet(1, true, &KEY), &mut out);
    depacketizer.push(packet(2, false, &[0x10, 0x11]), &mut out);
    depacketizer.hole(LossCause::Network, 1, Instant(0), &mut out);
    depacketizer.push(packet(2, true, &[0x00, 0x22]), &mut out);
    depacketizer.push(packet(3, true, &[0x10, 0x11]), &mut out);
    depacketizer.push(packet(4, true, &KEY), &mut out);
    let times: Vec<u64> = frames(&out).into_iter().map(|(time, _, _)| time).collect();
    assert_eq!(times, [1, 4]);
}

#[test]
fn a_missing_marker_does_not_join_frames() {
    let mut depacketizer = Depacketizer::new(Codec::Vp8);
    let mut out = Vec::new();
    depacketizer.push(packet(1, false, &KEY), &mut out);
    depacketizer.push(packet(2, true, &[0x10, 0x11]), &mut out);
    assert_eq!(frames(&out).len(), 2);
}

#[test]
fn h264_fragments_and_aggregates_become_prefixed_units() {
    let sps = [
        0x67, 0x42, 0xC0, 0x1E, 0xD9, 0x00, 0xA0, 0x2F, 0xF9, 0x70, 0x11, 0x00, 0x00, 0x03, 0x00,
        0x01, 0x00, 0x00, 0x03, 0x00, 0x32, 0x0F, 0x16, 0x2E, 0x48,
    ];
    let pps = [0x68, 0xCB, 0x83, 0xCB, 0x20];
    let mut stap = vec![0x78, 0, 25];
    stap.extend(sps);
    stap.extend([0, 5]);
    stap.extend(pps);
    let mut depacketizer = Depacketizer::new(Codec::H264);
    let mut out = Vec::new();
    depacketizer.push(packet(1, false, &stap), &mut out);
    depacketizer.push(packet(1, false, &[0x7C, 0x85, 0x88, 1]), &mut out);
    depacketizer.push(packet(1, true, &[0x7C, 0x45, 2, 3]), &mut out);
    depacketizer.push(packet(2, true, &[0x61, 0x9A, 7]), &mut out);

    let [Depacketized::Frame(key), Depacketized::Frame(next)] = out.as_slice() else {
        panic!("two frames: {out:?}");
    };
    assert!(key.keyframe);
    assert_eq!(key.bytes[..4], [0, 0, 0, 25]);
    assert_eq!(key.bytes[key.bytes.len() - 9..], [0, 0, 0, 5, 0x65, 0x88, 1, 2, 3]);
    let picture = key.picture.as_ref().expect("keyframes say their size");
    assert_eq!((picture.width, picture.height), (640, 360));
    assert_eq!(picture.private[..8], [1, 0x42, 0xC0, 0x1E, 0xFF, 0xE1, 0, 25]);
    assert_eq!(next.bytes, [0, 0, 0, 3, 0x61, 0x9A, 7]);
}

#[test]
fn h264_traps_are_malformed_and_leave_nothing_behind() {
    let cases: [&[&[u8]]; 8] = [
        &[&[0x78, 0, 1, 0x67, 9]],                // a STAP-A with a trailing byte
        &[&[0x78]],                               // an empty one
        &[&[0x78, 0, 0]],                         // a unit of no bytes
        &[&[0x7C, 0x05, 1]],                      // a fragment that never began
        &[&[0x7C, 0x85, 0x80]],                   // one that never ends
        &[&[0x7C, 0x85, 0x80], &[0x7C, 0x85, 1]], // one that begins twice
        &[&[0x7C, 0x85, 0x80], &[0x61, 0x80]],    // one that is broken off
        &[&[0x7D, 1, 2]],                         // FU-B is not negotiated
    ];
    for payloads in cases {
        let run: Vec<Packet> = payloads.iter().map(|p| packet(1, false, p)).collect();
        assert_eq!(h264::frame(&run), Err(Malformed), "{payloads:02x?}");
    }
}

#[test]
fn frames_are_bounded() {
    let mut depacketizer = Depacketizer::new(Codec::Vp8);
    let mut out = Vec::new();
    depacketizer.push(packet(1, false, &KEY), &mut out);
    let more = vec![0; 60_000];
    for _ in 0..FRAME_BYTES_MAX / more.len() + 1 {
        depacketizer.push(packet(1, false, &more), &mut out);
    }
    depacketizer.push(packet(1, true, &more), &mut out);
    assert_eq!(
        out,
        [Depacketized::Missing { cause: LossCause::Malformed, packets: 0, at: Instant(0) }]
    );
    depacketizer.push(packet(2, true, &KEY), &mut out);
    assert_eq!(frames(&out).len(), 1);
}

proptest::proptest! {
    /// Any packets in any order: nothing breaks, pictures begin with a keyframe, and a loss is
    /// always named before frames are withheld.
    #[test]
    fn nothing_breaks_a_depacketiser(
        codec in 0..5_usize,
        packets in proptest::collection::vec(
            (0..6_u64, proptest::bool::ANY, 0..8_u8, proptest::collection::vec(0..=255_u8, 0..40)),
            0..60,
        ),
    ) {
        let codec = [Codec::Opus, Codec::Vp8, Codec::H264, Codec::Vp9, Codec::Av1][codec];
        let firsts = [0x10, 0x90, 0x00, 0x78, 0x7C, 0x65, 0x67, 0x61];
        let mut depacketizer = Depacketizer::new(codec);
        let mut out = Vec::new();
        for (rtp_time, marker, first, mut payload) in packets {
            if let Some(byte) = payload.first_mut() {
                *byte = firsts[usize::from(first)];
            }
            if first == 0 && marker {
                depacketizer.hole(LossCause::Network, 1, Instant(0), &mut out);
            }
            depacketizer.push(packet(rtp_time, marker, &payload), &mut out);
        }
        let mut decodable = codec.is_sound();
        for item in out {
            match item {
                Depacketized::Frame(frame) => {
                    decodable |= frame.keyframe;
                    proptest::prop_assert!(decodable && !frame.bytes.is_empty());
                }
                Depacketized::Missing { .. } => decodable = codec.is_sound(),
            }
        }
    }
}
