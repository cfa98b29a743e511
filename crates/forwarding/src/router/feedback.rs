//! What comes back on RTCP: publishers' clocks, subscribers' losses, repeats and keyframe wishes.
//!
//! What is not here: the wire form (`rtcp.rs`) and what the server reports itself (`rounds.rs`).

use model::letters::TapeItem;
use model::{Now, limits};

use super::Router;
use crate::clock::ServerClock;
use crate::outlet::{Outlet, RouterNotice};
use crate::rtcp::{self, Block, Item, SenderReport};

impl Router {
    pub(super) fn take_compound(
        &mut self,
        now: Now,
        leg: usize,
        compound: &[u8],
        out: &mut impl Outlet,
    ) {
        self.hear(now, leg, out);
        self.hear_of_arrivals(now.instant, leg, compound);
        let intact = rtcp::read(compound, |item| match item {
            Item::Sender(report) => self.take_sender_report(now, leg, report, out),
            Item::Block(block) => self.take_block(now, leg, &block),
            Item::Bye { ssrc } => self.take_bye(now, leg, ssrc, out),
            Item::Missing { media, sequence } => self.repeat(now, leg, media, sequence, out),
            Item::Keyframe { media } => self.take_wish(now, leg, media, out),
            Item::Limit { bps } => self.take_limit(now, leg, bps, out),
        });
        self.figures.rtcp_malformed += u64::from(!intact);
    }

    fn take_sender_report(
        &mut self,
        now: Now,
        leg: usize,
        report: SenderReport,
        out: &mut impl Outlet,
    ) {
        let ours = self.clock.get_or_insert_with(|| ServerClock::new(now)).ntp(now.instant);
        let leg = &mut self.legs[leg];
        let Some(binding) = leg.sources.find(report.ssrc) else { return };
        binding.report = Some((report.ntp, report.rtp_time, now.instant));
        let kind = binding.kind;
        leg.clock.learn(report.ntp, ours);
        let Some(place) = leg.track_places[kind as usize] else { return };
        let track = &mut self.tracks[place];
        let Some(layer) = track.layer_from(leg.id, report.ssrc) else { return };
        let Some(feed) = &mut track.layers[layer].feed else { return };
        let first = feed.source.clock.is_none();
        let clock = feed.source.take_report(report.ntp, report.rtp_time, now.instant);
        for shadow in track.layers.iter_mut().filter_map(|layer| layer.feed.as_mut()) {
            if shadow.shadow {
                shadow.source.clock = Some(clock);
            }
        }
        if first {
            self.wake = self.wake.min(now.instant);
        }
        let ours = |taped| taped == layer || track.are_choices(layer, taped);
        if track.taped.is_some_and(ours) && track.recorded && !track.tape.fresh {
            let item = TapeItem::SenderReport {
                track: track.id,
                source: track.tape.source,
                arrived: clock.at,
                ntp: clock.ntp,
                rtp_time: clock.rtp_time,
            };
            out.tape(item, &[]);
        }
    }

    fn take_block(&mut self, now: Now, leg: usize, block: &Block) {
        let leg = &mut self.legs[leg];
        let Some(line) = leg.line_by_ssrc(block.about) else { return };
        let line = &mut leg.send[line];
        let round_trip = line.round_trip(block, now.instant);
        let counts = line.told_of(block);
        if let Some(round_trip) = round_trip {
            leg.measured(round_trip);
        }
        if let Some((expected, lost)) = counts {
            leg.traffic.expected_down += expected;
            leg.traffic.lost_down += lost;
        }
    }

    fn take_bye(&mut self, now: Now, leg: usize, ssrc: u32, out: &mut impl Outlet) {
        let leg = &mut self.legs[leg];
        leg.sources.forget(ssrc);
        let id = leg.id;
        let mut ended = false;
        for track in &mut self.tracks {
            let Some(_) = track.layer_from(id, ssrc) else { continue };
            while let Some(layer) = track.layer_from(id, ssrc) {
                track.layers[layer].end();
            }
            ended = true;
            if !track.is_fed() && track.end() {
                out.tell(RouterNotice::TrackSilent { track: track.id });
            }
        }
        if ended {
            self.reconcile(now, out);
            self.ask_keyframes(now, out);
        }
    }

    fn take_limit(&mut self, now: Now, leg: usize, bps: u32, out: &mut impl Outlet) {
        let before = self.legs[leg].budget_bps(now.instant);
        self.legs[leg].told_limit(bps, now.instant);
        if before != Some(bps) {
            self.choose_layers(now, out);
        }
    }

    /// Sends a packet again.
    fn repeat(&mut self, now: Now, leg: usize, media: u32, sequence: u16, out: &mut impl Outlet) {
        self.figures.nacks_in += 1;
        if self.repeat_if_kept(now, leg, media, sequence, out).is_none() {
            self.figures.nacks_unanswered += 1;
        }
    }

    fn repeat_if_kept(
        &mut self,
        now: Now,
        leg: usize,
        media: u32,
        sequence: u16,
        out: &mut impl Outlet,
    ) -> Option<()> {
        let Self { legs, tracks, figures, .. } = self;
        let leg = &mut legs[leg];
        let round_trip = leg.round_trip;
        if !leg.may_repeat(now.instant) {
            return None;
        }
        let place = leg.line_by_ssrc(media)?;
        let line = &mut leg.send[place];
        let track = &tracks[line.place?];
        let layer = &track.layers[line.current?];
        let generation = layer.feed.as_ref()?.generation;
        let (facts, body) = layer.cache.find(line.asked_again(generation, sequence)?)?;
        let fresh = now.instant.since(facts.arrived) <= limits::CACHE_TIME;
        if !fresh || !line.may_repeat(&facts, round_trip, now.instant) {
            return None;
        }
        let parcel = line.repeat(&facts, body, now.instant)?;
        leg.count_repeat();
        leg.depart(now.instant, place, &parcel, figures, out);
        Some(())
    }

    fn take_wish(&mut self, now: Now, leg: usize, media: u32, out: &mut impl Outlet) {
        self.figures.keyframe_requests_in += 1;
        let leg = &self.legs[leg];
        let Some(line) = leg.line_by_ssrc(media).map(|line| &leg.send[line]) else { return };
        let (Some(place), Some(layer)) = (line.place, line.target) else { return };
        if !self.tracks[place].id.kind.is_sound() {
            self.tracks[place].layers[layer].keyframes.want();
            self.ask_keyframe(now, place, layer, out);
        }
    }
}
