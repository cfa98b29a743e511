//! The desk: who is on duty, which calls ring or go on, whose pages listen; and what each of them
//! is shown.
//!
//! What is not here: the rules of ringing (`hearing::Switchboard`), paths and bodies
//! (`http/desk.rs`), and what is kept on disk (`docket/desk.rs`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hearing::{End, Over, StaffId, Switchboard};
use model::limits::{CALL_TARGETS_MAX, DESK_PAGES_MAX};
use model::{
    Brief, CallId, Direction, HearingId, Instant, Kind, Private, Refusal, Role, StationId, Wanted,
};
use protocol::{
    CallView, DeskPicture, DutyPerson, DutyPicture, StaffKind, StationFace, StationPass,
};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use crate::clock::Clock;
use crate::docket::desk::Requester;
use crate::docket::{Account, AccountId, Docket, DocketFault};
use crate::hearings::Hearings;
use crate::metrics::Metrics;

mod sitting;

/// How often the desk looks for calls that rang long enough.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Who leaves no page open for so long is off duty.
const DUTY_GRACE: Duration = Duration::from_secs(600);

/// Who is at the desk.
#[derive(Clone, Debug)]
pub(crate) enum Caller {
    /// A station.
    Station(StationPass),
    /// Somebody of the court.
    Court(Account),
    /// An operator.
    Ops(Account),
    /// A seat of a hearing.
    Seat(protocol::SeatPass),
}

impl Caller {
    /// Which end of a call this is, if any.
    pub(crate) const fn end(&self) -> Option<End> {
        match self {
            Self::Station(pass) => Some(End::Station(pass.station)),
            Self::Court(account) if takes_calls(account.kind) => {
                Some(End::Staff(StaffId(account.id.0)))
            }
            Self::Court(_) | Self::Ops(_) | Self::Seat(_) => None,
        }
    }

    const fn requester(&self) -> Option<Requester> {
        match self {
            Self::Station(pass) => Some(Requester::Station(pass.station)),
            Self::Court(account) => Some(Requester::Staff(account.id)),
            Self::Ops(_) => None,
            Self::Seat(pass) => Some(Requester::Seat(pass.participant)),
        }
    }
}

/// Somebody on duty.
#[derive(Clone, Debug)]
struct OnDuty {
    tribunal: String,
    name: Private<String>,
    kind: StaffKind,
    /// Since when no page of theirs is open; none while one is.
    gone: Option<Instant>,
}

#[derive(Debug, Default)]
struct Inner {
    board: Switchboard,
    duty: BTreeMap<StaffId, OnDuty>,
    pages: BTreeMap<End, u32>,
    others: usize,
    sittings: BTreeMap<CallId, HearingId>,
    stopped: bool,
}

/// The desk of this node.
#[derive(Clone)]
pub(crate) struct Desk {
    docket: Arc<Docket>,
    hearings: Hearings,
    clock: Clock,
    metrics: Metrics,
    inner: Arc<Mutex<Inner>>,
    bell: watch::Sender<u64>,
}

impl core::fmt::Debug for Desk {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Desk").field("inner", &self.inner()).finish_non_exhaustive()
    }
}

/// An open page at the desk; dropping it says that the page is gone.
#[derive(Debug)]
pub(crate) struct DeskPage {
    desk: Desk,
    end: Option<End>,
}

impl Drop for DeskPage {
    fn drop(&mut self) {
        self.desk.parted(self.end);
    }
}

