//! The way of a packet through the router: what it is, its numbers, cache, tape and lines.
//!
//! What is not here: what a packet does not set off by itself; that is in `router/rounds.rs`.

use core::time::Duration;

use model::letters::TapeItem;
use model::{Codec, Instant, Now, limits};

use super::Router;
use crate::cache::{Body, Facts};
use crate::codec;
use crate::figures::{DropReason, RouterFigures};
use crate::layer::{Feed, Out};
use crate::leg::Leg;
use crate::outlet::{Outlet, RouterNotice};
use crate::packet::Packet;
use crate::picture::Descriptor;
use crate::plan::LegId;
use crate::receive::{Arrival, Source};
use crate::red::{self, Redundant};
use crate::send_line::{Fresh, SendState};
use crate::sources::{Form, Meaning};
use crate::track::Track;

/// One leg starts a track anew at most this often; what comes sooner is dropped.
const RESTART_EVERY: Duration = Duration::from_millis(100);

/// What a packet's header costs on the wire, about.
const HEADER_BYTES: usize = 20;

/// A packet of which is known what it is.
#[derive(Clone, Copy, Debug)]
struct Arrived<'a> {
    track: usize,
    meaning: Meaning,
    packet: Packet<'a>,
}

impl<'a> Arrived<'a> {
    /// The descriptor of its dependencies; empty where there is none.
    fn described(&self) -> Result<&'a [u8], DropReason> {
        let value = self.meaning.dependency.and_then(|id| self.packet.extension(id));
        let value = value.unwrap_or_default();
        if value.len() > limits::DEPENDENCY_BYTES_MAX {
            Err(DropReason::Malformed)
        } else {
            Ok(value)
        }
    }
}

