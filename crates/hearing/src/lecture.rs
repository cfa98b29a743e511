//! Presence at a lecture: the roll is called, by who leads or by chance, and each site says how
//! many listen there.
//! What is not here: who speaks, which is `policy.rs`.

use std::collections::BTreeMap;

use model::view::{PresenceSite, PresenceView};
use model::{
    Actor, Fact, Instant, Kind, Minute, ParticipantId, Place, PresenceChecks, Refusal, Role, Stage,
    Timestamp, limits,
};

use crate::Hearing;
use crate::state::Durable;
use crate::turn::{Turn, by};

/// A check that would be due at once after a pause waits up to so long: nobody shall know when.
const AFTER_PAUSE: (u32, u32) = (1, 60);

/// The roll as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presence {
    /// When it was last called.
    pub asked_at: Timestamp,
    /// Until when it is answered; none without a limit.
    pub until: Option<Timestamp>,
    /// Whether the server called it.
    pub by_chance: bool,
    /// Which roll it is, from 1.
    pub number: u16,
    /// Sites that answered, each with how many listen.
    pub sites: BTreeMap<ParticipantId, u16>,
    /// Sites that did not, once the time was over.
    pub silent: Option<Vec<ParticipantId>>,
}

/// What is true of checks by chance while this process runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Checks {
    bounds: Option<PresenceChecks>,
    chance: u64,
    /// When the next check comes.
    next: Option<Instant>,
    /// When the time to answer is over.
    until: Option<Instant>,
}

impl Checks {
    /// A number between two, both included (splitmix64).
    fn draw(&mut self, (from, to): (u32, u32)) -> u64 {
        self.chance = self.chance.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.chance;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        let width = u64::from(to.saturating_sub(from)) + 1;
        u64::from(from) + mixed % width
    }
}

impl Hearing {
    /// Every site is asked whether it is there; what was said to a former roll stands in the
    /// minutes.
    pub(crate) fn call_roll(&mut self, turn: &mut Turn<'_>, leader: ParticipantId) {
        self.end_roll(turn, by(leader));
        self.minute(turn, by(leader), Fact::PresenceAsked { seconds: None });
        self.live.checks.next = None;
    }

    /// A site is there, with so many people.
    pub(crate) fn confirm_presence(
        &mut self,
        turn: &mut Turn<'_>,
        who: ParticipantId,
        people: u16,
    ) -> Result<(), Refusal> {
        let roll = self.durable.open_roll().ok_or(Refusal::NothingPending)?;
        if roll.sites.contains_key(&who) {
            return Err(Refusal::AlreadyThere);
        }
        if people == 0 || people > limits::SITE_PEOPLE_MAX {
            return Err(Refusal::NotPlausible);
        }
        self.minute(turn, by(who), Fact::PresenceConfirmed { who, people });
        Ok(())
    }

    /// Within which bounds sites are asked by chance, and chance itself.
    pub(crate) const fn checks_told(&mut self, bounds: Option<PresenceChecks>, chance: u64) {
        self.live.checks.bounds = bounds;
        self.live.checks.chance = chance;
        self.live.checks.next = None;
    }

    /// Winds the clocks of the checks: when the next one comes, and when this one is over.
    pub(crate) fn settle_presence(&mut self, turn: &Turn<'_>) {
        let (durable, checks) = (&self.durable, &mut self.live.checks);
        let open = durable.open_roll();
        checks.until = match (open.and_then(|roll| roll.until), checks.until) {
            (None, _) => None,
            (Some(_), Some(until)) => Some(until),
            (Some(until), None) => Some(turn.now.instant.plus(until.since(turn.now.utc))),
        };
        let bounds = checks.bounds.filter(|_| {
            let lecture = durable.sitting.kind == Kind::Lecture;
            lecture && durable.stage == Stage::InSession && checks.until.is_none()
        });
        let Some(bounds) = bounds else {
            checks.next = None;
            return;
        };
        if checks.next.is_some() {
            return;
        }
        let former = durable.presence.as_ref().map(|roll| roll.asked_at);
        let range = if former.is_some() { bounds.every } else { bounds.first };
        let since = former.or(durable.opened_at).unwrap_or(turn.now.utc);
        let drawn = core::time::Duration::from_secs(checks.draw(range));
        let mut left = drawn.saturating_sub(turn.now.utc.since(since));
        if left.is_zero() {
            left = core::time::Duration::from_secs(checks.draw(AFTER_PAUSE));
        }
        checks.next = Some(turn.now.instant.plus(left));
    }

