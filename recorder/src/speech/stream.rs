//! One turn at the engine: sound out, words back; over as many connections as it takes.
//!
//! What is not here: the protocol (`speech::engine`). While a connection is down the last half minute
//! of the turn is kept and sent again; what that does not reach is read from the record later
//! (`missed`).

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use model::heard::{Heard, HeardWhat};
use model::limits::{SPEECH_ANSWERS_MAX, SPEECH_KEPT, SPEECH_LAST_WAIT};
use model::{HearingId, ParticipantId};
use speech::engine::{Answer, Draft, Talk};
use speech::{HotWords, SAMPLES_MS};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::Shared;
use super::line::{EngineAt, Line};
use super::missed::Missed;
use futures_util::FutureExt;

/// An engine that is away is called again after this time, then ever later.
const RETRY_MIN: Duration = Duration::from_millis(500);
/// But no later than after this.
pub(super) const RETRY_MAX: Duration = Duration::from_secs(8);
/// After what may be the last answer, others are waited for so long: some engines say it too soon.
const LINGER: Duration = Duration::from_millis(1_500);
/// Samples sent at once: 200 ms.
const SEND_SAMPLES: usize = 3_200;

/// Whose turn.
#[derive(Clone, Debug)]
pub(super) struct Turn {
    pub(super) hearing: HearingId,
    pub(super) participant: ParticipantId,
    pub(super) turn: u64,
    /// First voice, ms.
    pub(super) from_ms: u64,
    /// What the engine is told beforehand.
    pub(super) words: Arc<HotWords>,
}

impl Turn {
    pub(super) fn says(&self, what: HeardWhat) -> Heard {
        let Self { participant, turn, from_ms, .. } = *self;
        Heard { participant, turn, from_ms, what }
    }

    fn name(&self) -> String {
        format!("{}-{}-{}", self.hearing, self.participant, self.turn)
    }
}

/// What comes for a stream.
#[derive(Debug)]
pub(super) enum Piece {
    /// Sound that begins at a moment of the time line, ms.
    Sound { from_ms: u64, samples: Vec<i16> },
    /// The turn's voice ended at a moment of the time line, ms.
    Ended { to_ms: u64 },
}

/// A connection with its protocol.
struct Call {
    line: Line,
    talk: Talk,
    answers: u32,
}

impl Call {
    async fn open(engine: &EngineAt, turn: &Turn) -> Result<Self, String> {
        let mut line = Line::open(engine).await?;
        let (talk, first) = Talk::open(engine.engine, &turn.name(), &turn.words);
        if let Some(first) = first {
            line.send(first).await?;
        }
        Ok(Self { line, talk, answers: 0 })
    }

    /// The next answers; nothing once the engine has closed.
    async fn answers(&mut self) -> Result<Option<Vec<Answer>>, String> {
        let Some(text) = self.line.next().await? else { return Ok(None) };
        self.answers += 1;
        if self.answers > SPEECH_ANSWERS_MAX {
            return Err("it says too much".to_owned());
        }
        Ok(Some(self.talk.message(&text)))
    }
}

/// Sound of a turn that may have to be sent again.
#[derive(Debug)]
struct Tape {
    samples: VecDeque<i16>,
    /// Where the first of them stands, in samples of the time line.
    from: u64,
    /// Samples of them that the present connection got.
    sent: usize,
}

impl Tape {
    /// Takes what comes next; what is missing in between is silence.
    fn take(&mut self, from_ms: u64, samples: &[i16]) {
        let (due, at) = (self.from + self.samples.len() as u64, from_ms * SAMPLES_MS);
        if self.samples.is_empty() {
            self.from = at;
        } else if at > due + 40 * SAMPLES_MS {
            let kept = SPEECH_KEPT.as_secs() * u64::from(speech::RATE);
            let hole = usize::try_from((at - due).min(kept)).unwrap_or(0);
            self.samples.extend(std::iter::repeat_n(0, hole));
        }
        self.samples.extend(samples);
    }

    /// Lets go what words stand for already, and what is older than what is kept; whether there was any
    /// of the latter.
    fn shorten(&mut self, stands_to_ms: u64) -> bool {
        let kept = SPEECH_KEPT.as_secs() * u64::from(speech::RATE);
        let to = self.from + self.samples.len() as u64;
        let stands = (stands_to_ms * SAMPLES_MS).clamp(self.from, to);
        let from = to.saturating_sub(kept).max(stands);
        let surplus = usize::try_from(from - self.from).unwrap_or(usize::MAX);
        self.samples.drain(..surplus.min(self.samples.len()));
        self.from = from;
        self.sent = self.sent.saturating_sub(surplus);
        from > stands
    }

    const fn begins_ms(&self) -> u64 {
        self.from / SAMPLES_MS
    }

    /// What the connection has not got yet, some of it.
    fn unsent(&self) -> Option<Vec<i16>> {
        let some: Vec<i16> =
            self.samples.iter().skip(self.sent).take(SEND_SAMPLES).copied().collect();
        (!some.is_empty()).then_some(some)
    }
}

