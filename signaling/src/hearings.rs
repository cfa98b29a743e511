//! The hearings live on this node: who holds which, made on demand, revived after a bug.
//!
//! What is not here: what happens in one of them (`hearing_task`).

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hearing::Docket as HearingDocket;
use model::archive::{Archive, ArchiveFault};
use model::heard::Heard;
use model::letters::{Notice, RecordNotice, Unfinished};
use model::limits::{HEARINGS_MAX, RECORD_QUEUE_MAX};
use model::stage::LinkCause;
use model::{Comparison, EvidenceId, EvidenceItem, HearingId, ParticipantId, Private, Refusal};
use protocol::{Bye, OpsHearing, OpsPerson};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, timeout};

use crate::apart::Kept;
use crate::docket::Entry;
use crate::filing;
use crate::hearing_task::{self, HearingTask, Inbox, Letter, OfTranscript, Rooms, Start};
use crate::outbox::Outbox;
use crate::reach::Reached;
use crate::transcript::Sitting;

/// Letters waiting for one hearing; the sender waits, figures are dropped.
const LETTERS_MAX: usize = 1_024;
/// How long a notice waits for a hearing that does not read; then the hearing is behind.
const LETTER_WAIT: Duration = Duration::from_secs(5);
/// How long all hearings together may take to write their last minute.
const STOP_WAIT: Duration = Duration::from_secs(4);
/// A hearing that dies more often than this in `REVIVE_WINDOW` is left alone.
const REVIVES_MAX: u32 = 3;
/// The window for counting revivals.
const REVIVE_WINDOW: Duration = Duration::from_secs(60);
/// A page that meets a hearing just ending tries again so often.
const ENTER_TRIES: u32 = 3;

/// One live hearing, from outside.
#[derive(Clone, Debug)]
struct Handle {
    letters: mpsc::Sender<Letter>,
    record: mpsc::Sender<RecordNotice>,
    picture: watch::Receiver<OpsHearing>,
    /// Tells a hearing from its successor of the same number.
    generation: u64,
}

/// How often a hearing died lately.
#[derive(Clone, Copy, Debug)]
struct Deaths {
    since: Instant,
    count: u32,
}

/// A page in a hearing: where its letters go.
#[derive(Clone, Debug)]
pub(crate) struct Entered {
    /// The page's number.
    pub(crate) page: u64,
    letters: mpsc::Sender<Letter>,
}

impl Entered {
    /// Sends a letter; false when the hearing is gone.
    pub(crate) async fn tell(&self, letter: Letter) -> bool {
        self.letters.send(letter).await.is_ok()
    }
}

/// Every hearing live here.
#[derive(Clone)]
pub(crate) struct Hearings {
    rooms: Rooms,
    archive: Arc<dyn Archive>,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    live: Mutex<BTreeMap<HearingId, Handle>>,
    deaths: Mutex<BTreeMap<HearingId, Deaths>>,
    /// Held while a hearing is made, so that none is made twice.
    making: tokio::sync::Mutex<()>,
    pages: AtomicU64,
    generations: AtomicU64,
    stopping: AtomicBool,
}

impl core::fmt::Debug for Hearings {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Hearings").field("live", &self.live().len()).finish_non_exhaustive()
    }
}

impl Hearings {
    pub(crate) fn new(rooms: Rooms, archive: Arc<dyn Archive>) -> Self {
        Self { rooms, archive, shared: Arc::default() }
    }

    fn live(&self) -> MutexGuard<'_, BTreeMap<HearingId, Handle>> {
        self.shared.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn handle(&self, hearing: HearingId) -> Option<Handle> {
        self.live().get(&hearing).cloned()
    }

    /// Takes what a stop or a crash left into service again.
    pub(crate) async fn take_all_back(&self, unfinished: Vec<Unfinished>) {
        for found in unfinished {
            self.take_back(found).await;
        }
        self.forget_old_notes().await;
    }

    /// Takes a hearing found unfinished on disk into service again.
    pub(crate) async fn take_back(&self, found: Unfinished) {
        let _making = self.shared.making.lock().await;
        let docket = HearingDocket {
            hearing: found.hearing,
            heading: found.heading,
            brief: found.brief,
            attendees: found.attendees,
        };
        let evidence = self.evidence_of(found.hearing).await;
        let kept = self.kept_of(found.hearing).await;
        self.launch(Start { docket, minutes: Some(found.minutes), evidence, kept });
    }

