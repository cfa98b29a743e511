//! How each minute changes the durable state; the only place that changes it.
//! What is not here: whether the minute was lawful, which was decided before it was written.

use model::{Fact, Minute, ParticipantId, Place, RecordFault, Role, Stage, Timestamp};

use crate::state::{Durable, Seat};

impl Durable {
    /// Applies one minute. A name that is not on the docket changes nothing.
    #[expect(clippy::too_many_lines, reason = "one line for each fact")]
    pub(crate) fn apply(&mut self, minute: &Minute) {
        self.minutes += 1;
        let at = minute.at;
        match &minute.fact {
            Fact::CheckInOpened => self.enter(Stage::CheckIn, at),
            Fact::OpeningAnnounced => self.enter(Stage::Opening, at),
            Fact::Opened | Fact::Resumed => {
                self.opened_at = self.opened_at.or(Some(at));
                self.enter(Stage::InSession, at);
            }
            Fact::OpeningFailed { .. } => {
                self.forget_rolling_fault();
                self.enter(Stage::CheckIn, at);
            }
            Fact::RecessCalled { ground } => {
                self.forget_rolling_fault();
                self.enter(Stage::Recess { ground: *ground }, at);
            }
            Fact::Closed { .. } => self.apply_closed(at),
            Fact::Arrived { who, others_present, camera, microphone, .. } => {
                self.change(*who, |seat| {
                    seat.checked_in = true;
                    seat.others_present = others_present.clone();
                    seat.tested = *camera && *microphone;
                    seat.place =
                        if seat.role.is_court() { Place::InHearing } else { Place::Waiting };
                });
            }
            Fact::Admitted { who } => self.change(*who, |seat| seat.place = Place::InHearing),
            Fact::Dismissed { who } => self.leave(*who, Place::Waiting),
            Fact::Removed { who, .. } => self.leave(*who, Place::Removed),
            Fact::Locked { who } => self.change(*who, |seat| seat.locked = true),
            Fact::Unlocked { who } => self.change(*who, |seat| seat.locked = false),
            Fact::ScreenAllowed { who, allowed } => {
                self.change(*who, |seat| seat.screen_allowed = *allowed);
            }
            Fact::Warned { who, .. } => {
                self.change(*who, |seat| seat.warnings = seat.warnings.saturating_add(1));
            }
            Fact::LinkLost { who, .. } => self.change(*who, |seat| seat.lost = true),
            Fact::LinkBack { who } => self.change(*who, |seat| seat.lost = false),
            Fact::Hand { who, raised } => {
                self.hands.retain(|hand| hand != who);
                if *raised {
                    self.hands.push(*who);
                }
            }
            Fact::Refused { who, .. } => {
                self.refusals += 1;
                self.change(*who, |seat| seat.refusals += 1);
            }
            Fact::RecordFailed { fault } => self.fault = Some(*fault),
            Fact::RecordMended => self.fault = None,
            Fact::NodeStopped => {}
            Fact::Consented { .. }
            | Fact::IdentityChecked { .. }
            | Fact::IdentityWaived { .. }
            | Fact::PowerChecked { .. }
            | Fact::AbsenceNoted { .. }
            | Fact::BarredAnswered { .. }
            | Fact::CalledIn { .. }
            | Fact::DisciplineRead
            | Fact::PhaseEntered { .. }
            | Fact::Interrupted { .. }
            | Fact::DeliberationBegan
            | Fact::Challenged { .. }
            | Fact::ChallengeDisposed { .. }
            | Fact::Prompted { .. }
            | Fact::Reprimanded { .. }
            | Fact::Readmitted { .. }
            | Fact::FloorGiven { .. }
            | Fact::FloorEnded { .. }
            | Fact::FloorStrict { .. }
            | Fact::Spotlit { .. }
            | Fact::LayoutSet { .. }
            | Fact::AbsenceFound { .. }
            | Fact::Confrontation { .. }
            | Fact::Isolation { .. }
            | Fact::GuaranteeSigned { .. }
            | Fact::GuaranteeRefused { .. }
            | Fact::TestimonyBegan { .. }
            | Fact::Shielded { .. }
            | Fact::Interpreting { .. }
            | Fact::Listening { .. }
            | Fact::ChamberOpened { .. }
            | Fact::ChamberAnswered { .. }
            | Fact::ChamberLeft { .. }
            | Fact::ChamberLocked { .. }
            | Fact::ChamberClosed { .. }
            | Fact::EvidenceShown { .. }
            | Fact::PageTurned { .. }
            | Fact::EvidenceHidden
            | Fact::Opined { .. }
            | Fact::DrawingAllowed { .. }
            | Fact::Drawn { .. }
            | Fact::DrawingCleared
            | Fact::Ticked { .. }
            | Fact::RecordModeSet { .. }
            | Fact::SheetWritten { .. }
            | Fact::SheetRead { .. }
            | Fact::Signed { .. }
            | Fact::SigningRefused { .. }
            | Fact::AgreementEffective { .. }
            | Fact::MediationFailed { .. }
            | Fact::PresenceAsked
            | Fact::PresenceConfirmed { .. } => {}
            Fact::NodeRestarted => self.apply_restart(),
        }
    }

    fn apply_closed(&mut self, at: Timestamp) {
        self.fault = None;
        self.enter(Stage::Closed, at);
        self.hands.clear();
        for seat in self.seats.values_mut() {
            if matches!(seat.place, Place::Waiting | Place::InHearing) {
                seat.place = Place::Left;
            }
        }
    }

    fn change(&mut self, who: ParticipantId, how: impl FnOnce(&mut Seat)) {
        if let Some(seat) = self.seats.get_mut(&who) {
            how(seat);
        }
    }

    /// Takes a person out of the hearing; a lock and warnings stay with them.
    fn leave(&mut self, who: ParticipantId, to: Place) {
        self.hands.retain(|hand| *hand != who);
        self.change(who, |seat| {
            seat.place = to;
            seat.screen_allowed = false;
            seat.lost = false;
        });
    }

    /// After a restart nobody in session is linked until they come back.
    fn apply_restart(&mut self) {
        self.forget_rolling_fault();
        let in_session = matches!(self.stage, Stage::InSession | Stage::Recess { .. });
        for seat in self.seats.values_mut() {
            seat.lost |= in_session && seat.place == Place::InHearing;
        }
    }

    fn enter(&mut self, stage: Stage, at: Timestamp) {
        self.stage = stage;
        self.stage_since = Some(at);
    }

    /// A fault that speaks of arriving media ends with the rolling; the disk's faults do not.
    fn forget_rolling_fault(&mut self) {
        if self.fault.is_some_and(|fault| !stands_in_the_way(fault)) {
            self.fault = None;
        }
    }

    /// Whether somebody of this role is in the hearing.
    pub(crate) fn has_inside(&self, wanted: impl Fn(Role) -> bool) -> bool {
        self.seats.values().any(|seat| seat.place == Place::InHearing && wanted(seat.role))
    }
}

/// Whether a fault forbids to begin or go on recording until it is mended.
///
/// `NoFrames` and `TapeLost` are about media on the way and cannot mend while nothing rolls.
pub(crate) const fn stands_in_the_way(fault: RecordFault) -> bool {
    match fault {
        RecordFault::DiskFull
        | RecordFault::Unwritable
        | RecordFault::DiskSlow
        | RecordFault::Silent => true,
        RecordFault::TapeLost | RecordFault::NoFrames => false,
    }
}
