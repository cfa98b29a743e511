//! Owns one hearing: tells its core what happened and carries out what it answers, in order.
//!
//! What is not here: the law (crate `hearing`), writing minutes down (`hearing_task/ledger.rs`) and
//! what media tells (`hearing_task/media.rs`).

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::hash::RandomState;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use hearing::{Docket as HearingDocket, Effect, Event, Hearing, Parting};
use model::letters::{Notice, OfferForm, Order, RecordNotice, RecordOrder};
use model::stage::LinkCause;
use model::{
    Ask, ClockReading, Comparison, EvidenceId, EvidenceItem, Grants, HearingId, Line, LineTest,
    MediaPath, Minute, ParticipantId, Private, RecordFault, Refusal, Stage, Tile, TrackId,
};
use protocol::{Bye, ClientStats, OpsHearing, RequestOutcome, ServerMessage};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{sleep, timeout};

use crate::apart::{Apart, Kept};
use crate::clock::Clock;
use crate::docket::Docket;
use crate::metrics::Metrics;
use crate::outbox::Outbox;
use crate::reach::{Reach, Reached};
use crate::settings::Settings;
use crate::transcript::Transcripts;

mod apart;
mod evidence;
mod ledger;
mod measured;
mod media;
mod minutes;
mod outcome;
mod page;
mod picture;
mod transcript;

pub(crate) use picture::empty;
pub(crate) use transcript::OfTranscript;

use ledger::Ledger;
use measured::Measured;
use media::Media;
use page::Page;
use transcript::Following;

/// How long the sfu may keep its queue full before an order is given up.
const SFU_WAIT: Duration = Duration::from_secs(5);
/// A hearing without a wake-up looks around this often anyway.
const IDLE_WAKE: Duration = Duration::from_secs(60);

/// What a page, the sfu or the node tells a hearing.
#[derive(Debug)]
pub(crate) enum Letter {
    /// A page said hello.
    Enter { who: ParticipantId, page: u64, outbox: Arc<Outbox>, reached: Private<Reached> },
    /// A page is gone.
    Leave { who: ParticipantId, page: u64, cause: LinkCause },
    /// A page asks.
    Ask { who: ParticipantId, page: u64, request: u32, ask: Ask },
    /// A page offers media.
    Offer { who: ParticipantId, page: u64, offer: Offer },
    /// A page tells how large it draws its pictures.
    Tiles { who: ParticipantId, page: u64, tiles: Vec<Tile> },
    /// A page tells what it measures.
    Measured { who: ParticipantId, page: u64, figures: Vec<ClientStats>, path: Option<MediaPath> },
    /// A page tried out its line and devices.
    LineTested { who: ParticipantId, page: u64, test: LineTest },
    /// Media happened.
    Notice(Notice),
    /// About the transcript.
    Transcript(OfTranscript),
    /// The evidence list changed.
    Evidence,
    /// Whether somebody may have a face compared now.
    MayCompare {
        by: ParticipantId,
        who: ParticipantId,
        answer: oneshot::Sender<Result<(), Refusal>>,
    },
    /// An outside service compared a face.
    Compared { by: ParticipantId, who: ParticipantId, comparison: Comparison },
    /// Whether somebody may see a piece of evidence: it is on their view.
    Sees { who: ParticipantId, item: EvidenceId, answer: oneshot::Sender<bool> },
    /// The docket changed before the hearing began.
    Docket { docket: HearingDocket },
    /// One side of a call hung up.
    HangUp,
    /// A person's credential is no longer good.
    Expel { who: ParticipantId },
    /// The node stops: answered when the last minute is durable.
    Stop { done: oneshot::Sender<()> },
}

/// A media offer as a page made it.
#[derive(Debug)]
pub(crate) struct Offer {
    /// The page's number of the request.
    pub(crate) request: u32,
    /// The page's number of the connection.
    pub(crate) connection: u32,
    /// The session description.
    pub(crate) sdp: Private<String>,
    /// Who makes it.
    pub(crate) form: OfferForm,
    /// What its lines are for.
    pub(crate) lines: Vec<Line>,
}

/// The other rooms, as a hearing reaches them.
#[derive(Clone, Debug)]
pub(crate) struct Rooms {
    pub(crate) orders: mpsc::Sender<Order>,
    pub(crate) record_orders: mpsc::Sender<RecordOrder>,
    pub(crate) docket: Arc<Docket>,
    pub(crate) clock: Clock,
    pub(crate) metrics: Metrics,
    pub(crate) reach: Reach,
    pub(crate) apart: Apart,
    pub(crate) transcripts: Transcripts,
    pub(crate) settings: Arc<Settings>,
    pub(crate) clock_reading: watch::Receiver<ClockReading>,
}