    /// A check by chance comes, or the time to answer is over.
    pub(crate) fn check_presence_by_rule(&mut self, turn: &mut Turn<'_>) {
        let now = turn.now.instant;
        if self.live.checks.until.is_some_and(|until| until <= now) && self.is_minuted() {
            self.end_roll(turn, Actor::Server);
        }
        let bounds = self.live.checks.bounds;
        if let Some(bounds) = bounds.filter(|_| self.live.checks.next.is_some_and(|at| at <= now))
            && self.durable.stage == Stage::InSession
        {
            self.live.checks.next = None;
            let fact = Fact::PresenceAsked { seconds: Some(bounds.answer) };
            self.minute(turn, Actor::Server, fact);
        }
    }

    /// The time to answer is over: who of the sites in the lecture did not is noted.
    fn end_roll(&mut self, turn: &mut Turn<'_>, actor: Actor) {
        self.live.checks.until = None;
        let Some(roll) = self.durable.open_roll().filter(|roll| roll.until.is_some()) else {
            return;
        };
        let silent = self.durable.seats.iter().filter(|(who, seat)| {
            seat.role == Role::Learner
                && seat.place == Place::InHearing
                && !roll.sites.contains_key(who)
        });
        let silent = silent.map(|(who, _)| *who).collect();
        self.minute(turn, actor, Fact::PresenceOver { silent });
    }

    /// When a check comes or is over.
    pub(crate) fn next_presence(&self) -> Option<Instant> {
        let checks = &self.live.checks;
        let due = checks.next.into_iter().chain(checks.until).min();
        due.filter(|_| self.is_minuted())
    }

    /// The roll as a person may see it: counts, and their own answer.
    pub(crate) fn presence_view(&self, who: ParticipantId) -> Option<PresenceView> {
        let roll = self.durable.presence.as_ref()?;
        let kind = self.docket.brief.kind;
        let leads = self.durable.seats.get(&who).is_some_and(|seat| seat.role.leads(kind));
        let site =
            |(who, people): (&ParticipantId, &u16)| PresenceSite { who: *who, people: *people };
        let sites = if leads { roll.sites.iter().map(site).collect() } else { Vec::new() };
        self.durable.is_inside(who).then(|| PresenceView {
            sites,
            asked_at: roll.asked_at,
            mine: roll.sites.contains_key(&who),
            confirmed: u16::try_from(roll.sites.len()).unwrap_or(u16::MAX),
            people: roll.sites.values().map(|people| u32::from(*people)).sum(),
            until: roll.until,
            over: roll.silent.is_some(),
            number: roll.number,
            by_chance: roll.by_chance,
            silent: roll.silent.clone().filter(|_| leads).unwrap_or_default(),
        })
    }
}

impl Durable {
    /// The roll as long as it can be answered.
    pub(crate) fn open_roll(&self) -> Option<&Presence> {
        self.presence.as_ref().filter(|roll| roll.silent.is_none())
    }

