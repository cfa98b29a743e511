//! People and procedure: the HTTPS door, accounts and seats, one task for each live hearing.
//!
//! What is not here: the law of a hearing (crate `hearing`), media (crate `sfu`) and the record
//! (crate `recorder`); they are reached by the letters of `model::letters` alone.

mod access;
mod apart;
mod callers;
mod certificate;
mod clock;
mod courier;
mod desk;
mod docket;
mod evidence;
mod faces;
mod filing;
#[cfg(test)]
mod fixture;
mod fragment;
mod hearing_task;
mod hearings;
mod http;
mod metrics;
mod node;
mod numbers;
mod outbound;
mod outbox;
mod papers;
mod press;
mod reach;
mod secrets;
mod server;
mod settings;
mod socket;
mod stamping;
mod syslog;
mod timekeeper;
mod tls;
mod transcript;
mod web;

pub use crate::docket::{
    Account, AccountId, DatabaseLook, Docket, DocketFault, Entry, Found, HearingLine, Mode,
    NewAccount, NewHearing, NewPerson, Search, Seated, look_at_database,
};
pub use ::docket::retention::{Rule as RetentionRule, Schedule as Retention};
pub use certificate::{Certificate, CertificateFault, CertificateLook, look_at_certificate};
pub use clock::Clock;
pub use node::NodeFigures;
pub use press::NO_FONT;
pub use reach::{ByteStream, MakeRelays, MediaStream, Reach, TakeStream};
pub use server::{Config, Doors, Signaling, StartFault};
pub use settings::{Settings, discipline};
pub use syslog::SyslogAt;
pub use timekeeper::TimeServers;
pub use web::verifier_page;
