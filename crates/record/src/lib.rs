//! The court record as values: ledger entries and their hash chain, segment files, playable files,
//! recovery, signature, package and verification.
//!
//! What is not here: disks, clocks and tasks. The recorder room reads and writes the bytes.

pub mod bag;
pub mod certificate;
pub mod confirmation;
pub mod depacketize;
pub mod digest;
pub mod entry;
pub mod index;
pub mod ledger;
pub mod playable;
pub mod recovery;
pub mod reel;
pub mod reorder;
pub mod seal;
pub mod segment;
pub mod signature;
pub mod stamp;
pub mod timeline;
pub mod transcript;
pub mod verify;
pub mod webm;
