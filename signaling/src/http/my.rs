//! A person's own page over HTTP: opened by join code or by the link of a notice, it shows what the
//! person was told, takes their confirmation and consents, and lets them into their seat.
//!
//! What is not here: sending notices (`http/papers.rs`), and what a card is (`docket/cards.rs`).

use std::sync::Arc;

use ::docket::api::{MyConsent, MyNotice, MyPage, MyPlace, MyStep, NewConsent, OpenMine};
use ::docket::entering::EntryWay;
use ::docket::{ConsentForm, NoticeState, consent};
use axum::Json;
use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use axum::response::{AppendHeaders, IntoResponse};
use model::limits::{CONSENTS_SAID_MAX, DOCKET_BODY_BYTES_MAX, JOIN_CODE_DIGITS};
use model::{HearingId, ParticipantId, Private, Refusal, Stage};

use super::credentials::{digits, end_credentials};
use super::sessions::{Failed, large};
use super::{App, real_names, stage_of, who_am_i};
use crate::access::{
    CARD_COOKIE, Key, SEAT_COOKIE, STAFF_COOKIE, Who, clear_cookie, cookie, set_cookie,
};
use crate::docket::{CodeOpens, CodeUse, Entry, Seated};
use crate::tls::Peer;

/// How a person's own page confirms.
const BY_PAGE: &str = "本人在线确认";

/// In whose name the page asks, and whether this browser has the seat too.
pub(super) struct Me {
    hearing: HearingId,
    who: ParticipantId,
    seated: bool,
}

/// The page that was opened last counts; without one, the seat.
pub(super) async fn me(app: &App, headers: &HeaderMap) -> Result<Me, Failed> {
    let seat = match cookie(headers, SEAT_COOKIE) {
        Some(token) => app.docket.seat(&token, app.clock.now().utc).await?,
        None => None,
    };
    if let Some(card) = cookie(headers, CARD_COOKIE)
        && let Some((hearing, who)) = app.docket.card_of(&card).await?
    {
        let seated = seat.is_some_and(|seat| seat.participant == who);
        return Ok(Me { hearing, who, seated });
    }
    let seat = seat.ok_or(Refusal::SignInNeeded)?;
    Ok(Me { hearing: seat.hearing, who: seat.participant, seated: true })
}

/// The hearing and the person in whose name a page asks, by seat or card.
pub(super) async fn person(
    app: &App,
    headers: &HeaderMap,
) -> Result<(HearingId, ParticipantId), Failed> {
    let me = me(app, headers).await?;
    Ok((me.hearing, me.who))
}

/// The person and their sitting.
pub(super) async fn found(app: &App, me: &Me) -> Result<(Entry, Seated), Failed> {
    let entry = app.docket.entry(me.hearing).await?.ok_or(Refusal::NotFound)?;
    let seated = entry.person(me.who).cloned().ok_or(Refusal::NotFound)?;
    Ok((entry, seated))
}

pub(super) async fn page(app: &App, me: &Me) -> Result<MyPage, Failed> {
    let (entry, Seated { attendee, joined, .. }) = found(app, me).await?;
    let notice = app.docket.last_notice(me.who).await?;
    let notice = notice
        .map(|(_, text, state)| MyNotice { text, confirmed: state == NoticeState::Confirmed });
    let said = app.docket.consents_of(me.who).await?;
    let step = |step| {
        let last = said.iter().rev().find(|line| line.step == step);
        MyStep { step, given: last.map(|line| line.given), at: last.map(|line| line.at) }
    };
    let steps = consent::asked(&entry.brief, attendee.role, attendee.attendance);
    let in_court = attendee.attendance == model::Attendance::InCourt;
    let site = attendee.site.or(entry.site.filter(|_| in_court));
    let places = app.docket.sites().await?;
    let place = places.into_iter().find(|line| Some(line.id) == site).map(|line| MyPlace {
        name: line.name,
        address: line.address,
        contact: line.contact,
        phone: line.phone,
    });
    Ok(MyPage {
        hearing: entry.hearing,
        role: attendee.role,
        name: attendee.name,
        kind: entry.brief.kind,
        minutes: entry.minutes,
        mode: entry.mode,
        attendance: attendee.attendance,
        place,
        stage: stage_of(app, &entry),
        closing: entry.closing,
        notice,
        steps: steps.into_iter().map(step).collect(),
        real_name: real_names::mine(app, &entry, me.who).await?,
        seated: me.seated,
        taken: joined,
        heading: entry.heading,
    })
}

