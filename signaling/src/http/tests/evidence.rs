//! Evidence over HTTP: who may see and do what, in a table; uploads good and bad; files by range.
//! What is not here: the folder (`evidence/tests.rs`), kinds of files (`evidence/inspect/tests.rs`).

use ::docket::Closing;
use axum::http::header::{
    CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_RANGE,
    X_CONTENT_TYPE_OPTIONS,
};
use model::Role;
use model::limits::TEXT_CHARS_MAX;

use super::*;
use crate::docket::{NewHearing, NewPerson};
use crate::fixture::NOW;

const BOUNDARY: &str = "----parts";

/// A hearing with two sides, a witness and a gallery, and cookies of everybody.
struct Sides {
    api: Api,
    hearing: HearingId,
    judge: String,
    plaintiff: String,
    defendant: String,
    witness: String,
    gallery: String,
    /// A judge who sits elsewhere, and an operator.
    stranger: String,
    ops: String,
}

/// An upload as a browser makes it.
fn form(about: &Value, name: &str, file: &[u8]) -> Vec<u8> {
    let mut body = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"about\"\r\n\r\n{about}\r\n\
         --{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         Content-Type: text/html\r\n\r\n"
    )
    .into_bytes();
    body.extend(file);
    body.extend(format!("\r\n--{BOUNDARY}--\r\n").bytes());
    body
}

fn about() -> Value {
    json!({"name": "借条", "kind": "document", "purpose": "证明借款", "form": "copy"})
}

impl Sides {
    async fn new() -> Self {
        let api = Api::new().await;
        let seats = &api.court.entry.accounts;
        let (judge, clerk) = (seats[0].0, seats[1].0);
        let person = |role, account| NewPerson::new(role, "N".into(), account);
        let people = vec![
            person(Role::PresidingJudge, Some(judge)),
            person(Role::Clerk, Some(clerk)),
            person(Role::Plaintiff, None),
            person(Role::Defendant, None),
            person(Role::Witness, None),
            person(Role::Gallery, None),
        ];
        let heading = api.court.entry.heading.clone();
        let docket = Arc::clone(&api.court.docket);
        let hearing = docket.add_hearing(&NewHearing::new(heading, people), NOW).await.unwrap();
        let people = docket.entry(hearing).await.unwrap().unwrap().people;
        let mut seats = Vec::new();
        for person in people.iter().skip(2) {
            let issued = docket.issue_code(hearing, person.id, clock().now().utc).await;
            let code = issued.unwrap().unwrap().code;
            let joined = api.post("/api/join", "", &json!({"code": code})).await;
            seats.push(joined.cookie(SEAT_COOKIE).unwrap());
        }
        let [plaintiff, defendant, witness, gallery] = seats.try_into().unwrap();
        let judge = api.sign_in("judge").await;
        let stranger = api.sign_in("stranger").await;
        let ops = api.sign_in("ops").await;
        Self { api, hearing, judge, plaintiff, defendant, witness, gallery, stranger, ops }
    }

    fn path(&self, rest: &str) -> String {
        format!("/api/hearings/{}/evidence{rest}", self.hearing.0)
    }

    async fn send(&self, method: &str, rest: &str, cookie: &str, body: Body) -> Answer {
        let request = Request::builder().method(method).uri(self.path(rest));
        let request = request.header(COOKIE, cookie).header(ORIGIN, "https://court.test");
        self.api.send(request, body).await
    }

    async fn upload(&self, cookie: &str, about: &Value, name: &str, file: &[u8]) -> Answer {
        self.upload_raw(cookie, form(about, name, file)).await
    }

