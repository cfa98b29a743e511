//! How much a subscriber's line carries, as the sender can tell: from delays, losses and probes.
//!
//! What is not here: clocks and packets. Numbers go out with packets, feedback comes back, and
//! what is allowed to be said is bounded by what was really sent and really arrived.
//!
//! The estimate rises on its own while no queue forms, quickly when far from the last rate at
//! which one formed. A queue that forms (its height, and where its trend leads) cuts the estimate
//! to what arrives, less what drains the queue; once drained it returns to just below. Loss
//! without a queue is `loss.rs`'s matter. Probes find room quickly.

mod delay;
mod loss;
mod probe;
mod rate;

use core::time::Duration;

use model::{Instant, limits};

use crate::transport::history::{News, SentHistory};
use crate::transport::wire::Feedback;
use delay::{Delay, Queue};
use loss::Loss;
use probe::{Found, Prober};
use rate::{Meter, whole};

/// A queue of so many ms, the line's jitter and one packet aside, is one too many.
const QUEUE_MS: f64 = 20.0;
/// Below this part of the bound a queue counts as drained.
const DRAINED: f64 = 0.4;
/// A packet, for the noise it makes on thin lines.
const PACKET_BITS: f64 = 1_200.0 * 8.0;
/// What a cut leaves of what arrives; the height of the queue, over this time, comes off too.
const CUT: f64 = 0.92;
const DRAIN_MS: f64 = 400.0;
const CUT_MIN: f64 = 0.5;
/// What the estimate returns to once the queue is drained, of what arrived.
const RETURN: f64 = 0.96;
/// Growth a second: near the last rate at which a queue formed (at 1 Mbit/s; the slower the
/// higher the rate, so that flows that share a path come to have alike shares), and elsewhere.
const GROW_NEAR: f64 = 0.05;
const GROW_NEAR_LIMITS: (f64, f64) = (0.015, 0.1);
const GROW_FAR: f64 = 0.25;
/// Where "near" begins and ends.
const NEAR: core::ops::Range<f64> = 0.85..1.04;
/// The last rate at which a queue formed says nothing after this time.
const CAPACITY_GOOD_FOR: Duration = Duration::from_secs(30);
/// The estimate grows no further beyond what was proven than this.
const BEYOND_PROVEN: f64 = 1.3;
const BEYOND_PROVEN_BPS: f64 = 20_000.0;
/// Cuts that did not help before the queue counts as somebody else's.
const CUTS_IN_VAIN: u32 = 5;
/// A feedback that was lost makes what arrived look less for so long; a cut goes no deeper then.
const GAP: Duration = Duration::from_millis(300);
const GAP_CUT: f64 = 0.85;
/// Feedback that stays away so long while packets leave says that nothing arrives.
const SILENCE: Duration = Duration::from_secs(1);
const SILENCE_CUT: f64 = 0.7;
/// Probes begin at these multiples of the start value, and go on at twice what was found.
const FIRST_PROBES: [f64; 2] = [3.0, 6.0];
const PROBE_STEP: f64 = 2.0;
/// Probes that are hurried at the start, and how much.
const FIRST_TRIES: usize = 10;
const FIRST_RETRY: Duration = Duration::from_millis(300);
/// A probe that brought so much of what it tried is followed by another at once.
const PROBE_WORKED: f64 = 0.7;
const PROBE_EVERY: Duration = Duration::from_secs(2);
const PROBE_EVERY_MAX: Duration = Duration::from_secs(8);
/// Probes go this far beyond what is wanted.
const PROBE_BEYOND_WANTED: f64 = 1.3;

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Growing,
    Draining(Draining),
}

/// A queue is being drained.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Draining {
    /// When the last cut must have shown.
    again_at: Instant,
    cuts: u32,
    /// The queue at the first cut.
    first_queue_ms: f64,
}

