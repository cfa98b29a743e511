//! The recorder from outside: orders and tape in, an archive out.
//!
//! What is not here: tests of one rule of the format; those stand beside it in `record`.

mod copies;
mod desk;
mod drift;
mod evidence;
mod exhibits;
mod faults;
mod films;
mod gateway;
mod keeping;
mod locks;
mod media;
mod package;
mod panics;
mod part;
mod recovery;
mod session;
mod speech;
