//! What is kept beside a record, and what people of the case see of it.
//! What is not here: the search; see `docket/catalogue/tests.rs`.

use ::docket::recording_note::BLANK;
use model::recording::{Event, LossCause, Trouble};

use super::*;
use crate::docket::NewHearing;
use crate::fixture::record_facts;

const DAY_MS: i64 = 24 * 3_600_000;

fn path(rest: &str) -> String {
    format!("/api/archive/{}/{rest}", ARCHIVED.0)
}

impl Api {
    /// The plaintiff's cookie by a link the clerk made.
    async fn link(&self, clerk: &str) -> String {
        let who = self.court.seats().plaintiff.0;
        let made = self.post(&path("links"), clerk, &json!({"who": who, "days": 3})).await;
        assert_eq!(made.status, StatusCode::OK);
        let key = made.json()["key"].clone();
        let opened = self.post("/api/view/open", "", &json!({"key": key})).await;
        assert_eq!(opened.status, StatusCode::OK);
        opened.cookie("assize_view").unwrap()
    }

    /// Acts and results of the audit log, oldest first.
    async fn audit(&self) -> Vec<(String, String)> {
        let lines = self.court.docket.audit_of(ARCHIVED, None).await.unwrap();
        let act = |act| serde_json::to_value(act).unwrap().as_str().unwrap().to_owned();
        lines.iter().rev().map(|line| (act(line.act), line.result.clone())).collect()
    }

    /// Files the record anew: ended so many days ago, with so many faults.
    async fn refile(&self, days_ago: i64, faults: u64) {
        let facts = OneTape { holds: Some(ARCHIVED), who: self.court.seats().plaintiff };
        let facts = facts.facts(ARCHIVED).unwrap();
        let mut line = facts.line;
        let ended = clock().now().utc.0 - days_ago * DAY_MS;
        line.opened_at = Some(Timestamp(ended - 3_600_000));
        line.closed_at = Some(Timestamp(ended));
        let trouble = Trouble::Lost {
            track: None,
            until: Timestamp(1),
            cause: LossCause::Disk,
            packets: None,
        };
        let event = |number| Event { number, from: Timestamp(0), trouble: trouble.clone() };
        let mut facts = record_facts(line, Vec::new());
        facts.events = (0..faults).map(event).collect();
        self.court.docket.file(&[facts]).await.unwrap();
    }
}

#[tokio::test]
async fn a_party_asks_is_granted_and_sees_it_with_their_name() {
    let api = Api::new().await;
    let clerk = api.sign_in("clerk").await;
    let party = api.link(&clerk).await;
    let page = api.get("/api/view", &party).await.json();
    assert_eq!((&page["name"], &page["record"]), (&json!("Plaintiff P"), &json!(null)));
    let tape = format!("/api/view/{}/camera", api.court.seats().plaintiff.0);
    assert_eq!(api.get(&tape, &party).await.why(), Refusal::NotGranted);

    let ask = json!({"what": "view", "reason": "核对陈述"});
    let page = api.post("/api/view/requests", &party, &ask).await.json();
    let id = page["requests"][0]["id"].clone();
    let decide = path(&format!("requests/{id}"));
    let no_days = json!({"grant": true, "reason": "", "days": 0});
    assert_eq!(api.post(&decide, &clerk, &no_days).await.why(), Refusal::NotPlausible);
    let grant = json!({"grant": true, "reason": "", "days": 7});
    assert_eq!(api.post(&decide, &clerk, &grant).await.status, StatusCode::OK);
    assert_eq!(api.post(&decide, &clerk, &grant).await.why(), Refusal::NothingPending);

    let page = api.get("/api/view", &party).await.json();
    assert_eq!(page["record"]["line"]["hearing"], json!(ARCHIVED.0));
    let played = api.get(&tape, &party).await;
    assert_eq!((played.status, played.body.as_slice()), (StatusCode::OK, TAPE));
    assert_eq!(played.headers["cache-control"], "no-store");
    let acts: Vec<_> = page["audit"].as_array().unwrap().iter().map(|a| a["act"].clone()).collect();
    assert_eq!(acts, ["viewed", "granted", "asked", "link_made"].map(|act| json!(act)));
    let by = page["audit"][0]["by"].as_str().unwrap();
    assert!(by.starts_with("Plaintiff P"), "{by}");
    // Reading it again within the hour is the same view.
    api.get(&tape, &party).await;
    assert_eq!(api.audit().await.iter().filter(|(act, _)| act == "played").count(), 1);
}

