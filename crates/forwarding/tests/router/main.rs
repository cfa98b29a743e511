//! The router from outside: only its door is used here.
//!
//! What is not here: tests of single files; those stand in the files.

mod fan_out;
mod grants;
mod hostile;
mod legs;
mod loss;
mod rounds;
mod scene;
mod sync;
mod tape;
