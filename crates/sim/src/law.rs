//! The law of every kind of sitting a second time, as obvious as it can be written: who has the
//! right to what (`rights.rs`), what an ask needs (`needs.rs`), what it changes (`deeds.rs`), who
//! hears whom (`media.rs`), and the transcript (`transcript.rs`). Written from the articles and the words of `model`, not from the core.
//! What is not here: why something is refused, and when the server acts by itself; of that it is
//! only checked that it was lawful and did not fail to come (`overdue`).

mod course;
mod deeds;
mod deliberation;
mod media;
mod needs;
mod rights;
mod transcript;

use std::collections::{BTreeMap, BTreeSet};

use hearing::{Docket, Event};
use model::{
    Attendance, BarredGround, Brief, Chamber, Check, EvidenceId, EvidenceItem, Fact, FailureGround,
    Instant, Kind, Layout, Minute, ParticipantId, Phase, Power, RecordFault, RecordMode, Role,
    Sheet, Shield, Side, Stage, Step, TrackId, TrackKind, limits,
};

pub(crate) use rights::names;

use deliberation::Talk;

/// Where somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    /// Nowhere yet.
    Outside,
    /// Waiting.
    Waiting,
    /// In the hearing.
    Inside,
    /// Ordered to leave.
    Expelled,
}

/// Everything the law knows of one person.
#[derive(Clone, Debug)]
pub(crate) struct Figure {
    pub(crate) role: Role,
    pub(crate) own_side: Option<Side>,
    pub(crate) acts_for: Option<ParticipantId>,
    pub(crate) power: Option<Power>,
    pub(crate) power_checked: bool,
    pub(crate) in_court: bool,
    pub(crate) at: At,
    pub(crate) page: bool,
    pub(crate) media: bool,
    pub(crate) locked: bool,
    pub(crate) leave: bool,
    pub(crate) warned: bool,
    pub(crate) consents: BTreeSet<Step>,
    pub(crate) declined: BTreeSet<Step>,
    pub(crate) said: u8,
    pub(crate) known: bool,
    pub(crate) waived: bool,
    pub(crate) absent: bool,
    pub(crate) guarantee: Option<bool>,
    pub(crate) testifies: bool,
    pub(crate) beside: bool,
    pub(crate) listens: Option<ParticipantId>,
    pub(crate) draws: bool,
    pub(crate) moved_hand: Option<Instant>,
    pub(crate) drew: Option<Instant>,
    /// When the hand was raised, by the count of hands; 0 stands before all others.
    pub(crate) hand: Option<u32>,
    /// Where somebody ordered to leave was, and when their hand was raised.
    pub(crate) was: Option<(At, Option<u32>)>,
}

impl Figure {
    /// What somebody said of holding a step online.
    pub(crate) fn said_of(&self, step: Step) -> Option<bool> {
        if self.consents.contains(&step) {
            Some(true)
        } else {
            self.declined.contains(&step).then_some(false)
        }
    }
}

/// A room of people who talk among themselves.
#[derive(Clone, Debug, Default)]
pub(crate) struct Room {
    pub(crate) locked: bool,
    pub(crate) ringing: BTreeSet<ParticipantId>,
    pub(crate) inside: BTreeSet<ParticipantId>,
}

/// A sheet people sign.
#[derive(Clone, Debug, Default)]
pub(crate) struct Paper {
    pub(crate) version: u32,
    pub(crate) read: bool,
    pub(crate) signed: BTreeSet<ParticipantId>,
    pub(crate) refused: BTreeSet<ParticipantId>,
}

/// What is shown to all.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub(crate) item: EvidenceItem,
    pub(crate) by: ParticipantId,
    pub(crate) page: u16,
    /// Where sound or video is held, milliseconds; none while it plays.
    pub(crate) held: Option<u32>,
    pub(crate) lines: usize,
}

