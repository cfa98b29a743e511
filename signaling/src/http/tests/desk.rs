//! Stations, duty, calls and calls for help over the API.
//! What is not here: the rules of ringing, which `hearing::Switchboard` tests.

use axum::body::BodyDataStream;
use futures_util::StreamExt;
use model::limits::{CALLS_PER_WINDOW, TICKETS_OPEN_MAX};
use protocol::{CallView, DeskPicture, StationCode, StationList, Ticket};
use tokio::time::timeout;

use super::*;
use crate::access::STATION_COOKIE;

const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);

/// A page that listens at the desk.
struct Page {
    pieces: BodyDataStream,
    text: String,
}

impl Page {
    /// The next picture that `fits`.
    async fn until(&mut self, fits: impl Fn(&DeskPicture) -> bool) -> DeskPicture {
        loop {
            while let Some((event, rest)) = self.text.split_once("\n\n") {
                let data = event.strip_prefix("data: ").map(str::to_owned);
                let rest = rest.to_owned();
                self.text = rest;
                if let Some(data) = data {
                    let picture: DeskPicture = serde_json::from_str(&data).unwrap();
                    if fits(&picture) {
                        return picture;
                    }
                }
            }
            let piece = timeout(PATIENCE, self.pieces.next()).await.unwrap().unwrap().unwrap();
            self.text.push_str(core::str::from_utf8(&piece).unwrap());
        }
    }
}

impl Api {
    async fn desk(&self, cookie: &str, query: &str) -> Page {
        let own = PrivateAddr::new(SocketAddr::from(([127, 0, 0, 1], 8443)));
        let remote = PrivateAddr::new(SocketAddr::from((self.from, 1234)));
        let request = Request::builder().uri(format!("/api/desk{query}")).header(COOKIE, cookie);
        let mut request = request.header(HOST, "court.test").body(Body::empty()).unwrap();
        request.extensions_mut().insert(ConnectInfo(Peer { remote, local: own }));
        let response = self.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        Page { pieces: response.into_body().into_data_stream(), text: String::new() }
    }

    async fn new_station(&self, clerk: &str, name: &str) -> StationCode {
        let new = json!({"name": name, "tribunal": "贺胜人民法庭"});
        let answer = self.post("/api/stations", clerk, &new).await;
        assert_eq!(answer.status, StatusCode::OK);
        serde_json::from_slice(&answer.body).unwrap()
    }

    /// A terminal that is a station; its cookie.
    async fn station(&self, clerk: &str, name: &str) -> String {
        let code = self.new_station(clerk, name).await.code;
        let answer = self.post("/api/station/enrol", "", &json!({"code": code.reveal()})).await;
        assert_eq!(answer.status, StatusCode::OK);
        answer.cookie(STATION_COOKIE).unwrap()
    }

    async fn call(&self, path: &str, cookie: &str, body: &Value) -> CallView {
        let answer = self.post(path, cookie, body).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        serde_json::from_slice(&answer.body).unwrap()
    }
}

fn on_duty() -> Value {
    json!({"tribunal": "贺胜人民法庭"})
}

#[tokio::test]
async fn only_a_station_rings() {
    let api = Api::new().await;
    let clerk = api.sign_in("clerk").await;
    let ops = api.sign_in("ops").await;
    let ring = json!({"wanted": "judge"});
    for (cookie, status) in
        [("", StatusCode::UNAUTHORIZED), (clerk.as_str(), StatusCode::UNAUTHORIZED)]
    {
        assert_eq!(api.post("/api/calls", cookie, &ring).await.status, status);
    }
    let answer = api.post("/api/stations", &ops, &json!({"name": "a", "tribunal": "b"})).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let wrong = api.post("/api/station/enrol", "", &json!({"code": "00000000"})).await;
    assert_eq!(wrong.why(), Refusal::CodeUnknown);
    let station = api.station(&clerk, "横沟村").await;
    let call = api.call("/api/calls", &station, &ring).await;
    assert_eq!(call.state, model::CallState::Missed, "nobody is on duty");
    assert_eq!(api.post("/api/calls", &station, &json!({"wanted": "ops"})).await.status, 400);
}

