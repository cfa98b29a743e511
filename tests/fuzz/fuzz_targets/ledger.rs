//! Reading a ledger: any bytes are either a chain or a fault, and a chain reads the same in parts.
#![no_main]

use libfuzzer_sys::fuzz_target;
use record::recovery::{Reader, Shape};

fuzz_target!(|data: &[u8]| {
    let Some((&step, bytes)) = data.split_first() else { return };
    let mut whole = Reader::default();
    whole.push(bytes);
    let mut parts = Reader::default();
    for part in bytes.chunks(usize::from(step) + 1) {
        parts.push(part);
    }
    assert_eq!(whole.ledger, parts.ledger);
    assert_eq!(whole.shape(), parts.shape());
    if whole.shape() == Shape::Whole {
        assert_eq!(whole.ledger.bytes(), bytes.len() as u64);
    }
});