/// The law of one sitting.
#[derive(Debug)]
pub(crate) struct Law {
    pub(crate) brief: Brief,
    pub(crate) people: BTreeMap<ParticipantId, Figure>,
    pub(crate) stage: Stage,
    pub(crate) phase: Option<Phase>,
    pub(crate) done: BTreeSet<Phase>,
    /// Whether the server's clock is known to be wrong.
    pub(crate) clock_off: bool,
    pub(crate) barred: Option<BTreeSet<BarredGround>>,
    pub(crate) discipline: bool,
    pub(crate) challenge: Option<(ParticipantId, ParticipantId)>,
    pub(crate) challenges: BTreeSet<(ParticipantId, ParticipantId)>,
    pub(crate) withdrawn: bool,
    pub(crate) floor: Option<ParticipantId>,
    pub(crate) strict: bool,
    pub(crate) large: Option<ParticipantId>,
    pub(crate) layout: Layout,
    pub(crate) confrontation: bool,
    pub(crate) shields: Vec<Shield>,
    pub(crate) caucus: Option<Side>,
    /// Who looks at whom in the waiting room.
    pub(crate) looks: Option<(ParticipantId, ParticipantId)>,
    pub(crate) rooms: BTreeMap<ParticipantId, Room>,
    pub(crate) shown: Option<Shown>,
    pub(crate) turned: Option<Instant>,
    pub(crate) opinions: BTreeSet<(EvidenceId, ParticipantId)>,
    pub(crate) evidence: Vec<EvidenceItem>,
    pub(crate) checks: BTreeSet<Check>,
    pub(crate) mode: RecordMode,
    pub(crate) papers: BTreeMap<Sheet, Paper>,
    pub(crate) effective: bool,
    pub(crate) failed: Option<FailureGround>,
    pub(crate) roll: Option<BTreeSet<ParticipantId>>,
    pub(crate) talk: Talk,
    /// The version of the discipline that is accepted at check-in.
    pub(crate) version: String,
    /// How many hands were raised so far.
    pub(crate) raised: u32,
    pub(crate) ledger: bool,
    pub(crate) fault: Option<RecordFault>,
    pub(crate) live: BTreeSet<TrackId>,
}

impl Law {
    pub(crate) fn new(docket: &Docket) -> Self {
        let figure = |person: &model::archive::Attendee| Figure {
            role: person.role,
            own_side: person.side(),
            acts_for: person.acts_for,
            power: person.power,
            power_checked: false,
            in_court: person.attendance == Attendance::InCourt,
            at: At::Outside,
            page: false,
            media: false,
            locked: false,
            leave: false,
            warned: false,
            consents: person.consents.iter().copied().collect(),
            declined: BTreeSet::new(),
            said: 0,
            known: false,
            waived: false,
            absent: false,
            guarantee: None,
            testifies: false,
            beside: false,
            listens: None,
            draws: false,
            moved_hand: None,
            drew: None,
            hand: None,
            was: None,
        };
        Self {
            brief: docket.brief.clone(),
            people: docket.attendees.iter().map(|person| (person.id, figure(person))).collect(),
            stage: Stage::Scheduled,
            phase: None,
            done: BTreeSet::new(),
            clock_off: false,
            barred: None,
            discipline: false,
            challenge: None,
            challenges: BTreeSet::new(),
            withdrawn: false,
            floor: None,
            strict: false,
            large: None,
            layout: Layout::default(),
            confrontation: false,
            shields: docket.brief.shields.clone(),
            caucus: None,
            looks: None,
            rooms: BTreeMap::new(),
            shown: None,
            turned: None,
            opinions: BTreeSet::new(),
            evidence: Vec::new(),
            checks: BTreeSet::new(),
            mode: RecordMode::default(),
            papers: BTreeMap::new(),
            effective: false,
            failed: None,
            roll: None,
            talk: Talk::default(),
            version: String::new(),
            raised: 0,
            ledger: false,
            fault: None,
            live: BTreeSet::new(),
        }
    }

