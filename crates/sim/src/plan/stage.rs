//! Where a plan is played: virtual time, the router, everybody's lines and pages.
//! What is not here: what pages do by themselves, and the hearing.

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};

use forwarding::{LegId, Router, RouterNotice};
use hearing::Event;
use model::letters::TapeItem;
use model::stage::LinkCause;
use model::{
    Ask, Grants, Health, Instant, LinePurpose, Medium, ParticipantId, SlotUse, Stage as Phase,
    Tile, TrackId, limits,
};

use super::court::{Court, Ruling};
use super::measure::{Figures, Measure};
use super::outbox::Outbox;
use super::path::{Tally, Way};
use super::stamp::Stamp;
use super::station::Station;
use super::vice::Vice;
use super::watch::Watch;
use super::{BEAT, Deed, Outcome, Plan, lines};
use crate::dice::Dice;
use crate::house::agenda::Agenda;

/// From an offer to a connection that stands.
const HANDSHAKE: Duration = Duration::from_millis(150);
/// The usher's rounds.
const USHER_EVERY: Duration = Duration::from_millis(100);
/// Somebody else speaks after this.
const SPEAK_EVERY: Duration = Duration::from_secs(3);
/// A hearing that is not opened by then never will be.
const OPEN_WITHIN: Duration = Duration::from_secs(15);
/// After closing, until everything is sealed.
const SEALING: Duration = Duration::from_secs(2);
/// The record surely rolls this long after opening, and until this long before closing.
const BORDER: Duration = Duration::from_millis(400);

/// What is due at a moment.
#[derive(Debug)]
enum Letter {
    Up { leg: LegId, bytes: Vec<u8>, control: bool },
    Down { who: ParticipantId, bytes: Vec<u8>, control: bool },
    Beat(ParticipantId),
    Connect(ParticipantId),
    LegGone(LegId),
    Deed(usize),
    Tick,
    Flush,
    Commit,
    Usher,
    Woke,
    Speak(u32),
    Close,
}

/// A plan under way.
#[derive(Debug)]
pub(crate) struct Stage<'a> {
    plan: &'a Plan,
    dice: Dice,
    agenda: Agenda<Letter>,
    router: Router,
    court: Court,
    stations: BTreeMap<ParticipantId, Station>,
    /// Everybody's line: up, down.
    pub(crate) ways: BTreeMap<ParticipantId, (Way, Way)>,
    legs: BTreeMap<LegId, ParticipantId>,
    connecting: BTreeSet<ParticipantId>,
    next_leg: u32,
    grants: Grants,
    due: BTreeSet<(ParticipantId, TrackId)>,
    slots: BTreeMap<ParticipantId, Vec<SlotUse>>,
    tiles: BTreeMap<ParticipantId, Vec<Tile>>,
    tick_at: Instant,
    opened_at: Option<Instant>,
    closed_at: Option<Instant>,
    watch: Watch,
    /// What the router told of everybody's line.
    pub(crate) told: Vec<Told>,
    /// How unevenly everybody's sound really arrives at the router.
    pub(crate) unevenness: BTreeMap<ParticipantId, Unevenness>,
}

/// Sum and number of changes of the time sound packets travel, and the last one's time.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Unevenness {
    pub(crate) changes: Duration,
    pub(crate) count: u32,
    last: Option<(u32, Duration)>,
}

/// What the router told of somebody's line, and what it had really done until then.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(test), expect(dead_code, reason = "truth.rs alone compares it"))]
pub(crate) struct Told {
    pub(crate) who: ParticipantId,
    pub(crate) health: Health,
    pub(crate) up: Tally,
    pub(crate) down: Tally,
}

/// Plays a plan.
pub(crate) fn play(plan: &Plan, seed: u64) -> Outcome {
    let mut stage = Stage::new(plan, seed);
    let opened = stage.run();
    stage.outcome(seed, opened)
}

