//! The way of a packet through the router: what it is, its numbers, cache, tape and lines.
//!
//! What is not here: what a packet does not set off by itself; that is in `router/rounds.rs`.

use core::time::Duration;

use model::letters::TapeItem;
use model::{Instant, Now, limits};

use super::Router;
use crate::cache::Facts;
use crate::codec;
use crate::figures::{DropReason, RouterFigures};
use crate::outlet::{Outlet, RouterNotice};
use crate::packet::Packet;
use crate::plan::LegId;
use crate::receive::{Arrival, Source};
use crate::sources::{Form, Meaning};
use crate::track::{Feed, Track};

/// One leg starts a track anew at most this often; what comes sooner is dropped.
const RESTART_EVERY: Duration = Duration::from_millis(100);

/// A packet of which is known what it is.
#[derive(Clone, Copy, Debug)]
struct Arrived<'a> {
    track: usize,
    meaning: Meaning,
    packet: Packet<'a>,
}

impl Router {
    pub(super) fn take_packet(
        &mut self,
        now: Now,
        leg: LegId,
        bytes: &[u8],
        out: &mut impl Outlet,
    ) -> Result<(), DropReason> {
        let place = self
            .legs
            .binary_search_by_key(&leg, |known| known.id)
            .map_err(|_| DropReason::NoLeg)?;
        let packet = Packet::read(bytes).ok_or(DropReason::Malformed)?;
        self.hear(place, out);
        let leg = &mut self.legs[place];
        leg.traffic.bytes_up += bytes.len() as u64;
        if let Some(at) = leg.bandwidth.arrived(now.instant, &packet, bytes.len()) {
            self.wake = self.wake.min(at);
        }
        self.figures.bytes_in += packet.payload.len() as u64;
        let meaning = leg.sources.meaning(&packet, now.instant)?;
        let track = leg.track_places[meaning.kind as usize].ok_or(DropReason::NoLine)?;
        if !self.tracks[track].allowed {
            return Err(DropReason::NotGranted);
        }
        let arrived = Arrived { track, meaning, packet };
        if meaning.form == Form::Repair {
            return self.take_repair(now.instant, place, &arrived, out);
        }
        let (facts, in_order) = self.number(now.instant, place, &arrived)?;
        if !self.tracks[track].live {
            self.go_live(now.instant, track, out);
        }
        self.carry(now.instant, track, &facts, in_order, packet.payload, out);
        if self.tracks[track].keyframes.due(false).is_some_and(|at| at <= now.instant) {
            self.ask_keyframe(now, track, out);
        }
        Ok(())
    }

    /// Takes a packet out of its repair (RFC 4588 §4).
    fn take_repair(
        &mut self,
        now: Instant,
        leg: usize,
        arrived: &Arrived<'_>,
        out: &mut impl Outlet,
    ) -> Result<(), DropReason> {
        let Arrived { track, meaning, packet } = *arrived;
        let (number, payload) = packet.payload.split_first_chunk().ok_or(DropReason::Empty)?;
        let leg = self.legs[leg].id;
        let feed = self.tracks[track].feed.as_mut();
        let feed = feed.filter(|feed| feed.rank.leg == leg && feed.codec == meaning.codec);
        let source = &mut feed.ok_or(DropReason::NoLine)?.source;
        let facts = late(source, u16::from_be_bytes(*number), packet.rtp_time, now, arrived)?;
        self.figures.repairs_in += 1;
        self.carry(now, track, &facts, false, payload, out);
        Ok(())
    }

    /// Gives the packet its extended numbers; a new source of the track starts here.
    fn number(
        &mut self,
        now: Instant,
        leg: usize,
        arrived: &Arrived<'_>,
    ) -> Result<(Facts, bool), DropReason> {
        let Arrived { track, meaning, packet } = *arrived;
        let rank = self.legs[leg].rank(meaning.order);
        let known = self.tracks[track].feed.as_ref().is_some_and(|feed| {
            feed.rank.leg == rank.leg && feed.ssrc == packet.ssrc && feed.codec == meaning.codec
        });
        if !known {
            self.start_feed(now, leg, arrived)?;
        }
        let mut arrival = self.take_number(now, track, &packet)?;
        if arrival == Arrival::Restart {
            self.start_feed(now, leg, arrived)?;
            arrival = self.take_number(now, track, &packet)?;
        }
        let Arrival::New { sequence, rtp_time, in_order, repair_at } = arrival else {
            return Err(match arrival {
                Arrival::Duplicate => DropReason::Duplicate,
                Arrival::TooOld | Arrival::Restart | Arrival::New { .. } => DropReason::TooOld,
            });
        };
        if let Some(at) = repair_at {
            self.due(at);
        }
        let facts = Facts {
            sequence,
            rtp_time,
            arrived: now,
            marker: packet.marker,
            codec: meaning.codec,
            level: meaning.level,
            capture: meaning.capture.and_then(|at| self.legs[leg].clock.to_server(at)),
        };
        Ok((facts, in_order))
    }

    fn take_number(
        &mut self,
        now: Instant,
        track: usize,
        packet: &Packet<'_>,
    ) -> Result<Arrival, DropReason> {
        let feed = self.tracks[track].feed.as_mut().ok_or(DropReason::NoLine)?;
        feed.last_at = now;
        Ok(feed.source.take(packet.sequence, packet.rtp_time, now))
    }

