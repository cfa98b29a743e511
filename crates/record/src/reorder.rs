//! Puts the packets of one RTP source back in order and says what is missing.
//!
//! What is not here: what packets carry. Extended sequence numbers come from the tape.

use std::collections::BTreeMap;
use std::time::Duration;

use model::Instant;
use model::limits::{REORDER_PACKETS_MAX, REORDER_WAIT};

/// How long the first packets of a source are kept, in case the very first came late.
const START_WAIT: Duration = Duration::from_millis(40);

/// A packet of the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// When it arrived.
    pub arrived: Instant,
    /// Extended RTP time.
    pub rtp_time: u64,
    /// The RTP marker bit.
    pub marker: bool,
    /// Payload.
    pub payload: Vec<u8>,
}

/// What comes out, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ordered {
    /// The next packet.
    Packet(Packet),
    /// Packets that did not come in time.
    Hole {
        /// How many.
        packets: u64,
    },
}

/// The packets of one source that wait for earlier ones.
#[derive(Debug)]
pub struct Reorder {
    /// The next sequence number, once the first packet was let out.
    next: Option<u64>,
    waiting: BTreeMap<u64, Packet>,
    /// When the source started.
    started: Instant,
    /// When the first packet behind the present hole arrived.
    blocked: Option<Instant>,
}

impl Reorder {
    /// A source whose first packet arrives now.
    pub const fn new(now: Instant) -> Self {
        Self { next: None, waiting: BTreeMap::new(), started: now, blocked: None }
    }

    /// Takes a packet. Copies and packets that come after they were given up are dropped; says
    /// whether the packet was new.
    pub fn push(&mut self, sequence: u64, packet: Packet) -> bool {
        if self.next.is_some_and(|next| sequence < next) || self.waiting.contains_key(&sequence) {
            return false;
        }
        self.waiting.insert(sequence, packet);
        true
    }

    /// The next packet or hole that is due.
    pub fn pop(&mut self, now: Instant) -> Option<Ordered> {
        let (&first, packet) = self.waiting.first_key_value()?;
        let full = self.waiting.len() >= REORDER_PACKETS_MAX;
        let Some(next) = self.next else {
            if now.since(self.started) < START_WAIT && !full {
                return None;
            }
            return self.pop_first();
        };
        if first == next {
            return self.pop_first();
        }
        let blocked = *self.blocked.get_or_insert(packet.arrived);
        if now.since(blocked) < REORDER_WAIT && !full {
            return None;
        }
        self.next = Some(first);
        Some(Ordered::Hole { packets: first - next })
    }

    /// The next packet or hole, due or not: for the end of a source.
    pub fn pop_anyhow(&mut self) -> Option<Ordered> {
        let (&first, _) = self.waiting.first_key_value()?;
        match self.next {
            Some(next) if first != next => {
                self.next = Some(first);
                Some(Ordered::Hole { packets: first - next })
            }
            _ => self.pop_first(),
        }
    }

    fn pop_first(&mut self) -> Option<Ordered> {
        let (sequence, packet) = self.waiting.pop_first()?;
        self.next = Some(sequence.saturating_add(1));
        self.blocked = None;
        Some(Ordered::Packet(packet))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(arrived: u64) -> Packet {
        Packet { arrived: Instant(arrived), rtp_time: 0, marker: false, payload: Vec::new() }
    }

    fn sequences(reorder: &mut Reorder, now: u64) -> Vec<Result<u64, u64>> {
        let mut out = Vec::new();
        while let Some(ordered) = reorder.pop(Instant(now)) {
            out.push(match ordered {
                Ordered::Packet(packet) => Ok(packet.arrived.0),
                Ordered::Hole { packets } => Err(packets),
            });
        }
        out
    }

    #[test]
    fn the_first_packet_may_come_late() {
        let mut reorder = Reorder::new(Instant(0));
        assert!(reorder.push(11, packet(1)));
        assert_eq!(sequences(&mut reorder, 1), []);
        assert!(reorder.push(10, packet(2)));
        assert_eq!(sequences(&mut reorder, 40_000), [Ok(2), Ok(1)]);
    }

    #[test]
    fn a_hole_is_waited_for_and_then_named() {
        let mut reorder = Reorder::new(Instant(0));
        reorder.push(1, packet(0));
        assert_eq!(sequences(&mut reorder, 40_000), [Ok(0)]);
        reorder.push(4, packet(50_000));
        reorder.push(5, packet(60_000));
        assert_eq!(sequences(&mut reorder, 349_999), []);
        assert_eq!(sequences(&mut reorder, 350_000), [Err(2), Ok(50_000), Ok(60_000)]);
        assert!(!reorder.push(2, packet(400_000)), "given up");
        assert!(!reorder.push(5, packet(400_000)), "a copy");
    }

    #[test]
    fn a_repair_in_time_leaves_no_hole() {
        let mut reorder = Reorder::new(Instant(0));
        reorder.push(1, packet(0));
        reorder.push(3, packet(20));
        assert_eq!(sequences(&mut reorder, 40_000), [Ok(0)]);
        reorder.push(2, packet(200_000));
        assert_eq!(sequences(&mut reorder, 200_000), [Ok(200_000), Ok(20)]);
    }

    #[test]
    fn half_a_repair_does_not_start_the_wait_anew() {
        let mut reorder = Reorder::new(Instant(0));
        reorder.push(1, packet(0));
        assert_eq!(sequences(&mut reorder, 40_000), [Ok(0)]);
        reorder.push(4, packet(50_000));
        assert_eq!(sequences(&mut reorder, 50_000), []);
        reorder.push(3, packet(300_000));
        assert_eq!(sequences(&mut reorder, 300_000), []);
        assert_eq!(sequences(&mut reorder, 350_000), [Err(1), Ok(300_000), Ok(50_000)]);
    }

    #[test]
    fn memory_is_bounded() {
        let mut reorder = Reorder::new(Instant(0));
        reorder.push(0, packet(0));
        assert_eq!(sequences(&mut reorder, 40_000), [Ok(0)]);
        for sequence in 2..2 + REORDER_PACKETS_MAX as u64 {
            reorder.push(sequence, packet(50_000));
        }
        assert_eq!(sequences(&mut reorder, 50_000).len(), REORDER_PACKETS_MAX + 1);
    }
}
