//! The first whole hearing, held by robots against the real binary, and its record put to the
//! test afterwards.
//!
//! What is not here: days on which something breaks, see `record.rs` and `bad_days.rs`.

use std::path::Path;

use crate::house::House;

fn who(seat: u64) -> String {
    format!("p{seat}")
}

#[tokio::test]
async fn a_whole_hearing_is_held_and_its_record_is_intact() {
    let mut house = House::open().await;
    let (mut judge, mut plaintiff, mut defendant) = house.open_hearing().await;
    let (_, plaintiff_seat) = house.seat("plaintiff");
    let (_, defendant_seat) = house.seat("defendant");
    let judge_seat = judge.report().await["participant"].as_u64().expect("a seat");
    judge.must("until:rolling").await;

    for (robot, others) in [
        (&mut judge, [plaintiff_seat, defendant_seat]),
        (&mut plaintiff, [judge_seat, defendant_seat]),
        (&mut defendant, [judge_seat, plaintiff_seat]),
    ] {
        for other in others {
            robot.must(&format!("until:hears:{}", who(other))).await;
            robot.must(&format!("until:sees:{}", who(other))).await;
        }
    }

    // A locked person who goes on sending is not heard all the same.
    plaintiff.must("defy").await;
    judge.must(&format!("lock:{}", who(plaintiff_seat))).await;
    plaintiff.must("until:locked").await;
    defendant.must(&format!("until:deaf:{}", who(plaintiff_seat))).await;
    let heard = defendant.packets(plaintiff_seat, "microphone").await;
    let sent = sound_sent(&plaintiff.report().await);
    judge.must(&format!("until:deaf:{}", who(plaintiff_seat))).await;
    defendant.must(&format!("until:sees:{}", who(plaintiff_seat))).await;
    assert!(sound_sent(&plaintiff.report().await) > sent + 20, "the robot went on sending");
    assert_eq!(defendant.packets(plaintiff_seat, "microphone").await, heard);

    plaintiff.must("hand-up").await;
    judge.must(&format!("unlock:{}", who(plaintiff_seat))).await;
    plaintiff.must("obey").await;
    defendant.must(&format!("until:hears:{}", who(plaintiff_seat))).await;

    judge.must("recess:non_public_evidence").await;
    judge.must("until:recess").await;
    judge.must("until:paused").await;
    judge.must("resume").await;
    judge.must("until:in_session").await;
    judge.must("until:rolling").await;

    assert_eq!(defendant.does("lock-all").await, "not_your_right");
    assert_eq!(judge.does(&format!("remove:{}", who(defendant_seat))).await, "warn_first");
    judge.must(&format!("warn:{}", who(defendant_seat))).await;
    judge.must(&format!("remove:{}", who(defendant_seat))).await;
    defendant.must("until:bye").await;
    plaintiff.must(&format!("until:deaf:{}", who(defendant_seat))).await;
    let removed = defendant.quit().await;
    assert_eq!(removed["robots"][0]["byes"][0], "removed", "{removed:#}");

    judge.must("close").await;
    judge.must("until:closed").await;
    for robot in [judge, plaintiff] {
        let report = robot.quit().await;
        assert_eq!(report["outcome"], "flowed", "{report:#}");
        assert_eq!(report["robots"][0]["foreign"], 0, "{report:#}");
        assert_eq!(report["robots"][0]["unmarked"], 0, "{report:#}");
        assert_eq!(lost_without(&report, plaintiff_seat), 0, "{report:#}");
    }
    assert!(house.terminate().await.success());

    let (status, text) = house.verify().await;
    assert!(status.success(), "{text}");
    assert!(text.contains("完整 intact") && text.contains("已封存 sealed"), "{text}");
    tampering_is_found(&house).await;
}

/// Packets lost, but the sound of the one who went on sending while locked.
fn lost_without(report: &serde_json::Value, locked: u64) -> u64 {
    let peers = report["robots"][0]["peers"].as_array().expect("peers");
    let counted =
        peers.iter().filter(|track| track["from"] != locked || track["kind"] != "microphone");
    counted.map(|track| track["lost"].as_u64().expect("a count")).sum()
}

