//! The stage of a plain viewer: who speaks, or the shared screen.
//!
//! What is not here: how a viewer connects.

use forwarding::{LegId, LegPlan, Router};
use model::{HearingId, LinePurpose, Medium, TrackKind};

use crate::scene::{
    Catch, KEYFRAME, LEVEL_EXT, Publisher, all_see_all, at, person, plan, seat, track,
};

const VIEWER: u32 = 9;

fn watching() -> LegPlan {
    let mut plan = plan(VIEWER, VIEWER, 1, 1, 0);
    plan.receive.clear();
    for (line, medium) in plan.send.iter_mut().zip([Medium::Sound, Medium::Picture]) {
        line.purpose = LinePurpose::Stage { medium };
    }
    plan
}

struct Hall {
    router: Router,
    out: Catch,
    voices: Vec<Publisher>,
    cameras: Vec<Publisher>,
    ms: u64,
}

impl Hall {
    fn new() -> Self {
        let mut router = Router::new(HearingId(1));
        let mut out = Catch::default();
        let mut grants = all_see_all(1, &[1, 2, 3, VIEWER]);
        grants.bench.insert(person(2));
        grants.publish.insert(track(3, TrackKind::Screen));
        grants.receive.get_mut(&person(VIEWER)).unwrap().insert(track(3, TrackKind::Screen));
        router.set_grants(at(0), grants, &mut out);
        for who in 1..=3 {
            router.leg_up(at(0), LegId(who), plan(who, who, 1, 0, 0), &mut out);
        }
        router.leg_up(at(0), LegId(VIEWER), watching(), &mut out);
        let publishers = |kind| (1..=3).map(|who| Publisher::new(who, kind)).collect();
        let (voices, cameras) = (publishers(TrackKind::Microphone), publishers(TrackKind::Camera));
        Self { router, out, voices, cameras, ms: 0 }
    }

    /// Goes on while `speaker` speaks. Says whose sound and picture came at the end.
    fn run(&mut self, ms: u64, speaker: u32) -> (Option<u8>, Option<u8>) {
        for _ in 0..ms / 20 {
            self.ms += 20;
            let now = at(self.ms);
            self.out.rtp.clear();
            for who in 1..=3_u32 {
                let place = usize::try_from(who - 1).unwrap();
                let name = u8::try_from(who).unwrap();
                let mut bytes = self.voices[place].packet(960, &[name]);
                let level = if who == speaker { 20 } else { 120 };
                bytes[0] |= 0x10;
                bytes.splice(12..12, [0xbe, 0xde, 0, 1, LEVEL_EXT << 4, level, 0, 0]);
                self.router.rtp(now, LegId(who), &bytes, &mut self.out);
                let picture = [&KEYFRAME[..], &[name]].concat();
                self.cameras[place].send(&mut self.router, now, 1_800, &picture, &mut self.out);
            }
            self.router.tick(now, &mut self.out);
        }
        let last = |medium| {
            let packets = self.out.packets(VIEWER, seat(VIEWER, 0, medium));
            packets.last().and_then(|packet| packet.payload.last().copied())
        };
        (last(Medium::Sound), last(Medium::Picture))
    }
}

#[test]
fn the_stage_follows_who_speaks_and_the_screen() {
    let mut hall = Hall::new();
    assert_eq!(hall.run(1_000, 0), (Some(2), Some(2)), "nobody spoke: the judge");
    assert_eq!(hall.run(900, 1), (Some(1), Some(2)), "sound at once, the picture not yet");
    assert_eq!(hall.run(2_000, 1), (Some(1), Some(1)));
    assert_eq!(hall.run(900, 3), (Some(3), Some(1)));
    assert_eq!(hall.run(900, 1), (Some(1), Some(1)), "a word between changes no picture");
    assert_eq!(hall.run(2_000, 0), (Some(1), Some(1)), "who spoke last stays");
    let mut screen = Publisher::new(3, TrackKind::Screen);
    let shown = [&KEYFRAME[..], &[33]].concat();
    screen.send(&mut hall.router, at(hall.ms), 0, &shown, &mut hall.out);
    let line = seat(VIEWER, 0, Medium::Picture);
    assert_eq!(hall.out.packets(VIEWER, line).last().unwrap().payload.last(), Some(&33));
    assert_eq!(hall.run(1_000, 1), (Some(1), None), "the screen is on the line");
    assert_eq!(hall.run(4_000, 1), (Some(1), Some(1)), "and off when it is silent");
    let mut closed = all_see_all(2, &[1, 2, 3, VIEWER]);
    closed.receive.remove(&person(VIEWER));
    hall.router.set_grants(at(hall.ms), closed, &mut hall.out);
    assert_eq!(hall.run(1_000, 1), (None, None), "grants still rule");
}

#[test]
fn where_nobody_spoke_and_no_judge_is_there_whoever_is_there_is_shown() {
    let mut hall = Hall::new();
    let mut grants = all_see_all(2, &[1, 3, VIEWER]);
    grants.bench.insert(person(2));
    hall.router.set_grants(at(0), grants, &mut hall.out);
    assert_eq!(hall.run(400, 0), (Some(1), Some(1)));
}