/// The estimate for one connection towards a subscriber.
#[derive(Clone, Debug)]
pub struct Estimator {
    history: SentHistory,
    delay: Delay,
    loss: Loss,
    prober: Prober,
    /// Packets that arrived, by arrival on the other clock, and by when they were sent.
    arrived: Meter,
    proven: Meter,
    bps: f64,
    start_bps: f64,
    wanted_bps: f64,
    state: State,
    capacity: Option<(f64, Instant)>,
    queue: Queue,
    reference: Option<(u32, i64)>,
    heard: u64,
    feedback_number: u8,
    gap_at: Instant,
    round_trip: Duration,
    feedback_at: Option<Instant>,
    decided_at: Instant,
    sent_at: Instant,
    first_probes: usize,
    probe_at: Instant,
    probe_every: Duration,
}

impl Estimator {
    /// An estimator that starts at so many bits per second.
    pub fn new(start_bps: u32) -> Self {
        let start_bps = f64::from(start_bps);
        Self {
            history: SentHistory::default(),
            delay: Delay::default(),
            loss: Loss::default(),
            prober: Prober::default(),
            arrived: Meter::default(),
            proven: Meter::default(),
            bps: start_bps,
            start_bps,
            wanted_bps: f64::from(limits::ESTIMATE_MAX_BPS),
            state: State::Growing,
            capacity: None,
            queue: Queue::default(),
            reference: None,
            heard: 0,
            feedback_number: 0,
            gap_at: Instant(0),
            round_trip: Duration::from_millis(100),
            feedback_at: None,
            decided_at: Instant(0),
            sent_at: Instant(0),
            first_probes: 0,
            probe_at: Instant(0),
            probe_every: PROBE_EVERY,
        }
    }

    /// A packet of so many bytes leaves now; gives its transport-wide number.
    pub fn send(&mut self, now: Instant, bytes: usize) -> u16 {
        self.sent_at = now;
        let mark = self.prober.mark(now);
        let number = self.history.send(now, bytes, mark);
        if mark != 0 {
            self.prober.sent(now, bytes as u64, self.history.next() - 1, self.round_trip);
        }
        number
    }

    /// Feedback came. What it says of packets that were never sent, or says again, is ignored.
    pub fn hear(&mut self, now: Instant, feedback: &Feedback<'_>) {
        let reference_us = self.reference_us(feedback.reference);
        if feedback.number != self.feedback_number.wrapping_add(1) {
            self.gap_at = now;
        }
        self.feedback_number = feedback.number;
        let mut newest = None;
        for status in feedback.statuses() {
            let arrived = status.arrived_us.is_some();
            let Some((number, sent, news)) = self.history.hear(status.sequence, arrived) else {
                continue;
            };
            self.heard = self.heard.max(number);
            let (News::Arrived { was_lost }, Some(arrived_us)) = (news, status.arrived_us) else {
                self.loss.lost();
                continue;
            };
            let arrived_us = reference_us.saturating_add(arrived_us);
            let bytes = u64::from(sent.bytes);
            self.loss.arrived(was_lost);
            self.arrived.add(arrived_us, bytes);
            self.proven.add(sent.at.0.cast_signed(), bytes);
            self.delay.hear(sent.at, arrived_us);
            if sent.probe != 0 {
                self.prober.hear(&sent, arrived_us);
            }
            newest = Some(sent.at);
        }
        let Some(newest) = newest else { return };
        let round_trip = now.since(newest);
        self.round_trip = match self.feedback_at {
            None => round_trip,
            Some(_) => (self.round_trip * 7 + round_trip) / 8,
        };
        self.feedback_at = Some(now);
        self.decide(now);
    }

    /// Does what is due by time; call about once a second, or more often.
    pub fn tick(&mut self, now: Instant) {
        let Some(heard_at) = self.feedback_at else { return };
        let silence = SILENCE.max(self.round_trip * 4);
        let unheard = self.sent_at.since(heard_at) > silence;
        if unheard && now.since(self.decided_at) >= SILENCE {
            self.set(self.bps * SILENCE_CUT);
            self.decided_at = now;
            self.plan_probe(now, PROBE_EVERY);
        }
    }

    /// How much there is to send, bits per second. Beyond it nothing is probed for.
    pub fn want(&mut self, bps: u32) {
        self.wanted_bps = f64::from(bps);
    }

