//! The one clock of the process, handed to every room.
//!
//! What is not here: anybody who reads it; rooms get it as an argument.

use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use model::Now;

/// Tells the time on both clocks; the monotonic one starts when this is called.
pub(crate) fn start() -> Arc<dyn Fn() -> Now + Send + Sync> {
    let started = Instant::now();
    Arc::new(move || {
        let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        let utc = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        Now {
            instant: model::Instant(micros),
            utc: model::Timestamp(i64::try_from(utc).unwrap_or(i64::MAX)),
        }
    })
}
