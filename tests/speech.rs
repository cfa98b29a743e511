//! What is heard of a hearing by the real binary: spoken sentences from a room encoder (flite and aiortc)
//! over RTP, through the server and its record, to a recogniser behind the FunASR protocol; and to the
//! node's own engine, with a model that hears how loud it is.
//!
//! What is not here: how right the words are, see `recorder/tests/record/speech.rs`.

use std::path::Path;
use std::process::{Command as Run, Stdio};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use crate::house::{DEADLINE, House, until};

/// What is said when, ms after the beginning.
const SAID: [(u32, &str); 2] = [
    (500, "do you have any questions for the witness"),
    (5_500, "we have evidence that the contract was signed by both parties"),
];

/// A Python program that says JSON lines.
struct Helper {
    child: Child,
    order: ChildStdin,
    said: Lines<BufReader<ChildStdout>>,
}

impl Helper {
    fn start(folder: &str, script: &str, arguments: &[&str]) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
        let mut child = Command::new(folder.join(".venv/bin/python3"))
            .arg(folder.join(script))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("Python with aiortc and pocketsphinx: deploy/install.sh tests");
        let order = child.stdin.take().expect("a pipe");
        let said = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        Self { child, order, said }
    }

    /// The next line that has this key.
    async fn until(&mut self, key: &str) -> Value {
        let found = timeout(DEADLINE, async {
            loop {
                let line = self.said.next_line().await.expect("a pipe").expect("it lives");
                let said: Value = serde_json::from_str(&line).expect("JSON");
                if !said[key].is_null() {
                    return said;
                }
            }
        });
        found.await.unwrap_or_else(|_| panic!("{key} was not said"))
    }

    async fn until_state(&mut self, state: &str) {
        while self.until("state").await["state"] != state {}
    }

    async fn order(&mut self, order: &str) {
        self.order.write_all(order.as_bytes()).await.expect("a pipe");
    }
}

/// Speaks the sentences into a file of 48 kHz, one channel.
fn speak(file: &Path) {
    let mut run = Run::new("ffmpeg");
    run.args(["-v", "error", "-nostdin", "-y"]);
    for (_, words) in SAID {
        run.args(["-f", "lavfi", "-i", &format!("flite=text='{words}':voice=rms")]);
    }
    let delayed = SAID
        .iter()
        .enumerate()
        .map(|(n, (at, _))| format!("[{n}]aresample=48000,adelay={at}:all=1[s{n}];"));
    let mix = format!("{}[s0][s1]amix=inputs=2:normalize=0", delayed.collect::<String>());
    run.args(["-filter_complex", &mix, "-ar", "48000", "-ac", "1"]).arg(file);
    assert!(run.status().expect("ffmpeg is installed").success());
}

/// Turns of one person, as kept beside the record: from when to when, ms.
fn turns(house: &House, seat: u64) -> Vec<(u64, u64)> {
    let file = house.folder().join(format!("data/turns/h{}.jsonl", house.hearing()));
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let own = lines.filter(|line| line["who"] == seat);
    own.filter_map(|line| Some((line["from_ms"].as_u64()?, line["to_ms"].as_u64()?))).collect()
}

/// Waits until the engine's words were told so often.
async fn words_come(house: &House, wanted: u64) {
    let told = async {
        loop {
            let (_, _, text) = house.client().download("/metrics", None).await;
            let text = String::from_utf8(text).expect("text");
            let count = text.lines().find_map(|line| {
                line.strip_prefix("assize_recorder_speech_lag_seconds_count ")?.parse::<u64>().ok()
            });
            if count.is_some_and(|count| count >= wanted) {
                return;
            }
        }
    };
    timeout(DEADLINE, told).await.expect("words of the sentences");
}

