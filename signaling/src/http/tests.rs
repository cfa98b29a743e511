//! The HTTP API without sockets: every status a path can answer with.
//! What is not here: the WebSocket; see `server/tests.rs`.

use std::net::SocketAddr;

use ::docket::retention::{Rule, Schedule};
use axum::http::header::{CONTENT_RANGE, COOKIE, HOST, ORIGIN, RANGE, SET_COOKIE};
use model::ClockReading;
use model::limits::{ARCHIVE_WORDS_MAX, ATTEMPTS_MAX, LINE_TEST_BYTES_MAX, LINE_TESTS_PER_MINUTE};
use protocol::{ArchiveList, AuditAct, SeatPass, StaffKind};
use serde_json::{Value, json};
use tokio::sync::watch;
use tower::ServiceExt;

use super::credentials::digits;
use super::*;
use crate::access::{CARD_COOKIE, SEAT_COOKIE, STAFF_COOKIE};
use crate::evidence::samples;
use crate::fixture::{ARCHIVED, Court, OneShelf, OneTape, OneValue, TAPE, clock, reach, registry};
use crate::hearing_task::Rooms;
use crate::tls::PrivateAddr;
use crate::transcript::Transcripts;

mod audit;
mod check_value;
mod custody;
mod desk;
mod docket;
mod documents;
mod evidence;
mod proofs;

/// A court and its API.
struct Api {
    court: Court,
    router: Router,
    from: [u8; 4],
}

/// Loans are kept a year, everything else for ever.
fn retention() -> Schedule {
    let rule = Rule { kind: None, case: Some("No. 17".to_owned()), years: Some(1) };
    Schedule::new(vec![rule]).unwrap()
}

/// An answer, read whole.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The refusal's code.
    fn why(&self) -> Refusal {
        serde_json::from_slice::<ApiRefusal>(&self.body).unwrap().why
    }

    /// The value of a cookie that is set.
    fn cookie(&self, name: &str) -> Option<String> {
        self.headers
            .get_all(SET_COOKIE)
            .iter()
            .filter_map(|value| value.to_str().unwrap().split(';').next())
            .filter_map(|pair| pair.split_once('='))
            .find(|(found, value)| *found == name && !value.is_empty())
            .map(|(_, value)| format!("{name}={value}"))
    }
}

impl Api {
    async fn new() -> Self {
        let court = Court::new().await;
        let registry = registry();
        let metrics = Metrics::register(&registry).unwrap();
        let (orders, _) = mpsc::channel(8);
        let (record_orders, _) = mpsc::channel(8);
        let who = court.seats().plaintiff;
        let archive: Arc<dyn Archive> = Arc::new(OneTape { holds: Some(ARCHIVED), who });
        let rooms = Rooms {
            clock_reading: watch::channel(ClockReading::default()).1,
            orders,
            record_orders,
            docket: Arc::clone(&court.docket),
            clock: clock(),
            metrics: metrics.clone(),
            reach: reach(),
            apart: Apart::new(court.folder.path()),
            transcripts: Transcripts::new(court.folder.path(), Arc::new(OneShelf::default())),
            settings: Arc::default(),
        };
        let facts = archive.facts(ARCHIVED).unwrap();
        court.docket.file(&[facts]).await.unwrap();
        let evidence =
            Evidence::open(court.folder.path(), Arc::clone(&court.docket), metrics.clone()).await;
        let hearings = Hearings::new(rooms, Arc::clone(&archive));
        let desk = Desk::new(Arc::clone(&court.docket), hearings.clone(), clock(), metrics.clone());
        let app = App {
            evidence: evidence.unwrap(),
            apart: Apart::new(court.folder.path()),
            transcripts: Transcripts::new(court.folder.path(), Arc::new(OneShelf::default())),
            faces: None,
            comparing: Arc::new(Semaphore::new(1)),
            docket: Arc::clone(&court.docket),
            hearings,
            desk,
            archive,
            press: Press::new(vec!["false".into()]),
            films: Arc::new(OneTape { holds: Some(ARCHIVED), who }),
            check_values: Arc::new(OneValue::default()),
            clock: clock(),
            metrics,
            registry,
            figures: Arc::new(|| NodeFigures { archive_free_bytes: Some(7), ..Default::default() }),
            started_at: Timestamp(0),
            version: "0.0.0",
            real_certificate: false,
            page: String::new(),
            metrics_from: vec![IpAddr::from([192, 0, 2, 99])],
            attempts: Mutex::default(),
            refusal_lines: RefusalLines::default(),
            callers: Callers::default(),
            line_tests: Mutex::default(),
            custodian: Custodian::open(retention(), court.folder.path()),
            outbox: court.folder.path().join("outbox"),
            reads: Arc::new(Semaphore::new(2)),
            verifications: Arc::new(Semaphore::new(1)),
            open_sockets: mpsc::channel(1).0,
        };
        Self { court, router: router(Arc::new(app)), from: [192, 0, 2, 1] }
    }

