//! What the court keeps apart from ledger and archive: its private notes while a sitting lasts, and
//! the record of a deliberation (合议笔录), a chain of its own.
//!
//! One folder for each hearing, `apart/h17/`, that only the server's user may read. Nothing of it is
//! copied, exported or shown with a hearing.
//!
//! What is not here: who may read it (crate `hearing`).

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use model::{CourtNote, DeliberationEntry, HearingId};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// Digits a chain begins with.
const NOTHING: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// A note is no longer than this, a version of the deliberation neither.
const LINE_BYTES_MAX: usize = 256 * 1024;

/// Why something cannot be kept or read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApartFault {
    /// The disk said no.
    #[error("cannot use what is kept apart: {0}")]
    Disk(#[from] io::Error),
    /// The record of a deliberation is not what was written.
    #[error("the record of a deliberation was altered in line {0}")]
    Altered(usize),
}

/// The folder.
#[derive(Clone, Debug)]
pub(crate) struct Apart {
    folder: PathBuf,
}

/// What was kept of one hearing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Kept {
    /// The court's private notes.
    pub(crate) notes: Vec<CourtNote>,
    /// The record of the deliberation.
    pub(crate) deliberation: Vec<DeliberationEntry>,
}

/// One line of the record of a deliberation.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Link {
    /// SHA-256 of the line before, without its line feed.
    prev: String,
    entry: DeliberationEntry,
}

impl Apart {
    pub(crate) fn new(data: &Path) -> Self {
        Self { folder: data.join("apart") }
    }

    fn folder_of(&self, hearing: HearingId) -> PathBuf {
        self.folder.join(hearing.to_string())
    }

    fn notes_file(&self, hearing: HearingId) -> PathBuf {
        self.folder_of(hearing).join("notes.jsonl")
    }

    fn deliberation_file(&self, hearing: HearingId) -> PathBuf {
        self.folder_of(hearing).join("deliberation.jsonl")
    }

    /// Keeps a private note; it is on disk when this returns.
    pub(crate) fn keep_note(&self, hearing: HearingId, note: &CourtNote) -> Result<(), ApartFault> {
        let line = serde_json::to_vec(note).map_err(io::Error::other)?;
        Ok(self.append(hearing, &self.notes_file(hearing), line)?)
    }

    /// Keeps an entry of the record of a deliberation; it is on disk when this returns.
    pub(crate) fn keep_entry(
        &self,
        hearing: HearingId,
        entry: &DeliberationEntry,
    ) -> Result<(), ApartFault> {
        let file = self.deliberation_file(hearing);
        let (_, prev) = chain(&whole_lines(&file)?)?;
        let link = Link { prev, entry: entry.clone() };
        let line = serde_json::to_vec(&link).map_err(io::Error::other)?;
        Ok(self.append(hearing, &file, line)?)
    }

    fn append(&self, hearing: HearingId, file: &Path, mut line: Vec<u8>) -> io::Result<()> {
        if line.len() >= LINE_BYTES_MAX {
            return Err(io::Error::other("too long a line"));
        }
        let folder = self.folder_of(hearing);
        let fresh = !file.exists();
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        let mut options = OpenOptions::new();
        let mut open = options.append(true).create(true).mode(0o600).open(file)?;
        // A line torn by a crash was never announced; the next one begins behind what is whole.
        open.set_len(whole_bytes(&fs::read(file)?) as u64)?;
        line.push(b'\n');
        open.write_all(&line)?;
        open.sync_all()?;
        if fresh {
            for folder in [folder.as_path(), self.folder.as_path()] {
                fs::File::open(folder)?.sync_all()?;
            }
        }
        Ok(())
    }

    /// What is kept of a hearing; a note that cannot be read is left out.
    pub(crate) fn read(&self, hearing: HearingId) -> Result<Kept, ApartFault> {
        let notes = whole_lines(&self.notes_file(hearing))?;
        let notes = notes.iter().filter_map(|line| serde_json::from_slice(line).ok());
        Ok(Kept { notes: notes.collect(), deliberation: self.deliberation(hearing)?.0 })
    }

    /// The record of a deliberation, and the digest of its last line.
    pub(crate) fn deliberation(
        &self,
        hearing: HearingId,
    ) -> Result<(Vec<DeliberationEntry>, String), ApartFault> {
        chain(&whole_lines(&self.deliberation_file(hearing))?)
    }

    /// Deletes the private notes of a sitting that is over.
    pub(crate) fn forget_notes(&self, hearing: HearingId) -> io::Result<()> {
        match fs::remove_file(self.notes_file(hearing)) {
            Err(fault) if fault.kind() != io::ErrorKind::NotFound => Err(fault),
            Ok(()) | Err(_) => {
                // The folder goes too unless a deliberation is kept there.
                if let Err(fault) = fs::remove_dir(self.folder_of(hearing)) {
                    tracing::debug!(%hearing, %fault, "what is kept apart stays");
                }
                Ok(())
            }
        }
    }

