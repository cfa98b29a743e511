//! The disk as the recorder needs it: a trait, because tests need a disk that fails, and the real
//! one.
//!
//! What is not here: what is written. All calls block; nothing here runs on the event loop.

use std::fmt::Debug;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::sync::Arc;

/// How the name of a small file ends while it is being put in place.
pub(crate) const PLACING: &str = ".draft";

/// Where files are made.
pub trait Disk: Debug + Send + Sync {
    /// Makes a folder with those above it, and makes that last.
    ///
    /// # Errors
    /// What the system answers.
    fn make_folder(&self, path: &Path) -> io::Result<()>;

    /// Makes an empty file, or empties the one of that name.
    ///
    /// # Errors
    /// What the system answers.
    fn create(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>>;

    /// Opens a file that is there, to go on writing.
    ///
    /// # Errors
    /// What the system answers.
    fn open(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>>;

    /// Puts a small file in place whole, or not at all.
    ///
    /// # Errors
    /// What the system answers.
    fn place(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;

    /// Makes last which files are in a folder.
    ///
    /// # Errors
    /// What the system answers.
    fn sync_folder(&self, path: &Path) -> io::Result<()>;

    /// Free bytes for us where `path` is.
    ///
    /// # Errors
    /// What the system answers.
    fn free_bytes(&self, path: &Path) -> io::Result<u64>;
}

/// A file being written.
pub trait DiskFile: Debug + Send + Sync {
    /// Writes all bytes at an offset. Writing the same bytes again is harmless, which is how a
    /// failed commit is repeated.
    ///
    /// # Errors
    /// What the system answers.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;

    /// Makes the content last (fdatasync).
    ///
    /// # Errors
    /// What the system answers.
    fn sync(&self) -> io::Result<()>;

    /// Cuts the file to a length.
    ///
    /// # Errors
    /// What the system answers.
    fn cut(&self, length: u64) -> io::Result<()>;

    /// Checks that `path` still names this very file: what is written to a file without a name is
    /// lost.
    ///
    /// # Errors
    /// What the system answers; `NotFound` when the name is gone or names another file.
    fn check_name(&self, path: &Path) -> io::Result<()>;
}

/// The disk of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct RealDisk;

impl Disk for RealDisk {
    fn make_folder(&self, path: &Path) -> io::Result<()> {
        std::fs::create_dir_all(path)?;
        match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => self.sync_folder(parent),
            _ => Ok(()),
        }
    }

    fn create(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        Ok(Arc::new(OpenOptions::new().write(true).create(true).truncate(true).open(path)?))
    }

    fn open(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        Ok(Arc::new(OpenOptions::new().write(true).open(path)?))
    }

    fn place(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let draft = path.with_extension(PLACING.trim_start_matches('.'));
        let mut file = File::create(&draft)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&draft, path)?;
        path.parent().map_or(Ok(()), |folder| self.sync_folder(folder))
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }

    fn free_bytes(&self, path: &Path) -> io::Result<u64> {
        let figures = rustix::fs::statvfs(path)?;
        Ok(figures.f_bavail.saturating_mul(figures.f_frsize))
    }
}

impl DiskFile for File {
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.write_all_at(bytes, offset)
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }

    fn cut(&self, length: u64) -> io::Result<()> {
        self.set_len(length)
    }

    fn check_name(&self, path: &Path) -> io::Result<()> {
        let (named, open) = (std::fs::metadata(path)?, self.metadata()?);
        if (named.dev(), named.ino()) == (open.dev(), open.ino()) {
            Ok(())
        } else {
            Err(io::Error::new(io::ErrorKind::NotFound, "the name is another file's"))
        }
    }
}
