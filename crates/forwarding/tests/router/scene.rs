//! A small hearing to test with: plans, publishers, and an outlet that keeps everything.
//!
//! What is not here: assertions about the router.

use forwarding::packet::Packet;
use forwarding::rtcp::{self, Item};
use forwarding::{
    Extensions, LegId, LegPlan, Mid, Outlet, ReceiveLine, Router, RouterNotice, SendLine,
};
use model::letters::TapeItem;
use model::{
    Codec, Grants, HearingId, Instant, LinePurpose, Medium, Now, ParticipantId, SlotUse, Timestamp,
    TrackId, TrackKind,
};

pub(crate) const OPUS: u8 = 111;
pub(crate) const VP8: u8 = 96;
pub(crate) const MID_EXT: u8 = 4;
pub(crate) const LEVEL_EXT: u8 = 1;
pub(crate) const KEYFRAME: [u8; 2] = [0x10, 0x00];
pub(crate) const INTERFRAME: [u8; 2] = [0x10, 0x01];
/// A later packet of a keyframe.
pub(crate) const KEYFRAME_REST: [u8; 2] = [0x00, 0x00];

pub(crate) fn at(ms: u64) -> Now {
    at_us(ms * 1_000)
}

pub(crate) fn at_us(us: u64) -> Now {
    let utc = Timestamp(1_700_000_000_000 + i64::try_from(us / 1_000).unwrap());
    Now { instant: Instant(us), utc }
}

pub(crate) fn person(id: u32) -> ParticipantId {
    ParticipantId(id)
}

pub(crate) fn track(who: u32, kind: TrackKind) -> TrackId {
    TrackId::new(person(who), kind)
}

/// Everything that left the router.
#[derive(Debug, Default)]
pub(crate) struct Catch {
    pub(crate) rtp: Vec<(LegId, Vec<u8>)>,
    pub(crate) rtcp: Vec<(LegId, Vec<u8>)>,
    pub(crate) tape: Vec<(TapeItem, Vec<u8>)>,
    pub(crate) notices: Vec<RouterNotice>,
}

impl Outlet for Catch {
    fn rtp(&mut self, leg: LegId, header: &[u8], payload: &[u8]) {
        self.rtp.push((leg, [header, payload].concat()));
    }

    fn rtcp(&mut self, leg: LegId, compound: &[u8]) {
        self.rtcp.push((leg, compound.to_vec()));
    }

    fn tape(&mut self, item: TapeItem, payload: &[u8]) {
        self.tape.push((item, payload.to_vec()));
    }

    fn tell(&mut self, notice: RouterNotice) {
        self.notices.push(notice);
    }
}

