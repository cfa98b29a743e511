//! Files beside a seal that come from elsewhere: lists of a package, signatures, confirmations,
//! time-stamps. Any bytes are read or refused; what is read is written again as it was.
#![no_main]

use libfuzzer_sys::fuzz_target;
use record::bag::{is_inside, read_manifest};
use record::confirmation::Confirmations;
use record::digest::Digests;
use record::signature::SealSignature;
use record::stamp;

fuzz_target!(|data: &[u8]| {
    if let Ok(listed) = read_manifest(data) {
        assert!(listed.keys().all(|path| is_inside(path)));
    }
    if let Some(signature) = SealSignature::from_bytes(data) {
        assert_eq!(signature.to_bytes(), data);
        assert!(!signature.by.verifies(b"another seal") || signature.by.key().is_some());
    }
    assert!(Confirmations::new(Digests::of(b"seal")).read(data).is_err(), "nobody signed this");
    assert!(stamp::read(data, &Digests::of(b"seal"), None).is_err(), "nobody stamped this");
});
