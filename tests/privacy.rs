//! Nothing private stands in any log, not even at the most talkative level.
//!
//! What is not here: the type that hides values, see `model::private`.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use model::{LineId, LineKind, TranscriptEdit};
use protocol::{ClientMessage, ServerMessage};
use serde_json::{Value, json};

use crate::house::{Client, House};

/// Names, case and words of the demonstration and of this test.
const WORDS: &[&str] = &[
    "张三",
    "李四",
    "王五",
    "李法官",
    "陈书记员",
    "旁听一号",
    "赵律师",
    "孙律师",
    "周调解员",
    "钱大妈",
    "郑老板",
    "冯律师",
    "村站协助员",
    "吴法官",
    "郑陪审员",
    "咸安甲公司",
    "赤壁乙公司",
    "相邻关系纠纷",
    "鄂1202民初",
    "民间借贷纠纷",
    "shouted-at-the-bench",
    "a-cousin-in-the-room",
    "typed-into-the-transcript",
    "what-should-stand-there",
    "why-nobody-corrects",
    "volume-three-page-nine",
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
    transcript(&mut wrong, &house, seat).await;

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
    secrets.extend([&gallery, &wrong].into_iter().flat_map(cookies));
    // Port 0 stands in the configuration, which is logged whole at the start.
    let ports = [house.https_port(), house.media_port(), 0];
    let ports = ports.map(|port| format!("127.0.0.1:{port}"));
    house.terminate().await;

    let log = house.log();
    for told in ["DEBUG", "signaling::", "sfu::", "recorder::", "Warned", "CheckIn"] {
        assert!(lines(&log).any(|line| line.contains(told)), "the log says nothing of {told}");
    }
    for line in lines(&log) {
        assert_says_nothing(line, WORDS.iter().chain(SDP).copied(), &secrets);
        let without_own = ports.iter().fold(line.to_owned(), |text, own| text.replace(own, ""));
        assert!(!without_own.contains("127.0.0.1:"), "somebody's address: {line}");
    }
}

/// Writes, freezes and reviews a transcript as its clerk.
async fn transcript(clerk: &mut Client, house: &House, seat: u64) {
    let mut page = clerk.page(house.hearing()).await;
    page.say(&ClientMessage::ReadAlong { desk: "desk".to_owned(), since: 0 }).await;
    let edit = TranscriptEdit::Add {
        line: LineId("desk-1".to_owned()),
        after: None,
        kind: LineKind::Note,
        speaker: None,
        text: "typed-into-the-transcript".into(),
        turn: None,
    };
    page.say(&ClientMessage::Write { desk: "desk".to_owned(), seq: 1, edits: vec![edit] }).await;
    while !matches!(page.next().await, Some(ServerMessage::TranscriptSteps { .. })) {}
    let path = format!("/api/hearings/{}/transcript", house.hearing());
    let frozen = clerk.must(&path, &json!({ "review": "freeze" })).await;
    let sha256 = frozen["review"]["sha256"].as_str().expect("a digest").to_owned();
    clerk.must(&format!("{path}/code"), &json!({ "who": seat })).await;
    // None of these is taken; what they say is no business of the log either.
    for ask in [
        json!({ "review": "object", "version": 1, "line": "desk-1", "text": "what-should-stand-there" }),
        json!({ "review": "decline", "number": 1, "reason": "why-nobody-corrects" }),
        json!({
            "review": "sign_for", "who": seat, "version": 1, "sha256": sha256,
            "how": { "how": "on_paper", "note": "volume-three-page-nine", "scan": "aGFsbG8=" },
        }),
        json!({
            "review": "sign", "version": 1, "sha256": sha256, "method": "typed",
            "mark": "李法官", "code": "a-wrong-password",
        }),
    ] {
        assert!(clerk.ask("POST", &path, &ask).await.status >= 400, "{ask}");
    }
}

/// What the docket is told about a sitting that nobody else may read.
const TOLD: &[&str] = &[
    "诸葛甲",
    "欧阳乙",
    "顾法官",
    "上官丙",
    "13912345678",
    "13987654321",
    "zhuge@mail.example",
    "鄂9999民初77号",
    "鄂9999民初78号",
    "名誉权纠纷",
    "told-about-rights-by-phone",
    "the-judge-is-ill",
    "moved-because-of-rain",
    "hook-with-a-key",
    "jie-tiao-of-zhuge",
    "iou-as-evidence",
    "drain-through-the-yard",
    "helped-with-the-headset",
];

