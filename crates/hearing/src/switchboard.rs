//! The switchboard: calls that ring, are taken, declined, missed and end (点对点).
//!
//! What is not here: who is on duty, the sitting an accepted call becomes, and what is kept of past
//! calls; the desk that owns the switchboard knows. Time comes in; nothing waits here.

use std::collections::{BTreeMap, BTreeSet};

use model::limits::{
    CALL_GRACE, CALL_MAX, CALL_TARGETS_MAX, CALL_WINDOW, CALLS_LIVE_MAX, CALLS_PER_WINDOW,
    RING_WAIT, STATIONS_MAX,
};
use model::{CallId, CallState, Direction, Instant, Refusal, StationId, Wanted};

/// Names a member of the staff: the number of the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StaffId(pub i64);

/// One end of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// A station.
    Station(StationId),
    /// A member of the staff.
    Staff(StaffId),
}

/// One live call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Which station rang, or is rung.
    pub station: StationId,
    /// Who rang whom.
    pub direction: Direction,
    /// Whom the station asked for.
    pub wanted: Wanted,
    /// Where it stands.
    pub state: CallState,
    /// Since when it stands there.
    pub since: Instant,
    /// The staff it rings at and who did not decline; of a call back, who rang.
    pub targets: BTreeSet<StaffId>,
    /// Who of the court is in it.
    pub taken_by: Option<StaffId>,
    gone: BTreeMap<End, Instant>,
}

/// A call that is over, to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Over {
    /// Which.
    pub call: CallId,
    /// How it was at its end.
    pub was: Call,
}

/// Every live call.
#[derive(Clone, Debug, Default)]
pub struct Switchboard {
    calls: BTreeMap<CallId, Call>,
    /// How many calls each station made, since when.
    made: BTreeMap<StationId, (Instant, u32)>,
}

impl Switchboard {
    /// The live calls.
    pub fn calls(&self) -> impl Iterator<Item = (CallId, &Call)> {
        self.calls.iter().map(|(id, call)| (*id, call))
    }

    /// One live call.
    pub fn call(&self, call: CallId) -> Option<&Call> {
        self.calls.get(&call)
    }

    /// The live call of a station.
    pub fn of_station(&self, station: StationId) -> Option<(CallId, &Call)> {
        self.calls().find(|(_, call)| call.station == station)
    }

    /// Whether somebody is in a call.
    pub fn is_in_call(&self, staff: StaffId) -> bool {
        self.calls.values().any(|call| call.taken_by == Some(staff))
    }

    /// A station rings everybody of `on_duty` who is not in a call. Answers the state it has at
    /// once: `Missed` where nobody is on duty, `Busy` where all are in calls; then it is over
    /// already and returned to be kept.
    ///
    /// # Errors
    /// `AlreadyThere` when the station has a call, `TooFast` after too many, `Full` when the node
    /// has as many as it bears.
    pub fn ring(
        &mut self,
        now: Instant,
        call: CallId,
        station: StationId,
        wanted: Wanted,
        on_duty: &BTreeSet<StaffId>,
    ) -> Result<Option<Over>, Refusal> {
        self.check_room(station)?;
        self.count(now, station)?;
        let free: BTreeSet<StaffId> = on_duty
            .iter()
            .copied()
            .filter(|staff| !self.is_in_call(*staff))
            .take(CALL_TARGETS_MAX)
            .collect();
        let state = if on_duty.is_empty() {
            CallState::Missed
        } else if free.is_empty() {
            CallState::Busy
        } else {
            CallState::Ringing
        };
        let new = Call {
            station,
            direction: Direction::FromStation,
            wanted,
            state,
            since: now,
            targets: free,
            taken_by: None,
            gone: BTreeMap::new(),
        };
        if state.is_over() {
            return Ok(Some(Over { call, was: new }));
        }
        self.calls.insert(call, new);
        Ok(None)
    }

    /// A member of the staff rings a station back.
    ///
    /// # Errors
    /// `AlreadyThere` when either end has a call, `Full` when the node has as many as it bears.
    pub fn ring_back(
        &mut self,
        now: Instant,
        call: CallId,
        staff: StaffId,
        station: StationId,
        wanted: Wanted,
    ) -> Result<(), Refusal> {
        self.check_room(station)?;
        let rings =
            |call: &Call| call.direction == Direction::ToStation && call.targets.contains(&staff);
        if self.is_in_call(staff) || self.calls.values().any(rings) {
            return Err(Refusal::AlreadyThere);
        }
        self.calls.insert(
            call,
            Call {
                station,
                direction: Direction::ToStation,
                wanted,
                state: CallState::Ringing,
                since: now,
                targets: BTreeSet::from([staff]),
                taken_by: None,
                gone: BTreeMap::new(),
            },
        );
        Ok(())
    }

