//! One source that carries several sizes of its picture: each choice of layers is numbered for
//! itself, without the packets it leaves out, and so is a layer like any other.
//!
//! What is not here: how a codec says which packet is of which layer (`vp9.rs`, `dependency.rs`), and
//! who gets which.

use model::limits;

/// How far back a late packet still finds its number.
const WINDOW: usize = 1_024;

/// Sizes of spatial layers, lowest first, those beyond `limits::LAYERS_MAX` left out.
pub(crate) type Sizes = [Option<(u16, u16)>; limits::LAYERS_MAX];

/// How a source is made of spatial layers, as its keyframes say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Structure {
    /// Spatial layers, 1 to 8.
    pub(crate) layers: usize,
    /// Their sizes, where they are told.
    pub(crate) sizes: Sizes,
}

/// What a packet of such a source says of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Head {
    /// Its layer, 0 is the lowest.
    pub(crate) spatial: usize,
    /// A picture begins with it that needs nothing before it.
    pub(crate) starts: bool,
    /// A picture begins with it.
    pub(crate) opens: bool,
    /// A layer of a picture ends with it.
    pub(crate) ends: bool,
    /// How the source is made from here on, if it says so.
    pub(crate) structure: Option<Structure>,
}

/// Numbers the packets of one choice. Constants within a run of packets that are let through: a
/// packet that was lost on the way in leaves its hole, as it may be one of them.
#[derive(Clone, Debug)]
pub(crate) struct Sieve {
    highest: u64,
    left_out: u64,
    marks: [u64; WINDOW / 64],
}

impl Sieve {
    /// Begins with the packet `first`; numbers are those of the source until one is left out.
    pub(crate) const fn new(first: u64) -> Self {
        Self { highest: first.saturating_sub(1), left_out: 0, marks: [0; WINDOW / 64] }
    }

    /// The number of a packet; none when it is left out, or too late to tell. One that is to be left
    /// out and comes late has a number: its hole must be closed with something.
    pub(crate) fn number(&mut self, sequence: u64, through: bool) -> Option<u64> {
        if sequence > self.highest {
            let window = WINDOW as u64;
            for passed in (self.highest + 1).max(sequence.saturating_sub(window))..sequence {
                self.mark(passed, false);
            }
            self.mark(sequence, !through);
            self.highest = sequence;
            if !through {
                self.left_out += 1;
                return None;
            }
            return Some(sequence - self.left_out);
        }
        if self.highest - sequence >= WINDOW as u64 {
            return None;
        }
        let after = (sequence + 1..=self.highest).filter(|later| self.is_marked(*later)).count();
        Some(sequence - self.left_out.saturating_sub(after as u64))
    }

    /// The highest number so far.
    pub(crate) const fn highest(&self) -> u64 {
        self.highest - self.left_out
    }

    #[expect(clippy::cast_possible_truncation, reason = "a remainder below the window's size")]
    const fn spot(sequence: u64) -> (usize, u64) {
        let bit = (sequence % WINDOW as u64) as usize;
        (bit / 64, 1 << (bit % 64))
    }

    const fn mark(&mut self, sequence: u64, left_out: bool) {
        let (word, bit) = Self::spot(sequence);
        if left_out {
            self.marks[word] |= bit;
        } else {
            self.marks[word] &= !bit;
        }
    }

    const fn is_marked(&self, sequence: u64) -> bool {
        let (word, bit) = Self::spot(sequence);
        self.marks[word] & bit != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[test]
    fn what_is_left_out_leaves_no_hole_and_what_is_lost_leaves_one() {
        let mut sieve = Sieve::new(100);
        let taken = |sieve: &mut Sieve, sequence, through| sieve.number(sequence, through);
        assert_eq!(taken(&mut sieve, 100, true), Some(100));
        assert_eq!(taken(&mut sieve, 101, false), None);
        assert_eq!(taken(&mut sieve, 102, true), Some(101));
        assert_eq!(taken(&mut sieve, 105, true), Some(104), "two are missing");
        assert_eq!(
            taken(&mut sieve, 103, false),
            Some(102),
            "late and of no use: its hole is closed"
        );
        assert_eq!(taken(&mut sieve, 104, true), Some(103));
        assert_eq!(taken(&mut sieve, 99, true), Some(99), "from before");
        assert_eq!(taken(&mut sieve, 106, false), None);
        assert_eq!(sieve.highest(), 104);
    }

    proptest! {
        /// No number twice, and in the order of the source.
        #[test]
        fn numbers_rise_with_the_source(
            start in 2_000_u64..100_000,
            steps in proptest::collection::vec((1_u64..4, any::<bool>(), 0_u64..30, any::<bool>()), 1..400),
        ) {
            let mut sieve = Sieve::new(start);
            let mut given = BTreeMap::new();
            let mut known = std::collections::BTreeSet::new();
            let mut next = start;
            for (ahead, through, back, late_through) in steps {
                next += ahead;
                known.insert(next);
                if let Some(number) = sieve.number(next, through) {
                    prop_assert!(given.insert(next, number).is_none());
                }
                let late = next - back;
                if late >= start && known.insert(late)
                    && let Some(number) = sieve.number(late, late_through) {
                    given.insert(late, number);
                }
            }
            let numbers: Vec<u64> = given.values().copied().collect();
            prop_assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]));
        }
    }
}