    /// Brings a page into its hearing, making the hearing live when it is not.
    ///
    /// # Errors
    /// The reason to end the socket with.
    pub(crate) async fn enter(
        &self,
        hearing: HearingId,
        who: ParticipantId,
        outbox: &Arc<Outbox>,
        reached: &Private<Reached>,
    ) -> Result<Entered, Bye> {
        for _ in 0..ENTER_TRIES {
            let handle = self.find_or_make(hearing).await?;
            let page = self.shared.pages.fetch_add(1, Ordering::Relaxed) + 1;
            let (outbox, reached) = (Arc::clone(outbox), reached.clone());
            let letter = Letter::Enter { who, page, outbox, reached };
            if handle.letters.send(letter).await.is_ok() {
                return Ok(Entered { page, letters: handle.letters });
            }
            self.forget(hearing, handle.generation);
        }
        Err(Bye::Fault)
    }

    async fn find_or_make(&self, hearing: HearingId) -> Result<Handle, Bye> {
        if let Some(handle) = self.handle(hearing) {
            return Ok(handle);
        }
        let _making = self.shared.making.lock().await;
        if let Some(handle) = self.handle(hearing) {
            return Ok(handle);
        }
        if self.shared.stopping.load(Ordering::Acquire) {
            return Err(Bye::Restart);
        }
        if self.live().len() >= HEARINGS_MAX {
            tracing::error!(%hearing, "no room for another hearing");
            return Err(Bye::Fault);
        }
        let start = self.start_of(hearing).await?;
        Ok(self.launch(start))
    }

    /// The evidence list; without it a hearing can still be held.
    async fn evidence_of(&self, hearing: HearingId) -> Vec<EvidenceItem> {
        let read = self.rooms.docket.evidence_of(hearing).await;
        read.unwrap_or_else(|fault| {
            tracing::error!(%hearing, %fault, "cannot read the evidence");
            Vec::new()
        })
    }

    /// What the court keeps apart; without it a hearing can still be held.
    async fn kept_of(&self, hearing: HearingId) -> Kept {
        let apart = self.rooms.apart.clone();
        let read = tokio::task::spawn_blocking(move || apart.read(hearing)).await;
        match read {
            Ok(Ok(kept)) => kept,
            Ok(Err(fault)) => {
                tracing::error!(%hearing, %fault, "cannot read what is kept apart");
                Kept::default()
            }
            Err(fault) => {
                tracing::error!(%hearing, %fault, "cannot read what is kept apart");
                Kept::default()
            }
        }
    }

    /// Deletes private notes of sittings that ended while the node was not there to see it.
    pub(crate) async fn forget_old_notes(&self) {
        for hearing in self.rooms.apart.with_notes() {
            let entry = self.rooms.docket.entry(hearing).await;
            let over = entry.is_ok_and(|entry| entry.is_none_or(|entry| entry.closed));
            if over && self.handle(hearing).is_none() {
                let forgotten = self.rooms.apart.forget_notes(hearing);
                if let Err(fault) = forgotten {
                    tracing::error!(%hearing, %fault, "private notes cannot be deleted");
                }
            }
        }
    }

    /// Whether somebody of the court may have a face compared now.
    ///
    /// # Errors
    /// Why not; `WrongStage` when the hearing is not live.
    pub(crate) async fn may_compare(
        &self,
        hearing: HearingId,
        by: ParticipantId,
        who: ParticipantId,
    ) -> Result<(), Refusal> {
        let handle = self.handle(hearing).ok_or(Refusal::WrongStage)?;
        let (answer, may) = oneshot::channel();
        let letter = Letter::MayCompare { by, who, answer };
        handle.letters.send(letter).await.map_err(|_| Refusal::WrongStage)?;
        let answered = timeout(LETTER_WAIT, may).await;
        answered.ok().and_then(Result::ok).unwrap_or(Err(Refusal::ServerFault))
    }

