//! Whose certificate an engine's line believes: exactly the ones in a file, or those an authority in
//! it signed. Engines on a court's own network come with certificates they made themselves, often
//! without a name in it, so one that stands in the file itself is taken as it is.
//!
//! What is not here: the line.

use std::path::Path;
use std::sync::Arc;

use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::{
    ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};

use super::line::EngineFault;

/// What a line needs that believes the certificates in `file`.
///
/// # Errors
/// When the file holds none that can be used.
pub(super) fn client_config(file: &Path) -> Result<Arc<ClientConfig>, EngineFault> {
    let wrong = |why: &dyn core::fmt::Display| EngineFault::Certificates {
        path: file.to_owned(),
        why: why.to_string(),
    };
    let mut pinned = Vec::new();
    for certificate in CertificateDer::pem_file_iter(file).map_err(|fault| wrong(&fault))? {
        pinned.push(certificate.map_err(|fault| wrong(&fault))?);
    }
    let mut roots = RootCertStore::empty();
    if roots.add_parsable_certificates(pinned.iter().cloned()).0 == 0 {
        return Err(wrong(&"no certificate in it"));
    }
    let provider = Arc::new(ring::default_provider());
    let chains =
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .build()
            .map_err(|fault| wrong(&fault))?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|fault| wrong(&fault))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Pinned { pinned, chains }))
        .with_no_client_auth();
    Ok(Arc::new(config))
}

#[derive(Debug)]
struct Pinned {
    pinned: Vec<CertificateDer<'static>>,
    chains: Arc<WebPkiServerVerifier>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.pinned.iter().any(|pinned| pinned == end_entity) {
            return Ok(ServerCertVerified::assertion());
        }
        self.chains.verify_server_cert(end_entity, intermediates, name, ocsp, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.chains.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.chains.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.chains.supported_verify_schemes()
    }
}
