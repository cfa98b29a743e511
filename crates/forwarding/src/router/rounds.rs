//! What is due by time: repairs, keyframe requests, silence, speakers, reports and figures.
//!
//! What is not here: anything a packet sets off by itself.

use core::time::Duration;

use model::{Health, Instant, Now, ParticipantId, TrackId, TrackKind, limits};

use super::Router;
use super::pictures::LOOK_EVERY;
use crate::clock::{ServerClock, ntp_of, ticks_of};
use crate::layer::{Feed, Layer};
use crate::outlet::{Outlet, RouterNotice};
use crate::speaker::CHANGE_EVERY;

/// Sender and receiver reports go out this often.
const REPORT_EVERY: Duration = Duration::from_secs(1);
/// Bytes of a sender report with its source description.
const SENDER_REPORT_BYTES: usize = 48;
/// Bytes of a receiver report without blocks, with its source description; and of one block.
const RECEIVER_REPORT_BYTES: usize = 28;
const BLOCK_BYTES: usize = 24;

impl Router {
    /// A leg came: the rounds begin, if they are not under way.
    pub(super) fn start_rounds(&mut self, now: Now) {
        self.clock.get_or_insert_with(|| ServerClock::new(now));
        if self.legs.len() == 1 {
            self.reports_at = now.instant.plus(REPORT_EVERY);
            self.health_at = now.instant.plus(limits::HEALTH_EVERY);
            self.health_since = now.instant;
            self.speakers_at = now.instant.plus(CHANGE_EVERY);
            self.pictures_at = now.instant.plus(LOOK_EVERY);
        }
        self.due(now.instant);
    }

    pub(super) fn make_rounds(&mut self, now: Now, out: &mut impl Outlet) {
        self.wake = Instant(u64::MAX);
        self.find_silence(now, out);
        self.ask_repairs(now, out);
        self.feed_back(now, out);
        if self.legs.is_empty() {
            return;
        }
        if now.instant >= self.speakers_at {
            self.speakers_at = now.instant.plus(CHANGE_EVERY);
            self.tell_speakers(now, out);
        }
        if now.instant >= self.pictures_at {
            self.pictures_at = now.instant.plus(LOOK_EVERY);
            self.look_at_layers(now, out);
        }
        self.ask_keyframes(now, out);
        self.report_beginnings(now, out);
        if now.instant >= self.reports_at {
            self.reports_at = now.instant.plus(REPORT_EVERY);
            for leg in 0..self.legs.len() {
                self.legs[leg].bandwidth.estimator.tick(now.instant);
                self.report_to(now, leg, out);
            }
        }
        if now.instant >= self.health_at {
            self.tell_health(now, out);
            self.health_at = now.instant.plus(limits::HEALTH_EVERY);
            self.health_since = now.instant;
        }
        self.due(self.reports_at);
        self.due(self.health_at);
        if !self.floor.is_empty() || self.tracks.iter().any(|track| track.live) {
            self.due(self.speakers_at);
        }
        if self.tracks.iter().any(|track| track.live && !track.id.kind.is_sound()) {
            self.due(self.pictures_at);
        }
    }

    fn find_silence(&mut self, now: Now, out: &mut impl Outlet) {
        let mut screen_gone = false;
        for place in 0..self.tracks.len() {
            let track = &mut self.tracks[place];
            if !track.live || !track.is_fed() {
                continue;
            }
            let silent_at = track.last_at().plus(limits::TRACK_SILENT);
            if now.instant < silent_at {
                self.due(silent_at);
                continue;
            }
            track.live = false;
            for layer in &mut track.layers {
                layer.cache.release();
            }
            screen_gone |= track.id.kind == TrackKind::Screen;
            out.tell(RouterNotice::TrackSilent { track: track.id });
        }
        if screen_gone {
            self.reconcile(now, out);
        }
    }

    /// Asks publishers for what is missing.
    fn ask_repairs(&mut self, now: Now, out: &mut impl Outlet) {
        for place in 0..self.tracks.len() {
            for layer in 0..limits::LAYERS_MAX {
                self.ask_repairs_of(now, place, layer, out);
            }
        }
    }

