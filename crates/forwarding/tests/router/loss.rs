//! Both links lose every tenth packet; in the end nothing is missing anywhere.
//!
//! What is not here: loss of reports; those only come later then.

use std::collections::{BTreeMap, BTreeSet};

use forwarding::packet::Packet;
use forwarding::rtcp::{self, Item};
use forwarding::{LegId, Router};
use model::letters::TapeItem;
use model::{Medium, TrackKind};

use crate::scene::{
    Catch, Dice, INTERFRAME, KEYFRAME, Publisher, all_see_all, at, hearing, seat, source, track,
};

const ONE_WAY_MS: u64 = 20;
const PACKETS: u32 = 1_000;

/// A link: what was put in comes out later, unless it is lost.
#[derive(Default)]
struct Link {
    under_way: BTreeMap<(u64, u64), Vec<u8>>,
    count: u64,
}

impl Link {
    fn put(&mut self, now_ms: u64, bytes: Vec<u8>) {
        self.count += 1;
        self.under_way.insert((now_ms + ONE_WAY_MS, self.count), bytes);
    }

    fn take(&mut self, now_ms: u64) -> Vec<Vec<u8>> {
        let later = self.under_way.split_off(&(now_ms + 1, 0));
        core::mem::replace(&mut self.under_way, later).into_values().collect()
    }
}

/// A page that receives one line and asks for what it misses.
#[derive(Default)]
struct Page {
    got: BTreeMap<u64, Vec<u8>>,
    base: Option<u64>,
    asked_at: BTreeMap<u64, u64>,
    repeats_seen: usize,
}

impl Page {
    fn take(&mut self, bytes: &[u8]) {
        let packet = Packet::read(bytes).unwrap();
        let highest = self.got.keys().next_back().copied();
        let near = highest.unwrap_or_else(|| u64::from(packet.sequence) + 65_536);
        let step = packet.sequence.wrapping_sub(u16::try_from(near & 0xffff).unwrap());
        let number = near.wrapping_add_signed(i64::from(step.cast_signed()));
        self.base = Some(self.base.map_or(number, |base| base.min(number)));
        match self.got.insert(number, bytes.to_vec()) {
            None => {}
            Some(before) => {
                assert_eq!(before, bytes, "the same number is the same packet to the byte");
                self.repeats_seen += 1;
            }
        }
    }

    fn ask(&mut self, now_ms: u64) -> Vec<u16> {
        let Some((&highest, _)) = self.got.last_key_value() else { return Vec::new() };
        let missing: Vec<u64> = (self.base.unwrap()..highest)
            .filter(|number| !self.got.contains_key(number))
            .filter(|number| self.asked_at.get(number).is_none_or(|at| now_ms >= at + 45))
            .collect();
        for number in &missing {
            self.asked_at.insert(*number, now_ms);
        }
        missing.into_iter().map(|number| u16::try_from(number & 0xffff).unwrap()).collect()
    }
}

fn payload(number: u32) -> Vec<u8> {
    let start = if number == 0 { KEYFRAME } else { INTERFRAME };
    [&start[..], &number.to_be_bytes(), &[9; 100]].concat()
}

struct Trial {
    router: Router,
    out: Catch,
    dice: Dice,
    publisher: Publisher,
    sent: BTreeMap<u16, Vec<u8>>,
    up: Link,
    up_reports: Link,
    down: Link,
    down_reports: Link,
    page: Page,
}

impl Trial {
    fn lossy(dice: &mut Dice, spare_first: bool) -> bool {
        !spare_first && dice.roll(10) == 0
    }

