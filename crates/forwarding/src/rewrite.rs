//! Gives packets of changing sources the numbers of one constant outgoing source.
//!
//! What is not here: when a source may start (`send_line.rs`) and the packets themselves.

use model::Instant;

use crate::cache::Facts;

/// Numbers of one outgoing packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Extended sequence number; the low 16 bits go out.
    pub(crate) sequence: u64,
    /// RTP timestamp.
    pub(crate) rtp_time: u32,
}

/// A stretch of one source on the line: within it numbers differ by constants.
///
/// Because of that a packet that was lost on the way in leaves exactly its hole, a late one finds
/// its number free, and a number that is asked for again leads back to the packet without a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stretch {
    generation: u64,
    first_in: u64,
    first_out: u64,
    time_shift: u32,
    resend_from: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Latest {
    sequence: u64,
    rtp_time: u32,
    at: Instant,
}

/// The numbering of one outgoing line. Never gives a number twice within its life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rewriter {
    next: u64,
    first_time: u32,
    latest: Option<Latest>,
    stretch: Option<Stretch>,
}

impl Rewriter {
    /// Starts below 2^15, so that losses at the start cannot confuse the receiver's count of
    /// sequence number rounds (RFC 3711 §3.3.1).
    pub(crate) fn new(ssrc: u32) -> Self {
        let mixed = ssrc.wrapping_mul(0x9e37_79b1);
        Self {
            next: u64::from(mixed >> 17),
            first_time: mixed.rotate_left(13),
            latest: None,
            stretch: None,
        }
    }

    /// Whether the line carries the source of this generation now.
    pub(crate) fn carries(&self, generation: u64) -> bool {
        self.stretch.is_some_and(|stretch| stretch.generation == generation)
    }

    /// The generation of the source the line carries now.
    pub(crate) fn generation(&self) -> Option<u64> {
        self.stretch.map(|stretch| stretch.generation)
    }

    /// Ends the present stretch; its packets find no number any more.
    pub(crate) const fn stop(&mut self) {
        self.stretch = None;
    }

    /// What was sent until now is not sent again: its header would differ, and one key stream
    /// must never cover two headers (RFC 7714 §8.4).
    pub(crate) const fn forget_sent(&mut self) {
        if let Some(stretch) = &mut self.stretch {
            stretch.resend_from = self.next;
        }
    }

    /// Begins a stretch with the packet `first` of a source, which came or was due at `due_at`.
    /// Time moves on by what really elapsed since the last packet of the line, or to `same_time` if
    /// both sources' clocks say that this is when the packet was captured.
    pub(crate) fn start(
        &mut self,
        generation: u64,
        first: &Facts,
        due_at: Instant,
        same_time: Option<u32>,
    ) {
        let clock_hz = first.codec.clock_hz();
        let start_time = match self.latest {
            None => self.first_time,
            Some(latest) => {
                let elapsed = due_at.since(latest.at).as_micros();
                let ticks = low_32_wide(elapsed * u128::from(clock_hz) / 1_000_000);
                let elapsed = latest.rtp_time.wrapping_add(ticks.max(1));
                // Clocks that are seconds apart from what really elapsed are not to be believed.
                let near =
                    |time: &u32| time.wrapping_sub(elapsed).cast_signed().unsigned_abs() < clock_hz;
                let time = same_time.filter(near).unwrap_or(elapsed);
                let ahead = time.wrapping_sub(latest.rtp_time).cast_signed() > 0;
                if ahead { time } else { latest.rtp_time.wrapping_add(1) }
            }
        };
        self.stretch = Some(Stretch {
            generation,
            first_in: first.sequence,
            first_out: self.next,
            time_shift: start_time.wrapping_sub(low_32(first.rtp_time)),
            resend_from: self.next,
        });
    }

