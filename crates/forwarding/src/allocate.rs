//! Shares out what a subscriber's line carries among the pictures shown there.
//!
//! What is not here: sound, which is never shed and has been taken off the budget, and when a
//! choice may change (`router/pictures.rs`).

use model::limits;

/// One picture line that is shown, as far as its share goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Claim {
    /// Bits per second of each layer that can be had, the lowest first.
    pub(crate) costs: [Option<u32>; limits::LAYERS_MAX],
    /// The best layer that is of use here.
    pub(crate) wanted: usize,
}

impl Claim {
    /// What the best layer of use costs.
    pub(crate) fn wish(&self) -> u64 {
        let top = self.wanted.min(self.costs.len() - 1);
        self.costs[..=top].iter().rev().find_map(|cost| *cost).map_or(0, u64::from)
    }

    fn lowest(&self) -> Option<(usize, u32)> {
        (0..self.costs.len()).find_map(|layer| Some((layer, self.costs[layer]?)))
    }
}

/// Gives each claim, the most important first, a layer or none: first everybody the lowest layer
/// that can be had, in order, then better ones, in order. Without a budget everybody gets what is
/// wanted. `choices` is as long as `claims`.
pub(crate) fn allocate(budget: Option<u64>, claims: &[Claim], choices: &mut [Option<usize>]) {
    let mut left = budget.unwrap_or(u64::MAX);
    for (claim, choice) in claims.iter().zip(&mut *choices) {
        *choice = None;
        if let Some((layer, cost)) = claim.lowest()
            && let Some(rest) = left.checked_sub(u64::from(cost))
        {
            left = rest;
            *choice = Some(layer);
        }
    }
    for (claim, choice) in claims.iter().zip(choices) {
        let Some(present) = *choice else { continue };
        let paid = u64::from(claim.costs[present].unwrap_or(0));
        let top = claim.wanted.min(claim.costs.len() - 1);
        for layer in (present + 1..=top).rev() {
            let cost = claim.costs[layer].map(u64::from);
            if let Some(rest) = cost.and_then(|cost| (left + paid).checked_sub(cost)) {
                left = rest;
                *choice = Some(layer);
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const THREE: [Option<u32>; 3] = [Some(100), Some(300), Some(900)];

    fn shares(budget: Option<u64>, claims: &[Claim]) -> Vec<Option<usize>> {
        let mut choices = vec![None; claims.len()];
        allocate(budget, claims, &mut choices);
        choices
    }

    #[test]
    fn the_last_freezes_first_and_the_first_is_raised_first() {
        let claims = [Claim { costs: THREE, wanted: 2 }; 3];
        assert_eq!(shares(None, &claims), [Some(2); 3]);
        assert_eq!(shares(Some(2_700), &claims), [Some(2); 3]);
        assert_eq!(shares(Some(1_300), &claims), [Some(2), Some(1), Some(0)]);
        assert_eq!(shares(Some(300), &claims), [Some(0); 3]);
        assert_eq!(shares(Some(299), &claims), [Some(0), Some(0), None]);
        assert_eq!(shares(Some(99), &claims), [None; 3]);
        let small = [Claim { costs: THREE, wanted: 0 }, Claim { costs: THREE, wanted: 1 }];
        assert_eq!(shares(Some(9_000), &small), [Some(0), Some(1)], "no more than is of use");
    }

    #[test]
    fn one_that_costs_too_much_does_not_freeze_those_after_it() {
        let greedy = Claim { costs: [Some(5_000), None, None], wanted: 2 };
        let modest = Claim { costs: THREE, wanted: 2 };
        assert_eq!(shares(Some(400), &[greedy, modest]), [None, Some(1)]);
        assert_eq!(shares(None, &[Claim::default()]), [None], "nothing can be had");
    }

    /// The reference: walks through every step in words, one bit of budget check at a time.
    fn reference(budget: u64, claims: &[Claim]) -> Vec<Option<usize>> {
        let cost = |choices: &[Option<usize>]| -> u64 {
            let each = claims.iter().zip(choices);
            each.filter_map(|(claim, choice)| claim.costs[(*choice)?].map(u64::from)).sum()
        };
        let mut choices = vec![None; claims.len()];
        for place in 0..claims.len() {
            let lowest = claims[place].costs.iter().position(Option::is_some);
            choices[place] = lowest;
            if cost(&choices) > budget {
                choices[place] = None;
            }
        }
        for place in 0..claims.len() {
            let Some(lowest) = choices[place] else { continue };
            for layer in lowest..=claims[place].wanted {
                let mut tried = choices.clone();
                tried[place] = Some(layer);
                if claims[place].costs[layer].is_some() && cost(&tried) <= budget {
                    choices = tried;
                }
            }
        }
        choices
    }

    fn claim() -> impl Strategy<Value = Claim> {
        let cost = proptest::option::of(1_u32..2_000);
        (proptest::array::uniform3(cost), 0_usize..3)
            .prop_map(|(costs, wanted)| Claim { costs, wanted })
    }

    proptest! {
        #[test]
        fn shares_are_as_the_reference_says(
            budget in 0_u64..12_000,
            claims in proptest::collection::vec(claim(), 0..12),
        ) {
            let choices = shares(Some(budget), &claims);
            prop_assert_eq!(&choices, &reference(budget, &claims));
            let spent: u64 = claims
                .iter()
                .zip(&choices)
                .filter_map(|(claim, choice)| claim.costs[(*choice)?].map(u64::from))
                .sum();
            prop_assert!(spent <= budget);
        }
    }
}
