//! The false world: scripts a clerk can read, a second small model of the law, and the whole house
//! in virtual time.
//!
//! What is not here: anything the service needs to run. Only tests and `assize simulate` come in.

pub mod calls;
pub mod dice;
mod house;
mod law;
pub mod plan;
pub mod procedure;
pub mod reference;
mod report;
pub mod rules;
pub mod script;
pub mod sittings;

/// Moves of the story of procedure.
const STORY_MOVES: u32 = 400;

pub use report::{Failure, Report};

/// Simulates the whole house from a seed: `steps` steps of 50 ms of chance, then calm, then the end.
/// Then a story of procedure alone, from the same seed.
///
/// # Errors
/// The first thing that did not hold.
pub fn run(seed: u64, steps: u32) -> Result<Report, Failure> {
    let story = procedure::check(&mut dice::Dice::from_seed(seed), steps.min(STORY_MOVES));
    story.map_err(|what| Failure { seed, steps, what })?;
    house::run(seed, steps)
}
