//! Logs: for people on a terminal, JSON lines in service.
//!
//! What is not here: what is logged; private values never reach a log (`model::Private`).

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;

/// Sends logs to the error stream. The environment's `RUST_LOG` overrides `level`
/// (`error`, `warn`, `info`, `debug`, `trace`, or directives such as `sfu=debug`).
///
/// # Errors
/// When `level` is not a filter.
pub(crate) fn start(level: &str) -> Result<(), String> {
    // The DTLS library warns about ordinary extensions of every browser's first message.
    let filter = EnvFilter::try_from_default_env()
        .or_else(|_| EnvFilter::try_new(format!("{level},rtc_dtls=error")))
        .map_err(|fault| format!("log level: {fault}"))?;
    let builder = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() {
        builder.with_target(false).init();
    } else {
        builder.json().init();
    }
    Ok(())
}
