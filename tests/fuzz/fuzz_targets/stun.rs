//! Any bytes as a connectivity check: read or refused; nothing is genuine by chance.
//!
//! What is not here: what a genuine check does; see the tests of `sfu`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rtc_crypto::RTCCryptoProvider;
use rtc_crypto::providers::RingProvider;
use sfu::stun::Check;

fuzz_target!(|bytes: &[u8]| {
    let Ok(mut check) = Check::read(bytes) else { return };
    let provider = RingProvider::new();
    assert!(!check.is_genuine("a password nobody was told", provider.crypto()));
    let from = ([192, 0, 2, 1], 4_000).into();
    let answer = check.answer(from, "a password nobody was told", provider.crypto());
    assert!(answer.is_some_and(|answer| answer.len() <= bytes.len() + 64));
});
