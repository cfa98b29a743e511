//! What is heard of a hearing as values: who speaks from when to when, how much of it at the same
//! time as others, and what an engine says the words are.
//!
//! What is not here: decoding of Opus, sockets and clocks. The recorder room feeds samples in and
//! carries frames to and from an engine.

pub mod ears;
pub mod engine;
mod funasr;
mod hot_words;
mod said;
mod sherpa;
mod spans;
mod turn;
mod voice;
mod vosk;

pub use hot_words::{HotWords, WEIGHT};

/// Samples a second: what the voice detector and the engines take, one channel.
pub const RATE: u32 = 16_000;
/// Samples a millisecond.
pub const SAMPLES_MS: u64 = 16;
