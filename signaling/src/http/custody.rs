//! What is kept beside a record, for the court: the note and the explanation, holds and retention,
//! bookmarks, requests of people of the case, parts taken out, and the audit log.
//!
//! What is not here: what people of the case see (`http/viewing.rs`), rows (`docket/custody.rs`).
//! Whatever cannot be written into the audit log is not done.

use std::collections::BTreeMap;
use std::path::{Path as FilePath, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ::docket::recording_note::{self, BLANK};
use ::docket::retention::{Kept, Schedule};
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::header::{self, HeaderValue};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use futures_util::stream;
use model::limits::{
    EXPLANATION_CHARS_MAX, NAME_CHARS_MAX, PARTICIPANTS_MAX, TEXT_CHARS_MAX, VIEW_AUDIT_EVERY,
    VIEW_LINK_LIFE_MAX, VIEWS_REMEMBERED_MAX,
};
use model::recording::{PartMade, PartOrder};
use model::{HearingId, Instant, ParticipantId, Private, Refusal, Role};
use protocol::{
    AuditAct, CopyDecision, CopyState, Custody, Hold, LinkMade, NewBookmark, NewExplanation,
    NewLink, Reader, RecordStage, StaffKind, WithReason,
};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncReadExt as _;

use super::archive::{allowed, blocking, call};
use super::audit::{Hand, code, note};
use super::{App, Refused, body};
use crate::docket::{Account, Decision, Entry, Found, Signed};

/// Bytes of a part sent at once.
const PIECE_BYTES: usize = 256 * 1024;

/// How long records are kept, where parts are made, and what was seen lately.
#[derive(Debug)]
pub(crate) struct Custodian {
    schedule: Schedule,
    parts: PathBuf,
    /// Held while a hold is placed and while a record is deleted: never both at once.
    pub(super) deciding: tokio::sync::Mutex<()>,
    seen: Mutex<BTreeMap<(String, HearingId, AuditAct, String), Instant>>,
}

impl Custodian {
    /// Opens it; parts that a crash left behind are removed.
    pub(crate) fn open(schedule: Schedule, data: &FilePath) -> Self {
        let parts = data.join("parts");
        if let Err(fault) = std::fs::remove_dir_all(&parts)
            && fault.kind() != std::io::ErrorKind::NotFound
        {
            tracing::error!(%fault, "parts of an earlier run cannot be removed");
        }
        Self { schedule, parts, deciding: tokio::sync::Mutex::default(), seen: Mutex::default() }
    }

    /// Whether this was seen within the hour; if not, it is remembered.
    fn is_again(&self, key: (String, HearingId, AuditAct, String), now: Instant) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.get(&key).is_some_and(|last| now.since(*last) < VIEW_AUDIT_EVERY) {
            return true;
        }
        if seen.len() >= VIEWS_REMEMBERED_MAX {
            seen.clear();
        }
        seen.insert(key, now);
        false
    }

    /// Until when a record is kept.
    pub(super) fn kept(&self, found: &Found) -> Kept {
        let brief = &found.line.brief;
        let mut cases = vec![found.line.heading.case_number.reveal().as_str()];
        cases.extend(brief.further_cases.iter().map(|case| case.case_number.reveal().as_str()));
        self.schedule.of(brief.kind, &cases, found.ended_at)
    }
}

/// Writes that something was seen, once an hour for the same thing.
pub(super) async fn seen_now(
    app: &App,
    hand: &Hand,
    hearing: HearingId,
    act: AuditAct,
    detail: &str,
) -> Result<(), Refused> {
    let key = (hand.by.reveal().clone(), hearing, act, detail.to_owned());
    if app.custodian.is_again(key, app.clock.now().instant) {
        return Ok(());
    }
    note(app, hand, hearing, act, detail, "done").await
}

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/archive/{hearing}/custody", get(custody))
        .route("/api/archive/{hearing}/note.html", get(note_page))
        .route("/api/archive/{hearing}/explanation.html", get(explanation_page))
        .route("/api/archive/{hearing}/explanation", post(explain))
        .route("/api/archive/{hearing}/bookmarks", post(add_bookmark))
        .route("/api/archive/{hearing}/bookmarks/{bookmark}", delete(drop_bookmark))
        .route("/api/archive/{hearing}/hold", post(place_hold))
        .route("/api/archive/{hearing}/hold/lift", post(lift_hold))
        .route("/api/archive/{hearing}/requests/{request}", post(decide))
        .route("/api/archive/{hearing}/links", post(make_link))
        .route("/api/archive/{hearing}/part.zip", get(take_part))
}

