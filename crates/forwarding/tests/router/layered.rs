//! A camera that sends its picture in three layers.
//!
//! What is not here: assertions about the router.

use forwarding::rtcp::Item;
use forwarding::{LegId, LegPlan, Rid, Router};
use model::{LinePurpose, Now, Tile, TrackKind};

use crate::scene::{Catch, Publisher, plan, source};

pub(crate) const RID_EXT: u8 = 10;
/// Sizes of the layers.
pub(crate) const SIZES: [(u16, u16); 3] = [(320, 180), (640, 360), (1_280, 720)];
/// Packets of a picture, by layer.
const PACKETS: [usize; 3] = [1, 2, 4];
const RIDS: [&[u8]; 3] = [b"l", b"m", b"h"];
/// Bytes before a picture's own numbers: long descriptor and, in a keyframe's head, its size.
const DESCRIPTOR: usize = 6;
const HEAD: usize = DESCRIPTOR + 10;

/// As [`plan`] for a leg whose camera announces three layers.
pub(crate) fn layered(who: u32) -> LegPlan {
    let mut plan = plan(who, who, 1, 1, 0);
    let camera = &mut plan.receive[TrackKind::Camera as usize];
    camera.ssrcs.clear();
    camera.rids = RIDS.iter().map(|rid| Rid::new(rid).unwrap()).collect();
    camera.extensions.rid = Some(RID_EXT);
    plan
}

pub(crate) fn tile(purpose: LinePurpose, width: u16, height: u16) -> Tile {
    Tile { purpose, width, height }
}

/// The camera: each layer with its own numbers and clock start.
#[derive(Clone, Debug)]
pub(crate) struct Camera {
    pub(crate) layers: [Publisher; 3],
    pub(crate) sends: [bool; 3],
    /// Which encoding sends under which `rid`.
    pub(crate) rids: [usize; 3],
    /// Bytes of a packet's payload.
    pub(crate) bytes: usize,
    keyframe: [bool; 3],
    numbers: [u16; 3],
    frame: u32,
}

impl Camera {
    pub(crate) fn new(leg: u32) -> Self {
        let layers = [0, 1, 2].map(|layer| {
            let mut publisher = Publisher::new(leg, TrackKind::Camera);
            publisher.ssrc = source(leg, TrackKind::Camera) + 0x0200_0000 + layer;
            publisher.sequence = u16::try_from(layer * 20_000).unwrap();
            publisher.rtp_time = layer * 1_000_000_000;
            publisher
        });
        Self {
            layers,
            sends: [true; 3],
            rids: [0, 1, 2],
            bytes: 100,
            keyframe: [true; 3],
            numbers: [100, 20_000, 0x7ff0],
            frame: 0,
        }
    }

    /// Heeds the keyframe requests caught so far.
    pub(crate) fn obey(&mut self, out: &mut Catch) {
        let leg = self.layers[0].leg;
        for item in out.items(leg) {
            let Item::Keyframe { media } = item else { continue };
            let layer = self.layers.iter().position(|layer| layer.ssrc == media);
            if let Some(layer) = layer {
                self.keyframe[layer] = true;
            }
        }
        out.rtcp.retain(|(to, _)| *to != LegId(leg));
    }

    /// The next picture is taken, 40 ms after the last.
    pub(crate) fn capture(&mut self) {
        self.frame += 1;
        for layer in &mut self.layers {
            layer.rtp_time = layer.rtp_time.wrapping_add(3_600);
        }
    }

    /// Takes a picture and sends it in every layer.
    pub(crate) fn frame(&mut self, router: &mut Router, now: Now, out: &mut Catch) {
        self.capture();
        for layer in 0..3 {
            self.transmit(layer, router, now, out);
        }
    }

    /// Sends the picture that was taken last in one layer.
    pub(crate) fn transmit(
        &mut self,
        layer: usize,
        router: &mut Router,
        now: Now,
        out: &mut Catch,
    ) {
        if !self.sends[layer] {
            return;
        }
        let keyframe = core::mem::take(&mut self.keyframe[layer]);
        self.numbers[layer] = (self.numbers[layer] + 1) & 0x7fff;
        for part in 0..PACKETS[layer] {
            let payload = self.payload(layer, part, keyframe);
            let mut bytes = self.layers[layer].packet(0, &payload);
            if part + 1 == PACKETS[layer] {
                bytes[1] |= 0x80;
            }
            bytes[0] |= 0x10;
            let rid = RIDS[self.rids[layer]][0];
            let mid = b'1';
            let extension = [0xbe, 0xde, 0, 1, RID_EXT << 4, rid, 0x40, mid];
            bytes.splice(12..12, extension);
            router.rtp(now, LegId(self.layers[layer].leg), &bytes, out);
        }
    }

    fn payload(&self, layer: usize, part: usize, keyframe: bool) -> Vec<u8> {
        let [high, low] = self.numbers[layer].to_be_bytes();
        let first = if part == 0 { 0x90 } else { 0x80 };
        let (width, height) = SIZES[layer];
        let mut payload = vec![first, 0xf0, 0x80 | high, low, low, 0x20 | low & 0x1f];
        payload.extend_from_slice(&[u8::from(!keyframe), 0, 0, 0x9d, 0x01, 0x2a]);
        payload.extend_from_slice(&width.to_le_bytes());
        payload.extend_from_slice(&height.to_le_bytes());
        payload.push(u8::try_from(layer).unwrap());
        payload.extend_from_slice(&self.frame.to_be_bytes());
        payload.resize(self.bytes.max(payload.len()), 7);
        payload
    }

    /// The picture's number in a payload.
    pub(crate) fn number(payload: &[u8]) -> u16 {
        u16::from_be_bytes([payload[2], payload[3]]) & 0x7fff
    }

    /// The layer a payload is of.
    pub(crate) fn layer(payload: &[u8]) -> u8 {
        payload[HEAD]
    }

    /// Which picture of the camera a payload is of.
    pub(crate) fn frame_of(payload: &[u8]) -> u32 {
        u32::from_be_bytes(*payload[HEAD + 1..].first_chunk().unwrap())
    }

    /// Whether a payload is of a keyframe.
    pub(crate) fn is_keyframe(payload: &[u8]) -> bool {
        payload[DESCRIPTOR] & 1 == 0
    }
}
