//! The durable half of the sitting's procedure: phase, floor, challenge, interruption and what was
//! prepared; and how its minutes change it. What is not here: people's seats, which are in
//! `state.rs` and `apply.rs`.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    BarredGround, Course, Ending, Fact, Ground, Kind, Layout, Minute, ParticipantId, Phase,
    Private, RecordMode, Role, Side, Stage, Timestamp,
};

use crate::course::{self, Leg};
use crate::event::Docket;
use crate::state::Durable;

/// What a crash must not take of the procedure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sitting {
    /// What kind of sitting it is; from the docket.
    pub kind: Kind,
    /// The order of its phases; from the docket.
    pub course: Course,
    /// Whether a clerk is on the docket.
    pub has_clerk: bool,
    /// Whether the discipline was read.
    pub discipline_read: bool,
    /// The barred grounds that are present, once they were gone through.
    pub barred: Option<Vec<BarredGround>>,
    /// How a mediation is taken down.
    pub record_mode: RecordMode,
    /// When everybody ready is called in.
    pub countdown_until: Option<Timestamp>,
    /// The phase the hearing is in.
    pub phase: Option<Phase>,
    /// Since when.
    pub phase_since: Option<Timestamp>,
    /// Phases that were entered and left.
    pub phases_done: BTreeSet<Phase>,
    /// What interrupts the hearing.
    pub interruption: Option<Interruption>,
    /// A challenge that waits for its decision.
    pub challenge: Option<Challenge>,
    /// Challenges there were, by whom and of whom: none is raised a second time.
    pub challenges: BTreeSet<(ParticipantId, ParticipantId)>,
    /// Somebody whose challenge was upheld.
    pub withdrawn: Option<ParticipantId>,
    /// Who has the floor.
    pub floor: Option<Floor>,
    /// Whether only who has the floor is heard.
    pub strict: bool,
    /// Who is shown large to everybody.
    pub spotlight: Option<ParticipantId>,
    /// How the courtroom is arranged.
    pub layout: Layout,
    /// How long each side had spoken when it was last noted, ms.
    pub spoken: BTreeMap<Side, u64>,
    /// How the sitting ended.
    pub ending: Option<Ending>,
}

/// A technical interruption.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interruption {
    /// Whose link, when by rule.
    pub who: Option<ParticipantId>,
    /// What is wrong, in the judge's words.
    pub reason: Private<String>,
}

/// A challenge that waits for its decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// Who challenges.
    pub by: ParticipantId,
    /// Whom.
    pub whom: ParticipantId,
    /// Why.
    pub reason: Private<String>,
}

/// A turn of the floor. Its time runs only while people talk on the hearing's matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Floor {
    /// Who has it.
    pub who: ParticipantId,
    /// Since when.
    pub since: Timestamp,
    /// For how long, ms; none without a limit.
    pub limit_ms: Option<u64>,
    /// How much of it passed before the last pause, ms.
    pub used_ms: u64,
    /// Since when it runs; none in a pause.
    pub runs_since: Option<Timestamp>,
}

impl Floor {
    /// When the time is over, as long as it runs.
    pub fn until(&self) -> Option<Timestamp> {
        let left = self.limit_ms?.saturating_sub(self.used_ms);
        Some(self.runs_since?.plus(core::time::Duration::from_millis(left)))
    }
}

impl Sitting {
    /// Before anything happened.
    pub(crate) fn new(docket: &Docket) -> Self {
        Self {
            kind: docket.brief.kind,
            course: docket.brief.course,
            has_clerk: docket.attendees.iter().any(|person| person.role == Role::Clerk),
            ..Self::default()
        }
    }

    /// Whether a panel sits that may withdraw to deliberate.
    pub(crate) const fn has_panel(&self) -> bool {
        self.kind.has_phases() && self.course.panel
    }

    /// The phases of this sitting.
    pub(crate) fn legs(&self) -> Vec<Leg> {
        course::legs(self.kind, self.course)
    }
}

/// Whether people talk on the matter at this stage: there is a floor, and its time runs.
pub(crate) const fn is_talk(stage: Stage) -> bool {
    match stage {
        Stage::InSession
        | Stage::Recess { ground: Ground::NonPublicEvidence | Ground::UnrecordedMediation } => true,
        Stage::Recess { ground: Ground::Recess }
        | Stage::Scheduled
        | Stage::CheckIn
        | Stage::PreTrial
        | Stage::Opening
        | Stage::TechInterrupted
        | Stage::Deliberation
        | Stage::Closed => false,
    }
}

