//! The short subcommands: film, simulate, check-config, token; and how commands speak.
//!
//! What is not here: the server, the robot, and what is done with records (`records`).

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;

use model::{HearingId, ParticipantId, Refusal};
use recorder::{FilmFault, FilmOrder};
use signaling::{DatabaseLook, Docket};

use crate::{clock, config};

/// Prints to the output stream. A closed pipe is no reason to fail.
pub(crate) fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    if out.write_all(text.as_bytes()).and_then(|()| out.write_all(b"\n")).is_err() {
        tracing::debug!("nobody reads the output");
    }
}

/// Prints one sentence to the error stream; the exit code is 2: something outside must be mended.
pub(crate) fn complain(text: &str) -> ExitCode {
    let mut out = std::io::stderr().lock();
    if out.write_all(text.as_bytes()).and_then(|()| out.write_all(b"\n")).is_err() {
        tracing::debug!("nobody reads the complaint");
    }
    ExitCode::from(2)
}

/// `assize film`: 0 when the film is made, 2 when it cannot be.
pub(crate) fn film(order: &FilmOrder) -> ExitCode {
    let stop = AtomicBool::new(false);
    let made = recorder::make_film(order, &stop, &mut |thousandths| say(&thousandths.to_string()));
    match made {
        Ok(()) => ExitCode::SUCCESS,
        Err(FilmFault::Empty) => {
            complain("该次庭审没有录音录像，无法制作。Nothing of this hearing was recorded.")
        }
        Err(fault) => complain(&format!("无法制作：{fault}。The film cannot be made: {fault}.")),
    }
}

/// `assize simulate`: 0 when every invariant held, 1 with the command that repeats the failure.
pub(crate) fn simulate(seed: u64, steps: u32, seeds: u64) -> ExitCode {
    for seed in seed..seed.saturating_add(seeds) {
        match sim::run(seed, steps) {
            Ok(report) => say(&report.to_string()),
            Err(failure) => {
                say(&failure.to_string());
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

/// `assize simulate --plan`: plays one plan or all, and says what they came to. 1 when a bound did
/// not hold, 2 when there is no such plan.
pub(crate) fn play(plan: &str, seed: Option<u64>, seeds: u64) -> ExitCode {
    let names = sim::plan::names();
    let chosen: Vec<_> = names.iter().filter(|name| plan == "all" || plan == **name).collect();
    if chosen.is_empty() {
        return complain(&format!(
            "没有名为 {plan} 的方案。There is no plan {plan}. 方案 Plans: {}.",
            names.join(", ")
        ));
    }
    // A plan's own seed is one alone; more of them count up from the first.
    let first = seed.or((seeds > 1).then_some(1));
    say(&sim::plan::heading());
    let mut held = true;
    for name in chosen {
        for seed in (0..seeds).map(|after| first.map(|first| first.wrapping_add(after))) {
            if let Some(outcome) = sim::plan::play(name, seed) {
                held &= outcome.broken.is_empty();
                say(&outcome.to_string());
            }
        }
    }
    if held { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// `assize simulate --script`: plays a script and prints what followed from each act, a JSON object
/// a line ([`sim::script::steps`]). 2 when the file cannot be read or a line not understood.
pub(crate) fn tell_script(script: &Path) -> ExitCode {
    let text = match std::fs::read_to_string(script) {
        Ok(text) => text,
        Err(fault) => {
            return complain(&format!(
                "无法读取 {0}：{fault}。Cannot read {0}: {fault}.",
                script.display()
            ));
        }
    };
    match sim::script::steps(&text) {
        Ok(steps) => {
            for step in steps {
                say(&step);
            }
            ExitCode::SUCCESS
        }
        Err(fault) => complain(&format!("脚本有误：{fault}。The script is wrong: {fault}.")),
    }
}

/// `assize check-config`: 0 when the file can be used.
pub(crate) fn check_config(path: &Path) -> ExitCode {
    match config::read(Some(path)) {
        Ok(_) => {
            say("配置可用。The configuration is right.");
            ExitCode::SUCCESS
        }
        Err(sentence) => complain(&sentence),
    }
}

/// `assize verify-audit`: 0 when every line follows, 1 with the first that does not, 2 when there is
/// no log or it cannot be read.
pub(crate) async fn verify_audit(path: Option<PathBuf>) -> ExitCode {
    let config = match config::read(path.as_deref()) {
        Ok(config) => config,
        Err(sentence) => return complain(&sentence),
    };
    match signaling::look_at_database(&config.data).await {
        DatabaseLook::Sound { lines, head } => {
            say(&format!(
                "操作日志完整：{lines} 条，末条 {head}。The audit log follows: {lines} lines, the last {head}."
            ));
            ExitCode::SUCCESS
        }
        DatabaseLook::AuditBroken { line } => {
            say(&format!(
                "操作日志自第 {line} 条起对不上。The audit log does not follow from line {line} on."
            ));
            ExitCode::FAILURE
        }
        DatabaseLook::Missing => complain(&format!(
            "{0} 中没有排期库。There is no docket in {0}.",
            config.data.display()
        )),
        DatabaseLook::Damaged(why) => {
            complain(&format!("排期库损坏或无法读取。The docket cannot be read: {why}."))
        }
    }
}

/// `assize token`: prints a new join code.
pub(crate) async fn token(path: Option<PathBuf>, hearing: u32, participant: u32) -> ExitCode {
    let config = match config::read(path.as_deref()) {
        Ok(config) => config,
        Err(sentence) => return complain(&sentence),
    };
    let docket = match Docket::open_with(&config.data, config.real_name_key.as_deref()).await {
        Ok(docket) => docket,
        Err(fault) => return complain(&format!("无法打开排期库。{fault}.")),
    };
    let now = clock::start()().utc;
    match docket.issue_code(HearingId(hearing), ParticipantId(participant), now).await {
        Ok(Some(issued)) => {
            say(issued.code.reveal());
            ExitCode::SUCCESS
        }
        Ok(None) => complain(&format!(
            "{}{}",
            Refusal::NobodyThere.chinese(),
            Refusal::NobodyThere.english()
        )),
        Err(fault) => complain(&format!("无法发放验证码。{fault}.")),
    }
}
