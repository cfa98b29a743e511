//! Called people: witnesses, appraisers, inspectors and people with special knowledge. Their call,
//! the proof that they heard nothing before, the guarantee, the testimony, confrontation.
//! What is not here: keeping their media apart, which is `policy.rs`.

use model::{
    Actor, Fact, ParticipantId, Phase, Place, Private, Publicity, Refusal, Role, Stage, limits,
};

use crate::Hearing;
use crate::effect::Effect;
use crate::state::{Durable, Seat};
use crate::turn::{Turn, by};

impl Hearing {
    /// Whether the seat's role lets it in now: called people in session and in turn, the gallery
    /// where there is one and room in it.
    ///
    /// # Errors
    /// `WitnessNotBeforeCall`, `OneWitnessAtATime` and `OnlyOnExpertTopic` (在线诉讼规则 art. 26);
    /// `NotPublic` and `GalleryFull` (art. 27).
    pub(crate) fn may_come_in(&self, seat: &Seat) -> Result<(), Refusal> {
        let durable = &self.durable;
        if seat.role.is_called() && durable.stage != Stage::InSession {
            return Err(Refusal::WitnessNotBeforeCall);
        }
        if seat.role == Role::Witness
            && !durable.confrontation
            && durable.has_inside(|role| role == Role::Witness)
        {
            return Err(Refusal::OneWitnessAtATime);
        }
        if seat.role == Role::Expert && !durable.is_expert_topic() {
            return Err(Refusal::OnlyOnExpertTopic);
        }
        let watches = matches!(seat.role, Role::Gallery | Role::Media);
        if watches && self.docket.brief.publicity != Publicity::Public {
            return Err(Refusal::NotPublic);
        }
        if seat.role == Role::Gallery {
            let taken = durable.inside(|role| role == Role::Gallery);
            if taken >= usize::from(self.docket.brief.gallery_seats) {
                return Err(Refusal::GalleryFull);
            }
        }
        Ok(())
    }

    /// Notes what somebody received before their first call: no packet, or the isolation failed.
    pub(crate) fn prove_isolation(&mut self, turn: &mut Turn<'_>, who: ParticipantId) {
        let first = |seat: &Seat| seat.role.is_called() && !seat.called;
        if self.durable.seats.get(&who).is_some_and(first) {
            let packets = self.live.links.get(&who).map_or(0, |link| link.packets_down);
            let beside = self.beside(who);
            self.minute(turn, Actor::Server, Fact::Isolation { who, packets, beside });
        }
    }

    /// The judge hears several called people at once, or one by one again.
    pub(crate) fn confront(
        &mut self,
        turn: &mut Turn<'_>,
        judge: ParticipantId,
        on: bool,
        reason: Private<String>,
    ) -> Result<(), Refusal> {
        if self.durable.confrontation == on {
            return Err(Refusal::AlreadyThere);
        }
        check_text(&reason, on)?;
        if !on && self.durable.inside(|role| role == Role::Witness) > 1 {
            return Err(Refusal::OneWitnessAtATime);
        }
        self.minute(turn, by(judge), Fact::Confrontation { on, reason });
        Ok(())
    }

    /// Somebody called read and signed the guarantee (民诉证据规定 art. 71), on their page or, noted
    /// by the court, on paper.
    pub(crate) fn sign_guarantee(
        &mut self,
        turn: &mut Turn<'_>,
        asker: ParticipantId,
        on_paper: Option<ParticipantId>,
        name: Private<String>,
    ) -> Result<(), Refusal> {
        let who = self.who_signs(asker, on_paper)?;
        if !self.durable.seats.get(&who).is_some_and(|seat| seat.role.is_called()) {
            return Err(if on_paper.is_some() {
                Refusal::NotPlausible
            } else {
                Refusal::NotYourRight
            });
        }
        if self.durable.seats.get(&who).is_some_and(|seat| seat.guarantee == Some(true)) {
            return Err(Refusal::AlreadyThere);
        }
        if name.reveal().trim().is_empty() {
            return Err(Refusal::NotPlausible);
        }
        if name.reveal().chars().count() > limits::NAME_CHARS_MAX {
            return Err(Refusal::TextTooLong);
        }
        self.minute(turn, by(asker), Fact::GuaranteeSigned { who, name });
        Ok(())
    }

