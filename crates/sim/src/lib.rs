//! The false world: scripts a clerk can read, a second small model of the law, and the whole house
//! in virtual time.
//!
//! What is not here: anything the service needs to run. Only tests and `assize simulate` come in.

pub mod dice;
pub mod procedure;
pub mod reference;
pub mod rules;
pub mod script;
