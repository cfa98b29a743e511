//! The log of a transcript on disk: one line for each step, each naming the SHA-256 of the line
//! before it, for the server's user alone.
//!
//! What is not here: what a step does.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use model::{HearingId, TranscriptStep};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// Digits a chain begins with.
const NOTHING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Why a log cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum LogFault {
    /// The disk said no.
    #[error("cannot use the log of a transcript: {0}")]
    Disk(#[from] io::Error),
    /// It is not what was written.
    #[error("the log of a transcript was altered in line {0}")]
    Altered(usize),
}

/// One line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Link {
    /// SHA-256 of the line before, without its line feed.
    prev: String,
    step: TranscriptStep,
}

/// A log that is written on.
#[derive(Debug)]
pub(super) struct Log {
    path: PathBuf,
    file: Option<File>,
    head: String,
    /// Bytes known to be on disk.
    whole: u64,
}

impl Log {
    /// Opens the log of a hearing and reads it; a line torn by a crash was never announced, and
    /// is cut off when the next one is written.
    ///
    /// # Errors
    /// When the disk failed, or a line is not what was written.
    pub(super) fn open(
        folder: &Path,
        hearing: HearingId,
    ) -> Result<(Self, Vec<TranscriptStep>), LogFault> {
        let path = folder.join(format!("{hearing}.jsonl"));
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(fault) => return Err(fault.into()),
        };
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let mut log = Self { path, file: None, head: NOTHING.to_owned(), whole: whole as u64 };
        let mut steps = Vec::new();
        let lines = bytes[..whole].split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        for (line, number) in lines.zip(1..) {
            let link: Link = serde_json::from_slice(line).map_err(|_| LogFault::Altered(number))?;
            if link.prev != log.head {
                return Err(LogFault::Altered(number));
            }
            log.head = digest(line);
            steps.push(link.step);
        }
        Ok((log, steps))
    }

    /// Writes steps; they are on disk when this returns.
    ///
    /// # Errors
    /// When the disk failed; what was written of them is cut off by the next writing.
    pub(super) fn append(&mut self, steps: &[TranscriptStep]) -> Result<(), LogFault> {
        let (mut bytes, mut head) = (Vec::new(), self.head.clone());
        for step in steps {
            let link = Link { prev: head, step: step.clone() };
            let line = serde_json::to_vec(&link).map_err(io::Error::other)?;
            head = digest(&line);
            bytes.extend(line);
            bytes.push(b'\n');
        }
        let mut file = match self.file.take() {
            Some(file) => file,
            None => self.begin()?,
        };
        file.write_all(&bytes)?;
        file.sync_data()?;
        self.file = Some(file);
        self.head = head;
        self.whole += bytes.len() as u64;
        Ok(())
    }

    fn begin(&self) -> io::Result<File> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let fresh = !self.path.exists();
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let mut options = OpenOptions::new();
        let file = options.append(true).create(true).mode(0o600).open(&self.path)?;
        file.set_len(self.whole)?;
        if fresh {
            File::open(folder)?.sync_all()?;
        }
        Ok(file)
    }
}

fn digest(line: &[u8]) -> String {
    Sha256::digest(line).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use model::{LineId, ParticipantId, Timestamp, TranscriptOp};

    use super::*;

    const H: HearingId = HearingId(17);

    fn step(n: u64) -> TranscriptStep {
        TranscriptStep {
            n,
            at: Timestamp(1),
            by: Some(ParticipantId(2)),
            desk: "a".into(),
            seq: u32::try_from(n).unwrap(),
            op: TranscriptOp::Accepted { line: LineId("a-1".into()) },
        }
    }

    #[test]
    fn a_torn_end_is_cut_and_an_altered_line_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("h17.jsonl");
        let (mut log, steps) = Log::open(folder.path(), H).unwrap();
        assert!(steps.is_empty());
        log.append(&[step(1), step(2)]).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let mut torn = OpenOptions::new().append(true).open(&path).unwrap();
        torn.write_all(b"{\"prev\":\"00").unwrap();
        let (mut log, steps) = Log::open(folder.path(), H).unwrap();
        assert_eq!(steps.len(), 2);
        log.append(&[step(3)]).unwrap();
        assert_eq!(Log::open(folder.path(), H).unwrap().1.len(), 3);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replacen("\"seq\":2", "\"seq\":7", 1)).unwrap();
        assert!(matches!(Log::open(folder.path(), H), Err(LogFault::Altered(3))));
    }
}
