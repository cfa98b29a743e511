//! Bandwidth on the router's legs: feedback to publishers, paced pictures, probes.
//!
//! What is not here: how an estimate is made (`estimate.rs`) and who gets what of it.

use core::time::Duration;

use model::{Instant, Now};

use super::Router;
use crate::cache::Body;
use crate::figures::RouterFigures;
use crate::leg::Leg;
use crate::outlet::Outlet;
use crate::send_line::SendState;
use crate::track::Track;

/// The pacer is looked after at most this often.
const PACE_EVERY: Duration = Duration::from_millis(1);
/// Probes are filled with the latest so many packets of a line, over and over.
const FILL_WITH: u64 = 16;
/// What fills a probe where there is no packet to send again: padding alone (RFC 3550 §5.1).
const PADDING: [u8; 224] = {
    let mut padding = [0; 224];
    padding[223] = 224;
    padding
};

impl Router {
    /// Tells publishers what of theirs arrived, as far as that is due.
    pub(super) fn feed_back(&mut self, now: Now, out: &mut impl Outlet) {
        let Self { legs, compound, figures, wake, .. } = self;
        for leg in legs {
            let Some(due) = leg.bandwidth.feedback_due() else { continue };
            if due <= now.instant {
                let own_ssrc = leg.own_ssrc();
                loop {
                    compound.clear();
                    compound.receiver_report(own_ssrc, &[]);
                    if !leg.bandwidth.feed_back(now.instant, own_ssrc, compound) {
                        break;
                    }
                    out.rtcp(leg.id, compound.as_bytes());
                    figures.rtcp_out += 1;
                }
            }
            if let Some(due) = leg.bandwidth.feedback_due() {
                *wake = (*wake).min(due);
            }
        }
    }

    /// What a subscriber says of arrivals. A probe may begin with it.
    pub(super) fn hear_of_arrivals(&mut self, now: Instant, leg: usize, compound: &[u8]) {
        let leg = &mut self.legs[leg];
        leg.bandwidth.hear(now, compound);
        if let Some(due) = leg.bandwidth.pace_due(now) {
            self.pace_at = self.pace_at.min(due);
        }
    }

    /// Sees to being woken for pictures that wait and probes that are being sent.
    pub(super) fn plan_pacing(&mut self, now: Instant) {
        let due = self.legs.iter().filter_map(|leg| leg.bandwidth.pace_due(now)).min();
        self.pace_at = due.map_or(Instant(u64::MAX), |at| at.max(now.plus(PACE_EVERY)));
    }

    /// Lets pictures go whose turn has come, and fills probes.
    pub(super) fn pace(&mut self, now: Instant, out: &mut impl Outlet) {
        let Self { legs, tracks, figures, .. } = self;
        for leg in legs {
            while let Some(held) = leg.bandwidth.next_held(now) {
                // Without its track, or its payload, it is not to be sent any more.
                let track = leg.send[held.line].place.map(|place| &tracks[place]);
                let kept = track.and_then(|track| track.kept(held.generation, held.sequence));
                if let Some((_, Body { payload, .. })) = kept
                    && let Some(start) = payload.len().checked_sub(held.payload_bytes)
                {
                    leg.release(now, &held, &payload[start..], figures, out);
                }
            }
            while leg.bandwidth.wants_filling(now) && fill(now, leg, tracks, figures, out) {}
        }
        self.plan_pacing(now);
    }
}

/// Sends one of the latest pictures' packets again, as a repair, or padding on the source of
/// repairs. Says whether there is such a source.
fn fill(
    now: Instant,
    leg: &mut Leg,
    tracks: &[Track],
    figures: &mut RouterFigures,
    out: &mut impl Outlet,
) -> bool {
    let back = leg.bandwidth.fillings % FILL_WITH;
    for line in 0..leg.send.len() {
        let state = &mut leg.send[line];
        if !state.open || state.line.repair.is_none() {
            continue;
        }
        let Some(track) = state.place.map(|place| &tracks[place]) else { continue };
        let sent = state.sent_before(back).or_else(|| state.sent_before(0));
        let Some((generation, sequence)) = sent else { continue };
        let Some((facts, body)) = track.kept(generation, sequence) else { continue };
        if body.payload.is_empty() {
            continue;
        }
        let Some(parcel) = state.repeat(&facts, body, now) else { continue };
        leg.bandwidth.fillings += 1;
        figures.probes_out += 1;
        leg.depart(now, line, &parcel, figures, out);
        return true;
    }
    let Some(line) = leg.send.iter().position(SendState::fills) else {
        return false;
    };
    leg.bandwidth.fillings += 1;
    figures.probes_out += 1;
    leg.pad(now, line, &PADDING, out)
}