    fn step(&mut self, ms: u64) {
        if ms.is_multiple_of(10) && ms / 10 < u64::from(PACKETS) {
            let number = u32::try_from(ms / 10).unwrap();
            let bytes = self.publisher.packet(900, &payload(number));
            self.sent.insert(self.publisher.sequence, bytes.clone());
            if !Self::lossy(&mut self.dice, number == 0 || number + 1 == PACKETS) {
                self.up.put(ms, bytes);
            }
        }
        for bytes in self.up.take(ms) {
            self.router.rtp(at(ms), LegId(1), &bytes, &mut self.out);
        }
        for bytes in self.up_reports.take(ms) {
            self.router.rtcp(at(ms), LegId(2), &bytes, &mut self.out);
        }
        if at(ms).instant >= self.router.wake_at() {
            self.router.tick(at(ms), &mut self.out);
        }
        let line = seat(2, 0, Medium::Picture);
        for (leg, bytes) in core::mem::take(&mut self.out.rtp) {
            assert_eq!(leg, LegId(2));
            assert_eq!(Packet::read(&bytes).unwrap().ssrc, line);
            if !Self::lossy(&mut self.dice, self.page.got.is_empty()) {
                self.down.put(ms, bytes);
            }
        }
        for (leg, bytes) in core::mem::take(&mut self.out.rtcp) {
            if leg == LegId(1) {
                self.down_reports.put(ms, bytes);
            }
        }
        for bytes in self.down.take(ms) {
            self.page.take(&bytes);
        }
        let asked = self.page.ask(ms);
        if !asked.is_empty() {
            let mut nack = rtcp::Compound::default();
            assert!(nack.nack(9, line, &asked).is_empty());
            self.up_reports.put(ms, nack.as_bytes().to_vec());
        }
        self.answer(ms);
    }

    /// The publisher sends again what the router asks for.
    fn answer(&mut self, ms: u64) {
        for bytes in self.down_reports.take(ms) {
            let mut asked = Vec::new();
            assert!(rtcp::read(&bytes, |item| asked.push(item)));
            for item in asked {
                let Item::Missing { media, sequence } = item else { continue };
                assert_eq!(media, source(1, TrackKind::Camera));
                if !Self::lossy(&mut self.dice, false) {
                    self.up.put(ms, self.sent[&sequence].clone());
                }
            }
        }
    }
}

#[test]
fn everything_arrives_in_the_end() {
    for seed in 1..=5 {
        let (mut router, mut out) = hearing(&[1, 2], 1);
        let mut grants = all_see_all(2, &[1, 2]);
        grants.record.insert(track(1, TrackKind::Camera));
        router.set_grants(at(0), grants, &mut out);
        let mut trial = Trial {
            router,
            out,
            dice: Dice(seed),
            publisher: Publisher::new(1, TrackKind::Camera),
            sent: BTreeMap::new(),
            up: Link::default(),
            up_reports: Link::default(),
            down: Link::default(),
            down_reports: Link::default(),
            page: Page::default(),
        };
        for ms in 0..u64::from(PACKETS) * 10 + 2_000 {
            trial.step(ms);
        }
        let expected: Vec<Vec<u8>> = (0..PACKETS).map(payload).collect();
        let got: Vec<Vec<u8>> = trial
            .page
            .got
            .values()
            .map(|bytes| Packet::read(bytes).unwrap().payload.to_vec())
            .collect();
        assert_eq!(got, expected, "seed {seed}");
        let numbers: BTreeSet<u64> = trial
            .out
            .tape
            .iter()
            .filter_map(|(item, _)| match item {
                TapeItem::Packet { sequence, .. } => Some(*sequence),
                TapeItem::SenderReport { .. } | TapeItem::Lost { .. } => None,
            })
            .collect();
        assert_eq!(numbers.len(), expected.len(), "each once on the tape, seed {seed}");
        assert_eq!(trial.out.tape.len(), expected.len());
        let figures = trial.router.figures();
        assert!(figures.nacks_out > 80 && figures.packets_resent > 80, "{figures:?}");
        assert_eq!(figures.packets_lost, 0);
        let wasted = trial.page.repeats_seen;
        assert!(
            wasted < 100,
            "few repeats are for nothing, even while the round trip is unknown: {wasted}"
        );
    }
}
