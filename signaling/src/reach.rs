//! How media is reached through this room's doors: streams that are no HTTP are handed on, and
//! pages are told of relays.
//!
//! What is not here: what the streams mean, and what relays do; closures of the front door know.

use core::fmt;
use core::hash::BuildHasher;
use std::hash::RandomState;
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
    /// The page's own address.
    pub(crate) from: IpAddr,
}

impl Reached {
    /// Hides all: they say where somebody is.
    pub(crate) fn private(
        local: SocketAddr,
        host: Option<&str>,
        remote: SocketAddr,
    ) -> Private<Self> {
        let host = host.map_or_else(|| local.to_string(), str::to_owned);
        Private::new(Self { address: local.ip(), host, from: remote.ip().to_canonical() })
    }

    /// A number that is alike for pages behind one line: the same IPv4 address, or the same /64 of
    /// IPv6. It says nothing else, because the key is random and dies with the process.
    pub(crate) fn origin(&self, key: &RandomState) -> u64 {
        match self.from {
            IpAddr::V4(address) => key.hash_one(address),
            IpAddr::V6(address) => key.hash_one(address.to_bits() >> 64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_is_one_origin_under_one_key() {
        let reached = |from: &str| {
            let local = SocketAddr::from(([127, 0, 0, 1], 8443));
            let remote = SocketAddr::new(from.parse().unwrap(), 5000);
            Reached::private(local, None, remote).into_inner()
        };
        let key = RandomState::new();
        let origin = |from: &str| reached(from).origin(&key);
        assert_eq!(origin("10.0.0.7"), origin("10.0.0.7"));
        assert_eq!(origin("10.0.0.7"), origin("::ffff:10.0.0.7"));
        assert_ne!(origin("10.0.0.7"), origin("10.0.0.8"));
        assert_eq!(origin("2001:db8::1"), origin("2001:db8::2"));
        assert_ne!(origin("2001:db8::1"), origin("2001:db8:0:1::1"));
        let other = RandomState::new();
        assert_ne!(origin("10.0.0.7"), reached("10.0.0.7").origin(&other));
    }
}
