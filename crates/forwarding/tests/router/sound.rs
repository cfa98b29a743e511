//! Redundant and discontinuous sound, and times of capture.
//!
//! What is not here: who is speaking.

use forwarding::packet::Packet;
use forwarding::rtcp::{Block, Compound, SenderReport};
use forwarding::{LegId, LegPlan, Router, RouterNotice};
use model::letters::TapeItem;
use model::{Medium, TrackKind};

use crate::scene::{Catch, OPUS, Publisher, all_see_all, at, hearing, plan, seat, source, track};

const MIC: TrackKind = TrackKind::Microphone;
const RED: u8 = 63;
const CAPTURE_EXT: u8 = 7;

fn with_red(who: u32) -> LegPlan {
    let mut plan = plan(who, who, 1, 1, 0);
    plan.receive[MIC as usize].red = Some(RED);
    plan.receive[MIC as usize].extensions.capture = Some(CAPTURE_EXT);
    plan.send[0].red = Some(RED);
    plan.send[0].extensions.capture = Some(CAPTURE_EXT);
    plan
}

fn scene() -> (Router, Catch) {
    let (mut router, mut out) = hearing(&[1, 2], 1);
    for who in [1, 2] {
        router.leg_up(at(0), LegId(who), with_red(who), &mut out);
    }
    out.clear();
    (router, out)
}

fn word(number: u32) -> Vec<u8> {
    format!("word {number}").into_bytes()
}

/// A payload that repeats the two words before.
fn redundant(number: u32) -> Vec<u8> {
    let (two, one) = (word(number - 2), word(number - 1));
    let mut bytes = Vec::new();
    for (ticks, block) in [(1_920_u32, &two), (960, &one)] {
        let len = u32::try_from(block.len()).unwrap();
        let head = 1 << 31 | u32::from(OPUS) << 24 | ticks << 10 | len;
        bytes.extend_from_slice(&head.to_be_bytes());
    }
    bytes.push(OPUS);
    [bytes, two, one, word(number)].concat()
}

#[test]
fn holes_are_filled_from_what_later_packets_repeat() {
    let (mut router, mut out) = scene();
    let mut grants = all_see_all(2, &[1, 2]);
    grants.record.insert(track(1, MIC));
    router.set_grants(at(0), grants, &mut out);
    let mut voice = Publisher { payload_type: RED, ..Publisher::new(1, MIC) };
    for number in 10..110 {
        let bytes = voice.packet(960, &redundant(number));
        // Two of five are lost, never three in a row.
        if number % 5 > 1 {
            router.rtp(at(u64::from(number) * 20), LegId(1), &bytes, &mut out);
        }
        router.tick(at(u64::from(number) * 20), &mut out);
    }
    let mut heard: Vec<Packet<'_>> = out.packets(2, seat(2, 0, Medium::Sound));
    heard.sort_by_key(|packet| packet.rtp_time);
    let words: Vec<&[u8]> = heard.iter().map(|packet| packet.payload).collect();
    let expected: Vec<Vec<u8>> = (12..110).map(word).collect();
    assert_eq!(words, expected);
    assert!(heard.iter().all(|packet| packet.payload_type == OPUS));
    for pair in heard.windows(2) {
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
        assert_eq!(pair[1].rtp_time.wrapping_sub(pair[0].rtp_time), 960);
    }
    let taped = out.tape.iter().filter(|(item, _)| matches!(item, TapeItem::Packet { .. }));
    assert_eq!(taped.count(), 98);
    assert_eq!(router.figures().red_fills, 38);
    assert_eq!(router.figures().nacks_out, 0, "nothing was left to ask for");
}

