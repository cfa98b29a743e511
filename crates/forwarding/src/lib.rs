//! The router of one hearing's media: takes decrypted packets from publishers, gives each
//! subscriber what the grants allow, rewritten onto the subscriber's own lines, and hands what is
//! on the record to the recorder.
//!
//! What is not here: sockets, SRTP, session descriptions, threads and clocks. Packets and the time
//! come in through [`Router`], everything goes out through [`Outlet`], in the same call.

mod allocate;
mod bandwidth;
mod cache;
mod choice;
mod clock;
mod codec;
mod departure;
pub mod dependency;
pub mod estimate;
pub mod figures;
mod header;
mod keyframe;
mod layer;
mod leg;
pub mod outlet;
pub mod pacer;
pub mod packet;
mod picture;
pub mod plan;
mod receive;
mod red;
mod repairs;
mod rewrite;
pub mod router;
pub mod rtcp;
mod send_line;
mod slots;
mod sources;
mod spatial;
mod speaker;
mod speech;
mod track;
pub mod transport;
mod vp8;
mod vp9;

pub use figures::{DropReason, RouterFigures};
pub use outlet::{Outlet, RouterNotice};
pub use plan::{Extensions, LegId, LegPlan, Mid, ReceiveLine, RepairLine, Rid, SendLine};
pub use router::Router;
pub use rtcp::CNAME;