    fn ask_repairs_of(&mut self, now: Now, place: usize, layer: usize, out: &mut impl Outlet) {
        let Self { tracks, legs, figures, compound, ask, wake, .. } = self;
        let sound = tracks[place].id.kind.is_sound();
        let taped = tracks[place].is_taped(layer);
        let recorded = tracks[place].recorded;
        let track = &mut tracks[place];
        let (lowest, choices) = track.layers.split_at_mut(layer + 1);
        let layer = &mut lowest[layer];
        let Some(feed) = layer.feed.as_mut().filter(|feed| !feed.shadow) else { return };
        let Ok(leg) = legs.binary_search_by_key(&feed.rank.leg, |leg| leg.id) else { return };
        let leg = &legs[leg];
        ask.clear();
        let round = feed.source.repairs.round(now.instant, leg.round_trip, ask);
        feed.source.count_holes(round.holes);
        figures.packets_lost += round.given_up;
        if round.given_up > 0 && !sound && (taped || !layer.outs.is_empty()) {
            layer.keyframes.want();
        }
        let shadow = |layer: &&mut Layer| layer.feed.as_ref().is_some_and(|feed| feed.shadow);
        for choice in choices.iter_mut().filter(shadow) {
            if round.given_up > 0 && (!choice.outs.is_empty() || recorded) {
                choice.keyframes.want();
            }
        }
        if let Some(at) = round.next {
            *wake = (*wake).min(at);
        }
        figures.nacks_out += ask.len() as u64;
        let mut rest = &ask[..];
        while !rest.is_empty() {
            compound.clear();
            compound.receiver_report(leg.own_ssrc(), &[]);
            rest = compound.nack(leg.own_ssrc(), feed.ssrc, rest);
            out.rtcp(leg.id, compound.as_bytes());
            figures.rtcp_out += 1;
        }
    }

    pub(super) fn ask_keyframes(&mut self, now: Now, out: &mut impl Outlet) {
        for place in 0..self.tracks.len() {
            for layer in 0..limits::LAYERS_MAX {
                self.ask_keyframe(now, place, layer, out);
            }
        }
    }

    /// Asks a publisher for a keyframe of a layer if one is due, or sees to being woken when it is.
    pub(super) fn ask_keyframe(
        &mut self,
        now: Now,
        place: usize,
        layer: usize,
        out: &mut impl Outlet,
    ) {
        let track = &mut self.tracks[place];
        let taped = track.is_taped(layer);
        let layer = &mut track.layers[layer];
        let Some(feed) = layer.feed.as_ref().filter(|_| track.live) else { return };
        let Some(at) = layer.keyframes.due(taped) else { return };
        if at > now.instant {
            self.due(at);
            return;
        }
        layer.keyframes.asked(now.instant);
        let (leg, media) = (feed.rank.leg, feed.ssrc);
        self.due(now.instant.plus(limits::KEYFRAME_EVERY_MIN));
        if let Ok(leg) = self.legs.binary_search_by_key(&leg, |known| known.id) {
            let leg = &self.legs[leg];
            self.compound.clear();
            self.compound.receiver_report(leg.own_ssrc(), &[]);
            self.compound.keyframe_request(leg.own_ssrc(), media);
            out.rtcp(leg.id, self.compound.as_bytes());
            self.figures.rtcp_out += 1;
            self.figures.keyframe_requests_out += 1;
        }
    }

    fn tell_speakers(&mut self, now: Now, out: &mut impl Outlet) {
        self.voices.clear();
        for track in self.tracks.iter().filter(|track| track.live && track.id.kind.is_sound()) {
            self.voices.push((track.id.participant, track.voice));
        }
        if let Some(who) = self.floor.turn(&self.voices, now.instant) {
            out.tell(RouterNotice::Speaking { who: who.to_vec() });
        }
        self.turn_stages(now, out);
    }

    /// Sends one leg the reports of its lines, and of the sources it feeds.
    fn report_to(&mut self, now: Now, place: usize, out: &mut impl Outlet) {
        self.compound.clear();
        for line in 0..self.legs[place].send.len() {
            self.report_line(now, place, line, out);
        }
        self.blocks.clear();
        let leg = &self.legs[place];
        for layer in self.tracks.iter_mut().flat_map(|track| &mut track.layers) {
            let own = |feed: &&mut Feed| feed.rank.leg == leg.id && !feed.shadow;
            if let Some(feed) = layer.feed.as_mut().filter(own) {
                self.blocks.push(feed.source.report(feed.ssrc, now.instant));
            }
        }
        if !self.blocks.is_empty() {
            let bytes = RECEIVER_REPORT_BYTES + BLOCK_BYTES * self.blocks.len();
            self.flush_unless_fits(place, bytes, out);
            let own_ssrc = self.legs[place].own_ssrc();
            self.compound.receiver_report(own_ssrc, &self.blocks);
        }
        self.flush_unless_fits(place, usize::MAX / 2, out);
    }

    /// Reports on lines that began anew, so that nobody takes their timestamps for those before.
    fn report_beginnings(&mut self, now: Now, out: &mut impl Outlet) {
        for leg in 0..self.legs.len() {
            if !self.legs[leg].send.iter().any(|state| state.unreported) {
                continue;
            }
            self.compound.clear();
            for line in 0..self.legs[leg].send.len() {
                if self.legs[leg].send[line].unreported {
                    self.report_line(now, leg, line, out);
                }
            }
            self.flush_unless_fits(leg, usize::MAX / 2, out);
        }
    }

