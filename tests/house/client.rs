//! A bare HTTPS and WebSocket client that may say anything, well-formed or not.
//!
//! What is not here: media, and manners.

#[path = "../../src/tls/believer.rs"]
mod believer;

use std::sync::Arc;

use futures_util::{SinkExt, StreamExt};
use protocol::{Bye, ClientMessage, ServerMessage};
use rustls_pki_types::ServerName;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error as WsError, Message};

use super::DEADLINE;

/// A person with a cookie jar.
pub(crate) struct Client {
    port: u16,
    cookies: Vec<String>,
}

/// An answer of the HTTP API.
#[derive(Debug)]
pub(crate) struct Answer {
    /// Status code.
    pub(crate) status: u16,
    /// Body, null when it is not JSON.
    pub(crate) body: Value,
}

struct Raw {
    status: u16,
    head: String,
    body: Vec<u8>,
}

/// Takes chunks apart (RFC 9112 §7.1) where the body came in chunks.
fn body_of(head: &str, bytes: &[u8]) -> Vec<u8> {
    if !head.to_ascii_lowercase().contains("transfer-encoding: chunked") {
        return bytes.to_vec();
    }
    let mut body = Vec::new();
    let mut rest = bytes;
    while let Some(end) = rest.windows(2).position(|two| two == b"\r\n") {
        let size = String::from_utf8_lossy(&rest[..end]);
        let size = usize::from_str_radix(size.trim(), 16).expect("a chunk size");
        if size == 0 {
            break;
        }
        body.extend_from_slice(&rest[end + 2..end + 2 + size]);
        rest = &rest[end + 4 + size..];
    }
    body
}

impl Client {
    /// Somebody without cookies.
    pub(crate) const fn new(port: u16) -> Self {
        Self { port, cookies: Vec::new() }
    }

    async fn connect(&self) -> TlsStream<TcpStream> {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).await.expect("a connection");
        let config = believer::believing().expect("TLS");
        let name = ServerName::try_from("localhost").expect("a name");
        TlsConnector::from(Arc::new(config)).connect(name, stream).await.expect("TLS")
    }

    /// Makes a request over a connection of its own: status, head and body.
    async fn request(&mut self, method: &str, path: &str, more: &str, body: &str) -> Raw {
        let mut stream = self.connect().await;
        let json = "content-type: application/json\r\n";
        let kind = if more.contains("content-type:") { "" } else { json };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n\
             origin: https://127.0.0.1:{port}\r\ncookie: {cookies}\r\n{more}{kind}\
             content-length: {length}\r\n\
             connection: close\r\n\r\n{body}",
            port = self.port,
            cookies = self.cookies.join("; "),
            length = body.len(),
        );
        // A server may answer before it has read everything, and close without a TLS goodbye; what
        // came counts.
        let sent = stream.write_all(request.as_bytes()).await;
        let mut bytes = Vec::new();
        let read = timeout(DEADLINE, stream.read_to_end(&mut bytes)).await.expect("in time");
        assert!(!bytes.is_empty(), "{sent:?} {read:?}");
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("an HTTP answer");
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        for line in head.lines() {
            if let Some((name, value)) = line.split_once(": ")
                && name.eq_ignore_ascii_case("set-cookie")
            {
                self.keep_cookie(value);
            }
        }
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
        let body = body_of(&head, &bytes[end + 4..]);
        Raw { status: status.expect("a status"), head, body }
    }

    fn keep_cookie(&mut self, header: &str) {
        let pair = header.split(';').next().expect("a cookie").to_owned();
        let name = pair.split('=').next().expect("a name").to_owned() + "=";
        self.cookies.retain(|known| !known.starts_with(&name));
        self.cookies.push(pair);
    }

    /// Gets a file, or a range of it: status, head and bytes.
    pub(crate) async fn download(
        &mut self,
        path: &str,
        range: Option<&str>,
    ) -> (u16, String, Vec<u8>) {
        let more = range.map_or_else(String::new, |range| format!("range: {range}\r\n"));
        let raw = self.request("GET", path, &more, "").await;
        (raw.status, raw.head, raw.body)
    }

    /// Makes a request with a JSON body.
    pub(crate) async fn ask(&mut self, method: &str, path: &str, body: &Value) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let raw = self.request(method, path, "", &body).await;
        let body = serde_json::from_slice(&raw.body).unwrap_or(Value::Null);
        Answer { status: raw.status, body }
    }

    /// Hands a file in with what is said about it.
    pub(crate) async fn hand_in(
        &mut self,
        path: &str,
        about: &Value,
        name: &str,
        file: &str,
    ) -> Answer {
        let part = |head: &str, body: &str| {
            format!("--a-line-between\r\ncontent-disposition: form-data; {head}\r\n\r\n{body}\r\n")
        };
        let body = part("name=\"about\"", &about.to_string())
            + &part(&format!("name=\"file\"; filename=\"{name}\""), file)
            + "--a-line-between--\r\n";
        let more = "content-type: multipart/form-data; boundary=a-line-between\r\n";
        let raw = self.request("POST", path, more, &body).await;
        Answer {
            status: raw.status,
            body: serde_json::from_slice(&raw.body).unwrap_or(Value::Null),
        }
    }

    /// Posts what must be taken; the answer's body.
    pub(crate) async fn must(&mut self, path: &str, body: &Value) -> Value {
        let answer = self.ask("POST", path, body).await;
        assert!((200..300).contains(&answer.status), "{path}: {} {}", answer.status, answer.body);
        answer.body
    }

    /// Types a join code.
    pub(crate) async fn join(&mut self, code: &str) -> Answer {
        self.ask("POST", "/api/join", &json!({ "code": code })).await
    }

    /// Signs in.
    pub(crate) async fn sign_in(&mut self, name: &str, password: &str) -> Answer {
        self.ask("POST", "/api/sign-in", &json!({ "name": name, "password": password })).await
    }

    /// The secrets this client carries.
    pub(crate) fn cookies(&self) -> &[String] {
        &self.cookies
    }

    /// Opens the WebSocket of a hearing.
    ///
    /// # Errors
    /// The status, when the server does not open one.
    pub(crate) async fn try_page(&self, hearing: u64) -> Result<Page, u16> {
        let stream = self.connect().await;
        let mut request = format!("wss://127.0.0.1:{}/ws/{hearing}", self.port)
            .into_client_request()
            .expect("an address");
        let cookies = self.cookies.join("; ").parse().expect("cookies are text");
        request.headers_mut().insert("cookie", cookies);
        let origin = format!("https://127.0.0.1:{}", self.port).parse().expect("text");
        request.headers_mut().insert("origin", origin);
        let opened = timeout(DEADLINE, tokio_tungstenite::client_async(request, stream)).await;
        match opened.expect("in time") {
            Ok((socket, _)) => Ok(Page { socket, request: 0, discipline: String::new() }),
            Err(tokio_tungstenite::tungstenite::Error::Http(answer)) => {
                Err(answer.status().as_u16())
            }
            Err(fault) => panic!("{fault}"),
        }
    }

    /// Says hello without a right to a seat: the close code with which the server sends it away.
    pub(crate) async fn turned_away(&self, hearing: u64) -> Option<u16> {
        let mut page = match self.try_page(hearing).await {
            Ok(page) => page,
            Err(status) => panic!("the socket opens, so that the page learns why: {status}"),
        };
        page.say(&ClientMessage::Hello { version: protocol::VERSION }).await;
        page.end().await.1
    }

    /// Opens the WebSocket of a hearing and says hello. Like the real page it comes again when it
    /// met a hearing that was just being put away.
    pub(crate) async fn page(&self, hearing: u64) -> Page {
        for _ in 0..3 {
            let mut page = self.try_page(hearing).await.expect("the socket opens");
            page.say(&ClientMessage::Hello { version: protocol::VERSION }).await;
            match page.next().await {
                Some(ServerMessage::Welcome { view, .. }) => {
                    page.discipline = view.discipline.map(|text| text.version).unwrap_or_default();
                    return page;
                }
                Some(ServerMessage::Bye { why: Bye::Restart }) => (),
                other => panic!("no welcome: {other:?}"),
            }
        }
        panic!("three times told to come again");
    }
}

