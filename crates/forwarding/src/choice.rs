//! Which layer of a picture a line gets, and when that may change.
//!
//! What is not here: sharing out the bandwidth (`allocate.rs`).

use core::time::Duration;

use model::{Instant, PictureReason, limits};

use crate::allocate::Claim;

/// A line gets better only after bandwidth was no limit for so long.
const CLIMB_AFTER: Duration = Duration::from_secs(2);
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

/// What a line could get.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Share {
    /// Were bandwidth no matter.
    pub(crate) of_use: Option<usize>,
    /// Within the estimate.
    pub(crate) fits: Option<usize>,
    /// Within the estimate, with something to spare.
    pub(crate) fits_well: Option<usize>,
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

    /// Takes what is of use, what bandwidth allows of it, and what it allows with something to
    /// spare: down at once, up when there was something to spare for a while. `claim` says which
    /// layers there are: from one that is gone the line goes at once to what is allowed.
    pub(crate) fn decide(&mut self, now: Instant, claim: &Claim, share: Share) -> Option<usize> {
        let well = share.fits_well.min(share.fits);
        let gone = |layer: usize| claim.costs[layer].is_none();
        if self.reason.is_none() || self.decided.is_some_and(gone) {
            (self.decided, self.climb) = (share.fits, None);
        }
        if well < share.of_use {
            self.limited_at = Some(now);
        }
        let rested = self.limited_at.is_none_or(|at| now.since(at) >= CLIMB_AFTER);
        self.climb = match (well > self.decided, self.climb) {
            (false, _) => None,
            (true, None) => Some((well, now)),
            (true, Some((lowest, since))) => Some((lowest.min(well), since)),
        };
        let climbed = self.climb.filter(|(_, since)| now.since(*since) >= CLIMB_AFTER);
        if let Some((layer, _)) = climbed {
            (self.decided, self.climb) = (layer, None);
        } else if rested && well > self.decided {
            self.decided = well;
        }
        self.decided = self.decided.min(share.fits);
        self.decided
    }

    /// Why the line gets what it gets.
    pub(crate) fn explain(&self, share: Share, best: Option<usize>) -> PictureReason {
        match self.decided {
            None if share.of_use.is_some() => PictureReason::Frozen,
            None => PictureReason::Starting,
            decided if decided < share.of_use => PictureReason::Bandwidth,
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

    fn share(fits: usize, fits_well: usize) -> Share {
        Share { of_use: Some(2), fits: Some(fits), fits_well: Some(fits_well) }
    }

    #[test]
    fn down_at_once_and_up_after_a_while() {
        let at = |ms: u64| Instant(ms * 1_000);
        let mut choice = Choice::default();
        assert_eq!(choice.decide(at(0), &CLAIM, share(2, 1)), Some(2), "at first what fits");
        choice.reason = Some(PictureReason::Best);
        assert_eq!(choice.decide(at(100), &CLAIM, share(0, 0)), Some(0));
        assert_eq!(choice.explain(share(0, 0), Some(2)), PictureReason::Bandwidth);
        assert_eq!(choice.decide(at(200), &CLAIM, share(2, 1)), Some(0));
        assert_eq!(choice.decide(at(2_100), &CLAIM, share(2, 2)), Some(0));
        assert_eq!(choice.decide(at(2_200), &CLAIM, share(2, 2)), Some(1), "what it was all along");
        assert_eq!(choice.decide(at(2_300), &CLAIM, share(2, 0)), Some(1), "it just fits: kept");
        assert_eq!(choice.decide(at(2_400), &CLAIM, share(2, 2)), Some(1));
        assert_eq!(choice.decide(at(4_400), &CLAIM, share(2, 2)), Some(2));
        let gone = Claim { costs: [Some(1), None, None], wanted: 2 };
        let only = Share { of_use: Some(0), fits: Some(0), fits_well: Some(0) };
        assert_eq!(choice.decide(at(4_500), &gone, only), Some(0));
        assert_eq!(choice.explain(only, Some(0)), PictureReason::Best);
        let nothing = Share { of_use: Some(0), fits: None, fits_well: None };
        assert_eq!(choice.decide(at(4_600), &gone, nothing), None);
        assert_eq!(choice.explain(nothing, Some(0)), PictureReason::Frozen);
    }

    #[test]
    fn a_larger_tile_gets_its_layer_at_once_where_bandwidth_is_no_matter() {
        let mut choice = Choice { reason: Some(PictureReason::Size), ..Choice::default() };
        let small = Share { of_use: Some(0), fits: Some(0), fits_well: Some(0) };
        assert_eq!(choice.decide(Instant(1), &CLAIM, small), Some(0));
        assert_eq!(choice.explain(small, Some(2)), PictureReason::Size);
        assert_eq!(choice.decide(Instant(2), &CLAIM, share(2, 2)), Some(2));
    }
}
