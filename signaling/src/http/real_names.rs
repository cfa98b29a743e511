//! Real names over HTTP: entered by the court and by the person, compared, shown masked, looked up,
//! read whole while an identity is checked, released with a reason; and who entered when.
//!
//! What is not here: how numbers are kept (`docket/real_names.rs`, `crate::numbers`).

use std::net::IpAddr;
use std::sync::Arc;

use ::docket::api::{
    MyPage, MyRealName, NewRealName, OwnRealName, RealNameFound, RealNameNumber, RealNames,
    ReleaseRealName,
};
use ::docket::entering::{AddressClass, EntryWay, device};
use ::docket::real_name::{IdNumber, RealNameState};
use ::docket::{Day, FieldFault};
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::routing::{get, post};
use axum::{Json, Router};
use model::limits::{DOCKET_BODY_BYTES_MAX, NAME_CHARS_MAX};
use model::{ParticipantId, Refusal, Stage};
use protocol::AuditAct;

use super::audit::{Hand, note};
use super::custody::given;
use super::sessions::{Failed, editable, large, wrong};
use super::{App, my, participant_id, stage_of};
use crate::access::Key;
use crate::docket::{Entry, Seated};

pub(super) fn routes() -> Router<Arc<App>> {
    const ONE: &str = "/api/hearings/{hearing}/participants/{participant}/real-name";
    Router::new()
        .route("/api/hearings/{hearing}/real-names", get(list))
        .route("/api/hearings/{hearing}/real-names/look-up", post(look_up))
        .route(ONE, post(file))
        .route(&format!("{ONE}/number"), post(number))
        .route(&format!("{ONE}/release"), post(release))
        .route("/api/my/real-name", post(own))
}

/// Somebody of a sitting who may have a real name.
fn guest(entry: &Entry, who: ParticipantId) -> Result<&Seated, Failed> {
    let seated = entry.person(who).ok_or(Refusal::NobodyThere)?;
    if seated.attendee.role.is_court() {
        return Err(wrong("number", FieldFault::RealNameUnfit));
    }
    Ok(seated)
}

fn read(app: &App, typed: &NewRealName) -> Result<IdNumber, Failed> {
    let today = Day::of(app.clock.now().utc);
    IdNumber::read(typed.kind, typed.number.reveal(), today).map_err(|fault| wrong("number", fault))
}

async fn answer(app: &App, entry: &Entry) -> Result<Json<RealNames>, Failed> {
    let lines = app.docket.real_names(entry).await?;
    Ok(Json(RealNames { lines, entries: app.docket.entries_into(entry.hearing).await? }))
}

async fn list(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(hearing): Path<String>,
) -> Result<Json<RealNames>, Failed> {
    let (_, entry) = editable(&app, &headers, &hearing).await?;
    answer(&app, &entry).await
}

/// The court enters somebody's number; the live sitting does not learn of it.
async fn file(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path((hearing, participant)): Path<(String, String)>,
    body: Body,
) -> Result<Json<RealNames>, Failed> {
    let (account, entry) = editable(&app, &headers, &hearing).await?;
    let who = participant_id(&participant)?;
    guest(&entry, who)?;
    let number = read(&app, &large(body, DOCKET_BODY_BYTES_MAX).await?)?;
    if entry.closed {
        return Err(Refusal::HearingClosed.into());
    }
    let hand = Hand::court(&account).about(who);
    let done = app.docket.file_real_name(&entry, who, &number, app.clock.now().utc).await?;
    let result = done.map_or_else(word, |_| "done".to_owned());
    note(&app, &hand, entry.hearing, AuditAct::RealNameEntered, &number.masked(), &result).await?;
    done.map_err(|fault| wrong("number", fault))?;
    answer(&app, &entry).await
}

/// A fault's code, as the audit log has it.
fn word(fault: FieldFault) -> String {
    serde_json::to_string(&fault).unwrap_or_default().trim_matches('"').to_owned()
}

/// Who has a number at this court.
async fn look_up(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(hearing): Path<String>,
    body: Body,
) -> Result<Json<RealNameFound>, Failed> {
    let (account, entry) = editable(&app, &headers, &hearing).await?;
    let number = read(&app, &large(body, DOCKET_BODY_BYTES_MAX).await?)?;
    let found = app.docket.look_up_real_name(&entry.heading.court, &number).await?;
    let hand = Hand::court(&account);
    let result = if found.is_some() { "done" } else { "not_found" };
    note(&app, &hand, entry.hearing, AuditAct::RealNameSought, &number.masked(), result).await?;
    Ok(Json(RealNameFound { account: found }))
}

