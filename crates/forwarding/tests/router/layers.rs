//! Pictures in several layers: which goes to whom, and changes among them without a seam.
//!
//! What is not here: thin lines; those have `thin.rs`.

use forwarding::packet::Packet;
use forwarding::rtcp::{Compound, SenderReport};
use forwarding::{LegId, Router, RouterNotice};
use model::letters::TapeItem;
use model::{LinePurpose, Medium, PictureReason, PictureUse, TrackKind};

use crate::layered::{Camera, SIZES, layered, tile};
use crate::scene::{Catch, all_see_all, at, hearing, person, seat, track};

const CAM: TrackKind = TrackKind::Camera;
const LINE: LinePurpose = LinePurpose::Seat { slot: 0, medium: Medium::Picture };

fn scene() -> (Router, Catch, Camera) {
    let (mut router, mut out) = hearing(&[1, 2], 1);
    router.leg_up(at(0), LegId(1), layered(1), &mut out);
    out.clear();
    (router, out, Camera::new(1))
}

fn pictures(out: &Catch, who: u32) -> Vec<PictureUse> {
    out.notices
        .iter()
        .filter_map(|notice| match notice {
            RouterNotice::Pictures { participant, pictures } if *participant == person(who) => {
                pictures.first().copied()
            }
            _ => None,
        })
        .collect()
}

/// What a decoder of the line sees: every picture follows the one before, in all its numbers.
fn assert_seamless(out: &Catch, leg: u32, ssrc: u32) -> Vec<u8> {
    let packets: Vec<Packet<'_>> = out.packets(leg, ssrc);
    let mut layers = Vec::new();
    for pair in packets.windows(2) {
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
        let (before, after) = (Camera::number(pair[0].payload), Camera::number(pair[1].payload));
        let same = pair[0].rtp_time == pair[1].rtp_time;
        assert_eq!(after, (before + u16::from(!same)) & 0x7fff, "picture numbers run on");
        let step = pair[1].rtp_time.wrapping_sub(pair[0].rtp_time).cast_signed();
        assert!((0..90_000).contains(&step), "time runs on: {step}");
        assert!(same || pair[0].marker, "no picture is cut off");
    }
    for packet in &packets {
        let layer = Camera::layer(packet.payload);
        if layers.last() != Some(&layer) {
            layers.push(layer);
        }
    }
    layers
}

#[test]
fn a_larger_tile_gets_a_better_layer_without_a_hole_in_frames() {
    let (mut router, mut out, mut camera) = scene();
    router.set_tiles(at(0), person(2), &[tile(LINE, 300, 160)], &mut out);
    for frame in 0..300_u64 {
        let now = at(frame * 40);
        match frame {
            100 => router.set_tiles(now, person(2), &[tile(LINE, 1_280, 720)], &mut out),
            200 => router.set_tiles(now, person(2), &[tile(LINE, 600, 320)], &mut out),
            _ => {}
        }
        camera.obey(&mut out);
        camera.frame(&mut router, now, &mut out);
        router.tick(now, &mut out);
    }
    let line = seat(2, 0, Medium::Picture);
    assert_eq!(assert_seamless(&out, 2, line), [0, 2, 1]);
    let frames: std::collections::BTreeSet<u32> =
        out.packets(2, line).iter().map(|packet| packet.rtp_time).collect();
    assert!(frames.len() >= 298, "nothing stands still: {} of 300", frames.len());
    assert_eq!(router.figures().layer_switches, 2);
    let told = pictures(&out, 2);
    let last = PictureUse { purpose: LINE, layer: Some(1), reason: PictureReason::Size };
    assert_eq!(told.last(), Some(&last));
    assert!(told.contains(&PictureUse { reason: PictureReason::Best, layer: Some(2), ..last }));
    assert!(told.len() <= 8, "{told:?}");
}

#[test]
fn the_line_goes_on_when_its_layer_dies_and_comes_back() {
    let (mut router, mut out, mut camera) = scene();
    for frame in 0..300_u64 {
        camera.sends[2] = !(100..200).contains(&frame);
        camera.obey(&mut out);
        camera.frame(&mut router, at(frame * 40), &mut out);
        router.tick(at(frame * 40), &mut out);
    }
    let line = seat(2, 0, Medium::Picture);
    assert_eq!(assert_seamless(&out, 2, line), [0, 1, 2, 1, 2]);
    let times: Vec<u32> = out.packets(2, line).iter().map(|packet| packet.rtp_time).collect();
    let gap = times.windows(2).map(|pair| pair[1].wrapping_sub(pair[0])).max().unwrap();
    assert!(gap < 90 * 1_000, "at most a second stands still: {} ms", gap / 90);
}

