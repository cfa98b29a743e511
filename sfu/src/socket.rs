//! UDP sockets: bind, receive in batches, send runs of equal packets in one call.
//!
//! What is not here: what the datagrams mean.

use std::io::{self, ErrorKind, IoSliceMut};
use std::net::{IpAddr, SocketAddr, TcpListener};

use mio::net::UdpSocket;
use quinn_udp::{BATCH_SIZE, RecvMeta, Transmit, UdpSockRef, UdpSocketState};
use socket2::{Domain, Protocol, Type};

use crate::config::SfuFault;

/// Bytes of one receive buffer: the kernel may join datagrams of one sender up to this size.
const SLOT: usize = 65_536;
/// Bytes asked for as the kernel's buffers; it may give less.
pub const KERNEL_BYTES: usize = 4 * 1024 * 1024;
/// Bytes of one send call; an IP packet holds no more (RFC 791 §3.1).
pub(crate) const RUN_BYTES_MAX: usize = 65_000;
/// Bytes the kernel may hold of a stream before the network takes them.
const UNSENT_BYTES_MAX: u32 = 64 * 1024;
/// Streams the system may queue.
const BACKLOG: i32 = 1_024;
/// Attempts to find one port that is free for all addresses.
const PORT_ATTEMPTS: usize = 16;

/// Where a page is, and by which of this machine's addresses it is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Path {
    /// The page's address.
    pub(crate) remote: SocketAddr,
    /// This machine's address, so that answers leave by the address they were asked at.
    pub(crate) local: Option<IpAddr>,
    /// By what.
    pub(crate) way: Way,
}

/// What carries a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// A UDP socket, by its place.
    Socket(usize),
    /// A stream, by its number (ICE-TCP, RFC 6544).
    Stream(u64),
    /// An allocation of this server's own relay, by its number.
    Relay(u32),
}

/// What tells senders apart. An address alone does not: a relayed one is nobody's on the network,
/// and streams of a reused port are not the same stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Origin {
    /// A UDP address.
    Udp(SocketAddr),
    /// A stream.
    Stream(u64),
    /// An allocation.
    Relay(u32),
}

impl Path {
    /// What tells its sender apart.
    pub(crate) const fn origin(&self) -> Origin {
        match self.way {
            Way::Socket(_) => Origin::Udp(self.remote),
            Way::Stream(stream) => Origin::Stream(stream),
            Way::Relay(relay) => Origin::Relay(relay),
        }
    }
}

/// One bound socket.
pub(crate) struct Socket {
    /// For registering with the poll.
    pub(crate) io: UdpSocket,
    state: UdpSocketState,
    local: SocketAddr,
}

/// What became of a send call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    /// The kernel has it.
    Done,
    /// The kernel is full: try again later.
    Full,
    /// It cannot be sent to this address.
    Failed,
}

/// Binds a UDP socket for each address, all on one port, and with `streams` one for TCP beside
/// each. A port of 0 takes any that is free for all.
///
/// # Errors
/// When the port is taken or an address is not this machine's.
pub(crate) fn bind_all(
    addresses: &[SocketAddr],
    streams: bool,
) -> Result<(Vec<Socket>, Vec<TcpListener>), SfuFault> {
    let any_port = addresses.first().is_some_and(|first| first.port() == 0);
    let mut attempt = 0;
    loop {
        attempt += 1;
        let bound = bind_once(addresses).and_then(|sockets| {
            let streams = if streams { listen_all(&sockets)? } else { Vec::new() };
            Ok((sockets, streams))
        });
        match bound {
            Err(SfuFault::PortTaken { .. }) if any_port && attempt < PORT_ATTEMPTS => (),
            other => return other,
        }
    }
}

fn bind_once(addresses: &[SocketAddr]) -> Result<Vec<Socket>, SfuFault> {
    let mut sockets: Vec<Socket> = Vec::new();
    for address in addresses {
        let mut address = *address;
        if let Some(first) = sockets.first() {
            address.set_port(first.local.port());
        }
        match bind(address) {
            Ok(socket) => sockets.push(socket),
            Err(fault) if fault.kind() == ErrorKind::AddrInUse => {
                return Err(SfuFault::PortTaken { kind: "UDP", address });
            }
            // A machine without IPv6 still serves IPv4.
            Err(_) if address.ip().is_unspecified() && address.is_ipv6() && addresses.len() > 1 => {
                tracing::warn!("no IPv6 on this machine: media is served over IPv4 alone");
            }
            Err(fault) => return Err(SfuFault::Bind { address, fault }),
        }
    }
    if sockets.is_empty() {
        return Err(SfuFault::NoAddress);
    }
    Ok(sockets)
}

