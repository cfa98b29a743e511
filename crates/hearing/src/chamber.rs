//! Rooms beside the hearing: a party's consultation with their own people, and the mediators'
//! talk with one side alone (背靠背). Nothing of them is recorded.
//! What is not here: keeping their media apart, which is `policy.rs`; the panel's deliberation,
//! which is a stage.

use std::collections::BTreeMap;

use model::view::{ChamberPerson, ChamberView};
use model::{
    Actor, Chamber, Fact, Ground, Instant, Invitation, Kind, Minute, ParticipantId, Place, Refusal,
    Role, Side, Stage, limits,
};

use crate::Hearing;
use crate::beside::is_interpreter;
use crate::policy::{self, Hall};
use crate::state::{Durable, Seat};
use crate::turn::{Turn, by};

/// A party's consultation with their own people (会商).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Consultation {
    /// Whether nobody else is asked in, or again.
    pub locked: bool,
    /// Who was asked, and what they answered; who opened it came.
    pub people: BTreeMap<ParticipantId, Invitation>,
}

impl Hearing {
    /// A party, or who acts for one, asks people of their own side into a room.
    pub(crate) fn consult(
        &mut self,
        turn: &mut Turn<'_>,
        who: ParticipantId,
        with: Vec<ParticipantId>,
    ) -> Result<(), Refusal> {
        let own = self.durable.consultation_of(who);
        if own.is_some_and(|opener| opener != who) {
            return Err(Refusal::InAnotherChamber);
        }
        match self.durable.consultations.get(&who) {
            Some(room) if room.locked => return Err(Refusal::ChamberLocked),
            None if self.durable.consultations.len() >= limits::CHAMBERS_MAX => {
                return Err(Refusal::Full);
            }
            Some(_) | None => {}
        }
        if with.is_empty() || with.len() > limits::PUBLISHERS_MAX {
            return Err(Refusal::NotPlausible);
        }
        for whom in &with {
            self.may_be_asked(who, *whom)?;
        }
        let chamber = Chamber::Consultation { by: who };
        self.minute(turn, by(who), Fact::ChamberOpened { chamber, asked: with });
        Ok(())
    }

    fn may_be_asked(&self, who: ParticipantId, whom: ParticipantId) -> Result<(), Refusal> {
        let durable = &self.durable;
        let seat = durable.seats.get(&whom).ok_or(Refusal::NobodyThere)?;
        let mine = durable.seats.get(&who).and_then(|seat| durable.side_of(seat));
        let fits = seat.role.is_party() || seat.role.is_for_party() || is_interpreter(seat.role);
        if who == whom || !fits || mine.is_none() || durable.side_of(seat) != mine {
            return Err(Refusal::NotYourPeople);
        }
        if seat.place != Place::InHearing {
            return Err(Refusal::NobodyThere);
        }
        if !self.is_online(whom) {
            return Err(Refusal::NotConnected);
        }
        let asked = durable.consultations.get(&who).and_then(|room| room.people.get(&whom));
        if matches!(asked, Some(Invitation::Ringing | Invitation::Accepted)) {
            return Err(Refusal::AlreadyThere);
        }
        if durable.consultation_of(whom).is_some() {
            return Err(Refusal::InAnotherChamber);
        }
        Ok(())
    }

    /// Who is asked comes, or does not.
    pub(crate) fn answer_consultation(
        &mut self,
        turn: &mut Turn<'_>,
        who: ParticipantId,
        opener: ParticipantId,
        accept: bool,
    ) -> Result<(), Refusal> {
        let room = self.durable.consultations.get(&opener).ok_or(Refusal::NoChamber)?;
        if room.people.get(&who) != Some(&Invitation::Ringing) {
            return Err(Refusal::NoChamber);
        }
        if accept && self.durable.consultation_of(who).is_some() {
            return Err(Refusal::InAnotherChamber);
        }
        let chamber = Chamber::Consultation { by: opener };
        self.minute(turn, by(who), Fact::ChamberAnswered { chamber, who, accept });
        Ok(())
    }

    /// Somebody leaves the consultation they are in; with who opened it, it ends.
    pub(crate) fn leave_chamber(
        &mut self,
        turn: &mut Turn<'_>,
        who: ParticipantId,
    ) -> Result<(), Refusal> {
        let opener = self.durable.consultation_of(who).ok_or(Refusal::NoChamber)?;
        let chamber = Chamber::Consultation { by: opener };
        self.minute(turn, by(who), Fact::ChamberLeft { chamber, who });
        Ok(())
    }

