//! Deleting records after their time, for administrators: what may be deleted, what is held, what was
//! deleted, and the act itself.
//!
//! What is not here: the schedule (`docket::retention`), and the tombstone (room `recorder`).

use std::sync::Arc;
use std::time::Duration;

use ::docket::retention::Kept;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::routing::{get, post};
use axum::{Json, Router};
use model::archive::ArchiveFault;
use model::recording::Erasure;
use model::{HearingId, Private, Refusal, Timestamp};
use protocol::{AuditAct, Hold, RetentionLine, RetentionList, WithReason};

use super::archive::call;
use super::audit::{Hand, code, note};
use super::custody::{filed, given};
use super::{App, Refused, body, hearing_id};
use crate::docket::Found;

/// Lines of each kind in the list of what may be deleted.
const RETENTION_LINES: usize = 100;
/// Records looked at for that list at once.
const LOOKED_AT: i64 = 500;
/// A record younger than this is not looked at for deletion: no rule is shorter.
const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/archive/{hearing}/erase", post(erase))
        .route("/api/retention", get(retention))
}

fn line(app: &App, found: Found, hold: Option<Hold>) -> RetentionLine {
    let kept_until = app.custodian.kept(&found).until();
    let Found { line, ended_at, .. } = found;
    RetentionLine { hearing: line.hearing, heading: line.heading, ended_at, kept_until, hold }
}

/// What may be deleted, what is held, and what was deleted.
async fn retention(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Json<RetentionList>, Refused> {
    app.who(&headers).await?.admin()?;
    let now = app.clock.now().utc;
    let mut held = Vec::new();
    for (hearing, hold) in app.docket.held().await? {
        if let Some(found) = app.docket.filed_one(hearing).await? {
            held.push(line(&app, found, Some(hold)));
        }
    }
    let before = Timestamp(now.0.saturating_sub(i64::try_from(YEAR.as_millis()).unwrap_or(0)));
    let (mut over, mut after) = (Vec::new(), (Timestamp(i64::MIN), HearingId(0)));
    while over.len() < RETENTION_LINES {
        let some = app.docket.ended_before(before, after, LOOKED_AT).await?;
        let Some(last) = some.last() else { break };
        after = (last.ended_at, last.line.hearing);
        for found in some {
            let is_held =
                held.iter().any(|line: &RetentionLine| line.hearing == found.line.hearing);
            if app.custodian.kept(&found).is_over(now) && !is_held {
                over.push(line(&app, found, None));
            }
        }
    }
    over.truncate(RETENTION_LINES);
    let mut erased = call(&app, &app.reads, |archive| archive.tombstones()).await?;
    erased.sort_by_key(|stone| core::cmp::Reverse(stone.at));
    erased.truncate(RETENTION_LINES);
    Ok(Json(RetentionList { over, held, erased }))
}

/// Deletes a record after its time: an administrator's act, with a reason. Before its time, and
/// under a hold, nobody can.
async fn erase(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(hearing): Path<String>,
    request: Body,
) -> Result<Json<RetentionList>, Refused> {
    let who = app.who(&headers).await?;
    let hand = Hand::court(who.admin()?);
    let hearing = hearing_id(&hearing)?;
    let WithReason { reason } = body(request).await?;
    let deciding = app.custodian.deciding.lock().await;
    let allowed = may_erase(&app, hearing, &reason).await;
    let kept_until = match allowed {
        Ok(kept_until) => kept_until,
        Err(Refused(why)) => {
            note(&app, &hand, hearing, AuditAct::Erased, reason.reveal(), &code(why)).await?;
            return Err(why.into());
        }
    };
    note(&app, &hand, hearing, AuditAct::Erased, reason.reveal(), "ordered").await?;
    let (by, at) = (hand.by.clone(), app.clock.now().utc);
    let erasure = Erasure { hearing, by, at, reason, kept_until };
    let (films, apart) = (Arc::clone(&app.films), app.apart.clone());
    let transcripts = app.transcripts.clone();
    let stone = call(&app, &app.verifications, move |archive| {
        let stone = archive.erase(&erasure)?;
        films.forget(hearing)?;
        let kept = apart.forget(hearing).and_then(|()| transcripts.forget(hearing));
        kept.map_err(|fault| ArchiveFault::Disk(fault.to_string()))?;
        Ok(stone)
    })
    .await?;
    app.evidence.forget(hearing).await?;
    drop(deciding);
    let detail = format!("SHA-256 {}", stone.head_sha256);
    note(&app, &hand, hearing, AuditAct::Erased, &detail, "done").await?;
    app.docket.unfile(hearing).await?;
    tracing::warn!(%hearing, "a record was deleted after its time");
    retention(State(app), headers).await
}

async fn may_erase(
    app: &App,
    hearing: HearingId,
    reason: &Private<String>,
) -> Result<Timestamp, Refused> {
    given(reason)?;
    let found = filed(app, hearing).await?;
    if !found.line.sealed {
        return Err(Refusal::NotSealed.into());
    }
    if app.docket.hold(hearing).await?.is_some() {
        return Err(Refusal::OnHold.into());
    }
    match app.custodian.kept(&found) {
        Kept::Until(until) if until <= app.clock.now().utc => Ok(until),
        Kept::Until(_) | Kept::Forever => Err(Refusal::StillKept.into()),
    }
}
