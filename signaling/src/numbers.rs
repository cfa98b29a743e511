//! Numbers of identity documents as they are kept: enciphered under a key of their own, and found
//! again by a keyed digest that says nothing without it.
//!
//! What is not here: where they are kept (`docket/real_names.rs`), and whether a number can be right
//! (crate `docket`). Each value is AES-256-GCM under a key derived from the court's key file; what
//! it is bound to (court and digest) is authenticated with it, so that no row's value can be put into
//! another row.

use core::fmt;
use std::fs;
use std::io;
use std::path::Path;

use ::docket::real_name::{IdKind, IdNumber};
use model::Private;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};

use crate::certificate::write_private;

/// The name of the key's file in the data folder, where the configuration names none.
const FILE: &str = "real-names.key";
/// Bytes of the key.
const KEY_BYTES: usize = 32;
/// The form of a kept value: one byte, then the key's check, the nonce, the text and its tag.
const FORM: u8 = 1;
/// Bytes by which a value says which key it needs.
const CHECK_BYTES: usize = 8;
/// What stands before the enciphered text.
const HEAD_BYTES: usize = 1 + CHECK_BYTES + NONCE_LEN;

/// The digest a number is found by, at one court.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NumberIndex([u8; 32]);

impl NumberIndex {
    /// The bytes kept.
    pub(crate) const fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Why a kept value cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NumberFault {
    /// It was enciphered with another key.
    #[error("real_name_key is not the key the numbers were enciphered with: find the former file")]
    OtherKey,
    /// It was altered, or belongs to another row.
    #[error("a number was altered since it was kept")]
    Altered,
}

/// Enciphers and finds numbers.
pub(crate) struct NumberKey {
    cipher: LessSafeKey,
    index: hmac::Key,
    check: [u8; CHECK_BYTES],
    random: SystemRandom,
}

impl fmt::Debug for NumberKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NumberKey")
    }
}

impl NumberKey {
    /// Reads the key in `file`, or the one in the data folder, which is made when there is none.
    ///
    /// # Errors
    /// When the file cannot be read or does not hold 64 hexadecimal digits.
    pub(crate) fn open(folder: &Path, file: Option<&Path>) -> io::Result<Self> {
        if let Some(file) = file {
            return Self::of(&fs::read_to_string(file)?);
        }
        let path = folder.join(FILE);
        match fs::read_to_string(&path) {
            Ok(text) => Self::of(&text),
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => {
                let mut key = [0; KEY_BYTES];
                SystemRandom::new().fill(&mut key).map_err(|_| io::Error::other("no chance"))?;
                let text: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
                write_private(&path, format!("{text}\n").as_bytes()).map_err(io::Error::other)?;
                Self::of(&text)
            }
            Err(fault) => Err(fault),
        }
    }

    fn of(text: &str) -> io::Result<Self> {
        let wrong = || {
            let sentence = "a key of real names is 64 hexadecimal digits: openssl rand -hex 32";
            io::Error::new(io::ErrorKind::InvalidData, sentence)
        };
        let text = text.trim();
        if text.len() != 2 * KEY_BYTES || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(wrong());
        }
        let mut key = [0; KEY_BYTES];
        for (at, byte) in key.iter_mut().enumerate() {
            let digits = text.get(2 * at..2 * at + 2).ok_or_else(wrong)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| wrong())?;
        }
        // One key in the file, one for each use: none says anything about another.
        let main = hmac::Key::new(hmac::HMAC_SHA256, &key);
        let derived =
            |what: &str| hmac::sign(&main, format!("assize real names 1 {what}").as_bytes());
        let cipher = UnboundKey::new(&AES_256_GCM, derived("cipher").as_ref());
        let mut check = [0; CHECK_BYTES];
        check.copy_from_slice(&derived("check").as_ref()[..CHECK_BYTES]);
        Ok(Self {
            cipher: LessSafeKey::new(cipher.map_err(|_| wrong())?),
            index: hmac::Key::new(hmac::HMAC_SHA256, derived("index").as_ref()),
            check,
            random: SystemRandom::new(),
        })
    }

    /// The digest by which a number is found at a court. Another court's digest of the same number
    /// is another one.
    pub(crate) fn index(&self, court: &str, number: &IdNumber) -> NumberIndex {
        let kind = match number.kind() {
            IdKind::IdCard => 1,
            IdKind::Passport => 2,
            IdKind::HomeReturnPermit => 3,
            IdKind::CreditCode => 4,
        };
        let mut text = hmac::Context::with_key(&self.index);
        text.update(&u64::try_from(court.len()).unwrap_or(u64::MAX).to_be_bytes());
        text.update(court.as_bytes());
        text.update(&[kind]);
        text.update(number.number().reveal().as_bytes());
        let mut index = [0; 32];
        index.copy_from_slice(text.sign().as_ref());
        NumberIndex(index)
    }

    /// A number enciphered for the row with this digest.
    pub(crate) fn seal(&self, index: &NumberIndex, number: &IdNumber) -> Vec<u8> {
        let mut nonce = [0; NONCE_LEN];
        self.random.fill(&mut nonce).expect("the system's randomness does not fail once started");
        let mut kept = vec![FORM];
        kept.extend_from_slice(&self.check);
        kept.extend_from_slice(&nonce);
        let mut text = number.number().reveal().clone().into_bytes();
        let nonce = Nonce::assume_unique_for_key(nonce);
        self.cipher
            .seal_in_place_append_tag(nonce, Aad::from(index.bytes()), &mut text)
            .expect("a number is shorter than the cipher's limit");
        kept.extend_from_slice(&text);
        kept
    }

    /// Whether a kept value was enciphered with this key.
    pub(crate) fn made(&self, kept: &[u8]) -> bool {
        kept.first() == Some(&FORM) && kept.get(1..=CHECK_BYTES) == Some(&self.check[..])
    }

    /// The number of the row with this digest.
    ///
    /// # Errors
    /// When it was enciphered with another key, or altered.
    pub(crate) fn open_number(
        &self,
        index: &[u8],
        kind: IdKind,
        kept: &[u8],
    ) -> Result<IdNumber, NumberFault> {
        if !self.made(kept) {
            return Err(NumberFault::OtherKey);
        }
        let (Some(nonce), Some(text)) =
            (kept.get(1 + CHECK_BYTES..HEAD_BYTES), kept.get(HEAD_BYTES..))
        else {
            return Err(NumberFault::Altered);
        };
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| NumberFault::Altered)?;
        let mut text = text.to_vec();
        let plain = self.cipher.open_in_place(nonce, Aad::from(index), &mut text);
        let plain = plain.map_err(|_| NumberFault::Altered)?;
        let plain = String::from_utf8(plain.to_vec()).map_err(|_| NumberFault::Altered)?;
        Ok(IdNumber::kept(kind, Private::new(plain)))
    }
}

