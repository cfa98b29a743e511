//! The whole house in virtual time: the real cores, joined by letters that take their time, and
//! false participants behind a lossy network.
//! What is not here: threads, sockets, disks. One seed is one story, always the same.

pub(crate) mod agenda;
mod chance;
pub(crate) mod desk;
pub(crate) mod disk;
mod ending;
mod invariants;
mod mark;
mod network;
mod office;
pub(crate) mod recorder;
mod station;
mod switchboard;

use core::time::Duration;
use std::collections::BTreeMap;

use forwarding::{LegId, Router};
use hearing::{Docket, Effect, Event};
use model::letters::{RecordNotice, RecordOrder, Tape};
use model::stage::LinkCause;
use model::{Ask, Grants, Instant, ParticipantId, View};

use crate::dice::Dice;
use crate::procedure;
use crate::reference::Reference;
use crate::report::{Failure, Report};
use agenda::Agenda;
use desk::Desk;
use invariants::Watch;
use network::Line;
use record::verify::Liveness;
use recorder::Recorder;
use station::Station;

/// Virtual time of one step.
const STEP: Duration = Duration::from_millis(50);
/// Things on the agenda at most: far more than a full house needs.
const AGENDA_MAX: usize = 200_000;

/// Simulates the whole house: `steps` steps of 50 ms of chance, then calm, then the end.
///
/// # Errors
/// The first thing that did not hold.
pub(crate) fn run(seed: u64, steps: u32) -> Result<Report, Failure> {
    let mut house = House::new(seed);
    house.report.seed = seed;
    house.report.steps = steps;
    let told = house.live(steps).and_then(|()| house.end());
    match told {
        Ok(()) => Ok(house.report),
        Err(what) => {
            let from = house.past.len().saturating_sub(30);
            let past = house.past[from..].join("\n  ");
            Err(Failure { seed, steps, what: format!("{what}\nafter:\n  {past}") })
        }
    }
}

/// Everything there is.
#[derive(Debug)]
struct House {
    dice: Dice,
    agenda: Agenda<(u32, Letter)>,
    docket: Docket,
    stations: Vec<Station>,
    lines: BTreeMap<ParticipantId, Line>,
    /// When the last ordered message of each page's line arrives, so that none overtakes.
    ordered: BTreeMap<(ParticipantId, bool), Instant>,
    /// Counts up with each start of the node; letters inside it die with it.
    generation: u32,
    node: Option<Node>,
    /// The law a second time; none after a crash took what the hearing had not written down.
    reference: Option<Reference>,
    /// When the last table and the last order arrive, so that none overtakes.
    inside: [Instant; 2],
    recorder: Recorder,
    next_leg: u32,
    watch: Watch,
    report: Report,
    past: Vec<String>,
    calm: bool,
}

/// What dies with the node.
#[derive(Debug)]
struct Node {
    desk: Desk,
    router: Router,
    legs: BTreeMap<LegId, LegInfo>,
    pages: BTreeMap<ParticipantId, u32>,
    asked_by: BTreeMap<(ParticipantId, u32), u32>,
    tape: Tape,
    tapes_waiting: usize,
    lost: BTreeMap<model::TrackId, (Instant, Instant, u32)>,
    grants_told: u64,
}

#[derive(Clone, Copy, Debug)]
struct LegInfo {
    who: ParticipantId,
    connection: u32,
}

/// What travels. Letters of the network outlive the node; the others die with it.
#[derive(Debug)]
enum Letter {
    /// About media.
    Media(Media),
    /// About everything else.
    Office(Office),
}

/// What travels about media.
#[derive(Debug)]
enum Media {
    /// A page's media packet on its way to the router.
    Up { leg: LegId, bytes: Vec<u8>, control: bool },
    /// A packet of the router on its way to a page.
    Down { leg: LegId, to: ParticipantId, bytes: Vec<u8>, control: bool },
    /// A page offers a media connection.
    Offered { who: ParticipantId, page: u32, connection: u32 },
    /// A page's media connection stands at both ends.
    Connected { who: ParticipantId, leg: LegId, connection: u32 },
    /// A page's media connection was ended by the server.
    LegDropped { who: ParticipantId, leg: LegId },
    /// The server finds that a media connection is gone.
    LegGone { leg: LegId },
    /// An old connection gives way to its successor.
    Superseded { leg: LegId },
    /// The table, on its way to the router.
    Table(Box<Grants>),
    /// Tape, on its way to the recorder.
    Taped(Tape),
    /// The router wanted to be called.
    RouterTick,
    /// Tape is handed over.
    TapeFlush,
    /// A page sends media.
    Beat { who: ParticipantId },
}

