//! Repairs a hearing that was not sealed: cuts what no entry attests, keeps it beside, and writes
//! down that it did.
//!
//! What is not here: what is torn and how far a ledger is whole (`record::recovery`).

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;

use model::Timestamp;
use model::limits::RECORD_LOSS_MAX;
use record::digest::{Digester, Digests};
use record::entry::{Entry, Torn};
use record::ledger::LEDGER_FILE;
use record::recovery::{Reader, SegmentCheck, Shape};
use record::seal::SEAL_FILE;
use record::signature::CourtKey;

use crate::RecorderFault;
use crate::commit::place_signed;
use crate::disk::{Disk, RealDisk};
use crate::folder::{doing, read_ledger};

/// Bytes read at once.
const READ_BYTES: usize = 1024 * 1024;

/// What a folder turned out to be.
#[derive(Debug)]
pub(crate) enum Found {
    /// No ledger, or one whose first entry was never whole: nothing was ever confirmed.
    Nothing,
    /// A sealed ledger.
    Sealed,
    /// A ledger that is not what was written, in its middle. Untouched.
    Damaged,
    /// A ledger that can go on, repaired if it had to be; with the last moment it knew before.
    Open(Box<Reader>, Timestamp),
}

/// One segment that was not complete.
struct OpenSegment {
    name: String,
    length: u64,
    pieces: u64,
    digests: Digests,
    whole: bool,
}

/// Looks at a hearing's folder and repairs it; a seal that was still to come is signed.
pub(crate) fn recover_hearing(
    folder: &Path,
    now: Timestamp,
    key: Option<&CourtKey>,
) -> Result<Found, RecorderFault> {
    let mut reader = Reader::default();
    let end = read_ledger(folder, 0, &mut reader)?;
    let shape = reader.shape();
    if shape == Shape::Damaged {
        return Ok(Found::Damaged);
    }
    let Some(end) = end.filter(|_| reader.ledger.entries() > 0) else {
        // Media whose ledger is gone is evidence still: it must not be written over.
        return Ok(if is_bare(folder)? { Found::Nothing } else { Found::Damaged });
    };
    if reader.index.sealed {
        place_missing_seal(folder, &reader, key)?;
        return Ok(Found::Sealed);
    }
    let last = reader.index.last;
    let n = reader.ledger.entries();
    let mut torn = Vec::new();
    if let Shape::Torn { at } = shape {
        torn.push(keep_end(folder, LEDGER_FILE, at, end, n)?);
    }
    let mut segments = Vec::new();
    for (name, pieces) in &reader.open {
        segments.push(check_segment(folder, name, pieces, n, &mut torn)?);
    }
    keep_unknown(folder, &reader, n, &mut torn)?;
    if torn.is_empty() && segments.is_empty() && reader.index.rolling_since.is_none() {
        return Ok(Found::Open(Box::new(reader), last));
    }
    let damaged = segments.iter().filter(|open| !open.whole).map(|open| open.name.clone());
    // What waited for a missing packet or for the next commit was older than the last line.
    let waiting = match reader.index.rolling_since {
        Some(_) => i64::try_from(RECORD_LOSS_MAX.as_millis()).unwrap_or(i64::MAX),
        None => 0,
    };
    let from = Timestamp(last.0.saturating_sub(waiting));
    let mut entries = vec![Entry::Recovered { from, to: now, torn, damaged: damaged.collect() }];
    entries.extend(segments.into_iter().filter(|open| open.whole).map(|open| {
        let OpenSegment { name, length, pieces, digests, .. } = open;
        Entry::SegmentSealed { segment: name, length, pieces, digests }
    }));
    append(folder, &mut reader, now, entries)?;
    Ok(Found::Open(Box::new(reader), last))
}

/// Whether there is nothing in the folder but perhaps a ledger.
fn is_bare(folder: &Path) -> Result<bool, RecorderFault> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(true),
        Err(fault) => return Err(doing("list", folder)(fault)),
    };
    for entry in entries {
        if entry.map_err(doing("list", folder))?.file_name() != LEDGER_FILE {
            return Ok(false);
        }
    }
    Ok(true)
}

fn place_missing_seal(
    folder: &Path,
    reader: &Reader,
    key: Option<&CourtKey>,
) -> Result<(), RecorderFault> {
    let path = folder.join(SEAL_FILE);
    if path.exists() {
        return Ok(());
    }
    let Some(seal) = reader.maker.seal(&reader.ledger) else { return Ok(()) };
    place_signed(&RealDisk, folder, key, &seal.to_bytes()).map_err(doing("write", &path))
}

