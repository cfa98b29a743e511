//! One commit: media to disk in parallel, then the ledger lines that attest it.
//!
//! What is not here: when to commit and what to do when it fails (`ledger_task`). A commit happens
//! whole or not at all: state moves on only when its lines are on disk, and a failed one is
//! repeated at the same offsets.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use record::digest::{Digester, Digests};
use record::ledger::{LEDGER_FILE, Ledger};
use record::seal::{SEAL_FILE, SealMaker};
use record::segment::Taken;
use record::signature::{CourtKey, SIGNATURE_FILE, SealSignature};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::compose::{Batch, Committed, Item, What, Written, compose};
use crate::disk::{Disk, DiskFile};

#[derive(Clone, Debug)]
struct OpenSegment {
    file: Arc<dyn DiskFile>,
    length: u64,
    pieces: u64,
    digester: Digester,
}

/// A hearing's files.
#[derive(Debug)]
pub(crate) struct HearingFiles {
    disk: Arc<dyn Disk>,
    folder: PathBuf,
    key: Option<CourtKey>,
    writers: Arc<Semaphore>,
    ledger_file: Option<Arc<dyn DiskFile>>,
    ledger: Ledger,
    maker: SealMaker,
    segments: BTreeMap<String, OpenSegment>,
    seal_due: bool,
    /// Free bytes as last seen.
    pub(crate) free: Option<u64>,
}

impl HearingFiles {
    /// The files of a hearing whose ledger stands as given; `key` signs the seal, `writers` bounds
    /// the blocking calls.
    pub(crate) fn new(
        disk: Arc<dyn Disk>,
        folder: PathBuf,
        key: Option<CourtKey>,
        writers: Arc<Semaphore>,
        ledger: Ledger,
        maker: SealMaker,
    ) -> Self {
        Self {
            disk,
            folder,
            key,
            writers,
            ledger_file: None,
            ledger,
            maker,
            segments: BTreeMap::new(),
            seal_due: false,
            free: None,
        }
    }

    /// Writes the items; without items, checks that the files still are where they were.
    pub(crate) async fn commit(&mut self, batch: &Arc<Batch>) -> io::Result<Committed> {
        let items = batch.0.as_slice();
        let (segments, written) = self.media(batch).await?;
        let composed = compose(items, &written, self.ledger.clone(), self.maker.clone());
        let begins = |item: &Item| matches!(item.what, What::Taken(Taken::Begin { .. }));
        self.lines(composed.lines, items.iter().any(begins)).await?;
        self.segments = segments;
        self.seal_due |= composed.committed.sealed.is_some();
        (self.ledger, self.maker) = (composed.ledger, composed.maker);
        Ok(composed.committed)
    }

    /// Bytes of the ledger that are durable.
    pub(crate) const fn ledger_bytes(&self) -> u64 {
        self.ledger.bytes()
    }

    /// Whether a seal is still to be put beside the ledger.
    pub(crate) const fn is_seal_due(&self) -> bool {
        self.seal_due
    }

    /// Puts the seal and its signature beside the sealed ledger.
    pub(crate) async fn place_seal(&mut self) -> io::Result<()> {
        let Some(seal) = self.maker.seal(&self.ledger) else { return Ok(()) };
        let (disk, folder, key) = (Arc::clone(&self.disk), self.folder.clone(), self.key.clone());
        let permit = self.permit().await?;
        blocking(move || {
            let done = place_signed(&*disk, &folder, key.as_ref(), &seal.to_bytes());
            drop(permit);
            done
        })
        .await?;
        self.seal_due = false;
        Ok(())
    }

    async fn permit(&self) -> io::Result<tokio::sync::OwnedSemaphorePermit> {
        Arc::clone(&self.writers).acquire_owned().await.map_err(io::Error::other)
    }

    /// Media bytes of all segments, in parallel: written and synced.
    async fn media(
        &self,
        batch: &Arc<Batch>,
    ) -> io::Result<(BTreeMap<String, OpenSegment>, BTreeMap<String, Written>)> {
        let names: BTreeSet<&String> = batch
            .0
            .iter()
            .filter_map(|item| match &item.what {
                What::Taken(
                    Taken::Begin { segment, .. }
                    | Taken::Cluster { segment, .. }
                    | Taken::End { segment },
                ) => Some(segment),
                What::Taken(Taken::Lost { .. } | Taken::Reanchor { .. })
                | What::Entry(_)
                | What::Minute(..)
                | What::Seal => None,
            })
            .collect();
        let mut jobs = JoinSet::new();
        for name in names {
            let name = name.clone();
            let permit = self.permit().await?;
            let (disk, batch) = (Arc::clone(&self.disk), Arc::clone(batch));
            let (path, open) = (self.folder.join(&name), self.segments.get(&name).cloned());
            jobs.spawn_blocking(move || {
                let done = write_segment(&*disk, &path, &name, open, &batch.0);
                drop(permit);
                done.map(|(open, written)| (name, open, written))
            });
        }
        let (mut segments, mut all) = (self.segments.clone(), BTreeMap::new());
        let mut failed = None;
        while let Some(done) = jobs.join_next().await {
            match done.map_err(io::Error::other).and_then(|done| done) {
                Ok((name, open, written)) => {
                    match open {
                        Some(open) => segments.insert(name.clone(), open),
                        None => segments.remove(&name),
                    };
                    all.insert(name, written);
                }
                Err(fault) => failed = Some(fault),
            }
        }
        failed.map_or(Ok((segments, all)), Err)
    }

