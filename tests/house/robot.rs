//! A robot of `assize probe` in a process of its own, told what to do line by line.
//!
//! What is not here: what robots can do, see `src/probe/script.rs`.

use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use super::{ASSIZE, DEADLINE};

/// A robot.
pub(crate) struct Robot {
    child: Child,
    orders: Option<ChildStdin>,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Robot {
    /// Starts a robot against the server on this machine.
    pub(crate) fn start(port: u16, arguments: &[String], environment: &[(&str, &str)]) -> Self {
        let mut child = Command::new(ASSIZE)
            .args(["probe", "--insecure", "--judge-script", "-", "--server"])
            .arg(format!("https://127.0.0.1:{port}"))
            .args(arguments)
            .envs(environment.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the binary starts");
        let orders = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().expect("piped above")).lines();
        Self { child, orders, answers }
    }

    /// Gives an order without waiting for its answer.
    pub(crate) async fn order(&mut self, verb: &str) {
        let orders = self.orders.as_mut().expect("the robot takes orders");
        let line = format!("{verb}\n");
        orders.write_all(line.as_bytes()).await.expect("the robot lives");
    }

    /// Waits for the answer to an order.
    pub(crate) async fn answer(&mut self) -> Value {
        let line = timeout(DEADLINE, self.answers.next_line()).await;
        let line = line.expect("an answer in time").expect("the robot can be read");
        serde_json::from_str(&line.expect("the robot lives")).expect("answers are JSON")
    }

    /// Gives an order and tells how it ended.
    pub(crate) async fn does(&mut self, verb: &str) -> String {
        self.order(verb).await;
        let answer = self.answer().await;
        answer["outcome"].as_str().expect("an outcome").to_owned()
    }

    /// Gives an order that must be carried out; otherwise the robot's report is shown.
    pub(crate) async fn must(&mut self, verb: &str) {
        let outcome = self.does(verb).await;
        if outcome != "done" {
            panic!("{verb}: {outcome}\n{:#}", self.report().await);
        }
    }

    /// The robot's figures so far.
    pub(crate) async fn report(&mut self) -> Value {
        self.order("report").await;
        self.answer().await["report"].clone()
    }

    /// Different packets received of one track so far.
    pub(crate) async fn packets(&mut self, from: u64, kind: &str) -> u64 {
        let report = self.report().await;
        let peers = report["peers"].as_array().expect("peers");
        let track = peers.iter().find(|track| track["from"] == from && track["kind"] == kind);
        track.map_or(0, |track| track["received"].as_u64().expect("a count"))
    }

    /// Lets the robot go in order and gives its last report.
    pub(crate) async fn quit(mut self) -> Value {
        self.order("quit").await;
        let step = self.answer().await;
        assert_eq!(step["verb"], "quit");
        let report = self.answer().await;
        drop(self.orders.take());
        let status = timeout(DEADLINE, self.child.wait()).await.expect("it goes in time");
        let status = status.expect("the child can be asked");
        assert_eq!(status.success(), report["good"] == true, "{report:#}");
        report
    }

    /// Ends the robot as a power cut would.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.expect("it can be killed");
    }
}
