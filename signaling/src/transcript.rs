//! The transcripts of this node: one task for each that is in use, which alone changes it.
//!
//! What is not here: the rules (crate `transcript`), who may do what (crate `hearing`), and telling
//! pages (`hearing_task/transcript.rs`).

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hearing::{Hearing, Reader};
use model::archive::Attendee;
use model::heard::Heard;
use model::limits::TRANSCRIPT_QUEUE_MAX;
use model::review::{TranscriptAway, TranscriptShelf};
use model::view::Heading;
use model::{
    ActEntry, HearingId, Kind, ParticipantId, Refusal, ReviewAsk, TranscriptEdit, TranscriptStep,
};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use transcript::{Acting, Document, Hand, Review, Setting};

mod codes;
mod keeper;
mod log;

pub(crate) use codes::Codes;
use keeper::Keeper;

/// What a transcript is asked to do.
#[derive(Debug)]
pub(crate) enum Errand {
    /// Somebody writes.
    Write {
        page: (ParticipantId, u64),
        people: Arc<[Attendee]>,
        hand: Hand,
        edits: Vec<TranscriptEdit>,
    },
    /// An engine heard something.
    Heard { people: Arc<[Attendee]>, hand: Hand, heard: Heard },
    /// Somebody reviews it.
    Review {
        acting: Acting,
        setting: Setting,
        sitting: Arc<Sitting>,
        ask: ReviewAsk,
        /// The file of a signature, and what follows the dot of its name.
        brought: Option<(Vec<u8>, &'static str)>,
        answer: oneshot::Sender<Result<(), Refusal>>,
    },
    /// Somebody reads it.
    Read { answer: oneshot::Sender<Result<Read, Refusal>> },
    /// The hearing follows it from now on.
    Follow { told: mpsc::Sender<Told> },
}

/// A transcript as it stands.
#[derive(Clone, Debug, Default)]
pub(crate) struct Read {
    pub(crate) document: Document,
    pub(crate) review: Review,
    /// The last steps, in order.
    pub(crate) tail: VecDeque<TranscriptStep>,
    /// Every act.
    pub(crate) acts: Vec<ActEntry>,
}

/// What the hearing is told. All of it is on disk.
#[derive(Debug)]
pub(crate) enum Told {
    /// The transcript as it stands.
    All(Box<Read>),
    /// It changed.
    Steps(Vec<TranscriptStep>),
    /// What a page wrote was refused.
    Refused { page: (ParticipantId, u64), seq: u32, why: Refusal },
    /// The review went on.
    Acts(Vec<ActEntry>),
}

/// What a sitting says of its transcript.
#[derive(Clone, Debug)]
pub(crate) struct Sitting {
    pub(crate) hearing: HearingId,
    pub(crate) kind: Kind,
    pub(crate) heading: Heading,
    pub(crate) people: Arc<[Attendee]>,
    pub(crate) signers: Vec<ParticipantId>,
    /// Who was called, and signs their own part.
    pub(crate) called: Vec<ParticipantId>,
    /// Who sits in the courtroom, who has a page, and why somebody cannot sign on one.
    pub(crate) whereabouts: BTreeMap<ParticipantId, Whereabouts>,
    pub(crate) keepers: Vec<ParticipantId>,
    pub(crate) readers: Vec<Reader>,
    pub(crate) replaced: bool,
}

/// Where somebody is who is to sign.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Whereabouts {
    pub(crate) in_court: bool,
    pub(crate) online: bool,
    pub(crate) away: Option<TranscriptAway>,
}

impl Sitting {
    /// Of a hearing, live or made again from its minutes.
    pub(crate) fn of(hearing: &Hearing) -> Self {
        let docket = hearing.docket();
        let everybody = || docket.attendees.iter().map(|person| person.id);
        Self {
            hearing: docket.hearing,
            kind: docket.brief.kind,
            heading: docket.heading.clone(),
            people: docket.attendees.clone().into(),
            signers: hearing.transcript_signers(),
            called: hearing.called_signers(),
            whereabouts: everybody()
                .map(|who| {
                    let in_court = hearing.sits_in_court(who);
                    let (online, away) = (hearing.has_page(who), hearing.transcript_away(who));
                    (who, Whereabouts { in_court, online, away })
                })
                .collect(),
            keepers: everybody().filter(|who| hearing.keeps_transcript(*who)).collect(),
            readers: everybody().filter_map(|who| hearing.reads_later(who)).collect(),
            replaced: hearing.recording_replaces_transcript(),
        }
    }
}

