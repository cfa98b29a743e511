//! Everything that touches the network for media: UDP, TCP, ICE-lite, the relay, DTLS, SRTP and
//! session descriptions.
//!
//! What is not here: who may hear and see whom (`hearing`), and how packets are routed
//! (`forwarding`).
//!
//! [`start()`] binds the sockets and starts the media threads. Orders come in and notices and tape
//! go out through the bounded channels of [`Doors`].

mod backlog;
mod config;
mod connection;
mod delay;
mod demux;
mod door;
mod dtls;
pub mod framing;
mod hearing;
mod legs;
mod liveness;
mod metrics;
mod orders;
mod outbox;
mod packets;
mod placing;
mod relays;
pub mod sdp;
mod socket;
mod srtp;
mod start;
mod strangers;
mod streams;
pub mod stun;
mod tape;
mod thread;
pub mod turn;

pub use config::{SfuConfig, SfuFault};
pub use delay::DelayFigures;
pub use door::{Ends, StreamDoor};
pub use relays::RelayMaker;
pub use socket::KERNEL_BYTES;
pub use start::{Doors, Sfu, start};
