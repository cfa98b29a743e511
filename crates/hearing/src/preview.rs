//! Who leads sees and hears one person who waits, before letting them in: one way, one at a time,
//! and nobody else gets a packet of it.
//! What is not here: the table that follows, which is `policy.rs`.

use model::{Attendance, Fact, ParticipantId, Place, Refusal, Role, TrackId, TrackKind};

use crate::Hearing;
use crate::state::{Durable, Seat};
use crate::turn::{Turn, by};

/// Who waits and is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preview {
    /// Who sees and hears.
    pub by: ParticipantId,
    /// Whom.
    pub who: ParticipantId,
}

impl Hearing {
    /// Who leads looks at somebody who waits, at somebody else, or at nobody any more.
    pub(crate) fn preview(
        &mut self,
        turn: &mut Turn<'_>,
        leader: ParticipantId,
        who: Option<ParticipantId>,
    ) -> Result<(), Refusal> {
        if self.durable.preview.map(|preview| preview.who) == who {
            return Err(Refusal::AlreadyThere);
        }
        if let Some(who) = who {
            let seat = self.someone_not_of_the_court(who)?;
            match seat.place {
                Place::Waiting => {}
                Place::InHearing => return Err(Refusal::AlreadyThere),
                Place::Removed => return Err(Refusal::Removed),
                Place::Expected | Place::Left => return Err(Refusal::NotCheckedIn),
            }
            if !has_a_face(seat) {
                return Err(Refusal::NotPlausible);
            }
            if !self.is_online(who) {
                return Err(Refusal::NotConnected);
            }
        }
        self.minute(turn, by(leader), Fact::Previewed { who });
        Ok(())
    }
}

impl Durable {
    /// The tracks of who waits and is seen; a locked microphone stays locked.
    pub(crate) fn previewed_tracks(&self) -> impl Iterator<Item = (ParticipantId, TrackId)> {
        self.preview.into_iter().flat_map(|Preview { by, who }| {
            let seat = self.seats.get(&who);
            let sends = move |kind: &TrackKind| {
                seat.is_some_and(|seat| match kind {
                    TrackKind::Camera => true,
                    TrackKind::Microphone => !seat.locked,
                    TrackKind::Screen => false,
                })
            };
            TrackKind::ALL.into_iter().filter(sends).map(move |kind| (by, TrackId::new(who, kind)))
        })
    }

    /// Whether somebody waits and is seen.
    pub(crate) fn is_previewed(&self, who: ParticipantId) -> bool {
        self.preview.is_some_and(|preview| preview.who == who)
    }

    /// Somebody does not wait any more.
    pub(crate) fn preview_loses(&mut self, who: ParticipantId) {
        self.preview.take_if(|preview| preview.who == who);
    }
}

/// Whether somebody has media of their own to be looked at: not the audience, not helpers at a
/// station, not who sits in the courtroom.
const fn has_a_face(seat: &Seat) -> bool {
    let helps = matches!(seat.role, Role::Attendant);
    !seat.role.only_watches() && !helps && matches!(seat.attendance, Attendance::Online)
}

#[cfg(test)]
mod tests {
    use model::{Ask, Ground, Health, Kind, Side, Stage};

    use super::*;
    use crate::Event;
    use crate::scene::*;

    const fn look(who: ParticipantId) -> Ask {
        Ask::Preview { who: Some(who) }
    }

    #[test]
    fn who_waits_is_seen_by_who_leads_alone_and_receives_nothing() {
        let mut scene = Scene::in_session(brief(Kind::Hearing));
        assert_eq!(scene.act(CLERK, look(WEN)), Err(Refusal::NotYourRight));
        assert_eq!(scene.act(JUDGE, look(ANNA)), Err(Refusal::AlreadyThere));
        assert_eq!(scene.act(JUDGE, look(GALLERY)), Err(Refusal::NotPlausible));
        assert_eq!(scene.act(JUDGE, look(CLERK)), Err(Refusal::NotTheCourt));
        scene.must(JUDGE, look(WEN));
        assert!(scene.hears(JUDGE, WEN) && scene.view(WEN).me.previewed);
        for other in [CLERK, ANNA, BO, XU] {
            assert!(!scene.hears(other, WEN), "{other:?}");
        }
        assert_eq!(scene.received_by(WEN), 0);
        assert!(!scene.is_recorded(WEN));
        assert!(scene.view(WEN).people.is_empty());
        assert_eq!(scene.view(WEN).me.may_publish, [TrackKind::Microphone, TrackKind::Camera]);
        assert_eq!(scene.act(JUDGE, look(WEN)), Err(Refusal::AlreadyThere));
        // One at a time.
        scene.must(JUDGE, look(XU));
        assert!(!scene.hears(JUDGE, WEN) && scene.hears(JUDGE, XU));
        scene.must(JUDGE, Ask::Preview { who: None });
        assert!(!scene.hears(JUDGE, XU) && !scene.view(XU).me.previewed);
        assert_eq!(scene.act(JUDGE, Ask::Preview { who: None }), Err(Refusal::AlreadyThere));
    }

    #[test]
    fn it_ends_with_the_call_the_stage_and_a_restart() {
        let mut scene = Scene::in_session(brief(Kind::Hearing));
        scene.must(JUDGE, look(WEN));
        scene.must(JUDGE, Ask::Admit { who: WEN });
        assert_eq!(scene.hearing.durable().preview, None);
        assert!(scene.hears(ANNA, WEN));
        scene.must(JUDGE, look(XU));
        scene.recess(Ground::Recess);
        assert!(!scene.hears(JUDGE, XU));
        scene.must(JUDGE, look(XU));
        assert!(scene.hears(JUDGE, XU));
        scene.crash();
        assert!(!scene.hears(JUDGE, XU));
    }

    #[test]
    fn what_is_said_while_waiting_is_on_no_sides_account() {
        let mut scene = Scene::in_session(brief(Kind::Hearing));
        let says = |speech_ms| Health { speech_ms, ..Health::default() };
        scene.event(Event::Health { who: ANNA, health: says(3_000) });
        scene.must(JUDGE, Ask::Dismiss { who: ANNA });
        scene.must(JUDGE, look(ANNA));
        scene.event(Event::Health { who: ANNA, health: says(9_000) });
        let spoken = scene.view(JUDGE).procedure.spoken;
        let of_plaintiff = spoken.iter().find(|each| each.side == Side::Plaintiff);
        assert_eq!(of_plaintiff.map(|each| each.ms), Some(3_000));
    }

    #[test]
    fn nobody_is_looked_at_from_a_room_beside_the_hearing() {
        let mut scene = Scene::in_session(brief(Kind::Mediation));
        scene.must(JUDGE, Ask::Dismiss { who: BO });
        scene.must(JUDGE, look(BO));
        assert!(scene.hears(JUDGE, BO) && !scene.hears(BO, JUDGE));
        scene.must(JUDGE, Ask::Caucus { side: Some(Side::Plaintiff) });
        assert!(!scene.hears(JUDGE, BO));
        assert_eq!(scene.act(JUDGE, look(BO)), Err(Refusal::WrongStage));
        assert_eq!(scene.hearing.stage(), Stage::InSession);
    }
}
