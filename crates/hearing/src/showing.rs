//! Evidence in session: what is shown to all, turned, drawn on, and what each side says of it.
//! What is not here: the list and its bytes, which the house keeps.

use std::collections::BTreeMap;

use model::view::{EvidenceView, OpinionView, ShownEvidence};
use model::{
    Actor, EvidenceId, EvidenceItem, Fact, Ground, Minute, Opinion, ParticipantId, Place, Playing,
    Refusal, Role, Stage, Stroke, limits,
};

use crate::Hearing;
use crate::called::check_text;
use crate::policy::{self, Hall};
use crate::state::{Durable, Seat};
use crate::turn::{Turn, by};

/// What is shown to all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Showing {
    /// What it is.
    pub item: EvidenceItem,
    /// Who shows it.
    pub by: ParticipantId,
    /// The page all see, from 1.
    pub page: u16,
    /// How far sound or video has come; none for what has pages.
    pub playing: Option<Playing>,
    /// Lines drawn on it.
    pub strokes: Vec<Stroke>,
}

/// Opinions, each of one party on one piece: a later one takes the place of the former.
pub type Opinions = BTreeMap<(EvidenceId, ParticipantId), (ParticipantId, Opinion)>;

impl Hearing {
    /// The court shows anything on the list; a party with leave what their side exchanged.
    pub(crate) fn show_evidence(
        &mut self,
        turn: &mut Turn<'_>,
        who: ParticipantId,
        item: EvidenceId,
        page: u16,
    ) -> Result<(), Refusal> {
        let seat = self.durable.seats.get(&who).ok_or(Refusal::NobodyThere)?;
        if self.live.evidence.is_empty() {
            return Err(Refusal::NothingToShow);
        }
        let found = self.live.evidence.iter().find(|other| other.id == item);
        let found = found.ok_or(Refusal::NotFound)?;
        if !self.durable.manages(seat) {
            if !self.knows_of(seat, found) {
                return Err(Refusal::NotFound);
            }
            // What the court took in is the court's to show.
            if !self.is_own(seat, found) {
                return Err(Refusal::NotYourRight);
            }
            if !found.exchanged {
                return Err(Refusal::NotExchanged);
            }
        }
        check_page(found, page)?;
        let item = found.clone();
        self.live.page_turned = Some(turn.now.instant);
        self.minute(turn, by(who), Fact::EvidenceShown { item, page });
        Ok(())
    }

    /// The page is turned for all.
    pub(crate) fn turn_page(
        &mut self,
        turn: &mut Turn<'_>,
        who: ParticipantId,
        page: u16,
    ) -> Result<(), Refusal> {
        let shown = self.durable.showing.as_ref().ok_or(Refusal::NothingShown)?;
        check_page(&shown.item, page)?;
        if shown.page == page {
            return Err(Refusal::AlreadyThere);
        }
        self.not_too_fast(turn)?;
        self.minute(turn, by(who), Fact::PageTurned { page });
        Ok(())
    }

    /// Sound or video plays for all from a place, or is held there.
    pub(crate) fn play_evidence(
        &mut self,
        turn: &mut Turn<'_>,
        who: ParticipantId,
        running: bool,
        at_ms: u32,
    ) -> Result<(), Refusal> {
        let shown = self.durable.showing.as_ref().ok_or(Refusal::NothingShown)?;
        let playing = shown.playing.ok_or(Refusal::NotPlausible)?;
        if at_ms > limits::EVIDENCE_PLAY_MS_MAX {
            return Err(Refusal::NotPlausible);
        }
        if !running && !playing.running && playing.at_ms == at_ms {
            return Err(Refusal::AlreadyThere);
        }
        self.not_too_fast(turn)?;
        self.minute(turn, by(who), Fact::EvidencePlayed { running, at_ms });
        Ok(())
    }

