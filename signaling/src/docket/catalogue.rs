//! The index of the archive: which hearings there are, who was in them, when each phase began, and
//! which words stand in them. It follows from the ledgers and can be made anew from them.
//!
//! What is not here: reading ledgers, and when the index is filled (`filing`).

use std::collections::BTreeMap;

use ::docket::Day;
use model::archive::{ArchiveLine, Proof};
use model::limits::{ARCHIVE_PAGE, PASSAGES_MAX};
use model::recording::RecordFacts;
use model::{Fact, HearingId, Kind, Minute, Phase, Private, SiteId, Timestamp};
use protocol::{ArchiveFound, ArchiveList, Passage, PassageKind, RecordStage};
use serde::Deserialize;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, Sqlite, Transaction};

use super::sqlite::{to, value, word};
use super::{AccountId, Docket, DocketFault};

/// Letters from which on the index of words is used; shorter words are looked for one by one.
const INDEXED_LETTERS: usize = 3;
/// Passages shown of one hearing.
const PASSAGES_SHOWN: i64 = 3;
/// Letters shown of a passage.
const PASSAGE_LETTERS: usize = 120;
/// Fields of a fact that hold free words.
const WORDS: [&str; 7] = ["reason", "unwarned", "note", "text", "purpose", "others_present", "how"];

/// What is searched for; empty fields do not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Search {
    /// Any of the words: case number, cause, names, places, minutes.
    pub q: Private<String>,
    /// Part of a case number.
    pub case: Private<String>,
    /// Part of a party's, witness's or other person's name.
    pub party: Private<String>,
    /// Part of the name of a judge or somebody else of the court.
    pub judge: Private<String>,
    /// From this day on, in Beijing (`2026-10-01`).
    pub from: String,
    /// Up to this day.
    pub to: String,
    /// Where it was held, or from where somebody attended.
    pub site: Option<i64>,
    /// Which kind.
    pub kind: Option<Kind>,
    /// A phase that was reached.
    pub phase: Option<Phase>,
    /// Which page, from 0.
    pub page: u32,
}

/// A record in the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The line of the list.
    pub line: ArchiveLine,
    /// Faults of the equipment that need an explanation.
    pub faults: u32,
    /// Where the record stands.
    pub stage: RecordStage,
    /// When the hearing ended: closed, or the last that is known of it.
    pub ended_at: Timestamp,
}

/// Text as it is compared: small letters, half-width brackets.
fn fold(text: &str) -> String {
    let narrow = text.chars().map(|letter| match letter {
        '（' | '〔' => '(',
        '）' | '〕' => ')',
        '，' => ',',
        '：' => ':',
        '　' => ' ',
        letter => letter,
    });
    narrow.flat_map(char::to_lowercase).collect::<String>().trim().to_owned()
}

