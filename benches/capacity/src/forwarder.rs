//! A run against one of the minimal forwarders of this package.
//!
//! What is not here: the forwarders (`bin/`) and the measurement (`run.rs`).

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use serde_json::{Value, json};

use crate::door::PATIENCE;
use crate::generator::{Generator, Order, here};
use crate::run::{Load, Server, seats, until};
use crate::sdp::other;
use crate::station::Identity;

/// The running forwarder.
pub struct Forwarder {
    child: Child,
}

impl Forwarder {
    /// Starts it and connects everybody.
    ///
    /// # Errors
    /// What went wrong.
    pub async fn start(binary: &Path, load: Load) -> Result<(Self, Generator), String> {
        let mut child = Command::new(binary)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|fault| format!("cannot start {}: {fault}", binary.display()))?;
        let out = child.stdout.take().ok_or("the forwarder is mute")?;
        let server = Self { child };
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line).map_err(|fault| fault.to_string())?;
        let ready: Value = serde_json::from_str(&line).map_err(|fault| fault.to_string())?;
        let port = ready["port"].as_u64().and_then(|port| u16::try_from(port).ok());
        let port = port.ok_or("the forwarder names no port")?;
        let identity = Arc::new(Identity::new()?);
        let own = here([127, 0, 0, 1]);
        let (seats, offers) = seats(load, &identity, own)?;
        let asks: Vec<Value> = seats
            .iter()
            .zip(&offers)
            .map(|(seat, sdp)| {
                let from = seat.station.own().address.to_string();
                json!({"room": seat.room, "person": seat.person, "people": load.people,
                    "from": from, "sdp": sdp})
            })
            .collect();
        let generator = Generator::start(seats).map_err(|fault| fault.to_string())?;
        for (place, ask) in asks.iter().enumerate() {
            let text = exchange(port, ask).map_err(|fault| fault.to_string())?;
            let answer: Value = serde_json::from_str(&text).map_err(|fault| fault.to_string())?;
            let text = answer["sdp"].as_str().ok_or("an answer without a description")?;
            let other = other(text, own).ok_or_else(|| format!("no way to the server: {text}"))?;
            generator.order(Order::Meet(place, other));
        }
        until("media connections", PATIENCE, || generator.connected() == asks.len()).await?;
        Ok((server, generator))
    }
}

fn exchange(port: u16, ask: &Value) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(format!("{ask}\n").as_bytes())?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line)?;
    Ok(line)
}

impl Server for Forwarder {
    fn process(&self) -> u32 {
        self.child.id()
    }

    fn doubts(&mut self) -> Vec<String> {
        let ended = self.child.try_wait().ok().flatten();
        ended.map(|status| format!("the forwarder ended: {status}")).into_iter().collect()
    }
}

impl Drop for Forwarder {
    fn drop(&mut self) {
        // One that is gone already needs no end.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
