//! Sealed and saved records moved, restored and checked, each time with every byte read again.
//!
//! What is not here: live hearings, and what a check checks (`record::verify`).

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use model::HearingId;
use model::archive::Verdict;
use record::digest::{Digester, Digests};
use record::ledger::LEDGER_FILE;
use record::recovery::Reader;
use record::seal::SEAL_FILE;
use record::verify::{Files, Liveness, verify};
use tokio::runtime::Handle;

use crate::copy::{CopyFiles, locks};
use crate::disk::{Disk, RealDisk};
use crate::folder::{FolderFiles, doing, hearing_of, read_ledger};
use crate::store::{Store, StoreFault};
use crate::{RecorderFault, verify_folder};

/// Bytes read at once.
const READ_BYTES: usize = 1024 * 1024;

/// Why a record was not moved or restored. Where it was before, it still is.
#[derive(Debug, thiserror::Error)]
pub enum KeepFault {
    /// A disk said no.
    #[error(transparent)]
    Disk(#[from] RecorderFault),
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreFault),
    /// The folder it would go to is there already.
    #[error("{0} 已存在，未作改动。 {0} exists already; nothing was changed")]
    Exists(PathBuf),
    /// There is nothing to restore or move.
    #[error("没有可用的庭审卷宗：{0}。 There is no record: {0}")]
    Nothing(String),
    /// Its record was erased on purpose.
    #[error("{0} 的卷宗已按规定删除。 The record of {0} was erased on purpose")]
    Erased(HearingId),
    /// The hearing is not sealed: it may be going on.
    #[error("{0} 尚未封存，不能移动。 {0} is not sealed and stays where it is")]
    Unsealed(HearingId),
    /// What was to be moved, or what was restored, is not intact.
    #[error("{folder} 校验不通过：{finding}。 {folder} is not intact: {finding}")]
    NotIntact {
        /// Which folder; of a restored record it is kept, for a person to look at.
        folder: PathBuf,
        /// The first finding.
        finding: String,
    },
}

/// Checks every byte of a hearing's second copy, enciphered or not, and that the store still locks what
/// it was asked to. Blocks.
///
/// # Errors
/// When the store cannot be read or a key is missing.
pub fn verify_copy(
    store: &Store,
    runtime: &Handle,
    hearing: HearingId,
) -> Result<Verdict, KeepFault> {
    let mut files = CopyFiles::open(store, runtime, hearing)?;
    if !files.lengths().contains_key(LEDGER_FILE) {
        return Err(KeepFault::Nothing(format!("{hearing}, {}", store.place())));
    }
    let mut verdict = verify(&mut files, Liveness::Growing)?;
    if verdict.sealed {
        verdict.findings.extend(locks::findings(store, runtime, hearing)?);
        verdict.intact = verdict.findings.is_empty();
    }
    Ok(verdict)
}

/// The hearings that the store has. Blocks.
///
/// # Errors
/// When the store cannot be read.
pub fn copied(store: &Store, runtime: &Handle) -> Result<Vec<HearingId>, KeepFault> {
    runtime.block_on(store.enter(false))?;
    let folders = runtime.block_on(store.folders())?;
    let mut found: Vec<_> = folders.iter().filter_map(|f| hearing_of(Path::new(f))).collect();
    found.sort_unstable();
    Ok(found)
}

/// Whether a record was erased on purpose: its tombstone stands in the archive.
pub(crate) fn is_erased(archive: &Path, hearing: HearingId) -> bool {
    archive.join("erased").join(format!("{hearing}.json")).is_file()
}

/// Deletes the second copy of a record that was erased on purpose. Blocks.
///
/// # Errors
/// When the store says no, or there is no tombstone in `archive` or still a record.
pub fn forget(
    store: &Store,
    runtime: &Handle,
    hearing: HearingId,
    archive: &Path,
) -> Result<(), KeepFault> {
    let folder = archive.join(hearing.to_string());
    if folder.exists() || !is_erased(archive, hearing) {
        return Err(KeepFault::Exists(folder));
    }
    for (object, _) in runtime.block_on(store.list(&hearing.to_string()))? {
        runtime.block_on(store.delete(&object))?;
    }
    runtime.block_on(locks::forget(store, hearing))?;
    Ok(())
}

/// Builds a hearing's folder in `archive` from its second copy and checks every byte of it. The
/// folder gets its name only when it is intact. Blocks.
///
/// # Errors
/// When there is such a folder already, nothing to restore, or what was restored is not intact: then
/// it stays beside as `h17.restoring`.
pub fn restore(
    store: &Store,
    runtime: &Handle,
    hearing: HearingId,
    archive: &Path,
) -> Result<Verdict, KeepFault> {
    let folder = archive.join(hearing.to_string());
    if folder.exists() {
        return Err(KeepFault::Exists(folder));
    }
    if is_erased(archive, hearing) {
        return Err(KeepFault::Erased(hearing));
    }
    let mut files = CopyFiles::open(store, runtime, hearing)?;
    let draft = draft(archive, hearing, "restoring")?;
    let lengths = files.lengths();
    let Some(&length) = lengths.get(LEDGER_FILE) else {
        return Err(KeepFault::Nothing(format!("{hearing}, {}", store.place())));
    };
    fetch(&mut files, LEDGER_FILE, length, &draft)?;
    let mut reader = Reader::default();
    read_ledger(&draft, 0, &mut reader)?;
    // A file may have come further than the ledger that attests it.
    let mut wanted: BTreeMap<&str, u64> = lengths.iter().map(|(n, l)| (n.as_str(), *l)).collect();
    wanted.remove(LEDGER_FILE);
    for segment in &reader.index.segments {
        if let Some(length) = wanted.get_mut(segment.name.as_str()) {
            *length = segment.length.min(*length);
        }
    }
    if !reader.index.sealed {
        wanted.retain(|name, _| {
            reader.index.segments.iter().any(|segment| segment.name == *name)
                || reader.torn.iter().any(|torn| torn == name)
        });
    }
    for (name, length) in wanted {
        fetch(&mut files, name, length, &draft)?;
    }
    settle(&draft, &folder)
}

