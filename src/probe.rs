//! `assize probe`: robots that join a running server like anybody else and report what flowed.
//!
//! What is not here: anything a server does. Robots use the public doors only, with a media
//! engine that shares no code with the server's forwarding.

pub(crate) mod codecs;
mod connection;
mod door;
mod gauge;
mod pattern;
mod report;
mod robot;
mod script;
mod stamp;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use model::{HearingId, Private, Refusal, TrackKind};
use protocol::{Join, SignIn, WhoAmI};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use self::door::Door;
pub(crate) use self::report::Report;
use self::report::StepReport;
use self::robot::{Command, Robot, Temper};
use self::script::Verb;
use crate::tls::Trust;

/// Robots in one process.
const ROBOTS_MAX: usize = 200;
/// Commands waiting for a robot; the reader of stdin waits.
const COMMANDS_MAX: usize = 64;
/// After its time a robot has this long to go.
const LEAVE_WAIT: Duration = Duration::from_secs(10);

/// Arguments of `assize probe`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The server.
    #[arg(long, default_value = "https://127.0.0.1:8443")]
    server: String,
    /// A join code; each makes one more robot.
    #[arg(long = "code")]
    codes: Vec<String>,
    /// Account name of a robot of the court; it is the first robot.
    #[arg(long, requires = "password_env", requires = "hearing")]
    staff: Option<String>,
    /// Name of the environment variable that holds the account's password.
    #[arg(long)]
    password_env: Option<String>,
    /// The hearing the account's robot enters.
    #[arg(long)]
    hearing: Option<u32>,
    /// Robots go after this time at the latest, s.
    #[arg(long)]
    seconds: Option<u64>,
    /// Accept any certificate: only for a trial on this machine.
    #[arg(long, conflicts_with = "ca")]
    insecure: bool,
    /// PEM file of the authorities that are believed.
    #[arg(long, default_value = "/etc/ssl/certs/ca-certificates.crt")]
    ca: PathBuf,
    /// What robots send.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "sound,picture")]
    publish: Vec<Publish>,
    /// What robots do on their own.
    #[arg(long, value_enum, default_value = "check-in")]
    act: Act,
    /// Verbs for the first robot, separated by commas; `-` reads them from stdin, one a line,
    /// `@2 verb` for the third robot, and answers each with a line of JSON.
    #[arg(long, visible_alias = "script")]
    judge_script: Option<String>,
    /// A verb that is not done by then counts as late, s.
    #[arg(long, default_value_t = 20)]
    step_seconds: u64,
    /// Count it as success when no media flowed.
    #[arg(long)]
    expect_nothing: bool,
}

/// A kind of track to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Publish {
    /// The microphone.
    Sound,
    /// The camera.
    Picture,
    /// A shared screen.
    Screen,
    /// Nothing at all.
    Nothing,
}

/// What robots do on their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Act {
    /// Check in as soon as that is possible.
    CheckIn,
    /// Nothing.
    Stay,
}

