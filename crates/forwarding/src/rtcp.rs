//! Reads and writes RTCP (RFC 3550 §6, RFC 4585 §6, RFC 5104 §4.3.1): the one door to it.
//!
//! What is not here: what follows from a report; `feedback.rs` and `reports.rs` decide that.

/// The canonical name of the server in every source description (RFC 3550 §6.5.1). The answer's
/// `a=ssrc … cname` must say the same.
pub const CNAME: &str = "assize";

/// A report block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// Which source it is about.
    pub about: u32,
    /// Share of packets lost since the last report, in 256ths.
    pub fraction_lost: u8,
    /// Packets lost in all; negative when repeats outnumber losses. 24 bits on the wire.
    pub lost: i32,
    /// Extended highest sequence number received.
    pub highest: u32,
    /// Interarrival jitter in units of the timestamp.
    pub jitter: u32,
    /// Middle 32 bits of the NTP time of the last sender report; 0 for none.
    pub last_report: u32,
    /// Time since that report, in 65,536ths of a second.
    pub delay: u32,
}

/// A sender report without its blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SenderReport {
    /// Whose.
    pub ssrc: u32,
    /// NTP time, 32.32 fixed point.
    pub ntp: u64,
    /// RTP timestamp of the same moment.
    pub rtp_time: u32,
    /// Packets sent.
    pub packets: u32,
    /// Payload bytes sent.
    pub octets: u32,
}

/// One statement of a compound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    /// A sender report.
    Sender(SenderReport),
    /// A report block out of a sender or receiver report.
    Block(Block),
    /// A source says goodbye.
    Bye {
        /// Which.
        ssrc: u32,
    },
    /// A packet is asked for again (generic NACK).
    Missing {
        /// Of which source.
        media: u32,
        /// Which packet.
        sequence: u16,
    },
    /// A keyframe is asked for (PLI or FIR).
    Keyframe {
        /// Of which source.
        media: u32,
    },
    /// What the reporter's line carries (draft-alvestrand-rmcat-remb-03 §2.2).
    Limit {
        /// Bits per second.
        bps: u32,
    },
}

const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const DESCRIPTION: u8 = 202;
const BYE: u8 = 203;
const TRANSPORT_FEEDBACK: u8 = 205;
const PAYLOAD_FEEDBACK: u8 = 206;
const NACK: u8 = 1;
const PLI: u8 = 1;
const FIR: u8 = 4;
const APPLICATION: u8 = 15;

/// Reads a compound and hands each statement to `each`. What is unknown is passed over. Says
/// whether everything was well formed; what came before a break was handed out.
#[must_use]
pub fn read(compound: &[u8], mut each: impl FnMut(Item)) -> bool {
    let mut rest = compound;
    while !rest.is_empty() {
        let Some((head, after)) = rest.split_first_chunk::<4>() else { return false };
        let len = usize::from(u16::from_be_bytes([head[2], head[3]])) * 4;
        if head[0] >> 6 != 2 {
            return false;
        }
        let Some((mut body, after)) = after.split_at_checked(len) else { return false };
        if head[0] & 0x20 != 0 {
            let padding = body.last().map_or(0, |last| usize::from(*last));
            let Some(kept) = body.len().checked_sub(padding) else { return false };
            body = &body[..kept];
        }
        if read_packet(head[1], head[0] & 0x1f, body, &mut each).is_none() {
            return false;
        }
        rest = after;
    }
    !compound.is_empty()
}

