//! Carries requests for time-stamps to an authority outside and its answers back. Nothing waits for
//! it: an authority that is away is asked again, at ever longer intervals.
//!
//! What is not here: what is asked and how an answer is checked (`model::stamps::Stamps`).

use std::sync::Arc;
use std::time::Duration;

use hyper::body::Bytes;
use model::HearingId;
use model::archive::ArchiveFault;
use model::limits::{STAMP_ANSWER_BYTES_MAX, STAMP_RETRY_MAX, STAMP_RETRY_MIN, STAMP_WAIT};
use model::stamps::{StampRequest, Stamps};
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::metrics::Metrics;
use crate::outbound::{OutboundFault, Post, trusted_tls};

/// How often sealed records without a time-stamp are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Why there is no time-stamp.
#[derive(Debug, thiserror::Error)]
enum StampFault {
    #[error(transparent)]
    Outbound(#[from] OutboundFault),
    #[error("the authority answers with status {0}")]
    Status(u16),
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
    /// Where an authority is named.
    pub(crate) fn of(
        url: Option<String>,
        stamps: Arc<dyn Stamps>,
        metrics: &Metrics,
    ) -> Option<Self> {
        url.map(|url| Self { url, stamps, metrics: metrics.clone() })
    }

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
        let headers = [
            ("content-type", "application/timestamp-query".to_owned()),
            ("accept", "application/timestamp-reply".to_owned()),
        ];
        let answer_bytes_max = Some(STAMP_ANSWER_BYTES_MAX);
        let (url, body) = (&self.url, Bytes::from(request.bytes.clone()));
        let post = Post { url, headers: &headers, body, answer_bytes_max };
        let (status, answer) = post.send(tls).await?;
        if status == 200 { Ok(answer) } else { Err(StampFault::Status(status)) }
    }
}

async fn off_the_loop<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ArchiveFault> + Send + 'static,
) -> Result<T, StampFault> {
    let done = spawn_blocking(work).await;
    done.map_err(|fault| StampFault::Answer(fault.to_string()))?.map_err(StampFault::Archive)
}
