//! The task of one transcript: takes errands in order, writes what they come to down, and only then
//! tells anybody. Whatever waits is written together, so a slow disk slows nobody's typing twice.
//!
//! What is not here: who asks, and what may be asked.

use std::path::PathBuf;
use std::sync::Arc;

use model::archive::ArchiveFault;
use model::limits::TRANSCRIPT_TAIL_MAX;
use model::review::{ObjectionAnswer, TranscriptShelf, VersionDigests};
use model::transcript::TextPart;
use model::{
    ActEntry, FrozenPart, HearingId, LineId, ParticipantId, Private, Refusal, ReviewAsk,
    SignatureProof, TranscriptAct, TranscriptEdit, TranscriptRoom, TranscriptStep,
};
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use transcript::{Acting, Drafter, Hand, Plan, Setting, canonical, part};

use super::log::{Log, LogFault};
use super::{Errand, Read, Sitting, Told};

/// Errands taken at once.
const AT_ONCE: usize = 64;

/// One transcript.
pub(super) struct Keeper {
    hearing: HearingId,
    folder: PathBuf,
    shelf: Arc<dyn TranscriptShelf>,
    state: Read,
    log: Option<Log>,
    /// Steps of the errands at hand, not yet on disk.
    fresh: Vec<TranscriptStep>,
    /// What is to be told when they are.
    telling: Vec<Told>,
    told: Option<mpsc::Sender<Told>>,
}

impl Keeper {
    pub(super) fn new(
        hearing: HearingId,
        folder: PathBuf,
        shelf: Arc<dyn TranscriptShelf>,
    ) -> Self {
        let state = Read::default();
        let (fresh, telling) = (Vec::new(), Vec::new());
        Self { hearing, folder, shelf, state, log: None, fresh, telling, told: None }
    }

    /// Runs until nobody can ask any more.
    pub(super) async fn run(mut self, mut queue: mpsc::Receiver<Errand>) {
        self.load().await;
        let mut errands = Vec::new();
        while queue.recv_many(&mut errands, AT_ONCE).await > 0 {
            for errand in errands.drain(..) {
                self.take(errand).await;
            }
            self.flush().await;
        }
    }

    /// Reads what is on disk; without it nothing is written, and everybody is told so.
    async fn load(&mut self) {
        let (folder, hearing, shelf) = (self.folder.clone(), self.hearing, Arc::clone(&self.shelf));
        let read = spawn_blocking(move || {
            let (log, steps) = Log::open(&folder, hearing)?;
            let acts = shelf.acts(hearing).map_err(|fault| match fault {
                ArchiveFault::Disk(text) => LogFault::Disk(std::io::Error::other(text)),
                ArchiveFault::NotFound | ArchiveFault::NotSealed | ArchiveFault::TooLarge => {
                    LogFault::Disk(std::io::Error::other("no shelf"))
                }
            })?;
            Ok::<_, LogFault>((log, steps, acts))
        })
        .await;
        let hearing = self.hearing;
        self.log = None;
        self.state = Read::default();
        match read {
            Ok(Ok((log, steps, acts))) => {
                let whole = steps.iter().all(|step| self.state.document.apply(step))
                    && acts.iter().all(|act| self.state.review.apply(act));
                if whole {
                    let from = steps.len().saturating_sub(TRANSCRIPT_TAIL_MAX);
                    self.state.tail = steps[from..].iter().cloned().collect();
                    self.state.acts = acts;
                    self.log = Some(log);
                } else {
                    tracing::error!(%hearing, "a transcript does not follow from its log");
                }
            }
            Ok(Err(fault)) => tracing::error!(%hearing, %fault, "a transcript cannot be read"),
            Err(fault) => tracing::error!(%hearing, %fault, "reading a transcript failed"),
        }
    }

