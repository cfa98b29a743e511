//! One robot: a socket, a media connection and a list of things to do, owned by one task.
//!
//! What is not here: how media is made (`connection.rs`) and what verbs mean (`script.rs`).

mod lawful;
mod media;
mod steps;

use std::collections::{BTreeSet, VecDeque};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use model::{Ask, Health, HearingId, ParticipantId, Place, SlotCount, Stage, TrackKind, View};
use protocol::{Bye, ClientMessage, RequestOutcome, ServerMessage};
use protocol::{VERSION, decode_server, encode_client};
use tokio::sync::mpsc;
use tokio::time::{Interval, MissedTickBehavior};
use tokio_tungstenite::tungstenite::{Error as SocketError, Message};

use self::media::Media;
pub(super) use self::steps::Command;
use self::steps::Step;
use super::ProbeFault;
use super::connection::Event;
use super::door::{Door, Socket};
use super::gauge::Gauge;
use super::report::{RobotReport, StepReport};
use super::script::{check_in, stage_name};
use super::stamp::{Delays, millis};

/// How often a robot looks whether something has come to be.
const TICK: Duration = Duration::from_millis(20);
/// Pause before a broken socket is opened again, or something refused is tried again.
const AGAIN: Duration = Duration::from_millis(500);
/// A robot stays this long in a closed hearing.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// Faults kept for the report.
const FAULTS_MAX: usize = 50;

/// What is alike for all robots of a process.
#[derive(Clone, Debug)]
pub(super) struct Temper {
    /// Kinds of tracks to send.
    pub(super) publish: Vec<TrackKind>,
    /// Whether a robot checks in on its own.
    pub(super) checks_in: bool,
    /// The time for a verb.
    pub(super) step: Duration,
    /// Whether verbs come from stdin and are answered on stdout.
    pub(super) speaks: bool,
}

/// A robot.
#[derive(Debug)]
pub(super) struct Robot {
    number: usize,
    door: Door,
    hearing: HearingId,
    temper: Temper,
    started: Instant,
    socket: Option<Socket>,
    /// A welcome came over this socket.
    seated: bool,
    local: IpAddr,
    opens_again: bool,
    open_at: Option<Instant>,
    gauge: Option<Arc<Gauge>>,
    view: Option<View>,
    wanted: SlotCount,
    media: Option<Media>,
    connections: u32,
    offer_at: Option<Instant>,
    fresh_at: Option<Instant>,
    requests: u32,
    check_in_at: Option<Instant>,
    step: Option<Step>,
    switched_off: BTreeSet<TrackKind>,
    defiant: bool,
    /// Without media on purpose: an invitation to offer again is not followed.
    stays_mute: bool,
    closed_at: Option<Instant>,
    leaving: bool,
    joined: Option<Instant>,
    ready: Option<Instant>,
    health: Option<Health>,
    speakers: BTreeSet<ParticipantId>,
    byes: Vec<Bye>,
    faults: VecDeque<String>,
    steps: Vec<StepReport>,
}

enum Happening {
    Message(Option<Result<Message, SocketError>>),
    Media(Event),
    Command(Option<Command>),
    Tick,
}

async fn next_message(socket: &mut Option<Socket>) -> Option<Result<Message, SocketError>> {
    match socket {
        Some(socket) => socket.next().await,
        None => core::future::pending().await,
    }
}

async fn next_event(media: &mut Option<Media>) -> Event {
    match media {
        Some(media) => media.next_event().await,
        None => core::future::pending().await,
    }
}

impl Robot {
    /// A robot that is about to enter.
    pub(super) fn new(
        number: usize,
        door: Door,
        hearing: HearingId,
        temper: Temper,
        started: Instant,
    ) -> Self {
        Self {
            number,
            door,
            hearing,
            temper,
            started,
            socket: None,
            seated: false,
            local: IpAddr::V4(Ipv4Addr::LOCALHOST),
            opens_again: true,
            open_at: Some(started),
            gauge: None,
            view: None,
            wanted: SlotCount::default(),
            media: None,
            connections: 0,
            offer_at: None,
            fresh_at: None,
            requests: 0,
            check_in_at: Some(started),
            step: None,
            switched_off: BTreeSet::new(),
            defiant: false,
            stays_mute: false,
            closed_at: None,
            leaving: false,
            joined: None,
            ready: None,
            health: None,
            speakers: BTreeSet::new(),
            byes: Vec::new(),
            faults: VecDeque::new(),
            steps: Vec::new(),
        }
    }