/// What may begin with a packet.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Start {
    /// A picture that needs nothing before it.
    pub(super) starts: bool,
    /// A picture of a source with several layers, later than all before.
    pub(super) opens: bool,
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
        self.hear(now, place, out);
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
        let described = arrived.described()?;
        if meaning.form == Form::Repair {
            return self.take_repair(now.instant, place, &arrived, out);
        }
        let redundant = match meaning.form {
            Form::Red => Some(red::read(packet.payload).ok_or(DropReason::Malformed)?),
            Form::Plain | Form::Repair => None,
        };
        let payload = redundant.map_or(packet.payload, |redundant| redundant.primary);
        let (facts, in_order) = self.number(now, place, &arrived, out)?;
        if !self.tracks[track].live {
            self.go_live(now, track, meaning.layer, out);
        }
        if let Some(redundant) = redundant {
            self.fill(now.instant, &arrived, &redundant, out);
        }
        let body = Body { described, payload };
        self.carry(now.instant, track, meaning.layer, &facts, in_order, body, out);
        let desk = &self.tracks[track].layers[meaning.layer].keyframes;
        if desk.due(false).is_some_and(|at| at <= now.instant) {
            self.ask_keyframe(now, track, meaning.layer, out);
        }
        Ok(())
    }

    /// Takes what a redundant packet repeats where it is missing.
    fn fill(
        &mut self,
        now: Instant,
        arrived: &Arrived<'_>,
        redundant: &Redundant<'_>,
        out: &mut impl Outlet,
    ) {
        let Arrived { track, meaning, packet } = *arrived;
        for (place, repeated) in redundant.repeated.iter().enumerate().rev() {
            let Some(repeated) = repeated else { continue };
            let Some(feed) = &mut self.tracks[track].layers[meaning.layer].feed else { return };
            let back = u16::try_from(place + 1).expect("few packets are repeated");
            let number = packet.sequence.wrapping_sub(back);
            let rtp_time = packet.rtp_time.wrapping_sub(u32::from(repeated.ticks));
            let facts = late(&mut feed.source, number, rtp_time, false, now, meaning.codec);
            if let Ok(facts) = facts {
                self.figures.red_fills += 1;
                let body = Body::plain(repeated.payload);
                self.carry(now, track, meaning.layer, &facts, false, body, out);
            }
        }
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
        let feed = self.tracks[track].layers[meaning.layer].feed.as_mut();
        let feed = feed.filter(|feed| feed.rank.leg == leg && feed.codec == meaning.codec);
        let source = &mut feed.ok_or(DropReason::NoLine)?.source;
        let number = u16::from_be_bytes(*number);
        let facts = late(source, number, packet.rtp_time, packet.marker, now, meaning.codec)?;
        self.figures.repairs_in += 1;
        let body = Body { described: arrived.described()?, payload };
        self.carry(now, track, meaning.layer, &facts, false, body, out);
        Ok(())
    }

    /// Gives the packet its extended numbers; a new source of the layer starts here.
    fn number(
        &mut self,
        now: Now,
        leg: usize,
        arrived: &Arrived<'_>,
        out: &mut impl Outlet,
    ) -> Result<(Facts, bool), DropReason> {
        let Arrived { track, meaning, packet } = *arrived;
        let rank = self.legs[leg].rank(meaning.order);
        let feed = self.tracks[track].layers[meaning.layer].feed.as_ref();
        let known = feed.is_some_and(|feed| {
            feed.rank.leg == rank.leg && feed.ssrc == packet.ssrc && feed.codec == meaning.codec
        });
        if !known {
            self.start_feed(now, leg, arrived, out)?;
        }
        let mut arrival = self.take_number(now.instant, arrived)?;
        if arrival == Arrival::Restart {
            self.start_feed(now, leg, arrived, out)?;
            arrival = self.take_number(now.instant, arrived)?;
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
            arrived: now.instant,
            marker: packet.marker,
            codec: meaning.codec,
            level: meaning.level,
            capture: meaning.capture.and_then(|at| self.legs[leg].clock.to_server(at)),
        };
        Ok((facts, in_order))
    }

    fn take_number(&mut self, now: Instant, arrived: &Arrived<'_>) -> Result<Arrival, DropReason> {
        let Arrived { track, meaning, packet } = arrived;
        let layer = &mut self.tracks[*track].layers[meaning.layer];
        let feed = layer.feed.as_mut().ok_or(DropReason::NoLine)?;
        feed.last_at = now;
        Ok(feed.source.take(packet.sequence, packet.rtp_time, now))
    }

    fn start_feed(
        &mut self,
        now: Now,
        leg: usize,
        arrived: &Arrived<'_>,
        out: &mut impl Outlet,
    ) -> Result<(), DropReason> {
        let Arrived { track, meaning, packet } = *arrived;
        if packet.payload.is_empty() {
            return Err(DropReason::Empty);
        }
        let rank = self.legs[leg].rank(meaning.order);
        for (place, layer) in self.tracks[track].layers.iter().enumerate() {
            let Some(feed) = &layer.feed else { continue };
            let silent = now.instant.since(feed.last_at) >= limits::TRACK_SILENT;
            let same_leg = rank.leg == feed.rank.leg;
            let (older, hasty) = if place == meaning.layer {
                let hasty = now.instant.since(feed.started_at) < RESTART_EVERY;
                (rank < feed.rank, same_leg && hasty)
            } else {
                (!same_leg && rank < feed.rank, false)
            };
            if (older && !silent) || hasty {
                return Err(DropReason::Replaced);
            }
        }
        let clock_hz = meaning.codec.clock_hz();
        let mut source = Source::new(packet.sequence, packet.rtp_time, clock_hz);
        let binding = self.legs[leg].sources.find(packet.ssrc);
        if let Some((ntp, rtp_time, at)) = binding.and_then(|binding| binding.report) {
            source.take_report(ntp, rtp_time, at);
        }
        self.generation += 1;
        let feed = Feed {
            rank,
            ssrc: packet.ssrc,
            codec: meaning.codec,
            generation: self.generation,
            source,
            started_at: now.instant,
            last_at: now.instant,
            shadow: false,
        };
        self.tracks[track].begin(meaning.layer, feed);
        if !meaning.kind.is_sound() {
            self.choose_layers(now, out);
        }
        Ok(())
    }

    fn go_live(&mut self, now: Now, track: usize, layer: usize, out: &mut impl Outlet) {
        let one = &mut self.tracks[track];
        one.live = true;
        let id = one.id;
        let cache = &mut one.layers[layer].cache;
        if cache.is_released() {
            cache.reset(id.kind.is_sound());
        }
        out.tell(RouterNotice::TrackLive { track: id });
        self.due(now.instant.plus(limits::TRACK_SILENT));
        self.due(self.speakers_at);
        if id.kind == model::TrackKind::Screen {
            self.reconcile(now, out);
        }
    }

    /// Hands a packet to the cache, the tape and everybody it is for.
    #[expect(clippy::too_many_arguments, reason = "everything that is known of one packet")]
    pub(super) fn carry_layer(
        &mut self,
        now: Instant,
        track: usize,
        place: usize,
        facts: &Facts,
        start: Start,
        in_order: bool,
        body: Body<'_>,
        out: &mut impl Outlet,
    ) {
        let Self { tracks, legs, figures, wake, .. } = self;
        let track = &mut tracks[track];
        let starts = start.starts;
        let taped = track.tapes(place, starts && !body.payload.is_empty());
        let layer = &mut track.layers[place];
        let Some(shadow) = layer.feed.as_ref().map(|feed| feed.shadow) else { return };
        if starts && !facts.codec.is_sound() {
            let fresh = layer.keyframes.seen(now, facts.rtp_time);
            figures.keyframes_in += u64::from(fresh && !shadow);
            if !shadow {
                layer.size = codec::size(facts.codec, body.payload).or(layer.size);
            }
            if let Some(at) = layer.keyframes.due(track.recorded && taped) {
                *wake = (*wake).min(at);
            }
        }
        layer.cache.put(*facts, body);
        layer.meter.take(body.payload.len() + HEADER_BYTES, now);
        if let Some(level) = facts.level
            && in_order
        {
            track.voice.hear(level, now);
            track.speech.hear(level, facts.sequence, facts.rtp_time);
        }
        if taped {
            Self::tape(track, place, facts, in_order, body.payload, figures, out);
        }
        let mut switched = false;
        for at in 0..track.layers[place].outs.len() {
            let to = track.layers[place].outs[at];
            let told = !legs[to.leg].send[to.line].unreported;
            switched |= Self::pass_on(track, place, facts, start, body, legs, to, figures, out);
            if told && legs[to.leg].send[to.line].unreported {
                *wake = (*wake).min(now);
            }
        }
        if switched {
            for (place, layer) in track.layers.iter_mut().enumerate() {
                layer.outs.retain(|to| legs[to.leg].send[to.line].uses(place));
            }
        }
    }

    /// Offers a packet to one line. Says whether the line changed over from another layer.
    #[expect(clippy::too_many_arguments, reason = "a step of the packet path, borrowed in parts")]
    fn pass_on(
        track: &Track,
        place: usize,
        facts: &Facts,
        start: Start,
        body: Body<'_>,
        legs: &mut [Leg],
        to: Out,
        figures: &mut RouterFigures,
        out: &mut impl Outlet,
    ) -> bool {
        let leg = &mut legs[to.leg];
        let Some(feed) = &track.layers[place].feed else { return false };
        let Some(source) = track.source(place) else { return false };
        let line = &mut leg.send[to.line];
        let before = line.current;
        // From a choice of more layers to one of fewer no keyframe is needed.
        let carried = |layer: usize| {
            let feed = track.layers[layer].feed.as_ref();
            feed.is_some_and(|feed| line.rewriter.carries(feed.generation))
        };
        let from_above =
            |before: usize| before > place && track.are_choices(before, place) && carried(before);
        let eases = start.opens && before.is_some_and(from_above);
        let below = |target: usize| target < place && track.are_choices(target, place);
        if start.opens && before == Some(place) && line.target.is_some_and(below) {
            // The choice of fewer takes over with this very packet.
            figures.drop_one(DropReason::OtherLayer);
            return false;
        }
        let starts = start.starts;
        let changes = (starts || eases) && before.is_some_and(|before| before != place);
        let fresh = Fresh {
            layer: place,
            generation: feed.generation,
            facts,
            starts,
            eases,
            descriptor: Descriptor::read(facts.codec, body),
            same_time: if changes { same_time(track, line, feed, facts) } else { None },
            due_at: if (starts || eases) && !line.rewriter.carries(feed.generation) {
                source.due_at(facts.rtp_time).unwrap_or(facts.arrived)
            } else {
                facts.arrived
            },
            body,
        };
        let mut passed = match line.pass(&fresh) {
            Ok(passed) => passed,
            Err(why) => {
                figures.drop_one(why);
                return false;
            }
        };
        if facts.codec.is_sound() && facts.sequence == source.highest() {
            passed.parcel.beside = leg.send[to.line].beside(facts, &track.layers[place].cache);
        }
        leg.depart(facts.arrived, to.line, &passed.parcel, figures, out);
        if !passed.started {
            return false;
        }
        // Packets behind the first of a keyframe that came before it.
        for sequence in facts.sequence + 1..=track.layers[place].highest() {
            let Some((later, body)) = track.layers[place].cache.find(sequence) else { continue };
            let descriptor = Descriptor::read(later.codec, body);
            let (starts, eases) = (false, false);
            let later = Fresh { facts: &later, starts, eases, descriptor, body, ..fresh };
            if let Ok(passed) = leg.send[to.line].pass(&later) {
                leg.depart(facts.arrived, to.line, &passed.parcel, figures, out);
            }
        }
        let switched = before.is_some_and(|before| before != place);
        figures.layer_switches += u64::from(switched);
        switched
    }

    fn tape(
        track: &mut Track,
        layer: usize,
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
            && let Some(clock) =
                track.layers[layer].feed.as_ref().and_then(|feed| feed.source.clock)
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
    marker: bool,
    now: Instant,
    codec: Codec,
) -> Result<Facts, DropReason> {
    match source.take_late(sequence, rtp_time) {
        Arrival::New { sequence, rtp_time, .. } => Ok(Facts {
            sequence,
            rtp_time,
            arrived: now,
            marker,
            codec,
            level: None,
            capture: None,
        }),
        Arrival::Duplicate => Err(DropReason::Duplicate),
        Arrival::TooOld | Arrival::Restart => Err(DropReason::TooOld),
    }
}

/// The line's timestamp for the moment a packet of another layer was captured, as the clocks of
/// both layers' sources say; none while one of them has not told its clock.
fn same_time(track: &Track, line: &SendState, new: &Feed, facts: &Facts) -> Option<u32> {
    let current = line.current?;
    let old = track.layers[current].feed.as_ref()?;
    if new.rank == old.rank && new.ssrc == old.ssrc && track.are_choices(current, 0) {
        // Choices out of one source have one clock.
        return line.rewriter.time_of(old.generation, facts.rtp_time);
    }
    let (then, now) = (old.source.clock?, new.source.clock?);
    if old.rank.leg != new.rank.leg || !old.codec.clock_hz().eq(&new.codec.clock_hz()) {
        return None;
    }
    let between = i128::from(now.ntp.wrapping_sub(then.ntp).cast_signed());
    let ticks = i64::try_from((between * i128::from(new.codec.clock_hz())) >> 32).ok()?;
    let since = facts.rtp_time.wrapping_sub(now.rtp_time).cast_signed();
    let rtp_time = then.rtp_time.wrapping_add_signed(ticks.wrapping_add(since));
    line.rewriter.time_of(old.generation, rtp_time)
}
