//! What ops see of a hearing: seats, never names.
//!
//! What is not here: the ops page's other figures (`http`).

use model::{HearingId, ParticipantId, RecordState, Role, Stage, View};
use protocol::{OpsHearing, OpsPerson};

use super::HearingTask;

/// A hearing of which nothing is known yet.
pub(crate) fn empty(hearing: HearingId) -> OpsHearing {
    OpsHearing { hearing, stage: Stage::Scheduled, record: RecordState::Off, people: Vec::new() }
}

impl HearingTask {
    /// Shows the hearing as it stands to ops.
    pub(super) fn show(&self) {
        let seat = self
            .docket
            .attendees
            .iter()
            .find(|attendee| attendee.role == Role::PresidingJudge)
            .or_else(|| self.docket.attendees.first());
        let now = self.rooms.clock.now();
        let Some(view) = seat.and_then(|seat| self.hearing.view(seat.id, now, 0)) else { return };
        let picture = OpsHearing {
            hearing: self.docket.hearing,
            stage: view.stage,
            people: self.people(&view),
            record: view.record,
        };
        self.picture.send_if_modified(|shown| {
            let changed = *shown != picture;
            *shown = picture;
            changed
        });
    }

    fn people(&self, view: &View) -> Vec<OpsPerson> {
        let now = self.rooms.clock.now().instant;
        let person = |id: ParticipantId, role, place| {
            let measured = self.media.measured.get(&id);
            let health = self.media.health.get(&id).copied();
            let verdict = health.map(|health| health.verdict());
            OpsPerson {
                id,
                role,
                place,
                online: self.pages.contains_key(&id),
                media: self.media.connected().contains(&id),
                join_ms: self.media.join_ms.get(&id).copied(),
                health,
                grade: verdict.map(|(grade, _)| grade),
                trouble: verdict.and_then(|(_, trouble)| trouble),
                unheard: self.hearing.unheard_of(id),
                path: measured.and_then(|measured| measured.path(now)),
                buffer_ms: measured.and_then(|measured| measured.buffer_ms(now)),
                line_test: self.hearing.line_test_of(id),
            }
        };
        let mut people = vec![person(view.me.id, view.me.role, view.me.place)];
        people.extend(view.people.iter().map(|other| person(other.id, other.role, other.place)));
        people
    }
}
