//! Draft lines of what an engine heard: under the speaker whose track it was, in the order in which
//! they began to speak, each turn one line.
//!
//! A text somebody touched is never changed again: what the engine says later of that turn begins a
//! line of its own. What comes twice, or too late to be new, is dropped.
//!
//! What is not here: partial texts, which are told and never kept.

use model::archive::Attendee;
use model::heard::{Heard, HeardWhat};
use model::limits::{TRANSCRIPT_LINE_CHARS_MAX, TRANSCRIPT_LINES_MAX, TRANSCRIPT_STEPS_MAX};
use model::transcript::{Draft, DraftMore, TextPart};
use model::{LineId, LineKind, Private, TranscriptLine, TranscriptOp, TranscriptStep};

use crate::document::{Document, Hand, label};
use crate::text::is_seen;

/// Characters of an engine's name that are kept.
const ENGINE_CHARS_MAX: usize = 64;

/// Makes drafts of what is heard.
#[derive(Clone, Copy, Debug, Default)]
pub struct Drafter;

impl Drafter {
    /// What something heard comes to; nothing for what is no final text.
    pub fn step(
        self,
        document: &Document,
        people: &[Attendee],
        hand: &Hand,
        heard: &Heard,
    ) -> Option<TranscriptStep> {
        let HeardWhat::Final { text, from_ms, to_ms, confidence, engine } = &heard.what else {
            return None;
        };
        if document.steps() >= TRANSCRIPT_STEPS_MAX {
            return None;
        }
        let words: String =
            text.chars().filter(|c| is_seen(*c)).take(TRANSCRIPT_LINE_CHARS_MAX).collect();
        let words = words.trim();
        let confidence = confidence.map(|percent| percent.min(100));
        let of_turn = |line: &&TranscriptLine| {
            line.draft.as_ref().is_some_and(|draft| draft.turn == heard.turn)
        };
        let last = document.lines().iter().rfind(of_turn);
        let known = last.and_then(|line| line.heard).is_some_and(|(_, end)| *to_ms <= end);
        if words.is_empty() || known {
            return None;
        }
        if let Some(line) = last
            && let Some(draft) = line.draft.as_ref().filter(|draft| draft.open)
            && line.text.reveal().chars().count() + words.chars().count()
                <= TRANSCRIPT_LINE_CHARS_MAX
        {
            let units = line.text.reveal().chars().map(char::len_utf16).sum::<usize>();
            let keep = TextPart::Keep(u32::try_from(units).unwrap_or(u32::MAX));
            let put = TextPart::Put(Private::new(glued(line.text.reveal(), words)));
            let more = DraftMore { to_ms: *to_ms, confidence: least(draft.confidence, confidence) };
            let op = TranscriptOp::Typed {
                line: line.id.clone(),
                rev: line.rev + 1,
                change: vec![keep, put],
                heard: Some(more),
            };
            return Some(document.step(hand, op));
        }
        if document.lines().len() >= TRANSCRIPT_LINES_MAX {
            return None;
        }
        let line = TranscriptLine {
            id: LineId(format!("m-{}", document.steps() + 1)),
            rev: 0,
            kind: LineKind::Speech,
            speaker: Some(heard.participant),
            label: label(people, Some(heard.participant))?,
            room: hand.room,
            phase: hand.phase,
            at: hand.at,
            heard: Some((*from_ms, *to_ms)),
            draft: Some(Draft {
                turn: heard.turn,
                engine: engine.chars().take(ENGINE_CHARS_MAX).collect(),
                confidence,
                open: true,
            }),
            called: hand.called.clone(),
            text: Private::from(words),
        };
        let op = TranscriptOp::Added { after: place(document, *from_ms), line };
        Some(document.step(hand, op))
    }
}

/// Behind which line words belong that begin then: before drafts that begin later.
fn place(document: &Document, from_ms: u64) -> Option<LineId> {
    let later = |line: &TranscriptLine| {
        let open = line.draft.as_ref().is_some_and(|draft| draft.open);
        open && line.heard.is_some_and(|(from, _)| from > from_ms)
    };
    document.lines().iter().rfind(|line| !later(line)).map(|line| line.id.clone())
}

