//! Whether a frame of sound holds a voice.
//!
//! What is not here: what follows from it (`turn`).

use earshot::Detector;

/// Samples of one frame.
pub(crate) const FRAME: usize = 256;
/// A frame's length, ms.
pub(crate) const FRAME_MS: u64 = 16;
/// From this score on (0 to 1) a frame holds a voice.
const VOICE: f32 = 0.5;
/// Sound below this level, root of the mean square in sample units, holds none whatever its shape:
/// -66 dB, what a quiet room or comfort noise is.
const QUIET: f32 = 16.0;

/// Listens to one track.
pub(crate) struct Voice(Box<Detector>);

impl core::fmt::Debug for Voice {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Voice")
    }
}

impl Voice {
    pub(crate) fn new() -> Self {
        Self(Detector::default_boxed())
    }

    /// Forgets what came before: the sound does not go on from it.
    pub(crate) fn reset(&mut self) {
        self.0.reset();
    }

    /// Whether the next frame holds a voice.
    pub(crate) fn is_in(&mut self, frame: &[i16; FRAME]) -> bool {
        let score = self.0.predict_i16(frame);
        let energy: f32 = frame.iter().map(|sample| f32::from(*sample).powi(2)).sum();
        score >= VOICE && energy > QUIET.powi(2) * 256.0
    }
}
