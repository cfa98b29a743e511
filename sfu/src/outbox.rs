//! Packets of one connection on their way to the kernel: sealed late, sent in runs.
//!
//! What is not here: sealing (`srtp.rs`) and deciding what is sent (`forwarding`).
//!
//! Packets of one size that follow each other leave in one call (UDP GSO); the last of a run may
//! be shorter. Pictures come in packets of nearly one size, the shorter ones first, so packets
//! wait unsealed until they leave and the shorter ones of a run are padded then (RFC 3550 §5.1).
//! Only packets that never go out again are padded: a repeat under the same number must be the same
//! bytes as the first sending, or one AEAD nonce would cover two texts (RFC 7714 §8.4).

use crate::metrics::{Metrics, Unsent};
use crate::socket::{Path, RUN_BYTES_MAX, Sent, Socket};
use crate::srtp::{RTP_HEADER, SealRefused, Sealer};

/// Bytes that may wait for a full kernel; one more packet is dropped, and asked for again.
const OUTBOX_BYTES_MAX: usize = 512 * 1024;
/// A packet is made longer by at most this much: less than a call costs, and than anybody notices.
const PADDING_MAX: usize = 24;
/// Only packets at least this long are padded: pictures.
const PADDED_MIN: usize = 300;
/// The bit of an RTP header that says there is padding.
const PADDED: u8 = 0x20;

/// A packet that is not sealed yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Open {
    /// Bytes of it, and of them the header with what follows it in the header's slice.
    len: u16,
    header: u16,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// RTP; whether it may be padded.
    Rtp {
        once: bool,
    },
    Rtcp,
}

impl Open {
    fn may_grow(self) -> bool {
        self.kind == Kind::Rtp { once: true } && usize::from(self.len) >= PADDED_MIN
    }
}

/// Packets in order: those that are sealed leave first.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    plain: Vec<u8>,
    open: Vec<Open>,
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
        self.sizes.is_empty() && self.open.is_empty()
    }

    /// Queues an RTP packet; `once`: it will never be sent again under its number. After the header
    /// itself `header` may go on with the payload's first bytes.
    ///
    /// # Errors
    /// When it is not sent.
    pub(crate) fn rtp(&mut self, header: &[u8], payload: &[u8], once: bool) -> Result<(), Unsent> {
        if header.len() < RTP_HEADER {
            return Err(Unsent::from(SealRefused::Malformed));
        }
        let once = once && header[0] & PADDED == 0;
        self.queue(header, payload, Kind::Rtp { once })
    }

    /// Queues an RTCP compound.
    ///
    /// # Errors
    /// When it is not sent.
    pub(crate) fn rtcp(&mut self, compound: &[u8]) -> Result<(), Unsent> {
        self.queue(compound, &[], Kind::Rtcp)
    }

    fn queue(&mut self, header: &[u8], payload: &[u8], kind: Kind) -> Result<(), Unsent> {
        if self.arena.len() + self.plain.len() > OUTBOX_BYTES_MAX {
            return Err(Unsent::OutboxFull);
        }
        let malformed = || Unsent::from(SealRefused::Malformed);
        let len = header.len() + payload.len();
        if len > RUN_BYTES_MAX {
            return Err(malformed());
        }
        let (len, header_len) = (u16::try_from(len), u16::try_from(header.len()));
        let (Ok(len), Ok(header_len)) = (len, header_len) else { return Err(malformed()) };
        self.plain.extend_from_slice(header);
        self.plain.extend_from_slice(payload);
        self.open.push(Open { len, header: header_len, kind });
        Ok(())
    }

    /// Seals what waits, padded for runs if they leave in one call.
    pub(crate) fn seal(&mut self, sealer: &mut Sealer, in_runs: bool, metrics: &Metrics) {
        let (mut at, mut place) = (0, 0);
        while place < self.open.len() {
            let (count, size) = if in_runs { alike(&self.open[place..]) } else { (1, 0) };
            for one in &mut self.open[place..place + count] {
                let len = usize::from(one.len);
                let packet = &mut self.plain[at..at + len];
                at += len;
                let padding = if one.may_grow() { size.saturating_sub(len) } else { 0 };
                let sealed = match one.kind {
                    Kind::Rtp { .. } => {
                        if padding > 0 {
                            packet[0] |= PADDED;
                        }
                        let (header, payload) = packet.split_at(usize::from(one.header));
                        sealer.rtp(header, payload, padding, &mut self.arena)
                    }
                    Kind::Rtcp => sealer.rtcp(packet, &mut self.arena),
                };
                match sealed.map(u16::try_from) {
                    Ok(Ok(size)) => {
                        self.sizes.push(size);
                        self.media += u32::from(one.kind != Kind::Rtcp);
                    }
                    Ok(Err(_)) => {}
                    Err(why) => metrics.unsent(Unsent::from(why), 1),
                }
            }
            place += count;
        }
        self.plain.clear();
        self.open.clear();
    }
    /// Throws everything away; gives how many packets that were.
    pub(crate) fn clear(&mut self) -> u64 {
        let count = self.sizes.len() + self.open.len();
        self.plain.clear();
        self.open.clear();
        self.arena.clear();
        self.sizes.clear();
        self.media = 0;
        u64::try_from(count).unwrap_or(u64::MAX)
    }

    /// The sealed packets, in order.
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

    /// Hands everything that is sealed to the kernel, run by run.
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

