//! Transport-wide feedback: who sent which number when, what arrived when, and the words for it
//! (draft-holmer-rmcat-transport-wide-cc-extensions-01).
//!
//! What is not here: what follows from it. `estimate.rs` makes a bandwidth out of it.

pub mod arrivals;
pub mod history;
pub mod wire;

/// The number nearest to `near` whose low 16 bits are `low`.
pub(crate) const fn unwrap_near(near: u64, low: u16) -> u64 {
    let step = low.wrapping_sub((near & 0xffff) as u16).cast_signed();
    near.saturating_add_signed(step as i64)
}
