//! The HTTPS door: handshakes off the accept loop, bounded in number, time and share of one source.
//! Streams that speak of media come by the same port and are told apart by their first bytes, which
//! nobody consumes: outside TLS by a first byte that STUN and its frames have, inside TLS by the
//! protocol's name (RFC 7443) or, without one, by the same byte.
//!
//! What is not here: the certificate (`certificate`), what is said over the connection (`http`) and
//! what media streams mean (`reach`).

use core::pin::Pin;
use core::task::{Context, Poll};
use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use model::Private;
use socket2::{Domain, Protocol, SockRef, Socket, Type};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::JoinHandle;
use tokio::time::{Instant, Sleep, sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::server::TlsStream;

use crate::certificate::STUN_TURN;
use crate::reach::{MediaStream, TakeStream};

/// Handshakes at once; one more waits in the system's queue.
const HANDSHAKES_MAX: usize = 1_024;
/// Handshakes at once of one source (a courthouse may have one address); one more is closed.
const HANDSHAKES_PER_SOURCE_MAX: usize = 256;
/// Connections at once; one more waits in the system's queue.
const CONNECTIONS_MAX: usize = 8_192;
/// Somebody who says nothing for longer is dropped.
const FIRST_WAIT: Duration = Duration::from_secs(5);
/// A handshake that takes longer is dropped.
const HANDSHAKE_WAIT: Duration = Duration::from_secs(10);
/// A connection on which nothing moves for this long is closed. Pages are pinged more often.
const IDLE_MAX: Duration = Duration::from_secs(75);
/// Connections the system may queue.
const BACKLOG: i32 = 1_024;
/// First byte of every TLS record that begins a handshake (RFC 8446 §5.1).
const TLS_HANDSHAKE: u8 = 0x16;
/// Highest first byte of a STUN message, and of the length before one (RFC 8489 §5, RFC 4571 §2).
const STUN_FIRST_MAX: u8 = 3;
/// Bytes the kernel may hold of a media stream before the network takes them: what waits there
/// grows old.
const UNSENT_BYTES_MAX: u32 = 64 * 1024;
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
    pub(crate) fn start(
        socket: std::net::TcpListener,
        tls: Arc<ServerConfig>,
        streams: TakeStream,
    ) -> io::Result<Self> {
        let socket = TcpListener::from_std(socket)?;
        let own = PrivateAddr::new(socket.local_addr()?);
        let (found, ready) = mpsc::channel(HANDSHAKES_MAX);
        let acceptor = tokio::spawn(accept(socket, TlsAcceptor::from(tls), found, streams));
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

/// Handshakes under way, by source.
#[derive(Clone, Default)]
struct Sources(Arc<Mutex<BTreeMap<IpAddr, usize>>>);

/// A source's place among the handshakes.
struct Turn {
    sources: Sources,
    from: IpAddr,
    _turn: OwnedSemaphorePermit,
}

impl Sources {
    fn map(&self) -> MutexGuard<'_, BTreeMap<IpAddr, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, from: IpAddr, turn: OwnedSemaphorePermit) -> Option<Turn> {
        let from = source(from);
        let mut map = self.map();
        let count = map.entry(from).or_default();
        if *count >= HANDSHAKES_PER_SOURCE_MAX {
            return None;
        }
        *count += 1;
        Some(Turn { sources: self.clone(), from, _turn: turn })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut map = self.sources.map();
        if let Some(count) = map.get_mut(&self.from) {
            *count -= 1;
            if *count == 0 {
                map.remove(&self.from);
            }
        }
    }
}

/// The address, or the /64 network that a single IPv6 machine has.
fn source(from: IpAddr) -> IpAddr {
    match from.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from(u128::from(v6) >> 64 << 64)),
    }
}

/// Who is at the door.
enum Met {
    /// A page.
    Page(Box<(Connection, Peer)>),
    /// Media.
    Media(MediaStream),
    /// Somebody who was told to come by `https`.
    Plain,
}

