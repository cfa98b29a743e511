//! The one place that decides who sees which person, and what of them.
//! What is not here: sending it.

use model::view::{Me, Person};
use model::{
    Now, ParticipantId, Place, Private, RecordState, Role, SlotCount, Stage, TrackKind, View,
    limits,
};

use crate::Hearing;
use crate::rights::{self, Errand};
use crate::state::Seat;

impl Hearing {
    /// The hearing as one person may see it; none for somebody who is not on the docket.
    pub fn view(&self, who: ParticipantId, now: Now, version: u64) -> Option<View> {
        let seat = self.durable.seats.get(&who)?;
        let people = self
            .in_seating_order()
            .filter(|(id, other)| *id != who && sees(seat, other))
            .map(|(id, other)| self.person(id, other, seat.role))
            .collect();
        Some(View {
            hearing: self.docket.hearing,
            version,
            server_time: now.utc,
            heading: self.docket.heading.clone(),
            stage: self.durable.stage,
            stage_since: self.durable.stage_since.unwrap_or(self.made_at),
            opened_at: self.durable.opened_at,
            record: self.record_state(seat.role),
            me: self.me(who, seat),
            people,
        })
    }

    /// How many slots the page of `who` should offer: enough for everybody who may ever publish
    /// to them, so that nobody's arrival needs a new offer. None before being in the hearing.
    pub fn slots_for(&self, who: ParticipantId) -> SlotCount {
        if !self.durable.is_inside(who) {
            return SlotCount::default();
        }
        let others = || self.durable.seats.iter().filter(|(id, _)| **id != who);
        let standing = others()
            .filter(|(_, seat)| !matches!(seat.role, Role::Witness | Role::Gallery))
            .count();
        let witness = usize::from(others().any(|(_, seat)| seat.role == Role::Witness));
        let seats = u8::try_from(standing + witness)
            .map_or(limits::SEAT_SLOTS_MAX, |seats| seats.min(limits::SEAT_SLOTS_MAX));
        SlotCount { seats, screens: limits::SCREEN_SLOTS_MAX.min(seats) }
    }

    fn me(&self, who: ParticipantId, seat: &Seat) -> Me {
        Me {
            id: who,
            role: seat.role,
            name: self.name_of(who),
            place: seat.place,
            checked_in: seat.checked_in,
            locked: seat.locked,
            hand: self.durable.hands.contains(&who),
            warnings: seat.warnings,
            unheard: self.unheard_of(who),
            may_publish: TrackKind::ALL
                .into_iter()
                .filter(|kind| self.grants.publish.contains(&model::TrackId::new(who, *kind)))
                .collect(),
            may_ask: Errand::ALL
                .iter()
                .filter(|errand| rights::may(&self.durable, who, **errand).is_ok())
                .map(|errand| errand.name().to_owned())
                .collect(),
        }
    }

    fn person(&self, id: ParticipantId, seat: &Seat, seen_by: Role) -> Person {
        let court = seen_by.is_court();
        let link = self.live.links.get(&id).cloned().unwrap_or_default();
        let hand = self.durable.hands.iter().position(|hand| *hand == id);
        Person {
            id,
            role: seat.role,
            name: self.name_of(id),
            place: seat.place,
            checked_in: seat.checked_in,
            online: link.online,
            media: link.media,
            locked: seat.locked,
            screen_allowed: seat.screen_allowed,
            hand: hand.map_or(0, |place| u16::try_from(place + 1).unwrap_or(u16::MAX)),
            warnings: seat.warnings,
            devices: link.devices.iter().copied().collect(),
            others_present: if court { seat.others_present.clone() } else { Private::default() },
            tested: court && seat.tested,
            line_test: if court { link.line_test } else { None },
            grade: if court { link.grade } else { None },
            trouble: if court { link.trouble } else { None },
            unheard: if court { self.unheard_of(id) } else { Vec::new() },
        }
    }

    /// The record as a role may see it: what is wrong with it is for the court alone.
    fn record_state(&self, role: Role) -> RecordState {
        if self.live.sealed {
            return RecordState::Sealed;
        }
        let fault = self.durable.fault.or(self.live.late_fault);
        match (fault, self.durable.stage) {
            (Some(fault), _) if role.is_court() => RecordState::Faulty { fault },
            (_, Stage::Scheduled | Stage::CheckIn | Stage::Closed) => RecordState::Off,
            (_, Stage::Recess { ground }) => RecordState::Paused { ground },
            (None, Stage::InSession) if !self.live.confirmed.is_empty() => RecordState::Rolling,
            (_, Stage::Opening | Stage::InSession) => RecordState::Starting,
        }
    }

    fn in_seating_order(&self) -> impl Iterator<Item = (ParticipantId, &Seat)> {
        Role::ALL.into_iter().flat_map(|role| {
            self.durable
                .seats
                .iter()
                .filter(move |(_, seat)| seat.role == role)
                .map(|(id, seat)| (*id, seat))
        })
    }

    fn name_of(&self, who: ParticipantId) -> Private<String> {
        self.docket
            .attendees
            .iter()
            .find(|attendee| attendee.id == who)
            .map(|attendee| attendee.name.clone())
            .unwrap_or_default()
    }
}

/// Whether somebody may know of somebody else.
///
/// The court knows everybody. Who is in the hearing knows the court and the parties, and a
/// witness once called; nobody but the court knows of the gallery. Who is not in it knows nobody.
const fn sees(me: &Seat, other: &Seat) -> bool {
    if me.role.is_court() {
        return true;
    }
    if !matches!(me.place, Place::InHearing) {
        return false;
    }
    match other.role {
        Role::Gallery => false,
        Role::Witness => matches!(other.place, Place::InHearing),
        Role::PresidingJudge
        | Role::Clerk
        | Role::Plaintiff
        | Role::Defendant
        | Role::ThirdParty => true,
    }
}
