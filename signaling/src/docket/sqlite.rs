//! The docket in SQLite: accounts, sessions, codes and passes.
//!
//! What is not here: what the rows mean; secrets arrive here hashed. Hearings: `sqlite/hearings.rs`.

use std::path::Path;
use std::time::Duration;

use model::view::Heading;
use model::{HearingId, ParticipantId, Private, Role, Timestamp};
use protocol::{SeatPass, StaffKind};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Row, SqlitePool, sqlite::SqliteRow};

use super::schema::STEPS;
use super::{Account, AccountId, DocketFault, NewAccount};
use crate::secrets::{CodeHash, TokenHash};

pub(super) mod desk;
mod evidence;
mod hearings;
mod tickets;

pub(super) use hearings::{insert, insert_person, json, write_brief};

/// Connections to the database.
const CONNECTIONS_MAX: u32 = 4;
/// How long a writer waits for another one.
const BUSY_WAIT: Duration = Duration::from_secs(5);
/// Sessions one account may have; the oldest ends.
const SESSIONS_MAX: i64 = 20;

/// What became of a new code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Issued {
    Done,
    /// Nobody by that number comes with a code.
    Nobody,
    /// Another person has the same digits.
    Taken,
}

/// What became of a code somebody typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Used {
    Seated(SeatPass),
    Unknown,
    Before,
    Expired,
}

/// The database.
#[derive(Debug)]
pub(super) struct Sqlite {
    pool: SqlitePool,
}

