//! The server's certificate: a real one from PEM files, or a trial one made at the first start.
//!
//! What is not here: sockets and handshakes; see `tls`.

use std::fs;
use std::io::{self, Write};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use model::Timestamp;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
use ring::digest;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring as provider;
use x509_cert::der::Decode as _;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;

/// The ALPN name of TURN (RFC 7443 §2).
pub(crate) const STUN_TURN: &[u8] = b"stun.turn";
/// How long a trial certificate is good for.
const TRIAL_LIFE: Duration = Duration::from_secs(825 * 24 * 3600);
/// A trial certificate older than this is made anew at start.
const TRIAL_RENEW: Duration = Duration::from_secs(800 * 24 * 3600);

/// Where the certificate comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Certificate {
    /// Made here and kept in the data folder; browsers warn about it.
    Trial,
    /// Files in PEM form: the chain, leaf first, and its key.
    Files {
        /// The chain.
        chain: PathBuf,
        /// The key, PKCS #8, PKCS #1 or SEC 1.
        key: PathBuf,
    },
}

/// Why there is no usable certificate.
#[derive(Debug, thiserror::Error)]
pub enum CertificateFault {
    /// A file cannot be read or written.
    #[error("cannot {doing} {path}: {fault}")]
    File {
        /// What was being done.
        doing: &'static str,
        /// Which file.
        path: String,
        /// What the system said.
        fault: io::Error,
    },
    /// A file holds no certificate, or no key.
    #[error("{path} holds no {what} in PEM form")]
    NotPem {
        /// Which file.
        path: String,
        /// What was looked for.
        what: &'static str,
    },
    /// Key and certificate do not fit, or are not usable.
    #[error("certificate and key cannot be used together: {0}")]
    Unusable(String),
}

/// A certificate ready for use.
#[derive(Debug)]
pub(crate) struct Identity {
    /// For the TLS door.
    pub(crate) tls: Arc<ServerConfig>,
    /// Whether it is the trial certificate.
    pub(crate) trial: bool,
    /// SHA-256 of the leaf, hexadecimal, to compare with what a browser shows.
    pub(crate) fingerprint: String,
}

/// What a certificate says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateLook {
    /// It is good from then on.
    pub from: Timestamp,
    /// It is good until then.
    pub until: Timestamp,
    /// Names and addresses it is for.
    pub names: Vec<String>,
}

/// Looks at a certificate in files: whether it can be used with its key, until when and for whom.
/// A trial certificate has nothing to be looked at before the first start.
///
/// # Errors
/// As when a server starts with it.
pub fn look_at_certificate(chain: &Path, key: &Path) -> Result<CertificateLook, CertificateFault> {
    let leaf =
        read_chain(chain)?.into_iter().next().ok_or_else(|| not_pem(chain, "certificate"))?;
    usable(read_chain(chain)?, read_key(key)?)?;
    let unusable = |fault: x509_cert::der::Error| CertificateFault::Unusable(fault.to_string());
    let read = x509_cert::Certificate::from_der(&leaf).map_err(unusable)?.tbs_certificate;
    let at = |time: x509_cert::time::Time| {
        let since = time.to_unix_duration().as_millis();
        Timestamp(i64::try_from(since).unwrap_or(i64::MAX))
    };
    let named = read.get::<SubjectAltName>().map_err(unusable)?;
    let names = named.iter().flat_map(|(_, names)| &names.0).filter_map(shown_name).collect();
    Ok(CertificateLook {
        from: at(read.validity.not_before),
        until: at(read.validity.not_after),
        names,
    })
}

/// A name of RFC 5280 §4.2.1.6 that a browser compares: DNS, or an address.
fn shown_name(name: &GeneralName) -> Option<String> {
    match name {
        GeneralName::DnsName(name) => Some(name.to_string()),
        GeneralName::IpAddress(bytes) => match *bytes.as_bytes() {
            [a, b, c, d] => Some(Ipv4Addr::new(a, b, c, d).to_string()),
            ref bytes => {
                <[u8; 16]>::try_from(bytes).ok().map(|bytes| Ipv6Addr::from(bytes).to_string())
            }
        },
        GeneralName::OtherName(_)
        | GeneralName::Rfc822Name(_)
        | GeneralName::DirectoryName(_)
        | GeneralName::EdiPartyName(_)
        | GeneralName::UniformResourceIdentifier(_)
        | GeneralName::RegisteredId(_) => None,
    }
}

