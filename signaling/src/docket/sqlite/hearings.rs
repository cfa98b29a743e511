//! Hearings and their people as rows.
//!
//! What is not here: what the rows mean, and whether a hearing makes sense (crate `docket`).

use std::collections::BTreeMap;

use ::docket::Closing;
use ::docket::notice::{self, Receipt};
use model::archive::Attendee;
use model::limits::PARTICIPANTS_MAX;
use model::{Brief, HearingId, ParticipantId, Role, SiteId, Step, Timestamp};
use protocol::DocketPerson;
use serde::de::DeserializeOwned;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::{Sqlite, heading, optional, private, to, value, word};
use crate::docket::{AccountId, DocketFault, Entry, HearingLine, NewHearing, NewPerson, Seated};

/// Hearings in one answer.
const ENTRIES_MAX: i64 = 200;

impl Sqlite {
    pub(in crate::docket) async fn add_hearing(
        &self,
        new: &NewHearing,
        now: Timestamp,
    ) -> Result<HearingId, DocketFault> {
        let fault = to("add a hearing");
        let mut change = self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(&fault)?;
        let id = insert(&mut change, new, now).await.map_err(&fault)?;
        change.commit().await.map_err(&fault)?;
        Ok(id)
    }

    pub(in crate::docket) async fn entry(
        &self,
        hearing: HearingId,
    ) -> Result<Option<Entry>, DocketFault> {
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

    pub(in crate::docket) async fn entries_of(
        &self,
        account: AccountId,
    ) -> Result<Vec<Entry>, DocketFault> {
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

    pub(in crate::docket) async fn all_hearings(&self) -> Result<Vec<HearingLine>, DocketFault> {
        let fault = to("read the docket");
        let rows = sqlx::query(
            "SELECT id, closed, opened_at, EXISTS (SELECT 1 FROM holds
             WHERE holds.hearing = hearings.id AND lifted_at IS NULL) AS held
             FROM hearings ORDER BY id",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(&fault)?;
        let line = |row: &SqliteRow| {
            let closed = row.try_get("closed")?;
            let opened = row.try_get::<Option<i64>, _>("opened_at")?.is_some();
            let held = row.try_get("held")?;
            Ok(HearingLine { hearing: HearingId(row.try_get("id")?), closed, opened, held })
        };
        rows.iter().map(line).collect::<Result<_, sqlx::Error>>().map_err(&fault)
    }

    pub(in crate::docket) async fn with_people(
        &self,
        row: &SqliteRow,
    ) -> Result<Entry, sqlx::Error> {
        let hearing = HearingId(row.try_get("id")?);
        let mut consents = self.consents_now(hearing).await?;
        let limit = i64::try_from(PARTICIPANTS_MAX).unwrap_or(i64::MAX);
        let rows = sqlx::query(
            "SELECT participants.*, pass IS NOT NULL AS joined, sites.name AS site_name
             FROM participants LEFT JOIN sites ON sites.id = site
             WHERE hearing = ? ORDER BY seat_order, participants.id LIMIT ?",
        )
        .bind(hearing.0)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        let mut seated = Vec::with_capacity(rows.len());
        for row in &rows {
            let person = seated_person(row, &mut consents)?;
            seated.push(person);
        }
        let people = seated.iter().map(docket_person).collect();
        let accounts = seated.iter().filter_map(|s| Some((s.account?, s.attendee.id))).collect();
        let mut brief: Brief = json(row, "brief")?;
        let heading = heading(row)?;
        let receipts = self.receipts(hearing).await?;
        let parties: Vec<ParticipantId> =
            seated.iter().filter(|s| s.attendee.role.is_party()).map(|s| s.attendee.id).collect();
        brief.notice_unconfirmed = notice::unconfirmed(&parties, &receipts);
        brief.notice_late = notice::is_late(&brief, heading.scheduled_at, &parties, &receipts);
        Ok(Entry {
            hearing,
            heading,
            brief,
            minutes: row.try_get("minutes")?,
            mode: value(row, "mode")?,
            tribunal: row.try_get("tribunal")?,
            site: row.try_get::<Option<u32>, _>("site")?.map(SiteId),
            external_id: row.try_get("external_id")?,
            closed: row.try_get("closed")?,
            closing: closing(row)?,
            reason: private(row, "reason")?,
            seated,
            people,
            accounts,
        })
    }

    /// Steps each person of a hearing agrees to now: what they said last counts.
    async fn consents_now(
        &self,
        hearing: HearingId,
    ) -> Result<BTreeMap<ParticipantId, Vec<Step>>, sqlx::Error> {
        let rows = sqlx::query(
            "SELECT participant, step, given FROM consents
             WHERE participant IN (SELECT id FROM participants WHERE hearing = ?) ORDER BY id",
        )
        .bind(hearing.0)
        .fetch_all(&self.pool)
        .await?;
        let mut steps: BTreeMap<ParticipantId, Vec<Step>> = BTreeMap::new();
        for row in &rows {
            let step: Step = value(row, "step")?;
            let given = steps.entry(ParticipantId(row.try_get("participant")?)).or_default();
            given.retain(|other| *other != step);
            if row.try_get("given")? {
                given.push(step);
            }
        }
        for given in steps.values_mut() {
            given.sort_unstable();
        }
        Ok(steps)
    }

    /// What became of each notice of a hearing.
    async fn receipts(&self, hearing: HearingId) -> Result<Vec<Receipt>, sqlx::Error> {
        let rows = sqlx::query(
            "SELECT participant, channel, state, sent_at FROM notices
             WHERE participant IN (SELECT id FROM participants WHERE hearing = ?) ORDER BY id",
        )
        .bind(hearing.0)
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(Receipt {
                    who: ParticipantId(row.try_get("participant")?),
                    channel: value(row, "channel")?,
                    state: value(row, "state")?,
                    sent_at: row.try_get::<Option<i64>, _>("sent_at")?.map(Timestamp),
                })
            })
            .collect()
    }

