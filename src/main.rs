//! The command line: one binary, one subcommand for each thing it does.
//!
//! What is not here: what the subcommands do.

mod camera;
mod clock;
mod commands;
mod config;
mod copies;
mod demo;
mod doctor;
mod keeping;
mod listening;
mod memory;
mod nightly;
mod press;
mod probe;
mod ready;
mod records;
mod serve;
mod telemetry;
mod tls;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use recorder::FilmOrder;

/// Video hearings and mediations for people's courts.
#[derive(Debug, Parser)]
#[command(name = "assize", version)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the server.
    Serve(serve::Args),
    /// Checks every byte of an archive, of one hearing or of a package, without a server.
    Verify {
        /// The folder, or an archive package, unpacked or as the `.tar`.
        #[arg(required_unless_present = "copy", conflicts_with = "copy")]
        archive: Option<PathBuf>,
        /// Checks the second copy instead, enciphered or not.
        #[arg(long)]
        copy: bool,
        /// The configuration file that says where the second copy is.
        #[arg(long, requires = "copy")]
        config: Option<PathBuf>,
        /// Number of the hearing whose copy is checked; without it all.
        #[arg(long, requires = "copy")]
        hearing: Option<u32>,
        /// The court's public key (PEM): seals signed by another key, or by none, are named.
        #[arg(long, conflicts_with = "copy")]
        key: Option<PathBuf>,
    },
    /// Builds folders of the archive from the second copy and checks every byte.
    Restore {
        /// The configuration file that says where the second copy is.
        #[arg(long)]
        config: Option<PathBuf>,
        /// Number of the hearing; without it every one that the archive does not have.
        #[arg(long)]
        hearing: Option<u32>,
        /// Another folder than the archive to put it in.
        #[arg(long)]
        to: Option<PathBuf>,
    },
    /// Moves sealed records to another folder: copies them, checks every byte, then removes them.
    Move {
        /// An archive folder, or one hearing's folder.
        from: PathBuf,
        /// The archive folder it goes to.
        to: PathBuf,
    },
    /// Packs one sealed hearing for hand-over: a BagIt package with its check page in it.
    Pack {
        /// The hearing's folder.
        hearing: PathBuf,
        /// Where to put it: a folder that is not there yet, or a file that ends with `.tar`.
        #[arg(long)]
        out: PathBuf,
    },
    /// Prints the public key that the records of this server are signed with, and its fingerprint.
    Key {
        /// The configuration file of the server.
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Compares docket, records and second copy, and names what is missing or different.
    Reconcile {
        /// The configuration file.
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Makes the composed film of one sealed hearing from its folder, without a server; prints how
    /// much is done, in thousandths.
    Film {
        /// The hearing's folder.
        hearing: PathBuf,
        /// Where to put the film (MP4); the sound alone is put beside it.
        #[arg(long)]
        out: PathBuf,
        /// The folder of the evidence that was handed in (`evidence` in the server's data folder);
        /// without it what was shown is named and not drawn.
        #[arg(long)]
        evidence: Option<PathBuf>,
        /// The font of names and clock.
        #[arg(long, default_value = recorder::FONT)]
        font: PathBuf,
        /// x264's preset: quicker ones make larger films.
        #[arg(long, default_value = "superfast")]
        preset: String,
        /// Threads of the encoder.
        #[arg(long, default_value_t = 2)]
        threads: usize,
    },
    /// Prints a court document: reads it as JSON (a download of the archive) from the input, writes a
    /// PDF to the output. The server runs it for itself.
    Press {
        /// The folder of the fonts `NotoSerifCJK-Regular.ttc` and `NotoSerifCJK-Bold.ttc`.
        #[arg(long, default_value = press::FONTS)]
        fonts: PathBuf,
    },
    /// Runs the whole house in a false world with a lossy network: by chance, or by a plan.
    Simulate {
        /// The seed; the same seed is the same run. A plan has one of its own.
        #[arg(long, required_unless_present_any = ["plan", "script"])]
        seed: Option<u64>,
        /// How many steps of chance.
        #[arg(long, default_value_t = 2_000, conflicts_with = "plan")]
        steps: u32,
        /// The plan to play: its name, or `all`.
        #[arg(long)]
        plan: Option<String>,
        /// A script to play (docs/rules.md): what follows from each act, a JSON object a line.
        #[arg(long, conflicts_with_all = ["plan", "seed"])]
        script: Option<PathBuf>,
        /// How many seeds to try, counting up from `seed`.
        #[arg(long, default_value_t = 1)]
        seeds: u64,
    },
    /// Checks a configuration file and says what is wrong.
    CheckConfig {
        /// The file.
        config: PathBuf,
    },
    /// Looks at everything a server needs of its machine, and says what to do about it.
    Doctor(doctor::Args),
    /// Checks that the audit log follows from its beginning, beside a server or without one; prints
    /// its length and last digest.
    VerifyAudit {
        /// The configuration file of the server.
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Issues a new join code; the former code and device of that seat stop working.
    Token {
        /// The configuration file of the server.
        #[arg(long)]
        config: Option<PathBuf>,
        /// Number of the hearing.
        #[arg(long)]
        hearing: u32,
        /// Number of the participant.
        #[arg(long)]
        participant: u32,
    },
    /// Seats an RTSP camera in a hearing.
    Camera(camera::Args),
    /// Joins a running server as a robot and reports what flowed.
    Probe(probe::Args),
}

fn main() -> ExitCode {
    let command = CommandLine::parse().command;
    match command {
        Command::Verify { archive: Some(archive), key, .. } => {
            records::verify(&archive, key.as_deref())
        }
        Command::Verify { archive: None, config, hearing, .. } => {
            in_runtime(keeping::verify_copy(config, hearing))
        }
        Command::Restore { config, hearing, to } => {
            in_runtime(keeping::restore(config, hearing, to))
        }
        Command::Move { from, to } => keeping::move_records(&from, &to),
        Command::Reconcile { config } => in_runtime(keeping::reconcile(config)),
        Command::Pack { hearing, out } => records::pack(&hearing, &out),
        Command::Key { config } => records::key(config.as_deref()),
        Command::Film { hearing: folder, out: film, evidence, font, preset, threads } => {
            commands::film(&FilmOrder { folder, film, evidence, font, preset, threads })
        }
        Command::Press { fonts } => press::command(&fonts),
        Command::Simulate { script: Some(script), .. } => commands::tell_script(&script),
        Command::Simulate { seed, plan: Some(plan), seeds, .. } => {
            commands::play(&plan, seed, seeds)
        }
        Command::Simulate { seed, steps, plan: None, seeds, .. } => {
            commands::simulate(seed.unwrap_or_default(), steps, seeds)
        }
        Command::CheckConfig { config } => commands::check_config(&config),
        Command::Doctor(args) => in_runtime(doctor::command(args)),
        Command::VerifyAudit { config } => in_runtime(commands::verify_audit(config)),
        Command::Token { config, hearing, participant } => {
            in_runtime(commands::token(config, hearing, participant))
        }
        Command::Serve(args) => in_runtime(serve::command(args)),
        Command::Camera(args) => in_runtime(camera::command(args)),
        Command::Probe(args) => in_runtime(probe::command(args)),
    }
}

fn in_runtime(command: impl Future<Output = ExitCode>) -> ExitCode {
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(command),
        Err(fault) => commands::complain(&format!(
            "系统资源不足，无法启动：{fault}。The system gives no threads: {fault}."
        )),
    }
}
