//! Signatures by certificate (CMS, RFC 5652) over a text: that they are over exactly its bytes, that
//! an authority the court trusts stands behind the certificate, that it is valid and whose it is.
//! RSA and ECDSA with SHA-2, Ed25519, and SM2 with SM3 (GM/T 0009, 0010).
//!
//! What is not here: whether a certificate was withdrawn, which only its authority can tell, and the
//! clock.

use core::time::Duration;

use cms::attr::MessageDigest;
use cms::cert::CertificateChoices;
use cms::cert::x509::Certificate;
use cms::cert::x509::der::asn1::{
    BmpString, ObjectIdentifier, OctetStringRef, PrintableStringRef, Utf8StringRef,
};
use cms::cert::x509::der::{Decode, Encode};
use cms::cert::x509::ext::pkix::{KeyUsage, SubjectKeyIdentifier};
use cms::content_info::ContentInfo;
use cms::signed_data::{SignedData, SignerIdentifier, SignerInfo};
use model::review::{CertificateFault, CertificateOf};
use model::{Private, Timestamp};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{
    AlgorithmIdentifier, CertificateDer, InvalidSignature, SignatureVerificationAlgorithm,
    TrustAnchor, UnixTime,
};
use sha2::Digest as _;
use sm2::dsa::signature::Verifier as _;
use webpki::{
    EndEntityCert, Error, ExtendedKeyUsageValidator, KeyPurposeIdIter, anchor_from_trusted_cert,
    ring,
};

use crate::signature::SM2_IDENTITY;

/// Certificates that one signature may carry.
const CERTIFICATES_MAX: usize = 8;
/// Authorities that may be trusted.
const ANCHORS_MAX: usize = 200;
/// `signedData` (RFC 5652 §5.1), and the same of GM/T 0010.
const SIGNED_DATA: [ObjectIdentifier; 2] = [
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2"),
    ObjectIdentifier::new_unwrap("1.2.156.10197.6.1.4.2.2"),
];
/// `messageDigest` (RFC 5652 §11.2).
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
/// `commonName`.
const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.15");
const KEY_IDENTIFIER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.14");
/// Digests by their names.
const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA_384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA_512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");
const SM3: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.401");

/// The authorities a court trusts.
#[derive(Clone, Debug, Default)]
pub struct Anchors(Vec<TrustAnchor<'static>>);

impl Anchors {
    /// Reads certificates in PEM, one after the other.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn read(pem: &[u8]) -> Result<Self, &'static str> {
        let mut anchors = Vec::new();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|_| "is no list of certificates in PEM")?;
            let anchor = anchor_from_trusted_cert(&certificate)
                .map_err(|_| "holds a certificate that cannot be read")?;
            anchors.push(anchor.to_owned());
        }
        match anchors.len() {
            0 => Err("holds no certificate"),
            1..=ANCHORS_MAX => Ok(Self(anchors)),
            _ => Err("holds too many certificates"),
        }
    }

    /// Whether nobody is trusted.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Whether a signature is over a text, whoever made it: what can be said without authorities.
pub fn is_over(signature: &[u8], text: &[u8]) -> bool {
    Signed::read(signature).is_ok_and(|signed| signed.is_over(text).is_ok())
}

/// Checks a signature over a text and who made it.
///
/// # Errors
/// What is wrong with it.
pub fn check(
    signature: &[u8],
    text: &[u8],
    anchors: &Anchors,
    now: Timestamp,
) -> Result<CertificateOf, CertificateFault> {
    let signed = Signed::read(signature)?;
    signed.is_over(text)?;
    let end = EndEntityCert::try_from(&signed.own).map_err(|_| CertificateFault::Form)?;
    let secs = u64::try_from(now.0 / 1_000).unwrap_or(0);
    let now = UnixTime::since_unix_epoch(Duration::from_secs(secs));
    let path =
        end.verify_for_usage(&algorithms(), &anchors.0, &signed.others, now, AnyUsage, None, None);
    match path {
        Ok(_) => {}
        Err(Error::CertExpired { .. } | Error::CertNotValidYet { .. }) => {
            return Err(CertificateFault::Expired);
        }
        Err(_) => return Err(CertificateFault::Untrusted),
    }
    if !may_sign(&signed.certificate) {
        return Err(CertificateFault::Untrusted);
    }
    let certificate = &signed.certificate.tbs_certificate;
    Ok(CertificateOf {
        subject: Private::new(common_name(&signed.certificate).ok_or(CertificateFault::Form)?),
        issuer: certificate.issuer.to_string().chars().take(200).collect(),
        serial: certificate
            .serial_number
            .as_bytes()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect(),
    })
}

