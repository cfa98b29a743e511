//! Random sittings of every kind, with the whole vocabulary, played by the hearing and by the law
//! at once. What is not here: asks (`asks.rs`) and what must hold after each of them (`checks.rs`).

mod asks;
mod checks;
mod people;

use std::collections::{BTreeMap, BTreeSet};

use hearing::{Docket, Effect, Event, Hearing};
use model::stage::LinkCause;
use model::{
    Actor, Ask, ClockReading, DeliberationEntry, Discipline, Health, Instant, Kind, Minute, Now,
    ParticipantId, Phase, PresenceChecks, RecordFault, Stage, Timestamp, TrackId, TrackKind,
};

use crate::dice::Dice;
use crate::law::Law;

pub use asks::every_ask;

/// What sittings reached, so that a driver can see that they were not empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// How often each ask was granted and refused, by its wire name.
    pub asks: BTreeMap<String, (u32, u32)>,
    /// Stages that were reached, by their wire name; a recess by its ground.
    pub stages: BTreeSet<String>,
    /// Phases that were entered.
    pub phases: BTreeSet<Phase>,
    /// Kinds that were opened.
    pub kinds: BTreeSet<Kind>,
    /// What else came to pass.
    pub marks: BTreeSet<&'static str>,
    /// Times the process died and the hearing was rebuilt.
    pub crashes: u32,
}

/// Plays one sitting of at most `moves` moves, or until the dice are used up, and notes in `reach`
/// what it came to.
///
/// # Errors
/// The first thing that is wrong, with the last events that led to it.
pub fn check(dice: &mut Dice, moves: u32, reach: &mut Reach) -> Result<(), String> {
    let mut play = Play::new(people::docket(dice), reach);
    let told = play.story(dice, moves);
    told.map_err(|wrong| {
        let from = play.past.len().saturating_sub(30);
        let docket: Vec<_> = play.docket.attendees.iter().map(|p| (p.id, p.role)).collect();
        let brief = &play.docket.brief;
        format!("{wrong}\n{brief:?}\n{docket:?}\nafter:\n  {}", play.past[from..].join("\n  "))
    })
}

/// How often a hearing may wake in one wait.
const WAKES_MAX: u32 = 1_000;

/// What has its occasion seldom, and is done mostly when it has.
const RARE: [&str; 23] = [
    "record_deliberation",
    "sign",
    "refuse_signing",
    "read_back",
    "write_sheet",
    "testify",
    "sign_guarantee",
    "note_guarantee_refused",
    "call_roll",
    "confirm_presence",
    "caucus",
    "answer_consultation",
    "lock_chamber",
    "clear_drawing",
    "draw",
    "allow_drawing",
    "turn_page",
    "play_evidence",
    "set_record_mode",
    "readmit",
    "interpret",
    "confront",
    "deliberate",
];

/// A look at the clock, which is wrong now and then.
fn clock(dice: &mut Dice) -> Event {
    let offset_ms = dice.pick(&[None, Some(3), Some(-12), Some(900)]).copied().flatten();
    Event::Clock {
        reading: ClockReading { source: "ntp.example".to_owned(), offset_ms, limit_ms: 500 },
    }
}

/// The court's text of the discipline.
fn discipline(number: u32) -> Event {
    let version = format!("v{number}");
    Event::Discipline { discipline: Some(Discipline { version, text: "be quiet".to_owned() }) }
}

/// Sites of a lecture are asked every few seconds, at moments of chance.
const fn checks() -> Event {
    let checks = PresenceChecks { first: (1, 3), every: (40, 90), answer: 2 };
    Event::PresenceChecks { checks: Some(checks), chance: 7 }
}

/// The hearing and the law side by side.
#[derive(Debug)]
struct Play<'a> {
    hearing: Hearing,
    law: Law,
    docket: Docket,
    minutes: Vec<Minute>,
    /// The record of the deliberation, kept apart.
    entries: Vec<DeliberationEntry>,
    now: Now,
    wake_at: Option<Instant>,
    request: u32,
    unanswered: BTreeSet<(ParticipantId, u32)>,
    rolling: bool,
    told: u32,
    past: Vec<String>,
    reach: &'a mut Reach,
}

impl<'a> Play<'a> {
    fn new(docket: Docket, reach: &'a mut Reach) -> Self {
        let now = Now { instant: Instant(1), utc: Timestamp(1_772_413_200_000) };
        Self {
            hearing: Hearing::new(now, docket.clone()),
            law: Law::new(&docket),
            docket,
            minutes: Vec::new(),
            entries: Vec::new(),
            now,
            wake_at: None,
            request: 0,
            unanswered: BTreeSet::new(),
            rolling: false,
            told: 0,
            past: Vec::new(),
            reach,
        }
    }

