//! Asks an outside service whether a face is that of a document: a signed post, an answer within
//! bounds. Picture and number pass through and are kept nowhere.
//!
//! What is not here: what follows from the answer; an identity is checked by somebody of the court.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use model::limits::{FACE_ANSWER_BYTES_MAX, FACE_WAIT, REFERENCE_CHARS_MAX};
use model::{Comparison, HearingId, Likeness, ParticipantId, Private, Timestamp};
use rustls_pki_types::ServerName;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::courier::{parts, signature, trusted_tls};

/// One face to be compared.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Face {
    /// In which sitting.
    pub(crate) hearing: HearingId,
    /// Whose.
    pub(crate) participant: ParticipantId,
    /// The name on the docket.
    pub(crate) name: Private<String>,
    /// Number of the document, as typed; empty where the service needs none.
    pub(crate) document_number: Private<String>,
    /// A still of the person's camera: a JPEG, base64.
    pub(crate) picture: Private<String>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FaceFault {
    /// The address cannot be used.
    #[error("the service's address is not http:// or https://")]
    Address,
    /// Nobody to check the service's certificate against.
    #[error("no authorities to check https:// against")]
    NoAuthorities,
    /// It cannot be reached.
    #[error("cannot connect: {0}")]
    Connect(#[from] std::io::Error),
    /// HTTP failed.
    #[error("HTTP failed: {0}")]
    Http(#[from] hyper::Error),
    /// The request cannot be made.
    #[error("the request cannot be made: {0}")]
    Request(#[from] hyper::http::Error),
    /// It says something else than yes.
    #[error("the service answers with status {0}")]
    Status(u16),
    /// What it says cannot be understood, or is too much.
    #[error("the service's answer cannot be understood")]
    Answer,
    /// It took too long.
    #[error("no answer in time")]
    Late,
}

/// What a service answers.
pub(crate) type Compared<'a> =
    Pin<Box<dyn Future<Output = Result<Comparison, FaceFault>> + Send + 'a>>;

/// Somebody who compares faces.
pub(crate) trait Faces: Send + Sync {
    /// Compares one.
    fn compare<'a>(&'a self, face: &'a Face, at: Timestamp) -> Compared<'a>;
}

/// A service reached by HTTP: `POST` of a [`Face`] as JSON, signed like a webhook
/// (`X-Assize-Time`, `X-Assize-Signature`), answered by `{"likeness": "same", "score": 912,
/// "reference": "…"}`.
pub(crate) struct HttpFaces {
    url: String,
    secret: Private<String>,
    tls: Option<TlsConnector>,
    wait: Duration,
}

impl core::fmt::Debug for HttpFaces {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("HttpFaces")
    }
}

/// The answer, as a service writes it; what else it says is passed over.
#[derive(Deserialize)]
struct Answer {
    likeness: Likeness,
    #[serde(default)]
    score: Option<u16>,
    reference: String,
}

impl HttpFaces {
    pub(crate) fn new(url: String, secret: Private<String>) -> Self {
        Self { url, secret, tls: trusted_tls(), wait: FACE_WAIT }
    }

    async fn ask(&self, face: &Face, at: Timestamp) -> Result<Comparison, FaceFault> {
        let (secure, host, port, path) = parts(&self.url).ok_or(FaceFault::Address)?;
        let body = serde_json::to_string(face).map_err(|_| FaceFault::Answer)?;
        let named =
            if port == 80 || port == 443 { host.to_owned() } else { format!("{host}:{port}") };
        let request = hyper::Request::post(path)
            .header("host", named)
            .header("content-type", "application/json; charset=utf-8")
            .header("user-agent", "assize")
            .header("x-assize-time", at.0)
            .header("x-assize-signature", signature(self.secret.reveal(), at, &body))
            .body(Full::new(Bytes::from(body)))?;
        let stream = TcpStream::connect((host, port)).await?;
        let answer = if secure {
            let name = ServerName::try_from(host.to_owned()).map_err(|_| FaceFault::Address)?;
            let tls = self.tls.as_ref().ok_or(FaceFault::NoAuthorities)?;
            exchange(tls.connect(name, stream).await?, request).await?
        } else {
            exchange(stream, request).await?
        };
        read(&answer)
    }
}

impl Faces for HttpFaces {
    fn compare<'a>(&'a self, face: &'a Face, at: Timestamp) -> Compared<'a> {
        Box::pin(async move {
            timeout(self.wait, self.ask(face, at)).await.unwrap_or(Err(FaceFault::Late))
        })
    }
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: hyper::Request<Full<Bytes>>,
) -> Result<Bytes, FaceFault> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // With the set the connection ends, also when nobody waits for the answer any more.
    let mut driver = JoinSet::new();
    driver.spawn(connection);
    let answer = sender.send_request(request).await?;
    let status = answer.status().as_u16();
    if !(200..300).contains(&status) {
        return Err(FaceFault::Status(status));
    }
    let body = Limited::new(answer.into_body(), FACE_ANSWER_BYTES_MAX).collect().await;
    Ok(body.map_err(|_| FaceFault::Answer)?.to_bytes())
}

fn read(bytes: &[u8]) -> Result<Comparison, FaceFault> {
    let answer: Answer = serde_json::from_slice(bytes).map_err(|_| FaceFault::Answer)?;
    let reference = answer.reference.trim().to_owned();
    let plain = reference.chars().all(|c| !c.is_control());
    let fits = !reference.is_empty() && reference.chars().count() <= REFERENCE_CHARS_MAX && plain;
    if !fits || answer.score.is_some_and(|score| score > 1_000) {
        return Err(FaceFault::Answer);
    }
    Ok(Comparison { likeness: answer.likeness, score: answer.score, reference })
}

/// The service of the court's configuration.
pub(crate) fn of(url: String, secret: Private<String>) -> Arc<dyn Faces> {
    Arc::new(HttpFaces::new(url, secret))
}

#[cfg(test)]
mod tests;
