//! Consents and notices over HTTP, by the clerk and by the person they are for.
//!
//! What is not here: carrying notices (`courier`).

use std::sync::Arc;

use ::docket::api::{MyNotice, NewConsent, NewNotice, NewReceipt};
use ::docket::{Channel, ConsentForm, FieldFault, NoticeState, announcement};
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use model::limits::TEXT_CHARS_MAX;
use model::{Private, Refusal};
use protocol::SeatPass;

use super::case_system::bearer;
use super::sessions::{Failed, editable, large, may_edit, session_of, wrong};
use super::{App, participant_id};
use crate::access::Who;
use crate::courier::{Courier, Hooks, Letter, Outbox};
use crate::docket::{DocketFault, Entry, Seated};

/// Bytes of such a body.
const PAPER_BYTES_MAX: usize = 64 * 1024;
/// How a person's own page confirms.
const BY_PAGE: &str = "本人在线确认";

pub(super) async fn consent(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path((hearing, participant)): Path<(String, String)>,
    body: Body,
) -> Result<Json<::docket::api::Session>, Failed> {
    let (account, entry) = editable(&app, &headers, &hearing).await?;
    let who = participant_id(&participant)?;
    entry.person(who).ok_or(Refusal::NobodyThere)?;
    let consent: NewConsent = large(body, PAPER_BYTES_MAX).await?;
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
    let NewNotice { channel, people } = large(body, PAPER_BYTES_MAX).await?;
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
        notify(&app, &entry, seated, channel).await?;
    }
    refresh(&app, &entry).await
}

/// Tells everybody who was told before, on the same way: the court or the time changed.
pub(super) async fn tell_everybody(app: &App, entry: &Entry) -> Result<(), DocketFault> {
    let notices = app.docket.notices(entry.hearing).await?;
    for seated in &entry.seated {
        let last = notices.iter().rev().find(|notice| notice.who == seated.attendee.id);
        if let Some(last) = last {
            notify(app, entry, seated, last.channel).await?;
        }
    }
    Ok(())
}

/// Writes a notice and gives it to its carrier.
async fn notify(
    app: &App,
    entry: &Entry,
    seated: &Seated,
    channel: Channel,
) -> Result<(), DocketFault> {
    let now = app.clock.now().utc;
    let (name, docket) = (&seated.attendee.name, &app.docket);
    let text = announcement::notice(&entry.heading, &entry.brief, name.reveal());
    let text = Private::new(text);
    let notice = docket.add_notice(seated.attendee.id, channel, &text, now).await?;
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
    let NewReceipt { state, how } = large(body, PAPER_BYTES_MAX).await?;
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

/// The seat of who asks.
fn seat(who: Who) -> Result<SeatPass, Refusal> {
    match who {
        Who::Nobody => Err(Refusal::SignInNeeded),
        Who::Staff(_) => Err(Refusal::NotYourRight),
        Who::Seat(seat) => Ok(seat),
    }
}

/// What the person in front of a seat's page is told.
pub(super) async fn mine(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Json<MyNotice>, Failed> {
    let seat = seat(app.who(&headers).await?)?;
    let last = app.docket.last_notice(seat.participant).await?.ok_or(Refusal::NotFound)?;
    let (_, text, state) = last;
    Ok(Json(MyNotice { text, confirmed: state == NoticeState::Confirmed }))
}

/// The person confirms that they had the notice, and may say what they agree to.
pub(super) async fn confirm(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Json<MyNotice>, Failed> {
    let seat = seat(app.who(&headers).await?)?;
    let last = app.docket.last_notice(seat.participant).await?.ok_or(Refusal::NotFound)?;
    let (notice, text, _) = last;
    let now = app.clock.now().utc;
    app.docket.receipt(notice, NoticeState::Confirmed, BY_PAGE, "", now).await?;
    Ok(Json(MyNotice { text, confirmed: true }))
}

/// The person says on their own page whether they agree to hold a step online.
pub(super) async fn my_consent(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<bool>, Failed> {
    let seat = seat(app.who(&headers).await?)?;
    let consent: NewConsent = large(body, PAPER_BYTES_MAX).await?;
    let consent = NewConsent { form: ConsentForm::Online, told: Private::default(), ..consent };
    app.docket.consent(seat.participant, &consent, None, app.clock.now().utc).await?;
    if let Some(entry) = app.docket.entry(seat.hearing).await? {
        app.hearings.redocket(&entry).await;
    }
    Ok(Json(true))
}
