//! The router and the media network around it.
//! What is not here: what the packets say; stations write and read them.

use core::time::Duration;

use forwarding::{
    Extensions, LegId, LegPlan, Mid, Outlet, ReceiveLine, Router, RouterNotice, SendLine,
};
use hearing::Event;
use model::letters::{Tape, TapeItem};
use model::stage::LinkCause;
use model::{Codec, LinePurpose, Medium, ParticipantId, SlotCount, TrackKind, limits};

use super::station::Station;
use super::{House, LegInfo, Media};

/// What one call of the router led to.
#[derive(Debug, Default)]
struct Outbox {
    down: Vec<(LegId, Vec<u8>, bool)>,
    taped: Vec<(TapeItem, Vec<u8>)>,
    notices: Vec<RouterNotice>,
}

impl Outlet for Outbox {
    fn rtp(&mut self, leg: LegId, header: &[u8], payload: &[u8]) {
        self.down.push((leg, [header, payload].concat(), false));
    }

    fn rtcp(&mut self, leg: LegId, compound: &[u8]) {
        self.down.push((leg, compound.to_vec(), true));
    }

    fn tape(&mut self, item: TapeItem, payload: &[u8]) {
        self.taped.push((item, payload.to_vec()));
    }

    fn tell(&mut self, notice: RouterNotice) {
        self.notices.push(notice);
    }
}

impl House {
    pub(super) fn open_media(&mut self, letter: Media) {
        let now = self.agenda.now();
        match letter {
            Media::Up { leg, bytes, control } => self.up(leg, &bytes, control),
            Media::Down { leg, to, bytes, control } => self.down(leg, to, &bytes, control),
            Media::Offered { who, page, connection } => self.offered(who, page, connection),
            Media::Connected { who, leg, connection } => self.connected(who, leg, connection),
            Media::LegDropped { who, leg } => {
                if let Some(station) = self.station(who).filter(|at| at.leg == Some(leg)) {
                    station.drop_media();
                }
            }
            Media::LegGone { leg } => {
                let known = self.node.as_mut().and_then(|node| node.legs.remove(&leg));
                self.route(|router, out| router.leg_down(now, leg, out));
                let Some(LegInfo { who, .. }) = known else { return };
                let node = self.node.as_ref();
                // While a newer connection of the same person stands, media is not down.
                let last = node.is_some_and(|node| node.legs.values().all(|leg| leg.who != who));
                if last {
                    self.tell(Event::MediaDown { who, cause: LinkCause::MediaSilent });
                }
                self.put(Duration::from_millis(30), Media::LegDropped { who, leg });
            }
            Media::Superseded { leg } => {
                if let Some(node) = &mut self.node {
                    node.legs.remove(&leg);
                }
                self.route(|router, out| router.leg_down(now, leg, out));
            }
            Media::Table(grants) => {
                if let Some(node) = &mut self.node {
                    node.grants_told = grants.epoch;
                }
                if grants.epoch >= self.watch.grants.epoch {
                    self.watch.grants = (*grants).clone();
                }
                self.route(|router, out| router.set_grants(now, *grants, out));
            }
            Media::Taped(tape) => {
                if let Some(node) = &mut self.node {
                    node.tapes_waiting -= 1;
                }
                self.recorder.tape(&tape);
            }
            Media::RouterTick => {
                self.route(|router, out| router.tick(now, out));
                let next = self.node.as_ref().map(|node| node.router.wake_at());
                let soonest = now.instant.plus(Duration::from_millis(1));
                let latest = now.instant.plus(Duration::from_millis(20));
                let at = next.unwrap_or(latest).clamp(soonest, latest);
                self.agenda.put_at(at, (self.generation, Media::RouterTick.into()));
            }
            Media::TapeFlush => self.flush_tape(),
            Media::Beat { who } => self.beat(who),
        }
    }

    fn up(&mut self, leg: LegId, bytes: &[u8], control: bool) {
        let now = self.agenda.now();
        if control {
            self.route(|router, out| router.rtcp(now, leg, bytes, out));
            return;
        }
        let dropped = |router: &Router| router.figures().dropped_in();
        let Some(before) = self.node.as_ref().map(|node| dropped(&node.router)) else { return };
        self.report.packets_in += 1;
        self.route(|router, out| router.rtp(now, leg, bytes, out));
        let after = self.node.as_ref().map(|node| dropped(&node.router));
        self.watch.came_in(now.instant, bytes, after != Some(before));
    }