/// A reason that was given.
pub(super) fn given(reason: &Private<String>) -> Result<(), Refusal> {
    if reason.reveal().trim().is_empty() {
        return Err(Refusal::ReasonMissing);
    }
    if reason.reveal().chars().count() > TEXT_CHARS_MAX {
        return Err(Refusal::TextTooLong);
    }
    Ok(())
}

/// People of the case to whom a record may be opened: parties and who stands for them (art. 10).
pub(super) const fn may_read(role: Role) -> bool {
    matches!(
        role,
        Role::Plaintiff
            | Role::Defendant
            | Role::ThirdParty
            | Role::LegalRepresentative
            | Role::Agent
    )
}

fn presides(entry: &Entry, account: &Account) -> bool {
    let seat = entry.seat_of(account.id).and_then(|seat| entry.person(seat));
    seat.is_some_and(|seated| seated.attendee.role.leads(entry.brief.kind))
}

/// The record in the index; one that is not there was never begun.
pub(super) async fn filed(app: &App, hearing: HearingId) -> Result<Found, Refused> {
    Ok(app.docket.filed_one(hearing).await?.ok_or(Refusal::NotFound)?)
}

async fn custody(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(hearing): Path<String>,
) -> Result<Json<Custody>, Refused> {
    let (account, hearing) = allowed(&app, &headers, &hearing).await?;
    Ok(Json(custody_of(&app, &account, hearing).await?))
}

async fn custody_of(app: &App, account: &Account, hearing: HearingId) -> Result<Custody, Refused> {
    let found = filed(app, hearing).await?;
    let entry = app.docket.entry(hearing).await?.ok_or(Refusal::NotFound)?;
    let explanation = app.docket.explanation(hearing).await?;
    let draft = if found.stage == RecordStage::Unexplained {
        let facts = call(app, &app.reads, move |archive| archive.facts(hearing)).await?;
        recording_note::draft(&facts).map(Private::new)
    } else {
        None
    };
    let readers = entry.people.iter().filter(|person| may_read(person.role));
    Ok(Custody {
        stage: found.stage,
        faults: found.faults,
        draft,
        explanation,
        may_sign: presides(&entry, account),
        kept_until: app.custodian.kept(&found).until().filter(|_| found.line.sealed),
        hold: app.docket.hold(hearing).await?,
        may_lift: account.kind == StaffKind::Judge,
        bookmarks: app.docket.bookmarks(hearing, account.id).await?,
        requests: app.docket.copy_requests(hearing, None).await?,
        readers: readers
            .map(|person| Reader { who: person.id, role: person.role, name: person.name.clone() })
            .collect(),
        audit: app.docket.audit_of(hearing, None).await?,
    })
}