/// A webhook's secret, a token and a station's code.
async fn given_once(admin: &mut Client) -> [String; 3] {
    let hook = json!({ "url": "http://127.0.0.1:9/hook-with-a-key", "events": [] });
    let token = json!({ "name": "case system", "scopes": ["import", "receipts"], "days": 30 });
    let station = json!({ "name": "石桥站", "tribunal": "贺胜人民法庭" });
    [
        text(&admin.must("/api/webhooks", &hook).await["secret"]),
        text(&admin.must("/api/tokens", &token).await["token"]),
        text(&admin.must("/api/stations", &station).await["code"]),
    ]
}

#[expect(clippy::too_many_lines, reason = "a whole day of the docket, step by step")]
#[tokio::test]
async fn what_the_docket_is_told_leaves_nothing_private_in_the_log() {
    let mut house = House::with("log = \"trace\"", "trace").await;
    let mut admin = house.client();
    let (name, password) = house.account("admin");
    assert_eq!(admin.sign_in(&name, &password).await.status, 200);
    let mut secrets = vec![password];
    secrets.extend(given_once(&mut admin).await);

    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_millis();
    let due = u64::try_from(now).expect("before the year 500 million") + 86_400_000;
    let mut sitting = json!({
        "heading": {
            "court": "咸安区人民法院", "case_number": "（2026）鄂9999民初77号",
            "cause": "名誉权纠纷", "scheduled_at": due
        },
        "brief": { "further_cases": [
            { "case_number": "（2026）鄂9999民初78号", "cause": "名誉权纠纷" }
        ] },
        "minutes": 60,
        "people": [
            { "role": "presiding_judge", "name": "顾法官" },
            { "role": "plaintiff", "name": "诸葛甲", "phone": "13912345678", "email": "zhuge@mail.example",
              "real_name": { "kind": "id_card", "number": NUMBERS[0] } },
            { "role": "defendant", "name": "欧阳乙", "phone": "13987654321" },
        ],
    });
    let session = admin.must("/api/hearings", &sitting).await;
    let path = format!("/api/hearings/{}", session["hearing"]);
    let seat = session["form"]["people"][1]["id"].clone();
    for channel in ["sms", "email", "webhook", "paper"] {
        admin.must(&format!("{path}/notices"), &json!({ "channel": channel })).await;
    }
    let said = json!({ "step": "hearing", "given": true, "form": "phone", "told": "told-about-rights-by-phone" });
    admin.must(&format!("{path}/participants/{seat}/consents"), &said).await;
    let moved = json!({ "scheduled_at": due + 3_600_000, "reason": "moved-because-of-rain" });
    admin.must(&format!("{path}/reschedule"), &moved).await;
    sitting["external_id"] = "77".into();
    sitting["people"][0]["name"] = "=顾法官".into();
    admin.must("/api/import", &json!({ "rows": [sitting, { "people": "上官丙" }] })).await;
    let matter = json!({
        "case_number": "（2026）鄂9999民初77号", "cause": "名誉权纠纷", "applicant": "诸葛甲",
        "applicant_phone": "13912345678", "respondent": "上官丙", "respondent_phone": "",
        "facts": "drain-through-the-yard"
    });
    admin.must("/api/mediations", &json!({ "matter": matter, "standing": "ordinary" })).await;

    let code = admin.must(&format!("{path}/participants/{seat}/code"), &json!({})).await;
    let code = text(&code["code"]);
    let mut person = house.client();
    assert_eq!(
        person.ask("POST", "/api/my/open", &json!({ "key": "99-not-a-letter" })).await.status,
        404
    );
    person.must("/api/my/open", &json!({ "key": code })).await;
    let letter = cookies(&person);
    person.must("/api/my/notice", &json!({})).await;
    person.must("/api/my/consent", &json!({ "step": "service", "given": false })).await;
    person.must("/api/my/enter", &json!({})).await;
    numbers_are_given_to(&house, &mut admin, &mut person, &path).await;
    let about =
        json!({ "name": "iou-as-evidence", "kind": "document", "purpose": "", "form": "copy" });
    let evidence = format!("{path}/evidence");
    for (file, status) in [(one_page(), 201), ("not what it claims".to_owned(), 415)] {
        let answer = person.hand_in(&evidence, &about, "jie-tiao-of-zhuge.pdf", &file).await;
        assert_eq!(answer.status, status, "{:?}", answer.body);
    }
    let help = json!({ "words": "helped-with-the-headset" });
    person.must("/api/help", &help).await;
    admin.must(&format!("{path}/call-off"), &json!({ "reason": "the-judge-is-ill" })).await;
    secrets.push(code);
    secrets.extend(letter);
    secrets.extend(cookies(&admin));
    secrets.extend(cookies(&person));
    house.terminate().await;

    nowhere_on_disk(house.folder(), NUMBERS);
    secrets.extend(NUMBERS.iter().map(|number| (*number).to_owned()));
    let log = house.log();
    assert!(lines(&log).any(|line| line.contains("put on the docket")));
    for line in lines(&log) {
        assert_says_nothing(line, TOLD.iter().chain(WORDS).copied(), &secrets);
    }
}

