//! Streams and relay allocations of one media thread: datagrams come out of them, answers and
//! media go into them.
//!
//! What is not here: reading and writing bytes (`door.rs`) and the messages of the relay
//! (`turn.rs`).

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::BytesMut;
use model::letters::Notice;
use model::{Instant, Now, limits};
use tokio::sync::mpsc;

use crate::framing::{self, Framing, Next, put_ice};
use crate::metrics::{Garbage, Metrics, PathKind, Unsent};
use crate::outbox::{Flushed, Outbox};
use crate::socket::{Origin, Path, Sent, Socket, Way};
use crate::strangers::Strangers;
use crate::thread::MediaThread;
use crate::turn::{Client, Own, Relays, Step, put_channel_data, put_data_indication};

/// Blocks taken in a row before sockets and orders get their turn.
const BLOCKS_IN_A_ROW: usize = 64;

/// What the door brings.
pub(crate) enum Arrival {
    /// A stream.
    Opened(Box<Opened>),
    /// Whole datagrams of a stream.
    Bytes { stream: u64, block: BytesMut },
    /// A stream is over.
    Closed { stream: u64 },
}

/// A new stream.
pub(crate) struct Opened {
    pub(crate) stream: u64,
    pub(crate) remote: SocketAddr,
    pub(crate) local: IpAddr,
    pub(crate) framing: Framing,
    pub(crate) over_tls: bool,
    pub(crate) out: Outflow,
}

/// What goes into a stream: bounded in bytes, so that somebody who stops reading costs packets and
/// never memory. When it is dropped, the stream ends.
pub(crate) struct Outflow {
    batches: mpsc::Sender<Vec<u8>>,
    waiting: Arc<AtomicUsize>,
}

impl Outflow {
    pub(crate) const fn new(batches: mpsc::Sender<Vec<u8>>, waiting: Arc<AtomicUsize>) -> Self {
        Self { batches, waiting }
    }

    /// Hands a batch over; false when too much is waiting.
    fn push(&self, batch: Vec<u8>) -> bool {
        let bytes = batch.len();
        if self.waiting.load(Ordering::Acquire) + bytes > limits::STREAM_BYTES_MAX {
            return false;
        }
        self.waiting.fetch_add(bytes, Ordering::AcqRel);
        if self.batches.try_send(batch).is_err() {
            self.waiting.fetch_sub(bytes, Ordering::AcqRel);
            return false;
        }
        true
    }
}

struct Stream {
    remote: SocketAddr,
    local: IpAddr,
    framing: Framing,
    over_tls: bool,
    out: Outflow,
    opened_at: Instant,
    heard_at: Instant,
    /// Whether somebody who knows a password is at the other end.
    proven: bool,
}

/// Everything a thread needs to be reached in other ways than by UDP.
pub(crate) struct Reach {
    pub(crate) arrivals: mpsc::Receiver<Arrival>,
    pub(crate) relays: Relays<Path>,
    pub(crate) strangers: Strangers,
    streams: BTreeMap<u64, Stream>,
    /// The thread's media port.
    port: u16,
    /// Whether arrivals are waiting.
    pub(crate) behind: bool,
}

impl Reach {
    pub(crate) fn new(arrivals: mpsc::Receiver<Arrival>, relays: Relays<Path>, port: u16) -> Self {
        let (streams, strangers) = (BTreeMap::new(), Strangers::new());
        Self { arrivals, relays, strangers, streams, port, behind: false }
    }

    /// What kind of path it is.
    pub(crate) fn kind(&self, path: &Path) -> PathKind {
        let over_tls = |stream: &u64| self.streams.get(stream).is_some_and(|one| one.over_tls);
        match &path.way {
            Way::Socket(_) => PathKind::Udp,
            Way::Stream(_) => PathKind::Tcp,
            Way::Relay(relay) => match self.relays.outer(*relay).map(|outer| outer.way) {
                Some(Way::Stream(stream)) if over_tls(&stream) => PathKind::TurnTls,
                Some(Way::Stream(_)) => PathKind::TurnTcp,
                Some(Way::Socket(_) | Way::Relay(_)) | None => PathKind::TurnUdp,
            },
        }
    }

    /// Puts one datagram on its way by a path that is not plain UDP; `send` sends UDP.
    pub(crate) fn carry(
        &self,
        path: &Path,
        datagram: &[u8],
        send: impl Fn(&Path, &[u8]) -> Sent,
    ) -> Sent {
        let mut bytes = Vec::with_capacity(datagram.len() + 64);
        let outer = match path.way {
            Way::Socket(_) => return send(path, datagram),
            Way::Stream(_) => *path,
            Way::Relay(_) => match self.wrap(path, datagram, &mut bytes) {
                Some(outer) => outer,
                None => return Sent::Failed,
            },
        };
        match outer.way {
            Way::Stream(stream) => {
                let Some(stream) = self.streams.get(&stream) else { return Sent::Failed };
                match (stream.framing, bytes.is_empty()) {
                    (Framing::Ice, _) => put_ice(datagram, &mut bytes),
                    (Framing::Turn, true) => bytes.extend_from_slice(datagram),
                    (Framing::Turn, false) => (),
                }
                if stream.out.push(bytes) { Sent::Done } else { Sent::Failed }
            }
            Way::Socket(_) => send(&outer, &bytes),
            Way::Relay(_) => Sent::Failed,
        }
    }

