//! The load client: people in rooms, all of them sending and all receiving everybody else, against
//! a server that runs as a process of its own on this machine; prints one JSON row.
//!
//! What is not here: anything of the product but the words of transport feedback. Nothing is ever sent beyond loopback.

#![forbid(unsafe_code)]

mod assize;
mod churn;
mod door;
mod floor;
mod forwarder;
mod generator;
#[cfg(all(test, feature = "rivals"))]
mod guest;
mod janus;
mod lecture;
mod machine;
mod media;
mod page;
mod run;
mod sdp;
mod span;
mod station;
mod table;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use serde_json::Value;
use tokio::time::{sleep, timeout};

use crate::assize::{Assize, SETTLE};
use crate::churn::churn;
use crate::forwarder::Forwarder;
use crate::janus::Janus;
use crate::run::{Load, measure};

/// Nothing takes longer, whatever goes wrong.
const ALL_WAIT: Duration = Duration::from_secs(300);

#[derive(Debug, Parser)]
struct CommandLine {
    #[command(subcommand)]
    server: Server,
}

#[derive(Debug, clap::Args)]
struct Size {
    /// Rooms.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=200))]
    rooms: u16,
    /// People in each room.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(2..=16))]
    people: u8,
    /// Length of the measurement.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=14_400))]
    seconds: u64,
}

impl Size {
    const fn load(&self) -> Load {
        Load::plain(self.rooms, self.people)
    }
}

#[derive(Debug, Subcommand)]
enum Server {
    /// Assize itself.
    Assize {
        #[command(flatten)]
        size: Size,
        /// The binary.
        #[arg(long)]
        binary: PathBuf,
        /// Open the hearings, so that everything is recorded.
        #[arg(long)]
        record: bool,
        /// Negotiate lines as browsers do: transport-wide numbers, repairs, redundant sound.
        #[arg(long)]
        counted: bool,
        /// Send pictures in three layers, shown large and small by turns.
        #[arg(long)]
        simulcast: bool,
        /// Media threads of the server.
        #[arg(long, default_value_t = 1)]
        threads: u16,
    },
    /// People who come and go from Assize, and its memory meanwhile.
    Churn {
        #[command(flatten)]
        size: Size,
        /// The binary.
        #[arg(long)]
        binary: PathBuf,
        /// How often somebody leaves and comes again.
        #[arg(long, default_value_t = 10_000,
            value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
        cycles: u32,
    },
    /// A lecture at Assize: one person sends, many sites follow.
    Lecture {
        /// Sites.
        #[arg(long, default_value_t = 150, value_parser = clap::value_parser!(u8).range(1..=200))]
        learners: u8,
        /// Length of the measurement.
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=14_400))]
        seconds: u64,
        /// The binary.
        #[arg(long)]
        binary: PathBuf,
        /// Media threads of the server.
        #[arg(long, default_value_t = 1)]
        threads: u16,
    },
    /// What the kernel alone takes for a packet over loopback.
    Floor {
        /// Length of the measurement for each length of run.
        #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=60))]
        seconds: u64,
    },
    /// Reads rows and prints them side by side.
    Table,
    /// Janus, in the namespace that `run.sh` makes.
    Janus {
        #[command(flatten)]
        size: Size,
    },
    /// One of the minimal forwarders.
    Forwarder {
        #[command(flatten)]
        size: Size,
        /// The binary; the row has its name.
        #[arg(long)]
        binary: PathBuf,
    },
}

fn main() -> ExitCode {
    let line = CommandLine::parse();
    if matches!(line.server, Server::Table) {
        let rows = std::io::read_to_string(std::io::stdin()).unwrap_or_default();
        print!("{}", table::table(&rows));
        return ExitCode::SUCCESS;
    }
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let row = match runtime {
        Ok(runtime) => runtime.block_on(run(line.server)),
        Err(fault) => Err(fault.to_string()),
    };
    match row {
        Ok(row) => {
            println!("{row}");
            ExitCode::SUCCESS
        }
        Err(fault) => {
            eprintln!("{fault}");
            ExitCode::FAILURE
        }
    }
}

async fn run(server: Server) -> Result<Value, String> {
    match server {
        Server::Table => Ok(Value::Null),
        Server::Floor { seconds } => floor::floor(seconds),
        Server::Assize { size, binary, record, counted, simulcast, threads } => {
            let load = Load { record, counted, layers: simulcast, ..size.load() };
            let settings = format!("media_threads = {threads}");
            let started = timeout(ALL_WAIT, Assize::start(&binary, load, &settings)).await;
            let (mut server, generator) =
                started.map_err(|_| "the start took too long".to_owned())??;
            sleep(SETTLE).await;
            let row = measure("assize", load, size.seconds, &mut server, &generator).await;
            generator.stop();
            Ok(row)
        }
        Server::Lecture { learners, seconds, binary, threads } => {
            let load = Load::plain(1, learners.saturating_add(1));
            let settings = format!("media_threads = {threads}");
            let started = timeout(ALL_WAIT, lecture::start(&binary, learners, &settings)).await;
            let (mut server, generator) =
                started.map_err(|_| "the start took too long".to_owned())??;
            sleep(SETTLE).await;
            let row = measure("lecture", load, seconds, &mut server, &generator).await;
            generator.stop();
            Ok(row)
        }
        Server::Churn { size, binary, cycles } => {
            let load = Load { people: size.people.max(3), ..size.load() };
            let started = timeout(ALL_WAIT, Assize::start(&binary, load, "")).await;
            let (mut server, generator) =
                started.map_err(|_| "the start took too long".to_owned())??;
            let row = churn(&mut server, &generator, load, cycles).await;
            generator.stop();
            row
        }
        Server::Janus { size } => {
            let load = size.load();
            let started = timeout(ALL_WAIT, Janus::start(load)).await;
            let (mut server, generator) =
                started.map_err(|_| "the start took too long".to_owned())??;
            sleep(SETTLE).await;
            let row = measure("janus", load, size.seconds, &mut server, &generator).await;
            generator.stop();
            Ok(row)
        }
        Server::Forwarder { size, binary } => {
            let load = size.load();
            let started = timeout(ALL_WAIT, Forwarder::start(&binary, load)).await;
            let (mut server, generator) =
                started.map_err(|_| "the start took too long".to_owned())??;
            sleep(SETTLE).await;
            let name = binary.file_name().map(|name| name.to_string_lossy().into_owned());
            let name = name.unwrap_or_default();
            let row = measure(&name, load, size.seconds, &mut server, &generator).await;
            generator.stop();
            Ok(row)
        }
    }
}
