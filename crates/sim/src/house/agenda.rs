//! Virtual time: what is due next, and when it is.
//! What is not here: real time.

use core::time::Duration;
use std::collections::BTreeMap;

use model::{Instant, Now, Timestamp};

/// Things to come, in order; things due at the same time keep the order they were put in.
#[derive(Debug)]
pub(crate) struct Agenda<T> {
    due: BTreeMap<(Instant, u64), T>,
    count: u64,
    now: Now,
}

impl<T> Agenda<T> {
    /// An empty agenda on the morning of 2 March 2026.
    pub(crate) const fn new() -> Self {
        let now = Now { instant: Instant(1_000_000), utc: Timestamp(1_772_413_200_000) };
        Self { due: BTreeMap::new(), count: 0, now }
    }

    /// The moment.
    ///
    /// The wall clock is rounded from the monotonic one, so both never drift apart.
    pub(crate) const fn now(&self) -> Now {
        self.now
    }

    /// Puts something on for later.
    pub(crate) fn put(&mut self, after: Duration, what: T) {
        self.put_at(self.now.instant.plus(after), what);
    }

    /// Puts something on for a moment; one that has passed is now.
    pub(crate) fn put_at(&mut self, at: Instant, what: T) {
        self.count += 1;
        self.due.insert((at.max(self.now.instant), self.count), what);
    }

    /// Takes the next thing due until `end`, and goes there; when there is none, goes to `end`.
    pub(crate) fn next(&mut self, end: Instant) -> Option<T> {
        let due = self.due.first_key_value().map(|((at, _), _)| *at).filter(|at| *at <= end);
        self.go(due.unwrap_or(end));
        due.and_then(|_| self.due.pop_first()).map(|(_, what)| what)
    }

    /// Forgets what does not hold any more.
    pub(crate) fn retain(&mut self, keep: impl Fn(&T) -> bool) {
        self.due.retain(|_, what| keep(what));
    }

    /// Things on it.
    pub(crate) fn len(&self) -> usize {
        self.due.len()
    }

    fn go(&mut self, to: Instant) {
        let start = i64::try_from(to.0 / 1_000).unwrap_or(i64::MAX);
        self.now = Now { instant: to, utc: Timestamp(1_772_413_199_000 + start) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_come_in_order_and_time_follows() {
        let mut agenda = Agenda::new();
        let start = agenda.now();
        agenda.put(Duration::from_secs(2), "late");
        agenda.put(Duration::from_secs(1), "early");
        agenda.put(Duration::from_secs(1), "early too");
        let end = start.instant.plus(Duration::from_millis(1_500));
        assert_eq!(agenda.next(end), Some("early"));
        assert_eq!(agenda.now().utc.since(start.utc), Duration::from_secs(1));
        assert_eq!(agenda.next(end), Some("early too"));
        assert_eq!(agenda.next(end), None);
        assert_eq!(agenda.now().instant, end);
    }
}
