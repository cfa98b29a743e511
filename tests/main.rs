//! The one integration test binary: each module holds one kind of test (`docs/testing.md`).

mod bad_days;
mod camera;
mod copies;
mod devices;
mod doctor;
mod house;
mod kills;
mod papers;
mod privacy;
mod procedure;
mod record;
mod scripts;
mod serve;
mod simulate;
mod speech;
mod stamps;
mod tidy;
mod transcript;
