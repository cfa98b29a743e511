//! Any bytes as messages of the relay and as a byte stream: nobody gets in without the password,
//! and what is said back to a stranger is hardly longer than what they said.
//!
//! What is not here: what good messages do; see the tests of `sfu`.

#![no_main]

use std::net::IpAddr;
use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use model::{Instant, Now, Timestamp};
use rtc_crypto::providers::RingProvider;
use sfu::framing::{Framing, Next, first, next, whole};
use sfu::turn::credentials::Secret;
use sfu::turn::{Client, Own, Relays, Step};

fuzz_target!(|bytes: &[u8]| {
    assert!(matches!(first(&[]), sfu::framing::First::More));
    for framing in [Framing::Ice, Framing::Turn] {
        if let Ok(held) = whole(framing, bytes) {
            assert!(held <= bytes.len());
            let mut at = 0;
            while let Next::Whole { start, end, next } = next(framing, bytes, at) {
                assert!(at < next && at <= start && start <= end && end <= next);
                at = next;
            }
            assert_eq!(at, held);
        }
    }
    let secret = Arc::new(Secret::random().expect("there is chance"));
    let mut relays = Relays::new(secret, Arc::new(RingProvider::new()), 0, 8);
    let client = Client::Udp(([192, 0, 2, 1], 4_000).into());
    let ips = [IpAddr::from([192, 0, 2, 2])];
    let own = Own { ips: &ips, port: 8443, v4: true };
    let now = Now { instant: Instant(1), utc: Timestamp(1_700_000_000_000) };
    match relays.request(now, client, &(), bytes, &own) {
        Step::Nothing => (),
        Step::Challenge(answer) => assert!(answer.len() <= bytes.len() + 36),
        Step::Answer(_) | Step::Made(_) | Step::Ended(..) => panic!("nobody knows the password"),
    }
    assert!(relays.channel_data(now.instant, client, bytes, 8443).is_none());
    assert!(relays.indication(now.instant, client, bytes, 8443).is_none());
});
