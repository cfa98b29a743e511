//! Reconciles everybody's lines with the grants and with who is there.
//!
//! What is not here: packets. After each change here the lists of outs are right again.

use std::collections::BTreeSet;

use model::{LinePurpose, Now, ParticipantId, SlotCount, SlotUse, TrackId, TrackKind, limits};

use super::Router;
use crate::leg::Leg;
use crate::outlet::{Outlet, RouterNotice};
use crate::slots::Seating;
use crate::track::Track;

impl Router {
    /// The leg is alive; older connections of the same person give way to it.
    pub(super) fn hear(&mut self, now: Now, leg: usize, out: &mut impl Outlet) {
        if self.legs[leg].heard {
            return;
        }
        self.legs[leg].heard = true;
        let participant = self.legs[leg].participant;
        if self.legs.iter().filter(|other| other.participant == participant).count() > 1 {
            self.reconcile(now, out);
        }
    }

    /// Seats everybody as the grants say, points tracks at lines and tells what changed. Keyframes
    /// that are wanted after this are still to be asked for.
    pub(super) fn reconcile(&mut self, now: Now, out: &mut impl Outlet) {
        for place in 0..self.legs.len() {
            let (seats, screens) = if self.is_superseded(&self.legs[place]) {
                (BTreeSet::new(), BTreeSet::new())
            } else {
                self.due_to(self.legs[place].participant)
            };
            let leg = &mut self.legs[place];
            let seat_slots = slots(leg, |purpose| match purpose {
                LinePurpose::Seat { slot, .. } => Some(slot),
                LinePurpose::Publish { .. }
                | LinePurpose::Screen { .. }
                | LinePurpose::Stage { .. } => None,
            });
            let screen_slots = slots(leg, |purpose| match purpose {
                LinePurpose::Screen { slot } => Some(slot),
                LinePurpose::Publish { .. }
                | LinePurpose::Seat { .. }
                | LinePurpose::Stage { .. } => None,
            });
            Seating::settle(&mut leg.seating.seats, &seat_slots, &seats);
            Seating::settle(&mut leg.seating.screens, &screen_slots, &screens);
        }
        self.set_stages(now.instant);
        self.point_lines();
        self.choose_layers(now, out);
        self.tell_slots(out);
    }

    fn is_superseded(&self, leg: &Leg) -> bool {
        self.legs.iter().any(|other| {
            other.participant == leg.participant && other.heard && other.rank(0) > leg.rank(0)
        })
    }

    /// The people due a seat slot and a screen slot before `subscriber`.
    fn due_to(
        &self,
        subscriber: ParticipantId,
    ) -> (BTreeSet<ParticipantId>, BTreeSet<ParticipantId>) {
        let (mut seats, mut screens) = (BTreeSet::new(), BTreeSet::new());
        for track in self.grants.receive.get(&subscriber).into_iter().flatten() {
            if !self.grants.publish.contains(track) {
                continue;
            }
            if track.kind != TrackKind::Screen {
                seats.insert(track.participant);
            } else if self.track(*track).is_some_and(|track| track.live) {
                screens.insert(track.participant);
            }
        }
        (seats, screens)
    }

    fn track(&self, id: TrackId) -> Option<&Track> {
        self.place_by_track.get(&id).map(|place| &self.tracks[*place])
    }

    /// Puts tracks on lines as the seating says.
    fn point_lines(&mut self) {
        for leg in 0..self.legs.len() {
            for line in 0..self.legs[leg].send.len() {
                let subscriber = self.legs[leg].participant;
                let wanted = self.legs[leg]
                    .seated(line)
                    .filter(|track| self.grants.reaches(*track, subscriber));
                let state = &mut self.legs[leg].send[line];
                let wanted = wanted.filter(|_| state.open);
                state.assign(wanted);
                state.place = wanted.and_then(|track| self.place_by_track.get(&track).copied());
            }
        }
    }

    /// Tells each participant's newest connection who is in its slots, if that changed.
    fn tell_slots(&mut self, out: &mut impl Outlet) {
        let people: BTreeSet<ParticipantId> = self.legs.iter().map(|leg| leg.participant).collect();
        for participant in people {
            let Some(leg) = self.newest_leg(participant) else { continue };
            let mut slots: Vec<SlotUse> = leg
                .send
                .iter()
                .filter_map(|state| {
                    state.track.map(|track| SlotUse { purpose: state.line.purpose, track })
                })
                .collect();
            slots.sort_unstable();
            let (seats, screens) = self.due_to(participant);
            let wanted = SlotCount {
                seats: count(&seats, limits::SEAT_SLOTS_MAX),
                screens: count(&screens, limits::SCREEN_SLOTS_MAX),
            };
            let told = (slots, wanted);
            if self.slots_told.get(&participant) != Some(&told) {
                let (slots, wanted) = told.clone();
                self.slots_told.insert(participant, told);
                out.tell(RouterNotice::Slots { participant, slots, wanted });
            }
        }
    }

    /// Ends tracks whose leg, or line on it, is gone.
    pub(super) fn end_orphans(&mut self, out: &mut impl Outlet) {
        let legs = &self.legs;
        for track in &mut self.tracks {
            if !track.is_fed() {
                continue;
            }
            let kind = track.id.kind;
            for (place, layer) in track.layers.iter_mut().enumerate() {
                let Some(feed) = &layer.feed else { continue };
                let leg = legs.iter().find(|leg| leg.id == feed.rank.leg);
                if !leg.is_some_and(|leg| {
                    leg.sources.feeds(feed.ssrc, kind, if feed.shadow { 0 } else { place })
                }) {
                    layer.end();
                }
            }
            if !track.is_fed() && track.end() {
                out.tell(RouterNotice::TrackSilent { track: track.id });
            }
        }
    }
}

fn slots(leg: &Leg, slot_of: impl Fn(LinePurpose) -> Option<u8>) -> BTreeSet<u8> {
    leg.send
        .iter()
        .filter(|state| state.open)
        .filter_map(|state| slot_of(state.line.purpose))
        .collect()
}

fn count(people: &BTreeSet<ParticipantId>, max: u8) -> u8 {
    u8::try_from(people.len()).unwrap_or(u8::MAX).min(max)
}
