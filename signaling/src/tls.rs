//! The HTTPS door: handshakes off the accept loop, bounded in number and time.
//!
//! What is not here: the certificate (`certificate`) and what is said over the connection (`http`).

use core::pin::Pin;
use core::task::{Context, Poll};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use model::Private;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::JoinHandle;
use tokio::time::{Instant, Sleep, sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::server::TlsStream;

/// Handshakes at once; one more waits in the system's queue.
const HANDSHAKES_MAX: usize = 256;
/// Connections at once; one more waits in the system's queue.
const CONNECTIONS_MAX: usize = 8_192;
/// A handshake that takes longer is dropped.
const HANDSHAKE_WAIT: Duration = Duration::from_secs(10);
/// A connection on which nothing moves for this long is closed. Pages are pinged more often.
const IDLE_MAX: Duration = Duration::from_secs(75);
/// Connections the system may queue.
const BACKLOG: i32 = 1_024;
/// First byte of every TLS record that begins a handshake (RFC 8446 §5.1).
const TLS_HANDSHAKE: u8 = 0x16;
/// Bytes read of a plain request to find where it wanted to go.
const PLAIN_BYTES_MAX: usize = 4_096;

/// Both ends of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer {
    /// Who came.
    pub(crate) remote: PrivateAddr,
    /// By which address they reached this machine.
    pub(crate) local: PrivateAddr,
}

/// An address that does not print itself.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct PrivateAddr(SocketAddr);

impl PrivateAddr {
    /// Hides an address.
    pub(crate) const fn new(address: SocketAddr) -> Self {
        Self(address)
    }

    /// Shows the address; not for logs.
    pub(crate) const fn reveal(self) -> SocketAddr {
        self.0
    }
}

impl core::fmt::Debug for PrivateAddr {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:?}", Private::new(()))
    }
}

impl Connected<IncomingStream<'_, TlsListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TlsListener>) -> Self {
        *stream.remote_addr()
    }
}

/// Opens a listening socket; an IPv6 one takes IPv6 only, so that both families can have the port.
///
/// # Errors
/// When the address is not this machine's or the port is taken.
pub(crate) fn bind(address: SocketAddr) -> io::Result<std::net::TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// Gives ready TLS connections to the HTTP server.
#[derive(Debug)]
pub(crate) struct TlsListener {
    ready: mpsc::Receiver<(Connection, Peer)>,
    local: Peer,
    acceptor: JoinHandle<()>,
}

impl TlsListener {
    /// Begins to accept.
    pub(crate) fn start(socket: std::net::TcpListener, tls: Arc<ServerConfig>) -> io::Result<Self> {
        let socket = TcpListener::from_std(socket)?;
        let own = PrivateAddr::new(socket.local_addr()?);
        let (found, ready) = mpsc::channel(HANDSHAKES_MAX);
        let acceptor = tokio::spawn(accept(socket, TlsAcceptor::from(tls), found));
        Ok(Self { ready, local: Peer { remote: own, local: own }, acceptor })
    }
}

impl Drop for TlsListener {
    fn drop(&mut self) {
        self.acceptor.abort();
    }
}

impl Listener for TlsListener {
    type Io = Connection;
    type Addr = Peer;

    async fn accept(&mut self) -> (Connection, Peer) {
        match self.ready.recv().await {
            Some(ready) => ready,
            // The acceptor only ends with this listener.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<Peer> {
        Ok(self.local)
    }
}

async fn accept(socket: TcpListener, tls: TlsAcceptor, found: mpsc::Sender<(Connection, Peer)>) {
    let handshakes = Arc::new(Semaphore::new(HANDSHAKES_MAX));
    let connections = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let Ok(place) = Arc::clone(&connections).acquire_owned().await else { return };
        let Ok(turn) = Arc::clone(&handshakes).acquire_owned().await else { return };
        let stream = match socket.accept().await {
            Ok((stream, _)) => stream,
            Err(fault) => {
                tracing::warn!(%fault, "cannot accept a connection");
                // Out of descriptors: trying again at once would only spin.
                sleep(Duration::from_millis(200)).await;
                continue;
            }
        };
        let (tls, found) = (tls.clone(), found.clone());
        tokio::spawn(async move {
            let shaken = timeout(HANDSHAKE_WAIT, handshake(stream, tls, place)).await;
            drop(turn);
            match shaken {
                Ok(Ok(Some(ready))) => {
                    if found.send(ready).await.is_err() {
                        tracing::debug!("a connection came while the server stops");
                    }
                }
                Ok(Ok(None)) => tracing::debug!("a plain request was sent to https"),
                Ok(Err(fault)) => tracing::debug!(kind = ?fault.kind(), "handshake failed"),
                Err(_) => tracing::debug!("handshake took too long"),
            }
        });
    }
}

