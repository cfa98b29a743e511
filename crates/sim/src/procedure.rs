//! Random stories, lawful and unlawful, played by the hearing and by the reference at once.
//! What is not here: media and disks; the whole house is `house.rs`.

mod checks;
mod story;

use std::collections::{BTreeMap, BTreeSet};

use hearing::{Docket, Durable, Effect, Event, Hearing};
use model::{
    Ask, Grants, Instant, Minute, Now, ParticipantId, Place, Role, Stage, Timestamp, TrackId,
    TrackKind,
};

use crate::dice::Dice;
use crate::reference::Reference;

pub(crate) use story::{any_ask, docket};

/// What a story reached, so that a driver can see that it was not empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tale {
    /// Events played.
    pub events: u32,
    /// Requests granted.
    pub granted: u32,
    /// Requests refused.
    pub refused: u32,
    /// Whether the hearing was opened.
    pub opened: bool,
    /// Whether it was closed.
    pub closed: bool,
    /// Times the process died and the hearing was rebuilt.
    pub crashes: u32,
}

/// Plays one story of at most `moves` moves, or until the dice are used up.
///
/// # Errors
/// The first thing that is wrong, with the last events that led to it.
pub fn check(dice: &mut Dice, moves: u32) -> Result<Tale, String> {
    let mut play = Play::new(docket(dice));
    let told = play.story(dice, moves).and_then(|()| play.end());
    told.map_err(|wrong| {
        let from = play.past.len().saturating_sub(40);
        format!("{wrong}\nafter:\n  {}", play.past[from..].join("\n  "))
    })?;
    Ok(play.tale)
}

/// The hearing and the reference side by side.
#[derive(Debug)]
struct Play {
    hearing: Hearing,
    reference: Reference,
    docket: Docket,
    minutes: Vec<Minute>,
    now: Now,
    /// When the hearing last had an event.
    looked: Instant,
    wake_at: Option<Instant>,
    request: u32,
    /// Requests not answered yet: only an opening may wait.
    unanswered: BTreeSet<(ParticipantId, u32)>,
    past: Vec<String>,
    tale: Tale,
    stopped: bool,
}

/// What was true before an event.
#[derive(Debug)]
struct Before {
    durable: Durable,
    epoch: u64,
    grants: Grants,
    may_ask: BTreeMap<ParticipantId, Vec<String>>,
}

impl Play {
    fn new(docket: Docket) -> Self {
        let now = Now { instant: Instant(1), utc: Timestamp(1_772_413_200_000) };
        Self {
            hearing: Hearing::new(now, docket.clone()),
            reference: Reference::new(&docket.attendees),
            docket,
            minutes: Vec::new(),
            now,
            looked: now.instant,
            wake_at: None,
            request: 0,
            unanswered: BTreeSet::new(),
            past: Vec::new(),
            tale: Tale::default(),
            stopped: false,
        }
    }

    /// Lets something happen to both and compares.
    fn step(&mut self, event: Event) -> Result<(), String> {
        self.past.push(format!("{:>12} {event:?}", self.now.instant.0));
        let before = self.before(&event);
        let mut effects = Vec::new();
        self.hearing.handle(self.now, event.clone(), &mut effects);
        self.looked = self.now.instant;
        let lawful = self.reference.step(self.now.instant, &event);
        self.tale.events += 1;
        if event == Event::Stop {
            self.stopped = true;
        }
        self.check_effects(&before, &effects)?;
        self.check_answers(&before, &event, &effects, lawful)?;
        self.check_media()?;
        self.check_state(&before)?;
        if self.tale.events.is_multiple_of(8) {
            self.check_replay()?;
            self.check_views()?;
        }
        self.tale.opened |= self.hearing.stage() == Stage::InSession;
        self.tale.closed |= self.hearing.stage() == Stage::Closed;
        Ok(())
    }

    fn before(&self, event: &Event) -> Before {
        let mut may_ask = BTreeMap::new();
        if let Event::Asked { who, .. } = event
            && let Some(view) = self.hearing.view(*who, self.now, 1)
        {
            may_ask.insert(*who, view.me.may_ask);
        }
        Before {
            durable: self.hearing.durable().clone(),
            epoch: self.hearing.grants().epoch,
            grants: self.hearing.grants().clone(),
            may_ask,
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
        while let Some(at) = self.wake_at.filter(|at| *at <= end) {
            self.wake_at = None;
            self.now = self.now.plus(at.since(self.now.instant));
            self.step(Event::Woke)?;
        }
        self.now = self.now.plus(end.since(self.now.instant));
        Ok(())
    }

    /// The process dies; a new one has the minutes alone.
    fn crash(&mut self) -> Result<(), String> {
        self.check_replay()?;
        let epoch = self.hearing.grants().epoch;
        self.hearing = Hearing::rebuild(self.now, self.docket.clone(), &self.minutes);
        if self.hearing.grants().epoch < epoch {
            return Err("a rebuilt hearing's table is older than the crashed one's".to_owned());
        }
        self.unanswered.clear();
        self.wake_at = None;
        self.stopped = false;
        self.tale.crashes += 1;
        self.step(Event::Restarted)
    }

    /// After a last wait nothing may be left open.
    fn end(&mut self) -> Result<(), String> {
        self.wait(10_000_000)?;
        self.check_replay()?;
        self.check_views()?;
        if self.unanswered.is_empty() {
            Ok(())
        } else {
            Err(format!("requests without an answer: {:?}", self.unanswered))
        }
    }

    /// Everybody on the docket of whom `wanted` holds.
    fn people(&self, wanted: impl Fn(Role) -> bool) -> Vec<ParticipantId> {
        let people = self.docket.attendees.iter().filter(|person| wanted(person.role));
        people.map(|person| person.id).collect()
    }

    fn place(&self, who: ParticipantId) -> Option<Place> {
        self.hearing.durable().seats.get(&who).map(|seat| seat.place)
    }

    /// Every track anybody could ever send.
    fn tracks(&self) -> impl Iterator<Item = TrackId> {
        self.docket.attendees.iter().flat_map(|person| {
            TrackKind::ALL.into_iter().map(move |kind| TrackId::new(person.id, kind))
        })
    }

    fn note(&mut self, effects: &[Effect]) {
        for effect in effects {
            if let Effect::Minute(minute) = effect {
                self.minutes.push(minute.clone());
            } else if let Effect::WakeAt { at } = effect {
                self.wake_at = Some(*at);
            }
        }
    }
}