/// People's certificates name many purposes; what they are for is said by `keyUsage`.
struct AnyUsage;

impl ExtendedKeyUsageValidator for AnyUsage {
    fn validate(&self, iter: KeyPurposeIdIter<'_, '_>) -> Result<(), Error> {
        for purpose in iter {
            purpose?;
        }
        Ok(())
    }
}

fn algorithms() -> Vec<&'static dyn SignatureVerificationAlgorithm> {
    let mut all = webpki::ALL_VERIFICATION_ALGS.to_vec();
    all.extend([&Sm2 { null: false } as &dyn SignatureVerificationAlgorithm, &Sm2 { null: true }]);
    all
}

/// A signature that was read.
struct Signed {
    signer: SignerInfo,
    /// The signer's certificate, read and as bytes.
    certificate: Certificate,
    own: CertificateDer<'static>,
    others: Vec<CertificateDer<'static>>,
    /// What it carries itself.
    carried: Option<Vec<u8>>,
}

impl Signed {
    fn read(bytes: &[u8]) -> Result<Self, CertificateFault> {
        let form = |_| CertificateFault::Form;
        let info = ContentInfo::from_der(bytes).map_err(form)?;
        if !SIGNED_DATA.contains(&info.content_type) {
            return Err(CertificateFault::Form);
        }
        let data: SignedData = info.content.decode_as().map_err(form)?;
        let mut signers = data.signer_infos.0.into_vec();
        let (Some(signer), true) = (signers.pop(), signers.is_empty()) else {
            return Err(CertificateFault::Form);
        };
        let carried = match data.encap_content_info.econtent {
            None => None,
            Some(content) => {
                let content: OctetStringRef<'_> = content.decode_as().map_err(form)?;
                Some(content.as_bytes().to_vec())
            }
        };
        let (mut own, mut others) = (None, Vec::new());
        let certificates = data.certificates.ok_or(CertificateFault::Form)?.0.into_vec();
        if certificates.len() > CERTIFICATES_MAX {
            return Err(CertificateFault::Form);
        }
        for certificate in certificates {
            let CertificateChoices::Certificate(certificate) = certificate else { continue };
            let der = CertificateDer::from(certificate.to_der().map_err(form)?);
            if own.is_none() && is_of(&certificate, &signer.sid) {
                own = Some((certificate, der));
            } else {
                others.push(der);
            }
        }
        let (certificate, own) = own.ok_or(CertificateFault::Form)?;
        Ok(Self { signer, certificate, own, others, carried })
    }

    fn is_over(&self, text: &[u8]) -> Result<(), CertificateFault> {
        if self.carried.as_ref().is_some_and(|carried| carried != text) {
            return Err(CertificateFault::Text);
        }
        let digest = match self.signer.digest_alg.oid {
            SHA_256 => sha2::Sha256::digest(text).to_vec(),
            SHA_384 => sha2::Sha384::digest(text).to_vec(),
            SHA_512 => sha2::Sha512::digest(text).to_vec(),
            SM3 => sm3::Sm3::digest(text).to_vec(),
            _ => return Err(CertificateFault::Form),
        };
        let message = match &self.signer.signed_attrs {
            // Nothing but the text is signed.
            None => text.to_vec(),
            Some(attributes) => {
                let mut said = attributes.iter().filter(|each| each.oid == MESSAGE_DIGEST);
                let (Some(said), None) = (said.next(), said.next()) else {
                    return Err(CertificateFault::Form);
                };
                let value = said.values.get(0).ok_or(CertificateFault::Form)?;
                let value: MessageDigest = value.decode_as().map_err(|_| CertificateFault::Form)?;
                if value.as_bytes() != digest {
                    return Err(CertificateFault::Text);
                }
                attributes.to_der().map_err(|_| CertificateFault::Form)?
            }
        };
        let end = EndEntityCert::try_from(&self.own).map_err(|_| CertificateFault::Form)?;
        let signature = self.signer.signature.as_bytes();
        let good = by_digest(self.signer.digest_alg.oid)
            .iter()
            .any(|algorithm| end.verify_signature(*algorithm, &message, signature).is_ok());
        if good { Ok(()) } else { Err(CertificateFault::Text) }
    }
}

