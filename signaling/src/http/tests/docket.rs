//! The docket over HTTP, and a false case system that imports, exports and is told.
//! What is not here: rules one by one (crate `docket`).

use ::docket::{Closing, Outcome};
use model::FailureGround;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::courier;

mod glossary;
mod pages;
mod real_names;

/// Nine in the morning of a day that comes, ms: the same moment however often it is asked.
fn tomorrow() -> i64 {
    let day = 24 * 3_600_000;
    (crate::fixture::wall().0 / day + 1) * day + 9 * 3_600_000
}

fn person(role: &str, name: &str) -> Value {
    json!({ "role": role, "name": name })
}

/// A hearing a clerk may put down.
fn form(number: &str, at: i64) -> Value {
    json!({
        "heading": {
            "court": "咸安区人民法院", "case_number": number, "cause": "民间借贷纠纷",
            "scheduled_at": at
        },
        "minutes": 60,
        "people": [
            person("presiding_judge", "李法官"), person("clerk", "陈书记员"),
            person("plaintiff", "张三"), person("defendant", "李四"),
        ],
    })
}

impl Api {
    async fn with(&self, method: &str, path: &str, head: (&str, &str), body: &Value) -> Answer {
        let request = Request::builder().method(method).uri(path).header(head.0, head.1);
        self.send(request.header(ORIGIN, "https://court.test"), Body::from(body.to_string())).await
    }

    async fn put(&self, path: &str, cookie: &str, body: &Value) -> Answer {
        self.with("PUT", path, ("cookie", cookie), body).await
    }

    /// Puts a hearing down; its number.
    async fn booked(&self, cookie: &str, form: &Value) -> u64 {
        let answer = self.post("/api/hearings", cookie, form).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.json());
        answer.json()["hearing"].as_u64().unwrap()
    }
}

/// `field fault` of each problem of an answer.
fn problems(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{:?}", answer.json());
    named(&answer.json()["problems"])
}

fn named(problems: &Value) -> Vec<String> {
    let name =
        |p: &Value| format!("{} {}", p["field"].as_str().unwrap(), p["fault"].as_str().unwrap());
    problems.as_array().unwrap().iter().map(name).collect()
}

#[tokio::test]
async fn a_sitting_is_put_down_moved_and_called_off() {
    let api = Api::new().await;
    let clerk = api.sign_in("clerk").await;
    let mut wrong = form("", tomorrow());
    wrong["people"].as_array_mut().unwrap().pop();
    let answer = api.post("/api/hearings", &clerk, &wrong).await;
    assert_eq!(
        problems(&answer),
        ["heading.case_number case_number_missing", "people side_missing"]
    );

    let id = api.booked(&clerk, &form("1号", tomorrow())).await;
    let path = format!("/api/hearings/{id}");
    let read = api.get(&path, &clerk).await.json();
    assert_eq!(read["form"]["heading"]["case_number"], "1号");
    assert_eq!(read["stage"], json!({ "name": "scheduled" }));
    assert_eq!(read["changes"][0]["what"], "added");

    let move_to =
        |reason: &str| json!({ "scheduled_at": tomorrow() + 86_400_000, "reason": reason });
    let answer = api.post(&format!("{path}/reschedule"), &clerk, &move_to(" ")).await;
    assert_eq!(problems(&answer), ["reason reason_missing"]);
    let moved = api.post(&format!("{path}/reschedule"), &clerk, &move_to("法官出差")).await;
    assert_eq!(moved.status, StatusCode::OK);
    assert_eq!(moved.json()["changes"][1]["reason"], "法官出差");

    let off = api.post(&format!("{path}/call-off"), &clerk, &json!({ "reason": "撤诉" })).await;
    assert_eq!(off.json()["closing"]["ending"], "called_off");
    let again = api.post(&format!("{path}/call-off"), &clerk, &json!({ "reason": "x" })).await;
    assert_eq!(again.why(), Refusal::HearingClosed);
}

