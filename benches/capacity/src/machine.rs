//! What the machine says about a process and about itself: CPU time, memory, stolen time, dropped
//! datagrams; and the histogram of delays.
//!
//! What is not here: the load.

use std::collections::BTreeMap;
use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

/// Clock ticks a second of `/proc/*/stat` on Linux.
const TICKS: f64 = 100.0;

/// Nanoseconds since 1970.
pub fn unix_nanos() -> u64 {
    let passed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(passed.as_nanos()).unwrap_or(u64::MAX)
}

/// CPU seconds a process has used, user and system; 0 when it is gone.
pub fn cpu_seconds(process: u32) -> f64 {
    cpu_of(&fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default())
}

/// CPU seconds this thread has used, user and system, in hundredths.
pub fn cpu_of_this_thread() -> f64 {
    cpu_of(&fs::read_to_string("/proc/thread-self/stat").unwrap_or_default())
}

/// CPU seconds of a process by the names of its threads.
pub fn cpu_by_thread(process: u32) -> BTreeMap<String, f64> {
    let mut sums = BTreeMap::new();
    for task in fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten() {
        let text = fs::read_to_string(task.path().join("stat")).unwrap_or_default();
        let name = text.split_once('(').and_then(|(_, rest)| rest.rsplit_once(')'));
        let name = name.map_or("", |(name, _)| name).to_owned();
        *sums.entry(name).or_default() += cpu_of(&text);
    }
    sums
}

fn cpu_of(text: &str) -> f64 {
    let after = text.rsplit(')').next().unwrap_or_default();
    let fields: Vec<f64> = after.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    // The state letter is not a number, so user time is the eleventh of what is left.
    fields.get(10).zip(fields.get(11)).map_or(0.0, |(user, system)| (user + system) / TICKS)
}

/// Resident memory of a process and its peak, MiB.
pub fn memory(process: u32) -> (f64, f64) {
    let text = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let value = |key: &str| {
        text.lines()
            .find_map(|line| line.strip_prefix(key))
            .and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok())
            .map_or(0.0, |kib| kib / 1_024.0)
    };
    (value("VmRSS:"), value("VmHWM:"))
}

/// Seconds of all cores since the start: stolen by the hypervisor, and idle.
pub fn stolen_and_idle() -> (f64, f64) {
    let text = fs::read_to_string("/proc/stat").unwrap_or_default();
    let first = text.lines().next().unwrap_or_default();
    let fields: Vec<f64> =
        first.split_whitespace().skip(1).filter_map(|word| word.parse().ok()).collect();
    let value = |place: usize| fields.get(place).copied().unwrap_or(0.0) / TICKS;
    (value(7), value(3))
}

/// Datagrams the kernel dropped because a socket's buffer was full, by local port.
pub fn dropped(port_is: impl Fn(u16) -> bool) -> u64 {
    let mut sum = 0;
    for file in ["/proc/net/udp", "/proc/net/udp6"] {
        for line in fs::read_to_string(file).unwrap_or_default().lines().skip(1) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let port = words
                .get(1)
                .and_then(|address| address.rsplit(':').next())
                .and_then(|port| u16::from_str_radix(port, 16).ok());
            if port.is_some_and(&port_is) {
                sum += words.last().and_then(|word| word.parse::<u64>().ok()).unwrap_or(0);
            }
        }
    }
    sum
}

/// Buckets of one doubling.
const PARTS: u64 = 32;

/// Counts durations in buckets 3 % wide.
#[derive(Clone, Debug, Default)]
pub struct Histogram {
    counts: Vec<u64>,
    total: u64,
    max: u64,
}

impl Histogram {
    /// Counts one, in nanoseconds.
    pub fn count(&mut self, nanos: u64) {
        let place = bucket(nanos);
        if self.counts.len() <= place {
            self.counts.resize(place + 1, 0);
        }
        self.counts[place] += 1;
        self.total += 1;
        self.max = self.max.max(nanos);
    }

    /// The value of which `percent` of 100 are not above, milliseconds.
    pub fn quantile_ms(&self, percent: f64) -> f64 {
        let wanted = (self.total as f64 * percent / 100.0).ceil() as u64;
        let mut seen = 0;
        for (place, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= wanted && seen > 0 {
                return upper(place) as f64 / 1e6;
            }
        }
        0.0
    }

    /// The largest, milliseconds.
    pub fn max_ms(&self) -> f64 {
        self.max as f64 / 1e6
    }
}

fn bucket(nanos: u64) -> usize {
    let nanos = nanos.max(1);
    let octave = u64::from(nanos.ilog2());
    let part = ((u128::from(nanos) * u128::from(PARTS)) >> octave) as u64 - PARTS;
    (octave * PARTS + part) as usize
}

fn upper(place: usize) -> u64 {
    let (octave, part) = (place as u64 / PARTS, place as u64 % PARTS);
    (((u128::from(PARTS + part + 1)) << octave) / u128::from(PARTS)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_right_to_three_percent() {
        let mut histogram = Histogram::default();
        for us in 1..=1_000_u64 {
            histogram.count(us * 1_000);
        }
        for (percent, ms) in [(50.0, 0.5), (95.0, 0.95), (99.0, 0.99)] {
            let found = histogram.quantile_ms(percent);
            assert!((found / ms - 1.0).abs() < 0.04, "{percent}: {found}");
        }
        assert_eq!(histogram.max_ms(), 1.0);
    }

    #[test]
    fn this_process_has_used_time_and_memory() {
        assert!(memory(std::process::id()).0 > 0.1);
        assert!(cpu_seconds(std::process::id()) >= 0.0);
    }
}
