//! The second copy while the hearing runs: in a folder and in a real S3 server, away and back,
//! enciphered, begun again.
//!
//! What is not here: moving, restoring and reconciling for their own sake, see `keeping.rs`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use model::letters::RecordNotice;
use model::{Fact, TrackKind};
use prometheus::Registry;
use recorder::{
    CopyConfig, Copying, KeepFault, RecorderConfig, Store, StoreConfig, StoreFault, copied,
    restore, verify_copy,
};
use tokio::runtime::Handle;
use tokio::time::Instant;

use crate::desk::{Desk, HEARING, Publisher, folder, people};
use crate::gateway::{DEAF, REFUSED, WHOLE, Wire};

pub(crate) const START: i64 = 1_790_000_000_000;
/// Operations are told within this time that the store is away.
const TOLD_WITHIN: Duration = Duration::from_secs(3);

pub(crate) fn recorder_config(archive: &Path) -> RecorderConfig {
    RecorderConfig { free_min: 0, ..RecorderConfig::new(archive.to_owned()) }
}

pub(crate) fn folder_store(place: &Path) -> Store {
    let place = place.to_str().expect("UTF-8").to_owned();
    Store::open(&StoreConfig { place, ..StoreConfig::default() }).expect("a store")
}

pub(crate) fn copying(config: &RecorderConfig, store: &Store) -> Copying {
    start(config, store, CopyConfig::new(config.archive.clone())).0
}

fn start(config: &RecorderConfig, store: &Store, copy: CopyConfig) -> (Copying, Registry) {
    let registry = Registry::new();
    let copying = Copying::start(config, copy, store.clone(), &registry).expect("metrics");
    (copying, registry)
}

fn figure(registry: &Registry, name: &str) -> f64 {
    let all = registry.gather();
    let metric = all.iter().find(|family| family.name() == name).expect("registered");
    let metric = &metric.get_metric()[0];
    metric.get_counter().get_value() + metric.get_gauge().get_value()
}

/// Files of a folder and of those in it, by path.
pub(crate) fn files(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let (mut found, mut folders) = (BTreeMap::new(), vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = std::fs::read(&path).expect("a file");
                found.insert(path.strip_prefix(root).expect("below").to_owned(), bytes);
            }
        }
    }
    found
}

/// Work that blocks, with the runtime at hand.
pub(crate) async fn aside<T: Send + 'static>(
    work: impl FnOnce(&Handle) -> T + Send + 'static,
) -> T {
    let runtime = Handle::current();
    tokio::task::spawn_blocking(move || work(&runtime)).await.expect("no bug")
}

/// Restores the hearing elsewhere: every file is the archive's, byte for byte.
pub(crate) async fn restores(store: &Store, archive: &Path) {
    let there = store.clone();
    let verdict = aside(move |runtime| verify_copy(&there, runtime, HEARING)).await;
    assert_eq!(verdict.expect("readable").findings, Vec::<String>::new());
    let elsewhere = tempfile::tempdir().expect("a folder");
    let (there, to) = (store.clone(), elsewhere.path().to_owned());
    let verdict = aside(move |runtime| restore(&there, runtime, HEARING, &to)).await;
    assert!(verdict.expect("restored").intact);
    assert_eq!(files(elsewhere.path()), files(archive));
}

#[tokio::test(start_paused = true)]
async fn a_folder_has_the_whole_hearing_as_it_is_sealed() {
    let (archive, copy) = (tempfile::tempdir().expect("one"), tempfile::tempdir().expect("two"));
    let config = recorder_config(archive.path());
    let store = folder_store(copy.path());
    let copying = copying(&config, &store);
    let disk = std::sync::Arc::new(recorder::disk::RealDisk);
    Desk::start_on(disk, config, START).whole_hearing().await;
    copying.stop().await;
    let mut theirs = files(copy.path());
    assert!(theirs.remove(Path::new("assize-copy.json")).is_some());
    assert_eq!(theirs, files(archive.path()), "a plain copy is the folder itself");
    restores(&store, archive.path()).await;
    assert_eq!(aside(move |runtime| copied(&store, runtime)).await.expect("listed"), [HEARING]);
}

