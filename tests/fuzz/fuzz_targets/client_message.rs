//! What a page may say: any text is a message or a violation, and a message reads back the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use protocol::{decode_client, encode_client};

fuzz_target!(|text: &str| {
    if let Ok(message) = decode_client(text) {
        let again = encode_client(&message);
        assert_eq!(decode_client(&again), Ok(message));
    }
});
