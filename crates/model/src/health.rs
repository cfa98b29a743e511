//! How a participant's line is doing.

use serde::{Deserialize, Serialize};

/// Line quality as shown to people (HMCTS bounds: below 10 % good, below 15 % poor, else bad).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// Everything arrives.
    Good,
    /// Noticeable loss or delay.
    Poor,
    /// Hardly usable.
    Bad,
}

/// Measured on the server over the last interval (2 s).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Health {
    /// Packets lost from the person to the server, per mille.
    pub loss_up_permille: u16,
    /// Packets lost from the server to the person, per mille (receiver reports).
    pub loss_down_permille: u16,
    /// Interarrival jitter of the person's sound, ms (RFC 3550 §6.4.1).
    pub jitter_ms: u16,
    /// Round-trip time, ms (RFC 3550 §6.4.1, or STUN checks); none before the first measurement.
    pub round_trip_ms: Option<u16>,
    /// Bits per second from the person.
    pub up_bps: u32,
    /// Bits per second to the person.
    pub down_bps: u32,
}

impl Health {
    /// The grade these figures earn.
    pub const fn grade(&self) -> Grade {
        let loss = if self.loss_up_permille > self.loss_down_permille {
            self.loss_up_permille
        } else {
            self.loss_down_permille
        };
        let round_trip = match self.round_trip_ms {
            Some(ms) => ms,
            None => 0,
        };
        if loss >= 150 || round_trip >= 1_000 {
            Grade::Bad
        } else if loss >= 100 || round_trip >= 400 || self.jitter_ms >= 100 {
            Grade::Poor
        } else {
            Grade::Good
        }
    }
}
