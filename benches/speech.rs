//! What listening costs: one second of one microphone decoded and listened to, with a voice and without.
//!
//! What is not here: words; an engine is another machine's work.

use divan::Bencher;
use divan::counter::ItemsCount;
use model::ParticipantId;
use opus::{Application, Bitrate, Channels, Decoder, Encoder};
use speech::RATE;
use speech::ears::Ears;

fn main() {
    divan::main();
}

/// A second of 16 kHz: pulses of 120 Hz that ring like a vowel, or the noise of a quiet room.
fn second(voice: bool) -> Vec<i16> {
    let mut noise = 1_u32;
    (0..16_000_u32)
        .map(|n| {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let hiss = f64::from(noise >> 24) / 16.0 - 8.0;
            let at = (f64::from(n) * 120.0 / 16_000.0).fract();
            let ring = (-at * 6.0).exp() * (at / 120.0 * 700.0 * std::f64::consts::TAU).sin();
            let sample = if voice { ring * 9_000.0 + hiss } else { hiss };
            #[expect(clippy::cast_possible_truncation, reason = "far within the range")]
            let sample = sample as i16;
            sample
        })
        .collect()
}

#[divan::bench(args = [true, false])]
fn a_second_of_a_microphone(bencher: Bencher<'_, '_>, voice: bool) {
    let second = second(voice);
    let (mut ears, mut at_ms) = (Ears::default(), 0);
    bencher.counter(ItemsCount::new(1_u32)).bench_local(|| {
        let mut found = Vec::new();
        for packet in second.chunks(320) {
            ears.sound(ParticipantId(1), at_ms, packet, &mut found);
            at_ms += 20;
        }
        found
    });
}

/// A second as it stands in the record: fifty packets of 24 kbit/s.
fn packets(voice: bool) -> Vec<Vec<u8>> {
    let mut encoder =
        Encoder::new(RATE, Channels::Mono, Application::Voip).expect("a plain encoder");
    encoder.set_bitrate(Bitrate::Bits(24_000)).expect("a plain rate");
    let mut code = |samples| encoder.encode_vec(samples, 1_500).expect("20 ms of sound");
    second(voice).chunks(320).map(&mut code).collect()
}

#[divan::bench(args = [true, false])]
fn decoding_a_second(bencher: Bencher<'_, '_>, voice: bool) {
    let packets = packets(voice);
    let mut decoder = Decoder::new(RATE, Channels::Mono).expect("a plain decoder");
    let mut samples = [0; 320];
    bencher.counter(ItemsCount::new(1_u32)).bench_local(|| {
        for packet in &packets {
            decoder.decode(packet, &mut samples, false).expect("what was encoded");
        }
        samples[0]
    });
}
