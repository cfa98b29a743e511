//! Any run of calls on a router of three people: no panic, nothing to anybody without a grant,
//! and what goes out can be read.
//!
//! What is not here: the order of numbers; `crates/forwarding/tests` looks at that.

#![no_main]

use forwarding::packet::Packet;
use forwarding::{
    Extensions, LegId, LegPlan, Mid, Outlet, ReceiveLine, RepairLine, Router, RouterNotice,
    SendLine, rtcp,
};
use libfuzzer_sys::fuzz_target;
use model::letters::TapeItem;
use model::{
    Codec, Grants, HearingId, Instant, LinePurpose, Medium, Now, ParticipantId, Tile, Timestamp,
    TrackId, TrackKind,
};

const PEOPLE: u32 = 3;

struct Check {
    closed: bool,
}

impl Outlet for Check {
    fn rtp(&mut self, _leg: LegId, header: &[u8], payload: &[u8]) {
        assert!(!self.closed, "nothing is granted");
        let bytes = [header, payload].concat();
        let packet = Packet::read(&bytes).expect("the router writes RTP");
        assert!(packet.payload.ends_with(payload) || packet.payload.is_empty(), "or padding");
    }

    fn rtcp(&mut self, _leg: LegId, compound: &[u8]) {
        assert!(rtcp::read(compound, |_| ()), "the router writes RTCP");
    }

    fn tape(&mut self, _item: TapeItem, _payload: &[u8]) {
        assert!(!self.closed, "nothing is on the record");
    }

    fn tell(&mut self, _notice: RouterNotice) {}
}

fn ssrc(leg: u32, line: u8) -> u32 {
    (leg << 8) | u32::from(line)
}

fn plan(who: u32, leg: u32, connection: u8, seats: u8) -> LegPlan {
    let mid = |number: u8| Mid::new(&[b'a' + number % 26]).expect("one letter");
    let receive = TrackKind::ALL
        .into_iter()
        .zip(0_u8..)
        .map(|(kind, number)| ReceiveLine {
            kind,
            mid: mid(number),
            payloads: vec![
                (111, Codec::Opus),
                (96, Codec::Vp8),
                (102, Codec::H264),
                (98, Codec::Vp9),
                (45, Codec::Av1),
            ],
            ssrcs: vec![ssrc(leg, 200 + number)],
            repairs: vec![(97, 96), (103, 102), (99, 98), (46, 45)],
            red: Some(63),
            repair_ssrcs: vec![(ssrc(leg, 200 + number), ssrc(leg, 210 + number))],
            rids: match kind {
                TrackKind::Camera => {
                    [b"l", b"m", b"h"].iter().filter_map(|rid| Mid::new(*rid)).collect()
                }
                TrackKind::Microphone | TrackKind::Screen => Vec::new(),
            },
            extensions: Extensions {
                mid: Some(4),
                level: Some(1),
                rid: Some(10),
                repaired_rid: Some(11),
                transport: Some(5),
                capture: Some(7),
                dependency: Some(13),
            },
        })
        .collect();
    let send = (0..seats)
        .map(|number| SendLine {
            purpose: match number % 3 {
                _ if number > 17 => LinePurpose::Stage { medium: Medium::Picture },
                _ if number == 17 => LinePurpose::Stage { medium: Medium::Sound },
                0 => LinePurpose::Seat { slot: number / 3, medium: Medium::Sound },
                1 => LinePurpose::Seat { slot: number / 3, medium: Medium::Picture },
                _ => LinePurpose::Screen { slot: number / 3 },
            },
            mid: mid(number + 3),
            ssrc: ssrc(leg, number),
            payloads: vec![
                (Codec::Opus, 111),
                (Codec::Vp8, 96),
                (Codec::H264, 102),
                (Codec::Vp9, 98),
                (Codec::Av1, 45),
            ],
            repair: (number % 2 == 1).then(|| RepairLine {
                ssrc: ssrc(leg, 100 + number),
                payloads: vec![(96, 97), (102, 103), (98, 99), (45, 46)],
            }),
            red: Some(63),
            extensions: Extensions {
                mid: Some(4),
                level: Some(19),
                transport: Some(5),
                capture: Some(7),
                dependency: Some(13),
                ..Extensions::default()
            },
        })
        .collect();
    LegPlan { participant: ParticipantId(who), connection: u32::from(connection), receive, send }
}

