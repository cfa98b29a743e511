//! Starting and stopping the room: sockets, threads, and the task that brings each order to the
//! thread its hearing lives on.
//!
//! What is not here: what a thread does.

use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use mio::{Poll, Waker};
use model::letters::{Notice, Order, Tape};
use model::{Now, limits};
use prometheus::Registry;
use tokio::sync::mpsc;

use crate::config::{SfuConfig, SfuFault};
use crate::delay::{Delay, DelayFigures, figures};
use crate::door::{Homes, State, StreamDoor, StreamWay};
use crate::dtls::Identity;
use crate::metrics::Metrics;
use crate::placing::Placing;
use crate::relays::{RelayMaker, Told};
use crate::socket::{Socket, bind_all};
use crate::streams::Reach;
use crate::thread::{Clock, MediaThread, Setup, WAKE};
use crate::turn::Relays;
use crate::turn::credentials::Secret;

/// Threads a node may have.
const THREADS_MAX: usize = 64;
/// Blocks of streams that wait for a media thread; their readers wait.
const BLOCKS_MAX: usize = 256;
/// Allocations of the relay on one node.
const RELAYS_MAX: usize = 4_096;

/// The channels between this room and the others.
#[derive(Debug)]
pub struct Doors {
    /// What signaling orders. When its other end is dropped, the room goes on with what it has
    /// until [`Sfu::stop`].
    pub orders: mpsc::Receiver<Order>,
    /// What signaling is told. When full, figures and speakers are dropped first; the rest waits
    /// in a bounded backlog.
    pub notices: mpsc::Sender<Notice>,
    /// Media for the recorder. When full, the next tape begins with what was lost.
    pub tapes: mpsc::Sender<Tape>,
}

/// A running media room.
pub struct Sfu {
    threads: Vec<Thread>,
    ports: Vec<u16>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
    stop: Arc<AtomicBool>,
    door: StreamDoor,
    told: Told,
}

struct Thread {
    waker: Arc<Waker>,
    delay: Arc<Delay>,
    handle: JoinHandle<()>,
}

impl fmt::Debug for Sfu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sfu").field("ports", &self.ports).finish_non_exhaustive()
    }
}

