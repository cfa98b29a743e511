//! The router of one hearing: the one door of this crate, and the way of a packet through it.
//!
//! What is not here: sockets, keys and clocks. Packets come in decrypted, with the time. Who sits
//! where is in `router/seating.rs`, what comes back from subscribers in `router/feedback.rs`, what
//! is due by time in `router/rounds.rs`.

mod feedback;
mod rounds;
mod seating;

use core::time::Duration;
use std::collections::BTreeMap;

use model::letters::TapeItem;
use model::{
    Grants, HearingId, Instant, Now, ParticipantId, SlotCount, SlotUse, Tile, TrackId, limits,
};

use crate::cache::Facts;
use crate::clock::ServerClock;
use crate::codec;
use crate::figures::{DropReason, RouterFigures};
use crate::leg::{Leg, Meaning};
use crate::outlet::{Outlet, RouterNotice};
use crate::packet::Packet;
use crate::plan::{LegId, LegPlan};
use crate::receive::{Arrival, Source};
use crate::rtcp::{Block, Compound};
use crate::slots::Seating;
use crate::speaker::{Floor, Voice};
use crate::track::{Feed, Track};

/// One leg starts a track anew at most this often; what comes sooner is dropped.
const RESTART_EVERY: Duration = Duration::from_millis(100);

/// Moves the media of one hearing, as its grants say.
#[derive(Debug)]
pub struct Router {
    hearing: HearingId,
    grants: Grants,
    legs: Vec<Leg>,
    tracks: Vec<Track>,
    place_by_track: BTreeMap<TrackId, usize>,
    slots_told: BTreeMap<ParticipantId, (Vec<SlotUse>, SlotCount)>,
    tiles: BTreeMap<ParticipantId, Vec<Tile>>,
    clock: Option<ServerClock>,
    generation: u64,
    floor: Floor,
    speakers_at: Instant,
    reports_at: Instant,
    health_at: Instant,
    health_since: Instant,
    wake: Instant,
    compound: Compound,
    ask: Vec<u16>,
    blocks: Vec<Block>,
    voices: Vec<(ParticipantId, Voice)>,
    figures: RouterFigures,
}

impl Router {
    /// An empty router: no legs, nothing granted.
    pub fn new(hearing: HearingId) -> Self {
        Self {
            hearing,
            grants: Grants::default(),
            legs: Vec::new(),
            tracks: Vec::new(),
            place_by_track: BTreeMap::new(),
            slots_told: BTreeMap::new(),
            tiles: BTreeMap::new(),
            clock: None,
            generation: 0,
            floor: Floor::default(),
            speakers_at: Instant(0),
            reports_at: Instant(0),
            health_at: Instant(0),
            health_since: Instant(0),
            wake: Instant(u64::MAX),
            compound: Compound::default(),
            ask: Vec::new(),
            blocks: Vec::new(),
            voices: Vec::new(),
            figures: RouterFigures::default(),
        }
    }

    /// Whose router this is.
    pub const fn hearing(&self) -> HearingId {
        self.hearing
    }

    /// Takes a new table. An older epoch than the present one is ignored. What the table does not
    /// grant stops with this call.
    pub fn set_grants(&mut self, now: Now, grants: Grants, out: &mut impl Outlet) {
        if grants.epoch < self.grants.epoch {
            return;
        }
        self.grants = grants;
        for place in 0..self.tracks.len() {
            self.grant_track(place, out);
        }
        self.reconcile(out);
        self.ask_keyframes(now, out);
    }

    /// A page said how large it draws its picture lines: the whole list. A picture line that is
    /// not listed is not shown. A page that never said is taken to show everything at full size.
    pub fn set_tiles(
        &mut self,
        now: Now,
        participant: ParticipantId,
        tiles: &[Tile],
        out: &mut impl Outlet,
    ) {
        if tiles.len() > limits::LINES_MAX {
            return;
        }
        self.tiles.insert(participant, tiles.to_vec());
        self.ask_keyframes(now, out);
    }