    fn story(&mut self, dice: &mut Dice, moves: u32) -> Result<(), String> {
        let depth = if dice.chance(300) { dice.roll(8) } else { 5 + dice.roll(3) };
        self.beginning(depth)?;
        for _ in 0..moves {
            if dice.is_over() || self.hearing.stage() == Stage::Closed && dice.chance(200) {
                break;
            }
            self.step_by(dice)?;
        }
        self.wait(10_000_000)?;
        self.check_replay()?;
        self.check_views()?;
        if self.unanswered.is_empty() { Ok(()) } else { Err("an ask has no answer".to_owned()) }
    }

    /// The usual way to an open sitting, as far as `depth` goes.
    fn beginning(&mut self, depth: u32) -> Result<(), String> {
        let leader = self.leader();
        if depth == 0 {
            return Ok(());
        }
        self.step(discipline(1))?;
        self.step(checks())?;
        self.step(Event::Joined { who: leader })?;
        self.ask(leader, Ask::OpenCheckIn)?;
        self.step(Event::LedgerOpened)?;
        self.step(Event::Evidence { items: people::evidence() })?;
        for who in self.everybody() {
            self.arrive(who)?;
        }
        let version = self.law.version.clone();
        for ask in asks::preparations(&self.docket, leader, depth, &version) {
            self.ask(ask.0, ask.1)?;
        }
        if depth > 3 {
            self.open(leader)?;
        }
        Ok(())
    }

    fn open(&mut self, leader: ParticipantId) -> Result<(), String> {
        self.ask(leader, Ask::Open)?;
        for kind in [TrackKind::Camera, TrackKind::Microphone] {
            self.step(Event::FirstFrames { track: TrackId::new(leader, kind) })?;
        }
        Ok(())
    }

    fn arrive(&mut self, who: ParticipantId) -> Result<(), String> {
        if self.law.people.get(&who).is_none_or(|figure| figure.in_court) {
            return Ok(());
        }
        self.step(Event::Joined { who })?;
        self.step(Event::MediaUp { who })?;
        self.step(Event::TrackLive { track: TrackId::new(who, TrackKind::Microphone) })?;
        self.step(Event::TrackLive { track: TrackId::new(who, TrackKind::Camera) })
    }

    fn step_by(&mut self, dice: &mut Dice) -> Result<(), String> {
        let everybody = self.everybody();
        let who = dice.pick(&everybody).copied().unwrap_or(ParticipantId(1));
        let leader = self.leader();
        match dice.weighted(&[40, 14, 60, 10, 16, 3, 2, 2, 3, 4, 8, 2, 2, 2, 1, 2, 1]) {
            0 => {
                let ask = self.offered(leader, dice);
                self.ask(leader, ask)
            }
            1 => self.next_step(leader, dice),
            2 => {
                let ask = self.offered(who, dice);
                self.ask(who, ask)
            }
            3 => {
                let ask = asks::any(&self.law, dice);
                self.ask(who, ask)
            }
            4 => {
                let gone = |who: &ParticipantId| self.law.people.get(who).is_some_and(|f| !f.page);
                let gone: Vec<_> = everybody.iter().copied().filter(gone).collect();
                self.arrive(dice.pick(&gone).copied().unwrap_or(who))
            }
            5 => self.step(Event::Parted { who, cause: LinkCause::SocketLost }),
            6 => self.step(Event::MediaDown { who, cause: LinkCause::MediaSilent }),
            7 => self.step(Event::TrackSilent { track: TrackId::new(who, TrackKind::Microphone) }),
            8 => self.step(Event::FirstFrames { track: TrackId::new(who, TrackKind::Microphone) }),
            9 => {
                let fault = [RecordFault::DiskFull, RecordFault::NoFrames, RecordFault::Silent];
                let fault = dice.pick(&fault).copied().unwrap_or(RecordFault::Silent);
                let event = if dice.chance(600) {
                    Event::RecordMended
                } else {
                    Event::RecordFault { fault }
                };
                self.step(event)
            }
            10 => {
                let waits = [150_000, 1_100_000, 11_000_000, 61_000_000, 15_000_000_000];
                let wait = waits[dice.weighted(&[40, 40, 20, 10, 1])];
                self.wait(wait)
            }
            16 => self.step(clock(dice)),
            11 => self.step(Event::Evidence { items: people::evidence() }),
            12 => {
                let packets_down = u64::from(dice.roll(2));
                let speech_ms = u64::from(dice.roll(200_000));
                let health = Health { packets_down, speech_ms, ..Health::default() };
                self.step(Event::Health { who, health })
            }
            13 => {
                // Somebody sets the wall clock.
                let hour = 3_600_000;
                self.now.utc.0 += if dice.chance(500) { hour } else { -hour };
                self.step(Event::Woke)
            }
            // The court's configuration has another text after a restart.
            14 => self.step(discipline(1 + dice.roll(2))),
            _ => self.crash(),
        }
    }

