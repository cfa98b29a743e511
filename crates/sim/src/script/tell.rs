//! Tells effects and answers questions in words.
//! What is not here: what happens.

use core::fmt::Debug;

use hearing::Effect;
use model::view::Person;
use model::{Actor, Fact, Minute, RecordState, Stage, TrackId, TrackKind, View};
use serde::Deserialize;
use serde::de::value::{Error, StrDeserializer};

use super::cast::Cast;

/// What followed from an act, a line each. Grants, views and wake-ups are asked for instead.
pub(super) fn effects(cast: &Cast, before: Stage, effects: &[Effect]) -> Vec<String> {
    let mut told: Vec<_> = effects.iter().filter_map(|effect| tell(cast, effect)).collect();
    let after = cast.hearing.stage();
    if before != after {
        let minutes = told
            .iter()
            .rposition(|line| line.starts_with("minute") || line.starts_with("ledger"))
            .map_or(0, |last| last + 1);
        told.insert(minutes, format!("stage {}", stage(after)));
    }
    told
}

fn tell(cast: &Cast, effect: &Effect) -> Option<String> {
    match effect {
        Effect::OpenLedger => Some("ledger begins".to_owned()),
        Effect::Minute(minute) => Some(tell_minute(cast, minute)),
        Effect::Roll { rolling: true } => Some("record rolls".to_owned()),
        Effect::Roll { rolling: false } => Some("record stops".to_owned()),
        Effect::Seal => Some("record is sealed".to_owned()),
        Effect::DropMedia { who } => Some(format!("media of {} ends", cast.name(*who))),
        Effect::Done { to, .. } => Some(format!("{} done", cast.name(*to))),
        Effect::Refused { to, why, .. } => {
            Some(format!("{} refused: {}", cast.name(*to), snake(why)))
        }
        Effect::Part { who, why } => {
            Some(format!("page of {} ends: {}", cast.name(*who), snake(why)))
        }
        Effect::Note { .. } | Effect::Grants(_) | Effect::Views | Effect::WakeAt { .. } => None,
    }
}

#[expect(clippy::too_many_lines, reason = "one line for each fact")]
fn tell_minute(cast: &Cast, minute: &Minute) -> String {
    let name = |who| cast.name(who);
    let fact = match &minute.fact {
        Fact::Arrived { who, .. } => format!("arrived {}", name(*who)),
        Fact::Admitted { who } => format!("admitted {}", name(*who)),
        Fact::Dismissed { who } => format!("dismissed {}", name(*who)),
        Fact::OpeningFailed { why } => format!("opening_failed {}", snake(why)),
        Fact::RecessCalled { ground } => format!("recess {}", snake(ground)),
        Fact::Locked { who } => format!("locked {}", name(*who)),
        Fact::Unlocked { who } => format!("unlocked {}", name(*who)),
        Fact::ScreenAllowed { who, allowed: true } => format!("screen_allowed {}", name(*who)),
        Fact::ScreenAllowed { who, .. } => format!("screen_disallowed {}", name(*who)),
        Fact::Warned { who, reason } => format!("warned {} \"{}\"", name(*who), reason.reveal()),
        Fact::Removed { who, reason, .. } => {
            format!("removed {} \"{}\"", name(*who), reason.reveal())
        }
        Fact::LinkLost { who, cause } => format!("link_lost {} {}", name(*who), snake(cause)),
        Fact::LinkBack { who } => format!("link_back {}", name(*who)),
        Fact::Hand { who, raised: true } => format!("hand_up {}", name(*who)),
        Fact::Hand { who, .. } => format!("hand_down {}", name(*who)),
        Fact::Refused { who, asked, why } => {
            format!("refused {} {asked} {}", name(*who), snake(why))
        }
        Fact::RecordFailed { fault } => format!("record_failed {}", snake(fault)),
        Fact::CheckInOpened
        | Fact::OpeningAnnounced
        | Fact::Opened
        | Fact::Resumed
        | Fact::RecordMended
        | Fact::NodeStopped
        | Fact::NodeRestarted
        | Fact::Closed { .. }
        | Fact::Consented { .. }
        | Fact::IdentityChecked { .. }
        | Fact::IdentityWaived { .. }
        | Fact::PowerChecked { .. }
        | Fact::AbsenceNoted { .. }
        | Fact::BarredAnswered { .. }
        | Fact::CalledIn { .. }
        | Fact::DisciplineRead
        | Fact::PhaseEntered { .. }
        | Fact::Interrupted { .. }
        | Fact::DeliberationBegan
        | Fact::Challenged { .. }
        | Fact::ChallengeDisposed { .. }
        | Fact::Prompted { .. }
        | Fact::Reprimanded { .. }
        | Fact::Readmitted { .. }
        | Fact::FloorGiven { .. }
        | Fact::FloorEnded { .. }
        | Fact::FloorStrict { .. }
        | Fact::Spotlit { .. }
        | Fact::LayoutSet { .. }
        | Fact::AbsenceFound { .. }
        | Fact::Confrontation { .. }
        | Fact::Isolation { .. }
        | Fact::GuaranteeSigned { .. }
        | Fact::GuaranteeRefused { .. }
        | Fact::TestimonyBegan { .. }
        | Fact::Shielded { .. }
        | Fact::Interpreting { .. }
        | Fact::Listening { .. }
        | Fact::ChamberOpened { .. }
        | Fact::ChamberAnswered { .. }
        | Fact::ChamberLeft { .. }
        | Fact::ChamberLocked { .. }
        | Fact::ChamberClosed { .. }
        | Fact::EvidenceShown { .. }
        | Fact::PageTurned { .. }
        | Fact::EvidenceHidden
        | Fact::Opined { .. }
        | Fact::DrawingAllowed { .. }
        | Fact::Drawn { .. }
        | Fact::DrawingCleared
        | Fact::Ticked { .. }
        | Fact::RecordModeSet { .. }
        | Fact::SheetWritten { .. }
        | Fact::SheetRead { .. }
        | Fact::Signed { .. }
        | Fact::SigningRefused { .. }
        | Fact::AgreementEffective { .. }
        | Fact::MediationFailed { .. }
        | Fact::PresenceAsked
        | Fact::PresenceConfirmed { .. } => snake(&minute.fact),
    };
    let by_rule = if minute.by == Actor::Server { " (by rule)" } else { "" };
    format!("minute {fact}{by_rule}")
}

