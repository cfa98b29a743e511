//! Records moved, restored and reconciled; and what is done about copies that differ.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use model::letters::RecordNotice;
use model::{Fact, HearingId, Timestamp};
use prometheus::Registry;
use recorder::disk::RealDisk;
use recorder::{
    Compared, KeepFault, Listed, Report, ReportBoard, Store, StoreFault, Wrong, forget,
    move_record, reconcile, restore, verify_copy,
};

use crate::copies::{aside, copying, files, folder_store, recorder_config, restores};
use crate::desk::{Desk, HEARING, folder, people};
use crate::gateway::Wire;

const START: i64 = 1_790_000_000_000;

async fn report(archive: &Path, store: Option<&Store>, listed: Option<Vec<Listed>>) -> Report {
    let (archive, store) = (archive.to_owned(), store.cloned());
    let report = aside(move |runtime| {
        let compared = Compared {
            archive: &archive,
            store: store.as_ref(),
            listed: listed.as_deref(),
            live: &BTreeSet::new(),
        };
        reconcile(&compared, runtime, || Timestamp(START))
    });
    report.await.expect("both can be listed")
}

fn wrongs(report: &Report) -> Vec<(u32, Wrong)> {
    report.findings.iter().map(|finding| (finding.hearing.0, finding.wrong)).collect()
}

async fn sealed_with_copy(archive: &Path, copy: &Path) -> Store {
    let (config, store) = (recorder_config(archive), folder_store(copy));
    let copying = copying(&config, &store);
    Desk::start_on(Arc::new(RealDisk), config, START).whole_hearing().await;
    copying.stop().await;
    store
}

#[tokio::test(start_paused = true)]
async fn a_reconciliation_names_every_difference() {
    let scratch = tempfile::tempdir().expect("a folder");
    let (archive, copy) = (scratch.path().join("archive"), scratch.path().join("copy"));
    std::fs::create_dir_all(&copy).expect("a folder");
    let store = sealed_with_copy(&archive, &copy).await;
    let line =
        |hearing, opened| Listed { hearing: HearingId(hearing), closed: true, opened, held: false };
    let listed = vec![line(17, true), line(18, false)];
    let found = report(&archive, Some(&store), Some(listed)).await;
    assert_eq!((found.records, found.copies, wrongs(&found)), (1, 1, vec![]));

    let found = report(&archive, Some(&store), Some(vec![line(18, true)])).await;
    assert_eq!(wrongs(&found), [(17, Wrong::HearingUnknown), (18, Wrong::RecordMissing)]);

    // The copy lacks a file; the archive lacks another, and one is cut.
    let (here, there) = (folder(&archive), folder(&copy));
    std::fs::remove_file(there.join("p1-camera-0001.webm")).expect("removed");
    std::fs::remove_file(here.join("p2-camera-0001.webm")).expect("removed");
    let cut = here.join("p1-microphone-0001.webm");
    let length = std::fs::metadata(&cut).expect("there").len();
    std::fs::File::options()
        .write(true)
        .open(&cut)
        .expect("there")
        .set_len(length - 1)
        .expect("cut");
    let found = report(&archive, Some(&store), None).await;
    let has = |wrong, name: &str| {
        let named = |f: &&recorder::Finding| f.wrong == wrong && f.detail.starts_with(name);
        assert!(found.findings.iter().any(|f| named(&f)), "{wrong:?} {name}: {found:#?}");
    };
    has(Wrong::CopyBehind, "p1-camera-0001.webm");
    has(Wrong::FileDiffers, "p2-camera-0001.webm: is missing");
    has(Wrong::FileDiffers, "p1-microphone-0001.webm: has");
    has(Wrong::CopyDiffers, "p1-microphone-0001.webm");
    assert_eq!(found.behind().into_iter().collect::<Vec<_>>(), [HEARING]);

    // The archive lost the hearing altogether.
    std::fs::remove_dir_all(&here).expect("removed");
    let found = report(&archive, Some(&store), None).await;
    assert_eq!(wrongs(&found), [(17, Wrong::CopyAlone)]);

    let registry = Registry::new();
    let file = scratch.path().join("reconciliation.json");
    let board = ReportBoard::new(&registry, file.clone()).expect("metrics");
    board.show(&found);
    let text = std::fs::read_to_string(file).expect("written");
    assert!(text.contains("\"copy_alone\""), "{text}");
    let figures = registry.gather();
    let findings = figures.iter().find(|f| f.name() == "assize_recorder_reconcile_findings");
    assert_eq!(findings.expect("registered").get_metric()[0].get_gauge().get_value(), 1.0);
}

