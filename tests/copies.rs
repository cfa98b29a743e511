//! The second copy of the real binary in a real S3 server: away and back while a hearing runs, and
//! all there is left when the archive is lost in its middle.
//!
//! What is not here: what is copied when, see `recorder/tests/record/copies.rs`.

use std::net::TcpListener;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::house::{ASSIZE, DEADLINE, House, until};

/// The store is up within this time on a busy machine.
const STORE_START: Duration = Duration::from_secs(120);
/// Operations are told within this time (`docs/operating.md`), and a busy machine comes on top.
const TOLD_WITHIN: Duration = Duration::from_millis(3_000 + 1_500);

/// The RADOS gateway of Ceph; gone with this test.
struct Gateway {
    folder: TempDir,
    port: u16,
    _child: Child,
}

impl Gateway {
    async fn start() -> Self {
        let free = || {
            let probe = TcpListener::bind("127.0.0.1:0").expect("a free port");
            probe.local_addr().expect("an address").port()
        };
        let (folder, port) = (tempfile::tempdir().expect("a folder"), free());
        let mut child =
            Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/store/gateway.sh"))
                .arg(folder.path())
                .args([port.to_string(), free().to_string()])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .expect("the script runs");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let line = timeout(STORE_START, lines.next_line()).await.expect("in time");
        assert_eq!(line.expect("readable").as_deref(), Some("ready"), "deploy/install.sh tests");
        Self { folder, port, _child: child }
    }

    /// Sends the server a signal.
    async fn signal(&self, signal: &str) {
        let pid = std::fs::read_to_string(self.folder.path().join("gateway.pid"));
        let pid = pid.expect("the script wrote its number");
        let sent = Command::new("kill").args([signal, pid.trim()]).status().await;
        assert!(sent.expect("kill runs").success());
    }
}

/// A figure of the node, by its name and labels.
pub(crate) async fn figure(house: &House, name: &str) -> f64 {
    let (status, head, text) = house.client().download("/metrics", None).await;
    assert_eq!(status, 200, "{head}");
    let text = String::from_utf8(text).expect("text");
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("{name} is shown:\n{text}")).parse().expect("a number")
}

async fn figure_until(house: &House, name: &str, wanted: impl Fn(f64) -> bool) {
    let wait = async {
        let mut poll = tokio::time::interval(Duration::from_millis(50));
        loop {
            poll.tick().await;
            if wanted(figure(house, name).await) {
                return;
            }
        }
    };
    assert!(timeout(2 * DEADLINE, wait).await.is_ok(), "in vain: {name}\n{}", house.log());
}

async fn assize(house: &House, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(ASSIZE);
    let config = house.folder().join("assize.toml");
    command.args(arguments).arg("--config").arg(config).stdin(Stdio::null()).kill_on_drop(true);
    let output = timeout(2 * DEADLINE, command.output()).await.expect("it ends in time");
    let output = output.expect("the binary starts");
    let both = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&both).into_owned())
}

#[tokio::test]
async fn the_hearing_goes_on_without_the_store_and_the_store_has_the_hearing_without_the_archive() {
    let gateway = Gateway::start().await;
    let scratch = tempfile::tempdir().expect("a folder");
    let key = scratch.path().join("copy.key");
    std::fs::write(&key, "3d".repeat(32)).expect("written");
    let settings = format!(
        "copy_to = \"s3://plain/court\"\ncopy_endpoint = \"http://127.0.0.1:{}\"\n\
         copy_access = \"court\"\ncopy_secret = \"courtsecret\"\n\
         copy_keys = [{{ id = \"2026\", file = {key:?} }}]\n",
        gateway.port
    );
    let mut house = House::with(&settings, "info").await;
    let (mut judge, plaintiff, defendant) = house.open_hearing().await;
    judge.must("until:rolling").await;
    figure_until(&house, "assize_recorder_copy_bytes_total", |bytes| bytes > 50_000.0).await;

    // The store stops answering: the hearing goes on, operations are told, and it catches up.
    gateway.signal("-STOP").await;
    let gone = Instant::now();
    figure_until(&house, "assize_recorder_copy_away", |away| away == 1.0).await;
    assert!(gone.elapsed() <= TOLD_WITHIN, "told after {:?}", gone.elapsed());
    let (name, password) = house.account("ops");
    let mut ops = house.client();
    assert_eq!(ops.sign_in(&name, &password).await.status, 200);
    let picture = ops.ask("GET", "/api/ops", &Value::Null).await;
    assert_eq!(picture.body["copy"]["away"], true, "{picture:?}");
    judge.must("recess").await;
    judge.must("resume").await;
    judge.must("until:rolling").await;
    gateway.signal("-CONT").await;
    figure_until(&house, "assize_recorder_copy_away", |away| away == 0.0).await;
    figure_until(&house, "assize_recorder_copy_behind_seconds", |behind| behind <= 3.0).await;
    assert!(house.log().contains("is away"), "{}", house.log());

    // The node dies and its disk with it.
    house.kill().await;
    std::fs::remove_dir_all(house.archive()).expect("removed");
    std::fs::create_dir_all(house.archive()).expect("a folder");
    let (code, text) = assize(&house, &["restore"]).await;
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("restored"), "{text}");
    house.start().await;
    let (mut plaintiff, mut defendant) = (plaintiff, defendant);
    for robot in [&mut judge, &mut plaintiff, &mut defendant] {
        robot.must("reload").await;
        robot.must("until:seated").await;
        robot.must("until:in_session").await;
    }
    judge.must("until:rolling").await;
    judge.must("close").await;
    judge.must("until:sealed").await;
    for robot in [judge, plaintiff, defendant] {
        robot.kill().await;
    }
    let log = until("the copy is complete", || {
        let log = house.log();
        (log.contains("complete=true") || log.contains("\"complete\":true")).then_some(log)
    });
    assert!(!log.await.contains("differ"), "the copy goes on where it was");
    assert!(house.terminate().await.success());
    let (status, text) = house.verify().await;
    assert!(status.success(), "{text}");
    let (code, text) = assize(&house, &["verify", "--copy"]).await;
    assert_eq!(code, Some(0), "{text}");
    let (code, text) = assize(&house, &["reconcile"]).await;
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("findings 0"), "{text}");

    // Without its key the copy says which one is missing.
    let config = house.folder().join("assize.toml");
    let told = std::fs::read_to_string(&config).expect("written by the house");
    let without: Vec<&str> = told.lines().filter(|line| !line.starts_with("copy_keys")).collect();
    std::fs::write(&config, without.join("\n")).expect("written");
    let (code, text) = assize(&house, &["verify", "--copy"]).await;
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("2026") && text.contains("copy_keys"), "{text}");
}
