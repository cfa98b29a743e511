//! A mediation beside its talk: the checklist before it, how it is taken down, and its failure.
//! What is not here: the sheets people sign, in `sheets.rs`, and the caucus, in `chamber.rs`.

use std::collections::{BTreeMap, BTreeSet};

use model::view::MediationView;
use model::{
    Actor, Check, Fact, FailureGround, Kind, Minute, ParticipantId, Place, Private, RecordMode,
    Refusal, Role, Sheet, Stage, Step, Timestamp,
};

use crate::Hearing;
use crate::called::check_text;
use crate::sheets::SheetState;
use crate::state::{Durable, Seat};
use crate::turn::{Turn, by};

/// Where a mediation stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mediation {
    /// Points of the checklist that are done.
    pub done: BTreeSet<Check>,
    /// The sheets there are.
    pub sheets: BTreeMap<Sheet, SheetState>,
    /// The version of the agreement in force, and since when.
    pub effective: Option<(u32, Timestamp)>,
    /// Why it failed, once it did.
    pub failed: Option<FailureGround>,
}

impl Mediation {
    /// Applies a minute about the mediation.
    #[expect(clippy::wildcard_enum_match_arm, reason = "other facts are about sheets")]
    pub(crate) fn apply(&mut self, minute: &Minute) {
        match &minute.fact {
            Fact::Ticked { check, .. } => {
                self.done.insert(*check);
            }
            Fact::AgreementEffective { version } => self.effective = Some((*version, minute.at)),
            Fact::MediationFailed { ground, .. } => self.failed = Some(*ground),
            _ => self.apply_sheet(minute),
        }
    }
}

impl Hearing {
    /// A point of the checklist is done (在线调解规则 art. 13, 17).
    pub(crate) fn tick(
        &mut self,
        turn: &mut Turn<'_>,
        who: ParticipantId,
        check: Check,
        note: Private<String>,
    ) -> Result<(), Refusal> {
        if self.durable.mediation.done.contains(&check) {
            return Err(Refusal::AlreadyThere);
        }
        check_text(&note, false)?;
        self.minute(turn, by(who), Fact::Ticked { check, note });
        Ok(())
    }

    /// How the mediation is taken down: a recording only where every party agreed
    /// (在线调解规则 art. 22).
    pub(crate) fn set_record_mode(
        &mut self,
        turn: &mut Turn<'_>,
        who: ParticipantId,
        mode: RecordMode,
    ) -> Result<(), Refusal> {
        if self.durable.sitting.record_mode == mode {
            return Err(Refusal::AlreadyThere);
        }
        if mode == RecordMode::Recording && !self.durable.all_agreed_to_recording() {
            return Err(Refusal::RecordingNotAgreed);
        }
        self.minute(turn, by(who), Fact::RecordModeSet { mode });
        Ok(())
    }

    /// The mediation failed (在线调解规则 art. 25). The sitting goes on for what is left to do: the
    /// sheet of undisputed facts, the hearing that follows, or its closing.
    pub(crate) fn fail_mediation(
        &mut self,
        turn: &mut Turn<'_>,
        who: ParticipantId,
        ground: FailureGround,
        note: Private<String>,
    ) -> Result<(), Refusal> {
        if self.durable.mediation.effective.is_some() {
            return Err(Refusal::AlreadyEffective);
        }
        if self.durable.mediation.failed.is_some() {
            return Err(Refusal::AlreadyThere);
        }
        check_text(&note, ground == FailureGround::Other)?;
        self.minute(turn, by(who), Fact::MediationFailed { ground, note });
        Ok(())
    }

    /// Whether a mediation may be opened.
    ///
    /// # Errors
    /// `ChecklistOpen` while a point of the checklist is not done.
    pub(crate) fn mediation_may_open(&self) -> Result<(), Refusal> {
        let durable = &self.durable;
        let mediation = durable.sitting.kind == Kind::Mediation;
        if mediation && durable.mediation.done.len() < Check::ALL.len() {
            return Err(Refusal::ChecklistOpen);
        }
        Ok(())
    }

