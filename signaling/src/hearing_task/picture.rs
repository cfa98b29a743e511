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
        let person = |id: ParticipantId, role, place, grade| OpsPerson {
            id,
            role,
            place,
            online: self.pages.contains_key(&id),
            media: self.media.connected().contains(&id),
            join_ms: self.media.join_ms.get(&id).copied(),
            health: self.media.health.get(&id).copied(),
            grade,
        };
        let own = self.media.health.get(&view.me.id).map(model::Health::grade);
        let mut people = vec![person(view.me.id, view.me.role, view.me.place, own)];
        people.extend(
            view.people.iter().map(|other| person(other.id, other.role, other.place, other.grade)),
        );
        people
    }
}