    /// Appends a datagram as the relay's client gets it; gives the client's path.
    fn wrap(&self, path: &Path, datagram: &[u8], out: &mut Vec<u8>) -> Option<Path> {
        let Way::Relay(relay) = path.way else { return None };
        let from = SocketAddr::new(path.local?, self.port);
        let (channel, outer) = self.relays.back(relay, from)?;
        let padded = matches!(outer.way, Way::Stream(_));
        match channel {
            Some(channel) => put_channel_data(channel, datagram, padded, out),
            None => put_data_indication(from, datagram, out),
        }
        Some(*outer)
    }

    /// Hands a leg's packets to a stream in one piece, or to a relay's client one by one.
    pub(crate) fn flush(
        &self,
        outbox: &mut Outbox,
        path: &Path,
        sockets: &[Socket],
        metrics: &Metrics,
    ) -> Flushed {
        let count = outbox.packets().count() as u64;
        let mut batch = Vec::new();
        let mut outer = matches!(path.way, Way::Stream(_)).then_some(*path);
        let mut unsent = 0;
        for packet in outbox.packets() {
            match path.way {
                Way::Stream(_) => put_ice(packet, &mut batch),
                Way::Relay(_) | Way::Socket(_) => outer = self.wrap(path, packet, &mut batch),
            }
            if let Some(outer) = &outer
                && let Way::Socket(socket) = outer.way
            {
                let sent = sockets.get(socket).map(|socket| socket.send(outer, &batch, None));
                unsent += u64::from(sent != Some(Sent::Done));
                metrics.bytes_out.inc_by(batch.len() as u64);
                batch.clear();
            }
        }
        metrics.send_calls.inc();
        metrics.datagrams_out.inc_by(count);
        metrics.bytes_out.inc_by(batch.len() as u64);
        metrics.unsent(Unsent::Refused, unsent);
        if !batch.is_empty() {
            let stream = outer.and_then(|outer| match outer.way {
                Way::Stream(stream) => self.streams.get(&stream),
                Way::Socket(_) | Way::Relay(_) => None,
            });
            if stream.is_none_or(|stream| !stream.out.push(batch)) {
                metrics.unsent(Unsent::StreamFull, count);
            }
        }
        Flushed { media: outbox.finish(), waits: false }
    }

    /// Notes that somebody who knows a password is at a stream's other end.
    pub(crate) fn prove(&mut self, way: Way) {
        if let Way::Stream(stream) = way
            && let Some(stream) = self.streams.get_mut(&stream)
        {
            stream.proven = true;
        }
    }
}

impl MediaThread {
    /// Takes what streams brought; one clock reading per block.
    pub(crate) fn take_arrivals(&mut self) {
        for _ in 0..BLOCKS_IN_A_ROW {
            let Ok(arrival) = self.reach.arrivals.try_recv() else {
                self.reach.behind = false;
                return;
            };
            let now = (self.clock)();
            match arrival {
                Arrival::Opened(opened) => self.open_stream(now.instant, *opened),
                Arrival::Closed { stream } => self.close_stream(now, stream),
                Arrival::Bytes { stream, mut block } => {
                    self.block(now, stream, &mut block);
                    self.flush(now.instant);
                }
            }
        }
        self.reach.behind = true;
    }

    fn open_stream(&mut self, now: Instant, opened: Opened) {
        let Opened { stream, remote, local, framing, over_tls, out } = opened;
        let (opened_at, heard_at, proven) = (now, now, false);
        let one = Stream { remote, local, framing, over_tls, out, opened_at, heard_at, proven };
        self.reach.streams.insert(stream, one);
    }

    fn block(&mut self, now: Now, number: u64, block: &mut [u8]) {
        let Some(stream) = self.reach.streams.get_mut(&number) else { return };
        stream.heard_at = now.instant;
        let framing = stream.framing;
        let path =
            Path { remote: stream.remote, local: Some(stream.local), way: Way::Stream(number) };
        let mut at = 0;
        while let Next::Whole { start, end, next } = framing::next(framing, block, at) {
            let datagram = &mut block[start..end];
            match framing {
                Framing::Ice if datagram.is_empty() => (),
                Framing::Ice => self.datagram(now, path, datagram),
                Framing::Turn => self.relay(now, path, datagram),
            }
            at = next;
        }
    }

