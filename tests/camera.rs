//! The real bridge (`assize camera`) between a camera and a court of our own: what arrives is
//! decoded, and either side may go away and come back.
//!
//! What is not here: payloads one by one, see `src/camera/`.

mod clip;
mod court;
mod rtsp;

use std::path::Path;
use std::process::Stdio;

use rtc::rtp::Packet;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use self::clip::{Clip, Voice};
use self::court::{CODE, Court, Tape};
use self::rtsp::{Camera, FIRST_PICTURE, FIRST_SOUND, Habits, SOUND_EARLY_MS};
use crate::house::{ASSIZE, DEADLINE, until};

/// A camera, a court and the bridge between them.
struct Scene {
    folder: TempDir,
    camera: Camera,
    court: Court,
    bridge: Child,
}

impl Scene {
    async fn set(voice: Voice, payload_max: usize, arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let clip = Clip::make(folder.path(), voice).await;
        let camera = Camera::on(Habits { clip, payload_max, hevc: false }).await;
        let court = Court::open(folder.path());
        let trust = court.certificate.to_string_lossy().into_owned();
        let common = ["--rtsp", &camera.url(), "--whip", &court.url(), "--code", CODE];
        let arguments = [&common[..], &["--trust", &trust], arguments].concat();
        let bridge = start(folder.path(), &arguments);
        Self { folder, camera, court, bridge }
    }

    fn log(&self) -> String {
        log_of(self.folder.path())
    }

    /// Ends the bridge in order and looks through its log.
    async fn end(mut self) -> (Tape, TempDir) {
        let pid = self.bridge.id().expect("the bridge runs").to_string();
        let told = Command::new("kill").args(["-TERM", &pid]).status().await;
        assert!(told.expect("kill is there").success());
        let status = timeout(DEADLINE, self.bridge.wait()).await.expect("the bridge ends");
        assert!(status.expect("its status").success(), "{}", self.log());
        self.court.until("the session is ended", |tape| tape.ended > 0).await;
        let log = self.log();
        let secrets = ["127.0.0.1", "viewer", "p@ss", "p%40ss", CODE, "a=", "ice-"];
        for line in log.lines() {
            assert!(secrets.iter().all(|secret| !line.contains(secret)), "{line}");
        }
        (self.court.look(core::mem::take), self.folder)
    }
}

fn start(folder: &Path, arguments: &[&str]) -> Child {
    let log = std::fs::File::create(folder.join("log.txt")).expect("a log file");
    let both = log.try_clone().expect("a second handle");
    let mut command = Command::new(ASSIZE);
    command.arg("camera").args(arguments).env("RUST_LOG", "trace");
    command.stdin(Stdio::null()).stdout(log).stderr(both).kill_on_drop(true);
    command.spawn().expect("the binary starts")
}

fn log_of(folder: &Path) -> String {
    String::from_utf8_lossy(&std::fs::read(folder.join("log.txt")).unwrap_or_default()).into_owned()
}

/// Pictures that are whole: packets with the mark of the last.
fn pictures(tape: &Tape) -> usize {
    tape.pictures.iter().filter(|packet| packet.header.marker).count()
}

/// Decodes with ffmpeg and counts the pictures; nothing may be wrong with them.
async fn decode(folder: &Path, packets: &[Packet]) -> usize {
    let mut stream = Vec::new();
    for packet in packets {
        let payload = &packet.payload;
        assert!(payload.len() <= 1_200, "{} bytes in one packet", payload.len());
        match payload[0] & 0x1f {
            24 => {
                let mut rest = &payload[1..];
                while let Some((len, after)) = rest.split_first_chunk::<2>() {
                    let (unit, after) = after.split_at(u16::from_be_bytes(*len).into());
                    stream.extend([&[0, 0, 0, 1], unit].concat());
                    rest = after;
                }
            }
            28 => {
                if payload[1] & 0x80 != 0 {
                    let head = (payload[0] & 0xe0) | (payload[1] & 0x1f);
                    stream.extend([0, 0, 0, 1, head]);
                }
                stream.extend(&payload[2..]);
            }
            _ => stream.extend([&[0, 0, 0, 1], payload.as_ref()].concat()),
        }
    }
    let file = folder.join("came.h264");
    std::fs::write(&file, stream).expect("the scratch folder can be written");
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-xerror", "-err_detect", "explode", "-i"]).arg(file);
    command.args(["-f", "framemd5", "-"]).stdin(Stdio::null());
    let output = command.output().await.expect("ffmpeg is there");
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && complaints.is_empty(), "{complaints}");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().filter(|line| !line.starts_with('#')).count()
}

