//! Evidence over HTTP: handing in, lists, changes, exchange, and the files.
//!
//! What is not here: what happens to it in the hearing (crate `hearing`), where files are kept
//! (`crate::evidence`).

use core::ops::Range;
use std::fs::File;
use std::io::{self, Seek, SeekFrom};
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::header::{self, HeaderValue};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, patch, post};
use axum::{Json, Router};
use futures_util::stream;
use model::limits::{
    EVIDENCE_BYTES_MAX, EVIDENCE_CHUNK_WAIT, EVIDENCE_MAX, EVIDENCE_UPLOAD_WAIT, NAME_CHARS_MAX,
    TEXT_CHARS_MAX,
};
use model::{
    EvidenceId, EvidenceItem, HearingId, ParticipantId, Private, Refusal, Role, Side, Stage,
};
use protocol::{EvidenceAbout, EvidenceChange, EvidenceList};
use serde::Deserialize;
use tokio::io::AsyncReadExt;
use tokio::time::timeout;

use super::archive::{Part, part};
use super::{App, BODY_BYTES_MAX, Refused, body, hearing_id, seat_in, stage_of};
use crate::access::Who;
use crate::docket::evidence::{Hand, NewEvidence};
use crate::evidence::{Opened, Received, extension};

/// Bytes read from a file at once while sending it.
const PIECE_BYTES: u64 = 256 * 1024;
/// What a browser may do with a file that is opened by itself: nothing.
const FILE_POLICY: &str = "default-src 'none'; sandbox; frame-ancestors 'none'";
/// Bytes around the parts of an upload.
const ENVELOPE_BYTES_MAX: usize = 64 * 1024;

/// The paths.
pub(super) fn routes() -> Router<Arc<App>> {
    let upload_max = usize::try_from(EVIDENCE_BYTES_MAX).unwrap_or(usize::MAX);
    let upload_max = upload_max.saturating_add(BODY_BYTES_MAX).saturating_add(ENVELOPE_BYTES_MAX);
    let lists = get(list).post(add).layer(DefaultBodyLimit::max(upload_max));
    Router::new()
        .route("/api/hearings/{hearing}/evidence", lists)
        .route("/api/hearings/{hearing}/evidence/{item}", patch(change).delete(remove))
        .route("/api/hearings/{hearing}/evidence/{item}/exchange", post(exchange))
        .route("/api/hearings/{hearing}/evidence/{item}/file", get(file))
}

/// Somebody with a seat in a hearing, and what they may do with its evidence.
#[derive(Clone, Copy, Debug)]
struct Seat {
    hearing: HearingId,
    who: ParticipantId,
    role: Role,
    /// The side whose evidence is this person's own.
    side: Option<Side>,
    /// Whether nothing may be changed any more.
    frozen: bool,
}

impl Seat {
    const fn is_court(&self) -> bool {
        self.role.is_court()
    }

    const fn may_add(&self) -> bool {
        !self.frozen && (self.is_court() || self.side.is_some())
    }

    fn owns(&self, item: &EvidenceItem) -> bool {
        if self.is_court() { item.side.is_none() } else { item.side == self.side }
    }

    /// By the list alone; what is being shown is for the hearing to say.
    fn sees(&self, item: &EvidenceItem) -> bool {
        let party = self.side.is_some();
        self.is_court() || (party && (item.side == self.side || item.exchanged))
    }

    fn hand(&self, app: &App) -> Hand {
        let Self { hearing, who, .. } = *self;
        Hand { hearing, who, court: self.is_court(), at: app.clock.now().utc }
    }
}

