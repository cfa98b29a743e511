//! One procedural fact, as it stands in the ledger; a hearing can be rebuilt from its minutes.

use serde::{Deserialize, Serialize};

use crate::id::ParticipantId;
use crate::private::Private;
use crate::refusal::Refusal;
use crate::stage::{Ground, LinkCause, RecordFault};
use crate::time::Timestamp;

/// A procedural fact with its time and actor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Minute {
    /// When, on the wall clock.
    pub at: Timestamp,
    /// Who acted.
    pub by: Actor,
    /// What happened.
    pub fact: Fact,
}

/// Who acted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case", tag = "who")]
pub enum Actor {
    /// A participant.
    Participant {
        /// Which.
        id: ParticipantId,
    },
    /// The server, by rule.
    Server,
}

/// What happened. Free words are private: they stand in the ledger, never in a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case", tag = "fact", deny_unknown_fields)]
pub enum Fact {
    /// Check-in was opened.
    CheckInOpened,
    /// A court member entered, or somebody checked in and waits.
    Arrived {
        /// Who.
        who: ParticipantId,
        /// Who else is in the room, as declared.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        others_present: Private<String>,
        /// Camera test passed.
        camera: bool,
        /// Microphone test passed.
        microphone: bool,
    },
    /// Admitted to the hearing; a witness: called.
    Admitted {
        /// Who.
        who: ParticipantId,
    },
    /// Sent back to the waiting room; a witness: dismissed.
    Dismissed {
        /// Who.
        who: ParticipantId,
    },
    /// The judge announced opening; the recorder was started.
    OpeningAnnounced,
    /// The recorder confirmed frames on disk: the hearing is open.
    Opened,
    /// The recorder did not confirm: the hearing is not open.
    OpeningFailed {
        /// Why.
        why: Refusal,
    },
    /// Recess began.
    RecessCalled {
        /// The ground.
        ground: Ground,
    },
    /// The hearing went on.
    Resumed,
    /// A microphone was muted and locked.
    Locked {
        /// Whose.
        who: ParticipantId,
    },
    /// A microphone was unlocked.
    Unlocked {
        /// Whose.
        who: ParticipantId,
    },
    /// Leave to share a screen was given or taken back.
    ScreenAllowed {
        /// Whose.
        who: ParticipantId,
        /// Given or taken back.
        allowed: bool,
    },
    /// A hand was raised (and stands last in the queue) or lowered.
    Hand {
        /// Whose.
        who: ParticipantId,
        /// Raised or lowered.
        raised: bool,
    },
    /// A warning was given.
    Warned {
        /// To whom.
        who: ParticipantId,
        /// Why.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        reason: Private<String>,
    },
    /// Somebody was ordered to leave.
    Removed {
        /// Who.
        who: ParticipantId,
        /// Why.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        reason: Private<String>,
    },
    /// A participant's link went away.
    LinkLost {
        /// Whose.
        who: ParticipantId,
        /// What is known about it.
        cause: LinkCause,
    },
    /// A participant's link came back.
    LinkBack {
        /// Whose.
        who: ParticipantId,
    },
    /// Something asked was refused.
    Refused {
        /// Who asked.
        who: ParticipantId,
        /// What was asked, by its wire name (`open`, `remove`, …).
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        asked: String,
        /// Why not.
        why: Refusal,
    },
    /// The record came to be at risk.
    RecordFailed {
        /// What is wrong.
        fault: RecordFault,
    },
    /// The record is whole again.
    RecordMended,
    /// The node was stopped in order; the hearing can go on after it starts again.
    NodeStopped,
    /// The node started again with this hearing unfinished.
    NodeRestarted,
    /// The hearing was closed.
    Closed,
}
