//! A record as people of the case see it: by an expiring link or by the seat they had. They ask for
//! a view or a copy, and what was granted is shown with their name over it; every view is written
//! down (法释〔2017〕5号 art. 10 and 11).
//!
//! What is not here: granting (`http/custody.rs`). The picture of somebody who was shielded, and
//! what was not recorded, is in none of it.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::HeaderMap;
use axum::http::header::{self, HeaderValue};
use axum::response::{AppendHeaders, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use model::archive::{ArchiveRecord, Playable};
use model::films::{FilmFile, FilmState};
use model::limits::TEXT_CHARS_MAX;
use model::{Fact, HearingId, ParticipantId, Private, Refusal, Timestamp};
use protocol::{
    AuditAct, CopyKind, CopyRequest, CopyState, NewCopyRequest, OpenView, PartyView, PhaseMark,
    RecordStage,
};

use super::archive::{Tape, blocking, call, send};
use super::audit::{Hand, note};
use super::custody::{may_read, seen_now};
use super::{App, Refused, body, participant_id};
use crate::access::{Key, SEAT_COOKIE, cookie, set_cookie};
use crate::docket::{Decision, Entry, Seated, phases};
use crate::tls::Peer;

/// The cookie of a link that was opened.
const VIEW_COOKIE: &str = "assize_view";
/// Who refuses what the rule refuses.
const BY_RULE: &str = "系统（依规定）";

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/view", get(read))
        .route("/api/view/open", post(open))
        .route("/api/view/requests", post(ask))
        .route("/api/view/sound", get(sound))
        .route("/api/view/{participant}/{kind}", get(play))
}

/// Somebody of the case, and what they are to the record.
struct Me {
    entry: Entry,
    seated: Seated,
    hearing: HearingId,
    who: ParticipantId,
    hand: Hand,
}

impl Me {
    async fn of(app: &App, hearing: HearingId, who: ParticipantId) -> Result<Self, Refused> {
        let entry = app.docket.entry(hearing).await?.ok_or(Refusal::NotFound)?;
        let seated = entry.person(who).cloned().ok_or(Refusal::NotFound)?;
        if !may_read(seated.attendee.role) {
            return Err(Refusal::NotYourRight.into());
        }
        let by = format!("{}（本案当事人一方 {who}）", seated.attendee.name.reveal());
        let hand = Hand { by: Private::new(by), concerns: Some(who) };
        Ok(Self { entry, seated, hearing, who, hand })
    }

    /// By the link that was opened last, or else by the seat.
    async fn find(app: &App, headers: &HeaderMap) -> Result<Self, Refused> {
        let now = app.clock.now().utc;
        if let Some(key) = cookie(headers, VIEW_COOKIE)
            && let Some((hearing, who)) = app.docket.link_opens(&key, now).await?
        {
            return Self::of(app, hearing, who).await;
        }
        let token = cookie(headers, SEAT_COOKIE).ok_or(Refusal::SignInNeeded)?;
        let seat = app.docket.seat(&token, now).await?.ok_or(Refusal::SignInNeeded)?;
        Self::of(app, seat.hearing, seat.participant).await
    }

    async fn requests(&self, app: &App) -> Result<Vec<CopyRequest>, Refused> {
        Ok(app.docket.copy_requests(self.hearing, Some(self.who)).await?)
    }
}

/// Until when something is granted.
fn granted(requests: &[CopyRequest], kinds: &[CopyKind], now: Timestamp) -> Option<Timestamp> {
    let good = |request: &&CopyRequest| {
        request.state == CopyState::Granted && kinds.contains(&request.what)
    };
    let until = requests.iter().filter(good).filter_map(|request| request.until).max();
    until.filter(|until| *until > now)
}

/// Views of every kind.
const VIEWS: [CopyKind; 2] = [CopyKind::View, CopyKind::Transcribe];