/// A turn on its way through the engine.
struct Stream {
    shared: Arc<Shared>,
    engine: EngineAt,
    turn: Turn,
    draft: Draft,
    tape: Tape,
    call: Option<Call>,
    /// More went by without a connection than is kept: words come in order, so the rest of the turn
    /// is read from the record.
    given_over: bool,
    /// The voice ended.
    ended: bool,
    /// When the engine is called, if there is no connection.
    call_at: Instant,
    retry: Duration,
    /// Whether there ever was a connection.
    reached: bool,
    heard: mpsc::Sender<Heard>,
}

/// Hears a turn while it is spoken.
pub(super) async fn live(
    shared: Arc<Shared>,
    engine: EngineAt,
    turn: Turn,
    mut inside: mpsc::Receiver<Piece>,
    heard: mpsc::Sender<Heard>,
) {
    let from_ms = turn.from_ms;
    let mut stream = Stream::new(shared, engine, turn, from_ms, heard);
    stream.shared.metrics.streams.inc();
    let to_ms = loop {
        let calls = stream.call.is_none() && !stream.given_over;
        tokio::select! {
            biased;
            piece = inside.recv() => match piece {
                Some(Piece::Sound { from_ms, samples }) => {
                    stream.tape.take(from_ms, &samples);
                    stream.send().await;
                }
                Some(Piece::Ended { to_ms }) => break Some(to_ms),
                None => break None,
            },
            answers = answers(&mut stream.call) => stream.answered(answers).await,
            () = sleep_until(stream.call_at), if calls => stream.connect().await,
        }
        stream.trim();
    };
    if let Some(to_ms) = to_ms {
        stream.finish(to_ms).await;
    }
    stream.shared.metrics.streams.dec();
}

/// The next answers of a connection; never without one.
async fn answers(call: &mut Option<Call>) -> Result<Option<Vec<Answer>>, String> {
    match call {
        Some(call) => call.answers().await,
        None => std::future::pending().await,
    }
}

impl Stream {
    /// Words are wanted from `from_ms` on.
    fn new(
        shared: Arc<Shared>,
        engine: EngineAt,
        turn: Turn,
        from_ms: u64,
        heard: mpsc::Sender<Heard>,
    ) -> Self {
        Self {
            draft: Draft::new(engine.engine.name().to_owned(), from_ms),
            tape: Tape { samples: VecDeque::new(), from: from_ms * SAMPLES_MS, sent: 0 },
            shared,
            engine,
            turn,
            call: None,
            given_over: false,
            ended: false,
            call_at: Instant::now(),
            retry: RETRY_MIN,
            reached: false,
            heard,
        }
    }

    async fn connect(&mut self) {
        match Call::open(&self.engine, &self.turn).await {
            Ok(call) => {
                self.call = Some(call);
                self.reached = true;
                self.retry = RETRY_MIN;
                self.tape.sent = 0;
                self.draft.connected(self.tape.begins_ms());
                self.shared.back(&self.turn, &self.heard).await;
                self.send().await;
            }
            Err(why) => self.broke(&why).await,
        }
    }

    async fn broke(&mut self, why: &str) {
        self.call = None;
        self.tape.sent = 0;
        self.call_at = Instant::now() + self.retry;
        self.retry = (self.retry * 2).min(RETRY_MAX);
        self.shared.metrics.broken.inc();
        self.shared.gone(&self.turn, why, &self.heard).await;
    }

    /// Sends what the connection has not got.
    async fn send(&mut self) {
        while let Some(some) = self.tape.unsent() {
            let Some(call) = &mut self.call else { return };
            let frame = call.talk.sound(&some);
            if let Err(why) = call.line.send(frame).await {
                return self.broke(&why).await;
            }
            self.tape.sent += some.len();
            self.draft.sent(some.len());
            // An engine that nobody listens to stops to listen.
            while let Some(answers) = answers(&mut self.call).now_or_never() {
                self.answered(answers).await;
            }
        }
    }

    async fn answered(&mut self, answers: Result<Option<Vec<Answer>>, String>) {
        match answers {
            Ok(Some(answers)) => {
                for answer in answers {
                    self.tell(answer).await;
                }
            }
            Ok(None) => self.broke("it hung up").await,
            Err(why) => self.broke(&why).await,
        }
    }

    async fn tell(&mut self, answer: Answer) {
        if matches!(answer, Answer::Trouble(_)) {
            // Not what it says: that may hold what somebody said.
            tracing::warn!(hearing = %self.turn.hearing, "the engine of speech complains");
        }
        let left_out = self.draft.left_out;
        let late = self.ended && matches!(answer, Answer::Partial(_));
        // Words that may change are of no use once the voice ended.
        if !late
            && let Some(what) = self.draft.take(answer)
            && self.heard.send(self.turn.says(what)).await.is_err()
        {
            tracing::debug!(hearing = %self.turn.hearing, "nobody takes the words");
        }
        self.shared.metrics.left_out.inc_by(self.draft.left_out - left_out);
    }