/// A pattern of `LIKE` that finds the text anywhere; `\` escapes.
fn anywhere(folded: &str) -> String {
    let mut pattern = String::from("%");
    for letter in folded.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

/// Conditions of a search, on rows of `archived AS a`.
fn conditions(query: &mut QueryBuilder<Sqlite>, search: &Search, sits: Option<AccountId>) {
    query.push(" WHERE 1");
    if let Some(account) = sits {
        query.push(
            " AND EXISTS (SELECT 1 FROM participants WHERE hearing = a.hearing AND account = ",
        );
        query.push_bind(account.0).push(")");
    }
    let case = fold(search.case.reveal());
    if !case.is_empty() {
        query.push(" AND a.cases LIKE ").push_bind(anywhere(&case)).push(" ESCAPE '\\'");
    }
    for (name, bench) in [(&search.party, 0), (&search.judge, 1)] {
        let name = fold(name.reveal());
        if !name.is_empty() {
            query.push(
                " AND EXISTS (SELECT 1 FROM archived_people AS p WHERE p.hearing = a.hearing",
            );
            query.push(" AND p.bench = ").push_bind(bench);
            query.push(" AND p.name LIKE ").push_bind(anywhere(&name)).push(" ESCAPE '\\')");
        }
    }
    if let Ok(from) = search.from.parse::<Day>() {
        query.push(" AND a.at >= ").push_bind(from.begin().0);
    }
    if let Ok(to) = search.to.parse::<Day>() {
        query.push(" AND a.at <= ").push_bind(to.end().0);
    }
    if let Some(site) = search.site {
        query
            .push(" AND (EXISTS (SELECT 1 FROM hearings AS h WHERE h.id = a.hearing AND h.site = ");
        query.push_bind(site);
        query.push(") OR EXISTS (SELECT 1 FROM archived_people AS p WHERE p.hearing = a.hearing");
        query.push(" AND p.site = ").push_bind(site).push("))");
    }
    if let Some(kind) = search.kind {
        query.push(" AND a.kind = ").push_bind(word(&kind));
    }
    if let Some(phase) = search.phase {
        query.push(" AND EXISTS (SELECT 1 FROM archived_phases AS f WHERE f.hearing = a.hearing");
        query.push(" AND f.phase = ").push_bind(word(&phase)).push(")");
    }
    let words = fold(search.q.reveal());
    if words.is_empty() {
        return;
    }
    query.push(" AND a.hearing IN (SELECT hearing FROM passages WHERE ");
    if words.chars().count() >= INDEXED_LETTERS {
        // A string of FTS5: quotation marks inside are doubled.
        let text = format!("\"{}\"", words.replace('"', "\"\""));
        query.push("id IN (SELECT rowid FROM passages_words WHERE passages_words MATCH ");
        query.push_bind(text).push("))");
    } else {
        query.push("folded LIKE ").push_bind(anywhere(&words)).push(" ESCAPE '\\')");
    }
}

impl Docket {
    /// Puts records into the index, in place of what was there of them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn file(&self, records: &[RecordFacts]) -> Result<(), DocketFault> {
        let fault = to("file a record");
        let mut change = self.sqlite.pool().begin_with("BEGIN IMMEDIATE").await.map_err(&fault)?;
        for facts in records {
            put(&mut change, facts).await.map_err(&fault)?;
        }
        change.commit().await.map_err(&fault)
    }

    /// Takes a deleted record out of the index.
    pub(crate) async fn unfile(&self, hearing: HearingId) -> Result<(), DocketFault> {
        let fault = to("take a record out of the index");
        let mut change = self.sqlite.pool().begin_with("BEGIN IMMEDIATE").await.map_err(&fault)?;
        remove(&mut change, hearing).await.map_err(&fault)?;
        change.commit().await.map_err(&fault)
    }

    /// Which hearings are in the index, and whether as sealed ones.
    pub(crate) async fn filed(&self) -> Result<BTreeMap<HearingId, bool>, DocketFault> {
        let fault = to("read the index of the archive");
        let rows = sqlx::query("SELECT hearing, sealed FROM archived")
            .fetch_all(self.sqlite.pool())
            .await
            .map_err(&fault)?;
        rows.iter()
            .map(|row| Ok((HearingId(row.try_get(0)?), row.try_get(1)?)))
            .collect::<Result<_, sqlx::Error>>()
            .map_err(&fault)
    }

    /// One record of the index.
    pub(crate) async fn filed_one(&self, hearing: HearingId) -> Result<Option<Found>, DocketFault> {
        let fault = to("read the index of the archive");
        let row = sqlx::query(
            "SELECT a.*, e.hearing IS NOT NULL AS explained FROM archived AS a
             LEFT JOIN explanations AS e ON e.hearing = a.hearing AND e.faults >= a.faults
             WHERE a.hearing = ?",
        )
        .bind(hearing.0)
        .fetch_optional(self.sqlite.pool())
        .await
        .map_err(&fault)?;
        row.map(|row| found(&row)).transpose().map_err(&fault)
    }

    /// One page of what fits, newest first; of the hearings in which an account sits, or of all.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn search(
        &self,
        search: &Search,
        sits: Option<AccountId>,
    ) -> Result<ArchiveList, DocketFault> {
        let fault = to("search the archive");
        let pool = self.sqlite.pool();
        let mut count = QueryBuilder::new("SELECT count(*) FROM archived AS a");
        conditions(&mut count, search, sits);
        let total: i64 =
            count.build().fetch_one(pool).await.and_then(|row| row.try_get(0)).map_err(&fault)?;
        let mut query = QueryBuilder::new(
            "SELECT a.*, EXISTS (SELECT 1 FROM explanations AS e WHERE e.hearing = a.hearing
               AND e.faults >= a.faults) AS explained FROM archived AS a",
        );
        conditions(&mut query, search, sits);
        let page = i64::try_from(ARCHIVE_PAGE).unwrap_or(i64::MAX);
        query.push(" ORDER BY a.at DESC, a.hearing DESC LIMIT ").push_bind(page);
        query.push(" OFFSET ").push_bind(i64::from(search.page).saturating_mul(page));
        let rows = query.build().fetch_all(pool).await.map_err(&fault)?;
        let small = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
        let mut list = ArchiveList {
            hearings: Vec::new(),
            found: Vec::new(),
            total: small(total),
            page_size: small(page),
        };
        for row in &rows {
            let Found { line, stage, .. } = found(row).map_err(&fault)?;
            let phase_ms = self.phase_ms(line.hearing, search.phase).await.map_err(&fault)?;
            let passages = self.passages(line.hearing, search).await.map_err(&fault)?;
            list.found.push(ArchiveFound { stage, phase_ms, passages });
            list.hearings.push(line);
        }
        Ok(list)
    }

    async fn phase_ms(
        &self,
        hearing: HearingId,
        phase: Option<Phase>,
    ) -> Result<Option<u64>, sqlx::Error> {
        let Some(phase) = phase else { return Ok(None) };
        let row =
            sqlx::query("SELECT min(at_ms) FROM archived_phases WHERE hearing = ? AND phase = ?")
                .bind(hearing.0)
                .bind(word(&phase))
                .fetch_one(self.sqlite.pool())
                .await?;
        let at: Option<i64> = row.try_get(0)?;
        Ok(at.and_then(|at| u64::try_from(at).ok()))
    }

    /// The first passages with the words; names and headings stand in the list anyway.
    async fn passages(
        &self,
        hearing: HearingId,
        search: &Search,
    ) -> Result<Vec<Passage>, sqlx::Error> {
        let words = fold(search.q.reveal());
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let rows = sqlx::query(
            "SELECT what, at_ms, words FROM passages WHERE hearing = ? AND at_ms IS NOT NULL
             AND folded LIKE ? ESCAPE '\\' ORDER BY at_ms, id LIMIT ?",
        )
        .bind(hearing.0)
        .bind(anywhere(&words))
        .bind(PASSAGES_SHOWN)
        .fetch_all(self.sqlite.pool())
        .await?;
        let passage = |row: &SqliteRow| -> Result<Passage, sqlx::Error> {
            let at: Option<i64> = row.try_get("at_ms")?;
            let text: String = row.try_get("words")?;
            Ok(Passage {
                what: value(row, "what")?,
                at_ms: at.and_then(|at| u64::try_from(at).ok()),
                words: Private::new(around(&text, &words)),
            })
        };
        rows.iter().map(passage).collect()
    }

    /// Sealed records that ended before a moment, the oldest first, after those already seen.
    pub(crate) async fn ended_before(
        &self,
        before: Timestamp,
        after: (Timestamp, HearingId),
        limit: i64,
    ) -> Result<Vec<Found>, DocketFault> {
        let fault = to("read the index of the archive");
        let rows = sqlx::query(
            "SELECT a.*, 0 AS explained FROM archived AS a
             WHERE sealed = 1 AND ended_at < ?1 AND (ended_at, hearing) > (?2, ?3)
             ORDER BY ended_at, hearing LIMIT ?4",
        )
        .bind(before.0)
        .bind(after.0.0)
        .bind(after.1.0)
        .bind(limit)
        .fetch_all(self.sqlite.pool())
        .await
        .map_err(&fault)?;
        rows.iter().map(found).collect::<Result<_, _>>().map_err(&fault)
    }
}

