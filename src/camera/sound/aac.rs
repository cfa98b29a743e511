//! AAC in RTP (RFC 3640, mode AAC-hbr): packets apart into access units, units into samples.
//!
//! What is not here: resampling and Opus, see `sound.rs`.

use core::fmt;

use hyper::body::Bytes;
use symphonia_codec_aac::AacDecoder;
use symphonia_core::codecs::audio::well_known::CODEC_ID_AAC;
use symphonia_core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia_core::packet::PacketRef;
use symphonia_core::units;

/// Samples of one unit and channel.
pub(super) const UNIT_SAMPLES: usize = 1_024;
/// Bytes of one unit: the size field has 13 bits.
const UNIT_BYTES_MAX: usize = 8_191;
/// Bytes of a unit's header: 13 bits of size, 3 of index.
const HEADER_BYTES: usize = 2;

/// Decodes one track.
pub(super) struct Aac {
    decoder: AacDecoder,
    channels: usize,
    interleaved: Vec<i16>,
    /// A unit that came in pieces: what is there, and its whole size.
    half: Option<(Vec<u8>, usize)>,
}

impl fmt::Debug for Aac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Aac").field("channels", &self.channels).finish_non_exhaustive()
    }
}

impl Aac {
    /// A decoder for the configuration of the session description (`AudioSpecificConfig`), and
    /// the rate of its samples, Hz. None when it is not AAC-LC with one or two channels.
    pub(super) fn new(config: &[u8]) -> Option<(Self, u32)> {
        let mut parameters = AudioCodecParameters::new();
        parameters.for_codec(CODEC_ID_AAC).with_extra_data(config.into());
        let decoder = AacDecoder::try_new(&parameters, &AudioDecoderOptions::default()).ok()?;
        let rate = decoder.codec_params().sample_rate?;
        let channels = decoder.codec_params().channels.as_ref()?.count();
        let new = Self { decoder, channels, interleaved: Vec::new(), half: None };
        (channels > 0).then_some((new, rate))
    }

    /// Takes a packet and gives the units that are whole with it; what is no unit is dropped.
    pub(super) fn units(&mut self, payload: &Bytes) -> Vec<Bytes> {
        match units(payload) {
            Some(Units::Whole(units)) => {
                self.half = None;
                units
            }
            Some(Units::Piece { size, data }) => {
                let (mut held, whole) = match self.half.take() {
                    Some((held, whole)) if whole == size => (held, whole),
                    Some(_) | None => (Vec::new(), size),
                };
                held.extend_from_slice(&data);
                if held.len() == whole {
                    return vec![held.into()];
                }
                if held.len() < whole {
                    self.half = Some((held, whole));
                }
                Vec::new()
            }
            None => {
                self.half = None;
                Vec::new()
            }
        }
    }

    /// Decodes a unit to one channel; a unit that cannot be decoded is silence.
    pub(super) fn decode(&mut self, unit: &[u8], samples: &mut Vec<i16>) {
        let packet = PacketRef::new(0, units::Timestamp::ZERO, units::Duration::ZERO, unit);
        self.interleaved.clear();
        if let Ok(buffer) = self.decoder.decode_ref(&packet) {
            buffer.copy_to_vec_interleaved(&mut self.interleaved);
        }
        let before = samples.len();
        samples.extend(self.interleaved.chunks_exact(self.channels).take(UNIT_SAMPLES).map(mix));
        samples.resize(before + UNIT_SAMPLES, 0);
    }
}

/// The middle of all channels.
fn mix(frame: &[i16]) -> i16 {
    let count = i32::try_from(frame.len()).unwrap_or(1).max(1);
    let sum: i32 = frame.iter().copied().map(i32::from).sum();
    i16::try_from(sum / count).unwrap_or_default()
}

#[derive(Debug, PartialEq, Eq)]
enum Units {
    Whole(Vec<Bytes>),
    /// A piece of the one unit whose `size` is larger than the packet.
    Piece {
        size: usize,
        data: Bytes,
    },
}

/// The parts of a packet (RFC 3640 §3.2 with the sizes of §3.3.6); none when it is no such packet.
fn units(payload: &Bytes) -> Option<Units> {
    let bits = payload.get(..2)?;
    let bits = usize::from(u16::from_be_bytes([*bits.first()?, *bits.get(1)?]));
    if bits == 0 || !bits.is_multiple_of(8 * HEADER_BYTES) {
        return None;
    }
    let headers = payload.get(2..2 + bits / 8)?;
    let mut at = 2 + headers.len();
    let mut found = Vec::new();
    for header in headers.chunks_exact(HEADER_BYTES) {
        let size = usize::from(u16::from_be_bytes([*header.first()?, *header.get(1)?]) >> 3);
        debug_assert!(size <= UNIT_BYTES_MAX, "13 bits");
        if size == 0 {
            return None;
        }
        if at + size > payload.len() {
            let alone = headers.len() == HEADER_BYTES && at < payload.len();
            return alone.then(|| Units::Piece { size, data: payload.slice(at..) });
        }
        found.push(payload.slice(at..at + size));
        at += size;
    }
    // A last piece of a unit is as large as what is missing, smaller than its size.
    Some(Units::Whole(found))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// AAC-LC, 44.1 kHz, two channels.
    const CONFIG: &[u8] = &[0x12, 0x10];

    fn packet(units: &[&[u8]]) -> Bytes {
        let mut bytes = u16::try_from(units.len() * 16).unwrap().to_be_bytes().to_vec();
        for unit in units {
            bytes.extend((u16::try_from(unit.len()).unwrap() << 3).to_be_bytes());
        }
        bytes.extend(units.concat());
        bytes.into()
    }

    #[test]
    fn units_come_apart_and_pieces_together() {
        let (mut aac, rate) = Aac::new(CONFIG).unwrap();
        assert_eq!(rate, 44_100);
        assert_eq!(aac.units(&packet(&[b"one", b"three"])), [&b"one"[..], b"three"]);
        let piece = |data: &[u8]| Bytes::from([&[0, 16, 0, 7 << 3], data].concat());
        assert_eq!(aac.units(&piece(b"abc")), Vec::<Bytes>::new());
        assert_eq!(aac.units(&piece(b"defg")), [&b"abcdefg"[..]]);
        assert_eq!(aac.units(&piece(b"abc")), Vec::<Bytes>::new());
        assert_eq!(aac.units(&packet(&[b"next"])), [&b"next"[..]], "a lost end is given up");
        assert_eq!(aac.units(&piece(b"defg")), Vec::<Bytes>::new());
        for rubbish in [&[][..], &[0], &[0, 0, 1], &[0, 8, 1, 1], &[0, 16, 0], &[0, 16, 0, 0, 1]] {
            assert_eq!(aac.units(&Bytes::copy_from_slice(rubbish)), Vec::<Bytes>::new());
        }
    }

    #[test]
    fn other_kinds_of_aac_are_not_taken() {
        // HE-AAC (SBR), six channels, nothing.
        for config in [&[0x2b, 0x92, 0x08, 0x00][..], &[0x12, 0x30], &[], &[0x12]] {
            assert!(Aac::new(config).is_none(), "{config:?}");
        }
    }

    proptest! {
        #[test]
        fn hostile_packets_do_no_harm(
            packets in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..600), 1..8),
        ) {
            let (mut aac, _) = Aac::new(CONFIG).unwrap();
            for payload in packets {
                for unit in aac.units(&payload.into()) {
                    let mut samples = vec![1];
                    aac.decode(&unit, &mut samples);
                    prop_assert_eq!(samples.len(), 1 + UNIT_SAMPLES);
                }
            }
        }
    }
}
