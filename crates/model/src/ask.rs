//! What a participant may ask of the hearing. The hearing answers done or refuses.

use serde::{Deserialize, Serialize};

use crate::id::ParticipantId;
use crate::private::Private;
use crate::stage::Ground;
use crate::track::TrackKind;

/// One request to the hearing's procedure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case", tag = "do", deny_unknown_fields)]
pub enum Ask {
    /// Judge or clerk: let people check in (开始签到).
    OpenCheckIn,
    /// Anybody but the court: "I accept the discipline, I do not record", with the device test.
    CheckIn {
        /// The discipline (法庭纪律) was read and accepted, including not to record.
        discipline: bool,
        /// Other people in the room, as declared; empty when alone.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        others_present: Private<String>,
        /// The camera test passed.
        camera: bool,
        /// The microphone test passed.
        microphone: bool,
    },
    /// Judge: admit a waiting person; for a witness this is the call (传证人).
    Admit {
        /// Who.
        who: ParticipantId,
    },
    /// Judge: back to the waiting room (for a witness: dismissed).
    Dismiss {
        /// Who.
        who: ParticipantId,
    },
    /// Judge: announce opening (宣布开庭).
    Open,
    /// Judge: recess on a ground.
    Recess {
        /// The ground.
        ground: Ground,
    },
    /// Judge: resume (继续开庭).
    Resume,
    /// Judge: close (闭庭).
    Close,
    /// Judge: mute and lock one person's microphone.
    Lock {
        /// Who.
        who: ParticipantId,
    },
    /// Judge: unlock; the person still has to switch the microphone on themselves.
    Unlock {
        /// Who.
        who: ParticipantId,
    },
    /// Judge: mute and lock everybody but the court.
    LockAll,
    /// Judge: unlock everybody.
    UnlockAll,
    /// Judge: give or take back leave to share a screen.
    AllowScreen {
        /// Who.
        who: ParticipantId,
        /// Leave given or taken back.
        allowed: bool,
    },
    /// Judge: warn (警告), noted with its reason.
    Warn {
        /// Who.
        who: ParticipantId,
        /// Why, in the judge's words.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        reason: Private<String>,
    },
    /// Judge: order to leave (责令退出), after at least one warning.
    Remove {
        /// Who.
        who: ParticipantId,
        /// Why, in the judge's words.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        reason: Private<String>,
    },
    /// Anybody in the hearing: raise or lower a hand.
    Hand {
        /// Raised or lowered.
        raised: bool,
    },
    /// Anybody who publishes: what is switched on at their end (for the display only).
    Devices {
        /// Kinds that are switched on.
        on: Vec<TrackKind>,
    },
}
