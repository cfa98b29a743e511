//! The archive package of a sealed hearing: a BagIt bag, as a tar file that exists nowhere until
//! it is read, or written out as a folder or a file.
//!
//! What is not here: the bag's own text files (`record::bag`). Digests of segments are taken from
//! the seal, so a package says what was sealed: a copy that was damaged is found by whoever checks
//! it, never papered over.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use model::archive::{ArchiveFault, Package};
use model::limits::ARCHIVE_READ_MAX;
use model::{HearingId, Timestamp};
use record::bag::{self, Listed, PAYLOAD};
use record::confirmation::CONFIRMATIONS_FILE;
use record::digest::{Digester, Digests};
use record::seal::{SEAL_FILE, Seal};
use record::transcript::ACTS_FILE;
use record::verify::Files;

use crate::RecorderFault;
use crate::disk::{Disk, PLACING, RealDisk};
use crate::folder::{LastOpen, doing, hearing_of};

/// A tar file is made of blocks (POSIX ustar).
const BLOCK: u64 = 512;
/// It ends with two empty ones.
const END: u64 = 2 * BLOCK;
/// A bag has folders in folders, but only so deep.
const DEPTH_MAX: usize = 8;
/// Bytes read at once.
const READ_BYTES: usize = 1024 * 1024;

/// Where a file of the bag comes from.
#[derive(Debug)]
enum Source {
    Made(Vec<u8>),
    /// The first bytes of a file of the hearing's folder.
    Kept(PathBuf, u64),
}

impl Source {
    const fn length(&self) -> u64 {
        match self {
            Self::Made(bytes) => bytes.len() as u64,
            Self::Kept(_, length) => *length,
        }
    }

    fn read(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        match self {
            Self::Made(bytes) => {
                let from = usize::try_from(offset).map_err(io::Error::other)?;
                let bytes = bytes.get(from..from + into.len());
                into.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
                Ok(())
            }
            Self::Kept(path, _) => File::open(path)?.read_exact_at(into, offset),
        }
    }
}

/// A package: what is in it is settled when it is made, and read when it is asked for.
#[derive(Debug)]
pub(crate) struct FolderPackage {
    folder: String,
    /// Where each file's header begins in the tar file, its path in the bag, its content.
    files: Vec<(u64, String, Source)>,
    bytes: u64,
    packed_at: Timestamp,
}

impl FolderPackage {
    /// Settles the package of a sealed hearing; nothing when there is no seal. `beside` comes with it,
    /// by name: the page that checks it, the signed explanation; what is empty is left out.
    pub(crate) fn new(
        folder: &Path,
        hearing: HearingId,
        beside: Vec<(String, Vec<u8>)>,
        packed_at: Timestamp,
    ) -> Result<Option<Self>, RecorderFault> {
        let path = folder.join(SEAL_FILE);
        let seal = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(fault) => return Err(doing("read", &path)(fault)),
        };
        let sealed: BTreeMap<String, (u64, Digests)> = Seal::from_bytes(&seal)
            .into_iter()
            .flat_map(|seal| seal.segments)
            .map(|segment| (segment.segment, (segment.length, segment.digests)))
            .collect();
        let (mut listed, mut sources) = (Listed::new(), BTreeMap::new());
        for entry in std::fs::read_dir(folder).map_err(doing("list", folder))? {
            let entry = entry.map_err(doing("list", folder))?;
            let (name, path) = (entry.file_name().to_string_lossy().into_owned(), entry.path());
            let found = entry.metadata().map_err(doing("look at", &path))?;
            if name.ends_with(PLACING) || !found.is_file() {
                continue;
            }
            let known = sealed.get(&name).filter(|(length, _)| *length == found.len());
            let (length, digests) = match known {
                Some(known) => *known,
                None => digest(&path, &name).map_err(doing("read", &path))?,
            };
            let in_bag = format!("{PAYLOAD}{hearing}/{name}");
            listed.insert(in_bag.clone(), (length, digests));
            sources.insert(in_bag, Source::Kept(path, length));
        }
        let tags = bag::tag_files(hearing, packed_at, &listed, beside);
        sources.extend(tags.into_iter().map(|(path, bytes)| (path, Source::Made(bytes))));
        let (mut files, mut at) = (Vec::new(), 0);
        for (path, source) in sources {
            let length = source.length();
            files.push((at, path, source));
            at += BLOCK + length.next_multiple_of(BLOCK);
        }
        let folder = format!("assize-{hearing}");
        Ok(Some(Self { folder, files, bytes: at + END, packed_at }))
    }

    /// The header of a file (POSIX ustar).
    fn header(&self, path: &str, length: u64) -> io::Result<[u8; 512]> {
        let mut header = tar::Header::new_ustar();
        header.set_path(format!("{}/{path}", self.folder))?;
        header.set_size(length);
        header.set_mode(0o644);
        header.set_mtime(u64::try_from(self.packed_at.0 / 1_000).unwrap_or(0));
        header.set_cksum();
        Ok(*header.as_bytes())
    }

    /// Bytes of the tar file, all of one file's or fewer: as many as there are from `at` in what
    /// is written without a seam.
    fn some(&self, at: u64, most: usize) -> io::Result<Vec<u8>> {
        let most = u64::try_from(most).unwrap_or(u64::MAX).min(self.bytes.saturating_sub(at));
        let take = |length: u64| usize::try_from(length.min(most)).map_err(io::Error::other);
        let next = self.files.partition_point(|(start, ..)| *start <= at);
        let Some((start, path, source)) = next.checked_sub(1).map(|last| &self.files[last]) else {
            return Ok(vec![0; take(most)?]);
        };
        let (offset, length) = (at - start, source.length());
        if offset < BLOCK {
            let header = self.header(path, length)?;
            let from = usize::try_from(offset).map_err(io::Error::other)?;
            let count = take(BLOCK - offset)?;
            return Ok(header[from..from + count].to_vec());
        }
        let offset = offset - BLOCK;
        if offset < length {
            let mut bytes = vec![0; take(length - offset)?];
            source.read(offset, &mut bytes)?;
            return Ok(bytes);
        }
        let end = self.files.get(next).map_or(self.bytes, |(start, ..)| *start);
        Ok(vec![0; take(end - at)?])
    }

    /// Writes the package out: a tar file when the name ends so, or else a folder that is new.
    pub(crate) fn write(&self, out: &Path) -> Result<(), RecorderFault> {
        if out.extension().is_some_and(|ending| ending == "tar") {
            return self.write_tar(out).map_err(doing("write", out));
        }
        std::fs::create_dir(out).map_err(doing("make", out))?;
        for (_, path, source) in &self.files {
            let to = out.join(path);
            write_file(&to, source).map_err(doing("write", &to))?;
        }
        Ok(())
    }

    fn write_tar(&self, out: &Path) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).open(out)?;
        let mut at = 0;
        while at < self.bytes {
            let bytes = self.some(at, READ_BYTES)?;
            file.write_all(&bytes)?;
            at += bytes.len() as u64;
        }
        file.sync_all()
    }
}