/// What the task reads from.
#[derive(Debug)]
pub(crate) struct Inbox {
    pub(crate) letters: mpsc::Receiver<Letter>,
    pub(crate) record: mpsc::Receiver<RecordNotice>,
}

/// A hearing to be taken into service.
#[derive(Clone, Debug)]
pub(crate) struct Start {
    pub(crate) docket: HearingDocket,
    /// Minutes found in its ledger; none when there is no ledger yet.
    pub(crate) minutes: Option<Vec<Minute>>,
    /// Its evidence list.
    pub(crate) evidence: Vec<EvidenceItem>,
    /// What the court keeps apart of it.
    pub(crate) kept: Kept,
}

/// One live hearing.
#[derive(Debug)]
pub(crate) struct HearingTask {
    rooms: Rooms,
    inbox: Inbox,
    docket: HearingDocket,
    hearing: Hearing,
    /// Events that happened and wait for their turn.
    todo: VecDeque<Event>,
    pages: BTreeMap<ParticipantId, Page>,
    /// The last view each person was sent; a new page of theirs goes on counting.
    versions: BTreeMap<ParticipantId, u64>,
    ledger: Ledger,
    media: Media,
    /// The evidence list as the core was last told it.
    evidence: Vec<EvidenceItem>,
    /// Notes and deliberation as they stand on disk.
    kept: Kept,
    following: Following,
    grants: Grants,
    wake_at: Option<model::Instant>,
    /// Requests the core has not answered yet; an opening waits for the recorder.
    unanswered: BTreeSet<(ParticipantId, u32)>,
    picture: watch::Sender<OpsHearing>,
    /// Whether a page was ever here: a hearing just made waits for the one it was made for.
    visited: bool,
    closed: bool,
    stopped: bool,
    /// The key under which addresses become numbers; it dies with the task.
    origins: RandomState,
}

impl HearingTask {
    /// A hearing new or found again; `picture` shows it to ops.
    pub(crate) fn new(
        rooms: Rooms,
        inbox: Inbox,
        start: Start,
        picture: watch::Sender<OpsHearing>,
    ) -> Self {
        let now = rooms.clock.now();
        let found = start.minutes.is_some();
        let minutes = start.minutes.unwrap_or_default();
        let hearing = Hearing::rebuild(now, start.docket.clone(), &minutes);
        let mut todo = if found { VecDeque::from([Event::Restarted]) } else { VecDeque::new() };
        let origins = RandomState::new();
        todo.extend(apart::told(&rooms.settings, &start.kept, &origins));
        todo.push_back(Event::Clock { reading: rooms.clock_reading.borrow().clone() });
        if !start.evidence.is_empty() {
            todo.push_back(Event::Evidence { items: start.evidence.clone() });
        }
        // Microseconds pass faster than minutes are written, so a successor counts from above.
        let mut ledger = Ledger::new(minutes, if found { now.instant.0 } else { 0 });
        if found {
            // The recorder of this process knows the ledger only when it is opened here again.
            ledger.reopen(&start.docket, now.utc);
        }
        let following = Following::new(&rooms.transcripts, &start.docket);
        Self {
            hearing,
            following,
            docket: start.docket,
            todo,
            pages: BTreeMap::new(),
            versions: BTreeMap::new(),
            ledger,
            media: Media::default(),
            evidence: start.evidence,
            kept: start.kept,
            grants: Grants::default(),
            wake_at: None,
            unanswered: BTreeSet::new(),
            picture,
            visited: false,
            closed: false,
            stopped: false,
            origins,
            rooms,
            inbox,
        }
    }

