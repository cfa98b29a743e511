//! Locks on the second copy of sealed records: each complete object is locked in the store, the store
//! is asked what it keeps, and the answer is written down beside the copy, in `locks/h17.json`.
//!
//! What is not here: the requests (`store::lock`), and when a hold is on.

use std::collections::BTreeMap;

use model::{HearingId, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;

use super::names::{self, Object};
use crate::keeping::KeepFault;
use crate::store::{Lock, Store, StoreFault};

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// Bytes of a proof that are read at most: some thousand objects.
const PROOF_BYTES_MAX: usize = 4 * 1024 * 1024;

/// What the store answered when it was asked for an object's lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Locked {
    /// The version that is locked, as the store names it.
    pub(crate) version: String,
    /// Its stored length, bytes.
    pub(crate) bytes: u64,
    /// Until when nobody can delete it, UTC ms.
    pub(crate) until: Timestamp,
    /// Whether a hold is on it.
    pub(crate) hold: bool,
    /// When the store said so, UTC ms.
    pub(crate) read_at: Timestamp,
}

/// The proof of one hearing: what the store keeps, by the object's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LockProof {
    /// Always 1.
    format: u32,
    /// Which hearing.
    hearing: HearingId,
    /// Each complete object.
    pub(crate) objects: BTreeMap<String, Locked>,
}

fn proof_name(hearing: HearingId) -> String {
    format!("locks/{hearing}.json")
}

async fn read_proof(store: &Store, hearing: HearingId) -> Result<LockProof, StoreFault> {
    let bytes = store.read_plain(&proof_name(hearing), PROOF_BYTES_MAX).await?;
    let proof = bytes.and_then(|bytes| serde_json::from_slice::<LockProof>(&bytes).ok());
    let empty = LockProof { format: 1, hearing, objects: BTreeMap::new() };
    Ok(proof.filter(|proof| proof.hearing == hearing).unwrap_or(empty))
}

/// The complete objects of a hearing, each with its stored length.
async fn whole_objects(
    store: &Store,
    hearing: HearingId,
) -> Result<Vec<(Object, u64)>, StoreFault> {
    let listed = store.list(&hearing.to_string()).await?;
    let (held, _) = names::held(hearing, &listed);
    let lengths: BTreeMap<String, u64> = listed.into_iter().collect();
    let whole = held.into_values().filter_map(|held| held.whole);
    Ok(whole
        .map(|object| (lengths.get(&object.name).copied(), object))
        .filter_map(|(length, object)| Some((object, length?)))
        .collect())
}

/// Locks what is not locked yet of a sealed hearing's copy, and puts the hold on or takes it off where
/// `hold` says so. Without `copy_lock_days` nothing is done.
pub(crate) async fn lock(
    store: &Store,
    hearing: HearingId,
    now: Timestamp,
    hold: Option<bool>,
) -> Result<(), StoreFault> {
    let Some(days) = store.lock_days() else { return Ok(()) };
    let mut proof = read_proof(store, hearing).await?;
    let mut objects = BTreeMap::new();
    let mut changed = false;
    for (object, bytes) in whole_objects(store, hearing).await? {
        let known = proof.objects.remove(&object.name).filter(|known| known.bytes == bytes);
        let wanted = hold.unwrap_or_else(|| known.as_ref().is_some_and(|known| known.hold));
        if let Some(known) = known.clone().filter(|known| known.hold == wanted) {
            objects.insert(object.name, known);
            continue;
        }
        let version = match &known {
            Some(known) => known.version.clone(),
            None => store.version(&object.name).await?,
        };
        let until = match &known {
            Some(known) => known.until,
            None => Timestamp(now.0.saturating_add(i64::from(days) * DAY_MS)),
        };
        let locked = store.lock(&object.name, &version, until, wanted).await?;
        // What the store keeps counts, not what it was asked to keep.
        let Lock { until: Some(kept), hold } = locked else {
            return Err(not_kept(&object.name));
        };
        if kept < Timestamp(until.0.div_euclid(1_000) * 1_000) || hold != wanted {
            return Err(not_kept(&object.name));
        }
        let locked = Locked { version, bytes, until: kept, hold, read_at: now };
        objects.insert(object.name, locked);
        changed = true;
    }
    if changed {
        let proof = LockProof { format: 1, hearing, objects };
        let text = serde_json::to_vec_pretty(&proof)
            .map_err(|fault| StoreFault::Unusable(fault.to_string()))?;
        store.put_plain(&proof_name(hearing), text).await?;
    }
    Ok(())
}

/// Deletes the proof of a record that was erased on purpose.
pub(crate) async fn forget(store: &Store, hearing: HearingId) -> Result<(), StoreFault> {
    store.delete(&proof_name(hearing)).await
}

fn not_kept(object: &str) -> StoreFault {
    StoreFault::Unusable(format!(
        "存储未按要求锁定 {object}：请检查存储桶的对象锁定。 The store was asked to lock {object} and does \
         not say that it does: check the bucket's object lock"
    ))
}

/// Locks a hearing's copy as far as it is sealed. Blocks.
///
/// # Errors
/// When the store cannot be asked, or does not lock.
pub fn lock_copy(
    store: &Store,
    runtime: &Handle,
    hearing: HearingId,
    now: Timestamp,
    hold: bool,
) -> Result<(), KeepFault> {
    Ok(runtime.block_on(lock(store, hearing, now, Some(hold)))?)
}

/// The objects that the proof does not speak of, or not as they are: without asking the store of each.
/// Blocks.
pub(crate) fn unproven(
    store: &Store,
    runtime: &Handle,
    hearing: HearingId,
    hold: Option<bool>,
) -> Result<Vec<String>, StoreFault> {
    if store.lock_days().is_none() {
        return Ok(Vec::new());
    }
    runtime.block_on(async {
        let proof = read_proof(store, hearing).await?;
        let objects = whole_objects(store, hearing).await?;
        let proven = |name: &str, bytes: u64| {
            proof.objects.get(name).is_some_and(|known| {
                known.bytes == bytes && hold.is_none_or(|hold| known.hold == hold)
            })
        };
        let objects = objects.into_iter().filter(|(object, bytes)| !proven(&object.name, *bytes));
        Ok(objects.map(|(object, _)| object.name).collect())
    })
}

/// Asks the store of each complete object: what its lock lacks, in words. Blocks.
pub(crate) fn findings(
    store: &Store,
    runtime: &Handle,
    hearing: HearingId,
) -> Result<Vec<String>, StoreFault> {
    if store.lock_days().is_none() {
        return Ok(Vec::new());
    }
    runtime.block_on(async {
        let proof = read_proof(store, hearing).await?;
        let mut found = Vec::new();
        for (object, _) in whole_objects(store, hearing).await? {
            let name = object.name;
            let version = store.version(&name).await?;
            let lock = store.read_lock(&name, &version).await?;
            match (lock.until, proof.objects.get(&name)) {
                (None, _) => found.push(format!("{name}: the store has no lock on it")),
                (Some(_), None) => found.push(format!("{name}: its lock was never written down")),
                (Some(until), Some(known)) if until < known.until => found.push(format!(
                    "{name}: its lock ends at {} ms UTC, and was to end at {}",
                    until.0, known.until.0
                )),
                (Some(_), Some(known)) if known.version != version => {
                    found.push(format!("{name}: another version than the one that was locked"));
                }
                (Some(_), Some(known)) if known.hold && !lock.hold => {
                    found.push(format!("{name}: the hold on it was taken off in the store"));
                }
                (Some(_), Some(_)) => {}
            }
        }
        Ok(found)
    })
}
