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

/// What is wrong with a line, the heaviest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// Packets from the person are lost.
    LossUp,
    /// Packets to the person are lost.
    LossDown,
    /// Every word takes long to arrive.
    Delay,
    /// Packets arrive unevenly.
    Jitter,
    /// Pictures stand still at the person's page.
    Freeze,
    /// The line carries less than the smallest pictures and everybody's sound need.
    Narrow,
}

/// Measured on the server over the last interval (2 s), except where it says "so far".
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
    /// What the line to the person carries, bits per second, as the server estimates it; none
    /// without transport feedback.
    pub estimate_bps: Option<u32>,
    /// How long packets to the person stand in a queue on the way, ms, as the server estimates it.
    pub queue_ms: u16,
    /// Picture lines that are frozen because the line carries no more.
    pub frozen_lines: u8,
    /// Share of time pictures stood still at the person's page, per mille (the page's own figures).
    pub freeze_permille: u16,
    /// How long the person spoke so far, ms: granted sound louder than noise, by the levels its
    /// packets declare (RFC 6464); 0 where none are. Starts anew when the server does.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub speech_ms: u64,
    /// Packets of sound and pictures sent to the person so far, repeats not counted. Starts anew
    /// when the server does.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub packets_down: u64,
}

impl Health {
    /// The grade these figures earn.
    pub const fn grade(&self) -> Grade {
        self.verdict().0
    }

    /// The grade these figures earn, and the heaviest reason when it is not good.
    pub const fn verdict(&self) -> (Grade, Option<Trouble>) {
        let round_trip = match self.round_trip_ms {
            Some(ms) => ms,
            None => 0,
        };
        if self.loss_up_permille >= 150 {
            (Grade::Bad, Some(Trouble::LossUp))
        } else if self.loss_down_permille >= 150 {
            (Grade::Bad, Some(Trouble::LossDown))
        } else if round_trip >= 1_000 {
            (Grade::Bad, Some(Trouble::Delay))
        } else if self.freeze_permille >= 500 {
            (Grade::Bad, Some(Trouble::Freeze))
        } else if self.loss_up_permille >= 100 {
            (Grade::Poor, Some(Trouble::LossUp))
        } else if self.loss_down_permille >= 100 {
            (Grade::Poor, Some(Trouble::LossDown))
        } else if round_trip >= 400 {
            (Grade::Poor, Some(Trouble::Delay))
        } else if self.jitter_ms >= 100 {
            (Grade::Poor, Some(Trouble::Jitter))
        } else if self.frozen_lines > 0 {
            (Grade::Poor, Some(Trouble::Narrow))
        } else if self.freeze_permille >= 150 {
            (Grade::Poor, Some(Trouble::Freeze))
        } else {
            (Grade::Good, None)
        }
    }
}
