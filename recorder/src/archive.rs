//! The archive door: lists, shows, plays and verifies hearings kept in a folder.
//!
//! What is not here: writing. A hearing still live is shown as far as its ledger attests it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::ops::Range;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use model::archive::{
    Archive, ArchiveFault, ArchiveLine, ArchiveRecord, Package, Playable, Proofs, Verdict,
};
use model::limits::{ARCHIVE_LIST_MAX, ARCHIVE_READ_MAX, HEARINGS_MAX, LEDGER_LINE_BYTES_MAX};
use model::recording::{Erasure, PartMade, PartOrder, RecordFacts, Tombstone};
use model::{HearingId, ParticipantId, Timestamp};
use record::bag::PAGE_FILE;
use record::entry::Entry;
use record::ledger::{LEDGER_FILE, parse};
use record::playable::{Layout, Slice};
use record::recovery::Reader;
use record::seal::{SEAL_FILE, Seal};
use record::verify::{Liveness, verify};

use crate::RecorderFault;
use crate::folder::{FolderFiles, doing, hearings, read_ledger};
use crate::package::FolderPackage;
use crate::speech::TurnFolder;
use crate::{erase, part, proof};

/// Hearings whose whole index is kept in memory, the least used goes first: some 20 MB for a long
/// one.
const INDEXES_MAX: usize = 8;
/// The playable file of a live hearing stays as it is while it was read within this time, so that
/// a player's ranges fit together.
const LAYOUT_KEPT: Duration = Duration::from_secs(60);

/// The archive kept in one folder.
#[derive(Debug)]
pub struct ArchiveFolder {
    folder: PathBuf,
    /// The page that checks a package without us; goes into each.
    page: Vec<u8>,
    /// Turns of speech, where somebody listened.
    turns: TurnFolder,
    indexes: Mutex<Cache>,
    outlines: Mutex<Cache>,
}

/// Ledgers as far as they were read, bounded.
#[derive(Debug, Default)]
struct Cache {
    kept: BTreeMap<HearingId, (u64, Arc<Mutex<Known>>)>,
    uses: u64,
}

/// One ledger as far as it was read.
#[derive(Debug, Default)]
struct Known {
    reader: Reader,
    read: u64,
    /// Device and inode of the ledger file.
    file: Option<(u64, u64)>,
    layouts: BTreeMap<(ParticipantId, bool), (Arc<Layout>, Instant)>,
}

impl ArchiveFolder {
    /// Puts a page into each package that checks one without server or network.
    #[must_use]
    pub fn with_page(self, page: Vec<u8>) -> Self {
        Self { page, ..self }
    }

    /// Shows who spoke when as it was heard, where it was.
    #[must_use]
    pub fn with_turns(self, turns: TurnFolder) -> Self {
        Self { turns, ..self }
    }

