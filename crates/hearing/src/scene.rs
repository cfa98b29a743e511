//! A small stage for the unit tests of this crate: people, acts, and who hears whom.
//! What is not here: the scripts, which are `sim`'s.

use core::time::Duration;

use model::archive::Attendee;
use model::view::Heading;
use model::{
    Ask, Brief, Course, Fact, Ground, HearingId, Instant, Kind, Minute, Now, ParticipantId, Phase,
    Power, Private, Refusal, Role, Side, Stage, Timestamp, TrackId, TrackKind, View,
};

use crate::{Docket, Effect, Event, Hearing};

/// The people of every scene, by number.
pub(crate) const JUDGE: ParticipantId = ParticipantId(1);
pub(crate) const CLERK: ParticipantId = ParticipantId(2);
pub(crate) const ANNA: ParticipantId = ParticipantId(3);
pub(crate) const LAWYER: ParticipantId = ParticipantId(4);
pub(crate) const BO: ParticipantId = ParticipantId(5);
pub(crate) const AGENT: ParticipantId = ParticipantId(6);
pub(crate) const WEN: ParticipantId = ParticipantId(7);
pub(crate) const XU: ParticipantId = ParticipantId(8);
pub(crate) const EXPERT: ParticipantId = ParticipantId(9);
pub(crate) const INTERPRETER: ParticipantId = ParticipantId(10);
pub(crate) const HELPER: ParticipantId = ParticipantId(11);
pub(crate) const GALLERY: ParticipantId = ParticipantId(12);
pub(crate) const GALLERY2: ParticipantId = ParticipantId(13);
pub(crate) const MEDIATOR: ParticipantId = ParticipantId(14);
pub(crate) const ADVISER: ParticipantId = ParticipantId(15);
pub(crate) const BAILIFF: ParticipantId = ParticipantId(16);
pub(crate) const SITE: ParticipantId = ParticipantId(17);

/// A hearing, what it answered last, and its minutes.
#[derive(Debug)]
pub(crate) struct Scene {
    pub(crate) hearing: Hearing,
    pub(crate) effects: Vec<Effect>,
    minutes: Vec<Minute>,
    now: Now,
    request: u32,
    wake_at: Option<Instant>,
}

fn people(kind: Kind) -> Vec<Attendee> {
    let leader = if kind == Kind::Lecture {
        Role::Lecturer
    } else if kind == Kind::Mediation {
        Role::ChairMediator
    } else {
        Role::PresidingJudge
    };
    let person = |id, role| Attendee::new(id, role, Private::from("somebody"));
    let mut lawyer = person(LAWYER, Role::Agent);
    lawyer.side = Some(Side::Plaintiff);
    lawyer.acts_for = Some(ANNA);
    lawyer.power = Some(Power::General);
    let mut agent = person(AGENT, Role::Agent);
    agent.acts_for = Some(BO);
    agent.power = Some(Power::Special);
    let mut interpreter = person(INTERPRETER, Role::Interpreter);
    interpreter.acts_for = Some(BO);
    let mut helper = person(HELPER, Role::Attendant);
    helper.acts_for = Some(BO);
    vec![
        person(JUDGE, leader),
        person(CLERK, Role::Clerk),
        person(ANNA, Role::Plaintiff),
        lawyer,
        person(BO, Role::Defendant),
        agent,
        person(WEN, Role::Witness),
        person(XU, Role::Witness),
        person(EXPERT, Role::Expert),
        interpreter,
        helper,
        person(GALLERY, Role::Gallery),
        person(GALLERY2, Role::Gallery),
        person(MEDIATOR, Role::Mediator),
        person(ADVISER, Role::Adviser),
        person(BAILIFF, Role::Bailiff),
        person(SITE, Role::Learner),
    ]
}

