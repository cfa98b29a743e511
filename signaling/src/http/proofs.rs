//! Papers made out of a hearing's ledger, and the record of its deliberation for those who may read it.
//!
//! What is not here: what the papers say (crate `docket`).

use std::sync::Arc;

use ::docket::{attendance, isolation};
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::header::{self, HeaderValue};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use hearing::{Deliberation, keeps_deliberation};
use model::Refusal;
use protocol::DeliberationRecord;

use super::archive::{allowed, call};
use super::{App, Refused, hearing_id};
use crate::apart::ApartFault;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/archive/{hearing}/isolation.html", get(isolation_page))
        .route("/api/archive/{hearing}/attendance.csv", get(attendance_table))
        .route("/api/archive/{hearing}/deliberation", get(deliberation))
}

/// The certificates of isolation, a sheet for each person who was called.
async fn isolation_page(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(hearing): Path<String>,
) -> Result<Response, Refused> {
    let (_, hearing) = allowed(&app, &headers, &hearing).await?;
    let proofs = call(&app, &app.reads, move |archive| archive.proofs(hearing)).await?;
    let page = isolation::page(&proofs, app.clock.now().utc);
    let mut response = ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response();
    // Nothing but its own style: no script, no picture, no request.
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
    let policy = HeaderValue::from_static(policy);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

/// Every roll of a lecture, with what each site answered.
async fn attendance_table(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(hearing): Path<String>,
) -> Result<Response, Refused> {
    let (_, hearing) = allowed(&app, &headers, &hearing).await?;
    let record = call(&app, &app.reads, move |archive| archive.record(hearing)).await?;
    let name = format!("attachment; filename=\"attendance-{}.csv\"", hearing.0);
    let media = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((media, attendance::csv(&record.line.attendees, &record.minutes)).into_response())
}

/// The record of the deliberation: for the panel and its clerk, by their seats in this very case.
async fn deliberation(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(hearing): Path<String>,
) -> Result<Json<DeliberationRecord>, Refused> {
    let who = app.who(&headers).await?;
    let account = who.court()?;
    let hearing = hearing_id(&hearing)?;
    let entry = app.docket.entry(hearing).await?.ok_or(Refusal::NotFound)?;
    let seat = entry.seat_of(account.id).and_then(|seat| entry.person(seat));
    if !seat.is_some_and(|seated| keeps_deliberation(seated.attendee.role)) {
        return Err(Refusal::NotFound.into());
    }
    let apart = app.apart.clone();
    let read = tokio::task::spawn_blocking(move || apart.deliberation(hearing)).await;
    let (entries, head_sha256) = match read {
        Ok(Ok(read)) => read,
        Ok(Err(fault @ ApartFault::Altered(_))) => {
            tracing::error!(%hearing, %fault, "a deliberation was altered");
            return Err(Refusal::RecordAltered.into());
        }
        Ok(Err(fault @ ApartFault::Disk(_))) => {
            tracing::error!(%hearing, %fault, "a deliberation cannot be read");
            return Err(Refusal::ServerFault.into());
        }
        Err(_) => return Err(Refusal::ServerFault.into()),
    };
    let record = Deliberation::of(&entries);
    if record.is_empty() {
        return Err(Refusal::NotFound.into());
    }
    let signers = entry.seated.iter().filter(|seated| keeps_deliberation(seated.attendee.role));
    let record = record.view(signers.map(|seated| seated.attendee.id).collect());
    Ok(Json(DeliberationRecord { record, head_sha256 }))
}