/// TLS with a chain and its key, if they belong together.
fn usable(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<ServerConfig, CertificateFault> {
    ServerConfig::builder_with_provider(Arc::new(provider::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|fault| CertificateFault::Unusable(fault.to_string()))?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|fault| CertificateFault::Unusable(fault.to_string()))
}

/// Reads or makes the certificate; `folder` keeps the trial one.
///
/// # Errors
/// When files cannot be read or written, are not PEM, or do not fit together.
pub(crate) fn load(
    certificate: &Certificate,
    folder: &Path,
    now: Timestamp,
) -> Result<Identity, CertificateFault> {
    let (chain, key, trial) = match certificate {
        Certificate::Files { chain, key } => (chain.clone(), key.clone(), false),
        Certificate::Trial => {
            let chain = folder.join("trial-certificate.pem");
            let key = folder.join("trial-key.pem");
            if !is_usable_trial(&chain, &key) {
                make_trial(&chain, &key, now)?;
            }
            (chain, key, true)
        }
    };
    let certificates = read_chain(&chain)?;
    let leaf = certificates.first().ok_or_else(|| not_pem(&chain, "certificate"))?;
    let fingerprint = hexadecimal(digest::digest(&digest::SHA256, leaf).as_ref());
    let private = read_key(&key)?;
    let mut tls = usable(certificates, private)?;
    // TURN over TLS names itself so (RFC 7443).
    tls.alpn_protocols = vec![b"http/1.1".to_vec(), STUN_TURN.to_vec()];
    Ok(Identity { tls: Arc::new(tls), trial, fingerprint })
}

fn is_usable_trial(chain: &Path, key: &Path) -> bool {
    let young = fs::metadata(chain)
        .and_then(|meta| meta.modified())
        .is_ok_and(|made| made.elapsed().is_ok_and(|age| age < TRIAL_RENEW));
    young && key.exists()
}

fn read_chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, CertificateFault> {
    let text = fs::read(path).map_err(|fault| file("read", path, fault))?;
    CertificateDer::pem_slice_iter(&text)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| not_pem(path, "certificate"))
}

fn read_key(path: &Path) -> Result<PrivateKeyDer<'static>, CertificateFault> {
    let text = fs::read(path).map_err(|fault| file("read", path, fault))?;
    PrivateKeyDer::from_pem_slice(&text).map_err(|_| not_pem(path, "key"))
}

fn make_trial(chain: &Path, key: &Path, now: Timestamp) -> Result<(), CertificateFault> {
    let unusable = |fault: rcgen::Error| CertificateFault::Unusable(fault.to_string());
    let mut params = CertificateParams::new(trial_names()).map_err(unusable)?;
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, "Assize trial certificate");
    params.distinguished_name = name;
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    let today = now.since(Timestamp(0));
    // A day back, for machines whose clock is behind.
    params.not_before = epoch + today.saturating_sub(Duration::from_secs(24 * 3600));
    params.not_after = epoch + today + TRIAL_LIFE;
    let pair = KeyPair::generate().map_err(unusable)?;
    let made = params.self_signed(&pair).map_err(unusable)?;
    write_private(key, pair.serialize_pem().as_bytes())?;
    fs::write(chain, made.pem()).map_err(|fault| file("write", chain, fault))
}

/// Every name and address by which this machine may be reached.
fn trial_names() -> Vec<String> {
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    if let Ok(host) = fs::read_to_string("/proc/sys/kernel/hostname") {
        let host = host.trim();
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
        if !host.is_empty() && host.chars().all(plain) {
            names.push(host.to_owned());
        }
    }
    for interface in if_addrs::get_if_addrs().unwrap_or_default() {
        names.push(interface.ip().to_string());
    }
    names.sort();
    names.dedup();
    names
}

/// Writes a file that only its owner may read.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> Result<(), CertificateFault> {
    let write = || -> io::Result<()> {
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let mut file = options.open(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(|fault| file("write", path, fault))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn file(doing: &'static str, path: &Path, fault: io::Error) -> CertificateFault {
    CertificateFault::File { doing, path: path.display().to_string(), fault }
}

fn not_pem(path: &Path, what: &'static str) -> CertificateFault {
    CertificateFault::NotPem { path: path.display().to_string(), what }
}