    /// Ends a stream and what lived on it.
    pub(crate) fn close_stream(&mut self, now: Now, number: u64) {
        let Some(stream) = self.reach.streams.remove(&number) else { return };
        self.forget(now, Origin::Stream(number));
        if let Some(relay) = self.reach.relays.of(Client::Stream(number, stream.remote)) {
            self.end_relay(now, relay);
        }
    }

    fn end_relay(&mut self, now: Now, relay: u32) {
        self.reach.relays.end(relay);
        self.metrics.relays.dec();
        self.forget(now, Origin::Relay(relay));
    }

    /// Forgets an address that is no more. Whoever used it should look for another at once.
    fn forget(&mut self, now: Now, origin: Origin) {
        let Some(leg) = self.legs.forget(origin) else { return };
        if let Some(connection) = self.legs.get_mut(leg)
            && connection.connected_at.is_some()
            && connection.path.is_none()
        {
            connection.faltered_at = now.instant;
            let (hearing, participant) = (connection.hearing, connection.participant);
            self.notices.push(Notice::Faltering { hearing, participant });
        }
    }

    /// Takes a message of the relay that came by UDP or by a stream.
    pub(crate) fn relay(&mut self, now: Now, path: Path, datagram: &mut [u8]) {
        let client = match path.way {
            Way::Socket(_) => Client::Udp(path.remote),
            Way::Stream(stream) => Client::Stream(stream, path.remote),
            // A relay inside a relay leads nowhere.
            Way::Relay(_) => return self.metrics.garbage(Garbage::RelayStranger),
        };
        let (relays, port) = (&self.reach.relays, self.reach.port);
        let inner = match datagram {
            [0x40..=0x4F, ..] => relays.channel_data(now.instant, client, datagram, port),
            [0, 0x16, ..] => {
                let read = || relays.indication(now.instant, client, datagram, port);
                catch_unwind(AssertUnwindSafe(read)).unwrap_or_default()
            }
            _ => return self.relay_request(now, path, client, datagram),
        };
        let Some(inner) = inner else { return self.metrics.garbage(Garbage::RelayStranger) };
        let within =
            Path { remote: inner.from, local: Some(inner.to), way: Way::Relay(inner.relay) };
        self.datagram(now, within, &mut datagram[inner.place]);
    }

    fn relay_request(&mut self, now: Now, path: Path, client: Client, datagram: &[u8]) {
        let from = path.remote.ip();
        let known = self.reach.relays.knows(client);
        if !known && !self.reach.strangers.may_work(now.instant, from) {
            return self.metrics.garbage(Garbage::SourceTooFast);
        }
        let mut ips = self.interfaces(now.instant);
        ips.extend(self.config.announce.iter().copied());
        ips.extend(self.bound.iter().map(SocketAddr::ip).filter(|ip| !ip.is_unspecified()));
        ips.extend(path.local);
        let v4 = self.bound.iter().any(SocketAddr::is_ipv4);
        let own = Own { ips: &ips, port: self.reach.port, v4 };
        let relays = &mut self.reach.relays;
        let step = AssertUnwindSafe(|| relays.request(now, client, &path, datagram, &own));
        match catch_unwind(step).unwrap_or(Step::Nothing) {
            Step::Nothing => {
                self.reach.strangers.charge(now.instant, from);
                self.metrics.garbage(Garbage::RelayMalformed);
            }
            Step::Challenge(answer) => {
                self.metrics.garbage(Garbage::RelayUnproven);
                let strangers = &mut self.reach.strangers;
                strangers.charge(now.instant, from);
                // Who came by a stream has shown that the address is their own.
                let by_stream = matches!(path.way, Way::Stream(_));
                let (received, sent) = (datagram.len(), answer.len());
                if by_stream || strangers.may_answer(now.instant, from, received, sent) {
                    self.send(&path, &answer);
                }
            }
            Step::Answer(answer) => self.send(&path, &answer),
            Step::Made(answer) => {
                self.reach.prove(path.way);
                self.metrics.relays.inc();
                self.send(&path, &answer);
            }
            Step::Ended(answer, relay) => {
                self.send(&path, &answer);
                self.end_relay(now, relay);
            }
        }
    }

    /// Closes streams nobody proved in time or uses any more, and allocations that are over.
    pub(crate) fn sweep_reach(&mut self, now: Now) {
        let over = |stream: &Stream| {
            let quiet = now.instant.since(stream.heard_at) > limits::STREAM_IDLE;
            let late = now.instant.since(stream.opened_at) > limits::STREAM_FIRST_WAIT;
            quiet || (late && !stream.proven)
        };
        let streams = self.reach.streams.iter().filter(|(_, stream)| over(stream));
        let ended: Vec<u64> = streams.map(|(number, _)| *number).collect();
        for stream in ended {
            self.close_stream(now, stream);
        }
        for relay in self.reach.relays.expire(now.instant) {
            self.metrics.relays.dec();
            self.forget(now, Origin::Relay(relay));
        }
    }
}