impl Desk {
    pub(crate) fn new(
        docket: Arc<Docket>,
        hearings: Hearings,
        clock: Clock,
        metrics: Metrics,
    ) -> Self {
        let bell = watch::Sender::new(0);
        Self { docket, hearings, clock, metrics, inner: Arc::default(), bell }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Instant {
        self.clock.now().instant
    }

    /// Tells every page that something changed.
    pub(crate) fn ring_bell(&self) {
        self.bell.send_modify(|rung| *rung = rung.wrapping_add(1));
    }

    /// Hears when something changes.
    pub(crate) fn listen(&self) -> watch::Receiver<u64> {
        self.bell.subscribe()
    }

    /// Whether the node stops and pages should go.
    pub(crate) fn is_stopped(&self) -> bool {
        self.inner().stopped
    }

    /// Lets every page go.
    pub(crate) fn stop(&self) {
        self.inner().stopped = true;
        self.ring_bell();
    }

    /// Ends calls by the clock until the desk is stopped.
    pub(crate) async fn keep_time(self) {
        match self.docket.end_left_calls().await {
            Ok(sittings) => {
                for sitting in sittings {
                    self.end_sitting(sitting).await;
                }
            }
            Err(fault) => tracing::error!(%fault, "the docket failed"),
        }
        let mut beat = interval(LOOK_EVERY);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !self.is_stopped() {
            beat.tick().await;
            self.look().await;
        }
    }

    /// Ends what has rung, or been left, for too long.
    pub(crate) async fn look(&self) {
        let now = self.now();
        let over = {
            let mut inner = self.inner();
            inner.duty.retain(|_, on| on.gone.is_none_or(|gone| now.since(gone) < DUTY_GRACE));
            inner.board.look(now)
        };
        for over in over {
            if let Err(fault) = self.finish(over).await {
                tracing::error!(%fault, "the docket failed");
            }
        }
    }

    /// A page listens.
    ///
    /// # Errors
    /// `Full` when too many do.
    pub(crate) fn arrived(&self, end: Option<End>) -> Result<DeskPage, Refusal> {
        let now = self.now();
        let mut inner = self.inner();
        let pages: usize =
            inner.pages.values().map(|count| usize::try_from(*count).unwrap_or(0)).sum();
        if pages + inner.others >= DESK_PAGES_MAX {
            return Err(Refusal::Full);
        }
        match end {
            Some(end) => {
                *inner.pages.entry(end).or_default() += 1;
                inner.board.seen(now, end, true);
                if let End::Staff(staff) = end
                    && let Some(on) = inner.duty.get_mut(&staff)
                {
                    on.gone = None;
                }
            }
            None => inner.others += 1,
        }
        drop(inner);
        if end.is_some() {
            self.ring_bell();
        }
        Ok(DeskPage { desk: self.clone(), end })
    }

    fn parted(&self, end: Option<End>) {
        let now = self.now();
        let mut inner = self.inner();
        let Some(end) = end else {
            inner.others = inner.others.saturating_sub(1);
            return;
        };
        let left = inner.pages.get(&end).map_or(0, |count| count.saturating_sub(1));
        if left > 0 {
            inner.pages.insert(end, left);
            return;
        }
        inner.pages.remove(&end);
        inner.board.seen(now, end, false);
        if let End::Staff(staff) = end
            && let Some(on) = inner.duty.get_mut(&staff)
        {
            on.gone = Some(now);
        }
        drop(inner);
        self.ring_bell();
    }

    /// Somebody of the court comes on duty somewhere, or goes away.
    pub(crate) fn set_duty(&self, account: &Account, tribunal: Option<String>) {
        let staff = StaffId(account.id.0);
        let mut inner = self.inner();
        match tribunal {
            Some(tribunal) => {
                let here = inner.pages.contains_key(&End::Staff(staff));
                let gone = (!here).then(|| self.now());
                let (name, kind) = (account.shown_name.clone(), account.kind);
                inner.duty.insert(staff, OnDuty { tribunal, name, kind, gone });
            }
            None => {
                inner.duty.remove(&staff);
            }
        }
        drop(inner);
        self.ring_bell();
    }

    /// A station rings.
    pub(crate) async fn ring(
        &self,
        pass: &StationPass,
        wanted: Wanted,
    ) -> Result<CallView, Trouble> {
        let station = pass.station;
        if self.inner().board.of_station(station).is_some() {
            return Err(Refusal::AlreadyThere.into());
        }
        let now = self.clock.now();
        let from = Direction::FromStation;
        let call = self.docket.add_call(station, from, wanted, None, now.utc).await?;
        let rung = {
            let mut inner = self.inner();
            let on_duty = inner.on_duty(&pass.tribunal, wanted);
            inner.board.ring(now.instant, call, station, wanted, &on_duty)
        };
        match rung {
            Ok(None) => self.ring_bell(),
            Ok(Some(over)) => self.finish(over).await?,
            Err(why) => {
                self.docket.drop_call(call).await?;
                return Err(why.into());
            }
        }
        self.view(call).await
    }

    /// Somebody of the court rings a station back.
    pub(crate) async fn ring_back(
        &self,
        account: &Account,
        station: StationId,
    ) -> Result<CallView, Trouble> {
        if !self.inner().pages.contains_key(&End::Station(station)) {
            return Err(Refusal::NotConnected.into());
        }
        let wanted = if account.kind == StaffKind::Judge { Wanted::Judge } else { Wanted::Clerk };
        let now = self.clock.now();
        let to = Direction::ToStation;
        let id = Some(account.id);
        let call = self.docket.add_call(station, to, wanted, id, now.utc).await?;
        let staff = StaffId(account.id.0);
        let rung = self.inner().board.ring_back(now.instant, call, staff, station, wanted);
        if let Err(why) = rung {
            self.docket.drop_call(call).await?;
            return Err(why.into());
        }
        self.ring_bell();
        self.view(call).await
    }

    /// Somebody takes a call: it becomes a sitting of two.
    pub(crate) async fn accept(&self, call: CallId, end: End) -> Result<CallView, Trouble> {
        let staff = self.inner().board.accept(self.now(), call, end)?;
        let view = self.view(call).await?;
        let made = self.make_sitting(&view, staff).await;
        let hearing = match made {
            Ok(hearing) => hearing,
            Err(trouble) => {
                let over = self.inner().board.hang_up(self.now(), call, end)?;
                if let Some(over) = over {
                    self.finish(over).await?;
                }
                return Err(trouble);
            }
        };
        self.docket.call_accepted(call, AccountId(staff.0), hearing).await?;
        self.docket.handle_calls(view.station).await?;
        self.inner().sittings.insert(call, hearing);
        self.ring_bell();
        self.view(call).await
    }

    /// Somebody will not take a call.
    pub(crate) async fn decline(&self, call: CallId, end: End) -> Result<CallView, Trouble> {
        let over = self.inner().board.decline(self.now(), call, end)?;
        self.end(call, over).await
    }

    /// Who rang gives up, or who is in the call ends it.
    pub(crate) async fn hang_up(&self, call: CallId, end: End) -> Result<CallView, Trouble> {
        let over = self.inner().board.hang_up(self.now(), call, end)?;
        self.end(call, over).await
    }

    async fn end(&self, call: CallId, over: Option<Over>) -> Result<CallView, Trouble> {
        match over {
            Some(over) => self.finish(over).await?,
            None => self.ring_bell(),
        }
        self.view(call).await
    }

    /// Keeps a call that is over and closes its sitting.
    async fn finish(&self, over: Over) -> Result<(), DocketFault> {
        let now = self.clock.now().utc;
        let Over { call, was } = over;
        let sitting = self.inner().sittings.remove(&call);
        self.metrics.calls.with_label_values(&[crate::metrics::word(&was.state).as_str()]).inc();
        tracing::info!(%call, station = %was.station, state = ?was.state, "a call is over");
        self.docket.call_over(call, was.state, now).await?;
        if let Some(hearing) = sitting {
            self.end_sitting(hearing).await;
        }
        self.ring_bell();
        Ok(())
    }

    async fn view(&self, call: CallId) -> Result<CallView, Trouble> {
        Ok(self.docket.call(call).await?.ok_or(Refusal::NotFound)?)
    }

    /// The sitting of a call that goes on and to which `end` belongs.
    pub(crate) fn sitting_of(&self, call: CallId, end: End) -> Option<HearingId> {
        let inner = self.inner();
        let live = inner.board.call(call)?;
        let belongs = match end {
            End::Station(station) => live.station == station,
            End::Staff(staff) => live.taken_by == Some(staff),
        };
        if belongs { inner.sittings.get(&call).copied() } else { None }
    }

    /// Whether a station's page is open.
    pub(crate) fn is_here(&self, station: StationId) -> bool {
        self.inner().pages.contains_key(&End::Station(station))
    }

    /// What a page is shown now.
    pub(crate) async fn picture(&self, caller: &Caller) -> Result<DeskPicture, DocketFault> {
        let now = self.clock.now().utc;
        let (live, duty) = {
            let inner = self.inner();
            (inner.calls_of(caller), inner.duty_of(caller))
        };
        let mut calls = Vec::with_capacity(live.len());
        for call in live {
            calls.extend(self.docket.call(call).await?);
        }
        let mut picture = DeskPicture {
            server_time: now,
            station: None,
            duty: None,
            calls,
            past: Vec::new(),
            tickets: self.docket.tickets(caller.requester(), now).await?,
        };
        match caller {
            Caller::Station(pass) => {
                let (judge, clerk) = {
                    let inner = self.inner();
                    let any = |wanted| !inner.on_duty(&pass.tribunal, wanted).is_empty();
                    (any(Wanted::Judge), any(Wanted::Clerk))
                };
                let sittings = self.sittings_at(pass.station, now).await?;
                picture.past = self.docket.past_calls(None, Some(pass.station)).await?;
                let pass = pass.clone();
                picture.station = Some(StationFace { pass, judge, clerk, sittings });
            }
            Caller::Court(_) => {
                let (mine, on) = duty;
                let tribunals = self.docket.tribunals_called().await?;
                if let Some(tribunal) = &mine {
                    picture.past = self.docket.past_calls(Some(tribunal), None).await?;
                }
                let turns = self.docket.turns(now).await?;
                picture.duty = Some(DutyPicture { mine, tribunals, on, turns });
            }
            Caller::Ops(_) | Caller::Seat(_) => {}
        }
        Ok(picture)
    }
}

impl Inner {
    /// Who can be rung: on duty there, with a page open.
    fn on_duty(&self, tribunal: &str, wanted: Wanted) -> BTreeSet<StaffId> {
        let kind = match wanted {
            Wanted::Judge => StaffKind::Judge,
            Wanted::Clerk => StaffKind::Clerk,
        };
        self.duty
            .iter()
            .filter(|(_, on)| on.kind == kind && on.gone.is_none() && on.tribunal == tribunal)
            .map(|(staff, _)| *staff)
            .take(CALL_TARGETS_MAX)
            .collect()
    }

