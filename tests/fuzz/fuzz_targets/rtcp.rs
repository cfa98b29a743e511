//! Any bytes as an RTCP compound: read or called broken; what was read can be written and read.
//!
//! What is not here: what the router does with it; see `router`.

#![no_main]

use forwarding::rtcp::{Compound, Item, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut items = Vec::new();
    let intact = read(bytes, |item| items.push(item));
    assert!(!(intact && bytes.is_empty()));
    for item in items {
        let mut compound = Compound::default();
        match item {
            Item::Sender(report) => compound.sender_report(report),
            Item::Block(block) => compound.receiver_report(1, &[block]),
            Item::Missing { media, sequence } => {
                assert!(compound.nack(1, media, &[sequence]).is_empty());
            }
            Item::Keyframe { media } => compound.keyframe_request(1, media),
            Item::Bye { .. } | Item::Limit { .. } => continue,
        }
        let mut again = Vec::new();
        assert!(read(compound.as_bytes(), |item| again.push(item)));
        assert_eq!(again, [item]);
    }
});
