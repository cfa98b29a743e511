//! Depacketising: no payload, order or loss breaks it, and pictures begin with a keyframe.
#![no_main]

use libfuzzer_sys::fuzz_target;
use model::{Codec, Instant};
use record::depacketize::{Depacketized, Depacketizer};
use record::entry::LossCause;
use record::reorder::Packet;

fuzz_target!(|data: &[u8]| {
    let Some((&first, mut rest)) = data.split_first() else { return };
    let codecs = [Codec::Opus, Codec::Vp8, Codec::H264, Codec::Vp9, Codec::Av1];
    let codec = codecs[usize::from(first) % codecs.len()];
    let mut depacketizer = Depacketizer::new(codec);
    let mut out = Vec::new();
    while let [flags, length, behind @ ..] = rest {
        let (payload, behind) = behind.split_at(behind.len().min(usize::from(*length)));
        rest = behind;
        if flags & 0x80 != 0 {
            depacketizer.hole(LossCause::Network, 1, Instant(0), &mut out);
        }
        let packet = Packet {
            arrived: Instant(0),
            rtp_time: u64::from(flags & 0x0F),
            marker: flags & 0x40 != 0,
            payload: payload.to_vec(),
        };
        depacketizer.push(packet, &mut out);
    }
    let mut decodable = codec.is_sound();
    for item in out {
        match item {
            Depacketized::Frame(frame) => {
                decodable |= frame.keyframe;
                assert!(decodable && !frame.bytes.is_empty());
            }
            Depacketized::Missing { .. } => decodable = codec.is_sound(),
        }
    }
});
