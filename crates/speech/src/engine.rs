//! One turn of speech at an engine: frames to send, answers to read. Which engine is a value.
//!
//! What is not here: sockets. One connection carries one turn, so an answer cannot be taken for
//! another's, connections are young, and an idle hearing costs an engine nothing.

use crate::HotWords;
use crate::funasr::FunAsr;
use crate::sherpa::Sherpa;
use crate::vosk::Vosk;

pub use crate::said::{Answer, Draft};

/// Which protocol an engine speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// The FunASR runtime, two passes over WebSocket.
    FunAsr,
    /// The online WebSocket server of sherpa-onnx.
    Sherpa,
    /// The Vosk server.
    Vosk,
}

impl Engine {
    /// How it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FunAsr => "FunASR",
            Self::Sherpa => "sherpa-onnx",
            Self::Vosk => "Vosk",
        }
    }
}

/// What goes to an engine: one WebSocket message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// A text message.
    Text(String),
    /// A binary message.
    Binary(Vec<u8>),
}

#[derive(Debug)]
enum Talking {
    FunAsr(FunAsr),
    Sherpa(Sherpa),
    Vosk(Vosk),
}

/// One turn over one connection.
#[derive(Debug)]
pub struct Talk(Talking);

impl Talk {
    /// A new connection; the first thing to say on it. `name` names the stream in the engine's log.
    pub fn open(engine: Engine, name: &str, words: &HotWords) -> (Self, Option<Frame>) {
        match engine {
            Engine::FunAsr => {
                let (talk, frame) = FunAsr::open(name, words);
                (Self(Talking::FunAsr(talk)), Some(frame))
            }
            Engine::Sherpa => (Self(Talking::Sherpa(Sherpa::default())), None),
            Engine::Vosk => {
                let (talk, frame) = Vosk::open();
                (Self(Talking::Vosk(talk)), Some(frame))
            }
        }
    }

    /// Sound, in pieces of at most a few seconds.
    pub fn sound(&self, samples: &[i16]) -> Frame {
        match &self.0 {
            Talking::FunAsr(_) | Talking::Vosk(_) => {
                Frame::Binary(samples.iter().flat_map(|sample| sample.to_le_bytes()).collect())
            }
            Talking::Sherpa(_) => Sherpa::sound(samples),
        }
    }

    /// The turn is over.
    pub fn finish(&mut self) -> Frame {
        match &mut self.0 {
            Talking::FunAsr(talk) => talk.finish(),
            Talking::Sherpa(talk) => talk.finish(),
            Talking::Vosk(talk) => talk.finish(),
        }
    }

    /// A text message from the engine. Whatever it holds, the answers are few.
    pub fn message(&mut self, text: &str) -> Vec<Answer> {
        match &mut self.0 {
            Talking::FunAsr(talk) => talk.message(text),
            Talking::Sherpa(talk) => talk.message(text),
            Talking::Vosk(talk) => talk.message(text),
        }
    }
}
