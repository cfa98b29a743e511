//! Decides which layer of which picture goes out on which line, and tells why.
//!
//! What is not here: sharing out the bandwidth (`allocate.rs`), when a choice may change
//! (`choice.rs`), and the change itself, which happens at a keyframe (`router/passage.rs`).

use core::time::Duration;

use model::{Instant, LinePurpose, Now, PictureReason, PictureUse, TrackKind, limits};

use super::Router;
use crate::allocate::{Claim, allocate};
use crate::choice::{Sizes, WARM_UP, assumed_size};
use crate::layer::Out;
use crate::outlet::{Outlet, RouterNotice};
use crate::track::Track;

/// Layers are looked at this often, besides when something happens.
pub(super) const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Each participant is told of its pictures at most this often.
const TELL_EVERY: Duration = Duration::from_millis(500);
/// What must be left over before a line gets better, in per cent of what is used.
const SPARE_PERCENT: u64 = 115;
/// What is estimated for, in per cent of what all pictures of use and the sound come to: headers,
/// and what must be left over.
const WANTED_PERCENT: u64 = 130;
/// A line with pictures is estimated up to this in any case, bits per second: what they come to is
/// not known at first, and a tile may grow.
const WANTED_MIN_BPS: u64 = 2_000_000;
/// Bits per second a layer is taken to cost until it was measured, lowest first.
const ASSUMED_BPS: [u32; limits::LAYERS_MAX] = [150_000, 500_000, 1_200_000];

/// What a participant was told of its pictures.
#[derive(Clone, Debug, Default)]
pub(super) struct PictureNote {
    told: Vec<PictureUse>,
    told_at: Instant,
}

/// Lists used while deciding; kept, so that deciding does not allocate.
#[derive(Clone, Debug, Default)]
pub(super) struct Work {
    /// How important a line is (the smaller the more), its place and what it claims.
    ranked: Vec<((u8, usize), usize, Claim)>,
    claims: Vec<Claim>,
    of_use: Vec<Option<usize>>,
    well: Vec<Option<usize>>,
    shares: Vec<Option<usize>>,
}

impl Router {
    /// What is done from time to time: layers die and come back, the tape takes a better one.
    pub(super) fn look_at_layers(&mut self, now: Now, out: &mut impl Outlet) {
        for track in self.tracks.iter_mut().filter(|track| track.live) {
            track.look_at_tape(now.instant);
        }
        self.choose_layers(now, out);
    }

    /// Decides anew for every line, and writes down for each layer where it goes. Keyframes that
    /// are wanted after this are still to be asked for.
    pub(super) fn choose_layers(&mut self, now: Now, out: &mut impl Outlet) {
        self.choose_layers_at(now.instant, out);
    }

    pub(super) fn choose_layers_at(&mut self, now: Instant, out: &mut impl Outlet) {
        for layer in self.tracks.iter_mut().flat_map(|track| &mut track.layers) {
            layer.outs.clear();
        }
        for leg in 0..self.legs.len() {
            self.choose_for(now, leg);
            self.write_outs(leg);
        }
        self.tell_pictures(now, out);
    }

    fn choose_for(&mut self, now: Instant, place: usize) {
        let mut work = core::mem::take(&mut self.work);
        work.ranked.clear();
        let mut sound_bps = 0;
        for line in 0..self.legs[place].send.len() {
            let state = &mut self.legs[place].send[line];
            let Some(track) = state.place else { continue };
            let track = &self.tracks[track];
            if track.id.kind.is_sound() {
                state.aim(Some(0));
                sound_bps += u64::from(track.layers[0].meter.bps().unwrap_or(0));
            } else if let Some(claim) = self.claim(place, line) {
                work.ranked.push((self.importance(place, line), line, claim));
            }
        }
        work.ranked.sort_unstable_by_key(|(importance, line, _)| (*importance, *line));
        work.claims.clear();
        work.claims.extend(work.ranked.iter().map(|(_, _, claim)| *claim));
        for list in [&mut work.of_use, &mut work.well, &mut work.shares] {
            list.clear();
            list.resize(work.claims.len(), None);
        }
        let all = work.claims.iter().map(Claim::wish).sum::<u64>() + sound_bps;
        let least = if work.claims.is_empty() { 0 } else { WANTED_MIN_BPS };
        self.legs[place].bandwidth.want((all * WANTED_PERCENT / 100).max(least));
        let budget = self.legs[place].budget_bps(now);
        let budget = budget.map(|bps| u64::from(bps).saturating_sub(sound_bps));
        let since = &mut self.legs[place].budget_since;
        *since = budget.and(since.or(Some(now)));
        let warming = since.is_some_and(|at| now.since(at) < WARM_UP);
        allocate(None, &work.claims, &mut work.of_use);
        let less = budget.map(|bps| bps * 100 / SPARE_PERCENT);
        allocate(less, &work.claims, &mut work.well);
        for (at, (_, line, claim)) in work.ranked.iter().enumerate() {
            let choice = &mut self.legs[place].send[*line].choice;
            let permitted = choice.permit(now, claim, work.of_use[at], work.well[at], warming);
            work.claims[at] = match permitted {
                Some(layer) => Claim { wanted: claim.wanted.min(layer), ..*claim },
                None => Claim::default(),
            };
        }
        allocate(budget, &work.claims, &mut work.shares);
        for (at, (_, line, _)) in work.ranked.iter().enumerate() {
            self.settle(place, *line, work.shares[at], work.of_use[at]);
        }
        self.work = work;
    }