#[tokio::test(start_paused = true)]
async fn a_live_copy_is_never_ahead_and_seconds_behind() {
    let (archive, copy) = (tempfile::tempdir().expect("one"), tempfile::tempdir().expect("two"));
    let config = recorder_config(archive.path());
    let store = folder_store(copy.path());
    let (copying, _) = start(&config, &store, CopyConfig::new(config.archive.clone()));
    let disk = std::sync::Arc::new(recorder::disk::RealDisk);
    let mut desk = Desk::start_on(disk, config, START);
    desk.open().await;
    desk.expect(|notice| matches!(notice, RecordNotice::Opened { .. })).await;
    desk.roll(true).await;
    let mut people = people();
    for _ in 0..4 {
        desk.play(&mut people, Duration::from_secs(3)).await;
        let there = store.clone();
        let verdict = aside(move |runtime| verify_copy(&there, runtime, HEARING)).await;
        let verdict = verdict.expect("readable");
        assert_eq!(verdict.findings, Vec::<String>::new(), "what the copy attests it has");
        assert!(verdict.entries > 3, "{verdict:?}");
        assert!(copying.state.borrow().behind_seconds <= 4, "{:?}", copying.state.borrow());
    }
    // The first copy is lost in the middle of the hearing: what was copied goes on as it would
    // after a crash.
    let saved = tempfile::tempdir().expect("three");
    let (there, to) = (store.clone(), saved.path().to_owned());
    aside(move |runtime| restore(&there, runtime, HEARING, &to)).await.expect("restored");
    let recovery = recorder::recover(saved.path(), model::Timestamp(START + 60_000), None);
    assert_eq!(recovery.expect("readable").unfinished.len(), 1);
    let verdict = recorder::verify(saved.path(), None).expect("readable").remove(0).1;
    assert_eq!(verdict.findings, Vec::<String>::new());
    desk.stop().await;
    copying.stop().await;
}

#[tokio::test(start_paused = true)]
async fn keys_by_id_are_changed_and_missed_by_name() {
    let scratch = tempfile::tempdir().expect("a folder");
    let (archive, copy) = (scratch.path().join("archive"), scratch.path().join("copy"));
    let key = |id: &str, digit: &str| {
        let file = scratch.path().join(format!("{id}{digit}.key"));
        std::fs::write(&file, digit.repeat(64)).expect("written");
        (id.to_owned(), file)
    };
    let open = |keys: &[(String, PathBuf)]| {
        let place = copy.to_str().expect("UTF-8").to_owned();
        Store::open(&StoreConfig { place, keys: keys.to_vec(), ..StoreConfig::default() })
    };
    let (old, new) = (key("2025", "a"), key("2026", "b"));
    std::fs::create_dir_all(&copy).expect("a folder");
    let config = recorder_config(&archive);
    let store = open(std::slice::from_ref(&old)).expect("a store");
    let copying = copying(&config, &store);
    let disk = std::sync::Arc::new(recorder::disk::RealDisk);
    Desk::start_on(disk, config, START).whole_hearing().await;
    copying.stop().await;
    for (name, bytes) in files(&copy) {
        let text = String::from_utf8_lossy(&bytes);
        let plain = name == Path::new("assize-copy.json");
        assert!(plain || bytes.starts_with(b"ASSIZEC12025"), "{}", name.display());
        assert!(!text.contains("\"prev\"") && !text.contains("webm"), "{}", name.display());
    }
    // A new key first, the old one behind it.
    let both = open(&[new.clone(), old]).expect("a store");
    restores(&both, &archive).await;
    let read = |store: Store| aside(move |runtime| verify_copy(&store, runtime, HEARING));
    let fault = read(open(&[new]).expect("a store")).await.expect_err("no key");
    assert!(
        matches!(&fault, KeepFault::Store(StoreFault::KeyMissing { id, .. }) if id == "2025"),
        "{fault}"
    );
    let fault = read(open(&[key("2025", "c")]).expect("a store")).await.expect_err("another key");
    assert!(matches!(fault, KeepFault::Store(StoreFault::KeyWrong { .. })), "{fault}");
    let said = open(&[("2027".to_owned(), scratch.path().join("no.key"))]).expect_err("no file");
    assert!(said.to_string().contains("no.key"), "{said}");
}

