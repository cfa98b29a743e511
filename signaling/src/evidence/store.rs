//! The folder of evidence files: `incoming/` for what is on its way, `kept/ab/abcd…` for what is
//! whole, named by its SHA-256. Written once, synced, moved into place, never changed.
//!
//! What is not here: what the files are (`inspect`).

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use model::limits::{DISK_FREE_MIN, EVIDENCE_BYTES_MAX, EVIDENCE_CHECK_LIFE};
use model::{EvidenceItem, Refusal};
use tokio::io::AsyncWriteExt;
use tokio::time::Instant;

use super::EvidenceFault;
use super::digest::Digests;

/// Free space is looked at again after so many bytes of one file.
const SPACE_EVERY: u64 = 8 * 1024 * 1024;
/// Checked files that are remembered; then all are forgotten.
const CHECKED_MAX: usize = 4_096;
/// Bytes read at once while checking.
const PIECE_BYTES: usize = 256 * 1024;

/// The folder.
#[derive(Debug)]
pub(super) struct Store {
    incoming: PathBuf,
    kept: PathBuf,
    count: AtomicU64,
    checked: Mutex<BTreeMap<String, Checked>>,
}

/// What a file looked like when its digest was found right.
#[derive(Clone, Copy, Debug)]
struct Checked {
    stamp: Stamp,
    at: Instant,
}

/// Changes with every write to a file: nobody sets a change time by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    bytes: u64,
    changed: (i64, i64),
}

impl Stamp {
    fn of(file: &File) -> io::Result<Self> {
        let about = file.metadata()?;
        let changed = (about.ctime(), about.ctime_nsec());
        Ok(Self { inode: about.ino(), bytes: about.len(), changed })
    }
}

/// A file on its way in; gone when it is dropped.
#[derive(Debug)]
pub(crate) struct Incoming {
    path: TempPath,
    file: tokio::fs::File,
    digests: Digests,
    bytes: u64,
    space_at: u64,
}

/// A file that came whole, synced; gone when it is dropped before it is kept.
#[derive(Debug)]
pub(crate) struct Received {
    path: TempPath,
    /// SHA-256, hexadecimal.
    pub(crate) sha256: String,
    /// SM3, hexadecimal.
    pub(crate) sm3: String,
    /// Its size.
    pub(crate) bytes: u64,
}

impl Received {
    pub(super) fn path(&self) -> &Path {
        &self.path.0
    }
}

/// A file that is the one handed in, at its beginning.
#[derive(Debug)]
pub(crate) struct Opened {
    /// The file.
    pub(crate) file: File,
    /// Its size.
    pub(crate) bytes: u64,
}

#[derive(Debug)]
struct TempPath(PathBuf);

impl Drop for TempPath {
    fn drop(&mut self) {
        if let Err(fault) = fs::remove_file(&self.0)
            && fault.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%fault, "an upload that is over cannot be removed");
        }
    }
}

impl Incoming {
    /// Writes what came.
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> Result<(), EvidenceFault> {
        self.bytes += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if self.bytes > EVIDENCE_BYTES_MAX {
            return Err(Refusal::FileTooLarge.into());
        }
        if self.bytes >= self.space_at {
            self.space_at = self.bytes + SPACE_EVERY;
            enough_space(&self.path.0)?;
        }
        self.digests.feed(bytes);
        self.file.write_all(bytes).await.map_err(EvidenceFault::disk("write an upload"))
    }

    /// The file is whole: synced before anybody is told.
    pub(crate) async fn finish(mut self) -> Result<Received, EvidenceFault> {
        if self.bytes == 0 {
            return Err(Refusal::FileNotReadable.into());
        }
        let fault = EvidenceFault::disk("write an upload");
        self.file.flush().await.map_err(&fault)?;
        self.file.sync_all().await.map_err(&fault)?;
        let (sha256, sm3) = self.digests.finish();
        Ok(Received { path: self.path, sha256, sm3, bytes: self.bytes })
    }
}

/// Refuses while the disk of `path` has not `limits::DISK_FREE_MIN` free: hearings need it.
fn enough_space(path: &Path) -> Result<(), EvidenceFault> {
    let folder = path.parent().unwrap_or(path);
    let space = rustix::fs::statvfs(folder)
        .map_err(|fault| EvidenceFault::disk("look for free space")(fault.into()))?;
    if space.f_bavail.saturating_mul(space.f_frsize) < DISK_FREE_MIN {
        tracing::error!("no room on the disk for evidence");
        return Err(Refusal::Full.into());
    }
    Ok(())
}

