//! One page's WebSocket: hello first, bounded both ways, pinged, and closed with a reason.
//!
//! What is not here: who the page is (`access`) and what it may ask for (crate `hearing`).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use model::letters::OfferForm;
use model::limits::{
    LINES_MAX, MESSAGES_PER_SECOND, MID_CHARS_MAX, PARTICIPANTS_MAX, PING_EVERY, PONG_WAIT,
    SDP_BYTES_MAX,
};
use model::{Ask, HearingId, Instant, ParticipantId, Private, Refusal};
use protocol::{
    Bye, ClientMessage, ClientStats, RequestOutcome, ServerMessage, decode_client, encode_server,
};
use tokio::time::{interval, timeout};

use crate::clock::Clock;
use crate::evidence::Evidence;
use crate::hearing_task::{Letter, OfTranscript, Offer};
use crate::hearings::{Entered, Hearings, cause_of};
use crate::metrics::Metrics;
use crate::outbox::{Next, Outbox};
use crate::reach::Reached;

/// A page that does not say hello by then is sent away.
const HELLO_WAIT: Duration = Duration::from_secs(5);
/// How long the last words may take.
const BYE_WAIT: Duration = Duration::from_secs(2);
/// Messages a page may send at once.
const BURST: u32 = 2 * MESSAGES_PER_SECOND;
/// Messages over the limit in one stretch after which a page is not merely hasty.
const EXCESS_MAX: u32 = 10 * MESSAGES_PER_SECOND;

/// A page at the door of a hearing.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    pub(crate) hearing: HearingId,
    pub(crate) who: ParticipantId,
    /// How it reached this machine.
    pub(crate) reached: Private<Reached>,
}

/// What a socket needs of the house.
#[derive(Clone, Debug)]
pub(crate) struct House {
    pub(crate) hearings: Hearings,
    pub(crate) clock: Clock,
    pub(crate) metrics: Metrics,
    pub(crate) evidence: Evidence,
}

/// Sends a page away that has no business here.
pub(crate) async fn turn_away(mut socket: WebSocket, why: Bye, metrics: Metrics) {
    metrics.parted(why);
    part(&mut socket, why).await;
}

/// Serves one page until it leaves or is sent away.
pub(crate) async fn serve(socket: WebSocket, visitor: Visitor, house: House) {
    house.metrics.sockets.inc();
    let hearing = visitor.hearing;
    let who = visitor.who;
    let (mut sink, mut stream) = socket.split();
    let why = match timeout(HELLO_WAIT, hello(&mut stream)).await {
        Ok(Ok(())) => attend(&mut sink, &mut stream, visitor, &house).await,
        Ok(Err(why)) => why,
        Err(_) => Some(Bye::Violation),
    };
    tracing::debug!(%hearing, %who, ?why, "socket ended");
    if let Some(why) = why {
        house.metrics.parted(why);
        if let Ok(mut socket) = sink.reunite(stream) {
            part(&mut socket, why).await;
        }
    }
    house.metrics.sockets.dec();
}

/// Says why and closes.
async fn part(socket: &mut WebSocket, why: Bye) {
    let words = async {
        socket.send(text(&ServerMessage::Bye { why })).await?;
        let frame = CloseFrame { code: why.close_code(), reason: "".into() };
        socket.send(Message::Close(Some(frame))).await?;
        // Until the page has closed too, or the last words might be lost.
        while let Some(Ok(_)) = socket.recv().await {}
        Ok::<(), axum::Error>(())
    };
    if !matches!(timeout(BYE_WAIT, words).await, Ok(Ok(()))) {
        tracing::debug!("a page did not hear the last words");
    }
}

fn text(message: &ServerMessage) -> Message {
    Message::Text(encode_server(message).into())
}

/// Reads the first message. None as a reason means that the page left.
async fn hello(stream: &mut SplitStream<WebSocket>) -> Result<(), Option<Bye>> {
    loop {
        return match stream.next().await {
            Some(Ok(Message::Text(text))) => match decode_client(text.as_str()) {
                Ok(ClientMessage::Hello { version: protocol::VERSION }) => Ok(()),
                Ok(ClientMessage::Hello { .. }) => Err(Some(Bye::Version)),
                Ok(_) | Err(_) => Err(Some(Bye::Violation)),
            },
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
            Some(Ok(Message::Binary(_))) => Err(Some(Bye::Violation)),
            Some(Ok(Message::Close(_))) | None => Err(None),
            Some(Err(fault)) => Err(broken(&fault)),
        };
    }
}

/// Whether a read error is the page's doing or only a broken line.
fn broken(fault: &axum::Error) -> Option<Bye> {
    // Too long a message and frames against RFC 6455 arrive as text of the library's error; a
    // lost connection is an I/O error.
    let lost = std::error::Error::source(fault).is_none_or(|cause| {
        let text = cause.to_string();
        text.starts_with("IO error") || text.contains("without closing handshake")
    });
    if lost { Some(Bye::Fault) } else { Some(Bye::Violation) }
}

