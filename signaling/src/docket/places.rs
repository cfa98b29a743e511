//! Tribunals, places, working days, and applications for mediation as rows.
//!
//! What is not here: reading lists of places and what may be done with an application
//! (crate `docket`).

use std::collections::BTreeMap;

use ::docket::api::{ApplicationLine, Matter, NewApplication, SiteLine, TribunalLine, WorkingDay};
use ::docket::application::Application;
use ::docket::sites::ListedSite;
use ::docket::{Calendar, Day};
use model::limits::APPLICATIONS_SHOWN_MAX;
use model::{SiteId, Timestamp};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::sqlite::{json, to, value, word};
use super::{Docket, DocketFault};

/// What an import of places did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) added: u32,
    pub(crate) changed: u32,
    pub(crate) same: u32,
}

impl Docket {
    /// Takes a list of places: by name, all or none.
    pub(crate) async fn take_sites(&self, sites: &[ListedSite]) -> Result<Taken, DocketFault> {
        let fault = to("take a list of places");
        let mut change = self.sqlite.pool().begin_with("BEGIN IMMEDIATE").await.map_err(&fault)?;
        let mut taken = Taken::default();
        for site in sites {
            let row = sqlx::query(
                "INSERT INTO tribunals (name, court) VALUES (?, ?)
                 ON CONFLICT (name) DO UPDATE SET court = excluded.court RETURNING id",
            )
            .bind(&site.tribunal)
            .bind(&site.court)
            .fetch_one(&mut *change)
            .await
            .map_err(&fault)?;
            let tribunal: u32 = row.try_get(0).map_err(&fault)?;
            let known = sqlx::query("SELECT 1 FROM sites WHERE name = ?")
                .bind(&site.name)
                .fetch_optional(&mut *change)
                .await
                .map_err(&fault)?;
            let done = sqlx::query(
                "INSERT INTO sites (tribunal, kind, name, address, capacity, contact, phone)
                 VALUES (?, ?, ?, ?, ?, ?, ?)
                 ON CONFLICT (name) DO UPDATE SET tribunal = excluded.tribunal,
                   kind = excluded.kind, address = excluded.address,
                   capacity = excluded.capacity, contact = excluded.contact,
                   phone = excluded.phone
                 WHERE (tribunal, kind, address, capacity, contact, phone) IS NOT
                   (excluded.tribunal, excluded.kind, excluded.address, excluded.capacity,
                    excluded.contact, excluded.phone)",
            )
            .bind(tribunal)
            .bind(word(&site.kind))
            .bind(&site.name)
            .bind(&site.address)
            .bind(site.capacity)
            .bind(&site.contact)
            .bind(&site.phone)
            .execute(&mut *change)
            .await
            .map_err(&fault)?;
            match (known.is_some(), done.rows_affected()) {
                (false, _) => taken.added += 1,
                (true, 0) => taken.same += 1,
                (true, _) => taken.changed += 1,
            }
        }
        change.commit().await.map_err(&fault)?;
        Ok(taken)
    }

    /// Every tribunal.
    pub(crate) async fn tribunals(&self) -> Result<Vec<TribunalLine>, DocketFault> {
        let fault = to("list tribunals");
        let rows =
            sqlx::query("SELECT id, name, court FROM tribunals ORDER BY court, name LIMIT 1000")
                .fetch_all(self.sqlite.pool())
                .await
                .map_err(&fault)?;
        let line = |row: &SqliteRow| -> Result<TribunalLine, sqlx::Error> {
            Ok(TribunalLine {
                id: row.try_get("id")?,
                name: row.try_get("name")?,
                court: row.try_get("court")?,
            })
        };
        rows.iter().map(line).collect::<Result<_, _>>().map_err(&fault)
    }

    /// Every place.
    pub(crate) async fn sites(&self) -> Result<Vec<SiteLine>, DocketFault> {
        let fault = to("list places");
        let rows = sqlx::query("SELECT * FROM sites ORDER BY tribunal, kind, name LIMIT 2000")
            .fetch_all(self.sqlite.pool())
            .await
            .map_err(&fault)?;
        let line = |row: &SqliteRow| -> Result<SiteLine, sqlx::Error> {
            Ok(SiteLine {
                id: SiteId(row.try_get("id")?),
                tribunal: row.try_get("tribunal")?,
                kind: value(row, "kind")?,
                name: row.try_get("name")?,
                address: row.try_get("address")?,
                capacity: row.try_get("capacity")?,
                contact: row.try_get("contact")?,
                phone: row.try_get("phone")?,
            })
        };
        rows.iter().map(line).collect::<Result<_, _>>().map_err(&fault)
    }

    /// Names of tribunals and of places, by number.
    pub(crate) async fn place_names(
        &self,
    ) -> Result<(BTreeMap<u32, String>, BTreeMap<u32, String>), DocketFault> {
        let tribunals = self.tribunals().await?.into_iter().map(|line| (line.id, line.name));
        let sites = self.sites().await?.into_iter().map(|line| (line.id.0, line.name));
        Ok((tribunals.collect(), sites.collect()))
    }

