//! What can happen to a hearing: everything its task may tell it.
//! What is not here: what follows from it.

use model::archive::Attendee;
use model::stage::LinkCause;
use model::view::Heading;
use model::{
    ActEntry, Ask, Brief, ClockReading, Comparison, CourtNote, DeliberationEntry, Discipline,
    EvidenceItem, Health, HearingId, LineTest, ParticipantId, PresenceChecks, RecordFault, TrackId,
};

/// What the docket knows of a hearing before it starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Docket {
    /// Which hearing.
    pub hearing: HearingId,
    /// What stands on the door.
    pub heading: Heading,
    /// What was settled beforehand.
    pub brief: Brief,
    /// Who belongs to it: ids without a double, at most `limits::PARTICIPANTS_MAX`.
    pub attendees: Vec<Attendee>,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Somebody's page said hello and is connected. A second one without `Parted` replaces the
    /// first.
    Joined {
        /// Who.
        who: ParticipantId,
    },
    /// From where somebody's page came: a number that is alike for the same address and says
    /// nothing else.
    Origin {
        /// Who.
        who: ParticipantId,
        /// The number.
        origin: u64,
    },
    /// The discipline everybody but the court accepts, as the court's configuration has it: at the
    /// start. None is a court without a text of its own.
    Discipline {
        /// Version and words.
        discipline: Option<Discipline>,
    },
    /// When sites of a lecture are asked by chance whether they are there: at the start.
    PresenceChecks {
        /// The bounds; none is never.
        checks: Option<PresenceChecks>,
        /// Chance, for every moment that is drawn.
        chance: u64,
    },
    /// The court's private notes as they were kept, the oldest first: once, after a restart.
    Notes {
        /// The notes.
        notes: Vec<CourtNote>,
    },
    /// The record of the deliberation as it was kept: once, after a restart.
    Deliberated {
        /// Its entries, in order.
        entries: Vec<DeliberationEntry>,
    },
    /// An outside service compared a face for somebody of the court.
    Compared {
        /// Who asked for it.
        by: ParticipantId,
        /// Whose face.
        who: ParticipantId,
        /// What it answered.
        comparison: Comparison,
    },
    /// The review of the transcript went on, or had when the node stopped.
    Transcribed {
        /// What was done.
        entry: ActEntry,
    },
    /// The evidence of the hearing's list, whole: at the start and at every change.
    Evidence {
        /// All pieces, at most `limits::EVIDENCE_MAX`.
        items: Vec<EvidenceItem>,
    },
    /// Somebody's page is gone. Their media may still flow.
    Parted {
        /// Who.
        who: ParticipantId,
        /// What is known about it.
        cause: LinkCause,
    },
    /// Somebody asked for something. Answered by exactly one `Done` or `Refused`.
    Asked {
        /// Who asked.
        who: ParticipantId,
        /// Correlates the answer.
        request: u32,
        /// What for.
        ask: Ask,
    },
    /// Somebody's media connection stands (`Notice::Connected`).
    MediaUp {
        /// Who.
        who: ParticipantId,
    },
    /// Somebody's media connection ended (`Notice::Disconnected`).
    MediaDown {
        /// Who.
        who: ParticipantId,
        /// What is known about it.
        cause: LinkCause,
    },
    /// Packets of a track arrive.
    TrackLive {
        /// Which.
        track: TrackId,
    },
    /// Packets of a track stopped arriving.
    TrackSilent {
        /// Which.
        track: TrackId,
    },
    /// Figures of somebody's line.
    Health {
        /// Whose.
        who: ParticipantId,
        /// The figures.
        health: Health,
    },
    /// Somebody's page tried out its line and devices.
    LineTested {
        /// Whose.
        who: ParticipantId,
        /// What it found.
        test: LineTest,
    },
    /// The ledger stands on disk (`RecordNotice::Opened`).
    LedgerOpened,
    /// The first frames of a track since rolling began are on disk.
    FirstFrames {
        /// Which track.
        track: TrackId,
    },
    /// The server's clock was looked at.
    Clock {
        /// What was found.
        reading: ClockReading,
    },
    /// The record is at risk.
    RecordFault {
        /// What is wrong.
        fault: RecordFault,
    },
    /// The record is whole again.
    RecordMended,
    /// Everything is sealed.
    RecordSealed,
    /// One side of a call hung up (点对点); nothing in any other sitting.
    HungUp,
    /// The node is being stopped in order. Afterwards the hearing does nothing but refuse.
    Stop,
    /// The first event after [`crate::Hearing::rebuild`]: the node runs again.
    Restarted,
    /// The time asked for by [`crate::Effect::WakeAt`] has come. Waking too early does no harm.
    Woke,
}
