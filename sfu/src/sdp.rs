//! Session descriptions: read the page's offer, agree on its lines, write the answer.
//!
//! What is not here: keys, sockets and packets. An offer is a stranger's text: everything is
//! bounded, and what cannot be used is a fault that says so, never a panic.

pub mod answer;
pub mod candidates;
pub mod forms;
pub mod layers;
pub mod offer;
pub mod terms;

/// Why an offer cannot be used. For logs: names a rule, never the text of the offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SdpFault {
    /// Longer than `limits::SDP_BYTES_MAX`, or more lines than `limits::LINES_MAX`.
    #[error("the offer is too large")]
    TooLarge,
    /// Not a session description.
    #[error("the offer is not a session description")]
    Malformed,
    /// No `a=ice-ufrag` or `a=ice-pwd`, or not of the form of RFC 8839 §5.4.
    #[error("the offer has no usable ICE credentials")]
    NoCredentials,
    /// No `a=fingerprint` with SHA-256, SHA-384 or SHA-512.
    #[error("the offer has no usable fingerprint")]
    NoFingerprint,
    /// Wants this end to open the DTLS connection, or is a lite agent itself.
    #[error("the offer leaves the page no role this end can match")]
    WrongRole,
    /// A line has no `mid`, one that is too long, or one that another line has.
    #[error("a line of the offer has no usable mid")]
    NoMid,
    /// A line is declared that the offer does not have, twice, or as another medium than it is.
    #[error("the declared lines do not match the offer")]
    LinesDiffer,
    /// An encoder would send something that is not taken.
    #[error("a sound or a picture of the encoder cannot be taken")]
    Partial,
    /// Nothing is left to negotiate.
    #[error("no line of the offer can be used")]
    NothingLeft,
}

#[cfg(test)]
mod tests;
