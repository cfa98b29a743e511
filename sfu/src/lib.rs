//! Everything that touches the network for media: UDP, ICE-lite, DTLS, SRTP and session
//! descriptions.
//!
//! What is not here: who may hear and see whom (`hearing`), and how packets are routed
//! (`forwarding`).

pub mod sdp;
mod srtp;
pub mod stun;
