//! Sheets people sign: undisputed facts, and the agreement. Versions, reading out, signatures, and
//! the moment of effect.
//! What is not here: the checklist and the failure of a mediation, in `mediation.rs`.

use std::collections::BTreeSet;

use model::view::{SheetView, Signature};
use model::{
    Actor, Attendance, Fact, Kind, Minute, ParticipantId, Place, Power, Private, Refusal, Role,
    Sheet, SigningMethod, limits,
};

use crate::Hearing;
use crate::called::check_text;
use crate::mediation::Mediation;
use crate::state::{Durable, Seat};
use crate::turn::{Turn, by};

/// A sheet as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SheetState {
    /// Which version, from 1.
    pub version: u32,
    /// The whole text.
    pub text: Private<String>,
    /// Whether this version was read out and explained.
    pub read: bool,
    /// Who signed this version.
    pub signed: Vec<Signature>,
    /// Who refused to.
    pub refused: BTreeSet<ParticipantId>,
}

impl Mediation {
    /// Writes, reads, signs.
    #[expect(clippy::wildcard_enum_match_arm, reason = "other facts are about other things")]
    pub(crate) fn apply_sheet(&mut self, minute: &Minute) {
        match &minute.fact {
            Fact::SheetWritten { sheet, version, text } => {
                let state =
                    SheetState { version: *version, text: text.clone(), ..SheetState::default() };
                self.sheets.insert(*sheet, state);
            }
            Fact::SheetRead { sheet, .. } => {
                if let Some(state) = self.sheets.get_mut(sheet) {
                    state.read = true;
                }
            }
            Fact::Signed { sheet, who, method, .. } => {
                if let Some(state) = self.sheets.get_mut(sheet) {
                    state.refused.remove(who);
                    state.signed.push(Signature { who: *who, at: minute.at, method: *method });
                }
            }
            Fact::SigningRefused { sheet, who, .. } => {
                if let Some(state) = self.sheets.get_mut(sheet) {
                    state.refused.insert(*who);
                }
            }
            _ => {}
        }
    }
}

impl Hearing {
    /// The text of a sheet; signatures on the former text lapse.
    pub(crate) fn write_sheet(
        &mut self,
        turn: &mut Turn<'_>,
        who: ParticipantId,
        sheet: Sheet,
        base: u32,
        text: Private<String>,
    ) -> Result<(), Refusal> {
        self.may_change(sheet)?;
        let version = self.durable.version_of(sheet);
        if base != version {
            return Err(Refusal::SheetChanged);
        }
        if version >= limits::SHEET_VERSIONS_MAX {
            return Err(Refusal::Full);
        }
        if text.reveal().trim().is_empty() {
            return Err(Refusal::NotPlausible);
        }
        if text.reveal().chars().count() > limits::SHEET_CHARS_MAX {
            return Err(Refusal::TextTooLong);
        }
        self.minute(turn, by(who), Fact::SheetWritten { sheet, version: version + 1, text });
        Ok(())
    }

    /// The sheet was read out and explained, to all: not while one side is spoken with alone.
    pub(crate) fn read_back(
        &mut self,
        turn: &mut Turn<'_>,
        who: ParticipantId,
        sheet: Sheet,
        version: u32,
    ) -> Result<(), Refusal> {
        self.may_change(sheet)?;
        let state = self.the_sheet(sheet, version)?;
        if state.read {
            return Err(Refusal::AlreadyThere);
        }
        if self.durable.caucus.is_some() {
            return Err(Refusal::WrongStage);
        }
        self.minute(turn, by(who), Fact::SheetRead { sheet, version });
        Ok(())
    }

