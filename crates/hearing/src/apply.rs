//! How each minute changes the durable state; the only place that changes it.
//! What is not here: whether the minute was lawful, which was decided before it was written.

use model::{
    Actor, Attendance, Fact, Minute, ParticipantId, Place, RecordFault, Role, Stage, Timestamp,
};

use crate::preview::Preview;
use crate::state::{Durable, Kept, Seat};

impl Durable {
    /// Applies one minute. A name that is not on the docket changes nothing.
    #[expect(clippy::too_many_lines, reason = "one line for each fact")]
    pub(crate) fn apply(&mut self, minute: &Minute) {
        self.minutes += 1;
        let at = minute.at;
        self.apply_to_sitting(minute);
        match &minute.fact {
            Fact::CheckInOpened => self.enter(Stage::CheckIn, at),
            Fact::OpeningAnnounced => self.enter(Stage::Opening, at),
            Fact::Opened | Fact::Resumed => {
                self.opened_at = self.opened_at.or(Some(at));
                self.enter(Stage::InSession, at);
            }
            Fact::OpeningFailed { .. } => {
                self.forget_rolling_fault();
                let read = self.sitting.discipline_read;
                self.enter(if read { Stage::PreTrial } else { Stage::CheckIn }, at);
            }
            Fact::DisciplineRead => self.enter(Stage::PreTrial, at),
            Fact::Interrupted { .. } => self.enter(Stage::TechInterrupted, at),
            Fact::DeliberationBegan => {
                self.forget_rolling_fault();
                self.enter(Stage::Deliberation, at);
            }
            Fact::RecessCalled { ground } => {
                self.forget_rolling_fault();
                self.enter(Stage::Recess { ground: *ground }, at);
            }
            Fact::Closed { .. } => self.apply_closed(at),
            Fact::Arrived { who, others_present, camera, microphone, faults, .. } => {
                self.change(*who, |seat| {
                    seat.checked_in = true;
                    seat.device_faults = faults.clone();
                    seat.others_present = others_present.clone();
                    seat.tested = *camera && *microphone;
                    seat.place =
                        if seat.role.is_court() { Place::InHearing } else { Place::Waiting };
                });
            }
            Fact::Admitted { who } => {
                self.preview_loses(*who);
                self.change(*who, |seat| {
                    seat.place = Place::InHearing;
                    seat.absent = false;
                });
            }
            Fact::Previewed { who } => {
                let by = if let Actor::Participant { id } = minute.by { Some(id) } else { None };
                self.preview = by.zip(*who).map(|(by, who)| Preview { by, who });
            }
            Fact::Dismissed { who } => self.leave(*who, Place::Waiting),
            Fact::Removed { who, .. } => self.remove(*who),
            Fact::Readmitted { who } => self.readmit(*who),
            Fact::Locked { who } => self.change(*who, |seat| seat.locked = true),
            Fact::Unlocked { who } => self.change(*who, |seat| seat.locked = false),
            Fact::ScreenAllowed { who, allowed } => {
                self.change(*who, |seat| seat.screen_allowed = *allowed);
            }
            Fact::Warned { who, .. } => {
                self.change(*who, |seat| seat.warnings = seat.warnings.saturating_add(1));
            }
            Fact::Prompted { who, .. } => {
                self.change(*who, |seat| seat.prompts = seat.prompts.saturating_add(1));
            }
            Fact::Reprimanded { who, .. } => {
                self.change(*who, |seat| seat.reprimands = seat.reprimands.saturating_add(1));
            }
            Fact::LinkLost { who, .. } => self.change(*who, |seat| seat.lost_since = Some(at)),
            Fact::LinkBack { who } => self.change(*who, |seat| seat.lost_since = None),
            Fact::Hand { who, raised } => self.raise(*who, raised.then_some(self.minutes)),
            Fact::Consented { who, step, given, .. } => self.change(*who, |seat| {
                seat.consents_said = seat.consents_said.saturating_add(1);
                if *given {
                    seat.consents.insert(*step);
                    seat.declined.remove(step);
                } else {
                    seat.consents.remove(step);
                    seat.declined.insert(*step);
                }
            }),
            Fact::IdentityChecked { who, method, .. } => {
                self.change(*who, |seat| seat.identity = Some(*method));
            }
            Fact::FaceCompared { who, comparison } => {
                self.change(*who, |seat| seat.compared = Some(comparison.clone()));
            }
            Fact::DisciplineSet { discipline } => self.discipline = Some(discipline.clone()),
            Fact::IdentityWaived { who, .. } => {
                self.change(*who, |seat| seat.identity_waived = true);
            }
            Fact::PowerChecked { who, power } => self.change(*who, |seat| {
                seat.power = Some(*power);
                seat.power_checked = true;
            }),
            Fact::AbsenceNoted { who, absent, .. } => {
                self.change(*who, |seat| seat.absent = *absent);
            }
            Fact::Refused { who, .. } => {
                self.refusals += 1;
                self.change(*who, |seat| seat.refusals += 1);
            }
            Fact::RecordFailed { fault } => self.fault = Some(*fault),
            Fact::RecordMended => self.fault = None,
            Fact::ClockRead { reading } => self.clock = Some(reading.clone()),
            Fact::NodeStopped
            | Fact::BarredAnswered { .. }
            | Fact::CalledIn { .. }
            | Fact::PhaseEntered { .. }
            | Fact::Challenged { .. }
            | Fact::ChallengeDisposed { .. }
            | Fact::FloorGiven { .. }
            | Fact::FloorEnded { .. }
            | Fact::FloorStrict { .. }
            | Fact::Spotlit { .. }
            | Fact::LayoutSet { .. }
            | Fact::AbsenceFound { .. }
            | Fact::RecordModeSet { .. }
            | Fact::Spoken { .. } => {}
            Fact::Confrontation { on, .. } => self.confrontation = *on,
            Fact::Isolation { who, .. } => self.change(*who, |seat| seat.called = true),
            Fact::GuaranteeSigned { who, .. } => {
                self.change(*who, |seat| seat.guarantee = Some(true));
            }
            Fact::GuaranteeRefused { who, .. } => {
                self.change(*who, |seat| seat.guarantee = Some(false));
            }
            Fact::TestimonyBegan { who } => self.change(*who, |seat| seat.testifies = true),
            Fact::Shielded { shield } => self.apply_shield(*shield),
            Fact::Interpreting { who, simultaneous } => {
                self.apply_interpreting(*who, *simultaneous);
            }
            Fact::Listening { who, to } => self.change(*who, |seat| seat.listens_to = *to),
            Fact::ChamberOpened { .. }
            | Fact::ChamberAnswered { .. }
            | Fact::ChamberLeft { .. }
            | Fact::ChamberLocked { .. }
            | Fact::ChamberClosed { .. } => self.apply_chamber(minute),
            Fact::EvidenceShown { .. }
            | Fact::PageTurned { .. }
            | Fact::EvidencePlayed { .. }
            | Fact::EvidenceHidden
            | Fact::Opined { .. }
            | Fact::Drawn { .. }
            | Fact::DrawingCleared => self.apply_evidence(minute),
            Fact::DrawingAllowed { who, allowed } => {
                self.change(*who, |seat| seat.may_draw = *allowed);
            }
            Fact::Ticked { .. }
            | Fact::SheetWritten { .. }
            | Fact::SheetRead { .. }
            | Fact::Signed { .. }
            | Fact::SigningRefused { .. }
            | Fact::AgreementEffective { .. }
            | Fact::MediationFailed { .. } => self.mediation.apply(minute),
            Fact::PresenceAsked { .. }
            | Fact::PresenceConfirmed { .. }
            | Fact::PresenceOver { .. } => self.apply_presence(minute),
            Fact::Transcript(minute) => self.apply_transcript(minute),
            Fact::NodeRestarted => self.apply_restart(at),
        }
    }