/// Decodes sound and gives the frequency that is heard, Hz.
fn heard(packets: &[Packet]) -> usize {
    let mut decoder = opus::Decoder::new(48_000, opus::Channels::Mono).expect("a decoder");
    let mut samples = Vec::new();
    for packet in packets {
        let mut frame = [0_i16; 960];
        let taken = decoder.decode(&packet.payload, &mut frame, false);
        assert_eq!(taken.expect("it is Opus"), 960);
        samples.extend(frame);
    }
    let settled = &samples[9_600..];
    let upward = settled.windows(2).filter(|two| two[0] < 0 && two[1] >= 0).count();
    upward * 48_000 / settled.len()
}

/// Sequence numbers without a hole, timestamps without a step back.
fn in_order(packets: &[Packet]) {
    for two in packets.windows(2) {
        let (before, after) = (&two[0].header, &two[1].header);
        assert_eq!(after.sequence_number, before.sequence_number.wrapping_add(1));
        assert!(after.timestamp.wrapping_sub(before.timestamp) < 90_000 * 60, "{two:?}");
    }
}

/// The packets from the first parameter set to the end of the last whole picture: the bridge may
/// have been stopped in the middle of one.
fn from_keyframe(packets: &[Packet]) -> &[Packet] {
    let first = packets.iter().position(|packet| packet.payload[0] & 0x1f == 24);
    let last = packets.iter().rposition(|packet| packet.header.marker);
    &packets[first.expect("parameter sets come before keyframes")..=last.expect("a picture")]
}

/// When a track began on the clock of its last report, ms; `first` is its first timestamp.
fn began(tape: &Tape, packets: &[Packet], first: u32, hz: u32) -> f64 {
    let ssrc = packets[0].header.ssrc;
    let mut own = tape.reports.iter().filter(|report| report.ssrc == ssrc);
    let report = own.next_back().expect("a report");
    let ntp = report.ntp_time as f64 / f64::from(1 << 16) / f64::from(1 << 16) * 1_000.0;
    ntp - f64::from(report.rtp_time.wrapping_sub(first)) * 1_000.0 / f64::from(hz)
}

/// What the camera's reports say of both tracks is what ours say, though the clocks differ.
fn lips_stay_with_words(tape: &Tape) {
    let picture = began(tape, &tape.pictures, FIRST_PICTURE, 90_000);
    let sound = began(tape, &tape.sounds, FIRST_SOUND, 48_000);
    let early = picture - sound;
    assert!((early - SOUND_EARLY_MS).abs() < 5.0, "the sound is {early} ms early");
}

#[tokio::test]
async fn a_camera_is_seen_and_heard() {
    let scene = Scene::set(Voice::MuLaw, 1_400, &[]).await;
    let enough = |tape: &Tape| pictures(tape) > 75 && tape.sounds.len() > 150;
    scene.court.until("pictures and sound", enough).await;
    assert_eq!(scene.camera.visits(), 1);
    let (tape, folder) = scene.end().await;
    assert!(decode(folder.path(), from_keyframe(&tape.pictures)).await >= 50);
    in_order(&tape.pictures);
    in_order(&tape.sounds);
    let hz = heard(&tape.sounds);
    assert!((990..=1_010).contains(&hz), "{hz} Hz");
    lips_stay_with_words(&tape);
    assert_eq!(tape.sessions, 1);
}

#[tokio::test]
async fn aac_is_heard_and_datagrams_are_taken() {
    let scene = Scene::set(Voice::Aac, 1_000, &["--transport", "udp"]).await;
    let enough = |tape: &Tape| pictures(tape) > 50 && tape.sounds.len() > 100;
    scene.court.until("pictures and sound", enough).await;
    let (tape, folder) = scene.end().await;
    assert!(decode(folder.path(), from_keyframe(&tape.pictures)).await >= 25);
    let hz = heard(&tape.sounds);
    assert!((990..=1_010).contains(&hz), "{hz} Hz");
}

