//! WHIP (RFC 9725) and WHEP (draft-ietf-wish-whep): how a room encoder, OBS, GStreamer or a plain
//! viewer sits in a hearing by HTTP alone.
//!
//! What is not here: what such a device is to the hearing (`callers`).

use axum::body::{Body, to_bytes};
use axum::http::header::{
    ACCEPT, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ALLOW,
    AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, ETAG, HOST, HeaderName, HeaderValue, IF_MATCH,
    LINK, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE,
};
use axum::response::{IntoResponse, Response};
use model::letters::OfferForm;
use model::limits::{JOIN_CODE_DIGITS, SDP_BYTES_MAX};
use model::{Private, Relay, Role, TrackKind};
use protocol::{Bye, SeatPass};

use super::credentials::digits;
use super::*;
use crate::access::Key;
use crate::callers::{Begun, Call, Claim, Hangup, IfMatch, Patched};
use crate::docket::CodeUse;
use crate::fragment::{Fragment, is_description};
use crate::reach::Reached;
use crate::socket::{House, Visitor};

const SDP: &str = "application/sdp";
const FRAGMENT: &str = "application/trickle-ice-sdpfrag";
/// Bytes of a fragment: a device has some dozens of candidates.
const FRAGMENT_BYTES_MAX: usize = 16 * 1024;
/// Seconds after which a device may try again.
const RETRY_SECONDS: u64 = 5;
const ACCEPT_POST: HeaderName = HeaderName::from_static("accept-post");
const ACCEPT_PATCH: HeaderName = HeaderName::from_static("accept-patch");

/// A request that is not granted.
struct Denied {
    status: StatusCode,
    why: Refusal,
}

impl Denied {
    const fn new(status: StatusCode, why: Refusal) -> Self {
        Self { status, why }
    }
}

impl From<Refused> for Denied {
    fn from(Refused(why): Refused) -> Self {
        Self::from(why)
    }
}

impl From<Refusal> for Denied {
    fn from(why: Refusal) -> Self {
        Self::new(status(why), why)
    }
}

impl From<Hangup> for Denied {
    fn from(why: Hangup) -> Self {
        let (status, why) = match why {
            Hangup::Refused(Refusal::OfferUnusable) => {
                (StatusCode::UNPROCESSABLE_ENTITY, Refusal::OfferUnusable)
            }
            Hangup::Refused(why) => return Self::from(why),
            Hangup::Bye(Bye::Removed) => (StatusCode::FORBIDDEN, Refusal::Removed),
            Hangup::Bye(Bye::SignInNeeded) => (StatusCode::FORBIDDEN, Refusal::CodeExpired),
            Hangup::Bye(Bye::Closed) => (StatusCode::GONE, Refusal::HearingClosed),
            Hangup::Bye(Bye::Replaced) => (StatusCode::CONFLICT, Refusal::AlreadyThere),
            Hangup::Bye(
                Bye::Restart | Bye::Fault | Bye::TooSlow | Bye::Version | Bye::Violation,
            )
            | Hangup::Late
            | Hangup::Silent
            | Hangup::Done => (StatusCode::SERVICE_UNAVAILABLE, Refusal::ServerFault),
        };
        Self::new(status, why)
    }
}

impl IntoResponse for Denied {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(ApiRefusal::from(self.why))).into_response();
        let headers = response.headers_mut();
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, HeaderValue::from(RETRY_SECONDS));
        }
        if self.status == StatusCode::TOO_MANY_REQUESTS {
            headers.insert(RETRY_AFTER, HeaderValue::from(ATTEMPT_WINDOW.as_secs()));
        }
        response
    }
}

/// Every path of both protocols.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/whip/{hearing}", any(encoders))
        .route("/whip/{hearing}/{session}", any(encoder))
        .route("/whep/{hearing}", any(viewers))
        .route("/whep/{hearing}/{session}", any(viewer))
}

/// Whether a path is of these protocols. They take no cookie, so pages of other hosts may use them.
pub(super) fn is_path(path: &str) -> bool {
    path.starts_with("/whip/") || path.starts_with("/whep/")
}