    fn calls_of(&self, caller: &Caller) -> Vec<CallId> {
        let mine = |call: &hearing::Call| match caller {
            Caller::Station(pass) => call.station == pass.station,
            Caller::Court(account) => {
                let staff = StaffId(account.id.0);
                call.targets.contains(&staff) || call.taken_by == Some(staff)
            }
            Caller::Ops(_) | Caller::Seat(_) => false,
        };
        self.board.calls().filter(|(_, call)| mine(call)).map(|(id, _)| id).collect()
    }

    fn duty_of(&self, caller: &Caller) -> (Option<String>, Vec<DutyPerson>) {
        let Caller::Court(account) = caller else { return (None, Vec::new()) };
        let mine = self.duty.get(&StaffId(account.id.0)).map(|on| on.tribunal.clone());
        let on =
            self.duty.iter().filter(|(_, on)| on.gone.is_none()).map(|(staff, on)| DutyPerson {
                tribunal: on.tribunal.clone(),
                name: on.name.clone(),
                staff: on.kind,
                in_call: self.board.is_in_call(*staff),
            });
        (mine, on.collect())
    }
}

/// Why something at the desk did not happen.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// The rules say no.
    Refused(Refusal),
    /// Our docket failed.
    Fault(DocketFault),
}

impl From<Refusal> for Trouble {
    fn from(why: Refusal) -> Self {
        Self::Refused(why)
    }
}

impl From<DocketFault> for Trouble {
    fn from(fault: DocketFault) -> Self {
        Self::Fault(fault)
    }
}

/// What is settled about a call's sitting: nothing is recorded, nobody watches.
fn brief() -> Brief {
    Brief { kind: Kind::Call, ..Brief::default() }
}

/// The role of a member of the court in a call.
const fn role_of(kind: StaffKind) -> Role {
    match kind {
        StaffKind::Judge => Role::PresidingJudge,
        StaffKind::Clerk
        | StaffKind::Mediator
        | StaffKind::Ops
        | StaffKind::Admin
        | StaffKind::Audit => Role::Clerk,
    }
}

/// Whether people of this kind are on duty and take calls.
pub(crate) const fn takes_calls(kind: StaffKind) -> bool {
    matches!(kind, StaffKind::Judge | StaffKind::Clerk)
}
