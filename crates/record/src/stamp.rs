//! A time-stamp of the seal by an authority outside (RFC 3161): the request, and what can be
//! checked of the answer without the authority's certificate.
//!
//! What is not here: the way to the authority, and its signature. Whether the token is signed by
//! whom it says is checked with `openssl ts -verify` and the authority's certificate.

use cms::cert::x509::der::asn1::{Any, Int, OctetString};
use cms::cert::x509::der::oid::ObjectIdentifier;
use cms::cert::x509::der::{Decode, Encode};
use cms::cert::x509::spki::AlgorithmIdentifier;
use cms::signed_data::SignedData;
use core::fmt;
use model::Timestamp;
use x509_tsp::{MessageImprint, TimeStampReq, TimeStampResp, TspVersion, TstInfo};

use crate::digest::{Digests, Hex32};
use crate::signature::Algorithm;

/// Name of the authority's answer in a hearing's folder: a `TimeStampResp` in DER.
pub const STAMP_FILE: &str = "seal.tsr";
/// SHA-256 (RFC 5912).
const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
/// SM3 (GB/T 33560).
const SM3: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.401");
/// `id-ct-TSTInfo` (RFC 3161 §2.4.2).
const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");

/// What an answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// When the authority had the digest before it, UTC ms.
    pub at: Timestamp,
    /// By which digest: `SHA-256` or `SM3`.
    pub imprint: &'static str,
}

/// Why an answer is no time-stamp of the seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StampFault {
    /// Not an answer by RFC 3161.
    Form,
    /// The authority said no.
    Refused,
    /// It is of other bytes.
    Imprint,
    /// It answers another request.
    Nonce,
}

impl fmt::Display for StampFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form => "is no answer of a time-stamp authority",
            Self::Refused => "says that the authority refused",
            Self::Imprint => "is not of this seal",
            Self::Nonce => "answers another request",
        })
    }
}

/// The request for a time-stamp of a seal with these digests: by SM3 where the court signs with
/// SM2, by SHA-256 elsewhere. `chance` ties the answer to it.
pub fn request(algorithm: Algorithm, seal: &Digests, chance: [u8; 8]) -> Vec<u8> {
    let (oid, digest) = match algorithm {
        Algorithm::Ed25519 => (SHA_256, seal.sha256),
        Algorithm::Sm2 => (SM3, seal.sm3),
    };
    let request = TimeStampReq {
        version: TspVersion::V1,
        message_imprint: MessageImprint {
            hash_algorithm: AlgorithmIdentifier { oid, parameters: Some(Any::null()) },
            hashed_message: OctetString::new(digest.0).expect("a digest is short"),
        },
        req_policy: None,
        nonce: Some(nonce(chance)),
        cert_req: true,
        extensions: None,
    };
    request.to_der().expect("a request is plain values")
}

/// A positive number without leading zeros, as DER has it.
fn nonce(mut chance: [u8; 8]) -> Int {
    chance[0] = chance[0] & 0x7f | 0x40;
    Int::new(&chance).expect("eight bytes are a number")
}

/// Reads an answer: that it was granted, is of this seal and, where the chance of the request is
/// known, answers that.
///
/// # Errors
/// What is wrong with it.
pub fn read(answer: &[u8], seal: &Digests, chance: Option<[u8; 8]>) -> Result<Stamp, StampFault> {
    let answer = TimeStampResp::from_der(answer).map_err(|_| StampFault::Form)?;
    // Granted, or granted with modifications (RFC 3161 §2.4.2).
    if !matches!(answer.status.status as u8, 0 | 1) {
        return Err(StampFault::Refused);
    }
    let token = answer.time_stamp_token.ok_or(StampFault::Form)?;
    let info = || {
        let signed = SignedData::from_der(&token.content.to_der().ok()?).ok()?;
        let content = signed.encap_content_info;
        let bytes = content.econtent.filter(|_| content.econtent_type == TST_INFO)?;
        TstInfo::from_der(bytes.value()).ok()
    };
    let info = info().ok_or(StampFault::Form)?;
    let oid = info.message_imprint.hash_algorithm.oid;
    let known: [(ObjectIdentifier, Hex32, &'static str); 2] =
        [(SHA_256, seal.sha256, "SHA-256"), (SM3, seal.sm3, "SM3")];
    let (_, digest, imprint) =
        known.into_iter().find(|(known, ..)| *known == oid).ok_or(StampFault::Imprint)?;
    if info.message_imprint.hashed_message.as_bytes() != digest.0 {
        return Err(StampFault::Imprint);
    }
    if chance.is_some_and(|chance| info.nonce != Some(nonce(chance))) {
        return Err(StampFault::Nonce);
    }
    let ms = info.gen_time.to_unix_duration().as_millis();
    Ok(Stamp { at: Timestamp(i64::try_from(ms).map_err(|_| StampFault::Form)?), imprint })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_request_is_what_the_standard_says() {
        let seal = Digests::of(b"abc");
        let bytes = request(Algorithm::Sm2, &seal, [0xff; 8]);
        let again = TimeStampReq::from_der(&bytes).expect("DER");
        assert_eq!(again.message_imprint.hash_algorithm.oid, SM3);
        assert_eq!(again.message_imprint.hashed_message.as_bytes(), seal.sm3.0);
        assert!(again.cert_req);
        assert_eq!(
            again.nonce.expect("one").as_bytes(),
            [0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]
        );
    }

    proptest! {
        #[test]
        fn nothing_that_is_no_answer_is_taken(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(read(&bytes, &Digests::ZERO, None).is_err());
        }
    }
}
