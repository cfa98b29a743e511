//! A media thread: one loop over its sockets, orders and timers. Threads share nothing.
//!
//! What is not here: what datagrams mean (`packets.rs`) and what orders do (`orders.rs`).

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant as StdInstant};

use bytes::BytesMut;
use forwarding::LegId;
use mio::{Events, Interest, Poll, Token};
use model::letters::{Notice, Order, Tape};
use model::stage::LinkCause;
use model::{HearingId, Instant, Now};
use prometheus::local::LocalHistogram;
use tokio::sync::mpsc;

use crate::backlog::Backlog;
use crate::config::{SfuConfig, SfuFault};
use crate::delay::Delay;
use crate::dtls::Identity;
use crate::hearing::HearingMedia;
use crate::legs::Legs;
use crate::metrics::{Metrics, Phase, Unsent};
use crate::socket::{Inbox, Path, Sent, Socket, Way};
use crate::streams::Reach;

/// The clock of the house.
pub(crate) type Clock = Arc<dyn Fn() -> Now + Send + Sync>;

/// The token of the waker; sockets have the tokens from 0.
pub(crate) const WAKE: Token = Token(usize::MAX);
/// Receive calls in a row before orders and timers get their turn.
const ROUNDS: usize = 16;
/// Connections are looked over this often.
const SWEEP_EVERY: Duration = Duration::from_millis(250);
/// Counters are brought up to date this often.
const COUNT_EVERY: Duration = Duration::from_secs(1);
/// How soon a full kernel or a busy signaling is tried again.
const RETRY: Duration = Duration::from_millis(1);

/// What a thread is made of.
pub(crate) struct Setup {
    pub(crate) config: SfuConfig,
    pub(crate) identity: Identity,
    pub(crate) clock: Clock,
    pub(crate) sockets: Vec<Socket>,
    pub(crate) poll: Poll,
    pub(crate) orders: mpsc::Receiver<Order>,
    pub(crate) notices: mpsc::Sender<Notice>,
    pub(crate) tapes: mpsc::Sender<Tape>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) delay: Arc<Delay>,
    pub(crate) stop: Arc<AtomicBool>,
    pub(crate) connections_max: usize,
    pub(crate) reach: Reach,
    /// Its number.
    pub(crate) thread: u8,
    /// Where TCP is taken for it.
    pub(crate) streams_at: Vec<SocketAddr>,
}

/// A media thread's whole state.
pub(crate) struct MediaThread {
    pub(crate) config: SfuConfig,
    pub(crate) identity: Identity,
    pub(crate) bound: Vec<SocketAddr>,
    pub(crate) orders: mpsc::Receiver<Order>,
    pub(crate) notices: Backlog,
    pub(crate) tapes: mpsc::Sender<Tape>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) hearings: BTreeMap<HearingId, HearingMedia>,
    pub(crate) legs: Legs,
    /// Legs whose handshake is not done: they have timers.
    pub(crate) connecting: Vec<LegId>,
    /// The machine's addresses and when they were asked for.
    pub(crate) interfaces: Option<(Instant, Vec<IpAddr>)>,
    /// Streams and relays.
    pub(crate) reach: Reach,
    pub(crate) thread: u8,
    pub(crate) streams_at: Vec<SocketAddr>,
    pub(crate) clock: Clock,
    /// One moment on both clocks: the DTLS library counts in the system's.
    origin: (StdInstant, Instant),
    sockets: Vec<Socket>,
    readable: Vec<bool>,
    poll: Poll,
    inbox: Option<Inbox>,
    delay: Arc<Delay>,
    delay_turned: Instant,
    delays: LocalHistogram,
    stop: Arc<AtomicBool>,
    swept: Instant,
    counted: Instant,
    orders_left: bool,
}

impl MediaThread {
    /// Registers the sockets.
    ///
    /// # Errors
    /// When the system refuses.
    pub(crate) fn new(mut setup: Setup) -> Result<Self, SfuFault> {
        for (place, socket) in setup.sockets.iter_mut().enumerate() {
            setup
                .poll
                .registry()
                .register(&mut socket.io, Token(place), Interest::READABLE)
                .map_err(|fault| SfuFault::System { doing: "watch a UDP socket", fault })?;
        }
        let now = (setup.clock)().instant;
        Ok(Self {
            bound: setup.sockets.iter().map(Socket::local).collect(),
            config: setup.config,
            identity: setup.identity,
            orders: setup.orders,
            notices: Backlog::new(setup.notices, Arc::clone(&setup.metrics)),
            tapes: setup.tapes,
            hearings: BTreeMap::new(),
            legs: Legs::new(setup.connections_max),
            connecting: Vec::new(),
            interfaces: None,
            reach: setup.reach,
            thread: setup.thread,
            streams_at: setup.streams_at,
            clock: setup.clock,
            origin: (StdInstant::now(), now),
            readable: vec![true; setup.sockets.len()],
            sockets: setup.sockets,
            poll: setup.poll,
            inbox: Some(Inbox::new()),
            delay: setup.delay,
            delay_turned: now,
            delays: setup.metrics.delay.local(),
            metrics: setup.metrics,
            stop: setup.stop,
            swept: now,
            counted: now,
            orders_left: false,
        })
    }

