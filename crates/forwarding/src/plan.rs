//! What the shell tells the router about one connection: its lines, as negotiated.
//!
//! What is not here: session descriptions. The shell reads those and hands over plain numbers.

use core::fmt;

use model::{Codec, LinePurpose, ParticipantId, TrackKind, limits};

/// One media connection, numbered by the shell; never used twice within a router's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LegId(pub u32);

/// A line's `mid` (RFC 5888), kept inline; at most `limits::MID_CHARS_MAX` bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mid {
    bytes: [u8; limits::MID_CHARS_MAX],
    len: u8,
}

impl Mid {
    /// Takes a `mid` of 1 to `limits::MID_CHARS_MAX` bytes; none when it is empty or longer.
    pub fn new(mid: &[u8]) -> Option<Self> {
        if mid.is_empty() || mid.len() > limits::MID_CHARS_MAX {
            return None;
        }
        let mut bytes = [0; limits::MID_CHARS_MAX];
        bytes[..mid.len()].copy_from_slice(mid);
        Some(Self { bytes, len: u8::try_from(mid.len()).ok()? })
    }

    /// The bytes of the `mid`.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

impl fmt::Debug for Mid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.as_bytes().escape_ascii())
    }
}

/// A line on which the page sends one track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiveLine {
    /// Which kind of track.
    pub kind: TrackKind,
    /// The line's `mid`.
    pub mid: Mid,
    /// Payload types accepted here and what they mean.
    pub payloads: Vec<(u8, Codec)>,
    /// SSRCs announced in the offer (`a=ssrc`); may be empty.
    pub ssrcs: Vec<u32>,
    /// Number of the `sdes:mid` header extension, if negotiated.
    pub mid_ext: Option<u8>,
    /// Number of the `ssrc-audio-level` header extension (RFC 6464), if negotiated.
    pub level_ext: Option<u8>,
}

/// A line on which the page receives: one half of a seat slot, or a screen slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendLine {
    /// Which slot; `LinePurpose::Publish` is ignored.
    pub purpose: LinePurpose,
    /// The line's `mid`.
    pub mid: Mid,
    /// The line's constant SSRC, chosen by the shell, unlike any other of the connection.
    pub ssrc: u32,
    /// Payload type for each codec the page takes, the first of a codec counts; a track of another
    /// codec is not sent.
    pub payloads: Vec<(Codec, u8)>,
    /// Number of the `sdes:mid` header extension, if negotiated.
    pub mid_ext: Option<u8>,
    /// Number of the `ssrc-audio-level` header extension (RFC 6464), if negotiated.
    pub level_ext: Option<u8>,
}

/// Everything negotiated on one connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegPlan {
    /// Whose connection.
    pub participant: ParticipantId,
    /// The page's connection number: a higher one replaces a lower one once it carries media.
    pub connection: u32,
    /// Lines the page sends on; at most one per kind is used.
    pub receive: Vec<ReceiveLine>,
    /// Lines the page receives on.
    pub send: Vec<SendLine>,
}