impl Scene {
    /// Everybody is here and waits; who is neither called nor watches is admitted.
    pub(crate) fn admitted(brief: Brief) -> Self {
        let mut people = people(brief.kind);
        let mediates = |role| matches!(role, Role::Mediator | Role::Adviser);
        let keep = |person: &Attendee| {
            (brief.kind == Kind::Mediation || !mediates(person.role))
                && (brief.kind == Kind::Lecture || person.role != Role::Learner)
        };
        people.retain(keep);
        for person in &mut people {
            person.consents.extend(brief.kind.step());
        }
        let heading = Heading {
            court: "a court".to_owned(),
            case_number: Private::from("1"),
            cause: Private::from("none"),
            scheduled_at: Timestamp(0),
        };
        let now = Now { instant: Instant(1_000_000), utc: Timestamp(1_772_413_200_000) };
        let attendees = people.clone();
        let docket = Docket { hearing: HearingId(1), heading, brief, attendees };
        let mut scene = Self {
            hearing: Hearing::new(now, docket),
            effects: Vec::new(),
            minutes: Vec::new(),
            now,
            request: 0,
            wake_at: None,
        };
        scene.event(Event::Joined { who: JUDGE });
        scene.must(JUDGE, Ask::OpenCheckIn);
        scene.event(Event::LedgerOpened);
        for person in &people {
            scene.event(Event::Joined { who: person.id });
            scene.event(Event::MediaUp { who: person.id });
            let track = TrackId::new(person.id, TrackKind::Microphone);
            scene.event(Event::TrackLive { track });
            if !person.role.is_court() {
                let ask = Ask::CheckIn {
                    discipline: true,
                    others_present: Private::default(),
                    camera: true,
                    microphone: true,
                    faults: Vec::new(),
                    version: String::new(),
                };
                scene.must(person.id, ask);
            }
        }
        for person in people {
            let watches = person.role.only_watches() && person.role != Role::Learner;
            if !person.role.is_court() && !person.role.is_called() && !watches {
                scene.must(JUDGE, Ask::Admit { who: person.id });
            }
        }
        scene
    }

    /// The sitting is open, and on the record where it is recorded.
    pub(crate) fn in_session(brief: Brief) -> Self {
        let kind = brief.kind;
        let mut scene = Self::admitted(brief);
        if kind == Kind::Mediation {
            scene.tick_all();
        }
        scene.open();
        scene
    }

    /// Every point of the mediation's checklist is done.
    pub(crate) fn tick_all(&mut self) {
        for check in model::Check::ALL {
            self.must(JUDGE, Ask::Tick { check, note: Private::default() });
        }
    }

    /// Identities and powers are checked.
    pub(crate) fn check_everybody(&mut self) {
        for who in [ANNA, LAWYER, BO, AGENT] {
            let method = model::IdentityMethod::IdCard;
            self.must(CLERK, Ask::CheckIdentity { who, method, note: Private::default() });
        }
        for (who, power) in [(LAWYER, Power::General), (AGENT, Power::Special)] {
            self.must(CLERK, Ask::CheckPower { who, power });
        }
    }

    /// Goes through the usual opening.
    pub(crate) fn open(&mut self) {
        let kind = self.hearing.docket().brief.kind;
        if kind.has_phases() {
            let note = Private::default();
            self.must(JUDGE, Ask::AnswerBarred { grounds: Vec::new(), note });
            self.must(CLERK, Ask::ReadDiscipline);
        }
        self.request += 1;
        let open = Event::Asked { who: JUDGE, request: self.request, ask: Ask::Open };
        self.event(open);
        for track in [TrackKind::Microphone, TrackKind::Camera] {
            self.event(Event::FirstFrames { track: TrackId::new(JUDGE, track) });
        }
        assert_eq!(self.hearing.stage(), Stage::InSession, "{:?}", self.effects);
    }

    /// Something happens.
    pub(crate) fn event(&mut self, event: Event) {
        self.now = self.now.plus(Duration::from_millis(300));
        self.effects.clear();
        self.hearing.handle(self.now, event, &mut self.effects);
        for effect in &self.effects {
            if let Effect::Minute(minute) = effect {
                self.minutes.push(minute.clone());
            }
            if let Effect::WakeAt { at } = effect {
                self.wake_at = Some(*at);
            }
        }
    }

