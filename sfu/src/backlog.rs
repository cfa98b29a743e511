//! Notices on their way to signaling: handed over at once, or kept in order while signaling is
//! busy.
//!
//! What is not here: making notices.

use std::collections::VecDeque;
use std::sync::Arc;

use model::letters::Notice;
use model::limits;
use tokio::sync::mpsc::Sender;
use tokio::sync::mpsc::error::TrySendError;

use crate::metrics::Metrics;

/// A bounded queue before a bounded channel. When signaling is behind, figures and speakers are
/// dropped first: the next ones replace them anyway.
pub(crate) struct Backlog {
    door: Sender<Notice>,
    waiting: VecDeque<Notice>,
    metrics: Arc<Metrics>,
}

impl Backlog {
    pub(crate) const fn new(door: Sender<Notice>, metrics: Arc<Metrics>) -> Self {
        Self { door, waiting: VecDeque::new(), metrics }
    }

    /// Hands a notice over, or keeps it.
    pub(crate) fn push(&mut self, notice: Notice) {
        self.flush();
        if self.waiting.is_empty() {
            match self.door.try_send(notice) {
                Ok(()) | Err(TrySendError::Closed(_)) => (),
                Err(TrySendError::Full(notice)) => self.keep(notice),
            }
        } else {
            self.keep(notice);
        }
    }

    fn keep(&mut self, notice: Notice) {
        if matches!(
            notice,
            Notice::Health { .. } | Notice::Speaking { .. } | Notice::Pictures { .. }
        ) {
            self.metrics.notices_lost.inc();
            return;
        }
        if self.waiting.len() >= limits::NOTICES_MAX {
            tracing::error!("signaling takes no notices: one is lost");
            self.metrics.notices_lost.inc();
            return;
        }
        self.waiting.push_back(notice);
    }

    /// Hands over what was kept.
    pub(crate) fn flush(&mut self) {
        while let Some(notice) = self.waiting.pop_front() {
            match self.door.try_send(notice) {
                Ok(()) => (),
                Err(TrySendError::Full(notice)) => {
                    self.waiting.push_front(notice);
                    return;
                }
                Err(TrySendError::Closed(_)) => self.waiting.clear(),
            }
        }
    }

    /// Whether something was kept.
    pub(crate) fn is_behind(&self) -> bool {
        !self.waiting.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use model::{Health, HearingId, ParticipantId};
    use prometheus::Registry;

    use super::*;

    fn closed(number: u32) -> Notice {
        Notice::Connected { hearing: HearingId(1), participant: ParticipantId(number), join_ms: 1 }
    }

    #[test]
    fn order_is_kept_while_signaling_is_busy_and_figures_give_way() {
        let metrics = Arc::new(Metrics::new(&Registry::new()).unwrap());
        let (door, mut inside) = tokio::sync::mpsc::channel(1);
        let mut backlog = Backlog::new(door, Arc::clone(&metrics));
        backlog.push(closed(1));
        backlog.push(closed(2));
        backlog.push(Notice::Health {
            hearing: HearingId(1),
            participant: ParticipantId(1),
            health: Health::default(),
        });
        backlog.push(closed(3));
        assert!(backlog.is_behind());
        let mut seen = Vec::new();
        while let Ok(notice) = inside.try_recv() {
            seen.push(notice);
            backlog.flush();
        }
        assert_eq!(seen, [closed(1), closed(2), closed(3)]);
        assert_eq!(metrics.notices_lost.get(), 1);
        assert!(!backlog.is_behind());
    }

    #[test]
    fn the_backlog_has_an_end() {
        let metrics = Arc::new(Metrics::new(&Registry::new()).unwrap());
        let (door, _inside) = tokio::sync::mpsc::channel(1);
        let mut backlog = Backlog::new(door, Arc::clone(&metrics));
        for number in 0..limits::NOTICES_MAX + 10 {
            backlog.push(closed(u32::try_from(number).unwrap()));
        }
        assert_eq!(backlog.waiting.len(), limits::NOTICES_MAX);
        assert_eq!(metrics.notices_lost.get(), 9);
    }
}
