//! Deleting a record after its time, and what stays of it: a tombstone in `erased/` of the archive.
//!
//! The tombstone is durable before the first file goes, so a record is never gone without a trace;
//! what a crash left half deleted is deleted at the next start.
//!
//! What is not here: whether it may be deleted. That is asked before (room `signaling`).

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use model::HearingId;
use model::archive::ArchiveFault;
use model::recording::{Erasure, Tombstone};
use record::seal::SEAL_FILE;

use crate::RecorderFault;
use crate::folder::{doing, hearing_of};
use crate::proof::facts;

/// The folder of tombstones in the archive.
const ERASED: &str = "erased";
/// Ending of a folder that is on its way out.
const GOING: &str = "going";

fn stone_file(archive: &Path, hearing: HearingId) -> PathBuf {
    archive.join(ERASED).join(format!("{hearing}.json"))
}

/// Writes the tombstone, then deletes the folder.
pub(crate) fn erase(archive: &Path, order: &Erasure) -> Result<Tombstone, ArchiveFault> {
    let hearing = order.hearing;
    let folder = archive.join(hearing.to_string());
    let stone = stone_file(archive, hearing);
    if !folder.exists() {
        return read(&stone)?.ok_or(ArchiveFault::NotFound);
    }
    if !folder.join(SEAL_FILE).exists() {
        return Err(ArchiveFault::NotSealed);
    }
    let facts = facts(&folder)?;
    let mut files = 0;
    for entry in fs::read_dir(&folder).map_err(doing("list", &folder))? {
        entry.map_err(doing("list", &folder))?;
        files += 1;
    }
    let made = Tombstone {
        hearing,
        case_number: facts.line.heading.case_number,
        opened_at: facts.line.opened_at,
        closed_at: facts.line.closed_at,
        bytes: facts.line.bytes,
        files,
        head_sha256: facts.head_sha256,
        head_sm3: facts.head_sm3,
        by: order.by.clone(),
        at: order.at,
        reason: order.reason.clone(),
        kept_until: order.kept_until,
    };
    write(archive, &stone, &made)?;
    let going = stone.with_extension(GOING);
    fs::rename(&folder, &going).map_err(doing("move", &folder))?;
    sync(archive)?;
    fs::remove_dir_all(&going).map_err(doing("delete", &going))?;
    Ok(made)
}

fn write(archive: &Path, stone: &Path, made: &Tombstone) -> Result<(), RecorderFault> {
    let folder = archive.join(ERASED);
    fs::create_dir_all(&folder).map_err(doing("make", &folder))?;
    let text = serde_json::to_vec_pretty(made).map_err(io::Error::other);
    let text = text.map_err(doing("write", stone))?;
    let part = stone.with_extension("part");
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create(true)
        .truncate(true)
        .open(&part)
        .map_err(doing("make", &part))?;
    file.write_all(&text).and_then(|()| file.sync_all()).map_err(doing("write", &part))?;
    fs::rename(&part, stone).map_err(doing("name", stone))?;
    sync(&folder)?;
    sync(archive)
}

fn sync(folder: &Path) -> Result<(), RecorderFault> {
    File::open(folder).and_then(|file| file.sync_all()).map_err(doing("sync", folder))
}

fn read(stone: &Path) -> Result<Option<Tombstone>, RecorderFault> {
    let bytes = match fs::read(stone) {
        Ok(bytes) => bytes,
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(fault) => return Err(doing("read", stone)(fault)),
    };
    let stone_text = serde_json::from_slice(&bytes).map_err(io::Error::other);
    stone_text.map(Some).map_err(doing("read", stone))
}

/// Every tombstone, by rising number.
pub(crate) fn tombstones(archive: &Path) -> Result<Vec<Tombstone>, RecorderFault> {
    let folder = archive.join(ERASED);
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(fault) => return Err(doing("list", &folder)(fault)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(doing("list", &folder))?.path();
        if path.extension().is_some_and(|ending| ending == "json") {
            found.extend(read(&path)?);
        }
    }
    found.sort_by_key(|stone: &Tombstone| stone.hearing);
    Ok(found)
}

/// Goes on with what a crash left half deleted; its tombstone was durable before.
pub(crate) fn finish(archive: &Path) -> Result<(), RecorderFault> {
    let folder = archive.join(ERASED);
    let Ok(entries) = fs::read_dir(&folder) else { return Ok(()) };
    for entry in entries {
        let path = entry.map_err(doing("list", &folder))?.path();
        let is_going = path.extension().is_some_and(|ending| ending == GOING);
        let named = hearing_of(&path.with_extension(""));
        if is_going && named.is_some_and(|hearing| stone_file(archive, hearing).exists()) {
            fs::remove_dir_all(&path).map_err(doing("delete", &path))?;
        }
    }
    Ok(())
}
