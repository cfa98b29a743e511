//! One connection: which of its sources is which track, its lines and its line quality.
//!
//! What is not here: moving packets. `router.rs` does that with what it finds here.

use core::time::Duration;

use model::{Codec, Instant, LinePurpose, Medium, ParticipantId, TrackId, TrackKind, limits};

use crate::clock::PublisherClock;
use crate::figures::DropReason;
use crate::packet::Packet;
use crate::plan::{LegId, LegPlan, ReceiveLine};
use crate::send_line::SendState;
use crate::slots::Seating;
use crate::track::Rank;

/// Sources of one leg that are kept apart; one more pushes out a silent one.
const SOURCES_MAX: usize = 16;
/// Lines remembered per leg, closed ones included.
const LINES_KEPT: usize = 2 * limits::LINES_MAX;
/// Packets sent again to one leg in [`REPEAT_WINDOW`]: about 10 Mbit/s.
const REPEATS_MAX: u32 = 100;
const REPEAT_WINDOW: Duration = Duration::from_millis(100);

/// A source that was found to belong to a line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Binding {
    pub(crate) ssrc: u32,
    pub(crate) kind: TrackKind,
    order: u32,
    used_at: Instant,
    /// NTP time, RTP timestamp and arrival of the latest sender report.
    pub(crate) report: Option<(u64, u32, Instant)>,
}

/// What a packet is, according to its leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Meaning {
    pub(crate) kind: TrackKind,
    pub(crate) order: u32,
    pub(crate) codec: Codec,
    pub(crate) level: Option<u8>,
}

/// Counts for the participant's figures, since they were last made.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Traffic {
    pub(crate) bytes_up: u64,
    pub(crate) bytes_down: u64,
    pub(crate) expected_down: u64,
    pub(crate) lost_down: u64,
}

/// One connection.
#[derive(Debug)]
pub(crate) struct Leg {
    pub(crate) id: LegId,
    pub(crate) participant: ParticipantId,
    pub(crate) connection: u32,
    receive: [Option<ReceiveLine>; 3],
    /// Kind of track to its place in the router's list.
    pub(crate) track_places: [Option<usize>; 3],
    pub(crate) bindings: Vec<Binding>,
    next_order: u32,
    pub(crate) send: Vec<SendState>,
    pub(crate) seating: Seating,
    /// Media or a report came from it.
    pub(crate) heard: bool,
    pub(crate) round_trip: Option<Duration>,
    pub(crate) clock: PublisherClock,
    pub(crate) traffic: Traffic,
    /// Loss at the subscriber as last known, per mille.
    pub(crate) loss_down_permille: u16,
    repeats_left: u32,
    repeats_since: Instant,
}

impl Leg {
    pub(crate) fn new(id: LegId, participant: ParticipantId, seating: Seating) -> Self {
        Self {
            id,
            participant,
            connection: 0,
            receive: [None, None, None],
            track_places: [None; 3],
            bindings: Vec::with_capacity(SOURCES_MAX),
            next_order: 0,
            send: Vec::new(),
            seating,
            heard: false,
            round_trip: None,
            clock: PublisherClock::default(),
            traffic: Traffic::default(),
            loss_down_permille: 0,
            repeats_left: REPEATS_MAX,
            repeats_since: Instant(0),
        }
    }

    /// Takes the plan. Lines with a known SSRC keep their numbers, sources of lines that stay keep
    /// their binding.
    pub(crate) fn apply(&mut self, plan: LegPlan) {
        self.connection = plan.connection;
        let old = core::mem::take(&mut self.receive);
        for line in plan.receive {
            let place = &mut self.receive[line.kind as usize];
            if place.is_none() {
                *place = Some(line);
            }
        }
        let receive = &self.receive;
        let mid = |line: &Option<ReceiveLine>| line.as_ref().map(|line| line.mid);
        self.bindings.retain(|binding| {
            let place = binding.kind as usize;
            receive[place].is_some() && mid(&receive[place]) == mid(&old[place])
        });
        for state in &mut self.send {
            state.open = false;
        }
        for line in plan.send.into_iter().take(limits::LINES_MAX) {
            if matches!(line.purpose, LinePurpose::Publish { .. }) {
                continue;
            }
            let known = self.send.iter().position(|state| state.line.ssrc == line.ssrc);
            match known {
                Some(place) => self.send[place].renew(line),
                None if self.send.len() < LINES_KEPT => self.send.push(SendState::new(line)),
                None => {}
            }
        }
        for state in self.send.iter_mut().filter(|state| !state.open) {
            state.close();
        }
    }

