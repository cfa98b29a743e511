//! What is kept beside a record: holds, the signed explanation, bookmarks, requests for views and
//! copies, links for people of the case.
//!
//! What is not here: who may do it (`http/custody.rs`, `http/viewing.rs`).

use model::limits::{BOOKMARKS_MAX, COPY_REQUESTS_MAX};
use model::{HearingId, ParticipantId, Private, Refusal, Timestamp};
use protocol::{Bookmark, CopyKind, CopyRequest, CopyState, Explanation, Hold, NewBookmark};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::sqlite::{private, to, value, word};
use super::{AccountId, Docket, DocketFault};
use crate::secrets::TokenHash;

/// Requests in one answer.
const REQUESTS_SHOWN: i64 = 200;
/// Holds in one answer.
const HOLDS_SHOWN: i64 = 100;

/// A decision about a request.
#[derive(Clone, Debug)]
pub(crate) struct Decision {
    /// What becomes of it.
    pub(crate) state: CopyState,
    /// Who decides.
    pub(crate) by: Private<String>,
    /// Why.
    pub(crate) reason: Private<String>,
    /// When.
    pub(crate) at: Timestamp,
    /// Until when a grant is good.
    pub(crate) until: Option<Timestamp>,
}

/// An explanation to be signed.
#[derive(Clone, Debug)]
pub(crate) struct Signed {
    pub(crate) account: AccountId,
    pub(crate) text: Private<String>,
    pub(crate) signature: Private<String>,
    pub(crate) sha256: String,
    /// How many faults it is about.
    pub(crate) faults: u32,
    pub(crate) at: Timestamp,
}

impl Docket {
    /// The hold on a record.
    pub(crate) async fn hold(&self, hearing: HearingId) -> Result<Option<Hold>, DocketFault> {
        let fault = to("look up a hold");
        let row = sqlx::query("SELECT * FROM holds WHERE hearing = ? AND lifted_at IS NULL")
            .bind(hearing.0)
            .fetch_optional(self.sqlite.pool())
            .await
            .map_err(&fault)?;
        row.map(|row| hold(&row)).transpose().map_err(&fault)
    }

    /// Records under a hold, the latest first.
    pub(crate) async fn held(&self) -> Result<Vec<(HearingId, Hold)>, DocketFault> {
        let fault = to("read holds");
        let rows =
            sqlx::query("SELECT * FROM holds WHERE lifted_at IS NULL ORDER BY at DESC LIMIT ?")
                .bind(HOLDS_SHOWN)
                .fetch_all(self.sqlite.pool())
                .await
                .map_err(&fault)?;
        rows.iter()
            .map(|row| Ok((HearingId(row.try_get("hearing")?), hold(row)?)))
            .collect::<Result<_, sqlx::Error>>()
            .map_err(&fault)
    }

    /// Places a hold; false when there is one already.
    pub(crate) async fn place_hold(
        &self,
        hearing: HearingId,
        hold: &Hold,
    ) -> Result<bool, DocketFault> {
        let done = sqlx::query(
            "INSERT INTO holds (hearing, at, by_name, reason) VALUES (?, ?, ?, ?)
             ON CONFLICT DO NOTHING",
        )
        .bind(hearing.0)
        .bind(hold.at.0)
        .bind(hold.by.reveal())
        .bind(hold.reason.reveal())
        .execute(self.sqlite.pool())
        .await
        .map_err(to("place a hold"))?;
        Ok(done.rows_affected() > 0)
    }

    /// Lifts the hold; false when there is none.
    pub(crate) async fn lift_hold(
        &self,
        hearing: HearingId,
        by: &Hold,
    ) -> Result<bool, DocketFault> {
        let done = sqlx::query(
            "UPDATE holds SET lifted_at = ?, lifted_by = ?, lift_reason = ?
             WHERE hearing = ? AND lifted_at IS NULL",
        )
        .bind(by.at.0)
        .bind(by.by.reveal())
        .bind(by.reason.reveal())
        .bind(hearing.0)
        .execute(self.sqlite.pool())
        .await
        .map_err(to("lift a hold"))?;
        Ok(done.rows_affected() > 0)
    }

    /// The signed explanation of a record's faults.
    pub(crate) async fn explanation(
        &self,
        hearing: HearingId,
    ) -> Result<Option<Explanation>, DocketFault> {
        let fault = to("read an explanation");
        let row = sqlx::query("SELECT * FROM explanations WHERE hearing = ?")
            .bind(hearing.0)
            .fetch_optional(self.sqlite.pool())
            .await
            .map_err(&fault)?;
        let explanation = |row: &SqliteRow| -> Result<Explanation, sqlx::Error> {
            Ok(Explanation {
                text: private(row, "text")?,
                signature: private(row, "signature")?,
                at: Timestamp(row.try_get("at")?),
                sha256: row.try_get("sha256")?,
            })
        };
        row.map(|row| explanation(&row)).transpose().map_err(&fault)
    }

