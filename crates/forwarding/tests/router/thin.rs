//! Thin lines, and publishers that send more than they should: sound is complete, pictures give
//! way by rank.
//!
//! What is not here: how a line's estimate is made.

use forwarding::rtcp::{Compound, Item};
use forwarding::{LegId, Router, RouterNotice};
use model::{HearingId, LinePurpose, Medium, PictureReason, PictureUse, TrackKind};

use crate::layered::{Camera, layered};
use crate::scene::{Catch, LEVEL_EXT, Publisher, all_see_all, at, person, plan, seat, source};

const MIC: TrackKind = TrackKind::Microphone;
const VIEWER: u32 = 9;

/// The subscriber says that its line carries so much (REMB).
fn limit(bps: u32) -> Vec<u8> {
    let exponent = 32_u32.saturating_sub(bps.leading_zeros() + 18);
    let rate = 1 << 24 | exponent << 18 | bps >> exponent;
    let mut bytes = vec![0x8f, 206, 0, 5, 0, 0, 0, 9, 0, 0, 0, 0];
    bytes.extend_from_slice(b"REMB");
    bytes.extend_from_slice(&rate.to_be_bytes());
    bytes.extend_from_slice(&[0, 0, 0, 7]);
    bytes
}

/// Four people with layered cameras and a viewer; 1 is the judge, 3 speaks.
struct Hall {
    router: Router,
    out: Catch,
    cameras: Vec<Camera>,
    voices: Vec<Publisher>,
    ms: u64,
}

impl Hall {
    fn new() -> Self {
        let mut router = Router::new(HearingId(1));
        let mut out = Catch::default();
        let mut grants = all_see_all(1, &[1, 2, 3, 4, VIEWER]);
        grants.bench.insert(person(1));
        router.set_grants(at(0), grants, &mut out);
        for who in 1..=4 {
            router.leg_up(at(0), LegId(who), layered(who), &mut out);
        }
        router.leg_up(at(0), LegId(VIEWER), plan(VIEWER, VIEWER, 1, 4, 0), &mut out);
        let mut cameras: Vec<Camera> = (1..=4).map(Camera::new).collect();
        for camera in &mut cameras {
            camera.bytes = 700;
        }
        let voices = (1..=4).map(|who| Publisher::new(who, MIC)).collect();
        Self { router, out, cameras, voices, ms: 0 }
    }

    /// Goes on for so long; the viewer's line carries so much all the while.
    fn run(&mut self, ms: u64, bps: Option<u32>) {
        for _ in 0..ms / 20 {
            self.ms += 20;
            let now = at(self.ms);
            if let Some(bps) = bps.filter(|_| self.ms.is_multiple_of(500)) {
                self.router.rtcp(now, LegId(VIEWER), &limit(bps), &mut self.out);
            }
            for (who, voice) in (1..).zip(&mut self.voices) {
                let mut bytes = voice.packet(960, &[5; 80]);
                let level = if who == 3 { 20 } else { 110 };
                bytes[0] |= 0x10;
                bytes.splice(12..12, [0xbe, 0xde, 0, 1, LEVEL_EXT << 4, level, 0, 0]);
                self.router.rtp(now, LegId(who), &bytes, &mut self.out);
            }
            if self.ms.is_multiple_of(40) {
                for camera in &mut self.cameras {
                    camera.obey(&mut self.out);
                    camera.frame(&mut self.router, now, &mut self.out);
                }
            }
            self.router.tick(now, &mut self.out);
        }
    }

    /// The layer that goes out of each person, and why, as last told.
    fn seen(&self) -> Vec<(Option<u8>, PictureReason)> {
        let told = self.out.notices.iter().rev().find_map(|notice| match notice {
            RouterNotice::Pictures { participant, pictures } if *participant == person(VIEWER) => {
                Some(pictures.clone())
            }
            _ => None,
        });
        let told: Vec<PictureUse> = told.expect("the viewer was told");
        told.iter().map(|one| (one.layer, one.reason)).collect()
    }

    fn heard(&self) -> Vec<usize> {
        (0..4)
            .map(|slot| self.out.packets(VIEWER, seat(VIEWER, slot, Medium::Sound)).len())
            .collect()
    }
}