impl<'a> Stage<'a> {
    pub(crate) fn new(plan: &'a Plan, seed: u64) -> Self {
        let agenda = Agenda::new();
        let mut dice = Dice::from_seed(seed);
        let mut stations = BTreeMap::new();
        let mut ways = BTreeMap::new();
        for (number, _) in (1..).zip(&plan.roles) {
            let who = ParticipantId(number);
            let mut station = Station::new(who, plan.ways.kbps);
            station.online = !plan.late.contains(&number);
            station.publisher.pauses = plan.pauses;
            (station.publisher.clock_ppm, station.publisher.clock_us) =
                (plan.drift.1, plan.drift.2);
            stations.insert(who, station);
            let own = plan.own.iter().find(|(who, _, _)| *who == number);
            let (up, down) = own.map_or(plan.path, |(_, up, down)| (*up, *down));
            ways.insert(who, (Way::new(up), Way::new(down)));
        }
        let mut stage = Self {
            court: Court::new(agenda.now(), &plan.roles),
            router: Router::new(model::HearingId(1)),
            plan,
            agenda,
            stations,
            ways,
            legs: BTreeMap::new(),
            connecting: BTreeSet::new(),
            next_leg: 0,
            grants: Grants::default(),
            due: BTreeSet::new(),
            slots: BTreeMap::new(),
            tiles: BTreeMap::new(),
            tick_at: Instant(u64::MAX),
            opened_at: None,
            closed_at: None,
            watch: Watch::default(),
            told: Vec::new(),
            unevenness: BTreeMap::new(),
            dice: Dice::from_seed(u64::from(dice.roll(u32::MAX))),
        };
        for who in stage.stations.keys().copied().collect::<Vec<_>>() {
            let after = Duration::from_micros(u64::from(stage.dice.roll(20_000)));
            stage.agenda.put(after, Letter::Beat(who));
            if stage.stations[&who].online {
                stage.tell(Event::Joined { who });
            }
        }
        for letter in [Letter::Flush, Letter::Commit, Letter::Usher, Letter::Speak(0)] {
            stage.agenda.put(Duration::from_millis(1), letter);
        }
        stage
    }

    /// From the first page to the sealed record. Whether the hearing was opened.
    pub(crate) fn run(&mut self) -> bool {
        let start = self.agenda.now().instant;
        let never = start.plus(OPEN_WITHIN);
        loop {
            let end = self.closed_at.map_or(Instant(u64::MAX), |at| at.plus(SEALING));
            let end = if self.opened_at.is_none() { end.min(never) } else { end };
            let Some(letter) = self.agenda.next(end) else { return self.opened_at.is_some() };
            self.open(letter);
        }
    }

    fn open(&mut self, letter: Letter) {
        let now = self.agenda.now();
        match letter {
            Letter::Up { leg, bytes, control } => self.up(leg, &bytes, control),
            Letter::Down { who, bytes, control } => self.down(who, &bytes, control),
            Letter::Beat(who) => self.beat(who),
            Letter::Connect(who) => self.connect(who),
            Letter::LegGone(leg) => self.leg_gone(leg),
            Letter::Deed(place) => {
                let plan = self.plan;
                self.act(&plan.events[place].1);
            }
            Letter::Tick => {
                self.tick_at = Instant(u64::MAX);
                self.route(|router, out| router.tick(now, out));
            }
            Letter::Flush => {
                self.court.flush_tape();
                self.agenda.put(limits::TAPE_FLUSH, Letter::Flush);
            }
            Letter::Commit => {
                let rulings = self.court.commit(now);
                self.obey(rulings);
                self.agenda.put(limits::COMMIT_EVERY, Letter::Commit);
            }
            Letter::Usher => self.usher(),
            Letter::Woke => self.tell(Event::Woke),
            Letter::Speak(turn) => {
                let people = u32::try_from(self.stations.len()).unwrap_or(1);
                for (place, station) in (0_u32..).zip(self.stations.values_mut()) {
                    station.publisher.speaks = place == turn % people;
                }
                self.agenda.put(SPEAK_EVERY, Letter::Speak(turn + 1));
            }
            Letter::Close => self.close(),
        }
        self.settle_due();
        if self.opened_at.is_none() && self.court.desk.hearing.stage() == Phase::InSession {
            self.opened_at = Some(now.instant);
            for (place, (ms, _)) in self.plan.events.iter().enumerate() {
                let after = Duration::from_millis(u64::from(*ms));
                self.agenda.put(after, Letter::Deed(place));
            }
            let length = Duration::from_secs(u64::from(self.plan.seconds));
            self.agenda.put(length, Letter::Close);
        }
    }

