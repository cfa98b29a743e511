//! The people of a script and the hearing they play in.
//! What is not here: how acts are written and told.

use core::time::Duration;

use hearing::{Docket, Effect, Event, Hearing};
use model::archive::Attendee;
use model::view::Heading;
use model::{
    Ask, Brief, HearingId, Instant, Minute, Now, ParticipantId, Private, Role, Stage, Timestamp,
    TrackId, TrackKind,
};
use serde::Deserialize;
use serde::de::value::{Error, StrDeserializer};

use super::act::{Act, Beginning};
use super::tell;

/// Time between two acts.
const BEAT: Duration = Duration::from_millis(100);
/// 2026-03-02 01:00:00 UTC.
const MORNING: Timestamp = Timestamp(1_772_413_200_000);

/// Who plays, and how far the play has come.
#[derive(Debug)]
pub(super) struct Cast {
    pub(super) names: Vec<String>,
    pub(super) hearing: Hearing,
    pub(super) now: Now,
    minutes: Vec<Minute>,
    request: u32,
    wake_at: Option<Instant>,
}

impl Default for Cast {
    fn default() -> Self {
        Self::of(Vec::new(), Vec::new())
    }
}

impl Cast {
    /// Reads the `seats` line.
    pub(super) fn seated(line: &str) -> Result<Self, String> {
        let mut names = Vec::new();
        let mut attendees = Vec::new();
        for (number, pair) in (1..).zip(line.split_whitespace().skip(1)) {
            let (name, role) = pair.split_once('=').ok_or("a seat is name=role")?;
            let role = Role::deserialize(StrDeserializer::<Error>::new(role))
                .map_err(|_| format!("no such role: {role}"))?;
            let id = ParticipantId(number);
            attendees.push(Attendee::new(id, role, Private::from(name)));
            names.push(name.to_owned());
        }
        Ok(Self::of(names, attendees))
    }

    fn of(names: Vec<String>, attendees: Vec<Attendee>) -> Self {
        let heading = Heading {
            court: "People's Court of the script".to_owned(),
            case_number: Private::from("(2026) 1"),
            cause: Private::from("none"),
            scheduled_at: MORNING,
        };
        let now = Now { instant: Instant(1_000_000), utc: MORNING };
        let docket = Docket { hearing: HearingId(1), heading, brief: Brief::default(), attendees };
        Self {
            names,
            hearing: Hearing::new(now, docket),
            now,
            minutes: Vec::new(),
            request: 0,
            wake_at: None,
        }
    }

    /// The person of a name.
    pub(super) fn id(&self, name: &str) -> Result<ParticipantId, String> {
        if name == "stranger" {
            return Ok(ParticipantId(9_999));
        }
        let place = self.names.iter().position(|known| known == name);
        let place = place.ok_or_else(|| format!("nobody is called {name}"))?;
        u32::try_from(place + 1).map(ParticipantId).map_err(|_| "too many people".to_owned())
    }

    /// The name of a person.
    pub(super) fn name(&self, who: ParticipantId) -> &str {
        let place = usize::try_from(who.0).unwrap_or(usize::MAX).wrapping_sub(1);
        self.names.get(place).map_or("stranger", String::as_str)
    }

    /// Plays one act and tells what followed.
    pub(super) fn play(&mut self, act: &Act) -> Vec<String> {
        let stage = self.hearing.stage();
        self.now = self.now.plus(BEAT);
        let effects = match act {
            Act::Event(event) => self.happen(event.clone()),
            Act::Ask(who, ask) => self.ask(*who, ask.clone()),
            Act::Arrives(who) => self.arrive(*who),
            Act::Sends(who) => self.send(*who),
            Act::Wait(time) => self.wait(*time),
            Act::Crash => self.crash(),
            Act::Given(beginning) => {
                self.begin(*beginning);
                return Vec::new();
            }
            Act::Flood(times, act) => return self.flood(*times, act),
        };
        tell::effects(self, stage, &effects)
    }

