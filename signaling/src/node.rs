//! Figures of the whole node for the ops page.
//!
//! What is not here: taking them; the front door reads them from the other rooms' metrics.

use protocol::{OpsCopy, OpsReconciled};

/// What ops see besides the hearings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NodeFigures {
    /// Free space in the archive folder, bytes; none when unknown.
    pub archive_free_bytes: Option<u64>,
    /// Forwarding delay over the last minute, microseconds: p50, p95, p99; none before the first
    /// packet.
    pub forward_delay_micros: Option<[u64; 3]>,
    /// The second copy; none when there is none.
    pub copy: Option<OpsCopy>,
    /// What the last reconciliation came to; none before the first.
    pub reconciled: Option<OpsReconciled>,
}
