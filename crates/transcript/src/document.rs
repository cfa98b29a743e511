//! The lines as they stand, changed by the steps of the log alone.
//!
//! What is not here: the disk, and who reads what.

use std::collections::{BTreeMap, BTreeSet};

use model::archive::Attendee;
use model::limits::{
    TRANSCRIPT_CHARS_MAX, TRANSCRIPT_DESKS_MAX, TRANSCRIPT_LINES_MAX, TRANSCRIPT_NAME_CHARS_MAX,
    TRANSCRIPT_STEPS_MAX,
};
use model::transcript::{SpeechTurn, TextPart};
use model::{
    LineId, ParticipantId, Phase, Private, Refusal, Role, Timestamp, TranscriptEdit,
    TranscriptLine, TranscriptOp, TranscriptRoom, TranscriptStep,
};

use crate::text::{TextFault, apply};

/// In whose hand something is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hand {
    /// Who; none for the machine.
    pub by: Option<ParticipantId>,
    /// Which page of theirs.
    pub desk: String,
    /// The page's count.
    pub seq: u32,
    /// When.
    pub at: Timestamp,
    /// Among whom.
    pub room: TranscriptRoom,
    /// In which phase.
    pub phase: Option<Phase>,
    /// Called people in the courtroom.
    pub called: Vec<ParticipantId>,
    /// Turns of speech that are written down.
    pub turns: Vec<SpeechTurn>,
}

impl Hand {
    /// Where a turn of speech stands on the hearing's time line, ms.
    fn heard(&self, turn: Option<u64>) -> Option<(u64, u64)> {
        let found = self.turns.iter().find(|each| Some(each.turn) == turn)?;
        Some((found.from_ms, found.to_ms.unwrap_or(found.from_ms)))
    }
}

/// The document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    lines: Vec<TranscriptLine>,
    /// Every name ever given: none comes twice.
    names: BTreeSet<LineId>,
    /// Characters ever written, those that went again included.
    chars: usize,
    /// The last step.
    steps: u64,
    /// The newest count of each page, and the step it was in.
    desks: BTreeMap<String, (u32, u64)>,
}

/// How somebody is written at the head of a line: `原告（张三）`.
pub fn label(people: &[Attendee], speaker: Option<ParticipantId>) -> Option<Private<String>> {
    let Some(speaker) = speaker else { return Some(Private::default()) };
    let who = people.iter().find(|person| person.id == speaker)?;
    let panel = people.iter().any(|other| matches!(other.role, Role::Judge | Role::Assessor));
    Some(Private::new(format!("{}（{}）", who.role.chinese(panel), who.name.reveal())))
}

impl Document {
    /// The lines, in order.
    pub fn lines(&self) -> &[TranscriptLine] {
        &self.lines
    }

    /// A line.
    pub fn line(&self, id: &LineId) -> Option<&TranscriptLine> {
        self.lines.iter().find(|line| line.id == *id)
    }

    /// The number of the last step.
    pub const fn steps(&self) -> u64 {
        self.steps
    }

    /// The newest count of a page that is done.
    pub fn done(&self, desk: &str) -> u32 {
        self.desks.get(desk).map_or(0, |(seq, _)| *seq)
    }

    /// What a page's edits come to: all of them, or none. Nothing is changed yet: the steps are
    /// to be written down first and then applied.
    ///
    /// # Errors
    /// `TextMoved` where an edit was made on an older revision; `NotFound` for a line that is not
    /// there, or not to be known among these people; `AlreadyThere` for a name or a count that was
    /// used; `TextTooLong`, `Full`, `NotPlausible`.
    pub fn steps_of(
        &self,
        people: &[Attendee],
        hand: &Hand,
        edits: &[TranscriptEdit],
    ) -> Result<Vec<TranscriptStep>, Refusal> {
        if !is_name(&hand.desk) {
            return Err(Refusal::NotPlausible);
        }
        if hand.seq <= self.done(&hand.desk) {
            return Err(Refusal::AlreadyThere);
        }
        if self.chars > TRANSCRIPT_CHARS_MAX {
            return Err(Refusal::Full);
        }
        if let [edit] = edits {
            // What is typed is one edit: no copy of the whole document for each key.
            if self.steps >= TRANSCRIPT_STEPS_MAX {
                return Err(Refusal::Full);
            }
            return Ok(vec![self.step(hand, self.op_of(people, hand, edit)?)]);
        }
        let mut next = self.clone();
        let mut steps = Vec::new();
        for edit in edits {
            if next.steps >= TRANSCRIPT_STEPS_MAX {
                return Err(Refusal::Full);
            }
            let op = next.op_of(people, hand, edit)?;
            let step = next.step(hand, op);
            next.apply(&step);
            steps.push(step);
        }
        Ok(steps)
    }

