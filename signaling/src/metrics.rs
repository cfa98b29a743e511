//! What signaling counts. Every metric stands in `docs/metrics.md`; a test compares.
//!
//! What is not here: ids. Labels come from closed enums only.

use model::{Health, Refusal, Role};
use prometheus::{
    Gauge, Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts,
    Registry,
};
use protocol::Bye;
use serde::Serialize;

/// Seconds until a minute is durable: the middle is one commit.
const DURABLE_BUCKETS: [f64; 9] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0];
/// Shares of packets or time; the grades begin at 0.1 and 0.15, a good line is below 0.01.
const SHARE_BUCKETS: [f64; 10] = [0.0, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.3, 0.5];
/// Seconds on the way; the grades begin at 0.1 (jitter), 0.4 and 1.
const DELAY_BUCKETS: [f64; 11] = [0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.4, 1.0, 2.0];

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
    pub(crate) clock: ClockMetrics,
    pub(crate) notices_dropped: IntCounter,
    pub(crate) archive_reads: IntCounterVec,
    pub(crate) check_values: IntCounter,
    pub(crate) stamps: IntCounterVec,
    pub(crate) stamps_due: IntGauge,
    pub(crate) custody: CustodyMetrics,
    pub(crate) page_frames: IntCounter,
    pub(crate) page_frozen_ms: IntCounter,
    pub(crate) line: LineMetrics,
    pub(crate) line_tests: IntCounterVec,
    pub(crate) evidence_uploads: IntCounterVec,
    pub(crate) evidence_altered: IntCounter,
    pub(crate) calls: IntCounterVec,
    pub(crate) tickets: IntCounterVec,
}

/// How people's lines are doing: one sample for each person and interval.
#[derive(Clone, Debug)]
pub(crate) struct LineMetrics {
    loss_up: Histogram,
    loss_down: Histogram,
    jitter: Histogram,
    round_trip: Histogram,
    freeze: Histogram,
}

/// How far off the clock is.
#[derive(Clone, Debug)]
pub(crate) struct ClockMetrics {
    pub(crate) offset: Gauge,
    pub(crate) looks: IntCounterVec,
}

impl ClockMetrics {
    fn register(registry: &Registry) -> Result<Self, prometheus::Error> {
        Ok(Self {
            offset: real(
                registry,
                "clock_offset_seconds",
                "How far the clock is ahead of the time servers",
            )?,
            looks: counters(
                registry,
                "clock_looks_total",
                "Looks at the time servers, by outcome",
                "outcome",
            )?,
        })
    }
}

/// What is done with records.
#[derive(Clone, Debug)]
pub(crate) struct CustodyMetrics {
    pub(crate) audit_broken: IntCounter,
    pub(crate) audit_unwritten: IntCounter,
    pub(crate) syslog_failed: IntCounter,
    pub(crate) copy_requests: IntCounterVec,
}

impl CustodyMetrics {
    fn register(registry: &Registry) -> Result<Self, prometheus::Error> {
        Ok(Self {
            audit_broken: counter(
                registry,
                "audit_broken_total",
                "Starts at which the audit log did not follow from its beginning",
            )?,
            audit_unwritten: counter(
                registry,
                "audit_unwritten_total",
                "Refusals that were not written to the audit log because too many came in a minute",
            )?,
            syslog_failed: counter(
                registry,
                "syslog_failed_total",
                "Times that the log server did not take lines of the audit log",
            )?,
            copy_requests: counters(
                registry,
                "copy_requests_total",
                "Requests for views and copies, by what became of them",
                "state",
            )?,
        })
    }
}

impl LineMetrics {
    fn register(registry: &Registry) -> Result<Self, prometheus::Error> {
        let share = |name, help| histogram(registry, name, help, &SHARE_BUCKETS);
        let delay = |name, help| histogram(registry, name, help, &DELAY_BUCKETS);
        Ok(Self {
            loss_up: share("line_loss_up_ratio", "Packets lost from people")?,
            loss_down: share("line_loss_down_ratio", "Packets lost to people")?,
            jitter: delay("line_jitter_seconds", "Interarrival jitter of people's sound")?,
            round_trip: delay("line_round_trip_seconds", "Round-trip time to people")?,
            freeze: share("line_freeze_ratio", "Time pictures stood still at people's pages")?,
        })
    }

