//! Bodies of the desk (stations, duty, calls, help) with something cut out and put in: each is a body
//! or malformed, and what is a body reads back the same.
//!
//! What is not here: what the desk does with them.

#![no_main]

use libfuzzer_sys::fuzz_target;
use protocol::{CloseTicket, Duty, Enrol, Help, Join, NewStation, NewTurn, Ring, RingBack, SignIn};
use serde::Serialize;
use serde::de::DeserializeOwned;

const BODIES: &[&str] = &[
    r#"{"name":"石桥站","tribunal":"贺胜人民法庭","site":3}"#,
    r#"{"code":"1234 5678"}"#,
    r#"{"tribunal":"贺胜人民法庭"}"#,
    r#"{"tribunal":"贺胜人民法庭","account":"judge","from":1800000000000,"until":1800003600000}"#,
    r#"{"wanted":"judge"}"#,
    r#"{"station":1}"#,
    r#"{"words":"没有声音","facts":{"link":true,"media":false,"round_trip_ms":20,"browser":"Chrome 120","microphone":true}}"#,
    r#"{"outcome":"已换耳机"}"#,
    r#"{"name":"judge","password":"abcd-efgh"}"#,
];

fn read<T: DeserializeOwned + Serialize + PartialEq + core::fmt::Debug>(body: &[u8]) {
    let Ok(found) = serde_json::from_slice::<T>(body) else { return };
    let again = serde_json::to_vec(&found).expect("a body can be written");
    assert_eq!(serde_json::from_slice::<T>(&again).ok(), Some(found));
}

fn all(body: &[u8]) {
    read::<NewStation>(body);
    read::<Enrol>(body);
    read::<Duty>(body);
    read::<NewTurn>(body);
    read::<Ring>(body);
    read::<RingBack>(body);
    read::<Help>(body);
    read::<CloseTicket>(body);
    read::<Join>(body);
    read::<SignIn>(body);
}

fuzz_target!(|bytes: &[u8]| {
    all(bytes);
    let [which, place, cut, put @ ..] = bytes else { return };
    let Some(body) = BODIES.get(usize::from(*which) % BODIES.len()) else { return };
    let body = body.as_bytes();
    let place = usize::from(*place) % body.len();
    let after = (place + usize::from(*cut)).min(body.len());
    all(&[&body[..place], put, &body[after..]].concat());
});
