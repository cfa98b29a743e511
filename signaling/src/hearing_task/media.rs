//! What media tells a hearing, and offers on their way to the sfu.
//!
//! What is not here: session descriptions; they pass through unread.

use std::collections::{BTreeMap, BTreeSet};

use hearing::Event;
use model::letters::{Notice, Order};
use model::stage::LinkCause;
use model::{Health, ParticipantId, Private, Refusal, SlotCount, SlotUse, TrackId, TrackKind};
use protocol::{RequestOutcome, ServerMessage};

use super::{HearingTask, Measured, Offer};

/// Offers of one person that wait for an answer; one more is too fast.
const OFFERS_WAITING_MAX: usize = 4;

/// An offer that waits for the sfu.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    who: ParticipantId,
    page: u64,
    request: u32,
    connection: u32,
}

/// The connection a person has with the sfu. Its number rises over all pages of the person,
/// because a reloaded page counts from the beginning again.
#[derive(Clone, Copy, Debug)]
struct Connection {
    page: u64,
    of_page: u32,
    number: u32,
}

/// What is known of everybody's media.
#[derive(Debug, Default)]
pub(super) struct Media {
    offers: BTreeMap<u64, Waiting>,
    offer_number: u64,
    connections: BTreeMap<ParticipantId, Connection>,
    connected: BTreeSet<ParticipantId>,
    live: BTreeSet<TrackId>,
    /// Whose media was ended by the hearing: they are not asked to offer again.
    dropped: BTreeSet<ParticipantId>,
    /// Who is in which slot of each connection, and how many slots the sfu would fill.
    slots: BTreeMap<ParticipantId, (Vec<SlotUse>, SlotCount)>,
    pub(super) join_ms: BTreeMap<ParticipantId, u32>,
    pub(super) health: BTreeMap<ParticipantId, Health>,
    /// What each page last told of itself.
    pub(super) measured: BTreeMap<ParticipantId, Measured>,
}

impl Media {
    pub(super) fn connected(&self) -> &BTreeSet<ParticipantId> {
        &self.connected
    }

    pub(super) fn live(&self) -> &BTreeSet<TrackId> {
        &self.live
    }

    pub(super) fn dropped(&mut self, who: ParticipantId) {
        if self.connected.contains(&who) {
            self.dropped.insert(who);
        }
    }

    pub(super) fn forget_offers(&mut self, who: ParticipantId) {
        self.offers.retain(|_, waiting| waiting.who != who);
    }

    fn connection(&mut self, who: ParticipantId, page: u64, of_page: u32) -> Option<u32> {
        let number = match self.connections.get(&who) {
            None => 1,
            Some(former) if former.page == page && of_page == former.of_page => former.number,
            Some(former) if former.page == page && of_page < former.of_page => return None,
            Some(former) => former.number + 1,
        };
        self.connections.insert(who, Connection { page, of_page, number });
        Some(number)
    }
}

impl HearingTask {
    pub(super) async fn offer(&mut self, who: ParticipantId, page: u64, offer: Offer) {
        let request = offer.request;
        let waiting = self.media.offers.values().filter(|waiting| waiting.who == who).count();
        if waiting >= OFFERS_WAITING_MAX {
            self.refuse_offer(who, request, Refusal::TooFast);
            return;
        }
        let Some(connection) = self.media.connection(who, page, offer.connection) else {
            self.refuse_offer(who, request, Refusal::OfferUnusable);
            return;
        };
        let reached = self.pages.get(&who).map(|page| page.reached.reveal().address);
        let Some(reached) = reached.map(Private::new) else { return };
        self.media.offer_number += 1;
        let number = self.media.offer_number;
        let waiting = Waiting { who, page, request, connection: offer.connection };
        self.media.offers.insert(number, waiting);
        self.media.dropped.remove(&who);
        self.tell_sfu(Order::Offer {
            hearing: self.docket.hearing,
            participant: who,
            request: number,
            connection,
            sdp: offer.sdp,
            form: offer.form,
            lines: offer.lines,
            reached,
        })
        .await;
    }

    fn refuse_offer(&self, who: ParticipantId, request: u32, why: Refusal) {
        if let Some(page) = self.pages.get(&who) {
            let outcome = RequestOutcome::Refused { why };
            page.outbox.push(ServerMessage::Outcome { request, outcome });
        }
    }

    fn take_offer(&mut self, number: u64) -> Option<Waiting> {
        let waiting = self.media.offers.remove(&number)?;
        self.is_current(waiting.who, waiting.page).then_some(waiting)
    }

