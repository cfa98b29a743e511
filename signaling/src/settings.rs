//! What the court's configuration says of sittings: the discipline's text, when lectures are checked.
//!
//! What is not here: reading the configuration, which is the front door's.

use model::limits::DISCIPLINE_CHARS_MAX;
use model::{Discipline, PresenceChecks};
use sha2::{Digest as _, Sha256};

/// The text of a court that has none of its own.
const USUAL: &str = include_str!("discipline.txt");
/// Digits of a version: enough that two texts never share one.
const VERSION_DIGITS: usize = 12;

/// What sittings are told when they are taken into service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The discipline that is accepted at check-in; none asks for no text.
    pub discipline: Option<Discipline>,
    /// When sites of a lecture are asked whether they are there; none is never.
    pub presence: Option<PresenceChecks>,
}

/// The discipline with its version, which follows from the words; the usual one without a text.
///
/// # Errors
/// When the text is empty or longer than `limits::DISCIPLINE_CHARS_MAX`.
pub fn discipline(own: Option<&str>) -> Result<Discipline, &'static str> {
    let text = own.unwrap_or(USUAL).trim().replace("\r\n", "\n");
    if text.is_empty() {
        return Err("empty");
    }
    if text.chars().count() > DISCIPLINE_CHARS_MAX {
        return Err("too long");
    }
    let digest = Sha256::digest(text.as_bytes());
    let mut version: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    version.truncate(VERSION_DIGITS);
    Ok(Discipline { version, text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_text_is_another_version() {
        let usual = discipline(None).unwrap();
        assert_eq!(usual, discipline(None).unwrap());
        assert!(usual.text.starts_with("一、") && usual.version.len() == VERSION_DIGITS);
        let own = discipline(Some(" 请安静。\r\n ")).unwrap();
        assert_eq!(own.text, "请安静。");
        assert_eq!(own.version, discipline(Some("请安静。")).unwrap().version);
        assert_ne!(own.version, discipline(Some("请安静！")).unwrap().version);
        assert!(discipline(Some(" \n")).is_err());
        assert!(discipline(Some(&"静".repeat(DISCIPLINE_CHARS_MAX + 1))).is_err());
    }
}
