//! Messages and bodies of the transcript.

use model::review::{CodeWay, SigningCode, SigningCodeAsk, TranscriptPerson, TranscriptView};
use model::transcript::{SpeechTurn, TextPart};
use model::{
    LineId, LineKind, Phase, Refusal, ReviewAsk, ReviewView, Role, SignFor, SigningMethod,
    TranscriptEdit, TranscriptLine, TranscriptOp, TranscriptRoom, TranscriptStep,
};
use protocol::{ClientMessage, ServerMessage};

use crate::{AT, WHO, body, private};

const DESK: &str = "k3f9a1";

fn id() -> LineId {
    LineId("k3f9a1-4".to_owned())
}

fn change() -> Vec<TextPart> {
    vec![TextPart::Keep(4), TextPart::Drop(1), TextPart::Put(private("还款"))]
}

fn line() -> TranscriptLine {
    TranscriptLine {
        id: id(),
        rev: 3,
        kind: LineKind::Speech,
        speaker: Some(WHO),
        label: private("原告（张三）"),
        room: TranscriptRoom::Court {},
        phase: Some(Phase::Statements),
        at: AT,
        heard: None,
        draft: None,
        called: Vec::new(),
        text: private("请求判令被告还款三万元。"),
    }
}

pub(crate) fn read_along() -> ClientMessage {
    ClientMessage::ReadAlong { desk: DESK.to_owned(), since: 0 }
}

pub(crate) fn write() -> ClientMessage {
    let edit = TranscriptEdit::Type { line: id(), rev: 3, change: change() };
    ClientMessage::Write { desk: DESK.to_owned(), seq: 12, edits: vec![edit] }
}

pub(crate) fn lines() -> ServerMessage {
    let lines = vec![line()];
    ServerMessage::Transcript { n: 41, done: 11, more: false, whole: true, writes: true, lines }
}

pub(crate) fn steps() -> ServerMessage {
    let op = TranscriptOp::Typed { line: id(), rev: 4, change: change(), heard: None };
    let (by, desk) = (Some(WHO), DESK.to_owned());
    let step = TranscriptStep { n: 42, at: AT, by, desk, seq: 12, op };
    ServerMessage::TranscriptSteps { n: 42, steps: vec![step] }
}

pub(crate) const fn refused() -> ServerMessage {
    ServerMessage::TranscriptRefused { seq: 12, why: Refusal::TextMoved }
}

pub(crate) fn partial() -> ServerMessage {
    ServerMessage::Hearing { who: WHO, turn: 7, text: private("我当时") }
}

pub(crate) fn turns() -> ServerMessage {
    let over =
        SpeechTurn { turn: 6, who: WHO, from_ms: 61_240, to_ms: Some(64_800), cross_ms: 320 };
    let on = SpeechTurn { turn: 7, who: WHO, from_ms: 66_010, to_ms: None, cross_ms: 0 };
    ServerMessage::Turns { turns: vec![over, on] }
}

pub(crate) fn away() -> ServerMessage {
    ServerMessage::RecognitionAway { why: "no answer for 5 s".to_owned() }
}

fn standing() -> ReviewView {
    ReviewView {
        version: 1,
        frozen: true,
        sha256: "9f2c…".to_owned(),
        sm3: "51ab…".to_owned(),
        frozen_at: Some(AT),
        signers: vec![WHO],
        ..ReviewView::default()
    }
}

pub(crate) fn review() -> ServerMessage {
    ServerMessage::Review { review: standing() }
}

pub(crate) fn bodies(text: &mut String) {
    let (id, role, name) = (WHO, Role::Plaintiff, private("张三"));
    let (account, in_court) = (false, false);
    let person = TranscriptPerson { id, role, name, account, in_court, away: None };
    let view = TranscriptView {
        me: Some(WHO),
        keeps: false,
        lines: vec![line()],
        review: standing(),
        people: vec![person],
        replaced: false,
    };
    body(text, "`GET` and `POST /api/hearings/{hearing}/transcript`, answered", &view);
    let sign = ReviewAsk::Sign {
        version: 1,
        sha256: "9f2c…".to_owned(),
        method: SigningMethod::Typed,
        mark: private("张三"),
        code: Some(private("482913")),
    };
    body(text, "`POST /api/hearings/{hearing}/transcript`", &sign);
    let paper = ReviewAsk::SignFor {
        who: WHO,
        version: 1,
        sha256: "9f2c…".to_owned(),
        how: SignFor::OnPaper { note: private("卷宗第3页"), scan: private("/9j/4AAQ…") },
    };
    body(text, "`POST /api/hearings/{hearing}/transcript`, by who keeps it", &paper);
    let ask = SigningCodeAsk { who: Some(WHO) };
    body(text, "`POST /api/hearings/{hearing}/transcript/code`", &ask);
    let code = SigningCode { way: CodeWay::Told, code: Some(private("482913")), until: AT };
    body(text, "`POST /api/hearings/{hearing}/transcript/code`, answered", &code);
}
