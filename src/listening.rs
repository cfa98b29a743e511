//! What listens to recorded speech, from the configuration: the engine and its words.
//!
//! What is not here: listening, which the recorder room does.

use std::path::{Path, PathBuf};

use model::HearingId;
use model::heard::Heard;
use prometheus::Registry;
use recorder::{Engine, EngineAt, Glossary, Listening, SpeechConfig, TurnFolder};
use tokio::sync::mpsc;

use crate::config::{Config, SpeechEngine};

/// Bytes of a glossary that are read.
const GLOSSARY_BYTES_MAX: u64 = 1024 * 1024;

/// Checks the keys that begin with `speech_`.
///
/// # Errors
/// One sentence that says what is wrong.
pub(crate) fn check(config: &Config) -> Result<(), String> {
    engine(config)?;
    match &config.speech_glossary {
        Some(path) => glossary_of(path, "").map(|_| ()),
        None => Ok(()),
    }
}

/// The engine that is configured.
fn engine(config: &Config) -> Result<Option<EngineAt>, String> {
    let wrong = |zh: &str, en: &str| Err(format!("配置有误：{zh}。Configuration: {en}."));
    let engine = match config.speech_engine {
        SpeechEngine::None if config.speech_url.is_some() => {
            return wrong(
                "设置 speech_url 须同时设置 speech_engine",
                "speech_url needs speech_engine",
            );
        }
        SpeechEngine::None => return Ok(None),
        SpeechEngine::Funasr => Engine::FunAsr,
        SpeechEngine::Sherpa => Engine::Sherpa,
        SpeechEngine::Vosk => Engine::Vosk,
    };
    let Some(url) = &config.speech_url else {
        return wrong("设置 speech_engine 须同时设置 speech_url", "speech_engine needs speech_url");
    };
    match EngineAt::new(engine, url, config.speech_trust.as_deref()) {
        Ok(at) => Ok(Some(at)),
        Err(fault) => wrong(
            "speech_url 须形如 ws://10.0.0.5:10095；wss:// 须以 speech_trust 指定其证书",
            &format!("speech_url or speech_trust: {fault}"),
        ),
    }
}

/// Begins to listen: what is heard goes to `heard`. Beside it, where turns are kept.
///
/// # Errors
/// One sentence that says what is wrong.
pub(crate) fn start(
    config: &Config,
    heard: mpsc::Sender<(HearingId, Heard)>,
    registry: &Registry,
) -> Result<(Listening, TurnFolder), String> {
    let settings = settings(config)?;
    let turns = settings.turns.clone();
    let listening = Listening::start(settings, heard, registry)
        .map_err(|fault| format!("内部故障。{fault}."))?;
    Ok((listening, turns))
}

/// What the recorder needs to listen.
fn settings(config: &Config) -> Result<SpeechConfig, String> {
    let folder = config.data.join("turns");
    let turns = TurnFolder::open(folder.clone()).map_err(|fault| {
        format!(
            "无法使用发言时段目录 {0}：{fault}。Cannot use the folder of turns {0}: {fault}.",
            folder.display()
        )
    })?;
    let path = config.speech_glossary.clone();
    Ok(SpeechConfig {
        engine: engine(config)?,
        hot_words: config.speech_hot_words,
        archive: config.archive.clone(),
        turns,
        glossary: Glossary::new(move |court| own_words(path.as_ref(), court)),
    })
}

/// The words of a court, as the file has them now: it may be edited while the node runs.
fn own_words(path: Option<&PathBuf>, court: &str) -> Vec<String> {
    let Some(path) = path else { return Vec::new() };
    glossary_of(path, court).unwrap_or_else(|sentence| {
        tracing::warn!(sentence, "the glossary is not used");
        Vec::new()
    })
}

fn glossary_of(path: &Path, court: &str) -> Result<Vec<String>, String> {
    let wrong = |fault: &dyn core::fmt::Display| {
        format!(
            "术语表 {0} 不可用：{fault}。The glossary speech_glossary {0} cannot be used: {fault}.",
            path.display()
        )
    };
    let length = std::fs::metadata(path).map_err(|fault| wrong(&fault))?.len();
    if length > GLOSSARY_BYTES_MAX {
        return Err(wrong(&"longer than 1 MiB"));
    }
    let text = std::fs::read_to_string(path).map_err(|fault| wrong(&fault))?;
    Ok(words_of(&text, court))
}

/// One word a line. Those before the first `[court]` are for all courts; `#` begins a remark.
fn words_of(text: &str, court: &str) -> Vec<String> {
    let mut for_us = true;
    let mut words = Vec::new();
    for line in text.trim_start_matches('\u{feff}').lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            for_us = name.trim() == court;
        } else if for_us && !line.is_empty() && !line.starts_with('#') {
            words.push(line.to_owned());
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_all_and_words_of_one_court() {
        let text = "\u{feff}# for all\n举证责任\r\n\n[甲法院]\n赶摆\n[ 乙法院 ]\n坝子\n";
        assert_eq!(words_of(text, "甲法院"), ["举证责任", "赶摆"]);
        assert_eq!(words_of(text, "乙法院"), ["举证责任", "坝子"]);
        assert_eq!(words_of(text, "丙法院"), ["举证责任"]);
    }
}
