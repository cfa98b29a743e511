//! A package as the one tar file in which it was handed out, read where it lies.
//!
//! What is not here: making one (`package.rs`), and checking (crate `record`).

use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use record::verify::Files;

use crate::RecorderFault;
use crate::folder::doing;

/// Files a package has at most: more are no package of ours.
const FILES_MAX: usize = 100_000;

/// The files of a package, or of a folder in it.
#[derive(Clone, Debug)]
pub(crate) struct PackedFiles {
    file: Arc<File>,
    /// Where each file lies, by name below `folder`: first byte and length.
    places: Arc<BTreeMap<String, (u64, u64)>>,
    /// With its slash at the end; empty is the whole.
    folder: String,
}

impl PackedFiles {
    /// Reads where everything lies. The bag is the one folder of the file.
    pub(crate) fn open(path: &Path) -> Result<Self, RecorderFault> {
        let open = || File::open(path).map_err(doing("open", path));
        let mut archive = tar::Archive::new(open()?);
        let mut places = BTreeMap::new();
        let mut folder = None;
        let wrong = |what: &str| doing("read", path)(std::io::Error::other(what.to_owned()));
        for entry in archive.entries_with_seek().map_err(doing("read", path))? {
            let entry = entry.map_err(doing("read", path))?;
            if !entry.header().entry_type().is_file() {
                continue;
            }
            let name = entry.path().map_err(doing("read", path))?.to_string_lossy().into_owned();
            let (bag, _) = name.split_once('/').ok_or_else(|| wrong("a file lies in no folder"))?;
            if folder.get_or_insert_with(|| format!("{bag}/")) != &format!("{bag}/") {
                return Err(wrong("the package has more than one folder"));
            }
            if places.len() >= FILES_MAX {
                return Err(wrong("the package has too many files"));
            }
            if places.insert(name, (entry.raw_file_position(), entry.size())).is_some() {
                return Err(wrong("the package has two files of one name"));
            }
        }
        let folder = folder.ok_or_else(|| wrong("the package is empty"))?;
        Ok(Self { file: Arc::new(open()?), places: Arc::new(places), folder })
    }

    /// One folder of it; its name ends with a slash.
    pub(crate) fn within(&self, folder: &str) -> Self {
        Self { folder: format!("{}{folder}", self.folder), ..self.clone() }
    }
}

impl Files for PackedFiles {
    type Fault = RecorderFault;

    fn names(&mut self) -> Result<Vec<String>, RecorderFault> {
        let below = self.places.keys().filter_map(|name| name.strip_prefix(&self.folder));
        Ok(below.map(str::to_owned).collect())
    }

    fn read(
        &mut self,
        name: &str,
        offset: u64,
        into: &mut [u8],
    ) -> Result<Option<usize>, RecorderFault> {
        let Some(&(start, length)) = self.places.get(&format!("{}{name}", self.folder)) else {
            return Ok(None);
        };
        let left = usize::try_from(length.saturating_sub(offset)).unwrap_or(usize::MAX);
        let wanted = left.min(into.len());
        let into = into.get_mut(..wanted).unwrap_or_default();
        let at = start.saturating_add(offset);
        self.file.read_at(into, at).map(Some).map_err(doing("read", Path::new(name)))
    }
}
