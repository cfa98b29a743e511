//! Tells effects, and any value of the wire, in words.
//! What is not here: what happens, and the questions, which are in `question.rs`.

use core::fmt::Debug;

use hearing::Effect;
use model::{Actor, Fact, Minute, Stage};
use serde::Serialize;

use super::cast::Cast;
use super::tree::Tree;
use super::words;

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
        Effect::Deliberated(entry) => {
            Some(format!("kept apart: {} {}", cast.name(entry.by), value(cast, &entry.act)))
        }
        Effect::Note { to, note } => {
            let to = list(to.iter().map(|who| cast.name(*who)));
            Some(format!("note to {to}: \"{}\"", note.text.reveal()))
        }
        Effect::Grants(_) | Effect::Views | Effect::WakeAt { .. } => None,
    }
}

/// A minute in words. Any fact is told by one rule ([`value`]); four keep a shorter name.
pub(super) fn tell_minute(cast: &Cast, minute: &Minute) -> String {
    let name = |who| cast.name(who);
    let fact = if let Fact::Hand { who, raised } = &minute.fact {
        format!("{} {}", if *raised { "hand_up" } else { "hand_down" }, name(*who))
    } else if let Fact::ScreenAllowed { who, allowed } = &minute.fact {
        let allowed = if *allowed { "screen_allowed" } else { "screen_disallowed" };
        format!("{allowed} {}", name(*who))
    } else if let Fact::RecessCalled { ground } = &minute.fact {
        format!("recess {}", snake(ground))
    } else {
        value(cast, &minute.fact)
    };
    let by_rule = if minute.by == Actor::Server { " (by rule)" } else { "" };
    format!("minute {fact}{by_rule}")
}

/// Any value in words: its tag, then its fields in their order. People are named; yes is the name
/// of the field and no is `not` before it; the first text stands alone in quotation marks; numbers,
/// further texts and lists have the name of their field. What is empty is left out.
pub(super) fn value(cast: &Cast, value: &impl Serialize) -> String {
    let mut told = Vec::new();
    match Tree::of(value) {
        Ok(tree) => tell_tree(cast, "", &tree, &mut told),
        Err(fault) => told.push(fault),
    }
    told.join(" ")
}

/// Fields that are told only when they say something else than usual.
const USUAL: [(&str, &str); 3] = [("camera", "yes"), ("microphone", "yes"), ("ending", "closed")];

pub(super) fn tell_tree(cast: &Cast, name: &str, tree: &Tree, told: &mut Vec<String>) {
    let plain = plain_of(cast, name, tree);
    if USUAL.contains(&(name, plain.as_str())) {
        return;
    }
    match tree {
        Tree::Nothing => {}
        Tree::Flag(true) => told.push(name.to_owned()),
        Tree::Flag(false) => told.push(format!("not {name}")),
        Tree::Number(_) if words::is_people(name) || name.is_empty() => told.push(plain),
        Tree::Number(_) => told.push(format!("{name}={plain}")),
        Tree::Text(text) if words::is_text(name) => {
            let first = !told.iter().any(|word| word.starts_with('"'));
            if !text.is_empty() && first {
                told.push(format!("\"{text}\""));
            } else if !text.is_empty() {
                told.push(format!("{name}=\"{text}\""));
            }
        }
        Tree::Text(text) if text.is_empty() => {}
        Tree::Text(_) => told.push(plain),
        Tree::List(list) if list.is_empty() => {}
        Tree::List(_) if name.is_empty() => told.push(plain),
        Tree::List(_) => told.push(format!("{name}={plain}")),
        Tree::Fields(fields) => match (name, tree.get("id")) {
            ("item", Some(id)) => told.push(format!("item={}", plain_of(cast, "", id))),
            ("chamber", _) => told.push(plain),
            (_, _) => {
                for (name, field) in fields {
                    tell_tree(cast, name, field, told);
                }
            }
        },
    }
}

/// A value alone, without the name of its field.
pub(super) fn plain_of(cast: &Cast, name: &str, tree: &Tree) -> String {
    match tree {
        Tree::Nothing => "nothing".to_owned(),
        Tree::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
        Tree::Number(number) if words::is_people(name) => {
            let who = u32::try_from(*number).unwrap_or(u32::MAX);
            cast.name(model::ParticipantId(who)).to_owned()
        }
        Tree::Number(number) => number.to_string(),
        Tree::Text(text) => text.clone(),
        Tree::List(list) => {
            let parts: Vec<_> = list.iter().map(|one| plain_of(cast, name, one)).collect();
            parts.join(if name == "points" && list.iter().all(is_number) { ":" } else { "," })
        }
        Tree::Fields(fields) => {
            let parts: Vec<_> =
                fields.iter().map(|(name, one)| plain_of(cast, name, one)).collect();
            parts.join(" ")
        }
    }
}

const fn is_number(tree: &Tree) -> bool {
    matches!(tree, Tree::Number(_))
}

pub(super) fn stage(stage: Stage) -> String {
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

pub(super) fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.collect();
    if names.is_empty() { "nobody".to_owned() } else { names.join(", ") }
}

/// The wire's spelling of a variant without fields.
pub(super) fn snake(variant: &impl Debug) -> String {
    let mut spelled = String::new();
    for letter in format!("{variant:?}").chars() {
        if letter.is_uppercase() && !spelled.is_empty() {
            spelled.push('_');
        }
        spelled.extend(letter.to_lowercase());
    }
    spelled
}