fn listen_all(sockets: &[Socket]) -> Result<Vec<TcpListener>, SfuFault> {
    let listen = |socket: &Socket| {
        let address = socket.local;
        listen(address).map_err(|fault| {
            if fault.kind() == ErrorKind::AddrInUse {
                SfuFault::PortTaken { kind: "TCP", address }
            } else {
                SfuFault::Bind { address, fault }
            }
        })
    };
    sockets.iter().map(listen).collect()
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let domain = Domain::for_address(address);
    let raw = socket2::Socket::new(domain, Type::STREAM, Some(Protocol::TCP))?;
    if address.is_ipv6() {
        raw.set_only_v6(true)?;
    }
    raw.set_reuse_address(true)?;
    raw.set_nonblocking(true)?;
    // Accepted streams have it too: what waits in the kernel grows old there.
    raw.set_tcp_notsent_lowat(UNSENT_BYTES_MAX)?;
    raw.bind(&address.into())?;
    raw.listen(BACKLOG)?;
    Ok(raw.into())
}

fn bind(address: SocketAddr) -> io::Result<Socket> {
    let domain = if address.is_ipv4() { Domain::IPV4 } else { Domain::IPV6 };
    let raw = socket2::Socket::new(domain, Type::DGRAM, Some(Protocol::UDP))?;
    if address.is_ipv6() {
        raw.set_only_v6(true)?;
    }
    raw.set_nonblocking(true)?;
    raw.bind(&address.into())?;
    for sized in [raw.set_recv_buffer_size(KERNEL_BYTES), raw.set_send_buffer_size(KERNEL_BYTES)] {
        if let Err(fault) = sized {
            tracing::debug!(%fault, "the kernel keeps its own buffer size");
        }
    }
    let io = UdpSocket::from_std(raw.into());
    let state = UdpSocketState::new(UdpSockRef::from(&io))?;
    let local = io.local_addr()?;
    Ok(Socket { io, state, local })
}

impl Socket {
    /// The address it is bound to.
    pub(crate) const fn local(&self) -> SocketAddr {
        self.local
    }

    /// Packets one send call may hold.
    pub(crate) fn run_max(&self) -> usize {
        self.state.max_gso_segments().max(1)
    }

    /// Sends one datagram, or a run of datagrams of `segment` bytes of which the last may be
    /// shorter.
    pub(crate) fn send(&self, path: &Path, contents: &[u8], segment: Option<usize>) -> Sent {
        let transmit = Transmit {
            destination: path.remote,
            ecn: None,
            contents,
            segment_size: segment,
            src_ip: path.local,
        };
        match self.state.try_send(UdpSockRef::from(&self.io), &transmit) {
            Ok(()) => Sent::Done,
            Err(fault) if fault.kind() == ErrorKind::WouldBlock => Sent::Full,
            Err(_) => match segment {
                // The network card may refuse runs: the library has noticed and offers none from
                // now on; this one goes out one by one.
                Some(size) => contents
                    .chunks(size)
                    .map(|one| self.send(path, one, None))
                    .find(|sent| *sent != Sent::Done)
                    .unwrap_or(Sent::Done),
                None => Sent::Failed,
            },
        }
    }
}

/// Buffers for one receive call.
pub(crate) struct Inbox {
    bytes: Vec<u8>,
    metas: [RecvMeta; BATCH_SIZE],
    filled: usize,
}

impl Inbox {
    pub(crate) fn new() -> Self {
        Self {
            bytes: vec![0; SLOT * BATCH_SIZE],
            metas: [RecvMeta::default(); BATCH_SIZE],
            filled: 0,
        }
    }

    /// Receives what is there; false when nothing is.
    ///
    /// # Errors
    /// The kernel's words, when it is more than "nothing there".
    pub(crate) fn fill(&mut self, socket: &Socket) -> io::Result<bool> {
        self.filled = 0;
        let mut slots = self.bytes.chunks_exact_mut(SLOT);
        let mut buffers: [IoSliceMut<'_>; BATCH_SIZE] = std::array::from_fn(|_| {
            IoSliceMut::new(slots.next().expect("there is a slot for each buffer"))
        });
        match socket.state.recv(UdpSockRef::from(&socket.io), &mut buffers, &mut self.metas) {
            Ok(filled) => {
                self.filled = filled;
                Ok(filled > 0)
            }
            Err(fault) if fault.kind() == ErrorKind::WouldBlock => Ok(false),
            Err(fault) => Err(fault),
        }
    }

    /// Shows each datagram of the last fill with its sender and the address it was sent to.
    pub(crate) fn each(&mut self, mut show: impl FnMut(SocketAddr, Option<IpAddr>, &mut [u8])) {
        let slots = self.bytes.chunks_exact_mut(SLOT);
        for (slot, meta) in slots.zip(&self.metas).take(self.filled) {
            let stride = meta.stride.max(1);
            for datagram in slot[..meta.len.min(SLOT)].chunks_mut(stride) {
                show(meta.addr, meta.dst_ip, datagram);
            }
        }
    }
}
