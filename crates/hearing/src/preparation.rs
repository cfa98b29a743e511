//! What is prepared before opening and kept true afterwards: discipline, consent, identity, powers,
//! absence, the barred grounds, and the countdown that calls everybody in.
//! What is not here: what stands in the way of opening without it, which is `opening.rs`.

use model::{
    Actor, Attendance, BarredGround, Comparison, Discipline, Fact, IdentityMethod, ParticipantId,
    Place, Power, Private, Refusal, Role, Step, limits,
};

use crate::Hearing;
use crate::order::{check_length, check_reason};
use crate::rights::{self, Errand};
use crate::state::{Durable, Seat};
use crate::turn::{Turn, by};

impl Hearing {
    /// The discipline is read (民事诉讼法 art. 140); by the clerk, or by the judge alone.
    pub(crate) fn read_discipline(&mut self, turn: &mut Turn<'_>, who: ParticipantId) {
        self.minute(turn, by(who), Fact::DisciplineRead);
    }

    /// Somebody agrees, or not, to hold a step online (在线诉讼规则 art. 4). A refusal is noted as
    /// well as a consent, and so is a change of mind (art. 5).
    pub(crate) fn consent(
        &mut self,
        turn: &mut Turn<'_>,
        who: ParticipantId,
        step: Step,
        given: bool,
    ) -> Result<(), Refusal> {
        let seat = self.durable.seats.get(&who).ok_or(Refusal::NobodyThere)?;
        if seat.said(step) == Some(given) {
            return Err(Refusal::AlreadyThere);
        }
        if seat.consents_said >= limits::CONSENTS_SAID_MAX {
            return Err(Refusal::TooFast);
        }
        let how = Private::default();
        self.minute(turn, by(who), Fact::Consented { who, step, given, how });
        Ok(())
    }

    /// The court notes what somebody said of a step by mouth or on paper.
    pub(crate) fn note_consent(
        &mut self,
        turn: &mut Turn<'_>,
        noted_by: ParticipantId,
        who: ParticipantId,
        step: Step,
        (given, how): (bool, Private<String>),
    ) -> Result<(), Refusal> {
        let seat = self.someone_not_of_the_court(who)?;
        check_reason(&how)?;
        if seat.said(step) == Some(given) {
            return Err(Refusal::AlreadyThere);
        }
        self.minute(turn, by(noted_by), Fact::Consented { who, step, given, how });
        Ok(())
    }

    /// An identity is checked in the sitting (在线诉讼规则 art. 7).
    pub(crate) fn check_identity(
        &mut self,
        turn: &mut Turn<'_>,
        clerk: ParticipantId,
        who: ParticipantId,
        method: IdentityMethod,
        note: Private<String>,
    ) -> Result<(), Refusal> {
        self.someone_arrived(who)?;
        check_length(&note)?;
        self.minute(turn, by(clerk), Fact::IdentityChecked { who, method, note });
        Ok(())
    }

    /// Whether somebody of the court may have an outside service compare a face now.
    ///
    /// # Errors
    /// As of an identity check.
    pub fn may_compare(&self, by: ParticipantId, who: ParticipantId) -> Result<(), Refusal> {
        rights::may(&self.durable, by, Errand::CheckIdentity)?;
        self.someone_arrived(who).map(|_| ())
    }

    /// An outside service answered; that is noted whatever it says. It decides nothing: the
    /// identity is checked by somebody of the court (个人信息保护法 art. 28, 29).
    pub(crate) fn compared(
        &mut self,
        turn: &mut Turn<'_>,
        asked_by: ParticipantId,
        who: ParticipantId,
        comparison: Comparison,
    ) {
        let fits = comparison.reference.chars().count() <= limits::REFERENCE_CHARS_MAX
            && comparison.score.is_none_or(|score| score <= 1_000);
        if fits && self.may_compare(asked_by, who).is_ok() {
            self.minute(turn, by(asked_by), Fact::FaceCompared { who, comparison });
        }
    }

    /// The text of the discipline as the court's configuration has it.
    pub(crate) fn discipline_told(&mut self, turn: &mut Turn<'_>, discipline: Option<Discipline>) {
        self.live.discipline = discipline;
        if self.is_minuted() {
            self.set_discipline(turn);
        }
    }

