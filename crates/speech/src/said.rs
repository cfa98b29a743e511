//! What an engine said, made fit to be read: cleaned, bounded, once, and on the hearing's time line.
//!
//! What is not here: how it was said (`funasr`, `sherpa`, `vosk`).

use model::heard::HeardWhat;
use model::limits::{HEARD_CHARS_MAX, HEARD_TURN_CHARS_MAX};

use crate::SAMPLES_MS;

/// An engine's times may lie beyond the sound it got by so much, ms.
const BEYOND_MS: u64 = 500;

/// An answer of an engine, times counted from the first sample of the connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Words that may change: all since the last ones that stand.
    Partial(String),
    /// Words that stand.
    Final {
        /// The words.
        text: String,
        /// From when to when, ms; nothing if it does not say or makes no sense.
        span_ms: Option<(u64, u64)>,
        /// How sure it is, percent.
        confidence: Option<u8>,
    },
    /// It may have no more to say.
    Last,
    /// It says that it cannot.
    Trouble(String),
}

/// Words that stand: text, samples sent when they came, their place as the engine says.
type Stood = (String, u64, Option<(u64, u64)>);

/// What an engine made of one turn so far, over as many connections as it took.
#[derive(Debug)]
pub struct Draft {
    engine: String,
    /// Where the turn's words begin or go on, ms.
    from_ms: u64,
    /// Where the first sample of the connection stands, ms.
    origin_ms: u64,
    /// Samples sent over the connection.
    sent: u64,
    /// End of the turn's voice, once it is known, ms.
    voice_to_ms: Option<u64>,
    /// The last words that stood.
    last: Option<Stood>,
    partial: String,
    chars: usize,
    /// Answers left out because the engine said too much.
    pub left_out: u64,
}

impl Draft {
    /// The draft of a turn that began at `from_ms`, by an engine of this name.
    pub const fn new(engine: String, from_ms: u64) -> Self {
        Self {
            engine,
            from_ms,
            origin_ms: from_ms,
            sent: 0,
            voice_to_ms: None,
            last: None,
            partial: String::new(),
            chars: 0,
            left_out: 0,
        }
    }

    /// A connection begins, with sound from this moment of the time line on, ms.
    pub fn connected(&mut self, origin_ms: u64) {
        self.origin_ms = origin_ms;
        self.sent = 0;
        self.partial.clear();
    }

    /// So many samples were sent.
    pub const fn sent(&mut self, samples: usize) {
        self.sent += samples as u64;
    }

    /// The turn's voice ended there, ms.
    pub const fn ended(&mut self, to_ms: u64) {
        self.voice_to_ms = Some(to_ms);
    }

    /// Up to when words stand, ms: what an engine need not hear again.
    pub const fn stands_to_ms(&self) -> u64 {
        self.from_ms
    }

    /// Takes an answer; what is to be told, if it is anything new.
    pub fn take(&mut self, answer: Answer) -> Option<HeardWhat> {
        match answer {
            Answer::Partial(text) => {
                let text = clean(&text, HEARD_CHARS_MAX);
                if text.is_empty() || text == self.partial {
                    return None;
                }
                self.partial.clone_from(&text);
                Some(HeardWhat::Partial { text })
            }
            Answer::Final { text, span_ms, confidence } => self.stands(&text, span_ms, confidence),
            Answer::Last | Answer::Trouble(_) => None,
        }
    }

    fn stands(
        &mut self,
        text: &str,
        span_ms: Option<(u64, u64)>,
        confidence: Option<u8>,
    ) -> Option<HeardWhat> {
        let text = clean(text, HEARD_CHARS_MAX);
        self.partial.clear();
        if text.is_empty() {
            return None;
        }
        let again = self.last.as_ref().is_some_and(|(last, sent, span)| {
            *last == text && (*sent == self.sent || span.is_some() && *span == span_ms)
        });
        let chars = text.chars().count();
        if again || self.chars + chars > HEARD_TURN_CHARS_MAX {
            self.left_out += 1;
            return None;
        }
        self.chars += chars;
        self.last = Some((text.clone(), self.sent, span_ms));
        let (from_ms, to_ms) = self.place(span_ms);
        self.from_ms = to_ms;
        let (engine, confidence) = (self.engine.clone(), confidence.map(|c| c.min(100)));
        Some(HeardWhat::Final { text, from_ms, to_ms, confidence, engine })
    }

