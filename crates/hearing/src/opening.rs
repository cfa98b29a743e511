//! The opening: its guards, the recorder's confirmation, and its failure.
//! What is not here: pauses and the end, which are in `recess.rs`.

use model::{Actor, Fact, ParticipantId, Refusal, Role, Stage, TrackId, TrackKind, limits};

use crate::Hearing;
use crate::apply::stands_in_the_way;
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
        let microphone = TrackId::new(judge, TrackKind::Microphone);
        let media = self.live.links.get(&judge).is_some_and(|link| link.online && link.media);
        if !media || !self.live.tracks.contains(&microphone) {
            return Err(Refusal::JudgeNotSeen);
        }
        if !self.durable.has_inside(is_party) {
            return Err(Refusal::NobodyAdmitted);
        }
        if !self.live.ledger || self.durable.fault.is_some_and(stands_in_the_way) {
            return Err(Refusal::RecordAtRisk);
        }
        self.minute(turn, by(judge), Fact::OpeningAnnounced);
        let until = turn.now.instant.plus(limits::OPENING_WAIT);
        self.live.opening = Some(Opening { judge, request, until });
        self.roll(turn, true);
        Ok(())
    }

    /// Tells the recorder to roll or to stop; what it confirmed before counts no more.
    pub(crate) fn roll(&mut self, turn: &mut Turn<'_>, rolling: bool) {
        self.live.confirmed.clear();
        turn.order(Effect::Roll { rolling });
    }

    /// The recorder has frames of a track on disk.
    pub(crate) fn first_frames(&mut self, turn: &mut Turn<'_>, track: TrackId) {
        if matches!(self.durable.stage, Stage::Opening | Stage::InSession) {
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
            turn.answer(opening.judge, opening.request, Ok(()));
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

/// Whether the role is one of the parties.
pub(crate) const fn is_party(role: Role) -> bool {
    matches!(role, Role::Plaintiff | Role::Defendant | Role::ThirdParty)
}
