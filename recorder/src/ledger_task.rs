//! Owns one hearing's record: orders and tape in, commits out, faults told.
//!
//! What is not here: how a commit is written (`commit`), and what tape becomes (`record::reel`).

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use model::letters::{RecordNotice, RecordOrder, Tape, TapeItem};
use model::limits::{COMMIT_EVERY, COMMIT_SLOW, TRACK_SILENT};
use model::{HearingId, Instant, Minute, Now, RecordFault, Timestamp, TrackId};
use record::digest::Digests;
use record::entry::{Entry, LossCause};
use record::reel::Reel;
use record::segment::Taken;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

use crate::commit::HearingFiles;
use crate::compose::{Batch, Committed, Item, What};
use crate::copy::Durable;
use crate::metrics::{Metrics, fault_name};
use crate::speech::SoundTap;

/// A failed commit is tried again after this time.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// Without anything to write, files are looked after this often.
const CHECK_EVERY: Duration = Duration::from_secs(1);
/// Tape that is on its way when recording stops is waited for this long.
const TAPE_WAIT: Duration = Duration::from_millis(200);

/// What arrives at the task.
#[derive(Debug)]
pub(crate) enum Letter {
    /// An order other than `Open`.
    Order(RecordOrder),
    /// Media.
    Tape(Tape),
    /// The node stops.
    Stop,
}

/// What the task is given.
pub(crate) struct Desk {
    pub(crate) hearing: HearingId,
    pub(crate) clock: Arc<dyn Fn() -> Now + Send + Sync>,
    pub(crate) notices: mpsc::Sender<RecordNotice>,
    pub(crate) metrics: Metrics,
    /// Takes a copy of what goes on the record.
    pub(crate) tap: SoundTap,
    pub(crate) free_min: u64,
    pub(crate) pending_bytes_max: usize,
    /// How many bytes of each live hearing's ledger are durable, for the second copy.
    pub(crate) durable: watch::Sender<Durable>,
    /// Number of the last minute that was confirmed.
    pub(crate) confirmed: Arc<AtomicU64>,
    /// Held while a commit writes: whoever takes over after a panic waits for it.
    pub(crate) writing: Arc<Semaphore>,
}

/// How a commit ended.
struct Done {
    files: HearingFiles,
    /// What is still to be written.
    items: Vec<Item>,
    result: io::Result<Committed>,
    seal: io::Result<()>,
}

pub(crate) struct LedgerTask {
    desk: Desk,
    reel: Reel,
    /// Zero of the media time line on the wall clock.
    zero: Option<Timestamp>,
    /// Media time goes on behind this, ms.
    media_floor_ms: u64,
    /// Nothing while a commit is under way.
    files: Option<HearingFiles>,
    job: Option<JoinHandle<Done>>,
    job_since: Instant,
    retry_at: Option<Instant>,
    pending: Vec<Item>,
    pending_bytes: usize,
    dropped: BTreeMap<TrackId, (u64, u64)>,
    faults: BTreeMap<RecordFault, Timestamp>,
    tape_lost_at: Option<Instant>,
    rolling_since: Option<Instant>,
    /// Whether the last order to roll is in the ledger.
    rolled: bool,
    told: BTreeSet<TrackId>,
    /// When tracks are to be finished after a stop.
    finish_at: Option<Instant>,
    roll_off: Option<Timestamp>,
    closing: bool,
    /// The last entry is on the list or in the ledger: nothing may stand behind it.
    ended: bool,
    /// Head of the sealed ledger.
    head: Option<Digests>,
    stopping: bool,
    closed: bool,
}

