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

/// The `rid` of a simulcast layer (RFC 8851): the same form as a `mid`.
pub type Rid = Mid;

/// Numbers of the header extensions of a line (RFC 8285), as far as negotiated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extensions {
    /// `sdes:mid` (RFC 9143 §15.1).
    pub mid: Option<u8>,
    /// `ssrc-audio-level` (RFC 6464).
    pub level: Option<u8>,
    /// `sdes:rtp-stream-id` (RFC 8852): which layer a packet is of.
    pub rid: Option<u8>,
    /// `sdes:repaired-rtp-stream-id` (RFC 8852): which layer a repair is of.
    pub repaired_rid: Option<u8>,
    /// Transport-wide sequence number (draft-holmer-rmcat-transport-wide-cc-extensions-01).
    pub transport: Option<u8>,
    /// `abs-capture-time`: when the sample was captured, on the publisher's clock.
    pub capture: Option<u8>,
    /// The dependency descriptor (AV1 RTP specification 1.0, appendix A): of which layer a packet is
    /// and what its frame refers to. Only where both forms of extensions may be mixed.
    pub dependency: Option<u8>,
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
    /// Payload types of repairs (RFC 4588), each with the payload type it repairs (`apt`).
    pub repairs: Vec<(u8, u8)>,
    /// Payload type of redundant sound (RFC 2198), if negotiated.
    pub red: Option<u8>,
    /// SSRCs announced in the offer (`a=ssrc`), those of repairs left out; may be empty.
    pub ssrcs: Vec<u32>,
    /// SSRC and the SSRC that repairs it, as announced (`a=ssrc-group:FID`).
    pub repair_ssrcs: Vec<(u32, u32)>,
    /// Layers announced by `a=simulcast` (RFC 8853), lowest first, at most `limits::LAYERS_MAX`;
    /// empty when there is one layer only.
    pub rids: Vec<Rid>,
    /// Header extensions.
    pub extensions: Extensions,
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
    /// Where packets are sent again (RFC 4588); without it the same packet is sent again on the
    /// same SSRC, the same to the byte.
    pub repair: Option<RepairLine>,
    /// Payload type of redundant sound (RFC 2198), if the page takes it.
    pub red: Option<u8>,
    /// Header extensions.
    pub extensions: Extensions,
}

/// The repair source of a send line (RFC 4588).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepairLine {
    /// Its SSRC, constant, unlike any other of the connection.
    pub ssrc: u32,
    /// Payload type of the media, and of its repair.
    pub payloads: Vec<(u8, u8)>,
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
