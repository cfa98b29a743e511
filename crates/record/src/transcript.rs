//! Frozen transcripts and the acts of their review in a hearing's folder: a chain of its own,
//! because reading and signing goes on for days after the seal. While the ledger is open each act is
//! a minute too.
//!
//! What is not here: the disk, what a transcript holds, and who may do what.

use core::fmt;

use model::{ActEntry, HearingId, ParticipantId};
use serde::{Deserialize, Serialize};

use crate::digest::Digests;
use crate::signature::{CourtKey, Signature};

/// Name of the chain of acts.
pub const ACTS_FILE: &str = "transcript.jsonl";

/// Name of a frozen version: its canonical text (RFC 8785).
pub fn version_file(version: u32) -> String {
    format!("transcript-{version}.json")
}

/// Name of the part of a version that somebody who was called signs.
pub fn part_file(version: u32, who: ParticipantId) -> String {
    format!("transcript-{version}-p{}.json", who.0)
}

/// Beginning of the name of a file that belongs to a signature.
const SIGN: &str = "transcript-sign-";
/// What may follow the dot: pictures of a page signed on paper, and a signature by certificate.
const ENDINGS: [&str; 4] = ["jpg", "png", "pdf", "p7s"];

/// Name of the file that belongs to the signature of this act; none for an ending that is not one.
pub fn sign_file(act: u64, ending: &str) -> Option<String> {
    ENDINGS.contains(&ending).then(|| format!("{SIGN}{act}.{ending}"))
}

/// Whether a name is that of such a file.
pub fn is_sign_file(name: &str) -> bool {
    let rest = name.strip_prefix(SIGN).and_then(|rest| rest.split_once('.'));
    rest.is_some_and(|(act, ending)| {
        act.parse().is_ok_and(|act: u64| sign_file(act, ending).as_deref() == Some(name))
    })
}

/// One act of the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedAct {
    /// Digests of the line before it, line feed not counted; of the first, those of the hearing's
    /// name, so that no chain can be put into another folder.
    pub prev: Digests,
    /// What was done.
    pub entry: ActEntry,
}

/// A line: an act, and the court's signature over exactly the bytes of that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActLine {
    /// The act and what it follows.
    pub act: SignedAct,
    /// Over the bytes of `act` as they stand in the line.
    pub by: Signature,
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActFault {
    /// Not a line as it is written.
    Form,
    /// Another number was due, or it does not follow the line before it.
    Chain,
    /// The signature is not over these bytes.
    Signature,
}

impl fmt::Display for ActFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form => "cannot be read",
            Self::Chain => "does not follow the line before it",
            Self::Signature => "is not what the court signed",
        })
    }
}

/// A line that was read.
#[derive(Clone, Debug)]
pub struct ReadAct {
    /// What was done.
    pub entry: ActEntry,
    /// The court's signature.
    pub by: Signature,
}

/// The chain of acts of one hearing.
#[derive(Clone, Debug)]
pub struct Acts {
    head: Digests,
    next: u64,
}

impl Acts {
    /// A chain without a line.
    pub fn new(hearing: HearingId) -> Self {
        Self { head: Digests::of(hearing.to_string().as_bytes()), next: 0 }
    }

    /// How many lines there are.
    pub const fn len(&self) -> u64 {
        self.next
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.next == 0
    }

    /// Makes the next line, line feed included.
    pub fn append(&mut self, key: &CourtKey, entry: ActEntry) -> Vec<u8> {
        let act = SignedAct { prev: self.head, entry };
        let by = Signature::of(key, &bytes_of(&act));
        let mut bytes = bytes_of(&ActLine { act, by });
        self.step(&bytes);
        bytes.push(b'\n');
        bytes
    }

    /// Reads a line, without its line feed, as the next of the chain.
    ///
    /// # Errors
    /// What is wrong with it; the chain is then unchanged.
    pub fn read(&mut self, bytes: &[u8]) -> Result<ReadAct, ActFault> {
        let line: ActLine = serde_json::from_slice(bytes).map_err(|_| ActFault::Form)?;
        if bytes_of(&line) != bytes {
            return Err(ActFault::Form);
        }
        if (line.act.entry.n, line.act.prev) != (self.next, self.head) {
            return Err(ActFault::Chain);
        }
        if !line.by.verifies(&bytes_of(&line.act)) {
            return Err(ActFault::Signature);
        }
        self.step(bytes);
        Ok(ReadAct { entry: line.act.entry, by: line.by })
    }

    /// Goes past a line, also one that does not fit.
    pub(crate) fn step(&mut self, bytes: &[u8]) {
        self.head = Digests::of(bytes);
        self.next += 1;
    }
}

fn bytes_of(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("an act is plain values")
}

#[cfg(test)]
mod tests {
    use model::{ParticipantId, Role, Timestamp, TranscriptAct};

    use super::*;
    use crate::signature::Algorithm;

    #[test]
    fn names_of_files_lead_nowhere_else() {
        assert_eq!(sign_file(7, "jpg").as_deref(), Some("transcript-sign-7.jpg"));
        assert_eq!(sign_file(7, "html"), None);
        assert!(is_sign_file("transcript-sign-7.p7s"));
        for name in ["transcript-sign-07.jpg", "transcript-sign-7.jpg.exe", "../seal.json", ""] {
            assert!(!is_sign_file(name), "{name}");
        }
    }

    #[test]
    fn any_changed_byte_and_another_hearing_is_found() {
        let key = CourtKey::make(Algorithm::Ed25519, &[3; 32]).expect("a key");
        let mut writer = Acts::new(HearingId(4));
        let act = TranscriptAct::Reopened { reason: "补记".into() };
        let entry =
            ActEntry { n: 0, at: Timestamp(1), by: ParticipantId(2), role: Role::Clerk, act };
        let line = writer.append(&key, entry);
        let line = line.strip_suffix(b"\n").expect("a line ends");
        assert!(Acts::new(HearingId(4)).read(line).is_ok());
        assert_eq!(Acts::new(HearingId(5)).read(line).err(), Some(ActFault::Chain));
        for at in 0..line.len() {
            let mut other = line.to_vec();
            other[at] ^= 1;
            assert!(Acts::new(HearingId(4)).read(&other).is_err(), "byte {at}");
        }
    }
}