/// A page to print: nothing but its own style.
fn printed(page: String) -> Response {
    let mut response = ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response();
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
    let policy = HeaderValue::from_static(policy);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

async fn note_page(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(hearing): Path<String>,
) -> Result<Response, Refused> {
    let (account, hearing) = allowed(&app, &headers, &hearing).await?;
    let facts = call(&app, &app.reads, move |archive| archive.facts(hearing)).await?;
    seen_now(&app, &Hand::court(&account), hearing, AuditAct::NoteMade, "").await?;
    Ok(printed(recording_note::page(&facts, app.clock.now().utc)))
}

async fn explanation_page(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(hearing): Path<String>,
) -> Result<Response, Refused> {
    let (_, hearing) = allowed(&app, &headers, &hearing).await?;
    Ok(printed(signed_explanation(&app, hearing).await?.ok_or(Refusal::NotFound)?))
}

/// The signed explanation of a record's faults as one page; none when there is none.
pub(super) async fn signed_explanation(
    app: &App,
    hearing: HearingId,
) -> Result<Option<String>, Refused> {
    let Some(signed) = app.docket.explanation(hearing).await? else { return Ok(None) };
    let facts = call(app, &app.reads, move |archive| archive.facts(hearing)).await?;
    let (text, signature) = (signed.text.reveal(), signed.signature.reveal());
    Ok(Some(recording_note::explanation_page(&facts, text, signature, signed.at)))
}

/// Who presides signs the explanation of the faults; the record is filed away by it.
async fn explain(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(hearing): Path<String>,
    request: Body,
) -> Result<Json<Custody>, Refused> {
    let (account, hearing) = allowed(&app, &headers, &hearing).await?;
    let NewExplanation { text, signature } = body(request).await?;
    let entry = app.docket.entry(hearing).await?.ok_or(Refusal::NotFound)?;
    if !presides(&entry, &account) {
        return Err(Refusal::NotYourRight.into());
    }
    if text.reveal().chars().count() > EXPLANATION_CHARS_MAX
        || signature.reveal().chars().count() > NAME_CHARS_MAX
    {
        return Err(Refusal::TextTooLong.into());
    }
    let is_open = text.reveal().trim().is_empty() || text.reveal().contains(BLANK);
    if is_open || signature.reveal().trim().is_empty() {
        return Err(Refusal::ExplanationOpen.into());
    }
    let found = filed(&app, hearing).await?;
    match found.stage {
        RecordStage::Open => return Err(Refusal::NotSealed.into()),
        RecordStage::Archived => return Err(Refusal::NothingPending.into()),
        RecordStage::Unexplained => {}
    }
    let digest = Sha256::digest(text.reveal().as_bytes());
    let sha256: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let hand = Hand::court(&account);
    note(&app, &hand, hearing, AuditAct::Explained, &format!("SHA-256 {sha256}"), "done").await?;
    let at = app.clock.now().utc;
    let faults = found.faults;
    let signed = Signed { account: account.id, text, signature, sha256, faults, at };
    if !app.docket.explain(hearing, &signed).await? {
        return Err(Refusal::NothingPending.into());
    }
    Ok(Json(custody_of(&app, &account, hearing).await?))
}

async fn add_bookmark(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(hearing): Path<String>,
    request: Body,
) -> Result<Json<Custody>, Refused> {
    let (account, hearing) = allowed(&app, &headers, &hearing).await?;
    let new: NewBookmark = body(request).await?;
    if new.label.reveal().chars().count() > NAME_CHARS_MAX {
        return Err(Refusal::TextTooLong.into());
    }
    if !app.docket.add_bookmark(hearing, account.id, &new).await? {
        return Err(Refusal::Full.into());
    }
    Ok(Json(custody_of(&app, &account, hearing).await?))
}

async fn drop_bookmark(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path((hearing, bookmark)): Path<(String, i64)>,
) -> Result<Json<Custody>, Refused> {
    let (account, hearing) = allowed(&app, &headers, &hearing).await?;
    if !app.docket.drop_bookmark(hearing, account.id, bookmark).await? {
        return Err(Refusal::NotFound.into());
    }
    Ok(Json(custody_of(&app, &account, hearing).await?))
}

async fn place_hold(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(hearing): Path<String>,
    request: Body,
) -> Result<Json<Custody>, Refused> {
    let (account, hearing) = allowed(&app, &headers, &hearing).await?;
    let WithReason { reason } = body(request).await?;
    given(&reason)?;
    let hand = Hand::court(&account);
    let deciding = app.custodian.deciding.lock().await;
    filed(&app, hearing).await?;
    note(&app, &hand, hearing, AuditAct::HoldPlaced, reason.reveal(), "done").await?;
    let hold = Hold { at: app.clock.now().utc, by: hand.by, reason };
    if !app.docket.place_hold(hearing, &hold).await? {
        return Err(Refusal::AlreadyThere.into());
    }
    drop(deciding);
    Ok(Json(custody_of(&app, &account, hearing).await?))
}

/// A judge who sat lifts a hold.
async fn lift_hold(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(hearing): Path<String>,
    request: Body,
) -> Result<Json<Custody>, Refused> {
    let (account, hearing) = allowed(&app, &headers, &hearing).await?;
    let WithReason { reason } = body(request).await?;
    if account.kind != StaffKind::Judge {
        return Err(Refusal::NotYourRight.into());
    }
    given(&reason)?;
    let hand = Hand::court(&account);
    note(&app, &hand, hearing, AuditAct::HoldLifted, reason.reveal(), "done").await?;
    let by = Hold { at: app.clock.now().utc, by: hand.by, reason };
    if !app.docket.lift_hold(hearing, &by).await? {
        return Err(Refusal::NothingPending.into());
    }
    Ok(Json(custody_of(&app, &account, hearing).await?))
}

fn days(days: u8) -> Result<Duration, Refusal> {
    let life = Duration::from_secs(u64::from(days) * 24 * 3600);
    if life.is_zero() || life > VIEW_LINK_LIFE_MAX {
        return Err(Refusal::NotPlausible);
    }
    Ok(life)
}

/// Grants or refuses what somebody of the case asked for. Nothing is handed out of a record whose
/// faults nobody explained.
async fn decide(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path((hearing, request)): Path<(String, i64)>,
    decision: Body,
) -> Result<Json<Custody>, Refused> {
    let (account, hearing) = allowed(&app, &headers, &hearing).await?;
    let CopyDecision { grant, reason, days: count } = body(decision).await?;
    let now = app.clock.now().utc;
    let until = if grant {
        match filed(&app, hearing).await?.stage {
            RecordStage::Open => return Err(Refusal::NotSealed.into()),
            RecordStage::Unexplained => return Err(Refusal::ExplanationMissing.into()),
            RecordStage::Archived => {}
        }
        Some(now.plus(days(count)?))
    } else {
        given(&reason)?;
        None
    };
    let state = if grant { CopyState::Granted } else { CopyState::Refused };
    let hand = Hand::court(&account);
    let taken = Decision { state, by: hand.by.clone(), reason: reason.clone(), at: now, until };
    let asked = app.docket.decide_copy(hearing, request, &taken).await?;
    let asked = asked.ok_or(Refusal::NothingPending)?;
    let act = if grant { AuditAct::Granted } else { AuditAct::Refused };
    let what = format!("{:?} {}", asked.what, reason.reveal());
    note(&app, &hand.about(asked.who), hearing, act, &what, "done").await?;
    app.metrics
        .custody
        .copy_requests
        .with_label_values(&[if grant { "granted" } else { "refused" }])
        .inc();
    Ok(Json(custody_of(&app, &account, hearing).await?))
}

/// A link that opens the record's page for one person of the case, until it ends.
async fn make_link(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(hearing): Path<String>,
    request: Body,
) -> Result<Json<LinkMade>, Refused> {
    let (account, hearing) = allowed(&app, &headers, &hearing).await?;
    let NewLink { who, days: count } = body(request).await?;
    let entry = app.docket.entry(hearing).await?.ok_or(Refusal::NotFound)?;
    let person = entry.person(who).ok_or(Refusal::NobodyThere)?;
    if !may_read(person.attendee.role) {
        return Err(Refusal::NotYourRight.into());
    }
    let now = app.clock.now().utc;
    let expires_at = now.plus(days(count)?);
    let hand = Hand::court(&account).about(who);
    let detail = format!("{who} {count} d");
    note(&app, &hand, hearing, AuditAct::LinkMade, &detail, "done").await?;
    let key = app.docket.make_link(hearing, who, now, expires_at).await?;
    Ok(Json(LinkMade { key, expires_at }))
}

/// Which part: `who` is numbers with commas between them, or nothing for everybody.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PartAsked {
    from_ms: u64,
    to_ms: u64,
    #[serde(default)]
    who: String,
    reason: Private<String>,
}