/// Binds the sockets, makes the process's certificate and starts the media threads. Call
/// inside a tokio runtime: one task of it brings orders to the threads.
///
/// # Errors
/// When a port is taken, an address is not this machine's, or the system gives no threads.
pub fn start(
    config: &SfuConfig,
    clock: impl Fn() -> Now + Send + Sync + 'static,
    doors: Doors,
    registry: &Registry,
) -> Result<Sfu, SfuFault> {
    let clock: Clock = Arc::new(clock);
    let count = config.threads.clamp(1, THREADS_MAX);
    let metrics = Arc::new(Metrics::new(registry)?);
    let identity = Identity::generate().map_err(SfuFault::Certificate)?;
    let secret = Secret::random().map_err(io::Error::other).map_err(system("draw lots"))?;
    let secret = Arc::new(secret);
    let stop = Arc::new(AtomicBool::new(false));
    // Everything that can be refused comes before the first thread runs.
    let Listening { sockets, streams, streams_at } = listen_all(config, count)?;
    let own_streams = streams.first().and_then(|stream| stream.local_addr().ok());
    let mut sfu_threads = Vec::with_capacity(count);
    let mut ports = Vec::with_capacity(count);
    let (mut ways, mut stream_ways) = (Vec::with_capacity(count), Vec::with_capacity(count));
    for (number, sockets) in (0_u8..).zip(sockets) {
        let port = sockets.first().map_or(0, |socket| socket.local().port());
        ports.push(port);
        let poll = Poll::new().map_err(system("make a poll"))?;
        let waker = Arc::new(Waker::new(poll.registry(), WAKE).map_err(system("make a waker"))?);
        let delay = Arc::new(Delay::new());
        let (way, orders) = mpsc::channel(limits::ORDERS_MAX);
        let (arrivals_in, arrivals) = mpsc::channel(BLOCKS_MAX);
        let provider = Arc::clone(identity.provider());
        let relays = Relays::new(Arc::clone(&secret), provider, number, RELAYS_MAX / count);
        let media = MediaThread::new(Setup {
            config: config.clone(),
            identity: identity.clone(),
            clock: Arc::clone(&clock),
            sockets,
            poll,
            orders,
            notices: doors.notices.clone(),
            tapes: doors.tapes.clone(),
            metrics: Arc::clone(&metrics),
            delay: Arc::clone(&delay),
            stop: Arc::clone(&stop),
            connections_max: (limits::CONNECTIONS_MAX / count).max(1),
            reach: Reach::new(arrivals, relays, port),
            thread: number,
            streams_at: streams_at.clone(),
        })?;
        let handle = std::thread::Builder::new()
            .name(format!("media-{number}"))
            .spawn(move || media.run())
            .map_err(system("start a media thread"))?;
        ways.push(Way { orders: way, waker: Arc::clone(&waker) });
        stream_ways.push(StreamWay { arrivals: arrivals_in, waker: Arc::clone(&waker) });
        sfu_threads.push(Thread { waker, delay, handle });
    }
    let homes = Homes::default();
    let door = StreamDoor::new(State {
        ways: stream_ways,
        homes: homes.clone(),
        secret: Arc::clone(&secret),
        clock: Arc::clone(&clock),
        metrics,
        made: AtomicU64::new(0),
        sources: Mutex::default(),
    });
    let placing = Placing::new(sfu_threads.iter().map(|thread| Arc::clone(&thread.delay)));
    let places = Places { homes: homes.clone(), placing, clock: Arc::clone(&clock) };
    let mut tasks = vec![tokio::spawn(dispatch(doors.orders, ways, places))];
    for stream in streams {
        let stream = tokio::net::TcpListener::from_std(stream).map_err(system("accept TCP"))?;
        tasks.push(tokio::spawn(door.clone().accept(stream)));
    }
    tracing::info!(?ports, threads = count, "media is served");
    let tcp_port = own_streams.map(|address| address.port());
    let (ports_told, trusted_tls) = (ports.clone(), config.trusted_tls);
    let told = Told { secret, homes, clock, ports: ports_told, tcp_port, trusted_tls };
    Ok(Sfu { threads: sfu_threads, ports, tasks, stop, door, told })
}

/// What is bound.
struct Listening {
    /// UDP, by thread.
    sockets: Vec<Vec<Socket>>,
    /// TCP.
    streams: Vec<TcpListener>,
    /// Where TCP is taken, here or by another room.
    streams_at: Vec<SocketAddr>,
}

fn listen_all(config: &SfuConfig, count: usize) -> Result<Listening, SfuFault> {
    let mut sockets: Vec<Vec<Socket>> = Vec::with_capacity(count);
    let mut streams = Vec::new();
    let mut streams_at: Vec<SocketAddr> = config.streams_from.clone();
    streams_at.retain(|address| address.port() != 0);
    let port = config.listen.first().map_or(0, SocketAddr::port);
    let elsewhere = streams_at.iter().any(|address| address.port() == port);
    for number in 0..count {
        let with_streams = number == 0 && !elsewhere;
        let (udp, tcp) = bind_all(&listen(config, number)?, with_streams)?;
        sockets.push(udp);
        streams.extend(tcp);
    }
    for stream in &streams {
        streams_at.push(stream.local_addr().map_err(system("see where TCP is taken"))?);
    }
    Ok(Listening { sockets, streams, streams_at })
}

impl Sfu {
    /// The UDP port of the first thread.
    pub fn local_port(&self) -> u16 {
        self.ports.first().copied().unwrap_or_default()
    }

    /// The UDP port of each thread.
    pub fn local_ports(&self) -> &[u16] {
        &self.ports
    }

