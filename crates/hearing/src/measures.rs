//! Special measures and interpreting: whose picture or voice is kept from whom, who speaks beside
//! the court's sound, and who hears that instead.
//! What is not here: what follows for media, which is `policy.rs`.

use model::{Fact, ParticipantId, Place, Refusal, Role, Shield, limits};

use crate::Hearing;
use crate::beside::is_interpreter;
use crate::state::{Durable, Seat};
use crate::turn::{Turn, by};

impl Hearing {
    /// The judge orders a special measure, changes it, or lifts it.
    ///
    /// The court sees and hears everybody, and who judges is seen by everybody
    /// (在线诉讼规则 art. 24).
    pub(crate) fn shield(
        &mut self,
        turn: &mut Turn<'_>,
        judge: ParticipantId,
        shield: Shield,
    ) -> Result<(), Refusal> {
        let seat = |who: ParticipantId| self.durable.seats.get(&who).ok_or(Refusal::NobodyThere);
        let (whose, from) = (seat(shield.who)?, seat(shield.from)?);
        if shield.who == shield.from {
            return Err(Refusal::NotPlausible);
        }
        if from.role.is_court() || whose.role.is_bench() || self.durable.is_leader(whose) {
            return Err(Refusal::NotTheCourt);
        }
        let lifted = Shield { picture: false, sound: false, ..shield };
        let stands = self.durable.shield_between(shield.who, shield.from).unwrap_or(lifted);
        if stands == shield {
            return Err(Refusal::AlreadyThere);
        }
        if stands == lifted && self.durable.shields.len() >= limits::SHIELDS_MAX {
            return Err(Refusal::Full);
        }
        self.minute(turn, by(judge), Fact::Shielded { shield });
        Ok(())
    }

    /// An interpreter speaks beside the court's sound (同声传译), or in turn with it (交替传译).
    pub(crate) fn interpret(
        &mut self,
        turn: &mut Turn<'_>,
        judge: ParticipantId,
        who: ParticipantId,
        simultaneous: bool,
    ) -> Result<(), Refusal> {
        let seat = self.someone_inside(who)?;
        if seat.role != Role::Interpreter {
            return Err(Refusal::NotPlausible);
        }
        if seat.simultaneous == simultaneous {
            return Err(Refusal::AlreadyThere);
        }
        self.minute(turn, by(judge), Fact::Interpreting { who, simultaneous });
        Ok(())
    }

    /// Somebody hears an interpreter who speaks beside, or the court again.
    pub(crate) fn listen(
        &mut self,
        turn: &mut Turn<'_>,
        who: ParticipantId,
        to: Option<ParticipantId>,
    ) -> Result<(), Refusal> {
        if let Some(interpreter) = to {
            let seat = self.durable.seats.get(&interpreter).ok_or(Refusal::NobodyThere)?;
            if seat.place != Place::InHearing || !is_interpreter(seat.role) {
                return Err(Refusal::NobodyThere);
            }
            if !seat.simultaneous || interpreter == who {
                return Err(Refusal::NotPlausible);
            }
        }
        if self.durable.seats.get(&who).is_some_and(|seat| seat.listens_to == to) {
            return Err(Refusal::AlreadyThere);
        }
        self.minute(turn, by(who), Fact::Listening { who, to });
        Ok(())
    }
}

impl Durable {
    /// The special measure that keeps something of `who` from `from`.
    pub(crate) fn shield_between(&self, who: ParticipantId, from: ParticipantId) -> Option<Shield> {
        self.shields.iter().copied().find(|shield| shield.who == who && shield.from == from)
    }

    /// Whether somebody may choose what they hear: an interpreter speaks beside the court, or they
    /// listen to one.
    pub(crate) fn has_choice_of_sound(&self, who: ParticipantId) -> bool {
        let beside = |seat: &Seat| seat.simultaneous && seat.place == Place::InHearing;
        self.seats.values().any(beside)
            || self.seats.get(&who).is_some_and(|seat| seat.listens_to.is_some())
    }

    /// Whether a seat interprets for who has the floor, or for the court: then it is heard with
    /// them. Who interprets beside the court's sound disturbs nobody.
    pub(crate) fn interprets_for_holder(&self, seat: &Seat) -> bool {
        let holder = self.sitting.floor.as_ref().map(|floor| floor.who);
        is_interpreter(seat.role)
            && (seat.simultaneous || seat.acts_for.is_none() || seat.acts_for == holder)
    }

    /// Orders, changes or lifts a special measure.
    pub(crate) fn apply_shield(&mut self, shield: Shield) {
        self.shields.retain(|other| (other.who, other.from) != (shield.who, shield.from));
        if shield.picture || shield.sound {
            self.shields.push(shield);
        }
    }