/// The ways of signing that go with a digest; a key takes its own alone.
fn by_digest(digest: ObjectIdentifier) -> Vec<&'static dyn SignatureVerificationAlgorithm> {
    match digest {
        SHA_256 => vec![
            ring::RSA_PKCS1_2048_8192_SHA256,
            ring::RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
            ring::ECDSA_P256_SHA256,
            ring::ECDSA_P384_SHA256,
        ],
        SHA_384 => vec![
            ring::RSA_PKCS1_2048_8192_SHA384,
            ring::RSA_PSS_2048_8192_SHA384_LEGACY_KEY,
            ring::ECDSA_P256_SHA384,
            ring::ECDSA_P384_SHA384,
        ],
        SHA_512 => vec![
            ring::RSA_PKCS1_2048_8192_SHA512,
            ring::RSA_PSS_2048_8192_SHA512_LEGACY_KEY,
            ring::ED25519,
        ],
        SM3 => vec![&Sm2 { null: false }],
        _ => Vec::new(),
    }
}

/// Whether a certificate is the one a signer names.
fn is_of(certificate: &Certificate, signer: &SignerIdentifier) -> bool {
    let own = &certificate.tbs_certificate;
    match signer {
        SignerIdentifier::IssuerAndSerialNumber(named) => {
            named.issuer == own.issuer && named.serial_number == own.serial_number
        }
        SignerIdentifier::SubjectKeyIdentifier(named) => {
            let found = extension(certificate, KEY_IDENTIFIER);
            found.and_then(|value| SubjectKeyIdentifier::from_der(value).ok())
                == Some(named.clone())
        }
    }
}

/// Whether the certificate's key is for signing; one that does not say so is.
fn may_sign(certificate: &Certificate) -> bool {
    extension(certificate, KEY_USAGE).is_none_or(|value| {
        KeyUsage::from_der(value)
            .is_ok_and(|usage| usage.digital_signature() || usage.non_repudiation())
    })
}

fn extension(certificate: &Certificate, oid: ObjectIdentifier) -> Option<&[u8]> {
    let all = certificate.tbs_certificate.extensions.as_ref()?;
    all.iter().find(|each| each.extn_id == oid).map(|each| each.extn_value.as_bytes())
}

fn common_name(certificate: &Certificate) -> Option<String> {
    let mut names = certificate.tbs_certificate.subject.0.iter().flat_map(|rdn| rdn.0.iter());
    let value = &names.rfind(|each| each.oid == COMMON_NAME)?.value;
    let utf8 = value.decode_as::<Utf8StringRef<'_>>().map(|text| text.as_str().to_owned());
    let other = || value.decode_as::<PrintableStringRef<'_>>().map(|text| text.as_str().to_owned());
    let wide = || value.decode_as::<BmpString>().map(|text| text.to_string());
    utf8.or_else(|_| other()).or_else(|_| wide()).ok()
}

/// SM2 with SM3 and the usual identity; `null` as some authorities write the algorithm.
#[derive(Debug)]
struct Sm2 {
    null: bool,
}

