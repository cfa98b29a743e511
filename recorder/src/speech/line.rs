//! The line to an engine: a WebSocket, over TLS where the address says so.
//!
//! What is not here: what is said on it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::{SinkExt, StreamExt};
use model::limits::{SPEECH_ANSWER_BYTES_MAX, SPEECH_CONNECT_WAIT, SPEECH_LAST_WAIT};
use rustls_pki_types::ServerName;
use speech::engine::{Engine, Frame};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::http::Uri;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use super::trust;

/// An engine and where it is.
#[derive(Clone)]
pub struct EngineAt {
    /// Which protocol it speaks.
    pub engine: Engine,
    uri: Uri,
    host: String,
    port: u16,
    tls: Option<Arc<ClientConfig>>,
}

impl core::fmt::Debug for EngineAt {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:?} at {}", self.engine, self.uri)
    }
}

/// Why an engine cannot be used as it is configured.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EngineFault {
    /// Not an address of a WebSocket.
    #[error("the address must look like ws://10.0.0.5:10095 or wss://asr.court.example:10095")]
    Address,
    /// TLS without anybody to trust.
    #[error("a wss:// address needs the certificate, or its authority, to be trusted")]
    NobodyTrusted,
    /// An engine of the node's own.
    #[error("{path}: {why}")]
    Own {
        /// Which file or folder.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The file of certificates.
    #[error("{path}: {why}")]
    Certificates {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
}

impl EngineAt {
    /// An engine at an address. `trust`: a PEM file with its certificate or the authority that signed
    /// it.
    ///
    /// # Errors
    /// When the address or the file cannot be used.
    pub fn new(engine: Engine, url: &str, trust: Option<&Path>) -> Result<Self, EngineFault> {
        let uri: Uri = url.parse().map_err(|_| EngineFault::Address)?;
        let host = uri.host().filter(|host| !host.is_empty()).ok_or(EngineFault::Address)?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let (tls, port) = match (uri.scheme_str(), trust) {
            (Some("ws"), _) => (None, 80),
            (Some("wss"), Some(file)) => (Some(trust::client_config(file)?), 443),
            (Some("wss"), None) => return Err(EngineFault::NobodyTrusted),
            (Some(_) | None, _) => return Err(EngineFault::Address),
        };
        let port = uri.port_u16().unwrap_or(port);
        Ok(Self { engine, uri, host, port, tls })
    }
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// An open line.
pub(super) struct Line(WebSocketStream<Box<dyn Stream>>);

impl Line {
    /// Opens a line, within [`SPEECH_CONNECT_WAIT`].
    pub(super) async fn open(at: &EngineAt) -> Result<Self, String> {
        match timeout(SPEECH_CONNECT_WAIT, Self::connect(at)).await {
            Ok(line) => line,
            Err(_) => Err("no answer to the call".to_owned()),
        }
    }

    async fn connect(at: &EngineAt) -> Result<Self, String> {
        let why = |fault: std::io::Error| fault.to_string();
        let stream = TcpStream::connect((at.host.as_str(), at.port)).await.map_err(why)?;
        stream.set_nodelay(true).map_err(why)?;
        let stream: Box<dyn Stream> = match &at.tls {
            None => Box::new(stream),
            Some(config) => {
                let name = ServerName::try_from(at.host.clone()).map_err(|f| f.to_string())?;
                let tls = TlsConnector::from(Arc::clone(config));
                Box::new(tls.connect(name, stream).await.map_err(why)?)
            }
        };
        let limits = WebSocketConfig::default()
            .max_message_size(Some(SPEECH_ANSWER_BYTES_MAX))
            .max_frame_size(Some(SPEECH_ANSWER_BYTES_MAX));
        let opened =
            tokio_tungstenite::client_async_with_config(at.uri.clone(), stream, Some(limits)).await;
        opened.map(|(socket, _)| Self(socket)).map_err(|fault| fault.to_string())
    }

    /// Sends a frame; waits for the engine to take it.
    pub(super) async fn send(&mut self, frame: Frame) -> Result<(), String> {
        let message = match frame {
            Frame::Text(text) => Message::text(text),
            Frame::Binary(bytes) => Message::binary(bytes),
        };
        match timeout(SPEECH_LAST_WAIT, self.0.send(message)).await {
            Ok(sent) => sent.map_err(|fault| fault.to_string()),
            Err(_) => Err("it takes no more sound".to_owned()),
        }
    }

    /// The next text from the engine; nothing once it has closed.
    ///
    /// # Errors
    /// What broke.
    pub(super) async fn next(&mut self) -> Result<Option<String>, String> {
        loop {
            match self.0.next().await {
                None | Some(Ok(Message::Close(_))) => return Ok(None),
                Some(Ok(Message::Text(text))) => return Ok(Some(text.as_str().to_owned())),
                Some(Ok(
                    Message::Binary(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_),
                )) => {}
                Some(Err(fault)) => return Err(fault.to_string()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let at = |url| EngineAt::new(Engine::FunAsr, url, None);
        assert_eq!(at("ws://[::1]:10095").map(|at| (at.host, at.port)), Ok(("::1".into(), 10_095)));
        assert_eq!(at("ws://asr/path").map(|at| (at.host, at.port)), Ok(("asr".into(), 80)));
        for wrong in ["", "asr:10095", "http://asr", "ws://", "ws://a b"] {
            assert_eq!(at(wrong).map(|_| ()), Err(EngineFault::Address), "{wrong}");
        }
        assert_eq!(at("wss://asr").map(|_| ()), Err(EngineFault::NobodyTrusted));
    }
}
