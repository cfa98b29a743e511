//! Real names of people who come to the court: entered by the court, the case system or the person,
//! found again by number, released; and who entered when.
//!
//! What is not here: what follows from an entry (crate `docket`, `real_name`), the cipher
//! (`crate::numbers`), and who may ask (`http/real_names.rs`).

use std::collections::BTreeMap;

use ::docket::api::{ChangeKind, EntryLine, RealNameAccount, RealNameLine};
use ::docket::entering::{AddressClass, EntryWay};
use ::docket::real_name::{Bound, Entered, Holder, IdNumber, RealNameState, filed, own, same_name};
use ::docket::{Day, FieldFault, Problem};
use model::limits::{ENTRIES_KEPT, ENTRY_AGAIN};
use model::{HearingId, ParticipantId, Private, Timestamp};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::sessions::log;
use super::sqlite::{private, to, value, word};
use super::{AccountId, Change, Docket, DocketFault, Entry, NewHearing};
use crate::numbers::NumberKey;

/// Lines of who entered that one answer holds.
const ENTRIES_SHOWN: i64 = 500;

/// Whose number it is, and in which sitting.
#[derive(Clone, Copy, Debug)]
struct Seat<'a> {
    hearing: HearingId,
    who: ParticipantId,
    court: &'a str,
    name: &'a str,
}

impl Docket {
    /// The court enters somebody's number.
    pub(crate) async fn file_real_name(
        &self,
        entry: &Entry,
        who: ParticipantId,
        number: &IdNumber,
        now: Timestamp,
    ) -> Result<Result<Entered, FieldFault>, DocketFault> {
        let fault = to("enter a real name");
        let Some(seated) = entry.person(who) else { return Ok(Err(FieldFault::NoSuchThing)) };
        let (court, name) = (entry.heading.court.as_str(), seated.attendee.name.reveal().as_str());
        let seat = Seat { hearing: entry.hearing, who, court, name };
        let mut change = self.sqlite.pool().begin_with("BEGIN IMMEDIATE").await.map_err(&fault)?;
        let done = file(&mut change, &self.numbers, seat, number, now).await.map_err(&fault)?;
        change.commit().await.map_err(&fault)?;
        Ok(done)
    }

    /// A person enters their own name and number. Something else than the court has is noted as such.
    pub(crate) async fn own_real_name(
        &self,
        entry: &Entry,
        who: ParticipantId,
        typed: &str,
        number: &IdNumber,
        now: Timestamp,
    ) -> Result<Result<Entered, FieldFault>, DocketFault> {
        let fault = to("enter one's own real name");
        let Some(seated) = entry.person(who) else { return Ok(Err(FieldFault::NoSuchThing)) };
        let (court, name) = (entry.heading.court.as_str(), seated.attendee.name.reveal().as_str());
        let seat = Seat { hearing: entry.hearing, who, court, name };
        let mut change = self.sqlite.pool().begin_with("BEGIN IMMEDIATE").await.map_err(&fault)?;
        let (bound, holder, account) =
            known(&mut change, &self.numbers, seat, number).await.map_err(&fault)?;
        let done = own(same_name(typed, name), bound, holder);
        match done {
            Ok(Entered::New | Entered::Linked) => {
                let account = made(&mut change, &self.numbers, seat, number, account, now).await;
                let account = account.map_err(&fault)?;
                sit(&mut change, seat, account, false, now).await.map_err(&fault)?;
            }
            Ok(Entered::Agreed | Entered::Kept) => {
                said(&mut change, who, "agreed", now).await.map_err(&fault)?;
            }
            Err(_) => said(&mut change, who, "differs", now).await.map_err(&fault)?,
        }
        change.commit().await.map_err(&fault)?;
        Ok(done)
    }

