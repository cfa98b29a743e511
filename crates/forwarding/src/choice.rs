//! Which layer of a picture a line gets, and when that may change.
//!
//! What is not here: sharing out the bandwidth (`allocate.rs`).

use core::time::Duration;

use model::{Instant, PictureReason, limits};

use crate::allocate::Claim;

/// A line gets better only after bandwidth was no limit for so long.
const CLIMB_AFTER: Duration = Duration::from_secs(2);
/// While the estimate of a line is younger than this it starts low on purpose and rises by leaps:
/// what it allows is had at once.
pub(crate) const WARM_UP: Duration = Duration::from_secs(3);
/// Sizes of layers until a keyframe tells them: the best one, each lower one half of it.
const FULL_SIZE: (u16, u16) = (1_280, 720);
/// A better layer is wanted when the picture is drawn larger than this part of the lower one, in
/// per cent: no flapping while a window is dragged.
const LARGER_PERCENT: u32 = 115;

/// Sizes of a track's layers that are alive, lowest first.
pub(crate) type Sizes = [Option<(u16, u16)>; limits::LAYERS_MAX];

/// The size a layer is taken to have, the `halvings` below the best.
pub(crate) fn assumed_size(halvings: usize) -> (u16, u16) {
    let halve = |side: u16| side >> halvings.min(4);
    (halve(FULL_SIZE.0), halve(FULL_SIZE.1))
}

/// Where the choice of a layer for a line stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Choice {
    /// The layer that suits the size at which the picture is drawn.
    suits: Option<usize>,
    /// The layer decided on.
    decided: Option<usize>,
    /// When bandwidth was last too little for what is of use.
    limited_at: Option<Instant>,
    /// A better layer that fitted well ever since.
    climb: Option<(Option<usize>, Instant)>,
    /// Why, as of the last decision.
    pub(crate) reason: Option<PictureReason>,
}

impl Choice {
    /// The smallest layer that covers a picture drawn in `tile`, without one the best: a larger
    /// one only when the present one is clearly too small. None: there is no layer.
    pub(crate) fn suit(&mut self, tile: Option<(u16, u16)>, sizes: &Sizes) -> Option<usize> {
        let best = (0..sizes.len()).rev().find(|layer| sizes[*layer].is_some())?;
        let covers = |layer: usize, percent: u32| {
            let (Some((width, height)), Some(tile)) = (sizes[layer], tile) else { return false };
            u32::from(width) * percent >= u32::from(tile.0) * 100
                || u32::from(height) * percent >= u32::from(tile.1) * 100
        };
        let smallest = (0..best).find(|layer| {
            let stays = self.suits == Some(*layer);
            covers(*layer, if stays { LARGER_PERCENT } else { 100 })
        });
        self.suits = Some(smallest.unwrap_or(best));
        self.suits
    }

    /// The best layer the line may claim now, none: it stays frozen. `of_use` is what it would get
    /// were bandwidth no matter, `well` what bandwidth allows with something to spare. It may get
    /// better only when there was something to spare for a while; what may not be had yet is not
    /// claimed either, so that others can have it. `claim` says which layers there are: from one
    /// that is gone the line goes to another at once. While `warming` nobody waits.
    pub(crate) fn permit(
        &mut self,
        now: Instant,
        claim: &Claim,
        of_use: Option<usize>,
        well: Option<usize>,
        warming: bool,
    ) -> Option<usize> {
        let climb_after = if warming { Duration::ZERO } else { CLIMB_AFTER };
        let gone = |layer: usize| claim.costs[layer].is_none();
        if well < of_use {
            self.limited_at = Some(now);
        }
        if self.reason.is_none() || self.decided.is_some_and(gone) {
            self.climb = None;
            return of_use;
        }
        let rested = self.limited_at.is_none_or(|at| now.since(at) >= climb_after);
        self.climb = match (well > self.decided, self.climb) {
            (false, _) => None,
            (true, None) => Some((well, now)),
            (true, Some((lowest, since))) => Some((lowest.min(well), since)),
        };
        let climbed = self.climb.filter(|(_, since)| now.since(*since) >= climb_after);
        if let Some((layer, _)) = climbed {
            self.climb = None;
            return layer;
        }
        if rested { self.decided.max(well) } else { self.decided }
    }

    /// Takes what was shared out.
    pub(crate) const fn settle(&mut self, layer: Option<usize>) {
        self.decided = layer;
    }

