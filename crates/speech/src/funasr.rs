//! The FunASR runtime's WebSocket protocol, two passes: quick words first, better ones after.
//!
//! What is not here: sockets. Read in the runtime's documentation and servers (C++ and Python, line
//! 1.4): `hotwords` is a string that holds JSON, an object makes the C++ server fall over; without
//! `chunk_size` it recognises nothing; online texts are to be appended, offline ones replace them;
//! `is_final` stands on the very last message (C++) or on every offline one (Python), so it says only
//! that it may be the last; `timestamp` is a string that holds JSON, or a number, the server's time;
//! `stamp_sents` may be an empty string; the last message may have neither text nor `mode`.

use serde_json::{Value, json};

use crate::HotWords;
use crate::RATE;
use crate::engine::Frame;
use crate::said::Answer;
use model::limits::HEARD_CHARS_MAX;

/// One turn at a FunASR runtime.
#[derive(Debug, Default)]
pub(crate) struct FunAsr {
    /// Online words since the last offline ones.
    online: String,
    finished: bool,
}

impl FunAsr {
    pub(crate) fn open(name: &str, words: &HotWords) -> (Self, Frame) {
        let first = json!({
            "mode": "2pass",
            // 600 ms at a time, 300 ms looked back and ahead.
            "chunk_size": [5, 10, 5],
            "chunk_interval": 10,
            "encoder_chunk_look_back": 4,
            "decoder_chunk_look_back": 0,
            "wav_name": name,
            "wav_format": "pcm",
            "audio_fs": RATE,
            "is_speaking": true,
            "itn": true,
            "hotwords": words.funasr(),
        });
        (Self::default(), Frame::Text(first.to_string()))
    }

    pub(crate) fn finish(&mut self) -> Frame {
        self.finished = true;
        Frame::Text(json!({ "is_speaking": false }).to_string())
    }

    pub(crate) fn message(&mut self, text: &str) -> Vec<Answer> {
        let Ok(Value::Object(said)) = serde_json::from_str(text) else { return Vec::new() };
        if let Some(error) = said.get("error").filter(|error| !error.is_null()) {
            return vec![Answer::Trouble(error.to_string())];
        }
        let text = said.get("text").and_then(Value::as_str).unwrap_or_default();
        let mode = said.get("mode").and_then(Value::as_str).unwrap_or_default();
        let flag = |name: &str| said.get(name).and_then(Value::as_bool).unwrap_or(false);
        let mut answers = Vec::new();
        if mode.ends_with("online") {
            let room = HEARD_CHARS_MAX.saturating_sub(self.online.chars().count());
            self.online.extend(text.chars().take(room));
            answers.push(Answer::Partial(self.online.clone()));
        } else if mode.ends_with("offline") || !text.is_empty() {
            self.online.clear();
            let span_ms =
                span(said.get("timestamp")).or_else(|| sentences(said.get("stamp_sents")));
            answers.push(Answer::Final { text: text.to_owned(), span_ms, confidence: None });
        }
        if self.finished && (flag("is_final") || flag("is_end") || mode.is_empty()) {
            answers.push(Answer::Last);
        }
        answers
    }
}

/// From `[[start, end], …]`, as a string that holds JSON or as itself: first start and last end, ms.
fn span(stamps: Option<&Value>) -> Option<(u64, u64)> {
    let parsed;
    let stamps = match stamps? {
        Value::String(text) => {
            parsed = serde_json::from_str::<Value>(text).ok()?;
            parsed.as_array()?
        }
        Value::Array(stamps) => stamps,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => return None,
    };
    let (first, last) = (stamps.first()?.as_array()?, stamps.last()?.as_array()?);
    Some((ms(first.first()?)?, ms(last.get(1)?)?))
}

/// From sentences with a start and an end.
fn sentences(sentences: Option<&Value>) -> Option<(u64, u64)> {
    let sentences = sentences?.as_array()?;
    Some((ms(sentences.first()?.get("start")?)?, ms(sentences.last()?.get("end")?)?))
}

