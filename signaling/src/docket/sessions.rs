//! Sittings put on the docket by people: checked, booked, changed, moved, called off.
//!
//! What is not here: whether a sitting makes sense (crate `docket`), and rows alone
//! (`sqlite/hearings.rs`).

use std::collections::{BTreeMap, BTreeSet};

use ::docket::api::ChangeKind;
use ::docket::booking::{Booking, Conflict, Span, conflicts, is_too_small};
use ::docket::session::{self, Session, Sitter};
use ::docket::{Closing, FieldFault, Outcome, Problem};
use model::limits::{CALENDAR_LINES_MAX, SITTING_MINUTES_MAX};
use model::{Ending, HearingId, ParticipantId, Role, SiteId, Timestamp};
use protocol::StaffKind;
use sqlx::{Row, SqliteConnection};

use super::sqlite::{insert, insert_person, to, value, word, write_brief};
use super::{AccountId, Docket, DocketFault, Entry, NewHearing, NewPerson, real_names};

/// What a sitting shall be: each person with their seat when they have one.
#[derive(Clone, Debug)]
pub(crate) struct Revision {
    /// The sitting.
    pub(crate) hearing: NewHearing,
    /// The seat of each person, in the same order.
    pub(crate) seats: Vec<Option<ParticipantId>>,
}

/// Which sittings are wanted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    /// Due from then on.
    pub(crate) from: Timestamp,
    /// Due before then.
    pub(crate) to: Timestamp,
    /// Of this tribunal.
    pub(crate) tribunal: Option<u32>,
    /// Held from, or attended from, this place.
    pub(crate) site: Option<u32>,
    /// In which this account sits.
    pub(crate) account: Option<i64>,
    /// Of a case whose number has this in it: the lead case or a further one.
    pub(crate) number: Option<String>,
}

/// A change for the log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change<'a> {
    pub(crate) what: ChangeKind,
    pub(crate) by: Option<AccountId>,
    pub(crate) detail: &'a str,
    pub(crate) reason: &'a str,
}

impl Docket {
    /// Puts a sitting on the docket when it makes sense and place and people are free.
    pub(crate) async fn book(
        &self,
        revision: &Revision,
        by: Option<AccountId>,
        now: Timestamp,
    ) -> Result<Result<HearingId, Vec<Problem>>, DocketFault> {
        let fault = to("book a sitting");
        let new = &revision.hearing;
        let mut problems = session::check(&session_of(new), now);
        let mut change = self.sqlite.pool().begin_with("BEGIN IMMEDIATE").await.map_err(&fault)?;
        problems.extend(named(&mut change, new).await.map_err(&fault)?);
        problems.extend(taken(&mut change, HearingId(0), new).await.map_err(&fault)?);
        if !problems.is_empty() {
            return Ok(Err(problems));
        }
        let hearing = insert(&mut change, new, now).await.map_err(&fault)?;
        let numbers = &self.numbers;
        let wrong = real_names::enter_all(&mut change, numbers, hearing, new, now).await;
        let wrong = wrong.map_err(&fault)?;
        if !wrong.is_empty() {
            return Ok(Err(wrong));
        }
        let added = Change { what: ChangeKind::Added, by, detail: "", reason: "" };
        log(&mut change, hearing, now, added).await.map_err(&fault)?;
        change.commit().await.map_err(&fault)?;
        Ok(Ok(hearing))
    }