/// What travels about everything but media.
#[derive(Debug)]
enum Office {
    /// A page says hello.
    Hello { who: ParticipantId, page: u32 },
    /// The server finds that a page is gone.
    PageGone { who: ParticipantId, page: u32, cause: LinkCause },
    /// A page's own end of a broken line gives up.
    GiveUp { who: ParticipantId, page: u32 },
    /// A page asks.
    Asked { who: ParticipantId, page: u32, request: u32, ask: Box<Ask> },
    /// A page gets an answer.
    Answered { who: ParticipantId, page: u32, request: u32 },
    /// A page gets its view.
    Seen { who: ParticipantId, page: u32, view: Box<View> },
    /// A page is ended by the server.
    Bye { who: ParticipantId, page: u32 },
    /// Something, on its way to the hearing.
    Tell(Box<Event>),
    /// An order, on its way to the recorder.
    Order(Box<RecordOrder>),
    /// A notice of the recorder, on its way to the hearing.
    Notice(Box<RecordNotice>),
    /// A minute should be durable by now.
    MinuteDue { number: u64 },
    /// The hearing wanted to be woken.
    Wake,
    /// The recorder commits.
    Commit,
    /// The disk works again.
    DiskMended,
    /// The node starts.
    Start,
}

impl Letter {
    /// Whether the letter is the node's own and dies with it.
    const fn is_inside(&self) -> bool {
        match self {
            Self::Media(media) => matches!(
                media,
                Media::Superseded { .. }
                    | Media::Table(_)
                    | Media::Taped(_)
                    | Media::RouterTick
                    | Media::TapeFlush
                    | Media::LegGone { .. }
                    | Media::Connected { .. }
            ),
            Self::Office(office) => matches!(
                office,
                Office::Tell(_)
                    | Office::Order(_)
                    | Office::Notice(_)
                    | Office::MinuteDue { .. }
                    | Office::Wake
                    | Office::Commit
                    | Office::PageGone { .. }
            ),
        }
    }
}

impl From<Media> for Letter {
    fn from(media: Media) -> Self {
        Self::Media(media)
    }
}

impl From<Office> for Letter {
    fn from(office: Office) -> Self {
        Self::Office(office)
    }
}

impl House {
    fn new(seed: u64) -> Self {
        let mut dice = Dice::from_seed(seed);
        let docket = procedure::docket(&mut dice);
        let stations: Vec<_> = docket
            .attendees
            .iter()
            .map(|person| Station::new(person.id, person.role, dice.chance(200)))
            .collect();
        let reference = Reference::new(&docket.attendees);
        let lines = stations.iter().map(|station| (station.who, Line::good())).collect();
        let mut house = Self {
            dice,
            agenda: Agenda::new(),
            docket,
            stations,
            lines,
            ordered: BTreeMap::new(),
            generation: 0,
            node: None,
            reference: Some(reference),
            inside: [Instant(0); 2],
            recorder: Recorder::default(),
            next_leg: 0,
            watch: Watch::default(),
            report: Report::default(),
            past: Vec::new(),
            calm: false,
        };
        for who in house.everybody() {
            house.put(Duration::from_millis(60), Media::Beat { who });
        }
        house.put(Duration::ZERO, Office::Start);
        house
    }

    /// The steps of chance.
    fn live(&mut self, steps: u32) -> Result<(), String> {
        for step in 0..steps {
            self.chance(step, steps);
            self.pass(STEP)?;
            if step % 64 == 63 {
                self.replay_is_right()?;
            }
            if step % 256 == 255 {
                self.verifies(Liveness::Growing)?;
            }
        }
        Ok(())
    }