    /// Days that are not what their weekday says.
    pub(crate) async fn working_days(&self) -> Result<Vec<WorkingDay>, DocketFault> {
        let fault = to("read working days");
        let rows = sqlx::query("SELECT day, working FROM working_days ORDER BY day")
            .fetch_all(self.sqlite.pool())
            .await
            .map_err(&fault)?;
        let line = |row: &SqliteRow| -> Result<WorkingDay, sqlx::Error> {
            Ok(WorkingDay { day: row.try_get("day")?, working: row.try_get("working")? })
        };
        rows.iter().map(line).collect::<Result<_, _>>().map_err(&fault)
    }

    /// The calendar deadlines run by.
    pub(crate) async fn calendar(&self) -> Result<Calendar, DocketFault> {
        let days = self.working_days().await?;
        let listed = days.iter().filter_map(|line| Some((line.day.parse().ok()?, line.working)));
        Ok(Calendar::new(listed.collect::<Vec<(Day, bool)>>()))
    }

    /// Sets the days that are not what their weekday says, all anew.
    pub(crate) async fn set_working_days(&self, days: &[(Day, bool)]) -> Result<(), DocketFault> {
        let fault = to("set working days");
        let mut change = self.sqlite.pool().begin_with("BEGIN IMMEDIATE").await.map_err(&fault)?;
        sqlx::query("DELETE FROM working_days").execute(&mut *change).await.map_err(&fault)?;
        for (day, working) in days {
            sqlx::query("INSERT OR REPLACE INTO working_days (day, working) VALUES (?, ?)")
                .bind(day.to_string())
                .bind(working)
                .execute(&mut *change)
                .await
                .map_err(&fault)?;
        }
        change.commit().await.map_err(&fault)
    }

    /// Takes an application; its number, or none when the case system sent it before.
    pub(crate) async fn apply(
        &self,
        new: &NewApplication,
        now: Timestamp,
    ) -> Result<Option<u32>, DocketFault> {
        let fault = to("take an application");
        let application = Application::new(new.standing);
        let row = sqlx::query(
            "INSERT INTO applications (external_id, tribunal, state, application, made_at)
             VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id",
        )
        .bind(&new.external_id)
        .bind(new.tribunal)
        .bind(word(&application.state))
        .bind(serde_json::to_string(&(&new.matter, &application)).unwrap_or_default())
        .bind(now.0)
        .fetch_optional(self.sqlite.pool())
        .await
        .map_err(&fault)?;
        row.map(|row| row.try_get(0)).transpose().map_err(&fault)
    }

    /// Applications, newest first.
    pub(crate) async fn applications(
        &self,
        now: Timestamp,
    ) -> Result<Vec<ApplicationLine>, DocketFault> {
        let fault = to("list applications");
        let calendar = self.calendar().await?;
        let rows = sqlx::query("SELECT * FROM applications ORDER BY id DESC LIMIT ?")
            .bind(APPLICATIONS_SHOWN_MAX)
            .fetch_all(self.sqlite.pool())
            .await
            .map_err(&fault)?;
        rows.iter()
            .map(|row| application(row, &calendar, now))
            .collect::<Result<_, _>>()
            .map_err(&fault)
    }

    /// Does something with an application under a lock of its own: what `act` answers is kept.
    pub(crate) async fn act<T>(
        &self,
        id: u32,
        now: Timestamp,
        act: impl FnOnce(&mut Application, &Calendar) -> Result<(), T>,
    ) -> Result<Option<Result<ApplicationLine, T>>, DocketFault> {
        let fault = to("change an application");
        let calendar = self.calendar().await?;
        let mut change = self.sqlite.pool().begin_with("BEGIN IMMEDIATE").await.map_err(&fault)?;
        let row = sqlx::query("SELECT * FROM applications WHERE id = ?")
            .bind(id)
            .fetch_optional(&mut *change)
            .await
            .map_err(&fault)?;
        let Some(row) = row else { return Ok(None) };
        let mut line = application(&row, &calendar, now).map_err(&fault)?;
        if let Err(refused) = act(&mut line.application, &calendar) {
            return Ok(Some(Err(refused)));
        }
        sqlx::query("UPDATE applications SET state = ?, application = ? WHERE id = ?")
            .bind(word(&line.application.state))
            .bind(serde_json::to_string(&(&line.matter, &line.application)).unwrap_or_default())
            .bind(id)
            .execute(&mut *change)
            .await
            .map_err(&fault)?;
        change.commit().await.map_err(&fault)?;
        line.overdue = line.application.is_overdue(now);
        Ok(Some(Ok(line)))
    }
}

fn application(
    row: &SqliteRow,
    calendar: &Calendar,
    now: Timestamp,
) -> Result<ApplicationLine, sqlx::Error> {
    let (matter, mut application): (Matter, Application) = json(row, "application")?;
    application.pass(calendar, now);
    Ok(ApplicationLine {
        id: row.try_get("id")?,
        made_at: Timestamp(row.try_get("made_at")?),
        overdue: application.is_overdue(now),
        matter,
        application,
    })
}
