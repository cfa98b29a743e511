//! A person's own page and codes, special measures, further cases, places that are too small, and an
//! application that is scheduled.
//! What is not here: rules one by one (crate `docket`).

use super::*;

#[tokio::test]
async fn a_page_of_ones_own_is_opened_by_code_and_takes_the_seat_once() {
    let api = Api::new().await;
    let clerk = api.sign_in("clerk").await;
    let id = api.booked(&clerk, &form("1号", tomorrow())).await;
    let path = format!("/api/hearings/{id}");
    let session = api.get(&path, &clerk).await.json();
    let seat = session["form"]["people"][2]["id"].as_u64().unwrap();
    let issue = format!("{path}/participants/{seat}/code");
    for (name, status) in [
        ("judge", StatusCode::NOT_FOUND),
        ("ops", StatusCode::FORBIDDEN),
        ("admin", StatusCode::OK),
        ("clerk", StatusCode::OK),
    ] {
        let cookie = api.sign_in(name).await;
        let answer = api.post(&issue, &cookie, &json!({})).await;
        assert_eq!(answer.status, status, "{name}");
    }
    let issued = api.post(&issue, &clerk, &json!({})).await.json();
    let until = tomorrow() + 24 * 3_600_000;
    assert_eq!(issued["expires_at"], json!(until), "good until a day after it is due");
    let key = json!({ "key": issued["code"] });
    let opened = api.post("/api/my/open", "", &key).await;
    let (mine, page) = (opened.cookie(CARD_COOKIE).unwrap(), opened.json());
    assert_eq!((&page["seated"], &page["taken"]), (&json!(false), &json!(false)));
    assert_eq!(api.post("/api/my/enter", "", &json!({})).await.why(), Refusal::SignInNeeded);
    let entered = api.post("/api/my/enter", &mine, &json!({})).await;
    let pass = entered.cookie(SEAT_COOKIE).unwrap();
    assert_eq!(entered.json()["seat"]["participant"], json!(seat));
    let both = format!("{mine}; {pass}");
    assert_eq!(api.get("/api/my", &both).await.json()["seated"], true);
    assert_eq!(api.get("/api/my", &pass).await.json()["seated"], true);
    assert_eq!(api.post("/api/my/enter", &both, &json!({})).await.status, StatusCode::OK);
    // Another device may read, and does not get the seat.
    let other = api.post("/api/my/open", "", &key).await;
    assert_eq!(other.json()["taken"], true);
    let other = other.cookie(CARD_COOKIE).unwrap();
    assert_eq!(api.post("/api/my/enter", &other, &json!({})).await.why(), Refusal::CodeUsed);
    assert_eq!(
        api.post("/api/join", "", &json!({ "code": issued["code"] })).await.why(),
        Refusal::CodeUsed
    );
    // A new code for somebody who had the seat ends the pages opened before.
    assert_eq!(api.get(&path, &clerk).await.json()["joined"], json!([seat]));
    api.post(&issue, &clerk, &json!({})).await;
    assert_eq!(api.get("/api/my", &other).await.why(), Refusal::SignInNeeded);
    for wrong in ["", "12345678", "1-", "1-AAAA", "99-AAAA", "x"] {
        let answer = api.post("/api/my/open", "", &json!({ "key": wrong })).await;
        assert_eq!(answer.why(), Refusal::CodeUnknown, "{wrong}");
    }
}

