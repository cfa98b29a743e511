//! Check values on disk: what a sealed record's is, who confirmed it, and one more confirmation.
//!
//! What is not here: who may confirm; signaling asks in whose name.

use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use model::archive::ArchiveFault;
use model::check_value::{CheckState, CheckValues, Confirmed};
use model::limits::PARTICIPANTS_MAX;
use model::{HearingId, ParticipantId, Private, Role, Timestamp};
use record::confirmation::{CONFIRMATIONS_FILE, Confirmations};
use record::digest::Digests;
use record::ledger::Lines;
use record::seal::SEAL_FILE;
use record::signature::{CourtKey, SIGNATURE_FILE, SealSignature};

use crate::disk::{Disk, RealDisk};
use crate::folder::{bytes_of, doing};

/// Bytes of one file that are read: far above what the limits allow to be written.
const BYTES_MAX: u64 = 16 * 1024 * 1024;

/// The desk at which check values are confirmed.
#[derive(Debug)]
pub struct ConfirmationDesk {
    archive: PathBuf,
    key: CourtKey,
    /// One confirmation at a time: each is a line that follows the one before it.
    writing: Mutex<()>,
}

impl ConfirmationDesk {
    /// A desk for the archive in a folder; confirmations are signed with the court's key.
    pub const fn new(archive: PathBuf, key: CourtKey) -> Self {
        Self { archive, key, writing: Mutex::new(()) }
    }

    fn read(&self, hearing: HearingId) -> Result<(CheckState, Chain), ArchiveFault> {
        let folder = self.archive.join(hearing.to_string());
        let seal = bytes_of(&folder.join(SEAL_FILE), BYTES_MAX)?.ok_or(ArchiveFault::NotFound)?;
        let value = Digests::of(&seal);
        let signature = bytes_of(&folder.join(SIGNATURE_FILE), BYTES_MAX)?;
        let signature = signature.and_then(|bytes| SealSignature::from_bytes(&bytes));
        let path = folder.join(CONFIRMATIONS_FILE);
        let mut chain = Chain { lines: Confirmations::new(value), whole: 0, broken: false, path };
        let mut confirmed = Vec::new();
        let mut lines = Lines::default();
        lines.push(&bytes_of(&chain.path, BYTES_MAX)?.unwrap_or_default());
        while let Some(line) = lines.next_line() {
            match chain.lines.read(line) {
                Ok(read) if !chain.broken => {
                    chain.whole += line.len() as u64 + 1;
                    let said = read.confirmation;
                    confirmed.push(Confirmed { who: said.who, at: said.at });
                }
                Ok(_) | Err(_) => chain.broken = true,
            }
        }
        let state = CheckState {
            sha256: value.sha256.to_string(),
            sm3: value.sm3.to_string(),
            fingerprint: signature
                .filter(|signature| signature.by.verifies(&seal))
                .map(|signature| signature.by.fingerprint.to_string()),
            confirmed,
        };
        Ok((state, chain))
    }
}

/// The file as far as it is whole.
struct Chain {
    lines: Confirmations,
    whole: u64,
    /// A whole line does not follow: nothing is added to what was altered.
    broken: bool,
    path: PathBuf,
}

impl CheckValues for ConfirmationDesk {
    fn state(&self, hearing: HearingId) -> Result<CheckState, ArchiveFault> {
        self.read(hearing).map(|(state, _)| state)
    }

    fn confirm(
        &self,
        hearing: HearingId,
        value: &str,
        (who, role, name): (ParticipantId, Role, Private<String>),
        at: Timestamp,
    ) -> Result<Option<CheckState>, ArchiveFault> {
        let _one = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut state, mut chain) = self.read(hearing)?;
        if state.sha256 != value {
            return Ok(None);
        }
        if state.confirmed.iter().any(|confirmed| confirmed.who == who) {
            return Ok(Some(state));
        }
        if chain.broken || state.confirmed.len() >= PARTICIPANTS_MAX {
            let what = format!("{} cannot be added to", chain.path.display());
            return Err(ArchiveFault::Disk(what));
        }
        let (_, line) = chain.lines.append(&self.key, at, (who, role, name));
        append(&chain.path, chain.whole, &line)
            .map_err(|fault| ArchiveFault::from(doing("write to", &chain.path)(fault)))?;
        state.confirmed.push(Confirmed { who, at });
        Ok(Some(state))
    }
}

/// Writes where the last whole line ends, over what a crash may have left unfinished behind it.
pub(crate) fn append(path: &Path, at: u64, line: &[u8]) -> io::Result<()> {
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
    file.set_len(at)?;
    file.write_all_at(line, at)?;
    file.sync_all()?;
    match path.parent() {
        Some(folder) if at == 0 => RealDisk.sync_folder(folder),
        Some(_) | None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use record::signature::Algorithm;

    use super::*;

    const H: HearingId = HearingId(4);

    fn person(number: u32) -> (ParticipantId, Role, Private<String>) {
        (ParticipantId(number), Role::Plaintiff, Private::from("张三"))
    }

    fn desk(folder: &Path) -> ConfirmationDesk {
        std::fs::create_dir_all(folder.join("h4")).expect("made");
        let key = CourtKey::make(Algorithm::Sm2, &[5; 32]).expect("a key");
        ConfirmationDesk::new(folder.to_owned(), key)
    }

    #[test]
    fn without_a_seal_there_is_no_value() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        assert_eq!(desk(folder.path()).state(H), Err(ArchiveFault::NotFound));
    }

    #[test]
    fn a_value_is_confirmed_once_by_each_and_only_the_right_one() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let desk = desk(folder.path());
        std::fs::write(folder.path().join("h4/seal.json"), b"sealed").expect("written");
        let value = Digests::of(b"sealed").sha256.to_string();
        let at = Timestamp(9);
        assert_eq!(desk.confirm(H, &"0".repeat(64), person(1), at), Ok(None));
        for who in [1, 2, 1] {
            let state = desk.confirm(H, &value, person(who), at).expect("written");
            assert!(state.expect("right").confirmed.iter().any(|c| c.who == ParticipantId(who)));
        }
        // What a crash left behind the last line goes; what was altered stays and takes no more.
        let path = folder.path().join("h4/confirmations.jsonl");
        let whole = std::fs::read(&path).expect("read");
        std::fs::write(&path, [&whole[..], b"{\"confirm"].concat()).expect("written");
        assert_eq!(desk.state(H).expect("read").confirmed.len(), 2);
        assert!(desk.confirm(H, &value, person(3), at).expect("written").is_some());
        let mut altered = std::fs::read(&path).expect("read");
        assert_eq!(altered.iter().filter(|&&byte| byte == b'\n').count(), 3);
        altered[20] ^= 1;
        std::fs::write(&path, &altered).expect("written");
        assert!(desk.confirm(H, &value, person(4), at).is_err());
        assert_eq!(std::fs::read(&path).expect("read"), altered);
    }
}
