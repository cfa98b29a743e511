//! Where a page that cannot send UDP finds a relay, and the credential for it.
//!
//! What is not here: relaying; the sfu does that, to itself alone.

use serde::{Deserialize, Serialize};

use crate::private::Private;

/// One relay (RFC 8656), as a browser's `RTCIceServer` wants it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Relay {
    /// Addresses, best first (RFC 7065): `turn:host:port?transport=udp|tcp`, `turns:host:port`.
    pub urls: Vec<String>,
    /// Ends with its credential: expiry in Unix seconds, a colon, and a name.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub username: Private<String>,
    /// The password of that name.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub credential: Private<String>,
}
