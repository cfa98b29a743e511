//! What a plain viewer is shown and hears: the stage.
//!
//! What is not here: people with seats; those have `router/seating.rs`.

use core::time::Duration;

use model::{Instant, LinePurpose, Now, ParticipantId, TrackId, TrackKind};

use super::Router;
use crate::leg::Leg;
use crate::outlet::Outlet;

/// Somebody has to speak first for so long before the picture goes over to them.
const DWELL: Duration = Duration::from_secs(2);

/// What is on the stage before one viewer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stage {
    /// Whose sound is heard.
    pub(crate) sound: Option<ParticipantId>,
    /// What is seen.
    pub(crate) picture: Option<TrackId>,
    /// What would be seen instead, and since when.
    next: Option<(TrackId, Instant)>,
}

impl Router {
    /// Sets every stage anew where it is due, and moves the lines if one changed.
    pub(super) fn turn_stages(&mut self, now: Now, out: &mut impl Outlet) {
        if self.set_stages(now.instant) {
            self.reconcile(now, out);
            self.ask_keyframes(now, out);
        }
    }

    /// Says whether the stage changed before anybody.
    pub(super) fn set_stages(&mut self, now: Instant) -> bool {
        let mut changed = false;
        for place in 0..self.legs.len() {
            let leg = &self.legs[place];
            let stage = if has_stage(leg) { self.stage_for(now, leg) } else { Stage::default() };
            let before = core::mem::replace(&mut self.legs[place].stage, stage);
            changed |= (before.sound, before.picture) != (stage.sound, stage.picture);
        }
        changed
    }

    fn stage_for(&self, now: Instant, leg: &Leg) -> Stage {
        let viewer = leg.participant;
        let on = |who: ParticipantId, kind: TrackKind| {
            let id = TrackId::new(who, kind);
            let track = self.place_by_track.get(&id).map(|place| &self.tracks[*place]);
            let live = track.is_some_and(|track| track.live);
            (live && self.grants.reaches(id, viewer)).then_some(id)
        };
        let granted = || self.grants.receive.get(&viewer).into_iter().flatten();
        let first = |kind: TrackKind| {
            let speaks = self.floor.first().filter(|who| on(*who, kind).is_some());
            let judge = || self.grants.bench.iter().copied().find(|who| on(*who, kind).is_some());
            let anybody = || {
                let of_kind = granted().filter(|track| track.kind == kind);
                of_kind.map(|track| track.participant).find(|who| on(*who, kind).is_some())
            };
            speaks.or_else(judge).or_else(anybody)
        };
        let before = leg.stage;
        let mut stage = Stage { sound: first(TrackKind::Microphone), picture: None, next: None };
        let shown = before.picture.filter(|track| on(track.participant, track.kind).is_some());
        let mut screens = granted().filter_map(|track| on(track.participant, TrackKind::Screen));
        let screen = shown.filter(|track| track.kind == TrackKind::Screen);
        if let Some(screen) = screen.or_else(|| screens.next()) {
            stage.picture = Some(screen);
            return stage;
        }
        let camera = first(TrackKind::Camera).map(|who| TrackId::new(who, TrackKind::Camera));
        stage.picture = match (shown, camera) {
            (Some(shown), Some(camera)) if shown != camera => {
                let since = before.next.filter(|(next, _)| *next == camera).map(|(_, at)| at);
                let since = since.unwrap_or(now);
                let due = now.since(since) >= DWELL;
                stage.next = Some((camera, since)).filter(|_| !due);
                Some(if due { camera } else { shown })
            }
            (shown, camera) => camera.or(shown),
        };
        stage
    }
}

fn has_stage(leg: &Leg) -> bool {
    let is_stage = |purpose| matches!(purpose, LinePurpose::Stage { .. });
    leg.send.iter().any(|state| state.open && is_stage(state.line.purpose))
}