fn sound_sent(report: &serde_json::Value) -> u64 {
    report["sent"][0][1].as_u64().expect("a count")
}

async fn tampering_is_found(house: &House) {
    let folder = house.record_folder();
    let ledger = folder.join("ledger.jsonl");
    let whole = std::fs::read_to_string(&ledger).expect("the ledger can be read");
    let lines: Vec<&str> = whole.lines().collect();
    assert!(lines.len() > 10, "{whole}");
    let middle = lines.len() / 2;

    let mut swapped = lines.clone();
    swapped.swap(middle, middle + 1);
    let changed = lines[middle].replacen('1', "2", 1);
    let mut edited = lines.clone();
    edited[middle] = &changed;
    let mut without = lines.clone();
    without.remove(middle);
    for (what, tampered) in [
        ("swapped", swapped),
        ("edited", edited),
        ("one taken out", without),
        ("tail cut off", lines[..lines.len() - 3].to_vec()),
    ] {
        let text = tampered.join("\n") + "\n";
        assert_ne!(text, whole, "{what}");
        std::fs::write(&ledger, text).expect("the ledger can be written");
        found(house, what, "").await;
    }
    std::fs::write(&ledger, &whole).expect("the ledger can be written");

    let segment = segments(&folder).pop().expect("a segment");
    let mut bytes = std::fs::read(&segment).expect("it can be read");
    let name = segment.file_name().expect("a name").to_string_lossy().into_owned();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&segment, &bytes).expect("it can be written");
    found(house, "a flipped bit of media", &name).await;
    bytes[middle] ^= 1;
    std::fs::write(&segment, &bytes[..bytes.len() - 1]).expect("it can be written");
    found(house, "a segment cut short", &name).await;
    std::fs::remove_file(&segment).expect("it can be removed");
    found(house, "a segment removed", &name).await;
    std::fs::write(&segment, &bytes).expect("it can be written");
    let (status, text) = house.verify().await;
    assert!(status.success(), "restored: {text}");
}

async fn found(house: &House, what: &str, name: &str) {
    let (status, text) = house.verify().await;
    assert_eq!(status.code(), Some(1), "{what}: {text}");
    assert!(text.contains("NOT INTACT"), "{what}: {text}");
    assert!(text.contains(name), "{what}: {text}");
    assert!(text.chars().any(|letter| letter.is_ascii_digit()), "{what} has no place: {text}");
}