    /// Why the line gets what it gets.
    pub(crate) fn explain(&self, of_use: Option<usize>, best: Option<usize>) -> PictureReason {
        match self.decided {
            None if of_use.is_some() => PictureReason::Frozen,
            None => PictureReason::Starting,
            decided if decided < of_use => PictureReason::Bandwidth,
            decided if decided < best => PictureReason::Size,
            Some(_) => PictureReason::Best,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZES: Sizes = [Some((320, 180)), Some((640, 360)), Some((1_280, 720))];
    const CLAIM: Claim = Claim { costs: [Some(1), Some(2), Some(3)], wanted: 2 };

    #[test]
    fn the_smallest_layer_that_covers_is_wanted_and_does_not_flap() {
        let mut choice = Choice::default();
        assert_eq!(choice.suit(None, &SIZES), Some(2), "nobody said how large");
        assert_eq!(choice.suit(Some((300, 169)), &SIZES), Some(0));
        assert_eq!(choice.suit(Some((360, 203)), &SIZES), Some(0), "a little too small is kept");
        assert_eq!(choice.suit(Some((380, 214)), &SIZES), Some(1));
        assert_eq!(choice.suit(Some((360, 203)), &SIZES), Some(1), "and not taken up again");
        assert_eq!(choice.suit(Some((320, 400)), &SIZES), Some(0), "one side is enough");
        assert_eq!(choice.suit(Some((4_000, 3_000)), &SIZES), Some(2));
        assert_eq!(choice.suit(Some((9, 9)), &[None; 3]), None);
        assert_eq!(choice.suit(Some((9, 9)), &[None, SIZES[1], None]), Some(1));
    }

    /// One round in which bandwidth allows `fits`, and `well` with something to spare.
    fn round(choice: &mut Choice, ms: u64, fits: usize, well: usize) -> Option<usize> {
        let may = choice.permit(Instant(ms * 1_000), &CLAIM, Some(2), Some(well), false);
        choice.settle(may.min(Some(fits)));
        choice.reason = Some(choice.explain(Some(2), Some(2)));
        choice.decided
    }

    #[test]
    fn down_at_once_and_up_after_a_while() {
        let mut choice = Choice::default();
        assert_eq!(round(&mut choice, 0, 2, 1), Some(2), "at first what fits");
        assert_eq!(choice.reason, Some(PictureReason::Best));
        assert_eq!(round(&mut choice, 100, 0, 0), Some(0));
        assert_eq!(choice.reason, Some(PictureReason::Bandwidth));
        assert_eq!(round(&mut choice, 200, 2, 1), Some(0));
        assert_eq!(round(&mut choice, 2_100, 2, 2), Some(0));
        assert_eq!(round(&mut choice, 2_200, 2, 2), Some(1), "what it was all along");
        assert_eq!(round(&mut choice, 2_300, 2, 0), Some(1), "it just fits: kept");
        assert_eq!(round(&mut choice, 2_400, 2, 2), Some(1));
        assert_eq!(round(&mut choice, 4_400, 2, 2), Some(2));
    }

    #[test]
    fn a_layer_that_is_gone_is_left_and_a_frozen_line_claims_nothing() {
        let mut choice = Choice::default();
        round(&mut choice, 0, 2, 2);
        let gone = Claim { costs: [Some(1), None, None], wanted: 2 };
        assert_eq!(choice.permit(Instant(1), &gone, Some(0), Some(0), false), Some(0));
        choice.settle(None);
        assert_eq!(choice.explain(Some(0), Some(0)), PictureReason::Frozen);
        assert_eq!(choice.permit(Instant(2), &gone, Some(0), None, false), None);
        assert_eq!(choice.permit(Instant(3), &gone, Some(0), Some(0), false), None, "not yet");
        let later = Instant(2_000_003);
        assert_eq!(choice.permit(later, &gone, Some(0), Some(0), false), Some(0));
    }

    #[test]
    fn a_young_estimate_is_followed_at_once() {
        let mut choice = Choice::default();
        round(&mut choice, 0, 0, 0);
        let at = |ms: u64| Instant(ms * 1_000);
        assert_eq!(choice.permit(at(10), &CLAIM, Some(2), Some(1), true), Some(1));
        choice.settle(Some(1));
        assert_eq!(choice.permit(at(20), &CLAIM, Some(2), Some(2), true), Some(2));
        assert_eq!(choice.permit(at(20), &CLAIM, Some(2), Some(2), false), Some(1), "later not");
    }

    #[test]
    fn a_larger_tile_gets_its_layer_at_once_where_bandwidth_is_no_matter() {
        let mut choice = Choice::default();
        let small = choice.permit(Instant(1), &CLAIM, Some(0), Some(0), false);
        choice.settle(small);
        choice.reason = Some(choice.explain(Some(0), Some(2)));
        assert_eq!(choice.reason, Some(PictureReason::Size));
        assert_eq!(round(&mut choice, 2, 2, 2), Some(2));
    }
}
