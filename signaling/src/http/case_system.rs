//! The case system: import and export by token, hand-over of failed mediations, webhooks, tokens.
//!
//! What is not here: posting to webhooks (`courier`).

use std::sync::Arc;
use std::time::Duration;

use ::docket::api::{
    ChangeKind, Export, Handover, ImportReport, ImportedRow, NewToken, NewWebhook, PersonForm,
    RefusedRow, SessionForm, TokenMade, WebhookList, WebhookMade,
};
use ::docket::problem::check_text;
use ::docket::{FieldFault, Problem, handover};
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use model::archive::ArchiveFault;
use model::limits::{
    DOCKET_BODY_BYTES_MAX, IMPORT_BYTES_MAX, IMPORT_ROWS_MAX, NAME_CHARS_MAX, TOKEN_DAYS_MAX,
};
use model::{HearingId, Refusal, Stage};
use protocol::AuditAct;
use serde::Deserialize;

use super::audit::{self, Hand};
use super::sessions::{
    Failed, Stretch, editable, form_of, large, revision, same, session_of, tell, wrong,
};
use super::{App, stage_of};
use crate::access::Who;
use crate::docket::{Change, Entry};
use crate::outbound::parts;

/// What a token may be good for.
const SCOPES: [&str; 3] = ["import", "export", "receipts"];
/// Events webhooks may want.
const EVENTS: [&str; 5] = ["session", "closed", "notice", "handover", "mediation"];

/// Whether a request shows a token that is good for `scope`; false when it shows none.
///
/// # Errors
/// `SignInNeeded` for a token that is not known, `NotYourRight` for one without the scope.
pub(super) async fn bearer(app: &App, headers: &HeaderMap, scope: &str) -> Result<bool, Failed> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(false) };
    let token = value.to_str().ok().and_then(|text| text.strip_prefix("Bearer "));
    let token = token.ok_or(Refusal::SignInNeeded)?;
    match app.docket.token_may(token, scope, app.clock.now().utc).await? {
        Some(true) => Ok(true),
        Some(false) => Err(Refusal::NotYourRight.into()),
        None => Err(Refusal::SignInNeeded.into()),
    }
}

/// Whether a path may be entered with a token: such a request takes no cookie.
pub(super) fn is_by_token(path: &str, headers: &HeaderMap) -> bool {
    let known = matches!(path, "/api/import" | "/api/export") || path.starts_with("/api/notices/");
    known && headers.contains_key(header::AUTHORIZATION)
}

/// The case system, or administration in its place.
async fn may(app: &App, headers: &HeaderMap, scope: &str) -> Result<(), Failed> {
    if !bearer(app, headers, scope).await? {
        app.who(headers).await?.admin()?;
    }
    Ok(())
}

/// Rows as they come, so that one that cannot be read does not spoil the others.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rows {
    rows: Vec<serde_json::Value>,
}

