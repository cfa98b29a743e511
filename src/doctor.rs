//! `assize doctor`: looks at everything a server needs of its machine, and says what to do.
//!
//! What is not here: how each thing is looked at (below `doctor/`). It changes nothing: it may run
//! beside a server, and before the first start.

mod doors;
mod folders;
mod machine;
mod services;

use std::fmt::Display;
use std::path::PathBuf;
use std::process::ExitCode;

use serde::Serialize;

use crate::commands::say;
use crate::config;

/// Arguments of `assize doctor`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The configuration file of the server; without it the defaults are looked at.
    #[arg(long)]
    config: Option<PathBuf>,
    /// Print one JSON object a line instead of sentences.
    #[arg(long)]
    json: bool,
}

/// How a thing stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// As it should be.
    Good,
    /// It works; somebody should know, or decide.
    Note,
    /// It does not work, or will not soon.
    Bad,
}

/// What one look found. Sentences are in both languages, without a stop at their end.
#[derive(Debug, Serialize)]
struct Finding {
    /// What was looked at: a word for programs.
    what: &'static str,
    state: State,
    zh: String,
    en: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    do_zh: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    do_en: Option<String>,
}

impl Finding {
    fn new(what: &'static str, state: State, zh: &dyn Display, en: &dyn Display) -> Self {
        Self { what, state, zh: zh.to_string(), en: en.to_string(), do_zh: None, do_en: None }
    }

    /// Everything is right with it.
    fn good(what: &'static str, zh: impl Display, en: impl Display) -> Self {
        Self::new(what, State::Good, &zh, &en)
    }

    /// Somebody should know.
    fn note(what: &'static str, zh: impl Display, en: impl Display) -> Self {
        Self::new(what, State::Note, &zh, &en)
    }

    /// Somebody must act.
    fn bad(what: &'static str, zh: impl Display, en: impl Display) -> Self {
        Self::new(what, State::Bad, &zh, &en)
    }

    /// With what to do about it.
    fn so(mut self, zh: impl Display, en: impl Display) -> Self {
        (self.do_zh, self.do_en) = (Some(zh.to_string()), Some(en.to_string()));
        self
    }

    fn sentence(&self) -> String {
        let mark = match self.state {
            State::Good => "✓",
            State::Note => "!",
            State::Bad => "✗",
        };
        let Self { zh, en, .. } = self;
        let mut text = format!("{mark} {zh}。{en}.");
        if let (Some(zh), Some(en)) = (&self.do_zh, &self.do_en) {
            text.push_str(&format!("\n    → {zh}。\n    → {en}."));
        }
        text
    }
}

/// 0 when a server can run as configured, 1 when something must be mended.
pub(crate) async fn command(args: Args) -> ExitCode {
    let mut found = vec![];
    match config::read(args.config.as_deref()) {
        Ok(config) => {
            found.push(Finding::good("config", "配置可用", "The configuration is right"));
            found.extend(machine::look(&config));
            found.extend(folders::look(&config).await);
            found.extend(doors::look(&config).await);
            found.extend(services::look(&config).await);
        }
        Err(sentence) => {
            let wrong = Finding::bad("config", "配置不可用", sentence);
            found.push(wrong.so("先改正配置，再运行一次", "Mend it, then ask the doctor again"));
        }
    }
    for finding in &found {
        match args.json {
            true => say(&serde_json::to_string(finding).unwrap_or_default()),
            false => say(&finding.sentence()),
        }
    }
    let count = |state| found.iter().filter(|finding| finding.state == state).count();
    let (bad, notes) = (count(State::Bad), count(State::Note));
    if !args.json {
        say(&format!(
            "\n须处理 {bad} 项，提示 {notes} 项，共检查 {0} 项。 {bad} to mend, {notes} to know, \
             {0} looked at.",
            found.len()
        ));
    }
    if bad == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_says_what_is_and_what_to_do() {
        let found = Finding::bad("disk", "盘满", "The disk is full").so("腾出空间", "Make space");
        assert_eq!(
            found.sentence(),
            "✗ 盘满。The disk is full.\n    → 腾出空间。\n    → Make space."
        );
        let json = serde_json::to_value(&found).unwrap();
        assert_eq!(json["state"], "bad");
        assert_eq!(json["do_en"], "Make space");
    }
}