    /// Takes somebody's number off their seat, with a reason. The last seat ends the account: its
    /// number is deleted. False when there was none.
    pub(crate) async fn release_real_name(
        &self,
        hearing: HearingId,
        who: ParticipantId,
        by: AccountId,
        (detail, reason): (&str, &str),
        now: Timestamp,
    ) -> Result<bool, DocketFault> {
        let fault = to("release a real name");
        let mut change = self.sqlite.pool().begin_with("BEGIN IMMEDIATE").await.map_err(&fault)?;
        let done = sqlx::query("DELETE FROM real_name_seats WHERE participant = ? AND hearing = ?")
            .bind(who.0)
            .bind(hearing.0)
            .execute(&mut *change)
            .await
            .map_err(&fault)?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        sweep(&mut change).await.map_err(&fault)?;
        let what = ChangeKind::RealNameReleased;
        let line = Change { what, by: Some(by), detail, reason };
        log(&mut change, hearing, now, line).await.map_err(&fault)?;
        change.commit().await.map_err(&fault)?;
        Ok(true)
    }

    /// The number of somebody, whole.
    pub(crate) async fn real_name_number(
        &self,
        who: ParticipantId,
    ) -> Result<Option<IdNumber>, DocketFault> {
        let fault = to("read a real name");
        let row = sqlx::query(
            "SELECT kind, number_index, number FROM real_name_seats
             JOIN real_names ON real_names.id = real_name WHERE participant = ?",
        )
        .bind(who.0)
        .fetch_optional(self.sqlite.pool())
        .await
        .map_err(&fault)?;
        row.map(|row| self.number(&row)).transpose()
    }

    fn number(&self, row: &SqliteRow) -> Result<IdNumber, DocketFault> {
        let fault = to("read a real name");
        let index: Vec<u8> = row.try_get("number_index").map_err(&fault)?;
        let kept: Vec<u8> = row.try_get("number").map_err(&fault)?;
        let kind = value(row, "kind").map_err(&fault)?;
        self.numbers.open_number(&index, kind, &kept).map_err(|fault| DocketFault {
            doing: "decipher a real name",
            fault: fault.to_string(),
        })
    }

    /// Real names of a sitting's people who are not of the court, numbers masked.
    pub(crate) async fn real_names(&self, entry: &Entry) -> Result<Vec<RealNameLine>, DocketFault> {
        let fault = to("read real names");
        let rows = sqlx::query(
            "SELECT participant, by_court, at, own, own_at, kind, number_index, number
             FROM real_name_seats JOIN real_names ON real_names.id = real_name WHERE hearing = ?",
        )
        .bind(entry.hearing.0)
        .fetch_all(self.sqlite.pool())
        .await
        .map_err(&fault)?;
        let mut found = BTreeMap::new();
        for row in &rows {
            let number = self.number(row)?;
            let line = line(row, &number).map_err(&fault)?;
            found.insert(line.who, line);
        }
        let guests = entry.seated.iter().map(|seated| &seated.attendee);
        let guests = guests.filter(|attendee| !attendee.role.is_court());
        Ok(guests.map(|guest| found.remove(&guest.id).unwrap_or_else(|| open(guest.id))).collect())
    }

    /// The account that has a number at a court.
    pub(crate) async fn look_up_real_name(
        &self,
        court: &str,
        number: &IdNumber,
    ) -> Result<Option<RealNameAccount>, DocketFault> {
        let fault = to("look a number up");
        let row = sqlx::query(
            "SELECT name, made_at,
               (SELECT count(*) FROM real_name_seats WHERE real_name = real_names.id) AS sittings
             FROM real_names WHERE court = ? AND number_index = ?",
        )
        .bind(court)
        .bind(self.numbers.index(court, number).bytes())
        .fetch_optional(self.sqlite.pool())
        .await
        .map_err(&fault)?;
        let account = |row: SqliteRow| {
            Ok::<_, sqlx::Error>(RealNameAccount {
                name: private(&row, "name")?,
                since: Timestamp(row.try_get("made_at")?),
                sittings: row.try_get("sittings")?,
            })
        };
        row.map(account).transpose().map_err(&fault)
    }

