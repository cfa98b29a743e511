//! What the docket keeps for the desk: stations and their passes, turns of duty, calls, and calls
//! for help.
//!
//! What is not here: SQL (`sqlite/desk.rs`), and live calls (`crate::desk`).

use core::time::Duration;

use model::limits::{ENROL_CODE_LIFE, STATION_LIFE};
use model::{
    CallId, CallState, Direction, HearingId, ParticipantId, Private, Role, SiteId, StationId,
    TicketId, Timestamp, Wanted,
};
use protocol::{
    CallView, DutyTurn, HelpFacts, NewStation, NewTurn, StationCode, StationLine, StationPass,
    StationSitting, Ticket,
};

use super::{Account, AccountId, CODE_DRAWS_MAX, Docket, DocketFault};
use crate::secrets::TokenHash;

/// Closed tickets are shown for so long.
const TICKETS_SHOWN: Duration = Duration::from_secs(24 * 3600);
/// Sittings are shown at a station that were due so long ago and are not over.
const SITTINGS_PAST: Duration = Duration::from_secs(6 * 3600);
/// Sittings are shown at a station that are due so soon.
const SITTINGS_AHEAD: Duration = Duration::from_secs(18 * 3600);

/// Who calls for help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Requester {
    /// A seat of a hearing.
    Seat(ParticipantId),
    /// A station.
    Station(StationId),
    /// Somebody of the court.
    Staff(AccountId),
}

/// A call for help to be kept.
#[derive(Clone, Debug)]
pub(crate) struct NewTicket {
    /// Who calls.
    pub(crate) by: Requester,
    /// In which hearing.
    pub(crate) hearing: Option<HearingId>,
    /// In which role.
    pub(crate) role: Option<Role>,
    /// From which place.
    pub(crate) place: String,
    /// In which words.
    pub(crate) words: Private<String>,
    /// What page and server know.
    pub(crate) facts: HelpFacts,
}

