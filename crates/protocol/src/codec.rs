//! Bytes to messages and back, with the size limit.

use core::fmt;

use model::limits::MESSAGE_BYTES_MAX;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

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
    let message = decode(text)?;
    if matches!(message, ClientMessage::Ask { .. }) && !is_whole(text, &message) {
        return Err(Violation::Malformed);
    }
    Ok(message)
}

/// Whether the text says nothing that the message does not: serde passes over unknown fields
/// beside an ask without fields of its own.
fn is_whole(text: &str, message: &ClientMessage) -> bool {
    let said = serde_json::from_str::<Value>(text);
    let meant = serde_json::to_value(message);
    matches!((said, meant), (Ok(said), Ok(meant)) if covers(&meant, &said))
}

/// Whether everything said was meant. What may be left out was meant as its default.
fn covers(meant: &Value, said: &Value) -> bool {
    match (meant, said) {
        (Value::Object(meant), Value::Object(said)) => {
            said.iter().all(|(key, said)| meant.get(key).is_some_and(|meant| covers(meant, said)))
        }
        (Value::Array(meant), Value::Array(said)) => {
            meant.len() == said.len()
                && meant.iter().zip(said).all(|(meant, said)| covers(meant, said))
        }
        (meant, said) => meant == said,
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_is_not_even_read() {
        let long = format!("{{\"type\":\"bye\"}}{}", " ".repeat(MESSAGE_BYTES_MAX));
        assert_eq!(decode_client(&long), Err(Violation::TooLong));
        assert_eq!(decode_client(long.trim_end()), Ok(ClientMessage::Bye {}));
    }

    #[test]
    fn what_is_not_a_message_is_malformed() {
        for text in [
            "",
            "null",
            "[]",
            "{}",
            r#"{"type":"shout"}"#,
            r#"{"type":"hello"}"#,
            r#"{"type":"hello","version":1,"more":1}"#,
            r#"{"type":"hello","version":-1}"#,
            r#"{"type":"hello","version":4294967296}"#,
            r#"{"type":"bye","more":1}"#,
            r#"{"type":"ask","request":1,"ask":{"do":"shout"}}"#,
            r#"{"type":"ask","request":1,"ask":{"do":"open","more":1}}"#,
            r#"{"type":"ask","request":1,"ask":{"do":"admit"}}"#,
            r#"{"type":"ask","request":1,"ask":{"do":"admit","who":1,"more":1}}"#,
        ] {
            assert_eq!(decode_client(text), Err(Violation::Malformed), "{text}");
        }
    }
}
