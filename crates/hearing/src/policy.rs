//! The one place that decides who may publish, who receives whom and what is on the record.
//! What is not here: how the router keeps to it.

use std::collections::{BTreeMap, BTreeSet};

use model::{Attendance, Grants, Ground, ParticipantId, Place, Role, Stage, TrackId, TrackKind};

use crate::state::{Durable, Seat};

/// Computes the whole table from the durable state.
///
/// It depends on nothing else: somebody whose page is gone keeps being heard while media flows.
pub(crate) fn grants(durable: &Durable, epoch: u64) -> Grants {
    let publish: BTreeSet<TrackId> = present(durable)
        .flat_map(|(who, seat)| {
            TrackKind::ALL
                .into_iter()
                .filter(|kind| may_publish(seat, *kind))
                .filter(move |kind| *kind != TrackKind::Microphone || !durable.is_hushed(who))
                .map(move |kind| TrackId::new(who, kind))
        })
        .collect();
    let receive: BTreeMap<_, _> = present(durable)
        .map(|(who, _)| {
            let tracks: BTreeSet<_> =
                publish.iter().copied().filter(|track| track.participant != who).collect();
            (who, tracks)
        })
        .filter(|(_, tracks)| !tracks.is_empty())
        .collect();
    let on_record = durable.is_on_record();
    let record = if on_record { publish.clone() } else { BTreeSet::new() };
    let bench = present(durable)
        .filter(|(_, seat)| seat.role.leads(durable.sitting.kind))
        .map(|(who, _)| who)
        .collect();
    Grants { epoch, publish, receive, record, bench }
}

/// The people of the hearing whom this stage lets take part.
fn present(durable: &Durable) -> impl Iterator<Item = (ParticipantId, &Seat)> {
    durable
        .seats
        .iter()
        .filter(|(_, seat)| seat.attendance == Attendance::Online)
        .filter(|(_, seat)| seat.place == Place::InHearing && takes_part(seat.role, durable.stage))
        .map(|(who, seat)| (*who, seat))
}

/// Whether people of this role, once in the hearing, see and hear at this stage.
const fn takes_part(role: Role, stage: Stage) -> bool {
    match stage {
        Stage::Scheduled | Stage::Closed => false,
        Stage::CheckIn
        | Stage::PreTrial
        | Stage::Opening
        | Stage::InSession
        | Stage::TechInterrupted => true,
        Stage::Deliberation => role.is_bench() || matches!(role, Role::Clerk),
        Stage::Recess { ground: Ground::Recess } => role.is_court(),
        Stage::Recess { ground: Ground::NonPublicEvidence } => !matches!(role, Role::Gallery),
        Stage::Recess { ground: Ground::UnrecordedMediation } => {
            !matches!(role, Role::Gallery | Role::Witness)
        }
    }
}

/// Whether somebody who takes part may publish this kind.
const fn may_publish(seat: &Seat, kind: TrackKind) -> bool {
    seat.role.may_publish(kind)
        && match kind {
            TrackKind::Microphone => !seat.locked,
            TrackKind::Camera => true,
            TrackKind::Screen => seat.role.is_court() || seat.screen_allowed,
        }
}
