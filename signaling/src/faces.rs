//! Asks an outside service whether a face is that of a document: a signed post, an answer within
//! bounds. Picture and number pass through and are kept nowhere.
//!
//! What is not here: what follows from the answer; an identity is checked by somebody of the court.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Bytes;
use model::limits::{FACE_ANSWER_BYTES_MAX, FACE_WAIT, REFERENCE_CHARS_MAX};
use model::{Comparison, HearingId, Likeness, ParticipantId, Private, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::courier::signature;
use crate::outbound::{OutboundFault, Post, trusted_tls};

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
    /// It came to no answer.
    #[error(transparent)]
    Outbound(#[from] OutboundFault),
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
        let body = serde_json::to_string(face).map_err(|_| FaceFault::Answer)?;
        let headers = [
            ("content-type", "application/json; charset=utf-8".to_owned()),
            ("x-assize-time", at.0.to_string()),
            ("x-assize-signature", signature(self.secret.reveal(), at, &body)),
        ];
        let answer_bytes_max = Some(FACE_ANSWER_BYTES_MAX);
        let (url, body) = (&self.url, Bytes::from(body));
        let post = Post { url, headers: &headers, body, answer_bytes_max };
        let (status, answer) = post.send(self.tls.as_ref()).await?;
        if !(200..300).contains(&status) {
            return Err(FaceFault::Status(status));
        }
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
