//! The second copy and the nightly reconciliation in service.
//!
//! What is not here: copying and comparing (`recorder`), and when a night is (`nightly`).

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use model::Now;
use prometheus::Registry;
use protocol::{OpsCopy, OpsReconciled};
use recorder::{CopyConfig, CopyState, Copying, RecorderConfig, ReportBoard, Store};
use signaling::{Docket, NodeFigures};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::config::Config;
use crate::nightly::{self, Nightly};

/// How long the second copy may take what the recorder wrote last when the node stops.
const STOP_WAIT: Duration = Duration::from_secs(3);

/// What runs beside the recorder.
pub(crate) struct Copies {
    copying: Option<Copying>,
    nightly: Option<JoinHandle<()>>,
    reconciled: watch::Receiver<Option<OpsReconciled>>,
}

impl Copies {
    /// Begins to copy and to reconcile, as far as it is configured.
    ///
    /// # Errors
    /// One sentence: the store's configuration cannot be used.
    pub(crate) fn start(
        config: &Config,
        clock: &Arc<dyn Fn() -> Now + Send + Sync>,
        docket: &Arc<Docket>,
        recorder: &RecorderConfig,
        registry: &Registry,
    ) -> Result<Self, String> {
        let inner = |fault| format!("内部故障。{fault}.");
        let store = config.store().map(|store| Store::open(&store)).transpose();
        let store =
            store.map_err(|fault| format!("副本存储的配置不可用，请检查 copy_ 各项。{fault}."))?;
        if let Some(told) = config.lock_ends_early() {
            tracing::warn!("{told}");
        }
        let copy = CopyConfig::new(config.archive.clone());
        let copying = store
            .clone()
            .map(|store| Copying::start(recorder, copy, store, registry))
            .transpose()
            .map_err(inner)?;
        let (shown, reconciled) = watch::channel(None);
        let nightly = match nightly::minute_of_day(&config.reconcile_at) {
            Some(at_minute) => {
                let file = config.data.join("reconciliation.json");
                let nightly = Nightly {
                    at_minute,
                    clock: Arc::clone(clock),
                    docket: Arc::clone(docket),
                    archive: config.archive.clone(),
                    live: recorder.durable.clone(),
                    store,
                    again: copying.as_ref().map(|copying| copying.again.clone()),
                    board: ReportBoard::new(registry, file).map_err(inner)?,
                    shown,
                };
                Some(tokio::spawn(nightly.run()))
            }
            None => None,
        };
        Ok(Self { copying, nightly, reconciled })
    }

    /// Figures for the operations page: free space in `archive`, what `delay` answers, and how the
    /// copies are doing.
    pub(crate) fn figures(
        &self,
        archive: PathBuf,
        delay: impl Fn() -> Option<[u64; 3]> + Send + Sync + 'static,
    ) -> Arc<dyn Fn() -> NodeFigures + Send + Sync> {
        let state = self.copying.as_ref().map(|copying| copying.state.clone());
        let reconciled = self.reconciled.clone();
        Arc::new(move || NodeFigures {
            archive_free_bytes: recorder::free_bytes(&archive),
            forward_delay_micros: delay(),
            copy: state.as_ref().map(|state| shown(*state.borrow())),
            reconciled: *reconciled.borrow(),
        })
    }

    /// Ends both; the recorder has stopped.
    pub(crate) async fn stop(self) {
        if let Some(nightly) = self.nightly {
            nightly.abort();
        }
        if let Some(copying) = self.copying
            && timeout(STOP_WAIT, copying.stop()).await.is_err()
        {
            tracing::warn!("the second copy goes on after the next start");
        }
    }
}

fn shown(state: CopyState) -> OpsCopy {
    OpsCopy {
        away: state.away,
        differing: u32::try_from(state.differing).unwrap_or(u32::MAX),
        behind_seconds: u32::try_from(state.behind_seconds).unwrap_or(u32::MAX),
    }
}