fn read_packet(kind: u8, count: u8, body: &[u8], each: &mut impl FnMut(Item)) -> Option<()> {
    match kind {
        SENDER_REPORT => {
            let (info, blocks) = body.split_first_chunk::<24>()?;
            each(Item::Sender(SenderReport {
                ssrc: word(info, 0)?,
                ntp: u64::from(word(info, 4)?) << 32 | u64::from(word(info, 8)?),
                rtp_time: word(info, 12)?,
                packets: word(info, 16)?,
                octets: word(info, 20)?,
            }));
            read_blocks(count, blocks, each)
        }
        RECEIVER_REPORT => read_blocks(count, body.get(4..)?, each),
        BYE => {
            for at in 0..usize::from(count) {
                each(Item::Bye { ssrc: word(body, at * 4)? });
            }
            Some(())
        }
        TRANSPORT_FEEDBACK if count == NACK => {
            let media = word(body, 4)?;
            for pair in body.get(8..)?.chunks_exact(4) {
                let first = u16::from_be_bytes([pair[0], pair[1]]);
                let following = u16::from_be_bytes([pair[2], pair[3]]);
                each(Item::Missing { media, sequence: first });
                for bit in (0..16).filter(|bit| following >> bit & 1 != 0) {
                    each(Item::Missing { media, sequence: first.wrapping_add(bit + 1) });
                }
            }
            Some(())
        }
        PAYLOAD_FEEDBACK if count == PLI => {
            each(Item::Keyframe { media: word(body, 4)? });
            Some(())
        }
        PAYLOAD_FEEDBACK if count == FIR => {
            for entry in body.get(8..)?.chunks_exact(8) {
                each(Item::Keyframe { media: word(entry, 0)? });
            }
            Some(())
        }
        PAYLOAD_FEEDBACK if count == APPLICATION && body.get(8..12) == Some(b"REMB") => {
            let rate = word(body, 12)?;
            let (exponent, mantissa) = (rate >> 18 & 0x3f, u64::from(rate & 0x3_ffff));
            let bps = mantissa.checked_shl(exponent).filter(|bps| bps >> exponent == mantissa);
            let bps = bps.and_then(|bps| u32::try_from(bps).ok()).unwrap_or(u32::MAX);
            each(Item::Limit { bps });
            Some(())
        }
        _ => Some(()),
    }
}

fn read_blocks(count: u8, blocks: &[u8], each: &mut impl FnMut(Item)) -> Option<()> {
    for at in 0..usize::from(count) {
        let block = blocks.get(at * 24..at * 24 + 24)?;
        let loss = word(block, 4)?;
        each(Item::Block(Block {
            about: word(block, 0)?,
            fraction_lost: (loss >> 24) as u8,
            lost: (loss << 8).cast_signed() >> 8,
            highest: word(block, 8)?,
            jitter: word(block, 12)?,
            last_report: word(block, 16)?,
            delay: word(block, 20)?,
        }));
    }
    Some(())
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk::<4>()?))
}

/// A compound being written. Reuse it: its buffer stays.
#[derive(Clone, Debug, Default)]
pub struct Compound {
    bytes: Vec<u8>,
}

impl Compound {
    /// Room kept below what a datagram carries, SRTCP's trailer included.
    pub const BYTES_MAX: usize = 1_100;

    /// Starts anew.
    pub fn clear(&mut self) {
        self.bytes.clear();
    }

    /// Whether nothing was written.
    pub const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Whether `more` bytes still fit.
    pub const fn fits(&self, more: usize) -> bool {
        self.bytes.len() + more <= Self::BYTES_MAX
    }

    /// What was written.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Writes a sender report without blocks, and its source description: 48 bytes.
    pub fn sender_report(&mut self, report: SenderReport) {
        self.head(SENDER_REPORT, 0, 6);
        self.words(&[
            report.ssrc,
            (report.ntp >> 32) as u32,
            (report.ntp & 0xffff_ffff) as u32,
            report.rtp_time,
            report.packets,
            report.octets,
        ]);
        self.description(report.ssrc);
    }

    /// Writes a receiver report of at most 31 blocks, and a source description.
    pub fn receiver_report(&mut self, ssrc: u32, blocks: &[Block]) {
        let blocks = &blocks[..blocks.len().min(31)];
        let count = u8::try_from(blocks.len()).expect("31 at most");
        self.head(RECEIVER_REPORT, count, 1 + 6 * u16::from(count));
        self.words(&[ssrc]);
        for block in blocks {
            let lost = block.lost.clamp(-0x80_0000, 0x7f_ffff).cast_unsigned() & 0xff_ffff;
            self.words(&[
                block.about,
                u32::from(block.fraction_lost) << 24 | lost,
                block.highest,
                block.jitter,
                block.last_report,
                block.delay,
            ]);
        }
        self.description(ssrc);
    }