    /// What is shown is turned, played or held at most so often: each time is a minute.
    fn not_too_fast(&mut self, turn: &Turn<'_>) -> Result<(), Refusal> {
        let now = turn.now.instant;
        if self.live.page_turned.is_some_and(|at| now < at.plus(limits::PAGE_EVERY_MIN)) {
            return Err(Refusal::TooFast);
        }
        self.live.page_turned = Some(now);
        Ok(())
    }

    /// Nothing is shown any more.
    pub(crate) fn hide_evidence(
        &mut self,
        turn: &mut Turn<'_>,
        who: ParticipantId,
    ) -> Result<(), Refusal> {
        if self.durable.showing.is_none() {
            return Err(Refusal::NothingShown);
        }
        self.minute(turn, by(who), Fact::EvidenceHidden);
        Ok(())
    }

    /// A side says what it thinks of the other side's or the court's evidence (质证意见).
    pub(crate) fn opine(
        &mut self,
        turn: &mut Turn<'_>,
        who: ParticipantId,
        item: EvidenceId,
        opinion: Opinion,
    ) -> Result<(), Refusal> {
        let seat = self.durable.seats.get(&who).ok_or(Refusal::NobodyThere)?;
        let shown = self.durable.showing.as_ref().map(|shown| &shown.item);
        let found = self
            .live
            .evidence
            .iter()
            .find(|other| other.id == item && self.knows_of(seat, other))
            .or_else(|| shown.filter(|shown| shown.id == item))
            .ok_or(Refusal::NotFound)?;
        if self.is_own(seat, found) || self.durable.side_of(seat).is_none() {
            return Err(Refusal::NotYourRight);
        }
        let denied = !(opinion.authentic && opinion.lawful && opinion.relevant);
        check_text(&opinion.reason, denied)?;
        let key = (item, seat.acts_for.unwrap_or(who));
        let opinions = &self.durable.opinions;
        if !opinions.contains_key(&key) && opinions.len() >= limits::OPINIONS_MAX {
            return Err(Refusal::Full);
        }
        let item = found.clone();
        self.minute(turn, by(who), Fact::Opined { item, opinion });
        Ok(())
    }

    /// Somebody may draw on what is shown, or no more.
    pub(crate) fn allow_drawing(
        &mut self,
        turn: &mut Turn<'_>,
        judge: ParticipantId,
        who: ParticipantId,
        allowed: bool,
    ) -> Result<(), Refusal> {
        let seat = self.someone_inside(who)?;
        if seat.role.only_watches() {
            return Err(Refusal::NotPlausible);
        }
        if seat.may_draw == allowed {
            return Err(Refusal::AlreadyThere);
        }
        self.minute(turn, by(judge), Fact::DrawingAllowed { who, allowed });
        Ok(())
    }

    /// A line on the shown page.
    pub(crate) fn draw(
        &mut self,
        turn: &mut Turn<'_>,
        who: ParticipantId,
        stroke: Stroke,
    ) -> Result<(), Refusal> {
        let seat = self.durable.seats.get(&who).ok_or(Refusal::NobodyThere)?;
        let shown = self.durable.showing.as_ref().ok_or(Refusal::NothingShown)?;
        if !self.sees_shown(who, seat) {
            return Err(Refusal::NothingShown);
        }
        check_page(&shown.item, stroke.page)?;
        let on_page = |point: &[u16; 2]| point.iter().all(|place| *place <= STROKE_SCALE);
        let few = (1..=limits::STROKE_POINTS_MAX).contains(&stroke.points.len());
        if !few || !stroke.points.iter().all(on_page) {
            return Err(Refusal::NotPlausible);
        }
        if shown.strokes.len() >= limits::STROKES_MAX {
            return Err(Refusal::Full);
        }
        let now = turn.now.instant;
        let link = self.live.links.get_mut(&who).ok_or(Refusal::NobodyThere)?;
        if link.drew.is_some_and(|at| now < at.plus(limits::PAGE_EVERY_MIN)) {
            return Err(Refusal::TooFast);
        }
        link.drew = Some(now);
        self.minute(turn, by(who), Fact::Drawn { stroke });
        Ok(())
    }