    /// Who opened a consultation locks it, or unlocks it.
    pub(crate) fn lock_chamber(
        &mut self,
        turn: &mut Turn<'_>,
        who: ParticipantId,
        locked: bool,
    ) -> Result<(), Refusal> {
        let room = self.durable.consultations.get(&who).ok_or(Refusal::NoChamber)?;
        if room.locked == locked {
            return Err(Refusal::AlreadyThere);
        }
        let chamber = Chamber::Consultation { by: who };
        self.minute(turn, by(who), Fact::ChamberLocked { chamber, locked });
        Ok(())
    }

    /// The mediator talks with one side alone, with the other side, or with all again: one ask
    /// moves everybody (民事调解规定 art. 5).
    pub(crate) fn caucus(
        &mut self,
        turn: &mut Turn<'_>,
        mediator: ParticipantId,
        side: Option<Side>,
    ) -> Result<(), Refusal> {
        let durable = &self.durable;
        match (durable.caucus, side) {
            (None, None) => return Err(Refusal::NoChamber),
            (Some(now), Some(next)) if now == next => return Err(Refusal::AlreadyThere),
            (None | Some(_), None | Some(_)) => {}
        }
        let asked: Vec<_> = side.map_or_else(Vec::new, |side| {
            let inside = durable.seats.iter().filter(|(_, seat)| seat.place == Place::InHearing);
            inside
                .filter(|(_, seat)| joins_caucus(durable, seat, side))
                .map(|(who, _)| *who)
                .collect()
        });
        let of_the_side = |who: &ParticipantId| {
            durable.seats.get(who).is_some_and(|seat| {
                side.is_some() && durable.side_of(seat) == side && !seat.role.is_court()
            })
        };
        if side.is_some() && !asked.iter().any(of_the_side) {
            return Err(Refusal::NobodyThere);
        }
        let ended = durable.caucus;
        let rolled = durable.is_on_record();
        if durable.showing.is_some() {
            self.minute(turn, by(mediator), Fact::EvidenceHidden);
        }
        if let Some(side) = ended {
            let chamber = Chamber::Caucus { side };
            self.minute(turn, by(mediator), Fact::ChamberClosed { chamber });
        }
        if let Some(side) = side {
            let chamber = Chamber::Caucus { side };
            self.minute(turn, by(mediator), Fact::ChamberOpened { chamber, asked });
        }
        let rolls = self.durable.is_on_record();
        if rolls != rolled {
            self.roll(turn, rolls);
        }
        Ok(())
    }

    /// Closes rooms whose time is over, and notes who did not answer.
    pub(crate) fn settle_chambers(&mut self, turn: &mut Turn<'_>) {
        if let Some(side) = self.durable.caucus.filter(|_| !self.durable.may_caucus_last()) {
            let chamber = Chamber::Caucus { side };
            self.minute(turn, Actor::Server, Fact::ChamberClosed { chamber });
        }
        let over: Vec<_> = self
            .durable
            .consultations
            .iter()
            .filter(|(opener, room)| {
                room.people.get(opener) != Some(&Invitation::Accepted)
                    || !self.durable.may_consult(**opener)
            })
            .map(|(opener, _)| *opener)
            .collect();
        for by in over {
            let chamber = Chamber::Consultation { by };
            self.minute(turn, Actor::Server, Fact::ChamberClosed { chamber });
        }
        let ringing: Vec<_> = self.durable.ringing().collect();
        self.live.ringing.retain(|pair, _| ringing.contains(pair));
        for pair in ringing {
            self.live.ringing.entry(pair).or_insert(turn.now.instant);
        }
        let now = turn.now.instant;
        let waited = |since: &Instant| since.plus(limits::INVITATION_WAIT) <= now;
        let unanswered: Vec<_> = self
            .live
            .ringing
            .iter()
            .filter(|(_, since)| waited(since))
            .map(|(pair, _)| *pair)
            .collect();
        for (by, who) in unanswered {
            self.live.ringing.remove(&(by, who));
            let chamber = Chamber::Consultation { by };
            let fact = Fact::ChamberAnswered { chamber, who, accept: false };
            self.minute(turn, Actor::Server, fact);
        }
    }

