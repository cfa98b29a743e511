//! A camera of VP9 or AV1 that carries three sizes in one source: each line gets as many of them as it
//! can use, and sees a source without a hole.
//!
//! What is not here: changes among sources; those have `layers.rs`.

use std::collections::BTreeSet;

use forwarding::packet::Packet;
use forwarding::rtcp::{Compound, Item};
use forwarding::{LegId, LegPlan, Router};
use model::letters::TapeItem;
use model::{Codec, LinePurpose, Medium, Now, TrackKind};

use crate::described;
use crate::layered::{SIZES, tile};
use crate::scene::{Catch, Publisher, all_see_all, at, hearing, person, plan, seat, source, track};

const CAM: TrackKind = TrackKind::Camera;
const LINE: LinePurpose = LinePurpose::Seat { slot: 0, medium: Medium::Picture };
/// Payload type of either.
const LAYERED: u8 = 98;
/// Packets of a picture, by spatial layer.
const PACKETS: [usize; 3] = [1, 2, 3];
/// Where the layer stands in a payload, and where a picture of a keyframe has its sizes.
const LAYER_AT: usize = 3;

const CODECS: [Codec; 2] = [Codec::Vp9, Codec::Av1];

fn spatial(codec: Codec, who: u32) -> LegPlan {
    let mut plan = plan(who, who, 1, 1, 0);
    plan.receive[CAM as usize].payloads = vec![(LAYERED, codec)];
    plan.receive[CAM as usize].extensions.dependency = Some(described::ID);
    for line in &mut plan.send {
        line.payloads.push((codec, LAYERED));
        line.extensions.dependency = Some(described::ID);
    }
    plan
}

/// A camera: every picture in `sizes` layers, predicted from the smaller one at keyframes alone. One of
/// AV1 says in a header extension what one of VP9 says in its payloads; that nobody reads them shows.
struct Camera {
    codec: Codec,
    source: Publisher,
    sizes: usize,
    number: u16,
    /// Frames of all layers so far.
    frames: u16,
    key: bool,
    /// Its next keyframe has templates of other numbers (AV1).
    renews: bool,
    /// The first packet of its next keyframe comes with the next picture.
    loses_first: bool,
    /// Packets that are lost on the way, and come after all with the next picture.
    loses: fn(u16) -> bool,
    late: Vec<Vec<u8>>,
}

impl Camera {
    fn new(codec: Codec, leg: u32) -> Self {
        let mut source = Publisher::new(leg, CAM);
        source.payload_type = LAYERED;
        let (number, frames) = (0x7ff0, 0xfff0_u16.wrapping_add(u16::try_from(leg).unwrap() * 99));
        Self {
            codec,
            source,
            sizes: 3,
            number,
            frames,
            key: true,
            renews: false,
            loses_first: false,
            loses: |_| false,
            late: Vec::new(),
        }
    }

    fn obey(&mut self, out: &mut Catch) {
        let (leg, media) = (self.source.leg, self.source.ssrc);
        self.key |= out.items(leg).contains(&Item::Keyframe { media });
        out.rtcp.retain(|(to, _)| *to != LegId(leg));
    }

    fn frame(&mut self, router: &mut Router, now: Now, out: &mut Catch) {
        self.number = (self.number + 1) & 0x7fff;
        let key = core::mem::take(&mut self.key);
        self.source.rtp_time = self.source.rtp_time.wrapping_add(3_600);
        let late = core::mem::take(&mut self.late);
        let loses_first = key && core::mem::take(&mut self.loses_first);
        let form = (self.sizes, self.sizes * 8 + if self.renews { 32 } else { 0 });
        for (layer, parts) in PACKETS.into_iter().enumerate().take(self.sizes) {
            self.frames = self.frames.wrapping_add(1);
            for part in 0..parts {
                let payload = self.payload(layer, part, key);
                let mut bytes = self.source.packet(0, &payload);
                let ends = [part == 0, part + 1 == parts];
                if layer + 1 == self.sizes && ends[1] {
                    bytes[1] |= 0x80;
                }
                if self.codec == Codec::Av1 {
                    let value = described::value(form, layer, key, ends, self.frames);
                    described::put(&mut bytes, &value);
                }
                let first = loses_first && layer == 0 && ends[0];
                if first || ((self.loses)(self.source.sequence) && !key) {
                    self.late.push(bytes);
                } else {
                    router.rtp(now, LegId(self.source.leg), &bytes, out);
                }
            }
        }
        for bytes in late {
            router.rtp(now, LegId(self.source.leg), &bytes, out);
        }
    }