#[test]
fn what_is_captured_together_is_labelled_alike_over_a_switch() {
    let (mut router, mut out, mut camera) = scene();
    router.set_tiles(at(0), person(2), &[tile(LINE, 300, 160)], &mut out);
    for frame in 0..200_u64 {
        let now = at(frame * 40);
        if frame == 10 {
            for layer in 0..3 {
                let mut report = Compound::default();
                report.sender_report(SenderReport {
                    ssrc: camera.layers[layer].ssrc,
                    ntp: (1_000 << 32) + ((frame * 40) << 32) / 1_000,
                    rtp_time: camera.layers[layer].rtp_time,
                    packets: 1,
                    octets: 1,
                });
                router.rtcp(now, LegId(1), report.as_bytes(), &mut out);
            }
        }
        if frame == 100 {
            router.set_tiles(now, person(2), &[tile(LINE, 1_280, 720)], &mut out);
        }
        // The better layer takes 30 ms longer on its way.
        camera.obey(&mut out);
        camera.capture();
        for layer in 0..3 {
            camera.transmit(layer, &mut router, at(frame * 40 + layer as u64 * 15), &mut out);
        }
        router.tick(now, &mut out);
    }
    let packets = out.packets(2, seat(2, 0, Medium::Picture));
    let first = packets[0];
    for packet in packets {
        let captured = Camera::frame_of(packet.payload) - Camera::frame_of(first.payload);
        let label = packet.rtp_time.wrapping_sub(first.rtp_time);
        let apart = label.cast_signed() - (captured * 3_600).cast_signed();
        assert!(apart.abs() <= 1, "frame {captured} is labelled {apart} ticks off");
    }
    assert_eq!(router.figures().layer_switches, 1);
}

#[test]
fn a_hidden_picture_costs_nothing_and_comes_back_whole() {
    let (mut router, mut out, mut camera) = scene();
    let line = seat(2, 0, Medium::Picture);
    let mut counts = Vec::new();
    for frame in 0..150_u64 {
        let now = at(frame * 40);
        if frame % 50 == 0 {
            let shown = [tile(LINE, 1_280, 720)];
            let tiles = if frame == 50 { &[][..] } else { &shown };
            router.set_tiles(now, person(2), tiles, &mut out);
            counts.push(out.packets(2, line).len());
        }
        camera.obey(&mut out);
        camera.frame(&mut router, now, &mut out);
        router.tick(now, &mut out);
    }
    assert!(counts[1] > 40);
    assert_eq!(counts[2], counts[1], "not a packet while it is hidden");
    assert!(out.packets(2, line).len() > counts[2] + 40);
    let told = pictures(&out, 2);
    let hidden = PictureUse { purpose: LINE, layer: None, reason: PictureReason::Hidden };
    assert!(told.contains(&hidden), "{told:?}");
    assert!(out.packets(2, seat(2, 0, Medium::Sound)).is_empty());
    for pair in out.packets(2, line).windows(2) {
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
    }
}

#[test]
fn the_tape_takes_the_best_layer_and_never_two() {
    let (mut router, mut out, mut camera) = scene();
    let mut grants = all_see_all(2, &[1, 2]);
    grants.record.insert(track(1, CAM));
    router.set_grants(at(0), grants, &mut out);
    for frame in 0..400_u64 {
        camera.sends = [true, frame > 20, frame > 40 && !(200..300).contains(&frame)];
        camera.obey(&mut out);
        camera.frame(&mut router, at(frame * 40), &mut out);
        router.tick(at(frame * 40), &mut out);
    }
    let mut runs: Vec<(u32, u8, bool)> = Vec::new();
    for (item, payload) in &out.tape {
        let TapeItem::Packet { source, .. } = item else { continue };
        let (layer, key) = (Camera::layer(payload), Camera::is_keyframe(payload));
        match runs.last() {
            Some((last, of, _)) if last == source => assert_eq!(*of, layer, "one layer a source"),
            _ => runs.push((*source, layer, key)),
        }
    }
    let layers: Vec<u8> = runs.iter().map(|run| run.1).collect();
    assert_eq!(layers, [0, 2, 1, 2], "{runs:?}");
    assert!(runs.iter().all(|run| run.2), "each source starts at a keyframe");
    assert!(runs.windows(2).all(|pair| pair[1].0 == pair[0].0 + 1));
}

#[test]
fn a_rid_that_changes_moves_the_source() {
    let (mut router, mut out, mut camera) = scene();
    for frame in 0..100_u64 {
        if frame == 50 {
            // The page swaps its encodings: what was the lowest is the best now.
            camera.rids.swap(0, 2);
        }
        camera.obey(&mut out);
        camera.frame(&mut router, at(frame * 40), &mut out);
        router.tick(at(frame * 40), &mut out);
    }
    let line = out.packets(2, seat(2, 0, Medium::Picture));
    let layers: Vec<u8> = line.iter().map(|packet| Camera::layer(packet.payload)).collect();
    assert_eq!((layers[layers.len() / 3], *layers.last().unwrap()), (2, 0));
    assert_eq!(SIZES.len(), 3);
}

#[test]
fn a_storm_of_wishes_is_one_request_each_half_second() {
    let (mut router, mut out, mut camera) = scene();
    let line = seat(2, 0, Medium::Picture);
    for frame in 0..50_u64 {
        camera.frame(&mut router, at(frame * 40), &mut out);
    }
    out.clear();
    for ms in 2_000..4_000 {
        let mut wish = Compound::default();
        wish.keyframe_request(9, line);
        for _ in 0..10 {
            router.rtcp(at(ms), LegId(2), wish.as_bytes(), &mut out);
        }
        router.tick(at(ms), &mut out);
    }
    let asked: Vec<usize> =
        camera.layers.iter().map(|layer| out.keyframe_requests(1, layer.ssrc)).collect();
    assert_eq!(router.figures().keyframe_requests_in, 20_000);
    assert!(asked.iter().all(|asked| *asked <= 5), "{asked:?}");
    assert!(asked[2] >= 4, "{asked:?}");
}
