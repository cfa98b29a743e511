//! The HTTP API and the way to the WebSocket; paths and bodies stand in `docs/protocol.md`.
//!
//! What is not here: the archive's paths (`http/archive.rs`), bodies (crate `protocol`).

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Path, Request, State};
use axum::http::header::{self, HeaderValue};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, delete, get, post};
use axum::{Json, Router};
use model::archive::Archive;
use model::check_value::CheckValues;
use model::films::Films;
use model::limits::ATTEMPT_WINDOW;
use model::{HearingId, ParticipantId, Refusal, Stage, Timestamp};
use prometheus::{Encoder, Registry, TextEncoder};
use protocol::{ApiRefusal, AuditAct, CodeIssued, DocketLine, DocketList, OpsPicture, WhoAmI};
use serde::de::DeserializeOwned;
use tokio::sync::{Semaphore, mpsc};

use crate::access::{Attempts, Who, identify, is_same_origin};
use crate::apart::Apart;
use crate::callers::Callers;
use crate::clock::Clock;
use crate::desk::Desk;
use crate::docket::{Docket, DocketFault, Entry};
use crate::evidence::{Evidence, EvidenceFault};
use crate::faces::Faces;
use crate::hearings::Hearings;
use crate::metrics::Metrics;
use crate::node::NodeFigures;
use crate::press::Press;
use crate::tls::Peer;
use crate::transcript::Transcripts;
use crate::web;

mod archive;
mod audit;
mod case_system;
mod check_value;
mod credentials;
mod custody;
mod desk;
mod documents;
mod enter;
mod evidence;
mod faces;
mod films;
mod glossary;
mod line_test;
mod my;
mod openapi;
mod package;
mod papers;
mod places;
mod proofs;
mod real_names;
mod retention;
mod sessions;
mod subtitles;
mod transcript;
mod viewing;
mod whip;

use audit::Hand;

pub(crate) use audit::RefusalLines;
pub(crate) use custody::Custodian;
pub(crate) use line_test::LineTests;

/// Bytes of a request's body.
const BODY_BYTES_MAX: usize = 16 * 1024;

/// What every request may need.
pub(crate) struct App {
    pub(crate) docket: Arc<Docket>,
    pub(crate) hearings: Hearings,
    pub(crate) desk: Desk,
    pub(crate) archive: Arc<dyn Archive>,
    pub(crate) films: Arc<dyn Films>,
    /// Where documents are printed.
    pub(crate) press: Press,
    pub(crate) check_values: Arc<dyn CheckValues>,
    pub(crate) evidence: Evidence,
    /// What the court keeps apart.
    pub(crate) apart: Apart,
    /// Transcripts, live and at rest.
    pub(crate) transcripts: Transcripts,
    /// Who compares faces, where the court has somebody.
    pub(crate) faces: Option<Arc<dyn Faces>>,
    /// Faces compared at once.
    pub(crate) comparing: Arc<Semaphore>,
    pub(crate) clock: Clock,
    pub(crate) metrics: Metrics,
    pub(crate) registry: Registry,
    pub(crate) figures: Arc<dyn Fn() -> NodeFigures + Send + Sync>,
    pub(crate) started_at: Timestamp,
    pub(crate) version: &'static str,
    /// Whether the certificate is a real one, so that browsers may insist on it.
    pub(crate) real_certificate: bool,
    /// Address of the page as parties reach it, for links in notices; may be empty.
    pub(crate) page: String,
    /// Addresses besides this machine that may read `/metrics`.
    pub(crate) metrics_from: Vec<IpAddr>,
    pub(crate) attempts: Mutex<Attempts>,
    /// Bounds what refusals write to the audit log.
    pub(crate) refusal_lines: RefusalLines,
    /// Devices without a page.
    pub(crate) callers: Callers,
    pub(crate) line_tests: Mutex<LineTests>,
    /// How long records are kept, and what was seen of them.
    pub(crate) custodian: Custodian,
    /// Where notices are laid for their carriers.
    pub(crate) outbox: PathBuf,
    /// Archive reads at once.
    pub(crate) reads: Arc<Semaphore>,
    /// Verifications at once: each reads a whole hearing.
    pub(crate) verifications: Arc<Semaphore>,
    /// Held by every socket, so that the end of the last one is seen.
    pub(crate) open_sockets: mpsc::Sender<()>,
}

