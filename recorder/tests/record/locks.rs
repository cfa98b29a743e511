//! Object lock in a real S3 server: what is sealed cannot be deleted before its time, a hold stays
//! until it is lifted, and a lock that is missing is named.
//!
//! What is not here: copying, see `copies.rs`.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use model::Timestamp;
use model::archive::Verdict;
use recorder::disk::RealDisk;
use recorder::{
    Compared, Listed, Report, Store, StoreConfig, StoreFault, Wrong, lock_copy, reconcile,
    verify_copy,
};
use serde_json::Value;
use tokio::process::Command;

use crate::copies::{START, aside, copying, recorder_config};
use crate::desk::{Desk, HEARING};
use crate::gateway::Wire;

const DAYS: u32 = 2;

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    Timestamp(i64::try_from(since.as_millis()).expect("small"))
}

/// What the server answers to a request of ours about an object. Nothing here may block: the wire is a
/// task of the same thread.
async fn curl(wire: &Wire, object: &str, more: &[&str]) -> String {
    let config = wire.config();
    let place = config.place.strip_prefix("s3://").expect("a bucket");
    let url = format!("{}/{place}/{object}", config.endpoint.expect("an address"));
    let output = Command::new("curl")
        .args(["-s", "--max-time", "60", "--user", "court:courtsecret"])
        .args(["--aws-sigv4", "aws:amz:us-east-1:s3"])
        .args(["-H", "x-amz-content-sha256: UNSIGNED-PAYLOAD"])
        .args(more)
        .arg(&url)
        .output()
        .await
        .expect("curl runs");
    assert!(output.status.success(), "{url}: {}", output.status);
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The text of an object.
async fn text(wire: &Wire, object: &str) -> String {
    curl(wire, object, &["--fail"]).await
}

/// Puts a file as a new version of an object.
async fn put(wire: &Wire, object: &str, file: &Path) {
    let file = file.to_str().expect("plain");
    curl(wire, object, &["--fail", "-T", file]).await;
}

async fn proof(wire: &Wire) -> Value {
    serde_json::from_str(&text(wire, "locks/h17.json").await).expect("a proof")
}

async fn report(archive: &Path, store: &Store, held: bool) -> Report {
    let (archive, store) = (archive.to_owned(), store.clone());
    aside(move |runtime| {
        let listed = [Listed { hearing: HEARING, closed: true, opened: true, held }];
        let live = std::collections::BTreeSet::new();
        let (listed, store) = (Some(&listed[..]), Some(&store));
        let compared = Compared { archive: &archive, store, listed, live: &live };
        reconcile(&compared, runtime, now).expect("it can be reached")
    })
    .await
}

async fn verified(store: &Store) -> Verdict {
    let store = store.clone();
    aside(move |runtime| verify_copy(&store, runtime, HEARING)).await.expect("readable")
}

async fn locked(store: &Store, hold: bool) {
    let store = store.clone();
    aside(move |runtime| lock_copy(&store, runtime, HEARING, now(), hold)).await.expect("locked");
}

#[tokio::test]
async fn what_is_sealed_is_locked_and_the_store_refuses_to_delete_it() {
    let archive = tempfile::tempdir().expect("a folder");
    let config = recorder_config(archive.path());
    Desk::start_on(Arc::new(RealDisk), config.clone(), START).whole_hearing().await;
    let wire = Wire::to("locked").await;
    let store = Store::open(&StoreConfig { lock_days: Some(DAYS), ..wire.config() });
    let store = store.expect("a store");
    store.enter(true).await.expect("there");
    let began = now();
    let copying = copying(&config, &store);
    let done = async {
        while report(archive.path(), &store, false).await.count() > 0 {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(90), done).await.is_ok(), "never complete");
    copying.stop().await;
    assert_eq!(verified(&store).await.findings, Vec::<String>::new());

    // Each object has its proof: until when, as the store itself said.
    let proof_of = proof(&wire).await;
    let objects = proof_of["objects"].as_object().expect("objects");
    let files = std::fs::read_dir(archive.path().join("h17")).expect("a folder").count();
    assert_eq!(objects.len(), files);
    let wanted = began.0 + i64::from(DAYS) * 86_400_000;
    for (name, locked) in objects {
        let until = locked["until"].as_i64().expect("a moment");
        assert!((wanted - 1_000..wanted + 120_000).contains(&until), "{name}: {until}");
        let version = locked["version"].as_str().expect("a version");
        let of_version = format!("{name}?versionId={version}");
        let refused = curl(&wire, &of_version, &["-X", "DELETE"]).await;
        assert!(refused.contains("forbidden by object lock"), "{name}: {refused}");
    }

    // A hold that is placed is found missing, put on, and taken off again.
    let found = report(archive.path(), &store, true).await;
    assert_eq!(found.findings.first().map(|of| of.wrong), Some(Wrong::CopyUnlocked), "{found:?}");
    assert_eq!(found.unlocked, [(HEARING, true)]);
    locked(&store, true).await;
    assert_eq!(report(archive.path(), &store, true).await.count(), 0);
    let seal = proof(&wire).await["objects"]["h17/seal.json"].clone();
    assert_eq!(seal["hold"], true);
    assert_eq!(report(archive.path(), &store, false).await.unlocked, [(HEARING, false)]);
    locked(&store, false).await;
    assert_eq!(report(archive.path(), &store, false).await.count(), 0);

    // Somebody puts an object anew: the copy is whole, the lock is not on what is there now.
    let plain = wire.store();
    put(&wire, "h17/seal.json", &archive.path().join("h17/seal.json")).await;
    assert_eq!(verified(&plain).await.findings, Vec::<String>::new());
    let verdict = verified(&store).await;
    assert!(!verdict.intact);
    assert_eq!(verdict.findings, ["h17/seal.json: the store has no lock on it"]);
}

#[tokio::test]
async fn a_bucket_without_object_lock_is_named_and_a_folder_refused() {
    let archive = tempfile::tempdir().expect("a folder");
    let config = recorder_config(archive.path());
    Desk::start_on(Arc::new(RealDisk), config.clone(), START).whole_hearing().await;
    let wire = Wire::to("plain").await;
    let store = Store::open(&StoreConfig { lock_days: Some(DAYS), ..wire.config() });
    let store = store.expect("a store");
    let copying = copying(&config, &store);
    let done = async {
        loop {
            store.enter(true).await.expect("there");
            let found = report(archive.path(), &store, false).await;
            if found.findings.iter().all(|of| of.wrong == Wrong::CopyUnlocked) {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    let found = tokio::time::timeout(Duration::from_secs(90), done).await.expect("copied");
    copying.stop().await;
    assert_eq!(found.count(), 1, "{found:?}");
    let there = store.clone();
    let fault = aside(move |runtime| lock_copy(&there, runtime, HEARING, now(), false)).await;
    let said = fault.expect_err("no object lock").to_string();
    assert!(said.contains("copy_lock_days"), "{said}");

    let place = archive.path().to_str().expect("plain").to_owned();
    let refused = Store::open(&StoreConfig { place, lock_days: Some(1), ..StoreConfig::default() });
    assert!(matches!(refused, Err(StoreFault::Unusable(_))));
}
