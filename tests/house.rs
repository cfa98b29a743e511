//! The harness of the tests with the real binary: a server in a folder of its own, robots as
//! further processes, and a bare client for what a well-behaved page would never do.
//!
//! What is not here: tests. Nothing sleeps; everything has a deadline.

mod client;
mod robot;

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::{interval, timeout};

pub(crate) use client::{Client, Page};
pub(crate) use robot::Robot;

/// The binary under test.
pub(crate) const ASSIZE: &str = env!("CARGO_BIN_EXE_assize");
/// Nothing a test waits for takes longer on a busy machine.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(20);

/// A running server with the demonstration case.
pub(crate) struct House {
    folder: TempDir,
    settings: String,
    child: Option<Child>,
    /// What the server wrote when it was ready, at each start.
    readies: Vec<Value>,
    starts: u32,
    /// Filter of the server's log.
    log: &'static str,
    /// More arguments of `assize serve`.
    more: Vec<String>,
}

/// One open case of the demonstration: its number, and its seats with codes by role.
pub(crate) struct Case {
    pub(crate) hearing: u64,
    pub(crate) codes: Vec<(String, String)>,
}

impl House {
    /// A server with default settings.
    pub(crate) async fn open() -> Self {
        Self::with("", "info").await
    }

    /// A server with more lines in its configuration, and a log filter.
    pub(crate) async fn with(settings: &str, log: &'static str) -> Self {
        let mut house = Self::closed(settings, log);
        house.start().await;
        house
    }

    /// A server that is not started yet.
    pub(crate) fn closed(settings: &str, log: &'static str) -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let settings = settings.to_owned();
        Self {
            folder,
            settings,
            child: None,
            readies: Vec::new(),
            starts: 0,
            log,
            more: Vec::new(),
        }
    }

    /// A server that is not started yet, with so many cases of so many people.
    pub(crate) fn of_cases(cases: u16, people: u16, settings: &str) -> Self {
        let mut house = Self::closed(settings, "info");
        let more = ["--cases".to_owned(), cases.to_string(), "--people".to_owned()];
        house.more = more.into_iter().chain([people.to_string()]).collect();
        house
    }

    /// The open cases, as the first start told them.
    pub(crate) fn cases(&self) -> Vec<Case> {
        let ready = self.readies.first().expect("the server was started");
        let cases = ready["cases"].as_array().expect("a list of cases").iter();
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        cases
            .map(|case| Case {
                hearing: case["hearing"].as_u64().expect("a number"),
                codes: case["codes"]
                    .as_array()
                    .expect("a list of codes")
                    .iter()
                    .map(|seat| (text(&seat["role"]), text(&seat["code"])))
                    .collect(),
            })
            .collect()
    }

    /// The scratch folder.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The folder of the records.
    pub(crate) fn archive(&self) -> PathBuf {
        self.folder().join("archive")
    }

    /// Writes the configuration; ports are free ones at the first start and the same ones later.
    fn write_config(&self) -> PathBuf {
        let port = |name: &str| self.readies.last().map_or(0, |ready| port_of(ready, name));
        let own = |key: &str| self.settings.lines().any(|line| line.trim_start().starts_with(key));
        let mut text = self.settings.clone();
        text.push('\n');
        for (key, line) in [
            ("https", format!("https = [\"127.0.0.1:{}\"]", port("https_port"))),
            ("media ", format!("media = [\"127.0.0.1:{}\"]", port("media_port"))),
            ("data", format!("data = {:?}", self.folder().join("data"))),
            ("archive ", format!("archive = {:?}", self.archive())),
            ("archive_free_min", "archive_free_min = 1000000".to_owned()),
        ] {
            if !own(key) {
                text.push_str(&line);
                text.push('\n');
            }
        }
        let file = self.folder().join("assize.toml");
        std::fs::write(&file, text).expect("the scratch folder can be written");
        file
    }