    /// A connection can carry media (ICE and DTLS are done), or its lines changed: lines that stay
    /// (same SSRC) keep their numbering. A leg of an older connection of the same person keeps
    /// sending and receiving until this one is heard from.
    pub fn leg_up(&mut self, now: Now, leg: LegId, plan: LegPlan, out: &mut impl Outlet) {
        if self.legs.iter().any(|known| known.id == leg && known.participant != plan.participant) {
            self.leg_down(now, leg, out);
        }
        let place = match self.legs.binary_search_by_key(&leg, |known| known.id) {
            Ok(place) => place,
            Err(place) => {
                let seating = self.seating_of(plan.participant);
                self.legs.insert(place, Leg::new(leg, plan.participant, seating));
                self.start_rounds(now);
                place
            }
        };
        self.legs[place].apply(plan);
        let kinds: Vec<_> = self.legs[place].kinds().collect();
        self.legs[place].track_places = [None; 3];
        for kind in kinds {
            let track = TrackId::new(self.legs[place].participant, kind);
            self.legs[place].track_places[kind as usize] = Some(self.track_place(track, out));
        }
        self.end_orphans(out);
        self.reconcile(out);
        self.ask_keyframes(now, out);
    }

    /// A connection is gone. An unknown leg is ignored.
    pub fn leg_down(&mut self, now: Now, leg: LegId, out: &mut impl Outlet) {
        let Ok(place) = self.legs.binary_search_by_key(&leg, |known| known.id) else { return };
        let gone = self.legs.remove(place);
        if !self.legs.iter().any(|known| known.participant == gone.participant) {
            self.slots_told.remove(&gone.participant);
            self.tiles.remove(&gone.participant);
        }
        self.end_orphans(out);
        self.reconcile(out);
        self.ask_keyframes(now, out);
    }

    /// Takes one decrypted RTP packet and sends it on at once. Never panics, whatever the bytes.
    pub fn rtp(&mut self, now: Now, leg: LegId, packet: &[u8], out: &mut impl Outlet) {
        self.figures.packets_in += 1;
        if let Err(why) = self.take_packet(now, leg, packet, out) {
            self.figures.drop_one(why);
        }
    }

    /// Takes one decrypted compound RTCP packet. Never panics, whatever the bytes.
    pub fn rtcp(&mut self, now: Now, leg: LegId, compound: &[u8], out: &mut impl Outlet) {
        self.figures.rtcp_in += 1;
        if let Ok(leg) = self.legs.binary_search_by_key(&leg, |known| known.id) {
            self.take_compound(now, leg, compound, out);
        }
    }

    /// Does what is due: reports, repairs, keyframe requests, figures. Call at [`Self::wake_at`]
    /// or later; calling more often does no harm.
    pub fn tick(&mut self, now: Now, out: &mut impl Outlet) {
        if now.instant >= self.wake {
            self.make_rounds(now, out);
        }
    }

    /// When [`Self::tick`] is next worth calling. Ask after each batch of calls.
    pub const fn wake_at(&self) -> Instant {
        self.wake
    }

    /// The counters so far.
    pub const fn figures(&self) -> RouterFigures {
        self.figures
    }

    fn due(&mut self, at: Instant) {
        self.wake = self.wake.min(at);
    }

    fn take_packet(
        &mut self,
        now: Now,
        leg: LegId,
        bytes: &[u8],
        out: &mut impl Outlet,
    ) -> Result<(), DropReason> {
        let place = self
            .legs
            .binary_search_by_key(&leg, |known| known.id)
            .map_err(|_| DropReason::NoLeg)?;
        let packet = Packet::read(bytes).ok_or(DropReason::Malformed)?;
        self.hear(place, out);
        let leg = &mut self.legs[place];
        leg.traffic.bytes_up += bytes.len() as u64;
        self.figures.bytes_in += packet.payload.len() as u64;
        let meaning = leg.meaning(&packet, now.instant)?;
        let track = leg.track_places[meaning.kind as usize].ok_or(DropReason::NoLine)?;
        if !self.tracks[track].allowed {
            return Err(DropReason::NotGranted);
        }
        let (facts, in_order) = self.number(now.instant, place, track, meaning, &packet)?;
        if !self.tracks[track].live {
            self.go_live(now.instant, track, out);
        }
        self.carry(now.instant, track, &facts, in_order, packet.payload, out);
        if self.tracks[track].keyframes.due(false).is_some_and(|at| at <= now.instant) {
            self.ask_keyframe(now, track, out);
        }
        Ok(())
    }

