//! The law a second time, small and obvious: who ought to hear whom, and what ought to be refused.
//! What is not here: minutes, views and reasons. Nothing here is taken from `hearing`'s rules.

mod asks;

use std::collections::{BTreeMap, BTreeSet};

use hearing::Event;
use model::archive::Attendee;
use model::{Ground, Instant, ParticipantId, RecordFault, Role, Stage, TrackId, TrackKind, limits};

/// Where somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Home,
    WaitingRoom,
    Inside,
    Expelled,
    Gone,
}

#[derive(Clone, Debug)]
struct Soul {
    role: Role,
    at: At,
    page: bool,
    media: bool,
    silenced: bool,
    may_share: bool,
    warned: bool,
    left_page: Option<Instant>,
    had_media: bool,
    /// Since when page or media is gone in an open hearing.
    missing: Option<Instant>,
    /// Whether the judge knows of it.
    known: bool,
    moved_hand: Option<Instant>,
    switched_on: BTreeSet<TrackKind>,
}

/// The obvious hearing.
#[derive(Clone, Debug)]
pub struct Reference {
    souls: BTreeMap<ParticipantId, Soul>,
    stage: Stage,
    sending: BTreeSet<TrackId>,
    /// Tracks one would expect to hear or see, and since when.
    awaited: BTreeMap<TrackId, Instant>,
    on_disk: BTreeSet<TrackId>,
    announced: Option<(ParticipantId, Instant)>,
    hands: Vec<ParticipantId>,
    ledger: bool,
    trouble: Option<RecordFault>,
    stopped: bool,
}

impl Reference {
    /// A hearing nothing has happened in.
    pub fn new(attendees: &[Attendee]) -> Self {
        let soul = |attendee: &Attendee| Soul {
            role: attendee.role,
            at: At::Home,
            page: false,
            media: false,
            silenced: false,
            may_share: false,
            warned: false,
            left_page: None,
            had_media: false,
            missing: None,
            known: false,
            moved_hand: None,
            switched_on: BTreeSet::new(),
        };
        Self {
            souls: attendees.iter().map(|attendee| (attendee.id, soul(attendee))).collect(),
            stage: Stage::Scheduled,
            sending: BTreeSet::new(),
            awaited: BTreeMap::new(),
            on_disk: BTreeSet::new(),
            announced: None,
            hands: Vec::new(),
            ledger: false,
            trouble: None,
            stopped: false,
        }
    }

    /// Where the hearing ought to stand.
    pub const fn stage(&self) -> Stage {
        self.stage
    }

    /// The hands that ought to be up, in order.
    pub fn hands(&self) -> &[ParticipantId] {
        &self.hands
    }

    /// Whether a track ought to be accepted at all.
    pub fn speaks(&self, track: TrackId) -> bool {
        let Some(soul) = self.souls.get(&track.participant) else { return false };
        let court = matches!(soul.role, Role::PresidingJudge | Role::Clerk);
        let allowed = match track.kind {
            TrackKind::Microphone => !soul.silenced,
            TrackKind::Camera => true,
            TrackKind::Screen => court || (soul.may_share && soul.role != Role::Witness),
        };
        allowed && soul.role != Role::Gallery && self.is_there(soul)
    }

    /// Whether a track ought to reach somebody.
    pub fn hears(&self, listener: ParticipantId, track: TrackId) -> bool {
        listener != track.participant
            && self.speaks(track)
            && self.souls.get(&listener).is_some_and(|soul| self.is_there(soul))
    }

    /// Whether a track ought to be on the record.
    pub fn records(&self, track: TrackId) -> bool {
        matches!(self.stage, Stage::Opening | Stage::InSession | Stage::TechInterrupted)
            && self.speaks(track)
    }

    fn is_there(&self, soul: &Soul) -> bool {
        let court = matches!(soul.role, Role::PresidingJudge | Role::Clerk);
        let party = matches!(soul.role, Role::Plaintiff | Role::Defendant | Role::ThirdParty);
        let lets_in = match self.stage {
            Stage::Scheduled | Stage::Closed => false,
            Stage::CheckIn
            | Stage::PreTrial
            | Stage::Opening
            | Stage::InSession
            | Stage::TechInterrupted => true,
            Stage::Deliberation => court,
            Stage::Recess { ground: Ground::Recess } => court,
            Stage::Recess { ground: Ground::NonPublicEvidence } => soul.role != Role::Gallery,
            Stage::Recess { ground: Ground::UnrecordedMediation } => court || party,
        };
        soul.at == At::Inside && lets_in
    }

