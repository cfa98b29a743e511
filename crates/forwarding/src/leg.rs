//! One connection: its sources, its lines and its line quality.
//!
//! What is not here: moving packets. `router.rs` does that with what it finds here.

use core::time::Duration;

use model::{
    Instant, LinePurpose, Medium, ParticipantId, PictureReason, TrackId, TrackKind, limits,
};

use crate::bandwidth::Bandwidth;
use crate::clock::PublisherClock;
use crate::layer::Rank;
use crate::plan::{LegId, LegPlan};
use crate::router::Stage;
use crate::send_line::SendState;
use crate::slots::Seating;
use crate::sources::Sources;

/// Lines remembered per leg, closed ones included.
const LINES_KEPT: usize = 2 * limits::LINES_MAX;
/// Packets sent again to one leg in [`REPEAT_WINDOW`]: about 10 Mbit/s.
const REPEATS_MAX: u32 = 100;
const REPEAT_WINDOW: Duration = Duration::from_millis(100);

/// Sound is sent redundantly above this loss, per mille, and plainly again below that one.
const REDUNDANT_ABOVE: u16 = 20;
const PLAIN_BELOW: u16 = 10;
/// What a subscriber says of its line (REMB) is believed for so long.
const TOLD_GOOD_FOR: Duration = Duration::from_secs(10);

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
    pub(crate) sources: Sources,
    /// Kind of track to its place in the router's list.
    pub(crate) track_places: [Option<usize>; 3],
    pub(crate) send: Vec<SendState>,
    pub(crate) seating: Seating,
    pub(crate) stage: Stage,
    /// Media or a report came from it.
    pub(crate) heard: bool,
    pub(crate) round_trip: Option<Duration>,
    pub(crate) clock: PublisherClock,
    /// Since when it is known what may be spent on the subscriber.
    pub(crate) budget_since: Option<Instant>,
    pub(crate) bandwidth: Bandwidth,
    pub(crate) traffic: Traffic,
    /// Media packets sent for the first time.
    pub(crate) packets_down: u64,
    /// Loss at the subscriber as last known, per mille.
    pub(crate) loss_down_permille: u16,
    /// Where redundant packets are put together.
    pub(crate) scratch: Vec<u8>,
    /// What the subscriber says its line carries (REMB), and when it said so.
    told: Option<(u32, Instant)>,
    repeats_left: u32,
    repeats_since: Instant,
}

impl Leg {
    pub(crate) fn new(id: LegId, participant: ParticipantId, seating: Seating) -> Self {
        Self {
            id,
            participant,
            connection: 0,
            sources: Sources::default(),
            track_places: [None; 3],
            send: Vec::new(),
            seating,
            stage: Stage::default(),
            heard: false,
            round_trip: None,
            clock: PublisherClock::default(),
            budget_since: None,
            bandwidth: Bandwidth::default(),
            traffic: Traffic::default(),
            packets_down: 0,
            loss_down_permille: 0,
            scratch: Vec::new(),
            told: None,
            repeats_left: REPEATS_MAX,
            repeats_since: Instant(0),
        }
    }

    /// Takes the plan. Lines with a known SSRC keep their numbers, sources of lines that stay keep
    /// their binding.
    pub(crate) fn apply(&mut self, plan: LegPlan) {
        self.connection = plan.connection;
        self.bandwidth.apply(&plan);
        self.sources.apply(plan.receive);
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

    /// The age of a source of this leg, or of the leg itself (`order` 0).
    pub(crate) const fn rank(&self, order: u32) -> Rank {
        Rank { connection: self.connection, leg: self.id, order }
    }

    /// What the line towards the subscriber carries, bits per second; none before its first
    /// transport-wide feedback, and where not every picture line is counted.
    pub(crate) fn estimate_bps(&self) -> Option<u32> {
        self.bandwidth.estimator.estimate_bps().filter(|_| self.is_counted())
    }

    fn is_counted(&self) -> bool {
        self.send.iter().filter(|state| state.open).all(SendState::is_counted)
    }

    /// What the seating puts on line `place` before grants are asked.
    pub(crate) fn seated(&self, place: usize) -> Option<TrackId> {
        match self.send[place].line.purpose {
            LinePurpose::Publish { .. } => None,
            LinePurpose::Stage { medium: Medium::Sound } => {
                self.stage.sound.map(|who| TrackId::new(who, TrackKind::Microphone))
            }
            LinePurpose::Stage { medium: Medium::Picture } => self.stage.picture,
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
    pub(crate) fn line_by_ssrc(&self, ssrc: u32) -> Option<usize> {
        self.send.iter().position(|state| state.open && state.line.ssrc == ssrc)
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

    /// Gives sound redundancy while the line to the subscriber loses packets.
    pub(crate) fn weigh_redundancy(&mut self) {
        let loss = self.loss_down_permille;
        for state in self.send.iter_mut().filter(|state| state.open) {
            if loss > REDUNDANT_ABOVE {
                self.scratch.reserve(limits::DATAGRAM_BYTES_MAX);
                state.make_redundant(true);
            } else if loss < PLAIN_BELOW {
                state.make_redundant(false);
            }
        }
    }

    /// Picture lines that stand still for want of bandwidth.
    pub(crate) fn frozen_lines(&self) -> u8 {
        let frozen = |state: &&SendState| state.choice.reason == Some(PictureReason::Frozen);
        let count = self.send.iter().filter(frozen).filter(|state| state.track.is_some()).count();
        u8::try_from(count).unwrap_or(u8::MAX)
    }

    /// The subscriber says what its line carries, bits per second.
    pub(crate) const fn told_limit(&mut self, bps: u32, now: Instant) {
        self.told = Some((bps, now));
    }

    /// What may be spent on the subscriber, bits per second; none: as much as is wanted.
    pub(crate) fn budget_bps(&self, now: Instant) -> Option<u32> {
        let fresh = |(_, at): &(u32, Instant)| now.since(*at) < TOLD_GOOD_FOR;
        let told = self.told.filter(fresh).map(|(bps, _)| bps);
        let allowed = self.bandwidth.allowed_bps(now).filter(|_| self.is_counted());
        allowed.into_iter().chain(told).min()
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
