//! The desk's paths: stations, duty, calls, calls for help, and the stream that shows them.
//!
//! What is not here: what the desk does (`crate::desk`), and bodies (crate `protocol`).

use core::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{ConnectInfo, FromRequestParts, Path, Query, State};
use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use axum::http::request::Parts;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{AppendHeaders, IntoResponse};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::stream::{self, Stream};
use model::limits::{DUTY_TURN_MAX, NAME_CHARS_MAX, STATION_LIFE, TEXT_CHARS_MAX};
use model::{CallId, Private, Refusal, StationId, TicketId};
use protocol::{
    CallView, CloseTicket, Duty, Enrol, Help, NewStation, NewTurn, Ring, RingBack, SeatPass,
    StaffKind, StationCode, StationLine, StationList, StationPass, Ticket,
};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::watch;
use tokio::time::timeout;

use super::credentials::digits;
use super::{App, Refused, body};
use crate::access::{
    Key, SEAT_COOKIE, STAFF_COOKIE, STATION_COOKIE, Who, clear_cookie, cookie, keep_cookie,
    set_cookie,
};
use crate::desk::{Caller, DeskPage, Trouble, takes_calls};
use crate::docket::Account;
use crate::docket::desk::{NewTicket, Requester};
use crate::tls::Peer;

/// A page is shown everything anew after this time, though nothing rang: sittings come near.
const SHOW_EVERY: Duration = Duration::from_secs(30);

impl From<Trouble> for Refused {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Refused(why) => why.into(),
            Trouble::Fault(fault) => fault.into(),
        }
    }
}

/// As whom somebody comes to the desk who may be two: a terminal on which somebody signed in.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub(super) struct As {
    #[serde(default, rename = "as")]
    who: Face,
}

/// Which credential counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Face {
    /// The staff session or the seat.
    #[default]
    Person,
    /// The terminal.
    Station,
}

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/desk", get(listen))
        .route("/api/stations", get(stations).post(add_station))
        .route("/api/stations/{station}/code", post(station_code))
        .route("/api/stations/{station}/revoke", post(revoke))
        .route("/api/station/enrol", post(enrol))
        .route("/api/duty", post(duty))
        .route("/api/duty/turns", post(add_turn))
        .route("/api/duty/turns/{turn}/remove", post(remove_turn))
        .route("/api/calls", post(ring))
        .route("/api/calls/back", post(ring_back))
        .route("/api/calls/handled", post(handled))
        .route("/api/calls/{call}/accept", post(accept))
        .route("/api/calls/{call}/decline", post(decline))
        .route("/api/calls/{call}/hang-up", post(hang_up))
        .route("/api/calls/{call}/enter", post(enter))
        .route("/api/help", post(help))
        .route("/api/help/{ticket}/acknowledge", post(acknowledge))
        .route("/api/help/{ticket}/close", post(close))
}

async fn station_of(app: &App, headers: &HeaderMap) -> Result<StationPass, Refused> {
    let token = cookie(headers, STATION_COOKIE).ok_or(Refusal::SignInNeeded)?;
    let found = app.docket.station(&token, app.clock.now().utc).await?;
    Ok(found.ok_or(Refusal::SignInNeeded)?.0)
}

async fn caller(app: &App, headers: &HeaderMap, face: As) -> Result<Caller, Refused> {
    if face.who == Face::Station {
        return station_of(app, headers).await.map(Caller::Station);
    }
    Ok(match app.who(headers).await? {
        Who::Nobody => return Err(Refusal::SignInNeeded.into()),
        Who::Seat(pass) => Caller::Seat(pass),
        Who::Staff(account) if account.kind == StaffKind::Ops => Caller::Ops(account),
        Who::Staff(account) => Caller::Court(account),
    })
}

