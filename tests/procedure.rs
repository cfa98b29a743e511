//! The hearing against the reference: random stories, lawful and not, that shrink when they fail.
//! What is not here: the stories and the checks, which are `sim::procedure`.

use proptest::prelude::*;
use sim::dice::Dice;
use sim::procedure;

const MOVES: u32 = 400;

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_hearing_keeps_to_the_reference(bytes in prop::collection::vec(any::<u8>(), 16..1_500)) {
        let told = procedure::check(&mut Dice::from_bytes(bytes), MOVES);
        prop_assert!(told.is_ok(), "{}", told.unwrap_err());
    }
}

/// The stories reach what they are meant to reach; otherwise the checks above see nothing.
#[test]
fn stories_reach_every_corner() {
    let mut opened = 0;
    let mut closed = 0;
    let mut crashes = 0;
    let mut granted = 0;
    for seed in 0..60 {
        let told = procedure::check(&mut Dice::from_seed(seed), MOVES);
        let tale = told.unwrap_or_else(|wrong| panic!("seed {seed}: {wrong}"));
        opened += u32::from(tale.opened);
        closed += u32::from(tale.closed);
        crashes += tale.crashes;
        granted += tale.granted;
    }
    assert!(
        opened > 20 && closed > 20 && crashes > 60 && granted > 600,
        "opened {opened}, closed {closed}, crashes {crashes}, granted {granted}"
    );
}
