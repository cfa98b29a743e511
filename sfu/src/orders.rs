//! What signaling orders: hearings come and go, tables change, pages offer connections.
//!
//! What is not here: packets.

use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use forwarding::LegId;
use model::letters::{Notice, OfferForm, Order};
use model::{HearingId, Instant, Line, Now, ParticipantId, Private, Refusal};

use crate::connection::{Agreed, Connection, Credentials, Seat};
use crate::hearing::HearingMedia;
use crate::metrics::Phase;
use crate::sdp::SdpFault;
use crate::sdp::answer::Answer;
use crate::sdp::candidates::{candidates, stream_candidates};
use crate::sdp::forms::lines_of;
use crate::sdp::offer::Offer;
use crate::sdp::terms::Wishes;
use crate::thread::MediaThread;

/// Orders taken in a row before packets get their turn.
const ORDERS_IN_A_ROW: usize = 32;
/// The machine's addresses are asked for again after this time.
const INTERFACES_LIFE: Duration = Duration::from_secs(10);

/// An offer with everything that came beside it.
struct OfferOrder {
    hearing: HearingId,
    participant: ParticipantId,
    connection: u32,
    sdp: Private<String>,
    form: OfferForm,
    lines: Vec<Line>,
    reached: IpAddr,
}

/// Why an offer is refused: for the page, and for the log.
struct OfferRefused(Refusal, &'static str);

impl MediaThread {
    /// Takes orders; true when more are waiting.
    pub(crate) fn take_orders(&mut self, now: Now) -> bool {
        for _ in 0..ORDERS_IN_A_ROW {
            match self.orders.try_recv() {
                Ok(order) => self.order(now, order),
                Err(_) => return false,
            }
        }
        true
    }

    fn order(&mut self, now: Now, order: Order) {
        match order {
            Order::Open { hearing } => {
                let (tapes, metrics) = (self.tapes.clone(), Arc::clone(&self.metrics));
                self.hearings
                    .entry(hearing)
                    .or_insert_with(|| HearingMedia::new(hearing, tapes, metrics));
            }
            Order::Grants { hearing, grants } => {
                if let Some(media) = self.hearings.get_mut(&hearing) {
                    media.remember(&grants);
                }
                self.route(hearing, now, |router, outlet| router.set_grants(now, grants, outlet));
            }
            Order::Offer {
                hearing,
                participant,
                request,
                connection,
                sdp,
                form,
                lines,
                reached,
            } => {
                let reached = *reached.reveal();
                let offer =
                    OfferOrder { hearing, participant, connection, sdp, form, lines, reached };
                self.answer(now, request, &offer);
            }
            Order::Tiles { hearing, participant, tiles } => {
                self.route(hearing, now, |router, outlet| {
                    router.set_tiles(now, participant, &tiles, outlet);
                });
            }
            Order::Drop { hearing, participant } => {
                self.end_all(now, None, |one| {
                    one.hearing == hearing && one.participant == participant
                });
            }
            Order::Close { hearing } => {
                self.end_all(now, None, |one| one.hearing == hearing);
                if let Some(mut media) = self.hearings.remove(&hearing) {
                    media.flush_tape(now.instant, true);
                    media.count();
                }
            }
        }
    }

    fn answer(&mut self, now: Now, request: u64, order: &OfferOrder) {
        let (hearing, participant) = (order.hearing, order.participant);
        // The parser is somebody else's: whatever it does, it costs one offer.
        let offered = catch_unwind(AssertUnwindSafe(|| self.offer(now, order)));
        let notice = match offered {
            Ok(Ok(sdp)) => Notice::Answer {
                hearing,
                participant,
                request,
                connection: order.connection,
                sdp: Private::new(sdp),
            },
            Ok(Err(OfferRefused(why, reason))) => {
                tracing::debug!(%hearing, %participant, reason, "an offer was refused");
                Notice::OfferRefused { hearing, participant, request, why }
            }
            Err(_) => {
                tracing::error!(%hearing, %participant, "an offer broke the parser");
                let why = Refusal::OfferUnusable;
                Notice::OfferRefused { hearing, participant, request, why }
            }
        };
        self.notices.push(notice);
    }

    fn offer(&mut self, now: Now, order: &OfferOrder) -> Result<String, OfferRefused> {
        if !self.hearings.contains_key(&order.hearing) {
            return Err(OfferRefused(Refusal::NotFound, "no such hearing"));
        }
        let offer = Offer::read(order.sdp.reveal()).map_err(OfferRefused::from)?;
        let same_person = |one: &&Connection| {
            one.hearing == order.hearing && one.participant == order.participant
        };
        let newest = self.legs.iter().filter(same_person).map(|one| one.number).max();
        let present =
            self.legs.iter().filter(same_person).find(|one| one.number == order.connection);
        let same = present.filter(|one| one.fingerprint() == &offer.fingerprint);
        let (leg, agreed) = if let Some(leg) = same.map(|one| one.leg) {
            (leg, self.change(now, leg, &offer, order)?)
        } else {
            // A number that does not rise, with another certificate: a page that was loaded anew
            // and counts from the start. Its former connections are dead.
            if newest.is_some_and(|newest| newest >= order.connection) {
                let (hearing, participant) = (order.hearing, order.participant);
                self.end_all(now, None, |one| {
                    one.hearing == hearing && one.participant == participant
                });
            }
            self.connect(now, &offer, order)?
        };
        let interfaces = self.interfaces(now.instant);
        let told = candidates(&self.bound, &self.config.announce, order.reached, &interfaces);
        let streams =
            stream_candidates(&self.streams_at, &self.config.announce, order.reached, &interfaces);
        let connection =
            self.legs.get(leg).ok_or(OfferRefused(Refusal::ServerFault, "the connection ended"))?;
        let answer = Answer {
            session: agreed.session,
            version: agreed.version,
            ufrag: &connection.credentials.ufrag,
            password: &connection.credentials.password,
            fingerprint: self.identity.fingerprint(),
            candidates: &told,
            streams: &streams,
            terms: &agreed.terms,
        };
        Ok(answer.to_string())
    }

    /// A new connection. Of the participant's others only one that carries media may stay.
    fn connect(
        &mut self,
        now: Now,
        offer: &Offer,
        order: &OfferOrder,
    ) -> Result<(LegId, Agreed), OfferRefused> {
        let (hearing, participant) = (order.hearing, order.participant);
        let mut connected: Vec<u32> = self
            .legs
            .iter()
            .filter(|one| one.hearing == hearing && one.participant == participant)
            .filter(|one| one.connected_at.is_some())
            .map(|one| one.number)
            .collect();
        connected.sort_unstable();
        let stays = connected.pop();
        self.end_all(now, None, |one| {
            one.hearing == hearing && one.participant == participant && Some(one.number) != stays
        });
        if !self.legs.has_room() {
            return Err(OfferRefused(Refusal::Full, "too many connections"));
        }
        let leg = self.legs.next().ok_or(OfferRefused(Refusal::Full, "too many connections"))?;
        let lines = lines_of(offer, order.form, &order.lines);
        let wishes = self.wishes(order.form);
        let no_chance = |_| OfferRefused(Refusal::ServerFault, "no random bytes");
        let seat = Seat { hearing, participant, number: order.connection };
        let fresh = Credentials::random(self.thread).map_err(no_chance)?;
        let mut connection =
            Connection::new(leg, seat, fresh, &self.identity, offer, now).map_err(no_chance)?;
        let agreed = connection.agree(offer, &lines, wishes)?;
        self.legs.insert(connection);
        self.connecting.push(leg);
        self.metrics.enter(Phase::Connecting);
        Ok((leg, agreed))
    }

    /// A later offer on a connection: other lines, or an ICE restart.
    fn change(
        &mut self,
        now: Now,
        leg: LegId,
        offer: &Offer,
        order: &OfferOrder,
    ) -> Result<Agreed, OfferRefused> {
        let gone = OfferRefused(Refusal::ServerFault, "the connection ended");
        let lines = lines_of(offer, order.form, &order.lines);
        let wishes = self.wishes(order.form);
        let Some(connection) = self.legs.get_mut(leg) else { return Err(gone) };
        let agreed = connection.agree(offer, &lines, wishes)?;
        if connection.is_restart(offer) {
            let fresh = Credentials::random(self.thread)
                .map_err(|_| OfferRefused(Refusal::ServerFault, "no random bytes"))?;
            let dropped = connection.restart(offer, fresh.clone());
            self.legs.name(&fresh, leg);
            if let Some(dropped) = dropped {
                self.legs.forget_ufrag(&dropped, leg);
            }
        }
        if let Some(connection) = self.legs.get(leg)
            && connection.connected_at.is_some()
        {
            let plan = connection.plan.clone();
            self.route(order.hearing, now, |router, outlet| {
                router.leg_up(now, leg, plan, outlet);
            });
        }
        Ok(agreed)
    }

    fn wishes(&self, form: OfferForm) -> Wishes {
        Wishes { picture: self.config.prefer, voice_dtx: self.config.voice_dtx, form }
    }

    pub(crate) fn interfaces(&mut self, now: Instant) -> Vec<IpAddr> {
        if let Some((asked, known)) = &self.interfaces
            && now.since(*asked) < INTERFACES_LIFE
        {
            return known.clone();
        }
        let found = match if_addrs::get_if_addrs() {
            Ok(interfaces) => interfaces.iter().map(if_addrs::Interface::ip).collect(),
            Err(fault) => {
                tracing::warn!(%fault, "the machine's addresses cannot be read");
                Vec::new()
            }
        };
        self.interfaces = Some((now, found));
        self.interfaces.as_ref().map(|(_, known)| known.clone()).unwrap_or_default()
    }
}

impl From<SdpFault> for OfferRefused {
    fn from(fault: SdpFault) -> Self {
        let reason = match fault {
            SdpFault::TooLarge => "too large",
            SdpFault::Malformed => "not a session description",
            SdpFault::NoCredentials => "no ICE credentials",
            SdpFault::NoFingerprint => "no fingerprint",
            SdpFault::WrongRole => "no role left",
            SdpFault::NoMid => "a line without mid",
            SdpFault::LinesDiffer => "declared lines differ",
            SdpFault::Partial => "an encoder's line cannot be taken",
            SdpFault::NothingLeft => "no usable line",
        };
        Self(Refusal::OfferUnusable, reason)
    }
}