    /// All lines are taken off.
    pub(crate) fn clear_drawing(
        &mut self,
        turn: &mut Turn<'_>,
        who: ParticipantId,
    ) -> Result<(), Refusal> {
        if self.durable.showing.as_ref().is_none_or(|shown| shown.strokes.is_empty()) {
            return Err(Refusal::AlreadyThere);
        }
        self.minute(turn, by(who), Fact::DrawingCleared);
        Ok(())
    }

    /// Stops showing when the sitting rests, and when who shows has no leave any more.
    pub(crate) fn settle_showing(&mut self, turn: &mut Turn<'_>) {
        let Some(shown) = &self.durable.showing else { return };
        let may = self.durable.seats.get(&shown.by).is_some_and(|seat| {
            self.durable.manages(seat)
                || (seat.place == Place::InHearing
                    && seat.screen_allowed
                    && !self.durable.waits(seat))
        });
        if !may || !self.durable.may_show() {
            self.minute(turn, Actor::Server, Fact::EvidenceHidden);
        }
    }

    /// Evidence as one person may see it: the court everything; the sides their own and what was
    /// exchanged; anybody else in the room what is shown.
    pub(crate) fn evidence_view(&self, who: ParticipantId, seat: &Seat) -> EvidenceView {
        let durable = &self.durable;
        if seat.place != Place::InHearing {
            return EvidenceView::default();
        }
        let known = |item: &&EvidenceItem| self.knows_of(seat, item);
        let items: Vec<_> = self.live.evidence.iter().filter(known).cloned().collect();
        let sees_shown = self.sees_shown(who, seat);
        let manages = durable.manages(seat);
        let shown = durable.showing.as_ref().filter(|_| sees_shown).map(|shown| ShownEvidence {
            item: shown.item.clone(),
            by: shown.by,
            page: shown.page,
            playing: shown.playing,
            strokes: shown.strokes.clone(),
            may_turn: manages || shown.by == who,
            may_draw: manages || seat.may_draw,
        });
        let speaks_of_it = seat.role.is_court() || seat.role.is_party() || seat.role.is_for_party();
        let opinions = durable
            .opinions
            .iter()
            .filter(|((item, _), _)| {
                speaks_of_it
                    && (items.iter().any(|other| other.id == *item)
                        || shown.as_ref().is_some_and(|shown| shown.item.id == *item))
            })
            .map(|((item, _), (who, opinion))| OpinionView {
                item: *item,
                who: *who,
                opinion: opinion.clone(),
            })
            .collect();
        EvidenceView { items, shown, opinions }
    }

    /// Whether a seat may know of a piece on the list.
    fn knows_of(&self, seat: &Seat, item: &EvidenceItem) -> bool {
        if seat.role.is_court() {
            return true;
        }
        let sides = seat.role.is_party() || seat.role.is_for_party();
        // Who is on no side takes part in no exchange.
        let on_a_side = sides && self.durable.side_of(seat).is_some();
        on_a_side && (self.is_own(seat, item) || item.exchanged)
    }

    /// Whether a piece is of the seat's own side.
    fn is_own(&self, seat: &Seat, item: &EvidenceItem) -> bool {
        item.side.is_some() && item.side == self.durable.side_of(seat)
    }

    /// Whether there is a piece the seat may show, leave aside.
    pub(crate) fn has_something_to_show(&self, seat: &Seat) -> bool {
        let manages = self.durable.manages(seat);
        let mut all = self.live.evidence.iter();
        all.any(|item| manages || (item.exchanged && self.is_own(seat, item)))
    }