    /// Writes a sitting anew. What it is must have been read just now; whether it may be changed is
    /// the caller's to know.
    pub(crate) async fn rebook(
        &self,
        before: &Entry,
        revision: &Revision,
        changes: &[Change<'_>],
        now: Timestamp,
    ) -> Result<Result<(), Vec<Problem>>, DocketFault> {
        let fault = to("change a sitting");
        let new = &revision.hearing;
        let mut problems = session::check(&session_of(new), now);
        for (place, seat) in revision.seats.iter().enumerate() {
            let twice = revision.seats.iter().take(place).any(|other| other == seat);
            if seat.is_some_and(|seat| before.person(seat).is_none() || twice) {
                problems.push(Problem::new(format!("people.{place}.id"), FieldFault::NoSuchThing));
            }
        }
        let mut change = self.sqlite.pool().begin_with("BEGIN IMMEDIATE").await.map_err(&fault)?;
        problems.extend(named(&mut change, new).await.map_err(&fault)?);
        problems.extend(taken(&mut change, before.hearing, new).await.map_err(&fault)?);
        if !problems.is_empty() {
            return Ok(Err(problems));
        }
        rewrite(&mut change, before, revision, now).await.map_err(&fault)?;
        let (numbers, hearing) = (&self.numbers, before.hearing);
        let wrong = real_names::enter_all(&mut change, numbers, hearing, new, now).await;
        let wrong = wrong.map_err(&fault)?;
        if !wrong.is_empty() {
            return Ok(Err(wrong));
        }
        real_names::sweep(&mut change).await.map_err(&fault)?;
        for line in changes {
            log(&mut change, before.hearing, now, *line).await.map_err(&fault)?;
        }
        change.commit().await.map_err(&fault)?;
        Ok(Ok(()))
    }

    /// Calls a sitting off; its codes stop working.
    pub(crate) async fn call_off(
        &self,
        hearing: HearingId,
        by: AccountId,
        reason: &str,
        now: Timestamp,
    ) -> Result<(), DocketFault> {
        let fault = to("call a sitting off");
        let closing = Closing {
            opened_at: None,
            ended_at: now,
            ending: Ending::CalledOff,
            outcome: Outcome::None,
        };
        self.sqlite.close(hearing, &closing).await?;
        let mut change = self.sqlite.pool().begin_with("BEGIN IMMEDIATE").await.map_err(&fault)?;
        sqlx::query("UPDATE hearings SET reason = ? WHERE id = ?")
            .bind(reason)
            .bind(hearing.0)
            .execute(&mut *change)
            .await
            .map_err(&fault)?;
        let line = Change { what: ChangeKind::CalledOff, by: Some(by), detail: "", reason };
        log(&mut change, hearing, now, line).await.map_err(&fault)?;
        change.commit().await.map_err(&fault)
    }

    /// Sittings by due time, at most 500.
    pub(crate) async fn sittings(&self, wanted: Wanted) -> Result<Vec<Entry>, DocketFault> {
        let fault = to("read the calendar");
        let rows = sqlx::query(
            "SELECT * FROM hearings WHERE scheduled_at >= ?1 AND scheduled_at < ?2
               AND (?3 IS NULL OR tribunal = ?3)
               AND (?4 IS NULL OR site = ?4 OR id IN (SELECT hearing FROM participants WHERE site = ?4))
               AND (?5 IS NULL OR id IN (SELECT hearing FROM participants WHERE account = ?5))
               AND (?6 IS NULL OR instr(case_number, ?6) > 0
                 OR EXISTS (SELECT 1 FROM json_each(brief, '$.further_cases')
                   WHERE instr(json_extract(value, '$.case_number'), ?6) > 0))
             ORDER BY scheduled_at, id LIMIT ?7",
        )
        .bind(wanted.from.0)
        .bind(wanted.to.0)
        .bind(wanted.tribunal)
        .bind(wanted.site)
        .bind(wanted.account)
        .bind(wanted.number)
        .bind(CALENDAR_LINES_MAX)
        .fetch_all(self.sqlite.pool())
        .await
        .map_err(&fault)?;
        let mut entries = Vec::with_capacity(rows.len());
        for row in &rows {
            entries.push(self.sqlite.with_people(row).await.map_err(&fault)?);
        }
        Ok(entries)
    }

    /// The sitting the case system calls by this name.
    pub(crate) async fn by_external(&self, name: &str) -> Result<Option<HearingId>, DocketFault> {
        let fault = to("look up a sitting");
        let row = sqlx::query("SELECT id FROM hearings WHERE external_id = ?")
            .bind(name)
            .fetch_optional(self.sqlite.pool())
            .await
            .map_err(&fault)?;
        row.map(|row| row.try_get(0).map(HearingId)).transpose().map_err(&fault)
    }

    /// Accounts that may sit for the court.
    pub(crate) async fn sitting_accounts(&self) -> Result<Vec<super::Account>, DocketFault> {
        let fault = to("list accounts");
        let rows = sqlx::query(
            "SELECT id, shown_name, kind FROM accounts
             WHERE kind IN ('judge', 'clerk', 'mediator') ORDER BY kind, shown_name LIMIT 500",
        )
        .fetch_all(self.sqlite.pool())
        .await
        .map_err(&fault)?;
        rows.iter().map(super::sqlite::account).collect::<Result<_, _>>().map_err(&fault)
    }
}

/// What the rules look at.
fn session_of(new: &NewHearing) -> Session<'_> {
    Session {
        heading: &new.heading,
        brief: &new.brief,
        minutes: new.minutes,
        mode: new.mode,
        people: new.people.iter().map(sitter).collect(),
    }
}