/// One transcript in use.
#[derive(Debug)]
struct Open {
    errands: mpsc::WeakSender<Errand>,
    task: Option<JoinHandle<()>>,
}

/// Where transcripts are opened.
#[derive(Clone)]
pub(crate) struct Transcripts {
    folder: PathBuf,
    shelf: Arc<dyn TranscriptShelf>,
    open: Arc<Mutex<BTreeMap<HearingId, Open>>>,
    codes: Arc<Mutex<Codes>>,
}

impl core::fmt::Debug for Transcripts {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Transcripts").finish_non_exhaustive()
    }
}

impl Transcripts {
    pub(crate) fn new(data: &Path, shelf: Arc<dyn TranscriptShelf>) -> Self {
        Self {
            folder: data.join("transcripts"),
            shelf,
            open: Arc::default(),
            codes: Arc::default(),
        }
    }

    /// The one-time codes of typed signatures.
    pub(crate) fn codes(&self) -> MutexGuard<'_, Codes> {
        self.codes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The frozen versions.
    pub(crate) fn shelf(&self) -> Arc<dyn TranscriptShelf> {
        Arc::clone(&self.shelf)
    }

    /// Deletes the log of a transcript whose record was deleted after its time. Blocks on the disk.
    pub(crate) fn forget(&self, hearing: HearingId) -> io::Result<()> {
        match std::fs::remove_file(self.folder.join(format!("{hearing}.jsonl"))) {
            Err(fault) if fault.kind() != io::ErrorKind::NotFound => Err(fault),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Opens a transcript; it stays open while a sender lives. A former task of it ends first, so
    /// that no two write the same file.
    pub(crate) fn open(&self, hearing: HearingId) -> mpsc::Sender<Errand> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(errands) = open.get(&hearing).and_then(|open| open.errands.upgrade()) {
            return errands;
        }
        let former = open.remove(&hearing).and_then(|open| open.task);
        open.retain(|_, open| open.task.as_ref().is_some_and(|task| !task.is_finished()));
        let (errands, queue) = mpsc::channel(TRANSCRIPT_QUEUE_MAX);
        let keeper = Keeper::new(hearing, self.folder.clone(), Arc::clone(&self.shelf));
        let task = tokio::spawn(async move {
            if let Some(former) = former
                && former.await.is_err()
            {
                tracing::error!(%hearing, "a transcript's task died of a bug");
            }
            keeper.run(queue).await;
        });
        open.insert(hearing, Open { errands: errands.downgrade(), task: Some(task) });
        errands
    }

    /// Reads a transcript.
    ///
    /// # Errors
    /// `RecordAltered` where it is not what was written; `ServerFault`.
    pub(crate) async fn read(&self, hearing: HearingId) -> Result<Read, Refusal> {
        let (answer, read) = oneshot::channel();
        let asked = self.open(hearing).send(Errand::Read { answer }).await;
        asked.map_err(|_| Refusal::ServerFault)?;
        read.await.unwrap_or(Err(Refusal::ServerFault))
    }

    /// Does something in a review, with the file of a signature where there is one; durable when
    /// this returns.
    ///
    /// # Errors
    /// Why it is not done.
    pub(crate) async fn review(
        &self,
        acting: Acting,
        setting: Setting,
        sitting: Arc<Sitting>,
        ask: ReviewAsk,
        brought: Option<(Vec<u8>, &'static str)>,
    ) -> Result<(), Refusal> {
        let (answer, done) = oneshot::channel();
        let hearing = sitting.hearing;
        let errand = Errand::Review { acting, setting, sitting, ask, brought, answer };
        self.open(hearing).send(errand).await.map_err(|_| Refusal::ServerFault)?;
        done.await.unwrap_or(Err(Refusal::ServerFault))
    }
}
