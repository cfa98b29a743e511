//! Evidence files: taken in while both digests are made, looked into, kept once under their digest,
//! and checked against it before they are shown. A file is never run and never changed.
//!
//! What is not here: the lists (`docket/evidence.rs`), and who may see what (`http/evidence.rs`).

use std::io;
use std::path::Path;
use std::sync::Arc;

use model::limits::EVIDENCE_UPLOADS_MAX;
use model::{EvidenceId, EvidenceItem, HearingId, Refusal};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::docket::evidence::{Hand, NewEvidence};
use crate::docket::{Docket, DocketFault};
use crate::metrics::Metrics;

mod digest;
mod inspect;
#[cfg(test)]
pub(crate) mod samples;
mod store;

pub(crate) use digest::digests;
pub(crate) use inspect::{Found, extension};
pub(crate) use store::{Incoming, Opened, Received};

use store::Store;

/// Files looked into or checked at once: each may take a core and hold a document in memory.
const INSPECTIONS_MAX: usize = 1;
/// Files checked against their digest at once.
const CHECKS_MAX: usize = 2;

/// Why evidence could not be taken in, opened or removed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EvidenceFault {
    /// The rules say no.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// The file on disk is not the one that was handed in.
    #[error("the file is not the one that was handed in")]
    Altered,
    /// The disk failed.
    #[error("cannot {doing}: {fault}")]
    Disk {
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        fault: io::Error,
    },
    /// The docket failed.
    #[error(transparent)]
    Docket(#[from] DocketFault),
    /// A task of ours died.
    #[error("looking into a file died of a bug")]
    Bug,
}

impl From<Refusal> for EvidenceFault {
    fn from(why: Refusal) -> Self {
        Self::Refused(why)
    }
}

impl EvidenceFault {
    fn disk(doing: &'static str) -> impl Fn(io::Error) -> Self {
        move |fault| Self::Disk { doing, fault }
    }
}

/// All evidence of this court.
#[derive(Clone, Debug)]
pub(crate) struct Evidence {
    docket: Arc<Docket>,
    metrics: Metrics,
    store: Arc<Store>,
    /// Held while a file is put in place or taken away, so that none is taken away that a list
    /// has just come to name.
    placing: Arc<tokio::sync::Mutex<()>>,
    uploads: Arc<Semaphore>,
    inspections: Arc<Semaphore>,
    checks: Arc<Semaphore>,
}

impl Evidence {
    /// Opens the folder `evidence` in `data`, making it when there is none, and clears away what
    /// no list names.
    pub(crate) async fn open(
        data: &Path,
        docket: Arc<Docket>,
        metrics: Metrics,
    ) -> Result<Self, EvidenceFault> {
        let known = docket.evidence_files().await?;
        let folder = data.join("evidence");
        let store = blocking(move || Store::open(&folder, &known)).await??;
        Ok(Self {
            docket,
            metrics,
            store: Arc::new(store),
            placing: Arc::default(),
            uploads: Arc::new(Semaphore::new(EVIDENCE_UPLOADS_MAX)),
            inspections: Arc::new(Semaphore::new(INSPECTIONS_MAX)),
            checks: Arc::new(Semaphore::new(CHECKS_MAX)),
        })
    }

    /// A place to write a new file to; at most so many at once.
    pub(crate) fn incoming(&self) -> Result<(Incoming, OwnedSemaphorePermit), EvidenceFault> {
        let place = Arc::clone(&self.uploads).try_acquire_owned().map_err(|_| Refusal::Full)?;
        Ok((self.store.incoming()?, place))
    }

