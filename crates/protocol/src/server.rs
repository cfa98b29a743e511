//! What a page may be told.

use model::transcript::SpeechTurn;
use model::{
    CourtNote, Health, Minute, ParticipantId, PictureUse, Private, Refusal, Relay, ReviewView,
    SlotCount, SlotUse, TranscriptLine, TranscriptStep, View,
};
use serde::{Deserialize, Serialize};

/// A message to a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case", tag = "type", deny_unknown_fields)]
pub enum ServerMessage {
    /// Answer to `hello`: the socket is in service.
    Welcome {
        /// The protocol version.
        version: u32,
        /// How many slots the page should offer at first.
        slots: SlotCount,
        /// Relays for a line on which UDP does not pass; good for `limits::RELAY_LIFE`.
        relays: Vec<Relay>,
        /// The hearing as this person may see it.
        view: View,
    },
    /// The hearing changed: the whole view again. An older `version` is to be ignored.
    View {
        /// The hearing as this person may see it.
        view: View,
    },
    /// The one answer to an `ask`, or to an `offer` that was refused.
    Outcome {
        /// From the request.
        request: u32,
        /// Done or refused.
        outcome: RequestOutcome,
    },
    /// The answer to an `offer`.
    Answer {
        /// From the offer.
        request: u32,
        /// From the offer.
        connection: u32,
        /// The session description.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        sdp: Private<String>,
    },
    /// Who is in which receiving slot now: the whole list.
    Slots {
        /// Filled slots.
        slots: Vec<SlotUse>,
        /// How many slots are needed; the page offers again with more lines when it has fewer.
        wanted: SlotCount,
    },
    /// What is forwarded on each picture line, and why: the whole list.
    Pictures {
        /// Picture lines in use.
        pictures: Vec<PictureUse>,
    },
    /// The media connection was lost or must be renewed: offer again with an ICE restart
    /// (`fresh: false`) or on a new connection (`fresh: true`).
    Reoffer {
        /// Whether a new connection is needed.
        fresh: bool,
    },
    /// Who is speaking, loudest first.
    Speaking {
        /// Speakers.
        who: Vec<ParticipantId>,
    },
    /// This person's own line, every 2 s.
    Health {
        /// The figures.
        health: Health,
    },
    /// Private notes of the court, to the court alone: new ones, or all kept at `welcome`.
    Notes {
        /// The notes, oldest first.
        notes: Vec<CourtNote>,
    },
    /// Minutes of the hearing, to the court alone: new ones, or the last `limits::MINUTES_TOLD_MAX`
    /// after `welcome`. Each is on disk.
    Minutes {
        /// The minutes, oldest first.
        minutes: Vec<Minute>,
    },
    /// The transcript as this person may read it: the beginning of it, or, with `more`, what follows
    /// the lines told before.
    Transcript {
        /// The step these lines are of.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        n: u64,
        /// The newest count of this page that is in them.
        done: u32,
        /// Whether they follow those of the message before.
        more: bool,
        /// Whether this is all.
        whole: bool,
        /// Whether this person may write.
        writes: bool,
        /// The lines, in order.
        lines: Vec<TranscriptLine>,
    },
    /// The transcript changed. Each step is on disk; those of one `write` come in one message.
    TranscriptSteps {
        /// The last step, known to this person or not.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        n: u64,
        /// The steps this person may know, in order.
        steps: Vec<TranscriptStep>,
    },
    /// What a page wrote was refused, and nothing of it was done.
    TranscriptRefused {
        /// The page's count.
        seq: u32,
        /// Why.
        why: Refusal,
    },
    /// What an engine hears just now, for who keeps the transcript alone; never kept.
    Hearing {
        /// Who speaks.
        who: ParticipantId,
        /// Which turn of speech.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        turn: u64,
        /// The whole turn so far; empty when it is over.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        text: Private<String>,
    },
    /// Turns of speech that began or ended, for who keeps the transcript: all that are remembered
    /// when a page begins to read along, then each as it changes.
    Turns {
        /// The turns, the oldest first.
        turns: Vec<SpeechTurn>,
    },
    /// The recognition of speech is away, or back with an empty reason; for who keeps the
    /// transcript.
    RecognitionAway {
        /// Why.
        why: String,
    },
    /// Where the review of the transcript stands.
    Review {
        /// The review.
        review: ReviewView,
    },
    /// Are you there? Answer with `pong`.
    Ping {
        /// To be sent back.
        number: u32,
    },
    /// The last message before the server closes the socket.
    Bye {
        /// Why.
        why: Bye,
    },
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case", tag = "result", deny_unknown_fields)]
pub enum RequestOutcome {
    /// Done, and durable.
    Done {},
    /// Refused; nothing changed.
    Refused {
        /// Why.
        why: Refusal,
    },
}

/// Why the server ends a socket. Each has a close code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Bye {
    /// Another window of the same person took over (4001): do not reconnect.
    Replaced,
    /// Ordered to leave (4002): do not reconnect.
    Removed,
    /// The hearing is closed and everything is said (4003): do not reconnect.
    Closed,
    /// The credential is no longer good (4004): sign in or type a new code.
    SignInNeeded,
    /// The page speaks another version (4005): reload.
    Version,
    /// The page broke the protocol (1002).
    Violation,
    /// The page reads too slowly or does not answer (4006): reconnect.
    TooSlow,
    /// The server is stopping (1012): reconnect.
    Restart,
    /// A fault on the server (1011): reconnect.
    Fault,
}

impl Bye {
    /// Every reason.
    pub const ALL: [Self; 9] = [
        Self::Replaced,
        Self::Removed,
        Self::Closed,
        Self::SignInNeeded,
        Self::Version,
        Self::Violation,
        Self::TooSlow,
        Self::Restart,
        Self::Fault,
    ];

    /// The WebSocket close code (RFC 6455 §7.4).
    pub const fn close_code(self) -> u16 {
        match self {
            Self::Replaced => 4001,
            Self::Removed => 4002,
            Self::Closed => 4003,
            Self::SignInNeeded => 4004,
            Self::Version => 4005,
            Self::Violation => 1002,
            Self::TooSlow => 4006,
            Self::Restart => 1012,
            Self::Fault => 1011,
        }
    }
}