    /// Opens the door to the archive in `folder`; nothing is read yet.
    pub fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            page: Vec::new(),
            turns: TurnFolder::default(),
            indexes: Mutex::default(),
            outlines: Mutex::default(),
        }
    }

    fn hearing_folder(&self, hearing: HearingId) -> PathBuf {
        self.folder.join(hearing.to_string())
    }

    /// The ledger of a hearing, read on to its present end.
    fn known(&self, hearing: HearingId, whole: bool) -> Result<Arc<Mutex<Known>>, ArchiveFault> {
        let (cache, max) =
            if whole { (&self.indexes, INDEXES_MAX) } else { (&self.outlines, HEARINGS_MAX) };
        let known = {
            let mut cache = locked(cache);
            cache.uses += 1;
            let uses = cache.uses;
            let kept = cache.kept.entry(hearing).or_default();
            kept.0 = uses;
            let known = Arc::clone(&kept.1);
            if cache.kept.len() > max {
                let oldest = cache.kept.iter().min_by_key(|(_, (used, _))| *used);
                let oldest = oldest.map(|(hearing, _)| *hearing);
                oldest.map(|hearing| cache.kept.remove(&hearing));
            }
            known
        };
        locked(&known).read_on(&self.hearing_folder(hearing), whole)?;
        Ok(known)
    }

    fn layout(
        &self,
        hearing: HearingId,
        who: ParticipantId,
        screen: bool,
    ) -> Result<Arc<Layout>, ArchiveFault> {
        let known = self.known(hearing, true)?;
        let mut known = locked(&known);
        let now = Instant::now();
        let sealed = known.reader.index.sealed;
        if let Some((layout, used)) = known.layouts.get_mut(&(who, screen))
            && (sealed || now.duration_since(*used) < LAYOUT_KEPT)
        {
            *used = now;
            return Ok(Arc::clone(layout));
        }
        let layout = Layout::new(&known.reader.index, who, screen).ok_or(ArchiveFault::NotFound)?;
        let layout = Arc::new(layout);
        known.layouts.insert((who, screen), (Arc::clone(&layout), now));
        Ok(layout)
    }

    /// The list's line of a sealed hearing, from the first line of its ledger and the seal.
    fn sealed_line(&self, hearing: HearingId) -> Result<Option<ArchiveLine>, RecorderFault> {
        let folder = self.hearing_folder(hearing);
        let (seal, ledger) = (folder.join(SEAL_FILE), folder.join(LEDGER_FILE));
        let seal = match std::fs::read(&seal) {
            Ok(bytes) => Seal::from_bytes(&bytes),
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => None,
            Err(fault) => return Err(doing("read", &seal)(fault)),
        };
        let Some(seal) = seal else { return Ok(None) };
        let mut first = Vec::new();
        let file = File::open(&ledger).map_err(doing("open", &ledger))?;
        BufReader::new(file)
            .take(LEDGER_LINE_BYTES_MAX as u64)
            .read_until(b'\n', &mut first)
            .map_err(doing("read", &ledger))?;
        let line = parse(first.strip_suffix(b"\n").unwrap_or(&first));
        let Ok(Entry::Opened { hearing, heading, brief, attendees, .. }) =
            line.map(|line| line.entry)
        else {
            return Ok(None);
        };
        let Seal { opened_at, closed_at, bytes, .. } = seal;
        let sealed = true;
        Ok(Some(ArchiveLine {
            hearing,
            heading,
            brief,
            attendees,
            opened_at,
            closed_at,
            sealed,
            bytes,
        }))
    }

    fn line_of(&self, hearing: HearingId) -> Result<Option<ArchiveLine>, ArchiveFault> {
        if let Some(line) = self.sealed_line(hearing)? {
            return Ok(Some(line));
        }
        match self.known(hearing, false) {
            Ok(known) => Ok(locked(&known).reader.index.archive_line()),
            Err(ArchiveFault::NotFound) => Ok(None),
            Err(
                fault @ (ArchiveFault::Disk(_) | ArchiveFault::NotSealed | ArchiveFault::TooLarge),
            ) => Err(fault),
        }
    }
}

impl Known {
    fn read_on(&mut self, folder: &Path, whole: bool) -> Result<(), ArchiveFault> {
        let path = folder.join(LEDGER_FILE);
        let found = match std::fs::metadata(&path) {
            Ok(found) => found,
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => {
                return Err(ArchiveFault::NotFound);
            }
            Err(fault) => return Err(doing("look at", &path)(fault).into()),
        };
        let file = Some((found.dev(), found.ino()));
        // A repaired ledger is shorter than what was read of its torn end.
        let whole_ends = self.reader.ledger.bytes();
        if file != self.file || found.len() < self.read || whole_ends != self.read {
            let reader = if whole { Reader::default() } else { Reader::outline() };
            *self = Self { reader, file, layouts: std::mem::take(&mut self.layouts), read: 0 };
        }
        if let Some(read) = read_ledger(folder, self.read, &mut self.reader)? {
            self.read = read;
        }
        Ok(())
    }
}

impl Archive for ArchiveFolder {
    fn list(&self) -> Result<Vec<ArchiveLine>, ArchiveFault> {
        let mut lines = Vec::new();
        for hearing in hearings(&self.folder)?.into_iter().rev().take(ARCHIVE_LIST_MAX) {
            match self.line_of(hearing)? {
                Some(line) => lines.push(line),
                None => tracing::debug!(hearing = hearing.0, "a folder without a readable ledger"),
            }
        }
        lines.sort_by_key(|line| {
            let when = line.opened_at.unwrap_or(line.heading.scheduled_at);
            std::cmp::Reverse((when, line.hearing))
        });
        Ok(lines)
    }

    fn line(&self, hearing: HearingId) -> Result<ArchiveLine, ArchiveFault> {
        self.line_of(hearing)?.ok_or(ArchiveFault::NotFound)
    }

