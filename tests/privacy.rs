//! Nothing private stands in any log, not even at the most talkative level.
//!
//! What is not here: the type that hides values, see `model::private`.

use serde_json::Value;

use crate::house::House;

/// Names, case and words of the demonstration and of this test.
const WORDS: &[&str] = &[
    "张三",
    "李四",
    "王五",
    "李法官",
    "陈书记员",
    "旁听一号",
    "鄂1202民初",
    "民间借贷纠纷",
    "shouted-at-the-bench",
    "a-cousin-in-the-room",
];
/// Parts of session descriptions.
const SDP: &[&str] =
    &["a=candidate", "a=fingerprint", "ice-ufrag", "ice-pwd", "m=audio", "m=video", "v=0"];

#[tokio::test]
async fn a_whole_hearing_leaves_nothing_private_in_the_log() {
    let mut house = House::with("log = \"trace\"", "trace").await;
    let (mut judge, plaintiff, mut defendant) = house.open_hearing().await;
    let (code, seat) = house.seat("defendant");
    let (gallery_code, _) = house.seat("gallery");
    let mut gallery = house.client();
    assert_eq!(gallery.join(&gallery_code).await.status, 200);
    let mut page = gallery.page(house.hearing()).await;
    let outcome = page
        .ask(model::Ask::CheckIn {
            discipline: true,
            others_present: "a-cousin-in-the-room".into(),
            camera: true,
            microphone: true,
            faults: Vec::new(),
            version: page.discipline.clone(),
        })
        .await;
    assert_eq!(outcome, protocol::RequestOutcome::Done {});
    page.send("{\"type\":\"张三\"}").await;
    page.end().await;

    let mut wrong = house.client();
    let (name, password) = house.account("clerk");
    wrong.sign_in(&name, "a-wrong-password").await;
    wrong.sign_in(&name, &password).await;
    wrong.join("76543210").await;
    let (_, judge_password) = house.account("judge");

    judge.must(&format!("warn:p{seat}:shouted-at-the-bench")).await;
    judge.must(&format!("remove:p{seat}:shouted-at-the-bench")).await;
    defendant.must("until:bye").await;
    judge.must("close").await;
    judge.must("until:sealed").await;
    wrong.ask("GET", "/api/archive", &Value::Null).await;
    let record = format!("/api/archive/{}", house.hearing());
    wrong.ask("GET", &record, &Value::Null).await;
    for robot in [judge, plaintiff, defendant] {
        robot.kill().await;
    }
    let mut secrets = vec![code, gallery_code, house.seat("plaintiff").0, password, judge_password];
    secrets.extend(["a-wrong-password".to_owned(), "76543210".to_owned()]);
    for client in [&gallery, &wrong] {
        for cookie in client.cookies() {
            let (_, value) = cookie.split_once('=').expect("a cookie");
            secrets.push(value.to_owned());
        }
    }
    // Port 0 stands in the configuration, which is logged whole at the start.
    let ports = [house.https_port(), house.media_port(), 0];
    let ports = ports.map(|port| format!("127.0.0.1:{port}"));
    house.terminate().await;

    let log = house.log();
    // The sheet of the demonstration is printed for the one who starts it; it is no log.
    let lines: Vec<&str> = log.lines().filter(|line| is_log(line)).collect();
    for told in ["DEBUG", "signaling::", "sfu::", "recorder::", "Warned", "CheckIn"] {
        assert!(lines.iter().any(|line| line.contains(told)), "the log says nothing of {told}");
    }
    for line in lines {
        for word in WORDS.iter().chain(SDP) {
            assert!(!line.contains(word), "{word}: {line}");
        }
        for secret in secrets.iter().filter(|secret| secret.len() > 3) {
            assert!(!line.contains(secret.as_str()), "{secret}: {line}");
        }
        let without_own = ports.iter().fold(line.to_owned(), |text, own| text.replace(own, ""));
        assert!(!without_own.contains("127.0.0.1:"), "somebody's address: {line}");
    }
}

/// Log lines are JSON, or begin with a time when they are written for people.
fn is_log(line: &str) -> bool {
    let json = serde_json::from_str::<Value>(line).is_ok_and(|value| value["level"].is_string());
    let levels = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR"];
    json || levels.iter().any(|level| line.contains(level))
}
