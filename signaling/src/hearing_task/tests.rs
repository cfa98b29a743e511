//! One hearing's task with a false sfu and a false recorder.
//! What is not here: sockets.

use std::net::Ipv4Addr;

use model::letters::RecordNotice;
use model::view::Person;
use model::{ClockReading, Fact, Grade, Health, SlotCount, TrackKind, Trial, Trouble};
use tokio::sync::watch;
use tokio::task::JoinHandle;

mod evidence;

use super::*;
use crate::fixture::{Court, OneShelf, Seats, clock, reach, registry};
use crate::outbox::Next;
use crate::reach::Reached;
use crate::transcript::Transcripts;

mod apart;
mod transcript;

/// In the runtime's own time, which only runs while everybody waits.
const PATIENCE: Duration = Duration::from_secs(120);

/// A hearing's task and everything around it.
struct Stand {
    court: Court,
    seats: Seats,
    letters: mpsc::Sender<Letter>,
    record: mpsc::Sender<RecordNotice>,
    orders: mpsc::Receiver<Order>,
    record_orders: mpsc::Receiver<RecordOrder>,
    metrics: Metrics,
    task: JoinHandle<Inbox>,
    pages: u64,
}

impl Stand {
    async fn new() -> Self {
        Self::with(None).await
    }

    /// A hearing whose ledger was found, with these minutes in it.
    async fn with(minutes: Option<Vec<Minute>>) -> Self {
        Self::found(minutes, |_, _| {}).await
    }

    /// The same, with something kept apart of it.
    async fn found(minutes: Option<Vec<Minute>>, keep: impl FnOnce(&Apart, &Seats)) -> Self {
        Self::of(minutes, model::Course::default(), keep).await
    }

    /// The same of a panel.
    async fn of_a_panel(minutes: Vec<Minute>, keep: impl FnOnce(&Apart, &Seats)) -> Self {
        let course = model::Course { panel: true, ..model::Course::default() };
        Self::of(Some(minutes), course, keep).await
    }

    async fn of(
        minutes: Option<Vec<Minute>>,
        course: model::Course,
        keep: impl FnOnce(&Apart, &Seats),
    ) -> Self {
        let court = Court::new().await;
        // The database is open; from here on only the test moves time.
        tokio::time::pause();
        Self::begun(court, minutes, Vec::new(), course, keep).await
    }

    /// The same in a court that is there already, with its evidence list.
    async fn within(
        court: Court,
        minutes: Option<Vec<Minute>>,
        evidence: Vec<EvidenceItem>,
    ) -> Self {
        Self::begun(court, minutes, evidence, model::Course::default(), |_, _| {}).await
    }

    async fn begun(
        court: Court,
        minutes: Option<Vec<Minute>>,
        evidence: Vec<EvidenceItem>,
        course: model::Course,
        keep: impl FnOnce(&Apart, &Seats),
    ) -> Self {
        let (orders_to, orders) = mpsc::channel(64);
        let (record_to, record_orders) = mpsc::channel(64);
        let (letters, letters_in) = mpsc::channel(64);
        let (record, record_in) = mpsc::channel(64);
        let metrics = Metrics::register(&registry()).unwrap();
        let rooms = Rooms {
            clock_reading: watch::channel(ClockReading::default()).1,
            orders: orders_to,
            record_orders: record_to,
            docket: Arc::clone(&court.docket),
            clock: clock(),
            metrics: metrics.clone(),
            reach: reach(),
            apart: Apart::new(court.folder.path()),
            transcripts: Transcripts::new(court.folder.path(), Arc::new(OneShelf::default())),
            settings: Arc::default(),
        };
        let inbox = Inbox { letters: letters_in, record: record_in };
        let mut docket = court.entry.for_hearing();
        docket.brief.course = course;
        let shown = watch::channel(empty(docket.hearing)).0;
        keep(&rooms.apart, &court.seats());
        let kept = rooms.apart.read(docket.hearing).unwrap();
        let start = Start { docket, minutes, evidence, kept };
        let task = HearingTask::new(rooms, inbox, start, shown);
        let task = tokio::spawn(task.run());
        let seats = court.seats();
        let mut stand =
            Self { court, seats, letters, record, orders, record_orders, metrics, task, pages: 0 };
        assert!(matches!(stand.order().await, Order::Open { .. }));
        stand
    }