    /// The roll is called, a site answers it, or its time is over.
    #[expect(clippy::wildcard_enum_match_arm, reason = "no other fact is about the roll")]
    pub(crate) fn apply_presence(&mut self, minute: &Minute) {
        match &minute.fact {
            Fact::PresenceAsked { seconds } => {
                let time = |s: u16| core::time::Duration::from_secs(u64::from(s));
                let number = self.presence.as_ref().map_or(0, |roll| roll.number);
                self.presence = Some(Presence {
                    asked_at: minute.at,
                    until: seconds.map(|seconds| minute.at.plus(time(seconds))),
                    by_chance: minute.by == Actor::Server,
                    number: number.saturating_add(1),
                    sites: BTreeMap::new(),
                    silent: None,
                });
            }
            Fact::PresenceConfirmed { who, people } => {
                if let Some(roll) = &mut self.presence {
                    roll.sites.insert(*who, *people);
                }
            }
            Fact::PresenceOver { silent } => {
                if let Some(roll) = &mut self.presence {
                    roll.silent = Some(silent.clone());
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use model::{Ask, Kind};

    use super::*;
    use crate::Event;
    use crate::scene::*;

    #[test]
    fn sites_answer_the_roll_and_speak_with_the_floor_alone() {
        let mut scene = Scene::in_session(brief(Kind::Lecture));
        assert!(scene.hears(SITE, JUDGE) && !scene.hears(JUDGE, SITE));
        let here = |people| Ask::ConfirmPresence { people };
        assert_eq!(scene.act(SITE, here(12)), Err(Refusal::NothingPending));
        scene.must(JUDGE, Ask::CallRoll);
        assert_eq!(scene.act(SITE, here(0)), Err(Refusal::NotPlausible));
        scene.must(SITE, here(12));
        assert_eq!(scene.act(SITE, here(13)), Err(Refusal::AlreadyThere));
        let roll = scene.view(JUDGE).presence.expect("called");
        assert_eq!((roll.confirmed, roll.people, roll.mine), (1, 12, false));
        let of_site = scene.view(SITE).presence.expect("called");
        assert!(of_site.mine && of_site.sites.is_empty(), "who else listens is the lecturer's");
        assert_eq!(roll.sites, [PresenceSite { who: SITE, people: 12 }]);
        scene.must(JUDGE, Ask::CallRoll);
        assert_eq!(scene.view(JUDGE).presence.expect("called").people, 0);
        scene.must(SITE, Ask::Hand { raised: true });
        scene.must(JUDGE, Ask::GiveFloor { who: SITE, seconds: None });
        assert!(scene.hears(JUDGE, SITE) && !scene.is_recorded(SITE));
        scene.crash();
        assert!(scene.hears(JUDGE, SITE));
    }

    fn checks(first: u32, every: u32, answer: u16) -> Event {
        let bounds =
            PresenceChecks { first: (first, first + 9), every: (every, every + 9), answer };
        Event::PresenceChecks { checks: Some(bounds), chance: 7 }
    }

    fn seconds(seconds: u64) -> core::time::Duration {
        core::time::Duration::from_secs(seconds)
    }

    #[test]
    fn sites_are_asked_by_chance_and_who_is_silent_is_a_fact() {
        let mut scene = Scene::in_session(brief(Kind::Lecture));
        scene.event(checks(600, 1_000, 60));
        scene.wait(seconds(590));
        assert_eq!(scene.view(JUDGE).presence, None);
        scene.wait(seconds(30));
        let roll = scene.view(SITE).presence.expect("asked by now");
        assert!(roll.by_chance && roll.until.is_some() && !roll.over);
        scene.must(SITE, Ask::ConfirmPresence { people: 5 });
        scene.wait(seconds(60));
        let roll = scene.view(JUDGE).presence.expect("asked");
        assert!(roll.over && roll.silent.is_empty() && roll.people == 5 && roll.number == 1);
        // The second time nobody is at the button, and the server was started anew meanwhile.
        scene.wait(seconds(500));
        scene.crash();
        scene.event(checks(600, 1_000, 60));
        scene.event(Event::Joined { who: JUDGE });
        scene.event(Event::Joined { who: SITE });
        scene.wait(seconds(560));
        let roll = scene.view(JUDGE).presence.expect("asked");
        assert!(roll.over && roll.number == 2, "{roll:?}");
        assert_eq!(roll.silent, [SITE]);
        assert!(scene.view(SITE).presence.expect("asked").silent.is_empty());
        let late = scene.act(SITE, Ask::ConfirmPresence { people: 5 });
        assert_eq!(late, Err(Refusal::NothingPending));
    }

    #[test]
    fn moments_differ_and_keep_their_bounds() {
        let mut drawn = Checks { chance: 3, ..Checks::default() };
        let moments: Vec<_> = (0..100).map(|_| drawn.draw((10, 30))).collect();
        assert!(moments.iter().all(|moment| (10..=30).contains(moment)));
        assert!((10..=30).all(|moment| moments.contains(&moment)), "each comes in time");
        assert_eq!(drawn.draw((5, 5)), 5);
    }
}