    /// When the next invitation counts as not answered; after the end nobody waits for one.
    pub(crate) fn next_unanswered(&self) -> Option<Instant> {
        let ringing = self.live.ringing.values().min().filter(|_| self.is_minuted());
        ringing.map(|since| since.plus(limits::INVITATION_WAIT))
    }

    /// The rooms somebody may know of.
    ///
    /// The court knows that a party consults, never with whom or of what; who waits while the
    /// others talk learns of no room at all.
    pub(crate) fn chamber_views(&self, who: ParticipantId, seat: &Seat) -> Vec<ChamberView> {
        let durable = &self.durable;
        if seat.place != Place::InHearing {
            return Vec::new();
        }
        let mut views = Vec::new();
        if let Some(chamber) = durable.sitting_chamber() {
            let mine = policy::hall(durable, who, seat) == Some(Hall::Beside(chamber));
            if mine || (seat.role.is_court() && matches!(chamber, Chamber::Deliberation {})) {
                let inside = |(who, seat): (&ParticipantId, &Seat)| {
                    let here = policy::hall(durable, *who, seat) == Some(Hall::Beside(chamber));
                    here.then_some(ChamberPerson { who: *who, answer: Invitation::Accepted })
                };
                let people = if mine {
                    durable.seats.iter().filter_map(inside).collect()
                } else {
                    Vec::new()
                };
                views.push(ChamberView { chamber, mine, locked: true, people });
            }
        }
        for (by, room) in &durable.consultations {
            let asked =
                matches!(room.people.get(&who), Some(Invitation::Ringing | Invitation::Accepted));
            if !asked && !seat.role.is_court() {
                continue;
            }
            let person = |(who, answer): (&ParticipantId, &Invitation)| ChamberPerson {
                who: *who,
                answer: *answer,
            };
            views.push(ChamberView {
                chamber: Chamber::Consultation { by: *by },
                mine: room.people.get(&who) == Some(&Invitation::Accepted),
                locked: room.locked,
                people: if asked { room.people.iter().map(person).collect() } else { Vec::new() },
            });
        }
        views
    }
}

impl Durable {
    /// The consultation somebody is in, named by who opened it.
    pub(crate) fn consultation_of(&self, who: ParticipantId) -> Option<ParticipantId> {
        let inside = |room: &Consultation| room.people.get(&who) == Some(&Invitation::Accepted);
        self.consultations.iter().find(|(_, room)| inside(room)).map(|(opener, _)| *opener)
    }

    /// Whether somebody is asked into a consultation and has not answered.
    pub(crate) fn is_asked(&self, who: ParticipantId) -> bool {
        self.ringing().any(|(_, asked)| asked == who)
    }

    fn ringing(&self) -> impl Iterator<Item = (ParticipantId, ParticipantId)> {
        self.consultations.iter().flat_map(|(opener, room)| {
            let ringing = room.people.iter().filter(|(_, answer)| **answer == Invitation::Ringing);
            ringing.map(|(who, _)| (*opener, *who))
        })
    }

    /// Whether somebody's own people may talk among themselves now: before opening, in a recess,
    /// while the panel deliberates, and while they wait for the other side's caucus to end.
    pub(crate) fn may_consult(&self, who: ParticipantId) -> bool {
        let Some(seat) = self.seats.get(&who).filter(|seat| seat.place == Place::InHearing) else {
            return false;
        };
        self.waits(seat)
            || matches!(
                self.stage,
                Stage::CheckIn
                    | Stage::PreTrial
                    | Stage::Recess { ground: Ground::Recess }
                    | Stage::Deliberation
            )
    }

    /// Whether a caucus may begin: in a mediation that was opened, and in a hearing's mediation
    /// that is not fit for the record.
    pub(crate) fn may_caucus(&self) -> bool {
        match self.stage {
            Stage::InSession => self.sitting.kind == Kind::Mediation,
            Stage::Recess { ground: Ground::UnrecordedMediation } => true,
            Stage::Scheduled
            | Stage::CheckIn
            | Stage::PreTrial
            | Stage::Opening
            | Stage::Recess { .. }
            | Stage::TechInterrupted
            | Stage::Deliberation
            | Stage::Closed => false,
        }
    }