fn found(row: &SqliteRow) -> Result<Found, sqlx::Error> {
    let text: String = row.try_get("line")?;
    let line = serde_json::from_str(&text).map_err(|fault| sqlx::Error::Decode(fault.into()))?;
    let (sealed, explained): (bool, bool) = (row.try_get("sealed")?, row.try_get("explained")?);
    let faults: u32 = row.try_get("faults")?;
    let stage = match (sealed, faults == 0 || explained) {
        (false, _) => RecordStage::Open,
        (true, false) => RecordStage::Unexplained,
        (true, true) => RecordStage::Archived,
    };
    Ok(Found { line, faults, stage, ended_at: Timestamp(row.try_get("ended_at")?) })
}

/// The letters of a text around the first place with the words.
fn around(text: &str, words: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let folded = fold(text);
    let at = folded.find(words).map_or(0, |byte| folded[..byte].chars().count());
    let from = at.saturating_sub(PASSAGE_LETTERS / 3).min(letters.len());
    let to = (from + PASSAGE_LETTERS).min(letters.len());
    let mut shown: String = letters[from..to].iter().collect();
    if from > 0 {
        shown.insert(0, '…');
    }
    if to < letters.len() {
        shown.push('…');
    }
    shown
}

type Change<'c> = Transaction<'c, Sqlite>;