    async fn send(&self, letter: Letter) {
        self.letters.send(letter).await.unwrap();
    }

    async fn order(&mut self) -> Order {
        let order = timeout(PATIENCE, self.orders.recv()).await;
        order.expect("the sfu is told something").unwrap()
    }

    async fn record_order(&mut self) -> RecordOrder {
        let order = timeout(PATIENCE, self.record_orders.recv()).await;
        order.expect("the recorder is told something").unwrap()
    }

    /// A page enters and is welcomed.
    async fn enter(&mut self, who: ParticipantId) -> (u64, Arc<Outbox>, model::View) {
        let (page, outbox) = self.knock(who).await;
        let view = welcomed(&outbox).await;
        (page, outbox, view)
    }

    /// A page comes to the door.
    async fn knock(&mut self, who: ParticipantId) -> (u64, Arc<Outbox>) {
        self.pages += 1;
        let (page, outbox) = (self.pages, Arc::new(Outbox::default()));
        let reached = Reached::private(
            (Ipv4Addr::LOCALHOST, 8443).into(),
            None,
            (Ipv4Addr::LOCALHOST, 5000).into(),
        );
        self.send(Letter::Enter { who, page, outbox: Arc::clone(&outbox), reached }).await;
        (page, outbox)
    }

    async fn ask(&self, who: ParticipantId, page: u64, request: u32, ask: Ask) {
        self.send(Letter::Ask { who, page, request, ask }).await;
    }

    /// Confirms minutes until one fits.
    async fn write_until(&mut self, is_it: impl Fn(&Fact) -> bool) {
        loop {
            let order = self.record_order().await;
            if let RecordOrder::Minute { hearing, number, minute } = order {
                self.record.send(RecordNotice::Written { hearing, number }).await.unwrap();
                if is_it(&minute.fact) {
                    return;
                }
            }
        }
    }

    /// A judge and a checked-in plaintiff in the hearing.
    async fn with_plaintiff(&mut self) -> (u64, Arc<Outbox>, u64, Arc<Outbox>) {
        let Seats { judge, plaintiff, .. } = self.seats;
        let (judge_page, judge_box, _) = self.enter(judge).await;
        self.ask(judge, judge_page, 1, Ask::OpenCheckIn).await;
        self.write_until(|fact| matches!(fact, Fact::Arrived { .. })).await;
        let (page, outbox, _) = self.enter(plaintiff).await;
        let check_in = Ask::CheckIn {
            discipline: true,
            others_present: Private::default(),
            camera: true,
            microphone: true,
            faults: Vec::new(),
            version: String::new(),
        };
        self.ask(plaintiff, page, 1, check_in).await;
        self.write_until(|fact| matches!(fact, Fact::Arrived { .. })).await;
        self.ask(judge, judge_page, 2, Ask::Admit { who: plaintiff }).await;
        self.write_until(|fact| matches!(fact, Fact::Admitted { .. })).await;
        outcome(&judge_box, 2).await;
        (judge_page, judge_box, page, outbox)
    }
}

/// A page is welcomed.
async fn welcomed(outbox: &Outbox) -> model::View {
    let first = next(outbox).await;
    let Next::Message(ServerMessage::Welcome { view, .. }) = first else {
        panic!("not welcome: {first:?}");
    };
    view
}

/// The next thing a page is sent; virtual minutes later the test has failed.
async fn next(outbox: &Outbox) -> Next {
    timeout(PATIENCE, outbox.next()).await.expect("the page is told something")
}

/// Waits for the answer to a request.
async fn outcome(outbox: &Outbox, wanted: u32) -> RequestOutcome {
    loop {
        match next(outbox).await {
            Next::Message(ServerMessage::Outcome { request, outcome }) if request == wanted => {
                return outcome;
            }
            Next::Message(_) => {}
            Next::Bye(why) => panic!("{why:?} instead of an outcome"),
        }
    }
}

