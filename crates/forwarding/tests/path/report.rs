//! What a run came to, as figures.
//!
//! What is not here: bounds; those stand in `plans.rs`.

use crate::flow::Run;
use crate::link::Path;

impl Run {
    /// Share of the path's free capacity that arrived from `from_s` to `to_s`, per cent.
    pub(crate) fn used_percent(&self, path: &Path, from_s: u64, to_s: u64) -> u64 {
        let bits: u64 = (0..self.flows.len()).map(|flow| self.bits(flow, from_s, to_s)).sum();
        let free: u64 = (from_s * 1_000..to_s * 1_000).map(|ms| path.free_bits_per_ms(ms)).sum();
        bits * 100 / free
    }

    /// Bits of one flow that arrived from `from_s` to `to_s`.
    pub(crate) fn bits(&self, flow: usize, from_s: u64, to_s: u64) -> u64 {
        let tenths = |s: u64| usize::try_from(s * 10).unwrap();
        let arrived = &self.flows[flow].arrived;
        let to = tenths(to_s).min(arrived.len());
        arrived[tenths(from_s).min(to)..to].iter().sum::<u64>() * 8
    }

    /// How long after `from_s` a second began in which 85 % of what was free arrived, chance loss
    /// aside; ms.
    pub(crate) fn reached_ms(&self, path: &Path, from_s: u64) -> Option<u64> {
        let start = usize::try_from(from_s * 10).unwrap();
        let arrived = &self.flows[0].arrived;
        let reached = |second: &[u64], ms: u64| {
            let free: u64 = (ms..ms + 1_000).map(|ms| path.free_bits_per_ms(ms)).sum();
            let due = free * (1_000 - path.loss_permille) / 1_000 * 85 / 100;
            second.iter().sum::<u64>() * 8 >= due
        };
        let mut seconds = arrived[start..].windows(10).zip(from_s * 10..);
        let first = seconds.find(|(second, tenth)| reached(second, tenth * 100))?;
        Some(first.1 * 100 - from_s * 1_000)
    }

    /// How long a packet stood in the queue, ms, for so many per cent of the packets at most.
    pub(crate) fn wait_ms(&self, percent: usize) -> u64 {
        let place = (self.waits_us.len() - 1) * percent / 100;
        self.waits_us[place] / 1_000
    }
}
