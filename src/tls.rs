//! Whose certificate a client of ours believes: the robot and the camera's bridge.
//!
//! What is not here: the server's own certificate, see `signaling`.

mod believer;

use std::path::PathBuf;
use std::sync::Arc;

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use self::believer::believing;

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
    match trust {
        Trust::Anybody => believing().ok_or(TrustFault::NoVersion),
        Trust::Authorities(file) => {
            let unreadable = || TrustFault::Unreadable;
            let mut roots = RootCertStore::empty();
            for certificate in CertificateDer::pem_file_iter(file).map_err(|_| unreadable())? {
                roots.add(certificate.map_err(|_| unreadable())?).map_err(|_| unreadable())?;
            }
            let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
                .with_safe_default_protocol_versions()
                .map_err(|_| TrustFault::NoVersion)?;
            Ok(builder.with_root_certificates(roots).with_no_client_auth())
        }
    }
}
