//! The clock every room reads, handed in at start.
//!
//! What is not here: reading the machine's clock; the front door does that, tests hand in theirs.

use core::fmt;
use std::sync::Arc;

use model::Now;

/// Tells the time on both clocks.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Now + Send + Sync>);

impl Clock {
    /// Wraps a function that tells the time.
    pub fn new(read: impl Fn() -> Now + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }

    /// The time now.
    pub fn now(&self) -> Now {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}