    async fn upload_raw(&self, cookie: &str, body: Vec<u8>) -> Answer {
        let request = Request::builder().method("POST").uri(self.path(""));
        let request = request
            .header(COOKIE, cookie)
            .header(ORIGIN, "https://court.test")
            .header(CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"));
        self.api.send(request, Body::from(body)).await
    }

    /// Hands in a document; its number.
    async fn added(&self, cookie: &str, pages: usize) -> u64 {
        let answer = self.upload(cookie, &about(), "a.pdf", &samples::pdf(pages)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{:?}", String::from_utf8(answer.body));
        answer.json()["id"].as_u64().unwrap()
    }

    /// Numbers of the pieces somebody is told of.
    async fn seen(&self, cookie: &str) -> Vec<u64> {
        let answer = self.send("GET", "", cookie, Body::empty()).await;
        assert_eq!(answer.status, StatusCode::OK);
        let items = answer.json()["items"].as_array().unwrap().clone();
        items.iter().map(|item| item["id"].as_u64().unwrap()).collect()
    }

    async fn file(&self, item: u64, cookie: &str) -> StatusCode {
        self.send("GET", &format!("/{item}/file"), cookie, Body::empty()).await.status
    }
}

#[tokio::test]
async fn only_what_was_exchanged_is_seen_by_the_other_side() {
    let sides = Sides::new().await;
    let mine = sides.added(&sides.plaintiff, 2).await;
    let theirs = sides.added(&sides.defendant, 3).await;
    assert_eq!(sides.seen(&sides.plaintiff).await, [mine]);
    assert_eq!(sides.seen(&sides.defendant).await, [theirs]);
    assert_eq!(sides.seen(&sides.judge).await, [mine, theirs]);
    assert!(sides.seen(&sides.witness).await.is_empty());
    assert_eq!(sides.file(mine, &sides.plaintiff).await, StatusCode::OK);
    for cookie in [&sides.defendant, &sides.witness, &sides.gallery] {
        assert_eq!(sides.file(mine, cookie).await, StatusCode::NOT_FOUND);
    }
    let done =
        sides.send("POST", &format!("/{mine}/exchange"), &sides.plaintiff, Body::empty()).await;
    assert_eq!((done.status, &done.json()["exchanged"]), (StatusCode::OK, &json!(true)));
    assert_eq!(sides.seen(&sides.defendant).await, [mine, theirs]);
    assert_eq!(sides.file(mine, &sides.defendant).await, StatusCode::OK);
    // Exchanged between the sides is not shown to everybody.
    for cookie in [&sides.witness, &sides.gallery] {
        assert!(sides.seen(cookie).await.is_empty());
        assert_eq!(sides.file(mine, cookie).await, StatusCode::NOT_FOUND);
    }
    let again = sides.send("POST", &format!("/{mine}/exchange"), &sides.judge, Body::empty()).await;
    assert_eq!(again.why(), Refusal::AlreadyThere);
}

#[tokio::test]
async fn who_may_do_what() {
    let sides = Sides::new().await;
    let item = sides.added(&sides.plaintiff, 1).await;
    let change = json!({"name": "欠条"}).to_string();
    let (mine, exchange) = (format!("/{item}"), format!("/{item}/exchange"));
    let not_found = StatusCode::NOT_FOUND;
    let forbidden = StatusCode::FORBIDDEN;
    for (cookie, who, seat) in [
        ("", StatusCode::UNAUTHORIZED, false),
        (sides.stranger.as_str(), not_found, false),
        (sides.ops.as_str(), not_found, false),
        (sides.defendant.as_str(), not_found, true),
        (sides.witness.as_str(), not_found, true),
        (sides.gallery.as_str(), not_found, true),
    ] {
        for (method, rest, body) in [
            ("PATCH", &mine, change.clone()),
            ("DELETE", &mine, String::new()),
            ("POST", &exchange, String::new()),
            ("GET", &format!("/{item}/file"), String::new()),
        ] {
            let answer = sides.send(method, rest, cookie, Body::from(body)).await;
            assert_eq!(answer.status, who, "{method} {rest}");
        }
        let list = sides.send("GET", "", cookie, Body::empty()).await.status;
        assert_eq!(list, if seat { StatusCode::OK } else { who });
    }
    for (cookie, status) in [
        ("", StatusCode::UNAUTHORIZED),
        (sides.stranger.as_str(), not_found),
        (sides.witness.as_str(), forbidden),
        (sides.gallery.as_str(), forbidden),
    ] {
        let answer = sides.upload(cookie, &about(), "a.pdf", &samples::pdf(1)).await;
        assert_eq!(answer.status, status);
    }
    // A foreign page cannot use somebody's cookie.
    let foreign = Request::builder().method("DELETE").uri(sides.path(&mine));
    let foreign = foreign.header(COOKIE, &sides.plaintiff).header(ORIGIN, "https://evil.test");
    assert_eq!(sides.api.send(foreign, Body::empty()).await.status, forbidden);
}

#[tokio::test]
async fn a_side_changes_its_list_until_it_is_exchanged_and_the_court_until_closing() {
    let sides = Sides::new().await;
    let (one, two) =
        (sides.added(&sides.plaintiff, 1).await, sides.added(&sides.plaintiff, 2).await);
    let patch = async |item: u64, cookie: &str, change: Value| {
        sides.send("PATCH", &format!("/{item}"), cookie, Body::from(change.to_string())).await
    };
    let changed = patch(two, &sides.plaintiff, json!({"number": 1, "kind": "object"})).await.json();
    assert_eq!((&changed["number"], &changed["kind"]), (&json!(1), &json!("object")));
    assert_eq!(sides.seen(&sides.plaintiff).await, [two, one]);
    for bad in [json!({"number": 0}), json!({"number": 999}), json!({"name": "  "})] {
        assert_eq!(patch(one, &sides.plaintiff, bad).await.why(), Refusal::NotPlausible);
    }
    let long = "长".repeat(TEXT_CHARS_MAX + 1);
    let answer = patch(one, &sides.plaintiff, json!({"purpose": long})).await;
    assert_eq!(answer.why(), Refusal::TextTooLong);
    assert_eq!(
        patch(one, &sides.plaintiff, json!({"side": "defendant"})).await.why(),
        Refusal::Malformed
    );
    sides.send("POST", &format!("/{two}/exchange"), &sides.judge, Body::empty()).await;
    let answer = patch(two, &sides.plaintiff, json!({"name": "改"})).await;
    assert_eq!(answer.why(), Refusal::AlreadyExchanged);
    // The other side knows it by its number.
    assert_eq!(
        patch(one, &sides.plaintiff, json!({"number": 1})).await.why(),
        Refusal::AlreadyExchanged
    );
    let gone = sides.send("DELETE", &format!("/{two}"), &sides.plaintiff, Body::empty()).await;
    assert_eq!(gone.why(), Refusal::AlreadyExchanged);
    assert_eq!(patch(two, &sides.judge, json!({"name": "改"})).await.json()["name"], "改");
    let gone = sides.send("DELETE", &format!("/{one}"), &sides.judge, Body::empty()).await;
    assert_eq!(gone.why(), Refusal::NotYourRight);
    let gone = sides.send("DELETE", &format!("/{one}"), &sides.plaintiff, Body::empty()).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    sides.api.court.docket.close(sides.hearing, &Closing::of(&[], NOW)).await.unwrap();
    for (cookie, change) in [(&sides.judge, json!({"name": "晚"})), (&sides.plaintiff, json!({}))]
    {
        assert_eq!(patch(two, cookie, change).await.why(), Refusal::HearingClosed);
    }
    let late = sides.upload(&sides.plaintiff, &about(), "a.pdf", &samples::pdf(1)).await;
    assert_eq!(late.why(), Refusal::HearingClosed);
    assert_eq!(sides.file(two, &sides.defendant).await, StatusCode::OK);
}

#[tokio::test]
async fn the_court_hands_in_for_itself_and_for_a_side_and_a_party_for_its_own_alone() {
    let sides = Sides::new().await;
    let mut of_side = about();
    of_side["side"] = json!("defendant");
    let own = sides.upload(&sides.judge, &about(), "a.png", &samples::png(30, 20)).await.json();
    let scanned = sides.upload(&sides.judge, &of_side, "a.png", &samples::png(31, 20)).await.json();
    assert_eq!((&own["side"], &scanned["side"]), (&Value::Null, &json!("defendant")));
    assert_eq!(sides.seen(&sides.defendant).await, [scanned["id"].as_u64().unwrap()]);
    let stolen = sides.upload(&sides.plaintiff, &of_side, "a.png", &samples::png(3, 2)).await;
    assert_eq!(stolen.why(), Refusal::NotYourRight);
}

#[tokio::test]
async fn uploads_that_are_wrong_are_named_and_leave_nothing() {
    let sides = Sides::new().await;
    let file = samples::pdf(1);
    let cut = &file[..file.len() / 2];
    for (name, bytes, status, why) in [
        ("a.png", file.as_slice(), 415, Refusal::FileNotReadable),
        ("a.pdf", cut, 415, Refusal::FileNotReadable),
        ("a.pdf", b"<html>".as_slice(), 415, Refusal::FileNotReadable),
        ("a.pdf", &samples::pdf_encrypted(), 415, Refusal::FileEncrypted),
        ("a.png", &samples::png(50_000, 50_000), 413, Refusal::FileTooLarge),
        ("a.pdf", b"".as_slice(), 415, Refusal::FileNotReadable),
    ] {
        let answer = sides.upload(&sides.plaintiff, &about(), name, bytes).await;
        assert_eq!((answer.status.as_u16(), answer.why()), (status, why), "{name}");
    }
    let whole = form(&about(), "a.pdf", &file);
    let unfinished = whole[..whole.len() - 40].to_vec();
    let strange = form(&json!({"name": "x"}), "a.pdf", &file);
    let huge_about = form(&json!({"name": "x".repeat(20_000)}), "a.pdf", &file);
    for body in [unfinished, strange, huge_about, b"no parts".to_vec(), Vec::new()] {
        let answer = sides.upload_raw(&sides.plaintiff, body).await;
        assert_eq!(answer.why(), Refusal::Malformed);
    }
    let mut nameless = about();
    nameless["name"] = json!("");
    let answer = sides.upload(&sides.plaintiff, &nameless, "a.pdf", &file).await;
    assert_eq!(answer.why(), Refusal::NotPlausible);
    assert!(sides.seen(&sides.judge).await.is_empty());
    let incoming = sides.api.court.folder.path().join("evidence/incoming");
    assert_eq!(std::fs::read_dir(incoming).unwrap().count(), 0);
}

#[tokio::test]
async fn a_file_comes_as_it_was_handed_in_by_range_and_can_do_nothing() {
    let sides = Sides::new().await;
    let item = sides.added(&sides.plaintiff, 1).await;
    let (whole, path) = (samples::pdf(1), sides.path(&format!("/{item}/file")));
    let answer = sides.api.get(&path, &sides.plaintiff).await;
    assert_eq!(answer.body, whole);
    let header = |name| answer.headers.get(&name).unwrap().to_str().unwrap().to_owned();
    assert_eq!(header(CONTENT_TYPE), "application/pdf");
    assert_eq!(header(X_CONTENT_TYPE_OPTIONS), "nosniff");
    assert_eq!(
        header(CONTENT_SECURITY_POLICY),
        "default-src 'none'; sandbox; frame-ancestors 'none'"
    );
    assert_eq!(
        header(CONTENT_DISPOSITION),
        "inline; filename=\"evidence-1.pdf\"; filename*=UTF-8''1-%E5%80%9F%E6%9D%A1.pdf"
    );
    let tag = header(ETAG);
    for (range, seen_tag, status, expected) in [
        ("bytes=0-7", None, 206, &whole[..8]),
        ("bytes=8-", None, 206, &whole[8..]),
        ("bytes=0-7", Some(tag.as_str()), 206, &whole[..8]),
        ("bytes=0-7", Some("\"other\""), 200, &whole[..]),
        ("bytes=9999999-", None, 416, b"".as_slice()),
    ] {
        let mut request = Request::builder().uri(&path).header(RANGE, range);
        if let Some(tag) = seen_tag {
            request = request.header(IF_RANGE, tag);
        }
        let answer = sides.api.send(request.header(COOKIE, &sides.plaintiff), Body::empty()).await;
        assert_eq!((answer.status.as_u16(), answer.body.as_slice()), (status, expected), "{range}");
    }
    let kept = sides.api.get(&format!("{path}?download"), &sides.plaintiff).await;
    let manner = kept.headers.get(CONTENT_DISPOSITION).unwrap().to_str().unwrap();
    assert!(manner.starts_with("attachment; "), "{manner}");
}

#[tokio::test]
async fn an_altered_file_is_not_served() {
    let sides = Sides::new().await;
    let item = sides.added(&sides.plaintiff, 1).await;
    let listed = sides.send("GET", "", &sides.plaintiff, Body::empty()).await.json();
    let name = listed["items"][0]["sha256"].as_str().unwrap().to_owned();
    let kept = sides.api.court.folder.path().join("evidence/kept");
    std::fs::write(kept.join(&name[..2]).join(&name), samples::pdf(2)).unwrap();
    let answer = sides.send("GET", &format!("/{item}/file"), &sides.judge, Body::empty()).await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(answer.why(), Refusal::EvidenceAltered);
}
