//! Words an engine is told beforehand: names, places, cause and terms of the case at hand.
//!
//! What is not here: where they come from.

use std::collections::BTreeSet;

use model::limits::{HOT_WORD_CHARS_MAX, HOT_WORDS_MAX};
use serde_json::{Map, Value};

/// What a word weighs: FunASR's guide takes 1 to 100 and shows 20 for names.
const WEIGHT: u8 = 20;

/// A bounded list of words without doubles, those named first kept first.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct HotWords(Vec<String>);

impl core::fmt::Debug for HotWords {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        // Names of people do not belong in a log.
        write!(f, "{} words", self.0.len())
    }
}

impl HotWords {
    /// From words as they stand in the docket. Each is cut where it holds anything but letters and
    /// digits; parts of one character say nothing to an engine, and parts longer than engines take
    /// are left out. Beyond the engines' limit the rest is left out.
    pub fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let mut seen = BTreeSet::new();
        let parts = words.into_iter().flat_map(|word| {
            // Names of people are written with a point between their parts.
            word.split(|c: char| !c.is_alphanumeric() && c != '·')
        });
        let parts = parts.map(|part| part.trim_matches('·'));
        let fit = parts.filter(|part| (2..=HOT_WORD_CHARS_MAX).contains(&part.chars().count()));
        let fresh = fit.filter(|part| seen.insert((*part).to_owned()));
        Self(fresh.take(HOT_WORDS_MAX).map(str::to_owned).collect())
    }

    /// The words.
    pub fn words(&self) -> &[String] {
        &self.0
    }

    /// As FunASR takes them: a string that holds JSON, word to weight; empty without words.
    pub(crate) fn funasr(&self) -> String {
        if self.0.is_empty() {
            return String::new();
        }
        let weighed = self.0.iter().map(|word| (word.clone(), Value::from(WEIGHT)));
        Value::Object(weighed.collect::<Map<_, _>>()).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_places_and_terms_once_each() {
        let words =
            HotWords::new(["王小明", "海淀区中关村大街 1 号", "王小明", "阿依古丽·买买提", "甲"]);
        assert_eq!(words.words(), ["王小明", "海淀区中关村大街", "阿依古丽·买买提"]);
        let json: Value = serde_json::from_str(&words.funasr()).unwrap();
        assert_eq!(json["王小明"], 20);
        assert_eq!(HotWords::default().funasr(), "");
    }

    #[test]
    fn the_engines_limits_hold() {
        let many: Vec<String> = (0..5_000).map(|n| format!("词{n}")).collect();
        let words = HotWords::new(many.iter().map(String::as_str));
        assert_eq!(words.words().len(), HOT_WORDS_MAX);
        let long = "很".repeat(HOT_WORD_CHARS_MAX + 1);
        assert_eq!(HotWords::new([long.as_str(), "\"},{\"", "a\u{202e}b"]).words().len(), 0);
    }
}