    fn up(&mut self, leg: LegId, bytes: &[u8], control: bool) {
        let now = self.agenda.now();
        if control {
            return self.route(|router, out| router.rtcp(now, leg, bytes, out));
        }
        let before = self.router.figures().dropped_in();
        self.route(|router, out| router.rtp(now, leg, bytes, out));
        let dropped = self.router.figures().dropped_in() != before;
        let stamp = forwarding::packet::Packet::read(bytes).and_then(|one| Stamp::of(one.payload));
        if let Some(stamp) = stamp.filter(|stamp| stamp.track.kind.is_sound()) {
            let one = self.unevenness.entry(stamp.track.participant).or_default();
            let travelled = now.instant.since(stamp.captured);
            // What is sent again says nothing of the line.
            let newer = one.last.is_none_or(|(number, _)| stamp.number > number);
            if let Some((_, last)) = one.last.filter(|_| newer) {
                one.changes += travelled.abs_diff(last);
                one.count += 1;
            }
            if newer {
                one.last = Some((stamp.number, travelled));
            }
        }
        if let Some(stamp) = stamp.filter(|stamp| {
            let layered = self.plan.ways.layers && !stamp.track.kind.is_sound();
            !dropped && !layered && self.grants.record.contains(&stamp.track)
        }) {
            self.watch.owes(stamp);
        }
    }

    fn down(&mut self, who: ParticipantId, bytes: &[u8], control: bool) {
        let now = self.agenda.now().instant;
        let Some(station) = self.stations.get_mut(&who) else { return };
        if !control {
            station.take(bytes, now);
            return;
        }
        let again = station.take_control(bytes, now).unwrap_or_default();
        for bytes in again {
            self.send_up(who, Duration::ZERO, bytes, false);
        }
    }

    fn beat(&mut self, who: ParticipantId) {
        let now = self.agenda.now();
        self.agenda.put(BEAT, Letter::Beat(who));
        let Some(station) = self.stations.get_mut(&who) else { return };
        if station.leg.is_none() {
            return;
        }
        for (after, bytes, control) in station.beat(now) {
            self.send_up(who, after, bytes, control);
        }
    }

    fn send_up(&mut self, who: ParticipantId, after: Duration, bytes: Vec<u8>, control: bool) {
        let Some(leg) = self.stations[&who].leg else { return };
        let at = self.agenda.now().instant.plus(after);
        let (up, _) = self.ways.get_mut(&who).expect("everybody has a line");
        for at in up.carry(&mut self.dice, at, bytes.len()) {
            self.agenda.put_at(at, Letter::Up { leg, bytes: bytes.clone(), control });
        }
    }

