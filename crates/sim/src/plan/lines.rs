//! What page and server agreed on: the plan of one connection.
//! What is not here: how packets are written; `source.rs` does that with the same numbers.

use forwarding::{Extensions, LegId, LegPlan, Mid, ReceiveLine, RepairLine, Rid, SendLine};
use model::{Codec, LinePurpose, Medium, ParticipantId, SlotCount, TrackKind};

use super::Ways;
use super::publisher::ssrc;
use super::source::{extension, payload_type};

/// The connection of one person.
pub(crate) fn plan(
    who: ParticipantId,
    connection: u32,
    leg: LegId,
    slots: SlotCount,
    ways: &Ways,
) -> LegPlan {
    let receive = TrackKind::ALL.map(|kind| receive(who, connection, kind, ways)).into();
    let seats = (0..slots.seats).flat_map(|slot| {
        [Medium::Sound, Medium::Picture].map(|medium| LinePurpose::Seat { slot, medium })
    });
    let screens = (0..slots.screens).map(|slot| LinePurpose::Screen { slot });
    let send = seats.chain(screens).zip(1_u32..);
    let send = send.map(|(purpose, number)| send_line(leg, purpose, number, ways)).collect();
    LegPlan { participant: who, connection, receive, send }
}

fn receive(who: ParticipantId, connection: u32, kind: TrackKind, ways: &Ways) -> ReceiveLine {
    let codec = if kind.is_sound() { Codec::Opus } else { ways.codec };
    let layered = ways.layers && kind == TrackKind::Camera;
    let media = ssrc(who, connection, kind, 0);
    let repair = ways.repair && !kind.is_sound();
    let own = payload_type::of(codec);
    let rid = |name: &u8| Rid::new(&[*name]).expect("one letter");
    ReceiveLine {
        kind,
        mid: mid(&format!("s{}", kind as u8)),
        payloads: vec![(own, codec)],
        repairs: if repair { vec![(payload_type::repair(codec), own)] } else { Vec::new() },
        red: (ways.redundant && kind.is_sound()).then_some(payload_type::REDUNDANT),
        ssrcs: if layered { Vec::new() } else { vec![media] },
        repair_ssrcs: if repair && !layered { vec![(media, media | 0x80)] } else { Vec::new() },
        rids: if layered { b"lmh".iter().map(rid).collect() } else { Vec::new() },
        extensions: Extensions {
            mid: Some(extension::MID),
            level: kind.is_sound().then_some(extension::LEVEL),
            rid: layered.then_some(extension::RID),
            repaired_rid: (layered && repair).then_some(extension::REPAIRED),
            ..Extensions::default()
        },
    }
}

fn send_line(leg: LegId, purpose: LinePurpose, number: u32, ways: &Ways) -> SendLine {
    let sound = matches!(purpose, LinePurpose::Seat { medium: Medium::Sound, .. });
    let ssrc = 0x8000_0000 | leg.0 << 8 | number;
    let codecs: &[Codec] = if sound { &[Codec::Opus] } else { &[Codec::Vp8, Codec::H264] };
    let repair = (ways.repair && !sound).then(|| RepairLine {
        ssrc: ssrc | 0x80,
        payloads: codecs
            .iter()
            .map(|codec| (payload_type::of(*codec), payload_type::repair(*codec)))
            .collect(),
    });
    SendLine {
        purpose,
        mid: mid(&format!("r{number}")),
        ssrc,
        payloads: codecs.iter().map(|codec| (*codec, payload_type::of(*codec))).collect(),
        repair,
        red: (ways.redundant && sound).then_some(payload_type::REDUNDANT),
        extensions: Extensions {
            mid: Some(extension::MID),
            level: sound.then_some(extension::LEVEL),
            transport: ways.transport.then_some(extension::TRANSPORT),
            ..Extensions::default()
        },
    }
}

fn mid(name: &str) -> Mid {
    Mid::new(name.as_bytes()).expect("a short mid")
}