/// Each bit of `mask` opens one track to everybody and the record.
fn grants(epoch: u64, mask: u16) -> Grants {
    let mut grants = Grants { epoch, ..Grants::default() };
    for who in 0..PEOPLE {
        for kind in TrackKind::ALL {
            if mask >> (who * 3 + kind as u32) & 1 != 0 {
                let track = TrackId::new(ParticipantId(who), kind);
                grants.publish.insert(track);
                grants.record.insert(track);
                for other in 0..PEOPLE {
                    grants.receive.entry(ParticipantId(other)).or_default().insert(track);
                }
            }
        }
    }
    grants
}

fuzz_target!(|bytes: &[u8]| {
    let mut router = Router::new(HearingId(1));
    let mut out = Check { closed: false };
    let mut now = Now { instant: Instant(0), utc: Timestamp(0) };
    let mut epoch = 1;
    router.set_grants(now, grants(epoch, u16::MAX), &mut out);
    for leg in 0..PEOPLE {
        router.leg_up(now, LegId(leg), plan(leg, leg, 1, 6), &mut out);
    }
    let mut rest = bytes;
    while let Some((&[call, leg, len], after)) = rest.split_first_chunk::<3>() {
        let (body, after) = after.split_at(usize::from(len).min(after.len()));
        rest = after;
        let leg = u32::from(leg % 5);
        let first = |at: usize| body.get(at).copied().unwrap_or(0);
        match call % 10 {
            0 => router.rtp(now, LegId(leg), body, &mut out),
            1 => router.rtcp(now, LegId(leg), body, &mut out),
            2 => {
                let line = 200 + first(0) % 16;
                let payload_type = [111, 96, 102, 63, 97, 103][usize::from(first(1) % 6)];
                let mut packet = vec![0x90, payload_type, first(2), first(3), 0, 0, 0, first(4)];
                packet.extend_from_slice(&ssrc(leg, line).to_be_bytes());
                let rid = b"lmh"[usize::from(first(1) / 6 % 3)];
                packet.extend_from_slice(&[0xbe, 0xde, 0, 1, 0xa0, rid, 0xb0, rid]);
                packet.extend_from_slice(body.get(5..).unwrap_or_default());
                router.rtp(now, LegId(leg), &packet, &mut out);
            }
            // A packet with a descriptor of so many bytes.
            9 => {
                let described = &body[body.len().min(3)..];
                let value = &described[..described.len().min(usize::from(first(1) % 64))];
                let mut packet = vec![0x90, 45, first(0), first(2), 0, 0, 0, first(2)];
                packet.extend_from_slice(&ssrc(leg, 201).to_be_bytes());
                let bytes = (value.len() + 2).next_multiple_of(4);
                packet.extend_from_slice(&[0x10, 0, 0, (bytes / 4) as u8, 13, value.len() as u8]);
                packet.extend_from_slice(value);
                packet.resize(16 + bytes, 0);
                packet.extend_from_slice(&described[value.len()..]);
                router.rtp(now, LegId(leg), &packet, &mut out);
            }
            3 => {
                let mut compound = rtcp::Compound::default();
                let sequence = u16::from_be_bytes([first(1), first(2)]);
                let media = ssrc(leg, first(0) % 20);
                assert!(compound.nack(1, media, &[sequence]).is_empty());
                compound.keyframe_request(1, media);
                router.rtcp(now, LegId(leg), compound.as_bytes(), &mut out);
            }
            4 => {
                let who = u32::from(first(0)) % PEOPLE;
                let plan = plan(who, leg, first(1), first(2) % 20);
                router.leg_up(now, LegId(leg), plan, &mut out);
            }
            5 => router.leg_down(now, LegId(leg), &mut out),
            7 => {
                let purpose = LinePurpose::Seat { slot: first(0) % 4, medium: Medium::Picture };
                let tiles = [Tile { purpose, width: u16::from(first(1)) * 8, height: 90 }];
                router.set_tiles(now, ParticipantId(leg % PEOPLE), &tiles, &mut out);
            }
            6 => {
                epoch += 1;
                let mask = u16::from_be_bytes([first(0), first(1)]);
                let table = grants(epoch, mask);
                out.closed = table.publish.is_empty();
                router.set_grants(now, table, &mut out);
            }
            _ => {
                now = now.plus(core::time::Duration::from_millis(u64::from(first(0)) * 20));
                router.tick(now, &mut out);
                assert!(router.wake_at() > now.instant);
            }
        }
    }
});