fn sitter(person: &NewPerson) -> Sitter<'_> {
    Sitter {
        role: person.role,
        name: person.name.reveal(),
        side: person.side,
        acts_for: person.acts_for,
        power: person.power,
        attendance: person.attendance,
        account: person.account.map(|account| account.0),
        phone: person.phone.reveal(),
        email: person.email.reveal(),
        shields: &person.shields,
    }
}

/// Whether everything named by number is there.
async fn named(
    change: &mut SqliteConnection,
    new: &NewHearing,
) -> Result<Vec<Problem>, sqlx::Error> {
    let mut problems = Vec::new();
    let mut wrong = |field: String, fault| problems.push(Problem::new(field, fault));
    if let Some(tribunal) = new.tribunal {
        let found = sqlx::query("SELECT 1 FROM tribunals WHERE id = ?").bind(tribunal);
        if found.fetch_optional(&mut *change).await?.is_none() {
            wrong("tribunal".to_owned(), FieldFault::NoSuchThing);
        }
    }
    let mut named = BTreeSet::new();
    let places = new.people.iter().enumerate();
    let places = places.map(|(place, person)| (format!("people.{place}.site"), person.site));
    for (field, site) in core::iter::once(("site".to_owned(), new.site)).chain(places) {
        let Some(SiteId(site)) = site else { continue };
        let row = sqlx::query("SELECT capacity FROM sites WHERE id = ?").bind(site);
        let Some(row) = row.fetch_optional(&mut *change).await? else {
            wrong(field, FieldFault::NoSuchThing);
            continue;
        };
        let coming: Vec<_> = new.people.iter().map(|who| (who.site, who.attendance)).collect();
        let place = (SiteId(site), row.try_get("capacity")?);
        if named.insert(site) && is_too_small(place, new.site, &coming) {
            wrong(field, FieldFault::SiteTooSmall);
        }
    }
    for (place, person) in new.people.iter().enumerate() {
        let Some(AccountId(account)) = person.account else { continue };
        let row = sqlx::query("SELECT kind FROM accounts WHERE id = ?").bind(account);
        let field = || format!("people.{place}.account");
        match row.fetch_optional(&mut *change).await? {
            None => wrong(field(), FieldFault::NoSuchThing),
            Some(row) if !may_sit(value(&row, "kind")?, person.role) => {
                wrong(field(), FieldFault::AccountUnfit);
            }
            Some(_) => {}
        }
    }
    if let Some(HearingId(former)) = new.brief.continues {
        let row = sqlx::query("SELECT 1 FROM hearings WHERE id = ? AND closed = 1").bind(former);
        if row.fetch_optional(&mut *change).await?.is_none() {
            wrong("brief.continues".to_owned(), FieldFault::CannotContinue);
        }
    }
    Ok(problems)
}

/// Whether an account of this kind may have this role.
fn may_sit(kind: StaffKind, role: Role) -> bool {
    match kind {
        StaffKind::Judge => {
            role.is_bench() || matches!(role, Role::Adviser | Role::Lecturer | Role::JudgeAssistant)
        }
        StaffKind::Clerk => matches!(
            role,
            Role::Clerk | Role::RecordingOfficer | Role::JudgeAssistant | Role::Bailiff
        ),
        StaffKind::Mediator => matches!(role, Role::ChairMediator | Role::Mediator),
        StaffKind::Ops | StaffKind::Admin | StaffKind::Audit => false,
    }
}

/// What others have already, as problems of the fields that want it.
async fn taken(
    change: &mut SqliteConnection,
    hearing: HearingId,
    new: &NewHearing,
) -> Result<Vec<Problem>, sqlx::Error> {
    let span = Span::new(new.heading.scheduled_at, new.minutes);
    let longest = i64::from(SITTING_MINUTES_MAX) * 60_000;
    let rows = sqlx::query(
        "SELECT hearings.id, scheduled_at, minutes, hearings.site AS place,
           participants.site AS seat, account
         FROM hearings LEFT JOIN participants ON hearing = hearings.id
         WHERE closed = 0 AND scheduled_at < ? AND scheduled_at > ?",
    )
    .bind(span.to.0)
    .bind(span.from.0.saturating_sub(longest))
    .fetch_all(&mut *change)
    .await?;
    let mut booked: BTreeMap<u32, Booking> = BTreeMap::new();
    for row in &rows {
        let id: u32 = row.try_get("id")?;
        let from = Timestamp(row.try_get("scheduled_at")?);
        let minutes: u16 = row.try_get("minutes")?;
        let booking = booked.entry(id).or_insert_with(|| Booking {
            hearing: HearingId(id),
            span: Span::new(from, minutes),
            sites: Vec::new(),
            accounts: Vec::new(),
        });
        booking.sites.extend(row.try_get::<Option<u32>, _>("place")?.map(SiteId));
        booking.sites.extend(row.try_get::<Option<u32>, _>("seat")?.map(SiteId));
        booking.accounts.extend(row.try_get::<Option<i64>, _>("account")?);
    }
    let sites = new.people.iter().filter_map(|person| person.site).chain(new.site);
    let accounts = new.people.iter().filter_map(|person| person.account.map(|a| a.0));
    let wanted = Booking { hearing, span, sites: sites.collect(), accounts: accounts.collect() };
    let booked: Vec<Booking> = booked.into_values().collect();
    Ok(conflicts(&wanted, &booked).into_iter().map(|conflict| problem(new, conflict)).collect())
}