    /// Tells a live hearing what an outside service answered.
    pub(crate) async fn compared(
        &self,
        hearing: HearingId,
        by: ParticipantId,
        who: ParticipantId,
        comparison: Comparison,
    ) {
        let letter = Letter::Compared { by, who, comparison };
        if let Some(handle) = self.handle(hearing)
            && handle.letters.send(letter).await.is_err()
        {
            tracing::debug!(%hearing, "the hearing ended before it heard of a comparison");
        }
    }

    /// What is known of a hearing that is not live.
    async fn start_of(&self, hearing: HearingId) -> Result<Start, Bye> {
        let entry = match self.rooms.docket.entry(hearing).await {
            Ok(Some(entry)) => entry,
            Ok(None) => return Err(Bye::SignInNeeded),
            Err(fault) => {
                tracing::error!(%hearing, %fault, "cannot read the docket");
                return Err(Bye::Fault);
            }
        };
        let archive = Arc::clone(&self.archive);
        let found = tokio::task::spawn_blocking(move || archive.record(hearing)).await;
        let minutes = match found {
            Ok(Ok(record)) if record.line.sealed => return Err(Bye::Closed),
            Ok(Ok(record)) => Some(record.minutes),
            Ok(Err(ArchiveFault::NotFound)) if entry.closed => return Err(Bye::Closed),
            Ok(Err(ArchiveFault::NotFound | ArchiveFault::NotSealed | ArchiveFault::TooLarge)) => {
                None
            }
            Ok(Err(ArchiveFault::Disk(fault))) => {
                // Without the disk a hearing can still gather people; it cannot be opened.
                tracing::error!(%hearing, fault, "cannot look into the archive");
                None
            }
            Err(fault) => {
                tracing::error!(%hearing, %fault, "looking into the archive failed");
                return Err(Bye::Fault);
            }
        };
        let evidence = self.evidence_of(hearing).await;
        let kept = self.kept_of(hearing).await;
        Ok(Start { docket: entry.for_hearing(), minutes, evidence, kept })
    }

    fn launch(&self, start: Start) -> Handle {
        let hearing = start.docket.hearing;
        let (letters, letters_in) = mpsc::channel(LETTERS_MAX);
        let (record, record_in) = mpsc::channel(RECORD_QUEUE_MAX);
        let (shown, picture) = watch::channel(hearing_task::empty(hearing));
        let generation = self.shared.generations.fetch_add(1, Ordering::Relaxed);
        let handle = Handle { letters, record, picture, generation };
        let former = self.live().insert(hearing, handle.clone());
        assert!(former.is_none(), "a hearing is made live once");
        self.rooms.metrics.hearings.inc();
        let inbox = Inbox { letters: letters_in, record: record_in };
        let task = HearingTask::new(self.rooms.clone(), inbox, start, shown);
        tracing::info!(%hearing, "live");
        let hearings = self.clone();
        tokio::spawn(async move {
            let ended = tokio::spawn(task.run()).await;
            hearings.forget(hearing, generation);
            hearings.rooms.metrics.hearings.dec();
            match ended {
                Ok(inbox) => refuse_late(inbox),
                Err(fault) if fault.is_panic() => hearings.revive(hearing).await,
                Err(_) => tracing::debug!(%hearing, "the hearing's task was stopped"),
            }
        });
        handle
    }

    fn forget(&self, hearing: HearingId, generation: u64) {
        let mut live = self.live();
        if live.get(&hearing).is_some_and(|handle| handle.generation == generation) {
            live.remove(&hearing);
        }
    }

    /// Makes a hearing live again whose task died of a bug.
    async fn revive(&self, hearing: HearingId) {
        self.rooms.metrics.hearing_restarts.inc();
        if !self.may_revive(hearing) {
            tracing::error!(%hearing, "a hearing dies again and again; it is left alone");
            return;
        }
        tracing::error!(%hearing, "a hearing's task died of a bug; reviving it");
        if let Err(why) = self.find_or_make(hearing).await {
            tracing::error!(%hearing, ?why, "a hearing could not be revived");
        }
    }

    fn may_revive(&self, hearing: HearingId) -> bool {
        let now = Instant::now();
        let mut deaths = self.shared.deaths.lock().unwrap_or_else(PoisonError::into_inner);
        deaths.retain(|_, death| now.duration_since(death.since) < REVIVE_WINDOW);
        let death = deaths.entry(hearing).or_insert(Deaths { since: now, count: 0 });
        death.count += 1;
        death.count <= REVIVES_MAX
    }