    /// Notes the text of the discipline where it is another than the one in force.
    pub(crate) fn set_discipline(&mut self, turn: &mut Turn<'_>) {
        let told = self.live.discipline.clone();
        if let Some(discipline) = told.filter(|told| self.durable.discipline.as_ref() != Some(told))
        {
            self.minute(turn, Actor::Server, Fact::DisciplineSet { discipline });
        }
    }

    /// The text somebody who has not checked in has to accept.
    pub(crate) fn discipline_for(&self, seat: &Seat) -> Option<Discipline> {
        let accepts = !seat.role.is_court() && !seat.checked_in;
        let text = self.durable.discipline.as_ref().or(self.live.discipline.as_ref());
        text.filter(|_| accepts).cloned()
    }

    /// The judge goes on without an identity check.
    pub(crate) fn waive_identity(
        &mut self,
        turn: &mut Turn<'_>,
        judge: ParticipantId,
        who: ParticipantId,
        reason: Private<String>,
    ) -> Result<(), Refusal> {
        let seat = self.someone_not_of_the_court(who)?;
        check_reason(&reason)?;
        if seat.identity_waived {
            return Err(Refusal::AlreadyThere);
        }
        self.minute(turn, by(judge), Fact::IdentityWaived { who, reason });
        Ok(())
    }

    /// An agent's power of attorney is checked (民事诉讼法 art. 62).
    pub(crate) fn check_power(
        &mut self,
        turn: &mut Turn<'_>,
        clerk: ParticipantId,
        who: ParticipantId,
        power: Power,
    ) -> Result<(), Refusal> {
        let seat = self.someone_not_of_the_court(who)?;
        if !seat.role.is_for_party() {
            return Err(Refusal::NothingPending);
        }
        if seat.power_checked && seat.power == Some(power) {
            return Err(Refusal::AlreadyThere);
        }
        self.minute(turn, by(clerk), Fact::PowerChecked { who, power });
        Ok(())
    }

    /// A party is noted as absent, or is here after all. No verdict: that is `find_absence`.
    pub(crate) fn note_absent(
        &mut self,
        turn: &mut Turn<'_>,
        clerk: ParticipantId,
        who: ParticipantId,
        absent: bool,
        reason: Private<String>,
    ) -> Result<(), Refusal> {
        let seat = self.someone_not_of_the_court(who)?;
        if absent {
            check_reason(&reason)?;
        } else {
            check_length(&reason)?;
        }
        if seat.absent == absent {
            return Err(Refusal::AlreadyThere);
        }
        if absent && seat.place == Place::InHearing {
            return Err(Refusal::StillInside);
        }
        self.minute(turn, by(clerk), Fact::AbsenceNoted { who, absent, reason });
        Ok(())
    }

    /// The judge went through the seven grounds that bar an online hearing (在线诉讼规则 art. 21);
    /// one that turns up later is noted the same way.
    pub(crate) fn answer_barred(
        &mut self,
        turn: &mut Turn<'_>,
        judge: ParticipantId,
        mut grounds: Vec<BarredGround>,
        note: Private<String>,
    ) -> Result<(), Refusal> {
        check_length(&note)?;
        grounds.sort_unstable();
        grounds.dedup();
        if self.durable.sitting.barred.as_ref() == Some(&grounds) {
            return Err(Refusal::AlreadyThere);
        }
        self.minute(turn, by(judge), Fact::BarredAnswered { grounds, note });
        Ok(())
    }

    /// The judge calls everybody ready in when a countdown ends; a new one replaces the former.
    pub(crate) fn call_in(
        &mut self,
        turn: &mut Turn<'_>,
        judge: ParticipantId,
        seconds: u16,
    ) -> Result<(), Refusal> {
        if seconds > limits::COUNTDOWN_MAX {
            return Err(Refusal::NotPlausible);
        }
        self.minute(turn, by(judge), Fact::CalledIn { seconds });
        self.live.countdown =
            Some(turn.now.instant.plus(core::time::Duration::from_secs(u64::from(seconds))));
        self.end_countdown(turn);
        Ok(())
    }