#[tokio::test]
async fn people_are_changed_and_the_change_is_logged() {
    let api = Api::new().await;
    let clerk = api.sign_in("clerk").await;
    let id = api.booked(&clerk, &form("1号", tomorrow())).await;
    let path = format!("/api/hearings/{id}");
    let mut form = api.get(&path, &clerk).await.json()["form"].clone();
    let seat = form["people"][2]["id"].clone();
    form["people"][0]["name"] = "王法官".into();
    form["people"].as_array_mut().unwrap().push(json!({
        "role": "agent", "name": "赵律师", "acts_for": 2, "power": "special", "side": "plaintiff"
    }));
    let changed = api.put(&path, &clerk, &form).await;
    assert_eq!(changed.status, StatusCode::OK, "{:?}", changed.json());
    let changed = changed.json();
    assert_eq!(changed["form"]["people"][2]["id"], seat, "seats stay");
    assert_eq!(changed["form"]["people"][4]["acts_for"], 2);
    assert_eq!(changed["changes"][1]["what"], "court");
    assert_eq!(changed["changes"][1]["detail"], "李法官 → 王法官；");
}

#[tokio::test]
async fn one_place_and_one_person_at_a_time() {
    let api = Api::new().await;
    let admin = api.sign_in("admin").await;
    let list = "法庭,法院,类别,名称\n贺胜人民法庭,咸安区人民法院,人民法庭,第一法庭\n";
    let request = Request::builder().method("POST").uri("/api/sites/import");
    let request = request.header(COOKIE, &admin).header(ORIGIN, "https://court.test");
    let report = api.send(request, Body::from(list)).await.json();
    assert_eq!(
        (report["added"].as_u64(), report["refused"].as_array().unwrap().len()),
        (Some(1), 0)
    );
    let places = api.get("/api/sites", &admin).await.json();
    let (site, judge) = (places["sites"][0]["id"].clone(), places["accounts"].clone());
    let judge =
        judge.as_array().unwrap().iter().find(|a| a["name"] == "judge").unwrap()["id"].clone();

    let mut one = form("1号", tomorrow());
    one["site"] = site.clone();
    one["people"][0]["account"] = judge.clone();
    api.booked(&admin, &one).await;
    let mut other = form("2号", tomorrow() + 30 * 60_000);
    other["people"][2]["site"] = site;
    other["people"][0]["account"] = judge;
    let answer = api.post("/api/hearings", &admin, &other).await;
    assert_eq!(problems(&answer), ["people.2.site site_taken", "people.0.account person_taken"]);
    other["heading"]["scheduled_at"] = (tomorrow() + 60 * 60_000 + 5_000).into();
    api.booked(&admin, &other).await;
    other["tribunal"] = 99.into();
    other["people"][1]["account"] = other["people"][0]["account"].clone();
    let found = problems(&api.post("/api/hearings", &admin, &other).await);
    assert!(found.contains(&"tribunal no_such_thing".to_owned()), "{found:?}");
    assert!(found.contains(&"people.1.account account_unfit".to_owned()), "{found:?}");
}

#[tokio::test]
async fn who_may_work_on_what() {
    let api = Api::new().await;
    let clerk = api.sign_in("clerk").await;
    let id = api.booked(&clerk, &form("1号", tomorrow())).await;
    let path = format!("/api/hearings/{id}");
    for (name, status) in [
        ("stranger", StatusCode::NOT_FOUND),
        ("mediator", StatusCode::NOT_FOUND),
        ("ops", StatusCode::FORBIDDEN),
        ("admin", StatusCode::OK),
    ] {
        let cookie = api.sign_in(name).await;
        assert_eq!(api.get(&path, &cookie).await.status, status, "{name}");
    }
    assert_eq!(api.get(&path, "").await.status, StatusCode::UNAUTHORIZED);
    let judge = api.sign_in("judge").await;
    let answer = api.post("/api/hearings", &judge, &form("2号", tomorrow())).await;
    assert_eq!(answer.why(), Refusal::NotYourRight, "a judge puts down what they sit in");
    // In the calendar others learn that the time is taken, and not whose case it is.
    let range = format!("/api/calendar?from={}&to={}", tomorrow() - 1_000, tomorrow() + 1_000);
    let line = api.get(&range, &judge).await.json()["lines"][0].clone();
    assert_eq!((&line["heading"]["case_number"], &line["parties"]), (&json!(""), &json!([])));
    let line = api.get(&range, &clerk).await.json()["lines"][0].clone();
    assert_eq!(line["parties"], json!(["张三", "李四"]));
}

