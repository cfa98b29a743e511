//! One way of a person's line: delay, jitter, loss, reordering, a narrow place with its queue.
//! What is not here: what the packets say.

use core::time::Duration;

use model::Instant;

use crate::dice::Dice;

/// A way as a plan states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Path {
    /// At least this long, ms.
    delay_ms: u32,
    /// Added at random, order kept, ms.
    jitter_ms: u32,
    /// Packets lost one by one, per mille.
    loss: u32,
    /// Storms in which everything is lost: how many begin in a thousand packets, and how many
    /// packets one lasts on average.
    storms: (u32, u32),
    /// Packets held back so that later ones overtake them, per mille.
    late: u32,
    /// Packets that come twice, per mille.
    twice: u32,
    /// What the narrowest place carries, kbit/s; 0 for no such place.
    kbps: u32,
    /// The queue before the narrowest place, ms of its rate; what does not fit is lost.
    queue_ms: u32,
}

/// A packet held back comes this much later at most, ms.
const LATE_MS: u32 = 40;

impl Path {
    /// A court room: 5 ms, nothing wrong.
    pub(crate) const COURT: Self = Self {
        delay_ms: 5,
        jitter_ms: 1,
        loss: 0,
        storms: (0, 1),
        late: 0,
        twice: 0,
        kbps: 0,
        queue_ms: 200,
    };
    /// A home line: 25 ms with a little jitter.
    pub(crate) const HOME: Self = Self { delay_ms: 25, jitter_ms: 6, ..Self::COURT };
    /// A telephone in the country: 60 ms, 25 ms of jitter, 1 % loss.
    pub(crate) const MOBILE: Self = Self { delay_ms: 60, jitter_ms: 25, loss: 10, ..Self::COURT };
    /// A satellite: 300 ms each way.
    pub(crate) const SATELLITE: Self = Self { delay_ms: 300, jitter_ms: 10, ..Self::COURT };

    /// With this delay, ms.
    pub(crate) const fn delay(self, delay_ms: u32) -> Self {
        Self { delay_ms, ..self }
    }

    /// With this jitter, ms.
    pub(crate) const fn jitter(self, jitter_ms: u32) -> Self {
        Self { jitter_ms, ..self }
    }

    /// With random loss, per mille.
    pub(crate) const fn loss(self, loss: u32) -> Self {
        Self { loss, ..self }
    }

    /// With storms: so many beginnings in a thousand packets, so many packets long on average.
    pub(crate) const fn storms(self, begin: u32, packets: u32) -> Self {
        Self { storms: (begin, packets), ..self }
    }

    /// With reordering, per mille.
    pub(crate) const fn late(self, late: u32) -> Self {
        Self { late, ..self }
    }

    /// With packets that come twice, per mille.
    pub(crate) const fn twice(self, twice: u32) -> Self {
        Self { twice, ..self }
    }

    /// With a narrow place, kbit/s, and the queue before it, ms.
    pub(crate) const fn narrow(self, kbps: u32, queue_ms: u32) -> Self {
        Self { kbps, queue_ms, ..self }
    }
}

/// What really happened on a way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Packets given to it.
    pub(crate) sent: u64,
    /// Packets it lost.
    pub(crate) lost: u64,
    /// Time packets spent on it, in all.
    pub(crate) travelled: Duration,
    /// The longest a packet stood in the queue.
    pub(crate) queued: Duration,
}

/// A way and what stands in its queue.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    /// As it is now.
    pub(crate) path: Path,
    /// Nothing passes.
    pub(crate) cut: bool,
    storm: bool,
    free_at: Instant,
    last_at: Instant,
    /// What happened so far.
    pub(crate) tally: Tally,
}

impl Way {
    pub(crate) fn new(path: Path) -> Self {
        Self {
            path,
            cut: false,
            storm: false,
            free_at: Instant(0),
            last_at: Instant(0),
            tally: Tally::default(),
        }
    }