    /// Keeps a signed explanation; false when one is there already about as many faults: it is
    /// signed once, and again only when more came to light.
    pub(crate) async fn explain(
        &self,
        hearing: HearingId,
        signed: &Signed,
    ) -> Result<bool, DocketFault> {
        let done = sqlx::query(
            "INSERT INTO explanations (hearing, at, account, text, signature, sha256, faults)
             VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (hearing) DO UPDATE SET at = excluded.at,
               account = excluded.account, text = excluded.text, signature = excluded.signature,
               sha256 = excluded.sha256, faults = excluded.faults
             WHERE excluded.faults > explanations.faults",
        )
        .bind(hearing.0)
        .bind(signed.at.0)
        .bind(signed.account.0)
        .bind(signed.text.reveal())
        .bind(signed.signature.reveal())
        .bind(&signed.sha256)
        .bind(signed.faults)
        .execute(self.sqlite.pool())
        .await
        .map_err(to("keep an explanation"))?;
        Ok(done.rows_affected() > 0)
    }

    /// An account's bookmarks in a record, by time.
    pub(crate) async fn bookmarks(
        &self,
        hearing: HearingId,
        account: AccountId,
    ) -> Result<Vec<Bookmark>, DocketFault> {
        let fault = to("read bookmarks");
        let rows = sqlx::query(
            "SELECT * FROM bookmarks WHERE hearing = ? AND account = ? ORDER BY at_ms, id",
        )
        .bind(hearing.0)
        .bind(account.0)
        .fetch_all(self.sqlite.pool())
        .await
        .map_err(&fault)?;
        let bookmark = |row: &SqliteRow| -> Result<Bookmark, sqlx::Error> {
            let at: i64 = row.try_get("at_ms")?;
            Ok(Bookmark {
                id: row.try_get("id")?,
                at_ms: u64::try_from(at).unwrap_or(0),
                label: private(row, "label")?,
            })
        };
        rows.iter().map(bookmark).collect::<Result<_, _>>().map_err(&fault)
    }

    /// Adds a bookmark; false when there are too many.
    pub(crate) async fn add_bookmark(
        &self,
        hearing: HearingId,
        account: AccountId,
        new: &NewBookmark,
    ) -> Result<bool, DocketFault> {
        let done = sqlx::query(
            "INSERT INTO bookmarks (hearing, account, at_ms, label) SELECT ?1, ?2, ?3, ?4
             WHERE (SELECT count(*) FROM bookmarks WHERE hearing = ?1 AND account = ?2) < ?5",
        )
        .bind(hearing.0)
        .bind(account.0)
        .bind(i64::try_from(new.at_ms).unwrap_or(i64::MAX))
        .bind(new.label.reveal())
        .bind(i64::try_from(BOOKMARKS_MAX).unwrap_or(i64::MAX))
        .execute(self.sqlite.pool())
        .await
        .map_err(to("add a bookmark"))?;
        Ok(done.rows_affected() > 0)
    }

    /// Takes a bookmark of one's own away.
    pub(crate) async fn drop_bookmark(
        &self,
        hearing: HearingId,
        account: AccountId,
        id: i64,
    ) -> Result<bool, DocketFault> {
        let done =
            sqlx::query("DELETE FROM bookmarks WHERE id = ? AND hearing = ? AND account = ?")
                .bind(id)
                .bind(hearing.0)
                .bind(account.0)
                .execute(self.sqlite.pool())
                .await
                .map_err(to("take a bookmark away"))?;
        Ok(done.rows_affected() > 0)
    }

    /// Requests about a record, newest first; of one person, or of all.
    pub(crate) async fn copy_requests(
        &self,
        hearing: HearingId,
        who: Option<ParticipantId>,
    ) -> Result<Vec<CopyRequest>, DocketFault> {
        let fault = to("read requests");
        let rows = sqlx::query(
            "SELECT * FROM copy_requests WHERE hearing = ?1 AND (?2 IS NULL OR participant = ?2)
             ORDER BY id DESC LIMIT ?3",
        )
        .bind(hearing.0)
        .bind(who.map(|who| who.0))
        .bind(REQUESTS_SHOWN)
        .fetch_all(self.sqlite.pool())
        .await
        .map_err(&fault)?;
        rows.iter().map(request).collect::<Result<_, _>>().map_err(&fault)
    }