/// Waits for the end of a socket.
async fn bye(outbox: &Outbox) -> Bye {
    loop {
        if let Next::Bye(why) = next(outbox).await {
            return why;
        }
    }
}

/// Waits for a view at a stage.
async fn stage(outbox: &Outbox, wanted: Stage) {
    loop {
        match next(outbox).await {
            Next::Message(ServerMessage::View { view }) if view.stage == wanted => return,
            Next::Message(_) => {}
            Next::Bye(why) => panic!("{why:?} instead of a view"),
        }
    }
}

#[tokio::test]
async fn nothing_is_announced_before_it_is_durable() {
    let mut stand = Stand::new().await;
    let judge = stand.seats.judge;
    let (page, outbox, view) = stand.enter(judge).await;
    assert_eq!(view.stage, Stage::Scheduled);
    stand.ask(judge, page, 1, Ask::OpenCheckIn).await;
    assert!(matches!(stand.record_orders.recv().await, Some(RecordOrder::Open { .. })));
    let Some(RecordOrder::Minute { hearing, number, minute }) = stand.record_orders.recv().await
    else {
        panic!("a minute comes first");
    };
    assert_eq!(minute.fact, Fact::CheckInOpened);
    let early = timeout(Duration::from_secs(1), outbox.next()).await;
    assert!(early.is_err(), "announced before it was written: {early:?}");
    stand.record.send(RecordNotice::Written { hearing, number }).await.unwrap();
    stand.write_until(|fact| matches!(fact, Fact::Arrived { .. })).await;
    assert_eq!(outcome(&outbox, 1).await, RequestOutcome::Done {});
    stage(&outbox, Stage::CheckIn).await;
    assert_eq!(stand.metrics.minute_durable.get_sample_count(), 2);
}

#[tokio::test]
async fn a_request_whose_minute_is_late_is_refused_and_the_ledger_decides() {
    let mut stand = Stand::new().await;
    let (judge_page, judge_box, ..) = stand.with_plaintiff().await;
    let Seats { judge, plaintiff, .. } = stand.seats;
    stand.ask(judge, judge_page, 3, Ask::Lock { who: plaintiff }).await;
    let why = Refusal::RecordAtRisk;
    assert_eq!(outcome(&judge_box, 3).await, RequestOutcome::Refused { why });
    assert_eq!(stand.metrics.minutes_late.get(), 1);
    assert_eq!(stand.metrics.hearing_restarts.get(), 0);

    // The recorder wakes up and had written it all the same.
    stand.write_until(|fact| matches!(fact, Fact::Locked { .. })).await;
    stand.write_until(|fact| matches!(fact, Fact::NodeRestarted)).await;
    assert_eq!(stand.metrics.hearing_restarts.get(), 1);
    loop {
        match next(&judge_box).await {
            Next::Message(ServerMessage::View { view })
                if view.people.iter().any(|person| person.id == plaintiff && person.locked) =>
            {
                break;
            }
            Next::Message(_) => {}
            Next::Bye(why) => panic!("{why:?}"),
        }
    }
}

#[tokio::test]
async fn a_second_window_replaces_the_first() {
    let mut stand = Stand::new().await;
    let judge = stand.seats.judge;
    let (first_page, first, _) = stand.enter(judge).await;
    let (second_page, second, view) = stand.enter(judge).await;
    assert_eq!(bye(&first).await, Bye::Replaced);
    let cause = LinkCause::Replaced;
    stand.send(Letter::Leave { who: judge, page: first_page, cause }).await;
    stand.ask(judge, first_page, 1, Ask::OpenCheckIn).await;
    stand.ask(judge, second_page, 7, Ask::Open).await;
    assert!(matches!(outcome(&second, 7).await, RequestOutcome::Refused { .. }));
    assert!(view.version > 1, "the count of views goes on");
    assert_eq!(stand.metrics.role(model::Role::PresidingJudge).get(), 1);
}

fn offer(request: u32, connection: u32) -> Offer {
    let form = OfferForm::Page;
    Offer { request, connection, sdp: "v=0".into(), form, lines: Vec::new() }
}

