//! DTLS of one connection (RFC 6347, RFC 5763), this end being the server: the handshake, the
//! proof that the page is who its offer says, and the SRTP keys that come out of it.
//!
//! What is not here: sockets and paths; datagrams come in as bytes and go out as bytes.
//!
//! Which SRTP profile is used is this end's choice: in `rtc-dtls` the client's order wins and
//! browsers name AES-CM first, so exactly one profile is offered to each client. That is
//! AEAD_AES_128_GCM, unless the client's first message names AES_CM_128_HMAC_SHA1_80 only.

mod hello;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bytes::BytesMut;
use rtc_crypto::providers::RingProvider;
use rtc_crypto::{RTCCrypto, RTCCryptoProvider};
use rtc_dtls::cipher_suite::CipherSuiteId;
use rtc_dtls::config::{ClientAuthType, ConfigBuilder, ExtendedMasterSecretType, HandshakeConfig};
use rtc_dtls::crypto::Certificate;
use rtc_dtls::endpoint::{Endpoint, EndpointEvent};
use rtc_dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use rtc_shared::TransportProtocol;
use rtc_shared::error::Error;

use crate::sdp::offer::{DigestKind, Fingerprint};
use crate::srtp::{Profile, Srtp};

/// The exporter label of DTLS-SRTP (RFC 5764 §4.2).
const EXPORTER: &str = "EXTRACTOR-dtls_srtp";
/// How long a flight waits for its answer. The library repeats it seven times at this pace;
/// browsers repeat theirs sooner, so this end's timer only matters when their packets get lost.
const FLIGHT_WAIT: Duration = Duration::from_millis(600);
/// Handshakes one connection may begin; a page needs one, two after a lost end.
const ATTEMPTS_MAX: u8 = 4;

/// The certificate of this process and what is needed to use it.
#[derive(Clone)]
pub(crate) struct Identity {
    provider: Arc<dyn RTCCryptoProvider>,
    certificate: Certificate,
    fingerprint: [u8; 32],
}

impl Identity {
    /// Makes a new self-signed ECDSA P-256 certificate; it lasts as long as the process.
    ///
    /// # Errors
    /// The provider's words when it cannot.
    pub(crate) fn generate() -> Result<Self, String> {
        let provider: Arc<dyn RTCCryptoProvider> = Arc::new(RingProvider::new());
        let certificate =
            Certificate::generate_self_signed(vec!["assize".to_owned()], provider.crypto())
                .map_err(|fault| fault.to_string())?;
        let der = certificate.certificate.first().ok_or("no certificate was made")?;
        let digest = ring::digest::digest(&ring::digest::SHA256, der.as_ref());
        let fingerprint = digest.as_ref().try_into().map_err(|_| "a digest of another length")?;
        Ok(Self { provider, certificate, fingerprint })
    }

    /// SHA-256 of the certificate, for answers.
    pub(crate) const fn fingerprint(&self) -> &[u8; 32] {
        &self.fingerprint
    }

    /// The provider of the primitives.
    pub(crate) const fn provider(&self) -> &Arc<dyn RTCCryptoProvider> {
        &self.provider
    }

    /// The primitives.
    pub(crate) fn crypto(&self) -> &dyn RTCCrypto {
        self.provider.crypto()
    }

    fn config(
        &self,
        profile: Profile,
        expected: Fingerprint,
        proven: Arc<AtomicBool>,
    ) -> Result<Arc<HandshakeConfig>, Error> {
        let verify = move |chain: &[Vec<u8>], _: &[rustls_pki_types::CertificateDer<'static>]| {
            if chain.first().is_some_and(|own| matches(&expected, own)) {
                proven.store(true, Ordering::Relaxed);
                Ok(())
            } else {
                Err(Error::ErrInvalidCertificate)
            }
        };
        ConfigBuilder::default()
            .with_crypto_provider(Arc::clone(&self.provider))
            .with_certificates(vec![self.certificate.clone()])
            .with_cipher_suites(vec![
                CipherSuiteId::Tls_Ecdhe_Ecdsa_With_Aes_128_Gcm_Sha256,
                CipherSuiteId::Tls_Ecdhe_Ecdsa_With_ChaCha20_Poly1305_Sha256,
            ])
            .with_srtp_protection_profiles(vec![library_name(profile)])
            .with_client_auth(ClientAuthType::RequireAnyClientCert)
            .with_extended_master_secret(ExtendedMasterSecretType::Require)
            .with_flight_interval(FLIGHT_WAIT)
            .with_verify_peer_certificate(Some(Arc::new(verify)))
            .build(false, None)
            .map(Arc::new)
    }
}

const fn library_name(profile: Profile) -> SrtpProtectionProfile {
    match profile {
        Profile::AeadAes128Gcm => SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm,
        Profile::Aes128CmSha1 => SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80,
    }
}

fn matches(expected: &Fingerprint, certificate: &[u8]) -> bool {
    let algorithm = match expected.kind {
        DigestKind::Sha256 => &ring::digest::SHA256,
        DigestKind::Sha384 => &ring::digest::SHA384,
        DigestKind::Sha512 => &ring::digest::SHA512,
    };
    ring::digest::digest(algorithm, certificate).as_ref() == expected.digest
}

