//! What a participant sends: at most one track of each kind.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::id::ParticipantId;

/// The kind of a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum TrackKind {
    /// The person's voice.
    Microphone,
    /// The person's picture.
    Camera,
    /// A shared screen.
    Screen,
}

impl TrackKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Microphone, Self::Camera, Self::Screen];

    /// Whether the track is sound.
    pub const fn is_sound(self) -> bool {
        matches!(self, Self::Microphone)
    }

    /// The short name used in file names and metrics labels.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Microphone => "microphone",
            Self::Camera => "camera",
            Self::Screen => "screen",
        }
    }
}

/// One track: who sends it and what it is. Survives reconnects of its publisher.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct TrackId {
    /// The publisher.
    pub participant: ParticipantId,
    /// The kind of track.
    pub kind: TrackKind,
}

impl TrackId {
    /// Names the track of `kind` sent by `participant`.
    pub const fn new(participant: ParticipantId, kind: TrackKind) -> Self {
        Self { participant, kind }
    }
}

impl fmt::Display for TrackId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.participant, self.kind.name())
    }
}

/// A codec Assize forwards and records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Codec {
    /// Opus, 48 kHz clock (RFC 7587).
    Opus,
    /// VP8, 90 kHz clock (RFC 7741).
    Vp8,
    /// H.264 constrained baseline, packetization mode 1, 90 kHz clock (RFC 6184).
    H264,
    /// VP9 profile 0, 90 kHz clock (RFC 9628): one source that may carry several spatial layers.
    Vp9,
    /// AV1 main profile, 90 kHz clock (AV1 RTP specification 1.0): one source that may carry several
    /// spatial layers.
    Av1,
}

impl Codec {
    /// RTP clock rate in Hz.
    pub const fn clock_hz(self) -> u32 {
        match self {
            Self::Opus => 48_000,
            Self::Vp8 | Self::H264 | Self::Vp9 | Self::Av1 => 90_000,
        }
    }

    /// Whether the codec carries sound.
    pub const fn is_sound(self) -> bool {
        matches!(self, Self::Opus)
    }
}
