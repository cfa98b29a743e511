//! The way in for byte streams (TCP, or TLS opened by somebody else): what do they speak, which
//! media thread are they for, and carrying bytes both ways.
//!
//! What is not here: what the datagrams in them mean (`streams.rs`, `packets.rs`).

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::{Buf, BytesMut};
use mio::Waker;
use model::{HearingId, limits};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use crate::connection::thread_of;
use crate::framing::{self, First, Framing, Next};
use crate::metrics::{Metrics, StreamEnd};
use crate::strangers::who;
use crate::streams::{Arrival, Opened, Outflow};
use crate::stun::Check;
use crate::thread::Clock;
use crate::turn::{self, credentials::Secret};

/// Bytes read at once.
const READ: usize = 16 * 1_024;
/// Requests of the relay that are answered before one says for which hearing it is.
const CHALLENGES_MAX: u32 = 8;
/// A write that takes longer ends the stream: nobody reads at the other end.
const WRITE_WAIT: Duration = Duration::from_secs(10);
/// Batches of packets that may wait for a stream; their bytes are bounded as well.
const BATCHES_MAX: usize = 256;
/// Accepting pauses this long when the system has no descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// The thread each hearing lives on.
#[derive(Clone, Default)]
pub(crate) struct Homes(Arc<Mutex<BTreeMap<HearingId, usize>>>);

impl Homes {
    fn map(&self) -> MutexGuard<'_, BTreeMap<HearingId, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn get(&self, hearing: HearingId) -> Option<usize> {
        self.map().get(&hearing).copied()
    }

    pub(crate) fn set(&self, hearing: HearingId, thread: usize) {
        self.map().insert(hearing, thread);
    }

    pub(crate) fn remove(&self, hearing: HearingId) {
        self.map().remove(&hearing);
    }
}

/// Both ends of a stream.
#[derive(Clone, Copy)]
pub struct Ends {
    /// Who came.
    pub remote: SocketAddr,
    /// By which address they reached this machine.
    pub local: SocketAddr,
    /// Whether it came out of TLS.
    pub over_tls: bool,
}

impl fmt::Debug for Ends {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ends").field("over_tls", &self.over_tls).finish_non_exhaustive()
    }
}

/// The way to a media thread.
pub(crate) struct StreamWay {
    pub(crate) arrivals: mpsc::Sender<Arrival>,
    pub(crate) waker: Arc<Waker>,
}

impl StreamWay {
    async fn send(&self, arrival: Arrival) -> bool {
        if self.arrivals.send(arrival).await.is_err() {
            return false;
        }
        if let Err(fault) = self.waker.wake() {
            tracing::warn!(%fault, "a media thread could not be woken");
        }
        true
    }
}

/// Takes streams for the media threads. Clones share one count of streams.
#[derive(Clone)]
pub struct StreamDoor(Arc<State>);

pub(crate) struct State {
    pub(crate) ways: Vec<StreamWay>,
    pub(crate) homes: Homes,
    pub(crate) secret: Arc<Secret>,
    pub(crate) clock: Clock,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) made: AtomicU64,
    pub(crate) sources: Mutex<BTreeMap<u128, usize>>,
}

impl fmt::Debug for StreamDoor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StreamDoor")
    }
}

/// A stream's place in the count.
struct Place {
    state: Arc<State>,
    who: u128,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut sources = self.state.sources();
        if let Some(count) = sources.get_mut(&self.who) {
            *count -= 1;
            if *count == 0 {
                sources.remove(&self.who);
            }
        }
        self.state.metrics.streams.dec();
    }
}

