//! The docket in SQLite. The only file that names the database library.
//!
//! What is not here: what the rows mean; secrets arrive here hashed.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use model::limits::{ARCHIVE_LIST_MAX, PARTICIPANTS_MAX};
use model::view::Heading;
use model::{Brief, HearingId, ParticipantId, Private, Role, Timestamp};
use protocol::{DocketPerson, SeatPass, StaffKind};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Row, SqlitePool, sqlite::SqliteRow};

use super::{Account, AccountId, DocketFault, Entry, NewAccount, NewHearing};
use crate::secrets::{CodeHash, TokenHash};

/// Connections to the database.
const CONNECTIONS_MAX: u32 = 4;
/// How long a writer waits for another one.
const BUSY_WAIT: Duration = Duration::from_secs(5);
/// Hearings in one answer.
const ENTRIES_MAX: i64 = 200;
/// Sessions one account may have; the oldest ends.
const SESSIONS_MAX: i64 = 20;

/// Each step of the schema, applied once and in order; `user_version` counts them.
const STEPS: [&str; 1] = ["
CREATE TABLE accounts (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  shown_name TEXT NOT NULL,
  kind TEXT NOT NULL,
  password TEXT NOT NULL
) STRICT;
CREATE TABLE sessions (
  token BLOB PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_by_account ON sessions (account);
CREATE TABLE hearings (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  court TEXT NOT NULL,
  case_number TEXT NOT NULL,
  cause TEXT NOT NULL,
  scheduled_at INTEGER NOT NULL,
  closed INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE participants (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  hearing INTEGER NOT NULL REFERENCES hearings (id) ON DELETE CASCADE,
  role TEXT NOT NULL,
  name TEXT NOT NULL,
  account INTEGER REFERENCES accounts (id),
  code BLOB UNIQUE,
  code_expires_at INTEGER NOT NULL DEFAULT 0,
  code_used INTEGER NOT NULL DEFAULT 0,
  pass BLOB UNIQUE,
  pass_expires_at INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX participants_by_hearing ON participants (hearing);
CREATE INDEX participants_by_account ON participants (account);
"];

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

    pub(super) async fn add_hearing(&self, new: &NewHearing) -> Result<HearingId, DocketFault> {
        let fault = to("add a hearing");
        let mut change = self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(&fault)?;
        let row = sqlx::query(
            "INSERT INTO hearings (court, case_number, cause, scheduled_at)
             VALUES (?, ?, ?, ?) RETURNING id",
        )
        .bind(&new.heading.court)
        .bind(new.heading.case_number.reveal())
        .bind(new.heading.cause.reveal())
        .bind(new.heading.scheduled_at.0)
        .fetch_one(&mut *change)
        .await
        .map_err(&fault)?;
        let id: u32 = row.try_get(0).map_err(&fault)?;
        for person in &new.people {
            sqlx::query(
                "INSERT INTO participants (hearing, role, name, account) VALUES (?, ?, ?, ?)",
            )
            .bind(id)
            .bind(word(&person.role))
            .bind(person.name.reveal())
            .bind(person.account.map(|account| account.0))
            .execute(&mut *change)
            .await
            .map_err(&fault)?;
        }
        change.commit().await.map_err(&fault)?;
        Ok(HearingId(id))
    }

    pub(super) async fn entry(&self, hearing: HearingId) -> Result<Option<Entry>, DocketFault> {
        let fault = to("read a hearing");
        let row = sqlx::query("SELECT * FROM hearings WHERE id = ?")
            .bind(hearing.0)
            .fetch_optional(&self.pool)
            .await
            .map_err(&fault)?;
        match row {
            Some(row) => self.with_people(&row).await.map(Some).map_err(&fault),
            None => Ok(None),
        }
    }

    pub(super) async fn entries_of(&self, account: AccountId) -> Result<Vec<Entry>, DocketFault> {
        let fault = to("read the docket");
        let rows = sqlx::query(
            "SELECT * FROM hearings WHERE id IN (SELECT hearing FROM participants WHERE account = ?)
             ORDER BY closed, scheduled_at, id LIMIT ?",
        )
        .bind(account.0)
        .bind(ENTRIES_MAX)
        .fetch_all(&self.pool)
        .await
        .map_err(&fault)?;
        let mut entries = Vec::with_capacity(rows.len());
        for row in &rows {
            entries.push(self.with_people(row).await.map_err(&fault)?);
        }
        Ok(entries)
    }

    pub(super) async fn hearings_of(
        &self,
        account: AccountId,
    ) -> Result<BTreeSet<HearingId>, DocketFault> {
        let fault = to("read the docket");
        let limit = i64::try_from(ARCHIVE_LIST_MAX).unwrap_or(i64::MAX);
        let rows =
            sqlx::query("SELECT DISTINCT hearing FROM participants WHERE account = ? LIMIT ?")
                .bind(account.0)
                .bind(limit)
                .fetch_all(&self.pool)
                .await
                .map_err(&fault)?;
        rows.iter()
            .map(|row| row.try_get(0).map(HearingId))
            .collect::<Result<_, _>>()
            .map_err(&fault)
    }

    async fn with_people(&self, row: &SqliteRow) -> Result<Entry, sqlx::Error> {
        let hearing = HearingId(row.try_get("id")?);
        let limit = i64::try_from(PARTICIPANTS_MAX).unwrap_or(i64::MAX);
        let rows = sqlx::query(
            "SELECT id, role, name, account, pass IS NOT NULL AS joined FROM participants
             WHERE hearing = ? ORDER BY id LIMIT ?",
        )
        .bind(hearing.0)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        let mut people = Vec::with_capacity(rows.len());
        let mut accounts = Vec::new();
        for row in &rows {
            let id = ParticipantId(row.try_get("id")?);
            let account: Option<i64> = row.try_get("account")?;
            let joined = account.is_some() || row.try_get::<bool, _>("joined")?;
            people.push(DocketPerson {
                id,
                role: value::<Role>(row, "role")?,
                name: private(row, "name")?,
                joined,
            });
            accounts.extend(account.map(|account| (AccountId(account), id)));
        }
        Ok(Entry {
            hearing,
            heading: heading(row)?,
            brief: Brief::default(),
            closed: row.try_get("closed")?,
            people,
            accounts,
        })
    }

    pub(super) async fn close(&self, hearing: HearingId) -> Result<(), DocketFault> {
        let fault = to("close a hearing");
        let mut change = self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(&fault)?;
        sqlx::query("UPDATE hearings SET closed = 1 WHERE id = ?")
            .bind(hearing.0)
            .execute(&mut *change)
            .await
            .map_err(&fault)?;
        // Codes of past hearings would only make guessing easier.
        sqlx::query("UPDATE participants SET code = NULL WHERE hearing = ?")
            .bind(hearing.0)
            .execute(&mut *change)
            .await
            .map_err(&fault)?;
        change.commit().await.map_err(&fault)
    }

    pub(super) async fn issue_code(
        &self,
        hearing: HearingId,
        participant: ParticipantId,
        code: &CodeHash,
        expires_at: Timestamp,
    ) -> Result<Issued, DocketFault> {
        let done = sqlx::query(
            "UPDATE participants SET code = ?, code_expires_at = ?, code_used = 0, pass = NULL
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
        pass_expires_at: Timestamp,
    ) -> Result<Used, DocketFault> {
        let fault = to("use a join code");
        let mut change = self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(&fault)?;
        let row =
            sqlx::query("SELECT id, code_used, code_expires_at FROM participants WHERE code = ?")
                .bind(code.bytes())
                .fetch_optional(&mut *change)
                .await
                .map_err(&fault)?;
        let Some(row) = row else { return Ok(Used::Unknown) };
        if row.try_get("code_used").map_err(&fault)? {
            return Ok(Used::Before);
        }
        if row.try_get::<i64, _>("code_expires_at").map_err(&fault)? <= now.0 {
            return Ok(Used::Expired);
        }
        sqlx::query(
            "UPDATE participants SET code_used = 1, pass = ?, pass_expires_at = ? WHERE id = ?",
        )
        .bind(pass.bytes())
        .bind(pass_expires_at.0)
        .bind(row.try_get::<u32, _>("id").map_err(&fault)?)
        .execute(&mut *change)
        .await
        .map_err(&fault)?;
        change.commit().await.map_err(&fault)?;
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

fn to(doing: &'static str) -> impl Fn(sqlx::Error) -> DocketFault {
    // A database error may quote a row's value; its kind is enough for an operator.
    move |fault| {
        let text = match fault.as_database_error() {
            Some(fault) => format!("database error {}", fault.code().unwrap_or_default()),
            None => fault.to_string(),
        };
        DocketFault { doing, fault: text }
    }
}

fn account(row: &SqliteRow) -> Result<Account, sqlx::Error> {
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

fn private(row: &SqliteRow, column: &str) -> Result<Private<String>, sqlx::Error> {
    Ok(Private::new(row.try_get(column)?))
}

/// An enum as the word it has on the wire.
fn word<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value)
        .expect("a plain enum serializes to a string")
        .trim_matches('"')
        .to_owned()
}

fn value<T: DeserializeOwned>(row: &SqliteRow, column: &str) -> Result<T, sqlx::Error> {
    let word: String = row.try_get(column)?;
    serde_json::from_value(serde_json::Value::String(word))
        .map_err(|fault| sqlx::Error::Decode(fault.into()))
}
