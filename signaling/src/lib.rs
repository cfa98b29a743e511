//! People and procedure: the HTTPS door, accounts and seats, one task for each live hearing.
//!
//! What is not here: the law of a hearing (crate `hearing`), media (crate `sfu`) and the record
//! (crate `recorder`); they are reached by the letters of `model::letters` alone.

mod certificate;
mod clock;
mod docket;
mod secrets;
mod tls;

pub use certificate::{Certificate, CertificateFault};
pub use clock::Clock;
pub use docket::{
    Account, AccountId, Docket, DocketFault, Entry, NewAccount, NewHearing, NewPerson,
};
