//! Words of tribunals for the engine of speech: set, looked up for a sitting, every change noted.
//! What is not here: what may stand there (crate `docket`).

use model::HearingId;

use super::*;

#[tokio::test]
async fn a_tribunals_words_are_set_by_administration_noted_and_told_for_its_sittings() {
    let api = Api::new().await;
    let (clerk, admin) = (api.sign_in("clerk").await, api.sign_in("admin").await);
    let csv = "名称,类别,法院,法庭\n甲,人民法庭,咸安区人民法院,甲法庭\n乙,人民法庭,咸安区人民法院,乙法庭\n";
    let request = Request::builder().method("POST").uri("/api/sites/import");
    let request = request.header("cookie", &admin).header(ORIGIN, "https://court.test");
    let taken = api.send(request, Body::from(csv)).await;
    assert_eq!(taken.json()["added"], 2, "{}", taken.json());
    let tribunals = api.get("/api/sites", &admin).await.json()["tribunals"].clone();
    let number = |name: &str| {
        let found = tribunals.as_array().unwrap().iter().find(|each| each["name"] == name);
        found.unwrap()["id"].as_u64().unwrap()
    };
    let term = |word: &str, weight: u8, kind: &str| json!({ "word": word, "weight": weight, "kind": kind });
    let all = json!({ "tribunal": null, "terms": [term("举证责任", 20, "term"), term("彩礼", 10, "term")] });
    let ours = json!({ "tribunal": number("甲法庭"), "terms": [term("赶摆", 30, "dialect"), term("彩礼", 60, "term")] });
    assert_eq!(api.put("/api/glossary", &clerk, &all).await.status, StatusCode::FORBIDDEN);
    for words in [&all, &ours, &ours] {
        let set = api.put("/api/glossary", &admin, words).await;
        assert_eq!(set.status, StatusCode::OK, "{}", set.json());
    }
    let listed = api.get("/api/glossary", &clerk).await.json();
    assert_eq!(listed["lists"].as_array().unwrap().len(), 2);
    let changes = listed["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 2, "what changes nothing is no change: {listed}");
    assert_eq!(changes[0]["tribunal"], number("甲法庭"));
    assert_eq!(changes[0]["what"]["added"].as_array().unwrap().len(), 2);
    // A sitting is told its tribunal's words first, and none of another's.
    let words = async |tribunal: &str| {
        let mut new = form(tribunal, tomorrow());
        new["tribunal"] = number(tribunal).into();
        let id = HearingId(u32::try_from(api.booked(&clerk, &new).await).unwrap());
        api.court.docket.glossary_of(id).await.unwrap()
    };
    let owned = |words: &[(&str, u8)]| -> Vec<(String, u8)> {
        words.iter().map(|(word, weight)| ((*word).to_owned(), *weight)).collect()
    };
    let wanted = [("彩礼", 60), ("赶摆", 30), ("举证责任", 20), ("彩礼", 10)];
    assert_eq!(words("甲法庭").await, owned(&wanted));
    assert_eq!(words("乙法庭").await, owned(&[("举证责任", 20), ("彩礼", 10)]));
    // One word goes, one weighs otherwise.
    let fewer = json!({ "tribunal": number("甲法庭"), "terms": [term("彩礼", 80, "term")] });
    let listed = api.put("/api/glossary", &admin, &fewer).await.json();
    let what = &listed["changes"][0]["what"];
    assert_eq!(what["removed"][0]["word"], "赶摆");
    assert_eq!(what["altered"][0]["weight"], 80);
}

#[tokio::test]
async fn wrong_words_are_named_and_leave_nothing_behind() {
    let api = Api::new().await;
    let admin = api.sign_in("admin").await;
    let bad = json!({ "tribunal": null, "terms": [
        { "word": "好词", "weight": 20 }, { "word": "钱", "weight": 0 }, { "word": "好词", "weight": 20 },
    ] });
    let answer = api.put("/api/glossary", &admin, &bad).await;
    let wanted = ["terms.1.word too_short", "terms.1.weight out_of_bounds", "terms.2.word twice"];
    assert_eq!(problems(&answer), wanted);
    let nowhere = json!({ "tribunal": 999, "terms": [] });
    assert_eq!(
        problems(&api.put("/api/glossary", &admin, &nowhere).await),
        ["tribunal no_such_thing"]
    );
    assert_eq!(api.get("/api/glossary", &admin).await.json()["lists"], json!([]));
}