#[tokio::test]
async fn a_further_case_is_found_and_measures_stand_with_people() {
    let api = Api::new().await;
    let clerk = api.sign_in("clerk").await;
    let mut new = form("1号", tomorrow());
    new["brief"] =
        json!({ "further_cases": [{ "case_number": "（2026）鄂77号", "cause": "继承" }] });
    new["people"][2]["shields"] = json!([{ "from": 3, "picture": true, "sound": false }]);
    let id = api.booked(&clerk, &new).await;
    api.booked(&clerk, &form("2号", tomorrow())).await;
    let session = api.get(&format!("/api/hearings/{id}"), &clerk).await.json();
    let ids = |place: usize| session["form"]["people"][place]["id"].clone();
    let kept = json!([{ "who": ids(2), "from": ids(3), "picture": true, "sound": false }]);
    assert_eq!(session["form"]["brief"]["shields"], kept);
    assert_eq!(session["form"]["people"][2]["shields"], new["people"][2]["shields"]);
    let mut form = session["form"].clone();
    form["people"][2]["shields"] = json!([]);
    let changed = api.put(&format!("/api/hearings/{id}"), &clerk, &form).await.json();
    assert_eq!(changed["form"]["brief"]["shields"], json!([]));
    form["people"][2]["shields"] = json!([{ "from": 0, "picture": true, "sound": true }]);
    let answer = api.put(&format!("/api/hearings/{id}"), &clerk, &form).await;
    assert_eq!(problems(&answer), ["people.2.shields.0.from shield_unfit"]);

    let (from, to) = (tomorrow() - 1_000, tomorrow() + 1_000);
    let found = async |cookie: &str, number: &str| -> Vec<Value> {
        let path = format!("/api/calendar?from={from}&to={to}&number={number}");
        let lines = api.get(&path, cookie).await.json()["lines"].clone();
        lines.as_array().unwrap().iter().map(|line| line["hearing"].clone()).collect()
    };
    assert_eq!(found(&clerk, "77").await, [json!(id)]);
    assert_eq!(found(&clerk, "78").await, Vec::<Value>::new());
    assert_eq!(found(&clerk, "").await.len(), 2);
    let judge = api.sign_in("judge").await;
    assert_eq!(found(&judge, "77").await, Vec::<Value>::new(), "not a case of theirs");
}

#[tokio::test]
async fn a_place_is_not_filled_beyond_what_it_holds() {
    let api = Api::new().await;
    let admin = api.sign_in("admin").await;
    let list = "法庭,法院,类别,名称,容纳人数\n贺胜人民法庭,咸安区人民法院,诉讼服务站,石桥站,1\n";
    let request = Request::builder().method("POST").uri("/api/sites/import");
    let request = request.header(COOKIE, &admin).header(ORIGIN, "https://court.test");
    api.send(request, Body::from(list)).await;
    let site = api.get("/api/sites", &admin).await.json()["sites"][0]["id"].clone();
    let mut new = form("1号", tomorrow());
    new["people"][2]["site"] = site.clone();
    new["people"][3]["site"] = site;
    let answer = api.post("/api/hearings", &admin, &new).await;
    assert_eq!(problems(&answer), ["people.2.site site_too_small"]);
    new["people"][3]["site"] = Value::Null;
    api.booked(&admin, &new).await;
}

#[tokio::test]
async fn an_application_is_scheduled_for_a_mediation_that_is_there() {
    let api = Api::new().await;
    let clerk = api.sign_in("clerk").await;
    let matter = json!({
        "case_number": "", "cause": "相邻关系纠纷", "applicant": "张三", "applicant_phone": "",
        "respondent": "李四", "respondent_phone": "", "facts": "排水"
    });
    let new = json!({ "matter": matter, "standing": "before_filing" });
    assert_eq!(api.post("/api/mediations", &clerk, &new).await.status, StatusCode::CREATED);
    let act =
        async |act: Value| api.post("/api/mediations/1/acts", &clerk, &json!({ "act": act })).await;
    act(json!({ "act": "ask_other_side" })).await;
    act(json!({ "act": "other_side_answers", "agrees": true, "note": "" })).await;
    let judge =
        json!({ "act": "name_mediator", "name": "李法官", "by_both": false, "judge": true });
    assert_eq!(act(judge).await.json()["application"]["judge"], true);
    act(json!({ "act": "accept", "disclosure": "" })).await;
    let hearing = api.booked(&clerk, &form("1号", tomorrow())).await;
    for wrong in [json!(hearing), json!(999)] {
        let answer = act(json!({ "act": "schedule", "hearing": wrong })).await;
        assert_eq!(problems(&answer), ["act.hearing no_such_thing"]);
    }
    let mut mediation = form("诉前调1号", tomorrow() + 2 * 3_600_000);
    mediation["brief"] = json!({ "kind": "mediation", "publicity": "closed_by_law" });
    let hearing = api.booked(&clerk, &mediation).await;
    let done = act(json!({ "act": "schedule", "hearing": hearing })).await;
    assert_eq!(done.json()["application"]["state"], "scheduled", "{:?}", done.json());
}
