//! HTTPS requests and WebSockets to the server under load, on this machine, whose trial
//! certificate is believed unseen.
//!
//! What is not here: what is said.

#[path = "../../../src/tls/believer.rs"]
mod believer;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rustls_pki_types::ServerName;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

/// How long an answer may take.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// An open WebSocket.
pub type Socket = WebSocketStream<TlsStream<TcpStream>>;

/// A server's door and the cookie it gave.
#[derive(Clone)]
pub struct Door {
    port: u16,
    tls: TlsConnector,
    cookie: String,
}

impl Door {
    /// The door of the server on this port of this machine.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(port: u16) -> Result<Self, String> {
        let config = believer::believing().ok_or("no TLS")?;
        Ok(Self { port, tls: TlsConnector::from(Arc::new(config)), cookie: String::new() })
    }

    async fn connect(&self) -> Result<TlsStream<TcpStream>, String> {
        let tcp = TcpStream::connect(("127.0.0.1", self.port)).await;
        let tcp = tcp.map_err(|fault| fault.to_string())?;
        let name = ServerName::try_from("localhost").map_err(|fault| fault.to_string())?;
        self.tls.connect(name, tcp).await.map_err(|fault| fault.to_string())
    }

    /// Posts JSON and keeps the cookie that comes with the answer.
    ///
    /// # Errors
    /// What went wrong, or the status.
    pub async fn post(&mut self, path: &str, body: &Value) -> Result<(), String> {
        let text = self.request("POST", path, &body.to_string()).await?;
        for line in text.lines().take_while(|line| !line.is_empty()) {
            if let Some((name, value)) = line.split_once(": ")
                && name.eq_ignore_ascii_case("set-cookie")
            {
                let pair = value.split(';').next().unwrap_or_default();
                // Signing in takes other cookies away by making them empty.
                if !pair.ends_with('=') {
                    pair.clone_into(&mut self.cookie);
                }
            }
        }
        Ok(())
    }

    /// Reads the server's counters: the sums by name.
    ///
    /// # Errors
    /// What went wrong, or the status.
    pub async fn counters(&self) -> Result<BTreeMap<String, f64>, String> {
        let text = self.request("GET", "/metrics", "").await?;
        let mut sums = BTreeMap::new();
        for line in text.lines().filter(|line| line.starts_with("assize_")) {
            let Some((name, value)) = line.rsplit_once(' ') else { continue };
            let name = name.split('{').next().unwrap_or_default();
            let value: f64 = value.trim().parse().unwrap_or(0.0);
            *sums.entry(name.to_owned()).or_default() += value;
        }
        Ok(sums)
    }

    async fn request(&self, method: &str, path: &str, body: &str) -> Result<String, String> {
        let mut stream = self.connect().await?;
        let port = self.port;
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n\
             origin: https://127.0.0.1:{port}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.map_err(|fault| fault.to_string())?;
        let mut bytes = Vec::new();
        let read = timeout(PATIENCE, stream.read_to_end(&mut bytes)).await;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        match text.split(' ').nth(1) {
            Some("200") => Ok(text),
            status => Err(format!("{method} {path}: status {status:?} {read:?}")),
        }
    }

    /// Opens the WebSocket of a hearing.
    ///
    /// # Errors
    /// What went wrong.
    pub async fn socket(&self, hearing: u64) -> Result<Socket, String> {
        let stream = self.connect().await?;
        let mut request = format!("wss://127.0.0.1:{}/ws/{hearing}", self.port)
            .into_client_request()
            .map_err(|fault| fault.to_string())?;
        let origin = format!("https://127.0.0.1:{}", self.port);
        for (name, value) in [("cookie", &self.cookie), ("origin", &origin)] {
            let value = value.parse().map_err(|_| "not a header".to_owned())?;
            request.headers_mut().insert(name, value);
        }
        let opened = timeout(PATIENCE, tokio_tungstenite::client_async(request, stream)).await;
        let opened = opened.map_err(|_| "the socket does not open".to_owned())?;
        opened.map(|(socket, _)| socket).map_err(|fault| fault.to_string())
    }
}