    /// Kinds of track the page sends on this leg.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = TrackKind> + '_ {
        self.receive.iter().flatten().map(|line| line.kind)
    }

    /// The age of a source of this leg, or of the leg itself (`order` 0).
    pub(crate) const fn rank(&self, order: u32) -> Rank {
        Rank { connection: self.connection, leg: self.id, order }
    }

    /// Finds out what a packet is: by SSRC, else by `mid`, else by payload type if only one line
    /// uses it (RFC 8843 §9.2). A source found out is bound.
    ///
    /// # Errors
    /// Why the packet belongs nowhere.
    pub(crate) fn meaning(
        &mut self,
        packet: &Packet<'_>,
        now: Instant,
    ) -> Result<Meaning, DropReason> {
        let bound = self.bindings.iter().position(|binding| binding.ssrc == packet.ssrc);
        let kind = match bound {
            Some(place) => self.bindings[place].kind,
            None => self.line_by_looks(packet)?,
        };
        let line = self.receive[kind as usize].as_ref().ok_or(DropReason::NoLine)?;
        let codec = line
            .payloads
            .iter()
            .find(|(payload_type, _)| *payload_type == packet.payload_type)
            .map(|(_, codec)| *codec)
            .ok_or(DropReason::WrongPayloadType)?;
        let level = line
            .extensions
            .level
            .and_then(|id| packet.extension(id))
            .and_then(|value| value.first().copied());
        let order = match bound {
            Some(place) => {
                self.bindings[place].used_at = now;
                self.bindings[place].order
            }
            None => self.bind(packet, kind, now)?,
        };
        Ok(Meaning { kind, order, codec, level })
    }

    fn line_by_looks(&self, packet: &Packet<'_>) -> Result<TrackKind, DropReason> {
        let lines = || self.receive.iter().flatten();
        if let Some(line) = lines().find(|line| line.ssrcs.contains(&packet.ssrc)) {
            return Ok(line.kind);
        }
        let mut has_mid = false;
        for line in lines() {
            if let Some(mid) = line.extensions.mid.and_then(|id| packet.extension(id)) {
                if mid == line.mid.as_bytes() {
                    return Ok(line.kind);
                }
                has_mid = true;
            }
        }
        let mut fitting = lines().filter(|line| {
            line.payloads.iter().any(|(payload_type, _)| *payload_type == packet.payload_type)
        });
        match (fitting.next(), fitting.next()) {
            (Some(only), None) if !has_mid => Ok(only.kind),
            _ => Err(DropReason::NoLine),
        }
    }

    fn bind(
        &mut self,
        packet: &Packet<'_>,
        kind: TrackKind,
        now: Instant,
    ) -> Result<u32, DropReason> {
        if packet.payload.is_empty() {
            return Err(DropReason::Empty);
        }
        if self.bindings.len() == SOURCES_MAX {
            let (place, oldest) = self
                .bindings
                .iter()
                .enumerate()
                .min_by_key(|(_, binding)| binding.used_at)
                .expect("the list is full");
            if now.since(oldest.used_at) < limits::TRACK_SILENT {
                return Err(DropReason::TooManySources);
            }
            self.bindings.remove(place);
        }
        self.next_order += 1;
        self.bindings.push(Binding {
            ssrc: packet.ssrc,
            kind,
            order: self.next_order,
            used_at: now,
            report: None,
        });
        Ok(self.next_order)
    }

    /// What the seating puts on line `place` before grants are asked.
    pub(crate) fn seated(&self, place: usize) -> Option<TrackId> {
        match self.send[place].line.purpose {
            LinePurpose::Publish { .. } | LinePurpose::Stage { .. } => None,
            LinePurpose::Seat { slot, medium } => {
                let kind = match medium {
                    Medium::Sound => TrackKind::Microphone,
                    Medium::Picture => TrackKind::Camera,
                };
                self.seating.seats.get(&slot).map(|who| TrackId::new(*who, kind))
            }
            LinePurpose::Screen { slot } => {
                self.seating.screens.get(&slot).map(|who| TrackId::new(*who, TrackKind::Screen))
            }
        }
    }

    /// The open line that goes out under `ssrc`.
    pub(crate) fn line_by_ssrc(&mut self, ssrc: u32) -> Option<&mut SendState> {
        self.send.iter_mut().find(|state| state.open && state.line.ssrc == ssrc)
    }

    /// The SSRC under which the server reports on this leg.
    pub(crate) fn own_ssrc(&self) -> u32 {
        self.send.first().map_or(1, |state| state.line.ssrc)
    }

    /// Takes a measured round trip into the smoothed one (RFC 6298 §2).
    pub(crate) fn measured(&mut self, round_trip: Duration) {
        self.round_trip = Some(match self.round_trip {
            None => round_trip,
            Some(smooth) => (smooth * 7 + round_trip) / 8,
        });
    }

    /// Whether one more packet may be sent again now.
    pub(crate) fn may_repeat(&mut self, now: Instant) -> bool {
        if now.since(self.repeats_since) >= REPEAT_WINDOW {
            self.repeats_since = now;
            self.repeats_left = REPEATS_MAX;
        }
        self.repeats_left > 0
    }

    /// A packet was sent again.
    pub(crate) const fn count_repeat(&mut self) {
        self.repeats_left = self.repeats_left.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Mid;

    fn line(kind: TrackKind, mid: &[u8], payloads: &[(u8, Codec)], ssrcs: &[u32]) -> ReceiveLine {
        ReceiveLine {
            kind,
            mid: Mid::new(mid).unwrap(),
            payloads: payloads.to_vec(),
            ssrcs: ssrcs.to_vec(),
            repairs: Vec::new(),
            red: None,
            repair_ssrcs: Vec::new(),
            rids: Vec::new(),
            extensions: crate::plan::Extensions {
                mid: Some(4),
                level: Some(1),
                ..crate::plan::Extensions::default()
            },
        }
    }

    fn plan(receive: Vec<ReceiveLine>) -> LegPlan {
        LegPlan { participant: ParticipantId(1), connection: 1, receive, send: Vec::new() }
    }

    fn leg() -> Leg {
        let mut leg = Leg::new(LegId(1), ParticipantId(1), Seating::default());
        leg.apply(plan(vec![
            line(TrackKind::Microphone, b"0", &[(111, Codec::Opus)], &[10]),
            line(TrackKind::Camera, b"1", &[(96, Codec::Vp8)], &[]),
            line(TrackKind::Screen, b"2", &[(96, Codec::Vp8)], &[30]),
        ]));
        leg
    }

    fn packet(payload_type: u8, ssrc: u32, extension: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0x80, payload_type, 0, 1, 0, 0, 0, 0];
        bytes.extend_from_slice(&ssrc.to_be_bytes());
        if !extension.is_empty() {
            bytes[0] |= 0x10;
            bytes.extend_from_slice(&[0xbe, 0xde, 0, 1]);
            bytes.extend_from_slice(extension);
        }
        bytes.push(7);
        bytes
    }

    fn kind(leg: &mut Leg, bytes: &[u8]) -> Result<TrackKind, DropReason> {
        leg.meaning(&Packet::read(bytes).unwrap(), Instant(0)).map(|meaning| meaning.kind)
    }

    #[test]
    fn a_source_is_found_by_ssrc_mid_or_payload_type() {
        let mut leg = leg();
        assert_eq!(kind(&mut leg, &packet(96, 30, &[])), Ok(TrackKind::Screen));
        assert_eq!(kind(&mut leg, &packet(96, 77, &[])), Err(DropReason::NoLine), "two lines");
        assert_eq!(kind(&mut leg, &packet(96, 77, &[0x40, b'1', 0, 0])), Ok(TrackKind::Camera));
        assert_eq!(kind(&mut leg, &packet(96, 77, &[])), Ok(TrackKind::Camera), "bound now");
        assert_eq!(kind(&mut leg, &packet(111, 78, &[])), Ok(TrackKind::Microphone));
        let stray = packet(111, 79, &[0x40, b'9', 0, 0]);
        assert_eq!(kind(&mut leg, &stray), Err(DropReason::NoLine), "an unknown mid");
        assert_eq!(kind(&mut leg, &packet(5, 10, &[])), Err(DropReason::WrongPayloadType));
    }

    #[test]
    fn sources_are_bounded_and_silent_ones_give_way() {
        let mut leg = leg();
        for ssrc in 100..116 {
            assert!(kind(&mut leg, &packet(111, ssrc, &[])).is_ok());
        }
        let more = packet(111, 200, &[]);
        assert_eq!(kind(&mut leg, &more), Err(DropReason::TooManySources));
        let later = Instant(3_000_000);
        assert!(leg.meaning(&Packet::read(&more).unwrap(), later).is_ok());
        assert_eq!(leg.bindings.len(), SOURCES_MAX);
    }

    #[test]
    fn a_line_that_goes_takes_its_sources_along() {
        let mut leg = leg();
        assert!(kind(&mut leg, &packet(96, 77, &[0x40, b'1', 0, 0])).is_ok());
        assert!(kind(&mut leg, &packet(111, 10, &[])).is_ok());
        leg.apply(plan(vec![line(TrackKind::Microphone, b"0", &[(111, Codec::Opus)], &[])]));
        assert_eq!(kind(&mut leg, &packet(111, 10, &[])), Ok(TrackKind::Microphone));
        assert_eq!(kind(&mut leg, &packet(96, 77, &[])), Err(DropReason::NoLine));
    }
}