    /// Ledger lines: written and synced. Also looks whether names and free space are as they
    /// should be.
    async fn lines(&mut self, lines: Vec<u8>, begun: bool) -> io::Result<()> {
        let permit = self.permit().await?;
        let (disk, folder) = (Arc::clone(&self.disk), self.folder.clone());
        let (file, at) = (self.ledger_file.clone(), self.ledger.bytes());
        let open: Vec<(PathBuf, Arc<dyn DiskFile>)> = self
            .segments
            .iter()
            .map(|(name, open)| (folder.join(name), Arc::clone(&open.file)))
            .collect();
        let (file, free) = blocking(move || {
            let done = write_lines(&*disk, &folder, file, at, &lines, begun, &open);
            drop(permit);
            done
        })
        .await?;
        self.ledger_file = Some(file);
        self.free = Some(free);
        Ok(())
    }
}

/// Puts a seal in place, its signature first: so no seal that this build makes is ever without
/// one, and one found without was made by an older build, or its signature was taken away.
pub(crate) fn place_signed(
    disk: &dyn Disk,
    folder: &Path,
    key: Option<&CourtKey>,
    seal: &[u8],
) -> io::Result<()> {
    if let Some(key) = key {
        let signature = SealSignature::of(key, seal);
        disk.place(&folder.join(SIGNATURE_FILE), &signature.to_bytes())?;
    }
    disk.place(&folder.join(SEAL_FILE), seal)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

fn write_segment(
    disk: &dyn Disk,
    path: &Path,
    name: &str,
    mut open: Option<OpenSegment>,
    items: &[Item],
) -> io::Result<(Option<OpenSegment>, Written)> {
    let mut written = Written::default();
    for item in items {
        let What::Taken(taken) = &item.what else { continue };
        match taken {
            Taken::Begin { segment, bytes, .. } if segment == name => {
                let (file, digester) = (disk.create(path)?, Digester::default());
                let fresh = OpenSegment { file, length: 0, pieces: 0, digester };
                written.pieces.push(write_piece(open.insert(fresh), bytes)?);
            }
            Taken::Cluster { segment, bytes, .. } if segment == name => {
                let open = open.as_mut().ok_or(io::ErrorKind::NotFound)?;
                written.pieces.push(write_piece(open, bytes)?);
                open.pieces += 1;
            }
            Taken::End { segment } if segment == name => {
                let open = open.as_ref().ok_or(io::ErrorKind::NotFound)?;
                written.whole = Some((open.length, open.pieces, open.digester.finish()));
            }
            Taken::Begin { .. }
            | Taken::Cluster { .. }
            | Taken::End { .. }
            | Taken::Lost { .. }
            | Taken::Reanchor { .. } => {}
        }
    }
    let file = &open.as_ref().ok_or(io::ErrorKind::NotFound)?.file;
    file.sync()?;
    file.check_name(path)?;
    let open = open.filter(|_| written.whole.is_none());
    Ok((open, written))
}

fn write_piece(open: &mut OpenSegment, bytes: &[u8]) -> io::Result<(u64, u64, Digests)> {
    open.file.write_at(bytes, open.length)?;
    open.digester.update(bytes);
    let piece = (open.length, bytes.len() as u64, Digests::of(bytes));
    open.length += bytes.len() as u64;
    Ok(piece)
}

fn write_lines(
    disk: &dyn Disk,
    folder: &Path,
    file: Option<Arc<dyn DiskFile>>,
    at: u64,
    lines: &[u8],
    begun: bool,
    open: &[(PathBuf, Arc<dyn DiskFile>)],
) -> io::Result<(Arc<dyn DiskFile>, u64)> {
    let path = folder.join(LEDGER_FILE);
    let fresh = file.is_none();
    let file = match file {
        Some(file) => file,
        None if at == 0 => {
            disk.make_folder(folder)?;
            disk.create(&path)?
        }
        None => disk.open(&path)?,
    };
    if begun || (fresh && at == 0) {
        disk.sync_folder(folder)?;
    }
    if !lines.is_empty() {
        // What a failed try left behind may be longer than what is written now.
        file.cut(at)?;
        file.write_at(lines, at)?;
        file.sync()?;
    }
    file.check_name(&path)?;
    open.iter().try_for_each(|(path, file)| file.check_name(path))?;
    Ok((file, disk.free_bytes(folder)?))
}