/// The answer to a question; none when it is none.
pub(super) fn answer(cast: &Cast, question: &str) -> Result<Option<String>, String> {
    let words: Vec<_> = question.split_whitespace().collect();
    let view = |name: &str| -> Result<View, String> {
        let view = cast.hearing.view(cast.id(name)?, cast.now, 1);
        view.ok_or_else(|| format!("{name} has no view"))
    };
    Ok(Some(match *words.as_slice() {
        ["stage"] => stage(cast.hearing.stage()),
        ["hands"] => list(cast.hearing.durable().hands.iter().map(|who| cast.name(*who))),
        ["media", who, kind] => media(cast, who, kind)?,
        ["view", who] => {
            let view = view(who)?;
            let place = snake(&view.me.place);
            let people = list(view.people.iter().map(|person| cast.name(person.id)));
            format!("{place}; sees {people}")
        }
        ["record", who] => record(&view(who)?.record),
        ["asks", who] => list(view(who)?.me.may_ask.iter().map(String::as_str)),
        ["publishes", who] => list(view(who)?.me.may_publish.iter().map(|kind| kind.name())),
        ["slots", who] => {
            let slots = cast.hearing.slots_for(cast.id(who)?);
            format!("{} seats, {} screens", slots.seats, slots.screens)
        }
        ["knows", who, whom] => {
            let whom = cast.id(whom)?;
            let view = view(who)?;
            let person = view.people.iter().find(|person| person.id == whom);
            person.map_or_else(|| "nothing".to_owned(), traits)
        }
        ["unheard", who] => list(view(who)?.me.unheard.iter().map(|kind| kind.name())),
        _ => return Ok(None),
    }))
}

fn media(cast: &Cast, who: &str, kind: &str) -> Result<String, String> {
    let kind = TrackKind::deserialize(StrDeserializer::<Error>::new(kind))
        .map_err(|_| format!("no such track: {kind}"))?;
    let track = TrackId::new(cast.id(who)?, kind);
    let grants = cast.hearing.grants();
    let people = grants.receive.keys().filter(|subscriber| grants.reaches(track, **subscriber));
    let reached = list(people.map(|subscriber| cast.name(*subscriber)));
    let record = if grants.record.contains(&track) { "on the record" } else { "off the record" };
    Ok(format!("reaches {reached}; {record}"))
}

/// What one person knows of another, name and role apart.
fn traits(person: &Person) -> String {
    let flags = [
        (person.checked_in, "checked_in"),
        (person.online, "online"),
        (person.media, "media"),
        (person.locked, "locked"),
        (person.screen_allowed, "screen_allowed"),
        (person.tested, "tested"),
    ];
    let mut told = vec![snake(&person.place)];
    told.extend(flags.iter().filter(|(set, _)| *set).map(|(_, name)| (*name).to_owned()));
    if person.hand > 0 {
        told.push(format!("hand {}", person.hand));
    }
    if person.warnings > 0 {
        told.push(format!("warnings {}", person.warnings));
    }
    told.extend(person.devices.iter().map(|kind| format!("{} on", kind.name())));
    told.extend(person.unheard.iter().map(|kind| format!("{} unheard", kind.name())));
    told.extend(person.grade.map(|grade| format!("line {}", snake(&grade))));
    told.extend(person.trouble.map(|trouble| format!("for {}", snake(&trouble))));
    if !person.others_present.reveal().is_empty() {
        told.push(format!("others \"{}\"", person.others_present.reveal()));
    }
    told.join(", ")
}

fn stage(stage: Stage) -> String {
    match stage {
        Stage::Recess { ground } => format!("recess {}", snake(&ground)),
        Stage::Scheduled
        | Stage::CheckIn
        | Stage::PreTrial
        | Stage::Opening
        | Stage::InSession
        | Stage::TechInterrupted
        | Stage::Deliberation
        | Stage::Closed => snake(&stage),
    }
}

fn record(state: &RecordState) -> String {
    match state {
        RecordState::Paused { ground } => format!("paused {}", snake(ground)),
        RecordState::Faulty { fault } => format!("faulty {}", snake(fault)),
        RecordState::Off | RecordState::Starting | RecordState::Rolling | RecordState::Sealed => {
            snake(state)
        }
    }
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.collect();
    if names.is_empty() { "nobody".to_owned() } else { names.join(", ") }
}

/// The wire's spelling of a variant without fields.
fn snake(variant: &impl Debug) -> String {
    let mut spelled = String::new();
    for letter in format!("{variant:?}").chars() {
        if letter.is_uppercase() && !spelled.is_empty() {
            spelled.push('_');
        }
        spelled.extend(letter.to_lowercase());
    }
    spelled
}