/// The media files of a record.
pub(crate) fn segments(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let media = path.extension().is_some_and(|end| end == "webm" || end == "mkv");
            if path.is_dir() {
                folders.push(path);
            } else if media {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

#[tokio::test]
async fn a_witness_hears_nothing_before_being_called() {
    let house = House::open().await;
    let (mut judge, plaintiff, defendant) = house.open_hearing().await;
    let mut witness = house.person("witness");
    let (_, seat) = house.seat("witness");
    witness.must("until:waiting").await;
    witness.must("until:connected").await;
    let judge_seat = judge.report().await["participant"].as_u64().expect("a seat");
    witness.must("defy").await;
    witness.must(&format!("until:deaf:{}", who(judge_seat))).await;
    judge.must(&format!("until:deaf:{}", who(seat))).await;
    let before = witness.report().await;
    assert_eq!(before["peers"].as_array().map(Vec::len), Some(0), "{before:#}");
    assert_eq!(judge.packets(seat, "camera").await, 0);

    judge.must(&format!("admit:{}", who(seat))).await;
    witness.must("until:in_hearing").await;
    witness.must(&format!("until:hears:{}", who(judge_seat))).await;
    witness.must(&format!("until:sees:{}", who(judge_seat))).await;
    judge.must(&format!("until:hears:{}", who(seat))).await;

    judge.must(&format!("dismiss:{}", who(seat))).await;
    witness.must(&format!("until:deaf:{}", who(judge_seat))).await;
    judge.must(&format!("until:deaf:{}", who(seat))).await;
    for robot in [judge, plaintiff, defendant, witness] {
        robot.kill().await;
    }
}

#[tokio::test]
async fn the_gallery_watches_and_never_publishes() {
    let house = House::open().await;
    let (mut judge, plaintiff, defendant) = house.open_hearing().await;
    let mut gallery = house.person("gallery");
    let (_, seat) = house.seat("gallery");
    judge.must("until:checked-in:1").await;
    judge.must(&format!("admit:{}", who(seat))).await;
    gallery.must("until:in_hearing").await;
    gallery.must("defy").await;
    let (_, plaintiff_seat) = house.seat("plaintiff");
    gallery.must(&format!("until:hears:{}", who(plaintiff_seat))).await;
    gallery.must(&format!("until:sees:{}", who(plaintiff_seat))).await;
    judge.must(&format!("until:deaf:{}", who(seat))).await;
    assert_eq!(judge.packets(seat, "microphone").await, 0);
    assert_eq!(judge.packets(seat, "camera").await, 0);
    for robot in [judge, plaintiff, defendant, gallery] {
        robot.kill().await;
    }
}

#[tokio::test]
async fn a_party_shares_a_screen_by_leave_only() {
    let house = House::open().await;
    let mut judge = house.judge();
    judge.must("until:connected").await;
    judge.must("open-check-in").await;
    let mut plaintiff = house.person_with_screen("plaintiff");
    let mut defendant = house.person("defendant");
    let (_, seat) = house.seat("plaintiff");
    judge.must("until:checked-in:2").await;
    judge.must("admit-all").await;
    judge.must("until:people:2").await;
    judge.must("open").await;
    judge.must("until:in_session").await;

    plaintiff.must("defy").await;
    defendant.must(&format!("until:sees:{}", who(seat))).await;
    defendant.must(&format!("until:blind-screen:{}", who(seat))).await;
    assert_eq!(defendant.packets(seat, "screen").await, 0);
    judge.must(&format!("allow-screen:{}", who(seat))).await;
    defendant.must(&format!("until:sees-screen:{}", who(seat))).await;
    judge.must(&format!("until:sees-screen:{}", who(seat))).await;
    judge.must(&format!("forbid-screen:{}", who(seat))).await;
    defendant.must(&format!("until:blind-screen:{}", who(seat))).await;
    let seen = defendant.packets(seat, "screen").await;
    defendant.must(&format!("until:sees:{}", who(seat))).await;
    assert_eq!(defendant.packets(seat, "screen").await, seen);
    for robot in [judge, plaintiff, defendant] {
        robot.kill().await;
    }
}

#[tokio::test]
async fn robots_by_script_print_one_line_and_tell_by_their_exit_code() {
    let house = House::open().await;
    let (code, plaintiff) = house.seat("plaintiff");
    let script = "until:connected,open-check-in,until:checked-in:1,admit-all,until:people:1,open,\
                  until:in_session,wait:1,close,until:sealed";
    let arguments = ["--code", &code, "--judge-script", script, "--seconds", "25"];
    let (exit, report) = house.probe(&arguments).await;
    assert_eq!((exit, &report["outcome"]), (Some(0), &"flowed".into()), "{report:#}");
    assert_eq!(report["lost"], 0, "{report:#}");
    for figure in ["join_ms", "first_audio_ms", "first_video_ms"] {
        assert!(report[figure].is_u64(), "{figure}: {report:#}");
    }
    let delays = &report["delay_ms"];
    assert!(delays["p50"].as_f64() <= delays["p99"].as_f64(), "{report:#}");
    assert_eq!(report["robots"][0]["peers"][0]["from"], plaintiff, "{report:#}");

    let (exit, _) = house.probe(&["--code", "00000000"]).await;
    assert_eq!(exit, Some(2), "a wrong code keeps the robots out");
    let (exit, _) = house.probe(&["--judge-script", "dance"]).await;
    assert_eq!(exit, Some(2), "a verb nobody knows");
    let arguments = ["--judge-script", "until:bye", "--seconds", "20", "--expect-nothing"];
    let (exit, report) = house.probe(&arguments).await;
    assert_eq!((exit, &report["outcome"]), (Some(0), &"not_connected".into()), "{report:#}");
    assert_eq!(report["received"], 0);
}
