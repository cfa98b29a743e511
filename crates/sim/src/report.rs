//! What a simulation found, in one line each way.
//! What is not here: the simulation.

use core::fmt;

/// A simulation in which everything held, in figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The seed it was made from.
    pub seed: u64,
    /// Steps taken.
    pub steps: u32,
    /// Virtual time that passed, ms.
    pub virtual_ms: u64,
    /// RTP packets that reached the router.
    pub packets_in: u64,
    /// RTP packets that reached a page.
    pub packets_out: u64,
    /// Sound packets that are on the record.
    pub recorded: u64,
    /// Sound packets named as lost in the ledger.
    pub named_lost: u64,
    /// Requests granted.
    pub granted: u64,
    /// Requests refused.
    pub refused: u64,
    /// Minutes in the ledger.
    pub minutes: u64,
    /// Times the node died.
    pub crashes: u32,
    /// Times the disk failed for a while.
    pub disk_faults: u32,
    /// Times somebody's line was cut or their page reloaded.
    pub broken_links: u32,
    /// Whether the hearing was opened.
    pub opened: bool,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "seed {} steps {}: all invariants held over {} s; packets {} in {} out, sound {} on \
             the record {} named lost, requests {} granted {} refused, minutes {}, crashes {}, \
             disk faults {}, broken links {}, {}",
            self.seed,
            self.steps,
            self.virtual_ms / 1_000,
            self.packets_in,
            self.packets_out,
            self.recorded,
            self.named_lost,
            self.granted,
            self.refused,
            self.minutes,
            self.crashes,
            self.disk_faults,
            self.broken_links,
            if self.opened { "opened" } else { "never opened" },
        )
    }
}

/// A simulation in which something did not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The seed.
    pub seed: u64,
    /// Steps asked for.
    pub steps: u32,
    /// What did not hold, and when.
    pub what: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}\nrepeat: assize simulate --seed {} --steps {}",
            self.what, self.seed, self.steps
        )
    }
}