type Shared = State<Arc<App>>;
type Asking = ConnectInfo<Peer>;

async fn encoders(app: Shared, from: Asking, path: Path<String>, request: Request) -> Response {
    endpoint(&app, &from, OfferForm::Encoder, &path, request).await
}

async fn viewers(app: Shared, from: Asking, path: Path<String>, request: Request) -> Response {
    endpoint(&app, &from, OfferForm::Viewer, &path, request).await
}

async fn encoder(
    app: Shared,
    from: Asking,
    path: Path<(String, String)>,
    request: Request,
) -> Response {
    session(&app, &from, OfferForm::Encoder, &path, request).await
}

async fn viewer(
    app: Shared,
    from: Asking,
    path: Path<(String, String)>,
    request: Request,
) -> Response {
    session(&app, &from, OfferForm::Viewer, &path, request).await
}

/// Where sessions are made.
async fn endpoint(
    app: &Arc<App>,
    from: &Peer,
    form: OfferForm,
    hearing: &str,
    request: Request,
) -> Response {
    const METHODS: &str = "OPTIONS, POST";
    let response = match *request.method() {
        Method::OPTIONS => ([(ACCEPT_POST, HeaderValue::from_static(SDP))]).into_response(),
        Method::POST => begin(app, from, form, hearing, request).await.into_response(),
        _ => not_allowed(METHODS),
    };
    open_to_all(response, METHODS)
}

/// One session.
async fn session(
    app: &Arc<App>,
    from: &Peer,
    form: OfferForm,
    (hearing, session): &(String, String),
    request: Request,
) -> Response {
    const METHODS: &str = "DELETE, OPTIONS, PATCH";
    let response = match *request.method() {
        Method::OPTIONS => [(ACCEPT_PATCH, HeaderValue::from_static(FRAGMENT))].into_response(),
        Method::PATCH => patch(app, from, form, hearing, session, request).await.into_response(),
        Method::DELETE => {
            end(app, from, form, hearing, session, request.headers()).await.into_response()
        }
        _ => not_allowed(METHODS),
    };
    open_to_all(response, METHODS)
}

fn not_allowed(methods: &'static str) -> Response {
    let allow = [(ALLOW, HeaderValue::from_static(methods))];
    (StatusCode::METHOD_NOT_ALLOWED, allow).into_response()
}

