//! Real names over HTTP: by the form, by the court, by the person, by the case system.
//! What is not here: the rules one by one (crate `docket`, `real_name`).

use super::*;

const CARD: &str = "11010519491231002X";
const OTHER: &str = "440524188001010014";
const COMPANY: &str = "91350100M000100Y43";

fn card(number: &str) -> Value {
    json!({ "kind": "id_card", "number": number })
}

/// A sitting whose plaintiff has a number by the form, and its people's seats.
async fn filed(api: &Api, clerk: &str) -> (String, Vec<u64>) {
    let mut new = form("1号", tomorrow());
    new["people"][2]["real_name"] = card(CARD);
    let id = api.booked(clerk, &new).await;
    let path = format!("/api/hearings/{id}");
    (path.clone(), seats(api, clerk, &path).await)
}

async fn seats(api: &Api, clerk: &str, path: &str) -> Vec<u64> {
    let session = api.get(path, clerk).await.json();
    let people = session["form"]["people"].as_array().unwrap().iter();
    people.map(|person| person["id"].as_u64().unwrap()).collect()
}

/// The cookie of somebody's own page.
async fn own_page(api: &Api, clerk: &str, path: &str, who: u64) -> String {
    let code = api.post(&format!("{path}/participants/{who}/code"), clerk, &json!({})).await.json();
    let opened = api.post("/api/my/open", "", &json!({ "key": code["code"] })).await;
    opened.cookie(CARD_COOKIE).unwrap()
}

/// Acts of the audit log about a hearing, oldest first, with result.
async fn audit(api: &Api, path: &str) -> Vec<String> {
    let hearing = HearingId(path.rsplit('/').next().unwrap().parse().unwrap());
    let mut lines = api.court.docket.audit_of(hearing, None).await.unwrap();
    lines.reverse();
    for line in &lines {
        let text = format!("{}{}", line.detail.reveal(), line.by.reveal());
        assert!(!text.contains(CARD) && !text.contains(OTHER), "{text}");
    }
    lines.iter().map(|line| format!("{:?} {}", line.act, line.result)).collect()
}

#[tokio::test]
async fn the_court_files_and_the_person_confirms() {
    let api = Api::new().await;
    let clerk = api.sign_in("clerk").await;
    let (path, seats) = filed(&api, &clerk).await;
    let answer = api.get(&path, &clerk).await;
    assert!(!String::from_utf8_lossy(&answer.body).contains(CARD), "never given out again");
    let session = answer.json();
    assert_eq!(session["form"]["people"][2]["real_name"], Value::Null);
    assert_eq!(session["real_names"][0]["state"], "filed");
    assert_eq!(session["real_names"][0]["masked"], "1101**********002X");
    assert_eq!(session["real_names"].as_array().unwrap().len(), 2, "nobody of the court");

    let mine = own_page(&api, &clerk, &path, seats[2]).await;
    let page = api.get("/api/my", &mine).await.json();
    assert_eq!(page["real_name"], json!({ "state": "filed", "kind": null, "masked": "" }));
    let enter =
        |name: &str, number: &str| json!({ "name": name, "kind": "id_card", "number": number });
    let wrong = api.post("/api/my/real-name", &mine, &enter("张三", OTHER)).await;
    assert_eq!(problems(&wrong), ["number real_name_differs"]);
    let wrong = api.post("/api/my/real-name", &mine, &enter("李四", CARD)).await;
    assert_eq!(problems(&wrong), ["number real_name_differs"]);
    let wrong = api.post("/api/my/real-name", &mine, &enter("张三", "110105194912310021")).await;
    assert_eq!(problems(&wrong), ["number id_check_digit"]);
    let page = api.post("/api/my/real-name", &mine, &enter("张三", CARD)).await.json();
    assert_eq!(page["real_name"]["state"], "agreed");
    assert_eq!(page["real_name"]["masked"], "1101**********002X");
    let names = api.get(&format!("{path}/real-names"), &clerk).await.json();
    assert_eq!(names["lines"][0]["state"], "agreed");
    let entries = names["entries"].as_array().unwrap();
    assert_eq!((entries.len(), &entries[0]["way"]), (1, &json!("page")));
    assert_eq!(entries[0]["from"], "internet");
}