async fn handshake(
    mut stream: TcpStream,
    tls: TlsAcceptor,
    place: OwnedSemaphorePermit,
) -> io::Result<Option<(Connection, Peer)>> {
    let peer = Peer {
        remote: PrivateAddr::new(canonical(stream.peer_addr()?)),
        local: PrivateAddr::new(canonical(stream.local_addr()?)),
    };
    stream.set_nodelay(true)?;
    let mut first = [0_u8; 1];
    if stream.peek(&mut first).await? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    if first[0] != TLS_HANDSHAKE {
        point_to_https(&mut stream).await?;
        return Ok(None);
    }
    let stream = tls.accept(stream).await?;
    Ok(Some((Connection { stream, idle: Box::pin(sleep(IDLE_MAX)), _place: place }, peer)))
}

fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

/// Answers a plain HTTP request with where to go instead.
async fn point_to_https(stream: &mut TcpStream) -> io::Result<()> {
    let mut request = vec![0_u8; PLAIN_BYTES_MAX];
    let length = stream.read(&mut request).await?;
    let answer = plain_answer(&String::from_utf8_lossy(&request[..length]));
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await
}

fn plain_answer(request: &str) -> String {
    let text = "请使用 https:// 访问。 Use https:// instead of http://.\n";
    let (head, length) =
        ("Content-Type: text/plain; charset=utf-8\r\nConnection: close", text.len());
    let path = request.strip_prefix("GET ").and_then(|rest| rest.split(' ').next());
    let host = request.lines().take_while(|line| !line.is_empty()).find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("host").then(|| value.trim())
    });
    let plain = |c: char| c.is_ascii_graphic();
    match (path, host) {
        (Some(path), Some(host))
            if path.starts_with('/')
                && path.chars().all(plain)
                && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-:[]".contains(c)) =>
        {
            format!(
                "HTTP/1.1 307 Temporary Redirect\r\nLocation: https://{host}{path}\r\n{head}\r\n\
                 Content-Length: {length}\r\n\r\n{text}"
            )
        }
        _ => {
            format!("HTTP/1.1 400 Bad Request\r\n{head}\r\nContent-Length: {length}\r\n\r\n{text}")
        }
    }
}

/// A TLS connection that ends itself when nothing moves on it.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TlsStream<TcpStream>,
    idle: Pin<Box<Sleep>>,
    _place: OwnedSemaphorePermit,
}

impl Connection {
    fn moved(&mut self) {
        self.idle.as_mut().reset(Instant::now() + IDLE_MAX);
    }

    /// An error when nothing moved for too long; asks to be woken otherwise.
    fn stalled(&mut self, context: &mut Context<'_>) -> Option<io::Error> {
        self.idle.as_mut().poll(context).is_ready().then(|| io::ErrorKind::TimedOut.into())
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.stream).poll_read(context, buffer) {
            Poll::Ready(done) => {
                self.moved();
                Poll::Ready(done)
            }
            Poll::Pending => match self.stalled(context) {
                Some(fault) => Poll::Ready(Err(fault)),
                None => Poll::Pending,
            },
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.stream).poll_write(context, bytes) {
            Poll::Ready(done) => {
                self.moved();
                Poll::Ready(done)
            }
            Poll::Pending => match self.stalled(context) {
                Some(fault) => Poll::Ready(Err(fault)),
                None => Poll::Pending,
            },
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.stream).poll_flush(context) {
            Poll::Ready(done) => Poll::Ready(done),
            Poll::Pending => match self.stalled(context) {
                Some(fault) => Poll::Ready(Err(fault)),
                None => Poll::Pending,
            },
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_request_is_pointed_to_https() {
        let answer = plain_answer("GET /join?a=1 HTTP/1.1\r\nHost: court.example:8443\r\n\r\n");
        assert!(answer.contains("Location: https://court.example:8443/join?a=1\r\n"), "{answer}");
    }

    #[test]
    fn a_plain_request_cannot_smuggle_a_header() {
        let answer = plain_answer("GET /\u{7f}x HTTP/1.1\r\nHost: a\r\n\r\n");
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
        let answer = plain_answer("GET / HTTP/1.1\r\nHost: a/evil\r\n\r\n");
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
        let answer = plain_answer("POST / HTTP/1.1\r\nHost: a\r\n\r\n");
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    }

    #[test]
    fn addresses_do_not_print() {
        let address = PrivateAddr::new(SocketAddr::from(([192, 0, 2, 7], 5)));
        assert!(!format!("{:?}", Peer { remote: address, local: address }).contains("192"));
    }
}