    /// Whether somebody is in the room where evidence is shown; a helper at a station is there for
    /// the devices.
    fn sees_shown(&self, who: ParticipantId, seat: &Seat) -> bool {
        let durable = &self.durable;
        if seat.role == Role::Attendant {
            return false;
        }
        let there = durable.sitting_chamber().map_or(Hall::Court, Hall::Beside);
        let hidden = matches!(durable.stage, Stage::Recess { ground: Ground::Recess });
        !hidden && policy::hall(durable, who, seat) == Some(there)
    }
}

impl Durable {
    /// Shows, turns, hides, draws, and notes opinions.
    #[expect(clippy::wildcard_enum_match_arm, reason = "other facts are about other things")]
    pub(crate) fn apply_evidence(&mut self, minute: &Minute) {
        let Actor::Participant { id: by } = minute.by else {
            // By rule evidence is only hidden.
            self.showing = None;
            return;
        };
        match &minute.fact {
            Fact::EvidenceShown { item, page } => {
                let (item, page) = (item.clone(), *page);
                let held = Playing { running: false, at_ms: 0, since: minute.at };
                let playing = item.plays().then_some(held);
                self.showing = Some(Showing { item, by, page, playing, strokes: Vec::new() });
            }
            Fact::EvidencePlayed { running, at_ms } => {
                if let Some(shown) = &mut self.showing {
                    let (running, at_ms) = (*running, *at_ms);
                    shown.playing = Some(Playing { running, at_ms, since: minute.at });
                }
            }
            Fact::PageTurned { page } => {
                if let Some(shown) = &mut self.showing {
                    shown.page = *page;
                }
            }
            Fact::EvidenceHidden => self.showing = None,
            Fact::Drawn { stroke } => {
                if let Some(shown) = &mut self.showing {
                    shown.strokes.push(stroke.clone());
                }
            }
            Fact::DrawingCleared => {
                if let Some(shown) = &mut self.showing {
                    shown.strokes.clear();
                }
            }
            Fact::Opined { item, opinion } => {
                let party = self.seats.get(&by).and_then(|seat| seat.acts_for).unwrap_or(by);
                self.opinions.insert((item.id, party), (by, opinion.clone()));
            }
            _ => {}
        }
    }
}

/// A page's width and height, in the units of a stroke.
const STROKE_SCALE: u16 = 1_000;

fn check_page(item: &EvidenceItem, page: u16) -> Result<(), Refusal> {
    if (1..=item.pages).contains(&page) { Ok(()) } else { Err(Refusal::NoSuchPage) }
}

#[cfg(test)]
mod tests {
    use model::{Ask, EvidenceForm, EvidenceKind, Kind, Private, Side};

    use super::*;
    use crate::Event;
    use crate::scene::*;

    fn item(id: u32, side: Option<Side>, exchanged: bool) -> EvidenceItem {
        EvidenceItem {
            id: EvidenceId(id),
            side,
            by: ANNA,
            number: 1,
            name: Private::from("a contract"),
            kind: EvidenceKind::Document,
            purpose: Private::from("that it was signed"),
            form: EvidenceForm::Copy,
            media_type: "application/pdf".to_owned(),
            pages: 3,
            bytes: 1,
            sha256: "0".to_owned(),
            sm3: "0".to_owned(),
            exchanged,
        }
    }

    fn scene() -> Scene {
        let mut scene = Scene::in_session(brief(Kind::Hearing));
        scene.event(list());
        scene
    }

    fn list() -> Event {
        Event::Evidence {
            items: vec![
                item(1, Some(Side::Plaintiff), true),
                item(2, Some(Side::Plaintiff), false),
                item(3, Some(Side::Defendant), false),
                item(4, None, true),
            ],
        }
    }

    const fn show(id: u32, page: u16) -> Ask {
        Ask::ShowEvidence { item: EvidenceId(id), page }
    }

    fn opinion(authentic: bool, reason: &str) -> Opinion {
        Opinion { authentic, lawful: true, relevant: true, reason: Private::from(reason) }
    }