/// The seat of who asks.
async fn seat(app: &App, headers: &HeaderMap, hearing: &str) -> Result<Seat, Refused> {
    let who = app.who(headers).await?;
    if matches!(who, Who::Nobody) {
        return Err(Refusal::SignInNeeded.into());
    }
    let hearing = hearing_id(hearing)?;
    let who = seat_in(app, &who, hearing).await?.ok_or(Refusal::NotFound)?;
    let entry = app.docket.entry(hearing).await?.ok_or(Refusal::NotFound)?;
    let frozen = matches!(stage_of(app, &entry), Stage::Closed) || entry.closed;
    let attendees = entry.for_hearing().attendees;
    let find = |id| attendees.iter().find(|attendee| attendee.id == id);
    let found = find(who).ok_or(Refusal::NotFound)?;
    let role = found.role;
    let acted_for = found.acts_for.and_then(find).and_then(|other| other.side());
    let own = role.is_party() || role.is_for_party();
    let side = if own { found.side().or(acted_for) } else { None };
    Ok(Seat { hearing, who, role, side, frozen })
}

/// A piece this person may know of.
async fn piece(app: &App, seat: Seat, item: &str) -> Result<EvidenceItem, Refused> {
    let id = item.parse().map(EvidenceId).map_err(|_| Refusal::NotFound)?;
    let found = app.docket.evidence(seat.hearing, id).await?.ok_or(Refusal::NotFound)?;
    if seat.sees(&found) || app.hearings.sees(seat.hearing, seat.who, id).await {
        Ok(found)
    } else {
        Err(Refusal::NotFound.into())
    }
}

async fn list(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(hearing): Path<String>,
) -> Result<Json<EvidenceList>, Refused> {
    let seat = seat(&app, &headers, &hearing).await?;
    let mut items = app.docket.evidence_of(seat.hearing).await?;
    let bytes = seat.is_court().then(|| items.iter().map(|item| item.bytes).sum());
    items.retain(|item| seat.sees(item));
    Ok(Json(EvidenceList { items, side: seat.side, may_add: seat.may_add(), bytes }))
}

/// Checks what people typed.
fn check(name: Option<&Private<String>>, purpose: Option<&Private<String>>) -> Result<(), Refusal> {
    if name.is_some_and(|name| name.reveal().trim().is_empty()) {
        return Err(Refusal::NotPlausible);
    }
    let too_long = |text: Option<&Private<String>>, most: usize| {
        text.is_some_and(|text| text.reveal().chars().count() > most)
    };
    if too_long(name, NAME_CHARS_MAX) || too_long(purpose, TEXT_CHARS_MAX) {
        return Err(Refusal::TextTooLong);
    }
    Ok(())
}

async fn add(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(hearing): Path<String>,
    parts: Multipart,
) -> Result<Response, Refused> {
    let seat = seat(&app, &headers, &hearing).await?;
    if seat.frozen {
        return Err(Refusal::HearingClosed.into());
    }
    if !seat.may_add() {
        return Err(Refusal::NotYourRight.into());
    }
    if app.docket.evidence_of(seat.hearing).await?.len() >= EVIDENCE_MAX {
        return Err(Refusal::EvidenceFull.into());
    }
    let added = hand_in(&app, seat, parts).await;
    let outcome = if added.is_ok() { "done" } else { "refused" };
    app.metrics.evidence_uploads.with_label_values(&[outcome]).inc();
    let added = added?;
    told(&app, seat, added.id, "evidence handed in").await;
    Ok((StatusCode::CREATED, Json(added)).into_response())
}

async fn hand_in(app: &App, seat: Seat, parts: Multipart) -> Result<EvidenceItem, Refused> {
    let taken = timeout(EVIDENCE_UPLOAD_WAIT, take_in(app, seat, parts)).await;
    let (about, received, file_name) = taken.map_err(|_| Refusal::Malformed)??;
    let (received, found) = app.evidence.inspect(received, file_name).await?;
    let new = NewEvidence {
        side: if seat.is_court() { about.side } else { seat.side },
        name: about.name,
        kind: about.kind,
        purpose: about.purpose,
        form: about.form,
        media_type: found.media_type,
        pages: found.pages,
        bytes: received.bytes,
        sha256: received.sha256.clone(),
        sm3: received.sm3.clone(),
    };
    Ok(app.evidence.add(seat.hand(app), &new, received).await?)
}