impl Durable {
    /// Whether the sitting is recorded when it is in session: by its kind, or because the parties
    /// of a mediation agreed to it (在线调解规则 art. 22).
    pub fn is_recorded(&self) -> bool {
        let by_consent = self.sitting.kind == Kind::Mediation
            && self.sitting.record_mode == RecordMode::Recording;
        self.sitting.kind.is_recorded() || by_consent
    }

    /// Whether the record runs now: it rests while the mediators talk with one side alone.
    pub fn is_on_record(&self) -> bool {
        self.is_recorded() && self.stage.is_on_record() && self.caucus.is_none()
    }

    /// Whether somebody leads this sitting.
    pub fn leads(&self, who: ParticipantId) -> bool {
        self.seats.get(&who).is_some_and(|seat| seat.role.leads(self.sitting.kind))
    }

    /// Whether somebody's voice is kept back because only who has the floor is heard: everybody
    /// but who has it, the bench, who leads, and who interprets for them.
    pub fn is_hushed(&self, who: ParticipantId) -> bool {
        let sitting = &self.sitting;
        let role = self.seats.get(&who).map(|seat| seat.role);
        let seat = self.seats.get(&who);
        let interprets = seat.is_some_and(|seat| self.interprets_for_holder(seat));
        let free =
            interprets || role.is_some_and(|role| role.is_bench() || role.leads(sitting.kind));
        let holds = sitting.floor.as_ref().is_some_and(|floor| floor.who == who);
        sitting.strict && is_talk(self.stage) && !free && !holds
    }

    /// What a minute changes of the procedure. A stage is changed by `apply.rs`.
    #[expect(clippy::wildcard_enum_match_arm, reason = "all other facts are about seats and rooms")]
    pub(crate) fn apply_to_sitting(&mut self, minute: &Minute) {
        let at = minute.at;
        let sitting = &mut self.sitting;
        match &minute.fact {
            Fact::DisciplineRead => sitting.discipline_read = true,
            Fact::BarredAnswered { grounds, .. } => sitting.barred = Some(grounds.clone()),
            Fact::RecordModeSet { mode } => sitting.record_mode = *mode,
            Fact::CalledIn { seconds } => {
                let wait = core::time::Duration::from_secs(u64::from(*seconds));
                sitting.countdown_until = Some(at.plus(wait));
            }
            Fact::OpeningAnnounced | Fact::Opened => sitting.countdown_until = None,
            Fact::PhaseEntered { phase, .. } => {
                sitting.phases_done.extend(sitting.phase);
                sitting.phase = Some(*phase);
                sitting.phase_since = Some(at);
            }
            Fact::Interrupted { who, reason } => {
                let reason = reason.clone();
                sitting.interruption = Some(Interruption { who: *who, reason });
            }
            Fact::Challenged { by, whom, reason } => {
                let reason = reason.clone();
                sitting.challenges.insert((*by, *whom));
                sitting.challenge = Some(Challenge { by: *by, whom: *whom, reason });
            }
            Fact::ChallengeDisposed { upheld, .. } => {
                let challenge = sitting.challenge.take();
                if let Some(challenge) = challenge.filter(|_| *upheld) {
                    sitting.withdrawn = Some(challenge.whom);
                }
            }
            Fact::FloorGiven { who, seconds } => {
                sitting.floor = Some(Floor {
                    who: *who,
                    since: at,
                    limit_ms: seconds.map(|seconds| u64::from(seconds) * 1_000),
                    used_ms: 0,
                    runs_since: is_talk(self.stage).then_some(at),
                });
            }
            Fact::FloorEnded { .. } => sitting.floor = None,
            Fact::FloorStrict { strict } => sitting.strict = *strict,
            Fact::Spotlit { who } => sitting.spotlight = *who,
            Fact::LayoutSet { layout } => sitting.layout = *layout,
            Fact::Spoken { sides } => {
                sitting.spoken.extend(sides.iter().map(|each| (each.side, each.ms)));
            }
            Fact::Closed { ending, .. } => {
                sitting.ending = Some(*ending);
                sitting.countdown_until = None;
                sitting.floor = None;
                sitting.spotlight = None;
            }
            _ => {}
        }
    }