    /// Gives the packet its extended numbers; a new source of the track starts here.
    fn number(
        &mut self,
        now: Instant,
        leg: usize,
        track: usize,
        meaning: Meaning,
        packet: &Packet<'_>,
    ) -> Result<(Facts, bool), DropReason> {
        let rank = self.legs[leg].rank(meaning.order);
        let known = self.tracks[track].feed.as_ref().is_some_and(|feed| {
            feed.rank.leg == rank.leg && feed.ssrc == packet.ssrc && feed.codec == meaning.codec
        });
        if !known {
            self.start_feed(now, leg, track, meaning, packet)?;
        }
        let mut arrival = self.take_number(now, track, packet)?;
        if arrival == Arrival::Restart {
            self.start_feed(now, leg, track, meaning, packet)?;
            arrival = self.take_number(now, track, packet)?;
        }
        let Arrival::New { sequence, rtp_time, in_order, repair_at } = arrival else {
            return Err(match arrival {
                Arrival::Duplicate => DropReason::Duplicate,
                Arrival::TooOld | Arrival::Restart | Arrival::New { .. } => DropReason::TooOld,
            });
        };
        if let Some(at) = repair_at {
            self.due(at);
        }
        let facts = Facts {
            sequence,
            rtp_time,
            arrived: now,
            marker: packet.marker,
            codec: meaning.codec,
            level: meaning.level,
        };
        Ok((facts, in_order))
    }

    fn take_number(
        &mut self,
        now: Instant,
        track: usize,
        packet: &Packet<'_>,
    ) -> Result<Arrival, DropReason> {
        let feed = self.tracks[track].feed.as_mut().ok_or(DropReason::NoLine)?;
        feed.last_at = now;
        Ok(feed.source.take(packet.sequence, packet.rtp_time, now))
    }

    fn start_feed(
        &mut self,
        now: Instant,
        leg: usize,
        track: usize,
        meaning: Meaning,
        packet: &Packet<'_>,
    ) -> Result<(), DropReason> {
        if packet.payload.is_empty() {
            return Err(DropReason::Empty);
        }
        let rank = self.legs[leg].rank(meaning.order);
        if let Some(feed) = &self.tracks[track].feed {
            let older = rank < feed.rank && now.since(feed.last_at) < limits::TRACK_SILENT;
            let hasty = rank.leg == feed.rank.leg && now.since(feed.started_at) < RESTART_EVERY;
            if older || hasty {
                return Err(DropReason::Replaced);
            }
        }
        let clock_hz = meaning.codec.clock_hz();
        let mut source = Source::new(packet.sequence, packet.rtp_time, clock_hz);
        let report = self.legs[leg]
            .bindings
            .iter()
            .find(|binding| binding.ssrc == packet.ssrc)
            .and_then(|binding| binding.report);
        if let Some((ntp, rtp_time, at)) = report {
            source.take_report(ntp, rtp_time, at);
        }
        self.generation += 1;
        self.tracks[track].begin(Feed {
            rank,
            ssrc: packet.ssrc,
            codec: meaning.codec,
            generation: self.generation,
            source,
            started_at: now,
            last_at: now,
        });
        Ok(())
    }

    fn go_live(&mut self, now: Instant, track: usize, out: &mut impl Outlet) {
        let one = &mut self.tracks[track];
        one.live = true;
        let id = one.id;
        if one.cache.is_released() {
            one.cache.reset(id.kind.is_sound());
        }
        out.tell(RouterNotice::TrackLive { track: id });
        self.due(now.plus(limits::TRACK_SILENT));
        self.due(self.speakers_at);
        if id.kind == model::TrackKind::Screen {
            self.reconcile(out);
        }
    }