#[cfg(test)]
mod tests {
    use ::docket::Day;

    use super::*;

    fn number(typed: &str) -> IdNumber {
        let today = Day::from_civil(2026, 12, 1).unwrap();
        IdNumber::read(IdKind::IdCard, typed, today).unwrap()
    }

    #[test]
    fn a_number_comes_back_under_its_key_and_for_its_row_alone() {
        let folder = tempfile::tempdir().unwrap();
        let key = NumberKey::open(folder.path(), None).unwrap();
        let (one, other) = (number("11010519491231002X"), number("440524188001010014"));
        let index = key.index("a court", &one);
        let kept = key.seal(&index, &one);
        assert_ne!(kept, key.seal(&index, &one), "the same number looks different each time");
        assert!(!kept.windows(6).any(|part| part == b"194912"));
        let again = NumberKey::open(folder.path(), None).unwrap();
        assert_eq!(again.open_number(index.bytes(), IdKind::IdCard, &kept), Ok(one));
        let elsewhere = key.index("a court", &other);
        let opened = key.open_number(elsewhere.bytes(), IdKind::IdCard, &kept);
        assert_eq!(opened, Err(NumberFault::Altered), "a value moved to another row");
        for at in HEAD_BYTES..kept.len() {
            let mut altered = kept.clone();
            altered[at] ^= 1;
            let opened = key.open_number(index.bytes(), IdKind::IdCard, &altered);
            assert_eq!(opened, Err(NumberFault::Altered));
        }
        assert_eq!(
            key.open_number(index.bytes(), IdKind::IdCard, &kept[..HEAD_BYTES]),
            Err(NumberFault::Altered)
        );
        let strange = NumberKey::open(tempfile::tempdir().unwrap().path(), None).unwrap();
        let opened = strange.open_number(index.bytes(), IdKind::IdCard, &kept);
        assert_eq!(opened, Err(NumberFault::OtherKey));
    }

    #[test]
    fn the_digest_depends_on_key_court_kind_and_number() {
        let folder = tempfile::tempdir().unwrap();
        let key = NumberKey::open(folder.path(), None).unwrap();
        let one = number("11010519491231002X");
        let index = key.index("a court", &one);
        assert_eq!(index, key.index("a court", &number("11010519491231002x")));
        assert_ne!(index, key.index("another court", &one));
        let passport = IdNumber::kept(IdKind::Passport, one.number().clone());
        assert_ne!(index, key.index("a court", &passport));
        let strange = NumberKey::open(tempfile::tempdir().unwrap().path(), None).unwrap();
        assert_ne!(index, strange.index("a court", &one));
    }

    #[test]
    fn a_key_is_a_file_of_64_digits() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own.key");
        fs::write(&path, format!("{}\n", "0f".repeat(32))).unwrap();
        assert!(NumberKey::open(folder.path(), Some(&path)).is_ok());
        assert!(!folder.path().join(FILE).exists(), "no other key is made");
        for wrong in ["", "0f", &"0g".repeat(32), &"é".repeat(32)] {
            fs::write(&path, wrong).unwrap();
            assert!(NumberKey::open(folder.path(), Some(&path)).is_err(), "{wrong}");
        }
        assert!(NumberKey::open(folder.path(), Some(&folder.path().join("none"))).is_err());
    }
}