    /// Runs until the hearing is over, was never begun and is empty, or the node stops.
    pub(crate) async fn run(mut self) -> Inbox {
        self.tell_sfu(Order::Open { hearing: self.docket.hearing }).await;
        loop {
            self.settle().await;
            if self.is_over() {
                break;
            }
            let now = self.rooms.clock.now().instant;
            let wait = self.wake_at.map_or(IDLE_WAKE, |at| at.since(now));
            tokio::select! {
                Some(notice) = self.inbox.record.recv() => self.noted(notice),
                Some(told) = self.following.told.recv() => self.transcribed(told),
                letter = self.inbox.letters.recv() => match letter {
                    Some(letter) => self.read(letter).await,
                    None => break,
                },
                Ok(()) = self.rooms.clock_reading.changed() => {
                    let reading = self.rooms.clock_reading.borrow_and_update().clone();
                    self.todo.push_back(Event::Clock { reading });
                }
                () = sleep(wait) => {
                    self.wake_at = None;
                    self.todo.push_back(Event::Woke);
                }
            }
        }
        self.forget_notes().await;
        if !self.stopped {
            self.tell_sfu(Order::Close { hearing: self.docket.hearing }).await;
        }
        self.inbox
    }

    fn id(&self) -> HearingId {
        self.docket.hearing
    }

    fn is_over(&self) -> bool {
        let untouched = self.ledger.is_untouched() && self.hearing.durable().minutes == 0;
        let needless = self.ledger.sealed || (untouched && self.visited);
        self.stopped || (self.pages.is_empty() && needless)
    }

    async fn read(&mut self, letter: Letter) {
        match letter {
            Letter::Enter { who, page, outbox, reached } => {
                self.enter(who, page, outbox, reached).await;
            }
            Letter::Leave { who, page, cause } => self.leave(who, page, cause).await,
            Letter::Ask { who, page, request, ask } => {
                if self.is_current(who, page) {
                    self.todo.push_back(Event::Asked { who, request, ask });
                }
            }
            Letter::Offer { who, page, offer } => {
                if self.is_current(who, page) {
                    self.offer(who, page, offer).await;
                }
            }
            Letter::Tiles { who, page, tiles } => {
                if self.is_current(who, page) {
                    let hearing = self.id();
                    self.tell_sfu(Order::Tiles { hearing, participant: who, tiles }).await;
                }
            }
            Letter::Measured { who, page, figures, path } => {
                if self.is_current(who, page) {
                    let now = self.rooms.clock.now().instant;
                    self.media.measured.insert(who, Measured::new(now, &figures, path));
                }
            }
            Letter::LineTested { who, page, test } => {
                if self.is_current(who, page) {
                    self.todo.push_back(Event::LineTested { who, test });
                }
            }
            Letter::Transcript(of) => self.of_transcript(of),
            Letter::HangUp => self.todo.push_back(Event::HungUp),
            Letter::Notice(notice) => self.notice(notice),
            Letter::MayCompare { by, who, answer } => {
                if answer.send(self.hearing.may_compare(by, who)).is_err() {
                    tracing::debug!(hearing = %self.id(), "nobody waits to compare a face");
                }
            }
            Letter::Compared { by, who, comparison } => {
                self.todo.push_back(Event::Compared { by, who, comparison });
            }
            Letter::Evidence => self.read_evidence().await,
            Letter::Sees { who, item, answer } => self.tell_whether_seen(who, item, answer),
            Letter::Docket { docket } => self.redocket(docket),
            Letter::Expel { who } => {
                if let Some(page) = self.pages.get(&who) {
                    page.outbox.close(Bye::SignInNeeded);
                }
                self.tell_sfu(Order::Drop { hearing: self.id(), participant: who }).await;
            }
            Letter::Stop { done } => {
                self.todo.push_back(Event::Stop);
                self.settle().await;
                self.stopped = true;
                for page in self.pages.values() {
                    page.outbox.close(Bye::Restart);
                }
                if done.send(()).is_err() {
                    tracing::warn!(hearing = %self.id(), "nobody waits for this hearing to stop");
                }
            }
        }
    }

    fn is_current(&self, who: ParticipantId, page: u64) -> bool {
        self.pages.get(&who).is_some_and(|current| current.number == page)
    }

    async fn enter(
        &mut self,
        who: ParticipantId,
        page: u64,
        outbox: Arc<Outbox>,
        reached: Private<Reached>,
    ) {
        let Some(role) = self.role_of(who) else {
            outbox.close(Bye::SignInNeeded);
            return;
        };
        if let Some(former) = self.forget_page(who) {
            former.outbox.close(Bye::Replaced);
        }
        self.visited = true;
        let gauge = self.rooms.metrics.role(role);
        let origin = reached.reveal().origin(&self.origins);
        self.todo.push_back(Event::Origin { who, origin });
        self.pages.insert(who, Page::new(page, outbox, reached, gauge));
        self.todo.push_back(Event::Joined { who });
        self.settle().await;
        self.welcome(who);
    }

