//! Pictures leave at the line's pace, sound does not wait, probes find room; all under fresh
//! numbers.
//!
//! What is not here: narrow lines; `tests/path` has those.

use std::collections::{BTreeMap, VecDeque};

use forwarding::packet::Packet;
use forwarding::rtcp::Compound;
use forwarding::transport::arrivals::Arrivals;
use forwarding::{LegId, RepairLine, Router, RouterNotice};
use model::{Health, Instant, Medium, TrackKind, limits};

use crate::scene::{
    Catch, INTERFRAME, KEYFRAME, KEYFRAME_REST, Publisher, VP8, at, hearing, person, plan, seat,
};

const COUNT_EXT: u8 = 5;
const RTX: u8 = 97;
const ONE_WAY_MS: u64 = 20;

/// A packet that reached the page: when it left, its SSRC and number, and its size.
#[derive(Clone, Copy, Debug)]
struct Left {
    ms: u64,
    ssrc: u32,
    bytes: usize,
}

/// A hearing of 1, who speaks and shows, and 2, whose line carries everything and says so.
struct Play {
    router: Router,
    out: Catch,
    sound: Publisher,
    picture: Publisher,
    arrivals: Arrivals,
    /// What the line carries, kbit/s, when its queue is empty again (µs), and what is under way.
    kbps: u64,
    busy_us: u64,
    under_way: VecDeque<(u64, u16, usize)>,
    reports: VecDeque<(u64, Vec<u8>)>,
    seen: BTreeMap<(u32, u16), Vec<u8>>,
    left: Vec<Left>,
    health: Option<Health>,
    ms: u64,
}

impl Play {
    fn new() -> Self {
        let (mut router, mut out) = hearing(&[1, 2], 1);
        let mut plan = plan(2, 2, 1, 1, 0);
        for line in &mut plan.send {
            line.extensions.transport = Some(COUNT_EXT);
        }
        let ssrc = repairs();
        plan.send[1].repair = Some(RepairLine { ssrc, payloads: vec![(VP8, RTX)] });
        router.leg_up(at(0), LegId(2), plan, &mut out);
        Self {
            router,
            out,
            sound: Publisher::new(1, TrackKind::Microphone),
            picture: Publisher::new(1, TrackKind::Camera),
            arrivals: Arrivals::default(),
            kbps: 1_000_000,
            busy_us: 0,
            under_way: VecDeque::new(),
            reports: VecDeque::new(),
            seen: BTreeMap::new(),
            left: Vec::new(),
            health: None,
            ms: 0,
        }
    }

    /// A millisecond; with a frame of so many packets, if any.
    fn step(&mut self, frame: Option<(usize, [u8; 2], [u8; 2])>) {
        self.ms += 1;
        let now = at(self.ms);
        if self.ms.is_multiple_of(20) {
            self.sound.send(&mut self.router, now, 960, &[1; 80], &mut self.out);
        }
        if let Some((packets, first, rest)) = frame {
            for place in 0..packets {
                let (ticks, start) = if place == 0 { (3_000, first) } else { (0, rest) };
                let payload = [&start[..], &[7; 998]].concat();
                self.picture.send(&mut self.router, now, ticks, &payload, &mut self.out);
            }
        }
        while self.reports.front().is_some_and(|(ms, _)| *ms <= self.ms) {
            let (_, compound) = self.reports.pop_front().unwrap();
            self.router.rtcp(now, LegId(2), &compound, &mut self.out);
        }
        if self.router.wake_at() <= now.instant {
            self.router.tick(now, &mut self.out);
        }
        assert!(self.router.wake_at() > now.instant);
        self.receive();
    }

    fn receive(&mut self) {
        for (leg, bytes) in core::mem::take(&mut self.out.rtp) {
            assert_eq!(leg, LegId(2));
            let packet = Packet::read(&bytes).unwrap();
            let known = self.seen.insert((packet.ssrc, packet.sequence), bytes.clone());
            assert!(known.is_none_or(|known| known == bytes), "one number, two packets");
            let number = packet.extension(COUNT_EXT).unwrap();
            let number = u16::from_be_bytes([number[0], number[1]]);
            self.busy_us = self.busy_us.max(self.ms * 1_000);
            if self.busy_us < (self.ms + 300) * 1_000 {
                self.busy_us += bytes.len() as u64 * 8_000 / self.kbps;
                let there_us = self.busy_us + ONE_WAY_MS * 1_000;
                self.under_way.push_back((there_us, number, bytes.len()));
            }
            self.left.push(Left { ms: self.ms, ssrc: packet.ssrc, bytes: bytes.len() });
        }
        while self.under_way.front().is_some_and(|(at, ..)| *at <= self.ms * 1_000) {
            let (there_us, number, bytes) = self.under_way.pop_front().unwrap();
            self.arrivals.take(number, bytes, Instant(there_us));
        }
        let mut compound = Compound::default();
        while self.arrivals.write(at(self.ms).instant, 1, 2, &mut compound) {
            self.reports.push_back((self.ms + ONE_WAY_MS, compound.as_bytes().to_vec()));
            compound.clear();
        }
        for notice in core::mem::take(&mut self.out.notices) {
            match notice {
                RouterNotice::Health { participant, health } if participant == person(2) => {
                    self.health = Some(health);
                }
                _ => {}
            }
        }
    }