fn problem(new: &NewHearing, conflict: Conflict) -> Problem {
    let place = |found: Option<usize>, name: &str| {
        found.map_or_else(|| name.to_owned(), |place| format!("people.{place}.{name}"))
    };
    match conflict {
        Conflict::Site { site, .. } if new.site == Some(SiteId(site)) => {
            Problem::new("site", FieldFault::SiteTaken)
        }
        Conflict::Site { site, .. } => {
            let who = new.people.iter().position(|person| person.site == Some(SiteId(site)));
            Problem::new(place(who, "site"), FieldFault::SiteTaken)
        }
        Conflict::Account { account, .. } => {
            let has = |person: &NewPerson| person.account == Some(AccountId(account));
            Problem::new(place(new.people.iter().position(has), "account"), FieldFault::PersonTaken)
        }
    }
}

async fn rewrite(
    change: &mut SqliteConnection,
    before: &Entry,
    revision: &Revision,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let Revision { hearing: new, seats } = revision;
    sqlx::query(
        "UPDATE hearings SET court = ?, case_number = ?, cause = ?, scheduled_at = ?,
           minutes = ?, mode = ?, tribunal = ?, site = ?, external_id = ? WHERE id = ?",
    )
    .bind(&new.heading.court)
    .bind(new.heading.case_number.reveal())
    .bind(new.heading.cause.reveal())
    .bind(new.heading.scheduled_at.0)
    .bind(new.minutes)
    .bind(word(&new.mode))
    .bind(new.tribunal)
    .bind(new.site.map(|site| site.0))
    .bind(&new.external_id)
    .bind(before.hearing.0)
    .execute(&mut *change)
    .await?;
    for gone in before.seated.iter().map(|seated| seated.attendee.id) {
        if !seats.contains(&Some(gone)) {
            sqlx::query("DELETE FROM participants WHERE id = ? AND hearing = ?")
                .bind(gone.0)
                .bind(before.hearing.0)
                .execute(&mut *change)
                .await?;
        }
    }
    let mut ids = Vec::with_capacity(seats.len());
    for (order, (person, seat)) in new.people.iter().zip(seats).enumerate() {
        let order = i64::try_from(order).unwrap_or(i64::MAX);
        ids.push(match seat {
            Some(seat) => update_person(change, *seat, person, order).await?,
            None => insert_person(change, before.hearing, person, order, now).await?,
        });
    }
    for (id, person) in ids.iter().zip(&new.people) {
        let party = person.acts_for.and_then(|place| ids.get(place));
        sqlx::query("UPDATE participants SET acts_for = ? WHERE id = ?")
            .bind(party.map(|party| party.0))
            .bind(id.0)
            .execute(&mut *change)
            .await?;
    }
    write_brief(change, before.hearing, &new.brief_of(&ids)).await
}

async fn update_person(
    change: &mut SqliteConnection,
    seat: ParticipantId,
    person: &NewPerson,
    order: i64,
) -> Result<ParticipantId, sqlx::Error> {
    sqlx::query(
        "UPDATE participants SET role = ?, name = ?, account = ?, side = ?, power = ?,
           attendance = ?, site = ?, phone = ?, email = ?, seat_order = ? WHERE id = ?",
    )
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
    .bind(seat.0)
    .execute(&mut *change)
    .await?;
    Ok(seat)
}

pub(super) async fn log(
    change: &mut SqliteConnection,
    hearing: HearingId,
    now: Timestamp,
    line: Change<'_>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO changes (hearing, at, account, what, detail, reason) VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(hearing.0)
    .bind(now.0)
    .bind(line.by.map(|account| account.0))
    .bind(word(&line.what))
    .bind(line.detail)
    .bind(line.reason)
    .execute(&mut *change)
    .await?;
    Ok(())
}
