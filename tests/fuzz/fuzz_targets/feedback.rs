//! Any bytes as feedback to a sender: read or refused, and the estimate stays within what was sent.
//!
//! What is not here: the router around it; see `router`.

#![no_main]

use forwarding::estimate::Estimator;
use forwarding::transport::wire::{Feedback, each_feedback};
use libfuzzer_sys::fuzz_target;
use model::{Instant, limits};

const PACKETS: u64 = 300;
const BYTES: usize = 500;
/// 500 bytes each 4 ms are 1 Mbit/s; what a burst looks like on the sender's own clock is more.
const EVERY_US: u64 = 4_000;
const BELIEVED_MAX_BPS: u32 = 2_000_000;

fuzz_target!(|bytes: &[u8]| {
    if let Some(feedback) = Feedback::read(bytes) {
        assert_eq!(feedback.statuses().count(), usize::from(feedback.count));
    }
    let mut estimator = Estimator::new(limits::ESTIMATE_START_BPS);
    estimator.want(0);
    let mut rest = bytes;
    for number in 0..PACKETS {
        let now = Instant(number * EVERY_US);
        estimator.send(now, BYTES);
        if number % 10 == 9 && !rest.is_empty() {
            let (len, after) = rest.split_first().expect("it is not empty");
            let (body, after) = after.split_at(usize::from(*len).min(after.len()));
            rest = after;
            let words = u16::try_from(body.len() / 4).expect("a byte is short").to_be_bytes();
            let compound = [&[0x8f, 205, words[0], words[1]], body].concat();
            each_feedback(&compound, |feedback| estimator.hear(now, &feedback));
            estimator.tick(now);
        }
        assert!(estimator.whole_bps() >= limits::ESTIMATE_MIN_BPS);
        assert!(estimator.whole_bps() <= BELIEVED_MAX_BPS);
    }
});
