//! The one place that decides who may publish, who receives whom and what is on the record.
//!
//! Read it as three tables: [`hall`] says in which room a person is, by stage, role and what was
//! arranged beside the hearing; [`may_publish`] what a person may bring into it; [`reaches`] what
//! of that reaches somebody else. Two people never meet but in the same room; who waits and is
//! looked at by who leads (`preview.rs`) meets nobody.
//!
//! What is not here: how the router keeps to it.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Attendance, Chamber, Grants, Ground, Kind, ParticipantId, Place, Role, Stage, TrackId,
    TrackKind,
};

use crate::chamber::joins_caucus;
use crate::deliberation::keeps_deliberation;
use crate::state::{Durable, Seat};

/// Where people hear each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Hall {
    /// The courtroom: what the sitting itself is.
    Court,
    /// A room beside it. Nothing of it is recorded.
    Beside(Chamber),
}

/// Computes the whole table from the durable state.
///
/// It depends on nothing else: somebody whose page is gone keeps being heard while media flows.
/// Who sits in the courtroom has no media of their own.
pub(crate) fn grants(durable: &Durable, epoch: u64) -> Grants {
    let mut halls: BTreeMap<Hall, Vec<(ParticipantId, &Seat)>> = BTreeMap::new();
    for (who, seat) in &durable.seats {
        if let Some(hall) = hall(durable, *who, seat)
            && seat.attendance == Attendance::Online
        {
            halls.entry(hall).or_default().push((*who, seat));
        }
    }
    let mut table = Grants { epoch, ..Grants::default() };
    for (hall, people) in &halls {
        let tracks: Vec<_> = people
            .iter()
            .flat_map(|(who, seat)| TRACKS.map(|kind| (*who, *seat, kind)))
            .filter(|(who, seat, kind)| may_publish(durable, *hall, *who, seat, *kind))
            .map(|(who, _, kind)| TrackId::new(who, kind))
            .collect();
        for (who, seat) in people {
            // A helper at a station hears and sees with the floor alone: they sit beside whom they
            // help.
            let listens = seat.role != Role::Attendant || has_voice(durable, *who, seat);
            let heard: BTreeSet<_> = tracks
                .iter()
                .copied()
                .filter(|track| listens && reaches(durable, *hall, *track, *who, seat))
                .collect();
            if !heard.is_empty() {
                table.receive.insert(*who, heard);
            }
            if seat.role.is_bench() || durable.is_leader(seat) || seat.role == Role::SignInterpreter
            {
                table.bench.insert(*who);
            }
        }
        if *hall == Hall::Court && durable.is_on_record() {
            table.record.extend(&tracks);
        }
        table.publish.extend(tracks);
    }
    for (by, track) in durable.previewed_tracks() {
        table.publish.insert(track);
        table.receive.entry(by).or_default().insert(track);
    }
    table
}

const TRACKS: [TrackKind; 3] = TrackKind::ALL;

/// In which room a person is; none for who waits, who is not in the hearing, and everybody before
/// and after it.
pub(crate) fn hall(durable: &Durable, who: ParticipantId, seat: &Seat) -> Option<Hall> {
    if seat.place != Place::InHearing || matches!(durable.stage, Stage::Scheduled | Stage::Closed) {
        return None;
    }
    if let Some(by) = durable.consultation_of(who) {
        return Some(Hall::Beside(Chamber::Consultation { by }));
    }
    if let Some(side) = durable.caucus {
        let joins = joins_caucus(durable, seat, side);
        return joins.then_some(Hall::Beside(Chamber::Caucus { side }));
    }
    if durable.stage == Stage::Deliberation {
        return keeps_deliberation(seat.role).then_some(Hall::Beside(Chamber::Deliberation {}));
    }
    sits(seat.role, durable.stage, durable.sitting.kind).then_some(Hall::Court)
}