/// A number, whole, for who checks an identity by it. Each reading stands in the audit log before it
/// is answered.
async fn number(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path((hearing, participant)): Path<(String, String)>,
) -> Result<Json<RealNameNumber>, Failed> {
    let (account, entry) = editable(&app, &headers, &hearing).await?;
    app.who(&headers).await?.court()?;
    let who = participant_id(&participant)?;
    guest(&entry, who)?;
    // Identities are checked while a sitting is to come or goes on.
    if entry.closed {
        return Err(Refusal::HearingClosed.into());
    }
    let number = app.docket.real_name_number(who).await?.ok_or(Refusal::NotFound)?;
    let hand = Hand::court(&account).about(who);
    note(&app, &hand, entry.hearing, AuditAct::RealNameRead, &number.masked(), "done").await?;
    Ok(Json(RealNameNumber { kind: number.kind(), number: number.number().clone() }))
}

async fn release(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path((hearing, participant)): Path<(String, String)>,
    body: Body,
) -> Result<Json<RealNames>, Failed> {
    let (account, entry) = editable(&app, &headers, &hearing).await?;
    let who = participant_id(&participant)?;
    let ReleaseRealName { reason } = large(body, DOCKET_BODY_BYTES_MAX).await?;
    given(&reason)?;
    if entry.closed {
        return Err(Refusal::HearingClosed.into());
    }
    let number = app.docket.real_name_number(who).await?.ok_or(Refusal::NotFound)?;
    let seated = guest(&entry, who)?;
    let detail = format!("{} {}", seated.attendee.name.reveal(), number.masked());
    let (words, now) = ((detail.as_str(), reason.reveal().as_str()), app.clock.now().utc);
    if !app.docket.release_real_name(entry.hearing, who, account.id, words, now).await? {
        return Err(Refusal::NotFound.into());
    }
    let hand = Hand::court(&account).about(who);
    let detail = format!("{} {}", number.masked(), reason.reveal());
    note(&app, &hand, entry.hearing, AuditAct::RealNameReleased, &detail, "done").await?;
    answer(&app, &entry).await
}

/// A person enters their own name and number. Wrong ones are counted, so that nobody tries numbers
/// out.
async fn own(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<MyPage>, Failed> {
    let me = my::me(&app, &headers).await?;
    let (entry, seated) = my::found(&app, &me).await?;
    let who = seated.attendee.id;
    guest(&entry, who)?;
    let OwnRealName { name, kind, number } = large(body, DOCKET_BODY_BYTES_MAX).await?;
    if stage_of(&app, &entry) == Stage::Closed {
        return Err(Refusal::HearingClosed.into());
    }
    let typed = name.reveal().trim();
    if typed.is_empty() {
        return Err(wrong("name", FieldFault::Empty));
    }
    if typed.chars().count() > NAME_CHARS_MAX {
        return Err(wrong("name", FieldFault::TooLong));
    }
    let number = read(&app, &NewRealName { kind, number })?;
    let now = app.clock.now();
    let guesses = Key::RealName(who);
    app.attempts().begin(&guesses, now.instant)?;
    let done = app.docket.own_real_name(&entry, who, typed, &number, now.utc).await?;
    let by = model::Private::new(format!("{}（本人）", seated.attendee.name.reveal()));
    let hand = Hand { by, concerns: Some(who) };
    let result = done.map_or_else(word, |_| "done".to_owned());
    note(&app, &hand, entry.hearing, AuditAct::RealNameEntered, &number.masked(), &result).await?;
    done.map_err(|fault| wrong("number", fault))?;
    app.attempts().right(&guesses);
    Ok(Json(my::page(&app, &me).await?))
}

/// Somebody's real name as they see it themselves: what the court entered is not shown to them before
/// they have entered the same.
pub(super) async fn mine(
    app: &App,
    entry: &Entry,
    who: ParticipantId,
) -> Result<Option<MyRealName>, Failed> {
    let lines = app.docket.real_names(entry).await?;
    let line = lines.into_iter().find(|line| line.who == who);
    Ok(line.map(|line| {
        let hidden = match line.state {
            RealNameState::Open | RealNameState::Filed | RealNameState::Differs => true,
            RealNameState::OwnWord | RealNameState::Agreed => false,
        };
        let mut own = MyRealName { state: line.state, kind: line.kind, masked: line.masked };
        if hidden {
            (own.kind, own.masked) = (None, model::Private::default());
        }
        own
    }))
}

/// Notes that somebody entered. What cannot be noted stands in the log of operations, and nobody is
/// kept out for it.
pub(super) async fn note_entry(
    app: &App,
    headers: &HeaderMap,
    from: IpAddr,
    who: ParticipantId,
    way: EntryWay,
) {
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    let by = (AddressClass::of(from), device(agent.unwrap_or_default()));
    let now = app.clock.now().utc;
    if let Err(fault) = app.docket.entered(who, way, (by.0, &by.1), now).await {
        tracing::error!(%fault, "who entered cannot be noted");
    }
}
