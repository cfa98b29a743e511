//! Object lock in a real S3 server: what is sealed cannot be deleted before its time, a hold stays
//! until it is lifted, and a lock that is missing is named.
//!
//! What is not here: copying, see `copies.rs`.

use std::path::Path;
use std::process::Command;
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

use crate::copies::{START, aside, copying, recorder_config};
use crate::desk::{Desk, HEARING};
use crate::gateway::Wire;

const DAYS: u32 = 2;

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    Timestamp(i64::try_from(since.as_millis()).expect("small"))
}

/// What the server answers to a request about an object: the status.
fn asks(wire: &Wire, method: &str, object: &str, query: &str) -> String {
    let config = wire.config();
    let place = config.place.strip_prefix("s3://").expect("a bucket");
    let url = format!("{}/{place}/{object}{query}", config.endpoint.expect("an address"));
    let output = Command::new("curl")
        .args(["-s", "-o", "/dev/null", "-w", "%{http_code}", "-X", method])
        .args(["--user", "court:courtsecret", "--aws-sigv4", "aws:amz:us-east-1:s3"])
        .args(["-H", "x-amz-content-sha256: UNSIGNED-PAYLOAD", &url])
        .output()
        .expect("curl runs");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The text of an object.
fn text(wire: &Wire, object: &str) -> String {
    let config = wire.config();
    let place = config.place.strip_prefix("s3://").expect("a bucket");
    let url = format!("{}/{place}/{object}", config.endpoint.expect("an address"));
    let output = Command::new("curl")
        .args(["-s", "--fail", "--user", "court:courtsecret"])
        .args(["--aws-sigv4", "aws:amz:us-east-1:s3"])
        .args(["-H", "x-amz-content-sha256: UNSIGNED-PAYLOAD", &url])
        .output()
        .expect("curl runs");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn proof(wire: &Wire) -> Value {
    serde_json::from_str(&text(wire, "locks/h17.json")).expect("a proof")
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
    let proof_of = proof(&wire);
    let objects = proof_of["objects"].as_object().expect("objects");
    let files = std::fs::read_dir(archive.path().join("h17")).expect("a folder").count();
    assert_eq!(objects.len(), files);
    let wanted = began.0 + i64::from(DAYS) * 86_400_000;
    for (name, locked) in objects {
        let until = locked["until"].as_i64().expect("a moment");
        assert!((wanted - 1_000..wanted + 120_000).contains(&until), "{name}: {until}");
        let version = locked["version"].as_str().expect("a version");
        let refused = asks(&wire, "DELETE", name, &format!("?versionId={version}"));
        assert_eq!(refused, "403", "{name} can be deleted");
    }

    // A hold that is placed is found missing, put on, and taken off again.
    let found = report(archive.path(), &store, true).await;
    assert_eq!(found.findings.first().map(|of| of.wrong), Some(Wrong::CopyUnlocked), "{found:?}");
    assert_eq!(found.unlocked, [(HEARING, true)]);
    locked(&store, true).await;
    assert_eq!(report(archive.path(), &store, true).await.count(), 0);
    let seal = proof(&wire)["objects"]["h17/seal.json"].clone();
    assert_eq!(seal["hold"], true);
    assert_eq!(report(archive.path(), &store, false).await.unlocked, [(HEARING, false)]);
    locked(&store, false).await;
    assert_eq!(report(archive.path(), &store, false).await.count(), 0);

    // Somebody puts an object anew: the copy is whole, the lock is not on what is there now.
    let plain = wire.store();
    let seal = text(&wire, "h17/seal.json");
    put(&wire, archive.path(), &seal);
    assert_eq!(verified(&plain).await.findings, Vec::<String>::new());
    let verdict = verified(&store).await;
    assert!(!verdict.intact);
    assert_eq!(verdict.findings, ["h17/seal.json: the store has no lock on it"]);
}

/// Puts the seal's bytes again, as a new version.
fn put(wire: &Wire, scratch: &Path, seal: &str) {
    let file = scratch.join("again");
    std::fs::write(&file, seal).expect("written");
    let config = wire.config();
    let place = config.place.strip_prefix("s3://").expect("a bucket");
    let url = format!("{}/{place}/h17/seal.json", config.endpoint.expect("an address"));
    let done = Command::new("curl")
        .args(["-s", "--fail", "-o", "/dev/null", "--user", "court:courtsecret", "-T"])
        .arg(&file)
        .args(["--aws-sigv4", "aws:amz:us-east-1:s3"])
        .args(["-H", "x-amz-content-sha256: UNSIGNED-PAYLOAD", &url])
        .status();
    assert!(done.expect("curl runs").success());
    std::fs::remove_file(file).expect("removed");
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
