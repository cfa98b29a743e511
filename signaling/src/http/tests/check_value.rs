//! The check value for parties and court, and the package for those who may see the record.
//! What is not here: what the value is made of (crate `recorder`).

use protocol::CheckValueView;

use super::*;
use crate::fixture::VALUE;

fn view(answer: &Answer) -> CheckValueView {
    assert_eq!(answer.status, StatusCode::OK, "{}", String::from_utf8_lossy(&answer.body));
    serde_json::from_slice(&answer.body).unwrap()
}

#[tokio::test]
async fn a_party_confirms_what_is_shown_and_the_court_sees_it() {
    let api = Api::new().await;
    assert_eq!(api.court.entry.hearing, ARCHIVED);
    let path = format!("/api/hearings/{}/check-value", ARCHIVED.0);
    let plaintiff = api.court.seats().plaintiff;
    assert_eq!(api.get(&path, "").await.why(), Refusal::SignInNeeded);
    let seat = api.post("/api/join", "", &json!({"code": api.code().await})).await;
    let seat = seat.cookie(SEAT_COOKIE).unwrap();
    let shown = view(&api.get(&path, &seat).await);
    assert_eq!(shown.value.unwrap().sha256, VALUE);
    let ids: Vec<_> = shown.people.iter().map(|person| person.id).collect();
    assert_eq!(ids, [plaintiff], "a party sees nobody else");
    let wrong = api.post(&path, &seat, &json!({"sha256": "00fe"})).await;
    assert_eq!(wrong.why(), Refusal::CheckValueOther);
    let said = view(&api.post(&path, &seat, &json!({"sha256": VALUE})).await);
    assert!(said.people[0].confirmed_at.is_some());
    for name in ["clerk", "judge"] {
        let cookie = api.sign_in(name).await;
        let seen = view(&api.get(&path, &cookie).await);
        assert!(seen.people.iter().all(|person| !person.role.is_court()));
        let confirmed = seen.people.iter().filter(|person| person.confirmed_at.is_some());
        assert_eq!(confirmed.map(|person| person.id).collect::<Vec<_>>(), [plaintiff]);
        let own = api.post(&path, &cookie, &json!({"sha256": VALUE})).await;
        assert_eq!(own.why(), Refusal::NotYourRight, "{name} is no party");
    }
    let stranger = api.sign_in("stranger").await;
    assert!(api.get(&path, &stranger).await.status.is_client_error());
    let other = api.get("/api/hearings/99/check-value", &seat).await;
    assert_eq!(other.why(), Refusal::NotFound);
}

#[tokio::test]
async fn the_package_is_sent_whole_to_those_who_may_see_the_record() {
    let api = Api::new().await;
    let path = format!("/api/archive/{}/package", ARCHIVED.0);
    let clerk = api.sign_in("clerk").await;
    let answer = api.get(&path, &clerk).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.body, TAPE);
    assert_eq!(answer.headers["content-length"], TAPE.len().to_string());
    assert_eq!(answer.headers["content-type"], "application/x-tar");
    let disposition = answer.headers["content-disposition"].to_str().unwrap();
    assert_eq!(disposition, "attachment; filename=\"assize-h1.tar\"");
    assert_eq!(api.get("/api/archive/99/package", &clerk).await.status, StatusCode::NOT_FOUND);
    for name in ["stranger", "ops", "admin"] {
        assert!(api.get(&path, &api.sign_in(name).await).await.status.is_client_error(), "{name}");
    }
    let seat = api.post("/api/join", "", &json!({"code": api.code().await})).await;
    let seat = seat.cookie(SEAT_COOKIE).unwrap();
    assert!(api.get(&path, &seat).await.status.is_client_error());
}

#[tokio::test]
async fn the_verifying_page_is_one_file_that_asks_for_nothing() {
    let api = Api::new().await;
    let page = api.get("/verify.html", "").await;
    assert_eq!(page.status, StatusCode::OK);
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'unsafe-inline'"), "{policy}");
    let text = String::from_utf8_lossy(&page.body);
    for outside in ["src=\"", "href=\"", "http://", "https://", "fetch(", "XMLHttpRequest"] {
        assert!(!text.contains(outside), "{outside}");
    }
    assert_eq!(page.body, web::verifier_page());
}
