//! The audit log as strangers, staff and the audit administrator meet it.
//! What is not here: the chain; see `docket/audit.rs`.

use super::*;

impl Api {
    /// What the audit administrator finds: act, result, who.
    async fn found(&self, query: &str) -> Vec<(String, String, String)> {
        let audit = self.sign_in("audit").await;
        let page = self.get(&format!("/api/audit?{query}"), &audit).await;
        assert_eq!(page.status, StatusCode::OK);
        let page = page.json();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let lines = page["lines"].as_array().unwrap();
        lines
            .iter()
            .map(|line| (text(&line["act"]), text(&line["result"]), text(&line["by"])))
            .collect()
    }
}

#[tokio::test]
async fn sign_ins_right_and_wrong_are_written_without_what_strangers_typed() {
    let api = Api::new().await;
    let wrong = |name: &str| json!({"name": name, "password": "secret-by-mistake"});
    api.post("/api/sign-in", "", &wrong("judge")).await;
    api.post("/api/sign-in", "", &wrong("my-password-42")).await;
    api.sign_in("judge").await;
    let lines = api.found("act=signed_in").await;
    let told: Vec<_> = lines
        .iter()
        .map(|(_, result, by)| (result.as_str(), by.split('（').next().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            ("done", "audit"),
            ("done", "judge"),
            ("sign_in_wrong", "未登录者"),
            ("sign_in_wrong", "judge")
        ]
    );
    let all = api.found("").await;
    assert!(!format!("{all:?}").contains("my-password-42"));
    assert!(!format!("{all:?}").contains("secret-by-mistake"));
}

#[tokio::test]
async fn what_somebody_may_not_do_is_refused_and_written() {
    let api = Api::new().await;
    let clerk = api.sign_in("clerk").await;
    for path in ["/api/audit", "/api/audit.csv", "/api/ops", "/api/retention"] {
        let answer = api.get(path, &clerk).await;
        assert_eq!(answer.why(), Refusal::NotYourRight, "{path}");
    }
    assert_eq!(api.post("/api/audit/check", &clerk, &json!({})).await.why(), Refusal::NotYourRight);
    assert_eq!(api.get("/api/audit", "").await.why(), Refusal::SignInNeeded);
    // A page of somebody else's with the clerk's cookie.
    let request = Request::builder().method("POST").uri("/api/sign-out");
    let request = request.header(COOKIE, &clerk).header(ORIGIN, "https://evil.test");
    assert_eq!(api.send(request, Body::empty()).await.why(), Refusal::NotYourRight);
    let denied = api.found("act=denied").await;
    assert_eq!(denied.len(), 6, "{denied:?}");
    assert!(
        denied.iter().all(|(_, result, by)| result == "not_your_right" && by.contains("书记员"))
    );
    let audit = api.sign_in("audit").await;
    assert_eq!(api.get("/api/docket", &audit).await.why(), Refusal::NotYourRight);
    assert_eq!(api.get("/api/sites", &audit).await.why(), Refusal::NotYourRight);
}

#[tokio::test]
async fn codes_are_written_with_their_seat() {
    let api = Api::new().await;
    let code = api.code().await;
    api.post("/api/join", "", &json!({"code": "00000000"})).await;
    api.post("/api/join", "", &json!({"code": code})).await;
    let hearing = format!("hearing={}", api.court.entry.hearing.0);
    let lines = api.found(&hearing).await;
    let acts: Vec<_> =
        lines.iter().map(|(act, result, _)| (act.as_str(), result.as_str())).collect();
    assert_eq!(acts, [("joined", "done"), ("code_issued", "done")]);
    let unknown = api.found("act=joined").await;
    assert!(unknown.iter().any(|(_, result, _)| result == "code_unknown"), "{unknown:?}");
    let text = format!("{lines:?}{unknown:?}");
    assert!(!text.contains(&code), "a code is a credential");
}

#[tokio::test]
async fn the_log_is_searched_page_by_page_taken_out_and_checked() {
    let api = Api::new().await;
    let admin = api.sign_in("admin").await;
    let days = json!({"days": []});
    let request = Request::builder().method("PUT").uri("/api/working-days");
    let request = request.header(COOKIE, &admin).header(ORIGIN, "https://court.test");
    assert_eq!(api.send(request, Body::from(days.to_string())).await.status, StatusCode::OK);
    assert_eq!(api.found("act=setting_changed").await.len(), 1);
    assert_eq!(api.found("by=admin").await.len(), 2, "the sign-in and the change");
    assert_eq!(api.found("from=1&to=2").await, []);
    let audit = api.sign_in("audit").await;
    let page = api.get("/api/audit", &audit).await.json();
    let last = page["lines"][0]["n"].as_i64().unwrap();
    let older = api.get(&format!("/api/audit?before={last}"), &audit).await.json();
    assert_eq!(older["lines"][0]["n"], json!(last - 1));
    assert_eq!(api.get("/api/audit?act=nothing", &audit).await.status, StatusCode::BAD_REQUEST);

    let checked = api.post("/api/audit/check", &audit, &json!({})).await.json();
    assert_eq!(checked["broken"], json!(null));
    assert_eq!(checked["lines"], json!(last + 1), "with the line of this check");
    let table = api.get("/api/audit.csv?act=setting_changed", &audit).await;
    assert_eq!(table.headers["content-type"], "text/csv; charset=utf-8");
    let text = String::from_utf8(table.body).unwrap();
    assert!(text.contains("setting_changed,修改工作日安排,done"), "{text}");
    let read: Vec<_> = api.found("act=audit_read").await;
    assert_eq!(read.len(), 2, "{read:?}");
}
