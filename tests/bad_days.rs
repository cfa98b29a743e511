//! Days on which something goes wrong: wrong codes, broken pages, floods, lost links, full disks.
//!
//! What is not here: kills and stops of the server, see `record.rs`.

mod disk;
mod links;
mod pages;
mod people;
