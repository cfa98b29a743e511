//! Keeps the second copy: a task for each live hearing, one for those at rest, and one look at the
//! store every second.
//!
//! What is not here: what is copied of a hearing in which order (`shipment`).
//!
//! Nothing waits in memory: what is to be copied stands on disk, and how far the copy is stands in
//! the store. A store that is away is asked again, ever more seldom up to a bound, for as long as it
//! takes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use model::HearingId;
use record::seal::SEAL_FILE;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use super::shipment::{ShipFault, Shipment};
use super::{locks, names};
use crate::folder::hearings;
use crate::metrics::CopyMetrics;
use crate::store::{Store, StoreFault};

/// Requests to the store at the same time; each keeps at most a part in memory.
const REQUESTS_MAX: usize = 8;
/// The store is looked at this often while it is there.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// One look takes no longer.
const LOOK_WAIT: Duration = Duration::from_secs(2);
/// What tasks tell the copier and it has not taken yet; they wait.
const TOLD_MAX: usize = 64;
/// Hearings at rest that are looked at again because something was missing; more wait for the next
/// reconciliation.
const AGAIN_MAX: usize = 1_024;

/// How the second copy is kept.
#[derive(Clone, Debug)]
pub struct CopyConfig {
    /// The folder that holds one folder per hearing.
    pub archive: PathBuf,
    /// What a live hearing has new is put into the store this often.
    pub every: Duration,
    /// A store that is away is asked again after this time at first,
    pub retry_first: Duration,
    /// and after twice the time each time, up to this.
    pub retry_max: Duration,
}

impl CopyConfig {
    /// As the house has it.
    pub const fn new(archive: PathBuf) -> Self {
        Self {
            archive,
            every: Duration::from_secs(2),
            retry_first: Duration::from_secs(1),
            retry_max: Duration::from_secs(60),
        }
    }
}

/// How the second copy is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CopyState {
    /// The store does not take what it is given.
    pub away: bool,
    /// Hearings that are not copied because copy and archive differ.
    pub differing: usize,
    /// How long ago the live hearing that is worst off was copied completely, seconds.
    pub behind_seconds: u64,
}

/// What a task tells.
enum Told {
    /// Everything that is durable of the hearing is copied.
    Caught(HearingId),
    /// It cannot be copied at the moment.
    Failed(HearingId, ShipFault),
    /// A file is not what the ledger attests, or the copy is another.
    Differs(HearingId, String),
    /// Some bytes were put.
    Bytes(u64),
    /// The hearing needs no more copying for now.
    Over(HearingId),
    /// The hearing cannot be copied until a person has looked at it.
    Parked(HearingId),
}

/// Live hearings and how many bytes of each one's ledger are durable.
pub(crate) type Durable = BTreeMap<HearingId, u64>;

/// The copier's ends.
pub(crate) struct Ends {
    /// From the recorder.
    pub(crate) durable: watch::Receiver<Durable>,
    /// Hearings at rest to be looked at again.
    pub(crate) again: mpsc::Receiver<HearingId>,
    /// How it goes.
    pub(crate) state: watch::Sender<CopyState>,
    /// True when the node stops.
    pub(crate) stop: watch::Receiver<bool>,
}

/// The queue of hearings to be looked at again.
pub(crate) fn again() -> (mpsc::Sender<HearingId>, mpsc::Receiver<HearingId>) {
    mpsc::channel(AGAIN_MAX)
}

/// What every task has.
#[derive(Clone)]
struct Desk {
    config: Arc<CopyConfig>,
    store: Store,
    requests: Arc<Semaphore>,
    durable: watch::Receiver<Durable>,
    told: mpsc::Sender<Told>,
}

/// What is known of the copying.
struct Watch {
    metrics: CopyMetrics,
    state: watch::Sender<CopyState>,
    /// The store did not answer a look.
    deaf: bool,
    failing: BTreeSet<HearingId>,
    differing: BTreeSet<HearingId>,
    caught: BTreeMap<HearingId, Instant>,
}

