//! What a page measures of what it receives, as far as it tells how the page itself fares.
//!
//! What is not here: figures of the server's own (`media`), sums over all pages (`metrics`).

use model::{Instant, MediaPath, limits};
use protocol::ClientStats;

/// How often a page tells; a shorter stretch would make a share of nothing.
const TOLD_EVERY_MS: u64 = 5_000;

/// The last a page told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Measured {
    at: Instant,
    freeze_permille: u16,
    buffer_ms: u16,
    path: Option<MediaPath>,
}

impl Measured {
    /// From one message.
    pub(super) fn new(at: Instant, figures: &[ClientStats], path: Option<MediaPath>) -> Self {
        // People without a picture neither move nor freeze.
        let pictures = figures.iter().filter(|one| one.frames > 0 || one.frozen_ms > 0);
        let (count, frozen) = pictures.fold((0u64, 0u64), |(count, frozen), one| {
            (count + 1, frozen + u64::from(one.frozen_ms).min(TOLD_EVERY_MS))
        });
        let share = (frozen * 1_000).checked_div(count * TOLD_EVERY_MS).unwrap_or(0);
        Self {
            at,
            freeze_permille: u16::try_from(share).unwrap_or(1_000).min(1_000),
            buffer_ms: figures.iter().map(|one| one.buffer_ms).max().unwrap_or(0),
            path,
        }
    }

    fn is_fresh(&self, now: Instant) -> bool {
        now.since(self.at) <= limits::STATS_LIFE
    }

    /// Share of time pictures stood still, per mille; 0 when it is not known any more.
    pub(super) fn freeze_permille(&self, now: Instant) -> u16 {
        if self.is_fresh(now) { self.freeze_permille } else { 0 }
    }

    /// The longest jitter buffer, ms.
    pub(super) fn buffer_ms(&self, now: Instant) -> Option<u16> {
        self.is_fresh(now).then_some(self.buffer_ms)
    }

    /// How the page's media travels.
    pub(super) fn path(&self, now: Instant) -> Option<MediaPath> {
        self.path.filter(|_| self.is_fresh(now))
    }
}

#[cfg(test)]
mod tests {
    use model::ParticipantId;

    use super::*;

    const NOW: Instant = Instant(7_000_000);

    fn one(frames: u32, frozen_ms: u32, buffer_ms: u16) -> ClientStats {
        let from = ParticipantId(1);
        ClientStats { from, frames, frozen_ms, concealed_permille: 0, buffer_ms }
    }

    #[test]
    fn the_share_is_over_all_pictures() {
        let measured = Measured::new(NOW, &[one(80, 1_000, 40), one(125, 0, 90)], None);
        assert_eq!(measured.freeze_permille(NOW), 100);
        assert_eq!(measured.buffer_ms(NOW), Some(90));
        // Somebody who is only heard has no picture that could stand still.
        let measured = Measured::new(NOW, &[one(80, 1_000, 40), one(0, 0, 90)], None);
        assert_eq!(measured.freeze_permille(NOW), 200);
    }

    #[test]
    fn lies_stay_within_bounds() {
        let measured = Measured::new(NOW, &[one(0, u32::MAX, u16::MAX)], None);
        assert_eq!(measured.freeze_permille(NOW), 1_000);
        assert_eq!(Measured::new(NOW, &[], None).freeze_permille(NOW), 0);
    }

    #[test]
    fn what_is_old_is_not_known() {
        let measured = Measured::new(NOW, &[one(0, 5_000, 1)], Some(MediaPath::Udp));
        let later = NOW.plus(limits::STATS_LIFE + core::time::Duration::from_millis(1));
        assert_eq!(measured.path(NOW), Some(MediaPath::Udp));
        assert_eq!((measured.freeze_permille(later), measured.path(later)), (0, None));
    }
}
