//! What a page may say.

use model::{Ask, Line, LineTest, MediaPath, ParticipantId, Private, Tile, TranscriptEdit};
use serde::{Deserialize, Serialize};

/// A message from a page. Unknown kinds and unknown fields are violations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case", tag = "type", deny_unknown_fields)]
pub enum ClientMessage {
    /// First message on every socket, within 5 s of its opening.
    Hello {
        /// The protocol version the page speaks.
        version: u32,
    },
    /// A request to the procedure; answered once by `outcome` with the same `request`.
    Ask {
        /// Chosen by the page, rising.
        request: u32,
        /// What is asked.
        ask: Ask,
    },
    /// A media offer; answered once by `answer`, or by `outcome` when refused.
    Offer {
        /// Chosen by the page, rising, from the same count as `ask`.
        request: u32,
        /// The page's connection number; a higher one replaces the former connection.
        connection: u32,
        /// The session description (RFC 8866, JSEP RFC 8829).
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        sdp: Private<String>,
        /// What each line of it is for.
        lines: Vec<Line>,
    },
    /// How large each picture line is drawn now: the whole list, at change, at most four times a
    /// second. A picture line that is not listed is not shown, and nothing is sent on it.
    Tiles {
        /// Lines that are shown.
        tiles: Vec<Tile>,
    },
    /// What the page measures about what it receives; every 5 s, for the ops page.
    Stats {
        /// The figures, one for each publisher.
        figures: Vec<ClientStats>,
        /// How the page's own media travels; none while it does not.
        path: Option<MediaPath>,
    },
    /// What the page found when it tried out its line and devices.
    LineTest {
        /// The result.
        test: LineTest,
    },
    /// The page reads the transcript along; answered by `transcript` or by the steps it missed.
    ReadAlong {
        /// Which page: a name by chance that it keeps over a reload.
        desk: String,
        /// The last step it has; 0 for none.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        since: u64,
    },
    /// The page writes into the transcript: all of it, or none. Answered by `transcript_steps` that
    /// carry its count, or by `transcript_refused`. A page has one message of this kind under way.
    Write {
        /// Which page.
        desk: String,
        /// The page's count, rising.
        seq: u32,
        /// What to do, at most `limits::TRANSCRIPT_EDITS_MAX`.
        edits: Vec<TranscriptEdit>,
    },
    /// Answer to `ping`.
    Pong {
        /// From the ping.
        number: u32,
    },
    /// The page is being closed on purpose.
    Bye {},
}

/// What a page measures of one person it receives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct ClientStats {
    /// Whose tracks.
    pub from: ParticipantId,
    /// Picture frames decoded since the last message.
    pub frames: u32,
    /// Time the picture stood still since the last message, ms.
    pub frozen_ms: u32,
    /// Sound samples concealed since the last message, per mille.
    pub concealed_permille: u16,
    /// Delay of the jitter buffer, ms.
    pub buffer_ms: u16,
}
