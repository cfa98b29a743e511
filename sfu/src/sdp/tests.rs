//! Offers of real browsers and what is answered, whole; and what strangers may send.

use std::net::SocketAddr;

use expect_test::{ExpectFile, expect_file};
use model::{Codec, Line, LinePurpose, Medium, ParticipantId, TrackKind, limits};

use super::answer::Answer;
use super::offer::Offer;
use super::terms::Terms;
use super::*;

const CHROMIUM: &str = include_str!("../../tests/data/chromium-156.sdp");
const FIREFOX: &str = include_str!("../../tests/data/firefox-153.sdp");

const SEND: [TrackKind; 3] = [TrackKind::Microphone, TrackKind::Camera, TrackKind::Screen];

/// Three sending lines, two seats, one screen: what both offers have.
fn purposes() -> Vec<LinePurpose> {
    let mut purposes: Vec<LinePurpose> =
        SEND.into_iter().map(|kind| LinePurpose::Publish { kind }).collect();
    for slot in 0..2 {
        purposes.push(LinePurpose::Seat { slot, medium: Medium::Sound });
        purposes.push(LinePurpose::Seat { slot, medium: Medium::Picture });
    }
    purposes.push(LinePurpose::Screen { slot: 0 });
    purposes
}

fn declared() -> Vec<Line> {
    purposes()
        .into_iter()
        .enumerate()
        .map(|(place, purpose)| Line { mid: place.to_string(), purpose })
        .collect()
}

fn ssrc_of(purpose: LinePurpose) -> u32 {
    match purpose {
        LinePurpose::Publish { .. } => 1,
        LinePurpose::Seat { slot, medium: Medium::Sound } => 100 + u32::from(slot),
        LinePurpose::Seat { slot, medium: Medium::Picture } => 200 + u32::from(slot),
        LinePurpose::Screen { slot } => 300 + u32::from(slot),
        LinePurpose::Stage { medium } => 400 + medium as u32,
    }
}

fn agree(text: &str, lines: &[Line], prefer: Codec) -> Result<Terms, SdpFault> {
    Terms::agree(&Offer::read(text)?, lines, prefer, ssrc_of)
}

fn answer(terms: &Terms) -> String {
    let candidates: [SocketAddr; 2] =
        ["192.0.2.1:40000".parse().unwrap(), "[2001:db8::1]:40000".parse().unwrap()];
    Answer {
        session: 7,
        version: 1,
        ufrag: "serverufrag",
        password: "serverpasswordserverpassword",
        fingerprint: &[0xAB; 32],
        candidates: &candidates,
        terms,
    }
    .to_string()
}

fn check(text: &str, expected: &ExpectFile) {
    let answer = answer(&agree(text, &declared(), Codec::Vp8).unwrap());
    assert!(answer.lines().count() * 2 == answer.matches(['\r', '\n']).count());
    expected.assert_eq(&answer.replace("\r\n", "\n"));
}

#[test]
fn chromium_is_answered() {
    check(CHROMIUM, &expect_file!["../../tests/data/chromium-156.answer.sdp"]);
}

#[test]
fn firefox_is_answered() {
    check(FIREFOX, &expect_file!["../../tests/data/firefox-153.answer.sdp"]);
}

#[test]
fn the_routers_plan_holds_numbers_and_sources() {
    let terms = agree(CHROMIUM, &declared(), Codec::Vp8).unwrap();
    let plan = terms.plan(ParticipantId(3), 9);
    assert_eq!((plan.participant, plan.connection), (ParticipantId(3), 9));
    let receive: Vec<_> = plan
        .receive
        .iter()
        .map(|line| (line.kind, line.payloads.clone(), line.extensions.mid, line.extensions.level))
        .collect();
    assert_eq!(
        receive,
        [
            (TrackKind::Microphone, vec![(111, Codec::Opus)], Some(4), Some(1)),
            (TrackKind::Camera, vec![(96, Codec::Vp8)], Some(4), None),
            (TrackKind::Screen, vec![(96, Codec::Vp8)], Some(4), None),
        ]
    );
    assert_eq!(plan.receive[0].ssrcs, [1_290_171_393]);
    let send: Vec<_> = plan
        .send
        .iter()
        .map(|line| (line.mid.as_bytes(), line.ssrc, line.payloads.len()))
        .collect();
    assert_eq!(
        send,
        [(b"3".as_slice(), 100, 1), (b"4", 200, 2), (b"5", 101, 1), (b"6", 201, 2), (b"7", 300, 2)]
    );
    assert_eq!(plan.send[1].payloads, [(Codec::Vp8, 96), (Codec::H264, 108)]);
}

#[test]
fn repair_streams_are_not_sources() {
    let offer = Offer::read(FIREFOX).unwrap();
    assert_eq!(offer.lines[1].ssrcs.len(), 1, "the second of the pair repeats the first");
}

#[test]
fn h264_is_asked_for_where_it_is_preferred_and_offered() {
    let codec_of = |text| {
        let terms = agree(text, &declared(), Codec::H264).unwrap();
        terms.lines[1].codecs[0].codec
    };
    assert_eq!(codec_of(CHROMIUM), Codec::H264);
    assert_eq!(codec_of(FIREFOX), Codec::Vp8, "this Firefox has no H.264");
}

#[test]
fn lines_not_declared_are_rejected_and_leave_the_bundle() {
    let lines: Vec<Line> =
        declared().into_iter().filter(|line| line.mid == "1" || line.mid == "3").collect();
    let answer = answer(&agree(CHROMIUM, &lines, Codec::Vp8).unwrap());
    assert!(answer.contains("a=group:BUNDLE 1 3\r\n"));
    assert_eq!(answer.matches("\r\nm=").count(), 8);
    assert_eq!(answer.matches(" 0 UDP/TLS/RTP/SAVPF ").count(), 6);
    assert_eq!(answer.matches("a=candidate:").count(), 2, "on the first line that is used");
}

