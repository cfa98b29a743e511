//! Leads a real hearing and the law's own world side by side through the same acts.
//! What is not here: what the law says of them.

use std::collections::{BTreeMap, BTreeSet};

use hearing::{Docket, Effect, Event, Hearing};
use model::archive::Attendee;
use model::view::Heading;
use model::{
    Ask, Attendance, Brief, Check, Course, Ground, HearingId, IdentityMethod, Instant, Kind,
    Minute, Now, ParticipantId, Phase, Power, Private, RecordMode, Role, Shield, Side, Stage, Step,
    Timestamp, TrackId, TrackKind,
};

use crate::law::{Figure, Situation, World};
use crate::lines::Lines;

/// How many packets everybody sends of each kind in each situation.
const TIMES: usize = 3;

/// A hearing and what the law knows of it.
#[derive(Debug)]
pub(crate) struct Sitting {
    hearing: Hearing,
    world: World,
    names: Vec<&'static str>,
    lines: Lines,
    minutes: Vec<Minute>,
    now: Now,
    request: u32,
}

/// A seat and what the law knows of it: `(name, role, for whom, column)`.
type Line = (&'static str, Role, Option<&'static str>, &'static str);

fn cast(kind: Kind) -> Vec<Line> {
    if kind == Kind::Lecture {
        return vec![
            ("judge", Role::Lecturer, None, "judge"),
            ("kim", Role::Clerk, None, "clerk"),
            ("site", Role::Learner, None, "watch"),
            ("site2", Role::Learner, None, "watch"),
        ];
    }
    if kind == Kind::Call {
        return vec![
            ("judge", Role::PresidingJudge, None, "judge"),
            ("anna", Role::Visitor, None, "free"),
            ("helper", Role::Attendant, Some("anna"), "free"),
        ];
    }
    let mediation = kind == Kind::Mediation;
    let leader = if mediation { Role::ChairMediator } else { Role::PresidingJudge };
    let second = if mediation { Role::Mediator } else { Role::Judge };
    vec![
        ("judge", leader, None, if mediation { "staff" } else { "judge" }),
        ("judge2", second, None, if mediation { "staff" } else { "judge" }),
        ("kim", Role::Clerk, None, "clerk"),
        ("guard", Role::Bailiff, None, "guard"),
        ("adviser", Role::Adviser, None, "guest"),
        ("anna", Role::Plaintiff, None, "side"),
        ("lawyer", Role::Agent, Some("anna"), "side"),
        ("bo", Role::Defendant, None, "side"),
        ("agent", Role::Agent, Some("bo"), "side"),
        ("third", Role::ThirdParty, None, "side"),
        ("tao", Role::Interpreter, Some("bo"), "side"),
        ("ling", Role::Interpreter, None, "free"),
        ("helper", Role::Attendant, Some("bo"), "side"),
        ("wen", Role::Witness, None, "called"),
        ("xu", Role::Witness, None, "called"),
        ("appraiser", Role::Appraiser, None, "called"),
        ("pub", Role::Gallery, None, "watch"),
        ("press", Role::Media, None, "watch"),
    ]
}

fn figure(cast: &[Line], line: &Line, kind: Kind) -> Figure {
    let (name, role, acts_for, column) = *line;
    let side_of = |name| match name {
        "anna" | "lawyer" => Some(Side::Plaintiff),
        "bo" | "agent" | "tao" | "helper" => Some(Side::Defendant),
        "third" => Some(Side::ThirdParty),
        _ => None,
    };
    assert!(acts_for.is_none_or(|whom| cast.iter().any(|other| other.0 == whom)), "{name}");
    let leads = name == "judge";
    Figure {
        column,
        side: if kind == Kind::Call { None } else { side_of(name) },
        acts_for,
        mute: matches!(name, "pub" | "press"),
        no_screen: false,
        screen: matches!(name, "judge" | "judge2" | "kim" | "guard" | "adviser"),
        by_floor: matches!(name, "helper" | "site" | "site2"),
        bench: leads || (name == "judge2" && role == Role::Judge),
        interprets: matches!(name, "tao" | "ling"),
        in_court: name == "third",
        helps: name == "helper",
    }
}

impl Sitting {
    /// A sitting on the docket.
    pub(crate) fn new(kind: Kind) -> Self {
        let cast = cast(kind);
        let id = |name: &str| {
            let place = cast.iter().position(|line| line.0 == name).expect("of the cast");
            ParticipantId(u32::try_from(place + 1).expect("a small cast"))
        };
        let attendees: Vec<_> = cast
            .iter()
            .map(|(name, role, acts_for, _)| {
                let mut person = Attendee::new(id(name), *role, Private::from(*name));
                person.acts_for = acts_for.map(id);
                person.power = (*role == Role::Agent).then_some(Power::Special);
                person.consents = Step::ALL.to_vec();
                if *name == "third" {
                    person.attendance = Attendance::InCourt;
                }
                person
            })
            .collect();
        let people = cast.iter().map(|line| (line.0, figure(&cast, line, kind))).collect();
        let world = World {
            people,
            inside: BTreeSet::new(),
            situation: Situation::Scheduled,
            recorded: kind.is_recorded(),
            recorded_by_law: kind.is_recorded(),
            caucus: None,
            consultations: Vec::new(),
            strict: false,
            floor: None,
            locked: BTreeSet::new(),
            shields: BTreeMap::new(),
            beside: BTreeSet::new(),
            listens: BTreeMap::new(),
            testimony: false,
            looked_at: None,
        };
        let heading = Heading {
            court: "a court".to_owned(),
            case_number: Private::from("1"),
            cause: Private::from("none"),
            scheduled_at: Timestamp(0),
        };
        let course = Course { panel: true, ..Course::default() };
        let brief = Brief { kind, course, ..Brief::default() };
        let now = Now { instant: Instant(1_000_000), utc: Timestamp(1_772_413_200_000) };
        let ids: Vec<_> = attendees.iter().map(|person| person.id).collect();
        let docket = Docket { hearing: HearingId(1), heading, brief, attendees };
        Self {
            hearing: Hearing::new(now, docket),
            world,
            names: cast.iter().map(|line| line.0).collect(),
            lines: Lines::new(&ids),
            minutes: Vec::new(),
            now,
            request: 0,
        }
    }

    /// An ordinary sitting that was opened.
    pub(crate) fn in_session(kind: Kind) -> Self {
        let mut sitting = Self::new(kind);
        sitting.check_in();
        sitting.read_discipline();
        sitting.announce();
        sitting.confirm();
        sitting
    }

    /// A mediation that was opened.
    pub(crate) fn mediation(mode: RecordMode) -> Self {
        let mut sitting = Self::new(Kind::Mediation);
        sitting.check_in();
        for check in Check::ALL {
            sitting.must("judge", Ask::Tick { check, note: Private::default() });
        }
        if mode == RecordMode::Recording {
            sitting.must("judge", Ask::SetRecordMode { mode });
            sitting.world.recorded = true;
        }
        sitting.announce();
        sitting.confirm();
        sitting
    }

    fn id(&self, name: &str) -> ParticipantId {
        let place = self.names.iter().position(|known| *known == name).expect("of the cast");
        ParticipantId(u32::try_from(place + 1).expect("a small cast"))
    }

    fn event(&mut self, event: Event) -> Vec<Effect> {
        self.now = self.now.plus(core::time::Duration::from_millis(100));
        let mut effects = Vec::new();
        self.hearing.handle(self.now, event, &mut effects);
        for effect in &effects {
            if let Effect::Minute(minute) = effect {
                self.minutes.push(minute.clone());
            }
        }
        effects
    }

    fn must(&mut self, who: &str, ask: Ask) {
        self.request += 1;
        let (who, request) = (self.id(who), self.request);
        let told = format!("{who:?} {ask:?}");
        let effects = self.event(Event::Asked { who, request, ask });
        let refused = effects.iter().any(|effect| matches!(effect, Effect::Refused { .. }));
        assert!(!refused, "{told}: {effects:?}");
    }

    /// Everybody comes, checks in, and is admitted, called people aside.
    pub(crate) fn check_in(&mut self) {
        let judge = self.id("judge");
        self.event(Event::Joined { who: judge });
        // A call opens its door itself.
        if self.hearing.stage() == Stage::Scheduled {
            self.must("judge", Ask::OpenCheckIn);
        }
        self.event(Event::LedgerOpened);
        for name in self.names.clone() {
            let who = self.id(name);
            if self.world.people[name].in_court {
                continue;
            }
            self.event(Event::Joined { who });
            self.event(Event::MediaUp { who });
            self.event(Event::TrackLive { track: TrackId::new(who, TrackKind::Microphone) });
            let staff = ["judge", "staff", "clerk", "guard", "guest"];
            // Who rang is in the call at once.
            let inside = self.hearing.durable().seats[&who].place == model::Place::InHearing;
            if !inside && !staff.contains(&self.world.people[name].column) {
                let ask = Ask::CheckIn {
                    discipline: true,
                    others_present: Private::default(),
                    camera: true,
                    microphone: true,
                    faults: Vec::new(),
                    version: String::new(),
                };
                self.must(name, ask);
                if self.world.people[name].column != "called" {
                    self.must("judge", Ask::Admit { who });
                }
            }
            if self.world.people[name].column != "called" {
                self.world.inside.insert(name);
            }
        }
        if self.names.contains(&"third") {
            let who = self.id("third");
            if self.hearing.durable().seats[&who].place != model::Place::InHearing {
                self.must("judge", Ask::Admit { who });
            }
            self.world.inside.insert("third");
        }
        self.world.situation = Situation::CheckIn;
    }

    /// The discipline is read, where it is.
    pub(crate) fn read_discipline(&mut self) {
        let kind = self.hearing.docket().brief.kind;
        if kind.has_phases() {
            let note = Private::default();
            self.must("judge", Ask::AnswerBarred { grounds: Vec::new(), note });
            self.must("kim", Ask::ReadDiscipline);
            self.world.situation = Situation::PreTrial;
            self.world.looked_at = None;
        }
    }

    /// Opening is announced.
    pub(crate) fn announce(&mut self) {
        self.must("judge", Ask::Open);
        self.world.situation = Situation::Opening;
        self.world.looked_at = None;
        self.world.consultations.clear();
    }

    /// The record confirms, where there is one.
    pub(crate) fn confirm(&mut self) {
        for kind in [TrackKind::Microphone, TrackKind::Camera] {
            let track = TrackId::new(self.id("judge"), kind);
            self.event(Event::FirstFrames { track });
        }
        assert_eq!(self.hearing.stage(), Stage::InSession, "open");
        self.world.situation = Situation::InSession;
        self.world.looked_at = None;
    }

    /// Calls somebody.
    pub(crate) fn call(&mut self, name: &'static str) {
        let who = self.id(name);
        self.must("judge", Ask::Admit { who });
        self.world.inside.insert(name);
        self.world.looked_at.take_if(|seen| *seen == name);
    }

    /// Sends somebody back to the waiting room.
    pub(crate) fn dismiss(&mut self, name: &'static str) {
        let who = self.id(name);
        self.must("judge", Ask::Dismiss { who });
        self.world.inside.remove(name);
    }

    /// The judge looks at somebody who waits, or at nobody any more.
    pub(crate) fn look_at(&mut self, name: Option<&'static str>) {
        let who = name.map(|name| self.id(name));
        self.must("judge", Ask::Preview { who });
        self.world.looked_at = name;
    }

    /// The guarantee is signed and the testimony begins.
    pub(crate) fn testify(&mut self, name: &'static str) {
        self.must(name, Ask::SignGuarantee { who: None, name: Private::from(name) });
        let who = self.id(name);
        self.must("judge", Ask::Testify { who });
        self.world.testimony = true;
    }

    /// Several witnesses at once.
    pub(crate) fn confront(&mut self) {
        self.must("judge", Ask::Confront { on: true, reason: Private::from("they differ") });
    }

    /// Only who has the floor is heard.
    pub(crate) fn strict(&mut self) {
        self.must("judge", Ask::StrictFloor { strict: true });
        self.world.strict = true;
    }

    /// Gives the floor.
    pub(crate) fn floor(&mut self, name: &'static str) {
        let who = self.id(name);
        self.must("judge", Ask::GiveFloor { who, seconds: None });
        self.world.floor = Some(name);
    }

    /// Locks a microphone.
    pub(crate) fn lock(&mut self, name: &'static str) {
        let who = self.id(name);
        self.must("judge", Ask::Lock { who });
        self.world.locked.insert(name);
    }

    /// Unlocks it.
    pub(crate) fn unlock(&mut self, name: &'static str) {
        let who = self.id(name);
        self.must("judge", Ask::Unlock { who });
        self.world.locked.remove(name);
    }

    /// Keeps a picture or a voice from somebody.
    pub(crate) fn shield(
        &mut self,
        name: &'static str,
        from: &'static str,
        picture: bool,
        sound: bool,
    ) {
        let shield = Shield { who: self.id(name), from: self.id(from), picture, sound };
        if from.starts_with("judge") {
            // The court hears everybody: such a measure cannot be ordered.
            self.request += 1;
            let (who, request) = (self.id("judge"), self.request);
            let ask = Ask::Shield { shield };
            let effects = self.event(Event::Asked { who, request, ask });
            assert!(effects.iter().any(|effect| matches!(effect, Effect::Refused { .. })));
            return;
        }
        self.must("judge", Ask::Shield { shield });
        self.world.shields.insert((name, from), (picture, sound));
    }

    /// An interpreter speaks beside the court.
    pub(crate) fn interpret(&mut self, name: &'static str, simultaneous: bool) {
        let who = self.id(name);
        self.must("judge", Ask::Interpret { who, simultaneous });
        if simultaneous {
            self.world.beside.insert(name);
        } else {
            self.world.beside.remove(name);
            self.world.listens.retain(|_, to| *to != name);
        }
    }

    /// Somebody hears an interpreter instead of the court.
    pub(crate) fn listen(&mut self, name: &'static str, to: &'static str) {
        let interpreter = self.id(to);
        self.must(name, Ask::Listen { to: Some(interpreter) });
        self.world.listens.insert(name, to);
    }

    /// A technical interruption.
    pub(crate) fn interrupt(&mut self) {
        self.must("judge", Ask::Interrupt { reason: Private::from("the line") });
        self.world.situation = Situation::Interrupted;
        self.world.looked_at = None;
    }

    /// A pause.
    pub(crate) fn recess(&mut self, situation: Situation) {
        let ground = if situation == Situation::NonPublic {
            Ground::NonPublicEvidence
        } else if situation == Situation::OffRecordMediation {
            Ground::UnrecordedMediation
        } else {
            Ground::Recess
        };
        self.must("judge", Ask::Recess { ground });
        self.world.situation = situation;
        self.world.looked_at = None;
    }

    /// The sitting goes on.
    pub(crate) fn resume(&mut self) {
        self.must("judge", Ask::Resume);
        if self.world.situation != Situation::Interrupted {
            self.world.caucus = None;
            self.world.consultations.clear();
        }
        self.world.situation = Situation::InSession;
        self.world.looked_at = None;
    }

    /// The mediators talk with one side alone, or with all.
    pub(crate) fn caucus(&mut self, side: Option<Side>) {
        self.must("judge", Ask::Caucus { side });
        self.world.caucus = side;
        if side.is_some() {
            self.world.looked_at = None;
        }
        // Whose turn it is does not talk among themselves any more.
        let people = self.world.people.clone();
        self.world
            .consultations
            .retain(|room| side.is_some() && room.iter().all(|name| people[name].side != side));
    }

    /// People of a side talk among themselves.
    pub(crate) fn consult(&mut self, opener: &'static str, with: &[&'static str]) {
        let asked = with.iter().map(|name| self.id(name)).collect();
        self.must(opener, Ask::Consult { with: asked });
        let by = self.id(opener);
        for name in with {
            self.must(name, Ask::AnswerConsultation { by, accept: true });
        }
        self.world.consultations.push(with.iter().copied().chain([opener]).collect());
    }

    /// The panel withdraws.
    pub(crate) fn deliberate(&mut self) {
        let people: Vec<_> = self.names.iter().map(|name| self.id(name)).collect();
        for who in people {
            let role = self.hearing.durable().seats[&who].role;
            if role.is_party() || role.is_for_party() {
                let (method, note) = (IdentityMethod::IdCard, Private::default());
                self.must("kim", Ask::CheckIdentity { who, method, note });
            }
            if role == Role::Agent {
                self.must("kim", Ask::CheckPower { who, power: Power::Special });
            }
        }
        let reason = Private::from("to show it");
        self.must("judge", Ask::EnterPhase { phase: Phase::Mediation, reason });
        self.must("judge", Ask::Deliberate);
        self.world.situation = Situation::Deliberation;
        self.world.looked_at = None;
    }

    /// The sitting is over.
    pub(crate) fn close(&mut self) {
        let reason = Private::from("to show it");
        self.must("judge", Ask::EnterPhase { phase: Phase::Closing, reason });
        self.must("judge", Ask::Close);
        self.world.situation = Situation::Closed;
        self.world.looked_at = None;
    }

    /// The process dies; another takes over.
    pub(crate) fn crash(&mut self) {
        let docket = self.hearing.docket().clone();
        self.hearing = Hearing::rebuild(self.now, docket, &self.minutes);
        self.event(Event::Restarted);
        for name in self.names.clone() {
            let who = self.id(name);
            self.event(Event::Joined { who });
            self.event(Event::MediaUp { who });
        }
    }

    /// Lets the law think of a lock that is not in force, to show that it would be seen.
    pub(crate) fn believe_locked(&mut self, name: &'static str) {
        self.world.locked.insert(name);
    }

    /// Lets the law forget every measure.
    pub(crate) fn believe_unshielded(&mut self) {
        self.world.shields.clear();
    }

    /// Compares the table and what really arrives with the law, pair by pair.
    pub(crate) fn compare(&mut self, when: &str) {
        let grants = self.hearing.grants().clone();
        self.lines.grant(&grants);
        let everybody = self.lines.everybody();
        let mut wrong = Vec::new();
        for kind in [TrackKind::Microphone, TrackKind::Camera] {
            let (arrived, taped) = self.lines.send(&everybody, kind, TIMES);
            for from in self.names.clone() {
                wrong.extend(self.differences(from, kind, &arrived, &taped));
            }
        }
        // Two screens find room at once: one after the other.
        for from in self.names.clone() {
            self.lines.rest();
            let (arrived, taped) = self.lines.send(&[self.id(from)], TrackKind::Screen, TIMES);
            wrong.extend(self.differences(from, TrackKind::Screen, &arrived, &taped));
        }
        assert!(wrong.is_empty(), "{when}:\n{}", wrong.join("\n"));
    }

    fn differences(
        &self,
        from: &str,
        kind: TrackKind,
        arrived: &crate::lines::Arrivals,
        taped: &BTreeMap<TrackId, usize>,
    ) -> Vec<String> {
        let track = TrackId::new(self.id(from), kind);
        let mut wrong = Vec::new();
        for to in &self.names {
            let lawful = if self.world.reaches(from, kind, to) { TIMES } else { 0 };
            let counted = arrived.get(&(self.id(to), track)).copied().unwrap_or(0);
            let granted = self.hearing.grants().reaches(track, self.id(to));
            if counted != lawful || granted != (lawful > 0) {
                wrong.push(format!(
                    "{} of {from} to {to}: {counted} packets of {lawful}, granted: {granted}",
                    kind.name()
                ));
            }
        }
        let lawful = if self.world.records(from, kind) { TIMES } else { 0 };
        let counted = taped.get(&track).copied().unwrap_or(0);
        if counted != lawful {
            wrong.push(format!("{} of {from}: {counted} on tape of {lawful}", kind.name()));
        }
        wrong
    }
}