    fn shown_to(scene: &Scene, who: ParticipantId) -> Option<(u32, u16)> {
        scene.view(who).evidence.shown.map(|shown| (shown.item.id.0, shown.page))
    }

    #[test]
    fn a_side_knows_its_own_and_what_was_exchanged() {
        let mut scene = scene();
        let ids = |scene: &Scene, who| -> Vec<u32> {
            scene.view(who).evidence.items.iter().map(|item| item.id.0).collect()
        };
        assert_eq!(ids(&scene, JUDGE), vec![1, 2, 3, 4]);
        assert_eq!(ids(&scene, LAWYER), vec![1, 2, 4]);
        assert_eq!(ids(&scene, BO), vec![1, 3, 4]);
        scene.must(JUDGE, Ask::Admit { who: WEN });
        for other in [WEN, XU, HELPER, GALLERY] {
            assert!(ids(&scene, other).is_empty(), "{other:?}");
        }
    }

    #[test]
    fn all_see_the_same_page_and_a_crash_does_not_lose_it() {
        let mut scene = scene();
        scene.must(JUDGE, Ask::Admit { who: GALLERY });
        assert_eq!(scene.act(LAWYER, show(1, 1)), Err(Refusal::NotYourRight));
        scene.must(JUDGE, Ask::AllowScreen { who: LAWYER, allowed: true });
        assert_eq!(scene.act(LAWYER, show(2, 1)), Err(Refusal::NotExchanged));
        assert_eq!(scene.act(LAWYER, show(3, 1)), Err(Refusal::NotFound));
        assert_eq!(scene.act(LAWYER, show(4, 1)), Err(Refusal::NotYourRight));
        assert_eq!(scene.act(LAWYER, show(1, 4)), Err(Refusal::NoSuchPage));
        scene.must(LAWYER, show(1, 2));
        for who in [JUDGE, BO, GALLERY] {
            assert_eq!(shown_to(&scene, who), Some((1, 2)), "{who:?}");
        }
        assert_eq!(shown_to(&scene, HELPER), None, "helpers read nothing");
        assert_eq!(scene.act(BO, Ask::TurnPage { page: 3 }), Err(Refusal::NotYourRight));
        scene.must(LAWYER, Ask::TurnPage { page: 3 });
        scene.crash();
        assert_eq!(shown_to(&scene, BO), Some((1, 3)));
        scene.event(list());
        scene.event(Event::Joined { who: JUDGE });
        scene.recess(Ground::NonPublicEvidence);
        assert_eq!(shown_to(&scene, GALLERY), None);
        assert_eq!(shown_to(&scene, BO), Some((1, 3)));
        scene.must(JUDGE, Ask::Resume);
        // Leave taken back takes what was shown with it.
        scene.must(JUDGE, Ask::AllowScreen { who: LAWYER, allowed: false });
        assert!(scene.facts().contains(&Fact::EvidenceHidden));
        assert_eq!(scene.act(JUDGE, Ask::HideEvidence), Err(Refusal::NothingShown));
        scene.must(JUDGE, show(2, 1));
        scene.recess(Ground::Recess);
        assert!(scene.facts().contains(&Fact::EvidenceHidden));
        assert_eq!(shown_to(&scene, JUDGE), None);
    }