    /// When a datagram of this size arrives: never, once or twice.
    pub(crate) fn carry(
        &mut self,
        dice: &mut Dice,
        now: Instant,
        bytes: usize,
    ) -> impl Iterator<Item = Instant> + use<> {
        self.tally.sent += 1;
        let path = self.path;
        let (begin, packets) = path.storms;
        self.storm =
            if self.storm { !dice.chance(1_000 / packets.max(1)) } else { dice.chance(begin) };
        let lost = self.cut | self.storm | dice.chance(path.loss);
        let out_at = if lost { None } else { self.queue(now, bytes) };
        let Some(out_at) = out_at else {
            self.tally.lost += 1;
            return [None, None].into_iter().flatten();
        };
        let mut at = out_at.plus(millis(path.delay_ms)).plus(micros(path.jitter_ms, dice));
        if dice.chance(path.late) {
            at = at.plus(micros(LATE_MS, dice));
        } else {
            at = at.max(self.last_at);
            self.last_at = at;
        }
        self.tally.travelled += at.since(now);
        let again = dice.chance(path.twice).then(|| at.plus(micros(LATE_MS, dice)));
        [Some(at), again].into_iter().flatten()
    }

    /// When the packet leaves the narrow place; never when the queue before it is full.
    fn queue(&mut self, now: Instant, bytes: usize) -> Option<Instant> {
        if self.path.kbps == 0 {
            return Some(now);
        }
        let waits = self.free_at.since(now);
        if waits > millis(self.path.queue_ms) {
            return None;
        }
        let takes = (bytes as u64 + 28) * 8_000 / u64::from(self.path.kbps);
        let begins = self.free_at.max(now);
        self.free_at = begins.plus(Duration::from_micros(takes));
        self.tally.queued = self.tally.queued.max(self.free_at.since(now));
        Some(self.free_at)
    }
}

fn millis(ms: u32) -> Duration {
    Duration::from_millis(u64::from(ms))
}

fn micros(up_to_ms: u32, dice: &mut Dice) -> Duration {
    Duration::from_micros(u64::from(dice.roll(up_to_ms * 1_000 + 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrivals(path: Path, packets: u64, every_us: u64) -> (Vec<Instant>, Tally) {
        let mut dice = Dice::from_seed(1);
        let mut way = Way::new(path);
        let mut all = Vec::new();
        for number in 0..packets {
            all.extend(way.carry(&mut dice, Instant(number * every_us), 972));
        }
        (all, way.tally)
    }

    #[test]
    fn loss_comes_as_stated() {
        let (_, tally) = arrivals(Path::HOME.loss(100), 20_000, 1_000);
        assert!((1_900..2_100).contains(&tally.lost), "{tally:?}");
        let (_, tally) = arrivals(Path::HOME.storms(10, 9), 50_000, 1_000);
        assert!((3_400..4_900).contains(&tally.lost), "about one in twelve: {tally:?}");
    }

    #[test]
    fn order_is_kept_unless_stated() {
        let sorted = |at: &[Instant]| at.windows(2).all(|pair| pair[0] <= pair[1]);
        assert!(sorted(&arrivals(Path::HOME.jitter(30), 2_000, 500).0));
        let (late, _) = arrivals(Path::HOME.late(50).twice(50), 2_000, 500);
        assert!(!sorted(&late));
        assert!((2_050..2_150).contains(&late.len()), "some come twice: {}", late.len());
    }

    #[test]
    fn a_narrow_place_queues_and_then_loses() {
        let (at, tally) = arrivals(Path::COURT.jitter(0).narrow(800, 100), 200, 5_000);
        assert_eq!(at[1].since(at[0]), Duration::from_millis(10), "1,000 bytes at 800 kbit/s");
        assert!(tally.queued <= Duration::from_millis(110), "{tally:?}");
        assert!((85..100).contains(&tally.lost), "half of what is too much: {tally:?}");
    }
}