    /// Writes a PLI (RFC 4585 §6.3.1).
    pub fn keyframe_request(&mut self, ssrc: u32, media: u32) {
        self.head(PAYLOAD_FEEDBACK, PLI, 2);
        self.words(&[ssrc, media]);
    }

    /// Writes a generic NACK (RFC 4585 §6.2.1) for as many of `sequences` (rising) as fit; gives
    /// back the rest.
    pub fn nack<'a>(&mut self, ssrc: u32, media: u32, sequences: &'a [u16]) -> &'a [u16] {
        let start = self.bytes.len();
        self.head(TRANSPORT_FEEDBACK, NACK, 2);
        self.words(&[ssrc, media]);
        let mut rest = sequences;
        while let Some((&first, after)) = rest.split_first() {
            if !self.fits(4) {
                break;
            }
            rest = after;
            let mut following = 0_u16;
            while let Some((&next, after)) = rest.split_first() {
                let distance = next.wrapping_sub(first);
                if distance == 0 || distance > 16 {
                    break;
                }
                following |= 1 << (distance - 1);
                rest = after;
            }
            self.words(&[u32::from(first) << 16 | u32::from(following)]);
        }
        let words = (self.bytes.len() - start) / 4 - 1;
        let words = u16::try_from(words).expect("a compound is short");
        self.bytes[start + 2..start + 4].copy_from_slice(&words.to_be_bytes());
        rest
    }

    fn description(&mut self, ssrc: u32) {
        let name_bytes = u8::try_from(CNAME.len()).expect("the name is short");
        let text_words = (u16::from(name_bytes) + 3).div_ceil(4);
        self.head(DESCRIPTION, 1, 1 + text_words);
        self.words(&[ssrc]);
        let end = self.bytes.len() + usize::from(text_words) * 4;
        self.bytes.extend_from_slice(&[1, name_bytes]);
        self.bytes.extend_from_slice(CNAME.as_bytes());
        self.bytes.resize(end, 0);
    }

    fn head(&mut self, kind: u8, count: u8, words: u16) {
        let words = words.to_be_bytes();
        self.bytes.extend_from_slice(&[0x80 | count, kind, words[0], words[1]]);
    }

    /// Bytes written so far.
    pub(crate) const fn written(&self) -> usize {
        self.bytes.len()
    }

    /// Appends bytes to the packet that is being written.
    pub(crate) fn octets(&mut self, octets: &[u8]) {
        self.bytes.extend_from_slice(octets);
    }

    /// Fills the packet that began at `start` up to a whole word and writes its length.
    pub(crate) fn close(&mut self, start: usize) {
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
        let words = (self.bytes.len() - start) / 4 - 1;
        let words = u16::try_from(words).expect("a compound is short");
        self.bytes[start + 2..start + 4].copy_from_slice(&words.to_be_bytes());
    }

    pub(crate) fn words(&mut self, words: &[u32]) {
        for word in words {
            self.bytes.extend_from_slice(&word.to_be_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn items(compound: &[u8]) -> (bool, Vec<Item>) {
        let mut items = Vec::new();
        let intact = read(compound, |item| items.push(item));
        (intact, items)
    }

    #[test]
    fn reports_are_read_as_written() {
        let sender = SenderReport {
            ssrc: 1,
            ntp: 0x0102_0304_0506_0708,
            rtp_time: 9,
            packets: 10,
            octets: 11,
        };
        let block = Block {
            about: 2,
            fraction_lost: 200,
            lost: -3,
            highest: 70_000,
            jitter: 5,
            last_report: 6,
            delay: 7,
        };
        let mut compound = Compound::default();
        compound.sender_report(sender);
        assert_eq!(compound.as_bytes().len(), 28 + 20);
        compound.receiver_report(4, &[block, Block { lost: 0x7f_ffff, ..block }]);
        compound.keyframe_request(4, 5);
        let (intact, items) = items(compound.as_bytes());
        assert!(intact);
        assert_eq!(
            items,
            [
                Item::Sender(sender),
                Item::Block(block),
                Item::Block(Block { lost: 0x7f_ffff, ..block }),
                Item::Keyframe { media: 5 },
            ]
        );
    }

    #[test]
    fn every_packet_asked_for_is_read_back() {
        let asked: Vec<u16> = vec![65_530, 65_531, 3, 10, 11, 12, 40];
        let mut compound = Compound::default();
        assert!(compound.nack(1, 2, &asked).is_empty());
        let (intact, items) = items(compound.as_bytes());
        assert!(intact);
        let read: Vec<u16> = items
            .into_iter()
            .filter_map(|item| match item {
                Item::Missing { media: 2, sequence } => Some(sequence),
                Item::Missing { .. } | Item::Sender(_) | Item::Block(_) => None,
                Item::Bye { .. } | Item::Keyframe { .. } | Item::Limit { .. } => None,
            })
            .collect();
        assert_eq!(read, asked);
    }

    #[test]
    fn what_does_not_fit_is_given_back() {
        let asked: Vec<u16> = (0..600).map(|n| n * 20).collect();
        let mut compound = Compound::default();
        let rest = compound.nack(1, 2, &asked);
        assert!(!rest.is_empty() && compound.as_bytes().len() <= Compound::BYTES_MAX);
        let written = items(compound.as_bytes()).1.len();
        assert_eq!(written + rest.len(), asked.len());
    }

    #[test]
    fn goodbye_and_full_intra_request_are_read() {
        let bytes = [
            0x82, 203, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0x84, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0,
            0, 9, 7, 0, 0, 0,
        ];
        let (intact, items) = items(&bytes);
        assert!(intact);
        assert_eq!(
            items,
            [Item::Bye { ssrc: 1 }, Item::Bye { ssrc: 2 }, Item::Keyframe { media: 9 }]
        );
    }

    #[test]
    fn a_limit_is_read_and_an_absurd_one_is_none() {
        let head = [0x8f, 206, 0, 5, 0, 0, 0, 1, 0, 0, 0, 0];
        for (rate, bps) in [([1, 0x07, 0xd0, 0x90], 500_000), ([1, 0xff, 0xff, 0xff], u32::MAX)] {
            let bytes = [&head[..], b"REMB", &rate, &[0, 0, 0, 9]].concat();
            assert_eq!(items(&bytes), (true, vec![Item::Limit { bps }]));
        }
        assert!(!items(&[0x8f, 206, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, b'R', b'E', b'M', b'B']).0);
    }

    #[test]
    fn broken_compounds_are_called_broken() {
        for broken in [
            &[][..],
            &[0x80],
            &[0x40, 201, 0, 1, 0, 0, 0, 1],
            &[0x80, 201, 0, 2, 0, 0, 0, 1],
            &[0x81, 201, 0, 1, 0, 0, 0, 1],
            &[0xa0, 201, 0, 1, 0, 0, 0, 9],
            &[0x81, 206, 0, 0],
            &[0x83, 203, 0, 1, 0, 0, 0, 1],
        ] {
            assert!(!items(broken).0, "{broken:?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_called_broken(
            kind in 198_u8..208,
            count in 0_u8..32,
            body in proptest::collection::vec(any::<u8>(), 0..120),
        ) {
            let words = u16::try_from(body.len() / 4).unwrap().to_be_bytes();
            let mut bytes = vec![0x80 | count, kind, words[0], words[1]];
            bytes.extend_from_slice(&body);
            let (_, items) = items(&bytes);
            prop_assert!(items.len() <= bytes.len() / 4 * 17);
        }
    }
}