/// Lets pages of other hosts read the answer: what counts here is the bearer token, which no
/// browser adds by itself.
fn open_to_all(mut response: Response, methods: &'static str) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (ACCESS_CONTROL_ALLOW_METHODS, methods),
        (ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, Content-Type, If-Match"),
        (ACCESS_CONTROL_EXPOSE_HEADERS, "Location, ETag, Link, Accept-Patch, Retry-After"),
        (ACCESS_CONTROL_MAX_AGE, "600"),
        (CACHE_CONTROL, "no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// `POST`: a new session.
async fn begin(
    app: &Arc<App>,
    from: &Peer,
    form: OfferForm,
    hearing: &str,
    request: Request,
) -> Result<Response, Denied> {
    let seat = seat(app, from, request.headers(), form, hearing).await?;
    if !is_media(request.headers(), SDP) {
        return Err(Denied::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, Refusal::Malformed));
    }
    if !accepts_sdp(request.headers()) {
        return Err(Denied::new(StatusCode::NOT_ACCEPTABLE, Refusal::Malformed));
    }
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let reached = Reached::private(from.local.reveal(), host, from.remote.reveal());
    let offer = text(request.into_body(), SDP_BYTES_MAX).await?;
    if !is_description(offer.reveal()) {
        return Err(Denied::from(Refusal::Malformed));
    }
    let (hearing, who) = (seat.hearing, seat.participant);
    let call = Call {
        visitor: Visitor { hearing, who, reached },
        form,
        offer,
        session: app.docket.token(),
        place: app.open_sockets.clone(),
    };
    let house = House {
        hearings: app.hearings.clone(),
        clock: app.clock.clone(),
        metrics: app.metrics.clone(),
        evidence: app.evidence.clone(),
    };
    let begun = app.callers.begin(call, house).await?;
    tracing::info!(%hearing, %who, ?form, "a device without a page is in");
    created(form, hearing, &begun)
}

fn created(form: OfferForm, hearing: HearingId, begun: &Begun) -> Result<Response, Denied> {
    let protocol = if form == OfferForm::Viewer { "whep" } else { "whip" };
    let location = format!("/{protocol}/{}/{}", hearing.0, begun.session.reveal());
    let body = begun.answer.reveal().clone();
    let mut response = (StatusCode::CREATED, [(CONTENT_TYPE, SDP)], body).into_response();
    let headers = response.headers_mut();
    headers.insert(LOCATION, header(&location)?);
    headers.insert(ETAG, header(&begun.etag)?);
    headers.insert(ACCEPT_PATCH, HeaderValue::from_static(FRAGMENT));
    for relay in &begun.relays {
        for link in links(relay) {
            headers.append(LINK, header(&link)?);
        }
    }
    Ok(response)
}

fn header(text: &str) -> Result<HeaderValue, Denied> {
    let mut value = HeaderValue::from_str(text).map_err(|_| {
        tracing::error!("an answer does not fit into a header");
        Denied::from(Refusal::ServerFault)
    })?;
    value.set_sensitive(true);
    Ok(value)
}

/// A relay in the words of RFC 9725 §4.6. Not over UDP: where that passes, the direct path does too,
/// and an encoder that uses one socket for both would take the one for the other.
fn links(relay: &Relay) -> impl Iterator<Item = String> {
    let (name, password) = (relay.username.reveal(), relay.credential.reveal());
    relay.urls.iter().filter(|url| !url.ends_with("?transport=udp")).map(move |url| {
        format!(
            "<{url}>; rel=\"ice-server\"; username=\"{name}\"; credential=\"{password}\"; \
             credential-type=\"password\""
        )
    })
}

/// `PATCH`: candidates, or an ICE restart.
async fn patch(
    app: &Arc<App>,
    from: &Peer,
    form: OfferForm,
    hearing: &str,
    session: &str,
    request: Request,
) -> Result<Response, Denied> {
    let seat = seat(app, from, request.headers(), form, hearing).await?;
    if !is_media(request.headers(), FRAGMENT) {
        return Err(Denied::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, Refusal::Malformed));
    }
    let about = if_match(request.headers())?;
    let fragment = text(request.into_body(), FRAGMENT_BYTES_MAX).await?;
    let fragment = Fragment::read(fragment.reveal()).ok_or(Refusal::Malformed)?;
    let (hearing, who) = (seat.hearing, seat.participant);
    let claim = Claim { session, hearing, who, form };
    let patched = app.callers.patch(claim, about, fragment).await.ok_or(Refusal::NotFound)??;
    match patched {
        Patched::Trickled => Ok(StatusCode::NO_CONTENT.into_response()),
        Patched::Restarted { etag, fragment } => {
            let body = fragment.reveal().clone();
            let mut response = ([(CONTENT_TYPE, FRAGMENT)], body).into_response();
            response.headers_mut().insert(ETAG, header(&etag)?);
            Ok(response)
        }
        Patched::Stale => Err(Denied::new(StatusCode::PRECONDITION_FAILED, Refusal::OfferUnusable)),
        Patched::Unfit => Err(Denied::from(Refusal::Malformed)),
        Patched::Refused(why) => Err(Denied::from(Hangup::Refused(why))),
    }
}

/// `DELETE`: the end of a session.
async fn end(
    app: &Arc<App>,
    from: &Peer,
    form: OfferForm,
    hearing: &str,
    session: &str,
    headers: &HeaderMap,
) -> Result<StatusCode, Denied> {
    let seat = seat(app, from, headers, form, hearing).await?;
    let claim = Claim { session, hearing: seat.hearing, who: seat.participant, form };
    if app.callers.end(claim).await { Ok(StatusCode::OK) } else { Err(Refusal::NotFound.into()) }
}

/// The seat a bearer token stands for: a join code as it is read out, or the token of a seat.
async fn seat(
    app: &App,
    from: &Peer,
    headers: &HeaderMap,
    form: OfferForm,
    hearing: &str,
) -> Result<SeatPass, Denied> {
    const UNKNOWN: Denied = Denied::new(StatusCode::UNAUTHORIZED, Refusal::CodeUnknown);
    let token = bearer(headers).ok_or(Denied::from(Refusal::SignInNeeded))?;
    let now = app.clock.now();
    let code = digits(&token);
    let is_code = code.len() == JOIN_CODE_DIGITS && code.bytes().all(|byte| byte.is_ascii_digit());
    let seat = if is_code {
        let key = Key::codes(from.remote.reveal().ip());
        app.attempts().begin(&key, now.instant)?;
        match app.docket.use_code_for_device(&code, now.utc).await.map_err(Refused::from)? {
            CodeUse::Seated { pass, .. } => {
                app.attempts().right(&key);
                pass
            }
            CodeUse::Unknown => return Err(UNKNOWN),
            CodeUse::Used => return Err(Denied::new(StatusCode::FORBIDDEN, Refusal::CodeUsed)),
            CodeUse::Expired => {
                return Err(Denied::new(StatusCode::FORBIDDEN, Refusal::CodeExpired));
            }
        }
    } else {
        app.docket.seat(&token, now.utc).await.map_err(Refused::from)?.ok_or(UNKNOWN)?
    };
    let may = match form {
        OfferForm::Viewer => seat.role == Role::Gallery,
        OfferForm::Page | OfferForm::Encoder => seat.role.may_publish(TrackKind::Microphone),
    };
    if hearing_id(hearing)? != seat.hearing || !may {
        return Err(Refusal::NotYourRight.into());
    }
    Ok(seat)
}

/// The token of `Authorization: Bearer …` (RFC 6750 §2.1).
fn bearer(headers: &HeaderMap) -> Option<String> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then(|| token.to_owned())
}