/// An empty folder beside the one that is to be.
fn draft(archive: &Path, hearing: HearingId, what: &str) -> Result<PathBuf, RecorderFault> {
    let draft = archive.join(format!("{hearing}.{what}"));
    if draft.exists() {
        std::fs::remove_dir_all(&draft).map_err(doing("clear", &draft))?;
    }
    RealDisk.make_folder(&draft).map_err(doing("make", &draft))?;
    Ok(draft)
}

/// Gives a draft its name, if it is intact.
fn settle(draft: &Path, folder: &Path) -> Result<Verdict, KeepFault> {
    RealDisk.sync_folder(draft).map_err(doing("sync", draft))?;
    let verdict = verify(&mut FolderFiles::new(draft.to_owned()), Liveness::AtRest)?;
    if let Some(finding) = verdict.findings.first() {
        let (folder, finding) = (draft.to_owned(), finding.clone());
        return Err(KeepFault::NotIntact { folder, finding });
    }
    std::fs::rename(draft, folder).map_err(doing("name", folder))?;
    if let Some(archive) = folder.parent() {
        RealDisk.sync_folder(archive).map_err(doing("sync", archive))?;
    }
    Ok(verdict)
}

fn fetch<F>(files: &mut F, name: &str, length: u64, into: &Path) -> Result<(), KeepFault>
where
    F: Files,
    KeepFault: From<F::Fault>,
{
    let path = into.join(name);
    let mut file = File::create(&path).map_err(doing("make", &path))?;
    let mut buffer = vec![0; READ_BYTES];
    let mut at = 0;
    while at < length {
        let want = usize::try_from(length - at).unwrap_or(READ_BYTES).min(READ_BYTES);
        let count = files.read(name, at, &mut buffer[..want])?.unwrap_or(0);
        if count == 0 {
            break;
        }
        file.write_all(&buffer[..count]).map_err(doing("write", &path))?;
        at += count as u64;
    }
    file.sync_all().map_err(doing("sync", &path))?;
    Ok(())
}

/// Moves a sealed hearing's folder into another archive folder, mostly on another disk: copies it,
/// checks every byte of the copy, and only then removes it where it was. Begun again after a stop,
/// it goes on. Blocks.
///
/// # Errors
/// When it is not sealed or not intact, or something else stands where it would go.
pub fn move_record(from: &Path, to: &Path) -> Result<Verdict, KeepFault> {
    let hearing = hearing_of(from).filter(|_| from.join(LEDGER_FILE).is_file());
    let hearing = hearing.ok_or_else(|| KeepFault::Nothing(from.display().to_string()))?;
    let folder = to.join(hearing.to_string());
    let verdict = if folder.exists() {
        // Perhaps moved, and stopped before it was removed here.
        let (_, verdict) = verify_folder(&folder, None)?;
        if digests(&folder)? != digests(from)? {
            return Err(KeepFault::Exists(folder));
        }
        verdict
    } else {
        let (_, verdict) = verify_folder(from, None)?;
        if !verdict.sealed || !from.join(SEAL_FILE).is_file() {
            return Err(KeepFault::Unsealed(hearing));
        }
        if let Some(finding) = verdict.findings.first() {
            let (folder, finding) = (from.to_owned(), finding.clone());
            return Err(KeepFault::NotIntact { folder, finding });
        }
        let draft = draft(to, hearing, "moving")?;
        let mut files = FolderFiles::new(from.to_owned());
        for name in files.names()? {
            fetch(&mut files, &name, u64::MAX, &draft)?;
        }
        if digests(&draft)? != digests(from)? {
            let finding = "the copy is not what was read".to_owned();
            return Err(KeepFault::NotIntact { folder: draft, finding });
        }
        settle(&draft, &folder)?
    };
    if let Some(finding) = verdict.findings.first() {
        return Err(KeepFault::NotIntact { folder, finding: finding.clone() });
    }
    std::fs::remove_dir_all(from).map_err(doing("remove", from))?;
    Ok(verdict)
}

/// Digests of all files of a folder, read from disk.
fn digests(folder: &Path) -> Result<BTreeMap<String, Digests>, RecorderFault> {
    let mut files = FolderFiles::new(folder.to_owned());
    let mut all = BTreeMap::new();
    let mut buffer = vec![0; READ_BYTES];
    for name in files.names()? {
        let (mut digester, mut at) = (Digester::default(), 0);
        while let Some(count) = files.read(&name, at, &mut buffer)?.filter(|count| *count > 0) {
            digester.update(&buffer[..count]);
            at += count as u64;
        }
        all.insert(name, digester.finish());
    }
    Ok(all)
}
