//! The sound of a camera on its way to the court: G.711 and AAC become Opus, Opus passes.
//!
//! What is not here: sequence numbers and outages, see `timeline.rs`.

mod aac;
mod g711;
mod resample;

use core::fmt;

use hyper::body::Bytes;

use self::aac::Aac;
use self::g711::Law;
use self::resample::Resampler;
use super::picture::PAYLOAD_MAX;

/// The clock of Opus in RTP, Hz (RFC 7587 §4.1).
pub(super) const OPUS_HZ: u32 = 48_000;
/// Rates that the encoder takes as they are, Hz.
const ENCODER_RATES: [u32; 5] = [8_000, 12_000, 16_000, 24_000, OPUS_HZ];
/// Frames of 20 ms.
const FRAMES_PER_SECOND: u32 = 50;
/// Bits per second for the narrow rates of G.711, and for all others.
const NARROW_BITS: i32 = 32_000;
const WIDE_BITS: i32 = 48_000;
/// Loss that in-band FEC is made for, %.
const LOSS_EXPECTED: i32 = 10;
/// Timestamps that stray this little from the count of samples are the camera's rounding, ms.
const STRAY_MAX_MS: i64 = 40;
/// A hole up to this long is filled with silence; a longer one is a jump, ms.
const HOLE_MAX_MS: i64 = 1_000;
/// The level of silence, -dBov (RFC 6464).
const SILENCE: u8 = 127;

/// One Opus packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    /// The payload.
    pub(super) payload: Bytes,
    /// The camera's time at 48 kHz.
    pub(super) at: u32,
    /// How loud, -dBov, where it was decoded.
    pub(super) level: Option<u8>,
    /// Packets lost before it, where nothing was put in their place.
    pub(super) lost: u16,
}

/// The sound of one camera.
#[derive(Debug)]
pub(super) enum Sound {
    /// Opus already.
    Passing,
    /// To be encoded.
    Encoding(Box<Encoding>),
}

impl Sound {
    /// What is needed for a track with this name, clock (Hz), channels and, for AAC,
    /// configuration. None when we cannot read it.
    pub(super) fn new(name: &str, clock: u32, channels: u16, config: &[u8]) -> Option<Self> {
        let channels = usize::from(channels);
        let (source, rate) = match name {
            "opus" if clock == OPUS_HZ => return Some(Self::Passing),
            "pcma" => (Source::Law(Law::A, channels), clock),
            "pcmu" => (Source::Law(Law::Mu, channels), clock),
            "mpeg4-generic" => {
                let (aac, rate) = Aac::new(config)?;
                (Source::Aac(Box::new(aac)), rate)
            }
            _ => return None,
        };
        let readable = |hz: u32| (8_000..=OPUS_HZ).contains(&hz);
        if !readable(rate) || !readable(clock) || !(1..=2).contains(&channels) {
            return None;
        }
        Encoding::new(source, rate, clock).map(|encoding| Self::Encoding(Box::new(encoding)))
    }

    /// Takes one packet and gives the Opus packets that are ready.
    pub(super) fn take(&mut self, payload: &Bytes, at: u32, lost: u16, out: &mut Vec<Frame>) {
        match self {
            Self::Passing => {
                if (1..=PAYLOAD_MAX).contains(&payload.len()) {
                    out.push(Frame { payload: payload.clone(), at, level: None, lost });
                }
            }
            Self::Encoding(encoding) => encoding.take(payload, at, out),
        }
    }

    /// The camera's time at 48 kHz for a timestamp of its own; none before the first packet.
    pub(super) fn place(&self, timestamp: u32) -> Option<u32> {
        match self {
            Self::Passing => Some(timestamp),
            Self::Encoding(encoding) => encoding.scale.map(|scale| scale.place(timestamp)),
        }
    }
}

#[derive(Debug)]
enum Source {
    Law(Law, usize),
    Aac(Box<Aac>),
}

/// How the camera's clock becomes one of 48 kHz; moved on by whole seconds, so that it never
/// rounds.
#[derive(Clone, Copy, Debug)]
struct Scale {
    hz: u32,
    from: u32,
    to: u32,
}

impl Scale {
    fn place(self, timestamp: u32) -> u32 {
        let ahead = i64::from(timestamp.wrapping_sub(self.from).cast_signed());
        let scaled = ahead * i64::from(OPUS_HZ) / i64::from(self.hz);
        let low = scaled.rem_euclid(1 << 32);
        self.to.wrapping_add(u32::try_from(low).expect("the remainder of 2^32 has 32 bits"))
    }

    fn follow(&mut self, timestamp: u32) {
        let ahead = timestamp.wrapping_sub(self.from);
        if ahead < u32::MAX / 2 {
            let seconds = ahead / self.hz;
            self.from = self.from.wrapping_add(seconds.wrapping_mul(self.hz));
            self.to = self.to.wrapping_add(seconds.wrapping_mul(OPUS_HZ));
        }
    }
}

/// Samples in, Opus out.
pub(super) struct Encoding {
    source: Source,
    /// Rate of the samples, and of the camera's timestamps, Hz.
    rate: u32,
    clock: u32,
    resampler: Option<Resampler>,
    encoder: opus::Encoder,
    /// Samples of one frame at the encoder's rate.
    frame: usize,
    scale: Option<Scale>,
    /// The timestamp that follows what was taken.
    expected: Option<u32>,
    /// Samples at the encoder's rate that do not fill a frame yet, and the time of the first.
    waiting: Vec<i16>,
    waiting_at: u32,
    decoded: Vec<i16>,
}

