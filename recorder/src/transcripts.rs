//! The shelf of transcripts: frozen versions and the acts of their review in the hearing's folder.
//!
//! What is not here: what may be frozen and who signs; signaling asks in whose name.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use model::archive::ArchiveFault;
use model::limits::TRANSCRIPT_VERSIONS_MAX;
use model::recording::Said;
use model::review::{
    CertificateFault, CertificateOf, SignatureFile, TranscriptShelf, VersionDigests,
};
use model::{ActEntry, HearingId, ParticipantId, Private, Timestamp};
use record::certificate::{self, Anchors};
use record::digest::Digests;
use record::ledger::{LEDGER_FILE, Lines};
use record::signature::CourtKey;
use record::transcript::{ACTS_FILE, Acts, is_sign_file, part_file, sign_file, version_file};

use crate::confirmations::append;
use crate::disk::{Disk, RealDisk};
use crate::folder::{bytes_of, doing};

/// Bytes of one file that are read: far above what the limits allow to be written.
const BYTES_MAX: u64 = 128 * 1024 * 1024;

/// The shelf in the archive.
#[derive(Debug)]
pub struct Transcripts {
    archive: PathBuf,
    key: CourtKey,
    /// Who may stand behind a certificate.
    anchors: Anchors,
    /// One act at a time: each is a line that follows the one before it.
    writing: Mutex<()>,
}

/// The acts as far as they are whole.
struct Found {
    chain: Acts,
    entries: Vec<ActEntry>,
    whole: u64,
}

impl Transcripts {
    /// The shelf in an archive's folder; acts are signed with the court's key, and certificates
    /// need one of these authorities behind them.
    pub const fn new(archive: PathBuf, key: CourtKey, anchors: Anchors) -> Self {
        Self { archive, key, anchors, writing: Mutex::new(()) }
    }

    fn folder(&self, hearing: HearingId) -> PathBuf {
        self.archive.join(hearing.to_string())
    }

    /// Puts a file beside the ledger.
    fn place(
        &self,
        hearing: HearingId,
        name: &str,
        bytes: &[u8],
    ) -> Result<VersionDigests, ArchiveFault> {
        let folder = self.folder(hearing);
        if !folder.join(LEDGER_FILE).exists() {
            return Err(ArchiveFault::NotFound);
        }
        let path = folder.join(name);
        let placed = RealDisk.place(&path, bytes).and_then(|()| RealDisk.sync_folder(&folder));
        placed.map_err(|fault| ArchiveFault::from(doing("write", &path)(fault)))?;
        let Digests { sha256, sm3 } = Digests::of(bytes);
        Ok(VersionDigests { sha256: sha256.to_string(), sm3: sm3.to_string() })
    }

    fn read(&self, hearing: HearingId) -> Result<Found, ArchiveFault> {
        let path = self.folder(hearing).join(ACTS_FILE);
        let mut found = Found { chain: Acts::new(hearing), entries: Vec::new(), whole: 0 };
        let mut lines = Lines::default();
        lines.push(&bytes_of(&path, BYTES_MAX)?.unwrap_or_default());
        while let Some(line) = lines.next_line() {
            let read = found.chain.read(line).map_err(|fault| {
                let n = found.chain.len();
                ArchiveFault::Disk(format!("{}: line {n} {fault}", path.display()))
            })?;
            found.whole += line.len() as u64 + 1;
            found.entries.push(read.entry);
        }
        Ok(found)
    }
}

impl TranscriptShelf for Transcripts {
    fn acts(&self, hearing: HearingId) -> Result<Vec<ActEntry>, ArchiveFault> {
        self.read(hearing).map(|found| found.entries)
    }

    fn put(
        &self,
        hearing: HearingId,
        version: u32,
        text: &[u8],
    ) -> Result<VersionDigests, ArchiveFault> {
        self.place(hearing, &version_file(version), text)
    }

    fn put_part(
        &self,
        hearing: HearingId,
        (version, who): (u32, ParticipantId),
        text: &[u8],
    ) -> Result<VersionDigests, ArchiveFault> {
        self.place(hearing, &part_file(version, who), text)
    }

    fn put_file(
        &self,
        hearing: HearingId,
        (act, ending): (u64, &str),
        bytes: &[u8],
    ) -> Result<SignatureFile, ArchiveFault> {
        let name = sign_file(act, ending).ok_or(ArchiveFault::NotFound)?;
        let VersionDigests { sha256, sm3 } = self.place(hearing, &name, bytes)?;
        Ok(SignatureFile { name, bytes: bytes.len() as u64, sha256, sm3 })
    }

    fn file(&self, hearing: HearingId, name: &str) -> Result<Vec<u8>, ArchiveFault> {
        if !is_sign_file(name) {
            return Err(ArchiveFault::NotFound);
        }
        bytes_of(&self.folder(hearing).join(name), BYTES_MAX)?.ok_or(ArchiveFault::NotFound)
    }

    fn part(
        &self,
        hearing: HearingId,
        version: u32,
        who: ParticipantId,
    ) -> Result<Vec<u8>, ArchiveFault> {
        let path = self.folder(hearing).join(part_file(version, who));
        bytes_of(&path, BYTES_MAX)?.ok_or(ArchiveFault::NotFound)
    }

