//! The record when the power fails, when the server is stopped, and when it is played.
//!
//! What is not here: tampering, see `serve.rs`; full disks, see `bad_days.rs`.

use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::process::Command;
use tokio::time::timeout;

use crate::house::{DEADLINE, House, until};
use crate::serve::segments;

/// At most this much of the record may be missing after a kill, ms.
pub(crate) const LOSS_MS_MAX: i64 = 1_000;
/// For a machine that does other things too.
pub(crate) const SLACK_MS: i64 = 250;

async fn ffprobe(file: &Path) -> Value {
    let mut command = Command::new("ffprobe");
    command
        .args(["-v", "error", "-of", "json", "-count_packets", "-show_streams", "-show_format"])
        .arg(file)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = timeout(DEADLINE, command.output()).await.expect("in time");
    let output = output.expect("ffprobe is installed");
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {complaints}", file.display());
    serde_json::from_slice(&output.stdout).expect("ffprobe writes JSON")
}

async fn segments_open(house: &House) -> usize {
    let found = segments(&house.record_folder());
    for file in &found {
        let told = ffprobe(file).await;
        let streams = told["streams"].as_array().map_or(0, Vec::len);
        assert_eq!(streams, 1, "{}: {told:#}", file.display());
    }
    found.len()
}

fn random(below: u64) -> u64 {
    RandomState::new().hash_one(below) % below
}

/// Pieces of media of the ledger: end on the media time line, ms.
fn committed_ms(house: &House) -> u64 {
    let ledger = house.ledger();
    let entries = ledger.iter().filter(|line| line["entry"]["kind"] == "commit");
    let pieces = entries.filter_map(|line| line["entry"]["pieces"].as_array()).flatten();
    pieces.filter_map(|piece| piece["to_ms"].as_u64()).max().unwrap_or(0)
}

/// The least of what is on disk of any track that was being recorded, ms.
fn committed_of_all_ms(house: &House) -> u64 {
    let mut ends = std::collections::BTreeMap::new();
    for line in house.ledger() {
        let entry = &line["entry"];
        if entry["kind"] == "segment_sealed" {
            ends.remove(entry["segment"].as_str().expect("a name"));
        }
        for piece in entry["pieces"].as_array().into_iter().flatten() {
            let segment = piece["segment"].as_str().expect("a name").to_owned();
            ends.insert(segment, piece["to_ms"].as_u64().expect("an end"));
        }
    }
    ends.into_values().min().expect("something was being recorded")
}

/// Wall clock of a moment of the media time line that came after the last order to record.
fn wall_clock(house: &House, media_ms: u64) -> i64 {
    let ledger = house.ledger();
    let mut rolls = ledger.iter().rev().map(|line| &line["entry"]);
    let roll = rolls.find(|entry| entry["kind"] == "roll" && entry["rolling"] == true);
    let roll = roll.expect("recording was ordered");
    let number = |key: &str| roll[key].as_i64().expect("a number");
    number("ordered_at") + i64::try_from(media_ms).expect("it fits") - number("media_ms")
}

/// Waits until so much more is on the record, ms.
async fn on_the_record(house: &House, more_ms: u64) {
    let before = committed_ms(house);
    until("more on the record", || (committed_ms(house) > before + more_ms).then_some(())).await;
}

fn says(house: &House, kind: &str) -> bool {
    house.ledger().iter().any(|line| {
        line["entry"]["kind"] == kind || line["entry"]["minute"]["fact"]["fact"] == kind
    })
}

#[tokio::test]
async fn a_kill_costs_less_than_a_second_and_the_hearing_goes_on() {
    let mut house = House::open().await;
    let (mut judge, mut plaintiff, mut defendant) = house.open_hearing().await;
    let (_, plaintiff_seat) = house.seat("plaintiff");
    for round in 0..2 {
        judge.must("until:rolling").await;
        on_the_record(&house, 2_000).await;
        let pause = Duration::from_millis(random(700));
        timeout(pause, core::future::pending::<()>()).await.expect_err("a random moment");
        house.kill().await;
        let killed_at = now_ms();
        let missing = killed_at - wall_clock(&house, committed_of_all_ms(&house));
        assert!(
            missing <= LOSS_MS_MAX + SLACK_MS,
            "round {round}: killed {pause:?} later, {missing} ms are missing"
        );
        assert!(segments_open(&house).await > 0);

        house.start().await;
        for robot in [&mut judge, &mut plaintiff, &mut defendant] {
            robot.must("reload").await;
            robot.must("until:seated").await;
            robot.must("until:connected").await;
            robot.must("until:in_session").await;
        }
        judge.must(&format!("until:hears:p{plaintiff_seat}")).await;
        defendant.must(&format!("until:sees:p{plaintiff_seat}")).await;
        judge.must("until:rolling").await;
    }
    judge.must("close").await;
    judge.must("until:closed").await;
    for robot in [judge, plaintiff, defendant] {
        robot.kill().await;
    }
    assert!(house.terminate().await.success());
    let (status, text) = house.verify().await;
    assert!(status.success(), "{text}");
    for kind in ["node_restarted", "recovered", "reopened", "sealed"] {
        assert!(says(&house, kind), "{kind} stands in the ledger");
    }
    assert!(segments_open(&house).await > 0);
}

