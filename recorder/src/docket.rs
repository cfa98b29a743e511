//! The hearings being kept: gives each its ledger task and hands on what arrives for it.
//!
//! What is not here: anything about one hearing's record.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use model::archive::Attendee;
use model::letters::{RecordNotice, RecordOrder, Tape, TapeItem};
use model::limits::{RECORD_QUEUE_MAX, TAPES_MAX};
use model::view::Heading;
use model::{Brief, HearingId, Instant, Now, RecordFault, Timestamp, TrackId};
use record::entry::{Entry, FORMAT};
use record::ledger::Ledger;
use record::reel::Reel;
use record::seal::SealMaker;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinSet;

use crate::commit::HearingFiles;
use crate::disk::Disk;
use crate::ledger_task::{Desk, LedgerTask, Letter};
use crate::metrics::Metrics;
use crate::recover::{Found, recover_hearing};
use crate::returning::{Again, DEATHS_MAX, Returning};
use crate::speech::case_words;
use crate::{RecorderConfig, RecorderFault};

/// Blocking calls to the disk at the same time: parallel syncs share the disk's own flushes.
const WRITERS_MAX: usize = 16;
/// How long tasks have to end when the node stops.
const STOP_WAIT: Duration = Duration::from_secs(10);
/// What writes ledgers.
const SOFTWARE: &str = concat!("assize ", env!("CARGO_PKG_VERSION"));

/// One hearing's task as seen from here.
struct Kept {
    letters: mpsc::Sender<Letter>,
    /// What could not be handed over, by track: from, to, packets.
    lost: BTreeMap<TrackId, (Instant, Instant, u32)>,
    again: Again,
}

pub(crate) struct Docket {
    disk: Arc<dyn Disk>,
    config: RecorderConfig,
    clock: Arc<dyn Fn() -> Now + Send + Sync>,
    notices: mpsc::Sender<RecordNotice>,
    metrics: Metrics,
    writers: Arc<Semaphore>,
    kept: BTreeMap<HearingId, Kept>,
    tasks: JoinSet<HearingId>,
    /// Hearings whose task ended by a bug, until another one takes over.
    returning: BTreeMap<HearingId, Returning>,
    /// Folders being looked at for them.
    looks: JoinSet<(HearingId, Result<Found, RecorderFault>)>,
    hearing_by_task: BTreeMap<tokio::task::Id, HearingId>,
}

impl Docket {
    pub(crate) fn new(
        disk: Arc<dyn Disk>,
        config: RecorderConfig,
        clock: Arc<dyn Fn() -> Now + Send + Sync>,
        notices: mpsc::Sender<RecordNotice>,
        metrics: Metrics,
    ) -> Self {
        Self {
            disk,
            config,
            clock,
            notices,
            metrics,
            writers: Arc::new(Semaphore::new(WRITERS_MAX)),
            kept: BTreeMap::new(),
            tasks: JoinSet::new(),
            returning: BTreeMap::new(),
            looks: JoinSet::new(),
            hearing_by_task: BTreeMap::new(),
        }
    }

    /// Hands on orders and tape until the node stops.
    pub(crate) async fn run(
        mut self,
        mut orders: mpsc::Receiver<RecordOrder>,
        mut tapes: mpsc::Receiver<Tape>,
        mut shutdown: watch::Receiver<bool>,
    ) {
        let (mut orders_open, mut tapes_open) = (true, true);
        while orders_open || tapes_open {
            tokio::select! {
                biased;
                () = told_to_stop(&mut shutdown) => break,
                Some(ended) = self.tasks.join_next_with_id() => self.ended(ended).await,
                Some(looked) = self.looks.join_next() => self.looked(looked).await,
                order = orders.recv(), if orders_open => match order {
                    Some(order) => self.order(order).await,
                    None => orders_open = false,
                },
                tape = tapes.recv(), if tapes_open => match tape {
                    Some(tape) => self.tape(tape),
                    None => tapes_open = false,
                },
            }
        }
        while let Ok(order) = orders.try_recv() {
            self.order(order).await;
        }
        while let Ok(tape) = tapes.try_recv() {
            self.tape(tape);
        }
        self.stop().await;
    }

    async fn stop(mut self) {
        for kept in self.kept.values() {
            if kept.letters.send(Letter::Stop).await.is_err() {
                tracing::debug!("a hearing had ended already");
            }
        }
        self.kept.clear();
        let all = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(STOP_WAIT, all).await.is_err() {
            tracing::error!("the disk did not take the last commits in time");
        }
        self.config.durable.0.send_modify(BTreeMap::clear);
    }