    fn down(&mut self, leg: LegId, to: ParticipantId, bytes: &[u8], control: bool) {
        let now = self.agenda.now().instant;
        let Some(station) = self.station(to).filter(|station| station.leg == Some(leg)) else {
            return;
        };
        if !control {
            if station.take(bytes).is_none() {
                self.watch.fail(now, "a page received what nobody sent");
            }
            self.report.packets_out += 1;
            return;
        }
        for again in station.take_control(bytes) {
            self.send_up(to, leg, again, false);
        }
    }

    /// Calls the router and posts what it says.
    fn route(&mut self, call: impl FnOnce(&mut Router, &mut Outbox)) {
        let now = self.agenda.now();
        let mut out = Outbox::default();
        let Some(node) = &mut self.node else { return };
        call(&mut node.router, &mut out);
        for (item, payload) in out.taped {
            if let TapeItem::Packet { track, source, .. } = item {
                self.watch.tapes(now, track, source, &payload);
            }
            append(&mut node.tape, item, &payload);
        }
        let down: Vec<_> = out
            .down
            .into_iter()
            .filter_map(|(leg, bytes, control)| {
                Some((leg, node.legs.get(&leg)?.who, bytes, control))
            })
            .collect();
        for (leg, to, bytes, control) in down {
            if !control {
                self.watch.sends(now.instant, leg, to, &bytes);
            }
            let line = self.lines[&to];
            let arrivals: Vec<_> = line.carry(&mut self.dice, now.instant).collect();
            for at in arrivals {
                let letter = Media::Down { leg, to, bytes: bytes.clone(), control };
                self.agenda.put_at(at, (self.generation, letter.into()));
            }
        }
        for notice in out.notices {
            match notice {
                RouterNotice::TrackLive { track } => self.tell(Event::TrackLive { track }),
                RouterNotice::TrackSilent { track } => self.tell(Event::TrackSilent { track }),
                RouterNotice::Health { participant, health } => {
                    self.tell(Event::Health { who: participant, health });
                }
                RouterNotice::Slots { .. }
                | RouterNotice::Pictures { .. }
                | RouterNotice::Speaking { .. } => {}
            }
        }
    }

    fn beat(&mut self, who: ParticipantId) {
        let now = self.agenda.now();
        self.put(Duration::from_millis(60), Media::Beat { who });
        let Some(station) = self.station(who) else { return };
        let packets = station.beat(now);
        let Some(leg) = station.leg else { return };
        for (bytes, control) in packets {
            self.send_up(who, leg, bytes, control);
        }
    }

    fn send_up(&mut self, who: ParticipantId, leg: LegId, bytes: Vec<u8>, control: bool) {
        let now = self.agenda.now().instant;
        let line = self.lines[&who];
        let arrivals: Vec<_> = line.carry(&mut self.dice, now).collect();
        for at in arrivals {
            let letter = Media::Up { leg, bytes: bytes.clone(), control };
            self.agenda.put_at(at, (self.generation, letter.into()));
        }
    }

    /// The server answers an offer; ICE and DTLS take their time.
    fn offered(&mut self, who: ParticipantId, page: u32, connection: u32) {
        let current = self.node.as_ref().is_some_and(|node| node.pages.get(&who) == Some(&page));
        if current {
            self.next_leg += 1;
            let leg = LegId(self.next_leg);
            let handshake = Duration::from_millis(u64::from(100 + self.dice.roll(400)));
            self.put(handshake, Media::Connected { who, leg, connection });
        }
    }

    fn connected(&mut self, who: ParticipantId, leg: LegId, connection: u32) {
        let now = self.agenda.now();
        let first = u16::try_from(self.dice.roll(65_536)).unwrap_or(0);
        let Some(station) = self.station(who) else { return };
        if station.connection != connection || !station.offered {
            return;
        }
        station.connect(leg, first);
        let (role, rogue) = (station.role, station.rogue);
        let Some(node) = &mut self.node else { return };
        let offered = node.desk.hearing.slots_for(who);
        let slots = if rogue { offered.max(SlotCount { seats: 8, screens: 2 }) } else { offered };
        let older: Vec<_> = node
            .legs
            .iter()
            .filter(|(_, info)| info.who == who && info.connection < connection)
            .map(|(leg, _)| *leg)
            .collect();
        node.legs.insert(leg, LegInfo { who, connection });
        let plan = plan(who, role, connection, leg, slots);
        // A page that was let in while it connected has no slots and must offer again.
        if let Some(station) = self.station(who) {
            station.offer.1 &= slots.seats > 0;
        }
        self.route(|router, out| router.leg_up(now, leg, plan, out));
        self.tell(Event::MediaUp { who });
        for leg in older {
            self.put(Duration::from_secs(1), Media::Superseded { leg });
        }
    }

