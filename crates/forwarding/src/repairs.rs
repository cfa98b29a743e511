//! The list of packets a publisher's source still owes, and when to ask for them.
//!
//! What is not here: how the asking is written (`rtcp.rs`).

use core::time::Duration;

use model::Instant;

/// A packet may come this much later than its successor before it counts as missing.
const REORDER_WAIT: Duration = Duration::from_millis(15);
/// Time between two askings while the round trip is unknown.
const RETRY_DEFAULT: Duration = Duration::from_millis(50);
/// Never ask again sooner than this.
const RETRY_MIN: Duration = Duration::from_millis(20);
/// How often one packet is asked for.
const TRIES_MAX: u8 = 10;
/// A packet missing for longer is given up.
const GIVE_UP_AFTER: Duration = Duration::from_secs(2);
/// Packets missing at once; older ones are given up.
const MISSING_MAX: usize = 256;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Missing {
    sequence: u64,
    since: Instant,
    asked_at: Option<Instant>,
    tries: u8,
}

impl Missing {
    fn due(&self, retry: Duration) -> Instant {
        match self.asked_at {
            None => self.since.plus(REORDER_WAIT),
            Some(at) if self.tries < TRIES_MAX => at.plus(retry),
            Some(_) => self.since.plus(GIVE_UP_AFTER),
        }
    }
}

/// What one look at the list came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Round {
    /// Packets asked for the first time: holes that are no mere reordering.
    pub(crate) holes: u64,
    /// Packets given up.
    pub(crate) given_up: u64,
    /// When to look again.
    pub(crate) next: Option<Instant>,
}

/// Missing packets of one source, in rising order.
#[derive(Clone, Debug)]
pub(crate) struct Repairs {
    missing: Vec<Missing>,
    given_up: u64,
}

impl Repairs {
    pub(crate) fn new() -> Self {
        Self { missing: Vec::with_capacity(MISSING_MAX), given_up: 0 }
    }

    /// The packets from `first` to before `end` were passed over. Says when to look at the list.
    pub(crate) fn miss(&mut self, first: u64, end: u64, now: Instant) -> Instant {
        let kept_from = first.max(end.saturating_sub(MISSING_MAX as u64));
        let sequences = kept_from..end;
        let overflow = (self.missing.len() + sequences.clone().count()).saturating_sub(MISSING_MAX);
        self.missing.drain(..overflow);
        self.given_up += kept_from - first + overflow as u64;
        self.missing.extend(sequences.map(|sequence| Missing {
            sequence,
            since: now,
            asked_at: None,
            tries: 0,
        }));
        now.plus(REORDER_WAIT)
    }

    /// A packet came late.
    pub(crate) fn arrived(&mut self, sequence: u64) {
        if let Ok(place) = self.missing.binary_search_by_key(&sequence, |one| one.sequence) {
            self.missing.remove(place);
        }
    }

    /// Puts the sequence numbers to ask for now into `ask`.
    pub(crate) fn round(
        &mut self,
        now: Instant,
        round_trip: Option<Duration>,
        ask: &mut Vec<u16>,
    ) -> Round {
        let retry = round_trip.unwrap_or(RETRY_DEFAULT).max(RETRY_MIN);
        let before = self.missing.len();
        self.missing.retain(|one| now.since(one.since) < GIVE_UP_AFTER);
        let too_old = (before - self.missing.len()) as u64;
        let given_up = core::mem::take(&mut self.given_up) + too_old;
        let mut round = Round { given_up, ..Round::default() };
        for one in &mut self.missing {
            if one.due(retry) <= now && one.tries < TRIES_MAX {
                round.holes += u64::from(one.tries == 0);
                one.tries += 1;
                one.asked_at = Some(now);
                ask.push((one.sequence & 0xffff) as u16);
            }
        }
        round.next = self.missing.iter().map(|one| one.due(retry)).min();
        round
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000;

    #[test]
    fn reordering_is_waited_for_and_loss_is_asked_for() {
        let mut repairs = Repairs::new();
        let mut ask = Vec::new();
        let due = repairs.miss(10, 12, Instant(0));
        assert_eq!(due, Instant(15 * MS));
        assert_eq!(repairs.round(Instant(14 * MS), None, &mut ask).next, Some(due));
        assert!(ask.is_empty());
        repairs.arrived(10);
        let round = repairs.round(due, None, &mut ask);
        assert_eq!(ask, [11]);
        assert_eq!((round.holes, round.next), (1, Some(Instant(65 * MS))));
        ask.clear();
        assert_eq!(repairs.round(Instant(65 * MS), None, &mut ask).holes, 0);
        assert_eq!(ask, [11]);
        repairs.arrived(11);
        assert_eq!(repairs.round(Instant(200 * MS), None, &mut ask).next, None);
    }

    #[test]
    fn a_packet_is_asked_for_ten_times_and_given_up_after_two_seconds() {
        let mut repairs = Repairs::new();
        let mut next = repairs.miss(70_000, 70_001, Instant(0));
        let (mut asked, mut given_up) = (0, 0);
        for _ in 0..20 {
            let mut ask = Vec::new();
            let round = repairs.round(next, Some(Duration::from_millis(5)), &mut ask);
            asked += ask.len();
            given_up += round.given_up;
            let Some(after) = round.next else { break };
            assert!(after > next);
            next = after;
        }
        assert_eq!((asked, given_up, next), (10, 1, Instant(2_000 * MS)));
    }

    #[test]
    fn the_list_never_grows_past_its_limit() {
        let mut repairs = Repairs::new();
        repairs.miss(0, 1_000, Instant(0));
        repairs.miss(1_001, 1_011, Instant(0));
        let mut ask = Vec::new();
        let round = repairs.round(Instant(20 * MS), None, &mut ask);
        assert_eq!(ask.len(), MISSING_MAX);
        assert_eq!(round.given_up, 1_010 - 256);
        assert_eq!(ask.last(), Some(&1_010));
    }
}
