//! Dependency descriptors: any value is read or refused, whatever templates came before.
#![no_main]

use forwarding::dependency::Described;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut known = None;
    let mut rest = data;
    while let Some((&length, behind)) = rest.split_first() {
        let (value, behind) = behind.split_at(behind.len().min(usize::from(length)));
        rest = behind;
        if let Ok(read) = Described::read(value, known.as_ref()) {
            assert!(read.spatial < 4 && read.temporal < 8);
            known = read.templates.or(known);
        }
    }
});