/// How many of the packets to come are to be of one length, and of which: those that are nearly as
/// long as each other and may grow.
fn alike(open: &[Open]) -> (usize, usize) {
    let Some(first) = open.first() else { return (0, 0) };
    let (mut least, mut most, mut count) = (usize::from(first.len), usize::from(first.len), 1);
    for one in open.iter().skip(1) {
        let len = usize::from(one.len);
        let (low, high) = (least.min(len), most.max(len));
        if !first.may_grow() || !one.may_grow() || high - low > PADDING_MAX {
            break;
        }
        (least, most, count) = (low, high, count + 1);
    }
    (count, most)
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
    use prometheus::Registry;

    use super::*;
    use crate::srtp::Profile;
    use crate::srtp::tests::pair;

    fn header(sequence: u16) -> Vec<u8> {
        let mut header = vec![0x80, 96];
        header.extend_from_slice(&sequence.to_be_bytes());
        header.extend_from_slice(&[0, 0, 0, 7, 0, 0, 0, 9]);
        header
    }

    #[test]
    fn pictures_of_nearly_one_size_leave_as_one_run_and_are_read_as_they_were() {
        let (mut server, mut page) = pair(Profile::AeadAes128Gcm);
        let metrics = Metrics::new(&Registry::new()).unwrap();
        let mut outbox = Outbox::default();
        let sizes = [1_000, 1_000, 1_001, 1_001, 700, 80];
        for (sequence, size) in (10..).zip(sizes) {
            outbox.rtp(&header(sequence), &vec![7; size], size != 80).unwrap();
        }
        assert!(!outbox.is_empty());
        outbox.seal(&mut server.sealer, true, &metrics);
        assert_eq!(run(&outbox.sizes, 64).0, 5, "four alike and a shorter one");
        for (packet, size) in outbox.packets().zip(sizes) {
            let mut packet = packet.to_vec();
            let end = page.opener.open_rtp(&mut packet).unwrap();
            let read = forwarding::packet::Packet::read(&packet[..end]).unwrap();
            assert_eq!(read.payload, vec![7; size]);
        }
        assert_eq!(outbox.finish(), 6);
        assert!(outbox.is_empty());
    }

    #[test]
    fn what_may_go_out_again_is_the_same_bytes_whatever_stands_beside_it() {
        let (mut server, _) = pair(Profile::AeadAes128Gcm);
        let metrics = Metrics::new(&Registry::new()).unwrap();
        let mut outbox = Outbox::default();
        let mut seal = |packets: &[(u16, usize)], in_runs| {
            for (sequence, size) in packets {
                outbox.rtp(&header(*sequence), &vec![7; *size], false).unwrap();
            }
            outbox.seal(&mut server.sealer, in_runs, &metrics);
            let all: Vec<Vec<u8>> = outbox.packets().map(<[u8]>::to_vec).collect();
            outbox.finish();
            all
        };
        let first = seal(&[(10, 1_000), (11, 1_010)], true);
        assert_eq!((first[0].len(), first[1].len()), (1_028, 1_038));
        assert_eq!(seal(&[(10, 1_000)], true), first[..1]);
        assert_eq!(seal(&[(11, 1_010), (10, 1_000)], false), [first[1].clone(), first[0].clone()]);
    }

    #[test]
    fn only_long_packets_that_never_go_again_grow_and_never_by_much() {
        let open = |len, once| Open { len, header: 12, kind: Kind::Rtp { once } };
        assert_eq!(alike(&[open(1_000, true), open(1_024, true), open(1_025, true)]), (2, 1_024));
        assert_eq!(alike(&[open(1_024, true), open(1_000, true), open(999, true)]), (2, 1_024));
        assert_eq!(alike(&[open(1_000, false), open(1_001, true)]), (1, 1_000));
        assert_eq!(alike(&[open(1_000, true), open(1_001, false)]), (1, 1_000));
        assert_eq!(alike(&[open(100, true), open(101, true)]), (1, 100));
        assert_eq!(alike(&[]), (0, 0));
        let padded = Outbox::default().rtp(&[0xa0; 12], &[], true);
        assert_eq!(padded, Ok(()), "padding of a probe stays as it is");
    }

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
