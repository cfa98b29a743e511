//! The router of one hearing's media: takes decrypted packets from publishers, gives each
//! subscriber what the grants allow, rewritten onto the subscriber's own lines, and hands what is
//! on the record to the recorder.
//!
//! What is not here: sockets, SRTP, session descriptions, threads and clocks. Packets and the time
//! come in through [`Router`], everything goes out through [`Outlet`], in the same call.

pub mod figures;
pub mod outlet;
pub mod plan;
pub mod router;

pub use figures::{DropReason, RouterFigures};
pub use outlet::{Outlet, RouterNotice};
pub use plan::{LegId, LegPlan, Mid, ReceiveLine, SendLine};
pub use router::Router;
