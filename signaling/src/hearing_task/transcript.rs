//! The transcript of a live hearing: what pages write goes to its task, what it did comes back and
//! is told to whoever may know it.
//!
//! What is not here: the document and the disk (`crate::transcript`), and who may know what (crate
//! `hearing`).

use std::collections::VecDeque;
use std::sync::Arc;

use hearing::{Event, Pen, Reader};
use model::archive::Attendee;
use model::heard::{Heard, HeardWhat};
use model::limits::{
    TRANSCRIPT_EDITS_MAX, TRANSCRIPT_NAME_CHARS_MAX, TRANSCRIPT_TAIL_MAX, TRANSCRIPT_TURNS_MAX,
};
use model::transcript::SpeechTurn;
use model::{
    LineId, ParticipantId, Private, Refusal, TranscriptEdit, TranscriptLine, TranscriptOp,
    TranscriptStep,
};
use protocol::ServerMessage;
use tokio::sync::{mpsc, oneshot};
use transcript::{Document, Hand, Review};

use super::HearingTask;
use crate::transcript::{Errand, Sitting, Told, Transcripts};

/// Bytes of text in one message of lines.
const CHUNK_BYTES: usize = 64 * 1024;
/// Lines in one message.
const CHUNK_LINES: usize = 400;
/// Messages of the transcript that may wait.
const TOLD_MAX: usize = 64;

/// What a hearing is told of its transcript.
#[derive(Debug)]
pub(crate) enum OfTranscript {
    /// A page reads along.
    Along { who: ParticipantId, page: u64, desk: String, since: u64 },
    /// A page writes.
    Write { who: ParticipantId, page: u64, desk: String, seq: u32, edits: Vec<TranscriptEdit> },
    /// Something was heard of a track.
    Heard(Heard),
    /// What the sitting says of it is asked for.
    Sitting { answer: oneshot::Sender<Sitting> },
}

/// A page that reads along.
#[derive(Clone, Debug)]
pub(super) struct Along {
    desk: String,
    /// As what the person read when lines were told last.
    reader: Option<Reader>,
}

/// The transcript as its hearing knows it.
#[derive(Debug)]
pub(super) struct Following {
    errands: mpsc::Sender<Errand>,
    pub(super) told: mpsc::Receiver<Told>,
    people: Arc<[Attendee]>,
    document: Document,
    review: Review,
    tail: VecDeque<TranscriptStep>,
    /// Whether the document was told yet.
    known: bool,
    /// Why recognition is away.
    away: Option<String>,
    /// The youngest turns of speech, in the order in which they began.
    turns: VecDeque<SpeechTurn>,
}

impl Following {
    /// Follows the transcript of a hearing.
    pub(super) fn new(transcripts: &Transcripts, docket: &hearing::Docket) -> Self {
        let errands = transcripts.open(docket.hearing);
        let (tell, told) = mpsc::channel(TOLD_MAX);
        // The queue of a task just made has room; of one in use the hearing waits its turn.
        let (follow, to) = (Errand::Follow { told: tell }, errands.clone());
        if let Err(mpsc::error::TrySendError::Full(follow)) = errands.try_send(follow) {
            tokio::spawn(async move {
                if to.send(follow).await.is_err() {
                    tracing::error!("a transcript cannot be followed");
                }
            });
        }
        Self {
            errands,
            told,
            people: docket.attendees.clone().into(),
            document: Document::default(),
            review: Review::default(),
            tail: VecDeque::new(),
            known: false,
            away: None,
            turns: VecDeque::new(),
        }
    }

    /// A turn of speech began or ended: remembers it, and gives it as it is now.
    fn turn(&mut self, heard: &Heard) -> SpeechTurn {
        let (to_ms, cross_ms) = match heard.what {
            HeardWhat::Ended { to_ms, cross_ms } => (Some(to_ms), cross_ms),
            HeardWhat::Began
            | HeardWhat::Partial { .. }
            | HeardWhat::Final { .. }
            | HeardWhat::Away { .. }
            | HeardWhat::Back => (None, 0),
        };
        let Heard { participant: who, turn, from_ms, .. } = *heard;
        let now = SpeechTurn { turn, who, from_ms, to_ms, cross_ms };
        if let Some(known) = self.turns.iter_mut().find(|known| known.turn == turn) {
            *known = now;
        } else {
            self.turns.push_back(now);
            while self.turns.len() > TRANSCRIPT_TURNS_MAX {
                self.turns.pop_front();
            }
        }
        now
    }