/// Whether people of a role, once in the hearing, are in the courtroom at a stage.
const fn sits(role: Role, stage: Stage, kind: Kind) -> bool {
    match stage {
        Stage::Scheduled | Stage::Closed | Stage::Deliberation => false,
        Stage::Recess { ground: Ground::Recess } => role.is_court(),
        Stage::Recess { ground: Ground::UnrecordedMediation } => {
            !role.only_watches() && !role.is_called()
        }
        Stage::Recess { ground: Ground::NonPublicEvidence } => {
            !role.only_watches() && !is_guest(role, kind)
        }
        Stage::CheckIn
        | Stage::PreTrial
        | Stage::Opening
        | Stage::InSession
        | Stage::TechInterrupted => !is_guest(role, kind),
    }
}

/// A judge who guides mediations takes no part in what is recorded by law, and so comes onto no
/// record but that of a mediation the parties agreed to record.
const fn is_guest(role: Role, kind: Kind) -> bool {
    matches!(role, Role::Adviser) && kind.is_recorded()
}

/// Whether a person in a room may bring a track of this kind into it.
fn may_publish(
    durable: &Durable,
    hall: Hall,
    who: ParticipantId,
    seat: &Seat,
    kind: TrackKind,
) -> bool {
    if !seat.role.may_publish(kind) || !has_voice(durable, who, seat) {
        return false;
    }
    let among_themselves = matches!(hall, Hall::Beside(Chamber::Consultation { .. }));
    match kind {
        // A lock and the floor are about the hearing; people talk with their own lawyer as they
        // like.
        TrackKind::Microphone if among_themselves => true,
        TrackKind::Microphone => {
            let hushed = hall == Hall::Court && durable.is_hushed(who);
            !seat.locked && !hushed
        }
        TrackKind::Camera => true,
        TrackKind::Screen => seat.role.is_court() || seat.screen_allowed,
    }
}

/// Whether a person has a voice and a face here at all: sites of a lecture and helpers at a station
/// while they have the floor, helpers never during a testimony.
#[expect(clippy::wildcard_enum_match_arm, reason = "everybody else has one")]
pub(crate) fn has_voice(durable: &Durable, who: ParticipantId, seat: &Seat) -> bool {
    let holds = || durable.sitting.floor.as_ref().is_some_and(|floor| floor.who == who);
    match seat.role {
        Role::Learner => holds(),
        Role::Attendant => holds() && !durable.is_testified(),
        _ => true,
    }
}

/// Whether a track published in a room reaches a person in it.
fn reaches(durable: &Durable, hall: Hall, track: TrackId, to: ParticipantId, seat: &Seat) -> bool {
    let from = track.participant;
    if from == to {
        return false;
    }
    let shield = durable.shield_between(from, to);
    match track.kind {
        TrackKind::Screen => true,
        TrackKind::Camera => !shield.is_some_and(|shield| shield.picture),
        TrackKind::Microphone => {
            !shield.is_some_and(|shield| shield.sound) && is_in_mix(durable, hall, from, to, seat)
        }
    }
}

/// Whether a voice is in the sound a person chose: the court without those who interpret beside
/// it, or one interpreter instead of the court. Who falls silent or leaves gives the court back.
fn is_in_mix(
    durable: &Durable,
    hall: Hall,
    from: ParticipantId,
    to: ParticipantId,
    seat: &Seat,
) -> bool {
    if matches!(hall, Hall::Beside(Chamber::Consultation { .. })) {
        return true;
    }
    let interprets =
        |who: ParticipantId| durable.seats.get(&who).is_some_and(|seat| seat.simultaneous);
    let speaks = |who: ParticipantId| {
        durable.seats.get(&who).is_some_and(|seat| {
            let there = crate::policy::hall(durable, who, seat) == Some(hall);
            there
                && seat.simultaneous
                && seat.attendance == Attendance::Online
                && may_publish(durable, hall, who, seat, TrackKind::Microphone)
                && !durable.shield_between(who, to).is_some_and(|shield| shield.sound)
        })
    };
    match seat.listens_to.filter(|interpreter| speaks(*interpreter)) {
        Some(interpreter) => from == interpreter,
        None => !interprets(from),
    }
}
