//! The recorder room: takes tape and orders, keeps the record of each hearing on disk, and shows
//! it again.
//!
//! What is not here: what a ledger, a segment or a playable file is made of (crate `record`), and
//! when a hearing is on the record (crate `hearing`).

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::archive::Verdict;
use model::letters::{RecordNotice, RecordOrder, Tape, Unfinished};
use model::{HearingId, Now, Timestamp};
use prometheus::Registry;
use record::verify::Files;
use tokio::sync::{mpsc, watch};

mod archive;
mod commit;
mod compose;
mod confirmations;
mod copy;
mod court_key;
pub mod disk;
mod docket;
mod erase;
mod film_maker;
mod films;
mod folder;
mod keeping;
mod ledger_task;
mod metrics;
mod package;
mod packed;
mod part;
mod proof;
mod reconcile;
mod recover;
mod returning;
mod speech;
mod stamps;
mod store;
mod transcripts;

pub use archive::ArchiveFolder;
pub use confirmations::ConfirmationDesk;
pub use copy::{CopyConfig, CopyState, Copying, lock_copy};
pub use court_key::{KeyPlace, court_key};
pub use film_maker::{FONT, FilmFault, FilmOrder, make_film};
pub use films::{FilmShop, FilmsConfig};
pub use keeping::{KeepFault, copied, forget, move_record, restore, verify_copy};
pub use package::pack;
pub use reconcile::{Compared, Finding, Listed, Report, ReportBoard, Wrong, reconcile};
pub use record::certificate::Anchors;
pub use record::signature::{Algorithm, CourtKey, PublicKey};
pub use speech::{
    Engine, EngineAt, EngineFault, Glossary, Listening, OwnEngine, SoundTap, SpeechConfig,
    TurnFolder,
};
pub use stamps::StampDesk;
pub use store::{Store, StoreConfig, StoreFault};
pub use transcripts::Transcripts;

use disk::{Disk, RealDisk};
use folder::{FolderFiles, doing, hearing_of, hearings};
use package::BagFiles;
use packed::PackedFiles;
use recover::{Found, recover_hearing};

/// Bytes of a ledger read at once.
const LEDGER_READ_BYTES: usize = 64 * 1024;

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
    /// The court's key, which signs seals; without it they stay unsigned.
    pub key: Option<CourtKey>,
    /// Tells the second copy what is durable.
    pub durable: DurableTeller,
    /// Takes a copy of the sound, if somebody listens.
    pub tap: SoundTap,
}

/// Tells how many bytes of each live hearing's ledger are durable. Clones tell the same.
#[derive(Clone, Debug, Default)]
pub struct DurableTeller(pub(crate) watch::Sender<copy::Durable>);

impl DurableTeller {
    /// The hearings that are being kept now.
    pub fn live(&self) -> BTreeSet<HearingId> {
        self.0.borrow().keys().copied().collect()
    }
}

