//! One sender that has as much picture as the estimate allows, and its receiver.
//!
//! What is not here: the path between them.

use std::collections::VecDeque;

use forwarding::estimate::Estimator;
use forwarding::pacer::Pacer;
use forwarding::rtcp::Compound;
use forwarding::transport::arrivals::Arrivals;
use forwarding::transport::wire::each_feedback;
use model::{Instant, limits};

use crate::link::{Dice, Link, Parcel, Path};

/// Sound: 50 packets a second of 120 bytes, headers included.
const SOUND_MS: u64 = 20;
const SOUND_BYTES: usize = 120;
/// Pictures: 30 a second, cut into packets of this size.
const FRAME_MS: u64 = 33;
const PACKET_BYTES: usize = 1_100;

/// One sender and its receiver.
#[derive(Debug)]
pub(crate) struct Flow {
    place: usize,
    starts_ms: u64,
    pub(crate) estimator: Estimator,
    pacer: Pacer<usize>,
    arrivals: Arrivals,
    under_way: VecDeque<(u64, Vec<u8>)>,
    dice: Dice,
    /// The most it has to send, kbit/s.
    most_kbps: u64,
    owed_bytes: u64,
    /// Bytes that arrived, by 100 ms.
    pub(crate) arrived: Vec<u64>,
}

impl Flow {
    pub(crate) fn new(place: usize, seed: u64, starts_ms: u64, most_kbps: u64) -> Self {
        let mut estimator = Estimator::new(limits::ESTIMATE_START_BPS);
        estimator.want(u32::try_from(most_kbps * 1_000).unwrap_or(u32::MAX));
        Self {
            place,
            starts_ms,
            estimator,
            pacer: Pacer::new(limits::ESTIMATE_START_BPS),
            arrivals: Arrivals::default(),
            under_way: VecDeque::new(),
            dice: Dice::new(seed ^ (place as u64 + 77)),
            most_kbps,
            owed_bytes: 0,
            arrived: Vec::new(),
        }
    }

    /// A millisecond of the sender.
    pub(crate) fn send(&mut self, ms: u64, link: &mut Link) {
        if ms < self.starts_ms {
            return;
        }
        let now = Instant(ms * 1_000);
        self.hear(ms);
        if ms.is_multiple_of(1_000) {
            self.estimator.tick(now);
        }
        match self.estimator.probe_bps(now) {
            Some(bps) => self.pacer.set_rate(u64::from(bps)),
            None => self.pacer.set_estimate(self.estimator.whole_bps()),
        }
        if ms.is_multiple_of(SOUND_MS) {
            self.pacer.spend(now, SOUND_BYTES);
            self.emit(now, SOUND_BYTES, link);
        }
        if ms.is_multiple_of(FRAME_MS) {
            self.picture(now, link);
        }
        while let Some(bytes) = self.pacer.take(now) {
            self.emit(now, bytes, link);
        }
        while self.estimator.probe_bps(now).is_some() && self.pacer.has_budget(now) {
            self.pacer.spend(now, PACKET_BYTES);
            self.emit(now, PACKET_BYTES, link);
        }
    }

    fn picture(&mut self, now: Instant, link: &mut Link) {
        let bps = u64::from(self.estimator.whole_bps()).min(self.most_kbps * 1_000);
        let sound_bps = SOUND_BYTES as u64 * 8 * 1_000 / SOUND_MS;
        let share = 80 + self.dice.roll(41);
        self.owed_bytes += bps.saturating_sub(sound_bps) * FRAME_MS / 8_000 * share / 100;
        let packets = self.owed_bytes.div_ceil(PACKET_BYTES as u64).max(1);
        let bytes = usize::try_from(self.owed_bytes / packets).unwrap();
        if bytes < 200 {
            return;
        }
        self.owed_bytes = 0;
        for _ in 0..packets {
            if !self.pacer.put(now, bytes, bytes) {
                self.emit(now, bytes, link);
            }
        }
    }

    fn emit(&mut self, now: Instant, bytes: usize, link: &mut Link) {
        let number = self.estimator.send(now, bytes);
        let parcel = Parcel {
            flow: Some(self.place),
            number,
            bytes: bytes as u64,
            came_us: now.0,
            there_us: 0,
        };
        link.put(now.0 / 1_000, parcel);
    }

    fn hear(&mut self, ms: u64) {
        while self.under_way.front().is_some_and(|(at, _)| *at <= ms) {
            let (_, compound) = self.under_way.pop_front().unwrap();
            let now = Instant(ms * 1_000);
            each_feedback(&compound, |feedback| self.estimator.hear(now, &feedback));
        }
    }

    /// A packet is there.
    pub(crate) fn receive(&mut self, parcel: &Parcel) {
        let tenth = usize::try_from(parcel.there_us / 100_000).unwrap();
        self.arrived.resize(self.arrived.len().max(tenth + 1), 0);
        self.arrived[tenth] += parcel.bytes;
        let bytes = usize::try_from(parcel.bytes).unwrap();
        self.arrivals.take(parcel.number, bytes, Instant(parcel.there_us));
    }

    /// A millisecond of the receiver.
    pub(crate) fn report(&mut self, ms: u64, back_ms: u64, link: &mut Link) {
        let mut compound = Compound::default();
        while self.arrivals.write(Instant((ms + 1) * 1_000), 1, 2, &mut compound) {
            if !link.loses_feedback() {
                self.under_way.push_back((ms + back_ms + 1, compound.as_bytes().to_vec()));
            }
            compound.clear();
        }
    }
}

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) flows: Vec<Flow>,
    /// How long packets stood in the queue, µs, rising.
    pub(crate) waits_us: Vec<u64>,
}

/// Runs flows on a path; `starts_ms` and the most each has to send.
pub(crate) fn run(path: &Path, seed: u64, seconds: u64, flows: &[(u64, u64)]) -> Run {
    let mut link = Link::new(path.clone(), seed);
    let mut flows: Vec<Flow> = flows
        .iter()
        .enumerate()
        .map(|(place, (starts_ms, most_kbps))| Flow::new(place, seed, *starts_ms, *most_kbps))
        .collect();
    for ms in 0..seconds * 1_000 {
        for flow in &mut flows {
            flow.send(ms, &mut link);
        }
        link.step(ms);
        while let Some(parcel) = link.arrived(ms) {
            flows[parcel.flow.unwrap()].receive(&parcel);
        }
        for flow in &mut flows {
            flow.report(ms, path.round_trip_ms / 2, &mut link);
        }
    }
    let mut waits_us = link.waits_us;
    waits_us.sort_unstable();
    Run { flows, waits_us }
}