    /// What the line carries, bits per second; none before the first feedback.
    pub fn estimate_bps(&self) -> Option<u32> {
        self.feedback_at.map(|_| self.whole_bps())
    }

    /// How long packets stand in a queue on the way, ms.
    pub fn queue_ms(&self) -> u16 {
        u16::try_from(whole(self.queue.now_ms)).unwrap_or(u16::MAX)
    }

    /// The share of packets lost whatever the rate, per mille.
    pub fn inherent_loss_permille(&self) -> u16 {
        u16::try_from(whole(self.loss.inherent() * 1_000.0)).unwrap_or(1_000)
    }

    /// The rate at which packets of a probe are to leave now; none while none is being sent. What
    /// media does not fill is to be filled with repeats or padding.
    pub fn probe_bps(&self, now: Instant) -> Option<u32> {
        self.prober.sending_bps(now).map(|bps| u32::try_from(whole(bps)).unwrap_or(u32::MAX))
    }

    /// The estimate, or the start value before there is one.
    pub fn whole_bps(&self) -> u32 {
        u32::try_from(whole(self.bps)).unwrap_or(u32::MAX)
    }

    /// The reference time of a feedback, µs, past the wraps of its 24 bits.
    fn reference_us(&mut self, reference: u32) -> i64 {
        let extended = match self.reference {
            None => 1 << 32 | i64::from(reference),
            Some((before, extended)) => {
                let step = (reference.wrapping_sub(before) << 8).cast_signed() >> 8;
                extended + i64::from(step)
            }
        };
        self.reference = Some((reference, extended));
        extended * 64_000
    }

    fn set(&mut self, bps: f64) {
        let (least, most) = (limits::ESTIMATE_MIN_BPS, limits::ESTIMATE_MAX_BPS);
        self.bps = bps.clamp(f64::from(least), f64::from(most));
    }

    fn decide(&mut self, now: Instant) {
        let elapsed = now.since(self.decided_at).min(Duration::from_millis(250)).as_secs_f64();
        self.decided_at = now;
        self.queue = self.delay.queue().unwrap_or_default();
        let packet_ms = (PACKET_BITS / self.bps * 1_000.0).min(100.0);
        let bound_ms = QUEUE_MS + 2.0 * self.queue.spread_ms + packet_ms;
        let over = self.queue.soon_ms > bound_ms && self.queue.now_ms > bound_ms * 0.3;
        let queued = over || self.queue.now_ms > bound_ms * 0.5;
        match self.state {
            State::Growing if over => self.cut(now, 1, self.queue.now_ms),
            State::Growing => self.grow(now, elapsed, queued),
            State::Draining(draining) => self.drain(now, bound_ms, over, draining),
        }
        let arriving = self.arriving_bps();
        if let Some(bound) = self.loss.look(now, self.round_trip, queued, arriving) {
            if bound > self.bps * 1.5 {
                self.loss.lift();
            }
            self.set(self.bps.min(bound));
        }
        self.probe(now, queued);
    }

    /// What arrives, and was really sent at such a rate.
    fn arriving_bps(&self) -> Option<f64> {
        Some(self.arrived.short_bps()?.min(self.proven.short_bps()?))
    }

    fn cut(&mut self, now: Instant, cuts: u32, first_queue_ms: f64) {
        let arrived = self.arrived.short_bps().unwrap_or(self.bps);
        let before = match self.capacity {
            Some((bps, _)) if cuts > 1 => bps,
            _ => 0.0,
        };
        let proven = self.proven.short_bps().unwrap_or(self.bps);
        let capacity = arrived.min(proven.max(before)).min(self.bps.max(before));
        let gap = cuts == 1 && now.since(self.gap_at) < GAP;
        let capacity = if gap { capacity.max(self.bps * GAP_CUT) } else { capacity };
        self.capacity = Some((capacity, now));
        let left = (CUT - self.queue.soon_ms / DRAIN_MS).max(CUT_MIN);
        let halved = self.bps * 0.7 > capacity;
        self.set(self.bps.min(capacity * left));
        let again_at = now.plus(self.round_trip + Duration::from_millis(150));
        self.state = State::Draining(Draining { again_at, cuts, first_queue_ms });
        if halved {
            self.plan_probe(now, PROBE_EVERY);
        }
    }

