//! What forwarding one packet costs in memory: time and allocations, with and without sealing.
//!
//! What is not here: opening packets on arrival, sockets and the kernel. Read a row's time divided
//! by its forwards, or 1,000 divided by its Mitem/s: nanoseconds for each packet sent on.

use core::fmt;

use divan::counter::ItemsCount;
use divan::{AllocProfiler, Bencher, black_box};
use forwarding::{
    Extensions, LegId, LegPlan, Mid, Outlet, ReceiveLine, Router, RouterNotice, SendLine,
};
use model::letters::TapeItem;
use model::{
    Codec, Grants, HearingId, Instant, LinePurpose, Medium, Now, ParticipantId, Timestamp, TrackId,
    TrackKind,
};
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

const PAYLOAD_BYTES: usize = 1_100;
const ARENA_BYTES: usize = 1 << 20;
const SUBSCRIBERS_FROM: u32 = 100;

/// So many publishers, so many subscribers, everybody sees everybody.
#[derive(Clone, Copy)]
struct Shape(u32, u32);

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.0, self.1)
    }
}

const SHAPES: [Shape; 5] = [Shape(1, 1), Shape(1, 5), Shape(1, 20), Shape(10, 5), Shape(20, 20)];

/// Takes packets the way the shell does: one copy into a place where they can be sealed and sent.
struct Arena {
    bytes: Vec<u8>,
    at: usize,
    keys: Vec<LessSafeKey>,
    sent: u64,
}

impl Outlet for Arena {
    fn rtp(&mut self, leg: LegId, header: &[u8], payload: &[u8]) {
        let len = header.len() + payload.len() + 16;
        if self.at + len > self.bytes.len() {
            self.at = 0;
        }
        let room = &mut self.bytes[self.at..self.at + len];
        let (head, rest) = room.split_at_mut(header.len());
        let (body, tag) = rest.split_at_mut(payload.len());
        head.copy_from_slice(header);
        body.copy_from_slice(payload);
        if let Some(key) = self.keys.get((leg.0 - SUBSCRIBERS_FROM) as usize) {
            let mut nonce = [0; NONCE_LEN];
            nonce.copy_from_slice(&head[..NONCE_LEN]);
            let nonce = Nonce::assume_unique_for_key(nonce);
            let sealed = key
                .seal_in_place_separate_tag(nonce, Aad::from(&*head), body)
                .expect("a packet is short enough to seal");
            tag.copy_from_slice(sealed.as_ref());
        }
        self.at += len;
        self.sent += 1;
        black_box(&self.bytes[self.at - 1]);
    }

    fn rtcp(&mut self, _leg: LegId, compound: &[u8]) {
        black_box(compound);
    }

    fn tape(&mut self, item: TapeItem, _payload: &[u8]) {
        black_box(item);
    }

    fn tell(&mut self, notice: RouterNotice) {
        black_box(notice);
    }
}

struct Stage {
    router: Router,
    arena: Arena,
    packets: Vec<Vec<u8>>,
    round: u32,
    shape: Shape,
}

impl Stage {
    fn new(shape: Shape, sealed: bool) -> Self {
        let keys = if sealed { shape.1 } else { 0 };
        let keys = (0..keys).map(|_| {
            let key = UnboundKey::new(&AES_128_GCM, &[7; 16]).expect("16 bytes are a key");
            LessSafeKey::new(key)
        });
        let arena = Arena { bytes: vec![0; ARENA_BYTES], at: 0, keys: keys.collect(), sent: 0 };
        let mut stage = Self {
            router: Router::new(HearingId(1)),
            arena,
            packets: (0..shape.0).map(packet).collect(),
            round: 0,
            shape,
        };
        stage.router.set_grants(now(0), grants(shape), &mut stage.arena);
        for publisher in 0..shape.0 {
            stage.router.leg_up(now(0), LegId(publisher), publishing(publisher), &mut stage.arena);
        }
        for subscriber in 0..shape.1 {
            let leg = SUBSCRIBERS_FROM + subscriber;
            let plan = receiving(leg, shape.0);
            stage.router.leg_up(now(0), LegId(leg), plan, &mut stage.arena);
        }
        for packet in &mut stage.packets {
            packet[13] = 0; // A keyframe, so that everybody starts.
        }
        stage.round();
        for packet in &mut stage.packets {
            packet[13] = 1;
        }
        for _ in 0..1_000 {
            stage.round();
        }
        stage
    }