    /// Runs until told to stop.
    pub(crate) fn run(mut self) {
        let mut events = Events::with_capacity(16);
        while !self.stop.load(Ordering::Acquire) {
            let wait = self.wait();
            match self.poll.poll(&mut events, Some(wait)) {
                Ok(()) => (),
                Err(fault) if fault.kind() == ErrorKind::Interrupted => continue,
                Err(fault) => {
                    tracing::error!(%fault, "the media thread cannot wait for packets");
                    break;
                }
            }
            for event in &events {
                if let Some(readable) = self.readable.get_mut(event.token().0) {
                    *readable = true;
                }
            }
            let now = (self.clock)();
            self.orders_left = self.take_orders(now);
            self.receive();
            self.take_arrivals();
            let now = (self.clock)();
            self.tick(now);
            self.flush(now.instant);
            for hearing in self.hearings.values_mut() {
                hearing.flush_tape(now.instant, false);
            }
            self.notices.flush();
        }
        self.finish();
    }

    /// How long nothing is due.
    fn wait(&self) -> Duration {
        if self.orders_left || self.reach.behind || self.readable.contains(&true) {
            return Duration::ZERO;
        }
        let now = (self.clock)().instant;
        let mut due = self.swept.plus(SWEEP_EVERY);
        for hearing in self.hearings.values() {
            due = due.min(hearing.wake_at());
        }
        let mut wait = due.since(now);
        let std_now = self.on_system_clock(now);
        for leg in &self.connecting {
            if let Some(at) = self.legs.get(*leg).and_then(|one| one.dtls.wake_at()) {
                wait = wait.min(at.saturating_duration_since(std_now));
            }
        }
        if self.legs.is_dirty() || self.notices.is_behind() {
            wait = wait.min(RETRY);
        }
        wait
    }

    /// The same moment on the system's clock.
    pub(crate) fn on_system_clock(&self, at: Instant) -> StdInstant {
        self.origin.0 + at.since(self.origin.1)
    }

    /// Takes what the sockets have, a batch at a time; one clock reading per batch.
    fn receive(&mut self) {
        let Some(mut inbox) = self.inbox.take() else { return };
        for place in 0..self.sockets.len() {
            let mut rounds = 0;
            while self.readable[place] && rounds < ROUNDS {
                rounds += 1;
                match inbox.fill(&self.sockets[place]) {
                    Ok(true) => {
                        let now = (self.clock)();
                        inbox.each(|from, local, datagram| {
                            let path = Path { remote: plain(from), local, way: Way::Socket(place) };
                            self.datagram(now, path, datagram);
                        });
                        self.flush(now.instant);
                    }
                    Ok(false) => self.readable[place] = false,
                    // On Linux an earlier send's ICMP answer can show up here; the next call works.
                    Err(fault) => tracing::debug!(%fault, "a receive call failed"),
                }
            }
        }
        self.inbox = Some(inbox);
    }

    /// Hands every leg's packets to the kernel.
    pub(crate) fn flush(&mut self, arrived: Instant) {
        if !self.legs.is_dirty() {
            return;
        }
        let mut dirty = self.legs.take_dirty();
        let mut media = 0_u32;
        dirty.retain(|leg| {
            let Some(connection) = self.legs.get_mut(*leg) else { return false };
            let Some(path) = connection.path else {
                let lost = connection.outbox.clear();
                self.metrics.unsent(Unsent::NoPath, lost);
                return false;
            };
            let (outbox, metrics) = (&mut connection.outbox, &self.metrics);
            if let Some(srtp) = &mut connection.srtp {
                outbox.seal(&mut srtp.sealer, matches!(path.way, Way::Socket(_)), metrics);
            }
            let flushed = match path.way {
                Way::Socket(place) => match self.sockets.get(place) {
                    Some(socket) => outbox.flush(socket, &path, metrics),
                    None => return false,
                },
                Way::Stream(_) | Way::Relay(_) => {
                    self.reach.flush(outbox, &path, &self.sockets, metrics)
                }
            };
            media += flushed.media;
            if flushed.media > 0 {
                connection.sent_at = arrived;
            }
            flushed.waits
        });
        self.legs.put_back_dirty(dirty);
        if media > 0 {
            let delay = (self.clock)().instant.since(arrived);
            self.delay.count(delay, media);
            for _ in 0..media {
                self.delays.observe(delay.as_secs_f64());
            }
        }
    }

    /// Sends one datagram now.
    pub(crate) fn send(&self, path: &Path, datagram: &[u8]) {
        self.metrics.datagrams_out.inc();
        self.metrics.bytes_out.inc_by(datagram.len() as u64);
        let sent = self.reach.carry(path, datagram, |path, datagram| match path.way {
            Way::Socket(place) => match self.sockets.get(place) {
                Some(socket) => socket.send(path, datagram, None),
                None => Sent::Failed,
            },
            Way::Stream(_) | Way::Relay(_) => Sent::Failed,
        });
        // A lost check answer or handshake message is asked for again by the page.
        if sent != Sent::Done {
            self.metrics.unsent(Unsent::Refused, 1);
        }
    }

