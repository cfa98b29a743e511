//! A recorder's task that ends by a bug: told, taken over, and the gap written down.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use model::letters::RecordNotice;
use model::{Fact, RecordFault};
use recorder::disk::RealDisk;

use crate::copies::recorder_config;
use crate::desk::{Desk, HEARING, folder, kinds, people};

#[tokio::test(start_paused = true)]
async fn a_task_that_falls_over_is_taken_over_and_nothing_confirmed_is_lost() {
    let archive = tempfile::tempdir().expect("a folder");
    let falls = Arc::new(AtomicBool::new(false));
    let config = recorder_config(archive.path());
    let mut desk = Desk::falling(Arc::new(RealDisk), config, Arc::clone(&falls));
    desk.open().await;
    desk.expect(|notice| matches!(notice, RecordNotice::Opened { .. })).await;
    desk.roll(true).await;
    let mut people = people();
    desk.play(&mut people, Duration::from_secs(2)).await;

    falls.store(true, Ordering::SeqCst);
    desk.minute(Fact::CheckInOpened).await;
    let silent = RecordNotice::Fault { hearing: HEARING, fault: RecordFault::Silent };
    let before = desk.now().instant;
    desk.expect(|notice| *notice == silent).await;
    assert!(desk.now().instant.since(before) <= Duration::from_secs(3));
    desk.expect(|notice| *notice == RecordNotice::Mended { hearing: HEARING }).await;
    desk.expect(|notice| *notice == RecordNotice::Written { hearing: HEARING, number: 1 }).await;
    desk.play(&mut people, Duration::from_secs(2)).await;
    desk.expect(|notice| matches!(notice, RecordNotice::FirstFrames { .. })).await;
    desk.roll(false).await;
    desk.close().await;
    desk.expect(|notice| matches!(notice, RecordNotice::Sealed { .. })).await;
    desk.stop().await;

    let verdict = recorder::verify(&folder(archive.path()), None).expect("readable").remove(0).1;
    assert_eq!(verdict.findings, Vec::<String>::new());
    let kinds = kinds(archive.path());
    let count = |kind: &str| kinds.iter().filter(|known| *known == kind).count();
    for (kind, times) in
        [("recovered", 1), ("reopened", 1), ("minute", 1), ("fault", 1), ("mended", 1)]
    {
        assert_eq!(count(kind), times, "{kind}: {kinds:?}");
    }
}
