//! The court's key and what it signs: Ed25519 (RFC 8032), or SM2 with SM3 (GB/T 32918.2).
//!
//! What is not here: where the key is kept, and chance. A key is made from bytes handed in, and a
//! signature follows from key and bytes alone (RFC 8032; RFC 6979 for SM2).

use core::fmt;

use ed25519_dalek as ed25519;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey};
use model::Private;
use serde::{Deserialize, Serialize};
use sm2::dsa::signature::{Signer as _, Verifier as _};

use crate::digest::{Digests, Hex32, bytes_from_hex, hex_from_bytes};
use crate::seal::SEAL_FILE;

/// Name of the seal's signature in a hearing's folder.
pub const SIGNATURE_FILE: &str = "seal.sig.json";
/// Who signs, as SM2 mixes it into what is signed (GB/T 35276 §10: the usual one).
pub(crate) const SM2_IDENTITY: &str = "1234567812345678";
/// Format of [`SealSignature`].
const FORMAT: u32 = 1;

/// How the court signs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Algorithm {
    /// Ed25519 over the bytes themselves; 64 bytes (RFC 8032).
    #[default]
    Ed25519,
    /// SM2 with SM3 and the usual identity; two numbers in DER (GB/T 35276).
    Sm2,
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ed25519 => "Ed25519",
            Self::Sm2 => "SM2",
        })
    }
}

/// The public half of a court's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey(Public);

#[derive(Clone, Debug, PartialEq)]
enum Public {
    Ed25519(ed25519::VerifyingKey),
    Sm2(sm2::PublicKey),
}

impl Eq for Public {}

impl PublicKey {
    /// Reads a PEM `PUBLIC KEY` (RFC 5280 `SubjectPublicKeyInfo`); nothing when it is none of ours.
    pub fn from_pem(text: &str) -> Option<Self> {
        let ed25519 = ed25519::VerifyingKey::from_public_key_pem(text).map(Public::Ed25519);
        let key = ed25519.or_else(|_| sm2::PublicKey::from_public_key_pem(text).map(Public::Sm2));
        key.ok().map(Self)
    }

    /// The key as PEM.
    pub fn to_pem(&self) -> String {
        let pem = match &self.0 {
            Public::Ed25519(key) => key.to_public_key_pem(LineEnding::LF),
            Public::Sm2(key) => key.to_public_key_pem(LineEnding::LF),
        };
        pem.expect("a public key has a PEM")
    }

    /// SHA-256 of the key's `SubjectPublicKeyInfo` in DER.
    pub fn fingerprint(&self) -> Hex32 {
        let der = match &self.0 {
            Public::Ed25519(key) => key.to_public_key_der(),
            Public::Sm2(key) => key.to_public_key_der(),
        };
        Digests::of(der.expect("a public key has a DER").as_bytes()).sha256
    }

    /// How signatures of this key are made.
    pub const fn algorithm(&self) -> Algorithm {
        match &self.0 {
            Public::Ed25519(_) => Algorithm::Ed25519,
            Public::Sm2(_) => Algorithm::Sm2,
        }
    }

    /// 32 bytes of Ed25519, or 65 of SM2 (SEC 1, uncompressed).
    fn to_bytes(&self) -> Vec<u8> {
        match &self.0 {
            Public::Ed25519(key) => key.to_bytes().to_vec(),
            Public::Sm2(key) => key.to_sec1_bytes().to_vec(),
        }
    }

    fn from_bytes(algorithm: Algorithm, bytes: &[u8]) -> Option<Self> {
        let key = match algorithm {
            Algorithm::Ed25519 => {
                let key = ed25519::VerifyingKey::from_bytes(bytes.try_into().ok()?);
                Public::Ed25519(key.ok()?)
            }
            Algorithm::Sm2 => Public::Sm2(sm2::PublicKey::from_sec1_bytes(bytes).ok()?),
        };
        Some(Self(key)).filter(|key| key.to_bytes() == bytes)
    }

