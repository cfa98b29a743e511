//! Archive folders that are missing, cannot be written, or are full; disks that stop answering and
//! disks that turn read-only.
//!
//! What is not here: kills, see `record.rs`.

use std::io::Read as _;
use std::process::{Child, ChildStdin, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::copies::figure;
use crate::house::{ASSIZE, House, until};
use crate::kills::on_disk_until;
use crate::record::{LOSS_MS_MAX, SLACK_MS, now_ms};

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

/// A disk that answers nothing, until this is dropped or this process ends, whichever way.
struct Frozen {
    shell: Child,
    thaw: Option<ChildStdin>,
}

impl Frozen {
    fn of(house: &House) -> Self {
        let script = "fsfreeze -f \"$0\" && echo frozen && cat; fsfreeze -u \"$0\"";
        let mut shell = house
            .beside_server(&["sh", "-c", script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("nsenter runs");
        let thaw = shell.stdin.take();
        let mut said = [0; 7];
        let read = shell.stdout.as_mut().expect("piped above").read_exact(&mut said);
        let frozen = Self { shell, thaw };
        assert!(read.is_ok() && said == *b"frozen\n", "the disk cannot be frozen: run as root");
        frozen
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        drop(self.thaw.take());
        let thawed = self.shell.wait().is_ok_and(|status| status.success());
        assert!(thawed || std::thread::panicking(), "the disk stays frozen");
    }
}

/// The ledger's entries as the server's disk has them.
fn ledger(house: &House) -> Vec<Value> {
    let archive = house.archive_of_server();
    let file = archive.join(format!("h{}", house.hearing())).join("ledger.jsonl");
    let text = std::fs::read_to_string(file).expect("the ledger can be read");
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

fn kinds(ledger: &[Value]) -> Vec<String> {
    let kind = |line: &Value| line["entry"]["kind"].as_str().map(str::to_owned);
    ledger.iter().filter_map(kind).collect()
}

/// What `assize verify` says of the archive on the server's disk.
fn verified(house: &House) -> (bool, String) {
    let output = house.beside_server(&[ASSIZE, "verify"]).output().expect("it runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.success(), text)
}

#[tokio::test]
async fn a_disk_that_does_not_answer_is_told_and_costs_nothing_when_it_is_back() {
    let mut house = House::closed("", "info");
    house.start_on_own_disk().await;
    let (mut judge, plaintiff, defendant) = house.open_hearing().await;
    judge.must("until:rolling").await;
    let (_, seat) = house.seat("plaintiff");
    let frozen = Frozen::of(&house);
    let since = Instant::now();
    judge.must("until:faulty").await;
    let took = since.elapsed();
    assert!(took < TOLD_WITHIN + SLACK, "told after {took:?}");
    judge.must(&format!("until:hears:p{seat}")).await;
    assert!(figure(&house, "assize_recorder_faults_total{fault=\"disk_slow\"}").await >= 1.0);
    drop(frozen);
    judge.must("until:rolling").await;
    judge.must("close").await;
    judge.must("until:sealed").await;
    let entries = ledger(&house);
    let of_disk = |line: &&Value| line["entry"]["cause"] == "disk";
    assert_eq!(entries.iter().find(of_disk), None, "memory holds what the disk does not take");
    let kinds = kinds(&entries);
    for wanted in ["fault", "mended", "sealed"] {
        assert!(kinds.iter().any(|kind| kind == wanted), "{wanted}: {kinds:?}");
    }
    let (intact, text) = verified(&house);
    assert!(intact, "{text}");
    for robot in [judge, plaintiff, defendant] {
        robot.kill().await;
    }
}

#[tokio::test]
async fn a_disk_that_turns_read_only_is_told_and_all_before_it_verifies() {
    let mut house = House::closed("", "info");
    house.start_on_own_disk().await;
    let (mut judge, mut plaintiff, mut defendant) = house.open_hearing().await;
    judge.must("until:rolling").await;
    let (_, seat) = house.seat("plaintiff");
    let commits = |house: &House| kinds(&ledger(house)).iter().filter(|k| *k == "commit").count();
    until("some seconds on the record", || (commits(&house) >= 6).then_some(())).await;
    // As the kernel does when a disk fails: what is open for writing stays open, and takes nothing.
    let (since, gone_at) = (Instant::now(), now_ms());
    let gone = house.beside_server(&["mount", "-o", "remount,abort"]).status();
    assert!(gone.expect("mount runs").success());
    judge.must("until:faulty").await;
    let took = since.elapsed();
    assert!(took < TOLD_WITHIN + SLACK, "told after {took:?}");
    judge.must(&format!("until:hears:p{seat}")).await;
    assert!(house.is_running(), "the hearing goes on");
    assert!(figure(&house, "assize_recorder_faults_total{fault=\"unwritable\"}").await >= 1.0);

    // The disk is back after a restart; what counts is what it has then.
    house.kill().await;
    house.start_on_own_disk().await;
    let before: Vec<Value> = ledger(&house)
        .into_iter()
        .take_while(|line| line["entry"]["kind"] != "recovered")
        .collect();
    let ends = on_disk_until(&before);
    assert_eq!(ends.len(), 6, "sound and picture of three people: {ends:?}");
    for (segment, end) in ends {
        let missing = gone_at - end;
        assert!(missing <= LOSS_MS_MAX + SLACK_MS, "{segment}: {missing} ms are missing");
    }
    for robot in [&mut judge, &mut plaintiff, &mut defendant] {
        robot.must("reload").await;
        robot.must("until:seated").await;
        robot.must("until:connected").await;
        robot.must("until:in_session").await;
    }
    judge.must("until:rolling").await;
    judge.must("close").await;
    judge.must("until:sealed").await;
    let entries = ledger(&house);
    let gap = entries.iter().find(|line| line["entry"]["kind"] == "recovered");
    let gap = &gap.expect("the gap stands there")["entry"];
    let (from, to) = (gap["from"].as_i64().expect("from"), gap["to"].as_i64().expect("to"));
    assert!((from..to).contains(&gone_at), "{gone_at}: {gap}");
    let (intact, text) = verified(&house);
    assert!(intact, "{text}");
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
