//! The one generator of chance: turns a seed, or bytes that can be shrunk, into choices.
//! What is not here: real randomness. The same seed rolls the same for ever.

/// Rolls choices.
#[derive(Clone, Debug)]
pub struct Dice {
    source: Source,
}

#[derive(Clone, Debug)]
enum Source {
    Seed(u64),
    Bytes { bytes: Vec<u8>, next: usize },
}

impl Dice {
    /// Endless dice from a seed.
    pub const fn from_seed(seed: u64) -> Self {
        Self { source: Source::Seed(seed) }
    }

    /// Dice that roll what the bytes say, and zero when these are used up.
    pub const fn from_bytes(bytes: Vec<u8>) -> Self {
        Self { source: Source::Bytes { bytes, next: 0 } }
    }

    /// Whether bytes are used up; never with a seed.
    pub const fn is_over(&self) -> bool {
        match &self.source {
            Source::Seed(_) => false,
            Source::Bytes { bytes, next } => *next >= bytes.len(),
        }
    }

    /// A number below `sides`; zero when there is nothing to choose.
    pub fn roll(&mut self, sides: u32) -> u32 {
        let sides = u64::from(sides.max(1));
        let rolled = match &mut self.source {
            Source::Seed(state) => split_mix(state) >> 32,
            Source::Bytes { bytes, next } => {
                let width = if sides <= 256 { 1 } else { 4 };
                let mut number = 0_u64;
                for _ in 0..width {
                    number = number << 8 | u64::from(bytes.get(*next).copied().unwrap_or(0));
                    *next += 1;
                }
                number
            }
        };
        u32::try_from(rolled % sides).expect("a number below a 32-bit number fits")
    }

    /// Whether something happens that happens `permille` times in a thousand.
    pub fn chance(&mut self, permille: u32) -> bool {
        self.roll(1_000) >= 1_000_u32.saturating_sub(permille)
    }

    /// One of several; none of none.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let sides = u32::try_from(from.len()).unwrap_or(u32::MAX);
        from.get(usize::try_from(self.roll(sides)).unwrap_or(0))
    }

    /// Weighted choice: the index into `weights`.
    pub fn weighted(&mut self, weights: &[u32]) -> usize {
        let mut left = self.roll(weights.iter().sum());
        for (index, weight) in weights.iter().enumerate() {
            if left < *weight {
                return index;
            }
            left -= weight;
        }
        0
    }
}

/// `SplitMix64` (Steele, Lea and Flood 2014): every seed gives a good sequence.
const fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_rolls_the_same() {
        let roll = |seed| {
            let mut dice = Dice::from_seed(seed);
            (0..8).map(|_| dice.roll(1_000)).collect::<Vec<_>>()
        };
        assert_eq!(roll(7), roll(7));
        assert_ne!(roll(7), roll(8));
    }

    #[test]
    fn bytes_are_used_up() {
        let mut dice = Dice::from_bytes(vec![5, 6]);
        assert_eq!((dice.roll(10), dice.roll(10), dice.is_over()), (5, 6, true));
        assert_eq!(dice.roll(10), 0);
    }

    #[test]
    fn weights_count() {
        let mut dice = Dice::from_bytes(vec![0, 9, 10, 14]);
        let picked: Vec<_> = (0..4).map(|_| dice.weighted(&[10, 0, 5])).collect();
        assert_eq!(picked, [0, 0, 2, 2]);
    }
}