    /// Somebody signs a sheet; with the last party's signature the agreement is in force, in that
    /// minute (在线调解规则 art. 19).
    pub(crate) fn sign(
        &mut self,
        turn: &mut Turn<'_>,
        (asker, on_paper): (ParticipantId, Option<ParticipantId>),
        (sheet, version): (Sheet, u32),
        method: SigningMethod,
        mark: Private<String>,
    ) -> Result<(), Refusal> {
        let who = self.who_signs(asker, on_paper)?;
        let seat = self.durable.seats.get(&who).ok_or(Refusal::NobodyThere)?;
        self.durable.may_sign_at_all(seat, on_paper.is_some())?;
        let by_certificate = method == SigningMethod::Certificate;
        if by_certificate || (method == SigningMethod::OnPaper) != on_paper.is_some() {
            return Err(Refusal::NotPlausible);
        }
        // A mediator's name under an agreement in force changes nothing of it.
        let on_a_side = seat.role.is_party() || seat.role.is_for_party();
        if on_a_side || self.durable.mediation.effective.is_none() {
            self.may_change(sheet)?;
        }
        let state = self.the_sheet(sheet, version)?;
        if !state.read {
            return Err(Refusal::ReadBackNeeded);
        }
        if !self.durable.may_bind(seat, sheet) {
            return Err(Refusal::SpecialPowerNeeded);
        }
        if state.signed.iter().any(|signature| signature.who == who) {
            return Err(Refusal::AlreadyThere);
        }
        if mark.reveal().trim().is_empty() {
            return Err(Refusal::NotPlausible);
        }
        if mark.reveal().chars().count() > limits::SIGNATURE_CHARS_MAX {
            return Err(Refusal::TextTooLong);
        }
        self.minute(turn, by(asker), Fact::Signed { sheet, version, who, method, mark });
        Ok(())
    }

    /// Somebody on a side will not sign.
    pub(crate) fn refuse_signing(
        &mut self,
        turn: &mut Turn<'_>,
        (asker, on_paper): (ParticipantId, Option<ParticipantId>),
        sheet: Sheet,
        reason: Private<String>,
    ) -> Result<(), Refusal> {
        let who = self.who_signs(asker, on_paper)?;
        let seat = self.durable.seats.get(&who).ok_or(Refusal::NobodyThere)?;
        if !(seat.role.is_party() || seat.role.is_for_party()) {
            return Err(Refusal::NotYourRight);
        }
        self.may_change(sheet)?;
        let state = self.durable.mediation.sheets.get(&sheet).ok_or(Refusal::NotFound)?;
        let signed = state.signed.iter().any(|signature| signature.who == who);
        if signed || state.refused.contains(&who) {
            return Err(Refusal::AlreadyThere);
        }
        check_text(&reason, true)?;
        self.minute(turn, by(asker), Fact::SigningRefused { sheet, who, reason });
        Ok(())
    }

    /// Whose signature is meant: the asker's own, or that of somebody in the courtroom who has no
    /// page, which clerk or judge notes.
    ///
    /// # Errors
    /// `NotYourRight` for who does not do the clerk's work; `SignsThemselves` for who has a page;
    /// `NotInCourt` for who is not in the courtroom; `WrongStage` for who waits meanwhile.
    pub(crate) fn who_signs(
        &self,
        asker: ParticipantId,
        on_paper: Option<ParticipantId>,
    ) -> Result<ParticipantId, Refusal> {
        let Some(who) = on_paper else { return Ok(asker) };
        let notes = |seat: &Seat| self.durable.notes_paper(seat);
        if !self.durable.seats.get(&asker).is_some_and(notes) {
            return Err(Refusal::NotYourRight);
        }
        let seat = self.durable.seats.get(&who).ok_or(Refusal::NobodyThere)?;
        if self.is_online(who) {
            return Err(Refusal::SignsThemselves);
        }
        if seat.attendance != Attendance::InCourt || seat.place != Place::InHearing {
            return Err(Refusal::NotInCourt);
        }
        if self.durable.waits(seat) {
            return Err(Refusal::WrongStage);
        }
        Ok(who)
    }

    /// Puts the agreement in force when every party signed it.
    pub(crate) fn settle_agreement(&mut self, turn: &mut Turn<'_>) {
        let durable = &self.durable;
        let version = durable.version_of(Sheet::Agreement);
        let parties = durable.parties().count();
        if durable.mediation.effective.is_none() && parties > 1 && durable.is_signed() {
            self.minute(turn, Actor::Server, Fact::AgreementEffective { version });
        }
    }

    fn may_change(&self, sheet: Sheet) -> Result<(), Refusal> {
        if sheet == Sheet::Facts {
            return Ok(());
        }
        if self.durable.mediation.effective.is_some() {
            return Err(Refusal::AlreadyEffective);
        }
        if self.durable.mediation.failed.is_some() {
            return Err(Refusal::WrongStage);
        }
        Ok(())
    }

