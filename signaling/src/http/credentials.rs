//! Signing in and out, and coming by a join code.
//!
//! What is not here: how credentials are kept (`docket`), and wrong attempts (`access`).

use std::sync::Arc;

use ::docket::entering::EntryWay;
use axum::Json;
use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, header};
use axum::response::{AppendHeaders, IntoResponse};
use model::Refusal;
use model::limits::NAME_CHARS_MAX;
use protocol::{AuditAct, Join, SignIn, WhoAmI};

use super::audit::{self, Hand};
use super::{App, Refused, body, real_names, who_am_i};
use crate::access::{
    CARD_COOKIE, Key, SEAT_COOKIE, STAFF_COOKIE, Who, clear_cookie, cookie, set_cookie,
};
use crate::docket::CodeUse;
use crate::tls::Peer;

pub(super) async fn sign_in(
    State(app): State<Arc<App>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    headers: HeaderMap,
    request: Body,
) -> Result<impl IntoResponse, Refused> {
    let SignIn { name, password } = body(request).await?;
    let too_long = |text: &str| text.chars().count() > NAME_CHARS_MAX;
    if too_long(name.reveal()) || too_long(password.reveal()) {
        return Err(Refusal::SignInWrong.into());
    }
    let now = app.clock.now();
    let keys = [Key::passwords(peer.remote.reveal().ip()), Key::name(name.reveal())];
    let place = audit::place(peer.remote.reveal().ip());
    for key in &keys {
        let begun = app.attempts().begin(key, now.instant);
        begun.inspect_err(|_| app.metrics.sign_ins.with_label_values(&["locked"]).inc())?;
    }
    let Some((account, token)) = app.docket.sign_in(name.reveal(), password, now.utc).await? else {
        app.metrics.sign_ins.with_label_values(&["wrong"]).inc();
        let account = app.docket.account_named(name.reveal()).await?;
        let hand = Hand::of(&account.map_or(Who::Nobody, Who::Staff));
        audit::refused(&app, &hand, None, (AuditAct::SignedIn, place, Refusal::SignInWrong))
            .await?;
        return Err(Refusal::SignInWrong.into());
    };
    audit::write(&app, &Hand::court(&account), None, (AuditAct::SignedIn, place, "done")).await?;
    for key in &keys {
        app.attempts().right(key);
    }
    app.metrics.sign_ins.with_label_values(&["done"]).inc();
    end_credentials(&app, &headers, false).await?;
    let cookies = AppendHeaders([
        (header::SET_COOKIE, set_cookie(STAFF_COOKIE, &token)),
        (header::SET_COOKIE, clear_cookie(SEAT_COOKIE)),
    ]);
    Ok((cookies, Json(who_am_i(Who::Staff(account)))))
}

/// Ends the session a browser has; its seat too when `seat` says so.
pub(super) async fn end_credentials(
    app: &App,
    headers: &HeaderMap,
    seat: bool,
) -> Result<(), Refused> {
    if let Some(token) = cookie(headers, STAFF_COOKIE) {
        app.docket.end_session(&token).await?;
    }
    if seat && let Some(token) = cookie(headers, SEAT_COOKIE) {
        app.docket.end_seat(&token).await?;
    }
    Ok(())
}

pub(super) async fn sign_out(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Refused> {
    let who = app.who(&headers).await?;
    if let Who::Staff(_) = &who {
        audit::write(&app, &Hand::of(&who), None, (AuditAct::SignedOut, "", "done")).await?;
    }
    end_credentials(&app, &headers, true).await?;
    let cookies = AppendHeaders([
        (header::SET_COOKIE, clear_cookie(STAFF_COOKIE)),
        (header::SET_COOKIE, clear_cookie(SEAT_COOKIE)),
        (header::SET_COOKIE, clear_cookie(CARD_COOKIE)),
    ]);
    Ok((cookies, Json(WhoAmI::Nobody {})))
}

/// A code as people type it: spaces, dashes and wide digits are their business.
pub(super) fn digits(typed: &str) -> String {
    typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| match u32::from(c) {
            wide @ 0xFF10..=0xFF19 => char::from_digit(wide - 0xFF10, 10).unwrap_or(c),
            _ => c,
        })
        .collect()
}

pub(super) async fn join(
    State(app): State<Arc<App>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    headers: HeaderMap,
    request: Body,
) -> Result<impl IntoResponse, Refused> {
    let Join { code } = body(request).await?;
    let now = app.clock.now();
    let key = Key::codes(peer.remote.reveal().ip());
    let place = audit::place(peer.remote.reveal().ip());
    let count = |outcome: &str| app.metrics.joins.with_label_values(&[outcome]).inc();
    app.attempts().begin(&key, now.instant).inspect_err(|_| count("locked"))?;
    let refused = match app.docket.use_code(&digits(code.reveal()), now.utc).await? {
        CodeUse::Seated { pass, token } => {
            app.attempts().right(&key);
            count("done");
            let hand = Hand::seat(pass.participant);
            audit::note(&app, &hand, pass.hearing, AuditAct::Joined, place, "done").await?;
            let (from, way) = (peer.remote.reveal().ip(), EntryWay::Code);
            real_names::note_entry(&app, &headers, from, pass.participant, way).await;
            end_credentials(&app, &headers, false).await?;
            let cookies = AppendHeaders([
                (header::SET_COOKIE, set_cookie(SEAT_COOKIE, &token)),
                (header::SET_COOKIE, clear_cookie(STAFF_COOKIE)),
                (header::SET_COOKIE, clear_cookie(CARD_COOKIE)),
            ]);
            return Ok((cookies, Json(pass)));
        }
        CodeUse::Unknown => Refusal::CodeUnknown,
        CodeUse::Used => Refusal::CodeUsed,
        CodeUse::Expired => Refusal::CodeExpired,
    };
    count("refused");
    let stranger = Hand::of(&Who::Nobody);
    audit::refused(&app, &stranger, None, (AuditAct::Joined, place, refused)).await?;
    Err(refused.into())
}