/// What came of a datagram or a timer.
pub(crate) enum DtlsStep {
    /// Nothing to act upon.
    Nothing,
    /// The handshake is done and the page is who its offer says.
    Connected(Box<Srtp>),
    /// The page said good-bye.
    Closed,
    /// A datagram was of no use.
    Refused,
}

/// The DTLS side of one connection.
pub(crate) struct Dtls {
    identity: Identity,
    expected: Fingerprint,
    association: Option<Association>,
    attempts: u8,
}

struct Association {
    endpoint: Endpoint,
    profile: Profile,
    proven: Arc<AtomicBool>,
    connected: bool,
    /// The handshake went wrong: another one may begin.
    broken: bool,
}

/// The library wants an address per peer; there is one peer, and it may roam.
const PEER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 1);

impl Dtls {
    /// Waits for a page whose certificate has this digest.
    pub(crate) const fn new(identity: Identity, expected: Fingerprint) -> Self {
        Self { identity, expected, association: None, attempts: 0 }
    }

    /// The digest the page's certificate must have.
    pub(crate) const fn expected(&self) -> &Fingerprint {
        &self.expected
    }

    /// Takes one datagram; what is to be sent is appended to `out`.
    pub(crate) fn read(
        &mut self,
        now: Instant,
        datagram: &[u8],
        out: &mut Vec<BytesMut>,
    ) -> DtlsStep {
        let over = self.association.as_ref().is_none_or(|one| one.broken && !one.connected);
        let began = over && self.begin(datagram);
        if self.association.is_none() && !began {
            return DtlsStep::Refused;
        }
        let Some(association) = &mut self.association else { return DtlsStep::Refused };
        let events = association.endpoint.read(now, PEER, None, BytesMut::from(datagram));
        while let Some(packet) = association.endpoint.poll_transmit() {
            out.push(packet.message);
        }
        let Ok(events) = events else {
            association.broken = true;
            return DtlsStep::Refused;
        };
        let mut step = DtlsStep::Nothing;
        for event in events {
            match event {
                EndpointEvent::HandshakeComplete => match association.keys(&self.identity) {
                    Some(srtp) => step = DtlsStep::Connected(Box::new(srtp)),
                    None => association.broken = true,
                },
                EndpointEvent::PeerClosed => step = DtlsStep::Closed,
                // Nothing is spoken over DTLS itself: there are no data channels.
                EndpointEvent::ApplicationData(_) | _ => (),
            }
        }
        step
    }

    /// When [`Self::tick`] is next worth calling.
    pub(crate) fn wake_at(&self) -> Option<Instant> {
        self.association.as_ref().and_then(|one| one.endpoint.poll_timeout(&PEER))
    }

    /// Repeats what was not answered in time.
    pub(crate) fn tick(&mut self, now: Instant, out: &mut Vec<BytesMut>) {
        let Some(association) = &mut self.association else { return };
        if association.endpoint.handle_timeout(PEER, now).is_err() {
            association.broken = true;
        }
        while let Some(packet) = association.endpoint.poll_transmit() {
            out.push(packet.message);
        }
    }

    /// Says good-bye.
    pub(crate) fn close(&mut self, now: Instant, out: &mut Vec<BytesMut>) {
        let Some(association) = &mut self.association else { return };
        drop(association.endpoint.stop(now, PEER));
        while let Some(packet) = association.endpoint.poll_transmit() {
            out.push(packet.message);
        }
    }

    /// Starts a handshake if the datagram begins one and there are attempts left.
    fn begin(&mut self, datagram: &[u8]) -> bool {
        let Some(hello) = hello::read(datagram) else { return false };
        if self.attempts >= ATTEMPTS_MAX {
            return false;
        }
        self.attempts += 1;
        let profile = match hello.srtp_profiles {
            Some(profiles) if !profiles.gcm && profiles.cm => Profile::Aes128CmSha1,
            _ => Profile::AeadAes128Gcm,
        };
        let proven = Arc::new(AtomicBool::new(false));
        let config = self.identity.config(profile, self.expected.clone(), Arc::clone(&proven));
        let Ok(config) = config else { return false };
        self.association = Some(Association {
            endpoint: Endpoint::new(PEER, TransportProtocol::UDP, Some(config)),
            profile,
            proven,
            connected: false,
            broken: false,
        });
        true
    }
}

impl Association {
    /// The keys of a finished handshake; none unless the certificate was seen and is the right one.
    fn keys(&mut self, identity: &Identity) -> Option<Srtp> {
        let state = self.endpoint.get_connection_state(PEER)?;
        let agreed = state.srtp_protection_profile() == library_name(self.profile);
        if !self.proven.load(Ordering::Relaxed) || !agreed {
            return None;
        }
        let len = self.profile.material_len();
        let material = state.export_keying_material(EXPORTER, &[], len).ok()?;
        let srtp = Srtp::server(self.profile, material.as_ref(), identity.crypto()).ok()?;
        self.connected = true;
        Some(srtp)
    }
}

#[cfg(test)]
mod tests;
