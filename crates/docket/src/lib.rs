//! What may stand on the docket: days and deadlines, bookings, sessions, applications, figures.
//!
//! What is not here: rows and requests (room `signaling`), and what happens in a sitting (crate
//! `hearing`). There is no clock: every moment is an argument.

pub mod announcement;
pub mod api;
pub mod application;
pub mod attendance;
pub mod booking;
pub mod calendar;
pub mod consent;
pub mod deadline;
pub mod entering;
pub mod glossary;
pub mod handover;
pub mod isolation;
pub mod notice;
pub mod problem;
pub mod real_name;
pub mod recording_note;
pub mod retention;
pub mod session;
pub mod sites;
pub mod statistics;
pub mod table;

mod closing;
mod words;

pub use calendar::{Calendar, Day};
pub use closing::{Closing, Outcome};
pub use notice::{Channel, NoticeState, Receipt};
pub use problem::{FieldFault, Problem};
pub use words::{ConsentForm, Mode, SiteKind};
