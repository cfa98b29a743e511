//! Offers of real browsers and what is answered, whole; and what strangers may send.

use std::net::SocketAddr;

use expect_test::{ExpectFile, expect_file};
use model::letters::OfferForm;
use model::{Codec, Line, LinePurpose, Medium, ParticipantId, TrackKind, limits};

use super::answer::Answer;
use super::forms::lines_of;
use super::offer::{Direction, Offer};
use super::terms::{Sources, Terms, Wishes};
use super::*;

const CHROMIUM: &str = include_str!("../../tests/data/chromium-156.sdp");
const FIREFOX: &str = include_str!("../../tests/data/firefox-153.sdp");

const CHROMIUM_LAYERS: &str = include_str!("../../tests/data/chromium-156-layers.sdp");
const FIREFOX_LAYERS: &str = include_str!("../../tests/data/firefox-153-layers.sdp");

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

fn sources_of(purpose: LinePurpose) -> Sources {
    let media = match purpose {
        LinePurpose::Publish { .. } => 1,
        LinePurpose::Seat { slot, medium: Medium::Sound } => 100 + u32::from(slot),
        LinePurpose::Seat { slot, medium: Medium::Picture } => 200 + u32::from(slot),
        LinePurpose::Screen { slot } => 300 + u32::from(slot),
        LinePurpose::Stage { medium } => 400 + medium as u32,
    };
    Sources { media, repair: 1_000 + media }
}

fn wishes(picture: Codec) -> Wishes {
    Wishes { picture, voice_dtx: false, form: OfferForm::Page }
}

