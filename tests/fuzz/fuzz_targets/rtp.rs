//! Any bytes as an RTP packet: read or refused, every extension looked up.
//!
//! What is not here: what the router does with it; see `router`.

#![no_main]

use forwarding::packet::Packet;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Some(packet) = Packet::read(bytes) {
        assert!(packet.payload.len() + 12 <= bytes.len());
        for id in 0..=u8::MAX {
            if let Some(value) = packet.extension(id) {
                assert!(value.len() + packet.payload.len() + 12 <= bytes.len());
            }
        }
    }
});