impl fmt::Debug for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { source, rate, clock, .. } = self;
        f.debug_struct("Encoding")
            .field("source", source)
            .field("rate", rate)
            .field("clock", clock)
            .finish_non_exhaustive()
    }
}

impl Encoding {
    fn new(source: Source, rate: u32, clock: u32) -> Option<Self> {
        let resampler = (!ENCODER_RATES.contains(&rate)).then(|| Resampler::new(rate));
        let taken = if resampler.is_some() { OPUS_HZ } else { rate };
        let frame = (taken / FRAMES_PER_SECOND) as usize;
        let encoder = encoder(taken).ok()?;
        Some(Self {
            source,
            rate,
            clock,
            resampler,
            encoder,
            frame,
            scale: None,
            expected: None,
            waiting: Vec::with_capacity(4 * frame),
            waiting_at: 0,
            decoded: Vec::new(),
        })
    }

    fn take(&mut self, payload: &Bytes, at: u32, out: &mut Vec<Frame>) {
        let mut at = at;
        match &mut self.source {
            Source::Law(law, channels) => {
                let (law, channels) = (*law, *channels);
                self.decoded.clear();
                self.decoded.extend(payload.chunks_exact(channels).map(|frame| {
                    let sum: i32 =
                        frame.iter().map(|byte| i32::from(g711::decode(law, *byte))).sum();
                    let count = i32::try_from(channels).unwrap_or(1);
                    i16::try_from(sum / count).unwrap_or_default()
                }));
                self.place(at, out);
            }
            Source::Aac(aac) => {
                for unit in aac.units(payload) {
                    self.decoded.clear();
                    if let Source::Aac(aac) = &mut self.source {
                        aac.decode(&unit, &mut self.decoded);
                    }
                    let len = self.ticks(aac::UNIT_SAMPLES);
                    self.place(at, out);
                    at = at.wrapping_add(len);
                }
            }
        }
    }

    /// Ticks of the camera's clock that so many samples last.
    fn ticks(&self, samples: usize) -> u32 {
        let ticks = samples as u64 * u64::from(self.clock) / u64::from(self.rate);
        u32::try_from(ticks).unwrap_or_default()
    }

    /// Puts the decoded samples where their timestamp says.
    fn place(&mut self, at: u32, out: &mut Vec<Frame>) {
        if self.decoded.is_empty() {
            return;
        }
        let expected = *self.expected.get_or_insert(at);
        let stray = i64::from(at.wrapping_sub(expected).cast_signed());
        let stray_ms = stray * 1_000 / i64::from(self.clock);
        let begins = match stray_ms {
            ms if ms.abs() <= STRAY_MAX_MS => expected,
            ms if ms > 0 && ms <= HOLE_MAX_MS => {
                let missing = stray * i64::from(self.rate) / i64::from(self.clock);
                let silence = vec![0; usize::try_from(missing).unwrap_or_default()];
                self.queue(&silence, out);
                at
            }
            // What came before already was heard.
            ms if (-HOLE_MAX_MS..0).contains(&ms) => return,
            _ => {
                self.waiting.clear();
                at
            }
        };
        let scale = self.scale.get_or_insert(Scale { hz: self.clock, from: at, to: at });
        if self.waiting.is_empty() {
            self.waiting_at = scale.place(begins);
        }
        scale.follow(begins);
        self.expected = Some(begins.wrapping_add(self.ticks(self.decoded.len())));
        let decoded = core::mem::take(&mut self.decoded);
        self.queue(&decoded, out);
        self.decoded = decoded;
    }

    fn queue(&mut self, samples: &[i16], out: &mut Vec<Frame>) {
        match &mut self.resampler {
            Some(resampler) => resampler.take(samples, &mut self.waiting),
            None => self.waiting.extend_from_slice(samples),
        }
        let mut taken = 0;
        while let Some(frame) = self.waiting.get(taken..taken + self.frame) {
            let mut payload = [0; PAYLOAD_MAX];
            let level = Some(level(frame));
            match self.encoder.encode(frame, &mut payload) {
                Ok(len) => {
                    let payload = Bytes::copy_from_slice(payload.get(..len).unwrap_or_default());
                    out.push(Frame { payload, at: self.waiting_at, level, lost: 0 });
                }
                Err(fault) => tracing::debug!(%fault, "a frame of sound is not encoded"),
            }
            taken += self.frame;
            self.waiting_at = self.waiting_at.wrapping_add(OPUS_HZ / FRAMES_PER_SECOND);
        }
        self.waiting.drain(..taken);
    }
}

fn encoder(rate: u32) -> opus::Result<opus::Encoder> {
    let mut encoder = opus::Encoder::new(rate, opus::Channels::Mono, opus::Application::Voip)?;
    let bits = if rate <= 16_000 { NARROW_BITS } else { WIDE_BITS };
    encoder.set_bitrate(opus::Bitrate::Bits(bits))?;
    encoder.set_inband_fec(true)?;
    encoder.set_packet_loss_perc(LOSS_EXPECTED)?;
    // Silence on the record should be silence that was heard, not a guess.
    encoder.set_dtx(false)?;
    Ok(encoder)
}

/// How loud a frame is, -dBov (RFC 6464): 0 is the loudest, 127 silence.
fn level(frame: &[i16]) -> u8 {
    let sum: f64 = frame.iter().map(|sample| f64::from(*sample).powi(2)).sum();
    let loudness = (sum / frame.len() as f64).sqrt() / f64::from(i16::MAX);
    let below = -20.0 * loudness.max(1e-9).log10();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 127")]
    let level = below.round().clamp(0.0, f64::from(SILENCE)) as u8;
    level
}

#[cfg(test)]
mod tests;
