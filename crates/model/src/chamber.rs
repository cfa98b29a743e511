//! Rooms beside the hearing: deliberation, consultation, caucus. Nothing of them is recorded.

use serde::{Deserialize, Serialize};

use crate::brief::Side;
use crate::id::ParticipantId;

/// What a room beside the hearing is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case", tag = "name", deny_unknown_fields)]
pub enum Chamber {
    /// 合议: the panel and the clerk.
    Deliberation {},
    /// 背靠背: the mediators and one side.
    Caucus {
        /// Which side.
        side: Side,
    },
    /// 当事人与代理人会商: a party with their own people, in recess.
    Consultation {
        /// Who opened it.
        by: ParticipantId,
    },
}

/// Where an invited person stands with a consultation (court-domain §6 row 37).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Invitation {
    /// Asked, not yet answered.
    Ringing,
    /// Came.
    Accepted,
    /// Would not come.
    Declined,
    /// Did not answer in `limits::INVITATION_WAIT`.
    Unanswered,
    /// Came and went.
    Left,
}