    /// The guarantee was refused: there will be no testimony.
    pub(crate) fn note_guarantee_refused(
        &mut self,
        turn: &mut Turn<'_>,
        noted_by: ParticipantId,
        who: ParticipantId,
        reason: Private<String>,
    ) -> Result<(), Refusal> {
        let seat = self.someone_called(who)?;
        if seat.guarantee.is_some() {
            return Err(Refusal::AlreadyThere);
        }
        check_text(&reason, true)?;
        self.minute(turn, by(noted_by), Fact::GuaranteeRefused { who, reason });
        Ok(())
    }

    /// The testimony begins; of a witness only after the guarantee.
    pub(crate) fn testify(
        &mut self,
        turn: &mut Turn<'_>,
        judge: ParticipantId,
        who: ParticipantId,
    ) -> Result<(), Refusal> {
        let seat = self.someone_called(who)?;
        if seat.testifies {
            return Err(Refusal::AlreadyThere);
        }
        match seat.guarantee {
            Some(true) => {}
            Some(false) => return Err(Refusal::GuaranteeRefused),
            None if seat.role == Role::Witness => return Err(Refusal::GuaranteeNeeded),
            None => {}
        }
        self.minute(turn, by(judge), Fact::TestimonyBegan { who });
        Ok(())
    }

    /// Who is heard on expert topics alone leaves with the topic.
    pub(crate) fn send_experts_out(&mut self, turn: &mut Turn<'_>) {
        if self.durable.is_expert_topic() || self.durable.stage != Stage::InSession {
            return;
        }
        let experts: Vec<_> = self
            .durable
            .seats
            .iter()
            .filter(|(_, seat)| seat.role == Role::Expert && seat.place == Place::InHearing)
            .map(|(who, _)| *who)
            .collect();
        for who in experts {
            self.minute(turn, Actor::Server, Fact::Dismissed { who });
            turn.order(Effect::DropMedia { who });
        }
    }

    fn someone_called(&self, who: ParticipantId) -> Result<&Seat, Refusal> {
        let seat = self.someone_inside(who)?;
        if seat.role.is_called() { Ok(seat) } else { Err(Refusal::NotPlausible) }
    }
}

impl Durable {
    /// Whether a person with special knowledge may be heard now: while evidence or questions are,
    /// where there are phases at all (民诉证据规定 art. 84).
    pub(crate) fn is_expert_topic(&self) -> bool {
        !self.sitting.kind.has_phases()
            || matches!(
                self.sitting.phase,
                Some(Phase::Evidence | Phase::Questions | Phase::Merged)
            )
    }

    /// Whether a testimony is being given.
    pub(crate) fn is_testified(&self) -> bool {
        self.seats.values().any(|seat| seat.testifies && seat.place == Place::InHearing)
    }

    /// How many people of a role are in the hearing.
    pub(crate) fn inside(&self, wanted: impl Fn(Role) -> bool) -> usize {
        let inside = |seat: &&Seat| seat.place == Place::InHearing && wanted(seat.role);
        self.seats.values().filter(inside).count()
    }
}

