//! What one connection carries: the estimate towards it, and what its publisher is told.
//!
//! What is not here: how an estimate is made (`estimate.rs`) and who gets how much of it.

use model::{Instant, limits};

use crate::estimate::Estimator;
use crate::packet::Packet;
use crate::plan::LegPlan;
use crate::rtcp::Compound;
use crate::transport::arrivals::Arrivals;
use crate::transport::wire::each_feedback;

/// Bytes a packet has on the way besides its payload: IP, UDP, RTP with extensions, SRTP's tag.
const AROUND_PAYLOAD: usize = 20 + 8 + 12 + 12 + 16;

/// Both directions of one connection.
#[derive(Debug)]
pub(crate) struct Bandwidth {
    /// Towards the subscriber.
    pub(crate) estimator: Estimator,
    arrivals: Arrivals,
    /// Number of the extension in which the publisher counts.
    publisher_counts: Option<u8>,
    /// A source of the publisher, to speak about.
    media: u32,
}

impl Default for Bandwidth {
    fn default() -> Self {
        Self {
            estimator: Estimator::new(limits::ESTIMATE_START_BPS),
            arrivals: Arrivals::default(),
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
        self.estimator.send(now, payload_bytes + AROUND_PAYLOAD)
    }

    /// A compound of the subscriber came; what it says of arrivals is taken.
    pub(crate) fn hear(&mut self, now: Instant, compound: &[u8]) {
        each_feedback(compound, |feedback| self.estimator.hear(now, &feedback));
    }
}