impl State {
    fn sources(&self) -> MutexGuard<'_, BTreeMap<u128, usize>> {
        self.sources.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StreamDoor {
    pub(crate) fn new(state: State) -> Self {
        Self(Arc::new(state))
    }

    /// Takes a stream: serves it until it ends, or closes it when it speaks nothing known within
    /// `limits::STREAM_FIRST_WAIT`, or when there are too many. Call inside a tokio runtime.
    pub fn take(&self, stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static, ends: Ends) {
        let Some(place) = self.place(ends) else {
            return self.0.metrics.stream_ended(StreamEnd::Full);
        };
        let state = Arc::clone(&self.0);
        tokio::spawn(async move {
            let why = serve(&state, stream, ends).await;
            state.metrics.stream_ended(why);
            drop(place);
        });
    }

    fn place(&self, ends: Ends) -> Option<Place> {
        let who = who(ends.remote.ip());
        let mut sources = self.0.sources();
        let all: usize = sources.values().sum();
        let of_source = sources.get(&who).copied().unwrap_or_default();
        if all >= limits::STREAMS_MAX || of_source >= limits::STREAMS_PER_SOURCE_MAX {
            return None;
        }
        sources.insert(who, of_source + 1);
        self.0.metrics.streams.inc();
        Some(Place { state: Arc::clone(&self.0), who })
    }

    /// Accepts TCP as long as a media thread lives.
    pub(crate) async fn accept(self, socket: TcpListener) {
        while self.0.ways.iter().any(|way| !way.arrivals.is_closed()) {
            let stream = match socket.accept().await {
                Ok((stream, _)) => stream,
                Err(fault) => {
                    tracing::warn!(%fault, "cannot accept a media stream");
                    sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            };
            let ends = stream.peer_addr().and_then(|remote| Ok((remote, stream.local_addr()?)));
            let quick = stream.set_nodelay(true);
            if let (Ok((remote, local)), Ok(())) = (ends, quick) {
                self.take(stream, Ends { remote, local, over_tls: false });
            }
        }
    }
}

/// Serves one stream to its end.
async fn serve(
    state: &State,
    mut stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    ends: Ends,
) -> StreamEnd {
    let mut held = BytesMut::with_capacity(READ);
    let met = timeout(limits::STREAM_FIRST_WAIT, meet(state, &mut stream, &mut held, ends)).await;
    let (framing, thread) = match met {
        Ok(Some(met)) => met,
        Ok(None) => return StreamEnd::Garbage,
        Err(_) => return StreamEnd::TooLate,
    };
    let Some(way) = state.ways.get(thread) else { return StreamEnd::Garbage };
    let stream_number = state.made.fetch_add(1, Ordering::Relaxed);
    let (batches, waiting_batches) = mpsc::channel(BATCHES_MAX);
    let waiting = Arc::new(AtomicUsize::new(0));
    let opened = Opened {
        stream: stream_number,
        remote: SocketAddr::new(ends.remote.ip().to_canonical(), ends.remote.port()),
        local: ends.local.ip().to_canonical(),
        framing,
        over_tls: ends.over_tls,
        out: Outflow::new(batches, Arc::clone(&waiting)),
    };
    if !way.send(Arrival::Opened(Box::new(opened))).await {
        return StreamEnd::Over;
    }
    let (reader, writer) = split(stream);
    let why = tokio::select! {
        why = read(way, reader, held, framing, stream_number) => why,
        () = write(writer, waiting_batches, waiting) => StreamEnd::Over,
    };
    way.send(Arrival::Closed { stream: stream_number }).await;
    why
}

/// Reads until it is known what a stream speaks and which thread it is for. What was read and not
/// used stays in `held`.
async fn meet(
    state: &State,
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    held: &mut BytesMut,
    ends: Ends,
) -> Option<(Framing, usize)> {
    let framing = loop {
        match framing::first(held) {
            First::Known(framing) => break framing,
            First::Neither => return None,
            First::More => more(stream, held).await?,
        }
    };
    let mut challenges = 0;
    loop {
        match framing::next(framing, held, 0) {
            Next::Broken => return None,
            Next::More => more(stream, held).await?,
            Next::Whole { start, end, next } => {
                let message = &held[start..end];
                if framing == Framing::Ice {
                    let check = Check::read(message).ok()?;
                    return Some((framing, thread_of(check.server_ufrag())?));
                }
                if let Some(claim) = turn::claim(message) {
                    return Some((framing, state.homes.get(claim.hearing).unwrap_or_default()));
                }
                challenges += 1;
                if challenges > CHALLENGES_MAX {
                    return None;
                }
                let now = (state.clock)().utc;
                let answer = turn::challenge(message, ends.remote, &state.secret, now)?;
                stream.write_all(&answer).await.ok()?;
                held.advance(next);
            }
        }
    }
}

async fn more(stream: &mut (impl AsyncRead + Unpin), held: &mut BytesMut) -> Option<()> {
    held.reserve(READ);
    (stream.read_buf(held).await.ok()? > 0).then_some(())
}

/// Brings whole datagrams to the media thread; while the thread is busy nothing is read.
async fn read(
    way: &StreamWay,
    mut reader: impl AsyncRead + Unpin,
    mut held: BytesMut,
    framing: Framing,
    stream: u64,
) -> StreamEnd {
    loop {
        let Ok(whole) = framing::whole(framing, &held) else { return StreamEnd::Garbage };
        if whole > 0 {
            let block = held.split_to(whole);
            if !way.send(Arrival::Bytes { stream, block }).await {
                return StreamEnd::Over;
            }
        }
        if more(&mut reader, &mut held).await.is_none() {
            return StreamEnd::Over;
        }
    }
}

/// Writes what the media thread has for the stream, until the thread lets go of it.
async fn write(
    mut writer: impl AsyncWrite + Unpin,
    mut batches: mpsc::Receiver<Vec<u8>>,
    waiting: Arc<AtomicUsize>,
) {
    while let Some(batch) = batches.recv().await {
        let written = timeout(WRITE_WAIT, async {
            writer.write_all(&batch).await?;
            writer.flush().await
        });
        if !matches!(written.await, Ok(Ok(()))) {
            return;
        }
        waiting.fetch_sub(batch.len(), Ordering::AcqRel);
    }
    if timeout(WRITE_WAIT, writer.shutdown()).await.is_err() {
        tracing::debug!("a stream did not end in time");
    }
}
