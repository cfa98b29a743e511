//! One hearing on its way to the second copy: what its ledger attests, from disk to store.
//!
//! What is not here: when and how often (`copier`).
//!
//! In this order, so that at every moment the copy's ledger attests nothing the copy does not have:
//! the bytes of the files, then the ledger lines that attest them. Everything is read from disk when
//! it is put; nothing but names and lengths is kept.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::HearingId;
use record::digest::{Digester, Digests};
use record::entry::Entry;
use record::ledger::{LEDGER_FILE, Ledger, Lines};
use record::seal::SEAL_FILE;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::names::{self, Held, Object};
use crate::store::{Store, StoreFault};

/// Bytes of the ledger that are gone through at once.
const LEDGER_STEP_BYTES: usize = 1024 * 1024;
/// Bytes of a growing file in one part at most, and so what one request keeps in memory.
const PART_BYTES: u64 = 4 * 1024 * 1024;
/// So many parts of a ledger become one.
const LEDGER_PARTS_MAX: usize = 128;

/// Why a hearing is not being copied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ShipFault {
    /// The store does not do what is asked: to be tried again.
    #[error(transparent)]
    Store(#[from] StoreFault),
    /// The archive cannot be read: to be tried again.
    #[error("{0}")]
    Disk(String),
    /// The copy is not the beginning of what the archive has, or the archive's ledger is damaged: a
    /// person must look.
    #[error("{0}")]
    Differs(String),
}

/// One file as the ledger speaks of it.
#[derive(Clone, Debug, Default)]
struct Known {
    /// Bytes attested.
    attested: u64,
    /// Length and digests of the complete file.
    sealed: Option<(u64, Digests)>,
}

/// A hearing's copying as far as it is.
#[derive(Debug)]
pub(crate) struct Shipment {
    hearing: HearingId,
    folder: PathBuf,
    store: Store,
    requests: Arc<Semaphore>,
    chain: Ledger,
    known: BTreeMap<String, Known>,
    held: BTreeMap<String, Held>,
    /// Files that are not what the ledger attests: what the copy has of them stays as it is.
    pub(crate) bad: BTreeSet<String>,
    /// The ledger's last entry was read.
    sealed: bool,
    /// Bytes put so far, since last asked.
    pub(crate) bytes: u64,
}

/// What was put of one file.
struct Put {
    file: String,
    object: Object,
    whole: bool,
}

impl Shipment {
    /// Looks at what the copy has of the hearing.
    pub(crate) async fn begin(
        hearing: HearingId,
        folder: PathBuf,
        store: Store,
        requests: Arc<Semaphore>,
    ) -> Result<Self, ShipFault> {
        let objects = store.list(&hearing.to_string()).await?;
        let (held, strange) = names::held(hearing, &objects);
        if !strange.is_empty() {
            tracing::warn!(%hearing, objects = strange.len(), "the copy holds what is none of ours");
        }
        let shipment = Self {
            hearing,
            folder,
            store,
            requests,
            chain: Ledger::default(),
            known: BTreeMap::new(),
            held,
            bad: BTreeSet::new(),
            sealed: false,
            bytes: 0,
        };
        shipment.check_beginning().await?;
        Ok(shipment)
    }

    /// Whether the copy's ledger is the beginning of ours. Its last lines are enough: each carries
    /// the digests of the one before it.
    async fn check_beginning(&self) -> Result<(), ShipFault> {
        let Some(held) = self.held.get(LEDGER_FILE) else { return Ok(()) };
        let reach = held.reach();
        let from = reach.saturating_sub(LEDGER_STEP_BYTES as u64);
        let (mut theirs, mut opened, mut at) = (Vec::new(), None, from);
        while let Some(object) = held.at(at).filter(|_| at < reach) {
            theirs.extend(self.store.read(object, &mut opened, at, LEDGER_STEP_BYTES).await?);
            at = from + theirs.len() as u64;
        }
        theirs.truncate(usize::try_from(reach - from).unwrap_or(0));
        let ours = self.local(LEDGER_FILE, from, reach - from).await?;
        if ours == theirs {
            return Ok(());
        }
        let hearing = self.hearing;
        Err(ShipFault::Differs(format!(
            "{hearing}: the copy's ledger ({reach} bytes) is not the beginning of the archive's"
        )))
    }

    /// Reads at most `length` bytes of a file of the archive.
    async fn local(&self, file: &str, from: u64, length: u64) -> Result<Vec<u8>, ShipFault> {
        read_local(self.folder.join(file), from, length)
            .await
            .map_err(|fault| self.disk(file, &fault))
    }

    fn disk(&self, file: &str, fault: &io::Error) -> ShipFault {
        ShipFault::Disk(format!("read {}/{file}: {fault}", self.folder.display()))
    }