    /// Calls the router, posts what it says, and sees to being called again.
    fn route(&mut self, call: impl FnOnce(&mut Router, &mut Outbox)) {
        let now = self.agenda.now().instant;
        let mut out = Outbox::default();
        call(&mut self.router, &mut out);
        let mut burst: BTreeMap<LegId, i64> = BTreeMap::new();
        for (leg, bytes, control) in out.down {
            let Some(who) = self.legs.get(&leg).copied() else { continue };
            if control {
                self.watch.sends_control(now, &bytes);
            } else {
                *burst.entry(leg).or_default() += 1;
                self.watch.sends(leg, who, &self.grants, &bytes);
            }
            let (_, down) = self.ways.get_mut(&who).expect("everybody has a line");
            for at in down.carry(&mut self.dice, now, bytes.len()) {
                self.agenda.put_at(at, Letter::Down { who, bytes: bytes.clone(), control });
            }
        }
        self.watch.seen.see(Measure::Burst, burst.into_values().max().unwrap_or(0));
        for (item, payload) in out.taped {
            self.tape(now, item, &payload);
        }
        for notice in out.notices {
            match notice {
                RouterNotice::TrackLive { track } => self.tell(Event::TrackLive { track }),
                RouterNotice::TrackSilent { track } => self.tell(Event::TrackSilent { track }),
                RouterNotice::Health { participant, health } => {
                    let (up, down) = &self.ways[&participant];
                    let (up, down) = (up.tally, down.tally);
                    self.told.push(Told { who: participant, health, up, down });
                    self.tell(Event::Health { who: participant, health });
                }
                RouterNotice::Slots { participant, slots, .. } => {
                    self.slots.insert(participant, slots);
                }
                RouterNotice::Pictures { .. } | RouterNotice::Speaking { .. } => {}
            }
        }
        let wake = self.router.wake_at();
        if wake < self.tick_at {
            self.tick_at = wake.max(now.plus(Duration::from_micros(200)));
            self.agenda.put_at(self.tick_at, Letter::Tick);
        }
    }

    fn tape(&mut self, now: Instant, mut item: TapeItem, payload: &[u8]) {
        let tape = &mut self.court.tape;
        if let TapeItem::Packet { start, end, .. } = &mut item {
            *start = u32::try_from(tape.bytes.len()).expect("a tape of 20 ms is small");
            tape.bytes.extend_from_slice(payload);
            *end = u32::try_from(tape.bytes.len()).expect("a tape of 20 ms is small");
            if let Some(stamp) = Stamp::of(payload) {
                self.watch.tapes(now, stamp);
            }
        }
        tape.items.push(item);
    }

    fn tell(&mut self, event: Event) {
        let rulings = self.court.tell(self.agenda.now(), event);
        self.obey(rulings);
    }

    fn obey(&mut self, rulings: Vec<Ruling>) {
        let now = self.agenda.now();
        for ruling in rulings {
            match ruling {
                Ruling::Grants(grants) => {
                    self.grants = grants.clone();
                    self.route(|router, out| router.set_grants(now, grants, out));
                }
                Ruling::Drop(who) => {
                    if let Some(leg) = self.stations.get(&who).and_then(|station| station.leg) {
                        self.leg_gone(leg);
                    }
                }
                Ruling::Wake(at) => self.agenda.put_at(at, Letter::Woke),
            }
        }
    }

    fn usher(&mut self) {
        self.agenda.put(USHER_EVERY, Letter::Usher);
        if self.closed_at.is_some() {
            return;
        }
        let online: Vec<_> =
            self.stations.values().filter(|one| one.online).map(|one| one.who).collect();
        let ready = online.iter().all(|who| self.stations[who].leg.is_some());
        let rulings = self.court.usher(self.agenda.now(), &online, ready);
        self.obey(rulings);
        for who in online {
            let alone = self.stations[&who].leg.is_none();
            if alone && self.court.is_inside(who) && self.connecting.insert(who) {
                self.agenda.put(HANDSHAKE, Letter::Connect(who));
            }
        }
    }