    pub(in crate::docket) async fn close(
        &self,
        hearing: HearingId,
        closing: &Closing,
    ) -> Result<(), DocketFault> {
        let fault = to("close a hearing");
        let mut change = self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(&fault)?;
        sqlx::query(
            "UPDATE hearings SET closed = 1, opened_at = ?, ended_at = ?, ending = ?, outcome = ?
             WHERE id = ?",
        )
        .bind(closing.opened_at.map(|at| at.0))
        .bind(closing.ended_at.0)
        .bind(word(&closing.ending))
        .bind(serde_json::to_string(&closing.outcome).unwrap_or_default())
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
}

/// Writes a hearing and its people; the change is the caller's.
pub(in crate::docket) async fn insert(
    change: &mut SqliteConnection,
    new: &NewHearing,
    now: Timestamp,
) -> Result<HearingId, sqlx::Error> {
    let row = sqlx::query(
        "INSERT INTO hearings (court, case_number, cause, scheduled_at, brief, minutes, mode,
           tribunal, site, external_id)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
    )
    .bind(&new.heading.court)
    .bind(new.heading.case_number.reveal())
    .bind(new.heading.cause.reveal())
    .bind(new.heading.scheduled_at.0)
    .bind(serde_json::to_string(&new.brief).unwrap_or_default())
    .bind(new.minutes)
    .bind(word(&new.mode))
    .bind(new.tribunal)
    .bind(new.site.map(|site| site.0))
    .bind(&new.external_id)
    .fetch_one(&mut *change)
    .await?;
    let hearing = HearingId(row.try_get(0)?);
    let mut ids = Vec::with_capacity(new.people.len());
    for (order, person) in new.people.iter().enumerate() {
        let order = i64::try_from(order).unwrap_or(i64::MAX);
        ids.push(insert_person(change, hearing, person, order, now).await?);
    }
    for (id, person) in ids.iter().zip(&new.people) {
        if let Some(party) = person.acts_for.and_then(|place| ids.get(place)) {
            sqlx::query("UPDATE participants SET acts_for = ? WHERE id = ?")
                .bind(party.0)
                .bind(id.0)
                .execute(&mut *change)
                .await?;
        }
    }
    write_brief(change, hearing, &new.brief_of(&ids)).await?;
    Ok(hearing)
}

