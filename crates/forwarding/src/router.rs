//! The router of one hearing: the one door of this crate.
//!
//! What is not here: sockets, keys and clocks. Packets come in decrypted, with the time. A packet's
//! way is in `router/passage.rs`, who sits where in `router/seating.rs`, what comes back from
//! subscribers in `router/feedback.rs`, what is due by time in `router/rounds.rs`.

mod choices;
mod feedback;
mod passage;
mod pictures;
mod rounds;
mod seating;
mod sending;
mod stage;

use std::collections::BTreeMap;

use model::{
    Grants, HearingId, Instant, Now, ParticipantId, SlotCount, SlotUse, Tile, TrackId, limits,
};

use crate::clock::ServerClock;
use crate::figures::RouterFigures;
use crate::leg::Leg;
use crate::outlet::{Outlet, RouterNotice};
use crate::plan::{LegId, LegPlan};
use crate::rtcp::{Block, Compound};
use crate::slots::Seating;
use crate::speaker::{Floor, Voice};
use crate::track::Track;

use self::pictures::{PictureNote, Work};
pub(crate) use self::stage::Stage;

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
    /// Media packets sent to people over connections that are gone.
    packets_before: BTreeMap<ParticipantId, u64>,
    clock: Option<ServerClock>,
    generation: u64,
    floor: Floor,
    speakers_at: Instant,
    pictures_at: Instant,
    picture_notes: BTreeMap<ParticipantId, PictureNote>,
    work: Work,
    reports_at: Instant,
    health_at: Instant,
    health_since: Instant,
    wake: Instant,
    pace_at: Instant,
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
            packets_before: BTreeMap::new(),
            clock: None,
            generation: 0,
            floor: Floor::default(),
            speakers_at: Instant(0),
            pictures_at: Instant(0),
            picture_notes: BTreeMap::new(),
            work: Work::default(),
            reports_at: Instant(0),
            health_at: Instant(0),
            health_since: Instant(0),
            wake: Instant(u64::MAX),
            pace_at: Instant(u64::MAX),
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
        self.reconcile(now, out);
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
        self.choose_layers(now, out);
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
        let kinds: Vec<_> = self.legs[place].sources.kinds().collect();
        self.legs[place].track_places = [None; 3];
        for kind in kinds {
            let track = TrackId::new(self.legs[place].participant, kind);
            self.legs[place].track_places[kind as usize] = Some(self.track_place(track, out));
        }
        self.end_orphans(out);
        self.reconcile(now, out);
        self.ask_keyframes(now, out);
    }

    /// A connection is gone. An unknown leg is ignored.
    pub fn leg_down(&mut self, now: Now, leg: LegId, out: &mut impl Outlet) {
        let Ok(place) = self.legs.binary_search_by_key(&leg, |known| known.id) else { return };
        let gone = self.legs.remove(place);
        *self.packets_before.entry(gone.participant).or_default() += gone.packets_down;
        if !self.legs.iter().any(|known| known.participant == gone.participant) {
            self.slots_told.remove(&gone.participant);
            self.tiles.remove(&gone.participant);
            self.picture_notes.remove(&gone.participant);
        }
        self.end_orphans(out);
        self.reconcile(now, out);
        self.ask_keyframes(now, out);
    }

    /// Takes one decrypted RTP packet and sends it on: sound at once, pictures at the pace of each
    /// line. Never panics, whatever the bytes.
    pub fn rtp(&mut self, now: Now, leg: LegId, packet: &[u8], out: &mut impl Outlet) {
        self.figures.packets_in += 1;
        let paced = self.figures.packets_paced;
        if let Err(why) = self.take_packet(now, leg, packet, out) {
            self.figures.drop_one(why);
        }
        if self.figures.packets_paced != paced {
            self.plan_pacing(now.instant);
        }
    }

    /// Takes one decrypted compound RTCP packet. Never panics, whatever the bytes.
    pub fn rtcp(&mut self, now: Now, leg: LegId, compound: &[u8], out: &mut impl Outlet) {
        self.figures.rtcp_in += 1;
        if let Ok(leg) = self.legs.binary_search_by_key(&leg, |known| known.id) {
            self.take_compound(now, leg, compound, out);
        }
    }

    /// Does what is due: paced pictures, probes, reports, repairs, keyframe requests, figures. Call at [`Self::wake_at`]
    /// or later; calling more often does no harm.
    pub fn tick(&mut self, now: Now, out: &mut impl Outlet) {
        if now.instant >= self.pace_at {
            self.pace(now.instant, out);
        }
        if now.instant >= self.wake {
            self.make_rounds(now, out);
        }
    }

    /// When [`Self::tick`] is next worth calling. Ask after each batch of calls.
    pub const fn wake_at(&self) -> Instant {
        if self.pace_at.0 < self.wake.0 { self.pace_at } else { self.wake }
    }

    /// The counters so far.
    pub const fn figures(&self) -> RouterFigures {
        self.figures
    }

    fn due(&mut self, at: Instant) {
        self.wake = self.wake.min(at);
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