#[tokio::test]
async fn a_code_enrols_once_and_a_pass_can_be_taken_back() {
    let api = Api::new().await;
    let clerk = api.sign_in("clerk").await;
    let made = api.new_station(&clerk, "横沟村").await;
    let code = json!({"code": made.code.reveal()});
    let first = api.post("/api/station/enrol", "", &code).await;
    let cookie = first.cookie(STATION_COOKIE).unwrap();
    assert_eq!(api.post("/api/station/enrol", "", &code).await.why(), Refusal::CodeUnknown);
    assert_eq!(api.get("/api/stations", &cookie).await.status, StatusCode::UNAUTHORIZED);
    let list: StationList =
        serde_json::from_slice(&api.get("/api/stations", &clerk).await.body).unwrap();
    assert!(list.stations[0].enrolled && !list.stations[0].online);
    let path = format!("/api/stations/{}/revoke", made.station.0);
    assert_eq!(api.post(&path, &clerk, &json!({})).await.status, StatusCode::OK);
    let ring = api.post("/api/calls", &cookie, &json!({"wanted": "clerk"})).await;
    assert_eq!(ring.why(), Refusal::SignInNeeded);
}

#[tokio::test]
async fn a_call_rings_is_taken_and_becomes_a_sitting_of_two() {
    let api = Api::new().await;
    let (judge, clerk) = (api.sign_in("judge").await, api.sign_in("clerk").await);
    let station = api.station(&clerk, "横沟村").await;
    let mut court = api.desk(&judge, "").await;
    assert_eq!(api.post("/api/duty", &judge, &on_duty()).await.status, StatusCode::OK);
    let mut kiosk = api.desk(&station, "?as=station").await;
    kiosk.until(|seen| seen.station.as_ref().is_some_and(|s| s.judge && !s.clerk)).await;
    let rung = api.call("/api/calls", &station, &json!({"wanted": "judge"})).await;
    assert_eq!(rung.state, model::CallState::Ringing);
    let seen = court.until(|seen| !seen.calls.is_empty()).await;
    assert_eq!(seen.calls[0].station_name, "横沟村");
    let path = |what: &str| format!("/api/calls/{}/{what}", rung.call.0);
    let stranger = api.post(&path("accept"), &clerk, &json!({})).await;
    assert_eq!(stranger.why(), Refusal::NotFound, "it does not ring at the clerk");
    let taken = api.call(&path("accept"), &judge, &json!({})).await;
    let hearing = taken.hearing.unwrap();
    let entry = api.court.docket.entry(hearing).await.unwrap().unwrap();
    assert_eq!(entry.brief.kind, model::Kind::Call);
    assert_eq!(entry.people.len(), 2);
    kiosk.until(|seen| seen.calls.iter().any(|call| call.hearing == Some(hearing))).await;
    let answer = api.post(&path("enter"), &station, &json!({})).await;
    let seat = answer.cookie(SEAT_COOKIE).unwrap();
    let me = api.get("/api/me", &seat).await.json();
    assert_eq!(me["seat"]["hearing"], hearing.0);
    assert_eq!(me["seat"]["role"], "visitor");
    let over = api.call(&path("hang-up?as=station"), &station, &json!({})).await;
    assert_eq!(over.state, model::CallState::Ended);
    assert!(api.court.docket.entry(hearing).await.unwrap().unwrap().closed);
    assert_eq!(api.post(&path("enter"), &station, &json!({})).await.why(), Refusal::NotFound);
}

#[tokio::test]
async fn a_missed_call_is_rung_back() {
    let api = Api::new().await;
    let (judge, clerk) = (api.sign_in("judge").await, api.sign_in("clerk").await);
    let station = api.station(&clerk, "横沟村").await;
    let mut court = api.desk(&judge, "").await;
    api.post("/api/duty", &judge, &on_duty()).await;
    let rung = api.call("/api/calls", &station, &json!({"wanted": "judge"})).await;
    let declined = format!("/api/calls/{}/decline", rung.call.0);
    let declined = api.call(&declined, &judge, &json!({})).await;
    assert_eq!(declined.state, model::CallState::Declined);
    court.until(|seen| seen.past.iter().any(|call| !call.handled)).await;
    let back = json!({"station": rung.station});
    let gone = api.post("/api/calls/back", &judge, &back).await;
    assert_eq!(gone.why(), Refusal::NotConnected, "its page is not open");
    let mut kiosk = api.desk(&station, "?as=station").await;
    kiosk.until(|seen| seen.station.is_some()).await;
    let call = api.call("/api/calls/back", &judge, &back).await;
    kiosk.until(|seen| seen.calls.iter().any(|each| each.call == call.call)).await;
    let accept = format!("/api/calls/{}/accept?as=station", call.call.0);
    let taken = api.call(&accept, &station, &json!({})).await;
    assert!(taken.hearing.is_some());
    court.until(|seen| seen.past.iter().all(|call| call.handled)).await;
}