/// Makes the part into a file that has no name any more when it is handed on.
async fn made_part(
    app: &App,
    order: PartOrder,
) -> (Result<PartMade, Refused>, Option<tokio::fs::File>) {
    let folder = app.custodian.parts.clone();
    let path = folder.join(format!("{}.zip", app.docket.token().reveal()));
    let (archive, into) = (Arc::clone(&app.archive), path.clone());
    let made = blocking(app, &app.verifications, move || {
        std::fs::create_dir_all(&folder).map_err(|fault| {
            model::archive::ArchiveFault::Disk(format!("make the folder of parts: {fault}"))
        })?;
        archive.part(&order, &into)
    })
    .await;
    let opened = match &made {
        Ok(_) => tokio::fs::File::open(&path).await.ok(),
        Err(_) => None,
    };
    // The open file stays readable; its name is not needed any more.
    if let Err(fault) = tokio::fs::remove_file(&path).await
        && fault.kind() != std::io::ErrorKind::NotFound
    {
        tracing::error!(%fault, "a part cannot be removed");
    }
    (made, opened)
}

/// A part of a record with its proof.
async fn take_part(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(hearing): Path<String>,
    Query(asked): Query<PartAsked>,
) -> Result<Response, Refused> {
    let (account, hearing) = allowed(&app, &headers, &hearing).await?;
    given(&asked.reason)?;
    let people = asked.who.split(',').filter(|text| !text.is_empty());
    let people: Result<Vec<_>, _> =
        people.map(|text| text.parse().map(ParticipantId)).take(PARTICIPANTS_MAX).collect();
    let who = people.map_err(|_| Refusal::Malformed)?;
    if asked.from_ms >= asked.to_ms {
        return Err(Refusal::NotPlausible.into());
    }
    let found = filed(&app, hearing).await?;
    let hand = Hand::court(&account);
    let span = (asked.from_ms, asked.to_ms);
    let subtitles = super::subtitles::of_part(&app, hearing, &who, span).await?;
    let order = PartOrder {
        hearing,
        who,
        from_ms: asked.from_ms,
        to_ms: asked.to_ms,
        by: hand.by.clone(),
        reason: asked.reason,
        at: app.clock.now().utc,
        archived: found.stage == RecordStage::Archived,
        subtitles: Private::new(subtitles),
    };
    let detail =
        format!("{}–{} ms p[{}] {}", order.from_ms, order.to_ms, asked.who, order.reason.reveal());
    let (made, opened) = made_part(&app, order).await;
    let made = match made {
        Ok(made) => made,
        Err(Refused(why)) => {
            note(&app, &hand, hearing, AuditAct::PartTaken, &detail, &code(why)).await?;
            return Err(why.into());
        }
    };
    let file = opened.ok_or(Refusal::ServerFault)?;
    let detail = format!("{detail} SHA-256 {}", made.sha256);
    note(&app, &hand, hearing, AuditAct::PartTaken, &detail, "done").await?;
    let name = format!("attachment; filename=\"{hearing}-{}-{}.zip\"", asked.from_ms, asked.to_ms);
    let fields = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (header::CONTENT_LENGTH, made.bytes.to_string()),
        (header::CONTENT_DISPOSITION, name),
    ];
    let pieces = stream::try_unfold(file, |mut file| async move {
        let mut piece = vec![0; PIECE_BYTES];
        let count = file.read(&mut piece).await?;
        piece.truncate(count);
        Ok::<_, std::io::Error>((count > 0).then(|| (Bytes::from(piece), file)))
    });
    Ok((StatusCode::OK, fields, Body::from_stream(pieces)).into_response())
}