#[test]
fn pictures_give_way_by_rank_and_sound_never() {
    use PictureReason::{Bandwidth, Best, Frozen};
    let mut hall = Hall::new();
    hall.run(3_000, None);
    assert_eq!(hall.seen(), [(Some(2), Best); 4], "nothing limits");
    // A layer costs about 145, 290 and 580 kbit/s, four voices 160 kbit/s together.
    hall.run(3_000, Some(1_200_000));
    assert_eq!(
        hall.seen(),
        [(Some(0), Bandwidth), (Some(0), Bandwidth), (Some(2), Best), (Some(0), Bandwidth)],
        "who speaks is seen best"
    );
    hall.run(3_000, Some(500_000));
    assert_eq!(
        hall.seen(),
        [(Some(0), Bandwidth), (None, Frozen), (Some(0), Bandwidth), (None, Frozen)],
        "who speaks and the judge remain"
    );
    hall.run(3_000, Some(50_000));
    assert_eq!(hall.seen(), [(None, Frozen); 4]);
    let frozen_lines = hall.out.notices.iter().rev().find_map(|notice| match notice {
        RouterNotice::Health { participant, health } if *participant == person(VIEWER) => {
            Some(health.frozen_lines)
        }
        _ => None,
    });
    assert_eq!(frozen_lines, Some(4));
    assert_eq!(hall.heard(), [600; 4], "every word went out");
    hall.run(1_900, Some(9_000_000));
    assert_eq!(hall.seen(), [(None, Frozen); 4], "not up at once");
    hall.run(2_000, Some(9_000_000));
    assert_eq!(hall.seen(), [(Some(2), Best); 4]);
    assert!(hall.router.figures().lines_frozen >= 4);
}

#[test]
fn a_publisher_at_ten_times_its_bitrate_loses_its_own_picture_only() {
    let mut hall = Hall::new();
    for camera in &mut hall.cameras {
        camera.sends = [true, false, false];
    }
    hall.run(3_000, Some(1_500_000));
    assert!(hall.seen().iter().all(|seen| *seen == (Some(0), PictureReason::Best)));
    hall.cameras[2].bytes = 7_000;
    // It is seen to grow for some two seconds; two more pass until the others come back.
    hall.run(6_000, Some(1_500_000));
    let seen = hall.seen();
    assert_eq!(seen[2], (None, PictureReason::Frozen), "the speaker's, although it ranks first");
    assert!([0, 1, 3].iter().all(|at| seen[*at] == (Some(0), PictureReason::Best)), "{seen:?}");
    assert_eq!(hall.heard(), [450; 4]);
}

#[test]
fn absurd_words_of_a_subscriber_harm_nobody_else() {
    let mut hall = Hall::new();
    hall.run(1_000, None);
    for bps in [0, 1, u32::MAX] {
        hall.router.rtcp(at(hall.ms), LegId(VIEWER), &limit(bps), &mut hall.out);
    }
    let mut nack = Compound::default();
    let all: Vec<u16> = (0..400).collect();
    let mut rest = &all[..];
    while !rest.is_empty() {
        rest = nack.nack(9, seat(VIEWER, 0, Medium::Picture), rest);
        hall.router.rtcp(at(hall.ms), LegId(VIEWER), nack.as_bytes(), &mut hall.out);
        nack.clear();
    }
    assert!(hall.router.figures().packets_resent <= 100);
    let before = hall.out.packets(1, seat(1, 0, Medium::Picture)).len();
    hall.run(1_000, None);
    assert!(hall.out.packets(1, seat(1, 0, Medium::Picture)).len() > before + 80);
    let limits = hall.out.items(1).iter().filter(|item| matches!(item, Item::Limit { .. })).count();
    assert_eq!(limits, 0, "nobody passes it on");
    assert_ne!(source(1, MIC), 0);
}

#[test]
fn a_screen_ranks_before_others_and_after_the_judge() {
    let mut hall = Hall::new();
    let mut grants = all_see_all(2, &[1, 2, 3, 4, VIEWER]);
    grants.bench.insert(person(1));
    let shared = crate::scene::track(4, TrackKind::Screen);
    grants.publish.insert(shared);
    grants.receive.get_mut(&person(VIEWER)).unwrap().insert(shared);
    hall.router.set_grants(at(0), grants, &mut hall.out);
    hall.router.leg_up(at(0), LegId(VIEWER), plan(VIEWER, VIEWER, 1, 4, 1), &mut hall.out);
    let mut screen = Publisher::new(4, TrackKind::Screen);
    for step in 0..150 {
        let start = if step == 0 { 0x00 } else { 0x01 };
        let mut payload = vec![0x10, start];
        payload.resize(700, 1);
        screen.send(&mut hall.router, at(hall.ms), 3_600, &payload, &mut hall.out);
        hall.run(40, Some(640_000));
    }
    let told = hall.out.notices.iter().rev().find_map(|notice| match notice {
        RouterNotice::Pictures { participant, pictures } if *participant == person(VIEWER) => {
            Some(pictures.clone())
        }
        _ => None,
    });
    let told = told.unwrap();
    let shown: Vec<LinePurpose> =
        told.iter().filter(|one| one.layer.is_some()).map(|one| one.purpose).collect();
    let camera = |slot| LinePurpose::Seat { slot, medium: Medium::Picture };
    assert_eq!(shown, [camera(0), camera(2), LinePurpose::Screen { slot: 0 }], "{told:?}");
}