    /// The people of the sitting changed before it began.
    pub(super) fn redocket(&mut self, docket: &hearing::Docket) {
        self.people = docket.attendees.clone().into();
    }
}

/// What is shown of a line, without what only the server knows.
fn shown(line: &TranscriptLine) -> TranscriptLine {
    TranscriptLine { called: Vec::new(), ..line.clone() }
}

/// The line an op is about.
const fn line_of(op: &TranscriptOp) -> &LineId {
    match op {
        TranscriptOp::Added { line, .. } => &line.id,
        TranscriptOp::Typed { line, .. }
        | TranscriptOp::Attributed { line, .. }
        | TranscriptOp::Accepted { line }
        | TranscriptOp::Removed { line } => line,
    }
}

impl HearingTask {
    pub(super) fn of_transcript(&mut self, of: OfTranscript) {
        match of {
            OfTranscript::Along { who, page, desk, since } => {
                if self.is_current(who, page) {
                    self.read_along(who, desk, since);
                }
            }
            OfTranscript::Write { who, page, desk, seq, edits } => {
                if self.is_current(who, page) {
                    self.write((who, page), desk, seq, edits);
                }
            }
            OfTranscript::Heard(heard) => self.heard(heard),
            OfTranscript::Sitting { answer } => {
                if answer.send(Sitting::of(&self.hearing)).is_err() {
                    tracing::debug!(hearing = %self.id(), "nobody waits for the sitting");
                }
            }
        }
    }

    /// A page reads along from now on.
    fn read_along(&mut self, who: ParticipantId, desk: String, since: u64) {
        if desk.len() > TRANSCRIPT_NAME_CHARS_MAX {
            return;
        }
        let reader = self.hearing.reads_along(who);
        if let Some(page) = self.pages.get_mut(&who) {
            page.along = Some(Along { desk, reader });
        }
        // Whoever may know every line is told what they missed; others are told their lines.
        let tail = &self.following.tail;
        let covered = self.following.known
            && since > 0
            && since <= self.following.document.steps()
            && tail.front().is_none_or(|first| first.n <= since + 1)
            && (since == self.following.document.steps() || !tail.is_empty());
        if covered && reader.is_some_and(|reader| reader.manages) {
            let steps: Vec<_> = tail.iter().filter(|step| step.n > since).cloned().collect();
            let n = self.following.document.steps();
            let steps = steps.into_iter().map(without_called).collect();
            self.push(who, ServerMessage::TranscriptSteps { n, steps });
        } else {
            self.tell_lines(who);
        }
        self.tell_review(who);
        if !self.hearing.keeps_transcript(who) {
            return;
        }
        if let Some(why) = self.following.away.clone() {
            self.push(who, ServerMessage::RecognitionAway { why });
        }
        if !self.following.turns.is_empty() && self.hearing.pen(who).is_ok() {
            let turns = self.following.turns.iter().copied().collect();
            self.push(who, ServerMessage::Turns { turns });
        }
    }

    fn push(&self, who: ParticipantId, message: ServerMessage) {
        if let Some(page) = self.pages.get(&who).filter(|page| page.welcomed) {
            page.outbox.push(message);
        }
    }

    /// Tells a page every line the person may know.
    fn tell_lines(&self, who: ParticipantId) {
        if !self.following.known {
            return;
        }
        let Some(along) = self.pages.get(&who).and_then(|page| page.along.clone()) else { return };
        let document = &self.following.document;
        let reads = |line: &&TranscriptLine| {
            along.reader.is_some_and(|reader| reader.may_read(line.room, &line.called))
        };
        let mut chunks: Vec<Vec<TranscriptLine>> = vec![Vec::new()];
        let mut bytes = 0;
        for line in document.lines().iter().filter(reads) {
            bytes += line.text.reveal().len();
            let full = chunks.last().is_some_and(|chunk| chunk.len() >= CHUNK_LINES);
            if full || bytes > CHUNK_BYTES {
                bytes = line.text.reveal().len();
                chunks.push(Vec::new());
            }
            if let Some(chunk) = chunks.last_mut() {
                chunk.push(shown(line));
            }
        }
        let (n, done) = (document.steps(), document.done(&along.desk));
        let writes = self.hearing.keeps_transcript(who);
        let last = chunks.len() - 1;
        for (at, lines) in chunks.into_iter().enumerate() {
            let (more, whole) = (at > 0, at == last);
            self.push(who, ServerMessage::Transcript { n, done, more, whole, writes, lines });
        }
    }