    /// Sends what a handshake has to say.
    pub(crate) fn send_all(&self, path: &Path, datagrams: &[BytesMut]) {
        for datagram in datagrams {
            self.send(path, datagram);
        }
    }

    fn tick(&mut self, now: Now) {
        let due: Vec<HearingId> = self
            .hearings
            .iter()
            .filter(|(_, media)| media.is_due(now.instant))
            .map(|(hearing, _)| *hearing)
            .collect();
        for hearing in due {
            self.route(hearing, now, |router, outlet| router.tick(now, outlet));
        }
        self.tick_handshakes(now.instant);
        if now.instant.since(self.swept) >= SWEEP_EVERY {
            self.swept = now.instant;
            self.sweep(now);
            self.falter(now);
            self.sweep_reach(now);
        }
        if now.instant.since(self.counted) >= COUNT_EVERY {
            self.counted = now.instant;
            self.count(now.instant);
        }
    }

    fn count(&mut self, now: Instant) {
        for media in self.hearings.values_mut() {
            media.count();
        }
        for connection in self.legs.iter_mut() {
            let path = connection.path.filter(|_| connection.connected_at.is_some());
            let kind = path.map(|path| self.reach.kind(&path));
            if connection.counted != kind {
                self.metrics.path(connection.counted, kind);
                connection.counted = kind;
            }
        }
        self.delays.flush();
        self.delay.turn(now, &mut self.delay_turned);
    }

    fn tick_handshakes(&mut self, now: Instant) {
        let system_now = self.on_system_clock(now);
        let legs = &mut self.legs;
        let mut to_send: Vec<(Path, Vec<BytesMut>)> = Vec::new();
        self.connecting.retain(|leg| {
            let Some(connection) = legs.get_mut(*leg) else { return false };
            if connection.dtls.wake_at().is_some_and(|at| at <= system_now) {
                let mut out = Vec::new();
                connection.dtls.tick(system_now, &mut out);
                if let Some(path) = connection.path {
                    to_send.push((path, out));
                }
            }
            connection.connected_at.is_none()
        });
        for (path, datagrams) in to_send {
            self.send_all(&path, &datagrams);
        }
    }

    /// Ends a connection. With a cause, signaling is told, unless the participant has another one.
    pub(crate) fn end(&mut self, leg: LegId, now: Now, cause: Option<LinkCause>) {
        let Some(mut connection) = self.legs.remove(leg) else { return };
        let mut out = Vec::new();
        connection.dtls.close(self.on_system_clock(now.instant), &mut out);
        if let Some(path) = connection.path {
            self.send_all(&path, &out);
        }
        let (hearing, participant) = (connection.hearing, connection.participant);
        let phase = match connection.connected_at {
            Some(_) => Phase::Connected,
            None => Phase::Connecting,
        };
        self.metrics.leave(phase);
        self.metrics.path(connection.counted, None);
        self.metrics.unsent(Unsent::NoPath, connection.outbox.clear());
        if connection.connected_at.is_some() {
            self.route(hearing, now, |router, outlet| router.leg_down(now, leg, outlet));
        }
        let another =
            self.legs.iter().any(|one| one.hearing == hearing && one.participant == participant);
        if let Some(cause) = cause
            && !another
        {
            tracing::info!(%hearing, %participant, ?cause, "media disconnected");
            self.notices.push(Notice::Disconnected { hearing, participant, cause });
        }
    }

    /// Calls a hearing's router; if that panics, the hearing's connections are dropped.
    pub(crate) fn route(
        &mut self,
        hearing: HearingId,
        now: Now,
        work: impl FnOnce(&mut forwarding::Router, &mut crate::hearing::LegOutlet<'_>),
    ) {
        let Some(media) = self.hearings.get_mut(&hearing) else { return };
        if media.call(now, &mut self.legs, &mut self.notices, work).is_err() {
            self.end_all(now, Some(LinkCause::NodeStopped), |one| one.hearing == hearing);
        }
    }

    /// Ends all connections that `which` picks.
    pub(crate) fn end_all(
        &mut self,
        now: Now,
        cause: Option<LinkCause>,
        which: impl Fn(&crate::connection::Connection) -> bool,
    ) {
        let legs: Vec<LegId> =
            self.legs.iter().filter(|one| which(one)).map(|one| one.leg).collect();
        for leg in legs {
            self.end(leg, now, cause);
        }
    }

    fn finish(&mut self) {
        let now = (self.clock)();
        self.end_all(now, Some(LinkCause::NodeStopped), |_| true);
        for media in self.hearings.values_mut() {
            media.flush_tape(now.instant, true);
        }
        self.count(now.instant);
        self.notices.flush();
    }
}

/// An address without what differs between datagrams of one sender (the IPv6 flow label).
fn plain(address: SocketAddr) -> SocketAddr {
    match address {
        SocketAddr::V4(_) => address,
        SocketAddr::V6(mut v6) => {
            v6.set_flowinfo(0);
            SocketAddr::V6(v6)
        }
    }
}