    /// Writes a request down, decided at once where the rule decides it.
    pub(crate) async fn ask_for_copy(
        &self,
        hearing: HearingId,
        who: ParticipantId,
        asked: (CopyKind, &Private<String>, Timestamp),
        decided: Option<&Decision>,
    ) -> Result<Result<(), Refusal>, DocketFault> {
        let (what, reason, at) = asked;
        let state = decided.map_or(CopyState::Waiting, |decision| decision.state);
        let nobody = Private::default();
        let done = sqlx::query(
            "INSERT INTO copy_requests (hearing, participant, what, reason, at, state, decided_at,
               decided_by, decision)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9
             WHERE (SELECT count(*) FROM copy_requests WHERE hearing = ?1 AND participant = ?2
               AND (state = 'waiting' OR at > ?5 - 86400000)) < ?10",
        )
        .bind(hearing.0)
        .bind(who.0)
        .bind(word(&what))
        .bind(reason.reveal())
        .bind(at.0)
        .bind(word(&state))
        .bind(decided.map(|decision| decision.at.0))
        .bind(decided.map_or(&nobody, |decision| &decision.by).reveal())
        .bind(decided.map_or(&nobody, |decision| &decision.reason).reveal())
        .bind(i64::try_from(COPY_REQUESTS_MAX).unwrap_or(i64::MAX))
        .execute(self.sqlite.pool())
        .await
        .map_err(to("write a request"))?;
        Ok(if done.rows_affected() > 0 { Ok(()) } else { Err(Refusal::TooFast) })
    }

    /// Decides a request that waits; the request as it was, or none when none waits.
    pub(crate) async fn decide_copy(
        &self,
        hearing: HearingId,
        id: i64,
        decision: &Decision,
    ) -> Result<Option<CopyRequest>, DocketFault> {
        let fault = to("decide a request");
        let row = sqlx::query(
            "UPDATE copy_requests SET state = ?, decided_at = ?, decided_by = ?, decision = ?,
               until = ?
             WHERE id = ? AND hearing = ? AND state = 'waiting' RETURNING *",
        )
        .bind(word(&decision.state))
        .bind(decision.at.0)
        .bind(decision.by.reveal())
        .bind(decision.reason.reveal())
        .bind(decision.until.map(|until| until.0))
        .bind(id)
        .bind(hearing.0)
        .fetch_optional(self.sqlite.pool())
        .await
        .map_err(&fault)?;
        row.map(|row| request(&row)).transpose().map_err(&fault)
    }

    /// Makes a link that opens a record for somebody of the case; what stands behind `#`.
    pub(crate) async fn make_link(
        &self,
        hearing: HearingId,
        who: ParticipantId,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<Private<String>, DocketFault> {
        let fault = to("make a link");
        let token = self.secrets.token();
        let mut change = self.sqlite.pool().begin_with("BEGIN IMMEDIATE").await.map_err(&fault)?;
        sqlx::query("DELETE FROM view_links WHERE expires_at <= ?")
            .bind(now.0)
            .execute(&mut *change)
            .await
            .map_err(&fault)?;
        sqlx::query(
            "INSERT INTO view_links (token, hearing, participant, expires_at) VALUES (?, ?, ?, ?)",
        )
        .bind(TokenHash::of(token.reveal()).bytes())
        .bind(hearing.0)
        .bind(who.0)
        .bind(expires_at.0)
        .execute(&mut *change)
        .await
        .map_err(&fault)?;
        change.commit().await.map_err(&fault)?;
        Ok(token)
    }

    /// Whom a link is for, while it is good.
    pub(crate) async fn link_opens(
        &self,
        key: &str,
        now: Timestamp,
    ) -> Result<Option<(HearingId, ParticipantId)>, DocketFault> {
        let fault = to("look up a link");
        let row = sqlx::query(
            "SELECT hearing, participant FROM view_links WHERE token = ? AND expires_at > ?",
        )
        .bind(TokenHash::of(key).bytes())
        .bind(now.0)
        .fetch_optional(self.sqlite.pool())
        .await
        .map_err(&fault)?;
        row.map(|row| Ok((HearingId(row.try_get(0)?), ParticipantId(row.try_get(1)?))))
            .transpose()
            .map_err(&fault)
    }
}

fn hold(row: &SqliteRow) -> Result<Hold, sqlx::Error> {
    Ok(Hold {
        at: Timestamp(row.try_get("at")?),
        by: private(row, "by_name")?,
        reason: private(row, "reason")?,
    })
}

fn request(row: &SqliteRow) -> Result<CopyRequest, sqlx::Error> {
    let time = |column: &str| -> Result<Option<Timestamp>, sqlx::Error> {
        Ok(row.try_get::<Option<i64>, _>(column)?.map(Timestamp))
    };
    Ok(CopyRequest {
        id: row.try_get("id")?,
        who: ParticipantId(row.try_get("participant")?),
        what: value(row, "what")?,
        reason: private(row, "reason")?,
        at: Timestamp(row.try_get("at")?),
        state: value(row, "state")?,
        decided_at: time("decided_at")?,
        decided_by: private(row, "decided_by")?,
        decision: private(row, "decision")?,
        until: time("until")?,
    })
}
