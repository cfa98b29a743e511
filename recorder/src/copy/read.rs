//! The second copy as it is read: a hearing's files out of the objects that hold them.
//!
//! What is not here: what is done with them (`keeping`).

use std::collections::BTreeMap;

use model::HearingId;
use record::verify::Files;
use tokio::runtime::Handle;

use super::cipher::Opener;
use super::names::{self, Held};
use crate::store::{Store, StoreFault};

/// Bytes fetched at once.
const FETCH_BYTES: usize = 4 * 1024 * 1024;

/// A hearing's files in the second copy. Reading blocks: not for the event loop.
pub(crate) struct CopyFiles {
    store: Store,
    runtime: Handle,
    held: BTreeMap<String, Held>,
    opened: Option<(String, Opener)>,
    /// Bytes fetched last: file, from where, and what.
    fetched: (String, u64, Vec<u8>),
}

impl CopyFiles {
    /// Looks at what the copy has of a hearing.
    pub(crate) fn open(
        store: &Store,
        runtime: &Handle,
        hearing: HearingId,
    ) -> Result<Self, StoreFault> {
        let objects = runtime.block_on(store.list(&hearing.to_string()))?;
        let (held, _) = names::held(hearing, &objects);
        let (store, runtime) = (store.clone(), runtime.clone());
        Ok(Self { store, runtime, held, opened: None, fetched: (String::new(), 0, Vec::new()) })
    }

    /// Names of the files and how far each is there without a hole.
    pub(crate) fn lengths(&self) -> BTreeMap<String, u64> {
        self.held.iter().map(|(name, held)| (name.clone(), held.reach())).collect()
    }

    fn cached(&self, name: &str, at: u64, into: &mut [u8]) -> Option<usize> {
        let (file, from, bytes) = &self.fetched;
        let skip = usize::try_from(at.checked_sub(*from)?).ok()?;
        let rest = bytes.get(skip..).filter(|rest| file == name && !rest.is_empty())?;
        let count = rest.len().min(into.len());
        into[..count].copy_from_slice(&rest[..count]);
        Some(count)
    }
}

impl Files for CopyFiles {
    type Fault = StoreFault;

    fn names(&mut self) -> Result<Vec<String>, StoreFault> {
        Ok(self.held.keys().cloned().collect())
    }

    fn read(
        &mut self,
        name: &str,
        offset: u64,
        into: &mut [u8],
    ) -> Result<Option<usize>, StoreFault> {
        let Some(held) = self.held.get(name) else { return Ok(None) };
        if let Some(count) = self.cached(name, offset, into) {
            return Ok(Some(count));
        }
        let Some(object) = held.at(offset).filter(|_| offset < held.reach()) else {
            return Ok(Some(0));
        };
        let read = self.store.read(object, &mut self.opened, offset, FETCH_BYTES);
        let bytes = self.runtime.block_on(read)?;
        self.fetched = (name.to_owned(), offset, bytes);
        Ok(Some(self.cached(name, offset, into).unwrap_or(0)))
    }
}