    /// The step that follows, with what is in hand.
    pub(crate) fn step(&self, hand: &Hand, op: TranscriptOp) -> TranscriptStep {
        let Hand { by, desk, seq, at, .. } = hand.clone();
        TranscriptStep { n: self.steps + 1, at, by, desk, seq, op }
    }

    fn op_of(
        &self,
        people: &[Attendee],
        hand: &Hand,
        edit: &TranscriptEdit,
    ) -> Result<TranscriptOp, Refusal> {
        match edit {
            TranscriptEdit::Add { line, after, kind, speaker, text, turn } => {
                if !is_name(&line.0) {
                    return Err(Refusal::NotPlausible);
                }
                if self.names.contains(line) {
                    return Err(Refusal::AlreadyThere);
                }
                if self.lines.len() >= TRANSCRIPT_LINES_MAX {
                    return Err(Refusal::Full);
                }
                // A line that went meanwhile leaves its place to the end.
                let after = match after {
                    Some(after) if self.line(after).is_none() => self.last(),
                    after => after.clone(),
                };
                let text = apply("", &[TextPart::Put(text.clone())]).map_err(refusal)?;
                Ok(TranscriptOp::Added {
                    after,
                    line: TranscriptLine {
                        id: line.clone(),
                        rev: 0,
                        kind: *kind,
                        speaker: *speaker,
                        label: label(people, *speaker).ok_or(Refusal::NobodyThere)?,
                        room: hand.room,
                        phase: hand.phase,
                        at: hand.at,
                        heard: hand.heard(*turn),
                        draft: None,
                        called: hand.called.clone(),
                        text: Private::new(text),
                    },
                })
            }
            TranscriptEdit::Type { line, rev, change } => {
                let found = self.line(line).ok_or(Refusal::NotFound)?;
                if found.rev != *rev {
                    return Err(Refusal::TextMoved);
                }
                apply(found.text.reveal(), change).map_err(refusal)?;
                let (line, change) = (line.clone(), change.clone());
                Ok(TranscriptOp::Typed { line, rev: rev + 1, change, heard: None })
            }
            TranscriptEdit::Attribute { line, kind, speaker } => {
                self.line(line).ok_or(Refusal::NotFound)?;
                let label = label(people, *speaker).ok_or(Refusal::NobodyThere)?;
                let (line, kind, speaker) = (line.clone(), *kind, *speaker);
                Ok(TranscriptOp::Attributed { line, kind, speaker, label })
            }
            TranscriptEdit::Accept { line } => {
                let found = self.line(line).ok_or(Refusal::NotFound)?;
                found.draft.as_ref().ok_or(Refusal::NotPlausible)?;
                Ok(TranscriptOp::Accepted { line: line.clone() })
            }
            TranscriptEdit::Remove { line } => {
                self.line(line).ok_or(Refusal::NotFound)?;
                Ok(TranscriptOp::Removed { line: line.clone() })
            }
        }
    }

    /// Name of the last line.
    pub(crate) fn last(&self) -> Option<LineId> {
        self.lines.last().map(|line| line.id.clone())
    }

