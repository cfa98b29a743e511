//! Reads and writes transport-wide feedback (RTCP 205, format 15).
//!
//! What is not here: unwrapping of numbers and times, and whether the packets were ever sent.

use crate::rtcp::Compound;

/// RTCP packet type and format.
const TRANSPORT_FEEDBACK: u8 = 205;
const FORMAT: u8 = 15;
/// Packets one feedback may speak of. Feedback comes every 250 ms at the latest; this is enough
/// for 100 Mbit/s.
pub const PACKETS_MAX: u16 = 4_096;
/// Packets one written feedback speaks of, so that it fits into a datagram.
const WRITTEN_MAX: usize = 256;
/// One tick of an arrival time, µs.
const TICK_US: u64 = 250;
/// Ticks of the reference time's unit, 64 ms.
const REFERENCE_TICKS: u64 = 256;
/// The reference time has 24 bits.
const REFERENCE_MASK: u64 = 0xff_ffff;

/// One feedback, checked as a whole, borrowed from the compound it came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feedback<'a> {
    /// First number spoken of.
    pub base: u16,
    /// How many numbers are spoken of.
    pub count: u16,
    /// Reference time in units of 64 ms, 24 bits, on the receiver's clock.
    pub reference: u32,
    /// Running number of the feedback.
    pub number: u8,
    chunks: &'a [u8],
    deltas: &'a [u8],
}

/// What a feedback says of one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// The packet's transport-wide number.
    pub sequence: u16,
    /// When it arrived, µs after the reference time (may be negative); none when it did not.
    pub arrived_us: Option<i64>,
}

impl<'a> Feedback<'a> {
    /// Reads what follows the common header. None when it is cut off, speaks of nothing, of more
    /// than [`PACKETS_MAX`], or uses the reserved symbol.
    pub fn read(body: &'a [u8]) -> Option<Self> {
        let (head, rest) = body.split_first_chunk::<16>()?;
        let count = u16::from_be_bytes([head[10], head[11]]);
        if count == 0 || count > PACKETS_MAX {
            return None;
        }
        let (mut left, mut chunk_bytes, mut delta_bytes) = (count, 0, 0);
        while left > 0 {
            let chunk = chunk_at(rest, chunk_bytes)?;
            chunk_bytes += 2;
            let len = chunk_len(chunk).min(left);
            if len == 0 {
                return None;
            }
            for place in 0..len {
                delta_bytes += match symbol(chunk, place) {
                    symbol @ 0..=2 => usize::from(symbol),
                    _ => return None,
                };
            }
            left -= len;
        }
        let (chunks, rest) = rest.split_at_checked(chunk_bytes)?;
        Some(Self {
            base: u16::from_be_bytes([head[8], head[9]]),
            count,
            reference: u32::from_be_bytes([0, head[12], head[13], head[14]]),
            number: head[15],
            chunks,
            deltas: rest.get(..delta_bytes)?,
        })
    }

    /// What is said of each number, rising.
    pub const fn statuses(&self) -> Statuses<'a> {
        Statuses {
            chunks: self.chunks,
            deltas: self.deltas,
            left: self.count,
            sequence: self.base,
            chunk: 0,
            place: 0,
            len: 0,
            at_us: 0,
        }
    }
}

/// Walks through a feedback.
#[derive(Clone, Debug)]
pub struct Statuses<'a> {
    chunks: &'a [u8],
    deltas: &'a [u8],
    left: u16,
    sequence: u16,
    chunk: u16,
    place: u16,
    len: u16,
    at_us: i64,
}

impl Iterator for Statuses<'_> {
    type Item = Status;

    fn next(&mut self) -> Option<Status> {
        self.left = self.left.checked_sub(1)?;
        if self.place == self.len {
            self.chunk = chunk_at(self.chunks, 0)?;
            self.chunks = self.chunks.get(2..)?;
            self.len = chunk_len(self.chunk);
            self.place = 0;
        }
        let ticks = match symbol(self.chunk, self.place) {
            1 => {
                let (delta, rest) = self.deltas.split_first()?;
                self.deltas = rest;
                Some(i64::from(*delta))
            }
            2 => {
                let (delta, rest) = self.deltas.split_first_chunk::<2>()?;
                self.deltas = rest;
                Some(i64::from(i16::from_be_bytes(*delta)))
            }
            _ => None,
        };
        self.place += 1;
        let sequence = self.sequence;
        self.sequence = sequence.wrapping_add(1);
        let arrived_us = ticks.map(|ticks| {
            self.at_us += ticks * TICK_US.cast_signed();
            self.at_us
        });
        Some(Status { sequence, arrived_us })
    }
}

fn chunk_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(*bytes.get(at..)?.first_chunk::<2>()?))
}