#[tokio::test]
async fn a_copy_of_the_pictures_is_refused_by_rule_and_of_the_sound_granted() {
    let api = Api::new().await;
    let clerk = api.sign_in("clerk").await;
    let party = api.link(&clerk).await;
    let video = json!({"what": "video", "reason": "留存"});
    let page = api.post("/api/view/requests", &party, &video).await.json();
    assert_eq!(page["requests"][0]["state"], json!("refused"));
    let id = page["requests"][0]["id"].clone();
    let grant = json!({"grant": true, "reason": "", "days": 7});
    let decide = path(&format!("requests/{id}"));
    assert_eq!(api.post(&decide, &clerk, &grant).await.why(), Refusal::NothingPending);

    assert_eq!(api.get("/api/view/sound", &party).await.why(), Refusal::NotGranted);
    let sound = json!({"what": "audio", "reason": "复制"});
    let page = api.post("/api/view/requests", &party, &sound).await.json();
    let decide = path(&format!("requests/{}", page["requests"][0]["id"]));
    assert_eq!(api.post(&decide, &clerk, &grant).await.status, StatusCode::OK);
    let taken = api.get("/api/view/sound", &party).await;
    assert_eq!((taken.status, taken.body.as_slice()), (StatusCode::OK, TAPE));
    let log = api.audit().await;
    assert!(log.contains(&("asked".to_owned(), "no_video_copies".to_owned())), "{log:?}");
    assert!(log.contains(&("sound_taken".to_owned(), "done".to_owned())), "{log:?}");
}

#[tokio::test]
async fn a_refusal_needs_a_reason_and_a_link_is_for_parties() {
    let api = Api::new().await;
    let clerk = api.sign_in("clerk").await;
    let witness = api.court.seats().witness.0;
    let link = json!({"who": witness, "days": 3});
    assert_eq!(api.post(&path("links"), &clerk, &link).await.why(), Refusal::NotYourRight);
    let party = api.link(&clerk).await;
    let ask = json!({"what": "view", "reason": "a"});
    let page = api.post("/api/view/requests", &party, &ask).await.json();
    let decide = path(&format!("requests/{}", page["requests"][0]["id"]));
    let refuse = |reason: &str| json!({"grant": false, "reason": reason, "days": 1});
    assert_eq!(api.post(&decide, &clerk, &refuse(" ")).await.why(), Refusal::ReasonMissing);
    assert_eq!(api.post(&decide, &clerk, &refuse("涉密")).await.status, StatusCode::OK);
    let page = api.get("/api/view", &party).await.json();
    assert_eq!(page["requests"][0]["decision"], json!("涉密"));
    assert_eq!(page["record"], json!(null));
    for path in ["/api/view", "/api/view/3/camera", "/api/view/sound"] {
        assert_eq!(api.get(path, "").await.why(), Refusal::SignInNeeded, "{path}");
    }
    let wrong = api.post("/api/view/open", "", &json!({"key": "x"})).await;
    assert_eq!(wrong.why(), Refusal::CodeExpired);
}

#[tokio::test]
async fn faults_wait_for_the_signature_of_who_presides() {
    let api = Api::new().await;
    api.refile(1, 2).await;
    let (clerk, judge) = (api.sign_in("clerk").await, api.sign_in("judge").await);
    let kept = api.get(&path("custody"), &clerk).await.json();
    assert_eq!((&kept["stage"], &kept["faults"]), (&json!("unexplained"), &json!(2)));
    let party = api.link(&clerk).await;
    let ask = json!({"what": "view", "reason": "a"});
    let page = api.post("/api/view/requests", &party, &ask).await.json();
    let decide = path(&format!("requests/{}", page["requests"][0]["id"]));
    let grant = json!({"grant": true, "reason": "", "days": 7});
    assert_eq!(api.post(&decide, &clerk, &grant).await.why(), Refusal::ExplanationMissing);

    let text = |text: &str| json!({"text": text, "signature": "Judge J"});
    let sign = path("explanation");
    assert_eq!(api.post(&sign, &clerk, &text("磁盘已满")).await.why(), Refusal::NotYourRight);
    let open = format!("原因：{BLANK}");
    assert_eq!(api.post(&sign, &judge, &text(&open)).await.why(), Refusal::ExplanationOpen);
    let signed = api.post(&sign, &judge, &text("磁盘已满，已扩容。")).await.json();
    assert_eq!(signed["stage"], json!("archived"));
    assert_eq!(api.post(&sign, &judge, &text("又一次")).await.why(), Refusal::NothingPending);
    let page = api.get(&path("explanation.html"), &clerk).await;
    assert!(String::from_utf8_lossy(&page.body).contains("磁盘已满，已扩容。"));
    assert_eq!(api.post(&decide, &clerk, &grant).await.status, StatusCode::OK);
    // A fault that comes to light later opens it again.
    api.refile(1, 3).await;
    let kept = api.get(&path("custody"), &clerk).await.json();
    assert_eq!(kept["stage"], json!("unexplained"));
}

