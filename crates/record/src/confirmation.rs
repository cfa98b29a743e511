//! The check value (完整性校验值) of a sealed record, and who confirmed it: a chain of its own
//! beside the seal, because nothing may be written behind the seal.
//!
//! What is not here: the disk, and who may confirm. The value is nothing but the digests of
//! `seal.json`, so that anybody can compute it again without us.

use core::fmt;

use model::{ParticipantId, Private, Role, Timestamp};
use serde::{Deserialize, Serialize};

use crate::digest::Digests;
use crate::signature::{CourtKey, Signature};

/// Name of the file in a hearing's folder.
pub const CONFIRMATIONS_FILE: &str = "confirmations.jsonl";

/// One person's confirmation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confirmation {
    /// Number, from 0.
    pub n: u64,
    /// When it was written, UTC ms.
    pub at: Timestamp,
    /// Digests of the line before it, line feed not counted; of the first, the value itself: the
    /// chain hangs on the seal.
    pub prev: Digests,
    /// The value that was shown and confirmed: digests of `seal.json`.
    pub value: Digests,
    /// Who.
    pub who: ParticipantId,
    /// In which role.
    pub role: Role,
    /// Name.
    pub name: Private<String>,
}

/// A line: what was confirmed, and the court's signature over exactly the bytes of that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfirmationLine {
    /// Who confirmed what.
    pub confirmation: Confirmation,
    /// Over the bytes of `confirmation` as they stand in the line.
    pub by: Signature,
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfirmationFault {
    /// Not a line as it is written.
    Form,
    /// Another number was due, or it does not follow the line before it.
    Chain,
    /// It confirms another value than the seal has.
    Value,
    /// The signature is not over these bytes.
    Signature,
}

impl fmt::Display for ConfirmationFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form => "cannot be read",
            Self::Chain => "does not follow the line before it",
            Self::Value => "confirms another value than the seal has",
            Self::Signature => "is not what the court signed",
        })
    }
}

/// The chain of confirmations of one seal.
#[derive(Clone, Debug)]
pub struct Confirmations {
    value: Digests,
    head: Digests,
    next: u64,
}

impl Confirmations {
    /// A chain without a line, of the seal with these digests.
    pub const fn new(value: Digests) -> Self {
        Self { value, head: value, next: 0 }
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
    pub fn append(
        &mut self,
        key: &CourtKey,
        at: Timestamp,
        (who, role, name): (ParticipantId, Role, Private<String>),
    ) -> (Confirmation, Vec<u8>) {
        let confirmation =
            Confirmation { n: self.next, at, prev: self.head, value: self.value, who, role, name };
        let by = Signature::of(key, &bytes_of(&confirmation));
        let line = ConfirmationLine { confirmation: confirmation.clone(), by };
        let mut bytes = bytes_of(&line);
        self.step(&bytes);
        bytes.push(b'\n');
        (confirmation, bytes)
    }

    /// Reads a line, without its line feed, as the next of the chain.
    ///
    /// # Errors
    /// What is wrong with it; the chain is then unchanged.
    pub fn read(&mut self, bytes: &[u8]) -> Result<ConfirmationLine, ConfirmationFault> {
        let line: ConfirmationLine =
            serde_json::from_slice(bytes).map_err(|_| ConfirmationFault::Form)?;
        if bytes_of(&line) != bytes {
            return Err(ConfirmationFault::Form);
        }
        let Confirmation { n, prev, value, .. } = &line.confirmation;
        if (*n, *prev) != (self.next, self.head) {
            return Err(ConfirmationFault::Chain);
        }
        if *value != self.value {
            return Err(ConfirmationFault::Value);
        }
        if !line.by.verifies(&bytes_of(&line.confirmation)) {
            return Err(ConfirmationFault::Signature);
        }
        self.step(bytes);
        Ok(line)
    }

    /// Goes past a line, also one that does not fit.
    pub(crate) fn step(&mut self, bytes: &[u8]) {
        self.head = Digests::of(bytes);
        self.next += 1;
    }
}

fn bytes_of(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("a confirmation is plain values")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::Algorithm;

    fn person(number: u32) -> (ParticipantId, Role, Private<String>) {
        (ParticipantId(number), Role::Plaintiff, Private::from("张三"))
    }

    #[test]
    fn lines_follow_each_other_and_any_changed_byte_is_found() {
        let key = CourtKey::make(Algorithm::Ed25519, &[3; 32]).expect("a key");
        let value = Digests::of(b"seal");
        let mut writer = Confirmations::new(value);
        let lines = [1, 2].map(|who| writer.append(&key, Timestamp(5), person(who)).1);
        let lines = lines.map(|line| line.strip_suffix(b"\n").expect("a line ends").to_vec());
        let mut reader = Confirmations::new(value);
        for line in &lines {
            reader.read(line).expect("a line that was written");
        }
        assert_eq!(reader.len(), 2);
        for at in 0..lines[0].len() {
            let mut other = lines[0].clone();
            other[at] ^= 1;
            assert!(Confirmations::new(value).read(&other).is_err(), "byte {at}");
        }
        assert_eq!(
            Confirmations::new(value).read(&lines[1]).err(),
            Some(ConfirmationFault::Chain),
            "the first was taken out"
        );
        let another = Digests::of(b"another seal");
        assert!(Confirmations::new(another).read(&lines[0]).is_err());
    }
}