pub(crate) fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH);
    i64::try_from(since.expect("after 1970").as_millis()).expect("it fits")
}

#[tokio::test]
async fn a_stop_in_order_closes_the_ledger_off() {
    let mut house = House::open().await;
    let (mut judge, mut plaintiff, mut defendant) = house.open_hearing().await;
    judge.must("until:rolling").await;
    on_the_record(&house, 1_000).await;
    let status = house.terminate().await;
    assert!(status.success(), "{status}\n{}", house.log());
    assert!(says(&house, "node_stopped"), "the stop stands in the ledger");
    let text = std::fs::read_to_string(house.record_folder().join("ledger.jsonl"));
    assert!(text.expect("the ledger can be read").ends_with('\n'), "no half line");
    let (status, text) = house.verify().await;
    assert!(status.success(), "{text}");
    assert!(segments_open(&house).await > 0);

    // Nobody touches the pages: they find back by themselves.
    house.start().await;
    let (_, plaintiff_seat) = house.seat("plaintiff");
    for robot in [&mut judge, &mut plaintiff, &mut defendant] {
        robot.must("until:seated").await;
        robot.must("until:in_session").await;
    }
    judge.must(&format!("until:hears:p{plaintiff_seat}")).await;
    judge.must("until:rolling").await;
    judge.must("close").await;
    judge.must("until:sealed").await;
    for robot in [judge, plaintiff, defendant] {
        robot.kill().await;
    }
}

#[tokio::test]
async fn the_playable_file_opens_and_is_served_by_range() {
    let house = House::open().await;
    let (mut judge, plaintiff, defendant) = house.open_hearing().await;
    judge.must("until:rolling").await;
    on_the_record(&house, 3_000).await;
    judge.must("close").await;
    judge.must("until:sealed").await;
    for robot in [judge, plaintiff, defendant] {
        robot.kill().await;
    }
    let (name, password) = house.account("clerk");
    let mut clerk = house.client();
    assert_eq!(clerk.sign_in(&name, &password).await.status, 200);
    let hearing = house.hearing();
    let list = clerk.ask("GET", "/api/archive", &Value::Null).await;
    assert_eq!(list.body["hearings"][0]["hearing"], hearing, "{list:?}");
    let record = clerk.ask("GET", &format!("/api/archive/{hearing}"), &Value::Null).await;
    assert!(record.body["media_ms"].as_u64().expect("a length") >= 3_000, "{record:?}");
    let verdict = clerk.ask("GET", &format!("/api/archive/{hearing}/verify"), &Value::Null).await;
    assert_eq!(verdict.body["intact"], true, "{verdict:?}");

    let (_, seat) = house.seat("plaintiff");
    let path = format!("/api/archive/{hearing}/{seat}/camera");
    let (status, head, whole) = clerk.download(&path, None).await;
    assert_eq!(status, 200, "{head}");
    let file = house.folder().join("playable.webm");
    std::fs::write(&file, &whole).expect("it can be written");
    let told = ffprobe(&file).await;
    let codecs: Vec<&str> = told["streams"]
        .as_array()
        .expect("streams")
        .iter()
        .filter_map(|stream| stream["codec_name"].as_str())
        .collect();
    assert!(codecs.contains(&"opus") && codecs.contains(&"vp8"), "{told:#}");
    for stream in told["streams"].as_array().expect("streams") {
        let packets = stream["nb_read_packets"].as_str().and_then(|text| text.parse().ok());
        assert!(packets.is_some_and(|packets: u64| packets > 50), "{told:#}");
    }

    let middle = whole.len() / 2;
    let range = format!("bytes={}-{}", middle, middle + 999);
    let (status, head, part) = clerk.download(&path, Some(&range)).await;
    assert_eq!(status, 206, "{head}");
    assert_eq!(part, whole[middle..middle + 1_000], "{head}");
    let content_range = format!("bytes {}-{}/{}", middle, middle + 999, whole.len());
    assert!(head.contains(&content_range), "{head}");
    let beyond = format!("bytes={}-", whole.len());
    assert_eq!(clerk.download(&path, Some(&beyond)).await.0, 416);

    let (name, password) = house.account("ops");
    let mut ops = house.client();
    assert_eq!(ops.sign_in(&name, &password).await.status, 200);
    assert!(ops.download(&path, None).await.0 >= 400, "operations see no records");
    assert!(house.client().download(&path, None).await.0 >= 400, "nobody sees no records");
}