/// Numbers of identity documents: right ones, one altered, and the day of birth inside one.
const NUMBERS: &[&str] =
    &["11010519491231002X", "440524188001010014", "11010519491231003X", "19491231", "E12345678"];

/// Numbers come in by form, by the court, by the person and by import, right and wrong.
async fn numbers_are_given_to(house: &House, admin: &mut Client, person: &mut Client, path: &str) {
    let real = |kind: &str, number: &str| json!({ "kind": kind, "number": number });
    let own = |number: &str| json!({ "name": "诸葛甲", "kind": "id_card", "number": number });
    for (number, status) in [(NUMBERS[2], 422), (NUMBERS[1], 422), (NUMBERS[0], 200)] {
        let answer = person.ask("POST", "/api/my/real-name", &own(number)).await;
        assert_eq!(answer.status, status, "{:?}", answer.body);
    }
    let mut clerk = house.client();
    let (name, password) = house.account("clerk");
    clerk.sign_in(&name, &password).await;
    clerk.must(&format!("{path}/real-names/look-up"), &real("id_card", NUMBERS[1])).await;
    let session = clerk.ask("GET", path, &Value::Null).await.body;
    let line = &session["real_names"][0];
    assert_eq!((&line["state"], &line["masked"]), (&json!("agreed"), &json!("1101**********002X")));
    let seats = &session["form"]["people"];
    let of = |place: usize, what: &str| {
        format!("{path}/participants/{}/real-name{what}", seats[place]["id"])
    };
    let whole = clerk.must(&of(1, "/number"), &json!({})).await;
    assert_eq!(whole["number"], NUMBERS[0]);
    clerk.must(&of(2, ""), &real("passport", NUMBERS[4])).await;
    let answer = clerk.ask("POST", &of(2, ""), &real("id_card", NUMBERS[1])).await;
    assert_eq!(answer.status, 422, "{:?}", answer.body);
    let mut row = session["form"].clone();
    row["external_id"] = "78".into();
    row["heading"]["case_number"] = "（2026）鄂9999民初78号".into();
    for person in row["people"].as_array_mut().expect("people") {
        person["id"] = Value::Null;
    }
    row["people"][2]["real_name"] = real("id_card", NUMBERS[1]);
    admin.must("/api/import", &json!({ "rows": [row] })).await;
}

/// No file below a folder has any of these in clear.
fn nowhere_on_disk(folder: &Path, words: &[&str]) {
    let mut looked = 0;
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder of the house") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let Ok(bytes) = std::fs::read(&path) else { continue };
            looked += 1;
            for word in words {
                let found = bytes.windows(word.len()).any(|part| part == word.as_bytes());
                assert!(!found, "{word} stands in {}", path.display());
            }
        }
    }
    assert!(looked > 3, "the docket, its keys and the log were looked at");
}

/// A document of one empty page.
fn one_page() -> String {
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Count 1/Kids[3 0 R]>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<<>>>>",
    ];
    let mut file = "%PDF-1.5\n".to_owned();
    let mut table = "xref\n0 4\n0000000000 65535 f \n".to_owned();
    for (number, object) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.push_str(&format!("{} 0 obj\n{object}\nendobj\n", number + 1));
    }
    let start = file.len();
    format!("{file}{table}trailer\n<</Size 4/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n")
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// The values of the cookies somebody carries.
fn cookies(client: &Client) -> Vec<String> {
    let values = client.cookies().iter().filter_map(|cookie| cookie.split_once('='));
    values.map(|(_, value)| value.to_owned()).collect()
}

/// The lines of the log. The sheet of the demonstration is printed for the one who starts it; it is
/// no log.
fn lines(log: &str) -> impl Iterator<Item = &str> {
    log.lines().filter(|line| is_log(line))
}

fn assert_says_nothing<'a>(
    line: &str,
    mut words: impl Iterator<Item = &'a str>,
    secrets: &[String],
) {
    if let Some(word) = words.find(|word| line.contains(word)) {
        panic!("{word}: {line}");
    }
    let long = secrets.iter().filter(|secret| secret.len() > 3);
    for secret in long {
        assert!(!line.contains(secret.as_str()), "{secret}: {line}");
    }
}

/// Log lines are JSON, or begin with a time when they are written for people.
fn is_log(line: &str) -> bool {
    let json = serde_json::from_str::<Value>(line).is_ok_and(|value| value["level"].is_string());
    let levels = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR"];
    json || levels.iter().any(|level| line.contains(level))
}
