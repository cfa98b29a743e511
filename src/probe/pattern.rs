//! Sound and picture a robot sends: small, decodable, and with room for a stamp in each packet.
//!
//! What is not here: RTP and sockets. Sound is digital silence in Opus; the picture is a white
//! square that crosses a blue ground in ten seconds, encoded once and kept beside this file.

use super::stamp::STAMP_BYTES;

/// Time between two Opus packets, ms.
pub(super) const SOUND_EVERY_MS: u64 = 20;
/// Samples of an Opus packet on its 48 kHz clock.
pub(super) const SOUND_STEP: u32 = 960;
/// Every how many sound packets there is a picture: 25 a second.
pub(super) const PICTURE_EVERY_SOUNDS: u64 = 2;
/// RTP time between two pictures on the 90 kHz clock.
pub(super) const PICTURE_STEP: u32 = 3_600;

const SOUND_BYTES: usize = 80;
/// Bytes of a picture: 500 kbit/s at 25 a second.
const PICTURE_BYTES: usize = 2_500;
/// Payload bytes of a picture packet, descriptor included.
const PACKET_BYTES: usize = 1_000;

/// A packet of digital silence, 20 ms, mono: a code 3 packet of one frame with padding
/// (RFC 6716 §3.2.5). The padding holds the stamp.
pub(super) fn sound() -> Vec<u8> {
    const TOC_CELT_FULLBAND_20MS_CODE3: u8 = 0xFB;
    const ONE_FRAME_WITH_PADDING: u8 = 0x41;
    const SILENT_FRAME: [u8; 2] = [0xFF, 0xFE];
    const HEAD: usize = 3 + SILENT_FRAME.len();
    const PADDING: usize = SOUND_BYTES - HEAD;
    const _: () = assert!(PADDING >= STAMP_BYTES && PADDING < 255);

    let mut packet = vec![TOC_CELT_FULLBAND_20MS_CODE3, ONE_FRAME_WITH_PADDING];
    packet.push(u8::try_from(PADDING).expect("checked above"));
    packet.extend_from_slice(&SILENT_FRAME);
    packet.resize(SOUND_BYTES, 0);
    packet
}

/// The encoded pictures, the first of them a keyframe; played in a loop they decode cleanly.
#[derive(Debug)]
pub(super) struct Film {
    frames: Vec<&'static [u8]>,
    next: usize,
}

impl Film {
    /// Reads the film kept in the binary (IVF: 32 bytes of header, then size, time, frame).
    pub(super) fn new() -> Self {
        const FILE_HEADER: usize = 32;
        const FRAME_HEADER: usize = 12;
        let file: &'static [u8] = include_bytes!("frames.ivf");
        let mut rest = &file[FILE_HEADER..];
        let mut frames = Vec::new();
        while let Some((header, tail)) = rest.split_at_checked(FRAME_HEADER) {
            let bytes = u32::from_le_bytes([header[0], header[1], header[2], header[3]]);
            let (frame, tail) = tail.split_at(usize::try_from(bytes).expect("a small file"));
            frames.push(frame);
            rest = tail;
        }
        Self { frames, next: 0 }
    }

    /// Starts again at the keyframe.
    pub(super) const fn rewind(&mut self) {
        self.next = 0;
    }

    /// The next picture as payloads of VP8 packets (RFC 7741 §4.2, the descriptor of one byte),
    /// each with room for a stamp at its end: decoders do not read behind the last partition.
    pub(super) fn next_picture(&mut self) -> Vec<Vec<u8>> {
        const START_OF_PARTITION_0: u8 = 0x10;
        let frame = self.frames[self.next];
        self.next = (self.next + 1) % self.frames.len();
        let mut picture = frame.to_vec();
        picture.resize(PICTURE_BYTES.max(frame.len() + STAMP_BYTES), 0);
        let mut packets = Vec::new();
        for (number, part) in picture.chunks(PACKET_BYTES - 1).enumerate() {
            let mut packet = vec![if number == 0 { START_OF_PARTITION_0 } else { 0 }];
            packet.extend_from_slice(part);
            packets.push(packet);
        }
        packets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_film_has_one_keyframe_and_leaves_room_for_stamps() {
        let film = Film::new();
        assert_eq!(film.frames.len(), 250);
        let keyframes = film.frames.iter().filter(|frame| frame[0] & 1 == 0).count();
        assert_eq!(keyframes, 1, "RFC 6386 §9.1: the lowest bit is 0 in a keyframe");
        assert_eq!(film.frames[0][0] & 1, 0);
        for frame in &film.frames {
            assert!(frame.len() + STAMP_BYTES < PACKET_BYTES);
        }
    }

    #[test]
    fn a_picture_is_several_packets_and_only_the_first_starts_it() {
        let mut film = Film::new();
        let packets = film.next_picture();
        assert_eq!(packets.len(), 3);
        assert_eq!(packets[0][0], 0x10);
        assert!(packets[1..].iter().all(|packet| packet[0] == 0 && packet.len() > STAMP_BYTES));
        let bytes: usize = packets.iter().map(|packet| packet.len() - 1).sum();
        assert_eq!(bytes, PICTURE_BYTES);
    }

    #[test]
    fn sound_is_a_code_3_packet_with_padding() {
        let packet = sound();
        assert_eq!(packet.len(), SOUND_BYTES);
        assert_eq!(packet[0] & 3, 3);
        assert_eq!(packet[1], 0x41);
        assert_eq!(usize::from(packet[2]) + 5, SOUND_BYTES);
    }
}