    #[test]
    fn sound_plays_for_all_from_the_same_place_and_a_crash_does_not_lose_it() {
        let mut scene = scene();
        let sound = EvidenceItem { media_type: "audio/mpeg".to_owned(), ..item(5, None, true) };
        let Event::Evidence { mut items } = list() else { return };
        items.push(sound);
        scene.event(Event::Evidence { items });
        let play = |running, at_ms| Ask::PlayEvidence { running, at_ms };
        assert_eq!(scene.act(JUDGE, play(true, 0)), Err(Refusal::NothingShown));
        scene.must(JUDGE, show(1, 1));
        assert_eq!(scene.act(JUDGE, play(true, 0)), Err(Refusal::NotPlausible));
        scene.must(JUDGE, show(5, 1));
        let stands = |scene: &Scene, who| {
            let shown = scene.view(who).evidence.shown.expect("shown");
            shown.playing.map(|playing| (playing.running, playing.at_ms))
        };
        assert_eq!(stands(&scene, BO), Some((false, 0)));
        assert_eq!(scene.act(JUDGE, play(false, 0)), Err(Refusal::AlreadyThere));
        assert_eq!(scene.act(BO, play(true, 0)), Err(Refusal::NotYourRight));
        let too_far = limits::EVIDENCE_PLAY_MS_MAX + 1;
        assert_eq!(scene.act(JUDGE, play(true, too_far)), Err(Refusal::NotPlausible));
        scene.must(JUDGE, play(true, 3_000));
        assert_eq!(stands(&scene, BO), Some((true, 3_000)));
        scene.crash();
        assert_eq!(stands(&scene, ANNA), Some((true, 3_000)));
        // What is held may be shown again from its beginning.
        scene.event(Event::Joined { who: JUDGE });
        scene.must(JUDGE, play(false, 4_500));
        assert_eq!(stands(&scene, BO), Some((false, 4_500)));
    }

    #[test]
    fn each_other_side_says_what_it_thinks_and_may_change_it() {
        let mut scene = scene();
        let opine = |id, opinion| Ask::Opine { item: EvidenceId(id), opinion };
        assert_eq!(scene.act(ANNA, opine(1, opinion(true, ""))), Err(Refusal::NotYourRight));
        assert_eq!(scene.act(BO, opine(2, opinion(true, ""))), Err(Refusal::NotFound));
        assert_eq!(scene.act(BO, opine(1, opinion(false, ""))), Err(Refusal::ReasonMissing));
        scene.must(BO, opine(1, opinion(true, "")));
        scene.must(AGENT, opine(1, opinion(false, "forged")));
        let seen = scene.view(ANNA).evidence.opinions;
        assert_eq!(seen.len(), 1);
        assert_eq!((seen[0].who, seen[0].opinion.authentic), (AGENT, false));
        scene.must(ANNA, opine(4, opinion(true, "")));
        assert_eq!(scene.act(JUDGE, opine(4, opinion(true, ""))), Err(Refusal::NotYourRight));
    }

    #[test]
    fn lines_are_drawn_by_leave_on_the_page_that_is_shown() {
        let mut scene = scene();
        let stroke = |page| Ask::Draw { stroke: Stroke { page, points: vec![[0, 0], [1000, 9]] } };
        assert_eq!(scene.act(JUDGE, stroke(1)), Err(Refusal::NothingShown));
        scene.must(JUDGE, show(1, 1));
        assert_eq!(scene.act(BO, stroke(1)), Err(Refusal::NotYourRight));
        scene.must(JUDGE, Ask::AllowDrawing { who: BO, allowed: true });
        scene.must(BO, stroke(1));
        assert_eq!(scene.act(BO, stroke(4)), Err(Refusal::NoSuchPage));
        let wide = Stroke { page: 1, points: vec![[1001, 0]] };
        assert_eq!(scene.act(BO, Ask::Draw { stroke: wide }), Err(Refusal::NotPlausible));
        let empty = Stroke { page: 1, points: Vec::new() };
        assert_eq!(scene.act(BO, Ask::Draw { stroke: empty }), Err(Refusal::NotPlausible));
        assert_eq!(scene.view(ANNA).evidence.shown.expect("shown").strokes.len(), 1);
        scene.must(JUDGE, Ask::ClearDrawing);
        assert!(scene.view(ANNA).evidence.shown.expect("shown").strokes.is_empty());
        for _ in 0..limits::STROKES_MAX {
            scene.must(BO, stroke(2));
        }
        assert_eq!(scene.act(BO, stroke(2)), Err(Refusal::Full));
    }
}
