//! An engine of the node's own: the online server of sherpa-onnx as a child process, with a model out of
//! a folder. The C++ code never shares a process with a hearing; when it ends it is started again.
//!
//! What is not here: what is said to it (crate `speech`). It is called like any other engine.

use std::ffi::OsString;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;
use tokio::time::{Instant, sleep};

use super::line::{EngineAt, EngineFault};
use speech::engine::Engine;

/// A program that ended is started again after this time, then ever later.
const RESTART_MIN: Duration = Duration::from_millis(500);
/// But no later than after this.
const RESTART_MAX: Duration = Duration::from_secs(30);
/// A program that ended sooner could not be used at all: what it said last is told. What one says that
/// lived longer may be what somebody spoke, and is told to nobody.
const BEGINNING: Duration = Duration::from_secs(5);
/// Bytes of what it said last.
const LAST_WORDS: usize = 400;

/// The program, its model, and where it listens.
#[derive(Clone, Debug)]
pub struct OwnEngine {
    program: PathBuf,
    libraries: Option<PathBuf>,
    arguments: Vec<OsString>,
    port: u16,
}

impl OwnEngine {
    /// The program `sherpa-onnx-online-websocket-server` with the streaming model in a folder, as
    /// sherpa-onnx publishes them: `tokens.txt` with encoder, decoder and joiner (a transducer), encoder
    /// and decoder (Paraformer), or one `.onnx` (CTC; NeMo's and WeNet's are told by the folder's name).
    /// Of several the one that ends in `.int8.onnx` is taken. `libraries`: where `libonnxruntime.so` is,
    /// if the program does not find it itself.
    ///
    /// # Errors
    /// What is missing, or that there is no free port.
    pub fn new(
        program: &Path,
        libraries: Option<&Path>,
        model: &Path,
    ) -> Result<Self, EngineFault> {
        let wrong = |path: &Path, why: &str| EngineFault::Own {
            path: path.to_owned(),
            why: why.to_owned(),
        };
        if !program.is_file() {
            return Err(wrong(program, "no such program (sherpa-onnx-online-websocket-server)"));
        }
        if let Some(folder) = libraries
            && !folder.join("libonnxruntime.so").is_file()
        {
            return Err(wrong(folder, "libonnxruntime.so is not in it"));
        }
        let mut arguments = model_arguments(model).map_err(|why| wrong(model, &why))?;
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|door| door.local_addr());
        let port = free.map_err(|fault| wrong(program, &fault.to_string()))?.port();
        arguments.push(format!("--port={port}").into());
        // What is recognised is written into no file.
        arguments.push("--log-file=/dev/null".into());
        let (program, libraries) = (program.to_owned(), libraries.map(Path::to_owned));
        Ok(Self { program, libraries, arguments, port })
    }

    /// Where it is to be called.
    ///
    /// # Errors
    /// Never for an address of this machine.
    pub fn at(&self) -> Result<EngineAt, EngineFault> {
        EngineAt::new(Engine::Sherpa, &format!("ws://127.0.0.1:{}", self.port), None)
    }

    /// Runs the program until this is dropped, and starts it again whenever it ends.
    #[expect(clippy::infinite_loop, reason = "it ends with the node, which aborts it")]
    pub async fn run(self) {
        let mut wait = RESTART_MIN;
        loop {
            let begun = Instant::now();
            let ended = self.live().await;
            let lived = begun.elapsed();
            let said = if lived < BEGINNING { ended.said.as_str() } else { "" };
            let how = ended.how.as_str();
            tracing::error!(how, said, ?lived, "the engine of speech ended; it is started again");
            wait = if lived > RESTART_MAX { RESTART_MIN } else { (wait * 2).min(RESTART_MAX) };
            sleep(wait).await;
        }
    }

    async fn live(&self) -> Ended {
        // It ends with the node, however that ends, and runs behind the media and the record.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "nice", "-n", "10"]);
        command.arg(&self.program).args(&self.arguments);
        if let Some(folder) = &self.libraries {
            command.env("LD_LIBRARY_PATH", folder);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = match command.kill_on_drop(true).spawn() {
            Ok(child) => child,
            Err(fault) => return Ended { how: fault.to_string(), said: String::new() },
        };
        tracing::info!(port = self.port, "the engine of speech was started");
        let said = match child.stderr.take() {
            Some(stream) => last_words(stream).await,
            None => String::new(),
        };
        let how = match child.wait().await {
            Ok(status) => status.to_string(),
            Err(fault) => fault.to_string(),
        };
        Ended { how, said }
    }
}

/// How the program ended.
struct Ended {
    how: String,
    said: String,
}

