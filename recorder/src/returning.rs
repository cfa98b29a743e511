//! What is needed to go on with a hearing whose task ended by a bug.
//!
//! What is not here: starting the next task (`docket`).

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use model::archive::Attendee;
use model::letters::RecordOrder;
use model::limits::RECORD_QUEUE_MAX;
use model::view::Heading;
use model::{Brief, HearingId, Minute, Timestamp};
use tokio::sync::Semaphore;

/// A hearing's task is begun anew so often; then the hearing stays without a record, and says so.
pub(crate) const DEATHS_MAX: u32 = 5;

/// A hearing between two tasks.
pub(crate) struct Returning {
    pub(crate) again: Again,
    /// Since when.
    pub(crate) since: Timestamp,
    /// Orders that came meanwhile.
    pub(crate) waiting: Vec<RecordOrder>,
}

/// What the next task is to be told.
pub(crate) struct Again {
    pub(crate) opening: (Heading, Brief, Vec<Attendee>),
    /// Held while a commit writes.
    pub(crate) writing: Arc<Semaphore>,
    /// Number of the last minute that was confirmed.
    pub(crate) confirmed: Arc<AtomicU64>,
    pub(crate) deaths: u32,
    rolling: bool,
    closing: bool,
    /// Minutes given and not confirmed yet.
    minutes: VecDeque<(u64, Minute)>,
}

impl Again {
    pub(crate) fn new(opening: (Heading, Brief, Vec<Attendee>)) -> Self {
        Self {
            opening,
            writing: Arc::new(Semaphore::new(1)),
            confirmed: Arc::default(),
            deaths: 0,
            rolling: false,
            closing: false,
            minutes: VecDeque::new(),
        }
    }

    /// Takes note of an order on its way to the task.
    pub(crate) fn note(&mut self, order: &RecordOrder) {
        match order {
            RecordOrder::Open { .. } => {}
            RecordOrder::Minute { number, minute, .. } => {
                let confirmed = self.confirmed.load(Ordering::Acquire);
                while self.minutes.front().is_some_and(|(number, _)| *number <= confirmed) {
                    self.minutes.pop_front();
                }
                // Signaling waits for each; so many are never under way.
                if self.minutes.len() < RECORD_QUEUE_MAX {
                    self.minutes.push_back((*number, minute.clone()));
                }
            }
            RecordOrder::Roll { rolling, .. } => self.rolling = *rolling,
            RecordOrder::Close { .. } => self.closing = true,
        }
    }

    /// Takes those minutes out that are durable though nobody was told: their numbers.
    pub(crate) fn take_durable(&mut self, written: &[Minute]) -> Vec<u64> {
        let confirmed = self.confirmed.load(Ordering::Acquire);
        self.minutes.retain(|(number, _)| *number > confirmed);
        let most = self.minutes.len().min(written.len());
        let ends_with = |count: &usize| {
            let tail = &written[written.len() - count..];
            tail.iter().eq(self.minutes.iter().take(*count).map(|(_, minute)| minute))
        };
        let durable = (1..=most).rev().find(ends_with).unwrap_or(0);
        self.minutes.drain(..durable).map(|(number, _)| number).collect()
    }

    /// The orders the next task begins with.
    pub(crate) fn orders(&mut self, hearing: HearingId, at: Timestamp) -> Vec<RecordOrder> {
        let minutes = std::mem::take(&mut self.minutes).into_iter();
        let mut orders: Vec<_> = minutes
            .map(|(number, minute)| RecordOrder::Minute { hearing, number, minute })
            .collect();
        if self.rolling {
            orders.push(RecordOrder::Roll { hearing, rolling: true, at });
        }
        if self.closing {
            orders.push(RecordOrder::Close { hearing, at });
        }
        orders
    }
}

#[cfg(test)]
mod tests {
    use model::{Actor, Fact};

    use super::*;

    const H: HearingId = HearingId(1);

    fn minute(at: i64) -> Minute {
        Minute { at: Timestamp(at), by: Actor::Server, fact: Fact::CheckInOpened }
    }

    fn again(numbers: std::ops::RangeInclusive<u64>) -> Again {
        let heading = Heading {
            court: String::new(),
            case_number: "".into(),
            cause: "".into(),
            scheduled_at: Timestamp(0),
        };
        let mut again = Again::new((heading, Brief::default(), Vec::new()));
        for number in numbers {
            let minute = minute(i64::try_from(number).expect("small"));
            again.note(&RecordOrder::Minute { hearing: H, number, minute });
        }
        again
    }

    #[test]
    fn what_is_durable_is_confirmed_and_the_rest_given_again() {
        let mut again = again(1..=4);
        again.confirmed.store(1, Ordering::Release);
        assert_eq!(again.take_durable(&[minute(1), minute(2), minute(3)]), [2, 3]);
        let orders = again.orders(H, Timestamp(9));
        assert_eq!(orders.len(), 1);
        assert!(matches!(orders[0], RecordOrder::Minute { number: 4, .. }), "{orders:?}");
    }

    #[test]
    fn what_never_came_to_disk_is_given_again_in_order_with_rolling_and_closing() {
        let mut again = again(1..=2);
        again.note(&RecordOrder::Roll { hearing: H, rolling: true, at: Timestamp(3) });
        again.note(&RecordOrder::Close { hearing: H, at: Timestamp(4) });
        assert_eq!(again.take_durable(&[minute(7)]), [0; 0]);
        let orders = again.orders(H, Timestamp(9));
        assert!(
            matches!(
                orders.as_slice(),
                [
                    RecordOrder::Minute { number: 1, .. },
                    RecordOrder::Minute { number: 2, .. },
                    RecordOrder::Roll { rolling: true, at: Timestamp(9), .. },
                    RecordOrder::Close { .. }
                ]
            ),
            "{orders:?}"
        );
    }
}