    fn role_of(&self, who: ParticipantId) -> Option<model::Role> {
        self.docket.attendees.iter().find(|attendee| attendee.id == who).map(|found| found.role)
    }

    fn welcome(&mut self, who: ParticipantId) {
        let Some(view) = self.view_for(who) else { return };
        let slots = self.hearing.slots_for(who);
        let hearing = self.id();
        if let Some(page) = self.pages.get_mut(&who) {
            page.welcomed = true;
            page.slots = slots;
            let version = protocol::VERSION;
            let relays = (self.rooms.reach.relays)(hearing, who, &page.reached.reveal().host);
            page.outbox.push(ServerMessage::Welcome { version, slots, relays, view });
            let notes = self.hearing.notes_for(who);
            if !notes.is_empty() {
                page.outbox.push(ServerMessage::Notes { notes });
            }
        }
        self.tell_minutes(who);
    }

    async fn leave(&mut self, who: ParticipantId, page: u64, cause: LinkCause) {
        if !self.is_current(who, page) {
            return;
        }
        self.forget_page(who);
        self.todo.push_back(Event::Parted { who, cause });
        if cause == LinkCause::PageClosed {
            // Nobody is there any more; a lost socket keeps its media until it falls silent.
            self.tell_sfu(Order::Drop { hearing: self.id(), participant: who }).await;
        }
    }

    fn forget_page(&mut self, who: ParticipantId) -> Option<Page> {
        self.media.forget_offers(who);
        self.unanswered.retain(|(asker, _)| *asker != who);
        self.pages.remove(&who)
    }

    /// Lets everything that happened take effect.
    async fn settle(&mut self) {
        while let Some(event) = self.todo.pop_front() {
            self.happen(event).await;
        }
        if !self.closed && self.hearing.stage() == Stage::Closed {
            self.closed = true;
            self.tell_outcome().await;
        }
        self.show();
    }

    async fn happen(&mut self, event: Event) {
        let now = self.rooms.clock.now();
        if !matches!(event, Event::Origin { .. }) {
            tracing::debug!(hearing = %self.id(), ?event, "happened");
        }
        let request = if let Event::Asked { who, request, .. } = &event {
            Some((*who, *request))
        } else {
            None
        };
        self.unanswered.extend(request);
        let restarted = event == Event::Restarted;
        // What people ask, and the opening that waits for the record, can be undone; what happened
        // in the world cannot.
        let mut undo = (request.is_some() || matches!(event, Event::FirstFrames { .. }))
            .then(|| self.hearing.clone());
        let mut effects = Vec::new();
        let handled =
            catch_unwind(AssertUnwindSafe(|| self.hearing.handle(now, event, &mut effects)));
        if handled.is_err() {
            tracing::error!(hearing = %self.id(), "a bug in the hearing; rebuilding from minutes");
            self.rebuild();
            return;
        }
        if !self.write_down(&effects, now.utc).await {
            if !self.ledger.silent {
                self.ledger.silent = true;
                self.todo.push_back(Event::RecordFault { fault: RecordFault::Silent });
            }
            if let Some(before) = undo.take() {
                tracing::error!(hearing = %self.id(), "undone: its minute is not durable");
                self.hearing = before;
                self.ledger.undo();
                self.answer(request, Some(Refusal::RecordAtRisk));
                return;
            }
        }
        if restarted {
            self.exchange_what_was_shown().await;
        }
        if !self.keep_apart(&effects).await
            && let Some(before) = undo
        {
            self.hearing = before;
            self.answer(request, Some(Refusal::RecordAtRisk));
            return;
        }
        self.exchange_shown(&effects).await;
        for effect in effects {
            self.carry_out(effect).await;
        }
    }

