//! What a person of the load sends: Opus and VP8 packets that decode, each with a stamp at its end
//! that says who sent it when; and how such packets are taken apart on arrival.
//!
//! What is not here: sockets, keys and clocks.

/// Payload type of sound in every offer.
pub const OPUS: u8 = 111;
/// Payload type of pictures in every offer.
pub const VP8: u8 = 96;
/// Number of the `sdes:mid` extension in every offer.
pub const MID_EXT: u8 = 4;
/// Number of the `ssrc-audio-level` extension in every offer.
pub const LEVEL_EXT: u8 = 1;

/// Payload type of repairs (RFC 4588), where they are negotiated.
pub const REPAIR: u8 = 97;
/// Payload type of redundant sound (RFC 2198), where it is negotiated.
pub const REDUNDANT: u8 = 63;
/// Number of the transport-wide sequence number, where it is negotiated.
pub const COUNT_EXT: u8 = 5;
/// Where a counted packet of a [`Track`] bears its number.
pub const COUNT_AT: usize = 12 + 4 + 4 + 1;

/// Number of the `sdes:rtp-stream-id` extension, where layers are offered.
pub const RID_EXT: u8 = 6;
/// Names of the layers, the lowest first.
pub const RIDS: [char; 3] = ['q', 'h', 'f'];
/// Width and height of a layer's pictures.
pub const SIZES: [(u16, u16); 3] = [(320, 180), (640, 360), (1_280, 720)];
/// Bytes of a layer's picture: 150, 500 and 1,500 kbit/s at 30 a second.
const LAYER_BYTES: [usize; 3] = [625, 2_083, 6_250];
/// Packets of a layer's picture.
const LAYER_PACKETS: [usize; 3] = [1, 2, 6];

/// Bytes of a sound payload: 32 kbit/s in packets of 20 ms.
const SOUND_BYTES: usize = 80;
/// Bytes of a picture: 500 kbit/s at 30 a second.
const PICTURE_BYTES: usize = 2_083;
/// Packets of a picture, as equal as may be, as libwebrtc splits them.
const PICTURE_PACKETS: usize = 2;
/// Samples of a sound packet at 48 kHz.
const SOUND_STEP: u32 = 960;
/// RTP time between pictures at 90 kHz.
const PICTURE_STEP: u32 = 3_000;
/// Bytes of a stamp.
const STAMP_BYTES: usize = 20;
const MAGIC: u16 = 0xA551;

/// Sound or picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A microphone.
    Sound,
    /// A camera.
    Picture,
}

/// Who sent a packet when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The room.
    pub room: u16,
    /// The person's place in it.
    pub person: u8,
    /// What it is.
    pub kind: Kind,
    /// Which stretch of the run: 0 before and after the measurement.
    pub epoch: u8,
    /// Counts the packets of this track in this stretch.
    pub number: u32,
    /// Nanoseconds since 1970 on the machine's clock.
    pub sent: u64,
}

impl Stamp {
    fn write(&self, payload: &mut [u8]) {
        let at = payload.len() - STAMP_BYTES;
        let out = &mut payload[at..];
        out[0..2].copy_from_slice(&MAGIC.to_be_bytes());
        out[2..4].copy_from_slice(&self.room.to_be_bytes());
        out[4] = self.person;
        out[5] = u8::from(self.kind == Kind::Picture);
        out[6] = self.epoch;
        out[7] = 0;
        out[8..12].copy_from_slice(&self.number.to_be_bytes());
        out[12..20].copy_from_slice(&self.sent.to_be_bytes());
    }

    /// Reads the stamp at the end of a payload.
    pub fn read(payload: &[u8]) -> Option<Self> {
        let bytes = payload.get(payload.len().checked_sub(STAMP_BYTES)?..)?;
        (bytes[0..2] == MAGIC.to_be_bytes()).then(|| Self {
            room: u16::from_be_bytes([bytes[2], bytes[3]]),
            person: bytes[4],
            kind: if bytes[5] == 1 { Kind::Picture } else { Kind::Sound },
            epoch: bytes[6],
            number: u32::from_be_bytes(bytes[8..12].try_into().expect("four bytes")),
            sent: u64::from_be_bytes(bytes[12..20].try_into().expect("eight bytes")),
        })
    }
}

/// The encoded pictures of the robot's film, the first of them the one keyframe.
#[derive(Debug)]
pub struct Film {
    frames: Vec<&'static [u8]>,
}

