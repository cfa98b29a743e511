//! What robots report, as JSON.
//!
//! What is not here: counting. The tally counts, the robot adds its milestones.

use std::io::Write;

use model::{Health, HearingId, ParticipantId, Role, TrackKind};
use protocol::Bye;
use serde::{Deserialize, Serialize};

use super::ProbeFault;
use super::stamp::{DelayReport, Delays, TrackReport};

/// How a probe ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// Every robot was connected, and media came to at least one of them.
    Flowed,
    /// Robots were connected but no media came.
    Silent,
    /// A robot was never connected.
    NotConnected,
    /// A step of the script failed.
    StepFailed,
}

/// The report of all robots of one process.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Report {
    /// How it ended.
    pub(crate) outcome: Outcome,
    /// Whether that is what was wanted.
    pub(crate) good: bool,
    /// The slowest robot's time from its first request to connected media, ms.
    pub(crate) join_ms: Option<u64>,
    /// The slowest robot's time from being in the hearing with media to the first sound, ms.
    pub(crate) first_audio_ms: Option<u64>,
    /// The same for the first picture.
    pub(crate) first_video_ms: Option<u64>,
    /// Packets sent.
    pub(crate) sent: u64,
    /// Packets received.
    pub(crate) received: u64,
    /// Packets lost on the way.
    pub(crate) lost: u64,
    /// One-way delays.
    pub(crate) delay_ms: Option<DelayReport>,
    /// Each robot.
    pub(crate) robots: Vec<RobotReport>,
}

/// The report of one robot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct RobotReport {
    /// Number of the robot in its process, from 0.
    pub(crate) robot: usize,
    /// Its hearing.
    pub(crate) hearing: HearingId,
    /// Its seat; none before the first view.
    pub(crate) participant: Option<ParticipantId>,
    /// Its role.
    pub(crate) role: Option<Role>,
    /// Wire name of the hearing's stage as last seen.
    pub(crate) stage: Option<String>,
    /// From the first request to connected media, ms.
    pub(crate) join_ms: Option<u64>,
    /// From being in the hearing with media to the first sound, ms.
    pub(crate) first_audio_ms: Option<u64>,
    /// The same for the first picture.
    pub(crate) first_video_ms: Option<u64>,
    /// Packets sent, by kind of track.
    pub(crate) sent: Vec<(TrackKind, u64)>,
    /// What came, by sender and kind.
    pub(crate) peers: Vec<TrackReport>,
    /// One-way delays.
    pub(crate) delay_ms: Option<DelayReport>,
    /// Packets without a stamp.
    pub(crate) unmarked: u64,
    /// Packets of other hearings: there must never be one.
    pub(crate) foreign: u64,
    /// Own line as last measured by the server.
    pub(crate) health: Option<Health>,
    /// Who was announced as speaking at any time.
    pub(crate) speakers: Vec<ParticipantId>,
    /// Goodbyes of the server, in order.
    pub(crate) byes: Vec<Bye>,
    /// Faults met, in order; the newest ones when there are many.
    pub(crate) faults: Vec<String>,
    /// Steps of the script, in order, unless they came from stdin.
    pub(crate) steps: Vec<StepReport>,
}

/// How one verb ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct StepReport {
    /// Number of the robot.
    pub(crate) robot: usize,
    /// The verb as it was written.
    pub(crate) verb: String,
    /// `done`, `late`, `unreadable`, `gone`, `lost` (the socket broke), or the code of a refusal.
    pub(crate) outcome: String,
    /// How long it took, ms.
    pub(crate) took_ms: u64,
    /// The figures, when they were asked for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) report: Option<Box<RobotReport>>,
}

impl StepReport {
    /// A verb nobody knows.
    pub(super) fn unreadable(robot: usize, verb: &str) -> Self {
        Self::ended(robot, verb, "unreadable")
    }

    /// A verb for a robot that is no more.
    pub(super) fn gone(robot: usize, verb: &str) -> Self {
        Self::ended(robot, verb, "gone")
    }

    fn ended(robot: usize, verb: &str, outcome: &str) -> Self {
        Self { robot, verb: verb.to_owned(), outcome: outcome.to_owned(), took_ms: 0, report: None }
    }
}

/// Prints one line of JSON for the one who drives the robots.
pub(super) fn say(step: &StepReport) {
    write_line(step);
}

/// Prints the report as one line of JSON.
pub(super) fn print(report: &Report) {
    write_line(report);
}

fn write_line(value: &impl Serialize) {
    let line = serde_json::to_string(value).expect("reports have string keys only");
    if let Err(fault) = writeln!(std::io::stdout(), "{line}") {
        tracing::debug!(%fault, "nobody reads the answers");
    }
}

/// Tells on stderr why the robots could not come in.
pub(super) fn complain(fault: &ProbeFault) {
    if let Err(deaf) = writeln!(std::io::stderr(), "assize probe: {fault}") {
        tracing::debug!(%deaf, "nobody reads the complaints");
    }
}

impl Report {
    /// Adds up the reports of the robots and their delays.
    pub(super) fn of(robots: Vec<(RobotReport, Delays)>, expect_nothing: bool) -> Self {
        let mut delays = Delays::new();
        let (mut sent, mut received, mut lost) = (0, 0, 0);
        for (robot, their_delays) in &robots {
            delays.add(their_delays);
            sent += robot.sent.iter().map(|(_, packets)| packets).sum::<u64>();
            received += robot.peers.iter().map(|track| track.received).sum::<u64>();
            lost += robot.peers.iter().map(|track| track.lost).sum::<u64>();
        }
        let robots: Vec<RobotReport> = robots.into_iter().map(|(robot, _)| robot).collect();
        let failed = |step: &StepReport| step.outcome != "done";
        let outcome = if robots.iter().any(|robot| robot.steps.iter().any(failed)) {
            Outcome::StepFailed
        } else if robots.iter().any(|robot| robot.join_ms.is_none()) {
            Outcome::NotConnected
        } else if received == 0 {
            Outcome::Silent
        } else {
            Outcome::Flowed
        };
        let nothing = matches!(outcome, Outcome::Silent | Outcome::NotConnected);
        Self {
            outcome,
            good: if expect_nothing { nothing } else { outcome == Outcome::Flowed },
            join_ms: robots.iter().filter_map(|robot| robot.join_ms).max(),
            first_audio_ms: robots.iter().filter_map(|robot| robot.first_audio_ms).max(),
            first_video_ms: robots.iter().filter_map(|robot| robot.first_video_ms).max(),
            sent,
            received,
            lost,
            delay_ms: delays.report(),
            robots,
        }
    }
}
