//! Starting and stopping the room: sockets, threads, and the task that brings each order to the
//! thread its hearing lives on.
//!
//! What is not here: what a thread does.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use mio::{Poll, Waker};
use model::letters::{Notice, Order, Tape};
use model::{HearingId, Now, limits};
use prometheus::Registry;
use tokio::sync::mpsc;

use crate::config::{SfuConfig, SfuFault};
use crate::delay::{Delay, DelayFigures, figures};
use crate::dtls::Identity;
use crate::metrics::Metrics;
use crate::socket::{Socket, bind_all};
use crate::thread::{Clock, MediaThread, Setup, WAKE};

/// Threads a node may have.
const THREADS_MAX: usize = 64;

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
    dispatcher: tokio::task::JoinHandle<()>,
    stop: Arc<AtomicBool>,
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

/// Binds the UDP sockets, makes the process's certificate and starts the media threads. Call
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
    let stop = Arc::new(AtomicBool::new(false));
    let mut sfu_threads = Vec::with_capacity(count);
    let mut ports = Vec::with_capacity(count);
    let mut ways = Vec::with_capacity(count);
    // Everything that can be refused comes before the first thread runs.
    let mut sockets: Vec<Vec<Socket>> = Vec::with_capacity(count);
    for number in 0..count {
        sockets.push(bind_all(&listen(config, number)?)?);
    }
    for (number, sockets) in sockets.into_iter().enumerate() {
        ports.extend(sockets.first().map(|socket| socket.local().port()));
        let poll = Poll::new().map_err(system("make a poll"))?;
        let waker = Arc::new(Waker::new(poll.registry(), WAKE).map_err(system("make a waker"))?);
        let delay = Arc::new(Delay::new());
        let (way, orders) = mpsc::channel(limits::ORDERS_MAX);
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
        })?;
        let handle = std::thread::Builder::new()
            .name(format!("media-{number}"))
            .spawn(move || media.run())
            .map_err(system("start a media thread"))?;
        ways.push(Way { orders: way, waker: Arc::clone(&waker), hearings: 0 });
        sfu_threads.push(Thread { waker, delay, handle });
    }
    let dispatcher = tokio::spawn(dispatch(doors.orders, ways));
    tracing::info!(?ports, threads = count, "media is served");
    Ok(Sfu { threads: sfu_threads, ports, dispatcher, stop })
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

    /// Says good-bye to every page, tells signaling, hands over the last tape and joins the
    /// threads. Blocks for a moment: call it off the event loop.
    pub fn stop(self) {
        self.dispatcher.abort();
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
    hearings: usize,
}

/// Brings each order to its hearing's thread; a new hearing goes to the thread with the fewest.
async fn dispatch(mut orders: mpsc::Receiver<Order>, mut ways: Vec<Way>) {
    let mut home: BTreeMap<HearingId, usize> = BTreeMap::new();
    while let Some(order) = orders.recv().await {
        let hearing = match &order {
            Order::Open { hearing }
            | Order::Grants { hearing, .. }
            | Order::Offer { hearing, .. }
            | Order::Tiles { hearing, .. }
            | Order::Drop { hearing, .. }
            | Order::Close { hearing } => *hearing,
        };
        let least = (0..ways.len()).min_by_key(|place| ways[*place].hearings).unwrap_or_default();
        let known = home.get(&hearing).copied();
        let place = known.unwrap_or(least);
        match &order {
            Order::Open { .. } if known.is_none() => {
                home.insert(hearing, place);
                ways[place].hearings += 1;
            }
            Order::Close { .. } if known.is_some() => {
                home.remove(&hearing);
                ways[place].hearings -= 1;
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