    /// Somebody who is rung takes the call.
    ///
    /// # Errors
    /// `NotFound` when it does not ring at them, `AlreadyThere` when they are in another call.
    pub fn accept(&mut self, now: Instant, call: CallId, end: End) -> Result<StaffId, Refusal> {
        self.rings_at(call, end)?;
        let staff = match end {
            End::Staff(staff) => staff,
            End::Station(_) => self
                .calls
                .get(&call)
                .and_then(|call| call.targets.first().copied())
                .ok_or(Refusal::NotFound)?,
        };
        if self.is_in_call(staff) {
            return Err(Refusal::AlreadyThere);
        }
        let taken = self.calls.get_mut(&call).ok_or(Refusal::NotFound)?;
        taken.state = CallState::Accepted;
        taken.since = now;
        taken.taken_by = Some(staff);
        taken.targets.clear();
        Ok(staff)
    }

    /// Somebody who is rung will not take the call; it is over when nobody is left.
    ///
    /// # Errors
    /// `NotFound` when it does not ring at them.
    pub fn decline(
        &mut self,
        now: Instant,
        call: CallId,
        end: End,
    ) -> Result<Option<Over>, Refusal> {
        self.rings_at(call, end)?;
        let rung = self.calls.get_mut(&call).ok_or(Refusal::NotFound)?;
        if let End::Staff(staff) = end {
            rung.targets.remove(&staff);
            if !rung.targets.is_empty() {
                return Ok(None);
            }
        }
        Ok(self.finish(now, call, CallState::Declined))
    }

    /// Who rang gives up, or who is in the call ends it.
    ///
    /// # Errors
    /// `NotFound` when the call is not theirs.
    pub fn hang_up(
        &mut self,
        now: Instant,
        call: CallId,
        end: End,
    ) -> Result<Option<Over>, Refusal> {
        let live = self.calls.get(&call).ok_or(Refusal::NotFound)?;
        let rang = match live.direction {
            Direction::FromStation => end == End::Station(live.station),
            Direction::ToStation => live.targets.iter().any(|staff| end == End::Staff(*staff)),
        };
        match live.state {
            CallState::Accepted if live.has(end) => Ok(self.finish(now, call, CallState::Ended)),
            CallState::Ringing if rang => Ok(self.finish(now, call, CallState::Cancelled)),
            CallState::Accepted
            | CallState::Ringing
            | CallState::Declined
            | CallState::Missed
            | CallState::Busy
            | CallState::Cancelled
            | CallState::Ended => Err(Refusal::NotFound),
        }
    }

    /// Somebody's page is here or gone.
    pub fn seen(&mut self, now: Instant, end: End, here: bool) {
        for call in self.calls.values_mut() {
            if here {
                call.gone.remove(&end);
            } else if call.has(end) {
                call.gone.entry(end).or_insert(now);
            }
        }
    }

    /// Ends what has rung, or been left, for too long.
    pub fn look(&mut self, now: Instant) -> Vec<Over> {
        let due: Vec<(CallId, CallState)> =
            self.calls.iter().filter_map(|(id, call)| Some((*id, call.due(now)?))).collect();
        due.into_iter().filter_map(|(id, state)| self.finish(now, id, state)).collect()
    }

    fn finish(&mut self, now: Instant, call: CallId, state: CallState) -> Option<Over> {
        let mut was = self.calls.remove(&call)?;
        was.state = state;
        was.since = now;
        Some(Over { call, was })
    }

    fn rings_at(&self, call: CallId, end: End) -> Result<(), Refusal> {
        let rung = self.calls.get(&call).filter(|call| call.state == CallState::Ringing);
        let at = rung.is_some_and(|call| match (call.direction, end) {
            (Direction::FromStation, End::Staff(staff)) => call.targets.contains(&staff),
            (Direction::ToStation, End::Station(station)) => call.station == station,
            (Direction::FromStation, End::Station(_)) | (Direction::ToStation, End::Staff(_)) => {
                false
            }
        });
        if at { Ok(()) } else { Err(Refusal::NotFound) }
    }

    fn check_room(&self, station: StationId) -> Result<(), Refusal> {
        if self.of_station(station).is_some() {
            return Err(Refusal::AlreadyThere);
        }
        if self.calls.len() >= CALLS_LIVE_MAX {
            return Err(Refusal::Full);
        }
        Ok(())
    }