impl Catch {
    /// Packets sent to a leg under an SSRC.
    pub(crate) fn packets(&self, leg: u32, ssrc: u32) -> Vec<Packet<'_>> {
        self.rtp
            .iter()
            .filter(|(to, _)| *to == LegId(leg))
            .map(|(_, bytes)| Packet::read(bytes).expect("the router writes RTP"))
            .filter(|packet| packet.ssrc == ssrc)
            .collect()
    }

    /// Statements sent to a leg on RTCP.
    pub(crate) fn items(&self, leg: u32) -> Vec<Item> {
        let mut items = Vec::new();
        for (_, compound) in self.rtcp.iter().filter(|(to, _)| *to == LegId(leg)) {
            assert!(rtcp::read(compound, |item| items.push(item)), "the router writes RTCP");
        }
        items
    }

    /// How many keyframes were asked of a source.
    pub(crate) fn keyframe_requests(&self, leg: u32, media: u32) -> usize {
        self.items(leg).iter().filter(|item| **item == Item::Keyframe { media }).count()
    }

    /// Every list of slots told to a participant.
    pub(crate) fn slots(&self, who: u32) -> Vec<Vec<SlotUse>> {
        self.notices
            .iter()
            .filter_map(|notice| match notice {
                RouterNotice::Slots { participant, slots, .. } if *participant == person(who) => {
                    Some(slots.clone())
                }
                _ => None,
            })
            .collect()
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

/// SSRC a leg's publisher uses for a kind of track.
pub(crate) fn source(leg: u32, kind: TrackKind) -> u32 {
    0xa000_0000 + leg * 16 + kind as u32
}

/// SSRC of a line of a leg.
pub(crate) fn seat(leg: u32, slot: u8, medium: Medium) -> u32 {
    0xb000_0000 + leg * 256 + u32::from(slot) * 2 + medium as u32
}

/// SSRC of a screen line of a leg.
pub(crate) fn screen(leg: u32, slot: u8) -> u32 {
    0xc000_0000 + leg * 256 + u32::from(slot)
}

fn mid(number: usize) -> Mid {
    Mid::new(number.to_string().as_bytes()).expect("a number is a mid")
}

/// A plan with three sending lines and so many slots.
pub(crate) fn plan(who: u32, leg: u32, connection: u32, seats: u8, screens: u8) -> LegPlan {
    let receive = TrackKind::ALL
        .into_iter()
        .enumerate()
        .map(|(number, kind)| ReceiveLine {
            kind,
            mid: mid(number),
            payloads: match kind {
                TrackKind::Microphone => vec![(OPUS, Codec::Opus)],
                TrackKind::Camera | TrackKind::Screen => vec![(VP8, Codec::Vp8)],
            },
            ssrcs: vec![source(leg, kind)],
            repairs: Vec::new(),
            red: None,
            repair_ssrcs: Vec::new(),
            rids: Vec::new(),
            extensions: Extensions {
                mid: Some(MID_EXT),
                level: Some(LEVEL_EXT),
                ..Extensions::default()
            },
        })
        .collect();
    let mut purposes: Vec<(LinePurpose, u32)> = Vec::new();
    for slot in 0..seats {
        for medium in [Medium::Sound, Medium::Picture] {
            purposes.push((LinePurpose::Seat { slot, medium }, seat(leg, slot, medium)));
        }
    }
    for slot in 0..screens {
        purposes.push((LinePurpose::Screen { slot }, screen(leg, slot)));
    }
    let send = purposes
        .into_iter()
        .enumerate()
        .map(|(number, (purpose, ssrc))| SendLine {
            purpose,
            mid: mid(number + 3),
            ssrc,
            payloads: vec![(Codec::Opus, OPUS), (Codec::Vp8, VP8), (Codec::H264, 102)],
            repair: None,
            red: None,
            extensions: Extensions {
                mid: Some(MID_EXT),
                level: Some(LEVEL_EXT),
                ..Extensions::default()
            },
        })
        .collect();
    LegPlan { participant: person(who), connection, receive, send }
}

/// A table: everybody of `people` publishes sound and picture, receives all others, no record.
pub(crate) fn all_see_all(epoch: u64, people: &[u32]) -> Grants {
    let mut grants = Grants { epoch, ..Grants::default() };
    for &who in people {
        for kind in [TrackKind::Microphone, TrackKind::Camera] {
            grants.publish.insert(track(who, kind));
            for &other in people.iter().filter(|other| **other != who) {
                grants.receive.entry(person(other)).or_default().insert(track(who, kind));
            }
        }
    }
    grants
}

/// A hearing of people whose leg has their own number; what setting up said is thrown away.
pub(crate) fn hearing(people: &[u32], seats: u8) -> (Router, Catch) {
    let mut router = Router::new(HearingId(1));
    let mut out = Catch::default();
    router.set_grants(at(0), all_see_all(1, people), &mut out);
    for &who in people {
        router.leg_up(at(0), LegId(who), plan(who, who, 1, seats, 2), &mut out);
    }
    out.clear();
    (router, out)
}

/// One sending source.
#[derive(Clone, Debug)]
pub(crate) struct Publisher {
    pub(crate) leg: u32,
    pub(crate) ssrc: u32,
    pub(crate) payload_type: u8,
    pub(crate) sequence: u16,
    pub(crate) rtp_time: u32,
}

impl Publisher {
    pub(crate) fn new(leg: u32, kind: TrackKind) -> Self {
        let payload_type = if kind.is_sound() { OPUS } else { VP8 };
        Self { leg, ssrc: source(leg, kind), payload_type, sequence: 65_500, rtp_time: 1_000 }
    }

    /// The next packet, its timestamp `ticks` after the last.
    pub(crate) fn packet(&mut self, ticks: u32, payload: &[u8]) -> Vec<u8> {
        self.rtp_time = self.rtp_time.wrapping_add(ticks);
        self.sequence = self.sequence.wrapping_add(1);
        let mut bytes = vec![0x80, self.payload_type];
        bytes.extend_from_slice(&self.sequence.to_be_bytes());
        bytes.extend_from_slice(&self.rtp_time.to_be_bytes());
        bytes.extend_from_slice(&self.ssrc.to_be_bytes());
        bytes.extend_from_slice(payload);
        bytes
    }

    /// Sends the next packet.
    pub(crate) fn send(
        &mut self,
        router: &mut Router,
        now: Now,
        ticks: u32,
        payload: &[u8],
        out: &mut Catch,
    ) {
        let packet = self.packet(ticks, payload);
        router.rtp(now, LegId(self.leg), &packet, out);
    }
}

/// A seeded sequence of numbers, the same everywhere (xorshift64*).
#[derive(Debug)]
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % sides
    }
}
