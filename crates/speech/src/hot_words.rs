//! Words an engine is told beforehand: names, places, cause and terms of the case at hand.
//!
//! What is not here: where they come from.

use std::collections::BTreeSet;

use model::limits::{HOT_WORD_CHARS_MAX, HOT_WORDS_MAX};
use serde_json::{Map, Value};

/// What a word weighs of which nobody says more: FunASR's guide takes 1 to 100 and shows 20 for names.
pub const WEIGHT: u8 = 20;

/// A bounded list of words without doubles, each with its weight, those named first kept first.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct HotWords(Vec<(String, u8)>);

impl core::fmt::Debug for HotWords {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        // Names of people do not belong in a log.
        write!(f, "{} words", self.0.len())
    }
}

impl HotWords {
    /// From words as they stand in the docket, each with its weight, 1 to 100. Each is cut where it holds anything but letters and
    /// digits; parts of one character say nothing to an engine, and parts longer than engines take
    /// are left out. Beyond the engines' limit the rest is left out.
    pub fn new<'a>(words: impl IntoIterator<Item = (&'a str, u8)>) -> Self {
        let mut seen = BTreeSet::new();
        let parts = words.into_iter().flat_map(|(word, weight)| {
            // Names of people are written with a point between their parts.
            let parts = word.split(|c: char| !c.is_alphanumeric() && c != '·');
            parts.map(move |part| (part.trim_matches('·'), weight.clamp(1, 100)))
        });
        let fit =
            parts.filter(|(part, _)| (2..=HOT_WORD_CHARS_MAX).contains(&part.chars().count()));
        let fresh = fit.filter(|(part, _)| seen.insert((*part).to_owned()));
        Self(fresh.take(HOT_WORDS_MAX).map(|(part, weight)| (part.to_owned(), weight)).collect())
    }

    /// The words.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(word, _)| word.as_str())
    }

    /// As FunASR takes them: a string that holds JSON, word to weight; empty without words.
    pub(crate) fn funasr(&self) -> String {
        if self.0.is_empty() {
            return String::new();
        }
        let weighed = self.0.iter().map(|(word, weight)| (word.clone(), Value::from(*weight)));
        Value::Object(weighed.collect::<Map<_, _>>()).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(words: &HotWords) -> Vec<&str> {
        words.words().collect()
    }

    #[test]
    fn names_places_and_terms_once_each_with_the_weight_named_first() {
        let words = HotWords::new([
            ("王小明", WEIGHT),
            ("海淀区中关村大街 1 号", 30),
            ("王小明", 90),
            ("阿依古丽·买买提", 255),
            ("甲", WEIGHT),
        ]);
        assert_eq!(list(&words), ["王小明", "海淀区中关村大街", "阿依古丽·买买提"]);
        let json: Value = serde_json::from_str(&words.funasr()).unwrap();
        assert_eq!(json["王小明"], 20);
        assert_eq!(json["海淀区中关村大街"], 30);
        assert_eq!(json["阿依古丽·买买提"], 100);
        assert_eq!(HotWords::default().funasr(), "");
    }

    #[test]
    fn the_engines_limits_hold() {
        let many: Vec<String> = (0..5_000).map(|n| format!("词{n}")).collect();
        let words = HotWords::new(many.iter().map(|word| (word.as_str(), WEIGHT)));
        assert_eq!(words.words().count(), HOT_WORDS_MAX);
        let long = "很".repeat(HOT_WORD_CHARS_MAX + 1);
        let bad = [long.as_str(), "\"},{\"", "a\u{202e}b"].map(|word| (word, WEIGHT));
        assert_eq!(HotWords::new(bad).words().count(), 0);
    }
}