/// Resident memory of this process, bytes.
fn resident() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").expect("statm");
    let pages = text.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok());
    pages.expect("a number") * 4_096
}

#[tokio::test(start_paused = true)]
async fn a_store_away_for_an_hour_is_told_at_once_caught_up_and_costs_no_memory() {
    // On a disk of memory: it is the hour that counts here, not seven thousand commits.
    let scratch = tempfile::tempdir_in("/dev/shm").expect("a folder");
    let (archive, copy) = (scratch.path().join("archive"), scratch.path().join("copy"));
    std::fs::create_dir_all(&copy).expect("a folder");
    let config = recorder_config(&archive);
    let store = folder_store(&copy);
    let (copying, registry) = start(&config, &store, CopyConfig::new(archive.clone()));
    let disk = std::sync::Arc::new(recorder::disk::RealDisk);
    let mut desk = Desk::start_on(disk, config, START);
    desk.open().await;
    desk.roll(true).await;
    let mut judge =
        [Publisher::new(1, TrackKind::Microphone), Publisher::new(1, TrackKind::Camera)];
    desk.play(&mut judge, Duration::from_secs(60)).await;
    assert!(!copying.state.borrow().away);

    std::fs::rename(&copy, scratch.path().join("elsewhere")).expect("moved");
    let gone = Instant::now();
    let mut state = copying.state.clone();
    state.wait_for(|state| state.away).await.expect("the copier runs");
    assert!(gone.elapsed() <= TOLD_WITHIN, "told after {:?}", gone.elapsed());
    desk.play(&mut judge, Duration::from_secs(60)).await;
    let before = resident();
    for _ in 0..59 {
        desk.play(&mut judge, Duration::from_secs(60)).await;
    }
    let grown = resident().saturating_sub(before);
    assert!(grown < 24 * 1024 * 1024, "memory grew by {grown} bytes");
    assert!(copying.state.borrow().behind_seconds >= 3_500, "{:?}", copying.state.borrow());
    desk.minute(Fact::Opened).await;
    desk.expect(|notice| matches!(notice, RecordNotice::Written { .. })).await;
    let failures = figure(&registry, "assize_recorder_copy_failures_total");
    assert!(failures < 400.0, "asked {failures} times in an hour");

    std::fs::rename(scratch.path().join("elsewhere"), &copy).expect("moved back");
    state.wait_for(|state| !state.away && state.behind_seconds < 5).await.expect("it goes on");
    desk.roll(false).await;
    desk.close().await;
    desk.expect(|notice| matches!(notice, RecordNotice::Sealed { .. })).await;
    desk.stop().await;
    copying.stop().await;
    restores(&store, &archive).await;
}

