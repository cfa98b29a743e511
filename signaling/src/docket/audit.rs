//! The audit log: every view, copy and act on a record, one line each, appended and chained.
//!
//! What is not here: who may read it (`http/custody.rs`, `http/viewing.rs`). A database refuses to
//! change or delete a line; whoever goes round the database breaks the chain, which the start of the
//! node and every reader of a hearing's lines would see.

use model::limits::AUDIT_LINES_MAX;
use model::{HearingId, ParticipantId, Private, Timestamp};
use protocol::{AuditAct, AuditLine};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqlitePool};
use tokio::sync::watch;

use super::sqlite::{private, to, value, word};
use super::{Docket, DocketFault};

/// Digits the chain begins with.
const NOTHING: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// What stands in a line that is about no hearing; theirs count from 1.
const NO_HEARING: i64 = 0;
/// Lines checked at once.
const CHECKED: i64 = 1_000;

/// A line to be written.
#[derive(Clone, Debug)]
pub(crate) struct NewAudit {
    /// About which hearing, if about one.
    pub(crate) hearing: Option<HearingId>,
    /// Whom of the case it concerns, so that they see it.
    pub(crate) concerns: Option<ParticipantId>,
    /// Who acts: name, and what they are.
    pub(crate) by: Private<String>,
    /// What is done.
    pub(crate) act: AuditAct,
    /// More of it.
    pub(crate) detail: Private<String>,
    /// `done`, or the code of a refusal.
    pub(crate) result: String,
}

/// Which lines are looked for; what is not named does not matter.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct AuditSearch {
    /// Older than the line with this number.
    before: Option<i64>,
    /// At this moment or after it, ms since 1970.
    from: Option<i64>,
    /// Before this moment.
    to: Option<i64>,
    act: Option<AuditAct>,
    hearing: Option<HearingId>,
    /// Part of who acts, or of what more is said.
    by: Option<Private<String>>,
}

/// What is digested of a line, in this order.
#[derive(Serialize)]
struct Link<'a> {
    n: i64,
    at: i64,
    hearing: i64,
    participant: Option<i64>,
    by: &'a str,
    act: &'a str,
    detail: &'a str,
    result: &'a str,
    prev: &'a str,
}