/// How many packets a chunk speaks of: a run length, or a vector of 14 or 7 symbols.
const fn chunk_len(chunk: u16) -> u16 {
    match chunk >> 14 {
        0 | 1 => chunk & 0x1fff,
        2 => 14,
        _ => 7,
    }
}

const fn symbol(chunk: u16, place: u16) -> u8 {
    let symbol = match chunk >> 14 {
        0 | 1 => chunk >> 13,
        2 => chunk >> (13 - place) & 1,
        _ => chunk >> (2 * (6 - place)) & 3,
    };
    (symbol & 3) as u8
}

/// Hands each feedback of a compound to `each`; what is broken or something else is passed over.
pub fn each_feedback(compound: &[u8], mut each: impl FnMut(Feedback<'_>)) {
    let mut rest = compound;
    while let Some((head, after)) = rest.split_first_chunk::<4>() {
        let len = usize::from(u16::from_be_bytes([head[2], head[3]])) * 4;
        let Some((body, after)) = after.split_at_checked(len) else { return };
        rest = after;
        if head[0] >> 6 == 2
            && head[0] & 0x1f == FORMAT
            && head[1] == TRANSPORT_FEEDBACK
            && let Some(feedback) = Feedback::read(body)
        {
            each(feedback);
        }
    }
}

/// Who speaks to whom in a written feedback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The server's SSRC on the leg.
    pub ssrc: u32,
    /// Any SSRC of the publisher.
    pub media: u32,
    /// Running number.
    pub number: u8,
}

/// Writes one feedback on the extended numbers from `first` to before `end`; `arrived_us` says
/// when each came. Gives back the first number that did not fit; nothing is written when nothing
/// arrived.
pub fn write(
    compound: &mut Compound,
    head: Head,
    first: u64,
    end: u64,
    arrived_us: impl Fn(u64) -> Option<u64>,
) -> u64 {
    let Some(first_at) = (first..end).find_map(&arrived_us) else { return end };
    let mut symbols = [0_u8; WRITTEN_MAX];
    let mut count = 0;
    let reference = first_at / TICK_US / REFERENCE_TICKS;
    let mut tick = (reference * REFERENCE_TICKS).cast_signed();
    for (symbol, sequence) in symbols.iter_mut().zip(first..end) {
        if let Some(at) = arrived_us(sequence) {
            let next = (at / TICK_US).cast_signed();
            *symbol = match next - tick {
                0..=255 => 1,
                -32_768..=32_767 => 2,
                _ => break,
            };
            tick = next;
        }
        count += 1;
    }
    let start = compound.written();
    compound.words(&[
        u32::from(0x80 | FORMAT) << 24 | u32::from(TRANSPORT_FEEDBACK) << 16,
        head.ssrc,
        head.media,
        low_32(first & 0xffff) << 16 | low_32(count as u64),
        low_32(reference & REFERENCE_MASK) << 8 | u32::from(head.number),
    ]);
    write_chunks(compound, &symbols[..count]);
    let mut tick = (reference * REFERENCE_TICKS).cast_signed();
    for (symbol, sequence) in symbols[..count].iter().zip(first..) {
        if *symbol == 0 {
            continue;
        }
        let next = arrived_us(sequence).map_or(tick, |at| (at / TICK_US).cast_signed());
        let delta = (next - tick).to_be_bytes();
        compound.octets(if *symbol == 1 { &delta[7..] } else { &delta[6..] });
        tick = next;
    }
    compound.close(start);
    first + count as u64
}

fn write_chunks(compound: &mut Compound, symbols: &[u8]) {
    let mut rest = symbols;
    while let Some(&first) = rest.first() {
        let run = rest.iter().take_while(|symbol| **symbol == first).count();
        let near = &rest[..rest.len().min(14)];
        let one_bit = near.iter().all(|symbol| *symbol < 2);
        let (chunk, taken) = if run >= 14 || run == rest.len() || (run >= 7 && !one_bit) {
            (u16::from(first) << 13 | run_bits(run), run)
        } else if one_bit {
            let bits = (0..).zip(near).map(|(place, symbol)| u16::from(*symbol) << (13 - place));
            (0x8000 | bits.sum::<u16>(), near.len())
        } else {
            let near = &near[..near.len().min(7)];
            let bits =
                (0..).zip(near).map(|(place, symbol)| u16::from(*symbol) << (2 * (6 - place)));
            (0xc000 | bits.sum::<u16>(), near.len())
        };
        compound.octets(&chunk.to_be_bytes());
        rest = &rest[taken..];
    }
}

const fn low_32(value: u64) -> u32 {
    (value & 0xffff_ffff) as u32
}

