//! Who comes in: check-in, the waiting room, the call of a witness, and dismissal.
//! What is not here: what those inside may hear, which is `policy.rs`.

use model::{Ask, Attendance, Fact, ParticipantId, Place, Private, Refusal, Role, limits};

use crate::Hearing;
use crate::effect::Effect;
use crate::state::Seat;
use crate::turn::{Turn, by};

impl Hearing {
    /// Judge or clerk opens check-in; court members whose page is connected enter at once.
    pub(crate) fn open_check_in(&mut self, turn: &mut Turn<'_>, who: ParticipantId) {
        turn.write(Effect::OpenLedger);
        self.minute(turn, by(who), Fact::CheckInOpened);
        self.set_discipline(turn);
        let court: Vec<_> = self
            .durable
            .seats
            .iter()
            .filter(|(id, seat)| seat.role.is_court() && self.is_online(**id))
            .map(|(id, _)| *id)
            .collect();
        for member in court {
            self.seat_court(turn, member);
        }
        self.seat_people_in_court(turn);
    }

    /// A court member whose page is connected enters as soon as check-in is open.
    pub(crate) fn seat_court(&mut self, turn: &mut Turn<'_>, who: ParticipantId) {
        let expected = self
            .durable
            .seats
            .get(&who)
            .is_some_and(|seat| seat.role.is_court() && seat.place == Place::Expected);
        if expected && self.is_minuted() {
            let fact = Fact::Arrived {
                who,
                others_present: Private::default(),
                camera: true,
                microphone: true,
                faults: Vec::new(),
                version: String::new(),
            };
            self.minute(turn, by(who), fact);
        }
    }

    /// Somebody checks in and waits.
    pub(crate) fn check_in(
        &mut self,
        turn: &mut Turn<'_>,
        who: ParticipantId,
        ask: Ask,
    ) -> Result<(), Refusal> {
        let Ask::CheckIn { discipline, others_present, camera, microphone, faults, version } = ask
        else {
            return Err(Refusal::ServerFault);
        };
        if !discipline {
            return Err(Refusal::DisciplineNotAccepted);
        }
        if self.durable.discipline_version() != version {
            return Err(Refusal::DisciplineChanged);
        }
        if others_present.reveal().chars().count() > limits::TEXT_CHARS_MAX {
            return Err(Refusal::TextTooLong);
        }
        self.minute(
            turn,
            by(who),
            Fact::Arrived { who, others_present, camera, microphone, faults, version },
        );
        Ok(())
    }

    /// The judge admits a waiting person; for a witness this is the call.
    pub(crate) fn admit(
        &mut self,
        turn: &mut Turn<'_>,
        judge: ParticipantId,
        who: ParticipantId,
    ) -> Result<(), Refusal> {
        self.may_enter(who)?;
        self.prove_isolation(turn, who);
        self.minute(turn, by(judge), Fact::Admitted { who });
        Ok(())
    }

    /// Whether somebody who waits may be let in now.
    pub(crate) fn may_enter(&self, who: ParticipantId) -> Result<(), Refusal> {
        let seat = self.durable.seats.get(&who).ok_or(Refusal::NobodyThere)?;
        match seat.place {
            Place::Waiting => {}
            Place::InHearing => return Err(Refusal::AlreadyThere),
            Place::Removed => return Err(Refusal::Removed),
            Place::Expected | Place::Left if seat.role.is_court() => {
                return Err(Refusal::NotTheCourt);
            }
            Place::Expected | Place::Left => return Err(Refusal::NotCheckedIn),
        }
        if !self.is_present(who) {
            return Err(Refusal::NotConnected);
        }
        self.may_come_in(seat)?;
        if self.durable.stage.is_open() && self.lacks_consent(who) {
            return Err(Refusal::ConsentMissing);
        }
        if !self.has_room_for(seat.role) {
            return Err(Refusal::Full);
        }
        Ok(())
    }

    /// Whether one more of this role finds a seat.
    pub(crate) fn has_room_for(&self, role: Role) -> bool {
        role.only_watches() || self.publishers() < limits::PUBLISHERS_MAX
    }

    /// Whether somebody is connected, or sits in the courtroom.
    pub(crate) fn is_present(&self, who: ParticipantId) -> bool {
        let seat = self.durable.seats.get(&who);
        self.is_online(who) || seat.is_some_and(|seat| seat.attendance == Attendance::InCourt)
    }

    /// The judge sends somebody back to the waiting room.
    pub(crate) fn dismiss(
        &mut self,
        turn: &mut Turn<'_>,
        judge: ParticipantId,
        who: ParticipantId,
    ) -> Result<(), Refusal> {
        let seat = self.someone_not_of_the_court(who)?;
        match seat.place {
            Place::InHearing => {}
            Place::Waiting => return Err(Refusal::AlreadyThere),
            Place::Removed => return Err(Refusal::Removed),
            Place::Expected | Place::Left => return Err(Refusal::NotCheckedIn),
        }
        self.minute(turn, by(judge), Fact::Dismissed { who });
        turn.order(Effect::DropMedia { who });
        Ok(())
    }

    /// The seat of somebody the judge's order may be about.
    pub(crate) fn someone_not_of_the_court(&self, who: ParticipantId) -> Result<&Seat, Refusal> {
        let seat = self.durable.seats.get(&who).ok_or(Refusal::NobodyThere)?;
        if seat.role.is_court() { Err(Refusal::NotTheCourt) } else { Ok(seat) }
    }

    /// People in the hearing who may publish at all; the court's seats count even when empty, so
    /// that nobody takes them.
    fn publishers(&self) -> usize {
        self.durable
            .seats
            .values()
            .filter(|seat| {
                seat.role.is_court()
                    || (seat.place == Place::InHearing && !seat.role.only_watches())
            })
            .count()
    }
}