impl Store {
    /// Opens `folder`; removes what was on its way when the node stopped and what nothing in
    /// `known` names.
    pub(super) fn open(folder: &Path, known: &BTreeSet<String>) -> Result<Self, EvidenceFault> {
        let fault = EvidenceFault::disk("open the evidence folder");
        let (incoming, kept) = (folder.join("incoming"), folder.join("kept"));
        fs::create_dir_all(&incoming).map_err(&fault)?;
        fs::create_dir_all(&kept).map_err(&fault)?;
        for entry in fs::read_dir(&incoming).map_err(&fault)? {
            fs::remove_file(entry.map_err(&fault)?.path()).map_err(&fault)?;
        }
        for shelf in fs::read_dir(&kept).map_err(&fault)? {
            for entry in fs::read_dir(shelf.map_err(&fault)?.path()).map_err(&fault)? {
                let entry = entry.map_err(&fault)?;
                let name = entry.file_name();
                let is_known = name.to_str().is_some_and(|name| known.contains(name));
                if !is_known {
                    fs::remove_file(entry.path()).map_err(&fault)?;
                }
            }
        }
        let (count, checked) = (AtomicU64::new(0), Mutex::default());
        Ok(Self { incoming, kept, count, checked })
    }

    pub(super) fn incoming(&self) -> Result<Incoming, EvidenceFault> {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let path = self.incoming.join(number.to_string());
        enough_space(&path)?;
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(EvidenceFault::disk("begin an upload"))?;
        Ok(Incoming {
            path: TempPath(path),
            file: tokio::fs::File::from_std(file),
            digests: Digests::default(),
            bytes: 0,
            space_at: SPACE_EVERY,
        })
    }

    fn place(&self, sha256: &str) -> PathBuf {
        self.kept.join(sha256.get(..2).unwrap_or("00")).join(sha256)
    }

    /// Moves a file to its place. One that is there already stays, unless it was altered.
    pub(super) fn keep(&self, received: Received) -> Result<(), EvidenceFault> {
        let fault = EvidenceFault::disk("keep an upload");
        let place = self.place(&received.sha256);
        let shelf = place.parent().unwrap_or(&self.kept);
        fs::create_dir_all(shelf).map_err(&fault)?;
        let there = File::open(&place).ok().and_then(|mut file| digest_of(&mut file).ok());
        if there.is_some_and(|(sha256, _)| sha256 == received.sha256) {
            return Ok(());
        }
        fs::rename(&received.path.0, &place).map_err(&fault)?;
        for folder in [shelf, &self.kept] {
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(&fault)?;
        }
        Ok(())
    }

    /// Removes a file.
    pub(super) fn forget(&self, sha256: &str) -> Result<(), EvidenceFault> {
        match fs::remove_file(self.place(sha256)) {
            Err(fault) if fault.kind() != io::ErrorKind::NotFound => {
                Err(EvidenceFault::Disk { doing: "remove a file of evidence", fault })
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Opens a file, having found both digests right since it was last written.
    pub(super) fn opened(&self, item: &EvidenceItem) -> Result<Opened, EvidenceFault> {
        let fault = EvidenceFault::disk("read a file of evidence");
        let mut file = match File::open(self.place(&item.sha256)) {
            Ok(file) => file,
            // A file that is gone is not the one that was handed in either.
            Err(gone) if gone.kind() == io::ErrorKind::NotFound => {
                return Err(EvidenceFault::Altered);
            }
            Err(other) => return Err(fault(other)),
        };
        let stamp = Stamp::of(&file).map_err(&fault)?;
        if stamp.bytes != item.bytes {
            return Err(EvidenceFault::Altered);
        }
        if !self.was_checked(&item.sha256, stamp) {
            let (sha256, sm3) = digest_of(&mut file).map_err(&fault)?;
            if sha256 != item.sha256 || sm3 != item.sm3 {
                return Err(EvidenceFault::Altered);
            }
            file.seek(SeekFrom::Start(0)).map_err(&fault)?;
            let mut checked = self.checked.lock().unwrap_or_else(PoisonError::into_inner);
            if checked.len() >= CHECKED_MAX {
                checked.clear();
            }
            checked.insert(item.sha256.clone(), Checked { stamp, at: Instant::now() });
        }
        Ok(Opened { file, bytes: item.bytes })
    }

    fn was_checked(&self, sha256: &str, stamp: Stamp) -> bool {
        let checked = self.checked.lock().unwrap_or_else(PoisonError::into_inner);
        checked
            .get(sha256)
            .is_some_and(|last| last.stamp == stamp && last.at.elapsed() < EVIDENCE_CHECK_LIFE)
    }
}

fn digest_of(file: &mut File) -> io::Result<(String, String)> {
    let mut digests = Digests::default();
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(digests.finish()),
            read => digests.feed(piece.get(..read).unwrap_or_default()),
        }
    }
}