/// An open WebSocket.
pub(crate) struct Page {
    socket: WebSocketStream<TlsStream<TcpStream>>,
    request: u32,
    /// The version of the discipline that has to be accepted; empty for who need not.
    pub(crate) discipline: String,
}

impl Page {
    /// Says something well-formed.
    pub(crate) async fn say(&mut self, message: &ClientMessage) {
        self.send(&protocol::encode_client(message)).await;
    }

    /// Sends any text. A server that has had enough may hang up meanwhile; reading tells.
    pub(crate) async fn send(&mut self, text: &str) {
        if let Err(fault) = self.socket.send(Message::text(text)).await {
            assert!(matches!(fault, WsError::Io(_) | WsError::ConnectionClosed), "{fault}");
        }
    }

    /// Sends any bytes.
    pub(crate) async fn send_bytes(&mut self, bytes: &[u8]) {
        self.socket.send(Message::binary(bytes.to_vec())).await.expect("the socket takes it");
    }

    /// Asks something and waits for the outcome.
    pub(crate) async fn ask(&mut self, ask: model::Ask) -> protocol::RequestOutcome {
        self.request += 1;
        let request = self.request;
        self.say(&ClientMessage::Ask { request, ask }).await;
        loop {
            let message = self.next().await.expect("the socket stays open");
            if let ServerMessage::Outcome { request: answered, outcome } = message
                && answered == request
            {
                return outcome;
            }
        }
    }

    /// Offers one receiving line on a connection.
    pub(crate) async fn offer(&mut self, connection: u32, sdp: &str) {
        self.request += 1;
        let purpose = model::LinePurpose::Seat { slot: 0, medium: model::Medium::Sound };
        let lines = vec![model::Line { mid: "0".to_owned(), purpose }];
        let request = self.request;
        self.say(&ClientMessage::Offer { request, connection, sdp: sdp.into(), lines }).await;
    }

    /// The next message but pings, which are answered; none when the server closed.
    pub(crate) async fn next(&mut self) -> Option<ServerMessage> {
        self.read().await.ok()
    }

    /// Reads until the server closes; the last goodbye and the close code.
    pub(crate) async fn end(&mut self) -> (Option<Bye>, Option<u16>) {
        let mut bye = None;
        loop {
            match self.read().await {
                Ok(ServerMessage::Bye { why }) => bye = Some(why),
                Ok(_) => (),
                Err(code) => return (bye, code),
            }
        }
    }

    /// The next message, or the close code.
    async fn read(&mut self) -> Result<ServerMessage, Option<u16>> {
        loop {
            match timeout(DEADLINE, self.socket.next()).await.expect("a message in time") {
                Some(Ok(Message::Text(text))) => {
                    let message = protocol::decode_server(&text).expect("a message");
                    if let ServerMessage::Ping { number } = message {
                        self.say(&ClientMessage::Pong { number }).await;
                    } else {
                        return Ok(message);
                    }
                }
                Some(Ok(Message::Close(frame))) => {
                    return Err(frame.map(|CloseFrame { code, .. }| u16::from(code)));
                }
                Some(Err(_)) | None => return Err(None),
                Some(Ok(_)) => (),
            }
        }
    }
}
