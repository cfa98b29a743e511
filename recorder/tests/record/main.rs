//! The recorder from outside: orders and tape in, an archive out.
//!
//! What is not here: tests of one rule of the format; those stand beside it in `record`.

mod desk;
mod evidence;
mod faults;
mod films;
mod media;
mod package;
mod part;
mod recovery;
mod session;