fn ms(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| {
        let ms = value.as_f64()?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in range")]
        (0.0..1e12).contains(&ms).then_some(ms as u64)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn talk() -> FunAsr {
        FunAsr::open("h1-1", &HotWords::new([("王小明", crate::WEIGHT)])).0
    }

    fn is(text: &str, span_ms: Option<(u64, u64)>) -> Answer {
        Answer::Final { text: text.to_owned(), span_ms, confidence: None }
    }

    #[test]
    fn the_first_frame_has_what_servers_need() {
        let (_, Frame::Text(text)) =
            FunAsr::open("h1-1", &HotWords::new([("王小明", crate::WEIGHT)]))
        else {
            unreachable!("it is text")
        };
        let first: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(first["mode"], "2pass");
        assert_eq!(first["chunk_size"], json!([5, 10, 5]));
        assert_eq!(first["audio_fs"], 16_000);
        assert_eq!(first["is_speaking"], true);
        let words = first["hotwords"].as_str().expect("a string, not an object");
        assert_eq!(serde_json::from_str::<Value>(words).unwrap(), json!({ "王小明": 20 }));
    }

    #[test]
    fn online_words_are_appended_and_offline_ones_replace_them() {
        let mut talk = talk();
        let online =
            |text| format!(r#"{{"mode":"2pass-online","text":"{text}","is_final":false}}"#);
        assert_eq!(talk.message(&online("原告")), [Answer::Partial("原告".into())]);
        assert_eq!(talk.message(&online("起诉")), [Answer::Partial("原告起诉".into())]);
        let offline = r#"{"mode":"2pass-offline","text":"原告起诉称，","timestamp":"[[300,480],[480,900]]","is_final":false}"#;
        assert_eq!(talk.message(offline), [is("原告起诉称，", Some((300, 900)))]);
        assert_eq!(talk.message(&online("被告")), [Answer::Partial("被告".into())]);
    }

    #[test]
    fn times_come_in_many_shapes() {
        let mut talk = talk();
        for (stamp, span) in [
            (r#""timestamp":"[[5,6]]""#, Some((5, 6))),
            (r#""timestamp":[[5.5,6.9]]"#, Some((5, 6))),
            (r#""timestamp":1760000000"#, None),
            (r#""timestamp":"""#, None),
            (r#""timestamp":"[]","stamp_sents":"""#, None),
            (r#""timestamp":"[[-4,1e99]]""#, None),
            (
                r#""stamp_sents":[{"text_seg":"a","start":7,"end":8},{"start":8,"end":9}]"#,
                Some((7, 9)),
            ),
            (r#""stamp_sents":[{}]"#, None),
        ] {
            let text = format!(r#"{{"mode":"2pass-offline","text":"是",{stamp}}}"#);
            assert_eq!(talk.message(&text), [is("是", span)], "{stamp}");
        }
    }

    #[test]
    fn the_end_is_believed_only_after_ours() {
        let mut talk = talk();
        let python = r#"{"mode":"2pass-offline","text":"好","is_final":true}"#;
        assert_eq!(talk.message(python), [is("好", None)], "the Python server says so always");
        talk.finish();
        assert_eq!(talk.message(python), [is("好", None), Answer::Last]);
        assert_eq!(talk.message(r#"{"text":"","is_final":true}"#), [Answer::Last]);
        assert_eq!(talk.message(r#"{"is_end":true}"#), [Answer::Last]);
    }

    #[test]
    fn nonsense_says_nothing() {
        let mut talk = talk();
        for text in
            ["", "null", "[]", "{", "7", "\"x\"", r#"{"text":7,"mode":[]}"#, r#"{"mode":"x"}"#]
        {
            assert_eq!(talk.message(text), [], "{text}");
        }
        assert!(matches!(talk.message(r#"{"error":"no"}"#)[..], [Answer::Trouble(_)]));
    }
}
