//! Text of a document: whatever somebody typed or an engine heard, made harmless once, at the door.
//!
//! What is not here: escaping, which each format does for itself.

use core::fmt;

use serde::{Deserialize, Serialize};

/// Text without control characters, invisible direction marks and the like, its lines parted by
/// `\n` alone. Letters of every script stay, characters outside the BMP too.
///
/// `Debug` prints a mark: documents hold names and what people said.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Text(String);

impl Text {
    /// Takes text over.
    pub fn new(raw: &str) -> Self {
        let mut kept = String::with_capacity(raw.len());
        let mut after_return = false;
        for letter in raw.chars() {
            match letter {
                // CR LF is one end of a line, and a CR alone is one too.
                '\n' if after_return => {}
                '\n' | '\r' | '\u{2028}' | '\u{2029}' | '\u{85}' => kept.push('\n'),
                '\t' => kept.push(' '),
                letter if is_unseen(letter) => {}
                letter => kept.push(letter),
            }
            after_return = letter == '\r';
        }
        Self(kept)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing can be seen of it.
    pub fn is_blank(&self) -> bool {
        self.0.trim().is_empty()
    }

    /// The text in one line.
    pub fn one_line(&self) -> String {
        self.0
            .split('\n')
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Its lines.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.0.split('\n')
    }
}

/// Characters that show nothing and can make a reader see something else than what is there:
/// controls, direction marks and overrides (Unicode UAX #9), blanks without width, interlinear and
/// language tags, and what is no character at all. Joiners and variation selectors stay: scripts
/// and rare forms of names need them.
const fn is_unseen(letter: char) -> bool {
    matches!(letter,
        '\0'..='\u{1F}' | '\u{7F}'..='\u{9F}' | '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'
        | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}'
        | '\u{FFF0}'..='\u{FFFC}' | '\u{FFFE}' | '\u{FFFF}' | '\u{FDD0}'..='\u{FDEF}'
        | '\u{E0000}'..='\u{E00FF}')
        || letter as u32 & 0xFFFE == 0xFFFE
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<text>")
    }
}

impl From<String> for Text {
    fn from(raw: String) -> Self {
        Self::new(&raw)
    }
}

impl From<&str> for Text {
    fn from(raw: &str) -> Self {
        Self::new(raw)
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_cannot_be_seen_goes_and_every_letter_stays() {
        assert_eq!(Text::new("\u{feff}甲\u{202e}乙\u{2069}\0\u{7}").as_str(), "甲乙");
        assert_eq!(Text::new("一\r\n二\r三\u{2028}四\t五").as_str(), "一\n二\n三\n四 五");
        let names = "𬭚𠮷 Ñandú 阿卜杜拉·艾山 ئابدۇللا བོད 葛\u{e0100} e\u{301}";
        assert!(Text::new(names).as_str().contains("𬭚𠮷"));
        // A form of a character is chosen by a selector, which is no language tag.
        assert_eq!(Text::new(names).as_str(), names);
        assert_eq!(format!("{:?}", Text::new("李四")), "<text>");
    }

    proptest! {
        #[test]
        fn cleaning_once_is_enough(raw in "\\PC*|.{0,60}") {
            let once = Text::new(&raw);
            prop_assert!(!once.as_str().chars().any(|c| c != '\n' && is_unseen(c)));
            prop_assert_eq!(Text::new(once.as_str()), once);
        }
    }
}
