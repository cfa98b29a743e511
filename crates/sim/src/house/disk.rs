//! A false disk: files in memory that outlive the node, and that can refuse and tear.
//! What is not here: what is written.

use core::convert::Infallible;
use std::collections::BTreeMap;

use record::verify::Files;

/// The hearing's folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Disk {
    /// Every file.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    /// Whether it refuses to write.
    pub(crate) failing: bool,
}

impl Disk {
    /// Appends to a file; a new one is made.
    pub(crate) fn append(&mut self, name: &str, bytes: &[u8]) {
        self.files.entry(name.to_owned()).or_default().extend_from_slice(bytes);
    }

    /// Cuts a file and gives back what stood behind the cut.
    pub(crate) fn cut(&mut self, name: &str, at: u64) -> Vec<u8> {
        let at = usize::try_from(at).unwrap_or(usize::MAX);
        let file = self.files.get_mut(name).filter(|file| file.len() > at);
        file.map(|file| file.split_off(at)).unwrap_or_default()
    }
}

impl Files for Disk {
    type Fault = Infallible;

    fn names(&mut self) -> Result<Vec<String>, Infallible> {
        Ok(self.files.keys().cloned().collect())
    }

    fn read(
        &mut self,
        name: &str,
        offset: u64,
        into: &mut [u8],
    ) -> Result<Option<usize>, Infallible> {
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        Ok(self.files.get(name).map(|file| {
            let rest = file.get(offset..).unwrap_or_default();
            let count = rest.len().min(into.len());
            into[..count].copy_from_slice(&rest[..count]);
            count
        }))
    }
}