    /// Whether every number a form brings is the one that stands there.
    pub(crate) async fn real_names_stand(
        &self,
        form: &NewHearing,
        seats: &[Option<ParticipantId>],
        now: Timestamp,
    ) -> Result<bool, DocketFault> {
        for (person, seat) in form.people.iter().zip(seats) {
            let Some(new) = &person.real_name else { continue };
            let typed = IdNumber::read(new.kind, new.number.reveal(), Day::of(now));
            let kept = match seat {
                Some(who) => self.real_name_number(*who).await?,
                None => None,
            };
            if typed.ok() != kept || kept.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Notes that somebody entered. Again in the same way within the hour is one line.
    pub(crate) async fn entered(
        &self,
        who: ParticipantId,
        way: EntryWay,
        (from, device): (AddressClass, &str),
        now: Timestamp,
    ) -> Result<(), DocketFault> {
        let fault = to("note who entered");
        let mut change = self.sqlite.pool().begin_with("BEGIN IMMEDIATE").await.map_err(&fault)?;
        let again = i64::try_from(ENTRY_AGAIN.as_millis()).unwrap_or(i64::MAX);
        let done = sqlx::query(
            "UPDATE entries SET last_at = ?1, times = times + 1 WHERE id =
               (SELECT max(id) FROM entries WHERE participant = ?2 AND way = ?3)
             AND address = ?4 AND device = ?5 AND last_at > ?6",
        )
        .bind(now.0)
        .bind(who.0)
        .bind(word(&way))
        .bind(word(&from))
        .bind(device)
        .bind(now.0.saturating_sub(again))
        .execute(&mut *change)
        .await
        .map_err(&fault)?;
        if done.rows_affected() == 0 {
            // Somebody who is not on the docket any more enters nowhere.
            sqlx::query(
                "INSERT INTO entries (participant, way, address, device, at, last_at, times)
                 SELECT id, ?2, ?3, ?4, ?5, ?5, 1 FROM participants WHERE id = ?1",
            )
            .bind(who.0)
            .bind(word(&way))
            .bind(word(&from))
            .bind(device)
            .bind(now.0)
            .execute(&mut *change)
            .await
            .map_err(&fault)?;
            sqlx::query(
                "DELETE FROM entries WHERE participant = ?1 AND id NOT IN
                 (SELECT id FROM entries WHERE participant = ?1 ORDER BY id DESC LIMIT ?2)",
            )
            .bind(who.0)
            .bind(ENTRIES_KEPT)
            .execute(&mut *change)
            .await
            .map_err(&fault)?;
        }
        change.commit().await.map_err(&fault)
    }

    /// Who of a sitting entered, the newest first.
    pub(crate) async fn entries_into(
        &self,
        hearing: HearingId,
    ) -> Result<Vec<EntryLine>, DocketFault> {
        let fault = to("read who entered");
        let rows = sqlx::query(
            "SELECT participant, way, address, device, at, last_at, times FROM entries
             WHERE participant IN (SELECT id FROM participants WHERE hearing = ?)
             ORDER BY last_at DESC, id DESC LIMIT ?",
        )
        .bind(hearing.0)
        .bind(ENTRIES_SHOWN)
        .fetch_all(self.sqlite.pool())
        .await
        .map_err(&fault)?;
        let line = |row: &SqliteRow| {
            Ok(EntryLine {
                who: ParticipantId(row.try_get("participant")?),
                way: value(row, "way")?,
                from: value(row, "address")?,
                device: private(row, "device")?,
                at: Timestamp(row.try_get("at")?),
                last_at: Timestamp(row.try_get("last_at")?),
                times: row.try_get("times")?,
            })
        };
        rows.iter().map(line).collect::<Result<_, sqlx::Error>>().map_err(&fault)
    }

    /// Whether the key is the one the numbers were enciphered with.
    pub(super) async fn check_numbers(&self) -> Result<(), DocketFault> {
        let fault = to("check the key of real names");
        let row = sqlx::query("SELECT number FROM real_names LIMIT 1")
            .fetch_optional(self.sqlite.pool())
            .await
            .map_err(&fault)?;
        let Some(row) = row else { return Ok(()) };
        let kept: Vec<u8> = row.try_get("number").map_err(&fault)?;
        if self.numbers.made(&kept) {
            return Ok(());
        }
        let fault = crate::numbers::NumberFault::OtherKey.to_string();
        Err(DocketFault { doing: "read real names", fault })
    }
}

/// Enters the numbers a form brings, and looks whether names still fit those that stand. The people
/// have been written by this change.
pub(super) async fn enter_all(
    change: &mut SqliteConnection,
    numbers: &NumberKey,
    hearing: HearingId,
    new: &NewHearing,
    now: Timestamp,
) -> Result<Vec<Problem>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT participants.id AS who, real_names.name AS held FROM participants
         LEFT JOIN real_name_seats ON participant = participants.id
         LEFT JOIN real_names ON real_names.id = real_name
         WHERE participants.hearing = ? ORDER BY seat_order, participants.id",
    )
    .bind(hearing.0)
    .fetch_all(&mut *change)
    .await?;
    let mut problems = Vec::new();
    for (place, (row, person)) in rows.iter().zip(&new.people).enumerate() {
        let name = person.name.reveal().as_str();
        let held: Option<String> = row.try_get("held")?;
        if held.is_some_and(|held| !same_name(&held, name)) {
            problems.push(Problem::new(format!("people.{place}.name"), FieldFault::RealNameHolds));
            continue;
        }
        let Some(typed) = &person.real_name else { continue };
        let seat = Seat {
            hearing,
            who: ParticipantId(row.try_get("who")?),
            court: &new.heading.court,
            name,
        };
        let done = match IdNumber::read(typed.kind, typed.number.reveal(), Day::of(now)) {
            Ok(_) if person.role.is_court() => Err(FieldFault::RealNameUnfit),
            Ok(number) => file(change, numbers, seat, &number, now).await?,
            Err(fault) => Err(fault),
        };
        if let Err(fault) = done {
            problems.push(Problem::new(format!("people.{place}.real_name.number"), fault));
        }
    }
    Ok(problems)
}