    async fn send(&self, request: axum::http::request::Builder, body: Body) -> Answer {
        let own = PrivateAddr::new(SocketAddr::from(([127, 0, 0, 1], 8443)));
        let remote = PrivateAddr::new(SocketAddr::from((self.from, 1234)));
        let mut request = request.header(HOST, "court.test").body(body).unwrap();
        request.extensions_mut().insert(ConnectInfo(Peer { remote, local: own }));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 1 << 20).await.unwrap().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    async fn get(&self, path: &str, cookie: &str) -> Answer {
        self.send(Request::builder().uri(path).header(COOKIE, cookie), Body::empty()).await
    }

    async fn post(&self, path: &str, cookie: &str, body: &Value) -> Answer {
        let request = Request::builder().method("POST").uri(path);
        let request = request.header(COOKIE, cookie).header(ORIGIN, "https://court.test");
        self.send(request, Body::from(body.to_string())).await
    }

    /// Signs in; the cookie.
    async fn sign_in(&self, name: &str) -> String {
        let password = self.court.password(name).reveal();
        let answer =
            self.post("/api/sign-in", "", &json!({"name": name, "password": password})).await;
        assert_eq!(answer.status, StatusCode::OK);
        answer.cookie(STAFF_COOKIE).unwrap()
    }

    /// A new code for the plaintiff, issued by the clerk.
    async fn code(&self) -> String {
        let clerk = self.sign_in("clerk").await;
        let answer = self.post(&self.code_path(), &clerk, &json!({})).await;
        assert_eq!(answer.status, StatusCode::OK);
        answer.json()["code"].as_str().unwrap().to_owned()
    }

    fn code_path(&self) -> String {
        let (hearing, seat) = (self.court.entry.hearing.0, self.court.seats().plaintiff.0);
        format!("/api/hearings/{hearing}/participants/{seat}/code")
    }

    fn tape_path(&self, kind: &str) -> String {
        format!("/api/archive/{}/{}/{kind}", ARCHIVED.0, self.court.seats().plaintiff.0)
    }
}

#[tokio::test]
async fn signing_in_and_out() {
    let api = Api::new().await;
    assert_eq!(api.get("/api/me", "").await.json(), json!({"kind": "nobody"}));
    let cookie = api.sign_in("judge").await;
    let me: WhoAmI = serde_json::from_slice(&api.get("/api/me", &cookie).await.body).unwrap();
    let staff = StaffKind::Judge;
    assert_eq!(me, WhoAmI::Staff { name: "judge".into(), staff });
    let out = api.post("/api/sign-out", &cookie, &json!({})).await;
    assert_eq!(out.status, StatusCode::OK);
    assert_eq!(api.get("/api/me", &cookie).await.json(), json!({"kind": "nobody"}));
}