impl Sqlite {
    pub(super) async fn open(path: &Path) -> Result<Self, DocketFault> {
        let fault = to("open the docket");
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_WAIT);
        let pool = SqlitePoolOptions::new()
            .max_connections(CONNECTIONS_MAX)
            .connect_with(options)
            .await
            .map_err(&fault)?;
        let mut change = pool.begin_with("BEGIN IMMEDIATE").await.map_err(&fault)?;
        let done: i64 = sqlx::query("PRAGMA user_version")
            .fetch_one(&mut *change)
            .await
            .and_then(|row| row.try_get(0))
            .map_err(&fault)?;
        let known = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
        if done > known {
            return Err(DocketFault {
                doing: "open the docket",
                fault: "it was written by a newer version of Assize".to_owned(),
            });
        }
        for step in STEPS.iter().skip(usize::try_from(done).unwrap_or(0)) {
            sqlx::raw_sql(*step).execute(&mut *change).await.map_err(&fault)?;
        }
        // A pragma takes no bound value; the number is ours.
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!("PRAGMA user_version = {known}")))
            .execute(&mut *change)
            .await
            .map_err(&fault)?;
        change.commit().await.map_err(&fault)?;
        Ok(Self { pool })
    }

    /// The connections.
    pub(super) const fn pool(&self) -> &SqlitePool {
        &self.pool
    }

    pub(super) async fn set_account(
        &self,
        account: &NewAccount,
        password: &str,
    ) -> Result<AccountId, DocketFault> {
        let fault = to("set an account");
        let mut change = self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(&fault)?;
        let row = sqlx::query(
            "INSERT INTO accounts (name, shown_name, kind, password) VALUES (?, ?, ?, ?)
             ON CONFLICT (name) DO UPDATE SET shown_name = excluded.shown_name,
               kind = excluded.kind, password = excluded.password
             RETURNING id",
        )
        .bind(&account.name)
        .bind(account.shown_name.reveal())
        .bind(word(&account.kind))
        .bind(password)
        .fetch_one(&mut *change)
        .await
        .map_err(&fault)?;
        let id: i64 = row.try_get(0).map_err(&fault)?;
        sqlx::query("DELETE FROM sessions WHERE account = ?")
            .bind(id)
            .execute(&mut *change)
            .await
            .map_err(&fault)?;
        change.commit().await.map_err(&fault)?;
        Ok(AccountId(id))
    }

    pub(super) async fn account(
        &self,
        name: &str,
    ) -> Result<Option<(Account, String)>, DocketFault> {
        let fault = to("look up an account");
        let row = sqlx::query("SELECT id, shown_name, kind, password FROM accounts WHERE name = ?")
            .bind(name)
            .fetch_optional(&self.pool)
            .await
            .map_err(&fault)?;
        row.map(|row| Ok((account(&row)?, row.try_get("password")?))).transpose().map_err(&fault)
    }

    /// What is kept of an account's password.
    pub(super) async fn password_of(&self, id: AccountId) -> Result<Option<String>, DocketFault> {
        let fault = to("look up a password");
        let row = sqlx::query("SELECT password FROM accounts WHERE id = ?")
            .bind(id.0)
            .fetch_optional(&self.pool)
            .await
            .map_err(&fault)?;
        row.map(|row| row.try_get("password")).transpose().map_err(&fault)
    }

    pub(super) async fn open_session(
        &self,
        account: AccountId,
        token: &TokenHash,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), DocketFault> {
        let fault = to("open a session");
        let mut change = self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(&fault)?;
        sqlx::query("DELETE FROM sessions WHERE expires_at <= ?")
            .bind(now.0)
            .execute(&mut *change)
            .await
            .map_err(&fault)?;
        sqlx::query("INSERT INTO sessions (token, account, expires_at) VALUES (?, ?, ?)")
            .bind(token.bytes())
            .bind(account.0)
            .bind(expires_at.0)
            .execute(&mut *change)
            .await
            .map_err(&fault)?;
        sqlx::query(
            "DELETE FROM sessions WHERE account = ?1 AND token NOT IN
             (SELECT token FROM sessions WHERE account = ?1 ORDER BY expires_at DESC LIMIT ?2)",
        )
        .bind(account.0)
        .bind(SESSIONS_MAX)
        .execute(&mut *change)
        .await
        .map_err(&fault)?;
        change.commit().await.map_err(&fault)
    }

    pub(super) async fn session(
        &self,
        token: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<Account>, DocketFault> {
        let fault = to("look up a session");
        let row = sqlx::query(
            "SELECT accounts.id, shown_name, kind FROM sessions
             JOIN accounts ON accounts.id = account WHERE token = ? AND expires_at > ?",
        )
        .bind(token.bytes())
        .bind(now.0)
        .fetch_optional(&self.pool)
        .await
        .map_err(&fault)?;
        row.map(|row| account(&row)).transpose().map_err(&fault)
    }

    pub(super) async fn end_session(&self, token: &TokenHash) -> Result<(), DocketFault> {
        sqlx::query("DELETE FROM sessions WHERE token = ?")
            .bind(token.bytes())
            .execute(&self.pool)
            .await
            .map_err(to("end a session"))?;
        Ok(())
    }

    pub(super) async fn issue_code(
        &self,
        hearing: HearingId,
        participant: ParticipantId,
        code: &CodeHash,
        expires_at: Timestamp,
    ) -> Result<Issued, DocketFault> {
        let done = sqlx::query(
            "UPDATE participants SET code = ?, code_expires_at = ?, card = card + code_used,
               code_used = 0, pass = NULL
             WHERE id = ? AND hearing = ? AND account IS NULL
               AND hearing IN (SELECT id FROM hearings WHERE closed = 0)",
        )
        .bind(code.bytes())
        .bind(expires_at.0)
        .bind(participant.0)
        .bind(hearing.0)
        .execute(&self.pool)
        .await;
        match done {
            Ok(done) if done.rows_affected() == 1 => Ok(Issued::Done),
            Ok(_) => Ok(Issued::Nobody),
            Err(sqlx::Error::Database(fault)) if fault.is_unique_violation() => Ok(Issued::Taken),
            Err(fault) => Err(to("issue a join code")(fault)),
        }
    }

    pub(super) async fn use_code(
        &self,
        code: &CodeHash,
        pass: &TokenHash,
        now: Timestamp,
        life: Duration,
    ) -> Result<Used, DocketFault> {
        let fault = to("use a join code");
        let row =
            sqlx::query("SELECT id, code_used, code_expires_at FROM participants WHERE code = ?")
                .bind(code.bytes())
                .fetch_optional(&self.pool)
                .await
                .map_err(&fault)?;
        let Some(row) = row else { return Ok(Used::Unknown) };
        if row.try_get("code_used").map_err(&fault)? {
            return Ok(Used::Before);
        }
        if row.try_get::<i64, _>("code_expires_at").map_err(&fault)? <= now.0 {
            return Ok(Used::Expired);
        }
        let who = ParticipantId(row.try_get("id").map_err(&fault)?);
        self.take_seat(who, Some(code), pass, now, life).await
    }

    /// Gives a seat to a device, once: whoever is second finds it taken. The pass is good for
    /// `life` from now, and from when the sitting is due.
    pub(super) async fn take_seat(
        &self,
        who: ParticipantId,
        code: Option<&CodeHash>,
        pass: &TokenHash,
        now: Timestamp,
        life: Duration,
    ) -> Result<Used, DocketFault> {
        let done = sqlx::query(
            "UPDATE participants SET code_used = 1, pass = ?1, pass_expires_at =
               ?3 + max(?2, (SELECT scheduled_at FROM hearings WHERE id = hearing))
             WHERE id = ?4 AND code_used = 0 AND account IS NULL
               AND (?5 IS NULL OR code = ?5)
               AND hearing IN (SELECT id FROM hearings WHERE closed = 0)",
        )
        .bind(pass.bytes())
        .bind(now.0)
        .bind(i64::try_from(life.as_millis()).unwrap_or(i64::MAX))
        .bind(who.0)
        .bind(code.map(CodeHash::bytes))
        .execute(&self.pool)
        .await
        .map_err(to("take a seat"))?;
        if done.rows_affected() == 0 {
            return Ok(Used::Before);
        }
        match self.seat(pass, now).await? {
            Some(seat) => Ok(Used::Seated(seat)),
            None => Ok(Used::Expired),
        }
    }

    pub(super) async fn seat(
        &self,
        pass: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<SeatPass>, DocketFault> {
        let fault = to("look up a seat");
        let row = sqlx::query(
            "SELECT participants.id AS participant, hearing, role, name,
               court, case_number, cause, scheduled_at
             FROM participants JOIN hearings ON hearings.id = hearing
             WHERE pass = ? AND pass_expires_at > ?",
        )
        .bind(pass.bytes())
        .bind(now.0)
        .fetch_optional(&self.pool)
        .await
        .map_err(&fault)?;
        row.map(|row| seat(&row)).transpose().map_err(&fault)
    }

    pub(super) async fn end_seat(&self, pass: &TokenHash) -> Result<(), DocketFault> {
        sqlx::query("UPDATE participants SET pass = NULL WHERE pass = ?")
            .bind(pass.bytes())
            .execute(&self.pool)
            .await
            .map_err(to("end a seat"))?;
        Ok(())
    }
}

pub(super) fn to(doing: &'static str) -> impl Fn(sqlx::Error) -> DocketFault {
    // A database error may quote a row's value; its kind is enough for an operator.
    move |fault| {
        let text = match fault.as_database_error() {
            Some(fault) => format!("database error {}", fault.code().unwrap_or_default()),
            None => fault.to_string(),
        };
        DocketFault { doing, fault: text }
    }
}

pub(super) fn account(row: &SqliteRow) -> Result<Account, sqlx::Error> {
    Ok(Account {
        id: AccountId(row.try_get("id")?),
        shown_name: private(row, "shown_name")?,
        kind: value::<StaffKind>(row, "kind")?,
    })
}

fn heading(row: &SqliteRow) -> Result<Heading, sqlx::Error> {
    Ok(Heading {
        court: row.try_get("court")?,
        case_number: private(row, "case_number")?,
        cause: private(row, "cause")?,
        scheduled_at: Timestamp(row.try_get("scheduled_at")?),
    })
}

fn seat(row: &SqliteRow) -> Result<SeatPass, sqlx::Error> {
    Ok(SeatPass {
        hearing: HearingId(row.try_get("hearing")?),
        participant: ParticipantId(row.try_get("participant")?),
        role: value::<Role>(row, "role")?,
        name: private(row, "name")?,
        heading: heading(row)?,
    })
}

pub(super) fn private(row: &SqliteRow, column: &str) -> Result<Private<String>, sqlx::Error> {
    Ok(Private::new(row.try_get(column)?))
}

/// An enum as the word it has on the wire.
pub(super) fn word<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value)
        .expect("a plain enum serializes to a string")
        .trim_matches('"')
        .to_owned()
}