impl App {
    fn attempts(&self) -> MutexGuard<'_, Attempts> {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn line_tests(&self) -> MutexGuard<'_, LineTests> {
        self.line_tests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn who(&self, headers: &HeaderMap) -> Result<Who, Refused> {
        Ok(identify(&self.docket, headers, self.clock.now().utc).await?)
    }
}

/// A refusal on its way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refused(Refusal);

impl From<Refusal> for Refused {
    fn from(why: Refusal) -> Self {
        Self(why)
    }
}

impl From<DocketFault> for Refused {
    fn from(fault: DocketFault) -> Self {
        tracing::error!(%fault, "the docket failed");
        Self(Refusal::ServerFault)
    }
}

impl From<EvidenceFault> for Refused {
    fn from(fault: EvidenceFault) -> Self {
        Self(match fault {
            EvidenceFault::Refused(why) => why,
            EvidenceFault::Altered => Refusal::EvidenceAltered,
            EvidenceFault::Docket(fault) => return fault.into(),
            EvidenceFault::Disk { .. } | EvidenceFault::Bug => {
                tracing::error!(%fault, "evidence failed");
                Refusal::ServerFault
            }
        })
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut response = (status(self.0), Json(ApiRefusal::from(self.0))).into_response();
        if status(self.0) == StatusCode::TOO_MANY_REQUESTS {
            let wait = HeaderValue::from(ATTEMPT_WINDOW.as_secs());
            response.headers_mut().insert(header::RETRY_AFTER, wait);
        }
        response
    }
}

/// The status code of a refusal: one table for the whole API.
fn status(why: Refusal) -> StatusCode {
    if matches!(why, Refusal::SignInNeeded | Refusal::SignInWrong) {
        StatusCode::UNAUTHORIZED
    } else if matches!(why, Refusal::SignInLocked | Refusal::TooFast) {
        StatusCode::TOO_MANY_REQUESTS
    } else if why == Refusal::NotYourRight {
        StatusCode::FORBIDDEN
    } else if matches!(why, Refusal::NotFound | Refusal::NobodyThere | Refusal::CodeUnknown) {
        StatusCode::NOT_FOUND
    } else if why == Refusal::CodeExpired {
        StatusCode::GONE
    } else if why == Refusal::Malformed {
        StatusCode::BAD_REQUEST
    } else if matches!(why, Refusal::Full | Refusal::OutsideSilent | Refusal::FontMissing) {
        StatusCode::SERVICE_UNAVAILABLE
    } else if why == Refusal::FileTooLarge {
        StatusCode::PAYLOAD_TOO_LARGE
    } else if matches!(why, Refusal::FileNotReadable | Refusal::FileEncrypted) {
        StatusCode::UNSUPPORTED_MEDIA_TYPE
    } else if matches!(
        why,
        Refusal::ServerFault | Refusal::EvidenceAltered | Refusal::RecordAltered
    ) {
        StatusCode::INTERNAL_SERVER_ERROR
    } else {
        StatusCode::CONFLICT
    }
}

/// Every path.
pub(crate) fn router(app: Arc<App>) -> Router {
    let state = Arc::clone(&app);
    Router::new()
        .route("/api/me", get(me))
        .route("/api/sign-in", post(credentials::sign_in))
        .route("/api/sign-out", post(credentials::sign_out))
        .route("/api/join", post(credentials::join))
        .route("/api/docket", get(docket))
        .route("/api/hearings/{hearing}/participants/{participant}/code", post(issue_code))
        .route("/api/archive", get(archive::list))
        .route("/api/archive/{hearing}", get(archive::record))
        .route("/api/archive/{hearing}/verify", get(archive::verify))
        .route(
            "/api/archive/{hearing}/film",
            get(films::state).post(films::order).delete(films::cancel),
        )
        .route("/api/archive/{hearing}/film/{file}", get(films::play))
        .route("/api/archive/{hearing}/{participant}/{kind}", get(archive::playable))
        .route("/api/ops", get(ops))
        .route("/api/line-test", get(line_test::down).post(line_test::up))
        .merge(docket_routes())
        .route("/api/{*rest}", any(nothing))
        .route("/ws/{hearing}", any(enter::enter))
        .route("/metrics", get(metrics))
        .route("/health", get(health))
        .merge(desk::routes())
        .merge(whip::routes())
        .merge(evidence::routes())
        .merge(faces::routes())
        .merge(proofs::routes())
        .merge(documents::routes())
        .merge(package::routes())
        .merge(check_value::routes())
        .merge(transcript::routes())
        .merge(audit::routes())
        .merge(custody::routes())
        .merge(retention::routes())
        .merge(viewing::routes())
        .merge(real_names::routes())
        .fallback(file)
        .layer(middleware::from_fn_with_state(state, guard))
        .with_state(app)
}

/// The paths of the docket; `http/openapi.rs` describes them.
fn docket_routes() -> Router<Arc<App>> {
    use {case_system as system, papers, places, sessions};
    Router::new()
        .route("/api/openapi.json", get(openapi::serve))
        .route("/api/hearings", post(sessions::add))
        .route("/api/hearings/{hearing}", get(sessions::read).put(sessions::change))
        .route("/api/hearings/{hearing}/reschedule", post(sessions::reschedule))
        .route("/api/hearings/{hearing}/call-off", post(sessions::call_off))
        .route("/api/hearings/{hearing}/participants/{participant}/consents", post(papers::consent))
        .route("/api/hearings/{hearing}/notices", post(papers::send))
        .route(
            "/api/hearings/{hearing}/handover",
            get(system::handover).post(system::push_handover),
        )
        .route("/api/notices/{notice}", post(papers::receipt))
        .route("/api/my", get(my::read))
        .route("/api/my/open", post(my::open))
        .route("/api/my/notice", post(my::confirm))
        .route("/api/my/consent", post(my::agree))
        .route("/api/my/enter", post(my::enter))
        .route("/api/calendar", get(sessions::calendar))
        .route("/api/announcements", get(places::announcements))
        .route("/api/statistics", get(places::statistics))
        .route("/api/statistics.csv", get(places::statistics_csv))
        .route("/api/sites", get(places::list))
        .route("/api/sites/import", post(places::import))
        .route("/api/working-days", get(places::working_days).put(places::set_working_days))
        .route("/api/glossary", get(glossary::list).put(glossary::set))
        .route("/api/mediations", get(places::applications).post(places::apply))
        .route("/api/mediations/{application}/acts", post(places::act))
        .route("/api/import", post(system::import))
        .route("/api/export", get(system::export))
        .route("/api/webhooks", get(system::webhooks).post(system::add_webhook))
        .route("/api/webhooks/{webhook}", delete(system::drop_webhook))
        .route("/api/tokens", post(system::add_token))
        .route("/api/tokens/{token}", delete(system::drop_token))
}

/// Refuses state changes from foreign pages and puts the security headers on every answer.
async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let reading = matches!(*request.method(), Method::GET | Method::HEAD);
    let is_api = request.uri().path().starts_with("/api");
    let socket = request.uri().path().starts_with("/ws/");
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.filter(|host| {
        host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']'))
    });
    // Old browsers do not count wss: to the own host as 'self'.
    let sockets = host.map(|host| format!(" wss://{host}")).unwrap_or_default();
    // What takes no cookie cannot be tricked into using one.
    let by_token = whip::is_path(request.uri().path())
        || case_system::is_by_token(request.uri().path(), request.headers());
    let foreign = (!reading || socket) && !by_token && !is_same_origin(request.headers());
    let (asked, from) =
        ((request.method().clone(), request.uri().clone()), request.headers().clone());
    let mut response = if foreign {
        Refused(Refusal::NotYourRight).into_response()
    } else {
        next.run(request).await
    };
    if response.status() == StatusCode::FORBIDDEN {
        audit::denied(&app, &from, &asked.0, asked.1.path()).await;
    }
    let headers = response.headers_mut();
    let policy = format!(
        "default-src 'self'; connect-src 'self'{sockets}; media-src 'self' blob:; img-src 'self' \
         data: blob:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'"
    );
    // A file of somebody's has a stricter policy of its own.
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(policy);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(
        "permissions-policy",
        HeaderValue::from_static(
            "camera=(self), microphone=(self), display-capture=(self), geolocation=(), payment=()",
        ),
    );
    if app.real_certificate {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    if is_api {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

async fn body<T: DeserializeOwned>(body: Body) -> Result<T, Refused> {
    let bytes = to_bytes(body, BODY_BYTES_MAX).await.map_err(|_| Refusal::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_| Refused(Refusal::Malformed))
}

fn hearing_id(text: &str) -> Result<HearingId, Refused> {
    text.parse().map(HearingId).map_err(|_| Refused(Refusal::NotFound))
}

fn participant_id(text: &str) -> Result<ParticipantId, Refused> {
    text.parse().map(ParticipantId).map_err(|_| Refused(Refusal::NotFound))
}

fn who_am_i(who: Who) -> WhoAmI {
    match who {
        Who::Nobody => WhoAmI::Nobody {},
        Who::Staff(account) => WhoAmI::Staff { name: account.shown_name, staff: account.kind },
        Who::Seat(seat) => WhoAmI::Seat { seat },
    }
}

async fn me(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Json<WhoAmI>, Refused> {
    Ok(Json(who_am_i(app.who(&headers).await?)))
}

async fn docket(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Json<DocketList>, Refused> {
    let who = app.who(&headers).await?;
    let account = who.court()?;
    let entries = app.docket.entries_of(account.id).await?;
    let hearings = entries
        .into_iter()
        .filter_map(|entry| {
            let my_seat = entry.seat_of(account.id)?;
            let stage = stage_of(&app, &entry);
            let Entry { hearing, heading, people, .. } = entry;
            Some(DocketLine { hearing, my_seat, heading, stage, people })
        })
        .collect();
    Ok(Json(DocketList { hearings }))
}

fn stage_of(app: &App, entry: &Entry) -> Stage {
    let resting = if entry.closed { Stage::Closed } else { Stage::Scheduled };
    app.hearings.stage(entry.hearing).unwrap_or(resting)
}

async fn issue_code(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path((hearing, participant)): Path<(String, String)>,
) -> Result<Json<CodeIssued>, sessions::Failed> {
    let (account, entry) = sessions::editable(&app, &headers, &hearing).await?;
    let (hearing, participant) = (entry.hearing, participant_id(&participant)?);
    let issued = app.docket.issue_code(hearing, participant, app.clock.now().utc).await?;
    let issued = issued.ok_or(Refusal::NobodyThere)?;
    let hand = Hand::court(&account).about(participant);
    audit::note(&app, &hand, hearing, AuditAct::CodeIssued, "", "done").await?;
    app.hearings.expel(hearing, participant).await;
    tracing::info!(%hearing, %participant, "join code issued");
    Ok(Json(issued))
}

async fn ops(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Json<OpsPicture>, Refused> {
    app.who(&headers).await?.ops()?;
    let figures = (app.figures)();
    Ok(Json(OpsPicture {
        server_time: app.clock.now().utc,
        started_at: app.started_at,
        version: app.version.to_owned(),
        archive_free_bytes: figures.archive_free_bytes,
        forward_delay_micros: figures.forward_delay_micros,
        copy: figures.copy,
        reconciled: figures.reconciled,
        hearings: app.hearings.pictures(),
    }))
}

async fn metrics(
    State(app): State<Arc<App>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Refused> {
    let from = peer.remote.reveal().ip().to_canonical();
    if !from.is_loopback() && !app.metrics_from.contains(&from) {
        app.who(&headers).await?.ops()?;
    }
    let mut text = Vec::new();
    TextEncoder::new().encode(&app.registry.gather(), &mut text).map_err(|fault| {
        tracing::error!(%fault, "cannot write the metrics");
        Refusal::ServerFault
    })?;
    let media = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    Ok((media, text))
}

async fn health() -> &'static str {
    "ok\n"
}

async fn nothing() -> Refused {
    Refused(Refusal::NotFound)
}

async fn file(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    web::answer(&method, &uri, &headers)
}

async fn seat_in(
    app: &App,
    who: &Who,
    hearing: HearingId,
) -> Result<Option<ParticipantId>, Refused> {
    match who {
        Who::Nobody => Ok(None),
        Who::Seat(pass) => Ok((pass.hearing == hearing).then_some(pass.participant)),
        Who::Staff(account) => {
            let entry = app.docket.entry(hearing).await?;
            Ok(entry.and_then(|entry| entry.seat_of(account.id)))
        }
    }
}

#[cfg(test)]
mod tests;