/// Whether a free text is short enough, and there where it is needed.
pub(crate) fn check_text(text: &Private<String>, needed: bool) -> Result<(), Refusal> {
    if needed && text.reveal().trim().is_empty() {
        Err(Refusal::ReasonMissing)
    } else if text.reveal().chars().count() > limits::TEXT_CHARS_MAX {
        Err(Refusal::TextTooLong)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use model::{Ask, Brief, Ground, Health, Kind};

    use super::*;
    use crate::Event;
    use crate::scene::*;

    fn reason() -> Private<String> {
        Private::from("because")
    }

    #[test]
    fn a_witness_is_called_alone_and_it_is_proven_that_nothing_was_heard() {
        let mut scene = Scene::admitted(brief(Kind::Hearing));
        let call = |who| Ask::Admit { who };
        assert_eq!(scene.act(JUDGE, call(WEN)), Err(Refusal::WitnessNotBeforeCall));
        scene.open();
        assert_eq!(scene.received_by(WEN), 0);
        assert!(scene.view(WEN).people.is_empty());
        assert_eq!(scene.view(WEN).procedure, model::view::ProcedureView::default());
        let health = Health { packets_down: 7, ..Health::default() };
        scene.event(Event::Health { who: XU, health });
        scene.must(JUDGE, call(WEN));
        assert_eq!(scene.facts()[0], Fact::Isolation { who: WEN, packets: 0, beside: vec![] });
        assert_eq!(scene.act(JUDGE, call(XU)), Err(Refusal::OneWitnessAtATime));
        scene.must(JUDGE, Ask::Dismiss { who: WEN });
        assert_eq!(scene.received_by(WEN), 0);
        scene.must(JUDGE, call(XU));
        assert_eq!(
            scene.facts()[0],
            Fact::Isolation { who: XU, packets: 7, beside: vec![] },
            "a leak shows"
        );
        // A second call proves nothing any more.
        scene.must(JUDGE, Ask::Dismiss { who: XU });
        scene.must(JUDGE, call(WEN));
        assert_eq!(scene.facts().len(), 1);
    }

    #[test]
    fn witnesses_are_confronted_by_explicit_choice() {
        let mut scene = Scene::in_session(brief(Kind::Hearing));
        scene.must(JUDGE, Ask::Admit { who: WEN });
        let on = |on, reason| Ask::Confront { on, reason };
        let unreasoned = on(true, Private::default());
        assert_eq!(scene.act(JUDGE, unreasoned), Err(Refusal::ReasonMissing));
        scene.must(JUDGE, on(true, reason()));
        scene.must(JUDGE, Ask::Admit { who: XU });
        assert!(scene.talk(WEN, XU));
        assert!(scene.view(ANNA).procedure.confrontation);
        let off = on(false, Private::default());
        assert_eq!(scene.act(JUDGE, off.clone()), Err(Refusal::OneWitnessAtATime));
        scene.must(JUDGE, Ask::Dismiss { who: XU });
        scene.must(JUDGE, off);
    }

    #[test]
    fn no_testimony_without_the_guarantee() {
        let mut scene = Scene::in_session(brief(Kind::Hearing));
        scene.must(JUDGE, Ask::Admit { who: WEN });
        let testify = Ask::Testify { who: WEN };
        assert_eq!(scene.act(JUDGE, testify.clone()), Err(Refusal::GuaranteeNeeded));
        scene.must(CLERK, Ask::NoteGuaranteeRefused { who: WEN, reason: reason() });
        assert_eq!(scene.act(JUDGE, testify.clone()), Err(Refusal::GuaranteeRefused));
        assert!(!scene.may(ANNA, "sign_guarantee"));
        scene.must(WEN, Ask::SignGuarantee { who: None, name: Private::from("Wen") });
        scene.must(JUDGE, testify.clone());
        assert_eq!(scene.act(JUDGE, testify), Err(Refusal::AlreadyThere));
        let known = scene.view(ANNA).people;
        let wen = known.iter().find(|person| person.id == WEN).expect("called");
        assert!(wen.testifies && wen.guarantee == Some(true));
        scene.must(JUDGE, Ask::Dismiss { who: WEN });
        assert!(!scene.hearing.durable().seats[&WEN].testifies);
    }

    #[test]
    fn a_person_with_special_knowledge_comes_and_goes_with_the_topic() {
        let mut scene = Scene::in_session(brief(Kind::Hearing));
        let call = Ask::Admit { who: EXPERT };
        assert_eq!(scene.act(JUDGE, call.clone()), Err(Refusal::OnlyOnExpertTopic));
        scene.check_everybody();
        let enter = |phase| Ask::EnterPhase { phase, reason: reason() };
        scene.must(JUDGE, enter(Phase::Evidence));
        scene.must(JUDGE, call);
        assert!(scene.talk(EXPERT, ANNA));
        scene.must(JUDGE, enter(Phase::Debate));
        assert!(scene.facts().contains(&Fact::Dismissed { who: EXPERT }));
        assert_eq!(scene.received_by(EXPERT), 0);
    }

    #[test]
    fn the_gallery_has_so_many_seats_and_none_in_a_closed_case() {
        let mut scene = Scene::in_session(brief(Kind::Hearing));
        scene.must(JUDGE, Ask::Admit { who: GALLERY });
        let second = scene.act(JUDGE, Ask::Admit { who: GALLERY2 });
        assert_eq!(second, Err(Refusal::GalleryFull));
        assert!(scene.hears(GALLERY, ANNA));
        scene.recess(Ground::NonPublicEvidence);
        assert_eq!(scene.received_by(GALLERY), 0);
        let closed = Brief { publicity: Publicity::ClosedByLaw, ..brief(Kind::Hearing) };
        let mut scene = Scene::in_session(closed);
        assert_eq!(scene.act(JUDGE, Ask::Admit { who: GALLERY }), Err(Refusal::NotPublic));
    }
}
