//! How a robot offers, renews and ends its media connection.
//!
//! What is not here: the peer connection itself, see `connection.rs`.

use std::sync::Arc;
use std::time::Instant;

use model::{Ask, Private, SlotCount, TrackKind};
use protocol::ClientMessage;
use tokio::sync::mpsc;

use super::super::ProbeFault;
use super::super::connection::{Connection, Event};
use super::{AGAIN, Robot};

/// A connection and where it stands.
#[derive(Debug)]
pub(super) struct Media {
    connection: Connection,
    events: mpsc::Receiver<Event>,
    number: u32,
    offered: Option<u32>,
    connected: bool,
    former: Option<Connection>,
}

impl Media {
    /// The next thing the connection tells.
    pub(super) async fn next_event(&mut self) -> Event {
        match self.events.recv().await {
            Some(event) => event,
            None => core::future::pending().await,
        }
    }

    /// Whether media can flow.
    pub(super) const fn is_connected(&self) -> bool {
        self.connected
    }

    /// Whether `request` was the open offer, which now is open no more.
    pub(super) fn settle(&mut self, request: u32) -> bool {
        self.offered.take_if(|open| *open == request).is_some()
    }

    fn lacks(&self, wanted: SlotCount) -> bool {
        let offered = self.connection.slots();
        offered.seats < wanted.seats || offered.screens < wanted.screens
    }

    /// Ends the connection and the one before it.
    pub(super) async fn close(self) {
        self.connection.close().await;
        if let Some(former) = self.former {
            former.close().await;
        }
    }
}

impl Robot {
    /// Offers on a new connection; the former one goes when the new one is connected.
    pub(super) async fn offer_fresh(&mut self) {
        let Some(gauge) = self.gauge.clone() else { return };
        let opened = Connection::open(self.local, Arc::clone(&gauge)).await;
        let (connection, events) = match opened {
            Ok(opened) => opened,
            Err(fault) => return self.note(&ProbeFault::Media { fault }),
        };
        let former = match self.media.take() {
            Some(media) => {
                if let Some(older) = media.former {
                    older.close().await;
                }
                Some(media.connection)
            }
            None => None,
        };
        self.fresh_at = None;
        self.connections += 1;
        self.media = Some(Media {
            connection,
            events,
            number: self.connections,
            offered: None,
            connected: false,
            former,
        });
        self.offer(false).await;
    }

    /// Offers on the connection there is, with new ICE credentials when `restart`.
    pub(super) async fn offer(&mut self, restart: bool) {
        let Some(media) = &mut self.media else { return };
        if self.socket.is_none() {
            return;
        }
        match media.connection.offer(self.wanted, restart).await {
            Ok((sdp, lines)) => {
                self.requests += 1;
                media.offered = Some(self.requests);
                let offer = ClientMessage::Offer {
                    request: self.requests,
                    connection: media.number,
                    sdp: Private::new(sdp),
                    lines,
                };
                self.say(&offer).await;
            }
            Err(fault) => self.note(&ProbeFault::Media { fault }),
        }
    }

    /// Offers again when the server wants to show more than was offered.
    pub(super) async fn offer_more_slots(&mut self) {
        let lacks = self
            .media
            .as_ref()
            .is_some_and(|media| media.offered.is_none() && media.lacks(self.wanted));
        if lacks {
            self.offer(false).await;
        }
    }

    /// Uses the server's answer to the open offer.
    pub(super) async fn take_answer(&mut self, request: u32, connection: u32, sdp: String) {
        let Some(media) = &mut self.media else { return };
        if request > self.requests {
            return self.note(&ProbeFault::Violation("an answer to no offer"));
        }
        if media.number != connection || !media.settle(request) {
            // A newer offer was made meanwhile.
            return;
        }
        match media.connection.answer(sdp).await {
            Ok(()) => self.offer_more_slots().await,
            Err(fault) => self.note(&ProbeFault::Media { fault }),
        }
    }

    /// Takes what the connection tells.
    pub(super) async fn take_event(&mut self, event: Event) {
        let Some(media) = &mut self.media else { return };
        match event {
            Event::Connected => {
                media.connected = true;
                media.connection.publish();
                if let Some(former) = media.former.take() {
                    former.close().await;
                }
                self.note_milestones();
                self.set_switches();
                let on: Vec<TrackKind> = self.temper.publish.clone();
                self.ask(Ask::Devices { on }).await;
            }
            Event::Lost => {
                let was_connected = core::mem::replace(&mut media.connected, false);
                self.set_switches();
                self.note_text("the media connection was lost".to_owned());
                if was_connected && self.opens_again {
                    self.fresh_at = Some(Instant::now() + AGAIN);
                }
            }
        }
    }
}