    fn count(&mut self, now: Instant, station: StationId) -> Result<(), Refusal> {
        if self.made.len() >= STATIONS_MAX {
            self.made.retain(|_, (since, _)| now.since(*since) < CALL_WINDOW);
        }
        let (since, count) = self.made.entry(station).or_insert((now, 0));
        if now.since(*since) >= CALL_WINDOW {
            (*since, *count) = (now, 0);
        }
        if *count >= CALLS_PER_WINDOW {
            return Err(Refusal::TooFast);
        }
        *count += 1;
        Ok(())
    }
}

impl Call {
    /// Whether `end` is in the call or rang it.
    fn has(&self, end: End) -> bool {
        match end {
            End::Station(station) => self.station == station,
            End::Staff(staff) => {
                self.taken_by == Some(staff)
                    || (self.direction == Direction::ToStation && self.targets.contains(&staff))
            }
        }
    }

    /// What it has come to by the clock.
    fn due(&self, now: Instant) -> Option<CallState> {
        let left = self.gone.values().any(|since| now.since(*since) >= CALL_GRACE);
        match self.state {
            CallState::Ringing if now.since(self.since) >= RING_WAIT => Some(CallState::Missed),
            CallState::Ringing if left => Some(CallState::Cancelled),
            CallState::Accepted if left || now.since(self.since) >= CALL_MAX => {
                Some(CallState::Ended)
            }
            CallState::Ringing
            | CallState::Accepted
            | CallState::Declined
            | CallState::Missed
            | CallState::Busy
            | CallState::Cancelled
            | CallState::Ended => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::*;

    const STATION: StationId = StationId(1);
    const CALL: CallId = CallId(7);
    const ANNA: StaffId = StaffId(1);
    const BORA: StaffId = StaffId(2);

    fn at(seconds: u64) -> Instant {
        Instant(seconds * 1_000_000)
    }

    fn ringing(on_duty: &[StaffId]) -> Switchboard {
        let mut board = Switchboard::default();
        let on_duty = on_duty.iter().copied().collect();
        assert_eq!(board.ring(at(0), CALL, STATION, Wanted::Judge, &on_duty), Ok(None));
        board
    }

    fn state(over: Option<Over>) -> Option<CallState> {
        over.map(|over| over.was.state)
    }

    #[test]
    fn the_first_to_answer_has_the_call() {
        let mut board = ringing(&[ANNA, BORA]);
        assert_eq!(board.accept(at(1), CALL, End::Staff(BORA)), Ok(BORA));
        assert_eq!(board.accept(at(1), CALL, End::Staff(ANNA)), Err(Refusal::NotFound));
        assert!(board.is_in_call(BORA) && !board.is_in_call(ANNA));
        let stranger = board.hang_up(at(2), CALL, End::Staff(ANNA));
        assert_eq!(stranger, Err(Refusal::NotFound));
        let over = board.hang_up(at(3), CALL, End::Station(STATION)).unwrap();
        assert_eq!(state(over), Some(CallState::Ended));
        assert_eq!(board.calls().count(), 0);
    }

    #[test]
    fn a_call_all_decline_is_declined() {
        let mut board = ringing(&[ANNA, BORA]);
        assert_eq!(board.decline(at(1), CALL, End::Staff(ANNA)), Ok(None));
        assert_eq!(board.decline(at(1), CALL, End::Staff(ANNA)), Err(Refusal::NotFound));
        let over = board.decline(at(2), CALL, End::Staff(BORA)).unwrap();
        assert_eq!(state(over), Some(CallState::Declined));
    }

    #[test]
    fn nobody_on_duty_and_everybody_busy_are_told_apart() {
        let mut board = Switchboard::default();
        let none = board.ring(at(0), CALL, STATION, Wanted::Clerk, &BTreeSet::new()).unwrap();
        assert_eq!(state(none), Some(CallState::Missed));
        let mut board = ringing(&[ANNA]);
        board.accept(at(1), CALL, End::Staff(ANNA)).unwrap();
        let duty = BTreeSet::from([ANNA]);
        let busy = board.ring(at(2), CallId(8), StationId(2), Wanted::Judge, &duty).unwrap();
        assert_eq!(state(busy), Some(CallState::Busy));
    }

    #[test]
    fn it_rings_for_a_while() {
        let mut board = ringing(&[ANNA]);
        let wait = Instant(0).plus(RING_WAIT);
        let early = Instant(wait.0 - 1);
        assert_eq!(board.look(early), Vec::new());
        let over = board.look(wait).pop();
        assert_eq!(state(over), Some(CallState::Missed));
        assert_eq!(board.accept(wait, CALL, End::Staff(ANNA)), Err(Refusal::NotFound));
    }

    #[test]
    fn who_rang_may_give_up_and_who_is_rung_may_not() {
        let mut board = ringing(&[ANNA]);
        assert_eq!(board.hang_up(at(1), CALL, End::Staff(ANNA)), Err(Refusal::NotFound));
        let over = board.hang_up(at(1), CALL, End::Station(STATION)).unwrap();
        assert_eq!(state(over), Some(CallState::Cancelled));
        assert!(CallState::Cancelled.is_unanswered());
    }

    #[test]
    fn a_side_that_is_gone_ends_the_call_unless_it_comes_back() {
        let mut board = ringing(&[ANNA]);
        board.accept(at(1), CALL, End::Staff(ANNA)).unwrap();
        board.seen(at(2), End::Staff(ANNA), false);
        board.seen(at(20), End::Staff(ANNA), true);
        assert_eq!(board.look(at(2).plus(CALL_GRACE)), Vec::new());
        board.seen(at(40), End::Station(STATION), false);
        board.seen(at(45), End::Station(STATION), false);
        let over = board.look(at(40).plus(CALL_GRACE)).pop();
        assert_eq!(state(over), Some(CallState::Ended));
    }

    #[test]
    fn the_court_rings_back_and_the_station_answers() {
        let mut board = Switchboard::default();
        board.ring_back(at(0), CALL, ANNA, STATION, Wanted::Judge).unwrap();
        let again = board.ring_back(at(0), CallId(8), ANNA, StationId(2), Wanted::Judge);
        assert_eq!(again, Err(Refusal::AlreadyThere));
        assert_eq!(board.accept(at(1), CALL, End::Staff(ANNA)), Err(Refusal::NotFound));
        let other = board.accept(at(1), CALL, End::Station(StationId(2)));
        assert_eq!(other, Err(Refusal::NotFound));
        assert_eq!(board.accept(at(1), CALL, End::Station(STATION)), Ok(ANNA));
        let over = board.hang_up(at(2), CALL, End::Staff(ANNA)).unwrap();
        assert_eq!(state(over), Some(CallState::Ended));
    }

    #[test]
    fn a_station_has_one_call_and_not_too_many() {
        let mut board = ringing(&[ANNA]);
        let duty = BTreeSet::from([ANNA]);
        let second = board.ring(at(0), CallId(8), STATION, Wanted::Judge, &duty);
        assert_eq!(second, Err(Refusal::AlreadyThere));
        for number in 1..CALLS_PER_WINDOW {
            board.hang_up(at(1), CallId(6 + number), End::Station(STATION)).unwrap();
            let next = board.ring(at(1), CallId(7 + number), STATION, Wanted::Judge, &duty);
            assert_eq!(next, Ok(None));
        }
        board.hang_up(at(1), CallId(6 + CALLS_PER_WINDOW), End::Station(STATION)).unwrap();
        let soon = board.ring(at(2), CallId(90), STATION, Wanted::Judge, &duty);
        assert_eq!(soon, Err(Refusal::TooFast));
        let later = Instant(0).plus(CALL_WINDOW);
        assert_eq!(board.ring(later, CallId(91), STATION, Wanted::Judge, &duty), Ok(None));
    }

    #[test]
    fn the_node_bears_so_many_calls() {
        let mut board = Switchboard::default();
        let full = u32::try_from(CALLS_LIVE_MAX).unwrap();
        for number in 0..full {
            let duty = BTreeSet::from([StaffId(i64::from(number))]);
            let rung = board.ring(at(0), CallId(number), StationId(number), Wanted::Clerk, &duty);
            assert_eq!(rung, Ok(None));
        }
        let duty = BTreeSet::from([StaffId(-1)]);
        let more = board.ring(at(0), CallId(full), StationId(full), Wanted::Clerk, &duty);
        assert_eq!(more, Err(Refusal::Full));
        assert_eq!(board.look(Instant(0).plus(RING_WAIT)).len(), CALLS_LIVE_MAX);
    }

    #[test]
    fn no_call_goes_on_for_ever() {
        let mut board = ringing(&[ANNA]);
        board.accept(at(0), CALL, End::Staff(ANNA)).unwrap();
        let almost = Instant(0).plus(CALL_MAX.saturating_sub(Duration::from_secs(1)));
        assert_eq!(board.look(almost), Vec::new());
        assert_eq!(state(board.look(Instant(0).plus(CALL_MAX)).pop()), Some(CallState::Ended));
    }
}