#[tokio::test]
async fn connections_count_upwards_over_reloads() {
    let mut stand = Stand::new().await;
    let judge = stand.seats.judge;
    let (page, outbox, _) = stand.enter(judge).await;
    let mut seen = Vec::new();
    for (request, of_page) in [(1, 1), (2, 1), (3, 2)] {
        stand.send(Letter::Offer { who: judge, page, offer: offer(request, of_page) }).await;
        let Order::Offer { hearing, participant, request: number, connection, .. } =
            stand.order().await
        else {
            panic!("an offer goes to the sfu");
        };
        seen.push(connection);
        let sdp = Private::from("v=0 answer");
        let answer = Notice::Answer { hearing, participant, request: number, connection, sdp };
        stand.send(Letter::Notice(answer)).await;
        let told = next(&outbox).await;
        let Next::Message(ServerMessage::Answer { request: to, connection, .. }) = told else {
            panic!("not an answer: {told:?}");
        };
        assert_eq!((to, connection), (request, of_page));
    }
    stand.send(Letter::Offer { who: judge, page, offer: offer(4, 1) }).await;
    let why = Refusal::OfferUnusable;
    assert_eq!(outcome(&outbox, 4).await, RequestOutcome::Refused { why });
    let (page, _outbox, _) = stand.enter(judge).await;
    stand.send(Letter::Offer { who: judge, page, offer: offer(1, 1) }).await;
    let Order::Offer { connection, .. } = stand.order().await else { panic!("an offer") };
    seen.push(connection);
    assert_eq!(seen, [1, 1, 2, 3]);
}

#[tokio::test]
async fn offers_without_answers_are_few() {
    let mut stand = Stand::new().await;
    let judge = stand.seats.judge;
    let (page, outbox, _) = stand.enter(judge).await;
    for request in 1..=5 {
        stand.send(Letter::Offer { who: judge, page, offer: offer(request, 1) }).await;
    }
    let why = Refusal::TooFast;
    assert_eq!(outcome(&outbox, 5).await, RequestOutcome::Refused { why });
}

#[tokio::test]
async fn who_lost_media_is_asked_to_offer_again() {
    let mut stand = Stand::new().await;
    let (_, judge_box, _, plaintiff_box) = stand.with_plaintiff().await;
    let (hearing, plaintiff) = (stand.court.entry.hearing, stand.seats.plaintiff);
    let connected = Notice::Connected { hearing, participant: plaintiff, join_ms: 5 };
    stand.send(Letter::Notice(connected)).await;
    let cause = LinkCause::MediaSilent;
    let lost = Notice::Disconnected { hearing, participant: plaintiff, cause };
    stand.send(Letter::Notice(lost)).await;
    loop {
        match next(&plaintiff_box).await {
            Next::Message(ServerMessage::Reoffer { fresh }) => {
                assert!(fresh);
                break;
            }
            Next::Message(_) => {}
            Next::Bye(why) => panic!("{why:?}"),
        }
    }
    drop(judge_box);
}

#[tokio::test]
async fn somebody_admitted_is_told_how_many_slots_to_offer() {
    let mut stand = Stand::new().await;
    let (.., plaintiff_box) = stand.with_plaintiff().await;
    loop {
        match next(&plaintiff_box).await {
            Next::Message(ServerMessage::Slots { slots, wanted }) => {
                assert!(slots.is_empty());
                // Judge, clerk and one witness; two screens.
                assert_eq!(wanted, SlotCount { seats: 3, screens: 2 });
                break;
            }
            Next::Message(_) => {}
            Next::Bye(why) => panic!("{why:?}"),
        }
    }
}

#[tokio::test]
async fn who_may_not_hear_does_not_learn_who_speaks() {
    let mut stand = Stand::new().await;
    let (_, judge_box, ..) = stand.with_plaintiff().await;
    let (_, witness_box, _) = stand.enter(stand.seats.witness).await;
    let (hearing, plaintiff) = (stand.court.entry.hearing, stand.seats.plaintiff);
    stand.send(Letter::Notice(Notice::Speaking { hearing, who: vec![plaintiff] })).await;
    loop {
        match next(&judge_box).await {
            Next::Message(ServerMessage::Speaking { who }) => {
                assert_eq!(who, [plaintiff]);
                break;
            }
            Next::Message(_) => {}
            Next::Bye(why) => panic!("{why:?}"),
        }
    }
    let told = timeout(Duration::from_millis(10), async {
        loop {
            if let Next::Message(ServerMessage::Speaking { who }) = witness_box.next().await {
                return who;
            }
        }
    });
    assert!(told.await.is_err(), "the witness waits outside");
}

