//! The lossy network between a page and the house.
//! What is not here: what the packets say.

use core::time::Duration;

use model::Instant;

use crate::dice::Dice;

/// One page's line, as the dice made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// Packets lost each way, per mille.
    pub(crate) loss_permille: u32,
    /// Packets that arrive twice, per mille.
    pub(crate) twice_permille: u32,
    /// One way, at least, µs.
    pub(crate) delay_us: u32,
    /// Added at random, so packets overtake each other, µs.
    pub(crate) jitter_us: u32,
    /// Nothing passes before this moment.
    pub(crate) cut_until: Instant,
}

impl Line {
    /// A line without fault.
    pub(crate) const fn good() -> Self {
        Self {
            loss_permille: 0,
            twice_permille: 0,
            delay_us: 20_000,
            jitter_us: 0,
            cut_until: Instant(0),
        }
    }

    /// Other weather; a cut goes on.
    pub(crate) fn change(&mut self, dice: &mut Dice) {
        let [loss, jitter] = match dice.roll(4) {
            0 => [0, 0],
            1 => [10, 5_000],
            2 => [50, 30_000],
            _ => [200, 120_000],
        };
        let twice_permille = if dice.chance(300) { 30 } else { 0 };
        let delay_us = 1_000 + dice.roll(150_000);
        *self = Self {
            loss_permille: loss,
            twice_permille,
            delay_us,
            jitter_us: jitter,
            cut_until: self.cut_until,
        };
    }

    /// When a datagram arrives: never, once or twice.
    pub(crate) fn carry(&self, dice: &mut Dice, now: Instant) -> impl Iterator<Item = Instant> {
        let lost = now < self.cut_until || dice.chance(self.loss_permille);
        let copies = match (lost, dice.chance(self.twice_permille)) {
            (true, _) => 0,
            (false, false) => 1,
            (false, true) => 2,
        };
        let times: Vec<_> = (0..copies)
            .map(|_| now.plus(micros(self.delay_us + dice.roll(self.jitter_us.max(1)))))
            .collect();
        times.into_iter()
    }

    /// When a message of the ordered, repaired kind arrives.
    pub(crate) fn deliver(&self, dice: &mut Dice, now: Instant) -> Instant {
        let way = self.delay_us + dice.roll(self.jitter_us.max(1));
        now.max(self.cut_until).plus(micros(way))
    }
}

fn micros(micros: u32) -> Duration {
    Duration::from_micros(u64::from(micros))
}