/// An enum that may be missing.
pub(super) fn optional<T: DeserializeOwned>(
    row: &SqliteRow,
    column: &str,
) -> Result<Option<T>, sqlx::Error> {
    let word: Option<String> = row.try_get(column)?;
    word.map(|word| serde_json::from_value(serde_json::Value::String(word)))
        .transpose()
        .map_err(|fault| sqlx::Error::Decode(fault.into()))
}

pub(super) fn value<T: DeserializeOwned>(row: &SqliteRow, column: &str) -> Result<T, sqlx::Error> {
    let word: String = row.try_get(column)?;
    serde_json::from_value(serde_json::Value::String(word))
        .map_err(|fault| sqlx::Error::Decode(fault.into()))
}

/// Makes a docket as the first version left it, with one hearing of one person.
#[cfg(test)]
pub(super) async fn of_the_first_step(path: &Path) -> Result<(), sqlx::Error> {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
    sqlx::raw_sql(STEPS[0]).execute(&pool).await?;
    sqlx::raw_sql(
        "INSERT INTO hearings (court, case_number, cause, scheduled_at) VALUES ('c', 'n', 'x', 1);
         INSERT INTO participants (hearing, role, name) VALUES (1, 'plaintiff', 'P');
         PRAGMA user_version = 1;",
    )
    .execute(&pool)
    .await?;
    pool.close().await;
    Ok(())
}
