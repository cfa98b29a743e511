//! What listens to recorded speech, from the configuration: the engine and its words.
//!
//! What is not here: listening, which the recorder room does.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::HearingId;
use model::heard::Heard;
use prometheus::Registry;
use recorder::{
    Engine, EngineAt, Glossary, Listening, OwnEngine, SoundTap, SpeechConfig, TurnFolder,
};
use signaling::Docket;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::config::{Config, SpeechEngine};

/// What a word of the glossary's file weighs.
const FILE_WEIGHT: u8 = 20;
/// Bytes of a glossary that are read.
const GLOSSARY_BYTES_MAX: u64 = 1024 * 1024;

/// Checks the keys that begin with `speech_`.
///
/// # Errors
/// One sentence that says what is wrong.
pub(crate) fn check(config: &Config) -> Result<(), String> {
    if engine(config)?.is_some() && !config.speech_turns {
        return Err("配置有误：设置 speech_engine 须开启 speech_turns。\
                    Configuration: speech_engine needs speech_turns."
            .to_owned());
    }
    match &config.speech_glossary {
        Some(path) => glossary_of(path, "").map(|_| ()),
        None => Ok(()),
    }
}

/// An engine, and the program that is to be run for it, if it is the node's own.
struct Configured {
    at: EngineAt,
    own: Option<OwnEngine>,
}

fn wrong<T>(zh: &str, en: &str) -> Result<T, String> {
    Err(format!("配置有误：{zh}。Configuration: {en}."))
}

/// The engine that is configured.
fn engine(config: &Config) -> Result<Option<Configured>, String> {
    let of_own = [&config.speech_program, &config.speech_library_dir, &config.speech_model_dir];
    if config.speech_engine != SpeechEngine::Own && of_own.iter().any(|key| key.is_some()) {
        return wrong(
            "speech_program、speech_library_dir、speech_model_dir 只用于 speech_engine = \"own\"",
            "speech_program, speech_library_dir and speech_model_dir go with speech_engine = \"own\"",
        );
    }
    let engine = match config.speech_engine {
        SpeechEngine::None if config.speech_url.is_some() => {
            return wrong(
                "设置 speech_url 须同时设置 speech_engine",
                "speech_url needs speech_engine",
            );
        }
        SpeechEngine::None => return Ok(None),
        SpeechEngine::Own => return own_engine(config).map(Some),
        SpeechEngine::Funasr => Engine::FunAsr,
        SpeechEngine::Sherpa => Engine::Sherpa,
        SpeechEngine::Vosk => Engine::Vosk,
    };
    let Some(url) = &config.speech_url else {
        return wrong("设置 speech_engine 须同时设置 speech_url", "speech_engine needs speech_url");
    };
    match EngineAt::new(engine, url, config.speech_trust.as_deref()) {
        Ok(at) => Ok(Some(Configured { at, own: None })),
        Err(fault) => wrong(
            "speech_url 须形如 ws://10.0.0.5:10095；wss:// 须以 speech_trust 指定其证书",
            &format!("speech_url or speech_trust: {fault}"),
        ),
    }
}

fn own_engine(config: &Config) -> Result<Configured, String> {
    let (Some(program), Some(model)) = (&config.speech_program, &config.speech_model_dir) else {
        return wrong(
            "speech_engine = \"own\" 须同时设置 speech_program 和 speech_model_dir",
            "speech_engine = \"own\" needs speech_program and speech_model_dir",
        );
    };
    if config.speech_url.is_some() {
        return wrong(
            "speech_engine = \"own\" 时不设置 speech_url",
            "speech_engine = \"own\" takes no speech_url",
        );
    }
    let made = OwnEngine::new(program, config.speech_library_dir.as_deref(), model)
        .and_then(|own| Ok(Configured { at: own.at()?, own: Some(own) }));
    made.or_else(|fault| {
        wrong(
            &format!("语音识别程序或者模型不可用：{fault}"),
            &format!("the program or the model of the node's own engine: {fault}"),
        )
    })
}

/// What listens, in service.
pub(crate) struct Ears {
    listening: Option<Listening>,
    own: Option<JoinHandle<()>>,
}

impl Ears {
    /// For the recorder's configuration.
    pub(crate) fn tap(&self) -> SoundTap {
        self.listening.as_ref().map(|listening| listening.tap.clone()).unwrap_or_default()
    }

    /// Ends, once the recorder has.
    pub(crate) async fn stop(self) {
        if let Some(listening) = self.listening {
            listening.stop().await;
        }
        if let Some(own) = self.own {
            own.abort();
        }
    }
}

/// Begins to listen, unless that is switched off: what is heard goes to `heard`. Beside it, where turns
/// are kept.
///
/// # Errors
/// One sentence that says what is wrong.
pub(crate) fn start(
    config: &Config,
    docket: &Arc<Docket>,
    heard: mpsc::Sender<(HearingId, Heard)>,
    registry: &Registry,
) -> Result<(Ears, TurnFolder), String> {
    let configured = engine(config)?;
    let (at, own) = configured.map_or((None, None), |found| (Some(found.at), found.own));
    let settings = settings(config, docket, at)?;
    let turns = settings.turns.clone();
    if !config.speech_turns {
        return Ok((Ears { listening: None, own: None }, turns));
    }
    let listening = Listening::start(settings, heard, registry)
        .map_err(|fault| format!("内部故障。{fault}."))?;
    let own = own.map(|own| tokio::spawn(own.run()));
    Ok((Ears { listening: Some(listening), own }, turns))
}

/// What the recorder needs to listen.
fn settings(
    config: &Config,
    docket: &Arc<Docket>,
    engine: Option<EngineAt>,
) -> Result<SpeechConfig, String> {
    let folder = config.data.join("turns");
    let turns = TurnFolder::open(folder.clone()).map_err(|fault| {
        format!(
            "无法使用发言时段目录 {0}：{fault}。Cannot use the folder of turns {0}: {fault}.",
            folder.display()
        )
    })?;
    let (path, docket) = (config.speech_glossary.clone(), Arc::clone(docket));
    Ok(SpeechConfig {
        engine,
        hot_words: config.speech_hot_words,
        archive: config.archive.clone(),
        turns,
        glossary: Glossary::new(move |hearing, court| {
            let (path, docket, court) = (path.clone(), Arc::clone(&docket), court.to_owned());
            Box::pin(async move {
                let mut words = docket.glossary_of(hearing).await.unwrap_or_else(|fault| {
                    tracing::warn!(%hearing, %fault, "the glossary is not used");
                    Vec::new()
                });
                let of_file = move || own_words(path.as_ref(), &court);
                let more = tokio::task::spawn_blocking(of_file).await.unwrap_or_default();
                words.extend(more.into_iter().map(|word| (word, FILE_WEIGHT)));
                words
            })
        }),
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