    fn report_line(&mut self, now: Now, leg: usize, line: usize, out: &mut impl Outlet) {
        let state = &self.legs[leg].send[line];
        let (Some(track), Some(layer)) = (state.place, state.current) else { return };
        let Some(feed) = self.tracks[track].layers[layer].feed.as_ref() else { return };
        let Some(clock) = feed.source.clock else { return };
        let Ok(publisher) = self.legs.binary_search_by_key(&feed.rank.leg, |known| known.id) else {
            return;
        };
        let Some(then) = self.legs[publisher].clock.to_server(clock.ntp) else { return };
        let elapsed = now.instant.since(clock.at);
        let ntp = then.wrapping_add(ntp_of(elapsed));
        let ticks = u64::from(ticks_of(elapsed, feed.codec.clock_hz()));
        let report = self.legs[leg].send[line].sender_report(
            feed.generation,
            ntp,
            clock.rtp_time.wrapping_add(ticks),
            now.instant,
        );
        if let Some(report) = report {
            self.flush_unless_fits(leg, SENDER_REPORT_BYTES, out);
            self.compound.sender_report(report);
            self.legs[leg].send[line].unreported = false;
        }
    }

    fn flush_unless_fits(&mut self, leg: usize, more: usize, out: &mut impl Outlet) {
        if !self.compound.is_empty() && !self.compound.fits(more) {
            out.rtcp(self.legs[leg].id, self.compound.as_bytes());
            self.figures.rtcp_out += 1;
            self.compound.clear();
        }
    }

    fn tell_health(&mut self, now: Now, out: &mut impl Outlet) {
        let millis = now.instant.since(self.health_since).as_millis().max(1);
        let per_second =
            |bytes: u64| u32::try_from(u128::from(bytes) * 8_000 / millis).unwrap_or(u32::MAX);
        for place in 0..self.legs.len() {
            let id = self.legs[place].id;
            let participant = self.legs[place].participant;
            let in_use = self
                .legs
                .iter()
                .filter(|leg| leg.participant == participant)
                .max_by_key(|leg| (leg.heard, leg.rank(0)))
                .is_some_and(|leg| leg.id == id);
            let (expected, holes, jitter) = self.measure_up(place);
            let (speech_ms, packets_down) = self.so_far(participant);
            let leg = &mut self.legs[place];
            let traffic = core::mem::take(&mut leg.traffic);
            if let Some(loss) = permille(traffic.lost_down, traffic.expected_down) {
                leg.loss_down_permille = loss;
                leg.weigh_redundancy();
            }
            if !in_use {
                continue;
            }
            let millis_of = |time: Duration| u16::try_from(time.as_millis()).unwrap_or(u16::MAX);
            let health = Health {
                loss_up_permille: permille(holes, expected).unwrap_or(0),
                loss_down_permille: leg.loss_down_permille,
                jitter_ms: millis_of(jitter),
                round_trip_ms: leg.round_trip.map(millis_of),
                up_bps: per_second(traffic.bytes_up),
                down_bps: per_second(traffic.bytes_down),
                estimate_bps: leg.estimate_bps(),
                queue_ms: leg.bandwidth.estimator.queue_ms(),
                frozen_lines: leg.frozen_lines(),
                speech_ms,
                packets_down,
                ..Health::default()
            };
            out.tell(RouterNotice::Health { participant, health });
        }
    }

    /// How long a person spoke, ms, and how many media packets went to them, over all connections.
    fn so_far(&self, who: ParticipantId) -> (u64, u64) {
        let microphone = self.place_by_track.get(&TrackId::new(who, TrackKind::Microphone));
        let speech_ms = microphone.map_or(0, |place| self.tracks[*place].speech.millis());
        let before = self.packets_before.get(&who).copied().unwrap_or(0);
        let legs = self.legs.iter().filter(|leg| leg.participant == who);
        (speech_ms, before + legs.map(|leg| leg.packets_down).sum::<u64>())
    }

    /// Packets expected and missing at first, and the jitter of the sound, on what a leg sends.
    fn measure_up(&mut self, leg: usize) -> (u64, u64, Duration) {
        let leg = self.legs[leg].id;
        let mut all = (0, 0, Duration::ZERO);
        for track in &mut self.tracks {
            let sound = track.id.kind.is_sound();
            let feeds = track.layers.iter_mut().filter_map(|layer| layer.feed.as_mut());
            for feed in feeds.filter(|feed| feed.rank.leg == leg && !feed.shadow) {
                let (expected, holes) = feed.source.measure();
                all.0 += expected;
                all.1 += holes;
                if sound {
                    all.2 = feed.source.jitter();
                }
            }
        }
        all
    }
}

fn permille(part: u64, whole: u64) -> Option<u16> {
    (whole > 0).then(|| u16::try_from((part * 1_000 / whole).min(1_000)).unwrap_or(1_000))
}
