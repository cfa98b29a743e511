//! Papers of the archive, and who may read the record of a deliberation.
//! What is not here: what papers say (crate `docket`).

use model::{DeliberationAct, DeliberationEntry};
use protocol::DeliberationRecord;

use super::*;

#[tokio::test]
async fn the_deliberation_is_for_panel_and_clerk_of_this_case_alone() {
    let api = Api::new().await;
    let (hearing, seats) = (api.court.entry.hearing, api.court.seats());
    let path = format!("/api/archive/{}/deliberation", hearing.0);
    let clerk = api.sign_in("clerk").await;
    assert_eq!(api.get(&path, &clerk).await.why(), Refusal::NotFound, "nobody deliberated");
    let apart = Apart::new(api.court.folder.path());
    let act = DeliberationAct::Write { base: 0, text: "they talk".into() };
    let at = Timestamp(5);
    apart.keep_entry(hearing, &DeliberationEntry { by: seats.clerk, at, act }).unwrap();
    for name in ["clerk", "judge"] {
        let answer = api.get(&path, &api.sign_in(name).await).await;
        let found: DeliberationRecord = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(found.record.text.reveal(), "they talk");
        assert_eq!(found.record.signers, [seats.judge, seats.clerk]);
        assert_eq!(found.head_sha256.len(), 64);
    }
    for name in ["stranger", "mediator", "ops", "admin"] {
        let answer = api.get(&path, &api.sign_in(name).await).await;
        assert!(answer.status.is_client_error(), "{name}: {}", answer.status);
    }
    let seat = api.post("/api/join", "", &json!({"code": api.code().await})).await;
    let seat = seat.cookie(SEAT_COOKIE).unwrap();
    assert!(api.get(&path, &seat).await.status.is_client_error());
    // The archive of the hearing has no word of it, whoever asks.
    let whole = api.get(&format!("/api/archive/{}", hearing.0), &clerk).await;
    assert!(!String::from_utf8_lossy(&whole.body).contains("they talk"));
    let file = api.court.folder.path().join(format!("apart/{hearing}/deliberation.jsonl"));
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("talk", "walk") + "{}\n").unwrap();
    assert_eq!(api.get(&path, &clerk).await.why(), Refusal::RecordAltered);
}

#[tokio::test]
async fn certificates_and_attendance_are_the_archives() {
    let api = Api::new().await;
    let clerk = api.sign_in("clerk").await;
    let page = api.get(&format!("/api/archive/{}/isolation.html", ARCHIVED.0), &clerk).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    assert!(page.headers["content-security-policy"].to_str().unwrap().contains("'none'"));
    assert!(String::from_utf8_lossy(&page.body).contains("证人隔离证明"));
    let table = api.get(&format!("/api/archive/{}/attendance.csv", ARCHIVED.0), &clerk).await;
    assert!(String::from_utf8_lossy(&table.body).starts_with("\u{feff}次序,"));
    for path in ["isolation.html", "attendance.csv"] {
        let stranger = api.sign_in("stranger").await;
        let answer = api.get(&format!("/api/archive/{}/{path}", ARCHIVED.0), &stranger).await;
        assert!(answer.status.is_client_error());
        let missing = api.get(&format!("/api/archive/99/{path}"), &clerk).await;
        assert_eq!(missing.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(api.get("/api/faces", &clerk).await.json(), json!({"offered": false}));
}