    /// The numbers for a packet of the present stretch; none when it is from before its start.
    pub(crate) fn place(&mut self, sequence: u64, rtp_time: u64, at: Instant) -> Option<Place> {
        let place = self.peek(sequence, rtp_time)?;
        if place.sequence >= self.next {
            self.next = place.sequence + 1;
            self.latest = Some(Latest { sequence: place.sequence, rtp_time: place.rtp_time, at });
        }
        Some(place)
    }

    /// As [`Self::place`], without taking the number: for sending again.
    pub(crate) fn peek(&self, sequence: u64, rtp_time: u64) -> Option<Place> {
        let stretch = self.stretch?;
        let since_start = sequence.checked_sub(stretch.first_in)?;
        Some(Place {
            sequence: stretch.first_out + since_start,
            rtp_time: low_32(rtp_time).wrapping_add(stretch.time_shift),
        })
    }

    /// Which packet of the present source went out, or would have, as `outgoing`.
    pub(crate) fn origin(&self, outgoing: u16) -> Option<u64> {
        let stretch = self.stretch?;
        let highest = self.latest?.sequence;
        let behind = low_16(highest).wrapping_sub(outgoing);
        let sequence = highest.checked_sub(u64::from(behind))?;
        (behind < 0x8000 && sequence >= stretch.resend_from)
            .then(|| stretch.first_in + (sequence - stretch.first_out))
    }

    /// The RTP timestamp on this line for a moment of the present source.
    pub(crate) fn time_of(&self, generation: u64, rtp_time: u64) -> Option<u32> {
        let stretch = self.stretch.filter(|stretch| stretch.generation == generation)?;
        self.latest?;
        Some(low_32(rtp_time).wrapping_add(stretch.time_shift))
    }

    /// The next unused extended sequence number.
    pub(crate) const fn next(&self) -> u64 {
        self.next
    }
}

const fn low_16(value: u64) -> u16 {
    (value & 0xffff) as u16
}

const fn low_32(value: u64) -> u32 {
    (value & 0xffff_ffff) as u32
}

