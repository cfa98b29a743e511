//! Opus packets of the record to samples.
//!
//! What is not here: what is in them.

use opus::{Channels, Decoder};
use record::webm;
use speech::RATE;

/// Samples of the longest packet: 120 ms.
const PACKET_SAMPLES_MAX: usize = 1_920;

/// The decoder of one microphone.
#[derive(Debug)]
pub(super) struct Microphone {
    decoder: Decoder,
    samples: Vec<i16>,
}

impl Microphone {
    /// A fresh one; nothing when the library has no memory for it.
    pub(super) fn new() -> Option<Self> {
        let decoder = Decoder::new(RATE, Channels::Mono).ok()?;
        Some(Self { decoder, samples: vec![0; PACKET_SAMPLES_MAX] })
    }

    /// Hands out the samples of a cluster's packets, each with its time, ms. A packet that is not
    /// Opus is as if it were not there. Says how many those are.
    pub(super) fn cluster(&mut self, bytes: &[u8], mut each: impl FnMut(u64, &[i16])) -> u64 {
        let mut wrong = 0;
        for (at_ms, packet) in webm::frames(bytes) {
            // An empty packet would be taken for a lost one.
            let decoded = match packet {
                [] => None,
                packet => self.decoder.decode(packet, &mut self.samples, false).ok(),
            };
            match decoded.and_then(|count| self.samples.get(..count)) {
                Some(samples) => each(at_ms, samples),
                None => wrong += 1,
            }
        }
        wrong
    }
}
