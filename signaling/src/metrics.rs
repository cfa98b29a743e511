//! What signaling counts. Every metric stands in `docs/metrics.md`; a test compares.
//!
//! What is not here: ids. Labels come from closed enums only.

use model::{Refusal, Role};
use prometheus::{
    Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
};
use protocol::Bye;
use serde::Serialize;

/// Seconds until a minute is durable: the middle is one commit.
const DURABLE_BUCKETS: [f64; 9] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0];

/// The counters of this room.
#[derive(Clone, Debug)]
pub(crate) struct Metrics {
    pub(crate) hearings: IntGauge,
    pub(crate) participants: IntGaugeVec,
    pub(crate) sockets: IntGauge,
    pub(crate) asks: IntCounterVec,
    pub(crate) sign_ins: IntCounterVec,
    pub(crate) joins: IntCounterVec,
    pub(crate) byes: IntCounterVec,
    pub(crate) minute_durable: Histogram,
    pub(crate) minutes_late: IntCounter,
    pub(crate) hearing_restarts: IntCounter,
    pub(crate) notices_dropped: IntCounter,
    pub(crate) archive_reads: IntCounterVec,
    pub(crate) page_frames: IntCounter,
    pub(crate) page_frozen_ms: IntCounter,
}

impl Metrics {
    /// Makes and registers them.
    pub(crate) fn register(registry: &Registry) -> Result<Self, prometheus::Error> {
        Ok(Self {
            hearings: gauge(registry, "hearings", "Live hearings")?,
            participants: gauges(registry, "participants", "People connected, by role", "role")?,
            sockets: gauge(registry, "sockets", "WebSockets in service")?,
            asks: counters(registry, "asks_total", "Requests, by outcome", "outcome")?,
            sign_ins: counters(registry, "sign_ins_total", "Sign-ins, by outcome", "outcome")?,
            joins: counters(registry, "joins_total", "Join codes typed, by outcome", "outcome")?,
            byes: counters(
                registry,
                "byes_total",
                "Sockets ended by the server, by reason",
                "why",
            )?,
            minute_durable: durable(registry)?,
            minutes_late: counter(registry, "minutes_late_total", "Minutes not durable in time")?,
            hearing_restarts: counter(
                registry,
                "hearing_restarts_total",
                "Hearings rebuilt from their minutes while running",
            )?,
            notices_dropped: counter(
                registry,
                "notices_dropped_total",
                "Notices lost to a full queue",
            )?,
            archive_reads: counters(
                registry,
                "archive_reads_total",
                "Archive reads, by outcome",
                "outcome",
            )?,
            page_frames: counter(registry, "page_frames_total", "Picture frames pages decoded")?,
            page_frozen_ms: counter(
                registry,
                "page_frozen_milliseconds_total",
                "Time pictures stood still at pages",
            )?,
        })
    }

    /// Counts a request's outcome.
    pub(crate) fn asked(&self, refused: Option<Refusal>) {
        let outcome = refused.map_or_else(|| "done".to_owned(), |why| word(&why));
        self.asks.with_label_values(&[outcome.as_str()]).inc();
    }

    /// Counts a socket the server ended.
    pub(crate) fn parted(&self, why: Bye) {
        self.byes.with_label_values(&[word(&why).as_str()]).inc();
    }

    /// The gauge of one role.
    pub(crate) fn role(&self, role: Role) -> IntGauge {
        self.participants.with_label_values(&[word(&role).as_str()])
    }
}

fn word<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value)
        .expect("a plain enum serializes to a string")
        .trim_matches('"')
        .to_owned()
}

fn named(name: &str, help: &str) -> Opts {
    Opts::new(format!("assize_signaling_{name}"), help)
}

fn gauge(registry: &Registry, name: &str, help: &str) -> Result<IntGauge, prometheus::Error> {
    let made = IntGauge::with_opts(named(name, help))?;
    registry.register(Box::new(made.clone()))?;
    Ok(made)
}

fn gauges(
    registry: &Registry,
    name: &str,
    help: &str,
    label: &str,
) -> Result<IntGaugeVec, prometheus::Error> {
    let made = IntGaugeVec::new(named(name, help), &[label])?;
    registry.register(Box::new(made.clone()))?;
    Ok(made)
}

fn counter(registry: &Registry, name: &str, help: &str) -> Result<IntCounter, prometheus::Error> {
    let made = IntCounter::with_opts(named(name, help))?;
    registry.register(Box::new(made.clone()))?;
    Ok(made)
}

fn counters(
    registry: &Registry,
    name: &str,
    help: &str,
    label: &str,
) -> Result<IntCounterVec, prometheus::Error> {
    let made = IntCounterVec::new(named(name, help), &[label])?;
    registry.register(Box::new(made.clone()))?;
    Ok(made)
}

fn durable(registry: &Registry) -> Result<Histogram, prometheus::Error> {
    let options = HistogramOpts::new(
        "assize_signaling_minute_durable_seconds",
        "Time until a minute is on disk",
    )
    .buckets(DURABLE_BUCKETS.to_vec());
    let made = Histogram::with_opts(options)?;
    registry.register(Box::new(made.clone()))?;
    Ok(made)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const DOCUMENT: &str = include_str!("../../docs/metrics.md");

    #[test]
    fn the_document_names_every_metric_and_no_other() {
        let registry = Registry::new();
        let metrics = Metrics::register(&registry).unwrap();
        metrics.asked(None);
        metrics.parted(Bye::Fault);
        metrics.role(Role::Clerk).inc();
        for family in [&metrics.sign_ins, &metrics.joins, &metrics.archive_reads] {
            family.with_label_values(&["done"]).inc();
        }
        let gathered = registry.gather();
        let named: BTreeSet<&str> = gathered.iter().map(|family| family.name()).collect();
        let documented: BTreeSet<&str> = DOCUMENT
            .lines()
            .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
            .filter(|name| name.starts_with("assize_signaling_"))
            .collect();
        assert_eq!(named, documented);
    }
}