    fn the_sheet(&self, sheet: Sheet, version: u32) -> Result<&SheetState, Refusal> {
        let state = self.durable.mediation.sheets.get(&sheet).ok_or(Refusal::NotFound)?;
        if state.version == version { Ok(state) } else { Err(Refusal::SheetChanged) }
    }

    /// The sheets, each with who must sign it.
    pub(crate) fn sheet_views(&self) -> Vec<SheetView> {
        let durable = &self.durable;
        let view = |(sheet, state): (&Sheet, &SheetState)| SheetView {
            sheet: *sheet,
            version: state.version,
            text: state.text.clone(),
            read: state.read,
            signers: durable.signers(*sheet),
            signed: state.signed.clone(),
            refused: state.refused.iter().copied().collect(),
        };
        durable.mediation.sheets.iter().map(view).collect()
    }
}

impl Durable {
    /// The version of a sheet, 0 for none.
    fn version_of(&self, sheet: Sheet) -> u32 {
        self.mediation.sheets.get(&sheet).map_or(0, |state| state.version)
    }

    /// The parties of the sitting, those noted as absent aside.
    fn parties(&self) -> impl Iterator<Item = (ParticipantId, &Seat)> {
        let parties = self.seats.iter().filter(|(_, seat)| seat.role.is_party() && !seat.absent);
        parties.map(|(who, seat)| (*who, seat))
    }

    /// Whether somebody's name belongs under a sheet: a party's, who acts for one, a mediator's.
    fn may_sign_at_all(&self, seat: &Seat, on_paper: bool) -> Result<(), Refusal> {
        let mediates =
            self.is_leader(seat) || matches!(seat.role, Role::ChairMediator | Role::Mediator);
        if mediates || seat.role.is_party() || seat.role.is_for_party() {
            return Ok(());
        }
        Err(if on_paper { Refusal::NotPlausible } else { Refusal::NotYourRight })
    }

    /// Whether a seat's signature binds anybody: a party's does, a legal representative's, an
    /// agent's under an agreement only with special power (民事诉讼法 art. 62).
    #[expect(clippy::wildcard_enum_match_arm, reason = "everybody else signs for themselves")]
    fn may_bind(&self, seat: &Seat, sheet: Sheet) -> bool {
        match seat.role {
            Role::Agent => sheet == Sheet::Facts || seat.power == Some(Power::Special),
            _ => true,
        }
    }

    /// Who must sign a sheet: each party, or who is here for an absent one and may bind them, and
    /// the mediators who are here.
    fn signers(&self, sheet: Sheet) -> Vec<ParticipantId> {
        let inside = |seat: &Seat| seat.place == Place::InHearing;
        let for_party = |party: ParticipantId| {
            let binds = |seat: &Seat| {
                seat.role.is_for_party()
                    && seat.acts_for == Some(party)
                    && inside(seat)
                    && self.may_bind(seat, sheet)
            };
            self.seats.iter().find(|(_, seat)| binds(seat)).map(|(who, _)| *who)
        };
        let mut signers: Vec<_> = self
            .parties()
            .map(|(party, seat)| {
                let here = inside(seat) || self.has_signed(sheet, party);
                if here { party } else { for_party(party).unwrap_or(party) }
            })
            .collect();
        let mediation = self.sitting.kind == Kind::Mediation;
        signers.extend(
            self.seats
                .iter()
                .filter(|(who, seat)| {
                    (inside(seat) || self.has_signed(sheet, **who))
                        && (self.is_leader(seat)
                            || (mediation
                                && matches!(seat.role, Role::ChairMediator | Role::Mediator)))
                })
                .map(|(who, _)| *who),
        );
        signers
    }

    fn has_signed(&self, sheet: Sheet, who: ParticipantId) -> bool {
        let state = self.mediation.sheets.get(&sheet);
        state.is_some_and(|state| state.signed.iter().any(|signature| signature.who == who))
    }

    /// Whether a party answered a sheet in a way: by themselves or by who acts for them.
    fn answered(&self, party: ParticipantId, did: impl Fn(ParticipantId) -> bool) -> bool {
        did(party)
            || self.seats.iter().any(|(who, seat)| {
                seat.role.is_for_party() && seat.acts_for == Some(party) && did(*who)
            })
    }