    /// Whether a mediation may be closed.
    ///
    /// # Errors
    /// `FactsSheetNeeded` where a recording replaces the record and the undisputed facts are not in
    /// writing (在线调解规则 art. 22). Where the talk ended before facts could be agreed on, none
    /// are needed.
    pub(crate) fn mediation_may_close(&self) -> Result<(), Refusal> {
        let durable = &self.durable;
        let recorded = durable.sitting.kind == Kind::Mediation
            && durable.sitting.record_mode == RecordMode::Recording;
        let talked = matches!(
            durable.mediation.failed,
            None | Some(FailureGround::NoAgreement | FailureGround::Other)
        );
        if recorded && talked && !durable.is_settled(Sheet::Facts) {
            return Err(Refusal::FactsSheetNeeded);
        }
        Ok(())
    }

    /// Nothing is recorded when somebody takes their consent back before the sitting opens.
    pub(crate) fn settle_record_mode(&mut self, turn: &mut Turn<'_>) {
        let durable = &self.durable;
        if durable.sitting.kind == Kind::Mediation
            && durable.stage.is_before_opening()
            && durable.sitting.record_mode == RecordMode::Recording
            && !durable.all_agreed_to_recording()
        {
            self.minute(turn, Actor::Server, Fact::RecordModeSet { mode: RecordMode::Text });
        }
    }

    /// The mediation as one person may see it; none for those who take no part in one.
    pub(crate) fn mediation_view(&self, seat: &Seat) -> Option<MediationView> {
        let durable = &self.durable;
        let mediation = &durable.mediation;
        let is_one = durable.sitting.kind == Kind::Mediation
            || durable.is_mediating()
            || durable.caucus.is_some()
            || !mediation.sheets.is_empty();
        let takes_part =
            seat.place == Place::InHearing && !seat.role.is_called() && !seat.role.only_watches();
        // After the end the sides may still read what was signed.
        let sides = seat.role.is_court() || seat.role.is_party() || seat.role.is_for_party();
        let over = durable.stage == Stage::Closed && seat.place == Place::Left && sides;
        if !is_one || !(takes_part || over) {
            return None;
        }
        let waits = durable.waits(seat);
        Some(MediationView {
            done: mediation.done.iter().copied().collect(),
            record_mode: durable.sitting.record_mode,
            waits,
            // A helper at a station reads nothing of the matter.
            sheets: if waits || seat.role == Role::Attendant {
                Vec::new()
            } else {
                self.sheet_views()
            },
            effective_at: mediation.effective.map(|(_, at)| at),
            failed: mediation.failed,
        })
    }
}

impl Durable {
    /// Whether every party who is not absent agreed to a recording, by themselves or by who acts
    /// for them.
    pub(crate) fn all_agreed_to_recording(&self) -> bool {
        let agreed = |seat: &Seat| seat.consents.contains(&Step::Recording);
        let mut parties =
            self.seats.iter().filter(|(_, seat)| seat.role.is_party() && !seat.absent);
        parties.all(|(party, seat)| {
            agreed(seat)
                || self.seats.values().any(|other| {
                    other.role.is_for_party() && other.acts_for == Some(*party) && agreed(other)
                })
        })
    }
}

#[cfg(test)]
mod tests {
    use model::{Ask, SigningMethod};

    use super::*;
    use crate::Effect;
    use crate::scene::*;

    fn consent(scene: &mut Scene, who: ParticipantId, given: bool) {
        scene.must(who, Ask::Consent { step: Step::Recording, given });
    }

    const fn mode(mode: RecordMode) -> Ask {
        Ask::SetRecordMode { mode }
    }