    /// What an event other than an ask means; what the server did about it comes by `observe`.
    #[expect(clippy::wildcard_enum_match_arm, reason = "asks and wake-ups come by other doors")]
    pub(crate) fn happened(&mut self, event: &Event) {
        match event {
            Event::Joined { who } => {
                let known = self.people.contains_key(who);
                // The door of a call opens by itself, and who rang is in it.
                let call = known && self.brief.kind == Kind::Call;
                if call && self.stage == Stage::Scheduled {
                    self.stage = Stage::CheckIn;
                }
                let live = !matches!(self.stage, Stage::Scheduled | Stage::Closed);
                if let Some(figure) = self.people.get_mut(who) {
                    figure.page = true;
                    let rang = call
                        && figure.role == Role::Visitor
                        && matches!(figure.at, At::Outside | At::Waiting);
                    if live && (rang || figure.role.is_court() && figure.at == At::Outside) {
                        figure.at = At::Inside;
                    }
                }
            }
            Event::Parted { who, .. } => {
                if let Some(figure) = self.people.get_mut(who) {
                    figure.page = false;
                }
            }
            Event::MediaUp { who } => {
                if let Some(figure) = self.people.get_mut(who) {
                    figure.media = true;
                }
            }
            Event::MediaDown { who, .. } => {
                if let Some(figure) = self.people.get_mut(who).filter(|figure| figure.media) {
                    figure.media = false;
                    self.live.retain(|track| track.participant != *who);
                }
            }
            Event::TrackLive { track } => {
                self.live.insert(*track);
            }
            Event::TrackSilent { track } => {
                self.live.remove(track);
            }
            Event::Evidence { items } => self.evidence.clone_from(items),
            Event::Deliberated { entries } => self.found(entries),
            Event::LedgerOpened => self.ledger = true,
            Event::Clock { reading } => self.clock_off = reading.is_off(),
            Event::Restarted => {
                self.clock_off = false;
                for figure in self.people.values_mut() {
                    figure.page = false;
                    figure.media = false;
                    figure.moved_hand = None;
                    figure.drew = None;
                }
                self.live.clear();
                self.looks = None;
                self.turned = None;
                self.evidence.clear();
                self.talk = Talk::default();
                if self.fault.is_some_and(|fault| !is_lasting(fault)) {
                    self.fault = None;
                }
            }
            _ => {}
        }
    }

