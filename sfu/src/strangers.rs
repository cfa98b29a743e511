//! How much work and how many bytes somebody who has proven nothing may cost, by source address.
//!
//! What is not here: what the work is. A page that proved its address is never counted here.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;

use model::Instant;

/// Sources remembered at once; of two that share a place the later one is remembered.
const PLACES: usize = 4_096;
/// Pieces of work a source may cause per second.
const WORK_PER_SECOND: u64 = 200;
/// Pieces of work a source may cause at once: a courthouse behind one address begins its day.
const WORK_BURST: u64 = 2_000;
/// Bytes received from a source that may still be answered: one message's.
const CREDIT_MAX: usize = 1_500;

/// A bounded table of sources.
pub(crate) struct Strangers {
    hasher: RandomState,
    places: Vec<Source>,
}

#[derive(Clone, Copy, Default)]
struct Source {
    who: u128,
    /// Millionths of a piece of work.
    work: u64,
    /// Bytes received and not yet answered.
    credit: usize,
    at: Instant,
}

impl Strangers {
    pub(crate) fn new() -> Self {
        Self { hasher: RandomState::new(), places: vec![Source::default(); PLACES] }
    }

    /// Whether a source may cause work now.
    pub(crate) fn may_work(&mut self, now: Instant, from: IpAddr) -> bool {
        self.source(now, from).work >= 1_000_000
    }

    /// Counts a piece of work that proved nothing.
    pub(crate) fn charge(&mut self, now: Instant, from: IpAddr) {
        let source = self.source(now, from);
        source.work = source.work.saturating_sub(1_000_000);
    }

    /// Whether `answer` bytes may be sent to a source that has just sent `received`: never more
    /// bytes go to an address than came from it.
    pub(crate) fn may_answer(
        &mut self,
        now: Instant,
        from: IpAddr,
        received: usize,
        answer: usize,
    ) -> bool {
        let source = self.source(now, from);
        source.credit = (source.credit + received).min(CREDIT_MAX);
        let enough = source.credit >= answer;
        if enough {
            source.credit -= answer;
        }
        enough
    }

    fn source(&mut self, now: Instant, from: IpAddr) -> &mut Source {
        let who = who(from);
        let place =
            usize::try_from(self.hasher.hash_one(who) % (PLACES as u64)).unwrap_or_default();
        let source = &mut self.places[place];
        if source.who != who {
            *source = Source { who, work: WORK_BURST * 1_000_000, credit: 0, at: now };
        }
        let passed = u64::try_from(now.since(source.at).as_micros()).unwrap_or(u64::MAX);
        let earned = passed.saturating_mul(WORK_PER_SECOND);
        source.work = source.work.saturating_add(earned).min(WORK_BURST * 1_000_000);
        source.at = now;
        source
    }
}

/// The source an address belongs to: itself, or the /64 network a single IPv6 machine has.
pub(crate) fn who(from: IpAddr) -> u128 {
    match from.to_canonical() {
        IpAddr::V4(v4) => u128::from(u32::from(v4)) | 1 << 64,
        IpAddr::V6(v6) => u128::from(v6) >> 64 << 64 | 2,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const MALLORY: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 7));

    #[test]
    fn work_is_bounded_per_source_and_comes_back() {
        let mut strangers = Strangers::new();
        let start = Instant(5_000_000);
        let mut done = 0;
        while strangers.may_work(start, MALLORY) {
            strangers.charge(start, MALLORY);
            done += 1;
        }
        assert_eq!(done, WORK_BURST);
        assert!(strangers.may_work(start, "192.0.2.1".parse().unwrap()), "another is not harmed");
        let second = start.plus(Duration::from_secs(1));
        let mut done = 0;
        while strangers.may_work(second, MALLORY) {
            strangers.charge(second, MALLORY);
            done += 1;
        }
        assert_eq!(done, WORK_PER_SECOND);
    }

    #[test]
    fn never_more_bytes_go_out_than_came_in() {
        let mut strangers = Strangers::new();
        let (mut came, mut went) = (0, 0);
        for round in 0..1_000 {
            let (received, answer) = (28 + round % 9, 56);
            came += received;
            if strangers.may_answer(Instant(1), MALLORY, received, answer) {
                went += answer;
            }
            assert!(went <= came);
        }
        assert!(went * 2 > came, "a patient client is answered");
    }

    #[test]
    fn one_ipv6_machine_is_one_source() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        assert_eq!(who(ip("2001:db8::1")), who(ip("2001:db8::ffff:2")));
        assert_ne!(who(ip("2001:db8::1")), who(ip("2001:db8:0:1::1")));
        assert_eq!(who(ip("::ffff:192.0.2.1")), who(ip("192.0.2.1")));
    }
}
