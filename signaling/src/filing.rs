//! Fills the index of the archive: a record when its ledger begins and when it is sealed, and at the
//! start of the node whatever is missing, so that an index that was lost is made anew.
//!
//! What is not here: the index itself (`docket/catalogue.rs`).

use std::sync::Arc;

use model::HearingId;
use model::archive::{Archive, ArchiveFault};
use model::recording::RecordFacts;

use crate::docket::{Docket, DocketFault};

/// Records put into the index in one transaction at the start.
const AT_ONCE: usize = 50;

/// Puts one record into the index. What fails is tried again at the next start.
pub(crate) async fn file(docket: Arc<Docket>, archive: Arc<dyn Archive>, hearing: HearingId) {
    let facts = read(archive, vec![hearing]).await;
    if let Err(fault) = docket.file(&facts).await {
        tracing::error!(%hearing, %fault, "a record is not in the index");
    }
}

/// Puts every record into the index that is missing there, or was not sealed when it was put there,
/// and takes out what the archive does not hold any more.
pub(crate) async fn fill(docket: Arc<Docket>, archive: Arc<dyn Archive>) {
    match fill_in(&docket, archive).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "records put into the index"),
        Err(fault) => tracing::error!(%fault, "the index of the archive cannot be filled"),
    }
}

async fn fill_in(docket: &Docket, archive: Arc<dyn Archive>) -> Result<usize, DocketFault> {
    let filed = docket.filed().await?;
    let door = Arc::clone(&archive);
    let held = match tokio::task::spawn_blocking(move || door.hearings()).await {
        Ok(Ok(held)) => held,
        Ok(Err(fault)) => {
            tracing::error!(?fault, "the archive cannot be listed");
            return Ok(0);
        }
        Err(fault) => {
            tracing::error!(%fault, "listing the archive failed");
            return Ok(0);
        }
    };
    for hearing in filed.keys().filter(|hearing| held.binary_search(hearing).is_err()) {
        docket.unfile(*hearing).await?;
    }
    let missing: Vec<_> =
        held.into_iter().filter(|hearing| filed.get(hearing) != Some(&true)).collect();
    let mut count = 0;
    for some in missing.chunks(AT_ONCE) {
        let facts = read(Arc::clone(&archive), some.to_vec()).await;
        docket.file(&facts).await?;
        count += facts.len();
    }
    Ok(count)
}

/// Reads ledgers off the event loop; one that cannot be read is left out.
async fn read(archive: Arc<dyn Archive>, hearings: Vec<HearingId>) -> Vec<RecordFacts> {
    let read = tokio::task::spawn_blocking(move || {
        let facts = |hearing: &HearingId| match archive.facts(*hearing) {
            Ok(facts) => Some(facts),
            Err(ArchiveFault::NotFound) => None,
            Err(fault) => {
                tracing::error!(%hearing, ?fault, "a ledger cannot be read for the index");
                None
            }
        };
        hearings.iter().filter_map(facts).collect()
    })
    .await;
    read.unwrap_or_else(|fault| {
        tracing::error!(%fault, "reading ledgers failed");
        Vec::new()
    })
}