    /// Lets virtual time pass; everything that is due happens.
    fn pass(&mut self, time: Duration) -> Result<(), String> {
        let end = self.agenda.now().instant.plus(time);
        while let Some((generation, letter)) = self.agenda.next(end) {
            if !letter.is_inside() || generation == self.generation {
                self.open(letter);
            }
            if let Some(wrong) = self.watch.wrong.take() {
                return Err(wrong);
            }
        }
        self.check()
    }

    fn open(&mut self, letter: Letter) {
        match letter {
            Letter::Media(media) => self.open_media(media),
            Letter::Office(office) => self.open_office(office),
        }
    }

    /// What must hold after every step.
    fn check(&mut self) -> Result<(), String> {
        let now = self.agenda.now().instant;
        if self.agenda.len() > AGENDA_MAX {
            self.watch.fail(now, "the agenda grows without end");
        }
        if let Some(wrong) = self.recorder.wrong.take() {
            self.watch.fail(now, &wrong);
        }
        if let Some(node) = &self.node {
            if let Some(wrong) = &node.desk.wrong {
                self.watch.fail(now, wrong);
            }
            if node.tapes_waiting > model::limits::TAPES_MAX {
                self.watch.fail(now, "more tapes wait than may");
            }
            if node.tape.items.len() > 4_096 {
                self.watch.fail(now, "the tape at hand grows without end");
            }
        }
        self.watch.wrong.take().map_or(Ok(()), Err)
    }

    fn put(&mut self, after: Duration, letter: impl Into<Letter>) {
        self.agenda.put(after, (self.generation, letter.into()));
    }

    /// Puts a letter on for within the house: it takes a moment, and none overtakes another.
    fn send_inside(&mut self, letter: impl Into<Letter>) {
        self.put(Duration::from_micros(300), letter);
    }

    /// Puts a table or an order on: queues between threads are short now and longer then.
    fn send_queued(&mut self, queue: usize, letter: impl Into<Letter>) {
        let slow = !self.calm && self.dice.chance(200);
        let micros = 300 + if slow { self.dice.roll(30_000) } else { 0 };
        let arrives = self.agenda.now().instant.plus(Duration::from_micros(u64::from(micros)));
        let at = self.inside[queue].max(arrives);
        self.inside[queue] = at;
        self.agenda.put_at(at, (self.generation, letter.into()));
    }

    /// Puts a message of a page's socket on: ordered, up or down.
    fn send_ordered(&mut self, who: ParticipantId, up: bool, letter: impl Into<Letter>) {
        let now = self.agenda.now().instant;
        let line = self.lines.get(&who).copied().unwrap_or(Line::good());
        let arrives = line.deliver(&mut self.dice, now);
        let last = self.ordered.entry((who, up)).or_default();
        *last = arrives.max(*last);
        let at = *last;
        self.agenda.put_at(at, (self.generation, letter.into()));
    }

    fn tell(&mut self, event: Event) {
        self.send_inside(Office::Tell(Box::new(event)));
    }

    fn station(&mut self, who: ParticipantId) -> Option<&mut Station> {
        self.stations.iter_mut().find(|station| station.who == who)
    }

    fn everybody(&self) -> Vec<ParticipantId> {
        self.stations.iter().map(|station| station.who).collect()
    }

    fn note(&mut self, what: String) {
        if self.past.len() >= 4_096 {
            self.past.drain(..2_048);
        }
        self.past.push(format!("{:>9} ms {what}", self.agenda.now().instant.0 / 1_000));
    }

    /// Whether an effect is about somebody's request; counts the answers.
    const fn count_answer(&mut self, effect: &Effect) {
        match effect {
            Effect::Done { .. } => self.report.granted += 1,
            Effect::Refused { .. } => self.report.refused += 1,
            Effect::OpenLedger
            | Effect::Minute(_)
            | Effect::Grants(_)
            | Effect::Roll { .. }
            | Effect::Seal
            | Effect::DropMedia { .. }
            | Effect::Deliberated(_)
            | Effect::Note { .. }
            | Effect::Views
            | Effect::Part { .. }
            | Effect::WakeAt { .. } => {}
        }
    }
}