#[tokio::test(start_paused = true)]
async fn a_copy_of_something_else_is_never_written_over() {
    let scratch = tempfile::tempdir().expect("a folder");
    let (archive, copy) = (scratch.path().join("archive"), scratch.path().join("copy"));
    std::fs::create_dir_all(&copy).expect("a folder");
    let store = sealed_with_copy(&archive, &copy).await;
    let before = files(&copy);
    // Another hearing of the same number, as after a docket that was put back.
    std::fs::remove_dir_all(folder(&archive)).expect("removed");
    let config = recorder_config(&archive);
    let copying = copying(&config, &store);
    let mut desk = Desk::start_on(Arc::new(RealDisk), config, START + 86_400_000);
    desk.open().await;
    desk.minute(Fact::CheckInOpened).await;
    desk.expect(|notice| matches!(notice, RecordNotice::Written { .. })).await;
    let mut state = copying.state.clone();
    state.wait_for(|state| state.differing == 1).await.expect("the copier runs");
    desk.stop().await;
    copying.stop().await;
    assert_eq!(files(&copy), before);
    let found = report(&archive, Some(&store), None).await;
    assert!(wrongs(&found).contains(&(17, Wrong::CopyDiffers)), "{found:#?}");
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_not_what_was_attested_does_not_reach_the_copy() {
    let scratch = tempfile::tempdir().expect("a folder");
    let (archive, copy) = (scratch.path().join("archive"), scratch.path().join("copy"));
    std::fs::create_dir_all(&copy).expect("a folder");
    Desk::start_on(Arc::new(RealDisk), recorder_config(&archive), START).whole_hearing().await;
    let rotten = folder(&archive).join("p1-camera-0001.webm");
    let mut bytes = std::fs::read(&rotten).expect("there");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&rotten, bytes).expect("written");
    let store = folder_store(&copy);
    let config = recorder_config(&archive);
    let copying = copying(&config, &store);
    let mut state = copying.state.clone();
    state.wait_for(|state| state.differing == 1).await.expect("the copier runs");
    let there = store.clone();
    while !folder(&copy).join("seal.json").is_file() {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    copying.stop().await;
    let verdict = aside(move |runtime| verify_copy(&there, runtime, HEARING)).await;
    let findings = verdict.expect("readable").findings;
    assert!(findings.len() == 1 && findings[0].contains("p1-camera-0001.webm"), "{findings:?}");
}

#[tokio::test(start_paused = true)]
async fn a_folder_that_is_not_mounted_is_not_written_into() {
    let scratch = tempfile::tempdir().expect("a folder");
    let (archive, copy) = (scratch.path().join("archive"), scratch.path().join("copy"));
    std::fs::create_dir_all(copy.join("somebody's")).expect("a folder");
    std::fs::write(copy.join("somebody's/file"), "x").expect("written");
    let store = folder_store(&copy);
    let foreign = store.enter(true).await.expect_err("not ours");
    assert!(matches!(foreign, StoreFault::Foreign(_)), "{foreign}");
    let config = recorder_config(&archive);
    let copying = copying(&config, &store);
    copying.state.clone().wait_for(|state| state.away).await.expect("the copier runs");
    copying.stop().await;
    assert_eq!(files(&copy).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_record_is_moved_when_every_byte_is_there_and_only_then_removed() {
    let scratch = tempfile::tempdir().expect("a folder");
    let (archive, to) = (scratch.path().join("archive"), scratch.path().join("to"));
    std::fs::create_dir_all(&to).expect("a folder");
    Desk::start_on(Arc::new(RealDisk), recorder_config(&archive), START).whole_hearing().await;
    let before = files(&archive);
    let from = folder(&archive);

    // A stop in the middle, then another try; and a try that finds itself done.
    std::fs::create_dir_all(to.join("h17.moving")).expect("a folder");
    std::fs::write(to.join("h17.moving/ledger.jsonl"), "half").expect("written");
    assert!(move_record(&from, &to).expect("moved").intact);
    assert_eq!(files(&to), before);
    assert!(!from.exists());
    assert!(matches!(move_record(&from, &to), Err(KeepFault::Nothing(_))));
    for (name, bytes) in &before {
        std::fs::create_dir_all(&from).expect("a folder");
        std::fs::write(archive.join(name), bytes).expect("written");
    }
    assert!(move_record(&from, &to).expect("found moved").intact);
    assert!(!from.exists());

    // What is not intact stays, and says so.
    let segment = folder(&to).join("p1-camera-0001.webm");
    std::fs::write(&segment, "something else").expect("written");
    let fault = move_record(&folder(&to), &archive).expect_err("not intact");
    assert!(fault.to_string().contains("p1-camera-0001.webm"), "{fault}");
    assert!(segment.exists());
}

#[tokio::test(start_paused = true)]
async fn a_hearing_that_goes_on_is_not_moved() {
    let scratch = tempfile::tempdir().expect("a folder");
    let (archive, to) = (scratch.path().join("archive"), scratch.path().join("to"));
    let mut desk = Desk::start_on(Arc::new(RealDisk), recorder_config(&archive), START);
    desk.open().await;
    desk.roll(true).await;
    desk.play(&mut people(), Duration::from_secs(1)).await;
    desk.minute(Fact::CheckInOpened).await;
    desk.expect(|notice| matches!(notice, RecordNotice::Written { .. })).await;
    desk.stop().await;
    let fault = move_record(&folder(&archive), &to).expect_err("not sealed");
    assert!(matches!(fault, KeepFault::Unsealed(HEARING)), "{fault}");
}

#[tokio::test(start_paused = true)]
async fn a_restored_record_that_is_not_intact_does_not_get_its_name() {
    let scratch = tempfile::tempdir().expect("a folder");
    let (archive, copy) = (scratch.path().join("archive"), scratch.path().join("copy"));
    std::fs::create_dir_all(&copy).expect("a folder");
    let store = sealed_with_copy(&archive, &copy).await;
    let there = store.clone();
    let to = archive.clone();
    let fault = aside(move |runtime| restore(&there, runtime, HEARING, &to)).await;
    assert!(matches!(fault, Err(KeepFault::Exists(_))), "{fault:?}");
    std::fs::remove_file(folder(&copy).join("p1-camera-0001.webm")).expect("removed");
    std::fs::remove_dir_all(folder(&archive)).expect("removed");
    let to = archive.clone();
    let fault = aside(move |runtime| restore(&store, runtime, HEARING, &to)).await;
    let fault = fault.expect_err("a segment is missing");
    assert!(matches!(fault, KeepFault::NotIntact { .. }), "{fault}");
    assert!(!folder(&archive).exists());
    assert!(archive.join("h17.restoring/ledger.jsonl").exists(), "what there is is kept");
}

#[tokio::test(start_paused = true)]
async fn what_was_erased_on_purpose_is_not_restored_and_goes_from_the_copy() {
    let scratch = tempfile::tempdir().expect("a folder");
    let (archive, copy) = (scratch.path().join("archive"), scratch.path().join("copy"));
    std::fs::create_dir_all(&copy).expect("a folder");
    let store = sealed_with_copy(&archive, &copy).await;
    let forgets = |archive: std::path::PathBuf, store: Store| {
        aside(move |runtime| forget(&store, runtime, HEARING, &archive))
    };
    assert!(forgets(archive.clone(), store.clone()).await.is_err(), "the record is there");
    std::fs::remove_dir_all(folder(&archive)).expect("removed");
    assert!(forgets(archive.clone(), store.clone()).await.is_err(), "nobody erased it");
    std::fs::create_dir_all(archive.join("erased")).expect("a folder");
    std::fs::write(archive.join("erased/h17.json"), "{}").expect("written");
    let (there, to) = (store.clone(), archive.clone());
    let fault = aside(move |runtime| restore(&there, runtime, HEARING, &to)).await;
    assert!(matches!(fault, Err(KeepFault::Erased(HEARING))), "{fault:?}");
    let listed = vec![Listed { hearing: HEARING, closed: true, opened: true, held: false }];
    let found = report(&archive, Some(&store), Some(listed)).await;
    assert_eq!((found.count(), found.erased), (0, vec![HEARING]));
    forgets(archive, store).await.expect("forgotten");
    assert_eq!(files(&copy).len(), 1, "the mark alone");
}

#[tokio::test]
async fn what_is_at_rest_is_copied_to_a_real_store_and_reconciled() {
    let archive = tempfile::tempdir().expect("a folder");
    let config = recorder_config(archive.path());
    Desk::start_on(Arc::new(RealDisk), config.clone(), START).whole_hearing().await;
    let wire = Wire::to("plain").await;
    let store = wire.store();
    let found = report_when_made(archive.path(), &store).await;
    assert_eq!(wrongs(&found).first(), Some(&(17, Wrong::CopyBehind)), "{found:#?}");
    let copying = copying(&config, &store);
    let done = async {
        while report_when_made(archive.path(), &store).await.count() > 0 {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(60), done).await.is_ok(), "never complete");
    copying.stop().await;
    restores(&store, archive.path()).await;
}

async fn report_when_made(archive: &Path, store: &Store) -> Report {
    store.enter(true).await.expect("it can be reached");
    report(archive, Some(store), None).await
}
