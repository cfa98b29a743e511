//! Everybody sends through the real router, and what arrives is counted at each receiver.
//! What is not here: what ought to arrive.

use std::collections::BTreeMap;

use forwarding::{
    Extensions, LegId, LegPlan, Mid, Outlet, ReceiveLine, Router, RouterNotice, SendLine,
};
use model::letters::TapeItem;
use model::limits::{SCREEN_SLOTS_MAX, SEAT_SLOTS_MAX};
use model::{
    Codec, Grants, HearingId, Instant, LinePurpose, Medium, Now, ParticipantId, Timestamp, TrackId,
    TrackKind,
};

const OPUS: u8 = 111;
const VP8: u8 = 96;
/// The first packet of a VP8 keyframe; each packet sent here is one, so that each is passed on.
const KEYFRAME: [u8; 2] = [0x10, 0x00];

/// Packets that arrived: by receiver and by the track they came from.
pub(crate) type Arrivals = BTreeMap<(ParticipantId, TrackId), usize>;

/// What the router gave out.
#[derive(Debug, Default)]
struct Counter {
    arrived: Arrivals,
    taped: BTreeMap<TrackId, usize>,
}

impl Outlet for Counter {
    fn rtp(&mut self, leg: LegId, header: &[u8], payload: &[u8]) {
        let whole = [header, payload].concat();
        // The last five bytes say who sent what.
        let mark = &whole[whole.len() - 5..];
        let who = u32::from_be_bytes([mark[0], mark[1], mark[2], mark[3]]);
        let kind = TrackKind::ALL[usize::from(mark[4])];
        let track = TrackId::new(ParticipantId(who), kind);
        *self.arrived.entry((ParticipantId(leg.0), track)).or_default() += 1;
    }

    fn rtcp(&mut self, _: LegId, _: &[u8]) {}

    fn tape(&mut self, item: TapeItem, _: &[u8]) {
        if let TapeItem::Packet { track, .. } = item {
            *self.taped.entry(track).or_default() += 1;
        }
    }

    fn tell(&mut self, _: RouterNotice) {}
}

/// A router with a leg for everybody.
#[derive(Debug)]
pub(crate) struct Lines {
    router: Router,
    people: Vec<ParticipantId>,
    now: Now,
    sequence: u16,
    epoch: u64,
}

impl Lines {
    /// Everybody is connected, whether the table gives them anything or not.
    pub(crate) fn new(people: &[ParticipantId]) -> Self {
        let utc = Timestamp(1_772_413_200_000);
        let mut lines = Self {
            router: Router::new(HearingId(1)),
            people: people.to_vec(),
            now: Now { instant: Instant(1_000_000), utc },
            sequence: 0,
            epoch: 0,
        };
        let mut out = Counter::default();
        for who in people {
            lines.router.leg_up(lines.now, LegId(who.0), plan(*who), &mut out);
        }
        lines
    }

    /// Puts a table in force.
    pub(crate) fn grant(&mut self, grants: &Grants) {
        self.pass_time(20);
        self.epoch += 1;
        let grants = Grants { epoch: self.epoch, ..grants.clone() };
        self.router.set_grants(self.now, grants, &mut Counter::default());
    }

    /// Each of `senders` sends `times` packets of a kind; what arrived and what went onto the tape.
    pub(crate) fn send(
        &mut self,
        senders: &[ParticipantId],
        kind: TrackKind,
        times: usize,
    ) -> (Arrivals, BTreeMap<TrackId, usize>) {
        let mut out = Counter::default();
        for _ in 0..times {
            self.pass_time(20);
            self.sequence = self.sequence.wrapping_add(1);
            for who in senders {
                let packet = packet(*who, kind, self.sequence, self.now);
                self.router.rtp(self.now, LegId(who.0), &packet, &mut out);
            }
            self.router.tick(self.now, &mut out);
        }
        (out.arrived, out.taped)
    }

    /// So long nobody sends that every slot is free again.
    pub(crate) fn rest(&mut self) {
        self.pass_time(4_000);
        self.router.tick(self.now, &mut Counter::default());
    }

    /// Everybody who is connected.
    pub(crate) fn everybody(&self) -> Vec<ParticipantId> {
        self.people.clone()
    }

    fn pass_time(&mut self, ms: u64) {
        self.now = self.now.plus(core::time::Duration::from_millis(ms));
    }
}

fn source(who: ParticipantId, kind: TrackKind) -> u32 {
    0xa000_0000 + who.0 * 16 + kind as u32
}

fn packet(who: ParticipantId, kind: TrackKind, sequence: u16, now: Now) -> Vec<u8> {
    let payload_type = if kind.is_sound() { OPUS } else { VP8 };
    let mut bytes = vec![0x80, payload_type];
    bytes.extend_from_slice(&sequence.to_be_bytes());
    let ticks = if kind.is_sound() { 48 } else { 90 };
    let time = u32::try_from(now.instant.0 / 1_000).expect("a test is short") * ticks;
    bytes.extend_from_slice(&time.to_be_bytes());
    bytes.extend_from_slice(&source(who, kind).to_be_bytes());
    if !kind.is_sound() {
        bytes.extend_from_slice(&KEYFRAME);
    }
    bytes.extend_from_slice(&who.0.to_be_bytes());
    let place = TrackKind::ALL.iter().position(|other| *other == kind).expect("a kind");
    bytes.push(u8::try_from(place).expect("three kinds"));
    bytes
}

fn mid(number: usize) -> Mid {
    Mid::new(number.to_string().as_bytes()).expect("a number is a mid")
}

fn plan(who: ParticipantId) -> LegPlan {
    let receive = TrackKind::ALL.into_iter().enumerate().map(|(number, kind)| ReceiveLine {
        kind,
        mid: mid(number),
        payloads: vec![if kind.is_sound() { (OPUS, Codec::Opus) } else { (VP8, Codec::Vp8) }],
        ssrcs: vec![source(who, kind)],
        repairs: Vec::new(),
        red: None,
        repair_ssrcs: Vec::new(),
        rids: Vec::new(),
        extensions: Extensions::default(),
    });
    let mut purposes = Vec::new();
    for slot in 0..SEAT_SLOTS_MAX {
        for medium in [Medium::Sound, Medium::Picture] {
            purposes.push(LinePurpose::Seat { slot, medium });
        }
    }
    purposes.extend((0..SCREEN_SLOTS_MAX).map(|slot| LinePurpose::Screen { slot }));
    let send = (0_u32..).zip(purposes).map(|(number, purpose)| SendLine {
        purpose,
        mid: mid(3 + number as usize),
        ssrc: 0xb000_0000 + who.0 * 256 + number,
        payloads: vec![(Codec::Opus, OPUS), (Codec::Vp8, VP8)],
        repair: None,
        red: None,
        extensions: Extensions::default(),
    });
    LegPlan { participant: who, connection: 1, receive: receive.collect(), send: send.collect() }
}