#[tokio::test]
async fn a_stopping_node_writes_its_last_minute_before_pages_go() {
    let mut stand = Stand::new().await;
    let (_, judge_box, ..) = stand.with_plaintiff().await;
    let (done, stopped) = oneshot::channel();
    stand.send(Letter::Stop { done }).await;
    stand.write_until(|fact| matches!(fact, Fact::NodeStopped)).await;
    stopped.await.unwrap();
    assert_eq!(bye(&judge_box).await, Bye::Restart);
    stand.task.await.unwrap();
}

#[tokio::test]
async fn somebody_expelled_loses_page_and_media() {
    let mut stand = Stand::new().await;
    let plaintiff = stand.seats.plaintiff;
    let (_, outbox, _) = stand.enter(plaintiff).await;
    stand.send(Letter::Expel { who: plaintiff }).await;
    assert_eq!(bye(&outbox).await, Bye::SignInNeeded);
    let order = stand.order().await;
    let hearing = stand.court.entry.hearing;
    assert_eq!(order, Order::Drop { hearing, participant: plaintiff });
}

#[tokio::test]
async fn an_untouched_hearing_ends_with_its_last_page() {
    let mut stand = Stand::new().await;
    let clerk = stand.seats.clerk;
    let (page, _outbox, _) = stand.enter(clerk).await;
    let cause = LinkCause::SocketLost;
    stand.send(Letter::Leave { who: clerk, page, cause }).await;
    assert!(matches!(stand.order().await, Order::Close { .. }));
    stand.task.await.unwrap();
    assert_eq!(stand.metrics.role(model::Role::Clerk).get(), 0);
}

#[tokio::test]
async fn the_opening_needs_the_recorder() {
    let mut stand = Stand::new().await;
    let (judge_page, judge_box, ..) = stand.with_plaintiff().await;
    let (hearing, judge) = (stand.court.entry.hearing, stand.seats.judge);
    let track = TrackId::new(judge, TrackKind::Microphone);
    stand.record.send(RecordNotice::Opened { hearing }).await.unwrap();
    for notice in [
        Notice::Connected { hearing, participant: judge, join_ms: 5 },
        Notice::TrackLive { hearing, track },
    ] {
        stand.send(Letter::Notice(notice)).await;
    }
    let who = stand.seats.plaintiff;
    let (step, how) = (model::Step::Hearing, "by mouth".into());
    for ask in [
        Ask::AnswerBarred { grounds: Vec::new(), note: Private::default() },
        Ask::NoteConsent { who, step, given: true, how },
        Ask::ReadDiscipline,
    ] {
        stand.ask(judge, judge_page, 9, ask).await;
        stand.write_until(|_| true).await;
    }
    stand.ask(judge, judge_page, 3, Ask::Open).await;
    stand.write_until(|fact| matches!(fact, Fact::OpeningAnnounced)).await;
    loop {
        let order = stand.record_order().await;
        if let RecordOrder::Roll { rolling, .. } = order {
            assert!(rolling);
            break;
        }
    }
    stand.record.send(RecordNotice::FirstFrames { hearing, track }).await.unwrap();
    stand.write_until(|fact| matches!(fact, Fact::PhaseEntered { .. })).await;
    assert_eq!(outcome(&judge_box, 3).await, RequestOutcome::Done {});

    // Tables only grow newer.
    let mut epochs = Vec::new();
    while let Ok(order) = stand.orders.try_recv() {
        if let Order::Grants { grants, .. } = order {
            epochs.push(grants.epoch);
        }
    }
    assert!(epochs.len() > 1 && epochs.is_sorted_by(|a, b| a < b), "{epochs:?}");
}