/// Reads a stream to its end and keeps its last words, on one line.
async fn last_words(mut stream: impl AsyncRead + Unpin) -> String {
    let (mut kept, mut buffer) = (Vec::new(), [0; 4096]);
    while let Ok(count @ 1..) = stream.read(&mut buffer).await {
        kept.extend_from_slice(&buffer[..count]);
        kept.drain(..kept.len().saturating_sub(LAST_WORDS));
    }
    let text = String::from_utf8_lossy(&kept);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What the program is told of a model.
fn model_arguments(folder: &Path) -> Result<Vec<OsString>, String> {
    let entries = std::fs::read_dir(folder).map_err(|fault| fault.to_string())?;
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.sort_by_key(|name| (!name.ends_with(".int8.onnx"), name.clone()));
    if !names.iter().any(|name| name == "tokens.txt") {
        return Err("tokens.txt is not in it".to_owned());
    }
    let models = || names.iter().filter(|name| name.ends_with(".onnx"));
    let part = |word: &str| models().find(|name| name.contains(word));
    let tell = |flag: &str, name: &str| {
        let mut argument = OsString::from(format!("--{flag}="));
        argument.push(folder.join(name));
        argument
    };
    let mut told = vec![tell("tokens", "tokens.txt")];
    match (part("encoder"), part("decoder"), part("joiner"), models().next()) {
        (Some(encoder), Some(decoder), Some(joiner), _) => told.extend([
            tell("encoder", encoder),
            tell("decoder", decoder),
            tell("joiner", joiner),
        ]),
        (Some(encoder), Some(decoder), None, _) => {
            told.extend([tell("paraformer-encoder", encoder), tell("paraformer-decoder", decoder)]);
        }
        (None, None, None, Some(model)) => {
            let name = folder.display().to_string().to_lowercase();
            let flag = if name.contains("nemo") {
                "nemo-ctc-model"
            } else if name.contains("wenet") {
                "wenet-ctc-model"
            } else {
                "zipformer2-ctc-model"
            };
            told.push(tell(flag, model));
        }
        _ => {
            return Err("it holds no streaming model: encoder, decoder and joiner, encoder and \
                        decoder, or one .onnx"
                .to_owned());
        }
    }
    Ok(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::unwrap_in_result, reason = "a scratch folder is always there")]
    fn told(folder: &str, files: &[&str]) -> Result<Vec<String>, String> {
        let scratch = tempfile::tempdir().expect("a scratch folder");
        let model = scratch.path().join(folder);
        std::fs::create_dir(&model).expect("a scratch folder");
        for file in files {
            std::fs::write(model.join(file), "").expect("a scratch folder");
        }
        let from = format!("{}/", model.display());
        let arguments = model_arguments(&model)?;
        Ok(arguments.iter().map(|each| each.to_string_lossy().replace(&from, "")).collect())
    }

    #[test]
    fn a_model_is_known_by_its_files() {
        let transducer = [
            "tokens.txt",
            "encoder-epoch-99.onnx",
            "encoder-epoch-99.int8.onnx",
            "decoder-epoch-99.onnx",
            "joiner-epoch-99.onnx",
        ];
        let wanted = [
            "--tokens=tokens.txt",
            "--encoder=encoder-epoch-99.int8.onnx",
            "--decoder=decoder-epoch-99.onnx",
            "--joiner=joiner-epoch-99.onnx",
        ];
        assert_eq!(told("zipformer", &transducer).unwrap(), wanted);
        let paraformer = ["tokens.txt", "encoder.int8.onnx", "decoder.int8.onnx"];
        assert_eq!(
            told("paraformer", &paraformer).unwrap()[1..],
            ["--paraformer-encoder=encoder.int8.onnx", "--paraformer-decoder=decoder.int8.onnx"]
        );
        for (folder, flag) in [
            ("streaming-zipformer-ctc", "zipformer2-ctc"),
            ("NeMo-fast", "nemo-ctc"),
            ("zh-wenet", "wenet-ctc"),
        ] {
            let arguments = told(folder, &["tokens.txt", "model.onnx"]).unwrap();
            assert_eq!(arguments[1], format!("--{flag}-model=model.onnx"));
        }
        for files in [&["model.onnx"][..], &["tokens.txt"], &["tokens.txt", "joiner.onnx"]] {
            assert!(told("bad", files).is_err(), "{files:?}");
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let scratch = tempfile::tempdir().unwrap();
        let (program, nowhere) = (scratch.path().join("server"), scratch.path().join("nowhere"));
        let why = |libraries: Option<&Path>, model: &Path| {
            OwnEngine::new(&program, libraries, model).unwrap_err().to_string()
        };
        assert!(why(None, &nowhere).contains("server: no such program"));
        std::fs::write(&program, "").unwrap();
        assert!(why(None, &nowhere).contains("nowhere: "));
        assert!(why(Some(&nowhere), &nowhere).contains("libonnxruntime.so is not in it"));
        assert!(why(None, scratch.path()).contains("tokens.txt is not in it"));
    }

    #[tokio::test]
    async fn the_last_words_are_few() {
        let text = format!("{}\nthe  end\n", "x".repeat(100_000));
        let said = last_words(text.as_bytes()).await;
        assert!(said.len() <= LAST_WORDS && said.ends_with("x the end"), "{said}");
    }
}