    /// At the end of the countdown everybody who waits, is online, and enters without being called
    /// is admitted by rule; the gallery and the media stay out.
    pub(crate) fn end_countdown(&mut self, turn: &mut Turn<'_>) {
        if self.durable.sitting.countdown_until.is_none() {
            self.live.countdown = None;
        }
        if self.live.countdown.is_none_or(|until| until > turn.now.instant) {
            return;
        }
        self.live.countdown = None;
        let ready: Vec<_> = self
            .durable
            .seats
            .iter()
            .filter(|(_, seat)| seat.place == Place::Waiting && !seat.role.is_called())
            .filter(|(_, seat)| !matches!(seat.role, Role::Gallery | Role::Media))
            .map(|(who, _)| *who)
            .collect();
        for who in ready {
            if self.may_enter(who).is_ok() {
                self.minute(turn, Actor::Server, Fact::Admitted { who });
            }
        }
    }

    /// Who attends in the courtroom is on the roll as soon as check-in opens, without a page: in
    /// the hearing, or outside where the role enters only when called.
    pub(crate) fn seat_people_in_court(&mut self, turn: &mut Turn<'_>) {
        let people: Vec<_> = self
            .durable
            .seats
            .iter()
            .filter(|(_, seat)| seat.attendance == Attendance::InCourt)
            .filter(|(_, seat)| seat.place == Place::Expected)
            .map(|(who, seat)| (*who, seat.role))
            .collect();
        for (who, role) in people {
            let fact = Fact::Arrived {
                who,
                others_present: Private::default(),
                camera: false,
                microphone: false,
                faults: Vec::new(),
                version: String::new(),
            };
            self.minute(turn, Actor::Server, fact);
            if !role.is_court() && !role.is_called() && self.may_enter(who).is_ok() {
                self.minute(turn, Actor::Server, Fact::Admitted { who });
            }
        }
    }

    /// Somebody not of the court who has checked in and was not sent away.
    fn someone_arrived(&self, who: ParticipantId) -> Result<&Seat, Refusal> {
        let seat = self.someone_not_of_the_court(who)?;
        match seat.place {
            Place::Waiting | Place::InHearing => Ok(seat),
            Place::Removed => Err(Refusal::Removed),
            Place::Expected | Place::Left => Err(Refusal::NotCheckedIn),
        }
    }

    /// Parties, and who acts for one, who are in the hearing and of whom identity or power was not
    /// checked: in the way of leaving the first phase (在线诉讼规则 art. 7).
    pub(crate) fn unchecked(&self) -> impl Iterator<Item = (ParticipantId, Refusal)> {
        let inside = self.durable.seats.iter().filter(|(_, seat)| {
            seat.place == Place::InHearing && (seat.role.is_party() || seat.role.is_for_party())
        });
        inside.flat_map(|(who, seat)| {
            let identity = seat.identity.is_none() && !seat.identity_waived;
            let power = seat.role == Role::Agent && !seat.power_checked;
            let identity = identity.then_some((*who, Refusal::IdentityUnchecked));
            identity.into_iter().chain(power.then_some((*who, Refusal::PowerUnchecked)))
        })
    }

    /// Whether somebody in the hearing takes part online without having agreed to it. Who acts for
    /// a party that is here itself need not agree apart from it (在线诉讼规则 art. 4).
    pub(crate) fn lacks_consent(&self, who: ParticipantId) -> bool {
        let Some(step) = self.durable.sitting.kind.step() else { return false };
        let Some(seat) = self.durable.seats.get(&who) else { return false };
        let party_here = seat.acts_for.is_some_and(|party| self.durable.is_inside(party));
        let concerned = seat.role.is_party() || (seat.role.is_for_party() && !party_here);
        concerned && seat.attendance == Attendance::Online && !seat.consents.contains(&step)
    }

    /// Whether a party is in the hearing, represented there, ordered to leave, or noted as absent.
    pub(crate) fn is_accounted_for(&self, party: ParticipantId) -> bool {
        let Some(seat) = self.durable.seats.get(&party) else { return true };
        let here = matches!(seat.place, Place::InHearing | Place::Removed) || seat.absent;
        here || self.durable.seats.values().any(|other| {
            other.role.is_for_party()
                && other.acts_for == Some(party)
                && other.place == Place::InHearing
        })
    }
}

impl Durable {
    /// The version of the discipline that is accepted at check-in; empty where there is none.
    pub(crate) fn discipline_version(&self) -> &str {
        self.discipline.as_ref().map_or("", |discipline| discipline.version.as_str())
    }
}