    fn start_feed(
        &mut self,
        now: Instant,
        leg: usize,
        arrived: &Arrived<'_>,
    ) -> Result<(), DropReason> {
        let Arrived { track, meaning, packet } = *arrived;
        if packet.payload.is_empty() {
            return Err(DropReason::Empty);
        }
        let rank = self.legs[leg].rank(meaning.order);
        if let Some(feed) = &self.tracks[track].feed {
            let older = rank < feed.rank && now.since(feed.last_at) < limits::TRACK_SILENT;
            let hasty = rank.leg == feed.rank.leg && now.since(feed.started_at) < RESTART_EVERY;
            if older || hasty {
                return Err(DropReason::Replaced);
            }
        }
        let clock_hz = meaning.codec.clock_hz();
        let mut source = Source::new(packet.sequence, packet.rtp_time, clock_hz);
        let report = self.legs[leg].sources.find(packet.ssrc).and_then(|binding| binding.report);
        if let Some((ntp, rtp_time, at)) = report {
            source.take_report(ntp, rtp_time, at);
        }
        self.generation += 1;
        self.tracks[track].begin(Feed {
            rank,
            ssrc: packet.ssrc,
            codec: meaning.codec,
            generation: self.generation,
            source,
            started_at: now,
            last_at: now,
        });
        Ok(())
    }

    fn go_live(&mut self, now: Instant, track: usize, out: &mut impl Outlet) {
        let one = &mut self.tracks[track];
        one.live = true;
        let id = one.id;
        if one.cache.is_released() {
            one.cache.reset(id.kind.is_sound());
        }
        out.tell(RouterNotice::TrackLive { track: id });
        self.due(now.plus(limits::TRACK_SILENT));
        self.due(self.speakers_at);
        if id.kind == model::TrackKind::Screen {
            self.reconcile(out);
        }
    }

    /// Hands a numbered packet to the cache, the tape and everybody it is for.
    fn carry(
        &mut self,
        now: Instant,
        track: usize,
        facts: &Facts,
        in_order: bool,
        payload: &[u8],
        out: &mut impl Outlet,
    ) {
        let Self { tracks, legs, figures, wake, .. } = self;
        let track = &mut tracks[track];
        let Some(feed) = &track.feed else { return };
        let (generation, highest) = (feed.generation, feed.source.highest());
        let starts = codec::can_start(facts.codec, payload);
        if starts && !facts.codec.is_sound() {
            figures.keyframes_in += u64::from(track.keyframes.seen(now, facts.rtp_time));
            if let Some(at) = track.keyframes.due(track.recorded) {
                *wake = (*wake).min(at);
            }
        }
        track.cache.put(*facts, payload);
        if let Some(level) = facts.level
            && in_order
        {
            track.voice.hear(level, now);
        }
        Self::tape(track, facts, in_order, payload, figures, out);
        for to in &track.outs {
            let leg = &mut legs[to.leg];
            let passed = match leg.send[to.line].pass(generation, facts, starts, payload.len()) {
                Ok(passed) => passed,
                Err(why) => {
                    figures.drop_one(why);
                    continue;
                }
            };
            leg.depart(now, to.line, &passed.parcel(facts, payload), figures, out);
            if !passed.started {
                continue;
            }
            // Packets behind the first of a keyframe that came before it.
            for sequence in facts.sequence + 1..=highest {
                let Some((later, payload)) = track.cache.find(sequence) else { continue };
                let passed = leg.send[to.line].pass(generation, &later, false, payload.len());
                if let Ok(passed) = passed {
                    leg.depart(now, to.line, &passed.parcel(&later, payload), figures, out);
                }
            }
        }
    }

    fn tape(
        track: &mut Track,
        facts: &Facts,
        in_order: bool,
        payload: &[u8],
        figures: &mut RouterFigures,
        out: &mut impl Outlet,
    ) {
        if payload.is_empty() {
            if in_order {
                track.tape.pass_over(facts.sequence);
            }
            return;
        }
        if !track.recorded {
            return;
        }
        if core::mem::take(&mut track.tape.fresh)
            && let Some(clock) = track.feed.as_ref().and_then(|feed| feed.source.clock)
        {
            let report = TapeItem::SenderReport {
                track: track.id,
                source: track.tape.source,
                arrived: clock.at,
                ntp: clock.ntp,
                rtp_time: clock.rtp_time,
            };
            out.tape(report, &[]);
        }
        let packet = TapeItem::Packet {
            track: track.id,
            codec: facts.codec,
            arrived: facts.arrived,
            sequence: track.tape.number(facts.sequence),
            rtp_time: facts.rtp_time,
            source: track.tape.source,
            marker: facts.marker,
            start: 0,
            end: 0,
        };
        out.tape(packet, payload);
        figures.packets_taped += 1;
    }
}

/// What is known of a packet that came by another way than its own.
fn late(
    source: &mut Source,
    sequence: u16,
    rtp_time: u32,
    now: Instant,
    arrived: &Arrived<'_>,
) -> Result<Facts, DropReason> {
    match source.take_late(sequence, rtp_time) {
        Arrival::New { sequence, rtp_time, .. } => Ok(Facts {
            sequence,
            rtp_time,
            arrived: now,
            marker: arrived.packet.marker,
            codec: arrived.meaning.codec,
            level: None,
            capture: None,
        }),
        Arrival::Duplicate => Err(DropReason::Duplicate),
        Arrival::TooOld | Arrival::Restart => Err(DropReason::TooOld),
    }
}
