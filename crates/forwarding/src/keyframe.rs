//! When to ask a publisher for a keyframe of one track.
//!
//! What is not here: how it is asked (`rtcp.rs`) and who needs one (`send_line.rs`).

use model::{Instant, limits};

/// Merges everybody's wishes for a keyframe of one track and spaces the requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct KeyframeDesk {
    wanted: bool,
    asked_at: Option<Instant>,
    seen_at: Option<(Instant, u64)>,
}

impl KeyframeDesk {
    /// Somebody needs a keyframe.
    pub(crate) const fn want(&mut self) {
        self.wanted = true;
    }

    /// A keyframe began to arrive: it serves everybody. Says whether it is another than the last
    /// one seen; a keyframe may have several packets that look like its start.
    pub(crate) fn seen(&mut self, now: Instant, rtp_time: u64) -> bool {
        self.wanted = false;
        self.seen_at.replace((now, rtp_time)).is_none_or(|(_, last)| last != rtp_time)
    }

    /// The source ended: what was seen or asked of it says nothing about the next.
    pub(crate) fn restart(&mut self) {
        *self = Self { wanted: self.wanted, ..Self::default() };
    }

    /// When a request is due. A recorded picture gets a keyframe now and then unasked.
    pub(crate) fn due(&self, recorded: bool) -> Option<Instant> {
        let not_before = self.asked_at.map_or(Instant(0), |at| at.plus(limits::KEYFRAME_EVERY_MIN));
        if self.wanted {
            return Some(not_before);
        }
        let (seen_at, _) = self.seen_at.filter(|_| recorded)?;
        Some(seen_at.plus(limits::KEYFRAME_RECORD_EVERY).max(not_before))
    }

    /// A request was sent: it is repeated until a keyframe comes.
    pub(crate) const fn asked(&mut self, now: Instant) {
        self.asked_at = Some(now);
        self.wanted = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wishes_are_merged_and_requests_spaced() {
        let mut desk = KeyframeDesk::default();
        assert_eq!(desk.due(true), None, "nothing seen, nobody waits");
        desk.want();
        desk.want();
        assert_eq!(desk.due(false), Some(Instant(0)));
        desk.asked(Instant(1_000_000));
        assert_eq!(desk.due(false), Some(Instant(1_500_000)), "repeated until one comes");
        assert!(desk.seen(Instant(1_190_000), 7));
        assert!(!desk.seen(Instant(1_200_000), 7), "the same picture");
        assert_eq!(desk.due(false), None);
        assert_eq!(desk.due(true), Some(Instant(11_200_000)), "so that seeking is quick");
        desk.want();
        assert_eq!(desk.due(false), Some(Instant(1_500_000)));
        desk.restart();
        assert_eq!(desk.due(false), Some(Instant(0)), "a wish outlives its source");
    }
}