    /// A connection of somebody stands at both ends; an older one goes a second later.
    fn connect(&mut self, who: ParticipantId) {
        let now = self.agenda.now();
        if !self.connecting.remove(&who) || !self.court.is_inside(who) {
            return;
        }
        self.next_leg += 1;
        let leg = LegId(self.next_leg);
        let slots = self.court.desk.hearing.slots_for(who);
        let station = self.stations.get_mut(&who).expect("whoever connects has a page");
        station.connection += 1;
        let plan = lines::plan(who, station.connection, leg, slots, &self.plan.ways);
        if let Some(old) = station.leg {
            self.agenda.put(Duration::from_secs(1), Letter::LegGone(old));
        }
        station.connect(now, leg, &plan);
        let seed = self.dice.roll(u32::MAX);
        let (connection, drift) = (station.connection, self.plan.drift.0);
        station.publisher.connect(connection, &self.plan.ways, drift, seed);
        self.legs.insert(leg, who);
        self.route(|router, out| router.leg_up(now, leg, plan, out));
        self.tell(Event::MediaUp { who });
    }

    fn leg_gone(&mut self, leg: LegId) {
        let now = self.agenda.now();
        let Some(who) = self.legs.remove(&leg) else { return };
        self.route(|router, out| router.leg_down(now, leg, out));
        if let Some(station) = self.stations.get_mut(&who).filter(|one| one.leg == Some(leg)) {
            station.leg = None;
            self.tell(Event::MediaDown { who, cause: LinkCause::MediaSilent });
        }
    }

    fn act(&mut self, deed: &Deed) {
        let now = self.agenda.now();
        let who = ParticipantId(deed.whose());
        let Some(station) = self.stations.get_mut(&who) else { return };
        let (up, down) = self.ways.get_mut(&who).expect("everybody has a line");
        match deed {
            Deed::Line(_, one, other) => {
                (up.path, down.path) = (*one, *other);
                (up.cut, down.cut) = (false, false);
                self.mended(who);
            }
            Deed::Cut { up: one, down: other, .. } => (up.cut, down.cut) = (*one, *other),
            Deed::Mend(_) => {
                (up.cut, down.cut) = (false, false);
                self.mended(who);
            }
            Deed::Reconnect(_) => {
                (up.cut, down.cut) = (false, false);
                self.connecting.insert(who);
                self.connect(who);
                self.mended(who);
            }
            Deed::Drop(_, ms) => {
                self.connecting.insert(who);
                self.agenda.put(Duration::from_millis(u64::from(*ms)), Letter::Connect(who));
                if let Some(leg) = station.leg {
                    self.leg_gone(leg);
                }
            }
            Deed::Join(_) => {
                station.online = true;
                self.tell(Event::Joined { who });
            }
            Deed::Ask(_, ask) => {
                let rulings = self.court.ask(now, who, ask.clone());
                self.obey(rulings);
            }
            Deed::Bad(_, bad) => {
                station.vice = bad.map(|bad| Vice::new(bad, self.plan.seed));
            }
            Deed::Camera(_, on) => station.publisher.camera = *on,
            Deed::Screen(_, on) => station.publisher.screen = *on,
            Deed::Clock(_, ms) => station.publisher.clock_us += ms * 1_000,
            Deed::TopLayer(_, layer) => station.publisher.top_layer = *layer,
            Deed::Tiles(_, sizes) => {
                let tile = |(slot, (width, height)): (u8, &(u16, u16))| Tile {
                    purpose: LinePurpose::Seat { slot, medium: Medium::Picture },
                    width: *width,
                    height: *height,
                };
                let tiles: Vec<_> = (0..).zip(*sizes).map(tile).collect();
                self.route(|router, out| router.set_tiles(now, who, &tiles, out));
                self.tiles.insert(who, tiles);
            }
        }
    }

    /// Somebody's line works (again): sound must come back, from them and to them.
    fn mended(&mut self, who: ParticipantId) {
        let now = self.agenda.now().instant;
        for (listener, station) in &mut self.stations {
            for (talker, ear) in &mut station.ears {
                if *listener == who || *talker == who {
                    ear.mended(now);
                }
            }
        }
    }

