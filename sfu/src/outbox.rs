//! Sealed packets of one connection, back to back, on their way to the kernel.
//!
//! What is not here: sealing (`srtp.rs`) and deciding what is sent (`forwarding`).
//!
//! Packets of one size that follow each other leave in one call (UDP GSO); the last of a run may
//! be shorter. Packets are not padded to make runs longer: a repeat must be the same bytes as the
//! first sending, or one AEAD nonce would cover two texts.

use crate::metrics::{Metrics, Unsent};
use crate::socket::{Path, RUN_BYTES_MAX, Sent, Socket};
use crate::srtp::{SealRefused, Sealer};

/// Bytes that may wait for a full kernel; one more packet is dropped, and asked for again.
const OUTBOX_BYTES_MAX: usize = 512 * 1024;

/// Sealed packets in order.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    arena: Vec<u8>,
    sizes: Vec<u16>,
    /// RTP packets among them, for the delay histogram.
    media: u32,
}

/// What a flush did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flushed {
    /// RTP packets that left.
    pub(crate) media: u32,
    /// Whether the kernel is full and something waits.
    pub(crate) waits: bool,
}

impl Outbox {
    pub(crate) const fn is_empty(&self) -> bool {
        self.sizes.is_empty()
    }

    /// Seals and queues an RTP packet.
    ///
    /// # Errors
    /// When it is not sent.
    pub(crate) fn rtp(
        &mut self,
        sealer: &mut Sealer,
        header: &[u8],
        payload: &[u8],
    ) -> Result<(), Unsent> {
        if self.arena.len() > OUTBOX_BYTES_MAX {
            return Err(Unsent::OutboxFull);
        }
        let size = sealer.rtp(header, payload, &mut self.arena)?;
        self.queued(size)?;
        self.media += 1;
        Ok(())
    }

    /// Seals and queues an RTCP compound.
    ///
    /// # Errors
    /// When it is not sent.
    pub(crate) fn rtcp(&mut self, sealer: &mut Sealer, compound: &[u8]) -> Result<(), Unsent> {
        if self.arena.len() > OUTBOX_BYTES_MAX {
            return Err(Unsent::OutboxFull);
        }
        let size = sealer.rtcp(compound, &mut self.arena)?;
        self.queued(size)
    }

    fn queued(&mut self, size: usize) -> Result<(), Unsent> {
        match u16::try_from(size) {
            Ok(size) if usize::from(size) <= RUN_BYTES_MAX => {
                self.sizes.push(size);
                Ok(())
            }
            _ => {
                self.arena.truncate(self.arena.len() - size);
                Err(Unsent::from(SealRefused::Malformed))
            }
        }
    }

    /// Throws everything away; gives how many packets that were.
    pub(crate) fn clear(&mut self) -> u64 {
        let count = self.sizes.len();
        self.arena.clear();
        self.sizes.clear();
        self.media = 0;
        u64::try_from(count).unwrap_or(u64::MAX)
    }

    /// The packets, in order.
    pub(crate) fn packets(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest = self.arena.as_slice();
        self.sizes.iter().map(move |size| {
            let (packet, behind) = rest.split_at(usize::from(*size));
            rest = behind;
            packet
        })
    }

    /// Empties the box after its packets left by another way than [`Self::flush`]; gives how many
    /// of them were RTP.
    pub(crate) fn finish(&mut self) -> u32 {
        let media = self.media;
        self.clear();
        media
    }

    /// Hands everything to the kernel, run by run.
    pub(crate) fn flush(&mut self, socket: &Socket, path: &Path, metrics: &Metrics) -> Flushed {
        let mut packets = 0;
        let mut bytes = 0;
        let mut calls = 0;
        let mut waits = false;
        while packets < self.sizes.len() {
            let (count, len) = run(&self.sizes[packets..], socket.run_max());
            let segment = (count > 1).then(|| usize::from(self.sizes[packets]));
            match socket.send(path, &self.arena[bytes..bytes + len], segment) {
                Sent::Done => (),
                Sent::Failed => metrics.unsent(Unsent::Refused, count as u64),
                Sent::Full => {
                    waits = true;
                    break;
                }
            }
            calls += 1;
            packets += count;
            bytes += len;
        }
        metrics.send_calls.inc_by(calls);
        metrics.datagrams_out.inc_by(packets as u64);
        metrics.bytes_out.inc_by(bytes as u64);
        let media = self.media;
        if waits {
            self.sizes.drain(..packets);
            self.arena.drain(..bytes);
            return Flushed { media: 0, waits };
        }
        self.clear();
        Flushed { media, waits }
    }
}

/// How many packets and bytes the next call takes: equal sizes, the last may be shorter.
fn run(sizes: &[u16], max: usize) -> (usize, usize) {
    let Some(first) = sizes.first() else { return (0, 0) };
    let mut count = 1;
    let mut len = usize::from(*first);
    for size in sizes.iter().take(max).skip(1) {
        if size > first || len + usize::from(*size) > RUN_BYTES_MAX {
            break;
        }
        count += 1;
        len += usize::from(*size);
        if size < first {
            break;
        }
    }
    (count, len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_of_one_size_and_may_end_shorter() {
        assert_eq!(run(&[100, 100, 100], 64), (3, 300));
        assert_eq!(run(&[100, 100, 40, 100], 64), (3, 240));
        assert_eq!(run(&[40, 100], 64), (1, 40));
        assert_eq!(run(&[100, 100, 100], 2), (2, 200));
        assert_eq!(run(&[100, 100], 1), (1, 100));
        assert_eq!(run(&[], 64), (0, 0));
    }

    #[test]
    fn a_run_fits_into_one_ip_packet() {
        let sizes = [1_500; 64];
        let (count, len) = run(&sizes, 64);
        assert!(len <= RUN_BYTES_MAX && count == RUN_BYTES_MAX / 1_500);
    }
}
