//! Tokens, join codes and passwords: made, and turned into what may be kept.
//!
//! What is not here: where they are kept (`docket`) and who may use them (`access`).

use std::fs;
use std::io;
use std::path::Path;

use argon2::{Argon2, PasswordHash, PasswordHasher, PasswordVerifier};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::Private;
use model::limits::JOIN_CODE_DIGITS;
use ring::digest;
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};

use crate::certificate::write_private;

const TOKEN_BYTES: usize = 32;
const KEY_BYTES: usize = 32;
const SALT_BYTES: usize = 16;
/// Letters of readable passwords; none that looks like another.
const READABLE: &[u8; 31] = b"abcdefghjkmnpqrstuvwxyz23456789";

/// What is kept of a token: its SHA-256. Tokens have 256 random bits, so no salt is needed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct TokenHash([u8; 32]);

impl TokenHash {
    /// Of a token as it stands in a cookie.
    pub(crate) fn of(token: &str) -> Self {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest::digest(&digest::SHA256, token.as_bytes()).as_ref());
        Self(hash)
    }

    /// The bytes kept.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// What is kept of a join code: an HMAC-SHA256 under the server's key, because eight digits alone
/// could be found by trying all of them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct CodeHash(pub(crate) [u8; 32]);

impl CodeHash {
    /// The bytes kept.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Makes and hashes secrets.
pub(crate) struct Secrets {
    random: SystemRandom,
    code_key: hmac::Key,
}

impl core::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Secrets")
    }
}

impl Secrets {
    /// Reads the key of join codes in `folder`, or makes it.
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        let random = SystemRandom::new();
        let path = folder.join("join-codes.key");
        let key = match fs::read(&path) {
            Ok(key) if key.len() == KEY_BYTES => key,
            Ok(_) => {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "join-codes.key does not hold 32 bytes",
                ));
            }
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => {
                let key = bytes::<KEY_BYTES>(&random).to_vec();
                write_private(&path, &key).map_err(io::Error::other)?;
                key
            }
            Err(fault) => return Err(fault),
        };
        Ok(Self { random, code_key: hmac::Key::new(hmac::HMAC_SHA256, &key) })
    }

    /// A new token of 256 random bits.
    pub(crate) fn token(&self) -> Private<String> {
        Private::new(URL_SAFE_NO_PAD.encode(bytes::<TOKEN_BYTES>(&self.random)))
    }

    /// A new join code.
    pub(crate) fn code(&self) -> Private<String> {
        let mut code = String::with_capacity(JOIN_CODE_DIGITS);
        while code.len() < JOIN_CODE_DIGITS {
            let [byte] = bytes::<1>(&self.random);
            // 250 is the largest multiple of ten a byte holds: every digit is as likely.
            if byte < 250 {
                code.push(char::from(b'0' + byte % 10));
            }
        }
        Private::new(code)
    }

    /// What is kept of a join code.
    pub(crate) fn code_hash(&self, code: &str) -> CodeHash {
        let mut hash = [0; 32];
        hash.copy_from_slice(hmac::sign(&self.code_key, code.as_bytes()).as_ref());
        CodeHash(hash)
    }

    /// The token a join code stands for when a device shows it again and again. Nobody can make it
    /// from what is kept of the code.
    pub(crate) fn device_token(&self, code: &str) -> Private<String> {
        let mut text = hmac::Context::with_key(&self.code_key);
        text.update(b"device ");
        text.update(code.as_bytes());
        Private::new(URL_SAFE_NO_PAD.encode(text.sign().as_ref()))
    }

    /// What opens a person's own page: their number, and a proof that nobody else can make. Nothing
    /// of it is kept.
    pub(crate) fn card(&self, who: u32, edition: i64) -> Private<String> {
        let proof = hmac::sign(&self.code_key, card_words(who, edition).as_bytes());
        Private::new(format!("{who}-{}", URL_SAFE_NO_PAD.encode(proof.as_ref())))
    }

    /// Whether it is that person's card.
    pub(crate) fn is_card(&self, card: &str, who: u32, edition: i64) -> bool {
        let proof = card.split_once('-').map(|(_, proof)| URL_SAFE_NO_PAD.decode(proof));
        let Some(Ok(proof)) = proof else { return false };
        hmac::verify(&self.code_key, card_words(who, edition).as_bytes(), &proof).is_ok()
    }

    /// A password a person can read out: three groups of four letters, about 59 bits.
    pub(crate) fn readable_password(&self) -> Private<String> {
        let mut letters = String::new();
        let mut count = 0;
        while count < 12 {
            let [byte] = bytes::<1>(&self.random);
            // 248 is the largest multiple of 31 a byte holds.
            if byte < 248 {
                if count > 0 && count % 4 == 0 {
                    letters.push('-');
                }
                letters.push(char::from(READABLE[usize::from(byte) % READABLE.len()]));
                count += 1;
            }
        }
        Private::new(letters)
    }

    /// What is kept of a password: argon2id in PHC form. Slow on purpose: call it off the loop.
    pub(crate) fn password_hash(&self, password: &str) -> String {
        let salt = bytes::<SALT_BYTES>(&self.random);
        let hash: PasswordHash = Argon2::default()
            .hash_password_with_salt(password.as_bytes(), &salt)
            .expect("parameters and salt length are the library's recommended ones");
        hash.to_string()
    }
}

/// Whether `password` belongs to `kept`. Slow on purpose: call it off the event loop.
pub(crate) fn password_fits(password: &str, kept: &str) -> bool {
    PasswordHash::new(kept)
        .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

fn bytes<const N: usize>(random: &SystemRandom) -> [u8; N] {
    let mut bytes = [0; N];
    random.fill(&mut bytes).expect("the system's randomness does not fail once it has started");
    bytes
}

/// What the proof of a card is made of; no join code looks like it.
fn card_words(who: u32, edition: i64) -> String {
    format!("card {who} {edition}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets() -> (tempfile::TempDir, Secrets) {
        let folder = tempfile::tempdir().unwrap();
        let secrets = Secrets::open(folder.path()).unwrap();
        (folder, secrets)
    }

    #[test]
    fn codes_are_eight_digits_and_hash_under_a_key_that_is_kept() {
        let (folder, secrets) = secrets();
        let code = secrets.code();
        assert_eq!(code.reveal().len(), JOIN_CODE_DIGITS);
        assert!(code.reveal().chars().all(|c| c.is_ascii_digit()));
        let again = Secrets::open(folder.path()).unwrap();
        assert!(secrets.code_hash(code.reveal()) == again.code_hash(code.reveal()));
        let (_other_folder, other) = self::secrets();
        assert!(secrets.code_hash(code.reveal()) != other.code_hash(code.reveal()));
    }

    #[test]
    fn a_password_fits_its_own_hash_only() {
        let (_folder, secrets) = secrets();
        let password = secrets.readable_password();
        let kept = secrets.password_hash(password.reveal());
        assert!(kept.starts_with("$argon2id$"));
        assert!(password_fits(password.reveal(), &kept));
        assert!(!password_fits("another", &kept));
        assert!(!password_fits("another", "not a hash"));
        assert!(secrets.password_hash(password.reveal()) != kept, "the salt is new each time");
    }

    #[test]
    fn tokens_differ() {
        let (_folder, secrets) = secrets();
        assert!(secrets.token() != secrets.token());
        assert!(secrets.token().reveal().len() >= 43);
    }
}
