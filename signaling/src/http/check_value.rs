//! The check value of a sealed record over HTTP: shown to the parties when the hearing is over,
//! confirmed by each, and seen by the court.
//!
//! What is not here: the value and where confirmations are kept (`model::check_value`).

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::routing::get;
use axum::{Json, Router};
use model::archive::ArchiveFault;
use model::check_value::{CheckState, CheckValues};
use model::{HearingId, ParticipantId, Refusal, Role};
use protocol::{CheckPerson, CheckValueView, ConfirmCheckValue};

use super::archive::{blocking, may_see};
use super::sessions::Failed;
use super::{App, Refused, body, hearing_id, my};
use crate::access::Who;
use crate::docket::Entry;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/api/hearings/{hearing}/check-value", get(read).post(confirm))
}

/// Parties and those who act for them confirm (庭审录音录像若干规定 art. 8–9).
const fn confirms(role: Role) -> bool {
    role.is_party() || role.is_for_party()
}

/// Who asks: somebody of the court, who sees everybody, or one person, who sees themselves.
async fn asker(
    app: &App,
    headers: &HeaderMap,
    hearing: HearingId,
) -> Result<Option<ParticipantId>, Failed> {
    if let Who::Staff(account) = app.who(headers).await? {
        may_see(app, &account, hearing).await?;
        return Ok(None);
    }
    let (theirs, who) = my::person(app, headers).await?;
    if theirs == hearing { Ok(Some(who)) } else { Err(Refusal::NotFound.into()) }
}

/// The sitting; a person who asks must be one who confirms.
async fn entry_of(
    app: &App,
    hearing: HearingId,
    only: Option<ParticipantId>,
) -> Result<Entry, Failed> {
    let entry = app.docket.entry(hearing).await?.ok_or(Refusal::NotFound)?;
    if let Some(who) = only {
        let person = entry.person(who).ok_or(Refusal::NotFound)?;
        if !confirms(person.attendee.role) {
            return Err(Refusal::NotYourRight.into());
        }
    }
    Ok(entry)
}

/// Asks the desk off the event loop.
async fn ask<T: Send + 'static>(
    app: &App,
    work: impl FnOnce(&dyn CheckValues) -> Result<T, ArchiveFault> + Send + 'static,
) -> Result<T, Refused> {
    let desk = Arc::clone(&app.check_values);
    blocking(app, &app.reads, move || work(desk.as_ref())).await
}

fn view(entry: &Entry, value: Option<CheckState>, only: Option<ParticipantId>) -> CheckValueView {
    let confirmed = |id| {
        let said = value.iter().flat_map(|value| &value.confirmed).find(|said| said.who == id);
        said.map(|said| said.at)
    };
    let people = entry
        .people
        .iter()
        .filter(|person| confirms(person.role) && only.is_none_or(|only| only == person.id))
        .map(|person| CheckPerson {
            id: person.id,
            role: person.role,
            name: person.name.clone(),
            confirmed_at: confirmed(person.id),
        })
        .collect();
    // What others said is the court's to see.
    let value = value.map(|mut value| {
        value.confirmed.retain(|said| only.is_none_or(|only| only == said.who));
        value
    });
    CheckValueView { value, people }
}

async fn read(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(hearing): Path<String>,
) -> Result<Json<CheckValueView>, Failed> {
    let hearing = hearing_id(&hearing)?;
    let only = asker(&app, &headers, hearing).await?;
    let entry = entry_of(&app, hearing, only).await?;
    // Without a seal there is no value yet; the page asks again.
    let value = ask(&app, move |desk| match desk.state(hearing) {
        Ok(state) => Ok(Some(state)),
        Err(ArchiveFault::NotFound | ArchiveFault::NotSealed) => Ok(None),
        Err(fault @ (ArchiveFault::Disk(_) | ArchiveFault::TooLarge)) => Err(fault),
    });
    let value = value.await?;
    Ok(Json(view(&entry, value, only)))
}

async fn confirm(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(hearing): Path<String>,
    request: Body,
) -> Result<Json<CheckValueView>, Failed> {
    let hearing = hearing_id(&hearing)?;
    let who = asker(&app, &headers, hearing).await?.ok_or(Refusal::NotYourRight)?;
    let ConfirmCheckValue { sha256 } = body(request).await?;
    let entry = entry_of(&app, hearing, Some(who)).await?;
    let person = entry.person(who).ok_or(Refusal::NotFound)?.attendee.clone();
    let at = app.clock.now().utc;
    let person = (who, person.role, person.name);
    let confirmed = ask(&app, move |desk| desk.confirm(hearing, &sha256, person, at)).await?;
    let value = confirmed.ok_or(Refusal::CheckValueOther)?;
    app.metrics.check_values.inc();
    tracing::info!(%hearing, participant = %who, "the check value was confirmed");
    Ok(Json(view(&entry, Some(value), Some(who))))
}