    /// Whether every party signed the agreement. Against a party's own refusal nobody binds them.
    fn is_signed(&self) -> bool {
        let Some(state) = self.mediation.sheets.get(&Sheet::Agreement) else { return false };
        let signed = |who| self.has_signed(Sheet::Agreement, who);
        self.parties()
            .all(|(party, _)| !state.refused.contains(&party) && self.answered(party, signed))
    }

    /// Whether every party signed a sheet or refused to.
    pub(crate) fn is_settled(&self, sheet: Sheet) -> bool {
        let Some(state) = self.mediation.sheets.get(&sheet) else { return false };
        let answered =
            |who: ParticipantId| state.refused.contains(&who) || self.has_signed(sheet, who);
        self.parties().all(|(party, _)| self.answered(party, answered))
    }
}

#[cfg(test)]
mod tests {
    use model::{Ask, Ground, Side, Stage};

    use super::*;
    use crate::scene::*;

    fn write(sheet: Sheet, base: u32, text: &str) -> Ask {
        Ask::WriteSheet { sheet, base, text: Private::from(text) }
    }

    fn sign(sheet: Sheet, version: u32) -> Ask {
        let mark = Private::from("somebody");
        Ask::Sign { who: None, sheet, version, method: SigningMethod::Typed, mark }
    }

    const fn read(sheet: Sheet, version: u32) -> Ask {
        Ask::ReadBack { sheet, version }
    }

    #[test]
    fn the_last_partys_signature_brings_the_agreement_into_force() {
        let mut scene = Scene::in_session(brief(Kind::Mediation));
        let sheet = Sheet::Agreement;
        scene.must(JUDGE, write(sheet, 0, "Bo pays."));
        assert_eq!(scene.act(ANNA, sign(sheet, 1)), Err(Refusal::ReadBackNeeded));
        scene.must(JUDGE, read(sheet, 1));
        scene.must(ANNA, sign(sheet, 1));
        assert_eq!(scene.act(ANNA, sign(sheet, 1)), Err(Refusal::AlreadyThere));
        // A change makes signatures lapse, and must be of the newest text.
        assert_eq!(scene.act(CLERK, write(sheet, 0, "Bo pays less.")), Err(Refusal::SheetChanged));
        scene.must(CLERK, write(sheet, 1, "Bo pays less."));
        assert!(scene.view(BO).mediation.expect("one").sheets[0].signed.is_empty());
        assert_eq!(scene.act(ANNA, sign(sheet, 1)), Err(Refusal::SheetChanged));
        scene.must(JUDGE, read(sheet, 2));
        assert_eq!(scene.act(LAWYER, sign(sheet, 2)), Err(Refusal::SpecialPowerNeeded));
        scene.must(ANNA, sign(sheet, 2));
        assert!(scene.view(BO).mediation.expect("one").effective_at.is_none(), "partly signed");
        scene.must(AGENT, sign(sheet, 2));
        assert!(scene.facts().contains(&Fact::AgreementEffective { version: 2 }));
        let at = scene.hearing.durable().mediation.effective.expect("in force").1;
        let view = scene.view(ANNA).mediation.expect("one");
        assert_eq!(view.effective_at, Some(at));
        assert_eq!(view.sheets[0].signed.last().map(|last| last.at), Some(at));
        assert_eq!(scene.act(JUDGE, write(sheet, 2, "more")), Err(Refusal::AlreadyEffective));
        assert_eq!(scene.act(BO, sign(sheet, 2)), Err(Refusal::AlreadyEffective));
        scene.must(JUDGE, sign(sheet, 2));
        scene.crash();
        assert_eq!(scene.hearing.durable().mediation.effective, Some((2, at)));
    }

    #[test]
    fn who_must_sign_is_who_is_here_and_may_bind() {
        let mut scene = Scene::in_session(brief(Kind::Mediation));
        scene.must(JUDGE, write(Sheet::Agreement, 0, "Bo pays."));
        let signers =
            |scene: &Scene| scene.view(ANNA).mediation.expect("one").sheets[0].signers.clone();
        assert_eq!(signers(&scene), vec![ANNA, BO, JUDGE, MEDIATOR]);
        scene.must(JUDGE, Ask::Dismiss { who: BO });
        scene.must(JUDGE, Ask::Dismiss { who: ANNA });
        let view = scene.view(LAWYER).mediation.expect("one");
        // The plaintiff's lawyer has general power and binds nobody.
        assert_eq!(view.sheets[0].signers, vec![ANNA, AGENT, JUDGE, MEDIATOR]);
    }

