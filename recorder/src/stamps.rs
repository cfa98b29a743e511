//! Time-stamps on disk: which records still need one, the request for it, the answer kept.
//!
//! What is not here: the way to the authority (signaling carries it), and the format
//! (`record::stamp`).

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use model::HearingId;
use model::archive::ArchiveFault;
use model::stamps::{StampRequest, Stamps};
use record::digest::Digests;
use record::seal::SEAL_FILE;
use record::signature::{Algorithm, SIGNATURE_FILE};
use record::stamp::{self, STAMP_FILE};

use crate::disk::{Disk, RealDisk};
use crate::folder::{doing, hearings};

/// The time-stamps of one archive.
#[derive(Clone, Debug)]
pub struct StampDesk {
    archive: PathBuf,
    algorithm: Algorithm,
}

impl StampDesk {
    /// For the archive in a folder; how the court signs says by which digest it asks.
    pub const fn new(archive: PathBuf, algorithm: Algorithm) -> Self {
        Self { archive, algorithm }
    }

    fn seal(&self, hearing: HearingId) -> Result<Digests, ArchiveFault> {
        let path = self.archive.join(hearing.to_string()).join(SEAL_FILE);
        match fs::read(&path) {
            Ok(bytes) => Ok(Digests::of(&bytes)),
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => Err(ArchiveFault::NotFound),
            Err(fault) => Err(doing("read", &path)(fault).into()),
        }
    }
}

impl Stamps for StampDesk {
    fn due(&self) -> Result<Vec<HearingId>, ArchiveFault> {
        let mut due = hearings(&self.archive)?;
        // What an older build sealed has no signature, and is left as it is.
        due.retain(|hearing| {
            let folder = self.archive.join(hearing.to_string());
            let has = |name: &str| folder.join(name).exists();
            has(SEAL_FILE) && has(SIGNATURE_FILE) && !has(STAMP_FILE)
        });
        Ok(due)
    }

    fn request(&self, hearing: HearingId) -> Result<StampRequest, ArchiveFault> {
        let seal = self.seal(hearing)?;
        let mut chance = [0; 8];
        getrandom::fill(&mut chance).map_err(|fault| ArchiveFault::Disk(fault.to_string()))?;
        let bytes = stamp::request(self.algorithm, &seal, chance);
        Ok(StampRequest { hearing, chance, bytes })
    }

    fn keep(
        &self,
        request: &StampRequest,
        answer: &[u8],
    ) -> Result<Result<(), String>, ArchiveFault> {
        let seal = self.seal(request.hearing)?;
        if let Err(fault) = stamp::read(answer, &seal, Some(request.chance)) {
            return Ok(Err(format!("the answer {fault}")));
        }
        let path: &Path = &self.archive.join(request.hearing.to_string()).join(STAMP_FILE);
        RealDisk.place(path, answer).map_err(|fault| doing("write", path)(fault))?;
        Ok(Ok(()))
    }
}