    /// One packet from every publisher to every subscriber, and what is due by time.
    fn round(&mut self) {
        self.round += 1;
        let now = now(u64::from(self.round));
        let sequence = u16::try_from(self.round & 0xffff).expect("masked").to_be_bytes();
        for (publisher, packet) in (0..).zip(&mut self.packets) {
            packet[2..4].copy_from_slice(&sequence);
            packet[4..8].copy_from_slice(&(self.round * 90).to_be_bytes());
            self.router.rtp(now, LegId(publisher), packet, &mut self.arena);
        }
        if self.router.wake_at() <= now.instant {
            self.router.tick(now, &mut self.arena);
        }
    }

    fn finish(&self) {
        let expected = u64::from(self.round) * u64::from(self.shape.0 * self.shape.1);
        assert_eq!(self.arena.sent, expected, "every packet went to everybody");
    }
}

fn now(ms: u64) -> Now {
    Now { instant: Instant(ms * 1_000), utc: Timestamp(0) }
}

fn packet(publisher: u32) -> Vec<u8> {
    let mut packet = vec![0x80, 96, 0, 0, 0, 0, 0, 0];
    packet.extend_from_slice(&publisher.to_be_bytes());
    packet.push(0x10);
    packet.resize(12 + PAYLOAD_BYTES, 1);
    packet
}

fn grants(shape: Shape) -> Grants {
    let mut grants = Grants::default();
    for publisher in 0..shape.0 {
        let track = TrackId::new(ParticipantId(publisher), TrackKind::Camera);
        grants.publish.insert(track);
        for subscriber in 0..shape.1 {
            let who = ParticipantId(SUBSCRIBERS_FROM + subscriber);
            grants.receive.entry(who).or_default().insert(track);
        }
    }
    grants
}

fn publishing(publisher: u32) -> LegPlan {
    let line = ReceiveLine {
        kind: TrackKind::Camera,
        mid: Mid::new(b"1").expect("one character"),
        payloads: vec![(96, Codec::Vp8)],
        ssrcs: vec![publisher],
        repairs: Vec::new(),
        red: None,
        repair_ssrcs: Vec::new(),
        rids: Vec::new(),
        extensions: Extensions { mid: Some(4), level: None, ..Extensions::default() },
    };
    let participant = ParticipantId(publisher);
    LegPlan { participant, connection: 1, receive: vec![line], send: Vec::new() }
}

fn receiving(leg: u32, seats: u32) -> LegPlan {
    let line = |slot: u32| SendLine {
        purpose: LinePurpose::Seat {
            slot: u8::try_from(slot).expect("few seats"),
            medium: Medium::Picture,
        },
        mid: Mid::new(b"22").expect("two characters"),
        ssrc: leg * 1_000 + slot,
        payloads: vec![(Codec::Vp8, 97)],
        repair: None,
        red: None,
        extensions: Extensions { mid: Some(4), level: None, ..Extensions::default() },
    };
    LegPlan {
        participant: ParticipantId(leg),
        connection: 1,
        receive: Vec::new(),
        send: (0..seats).map(line).collect(),
    }
}

fn run(bencher: Bencher<'_, '_>, shape: Shape, sealed: bool) {
    let mut stage = Stage::new(shape, sealed);
    bencher.counter(ItemsCount::new(shape.0 * shape.1)).bench_local(|| stage.round());
    stage.finish();
}

/// The router and one copy.
#[divan::bench(args = SHAPES)]
fn routed(bencher: Bencher<'_, '_>, shape: Shape) {
    run(bencher, shape, false);
}

/// The router, one copy, and AES-128-GCM in place.
#[divan::bench(args = SHAPES)]
fn sealed(bencher: Bencher<'_, '_>, shape: Shape) {
    run(bencher, shape, true);
}

/// A subscriber joins and leaves. This one allocates, so it also shows that allocations are seen.
#[divan::bench(args = SHAPES)]
fn joined(bencher: Bencher<'_, '_>, shape: Shape) {
    let mut stage = Stage::new(shape, false);
    let leg = SUBSCRIBERS_FROM + shape.1;
    let plan = receiving(leg, shape.0);
    bencher.bench_local(|| {
        stage.router.leg_up(now(0), LegId(leg), plan.clone(), &mut stage.arena);
        stage.router.leg_down(now(0), LegId(leg), &mut stage.arena);
    });
}

fn main() {
    divan::main();
}