    /// So many milliseconds of about 1 Mbit/s.
    fn run(&mut self, ms: u64) {
        for _ in 0..ms {
            let first = if self.ms == 0 { KEYFRAME } else { INTERFRAME };
            let frame = self.ms.is_multiple_of(33).then_some((4, first, INTERFRAME));
            self.step(frame);
        }
    }

    fn sent(&self, ssrc: u32, from_ms: u64) -> Vec<Left> {
        let since = |left: &&Left| left.ssrc == ssrc && left.ms >= from_ms;
        self.left.iter().filter(since).copied().collect()
    }
}

fn repairs() -> u32 {
    seat(2, 0, Medium::Picture) + 0x0100_0000
}

#[test]
fn a_wide_line_is_found_to_be_wide() {
    let mut play = Play::new();
    play.run(8_000);
    let estimate = play.health.unwrap().estimate_bps.unwrap();
    assert!(estimate >= 1_500_000, "{estimate} after 8 s of 1 Mbit/s on a line that takes all");
    let probed: usize = play.sent(repairs(), 0).iter().map(|left| left.bytes).sum();
    assert!(probed * 10 < play.left.iter().map(|left| left.bytes).sum(), "a tenth at most");
    let pictures = play.sent(seat(2, 0, Medium::Picture), 0).len();
    assert_eq!(pictures, 8_000_usize.div_ceil(33) * 4, "nothing is lost by waiting");
}

#[test]
fn a_line_too_thin_for_any_picture_is_probed_until_it_carries_one_again() {
    let mut play = Play::new();
    let picture = seat(2, 0, Medium::Picture);
    play.run(4_000);
    play.kbps = 150;
    play.run(10_000);
    let frozen = play.ms + 1;
    play.run(2_000);
    assert_eq!(play.sent(picture, frozen).len(), 0, "no picture fits");
    let sound = play.sent(seat(2, 0, Medium::Sound), frozen);
    assert_eq!(sound.len(), 100, "sound goes on");
    let thin = play.health.unwrap();
    assert!(thin.estimate_bps.unwrap() < 300_000 && thin.frozen_lines == 1, "{thin:?}");
    play.kbps = 1_000_000;
    let free = play.ms;
    let mut wide = None;
    for _ in 0..200 {
        play.run(66);
        if play.router.figures().keyframe_requests_out > 0 {
            let from = play.ms;
            play.step(Some((4, KEYFRAME, KEYFRAME_REST)));
            if !play.sent(picture, from).is_empty() {
                wide = Some(play.ms - free);
                break;
            }
        }
    }
    assert!(wide.is_some_and(|ms| ms < 10_000), "{wide:?}");
    assert!(play.router.figures().probes_out > 0);
    let padding = play.sent(repairs(), free).len();
    assert!(padding > 0, "padding alone, as no picture goes out");
}

#[test]
fn a_large_keyframe_is_spread_and_sound_goes_past_it() {
    let mut play = Play::new();
    play.run(6_000);
    let from = play.ms + 1;
    play.step(Some((100, KEYFRAME, KEYFRAME_REST)));
    for _ in 0..400 {
        play.step(None);
    }
    let pictures = play.sent(seat(2, 0, Medium::Picture), from);
    assert_eq!(pictures.len(), 100);
    let at_once = pictures.iter().filter(|left| left.ms == from).count();
    assert!(at_once <= 20, "{at_once} at once");
    let last = pictures.last().unwrap().ms - from;
    let most = u64::try_from(limits::PACE_WAIT.as_millis()).unwrap();
    assert!((20..=most).contains(&last), "the last left after {last} ms");
    let sound = play.sent(seat(2, 0, Medium::Sound), from);
    assert!(sound.iter().all(|left| left.ms.is_multiple_of(20)), "sound never waits");
    assert!(sound.iter().any(|left| left.ms < from + last));
    assert!(play.router.figures().packets_paced >= 80);
}

#[test]
fn what_waits_is_not_sent_once_it_is_no_longer_granted() {
    let mut play = Play::new();
    play.run(6_000);
    play.step(Some((100, KEYFRAME, KEYFRAME_REST)));
    let sent = play.sent(seat(2, 0, Medium::Picture), 0).len();
    let nothing = model::Grants { epoch: 9, ..model::Grants::default() };
    play.router.set_grants(at(play.ms), nothing, &mut play.out);
    for _ in 0..400 {
        play.step(None);
    }
    assert_eq!(play.sent(seat(2, 0, Medium::Picture), 0).len(), sent);
}