    fn happen(&mut self, event: Event) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.hearing.handle(self.now, event, &mut effects);
        for effect in &effects {
            if let Effect::Minute(minute) = effect {
                self.minutes.push(minute.clone());
            }
            if let Effect::WakeAt { at } = effect {
                self.wake_at = Some(*at);
            }
        }
        effects
    }

    fn ask(&mut self, who: ParticipantId, ask: Ask) -> Vec<Effect> {
        self.request += 1;
        self.happen(Event::Asked { who, request: self.request, ask })
    }

    fn arrive(&mut self, who: ParticipantId) -> Vec<Effect> {
        let mut effects = self.happen(Event::Joined { who });
        effects.extend(self.send(who));
        effects
    }

    /// Media of somebody comes up, with the tracks they may publish at once.
    fn send(&mut self, who: ParticipantId) -> Vec<Effect> {
        let mut effects = self.happen(Event::MediaUp { who });
        for kind in [TrackKind::Microphone, TrackKind::Camera] {
            let track = TrackId::new(who, kind);
            if self.hearing.grants().publish.contains(&track) {
                effects.extend(self.happen(Event::TrackLive { track }));
            }
        }
        effects
    }

    /// Lets time pass, waking the hearing whenever it asked for it.
    fn wait(&mut self, time: Duration) -> Vec<Effect> {
        let end = self.now.plus(time);
        let mut effects = Vec::new();
        while let Some(at) = self.wake_at.filter(|at| *at <= end.instant) {
            self.wake_at = None;
            self.now = self.now.plus(at.since(self.now.instant));
            effects.extend(self.happen(Event::Woke));
        }
        self.now = self.now.plus(end.instant.since(self.now.instant));
        effects
    }

    /// The process dies; a new one rebuilds the hearing from its minutes alone.
    fn crash(&mut self) -> Vec<Effect> {
        let docket = self.hearing.docket().clone();
        self.hearing = Hearing::rebuild(self.now, docket, &self.minutes);
        self.wake_at = None;
        self.happen(Event::Restarted)
    }

    fn flood(&mut self, times: u32, act: &Act) -> Vec<String> {
        let before = self.minutes.len();
        let mut last = Vec::new();
        for _ in 0..times {
            last = self.play(act);
        }
        let written = self.minutes.len() - before;
        last.retain(|effect| !effect.starts_with("minute"));
        last.push(format!("{written} minutes in all"));
        last
    }

    fn begin(&mut self, beginning: Beginning) {
        let people: Vec<_> = self.hearing.docket().attendees.clone();
        let of = |wanted: fn(Role) -> bool| {
            people.iter().filter(move |person| wanted(person.role)).map(|person| person.id)
        };
        let Some(judge) = of(|role| role == Role::PresidingJudge).next() else { return };
        self.happen(Event::Joined { who: judge });
        self.ask(judge, Ask::OpenCheckIn);
        self.happen(Event::LedgerOpened);
        for person in &people {
            self.arrive(person.id);
        }
        for who in of(|role| !role.is_court()) {
            let ask = Ask::CheckIn {
                discipline: true,
                others_present: Private::default(),
                camera: true,
                microphone: true,
                faults: Vec::new(),
            };
            self.ask(who, ask);
        }
        if beginning >= Beginning::Admitted {
            for who in of(|role| !role.is_court() && role != Role::Witness) {
                self.ask(judge, Ask::Admit { who });
                self.send(who);
            }
        }
        if beginning == Beginning::InSession {
            self.ask(judge, Ask::Open);
            for kind in [TrackKind::Microphone, TrackKind::Camera] {
                self.happen(Event::FirstFrames { track: TrackId::new(judge, kind) });
            }
            assert_eq!(self.hearing.stage(), Stage::InSession, "the usual beginning opens");
        }
    }
}