fn agree(text: &str, lines: &[Line], prefer: Codec) -> Result<Terms, SdpFault> {
    Terms::agree(&Offer::read(text)?, lines, wishes(prefer), sources_of)
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
        streams: &[],
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
fn layers_of_chromium_are_answered() {
    check(CHROMIUM_LAYERS, &expect_file!["../../tests/data/chromium-156-layers.answer.sdp"]);
}

#[test]
fn layers_of_firefox_are_answered() {
    check(FIREFOX_LAYERS, &expect_file!["../../tests/data/firefox-153-layers.answer.sdp"]);
}

#[test]
fn layers_repairs_and_redundancy_reach_the_router() {
    let plan = agree(CHROMIUM_LAYERS, &declared(), Codec::Vp8).unwrap().plan(ParticipantId(3), 9);
    let [sound, camera, screen] = &plan.receive[..] else { unreachable!("three lines are sent") };
    assert_eq!((sound.red, &sound.repairs[..]), (Some(63), &[][..]));
    let rids: Vec<&[u8]> = camera.rids.iter().map(forwarding::Rid::as_bytes).collect();
    assert_eq!(rids, [b"q", b"h", b"f"]);
    assert_eq!(camera.repairs, [(97, 96)]);
    assert_eq!((camera.extensions.rid, camera.extensions.repaired_rid), (Some(10), Some(11)));
    assert_eq!((camera.extensions.transport, sound.extensions.transport), (Some(3), Some(3)));
    assert!(screen.rids.is_empty());
    assert_eq!(screen.extensions.rid, None, "one layer needs no name");
    assert_eq!((screen.ssrcs.len(), screen.repair_ssrcs.len()), (1, 1));
    assert_eq!(screen.repair_ssrcs[0].0, screen.ssrcs[0]);
    let repair = plan.send[1].repair.as_ref().unwrap();
    assert_eq!((repair.ssrc, &repair.payloads[..]), (1_200, &[(96, 97), (108, 109)][..]));
    assert_eq!((plan.send[0].red, &plan.send[0].repair), (Some(63), &None));
}

#[test]
fn layers_are_taken_only_where_they_can_be_told_apart() {
    let rids = |text: &str| {
        let plan = agree(text, &declared(), Codec::Vp8).unwrap().plan(ParticipantId(1), 1);
        let camera = plan.receive.iter().find(|line| line.kind == TrackKind::Camera).unwrap();
        camera.rids.iter().map(|rid| format!("{rid:?}")).collect::<Vec<_>>()
    };
    let nameless = CHROMIUM_LAYERS.replace("sdes:rtp-stream-id", "sdes:other");
    assert!(rids(&nameless).is_empty());
    assert!(rids(&CHROMIUM_LAYERS.replace("send q;h;f", "send f")).is_empty(), "one is no choice");
    let four = CHROMIUM_LAYERS
        .replace("a=rid:q send", "a=rid:q send\r\na=rid:x send")
        .replace("send q;h;f", "send q;x;h;f");
    assert_eq!(rids(&four), ["q", "x", "h"], "the lowest ones");
    let elsewhere = CHROMIUM_LAYERS.replace("a=rid:h send", "a=rid:h send pt=102");
    assert_eq!(rids(&elsewhere), ["q", "f"], "a layer of another codec");
    let paused = agree(&CHROMIUM_LAYERS.replace("q;h;f", "q;h;~f"), &declared(), Codec::Vp8);
    assert!(answer(&paused.unwrap()).contains("a=simulcast:recv q;h;~f\r\n"));
    let viewer = Wishes { form: OfferForm::Viewer, ..wishes(Codec::Vp8) };
    let offer = Offer::read(CHROMIUM_LAYERS).unwrap();
    let terms = Terms::agree(&offer, &declared(), viewer, sources_of).unwrap();
    assert!(!answer(&terms).contains("simulcast") && !answer(&terms).contains("a=rid"));
}

#[test]
fn vp9_is_agreed_on_only_if_wished_and_brings_its_layers_itself() {
    let offered = CHROMIUM_LAYERS
        .replace("a=rtpmap:96 VP8/90000", "a=rtpmap:96 VP9/90000\r\na=fmtp:96 profile-id=0");
    let wished = agree(&offered, &declared(), Codec::Vp9).unwrap();
    assert_eq!(wished.lines[1].codecs[0].codec, Codec::Vp9);
    assert!(wished.plan(ParticipantId(3), 9).receive[1].rids.is_empty());
    let text = answer(&wished);
    assert!(text.contains("a=rtpmap:96 VP9/90000\r\n") && !text.contains("a=simulcast"), "{text}");
    let unwished = agree(&offered, &declared(), Codec::Vp8).unwrap();
    let codecs = unwished.lines.iter().flat_map(|line| &line.codecs);
    assert!(codecs.clone().all(|codec| codec.codec != Codec::Vp9));
    let other = offered.replace("profile-id=0", "profile-id=2");
    let terms = agree(&other, &declared(), Codec::Vp9).unwrap();
    assert_eq!(terms.lines[1].codecs[0].codec, Codec::H264, "profile 0 alone");
}

#[test]
fn av1_brings_its_descriptor_where_both_forms_of_extensions_are_taken() {
    let uri =
        "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension";
    let extension = format!("a=extmap:9 {uri}\r\na=extmap:10 urn");
    let offered = CHROMIUM_LAYERS
        .replace("a=rtpmap:96 VP8/90000", "a=rtpmap:96 AV1/90000\r\na=fmtp:96 profile=0")
        .replace("a=extmap:10 urn", &extension);
    let wished = agree(&offered, &declared(), Codec::Av1).unwrap();
    let text = answer(&wished);
    assert!(text.contains("a=rtpmap:96 AV1/90000\r\n") && !text.contains("a=simulcast"), "{text}");
    assert!(text.contains(&format!("a=extmap:9 {uri}\r\n")));
    let plan = wished.plan(ParticipantId(3), 9);
    let of = |extensions: &forwarding::Extensions| extensions.dependency;
    assert_eq!(of(&plan.receive[0].extensions), None, "sound has none");
    assert_eq!(of(&plan.receive[1].extensions), Some(9));
    assert_eq!((of(&plan.send[0].extensions), of(&plan.send[1].extensions)), (None, Some(9)));
    let unwished = answer(&agree(&offered, &declared(), Codec::Vp8).unwrap());
    assert!(!unwished.contains("AV1") && !unwished.contains(uri));
    let one_form = offered.replace("a=extmap-allow-mixed\r\n", "");
    let plain = answer(&agree(&one_form, &declared(), Codec::Av1).unwrap());
    assert!(plain.contains("AV1") && !plain.contains(uri), "too long for the one-byte form");
    let other = offered.replace("96 profile=0", "96 profile=1");
    let terms = agree(&other, &declared(), Codec::Av1).unwrap();
    assert_eq!(terms.lines[1].codecs[0].payload, 45, "the main profile alone");
}

#[test]
fn feedback_and_its_extension_go_together() {
    let without = |text: &str| {
        let answer = answer(&agree(text, &declared(), Codec::Vp8).unwrap());
        !answer.contains("transport-cc") && !answer.contains("transport-wide-cc")
    };
    assert!(!without(CHROMIUM));
    assert!(
        without(&CHROMIUM.replace("a=extmap:3 http", "a=extmap:15 http")),
        "no one-byte number"
    );
    let unasked: String = CHROMIUM
        .split_inclusive("\r\n")
        .filter(|line| !line.ends_with(" transport-cc\r\n"))
        .collect();
    assert!(without(&unasked));
    let silent: String =
        CHROMIUM.split_inclusive("\r\n").filter(|line| !line.starts_with("a=rtcp-fb")).collect();
    assert!(!answer(&agree(&silent, &declared(), Codec::Vp8).unwrap()).contains("rtx"));
    assert!(!answer(&agree(CHROMIUM, &declared(), Codec::Vp8).unwrap()).contains("goog-remb"));
}

#[test]
fn voices_pause_only_where_the_operator_says_so() {
    let offer = Offer::read(CHROMIUM).unwrap();
    for voice_dtx in [false, true] {
        let wishes = Wishes { voice_dtx, ..wishes(Codec::Vp8) };
        let terms = Terms::agree(&offer, &declared(), wishes, sources_of).unwrap();
        assert_eq!(answer(&terms).matches("usedtx=1").count(), usize::from(voice_dtx));
    }
}

#[test]
fn encoders_and_viewers_need_not_declare_their_lines() {
    let both_ways = CHROMIUM.replace("a=sendonly", "a=sendrecv");
    let offer = Offer::read(&both_ways).unwrap();
    let lines = lines_of(&offer, OfferForm::Encoder, &[]);
    assert_eq!(lines, declared()[..2], "the first sound and the first picture");
    let encoder = Wishes { form: OfferForm::Encoder, ..wishes(Codec::Vp8) };
    let whole = Terms::agree(&offer, &lines, encoder, sources_of);
    assert_eq!(whole, Err(SdpFault::Partial), "a second picture would be lost in silence");
    let mut one = offer;
    one.lines[2].direction = Direction::RecvOnly;
    let text = answer(&Terms::agree(&one, &lines, encoder, sources_of).unwrap());
    assert_eq!(text.matches("a=recvonly").count(), 2);
    assert_eq!(text.matches(" 0 UDP/TLS/RTP/SAVPF ").count(), 6, "the others are rejected");
    let offer = Offer::read(CHROMIUM).unwrap();
    let lines = lines_of(&offer, OfferForm::Viewer, &[]);
    let stage =
        |mid: &str, medium| Line { mid: mid.into(), purpose: LinePurpose::Stage { medium } };
    assert_eq!(lines, [stage("3", Medium::Sound), stage("4", Medium::Picture)]);
    assert!(lines_of(&offer, OfferForm::Page, &lines) == lines);
    let deaf = Offer::read(&CHROMIUM.replace("a=recvonly", "a=inactive")).unwrap();
    assert!(lines_of(&deaf, OfferForm::Viewer, &[]).is_empty());
}

#[test]
fn the_largest_offer_of_a_page_has_room() {
    let parts: Vec<&str> = CHROMIUM_LAYERS.trim_end().split("\r\nm=").collect();
    let mids: Vec<String> = (0..limits::LINES_MAX).map(|mid| mid.to_string()).collect();
    let mut text = parts[0].replace("0 1 2 3 4 5 6 7", &mids.join(" "));
    for mid in 0..limits::LINES_MAX {
        // Three lines that send, seats in pairs, and screens.
        let like = if mid < 3 { mid } else { 3 + (mid - 3) % 2 };
        let line = parts[like + 1].replace(&format!("a=mid:{like}"), &format!("a=mid:{mid}"));
        text.push_str(&format!("\r\nm={line}"));
    }
    text.push_str("\r\n");
    assert!(text.len() < limits::SDP_BYTES_MAX, "{} bytes", text.len());
    assert_eq!(Offer::read(&text).unwrap().lines.len(), limits::LINES_MAX);
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
    assert!(answer(&terms).contains("a=mid:0\r\na=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\na=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\na=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\na=inactive\r\n"));
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
    for text in [CHROMIUM, FIREFOX, CHROMIUM_LAYERS, FIREFOX_LAYERS] {
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