/// The page is in its hearing from here on.
async fn attend(
    sink: &mut SplitSink<WebSocket, Message>,
    stream: &mut SplitStream<WebSocket>,
    visitor: Visitor,
    house: &House,
) -> Option<Bye> {
    let outbox = Arc::new(Outbox::default());
    let Visitor { hearing, who, reached } = visitor;
    let entered = match house.hearings.enter(hearing, who, &outbox, &reached).await {
        Ok(entered) => entered,
        Err(why) => return Some(why),
    };
    let heard = AtomicU64::new(house.clock.now().instant.0);
    let page = entered.page;
    let mut reader = Reader::new(&entered, (hearing, who), &outbox, house);
    let why = tokio::select! {
        why = reader.run(stream, &heard) => why,
        why = write(sink, &outbox, house, &heard) => Some(why),
    };
    let cause = cause_of(why);
    if !entered.tell(Letter::Leave { who, page, cause }).await {
        tracing::debug!(%hearing, "the hearing was over before the page left");
    }
    why
}

/// Sends what waits, and pings.
async fn write(
    sink: &mut SplitSink<WebSocket, Message>,
    outbox: &Outbox,
    house: &House,
    heard: &AtomicU64,
) -> Bye {
    let mut pings = interval(PING_EVERY);
    // The first tick comes at once; hello has just been heard.
    pings.tick().await;
    let mut number = 0;
    loop {
        let message = tokio::select! {
            next = outbox.next() => match next {
                Next::Message(message) => message,
                Next::Bye(why) => return why,
            },
            _ = pings.tick() => {
                let last = Instant(heard.load(Ordering::Relaxed));
                if house.clock.now().instant.since(last) > PONG_WAIT {
                    return Bye::TooSlow;
                }
                number += 1;
                ServerMessage::Ping { number }
            }
        };
        let sent = tokio::select! {
            sent = timeout(PONG_WAIT, sink.send(text(&message))) => sent,
            () = outbox.overflowed() => return Bye::TooSlow,
        };
        match sent {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return Bye::Fault,
            Err(_) => return Bye::TooSlow,
        }
    }
}

/// Reads one page's messages.
struct Reader<'a> {
    entered: &'a Entered,
    hearing: HearingId,
    who: ParticipantId,
    outbox: &'a Outbox,
    house: &'a House,
    pace: Pace,
    last_request: Option<u32>,
}

impl<'a> Reader<'a> {
    fn new(
        entered: &'a Entered,
        seat: (HearingId, ParticipantId),
        outbox: &'a Outbox,
        house: &'a House,
    ) -> Self {
        let pace = Pace::new(house.clock.now().instant);
        let (hearing, who) = seat;
        Self { entered, hearing, who, outbox, house, pace, last_request: None }
    }

    async fn run(&mut self, stream: &mut SplitStream<WebSocket>, heard: &AtomicU64) -> Option<Bye> {
        loop {
            let message = match stream.next().await {
                Some(Ok(Message::Text(text))) => text,
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                Some(Ok(Message::Binary(_))) => return Some(Bye::Violation),
                Some(Ok(Message::Close(frame))) => {
                    // 1000 and 1001 are a page being closed (RFC 6455 §7.4.1).
                    let meant = frame.is_none_or(|frame| matches!(frame.code, 1000 | 1001 | 1005));
                    return if meant { None } else { Some(Bye::Fault) };
                }
                Some(Err(fault)) => return broken(&fault),
                None => return Some(Bye::Fault),
            };
            let now = self.house.clock.now().instant;
            heard.store(now.0, Ordering::Relaxed);
            let Ok(message) = decode_client(message.as_str()) else {
                return Some(Bye::Violation);
            };
            if matches!(message, ClientMessage::Bye {}) {
                return None;
            }
            if let Err(why) = self.take(message, now).await {
                return Some(why);
            }
        }
    }

