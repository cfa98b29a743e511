//! From frames with and without a voice to turns of speech: when one begins and when it is over.
//!
//! What is not here: sound, and who else speaks.

use crate::voice::FRAME_MS;

/// A turn is over when no voice was in the track for so long, ms: pauses for thought are shorter.
pub(crate) const HANG_OVER_MS: u64 = 800;
/// A turn that goes on for so long is ended at once, and another begun, ms.
pub(crate) const TURN_MS_MAX: u64 = 10 * 60_000;
/// A turn that goes on for so long is ended at the next short pause, ms.
const TURN_MS_LONG: u64 = 5 * 60_000;
/// How long a pause is that ends a long turn, ms.
const SHORT_PAUSE_MS: u64 = 240;
/// Frames looked back on to tell a voice from a click.
const WINDOW: u32 = 12;
/// So many of them must hold a voice for a turn to begin.
const ONSET: u32 = 7;
/// So many of the last `STEADY_WINDOW` must hold one for a turn to go on.
const STEADY: u32 = 3;
const STEADY_WINDOW: u32 = 5;

/// What a frame changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// A turn began, at this moment, ms; some frames ago.
    Began(u64),
    /// The turn that began at the first moment was over at the second, ms.
    Ended(u64, u64),
}

/// The turns of one track.
#[derive(Debug, Default)]
pub(crate) struct TurnFinder {
    /// The last frames, the youngest lowest: 1 with a voice.
    window: u32,
    /// Beginning and end of the voice so far, if a turn is on, ms.
    turn: Option<(u64, u64)>,
    /// Where the voice of the last turn ended, ms. Packets that come a little early move the count of
    /// samples back, but no turn begins before the last was over.
    last_end_ms: u64,
}

impl TurnFinder {
    /// Where the turn that is on began and where its voice ended last, ms.
    pub(crate) const fn turn(&self) -> Option<(u64, u64)> {
        self.turn
    }

    /// A frame that begins at a moment, ms. Says whether a turn began or ended by it.
    pub(crate) fn frame(&mut self, at_ms: u64, voice: bool) -> Option<Change> {
        self.window = (self.window << 1) | u32::from(voice);
        let end_ms = at_ms + FRAME_MS;
        let Some((from_ms, to_ms)) = &mut self.turn else {
            let recent = self.window & ((1 << WINDOW) - 1);
            if !voice || recent.count_ones() < ONSET {
                return None;
            }
            let oldest = u64::from(31 - recent.leading_zeros());
            let from_ms = at_ms.saturating_sub(oldest * FRAME_MS).max(self.last_end_ms);
            self.turn = Some((from_ms, end_ms));
            return Some(Change::Began(from_ms));
        };
        let recent = self.window & ((1 << STEADY_WINDOW) - 1);
        if voice && recent.count_ones() >= STEADY {
            *to_ms = end_ms;
        }
        let (from_ms, to_ms) = (*from_ms, *to_ms);
        let (lasts, pause) = (end_ms.saturating_sub(from_ms), end_ms.saturating_sub(to_ms));
        let over = pause >= HANG_OVER_MS
            || lasts >= TURN_MS_LONG && pause >= SHORT_PAUSE_MS
            || lasts >= TURN_MS_MAX;
        if over { self.end() } else { None }
    }

    /// No sound comes: a turn that is on is over once the hang-over has passed, ms.
    pub(crate) fn silent_until(&mut self, at_ms: u64) -> Option<Change> {
        let (_, to_ms) = self.turn?;
        if at_ms.saturating_sub(to_ms) >= HANG_OVER_MS { self.end() } else { None }
    }

    /// The track ends here, or what follows does not belong to it.
    pub(crate) fn end(&mut self) -> Option<Change> {
        self.window = 0;
        let (from_ms, to_ms) = self.turn.take()?;
        self.last_end_ms = to_ms;
        Some(Change::Ended(from_ms, to_ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Frames from a picture: `#` with a voice. Changes, with times in frames.
    fn changes(picture: &str) -> Vec<Change> {
        let mut finder = TurnFinder::default();
        let frames = picture.chars().zip(0..);
        frames.filter_map(|(c, n)| finder.frame(n * FRAME_MS, c == '#')).collect()
    }

    fn ms(frames: u64) -> u64 {
        frames * FRAME_MS
    }

    #[test]
    fn a_click_is_no_turn() {
        assert_eq!(changes(&format!("..###..{}", ".".repeat(80))), []);
    }

    #[test]
    fn a_turn_has_its_first_and_last_voice() {
        let picture = format!("...{}{}", "#".repeat(20), ".".repeat(80));
        assert_eq!(changes(&picture), [Change::Began(ms(3)), Change::Ended(ms(3), ms(23))]);
    }

    #[test]
    fn a_pause_for_thought_ends_nothing_and_a_long_one_does() {
        let spoken = "#".repeat(20);
        let picture = format!("{spoken}{}{spoken}{}", ".".repeat(40), ".".repeat(60));
        assert_eq!(changes(&picture), [Change::Began(0), Change::Ended(0, ms(80))]);
        let picture = format!("{spoken}{}{spoken}{}", ".".repeat(60), ".".repeat(60));
        assert_eq!(changes(&picture).len(), 4);
    }

    #[test]
    fn a_reading_without_pause_is_cut() {
        let frames = usize::try_from(TURN_MS_MAX / FRAME_MS).unwrap() + 40;
        let found = changes(&"#".repeat(frames));
        assert!(matches!(
            found[..],
            [Change::Began(0), Change::Ended(0, TURN_MS_MAX), Change::Began(TURN_MS_MAX)]
        ));
    }

    #[test]
    fn a_turn_does_not_begin_before_the_last_was_over() {
        let mut finder = TurnFinder::default();
        for n in 0..20 {
            finder.frame(ms(n), true);
        }
        assert_eq!(finder.end(), Some(Change::Ended(0, ms(20))));
        // The next packets came 2 ms early, and then 1 ms.
        let changes: Vec<_> =
            (20..30).filter_map(|n| finder.frame(ms(n) - 2 + n / 26, true)).collect();
        assert_eq!(changes, [Change::Began(ms(20))]);
    }

    #[test]
    fn silence_without_packets_ends_a_turn() {
        let mut finder = TurnFinder::default();
        for n in 0..20 {
            finder.frame(ms(n), true);
        }
        assert_eq!(finder.silent_until(ms(20) + HANG_OVER_MS - 1), None);
        assert_eq!(finder.silent_until(ms(20) + HANG_OVER_MS), Some(Change::Ended(0, ms(20))));
        assert_eq!(finder.turn(), None);
    }
}
