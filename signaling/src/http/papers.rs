//! Consents and notices over HTTP, as the clerk works on them.
//!
//! What is not here: carrying notices (`courier`), and the person's own page (`http/my.rs`).

use std::sync::Arc;

use ::docket::api::{NewConsent, NewNotice, NewReceipt};
use ::docket::{Channel, FieldFault, NoticeState, announcement};
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use model::limits::{DOCKET_BODY_BYTES_MAX, TEXT_CHARS_MAX};
use model::{Private, Refusal};

use super::case_system::bearer;
use super::sessions::{Failed, editable, large, may_edit, session_of, wrong};
use super::{App, participant_id};
use crate::courier::{Courier, Hooks, Letter, Outbox};
use crate::docket::{DocketFault, Entry, Seated};

pub(super) async fn consent(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path((hearing, participant)): Path<(String, String)>,
    body: Body,
) -> Result<Json<::docket::api::Session>, Failed> {
    let (account, entry) = editable(&app, &headers, &hearing).await?;
    let who = participant_id(&participant)?;
    entry.person(who).ok_or(Refusal::NobodyThere)?;
    let consent: NewConsent = large(body, DOCKET_BODY_BYTES_MAX).await?;
    if consent.told.reveal().chars().count() > TEXT_CHARS_MAX {
        return Err(wrong("told", FieldFault::TooLong));
    }
    app.docket.consent(who, &consent, Some(account.id), app.clock.now().utc).await?;
    refresh(&app, &entry).await
}

/// Reads the sitting again, tells its live hearing, and answers it.
async fn refresh(app: &App, entry: &Entry) -> Result<Json<::docket::api::Session>, Failed> {
    let entry = app.docket.entry(entry.hearing).await?.ok_or(Refusal::NotFound)?;
    app.hearings.redocket(&entry).await;
    Ok(Json(session_of(app, &entry).await?))
}

pub(super) async fn send(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(hearing): Path<String>,
    body: Body,
) -> Result<Json<::docket::api::Session>, Failed> {
    let (_, entry) = editable(&app, &headers, &hearing).await?;
    let NewNotice { channel, people } = large(body, DOCKET_BODY_BYTES_MAX).await?;
    if entry.closed {
        return Err(Refusal::HearingClosed.into());
    }
    for who in &people {
        entry.person(*who).ok_or(Refusal::NobodyThere)?;
    }
    let everybody = people.is_empty();
    let wanted = entry.seated.iter().filter(|seated| {
        let attendee = &seated.attendee;
        people.contains(&attendee.id)
            || (everybody && !attendee.role.is_court() && !attendee.role.only_watches())
    });
    for seated in wanted {
        notify(&app, &headers, &entry, seated, channel).await?;
    }
    refresh(&app, &entry).await
}

/// Tells everybody who was told before, on the same way: the court or the time changed.
pub(super) async fn tell_everybody(
    app: &App,
    headers: &HeaderMap,
    entry: &Entry,
) -> Result<(), DocketFault> {
    let notices = app.docket.notices(entry.hearing).await?;
    for seated in &entry.seated {
        let last = notices.iter().rev().find(|notice| notice.who == seated.attendee.id);
        if let Some(last) = last {
            notify(app, headers, entry, seated, last.channel).await?;
        }
    }
    Ok(())
}

/// Writes a notice and gives it to its carrier.
async fn notify(
    app: &App,
    headers: &HeaderMap,
    entry: &Entry,
    seated: &Seated,
    channel: Channel,
) -> Result<(), DocketFault> {
    let now = app.clock.now().utc;
    let (name, docket) = (&seated.attendee.name, &app.docket);
    let text = announcement::notice(&entry.heading, &entry.brief, name.reveal());
    let text = Private::new(text);
    let notice = docket.add_notice(seated.attendee.id, channel, &text, now).await?;
    // What opens the person's own page is carried to them and not kept.
    let card = match channel {
        Channel::Sms | Channel::Email | Channel::Webhook => docket.card(seated.attendee.id).await?,
        Channel::Paper => None,
    };
    let text = match (card, page_address(app, headers)) {
        (Some(card), Some(address)) => Private::new(announcement::with_link(
            text.reveal(),
            &format!("{address}/my#{}", card.reveal()),
        )),
        (Some(_) | None, Some(_) | None) => text,
    };
    let to = match channel {
        Channel::Email => &seated.email,
        Channel::Sms | Channel::Webhook | Channel::Paper => &seated.phone,
    };
    let letter = Letter {
        notice,
        hearing: entry.hearing,
        channel,
        to: to.clone(),
        name: name.clone(),
        text,
    };
    let carried = match channel {
        Channel::Sms | Channel::Email => Outbox::new(app.outbox.clone()).carry(&letter, now).await,
        Channel::Webhook => Hooks::new(Arc::clone(docket)).carry(&letter, now).await,
        // The clerk hands it out; the receipt is what the clerk notes.
        Channel::Paper => Ok(()),
    };
    let (state, fault) = match carried {
        Ok(()) => (NoticeState::Sent, String::new()),
        Err(fault) => {
            tracing::warn!(notice, %fault, "a notice was not taken");
            (NoticeState::Failed, fault.to_string())
        }
    };
    docket.receipt(notice, state, "", &fault, now).await?;
    Ok(())
}

/// Where parties find the page: as it is set, or as whoever sends the notice found it.
fn page_address(app: &App, headers: &HeaderMap) -> Option<String> {
    if !app.page.is_empty() {
        return Some(app.page.clone());
    }
    headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok()).map(str::to_owned)
}

/// A receipt: from the clerk, or from the carrier with a token.
pub(super) async fn receipt(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(notice): Path<String>,
    body: Body,
) -> Result<Json<bool>, Failed> {
    let notice: u32 = notice.parse().map_err(|_| Refusal::NotFound)?;
    let (hearing, _) = app.docket.notice_of(notice).await?.ok_or(Refusal::NotFound)?;
    if !bearer(&app, &headers, "receipts").await? {
        let who = app.who(&headers).await?;
        let account = who.docket()?;
        let entry = app.docket.entry(hearing).await?.ok_or(Refusal::NotFound)?;
        if !may_edit(account, &entry) {
            return Err(Refusal::NotFound.into());
        }
    }
    let NewReceipt { state, how } = large(body, DOCKET_BODY_BYTES_MAX).await?;
    if how.reveal().chars().count() > TEXT_CHARS_MAX {
        return Err(wrong("how", FieldFault::TooLong));
    }
    let fault = if state == NoticeState::Failed { how.reveal().as_str() } else { "" };
    let now = app.clock.now().utc;
    let done = app.docket.receipt(notice, state, how.reveal(), fault, now).await?;
    if let Some(entry) = app.docket.entry(hearing).await? {
        app.hearings.redocket(&entry).await;
    }
    Ok(Json(done))
}
