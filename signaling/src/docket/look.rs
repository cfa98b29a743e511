//! A look at the database from outside, beside a server or without one: whether it is sound, and
//! whether the audit log follows.
//!
//! What is not here: mending. It is opened for reading alone.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{Row, SqlitePool};

use super::DOCKET_FILE;
use super::audit::{broken_link, end_of_audit};

/// What a look found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseLook {
    /// There is no database yet.
    Missing,
    /// It is sound, and the audit log follows from its beginning.
    Sound {
        /// Lines of the audit log.
        lines: i64,
        /// SHA-256 of the last line, hexadecimal; `-` when there is none. Whoever noted it before
        /// sees whether lines were taken off the end.
        head: String,
    },
    /// The audit log does not follow.
    AuditBroken {
        /// The first line that does not fit.
        line: i64,
    },
    /// It cannot be read, or its pages are damaged.
    Damaged(String),
}

/// Looks at the docket in the data folder. Reads every page of it.
pub async fn look_at_database(data: &Path) -> DatabaseLook {
    let path = data.join(DOCKET_FILE);
    if !path.exists() {
        return DatabaseLook::Missing;
    }
    look(&path).await.unwrap_or_else(DatabaseLook::Damaged)
}

async fn look(path: &Path) -> Result<DatabaseLook, String> {
    let options = SqliteConnectOptions::new().filename(path).read_only(true);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await;
    let pool = pool.map_err(|fault| fault.to_string())?;
    let said = sound(&pool).await.map_err(|fault| fault.to_string())?;
    if said != "ok" {
        return Ok(DatabaseLook::Damaged(said));
    }
    let (lines, head) = end_of_audit(&pool).await.map_err(|fault| fault.to_string())?;
    let broken = broken_link(&pool).await.map_err(|fault| fault.to_string())?;
    Ok(match broken {
        Some(line) => DatabaseLook::AuditBroken { line },
        None => DatabaseLook::Sound { lines, head },
    })
}

async fn sound(pool: &SqlitePool) -> Result<String, sqlx::Error> {
    sqlx::query("PRAGMA quick_check(1)").fetch_one(pool).await?.try_get(0)
}
