//! Archive folders that are missing, cannot be written, or are full.
//!
//! What is not here: kills, see `record.rs`.

use std::time::{Duration, Instant};

use crate::house::{House, until};

/// The judge is told within this time (`docs/operating.md`).
const TOLD_WITHIN: Duration = Duration::from_secs(3);
/// A busy machine and the robot's own steps come on top.
const SLACK: Duration = Duration::from_millis(1_500);

#[tokio::test]
async fn an_archive_that_cannot_be_written_stops_the_start() {
    let mut house = House::closed("archive = \"/proc/nothing/archive\"", "info");
    let status = house.run_to_end().await;
    assert!(status.code().is_some_and(|code| code != 0), "{status}");
    let log = house.log();
    assert!(log.contains("/proc/nothing/archive"), "the folder is named: {log}");
    assert!(!log.contains("panicked"), "{log}");
}

#[tokio::test]
async fn opening_is_refused_when_space_is_short() {
    let house = House::with("archive_free_min = 1000000000000000000", "info").await;
    let mut judge = house.judge();
    judge.must("until:connected").await;
    judge.must("open-check-in").await;
    let mut plaintiff = house.person("plaintiff");
    judge.must("until:checked-in:1").await;
    judge.must("admit-all").await;
    plaintiff.must("until:connected").await;
    judge.must("until:people:1").await;
    let outcome = judge.does("open").await;
    let refused = outcome == "record_at_risk";
    assert!(refused || judge.does("until:faulty").await == "done", "{outcome}");
    assert_ne!(judge.report().await["stage"], "in_session");
    judge.kill().await;
    plaintiff.kill().await;
}

#[tokio::test]
async fn an_archive_that_goes_away_is_told_in_time() {
    let house = House::open().await;
    let (mut judge, plaintiff, defendant) = house.open_hearing().await;
    judge.must("until:rolling").await;
    let folder = house.archive();
    std::fs::rename(&folder, house.folder().join("elsewhere")).expect("it can be moved");
    std::fs::write(&folder, "in the way").expect("a file can be written");
    let since = Instant::now();
    judge.must("until:faulty").await;
    let took = since.elapsed();
    assert!(took < TOLD_WITHIN + SLACK, "told after {took:?}");

    std::fs::remove_file(&folder).expect("it can be removed");
    std::fs::rename(house.folder().join("elsewhere"), &folder).expect("it can be moved back");
    judge.must("until:rolling").await;
    for robot in [judge, plaintiff, defendant] {
        robot.kill().await;
    }
}

#[tokio::test]
async fn a_full_archive_is_told_in_time_and_keeps_what_it_has() {
    let mut house = House::closed("archive_free_min = 1", "info");
    let mounted = house.start_with_small_archive(2).await;
    assert!(mounted, "a small disk to fill needs the right to make a private mount: run as root");
    let (mut judge, plaintiff, defendant) = house.open_hearing().await;
    judge.must("until:rolling").await;
    let record = house.archive_of_server();
    let bytes = || folder_bytes(&record);
    let mut newest = (bytes(), Instant::now());
    until("the archive stops growing", || {
        let now = bytes();
        if now > newest.0 {
            newest = (now, Instant::now());
        }
        (newest.1.elapsed() > Duration::from_millis(1_500)).then_some(())
    })
    .await;
    judge.must("until:faulty").await;
    let took = newest.1.elapsed();
    assert!(took < TOLD_WITHIN + SLACK, "told {took:?} after the last byte");
    let (_, seat) = house.seat("plaintiff");
    judge.must(&format!("until:hears:p{seat}")).await;
    assert!(house.is_running());
    for robot in [judge, plaintiff, defendant] {
        robot.kill().await;
    }
}

fn folder_bytes(folder: &std::path::Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries
        .flatten()
        .map(|entry| match entry.metadata() {
            Ok(data) if data.is_dir() => folder_bytes(&entry.path()),
            Ok(data) => data.len(),
            Err(_) => 0,
        })
        .sum()
}