    fn record(&self, hearing: HearingId) -> Result<ArchiveRecord, ArchiveFault> {
        let known = self.known(hearing, true)?;
        let known = locked(&known);
        let record = known.reader.index.archive_record(&known.reader.ledger);
        let mut record = record.ok_or(ArchiveFault::NotFound)?;
        let turns = self.turns.stretches(hearing);
        if !turns.is_empty() {
            record.voices = turns;
        }
        Ok(record)
    }

    fn proofs(&self, hearing: HearingId) -> Result<Proofs, ArchiveFault> {
        proof::proofs(&self.hearing_folder(hearing))
    }

    fn playable(
        &self,
        hearing: HearingId,
        who: ParticipantId,
        screen: bool,
    ) -> Result<Playable, ArchiveFault> {
        let layout = self.layout(hearing, who, screen)?;
        Ok(Playable { media_type: layout.media_type(), bytes: layout.bytes() })
    }

    fn read(
        &self,
        hearing: HearingId,
        who: ParticipantId,
        screen: bool,
        range: Range<u64>,
    ) -> Result<Vec<u8>, ArchiveFault> {
        let layout = self.layout(hearing, who, screen)?;
        let folder = self.hearing_folder(hearing);
        let range = range.start..range.end.min(range.start.saturating_add(ARCHIVE_READ_MAX));
        let mut bytes = Vec::new();
        let mut open: Option<(String, File)> = None;
        for slice in layout.slices(range) {
            let (name, offset, length) = match slice {
                Slice::Made(made) => {
                    bytes.extend(made);
                    continue;
                }
                Slice::Segment { name, offset, length } => (name, offset, length),
            };
            let path = folder.join(&name);
            if open.as_ref().is_none_or(|(open, _)| *open != name) {
                open = Some((name, File::open(&path).map_err(doing("open", &path))?));
            }
            let Some((_, file)) = &open else { continue };
            let start = bytes.len();
            let length = usize::try_from(length).unwrap_or(0);
            bytes.resize(start + length, 0);
            file.read_exact_at(&mut bytes[start..], offset).map_err(doing("read", &path))?;
        }
        Ok(bytes)
    }

    fn verify(&self, hearing: HearingId) -> Result<Verdict, ArchiveFault> {
        let folder = self.hearing_folder(hearing);
        if !folder.join(LEDGER_FILE).exists() {
            return Err(ArchiveFault::NotFound);
        }
        Ok(verify(&mut FolderFiles::new(folder), Liveness::Growing)?)
    }

    fn hearings(&self) -> Result<Vec<HearingId>, ArchiveFault> {
        Ok(hearings(&self.folder)?)
    }

    fn facts(&self, hearing: HearingId) -> Result<RecordFacts, ArchiveFault> {
        proof::facts(&self.hearing_folder(hearing))
    }

    fn part(&self, order: &PartOrder, into: &Path) -> Result<PartMade, ArchiveFault> {
        part::make(&self.hearing_folder(order.hearing), order, into)
    }

    fn erase(&self, erasure: &Erasure) -> Result<Tombstone, ArchiveFault> {
        let stone = erase::erase(&self.folder, erasure)?;
        self.turns.forget(erasure.hearing);
        for cache in [&self.indexes, &self.outlines] {
            locked(cache).kept.remove(&erasure.hearing);
        }
        Ok(stone)
    }

    fn tombstones(&self) -> Result<Vec<Tombstone>, ArchiveFault> {
        Ok(erase::tombstones(&self.folder)?)
    }

    fn package(
        &self,
        hearing: HearingId,
        packed_at: Timestamp,
        mut beside: Vec<(String, Vec<u8>)>,
    ) -> Result<Arc<dyn Package>, ArchiveFault> {
        let folder = self.hearing_folder(hearing);
        beside.push((PAGE_FILE.to_owned(), self.page.clone()));
        let package = FolderPackage::new(&folder, hearing, beside, packed_at)?;
        Ok(Arc::new(package.ok_or(ArchiveFault::NotFound)?))
    }
}

impl From<RecorderFault> for ArchiveFault {
    fn from(fault: RecorderFault) -> Self {
        Self::Disk(fault.to_string())
    }
}

/// What a panicking reader left behind is read anew at the next use, so poison does not matter.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