    /// Ends the pages and media of somebody whose credential was taken back.
    pub(crate) async fn expel(&self, hearing: HearingId, who: ParticipantId) {
        if let Some(handle) = self.handle(hearing)
            && handle.letters.send(Letter::Expel { who }).await.is_err()
        {
            tracing::debug!(%hearing, "the hearing ended before somebody could be expelled");
        }
    }

    /// Tells a live hearing that its evidence list changed.
    pub(crate) async fn evidence_changed(&self, hearing: HearingId) {
        if let Some(handle) = self.handle(hearing)
            && handle.letters.send(Letter::Evidence).await.is_err()
        {
            tracing::debug!(%hearing, "the hearing ended before it heard of its evidence");
        }
    }

    /// Whether somebody's view of a live hearing shows a piece of evidence.
    pub(crate) async fn sees(
        &self,
        hearing: HearingId,
        who: ParticipantId,
        item: EvidenceId,
    ) -> bool {
        let Some(handle) = self.handle(hearing) else { return false };
        let (answer, seen) = oneshot::channel();
        let asked = handle.letters.send(Letter::Sees { who, item, answer }).await.is_ok();
        asked && timeout(LETTER_WAIT, seen).await.is_ok_and(|seen| seen.unwrap_or(false))
    }

    /// Tells a live hearing that its docket changed; one that began keeps what it began with.
    pub(crate) async fn redocket(&self, entry: &Entry) {
        let hearing = entry.hearing;
        let letter = Letter::Docket { docket: entry.for_hearing() };
        if let Some(handle) = self.handle(hearing)
            && handle.letters.send(letter).await.is_err()
        {
            tracing::debug!(%hearing, "the hearing ended before its docket changed");
        }
    }

    /// What a live sitting says of its transcript; nothing when it is not live.
    pub(crate) async fn sitting(&self, hearing: HearingId) -> Option<Sitting> {
        let handle = self.handle(hearing)?;
        let (answer, sitting) = oneshot::channel();
        handle.letters.send(Letter::Transcript(OfTranscript::Sitting { answer })).await.ok()?;
        timeout(LETTER_WAIT, sitting).await.ok()?.ok()
    }

    /// Hands what is heard to the hearings until nobody listens any more. A hearing that is behind
    /// loses drafts, never procedure.
    pub(crate) async fn carry_heard(self, mut heard: mpsc::Receiver<(HearingId, Heard)>) {
        while let Some((hearing, heard)) = heard.recv().await {
            let Some(handle) = self.handle(hearing) else { continue };
            if let Err(mpsc::error::TrySendError::Full(_)) =
                handle.letters.try_send(Letter::Transcript(OfTranscript::Heard(heard)))
            {
                self.rooms.metrics.notices_dropped.inc();
            }
        }
    }

    /// Ends a call's sitting; false when it is not live.
    pub(crate) async fn hang_up(&self, hearing: HearingId) -> bool {
        match self.handle(hearing) {
            Some(handle) => handle.letters.send(Letter::HangUp).await.is_ok(),
            None => false,
        }
    }

    /// What ops know of one seat.
    pub(crate) fn seat(&self, hearing: HearingId, who: ParticipantId) -> Option<OpsPerson> {
        let handle = self.handle(hearing)?;
        let picture = handle.picture.borrow();
        picture.people.iter().find(|person| person.id == who).cloned()
    }

    /// Every live hearing as ops may see it.
    pub(crate) fn pictures(&self) -> Vec<OpsHearing> {
        self.live().values().map(|handle| handle.picture.borrow().clone()).collect()
    }

    /// Where a live hearing stands.
    pub(crate) fn stage(&self, hearing: HearingId) -> Option<model::Stage> {
        self.handle(hearing).map(|handle| handle.picture.borrow().stage)
    }

