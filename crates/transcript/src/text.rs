//! Changes to the text of one line, counted in UTF-16 code units as pages count.
//!
//! What is not here: bringing a change onto a newer revision, which the page does.

use model::limits::{TRANSCRIPT_LINE_CHARS_MAX, TRANSCRIPT_PARTS_MAX};
use model::transcript::TextPart;

/// What is wrong with a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextFault {
    /// It speaks of more text than there is, or cuts a character in two.
    Shape,
    /// The text would be too long.
    Long,
}

/// Makes a change.
///
/// Control characters, and marks that turn the direction of writing, are left out of what comes:
/// nobody can see them, and they make a line look like what it is not. Every line is one line.
///
/// # Errors
/// What is wrong with it.
pub fn apply(text: &str, change: &[TextPart]) -> Result<String, TextFault> {
    if change.len() > TRANSCRIPT_PARTS_MAX {
        return Err(TextFault::Shape);
    }
    let mut rest = text;
    let mut made = String::with_capacity(text.len());
    for part in change {
        match part {
            TextPart::Keep(units) => {
                let (kept, behind) = split(rest, *units)?;
                made.push_str(kept);
                rest = behind;
            }
            TextPart::Drop(units) => rest = split(rest, *units)?.1,
            TextPart::Put(text) => made.extend(text.reveal().chars().filter(|c| is_seen(*c))),
        }
    }
    made.push_str(rest);
    if made.chars().count() > TRANSCRIPT_LINE_CHARS_MAX {
        return Err(TextFault::Long);
    }
    Ok(made)
}

/// Whether a character may stand in a line.
pub(crate) fn is_seen(c: char) -> bool {
    let turns =
        matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
    let breaks = matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}');
    !c.is_control() && !turns && !breaks
}

/// Splits behind so many code units.
fn split(text: &str, units: u32) -> Result<(&str, &str), TextFault> {
    let mut left = units as usize;
    let mut at = 0;
    for c in text.chars() {
        if left == 0 {
            break;
        }
        left = left.checked_sub(c.len_utf16()).ok_or(TextFault::Shape)?;
        at += c.len_utf8();
    }
    if left > 0 { Err(TextFault::Shape) } else { Ok(text.split_at(at)) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn put(text: &str) -> TextPart {
        TextPart::Put(text.into())
    }

    #[test]
    fn a_rare_surname_is_never_cut_in_two() {
        // 𬭚 is outside the basic plane: two code units.
        assert_eq!(apply("王𬭚说", &[TextPart::Keep(3), put("：")]), Ok("王𬭚：说".to_owned()));
        assert_eq!(apply("王𬭚说", &[TextPart::Keep(2), put("：")]), Err(TextFault::Shape));
        assert_eq!(apply("王", &[TextPart::Drop(2)]), Err(TextFault::Shape));
    }

    #[test]
    fn what_nobody_sees_does_not_come_in() {
        assert_eq!(apply("", &[put("a\n\u{202e}b\u{7}c")]), Ok("abc".to_owned()));
    }

    #[test]
    fn a_line_has_its_limit() {
        let long = "长".repeat(TRANSCRIPT_LINE_CHARS_MAX + 1);
        assert_eq!(apply("", &[put(&long)]), Err(TextFault::Long));
    }

    proptest! {
        #[test]
        fn no_change_breaks_a_text(
            text in ".{0,20}",
            parts in prop::collection::vec((0_u8..3, 0_u32..12, ".{0,4}"), 0..8),
        ) {
            let change: Vec<_> = parts
                .into_iter()
                .map(|(kind, units, put)| match kind {
                    0 => TextPart::Keep(units),
                    1 => TextPart::Drop(units),
                    _ => TextPart::Put(put.as_str().into()),
                })
                .collect();
            if let Ok(made) = apply(&text, &change) {
                prop_assert!(made.chars().count() <= TRANSCRIPT_LINE_CHARS_MAX);
            }
        }
    }
}