    #[test]
    fn a_refusal_to_sign_is_noted_and_facts_stand_apart_from_the_agreement() {
        let mut scene = Scene::in_session(brief(Kind::Mediation));
        scene.must(CLERK, write(Sheet::Facts, 0, "The wall stands."));
        scene.must(CLERK, write(Sheet::Agreement, 0, "Bo pays."));
        scene.must(CLERK, read(Sheet::Facts, 1));
        let reason = Private::from("no");
        scene.must(BO, Ask::RefuseSigning { who: None, sheet: Sheet::Agreement, reason });
        scene.must(LAWYER, sign(Sheet::Facts, 1));
        scene.must(BO, sign(Sheet::Facts, 1));
        let view = scene.view(ANNA).mediation.expect("one");
        assert_eq!(view.sheets[1].refused, vec![BO]);
        assert!(scene.hearing.durable().mediation.effective.is_none(), "facts are no agreement");
        let ground = model::FailureGround::NoAgreement;
        scene.must(JUDGE, Ask::FailMediation { ground, note: Private::default() });
        assert_eq!(scene.act(CLERK, write(Sheet::Agreement, 1, "x")), Err(Refusal::WrongStage));
        scene.must(CLERK, write(Sheet::Facts, 1, "The wall stands, and is new."));
        scene.must(JUDGE, Ask::Close);
    }

    #[test]
    fn an_agent_binds_nobody_against_the_partys_own_refusal() {
        let mut scene = Scene::in_session(brief(Kind::Mediation));
        let sheet = Sheet::Agreement;
        scene.must(JUDGE, write(sheet, 0, "Bo pays."));
        scene.must(JUDGE, read(sheet, 1));
        scene.must(ANNA, sign(sheet, 1));
        scene.must(BO, Ask::RefuseSigning { who: None, sheet, reason: Private::from("no") });
        scene.must(AGENT, sign(sheet, 1));
        assert!(scene.hearing.durable().mediation.effective.is_none());
        scene.must(BO, sign(sheet, 1));
        assert!(scene.hearing.durable().mediation.effective.is_some());
    }

    #[test]
    fn a_draft_made_with_one_side_is_not_shown_to_the_other() {
        let mut scene = Scene::in_session(brief(Kind::Mediation));
        scene.must(JUDGE, Ask::Caucus { side: Some(Side::Plaintiff) });
        scene.must(JUDGE, write(Sheet::Agreement, 0, "Anna would take half."));
        assert!(scene.view(BO).mediation.expect("one").sheets.is_empty());
        assert_eq!(scene.view(ANNA).mediation.expect("one").sheets.len(), 1);
        assert_eq!(scene.act(JUDGE, read(Sheet::Agreement, 1)), Err(Refusal::WrongStage));
        assert_eq!(scene.act(BO, sign(Sheet::Agreement, 1)), Err(Refusal::WrongStage));
    }

    #[test]
    fn a_hearing_has_sheets_in_its_mediation_alone() {
        let mut scene = Scene::in_session(brief(Kind::Hearing));
        assert_eq!(scene.act(JUDGE, write(Sheet::Facts, 0, "x")), Err(Refusal::WrongStage));
        assert!(scene.view(ANNA).mediation.is_none());
        scene.recess(Ground::UnrecordedMediation);
        scene.must(JUDGE, write(Sheet::Agreement, 0, "Bo pays."));
        scene.must(JUDGE, read(Sheet::Agreement, 1));
        scene.must(ANNA, sign(Sheet::Agreement, 1));
        scene.must(BO, sign(Sheet::Agreement, 1));
        assert!(scene.hearing.durable().mediation.effective.is_some());
        scene.must(JUDGE, Ask::Resume);
        assert_eq!(scene.hearing.stage(), Stage::InSession);
        assert!(scene.view(ANNA).mediation.is_some(), "what was signed stays readable");
        scene.must(JUDGE, Ask::Admit { who: WEN });
        assert!(scene.view(WEN).mediation.is_none());
    }
}