    /// Counts one person's figures of one interval.
    pub(crate) fn sampled(&self, health: &Health) {
        self.loss_up.observe(f64::from(health.loss_up_permille) / 1_000.0);
        self.loss_down.observe(f64::from(health.loss_down_permille) / 1_000.0);
        self.jitter.observe(f64::from(health.jitter_ms) / 1_000.0);
        if let Some(round_trip) = health.round_trip_ms {
            self.round_trip.observe(f64::from(round_trip) / 1_000.0);
        }
        self.freeze.observe(f64::from(health.freeze_permille) / 1_000.0);
    }
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
            minute_durable: histogram(
                registry,
                "minute_durable_seconds",
                "Time until a minute is on disk",
                &DURABLE_BUCKETS,
            )?,
            clock: ClockMetrics::register(registry)?,
            line: LineMetrics::register(registry)?,
            line_tests: counters(
                registry,
                "line_tests_total",
                "Measurements of a line, by outcome",
                "outcome",
            )?,
            evidence_uploads: counters(
                registry,
                "evidence_uploads_total",
                "Evidence handed in, by outcome",
                "outcome",
            )?,
            evidence_altered: counter(
                registry,
                "evidence_altered_total",
                "Files of evidence found to be others than those handed in",
            )?,
            calls: counters(
                registry,
                "calls_total",
                "Calls of stations, by how they ended",
                "state",
            )?,
            tickets: counters(registry, "tickets_total", "Calls for help, by step", "state")?,
            minutes_late: counter(registry, "minutes_late_total", "Minutes not durable in time")?,
            hearing_restarts: counter(
                registry,
                "hearing_restarts_total",
                "Hearings rebuilt from their minutes while running",
            )?,
            notices_dropped: counter(registry, "notices_dropped_total", "Notices dropped")?,
            custody: CustodyMetrics::register(registry)?,
            archive_reads: counters(
                registry,
                "archive_reads_total",
                "Archive reads, by outcome",
                "outcome",
            )?,
            stamps: counters(registry, "stamps_total", "Time-stamps asked for", "outcome")?,
            stamps_due: gauge(registry, "stamps_due", "Records without a time-stamp")?,
            check_values: counter(registry, "check_values_total", "Check values confirmed")?,
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

/// An enum as the word it has on the wire.
pub(crate) fn word<T: Serialize>(value: &T) -> String {
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

fn real(registry: &Registry, name: &str, help: &str) -> Result<Gauge, prometheus::Error> {
    let made = Gauge::with_opts(named(name, help))?;
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

fn histogram(
    registry: &Registry,
    name: &str,
    help: &str,
    buckets: &[f64],
) -> Result<Histogram, prometheus::Error> {
    let options = HistogramOpts::new(format!("assize_signaling_{name}"), help);
    let made = Histogram::with_opts(options.buckets(buckets.to_vec()))?;
    registry.register(Box::new(made.clone()))?;
    Ok(made)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const DOCUMENT: &str = include_str!("../../docs/metrics.md");

    #[test]
    fn each_figure_of_a_line_is_one_sample_in_its_own_unit() {
        let registry = Registry::new();
        let metrics = Metrics::register(&registry).unwrap();
        let health = Health {
            loss_up_permille: 120,
            loss_down_permille: 20,
            jitter_ms: 30,
            round_trip_ms: None,
            freeze_permille: 800,
            ..Health::default()
        };
        metrics.line.sampled(&health);
        metrics.line.sampled(&Health { round_trip_ms: Some(250), ..health });
        let line = &metrics.line;
        let sums = [&line.loss_up, &line.loss_down, &line.jitter, &line.round_trip, &line.freeze]
            .map(|figure| (figure.get_sample_count(), (figure.get_sample_sum() * 1e3).round()));
        assert_eq!(sums, [(2, 240.0), (2, 40.0), (2, 60.0), (1, 250.0), (2, 1_600.0)]);
    }

    #[test]
    fn the_document_names_every_metric_and_no_other() {
        let registry = Registry::new();
        let metrics = Metrics::register(&registry).unwrap();
        metrics.asked(None);
        metrics.parted(Bye::Fault);
        metrics.role(Role::Clerk).inc();
        let families = [
            &metrics.sign_ins,
            &metrics.joins,
            &metrics.archive_reads,
            &metrics.stamps,
            &metrics.clock.looks,
            &metrics.custody.copy_requests,
            &metrics.line_tests,
            &metrics.evidence_uploads,
            &metrics.calls,
            &metrics.tickets,
        ];
        for family in families {
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