async fn accept(
    socket: TcpListener,
    tls: TlsAcceptor,
    found: mpsc::Sender<(Connection, Peer)>,
    streams: TakeStream,
) {
    let handshakes = Arc::new(Semaphore::new(HANDSHAKES_MAX));
    let connections = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let sources = Sources::default();
    loop {
        let Ok(place) = Arc::clone(&connections).acquire_owned().await else { return };
        let Ok(turn) = Arc::clone(&handshakes).acquire_owned().await else { return };
        let (stream, from) = match socket.accept().await {
            Ok(accepted) => accepted,
            Err(fault) => {
                tracing::warn!(%fault, "cannot accept a connection");
                // Out of descriptors: trying again at once would only spin.
                sleep(Duration::from_millis(200)).await;
                continue;
            }
        };
        let Some(turn) = sources.enter(from.ip(), turn) else {
            tracing::debug!("a source has too many handshakes under way");
            continue;
        };
        let (tls, found, streams) = (tls.clone(), found.clone(), Arc::clone(&streams));
        tokio::spawn(async move {
            let met = timeout(HANDSHAKE_WAIT, meet(stream, tls, place)).await;
            drop(turn);
            match met {
                Ok(Ok(Met::Page(ready))) => {
                    if found.send(*ready).await.is_err() {
                        tracing::debug!("a connection came while the server stops");
                    }
                }
                Ok(Ok(Met::Media(stream))) => streams(stream),
                Ok(Ok(Met::Plain)) => tracing::debug!("a plain request was sent to https"),
                Ok(Err(fault)) => tracing::debug!(kind = ?fault.kind(), "handshake failed"),
                Err(_) => tracing::debug!("handshake took too long"),
            }
        });
    }
}

async fn meet(
    mut stream: TcpStream,
    tls: TlsAcceptor,
    place: OwnedSemaphorePermit,
) -> io::Result<Met> {
    let (remote, local) = (canonical(stream.peer_addr()?), canonical(stream.local_addr()?));
    stream.set_nodelay(true)?;
    let mut first = [0_u8; 1];
    if timeout(FIRST_WAIT, stream.peek(&mut first)).await?? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    match first[0] {
        TLS_HANDSHAKE => (),
        0..=STUN_FIRST_MAX => {
            SockRef::from(&stream).set_tcp_notsent_lowat(UNSENT_BYTES_MAX)?;
            let io = Box::new(Counted { stream, _place: place });
            return Ok(Met::Media(MediaStream { io, remote, local, over_tls: false }));
        }
        b'A'..=b'Z' => {
            point_to_https(&mut stream).await?;
            return Ok(Met::Plain);
        }
        _ => return Err(io::ErrorKind::InvalidData.into()),
    }
    let mut stream = tls.accept(stream).await?;
    let named = stream.get_ref().1.alpn_protocol().map(|name| name == STUN_TURN);
    let mut first = None;
    if named.is_none() {
        // A browser's HTTPS always names itself; its TURN does not.
        first = Some(stream.read_u8().await?);
    }
    let is_media = named.unwrap_or(first.is_some_and(|byte| byte <= STUN_FIRST_MAX));
    let idle = Box::pin(sleep(IDLE_MAX));
    if is_media {
        SockRef::from(stream.get_ref().0).set_tcp_notsent_lowat(UNSENT_BYTES_MAX)?;
    }
    let connection = Connection { stream, first, idle, _place: place };
    if is_media {
        let io = Box::new(connection);
        return Ok(Met::Media(MediaStream { io, remote, local, over_tls: true }));
    }
    let (remote, local) = (PrivateAddr::new(remote), PrivateAddr::new(local));
    Ok(Met::Page(Box::new((connection, Peer { remote, local }))))
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
    /// The first byte, when it was needed to know who it is.
    first: Option<u8>,
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
        if buffer.remaining() > 0
            && let Some(first) = self.first.take()
        {
            buffer.put_slice(&[first]);
            return Poll::Ready(Ok(()));
        }
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

/// A plain connection that holds its place in the count.
#[derive(Debug)]
struct Counted {
    stream: TcpStream,
    _place: OwnedSemaphorePermit,
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Counted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
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