    async fn ended(&mut self, ended: Result<(tokio::task::Id, HearingId), tokio::task::JoinError>) {
        let (task, panicked) = match ended {
            Ok((task, _)) => (task, false),
            Err(fault) => (fault.id(), fault.is_panic()),
        };
        let Some(hearing) = self.hearing_by_task.remove(&task) else { return };
        let kept = self.kept.remove(&hearing);
        self.config.durable.0.send_modify(|all| {
            all.remove(&hearing);
        });
        self.metrics.hearings.set(i64::try_from(self.kept.len()).unwrap_or(i64::MAX));
        if panicked {
            tracing::error!(hearing = hearing.0, "the ledger task ended by a bug");
            self.fault(hearing, RecordFault::Silent).await;
            if let Some(kept) = kept {
                self.take_over(hearing, kept.again);
            }
        }
    }

    /// Has the folder of a hearing looked at whose task ended by a bug. Its last commit may still be
    /// on its way to the disk: that is waited for.
    fn take_over(&mut self, hearing: HearingId, mut again: Again) {
        again.deaths += 1;
        if again.deaths > DEATHS_MAX {
            tracing::error!(hearing = hearing.0, "the record of this hearing dies again and again");
            return;
        }
        let (folder, now) = (self.config.archive.join(hearing.to_string()), (self.clock)().utc);
        let writing = Arc::clone(&again.writing);
        let key = self.config.key.clone();
        self.returning.insert(hearing, Returning { again, since: now, waiting: Vec::new() });
        self.looks.spawn(async move {
            let _writing = writing.acquire_owned().await;
            let look = move || recover_hearing(&folder, now, key.as_ref());
            let found = tokio::task::spawn_blocking(look).await;
            let bug = |fault| RecorderFault {
                doing: "look at the hearing's folder".to_owned(),
                source: std::io::Error::other(fault),
            };
            (hearing, found.map_err(bug).and_then(|found| found))
        });
    }

    /// Goes on with a hearing whose folder was looked at: what was not durable is written again.
    async fn looked(
        &mut self,
        looked: Result<(HearingId, Result<Found, RecorderFault>), tokio::task::JoinError>,
    ) {
        let (hearing, found) = match looked {
            Ok(looked) => looked,
            Err(fault) => return tracing::error!(%fault, "a folder could not be looked at"),
        };
        let Some(Returning { mut again, since, waiting }) = self.returning.remove(&hearing) else {
            return;
        };
        let found = match found {
            Ok(found) => found,
            Err(fault) => return self.refuse(hearing, &fault).await,
        };
        let durable = match &found {
            Found::Open(reader, _) => again.take_durable(&reader.index.minutes),
            Found::Nothing | Found::Sealed | Found::Damaged => Vec::new(),
        };
        let orders = again.orders(hearing, (self.clock)().utc);
        self.begin(hearing, found, again, Some(since)).await;
        for number in durable {
            self.tell(RecordNotice::Written { hearing, number }).await;
        }
        for order in orders.into_iter().chain(waiting) {
            self.order(order).await;
        }
        tracing::warn!(hearing = hearing.0, "the recorder is back; the gap stands in the ledger");
    }

    async fn order(&mut self, order: RecordOrder) {
        let hearing = match &order {
            RecordOrder::Open { hearing, .. }
            | RecordOrder::Minute { hearing, .. }
            | RecordOrder::Roll { hearing, .. }
            | RecordOrder::Close { hearing, .. } => *hearing,
        };
        if let RecordOrder::Open { heading, brief, attendees, .. } = order {
            self.open(hearing, heading, brief, attendees).await;
            return;
        }
        if let Some(returning) = self.returning.get_mut(&hearing)
            && returning.waiting.len() < RECORD_QUEUE_MAX
        {
            returning.waiting.push(order);
            return;
        }
        let Some(kept) = self.kept.get_mut(&hearing) else {
            tracing::warn!(hearing = hearing.0, "an order for a hearing that is not kept");
            return self.fault(hearing, RecordFault::Silent).await;
        };
        kept.again.note(&order);
        if kept.letters.send(Letter::Order(order)).await.is_err() {
            self.fault(hearing, RecordFault::Silent).await;
        }
    }

    async fn open(
        &mut self,
        hearing: HearingId,
        heading: Heading,
        brief: Brief,
        attendees: Vec<Attendee>,
    ) {
        if self.kept.contains_key(&hearing) {
            return self.tell(RecordNotice::Opened { hearing }).await;
        }
        if self.returning.contains_key(&hearing) {
            return;
        }
        let folder = self.config.archive.join(hearing.to_string());
        let (path, now) = (folder.clone(), (self.clock)().utc);
        let key = self.config.key.clone();
        let found =
            tokio::task::spawn_blocking(move || recover_hearing(&path, now, key.as_ref())).await;
        let found = match found.map_err(std::io::Error::other) {
            Ok(Ok(found)) => found,
            Ok(Err(fault)) => return self.refuse(hearing, &fault).await,
            Err(source) => {
                let doing = "look at the hearing's folder".to_owned();
                return self.refuse(hearing, &RecorderFault { doing, source }).await;
            }
        };
        self.begin(hearing, found, Again::new((heading, brief, attendees)), None).await;
    }