    /// Whether a caucus lasts: a technical interruption does not bring the sides together.
    pub(crate) fn may_caucus_last(&self) -> bool {
        self.may_caucus() || self.stage == Stage::TechInterrupted
    }

    /// The room the sitting itself went to, when it is not in the courtroom.
    pub(crate) fn sitting_chamber(&self) -> Option<Chamber> {
        if self.stage == Stage::Deliberation {
            Some(Chamber::Deliberation {})
        } else {
            self.caucus.map(|side| Chamber::Caucus { side })
        }
    }

    /// Opens, fills, empties and closes rooms.
    #[expect(clippy::wildcard_enum_match_arm, reason = "other facts are about other things")]
    pub(crate) fn apply_chamber(&mut self, minute: &Minute) {
        match &minute.fact {
            Fact::ChamberOpened { chamber: Chamber::Caucus { side }, .. } => {
                self.caucus = Some(*side);
                self.preview = None;
            }
            Fact::ChamberClosed { chamber: Chamber::Caucus { .. } } => self.caucus = None,
            Fact::ChamberOpened { chamber: Chamber::Consultation { by }, asked } => {
                let room = self.consultations.entry(*by).or_default();
                room.people.insert(*by, Invitation::Accepted);
                room.people.extend(asked.iter().map(|who| (*who, Invitation::Ringing)));
            }
            Fact::ChamberClosed { chamber: Chamber::Consultation { by } } => {
                self.consultations.remove(by);
            }
            Fact::ChamberAnswered { chamber: Chamber::Consultation { by }, who, accept } => {
                let answer = match (*accept, minute.by) {
                    (true, _) => Invitation::Accepted,
                    (false, Actor::Participant { .. }) => Invitation::Declined,
                    (false, Actor::Server) => Invitation::Unanswered,
                };
                self.answer_in(*by, *who, answer);
            }
            Fact::ChamberLeft { chamber: Chamber::Consultation { by }, who } => {
                self.answer_in(*by, *who, Invitation::Left);
            }
            Fact::ChamberLocked { chamber: Chamber::Consultation { by }, locked } => {
                if let Some(room) = self.consultations.get_mut(by) {
                    room.locked = *locked;
                }
            }
            _ => {}
        }
    }

    fn answer_in(&mut self, opener: ParticipantId, who: ParticipantId, answer: Invitation) {
        if let Some(room) = self.consultations.get_mut(&opener) {
            room.people.insert(who, answer);
        }
    }

    /// Who leaves the hearing leaves every room beside it.
    pub(crate) fn leave_chambers(&mut self, who: ParticipantId) {
        for room in self.consultations.values_mut() {
            if let Some(answer) = room.people.get_mut(&who) {
                *answer = Invitation::Left;
            }
        }
    }
}

/// Whether somebody goes along when the mediators talk with one side alone: who mediates or takes
/// it down, the side's people, and an interpreter who is here for no side.
pub(crate) fn joins_caucus(durable: &Durable, seat: &Seat, side: Side) -> bool {
    if seat.role.is_court() {
        return durable.manages(seat) || seat.role == Role::Adviser;
    }
    if seat.role.is_called() || seat.role.only_watches() {
        return false;
    }
    match durable.side_of(seat) {
        Some(own) => own == side,
        None => is_interpreter(seat.role),
    }
}

#[cfg(test)]
mod tests {
    use model::{Ask, Brief, ParticipantId};

    use super::*;
    use crate::Event;
    use crate::scene::*;

    fn caucus(side: Side) -> Ask {
        Ask::Caucus { side: Some(side) }
    }

    fn answer_of(scene: &Scene, opener: ParticipantId, who: ParticipantId) -> Option<Invitation> {
        let views = scene.view(opener).chambers;
        let room =
            views.iter().find(|view| view.chamber == Chamber::Consultation { by: opener })?;
        room.people.iter().find(|person| person.who == who).map(|person| person.answer)
    }