    /// Takes a step of the log in; false when it does not follow.
    pub fn apply(&mut self, step: &TranscriptStep) -> bool {
        if step.n != self.steps + 1 {
            return false;
        }
        self.steps = step.n;
        self.remember(step);
        match &step.op {
            TranscriptOp::Added { after, line } => {
                let behind = |after: &LineId| self.lines.iter().position(|line| line.id == *after);
                let at = after.as_ref().map_or(Some(0), |after| behind(after).map(|at| at + 1));
                self.names.insert(line.id.clone());
                self.chars += line.text.reveal().chars().count();
                self.lines.insert(at.unwrap_or(self.lines.len()), line.clone());
            }
            TranscriptOp::Typed { line, rev, change, heard } => {
                let Some(line) = self.line_mut(line) else { return false };
                let Ok(text) = apply(line.text.reveal(), change) else { return false };
                let (before, after) = (line.text.reveal().chars().count(), text.chars().count());
                let grown = after.saturating_sub(before);
                line.text = Private::new(text);
                line.rev = *rev;
                match (heard, &mut line.draft) {
                    (None, Some(draft)) => draft.open = false,
                    (Some(more), Some(draft)) => {
                        draft.confidence = more.confidence;
                        line.heard = line.heard.map(|(from, _)| (from, more.to_ms));
                    }
                    (_, None) => {}
                }
                self.chars += grown;
            }
            TranscriptOp::Attributed { line, kind, speaker, label } => {
                let Some(line) = self.line_mut(line) else { return false };
                line.kind = *kind;
                line.speaker = *speaker;
                line.label = label.clone();
            }
            TranscriptOp::Accepted { line } => {
                let Some(line) = self.line_mut(line) else { return false };
                if let Some(draft) = &mut line.draft {
                    draft.open = false;
                }
            }
            TranscriptOp::Removed { line } => self.lines.retain(|other| other.id != *line),
        }
        true
    }

    fn line_mut(&mut self, id: &LineId) -> Option<&mut TranscriptLine> {
        self.lines.iter_mut().find(|line| line.id == *id)
    }

    /// Remembers a page's count; of too many pages the one that was silent longest is forgotten.
    fn remember(&mut self, step: &TranscriptStep) {
        if step.by.is_none() {
            return;
        }
        self.desks.insert(step.desk.clone(), (step.seq, step.n));
        if self.desks.len() > TRANSCRIPT_DESKS_MAX {
            let oldest =
                self.desks.iter().min_by_key(|(_, (_, n))| *n).map(|(desk, _)| desk.clone());
            if let Some(desk) = oldest {
                self.desks.remove(&desk);
            }
        }
    }
}

