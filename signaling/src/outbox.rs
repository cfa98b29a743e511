//! Messages waiting for one page: bounded, with newer pictures of the same thing replacing older.
//!
//! What is not here: the socket they go to (`socket`).

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use model::limits::OUTBOX_MAX;
use protocol::{Bye, ServerMessage};
use tokio::sync::Notify;

/// What the socket has to send next.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "one at a time, handed straight to the socket")]
pub(crate) enum Next {
    /// A message.
    Message(ServerMessage),
    /// The last one; then the socket closes.
    Bye(Bye),
}

#[derive(Debug, Default)]
struct State {
    queue: VecDeque<ServerMessage>,
    bye: Option<Bye>,
    overflowed: bool,
}

/// The queue in front of one page's socket.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    state: Mutex<State>,
    wake: Notify,
    burst: Notify,
}

impl Outbox {
    /// Queues a message. A view, slots, speakers or figures still waiting are replaced by newer
    /// ones, so at most one of each waits. A full queue ends the socket as too slow.
    pub(crate) fn push(&self, message: ServerMessage) {
        let mut state = self.state();
        if state.bye.is_some() {
            return;
        }
        if let Some(waiting) = state.queue.iter_mut().find(|waiting| replaces(&message, waiting)) {
            *waiting = message;
        } else if state.queue.len() >= OUTBOX_MAX {
            state.queue.clear();
            state.bye = Some(Bye::TooSlow);
            state.overflowed = true;
            self.burst.notify_one();
        } else {
            state.queue.push_back(message);
        }
        drop(state);
        self.wake.notify_one();
    }

    /// Ends the socket after what is queued. Only the first reason counts.
    pub(crate) fn close(&self, why: Bye) {
        self.state().bye.get_or_insert(why);
        self.wake.notify_one();
    }

    /// Waits for the next thing to send. To be called by the socket alone.
    pub(crate) async fn next(&self) -> Next {
        loop {
            {
                let mut state = self.state();
                if let Some(message) = state.queue.pop_front() {
                    return Next::Message(message);
                }
                if let Some(why) = state.bye {
                    return Next::Bye(why);
                }
            }
            self.wake.notified().await;
        }
    }

    /// Waits until the queue has overflowed.
    pub(crate) async fn overflowed(&self) {
        while !self.state().overflowed {
            self.burst.notified().await;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while the lock is held; a poisoned queue is still a queue.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether `newer` makes `waiting` needless.
fn replaces(newer: &ServerMessage, waiting: &ServerMessage) -> bool {
    match newer {
        ServerMessage::View { .. } => matches!(waiting, ServerMessage::View { .. }),
        ServerMessage::Slots { .. } => matches!(waiting, ServerMessage::Slots { .. }),
        ServerMessage::Pictures { .. } => matches!(waiting, ServerMessage::Pictures { .. }),
        ServerMessage::Speaking { .. } => matches!(waiting, ServerMessage::Speaking { .. }),
        ServerMessage::Health { .. } => matches!(waiting, ServerMessage::Health { .. }),
        ServerMessage::Reoffer { .. } => matches!(waiting, ServerMessage::Reoffer { .. }),
        ServerMessage::Review { .. } => matches!(waiting, ServerMessage::Review { .. }),
        ServerMessage::Hearing { who, .. } => {
            matches!(waiting, ServerMessage::Hearing { who: other, .. } if other == who)
        }
        ServerMessage::Welcome { .. }
        | ServerMessage::Outcome { .. }
        | ServerMessage::Answer { .. }
        | ServerMessage::Notes { .. }
        | ServerMessage::Minutes { .. }
        | ServerMessage::Transcript { .. }
        | ServerMessage::TranscriptSteps { .. }
        | ServerMessage::TranscriptRefused { .. }
        | ServerMessage::Turns { .. }
        | ServerMessage::RecognitionAway { .. }
        | ServerMessage::Ping { .. }
        | ServerMessage::Bye { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use model::ParticipantId;

    use super::*;

    fn speaking(who: u32) -> ServerMessage {
        ServerMessage::Speaking { who: vec![ParticipantId(who)] }
    }

    fn ping(number: u32) -> ServerMessage {
        ServerMessage::Ping { number }
    }

    #[tokio::test]
    async fn newer_pictures_replace_waiting_ones_and_answers_do_not() {
        let outbox = Outbox::default();
        outbox.push(speaking(1));
        outbox.push(ping(1));
        outbox.push(speaking(2));
        outbox.push(ping(2));
        assert_eq!(outbox.next().await, Next::Message(speaking(2)));
        assert_eq!(outbox.next().await, Next::Message(ping(1)));
        assert_eq!(outbox.next().await, Next::Message(ping(2)));
    }

    #[tokio::test]
    async fn the_first_bye_counts_and_comes_last() {
        let outbox = Outbox::default();
        outbox.push(ping(1));
        outbox.close(Bye::Removed);
        outbox.close(Bye::Fault);
        outbox.push(ping(2));
        assert_eq!(outbox.next().await, Next::Message(ping(1)));
        assert_eq!(outbox.next().await, Next::Bye(Bye::Removed));
    }

    #[tokio::test]
    async fn one_message_too_many_ends_the_socket() {
        let outbox = Outbox::default();
        for number in 0..OUTBOX_MAX {
            outbox.push(ping(u32::try_from(number).unwrap()));
        }
        assert!(!outbox.state().overflowed);
        outbox.push(ping(0));
        outbox.overflowed().await;
        assert_eq!(outbox.next().await, Next::Bye(Bye::TooSlow));
    }
}
