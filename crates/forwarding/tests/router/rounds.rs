//! What the router does by the clock: reports, figures, speakers, silence, keyframe requests.
//!
//! What is not here: repairs, which have `loss.rs`.

use forwarding::rtcp::{Block, Compound, Item, SenderReport};
use forwarding::{LegId, RouterNotice};
use model::{Health, Medium, TrackKind};

use crate::scene::{
    Catch, Dice, INTERFRAME, KEYFRAME, LEVEL_EXT, Publisher, all_see_all, at, hearing, person,
    plan, seat, source, track,
};

const MIC: TrackKind = TrackKind::Microphone;
const CAM: TrackKind = TrackKind::Camera;

fn spoken(packet: &[u8], level: u8) -> Vec<u8> {
    let mut bytes = packet[..12].to_vec();
    bytes[0] |= 0x10;
    bytes.extend_from_slice(&[0xbe, 0xde, 0, 1, LEVEL_EXT << 4, level, 0, 0]);
    bytes.extend_from_slice(&packet[12..]);
    bytes
}

fn health(out: &Catch, who: u32) -> Vec<Health> {
    out.notices
        .iter()
        .filter_map(|notice| match notice {
            RouterNotice::Health { participant, health } if *participant == person(who) => {
                Some(*health)
            }
            _ => None,
        })
        .collect()
}

#[test]
fn speakers_are_told_and_levels_go_along() {
    let (mut router, mut out) = hearing(&[1, 2, 3], 2);
    let (mut one, mut two) = (Publisher::new(1, MIC), Publisher::new(2, MIC));
    for step in 0..150 {
        let now = at(step * 20);
        router.rtp(now, LegId(1), &spoken(&one.packet(960, b"s"), 0x80 | 25), &mut out);
        router.rtp(now, LegId(2), &spoken(&two.packet(960, b"s"), 100), &mut out);
        router.tick(now, &mut out);
    }
    let spoke: Vec<&RouterNotice> = out
        .notices
        .iter()
        .filter(|notice| matches!(notice, RouterNotice::Speaking { .. }))
        .collect();
    assert_eq!(spoke, [&RouterNotice::Speaking { who: vec![person(1)] }]);
    let heard = out.packets(3, seat(3, 0, Medium::Sound));
    assert_eq!(heard[0].extension(LEVEL_EXT), Some(&[0x80 | 25][..]));
    out.clear();
    router.tick(at(4_000), &mut out);
    assert!(out.notices.contains(&RouterNotice::Speaking { who: vec![] }));
}

#[test]
fn people_are_told_how_long_they_spoke_and_how_much_they_got() {
    let (mut router, mut out) = hearing(&[1, 2], 1);
    let mut voice = Publisher::new(1, MIC);
    let mut picture = Publisher::new(1, CAM);
    let mut dice = Dice(7);
    let (mut spoken_ms, mut sent) = (0, 0);
    for step in 0..3_000_u64 {
        let now = at(step * 20);
        // Ten sentences of 2.6 s each, the fifth of them without the right to speak.
        let (sentence, speaks) = (step / 300, step % 300 < 130);
        if step % 300 == 0 && (4..6).contains(&sentence) {
            let mut grants = all_see_all(1 + sentence, &[1, 2]);
            if sentence == 4 {
                grants.publish.remove(&track(1, MIC));
            }
            router.set_grants(now, grants, &mut out);
        }
        spoken_ms += if speaks && sentence != 4 { 20 } else { 0 };
        let packet = spoken(&voice.packet(960, b"s"), 0x80 | if speaks { 30 } else { 80 });
        if dice.roll(100) >= 3 {
            router.rtp(now, LegId(1), &packet, &mut out);
        }
        if step % 2 == 0 {
            let payload = if step == 0 { KEYFRAME } else { INTERFRAME };
            picture.send(&mut router, now, 3_600, &payload, &mut out);
        }
        if step == 1_500 {
            // A new connection of the listener: counting goes on.
            router.leg_down(now, LegId(2), &mut out);
            router.leg_up(now, LegId(3), plan(2, 3, 2, 1, 0), &mut out);
        }
        router.tick(now, &mut out);
        sent = out.rtp.len() as u64;
    }
    let now = at(60_000);
    router.tick(now, &mut out);
    let (speaker, listener) = (health(&out, 1), health(&out, 2));
    let told = speaker.last().unwrap().speech_ms;
    assert!(told.abs_diff(spoken_ms) * 50 <= spoken_ms, "{told} of {spoken_ms}");
    assert_eq!(speaker.last().unwrap().packets_down, 0);
    assert_eq!(listener.last().unwrap().packets_down, sent);
    assert_eq!(listener.last().unwrap().speech_ms, 0);
    let rises =
        |all: &[Health]| all.windows(2).all(|two| two[0].packets_down <= two[1].packets_down);
    assert!(sent > 3_000 && rises(&listener), "{sent}");
}

