//! Words a tribunal's engine of speech is told beforehand: names, terms of law, words of the dialect;
//! what may stand there, and what a change of them comes to.
//!
//! What is not here: rows, and what an engine does with them.

use std::collections::BTreeMap;

use model::limits::{GLOSSARY_TERMS_MAX, HOT_WORD_CHARS_MAX};

use crate::api::{GlossaryTerm, TermsChanged};
use crate::problem::{FieldFault, Problem};

/// The heaviest a word can be; the lightest is 1.
const WEIGHT_MAX: u8 = 100;

/// What is wrong with a list of words.
pub fn check(terms: &[GlossaryTerm]) -> Vec<Problem> {
    if terms.len() > GLOSSARY_TERMS_MAX {
        return vec![Problem::new("terms", FieldFault::TooMany)];
    }
    let mut problems = Vec::new();
    let mut seen = BTreeMap::new();
    for (at, term) in terms.iter().enumerate() {
        let word = term.word.as_str();
        let fault = match word.chars().count() {
            0 => Some(FieldFault::Empty),
            1 => Some(FieldFault::TooShort),
            n if n > HOT_WORD_CHARS_MAX => Some(FieldFault::TooLong),
            _ if !word.chars().all(|c| c.is_alphanumeric() || c == '·') => {
                Some(FieldFault::BadText)
            }
            _ if seen.insert(word, at).is_some() => Some(FieldFault::Twice),
            _ => None,
        };
        if let Some(fault) = fault {
            problems.push(Problem::new(format!("terms.{at}.word"), fault));
        }
        if !(1..=WEIGHT_MAX).contains(&term.weight) {
            problems.push(Problem::new(format!("terms.{at}.weight"), FieldFault::OutOfBounds));
        }
    }
    problems
}

/// What became of the words of one list; none when nothing did.
pub fn changed(before: &[GlossaryTerm], after: &[GlossaryTerm]) -> Option<TermsChanged> {
    let by_word = |terms: &[GlossaryTerm]| -> BTreeMap<String, GlossaryTerm> {
        terms.iter().map(|term| (term.word.clone(), term.clone())).collect()
    };
    let (old, new) = (by_word(before), by_word(after));
    let only = |these: &BTreeMap<String, GlossaryTerm>, those: &BTreeMap<String, GlossaryTerm>| {
        these.values().filter(|term| !those.contains_key(&term.word)).cloned().collect::<Vec<_>>()
    };
    let (added, removed) = (only(&new, &old), only(&old, &new));
    let other = |term: &&GlossaryTerm| old.get(&term.word).is_some_and(|known| known != *term);
    let altered: Vec<_> = new.values().filter(other).cloned().collect();
    let any = !(added.is_empty() && removed.is_empty() && altered.is_empty());
    any.then_some(TermsChanged { added, removed, altered })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::TermKind;

    fn term(word: &str, weight: u8) -> GlossaryTerm {
        GlossaryTerm { word: word.to_owned(), weight, kind: TermKind::Term }
    }

    #[test]
    fn each_word_is_one_an_engine_can_be_told() {
        let good = [term("彩礼", 30), term("阿依古丽·买买提", 100), term("赶摆", 1)];
        assert_eq!(check(&good), []);
        let bad = [
            term("", 20),
            term("钱", 20),
            term("很长很长很长很长很长的词", 20),
            term("a,b", 20),
            term("=2", 20),
            term("彩礼", 0),
            term("彩礼", 101),
        ];
        let found: Vec<_> =
            check(&bad).into_iter().map(|problem| (problem.field, problem.fault)).collect();
        let wanted = [
            ("terms.0.word", FieldFault::Empty),
            ("terms.1.word", FieldFault::TooShort),
            ("terms.2.word", FieldFault::TooLong),
            ("terms.3.word", FieldFault::BadText),
            ("terms.4.word", FieldFault::BadText),
            ("terms.5.weight", FieldFault::OutOfBounds),
            ("terms.6.word", FieldFault::Twice),
            ("terms.6.weight", FieldFault::OutOfBounds),
        ];
        assert_eq!(found, wanted.map(|(field, fault)| (field.to_owned(), fault)));
        let many: Vec<_> = (0..=GLOSSARY_TERMS_MAX).map(|n| term(&format!("词{n}"), 20)).collect();
        assert_eq!(check(&many), [Problem::new("terms", FieldFault::TooMany)]);
    }

    #[test]
    fn a_change_names_what_came_went_and_weighs_otherwise() {
        let before = [term("彩礼", 30), term("坝子", 20)];
        let after = [term("彩礼", 60), term("赶摆", 20)];
        let found = changed(&before, &after).unwrap();
        let words = |terms: &[GlossaryTerm]| -> Vec<String> {
            terms.iter().map(|term| format!("{} {}", term.word, term.weight)).collect()
        };
        assert_eq!(words(&found.added), ["赶摆 20"]);
        assert_eq!(words(&found.removed), ["坝子 20"]);
        assert_eq!(words(&found.altered), ["彩礼 60"]);
        assert_eq!(changed(&before, &before), None);
    }
}