    #[test]
    fn joint_talk_waits_for_the_whole_checklist() {
        let mut scene = Scene::admitted(brief(Kind::Mediation));
        for check in Check::ALL {
            assert_eq!(scene.act(JUDGE, Ask::Open), Err(Refusal::ChecklistOpen));
            let ask = Ask::Tick { check, note: Private::default() };
            assert_eq!(scene.act(ANNA, ask.clone()), Err(Refusal::NotYourRight));
            scene.must(CLERK, ask.clone());
            assert_eq!(scene.act(CLERK, ask), Err(Refusal::AlreadyThere));
        }
        scene.must(JUDGE, Ask::Open);
        assert_eq!(scene.hearing.stage(), Stage::InSession);
        assert!(scene.talk(ANNA, BO) && !scene.is_recorded(ANNA), "in writing nothing is recorded");
        assert!(scene.talk(ANNA, ADVISER), "who guides is heard");
    }

    #[test]
    fn a_recording_needs_every_partys_consent_and_rests_in_a_caucus() {
        let mut scene = Scene::admitted(brief(Kind::Mediation));
        scene.tick_all();
        let recording = mode(RecordMode::Recording);
        consent(&mut scene, ANNA, true);
        assert_eq!(scene.act(JUDGE, recording.clone()), Err(Refusal::RecordingNotAgreed));
        consent(&mut scene, BO, true);
        scene.must(JUDGE, recording.clone());
        consent(&mut scene, BO, false);
        assert!(
            scene.facts().contains(&Fact::RecordModeSet { mode: RecordMode::Text }),
            "taken back before it began"
        );
        consent(&mut scene, BO, true);
        scene.must(JUDGE, recording);
        scene.open();
        assert!(scene.is_recorded(ANNA) && scene.is_recorded(ADVISER));
        assert_eq!(scene.act(JUDGE, mode(RecordMode::Text)), Err(Refusal::WrongStage));
        scene.must(JUDGE, Ask::Caucus { side: Some(model::Side::Plaintiff) });
        assert!(scene.hearing.grants().record.is_empty());
        assert!(scene.effects.contains(&Effect::Roll { rolling: false }));
        scene.must(JUDGE, Ask::Caucus { side: None });
        assert!(scene.is_recorded(ANNA));
        assert!(scene.effects.contains(&Effect::Roll { rolling: true }));
        // The facts must be in writing, signed or refused by each side.
        assert_eq!(scene.act(JUDGE, Ask::Close), Err(Refusal::FactsSheetNeeded));
        let (sheet, text) = (Sheet::Facts, Private::from("The wall stands."));
        scene.must(CLERK, Ask::WriteSheet { sheet, base: 0, text });
        scene.must(CLERK, Ask::ReadBack { sheet, version: 1 });
        let (method, mark) = (SigningMethod::Typed, Private::from("Anna"));
        scene.must(ANNA, Ask::Sign { who: None, sheet, version: 1, method, mark });
        assert_eq!(scene.act(JUDGE, Ask::Close), Err(Refusal::FactsSheetNeeded));
        scene.must(BO, Ask::RefuseSigning { who: None, sheet, reason: Private::from("no") });
        scene.must(JUDGE, Ask::Close);
    }

    #[test]
    fn every_ground_of_failure_ends_the_mediation_and_is_final() {
        for ground in FailureGround::ALL {
            let mut scene = Scene::in_session(brief(Kind::Mediation));
            let fail = |note: &str| Ask::FailMediation { ground, note: Private::from(note) };
            let answer = scene.act(JUDGE, fail(""));
            let other = ground == FailureGround::Other;
            assert_eq!(answer, if other { Err(Refusal::ReasonMissing) } else { Ok(()) });
            if other {
                scene.must(JUDGE, fail("the roof fell in"));
            }
            assert_eq!(scene.act(JUDGE, fail("again")), Err(Refusal::AlreadyThere));
            assert_eq!(scene.view(BO).mediation.expect("one").failed, Some(ground));
            scene.must(JUDGE, Ask::Close);
            assert!(scene.view(BO).mediation.is_some(), "readable after the end");
            assert!(scene.view(GALLERY).mediation.is_none());
        }
    }
}
