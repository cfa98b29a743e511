//! The words of a call between a station and the court (点对点), and of a call for help (求助).

use serde::{Deserialize, Serialize};

/// Whom a station asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// 值班法官.
    Judge,
    /// 值班书记员.
    Clerk,
}

/// Who rang whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The station rang the court.
    FromStation,
    /// The court rang the station back (回拨).
    ToStation,
}

/// Where a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum CallState {
    /// It rings.
    Ringing,
    /// Somebody took it.
    Accepted,
    /// Everybody asked said no.
    Declined,
    /// Nobody answered in `limits::RING_WAIT`, or nobody was there to be rung.
    Missed,
    /// Everybody who could answer was in another call.
    Busy,
    /// Who rang gave up before somebody answered.
    Cancelled,
    /// It was taken and is over.
    Ended,
}

impl CallState {
    /// Whether nothing more can become of it.
    pub const fn is_over(self) -> bool {
        !matches!(self, Self::Ringing | Self::Accepted)
    }

    /// Whether nobody was spoken to: who was rung sees it as missed.
    pub const fn is_unanswered(self) -> bool {
        matches!(self, Self::Declined | Self::Missed | Self::Busy | Self::Cancelled)
    }
}

/// Where a call for help stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum TicketState {
    /// Nobody has seen to it yet.
    Open,
    /// Somebody is coming.
    Acknowledged,
    /// Seen to.
    Closed,
}