impl LedgerTask {
    /// A task whose ledger stands as `files` say; `first` is the first entry to write.
    pub(crate) fn new(
        desk: Desk,
        files: HearingFiles,
        reel: Reel,
        zero: Option<Timestamp>,
        media_floor_ms: u64,
        first: Entry,
    ) -> Self {
        let at = (desk.clock)().utc;
        let first = Item { at, what: What::Entry(Box::new(first)) };
        Self {
            desk,
            reel,
            zero,
            media_floor_ms,
            files: Some(files),
            job: None,
            job_since: Instant(0),
            retry_at: None,
            pending: vec![first],
            pending_bytes: 0,
            dropped: BTreeMap::new(),
            faults: BTreeMap::new(),
            tape_lost_at: None,
            rolling_since: None,
            rolled: false,
            told: BTreeSet::new(),
            finish_at: None,
            roll_off: None,
            closing: false,
            ended: false,
            head: None,
            stopping: false,
            closed: false,
        }
    }

    /// The hearing had no task since then, by a bug: a fault until the first commit.
    pub(crate) fn was_silent(&mut self, since: Timestamp) {
        let fault = RecordFault::Silent;
        self.faults.insert(fault, since);
        self.entry((self.desk.clock)().utc, Entry::Fault { fault, since });
    }

