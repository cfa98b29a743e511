//! What is heard of a camera's sound after decoding and encoding.
//! What is not here: cameras; nothing opens a socket.

use core::f64::consts::TAU;

use proptest::prelude::*;

use super::*;

/// The µ-law code nearest to a sample, found by looking.
fn mu_law(sample: i16) -> u8 {
    let far = |code: &u8| (i32::from(g711::decode(Law::Mu, *code)) - i32::from(sample)).abs();
    (0..=255).min_by_key(far).unwrap()
}

/// A tone of 1 kHz, as one period of µ-law at 8 kHz over and over.
fn tone() -> Vec<u8> {
    #[expect(clippy::cast_possible_truncation, reason = "below 16 bits")]
    let sample = |at: usize| mu_law(((at as f64 / 8.0 * TAU).sin() * 8_000.0) as i16);
    (0..8).map(sample).collect::<Vec<_>>().repeat(20)
}

fn heard(frames: &[Frame]) -> Vec<i16> {
    let mut decoder = opus::Decoder::new(OPUS_HZ, opus::Channels::Mono).unwrap();
    let mut all = Vec::new();
    for frame in frames {
        let mut samples = [0; 960];
        assert_eq!(decoder.decode(&frame.payload, &mut samples, false).unwrap(), 960);
        all.extend(samples);
    }
    all
}

fn crossings_per_second(samples: &[i16]) -> usize {
    let upward = samples.windows(2).filter(|two| two[0] < 0 && two[1] >= 0).count();
    upward * OPUS_HZ as usize / samples.len()
}

#[test]
fn a_tone_in_g711_is_heard_in_opus() {
    let mut sound = Sound::new("pcmu", 8_000, 1, &[]).unwrap();
    assert_eq!(sound.place(5), None);
    let (mut frames, packet) = (Vec::new(), Bytes::from(tone()));
    let start = u32::MAX - 3 * 160;
    for at in 0..100 {
        sound.take(&packet, start.wrapping_add(at * 160), 0, &mut frames);
    }
    assert_eq!(frames.len(), 100);
    for (two, at) in frames.windows(2).zip(1_u32..) {
        assert_eq!(two[1].at.wrapping_sub(two[0].at), 960);
        assert_eq!(sound.place(start.wrapping_add(at * 160)), Some(two[1].at));
    }
    let samples = heard(&frames);
    let hz = crossings_per_second(&samples[9_600..]);
    assert!((990..=1_010).contains(&hz), "{hz} Hz");
    assert!(samples[9_600..].iter().any(|sample| *sample > 5_000));
    let loud = frames[50].level.unwrap();
    assert!((14..=17).contains(&loud), "a sine of 8000 is 15 dB below the loudest: {loud}");
    let bits: usize = frames.iter().map(|frame| frame.payload.len() * 8).sum();
    assert!((16_000..100_000).contains(&bits), "{bits} bits in 2 s");
}

#[test]
fn holes_are_filled_and_jumps_are_followed() {
    let mut sound = Sound::new("pcma", 8_000, 1, &[]).unwrap();
    let packet = Bytes::from(vec![0xd5; 160]);
    let mut take = |at: u32| {
        let mut frames = Vec::new();
        sound.take(&packet, at, 0, &mut frames);
        frames.iter().map(|frame| (frame.at, frame.level)).collect::<Vec<_>>()
    };
    let first = take(8_000)[0].0;
    let at = |frame: u32| (first + frame * 960, Some(SILENCE));
    let level_of =
        |taken: Vec<(u32, Option<u8>)>| taken.into_iter().map(|(at, _)| at).collect::<Vec<_>>();
    // The camera's rounding.
    assert_eq!(level_of(take(8_165)), [at(1).0]);
    // Three packets are lost.
    assert_eq!(level_of(take(8_800)), [at(2).0, at(3).0, at(4).0, at(5).0]);
    // One comes again.
    assert_eq!(take(8_320), []);
    // A jump of a minute.
    assert_eq!(level_of(take(8_960 + 480_000)), [first + 6 * 960 + 60 * OPUS_HZ]);
}

#[test]
fn what_we_cannot_read_is_left_out() {
    for (name, clock, channels) in [
        ("g726-32", 8_000, 1),
        ("opus", 16_000, 1),
        ("pcma", 0, 1),
        ("pcma", 96_000, 1),
        ("pcma", 8_000, 0),
        ("pcma", 8_000, 9),
        ("mpeg4-generic", 48_000, 2),
    ] {
        assert!(Sound::new(name, clock, channels, &[]).is_none(), "{name} {clock} {channels}");
    }
}

#[test]
fn opus_passes_as_it_is() {
    let mut sound = Sound::new("opus", OPUS_HZ, 2, &[]).unwrap();
    let mut frames = Vec::new();
    let payload = Bytes::from_static(b"opus");
    sound.take(&payload, 7, 2, &mut frames);
    sound.take(&Bytes::new(), 8, 0, &mut frames);
    assert_eq!(frames, [Frame { payload, at: 7, level: None, lost: 2 }]);
}

proptest! {
    #[test]
    fn hostile_packets_do_no_harm(
        packets in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..300), any::<u32>()), 1..20),
    ) {
        let aac = Sound::new("mpeg4-generic", 44_100, 2, &[0x12, 0x10]).unwrap();
        for mut sound in [Sound::new("pcma", 8_000, 2, &[]).unwrap(), aac] {
            for (payload, at) in &packets {
                let mut frames = Vec::new();
                sound.take(&Bytes::from(payload.clone()), *at, 0, &mut frames);
                prop_assert!(frames.len() <= 60 + 300);
                sound.place(*at);
            }
        }
    }
}