#[test]
fn a_lossy_listener_gets_redundant_sound_and_a_good_one_plain() {
    let (mut router, mut out) = scene();
    let mut voice = Publisher::new(1, MIC);
    let line = seat(2, 0, Medium::Sound);
    let (mut lost, mut types) = (0, Vec::new());
    for number in 0..1_500_u32 {
        let now = at(u64::from(number) * 20);
        voice.send(&mut router, now, 960, &word(number), &mut out);
        if number % 50 == 0 {
            lost += if (300..700).contains(&number) { 5 } else { 0 };
            let mut report = Compound::default();
            let block = Block { about: line, highest: number, lost, ..Block::default() };
            report.receiver_report(9, &[block]);
            router.rtcp(now, LegId(2), report.as_bytes(), &mut out);
        }
        router.tick(now, &mut out);
        types.push(out.packets(2, line).last().unwrap().payload_type);
        out.rtp.drain(..out.rtp.len().saturating_sub(1));
        if types.last() == Some(&RED) {
            let packet = Packet::read(&out.rtp[0].1).unwrap();
            assert_eq!(packet.payload, redundant(number), "word {number}");
            let mut nack = Compound::default();
            assert!(nack.nack(9, line, &[packet.sequence]).is_empty());
            let later = at(u64::from(number) * 20 + 19);
            router.rtcp(later, LegId(2), nack.as_bytes(), &mut out);
            assert_eq!(out.rtp.len(), 1, "what stood beside it is not kept: no repeat");
        }
    }
    let red = types.iter().filter(|one| **one == RED).count();
    assert!((300..700).contains(&red), "{red}");
    assert_eq!((types[250], types[600], types[1_400]), (OPUS, RED, OPUS));
}

#[test]
fn pauses_in_speech_are_neither_silence_nor_a_seam() {
    let (mut router, mut out) = scene();
    let mut voice = Publisher::new(1, MIC);
    let mut ticks = 0;
    for ms in (0..20_000_u64).step_by(20) {
        ticks += 960;
        // While nobody speaks a packet comes every 400 ms, and once nothing for 2.8 s.
        let pause = (5_000..15_000).contains(&ms);
        let gap = (8_000..10_400).contains(&ms);
        if !gap && (!pause || ms % 400 == 0) {
            voice.send(&mut router, at(ms), ticks, b"dtx", &mut out);
            ticks = 0;
        }
        router.tick(at(ms), &mut out);
    }
    let silent = |notice: &RouterNotice| matches!(notice, RouterNotice::TrackSilent { .. });
    assert!(!out.notices.iter().any(silent));
    let heard = out.packets(2, seat(2, 0, Medium::Sound));
    let first = heard[0];
    let last = *heard.last().unwrap();
    assert_eq!(last.rtp_time.wrapping_sub(first.rtp_time), 960 * 999);
    assert!(heard.windows(2).all(|pair| pair[1].sequence == pair[0].sequence.wrapping_add(1)));
    assert_eq!(router.figures().nacks_out, 0);
}

#[test]
fn times_of_capture_are_moved_onto_the_servers_clock() {
    let (mut router, mut out) = scene();
    let mut voice = Publisher::new(1, MIC);
    let spoken = |voice: &mut Publisher, capture: u64| {
        let mut bytes = voice.packet(960, b"s");
        bytes[0] |= 0x10;
        let mut extension = vec![0xbe, 0xde, 0, 3, CAPTURE_EXT << 4 | 7];
        extension.extend_from_slice(&capture.to_be_bytes());
        extension.extend_from_slice(&[0; 3]);
        bytes.splice(12..12, extension);
        bytes
    };
    let early = spoken(&mut voice, 77 << 32);
    router.rtp(at(0), LegId(1), &early, &mut out);
    let mut report = Compound::default();
    report.sender_report(SenderReport {
        ssrc: source(1, MIC),
        ntp: 1_000 << 32,
        rtp_time: voice.rtp_time,
        packets: 1,
        octets: 1,
    });
    router.rtcp(at(5_000), LegId(1), report.as_bytes(), &mut out);
    let later = spoken(&mut voice, 1_002 << 32);
    router.rtp(at(7_010), LegId(1), &later, &mut out);
    let line = out.packets(2, seat(2, 0, Medium::Sound));
    assert_eq!(line[0].extension(CAPTURE_EXT), None, "the publisher's clock is not known yet");
    let moved = u64::from_be_bytes(line[1].extension(CAPTURE_EXT).unwrap().try_into().unwrap());
    let server = (2_208_988_800 + 1_700_000_000 + 7) << 32;
    assert_eq!(moved, server, "two seconds after what was reported at five");
}