    /// Runs until the ledger is sealed or the node stops.
    pub(crate) async fn run(mut self, mut letters: mpsc::Receiver<Letter>) {
        let mut ticks = tokio::time::interval(COMMIT_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        self.commit(true);
        loop {
            let due = self.finish_at.map(|at| at.since(self.now().instant));
            tokio::select! {
                biased;
                done = joined(&mut self.job) => self.done(done).await,
                () = wait(due) => self.finish(),
                _ = ticks.tick() => self.tick().await,
                letter = letters.recv(), if !self.stopping => match letter {
                    Some(Letter::Order(order)) => self.order(order),
                    Some(Letter::Tape(tape)) => self.tape(&tape).await,
                    Some(Letter::Stop) | None => self.stop(),
                },
            }
            let idle = self.job.is_none() && self.finish_at.is_none();
            let failed = self.retry_at.is_some();
            if (self.closed || (self.stopping && (self.pending.is_empty() || failed))) && idle {
                return;
            }
        }
    }

    fn now(&self) -> Now {
        (self.desk.clock)()
    }

    /// The instant of a wall-clock moment near now.
    fn instant_of(&self, at: Timestamp) -> Instant {
        let now = self.now();
        let ago = u64::try_from(now.utc.since(at).as_micros()).unwrap_or(0);
        Instant(now.instant.0.saturating_sub(ago))
    }

    fn push(&mut self, at: Timestamp, what: What) {
        let item = Item { at, what };
        if !self.ended {
            self.pending.push(item);
        } else if let Some(seal) =
            self.pending.iter().position(|item| matches!(item.what, What::Seal))
        {
            self.pending.insert(seal, item);
        } else {
            tracing::warn!(hearing = self.desk.hearing.0, "nothing is written behind the seal");
        }
    }

    fn entry(&mut self, at: Timestamp, entry: Entry) {
        self.push(at, What::Entry(Box::new(entry)));
    }

    fn order(&mut self, order: RecordOrder) {
        match order {
            RecordOrder::Open { .. } => {}
            RecordOrder::Minute { number, minute, .. } => self.minute(number, minute),
            RecordOrder::Roll { rolling: true, at, .. } => self.start(at),
            RecordOrder::Roll { rolling: false, at, .. } => self.stop_rolling(at),
            RecordOrder::Close { at, .. } => {
                self.closing = true;
                self.stop_rolling(at);
                self.finish_at.get_or_insert(self.now().instant);
            }
        }
    }

    fn minute(&mut self, number: u64, minute: Minute) {
        let at = self.now().utc;
        self.push(at, What::Minute(number, Box::new(Entry::Minute { minute })));
        self.commit(false);
    }

    fn start(&mut self, at: Timestamp) {
        if self.rolling_since.is_some() && self.finish_at.is_none() {
            return;
        }
        if self.finish_at.is_some() {
            self.finish();
        }
        let instant = self.instant_of(at);
        let zero = *self.zero.get_or_insert(at);
        let wall_ms = u64::try_from(at.since(zero).as_millis()).unwrap_or(u64::MAX);
        let media_ms =
            self.reel.media_ms(instant).unwrap_or_else(|| wall_ms.max(self.media_floor_ms));
        self.entry(at, Entry::Roll { rolling: true, ordered_at: at, media_ms });
        let mut taken = Vec::new();
        self.reel.start(zero, instant, media_ms, &mut taken);
        self.rolling_since = Some(instant);
        self.rolled = false;
        self.told.clear();
        self.keep(taken);
        tracing::info!(hearing = self.desk.hearing.0, media_ms, "on the record");
    }

    fn stop_rolling(&mut self, at: Timestamp) {
        if self.rolling_since.is_none() || self.roll_off.is_some() {
            return;
        }
        self.reel.stop(self.instant_of(at));
        self.roll_off = Some(at);
        self.finish_at = Some(self.now().instant.plus(TAPE_WAIT));
    }

    fn stop(&mut self) {
        if self.stopping {
            return;
        }
        self.stopping = true;
        self.finish();
        self.commit(true);
    }

    /// Ends the tracks once the last tape has had time to come.
    fn finish(&mut self) {
        self.finish_at = None;
        let now = self.now();
        let mut taken = Vec::new();
        self.reel.finish(now.instant, &mut taken);
        self.keep(taken);
        self.desk.tap.stopped(self.desk.hearing);
        self.rolling_since = None;
        self.tape_lost_at = None;
        if let Some(at) = self.roll_off.take() {
            let media_ms = self.reel.media_ms(self.instant_of(at)).unwrap_or(0);
            self.entry(now.utc, Entry::Roll { rolling: false, ordered_at: at, media_ms });
            tracing::info!(hearing = self.desk.hearing.0, media_ms, "off the record");
        }
        if self.closing && !self.ended {
            self.note_dropped();
            self.push(now.utc, What::Seal);
            self.ended = true;
        }
        self.commit(false);
    }

    async fn tape(&mut self, tape: &Tape) {
        let mut lost = 0;
        for item in &tape.items {
            if let TapeItem::Lost { packets, .. } = item {
                lost += u64::from(*packets);
            }
        }
        let mut taken = Vec::new();
        self.reel.tape(tape, &mut taken);
        let now = self.now();
        if lost > 0 {
            self.desk.metrics.tape_lost_packets.inc_by(lost);
            self.tape_lost_at = Some(now.instant);
            self.raise(RecordFault::TapeLost).await;
        }
        self.keep(taken);
    }

    /// Puts what the reel handed out on the list, or drops it when the disk has not taken anything
    /// for so long that memory is at its bound.
    fn keep(&mut self, taken: Vec<Taken>) {
        let at = self.now().utc;
        for taken in taken {
            if let Taken::Cluster { track, from_ms, to_ms, ref bytes, .. } = taken {
                if self.pending_bytes + bytes.len() > self.desk.pending_bytes_max {
                    let span = self.dropped.entry(track).or_insert((from_ms, to_ms));
                    span.1 = to_ms;
                    self.reel.need_keyframe(track);
                    continue;
                }
                self.pending_bytes += bytes.len();
            }
            self.desk.tap.taken(self.desk.hearing, &taken);
            self.push(at, What::Taken(taken));
        }
    }

    async fn tick(&mut self) {
        let now = self.now();
        let mut taken = Vec::new();
        self.reel.take(now.instant, &mut taken);
        self.keep(taken);
        if let Some(media_ms) = self.reel.media_ms(now.instant) {
            self.desk.tap.now(self.desk.hearing, media_ms);
        }
        self.watch(now).await;
        let check = now.instant.since(self.job_since) >= CHECK_EVERY;
        self.commit(check);
    }

    /// Looks for faults that no failed write tells.
    async fn watch(&mut self, now: Now) {
        if self.job.is_some() && now.instant.since(self.job_since) > COMMIT_SLOW {
            self.raise(RecordFault::DiskSlow).await;
        }
        if self.tape_lost_at.is_none_or(|at| now.instant.since(at) > RETRY_AFTER) {
            self.tape_lost_at = None;
            self.clear(RecordFault::TapeLost).await;
        }
        let silent = self.rolling_since.is_some_and(|since| {
            let last = self.reel.last_packet().unwrap_or(since).max(since);
            self.roll_off.is_none() && now.instant.since(last) > TRACK_SILENT
        });
        if silent {
            self.raise(RecordFault::NoFrames).await;
        } else {
            self.clear(RecordFault::NoFrames).await;
        }
    }

    /// Starts a commit unless one is under way or a failed one is to wait; `anyhow` also without
    /// anything to write.
    fn commit(&mut self, anyhow: bool) {
        let now = self.now().instant;
        if self.retry_at.is_some_and(|at| now < at && !self.stopping) {
            return;
        }
        if self.pending.is_empty() && !anyhow {
            return;
        }
        let Some(mut files) = self.files.take() else { return };
        self.retry_at = None;
        self.job_since = now;
        let batch = Arc::new(Batch(std::mem::take(&mut self.pending)));
        let writing = Arc::clone(&self.desk.writing);
        self.job = Some(tokio::spawn(async move {
            let _writing = writing.acquire_owned().await;
            let result = files.commit(&batch).await;
            // All helpers of the commit are done, so this is the last handle.
            let Batch(mut items) = Arc::unwrap_or_clone(batch);
            if result.is_ok() {
                items.clear();
            }
            let seal = if files.is_seal_due() { files.place_seal().await } else { Ok(()) };
            Done { files, items, result, seal }
        }));
    }

    async fn done(&mut self, done: Done) {
        let now = self.now();
        self.job = None;
        let took = now.instant.since(self.job_since);
        self.desk.metrics.commit_seconds.observe(took.as_secs_f64());
        let Done { files, mut items, result, seal } = done;
        let free = files.free;
        let (hearing, durable) = (self.desk.hearing, files.ledger_bytes());
        self.desk.durable.send_modify(|all| {
            all.insert(hearing, durable);
        });
        self.files = Some(files);
        items.append(&mut self.pending);
        self.pending = items;
        self.pending_bytes = self.pending.iter().map(|item| media_bytes(&item.what)).sum();
        let committed = match result {
            Ok(committed) => committed,
            Err(fault) => return self.failed(now, &fault).await,
        };
        self.head = self.head.or(committed.sealed);
        self.committed(now, committed).await;
        if let Err(fault) = seal {
            return self.failed(now, &fault).await;
        }
        self.clear(RecordFault::Unwritable).await;
        self.clear(RecordFault::Silent).await;
        if took <= COMMIT_SLOW {
            self.clear(RecordFault::DiskSlow).await;
        }
        if let Some(free) = free {
            self.desk.metrics.free_bytes.set(i64::try_from(free).unwrap_or(i64::MAX));
        }
        if free.is_some_and(|free| free < self.desk.free_min) {
            self.raise(RecordFault::DiskFull).await;
        } else {
            self.clear(RecordFault::DiskFull).await;
        }
        self.note_dropped();
        match self.head {
            Some(head) => self.sealed(head).await,
            None => self.commit(false),
        }
    }

    async fn failed(&mut self, now: Now, fault: &io::Error) {
        self.retry_at = Some(now.instant.plus(RETRY_AFTER));
        tracing::error!(hearing = self.desk.hearing.0, %fault, "the record cannot be written");
        let full =
            matches!(fault.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded);
        let kind = if full { RecordFault::DiskFull } else { RecordFault::Unwritable };
        self.raise(kind).await;
    }

    async fn sealed(&mut self, head: Digests) {
        self.closed = true;
        self.desk.tap.closed(self.desk.hearing);
        self.desk.metrics.hearings_sealed.inc();
        tracing::info!(hearing = self.desk.hearing.0, "sealed");
        let (head_sha256, head_sm3) = (head.sha256.to_string(), head.sm3.to_string());
        let hearing = self.desk.hearing;
        self.tell(RecordNotice::Sealed { hearing, head_sha256, head_sm3 }).await;
    }

    async fn committed(&mut self, now: Now, committed: Committed) {
        let hearing = self.desk.hearing;
        self.desk.metrics.media_bytes.inc_by(committed.bytes);
        self.desk.metrics.segments_sealed.inc_by(committed.sealed_segments);
        if let (Some(from), Some(to)) = (committed.from_ms, self.reel.media_ms(now.instant)) {
            let age = Duration::from_millis(to.saturating_sub(from));
            self.desk.metrics.tape_to_disk_seconds.observe(age.as_secs_f64());
        }
        if committed.opened {
            self.tell(RecordNotice::Opened { hearing }).await;
        }
        for number in committed.minutes {
            self.tell(RecordNotice::Written { hearing, number }).await;
            self.desk.confirmed.store(number, Ordering::Release);
        }
        self.rolled |= committed.rolled;
        for track in committed.tracks {
            if self.rolled && self.rolling_since.is_some() && self.told.insert(track) {
                self.tell(RecordNotice::FirstFrames { hearing, track }).await;
            }
        }
    }

    /// Writes down what was dropped while the disk took nothing.
    fn note_dropped(&mut self) {
        let Some(zero) = self.zero else { return };
        let at = self.now().utc;
        for (track, (from_ms, to_ms)) in std::mem::take(&mut self.dropped) {
            let entry = Entry::Lost {
                track: Some(track),
                from: zero.plus(Duration::from_millis(from_ms)),
                to: zero.plus(Duration::from_millis(to_ms)),
                cause: LossCause::Disk,
                packets: None,
            };
            self.entry(at, entry);
        }
    }

    async fn raise(&mut self, fault: RecordFault) {
        if self.faults.contains_key(&fault) {
            return;
        }
        let since = self.now().utc;
        self.faults.insert(fault, since);
        self.entry(since, Entry::Fault { fault, since });
        self.desk.metrics.fault(fault);
        tracing::error!(hearing = self.desk.hearing.0, fault = fault_name(fault), "record at risk");
        self.tell(RecordNotice::Fault { hearing: self.desk.hearing, fault }).await;
    }

    async fn clear(&mut self, fault: RecordFault) {
        let Some(since) = self.faults.remove(&fault) else { return };
        let at = self.now().utc;
        self.entry(at, Entry::Mended { fault, since });
        tracing::warn!(hearing = self.desk.hearing.0, fault = fault_name(fault), "fault is over");
        if self.faults.is_empty() {
            self.tell(RecordNotice::Mended { hearing: self.desk.hearing }).await;
        }
    }

    async fn tell(&self, notice: RecordNotice) {
        if self.desk.notices.send(notice).await.is_err() {
            tracing::debug!(hearing = self.desk.hearing.0, "nobody listens to the recorder");
        }
    }
}

fn media_bytes(what: &What) -> usize {
    match what {
        What::Taken(Taken::Cluster { bytes, .. }) => bytes.len(),
        What::Taken(
            Taken::Begin { .. } | Taken::End { .. } | Taken::Lost { .. } | Taken::Reanchor { .. },
        )
        | What::Entry(_)
        | What::Minute(..)
        | What::Seal => 0,
    }
}

/// The end of the commit under way; never, when there is none.
async fn joined(job: &mut Option<JoinHandle<Done>>) -> Done {
    match job {
        Some(job) => job.await.expect("a commit ends unless it has a bug"),
        None => std::future::pending().await,
    }
}

/// The end of a time; never, when there is none.
async fn wait(due: Option<Duration>) {
    match due {
        Some(due) => tokio::time::sleep(due).await,
        None => std::future::pending().await,
    }
}
