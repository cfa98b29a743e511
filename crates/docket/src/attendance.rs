//! Who attended a lecture, as a table: every roll, by chance or by the lecturer, and what each site
//! answered.
//!
//! What is not here: when a roll is called. No answer is a fact; there is no verdict.

use std::collections::BTreeMap;

use model::archive::Attendee;
use model::{Actor, Fact, Minute, ParticipantId, Role, Timestamp};

use crate::announcement::clock;
use crate::calendar::Day;
use crate::table::cell;

/// One roll and its answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roll {
    /// When it was called.
    pub asked_at: Timestamp,
    /// Whether the server called it.
    pub by_chance: bool,
    /// How long a site had, seconds.
    pub seconds: Option<u16>,
    /// Answers: when, and how many listened.
    pub answers: BTreeMap<ParticipantId, (Timestamp, u16)>,
    /// Sites in the lecture that did not answer in time; none before the time was over.
    pub silent: Option<Vec<ParticipantId>>,
}

/// The rolls of a lecture, in order.
#[expect(clippy::wildcard_enum_match_arm, reason = "no other fact is about the roll")]
pub fn of(minutes: &[Minute]) -> Vec<Roll> {
    let mut rolls: Vec<Roll> = Vec::new();
    for minute in minutes {
        match &minute.fact {
            Fact::PresenceAsked { seconds } => rolls.push(Roll {
                asked_at: minute.at,
                by_chance: minute.by == Actor::Server,
                seconds: *seconds,
                answers: BTreeMap::new(),
                silent: None,
            }),
            Fact::PresenceConfirmed { who, people } => {
                if let Some(roll) = rolls.last_mut() {
                    roll.answers.insert(*who, (minute.at, *people));
                }
            }
            Fact::PresenceOver { silent } => {
                if let Some(roll) = rolls.last_mut() {
                    roll.silent = Some(silent.clone());
                }
            }
            _ => {}
        }
    }
    rolls
}

/// The table: a line for each site of each roll.
pub fn csv(attendees: &[Attendee], minutes: &[Minute]) -> String {
    let mut text = String::from(
        "\u{feff}次序,发起方式,发起时间,应答时限（秒）,站点,参加人,应答时间,收听人数,情况\r\n",
    );
    let sites: Vec<_> =
        attendees.iter().filter(|attendee| attendee.role == Role::Learner).collect();
    for (number, roll) in (1..).zip(of(minutes)) {
        let how = if roll.by_chance { "随机确认" } else { "主讲点名" };
        let limit = roll.seconds.map_or_else(String::new, |seconds| seconds.to_string());
        for site in &sites {
            let answer = roll.answers.get(&site.id);
            let silent = roll.silent.as_ref().is_some_and(|silent| silent.contains(&site.id));
            let state = match answer {
                Some(_) => "已应答",
                None if silent => "限时内未应答",
                None => "未应答",
            };
            let at = answer.map_or_else(String::new, |(at, _)| moment(*at));
            let people = answer.map_or_else(String::new, |(_, people)| people.to_string());
            let (place, name) = (cell(&site.site_name), cell(site.name.reveal()));
            let asked = moment(roll.asked_at);
            text.push_str(&format!(
                "{number},{how},{asked},{limit},{place},{name},{at},{people},{state}\r\n"
            ));
        }
    }
    text
}

fn moment(at: Timestamp) -> String {
    let (year, month, day) = Day::of(at).civil();
    let (hour, minute) = clock(at);
    let second = at.0.div_euclid(1_000).rem_euclid(60);
    format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_roll_and_every_site_is_a_line() {
        let site = |id, name: &str| {
            Attendee::new(ParticipantId(id), Role::Learner, model::Private::from(name))
        };
        let attendees = [site(2, "甲村"), site(3, "=乙村"), site(4, "丙村")];
        let lee = Actor::Participant { id: ParticipantId(1) };
        let minute = |at: i64, by, fact| Minute { at: Timestamp(at * 1_000), by, fact };
        let confirmed = |who, people| Fact::PresenceConfirmed { who: ParticipantId(who), people };
        let minutes = [
            minute(0, Actor::Server, Fact::PresenceAsked { seconds: Some(60) }),
            minute(5, Actor::Server, confirmed(2, 12)),
            minute(60, Actor::Server, Fact::PresenceOver { silent: vec![ParticipantId(3)] }),
            minute(90, lee, Fact::PresenceAsked { seconds: None }),
            minute(95, Actor::Server, confirmed(3, 4)),
        ];
        let text = csv(&attendees, &minutes);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 7);
        assert_eq!(
            lines[1],
            "1,随机确认,1970-01-01 08:00:00,60,,甲村,1970-01-01 08:00:05,12,已应答"
        );
        assert!(lines[2].ends_with("限时内未应答") && !lines[2].contains(",=乙村"), "{}", lines[2]);
        assert!(lines[3].ends_with(",未应答"), "who was not in the lecture is no silent site");
        assert!(lines[5].contains("主讲点名") && lines[5].ends_with(",4,已应答"));
        assert!(csv(&attendees, &[]).lines().count() == 1);
    }
}