/// Why a probe cannot run, or a robot cannot come in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProbeFault {
    /// An argument cannot be used.
    #[error("{0}")]
    Argument(&'static str),
    /// The server cannot be reached.
    #[error("connecting: {fault}")]
    Connect {
        /// What the system said.
        fault: std::io::Error,
    },
    /// Something took too long.
    #[error("no answer in time: {0}")]
    Late(&'static str),
    /// HTTP broke.
    #[error("{path}: {fault}")]
    Http {
        /// What was asked.
        path: &'static str,
        /// What broke.
        fault: hyper::Error,
    },
    /// An answer cannot be read.
    #[error("{path}: the answer cannot be read")]
    Answer {
        /// What was asked.
        path: &'static str,
    },
    /// An error status without a reason.
    #[error("{path}: status {status}")]
    Status {
        /// What was asked.
        path: &'static str,
        /// The status code.
        status: u16,
    },
    /// The server refused.
    #[error("{path}: {}", why.english())]
    Refused {
        /// What was asked.
        path: &'static str,
        /// Why.
        why: Refusal,
    },
    /// The WebSocket broke.
    #[error("the socket: {fault}")]
    Socket {
        /// What broke.
        fault: Box<tokio_tungstenite::tungstenite::Error>,
    },
    /// The server broke the protocol.
    #[error("the server broke the protocol: {0}")]
    Violation(&'static str),
    /// The media engine failed.
    #[error("media: {fault}")]
    Media {
        /// What failed.
        fault: webrtc::error::Error,
    },
    /// A robot ended without a report.
    #[error("a robot fell over")]
    Fallen,
}

/// `assize probe`: prints the report as one line of JSON. 0 when media flowed as wanted, 1 when it
/// did not, 2 when a robot could not come in.
pub(crate) async fn command(args: Args) -> ExitCode {
    match run(args).await {
        Ok(report) => {
            report::print(&report);
            if report.good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(fault) => {
            report::complain(&fault);
            ExitCode::from(2)
        }
    }
}

/// Runs robots until their time is over, their script is done or their hearing is closed.
///
/// The caller prints the report; only answers to verbs from stdin are printed here.
///
/// # Errors
/// When an argument cannot be used or a robot cannot come in.
pub(crate) async fn run(args: Args) -> Result<Report, ProbeFault> {
    let robots = enter(&args).await?;
    let deadline = args.seconds.map(Duration::from_secs);
    let count = robots.len();
    let (mut senders, mut tasks) = (Vec::new(), JoinSet::new());
    for robot in robots {
        let (sender, commands) = mpsc::channel(COMMANDS_MAX);
        senders.push(sender);
        let scripted = args.judge_script.is_some() && senders.len() == 1;
        tasks.spawn(robot.run(commands, deadline, scripted));
    }
    let script = args.judge_script.as_deref();
    let reader = match script {
        Some("-") => Some(tokio::spawn(read_stdin(senders))),
        Some(text) => {
            let commands = text.split(',').map(Command::parse).collect::<Option<Vec<_>>>();
            let commands =
                commands.ok_or(ProbeFault::Argument("--judge-script has an unknown verb"))?;
            Some(tokio::spawn(send_script(commands, senders, deadline)))
        }
        None => Some(tokio::spawn(hold(senders, deadline))),
    };
    let mut reports = BTreeMap::new();
    while let Some(done) = tasks.join_next().await {
        let report = done.map_err(|_| ProbeFault::Fallen)?;
        reports.insert(report.0.robot, report);
    }
    if let Some(reader) = reader {
        reader.abort();
    }
    assert_eq!(reports.len(), count, "every robot reports once");
    Ok(Report::of(reports.into_values().collect(), args.expect_nothing))
}

async fn enter(args: &Args) -> Result<Vec<Robot>, ProbeFault> {
    let trust = if args.insecure { Trust::Anybody } else { Trust::Authorities(args.ca.clone()) };
    let door = Door::new(&args.server, &trust)?;
    let temper = Temper {
        publish: args.kinds(),
        checks_in: args.act == Act::CheckIn,
        step: Duration::from_secs(args.step_seconds),
        speaks: args.judge_script.as_deref() == Some("-"),
    };
    let mut robots = Vec::new();
    if let (Some(name), Some(variable), Some(hearing)) =
        (&args.staff, &args.password_env, args.hearing)
    {
        let started = Instant::now();
        let password = std::env::var(variable)
            .map_err(|_| ProbeFault::Argument("the variable of --password-env is not set"))?;
        let mut door = door.fresh();
        let sign_in =
            SignIn { name: Private::from(name.as_str()), password: Private::new(password) };
        door.post::<WhoAmI>("/api/sign-in", &sign_in).await?;
        robots.push(Robot::new(robots.len(), door, HearingId(hearing), temper.clone(), started));
    }
    for code in &args.codes {
        let started = Instant::now();
        let mut door = door.fresh();
        let join = Join { code: Private::from(code.as_str()) };
        let pass: protocol::SeatPass = door.post("/api/join", &join).await?;
        robots.push(Robot::new(robots.len(), door, pass.hearing, temper.clone(), started));
    }
    if robots.is_empty() || robots.len() > ROBOTS_MAX {
        return Err(ProbeFault::Argument("give 1 to 200 robots by --code and --staff"));
    }
    Ok(robots)
}

impl Args {
    fn kinds(&self) -> Vec<TrackKind> {
        let kind = |publish: &Publish| match publish {
            Publish::Sound => Some(TrackKind::Microphone),
            Publish::Picture => Some(TrackKind::Camera),
            Publish::Screen => Some(TrackKind::Screen),
            Publish::Nothing => None,
        };
        self.publish.iter().filter_map(kind).collect()
    }
}

/// Robots without a script stay for their time; without a time, until their hearing is closed.
async fn hold(senders: Vec<mpsc::Sender<Command>>, deadline: Option<Duration>) {
    let forever = core::future::pending::<()>();
    let limit = deadline.map_or(Duration::MAX, |time| time + LEAVE_WAIT);
    if tokio::time::timeout(limit, forever).await.is_err() {
        drop(senders);
    }
}

async fn send_script(
    commands: Vec<Command>,
    senders: Vec<mpsc::Sender<Command>>,
    deadline: Option<Duration>,
) {
    if let Some(first) = senders.first() {
        for command in commands {
            if first.send(command).await.is_err() {
                break;
            }
        }
        // Without a time of their own robots stay until the script of the first is done.
        if deadline.is_none() {
            let quit = Command { verb: Verb::Quit, text: "quit".to_owned() };
            if first.send(quit).await.is_ok() {
                first.closed().await;
            }
        } else {
            hold(senders, deadline).await;
        }
    }
}

async fn read_stdin(senders: Vec<mpsc::Sender<Command>>) {
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let addressed = line.strip_prefix('@').and_then(|rest| {
            let (number, verb) = rest.split_once(' ')?;
            Some((number.parse::<usize>().ok()?, verb))
        });
        let (robot, text) = addressed.unwrap_or((0, line));
        match (Command::parse(text), senders.get(robot)) {
            (Some(command), Some(sender)) => {
                if sender.send(command).await.is_err() {
                    report::say(&StepReport::gone(robot, text));
                }
            }
            _ => report::say(&StepReport::unreadable(robot, text)),
        }
    }
}
