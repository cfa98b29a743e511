//! Sheets of a mediation: the agreement, the undisputed facts, and the hand-over when it failed.

use std::collections::BTreeMap;

use ::docket::{Closing, Outcome};
use ::papers::{Block, Form, Line, Paper, Row, Section, SignaturePlace, Signed, Strokes, Text};
use model::archive::Attendee;
use model::recording::RecordFacts;
use model::{Fact, ParticipantId, Power, Role, Sheet, SigningMethod, Timestamp};

use super::{begun, called, held, named, person, stands_on, words};

/// Units of the pad on which signatures are drawn (`web/src/mediation/pad.ts`).
const PAD: (u16, u16) = (600, 200);

/// A sheet as its last version stands.
struct Last {
    version: u32,
    text: Text,
    read_at: Option<Timestamp>,
    signed: BTreeMap<ParticipantId, Signed>,
    in_force: Option<Timestamp>,
}

fn last(facts: &RecordFacts, of: Sheet) -> Option<Last> {
    let mut found: Option<Last> = None;
    for proof in &facts.minutes {
        let at = proof.minute.at;
        match (&proof.minute.fact, &mut found) {
            (Fact::SheetWritten { sheet, version, text }, found) if *sheet == of => {
                *found = Some(Last {
                    version: *version,
                    text: text.reveal().as_str().into(),
                    read_at: None,
                    signed: BTreeMap::new(),
                    in_force: None,
                });
            }
            (Fact::SheetRead { sheet, .. }, Some(last)) if *sheet == of => last.read_at = Some(at),
            (Fact::Signed { sheet, who, method, mark, .. }, Some(last)) if *sheet == of => {
                last.signed.insert(*who, signature(*method, mark.reveal(), at));
            }
            (Fact::SigningRefused { sheet, who, reason }, Some(last)) if *sheet == of => {
                let reason = reason.reveal().as_str().into();
                last.signed.insert(*who, Signed::Refused { reason });
            }
            (Fact::AgreementEffective { .. }, Some(last)) if of == Sheet::Agreement => {
                last.in_force = Some(at);
            }
            _ => {}
        }
    }
    found
}

pub(super) fn signature(method: SigningMethod, mark: &str, at: Timestamp) -> Signed {
    let words = words::signing(method);
    match method {
        SigningMethod::Handwritten => {
            Signed::Yes { method: words.into(), at, strokes: Strokes::read(mark, PAD), typed: None }
        }
        SigningMethod::Typed => {
            Signed::Yes { method: words.into(), at, strokes: None, typed: Some(mark.into()) }
        }
        SigningMethod::OnPaper | SigningMethod::Certificate => Signed::Yes {
            method: Text::new(&format!("{words}（{mark}）")),
            at,
            strokes: None,
            typed: None,
        },
    }
}

/// The agreement or the undisputed facts; none where nothing was written.
pub(super) fn sheet(facts: &RecordFacts, form: Form) -> Option<Paper> {
    let of = if form == Form::Agreement { Sheet::Agreement } else { Sheet::Facts };
    let last = last(facts, of)?;
    let title = if form == Form::Agreement { "调解协议" } else { "无争议事实记载" };
    let line = &facts.line;
    let mut paper = begun(form, title, line);
    paper.version = Some(last.version);
    paper.meta.push(Row::new("调解时间", held(line).as_str()));
    let mediators = line
        .attendees
        .iter()
        .filter(|attendee| attendee.role.leads(line.brief.kind) || attendee.role == Role::Mediator);
    let mediators: Vec<_> = mediators.map(|attendee| named(line, attendee)).collect();
    paper.meta.push(Row::new("主持调解", mediators.join("、").as_str()));
    let parties = line.attendees.iter().filter(|a| a.role.is_party() || a.role.is_for_party());
    let parties: Vec<_> = parties.map(|attendee| party(facts, attendee)).collect();
    let text = Block::Text { text: last.text.clone() };
    let heading = if form == Form::Agreement { "协议内容" } else { "各方无争议的事实" };
    paper.sections = vec![
        Section { heading: "当事人".into(), blocks: parties },
        Section { heading: heading.into(), blocks: vec![text] },
    ];
    paper.sections.push(effect(form, &last));
    if last.signed.is_empty() || (form == Form::Agreement && last.in_force.is_none()) {
        paper.watermark = Some(if form == Form::Agreement { "未生效" } else { "未签名" }.into());
    }
    paper.notes = vec![stands_on(facts)];
    paper.signatures = places(facts, &last);
    Some(paper)
}