    /// Whether a track is switched on and ought to arrive, and does not, at a look at this time.
    pub fn is_missed(&self, track: TrackId, looked: Instant) -> bool {
        let long = |since: &Instant| since.plus(limits::UNHEARD_WAIT) <= looked;
        self.awaited.get(&track).is_some_and(long) && !self.sending.contains(&track)
    }

    /// Lets something happen; for something asked, whether it ought to be granted.
    pub fn step(&mut self, now: Instant, event: &Event) -> Option<bool> {
        let granted = self.happen(now, event);
        let souls = self.souls.iter().filter(|(_, soul)| soul.page && soul.media);
        let on = |(who, soul): (&ParticipantId, &Soul)| {
            let who = *who;
            soul.switched_on.clone().into_iter().map(move |kind| TrackId::new(who, kind))
        };
        let hoped: BTreeSet<_> = souls.flat_map(on).filter(|track| self.speaks(*track)).collect();
        self.awaited.retain(|track, _| hoped.contains(track));
        for track in hoped {
            self.awaited.entry(track).or_insert(now);
        }
        granted
    }

    fn happen(&mut self, now: Instant, event: &Event) -> Option<bool> {
        if self.stopped && *event != Event::Restarted {
            return matches!(event, Event::Asked { .. }).then_some(false);
        }
        self.let_time_pass(now);
        match event {
            Event::Joined { who } => self.join(now, *who),
            Event::Parted { who, .. } => self.part(now, *who),
            Event::Asked { who, ask, .. } => return Some(self.ask(now, *who, ask)),
            Event::MediaUp { who } => {
                if let Some(soul) = self.souls.get_mut(who) {
                    soul.media = true;
                    soul.had_media = true;
                }
                self.back(*who);
            }
            Event::MediaDown { who, .. } => {
                if let Some(soul) = self.souls.get_mut(who).filter(|soul| soul.media) {
                    soul.media = false;
                    soul.switched_on.clear();
                    self.sending.retain(|track| track.participant != *who);
                    self.gone(now, *who);
                }
            }
            Event::TrackLive { track } => {
                if self.souls.contains_key(&track.participant) {
                    self.sending.insert(*track);
                }
            }
            Event::TrackSilent { track } => {
                self.sending.remove(track);
                self.look_at_the_disk();
            }
            Event::LedgerOpened => self.ledger = true,
            Event::FirstFrames { track } => {
                if self.stage == Stage::Opening {
                    self.on_disk.insert(*track);
                    self.look_at_the_disk();
                }
            }
            Event::RecordFault { fault } => {
                if !matches!(self.stage, Stage::Scheduled | Stage::Closed) {
                    self.trouble = Some(*fault);
                    self.call_off();
                }
            }
            Event::RecordMended => self.trouble = None,
            Event::Stop => self.stopped = true,
            Event::Restarted => self.restart(now),
            Event::Origin { .. }
            | Event::Clock { .. }
            | Event::Discipline { .. }
            | Event::PresenceChecks { .. }
            | Event::Notes { .. }
            | Event::Deliberated { .. }
            | Event::Compared { .. }
            | Event::Transcribed { .. }
            | Event::Evidence { .. }
            | Event::Health { .. }
            | Event::LineTested { .. }
            | Event::RecordSealed
            | Event::HungUp
            | Event::Woke => {}
        }
        None
    }

    fn let_time_pass(&mut self, now: Instant) {
        if self.announced.is_some_and(|(_, until)| until <= now) {
            self.call_off();
        }
        let needed = |role: Role| {
            matches!(
                role,
                Role::PresidingJudge | Role::Plaintiff | Role::Defendant | Role::ThirdParty
            )
        };
        let missed = self.souls.values().any(|soul| {
            needed(soul.role)
                && soul.at == At::Inside
                && !soul.known
                && soul.missing.is_some_and(|since| since.plus(limits::INTERRUPT_AFTER) <= now)
        });
        if missed && self.stage == Stage::InSession {
            self.stage = Stage::TechInterrupted;
            self.know();
        }
        let outstayed: Vec<_> = self
            .souls
            .iter()
            .filter(|(_, soul)| soul.at == At::Inside && !soul.page)
            .filter(|(_, soul)| !matches!(soul.role, Role::PresidingJudge | Role::Clerk))
            .filter(|(_, soul)| {
                soul.left_page.is_some_and(|left| left.plus(limits::SEAT_GRACE) <= now)
            })
            .map(|(who, _)| *who)
            .collect();
        for who in outstayed {
            self.send_out(who, At::WaitingRoom);
        }
    }