/// Notes who did it, and tells the hearing if it is live.
async fn told(app: &App, seat: Seat, item: EvidenceId, what: &str) {
    tracing::info!(hearing = %seat.hearing, by = %seat.who, item = item.0, what);
    app.hearings.evidence_changed(seat.hearing).await;
}

/// Reads `about`, then the file as it comes.
async fn take_in(
    app: &App,
    seat: Seat,
    mut parts: Multipart,
) -> Result<(EvidenceAbout, Received, String), Refused> {
    let mut first = next(parts.next_field().await)?.ok_or(Refusal::Malformed)?;
    if first.name() != Some("about") {
        return Err(Refusal::Malformed.into());
    }
    let mut text = Vec::new();
    while let Some(piece) = chunk(&mut first).await? {
        if text.len() + piece.len() > BODY_BYTES_MAX {
            return Err(Refusal::Malformed.into());
        }
        text.extend_from_slice(&piece);
    }
    drop(first);
    let about: EvidenceAbout = serde_json::from_slice(&text).map_err(|_| Refusal::Malformed)?;
    check(Some(&about.name), Some(&about.purpose))?;
    if !seat.is_court() && about.side.is_some_and(|side| Some(side) != seat.side) {
        return Err(Refusal::NotYourRight.into());
    }
    let mut second = next(parts.next_field().await)?.ok_or(Refusal::Malformed)?;
    if second.name() != Some("file") {
        return Err(Refusal::Malformed.into());
    }
    let file_name = second.file_name().unwrap_or_default().to_owned();
    let (mut incoming, place) = app.evidence.incoming()?;
    while let Some(piece) = chunk(&mut second).await? {
        incoming.write(&piece).await?;
    }
    drop(second);
    if next(parts.next_field().await)?.is_some() {
        return Err(Refusal::Malformed.into());
    }
    let received = incoming.finish().await?;
    drop(place);
    Ok((about, received, file_name))
}

async fn chunk(field: &mut Field<'_>) -> Result<Option<Bytes>, Refused> {
    let piece = timeout(EVIDENCE_CHUNK_WAIT, field.chunk()).await;
    next(piece.map_err(|_| Refusal::Malformed)?)
}

fn next<T>(read: Result<T, MultipartError>) -> Result<T, Refused> {
    read.map_err(|fault| {
        Refused(if fault.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Refusal::FileTooLarge
        } else {
            Refusal::Malformed
        })
    })
}

async fn change(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path((hearing, item)): Path<(String, String)>,
    request: Body,
) -> Result<Json<EvidenceItem>, Refused> {
    let (seat, found) = owned(&app, &headers, &hearing, &item, true).await?;
    let wanted: EvidenceChange = body(request).await?;
    check(wanted.name.as_ref(), wanted.purpose.as_ref())?;
    let changed = app.docket.change_evidence(seat.hand(&app), found.id, &wanted).await??;
    told(&app, seat, changed.id, "evidence changed").await;
    Ok(Json(changed))
}

async fn exchange(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path((hearing, item)): Path<(String, String)>,
) -> Result<Json<EvidenceItem>, Refused> {
    let (seat, found) = owned(&app, &headers, &hearing, &item, true).await?;
    let changed = app.docket.exchange_evidence(seat.hand(&app), found.id).await??;
    told(&app, seat, changed.id, "evidence exchanged").await;
    Ok(Json(changed))
}

async fn remove(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path((hearing, item)): Path<(String, String)>,
) -> Result<StatusCode, Refused> {
    let (seat, found) = owned(&app, &headers, &hearing, &item, false).await?;
    app.evidence.remove(seat.hand(&app), found.id).await?;
    told(&app, seat, found.id, "evidence removed").await;
    Ok(StatusCode::NO_CONTENT)
}