#[tokio::test]
async fn cookies_are_for_this_server_and_out_of_reach_of_scripts() {
    let api = Api::new().await;
    let password = api.court.password("judge").reveal();
    let body = json!({"name": "judge", "password": password});
    let answer = api.post("/api/sign-in", "", &body).await;
    for value in answer.headers.get_all(SET_COOKIE) {
        let text = value.to_str().unwrap();
        for word in ["HttpOnly", "Secure", "SameSite=Strict", "Path=/"] {
            assert!(text.contains(word), "{word}");
        }
    }
    assert_eq!(answer.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_look_the_same() {
    let api = Api::new().await;
    for name in ["judge", "nobody"] {
        let answer = api.post("/api/sign-in", "", &json!({"name": name, "password": "x"})).await;
        assert_eq!((answer.status, answer.why()), (StatusCode::UNAUTHORIZED, Refusal::SignInWrong));
    }
    let long = "x".repeat(5_000);
    let answer = api.post("/api/sign-in", "", &json!({"name": long, "password": "x"})).await;
    assert_eq!(answer.why(), Refusal::SignInWrong);
}

#[tokio::test]
async fn after_too_many_wrong_passwords_there_is_a_pause() {
    let mut api = Api::new().await;
    let wrong = json!({"name": "judge", "password": "x"});
    for _ in 0..ATTEMPTS_MAX {
        assert_eq!(api.post("/api/sign-in", "", &wrong).await.why(), Refusal::SignInWrong);
    }
    let answer = api.post("/api/sign-in", "", &wrong).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.why(), Refusal::SignInLocked);
    assert!(answer.headers.contains_key("retry-after"));
    // The right one from there too; but the judge elsewhere is not locked out by a stranger, and a
    // station behind the same address still gets in with its code.
    let right = json!({"name": "judge", "password": api.court.password("judge").reveal()});
    assert_eq!(api.post("/api/sign-in", "", &right).await.why(), Refusal::SignInLocked);
    let unknown = api.post("/api/join", "", &json!({"code": "00000000"})).await;
    assert_eq!(unknown.why(), Refusal::CodeUnknown);
    api.from = [192, 0, 2, 2];
    api.sign_in("judge").await;
}

#[tokio::test]
async fn what_cannot_be_read_is_refused() {
    let api = Api::new().await;
    let extra = json!({"name": "a", "password": "b", "extra": 1});
    for body in [json!({}), json!([]), json!({"name": 1, "password": 2}), extra] {
        let answer = api.post("/api/sign-in", "", &body).await;
        assert_eq!((answer.status, answer.why()), (StatusCode::BAD_REQUEST, Refusal::Malformed));
    }
    let huge = json!({"name": "x".repeat(BODY_BYTES_MAX), "password": ""});
    assert_eq!(api.post("/api/sign-in", "", &huge).await.why(), Refusal::Malformed);
}

#[tokio::test]
async fn foreign_pages_change_nothing() {
    let api = Api::new().await;
    for origin in [None, Some("https://evil.test"), Some("null")] {
        let mut request = Request::builder().method("POST").uri("/api/sign-out");
        if let Some(origin) = origin {
            request = request.header(ORIGIN, origin);
        }
        let answer = api.send(request, Body::from("{}")).await;
        assert_eq!((answer.status, answer.why()), (StatusCode::FORBIDDEN, Refusal::NotYourRight));
    }
    let request = Request::builder().uri("/ws/1").header(ORIGIN, "https://evil.test");
    assert_eq!(api.send(request, Body::empty()).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_code_brings_one_device_in() {
    let api = Api::new().await;
    let code = api.code().await;
    let spaced = format!(" {} {} ", &code[..4], &code[4..]);
    let answer = api.post("/api/join", "", &json!({"code": spaced})).await;
    assert_eq!(answer.status, StatusCode::OK);
    let pass: SeatPass = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(pass.participant, api.court.seats().plaintiff);
    let cookie = answer.cookie(SEAT_COOKIE).unwrap();
    let me: WhoAmI = serde_json::from_slice(&api.get("/api/me", &cookie).await.body).unwrap();
    assert_eq!(me, WhoAmI::Seat { seat: pass });
    let again = api.post("/api/join", "", &json!({"code": code})).await;
    assert_eq!((again.status, again.why()), (StatusCode::CONFLICT, Refusal::CodeUsed));
    api.code().await;
    let me = api.get("/api/me", &cookie).await.json();
    assert_eq!(me, json!({"kind": "nobody"}), "a new code ends the former device's pass");
}

#[tokio::test]
async fn codes_cannot_be_tried_out() {
    let api = Api::new().await;
    let code = api.code().await;
    for _ in 0..ATTEMPTS_MAX {
        let answer = api.post("/api/join", "", &json!({"code": "00000000"})).await;
        assert_eq!((answer.status, answer.why()), (StatusCode::NOT_FOUND, Refusal::CodeUnknown));
    }
    let answer = api.post("/api/join", "", &json!({"code": code})).await;
    assert_eq!(answer.why(), Refusal::SignInLocked);
}

#[tokio::test]
async fn one_browser_has_one_credential() {
    let api = Api::new().await;
    let staff = api.sign_in("judge").await;
    let code = api.code().await;
    let joined = api.post("/api/join", &staff, &json!({"code": code})).await;
    assert_eq!(joined.status, StatusCode::OK);
    assert_eq!(api.get("/api/me", &staff).await.json(), json!({"kind": "nobody"}));
}

#[tokio::test]
async fn the_docket_is_for_the_court() {
    let api = Api::new().await;
    let list = api.get("/api/docket", &api.sign_in("judge").await).await;
    let list: DocketList = serde_json::from_slice(&list.body).unwrap();
    assert_eq!(list.hearings.len(), 1);
    assert_eq!(list.hearings[0].my_seat, api.court.seats().judge);
    assert_eq!(list.hearings[0].stage, Stage::Scheduled);
    assert_eq!(list.hearings[0].people.len(), 4);
    let list = api.get("/api/docket", &api.sign_in("stranger").await).await;
    assert_eq!(list.json(), json!({"hearings": []}));
    assert_eq!(api.get("/api/docket", "").await.why(), Refusal::SignInNeeded);
    let ops = api.get("/api/docket", &api.sign_in("ops").await).await;
    assert_eq!((ops.status, ops.why()), (StatusCode::FORBIDDEN, Refusal::NotYourRight));
}

#[tokio::test]
async fn codes_are_issued_by_those_who_sit_there() {
    let api = Api::new().await;
    let path = api.code_path();
    let answer = api.post(&path, "", &json!({})).await;
    assert_eq!((answer.status, answer.why()), (StatusCode::UNAUTHORIZED, Refusal::SignInNeeded));
    let stranger = api.sign_in("stranger").await;
    assert_eq!(api.post(&path, &stranger, &json!({})).await.why(), Refusal::NotFound);
    let ops = api.sign_in("ops").await;
    assert_eq!(api.post(&path, &ops, &json!({})).await.why(), Refusal::NotYourRight);
    let judge = api.sign_in("judge").await;
    let own = path.replace(
        &format!("participants/{}/", api.court.seats().plaintiff.0),
        &format!("participants/{}/", api.court.seats().judge.0),
    );
    let answer = api.post(&own, &judge, &json!({})).await;
    assert_eq!((answer.status, answer.why()), (StatusCode::NOT_FOUND, Refusal::NobodyThere));
    let nowhere = api.post("/api/hearings/x/participants/1/code", &judge, &json!({})).await;
    assert_eq!(nowhere.why(), Refusal::NotFound);
    assert_eq!(api.post(&path, &judge, &json!({})).await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_archive_is_for_judges_and_clerks() {
    let api = Api::new().await;
    let (tape, one) = (api.tape_path("camera"), format!("/api/archive/{}", ARCHIVED.0));
    let verify = format!("{one}/verify");
    for path in ["/api/archive", one.as_str(), verify.as_str(), tape.as_str()] {
        let answer = api.get(path, "").await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
        let answer = api.get(path, &api.sign_in("ops").await).await;
        assert_eq!((answer.status, answer.why()), (StatusCode::FORBIDDEN, Refusal::NotYourRight));
        for name in ["clerk", "judge"] {
            let answer = api.get(path, &api.sign_in(name).await).await;
            assert_eq!(answer.status, StatusCode::OK, "{path} for {name}");
        }
    }
    let stranger = api.sign_in("stranger").await;
    assert_eq!(api.get("/api/archive", &stranger).await.json()["hearings"], json!([]));
    for path in [one.as_str(), verify.as_str(), tape.as_str()] {
        assert_eq!(api.get(path, &stranger).await.why(), Refusal::NotFound, "{path}");
    }
    let code = api.code().await;
    let seat = api.post("/api/join", "", &json!({"code": code})).await.cookie(SEAT_COOKIE);
    assert_eq!(api.get("/api/archive", &seat.unwrap()).await.why(), Refusal::NotYourRight);
}

#[tokio::test]
async fn the_archive_is_searched() {
    let api = Api::new().await;
    let clerk = api.sign_in("clerk").await;
    for (wanted, found) in [("No.%2017", 1), ("plaintiff", 1), ("LOAN", 1), ("none", 0)] {
        let answer = api.get(&format!("/api/archive?q={wanted}"), &clerk).await;
        let list: ArchiveList = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(list.hearings.len(), found, "{wanted}");
    }
    let long = format!("/api/archive?q={}", "x".repeat(ARCHIVE_WORDS_MAX + 1));
    assert_eq!(api.get(&long, &clerk).await.why(), Refusal::TextTooLong);
}

#[tokio::test]
async fn what_is_not_in_the_archive_is_not_found() {
    let api = Api::new().await;
    let clerk = api.sign_in("clerk").await;
    let screen = api.tape_path("screen");
    let microphone = api.tape_path("microphone");
    for path in [
        "/api/archive/999",
        "/api/archive/x",
        "/api/archive/999/verify",
        screen.as_str(),
        microphone.as_str(),
    ] {
        let answer = api.get(path, &clerk).await;
        assert_eq!((answer.status, answer.why()), (StatusCode::NOT_FOUND, Refusal::NotFound));
    }
}

#[tokio::test]
async fn recordings_are_played_by_range() {
    let api = Api::new().await;
    let clerk = api.sign_in("clerk").await;
    let path = api.tape_path("camera");
    let whole = api.get(&path, &clerk).await;
    assert_eq!((whole.status, whole.body.as_slice()), (StatusCode::OK, TAPE));
    assert_eq!(whole.headers["accept-ranges"], "bytes");
    assert_eq!(whole.headers["content-type"], "video/webm");
    let ask =
        |range: &str| Request::builder().uri(&path).header(COOKIE, &clerk).header(RANGE, range);
    let part = api.send(ask("bytes=2-4"), Body::empty()).await;
    assert_eq!((part.status, part.body.as_slice()), (StatusCode::PARTIAL_CONTENT, &TAPE[2..5]));
    assert_eq!(part.headers[CONTENT_RANGE], "bytes 2-4/10");
    assert_eq!(part.headers["content-length"], "3");
    let outside = api.send(ask("bytes=10-"), Body::empty()).await;
    assert_eq!(outside.status, StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(outside.headers[CONTENT_RANGE], "bytes */10");
    let head = api.send(ask("bytes=0-0").method("HEAD"), Body::empty()).await;
    assert_eq!((head.status, head.body.len()), (StatusCode::PARTIAL_CONTENT, 0));
}

#[tokio::test]
async fn ops_see_figures_and_no_names() {
    let api = Api::new().await;
    let answer = api.get("/api/ops", &api.sign_in("ops").await).await;
    assert_eq!(answer.json()["archive_free_bytes"], json!(7));
    assert_eq!(answer.json()["hearings"], json!([]));
    assert_eq!(api.get("/api/ops", "").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(api.get("/api/ops", &api.sign_in("judge").await).await.why(), Refusal::NotYourRight);
}

#[tokio::test]
async fn metrics_are_for_ops_this_machine_and_whom_the_operator_named() {
    let mut api = Api::new().await;
    assert_eq!(api.get("/metrics", "").await.status, StatusCode::UNAUTHORIZED);
    let judge = api.sign_in("judge").await;
    assert_eq!(api.get("/metrics", &judge).await.status, StatusCode::FORBIDDEN);
    let ops = api.sign_in("ops").await;
    assert_eq!(api.get("/metrics", &ops).await.status, StatusCode::OK);
    for from in [[127, 0, 0, 1], [192, 0, 2, 99]] {
        api.from = from;
        let answer = api.get("/metrics", "").await;
        assert_eq!(answer.status, StatusCode::OK);
        let text = String::from_utf8(answer.body).unwrap();
        assert!(text.contains("assize_signaling_sign_ins_total{outcome=\"done\"} 2"), "{text}");
    }
}

#[tokio::test]
async fn everything_else() {
    let api = Api::new().await;
    assert_eq!(api.get("/health", "").await.body, b"ok\n");
    let answer = api.get("/api/nothing/here", "").await;
    assert_eq!((answer.status, answer.why()), (StatusCode::NOT_FOUND, Refusal::NotFound));
    assert_eq!(api.get("/api/sign-in", "").await.status, StatusCode::METHOD_NOT_ALLOWED);
    let page = api.get("/join", "").await;
    assert_eq!(page.status, StatusCode::OK);
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("connect-src 'self' wss://court.test;"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'"));
    assert_eq!(page.headers["x-content-type-options"], "nosniff");
    assert_eq!(page.headers["referrer-policy"], "no-referrer");
    assert!(!page.headers.contains_key("strict-transport-security"), "not for a trial certificate");
}

#[test]
fn digits_are_read_as_people_type_them() {
    assert_eq!(digits(" 1234 5678\n"), "12345678");
    assert_eq!(digits("1234-5678"), "12345678");
    assert_eq!(digits("\u{ff11}\u{ff12}\u{ff13}\u{ff14}5678"), "12345678");
}

#[tokio::test]
async fn lines_are_measured_by_whoever_has_a_seat_or_an_account() {
    let api = Api::new().await;
    let stranger = api.get("/api/line-test", "").await;
    assert_eq!(
        (stranger.status, stranger.why()),
        (StatusCode::UNAUTHORIZED, Refusal::SignInNeeded)
    );
    let judge = api.sign_in("judge").await;
    let down = api.get("/api/line-test", &judge).await;
    assert_eq!((down.status, down.body.len()), (StatusCode::OK, LINE_TEST_BYTES_MAX));
    let up = |bytes: usize| {
        let request = Request::builder().method("POST").uri("/api/line-test");
        let request = request.header(COOKIE, &judge).header(ORIGIN, "https://court.test");
        api.send(request, Body::from(vec![0; bytes]))
    };
    assert_eq!(up(LINE_TEST_BYTES_MAX).await.status, StatusCode::NO_CONTENT);
    assert_eq!(up(LINE_TEST_BYTES_MAX + 1).await.why(), Refusal::Malformed);
    for _ in 3..LINE_TESTS_PER_MINUTE {
        assert_eq!(up(1).await.status, StatusCode::NO_CONTENT);
    }
    assert_eq!(up(1).await.why(), Refusal::TooFast);
}