#[tokio::test]
async fn one_number_one_person_and_a_release_has_a_reason() {
    let api = Api::new().await;
    let clerk = api.sign_in("clerk").await;
    let (path, seats) = filed(&api, &clerk).await;
    let real = |who: u64| format!("{path}/participants/{who}/real-name");
    let taken = api.post(&real(seats[3]), &clerk, &card(CARD)).await;
    assert_eq!(problems(&taken), ["number real_name_taken"]);
    let bound = api.post(&real(seats[2]), &clerk, &card(OTHER)).await;
    assert_eq!(problems(&bound), ["number real_name_bound"]);
    let unfit = api.post(&real(seats[0]), &clerk, &card(OTHER)).await;
    assert_eq!(problems(&unfit), ["number real_name_unfit"]);
    let found = api.post(&format!("{path}/real-names/look-up"), &clerk, &card(CARD)).await.json();
    assert_eq!(
        (&found["account"]["name"], &found["account"]["sittings"]),
        (&json!("张三"), &json!(1))
    );

    let mut renamed = api.get(&path, &clerk).await.json()["form"].clone();
    renamed["people"][2]["name"] = "张叁".into();
    let held = api.put(&path, &clerk, &renamed).await;
    assert_eq!(problems(&held), ["people.2.name real_name_holds"]);
    let whole = api.post(&format!("{}/number", real(seats[2])), &clerk, &json!({})).await.json();
    assert_eq!(whole["number"], CARD);
    let release = format!("{}/release", real(seats[2]));
    let empty = api.post(&release, &clerk, &json!({ "reason": " " })).await;
    assert_eq!(empty.why(), Refusal::ReasonMissing);
    let names = api.post(&release, &clerk, &json!({ "reason": "录入错误" })).await.json();
    assert_eq!(names["lines"][0]["state"], "open");
    assert_eq!(api.put(&path, &clerk, &renamed).await.status, StatusCode::OK);
    let names = api.post(&real(seats[3]), &clerk, &card(CARD)).await.json();
    assert_eq!(names["lines"][1]["state"], "filed", "now the number is free");
    assert_eq!(
        audit(&api, &path).await,
        [
            "RealNameEntered real_name_taken",
            "RealNameEntered real_name_bound",
            "RealNameSought done",
            "RealNameRead done",
            "RealNameReleased done",
            "RealNameEntered done",
        ]
    );
}

#[tokio::test]
async fn who_may_read_and_enter() {
    let api = Api::new().await;
    let clerk = api.sign_in("clerk").await;
    let (path, seats) = filed(&api, &clerk).await;
    let number = format!("{path}/participants/{}/real-name/number", seats[2]);
    for (name, status) in [
        ("stranger", StatusCode::NOT_FOUND),
        ("judge", StatusCode::NOT_FOUND),
        ("ops", StatusCode::FORBIDDEN),
        ("admin", StatusCode::FORBIDDEN),
        ("clerk", StatusCode::OK),
    ] {
        let cookie = api.sign_in(name).await;
        assert_eq!(api.post(&number, &cookie, &json!({})).await.status, status, "{name}");
    }
    let mine = own_page(&api, &clerk, &path, seats[3]).await;
    for refused in [
        api.post(&number, &mine, &json!({})).await,
        api.get(&format!("{path}/real-names"), &mine).await,
        api.post(&format!("{path}/real-names/look-up"), &mine, &card(CARD)).await,
    ] {
        assert_eq!(refused.why(), Refusal::SignInNeeded);
    }
    // Somebody else's number is refused in words that say nothing of whose it is, and not for ever.
    let enter = json!({ "name": "李四", "kind": "id_card", "number": CARD });
    for _ in 0..ATTEMPTS_MAX {
        let refused = api.post("/api/my/real-name", &mine, &enter).await;
        assert_eq!(problems(&refused), ["number real_name_elsewhere"]);
    }
    let locked = api.post("/api/my/real-name", &mine, &enter).await;
    assert_eq!(locked.why(), Refusal::SignInLocked);
}

#[tokio::test]
async fn the_case_system_brings_numbers_and_takes_none_back() {
    let api = Api::new().await;
    let admin = api.sign_in("admin").await;
    let row = |id: &str, name: &str, real: Value| {
        let mut row = form(id, tomorrow());
        row["external_id"] = id.into();
        row["people"][2]["name"] = name.into();
        row["people"][2]["real_name"] = real;
        row
    };
    let company = json!({ "kind": "credit_code", "number": COMPANY });
    let rows = json!({ "rows": [
        row("a", "张三", card(CARD)),
        row("b", "张三", card(CARD)),
        row("c", "张叁", card(CARD)),
        row("d", "甲公司", company),
        row("e", "李四", card("110105491231002")),
    ] });
    let report = api.post("/api/import", &admin, &rows).await;
    assert!(!String::from_utf8_lossy(&report.body).contains(CARD));
    let report = report.json();
    assert_eq!(report["added"], 3);
    let refused: Vec<_> =
        report["refused"].as_array().unwrap().iter().map(|r| named(&r["problems"])).collect();
    assert_eq!(
        refused,
        [["people.2.real_name.number real_name_taken"], ["people.2.real_name.number id_old_form"]]
    );
    let report = api.post("/api/import", &admin, &rows).await.json();
    assert_eq!((&report["added"], &report["same"]), (&json!(0), &json!(3)), "said again");
    let other = json!({ "rows": [row("a", "张三", card(OTHER))] });
    let report = api.post("/api/import", &admin, &other).await.json();
    assert_eq!(
        named(&report["refused"][0]["problems"]),
        ["people.2.real_name.number real_name_bound"]
    );
    let range = format!("/api/export?from={}&to={}", tomorrow() - 10_000, tomorrow() + 10_000);
    let export = api.get(&range, &admin).await;
    let text = String::from_utf8_lossy(&export.body);
    assert!(!text.contains(CARD) && !text.contains(COMPANY));
    assert!(text.contains("1101**********002X") && text.contains("9135**********0Y43"));
}