    async fn take(&mut self, errand: Errand) {
        match errand {
            Errand::Write { page, people, hand, edits } => {
                let steps = if self.log.is_none() {
                    Err(Refusal::RecordAltered)
                } else if self.state.review.is_frozen() {
                    Err(Refusal::TranscriptFrozen)
                } else {
                    self.state.document.steps_of(&people, &hand, &edits)
                };
                match steps {
                    Ok(steps) => self.stand(steps),
                    Err(why) => self.telling.push(Told::Refused { page, seq: hand.seq, why }),
                }
            }
            Errand::Heard { people, hand, heard } => {
                if self.log.is_some() && !self.state.review.is_frozen() {
                    let step = Drafter.step(&self.state.document, &people, &hand, &heard);
                    self.stand(step.into_iter().collect());
                }
            }
            Errand::Review { acting, setting, sitting, ask, brought, answer } => {
                self.flush().await;
                let done = self.review(&acting, setting, &sitting, (&ask, brought)).await;
                if answer.send(done).is_err() {
                    tracing::debug!(hearing = %self.hearing, "nobody waits for a review");
                }
            }
            Errand::Read { answer } => {
                self.flush().await;
                let read = if self.log.is_some() {
                    Ok(self.state.clone())
                } else {
                    Err(Refusal::RecordAltered)
                };
                if answer.send(read).is_err() {
                    tracing::debug!(hearing = %self.hearing, "nobody waits for a transcript");
                }
            }
            Errand::Follow { told } => {
                self.flush().await;
                self.told = Some(told);
                self.tell(Told::All(Box::new(self.state.clone()))).await;
            }
        }
    }

    /// Takes steps in; they are written with the others of the errands at hand.
    fn stand(&mut self, steps: Vec<TranscriptStep>) {
        if steps.is_empty() {
            return;
        }
        for step in &steps {
            assert!(self.state.document.apply(step), "a step that was just made follows");
        }
        self.fresh.extend(steps.iter().cloned());
        self.telling.push(Told::Steps(steps));
    }

    /// Writes down what is fresh, then tells it. What cannot be written did not happen.
    async fn flush(&mut self) {
        let fresh = core::mem::take(&mut self.fresh);
        let telling = core::mem::take(&mut self.telling);
        if !fresh.is_empty() {
            let Some(mut log) = self.log.take() else { return };
            let (log, written, fresh) = match spawn_blocking(move || {
                let written = log.append(&fresh);
                (log, written, fresh)
            })
            .await
            {
                Ok(done) => done,
                Err(fault) => {
                    tracing::error!(hearing = %self.hearing, %fault, "writing a transcript failed");
                    self.begin_again().await;
                    return;
                }
            };
            self.log = Some(log);
            if let Err(fault) = written {
                tracing::error!(hearing = %self.hearing, %fault, "a transcript is not durable");
                self.begin_again().await;
                return;
            }
            let tail = &mut self.state.tail;
            tail.extend(fresh);
            while tail.len() > TRANSCRIPT_TAIL_MAX {
                tail.pop_front();
            }
        }
        for told in telling {
            self.tell(told).await;
        }
    }

    /// After a fault: what is on disk counts. Pages are told all of it and bring what they have
    /// not seen done again.
    async fn begin_again(&mut self) {
        self.load().await;
        self.tell(Told::All(Box::new(self.state.clone()))).await;
    }

    async fn tell(&mut self, told: Told) {
        if let Some(to) = &self.told
            && to.send(told).await.is_err()
        {
            self.told = None;
        }
    }

