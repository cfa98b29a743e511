//! Mixes everybody's sound into one and notes who speaks.
//!
//! What is not here: decoding, and keeping the mix below its ceiling, which the encoder's limiter
//! does.

use crate::SAMPLES_MS;

/// Length of one step of the mix, ms.
const STEP_MS: usize = 20;
/// Loudness above which somebody speaks, root mean square of full scale 1.
const SPEECH_RMS: f32 = 0.012;
/// How long the mark of a speaker stays after the last loud step, steps.
const HANG_STEPS: u32 = 30;

/// Who speaks at which step of the film's sound.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Speech {
    /// One bit a seat, one entry a step.
    steps: Vec<u32>,
}

impl Speech {
    /// Whether a seat speaks at a moment of the film, ms.
    pub fn speaks(&self, seat: usize, film_ms: u64) -> bool {
        let step = usize::try_from(film_ms).unwrap_or(usize::MAX) / STEP_MS;
        seat < 32 && self.steps.get(step).is_some_and(|bits| bits >> seat & 1 == 1)
    }
}

/// Mixes step by step.
#[derive(Debug)]
pub struct Mixer {
    speech: Speech,
    hang: Vec<u32>,
    sum: Vec<f32>,
}

impl Mixer {
    /// Samples of one step.
    pub const STEP: usize = STEP_MS * SAMPLES_MS;
    /// Length of one step, ms.
    pub const STEP_MS: u64 = STEP_MS as u64;

    /// A mix of so many seats.
    pub fn new(seats: usize) -> Self {
        Self { speech: Speech::default(), hang: vec![0; seats], sum: vec![0.0; Self::STEP] }
    }

    /// Mixes one step: each seat's samples (−1 to 1), where it has any; the rest is silence.
    pub fn step(&mut self, seats: &[Option<&[f32]>]) -> &[f32] {
        self.sum.fill(0.0);
        let mut bits = 0_u32;
        for (seat, samples) in seats.iter().enumerate().take(self.hang.len()) {
            let hang = &mut self.hang[seat];
            *hang = hang.saturating_sub(1);
            if let Some(samples) = samples {
                for (sum, sample) in self.sum.iter_mut().zip(*samples) {
                    *sum += sample;
                }
                if rms(samples) >= SPEECH_RMS {
                    *hang = HANG_STEPS;
                }
            }
            if *hang > 0 && seat < 32 {
                bits |= 1 << seat;
            }
        }
        self.speech.steps.push(bits);
        &self.sum
    }

    /// One step of silence that belongs to nobody, as under a card.
    pub fn silence(&mut self) -> &[f32] {
        self.hang.fill(0);
        self.step(&[])
    }

    /// Who spoke when.
    pub fn finish(self) -> Speech {
        self.speech
    }
}

#[expect(clippy::cast_precision_loss, reason = "some thousand samples")]
fn rms(samples: &[f32]) -> f32 {
    if samples.is_empty() {
        return 0.0;
    }
    (samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len() as f32).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_loud_speaks_and_for_a_moment_after() {
        let mut mixer = Mixer::new(2);
        let loud = vec![0.5; Mixer::STEP];
        let quiet = vec![0.001; Mixer::STEP];
        let mixed = mixer.step(&[Some(&loud), Some(&quiet)]);
        assert!((mixed[0] - 0.501).abs() < 1e-6);
        for _ in 0..HANG_STEPS {
            mixer.step(&[Some(&quiet), Some(&quiet)]);
        }
        let speech = mixer.finish();
        assert!(speech.speaks(0, 0) && !speech.speaks(1, 0));
        let last = u64::from(HANG_STEPS) * Mixer::STEP_MS;
        assert!(speech.speaks(0, last - 1) && !speech.speaks(0, last));
        assert!(!speech.speaks(40, 0) && !speech.speaks(0, u64::MAX));
    }
}
