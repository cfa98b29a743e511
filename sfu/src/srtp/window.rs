//! Where a packet stands in its source's count: guessing the rollover counter (RFC 3711 §3.3.1)
//! and refusing what came before (§3.3.2).
//!
//! What is not here: keys. A window moves only after a packet proved genuine.

/// Packets behind the highest that are still taken. Wide, because repairs of lost packets come
/// on the same source, up to a round trip late.
const WIDTH: u64 = 512;
const WORDS: usize = (WIDTH / 64) as usize;

/// The full index nearest to `highest` whose low 16 bits are `sequence`; none when it would lie
/// before the source's beginning.
pub(super) fn index_near(highest: u64, sequence: u16) -> Option<u64> {
    let [.., high, low] = highest.to_be_bytes();
    let behind_or_ahead = sequence.wrapping_sub(u16::from_be_bytes([high, low])).cast_signed();
    highest.checked_add_signed(i64::from(behind_or_ahead))
}

/// Which of the last indices were taken.
#[derive(Clone, Debug)]
pub(super) struct Window {
    highest: u64,
    taken: [u64; WORDS],
}

impl Window {
    /// A window in which `first` was taken.
    pub(super) fn new(first: u64) -> Self {
        let mut window = Self { highest: first, taken: [0; WORDS] };
        window.mark(first);
        window
    }

    /// The highest index taken.
    pub(super) const fn highest(&self) -> u64 {
        self.highest
    }

    /// Whether `index` was not taken before and is not too old to know.
    pub(super) fn is_new(&self, index: u64) -> bool {
        if index > self.highest {
            return true;
        }
        self.highest - index < WIDTH && self.taken[word(index)] & bit(index) == 0
    }

    /// Takes `index`, which must be new.
    pub(super) fn take(&mut self, index: u64) {
        if index > self.highest {
            let skipped = (index - self.highest).min(WIDTH);
            for past in 0..skipped {
                let gone = index - past;
                self.taken[word(gone)] &= !bit(gone);
            }
            self.highest = index;
        }
        self.mark(index);
    }

    fn mark(&mut self, index: u64) {
        self.taken[word(index)] |= bit(index);
    }
}

fn word(index: u64) -> usize {
    usize::try_from(index % WIDTH / 64).expect("a few words")
}

const fn bit(index: u64) -> u64 {
    1 << (index % 64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_follows_the_wrap_both_ways() {
        assert_eq!(index_near(0xFFFE, 0xFFFF), Some(0xFFFF));
        assert_eq!(index_near(0xFFFF, 0), Some(0x1_0000));
        assert_eq!(index_near(0x1_0001, 0xFFFF), Some(0xFFFF));
        assert_eq!(index_near(0x1_8000, 0x0001), Some(0x1_0001));
        assert_eq!(index_near(5, 0xFFFF), None, "nothing lies before the beginning");
    }

    #[test]
    fn each_index_is_taken_once_and_old_ones_never() {
        let mut window = Window::new(1_000);
        assert!(!window.is_new(1_000));
        assert!(window.is_new(999));
        window.take(999);
        assert!(!window.is_new(999));
        window.take(1_400);
        assert!(!window.is_new(1_000), "still inside the window");
        assert!(window.is_new(1_001));
        window.take(1_000 + WIDTH);
        assert!(!window.is_new(1_000), "fell out");
        window.take(1_000_000);
        assert!(window.is_new(1_000_000 - WIDTH + 1), "a jump leaves nothing behind");
        assert!(!window.is_new(1_000_000 - WIDTH));
    }
}
