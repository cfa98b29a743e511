//! Whose turn it is: the floor and its time, what each side spoke, who is shown large and how.
//! What is not here: locks, screens and hands, which are in `speaking.rs`.

use core::time::Duration;

use model::view::SideTime;
use model::{
    Actor, Fact, Health, Layout, ParticipantId, Place, Refusal, Side, Stage, TrackKind, limits,
};

use crate::Hearing;
use crate::turn::{Turn, by};

impl Hearing {
    /// The judge gives somebody the floor: a lock is lifted, the hand comes down, and whoever had
    /// the floor before has it no more.
    pub(crate) fn give_floor(
        &mut self,
        turn: &mut Turn<'_>,
        judge: ParticipantId,
        who: ParticipantId,
        seconds: Option<u16>,
    ) -> Result<(), Refusal> {
        let seat = self.durable.seats.get(&who).ok_or(Refusal::NobodyThere)?;
        if !seat.role.may_publish(TrackKind::Microphone) {
            return Err(Refusal::NotYourRight);
        }
        if seat.place != Place::InHearing {
            return Err(self.someone_inside(who).err().unwrap_or(Refusal::NotConnected));
        }
        if seconds.is_some_and(|seconds| seconds == 0 || seconds > limits::FLOOR_SECONDS_MAX) {
            return Err(Refusal::NotPlausible);
        }
        let locked = seat.locked;
        if let Some(floor) = &self.durable.sitting.floor {
            let former = floor.who;
            self.note_spoken(turn);
            self.minute(turn, by(judge), Fact::FloorEnded { who: former });
        }
        if locked {
            self.minute(turn, by(judge), Fact::Unlocked { who });
        }
        if self.durable.hands.contains(&who) {
            self.minute(turn, Actor::Server, Fact::Hand { who, raised: false });
        }
        self.minute(turn, by(judge), Fact::FloorGiven { who, seconds });
        Ok(())
    }

    /// The judge, or who has the floor, ends the turn.
    pub(crate) fn end_floor(
        &mut self,
        turn: &mut Turn<'_>,
        asker: ParticipantId,
    ) -> Result<(), Refusal> {
        let floor = self.durable.sitting.floor.as_ref().ok_or(Refusal::NoFloor)?;
        let who = floor.who;
        self.note_spoken(turn);
        self.minute(turn, by(asker), Fact::FloorEnded { who });
        Ok(())
    }

    /// Ends a turn whose time is over.
    pub(crate) fn end_floor_by_rule(&mut self, turn: &mut Turn<'_>) {
        let over = self.live.floor.as_ref().is_some_and(|(until, _)| *until <= turn.now.instant);
        let Some(floor) = self.durable.sitting.floor.as_ref().filter(|_| over) else { return };
        let who = floor.who;
        self.note_spoken(turn);
        self.minute(turn, Actor::Server, Fact::FloorEnded { who });
    }

    /// Sets the wake-up of the floor by the turn that stands in the minutes: given, paused, resumed
    /// or found again after a restart.
    pub(crate) fn wind_floor_clock(&mut self, turn: &Turn<'_>) {
        let floor = self.durable.sitting.floor.as_ref();
        let known = self.live.floor.as_ref().map(|(_, floor)| floor);
        if floor == known {
            return;
        }
        self.live.floor = floor.and_then(|floor| {
            // Somebody may have set the wall clock: never longer than was given.
            let limit = Duration::from_millis(floor.limit_ms?);
            let left = floor.until()?.since(turn.now.utc).min(limit);
            Some((turn.now.instant.plus(left), floor.clone()))
        });
    }

    /// The judge lets only who has the floor be heard, or everybody again.
    pub(crate) fn strict_floor(
        &mut self,
        turn: &mut Turn<'_>,
        judge: ParticipantId,
        strict: bool,
    ) -> Result<(), Refusal> {
        if self.durable.sitting.strict == strict {
            return Err(Refusal::AlreadyThere);
        }
        self.minute(turn, by(judge), Fact::FloorStrict { strict });
        Ok(())
    }

    /// The judge shows somebody large to everybody, or nobody any more.
    pub(crate) fn spotlight(
        &mut self,
        turn: &mut Turn<'_>,
        judge: ParticipantId,
        who: Option<ParticipantId>,
    ) -> Result<(), Refusal> {
        if let Some(who) = who
            && !self.durable.is_inside(who)
        {
            return Err(Refusal::NobodyThere);
        }
        if self.durable.sitting.spotlight == who {
            return Err(Refusal::AlreadyThere);
        }
        self.minute(turn, by(judge), Fact::Spotlit { who });
        Ok(())
    }

    /// The judge arranges the courtroom.
    pub(crate) fn set_layout(
        &mut self,
        turn: &mut Turn<'_>,
        judge: ParticipantId,
        layout: Layout,
    ) -> Result<(), Refusal> {
        if self.durable.sitting.layout == layout {
            return Err(Refusal::AlreadyThere);
        }
        self.minute(turn, by(judge), Fact::LayoutSet { layout });
        Ok(())
    }

    /// Counts what somebody spoke since the last figures, for their side and in session alone.
    /// Figures that begin anew count from zero.
    pub(crate) fn count_speech(&mut self, turn: &mut Turn<'_>, who: ParticipantId, health: Health) {
        let Some(link) = self.live.links.get_mut(&who) else { return };
        let former = link.speech_ms.replace(health.speech_ms).unwrap_or(0);
        let spoken = health.speech_ms.checked_sub(former).unwrap_or(health.speech_ms);
        // Who waits and is looked at speaks to nobody's account.
        let inside = self.durable.seats.get(&who).filter(|seat| seat.place == Place::InHearing);
        let side = inside.and_then(|seat| seat.side);
        let Some(side) = side.filter(|_| self.durable.stage == Stage::InSession) else { return };
        if spoken == 0 {
            return;
        }
        turn.views = true;
        let total = self.live.spoken.entry(side).or_default();
        *total = total.saturating_add(spoken);
        let open = Duration::from_millis(*total);
        if open >= limits::SPOKEN_NOTED_EVERY {
            self.note_spoken(turn);
        }
    }

    /// Notes the sides' totals in the ledger where they changed, so that a restart keeps them.
    pub(crate) fn note_spoken(&mut self, turn: &mut Turn<'_>) {
        if self.live.spoken.values().all(|spoken| *spoken == 0) || !self.is_minuted() {
            return;
        }
        let sides = self.spoken();
        self.live.spoken.clear();
        self.minute(turn, Actor::Server, Fact::Spoken { sides });
    }

    /// How long each side spoke since opening, in speaking order; sides that have nobody are left
    /// out.
    pub(crate) fn spoken(&self) -> Vec<SideTime> {
        let there = |side: Side| self.durable.seats.values().any(|seat| seat.side == Some(side));
        let ms = |side: Side| {
            let noted = self.durable.sitting.spoken.get(&side).copied().unwrap_or(0);
            noted.saturating_add(self.live.spoken.get(&side).copied().unwrap_or(0))
        };
        let sides = Side::ALL.into_iter().filter(|side| there(*side));
        sides.map(|side| SideTime { side, ms: ms(side) }).collect()
    }
}
