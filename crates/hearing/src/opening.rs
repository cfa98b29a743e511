//! The opening: its guards, the recorder's confirmation, and its failure.
//! What is not here: pauses and the end, which are in `recess.rs`.

use model::view::Obstacle;
use model::{Actor, Fact, ParticipantId, Phase, Private, Refusal, TrackId, TrackKind, limits};

use crate::Hearing;
use crate::effect::Effect;
use crate::state::Opening;
use crate::turn::{Turn, by};

impl Hearing {
    /// The judge announces opening; the answer follows when the recorder has confirmed or not.
    pub(crate) fn announce_opening(
        &mut self,
        turn: &mut Turn<'_>,
        judge: ParticipantId,
        request: u32,
    ) -> Result<(), Refusal> {
        if let Some(obstacle) = self.obstacles_to_opening().first() {
            return Err(obstacle.why);
        }
        if !self.durable.is_recorded() {
            self.minute(turn, by(judge), Fact::Opened);
            self.begin_phases(turn);
            return Ok(());
        }
        if !self.is_judge_heard(judge) {
            return Err(Refusal::JudgeNotSeen);
        }
        self.note_clock(turn);
        self.minute(turn, by(judge), Fact::OpeningAnnounced);
        let until = turn.now.instant.plus(limits::OPENING_WAIT);
        self.live.opening = Some(Opening { judge, request, until });
        self.roll(turn, true);
        Ok(())
    }

    /// Whether the sound of who opens arrives at the server.
    fn is_judge_heard(&self, judge: ParticipantId) -> bool {
        let media = self.live.links.get(&judge).is_some_and(|link| link.online && link.media);
        media && self.live.tracks.contains(&TrackId::new(judge, TrackKind::Microphone))
    }

    /// What keeps somebody who leads from opening although nothing else does.
    pub(crate) fn judge_unheard(&self, who: ParticipantId) -> Option<Obstacle> {
        let unheard = self.durable.leads(who) && !self.is_judge_heard(who);
        unheard.then_some(Obstacle { why: Refusal::JudgeNotSeen, who: Some(who) })
    }

    /// Tells the recorder to roll or to stop; what it confirmed before counts no more.
    ///
    /// A sitting that is not recorded has nothing to tell.
    pub(crate) fn roll(&mut self, turn: &mut Turn<'_>, rolling: bool) {
        self.live.confirmed.clear();
        if self.durable.is_recorded() {
            turn.order(Effect::Roll { rolling });
        }
    }

    /// The recorder has frames of a track on disk.
    pub(crate) fn first_frames(&mut self, turn: &mut Turn<'_>, track: TrackId) {
        if self.durable.is_on_record() {
            turn.views |= self.live.confirmed.is_empty();
            self.live.confirmed.insert(track);
            self.confirm_opening(turn);
        }
    }

    /// Opens the hearing when the judge's sound, and picture if there is one, is on disk.
    pub(crate) fn confirm_opening(&mut self, turn: &mut Turn<'_>) {
        let Some(opening) = self.live.opening else { return };
        let microphone = TrackId::new(opening.judge, TrackKind::Microphone);
        let camera = TrackId::new(opening.judge, TrackKind::Camera);
        let seen = !self.live.tracks.contains(&camera) || self.live.confirmed.contains(&camera);
        if seen && self.live.confirmed.contains(&microphone) {
            self.live.opening = None;
            self.minute(turn, Actor::Server, Fact::Opened);
            self.begin_phases(turn);
            turn.answer(opening.judge, opening.request, Ok(()));
        }
    }

    /// The announcement of opening begins the first phase: 核对当事人.
    fn begin_phases(&mut self, turn: &mut Turn<'_>) {
        if self.durable.sitting.kind.has_phases() {
            let (phase, reason) = (Phase::Identity, Private::default());
            self.minute(turn, Actor::Server, Fact::PhaseEntered { phase, reason });
        }
    }

    /// The hearing is not open after all.
    pub(crate) fn fail_opening(&mut self, turn: &mut Turn<'_>, why: Refusal) {
        if let Some(opening) = self.live.opening.take() {
            self.minute(turn, Actor::Server, Fact::OpeningFailed { why });
            turn.answer(opening.judge, opening.request, Err(why));
            self.roll(turn, false);
        }
    }
}