    fn drain(&mut self, now: Instant, bound_ms: f64, over: bool, draining: Draining) {
        let capacity = self.capacity.map_or(self.bps, |(bps, _)| bps);
        let Queue { now_ms, soon_ms, .. } = self.queue;
        if now_ms < bound_ms * DRAINED && soon_ms < bound_ms * 0.6 {
            self.state = State::Growing;
            self.set(self.bps.max(capacity * RETURN));
        } else if now < draining.again_at {
            // The last cut has not shown yet.
        } else if draining.cuts >= CUTS_IN_VAIN && now_ms > draining.first_queue_ms * 0.7 {
            self.delay.take_as_empty();
            self.state = State::Growing;
        } else if over || soon_ms > now_ms {
            self.cut(now, draining.cuts + 1, draining.first_queue_ms);
        }
    }

    fn grow(&mut self, now: Instant, elapsed: f64, queued: bool) {
        let Some(arriving) = self.arriving_bps() else { return };
        if queued && self.capacity.is_none() {
            return;
        }
        let delivered = arriving / (1.0 - self.loss.inherent().min(0.5));
        let most = delivered * BEYOND_PROVEN + BEYOND_PROVEN_BPS;
        if self.bps >= most {
            return;
        }
        let speed = match self.capacity {
            Some((bps, at)) if now.since(at) < CAPACITY_GOOD_FOR => {
                let share = self.bps / bps;
                if share >= NEAR.end {
                    self.capacity = None;
                    self.probe_at = self.probe_at.min(now);
                    GROW_FAR
                } else if share >= NEAR.start {
                    let (least, most) = GROW_NEAR_LIMITS;
                    (GROW_NEAR * (1_000_000.0 / self.bps).sqrt()).clamp(least, most)
                } else {
                    GROW_FAR
                }
            }
            _ => GROW_FAR,
        };
        self.set((self.bps * (1.0 + speed * elapsed)).min(most));
    }

    fn plan_probe(&mut self, now: Instant, wait: Duration) {
        self.probe_every = wait;
        self.probe_at = now.plus(wait);
    }

    fn probe(&mut self, now: Instant, queued: bool) {
        if let Some(found) = self.prober.outcome(now, self.heard, self.round_trip) {
            self.take_found(now, found);
        }
        let calm = self.state == State::Growing && !queued;
        if !calm || self.prober.is_busy() || now < self.probe_at || self.wanted_bps <= self.bps {
            return;
        }
        let tried = match FIRST_PROBES.get(self.first_probes) {
            Some(times) => (self.start_bps * times).max(self.bps * PROBE_STEP),
            None => self.bps * PROBE_STEP,
        };
        let most = self.wanted_bps.max(self.start_bps) * PROBE_BEYOND_WANTED;
        self.first_probes += 1;
        self.prober.start(now, tried.min(most), self.queue.spread_ms);
    }

    fn take_found(&mut self, now: Instant, found: Option<Found>) {
        let useful = found.filter(|found| found.bps > self.bps && self.state == State::Growing);
        let Some(found) = useful else {
            self.plan_probe(now, (self.probe_every * 2).min(PROBE_EVERY_MAX));
            self.hurry(now);
            return;
        };
        let worked = found.bps >= found.tried_bps * PROBE_WORKED;
        self.capacity = found.saturated.then_some((found.bps, now));
        let keep = if found.saturated { CUT } else { 1.0 };
        self.set(self.bps.max(found.bps * keep));
        self.loss.lift();
        self.plan_probe(now, PROBE_EVERY);
        if worked {
            self.probe_at = now;
        } else {
            self.hurry(now);
        }
    }

    /// At the start a probe that found little, perhaps because some of it was lost, is repeated
    /// soon: nothing is known that speaks against it.
    fn hurry(&mut self, now: Instant) {
        if self.capacity.is_none() && self.first_probes < FIRST_TRIES {
            self.plan_probe(now, PROBE_EVERY);
            self.probe_at = now.plus(FIRST_RETRY);
        }
    }
}
