//! Tells loss that our own rate causes from loss that comes with the line.
//!
//! What is not here: loss with a growing queue; the queue says more then, and `delay.rs` sees it.
//!
//! A line that polices, or has hardly a buffer, loses without a queue. Whether it is our rate is
//! found out by trying: the rate goes down once; if the loss goes with it, it was ours, and the
//! rate stays below for a while; if it does not, it comes with the line and is no reason to slow
//! down.

use core::time::Duration;

use model::Instant;

use super::rate::float;

/// A look at the loss takes this long and so many packets.
const LOOK: Duration = Duration::from_millis(500);
const LOOK_MAX: Duration = Duration::from_secs(3);
const LOOK_PACKETS: u64 = 60;
/// So much loss beyond the line's own, and beyond so many times its own chance, calls for a trial.
const SUSPICIOUS: f64 = 0.05;
const DEVIATIONS: f64 = 2.5;
/// How far below what arrived a trial goes.
const STEP_DOWN: f64 = 0.92;
/// A trial is judged by packets sent this long after it began, round trip aside.
const SETTLE: Duration = Duration::from_millis(200);
/// A bound that stood for so long is lifted step by step.
const BOUND_STANDS: Duration = Duration::from_secs(4);
const BOUND_GROWS: f64 = 1.1;

#[derive(Clone, Copy, Debug)]
struct Trial {
    loss: f64,
    settled_at: Instant,
}

/// Loss of one leg.
#[derive(Clone, Debug, Default)]
pub(crate) struct Loss {
    arrived: u64,
    lost: u64,
    since: Option<Instant>,
    inherent: f64,
    trial: Option<Trial>,
    bound: Option<(f64, Instant)>,
}

impl Loss {
    /// A packet arrived; `was_lost` when it was called lost before.
    pub(crate) fn arrived(&mut self, was_lost: bool) {
        self.arrived += 1;
        self.lost = self.lost.saturating_sub(u64::from(was_lost));
    }

    /// A packet did not arrive.
    pub(crate) const fn lost(&mut self) {
        self.lost += 1;
    }

    /// The line's own share of loss.
    pub(crate) const fn inherent(&self) -> f64 {
        self.inherent
    }

    /// Looks at what was counted. `queued`: a queue explains the loss. `arriving_bps`: what
    /// arrives now. Gives the present bound.
    pub(crate) fn look(
        &mut self,
        now: Instant,
        round_trip: Duration,
        queued: bool,
        arriving_bps: Option<f64>,
    ) -> Option<f64> {
        let since = *self.since.get_or_insert(now);
        let all = self.arrived + self.lost;
        let elapsed = now.since(since);
        if elapsed < LOOK || (all < LOOK_PACKETS && elapsed < LOOK_MAX) {
            return self.bound.map(|(bps, _)| bps);
        }
        let loss = float(self.lost) / float(all.max(1));
        let chance = (self.inherent.max(0.02) / float(all.max(1))).sqrt();
        let suspicious = loss > self.inherent + SUSPICIOUS + DEVIATIONS * chance;
        (self.arrived, self.lost, self.since) = (0, 0, Some(now));
        if let Some(trial) = self.trial {
            if now < trial.settled_at {
                return self.bound.map(|(bps, _)| bps);
            }
            self.trial = None;
            let (before, after) = (trial.loss - self.inherent, loss - self.inherent);
            if after > before * 0.6 {
                self.inherent = loss.min(trial.loss);
                self.bound = None;
            }
        } else if suspicious && !queued {
            if let Some(bps) = arriving_bps {
                self.bound = Some((bps * STEP_DOWN, now.plus(BOUND_STANDS)));
                let settled_at = now.plus(round_trip * 2 + SETTLE);
                self.trial = Some(Trial { loss, settled_at: settled_at.plus(LOOK) });
            }
        } else {
            let weight = if loss < self.inherent { 0.3 } else { 0.1 };
            self.inherent += (loss - self.inherent) * weight;
            if let Some((bps, until)) = &mut self.bound
                && now >= *until
            {
                *bps *= BOUND_GROWS;
            }
        }
        self.bound.map(|(bps, _)| bps)
    }

    /// The bound is far above what is needed: it has served.
    pub(crate) const fn lift(&mut self) {
        self.bound = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten seconds of a sender of `bps` that obeys the bound; says how it ended.
    fn after(mut loss_at: impl FnMut(f64) -> f64, queued: bool) -> (Option<f64>, f64) {
        let mut loss = Loss::default();
        let (mut bound, mut owed) = (None::<f64>, 0.0);
        for step in 0..1_000_u64 {
            let bps = bound.unwrap_or(f64::INFINITY).min(1_000_000.0);
            let share = loss_at(bps);
            owed += share;
            if owed >= 1.0 {
                owed -= 1.0;
                loss.lost();
            } else {
                loss.arrived(false);
            }
            let now = Instant(step * 10_000);
            let round_trip = Duration::from_millis(50);
            bound = loss.look(now, round_trip, queued, Some(bps * (1.0 - share)));
        }
        (bound, loss.inherent())
    }

    #[test]
    fn loss_that_stays_is_the_line_and_loss_that_goes_was_the_rate() {
        for share in [0.02, 0.05, 0.1, 0.3] {
            let (bound, inherent) = after(|_| share, false);
            assert_eq!(bound, None, "{share}");
            assert!((inherent - share).abs() < 0.03, "{share}: {inherent}");
        }
        let (bound, inherent) = after(|bps| (1.0 - 700_000.0 / bps).max(0.0), false);
        assert!(bound.is_some_and(|bps| bps < 780_000.0), "{bound:?}");
        assert!(inherent < 0.08, "{inherent}");
        assert_eq!(after(|_| 0.3, true).0, None, "a queue explains it");
    }
}