#[tokio::test]
async fn what_a_person_says_reaches_turns_and_engine() {
    let mut engine = Helper::start("speech", "engine.py", &["0", "hears"]);
    let port = engine.until("port").await["port"].clone();
    let settings = format!("speech_engine = \"funasr\"\nspeech_url = \"ws://127.0.0.1:{port}\"\n");
    let mut house = House::with(&settings, "info").await;
    let wave = house.folder().join("said.wav");
    speak(&wave);
    let mut judge = house.judge();
    judge.must("until:connected").await;
    judge.must("open-check-in").await;
    let (code, seat) = house.seat("plaintiff");
    let url = format!("https://127.0.0.1:{}/whip/{}", house.https_port(), house.hearing());
    let wave = wave.to_str().expect("a path in UTF-8");
    let mut person = Helper::start("devices", "device.py", &["whip", &url, &code, wave]);
    person.until_state("connected").await;
    let mut defendant = house.person("defendant");
    judge.must("until:checked-in:2").await;
    judge.must("admit-all").await;
    defendant.must("until:connected").await;
    judge.must("until:people:2").await;
    judge.must("open").await;
    judge.must("until:rolling").await;
    person.order("speak\n").await;
    person.until("speaks").await;
    let first = engine.until("stream").await;
    assert_eq!(first["fine"], true, "{first}");
    assert!(first["words"].as_array().is_some_and(|words| !words.is_empty()), "{first}");
    let found = until("two turns", || {
        let turns = turns(&house, seat);
        (turns.len() >= 2).then_some(turns)
    });
    let found = found.await;
    println!("{found:?}");
    assert_eq!(found.len(), 2, "{found:?}");
    // The voice begins some 160 ms and 130 ms into what flite makes.
    let apart = found[1].0 - found[0].0;
    let wanted = u64::from(SAID[1].0 - SAID[0].0);
    assert!(apart.abs_diff(wanted) <= 300, "{found:?}");
    assert!((found[0].1 - found[0].0).abs_diff(2_460) <= 300, "{found:?}");
    words_come(&house, 2).await;
    person.order("end\n").await;
    person.child.wait().await.expect("a child");
    for robot in [judge, defendant] {
        robot.kill().await;
    }
    assert!(house.terminate().await.success());
    let log = house.log();
    assert!(!log.contains("the record is at risk"), "{log}");
}

/// The process that runs this model, if there is one.
fn program_of(model: &Path) -> Option<u32> {
    let model = model.to_str()?;
    let all = std::fs::read_dir("/proc").ok()?.filter_map(Result::ok);
    let ids = all.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let runs = |id: &u32| {
        let told = std::fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
        let told = String::from_utf8_lossy(&told);
        told.contains("sherpa-onnx-online-websocket-server") && told.contains(model)
    };
    ids.into_iter().find(runs)
}

#[tokio::test]
async fn the_nodes_own_engine_hears_and_is_started_again_when_it_dies() {
    let scratch = tempfile::tempdir().expect("a folder");
    let model = scratch.path().join("loudness-wenet");
    let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/speech");
    let mut make = Run::new(programs.join(".venv/bin/python3"));
    let made = make.arg(programs.join("model.py")).arg(&model).status();
    assert!(made.expect("Python with onnx: deploy/install.sh tests").success());
    let program = programs.join(".venv/bin/sherpa-onnx-online-websocket-server");
    let settings = format!(
        "speech_engine = \"own\"\nspeech_program = \"{}\"\nspeech_model_dir = \"{}\"\n",
        program.display(),
        model.display()
    );
    let mut house = House::with(&settings, "info").await;
    let wave = house.folder().join("said.wav");
    speak(&wave);
    let mut judge = house.judge();
    judge.must("until:connected").await;
    judge.must("open-check-in").await;
    let (code, _) = house.seat("plaintiff");
    let url = format!("https://127.0.0.1:{}/whip/{}", house.https_port(), house.hearing());
    let wave = wave.to_str().expect("a path in UTF-8");
    let mut person = Helper::start("devices", "device.py", &["whip", &url, &code, wave]);
    person.until_state("connected").await;
    let mut defendant = house.person("defendant");
    judge.must("until:checked-in:2").await;
    judge.must("admit-all").await;
    defendant.must("until:connected").await;
    judge.must("until:people:2").await;
    judge.must("open").await;
    judge.must("until:rolling").await;
    let first = until("the program", || program_of(&model)).await;
    // It dies as C++ code dies; nobody in the hearing notices, and another hears both sentences.
    let killed = Run::new("kill").args(["-SEGV", &first.to_string()]).status();
    assert!(killed.expect("a signal").success());
    person.order("speak\n").await;
    person.until("speaks").await;
    words_come(&house, 2).await;
    let second = until("another program", || program_of(&model).filter(|id| *id != first)).await;
    println!("{first} died, {second} hears");
    person.order("end\n").await;
    person.child.wait().await.expect("a child");
    for robot in [judge, defendant] {
        robot.kill().await;
    }
    assert!(house.terminate().await.success());
    assert!(house.log().contains("started again"));
    assert!(!house.log().contains("the record is at risk"), "{}", house.log());
    assert_eq!(program_of(&model), None, "it ends with the node");
}
