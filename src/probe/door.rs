//! How a robot comes in: HTTPS requests and the WebSocket, over one TLS configuration.
//!
//! What is not here: what is said through the door.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, COOKIE, HOST, HeaderValue, ORIGIN, SET_COOKIE};
use hyper::{Method, Request, Uri};
use hyper_util::rt::TokioIo;
use protocol::ApiRefusal;
use rustls_pki_types::ServerName;
use serde::de::DeserializeOwned;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::ClientConfig;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::ProbeFault;
use crate::tls::{Trust, TrustFault, client_config};

/// Everything through the door is answered within this time.
const ANSWER_WAIT: Duration = Duration::from_secs(10);
/// Bytes of an answer a robot reads.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;

/// The socket of a robot.
pub(super) type Socket = WebSocketStream<TlsStream<TcpStream>>;

/// A server, and the cookies it gave.
#[derive(Clone, Debug)]
pub(super) struct Door {
    host: String,
    port: u16,
    tls: Arc<ClientConfig>,
    cookies: Vec<(String, String)>,
}

impl Door {
    /// Finds the door of `server`, an `https` address.
    ///
    /// # Errors
    /// When the address is not one, or the authorities cannot be read.
    pub(super) fn new(server: &str, trust: &Trust) -> Result<Self, ProbeFault> {
        let unusable = || ProbeFault::Argument("--server needs an https address");
        let uri: Uri = server.parse().map_err(|_| unusable())?;
        if uri.scheme_str() != Some("https") {
            return Err(unusable());
        }
        let host = uri.host().ok_or_else(unusable)?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let port = uri.port_u16().unwrap_or(443);
        let config = client_config(trust).map_err(|fault| match fault {
            TrustFault::NoVersion => ProbeFault::Argument("this build knows no TLS version"),
            TrustFault::Unreadable => ProbeFault::Argument("the --ca file holds no certificate"),
        })?;
        Ok(Self { host, port, tls: Arc::new(config), cookies: Vec::new() })
    }

    /// Forgets the cookies: another person.
    pub(super) fn fresh(&self) -> Self {
        Self { cookies: Vec::new(), ..self.clone() }
    }

    fn authority(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    fn cookie_header(&self) -> String {
        let pairs: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    async fn knock(&self) -> Result<TlsStream<TcpStream>, ProbeFault> {
        let connect = async {
            let stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
            stream.set_nodelay(true)?;
            let name = ServerName::try_from(self.host.clone()).map_err(std::io::Error::other)?;
            TlsConnector::from(Arc::clone(&self.tls)).connect(name, stream).await
        };
        timeout(ANSWER_WAIT, connect)
            .await
            .map_err(|_| ProbeFault::Late("connecting"))?
            .map_err(|fault| ProbeFault::Connect { fault })
    }

    /// Posts `body` as JSON and reads the JSON answer; keeps the cookies.
    ///
    /// # Errors
    /// When the server refuses, cannot be reached or answers something else.
    pub(super) async fn post<A: DeserializeOwned>(
        &mut self,
        path: &'static str,
        body: &impl serde::Serialize,
    ) -> Result<A, ProbeFault> {
        let body = serde_json::to_vec(body).map_err(|_| ProbeFault::Answer { path })?;
        timeout(ANSWER_WAIT, self.send(path, body)).await.map_err(|_| ProbeFault::Late(path))?
    }

    async fn send<A: DeserializeOwned>(
        &mut self,
        path: &'static str,
        body: Vec<u8>,
    ) -> Result<A, ProbeFault> {
        let http = |fault: hyper::Error| ProbeFault::Http { path, fault };
        let stream = self.knock().await?;
        let (mut sender, driver) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(http)?;
        // Ends with the one request it carries.
        tokio::spawn(async move {
            if let Err(fault) = driver.await {
                tracing::debug!(%fault, "an https connection ended");
            }
        });
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(HOST, self.authority())
            .header(ORIGIN, format!("https://{}", self.authority()))
            .header(COOKIE, self.cookie_header())
            .header(CONTENT_TYPE, "application/json")
            .body(Full::new(Bytes::from(body)))
            .map_err(|_| ProbeFault::Answer { path })?;
        let answer = sender.send_request(request).await.map_err(http)?;
        let status = answer.status();
        for cookie in answer.headers().get_all(SET_COOKIE) {
            self.keep_cookie(cookie);
        }
        let body = Limited::new(answer.into_body(), ANSWER_BYTES_MAX)
            .collect()
            .await
            .map_err(|_| ProbeFault::Answer { path })?
            .to_bytes();
        if status.is_success() {
            serde_json::from_slice(&body).map_err(|_| ProbeFault::Answer { path })
        } else {
            let refusal: ApiRefusal = serde_json::from_slice(&body)
                .map_err(|_| ProbeFault::Status { path, status: status.as_u16() })?;
            Err(ProbeFault::Refused { path, why: refusal.why })
        }
    }

    fn keep_cookie(&mut self, header: &HeaderValue) {
        let pair = header.to_str().ok().and_then(|text| text.split(';').next());
        if let Some((name, value)) = pair.and_then(|pair| pair.split_once('=')) {
            self.cookies.retain(|(known, _)| known != name);
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
    }

    /// Opens the WebSocket of a hearing; also tells by which own address the server was reached.
    ///
    /// # Errors
    /// When it cannot be opened in time.
    pub(super) async fn socket(
        &self,
        hearing: model::HearingId,
    ) -> Result<(Socket, IpAddr), ProbeFault> {
        let stream = self.knock().await?;
        let local =
            stream.get_ref().0.local_addr().map_err(|fault| ProbeFault::Connect { fault })?.ip();
        let socket = |fault| ProbeFault::Socket { fault: Box::new(fault) };
        let mut request = format!("wss://{}/ws/{}", self.authority(), hearing.0)
            .into_client_request()
            .map_err(socket)?;
        let header = |text: String| {
            HeaderValue::from_str(&text).map_err(|_| ProbeFault::Argument("a cookie is not text"))
        };
        request.headers_mut().insert(COOKIE, header(self.cookie_header())?);
        request.headers_mut().insert(ORIGIN, header(format!("https://{}", self.authority()))?);
        let (socket, _) = timeout(ANSWER_WAIT, tokio_tungstenite::client_async(request, stream))
            .await
            .map_err(|_| ProbeFault::Late("opening the socket"))?
            .map_err(socket)?;
        Ok((socket, local))
    }
}