pub(super) async fn import(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<ImportReport>, Failed> {
    may(&app, &headers, "import").await?;
    let Rows { rows } = large(body, IMPORT_BYTES_MAX).await?;
    if rows.len() > IMPORT_ROWS_MAX {
        return Err(wrong("rows", FieldFault::TooMany));
    }
    let mut report =
        ImportReport { added: 0, changed: 0, same: 0, refused: Vec::new(), hearings: Vec::new() };
    let mut seen: Vec<String> = Vec::new();
    for (place, row) in rows.into_iter().enumerate() {
        match import_row(&app, row, &mut seen, &mut report).await? {
            Ok(taken) => report.hearings.push(taken),
            Err(problems) => {
                let row = u32::try_from(place + 1).unwrap_or(u32::MAX);
                report.refused.push(RefusedRow { row, problems });
            }
        }
    }
    let ImportReport { added, changed, same, .. } = &report;
    tracing::info!(added, changed, same, refused = report.refused.len(), "imported");
    moved(&app, &headers, &format!("导入：新增 {added}，变更 {changed}")).await?;
    Ok(Json(report))
}

/// Takes one row whole, or nothing of it.
async fn import_row(
    app: &App,
    row: serde_json::Value,
    seen: &mut Vec<String>,
    report: &mut ImportReport,
) -> Result<Result<ImportedRow, Vec<Problem>>, Failed> {
    let one = |field: &str, fault| Ok(Err(vec![Problem::new(field, fault)]));
    let Ok(mut form) = serde_json::from_value::<SessionForm>(row) else {
        return one("row", FieldFault::Unreadable);
    };
    let Some(external_id) = form.external_id.clone() else {
        return one("external_id", FieldFault::Empty);
    };
    let mut problems = Vec::new();
    check_text("external_id", &external_id, NAME_CHARS_MAX, true, &mut problems);
    if !problems.is_empty() {
        return Ok(Err(problems));
    }
    if seen.contains(&external_id) {
        return one("external_id", FieldFault::Twice);
    }
    seen.push(external_id.clone());
    let now = app.clock.now().utc;
    let Some(hearing) = app.docket.by_external(&external_id).await? else {
        for person in &mut form.people {
            person.id = None;
        }
        return Ok(match app.docket.book(&revision(form), None, now).await? {
            Ok(hearing) => {
                report.added += 1;
                tell(app, hearing, "added").await;
                Ok(ImportedRow { external_id, hearing })
            }
            Err(problems) => Err(problems),
        });
    };
    let before = app.docket.entry(hearing).await?.ok_or(Refusal::NotFound)?;
    recognise(&before, &mut form);
    let after = revision(form);
    let (form, seats) = (&after.hearing, &after.seats);
    let stand = app.docket.real_names_stand(form, seats, now).await?;
    if stand && same(&revision(form_of(&before)), &after) {
        report.same += 1;
        return Ok(Ok(ImportedRow { external_id, hearing }));
    }
    if before.closed || stage_of(app, &before) != Stage::Scheduled {
        return one("external_id", FieldFault::Begun);
    }
    let (what, by) = (ChangeKind::Edited, None);
    let change = Change { what, by, detail: "", reason: "" };
    Ok(match app.docket.rebook(&before, &after, &[change], now).await? {
        Ok(()) => {
            report.changed += 1;
            if let Some(entry) = app.docket.entry(hearing).await? {
                app.hearings.redocket(&entry).await;
            }
            tell(app, hearing, "changed").await;
            Ok(ImportedRow { external_id, hearing })
        }
        Err(problems) => Err(problems),
    })
}

/// Finds the people of a row among those on the docket, by role and name, so that their seats and
/// codes stay, and what was settled here and the case system does not say stays too.
fn recognise(before: &Entry, form: &mut SessionForm) {
    let known = form_of(before);
    let mut left: Vec<&PersonForm> = known.people.iter().collect();
    for person in &mut form.people {
        let found = left.iter().position(|k| k.role == person.role && k.name == person.name);
        person.id = None;
        if let Some(place) = found {
            let known = left.remove(place);
            person.id = known.id;
            person.account = person.account.or(known.account);
            person.site = person.site.or(known.site);
        }
    }
    form.site = form.site.or(known.site);
    form.tribunal = form.tribunal.or(known.tribunal);
}

pub(super) async fn export(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Query(stretch): Query<Stretch>,
) -> Result<Json<Export>, Failed> {
    may(&app, &headers, "export").await?;
    let mut rows = Vec::new();
    for entry in app.docket.sittings(stretch.wanted()?).await? {
        rows.push(session_of(&app, &entry).await?);
    }
    moved(&app, &headers, &format!("导出 {} 件", rows.len())).await?;
    Ok(Json(Export { rows }))
}

/// Writes to the audit log that cases were taken in or given out.
async fn moved(app: &App, headers: &HeaderMap, detail: &str) -> Result<(), Failed> {
    let hand = match app.who(headers).await? {
        Who::Nobody => Hand { by: "办案系统（令牌）".into(), concerns: None },
        who @ (Who::Staff(_) | Who::Seat(_)) => Hand::of(&who),
    };
    Ok(audit::write(app, &hand, None, (AuditAct::CasesMoved, detail, "done")).await?)
}

/// The package of a failed mediation.
pub(super) async fn handover(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(hearing): Path<String>,
) -> Result<Json<Handover>, Failed> {
    let entry = if bearer(&app, &headers, "export").await? {
        let hearing = hearing.parse().map(HearingId).map_err(|_| Refusal::NotFound)?;
        app.docket.entry(hearing).await?.ok_or(Refusal::NotFound)?
    } else {
        editable(&app, &headers, &hearing).await?.1
    };
    Ok(Json(package(&app, &entry).await?))
}

async fn package(app: &App, entry: &Entry) -> Result<Handover, Failed> {
    let closing = entry.closing.ok_or(Refusal::WrongStage)?;
    let (archive, hearing) = (Arc::clone(&app.archive), entry.hearing);
    let read = tokio::task::spawn_blocking(move || archive.record(hearing)).await;
    let record = match read {
        Ok(Ok(record)) => record,
        Ok(Err(ArchiveFault::NotFound | ArchiveFault::NotSealed | ArchiveFault::TooLarge)) => {
            return Err(Refusal::NotFound.into());
        }
        Ok(Err(ArchiveFault::Disk(fault))) => {
            tracing::error!(%hearing, fault, "the archive cannot be read");
            return Err(Refusal::ServerFault.into());
        }
        Err(fault) => {
            tracing::error!(%hearing, %fault, "reading the archive failed");
            return Err(Refusal::ServerFault.into());
        }
    };
    let known = handover::Known {
        hearing,
        external_id: entry.external_id.as_deref(),
        heading: &entry.heading,
        attendees: &record.line.attendees,
    };
    let package = handover::of(&known, closing, &record.minutes);
    package.ok_or_else(|| Refusal::WrongStage.into())
}

/// Sends the package to the filing system once more.
pub(super) async fn push_handover(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(hearing): Path<String>,
) -> Result<Json<u32>, Failed> {
    let (_, entry) = editable(&app, &headers, &hearing).await?;
    let package = package(&app, &entry).await?;
    let body = serde_json::to_value(&package).map_err(|_| Refusal::ServerFault)?;
    let now = app.clock.now().utc;
    let count = app.docket.announce("handover", Some(entry.hearing), &body, now).await?;
    Ok(Json(count))
}

pub(super) async fn webhooks(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Json<WebhookList>, Failed> {
    app.who(&headers).await?.admin()?;
    Ok(Json(WebhookList {
        webhooks: app.docket.webhooks().await?,
        deliveries: app.docket.deliveries().await?,
        tokens: app.docket.tokens().await?,
    }))
}

pub(super) async fn add_webhook(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<WebhookMade>), Failed> {
    app.who(&headers).await?.admin()?;
    let NewWebhook { url, events } = large(body, DOCKET_BODY_BYTES_MAX).await?;
    if url.len() > 500 || parts(&url).is_none() {
        return Err(wrong("url", FieldFault::Unreadable));
    }
    known_words("events", &events, &EVENTS, false)?;
    audit::setting(&app, &headers, "新增推送地址").await?;
    let made = app.docket.add_webhook(&url, &events).await?.ok_or(Refusal::Full)?;
    let (id, secret) = made;
    tracing::info!(id, "a webhook was set");
    Ok((StatusCode::CREATED, Json(WebhookMade { id, secret })))
}

fn known_words(field: &str, words: &[String], known: &[&str], needed: bool) -> Result<(), Failed> {
    if needed && words.is_empty() {
        return Err(wrong(field, FieldFault::Empty));
    }
    let strange = words.iter().position(|word| !known.contains(&word.as_str()));
    match strange {
        Some(place) => Err(wrong(&format!("{field}.{place}"), FieldFault::UnknownWord)),
        None if words.len() > known.len() => Err(wrong(field, FieldFault::TooMany)),
        None => Ok(()),
    }
}

pub(super) async fn drop_webhook(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Json<bool>, Failed> {
    app.who(&headers).await?.admin()?;
    let id: u32 = id.parse().map_err(|_| Refusal::NotFound)?;
    audit::setting(&app, &headers, &format!("删除推送地址 {id}")).await?;
    if app.docket.drop_webhook(id).await? { Ok(Json(true)) } else { Err(Refusal::NotFound.into()) }
}

pub(super) async fn add_token(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<TokenMade>), Failed> {
    app.who(&headers).await?.admin()?;
    let NewToken { name, scopes, days } = large(body, DOCKET_BODY_BYTES_MAX).await?;
    let mut problems = Vec::new();
    check_text("name", &name, NAME_CHARS_MAX, true, &mut problems);
    if !(1..=TOKEN_DAYS_MAX).contains(&days) {
        problems.push(Problem::new("days", FieldFault::OutOfBounds));
    }
    if !problems.is_empty() {
        return Err(Failed::Problems(problems));
    }
    known_words("scopes", &scopes, &SCOPES, true)?;
    let now = app.clock.now().utc;
    let until = now.plus(Duration::from_secs(u64::from(days) * 24 * 3600));
    audit::setting(&app, &headers, &format!("发放接口令牌 {name}")).await?;
    let made = app.docket.make_token(&name, &scopes, now, until).await?.ok_or(Refusal::Full)?;
    let (id, token) = made;
    tracing::info!(id, "a token of the case system was made");
    Ok((StatusCode::CREATED, Json(TokenMade { id, token })))
}

pub(super) async fn drop_token(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Json<bool>, Failed> {
    app.who(&headers).await?.admin()?;
    let id: u32 = id.parse().map_err(|_| Refusal::NotFound)?;
    audit::setting(&app, &headers, &format!("收回接口令牌 {id}")).await?;
    if app.docket.drop_token(id).await? { Ok(Json(true)) } else { Err(Refusal::NotFound.into()) }
}