    /// The hearing ends somebody's media.
    pub(super) fn drop_media(&mut self, who: ParticipantId) {
        let now = self.agenda.now();
        let Some(node) = &mut self.node else { return };
        let legs: Vec<_> =
            node.legs.iter().filter(|(_, info)| info.who == who).map(|(leg, _)| *leg).collect();
        for leg in legs {
            if let Some(node) = &mut self.node {
                node.legs.remove(&leg);
            }
            self.route(|router, out| router.leg_down(now, leg, out));
            self.tell(Event::MediaDown { who, cause: LinkCause::MediaSilent });
            self.put(Duration::from_millis(30), Media::LegDropped { who, leg });
        }
    }

    /// Hands the tape over; a queue that is full loses it, and says so with the next one.
    fn flush_tape(&mut self) {
        self.put(limits::TAPE_FLUSH, Media::TapeFlush);
        let full = !self.calm && self.dice.chance(5);
        let Some(node) = &mut self.node else { return };
        let hearing = node.tape.hearing;
        let empty = Tape { hearing, items: Vec::new(), bytes: Vec::new() };
        let tape = core::mem::replace(&mut node.tape, empty);
        if full {
            for item in &tape.items {
                if let TapeItem::Packet { track, arrived, .. } = item {
                    let lost = node.lost.entry(*track).or_insert((*arrived, *arrived, 0));
                    *lost = (lost.0.min(*arrived), lost.1.max(*arrived), lost.2 + 1);
                }
            }
            return;
        }
        let lost = core::mem::take(&mut node.lost).into_iter();
        let mut items: Vec<_> = lost
            .map(|(track, (from, to, packets))| TapeItem::Lost { track, from, to, packets })
            .collect();
        items.extend(tape.items);
        if !items.is_empty() {
            node.tapes_waiting += 1;
            let tape = Tape { hearing, items, bytes: tape.bytes };
            self.put(Duration::from_millis(1), Media::Taped(tape));
        }
    }
}

fn append(tape: &mut Tape, item: TapeItem, payload: &[u8]) {
    let from = u32::try_from(tape.bytes.len()).expect("a tape of 20 ms is small");
    tape.bytes.extend_from_slice(payload);
    let to = u32::try_from(tape.bytes.len()).expect("a tape of 20 ms is small");
    tape.items.push(match item {
        TapeItem::Packet { track, codec, arrived, sequence, rtp_time, source, marker, .. } => {
            TapeItem::Packet {
                track,
                codec,
                arrived,
                sequence,
                rtp_time,
                source,
                marker,
                start: from,
                end: to,
            }
        }
        other @ (TapeItem::SenderReport { .. } | TapeItem::Lost { .. }) => other,
    });
}

/// The lines of a connection, as page and server agreed on them.
fn plan(
    who: ParticipantId,
    role: model::Role,
    connection: u32,
    leg: LegId,
    slots: SlotCount,
) -> LegPlan {
    let mid = |name: String| Mid::new(name.as_bytes()).expect("a short mid");
    let publishes = TrackKind::ALL.into_iter().zip(0..);
    let receive = publishes
        .filter(|_| role != model::Role::Gallery || connection.is_multiple_of(2))
        .map(|(kind, number)| {
            let codec = if kind.is_sound() { (111, Codec::Opus) } else { (96, Codec::Vp8) };
            ReceiveLine {
                kind,
                mid: mid(format!("s{number}")),
                payloads: vec![codec],
                ssrcs: vec![Station::ssrc(who, connection, number)],
                repairs: Vec::new(),
                red: None,
                repair_ssrcs: Vec::new(),
                rids: Vec::new(),
                extensions: Extensions::default(),
            }
        })
        .collect();
    let seats = (0..slots.seats).flat_map(|slot| {
        [Medium::Sound, Medium::Picture].map(|medium| LinePurpose::Seat { slot, medium })
    });
    let screens = (0..slots.screens).map(|slot| LinePurpose::Screen { slot });
    let send = seats
        .chain(screens)
        .zip(1_u32..)
        .map(|(purpose, number)| SendLine {
            purpose,
            mid: mid(format!("r{number}")),
            ssrc: 0x8000_0000 | leg.0 << 8 | number,
            payloads: vec![(Codec::Opus, 111), (Codec::Vp8, 96)],
            repair: None,
            red: None,
            extensions: Extensions::default(),
        })
        .collect();
    LegPlan { participant: who, connection, receive, send }
}
