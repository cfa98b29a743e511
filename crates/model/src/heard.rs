//! What is heard of a person's own track: turns of speech, and the words an engine makes of them.
//! The speaker is who owns the track, never a guess.

use crate::id::ParticipantId;

/// One thing heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// Whose track.
    pub participant: ParticipantId,
    /// Number of the turn of speech, counted from one per hearing and never used again: everything
    /// heard of one turn carries the same.
    pub turn: u64,
    /// Beginning of the turn on the hearing's time line, in milliseconds.
    pub from_ms: u64,
    /// What.
    pub what: HeardWhat,
}

/// What was heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeardWhat {
    /// Somebody began to speak.
    Began,
    /// They stopped.
    Ended {
        /// When, on the hearing's time line, in milliseconds.
        to_ms: u64,
        /// Milliseconds of the turn in which somebody else spoke too.
        cross_ms: u64,
    },
    /// Words that may still change: for who keeps the transcript alone, and never kept.
    Partial {
        /// All words of the turn since the last that stand.
        text: String,
    },
    /// Words the engine stands by. A turn may have several, in order.
    Final {
        /// The words.
        text: String,
        /// Where they begin on the hearing's time line, in milliseconds.
        from_ms: u64,
        /// Where they end.
        to_ms: u64,
        /// How sure the engine is, in percent; none if it does not say.
        confidence: Option<u8>,
        /// Which engine, and its model.
        engine: String,
    },
    /// The engine is not there, or late; the hearing does not notice.
    Away {
        /// Why, for who keeps the transcript.
        why: String,
    },
    /// The engine is back.
    Back,
}