    /// What the server did by rule.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the others change nothing the law asks for"
    )]
    pub(crate) fn observe(&mut self, minute: &Minute) {
        match &minute.fact {
            Fact::Arrived { who, .. } => self.at(*who, At::Waiting),
            Fact::Admitted { who } => {
                self.at(*who, At::Inside);
                self.change(*who, |figure| figure.absent = false);
            }
            Fact::Dismissed { who } => self.leaves(*who, At::Waiting),
            Fact::FloorEnded { .. } => self.floor = None,
            Fact::Interrupted { .. } => self.enters(Stage::TechInterrupted),
            Fact::RecordFailed { fault } => self.fault = Some(*fault),
            Fact::RecordMended => self.fault = None,
            Fact::Opened => self.enters(Stage::InSession),
            Fact::PhaseEntered { phase, .. } => self.phase = Some(*phase),
            Fact::OpeningFailed { .. } => {
                let stage = if self.discipline { Stage::PreTrial } else { Stage::CheckIn };
                self.forget_passing_trouble();
                self.enters(stage);
            }
            Fact::RecessCalled { ground } => self.enters(Stage::Recess { ground: *ground }),
            Fact::ChamberClosed { chamber: Chamber::Caucus { .. } } => self.caucus = None,
            Fact::ChamberClosed { chamber: Chamber::Consultation { by } } => {
                self.rooms.remove(by);
            }
            Fact::ChamberAnswered { chamber: Chamber::Consultation { by }, who, .. } => {
                if let Some(room) = self.rooms.get_mut(by) {
                    room.ringing.remove(who);
                }
            }
            Fact::EvidenceHidden => self.shown = None,
            Fact::RecordModeSet { mode } => self.mode = *mode,
            Fact::DisciplineSet { discipline } => self.version.clone_from(&discipline.version),
            Fact::PresenceAsked { .. } => self.roll = Some(BTreeSet::new()),
            Fact::PresenceOver { .. } => self.roll = None,
            Fact::AgreementEffective { .. } => self.effective = true,
            _ => {}
        }
    }

    /// What the law demands and nobody did; none when all is well.
    pub(crate) fn overdue(&self) -> Option<&'static str> {
        let open = self.stage.is_open();
        let parties = self.parties_here_or_missed().count();
        if self.caucus.is_some()
            && !self.may_caucus()
            && !matches!(self.stage, Stage::TechInterrupted)
        {
            return Some("a caucus outlasts its mediation");
        }
        if self.rooms.keys().any(|opener| !self.may_consult(*opener)) {
            return Some("a consultation outlasts its time");
        }
        if self.rooms.iter().any(|(opener, room)| !room.inside.contains(opener)) {
            return Some("a consultation outlasts who opened it");
        }
        if self.shown.is_some() && !self.may_show() {
            return Some("evidence is shown while the sitting rests");
        }
        if !self.effective && parties > 1 && self.all_signed() && self.failed.is_none() {
            return Some("everybody signed and nothing is in force");
        }
        if self.effective && !self.all_signed() {
            return Some("an agreement is in force and somebody did not sign");
        }
        let expert = self.people.values().any(|f| f.role == Role::Expert && f.at == At::Inside);
        if expert && self.stage == Stage::InSession && !self.is_expert_topic() {
            return Some("a person with special knowledge outstays the topic");
        }
        if self.challenge.is_some() && open && !matches!(self.stage, Stage::Recess { .. }) {
            return Some("the hearing goes on over a challenge");
        }
        None
    }

    pub(crate) fn at(&mut self, who: ParticipantId, at: At) {
        self.looks.take_if(|(_, whom)| *whom == who);
        self.change(who, |figure| {
            figure.at = if figure.role.is_court() { At::Inside } else { at };
        });
    }

    pub(crate) fn change(&mut self, who: ParticipantId, how: impl FnOnce(&mut Figure)) {
        if let Some(figure) = self.people.get_mut(&who) {
            how(figure);
        }
    }

    /// Who leaves the hearing leaves everything they had by leave in it; a lock stays.
    pub(crate) fn leaves(&mut self, who: ParticipantId, to: At) {
        self.floor.take_if(|holder| *holder == who);
        self.large.take_if(|large| *large == who);
        self.looks.take_if(|(_, whom)| *whom == who);
        for room in self.rooms.values_mut() {
            room.inside.remove(&who);
            room.ringing.remove(&who);
        }
        for figure in self.people.values_mut() {
            figure.listens.take_if(|heard| *heard == who);
        }
        self.change(who, |figure| {
            figure.at = to;
            figure.hand = None;
            figure.leave = false;
            figure.testifies = false;
            figure.beside = false;
            figure.draws = false;
        });
    }

    pub(crate) fn enters(&mut self, stage: Stage) {
        if matches!(stage, Stage::Recess { .. } | Stage::Deliberation) {
            self.forget_passing_trouble();
        }
        self.looks = None;
        self.stage = stage;
    }

    /// Trouble about media on its way ends with the rolling; a disk's does not.
    pub(crate) fn forget_passing_trouble(&mut self) {
        self.fault.take_if(|fault| !is_lasting(*fault));
    }

    pub(crate) fn is_broken(&self) -> bool {
        self.is_recorded() && self.fault.is_some_and(is_lasting)
    }

    /// Whether the sitting is recorded when it is in session.
    pub(crate) fn is_recorded(&self) -> bool {
        match self.brief.kind {
            Kind::Hearing | Kind::EvidenceExchange | Kind::Inquiry => true,
            Kind::Mediation => self.mode == RecordMode::Recording,
            Kind::Lecture | Kind::Consultation | Kind::Call => false,
        }
    }

    /// Whether the recorder ought to roll now.
    pub(crate) fn rolls(&self) -> bool {
        self.is_recorded()
            && self.caucus.is_none()
            && matches!(self.stage, Stage::Opening | Stage::InSession | Stage::TechInterrupted)
    }

    /// The side somebody is on: their own, or that of whom they are here for.
    pub(crate) fn side(&self, who: ParticipantId) -> Option<Side> {
        let figure = self.people.get(&who)?;
        figure.own_side.or_else(|| {
            let first = self.people.get(&figure.acts_for?)?;
            first.own_side.or_else(|| self.people.get(&first.acts_for?)?.own_side)
        })
    }

    /// Raised hands, the first one first.
    pub(crate) fn hands(&self) -> Vec<ParticipantId> {
        let raised = self.people.iter().filter_map(|(who, f)| Some((f.hand?, *who)));
        let mut hands: Vec<_> = raised.collect();
        hands.sort_unstable();
        hands.into_iter().map(|(_, who)| who).collect()
    }

    pub(crate) fn leads(&self, role: Role) -> bool {
        role.leads(self.brief.kind)
    }

    /// Who leads, judges, mediates, assists or keeps the transcript.
    pub(crate) fn manages(&self, role: Role) -> bool {
        self.leads(role)
            || role.is_bench()
            || matches!(
                role,
                Role::ChairMediator | Role::Mediator | Role::JudgeAssistant | Role::Clerk
            )
    }

    pub(crate) fn inside(&self, who: ParticipantId) -> bool {
        self.people.get(&who).is_some_and(|figure| figure.at == At::Inside)
    }

    /// Parties of the sitting who are not noted as absent.
    pub(crate) fn parties_here_or_missed(&self) -> impl Iterator<Item = (ParticipantId, &Figure)> {
        let parties = self.people.iter().filter(|(_, f)| f.role.is_party() && !f.absent);
        parties.map(|(who, figure)| (*who, figure))
    }

    /// A party, and everybody who acts for it.
    pub(crate) fn voices_of(&self, party: ParticipantId) -> impl Iterator<Item = ParticipantId> {
        let agents = self
            .people
            .iter()
            .filter(move |(_, f)| f.role.is_for_party() && f.acts_for == Some(party))
            .map(|(who, _)| *who);
        core::iter::once(party).chain(agents)
    }

    pub(crate) fn all_signed(&self) -> bool {
        let Some(paper) = self.papers.get(&Sheet::Agreement) else { return false };
        self.parties_here_or_missed()
            .all(|(party, _)| self.voices_of(party).any(|voice| paper.signed.contains(&voice)))
    }

    /// People talk on the matter: there is a floor, and its time runs.
    pub(crate) fn is_talk(&self) -> bool {
        use model::Ground::{NonPublicEvidence, UnrecordedMediation};
        matches!(
            self.stage,
            Stage::InSession
                | Stage::Recess { ground: NonPublicEvidence }
                | Stage::Recess { ground: UnrecordedMediation }
        )
    }

    /// Somebody's microphone reaches the server.
    pub(crate) fn is_heard_by_the_server(&self, who: ParticipantId) -> bool {
        let track = TrackId::new(who, TrackKind::Microphone);
        self.people.get(&who).is_some_and(|figure| figure.page && figure.media)
            && self.live.contains(&track)
    }

    /// There is a seat for one more who may publish.
    pub(crate) fn has_room(&self) -> bool {
        let seated = |figure: &&Figure| {
            figure.role.is_court() || (figure.at == At::Inside && !figure.role.only_watches())
        };
        self.people.values().filter(seated).count() < limits::PUBLISHERS_MAX
    }
}

/// A disk that does not take the record will not before it is mended.
const fn is_lasting(fault: RecordFault) -> bool {
    !matches!(fault, RecordFault::TapeLost | RecordFault::NoFrames)
}