impl Film {
    /// Reads the film (IVF: 32 bytes of header; then size, time, frame).
    pub fn new() -> Self {
        let file: &'static [u8] = include_bytes!("../../../src/probe/frames.ivf");
        let mut rest = &file[32..];
        let mut frames = Vec::new();
        while let Some((header, tail)) = rest.split_at_checked(12) {
            let bytes = u32::from_le_bytes([header[0], header[1], header[2], header[3]]) as usize;
            let (frame, tail) = tail.split_at(bytes);
            frames.push(frame);
            rest = tail;
        }
        Self { frames }
    }

    /// A picture of the film, which goes on and on.
    pub fn frame(&self, number: usize) -> &'static [u8] {
        self.frames[number % self.frames.len()]
    }
}

/// One track that is sent.
#[derive(Debug)]
pub struct Track {
    kind: Kind,
    mid: u8,
    ssrc: u32,
    sequence: u16,
    timestamp: u32,
    frame: usize,
    /// Its packets have room for a transport-wide number.
    counted: bool,
    /// Which layer of the picture it is.
    layer: Option<usize>,
    /// Packets made in this stretch.
    pub number: u32,
}

/// What is the same for all packets of one moment.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// The room.
    pub room: u16,
    /// The person's place.
    pub person: u8,
    /// The stretch.
    pub epoch: u8,
}

impl Track {
    /// A track that has sent nothing; `mid` is the line's number, below ten.
    pub const fn new(kind: Kind, mid: u8, ssrc: u32) -> Self {
        let (sequence, timestamp, frame, number) = (1_000, 0, 0, 0);
        let (counted, layer) = (false, None);
        Self { kind, mid, ssrc, sequence, timestamp, frame, counted, layer, number }
    }

    /// The same as a layer of a picture.
    pub const fn layer(self, layer: usize) -> Self {
        Self { layer: Some(layer), ..self }
    }

    /// Whether it is one of several layers.
    pub const fn is_layer(&self) -> bool {
        self.layer.is_some()
    }

    /// The same with room for a transport-wide number in each packet.
    pub const fn counted(self, counted: bool) -> Self {
        Self { counted, ..self }
    }

    /// Whether its packets have room for a transport-wide number.
    pub const fn is_counted(&self) -> bool {
        self.counted
    }

    /// Its source.
    pub const fn ssrc(&self) -> u32 {
        self.ssrc
    }

    /// The RTP time of what was sent last.
    pub const fn timestamp(&self) -> u32 {
        self.timestamp
    }

    /// Starts the film again at its keyframe.
    pub const fn rewind(&mut self) {
        self.frame = 0;
    }

    /// Makes the next frame's packets and shows each, plain, to `send`.
    pub fn next(
        &mut self,
        film: &Film,
        moment: Moment,
        clock: impl Fn() -> u64,
        mut send: impl FnMut(&mut [u8]),
    ) {
        match self.kind {
            Kind::Sound => {
                self.timestamp = self.timestamp.wrapping_add(SOUND_STEP);
                let mut packet = self.header(OPUS, true);
                let head = packet.len();
                // One silent frame with padding (RFC 6716 §3.2.5); the stamp lies in the padding.
                let padding = u8::try_from(SOUND_BYTES - 5).expect("a small packet");
                packet.extend_from_slice(&[0xFB, 0x41, padding, 0xFF, 0xFE]);
                packet.resize(head + SOUND_BYTES, 0);
                self.stamp(&mut packet, moment, clock());
                send(&mut packet);
            }
            Kind::Picture => {
                self.timestamp = self.timestamp.wrapping_add(PICTURE_STEP);
                let frame = film.frame(self.frame);
                let keyframe = self.frame == 0;
                self.frame = (self.frame + 1) % film.frames.len();
                let of_layer = |layer: usize| (LAYER_BYTES[layer], LAYER_PACKETS[layer]);
                let (bytes, packets) =
                    self.layer.map_or((PICTURE_BYTES, PICTURE_PACKETS), of_layer);
                // Decoders do not read behind the last partition.
                let mut picture = frame.to_vec();
                if let Some(layer) = self.layer.filter(|_| keyframe) {
                    // The same film, which says it is larger: the lowest layer alone decodes.
                    let (width, height) = SIZES[layer];
                    picture[6..8].copy_from_slice(&width.to_le_bytes());
                    picture[8..10].copy_from_slice(&height.to_le_bytes());
                }
                picture.resize(bytes, 0);
                // As equal as may be and the shorter ones first, as libwebrtc splits.
                for place in 0..packets {
                    let part = &picture[bytes * place / packets..bytes * (place + 1) / packets];
                    let mut packet = self.header(VP8, place + 1 == packets);
                    // The descriptor of one byte (RFC 7741 §4.2); 0x10: a partition starts.
                    packet.push(if place == 0 { 0x10 } else { 0 });
                    packet.extend_from_slice(part);
                    self.stamp(&mut packet, moment, clock());
                    send(&mut packet);
                }
            }
        }
    }

