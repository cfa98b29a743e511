//! The online WebSocket server of sherpa-onnx.
//!
//! What is not here: sockets, and hot words, which that server takes at its own start only. Read in
//! its source: no greeting; samples as 32-bit floats; the text `Done` ends, answered by `Done!`.

use serde_json::Value;

use crate::engine::Frame;
use crate::said::Answer;

/// One turn at a sherpa-onnx server.
#[derive(Debug, Default)]
pub(crate) struct Sherpa {
    finished: bool,
}

impl Sherpa {
    pub(crate) fn sound(samples: &[i16]) -> Frame {
        let floats = samples.iter().map(|sample| f32::from(*sample) / 32_768.0);
        Frame::Binary(floats.flat_map(f32::to_le_bytes).collect())
    }

    pub(crate) fn finish(&mut self) -> Frame {
        self.finished = true;
        Frame::Text("Done".to_owned())
    }

    pub(crate) fn message(&self, text: &str) -> Vec<Answer> {
        if text.trim_end_matches('!') == "Done" {
            return if self.finished { vec![Answer::Last] } else { Vec::new() };
        }
        let Ok(Value::Object(said)) = serde_json::from_str(text) else { return Vec::new() };
        let text = said.get("text").and_then(Value::as_str).unwrap_or_default().to_owned();
        let flag = |name: &str| said.get(name).and_then(Value::as_bool).unwrap_or(false);
        if flag("is_final") || flag("is_eof") {
            let span_ms = span(said.get("start_time"), said.get("timestamps"));
            vec![Answer::Final { text, span_ms, confidence: None }]
        } else {
            vec![Answer::Partial(text)]
        }
    }
}

/// From the segment's start and its tokens' times, in seconds, to milliseconds. A token's time is its
/// beginning; the last one is taken to last 200 ms.
fn span(start: Option<&Value>, stamps: Option<&Value>) -> Option<(u64, u64)> {
    let start = start.and_then(Value::as_f64).unwrap_or(0.0);
    let stamps = stamps?.as_array()?;
    let ms = |stamp: &Value| {
        let ms = (start + stamp.as_f64()?) * 1_000.0;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in range")]
        (0.0..1e12).contains(&ms).then_some(ms as u64)
    };
    Some((ms(stamps.first()?)?, ms(stamps.last()?)?.saturating_add(200)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_stand_once_final() {
        let mut talk = Sherpa::default();
        let partial =
            r#"{"text":"他","segment":0,"is_final":false,"start_time":0,"timestamps":[0.2]}"#;
        assert_eq!(talk.message(partial), [Answer::Partial("他".into())]);
        let last = r#"{"text":"他签了","segment":1,"is_final":true,"start_time":2.0,"timestamps":[0.25,0.5]}"#;
        let stands = Answer::Final {
            text: "他签了".into(),
            span_ms: Some((2_250, 2_700)),
            confidence: None,
        };
        assert_eq!(talk.message(last), [stands]);
        assert_eq!(talk.message("Done!"), [], "we did not say so");
        assert_eq!(talk.finish(), Frame::Text("Done".into()));
        assert_eq!(talk.message("Done!"), [Answer::Last]);
        assert_eq!(talk.message("[1"), []);
    }

    #[test]
    fn samples_are_floats() {
        let Frame::Binary(bytes) = Sherpa::sound(&[-32_768, 16_384]) else { unreachable!("sound") };
        assert_eq!(bytes, [(-1.0_f32).to_le_bytes(), 0.5_f32.to_le_bytes()].concat());
    }
}
