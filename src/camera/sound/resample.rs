//! Brings the few rates that Opus does not take (11,025, 22,050, 32,000, 44,100 Hz) to 48 kHz.
//!
//! What is not here: rates that follow another clock; both rates are exact.

use std::collections::VecDeque;

/// Samples on either side that make one new sample.
const REACH: usize = 16;
/// Passes of the wanted frequencies, as a part of the lower of both rates.
const PASS: f64 = 0.92;

/// One track's resampler to 48 kHz: windowed sinc, one filter for each phase.
#[derive(Debug)]
pub(super) struct Resampler {
    /// New samples for `down` old ones.
    up: usize,
    down: usize,
    /// `up` filters of `2 * REACH` weights each.
    filters: Vec<[f32; 2 * REACH]>,
    /// The old samples that the next new one reaches.
    held: VecDeque<f32>,
    /// Where between two old samples the next new one lies, in parts of `up`.
    phase: usize,
}

impl Resampler {
    /// From `rate` Hz, which is not above 48 kHz.
    pub(super) fn new(rate: u32) -> Self {
        let to = super::OPUS_HZ;
        assert!(rate > 0 && rate <= to, "AAC has no such rate below 48 kHz");
        let common = divisor(to, rate);
        let (up, down) = ((to / common) as usize, (rate / common) as usize);
        let filters = (0..up).map(|phase| filter(phase as f64 / up as f64)).collect();
        let held = core::iter::repeat_n(0.0, 2 * REACH).collect();
        Self { up, down, filters, held, phase: 0 }
    }

    /// Takes old samples and gives the new ones that are ready; `REACH` samples stay behind.
    pub(super) fn take(&mut self, samples: &[i16], out: &mut Vec<i16>) {
        for sample in samples {
            while self.phase < self.up {
                out.push(self.next());
                self.phase += self.down;
            }
            self.phase -= self.up;
            self.held.pop_front();
            self.held.push_back(f32::from(*sample));
        }
    }

    fn next(&self) -> i16 {
        let Some(filter) = self.filters.get(self.phase) else { return 0 };
        let sum: f32 = filter.iter().zip(&self.held).map(|(weight, held)| weight * held).sum();
        let bounded = sum.round().clamp(f32::from(i16::MIN), f32::from(i16::MAX));
        #[expect(clippy::cast_possible_truncation, reason = "just bounded to 16 bits")]
        let sample = bounded as i16;
        sample
    }
}

const fn divisor(mut a: u32, mut b: u32) -> u32 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// The weights for a new sample that lies `part` of a step behind the middle of what is held.
fn filter(part: f64) -> [f32; 2 * REACH] {
    let weights: [f64; 2 * REACH] = core::array::from_fn(|at| {
        let x = at as f64 - (REACH as f64 - 1.0) - part;
        let angle = core::f64::consts::PI * x * PASS;
        let sinc = if angle.abs() < 1e-9 { 1.0 } else { angle.sin() / angle };
        // Hann: its side lobes are far below the noise of a room.
        let window = (core::f64::consts::FRAC_PI_2 * x / REACH as f64).cos().powi(2);
        sinc * window
    });
    let sum: f64 = weights.iter().sum();
    #[expect(clippy::cast_possible_truncation, reason = "weights of samples of 16 bits")]
    weights.map(|weight| (weight / sum) as f32)
}

#[cfg(test)]
mod tests {
    use core::f64::consts::TAU;

    use super::*;

    fn tone(hz: f64, rate: u32, count: usize) -> Vec<i16> {
        #[expect(clippy::cast_possible_truncation, reason = "below 16 bits")]
        let sample = |at: usize| ((at as f64 * hz * TAU / f64::from(rate)).sin() * 10_000.0) as i16;
        (0..count).map(sample).collect()
    }

    /// How much of a frequency is in a signal, as an amplitude.
    fn amount(samples: &[i16], hz: f64, rate: f64) -> f64 {
        let (mut re, mut im) = (0.0, 0.0);
        for (at, sample) in samples.iter().enumerate() {
            let angle = at as f64 * hz * TAU / rate;
            re += f64::from(*sample) * angle.cos();
            im += f64::from(*sample) * angle.sin();
        }
        2.0 * re.hypot(im) / samples.len() as f64
    }

    #[test]
    fn tones_stay_what_they_are() {
        for rate in [11_025, 22_050, 32_000, 44_100] {
            for hz in [300.0, 1_000.0, 4_000.0] {
                let mut resampler = Resampler::new(rate);
                let mut out = Vec::new();
                let second = tone(hz, rate, rate as usize);
                // In packets of any size.
                for packet in second.chunks(1_024) {
                    resampler.take(packet, &mut out);
                }
                assert_eq!(out.len(), 48_000, "{rate}");
                let middle = &out[2_400..45_600];
                let kept = amount(middle, hz, 48_000.0);
                assert!((9_800.0..10_200.0).contains(&kept), "{rate} {hz}: {kept}");
                let mirror = f64::from(rate) - hz;
                if mirror < 24_000.0 {
                    let ghost = amount(middle, mirror, 48_000.0);
                    assert!(ghost < 100.0, "{rate} {hz}: {ghost} at {mirror}");
                }
            }
        }
    }
}