async fn remove(change: &mut Change<'_>, hearing: HearingId) -> Result<(), sqlx::Error> {
    for sql in [
        "DELETE FROM archived WHERE hearing = ?",
        "DELETE FROM archived_people WHERE hearing = ?",
        "DELETE FROM archived_phases WHERE hearing = ?",
        "DELETE FROM passages WHERE hearing = ?",
    ] {
        sqlx::query(sql).bind(hearing.0).execute(&mut **change).await?;
    }
    Ok(())
}

async fn put(change: &mut Change<'_>, facts: &RecordFacts) -> Result<(), sqlx::Error> {
    let line = &facts.line;
    let faults = u32::try_from(facts.to_explain().count()).unwrap_or(u32::MAX);
    remove(change, line.hearing).await?;
    let further = &line.brief.further_cases;
    let cases: Vec<&str> = core::iter::once(line.heading.case_number.reveal().as_str())
        .chain(further.iter().map(|case| case.case_number.reveal().as_str()))
        .collect();
    let at = line.opened_at.unwrap_or(line.heading.scheduled_at);
    let last = facts.minutes.last().map_or(at, |proof| proof.minute.at);
    let text = serde_json::to_string(line).map_err(|fault| sqlx::Error::Encode(fault.into()))?;
    sqlx::query(
        "INSERT INTO archived (hearing, at, kind, cases, sealed, faults, ended_at, line)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(line.hearing.0)
    .bind(at.0)
    .bind(word(&line.brief.kind))
    .bind(fold(&cases.join(" ")))
    .bind(line.sealed)
    .bind(faults)
    .bind(line.closed_at.unwrap_or(last).0)
    .bind(text)
    .execute(&mut **change)
    .await?;
    for person in &line.attendees {
        sqlx::query("INSERT INTO archived_people (hearing, bench, site, name) VALUES (?, ?, ?, ?)")
            .bind(line.hearing.0)
            .bind(person.role.is_court())
            .bind(person.site.map(|SiteId(site)| site))
            .bind(fold(person.name.reveal()))
            .execute(&mut **change)
            .await?;
    }
    let minutes = facts.minutes.iter().map(|proof| &proof.minute);
    for (phase, at_ms) in phases(minutes, facts.zero, facts.media_ms) {
        sqlx::query("INSERT INTO archived_phases (hearing, phase, at_ms) VALUES (?, ?, ?)")
            .bind(line.hearing.0)
            .bind(word(&phase))
            .bind(i64::try_from(at_ms).unwrap_or(i64::MAX))
            .execute(&mut **change)
            .await?;
    }
    for (what, at_ms, words) in words_of(facts).into_iter().take(PASSAGES_MAX) {
        sqlx::query(
            "INSERT INTO passages (hearing, what, at_ms, words, folded) VALUES (?, ?, ?, ?, ?)",
        )
        .bind(line.hearing.0)
        .bind(word(&what))
        .bind(at_ms.map(|at| i64::try_from(at).unwrap_or(i64::MAX)))
        .bind(&words)
        .bind(fold(&words))
        .execute(&mut **change)
        .await?;
    }
    Ok(())
}

/// When each phase began, ms on the media time line.
#[expect(clippy::wildcard_enum_match_arm, reason = "no other fact begins a phase")]
pub(crate) fn phases<'a>(
    minutes: impl Iterator<Item = &'a Minute>,
    zero: Option<Timestamp>,
    media_ms: u64,
) -> Vec<(Phase, u64)> {
    let began = |minute: &Minute| {
        let phase = match &minute.fact {
            Fact::PhaseEntered { phase, .. } => *phase,
            Fact::Opened => Phase::Identity,
            Fact::DeliberationBegan => Phase::Deliberation,
            _ => return None,
        };
        Some((phase, on_line(zero, media_ms, minute.at)))
    };
    minutes.filter_map(began).collect()
}