/// People whose picture or voice was kept from somebody, now or at any time of the hearing.
#[expect(clippy::wildcard_enum_match_arm, reason = "no other fact shields anybody")]
fn shielded(record: &ArchiveRecord) -> Vec<ParticipantId> {
    let before = record.line.brief.shields.iter().map(|shield| shield.who);
    let during = record.minutes.iter().filter_map(|minute| match &minute.fact {
        Fact::Shielded { shield } => Some(shield.who),
        _ => None,
    });
    before.chain(during).collect()
}

/// The record without what is not for people of the case: whoever was shielded, who was neither of
/// the court nor on the record, and all minutes.
fn pruned(mut record: ArchiveRecord) -> ArchiveRecord {
    let hidden = shielded(&record);
    let is_open = |who: ParticipantId| !hidden.contains(&who);
    record.stretches.retain(|stretch| is_open(stretch.who));
    let recorded = &record.stretches;
    let is_on = |who: ParticipantId| recorded.iter().any(|stretch| stretch.who == who);
    record
        .line
        .attendees
        .retain(|person| is_open(person.id) && (person.role.is_court() || is_on(person.id)));
    let brief = &mut record.line.brief;
    brief.shields.clear();
    brief.notice_unconfirmed.clear();
    brief.elsewhere_approved = Private::default();
    record.voices.retain(|stretch| is_open(stretch.who));
    record.gaps.retain(|gap| gap.track.is_none_or(|track| is_open(track.participant)));
    record.minutes.clear();
    record
}

async fn page(app: &App, me: &Me) -> Result<PartyView, Refused> {
    let (hearing, now) = (me.hearing, app.clock.now().utc);
    let requests = me.requests(app).await?;
    let found = app.docket.filed_one(hearing).await?;
    let stage = found.map_or(RecordStage::Open, |found| found.stage);
    let view_until = granted(&requests, &VIEWS, now);
    let mut marks = Vec::new();
    let record = if view_until.is_some() && stage == RecordStage::Archived {
        let record = call(app, &app.reads, move |archive| archive.record(hearing)).await?;
        let began = phases(record.minutes.iter(), record.media_zero, record.media_ms);
        marks.extend(began.into_iter().map(|(phase, at_ms)| PhaseMark { phase, at_ms }));
        seen_now(app, &me.hand, hearing, AuditAct::Viewed, "").await?;
        Some(pruned(record))
    } else {
        None
    };
    let films = Arc::clone(&app.films);
    let film = blocking(app, &app.reads, move || Ok(films.state(hearing))).await?;
    Ok(PartyView {
        hearing,
        heading: me.entry.heading.clone(),
        who: me.who,
        name: me.seated.attendee.name.clone(),
        now,
        stage,
        record,
        phases: marks,
        view_until,
        sound_until: granted(&requests, &[CopyKind::Audio], now),
        sound_ready: matches!(film, FilmState::Ready { .. }),
        requests,
        audit: app.docket.audit_of(hearing, Some(me.who)).await?,
    })
}

async fn open(
    State(app): State<Arc<App>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    request: Body,
) -> Result<impl IntoResponse, Refused> {
    let OpenView { key } = body(request).await?;
    let now = app.clock.now();
    let guesses = Key::codes(peer.remote.reveal().ip());
    app.attempts().begin(&guesses, now.instant)?;
    let opens = app.docket.link_opens(key.reveal(), now.utc).await?;
    let (hearing, who) = opens.ok_or(Refusal::CodeExpired)?;
    app.attempts().right(&guesses);
    let me = Me::of(&app, hearing, who).await?;
    let page = page(&app, &me).await?;
    Ok((AppendHeaders([(header::SET_COOKIE, set_cookie(VIEW_COOKIE, &key))]), Json(page)))
}