/// Lets a handler ask for what a request must bring as an argument.
macro_rules! brought {
    ($($(#[$doc:meta])* $name:ident($what:ty) = |$app:ident, $headers:ident, $face:ident| $find:expr;)*) => {
        $(
            $(#[$doc])*
            struct $name($what);

            impl FromRequestParts<Arc<App>> for $name {
                type Rejection = Refused;

                async fn from_request_parts(
                    parts: &mut Parts,
                    $app: &Arc<App>,
                ) -> Result<Self, Refused> {
                    let face = Query::<As>::from_request_parts(parts, $app).await;
                    let Query($face) = face.map_err(|_| Refusal::Malformed)?;
                    let $headers = &parts.headers;
                    $find.map($name)
                }
            }
        )*
    };
}

brought! {
    /// Whoever comes to the desk.
    Comer(Caller) = |app, headers, face| caller(app, headers, face).await;
    /// One end of a call.
    AtEnd(hearing::End) = |app, headers, face| {
        let caller = caller(app, headers, face).await?;
        caller.end().ok_or(Refused(Refusal::NotYourRight))
    };
    /// The terminal of a station.
    Terminal(StationPass) = |app, headers, _face| station_of(app, headers).await;
    /// Somebody who may look after stations and the roster.
    Keeper(()) = |app, headers, _face| {
        let may = |kind| matches!(kind, StaffKind::Judge | StaffKind::Clerk | StaffKind::Admin);
        staff_who(app, headers, may).await.map(drop)
    };
    /// Somebody who may be on duty and in calls.
    OnCall(Account) = |app, headers, _face| staff_who(app, headers, takes_calls).await;
    /// Somebody of operations.
    OfOps(Account) = |app, headers, _face| {
        staff_who(app, headers, |kind| kind == StaffKind::Ops).await
    };
}

/// The account that asks, if its kind may.
async fn staff_who(
    app: &App,
    headers: &HeaderMap,
    may: impl Fn(StaffKind) -> bool,
) -> Result<Account, Refused> {
    let who = app.who(headers).await?;
    let account = who.staff()?;
    if may(account.kind) { Ok(account.clone()) } else { Err(Refusal::NotYourRight.into()) }
}

/// What a stream keeps while it runs. The page comes last: it is gone when all else is.
struct Listening {
    app: Arc<App>,
    caller: Caller,
    bell: watch::Receiver<u64>,
    begun: bool,
    _page: DeskPage,
}

async fn listen(
    State(app): State<Arc<App>>,
    Comer(caller): Comer,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Refused> {
    if let Caller::Station(pass) = &caller {
        app.docket.station_seen(pass.station, app.clock.now().utc).await?;
    }
    let bell = app.desk.listen();
    let page = app.desk.arrived(caller.end())?;
    let listening = Listening { app, caller, bell, begun: false, _page: page };
    Ok(Sse::new(stream::unfold(listening, next)).keep_alive(KeepAlive::default()))
}

/// The next picture: at once, then whenever the bell rang, and now and then.
async fn next(mut listening: Listening) -> Option<(Result<Event, Infallible>, Listening)> {
    if listening.begun {
        match timeout(SHOW_EVERY, listening.bell.changed()).await {
            Ok(Ok(())) | Err(_) => {}
            Ok(Err(_)) => return None,
        }
    }
    listening.begun = true;
    listening.bell.mark_unchanged();
    if listening.app.desk.is_stopped() {
        return None;
    }
    let picture = match listening.app.desk.picture(&listening.caller).await {
        Ok(picture) => picture,
        Err(fault) => {
            tracing::error!(%fault, "the docket failed");
            return None;
        }
    };
    let event = Event::default().json_data(&picture).ok()?;
    Some((Ok(event), listening))
}

async fn stations(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Json<StationList>, Refused> {
    app.who(&headers).await?.staff()?;
    let mut stations = app.docket.stations().await?;
    for station in &mut stations {
        station.online = app.desk.is_here(station.station);
    }
    Ok(Json(StationList { stations }))
}

/// Names people read: not empty, and not longer than a name.
fn name(text: &str) -> Result<String, Refused> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > NAME_CHARS_MAX {
        return Err(Refusal::NotPlausible.into());
    }
    Ok(text.to_owned())
}

/// Words somebody wrote, of bearable length.
fn said(words: &Private<String>) -> Result<(), Refused> {
    let fits = words.reveal().chars().count() <= TEXT_CHARS_MAX;
    if fits { Ok(()) } else { Err(Refusal::TextTooLong.into()) }
}

async fn add_station(
    State(app): State<Arc<App>>,
    _: Keeper,
    request: Body,
) -> Result<Json<StationCode>, Refused> {
    let new: NewStation = body(request).await?;
    let new = NewStation { name: name(&new.name)?, tribunal: name(&new.tribunal)?, ..new };
    let made = app.docket.add_station(&new, app.clock.now().utc).await?.ok_or(Refusal::Full)?;
    tracing::info!(station = %made.station, "a station was put on the list");
    app.desk.ring_bell();
    Ok(Json(made))
}

async fn station_code(
    State(app): State<Arc<App>>,
    _: Keeper,
    Path(station): Path<u32>,
) -> Result<Json<StationCode>, Refused> {
    let now = app.clock.now().utc;
    let made = app.docket.station_code(StationId(station), now).await?;
    let made = made.ok_or(Refusal::NotFound)?;
    tracing::info!(station = %made.station, "a station's code was issued");
    Ok(Json(made))
}

async fn revoke(
    State(app): State<Arc<App>>,
    _: Keeper,
    Path(station): Path<u32>,
) -> Result<Json<StationLine>, Refused> {
    let station = StationId(station);
    if !app.docket.revoke_station(station).await? {
        return Err(Refusal::NotFound.into());
    }
    tracing::info!(%station, "a station was revoked");
    app.desk.ring_bell();
    let mut stations = app.docket.stations().await?.into_iter();
    let line = stations.find(|line| line.station == station).ok_or(Refusal::NotFound)?;
    Ok(Json(line))
}

async fn enrol(
    State(app): State<Arc<App>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    request: Body,
) -> Result<impl IntoResponse, Refused> {
    let Enrol { code } = body(request).await?;
    let now = app.clock.now();
    let key = Key::codes(peer.remote.reveal().ip());
    app.attempts().begin(&key, now.instant)?;
    let enrolled = app.docket.enrol(&digits(code.reveal()), now.utc).await?;
    let (pass, token) = enrolled.ok_or(Refusal::CodeUnknown)?;
    app.attempts().right(&key);
    tracing::info!(station = %pass.station, "a station was enrolled");
    app.desk.ring_bell();
    let cookies = AppendHeaders([(SET_COOKIE, keep_cookie(STATION_COOKIE, &token, STATION_LIFE))]);
    Ok((cookies, Json(pass)))
}

async fn duty(
    State(app): State<Arc<App>>,
    OnCall(account): OnCall,
    request: Body,
) -> Result<Json<Duty>, Refused> {
    let duty: Duty = body(request).await?;
    let tribunal = duty.tribunal.as_deref().map(name).transpose()?;
    app.desk.set_duty(&account, tribunal.clone());
    Ok(Json(Duty { tribunal }))
}

async fn add_turn(
    State(app): State<Arc<App>>,
    _: Keeper,
    request: Body,
) -> Result<Json<serde_json::Value>, Refused> {
    let turn: NewTurn = body(request).await?;
    let turn = NewTurn { tribunal: name(&turn.tribunal)?, account: name(&turn.account)?, ..turn };
    let length = turn.until.since(turn.from);
    if length.is_zero() || length > DUTY_TURN_MAX {
        return Err(Refusal::NotPlausible.into());
    }
    if !app.docket.add_turn(&turn).await? {
        return Err(Refusal::NobodyThere.into());
    }
    app.desk.ring_bell();
    Ok(Json(json!({})))
}

async fn remove_turn(
    State(app): State<Arc<App>>,
    _: Keeper,
    Path(turn): Path<u32>,
) -> Result<Json<serde_json::Value>, Refused> {
    if !app.docket.remove_turn(turn).await? {
        return Err(Refusal::NotFound.into());
    }
    app.desk.ring_bell();
    Ok(Json(json!({})))
}

async fn ring(
    State(app): State<Arc<App>>,
    Terminal(pass): Terminal,
    request: Body,
) -> Result<Json<CallView>, Refused> {
    let Ring { wanted } = body(request).await?;
    Ok(Json(app.desk.ring(&pass, wanted).await?))
}

async fn ring_back(
    State(app): State<Arc<App>>,
    OnCall(account): OnCall,
    request: Body,
) -> Result<Json<CallView>, Refused> {
    let RingBack { station } = body(request).await?;
    Ok(Json(app.desk.ring_back(&account, station).await?))
}

/// Missed calls of a station were seen to without a call.
async fn handled(
    State(app): State<Arc<App>>,
    _: OnCall,
    request: Body,
) -> Result<Json<RingBack>, Refused> {
    let of: RingBack = body(request).await?;
    app.docket.handle_calls(of.station).await?;
    app.desk.ring_bell();
    Ok(Json(of))
}

async fn accept(
    State(app): State<Arc<App>>,
    AtEnd(end): AtEnd,
    Path(call): Path<u32>,
) -> Result<Json<CallView>, Refused> {
    Ok(Json(app.desk.accept(CallId(call), end).await?))
}

async fn decline(
    State(app): State<Arc<App>>,
    AtEnd(end): AtEnd,
    Path(call): Path<u32>,
) -> Result<Json<CallView>, Refused> {
    Ok(Json(app.desk.decline(CallId(call), end).await?))
}

async fn hang_up(
    State(app): State<Arc<App>>,
    AtEnd(end): AtEnd,
    Path(call): Path<u32>,
) -> Result<Json<CallView>, Refused> {
    Ok(Json(app.desk.hang_up(CallId(call), end).await?))
}

/// The station takes its seat in the sitting its call became.
async fn enter(
    State(app): State<Arc<App>>,
    Terminal(pass): Terminal,
    Path(call): Path<u32>,
) -> Result<impl IntoResponse, Refused> {
    let end = hearing::End::Station(pass.station);
    let hearing = app.desk.sitting_of(CallId(call), end).ok_or(Refusal::NotFound)?;
    let entry = app.docket.entry(hearing).await?.ok_or(Refusal::NotFound)?;
    let visitor = entry.people.iter().find(|person| person.role == model::Role::Visitor);
    let visitor = visitor.ok_or(Refusal::NotFound)?;
    let token = app.docket.give_pass(visitor.id, app.clock.now().utc).await?;
    let seat = SeatPass {
        hearing,
        participant: visitor.id,
        role: visitor.role,
        name: visitor.name.clone(),
        heading: entry.heading.clone(),
    };
    let cookies = AppendHeaders([
        (SET_COOKIE, set_cookie(SEAT_COOKIE, &token)),
        (SET_COOKIE, clear_cookie(STAFF_COOKIE)),
    ]);
    Ok((cookies, Json(seat)))
}

async fn help(
    State(app): State<Arc<App>>,
    Comer(caller): Comer,
    headers: HeaderMap,
    request: Body,
) -> Result<Json<Ticket>, Refused> {
    let Help { words, mut facts } = body(request).await?;
    said(&words)?;
    facts.browser = facts.browser.chars().take(NAME_CHARS_MAX).collect();
    // A seat at a station is helped at that station.
    let mut place = station_of(&app, &headers).await.map(|pass| pass.name).unwrap_or_default();
    if let Caller::Seat(pass) = &caller
        && place.is_empty()
        && let Some(entry) = app.docket.entry(pass.hearing).await?
        && let Some(seated) = entry.person(pass.participant)
    {
        place.clone_from(&seated.attendee.site_name);
    }
    let (by, hearing, role) = match &caller {
        Caller::Station(pass) => (Requester::Station(pass.station), None, None),
        Caller::Court(account) | Caller::Ops(account) => (Requester::Staff(account.id), None, None),
        Caller::Seat(pass) => {
            (Requester::Seat(pass.participant), Some(pass.hearing), Some(pass.role))
        }
    };
    if let Caller::Seat(pass) = &caller
        && let Some(known) = app.hearings.seat(pass.hearing, pass.participant)
    {
        facts.path = known.path.or(facts.path);
        facts.trouble = known.trouble.or(facts.trouble);
        facts.line_test = known.line_test.or(facts.line_test);
        if let Some(health) = known.health {
            facts.round_trip_ms = health.round_trip_ms.map(u32::from).or(facts.round_trip_ms);
            facts.loss_up_permille = Some(health.loss_up_permille);
            facts.loss_down_permille = Some(health.loss_down_permille);
        }
    }
    let now = app.clock.now().utc;
    let new = NewTicket { by, hearing, role, place, words, facts };
    let id = app.docket.add_ticket(&new, now).await?.ok_or(Refusal::TooFast)?;
    app.metrics.tickets.with_label_values(&["open"]).inc();
    tracing::info!(ticket = %id, "help is called for");
    app.desk.ring_bell();
    ticket(&app, id, Some(by)).await
}

async fn ticket(app: &App, id: TicketId, of: Option<Requester>) -> Result<Json<Ticket>, Refused> {
    let mut tickets = app.docket.tickets(of, app.clock.now().utc).await?.into_iter();
    Ok(Json(tickets.find(|ticket| ticket.ticket == id).ok_or(Refusal::NotFound)?))
}

async fn acknowledge(
    State(app): State<Arc<App>>,
    OfOps(account): OfOps,
    Path(id): Path<u32>,
) -> Result<Json<Ticket>, Refused> {
    let id = TicketId(id);
    if !app.docket.acknowledge(id, account.id, app.clock.now().utc).await? {
        return Err(Refusal::AlreadyThere.into());
    }
    app.metrics.tickets.with_label_values(&["acknowledged"]).inc();
    app.desk.ring_bell();
    ticket(&app, id, None).await
}

async fn close(
    State(app): State<Arc<App>>,
    OfOps(account): OfOps,
    Path(id): Path<u32>,
    request: Body,
) -> Result<Json<Ticket>, Refused> {
    let CloseTicket { outcome } = body(request).await?;
    said(&outcome)?;
    let id = TicketId(id);
    let now = app.clock.now().utc;
    if !app.docket.close_ticket(id, account.id, outcome.reveal(), now).await? {
        return Err(Refusal::AlreadyThere.into());
    }
    app.metrics.tickets.with_label_values(&["closed"]).inc();
    app.desk.ring_bell();
    ticket(&app, id, None).await
}
