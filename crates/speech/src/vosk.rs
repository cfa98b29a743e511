//! The Vosk server.
//!
//! What is not here: sockets, and hot words: its `phrase_list` is a grammar, and what is not in it
//! would not be heard. Read in its source: the last frame is compared letter by letter.

use serde_json::{Value, json};

use crate::RATE;
use crate::engine::Frame;
use crate::said::Answer;

/// The last frame, as the server compares it.
const EOF: &str = "{\"eof\" : 1}";

/// One turn at a Vosk server.
#[derive(Debug, Default)]
pub(crate) struct Vosk {
    finished: bool,
}

impl Vosk {
    pub(crate) fn open() -> (Self, Frame) {
        let config = json!({ "config": { "sample_rate": RATE, "words": true } });
        (Self::default(), Frame::Text(config.to_string()))
    }

    pub(crate) fn finish(&mut self) -> Frame {
        self.finished = true;
        Frame::Text(EOF.to_owned())
    }

    pub(crate) fn message(&self, text: &str) -> Vec<Answer> {
        let Ok(Value::Object(said)) = serde_json::from_str(text) else { return Vec::new() };
        if let Some(partial) = said.get("partial").and_then(Value::as_str) {
            return vec![Answer::Partial(partial.to_owned())];
        }
        let Some(text) = said.get("text").and_then(Value::as_str) else { return Vec::new() };
        let words = said.get("result").and_then(Value::as_array);
        let words = words.map(Vec::as_slice).unwrap_or_default();
        let ms = |word: &Value, key: &str| scaled(word.get(key)?, 1_000.0, 1e12);
        let span_ms = words
            .first()
            .zip(words.last())
            .and_then(|(first, last)| Some((ms(first, "start")?, ms(last, "end")?)));
        let sure: Vec<f64> = words.iter().filter_map(|word| word.get("conf")?.as_f64()).collect();
        #[expect(clippy::cast_precision_loss, reason = "a count of words")]
        let mean = (!sure.is_empty()).then(|| sure.iter().sum::<f64>() / sure.len() as f64);
        let confidence = mean.and_then(|mean| scaled(&json!(mean), 100.0, 101.0));
        let confidence = confidence.and_then(|percent| u8::try_from(percent).ok());
        let stands = Answer::Final { text: text.to_owned(), span_ms, confidence };
        if self.finished { vec![stands, Answer::Last] } else { vec![stands] }
    }
}

/// A number times a factor, if what comes out is neither negative nor beyond a bound.
fn scaled(value: &Value, factor: f64, bound: f64) -> Option<u64> {
    let scaled = value.as_f64()? * factor;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in range")]
    (0.0..bound).contains(&scaled).then_some(scaled as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_with_times_and_confidence() {
        let (mut talk, first) = Vosk::open();
        assert!(matches!(first, Frame::Text(text) if text.contains("16000")));
        assert_eq!(talk.message(r#"{"partial":"the con"}"#), [Answer::Partial("the con".into())]);
        let said = r#"{"result":[{"word":"the","start":0.2,"end":0.3,"conf":1.0},
            {"word":"contract","start":0.3,"end":0.9,"conf":0.5}],"text":"the contract"}"#;
        let stands = Answer::Final {
            text: "the contract".into(),
            span_ms: Some((200, 900)),
            confidence: Some(75),
        };
        assert_eq!(talk.message(said), std::slice::from_ref(&stands));
        assert_eq!(talk.finish(), Frame::Text("{\"eof\" : 1}".into()));
        assert_eq!(talk.message(said), [stands, Answer::Last]);
        assert_eq!(talk.message(r#"{"text":""}"#).len(), 2);
        assert_eq!(talk.message("{}"), []);
    }
}