    /// Hands a numbered packet to the cache, the tape and everybody it is for.
    fn carry(
        &mut self,
        now: Instant,
        track: usize,
        facts: &Facts,
        in_order: bool,
        payload: &[u8],
        out: &mut impl Outlet,
    ) {
        let Self { tracks, legs, figures, wake, .. } = self;
        let track = &mut tracks[track];
        let Some(feed) = &track.feed else { return };
        let (generation, highest) = (feed.generation, feed.source.highest());
        let starts = codec::can_start(facts.codec, payload);
        if starts && !facts.codec.is_sound() {
            figures.keyframes_in += u64::from(track.keyframes.seen(now, facts.rtp_time));
            if let Some(at) = track.keyframes.due(track.recorded) {
                *wake = (*wake).min(at);
            }
        }
        track.cache.put(*facts, payload);
        if let Some(level) = facts.level
            && in_order
        {
            track.voice.hear(level, now);
        }
        Self::tape(track, facts, in_order, payload, figures, out);
        for to in &track.outs {
            let leg = &mut legs[to.leg];
            let line = &mut leg.send[to.line];
            match line.pass(generation, facts, starts, payload.len()) {
                Err(why) => figures.drop_one(why),
                Ok(passed) => {
                    let header = passed.header.as_bytes();
                    out.rtp(leg.id, header, payload);
                    let mut bytes = header.len() + payload.len();
                    figures.packets_out += 1;
                    figures.bytes_out += payload.len() as u64;
                    if passed.started {
                        // Packets behind the first of a keyframe that came before it.
                        for sequence in facts.sequence + 1..=highest {
                            let Some((later, payload)) = track.cache.find(sequence) else {
                                continue;
                            };
                            if let Ok(passed) = line.pass(generation, &later, false, payload.len())
                            {
                                let header = passed.header.as_bytes();
                                out.rtp(leg.id, header, payload);
                                bytes += header.len() + payload.len();
                                figures.packets_out += 1;
                                figures.bytes_out += payload.len() as u64;
                            }
                        }
                    }
                    leg.traffic.bytes_down += bytes as u64;
                }
            }
        }
    }

    fn tape(
        track: &mut Track,
        facts: &Facts,
        in_order: bool,
        payload: &[u8],
        figures: &mut RouterFigures,
        out: &mut impl Outlet,
    ) {
        if payload.is_empty() {
            if in_order {
                track.tape.pass_over(facts.sequence);
            }
            return;
        }
        if !track.recorded {
            return;
        }
        if core::mem::take(&mut track.tape.fresh)
            && let Some(clock) = track.feed.as_ref().and_then(|feed| feed.source.clock)
        {
            let report = TapeItem::SenderReport {
                track: track.id,
                source: track.tape.source,
                arrived: clock.at,
                ntp: clock.ntp,
                rtp_time: clock.rtp_time,
            };
            out.tape(report, &[]);
        }
        let packet = TapeItem::Packet {
            track: track.id,
            codec: facts.codec,
            arrived: facts.arrived,
            sequence: track.tape.number(facts.sequence),
            rtp_time: facts.rtp_time,
            source: track.tape.source,
            marker: facts.marker,
            start: 0,
            end: 0,
        };
        out.tape(packet, payload);
        figures.packets_taped += 1;
    }

    /// The place of a track in the list; a new one is made as the grants say.
    fn track_place(&mut self, id: TrackId, out: &mut impl Outlet) -> usize {
        if let Some(place) = self.place_by_track.get(&id) {
            return *place;
        }
        let place = self.tracks.len();
        self.tracks.push(Track::new(id));
        self.place_by_track.insert(id, place);
        self.grant_track(place, out);
        place
    }

    fn grant_track(&mut self, place: usize, out: &mut impl Outlet) {
        let track = &mut self.tracks[place];
        track.allowed = self.grants.publish.contains(&track.id);
        track.record(track.allowed && self.grants.record.contains(&track.id));
        if !track.allowed && track.end() {
            out.tell(RouterNotice::TrackSilent { track: track.id });
        }
    }

    fn seating_of(&self, participant: ParticipantId) -> Seating {
        self.newest_leg(participant).map(|leg| leg.seating.clone()).unwrap_or_default()
    }

    fn newest_leg(&self, participant: ParticipantId) -> Option<&Leg> {
        self.legs.iter().filter(|leg| leg.participant == participant).max_by_key(|leg| leg.rank(0))
    }
}
