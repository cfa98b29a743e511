//! Documents: who may have which, and that the audit log says so.
//! What is not here: what they say (`papers/tests.rs`) and printing them (`press.rs`).

use super::*;

impl Api {
    /// Documents that were taken of a hearing, by the audit log.
    async fn taken(&self, hearing: HearingId) -> usize {
        let lines = self.court.docket.audit_of(hearing, None).await.unwrap();
        lines.iter().filter(|line| line.act == AuditAct::PaperTaken).count()
    }
}

#[tokio::test]
async fn notices_are_a_document_for_who_works_on_the_sitting() {
    let api = Api::new().await;
    let hearing = api.court.entry.hearing;
    let clerk = api.sign_in("clerk").await;
    let path = |file: &str| format!("/api/hearings/{}/papers/{file}", hearing.0);
    assert_eq!(api.get(&path("service.txt"), &clerk).await.why(), Refusal::NotFound);
    let notices = format!("/api/hearings/{}/notices", hearing.0);
    api.post(&notices, &clerk, &json!({"channel": "paper", "people": []})).await;
    let text = api.get(&path("service.txt"), &clerk).await;
    assert_eq!(text.status, StatusCode::OK);
    assert_eq!(text.headers["content-type"], "text/plain; charset=utf-8");
    let name = text.headers["content-disposition"].to_str().unwrap();
    assert!(name.starts_with("attachment; filename=\"service.txt\"; filename*=UTF-8''%"), "{name}");
    let text = String::from_utf8(text.body).unwrap();
    assert!(text.contains("Plaintiff P") && text.contains("书面送达"), "{text}");
    let word = api.get(&path("service.docx"), &clerk).await;
    assert!(word.body.starts_with(b"PK"));
    assert_eq!(api.taken(hearing).await, 2);
    // The press of these tests always fails: nothing is handed out and nothing noted.
    assert_eq!(api.get(&path("service.pdf"), &clerk).await.why(), Refusal::ServerFault);
    assert_eq!(api.taken(hearing).await, 2);
    for file in ["service.vtt", "agreement.txt", "service.exe", "service"] {
        assert_eq!(api.get(&path(file), &clerk).await.why(), Refusal::NotFound, "{file}");
    }
    for name in ["stranger", "ops"] {
        let answer = api.get(&path("service.txt"), &api.sign_in(name).await).await;
        assert!(answer.status.is_client_error(), "{name}: {}", answer.status);
    }
    assert!(api.get(&path("service.txt"), "").await.status.is_client_error());
}

#[tokio::test]
async fn documents_of_a_record_are_for_who_may_see_it() {
    let api = Api::new().await;
    let clerk = api.sign_in("clerk").await;
    let path = format!("/api/archive/{}/papers", ARCHIVED.0);
    let list = api.get(&path, &clerk).await;
    assert_eq!(list.status, StatusCode::OK);
    assert!(list.json()["papers"].is_array());
    let none = api.get(&format!("{path}/agreement.txt"), &clerk).await;
    assert_eq!(none.why(), Refusal::NotFound);
    for name in ["stranger", "ops", "admin"] {
        let answer = api.get(&path, &api.sign_in(name).await).await;
        assert!(answer.status.is_client_error(), "{name}: {}", answer.status);
    }
    assert_eq!(api.get("/api/archive/99/papers", &clerk).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_party_finds_what_they_signed_and_nobody_else_does() {
    let api = Api::new().await;
    let clerk = api.sign_in("clerk").await;
    assert!(api.get("/api/my/papers", &clerk).await.status.is_client_error());
    let seat = api.post("/api/join", "", &json!({"code": api.code().await})).await;
    let seat = seat.cookie(SEAT_COOKIE).unwrap();
    let list = api.get("/api/my/papers", &seat).await;
    // Nothing was signed in this hearing yet.
    assert_eq!(list.json(), json!({"papers": []}));
    let none = api.get("/api/my/papers/agreement.pdf", &seat).await;
    assert_eq!(none.why(), Refusal::NotFound);
}

#[test]
fn a_missing_font_is_told_by_its_package() {
    let why = Refused::from(crate::press::PressFault::Font("no font".to_owned()));
    assert_eq!(why, Refusal::FontMissing.into());
    assert_eq!(status(Refusal::FontMissing), StatusCode::SERVICE_UNAVAILABLE);
    assert!(Refusal::FontMissing.chinese().contains("fonts-noto-cjk"));
    assert_eq!(Refused::from(crate::press::PressFault::Full), Refusal::Full.into());
}
