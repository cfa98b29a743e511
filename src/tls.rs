//! Whose certificate a client of ours believes: the robot and the camera's bridge.
//!
//! What is not here: the server's own certificate, see `signaling`.

use std::path::PathBuf;
use std::sync::Arc;

use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::crypto::{CryptoProvider, ring, verify_tls12_signature};
use tokio_rustls::rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls13_signature};
use tokio_rustls::rustls::{
    ClientConfig, DigitallySignedStruct, Error as TlsError, RootCertStore, SignatureScheme,
};

/// Where Debian keeps the authorities that everybody believes.
pub(crate) const SYSTEM_AUTHORITIES: &str = "/etc/ssl/certs/ca-certificates.crt";

/// Whose certificate is believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trust {
    /// Any: for the trial certificate on this machine.
    Anybody,
    /// One signed by an authority in this PEM file, or one that stands in it.
    Authorities(PathBuf),
}

/// Why no certificate can be checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TrustFault {
    /// The build knows no TLS version.
    NoVersion,
    /// The PEM file cannot be read or holds no certificate.
    Unreadable,
}

/// What a TLS client of ours needs.
///
/// # Errors
/// When the file of authorities cannot be used.
pub(crate) fn client_config(trust: &Trust) -> Result<ClientConfig, TrustFault> {
    let provider = Arc::new(ring::default_provider());
    let algorithms = provider.signature_verification_algorithms;
    let builder = ClientConfig::builder_with_provider(provider as Arc<CryptoProvider>)
        .with_safe_default_protocol_versions()
        .map_err(|_| TrustFault::NoVersion)?;
    Ok(match trust {
        Trust::Anybody => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Believer { algorithms }))
            .with_no_client_auth(),
        Trust::Authorities(file) => {
            let unreadable = || TrustFault::Unreadable;
            let mut roots = RootCertStore::empty();
            for certificate in CertificateDer::pem_file_iter(file).map_err(|_| unreadable())? {
                roots.add(certificate.map_err(|_| unreadable())?).map_err(|_| unreadable())?;
            }
            builder.with_root_certificates(roots).with_no_client_auth()
        }
    })
}

/// Believes every certificate, but checks that the server holds its key.
#[derive(Debug)]
struct Believer {
    algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for Believer {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
