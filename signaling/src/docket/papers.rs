//! What people said and were sent: the consent ledger, notices with receipts, the log of changes.
//!
//! What is not here: sending (`courier`), and what a receipt is worth (crate `docket`).

use ::docket::api::{ChangeLine, ConsentLine, NewConsent, NoticeLine};
use ::docket::{Channel, NoticeState};
use model::{HearingId, ParticipantId, Private, Timestamp};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::sqlite::{private, to, value, word};
use super::{AccountId, Docket, DocketFault};

/// Lines of one kind in one answer.
const LINES_MAX: i64 = 1_000;

impl Docket {
    /// Writes down what somebody said about holding a step online. Nothing is overwritten.
    pub(crate) async fn consent(
        &self,
        who: ParticipantId,
        consent: &NewConsent,
        by: Option<AccountId>,
        now: Timestamp,
    ) -> Result<(), DocketFault> {
        sqlx::query(
            "INSERT INTO consents (participant, step, given, form, told, at, account)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(who.0)
        .bind(word(&consent.step))
        .bind(consent.given)
        .bind(word(&consent.form))
        .bind(consent.told.reveal())
        .bind(now.0)
        .bind(by.map(|account| account.0))
        .execute(self.sqlite.pool())
        .await
        .map_err(to("write a consent"))?;
        Ok(())
    }

    /// The consent ledger of a sitting.
    pub(crate) async fn consents(
        &self,
        hearing: HearingId,
    ) -> Result<Vec<ConsentLine>, DocketFault> {
        let fault = to("read consents");
        let rows = sqlx::query(
            "SELECT * FROM consents
             WHERE participant IN (SELECT id FROM participants WHERE hearing = ?)
             ORDER BY id LIMIT ?",
        )
        .bind(hearing.0)
        .bind(LINES_MAX)
        .fetch_all(self.sqlite.pool())
        .await
        .map_err(&fault)?;
        rows.iter().map(consent_line).collect::<Result<_, _>>().map_err(&fault)
    }

    /// What one person said, in order.
    pub(crate) async fn consents_of(
        &self,
        who: ParticipantId,
    ) -> Result<Vec<ConsentLine>, DocketFault> {
        let fault = to("read consents");
        let rows = sqlx::query("SELECT * FROM consents WHERE participant = ? ORDER BY id LIMIT ?")
            .bind(who.0)
            .bind(LINES_MAX)
            .fetch_all(self.sqlite.pool())
            .await
            .map_err(&fault)?;
        rows.iter().map(consent_line).collect::<Result<_, _>>().map_err(&fault)
    }

    /// Writes a notice that waits to be sent; its number.
    pub(crate) async fn add_notice(
        &self,
        who: ParticipantId,
        channel: Channel,
        text: &Private<String>,
        now: Timestamp,
    ) -> Result<u32, DocketFault> {
        let fault = to("write a notice");
        let row = sqlx::query(
            "INSERT INTO notices (participant, channel, text, state, made_at)
             VALUES (?, ?, ?, ?, ?) RETURNING id",
        )
        .bind(who.0)
        .bind(word(&channel))
        .bind(text.reveal())
        .bind(word(&NoticeState::Waiting))
        .bind(now.0)
        .fetch_one(self.sqlite.pool())
        .await
        .map_err(&fault)?;
        row.try_get(0).map_err(&fault)
    }

    /// Notes what became of a notice. A confirmed one stays confirmed; false when there is none.
    pub(crate) async fn receipt(
        &self,
        notice: u32,
        state: NoticeState,
        how: &str,
        fault_text: &str,
        now: Timestamp,
    ) -> Result<bool, DocketFault> {
        let sent = !matches!(state, NoticeState::Waiting | NoticeState::Failed);
        let arrived = matches!(state, NoticeState::Delivered | NoticeState::Confirmed);
        let confirmed = state == NoticeState::Confirmed;
        let done = sqlx::query(
            "UPDATE notices SET
               state = CASE WHEN state = 'confirmed' THEN state ELSE ?1 END,
               sent_at = CASE WHEN ?2 THEN coalesce(sent_at, ?7) ELSE sent_at END,
               delivered_at = CASE WHEN ?3 THEN coalesce(delivered_at, ?7) ELSE delivered_at END,
               confirmed_at = CASE WHEN ?4 THEN coalesce(confirmed_at, ?7) ELSE confirmed_at END,
               confirmed_how = CASE WHEN ?4 AND confirmed_how = '' THEN ?5 ELSE confirmed_how END,
               fault = ?6
             WHERE id = ?8",
        )
        .bind(word(&state))
        .bind(sent)
        .bind(arrived)
        .bind(confirmed)
        .bind(how)
        .bind(fault_text)
        .bind(now.0)
        .bind(notice)
        .execute(self.sqlite.pool())
        .await
        .map_err(to("note a receipt"))?;
        Ok(done.rows_affected() == 1)
    }

    /// The sitting and the person a notice is for.
    pub(crate) async fn notice_of(
        &self,
        notice: u32,
    ) -> Result<Option<(HearingId, ParticipantId)>, DocketFault> {
        let fault = to("look up a notice");
        let row = sqlx::query(
            "SELECT hearing, participant FROM notices
             JOIN participants ON participants.id = participant WHERE notices.id = ?",
        )
        .bind(notice)
        .fetch_optional(self.sqlite.pool())
        .await
        .map_err(&fault)?;
        row.map(|row| {
            Ok((HearingId(row.try_get("hearing")?), ParticipantId(row.try_get("participant")?)))
        })
        .transpose()
        .map_err(&fault)
    }

    /// The last notice to somebody: its number, text and state.
    pub(crate) async fn last_notice(
        &self,
        who: ParticipantId,
    ) -> Result<Option<(u32, Private<String>, NoticeState)>, DocketFault> {
        let fault = to("look up a notice");
        let row = sqlx::query(
            "SELECT id, text, state FROM notices WHERE participant = ? ORDER BY id DESC LIMIT 1",
        )
        .bind(who.0)
        .fetch_optional(self.sqlite.pool())
        .await
        .map_err(&fault)?;
        row.map(|row| Ok((row.try_get("id")?, private(&row, "text")?, value(&row, "state")?)))
            .transpose()
            .map_err(&fault)
    }

    /// Notices of a sitting.
    pub(crate) async fn notices(&self, hearing: HearingId) -> Result<Vec<NoticeLine>, DocketFault> {
        let fault = to("read notices");
        let rows = sqlx::query(
            "SELECT * FROM notices
             WHERE participant IN (SELECT id FROM participants WHERE hearing = ?)
             ORDER BY id LIMIT ?",
        )
        .bind(hearing.0)
        .bind(LINES_MAX)
        .fetch_all(self.sqlite.pool())
        .await
        .map_err(&fault)?;
        let time = |row: &SqliteRow, column: &str| -> Result<Option<Timestamp>, sqlx::Error> {
            Ok(row.try_get::<Option<i64>, _>(column)?.map(Timestamp))
        };
        let line = |row: &SqliteRow| -> Result<NoticeLine, sqlx::Error> {
            Ok(NoticeLine {
                id: row.try_get("id")?,
                who: ParticipantId(row.try_get("participant")?),
                channel: value(row, "channel")?,
                state: value(row, "state")?,
                made_at: Timestamp(row.try_get("made_at")?),
                sent_at: time(row, "sent_at")?,
                delivered_at: time(row, "delivered_at")?,
                confirmed_at: time(row, "confirmed_at")?,
                how: private(row, "confirmed_how")?,
                fault: row.try_get("fault")?,
            })
        };
        rows.iter().map(line).collect::<Result<_, _>>().map_err(&fault)
    }

    /// What was changed in a sitting.
    pub(crate) async fn changes(&self, hearing: HearingId) -> Result<Vec<ChangeLine>, DocketFault> {
        let fault = to("read changes");
        let rows = sqlx::query(
            "SELECT changes.*, coalesce(shown_name, '') AS who FROM changes
             LEFT JOIN accounts ON accounts.id = account
             WHERE hearing = ? ORDER BY changes.id LIMIT ?",
        )
        .bind(hearing.0)
        .bind(LINES_MAX)
        .fetch_all(self.sqlite.pool())
        .await
        .map_err(&fault)?;
        let line = |row: &SqliteRow| -> Result<ChangeLine, sqlx::Error> {
            Ok(ChangeLine {
                at: Timestamp(row.try_get("at")?),
                by: private(row, "who")?,
                what: value(row, "what")?,
                detail: private(row, "detail")?,
                reason: private(row, "reason")?,
            })
        };
        rows.iter().map(line).collect::<Result<_, _>>().map_err(&fault)
    }
}

fn consent_line(row: &SqliteRow) -> Result<ConsentLine, sqlx::Error> {
    Ok(ConsentLine {
        who: ParticipantId(row.try_get("participant")?),
        step: value(row, "step")?,
        given: row.try_get("given")?,
        form: value(row, "form")?,
        told: private(row, "told")?,
        at: Timestamp(row.try_get("at")?),
    })
}