    /// Hands notices of the sfu to their hearings until the sfu is gone.
    pub(crate) async fn carry_notices(self, mut notices: mpsc::Receiver<Notice>) {
        while let Some(notice) = notices.recv().await {
            let hearing = hearing_of(&notice);
            let Some(handle) = self.handle(hearing) else { continue };
            let figures = matches!(
                notice,
                Notice::Health { .. } | Notice::Speaking { .. } | Notice::Pictures { .. }
            );
            match handle.letters.try_send(Letter::Notice(notice)) {
                Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => {}
                Err(mpsc::error::TrySendError::Full(_)) if figures => {
                    self.rooms.metrics.notices_dropped.inc();
                }
                Err(mpsc::error::TrySendError::Full(letter)) => {
                    if timeout(LETTER_WAIT, handle.letters.send(letter)).await.is_err() {
                        self.rooms.metrics.notices_dropped.inc();
                        tracing::error!(%hearing, "a hearing does not read its letters");
                    }
                }
            }
        }
    }

    /// Hands notices of the recorder to their hearings until the recorder is gone.
    pub(crate) async fn carry_record_notices(self, mut notices: mpsc::Receiver<RecordNotice>) {
        while let Some(notice) = notices.recv().await {
            let hearing = hearing_of_record(&notice);
            if matches!(notice, RecordNotice::Opened { .. } | RecordNotice::Sealed { .. }) {
                let docket = Arc::clone(&self.rooms.docket);
                tokio::spawn(filing::file(docket, Arc::clone(&self.archive), hearing));
            }
            let Some(handle) = self.handle(hearing) else { continue };
            if timeout(LETTER_WAIT, handle.record.send(notice)).await.is_err() {
                self.rooms.metrics.notices_dropped.inc();
                tracing::error!(%hearing, "a hearing does not read its record notices");
            }
        }
    }

    /// Stops every hearing in order: the last minute written, pages told to come back later.
    pub(crate) async fn stop(&self) {
        self.shared.stopping.store(true, Ordering::Release);
        let handles: Vec<(HearingId, Handle)> =
            self.live().iter().map(|(hearing, handle)| (*hearing, handle.clone())).collect();
        let mut waiting = Vec::new();
        for (hearing, handle) in handles {
            let (done, stopped) = oneshot::channel();
            if handle.letters.send(Letter::Stop { done }).await.is_ok() {
                waiting.push((hearing, stopped));
            }
        }
        let deadline = Instant::now() + STOP_WAIT;
        for (hearing, stopped) in waiting {
            if tokio::time::timeout_at(deadline, stopped).await.is_err() {
                tracing::error!(%hearing, "a hearing did not stop in time");
            }
        }
    }
}

/// Sends pages that came too late back to the door.
fn refuse_late(mut inbox: Inbox) {
    inbox.letters.close();
    while let Ok(letter) = inbox.letters.try_recv() {
        if let Letter::Enter { outbox, .. } = letter {
            outbox.close(Bye::Restart);
        }
    }
}

/// A page leaves because of this.
pub(crate) const fn cause_of(why: Option<Bye>) -> LinkCause {
    match why {
        // The server let them go: nobody is behind the media any more.
        None | Some(Bye::Removed | Bye::Closed | Bye::SignInNeeded) => LinkCause::PageClosed,
        Some(Bye::Replaced) => LinkCause::Replaced,
        Some(Bye::Restart) => LinkCause::NodeStopped,
        Some(Bye::Version | Bye::Violation | Bye::TooSlow | Bye::Fault) => LinkCause::SocketLost,
    }
}

const fn hearing_of(notice: &Notice) -> HearingId {
    match notice {
        Notice::Answer { hearing, .. }
        | Notice::OfferRefused { hearing, .. }
        | Notice::Slots { hearing, .. }
        | Notice::Pictures { hearing, .. }
        | Notice::Faltering { hearing, .. }
        | Notice::Connected { hearing, .. }
        | Notice::Disconnected { hearing, .. }
        | Notice::TrackLive { hearing, .. }
        | Notice::TrackSilent { hearing, .. }
        | Notice::Speaking { hearing, .. }
        | Notice::Health { hearing, .. } => *hearing,
    }
}

const fn hearing_of_record(notice: &RecordNotice) -> HearingId {
    match notice {
        RecordNotice::Opened { hearing }
        | RecordNotice::Written { hearing, .. }
        | RecordNotice::FirstFrames { hearing, .. }
        | RecordNotice::Fault { hearing, .. }
        | RecordNotice::Mended { hearing }
        | RecordNotice::Sealed { hearing, .. } => *hearing,
    }
}