/// Appends entries where the whole part of the ledger ends.
fn append(
    folder: &Path,
    reader: &mut Reader,
    now: Timestamp,
    entries: Vec<Entry>,
) -> Result<(), RecorderFault> {
    let path = folder.join(LEDGER_FILE);
    let mut ledger = reader.ledger.clone();
    let mut lines = Vec::new();
    for entry in entries {
        ledger.append(now, entry, &mut lines);
    }
    let at = reader.ledger.bytes();
    let write = || -> io::Result<()> {
        let file = OpenOptions::new().write(true).open(&path)?;
        file.set_len(at)?;
        file.write_all_at(&lines, at)?;
        file.sync_all()
    };
    write().map_err(doing("repair", &path))?;
    reader.cut();
    reader.push(&lines);
    Ok(())
}

/// Copies the end of a file to one of its own, for keeps.
fn keep_end(folder: &Path, name: &str, from: u64, to: u64, n: u64) -> Result<Torn, RecorderFault> {
    let kept_as = format!("{name}.{n}.torn");
    let path = folder.join(&kept_as);
    let copy = || -> io::Result<Digests> {
        let source = File::open(folder.join(name))?;
        let mut target = File::create(&path)?;
        let mut digester = Digester::default();
        let mut buffer = vec![0; READ_BYTES];
        let mut at = from;
        while at < to {
            let want = usize::try_from(to - at).unwrap_or(READ_BYTES).min(READ_BYTES);
            source.read_exact_at(&mut buffer[..want], at)?;
            target.write_all(&buffer[..want])?;
            digester.update(&buffer[..want]);
            at += want as u64;
        }
        target.sync_all()?;
        RealDisk.sync_folder(folder)?;
        Ok(digester.finish())
    };
    let digests = copy().map_err(doing("keep the end of", &path))?;
    Ok(Torn { file: name.to_owned(), kept_as, length: to - from, digests })
}

/// Reads the attested bytes of a segment, keeps what stands behind them and cuts it off.
fn check_segment(
    folder: &Path,
    name: &str,
    pieces: &[(u64, u64, Digests)],
    n: u64,
    torn: &mut Vec<Torn>,
) -> Result<OpenSegment, RecorderFault> {
    let path = folder.join(name);
    let count = pieces.len() as u64 - 1;
    let mut check = SegmentCheck::new(pieces);
    let attested = check.attested();
    let file = match OpenOptions::new().read(true).write(true).open(&path) {
        Ok(file) => file,
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => {
            let (digests, _) = check.finish();
            let name = name.to_owned();
            return Ok(OpenSegment { name, length: 0, pieces: count, digests, whole: false });
        }
        Err(fault) => return Err(doing("open", &path)(fault)),
    };
    let mut read = || -> io::Result<u64> {
        let mut buffer = vec![0; READ_BYTES];
        let mut at = 0;
        while check.wants() > 0 {
            let want = usize::try_from(check.wants()).unwrap_or(READ_BYTES).min(READ_BYTES);
            let got = file.read_at(&mut buffer[..want], at)?;
            if got == 0 {
                break;
            }
            check.push(&buffer[..got]);
            at += got as u64;
        }
        Ok(file.metadata()?.len())
    };
    let length = read().map_err(doing("read", &path))?;
    if length > attested {
        torn.push(keep_end(folder, name, attested, length, n)?);
        file.set_len(attested).and_then(|()| file.sync_all()).map_err(doing("cut", &path))?;
    }
    let (digests, whole) = check.finish();
    let name = name.to_owned();
    Ok(OpenSegment { name, length: attested, pieces: count, digests, whole })
}

/// Files that no entry names, because the crash came before it was written: renamed and named.
fn keep_unknown(
    folder: &Path,
    reader: &Reader,
    n: u64,
    torn: &mut Vec<Torn>,
) -> Result<(), RecorderFault> {
    let mut known: BTreeSet<&str> = [LEDGER_FILE, SEAL_FILE].into();
    known.extend(reader.index.segments.iter().map(|segment| segment.name.as_str()));
    known.extend(reader.torn.iter().map(String::as_str));
    let now: BTreeSet<String> = torn.iter().map(|torn| torn.kept_as.clone()).collect();
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(doing("list", folder))? {
        let entry = entry.map_err(doing("list", folder))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let length = entry.metadata().map_err(doing("look at", &entry.path()))?.len();
        if !known.contains(name.as_str()) && !now.contains(&name) {
            names.push((name, length));
        }
    }
    names.sort();
    for (name, length) in names {
        torn.push(keep_end(folder, &name, 0, length, n)?);
        let path = folder.join(&name);
        std::fs::remove_file(&path).map_err(doing("set aside", &path))?;
    }
    RealDisk.sync_folder(folder).map_err(doing("sync", folder))
}