    fn payload(&self, layer: usize, part: usize, key: bool) -> Vec<u8> {
        let [high, low] = self.number.to_be_bytes();
        let flags = [(!key, 0x40), (part == 0, 0x08), (part + 1 == PACKETS[layer], 0x04)];
        let flags = flags.iter().filter(|(is, _)| *is).map(|(_, bit)| bit).sum::<u8>();
        let index = u8::try_from(layer << 1).unwrap() | u8::from(layer > 0 && key);
        let mut payload = vec![0xa0 | flags, 0x80 | high, low, index, low];
        if key && layer == 0 && part == 0 {
            payload[0] |= 0x02;
            payload.push(u8::try_from(self.sizes - 1).unwrap() << 5 | 0x10);
            for (width, height) in &SIZES[..self.sizes] {
                payload.extend_from_slice(&width.to_be_bytes());
                payload.extend_from_slice(&height.to_be_bytes());
            }
        }
        payload.resize(120, 9);
        payload
    }
}

fn layer_of(payload: &[u8]) -> u8 {
    payload[LAYER_AT] >> 1 & 7
}

fn number_of(payload: &[u8]) -> u16 {
    u16::from_be_bytes([payload[1], payload[2]]) & 0x7fff
}

fn is_key(payload: &[u8]) -> bool {
    payload[0] & 0x40 == 0
}

fn scene(codec: Codec) -> (Router, Catch, Camera) {
    let (router, out) = hearing_of(codec, &[1, 2]);
    (router, out, Camera::new(codec, 1))
}

fn hearing_of(codec: Codec, people: &[u32]) -> (Router, Catch) {
    let (mut router, mut out) = hearing(people, 1);
    for &who in people {
        router.leg_up(at(0), LegId(who), spatial(codec, who), &mut out);
    }
    out.clear();
    (router, out)
}