    /// Stops or starts the clock of the floor with the stage; forgets what only the former stage
    /// had.
    pub(crate) fn sitting_enters(&mut self, stage: Stage, at: Timestamp) {
        let sitting = &mut self.sitting;
        if let Some(floor) = &mut sitting.floor {
            if let Some(since) = floor.runs_since.take() {
                let passed = u64::try_from(at.since(since).as_millis()).unwrap_or(u64::MAX);
                floor.used_ms = floor.used_ms.saturating_add(passed);
            }
            floor.runs_since = is_talk(stage).then_some(at);
        }
        if stage != Stage::TechInterrupted {
            sitting.interruption = None;
        }
    }

    /// Somebody is no longer in the hearing: the floor and the large picture go with them.
    pub(crate) fn sitting_loses(&mut self, who: ParticipantId) {
        let sitting = &mut self.sitting;
        sitting.floor.take_if(|floor| floor.who == who);
        sitting.spotlight.take_if(|large| *large == who);
    }
}

#[cfg(test)]
mod tests {
    use model::archive::Attendee;
    use model::view::Heading;
    use model::{Actor, Brief, HearingId};

    use super::*;

    const ANNA: ParticipantId = ParticipantId(2);

    fn durable(brief: Brief) -> Durable {
        let person = |id, role| Attendee::new(ParticipantId(id), role, Private::default());
        let heading = Heading {
            court: String::new(),
            case_number: Private::default(),
            cause: Private::default(),
            scheduled_at: Timestamp(0),
        };
        let attendees = vec![person(1, Role::PresidingJudge), person(2, Role::Plaintiff)];
        Durable::new(&Docket { hearing: HearingId(1), heading, brief, attendees })
    }

    fn apply(durable: &mut Durable, at: i64, fact: Fact) {
        durable.apply(&Minute { at: Timestamp(at), by: Actor::Server, fact });
    }

    #[test]
    fn the_clock_of_the_floor_stands_still_in_a_pause() {
        let mut durable = durable(Brief::default());
        apply(&mut durable, 0, Fact::Opened);
        apply(&mut durable, 1_000, Fact::FloorGiven { who: ANNA, seconds: Some(60) });
        let until = |durable: &Durable| durable.sitting.floor.as_ref().and_then(Floor::until);
        assert_eq!(until(&durable), Some(Timestamp(61_000)));
        apply(&mut durable, 21_000, Fact::RecessCalled { ground: Ground::Recess });
        assert_eq!(until(&durable), None, "nothing runs in a recess");
        apply(&mut durable, 500_000, Fact::Resumed);
        assert_eq!(until(&durable), Some(Timestamp(540_000)));
        // Evidence that is not public is talked about all the same.
        let ground = Ground::NonPublicEvidence;
        apply(&mut durable, 510_000, Fact::RecessCalled { ground });
        assert_eq!(until(&durable), Some(Timestamp(540_000)));
        apply(&mut durable, 520_000, Fact::Dismissed { who: ANNA });
        assert_eq!(durable.sitting.floor, None, "the floor goes with its holder");
    }

    #[test]
    fn what_is_recorded_follows_kind_and_consent() {
        for kind in Kind::ALL {
            let mut durable = durable(Brief { kind, ..Brief::default() });
            assert_eq!(durable.is_recorded(), kind.is_recorded());
            apply(&mut durable, 0, Fact::RecordModeSet { mode: RecordMode::Recording });
            let agreed = kind.is_recorded() || kind == Kind::Mediation;
            assert_eq!(durable.is_recorded(), agreed, "{kind:?}");
        }
    }

    #[test]
    fn a_wall_clock_that_jumps_back_takes_no_time_from_the_floor() {
        let mut durable = durable(Brief::default());
        apply(&mut durable, 100_000, Fact::Opened);
        apply(&mut durable, 100_000, Fact::FloorGiven { who: ANNA, seconds: Some(60) });
        apply(&mut durable, 40_000, Fact::RecessCalled { ground: Ground::Recess });
        let used = durable.sitting.floor.as_ref().map(|floor| floor.used_ms);
        assert_eq!(used, Some(0));
    }
}