impl Docket {
    /// Puts a station on the list; none when there is no room.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_station(
        &self,
        new: &NewStation,
        now: Timestamp,
    ) -> Result<Option<StationCode>, DocketFault> {
        match self.sqlite.add_station(new).await? {
            Some(station) => self.station_code(station, now).await,
            None => Ok(None),
        }
    }

    /// A new code for a station; the former terminal's pass ends. None when there is no such
    /// station.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn station_code(
        &self,
        station: StationId,
        now: Timestamp,
    ) -> Result<Option<StationCode>, DocketFault> {
        let expires_at = now.plus(ENROL_CODE_LIFE);
        for _ in 0..CODE_DRAWS_MAX {
            let code = self.secrets.code();
            let hash = self.secrets.code_hash(code.reveal());
            match self.sqlite.set_station_code(station, &hash, expires_at).await? {
                Some(true) => return Ok(Some(StationCode { station, code, expires_at })),
                Some(false) => return Ok(None),
                None => {}
            }
        }
        Err(DocketFault { doing: "issue a station's code", fault: "every code is taken".into() })
    }

    /// Every station.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn stations(&self) -> Result<Vec<StationLine>, DocketFault> {
        self.sqlite.stations().await
    }

    pub(crate) async fn revoke_station(&self, station: StationId) -> Result<bool, DocketFault> {
        self.sqlite.revoke_station(station).await
    }

    /// Exchanges a station's code for its pass and the token of its cookie.
    pub(crate) async fn enrol(
        &self,
        code: &str,
        now: Timestamp,
    ) -> Result<Option<(StationPass, Private<String>)>, DocketFault> {
        let token = self.secrets.token();
        let hash = self.secrets.code_hash(code);
        let pass = TokenHash::of(token.reveal());
        let enrolled = self.sqlite.enrol(&hash, &pass, now, now.plus(STATION_LIFE)).await?;
        Ok(enrolled.map(|pass| (pass, token)))
    }

    /// The station a token stands for, and its place on the court's list.
    pub(crate) async fn station(
        &self,
        token: &str,
        now: Timestamp,
    ) -> Result<Option<(StationPass, Option<SiteId>)>, DocketFault> {
        self.sqlite.station(&TokenHash::of(token), now).await
    }

    pub(crate) async fn station_seen(
        &self,
        station: StationId,
        now: Timestamp,
    ) -> Result<(), DocketFault> {
        self.sqlite.station_seen(station, now, now.plus(STATION_LIFE)).await
    }

    pub(crate) async fn tribunals_called(&self) -> Result<Vec<String>, DocketFault> {
        self.sqlite.tribunals_called().await
    }

    /// False when nobody of the court signs in by that name.
    pub(crate) async fn add_turn(&self, new: &NewTurn) -> Result<bool, DocketFault> {
        self.sqlite.add_turn(&new.tribunal, &new.account, new.from, new.until).await
    }

    pub(crate) async fn remove_turn(&self, turn: u32) -> Result<bool, DocketFault> {
        self.sqlite.remove_turn(turn).await
    }

    pub(crate) async fn turns(&self, now: Timestamp) -> Result<Vec<DutyTurn>, DocketFault> {
        self.sqlite.turns(now).await
    }

    pub(crate) async fn add_call(
        &self,
        station: StationId,
        direction: Direction,
        wanted: Wanted,
        account: Option<AccountId>,
        now: Timestamp,
    ) -> Result<CallId, DocketFault> {
        self.sqlite.add_call(station, direction, wanted, account, now).await
    }

    pub(crate) async fn drop_call(&self, call: CallId) -> Result<(), DocketFault> {
        self.sqlite.drop_call(call).await
    }

    pub(crate) async fn call_accepted(
        &self,
        call: CallId,
        account: AccountId,
        hearing: HearingId,
    ) -> Result<(), DocketFault> {
        self.sqlite.call_accepted(call, account, hearing).await
    }

    pub(crate) async fn call_over(
        &self,
        call: CallId,
        state: CallState,
        now: Timestamp,
    ) -> Result<(), DocketFault> {
        self.sqlite.call_over(call, state, now).await
    }

    pub(crate) async fn handle_calls(&self, station: StationId) -> Result<(), DocketFault> {
        self.sqlite.handle_calls(station).await
    }

    /// Ends the calls of a process that is gone; the sittings they had become.
    pub(crate) async fn end_left_calls(&self) -> Result<Vec<HearingId>, DocketFault> {
        self.sqlite.end_left_calls().await
    }

    pub(crate) async fn call(&self, call: CallId) -> Result<Option<CallView>, DocketFault> {
        self.sqlite.call(call).await
    }

    pub(crate) async fn past_calls(
        &self,
        tribunal: Option<&str>,
        station: Option<StationId>,
    ) -> Result<Vec<CallView>, DocketFault> {
        self.sqlite.past_calls(tribunal, station).await
    }

    /// Open sittings at a station's place, from a few hours ago until a day ahead.
    pub(crate) async fn sittings_at(
        &self,
        station: StationId,
        now: Timestamp,
    ) -> Result<Vec<StationSitting>, DocketFault> {
        let past = i64::try_from(SITTINGS_PAST.as_millis()).unwrap_or(i64::MAX);
        let from = Timestamp(now.0.saturating_sub(past));
        self.sqlite.sittings_at(station, from, now.plus(SITTINGS_AHEAD)).await
    }

    /// Closes the sitting of a call that nobody ever entered.
    pub(crate) async fn close_call(&self, hearing: HearingId) -> Result<(), DocketFault> {
        self.sqlite.close_call(hearing).await
    }

    /// An account by its number.
    pub(crate) async fn account(&self, id: AccountId) -> Result<Option<Account>, DocketFault> {
        self.sqlite.account_of(id).await
    }

    /// None when the same requester has too many open.
    pub(crate) async fn add_ticket(
        &self,
        new: &NewTicket,
        now: Timestamp,
    ) -> Result<Option<TicketId>, DocketFault> {
        self.sqlite.add_ticket(new, now).await
    }

    pub(crate) async fn tickets(
        &self,
        of: Option<Requester>,
        now: Timestamp,
    ) -> Result<Vec<Ticket>, DocketFault> {
        let day = i64::try_from(TICKETS_SHOWN.as_millis()).unwrap_or(i64::MAX);
        self.sqlite.tickets(of, Timestamp(now.0.saturating_sub(day))).await
    }

    pub(crate) async fn acknowledge(
        &self,
        ticket: TicketId,
        by: AccountId,
        now: Timestamp,
    ) -> Result<bool, DocketFault> {
        self.sqlite.acknowledge(ticket, by, now).await
    }

    pub(crate) async fn close_ticket(
        &self,
        ticket: TicketId,
        by: AccountId,
        outcome: &str,
        now: Timestamp,
    ) -> Result<bool, DocketFault> {
        self.sqlite.close_ticket(ticket, by, outcome, now).await
    }

    /// A pass for somebody who comes without account and code, and the token of its cookie.
    pub(crate) async fn give_pass(
        &self,
        participant: ParticipantId,
        now: Timestamp,
    ) -> Result<Private<String>, DocketFault> {
        let token = self.secrets.token();
        let pass = TokenHash::of(token.reveal());
        self.sqlite.give_pass(participant, &pass, now.plus(model::limits::SEAT_PASS_LIFE)).await?;
        Ok(token)
    }
}