    async fn review(
        &mut self,
        acting: &Acting,
        setting: Setting,
        sitting: &Sitting,
        (ask, brought): (&ReviewAsk, Option<(Vec<u8>, &'static str)>),
    ) -> Result<(), Refusal> {
        if self.log.is_none() {
            return Err(Refusal::RecordAltered);
        }
        let plan = self.state.review.plan(&self.state.document, acting, setting, ask)?;
        let acts = match plan {
            Plan::Act(act) => vec![self.with_file(act, brought).await?],
            Plan::Freeze { version } => vec![self.freeze(sitting, version).await?],
            Plan::Correct { number, line, before, after, version } => {
                self.correct(acting, setting, sitting, (&line, &before, &after)).await?;
                let frozen = self.freeze(sitting, version).await?;
                let answer = ObjectionAnswer::Corrected { before, after };
                vec![TranscriptAct::Answered { number, answer }, frozen]
            }
        };
        let first = self.state.review.acts();
        let entry =
            |(n, act)| ActEntry { n, at: setting.now, by: acting.who, role: acting.role, act };
        let entries: Vec<_> = (first..).zip(acts).map(entry).collect();
        let (shelf, hearing, kept) = (Arc::clone(&self.shelf), self.hearing, entries.clone());
        on_shelf(move || shelf.append(hearing, &kept)).await?;
        for entry in &entries {
            assert!(self.state.review.apply(entry), "an act that was just made follows");
        }
        self.state.acts.extend(entries.iter().cloned());
        self.tell(Told::Acts(entries)).await;
        Ok(())
    }

    /// Puts the file of a signature on the shelf, and its name and digests into the act.
    async fn with_file(
        &self,
        mut act: TranscriptAct,
        brought: Option<(Vec<u8>, &'static str)>,
    ) -> Result<TranscriptAct, Refusal> {
        if let TranscriptAct::Signed {
            proof: Some(SignatureProof::Scan { file } | SignatureProof::Certificate { file, .. }),
            ..
        } = &mut act
        {
            let (bytes, ending) = brought.ok_or(Refusal::FileNotReadable)?;
            let (shelf, hearing) = (Arc::clone(&self.shelf), self.hearing);
            let n = self.state.review.acts();
            *file = on_shelf(move || shelf.put_file(hearing, (n, ending), &bytes)).await?;
        }
        Ok(act)
    }

    /// Puts the document as it stands on the shelf.
    async fn freeze(&self, sitting: &Sitting, version: u32) -> Result<TranscriptAct, Refusal> {
        let of = (sitting.hearing, sitting.kind, version);
        let lines = self.state.document.lines();
        let (made, text) = canonical(of, &sitting.heading, &sitting.people, lines);
        let count = u32::try_from(made.lines.len()).unwrap_or(u32::MAX);
        let theirs = |who: &ParticipantId| {
            let (made, text) = part(&made, *who, lines)?;
            Some((*who, u32::try_from(made.lines.len()).unwrap_or(u32::MAX), text))
        };
        let texts: Vec<_> = sitting.called.iter().filter_map(theirs).collect();
        let (shelf, hearing) = (Arc::clone(&self.shelf), self.hearing);
        let (digests, parts) = on_shelf(move || {
            let mut parts = Vec::new();
            for (who, lines, text) in texts {
                let VersionDigests { sha256, sm3 } =
                    shelf.put_part(hearing, (version, who), &text)?;
                parts.push(FrozenPart { who, sha256, sm3, lines });
            }
            Ok((shelf.put(hearing, version, &text)?, parts))
        })
        .await?;
        Ok(TranscriptAct::Frozen {
            parts,
            version,
            sha256: digests.sha256,
            sm3: digests.sm3,
            lines: count,
            signers: sitting.signers.clone(),
        })
    }

    /// Gives a line the words that answer an objection; durable when this returns.
    async fn correct(
        &mut self,
        acting: &Acting,
        setting: Setting,
        sitting: &Sitting,
        (line, before, after): (&LineId, &Private<String>, &Private<String>),
    ) -> Result<(), Refusal> {
        let found = self.state.document.line(line).ok_or(Refusal::NotFound)?;
        let units: usize = before.reveal().chars().map(char::len_utf16).sum();
        let change = vec![
            TextPart::Drop(u32::try_from(units).unwrap_or(u32::MAX)),
            TextPart::Put(after.clone()),
        ];
        let edit = TranscriptEdit::Type { line: line.clone(), rev: found.rev, change };
        let desk = "review".to_owned();
        let hand = Hand {
            by: Some(acting.who),
            seq: self.state.document.done(&desk) + 1,
            desk,
            at: setting.now,
            room: TranscriptRoom::Court {},
            phase: None,
            called: Vec::new(),
            turns: Vec::new(),
        };
        let steps = self.state.document.steps_of(&sitting.people, &hand, &[edit])?;
        let wanted = self.state.document.steps() + steps.len() as u64;
        self.stand(steps);
        self.flush().await;
        if self.state.document.steps() == wanted { Ok(()) } else { Err(Refusal::RecordAtRisk) }
    }
}

/// Calls the shelf off the event loop.
async fn on_shelf<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ArchiveFault> + Send + 'static,
) -> Result<T, Refusal> {
    match spawn_blocking(work).await {
        Ok(Ok(done)) => Ok(done),
        // Without a ledger there is nothing to freeze yet.
        Ok(Err(ArchiveFault::NotFound)) => Err(Refusal::WrongStage),
        Ok(Err(ArchiveFault::NotSealed | ArchiveFault::TooLarge)) => Err(Refusal::ServerFault),
        Ok(Err(ArchiveFault::Disk(fault))) => {
            tracing::error!(fault, "the shelf of transcripts failed");
            Err(Refusal::RecordAtRisk)
        }
        Err(fault) => {
            tracing::error!(%fault, "the shelf of transcripts failed");
            Err(Refusal::ServerFault)
        }
    }
}
