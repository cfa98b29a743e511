//! What the recorder reports, and what the node's stop and start mean for the record.
//! What is not here: the opening, which waits for the recorder in `opening.rs`.

use model::{Actor, Attendance, ClockReading, Fact, RecordFault, Refusal, Stage, limits};

use crate::Hearing;
use crate::effect::{Effect, Parting};
use crate::turn::Turn;

impl Hearing {
    /// The record is at risk. An opening fails; a hearing in session goes on, and the court sees it.
    pub(crate) fn record_failed(&mut self, turn: &mut Turn<'_>, fault: RecordFault) {
        if self.is_minuted() {
            if self.durable.fault != Some(fault) {
                self.minute(turn, Actor::Server, Fact::RecordFailed { fault });
            }
            self.fail_opening(turn, Refusal::RecordAtRisk);
        } else if self.durable.stage == Stage::Closed && !self.live.sealed {
            self.live.late_fault = Some(fault);
            turn.views = true;
        }
    }

    /// The record is whole again.
    pub(crate) fn record_mended(&mut self, turn: &mut Turn<'_>) {
        turn.views |= self.live.late_fault.take().is_some();
        if self.is_minuted() && self.durable.fault.is_some() {
            self.minute(turn, Actor::Server, Fact::RecordMended);
        }
    }

    /// The server's clock was looked at. While the record runs, what changed stands in it.
    pub(crate) fn clock_read(&mut self, turn: &mut Turn<'_>, reading: ClockReading) {
        turn.views |=
            self.live.clock.as_ref().is_some_and(ClockReading::is_off) != reading.is_off();
        let noted = self.durable.clock.as_ref();
        let tells = noted.is_some_and(|noted| reading.differs(noted, limits::CLOCK_STEP_MS));
        self.live.clock = Some(reading);
        if tells && self.durable.is_on_record() {
            self.note_clock(turn);
        }
    }

    /// The clock goes on the record, if it was ever looked at.
    pub(crate) fn note_clock(&mut self, turn: &mut Turn<'_>) {
        if let Some(reading) = self.live.clock.clone() {
            self.minute(turn, Actor::Server, Fact::ClockRead { reading });
        }
    }

    /// Whether the clock is so wrong that nothing recorded may be opened.
    pub(crate) fn clock_is_off(&self) -> bool {
        self.durable.is_recorded() && self.live.clock.as_ref().is_some_and(ClockReading::is_off)
    }

    /// Everything is sealed.
    pub(crate) fn record_sealed(&mut self, turn: &mut Turn<'_>) {
        if self.durable.stage == Stage::Closed {
            self.live.sealed = true;
            self.live.late_fault = None;
            turn.views = true;
        }
    }

    /// The node stops in order: people may come back after it starts again.
    pub(crate) fn stop(&mut self, turn: &mut Turn<'_>) {
        if let Some(opening) = self.live.opening.take() {
            turn.answer(opening.judge, opening.request, Err(Refusal::ServerFault));
        }
        if self.is_minuted() {
            self.minute(turn, Actor::Server, Fact::NodeStopped);
        }
        for (who, link) in &self.live.links {
            if link.online {
                turn.part(*who, Parting::Restart);
            }
        }
        self.live.stopped = true;
    }

    /// The node runs again with this hearing unfinished: the recorder is told where it stands.
    pub(crate) fn restarted(&mut self, turn: &mut Turn<'_>) {
        match self.durable.stage {
            Stage::Scheduled => return,
            Stage::Closed => {
                self.live.parted = true;
                turn.order(Effect::Seal);
                return;
            }
            Stage::CheckIn
            | Stage::PreTrial
            | Stage::Opening
            | Stage::InSession
            | Stage::Recess { .. }
            | Stage::TechInterrupted
            | Stage::Deliberation => {}
        }
        self.minute(turn, Actor::Server, Fact::NodeRestarted);
        if self.durable.stage == Stage::Opening {
            let why = Refusal::RecordNotConfirmed;
            self.minute(turn, Actor::Server, Fact::OpeningFailed { why });
        }
        for (who, link) in &mut self.live.links {
            let seat = self.durable.seats.get(who);
            if seat.is_some_and(|seat| seat.attendance == Attendance::Online) {
                link.gone_since = Some(turn.now.instant);
                link.lost_at = Some(turn.now.instant);
            }
        }
        self.live.countdown = self
            .durable
            .sitting
            .countdown_until
            .map(|until| turn.now.instant.plus(until.since(turn.now.utc)));
        self.roll(turn, self.durable.is_on_record());
    }
}