#[expect(clippy::cast_possible_truncation, reason = "masked to 13 bits")]
const fn run_bits(value: usize) -> u16 {
    (value & 0x1fff) as u16
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(first: u64, arrivals: &[Option<u64>]) -> Vec<u8> {
        let mut compound = Compound::default();
        let head = Head { ssrc: 1, media: 2, number: 3 };
        let end = first + arrivals.len() as u64;
        let place = |sequence: u64| usize::try_from(sequence - first).unwrap();
        let next = write(&mut compound, head, first, end, |sequence| arrivals[place(sequence)]);
        assert_eq!(next, end, "everything fitted");
        compound.as_bytes().to_vec()
    }

    fn heard(bytes: &[u8]) -> Vec<(u16, Option<i64>)> {
        let mut heard = Vec::new();
        each_feedback(bytes, |feedback| {
            let reference = i64::from(feedback.reference) * 64_000;
            heard.extend(feedback.statuses().map(|status| {
                (status.sequence, status.arrived_us.map(|arrived| arrived + reference))
            }));
        });
        heard
    }

    #[test]
    fn a_feedback_is_written_as_the_draft_draws_it() {
        let bytes = written(65_535, &[Some(64_250), None, Some(64_500), Some(200_000)]);
        assert_eq!(
            bytes,
            [
                0x8f, 205, 0, 6, 0, 0, 0, 1, 0, 0, 0, 2, 0xff, 0xff, 0, 4, 0, 0, 1, 3, 0xd1, 0x80,
                1, 1, 2, 30, 0, 0
            ]
        );
        assert_eq!(
            heard(&bytes),
            [(65_535, Some(64_250)), (0, None), (1, Some(64_500)), (2, Some(200_000))]
        );
    }

    #[test]
    fn what_is_cut_off_or_absurd_is_refused() {
        let whole = written(10, &[Some(1_000), Some(2_000)]);
        for len in 4..22 {
            assert_eq!(Feedback::read(&whole[4..len]), None);
        }
        let mut many = whole.clone();
        many[14..16].copy_from_slice(&5_000_u16.to_be_bytes());
        assert_eq!(Feedback::read(&many[4..]), None, "more than anybody sends");
        let mut none = whole.clone();
        none[14..16].copy_from_slice(&[0, 0]);
        assert_eq!(Feedback::read(&none[4..]), None);
        let mut reserved = whole;
        reserved[20] = 0x60;
        assert_eq!(Feedback::read(&reserved[4..]), None);
        let mut empty_runs = vec![0; 16];
        empty_runs[11] = 1;
        empty_runs.extend_from_slice(&[0; 64]);
        assert_eq!(Feedback::read(&empty_runs), None, "a run of none says nothing");
    }

    #[test]
    fn a_silence_of_many_seconds_starts_another_feedback() {
        let mut compound = Compound::default();
        let head = Head { ssrc: 1, media: 2, number: 0 };
        let at = |sequence: u64| Some(sequence * 9_000_000);
        assert_eq!(write(&mut compound, head, 0, 3, at), 1);
        assert_eq!(write(&mut compound, head, 1, 3, at), 2);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            first in 0_u64..200_000,
            steps in proptest::collection::vec(proptest::option::of(-2_000_i64..40_000), 1..250),
        ) {
            let mut at = 10_000_000_i64;
            let arrivals: Vec<Option<u64>> = steps
                .iter()
                .map(|step| step.map(|step| {
                    at += step * 250;
                    at = at.max(0);
                    at.cast_unsigned() / 250 * 250
                }))
                .collect();
            prop_assume!(arrivals.iter().any(Option::is_some));
            let mut compound = Compound::default();
            let head = Head { ssrc: 1, media: 2, number: 3 };
            let end = first + arrivals.len() as u64;
            let mut next = first;
            let mut read = Vec::new();
            while next < end {
                compound.clear();
                let place = |sequence: u64| usize::try_from(sequence - first).unwrap();
                next = write(&mut compound, head, next, end, |sequence| arrivals[place(sequence)]);
                prop_assert!(compound.as_bytes().len() <= Compound::BYTES_MAX);
                prop_assert!(crate::rtcp::read(compound.as_bytes(), |_| ()) || compound.is_empty());
                read.extend(heard(compound.as_bytes()));
            }
            for (got, (sequence, sent)) in read.iter().zip((first..).zip(&arrivals)) {
                prop_assert_eq!(got.0, (sequence & 0xffff) as u16);
                prop_assert_eq!(got.1, sent.map(u64::cast_signed));
            }
        }

        #[test]
        fn any_bytes_are_read_or_refused(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Some(feedback) = Feedback::read(&body) {
                let statuses: Vec<Status> = feedback.statuses().collect();
                prop_assert_eq!(statuses.len(), usize::from(feedback.count));
                let arrived = statuses.iter().filter(|one| one.arrived_us.is_some()).count();
                prop_assert!(arrived <= body.len());
            }
        }
    }
}
