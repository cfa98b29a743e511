//! Presence at a lecture: the roll is called, and each site says how many listen there.
//! What is not here: who speaks, which is `policy.rs`.

use std::collections::BTreeMap;

use model::view::{PresenceSite, PresenceView};
use model::{Fact, Minute, ParticipantId, Refusal, Timestamp, limits};

use crate::Hearing;
use crate::state::Durable;
use crate::turn::{Turn, by};

/// The roll as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presence {
    /// When it was last called.
    pub asked_at: Timestamp,
    /// Sites that answered, each with how many listen.
    pub sites: BTreeMap<ParticipantId, u16>,
}

impl Hearing {
    /// Every site is asked whether it is there; what was said to a former roll stands in the
    /// minutes.
    pub(crate) fn call_roll(&mut self, turn: &mut Turn<'_>, leader: ParticipantId) {
        self.minute(turn, by(leader), Fact::PresenceAsked);
    }

    /// A site is there, with so many people.
    pub(crate) fn confirm_presence(
        &mut self,
        turn: &mut Turn<'_>,
        who: ParticipantId,
        people: u16,
    ) -> Result<(), Refusal> {
        let roll = self.durable.presence.as_ref().ok_or(Refusal::NothingPending)?;
        if roll.sites.contains_key(&who) {
            return Err(Refusal::AlreadyThere);
        }
        if people == 0 || people > limits::SITE_PEOPLE_MAX {
            return Err(Refusal::NotPlausible);
        }
        self.minute(turn, by(who), Fact::PresenceConfirmed { who, people });
        Ok(())
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
        })
    }
}

impl Durable {
    /// The roll is called, or a site answers it.
    pub(crate) fn apply_presence(&mut self, minute: &Minute) {
        if let Fact::PresenceConfirmed { who, people } = &minute.fact {
            if let Some(roll) = &mut self.presence {
                roll.sites.insert(*who, *people);
            }
        } else {
            self.presence = Some(Presence { asked_at: minute.at, sites: BTreeMap::new() });
        }
    }
}

#[cfg(test)]
mod tests {
    use model::{Ask, Kind};

    use super::*;
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
}
