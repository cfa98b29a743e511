//! The router from outside: only its door is used here.
//!
//! What is not here: tests of single files; those stand in the files.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![expect(clippy::wildcard_enum_match_arm, reason = "a test picks what it looks at")]

mod bad_days;
mod counted;
mod described;
mod fan_out;
mod grants;
mod hostile;
mod layered;
mod layers;
mod legs;
mod loss;
mod paced;
mod repairs;
mod rounds;
mod scene;
mod sound;
mod spatial;
mod stage;
mod sync;
mod tape;
mod thin;