    /// Gives a hearing its task; `silent`: since when it had none, after a bug.
    async fn begin(
        &mut self,
        hearing: HearingId,
        found: Found,
        again: Again,
        silent: Option<Timestamp>,
    ) {
        let folder = self.config.archive.join(hearing.to_string());
        let (heading, brief, attendees) = again.opening.clone();
        let software = SOFTWARE.to_owned();
        let (ledger, maker, reel, zero, floor_ms, first) = match found {
            Found::Nothing => {
                let first =
                    Entry::Opened { format: FORMAT, software, hearing, heading, brief, attendees };
                (Ledger::default(), SealMaker::default(), Reel::default(), None, 0, first)
            }
            Found::Open(reader, _) => {
                let first = Entry::Reopened { software, heading, brief, attendees };
                let (reel, floor_ms) = (Reel::new(reader.before()), reader.index.media_ms);
                (reader.ledger, reader.maker, reel, reader.index.zero, floor_ms, first)
            }
            Found::Sealed | Found::Damaged => {
                tracing::error!(hearing = hearing.0, "this ledger cannot be continued");
                return self.fault(hearing, RecordFault::Unwritable).await;
            }
        };
        let files = HearingFiles::new(
            Arc::clone(&self.disk),
            folder,
            self.config.key.clone(),
            Arc::clone(&self.writers),
            ledger,
            maker,
        );
        let durable = files.ledger_bytes();
        self.config.durable.0.send_modify(|all| {
            all.insert(hearing, durable);
        });
        let (heading, brief, attendees) = &again.opening;
        let words = case_words(heading, brief, attendees);
        self.config.tap.opened(hearing, floor_ms, words);
        let desk = Desk {
            hearing,
            tap: self.config.tap.clone(),
            clock: Arc::clone(&self.clock),
            notices: self.notices.clone(),
            metrics: self.metrics.clone(),
            free_min: self.config.free_min,
            pending_bytes_max: self.config.pending_bytes_max,
            durable: self.config.durable.0.clone(),
            confirmed: Arc::clone(&again.confirmed),
            writing: Arc::clone(&again.writing),
        };
        let mut task = LedgerTask::new(desk, files, reel, zero, floor_ms, first);
        if let Some(since) = silent {
            task.was_silent(since);
        }
        let (letters, inbox) = mpsc::channel(RECORD_QUEUE_MAX + TAPES_MAX);
        let started = self.tasks.spawn(async move {
            task.run(inbox).await;
            hearing
        });
        self.hearing_by_task.insert(started.id(), hearing);
        self.kept.insert(hearing, Kept { letters, lost: BTreeMap::new(), again });
        self.metrics.hearings.set(i64::try_from(self.kept.len()).unwrap_or(i64::MAX));
    }

    async fn refuse(&self, hearing: HearingId, fault: &RecorderFault) {
        tracing::error!(hearing = hearing.0, %fault, "the hearing's folder cannot be used");
        self.fault(hearing, RecordFault::Unwritable).await;
    }

    /// Hands a tape on. A task that does not keep up loses it, and is told so as soon as it does.
    fn tape(&mut self, mut tape: Tape) {
        let hearing = tape.hearing;
        let Some(kept) = self.kept.get_mut(&hearing) else {
            self.metrics.tape_unplaced.inc();
            return;
        };
        for (track, (from, to, packets)) in std::mem::take(&mut kept.lost) {
            tape.items.insert(0, TapeItem::Lost { track, from, to, packets });
        }
        let Err(back) = kept.letters.try_send(Letter::Tape(tape)) else { return };
        if let Letter::Tape(tape) = back.into_inner() {
            note_lost(&mut kept.lost, &tape);
        }
    }

    async fn fault(&self, hearing: HearingId, fault: RecordFault) {
        self.metrics.fault(fault);
        self.tell(RecordNotice::Fault { hearing, fault }).await;
    }

    async fn tell(&self, notice: RecordNotice) {
        if self.notices.send(notice).await.is_err() {
            tracing::debug!("nobody listens to the recorder");
        }
    }
}

fn note_lost(lost: &mut BTreeMap<TrackId, (Instant, Instant, u32)>, tape: &Tape) {
    for item in &tape.items {
        let (track, from, to, packets) = match *item {
            TapeItem::Packet { track, arrived, .. } => (track, arrived, arrived, 1),
            TapeItem::Lost { track, from, to, packets } => (track, from, to, packets),
            TapeItem::SenderReport { .. } => continue,
        };
        let sum = lost.entry(track).or_insert((from, to, 0));
        *sum = (sum.0.min(from), sum.1.max(to), sum.2.saturating_add(packets));
    }
}

/// Ends when the node stops, or when nobody is left who could say so.
async fn told_to_stop(shutdown: &mut watch::Receiver<bool>) {
    if shutdown.wait_for(|stop| *stop).await.is_err() {
        tracing::debug!("the node was dropped without being stopped");
    }
}