    /// What a picture line claims; none when the page does not show it, or nothing comes: such a
    /// line is dealt with here.
    fn claim(&mut self, leg: usize, line: usize) -> Option<Claim> {
        let participant = self.legs[leg].participant;
        let state = &mut self.legs[leg].send[line];
        let track = &self.tracks[state.place?];
        let tile = match self.tiles.get(&participant) {
            None => None,
            Some(tiles) => {
                let shown = tiles.iter().find(|tile| tile.purpose == state.line.purpose);
                let shown = shown.filter(|tile| tile.width > 0 && tile.height > 0);
                let Some(tile) = shown else {
                    state.choice.reason = Some(PictureReason::Hidden);
                    state.aim(None);
                    return None;
                };
                Some((tile.width, tile.height))
            }
        };
        let sizes = sizes(track);
        let Some(wanted) = state.choice.suit(tile, &sizes) else {
            // Whatever layer comes first is let through.
            state.choice.reason = None;
            state.aim(Some(state.target.unwrap_or(0)));
            return None;
        };
        let mut claim = Claim { wanted, ..Claim::default() };
        for (layer, cost) in claim.costs.iter_mut().enumerate() {
            let measured = track.layers[layer].meter.bps();
            *cost = sizes[layer].map(|_| measured.unwrap_or(ASSUMED_BPS[layer]));
        }
        if state.choice.reason == Some(PictureReason::Hidden) {
            state.choice.reason = None;
        }
        Some(claim)
    }

    fn settle(&mut self, leg: usize, line: usize, share: Option<usize>, of_use: Option<usize>) {
        let state = &mut self.legs[leg].send[line];
        let Some(track) = state.place else { return };
        let track = &mut self.tracks[track];
        state.choice.settle(share);
        let reason = state.choice.explain(of_use, track.best());
        let froze = reason == PictureReason::Frozen && state.choice.reason != Some(reason);
        self.figures.lines_frozen += u64::from(froze);
        state.choice.reason = Some(reason);
        state.aim(share);
        let Some(target) = share else { return };
        let comes_down = state.current.is_some_and(|current| {
            let feed = track.layers[current].feed.as_ref();
            current > target
                && track.are_choices(current, target)
                && feed.is_some_and(|feed| state.rewriter.carries(feed.generation))
        });
        if comes_down {
            // The next picture will do.
            return;
        }
        let wanted = &mut track.layers[target];
        let Some(feed) = &wanted.feed else { return };
        if state.takes(feed.codec) && !state.rewriter.carries(feed.generation) {
            wanted.keyframes.want();
        }
    }

    /// How important a picture line is: who speaks or spoke last, judges, screens, others by seat.
    fn importance(&self, leg: usize, line: usize) -> (u8, usize) {
        let state = &self.legs[leg].send[line];
        let slot = match state.line.purpose {
            LinePurpose::Seat { slot, .. } | LinePurpose::Screen { slot } => usize::from(slot),
            LinePurpose::Publish { .. } | LinePurpose::Stage { .. } => 0,
        };
        let Some(track) = state.track else { return (u8::MAX, slot) };
        if track.kind == TrackKind::Screen {
            return (2, slot);
        }
        match self.floor.place_of(track.participant) {
            Some(place) => (0, place),
            None if self.grants.bench.contains(&track.participant) => (1, slot),
            None => (3, slot),
        }
    }

    fn write_outs(&mut self, leg: usize) {
        for (line, state) in self.legs[leg].send.iter().enumerate() {
            let Some(track) = state.place else { continue };
            for (place, layer) in self.tracks[track].layers.iter_mut().enumerate() {
                if state.uses(place) {
                    layer.outs.push(Out { leg, line });
                }
            }
        }
    }

    /// Tells each participant's newest connection about its pictures, if that changed and was not
    /// told just now.
    fn tell_pictures(&mut self, now: Instant, out: &mut impl Outlet) {
        for place in 0..self.legs.len() {
            let participant = self.legs[place].participant;
            let newest = self.newest_leg(participant).map(|leg| leg.id);
            if newest != Some(self.legs[place].id) {
                continue;
            }
            let (legs, notes) = (&self.legs, &mut self.picture_notes);
            let uses = || {
                legs[place].send.iter().filter_map(|state| {
                    state.track.filter(|track| !track.kind.is_sound())?;
                    let reason = match state.choice.reason {
                        Some(PictureReason::Frozen) => PictureReason::Frozen,
                        Some(PictureReason::Hidden) => PictureReason::Hidden,
                        Some(reason) if state.current.is_some() => reason,
                        _ => PictureReason::Starting,
                    };
                    let layer = state.current.and_then(|layer| u8::try_from(layer).ok());
                    Some(PictureUse { purpose: state.line.purpose, layer, reason })
                })
            };
            let note = notes.entry(participant).or_default();
            if uses().eq(note.told.iter().copied()) {
                continue;
            }
            let due = note.told_at.plus(TELL_EVERY);
            if !note.told.is_empty() && now < due {
                self.wake = self.wake.min(due);
                self.pictures_at = self.pictures_at.min(due);
                continue;
            }
            note.told = uses().collect();
            note.told_at = now;
            out.tell(RouterNotice::Pictures { participant, pictures: note.told.clone() });
        }
    }
}

/// Sizes of the layers that are alive: as their keyframes said, else as layers commonly are.
fn sizes(track: &Track) -> Sizes {
    let best = track.best().unwrap_or(0);
    core::array::from_fn(|layer| {
        let alive = track.is_alive(layer);
        let size =
            track.layers[layer].size.unwrap_or_else(|| assumed_size(best.saturating_sub(layer)));
        alive.then_some(size)
    })
}