    /// Media told something.
    pub(super) fn notice(&mut self, notice: Notice) {
        match notice {
            Notice::Answer { request, sdp, .. } => {
                let Some(waiting) = self.take_offer(request) else { return };
                if let Some(page) = self.pages.get(&waiting.who) {
                    let Waiting { request, connection, .. } = waiting;
                    page.outbox.push(ServerMessage::Answer { request, connection, sdp });
                }
            }
            Notice::OfferRefused { request, why, .. } => {
                if let Some(waiting) = self.take_offer(request) {
                    self.refuse_offer(waiting.who, waiting.request, why);
                }
            }
            Notice::Slots { participant, slots, wanted, .. } => {
                self.media.slots.insert(participant, (slots, wanted));
                self.tell_slots(participant);
            }
            Notice::Pictures { participant, pictures, .. } => {
                if let Some(page) = self.pages.get(&participant) {
                    page.outbox.push(ServerMessage::Pictures { pictures });
                }
            }
            Notice::Faltering { participant, .. } => {
                if let Some(page) = self.pages.get(&participant) {
                    page.outbox.push(ServerMessage::Reoffer { fresh: false });
                }
            }
            Notice::Connected { participant, join_ms, .. } => {
                self.media.connected.insert(participant);
                self.media.join_ms.insert(participant, join_ms);
                self.todo.push_back(Event::MediaUp { who: participant });
            }
            Notice::Disconnected { participant, cause, .. } => {
                self.disconnected(participant, cause);
            }
            Notice::TrackLive { track, .. } => {
                self.media.live.insert(track);
                self.todo.push_back(Event::TrackLive { track });
            }
            Notice::TrackSilent { track, .. } => {
                self.media.live.remove(&track);
                self.todo.push_back(Event::TrackSilent { track });
            }
            Notice::Speaking { who, .. } => self.speaking(&who),
            Notice::Health { participant, health, .. } => self.healthy(participant, health),
        }
    }

    /// Figures of a line, with what the page itself measured.
    fn healthy(&mut self, who: ParticipantId, mut health: Health) {
        let now = self.rooms.clock.now().instant;
        if let Some(measured) = self.media.measured.get(&who) {
            health.freeze_permille = measured.freeze_permille(now);
        }
        self.rooms.metrics.line.sampled(&health);
        self.media.health.insert(who, health);
        if let Some(page) = self.pages.get(&who) {
            page.outbox.push(ServerMessage::Health { health });
        }
        self.todo.push_back(Event::Health { who, health });
    }

    fn disconnected(&mut self, who: ParticipantId, cause: LinkCause) {
        self.media.connected.remove(&who);
        self.media.health.remove(&who);
        self.media.measured.remove(&who);
        self.media.slots.remove(&who);
        self.media.live.retain(|track| track.participant != who);
        self.todo.push_back(Event::MediaDown { who, cause });
        let ended_by_us = self.media.dropped.remove(&who);
        if let Some(page) = self.pages.get(&who).filter(|_| !ended_by_us) {
            page.outbox.push(ServerMessage::Reoffer { fresh: true });
        }
    }

    /// Tells a page what is in its slots, and how many it should offer: enough for everybody who
    /// may come, so that nobody's arrival needs a new offer.
    pub(super) fn tell_slots(&self, who: ParticipantId) {
        let Some(page) = self.pages.get(&who) else { return };
        let (slots, wanted) = self.media.slots.get(&who).cloned().unwrap_or_default();
        let foreseen = self.hearing.slots_for(who);
        let wanted = SlotCount {
            seats: wanted.seats.max(foreseen.seats),
            screens: wanted.screens.max(foreseen.screens),
        };
        page.outbox.push(ServerMessage::Slots { slots, wanted });
    }

    /// Tells each page of those speakers it can hear; a witness outside learns nothing.
    fn speaking(&mut self, speakers: &[ParticipantId]) {
        for (who, page) in &mut self.pages {
            let heard: Vec<ParticipantId> = speakers
                .iter()
                .copied()
                .filter(|speaker| {
                    speaker == who
                        || self.grants.reaches(TrackId::new(*speaker, TrackKind::Microphone), *who)
                })
                .collect();
            if page.welcomed && heard != page.speaking {
                page.speaking.clone_from(&heard);
                page.outbox.push(ServerMessage::Speaking { who: heard });
            }
        }
    }
}
