//! Places, working days, announcements, figures and applications for mediation over HTTP.
//!
//! What is not here: sittings (`http/sessions.rs`).

use std::sync::Arc;

use ::docket::announcement::{self, Announced};
use ::docket::api::{
    AccountLine, Announcements, ApplicationLine, ApplicationList, ImportReport, NewAct,
    NewApplication, RefusedRow, SiteList, WorkingDay, WorkingDays,
};
use ::docket::application::{Act, ActRefused};
use ::docket::problem::check_text;
use ::docket::sites::{self, ListFault, ListedSite};
use ::docket::statistics::{self, Ended, Statistics};
use ::docket::{Day, FieldFault, Problem};
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::limits::{
    DOCKET_BODY_BYTES_MAX, LISTED_DAYS_MAX, NAME_CHARS_MAX, SHEET_CHARS_MAX, SITE_LIST_BYTES_MAX,
    TABLE_ROWS_MAX,
};
use model::{Kind, Private, Refusal, Role};

use super::App;
use super::sessions::{Failed, Stretch, large, name, wrong};
use crate::docket::Entry;

pub(super) async fn list(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Json<SiteList>, Failed> {
    app.who(&headers).await?.docket()?;
    let accounts = app.docket.sitting_accounts().await?;
    let line = |account: crate::docket::Account| AccountLine {
        id: account.id.0,
        name: account.shown_name,
        kind: kind(account.kind).to_owned(),
    };
    Ok(Json(SiteList {
        tribunals: app.docket.tribunals().await?,
        sites: app.docket.sites().await?,
        accounts: accounts.into_iter().map(line).collect(),
    }))
}

const fn kind(kind: protocol::StaffKind) -> &'static str {
    match kind {
        protocol::StaffKind::Judge => "judge",
        protocol::StaffKind::Clerk => "clerk",
        protocol::StaffKind::Mediator => "mediator",
        protocol::StaffKind::Admin => "admin",
        protocol::StaffKind::Ops => "ops",
        protocol::StaffKind::Audit => "audit",
    }
}