/// Ends accounts that sit nowhere any more.
pub(super) async fn sweep(change: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM real_names WHERE id NOT IN (SELECT real_name FROM real_name_seats)")
        .execute(change)
        .await?;
    Ok(())
}

async fn file(
    change: &mut SqliteConnection,
    numbers: &NumberKey,
    seat: Seat<'_>,
    number: &IdNumber,
    now: Timestamp,
) -> Result<Result<Entered, FieldFault>, sqlx::Error> {
    let (bound, holder, account) = known(change, numbers, seat, number).await?;
    let done = filed(bound, holder);
    match done {
        Ok(Entered::New | Entered::Linked) => {
            let account = made(change, numbers, seat, number, account, now).await?;
            sit(change, seat, account, true, now).await?;
        }
        Ok(Entered::Agreed) => {
            sqlx::query("UPDATE real_name_seats SET by_court = 1, at = ? WHERE participant = ?")
                .bind(now.0)
                .bind(seat.who.0)
                .execute(change)
                .await?;
        }
        Ok(Entered::Kept) | Err(_) => {}
    }
    Ok(done)
}

/// What the seat has, who has the number, and their account.
async fn known(
    change: &mut SqliteConnection,
    numbers: &NumberKey,
    seat: Seat<'_>,
    number: &IdNumber,
) -> Result<(Option<Bound>, Option<Holder>, Option<i64>), sqlx::Error> {
    let index = numbers.index(seat.court, number);
    let row = sqlx::query(
        "SELECT by_court, number_index FROM real_name_seats
         JOIN real_names ON real_names.id = real_name WHERE participant = ?",
    )
    .bind(seat.who.0)
    .fetch_optional(&mut *change)
    .await?;
    let bound = |row: SqliteRow| {
        let same_number = row.try_get::<Vec<u8>, _>("number_index")? == index.bytes();
        Ok::<_, sqlx::Error>(Bound { same_number, by_court: row.try_get("by_court")? })
    };
    let bound = row.map(bound).transpose()?;
    let row = sqlx::query(
        "SELECT id, name, EXISTS (SELECT 1 FROM real_name_seats
           WHERE real_name = real_names.id AND hearing = ?1 AND participant <> ?2) AS here
         FROM real_names WHERE court = ?3 AND number_index = ?4",
    )
    .bind(seat.hearing.0)
    .bind(seat.who.0)
    .bind(seat.court)
    .bind(index.bytes())
    .fetch_optional(change)
    .await?;
    let Some(row) = row else { return Ok((bound, None, None)) };
    let same_name = same_name(row.try_get("name")?, seat.name);
    let holder = Holder { same_name, sits_here: row.try_get("here")? };
    Ok((bound, Some(holder), Some(row.try_get("id")?)))
}

