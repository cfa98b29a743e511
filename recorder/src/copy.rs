//! The second copy of the record: in a folder elsewhere or an S3-compatible store, made while the
//! hearing runs.
//!
//! What is not here: the first copy, which alone confirms anything (`ledger_task`), and the store
//! itself (`store`).

pub(crate) mod cipher;
mod copier;
pub(crate) mod locks;
pub(crate) mod names;
mod read;
mod shipment;

use model::HearingId;
use prometheus::Registry;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

pub(crate) use copier::Durable;
pub use copier::{CopyConfig, CopyState};
pub use locks::lock_copy;
pub(crate) use read::CopyFiles;

use crate::metrics::CopyMetrics;
use crate::store::Store;
use crate::{RecorderConfig, RecorderFault};

/// The second copy in service.
#[derive(Debug)]
pub struct Copying {
    /// How it is doing.
    pub state: watch::Receiver<CopyState>,
    /// Hearings at rest to be looked at again, as a reconciliation found them.
    pub again: mpsc::Sender<HearingId>,
    task: JoinHandle<()>,
    stop: watch::Sender<bool>,
}

impl Copying {
    /// Begins to keep the second copy of what `recorder` writes. Call it within a runtime.
    ///
    /// # Errors
    /// When the metrics cannot be registered.
    pub fn start(
        recorder: &RecorderConfig,
        config: CopyConfig,
        store: Store,
        registry: &Registry,
    ) -> Result<Self, RecorderFault> {
        let metrics = CopyMetrics::new(registry).map_err(|fault| RecorderFault {
            doing: "register the figures of the second copy".to_owned(),
            source: std::io::Error::other(fault),
        })?;
        let (state_in, state) = watch::channel(CopyState::default());
        let (stop, stopping) = watch::channel(false);
        let (again, again_out) = copier::again();
        let durable = recorder.durable.0.subscribe();
        let ends = copier::Ends { durable, again: again_out, state: state_in, stop: stopping };
        let task = tokio::spawn(copier::run(config, store, ends, metrics));
        Ok(Self { state, again, task, stop })
    }

    /// Copies what the recorder wrote last, if the store takes it; ends when that is done. What is
    /// left is copied after the next start.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        if self.task.await.is_err() {
            tracing::error!("the second copy ended by a bug");
        }
    }
}
