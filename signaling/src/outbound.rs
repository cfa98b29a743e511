//! One post to a service outside by HTTP, and its answer within bounds.
//!
//! What is not here: what is posted, how often, and how long is waited.

use std::io;
use std::sync::Arc;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// Where systems keep the authorities they trust.
const AUTHORITIES: [&str; 3] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

/// Why a post did not come to an answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OutboundFault {
    /// The address cannot be used.
    #[error("the address is not http:// or https://")]
    Address,
    /// Nobody to check the service's certificate against.
    #[error("no authorities to check https:// against")]
    NoAuthorities,
    /// It cannot be reached.
    #[error("cannot connect: {0}")]
    Connect(#[from] io::Error),
    /// HTTP failed.
    #[error("HTTP failed: {0}")]
    Http(#[from] hyper::Error),
    /// The request cannot be made.
    #[error("the request cannot be made: {0}")]
    Request(#[from] hyper::http::Error),
    /// More was answered than was asked for.
    #[error("the answer is too long")]
    TooLong,
}

/// What is posted, and where.
#[derive(Debug)]
pub(crate) struct Post<'a> {
    /// `http://` or `https://`.
    pub(crate) url: &'a str,
    /// Headers besides host and user agent.
    pub(crate) headers: &'a [(&'static str, String)],
    /// The body.
    pub(crate) body: Bytes,
    /// Bytes the answer may have; without it the answer's body is not read.
    pub(crate) answer_bytes_max: Option<usize>,
}

impl Post<'_> {
    /// Posts it, and gives the answer's status and body.
    pub(crate) async fn send(
        self,
        tls: Option<&TlsConnector>,
    ) -> Result<(u16, Bytes), OutboundFault> {
        let (secure, host, port, path) = parts(self.url).ok_or(OutboundFault::Address)?;
        let usual = port == 80 || port == 443;
        let named = if usual { host.to_owned() } else { format!("{host}:{port}") };
        let mut request =
            hyper::Request::post(path).header("host", named).header("user-agent", "assize");
        for (name, value) in self.headers {
            request = request.header(*name, value);
        }
        let request = request.body(Full::new(self.body))?;
        let stream = TcpStream::connect((host, port)).await?;
        if secure {
            let name = ServerName::try_from(host.to_owned()).map_err(|_| OutboundFault::Address)?;
            let tls = tls.ok_or(OutboundFault::NoAuthorities)?;
            exchange(tls.connect(name, stream).await?, request, self.answer_bytes_max).await
        } else {
            exchange(stream, request, self.answer_bytes_max).await
        }
    }
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: hyper::Request<Full<Bytes>>,
    answer_bytes_max: Option<usize>,
) -> Result<(u16, Bytes), OutboundFault> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // With the set the connection ends, also when nobody waits for the answer any more.
    let mut driver = JoinSet::new();
    driver.spawn(connection);
    let answer = sender.send_request(request).await?;
    let status = answer.status().as_u16();
    let Some(most) = answer_bytes_max else { return Ok((status, Bytes::new())) };
    let body = Limited::new(answer.into_body(), most).collect().await;
    Ok((status, body.map_err(|_| OutboundFault::TooLong)?.to_bytes()))
}

/// Splits an address into whether it is secure, host, port and path.
pub(crate) fn parts(url: &str) -> Option<(bool, &str, u16, &str)> {
    let (secure, rest) = match url.strip_prefix("https://") {
        Some(rest) => (true, rest),
        None => (false, url.strip_prefix("http://")?),
    };
    if !url.is_ascii() || url.contains(|c: char| c.is_control() || c == ' ' || c == '@') {
        return None;
    }
    let end = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()?),
        Some(_) | None => (authority, if secure { 443 } else { 80 }),
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    (!host.is_empty()).then_some((secure, host, port, if path.is_empty() { "/" } else { path }))
}

/// What `https://` is checked against: the authorities this machine trusts.
pub(crate) fn trusted_tls() -> Option<TlsConnector> {
    let mut roots = RootCertStore::empty();
    for path in AUTHORITIES {
        let Ok(found) = CertificateDer::pem_file_iter(path) else { continue };
        roots.add_parsable_certificates(found.filter_map(Result::ok));
        if !roots.is_empty() {
            break;
        }
    }
    if roots.is_empty() {
        return None;
    }
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    Some(TlsConnector::from(Arc::new(config)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_apart() {
        assert_eq!(parts("http://h/a?b"), Some((false, "h", 80, "/a?b")));
        assert_eq!(parts("https://h.test:8443"), Some((true, "h.test", 8443, "/")));
        assert_eq!(parts("http://[::1]:9/x"), Some((false, "::1", 9, "/x")));
        for bad in
            ["ftp://h", "http://", "http://u@h/", "http://h:x/", "http://h/ a", "http://法院/"]
        {
            assert_eq!(parts(bad), None, "{bad}");
        }
    }
}
