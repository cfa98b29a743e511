//! The descriptors of a camera of AV1, as its encoder would write them, and packets that carry them.
//!
//! What is not here: the camera (`spatial.rs`), and the parser's own tests.

use forwarding::dependency::{Described, Templates};
use forwarding::packet::Packet;

use crate::layered::SIZES;

/// Number of the extension.
pub(crate) const ID: u8 = 13;

/// Writes bits, the highest of each byte first.
#[derive(Default)]
struct Bits(Vec<bool>);

impl Bits {
    fn put(&mut self, count: u32, value: u32) {
        self.0.extend((0..count).rev().map(|bit| value >> bit & 1 == 1));
    }

    fn bytes(&self) -> Vec<u8> {
        let byte = |bits: &[bool]| {
            (0_u8..).zip(bits).fold(0, |byte, (at, bit)| byte | u8::from(*bit) << (7 - at))
        };
        self.0.chunks(8).map(byte).collect()
    }
}

/// Of one packet of a frame of one of `sizes` layers. There are two templates for each layer, from the
/// number `offset` on: one of keyframes and one of others.
pub(crate) fn value(
    (sizes, offset): (usize, usize),
    layer: usize,
    key: bool,
    ends: [bool; 2],
    number: u16,
) -> Vec<u8> {
    let template = offset + 2 * layer + usize::from(!key);
    let mut out = Bits::default();
    out.put(1, u32::from(ends[0]));
    out.put(1, u32::from(ends[1]));
    out.put(6, u32::try_from(template).unwrap());
    out.put(16, u32::from(number));
    if key && layer == 0 && ends[0] {
        out.put(5, 0b10000);
        templates(&mut out, sizes, offset);
    }
    out.bytes()
}

fn templates(out: &mut Bits, sizes: usize, offset: usize) {
    let of = |value: usize| u32::try_from(value).unwrap();
    out.put(6, of(offset));
    out.put(5, of(sizes - 1));
    for layer in 0..sizes {
        out.put(2, 0);
        out.put(2, if layer + 1 == sizes { 3 } else { 2 });
    }
    for layer in 0..sizes {
        for _ in 0..2 {
            // A target has the layers up to its own: switch, or not present.
            (0..sizes).for_each(|target| out.put(2, if target >= layer { 2 } else { 0 }));
        }
    }
    for layer in 0..sizes {
        // A keyframe's layer refers to the one below, another's to its own before it.
        if layer > 0 {
            out.put(5, 0b10000);
        }
        out.put(1, 0);
        out.put(5, 0b10000 | of(sizes - 1));
        out.put(1, 0);
    }
    // No chains.
    out.put(of(sizes + 1).ilog2(), 0);
    out.put(1, 1);
    for (width, height) in &SIZES[..sizes] {
        out.put(16, u32::from(*width) - 1);
        out.put(16, u32::from(*height) - 1);
    }
}

/// The packet with the extension, in the form its length needs.
pub(crate) fn put(packet: &mut Vec<u8>, value: &[u8]) {
    packet[0] |= 0x10;
    let len = u8::try_from(value.len()).unwrap();
    let mut extension = if value.len() > 16 { vec![ID, len] } else { vec![ID << 4 | (len - 1)] };
    extension.extend_from_slice(value);
    extension.resize(extension.len().next_multiple_of(4), 0);
    let profile: [u8; 2] = if value.len() > 16 { [0x10, 0] } else { [0xbe, 0xde] };
    let words = u8::try_from(extension.len() / 4).unwrap();
    packet.splice(12..12, [profile[0], profile[1], 0, words].into_iter().chain(extension));
}

/// What a receiver reads of packets in the order of their numbers.
pub(crate) fn read(packets: &[Packet<'_>]) -> Vec<Described> {
    let mut known: Option<Templates> = None;
    let read = |packet: &Packet<'_>| {
        let value = packet.extension(ID).expect("each packet has its descriptor");
        let read = Described::read(value, known.as_ref()).expect("its templates came before");
        known = read.templates.or(known);
        read
    };
    packets.iter().map(read).collect()
}