    /// Whether `signature` is this key's over `bytes`.
    pub fn verifies(&self, bytes: &[u8], signature: &[u8]) -> bool {
        match &self.0 {
            Public::Ed25519(key) => ed25519::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify_strict(bytes, &signature).is_ok()),
            Public::Sm2(key) => {
                let Ok(key) = sm2::dsa::VerifyingKey::new(SM2_IDENTITY, *key) else { return false };
                sm2::dsa::Signature::from_der(signature)
                    .is_ok_and(|signature| key.verify(bytes, &signature).is_ok())
            }
        }
    }
}

/// The court's key. It shows itself nowhere but in [`CourtKey::to_pem`].
#[derive(Clone)]
pub struct CourtKey(Secret);

#[derive(Clone)]
enum Secret {
    Ed25519(ed25519::SigningKey),
    Sm2(sm2::SecretKey),
}

impl fmt::Debug for CourtKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CourtKey({} {})", self.public().algorithm(), self.public().fingerprint())
    }
}

impl CourtKey {
    /// Makes a key from 32 bytes of chance; nothing in the one case in 2³² or rarer in which they
    /// are no SM2 key: take others.
    pub fn make(algorithm: Algorithm, chance: &[u8; 32]) -> Option<Self> {
        let secret = match algorithm {
            Algorithm::Ed25519 => Secret::Ed25519(ed25519::SigningKey::from_bytes(chance)),
            Algorithm::Sm2 => Secret::Sm2(sm2::SecretKey::from_slice(chance).ok()?),
        };
        Some(Self(secret))
    }

    /// Reads a PEM `PRIVATE KEY` (PKCS #8, RFC 5958); nothing when it is none of ours.
    pub fn from_pem(text: &str) -> Option<Self> {
        let ed25519 = ed25519::SigningKey::from_pkcs8_pem(text).map(Secret::Ed25519);
        let key = ed25519.or_else(|_| sm2::SecretKey::from_pkcs8_pem(text).map(Secret::Sm2));
        key.ok().map(Self)
    }

    /// The key as PEM, for the file it is kept in.
    pub fn to_pem(&self) -> Private<String> {
        let pem = match &self.0 {
            Secret::Ed25519(key) => key.to_pkcs8_pem(LineEnding::LF),
            Secret::Sm2(key) => key.to_pkcs8_pem(LineEnding::LF),
        };
        Private::new(pem.expect("a key has a PEM").to_string())
    }

    /// Its public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(match &self.0 {
            Secret::Ed25519(key) => Public::Ed25519(key.verifying_key()),
            Secret::Sm2(key) => Public::Sm2(key.public_key()),
        })
    }

    /// Signs bytes.
    pub fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        match &self.0 {
            Secret::Ed25519(key) => {
                use ed25519_dalek::Signer as _;
                key.sign(bytes).to_vec()
            }
            Secret::Sm2(key) => {
                let key = sm2::dsa::SigningKey::new(SM2_IDENTITY, key);
                let key = key.expect("the identity is short");
                let signature: sm2::dsa::Signature = key.sign(bytes);
                signature.to_der().as_ref().to_vec()
            }
        }
    }
}

/// A signature with the key it can be checked with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// How it was made.
    pub algorithm: Algorithm,
    /// The public key, hexadecimal: 32 bytes of Ed25519, or 65 of SM2 (SEC 1, uncompressed).
    pub public_key: String,
    /// SHA-256 of the public key's `SubjectPublicKeyInfo` in DER.
    pub fingerprint: Hex32,
    /// The signature, hexadecimal.
    pub signature: String,
}

impl Signature {
    /// Signs bytes.
    pub fn of(key: &CourtKey, bytes: &[u8]) -> Self {
        let public = key.public();
        Self {
            algorithm: public.algorithm(),
            public_key: hex_from_bytes(&public.to_bytes()),
            fingerprint: public.fingerprint(),
            signature: hex_from_bytes(&key.sign(bytes)),
        }
    }

    /// The key, when it is one and has this fingerprint.
    pub fn key(&self) -> Option<PublicKey> {
        let key = PublicKey::from_bytes(self.algorithm, &bytes_from_hex(&self.public_key)?)?;
        (key.fingerprint() == self.fingerprint).then_some(key)
    }

