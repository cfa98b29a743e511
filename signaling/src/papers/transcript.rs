//! The transcript as a document: the newest frozen version, what was objected to it and who signed.
//!
//! What is not here: who may have it, and the text's own form (crate `transcript`).

use ::papers::{Block, Form, Line, Paper, Row, Section, SignaturePlace, Signed, Span, Text};
use ::transcript::{Canonical, CanonicalLine};
use model::recording::RecordFacts;
use model::review::{
    CodeWay, Objection, ObjectionAnswer, ReviewView, TranscriptReading, TranscriptSignature,
};
use model::{FrozenPart, Kind, LineId, LineKind, ParticipantId, SignatureProof};

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
    let parts = review.parts.iter().map(|part| (part.who, true));
    let signers = review.signers.iter().map(|who| (*who, false)).chain(parts);
    paper.signatures = signers.map(|who| place(facts, review, who)).collect();
    paper.notes.extend(review.parts.iter().map(|part| own_part(facts, part)));
    paper.notes.extend(
        review
            .read_aloud
            .iter()
            .filter(|read| read.version == text.version)
            .map(|read| read_aloud(facts, text, read)),
    );
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

fn own_part(facts: &RecordFacts, part: &FrozenPart) -> Text {
    let who = who(facts, part.who);
    let FrozenPart { lines, sha256, sm3, .. } = part;
    Text::new(&format!(
        "{who}仅阅看并签署其在庭期间的部分（{lines}行），其摘要 SHA-256 {sha256}，SM3 {sm3}。"
    ))
}

/// Which lines were read to whom, by whose terminal, when.
fn read_aloud(facts: &RecordFacts, text: &Canonical, read: &TranscriptReading) -> Text {
    let to: Vec<_> = read.to.iter().map(|to| who(facts, *to)).collect();
    let number =
        |id: &LineId| text.lines.iter().position(|line| line.id == *id).map_or(0, |at| at + 1);
    Text::new(&format!(
        "{}在{}向{}朗读第{}版笔录第{}行至第{}行。",
        ::papers::moment(read.at),
        read.terminal,
        to.join("、"),
        read.version,
        number(&read.first),
        number(&read.last),
    ))
}

/// What a signature stands on, in words.
fn proof(facts: &RecordFacts, signature: &TranscriptSignature) -> String {
    let by = signature.noted_by.map(|by| who(facts, by)).unwrap_or_default();
    match &signature.proof {
        None => String::new(),
        Some(SignatureProof::Code { way: CodeWay::Told }) => "，经法院当面告知的验证码核验".into(),
        Some(SignatureProof::Code { way: CodeWay::Sms }) => "，经短信验证码核验".into(),
        Some(SignatureProof::Password {}) => "，经账号密码核验".into(),
        Some(SignatureProof::Terminal {}) => format!("，在{by}的终端上阅看全文后签名"),
        Some(SignatureProof::Scan { file }) => {
            format!("，由{by}记明，签名页影像 {}，SHA-256 {}", file.name, file.sha256)
        }
        Some(SignatureProof::Certificate { file, issuer, serial, .. }) => {
            format!("，颁发者 {issuer}，序列号 {serial}，签名文件 {}", file.name)
        }
    }
}

fn place(
    facts: &RecordFacts,
    review: &ReviewView,
    (who, part): (ParticipantId, bool),
) -> SignaturePlace {
    let (mut role, name) = called(&facts.line, who);
    if part {
        role = Text::new(&format!("{}（在庭期间的部分）", role.one_line()));
    }
    let yes = review.signed.iter().find(|signature| signature.who == who);
    let no = review.refused.iter().find(|refusal| refusal.who == who);
    let signed = match (yes, no) {
        (Some(made), _) => match signature(made.method, made.mark.reveal(), made.at) {
            Signed::Yes { method, at, strokes, typed } => {
                let method = Text::new(&format!("{}{}", method.one_line(), proof(facts, made)));
                Signed::Yes { method, at, strokes, typed }
            }
            other @ (Signed::Open | Signed::Refused { .. }) => other,
        },
        (None, Some(refusal)) => {
            Signed::Refused { reason: refusal.reason.reveal().as_str().into() }
        }
        (None, None) => Signed::Open,
    };
    SignaturePlace { role, name, signed }
}