    async fn carry_out(&mut self, effect: Effect) {
        let at = self.rooms.clock.now().utc;
        let hearing = self.id();
        match effect {
            // Done before, by `write_down` and `keep_apart`.
            Effect::OpenLedger | Effect::Minute(_) | Effect::Deliberated(_) => {}
            Effect::Grants(grants) => self.grant(grants).await,
            Effect::Roll { rolling } => {
                self.tell_recorder(RecordOrder::Roll { hearing, rolling, at }).await;
            }
            Effect::Seal => self.tell_recorder(RecordOrder::Close { hearing, at }).await,
            Effect::DropMedia { who } => {
                self.media.dropped(who);
                self.tell_sfu(Order::Drop { hearing, participant: who }).await;
            }
            Effect::Done { to, request } => self.answer(Some((to, request)), None),
            Effect::Refused { to, request, why } => self.answer(Some((to, request)), Some(why)),
            Effect::Note { to, note } => {
                for who in to {
                    if let Some(page) = self.pages.get(&who).filter(|page| page.welcomed) {
                        page.outbox.push(ServerMessage::Notes { notes: vec![note.clone()] });
                    }
                }
            }
            Effect::Views => self.send_views(),
            Effect::Part { who, why } => {
                if let Some(page) = self.pages.get(&who) {
                    page.outbox.close(match why {
                        Parting::Removed => Bye::Removed,
                        Parting::Closed => Bye::Closed,
                        Parting::Restart => Bye::Restart,
                    });
                }
            }
            Effect::WakeAt { at } => self.wake_at = Some(at),
        }
    }

    fn answer(&mut self, request: Option<(ParticipantId, u32)>, refused: Option<Refusal>) {
        let Some((who, request)) = request else { return };
        // A page that left, or a rebuild that answered already, leaves nobody to tell.
        if !self.unanswered.remove(&(who, request)) {
            return;
        }
        self.rooms.metrics.asked(refused);
        let outcome = match refused {
            None => RequestOutcome::Done {},
            Some(why) => RequestOutcome::Refused { why },
        };
        if let Some(page) = self.pages.get(&who) {
            page.outbox.push(ServerMessage::Outcome { request, outcome });
        }
    }

    fn view_for(&mut self, who: ParticipantId) -> Option<model::View> {
        let version = self.versions.entry(who).or_default();
        *version += 1;
        self.hearing.view(who, self.rooms.clock.now(), *version)
    }

    fn send_views(&mut self) {
        self.tell_who_reads_anew();
        let welcomed: Vec<_> =
            self.pages.iter().filter(|(_, page)| page.welcomed).map(|(who, _)| *who).collect();
        for who in welcomed {
            let Some(view) = self.view_for(who) else { continue };
            let slots = self.hearing.slots_for(who);
            let Some(page) = self.pages.get_mut(&who) else { continue };
            page.outbox.push(ServerMessage::View { view });
            if page.slots != slots {
                page.slots = slots;
                self.tell_slots(who);
            }
            self.tell_minutes(who);
        }
    }

    async fn grant(&mut self, mut grants: Grants) {
        // Rises even over a rebuild, so that the router never takes a new table for an old one.
        let micros = self.rooms.clock.now().instant.0;
        grants.epoch = micros.max(self.grants.epoch + 1);
        self.grants = grants.clone();
        self.tell_sfu(Order::Grants { hearing: self.id(), grants }).await;
    }

    async fn tell_sfu(&self, order: Order) {
        match timeout(SFU_WAIT, self.rooms.orders.send(order)).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => tracing::error!(hearing = %self.id(), "the sfu is gone"),
            Err(_) => tracing::error!(hearing = %self.id(), "the sfu takes no orders"),
        }
    }

    /// Starts over from what is in the ledger, then tells the core again who is here.
    fn rebuild(&mut self) {
        self.rooms.metrics.hearing_restarts.inc();
        let now = self.rooms.clock.now();
        self.hearing = Hearing::rebuild(now, self.docket.clone(), self.ledger.minutes());
        self.wake_at = None;
        for (who, request) in self.unanswered.clone() {
            self.answer(Some((who, request)), Some(Refusal::ServerFault));
        }
        let items = self.evidence.clone();
        let mut todo = VecDeque::from([Event::Restarted, Event::Evidence { items }]);
        todo.extend(apart::told(&self.rooms.settings, &self.kept, &self.origins));
        todo.extend(self.pages.keys().map(|who| Event::Joined { who: *who }));
        todo.extend(self.pages.iter().map(|(who, page)| {
            let origin = page.reached.reveal().origin(&self.origins);
            Event::Origin { who: *who, origin }
        }));
        let connected: &BTreeSet<ParticipantId> = self.media.connected();
        todo.extend(connected.iter().map(|who| Event::MediaUp { who: *who }));
        let live: &BTreeSet<TrackId> = self.media.live();
        todo.extend(live.iter().map(|track| Event::TrackLive { track: *track }));
        todo.append(&mut self.todo);
        self.todo = todo;
    }
}

#[cfg(test)]
mod tests;
