//! What the recorder counts.
//!
//! What is not here: where the figures are shown; they are registered where they are handed in.

use model::RecordFault;
use prometheus::{Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGauge, Opts, Registry};

/// The recorder's figures.
#[derive(Clone, Debug)]
pub(crate) struct Metrics {
    pub(crate) commit_seconds: Histogram,
    pub(crate) tape_to_disk_seconds: Histogram,
    pub(crate) media_bytes: IntCounter,
    pub(crate) segments_sealed: IntCounter,
    pub(crate) hearings_sealed: IntCounter,
    pub(crate) tape_lost_packets: IntCounter,
    pub(crate) tape_unplaced: IntCounter,
    pub(crate) faults: IntCounterVec,
    pub(crate) hearings: IntGauge,
    pub(crate) free_bytes: IntGauge,
}

/// Seconds, from what a quick disk takes to what is a fault.
const SECONDS: [f64; 10] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0];

impl Metrics {
    /// Makes the figures and registers them.
    pub(crate) fn new(registry: &Registry) -> Result<Self, prometheus::Error> {
        let histogram = |name: &str, help: &str| {
            Histogram::with_opts(HistogramOpts::new(name, help).buckets(SECONDS.to_vec()))
        };
        let metrics = Self {
            commit_seconds: histogram(
                "assize_recorder_commit_seconds",
                "How long a commit took: media and ledger written and synced.",
            )?,
            tape_to_disk_seconds: histogram(
                "assize_recorder_tape_to_disk_seconds",
                "How old the oldest frame of a commit was when it was durable.",
            )?,
            media_bytes: IntCounter::new(
                "assize_recorder_media_bytes_total",
                "Bytes of media made durable.",
            )?,
            segments_sealed: IntCounter::new(
                "assize_recorder_segments_sealed_total",
                "Segment files completed.",
            )?,
            hearings_sealed: IntCounter::new(
                "assize_recorder_hearings_sealed_total",
                "Ledgers sealed.",
            )?,
            tape_lost_packets: IntCounter::new(
                "assize_recorder_tape_lost_packets_total",
                "Packets on the record that could not be handed over; each is in the ledger.",
            )?,
            tape_unplaced: IntCounter::new(
                "assize_recorder_tape_unplaced_total",
                "Tapes for hearings that the recorder does not keep.",
            )?,
            faults: IntCounterVec::new(
                Opts::new("assize_recorder_faults_total", "Faults told, by kind."),
                &["fault"],
            )?,
            hearings: IntGauge::new("assize_recorder_hearings", "Hearings being kept.")?,
            free_bytes: IntGauge::new(
                "assize_recorder_free_bytes",
                "Free bytes in the archive as last seen.",
            )?,
        };
        registry.register(Box::new(metrics.commit_seconds.clone()))?;
        registry.register(Box::new(metrics.tape_to_disk_seconds.clone()))?;
        registry.register(Box::new(metrics.media_bytes.clone()))?;
        registry.register(Box::new(metrics.segments_sealed.clone()))?;
        registry.register(Box::new(metrics.hearings_sealed.clone()))?;
        registry.register(Box::new(metrics.tape_lost_packets.clone()))?;
        registry.register(Box::new(metrics.tape_unplaced.clone()))?;
        registry.register(Box::new(metrics.faults.clone()))?;
        registry.register(Box::new(metrics.hearings.clone()))?;
        registry.register(Box::new(metrics.free_bytes.clone()))?;
        Ok(metrics)
    }

    /// Counts a fault.
    pub(crate) fn fault(&self, fault: RecordFault) {
        self.faults.with_label_values(&[fault_name(fault)]).inc();
    }
}

/// The figures of listening.
#[derive(Clone, Debug)]
pub(crate) struct SpeechMetrics {
    pub(crate) turns: IntCounter,
    pub(crate) dropped: IntCounter,
    pub(crate) wrong: IntCounter,
    pub(crate) streams: IntGauge,
    pub(crate) away: IntGauge,
    pub(crate) broken: IntCounter,
    pub(crate) missed: IntGauge,
    pub(crate) given_up: IntCounter,
    pub(crate) left_out: IntCounter,
    pub(crate) lag_seconds: Histogram,
}

/// Seconds from words to their text, from quick to what nobody waits for.
const LAG_SECONDS: [f64; 9] = [0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0, 120.0];

