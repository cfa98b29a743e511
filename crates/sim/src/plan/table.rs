//! Every plan, in the order of the table of outcomes.
//! What is not here: what the words mean; `plan.rs` says so.

mod changes;
mod layers;
mod peers;
mod weather;

use super::Plan;

/// All plans.
pub(crate) fn all() -> Vec<Plan> {
    [weather::plans(), changes::plans(), layers::plans(), peers::plans()]
        .into_iter()
        .flatten()
        .collect()
}