/// The account, made when there is none.
async fn made(
    change: &mut SqliteConnection,
    numbers: &NumberKey,
    seat: Seat<'_>,
    number: &IdNumber,
    account: Option<i64>,
    now: Timestamp,
) -> Result<i64, sqlx::Error> {
    if let Some(account) = account {
        return Ok(account);
    }
    let index = numbers.index(seat.court, number);
    sqlx::query(
        "INSERT INTO real_names (court, name, kind, number_index, number, made_at)
         VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
    )
    .bind(seat.court)
    .bind(seat.name)
    .bind(word(&number.kind()))
    .bind(index.bytes())
    .bind(numbers.seal(&index, number))
    .bind(now.0)
    .fetch_one(change)
    .await?
    .try_get(0)
}

/// Gives a seat its account.
async fn sit(
    change: &mut SqliteConnection,
    seat: Seat<'_>,
    account: i64,
    by_court: bool,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO real_name_seats (participant, hearing, real_name, by_court, at, own, own_at)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(seat.who.0)
    .bind(seat.hearing.0)
    .bind(account)
    .bind(by_court)
    .bind(now.0)
    .bind((!by_court).then_some("agreed"))
    .bind((!by_court).then_some(now.0))
    .execute(change)
    .await?;
    Ok(())
}

/// Notes what the person's own word comes to. Who agreed once does not differ later.
async fn said(
    change: &mut SqliteConnection,
    who: ParticipantId,
    what: &str,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE real_name_seats SET own = ?1, own_at = ?2
         WHERE participant = ?3 AND (own IS NULL OR own = 'differs')",
    )
    .bind(what)
    .bind(now.0)
    .bind(who.0)
    .execute(change)
    .await?;
    Ok(())
}

fn open(who: ParticipantId) -> RealNameLine {
    let (state, masked) = (RealNameState::Open, Private::default());
    RealNameLine { who, state, kind: None, masked, at: None, own_at: None }
}

fn line(row: &SqliteRow, number: &IdNumber) -> Result<RealNameLine, sqlx::Error> {
    let (by_court, own): (bool, Option<String>) = (row.try_get("by_court")?, row.try_get("own")?);
    let state = match (by_court, own.as_deref()) {
        (false, _) => RealNameState::OwnWord,
        (true, None) => RealNameState::Filed,
        (true, Some("agreed")) => RealNameState::Agreed,
        (true, Some(_)) => RealNameState::Differs,
    };
    Ok(RealNameLine {
        who: ParticipantId(row.try_get("participant")?),
        state,
        kind: Some(number.kind()),
        masked: Private::new(number.masked()),
        at: Some(Timestamp(row.try_get("at")?)),
        own_at: row.try_get::<Option<i64>, _>("own_at")?.map(Timestamp),
    })
}

#[cfg(test)]
mod tests;
