//! A false page with a browser's habits: sends, receives, asks again, reports, and measures what
//! its person hears and sees.
//! What is not here: when it does what; `stage.rs` says so.

use core::time::Duration;
use std::collections::BTreeMap;

use forwarding::packet::Packet;
use forwarding::rtcp::{self, Compound, Item};
use forwarding::transport::arrivals::Arrivals;
use forwarding::{LegId, LegPlan};
use model::{Codec, Instant, LinePurpose, Medium, Now, ParticipantId, TrackId, TrackKind};

use super::ear::Ear;
use super::eye::Eye;
use super::line::Line;
use super::measure::{Figures, Measure};
use super::publisher::{Outgoing, Publisher};
use super::source::extension;
use super::stamp::Stamp;
use super::vice::Vice;

/// A keyframe is asked for again after this.
const KEY_AGAIN: Duration = Duration::from_millis(200);
/// Lip sync counts once sound and picture have had this time to get their reports.
const LIP_AFTER: Duration = Duration::from_secs(2);

/// One person's page.
#[derive(Clone, Debug)]
pub(crate) struct Station {
    pub(crate) who: ParticipantId,
    /// Online at the beginning, or comes later.
    pub(crate) online: bool,
    pub(crate) leg: Option<LegId>,
    pub(crate) connection: u32,
    pub(crate) publisher: Publisher,
    pub(crate) lines: BTreeMap<u32, Line>,
    /// SSRC of repairs to the SSRC they repair.
    pub(crate) repairs: BTreeMap<u32, u32>,
    pub(crate) ears: BTreeMap<ParticipantId, Ear>,
    pub(crate) eyes: BTreeMap<TrackId, Eye>,
    pub(crate) vice: Option<Vice>,
    /// Round trip it knows of, for asking again.
    pub(crate) round_trip: Duration,
    /// What arrived, for the server's estimate.
    arrivals: Arrivals,
    beats: u64,
    lip_from: Instant,
    pub(crate) lips: BTreeMap<ParticipantId, Figures>,
}

impl Station {
    pub(crate) fn new(who: ParticipantId, kbps: u32) -> Self {
        Self {
            who,
            online: false,
            leg: None,
            connection: 0,
            publisher: Publisher::new(who, kbps),
            lines: BTreeMap::new(),
            repairs: BTreeMap::new(),
            ears: BTreeMap::new(),
            eyes: BTreeMap::new(),
            vice: None,
            round_trip: Duration::from_millis(60),
            arrivals: Arrivals::default(),
            beats: u64::from(who.0) * 7,
            lip_from: Instant(0),
            lips: BTreeMap::new(),
        }
    }

    /// A connection stands: its lines are new, the old ones stay while packets come.
    pub(crate) fn connect(&mut self, now: Now, leg: LegId, plan: &LegPlan) {
        self.leg = Some(leg);
        self.arrivals = Arrivals::default();
        self.lip_from = now.instant.plus(LIP_AFTER);
        for line in &plan.send {
            let sound = matches!(line.purpose, LinePurpose::Seat { medium: Medium::Sound, .. });
            let clock_hz = if sound { Codec::Opus } else { Codec::Vp8 }.clock_hz();
            self.lines.insert(line.ssrc, Line::new(line.ssrc, clock_hz));
            if let Some(repair) = &line.repair {
                self.repairs.insert(repair.ssrc, line.ssrc);
            }
        }
    }

    /// One beat: what goes out, bad deeds included.
    pub(crate) fn beat(&mut self, now: Now) -> Vec<Outgoing> {
        self.beats += 1;
        let mut out = self.publisher.beat(now);
        if !self.vice.as_ref().is_some_and(Vice::is_deaf) {
            let mut told = Compound::default();
            while self.arrivals.write(now.instant, 1, 1, &mut told) {
                out.push((Duration::ZERO, told.as_bytes().to_vec(), true));
                told.clear();
            }
            let wishes = self.wishes(now);
            out.extend(wishes.into_iter().map(|bytes| (Duration::ZERO, bytes, true)));
            if self.beats.is_multiple_of(50) {
                let reports = self.reports(now);
                out.extend(reports.into_iter().map(|bytes| (Duration::ZERO, bytes, true)));
                self.measure_lips(now.instant);
            }
        }
        if let Some(mut vice) = self.vice.take() {
            vice.act(now, self, &mut out);
            self.vice = Some(vice);
        }
        out
    }