    /// Whoever heard an interpreter that speaks in turn again hears the court again.
    pub(crate) fn apply_interpreting(&mut self, who: ParticipantId, simultaneous: bool) {
        self.change(who, |seat| seat.simultaneous = simultaneous);
        if !simultaneous {
            for seat in self.seats.values_mut().filter(|seat| seat.listens_to == Some(who)) {
                seat.listens_to = None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use model::{Ask, Kind, TrackKind};

    use super::*;
    use crate::scene::*;

    fn keep(who: ParticipantId, from: ParticipantId, picture: bool, sound: bool) -> Ask {
        Ask::Shield { shield: Shield { who, from, picture, sound } }
    }

    #[test]
    fn a_picture_or_a_voice_is_kept_from_one_person_alone() {
        let mut scene = Scene::in_session(brief(Kind::Hearing));
        scene.must(JUDGE, Ask::Admit { who: WEN });
        scene.must(JUDGE, keep(WEN, BO, true, false));
        assert!(scene.hears(BO, WEN) && !scene.gets(BO, WEN, TrackKind::Camera));
        assert!(scene.gets(ANNA, WEN, TrackKind::Camera), "others see them");
        assert!(scene.gets(WEN, BO, TrackKind::Camera), "it is one-sided");
        let view = scene.view(BO);
        let wen = view.people.iter().find(|person| person.id == WEN).expect("called");
        assert!(wen.unseen && !wen.unheard_of);
        assert!(view.brief.shields.is_empty());
        scene.must(JUDGE, keep(WEN, BO, true, true));
        assert!(!scene.hears(BO, WEN));
        assert!(scene.is_recorded(WEN), "the record keeps all");
        assert_eq!(scene.act(JUDGE, keep(WEN, BO, true, true)), Err(Refusal::AlreadyThere));
        scene.must(JUDGE, keep(WEN, BO, false, false));
        assert!(scene.gets(BO, WEN, TrackKind::Camera));
        assert_eq!(scene.act(JUDGE, keep(JUDGE, BO, true, false)), Err(Refusal::NotTheCourt));
        assert_eq!(scene.act(JUDGE, keep(BO, CLERK, true, false)), Err(Refusal::NotTheCourt));
        assert_eq!(scene.act(ANNA, keep(ANNA, BO, true, false)), Err(Refusal::NotYourRight));
    }

    #[test]
    fn measures_ordered_beforehand_hold_from_the_first_packet() {
        let shield = Shield { who: ANNA, from: BO, picture: true, sound: false };
        let scene = Scene::admitted(model::Brief { shields: vec![shield], ..brief(Kind::Hearing) });
        assert!(!scene.gets(BO, ANNA, TrackKind::Camera));
        assert!(scene.hears(BO, ANNA));
    }

    #[test]
    fn a_listener_hears_the_chosen_sound_alone_and_nobody_is_left_in_silence() {
        let mut scene = Scene::in_session(brief(Kind::Hearing));
        let listen = |to| Ask::Listen { to };
        assert!(scene.hears(ANNA, INTERPRETER));
        assert_eq!(scene.act(BO, listen(Some(INTERPRETER))), Err(Refusal::NothingPending));
        scene.must(JUDGE, Ask::Interpret { who: INTERPRETER, simultaneous: true });
        assert!(!scene.hears(ANNA, INTERPRETER) && !scene.hears(JUDGE, INTERPRETER));
        scene.must(BO, listen(Some(INTERPRETER)));
        assert!(scene.hears(BO, INTERPRETER));
        assert!(!scene.hears(BO, JUDGE) && !scene.hears(BO, ANNA));
        assert!(scene.gets(BO, JUDGE, TrackKind::Camera), "pictures stay");
        assert!(scene.hears(INTERPRETER, JUDGE) && scene.hears(ANNA, BO));
        assert!(
            scene.is_recorded(INTERPRETER) && scene.is_recorded(JUDGE),
            "the record keeps both"
        );
        // Strict or not, who interprets beside disturbs nobody and is heard.
        scene.must(JUDGE, Ask::StrictFloor { strict: true });
        assert!(scene.hears(BO, INTERPRETER));
        scene.must(JUDGE, Ask::StrictFloor { strict: false });
        // An interpreter who is locked gives the court's sound back.
        scene.must(JUDGE, Ask::Lock { who: INTERPRETER });
        assert!(scene.hears(BO, JUDGE) && scene.hears(BO, ANNA));
        scene.must(JUDGE, Ask::Unlock { who: INTERPRETER });
        scene.must(JUDGE, Ask::Interpret { who: INTERPRETER, simultaneous: false });
        assert!(scene.hears(BO, JUDGE) && scene.hears(ANNA, INTERPRETER));
        assert_eq!(scene.view(BO).me.listens_to, None);
    }

    #[test]
    fn under_a_strict_floor_the_holder_the_bench_and_their_interpreter_are_heard() {
        let mut scene = Scene::in_session(brief(Kind::Hearing));
        scene.must(JUDGE, Ask::StrictFloor { strict: true });
        assert!(scene.hears(ANNA, JUDGE) && !scene.hears(JUDGE, ANNA) && !scene.hears(BO, CLERK));
        assert!(scene.gets(JUDGE, ANNA, TrackKind::Camera), "faces stay");
        scene.must(JUDGE, Ask::GiveFloor { who: ANNA, seconds: None });
        assert!(scene.hears(BO, ANNA) && !scene.hears(ANNA, BO));
        assert!(!scene.hears(ANNA, INTERPRETER), "who interprets for the other side waits");
        scene.must(JUDGE, Ask::GiveFloor { who: BO, seconds: None });
        assert!(scene.hears(ANNA, BO) && scene.hears(ANNA, INTERPRETER));
        assert!(!scene.is_recorded(ANNA));
    }

    #[test]
    fn a_helper_has_a_voice_with_the_floor_alone_and_never_during_a_testimony() {
        let mut scene = Scene::in_session(brief(Kind::Hearing));
        assert!(!scene.hears(JUDGE, HELPER) && !scene.hears(HELPER, JUDGE));
        scene.must(JUDGE, Ask::GiveFloor { who: HELPER, seconds: None });
        assert!(scene.talk(JUDGE, HELPER));
        scene.must(JUDGE, Ask::Admit { who: WEN });
        scene.must(WEN, Ask::SignGuarantee { who: None, name: model::Private::from("Wen") });
        scene.must(JUDGE, Ask::Testify { who: WEN });
        assert!(!scene.hears(JUDGE, HELPER));
    }
}