/// Writes what is settled about a hearing, special measures by seat included.
pub(in crate::docket) async fn write_brief(
    change: &mut SqliteConnection,
    hearing: HearingId,
    brief: &Brief,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE hearings SET brief = ? WHERE id = ?")
        .bind(serde_json::to_string(brief).unwrap_or_default())
        .bind(hearing.0)
        .execute(&mut *change)
        .await?;
    Ok(())
}

/// Writes one person, whom they act for aside.
pub(in crate::docket) async fn insert_person(
    change: &mut SqliteConnection,
    hearing: HearingId,
    person: &NewPerson,
    order: i64,
    now: Timestamp,
) -> Result<ParticipantId, sqlx::Error> {
    let row = sqlx::query(
        "INSERT INTO participants (hearing, role, name, account, side, power, attendance, site,
           phone, email, seat_order)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
    )
    .bind(hearing.0)
    .bind(word(&person.role))
    .bind(person.name.reveal())
    .bind(person.account.map(|account| account.0))
    .bind(person.side.map(|side| word(&side)))
    .bind(person.power.map(|power| word(&power)))
    .bind(word(&person.attendance))
    .bind(person.site.map(|site| site.0))
    .bind(person.phone.reveal())
    .bind(person.email.reveal())
    .bind(order)
    .fetch_one(&mut *change)
    .await?;
    let id = ParticipantId(row.try_get(0)?);
    for step in &person.consents {
        sqlx::query(
            "INSERT INTO consents (participant, step, given, form, at) VALUES (?, ?, 1, ?, ?)",
        )
        .bind(id.0)
        .bind(word(step))
        .bind(word(&::docket::ConsentForm::Written))
        .bind(now.0)
        .execute(&mut *change)
        .await?;
    }
    Ok(id)
}

fn seated_person(
    row: &SqliteRow,
    consents: &mut BTreeMap<ParticipantId, Vec<Step>>,
) -> Result<Seated, sqlx::Error> {
    let id = ParticipantId(row.try_get("id")?);
    let account: Option<i64> = row.try_get("account")?;
    let joined = account.is_some() || row.try_get::<bool, _>("joined")?;
    Ok(Seated {
        attendee: Attendee {
            side: optional(row, "side")?,
            acts_for: row.try_get::<Option<u32>, _>("acts_for")?.map(ParticipantId),
            power: optional(row, "power")?,
            attendance: value(row, "attendance")?,
            site: row.try_get::<Option<u32>, _>("site")?.map(SiteId),
            site_name: row.try_get::<Option<String>, _>("site_name")?.unwrap_or_default(),
            consents: consents.remove(&id).unwrap_or_default(),
            ..Attendee::new(id, value::<Role>(row, "role")?, private(row, "name")?)
        },
        joined,
        account: account.map(AccountId),
        phone: private(row, "phone")?,
        email: private(row, "email")?,
    })
}

fn docket_person(seated: &Seated) -> DocketPerson {
    DocketPerson {
        id: seated.attendee.id,
        role: seated.attendee.role,
        name: seated.attendee.name.clone(),
        joined: seated.joined,
    }
}

fn closing(row: &SqliteRow) -> Result<Option<Closing>, sqlx::Error> {
    let Some(ended_at) = row.try_get::<Option<i64>, _>("ended_at")? else { return Ok(None) };
    let opened_at = row.try_get::<Option<i64>, _>("opened_at")?;
    Ok(Some(Closing {
        opened_at: opened_at.map(Timestamp),
        ended_at: Timestamp(ended_at),
        ending: value(row, "ending")?,
        outcome: json(row, "outcome")?,
    }))
}

/// A column that holds JSON.
pub(in crate::docket) fn json<T: DeserializeOwned>(
    row: &SqliteRow,
    column: &str,
) -> Result<T, sqlx::Error> {
    let text: String = row.try_get(column)?;
    serde_json::from_str(&text).map_err(|fault| sqlx::Error::Decode(fault.into()))
}
