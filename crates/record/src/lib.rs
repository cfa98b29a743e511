//! The court record as values: ledger entries and their hash chain, segment files, playable files,
//! recovery and verification.
//!
//! What is not here: disks, clocks and tasks. The recorder room reads and writes the bytes.