#[tokio::test]
async fn nobody_deletes_before_the_time_or_under_a_hold() {
    let api = Api::new().await;
    let erase = path("erase");
    let reason = json!({"reason": "期满销毁"});
    let admin = api.sign_in("admin").await;
    for name in ["judge", "clerk", "ops", "mediator"] {
        let answer = api.post(&erase, &api.sign_in(name).await, &reason).await;
        assert_eq!(answer.why(), Refusal::NotYourRight, "{name}");
    }
    api.refile(300, 0).await;
    assert_eq!(api.post(&erase, &admin, &reason).await.why(), Refusal::StillKept);
    api.refile(500, 0).await;
    let judge = api.sign_in("judge").await;
    let clerk = api.sign_in("clerk").await;
    let hold = api.post(&path("hold"), &clerk, &json!({"reason": "再审"})).await.json();
    assert_eq!(hold["hold"]["reason"], json!("再审"));
    assert_eq!(api.post(&erase, &admin, &reason).await.why(), Refusal::OnHold);
    let list = api.get("/api/retention", &admin).await.json();
    assert_eq!(list["over"], json!([]));
    assert_eq!(list["held"][0]["hearing"], json!(ARCHIVED.0));
    let lift = path("hold/lift");
    assert_eq!(api.post(&lift, &clerk, &reason).await.why(), Refusal::NotYourRight);
    assert_eq!(api.post(&lift, &judge, &reason).await.status, StatusCode::OK);
    let list = api.get("/api/retention", &admin).await.json();
    assert_eq!(list["over"][0]["hearing"], json!(ARCHIVED.0));
    let without = json!({"reason": ""});
    assert_eq!(api.post(&erase, &admin, &without).await.why(), Refusal::ReasonMissing);
    assert_eq!(api.post(&erase, &admin, &reason).await.status, StatusCode::OK);
    let log = api.audit().await;
    let erased: Vec<_> =
        log.iter().filter(|(act, _)| act == "erased").map(|(_, r)| r.as_str()).collect();
    assert_eq!(erased, ["still_kept", "on_hold", "reason_missing", "ordered", "done"]);
    assert_eq!(api.get(&path("custody"), &clerk).await.why(), Refusal::NotFound);
}

#[tokio::test]
async fn a_part_is_taken_with_a_reason_and_written_down() {
    let api = Api::new().await;
    let clerk = api.sign_in("clerk").await;
    let part = |query: &str| path(&format!("part.zip?{query}"));
    let bare = api.get(&part("from_ms=0&to_ms=5&reason="), &clerk).await;
    assert_eq!(bare.why(), Refusal::ReasonMissing);
    let backwards = api.get(&part("from_ms=9&to_ms=5&reason=a"), &clerk).await;
    assert_eq!(backwards.why(), Refusal::NotPlausible);
    let taken = api.get(&part("from_ms=0&to_ms=5&who=2,3&reason=a"), &clerk).await;
    assert_eq!((taken.status, taken.body.as_slice()), (StatusCode::OK, TAPE));
    assert_eq!(taken.headers["content-type"], "application/zip");
    let left = std::fs::read_dir(api.court.folder.path().join("parts")).unwrap().count();
    assert_eq!(left, 0);
    assert_eq!(api.audit().await.last().unwrap(), &("part_taken".to_owned(), "done".to_owned()));
    assert_eq!(api.get(&part("from_ms=0&to_ms=5&reason=a"), "").await.why(), Refusal::SignInNeeded);
}

#[tokio::test]
async fn bookmarks_are_an_accounts_own_and_the_note_is_printed() {
    let api = Api::new().await;
    let (clerk, judge) = (api.sign_in("clerk").await, api.sign_in("judge").await);
    let mark = json!({"at_ms": 5_000, "label": "质证"});
    let kept = api.post(&path("bookmarks"), &clerk, &mark).await.json();
    assert_eq!(kept["bookmarks"][0]["label"], json!("质证"));
    let id = kept["bookmarks"][0]["id"].clone();
    let other = api.get(&path("custody"), &judge).await.json();
    assert_eq!(other["bookmarks"], json!([]));
    let drop = |cookie: String| {
        let request = Request::builder().method("DELETE").uri(path(&format!("bookmarks/{id}")));
        let request = request.header(COOKIE, cookie).header(ORIGIN, "https://court.test");
        api.send(request, Body::empty())
    };
    assert_eq!(drop(judge.clone()).await.status, StatusCode::NOT_FOUND);
    assert_eq!(drop(clerk.clone()).await.json()["bookmarks"], json!([]));
    let note = api.get(&path("note.html"), &clerk).await;
    assert!(String::from_utf8_lossy(&note.body).contains("庭审录音录像说明"));
    let stranger = api.sign_in("stranger").await;
    for rest in ["custody", "note.html", "explanation.html"] {
        assert_eq!(api.get(&path(rest), &stranger).await.why(), Refusal::NotFound, "{rest}");
    }
}

#[tokio::test]
async fn the_index_is_made_anew_from_the_archive() {
    let api = Api::new().await;
    let docket = &api.court.docket;
    docket.unfile(ARCHIVED).await.unwrap();
    let gone = NewHearing::new(api.court.entry.heading.clone(), Vec::new());
    docket.add_hearing(&gone, Timestamp(0)).await.unwrap();
    let who = api.court.seats().plaintiff;
    let archive: Arc<dyn Archive> = Arc::new(OneTape { holds: Some(ARCHIVED), who });
    crate::filing::fill(Arc::clone(docket), archive).await;
    assert_eq!(docket.filed().await.unwrap().into_iter().collect::<Vec<_>>(), [(ARCHIVED, true)]);
    let nothing: Arc<dyn Archive> = Arc::new(OneTape { holds: None, who });
    crate::filing::fill(Arc::clone(docket), nothing).await;
    assert!(docket.filed().await.unwrap().is_empty());
}
