//! A stretch of one source's numbers as a subscriber saw them: how many there must have been and how
//! many came.
//!
//! What is not here: which packets they were.

/// The numbers of one source.
#[derive(Clone, Debug, Default)]
pub struct Span {
    first: Option<u64>,
    highest: u64,
    seen: Vec<u64>,
}

/// The first number is counted from here, so that one from before it has a place.
const BASE: u64 = 1 << 16;

impl Span {
    /// Takes a number. False: it came before.
    pub fn take(&mut self, number: u16) -> bool {
        let Some(first) = self.first else {
            self.first = Some(BASE + u64::from(number));
            self.highest = BASE + u64::from(number);
            self.mark(0);
            return true;
        };
        let ahead = number.wrapping_sub((self.highest & 0xFFFF) as u16);
        let extended = self.highest.wrapping_add_signed(i64::from(ahead.cast_signed()));
        self.highest = self.highest.max(extended);
        // What came late from before the stretch is no part of it.
        extended.checked_sub(first).is_none_or(|place| self.mark(place))
    }

    /// How many numbers the stretch has.
    pub fn expected(&self) -> u64 {
        self.first.map_or(0, |first| self.highest + 1 - first)
    }

    /// How many of them came.
    pub fn received(&self) -> u64 {
        self.seen.iter().map(|bits| u64::from(bits.count_ones())).sum()
    }

    fn mark(&mut self, place: u64) -> bool {
        let (word, bit) = (usize::try_from(place / 64).unwrap_or(0), 1_u64 << (place % 64));
        if self.seen.len() <= word {
            self.seen.resize(word + 1, 0);
        }
        let fresh = self.seen[word] & bit == 0;
        self.seen[word] |= bit;
        fresh
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_repeats_and_the_wrap_are_seen() {
        let mut span = Span::default();
        let taken = [65_533, 65_534, 65_534, 1, 0, 65_532].map(|number| span.take(number));
        assert_eq!(taken, [true, true, false, true, true, true]);
        assert_eq!((span.expected(), span.received()), (5, 4), "65,535 is missing");
    }
}