    /// Copies what the ledger attests up to `durable` bytes of it, a step at a time; whether that
    /// was all. `None`: the ledger is at rest and all of it counts.
    pub(crate) async fn step(&mut self, durable: Option<u64>) -> Result<bool, ShipFault> {
        let from = self.chain.bytes();
        let most = durable.map_or(u64::MAX, |durable| durable.saturating_sub(from));
        let most = most.min(LEDGER_STEP_BYTES as u64);
        let bytes = self.local(LEDGER_FILE, from, most).await?;
        let full = bytes.len() as u64 == LEDGER_STEP_BYTES as u64;
        let (chain, known, sealed) = self.read_lines(&bytes)?;
        self.put_files(&known, false).await?;
        let to = chain.bytes();
        let held = self.held.get(LEDGER_FILE).map_or(0, Held::reach);
        if to > held {
            self.put_part(LEDGER_FILE, held, to).await?;
        }
        // Only now: a failed step is done again as a whole, and finds what it put.
        (self.chain, self.known, self.sealed) = (chain, known, sealed);
        self.put_files(&self.known.clone(), true).await?;
        self.gather_ledger().await?;
        let done = !full || to == from;
        if done && self.sealed && durable.is_none() {
            self.finish().await?;
        }
        Ok(done)
    }

    /// What the next lines of the ledger say; a half line at their end waits.
    fn read_lines(
        &self,
        bytes: &[u8],
    ) -> Result<(Ledger, BTreeMap<String, Known>, bool), ShipFault> {
        let (mut chain, mut known, mut sealed) =
            (self.chain.clone(), self.known.clone(), self.sealed);
        let mut lines = Lines::default();
        lines.push(bytes);
        while let Some(line) = lines.next_line() {
            let n = chain.entries();
            let line = chain.read(line).map_err(|fault| {
                ShipFault::Differs(format!("{}: entry {n} of the archive {fault}", self.hearing))
            })?;
            match line.entry {
                Entry::Segment { segment, length, .. } => {
                    known.insert(segment, Known { attested: length, ..Known::default() });
                }
                Entry::Commit { pieces } => {
                    for piece in pieces {
                        let file = known.entry(piece.segment).or_default();
                        file.attested = piece.offset.saturating_add(piece.length);
                    }
                }
                Entry::SegmentSealed { segment, length, digests, .. } => {
                    known.entry(segment).or_default().sealed = Some((length, digests));
                }
                Entry::Recovered { torn, .. } => {
                    for torn in torn {
                        let sealed = Some((torn.length, torn.digests));
                        let file = Known { attested: torn.length, sealed };
                        known.insert(torn.kept_as, file);
                    }
                }
                Entry::Sealed { .. } => sealed = true,
                Entry::Opened { .. }
                | Entry::Reopened { .. }
                | Entry::Minute { .. }
                | Entry::Roll { .. }
                | Entry::Lost { .. }
                | Entry::Reanchor { .. }
                | Entry::Fault { .. }
                | Entry::Mended { .. } => {}
            }
        }
        // Names come from the ledger, which somebody may have written.
        known.retain(|name, _| is_plain(name));
        Ok((chain, known, sealed))
    }

    /// Puts the bytes of files that the copy does not have yet: parts of growing files and complete
    /// ones that have no part there; with `gather`, complete ones that stand in parts so far.
    async fn put_files(
        &mut self,
        known: &BTreeMap<String, Known>,
        gather: bool,
    ) -> Result<(), ShipFault> {
        let mut jobs = JoinSet::new();
        for (file, known) in known.iter().filter(|(file, _)| !self.bad.contains(*file)) {
            let held = self.held.get(file).cloned().unwrap_or_default();
            if held.whole.is_some() {
                continue;
            }
            let whole = known.sealed.filter(|_| gather || held.parts.is_empty());
            if whole.is_none() && held.reach() >= known.attested {
                continue;
            }
            let job = FileJob {
                hearing: self.hearing,
                store: self.store.clone(),
                requests: Arc::clone(&self.requests),
                path: self.folder.join(file),
                file: file.clone(),
            };
            let (reach, to) = (held.reach(), known.attested);
            jobs.spawn(async move {
                match whole {
                    Some((length, digests)) => job.put_whole(length, Some(digests)).await,
                    None => job.put_parts(reach, to).await,
                }
            });
        }
        let mut failed = None;
        while let Some(done) = jobs.join_next().await {
            let bug = |fault: tokio::task::JoinError| ShipFault::Disk(fault.to_string());
            match done.map_err(bug).map_err(Stopped::Fault).and_then(|done| done) {
                Ok(puts) => self.note(puts),
                Err(Stopped::Bad(file)) => self.note_bad(&file),
                Err(Stopped::Fault(fault)) => failed = Some(fault),
            }
        }
        if let Some(fault) = failed {
            return Err(fault);
        }
        if gather { self.drop_gathered().await } else { Ok(()) }
    }