    #[test]
    fn a_caucus_moves_everybody_in_one_ask_and_nothing_leaves_it() {
        let mut scene = Scene::in_session(brief(Kind::Mediation));
        assert!(scene.talk(ANNA, BO));
        scene.must(JUDGE, caucus(Side::Plaintiff));
        for mediator in [JUDGE, CLERK, MEDIATOR, ADVISER] {
            assert!(scene.talk(mediator, ANNA) && scene.talk(mediator, LAWYER), "{mediator:?}");
        }
        for waiting in [BO, AGENT, INTERPRETER, HELPER, BAILIFF] {
            assert_eq!(scene.received_by(waiting), 0, "{waiting:?}");
            assert!(!scene.hears(JUDGE, waiting));
        }
        // The other side, in one ask.
        scene.must(MEDIATOR, caucus(Side::Defendant));
        assert!(scene.talk(JUDGE, BO) && scene.talk(JUDGE, AGENT) && scene.talk(BO, INTERPRETER));
        assert!(!scene.hears(HELPER, BO) && !scene.hears(BO, HELPER));
        assert_eq!(scene.received_by(ANNA), 0);
        assert_eq!(scene.act(JUDGE, caucus(Side::Defendant)), Err(Refusal::AlreadyThere));
        scene.crash();
        assert_eq!(scene.received_by(ANNA), 0);
        scene.event(Event::Joined { who: JUDGE });
        scene.must(JUDGE, Ask::Caucus { side: None });
        assert!(scene.talk(ANNA, BO));
        assert_eq!(scene.act(JUDGE, Ask::Caucus { side: None }), Err(Refusal::NoChamber));
        assert_eq!(scene.act(JUDGE, caucus(Side::ThirdParty)), Err(Refusal::NobodyThere));
    }

    #[test]
    fn who_waits_learns_that_it_goes_on_and_nothing_else() {
        let mut scene = Scene::in_session(brief(Kind::Mediation));
        scene.must(JUDGE, caucus(Side::Plaintiff));
        let view = scene.view(BO);
        assert!(view.mediation.expect("a mediation").waits);
        assert!(view.chambers.is_empty());
        let known: Vec<_> = view.people.iter().map(|person| person.id).collect();
        assert_eq!(known, vec![AGENT, INTERPRETER, HELPER]);
        assert!(view.people.iter().all(|person| person.chamber.is_none()));
        let inside = scene.view(ANNA);
        assert!(!inside.mediation.expect("a mediation").waits);
        assert_eq!(inside.chambers.len(), 1);
        assert!(inside.chambers[0].mine);
        assert!(!scene.may(ANNA, "caucus") && !scene.may(BO, "caucus"));
    }

    #[test]
    fn a_hearing_has_a_caucus_only_off_the_record() {
        let mut scene = Scene::in_session(brief(Kind::Hearing));
        assert_eq!(scene.act(JUDGE, caucus(Side::Plaintiff)), Err(Refusal::WrongStage));
        scene.recess(Ground::UnrecordedMediation);
        scene.must(JUDGE, caucus(Side::Plaintiff));
        assert_eq!(scene.received_by(BO), 0);
        assert!(!scene.is_recorded(ANNA));
        scene.must(JUDGE, Ask::Resume);
        let closed = Fact::ChamberClosed { chamber: Chamber::Caucus { side: Side::Plaintiff } };
        assert!(scene.facts().contains(&closed));
        assert!(scene.talk(ANNA, BO) && scene.is_recorded(ANNA));
    }

    #[test]
    fn the_panel_deliberates_alone() {
        let course = model::Course { panel: true, ..model::Course::default() };
        let mut scene = Scene::in_session(Brief { course, ..brief(Kind::Hearing) });
        scene.check_everybody();
        let reason = model::Private::from("to show the deliberation");
        scene.must(JUDGE, Ask::EnterPhase { phase: model::Phase::Mediation, reason });
        scene.must(JUDGE, Ask::Deliberate);
        assert!(scene.talk(JUDGE, CLERK));
        for other in [ANNA, BO, LAWYER, BAILIFF, HELPER] {
            assert_eq!(scene.received_by(other), 0, "{other:?}");
        }
        assert!(!scene.is_recorded(JUDGE));
        let view = scene.view(BAILIFF).chambers;
        assert!(!view[0].mine && view[0].people.is_empty());
        assert_eq!(scene.view(ANNA).chambers, Vec::new());
    }