    fn apply_closed(&mut self, at: Timestamp) {
        self.fault = None;
        self.enter(Stage::Closed, at);
        self.hands.clear();
        self.caucus = None;
        self.consultations.clear();
        self.showing = None;
        for seat in self.seats.values_mut() {
            seat.hand_at = None;
            if matches!(seat.place, Place::Waiting | Place::InHearing) {
                seat.place = Place::Left;
            }
        }
    }

    pub(crate) fn change(&mut self, who: ParticipantId, how: impl FnOnce(&mut Seat)) {
        if let Some(seat) = self.seats.get_mut(&who) {
            how(seat);
        }
    }

    /// Takes a person out of the hearing; a lock and warnings stay with them.
    fn leave(&mut self, who: ParticipantId, to: Place) {
        self.raise(who, None);
        self.sitting_loses(who);
        self.preview_loses(who);
        self.leave_chambers(who);
        self.apply_interpreting(who, false);
        self.change(who, |seat| {
            seat.testifies = false;
            seat.may_draw = false;
            seat.place = to;
            seat.screen_allowed = false;
            seat.lost_since = None;
        });
    }

    /// Puts a hand up, in the order of the minutes that raised them, or takes it down.
    fn raise(&mut self, who: ParticipantId, hand_at: Option<u64>) {
        self.hands.retain(|hand| *hand != who);
        self.change(who, |seat| seat.hand_at = hand_at);
        if let Some(mine) = hand_at {
            let raised = |hand: &ParticipantId| self.seats.get(hand).and_then(|seat| seat.hand_at);
            let later = |hand: &ParticipantId| raised(hand).is_some_and(|theirs| theirs > mine);
            let place = self.hands.iter().position(later).unwrap_or(self.hands.len());
            self.hands.insert(place, who);
        }
    }

    /// Somebody is ordered to leave; their place and turn are kept.
    fn remove(&mut self, who: ParticipantId) {
        let floor = self.sitting.floor.as_ref().is_some_and(|floor| floor.who == who);
        self.change(who, |seat| {
            let hand_at = if floor { Some(0) } else { seat.hand_at };
            seat.kept = Some(Kept { place: seat.place, hand_at });
        });
        self.leave(who, Place::Removed);
    }

    /// Somebody ordered to leave is back at the same place, their hand where it was; who had the
    /// floor stands first. Who enters only when called waits for the call.
    fn readmit(&mut self, who: ParticipantId) {
        let Some(seat) = self.seats.get_mut(&who) else { return };
        let Some(kept) = seat.kept.take() else { return };
        seat.place = if seat.role.is_called() { Place::Waiting } else { kept.place };
        let hand_at = kept.hand_at.filter(|_| seat.place == Place::InHearing);
        self.raise(who, hand_at);
    }

    /// After a restart nobody in session is linked until they come back.
    fn apply_restart(&mut self, at: Timestamp) {
        self.forget_rolling_fault();
        self.preview = None;
        let open = self.stage.is_open();
        for seat in self.seats.values_mut() {
            if open && seat.place == Place::InHearing && seat.attendance == Attendance::Online {
                seat.lost_since = seat.lost_since.or(Some(at));
            }
        }
    }

    fn enter(&mut self, stage: Stage, at: Timestamp) {
        self.sitting_enters(stage, at);
        self.preview = None;
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