    fn join(&mut self, now: Instant, who: ParticipantId) {
        self.part(now, who);
        let open = !matches!(self.stage, Stage::Scheduled | Stage::Closed);
        if let Some(soul) = self.souls.get_mut(&who) {
            soul.page = true;
            soul.left_page = None;
            let court = matches!(soul.role, Role::PresidingJudge | Role::Clerk);
            if court && open && soul.at == At::Home {
                soul.at = At::Inside;
            }
        }
        self.back(who);
    }

    /// Page or media of somebody who is inside went away in an open hearing.
    fn gone(&mut self, now: Instant, who: ParticipantId) {
        let open = self.stage.is_open();
        if let Some(soul) = self.souls.get_mut(&who)
            && open
            && soul.at == At::Inside
            && soul.missing.is_none()
        {
            soul.missing = Some(now);
            soul.known = false;
        }
    }

    /// Page, and media if there ever was any, are there again.
    fn back(&mut self, who: ParticipantId) {
        let live = !matches!(self.stage, Stage::Scheduled | Stage::Closed);
        if let Some(soul) = self.souls.get_mut(&who)
            && live
            && soul.page
            && (soul.media || !soul.had_media)
        {
            soul.missing = None;
        }
    }

    /// The judge knows who is missing; they interrupt no more until they were back.
    fn know(&mut self) {
        for soul in self.souls.values_mut() {
            soul.known |= soul.missing.is_some();
        }
    }

    fn part(&mut self, now: Instant, who: ParticipantId) {
        if let Some(soul) = self.souls.get_mut(&who).filter(|soul| soul.page) {
            soul.page = false;
            soul.left_page = Some(now);
            self.gone(now, who);
            if self.announced.is_some_and(|(judge, _)| judge == who) {
                self.call_off();
            }
        }
    }

    /// The opening is off.
    fn call_off(&mut self) {
        if self.announced.take().is_some() {
            self.stage = Stage::CheckIn;
            self.forget_passing_trouble();
        }
    }

    fn look_at_the_disk(&mut self) {
        let Some((judge, _)) = self.announced else { return };
        let sound = TrackId::new(judge, TrackKind::Microphone);
        let picture = TrackId::new(judge, TrackKind::Camera);
        let pictured = self.on_disk.contains(&picture) || !self.sending.contains(&picture);
        if self.on_disk.contains(&sound) && pictured {
            self.announced = None;
            self.stage = Stage::InSession;
        }
    }

    fn restart(&mut self, now: Instant) {
        self.stopped = false;
        self.sending.clear();
        self.announced = None;
        for soul in self.souls.values_mut() {
            soul.page = false;
            soul.media = false;
            soul.had_media = false;
            soul.known = false;
            if soul.missing.is_some() || (self.stage.is_open() && soul.at == At::Inside) {
                soul.missing = Some(now);
            }
            soul.switched_on.clear();
            soul.moved_hand = None;
            soul.left_page = (self.stage != Stage::Closed).then_some(now);
        }
        self.ledger = self.stage != Stage::Scheduled;
        self.forget_passing_trouble();
        if self.stage == Stage::Opening {
            self.stage = Stage::CheckIn;
        }
    }

    fn forget_passing_trouble(&mut self) {
        if matches!(self.trouble, Some(RecordFault::NoFrames | RecordFault::TapeLost)) {
            self.trouble = None;
        }
    }

    /// Whether trouble forbids to begin or go on recording.
    fn is_broken(&self) -> bool {
        !matches!(self.trouble, None | Some(RecordFault::NoFrames | RecordFault::TapeLost))
    }

    fn send_out(&mut self, who: ParticipantId, to: At) {
        self.hands.retain(|hand| *hand != who);
        if let Some(soul) = self.souls.get_mut(&who) {
            soul.at = to;
            soul.may_share = false;
            soul.missing = None;
        }
    }
}