#[test]
fn more_slots_by_a_new_offer_keep_the_old_sources() {
    let more = with_another_seat();
    let mut lines = declared();
    for (mid, medium) in [("8", Medium::Sound), ("9", Medium::Picture)] {
        lines.push(Line { mid: mid.to_owned(), purpose: LinePurpose::Seat { slot: 2, medium } });
    }
    let before = agree(CHROMIUM, &declared(), Codec::Vp8).unwrap();
    let after = agree(&more, &lines, Codec::Vp8).unwrap();
    assert_eq!(after.lines[..8], before.lines);
    let plan = after.plan(ParticipantId(1), 1);
    assert_eq!(plan.send.last().map(|line| line.ssrc), Some(202));
    assert!(answer(&after).contains("a=msid:seat-2 seat-2-picture\r\n"));
}

#[test]
fn a_muted_sending_line_stays_but_carries_nothing() {
    let quiet = CHROMIUM.replacen("a=sendonly", "a=inactive", 1);
    let terms = agree(&quiet, &declared(), Codec::Vp8).unwrap();
    assert!(answer(&terms).contains("a=mid:0\r\na=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\na=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\na=inactive\r\n"));
    assert_eq!(terms.plan(ParticipantId(1), 1).receive.len(), 2);
}

#[test]
fn new_credentials_are_an_ice_restart() {
    let before = Offer::read(CHROMIUM).unwrap();
    let again = Offer::read(&CHROMIUM.replace("a=ice-ufrag:4Sel", "a=ice-ufrag:nEw1")).unwrap();
    assert_eq!((before.ufrag.as_str(), again.ufrag.as_str()), ("4Sel", "nEw1"));
    assert_eq!(before.fingerprint, again.fingerprint);
}

#[test]
fn unusable_offers_say_why() {
    let lines = declared();
    let why = |text: String| agree(&text, &lines, Codec::Vp8).unwrap_err();
    assert_eq!(why(String::new()), SdpFault::Malformed);
    assert_eq!(why("hello".to_owned()), SdpFault::Malformed);
    assert_eq!(why("x".repeat(limits::SDP_BYTES_MAX + 1)), SdpFault::TooLarge);
    assert_eq!(why("m=audio 9 RTP/SAVPF 0\r\n".repeat(100)), SdpFault::TooLarge);
    assert_eq!(why(CHROMIUM.replace("a=ice-pwd:", "a=ice-pwd: x")), SdpFault::NoCredentials);
    assert_eq!(why(CHROMIUM.replace("ice-ufrag:4Sel", "ice-ufrag:4S")), SdpFault::NoCredentials);
    assert_eq!(why(CHROMIUM.replace("sha-256", "sha-1")), SdpFault::NoFingerprint);
    assert_eq!(why(CHROMIUM.replace("9A:0D:", "9A:")), SdpFault::NoFingerprint);
    assert_eq!(why(CHROMIUM.replace("actpass", "passive")), SdpFault::WrongRole);
    assert_eq!(why(CHROMIUM.replace("a=mid:1\r", "a=mid:0\r")), SdpFault::NoMid);
    assert_eq!(why(CHROMIUM.replace("a=mid:1\r", "a=mid:seventeen-letters\r")), SdpFault::NoMid);
    assert_eq!(why(CHROMIUM.replace("a=mid:7\r", "a=mid:8\r")), SdpFault::LinesDiffer);
    assert_eq!(why(CHROMIUM.replace("UDP/TLS/RTP/SAVPF", "RTP/AVP")), SdpFault::NothingLeft);
    let swapped: Vec<Line> = declared()
        .into_iter()
        .map(|line| Line { mid: if line.mid == "0" { "1".into() } else { line.mid }, ..line })
        .collect();
    assert_eq!(agree(CHROMIUM, &swapped, Codec::Vp8), Err(SdpFault::LinesDiffer));
    let twice = [lines[0].clone(), Line { mid: "3".to_owned(), purpose: lines[0].purpose }];
    assert_eq!(agree(CHROMIUM, &twice, Codec::Vp8), Err(SdpFault::LinesDiffer));
}

#[test]
fn a_torn_offer_never_panics_and_never_smuggles_lines() {
    let lines = declared();
    for text in [CHROMIUM, FIREFOX] {
        for end in (0..text.len()).step_by(97) {
            if let Ok(terms) = agree(&text[..end], &lines, Codec::Vp8) {
                assert!(answer(&terms).lines().all(|line| line.as_bytes()[1] == b'='));
            }
        }
        for at in (0..text.len()).step_by(211) {
            let mut bytes = text.as_bytes().to_vec();
            bytes[at] = b'\0';
            let torn = String::from_utf8(bytes).unwrap();
            if let Ok(terms) = agree(&torn, &lines, Codec::Vp8) {
                assert!(!answer(&terms).contains('\0'));
            }
        }
    }
}

/// The offer with a third seat: the lines of the second once more, under new mids.
fn with_another_seat() -> String {
    let parts: Vec<&str> = CHROMIUM.split("\r\nm=").collect();
    let again = |place: usize, from: &str, to: &str| {
        format!("\r\nm={}", parts[place].replace(from, to).trim_end())
    };
    format!(
        "{}{}{}\r\n",
        CHROMIUM.trim_end().replace("BUNDLE 0 1 2 3 4 5 6 7", "BUNDLE 0 1 2 3 4 5 6 7 8 9"),
        again(6, "a=mid:5", "a=mid:8"),
        again(7, "a=mid:6", "a=mid:9"),
    )
}
