//! Words of tribunals for the engine of speech as rows, and every change of them.
//!
//! What is not here: what may stand there (crate `docket`), and the engine.

use std::collections::BTreeMap;

use ::docket::api::{Glossary, GlossaryChange, GlossaryTerm, TermsChanged};
use ::docket::glossary;
use model::limits::GLOSSARY_CHANGES_SHOWN_MAX;
use model::{HearingId, Private, Timestamp};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, Transaction};

use super::sqlite::{json, to, value, word};
use super::{Account, Docket, DocketFault};

/// The tables. A tribunal of 0 stands for all. A database refuses to alter what was noted.
pub(super) const STEP: &str = "
CREATE TABLE glossary (
  tribunal INTEGER NOT NULL,
  word TEXT NOT NULL,
  weight INTEGER NOT NULL,
  kind TEXT NOT NULL,
  PRIMARY KEY (tribunal, word)
) STRICT;
CREATE TABLE glossary_changes (
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  by_name TEXT NOT NULL,
  tribunal INTEGER NOT NULL,
  what TEXT NOT NULL
) STRICT;
CREATE TRIGGER glossary_changes_stay BEFORE UPDATE ON glossary_changes
BEGIN SELECT RAISE(ABORT, 'what was noted stays'); END;
CREATE TRIGGER glossary_changes_remain BEFORE DELETE ON glossary_changes
BEGIN SELECT RAISE(ABORT, 'what was noted stays'); END;
";

impl Docket {
    /// The words of every list that holds any: those of all first, then by tribunal.
    pub(crate) async fn glossaries(&self) -> Result<Vec<Glossary>, DocketFault> {
        let fault = to("read the glossary");
        let rows = sqlx::query("SELECT * FROM glossary ORDER BY tribunal, word")
            .fetch_all(self.sqlite.pool())
            .await
            .map_err(&fault)?;
        let mut lists: BTreeMap<u32, Vec<GlossaryTerm>> = BTreeMap::new();
        for row in &rows {
            let tribunal = row.try_get("tribunal").map_err(&fault)?;
            lists.entry(tribunal).or_default().push(term(row).map_err(&fault)?);
        }
        let list = |(tribunal, terms)| Glossary { tribunal: named(tribunal), terms };
        Ok(lists.into_iter().map(list).collect())
    }

    /// Sets the words of one list, all anew, and notes what changed and who did it.
    pub(crate) async fn set_glossary(
        &self,
        new: &Glossary,
        by: &Account,
        now: Timestamp,
    ) -> Result<Option<TermsChanged>, DocketFault> {
        let fault = to("set the glossary");
        let mut change = self.sqlite.pool().begin_with("BEGIN IMMEDIATE").await.map_err(&fault)?;
        let tribunal = new.tribunal.unwrap_or(0);
        let before = terms_of(&mut change, tribunal).await.map_err(&fault)?;
        let Some(what) = glossary::changed(&before, &new.terms) else { return Ok(None) };
        sqlx::query("DELETE FROM glossary WHERE tribunal = ?")
            .bind(tribunal)
            .execute(&mut *change)
            .await
            .map_err(&fault)?;
        for term in &new.terms {
            sqlx::query("INSERT INTO glossary (tribunal, word, weight, kind) VALUES (?, ?, ?, ?)")
                .bind(tribunal)
                .bind(&term.word)
                .bind(term.weight)
                .bind(word(&term.kind))
                .execute(&mut *change)
                .await
                .map_err(&fault)?;
        }
        sqlx::query(
            "INSERT INTO glossary_changes (at, by_name, tribunal, what) VALUES (?, ?, ?, ?)",
        )
        .bind(now.0)
        .bind(by.shown_name.reveal())
        .bind(tribunal)
        .bind(serde_json::to_string(&what).unwrap_or_default())
        .execute(&mut *change)
        .await
        .map_err(&fault)?;
        change.commit().await.map_err(&fault)?;
        Ok(Some(what))
    }

    /// What was changed last, newest first.
    pub(crate) async fn glossary_changes(&self) -> Result<Vec<GlossaryChange>, DocketFault> {
        let fault = to("read changes of the glossary");
        let rows = sqlx::query("SELECT * FROM glossary_changes ORDER BY n DESC LIMIT ?")
            .bind(GLOSSARY_CHANGES_SHOWN_MAX)
            .fetch_all(self.sqlite.pool())
            .await
            .map_err(&fault)?;
        let line = |row: &SqliteRow| -> Result<GlossaryChange, sqlx::Error> {
            Ok(GlossaryChange {
                at: Timestamp(row.try_get("at")?),
                by: Private::new(row.try_get("by_name")?),
                tribunal: named(row.try_get("tribunal")?),
                what: json(row, "what")?,
            })
        };
        rows.iter().map(line).collect::<Result<_, _>>().map_err(&fault)
    }

    /// The words an engine is told for a sitting, each with its weight: those of its tribunal, the
    /// heaviest first, then those of all.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn glossary_of(&self, hearing: HearingId) -> Result<Vec<(String, u8)>, DocketFault> {
        let fault = to("read the glossary");
        let rows = sqlx::query(
            "SELECT word, weight FROM glossary WHERE tribunal = 0
               OR tribunal = (SELECT tribunal FROM hearings WHERE id = ?)
             ORDER BY tribunal = 0, weight DESC, word",
        )
        .bind(hearing.0)
        .fetch_all(self.sqlite.pool())
        .await
        .map_err(&fault)?;
        let pair = |row: &SqliteRow| -> Result<(String, u8), sqlx::Error> {
            Ok((row.try_get("word")?, row.try_get("weight")?))
        };
        rows.iter().map(pair).collect::<Result<_, _>>().map_err(&fault)
    }
}

const fn named(tribunal: u32) -> Option<u32> {
    if tribunal == 0 { None } else { Some(tribunal) }
}

async fn terms_of(
    change: &mut Transaction<'_, Sqlite>,
    tribunal: u32,
) -> Result<Vec<GlossaryTerm>, sqlx::Error> {
    let rows = sqlx::query("SELECT * FROM glossary WHERE tribunal = ? ORDER BY word")
        .bind(tribunal)
        .fetch_all(&mut **change)
        .await?;
    rows.iter().map(term).collect()
}

fn term(row: &SqliteRow) -> Result<GlossaryTerm, sqlx::Error> {
    Ok(GlossaryTerm {
        word: row.try_get("word")?,
        weight: row.try_get("weight")?,
        kind: value(row, "kind")?,
    })
}
