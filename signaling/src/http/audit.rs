//! The audit log over HTTP: who writes lines, and the page of the audit administrator.
//!
//! What is not here: the chain (`docket/audit.rs`), and where lines go besides (`syslog`).

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use ::docket::entering::AddressClass;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, Method, header};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Json, Router};
use model::limits::{AUDIT_EXPORT_MAX, AUDIT_LINES_MAX, AUDIT_REFUSALS_MAX, TEXT_CHARS_MAX};
use model::{HearingId, Instant, ParticipantId, Private, Refusal};
use protocol::{AuditAct, AuditChecked, AuditLine, AuditPage, StaffKind};

use super::{App, Refused};
use crate::access::Who;
use crate::docket::{Account, AuditSearch, NewAudit};
use crate::syslog::instant;

/// What stands for who acts where nobody is known.
const STRANGER: &str = "未登录者";
/// Lines of refusals are counted in stretches of this length.
const STRETCH_MICROS: u64 = 60_000_000;

/// Who acts, as the audit log names them: the name, and in brackets what they are.
#[derive(Clone, Debug)]
pub(super) struct Hand {
    /// Name and what they are.
    pub(super) by: Private<String>,
    /// Whom of the case it concerns.
    pub(super) concerns: Option<ParticipantId>,
}

impl Hand {
    /// Somebody with an account.
    pub(super) fn court(account: &Account) -> Self {
        let kind = match account.kind {
            StaffKind::Judge => "法官",
            StaffKind::Clerk => "书记员",
            StaffKind::Ops => "运维",
            StaffKind::Mediator => "调解员",
            StaffKind::Admin => "管理员",
            StaffKind::Audit => "审计管理员",
        };
        let by = format!("{}（{kind} #{}）", account.shown_name.reveal(), account.id.0);
        Self { by: Private::new(by), concerns: None }
    }

    /// Whoever asks: an account, a seat, or a stranger.
    pub(super) fn of(who: &Who) -> Self {
        match who {
            Who::Staff(account) => Self::court(account),
            Who::Seat(seat) => Self::seat(seat.participant),
            Who::Nobody => Self { by: STRANGER.into(), concerns: None },
        }
    }

    /// Who sits on a seat by a join code.
    pub(super) fn seat(who: ParticipantId) -> Self {
        Self { by: Private::new(format!("（席位 {who}）")), concerns: Some(who) }
    }

    /// The same, about somebody of the case.
    pub(super) fn about(mut self, who: ParticipantId) -> Self {
        self.concerns = Some(who);
        self
    }
}

/// A refusal's code, as the audit log has it.
pub(super) fn code(why: Refusal) -> String {
    let code = serde_json::to_string(&why).unwrap_or_default();
    code.trim_matches('"').to_owned()
}

/// Writes a line about a hearing.
pub(super) async fn note(
    app: &App,
    hand: &Hand,
    hearing: HearingId,
    act: AuditAct,
    detail: &str,
    result: &str,
) -> Result<(), Refused> {
    write(app, hand, Some(hearing), (act, detail, result)).await
}

/// Writes a line, about a hearing or about none: what is done, more of it, and what came of it.
pub(super) async fn write(
    app: &App,
    hand: &Hand,
    hearing: Option<HearingId>,
    (act, detail, result): (AuditAct, &str, &str),
) -> Result<(), Refused> {
    let line = NewAudit {
        hearing,
        concerns: hand.concerns,
        by: hand.by.clone(),
        act,
        detail: Private::new(detail.chars().take(TEXT_CHARS_MAX).collect()),
        result: result.to_owned(),
    };
    Ok(app.docket.audit(&line, app.clock.now().utc).await?)
}

/// Writes that whoever asks changed a setting or a right, before it is changed.
pub(super) async fn setting(app: &App, headers: &HeaderMap, detail: &str) -> Result<(), Refused> {
    let hand = Hand::of(&app.who(headers).await?);
    write(app, &hand, None, (AuditAct::SettingChanged, detail, "done")).await
}

/// Where somebody is, without their address.
pub(super) fn place(from: IpAddr) -> &'static str {
    match AddressClass::of(from) {
        AddressClass::Here => "来自本机",
        AddressClass::Inside => "来自内网",
        AddressClass::Internet => "来自互联网",
    }
}

/// Bounds the lines that refusals write, so that no stranger fills the disk: so many a minute, the
/// rest is counted.
#[derive(Debug, Default)]
pub(crate) struct RefusalLines {
    minute: AtomicU64,
    written: AtomicU32,
}

