//! What goes back to the filing or hearing system when a mediation failed: who took part, what was
//! done, and the undisputed facts everybody signed.
//!
//! What is not here: any draft, any concession, any word of the talks; they may not be used against
//! a party later (在线调解规则 art. 18).

use model::archive::Attendee;
use model::view::Heading;
use model::{Fact, HearingId, Minute, ParticipantId, Private, Sheet};

use crate::api::{Handover, HandoverFacts, HandoverPerson, HandoverStep};
use crate::closing::{Closing, Outcome};

/// What is known of the mediation beside its minutes.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// Which.
    pub hearing: HearingId,
    /// Its name in the case system.
    pub external_id: Option<&'a str>,
    /// What stood on the door.
    pub heading: &'a Heading,
    /// Who was there.
    pub attendees: &'a [Attendee],
}

/// Makes the package; none unless the mediation failed.
pub fn of(known: &Known<'_>, closing: Closing, minutes: &[Minute]) -> Option<Handover> {
    let Outcome::Failed { .. } = closing.outcome else { return None };
    let mut note = Private::default();
    for minute in minutes {
        if let Fact::MediationFailed { note: said, .. } = &minute.fact {
            note = said.clone();
        }
    }
    let checked = |who: ParticipantId| {
        minutes.iter().any(
            |minute| matches!(&minute.fact, Fact::IdentityChecked { who: of, .. } if *of == who),
        )
    };
    let person = |attendee: &Attendee| HandoverPerson {
        id: attendee.id,
        role: attendee.role,
        name: attendee.name.clone(),
        acts_for: attendee.acts_for,
        identity_checked: checked(attendee.id),
    };
    let step = |minute: &Minute| {
        Some(HandoverStep { at: minute.at, fact: name(&minute.fact)?.to_owned() })
    };
    Some(Handover {
        hearing: known.hearing,
        external_id: known.external_id.map(str::to_owned),
        heading: known.heading.clone(),
        closing,
        people: known.attendees.iter().map(person).collect(),
        course: minutes.iter().filter_map(step).collect(),
        facts: facts(known.attendees, minutes),
        note,
    })
}

/// The steps that are told, by their names in the ledger: none that shows what was offered.
const fn name(fact: &Fact) -> Option<&'static str> {
    if matches!(fact, Fact::CheckInOpened) {
        Some("check_in_opened")
    } else if matches!(fact, Fact::Opened) {
        Some("opened")
    } else if matches!(fact, Fact::IdentityChecked { .. }) {
        Some("identity_checked")
    } else if matches!(fact, Fact::Ticked { .. }) {
        Some("ticked")
    } else if matches!(fact, Fact::RecordModeSet { .. }) {
        Some("record_mode_set")
    } else if matches!(fact, Fact::Signed { sheet: Sheet::Facts, .. }) {
        Some("signed")
    } else if matches!(fact, Fact::MediationFailed { .. }) {
        Some("mediation_failed")
    } else if matches!(fact, Fact::Closed { .. }) {
        Some("closed")
    } else {
        None
    }
}

/// The last version of the sheet of facts, if every party signed that version.
fn facts(attendees: &[Attendee], minutes: &[Minute]) -> Option<HandoverFacts> {
    let mut last: Option<(u32, &Private<String>)> = None;
    let mut signed: Vec<ParticipantId> = Vec::new();
    for minute in minutes {
        if let Fact::SheetWritten { sheet: Sheet::Facts, version, text } = &minute.fact {
            last = Some((*version, text));
            signed.clear();
        } else if let Fact::Signed { sheet: Sheet::Facts, version, who, .. } = &minute.fact
            && last.is_some_and(|(latest, _)| latest == *version)
            && !signed.contains(who)
        {
            signed.push(*who);
        }
    }
    let (_, text) = last?;
    let by_side = |party: &Attendee| {
        let acts = |a: &&Attendee| a.id == party.id || a.acts_for == Some(party.id);
        attendees.iter().filter(acts).any(|attendee| signed.contains(&attendee.id))
    };
    let mut parties = attendees.iter().filter(|attendee| attendee.role.is_party()).peekable();
    (parties.peek().is_some() && parties.all(by_side))
        .then(|| HandoverFacts { text: text.clone(), signed })
}

#[cfg(test)]
mod tests {
    use model::{Actor, Ending, FailureGround, Role, SigningMethod, Timestamp};

    use super::*;

    fn minute(fact: Fact) -> Minute {
        Minute { at: Timestamp(1), by: Actor::Server, fact }
    }

    fn written(sheet: Sheet, version: u32, text: &str) -> Minute {
        minute(Fact::SheetWritten { sheet, version, text: text.into() })
    }

    fn signed(sheet: Sheet, version: u32, who: u32) -> Minute {
        let (who, method) = (ParticipantId(who), SigningMethod::Typed);
        minute(Fact::Signed { sheet, version, who, method, mark: "名".into() })
    }

    fn package(minutes: &[Minute]) -> Option<Handover> {
        let heading = Heading {
            court: "院".to_owned(),
            case_number: "1".into(),
            cause: "邻".into(),
            scheduled_at: Timestamp(0),
        };
        let attendees = [
            Attendee::new(ParticipantId(1), Role::ChairMediator, "调".into()),
            Attendee::new(ParticipantId(2), Role::Plaintiff, "甲".into()),
            Attendee::new(ParticipantId(3), Role::Defendant, "乙".into()),
        ];
        let known = Known {
            hearing: HearingId(9),
            external_id: None,
            heading: &heading,
            attendees: &attendees,
        };
        of(&known, Closing::of(minutes, Timestamp(5)), minutes)
    }

    fn failed() -> Minute {
        minute(Fact::MediationFailed {
            ground: FailureGround::NoAgreement,
            note: "差距较大".into(),
        })
    }

    #[test]
    fn facts_go_along_when_all_signed_and_concessions_never() {
        let minutes = [
            written(Sheet::Agreement, 1, "让步十万元"),
            written(Sheet::Facts, 1, "借款五万元"),
            signed(Sheet::Facts, 1, 2),
            signed(Sheet::Facts, 1, 3),
            signed(Sheet::Agreement, 1, 2),
            failed(),
            minute(Fact::closed()),
        ];
        let package = package(&minutes).unwrap();
        assert_eq!(package.closing.ending, Ending::Closed);
        let facts = package.facts.clone().unwrap();
        assert_eq!(facts.text.reveal(), "借款五万元");
        assert_eq!(facts.signed, [ParticipantId(2), ParticipantId(3)]);
        let text = serde_json::to_string(&package).unwrap();
        assert!(!text.contains("让步") && text.contains("差距较大"));
        let steps: Vec<&str> = package.course.iter().map(|step| step.fact.as_str()).collect();
        assert_eq!(steps, ["signed", "signed", "mediation_failed", "closed"]);
    }

    #[test]
    fn facts_stay_when_somebody_did_not_sign_the_last_version() {
        let one = [written(Sheet::Facts, 1, "一"), signed(Sheet::Facts, 1, 2), failed()];
        assert_eq!(package(&one).unwrap().facts, None);
        let changed = [
            written(Sheet::Facts, 1, "一"),
            signed(Sheet::Facts, 1, 2),
            signed(Sheet::Facts, 1, 3),
            written(Sheet::Facts, 2, "二"),
            failed(),
        ];
        assert_eq!(package(&changed).unwrap().facts, None);
    }

    #[test]
    fn only_a_failed_mediation_is_handed_over() {
        assert_eq!(package(&[minute(Fact::AgreementEffective { version: 1 })]), None);
    }
}