#[tokio::test]
async fn a_camera_goes_and_comes_back_into_the_same_session() {
    let mut scene = Scene::set(Voice::MuLaw, 1_400, &[]).await;
    scene.court.until("a picture", |tape| pictures(tape) > 30).await;
    scene.camera.off().await;
    let log = scene.folder.path().to_owned();
    until("the loss is said", || log_of(&log).contains("连接中断").then_some(())).await;
    let before = scene.court.look(|tape| pictures(tape));
    scene.camera.back().await;
    scene.court.until("a picture again", |tape| pictures(tape) > before + 30).await;

    // It answers, but films nothing.
    let visits = scene.camera.visits();
    scene.camera.film(false);
    until("silence is loss", || (scene.camera.visits() > visits).then_some(())).await;
    assert!(log_of(&log).contains("5 秒没有画面"));
    let before = scene.court.look(|tape| pictures(tape));
    scene.camera.film(true);
    scene.court.until("a picture once more", |tape| pictures(tape) > before + 30).await;

    let (tape, _folder) = scene.end().await;
    assert_eq!(tape.sessions, 1, "the court saw one session all the time");
    let ssrc = tape.pictures[0].header.ssrc;
    assert!(tape.pictures.iter().all(|packet| packet.header.ssrc == ssrc));
    in_order(&tape.pictures);
    in_order(&tape.sounds);
}

#[tokio::test]
async fn a_seat_is_taken_again_when_the_court_was_gone() {
    let mut scene = Scene::set(Voice::MuLaw, 1_400, &[]).await;
    scene.court.until("a picture", |tape| pictures(tape) > 10).await;
    scene.court.gone();
    let log = scene.folder.path().to_owned();
    until("the loss is said", || log_of(&log).contains("媒体通道中断").then_some(())).await;
    scene.court.again();
    scene.court.until("a second session", |tape| tape.sessions == 2).await;
    let before = scene.court.look(|tape| pictures(tape));
    scene.court.until("a picture again", |tape| pictures(tape) > before + 30).await;
    assert_eq!(scene.camera.visits(), 1, "the camera noticed nothing");
    scene.end().await;
}

#[tokio::test]
async fn what_goes_wrong_is_said_in_both_languages() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let clip = Clip::make(folder.path(), Voice::MuLaw).await;
    let good = Camera::on(Habits { clip: clip.clone(), payload_max: 1_400, hevc: false }).await;
    let hevc = Camera::on(Habits { clip, payload_max: 1_400, hevc: true }).await;
    let court = Court::open(folder.path());
    let wrong_password = good.url().replace("p%40ss", "pass");
    let mut text = String::new();
    for (rtsp, code, trust) in [
        (hevc.url().as_str(), CODE, "trust_any = true".to_owned()),
        (&wrong_password, CODE, "trust_any = true".to_owned()),
        (&good.url(), "87654321", format!("trust = {:?}", court.certificate)),
        (&good.url(), CODE, String::new()),
    ] {
        let whip = court.url();
        text.push_str("[[camera]]\n");
        text.push_str(&format!("rtsp = {rtsp:?}\nwhip = {whip:?}\ncode = {code:?}\n{trust}\n"));
    }
    let file = folder.path().join("cameras.toml");
    std::fs::write(&file, text).expect("the scratch folder can be written");
    let file = file.to_string_lossy().into_owned();
    let bridge = start(folder.path(), &["--config", &file]);
    for (camera, chinese, english) in [
        (1, "改为 H.264", "choose H.264"),
        (2, "用户名或密码", "the name or the password"),
        (3, "不接受验证码", "refuses the join code"),
        (4, "不信任服务器的证书", "certificate is not believed"),
    ] {
        let number = format!("\"camera\":{camera}");
        until(english, || {
            let log = log_of(folder.path());
            let mut own = log.lines().filter(|line| line.contains(&number));
            own.any(|line| line.contains(chinese) && line.contains(english)).then_some(())
        })
        .await;
    }
    drop(bridge);
}

#[tokio::test]
async fn what_is_wrong_from_the_start_ends_at_once() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    for arguments in [
        &["--config", "/nowhere/cameras.toml"][..],
        &["--rtsp", "http://a", "--whip", "https://b/whip/1", "--code", "1"],
        &["--rtsp", "rtsp://a", "--whip", "http://b/whip/1", "--code", "1"],
        &["--rtsp", "rtsp://a"],
    ] {
        let mut bridge = start(folder.path(), arguments);
        let status = timeout(DEADLINE, bridge.wait()).await.expect("it ends");
        assert_eq!(status.expect("its status").code(), Some(2), "{arguments:?}");
    }
}