impl RecorderConfig {
    /// The configuration for an archive folder, everything else as the house has it.
    pub fn new(archive: PathBuf) -> Self {
        Self {
            archive,
            free_min: model::limits::DISK_FREE_MIN,
            pending_bytes_max: 64 * 1024 * 1024,
            durable: DurableTeller::default(),
            tap: SoundTap::default(),
            key: None,
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
/// what was cut is kept beside as `*.torn`, and a `recovered` entry is appended. A seal that the
/// crash came before is signed with `key`.
///
/// # Errors
/// When the archive folder cannot be made, read or written.
pub fn recover(
    archive: &Path,
    now: Timestamp,
    key: Option<&CourtKey>,
) -> Result<Recovery, RecorderFault> {
    RealDisk.make_folder(archive).map_err(doing("make", archive))?;
    erase::finish(archive)?;
    let mut recovery = Recovery::default();
    for hearing in hearings(archive)? {
        match recover_hearing(&archive.join(hearing.to_string()), now, key)? {
            Found::Nothing | Found::Sealed => {}
            Found::Damaged => {
                tracing::error!(hearing = hearing.0, "the ledger is damaged and left as it is");
                recovery.damaged.push(hearing);
            }
            Found::Open(reader, last) => {
                if let Some(unfinished) = reader.unfinished() {
                    tracing::warn!(hearing = hearing.0, "an unfinished hearing was found");
                    recovery.unfinished.push(Unfinished { last, ..unfinished });
                }
            }
        }
    }
    Ok(recovery)
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
    run_on(Arc::new(RealDisk), config, clock, doors, registry, shutdown).await
}

/// [`run`] on a disk of the caller's choice.
///
/// # Errors
/// As [`run`].
pub async fn run_on(
    disk: Arc<dyn Disk>,
    config: RecorderConfig,
    clock: Arc<dyn Fn() -> Now + Send + Sync>,
    doors: Doors,
    registry: Registry,
    shutdown: watch::Receiver<bool>,
) -> Result<(), RecorderFault> {
    let metrics = metrics::Metrics::new(&registry).map_err(|fault| RecorderFault {
        doing: "register the recorder's metrics".to_owned(),
        source: io::Error::other(fault),
    })?;
    docket::Docket::new(disk, config, clock, doors.notices, metrics)
        .run(doors.orders, doors.tapes, shutdown)
        .await;
    Ok(())
}

/// The folders of hearings in an archive folder, by rising number.
///
/// # Errors
/// When it cannot be listed.
pub fn folders(archive: &Path) -> Result<Vec<PathBuf>, RecorderFault> {
    let hearings = hearings(archive)?.into_iter();
    Ok(hearings.map(|hearing| archive.join(hearing.to_string())).collect())
}

/// Checks every byte of a hearing's folder, of every hearing in an archive folder, or of an
/// unpacked archive package; and, where a key is given, that the seals are signed by it. Nobody
/// may be writing there: what a live hearing has not attested yet would be a finding.
///
/// # Errors
/// When there is no such folder or it cannot be read.
pub fn verify(
    path: &Path,
    key: Option<&PublicKey>,
) -> Result<Vec<(HearingId, Verdict)>, RecorderFault> {
    if path.is_file() {
        return verify_packed(path, key);
    }
    if path.join(record::bag::DECLARATION_FILE).exists() {
        return verify_package(path, key);
    }
    if path.join(record::ledger::LEDGER_FILE).exists() || hearing_of(path).is_some() {
        return Ok(vec![verify_folder(path, key)?]);
    }
    let folders = hearings(path)?.into_iter().map(|hearing| path.join(hearing.to_string()));
    folders.map(|folder| verify_folder(&folder, key)).collect()
}

/// Checks an unpacked package: its lists, then the hearing in it.
fn verify_package(
    path: &Path,
    key: Option<&PublicKey>,
) -> Result<Vec<(HearingId, Verdict)>, RecorderFault> {
    let findings = record::bag::check(&mut BagFiles::new(path.to_owned()))?;
    let payload = path.join(record::bag::PAYLOAD);
    let folders = hearings(&payload)?.into_iter();
    let verdicts = folders.map(|hearing| verify_folder(&payload.join(hearing.to_string()), key));
    Ok(with_lists(findings, verdicts.collect::<Result<_, _>>()?))
}

/// The same of the one file it was handed out as.
fn verify_packed(
    path: &Path,
    key: Option<&PublicKey>,
) -> Result<Vec<(HearingId, Verdict)>, RecorderFault> {
    let mut files = PackedFiles::open(path)?;
    let findings = record::bag::check(&mut files)?;
    let mut payload = files.within(record::bag::PAYLOAD);
    let names = payload.names()?;
    let folders = names.iter().filter_map(|name| name.split_once('/')).map(|(folder, _)| folder);
    let hearings: BTreeSet<_> = folders.filter_map(|name| hearing_of(Path::new(name))).collect();
    let verdicts = hearings.into_iter().map(|hearing| {
        verify_hearing(&mut payload.within(&format!("{hearing}/")), Some(hearing), key)
    });
    Ok(with_lists(findings, verdicts.collect::<Result<_, _>>()?))
}

/// What is wrong with a package's lists is told with its first hearing.
fn with_lists(
    findings: Vec<String>,
    mut verdicts: Vec<(HearingId, Verdict)>,
) -> Vec<(HearingId, Verdict)> {
    if let Some((_, verdict)) = verdicts.first_mut() {
        verdict.intact &= findings.is_empty();
        verdict.findings.splice(0..0, findings);
    }
    verdicts
}

fn verify_folder(
    folder: &Path,
    key: Option<&PublicKey>,
) -> Result<(HearingId, Verdict), RecorderFault> {
    verify_hearing(&mut FolderFiles::new(folder.to_owned()), hearing_of(folder), key)
}

/// Checks the files of one hearing, and that it is the one their folder is named for.
fn verify_hearing(
    files: &mut impl Files<Fault = RecorderFault>,
    named: Option<HearingId>,
    key: Option<&PublicKey>,
) -> Result<(HearingId, Verdict), RecorderFault> {
    let at_rest = record::verify::Liveness::AtRest;
    let mut verdict = record::verify::verify_trusting(files, at_rest, key)?;
    let mut reader = record::recovery::Reader::outline();
    let (mut at, mut buffer) = (0, vec![0; LEDGER_READ_BYTES]);
    while let Some(count @ 1..) = files.read(record::ledger::LEDGER_FILE, at, &mut buffer)? {
        reader.push(buffer.get(..count).unwrap_or_default());
        at += count as u64;
    }
    let written = reader.index.hearing();
    if let (Some(named), Some(written)) = (named, written)
        && named != written
    {
        verdict.findings.push(format!("the folder is named {named}, its ledger is of {written}"));
        verdict.intact = false;
    }
    Ok((named.or(written).unwrap_or(HearingId(0)), verdict))
}

/// Free space in a folder, bytes; none when it cannot be asked.
pub fn free_bytes(folder: &Path) -> Option<u64> {
    use disk::Disk as _;
    RealDisk.free_bytes(folder).ok()
}
