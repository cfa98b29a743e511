//! The chain: entries become lines, each carrying both digests of the line before it.
//!
//! What is not here: what entries mean, and the file they stand in.

use core::fmt;

use model::Timestamp;
use model::limits::LEDGER_LINE_BYTES_MAX;

use crate::digest::Digests;
use crate::entry::{Entry, Line};

/// Name of the ledger file in a hearing's folder.
pub const LEDGER_FILE: &str = "ledger.jsonl";

/// The writing end of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ledger {
    next: u64,
    head: Digests,
    bytes: u64,
}

impl Default for Ledger {
    fn default() -> Self {
        Self { next: 0, head: Digests::ZERO, bytes: 0 }
    }
}

impl Ledger {
    /// Appends an entry: adds its line, line feed included, to `out` and returns it.
    ///
    /// Entries are kept far below `limits::LEDGER_LINE_BYTES_MAX` by those who make them; a longer
    /// line would be unreadable, so it is a bug.
    pub fn append(&mut self, at: Timestamp, entry: Entry, out: &mut Vec<u8>) -> Line {
        let start = out.len();
        let line = Line { n: self.next, at, prev: self.head, entry };
        serde_json::to_writer(&mut *out, &line)
            .expect("a line is plain values and memory takes every byte");
        assert!(out.len() - start < LEDGER_LINE_BYTES_MAX, "a ledger line is readable again");
        self.head = Digests::of(&out[start..]);
        self.next += 1;
        out.push(b'\n');
        self.bytes += (out.len() - start) as u64;
        line
    }

    /// Number of the next entry, which is how many there are.
    pub const fn entries(&self) -> u64 {
        self.next
    }

    /// Digests of the last line.
    pub const fn head(&self) -> Digests {
        self.head
    }

    /// Bytes of all lines.
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Reads one line, without its line feed, as the next of this chain.
    ///
    /// # Errors
    /// When it is not a line of this format or does not follow the line before it. The chain is
    /// then unchanged.
    pub fn read(&mut self, bytes: &[u8]) -> Result<Line, LineFault> {
        let line = parse(bytes)?;
        if line.n != self.next {
            return Err(LineFault::Number { says: line.n });
        }
        let sha256 = line.prev.sha256 == self.head.sha256;
        let sm3 = line.prev.sm3 == self.head.sm3;
        if !(sha256 && sm3) {
            return Err(LineFault::Chain { sha256, sm3 });
        }
        self.step(bytes);
        Ok(line)
    }

    /// Goes past a line that does not fit, so that a check can name what else is wrong.
    pub(crate) fn step(&mut self, bytes: &[u8]) {
        self.head = Digests::of(bytes);
        self.next += 1;
        self.bytes += bytes.len() as u64 + 1;
    }
}

/// Reads a line by itself, its place in the chain not checked.
///
/// # Errors
/// When it is longer than `limits::LEDGER_LINE_BYTES_MAX` or not a line of this format.
pub fn parse(bytes: &[u8]) -> Result<Line, LineFault> {
    if bytes.len() >= LEDGER_LINE_BYTES_MAX {
        return Err(LineFault::Length);
    }
    serde_json::from_slice(bytes).map_err(|_| LineFault::Form)
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineFault {
    /// Longer than any line that is written.
    Length,
    /// Not a line of this format.
    Form,
    /// Another number was due.
    Number {
        /// The number it carries.
        says: u64,
    },
    /// It carries other digests than the line before it has.
    Chain {
        /// Whether SHA-256 agrees.
        sha256: bool,
        /// Whether SM3 agrees.
        sm3: bool,
    },
}

impl fmt::Display for LineFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length => write!(f, "is longer than any line that is written"),
            Self::Form => write!(f, "cannot be read"),
            Self::Number { says } => write!(f, "carries number {says}"),
            Self::Chain { sha256: false, sm3: false } => {
                write!(f, "does not follow the line before it (SHA-256 and SM3 differ)")
            }
            Self::Chain { sha256: false, .. } => {
                write!(f, "does not follow the line before it (SHA-256 differs)")
            }
            Self::Chain { .. } => write!(f, "does not follow the line before it (SM3 differs)"),
        }
    }
}