/// Keeps the copy until the node stops; then it goes on as long as the caller waits.
pub(crate) async fn run(config: CopyConfig, store: Store, ends: Ends, metrics: CopyMetrics) {
    let Ends { durable, mut again, state, mut stop } = ends;
    let (told, mut tidings) = mpsc::channel(TOLD_MAX);
    let desk = Desk {
        config: Arc::new(config),
        store,
        requests: Arc::new(Semaphore::new(REQUESTS_MAX)),
        durable: durable.clone(),
        told,
    };
    let mut watch = Watch::new(metrics, state);
    let (looks_in, mut looks) = mpsc::channel(1);
    let mut tasks = JoinSet::new();
    tasks.spawn(look(desk.clone(), looks_in));
    tasks.spawn(at_rest(desk.clone()));
    let mut live = durable;
    let (mut known, mut parked) = (BTreeSet::new(), BTreeSet::new());
    let mut ticks = interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut stopping, mut deserted) = (false, false);
    let stopped = stop.clone();
    loop {
        let now: BTreeSet<HearingId> = live.borrow_and_update().keys().copied().collect();
        for hearing in now {
            if !parked.contains(&hearing) && known.insert(hearing) {
                tasks.spawn(keep(desk.clone(), hearing, stopped.clone()));
            }
        }
        if (stopping || deserted) && known.is_empty() {
            return;
        }
        tokio::select! {
            changed = live.changed(), if !deserted => deserted = changed.is_err(),
            Some(told) = tidings.recv() => {
                match told {
                    Told::Over(hearing) => known.remove(&hearing),
                    Told::Parked(hearing) => known.remove(&hearing) && parked.insert(hearing),
                    Told::Caught(_) | Told::Failed(..) | Told::Differs(..) | Told::Bytes(_) => true,
                };
                watch.take(told);
            }
            Some(answer) = looks.recv() => watch.looked(answer),
            Some(hearing) = again.recv() => {
                parked.remove(&hearing);
                watch.differing.remove(&hearing);
                if known.insert(hearing) {
                    tasks.spawn(keep(desk.clone(), hearing, stopped.clone()));
                }
            }
            Some(ended) = tasks.join_next() => if let Err(fault) = ended {
                tracing::error!(%fault, "a task of the copy ended by a bug");
            },
            told = stop.wait_for(|stop| *stop), if !stopping => {
                stopping = true;
                if told.is_err() {
                    tracing::debug!("the copy was dropped without being stopped");
                }
            }
            _ = ticks.tick() => {}
        }
        watch.show();
    }
}

impl Watch {
    fn new(metrics: CopyMetrics, state: watch::Sender<CopyState>) -> Self {
        let (failing, differing, caught) = (BTreeSet::new(), BTreeSet::new(), BTreeMap::new());
        Self { metrics, state, deaf: false, failing, differing, caught }
    }

    fn take(&mut self, told: Told) {
        match told {
            Told::Caught(hearing) => {
                self.caught.insert(hearing, Instant::now());
                if self.failing.remove(&hearing) && self.failing.is_empty() {
                    tracing::warn!(%hearing, "the second copy goes on");
                }
            }
            Told::Failed(hearing, fault) => {
                self.caught.entry(hearing).or_insert_with(Instant::now);
                self.metrics.failures.inc();
                if self.failing.insert(hearing) {
                    tracing::error!(%hearing, %fault, "the second copy fails; it is tried again");
                }
            }
            Told::Differs(hearing, why) => {
                if self.differing.insert(hearing) {
                    tracing::error!(%hearing, why, "archive and second copy differ");
                }
            }
            Told::Bytes(bytes) => self.metrics.bytes.inc_by(bytes),
            Told::Over(hearing) | Told::Parked(hearing) => {
                self.caught.remove(&hearing);
                self.failing.remove(&hearing);
            }
        }
    }

    fn looked(&mut self, answer: Result<(), StoreFault>) {
        match answer {
            Ok(()) if self.deaf => tracing::warn!("the store of the second copy is back"),
            Ok(()) => {}
            Err(fault) => {
                self.metrics.failures.inc();
                if !self.deaf {
                    tracing::error!(%fault, "the store of the second copy is away");
                }
                self.deaf = true;
                return;
            }
        }
        self.deaf = false;
    }

    fn show(&self) {
        let behind = self.caught.values().map(Instant::elapsed).max().unwrap_or_default();
        let state = CopyState {
            away: self.deaf || !self.failing.is_empty(),
            differing: self.differing.len(),
            behind_seconds: behind.as_secs(),
        };
        self.metrics.away.set(i64::from(state.away));
        self.metrics.differing.set(i64::try_from(state.differing).unwrap_or(i64::MAX));
        self.metrics.behind.set(i64::try_from(state.behind_seconds).unwrap_or(i64::MAX));
        self.state.send_if_modified(|shown| {
            let changed = *shown != state;
            *shown = state;
            changed
        });
    }
}

/// Times between tries.
struct Backoff {
    next: Duration,
    first: Duration,
    max: Duration,
}

impl Backoff {
    const fn new(config: &CopyConfig) -> Self {
        Self { next: config.retry_first, first: config.retry_first, max: config.retry_max }
    }

    async fn wait(&mut self) {
        tokio::time::sleep(self.next).await;
        self.next = self.next.saturating_mul(2).min(self.max);
    }

    const fn over(&mut self) {
        self.next = self.first;
    }
}