    /// Where words stand on the time line, ms. Times that cannot be are not believed: then it is
    /// from where the last words ended to where the sound or the voice ends.
    fn place(&self, span_ms: Option<(u64, u64)>) -> (u64, u64) {
        let floor = self.from_ms;
        let heard_to = self.origin_ms + self.sent / SAMPLES_MS;
        let voice_to = self.voice_to_ms.map_or(heard_to, |to| to.min(heard_to)).max(floor);
        let placed = span_ms.and_then(|(from, to)| {
            let (from, to) = (self.origin_ms.checked_add(from)?, self.origin_ms.checked_add(to)?);
            (from <= to && to > floor && to <= heard_to + BEYOND_MS).then_some((from, to))
        });
        let (from, to) = placed.unwrap_or((floor, voice_to));
        // Each begins where the last ended or later, and ends later.
        (from.max(floor), to.max(floor + 1))
    }
}

/// Text that can be shown: no control or direction characters, no marks of the engine's own
/// (`<|zh|>`), no blanks at the ends, not longer than a limit.
fn clean(text: &str, chars_max: usize) -> String {
    let mut clean = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("<|") {
        clean.push_str(&rest[..at]);
        rest = match rest[at..].find("|>") {
            Some(end) if end <= 32 => &rest[at + end + 2..],
            Some(_) | None => &rest[at + 2..],
        };
    }
    clean.push_str(rest);
    let shown = clean.chars().filter_map(|c| match c {
        '\t' | '\n' | '\r' | '\u{2028}' | '\u{2029}' => Some(' '),
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => None,
        '\u{feff}' | '\u{fffd}' => None,
        c if c.is_control() => None,
        c => Some(c),
    });
    let shown: String = shown.skip_while(|c| c.is_whitespace()).take(chars_max).collect();
    shown.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stood(heard: Option<HeardWhat>) -> (String, u64, u64) {
        match heard {
            Some(HeardWhat::Final { text, from_ms, to_ms, .. }) => (text, from_ms, to_ms),
            Some(
                HeardWhat::Began
                | HeardWhat::Ended { .. }
                | HeardWhat::Partial { .. }
                | HeardWhat::Away { .. }
                | HeardWhat::Back,
            )
            | None => (String::new(), 0, 0),
        }
    }

    fn says(text: &str, span_ms: Option<(u64, u64)>) -> Answer {
        Answer::Final { text: text.to_owned(), span_ms, confidence: None }
    }

    fn draft() -> Draft {
        let mut draft = Draft::new("E".to_owned(), 10_300);
        draft.connected(10_000);
        draft.sent(16_000 * 4);
        draft
    }

    #[test]
    fn times_are_the_hearings() {
        let mut draft = draft();
        assert_eq!(
            stood(draft.take(says("一", Some((400, 1_500))))),
            ("一".into(), 10_400, 11_500)
        );
        // Another connection: sound is sent again from where words stand.
        draft.connected(11_500);
        draft.sent(16_000 * 2);
        assert_eq!(stood(draft.take(says("二", Some((100, 900))))), ("二".into(), 11_600, 12_400));
    }

    #[test]
    fn times_that_cannot_be_are_not_believed() {
        for span in
            [Some((0, 60_000)), Some((9, 3)), Some((u64::MAX, u64::MAX)), Some((0, 0)), None]
        {
            let mut draft = draft();
            draft.ended(13_000);
            assert_eq!(
                stood(draft.take(says("一", span))),
                ("一".into(), 10_300, 13_000),
                "{span:?}"
            );
        }
    }

    #[test]
    fn the_same_again_is_said_once() {
        let mut draft = draft();
        assert!(draft.take(says("一", Some((400, 500)))).is_some());
        assert!(draft.take(says("一", Some((400, 500)))).is_none());
        draft.sent(16_000);
        assert!(draft.take(says("一", Some((400, 500)))).is_none(), "the same place again");
        assert!(draft.take(says("一", Some((4_000, 4_500)))).is_some(), "said twice");
        assert!(draft.take(says("一", None)).is_none(), "no sound since");
        assert_eq!(draft.left_out, 3);
    }

    #[test]
    fn a_year_of_text_is_bounded() {
        let mut draft = draft();
        let mut chars = 0;
        for n in 0_u32..1_000 {
            draft.sent(1_600);
            let text = format!("{n}{}", "很".repeat(100_000));
            chars += stood(draft.take(says(&text, None))).0.chars().count();
        }
        assert!(chars <= HEARD_TURN_CHARS_MAX && chars > HEARD_TURN_CHARS_MAX / 2);
        assert!(draft.left_out > 0);
    }

    #[test]
    fn nothing_hides_in_the_text() {
        assert_eq!(clean("<|zh|><|NEUTRAL|> 好\u{202e}的\u{0}\n是 ", 9), "好的 是");
        assert_eq!(clean("a<|b", 9), "ab");
        assert_eq!(clean("𬭚某某", 2), "𬭚某");
        assert_eq!(clean("<|<|<|", 9), "");
    }
}
