//! Who hears and sees whom, and what is on the record.
//! What is not here: how packets are kept to it.

use model::{Ground, ParticipantId, Role, Shield, Stage, TrackId, TrackKind};

use super::{At, Figure, Law};

/// Where people hear each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hall {
    Court,
    Apart,
    Own(ParticipantId),
}

impl Law {
    fn hall(&self, who: ParticipantId) -> Option<Hall> {
        let figure = self.people.get(&who).filter(|figure| figure.at == At::Inside)?;
        let role = figure.role;
        if matches!(self.stage, Stage::Scheduled | Stage::Closed) {
            return None;
        }
        let own = self.rooms.iter().find(|(_, room)| room.inside.contains(&who));
        if let Some((opener, _)) = own {
            return Some(Hall::Own(*opener));
        }
        if let Some(side) = self.caucus {
            return self.joins(who, side).then_some(Hall::Apart);
        }
        let guest = role == Role::Adviser && self.brief.kind.is_recorded();
        let there = match self.stage {
            Stage::Scheduled | Stage::Closed => false,
            Stage::Deliberation => {
                let panel = role.is_bench() || role == Role::Clerk;
                return panel.then_some(Hall::Apart);
            }
            Stage::Recess { ground: Ground::Recess } => role.is_court(),
            Stage::Recess { ground: Ground::NonPublicEvidence } => !role.only_watches() && !guest,
            Stage::Recess { ground: Ground::UnrecordedMediation } => {
                !role.only_watches() && !role.is_called()
            }
            Stage::CheckIn
            | Stage::PreTrial
            | Stage::Opening
            | Stage::InSession
            | Stage::TechInterrupted => !guest,
        };
        there.then_some(Hall::Court)
    }

    /// Whether a track may be sent at all.
    pub(crate) fn sends(&self, track: TrackId) -> bool {
        let who = track.participant;
        if self.looks.is_some_and(|(_, whom)| whom == who) {
            return self.people.get(&who).is_some_and(|figure| match track.kind {
                TrackKind::Camera => true,
                TrackKind::Microphone => !figure.locked,
                TrackKind::Screen => false,
            });
        }
        let (Some(hall), Some(figure)) = (self.hall(who), self.people.get(&who)) else {
            return false;
        };
        if figure.in_court || !self.has_voice(who, figure) {
            return false;
        }
        match track.kind {
            TrackKind::Camera => figure.role.may_publish(TrackKind::Camera),
            TrackKind::Screen => {
                figure.role.may_publish(TrackKind::Screen)
                    && (figure.role.is_court() || figure.leave)
            }
            TrackKind::Microphone => match hall {
                Hall::Own(_) => true,
                Hall::Apart => !figure.locked,
                Hall::Court => !figure.locked && !self.is_hushed(who, figure),
            },
        }
    }

    /// The audience has no voice; sites of a lecture and helpers have one with the floor alone,
    /// helpers never during a testimony.
    pub(crate) fn has_voice(&self, who: ParticipantId, figure: &Figure) -> bool {
        let testimony = self.people.values().any(|f| f.testifies && f.at == At::Inside);
        let floor = self.floor == Some(who);
        let helper = figure.role == Role::Attendant;
        let by_floor = helper || figure.role == Role::Learner;
        let silent = matches!(figure.role, Role::Gallery | Role::Media);
        !silent && (!by_floor || (floor && !(helper && testimony)))
    }

    /// Under a strict floor: everybody but who has it, the bench, who leads, and who interprets for
    /// who has it, for the court, or beside it.
    fn is_hushed(&self, who: ParticipantId, figure: &Figure) -> bool {
        let interprets = matches!(figure.role, Role::Interpreter | Role::SignInterpreter)
            && (figure.beside || figure.acts_for.is_none() || figure.acts_for == self.floor);
        let free = figure.role.is_bench() || self.leads(figure.role) || interprets;
        self.strict && self.is_talk() && !free && self.floor != Some(who)
    }

    pub(crate) fn shield(&self, who: ParticipantId, from: ParticipantId) -> Option<Shield> {
        self.shields.iter().find(|s| s.who == who && s.from == from).copied()
    }

    /// Whether a track reaches somebody.
    pub(crate) fn reaches(&self, track: TrackId, to: ParticipantId) -> bool {
        let from = track.participant;
        let (hall, listener) = (self.hall(to), self.people.get(&to));
        let Some(listener) = listener.filter(|figure| !figure.in_court) else { return false };
        if let Some((leader, whom)) = self.looks
            && whom == from
        {
            return to == leader && self.sends(track);
        }
        // A helper sits beside whom they help: they hear by the floor, as they speak.
        if listener.role == Role::Attendant && !self.has_voice(to, listener) {
            return false;
        }
        if from == to || hall.is_none() || self.hall(from) != hall || !self.sends(track) {
            return false;
        }
        let kept = self.shield(from, to);
        match track.kind {
            TrackKind::Screen => true,
            TrackKind::Camera => !kept.is_some_and(|shield| shield.picture),
            TrackKind::Microphone if kept.is_some_and(|shield| shield.sound) => false,
            TrackKind::Microphone if matches!(hall, Some(Hall::Own(_))) => true,
            TrackKind::Microphone => {
                let voice = |who| TrackId::new(who, TrackKind::Microphone);
                let chosen = listener.listens.filter(|who| {
                    let beside = self.people.get(who).is_some_and(|figure| figure.beside);
                    let kept = self.shield(*who, to).is_some_and(|shield| shield.sound);
                    beside && self.hall(*who) == hall && self.sends(voice(*who)) && !kept
                });
                let beside = self.people.get(&from).is_some_and(|figure| figure.beside);
                chosen.map_or(!beside, |chosen| chosen == from)
            }
        }
    }

    /// Whether a track is on the record.
    pub(crate) fn records(&self, track: TrackId) -> bool {
        self.rolls() && self.hall(track.participant) == Some(Hall::Court) && self.sends(track)
    }

    /// Whether somebody is where evidence is shown, and may see it: a helper at a station may not.
    pub(crate) fn is_where_it_is_shown(&self, who: ParticipantId) -> bool {
        if self.people.get(&who).is_some_and(|figure| figure.role == Role::Attendant) {
            return false;
        }
        let apart = self.caucus.is_some() || self.stage == Stage::Deliberation;
        let there = if apart { Hall::Apart } else { Hall::Court };
        self.hall(who) == Some(there)
    }
}