/// Looks at the store for as long as somebody listens.
async fn look(desk: Desk, looks: mpsc::Sender<Result<(), StoreFault>>) {
    let mut backoff = Backoff::new(&desk.config);
    loop {
        let answer = timeout(LOOK_WAIT, desk.store.enter(true)).await.unwrap_or_else(|_| {
            let why = "no answer".to_owned();
            Err(StoreFault::Away { doing: format!("look at {}", desk.store.place()), why })
        });
        let failed = answer.is_err();
        if looks.send(answer).await.is_err() {
            return;
        }
        if failed {
            backoff.wait().await;
        } else {
            backoff.over();
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

impl Desk {
    async fn tell(&self, told: Told) {
        if self.told.send(told).await.is_err() {
            tracing::debug!("the copier has stopped");
        }
    }

    /// The durable bytes of a live hearing's ledger.
    fn durable(&self, hearing: HearingId) -> Option<u64> {
        self.durable.borrow().get(&hearing).copied()
    }

    /// Copies a hearing as far as it is durable now.
    async fn catch_up(
        &self,
        hearing: HearingId,
        shipment: &mut Option<Shipment>,
    ) -> Result<(), ShipFault> {
        if self.durable(hearing) == Some(0) {
            return Ok(());
        }
        let shipment = match shipment {
            Some(shipment) => shipment,
            None => {
                self.store.enter(true).await?;
                let folder = self.config.archive.join(hearing.to_string());
                let (store, requests) = (self.store.clone(), Arc::clone(&self.requests));
                shipment.insert(Shipment::begin(hearing, folder, store, requests).await?)
            }
        };
        loop {
            let done = shipment.step(self.durable(hearing)).await;
            let bytes = std::mem::take(&mut shipment.bytes);
            if bytes > 0 {
                self.tell(Told::Bytes(bytes)).await;
            }
            for file in &shipment.bad {
                self.tell(Told::Differs(hearing, file.clone())).await;
            }
            if done? {
                return Ok(());
            }
        }
    }
}

/// Copies one hearing until it is at rest and all of it is there.
async fn keep(desk: Desk, hearing: HearingId, stop: watch::Receiver<bool>) {
    let (mut shipment, mut backoff) = (None, Backoff::new(&desk.config));
    loop {
        let live = desk.durable(hearing).is_some();
        match desk.catch_up(hearing, &mut shipment).await {
            Ok(()) => {
                backoff.over();
                desk.tell(Told::Caught(hearing)).await;
                if !live {
                    let complete = shipment.is_some_and(|shipment| shipment.is_complete());
                    if complete {
                        desk.lock(hearing).await;
                    }
                    tracing::info!(%hearing, complete, "the second copy has all there is");
                    break;
                }
                tokio::time::sleep(desk.config.every).await;
            }
            Err(ShipFault::Differs(why)) => {
                desk.tell(Told::Differs(hearing, why)).await;
                return desk.tell(Told::Parked(hearing)).await;
            }
            Err(fault @ (ShipFault::Store(_) | ShipFault::Disk(_))) => {
                if *stop.borrow() {
                    break;
                }
                desk.tell(Told::Failed(hearing, fault)).await;
                backoff.wait().await;
            }
        }
    }
    desk.tell(Told::Over(hearing)).await;
}

/// Hearings that are at rest when the node starts: each that has no seal in the copy is copied as
/// far as it goes.
async fn at_rest(desk: Desk) {
    let archive = desk.config.archive.clone();
    let listed = tokio::task::spawn_blocking(move || hearings(&archive)).await;
    let Ok(Ok(listed)) = listed else {
        tracing::error!("the archive cannot be listed for the second copy");
        return;
    };
    let mut backoff = Backoff::new(&desk.config);
    for hearing in listed {
        while desk.durable(hearing).is_none() {
            match desk.rest(hearing).await {
                Ok(()) => {
                    backoff.over();
                    break;
                }
                Err(ShipFault::Differs(why)) => {
                    desk.tell(Told::Differs(hearing, why)).await;
                    break;
                }
                Err(fault @ (ShipFault::Store(_) | ShipFault::Disk(_))) => {
                    desk.tell(Told::Failed(hearing, fault)).await;
                    backoff.wait().await;
                }
            }
        }
        desk.tell(Told::Over(hearing)).await;
    }
}

impl Desk {
    /// Locks what was copied, where that is configured. What cannot be locked now is found by the
    /// reconciliation, and locked then.
    async fn lock(&self, hearing: HearingId) {
        let now = crate::store::now();
        if let Err(fault) = locks::lock(&self.store, hearing, now, None).await {
            tracing::error!(%hearing, %fault, "the second copy is not locked");
        }
    }

    async fn rest(&self, hearing: HearingId) -> Result<(), ShipFault> {
        let seal = names::whole(hearing, SEAL_FILE);
        for name in [seal.clone(), format!("{seal}{}", names::ENCIPHERED)] {
            if self.store.length(&name).await?.is_some() {
                return Ok(());
            }
        }
        let mut shipment = None;
        self.catch_up(hearing, &mut shipment).await?;
        if shipment.is_some_and(|shipment: Shipment| shipment.is_complete()) {
            self.lock(hearing).await;
        }
        Ok(())
    }
}
