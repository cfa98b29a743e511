//! The court's key on disk: made at the first start, or given by the operator.
//!
//! What is not here: what is signed and how (`record::signature`).

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use record::signature::{Algorithm, CourtKey};

use crate::RecorderFault;
use crate::disk::{Disk, RealDisk};
use crate::folder::doing;

/// Bytes of a key's file that are read.
const KEY_BYTES_MAX: u64 = 16 * 1024;
/// Tries to make a key of bytes of chance; one in four thousand millions is no SM2 key.
const TRIES: usize = 8;

/// Where the court's key is.
#[derive(Clone, Debug)]
pub struct KeyPlace {
    /// The data folder, in which a key is made when none is given.
    pub data: PathBuf,
    /// The operator's own key: PKCS #8, PEM.
    pub given: Option<PathBuf>,
    /// Which kind is made.
    pub algorithm: Algorithm,
}

impl KeyPlace {
    /// The file of the key, whether it is there or not.
    pub fn path(&self) -> PathBuf {
        let name = match self.algorithm {
            Algorithm::Ed25519 => "record-ed25519.pem",
            Algorithm::Sm2 => "record-sm2.pem",
        };
        self.given.clone().unwrap_or_else(|| self.data.join(name))
    }
}

/// The court's key: the given one, or the one of the data folder, made if there is none.
///
/// # Errors
/// When it cannot be read, or cannot be made; `InvalidData` when the file holds no key of ours.
pub fn court_key(place: &KeyPlace) -> Result<CourtKey, RecorderFault> {
    let path = place.path();
    match read(&path) {
        Err(fault) if fault.kind() == io::ErrorKind::NotFound && place.given.is_none() => {
            let key = make(place.algorithm).map_err(doing("make a key for", &path))?;
            keep(&path, &key).map_err(doing("keep the court's key in", &path))?;
            tracing::warn!(path = %path.display(), "a key of the court was made; keep a copy of it");
            Ok(key)
        }
        read => read.map_err(doing("read the court's key from", &path)),
    }
}

fn read(path: &Path) -> io::Result<CourtKey> {
    let mut text = String::new();
    let file = File::open(path)?;
    if file.metadata()?.permissions().mode() & 0o077 != 0 {
        tracing::warn!(path = %path.display(), "others than its owner may read the court's key");
    }
    file.take(KEY_BYTES_MAX).read_to_string(&mut text)?;
    CourtKey::from_pem(&text).ok_or_else(|| {
        let why = "no Ed25519 or SM2 private key (PKCS #8, PEM)";
        io::Error::new(io::ErrorKind::InvalidData, why)
    })
}

fn make(algorithm: Algorithm) -> io::Result<CourtKey> {
    for _ in 0..TRIES {
        let mut chance = [0; 32];
        getrandom::fill(&mut chance).map_err(io::Error::other)?;
        if let Some(key) = CourtKey::make(algorithm, &chance) {
            return Ok(key);
        }
    }
    Err(io::Error::other("the system's chance is none"))
}

/// Puts the key in place whole, readable by its owner alone, and never over another.
fn keep(path: &Path, key: &CourtKey) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    RealDisk.make_folder(folder)?;
    let new = path.with_extension("new");
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    file.write_all(key.to_pem().reveal().as_bytes())?;
    file.sync_all()?;
    std::fs::hard_link(&new, path)?;
    std::fs::remove_file(&new)?;
    RealDisk.sync_folder(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_read_by_its_owner_alone() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        for algorithm in [Algorithm::Ed25519, Algorithm::Sm2] {
            let place = KeyPlace { data: folder.path().join("data"), given: None, algorithm };
            let key = court_key(&place).expect("made");
            let again = court_key(&place).expect("read");
            assert_eq!(key.public(), again.public());
            assert_eq!(key.public().algorithm(), algorithm);
            let mode = std::fs::metadata(place.path()).expect("it is there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_given_key_that_is_none_is_never_replaced() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let given = folder.path().join("own.pem");
        let algorithm = Algorithm::Ed25519;
        let data = folder.path().to_owned();
        let place = KeyPlace { data, given: Some(given.clone()), algorithm };
        assert!(court_key(&place).is_err(), "it is missing");
        std::fs::write(&given, "not a key").expect("written");
        assert!(court_key(&place).is_err());
        assert_eq!(std::fs::read_to_string(&given).expect("read"), "not a key");
    }
}