    fn tell_review(&self, who: ParticipantId) {
        let along = self.pages.get(&who).is_some_and(|page| page.along.is_some());
        let Some(reader) = self.hearing.reads_along(who).filter(|_| along) else { return };
        let document = &self.following.document;
        let review = if reader.role.is_called() {
            self.following.review.view_of_part(None, who, |id| {
                let found = document.line(id);
                found.is_some_and(|line| reader.may_read(line.room, &line.called))
            })
        } else if reader.reads_any() {
            self.following.review.view(None)
        } else {
            return;
        };
        self.push(who, ServerMessage::Review { review });
    }

    /// Who may read has changed: whoever reads as somebody else now is told their lines anew.
    pub(super) fn tell_who_reads_anew(&mut self) {
        let along: Vec<_> = self
            .pages
            .iter()
            .filter_map(|(who, page)| Some((*who, page.along.as_ref()?.reader)))
            .collect();
        for (who, before) in along {
            let reader = self.hearing.reads_along(who);
            if reader != before {
                if let Some(along) = self.pages.get_mut(&who).and_then(|page| page.along.as_mut()) {
                    along.reader = reader;
                }
                self.tell_lines(who);
                self.tell_review(who);
            }
        }
    }

    /// A page writes.
    fn write(
        &self,
        (who, page): (ParticipantId, u64),
        desk: String,
        seq: u32,
        edits: Vec<TranscriptEdit>,
    ) {
        let refused = match self.hearing.pen(who) {
            _ if edits.is_empty() || edits.len() > TRANSCRIPT_EDITS_MAX => {
                Some(Refusal::NotPlausible)
            }
            Err(why) => Some(why),
            Ok(pen) => {
                let mut hand = self.hand(Some(who), desk, seq, pen);
                hand.turns = self.turns_of(&edits);
                let people = Arc::clone(&self.following.people);
                let errand = Errand::Write { page: (who, page), people, hand, edits };
                self.following.errands.try_send(errand).err().map(|_| Refusal::TooFast)
            }
        };
        if let Some(why) = refused {
            self.push(who, ServerMessage::TranscriptRefused { seq, why });
        }
    }

    fn hand(&self, by: Option<ParticipantId>, desk: String, seq: u32, pen: Pen) -> Hand {
        let Pen { room, phase, called } = pen;
        let (at, turns) = (self.rooms.clock.now().utc, Vec::new());
        Hand { by, desk, seq, at, room, phase, called, turns }
    }

    /// The turns of speech that new lines write down, as far as they are remembered.
    fn turns_of(&self, edits: &[TranscriptEdit]) -> Vec<SpeechTurn> {
        let named = edits.iter().filter_map(|edit| match edit {
            TranscriptEdit::Add { turn, .. } => *turn,
            TranscriptEdit::Type { .. }
            | TranscriptEdit::Attribute { .. }
            | TranscriptEdit::Accept { .. }
            | TranscriptEdit::Remove { .. } => None,
        });
        let known =
            |turn: u64| self.following.turns.iter().find(|known| known.turn == turn).copied();
        named.filter_map(known).collect()
    }

    /// Something was heard.
    fn heard(&mut self, heard: Heard) {
        let (who, turn) = (heard.participant, heard.turn);
        match &heard.what {
            HeardWhat::Began => self.turn(&heard),
            HeardWhat::Partial { text } => {
                let text: String =
                    text.chars().take(model::limits::TRANSCRIPT_LINE_CHARS_MAX).collect();
                let text = Private::new(text);
                self.tell_keepers(&ServerMessage::Hearing { who, turn, text });
            }
            HeardWhat::Ended { .. } => {
                self.turn(&heard);
                let text = Private::default();
                self.tell_keepers(&ServerMessage::Hearing { who, turn, text });
            }
            HeardWhat::Final { .. } => {
                let Ok(pen) = self.hearing.pen_of_all() else { return };
                let hand = self.hand(None, String::new(), 0, pen);
                let people = Arc::clone(&self.following.people);
                let errand = Errand::Heard { people, hand, heard };
                if self.following.errands.try_send(errand).is_err() {
                    self.rooms.metrics.notices_dropped.inc();
                    tracing::warn!(hearing = %self.id(), "a draft was dropped");
                }
            }
            HeardWhat::Away { why } => {
                let why: String = why.chars().take(200).collect();
                self.following.away = Some(why.clone());
                self.tell_keepers(&ServerMessage::RecognitionAway { why });
            }
            HeardWhat::Back => {
                self.following.away = None;
                self.tell_keepers(&ServerMessage::RecognitionAway { why: String::new() });
            }
        }
    }