    /// Looks into what came: its true media type and its pages, or why it cannot be taken.
    pub(crate) async fn inspect(
        &self,
        received: Received,
        file_name: String,
    ) -> Result<(Received, Found), EvidenceFault> {
        let inspections = Arc::clone(&self.inspections);
        let place = inspections.acquire_owned().await.map_err(|_| EvidenceFault::Bug)?;
        // A file that kills a parser is a file that cannot be read.
        let done = tokio::task::spawn_blocking(move || {
            let found = inspect::file(received.path(), &file_name);
            drop(place);
            (received, found)
        });
        let (received, found) = done.await.map_err(|_| Refusal::FileNotReadable)?;
        match found {
            Ok(Ok(found)) => Ok((received, found)),
            Ok(Err(why)) => Err(why.into()),
            Err(fault) => Err(EvidenceFault::Disk { doing: "read an upload", fault }),
        }
    }

    /// Puts the file in place and the piece on the list.
    pub(crate) async fn add(
        &self,
        hand: Hand,
        new: &NewEvidence,
        received: Received,
    ) -> Result<EvidenceItem, EvidenceFault> {
        let placing = self.placing.lock().await;
        let store = Arc::clone(&self.store);
        blocking(move || store.keep(received)).await??;
        let added = self.docket.add_evidence(hand, new).await;
        if !matches!(added, Ok(Ok(_))) {
            self.drop_needless(&new.sha256).await?;
        }
        drop(placing);
        Ok(added??)
    }

    /// Takes a piece off the list, and its file when no other list names it.
    pub(crate) async fn remove(&self, hand: Hand, item: EvidenceId) -> Result<(), EvidenceFault> {
        let placing = self.placing.lock().await;
        let removed = self.docket.remove_evidence(hand, item).await??;
        self.drop_needless(&removed.sha256).await?;
        drop(placing);
        Ok(())
    }

    /// Takes all that was handed in for a hearing away, when its record was deleted after its time.
    pub(crate) async fn forget(&self, hearing: HearingId) -> Result<(), EvidenceFault> {
        let placing = self.placing.lock().await;
        for sha256 in self.docket.forget_evidence(hearing).await? {
            self.drop_needless(&sha256).await?;
        }
        drop(placing);
        Ok(())
    }

    async fn drop_needless(&self, sha256: &str) -> Result<(), EvidenceFault> {
        if self.docket.is_evidence(sha256).await? {
            return Ok(());
        }
        let (store, name) = (Arc::clone(&self.store), sha256.to_owned());
        blocking(move || store.forget(&name)).await?
    }

    /// Opens a file that is still the one handed in.
    pub(crate) async fn file(&self, item: &EvidenceItem) -> Result<Opened, EvidenceFault> {
        let place =
            Arc::clone(&self.checks).acquire_owned().await.map_err(|_| EvidenceFault::Bug)?;
        let (store, name, item) = (Arc::clone(&self.store), item.id.0, item.clone());
        let opened = blocking(move || {
            let opened = store.opened(&item);
            drop(place);
            opened
        })
        .await?;
        if matches!(opened, Err(EvidenceFault::Altered)) {
            self.metrics.evidence_altered.inc();
            tracing::error!(item = name, "a file of evidence is not the one handed in");
        }
        opened
    }

    /// Why a piece must not be shown, if so: asked before the hearing decides.
    pub(crate) async fn unfit(&self, hearing: HearingId, item: EvidenceId) -> Option<Refusal> {
        let found = match self.docket.evidence(hearing, item).await {
            Ok(Some(found)) => self.file(&found).await,
            // The hearing knows better what to say of it.
            Ok(None) => return None,
            Err(fault) => Err(fault.into()),
        };
        let fault = found.err()?;
        tracing::error!(%hearing, item = item.0, %fault, "evidence cannot be shown");
        match fault {
            EvidenceFault::Altered => Some(Refusal::EvidenceAltered),
            EvidenceFault::Refused(why) => Some(why),
            EvidenceFault::Disk { .. } | EvidenceFault::Docket(_) | EvidenceFault::Bug => {
                Some(Refusal::ServerFault)
            }
        }
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, EvidenceFault> {
    tokio::task::spawn_blocking(work).await.map_err(|_| EvidenceFault::Bug)
}

#[cfg(test)]
mod tests;
