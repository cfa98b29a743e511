//! Pages and media connections that come and go; the seat stays.
//! What is not here: what an absence means, which is the judge's to find.

use model::stage::LinkCause;
use model::{Actor, Attendance, Fact, Health, LineTest, ParticipantId, Place, Refusal};

use crate::Hearing;
use crate::effect::Parting;
use crate::turn::{Turn, by};

impl Hearing {
    /// A page is connected.
    pub(crate) fn joined(&mut self, turn: &mut Turn<'_>, who: ParticipantId) {
        self.parted(turn, who, LinkCause::Replaced);
        let Some(link) = self.live.links.get_mut(&who) else { return };
        link.online = true;
        link.gone_since = None;
        turn.views = true;
        self.note_link_back(turn, who);
        self.enter_call(turn, who);
        self.seat_court(turn, who);
        if self.live.parted {
            turn.part(who, Parting::Closed);
        } else if self.durable.seats.get(&who).is_some_and(|seat| seat.place == Place::Removed) {
            turn.part(who, Parting::Removed);
        }
    }

    /// A page is gone.
    pub(crate) fn parted(&mut self, turn: &mut Turn<'_>, who: ParticipantId, cause: LinkCause) {
        let Some(link) = self.live.links.get_mut(&who).filter(|link| link.online) else { return };
        link.online = false;
        link.gone_since = Some(turn.now.instant);
        turn.views = true;
        self.note_link_lost(turn, who, cause);
        if self.live.opening.is_some_and(|opening| opening.judge == who) {
            self.fail_opening(turn, Refusal::JudgeNotSeen);
        }
    }

    /// A media connection stands.
    pub(crate) fn media_up(&mut self, turn: &mut Turn<'_>, who: ParticipantId) {
        let Some(link) = self.live.links.get_mut(&who) else { return };
        turn.views |= !link.media;
        link.media = true;
        link.had_media = true;
        self.note_link_back(turn, who);
    }

    /// A media connection ended.
    pub(crate) fn media_down(&mut self, turn: &mut Turn<'_>, who: ParticipantId, cause: LinkCause) {
        let Some(link) = self.live.links.get_mut(&who).filter(|link| link.media) else { return };
        link.media = false;
        link.devices.clear();
        link.grade = None;
        link.trouble = None;
        turn.views = true;
        self.live.tracks.retain(|track| track.participant != who);
        self.note_link_lost(turn, who, cause);
    }

    /// Figures of a line.
    pub(crate) fn graded(&mut self, turn: &mut Turn<'_>, who: ParticipantId, health: Health) {
        if let Some(link) = self.live.links.get_mut(&who) {
            let (grade, trouble) = health.verdict();
            turn.views |= (link.grade, link.trouble) != (Some(grade), trouble);
            link.grade = Some(grade);
            link.trouble = trouble;
            link.packets_down = health.packets_down;
            self.count_speech(turn, who, health);
        }
    }

    /// A page tried out its line and devices; for the display only.
    pub(crate) fn line_tested(&mut self, turn: &mut Turn<'_>, who: ParticipantId, test: LineTest) {
        if let Some(link) = self.live.links.get_mut(&who) {
            turn.views |= link.line_test != Some(test);
            link.line_test = Some(test);
        }
    }

    /// What somebody's page found in its connection test, once it made one.
    pub fn line_test_of(&self, who: ParticipantId) -> Option<LineTest> {
        self.live.links.get(&who).and_then(|link| link.line_test)
    }

    /// Whether somebody's page is connected.
    pub(crate) fn is_online(&self, who: ParticipantId) -> bool {
        self.live.links.get(&who).is_some_and(|link| link.online)
    }

    fn note_link_lost(&mut self, turn: &mut Turn<'_>, who: ParticipantId, cause: LinkCause) {
        let linked = self.durable.seats.get(&who).is_some_and(|seat| {
            seat.place == Place::InHearing
                && seat.attendance == Attendance::Online
                && seat.lost_since.is_none()
        });
        if self.durable.stage.is_open() && linked {
            if let Some(link) = self.live.links.get_mut(&who) {
                link.lost_at = Some(turn.now.instant);
                link.excused = false;
            }
            self.minute(turn, Actor::Server, Fact::LinkLost { who, cause });
        }
    }

    /// The link is back when the page is, and the media too if there ever was any.
    fn note_link_back(&mut self, turn: &mut Turn<'_>, who: ParticipantId) {
        let whole = self
            .live
            .links
            .get(&who)
            .is_some_and(|link| link.online && (link.media || !link.had_media));
        let lost = self.durable.seats.get(&who).is_some_and(|seat| seat.lost_since.is_some());
        if whole && lost && self.is_minuted() {
            if let Some(link) = self.live.links.get_mut(&who) {
                link.lost_at = None;
                link.excused = false;
            }
            self.minute(turn, by(who), Fact::LinkBack { who });
        }
    }
}