/// Opens the page of whoever has the code or the link, in this browser.
pub(super) async fn open(
    State(app): State<Arc<App>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    headers: HeaderMap,
    body: Body,
) -> Result<impl IntoResponse, Failed> {
    let OpenMine { key } = large(body, DOCKET_BODY_BYTES_MAX).await?;
    let now = app.clock.now();
    let guesses = Key::codes(peer.remote.reveal().ip());
    app.attempts().begin(&guesses, now.instant)?;
    let code = digits(key.reveal());
    let is_code = code.len() == JOIN_CODE_DIGITS && code.bytes().all(|b| b.is_ascii_digit());
    let (hearing, who) = if is_code {
        match app.docket.code_opens(&code, now.utc).await? {
            CodeOpens::Page(hearing, who) => (hearing, who),
            CodeOpens::Unknown => return Err(Refusal::CodeUnknown.into()),
            CodeOpens::Expired => return Err(Refusal::CodeExpired.into()),
        }
    } else {
        app.docket.card_of(key.reveal()).await?.ok_or(Refusal::CodeUnknown)?
    };
    app.attempts().right(&guesses);
    let card = app.docket.card(who).await?.ok_or(Refusal::CodeExpired)?;
    let seat = match cookie(&headers, SEAT_COOKIE) {
        Some(token) => app.docket.seat(&token, now.utc).await?,
        None => None,
    };
    let seated = seat.is_some_and(|seat| seat.participant == who);
    let from = peer.remote.reveal().ip();
    real_names::note_entry(&app, &headers, from, who, EntryWay::Page).await;
    let page = page(&app, &Me { hearing, who, seated }).await?;
    Ok((AppendHeaders([(SET_COOKIE, set_cookie(CARD_COOKIE, &card))]), Json(page)))
}

pub(super) async fn read(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Json<MyPage>, Failed> {
    let me = me(&app, &headers).await?;
    Ok(Json(page(&app, &me).await?))
}

/// The person confirms that they had the notice.
pub(super) async fn confirm(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Json<MyPage>, Failed> {
    let me = me(&app, &headers).await?;
    let (notice, _, _) = app.docket.last_notice(me.who).await?.ok_or(Refusal::NotFound)?;
    let now = app.clock.now().utc;
    app.docket.receipt(notice, NoticeState::Confirmed, BY_PAGE, "", now).await?;
    answer(&app, &me).await
}

/// The person says whether they agree to hold a step online. Once the sitting has begun it is said
/// in the sitting, where it is a minute.
pub(super) async fn agree(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<MyPage>, Failed> {
    let me = me(&app, &headers).await?;
    let MyConsent { step, given } = large(body, DOCKET_BODY_BYTES_MAX).await?;
    let (entry, seated) = found(&app, &me).await?;
    let (role, how) = (seated.attendee.role, seated.attendee.attendance);
    if !consent::asked(&entry.brief, role, how).contains(&step) {
        return Err(Refusal::NotPlausible.into());
    }
    if stage_of(&app, &entry) != Stage::Scheduled {
        return Err(Refusal::WrongStage.into());
    }
    let said = app.docket.consents_of(me.who).await?;
    let last = said.iter().rev().find(|line| line.step == step);
    if last.is_none_or(|line| line.given != given) {
        if said.len() >= usize::from(CONSENTS_SAID_MAX) {
            return Err(Refusal::TooFast.into());
        }
        let form = ConsentForm::Online;
        let consent = NewConsent { step, given, form, told: Private::default() };
        app.docket.consent(me.who, &consent, None, app.clock.now().utc).await?;
    }
    answer(&app, &me).await
}

/// Tells the live sitting what changed, and shows the page anew.
async fn answer(app: &App, me: &Me) -> Result<Json<MyPage>, Failed> {
    if let Some(entry) = app.docket.entry(me.hearing).await? {
        app.hearings.redocket(&entry).await;
    }
    Ok(Json(page(app, me).await?))
}

/// Takes the seat in this browser; whoever has it already keeps it.
pub(super) async fn enter(
    State(app): State<Arc<App>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Failed> {
    let me = me(&app, &headers).await?;
    let now = app.clock.now().utc;
    let mut cookies = vec![(SET_COOKIE, clear_cookie(STAFF_COOKIE))];
    let pass = if me.seated {
        let token = cookie(&headers, SEAT_COOKIE).ok_or(Refusal::SignInNeeded)?;
        app.docket.seat(&token, now).await?.ok_or(Refusal::SignInNeeded)?
    } else {
        match app.docket.use_card(me.who, now).await? {
            CodeUse::Seated { pass, token } => {
                app.metrics.joins.with_label_values(&["done"]).inc();
                cookies.push((SET_COOKIE, set_cookie(SEAT_COOKIE, &token)));
                pass
            }
            CodeUse::Used => return Err(Refusal::CodeUsed.into()),
            CodeUse::Unknown | CodeUse::Expired => return Err(Refusal::CodeExpired.into()),
        }
    };
    let from = peer.remote.reveal().ip();
    real_names::note_entry(&app, &headers, from, me.who, EntryWay::Link).await;
    end_credentials(&app, &headers, false).await?;
    Ok((AppendHeaders(cookies), Json(who_am_i(Who::Seat(pass)))))
}
