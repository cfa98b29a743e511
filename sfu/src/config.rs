//! What the front door tells this room at start, and why a start can fail.
//!
//! What is not here: reading files; values come in checked and final.

use std::io;
use std::net::{IpAddr, SocketAddr};

use model::Codec;

/// Settings of the room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SfuConfig {
    /// Addresses to listen on, all with the same port: usually `0.0.0.0` and `[::]`. Thread
    /// number n listens on UDP port + n. TCP is taken on the first thread's port. Port 0 takes free
    /// ports.
    pub listen: Vec<SocketAddr>,
    /// TCP addresses at which another room listens and hands over the streams that speak media:
    /// told to pages, and not listened on here.
    pub streams_from: Vec<SocketAddr>,
    /// Addresses told to pages besides the machine's own, for a machine behind a translator.
    pub announce: Vec<IpAddr>,
    /// Picture codec pages are asked to send if they can: `Vp8`, `H264`, `Vp9` or `Av1`.
    pub prefer: Codec,
    /// Whether pages may send nothing while nobody speaks: saves a third of a thin line's sound,
    /// but silence on the record is then a guess rather than silence that was heard.
    pub voice_dtx: bool,
    /// Whether browsers trust the certificate of the HTTPS port: they refuse a relay over TLS with
    /// another one, and are then not told of it.
    pub trusted_tls: bool,
    /// Media threads, 1 to 64. A hearing lives on one of them.
    pub threads: usize,
}

impl Default for SfuConfig {
    fn default() -> Self {
        Self {
            listen: vec![SocketAddr::from(([0, 0, 0, 0], 0)), SocketAddr::from(([0_u16; 8], 0))],
            streams_from: Vec::new(),
            announce: Vec::new(),
            prefer: Codec::Vp8,
            voice_dtx: false,
            trusted_tls: false,
            threads: 1,
        }
    }
}

/// Why the room cannot start.
#[derive(Debug, thiserror::Error)]
pub enum SfuFault {
    /// Another program listens there.
    #[error("{kind} {address} is taken by another program: stop it, or set another media port")]
    PortTaken {
        /// `UDP` or `TCP`.
        kind: &'static str,
        /// Where.
        address: SocketAddr,
    },
    /// The system refuses the address.
    #[error("cannot listen on {address}: {fault}")]
    Bind {
        /// Where.
        address: SocketAddr,
        /// The system's words.
        fault: io::Error,
    },
    /// No address to listen on.
    #[error("no media address to listen on is configured")]
    NoAddress,
    /// The port plus the number of threads goes beyond 65535.
    #[error("media port {port} leaves no room for {threads} threads, each of which needs a port")]
    NoPorts {
        /// The first port.
        port: u16,
        /// How many threads are wanted.
        threads: usize,
    },
    /// The certificate could not be made.
    #[error("cannot make the DTLS certificate: {0}")]
    Certificate(String),
    /// The system gave no thread, poll or random bytes.
    #[error("cannot {doing}: {fault}")]
    System {
        /// What was being done.
        doing: &'static str,
        /// The system's words.
        fault: io::Error,
    },
    /// A metric of the same name is registered already.
    #[error("cannot register metrics: {0}")]
    Metrics(#[from] prometheus::Error),
}