#[tokio::test]
async fn consents_are_kept_by_step_and_the_last_word_counts() {
    let api = Api::new().await;
    let clerk = api.sign_in("clerk").await;
    let id = api.booked(&clerk, &form("1号", tomorrow())).await;
    let session = api.get(&format!("/api/hearings/{id}"), &clerk).await.json();
    let seat = session["form"]["people"][2]["id"].clone();
    let missing = |session: &Value| {
        let warnings = session["warnings"].as_array().unwrap();
        warnings.iter().filter(|w| w["what"] == "consent_missing").count()
    };
    assert_eq!(missing(&session), 2);
    let path = format!("/api/hearings/{id}/participants/{seat}/consents");
    let say = |step: &str, given: bool| json!({ "step": step, "given": given, "form": "phone", "told": "电话告知权利义务" });
    api.post(&path, &clerk, &say("hearing", true)).await;
    let session = api.post(&path, &clerk, &say("service", true)).await.json();
    assert_eq!(session["form"]["people"][2]["consents"], json!(["hearing", "service"]));
    assert_eq!(missing(&session), 1);
    let session = api.post(&path, &clerk, &say("hearing", false)).await.json();
    assert_eq!(session["form"]["people"][2]["consents"], json!(["service"]));
    assert_eq!(session["consents"].as_array().unwrap().len(), 3, "nothing is overwritten");
}

#[tokio::test]
async fn a_sitting_on_a_day_off_is_warned_of() {
    let api = Api::new().await;
    let (clerk, admin) = (api.sign_in("clerk").await, api.sign_in("admin").await);
    let id = api.booked(&clerk, &form("1号", tomorrow())).await;
    let day = ::docket::Day::of(Timestamp(tomorrow())).to_string();
    for working in [false, true] {
        let days = json!({ "days": [{ "day": day, "working": working }] });
        assert_eq!(api.put("/api/working-days", &admin, &days).await.status, StatusCode::OK);
        let session = api.get(&format!("/api/hearings/{id}"), &clerk).await.json();
        let off = session["warnings"].as_array().unwrap().iter().any(|w| w["what"] == "day_off");
        assert_eq!(off, !working, "{}", session["warnings"]);
    }
}

