//! The estimator, pacer and feedback on seeded paths with one narrow place, in virtual time.
//!
//! What is not here: the router. Real feedback bytes are written and read, nothing else is real.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod flow;
mod lies;
mod link;
mod plans;
mod report;