    /// Lives until told to go, until `deadline` after the start, or until the last goodbye.
    pub(super) async fn run(
        mut self,
        mut commands: mpsc::Receiver<Command>,
        deadline: Option<Duration>,
        scripted: bool,
    ) -> (RobotReport, Delays) {
        let mut clock = ticks();
        while !self.leaving {
            let happening = tokio::select! {
                message = next_message(&mut self.socket) => Happening::Message(message),
                event = next_event(&mut self.media) => Happening::Media(event),
                command = commands.recv(), if self.step.is_none() => Happening::Command(command),
                _ = clock.tick() => Happening::Tick,
            };
            match happening {
                Happening::Message(message) => self.take_frame(message).await,
                Happening::Media(event) => self.take_event(event).await,
                Happening::Command(Some(command)) => self.begin(command).await,
                Happening::Command(None) => self.leaving = true,
                Happening::Tick => self.tick().await,
            }
            let idle = self.step.is_none() && commands.is_empty();
            let over = deadline.is_some_and(|time| self.started.elapsed() >= time);
            let ended = self.is_sent_away()
                || self.closed_at.is_some_and(|closed| closed.elapsed() >= LAST_WORDS);
            let closed = ended && !self.temper.speaks && (!scripted || idle);
            self.leaving |= over || closed;
        }
        self.leave().await;
        self.report()
    }

    async fn tick(&mut self) {
        let now = Instant::now();
        if self.open_at.is_some_and(|at| at <= now) {
            self.open_at = None;
            self.open_socket().await;
        }
        if self.offer_at.is_some_and(|at| at <= now) {
            self.offer_at = None;
            self.offer(false).await;
        }
        if self.fresh_at.is_some_and(|at| at <= now) && self.socket.is_some() {
            self.fresh_at = None;
            self.offer_fresh().await;
        }
        self.check_in_when_due(now).await;
        self.look(now);
    }

    async fn open_socket(&mut self) {
        match self.door.socket(self.hearing).await {
            Ok((socket, local)) => {
                self.socket = Some(socket);
                self.local = local;
                self.say(&ClientMessage::Hello { version: VERSION }).await;
            }
            Err(fault) => {
                self.note(&fault);
                self.open_later();
            }
        }
    }

    fn open_later(&mut self) {
        self.seated = false;
        self.socket = None;
        if self.opens_again && !self.is_sent_away() {
            self.open_at = Some(Instant::now() + AGAIN);
        }
    }

    fn is_sent_away(&self) -> bool {
        self.byes.last().is_some_and(|bye| match bye {
            Bye::Replaced
            | Bye::Removed
            | Bye::Closed
            | Bye::SignInNeeded
            | Bye::Version
            | Bye::Violation => true,
            Bye::TooSlow | Bye::Restart | Bye::Fault => false,
        })
    }

    async fn say(&mut self, message: &ClientMessage) {
        if let Some(socket) = &mut self.socket
            && let Err(fault) = socket.send(Message::text(encode_client(message))).await
        {
            self.note(&ProbeFault::Socket { fault: Box::new(fault) });
            self.break_step();
            self.open_later();
        }
    }

    async fn ask(&mut self, mut ask: Ask) -> u32 {
        if let Ask::CheckIn { version, .. } = &mut ask {
            // A person reads the text that is on the page.
            let text = self.view.as_ref().and_then(|view| view.discipline.as_ref());
            *version = text.map(|text| text.version.clone()).unwrap_or_default();
        }
        self.requests += 1;
        let request = self.requests;
        self.say(&ClientMessage::Ask { request, ask }).await;
        request
    }