#[tokio::test]
async fn notices_go_out_and_are_confirmed() {
    let api = Api::new().await;
    let clerk = api.sign_in("clerk").await;
    let mut new = form("1号", tomorrow());
    new["people"][2]["phone"] = "13800000000".into();
    let id = api.booked(&clerk, &new).await;
    let path = format!("/api/hearings/{id}");
    let sent =
        api.post(&format!("{path}/notices"), &clerk, &json!({ "channel": "sms" })).await.json();
    let states: Vec<&str> =
        sent["notices"].as_array().unwrap().iter().map(|n| n["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["sent", "failed"], "the defendant has no number");
    let kinds: Vec<&Value> =
        sent["warnings"].as_array().unwrap().iter().map(|w| &w["what"]).collect();
    assert!(kinds.contains(&&json!("notice_short")), "one day is less than three: {kinds:?}");
    assert!(kinds.contains(&&json!("notice_unconfirmed")));
    let files = std::fs::read_dir(api.court.folder.path().join("outbox")).unwrap();
    let file = files.map(|file| file.unwrap().path()).next().unwrap();
    let letter: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    assert_eq!(letter["to"], "13800000000");
    assert!(letter["text"].as_str().unwrap().starts_with("张三：咸安区人民法院定于"));

    // The link in it opens the person's own page, where they confirm and agree.
    let (_, link) = letter["text"].as_str().unwrap().split_once("https://court.test/my#").unwrap();
    let link = link.split(' ').next().unwrap();
    let opened = api.post("/api/my/open", "", &json!({ "key": link })).await;
    let mine = opened.cookie(CARD_COOKIE).unwrap();
    let page = opened.json();
    assert_eq!((&page["name"], &page["role"]), (&json!("张三"), &json!("plaintiff")));
    assert_eq!(page["notice"]["confirmed"], false);
    assert!(!page["notice"]["text"].as_str().unwrap().contains(link), "what is kept has no key");
    let page = api.post("/api/my/notice", &mine, &json!({})).await.json();
    assert_eq!(page["notice"]["confirmed"], true);
    let agreed = json!({ "step": "hearing", "given": true });
    let page = api.post("/api/my/consent", &mine, &agreed).await.json();
    let said = |page: &Value| {
        let steps = page["steps"].as_array().unwrap().iter();
        steps.map(|step| (step["step"].clone(), step["given"].clone())).collect::<Vec<_>>()
    };
    let expected = [(json!("hearing"), json!(true)), (json!("service"), Value::Null)];
    assert_eq!(said(&page), expected);
    api.post("/api/my/consent", &mine, &agreed).await;
    let session = api.get(&path, &clerk).await.json();
    assert_eq!(session["notices"][0]["state"], "confirmed");
    assert_eq!(session["form"]["people"][2]["consents"], json!(["hearing"]));
    assert_eq!(session["consents"].as_array().unwrap().len(), 1, "said again is not said twice");
    let strange = json!({ "step": "mediation", "given": true });
    let refused = api.post("/api/my/consent", &mine, &strange).await;
    assert_eq!(refused.why(), Refusal::NotPlausible, "nobody asked for that step");
}

#[tokio::test]
async fn the_case_system_imports_again_and_again() {
    let api = Api::new().await;
    let admin = api.sign_in("admin").await;
    let new = json!({ "name": "审判系统", "scopes": ["import"], "days": 30 });
    let token = api.post("/api/tokens", &admin, &new).await.json()["token"].clone();
    let bearer = format!("Bearer {}", token.as_str().unwrap());
    let head = ("authorization", bearer.as_str());
    let row = |id: &str, number: &str| {
        let mut row = form(number, tomorrow());
        row["external_id"] = id.into();
        row
    };
    let rows = json!({ "rows": [row("a", "1号"), row("b", "2号")] });
    let report = api.with("POST", "/api/import", head, &rows).await.json();
    assert_eq!((&report["added"], &report["refused"]), (&json!(2), &json!([])));
    let report = api.with("POST", "/api/import", head, &rows).await.json();
    assert_eq!((&report["added"], &report["same"]), (&json!(0), &json!(2)));
    let changed = json!({ "rows": [row("a", "1号之一"), row("b", "2号")] });
    let report = api.with("POST", "/api/import", head, &changed).await.json();
    assert_eq!((&report["changed"], &report["same"]), (&json!(1), &json!(1)));

    // A token does what it is for and nothing else; without one, nothing.
    let range = format!("/api/export?from={}&to={}", tomorrow() - 10_000, tomorrow() + 10_000);
    assert_eq!(api.with("GET", &range, head, &json!({})).await.why(), Refusal::NotYourRight);
    let strange = ("authorization", "Bearer x");
    assert_eq!(api.with("GET", &range, strange, &json!({})).await.why(), Refusal::SignInNeeded);
    let rows = api.get(&range, &admin).await.json()["rows"].as_array().unwrap().len();
    assert_eq!(rows, 2);
    api.with("DELETE", "/api/tokens/1", ("cookie", &admin), &json!({})).await;
    assert_eq!(api.with("POST", "/api/import", head, &changed).await.why(), Refusal::SignInNeeded);
}

#[tokio::test]
async fn hostile_rows_are_named_and_leave_nothing() {
    let api = Api::new().await;
    let admin = api.sign_in("admin").await;
    let row = |id: &str, change: &dyn Fn(&mut Value)| {
        let mut row = form("1号", tomorrow());
        row["external_id"] = id.into();
        change(&mut row);
        row
    };
    let mut deep = json!(1);
    for _ in 0..60 {
        deep = json!([deep]);
    }
    let rows = json!({ "rows": [
        row("ok", &|_| {}),
        row("ok", &|_| {}),
        row("c", &|r| r["people"][2]["name"] = "=HYPERLINK(\"http://x\")".into()),
        row("d", &|r| r["heading"]["cause"] = "a\u{0}b".into()),
        row("e", &|r| r["people"][2]["name"] = "长".repeat(10_000).into()),
        row("f", &|r| r["unknown"] = 1.into()),
        row("", &|_| {}),
        deep,
        json!({}),
        row("g", &|r| r["people"][2]["account"] = 1.into()),
        row("h", &|r| r["minutes"] = 70_000.into()),
    ] });
    let report = api.post("/api/import", &admin, &rows).await.json();
    assert_eq!(report["added"], 1);
    let refused: Vec<(u64, Vec<String>)> = report["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["row"].as_u64().unwrap(), named(&row["problems"])))
        .collect();
    let expected = [
        (2, "external_id twice"),
        (3, "people.2.name bad_text"),
        (4, "heading.cause bad_text"),
        (5, "people.2.name too_long"),
        (6, "row unreadable"),
        (7, "external_id empty"),
        (8, "row unreadable"),
        (9, "row unreadable"),
        (10, "people.2.account account_unfit"),
        (11, "row unreadable"),
    ];
    for ((row, found), (number, problem)) in refused.iter().zip(expected) {
        assert_eq!((*row, found[0].as_str()), (number, problem));
    }
    assert_eq!(refused.len(), expected.len());
    let range = format!("/api/export?from=0&to={}", 400_i64 * 24 * 3_600_000);
    assert_eq!(
        api.get(&range, &admin).await.json()["rows"].as_array().unwrap().len(),
        1,
        "the fixture's"
    );
    let nested = "[".repeat(100_000);
    let request = Request::builder().method("POST").uri("/api/import").header(COOKIE, &admin);
    let answer = api.send(request.header(ORIGIN, "https://court.test"), Body::from(nested)).await;
    assert_eq!(answer.why(), Refusal::Malformed);
    let many = json!({ "rows": vec![0; 501] });
    assert_eq!(problems(&api.post("/api/import", &admin, &many).await), ["rows too_many"]);
}

/// Takes one post: head and body.
async fn take(listener: &TcpListener, status: u16) -> (String, String) {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut text = Vec::new();
    loop {
        let mut part = [0; 4_096];
        let read = stream.read(&mut part).await.unwrap();
        text.extend_from_slice(&part[..read]);
        let whole = String::from_utf8_lossy(&text).into_owned();
        let Some((head, body)) = whole.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|l| l.strip_prefix("content-length: ")).unwrap();
        if body.len() == length.parse::<usize>().unwrap() {
            let answer = format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
            return (head.to_owned(), body.to_owned());
        }
    }
}

#[tokio::test]
async fn the_filing_system_is_told_signed_and_told_again_when_it_failed() {
    let api = Api::new().await;
    let admin = api.sign_in("admin").await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let made =
        api.post("/api/webhooks", &admin, &json!({ "url": url, "events": ["handover"] })).await;
    let secret = made.json()["secret"].as_str().unwrap().to_owned();
    assert!(!api.get("/api/webhooks", &admin).await.json().to_string().contains(&secret));

    let closing = Closing {
        outcome: Outcome::Failed { ground: FailureGround::NoAgreement },
        ..Closing::of(&[], crate::fixture::NOW)
    };
    let docket = &api.court.docket;
    docket.close(ARCHIVED, &closing).await.unwrap();
    let path = format!("/api/hearings/{}/handover", ARCHIVED.0);
    let package = api.get(&path, &api.sign_in("clerk").await).await.json();
    assert_eq!(package["people"][0]["name"], "Plaintiff P");
    assert_eq!(package["facts"], Value::Null);
    assert_eq!(api.post(&path, &admin, &json!({})).await.json(), json!(1));

    let now = tokio::time::Instant::now();
    let base = crate::fixture::wall();
    let clock = |late: i64| {
        Clock::new(move || model::Now {
            instant: model::Instant(0),
            utc: Timestamp(base.0 + late + i64::try_from(now.elapsed().as_millis()).unwrap()),
        })
    };
    let (soon, later) = (clock(1_000), clock(60_000));
    let (first, posted) =
        tokio::join!(take(&listener, 503), courier::post_one(docket, &soon, None));
    assert!(posted.unwrap());
    let header = |head: &str, name: &str| {
        head.lines().find_map(|l| l.strip_prefix(&format!("{name}: "))).unwrap().to_owned()
    };
    let at = Timestamp(header(&first.0, "x-assize-time").parse().unwrap());
    assert_eq!(header(&first.0, "x-assize-signature"), courier::signature(&secret, at, &first.1));
    assert_eq!(header(&first.0, "x-assize-event"), "handover");
    let body: Value = serde_json::from_str(&first.1).unwrap();
    assert_eq!(body["body"]["closing"]["outcome"]["ground"], "no_agreement");

    assert!(!courier::post_one(docket, &clock(2_000), None).await.unwrap(), "not before its time");
    let (_, posted) = tokio::join!(take(&listener, 200), courier::post_one(docket, &later, None));
    assert!(posted.unwrap());
    let list = api.get("/api/webhooks", &admin).await.json();
    assert_eq!(
        (&list["deliveries"][0]["state"], &list["deliveries"][0]["tries"]),
        (&json!("delivered"), &json!(2))
    );

    drop(listener);
    api.post(&path, &admin, &json!({})).await;
    let mut late = 100_000;
    for _ in 0..6 {
        late += 8_000_000;
        assert!(courier::post_one(docket, &clock(late), None).await.unwrap());
    }
    assert!(!courier::post_one(docket, &clock(late * 2), None).await.unwrap(), "tries are bounded");
    let list = api.get("/api/webhooks", &admin).await.json();
    assert_eq!(list["deliveries"][0]["state"], "given_up");
}

#[tokio::test]
async fn closed_cases_are_never_announced() {
    let api = Api::new().await;
    let clerk = api.sign_in("clerk").await;
    api.booked(&clerk, &form("公开1号", tomorrow())).await;
    let mut closed = form("秘密2号", tomorrow());
    closed["brief"] = json!({ "publicity": "closed_on_request" });
    api.booked(&clerk, &closed).await;
    let range =
        format!("/api/announcements?from={}&to={}", tomorrow() - 10_000, tomorrow() + 10_000);
    let text = api.get(&range, &clerk).await.json()["notices"].to_string();
    assert!(
        text.contains("公开1号") && text.contains("张三与李四") && !text.contains("秘密"),
        "{text}"
    );
}

#[tokio::test]
async fn an_application_for_mediation_goes_its_way() {
    let api = Api::new().await;
    let mediator = api.sign_in("mediator").await;
    let matter = json!({
        "case_number": "", "cause": "相邻关系", "applicant": "钱大妈", "applicant_phone": "",
        "respondent": "郑老板", "respondent_phone": "", "facts": "漏水"
    });
    let new = json!({ "matter": matter, "standing": "before_filing", "external_id": "x" });
    let made = api.post("/api/mediations", &mediator, &new).await;
    assert_eq!(made.status, StatusCode::CREATED);
    let id = made.json()["lines"][0]["id"].clone();
    assert_eq!(
        problems(&api.post("/api/mediations", &mediator, &new).await),
        ["external_id twice"]
    );
    let path = format!("/api/mediations/{id}/acts");
    let act = |act: Value| json!({ "act": act });
    let early =
        api.post(&path, &mediator, &act(json!({ "act": "accept", "disclosure": "" }))).await;
    assert_eq!(early.why(), Refusal::WrongStage);
    api.post(&path, &mediator, &act(json!({ "act": "ask_other_side" }))).await;
    let agrees = json!({ "act": "other_side_answers", "agrees": true, "note": "" });
    let line = api.post(&path, &mediator, &act(agrees)).await.json();
    assert_eq!(line["application"]["running"]["term"], "choose");
    assert_eq!(line["overdue"], false);
}

#[tokio::test]
async fn figures_are_counted_and_lists_of_places_are_taken() {
    let api = Api::new().await;
    let admin = api.sign_in("admin").await;
    let closing = Closing {
        opened_at: Some(Timestamp(0)),
        outcome: Outcome::Agreement,
        ..Closing::of(&[], Timestamp(3_600_000))
    };
    api.court.docket.close(ARCHIVED, &closing).await.unwrap();
    let range = format!("from=0&to={}", 100_i64 * 24 * 3_600_000);
    let found = api.get(&format!("/api/statistics?{range}"), &admin).await.json();
    assert_eq!(
        (&found["total"]["minutes"], &found["success_permille"]),
        (&json!(60), &json!(1000))
    );
    let csv = api.get(&format!("/api/statistics.csv?{range}"), &admin).await;
    assert!(csv.headers["content-type"].to_str().unwrap().starts_with("text/csv"));
    let wide = api.get("/api/statistics?from=0&to=9999999999999", &admin).await;
    assert_eq!(problems(&wide), ["to out_of_bounds"]);

    let example = include_str!("../../../../deploy/sites.example.csv");
    let send = |text: &'static str| {
        let request = Request::builder().method("POST").uri("/api/sites/import");
        let request = request.header(COOKIE, &admin).header(ORIGIN, "https://court.test");
        api.send(request, Body::from(text))
    };
    let report = send(example).await.json();
    assert_eq!((&report["added"], &report["refused"]), (&json!(148), &json!([])));
    assert_eq!(send(example).await.json()["same"], 148);
    assert_eq!(problems(&send("名称\n一").await), ["法庭 empty"]);
    assert_eq!(problems(&send("[").await), ["list unreadable"]);
    let half = send("法庭,法院,类别,名称\nT,C,其他,好\nT,C,宫殿,坏\n").await.json();
    assert_eq!((&half["added"], &half["refused"][0]["row"]), (&json!(1), &json!(3)));
}

#[tokio::test]
async fn the_description_names_every_path_and_no_other() {
    let api = Api::new().await;
    let document = api.get("/api/openapi.json", "").await.json();
    assert_eq!(document["openapi"], "3.1.0");
    for line in openapi::PATHS {
        let path = line.path.split('/').map(|part| if part.starts_with('{') { "1" } else { part });
        let path = path.collect::<Vec<_>>().join("/");
        let query = if document["paths"][line.path][line.method]["parameters"]
            .to_string()
            .contains("\"from\"")
        {
            "?from=0&to=1"
        } else {
            ""
        };
        let answer = api
            .with(
                &line.method.to_uppercase(),
                &format!("{path}{query}"),
                ("cookie", ""),
                &json!({}),
            )
            .await;
        let known = answer.status == StatusCode::UNAUTHORIZED
            || ["/api/notices/1", "/api/my/open"].contains(&path.as_str());
        assert!(known, "{} {}: {}", line.method, line.path, answer.status);
    }
    let source = include_str!("../../http.rs");
    let (_, routes) = source.split_once("fn docket_routes").unwrap();
    let (routes, _) = routes.split_once("\n}").unwrap();
    for path in routes.split('"').filter(|text| text.starts_with("/api/")) {
        let described = openapi::PATHS.iter().any(|line| line.path == path);
        assert!(described || path == "/api/openapi.json", "{path} is not described");
    }
    // Every reference leads somewhere.
    let text = document.to_string();
    for reference in text.split("#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(document["components"]["schemas"].get(name).is_some(), "{name} is missing");
    }
    let written = include_str!("../../../../docs/api.md");
    for line in openapi::PATHS {
        let row = format!("| `{} {}` |", line.method.to_uppercase(), line.path);
        assert!(written.contains(&row), "docs/api.md lacks {row}");
    }
}
