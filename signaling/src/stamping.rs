//! Carries requests for time-stamps to an authority outside and its answers back. Nothing waits for
//! it: an authority that is away is asked again, at ever longer intervals.
//!
//! What is not here: what is asked and how an answer is checked (`model::stamps::Stamps`).

use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use model::HearingId;
use model::archive::ArchiveFault;
use model::limits::{STAMP_ANSWER_BYTES_MAX, STAMP_RETRY_MAX, STAMP_RETRY_MIN, STAMP_WAIT};
use model::stamps::{StampRequest, Stamps};
use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::courier::{parts, trusted_tls};
use crate::metrics::Metrics;

/// How often sealed records without a time-stamp are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Why there is no time-stamp.
#[derive(Debug, thiserror::Error)]
enum StampFault {
    #[error("the authority's address is not http:// or https://")]
    Address,
    #[error("no authorities to check https:// against")]
    NoAuthorities,
    #[error("cannot connect: {0}")]
    Connect(#[from] std::io::Error),
    #[error("HTTP failed: {0}")]
    Http(#[from] hyper::Error),
    #[error("the request cannot be made: {0}")]
    Request(#[from] hyper::http::Error),
    #[error("the authority answers with status {0}")]
    Status(u16),
    #[error("the authority's answer is too long")]
    TooLong,
    #[error("no answer in time")]
    Late,
    #[error("{0}")]
    Answer(String),
    #[error("the archive: {0:?}")]
    Archive(ArchiveFault),
}

/// The authority, and the records that want its time-stamps.
pub(crate) struct Stamping {
    pub(crate) url: String,
    pub(crate) stamps: Arc<dyn Stamps>,
    pub(crate) metrics: Metrics,
}

impl Stamping {
    /// Asks for what is due until the room stops.
    pub(crate) async fn run(self, mut stopping: watch::Receiver<bool>) {
        let tls = trusted_tls();
        let mut pause = Duration::ZERO;
        loop {
            let wait = if pause.is_zero() { LOOK_EVERY } else { pause };
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                _ = stopping.wait_for(|stop| *stop) => break,
            }
            let due = match self.due().await {
                Ok(due) => due,
                Err(fault) => {
                    tracing::error!(%fault, "cannot look for records without a time-stamp");
                    continue;
                }
            };
            self.metrics.stamps_due.set(i64::try_from(due.len()).unwrap_or(i64::MAX));
            pause = self.ask_for_all(due, tls.as_ref(), pause).await;
        }
    }

    async fn due(&self) -> Result<Vec<HearingId>, StampFault> {
        let stamps = Arc::clone(&self.stamps);
        off_the_loop(move || stamps.due()).await
    }

    /// Asks for each; the first fault ends it, and says how long to wait.
    async fn ask_for_all(
        &self,
        due: Vec<HearingId>,
        tls: Option<&TlsConnector>,
        pause: Duration,
    ) -> Duration {
        for hearing in due {
            match timeout(STAMP_WAIT, self.ask_for(hearing, tls)).await {
                Ok(Ok(())) => {
                    self.metrics.stamps.with_label_values(&["done"]).inc();
                    self.metrics.stamps_due.dec();
                    tracing::info!(%hearing, "the seal was time-stamped");
                }
                failed => {
                    let fault = failed.map_or(StampFault::Late, |failed| {
                        failed.err().unwrap_or(StampFault::Late)
                    });
                    self.metrics.stamps.with_label_values(&["failed"]).inc();
                    let pause = (pause * 2).clamp(STAMP_RETRY_MIN, STAMP_RETRY_MAX);
                    let again_s = pause.as_secs();
                    tracing::warn!(%hearing, %fault, again_s, "no time-stamp; asked again later");
                    return pause;
                }
            }
        }
        Duration::ZERO
    }

    async fn ask_for(
        &self,
        hearing: HearingId,
        tls: Option<&TlsConnector>,
    ) -> Result<(), StampFault> {
        let stamps = Arc::clone(&self.stamps);
        let request = off_the_loop(move || stamps.request(hearing)).await?;
        let answer = self.post(&request, tls).await?;
        let stamps = Arc::clone(&self.stamps);
        let kept = off_the_loop(move || stamps.keep(&request, &answer)).await?;
        kept.map_err(StampFault::Answer)
    }

    async fn post(
        &self,
        request: &StampRequest,
        tls: Option<&TlsConnector>,
    ) -> Result<Bytes, StampFault> {
        let (secure, host, port, path) = parts(&self.url).ok_or(StampFault::Address)?;
        let named =
            if port == 80 || port == 443 { host.to_owned() } else { format!("{host}:{port}") };
        let post = hyper::Request::post(path)
            .header("host", named)
            .header("content-type", "application/timestamp-query")
            .header("accept", "application/timestamp-reply")
            .header("user-agent", "assize")
            .body(Full::new(Bytes::from(request.bytes.clone())))?;
        let stream = TcpStream::connect((host, port)).await?;
        if secure {
            let name = ServerName::try_from(host.to_owned()).map_err(|_| StampFault::Address)?;
            let tls = tls.ok_or(StampFault::NoAuthorities)?;
            exchange(tls.connect(name, stream).await?, post).await
        } else {
            exchange(stream, post).await
        }
    }
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: hyper::Request<Full<Bytes>>,
) -> Result<Bytes, StampFault> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // With the set the connection ends, also when nobody waits for the answer any more.
    let mut driver = JoinSet::new();
    driver.spawn(connection);
    let answer = sender.send_request(request).await?;
    let status = answer.status().as_u16();
    if status != 200 {
        return Err(StampFault::Status(status));
    }
    let body = Limited::new(answer.into_body(), STAMP_ANSWER_BYTES_MAX).collect().await;
    Ok(body.map_err(|_| StampFault::TooLong)?.to_bytes())
}

async fn off_the_loop<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ArchiveFault> + Send + 'static,
) -> Result<T, StampFault> {
    let done = spawn_blocking(work).await;
    done.map_err(|fault| StampFault::Answer(fault.to_string()))?.map_err(StampFault::Archive)
}