    fn stamp(&mut self, packet: &mut [u8], moment: Moment, sent: u64) {
        let Moment { room, person, epoch } = moment;
        let number = self.number;
        self.number += 1;
        Stamp { room, person, kind: self.kind, epoch, number, sent }.write(packet);
    }

    fn header(&mut self, payload_type: u8, marker: bool) -> Vec<u8> {
        let sound = self.kind == Kind::Sound;
        self.sequence = self.sequence.wrapping_add(1);
        let mut packet = Vec::with_capacity(1_500);
        let marked = marker && !sound;
        packet.extend_from_slice(&[0x90, payload_type | if marked { 0x80 } else { 0 }]);
        packet.extend_from_slice(&self.sequence.to_be_bytes());
        packet.extend_from_slice(&self.timestamp.to_be_bytes());
        packet.extend_from_slice(&self.ssrc.to_be_bytes());
        // One-byte extensions (RFC 8285 §4.2): the line, and how loud it is (RFC 6464).
        let words = if self.counted { 2 } else { 1 };
        packet.extend_from_slice(&[0xBE, 0xDE, 0, words, MID_EXT << 4, b'0' + self.mid]);
        packet.extend_from_slice(&match (sound, self.layer) {
            (true, _) => [LEVEL_EXT << 4, 0x80 | 30],
            (false, Some(layer)) => [RID_EXT << 4, u8::try_from(RIDS[layer]).unwrap_or(b'?')],
            (false, None) => [0, 0],
        });
        if self.counted {
            packet.extend_from_slice(&[(COUNT_EXT << 4) | 1, 0, 0, 0]);
        }
        packet
    }
}

/// Source and sequence number of a plain RTP packet.
pub fn source(packet: &[u8]) -> Option<(u32, u16)> {
    let ssrc = packet.get(8..)?.first_chunk::<4>()?;
    Some((u32::from_be_bytes(*ssrc), u16::from_be_bytes([packet[2], packet[3]])))
}

/// The transport-wide number of a plain RTP packet.
pub fn transport_number(packet: &[u8]) -> Option<u16> {
    let from = 12 + 4 * usize::from(packet.first()? & 0x0F);
    let [0xBE, 0xDE, high, low] = *packet.get(from..)?.first_chunk::<4>()? else { return None };
    let len = 4 * usize::from(u16::from_be_bytes([high, low]));
    let mut rest = packet.get(from + 4..from + 4 + len)?;
    while let Some((&head, after)) = rest.split_first() {
        rest = after;
        if head == 0 {
            continue;
        }
        let (value, after) = rest.split_at_checked(usize::from(head & 0x0F) + 1)?;
        if head >> 4 == COUNT_EXT {
            return Some(u16::from_be_bytes(*value.first_chunk::<2>()?));
        }
        rest = after;
    }
    None
}

/// The payload of a plain RTP packet, padding taken off.
pub fn payload(packet: &[u8]) -> Option<&[u8]> {
    let first = *packet.first()?;
    let mut from = 12 + 4 * usize::from(first & 0x0F);
    if first & 0x10 != 0 {
        let words = packet.get(from + 2..from + 4)?;
        from += 4 + 4 * usize::from(u16::from_be_bytes([words[0], words[1]]));
    }
    let mut to = packet.len();
    if first & 0x20 != 0 {
        to = to.checked_sub(usize::from(*packet.last()?))?;
    }
    packet.get(from..to)
}

/// What a compound of RTCP asks of a sender.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Sources of which a keyframe is asked (RFC 4585 §6.3.1, RFC 5104 §4.3.1).
    pub keyframes: Vec<u32>,
    /// Messages that name lost packets (RFC 4585 §6.2.1).
    pub nacks: u32,
}

/// Reads what a compound asks; what is malformed asks nothing.
pub fn asked(compound: &[u8]) -> Asked {
    let mut asked = Asked::default();
    let mut rest = compound;
    while rest.len() >= 4 {
        let len = 4 + 4 * usize::from(u16::from_be_bytes([rest[2], rest[3]]));
        let word = |at: usize| {
            let bytes = rest.get(at..)?.first_chunk::<4>()?;
            Some(u32::from_be_bytes(*bytes))
        };
        match (rest[1], rest[0] & 0x1F) {
            (206, 1) => asked.keyframes.extend(word(8)),
            (206, 4) => asked.keyframes.extend(word(12)),
            (205, 1) => asked.nacks += 1,
            _ => (),
        }
        rest = rest.get(len..).unwrap_or_default();
    }
    asked
}