    /// Deletes all that is kept apart of a hearing, when its record was deleted after its time.
    pub(crate) fn forget(&self, hearing: HearingId) -> io::Result<()> {
        match fs::remove_dir_all(self.folder_of(hearing)) {
            Err(fault) if fault.kind() != io::ErrorKind::NotFound => Err(fault),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Hearings of which private notes are kept.
    pub(crate) fn with_notes(&self) -> Vec<HearingId> {
        let Ok(entries) = fs::read_dir(&self.folder) else { return Vec::new() };
        let named = |entry: io::Result<fs::DirEntry>| {
            let name = entry.ok()?.file_name().into_string().ok()?;
            name.strip_prefix('h')?.parse().ok().map(HearingId)
        };
        let hearings = entries.filter_map(named);
        hearings.filter(|hearing| self.notes_file(*hearing).exists()).collect()
    }
}

/// How many bytes whole lines take.
fn whole_bytes(bytes: &[u8]) -> usize {
    bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1)
}

fn whole_lines(file: &Path) -> io::Result<Vec<Vec<u8>>> {
    let bytes = match fs::read(file) {
        Ok(bytes) => bytes,
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(fault) => return Err(fault),
    };
    let whole = &bytes[..whole_bytes(&bytes)];
    Ok(whole.split(|byte| *byte == b'\n').filter(|l| !l.is_empty()).map(<[u8]>::to_vec).collect())
}

/// Reads a chain, and tells the digest the next line must name.
fn chain(lines: &[Vec<u8>]) -> Result<(Vec<DeliberationEntry>, String), ApartFault> {
    let (mut entries, mut head) = (Vec::new(), NOTHING.to_owned());
    for (line, number) in lines.iter().zip(1..) {
        let link: Link = serde_json::from_slice(line).map_err(|_| ApartFault::Altered(number))?;
        if link.prev != head {
            return Err(ApartFault::Altered(number));
        }
        entries.push(link.entry);
        head = Sha256::digest(line).iter().map(|byte| format!("{byte:02x}")).collect();
    }
    Ok((entries, head))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use model::{DeliberationAct, ParticipantId, Timestamp};

    use super::*;

    const H: HearingId = HearingId(17);

    fn note(text: &str) -> CourtNote {
        CourtNote { from: ParticipantId(1), at: Timestamp(5), text: text.into() }
    }

    fn entry(base: u32) -> DeliberationEntry {
        let act = DeliberationAct::Write { base, text: "谈话".into() };
        DeliberationEntry { by: ParticipantId(2), at: Timestamp(6), act }
    }

    #[test]
    fn both_are_kept_for_the_server_alone_and_notes_end_with_the_sitting() {
        let folder = tempfile::tempdir().unwrap();
        let apart = Apart::new(folder.path());
        assert_eq!(apart.read(H).unwrap(), Kept::default());
        for number in 0..3 {
            apart.keep_note(H, &note(&number.to_string())).unwrap();
            apart.keep_entry(H, &entry(number)).unwrap();
        }
        let again = Apart::new(folder.path());
        let kept = again.read(H).unwrap();
        assert_eq!((kept.notes.len(), kept.deliberation.len()), (3, 3));
        assert_eq!(kept.deliberation[2], entry(2));
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&apart.folder_of(H)), 0o700);
        assert_eq!(mode(&apart.deliberation_file(H)), 0o600);
        assert_eq!(again.with_notes(), [H]);
        again.forget_notes(H).unwrap();
        again.forget_notes(H).unwrap();
        assert!(again.with_notes().is_empty());
        let kept = again.read(H).unwrap();
        assert_eq!((kept.notes.len(), kept.deliberation.len()), (0, 3));
        for _ in 0..2 {
            again.forget(H).unwrap();
            assert_eq!(again.read(H).unwrap(), Kept::default());
        }
    }

    #[test]
    fn a_torn_end_is_cut_and_an_altered_line_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let apart = Apart::new(folder.path());
        apart.keep_entry(H, &entry(0)).unwrap();
        apart.keep_entry(H, &entry(1)).unwrap();
        let file = apart.deliberation_file(H);
        let mut torn = OpenOptions::new().append(true).open(&file).unwrap();
        torn.write_all(b"{\"prev\":\"00").unwrap();
        assert_eq!(apart.deliberation(H).unwrap().0.len(), 2);
        apart.keep_entry(H, &entry(2)).unwrap();
        assert_eq!(apart.deliberation(H).unwrap().0.len(), 3);
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, text.replacen("谈话", "谎话", 1)).unwrap();
        assert!(matches!(apart.deliberation(H), Err(ApartFault::Altered(2))));
        assert!(apart.keep_entry(H, &entry(3)).is_err(), "nothing is added to what was altered");
    }
}