    /// A turn of speech began or ended: who keeps the transcript is told.
    fn turn(&mut self, heard: &Heard) {
        let turns = vec![self.following.turn(heard)];
        self.tell_keepers(&ServerMessage::Turns { turns });
    }

    /// What is only for who keeps the transcript, and reads along, in the same room.
    fn tell_keepers(&self, message: &ServerMessage) {
        for (who, page) in &self.pages {
            if page.along.is_some() && page.welcomed && self.hearing.pen(*who).is_ok() {
                page.outbox.push(message.clone());
            }
        }
    }

    /// The transcript told something.
    pub(super) fn transcribed(&mut self, told: Told) {
        match told {
            Told::All(read) => {
                self.following.document = read.document;
                self.following.review = read.review;
                self.following.tail = read.tail;
                self.following.known = true;
                self.todo.extend(read.acts.into_iter().map(|entry| Event::Transcribed { entry }));
                let along: Vec<_> = self.pages.keys().copied().collect();
                for who in along {
                    self.tell_lines(who);
                    self.tell_review(who);
                }
            }
            Told::Steps(steps) => self.tell_steps(&steps),
            Told::Refused { page: (who, page), seq, why } => {
                if self.is_current(who, page) {
                    self.push(who, ServerMessage::TranscriptRefused { seq, why });
                }
            }
            Told::Acts(entries) => {
                for entry in entries {
                    self.following.review.apply(&entry);
                    self.todo.push_back(Event::Transcribed { entry });
                }
                let along: Vec<_> = self.pages.keys().copied().collect();
                for who in along {
                    self.tell_review(who);
                }
            }
        }
    }

    /// Tells steps to whoever may know the lines they are about.
    fn tell_steps(&mut self, steps: &[TranscriptStep]) {
        let mut telling: Vec<(ParticipantId, Reader, Vec<TranscriptStep>)> = self
            .pages
            .iter()
            .filter(|(_, page)| page.welcomed)
            .filter_map(|(who, page)| Some((*who, page.along.as_ref()?.reader?, Vec::new())))
            .collect();
        for step in steps {
            let found = match &step.op {
                TranscriptOp::Added { line, .. } => Some(line),
                TranscriptOp::Typed { .. }
                | TranscriptOp::Attributed { .. }
                | TranscriptOp::Accepted { .. }
                | TranscriptOp::Removed { .. } => self.following.document.line(line_of(&step.op)),
            };
            let about = found.map(|line| (line.room, line.called.clone()));
            if let Some((room, called)) = &about {
                for (_, reader, mine) in &mut telling {
                    if reader.may_read(*room, called) {
                        mine.push(self.told_to(reader, step));
                    }
                }
            }
            self.following.document.apply(step);
            self.following.tail.push_back(step.clone());
            if self.following.tail.len() > TRANSCRIPT_TAIL_MAX {
                self.following.tail.pop_front();
            }
        }
        let n = self.following.document.steps();
        for (who, _, steps) in telling {
            if !steps.is_empty() {
                self.push(who, ServerMessage::TranscriptSteps { n, steps });
            }
        }
    }

    /// A step as a reader sees it: a new line stands behind the nearest line they know.
    fn told_to(&self, reader: &Reader, step: &TranscriptStep) -> TranscriptStep {
        let mut step = without_called(step.clone());
        if let TranscriptOp::Added { after: Some(after), .. } = &mut step.op {
            let lines = self.following.document.lines();
            let behind =
                lines.iter().position(|line| line.id == *after).map_or(lines.len(), |at| at + 1);
            let known = |line: &&TranscriptLine| reader.may_read(line.room, &line.called);
            let nearest = lines[..behind].iter().rfind(known).map(|line| line.id.clone());
            if let TranscriptOp::Added { after, .. } = &mut step.op {
                *after = nearest;
            }
        }
        step
    }
}

fn without_called(mut step: TranscriptStep) -> TranscriptStep {
    if let TranscriptOp::Added { line, .. } = &mut step.op {
        line.called.clear();
    }
    step
}
