//! A trial of the store: whether it takes, gives and deletes, as a copy needs it to.
//!
//! What is not here: copies.

use object_store::{ObjectStoreExt as _, PutPayload};

use super::{Store, StoreFault, away};
use crate::copy::names::MARK;

/// What is put there and read again.
const TEXT: &[u8] = b"a trial, to be deleted";

impl Store {
    /// Puts a small object into the store, reads it and deletes it. Nothing else is changed: a store
    /// that is empty is not made ours.
    ///
    /// # Errors
    /// When the store is away, says no, or is not one of second copies.
    pub async fn try_out(&self) -> Result<(), StoreFault> {
        if self.length(MARK).await?.is_none() && !self.is_empty().await? {
            return Err(StoreFault::Foreign(self.place.clone()));
        }
        let mut chance = [0; 8];
        getrandom::fill(&mut chance).map_err(|fault| StoreFault::Unusable(fault.to_string()))?;
        let trial = format!("trial-{:016x}", u64::from_le_bytes(chance));
        let (store, name) = (self.inner()?, self.name(&trial)?);
        store.put(&name, PutPayload::from_static(TEXT)).await.map_err(away("put", &trial))?;
        let read = store.get_range(&name, 0..TEXT.len() as u64).await;
        store.delete(&name).await.map_err(away("delete", &trial))?;
        if read.map_err(away("read", &trial))? == TEXT {
            Ok(())
        } else {
            Err(StoreFault::Altered(trial))
        }
    }
}