const fn least(one: Option<u8>, other: Option<u8>) -> Option<u8> {
    match (one, other) {
        (Some(one), Some(other)) => Some(if one < other { one } else { other }),
        (None, any) | (any, None) => any,
    }
}

/// Words that go on: a space between two that are written with spaces.
fn glued(before: &str, words: &str) -> String {
    let spaced = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let space = spaced(before.chars().last()) && spaced(words.chars().next());
    if space { format!(" {words}") } else { words.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::tests::{ANNA, hand, people, write};
    use model::TranscriptEdit;

    fn said(turn: u64, (from_ms, to_ms): (u64, u64), text: &str, confidence: u8) -> Heard {
        let what = HeardWhat::Final {
            text: text.to_owned(),
            from_ms,
            to_ms,
            confidence: Some(confidence),
            engine: "test".to_owned(),
        };
        Heard { participant: ANNA, turn, from_ms, what }
    }

    fn machine() -> Hand {
        Hand { by: None, desk: String::new(), seq: 0, ..hand("m", 1) }
    }

    fn hear(document: &mut Document, heard: &Heard) -> bool {
        let step = Drafter.step(document, &people(), &machine(), heard);
        step.is_some_and(|step| document.apply(&step))
    }

    fn texts(document: &Document) -> Vec<&str> {
        document.lines().iter().map(|line| line.text.reveal().as_str()).collect()
    }

    #[test]
    fn a_turn_is_one_line_with_its_least_confidence_and_nothing_comes_twice() {
        let mut document = Document::default();
        assert!(hear(&mut document, &said(1, (0, 900), "我要求还款", 91)));
        assert!(hear(&mut document, &said(1, (900, 1_800), "三万元", 62)));
        assert!(!hear(&mut document, &said(1, (900, 1_800), "三万元", 62)), "a duplicate");
        assert_eq!(texts(&document), ["我要求还款三万元"]);
        let line = &document.lines()[0];
        assert_eq!(line.label.reveal(), "原告（张三）");
        assert_eq!(line.heard, Some((0, 1_800)));
        assert_eq!(line.draft.as_ref().and_then(|draft| draft.confidence), Some(62));
    }

    #[test]
    fn a_corrected_text_is_never_overwritten() {
        let mut document = Document::default();
        hear(&mut document, &said(1, (0, 900), "我要求环款", 50));
        let change = vec![TextPart::Keep(3), TextPart::Drop(1), TextPart::Put("还".into())];
        let line = document.lines()[0].id.clone();
        write(&mut document, &hand("a", 1), &[TranscriptEdit::Type { line, rev: 0, change }]);
        assert!(hear(&mut document, &said(1, (900, 1_500), "三万", 80)));
        assert_eq!(texts(&document), ["我要求还款", "三万"]);
        assert!(!document.lines()[0].draft.as_ref().is_some_and(|draft| draft.open));
    }

    #[test]
    fn late_words_stand_before_what_was_said_later() {
        let mut document = Document::default();
        hear(&mut document, &said(2, (5_000, 6_000), "后", 90));
        hear(&mut document, &said(1, (1_000, 2_000), "先", 90));
        assert_eq!(texts(&document), ["先", "后"]);
    }

    #[test]
    fn a_year_of_text_or_none_does_no_harm() {
        let mut document = Document::default();
        assert!(!hear(&mut document, &said(1, (0, 1), " \u{202e}\n", 90)));
        assert!(hear(&mut document, &said(1, (0, 1), &"字".repeat(1_000_000), 255)));
        assert_eq!(texts(&document)[0].chars().count(), TRANSCRIPT_LINE_CHARS_MAX);
        assert!(hear(&mut document, &said(1, (1, 2), "完", 90)), "a line of its own");
        assert_eq!(document.lines().len(), 2);
        let stranger =
            Heard { participant: model::ParticipantId(99), ..said(3, (9, 10), "谁", 9) };
        assert!(!hear(&mut document, &stranger));
    }
}
