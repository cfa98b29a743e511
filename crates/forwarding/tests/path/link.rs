//! One narrow place with a queue before it and a stretch of delay, jitter and loss behind it.
//!
//! What is not here: who sends.

use std::collections::VecDeque;

/// A seeded sequence of numbers, the same everywhere (xorshift64*).
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % sides.max(1)
    }
}

/// How the path is.
#[derive(Clone, Debug)]
pub(crate) struct Path {
    /// From when on (s) it carries how much (kbit/s).
    pub(crate) capacity: &'static [(u64, u64)],
    /// How long the queue may become, ms at the present capacity.
    pub(crate) buffer_ms: u64,
    /// Delay there and back, ms.
    pub(crate) round_trip_ms: u64,
    /// Each packet takes up to this much longer, ms; order is kept.
    pub(crate) jitter_ms: u64,
    /// Packets lost by chance, per mille.
    pub(crate) loss_permille: u64,
    /// Every so many s a stretch of 200 ms loses everything; 0 for never.
    pub(crate) burst_every_s: u64,
    /// Somebody else's steady traffic, kbit/s, on for 5 s and off for 5 s.
    pub(crate) cross_kbps: u64,
    /// Feedback lost, per mille.
    pub(crate) feedback_loss_permille: u64,
}

impl Path {
    pub(crate) const CLEAN: Self = Self {
        capacity: &[(0, 3_000)],
        buffer_ms: 500,
        round_trip_ms: 50,
        jitter_ms: 0,
        loss_permille: 0,
        burst_every_s: 0,
        cross_kbps: 0,
        feedback_loss_permille: 0,
    };

    /// What it carries in a millisecond, bits.
    pub(crate) fn bits_per_ms(&self, ms: u64) -> u64 {
        let at = |(from, kbps): &(u64, u64)| (*from * 1_000 <= ms).then_some(*kbps);
        self.capacity.iter().rev().find_map(at).unwrap()
    }

    /// What is left of it beside somebody else's traffic, bits.
    pub(crate) fn free_bits_per_ms(&self, ms: u64) -> u64 {
        self.bits_per_ms(ms) - self.cross_bits(ms)
    }

    fn cross_bits(&self, ms: u64) -> u64 {
        if ms / 5_000 % 2 == 1 { self.cross_kbps } else { 0 }
    }
}

/// A packet under way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parcel {
    /// Whose; none for somebody else's.
    pub(crate) flow: Option<usize>,
    pub(crate) number: u16,
    pub(crate) bytes: u64,
    /// When it came to the narrow place, µs.
    pub(crate) came_us: u64,
    /// When it is there, µs.
    pub(crate) there_us: u64,
}

/// The narrow place and what lies behind it.
#[derive(Debug)]
pub(crate) struct Link {
    path: Path,
    dice: Dice,
    queue: VecDeque<Parcel>,
    queued_bits: u64,
    done_bits: u64,
    cross_owed: u64,
    behind: VecDeque<Parcel>,
    last_there_us: u64,
    /// How long our packets stood in the queue, µs.
    pub(crate) waits_us: Vec<u64>,
}

impl Link {
    pub(crate) fn new(path: Path, seed: u64) -> Self {
        Self {
            path,
            dice: Dice::new(seed),
            queue: VecDeque::new(),
            queued_bits: 0,
            done_bits: 0,
            cross_owed: 0,
            behind: VecDeque::new(),
            last_there_us: 0,
            waits_us: Vec::new(),
        }
    }

    /// A packet comes to the narrow place; a full queue drops it.
    pub(crate) fn put(&mut self, ms: u64, parcel: Parcel) {
        let bits = parcel.bytes * 8;
        let room = (self.path.buffer_ms * self.path.bits_per_ms(ms)).max(3_000 * 8);
        if self.queued_bits + bits <= room {
            self.queued_bits += bits;
            self.queue.push_back(parcel);
        }
    }

    /// A millisecond passes.
    pub(crate) fn step(&mut self, ms: u64) {
        self.cross_owed += self.path.cross_bits(ms);
        while self.cross_owed >= 8_000 {
            self.cross_owed -= 8_000;
            let came_us = ms * 1_000;
            self.put(ms, Parcel { flow: None, number: 0, bytes: 1_000, came_us, there_us: 0 });
        }
        let all = self.path.bits_per_ms(ms);
        let mut left = all;
        while let Some(first) = self.queue.front().copied() {
            let bits = first.bytes * 8 - self.done_bits;
            if bits > left {
                self.done_bits += left;
                break;
            }
            left -= bits;
            self.queue.pop_front();
            self.queued_bits -= first.bytes * 8;
            self.done_bits = 0;
            let out_us = ms * 1_000 + (all - left) * 1_000 / all;
            self.leave(first, out_us);
        }
    }

    fn leave(&mut self, mut parcel: Parcel, out_us: u64) {
        if parcel.flow.is_none() {
            return;
        }
        let own_us = parcel.bytes * 8 * 1_000 / self.path.bits_per_ms(out_us / 1_000);
        self.waits_us.push((out_us - parcel.came_us).saturating_sub(own_us));
        let burst = self.path.burst_every_s * 1_000_000;
        let in_burst = burst > 0 && out_us % burst < 200_000 && out_us > burst;
        if in_burst || self.dice.roll(1_000) < self.path.loss_permille {
            return;
        }
        let late_us = self.dice.roll(self.path.jitter_ms * 1_000 + 1);
        let there_us = out_us + self.path.round_trip_ms * 500 + late_us;
        self.last_there_us = self.last_there_us.max(there_us);
        parcel.there_us = self.last_there_us;
        self.behind.push_back(parcel);
    }

    /// What is there by the end of this millisecond.
    pub(crate) fn arrived(&mut self, ms: u64) -> Option<Parcel> {
        let first = self.behind.front()?;
        if first.there_us < (ms + 1) * 1_000 { self.behind.pop_front() } else { None }
    }

    /// Whether a feedback is lost.
    pub(crate) fn loses_feedback(&mut self) -> bool {
        self.dice.roll(1_000) < self.path.feedback_loss_permille
    }
}
