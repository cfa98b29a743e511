//! How media is reached through this room's doors: streams that are no HTTP are handed on, and
//! pages are told of relays.
//!
//! What is not here: what the streams mean, and what relays do; closures of the front door know.

use core::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use model::{HearingId, ParticipantId, Private, Relay};
use tokio::io::{AsyncRead, AsyncWrite};

/// Bytes both ways.
pub trait ByteStream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> ByteStream for T {}

/// A stream that came to the HTTPS door and speaks of media: ICE-TCP (RFC 6544) or TURN (RFC 8656).
/// Nothing of it has been read.
pub struct MediaStream {
    /// The bytes.
    pub io: Box<dyn ByteStream>,
    /// Who came.
    pub remote: SocketAddr,
    /// By which address they reached this machine.
    pub local: SocketAddr,
    /// Whether it came out of TLS.
    pub over_tls: bool,
}

impl fmt::Debug for MediaStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MediaStream").field("over_tls", &self.over_tls).finish_non_exhaustive()
    }
}

/// Takes a stream.
pub type TakeStream = Arc<dyn Fn(MediaStream) + Send + Sync>;
/// Makes a participant's relays; the text is how the page reached this server: host and port as in
/// the `Host` header.
pub type MakeRelays = Arc<dyn Fn(HearingId, ParticipantId, &str) -> Vec<Relay> + Send + Sync>;

/// Both closures.
#[derive(Clone)]
pub struct Reach {
    /// Takes streams.
    pub streams: TakeStream,
    /// Makes relays.
    pub relays: MakeRelays,
}

impl fmt::Debug for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reach")
    }
}

/// How a page reached this server.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Reached {
    /// This machine's address.
    pub(crate) address: IpAddr,
    /// The `Host` header, or the address and port.
    pub(crate) host: String,
}

impl Reached {
    /// Hides both: they say where somebody is.
    pub(crate) fn private(local: SocketAddr, host: Option<&str>) -> Private<Self> {
        let host = host.map_or_else(|| local.to_string(), str::to_owned);
        Private::new(Self { address: local.ip(), host })
    }
}