    fn note(&mut self, puts: Vec<Put>) {
        for put in puts {
            self.bytes += put.object.to - put.object.from;
            let held = self.held.entry(put.file).or_default();
            if put.whole {
                held.whole = Some(put.object);
            } else {
                held.add(put.object);
            }
        }
    }

    fn note_bad(&mut self, file: &str) {
        tracing::error!(hearing = self.hearing.0, file, "not what the ledger attests; not copied");
        self.bad.insert(file.to_owned());
    }

    /// Deletes the parts of files that are there as a whole.
    async fn drop_gathered(&mut self) -> Result<(), ShipFault> {
        for held in self.held.values_mut().filter(|held| held.whole.is_some()) {
            for name in held.part_names() {
                self.store.delete(&name).await?;
            }
            held.parts.clear();
            held.spare.clear();
        }
        Ok(())
    }

    async fn put_part(&mut self, file: &str, from: u64, to: u64) -> Result<(), ShipFault> {
        let job = FileJob {
            hearing: self.hearing,
            store: self.store.clone(),
            requests: Arc::clone(&self.requests),
            path: self.folder.join(file),
            file: file.to_owned(),
        };
        match job.put_parts(from, to).await {
            Ok(puts) => self.note(puts),
            Err(Stopped::Bad(file)) => return Err(ShipFault::Differs(file)),
            Err(Stopped::Fault(fault)) => return Err(fault),
        }
        Ok(())
    }

    /// Makes one part of the many small ones at the ledger's end.
    async fn gather_ledger(&mut self) -> Result<(), ShipFault> {
        let Some(held) = self.held.get(LEDGER_FILE).filter(|held| held.whole.is_none()) else {
            return Ok(());
        };
        let is_small = |part: &&Object| part.to - part.from < PART_BYTES / 2;
        let small: Vec<&Object> = held.parts.values().rev().take_while(is_small).collect();
        let (Some(last), Some(first)) = (small.first(), small.last()) else { return Ok(()) };
        let (from, to) = (first.from, last.to);
        if small.len() < LEDGER_PARTS_MAX || to - from > 2 * PART_BYTES {
            return Ok(());
        }
        let mut old: Vec<String> = small.iter().map(|part| part.name.clone()).collect();
        self.put_part_whole(from, to).await?;
        if let Some(held) = self.held.get_mut(LEDGER_FILE) {
            let kept = |part: &Object| {
                !(from..to).contains(&part.from) || part.to - part.from == to - from
            };
            held.parts.retain(|_, part| kept(part));
            old.append(&mut held.spare);
        }
        for name in old {
            self.store.delete(&name).await?;
        }
        Ok(())
    }

    async fn put_part_whole(&mut self, from: u64, to: u64) -> Result<(), ShipFault> {
        let bytes = self.local(LEDGER_FILE, from, to - from).await?;
        let name = names::part(self.hearing, LEDGER_FILE, from, to);
        let name = self.store.put(&name, bytes).await?;
        self.note(vec![Put {
            file: LEDGER_FILE.to_owned(),
            object: Object { name, from, to },
            whole: false,
        }]);
        Ok(())
    }

    /// The hearing is sealed: the ledger and what else is in the folder as whole files, and last the
    /// seal, which says that the copy is complete.
    async fn finish(&mut self) -> Result<(), ShipFault> {
        let mut names = list_local(self.folder.clone()).await.map_err(|f| self.disk("", &f))?;
        names.retain(|name| name != SEAL_FILE && !self.known.contains_key(name));
        names.push(SEAL_FILE.to_owned());
        for file in names {
            let path = self.folder.join(&file);
            let length = tokio::fs::metadata(&path).await.map(|found| found.len());
            let length = length.map_err(|fault| self.disk(&file, &fault))?;
            let held = self.held.get(&file).and_then(|held| held.whole.as_ref());
            if held.is_some_and(|whole| whole.to == length) {
                continue;
            }
            let job = FileJob {
                hearing: self.hearing,
                store: self.store.clone(),
                requests: Arc::clone(&self.requests),
                path,
                file,
            };
            match job.put_whole(length, None).await {
                Ok(puts) => self.note(puts),
                Err(Stopped::Bad(file)) => return Err(ShipFault::Disk(format!("{file} changes"))),
                Err(Stopped::Fault(fault)) => return Err(fault),
            }
        }
        self.drop_gathered().await
    }