/// A party, or who stands for one, in one line.
fn party(facts: &RecordFacts, attendee: &Attendee) -> Block {
    let mut text = attendee.name.reveal().clone();
    if let Some(of) = attendee.acts_for.and_then(|who| person(&facts.line, who)) {
        text.push_str(&format!("（代理{}", named(&facts.line, of)));
        match attendee.power {
            Some(Power::Special) => text.push_str("，特别授权"),
            Some(Power::General) => text.push_str("，一般授权"),
            None => {}
        }
        text.push('）');
    }
    let site = attendee.site_name.as_str();
    if !site.is_empty() {
        text.push_str(&format!("，在{site}参加"));
    }
    Block::Line(Line {
        role: attendee.role.chinese(facts.line.brief.course.panel).into(),
        name: Text::default(),
        text: text.as_str().into(),
        span: None,
        mark: None,
    })
}

fn effect(form: Form, last: &Last) -> Section {
    let read = match last.read_at {
        Some(at) => format!("本文本已于{}向各方宣读并说明。", papers::moment(at)),
        None => "本文本尚未向各方宣读。".to_owned(),
    };
    let effect = match (form, last.in_force) {
        (Form::Agreement, Some(at)) => {
            format!("\n本协议自各方当事人均签名之时，即{}起生效。", papers::moment(at))
        }
        (Form::Agreement, None) => "\n本协议尚未由各方当事人全部签名，未生效。".to_owned(),
        (_, _) => "\n除共同确认的上述事实外，各方在调解中所作的让步，以后不得作为对其不利的证据。"
            .to_owned(),
    };
    let text = Text::new(&format!("{read}{effect}"));
    Section { heading: Text::default(), blocks: vec![Block::Text { text }] }
}

/// Parties and mediators in the order of the docket: who signed, who refused, who has yet to.
fn places(facts: &RecordFacts, last: &Last) -> Vec<SignaturePlace> {
    let line = &facts.line;
    let stands_in = |party: ParticipantId| {
        line.attendees.iter().any(|attendee| {
            attendee.acts_for == Some(party) && last.signed.contains_key(&attendee.id)
        })
    };
    let place = |attendee: &Attendee| {
        let signed = last.signed.get(&attendee.id).cloned();
        let is_open = (attendee.role.is_party() && !stands_in(attendee.id))
            || attendee.role.leads(line.brief.kind);
        let signed = signed.or_else(|| is_open.then_some(Signed::Open))?;
        let (role, name) = called(line, attendee.id);
        Some(SignaturePlace { role, name, signed })
    };
    line.attendees.iter().filter_map(place).collect()
}

/// What goes back to the filing when a mediation failed; no draft and no concession is in it
/// (在线调解规则 art. 18).
pub(super) fn hand_over(facts: &RecordFacts, closing: Closing) -> Option<Paper> {
    let Outcome::Failed { ground } = closing.outcome else { return None };
    let line = &facts.line;
    let mut paper = begun(Form::HandOver, "调解不成立移交单", line);
    paper.meta.push(Row::new("调解时间", held(line).as_str()));
    paper.meta.push(Row::new("结束时间", papers::moment(closing.ended_at).as_str()));
    paper.meta.push(Row::new("不成立的原因", words::failure(ground)));
    let said = facts.minutes.iter().rev().find_map(|proof| {
        let Fact::MediationFailed { note, .. } = &proof.minute.fact else { return None };
        Some(note.reveal().clone())
    });
    if let Some(said) = said.filter(|said| !said.trim().is_empty()) {
        paper.meta.push(Row::new("说明", said.as_str()));
    }
    let people = line.attendees.iter().filter(|attendee| !attendee.role.only_watches());
    let people = people.map(|attendee| party(facts, attendee)).collect();
    paper.sections.push(Section { heading: "参加人".into(), blocks: people });
    let agreed = last(facts, Sheet::Facts).filter(|last| {
        let parties = line.attendees.iter().filter(|attendee| attendee.role.is_party());
        let bound = |party: &Attendee| {
            line.attendees.iter().any(|attendee| {
                (attendee.id == party.id || attendee.acts_for == Some(party.id))
                    && matches!(last.signed.get(&attendee.id), Some(Signed::Yes { .. }))
            })
        };
        parties.clone().count() > 0 && parties.clone().all(bound)
    });
    let text = match agreed {
        Some(last) => last.text,
        None => "各方没有共同签名确认的无争议事实。".into(),
    };
    let blocks = vec![Block::Text { text }];
    paper.sections.push(Section { heading: "各方签名确认的无争议事实".into(), blocks });
    let leader = line.attendees.iter().find(|attendee| attendee.role.leads(line.brief.kind));
    let (role, name) = leader.map_or_else(Default::default, |leader| called(line, leader.id));
    paper.signatures = vec![SignaturePlace { role, name, signed: Signed::Open }];
    paper.notes = vec!["调解中的方案、让步和谈话内容不随案移交。".into(), stands_on(facts)];
    Some(paper)
}
