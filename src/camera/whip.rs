//! The WHIP client (RFC 9725): offers a session, ends it.
//!
//! What is not here: media, see `court.rs`; trickle, since the court's server is ICE-lite and
//! needs no candidates of ours.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue, LOCATION};
use hyper::{Method, Request, Response, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use model::{Private, limits};
use rustls_pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::ClientConfig;

use super::config::Camera;
use super::fault::CourtFault;
use crate::tls::client_config;

/// Everything is answered within this time.
const ANSWER_WAIT: Duration = Duration::from_secs(10);
/// Redirections (RFC 9725 §4.5) that are followed.
const REDIRECTIONS_MAX: usize = 3;
const HTTPS_PORT: u16 = 443;

/// A WHIP endpoint.
#[derive(Debug)]
pub(super) struct Whip {
    endpoint: Private<Uri>,
    code: Private<String>,
    tls: Arc<ClientConfig>,
}

/// What the server answered to an offer.
#[derive(Debug)]
pub(super) struct Accepted {
    /// The answer's session description.
    pub(super) answer: Private<String>,
    /// Where the session is ended.
    pub(super) session: Private<Uri>,
}

impl Whip {
    /// The endpoint of a camera.
    ///
    /// # Errors
    /// When the file of certificates cannot be used.
    pub(super) fn new(camera: &Camera) -> Result<Self, CourtFault> {
        let tls = client_config(&camera.trust).map_err(|_| CourtFault::Certificate)?;
        Ok(Self { endpoint: camera.whip.clone(), code: camera.code.clone(), tls: Arc::new(tls) })
    }

    /// By which own address the server is reached.
    ///
    /// # Errors
    /// When it is not reached or not believed.
    pub(super) async fn own_address(&self) -> Result<IpAddr, CourtFault> {
        let stream = in_time(self.knock(self.endpoint.reveal())).await?;
        let local = stream.get_ref().0.local_addr().map_err(|_| CourtFault::Unreachable)?;
        Ok(local.ip())
    }

    /// Offers a session.
    ///
    /// # Errors
    /// When the server refuses, is not reached or answers something else.
    pub(super) async fn offer(&self, sdp: String) -> Result<Accepted, CourtFault> {
        let mut target = self.endpoint.reveal().clone();
        for _ in 0..=REDIRECTIONS_MAX {
            let body = Bytes::from(sdp.clone());
            let answer = in_time(self.send(Method::POST, &target, body)).await?;
            let status = answer.status();
            if matches!(status, StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT) {
                target = location(&answer, &target)?;
                continue;
            }
            if status != StatusCode::CREATED {
                return Err(fault_of(status));
            }
            let session = location(&answer, &target)?;
            let body = Limited::new(answer.into_body(), limits::SDP_BYTES_MAX);
            let bytes = in_time(async { body.collect().await.map_err(|_| CourtFault::Answer) });
            let text = String::from_utf8(bytes.await?.to_bytes().to_vec());
            let answer = Private::new(text.map_err(|_| CourtFault::Answer)?);
            return Ok(Accepted { answer, session: Private::new(session) });
        }
        Err(CourtFault::Answer)
    }

    /// Ends a session; a server that is gone has ended it already.
    pub(super) async fn end(&self, session: &Private<Uri>) {
        let ended = in_time(self.send(Method::DELETE, session.reveal(), Bytes::new())).await;
        if let Err(fault) = ended {
            tracing::debug!(%fault, "ending a session");
        }
    }

    async fn knock(&self, target: &Uri) -> Result<TlsStream<TcpStream>, CourtFault> {
        let host = target.host().ok_or(CourtFault::Answer)?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let port = target.port_u16().unwrap_or(HTTPS_PORT);
        let stream = TcpStream::connect((host, port)).await.map_err(|_| CourtFault::Unreachable)?;
        stream.set_nodelay(true).map_err(|_| CourtFault::Unreachable)?;
        let name = ServerName::try_from(host.to_owned()).map_err(|_| CourtFault::Certificate)?;
        let connected = TlsConnector::from(Arc::clone(&self.tls)).connect(name, stream).await;
        connected.map_err(|fault| {
            // What TLS does not like comes as invalid data.
            if fault.kind() == std::io::ErrorKind::InvalidData {
                CourtFault::Certificate
            } else {
                CourtFault::Unreachable
            }
        })
    }

    async fn send(
        &self,
        method: Method,
        target: &Uri,
        body: Bytes,
    ) -> Result<Response<Incoming>, CourtFault> {
        let stream = self.knock(target).await?;
        let (mut sender, driver) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|_| CourtFault::Unreachable)?;
        // Ends with the one request it carries.
        tokio::spawn(async move {
            if driver.await.is_err() {
                tracing::debug!("an https connection ended");
            }
        });
        let mut bearer = HeaderValue::from_str(&format!("Bearer {}", self.code.reveal()))
            .map_err(|_| CourtFault::Code)?;
        bearer.set_sensitive(true);
        let authority = target.authority().map(ToString::to_string).unwrap_or_default();
        let path = target.path_and_query().map_or("/", |path| path.as_str());
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, authority)
            .header(AUTHORIZATION, bearer)
            .header(CONTENT_TYPE, "application/sdp")
            .body(Full::new(body))
            .map_err(|_| CourtFault::Answer)?;
        sender.send_request(request).await.map_err(|_| CourtFault::Unreachable)
    }
}

async fn in_time<T>(work: impl Future<Output = Result<T, CourtFault>>) -> Result<T, CourtFault> {
    timeout(ANSWER_WAIT, work).await.map_err(|_| CourtFault::Unreachable)?
}

fn fault_of(status: StatusCode) -> CourtFault {
    match status.as_u16() {
        401 | 403 => CourtFault::Code,
        404 | 410 => CourtFault::NoHearing,
        other => CourtFault::Status(other),
    }
}

/// Where an answer points, seen from where it was asked: whole addresses and absolute paths.
fn location(answer: &Response<Incoming>, asked: &Uri) -> Result<Uri, CourtFault> {
    let text = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok());
    text.and_then(|text| resolve(text, asked)).ok_or(CourtFault::Answer)
}

fn resolve(text: &str, asked: &Uri) -> Option<Uri> {
    let base = url::Url::parse(&asked.to_string()).ok()?;
    let target = base.join(text).ok()?;
    // The code goes nowhere in the clear.
    (target.scheme() == "https").then(|| target.as_str().parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_are_resolved_and_never_in_the_clear() {
        let asked: Uri = "https://court:8443/whip/7".parse().unwrap();
        for (text, whole) in [
            ("/whip/7/abc", Some("https://court:8443/whip/7/abc")),
            ("7/abc", Some("https://court:8443/whip/7/abc")),
            ("https://other/whip/abc?x=1", Some("https://other/whip/abc?x=1")),
            ("http://court:8443/whip/7/abc", None),
            ("ftp:x", None),
        ] {
            assert_eq!(resolve(text, &asked).map(|uri| uri.to_string()).as_deref(), whole);
        }
    }

    #[test]
    fn refusals_become_what_an_operator_can_do() {
        for (status, fault) in [
            (StatusCode::UNAUTHORIZED, CourtFault::Code),
            (StatusCode::FORBIDDEN, CourtFault::Code),
            (StatusCode::NOT_FOUND, CourtFault::NoHearing),
            (StatusCode::GONE, CourtFault::NoHearing),
            (StatusCode::CONFLICT, CourtFault::Status(409)),
        ] {
            assert_eq!(fault_of(status), fault);
        }
    }
}
