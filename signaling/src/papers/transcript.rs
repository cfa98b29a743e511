//! The transcript as a document: the newest frozen version, what was objected to it and who signed.
//!
//! What is not here: who may have it, and the text's own form (crate `transcript`).

use ::papers::{Block, Form, Line, Paper, Row, Section, SignaturePlace, Signed, Span, Text};
use ::transcript::{Canonical, CanonicalLine};
use model::recording::RecordFacts;
use model::review::{Objection, ObjectionAnswer, ReviewView};
use model::{Kind, LineKind, ParticipantId};

use super::sheets::signature;
use super::{begun, called, held, named, stands_on};

/// A frozen version and what became of it.
#[derive(Debug)]
pub(crate) struct Frozen {
    /// Its text.
    pub(crate) text: Canonical,
    /// Objections, signatures, refusals.
    pub(crate) review: ReviewView,
}

/// The document; none where `form` is that of another kind of sitting.
pub(super) fn transcript(facts: &RecordFacts, frozen: &Frozen, form: Form) -> Option<Paper> {
    let line = &facts.line;
    let own =
        if line.brief.kind == Kind::Mediation { Form::MediationRecord } else { Form::Transcript };
    if form != own {
        return None;
    }
    let Frozen { text, review } = frozen;
    let mut paper = begun(form, &text.title, line);
    paper.version = Some(text.version);
    paper.meta.push(Row::new("时间", held(line).as_str()));
    let court = line.attendees.iter().filter(|attendee| attendee.role.is_court());
    let court: Vec<_> = court.map(|attendee| named(line, attendee)).collect();
    paper.meta.push(Row::new("审判人员", court.join("、").as_str()));
    let mut section = Section { heading: Text::default(), blocks: Vec::new() };
    for each in &text.lines {
        if each.kind == LineKind::Heading {
            let heading = each.text.reveal().as_str().into();
            let done = core::mem::replace(&mut section, Section { heading, blocks: Vec::new() });
            paper.sections.push(done);
        } else {
            section.blocks.push(block(facts, each, &review.objections));
        }
    }
    paper.sections.push(section);
    paper
        .sections
        .retain(|section| !section.blocks.is_empty() || !section.heading.one_line().is_empty());
    let signed = format!(
        "签名针对第{}版笔录文本，其摘要 SHA-256 {}，SM3 {}。",
        text.version, review.sha256, review.sm3
    );
    paper.notes = vec![Text::new(&signed), stands_on(facts)];
    paper.signatures = review.signers.iter().map(|who| place(facts, review, *who)).collect();
    if !review.settled {
        paper.watermark = Some("未签名".into());
    }
    Some(paper)
}

fn block(facts: &RecordFacts, line: &CanonicalLine, objections: &[Objection]) -> Block {
    let about: Vec<_> = objections
        .iter()
        .filter(|objection| objection.line == line.id)
        .map(|objection| objected(facts, objection))
        .collect();
    let (role, name) = match line.label.reveal().split_once('（') {
        Some((role, name)) => (role, name.trim_end_matches('）')),
        None => (line.label.reveal().as_str(), ""),
    };
    Block::Line(Line {
        role: role.into(),
        name: name.into(),
        text: line.text.reveal().as_str().into(),
        span: line.heard.map(|(from_ms, to_ms)| Span { from_ms, to_ms }),
        mark: (!about.is_empty()).then(|| Text::new(&about.join("；"))),
    })
}

/// An objection and its answer, in one sentence: the words before stay beside those now.
fn objected(facts: &RecordFacts, objection: &Objection) -> String {
    let who = who(facts, objection.who);
    let asked = objection.text.reveal();
    let answer = match &objection.answer {
        None => "尚未答复".to_owned(),
        Some(ObjectionAnswer::Corrected { before, .. }) => {
            format!("已补正，原记录“{}”", before.reveal())
        }
        Some(ObjectionAnswer::Refused { reason }) => format!("未予补正：{}", reason.reveal()),
    };
    format!("{who}申请补正：{asked}（{answer}）")
}

fn who(facts: &RecordFacts, who: ParticipantId) -> String {
    let (role, name) = called(&facts.line, who);
    format!("{}{}", role.one_line(), name.one_line())
}

fn place(facts: &RecordFacts, review: &ReviewView, who: ParticipantId) -> SignaturePlace {
    let (role, name) = called(&facts.line, who);
    let yes = review.signed.iter().find(|signature| signature.who == who);
    let no = review.refused.iter().find(|refusal| refusal.who == who);
    let signed = match (yes, no) {
        (Some(made), _) => signature(made.method, made.mark.reveal(), made.at),
        (None, Some(refusal)) => {
            Signed::Refused { reason: refusal.reason.reveal().as_str().into() }
        }
        (None, None) => Signed::Open,
    };
    SignaturePlace { role, name, signed }
}