/// What a decoder of the line sees: numbers without a hole, whole pictures one after the other, each
/// with its end marked, and a larger size at keyframes alone. The largest size of each picture.
fn assert_decodes(codec: Codec, packets: &[Packet<'_>]) -> Vec<u8> {
    if codec == Codec::Av1 {
        assert_described(packets);
    }
    let mut tops: Vec<(u16, u8)> = Vec::new();
    for pair in packets.windows(2) {
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
        let same = pair[0].rtp_time == pair[1].rtp_time;
        assert_eq!(pair[0].marker, !same, "the end of a picture is marked, and nothing else");
        let next = (number_of(pair[0].payload) + u16::from(!same)) & 0x7fff;
        assert_eq!(number_of(pair[1].payload), next, "picture numbers run on");
        let step = pair[1].rtp_time.wrapping_sub(pair[0].rtp_time).cast_signed();
        assert!((0..90_000).contains(&step), "time runs on: {step}");
    }
    for packet in packets {
        let (number, layer) = (number_of(packet.payload), layer_of(packet.payload));
        match tops.last_mut() {
            Some((last, top)) if *last == number => {
                assert!(layer == *top || layer == *top + 1, "no size is passed over");
                *top = layer;
            }
            before => {
                assert_eq!(layer, 0, "a picture begins with its smallest size");
                assert!(before.is_some() || is_key(packet.payload), "the first is a keyframe");
                tops.push((number, layer));
            }
        }
    }
    let keys: BTreeSet<u16> = packets
        .iter()
        .filter(|packet| is_key(packet.payload))
        .map(|packet| number_of(packet.payload))
        .collect();
    for pair in tops.windows(2) {
        assert!(pair[1].1 <= pair[0].1 || keys.contains(&pair[1].0), "larger only at a keyframe");
    }
    tops.into_iter().map(|(_, top)| top).collect()
}

/// The descriptors of a line of AV1 say what the payloads are.
fn assert_described(packets: &[Packet<'_>]) {
    let described = described::read(packets);
    assert!(described[0].is_key(), "the first brings the templates");
    for (packet, read) in packets.iter().zip(&described) {
        assert_eq!(read.spatial, layer_of(packet.payload));
        assert_eq!(read.begins, packet.payload[0] & 0x08 != 0);
        assert_eq!(read.ends, packet.payload[0] & 0x04 != 0);
    }
    for pair in described.windows(2) {
        let step = pair[1].number.wrapping_sub(pair[0].number);
        let goes_on = !pair[0].ends && step == 0;
        assert!(goes_on || (pair[0].ends && (1..=3).contains(&step)), "frame numbers rise: {step}");
    }
}

fn runs(tops: &[u8]) -> Vec<u8> {
    let mut runs = tops.to_vec();
    runs.dedup();
    runs
}

#[test]
fn a_line_gets_as_many_sizes_as_it_can_use_and_comes_down_without_a_keyframe() {
    CODECS.into_iter().for_each(up_and_down);
}

fn up_and_down(codec: Codec) {
    let (mut router, mut out, mut camera) = scene(codec);
    router.set_tiles(at(0), person(2), &[tile(LINE, 300, 160)], &mut out);
    let mut asked_to_come_down = 0;
    for frame in 0..300_u64 {
        let now = at(frame * 40);
        match frame {
            100 => router.set_tiles(now, person(2), &[tile(LINE, 1_280, 720)], &mut out),
            200 => router.set_tiles(now, person(2), &[tile(LINE, 600, 320)], &mut out),
            _ => {}
        }
        if frame >= 200 {
            asked_to_come_down += out.keyframe_requests(1, source(1, CAM));
        }
        camera.obey(&mut out);
        camera.frame(&mut router, now, &mut out);
        router.tick(now, &mut out);
    }
    let packets = out.packets(2, seat(2, 0, Medium::Picture));
    let tops = assert_decodes(codec, &packets);
    assert_eq!(runs(&tops), [0, 2, 1]);
    assert!(tops.len() >= 299, "nothing stands still: {} of 300", tops.len());
    assert_eq!(asked_to_come_down, 0, "a smaller size needs no keyframe");
    assert_eq!(router.figures().layer_switches, 2);
}

#[test]
fn a_source_that_gets_more_and_fewer_sizes_is_followed() {
    CODECS.into_iter().for_each(more_and_fewer);
}

fn more_and_fewer(codec: Codec) {
    let (mut router, mut out, mut camera) = scene(codec);
    camera.sizes = 1;
    for frame in 0..400_u64 {
        let sizes = [1, 3, 2, 1][usize::try_from(frame / 100).unwrap()];
        camera.key |= sizes != camera.sizes;
        camera.sizes = sizes;
        camera.obey(&mut out);
        camera.frame(&mut router, at(frame * 40), &mut out);
        router.tick(at(frame * 40), &mut out);
    }
    let packets = out.packets(2, seat(2, 0, Medium::Picture));
    let tops = assert_decodes(codec, &packets);
    assert_eq!(runs(&tops), [0, 2, 1, 0]);
    assert!(tops.len() >= 398, "nothing stands still: {} of 400", tops.len());
}

#[test]
fn what_came_late_finds_its_number_and_no_hole_stays() {
    let each = CODECS.into_iter().flat_map(|codec| SIZES.map(|size| (codec, size)));
    for (codec, (width, height)) in each {
        let (mut router, mut out, mut camera) = scene(codec);
        camera.loses = |sequence| sequence % 7 == 3;
        router.set_tiles(at(0), person(2), &[tile(LINE, width, height)], &mut out);
        for frame in 0..200_u64 {
            camera.obey(&mut out);
            camera.frame(&mut router, at(frame * 40), &mut out);
            router.tick(at(frame * 40), &mut out);
        }
        let packets = out.packets(2, seat(2, 0, Medium::Picture));
        let first = packets[0].sequence;
        let numbers: BTreeSet<u16> =
            packets.iter().map(|packet| packet.sequence.wrapping_sub(first)).collect();
        assert_eq!(numbers.len(), packets.len(), "no number twice");
        // What was lost of the last picture is still under way.
        assert!(
            usize::from(*numbers.last().unwrap()) < packets.len() + 3,
            "{width}: no hole stays"
        );
    }
}

#[test]
fn the_record_gets_the_whole_source() {
    CODECS.into_iter().for_each(record_of);
}

fn record_of(of: Codec) {
    let (mut router, mut out, mut camera) = scene(of);
    let mut grants = all_see_all(2, &[1, 2]);
    grants.record.insert(track(1, CAM));
    router.set_grants(at(0), grants, &mut out);
    router.set_tiles(at(0), person(2), &[tile(LINE, 300, 160)], &mut out);
    for frame in 0..100_u64 {
        camera.obey(&mut out);
        camera.frame(&mut router, at(frame * 40), &mut out);
        router.tick(at(frame * 40), &mut out);
    }
    let mut taped = Vec::new();
    for (item, payload) in &out.tape {
        if let TapeItem::Packet { sequence, source, codec, marker, .. } = item
            && *codec == of
        {
            taped.push((*source, *sequence, layer_of(payload), *marker));
        }
    }
    assert_eq!(taped.len(), 100 * PACKETS.iter().sum::<usize>(), "every packet of every size");
    let last = taped.last().unwrap().0;
    let of_last: Vec<_> = taped.iter().filter(|one| one.0 == last).collect();
    assert_eq!(of_last.len(), taped.len(), "in one count from the first keyframe on");
    assert!(of_last.windows(2).all(|pair| pair[1].1 == pair[0].1 + 1), "without a hole");
    assert!(of_last.iter().all(|one| !one.3 || one.2 == 2), "a picture ends with its largest size");
}

#[test]
fn who_comes_into_a_slot_of_av1_goes_on_with_its_frame_numbers() {
    let (mut router, mut out) = hearing_of(Codec::Av1, &[1, 2, 3]);
    let mut cameras = [1, 3].map(|who| Camera::new(Codec::Av1, who));
    for frame in 0..80_u64 {
        let now = at(frame * 40);
        if frame == 40 {
            router.set_grants(now, all_see_all(2, &[2, 3]), &mut out);
        }
        for camera in &mut cameras {
            camera.obey(&mut out);
            camera.frame(&mut router, now, &mut out);
        }
        router.tick(now, &mut out);
    }
    let line = seat(2, 0, Medium::Picture);
    let packets = out.packets(2, line);
    assert_described(&packets);
    let keys = described::read(&packets).into_iter().filter(|one| one.is_key());
    assert!(keys.count() > 1, "each begins with a keyframe");
    // One that is sent again has the descriptor it had, whatever that was on the way in.
    let (last, sent) =
        packets.iter().rev().map(|one| (one.sequence, described_of(one))).next().unwrap();
    out.clear();
    let mut compound = Compound::default();
    assert!(compound.nack(1, line, &[last]).is_empty());
    router.rtcp(at(81 * 40), LegId(2), compound.as_bytes(), &mut out);
    let again = out.packets(2, line);
    assert_eq!((again.len(), again[0].sequence, described_of(&again[0])), (1, last, sent));
}

fn described_of(packet: &Packet<'_>) -> Vec<u8> {
    packet.extension(described::ID).unwrap().to_vec()
}

#[test]
fn a_keyframe_whose_beginning_comes_late_is_whole_on_every_line() {
    let (mut router, mut out, mut camera) = scene(Codec::Av1);
    router.set_tiles(at(0), person(2), &[tile(LINE, 600, 320)], &mut out);
    let mut number = 0;
    for frame in 0..60_u64 {
        if frame == 30 {
            // With templates that nobody knows before its first packet is there.
            (camera.key, camera.renews, camera.loses_first) = (true, true, true);
        }
        camera.obey(&mut out);
        camera.frame(&mut router, at(frame * 40), &mut out);
        router.tick(at(frame * 40), &mut out);
        if frame == 30 {
            number = camera.number;
        }
    }
    let packets = out.packets(2, seat(2, 0, Medium::Picture));
    let of_key = packets.iter().filter(|packet| number_of(packet.payload) == number);
    let layers: Vec<u8> = of_key.map(|packet| layer_of(packet.payload)).collect();
    for (layer, parts) in (0_u8..).zip(&PACKETS[..2]) {
        assert_eq!(layers.iter().filter(|one| **one == layer).count(), *parts, "{layers:?}");
    }
}

#[test]
fn padding_has_no_descriptor_and_leaves_no_hole() {
    let (mut router, mut out, mut camera) = scene(Codec::Av1);
    router.set_tiles(at(0), person(2), &[tile(LINE, 300, 160)], &mut out);
    for frame in 0..60_u64 {
        camera.obey(&mut out);
        camera.frame(&mut router, at(frame * 40), &mut out);
        let padding = camera.source.packet(0, &[]);
        router.rtp(at(frame * 40), LegId(1), &padding, &mut out);
        router.tick(at(frame * 40), &mut out);
    }
    let tops = assert_decodes(Codec::Av1, &out.packets(2, seat(2, 0, Medium::Picture)));
    assert_eq!(runs(&tops), [0]);
    assert!(tops.len() >= 59, "nothing stands still: {} of 60", tops.len());
}
