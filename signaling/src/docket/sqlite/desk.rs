//! Stations, turns of duty and calls as rows.
//!
//! What is not here: what the rows mean, live calls, which are the desk's, and calls for help
//! (`tickets.rs`).

use model::limits::{CALLS_SHOWN_MAX, DUTY_SHOWN_MAX, STATIONS_MAX};
use model::{
    Brief, CallId, CallState, Direction, HearingId, ParticipantId, SiteId, Stage, StationId,
    Timestamp, Wanted,
};
use protocol::{
    CallView, DutyTurn, NewStation, StaffKind, StationLine, StationPass, StationSitting,
};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{Sqlite, account, private, to, value, word};
use crate::docket::{Account, AccountId, DocketFault};
use crate::secrets::{CodeHash, TokenHash};

/// The tables of the desk: one step of the schema.
pub(in crate::docket) const STEP: &str = "
CREATE TABLE stations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  tribunal TEXT NOT NULL,
  site INTEGER,
  code BLOB UNIQUE,
  code_expires_at INTEGER NOT NULL DEFAULT 0,
  pass BLOB UNIQUE,
  pass_expires_at INTEGER NOT NULL DEFAULT 0,
  seen_at INTEGER
) STRICT;
CREATE TABLE duty_turns (
  id INTEGER PRIMARY KEY,
  tribunal TEXT NOT NULL,
  account INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  from_at INTEGER NOT NULL,
  until_at INTEGER NOT NULL
) STRICT;
CREATE INDEX duty_turns_by_time ON duty_turns (until_at);
CREATE TABLE calls (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  station INTEGER NOT NULL REFERENCES stations (id) ON DELETE CASCADE,
  direction TEXT NOT NULL,
  wanted TEXT NOT NULL,
  state TEXT NOT NULL,
  account INTEGER REFERENCES accounts (id) ON DELETE SET NULL,
  hearing INTEGER,
  rang_at INTEGER NOT NULL,
  ended_at INTEGER,
  handled INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX calls_by_station ON calls (station, id);
CREATE TABLE tickets (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  state TEXT NOT NULL,
  opened_at INTEGER NOT NULL,
  hearing INTEGER,
  participant INTEGER,
  role TEXT,
  station INTEGER,
  requester INTEGER REFERENCES accounts (id) ON DELETE SET NULL,
  place TEXT NOT NULL,
  words TEXT NOT NULL,
  facts TEXT NOT NULL,
  account INTEGER REFERENCES accounts (id) ON DELETE SET NULL,
  acknowledged_at INTEGER,
  closed_at INTEGER,
  outcome TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX tickets_by_state ON tickets (state, id);
";

/// What a call is shown with.
const CALL: &str = "SELECT calls.id AS id, station, stations.name AS station_name, tribunal,
  direction, wanted, state, rang_at, shown_name, hearing, handled
  FROM calls JOIN stations ON stations.id = station
  LEFT JOIN accounts ON accounts.id = calls.account ";

impl Sqlite {
    /// Puts a station on the list; none when there is no room.
    pub(in crate::docket) async fn add_station(
        &self,
        new: &NewStation,
    ) -> Result<Option<StationId>, DocketFault> {
        let fault = to("add a station");
        let row = sqlx::query(
            "INSERT INTO stations (name, tribunal, site) SELECT ?, ?, ?
             WHERE (SELECT count(*) FROM stations) < ? RETURNING id",
        )
        .bind(&new.name)
        .bind(&new.tribunal)
        .bind(new.site.map(|site| site.0))
        .bind(i64::try_from(STATIONS_MAX).unwrap_or(i64::MAX))
        .fetch_optional(&self.pool)
        .await
        .map_err(&fault)?;
        row.map(|row| row.try_get(0).map(StationId)).transpose().map_err(&fault)
    }

    pub(in crate::docket) async fn stations(&self) -> Result<Vec<StationLine>, DocketFault> {
        let fault = to("read the stations");
        let rows = sqlx::query(
            "SELECT id, name, tribunal, site, pass IS NOT NULL AS enrolled, seen_at
             FROM stations ORDER BY tribunal, name, id",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(&fault)?;
        rows.iter().map(station_line).collect::<Result<_, _>>().map_err(&fault)
    }

    /// False when there is no such station, none when the code is another one's.
    pub(in crate::docket) async fn set_station_code(
        &self,
        station: StationId,
        code: &CodeHash,
        expires_at: Timestamp,
    ) -> Result<Option<bool>, DocketFault> {
        let done = sqlx::query(
            "UPDATE stations SET code = ?, code_expires_at = ?, pass = NULL WHERE id = ?",
        )
        .bind(code.bytes())
        .bind(expires_at.0)
        .bind(station.0)
        .execute(&self.pool)
        .await;
        match done {
            Ok(done) => Ok(Some(done.rows_affected() == 1)),
            Err(sqlx::Error::Database(fault)) if fault.is_unique_violation() => Ok(None),
            Err(fault) => Err(to("issue a station's code")(fault)),
        }
    }

    /// Takes code and pass of a station away.
    pub(in crate::docket) async fn revoke_station(
        &self,
        station: StationId,
    ) -> Result<bool, DocketFault> {
        let done = sqlx::query("UPDATE stations SET code = NULL, pass = NULL WHERE id = ?")
            .bind(station.0)
            .execute(&self.pool)
            .await
            .map_err(to("revoke a station"))?;
        Ok(done.rows_affected() == 1)
    }

    /// Exchanges a code for a pass; a code works once.
    pub(in crate::docket) async fn enrol(
        &self,
        code: &CodeHash,
        pass: &TokenHash,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<Option<StationPass>, DocketFault> {
        let fault = to("enrol a station");
        let row = sqlx::query(
            "UPDATE stations SET code = NULL, pass = ?, pass_expires_at = ?, seen_at = ?
             WHERE code = ? AND code_expires_at > ? RETURNING id, name, tribunal",
        )
        .bind(pass.bytes())
        .bind(expires_at.0)
        .bind(now.0)
        .bind(code.bytes())
        .bind(now.0)
        .fetch_optional(&self.pool)
        .await
        .map_err(&fault)?;
        row.map(|row| station_pass(&row)).transpose().map_err(&fault)
    }

    pub(in crate::docket) async fn station(
        &self,
        pass: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<(StationPass, Option<SiteId>)>, DocketFault> {
        let fault = to("look up a station");
        let row = sqlx::query(
            "SELECT id, name, tribunal, site FROM stations WHERE pass = ? AND pass_expires_at > ?",
        )
        .bind(pass.bytes())
        .bind(now.0)
        .fetch_optional(&self.pool)
        .await
        .map_err(&fault)?;
        row.map(|row| Ok((station_pass(&row)?, site(&row)?))).transpose().map_err(&fault)
    }

    /// A station's page is here; its pass begins anew.
    pub(in crate::docket) async fn station_seen(
        &self,
        station: StationId,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), DocketFault> {
        sqlx::query("UPDATE stations SET seen_at = ?, pass_expires_at = ? WHERE id = ?")
            .bind(now.0)
            .bind(expires_at.0)
            .bind(station.0)
            .execute(&self.pool)
            .await
            .map_err(to("note a station"))?;
        Ok(())
    }

    pub(in crate::docket) async fn tribunals_called(&self) -> Result<Vec<String>, DocketFault> {
        let fault = to("read the tribunals");
        let rows = sqlx::query("SELECT DISTINCT tribunal FROM stations ORDER BY tribunal")
            .fetch_all(&self.pool)
            .await
            .map_err(&fault)?;
        rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>().map_err(&fault)
    }

    pub(in crate::docket) async fn add_turn(
        &self,
        tribunal: &str,
        account: &str,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<bool, DocketFault> {
        let done = sqlx::query(
            "INSERT INTO duty_turns (tribunal, account, from_at, until_at)
             SELECT ?, id, ?, ? FROM accounts WHERE name = ? AND kind IN ('judge', 'clerk')",
        )
        .bind(tribunal)
        .bind(from.0)
        .bind(until.0)
        .bind(account)
        .execute(&self.pool)
        .await
        .map_err(to("add a turn of duty"))?;
        Ok(done.rows_affected() == 1)
    }

    pub(in crate::docket) async fn remove_turn(&self, turn: u32) -> Result<bool, DocketFault> {
        let done = sqlx::query("DELETE FROM duty_turns WHERE id = ?")
            .bind(turn)
            .execute(&self.pool)
            .await
            .map_err(to("remove a turn of duty"))?;
        Ok(done.rows_affected() == 1)
    }

    /// Turns of duty that are not over.
    pub(in crate::docket) async fn turns(
        &self,
        now: Timestamp,
    ) -> Result<Vec<DutyTurn>, DocketFault> {
        let fault = to("read the turns of duty");
        let rows = sqlx::query(
            "SELECT duty_turns.id AS id, tribunal, shown_name, kind, from_at, until_at
             FROM duty_turns JOIN accounts ON accounts.id = account
             WHERE until_at > ? ORDER BY from_at, id LIMIT ?",
        )
        .bind(now.0)
        .bind(DUTY_SHOWN_MAX)
        .fetch_all(&self.pool)
        .await
        .map_err(&fault)?;
        rows.iter().map(turn).collect::<Result<_, _>>().map_err(&fault)
    }

    pub(in crate::docket) async fn add_call(
        &self,
        station: StationId,
        direction: Direction,
        wanted: Wanted,
        account: Option<AccountId>,
        now: Timestamp,
    ) -> Result<CallId, DocketFault> {
        let fault = to("keep a call");
        let row = sqlx::query(
            "INSERT INTO calls (station, direction, wanted, state, account, rang_at)
             VALUES (?, ?, ?, 'ringing', ?, ?) RETURNING id",
        )
        .bind(station.0)
        .bind(word(&direction))
        .bind(word(&wanted))
        .bind(account.map(|account| account.0))
        .bind(now.0)
        .fetch_one(&self.pool)
        .await
        .map_err(&fault)?;
        row.try_get(0).map(CallId).map_err(&fault)
    }

    /// A call rings no more that was refused before it rang.
    pub(in crate::docket) async fn drop_call(&self, call: CallId) -> Result<(), DocketFault> {
        sqlx::query("DELETE FROM calls WHERE id = ?")
            .bind(call.0)
            .execute(&self.pool)
            .await
            .map_err(to("drop a call"))?;
        Ok(())
    }

    pub(in crate::docket) async fn call_accepted(
        &self,
        call: CallId,
        account: AccountId,
        hearing: HearingId,
    ) -> Result<(), DocketFault> {
        sqlx::query("UPDATE calls SET state = 'accepted', account = ?, hearing = ? WHERE id = ?")
            .bind(account.0)
            .bind(hearing.0)
            .bind(call.0)
            .execute(&self.pool)
            .await
            .map_err(to("keep a call"))?;
        Ok(())
    }

    /// How a call ended. Who rings a station back successfully has handled its missed calls.
    pub(in crate::docket) async fn call_over(
        &self,
        call: CallId,
        state: CallState,
        now: Timestamp,
    ) -> Result<(), DocketFault> {
        sqlx::query("UPDATE calls SET state = ?, ended_at = ? WHERE id = ?")
            .bind(word(&state))
            .bind(now.0)
            .bind(call.0)
            .execute(&self.pool)
            .await
            .map_err(to("keep a call"))?;
        Ok(())
    }

    /// Missed calls of a station are seen to.
    pub(in crate::docket) async fn handle_calls(
        &self,
        station: StationId,
    ) -> Result<(), DocketFault> {
        sqlx::query(
            "UPDATE calls SET handled = 1 WHERE station = ? AND handled = 0
             AND state IN ('declined', 'missed', 'busy', 'cancelled')",
        )
        .bind(station.0)
        .execute(&self.pool)
        .await
        .map_err(to("keep a call"))?;
        Ok(())
    }

    /// Calls that were live when the node stopped are over.
    pub(in crate::docket) async fn end_left_calls(&self) -> Result<Vec<HearingId>, DocketFault> {
        let fault = to("end the calls of the former process");
        let rows = sqlx::query(
            "UPDATE calls SET state = CASE state WHEN 'ringing' THEN 'missed' ELSE 'ended' END
             WHERE state IN ('ringing', 'accepted') RETURNING hearing",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(&fault)?;
        rows.iter()
            .filter_map(|row| {
                row.try_get::<Option<u32>, _>(0).map(|id| id.map(HearingId)).transpose()
            })
            .collect::<Result<_, _>>()
            .map_err(&fault)
    }

    pub(in crate::docket) async fn call(
        &self,
        call: CallId,
    ) -> Result<Option<CallView>, DocketFault> {
        let fault = to("read a call");
        let row = sqlx::query(sqlx::AssertSqlSafe(format!("{CALL} WHERE calls.id = ?")))
            .bind(call.0)
            .fetch_optional(&self.pool)
            .await
            .map_err(&fault)?;
        row.map(|row| call_view(&row)).transpose().map_err(&fault)
    }

    /// Past calls of a tribunal, or of a station; newest first.
    pub(in crate::docket) async fn past_calls(
        &self,
        tribunal: Option<&str>,
        station: Option<StationId>,
    ) -> Result<Vec<CallView>, DocketFault> {
        let fault = to("read past calls");
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
            "{CALL} WHERE state NOT IN ('ringing', 'accepted') AND (tribunal = ? OR station = ?)
             ORDER BY calls.id DESC LIMIT ?"
        )))
        .bind(tribunal)
        .bind(station.map(|station| station.0))
        .bind(CALLS_SHOWN_MAX)
        .fetch_all(&self.pool)
        .await
        .map_err(&fault)?;
        rows.iter().map(call_view).collect::<Result<_, _>>().map_err(&fault)
    }

    /// Open sittings of a station's place in a stretch of time.
    pub(in crate::docket) async fn sittings_at(
        &self,
        station: StationId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<StationSitting>, DocketFault> {
        let fault = to("read a station's sittings");
        let rows = sqlx::query(
            "SELECT hearings.id AS id, scheduled_at, case_number, brief
             FROM hearings JOIN stations ON stations.id = ?
             WHERE closed = 0 AND scheduled_at BETWEEN ? AND ? AND (hearings.site = stations.site
               OR hearings.id IN (SELECT hearing FROM participants
                 WHERE participants.site = stations.site))
             ORDER BY scheduled_at, hearings.id LIMIT ?",
        )
        .bind(station.0)
        .bind(from.0)
        .bind(until.0)
        .bind(CALLS_SHOWN_MAX)
        .fetch_all(&self.pool)
        .await
        .map_err(&fault)?;
        rows.iter().map(sitting).collect::<Result<_, _>>().map_err(&fault)
    }

    /// A call's sitting is over that nobody ever entered.
    pub(in crate::docket) async fn close_call(
        &self,
        hearing: HearingId,
    ) -> Result<(), DocketFault> {
        sqlx::query("UPDATE hearings SET closed = 1 WHERE id = ?")
            .bind(hearing.0)
            .execute(&self.pool)
            .await
            .map_err(to("close a call"))?;
        Ok(())
    }

    /// An account by its number.
    pub(in crate::docket) async fn account_of(
        &self,
        id: AccountId,
    ) -> Result<Option<Account>, DocketFault> {
        let fault = to("look up an account");
        let row = sqlx::query("SELECT id, shown_name, kind FROM accounts WHERE id = ?")
            .bind(id.0)
            .fetch_optional(&self.pool)
            .await
            .map_err(&fault)?;
        row.map(|row| account(&row)).transpose().map_err(&fault)
    }

    /// Gives somebody who comes without an account a pass at once.
    pub(in crate::docket) async fn give_pass(
        &self,
        participant: ParticipantId,
        pass: &TokenHash,
        expires_at: Timestamp,
    ) -> Result<(), DocketFault> {
        sqlx::query(
            "UPDATE participants SET pass = ?, pass_expires_at = ?, code = NULL
             WHERE id = ? AND account IS NULL",
        )
        .bind(pass.bytes())
        .bind(expires_at.0)
        .bind(participant.0)
        .execute(&self.pool)
        .await
        .map_err(to("give a pass"))?;
        Ok(())
    }
}

fn site(row: &SqliteRow) -> Result<Option<SiteId>, sqlx::Error> {
    Ok(row.try_get::<Option<u32>, _>("site")?.map(SiteId))
}

pub(super) fn time(row: &SqliteRow, column: &str) -> Result<Option<Timestamp>, sqlx::Error> {
    Ok(row.try_get::<Option<i64>, _>(column)?.map(Timestamp))
}

fn station_pass(row: &SqliteRow) -> Result<StationPass, sqlx::Error> {
    Ok(StationPass {
        station: StationId(row.try_get("id")?),
        name: row.try_get("name")?,
        tribunal: row.try_get("tribunal")?,
    })
}

fn station_line(row: &SqliteRow) -> Result<StationLine, sqlx::Error> {
    let StationPass { station, name, tribunal } = station_pass(row)?;
    Ok(StationLine {
        station,
        name,
        tribunal,
        site: site(row)?,
        enrolled: row.try_get("enrolled")?,
        online: false,
        seen_at: time(row, "seen_at")?,
    })
}

fn sitting(row: &SqliteRow) -> Result<StationSitting, sqlx::Error> {
    let brief: String = row.try_get("brief")?;
    let brief: Brief =
        serde_json::from_str(&brief).map_err(|fault| sqlx::Error::Decode(fault.into()))?;
    Ok(StationSitting {
        hearing: HearingId(row.try_get("id")?),
        scheduled_at: Timestamp(row.try_get("scheduled_at")?),
        case_number: private(row, "case_number")?,
        kind: brief.kind,
        stage: Stage::Scheduled,
    })
}

fn turn(row: &SqliteRow) -> Result<DutyTurn, sqlx::Error> {
    Ok(DutyTurn {
        turn: row.try_get("id")?,
        tribunal: row.try_get("tribunal")?,
        name: private(row, "shown_name")?,
        staff: value::<StaffKind>(row, "kind")?,
        from: Timestamp(row.try_get("from_at")?),
        until: Timestamp(row.try_get("until_at")?),
    })
}

fn call_view(row: &SqliteRow) -> Result<CallView, sqlx::Error> {
    Ok(CallView {
        call: CallId(row.try_get("id")?),
        station: StationId(row.try_get("station")?),
        station_name: row.try_get("station_name")?,
        tribunal: row.try_get("tribunal")?,
        direction: value(row, "direction")?,
        wanted: value(row, "wanted")?,
        state: value(row, "state")?,
        rang_at: Timestamp(row.try_get("rang_at")?),
        staff_name: row.try_get::<Option<String>, _>("shown_name")?.map(model::Private::new),
        hearing: row.try_get::<Option<u32>, _>("hearing")?.map(HearingId),
        handled: row.try_get("handled")?,
    })
}
