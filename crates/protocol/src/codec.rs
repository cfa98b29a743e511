//! Bytes to messages and back, with the size limit.

use core::fmt;

use model::limits::MESSAGE_BYTES_MAX;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{ClientMessage, ServerMessage};

/// The other side broke the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Violation {
    /// Longer than `limits::MESSAGE_BYTES_MAX`.
    TooLong,
    /// Not JSON, an unknown kind, an unknown or missing field, or a value out of range.
    Malformed,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLong => "the message is too long",
            Self::Malformed => "the message is malformed",
        })
    }
}

fn decode<M: DeserializeOwned>(text: &str) -> Result<M, Violation> {
    if text.len() > MESSAGE_BYTES_MAX {
        return Err(Violation::TooLong);
    }
    serde_json::from_str(text).map_err(|_| Violation::Malformed)
}

fn encode<M: Serialize>(message: &M) -> String {
    serde_json::to_string(message).expect("messages have string keys only, so they serialize")
}

/// Reads a message from a page.
///
/// # Errors
/// When it is too long or not a message.
pub fn decode_client(text: &str) -> Result<ClientMessage, Violation> {
    decode(text)
}

/// Reads a message from a server (for robots and tests).
///
/// # Errors
/// When it is too long or not a message.
pub fn decode_server(text: &str) -> Result<ServerMessage, Violation> {
    decode(text)
}

/// Writes a message to a server (for robots and tests).
pub fn encode_client(message: &ClientMessage) -> String {
    encode(message)
}

/// Writes a message to a page.
pub fn encode_server(message: &ServerMessage) -> String {
    encode(message)
}