    /// Keeps no more than is kept of a turn.
    fn trim(&mut self) {
        let too_long = self.tape.shorten(self.draft.stands_to_ms());
        self.given_over |= too_long && self.call.is_none();
    }

    /// The turn is over: waits for its last words. What no connection got is read from the record.
    async fn finish(&mut self, to_ms: u64) {
        self.draft.ended(to_ms);
        self.ended = true;
        let heard = self.last_words().await;
        let from_ms = self.draft.stands_to_ms();
        if !heard && from_ms < to_ms {
            self.shared.miss(Missed::new(self.turn.clone(), from_ms, to_ms));
        }
    }

    /// Says that there is no more; whether the engine heard it to its end.
    async fn last_words(&mut self) -> bool {
        let Some(call) = &mut self.call else { return false };
        let frame = call.talk.finish();
        if let Err(why) = call.line.send(frame).await {
            self.broke(&why).await;
            return false;
        }
        let (mut last, mut until) = (false, Instant::now() + SPEECH_LAST_WAIT);
        loop {
            let next = tokio::select! {
                next = answers(&mut self.call) => next,
                () = sleep_until(until) => {
                    if !last {
                        self.shared.gone(&self.turn, "it is late", &self.heard).await;
                    }
                    return true;
                }
            };
            match next {
                Ok(Some(said)) => {
                    last |= said.contains(&Answer::Last);
                    until = Instant::now() + if last { LINGER } else { SPEECH_LAST_WAIT };
                    for answer in said {
                        self.tell(answer).await;
                    }
                }
                Ok(None) => return true,
                Err(why) => {
                    self.broke(&why).await;
                    return false;
                }
            }
        }
    }
}

/// How far a turn came that was heard from the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Came {
    /// The engine cannot be reached.
    Nowhere,
    /// The connection broke; words stand up to this moment, ms.
    Broke(u64),
    /// To its end.
    Through,
}

/// Hears a turn from the record: its samples, which begin at `from_ms`, at once.
pub(super) async fn again(
    shared: &Arc<Shared>,
    engine: &EngineAt,
    missed: &Missed,
    (from_ms, samples): (u64, Vec<i16>),
    heard: mpsc::Sender<Heard>,
) -> Came {
    let (shared, engine, turn) = (Arc::clone(shared), engine.clone(), missed.turn.clone());
    let mut stream = Stream::new(shared, engine, turn, missed.from_ms, heard);
    stream.tape.take(from_ms, &samples);
    stream.draft.ended(missed.to_ms);
    stream.ended = true;
    stream.connect().await;
    if stream.call.is_some() && stream.last_words().await {
        return Came::Through;
    }
    let stands_to_ms = stream.draft.stands_to_ms();
    if stream.reached { Came::Broke(stands_to_ms) } else { Came::Nowhere }
}

impl Shared {
    /// The engine is there: tells the hearing, if it was told otherwise.
    async fn back(&self, turn: &Turn, heard: &mpsc::Sender<Heard>) {
        if self.away.send_if_modified(|away| away.remove(&turn.hearing)) {
            self.tell_away(turn, HeardWhat::Back, heard).await;
        }
    }

    /// The engine is not there, or late: tells the hearing once.
    async fn gone(&self, turn: &Turn, why: &str, heard: &mpsc::Sender<Heard>) {
        if self.away.send_if_modified(|away| away.insert(turn.hearing)) {
            tracing::warn!(hearing = %turn.hearing, why, "the engine of speech is away");
            self.tell_away(turn, HeardWhat::Away { why: why.to_owned() }, heard).await;
        }
    }

    async fn tell_away(&self, turn: &Turn, what: HeardWhat, heard: &mpsc::Sender<Heard>) {
        let away = self.away.borrow().len();
        self.metrics.away.set(i64::try_from(away).unwrap_or(i64::MAX));
        if heard.send(turn.says(what)).await.is_err() {
            tracing::debug!(hearing = %turn.hearing, "nobody takes what is told");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tape(from_ms: u64, seconds: usize) -> Tape {
        let mut tape = Tape { samples: VecDeque::new(), from: 0, sent: 0 };
        for second in 0..seconds {
            tape.take(from_ms + 1_000 * second as u64, &[7; 16_000]);
        }
        tape
    }

    #[test]
    fn half_a_minute_is_kept() {
        let mut tape = tape(5_000, 40);
        assert!(tape.shorten(0));
        assert_eq!(tape.begins_ms(), 15_000);
        assert!(!tape.shorten(0));
        assert!(!tape.shorten(20_000), "words stand for it");
        assert_eq!((tape.begins_ms(), tape.samples.len()), (20_000, 25 * 16_000));
        assert!(!tape.shorten(90_000));
        assert_eq!(tape.samples.len(), 0);
    }

    #[test]
    fn holes_are_silence() {
        let mut tape = tape(0, 1);
        tape.take(2_000, &[7; 16]);
        assert_eq!(tape.samples.len(), 32_016);
        assert_eq!(tape.samples.iter().filter(|sample| **sample == 0).count(), 16_000);
    }
}
