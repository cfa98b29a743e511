//! A value that never prints itself.

use core::fmt;

use serde::{Deserialize, Serialize};

/// Wraps what must not reach a log: names, addresses, session descriptions, tokens, free text.
///
/// `Debug` prints a mark instead of the value and there is no `Display`. Serialization is
/// transparent, because the wire and the record need the value itself.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Private<T>(T);

impl<T> Private<T> {
    /// Hides `value`.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// Shows the value; the caller promises that it does not end in a log.
    pub const fn reveal(&self) -> &T {
        &self.0
    }

    /// Takes the value out; the same promise holds.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for Private<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<private>")
    }
}

impl From<&str> for Private<String> {
    fn from(value: &str) -> Self {
        Self(value.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_a_mark_and_nothing_else() {
        assert_eq!(format!("{:?}", Private::from("name of a person")), "<private>");
    }
}
