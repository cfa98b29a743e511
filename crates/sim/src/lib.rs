//! The false world: scripts a clerk can read, a second small model of the law, and the whole house
//! in virtual time.
//!
//! What is not here: anything the service needs to run. Only tests and `assize simulate` come in.

pub mod dice;
pub mod procedure;
pub mod reference;
mod report;
pub mod rules;
pub mod script;

pub use report::{Failure, Report};

/// Simulates: random stories of procedure from a seed.
///
/// # Errors
/// The first thing that did not hold.
pub fn run(seed: u64, steps: u32) -> Result<Report, Failure> {
    let tale = procedure::check(&mut dice::Dice::from_seed(seed), steps);
    let tale = tale.map_err(|what| Failure { seed, steps, what })?;
    Ok(Report {
        seed,
        steps,
        granted: u64::from(tale.granted),
        refused: u64::from(tale.refused),
        crashes: tale.crashes,
        opened: tale.opened,
        ..Report::default()
    })
}
