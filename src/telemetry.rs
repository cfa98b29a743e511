//! Logs: for people on a terminal, JSON lines in service.
//!
//! What is not here: what is logged; private values never reach a log (`model::Private`).

use std::io::IsTerminal;

use tracing::{Level, Metadata};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Registry};

/// Whose words may be logged at every level: they keep private values in `model::Private`.
const OWN_CRATES: &[&str] = &[
    "assize",
    "forwarding",
    "hearing",
    "model",
    "protocol",
    "record",
    "recorder",
    "sfu",
    "signaling",
    "sim",
];

/// Libraries whose warnings quote addresses; `camera` says in its own words what went wrong.
const SILENT_CRATES: &[&str] = &["retina"];

/// Libraries log whole messages, addresses and descriptions when they are asked to be talkative;
/// no setting makes them so.
fn keeps_secrets(metadata: &Metadata<'_>) -> bool {
    let of = metadata.target().split("::").next().unwrap_or_default();
    let talks = OWN_CRATES.contains(&of) || *metadata.level() <= Level::WARN;
    talks && !SILENT_CRATES.contains(&of)
}

/// Sends logs to the error stream. The environment's `RUST_LOG` overrides `level`
/// (`error`, `warn`, `info`, `debug`, `trace`, or directives such as `sfu=debug`). Libraries are
/// heard from `warn` upwards only.
///
/// # Errors
/// When `level` is not a filter.
pub(crate) fn start(level: &str) -> Result<(), String> {
    // The DTLS library warns about ordinary extensions of every browser's first message.
    let filter = EnvFilter::try_from_default_env()
        .or_else(|_| EnvFilter::try_new(format!("{level},rtc_dtls=error")))
        .map_err(|fault| format!("log level: {fault}"))?;
    let lines = fmt::layer::<Registry>().with_writer(std::io::stderr);
    let lines = if std::io::stderr().is_terminal() {
        lines.with_target(false).with_filter(filter_fn(keeps_secrets)).boxed()
    } else {
        lines.json().with_filter(filter_fn(keeps_secrets)).boxed()
    };
    tracing_subscriber::registry().with(lines).with(filter).init();
    Ok(())
}
