//! The lawful steps a person would take around a verb: a judge prepares the opening and goes to the
//! end of the course before closing, a party agrees to the online hearing.
//!
//! What is not here: carrying them out.

use model::stage::IdentityMethod;
use model::view::Obstacle;
use model::{Ask, Phase, Power, Private, Refusal, Role, Stage, View};

const REASON: &str = "the script says so";

/// What comes before an ask, as the newest view has it.
pub(super) fn before(ask: &Ask, view: &View) -> Vec<Ask> {
    if *ask == Ask::Open {
        before_opening(view)
    } else if *ask == Ask::Close {
        before_closing(view)
    } else if let Ask::Admit { who } = ask {
        let found = view.people.iter().find(|person| person.id == *who);
        let lacks = |step| found.is_some_and(|person| !person.consents.contains(&step));
        let party = found.is_some_and(|person| person.role.is_party());
        let step = view.brief.kind.step().filter(|step| party && lacks(*step));
        step.map(|step| noted(*who, step)).into_iter().collect()
    } else {
        Vec::new()
    }
}

/// What follows an ask.
pub(super) fn after(ask: &Ask, view: &View) -> Vec<Ask> {
    let agrees = matches!(ask, Ask::CheckIn { .. }) && view.me.role.is_party();
    let step = view.brief.kind.step().filter(|step| agrees && !view.me.consents.contains(step));
    step.map(|step| Ask::Consent { step, given: true }).into_iter().collect()
}

fn noted(who: model::ParticipantId, step: model::Step) -> Ask {
    Ask::NoteConsent { who, step, given: true, how: Private::from(REASON) }
}

fn before_opening(view: &View) -> Vec<Ask> {
    let mut asks = Vec::new();
    if !view.stage.is_before_opening() {
        return asks;
    }
    if view.brief.kind.has_phases() && view.procedure.barred.is_none() {
        asks.push(Ask::AnswerBarred { grounds: Vec::new(), note: Private::default() });
    }
    for Obstacle { why, who } in &view.procedure.obstacles {
        match (why, who, view.brief.kind.step()) {
            (Refusal::ConsentMissing, Some(who), Some(step)) => asks.push(noted(*who, step)),
            (Refusal::PartyUnaccounted, Some(who), _) => {
                let reason = Private::from(REASON);
                asks.push(Ask::NoteAbsent { who: *who, absent: true, reason });
            }
            _ => {}
        }
    }
    let clerk = view.people.iter().any(|person| person.role == Role::Clerk);
    if clerk && view.stage == Stage::CheckIn && !view.brief.course.told_before {
        asks.push(Ask::ReadDiscipline);
    }
    asks
}

fn before_closing(view: &View) -> Vec<Ask> {
    let mut asks = Vec::new();
    if view.procedure.phase.is_none_or(|phase| phase == Phase::Closing) {
        return asks;
    }
    if matches!(view.stage, Stage::Recess { .. } | Stage::TechInterrupted | Stage::Deliberation) {
        asks.push(Ask::Resume);
    }
    for person in view.people.iter().filter(|person| person.place == model::Place::InHearing) {
        let who = person.id;
        let concerned = person.role.is_party() || person.role.is_for_party();
        if concerned && person.identity.is_none() && !person.identity_waived {
            let (method, note) = (IdentityMethod::KnownToCourt, Private::default());
            asks.push(Ask::CheckIdentity { who, method, note });
        }
        if person.role == Role::Agent && !person.power_checked {
            asks.push(Ask::CheckPower { who, power: Power::General });
        }
    }
    asks.push(Ask::EnterPhase { phase: Phase::Closing, reason: Private::from(REASON) });
    asks
}
