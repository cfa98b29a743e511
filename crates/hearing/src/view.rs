//! The one place that decides who sees which person, and what of them.
//! What is not here: sending it.

use model::archive::Attendee;
use model::view::{FloorView, Me, Person, ProcedureView};
use model::{
    Chamber, Ground, Now, ParticipantId, Place, Private, RecordState, Role, SlotCount, Stage,
    TrackKind, View, limits,
};

use crate::Hearing;
use crate::policy::{self, Hall};
use crate::rights::{self, Errand};
use crate::state::Seat;

impl Hearing {
    /// The hearing as one person may see it; none for somebody who is not on the docket.
    pub fn view(&self, who: ParticipantId, now: Now, version: u64) -> Option<View> {
        let seat = self.durable.seats.get(&who)?;
        let people = self
            .in_seating_order()
            .filter(|(id, other)| *id != who && self.sees((who, seat), (*id, other)))
            .map(|(id, other)| self.person(id, other, (who, seat)))
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
            brief: self.brief_for(seat),
            procedure: self.procedure_for(who, seat, now),
            chambers: self.chamber_views(who, seat),
            evidence: self.evidence_view(who, seat),
            mediation: self.mediation_view(seat),
            presence: self.presence_view(who),
            discipline: self.discipline_for(seat),
            deliberation: self.deliberation_view(seat),
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
            .filter(|(_, seat)| seat.role != Role::Witness && !seat.role.only_watches())
            .count();
        // Witnesses come one by one, unless they are heard together; who leads may look at the next
        // one meanwhile. Sites of a lecture speak one by one.
        let witnesses = others().filter(|(_, seat)| seat.role == Role::Witness).count();
        let at_once = if self.durable.leads(who) { 2 } else { 1 };
        let witness = if self.durable.confrontation { witnesses } else { witnesses.min(at_once) };
        let site = usize::from(others().any(|(_, seat)| seat.role == Role::Learner));
        let seats = u8::try_from(standing + witness + site)
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
            side: self.durable.side_of(seat),
            acts_for: seat.acts_for,
            power: seat.power,
            consents: seat.consents.iter().copied().collect(),
            declined: seat.declined.iter().copied().collect(),
            previewed: self.durable.is_previewed(who),
            guarantee: guarantee_of(seat),
            listens_to: seat.listens_to,
            unheard: self.unheard_of(who),
            may_publish: TrackKind::ALL
                .into_iter()
                .filter(|kind| self.grants.publish.contains(&model::TrackId::new(who, *kind)))
                .collect(),
            may_ask: Errand::ALL
                .iter()
                .filter(|errand| rights::may(&self.durable, who, **errand).is_ok())
                .filter(|errand| {
                    **errand != Errand::ShowEvidence || self.has_something_to_show(seat)
                })
                .map(|errand| errand.name().to_owned())
                .collect(),
        }
    }

    fn person(&self, id: ParticipantId, seat: &Seat, (me, mine): (ParticipantId, &Seat)) -> Person {
        let court = mine.role.is_court();
        // Who helps somebody with their devices knows how those do.
        let helps = mine.role == Role::Attendant && mine.acts_for == Some(id);
        let tells = court || helps;
        let shield = self.durable.shield_between(id, me);
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
            prompts: if court { seat.prompts } else { 0 },
            reprimands: seat.reprimands,
            side: self.durable.side_of(seat),
            acts_for: seat.acts_for,
            power: seat.power,
            power_checked: court && seat.power_checked,
            attendance: seat.attendance,
            site_name: if court { self.site_name_of(id) } else { String::new() },
            identity: seat.identity.filter(|_| court),
            compared: if court { seat.compared.clone() } else { None },
            identity_waived: court && seat.identity_waived,
            absent: seat.absent,
            consents: if court { seat.consents.iter().copied().collect() } else { Vec::new() },
            declined: if court { seat.declined.iter().copied().collect() } else { Vec::new() },
            previewed: court && self.durable.is_previewed(id),
            beside: if court { self.beside(id) } else { Vec::new() },
            lost_since: seat.lost_since,
            chamber: self.chamber_shown((id, seat), (me, mine)),
            guarantee: guarantee_of(seat),
            testifies: seat.testifies,
            simultaneous: seat.simultaneous,
            unseen: shield.is_some_and(|shield| shield.picture),
            unheard_of: shield.is_some_and(|shield| shield.sound),
            device_faults: if tells { seat.device_faults.clone() } else { Vec::new() },
            devices: link.devices.iter().copied().collect(),
            others_present: if tells { seat.others_present.clone() } else { Private::default() },
            tested: tells && seat.tested,
            line_test: if tells { link.line_test } else { None },
            grade: if tells { link.grade } else { None },
            trouble: if tells { link.trouble } else { None },
            unheard: if tells { self.unheard_of(id) } else { Vec::new() },
        }
    }

    /// The record as a role may see it: what is wrong with it is for the court alone.
    fn record_state(&self, role: Role) -> RecordState {
        if self.live.sealed {
            return RecordState::Sealed;
        }
        let fault = self.durable.fault.or(self.live.late_fault);
        if !self.durable.is_recorded() && fault.is_none() {
            return RecordState::Off;
        }
        match (fault, self.durable.stage) {
            (Some(fault), _) if role.is_court() => RecordState::Faulty { fault },
            (_, Stage::Scheduled | Stage::CheckIn | Stage::PreTrial | Stage::Closed) => {
                RecordState::Off
            }
            (_, Stage::Deliberation) => RecordState::Paused { ground: Ground::Recess },
            (_, Stage::Recess { ground }) => RecordState::Paused { ground },
            (_, Stage::InSession | Stage::TechInterrupted) if self.durable.caucus.is_some() => {
                RecordState::Paused { ground: Ground::UnrecordedMediation }
            }
            (None, Stage::InSession | Stage::TechInterrupted)
                if !self.live.confirmed.is_empty() =>
            {
                RecordState::Rolling
            }
            (_, Stage::Opening | Stage::InSession | Stage::TechInterrupted) => {
                RecordState::Starting
            }
        }
    }

    /// Whether somebody may know of somebody else.
    ///
    /// The court knows everybody. Who is in the hearing knows the court and the parties, called
    /// people once they are called, and a site of a lecture that has the floor; nobody but the
    /// court knows of the gallery. Who is not in it knows nobody; who waits while the other side
    /// talks with the mediators knows those who wait with them on their own side. A helper at a
    /// station knows the court and their own people.
    fn sees(
        &self,
        (me, mine): (ParticipantId, &Seat),
        (id, other): (ParticipantId, &Seat),
    ) -> bool {
        let durable = &self.durable;
        if durable.waits(mine) {
            let side = durable.side_of(mine);
            return side.is_some() && durable.side_of(other) == side && durable.waits(other);
        }
        if mine.role.is_court() {
            return true;
        }
        if mine.place != Place::InHearing {
            return false;
        }
        // A helper at a station knows the court and their own people, until asked to speak.
        if mine.role == Role::Attendant && !policy::has_voice(durable, me, mine) {
            let own = mine.acts_for.is_some()
                && (mine.acts_for == Some(id) || other.acts_for == mine.acts_for);
            return other.role.is_court() || own;
        }
        if other.role.is_called() {
            other.place == Place::InHearing
        } else if other.role.only_watches() {
            let holds = durable.sitting.floor.as_ref().is_some_and(|floor| floor.who == id);
            holds && id != me
        } else {
            true
        }
    }

    /// Which room beside the hearing somebody is in, for who may know: the court, and who is in it
    /// too.
    fn chamber_shown(
        &self,
        (id, seat): (ParticipantId, &Seat),
        (me, mine): (ParticipantId, &Seat),
    ) -> Option<Chamber> {
        let hall = policy::hall(&self.durable, id, seat)?;
        let Hall::Beside(chamber) = hall else { return None };
        let together = policy::hall(&self.durable, me, mine) == Some(hall);
        (together || mine.role.is_court()).then_some(chamber)
    }

    /// The procedure for one person: nothing for a witness before the call; nobody's name for who
    /// is not in the hearing, and for who waits while the other side talks with the mediators.
    fn procedure_for(&self, who: ParticipantId, seat: &Seat, now: Now) -> ProcedureView {
        let outside = !matches!(seat.place, Place::InHearing | Place::Left);
        if outside && seat.role.is_called() {
            return ProcedureView::default();
        }
        let mut procedure = self.procedure(who, seat, now);
        if (outside && !seat.role.is_court()) || self.durable.waits(seat) {
            procedure.floor = FloorView::default();
            procedure.spoken.clear();
            procedure.spotlight = None;
            procedure.challenge = None;
            procedure.interruption = None;
            procedure.confrontation = false;
        }
        if seat.role == Role::Attendant {
            procedure.challenge = None;
        }
        procedure
    }

    fn in_seating_order(&self) -> impl Iterator<Item = (ParticipantId, &Seat)> {
        Role::ALL.iter().copied().flat_map(|role| {
            self.durable
                .seats
                .iter()
                .filter(move |(_, seat)| seat.role == role)
                .map(|(id, seat)| (*id, seat))
        })
    }

    fn site_name_of(&self, who: ParticipantId) -> String {
        let of = |attendee: &&Attendee| attendee.id == who;
        let found = self.docket.attendees.iter().find(of);
        found.map(|attendee| attendee.site_name.clone()).unwrap_or_default()
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

/// Whether the guarantee was signed; none where it need not be.
fn guarantee_of(seat: &Seat) -> Option<bool> {
    seat.guarantee.or((seat.role == Role::Witness).then_some(false))
}