impl SignatureVerificationAlgorithm for Sm2 {
    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let key = sm2::PublicKey::from_sec1_bytes(public_key).map_err(|_| InvalidSignature)?;
        let key = sm2::dsa::VerifyingKey::new(SM2_IDENTITY, key).map_err(|_| InvalidSignature)?;
        let signature = sm2::dsa::Signature::from_der(signature).map_err(|_| InvalidSignature)?;
        key.verify(message, &signature).map_err(|_| InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        // ecPublicKey on the curve of GB/T 32918.
        AlgorithmIdentifier::from_slice(&[
            0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x81, 0x1c,
            0xcf, 0x55, 0x01, 0x82, 0x2d,
        ])
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        const BARE: &[u8] = &[0x06, 0x08, 0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x83, 0x75];
        const NULL: &[u8] =
            &[0x06, 0x08, 0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x83, 0x75, 0x05, 0x00];
        AlgorithmIdentifier::from_slice(if self.null { NULL } else { BARE })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What was signed.
    const TEXT: &[u8] = "{\"text\":\"我借了两万\"}".as_bytes();
    /// While the certificates are valid: December 2026.
    const NOW: Timestamp = Timestamp(1_796_200_000_000);
    const YEAR: i64 = 366 * 24 * 3_600_000;
    const ECDSA: &[u8] = include_bytes!("certificate/ecdsa.p7s");
    const RSA: &[u8] = include_bytes!("certificate/rsa.p7s");
    /// Without signed attributes.
    const BARE: &[u8] = include_bytes!("certificate/bare.p7s");
    /// By a certificate that is for enciphering alone.
    const CIPHER: &[u8] = include_bytes!("certificate/cipher.p7s");
    const SM2: &[u8] = include_bytes!("certificate/sm2.p7s");

    fn trusted() -> Anchors {
        let mut both = include_bytes!("certificate/ca.pem").to_vec();
        both.extend(include_bytes!("certificate/sm2-ca.pem"));
        Anchors::read(&both).expect("two authorities")
    }

    #[test]
    fn a_signature_over_the_text_by_a_trusted_certificate_is_taken() {
        for signature in [ECDSA, RSA, BARE, SM2] {
            let of = check(signature, TEXT, &trusted(), NOW).expect("good");
            assert_eq!(of.subject.reveal(), "张三");
            assert!(is_over(signature, TEXT) && !of.serial.is_empty());
        }
        let of = check(ECDSA, TEXT, &trusted(), NOW).expect("good");
        assert!(of.issuer.contains("咸宁测试机构"), "{}", of.issuer);
    }

    #[test]
    fn another_text_another_authority_another_time_and_another_purpose_are_not() {
        let other = "{\"text\":\"我借了三万\"}".as_bytes();
        let strangers = Anchors::read(include_bytes!("certificate/other.pem")).expect("one");
        let (trusted, nobody) = (trusted(), Anchors::default());
        for signature in [ECDSA, RSA, BARE, SM2] {
            let fault = |text, anchors, at| check(signature, text, anchors, at).err();
            assert_eq!(fault(other, &trusted, NOW), Some(CertificateFault::Text));
            assert!(!is_over(signature, other));
            assert_eq!(fault(TEXT, &strangers, NOW), Some(CertificateFault::Untrusted));
            assert_eq!(fault(TEXT, &nobody, NOW), Some(CertificateFault::Untrusted));
            let late = Timestamp(NOW.0 + YEAR);
            assert_eq!(fault(TEXT, &trusted, late), Some(CertificateFault::Expired));
            let early = Timestamp(NOW.0 - YEAR);
            assert_eq!(fault(TEXT, &trusted, early), Some(CertificateFault::Expired));
        }
        let cipher = check(CIPHER, TEXT, &trusted, NOW);
        assert_eq!(cipher.err(), Some(CertificateFault::Untrusted));
    }

    #[test]
    fn no_changed_byte_makes_a_signature_say_more() {
        for at in 0..ECDSA.len() {
            let mut other = ECDSA.to_vec();
            other[at] ^= 1;
            if let Ok(of) = check(&other, TEXT, &trusted(), NOW) {
                assert_eq!(of.subject.reveal(), "张三", "byte {at}");
            }
        }
    }

    #[test]
    fn a_list_of_authorities_is_read_or_named_as_wrong() {
        assert!(Anchors::read(b"").is_err());
        assert!(
            Anchors::read(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
                .is_err()
        );
        assert!(Anchors::default().is_empty());
    }

    proptest! {
        #[test]
        fn nothing_that_is_no_signature_is_taken(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let told = check(&bytes, b"text", &Anchors::default(), Timestamp(0));
            prop_assert_eq!(told.err(), Some(CertificateFault::Form));
            prop_assert!(!is_over(&bytes, b"text"));
        }
    }
}