/// A piece this person may change: their own, and for the court every one if `court_all`.
async fn owned(
    app: &App,
    headers: &HeaderMap,
    hearing: &str,
    item: &str,
    court_all: bool,
) -> Result<(Seat, EvidenceItem), Refused> {
    let seat = seat(app, headers, hearing).await?;
    let found = piece(app, seat, item).await?;
    if seat.frozen {
        return Err(Refusal::HearingClosed.into());
    }
    if seat.owns(&found) && seat.may_add() || court_all && seat.is_court() {
        Ok((seat, found))
    } else {
        Err(Refusal::NotYourRight.into())
    }
}

/// `?download`.
#[derive(Debug, Deserialize)]
struct Wanted {
    download: Option<String>,
}

async fn file(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path((hearing, item)): Path<(String, String)>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Refused> {
    let seat = seat(&app, &headers, &hearing).await?;
    let found = piece(&app, seat, &item).await?;
    let opened = app.evidence.file(&found).await?;
    Ok(send(&headers, &found, opened, wanted.download.is_some()))
}

fn send(headers: &HeaderMap, item: &EvidenceItem, opened: Opened, download: bool) -> Response {
    let tag = format!("\"{}\"", item.sha256);
    let same = headers.get(header::IF_RANGE).is_none_or(|seen| seen.as_bytes() == tag.as_bytes());
    let asked = headers.get(header::RANGE).filter(|_| same).and_then(|value| value.to_str().ok());
    let bytes = opened.bytes;
    let (status, range) = match asked.map_or(Part::Whole, |asked| part(asked, bytes)) {
        Part::Whole => (StatusCode::OK, 0..bytes),
        Part::Some(range) => (StatusCode::PARTIAL_CONTENT, range),
        Part::Outside => {
            let mut response = StatusCode::RANGE_NOT_SATISFIABLE.into_response();
            insert(&mut response, header::CONTENT_RANGE, &format!("bytes */{bytes}"));
            return response;
        }
    };
    let body = match stream_of(opened.file, range.clone()) {
        Ok(body) => body,
        Err(fault) => {
            tracing::error!(%fault, "a file of evidence cannot be read");
            return Refused(Refusal::ServerFault).into_response();
        }
    };
    let mut response = (status, body).into_response();
    insert(&mut response, header::CONTENT_TYPE, &item.media_type);
    insert(&mut response, header::CONTENT_DISPOSITION, &disposition(item, download));
    insert(&mut response, header::CONTENT_SECURITY_POLICY, FILE_POLICY);
    insert(&mut response, header::ACCEPT_RANGES, "bytes");
    insert(&mut response, header::ETAG, &tag);
    insert(&mut response, header::CONTENT_LENGTH, &(range.end - range.start).to_string());
    if status == StatusCode::PARTIAL_CONTENT {
        let text = format!("bytes {}-{}/{bytes}", range.start, range.end - 1);
        insert(&mut response, header::CONTENT_RANGE, &text);
    }
    response
}

/// How to name the file (RFC 6266, RFC 8187): its number and name on the list.
fn disposition(item: &EvidenceItem, download: bool) -> String {
    let manner = if download { "attachment" } else { "inline" };
    let ending = extension(&item.media_type);
    let number = item.number;
    let name: String = item
        .name
        .reveal()
        .bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect();
    format!(
        "{manner}; filename=\"evidence-{number}.{ending}\"; \
         filename*=UTF-8''{number}-{name}.{ending}"
    )
}

fn insert(response: &mut Response, name: header::HeaderName, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        response.headers_mut().insert(name, value);
    }
}

/// Sends a range of a file, a piece at a time.
fn stream_of(mut file: File, range: Range<u64>) -> io::Result<Body> {
    file.seek(SeekFrom::Start(range.start))?;
    let start = (tokio::fs::File::from_std(file), range.end - range.start);
    Ok(Body::from_stream(stream::try_unfold(start, |(mut file, rest)| async move {
        if rest == 0 {
            return Ok::<_, io::Error>(None);
        }
        let wanted = rest.min(PIECE_BYTES);
        let mut piece = vec![0; usize::try_from(wanted).unwrap_or(0)];
        file.read_exact(&mut piece).await?;
        Ok(Some((Bytes::from(piece), (file, rest - wanted))))
    })))
}