    /// How long packets stayed in the server over about the last minute, all threads together.
    pub fn delay(&self) -> DelayFigures {
        figures(self.threads.iter().map(|thread| thread.delay.as_ref()))
    }

    /// The same as [`Sfu::delay`], for somebody who outlives this handle.
    pub fn delay_reader(&self) -> impl Fn() -> DelayFigures + Send + Sync + use<> {
        let delays: Vec<_> = self.threads.iter().map(|t| Arc::clone(&t.delay)).collect();
        move || figures(delays.iter().map(AsRef::as_ref))
    }

    /// Takes streams that another room accepted and that speak media.
    pub fn stream_door(&self) -> StreamDoor {
        self.door.clone()
    }

    /// Makes the list of relays for a participant, given how the page reached this server: host
    /// and port as in the `Host` header (RFC 9110 §7.2), the port being that of HTTPS.
    pub fn relay_maker(&self) -> RelayMaker {
        self.told.maker()
    }

    /// Says good-bye to every page, tells signaling, hands over the last tape and joins the
    /// threads. Blocks for a moment: call it off the event loop.
    pub fn stop(self) {
        for task in &self.tasks {
            task.abort();
        }
        self.stop.store(true, Ordering::Release);
        for thread in self.threads {
            if let Err(fault) = thread.waker.wake() {
                tracing::warn!(%fault, "a media thread could not be woken; it ends by itself");
            }
            if thread.handle.join().is_err() {
                tracing::error!("a media thread had ended with a panic");
            }
        }
    }
}

/// The addresses of a thread: the configured ones, the port moved on by its number.
fn listen(config: &SfuConfig, number: usize) -> Result<Vec<SocketAddr>, SfuFault> {
    config
        .listen
        .iter()
        .map(|address| {
            let mut address = *address;
            if address.port() != 0 {
                let port = usize::from(address.port()) + number;
                let no_ports = SfuFault::NoPorts { port: address.port(), threads: config.threads };
                address.set_port(u16::try_from(port).map_err(|_| no_ports)?);
            }
            Ok(address)
        })
        .collect()
}

fn system(doing: &'static str) -> impl Fn(io::Error) -> SfuFault {
    move |fault| SfuFault::System { doing, fault }
}

/// The way to one thread.
struct Way {
    orders: mpsc::Sender<Order>,
    waker: Arc<Waker>,
}

/// Where hearings live, and where new ones go.
struct Places {
    homes: Homes,
    placing: Placing,
    clock: Clock,
}

/// Brings each order to its hearing's thread; a new hearing goes to the one that forwards least.
async fn dispatch(mut orders: mpsc::Receiver<Order>, ways: Vec<Way>, places: Places) {
    let Places { homes, mut placing, clock } = places;
    while let Some(order) = orders.recv().await {
        let hearing = match &order {
            Order::Open { hearing }
            | Order::Grants { hearing, .. }
            | Order::Offer { hearing, .. }
            | Order::Tiles { hearing, .. }
            | Order::Drop { hearing, .. }
            | Order::Close { hearing } => *hearing,
        };
        let known = homes.get(hearing);
        let mut place = known.unwrap_or_default();
        match &order {
            Order::Open { .. } if known.is_none() => {
                place = placing.open(clock().instant);
                homes.set(hearing, place);
            }
            Order::Close { .. } if known.is_some() => {
                homes.remove(hearing);
                placing.close(place);
            }
            Order::Open { .. }
            | Order::Close { .. }
            | Order::Grants { .. }
            | Order::Offer { .. }
            | Order::Tiles { .. }
            | Order::Drop { .. } => (),
        }
        let way = &ways[place];
        if way.orders.send(order).await.is_err() {
            tracing::error!(%hearing, "a media thread has ended; its order is lost");
        }
        if let Err(fault) = way.waker.wake() {
            tracing::warn!(%fault, "a media thread could not be woken");
        }
    }
}