#[tokio::test]
async fn a_station_cannot_ring_without_end() {
    let api = Api::new().await;
    let clerk = api.sign_in("clerk").await;
    let station = api.station(&clerk, "横沟村").await;
    let ring = json!({"wanted": "clerk"});
    for _ in 0..CALLS_PER_WINDOW {
        assert_eq!(api.post("/api/calls", &station, &ring).await.status, StatusCode::OK);
    }
    assert_eq!(api.post("/api/calls", &station, &ring).await.why(), Refusal::TooFast);
}

#[tokio::test]
async fn duty_is_planned_for_people_of_the_court() {
    let api = Api::new().await;
    let clerk = api.sign_in("clerk").await;
    let until = crate::fixture::wall().0 + 3_600_000;
    let turn = |account: &str, from: i64| json!({"tribunal": "贺胜人民法庭", "account": account, "from": from, "until": until});
    let post = async |body: &Value| api.post("/api/duty/turns", &clerk, body).await;
    assert_eq!(post(&turn("ops", until - 1000)).await.why(), Refusal::NobodyThere);
    assert_eq!(post(&turn("judge", until)).await.why(), Refusal::NotPlausible);
    assert_eq!(post(&turn("judge", until - 1000)).await.status, StatusCode::OK);
    let mut page = api.desk(&clerk, "").await;
    let seen = page.until(|_| true).await;
    let turns = seen.duty.unwrap().turns;
    assert_eq!(turns.len(), 1);
    let remove = format!("/api/duty/turns/{}/remove", turns[0].turn);
    assert_eq!(api.post(&remove, &clerk, &json!({})).await.status, StatusCode::OK);
    page.until(|seen| seen.duty.as_ref().is_some_and(|duty| duty.turns.is_empty())).await;
}

#[tokio::test]
async fn a_call_for_help_reaches_the_operators_and_is_answered_by_name() {
    let api = Api::new().await;
    let (clerk, ops) = (api.sign_in("clerk").await, api.sign_in("ops").await);
    let code = api.code().await;
    let seat = api.post("/api/join", "", &json!({"code": code})).await;
    let seat = seat.cookie(SEAT_COOKIE).unwrap();
    let mut watch = api.desk(&ops, "").await;
    let mut mine = api.desk(&seat, "").await;
    let words = json!({"words": "听不到声音", "facts": {"link": true, "browser": "Chromium 120"}});
    let made = api.post("/api/help", &seat, &words).await;
    let made: Ticket = serde_json::from_slice(&made.body).unwrap();
    assert_eq!(made.role, Some(model::Role::Plaintiff));
    let seen = watch.until(|seen| !seen.tickets.is_empty()).await;
    assert_eq!(seen.tickets[0].facts.browser, "Chromium 120");
    let path = |what: &str| format!("/api/help/{}/{what}", made.ticket.0);
    let other = api.post(&path("acknowledge"), &clerk, &json!({})).await;
    assert_eq!(other.status, StatusCode::FORBIDDEN);
    assert_eq!(api.post(&path("acknowledge"), &ops, &json!({})).await.status, StatusCode::OK);
    let again = api.post(&path("acknowledge"), &ops, &json!({})).await;
    assert_eq!(again.why(), Refusal::AlreadyThere);
    let told = mine.until(|seen| seen.tickets.iter().any(|t| t.by.is_some())).await;
    assert_eq!(told.tickets[0].by.as_ref().unwrap().reveal(), "ops");
    let close = api.post(&path("close"), &ops, &json!({"outcome": "换了耳机"})).await;
    assert_eq!(close.status, StatusCode::OK);
    mine.until(|seen| seen.tickets[0].state == model::TicketState::Closed).await;
}

#[tokio::test]
async fn help_is_not_called_for_without_end_or_by_nobody() {
    let api = Api::new().await;
    let clerk = api.sign_in("clerk").await;
    let help = json!({"words": ""});
    assert_eq!(api.post("/api/help", "", &help).await.why(), Refusal::SignInNeeded);
    for _ in 0..TICKETS_OPEN_MAX {
        assert_eq!(api.post("/api/help", &clerk, &help).await.status, StatusCode::OK);
    }
    assert_eq!(api.post("/api/help", &clerk, &help).await.why(), Refusal::TooFast);
    let station = api.station(&clerk, "横沟村").await;
    let other = api.post("/api/help?as=station", &station, &help).await;
    let other: Ticket = serde_json::from_slice(&other.body).unwrap();
    assert_eq!(other.place, "横沟村");
}