    /// Takes a media packet. Whether it said what it was.
    pub(crate) fn take(&mut self, bytes: &[u8], now: Instant) -> bool {
        if self.vice.as_ref().is_some_and(Vice::is_deaf) {
            return true;
        }
        let Some(packet) = Packet::read(bytes) else { return false };
        if let Some(number) = packet.extension(extension::TRANSPORT)
            && let Some(number) = number.first_chunk::<2>()
        {
            self.arrivals.take(u16::from_be_bytes(*number), bytes.len(), now);
        }
        let repaired = self.repairs.get(&packet.ssrc).copied();
        let (ssrc, sequence, payload) = match (repaired, packet.payload.split_first_chunk::<2>()) {
            (Some(ssrc), Some((original, payload))) => {
                (ssrc, u16::from_be_bytes(*original), payload)
            }
            // Padding alone, to see what the line carries.
            (Some(_), None) => return true,
            (None, _) => (packet.ssrc, packet.sequence, packet.payload),
        };
        let Some(line) = self.lines.get_mut(&ssrc) else { return false };
        let sound = line.is_sound();
        let Some(number) = line.take(sequence, repaired.is_some(), now) else { return true };
        if payload.is_empty() {
            return true;
        }
        // The newest is the last: redundant sound brings older sound along before it.
        let newest = if sound { Stamp::all(payload).last() } else { Stamp::of(payload) };
        let Some(stamp) = newest else { return false };
        line.note(packet.rtp_time, stamp, now);
        if stamp.track.kind.is_sound() {
            let ear = self.ears.entry(stamp.track.participant).or_default();
            for stamp in Stamp::all(payload) {
                ear.hear(stamp, now);
            }
        } else {
            let eye = self.eyes.entry(stamp.track).or_default();
            eye.look(stamp, (ssrc, number), &line.arrived, now);
        }
        true
    }

    /// Takes a control packet; packets that are wanted again. None when it was broken.
    pub(crate) fn take_control(&mut self, compound: &[u8], now: Instant) -> Option<Vec<Vec<u8>>> {
        let mut again = Vec::new();
        if self.vice.as_ref().is_some_and(Vice::is_deaf) {
            return Some(again);
        }
        let Self { publisher, lines, .. } = self;
        let whole = rtcp::read(compound, |item| {
            if let Item::Sender(report) = item
                && let Some(line) = lines.get_mut(&report.ssrc)
            {
                line.take_report(report, now);
            }
            again.extend(publisher.take(&item));
        });
        whole.then_some(again)
    }

    /// Somebody's tracks are due here from now on, or not any more.
    pub(crate) fn due(&mut self, track: TrackId, due: bool, now: Instant) {
        if track.kind.is_sound() {
            let ear = self.ears.entry(track.participant).or_default();
            if due { ear.begin(now) } else { ear.rest(now) }
        } else {
            let eye = self.eyes.entry(track).or_default();
            if due { eye.begin(now) } else { eye.rest(now) }
        }
    }

    /// What was seen of each person, at the end.
    pub(crate) fn figures(&mut self) -> BTreeMap<ParticipantId, Figures> {
        let mut all = core::mem::take(&mut self.lips);
        for (who, ear) in &mut self.ears {
            ear.finish();
            all.entry(*who).or_default().merge(&ear.seen);
        }
        for (track, eye) in &self.eyes {
            all.entry(track.participant).or_default().merge(&eye.seen);
        }
        all
    }

    /// Asks for what is missing, and for keyframes where a picture cannot go on.
    fn wishes(&mut self, now: Now) -> Vec<Vec<u8>> {
        let mut all = Vec::new();
        let mut compound = Compound::default();
        let mine = self.publisher.sources.first().map_or(1, |source| source.ssrc);
        let again = self.round_trip.max(Duration::from_millis(40));
        for line in self.lines.values_mut() {
            let track = line.latest().map(|stamp| stamp.track);
            let wants_key = track
                .and_then(|track| self.eyes.get(&track))
                .is_some_and(|eye| eye.wants_key(now.instant));
            let asked = line.asked_key.is_some_and(|at| now.instant.since(at) < KEY_AGAIN);
            if wants_key && !asked && compound.fits(200) {
                line.asked_key = Some(now.instant);
                compound.keyframe_request(mine, line.ssrc);
            }
            let holes = line.holes(now.instant, again);
            let mut rest = &holes[..];
            while !rest.is_empty() {
                rest = compound.nack(mine, line.ssrc, rest);
                if !compound.fits(200) {
                    all.push(compound.as_bytes().to_vec());
                    compound.clear();
                }
            }
        }
        if !compound.is_empty() {
            all.push(compound.as_bytes().to_vec());
        }
        all
    }

    /// Receiver reports about every line.
    fn reports(&mut self, now: Now) -> Vec<Vec<u8>> {
        let mine = self.publisher.sources.first().map_or(1, |source| source.ssrc);
        let blocks: Vec<_> = self.lines.values_mut().filter_map(|line| line.block(now)).collect();
        blocks
            .chunks(20)
            .map(|blocks| {
                let mut compound = Compound::default();
                compound.receiver_report(mine, blocks);
                compound.as_bytes().to_vec()
            })
            .collect()
    }

    /// How far each person's sound is from their picture, as this page would play them.
    fn measure_lips(&mut self, now: Instant) {
        if now < self.lip_from {
            return;
        }
        let label = |track: TrackId| {
            let lines = self.lines.values();
            let line = lines
                .filter(|line| line.latest().is_some_and(|stamp| stamp.track == track))
                .max_by_key(|line| line.latest().map(|stamp| stamp.captured));
            line.and_then(Line::label_error_us)
        };
        let people: Vec<_> = self.ears.keys().copied().collect();
        for who in people {
            let sound = label(TrackId::new(who, TrackKind::Microphone));
            let picture = label(TrackId::new(who, TrackKind::Camera));
            if let (Some(sound), Some(picture)) = (sound, picture) {
                let apart = (sound - picture).abs() / 1_000;
                self.lips.entry(who).or_default().see(Measure::Lip, apart);
            }
        }
    }
}
