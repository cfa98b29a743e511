//! What one connection carries: the estimate towards it, and what its publisher is told.
//!
//! What is not here: how an estimate is made (`estimate.rs`) and who gets how much of it.

use core::time::Duration;

use model::{Instant, limits};

use crate::estimate::Estimator;
use crate::header::Header;
use crate::pacer::Pacer;
use crate::packet::Packet;
use crate::plan::LegPlan;
use crate::rtcp::Compound;
use crate::transport::arrivals::Arrivals;
use crate::transport::wire::each_feedback;

/// Bytes a packet has on the way besides its payload: IP, UDP, RTP with extensions, SRTP's tag.
const AROUND_PAYLOAD: usize = 20 + 8 + 12 + 12 + 16;

/// A line of which nothing is known is taken to carry so much: everybody's smallest picture at once,
/// and no more than the queue before a thin place holds until the first feedback comes.
const CAREFUL_BPS: u32 = 2 * limits::ESTIMATE_START_BPS;
/// For so long after its first packet: whoever tells nothing then is taken to carry everything.
const CAREFUL_FOR: Duration = Duration::from_secs(1);

/// A picture packet that waits for its turn: its header, and where its payload is kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    pub(crate) header: Header,
    pub(crate) line: usize,
    /// Which feed it is of, and its number there.
    pub(crate) generation: u64,
    pub(crate) sequence: u64,
    /// How much of the end of the kept payload follows the header.
    pub(crate) payload_bytes: usize,
}

/// Both directions of one connection.
#[derive(Debug)]
pub(crate) struct Bandwidth {
    /// Towards the subscriber.
    pub(crate) estimator: Estimator,
    pacer: Pacer<Held>,
    /// Counts the repeats that filled probes.
    pub(crate) fillings: u64,
    arrivals: Arrivals,
    /// When the first counted packet left.
    first_at: Option<Instant>,
    /// Number of the extension in which the publisher counts.
    publisher_counts: Option<u8>,
    /// A source of the publisher, to speak about.
    media: u32,
}

impl Default for Bandwidth {
    fn default() -> Self {
        let mut estimator = Estimator::new(limits::ESTIMATE_START_BPS);
        estimator.want(0);
        Self {
            estimator,
            pacer: Pacer::new(limits::ESTIMATE_START_BPS),
            fillings: 0,
            arrivals: Arrivals::default(),
            first_at: None,
            publisher_counts: None,
            media: 0,
        }
    }
}

impl Bandwidth {
    /// Takes the lines of a plan.
    pub(crate) fn apply(&mut self, plan: &LegPlan) {
        self.publisher_counts = plan.receive.iter().find_map(|line| line.extensions.transport);
    }

    /// A packet of the publisher came, whatever becomes of it. Says when feedback is due, if the
    /// packet was counted.
    pub(crate) fn arrived(
        &mut self,
        now: Instant,
        packet: &Packet<'_>,
        bytes: usize,
    ) -> Option<Instant> {
        let number = *packet.extension(self.publisher_counts?)?.first_chunk::<2>()?;
        self.media = packet.ssrc;
        Some(self.arrivals.take(u16::from_be_bytes(number), bytes, now))
    }

    /// When the publisher is due its next feedback.
    pub(crate) const fn feedback_due(&self) -> Option<Instant> {
        self.arrivals.due()
    }

    /// Writes one feedback for the publisher if it is due; call until it does not.
    pub(crate) fn feed_back(&mut self, now: Instant, ssrc: u32, compound: &mut Compound) -> bool {
        self.arrivals.write(now, ssrc, self.media, compound)
    }

    /// A counted packet leaves; gives its number.
    pub(crate) fn leaves(&mut self, now: Instant, payload_bytes: usize) -> u16 {
        self.first_at.get_or_insert(now);
        self.estimator.send(now, payload_bytes + AROUND_PAYLOAD)
    }

    /// A compound of the subscriber came; what it says of arrivals is taken.
    pub(crate) fn hear(&mut self, now: Instant, compound: &[u8]) {
        each_feedback(compound, |feedback| self.estimator.hear(now, &feedback));
        self.set_pace(now);
    }

    /// There is so much to send, bits per second.
    pub(crate) fn want(&mut self, bps: u64) {
        self.estimator.want(u32::try_from(bps).unwrap_or(u32::MAX));
    }

    fn set_pace(&mut self, now: Instant) {
        match self.estimator.probe_bps(now) {
            Some(bps) => self.pacer.set_rate(u64::from(bps)),
            None => self.pacer.set_estimate(self.estimator.whole_bps()),
        }
    }

    /// What may be sent over a line on which every packet is counted, bits per second; none: as
    /// much as is wanted.
    pub(crate) fn allowed_bps(&self, now: Instant) -> Option<u32> {
        let careful = self.first_at.is_none_or(|at| now.since(at) < CAREFUL_FOR);
        self.estimator.estimate_bps().or_else(|| careful.then_some(CAREFUL_BPS))
    }

    /// Whether a picture packet has to wait now. Nothing waits where nothing is known.
    /// Nothing goes past what waits.
    pub(crate) fn is_busy(&self, now: Instant) -> bool {
        let waits = self.pacer.due().is_some();
        waits || (self.allowed_bps(now).is_some() && !self.pacer.is_free(now))
    }

    /// Lets a packet wait. False when too many do.
    pub(crate) fn hold(&mut self, now: Instant, held: Held) -> bool {
        self.pacer.put(now, held, held.payload_bytes + AROUND_PAYLOAD)
    }

    /// A packet left past those that wait.
    pub(crate) fn spend(&mut self, now: Instant, payload_bytes: usize) {
        if self.allowed_bps(now).is_some() {
            self.pacer.spend(now, payload_bytes + AROUND_PAYLOAD);
        }
    }

    /// The next packet whose turn has come.
    pub(crate) fn next_held(&mut self, now: Instant) -> Option<Held> {
        self.set_pace(now);
        self.pacer.take(now)
    }

    /// Whether one more packet is to leave now for a probe.
    pub(crate) fn wants_filling(&mut self, now: Instant) -> bool {
        self.set_pace(now);
        self.estimator.probe_bps(now).is_some() && self.pacer.has_budget(now)
    }

    /// When the pacer next has something to do.
    pub(crate) fn pace_due(&self, now: Instant) -> Option<Instant> {
        if self.estimator.probe_bps(now).is_some() {
            return Some(now);
        }
        self.pacer.due()
    }
}
