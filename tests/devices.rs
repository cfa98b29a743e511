//! Devices without a page against the real binary: room encoders that come by WHIP and a viewer that
//! comes by WHEP, made of other WebRTC stacks (aiortc; GStreamer with libnice and OpenSSL).
//!
//! What is not here: WHIP by the letter, see `signaling/src/server/tests/whip.rs`.

use std::path::Path;
use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use crate::house::{DEADLINE, House, Robot};

/// A running device.
struct Device {
    child: Child,
    order: ChildStdin,
    said: Lines<BufReader<ChildStdout>>,
}

impl Device {
    /// Made of aiortc.
    fn start(house: &House, form: &str, role: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/devices");
        let python = folder.join(".venv/bin/python3");
        Self::run(house, &python, &folder.join("device.py"), form, role)
    }

    /// Made of GStreamer, as Debian has it.
    fn gstreamer(house: &House, role: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/devices");
        let python = Path::new("/usr/bin/python3");
        Self::run(house, python, &folder.join("gstreamer.py"), "whip", role)
    }

    fn run(house: &House, python: &Path, script: &Path, form: &str, role: &str) -> Self {
        let url = format!("https://127.0.0.1:{}/{form}/{}", house.https_port(), house.hearing());
        let (code, _) = house.seat(role);
        let mut child = Command::new(python)
            .arg(script)
            .args([form, &url, &code])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("Python with aiortc and GStreamer: deploy/install.sh tests");
        let order = child.stdin.take().expect("a pipe");
        let said = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        Self { child, order, said }
    }

    /// Waits until the device says something that has this value under this key.
    async fn until(&mut self, key: &str, value: impl Into<Value>) {
        let value = value.into();
        let mut heard = Vec::new();
        let found = timeout(DEADLINE, async {
            while let Some(line) = self.said.next_line().await.expect("a pipe") {
                let said: Value = serde_json::from_str(&line).expect("JSON");
                if said[key] == value {
                    return true;
                }
                heard.push(line);
            }
            false
        });
        let found = found.await;
        assert_eq!(found, Ok(true), "{key}: {value} was not said, but {heard:?}");
    }

    /// Waits until the device said each of these values under this key, in whatever order.
    async fn until_all(&mut self, key: &str, values: &[&str]) {
        let mut missing: Vec<&str> = values.to_vec();
        let said = timeout(DEADLINE, async {
            while !missing.is_empty() {
                let line = self.said.next_line().await.expect("a pipe").expect("the device lives");
                let said: Value = serde_json::from_str(&line).expect("JSON");
                missing.retain(|value| said[key] != *value);
            }
        });
        let said = said.await;
        assert_eq!(said, Ok(()), "{key}: not said: {missing:?}");
    }

    /// Ends the session in order.
    async fn end(mut self) {
        self.order.write_all(b"end\n").await.expect("a pipe");
        self.until("ended", 200).await;
        let status = timeout(DEADLINE, self.child.wait()).await.expect("in time");
        assert!(status.expect("a child").success());
    }
}

/// Packets a robot got that no robot sent.
async fn unmarked(robot: &mut Robot) -> u64 {
    robot.report().await["unmarked"].as_u64().expect("a count")
}

/// Waits until a robot has got so many more.
async fn until_more(robot: &mut Robot, packets: u64) {
    let before = unmarked(robot).await;
    let more = timeout(DEADLINE, async { while unmarked(robot).await < before + packets {} });
    more.await.expect("packets of the device in time");
}

#[tokio::test]
async fn a_room_encoder_is_a_seat_like_any_other() {
    let house = House::open().await;
    let (_, seat) = house.seat("plaintiff");
    let who = format!("p{seat}");
    let mut judge = house.judge();
    judge.must("until:connected").await;
    judge.must("open-check-in").await;
    let mut encoder = Device::start(&house, "whip", "plaintiff");
    encoder.until("status", 201).await;
    encoder.until("state", "connected").await;
    judge.must("until:checked-in:1").await;
    // Packets of a device do not bear the robots' stamp; nobody else is here.
    assert_eq!(unmarked(&mut judge).await, 0, "not heard before the judge lets it in");
    judge.must(&format!("admit:{who}")).await;
    until_more(&mut judge, 100).await;
    judge.must(&format!("dismiss:{who}")).await;
    encoder.until("state", "closed").await;

    // It may call again, with the same code, and waits.
    let mut again = Device::start(&house, "whip", "plaintiff");
    again.until("state", "connected").await;
    judge.must(&format!("admit:{who}")).await;
    until_more(&mut judge, 100).await;
    again.end().await;
    judge.must(&format!("until:offline:{who}")).await;
    judge.quit().await;
}

#[tokio::test]
async fn gstreamer_is_a_seat_like_any_other() {
    let house = House::open().await;
    let (_, seat) = house.seat("plaintiff");
    let mut judge = house.judge();
    judge.must("until:connected").await;
    judge.must("open-check-in").await;
    let mut encoder = Device::gstreamer(&house, "plaintiff");
    encoder.until("status", 201).await;
    encoder.until("state", "connected").await;
    judge.must("until:checked-in:1").await;
    assert_eq!(unmarked(&mut judge).await, 0, "not heard before the judge lets it in");
    judge.must(&format!("admit:p{seat}")).await;
    until_more(&mut judge, 200).await;
    encoder.end().await;
    judge.must(&format!("until:offline:p{seat}")).await;
    judge.quit().await;
}

#[tokio::test]
async fn a_plain_viewer_sees_and_hears_the_stage() {
    let house = House::open().await;
    let (_, seat) = house.seat("plaintiff");
    let (_, chair) = house.seat("gallery");
    let mut judge = house.judge();
    judge.must("until:connected").await;
    judge.must("open-check-in").await;
    let mut encoder = Device::start(&house, "whip", "plaintiff");
    encoder.until("state", "connected").await;
    judge.must("until:checked-in:1").await;
    judge.must(&format!("admit:p{seat}")).await;
    until_more(&mut judge, 50).await;
    let mut viewer = Device::start(&house, "whep", "gallery");
    viewer.until("status", 201).await;
    viewer.until("state", "connected").await;
    judge.must("until:checked-in:1").await;
    judge.must(&format!("admit:p{chair}")).await;
    viewer.until_all("got", &["audio", "video"]).await;
    viewer.end().await;
    judge.must(&format!("until:offline:p{chair}")).await;
    encoder.end().await;
    judge.quit().await;
}