    #[test]
    fn people_of_one_side_consult_in_a_recess() {
        let mut scene = Scene::in_session(brief(Kind::Hearing));
        assert_eq!(scene.act(BO, Ask::Consult { with: vec![AGENT] }), Err(Refusal::WrongStage));
        scene.recess(Ground::Recess);
        assert!(!scene.hears(BO, AGENT));
        for stranger in [ANNA, LAWYER, JUDGE, HELPER] {
            let ask = Ask::Consult { with: vec![stranger] };
            assert_eq!(scene.act(BO, ask), Err(Refusal::NotYourPeople), "{stranger:?}");
        }
        scene.must(BO, Ask::Consult { with: vec![AGENT, INTERPRETER] });
        assert_eq!(answer_of(&scene, BO, AGENT), Some(Invitation::Ringing));
        assert!(!scene.hears(AGENT, BO));
        scene.must(AGENT, Ask::AnswerConsultation { by: BO, accept: true });
        scene.must(INTERPRETER, Ask::AnswerConsultation { by: BO, accept: false });
        assert_eq!(answer_of(&scene, BO, INTERPRETER), Some(Invitation::Declined));
        assert!(scene.talk(BO, AGENT) && !scene.hears(INTERPRETER, BO));
        assert!(!scene.hears(JUDGE, BO) && !scene.is_recorded(BO));
        // The other side knows of nothing, the court of no more than that it goes on.
        assert!(scene.view(ANNA).chambers.is_empty());
        assert!(scene.view(JUDGE).chambers.iter().all(|view| view.people.is_empty()));
        scene.must(BO, Ask::LockChamber { locked: true });
        let again = scene.act(BO, Ask::Consult { with: vec![INTERPRETER] });
        assert_eq!(again, Err(Refusal::ChamberLocked));
        scene.must(JUDGE, Ask::Resume);
        assert!(
            scene
                .facts()
                .contains(&Fact::ChamberClosed { chamber: Chamber::Consultation { by: BO } })
        );
        assert!(scene.talk(ANNA, BO) && scene.hears(JUDGE, BO));
    }

    #[test]
    fn an_invitation_without_answer_lapses_also_over_a_crash() {
        let mut scene = Scene::admitted(brief(Kind::Hearing));
        scene.must(ANNA, Ask::Consult { with: vec![LAWYER] });
        scene.crash();
        scene.event(Event::Joined { who: ANNA });
        scene.wait(limits::INVITATION_WAIT);
        assert_eq!(answer_of(&scene, ANNA, LAWYER), Some(Invitation::Unanswered));
        scene.event(Event::Joined { who: LAWYER });
        let late = scene.act(LAWYER, Ask::AnswerConsultation { by: ANNA, accept: true });
        assert_eq!(late, Err(Refusal::NoChamber));
        // Asked again, the lawyer comes and goes; with who opened it, the room ends.
        scene.must(ANNA, Ask::Consult { with: vec![LAWYER] });
        scene.must(LAWYER, Ask::AnswerConsultation { by: ANNA, accept: true });
        scene.must(LAWYER, Ask::LeaveChamber);
        assert_eq!(answer_of(&scene, ANNA, LAWYER), Some(Invitation::Left));
        scene.must(ANNA, Ask::LeaveChamber);
        assert!(scene.view(ANNA).chambers.is_empty());
    }

    #[test]
    fn who_waits_for_a_caucus_may_consult_until_it_is_their_turn() {
        let mut scene = Scene::in_session(brief(Kind::Mediation));
        scene.must(JUDGE, caucus(Side::Plaintiff));
        scene.must(BO, Ask::Consult { with: vec![AGENT] });
        scene.must(AGENT, Ask::AnswerConsultation { by: BO, accept: true });
        assert!(scene.talk(BO, AGENT) && !scene.hears(BO, JUDGE));
        assert_eq!(scene.act(ANNA, Ask::Consult { with: vec![LAWYER] }), Err(Refusal::WrongStage));
        scene.must(JUDGE, caucus(Side::Defendant));
        assert!(scene.talk(BO, JUDGE));
        assert!(scene.view(BO).chambers.iter().all(|view| view.locked));
    }

    #[test]
    fn a_lock_is_about_the_hearing_not_about_the_own_lawyer() {
        let mut scene = Scene::in_session(brief(Kind::Hearing));
        scene.must(JUDGE, Ask::Lock { who: BO });
        assert!(!scene.hears(JUDGE, BO));
        scene.recess(Ground::Recess);
        scene.must(BO, Ask::Consult { with: vec![AGENT] });
        scene.must(AGENT, Ask::AnswerConsultation { by: BO, accept: true });
        assert!(scene.talk(BO, AGENT));
    }
}
