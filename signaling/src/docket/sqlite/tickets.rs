//! Calls for help as rows.
//!
//! What is not here: what the rows mean. The table stands in `desk.rs`.

use model::limits::{TICKETS_OPEN_MAX, TICKETS_SHOWN_MAX};
use model::{HearingId, ParticipantId, Private, Role, StationId, TicketId, TicketState, Timestamp};
use protocol::Ticket;
use serde::de::DeserializeOwned;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::desk::time;
use super::{Sqlite, private, to, value, word};
use crate::docket::desk::{NewTicket, Requester};
use crate::docket::{AccountId, DocketFault};

const TICKET: &str = "SELECT tickets.*, shown_name FROM tickets
  LEFT JOIN accounts ON accounts.id = tickets.account ";

impl Sqlite {
    /// Keeps a call for help; none when there are too many open ones of the same.
    pub(in crate::docket) async fn add_ticket(
        &self,
        new: &NewTicket,
        now: Timestamp,
    ) -> Result<Option<TicketId>, DocketFault> {
        let fault = to("keep a call for help");
        let (participant, station, account) = ids(new.by);
        let row = sqlx::query(
            "INSERT INTO tickets (state, opened_at, hearing, participant, role, station, requester,
               place, words, facts)
             SELECT 'open', ?, ?, ?, ?, ?, ?, ?, ?, ?
             WHERE (SELECT count(*) FROM tickets WHERE state <> 'closed' AND (participant = ?
               OR station = ? OR requester = ?)) < ? RETURNING id",
        )
        .bind(now.0)
        .bind(new.hearing.map(|hearing| hearing.0))
        .bind(participant)
        .bind(new.role.map(|role| word(&role)))
        .bind(station)
        .bind(account)
        .bind(&new.place)
        .bind(new.words.reveal())
        .bind(serde_json::to_string(&new.facts).expect("plain facts are written as JSON"))
        .bind(participant)
        .bind(station)
        .bind(account)
        .bind(TICKETS_OPEN_MAX)
        .fetch_optional(&self.pool)
        .await
        .map_err(&fault)?;
        row.map(|row| row.try_get(0).map(TicketId)).transpose().map_err(&fault)
    }

    /// Tickets of one requester, or everybody's; the open ones first.
    pub(in crate::docket) async fn tickets(
        &self,
        of: Option<Requester>,
        since: Timestamp,
    ) -> Result<Vec<Ticket>, DocketFault> {
        let fault = to("read the calls for help");
        let (participant, station, account) = of.map(ids).unwrap_or_default();
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
            "{TICKET} WHERE (? OR participant = ? OR station = ? OR requester = ?)
               AND (state <> 'closed' OR closed_at > ?)
             ORDER BY state = 'closed', tickets.id DESC LIMIT ?"
        )))
        .bind(of.is_none())
        .bind(participant)
        .bind(station)
        .bind(account)
        .bind(since.0)
        .bind(TICKETS_SHOWN_MAX)
        .fetch_all(&self.pool)
        .await
        .map_err(&fault)?;
        rows.iter().map(ticket).collect::<Result<_, _>>().map_err(&fault)
    }

    /// Somebody is coming. False when somebody is already, or there is no such ticket.
    pub(in crate::docket) async fn acknowledge(
        &self,
        ticket: TicketId,
        by: AccountId,
        now: Timestamp,
    ) -> Result<bool, DocketFault> {
        let done = sqlx::query(
            "UPDATE tickets SET state = 'acknowledged', account = ?, acknowledged_at = ?
             WHERE id = ? AND state = 'open'",
        )
        .bind(by.0)
        .bind(now.0)
        .bind(ticket.0)
        .execute(&self.pool)
        .await
        .map_err(to("acknowledge a call for help"))?;
        Ok(done.rows_affected() == 1)
    }

    /// Seen to. False when it is closed already, or there is no such ticket.
    pub(in crate::docket) async fn close_ticket(
        &self,
        ticket: TicketId,
        by: AccountId,
        outcome: &str,
        now: Timestamp,
    ) -> Result<bool, DocketFault> {
        let done = sqlx::query(
            "UPDATE tickets SET state = 'closed', account = ?, closed_at = ?, outcome = ?
             WHERE id = ? AND state <> 'closed'",
        )
        .bind(by.0)
        .bind(now.0)
        .bind(outcome)
        .bind(ticket.0)
        .execute(&self.pool)
        .await
        .map_err(to("close a call for help"))?;
        Ok(done.rows_affected() == 1)
    }
}

fn ids(of: Requester) -> (Option<u32>, Option<u32>, Option<i64>) {
    match of {
        Requester::Seat(participant) => (Some(participant.0), None, None),
        Requester::Station(station) => (None, Some(station.0), None),
        Requester::Staff(account) => (None, None, Some(account.0)),
    }
}

fn maybe<T: DeserializeOwned>(row: &SqliteRow, column: &str) -> Result<Option<T>, sqlx::Error> {
    match row.try_get::<Option<String>, _>(column)? {
        Some(_) => value(row, column).map(Some),
        None => Ok(None),
    }
}

fn ticket(row: &SqliteRow) -> Result<Ticket, sqlx::Error> {
    let facts: String = row.try_get("facts")?;
    Ok(Ticket {
        ticket: TicketId(row.try_get("id")?),
        state: value::<TicketState>(row, "state")?,
        opened_at: Timestamp(row.try_get("opened_at")?),
        hearing: row.try_get::<Option<u32>, _>("hearing")?.map(HearingId),
        participant: row.try_get::<Option<u32>, _>("participant")?.map(ParticipantId),
        role: maybe::<Role>(row, "role")?,
        station: row.try_get::<Option<u32>, _>("station")?.map(StationId),
        place: row.try_get("place")?,
        words: private(row, "words")?,
        facts: serde_json::from_str(&facts).map_err(|fault| sqlx::Error::Decode(fault.into()))?,
        by: row.try_get::<Option<String>, _>("shown_name")?.map(Private::new),
        acknowledged_at: time(row, "acknowledged_at")?,
        closed_at: time(row, "closed_at")?,
        outcome: private(row, "outcome")?,
    })
}