impl SpeechMetrics {
    /// Makes the figures and registers them.
    pub(crate) fn new(registry: &Registry) -> Result<Self, prometheus::Error> {
        let counter = |name: &str, help: &str| {
            let counter = IntCounter::new(name, help)?;
            registry.register(Box::new(counter.clone())).map(|()| counter)
        };
        let gauge = |name: &str, help: &str| {
            let gauge = IntGauge::new(name, help)?;
            registry.register(Box::new(gauge.clone())).map(|()| gauge)
        };
        let lag = HistogramOpts::new(
            "assize_recorder_speech_lag_seconds",
            "From the end of words to their text.",
        );
        let lag_seconds = Histogram::with_opts(lag.buckets(LAG_SECONDS.to_vec()))?;
        registry.register(Box::new(lag_seconds.clone()))?;
        Ok(Self {
            turns: counter("assize_recorder_speech_turns_total", "Turns of speech begun.")?,
            dropped: counter(
                "assize_recorder_speech_dropped_total",
                "Pieces of recorded sound that were not listened to.",
            )?,
            wrong: counter(
                "assize_recorder_speech_undecodable_total",
                "Recorded packets that are not Opus.",
            )?,
            streams: gauge("assize_recorder_speech_streams", "Turns at the engine now.")?,
            away: gauge(
                "assize_recorder_speech_away",
                "Hearings for which the engine of speech is away or late.",
            )?,
            broken: counter(
                "assize_recorder_speech_broken_total",
                "Connections to the engine that failed or broke.",
            )?,
            missed: gauge(
                "assize_recorder_speech_missed",
                "Parts of turns that wait to be heard from the record.",
            )?,
            given_up: counter(
                "assize_recorder_speech_given_up_total",
                "Parts of turns that no engine heard in the end.",
            )?,
            left_out: counter(
                "assize_recorder_speech_left_out_total",
                "Texts of the engine left out: said twice, or too long.",
            )?,
            lag_seconds,
        })
    }
}

/// The figures of the second copy.
#[derive(Clone, Debug)]
pub(crate) struct CopyMetrics {
    pub(crate) bytes: IntCounter,
    pub(crate) failures: IntCounter,
    pub(crate) away: IntGauge,
    pub(crate) differing: IntGauge,
    pub(crate) behind: IntGauge,
}

impl CopyMetrics {
    /// Makes the figures and registers them.
    pub(crate) fn new(registry: &Registry) -> Result<Self, prometheus::Error> {
        let metrics = Self {
            bytes: IntCounter::new(
                "assize_recorder_copy_bytes_total",
                "Bytes of the record put into the second copy.",
            )?,
            failures: IntCounter::new(
                "assize_recorder_copy_failures_total",
                "Times the store of the second copy did not do what it was asked.",
            )?,
            away: IntGauge::new(
                "assize_recorder_copy_away",
                "1 while the store of the second copy takes nothing.",
            )?,
            differing: IntGauge::new(
                "assize_recorder_copy_differing",
                "Hearings whose second copy is not what the archive has.",
            )?,
            behind: IntGauge::new(
                "assize_recorder_copy_behind_seconds",
                "Since when the hearing worst off has not been copied completely.",
            )?,
        };
        registry.register(Box::new(metrics.bytes.clone()))?;
        registry.register(Box::new(metrics.failures.clone()))?;
        registry.register(Box::new(metrics.away.clone()))?;
        registry.register(Box::new(metrics.differing.clone()))?;
        registry.register(Box::new(metrics.behind.clone()))?;
        Ok(metrics)
    }
}

/// The figures of the last reconciliation.
#[derive(Clone, Debug)]
pub(crate) struct ReconcileMetrics {
    pub(crate) findings: IntGauge,
    pub(crate) at: IntGauge,
}

impl ReconcileMetrics {
    /// Makes the figures and registers them.
    pub(crate) fn new(registry: &Registry) -> Result<Self, prometheus::Error> {
        let metrics = Self {
            findings: IntGauge::new(
                "assize_recorder_reconcile_findings",
                "What the last reconciliation found missing or different.",
            )?,
            at: IntGauge::new(
                "assize_recorder_reconciled_timestamp_seconds",
                "When the last reconciliation ended.",
            )?,
        };
        registry.register(Box::new(metrics.findings.clone()))?;
        registry.register(Box::new(metrics.at.clone()))?;
        Ok(metrics)
    }
}

/// The fault's name as a label.
pub(crate) const fn fault_name(fault: RecordFault) -> &'static str {
    match fault {
        RecordFault::DiskFull => "disk_full",
        RecordFault::Unwritable => "unwritable",
        RecordFault::DiskSlow => "disk_slow",
        RecordFault::Silent => "silent",
        RecordFault::TapeLost => "tape_lost",
        RecordFault::NoFrames => "no_frames",
    }
}