#[test]
fn publishers_are_told_what_arrived_and_people_how_their_line_is() {
    let (mut router, mut out) = hearing(&[1, 2], 1);
    let mut sound = Publisher::new(1, MIC);
    let line = seat(2, 0, Medium::Sound);
    let mut last_report = None;
    for step in 0..200_u64 {
        let now = at(step * 20);
        let packet = sound.packet(960, &[1; 100]);
        if step % 10 != 5 {
            router.rtp(now, LegId(1), &packet, &mut out);
        }
        if step == 20 {
            let mut report = Compound::default();
            let (ntp, rtp_time) = (5 << 32, sound.rtp_time);
            let clock = SenderReport { ssrc: sound.ssrc, ntp, rtp_time, packets: 1, octets: 1 };
            report.sender_report(clock);
            router.rtcp(now, LegId(1), report.as_bytes(), &mut out);
        }
        router.tick(now, &mut out);
        for item in out.items(2) {
            if let Item::Sender(report) = item
                && report.ssrc == line
                && last_report.is_none_or(|(last, _): (SenderReport, u64)| last.ntp < report.ntp)
            {
                last_report = Some((report, step));
            }
        }
        if let Some((report, sent)) = last_report.filter(|(_, sent)| step == sent + 5) {
            let mut answer = Compound::default();
            answer.receiver_report(
                9,
                &[Block {
                    about: line,
                    lost: i32::try_from(sent / 10).unwrap(),
                    highest: u32::try_from(sent).unwrap(),
                    last_report: u32::try_from(report.ntp >> 16 & 0xffff_ffff).unwrap(),
                    delay: 65_536 * 40 / 1_000,
                    ..Block::default()
                }],
            );
            router.rtcp(now, LegId(2), answer.as_bytes(), &mut out);
        }
    }
    let blocks: Vec<Block> = out
        .items(1)
        .into_iter()
        .filter_map(|item| match item {
            Item::Block(block) if block.about == sound.ssrc => Some(block),
            _ => None,
        })
        .collect();
    assert_eq!(blocks.len(), 3, "about once a second");
    assert!((20..32).contains(&blocks[1].fraction_lost), "{}", blocks[1].fraction_lost);
    assert_eq!(blocks[1].last_report, 5 << 16);
    router.tick(at(4_000), &mut out);
    let (up, down) = (health(&out, 1), health(&out, 2));
    assert_eq!((up.len(), down.len()), (2, 2));
    assert!((90..=110).contains(&up[1].loss_up_permille), "{up:?}");
    assert!((90..=110).contains(&down[1].loss_down_permille), "{down:?}");
    assert_eq!(down[1].round_trip_ms, Some(60));
    assert!((39_000..48_000).contains(&up[1].up_bps), "{up:?}");
    assert!((39_000..48_000).contains(&down[1].down_bps), "{down:?}");
}

#[test]
fn keyframe_wishes_are_merged_and_repeated_until_one_comes() {
    let (mut router, mut out) = hearing(&[1, 2, 3], 2);
    let mut picture = Publisher::new(1, CAM);
    picture.send(&mut router, at(0), 0, &INTERFRAME, &mut out);
    let media = source(1, CAM);
    assert_eq!(out.keyframe_requests(1, media), 1);
    for ms in (10..=2_000).step_by(10) {
        router.tick(at(ms), &mut out);
        if ms % 100 == 0 {
            picture.send(&mut router, at(ms), 9_000, &INTERFRAME, &mut out);
        }
    }
    assert_eq!(out.keyframe_requests(1, media), 5, "every half second");
    picture.send(&mut router, at(2_010), 0, &KEYFRAME, &mut out);
    for ms in (2_020..2_900).step_by(10) {
        router.tick(at(ms), &mut out);
    }
    assert_eq!(out.keyframe_requests(1, media), 5);
    for leg in [2, 3] {
        let mut wish = Compound::default();
        let slot = if leg == 2 { seat(2, 0, Medium::Picture) } else { seat(3, 0, Medium::Picture) };
        wish.keyframe_request(9, slot);
        router.rtcp(at(2_900), LegId(leg), wish.as_bytes(), &mut out);
    }
    assert_eq!(out.keyframe_requests(1, media), 6, "two wishes, one request");
    assert_eq!(router.figures().keyframe_requests_in, 2);
}

#[test]
fn a_track_that_stops_is_called_silent_once_and_live_again() {
    let (mut router, mut out) = hearing(&[1, 2], 1);
    let mut sound = Publisher::new(1, MIC);
    sound.send(&mut router, at(0), 960, b"s", &mut out);
    let mut ticks = 0;
    let mut now = at(0);
    while now.instant < at(10_000).instant {
        now = at(router.wake_at().0.div_ceil(1_000).max(now.instant.0 / 1_000));
        router.tick(now, &mut out);
        assert!(router.wake_at() > now.instant, "a tick does what is due");
        ticks += 1;
        assert!(ticks < 200, "the router sleeps when nothing is due");
    }
    sound.send(&mut router, at(11_000), 960, b"s", &mut out);
    let about_track: Vec<&RouterNotice> = out
        .notices
        .iter()
        .filter(|notice| {
            matches!(notice, RouterNotice::TrackLive { .. } | RouterNotice::TrackSilent { .. })
        })
        .collect();
    let track = track(1, MIC);
    assert_eq!(
        about_track,
        [
            &RouterNotice::TrackLive { track },
            &RouterNotice::TrackSilent { track },
            &RouterNotice::TrackLive { track },
        ]
    );
    assert_eq!(out.packets(2, seat(2, 0, Medium::Sound)).len(), 2);
}