    /// Whether everything of a sealed hearing is there.
    pub(crate) fn is_complete(&self) -> bool {
        self.sealed && self.held.get(SEAL_FILE).is_some_and(|held| held.whole.is_some())
    }
}

/// A name of the hearing's own folder.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && !name.contains('/') && name != "." && name != ".."
}

/// Names of the files in a folder that are no drafts.
async fn list_local(folder: PathBuf) -> io::Result<Vec<String>> {
    let list = move || {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.file_type()?.is_file() && !name.ends_with(".draft") {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    };
    tokio::task::spawn_blocking(list).await.map_err(io::Error::other)?
}

/// Reads at most `length` bytes from `from` on; fewer where the file ends.
async fn read_local(path: PathBuf, from: u64, length: u64) -> io::Result<Vec<u8>> {
    tokio::task::spawn_blocking(move || read_part(&path, from, length))
        .await
        .map_err(io::Error::other)?
}

fn read_part(path: &Path, from: u64, length: u64) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let there = file.metadata()?.len().saturating_sub(from);
    let mut bytes = vec![0; usize::try_from(length.min(there)).map_err(io::Error::other)?];
    file.read_exact_at(&mut bytes, from)?;
    Ok(bytes)
}

/// Why a file was not put.
enum Stopped {
    /// It is not what the ledger attests.
    Bad(String),
    /// Something to be tried again.
    Fault(ShipFault),
}

impl From<StoreFault> for Stopped {
    fn from(fault: StoreFault) -> Self {
        Self::Fault(fault.into())
    }
}

impl From<ShipFault> for Stopped {
    fn from(fault: ShipFault) -> Self {
        Self::Fault(fault)
    }
}

/// One file to be put.
struct FileJob {
    hearing: HearingId,
    store: Store,
    requests: Arc<Semaphore>,
    path: PathBuf,
    file: String,
}

impl FileJob {
    async fn read(&self, from: u64, length: u64) -> Result<Vec<u8>, Stopped> {
        match read_local(self.path.clone(), from, length).await {
            Ok(bytes) if bytes.len() as u64 == length => Ok(bytes),
            Ok(_) => Err(Stopped::Bad(self.file.clone())),
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => {
                // The whole folder may be away for a while; a single file is not.
                match self.path.parent().map(|folder| folder.join(LEDGER_FILE).exists()) {
                    Some(true) => Err(Stopped::Bad(self.file.clone())),
                    Some(false) | None => Err(self.fault(&fault)),
                }
            }
            Err(fault) => Err(self.fault(&fault)),
        }
    }

    fn fault(&self, fault: &io::Error) -> Stopped {
        Stopped::Fault(ShipFault::Disk(format!("read {}: {fault}", self.path.display())))
    }

    async fn permit(&self) -> Result<tokio::sync::SemaphorePermit<'_>, Stopped> {
        let permit = self.requests.acquire().await;
        permit.map_err(|fault| Stopped::Fault(ShipFault::Disk(fault.to_string())))
    }

    async fn put_parts(self, mut from: u64, to: u64) -> Result<Vec<Put>, Stopped> {
        let mut puts = Vec::new();
        while from < to {
            let _permit = self.permit().await?;
            let end = to.min(from + PART_BYTES);
            let bytes = self.read(from, end - from).await?;
            let name = names::part(self.hearing, &self.file, from, end);
            let name = self.store.put(&name, bytes).await?;
            let object = Object { name, from, to: end };
            puts.push(Put { file: self.file.clone(), object, whole: false });
            from = end;
        }
        Ok(puts)
    }

    /// Puts the file as one object, if it is what the digests say.
    async fn put_whole(self, length: u64, digests: Option<Digests>) -> Result<Vec<Put>, Stopped> {
        let _permit = self.permit().await?;
        let mut upload = self.store.upload(&names::whole(self.hearing, &self.file))?;
        let mut digester = Digester::default();
        let mut at = 0;
        while at < length {
            let bytes = match self.read(at, (length - at).min(PART_BYTES)).await {
                Ok(bytes) => bytes,
                Err(stopped) => {
                    upload.abandon().await;
                    return Err(stopped);
                }
            };
            digester.update(&bytes);
            at += bytes.len() as u64;
            if let Err(fault) = upload.push(&bytes).await {
                upload.abandon().await;
                return Err(fault.into());
            }
        }
        if digests.is_some_and(|digests| digester.finish() != digests) {
            upload.abandon().await;
            return Err(Stopped::Bad(self.file.clone()));
        }
        let name = upload.finish().await?;
        let object = Object { name, from: 0, to: length };
        Ok(vec![Put { file: self.file.clone(), object, whole: true }])
    }
}
