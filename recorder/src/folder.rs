//! A hearing's folder as it is read: names, the ledger in parts, and the files under check.
//!
//! What is not here: writing (`commit`) and repairing (`recover`).

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use model::HearingId;
use record::ledger::LEDGER_FILE;
use record::recovery::Reader;
use record::verify::Files;

use crate::RecorderFault;

/// Bytes read at once.
const READ_BYTES: usize = 1024 * 1024;

/// Names what was being done when the disk said no.
pub(crate) fn doing(doing: &str, path: &Path) -> impl FnOnce(io::Error) -> RecorderFault {
    let doing = format!("{doing} {}", path.display());
    |source| RecorderFault { doing, source }
}

/// A small file, its first `bytes_max` bytes; nothing where there is none.
pub(crate) fn bytes_of(path: &Path, bytes_max: u64) -> Result<Option<Vec<u8>>, RecorderFault> {
    let mut bytes = Vec::new();
    match File::open(path).and_then(|file| file.take(bytes_max).read_to_end(&mut bytes)) {
        Ok(_) => Ok(Some(bytes)),
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(fault) => Err(doing("read", path)(fault)),
    }
}

/// The hearing a folder is named for.
pub(crate) fn hearing_of(folder: &Path) -> Option<HearingId> {
    let name = folder.file_name()?.to_str()?;
    let hearing = HearingId(name.strip_prefix('h')?.parse().ok()?);
    (hearing.to_string() == name).then_some(hearing)
}

/// Folders of hearings in an archive, by rising number.
pub(crate) fn hearings(archive: &Path) -> Result<Vec<HearingId>, RecorderFault> {
    let entries = std::fs::read_dir(archive).map_err(doing("list", archive))?;
    let mut found = Vec::new();
    for entry in entries {
        found.extend(hearing_of(&entry.map_err(doing("list", archive))?.path()));
    }
    found.sort_unstable();
    Ok(found)
}

/// Reads a ledger on from `from`: where it ends now. Nothing when there is no ledger.
pub(crate) fn read_ledger(
    folder: &Path,
    from: u64,
    reader: &mut Reader,
) -> Result<Option<u64>, RecorderFault> {
    let path = folder.join(LEDGER_FILE);
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(fault) => return Err(doing("open", &path)(fault)),
    };
    let mut at = from;
    let mut buffer = vec![0; READ_BYTES];
    loop {
        let count = file.read_at(&mut buffer, at).map_err(doing("read", &path))?;
        if count == 0 {
            return Ok(Some(at));
        }
        reader.push(&buffer[..count]);
        at += count as u64;
    }
}

/// The file that was read last: a check reads one file after the other.
#[derive(Debug, Default)]
pub(crate) struct LastOpen(Option<(String, File)>);

impl LastOpen {
    /// Fills `into` from `offset` of a file in `folder`: how many bytes were there, none when there is
    /// no such file. The name is one that may be followed.
    pub(crate) fn read(
        &mut self,
        folder: &Path,
        name: &str,
        offset: u64,
        into: &mut [u8],
    ) -> Result<Option<usize>, RecorderFault> {
        let path = folder.join(name);
        if self.0.as_ref().is_none_or(|(open, _)| open != name) {
            match File::open(&path) {
                Ok(file) => self.0 = Some((name.to_owned(), file)),
                Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(None),
                Err(fault) => return Err(doing("open", &path)(fault)),
            }
        }
        let Some((_, file)) = &self.0 else { return Ok(None) };
        file.read_at(into, offset).map(Some).map_err(doing("read", &path))
    }
}

/// A folder under check.
#[derive(Debug)]
pub(crate) struct FolderFiles {
    folder: PathBuf,
    open: LastOpen,
}

impl FolderFiles {
    /// The folder at `folder`.
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder, open: LastOpen::default() }
    }
}

impl Files for FolderFiles {
    type Fault = RecorderFault;

    fn names(&mut self) -> Result<Vec<String>, RecorderFault> {
        let entries = std::fs::read_dir(&self.folder).map_err(doing("list", &self.folder))?;
        entries
            .map(|entry| {
                let entry = entry.map_err(doing("list", &self.folder))?;
                Ok(entry.file_name().to_string_lossy().into_owned())
            })
            .collect()
    }

    fn read(
        &mut self,
        name: &str,
        offset: u64,
        into: &mut [u8],
    ) -> Result<Option<usize>, RecorderFault> {
        // A ledger under check may name anything; only names of this folder are followed.
        if name.contains('/') || name == ".." {
            return Ok(None);
        }
        self.open.read(&self.folder, name, offset, into)
    }
}