impl Package for FolderPackage {
    fn name(&self) -> String {
        format!("{}.tar", self.folder)
    }

    fn bytes(&self) -> u64 {
        self.bytes
    }

    fn read(&self, range: Range<u64>) -> Result<Vec<u8>, ArchiveFault> {
        let end = range.end.min(range.start.saturating_add(ARCHIVE_READ_MAX)).min(self.bytes);
        let mut bytes = Vec::new();
        let mut at = range.start;
        while at < end {
            let most = usize::try_from(end - at).unwrap_or(READ_BYTES);
            let some = self.some(at, most);
            let some =
                some.map_err(|fault| ArchiveFault::Disk(format!("read a package: {fault}")))?;
            at += some.len() as u64;
            bytes.extend(some);
        }
        Ok(bytes)
    }
}

/// Length and digests of a file. Of confirmations and of the transcript's acts only whole lines
/// count: one more may be on its way.
fn digest(path: &Path, name: &str) -> io::Result<(u64, Digests)> {
    if name == CONFIRMATIONS_FILE || name == ACTS_FILE {
        let bytes = std::fs::read(path)?;
        let whole = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |last| last + 1);
        return Ok((whole as u64, Digests::of(&bytes[..whole])));
    }
    let (file, mut digester, mut at) = (File::open(path)?, Digester::default(), 0);
    let mut buffer = vec![0; READ_BYTES];
    loop {
        let count = file.read_at(&mut buffer, at)?;
        if count == 0 {
            return Ok((at, digester.finish()));
        }
        digester.update(&buffer[..count]);
        at += count as u64;
    }
}

fn write_file(to: &Path, source: &Source) -> io::Result<()> {
    if let Some(folder) = to.parent() {
        RealDisk.make_folder(folder)?;
    }
    let mut file = OpenOptions::new().write(true).create_new(true).open(to)?;
    let (mut at, length) = (0, source.length());
    let mut buffer = vec![0; READ_BYTES];
    while at < length {
        let count = usize::try_from(length - at).unwrap_or(READ_BYTES).min(READ_BYTES);
        source.read(at, &mut buffer[..count])?;
        file.write_all(&buffer[..count])?;
        at += count as u64;
    }
    file.sync_all()
}

/// Packs a sealed hearing's folder: `page` goes into the package. Nothing when there is no seal,
/// or the folder is not named for a hearing.
///
/// # Errors
/// When the folder cannot be read, or `out` is there already or cannot be written.
pub fn pack(
    folder: &Path,
    out: &Path,
    page: &[u8],
    now: Timestamp,
) -> Result<Option<()>, RecorderFault> {
    let Some(hearing) = hearing_of(folder) else { return Ok(None) };
    let beside = vec![(bag::PAGE_FILE.to_owned(), page.to_vec())];
    match FolderPackage::new(folder, hearing, beside, now)? {
        Some(package) => package.write(out).map(Some),
        None => Ok(None),
    }
}

/// A bag under check: its files by their path from its folder.
#[derive(Debug)]
pub(crate) struct BagFiles {
    folder: PathBuf,
    open: LastOpen,
}

impl BagFiles {
    /// The bag in `folder`.
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder, open: LastOpen::default() }
    }

    fn walk(&self, below: &Path, names: &mut Vec<String>) -> Result<(), RecorderFault> {
        let folder = self.folder.join(below);
        for entry in std::fs::read_dir(&folder).map_err(doing("list", &folder))? {
            let entry = entry.map_err(doing("list", &folder))?;
            let path = below.join(entry.file_name());
            let kind = entry.file_type().map_err(doing("look at", &entry.path()))?;
            if kind.is_dir() && path.components().count() < DEPTH_MAX {
                self.walk(&path, names)?;
            } else {
                names.push(path.to_string_lossy().into_owned());
            }
        }
        Ok(())
    }
}

impl Files for BagFiles {
    type Fault = RecorderFault;

    fn names(&mut self) -> Result<Vec<String>, RecorderFault> {
        let mut names = Vec::new();
        self.walk(Path::new(""), &mut names)?;
        names.sort();
        Ok(names)
    }

    fn read(
        &mut self,
        name: &str,
        offset: u64,
        into: &mut [u8],
    ) -> Result<Option<usize>, RecorderFault> {
        // A list under check may name anything; only what lies in the bag is followed.
        if !bag::is_inside(name) {
            return Ok(None);
        }
        self.open.read(&self.folder, name, offset, into)
    }
}