#[tokio::test]
async fn a_real_store_is_cut_off_and_comes_back_while_the_hearing_goes_on() {
    let archive = tempfile::tempdir().expect("a folder");
    let wire = Wire::to("plain").await;
    let store = wire.store();
    let config = recorder_config(archive.path());
    let copy = CopyConfig {
        every: Duration::from_millis(500),
        retry_first: Duration::from_millis(100),
        retry_max: Duration::from_millis(400),
        archive: archive.path().to_owned(),
    };
    let (copying, registry) = start(&config, &store, copy);
    let disk = std::sync::Arc::new(recorder::disk::RealDisk);
    let mut desk = Desk::start_on(disk, config, START);
    let mut state = copying.state.clone();
    desk.open().await;
    desk.roll(true).await;
    let mut people = people();
    desk.play(&mut people, Duration::from_secs(2)).await;
    for mood in [REFUSED, DEAF] {
        wire.set(mood);
        let gone = Instant::now();
        let told = async {
            state.wait_for(|state| state.away).await.expect("the copier runs");
            gone.elapsed()
        };
        let (told, ()) = tokio::join!(told, desk.play(&mut people, Duration::from_secs(4)));
        assert!(told <= TOLD_WITHIN + Duration::from_millis(500), "told after {told:?}");
        desk.minute(Fact::CheckInOpened).await;
        desk.expect(|notice| matches!(notice, RecordNotice::Written { .. })).await;
        wire.set(WHOLE);
        // What is waited for keeps the state locked, so it is let go at once.
        let back = async {
            drop(state.wait_for(|state| !state.away && state.behind_seconds < 2).await);
        };
        let (back, ()) = tokio::join!(
            tokio::time::timeout(Duration::from_secs(90), back),
            desk.play(&mut people, Duration::from_secs(1))
        );
        assert!(back.is_ok(), "the copy goes on: {:?}", copying.state.borrow());
    }
    desk.roll(false).await;
    desk.close().await;
    desk.expect(|notice| matches!(notice, RecordNotice::Sealed { .. })).await;
    desk.stop().await;
    copying.stop().await;
    assert!(figure(&registry, "assize_recorder_copy_failures_total") >= 2.0);
    restores(&store, archive.path()).await;
}

#[test]
fn large_segments_go_to_a_real_store_in_parts_and_a_stopped_copy_goes_on() {
    let archive = tempfile::tempdir().expect("a folder");
    // A large picture track, written in false time.
    let paused = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .expect("a runtime");
    paused.block_on(async {
        let mut desk = Desk::start(archive.path());
        desk.open().await;
        desk.roll(true).await;
        let mut camera = Publisher::new(1, TrackKind::Camera);
        desk.play_large(&mut camera, 1_200, 24_000).await;
        desk.roll(false).await;
        desk.close().await;
        desk.expect(|notice| matches!(notice, RecordNotice::Sealed { .. })).await;
        desk.stop().await;
    });
    let segment = folder(archive.path()).join("p1-camera-0001.webm");
    let length = std::fs::metadata(&segment).expect("a segment").len();
    assert!(length > 20_000_000, "{length}");

    let real = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    real.block_on(async {
        let wire = Wire::to("plain").await;
        let scratch = tempfile::tempdir().expect("a folder");
        let key = scratch.path().join("copy.key");
        std::fs::write(&key, "5e".repeat(32)).expect("written");
        let keys = vec![("2026".to_owned(), key)];
        let store = Store::open(&StoreConfig { keys, ..wire.config() }).expect("a store");
        let config = recorder_config(archive.path());
        let quick = CopyConfig {
            retry_first: Duration::from_millis(100),
            ..CopyConfig::new(archive.path().to_owned())
        };
        let (copying, registry) = start(&config, &store, quick.clone());
        // In the middle of the segment the store goes away, and then the node.
        wire.set(DEAF);
        copying.state.clone().wait_for(|state| state.away).await.expect("the copier runs");
        copying.stop().await;
        let first = figure(&registry, "assize_recorder_copy_bytes_total");
        wire.set(WHOLE);
        let (copying, _) = start(&config, &store, quick);
        until_copied(&store, archive.path()).await;
        copying.stop().await;
        assert!(first < length as f64, "{first}");
        restores(&store, archive.path()).await;
    });
}

/// Waits until the copy has the seal.
async fn until_copied(store: &Store, archive: &Path) {
    let (store, all) = (store.clone(), files(archive).len());
    let wait = async move {
        loop {
            let there = store.clone();
            let sealed = aside(move |runtime| verify_copy(&there, runtime, HEARING)).await;
            if sealed.is_ok_and(|verdict| verdict.intact && verdict.sealed) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let done = tokio::time::timeout(Duration::from_secs(90), wait).await;
    assert!(done.is_ok(), "{all} files are not copied");
}