    /// Whom everybody should hear and see now: whoever is granted, connected and sends.
    fn settle_due(&mut self) {
        let mut due = BTreeSet::new();
        for (listener, tracks) in &self.grants.receive {
            let here = self.stations.get(listener).is_some_and(|one| one.leg.is_some());
            for track in tracks.iter().filter(|_| here && self.closed_at.is_none()) {
                let talker = self.stations.get(&track.participant);
                let sends =
                    talker.is_some_and(|one| one.leg.is_some() && one.publisher.sends(track.kind));
                let shown = self.is_shown(*listener, *track);
                if sends && shown && self.grants.reaches(*track, *listener) {
                    due.insert((*listener, *track));
                }
            }
        }
        if due == self.due {
            return;
        }
        let now = self.agenda.now().instant;
        let before = core::mem::replace(&mut self.due, due);
        for (listener, track) in before.symmetric_difference(&self.due) {
            if let Some(station) = self.stations.get_mut(listener) {
                station.due(*track, self.due.contains(&(*listener, *track)), now);
            }
        }
    }

    /// Whether the listener's page draws a picture; sound always counts.
    fn is_shown(&self, listener: ParticipantId, track: TrackId) -> bool {
        let Some(tiles) = self.tiles.get(&listener).filter(|_| !track.kind.is_sound()) else {
            return true;
        };
        let slots = self.slots.get(&listener).map_or(&[][..], Vec::as_slice);
        let slot = slots.iter().find(|slot| slot.track == track);
        slot.is_some_and(|slot| {
            tiles.iter().any(|tile| tile.purpose == slot.purpose && tile.width > 0)
        })
    }

    fn close(&mut self) {
        let now = self.agenda.now();
        self.closed_at = Some(now.instant);
        self.settle_due();
        let judge = *self.stations.keys().next().expect("somebody is the judge");
        let rulings = self.court.ask(now, judge, Ask::Close);
        self.obey(rulings);
    }

    /// Compares everything seen with the bounds.
    fn outcome(mut self, seed: u64, opened: bool) -> Outcome {
        let plan = self.plan;
        let mut broken = Vec::new();
        if !opened {
            broken.push("the hearing was never opened".to_owned());
        }
        let (findings, on_disk) = self.court.finished();
        let opened_at = self.opened_at.unwrap_or_default();
        let closed_at = self.closed_at.unwrap_or_default();
        let rolled = (opened_at.plus(BORDER), Instant(closed_at.0.saturating_sub(400_000)));
        self.watch.compare(&on_disk, rolled);
        for _ in &findings {
            self.watch.more(Measure::Disk);
        }
        broken.extend(findings.into_iter().map(|what| format!("the record: {what}")));
        let (mut calm, mut hurt) = (self.watch.seen, Figures::NONE);
        for (measure, seen, most) in self.watch.seen.over(&plan.bounds) {
            broken.push(format!("{}: {seen}, at most {most}", measure.name()));
        }
        let mut worst = BTreeMap::new();
        for station in self.stations.values_mut() {
            let listener = station.who;
            for (talker, figures) in station.figures() {
                let suffers = plan.is_hurt(listener) || plan.is_hurt(talker);
                let bounds = if suffers { &plan.hurt_bounds } else { &plan.bounds };
                if suffers { &mut hurt } else { &mut calm }.merge(&figures);
                for (measure, seen, most) in figures.over(bounds) {
                    let entry =
                        worst.entry((suffers, measure)).or_insert((0, most, 0, listener, talker));
                    entry.2 += 1;
                    if seen > entry.0 {
                        (entry.0, entry.3, entry.4) = (seen, listener, talker);
                    }
                }
            }
        }
        for ((_, measure), (seen, most, pairs, listener, talker)) in worst {
            let name = measure.name();
            broken.push(format!(
                "{name}: {seen}, at most {most} ({talker} at {listener}; {pairs} pairs)"
            ));
        }
        let hurt = (!plan.hurt.is_empty()).then_some(hurt);
        let (people, seconds) = (plan.roles.len(), plan.seconds);
        Outcome { name: plan.name, about: plan.about, seed, people, seconds, calm, hurt, broken }
    }
}