#[tokio::test]
async fn a_hearing_found_on_disk_goes_on_in_its_ledger() {
    let at = crate::fixture::NOW;
    let opened = Minute { at, by: model::Actor::Server, fact: Fact::CheckInOpened };
    let mut stand = Stand::with(Some(vec![opened])).await;
    assert!(matches!(stand.record_order().await, RecordOrder::Open { .. }));
    stand.write_until(|fact| matches!(fact, Fact::NodeRestarted)).await;
    let (page, _outbox, view) = stand.enter(stand.seats.witness).await;
    assert_eq!(view.stage, Stage::CheckIn);
    let cause = LinkCause::PageClosed;
    stand.send(Letter::Leave { who: stand.seats.witness, page, cause }).await;
    let (_, _outbox, view) = stand.enter(stand.seats.clerk).await;
    assert_eq!(view.stage, Stage::CheckIn, "it stays live without pages");
}

/// Waits for a view in which the plaintiff looks like this to the judge.
async fn person(outbox: &Outbox, who: ParticipantId, fits: impl Fn(&Person) -> bool) {
    loop {
        match next(outbox).await {
            Next::Message(ServerMessage::View { view }) => {
                if view.people.iter().any(|person| person.id == who && fits(person)) {
                    return;
                }
            }
            Next::Message(_) => {}
            Next::Bye(why) => panic!("{why:?} instead of a view"),
        }
    }
}

#[tokio::test]
async fn a_line_that_turns_bad_is_shown_with_its_reason_at_once() {
    let mut stand = Stand::new().await;
    let (_, judge_box, page, plaintiff_box) = stand.with_plaintiff().await;
    let (hearing, who) = (stand.court.entry.hearing, stand.seats.plaintiff);
    let health = Health { loss_up_permille: 120, ..Health::default() };
    stand.send(Letter::Notice(Notice::Health { hearing, participant: who, health })).await;
    person(&judge_box, who, |person| {
        (person.grade, person.trouble) == (Some(Grade::Poor), Some(Trouble::LossUp))
    })
    .await;
    // The page's own pictures stand still: the server adds that to what it measures itself.
    let frozen = ClientStats {
        from: stand.seats.judge,
        frames: 20,
        frozen_ms: 4_000,
        concealed_permille: 0,
        buffer_ms: 80,
    };
    let figures = vec![frozen];
    stand.send(Letter::Measured { who, page, figures, path: Some(MediaPath::RelayTls) }).await;
    let health = Health::default();
    stand.send(Letter::Notice(Notice::Health { hearing, participant: who, health })).await;
    person(&judge_box, who, |person| person.trouble == Some(Trouble::Freeze)).await;
    loop {
        if let Next::Message(ServerMessage::Health { health }) = next(&plaintiff_box).await
            && health.freeze_permille == 800
        {
            break;
        }
    }
}

#[tokio::test]
async fn the_court_sees_what_a_page_found_and_what_does_not_arrive() {
    let mut stand = Stand::new().await;
    let (_, judge_box, page, _outbox) = stand.with_plaintiff().await;
    let (hearing, who) = (stand.court.entry.hearing, stand.seats.plaintiff);
    let test = LineTest {
        signaling: Trial::Passed,
        udp: Trial::Failed,
        tcp: Trial::Untried,
        tls: Trial::Passed,
        camera: Trial::Passed,
        microphone: Trial::Passed,
        speaker: Trial::Untried,
        up_kbps: Some(900),
        down_kbps: None,
    };
    stand.send(Letter::LineTested { who, page, test }).await;
    person(&judge_box, who, |person| person.line_test == Some(test)).await;
    let connected = Notice::Connected { hearing, participant: who, join_ms: 9 };
    stand.send(Letter::Notice(connected)).await;
    stand.ask(who, page, 2, Ask::Devices { on: vec![TrackKind::Microphone] }).await;
    person(&judge_box, who, |person| person.unheard == [TrackKind::Microphone]).await;
    let track = TrackId::new(who, TrackKind::Microphone);
    stand.send(Letter::Notice(Notice::TrackLive { hearing, track })).await;
    person(&judge_box, who, |person| person.unheard.is_empty()).await;
}