fn is_name(name: &str) -> bool {
    (1..=TRANSCRIPT_NAME_CHARS_MAX).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

const fn refusal(fault: TextFault) -> Refusal {
    match fault {
        TextFault::Shape => Refusal::NotPlausible,
        TextFault::Long => Refusal::TextTooLong,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use model::LineKind;

    use super::*;

    pub(crate) const ANNA: ParticipantId = ParticipantId(3);

    pub(crate) fn people() -> Vec<Attendee> {
        let named = |id, role, name: &str| Attendee::new(ParticipantId(id), role, name.into());
        vec![
            named(1, Role::PresidingJudge, "李法官"),
            named(2, Role::Clerk, "陈书记"),
            named(3, Role::Plaintiff, "张三"),
        ]
    }

    pub(crate) fn hand(desk: &str, seq: u32) -> Hand {
        Hand {
            by: Some(ParticipantId(2)),
            desk: desk.to_owned(),
            seq,
            at: Timestamp(1_000),
            room: TranscriptRoom::Court {},
            phase: Some(Phase::Statements),
            called: Vec::new(),
            turns: Vec::new(),
        }
    }

    pub(crate) fn add(line: &str, after: Option<&str>, text: &str) -> TranscriptEdit {
        TranscriptEdit::Add {
            line: LineId(line.to_owned()),
            after: after.map(|after| LineId(after.to_owned())),
            kind: LineKind::Speech,
            speaker: Some(ANNA),
            text: text.into(),
            turn: None,
        }
    }

    fn put(line: &str, rev: u32, keep: u32, text: &str) -> TranscriptEdit {
        let change = vec![TextPart::Keep(keep), TextPart::Put(text.into())];
        TranscriptEdit::Type { line: LineId(line.to_owned()), rev, change }
    }

    pub(crate) fn write(document: &mut Document, hand: &Hand, edits: &[TranscriptEdit]) {
        for step in document.steps_of(&people(), hand, edits).expect("allowed") {
            assert!(document.apply(&step));
        }
    }

    fn text(document: &Document) -> String {
        let line =
            |line: &TranscriptLine| format!("{}：{}", line.label.reveal(), line.text.reveal());
        document.lines().iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn lines_come_in_order_and_text_on_its_revision() {
        let mut document = Document::default();
        write(
            &mut document,
            &hand("a", 1),
            &[add("a-1", None, "我要"), add("a-2", Some("a-1"), "完")],
        );
        write(&mut document, &hand("b", 1), &[add("b-1", Some("a-1"), "")]);
        write(&mut document, &hand("a", 2), &[put("a-1", 0, 2, "还款")]);
        assert_eq!(text(&document), "原告（张三）：我要还款\n原告（张三）：\n原告（张三）：完");
        let stale = document.steps_of(&people(), &hand("b", 2), &[put("a-1", 0, 0, "x")]);
        assert_eq!(stale, Err(Refusal::TextMoved));
    }

    #[test]
    fn a_line_that_writes_a_turn_down_stands_where_it_was_spoken() {
        let turn = |turn, to_ms| SpeechTurn { turn, who: ANNA, from_ms: 900, to_ms, cross_ms: 0 };
        let hand = Hand { turns: vec![turn(6, Some(1_700)), turn(7, None)], ..hand("a", 1) };
        let of = |name: &str, wanted| {
            let TranscriptEdit::Add { line, after, kind, speaker, text, .. } = add(name, None, "")
            else {
                unreachable!("made above")
            };
            TranscriptEdit::Add { line, after, kind, speaker, text, turn: wanted }
        };
        let mut document = Document::default();
        let edits = [of("a-1", Some(6)), of("a-2", Some(7)), of("a-3", Some(99)), of("a-4", None)];
        write(&mut document, &hand, &edits);
        let heard = |name: &str| document.line(&LineId(name.into())).and_then(|line| line.heard);
        assert_eq!(heard("a-1"), Some((900, 1_700)));
        assert_eq!(heard("a-2"), Some((900, 900)), "it is still spoken");
        assert_eq!((heard("a-3"), heard("a-4")), (None, None), "no such turn is remembered");
    }

    #[test]
    fn a_name_that_is_put_right_meanwhile_changes_no_line_that_was_written() {
        let mut document = Document::default();
        write(&mut document, &hand("a", 1), &[add("a-1", None, "我要还款")]);
        let mut people = people();
        people[2].name = "张𬭚".into();
        let edit = [add("a-2", Some("a-1"), "以上属实")];
        for step in document.steps_of(&people, &hand("a", 2), &edit).expect("allowed") {
            assert!(document.apply(&step));
        }
        assert_eq!(text(&document), "原告（张三）：我要还款\n原告（张𬭚）：以上属实");
        // Who is to be written newly is attributed anew.
        let (line, kind) = (LineId("a-1".to_owned()), LineKind::Speech);
        let edit = [TranscriptEdit::Attribute { line, kind, speaker: Some(ANNA) }];
        for step in document.steps_of(&people, &hand("a", 3), &edit).expect("allowed") {
            assert!(document.apply(&step));
        }
        assert!(text(&document).starts_with("原告（张𬭚）：我要还款"));
    }

    #[test]
    fn the_same_count_is_done_once() {
        let mut document = Document::default();
        write(&mut document, &hand("a", 1), &[add("a-1", None, "一")]);
        let again = document.steps_of(&people(), &hand("a", 1), &[put("a-1", 0, 1, "一")]);
        assert_eq!(again, Err(Refusal::AlreadyThere));
        assert_eq!((document.done("a"), document.done("b")), (1, 0));
    }

    #[test]
    fn a_refused_batch_changes_nothing() {
        let document = Document::default();
        let edits = [add("a-1", None, "一"), put("a-9", 0, 0, "二")];
        assert_eq!(document.steps_of(&people(), &hand("a", 1), &edits), Err(Refusal::NotFound));
        let stranger = TranscriptEdit::Attribute {
            line: LineId("a-1".into()),
            kind: LineKind::Speech,
            speaker: Some(ParticipantId(99)),
        };
        let edits = [add("a-1", None, "一"), stranger];
        assert_eq!(document.steps_of(&people(), &hand("a", 1), &edits), Err(Refusal::NobodyThere));
    }

    #[test]
    fn replaying_the_log_gives_the_document_back() {
        let mut document = Document::default();
        let mut log = Vec::new();
        for (seq, edits) in (1..).zip([
            vec![add("a-1", None, "一"), add("a-2", Some("a-1"), "二")],
            vec![put("a-2", 0, 1, "三")],
            vec![TranscriptEdit::Remove { line: LineId("a-1".into()) }],
        ]) {
            let steps = document.steps_of(&people(), &hand("a", seq), &edits).expect("allowed");
            steps.iter().for_each(|step| assert!(document.apply(step)));
            log.extend(steps);
        }
        let mut again = Document::default();
        assert!(log.iter().all(|step| again.apply(step)));
        assert_eq!(again, document);
        assert!(!again.apply(&log[0]), "a step comes once");
    }
}
