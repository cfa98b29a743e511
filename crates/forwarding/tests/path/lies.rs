//! Receivers that lie: whatever they say, nobody is believed to carry more than was sent.
//!
//! What is not here: broken bytes; the reader's own tests look at those.

use forwarding::estimate::Estimator;
use forwarding::rtcp::Compound;
use forwarding::transport::wire::{Head, each_feedback, write};
use model::{Instant, limits};
use proptest::prelude::*;

use crate::link::Dice;

const START_BPS: u32 = 300_000;
/// The estimate goes beyond what was proven by 30 % and 20 kbit/s, a probe's own rate aside;
/// bursts of one packet are measured a little high.
const BELIEVED: u64 = 150;

fn tell(estimator: &mut Estimator, now: Instant, first: u64, end: u64, at: impl Fn(u64) -> u64) {
    let mut compound = Compound::default();
    let head = Head { ssrc: 1, media: 2, number: 0 };
    let mut next = first;
    while next < end {
        compound.clear();
        next = write(&mut compound, head, next, end, |sequence| Some(at(sequence)));
        each_feedback(compound.as_bytes(), |feedback| estimator.hear(now, &feedback));
    }
}

/// Ten seconds of a steady sender without probes, and a receiver that says what `lie` says.
fn believed(every_us: u64, bytes: usize, lie: impl Fn(&mut Dice, u64) -> u64) -> u32 {
    let mut estimator = Estimator::new(START_BPS);
    estimator.want(0);
    let mut dice = Dice::new(every_us);
    let (mut told, mut first, mut highest) = (0, None, 0);
    for at in (0..10_000_000).step_by(usize::try_from(every_us).unwrap()) {
        let number = u64::from(estimator.send(Instant(at), bytes)) + (1 << 16);
        let first = *first.get_or_insert(number);
        highest = highest.max(estimator.whole_bps());
        if at >= told + 60_000 {
            told = at;
            let shift = lie(&mut dice, at);
            let (from, to) =
                (first.max(number.saturating_sub(dice.roll(80))), number + dice.roll(40));
            tell(&mut estimator, Instant(at), from, to, |sequence| shift + sequence * 10);
        }
    }
    highest
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn nobody_carries_more_than_was_sent(every_us in 1_000_u64..40_000, bytes in 40_usize..1_400, kind in 0_u8..4) {
        let bps = bytes as u64 * 8_000_000 / every_us;
        let highest = believed(every_us, bytes, |dice, at| match kind {
            0 => at,
            1 => dice.roll(1 << 40),
            2 => 5,
            _ => at / 1_000,
        });
        let most = (bps * BELIEVED / 100 + 40_000).max(u64::from(START_BPS));
        prop_assert!(u64::from(highest) <= most, "{highest} of {bps}");
        prop_assert!(highest >= limits::ESTIMATE_MIN_BPS);
    }
}

#[test]
fn packets_never_sent_prove_nothing() {
    let mut estimator = Estimator::new(START_BPS);
    tell(&mut estimator, Instant(1_000), 70_000, 74_000, |sequence| sequence * 10);
    assert_eq!(estimator.estimate_bps(), None);
    let number = u64::from(estimator.send(Instant(2_000), 1_000));
    for round in 0..1_000_u64 {
        let now = Instant(50_000 + round * 50_000);
        tell(&mut estimator, now, number + 65_536, number + 65_736, |sequence| sequence * 100);
    }
    assert_eq!(estimator.estimate_bps(), Some(START_BPS), "one packet, told again and again");
}

#[test]
fn a_silent_receiver_brings_the_estimate_down() {
    let mut estimator = Estimator::new(3_000_000);
    estimator.want(0);
    let mut number = 0;
    for at in (0..1_000_000_u64).step_by(4_000) {
        number = u64::from(estimator.send(Instant(at), 1_000)) + 65_536;
        tell(&mut estimator, Instant(at), number, number + 1, |_| at + 20_000);
    }
    let before = estimator.whole_bps();
    assert!(before > 1_000_000, "{before}");
    for second in 2..30 {
        let now = Instant(second * 1_000_000);
        estimator.send(now, 1_000);
        estimator.tick(now);
    }
    assert!(estimator.whole_bps() < before / 10, "{}", estimator.whole_bps());
    tell(&mut estimator, Instant(30_000_000), number + 1, number + 3, |_| 1);
    assert!(estimator.whole_bps() >= limits::ESTIMATE_MIN_BPS);
}