    async fn take(&mut self, message: ClientMessage, now: Instant) -> Result<(), Bye> {
        let pace = self.pace.step(now);
        if pace == Step::Abuse {
            return Err(Bye::Violation);
        }
        let (who, page) = (self.who, self.entered.page);
        let letter = match message {
            ClientMessage::Hello { .. } => return Err(Bye::Violation),
            ClientMessage::Ask { request, ask } => {
                self.follow(request)?;
                if pace == Step::TooFast {
                    self.refuse(request, Refusal::TooFast);
                    return Ok(());
                }
                if let Ask::ShowEvidence { item, .. } = ask
                    && let Some(why) = self.house.evidence.unfit(self.hearing, item).await
                {
                    self.refuse(request, why);
                    return Ok(());
                }
                Letter::Ask { who, page, request, ask }
            }
            ClientMessage::Offer { request, connection, sdp, lines } => {
                self.follow(request)?;
                let too_fast = (pace == Step::TooFast).then_some(Refusal::TooFast);
                let unusable = sdp.reveal().len() > SDP_BYTES_MAX
                    || lines.len() > LINES_MAX
                    || lines.iter().any(|line| line.mid.chars().count() > MID_CHARS_MAX);
                if let Some(why) = too_fast.or(unusable.then_some(Refusal::OfferUnusable)) {
                    self.refuse(request, why);
                    return Ok(());
                }
                let form = OfferForm::Page;
                let offer = Offer { request, connection, sdp, form, lines };
                Letter::Offer { who, page, offer }
            }
            ClientMessage::Tiles { tiles } => {
                if tiles.len() > LINES_MAX {
                    return Err(Bye::Violation);
                }
                if pace == Step::TooFast {
                    return Ok(());
                }
                Letter::Tiles { who, page, tiles }
            }
            ClientMessage::Stats { figures, path } => {
                self.count(&figures)?;
                if pace == Step::TooFast {
                    return Ok(());
                }
                Letter::Measured { who, page, figures, path }
            }
            ClientMessage::ReadAlong { desk, since } => {
                Letter::Transcript(OfTranscript::Along { who, page, desk, since })
            }
            ClientMessage::Write { seq, .. } if pace == Step::TooFast => {
                let why = Refusal::TooFast;
                self.outbox.push(ServerMessage::TranscriptRefused { seq, why });
                return Ok(());
            }
            ClientMessage::Write { desk, seq, edits } => {
                Letter::Transcript(OfTranscript::Write { who, page, desk, seq, edits })
            }
            ClientMessage::LineTest { .. } if pace == Step::TooFast => return Ok(()),
            ClientMessage::LineTest { test } => Letter::LineTested { who, page, test },
            ClientMessage::Pong { .. } | ClientMessage::Bye {} => return Ok(()),
        };
        if self.entered.tell(letter).await { Ok(()) } else { Err(Bye::Fault) }
    }

    /// Requests are counted upwards.
    fn follow(&mut self, request: u32) -> Result<(), Bye> {
        if self.last_request.is_some_and(|last| request <= last) {
            return Err(Bye::Violation);
        }
        self.last_request = Some(request);
        Ok(())
    }

    fn refuse(&self, request: u32, why: Refusal) {
        self.house.metrics.asked(Some(why));
        let outcome = RequestOutcome::Refused { why };
        self.outbox.push(ServerMessage::Outcome { request, outcome });
    }

    fn count(&self, figures: &[ClientStats]) -> Result<(), Bye> {
        if figures.len() > PARTICIPANTS_MAX {
            return Err(Bye::Violation);
        }
        for figure in figures {
            self.house.metrics.page_frames.inc_by(u64::from(figure.frames));
            self.house.metrics.page_frozen_ms.inc_by(u64::from(figure.frozen_ms));
        }
        Ok(())
    }
}

/// How a page's haste is to be met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Fine,
    TooFast,
    Abuse,
}

/// A bucket that holds a burst of messages and fills again with time.
#[derive(Clone, Copy, Debug)]
struct Pace {
    /// Thousandths of messages that may be sent now.
    room: u64,
    filled: Instant,
    excess: u32,
}

impl Pace {
    const FULL: u64 = BURST as u64 * 1_000;

    const fn new(now: Instant) -> Self {
        Self { room: Self::FULL, filled: now, excess: 0 }
    }

    fn step(&mut self, now: Instant) -> Step {
        let micros = u64::try_from(now.since(self.filled).as_micros()).unwrap_or(u64::MAX);
        let gained = micros.saturating_mul(u64::from(MESSAGES_PER_SECOND)) / 1_000;
        if gained > 0 {
            self.room = self.room.saturating_add(gained).min(Self::FULL);
            self.filled = now;
        }
        if self.room == Self::FULL {
            self.excess = 0;
        }
        if self.room >= 1_000 {
            self.room -= 1_000;
            return Step::Fine;
        }
        self.excess += 1;
        if self.excess > EXCESS_MAX { Step::Abuse } else { Step::TooFast }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_fine_then_too_fast_then_abuse() {
        let now = Instant(5);
        let mut pace = Pace::new(now);
        for _ in 0..BURST {
            assert_eq!(pace.step(now), Step::Fine);
        }
        for _ in 0..EXCESS_MAX {
            assert_eq!(pace.step(now), Step::TooFast);
        }
        assert_eq!(pace.step(now), Step::Abuse);
    }

    #[test]
    fn the_allowed_pace_may_go_on_for_ever() {
        let mut now = Instant(0);
        let mut pace = Pace::new(now);
        for _ in 0..10_000 {
            now = now.plus(Duration::from_millis(1_000 / u64::from(MESSAGES_PER_SECOND)));
            assert_eq!(pace.step(now), Step::Fine);
        }
    }

    #[test]
    fn rest_is_rewarded() {
        let mut pace = Pace::new(Instant(0));
        for _ in 0..BURST + EXCESS_MAX {
            pace.step(Instant(0));
        }
        assert_eq!(pace.step(Instant(60_000_000)), Step::Fine);
        assert_eq!(pace.excess, 0);
    }
}