/// A list of places, as a spreadsheet's text or as JSON. Right rows are taken together; wrong ones
/// are named and leave nothing behind.
pub(super) async fn import(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<ImportReport>, Failed> {
    app.who(&headers).await?.admin()?;
    let bytes = axum::body::to_bytes(body, SITE_LIST_BYTES_MAX).await;
    let bytes = bytes.map_err(|_| wrong("list", FieldFault::TooLong))?;
    let text = std::str::from_utf8(&bytes).map_err(|_| wrong("list", FieldFault::Unreadable))?;
    let rows = if text.trim_start().starts_with('[') { json(text)? } else { table(text)? };
    let mut refused = Vec::new();
    let mut right: Vec<ListedSite> = Vec::new();
    for (number, row) in rows {
        let problems = match row {
            Ok(site) if right.iter().any(|other| other.name == site.name) => {
                vec![Problem::new("name", FieldFault::Twice)]
            }
            Ok(site) => {
                right.push(site);
                continue;
            }
            Err(problems) => problems,
        };
        let row = u32::try_from(number).unwrap_or(u32::MAX);
        refused.push(RefusedRow { row, problems });
    }
    super::audit::setting(&app, &headers, "导入场所清单").await?;
    let taken = app.docket.take_sites(&right).await?;
    tracing::info!(?taken, refused = refused.len(), "a list of places was taken");
    let (added, changed, same) = (taken.added, taken.changed, taken.same);
    Ok(Json(ImportReport { added, changed, same, refused, hearings: Vec::new() }))
}

type Rows = Vec<sites::ListedRow>;

fn table(text: &str) -> Result<Rows, Failed> {
    sites::read(text).map_err(|fault| match fault {
        ListFault::Table(::docket::table::TableFault::OpenQuote) => {
            wrong("list", FieldFault::Unreadable)
        }
        ListFault::Table(_) => wrong("list", FieldFault::TooMany),
        ListFault::ColumnMissing(column) => wrong(column, FieldFault::Empty),
    })
}

fn json(text: &str) -> Result<Rows, Failed> {
    let rows: Vec<serde_json::Value> =
        serde_json::from_str(text).map_err(|_| wrong("list", FieldFault::Unreadable))?;
    if rows.len() > TABLE_ROWS_MAX {
        return Err(wrong("list", FieldFault::TooMany));
    }
    let read = |value: serde_json::Value| match serde_json::from_value::<ListedSite>(value) {
        Ok(site) => match sites::check(&site) {
            problems if problems.is_empty() => Ok(site),
            problems => Err(problems),
        },
        Err(_) => Err(vec![Problem::new("row", FieldFault::Unreadable)]),
    };
    Ok(rows.into_iter().enumerate().map(|(place, row)| (place + 1, read(row))).collect())
}

pub(super) async fn working_days(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Json<WorkingDays>, Failed> {
    app.who(&headers).await?.docket()?;
    Ok(Json(WorkingDays { days: app.docket.working_days().await? }))
}

pub(super) async fn set_working_days(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<WorkingDays>, Failed> {
    app.who(&headers).await?.admin()?;
    let WorkingDays { days } = large(body, DOCKET_BODY_BYTES_MAX).await?;
    if days.len() > LISTED_DAYS_MAX {
        return Err(wrong("days", FieldFault::TooMany));
    }
    let mut listed = Vec::new();
    for (place, WorkingDay { day, working }) in days.iter().enumerate() {
        let field = format!("days.{place}.day");
        let day: Day = day.parse().map_err(|_| wrong(&field, FieldFault::Unreadable))?;
        if listed.iter().any(|(other, _)| *other == day) {
            return Err(wrong(&field, FieldFault::Twice));
        }
        listed.push((day, *working));
    }
    super::audit::setting(&app, &headers, "修改工作日安排").await?;
    app.docket.set_working_days(&listed).await?;
    Ok(Json(WorkingDays { days: app.docket.working_days().await? }))
}

/// The public notices of open hearings in a stretch of time.
pub(super) async fn announcements(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Query(stretch): Query<Stretch>,
) -> Result<Json<Announcements>, Failed> {
    app.who(&headers).await?.docket()?;
    let entries = app.docket.sittings(stretch.wanted()?).await?;
    let (_, sites) = app.docket.place_names().await?;
    let text = |entry: &Entry| {
        let names = |role: Role| {
            let people = entry.seated.iter().map(|seated| &seated.attendee);
            people.filter(move |attendee| attendee.role == role).map(|a| a.name.reveal().as_str())
        };
        let sides = [Role::Plaintiff, Role::Defendant].map(|role| names(role).collect::<Vec<_>>());
        let parties: Vec<String> =
            sides.iter().filter(|side| !side.is_empty()).map(|side| side.join("、")).collect();
        let judge = names(Role::PresidingJudge).next().unwrap_or_default();
        let place = name(&sites, entry.site.map(|site| site.0));
        announcement::text(&Announced {
            heading: &entry.heading,
            brief: &entry.brief,
            parties: &parties,
            judge,
            place: &place,
        })
    };
    let open = entries.iter().filter(|entry| !entry.closed);
    Ok(Json(Announcements { notices: open.filter_map(text).map(Private::new).collect() }))
}

pub(super) async fn figures(app: &App, stretch: &Stretch) -> Result<Statistics, Failed> {
    let entries = app.docket.sittings(stretch.wanted()?).await?;
    let (tribunals, sites) = app.docket.place_names().await?;
    let ended = |entry: &Entry| {
        Some(Ended {
            kind: entry.brief.kind,
            closing: entry.closing?,
            tribunal: name(&tribunals, entry.tribunal),
            site: name(&sites, entry.site.map(|site| site.0)),
        })
    };
    Ok(statistics::count(&entries.iter().filter_map(ended).collect::<Vec<_>>()))
}

pub(super) async fn statistics(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Query(stretch): Query<Stretch>,
) -> Result<Json<Statistics>, Failed> {
    app.who(&headers).await?.docket()?;
    Ok(Json(figures(&app, &stretch).await?))
}

pub(super) async fn statistics_csv(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Query(stretch): Query<Stretch>,
) -> Result<Response, Failed> {
    app.who(&headers).await?.docket()?;
    let text = statistics::csv(&figures(&app, &stretch).await?);
    let media = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"statistics.csv\""),
    ];
    Ok((media, text).into_response())
}

pub(super) async fn applications(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Json<ApplicationList>, Failed> {
    app.who(&headers).await?.docket()?;
    let lines = app.docket.applications(app.clock.now().utc).await?;
    Ok(Json(ApplicationList { lines }))
}

pub(super) async fn apply(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<ApplicationList>), Failed> {
    app.who(&headers).await?.docket()?;
    let new: NewApplication = large(body, DOCKET_BODY_BYTES_MAX).await?;
    let mut problems = Vec::new();
    let matter = &new.matter;
    for (field, text, max, needed) in [
        ("matter.case_number", &matter.case_number, NAME_CHARS_MAX, false),
        ("matter.cause", &matter.cause, NAME_CHARS_MAX, true),
        ("matter.applicant", &matter.applicant, NAME_CHARS_MAX, true),
        ("matter.respondent", &matter.respondent, NAME_CHARS_MAX, true),
        ("matter.applicant_phone", &matter.applicant_phone, NAME_CHARS_MAX, false),
        ("matter.respondent_phone", &matter.respondent_phone, NAME_CHARS_MAX, false),
    ] {
        check_text(field, text.reveal(), max, needed, &mut problems);
    }
    if matter.facts.reveal().chars().count() > SHEET_CHARS_MAX {
        problems.push(Problem::new("matter.facts", FieldFault::TooLong));
    }
    if let Some(tribunal) = new.tribunal
        && !app.docket.tribunals().await?.iter().any(|line| line.id == tribunal)
    {
        problems.push(Problem::new("tribunal", FieldFault::NoSuchThing));
    }
    if !problems.is_empty() {
        return Err(Failed::Problems(problems));
    }
    let now = app.clock.now().utc;
    let id = app.docket.apply(&new, now).await?;
    let id = id.ok_or_else(|| wrong("external_id", FieldFault::Twice))?;
    tracing::info!(id, "an application for mediation was taken");
    Ok((StatusCode::CREATED, Json(ApplicationList { lines: app.docket.applications(now).await? })))
}

pub(super) async fn act(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(application): Path<String>,
    body: Body,
) -> Result<Json<ApplicationLine>, Failed> {
    app.who(&headers).await?.docket()?;
    let id: u32 = application.parse().map_err(|_| Refusal::NotFound)?;
    let NewAct { act } = large(body, DOCKET_BODY_BYTES_MAX).await?;
    if let Act::Schedule { hearing } = &act {
        let entry = app.docket.entry(*hearing).await?;
        if entry.is_none_or(|entry| entry.brief.kind != Kind::Mediation) {
            return Err(wrong("act.hearing", FieldFault::NoSuchThing));
        }
    }
    let now = app.clock.now().utc;
    let done = app.docket.act(id, now, |application, calendar| application.act(calendar, now, act));
    match done.await?.ok_or(Refusal::NotFound)? {
        Ok(line) => {
            let state = serde_json::json!({ "application": id, "state": line.application.state });
            if let Err(fault) = app.docket.announce("mediation", None, &state, now).await {
                tracing::error!(id, %fault, "webhooks cannot be told");
            }
            Ok(Json(line))
        }
        Err(ActRefused::NotNow) => Err(Refusal::WrongStage.into()),
        Err(ActRefused::ReasonMissing) => Err(wrong("act.reason", FieldFault::ReasonMissing)),
        Err(ActRefused::TextTooLong) => Err(wrong("act", FieldFault::TooLong)),
        Err(ActRefused::TimeOver) => Err(wrong("act", FieldFault::TimeOver)),
        Err(ActRefused::Full) => Err(wrong("act", FieldFault::TooMany)),
    }
}