/// A moment on the media time line, kept inside it.
fn on_line(zero: Option<Timestamp>, media_ms: u64, at: Timestamp) -> u64 {
    let since = zero.map_or(0, |zero| at.since(zero).as_millis());
    u64::try_from(since).unwrap_or(u64::MAX).min(media_ms)
}

/// Everything in words that a record holds, the lines of its transcript too.
fn words_of(facts: &RecordFacts) -> Vec<(PassageKind, Option<u64>, String)> {
    let line = &facts.line;
    let mut heading = vec![line.heading.court.clone(), line.heading.case_number.reveal().clone()];
    heading.push(line.heading.cause.reveal().clone());
    for case in &line.brief.further_cases {
        heading.extend([case.case_number.reveal().clone(), case.cause.reveal().clone()]);
    }
    heading.extend(line.attendees.iter().map(|person| person.site_name.clone()));
    let names: Vec<_> = line.attendees.iter().map(|person| person.name.reveal().as_str()).collect();
    let mut found = vec![
        (PassageKind::Heading, None, heading.join(" ")),
        (PassageKind::People, None, names.join(" ")),
    ];
    for Proof { minute, .. } in &facts.minutes {
        let at_ms = on_line(facts.zero, facts.media_ms, minute.at);
        for words in free_words(&minute.fact) {
            found.push((PassageKind::Minute, Some(at_ms), words));
        }
    }
    found.extend(facts.said.iter().map(|said| {
        let at_ms = said.from_ms.unwrap_or(on_line(facts.zero, facts.media_ms, said.at));
        (PassageKind::Transcript, Some(at_ms.min(facts.media_ms)), said.words.reveal().clone())
    }));
    found
}

/// The free words of a fact: whichever it is, they stand in the same few fields.
fn free_words(fact: &Fact) -> Vec<String> {
    let Ok(serde_json::Value::Object(fields)) = serde_json::to_value(fact) else {
        return Vec::new();
    };
    let text = |name: &&str| fields.get(*name)?.as_str().map(str::to_owned);
    WORDS.iter().filter_map(text).filter(|text| !text.trim().is_empty()).collect()
}

#[cfg(test)]
mod tests;
