//! RTP payloads to frames: gathers the packets of one frame and hands it out when its whole run,
//! from first packet to marker, is there.
//!
//! What is not here: order and holes (`reorder`) and the time of frames (`timeline`). Every frame
//! is taken apart with fresh state, so a lost packet spoils no frame but its own; pictures after a
//! hole are withheld until one can be decoded by itself.

pub mod av1;
mod bits;
pub mod h264;
pub mod opus;
pub mod vp8;
pub mod vp9;

use model::limits::FRAME_BYTES_MAX;
use model::{Codec, Instant};

use crate::entry::LossCause;
use crate::reorder::Packet;

/// A whole frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Extended RTP time.
    pub rtp_time: u64,
    /// When its last packet arrived.
    pub arrived: Instant,
    /// Whether it can be decoded by itself.
    pub keyframe: bool,
    /// The frame as Matroska wants it.
    pub bytes: Vec<u8>,
    /// How long it lasts in ticks of the RTP clock, where the frame says so (sound).
    pub ticks: Option<u32>,
    /// What a file head needs, on keyframes of pictures.
    pub picture: Option<Picture>,
}

/// What the head of a file must say about a picture track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Pixels.
    pub width: u16,
    /// Pixels.
    pub height: u16,
    /// Codec private data; empty where the codec has none.
    pub private: Vec<u8>,
}

/// A payload that does not follow its format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

/// What comes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Depacketized {
    /// A frame that can be decoded, given those before it since the last keyframe.
    Frame(Frame),
    /// Something is missing from here until the next frame.
    Missing {
        /// Why.
        cause: LossCause,
        /// Packets, where they can be counted.
        packets: u64,
        /// When it was noticed, or what is of no use arrived.
        at: Instant,
    },
}

/// Gathers the packets of one source.
#[derive(Debug)]
pub struct Depacketizer {
    codec: Codec,
    /// Packets of the frame at hand, without a hole.
    run: Vec<Packet>,
    run_bytes: usize,
    /// Set when what follows cannot be decoded before a keyframe.
    needs_keyframe: bool,
    /// Set when the frame at hand has lost its beginning.
    broken: bool,
}

impl Depacketizer {
    /// For a source of `codec` that begins now.
    pub const fn new(codec: Codec) -> Self {
        let needs_keyframe = !codec.is_sound();
        Self { codec, run: Vec::new(), run_bytes: 0, needs_keyframe, broken: false }
    }

    /// Packets are missing before the next one, as is known since `at`.
    pub fn hole(
        &mut self,
        cause: LossCause,
        packets: u64,
        at: Instant,
        out: &mut Vec<Depacketized>,
    ) {
        self.fail(cause, packets, at, out);
    }

    /// Frames before the next keyframe are of no use, because earlier ones were thrown away.
    pub const fn need_keyframe(&mut self) {
        self.needs_keyframe = !self.codec.is_sound();
    }

    /// Takes the next packet in order.
    pub fn push(&mut self, packet: Packet, out: &mut Vec<Depacketized>) {
        if packet.payload.is_empty() {
            return;
        }
        if self.run.first().is_some_and(|first| first.rtp_time != packet.rtp_time) {
            // No packet is missing, so the sender left the marker out: the frame is whole.
            self.finish(out);
        }
        self.run_bytes += packet.payload.len();
        if self.run_bytes > FRAME_BYTES_MAX {
            self.fail(LossCause::Malformed, 0, packet.arrived, out);
            self.broken = true;
        }
        let last = packet.marker || self.codec.is_sound();
        if !self.broken {
            self.run.push(packet);
        }
        if last {
            self.finish(out);
        }
    }

    fn finish(&mut self, out: &mut Vec<Depacketized>) {
        let run = core::mem::take(&mut self.run);
        self.run_bytes = 0;
        if core::mem::take(&mut self.broken) || run.is_empty() {
            return;
        }
        let at = run.iter().map(|packet| packet.arrived).min().unwrap_or_default();
        let frame = match self.codec {
            Codec::Opus => opus::frame(&run),
            Codec::Vp8 => vp8::frame(&run),
            Codec::H264 => h264::frame(&run),
            Codec::Vp9 => vp9::frame(&run),
            Codec::Av1 => av1::frame(&run),
        };
        match frame {
            Ok(frame) if frame.keyframe || !self.needs_keyframe => {
                self.needs_keyframe = false;
                out.push(Depacketized::Frame(frame));
            }
            Ok(_) => out.push(Depacketized::Missing {
                cause: LossCause::Keyframe,
                packets: run.len() as u64,
                at,
            }),
            Err(Malformed) => {
                // After a hole the tail of a frame looks malformed too; the hole was named already.
                let cause =
                    if self.needs_keyframe { LossCause::Keyframe } else { LossCause::Malformed };
                self.fail(cause, run.len() as u64, at, out);
            }
        }
    }

    fn fail(&mut self, cause: LossCause, packets: u64, at: Instant, out: &mut Vec<Depacketized>) {
        self.run.clear();
        self.run_bytes = 0;
        self.need_keyframe();
        out.push(Depacketized::Missing { cause, packets, at });
    }
}

/// Joins payload parts into one frame.
fn frame_of(run: &[Packet], keyframe: bool, bytes: Vec<u8>, picture: Option<Picture>) -> Frame {
    let last = run.last().expect("a frame has a packet");
    let arrived = run.iter().map(|packet| packet.arrived).max().unwrap_or(last.arrived);
    Frame { rtp_time: last.rtp_time, arrived, keyframe, bytes, ticks: None, picture }
}

#[cfg(test)]
mod tests;