    /// Whether it was made over these bytes by the key it names.
    pub fn verifies(&self, bytes: &[u8]) -> bool {
        let signature = bytes_from_hex(&self.signature);
        self.key().zip(signature).is_some_and(|(key, signature)| key.verifies(bytes, &signature))
    }
}

/// The file beside the seal: the court's signature over every byte of `seal.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealSignature {
    /// 1.
    pub format: u32,
    /// The file whose bytes are signed, all of them.
    pub covers: String,
    /// The signature.
    pub by: Signature,
}

impl SealSignature {
    /// Signs a seal's bytes.
    pub fn of(key: &CourtKey, seal: &[u8]) -> Self {
        Self { format: FORMAT, covers: SEAL_FILE.to_owned(), by: Signature::of(key, seal) }
    }

    /// The bytes of the file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).expect("a signature is plain values");
        bytes.push(b'\n');
        bytes
    }

    /// Reads the file; nothing when it is not one that [`SealSignature::to_bytes`] makes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let read: Self = serde_json::from_slice(bytes).ok()?;
        let ours = read.format == FORMAT && read.covers == SEAL_FILE && read.to_bytes() == bytes;
        ours.then_some(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> [CourtKey; 2] {
        [Algorithm::Ed25519, Algorithm::Sm2]
            .map(|algorithm| CourtKey::make(algorithm, &[7; 32]).expect("a key"))
    }

    #[test]
    fn each_kind_signs_and_finds_every_changed_byte() {
        for key in keys() {
            let seal = b"what was sealed";
            let signature = Signature::of(&key, seal);
            assert!(signature.verifies(seal));
            for at in 0..seal.len() {
                let mut other = seal.to_vec();
                other[at] ^= 1;
                assert!(!signature.verifies(&other), "byte {at}");
            }
            let bytes = bytes_from_hex(&signature.signature).expect("hexadecimal");
            for at in 0..bytes.len() {
                let mut other = bytes.clone();
                other[at] ^= 0x10;
                assert!(!key.public().verifies(seal, &other), "byte {at} of the signature");
            }
        }
    }

    #[test]
    fn keys_come_back_from_their_files() {
        let [one, other] = keys();
        for key in [&one, &other] {
            let again = CourtKey::from_pem(key.to_pem().reveal()).expect("a private key");
            assert_eq!(again.public(), key.public());
            assert_eq!(PublicKey::from_pem(&key.public().to_pem()), Some(key.public()));
            assert!(PublicKey::from_pem(key.to_pem().reveal()).is_none());
        }
        assert_ne!(one.public().fingerprint(), other.public().fingerprint());
    }

    /// RFC 8032 §7.1, test 2.
    #[test]
    fn the_known_answer_of_ed25519() {
        let secret = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
        let secret: [u8; 32] =
            bytes_from_hex(secret).and_then(|bytes| bytes.try_into().ok()).expect("32 bytes");
        let key = CourtKey::make(Algorithm::Ed25519, &secret).expect("a key");
        assert_eq!(
            hex_from_bytes(&key.sign(&[0x72])),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
             085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        );
    }

    #[test]
    fn a_signature_file_is_taken_only_as_it_was_made() {
        for key in keys() {
            let file = SealSignature::of(&key, b"seal").to_bytes();
            let read = SealSignature::from_bytes(&file).expect("as it was made");
            assert!(read.by.verifies(b"seal"));
            for at in 0..file.len() {
                for bit in [0x01, 0x20] {
                    let mut other = file.clone();
                    other[at] ^= bit;
                    let held = SealSignature::from_bytes(&other)
                        .is_some_and(|read| read.by.verifies(b"seal"));
                    assert!(!held, "byte {at}");
                }
            }
        }
    }

    #[test]
    fn a_key_shows_itself_nowhere() {
        let [key, _] = keys();
        assert!(!format!("{key:?}").contains(&hex_from_bytes(&[7; 32])));
    }
}
