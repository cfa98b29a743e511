//! What each media line (m-line) of a participant's connection is for.
//!
//! The page always offers and the server always answers. A connection has one sending line per
//! track kind and a number of receiving *slots*. A seat slot is a pair of lines (sound and
//! picture) that stay for the whole connection; who is heard and seen in it changes without any
//! negotiation, so people may join and leave without touching anybody's session description.

use serde::{Deserialize, Serialize};

use crate::track::{TrackId, TrackKind};

/// Sound or picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Medium {
    /// Audio.
    Sound,
    /// Video.
    Picture,
}

/// What one media line is for, as declared by the page beside its offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case", tag = "for", deny_unknown_fields)]
pub enum LinePurpose {
    /// The page sends this kind of track here (`sendonly`).
    Publish {
        /// Which kind.
        kind: TrackKind,
    },
    /// The page receives one person's sound or picture here (`recvonly`).
    Seat {
        /// Number of the seat slot, from 0.
        slot: u8,
        /// Which half of the pair.
        medium: Medium,
    },
    /// The page receives a shared screen here (`recvonly`).
    Screen {
        /// Number of the screen slot, from 0.
        slot: u8,
    },
    /// A plain viewer receives the stage here (`recvonly`): whoever speaks, or the shared screen.
    Stage {
        /// Sound or picture.
        medium: Medium,
    },
}

/// One media line of an offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// The line's `mid` in the session description (RFC 5888), at most 16 characters.
    pub mid: String,
    /// What it is for.
    pub purpose: LinePurpose,
}

/// Who is in a slot now. A slot that is not listed is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct SlotUse {
    /// The line this is about: a seat's sound, a seat's picture or a screen.
    pub purpose: LinePurpose,
    /// The track that is forwarded there.
    pub track: TrackId,
}

/// How many slots a page should offer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct SlotCount {
    /// Seat slots (a sound and a picture line each).
    pub seats: u8,
    /// Screen slots (a picture line each).
    pub screens: u8,
}

/// How large one picture line is drawn on a page now, in device pixels. 0 × 0: not shown at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Tile {
    /// The line: a seat's picture or a screen.
    pub purpose: LinePurpose,
    /// Width.
    pub width: u16,
    /// Height.
    pub height: u16,
}

/// Why a picture is forwarded as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum PictureReason {
    /// The publisher sends nothing better.
    Best,
    /// The tile is small: a better layer would not be seen.
    Size,
    /// The line carries no better layer.
    Bandwidth,
    /// The line carries not even the lowest layer: the picture stands still, sound goes on.
    Frozen,
    /// The page does not show it: nothing is sent.
    Hidden,
    /// A keyframe is awaited.
    Starting,
}

/// What is forwarded on one picture line now, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PictureUse {
    /// The line: a seat's picture or a screen.
    pub purpose: LinePurpose,
    /// The layer that is forwarded, 0 is the lowest; none while nothing is.
    pub layer: Option<u8>,
    /// Why this one.
    pub reason: PictureReason,
}
