//! The composed film of a hearing as values: what it shows at each moment, the drawn pictures, the
//! mixed sound.
//!
//! What is not here: decoders, encoders and disks. The recorder room feeds decoded pictures and
//! samples in and takes finished ones out.

mod arrange;
mod exhibit;
mod frame;
mod letters;
mod plan;
mod scene;
mod sound;
mod words;

pub use arrange::{Area, Arrangement};
pub use exhibit::{Exhibit, Sheet, Unseen};
pub use frame::{Colour, Frame};
pub use letters::{Letters, Unreadable};
pub use plan::{Chapter, Moment, Part, Plan, Roll, Seat, Source, State};
pub use scene::{Large, Painter, Shown};
pub use sound::{Mixer, Speech};

/// Pictures a second.
pub const RATE: u64 = 25;
/// Time of one picture, ms.
pub const PICTURE_MS: u64 = 1_000 / RATE;
/// Size of the film in pixels.
pub const WIDTH: usize = 1_280;
/// See [`WIDTH`].
pub const HEIGHT: usize = 720;
/// Sound samples a millisecond: 48 kHz, one channel.
pub const SAMPLES_MS: usize = 48;