impl RefusalLines {
    /// Whether one more may be written now.
    fn admits(&self, now: Instant) -> bool {
        let minute = now.0 / STRETCH_MICROS;
        if self.minute.swap(minute, Ordering::Relaxed) != minute {
            self.written.store(0, Ordering::Relaxed);
        }
        self.written.fetch_add(1, Ordering::Relaxed) < AUDIT_REFUSALS_MAX
    }
}

/// Writes that something was refused, unless too many were within the minute.
pub(super) async fn refused(
    app: &App,
    hand: &Hand,
    hearing: Option<HearingId>,
    (act, detail, why): (AuditAct, &str, Refusal),
) -> Result<(), Refused> {
    if app.refusal_lines.admits(app.clock.now().instant) {
        write(app, hand, hearing, (act, detail, &code(why))).await
    } else {
        app.metrics.custody.audit_unwritten.inc();
        Ok(())
    }
}

/// Writes that a request was refused for want of the right, by whom and for what. What the log cannot
/// take is told to operators: the request was refused all the same.
pub(super) async fn denied(app: &App, headers: &HeaderMap, method: &Method, path: &str) {
    let written = async {
        let who = app.who(headers).await?;
        let asked = format!("{method} {path}");
        let what = (AuditAct::Denied, asked.as_str(), Refusal::NotYourRight);
        refused(app, &Hand::of(&who), None, what).await
    };
    if let Err(Refused(why)) = written.await {
        tracing::error!(?why, "a refusal was not written to the audit log");
    }
}

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/audit", get(search))
        .route("/api/audit.csv", get(export))
        .route("/api/audit/check", post(check))
}

/// The account of an audit administrator.
async fn auditor(app: &App, headers: &HeaderMap) -> Result<Hand, Refused> {
    Ok(Hand::court(app.who(headers).await?.audit()?))
}

async fn search(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Query(wanted): Query<AuditSearch>,
) -> Result<Json<AuditPage>, Refused> {
    auditor(&app, &headers).await?;
    let most = u32::try_from(AUDIT_LINES_MAX).unwrap_or(u32::MAX);
    let mut lines = app.docket.audit_search(&wanted, most + 1).await?;
    let more = lines.len() > AUDIT_LINES_MAX;
    lines.truncate(AUDIT_LINES_MAX);
    Ok(Json(AuditPage { lines, more }))
}

async fn check(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Json<AuditChecked>, Refused> {
    let hand = auditor(&app, &headers).await?;
    let one = app.verifications.acquire().await.map_err(|_| Refusal::ServerFault)?;
    let broken = app.docket.check_audit().await?;
    drop(one);
    let result = broken.map_or_else(|| "done".to_owned(), |_| code(Refusal::RecordAltered));
    if broken.is_some() {
        app.metrics.custody.audit_broken.inc();
    }
    write(&app, &hand, None, (AuditAct::AuditRead, "核对", &result)).await?;
    let (lines, head) = app.docket.audit_end().await?;
    Ok(Json(AuditChecked { lines, head, broken }))
}

async fn export(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Query(wanted): Query<AuditSearch>,
) -> Result<impl IntoResponse, Refused> {
    let hand = auditor(&app, &headers).await?;
    let lines = app.docket.audit_search(&wanted, AUDIT_EXPORT_MAX).await?;
    let detail = format!("导出 {} 条", lines.len());
    write(&app, &hand, None, (AuditAct::AuditRead, &detail, "done")).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"audit.csv\""),
    ];
    Ok((headers, table(&lines)))
}

/// For a spreadsheet: UTF-8 with a mark, as the office programs of courts expect.
fn table(lines: &[AuditLine]) -> String {
    let mut text = String::from("\u{feff}序号,时间,庭审,人员,操作,说明,结果,SHA-256\r\n");
    for line in lines {
        let hearing = line.hearing.map(|hearing| hearing.0.to_string()).unwrap_or_default();
        let act = serde_json::to_string(&line.act).unwrap_or_default();
        let cells = [
            line.n.to_string(),
            instant(line.at.0),
            hearing,
            ::docket::table::cell(line.by.reveal()),
            act.trim_matches('"').to_owned(),
            ::docket::table::cell(line.detail.reveal()),
            line.result.clone(),
            line.sha256.clone(),
        ];
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_do_not_fill_the_disk() {
        let lines = RefusalLines::default();
        let now = Instant(7 * STRETCH_MICROS);
        let written = (0..10 * AUDIT_REFUSALS_MAX).filter(|_| lines.admits(now)).count();
        assert_eq!(written, usize::try_from(AUDIT_REFUSALS_MAX).unwrap());
        assert!(lines.admits(Instant(8 * STRETCH_MICROS)), "the next minute has its own");
    }
}