    fn command(&self) -> Command {
        let mut command = Command::new(ASSIZE);
        command
            .args(["serve", "--demo", "--config"])
            .arg(self.write_config())
            .arg("--ready-file")
            .arg(self.ready_file())
            .args(&self.more)
            .env("RUST_LOG", self.log)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    fn ready_file(&self) -> PathBuf {
        self.folder().join("ready.json")
    }

    fn log_file(&self, start: u32) -> PathBuf {
        self.folder().join(format!("log-{start}.txt"))
    }

    /// Everything the server wrote to stdout and stderr, over all its starts.
    pub(crate) fn log(&self) -> String {
        let read = |start| std::fs::read(self.log_file(start)).unwrap_or_default();
        (1..=self.starts).map(|start| String::from_utf8_lossy(&read(start)).into_owned()).collect()
    }

    /// Starts the server and waits until it is ready.
    pub(crate) async fn start(&mut self) {
        let command = self.command();
        self.spawn(command).await;
    }

    /// Starts the server with an archive on a disk of `mebibytes`, mounted for it alone. False
    /// when this machine does not allow that.
    pub(crate) async fn start_with_small_archive(&mut self, mebibytes: u32) -> bool {
        std::fs::create_dir_all(self.archive()).expect("the scratch folder can be written");
        let mut test = Command::new("unshare");
        test.args(["-m", "true"]).stderr(Stdio::null());
        if !test.status().await.is_ok_and(|status| status.success()) {
            return false;
        }
        let plain = self.command();
        let plain = plain.as_std();
        let mut command = Command::new("unshare");
        command
            .args(["-m", "sh", "-c"])
            .arg(format!("mount -t tmpfs -o size={mebibytes}m tmpfs \"$0\" && exec \"$@\""))
            .arg(self.archive())
            .arg(plain.get_program())
            .args(plain.get_args())
            .env("RUST_LOG", self.log)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        self.spawn(command).await;
        true
    }

    /// Starts the server with an archive on a disk of its own (ext4 in a file), mounted for it alone; a
    /// later start finds what is there. Needs root.
    pub(crate) async fn start_on_own_disk(&mut self) {
        let image = self.folder().join("disk.img");
        std::fs::create_dir_all(self.archive()).expect("the scratch folder can be written");
        // The kernel takes a dead server's disk away a little later.
        until("the disk is free", || (!is_in_use(&image)).then_some(())).await;
        if !image.exists() {
            let file = std::fs::File::create(&image).expect("a file");
            file.set_len(96 * 1024 * 1024).expect("a file may have a hole");
            let made = Command::new("mkfs.ext4").args(["-q", "-F"]).arg(&image).status().await;
            assert!(made.expect("mkfs.ext4 runs").success());
        }
        let plain = self.command();
        let plain = plain.as_std();
        let mut command = Command::new("unshare");
        command
            .args(["-m", "sh", "-c", "mount -o loop \"$0\" \"$1\" && shift && exec \"$@\""])
            .arg(&image)
            .arg(self.archive())
            .arg(plain.get_program())
            .args(plain.get_args())
            .env("RUST_LOG", self.log)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        self.spawn(command).await;
    }

    /// A command that sees the disks as the server does, with the archive as its last argument.
    pub(crate) fn beside_server(&self, program: &[&str]) -> std::process::Command {
        let mut command = std::process::Command::new("nsenter");
        command.args(["-t", &self.pid().to_string(), "-m"]).args(program).arg(self.archive());
        command
    }

    /// The archive folder as the server sees it.
    pub(crate) fn archive_of_server(&self) -> PathBuf {
        let archive = self.archive();
        let inside = archive.strip_prefix("/").expect("an absolute path");
        Path::new("/proc").join(self.pid().to_string()).join("root").join(inside)
    }

    async fn spawn(&mut self, mut command: Command) {
        if let Err(fault) = std::fs::remove_file(self.ready_file()) {
            assert_eq!(fault.kind(), std::io::ErrorKind::NotFound, "{fault}");
        }
        self.starts += 1;
        let log = std::fs::File::create(self.log_file(self.starts)).expect("a log file");
        let both = log.try_clone().expect("a second handle");
        let mut child = command.stdout(log).stderr(both).spawn().expect("the binary starts");
        let ready = timeout(DEADLINE, async {
            let mut poll = interval(POLL);
            loop {
                poll.tick().await;
                if let Ok(text) = std::fs::read_to_string(self.ready_file())
                    && let Ok(ready) = serde_json::from_str::<Value>(&text)
                {
                    return ready;
                }
                if let Some(status) = child.try_wait().expect("the child can be asked") {
                    panic!("the server ended with {status}:\n{}", self.log());
                }
            }
        });
        let ready = ready.await.unwrap_or_else(|_| panic!("not ready:\n{}", self.log()));
        self.readies.push(ready);
        self.child = Some(child);
    }

    /// Runs the server until it ends by itself; for starts that must fail.
    pub(crate) async fn run_to_end(&mut self) -> ExitStatus {
        let mut command = self.command();
        self.starts += 1;
        let log = std::fs::File::create(self.log_file(self.starts)).expect("a log file");
        let both = log.try_clone().expect("a second handle");
        let mut child = command.stdout(log).stderr(both).spawn().expect("the binary starts");
        let status = timeout(DEADLINE, child.wait()).await;
        status.expect("the server ends by itself").expect("the child can be asked")
    }

    /// Kills the server as a power cut would.
    pub(crate) async fn kill(&mut self) {
        let mut child = self.child.take().expect("the server runs");
        child.kill().await.expect("it can be killed");
    }

    /// Asks the server to stop and waits for it.
    pub(crate) async fn terminate(&mut self) -> ExitStatus {
        let mut child = self.child.take().expect("the server runs");
        let pid = child.id().expect("it runs").to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status().await.expect("kill runs");
        assert!(sent.success());
        let status = timeout(DEADLINE, child.wait()).await;
        status.expect("the server stops in time").expect("the child can be asked")
    }

    /// Whether the server still runs.
    pub(crate) fn is_running(&mut self) -> bool {
        let child = self.child.as_mut().expect("the server was started");
        child.try_wait().expect("the child can be asked").is_none()
    }

    /// Process id of the server.
    pub(crate) fn pid(&self) -> u32 {
        self.child.as_ref().and_then(Child::id).expect("the server runs")
    }

    fn ready(&self) -> &Value {
        self.readies.last().expect("the server was started")
    }

    /// Port of HTTPS.
    pub(crate) fn https_port(&self) -> u16 {
        port_of(self.ready(), "https_port")
    }

    /// Port of media.
    pub(crate) fn media_port(&self) -> u16 {
        port_of(self.ready(), "media_port")
    }

    /// Number of the demonstration's hearing.
    pub(crate) fn hearing(&self) -> u64 {
        self.ready()["hearing"].as_u64().expect("the ready file names the hearing")
    }

    /// The code and the seat of a role of the demonstration.
    pub(crate) fn seat(&self, role: &str) -> (String, u64) {
        let starts = self.readies.iter().rev();
        let codes = starts.flat_map(|ready| ready["codes"].as_array().expect("a list of codes"));
        // Who has joined gets no new code at the next start.
        let mut codes = codes.filter(|seat| seat["role"] == role);
        let seat = codes.next().expect("the role has a code");
        let code = seat["code"].as_str().expect("a code").to_owned();
        (code, seat["participant"].as_u64().expect("a seat"))
    }

    /// Name and password of an account of the demonstration, by kind.
    pub(crate) fn account(&self, kind: &str) -> (String, String) {
        let staff = self.ready()["sign_ins"].as_array().expect("the ready file has sign-ins");
        let account = staff.iter().find(|account| account["kind"] == kind);
        let account = account.expect("the kind has an account");
        let text = |key: &str| account[key].as_str().expect("text").to_owned();
        (text("name"), text("password"))
    }

    /// The presiding judge as a robot that does what it is told.
    pub(crate) fn judge(&self) -> Robot {
        self.judge_of(self.hearing())
    }

    /// The presiding judge of any hearing as a robot.
    pub(crate) fn judge_of(&self, hearing: u64) -> Robot {
        let (name, password) = self.account("judge");
        let hearing = hearing.to_string();
        let variable = "ASSIZE_PROBE_PASSWORD";
        let arguments = ["--staff", &name, "--password-env", variable, "--hearing", &hearing]
            .map(str::to_owned);
        Robot::start(self.https_port(), &arguments, &[(variable, &password)])
    }

    /// Somebody with a code as a robot that does what it is told.
    pub(crate) fn person(&self, role: &str) -> Robot {
        let (code, _) = self.seat(role);
        Robot::start(self.https_port(), &["--code".to_owned(), code], &[])
    }

    /// Somebody with this code as a robot.
    pub(crate) fn person_with(&self, code: &str) -> Robot {
        Robot::start(self.https_port(), &["--code".to_owned(), code.to_owned()], &[])
    }

    /// Somebody with a code who also has a screen to share.
    pub(crate) fn person_with_screen(&self, role: &str) -> Robot {
        let (code, _) = self.seat(role);
        let arguments = ["--code", &code, "--publish", "sound,picture,screen"];
        Robot::start(self.https_port(), &arguments.map(str::to_owned), &[])
    }

    /// Runs robots by a script of the first one, the judge, until they are done: the exit code and
    /// the one line they print.
    pub(crate) async fn probe(&self, arguments: &[&str]) -> (Option<i32>, Value) {
        let (name, password) = self.account("judge");
        let mut command = Command::new(ASSIZE);
        command
            .args(["probe", "--insecure", "--password-env", "ASSIZE_PROBE_PASSWORD"])
            .args(["--staff", &name, "--hearing", &self.hearing().to_string(), "--server"])
            .arg(format!("https://127.0.0.1:{}", self.https_port()))
            .args(arguments)
            .env("ASSIZE_PROBE_PASSWORD", password)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        let output = timeout(DEADLINE, command.output()).await.expect("it ends in time");
        let output = output.expect("the binary starts");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(text.lines().count() <= 1, "one line: {text}");
        (output.status.code(), serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    /// A bare client, to be somebody else than a robot.
    pub(crate) fn client(&self) -> Client {
        Client::new(self.https_port())
    }

    /// Brings judge, plaintiff and defendant into an open hearing.
    pub(crate) async fn open_hearing(&self) -> (Robot, Robot, Robot) {
        let mut judge = self.judge();
        judge.must("until:connected").await;
        judge.must("open-check-in").await;
        let mut plaintiff = self.person("plaintiff");
        let mut defendant = self.person("defendant");
        judge.must("until:checked-in:2").await;
        judge.must("admit-all").await;
        for robot in [&mut plaintiff, &mut defendant] {
            robot.must("until:in_hearing").await;
            robot.must("until:connected").await;
        }
        judge.must("until:people:2").await;
        judge.must("open").await;
        judge.must("until:in_session").await;
        (judge, plaintiff, defendant)
    }

    /// Runs `assize verify` over the archive.
    pub(crate) async fn verify(&self) -> (ExitStatus, String) {
        let mut command = Command::new(ASSIZE);
        command.arg("verify").arg(self.archive()).stdin(Stdio::null()).kill_on_drop(true);
        let output = timeout(DEADLINE, command.output()).await.expect("verify ends in time");
        let output = output.expect("the binary starts");
        let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.push_str(&String::from_utf8_lossy(&output.stderr));
        (output.status, text)
    }

    /// The folder of the demonstration's record: the one that holds a ledger.
    pub(crate) fn record_folder(&self) -> PathBuf {
        let folders = std::fs::read_dir(self.archive()).expect("the archive can be read");
        let mut folders = folders.map(|entry| entry.expect("an entry").path());
        folders.find(|path| path.join("ledger.jsonl").is_file()).expect("a ledger")
    }

    /// The entries of the demonstration's ledger; a half line at its end is left out.
    pub(crate) fn ledger(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.record_folder().join("ledger.jsonl"));
        let text = text.expect("the ledger can be read");
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }
}

/// Whether a loop device has this file.
fn is_in_use(image: &Path) -> bool {
    let Ok(devices) = std::fs::read_dir("/sys/block") else { return false };
    let file = |device: std::fs::DirEntry| {
        std::fs::read_to_string(device.path().join("loop/backing_file")).ok()
    };
    devices.flatten().filter_map(file).any(|file| Path::new(file.trim_end()) == image)
}

fn port_of(ready: &Value, name: &str) -> u16 {
    let port = ready[name].as_u64().expect("the ready file names the ports");
    u16::try_from(port).expect("a port")
}

/// Waits until `look` finds something.
pub(crate) async fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let found = timeout(DEADLINE, async {
        let mut poll = interval(POLL);
        loop {
            poll.tick().await;
            if let Some(found) = look() {
                return found;
            }
        }
    });
    found.await.unwrap_or_else(|_| panic!("in vain: {what}"))
}