/// A sender report without blocks (RFC 3550 §6.4.1), so that picture and sound can be matched.
pub fn sender_report(ssrc: u32, timestamp: u32, unix_nanos: u64) -> Vec<u8> {
    const NTP_AHEAD: u64 = 2_208_988_800;
    let seconds = u32::try_from((unix_nanos / 1_000_000_000 + NTP_AHEAD) & 0xFFFF_FFFF);
    let part = u32::try_from(((unix_nanos % 1_000_000_000) << 32) / 1_000_000_000);
    let mut report = vec![0x80, 200, 0, 6];
    report.extend_from_slice(&ssrc.to_be_bytes());
    report.extend_from_slice(&seconds.unwrap_or(0).to_be_bytes());
    report.extend_from_slice(&part.unwrap_or(0).to_be_bytes());
    report.extend_from_slice(&timestamp.to_be_bytes());
    report.extend_from_slice(&[0; 8]);
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packets(kind: Kind) -> Vec<Vec<u8>> {
        let mut track = Track::new(kind, 1, 7);
        let moment = Moment { room: 3, person: 2, epoch: 1 };
        let mut packets = Vec::new();
        track.next(&Film::new(), moment, || 99, |packet| packets.push(packet.to_vec()));
        packets
    }

    #[test]
    fn stamps_come_back() {
        for (kind, count) in [(Kind::Sound, 1), (Kind::Picture, 2)] {
            let packets = packets(kind);
            assert_eq!(packets.len(), count);
            for (number, packet) in (0..).zip(&packets) {
                let stamp = Stamp::read(payload(packet).unwrap()).unwrap();
                assert_eq!(stamp, Stamp { room: 3, person: 2, kind, epoch: 1, number, sent: 99 });
            }
        }
    }

    #[test]
    fn a_picture_starts_once_and_ends_once() {
        let packets = packets(Kind::Picture);
        let starts: Vec<_> = packets.iter().map(|p| payload(p).unwrap()[0]).collect();
        assert_eq!(starts, [0x10, 0]);
        let marks: Vec<_> = packets.iter().map(|p| p[1] & 0x80).collect();
        assert_eq!(marks, [0, 0x80]);
        assert!(packets[0].len().abs_diff(packets[1].len()) <= 1);
    }

    #[test]
    fn layers_say_their_name_and_size() {
        let moment = Moment { room: 3, person: 2, epoch: 1 };
        for (layer, size) in SIZES.into_iter().enumerate() {
            let mut track = Track::new(Kind::Picture, 1, 7).layer(layer).counted(true);
            let mut packets = Vec::new();
            track.next(&Film::new(), moment, || 99, |packet| packets.push(packet.to_vec()));
            assert_eq!(packets.len(), LAYER_PACKETS[layer]);
            let [low, high, low_2, high_2] = payload(&packets[0]).unwrap()[7..11] else { return };
            let found = (u16::from_le_bytes([low, high]), u16::from_le_bytes([low_2, high_2]));
            assert_eq!(found, size);
            assert_eq!(packets[0][18..20], [RID_EXT << 4, u8::try_from(RIDS[layer]).unwrap()]);
            assert_eq!(source(&packets[0]), Some((7, 1_001)));
        }
    }

    #[test]
    fn numbers_are_written_where_they_are_read() {
        let mut track = Track::new(Kind::Sound, 1, 7).counted(true);
        let moment = Moment { room: 3, person: 2, epoch: 1 };
        let check = |packet: &mut [u8]| {
            packet[COUNT_AT..COUNT_AT + 2].copy_from_slice(&[3, 9]);
            assert_eq!(transport_number(packet), Some(777));
            assert_eq!(Stamp::read(payload(packet).unwrap()).unwrap().sent, 99);
        };
        track.next(&Film::new(), moment, || 99, check);
        assert_eq!(transport_number(&packets(Kind::Picture)[0]), None);
    }

    #[test]
    fn padding_is_no_payload() {
        let mut packet = packets(Kind::Sound).remove(0);
        packet[0] |= 0x20;
        packet.extend_from_slice(&[0, 0, 3]);
        assert_eq!(Stamp::read(payload(&packet).unwrap()).unwrap().sent, 99);
        let last = packet.len() - 1;
        packet[last] = 255;
        assert!(payload(&packet).is_none());
    }

    #[test]
    fn requests_are_found_in_compounds() {
        let mut compound = vec![0x80, 201, 0, 1, 0, 0, 0, 1];
        assert_eq!(asked(&compound), Asked::default());
        compound.extend_from_slice(&[0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2]);
        compound.extend_from_slice(&[0x81, 205, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 9, 0, 0]);
        assert_eq!(asked(&compound), Asked { keyframes: vec![2], nacks: 1 });
        assert_eq!(asked(&compound[..10]), Asked::default(), "a head that is cut off");
    }
}