    /// Somebody asks; the answer.
    pub(crate) fn act(&mut self, who: ParticipantId, ask: Ask) -> Result<(), Refusal> {
        self.request += 1;
        self.event(Event::Asked { who, request: self.request, ask });
        let refused = self.effects.iter().find_map(|effect| {
            let Effect::Refused { request, why, .. } = effect else { return None };
            (*request == self.request).then_some(*why)
        });
        refused.map_or(Ok(()), Err)
    }

    /// Somebody asks and must not be refused.
    pub(crate) fn must(&mut self, who: ParticipantId, ask: Ask) {
        let answer = self.act(who, ask.clone());
        assert_eq!(answer, Ok(()), "{who:?} {ask:?}");
    }

    /// Time passes.
    pub(crate) fn wait(&mut self, time: Duration) {
        let end = self.now.plus(time);
        while let Some(at) = self.wake_at.filter(|at| *at <= end.instant) {
            self.wake_at = None;
            self.now = self.now.plus(at.since(self.now.instant));
            self.event(Event::Woke);
        }
        self.now = self.now.plus(end.instant.since(self.now.instant));
    }

    /// The process dies and a new one takes over from the minutes.
    pub(crate) fn crash(&mut self) {
        let before = self.hearing.durable().clone();
        let docket = self.hearing.docket().clone();
        self.hearing = Hearing::rebuild(self.now, docket, &self.minutes);
        assert_eq!(*self.hearing.durable(), before, "minutes give the state back");
        self.event(Event::Restarted);
    }

    /// The panel of a hearing has withdrawn to deliberate.
    pub(crate) fn withdrawn() -> Self {
        let course = Course { panel: true, ..Course::default() };
        let mut scene = Self::in_session(Brief { course, ..brief(Kind::Hearing) });
        scene.check_everybody();
        let reason = Private::from("to show the deliberation");
        scene.must(JUDGE, Ask::EnterPhase { phase: Phase::Mediation, reason });
        assert!(!scene.may(JUDGE, "record_deliberation"));
        scene.must(JUDGE, Ask::Deliberate);
        scene
    }

    /// All minutes so far.
    pub(crate) fn minutes(&self) -> &[Minute] {
        &self.minutes
    }

    /// A recess on a ground.
    pub(crate) fn recess(&mut self, ground: Ground) {
        self.must(JUDGE, Ask::Recess { ground });
    }

    /// Whether a track reaches somebody.
    pub(crate) fn gets(&self, who: ParticipantId, from: ParticipantId, kind: TrackKind) -> bool {
        self.hearing.grants().reaches(TrackId::new(from, kind), who)
    }

    /// Whether somebody hears somebody.
    pub(crate) fn hears(&self, who: ParticipantId, from: ParticipantId) -> bool {
        self.gets(who, from, TrackKind::Microphone)
    }

    /// Whether two people hear each other.
    pub(crate) fn talk(&self, one: ParticipantId, other: ParticipantId) -> bool {
        self.hears(one, other) && self.hears(other, one)
    }

    /// How many tracks somebody receives.
    pub(crate) fn received_by(&self, who: ParticipantId) -> usize {
        self.hearing.grants().receive.get(&who).map_or(0, std::collections::BTreeSet::len)
    }

    /// Whether somebody's voice is on the record.
    pub(crate) fn is_recorded(&self, who: ParticipantId) -> bool {
        self.hearing.grants().record.contains(&TrackId::new(who, TrackKind::Microphone))
    }

    /// What somebody sees.
    pub(crate) fn view(&self, who: ParticipantId) -> View {
        self.hearing.view(who, self.now, 1).expect("who is on the docket has a view")
    }

    /// Whether somebody's page offers an ask.
    pub(crate) fn may(&self, who: ParticipantId, ask: &str) -> bool {
        self.view(who).me.may_ask.iter().any(|name| name == ask)
    }

    /// The facts of the last event.
    pub(crate) fn facts(&self) -> Vec<Fact> {
        let fact = |effect: &Effect| {
            let Effect::Minute(minute) = effect else { return None };
            Some(minute.fact.clone())
        };
        self.effects.iter().filter_map(fact).collect()
    }
}

/// A brief of a kind, everything else as usual.
pub(crate) fn brief(kind: Kind) -> Brief {
    Brief { kind, gallery_seats: 1, ..Brief::default() }
}
