//! What is asked of the allocator, counted for `/metrics`.
//!
//! What is not here: who asks for it; `make bench` counts the packet path by itself.

use std::alloc::System;

use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;
use prometheus::{IntCounter, Registry};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The allocator's own counts, read when somebody asks for metrics.
struct Allocations {
    calls: IntCounter,
    bytes: IntCounter,
}

impl Collector for Allocations {
    fn desc(&self) -> Vec<&Desc> {
        [&self.calls, &self.bytes].into_iter().flat_map(Collector::desc).collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let stats = ALLOCATOR.stats();
        let sum = |counts: [usize; 2]| {
            counts.into_iter().fold(0, |sum: u64, count| {
                sum.saturating_add(u64::try_from(count).unwrap_or(u64::MAX))
            })
        };
        let bytes_grown = usize::try_from(stats.bytes_reallocated).unwrap_or(0);
        for (counter, now) in [
            (&self.calls, sum([stats.allocations, stats.reallocations])),
            (&self.bytes, sum([stats.bytes_allocated, bytes_grown])),
        ] {
            counter.inc_by(now.saturating_sub(counter.get()));
        }
        [&self.calls, &self.bytes].into_iter().flat_map(Collector::collect).collect()
    }
}

/// Registers the counts.
///
/// # Errors
/// When they are registered already.
pub(crate) fn register(registry: &Registry) -> Result<(), prometheus::Error> {
    registry.register(Box::new(Allocations {
        calls: IntCounter::new("assize_process_allocations_total", "Pieces of memory asked for")?,
        bytes: IntCounter::new("assize_process_allocated_bytes_total", "Bytes asked for")?,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allocations_are_counted_and_only_grow() {
        let registry = Registry::new();
        register(&registry).expect("nothing is registered yet");
        let read = || -> Vec<f64> {
            registry
                .gather()
                .iter()
                .map(|family| family.get_metric()[0].get_counter().get_value())
                .collect()
        };
        let before = read();
        let piece = vec![0_u8; 1 << 20];
        let after = read();
        assert_eq!(piece.len(), 1 << 20);
        assert!(after[0] >= before[0] + f64::from(1 << 20), "bytes: {before:?} then {after:?}");
        assert!(after[1] > before[1], "calls: {before:?} then {after:?}");
    }
}