/// Takes whole lines off the front of a byte stream that arrives in parts.
#[derive(Debug, Default)]
pub struct Lines {
    rest: Vec<u8>,
    taken: usize,
}

impl Lines {
    /// Adds the next bytes of the stream.
    pub fn push(&mut self, bytes: &[u8]) {
        self.rest.drain(..self.taken);
        self.taken = 0;
        self.rest.extend_from_slice(bytes);
    }

    /// The next whole line without its line feed. A stretch longer than any line that is written
    /// is handed out cut, so memory stays bounded.
    pub fn next_line(&mut self) -> Option<&[u8]> {
        let rest = &self.rest[self.taken..];
        let end = rest.iter().take(LEDGER_LINE_BYTES_MAX).position(|&byte| byte == b'\n');
        let start = self.taken;
        match end {
            Some(end) => {
                self.taken += end + 1;
                Some(&self.rest[start..start + end])
            }
            None if rest.len() >= LEDGER_LINE_BYTES_MAX => {
                self.taken += LEDGER_LINE_BYTES_MAX;
                Some(&self.rest[start..start + LEDGER_LINE_BYTES_MAX])
            }
            None => None,
        }
    }

    /// What stands after the last whole line.
    pub fn rest(&self) -> &[u8] {
        &self.rest[self.taken..]
    }
}

#[cfg(test)]
mod tests {
    use model::{Actor, Fact, Minute};

    use super::*;

    fn minute(at: i64) -> Entry {
        let minute = Minute { at: Timestamp(at), by: Actor::Server, fact: Fact::CheckInOpened };
        Entry::Minute { minute }
    }

    #[test]
    fn what_is_appended_reads_back_and_goes_on() {
        let mut writer = Ledger::default();
        let mut bytes = Vec::new();
        writer.append(Timestamp(1), minute(1), &mut bytes);
        writer.append(Timestamp(2), minute(2), &mut bytes);

        let mut reader = Ledger::default();
        let mut lines = Lines::default();
        for part in bytes.chunks(7) {
            lines.push(part);
            while let Some(line) = lines.next_line() {
                reader.read(line).expect("an appended line follows");
            }
        }
        assert_eq!(reader, writer);
        assert_eq!(lines.rest(), b"");
        assert_eq!(reader.bytes(), bytes.len() as u64);
    }

    #[test]
    fn a_changed_line_breaks_the_next_one() {
        let mut writer = Ledger::default();
        let mut bytes = Vec::new();
        writer.append(Timestamp(1), minute(1), &mut bytes);
        let first = String::from_utf8(bytes.clone()).expect("lines are text");
        let changed = first.replace("\"at\":1,", "\"at\":7,");
        assert_ne!(first, changed);
        bytes.clear();
        writer.append(Timestamp(2), minute(2), &mut bytes);

        let mut reader = Ledger::default();
        reader.read(changed.trim_end().as_bytes()).expect("nothing stands before it");
        let second = bytes.strip_suffix(b"\n").expect("a line ends");
        assert_eq!(reader.read(second), Err(LineFault::Chain { sha256: false, sm3: false }));
    }

    #[test]
    fn unknown_entries_and_fields_are_refused() {
        let mut bytes = Vec::new();
        Ledger::default().append(Timestamp(1), minute(1), &mut bytes);
        let text = String::from_utf8(bytes).expect("lines are text");
        let entry = text.replace("\"kind\":\"minute\"", "\"kind\":\"rumour\"");
        assert_eq!(parse(entry.trim_end().as_bytes()), Err(LineFault::Form));
        let field = text.replace("\"kind\":\"minute\"", "\"kind\":\"minute\",\"extra\":1");
        assert_eq!(parse(field.trim_end().as_bytes()), Err(LineFault::Form));
        let top = text.replace("{\"n\":0", "{\"extra\":1,\"n\":0");
        assert_eq!(parse(top.trim_end().as_bytes()), Err(LineFault::Form));
    }

    #[test]
    fn endless_lines_do_not_fill_memory() {
        let mut lines = Lines::default();
        lines.push(&vec![b'x'; LEDGER_LINE_BYTES_MAX + 5]);
        let line = lines.next_line().expect("cut at the limit");
        assert_eq!(parse(line), Err(LineFault::Length));
        assert_eq!(lines.rest().len(), 5);
    }
}