    fn note(&mut self, fault: &ProbeFault) {
        self.note_text(fault.to_string());
    }

    fn note_text(&mut self, fault: String) {
        if self.faults.len() == FAULTS_MAX {
            self.faults.pop_front();
        }
        self.faults.push_back(fault);
    }

    async fn take_frame(&mut self, frame: Option<Result<Message, SocketError>>) {
        match frame {
            Some(Ok(Message::Text(text))) => match decode_server(&text) {
                Ok(message) => self.take(message).await,
                Err(_) => self.note(&ProbeFault::Violation("a message nobody knows")),
            },
            Some(Ok(
                Message::Binary(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_),
            )) => (),
            Some(Ok(Message::Close(_))) | None => {
                self.break_step();
                self.open_later();
            }
            Some(Err(fault)) => {
                self.note(&ProbeFault::Socket { fault: Box::new(fault) });
                self.break_step();
                self.open_later();
            }
        }
    }

    async fn take(&mut self, message: ServerMessage) {
        match message {
            ServerMessage::Welcome { version, slots, view, .. } => {
                if version != VERSION {
                    self.note(&ProbeFault::Violation("another version in the welcome"));
                }
                self.want(slots);
                self.seated = true;
                self.view = None;
                self.take_view(view);
                let connected = self.media.as_ref().is_some_and(Media::is_connected);
                if !connected && !self.stays_mute {
                    self.offer_fresh().await;
                }
            }
            ServerMessage::View { view } => self.take_view(view),
            ServerMessage::Outcome { request, outcome } => self.take_outcome(request, outcome),
            ServerMessage::Answer { request, connection, sdp } => {
                self.take_answer(request, connection, sdp.into_inner()).await;
            }
            ServerMessage::Slots { wanted, .. } => {
                self.want(wanted);
                self.offer_more_slots().await;
            }
            ServerMessage::Reoffer { fresh: true } if !self.stays_mute => self.offer_fresh().await,
            ServerMessage::Reoffer { fresh: true } => (),
            ServerMessage::Reoffer { fresh: false } => self.offer(true).await,
            ServerMessage::Pictures { .. }
            | ServerMessage::Notes { .. }
            | ServerMessage::Transcript { .. }
            | ServerMessage::TranscriptSteps { .. }
            | ServerMessage::TranscriptRefused { .. }
            | ServerMessage::Hearing { .. }
            | ServerMessage::Turns { .. }
            | ServerMessage::RecognitionAway { .. }
            | ServerMessage::Review { .. }
            | ServerMessage::Minutes { .. } => (),
            ServerMessage::Speaking { who } => self.speakers.extend(who),
            ServerMessage::Health { health } => self.health = Some(health),
            ServerMessage::Ping { number } => self.say(&ClientMessage::Pong { number }).await,
            ServerMessage::Bye { why } => self.byes.push(why),
        }
    }

    fn want(&mut self, slots: SlotCount) {
        self.wanted.seats = self.wanted.seats.max(slots.seats);
        self.wanted.screens = self.wanted.screens.max(slots.screens);
    }

    fn take_view(&mut self, view: View) {
        if self.view.as_ref().is_some_and(|known| known.version >= view.version) {
            return;
        }
        if self.gauge.is_none() {
            self.gauge = Some(Arc::new(Gauge::new(self.hearing, view.me.id)));
        }
        let changed = self.view.as_ref().is_none_or(|known| {
            known.stage != view.stage || known.me.checked_in != view.me.checked_in
        });
        if changed {
            self.check_in_at = Some(Instant::now());
        }
        if view.stage == Stage::Closed {
            self.closed_at.get_or_insert_with(Instant::now);
        }
        self.view = Some(view);
        self.note_milestones();
        self.set_switches();
    }