const fn low_32_wide(value: u128) -> u32 {
    (value & 0xffff_ffff) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn facts(sequence: u64, rtp_time: u64, arrived: Instant) -> Facts {
        let codec = model::Codec::Vp8;
        Facts { sequence, rtp_time, arrived, marker: false, codec, level: None, capture: None }
    }

    #[test]
    fn a_hole_stays_a_hole_and_a_late_packet_fills_it() {
        let mut line = Rewriter::new(7);
        line.start(1, &facts(100, 9_000, Instant(0)), Instant(0), None);
        let first = line.place(100, 9_000, Instant(0)).unwrap();
        let third = line.place(102, 12_000, Instant(2)).unwrap();
        let second = line.place(101, 12_000, Instant(3)).unwrap();
        assert_eq!(third.sequence, first.sequence + 2);
        assert_eq!(second.sequence, first.sequence + 1);
        assert_eq!(second.rtp_time.wrapping_sub(first.rtp_time), 3_000);
        assert_eq!(line.place(99, 6_000, Instant(4)), None, "from before the start");
        assert_eq!(line.origin(low_16(second.sequence)), Some(101));
        assert_eq!(line.origin(low_16(first.sequence.wrapping_sub(1))), None);
        assert_eq!(line.origin(low_16(third.sequence + 1)), None, "not sent yet");
    }

    #[test]
    fn a_start_with_a_repaired_packet_is_dated_as_it_was_due() {
        let mut line = Rewriter::new(7);
        line.start(1, &facts(100, 9_000, Instant(0)), Instant(0), None);
        let before = line.place(100, 9_000, Instant(1_000_000)).unwrap();
        let held_up = facts(60_000, 77, Instant(1_660_000));
        line.start(2, &held_up, Instant(1_500_000), None);
        let after = line.place(60_000, 77, Instant(1_660_000)).unwrap();
        assert_eq!(after.rtp_time.wrapping_sub(before.rtp_time), 45_000);
    }

    #[test]
    fn a_switch_goes_on_where_the_line_stood() {
        let mut line = Rewriter::new(7);
        line.start(1, &facts(100, 9_000, Instant(0)), Instant(0), None);
        let before = line.place(100, 9_000, Instant(1_000_000)).unwrap();
        line.start(2, &facts(60_000, 77, Instant(1_500_000)), Instant(1_500_000), None);
        let after = line.place(60_000, 77, Instant(1_500_000)).unwrap();
        assert_eq!(after.sequence, before.sequence + 1);
        assert_eq!(after.rtp_time.wrapping_sub(before.rtp_time), 45_000);
        assert_eq!(line.origin(low_16(before.sequence)), None);
        assert!(line.carries(2) && !line.carries(1));
    }

    #[test]
    fn what_was_forgotten_is_not_found_again() {
        let mut line = Rewriter::new(9);
        line.start(1, &facts(5, 0, Instant(0)), Instant(0), None);
        let old = line.place(5, 0, Instant(0)).unwrap();
        line.forget_sent();
        let new = line.place(6, 0, Instant(0)).unwrap();
        assert_eq!(line.origin(low_16(old.sequence)), None);
        assert_eq!(line.origin(low_16(new.sequence)), Some(6));
    }

    #[derive(Clone, Copy, Debug)]
    enum Step {
        Packet { ahead: u16 },
        Late { back: u8 },
        Switch { to: u32, time: u32 },
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            8 => (1_u16..4).prop_map(|ahead| Step::Packet { ahead }),
            3 => (1_u8..20).prop_map(|back| Step::Late { back }),
            1 => (70_000_u32.., any::<u32>()).prop_map(|(to, time)| Step::Switch { to, time }),
        ]
    }

    proptest! {
        /// The reference: every packet of a stretch has its own outgoing number, as far from the
        /// stretch's first as on the way in; stretches follow each other without a hole.
        #[test]
        fn numbering_is_as_the_reference_says(ssrc: u32, steps in proptest::collection::vec(step(), 1..400)) {
            let mut line = Rewriter::new(ssrc);
            let (mut generation, mut highest_in, mut first_in) = (0_u64, 1_000_u64, 1_000_u64);
            let mut time = 5_u64;
            let mut at = Instant(0);
            let mut first_out = line.next();
            let mut highest_out = None::<u64>;
            let mut used = BTreeMap::new();
            let mut last_time = None::<u32>;
            line.start(generation, &facts(highest_in, time, at), at, None);
            for one in steps {
                at = Instant(at.0 + 20_000);
                let (sequence, in_order) = match one {
                    Step::Packet { ahead } => {
                        highest_in += u64::from(ahead);
                        time += 1_800 * u64::from(ahead);
                        (highest_in, true)
                    }
                    Step::Late { back } => (highest_in - u64::from(back), false),
                    Step::Switch { to, time: new_time } => {
                        generation += 1;
                        (highest_in, first_in) = (u64::from(to), u64::from(to));
                        time = u64::from(new_time) + (1 << 33);
                        first_out = highest_out.map_or(first_out, |out| out + 1);
                        line.start(generation, &facts(highest_in, time, at), at, None);
                        (highest_in, true)
                    }
                };
                let Some(place) = line.place(sequence, time, at) else {
                    prop_assert!(sequence < first_in);
                    continue;
                };
                prop_assert!(sequence >= first_in);
                prop_assert_eq!(place.sequence - first_out, sequence - first_in);
                let owner = *used.entry(place.sequence).or_insert((generation, sequence));
                prop_assert_eq!(owner, (generation, sequence));
                prop_assert_eq!(line.origin(low_16(place.sequence)), Some(sequence));
                if in_order {
                    if let Some(last) = last_time {
                        prop_assert!(place.rtp_time.wrapping_sub(last) < 1 << 31);
                        prop_assert!(place.rtp_time != last);
                    }
                    last_time = Some(place.rtp_time);
                }
                highest_out = highest_out.max(Some(place.sequence));
            }
        }
    }
}