    fn certificate(
        &self,
        signature: &[u8],
        text: &[u8],
        now: Timestamp,
    ) -> Result<CertificateOf, CertificateFault> {
        if self.anchors.is_empty() {
            return Err(CertificateFault::Unused);
        }
        certificate::check(signature, text, &self.anchors, now)
    }

    fn get(&self, hearing: HearingId, version: u32) -> Result<Vec<u8>, ArchiveFault> {
        let path = self.folder(hearing).join(version_file(version));
        bytes_of(&path, BYTES_MAX)?.ok_or(ArchiveFault::NotFound)
    }

    fn append(&self, hearing: HearingId, acts: &[ActEntry]) -> Result<(), ArchiveFault> {
        let _one = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let path = self.folder(hearing).join(ACTS_FILE);
        let mut found = self.read(hearing)?;
        let mut bytes = Vec::new();
        for entry in acts {
            if entry.n != found.chain.len() {
                return Err(ArchiveFault::Disk(format!(
                    "{}: act {} does not follow {}",
                    path.display(),
                    entry.n,
                    found.chain.len()
                )));
            }
            bytes.extend(found.chain.append(&self.key, entry.clone()));
        }
        append(&path, found.whole, &bytes)
            .map_err(|fault| ArchiveFault::from(doing("write to", &path)(fault)))
    }
}

/// A frozen line, as far as it is searched for.
#[derive(serde::Deserialize)]
struct FrozenLine {
    at: Timestamp,
    heard: Option<(u64, u64)>,
    label: Private<String>,
    text: Private<String>,
}

#[derive(serde::Deserialize)]
struct FrozenText {
    lines: Vec<FrozenLine>,
}

/// The lines of the newest frozen version in a folder; none where there is none that can be read,
/// which the verification tells.
pub(crate) fn said(folder: &Path) -> Result<Vec<Said>, ArchiveFault> {
    let newest =
        (1..=TRANSCRIPT_VERSIONS_MAX).take_while(|v| folder.join(version_file(*v)).exists());
    let Some(version) = newest.last() else { return Ok(Vec::new()) };
    let bytes = bytes_of(&folder.join(version_file(version)), BYTES_MAX)?.unwrap_or_default();
    let Ok(text) = serde_json::from_slice::<FrozenText>(&bytes) else { return Ok(Vec::new()) };
    let said = |line: FrozenLine| {
        let (label, text) = (line.label.reveal(), line.text.reveal());
        let colon = if label.is_empty() { "" } else { "：" };
        let words = Private::new(format!("{label}{colon}{text}"));
        Said { at: line.at, from_ms: line.heard.map(|(from, _)| from), words }
    };
    Ok(text.lines.into_iter().map(said).collect())
}

#[cfg(test)]
mod tests {
    use model::{ParticipantId, Role, TranscriptAct};
    use record::signature::Algorithm;

    use super::*;

    const H: HearingId = HearingId(4);

    fn act(n: u64) -> ActEntry {
        let act = TranscriptAct::Reopened { reason: "补记".into() };
        ActEntry { n, at: Timestamp(5), by: ParticipantId(2), role: Role::Clerk, act }
    }

    #[test]
    fn a_version_and_its_acts_stand_and_an_altered_line_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let key = CourtKey::make(Algorithm::Ed25519, &[7; 32]).unwrap();
        let shelf = Transcripts::new(folder.path().to_owned(), key, Anchors::default());
        assert_eq!(shelf.put(H, 1, b"{}"), Err(ArchiveFault::NotFound), "no ledger yet");
        let home = folder.path().join("h4");
        std::fs::create_dir(&home).unwrap();
        std::fs::write(home.join(LEDGER_FILE), b"").unwrap();
        let digests = shelf.put(H, 1, b"{}").unwrap();
        assert_eq!(digests.sha256, Digests::of(b"{}").sha256.to_string());
        let file = shelf.put_file(H, (0, "jpg"), b"a page").unwrap();
        assert_eq!((file.name.as_str(), file.bytes), ("transcript-sign-0.jpg", 6));
        assert_eq!(shelf.file(H, &file.name).unwrap(), b"a page");
        assert_eq!(shelf.file(H, "../h4/ledger.jsonl"), Err(ArchiveFault::NotFound));
        shelf.put_part(H, (1, ParticipantId(9)), b"{}").unwrap();
        assert_eq!(shelf.part(H, 1, ParticipantId(9)).unwrap(), b"{}");
        shelf.append(H, &[act(0), act(1)]).unwrap();
        assert!(shelf.append(H, &[act(1)]).is_err(), "it is there");
        assert_eq!(shelf.acts(H).unwrap(), [act(0), act(1)]);
        assert_eq!(shelf.get(H, 1).unwrap(), b"{}");
        let path = home.join(ACTS_FILE);
        // A torn end was never announced; what is whole counts.
        let mut bytes = std::fs::read(&path).unwrap();
        bytes.extend_from_slice(b"{\"entry\":");
        std::fs::write(&path, &bytes).unwrap();
        shelf.append(H, &[act(2)]).unwrap();
        assert_eq!(shelf.acts(H).unwrap().len(), 3);
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replacen("补记", "不记", 1)).unwrap();
        assert!(shelf.acts(H).is_err());
    }
}