    /// What the leader's one button would do, or a beginning where there is none.
    fn next_step(&mut self, leader: ParticipantId, dice: &mut Dice) -> Result<(), String> {
        let view = self.hearing.view(leader, self.now, 1).ok_or("the leader has no view")?;
        let Some(next) = view.procedure.next else { return Ok(()) };
        if next == "open" {
            return self.open(leader);
        }
        if next == "resume" && dice.chance(600) {
            let ask = self.offered(leader, dice);
            return self.ask(leader, ask);
        }
        if next == "enter_phase" {
            let phase =
                view.procedure.phases.iter().position(|s| Some(s.phase) == view.procedure.phase);
            let after = phase.map_or(0, |place| place + 1);
            if let Some(step) = view.procedure.phases.get(after) {
                let reason = model::Private::default();
                return self.ask(leader, Ask::EnterPhase { phase: step.phase, reason });
            }
        }
        if next == "close" && dice.chance(800) {
            return Ok(());
        }
        let ask = asks::named(&next, &self.law, dice);
        self.ask(leader, ask)
    }

    /// Something somebody's page offers.
    fn offered(&self, who: ParticipantId, dice: &mut Dice) -> Ask {
        let view = self.hearing.view(who, self.now, 1);
        let mut names = view.map(|view| view.me.may_ask).unwrap_or_default();
        // Endings are rare, or nothing else would be reached; what everybody may always do, too.
        let ends = |name: &str| matches!(name, "close" | "adjourn" | "go_offline");
        let dull = |name: &str| {
            matches!(name, "consent" | "hand" | "devices" | "listen" | "note" | "challenge")
        };
        if !dice.chance(60) {
            names.retain(|name| !ends(name));
        }
        if dice.chance(600) && names.iter().any(|name| !dull(name)) {
            names.retain(|name| !dull(name));
        }
        let rare: Vec<_> = names.iter().filter(|name| RARE.contains(&name.as_str())).collect();
        if !rare.is_empty() && dice.chance(400) {
            let name = dice.pick(&rare).map(|name| name.as_str());
            return asks::named(name.unwrap_or("note"), &self.law, dice);
        }
        match dice.pick(&names) {
            Some(name) => asks::named(name, &self.law, dice),
            None => asks::any(&self.law, dice),
        }
    }

    fn ask(&mut self, who: ParticipantId, ask: Ask) -> Result<(), String> {
        self.request += 1;
        self.unanswered.insert((who, self.request));
        self.step(Event::Asked { who, request: self.request, ask })
    }

    /// Lets time pass, waking the hearing when it asked for it.
    fn wait(&mut self, micros: u64) -> Result<(), String> {
        let end = Instant(self.now.instant.0 + micros);
        let mut wakes = 0;
        while let Some(at) = self.wake_at.filter(|at| *at <= end) {
            self.wake_at = None;
            self.now = self.now.plus(at.since(self.now.instant));
            self.step(Event::Woke)?;
            wakes += 1;
            if wakes > WAKES_MAX {
                return Err("the hearing wakes again and again".to_owned());
            }
        }
        self.now = self.now.plus(end.since(self.now.instant));
        Ok(())
    }

    /// The process dies; a new one has the minutes alone.
    fn crash(&mut self) -> Result<(), String> {
        self.check_replay()?;
        self.hearing = Hearing::rebuild(self.now, self.docket.clone(), &self.minutes);
        self.unanswered.clear();
        self.wake_at = None;
        self.reach.crashes += 1;
        self.step(Event::Restarted)?;
        let entries = self.entries.clone();
        self.step(Event::Deliberated { entries })?;
        self.step(checks())?;
        if self.hearing.stage() != Stage::Scheduled {
            self.step(Event::Evidence { items: people::evidence() })?;
        }
        Ok(())
    }

    /// Lets something happen to both and compares.
    fn step(&mut self, event: Event) -> Result<(), String> {
        self.past.push(format!("{:>12} {event:?}", self.now.instant.0));
        let may = self.expectation(&event);
        let mut effects = Vec::new();
        self.hearing.handle(self.now, event.clone(), &mut effects);
        for effect in &effects {
            self.note(effect);
        }
        self.law.happened(&event);
        let granted = self.answered(&event, &effects, may)?;
        if let Event::Asked { who, ask, .. } = &event
            && granted
        {
            self.law.done(self.now.instant, *who, ask);
        }
        for effect in &effects {
            if let Effect::Minute(minute) = effect
                && minute.by == Actor::Server
            {
                self.law.observe(minute);
            }
        }
        self.compare(&effects)
    }

    fn note(&mut self, effect: &Effect) {
        if let Effect::Minute(minute) = effect {
            self.minutes.push(minute.clone());
        } else if let Effect::Deliberated(entry) = effect {
            self.entries.push(entry.clone());
        } else if let Effect::WakeAt { at } = effect {
            self.wake_at = Some(*at);
        } else if let Effect::Roll { rolling } = effect {
            self.rolling = *rolling;
        }
    }

    fn everybody(&self) -> Vec<ParticipantId> {
        self.docket.attendees.iter().map(|person| person.id).collect()
    }

    fn leader(&self) -> ParticipantId {
        let kind = self.docket.brief.kind;
        let leads = self.docket.attendees.iter().find(|person| person.role.leads(kind));
        leads.map_or(ParticipantId(1), |person| person.id)
    }
}