    fn take_outcome(&mut self, request: u32, outcome: RequestOutcome) {
        let refusal = match outcome {
            RequestOutcome::Done {} => None,
            RequestOutcome::Refused { why } => Some(why),
        };
        if self.media.as_mut().is_some_and(|media| media.settle(request)) {
            self.offer_at = Some(Instant::now() + AGAIN);
            self.note_text(format!("the offer was refused: {refusal:?}"));
        } else {
            self.settle(request, refusal);
        }
    }

    async fn check_in_when_due(&mut self, now: Instant) {
        if !self.temper.checks_in || self.check_in_at.is_none_or(|at| at > now) {
            return;
        }
        let due = self.view.as_ref().is_some_and(|view| {
            !view.me.role.is_court()
                && !view.me.checked_in
                && view.me.place != Place::Removed
                && !matches!(view.stage, Stage::Scheduled | Stage::Closed)
        });
        self.check_in_at = None;
        if due && self.socket.is_some() {
            self.ask(check_in()).await;
        }
    }

    fn note_milestones(&mut self) {
        let connected = self.media.as_ref().is_some_and(Media::is_connected);
        if connected && self.joined.is_none() {
            self.joined = Some(Instant::now());
        }
        let inside = self.view.as_ref().is_some_and(|view| view.me.place == Place::InHearing);
        if connected && inside && self.ready.is_none() {
            self.ready = Some(Instant::now());
        }
    }

    fn set_switches(&self) {
        let Some(gauge) = &self.gauge else { return };
        let connected = self.media.as_ref().is_some_and(Media::is_connected);
        let granted = |kind| {
            self.defiant
                || self.view.as_ref().is_some_and(|view| view.me.may_publish.contains(&kind))
        };
        for kind in TrackKind::ALL {
            let wanted = self.temper.publish.contains(&kind);
            let off = self.switched_off.contains(&kind);
            gauge.switch(kind, wanted && !off && connected && granted(kind));
        }
    }

    async fn leave(&mut self) {
        self.opens_again = false;
        self.say(&ClientMessage::Bye {}).await;
        if let Some(media) = self.media.take() {
            media.close().await;
        }
        if let Some(mut socket) = self.socket.take()
            && let Err(fault) = socket.close(None).await
        {
            tracing::debug!(%fault, "closing the socket");
        }
    }

    fn report(&self) -> (RobotReport, Delays) {
        let now = Instant::now();
        let heard = self.gauge.as_ref().map(|gauge| gauge.heard());
        let after = |from: Option<Instant>, to: Option<Instant>| {
            Some(millis(to?.saturating_duration_since(from?)))
        };
        let first_sound = heard.as_ref().and_then(|heard| heard.first_sound);
        let first_picture = heard.as_ref().and_then(|heard| heard.first_picture);
        let delays = heard.as_ref().map_or_else(Delays::new, |heard| heard.tally.delays().clone());
        let sent = self.gauge.as_ref().map_or_else(Vec::new, |gauge| {
            TrackKind::ALL.iter().map(|kind| (*kind, gauge.sent(*kind))).collect()
        });
        let view = self.view.as_ref();
        let report = RobotReport {
            robot: self.number,
            hearing: self.hearing,
            participant: view.map(|view| view.me.id),
            role: view.map(|view| view.me.role),
            stage: view.map(|view| stage_name(view.stage).to_owned()),
            join_ms: after(Some(self.started), self.joined),
            first_audio_ms: after(self.ready, first_sound),
            first_video_ms: after(self.ready, first_picture),
            sent,
            peers: heard.as_ref().map_or_else(Vec::new, |heard| heard.tally.tracks(now)),
            delay_ms: delays.report(),
            unmarked: heard.as_ref().map_or(0, |heard| heard.tally.unmarked),
            foreign: heard.as_ref().map_or(0, |heard| heard.tally.foreign),
            health: self.health,
            speakers: self.speakers.iter().copied().collect(),
            byes: self.byes.clone(),
            faults: self.faults.iter().cloned().collect(),
            steps: self.steps.clone(),
        };
        (report, delays)
    }
}

fn ticks() -> Interval {
    let mut clock = tokio::time::interval(TICK);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    clock
}