async fn read(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Json<PartyView>, Refused> {
    let me = Me::find(&app, &headers).await?;
    Ok(Json(page(&app, &me).await?))
}

/// Asks for a view or a copy. A copy of the pictures is refused at once, by the rule.
async fn ask(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    request: Body,
) -> Result<Json<PartyView>, Refused> {
    let me = Me::find(&app, &headers).await?;
    let NewCopyRequest { what, reason } = body(request).await?;
    if reason.reveal().trim().is_empty() {
        return Err(Refusal::ReasonMissing.into());
    }
    if reason.reveal().chars().count() > TEXT_CHARS_MAX {
        return Err(Refusal::TextTooLong.into());
    }
    let at = app.clock.now().utc;
    let refused = (what == CopyKind::Video).then(|| Decision {
        state: CopyState::Refused,
        by: BY_RULE.into(),
        reason: Refusal::NoVideoCopies.chinese().into(),
        at,
        until: None,
    });
    let asked = (what, &reason, at);
    let kept = app.docket.ask_for_copy(me.hearing, me.who, asked, refused.as_ref()).await?;
    let detail = format!("{what:?} {}", reason.reveal());
    let result = match (&kept, &refused) {
        (Err(_), _) => "too_fast",
        (Ok(()), Some(_)) => "no_video_copies",
        (Ok(()), None) => "done",
    };
    note(&app, &me.hand, me.hearing, AuditAct::Asked, &detail, result).await?;
    kept?;
    let state = if refused.is_some() { "refused" } else { "waiting" };
    app.metrics.custody.copy_requests.with_label_values(&[state]).inc();
    Ok(Json(page(&app, &me).await?))
}

/// Nothing of it stays in a browser's cache.
fn uncached(mut response: Response) -> Response {
    let fields = response.headers_mut();
    fields.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn play(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path((participant, kind)): Path<(String, String)>,
) -> Result<Response, Refused> {
    let me = Me::find(&app, &headers).await?;
    let screen = match kind.as_str() {
        "camera" => false,
        "screen" => true,
        _ => return Err(Refusal::NotFound.into()),
    };
    let (hearing, who) = (me.hearing, participant_id(&participant)?);
    handed_out(&app, &me, &VIEWS).await?;
    let record = call(&app, &app.reads, move |archive| archive.record(hearing)).await?;
    if shielded(&record).contains(&who) {
        return Err(Refusal::NotFound.into());
    }
    let found =
        call(&app, &app.reads, move |archive| archive.playable(hearing, who, screen)).await?;
    seen_now(&app, &me.hand, hearing, AuditAct::Played, &format!("{who} {kind}")).await?;
    let tape = Tape::Person { hearing, who, screen };
    Ok(uncached(send(app, tape, found, &headers)))
}

/// Whether it was granted, and the record is filed away.
async fn handed_out(app: &App, me: &Me, kinds: &[CopyKind]) -> Result<(), Refused> {
    let requests = me.requests(app).await?;
    granted(&requests, kinds, app.clock.now().utc).ok_or(Refusal::NotGranted)?;
    match app.docket.filed_one(me.hearing).await?.map(|found| found.stage) {
        Some(RecordStage::Archived) => Ok(()),
        Some(RecordStage::Unexplained) => Err(Refusal::ExplanationMissing.into()),
        Some(RecordStage::Open) | None => Err(Refusal::NotSealed.into()),
    }
}

/// The copy of the sound: the composed film's, without pictures. Where somebody's voice was kept
/// from others there is none: the court makes one by hand.
async fn sound(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, Refused> {
    let me = Me::find(&app, &headers).await?;
    let hearing = me.hearing;
    handed_out(&app, &me, &[CopyKind::Audio]).await?;
    let record = call(&app, &app.reads, move |archive| archive.record(hearing)).await?;
    if !shielded(&record).is_empty() {
        return Err(Refusal::NotYourRight.into());
    }
    let films = Arc::clone(&app.films);
    let film = blocking(&app, &app.reads, move || Ok(films.state(hearing))).await?;
    let FilmState::Ready { sound_bytes, .. } = film else {
        return Err(Refusal::NotFound.into());
    };
    seen_now(&app, &me.hand, hearing, AuditAct::SoundTaken, "").await?;
    let tape = Tape::Film { hearing, file: FilmFile::Sound };
    let found = Playable { media_type: "audio/mp4", bytes: sound_bytes };
    let mut response = uncached(send(app, tape, found, &headers));
    let name = format!("attachment; filename=\"{hearing}.m4a\"");
    if let Ok(name) = HeaderValue::from_str(&name) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}