/// Whether the body is said to be of this kind.
fn is_media(headers: &HeaderMap, kind: &str) -> bool {
    let said = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    said.and_then(|said| said.split(';').next())
        .is_some_and(|said| said.trim().eq_ignore_ascii_case(kind))
}

/// Whether the device takes an answer (RFC 9110 §12.5.1); weights aside.
fn accepts_sdp(headers: &HeaderMap) -> bool {
    let mut named = headers.get_all(ACCEPT).iter().peekable();
    named.peek().is_none()
        || named
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .filter_map(|range| range.split(';').next())
            .any(|range| matches!(range.trim(), "*/*" | "application/*" | SDP))
}

/// Which ICE session a request is about (RFC 9725 §4.3.1).
fn if_match(headers: &HeaderMap) -> Result<IfMatch, Denied> {
    const NEEDED: Denied = Denied::new(StatusCode::PRECONDITION_REQUIRED, Refusal::Malformed);
    let tag = headers.get(IF_MATCH).ok_or(NEEDED)?.to_str().map_err(|_| Refusal::Malformed)?;
    // The RFC's example has it in quotes.
    let any = matches!(tag.trim(), "*" | "\"*\"");
    Ok(if any { IfMatch::Any } else { IfMatch::Tag(tag.trim().to_owned()) })
}

/// A body of at most `max` bytes of text.
async fn text(body: Body, max: usize) -> Result<Private<String>, Denied> {
    const TOO_LARGE: Denied = Denied::new(StatusCode::PAYLOAD_TOO_LARGE, Refusal::TextTooLong);
    let bytes = to_bytes(body, max).await.map_err(|_| TOO_LARGE)?;
    let text = String::from_utf8(bytes.to_vec()).map_err(|_| Denied::from(Refusal::Malformed))?;
    Ok(Private::new(text))
}
