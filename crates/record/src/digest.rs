//! SHA-256 and SM3 side by side: the two digests under which every byte of the record stands.
//!
//! What is not here: what is digested. Pieces, files and ledger lines come from the other modules.

use core::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use sm3::Sm3;

/// Bytes of one digest; SHA-256 and SM3 have the same length.
const DIGEST_BYTES: usize = 32;

/// A 32-byte digest; written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hex32(pub [u8; DIGEST_BYTES]);

impl fmt::Display for Hex32 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hex32 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Hex32 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex_from_bytes(&self.0))
    }
}

impl<'de> Deserialize<'de> for Hex32 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = bytes_from_hex(&text)
            .ok_or_else(|| serde::de::Error::custom("not lower-case hexadecimal"))?;
        bytes.try_into().map(Self).map_err(|_| serde::de::Error::custom("not 64 digits"))
    }
}

/// Reads lower-case hexadecimal digits; nothing else is taken.
pub(crate) fn bytes_from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |c: u8| match c {
        b'0'..=b'9' => Some(c - b'0'),
        b'a'..=b'f' => Some(c - b'a' + 10),
        _ => None,
    };
    let pairs = text.as_bytes().chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    pairs.map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

/// Writes bytes as lower-case hexadecimal digits.
pub fn hex_from_bytes(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from(if value < 10 { b'0' + value } else { b'a' + value - 10 });
    bytes.iter().flat_map(|&byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Both digests of the same bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Digests {
    /// SHA-256 (FIPS 180-4).
    pub sha256: Hex32,
    /// SM3 (GB/T 32905-2016).
    pub sm3: Hex32,
}

impl Digests {
    /// What the first ledger line names as the digests of the line before it.
    pub const ZERO: Self = Self { sha256: Hex32([0; DIGEST_BYTES]), sm3: Hex32([0; DIGEST_BYTES]) };

    /// Digests of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        let mut digester = Digester::default();
        digester.update(bytes);
        digester.finish()
    }
}

/// Digests a stream of bytes.
#[derive(Clone, Debug, Default)]
pub struct Digester {
    sha256: Sha256,
    sm3: Sm3,
}

impl Digester {
    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.sha256.update(bytes);
        self.sm3.update(bytes);
    }

    /// Digests of everything taken so far; the stream may go on.
    pub fn finish(&self) -> Digests {
        Digests {
            sha256: Hex32(self.sha256.clone().finalize().into()),
            sm3: Hex32(self.sm3.clone().finalize().into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers_of_both_standards() {
        let digests = Digests::of(b"abc");
        assert_eq!(
            digests.sha256.to_string(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(
            digests.sm3.to_string(),
            "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
        );
    }

    #[test]
    fn a_stream_has_the_digests_of_the_whole() {
        let mut digester = Digester::default();
        digester.update(b"ab");
        digester.update(b"c");
        assert_eq!(digester.finish(), Digests::of(b"abc"));
    }

    #[test]
    fn hexadecimal_comes_back_and_capitals_are_refused() {
        let digests = Digests::of(b"abc");
        let text = serde_json::to_string(&digests).expect("digests are plain values");
        assert_eq!(serde_json::from_str::<Digests>(&text).ok(), Some(digests));
        assert!(serde_json::from_str::<Digests>(&text.to_uppercase()).is_err());
        assert!(serde_json::from_str::<Hex32>("\"00\"").is_err());
        assert_eq!(bytes_from_hex("0"), None);
    }
}