impl Link<'_> {
    fn sha256(&self) -> String {
        let text = serde_json::to_vec(self).expect("plain values are JSON");
        Sha256::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl Docket {
    /// Appends a line; it is durable when this returns.
    pub(crate) async fn audit(&self, new: &NewAudit, now: Timestamp) -> Result<(), DocketFault> {
        let fault = to("write the audit log");
        let mut change = self.sqlite.pool().begin_with("BEGIN IMMEDIATE").await.map_err(&fault)?;
        let last = sqlx::query("SELECT n, sha256 FROM audit ORDER BY n DESC LIMIT 1")
            .fetch_optional(&mut *change)
            .await
            .map_err(&fault)?;
        let (n, prev) = match last {
            Some(row) => {
                let n: i64 = row.try_get("n").map_err(&fault)?;
                (n + 1, row.try_get("sha256").map_err(&fault)?)
            }
            None => (1, NOTHING.to_owned()),
        };
        let act = word(&new.act);
        let link = Link {
            n,
            at: now.0,
            hearing: new.hearing.map_or(NO_HEARING, |hearing| i64::from(hearing.0)),
            participant: new.concerns.map(|who| i64::from(who.0)),
            by: new.by.reveal(),
            act: &act,
            detail: new.detail.reveal(),
            result: &new.result,
            prev: &prev,
        };
        sqlx::query(
            "INSERT INTO audit (n, at, hearing, participant, by_name, act, detail, result, prev,
               sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(link.n)
        .bind(link.at)
        .bind(link.hearing)
        .bind(link.participant)
        .bind(link.by)
        .bind(link.act)
        .bind(link.detail)
        .bind(link.result)
        .bind(link.prev)
        .bind(link.sha256())
        .execute(&mut *change)
        .await
        .map_err(&fault)?;
        change.commit().await.map_err(&fault)?;
        self.audited.send_replace(n);
        Ok(())
    }

    /// Told the number of the last line whenever one was written.
    pub(crate) fn audited(&self) -> watch::Receiver<i64> {
        self.audited.subscribe()
    }

    /// Lines that fit, newest first: at most so many.
    pub(crate) async fn audit_search(
        &self,
        wanted: &AuditSearch,
        most: u32,
    ) -> Result<Vec<AuditLine>, DocketFault> {
        let fault = to("search the audit log");
        let rows = sqlx::query(
            "SELECT * FROM audit WHERE (?1 IS NULL OR n < ?1) AND (?2 IS NULL OR at >= ?2)
               AND (?3 IS NULL OR at < ?3) AND (?4 IS NULL OR act = ?4)
               AND (?5 IS NULL OR hearing = ?5)
               AND (?6 = '' OR instr(by_name, ?6) > 0 OR instr(detail, ?6) > 0)
             ORDER BY n DESC LIMIT ?7",
        )
        .bind(wanted.before)
        .bind(wanted.from)
        .bind(wanted.to)
        .bind(wanted.act.map(|act| word(&act)))
        .bind(wanted.hearing.map(|hearing| hearing.0))
        .bind(wanted.by.as_ref().map_or("", |by| by.reveal().trim()))
        .bind(most)
        .fetch_all(self.sqlite.pool())
        .await
        .map_err(&fault)?;
        rows.iter().map(line).collect::<Result<_, _>>().map_err(&fault)
    }

    /// Lines after a number, oldest first: at most so many.
    pub(crate) async fn audit_after(
        &self,
        n: i64,
        most: u32,
    ) -> Result<Vec<AuditLine>, DocketFault> {
        let fault = to("read the audit log");
        let rows = sqlx::query("SELECT * FROM audit WHERE n > ? ORDER BY n LIMIT ?")
            .bind(n)
            .bind(most)
            .fetch_all(self.sqlite.pool())
            .await
            .map_err(&fault)?;
        rows.iter().map(line).collect::<Result<_, _>>().map_err(&fault)
    }

    /// How many lines there are, and the digest of the last; `-` when there is none.
    pub(crate) async fn audit_end(&self) -> Result<(i64, String), DocketFault> {
        end_of_audit(self.sqlite.pool()).await.map_err(to("read the audit log"))
    }

    /// The lines of one hearing, newest first; of one person's alone, or all.
    pub(crate) async fn audit_of(
        &self,
        hearing: HearingId,
        concerns: Option<ParticipantId>,
    ) -> Result<Vec<AuditLine>, DocketFault> {
        let fault = to("read the audit log");
        let rows = sqlx::query(
            "SELECT * FROM audit WHERE hearing = ?1 AND (?2 IS NULL OR participant = ?2)
             ORDER BY n DESC LIMIT ?3",
        )
        .bind(hearing.0)
        .bind(concerns.map(|who| who.0))
        .bind(i64::try_from(AUDIT_LINES_MAX).unwrap_or(i64::MAX))
        .fetch_all(self.sqlite.pool())
        .await
        .map_err(&fault)?;
        rows.iter().map(line).collect::<Result<_, _>>().map_err(&fault)
    }

    /// Reads the whole log as a chain: the number of the first line that does not fit, if one does
    /// not.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn check_audit(&self) -> Result<Option<i64>, DocketFault> {
        broken_link(self.sqlite.pool()).await.map_err(to("check the audit log"))
    }
}

/// How many lines there are, and the digest of the last; `-` when there is none.
pub(super) async fn end_of_audit(pool: &SqlitePool) -> Result<(i64, String), sqlx::Error> {
    let last = sqlx::query("SELECT n, sha256 FROM audit ORDER BY n DESC LIMIT 1");
    match last.fetch_optional(pool).await? {
        Some(row) => Ok((row.try_get("n")?, row.try_get("sha256")?)),
        None => Ok((0, "-".to_owned())),
    }
}

/// The number of the first line that does not follow from those before it, if there is one.
pub(super) async fn broken_link(pool: &SqlitePool) -> Result<Option<i64>, sqlx::Error> {
    let (mut n, mut prev) = (0, NOTHING.to_owned());
    loop {
        let rows = sqlx::query("SELECT * FROM audit WHERE n > ? ORDER BY n LIMIT ?")
            .bind(n)
            .bind(CHECKED)
            .fetch_all(pool)
            .await?;
        if rows.is_empty() {
            return Ok(None);
        }
        for row in &rows {
            let (fits, sha256) = fits(row, n + 1, &prev)?;
            n += 1;
            if !fits {
                return Ok(Some(n));
            }
            prev = sha256;
        }
    }
}

fn fits(row: &SqliteRow, n: i64, prev: &str) -> Result<(bool, String), sqlx::Error> {
    let (by, act): (String, String) = (row.try_get("by_name")?, row.try_get("act")?);
    let (detail, result): (String, String) = (row.try_get("detail")?, row.try_get("result")?);
    let (named, sha256): (String, String) = (row.try_get("prev")?, row.try_get("sha256")?);
    let link = Link {
        n: row.try_get("n")?,
        at: row.try_get("at")?,
        hearing: row.try_get("hearing")?,
        participant: row.try_get("participant")?,
        by: &by,
        act: &act,
        detail: &detail,
        result: &result,
        prev: &named,
    };
    Ok((link.n == n && named == prev && link.sha256() == sha256, sha256))
}

fn line(row: &SqliteRow) -> Result<AuditLine, sqlx::Error> {
    Ok(AuditLine {
        n: row.try_get("n")?,
        at: Timestamp(row.try_get("at")?),
        hearing: row
            .try_get::<i64, _>("hearing")
            .map(|n| u32::try_from(n).ok().filter(|n| *n != 0).map(HearingId))?,
        by: private(row, "by_name")?,
        act: value(row, "act")?,
        detail: private(row, "detail")?,
        result: row.try_get("result")?,
        sha256: row.try_get("sha256")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::docket::{DatabaseLook, look_at_database};
    use crate::fixture::{ARCHIVED, Court, NOW};

    async fn viewed(docket: &Docket, detail: &str, concerns: Option<ParticipantId>) {
        let new = NewAudit {
            hearing: Some(ARCHIVED),
            concerns,
            by: "Judge J".into(),
            act: AuditAct::Viewed,
            detail: detail.into(),
            result: "done".to_owned(),
        };
        docket.audit(&new, NOW).await.unwrap();
    }

    #[tokio::test]
    async fn lines_are_chained_and_shown_to_whom_they_concern() {
        let court = Court::new().await;
        let docket = &court.docket;
        let party = court.seats().plaintiff;
        for (detail, concerns) in [("a", None), ("b", Some(party)), ("c", None)] {
            viewed(docket, detail, concerns).await;
        }
        let all = docket.audit_of(ARCHIVED, None).await.unwrap();
        let outside = look_at_database(court.folder.path()).await;
        let head = all[0].sha256.clone();
        assert_eq!(outside, DatabaseLook::Sound { lines: 3, head });
        assert_eq!(all.iter().map(|line| line.n).collect::<Vec<_>>(), [3, 2, 1]);
        let own = docket.audit_of(ARCHIVED, Some(party)).await.unwrap();
        assert_eq!(own.iter().map(|line| line.n).collect::<Vec<_>>(), [2]);
        assert_eq!(docket.check_audit().await.unwrap(), None);
    }

    #[tokio::test]
    async fn the_database_refuses_to_change_it_and_a_forced_change_is_found() {
        let court = Court::new().await;
        let docket = &court.docket;
        for detail in ["a", "b", "c"] {
            viewed(docket, detail, None).await;
        }
        for sql in ["UPDATE audit SET detail = 'x' WHERE n = 2", "DELETE FROM audit WHERE n = 2"] {
            assert!(sqlx::query(sql).execute(docket.sqlite.pool()).await.is_err(), "{sql}");
        }
        assert_eq!(docket.check_audit().await.unwrap(), None);
        let forced = "DROP TRIGGER audit_is_not_changed; UPDATE audit SET detail = 'x' WHERE n = 2";
        sqlx::raw_sql(forced).execute(docket.sqlite.pool()).await.unwrap();
        assert_eq!(docket.check_audit().await.unwrap(), Some(2));
        let look = look_at_database(court.folder.path()).await;
        assert_eq!(look, DatabaseLook::AuditBroken { line: 2 }, "seen from outside too");
        let forced = "DROP TRIGGER audit_is_not_deleted; DELETE FROM audit WHERE n = 1";
        sqlx::raw_sql(forced).execute(docket.sqlite.pool()).await.unwrap();
        assert_eq!(docket.check_audit().await.unwrap(), Some(1));
    }
}
