//! What a page found when it tried out its line and devices before the hearing.
//!
//! What is not here: measuring, which the page does, and figures of a line in use (`health`).

use serde::{Deserialize, Serialize};

/// How the media of a page travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum MediaPath {
    /// Straight, over UDP.
    Udp,
    /// Straight, over TCP (RFC 6544).
    Tcp,
    /// By the relay, over UDP.
    RelayUdp,
    /// By the relay, over TCP.
    RelayTcp,
    /// By the relay, over TLS.
    RelayTls,
}

/// How one step of the test went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Trial {
    /// It works.
    Passed,
    /// It does not.
    Failed,
    /// It was not tried, or the server has nothing to try it against.
    Untried,
}

/// The result of the whole test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct LineTest {
    /// The signaling connection (WSS).
    pub signaling: Trial,
    /// Media over UDP.
    pub udp: Trial,
    /// Media over TCP.
    pub tcp: Trial,
    /// Media over TLS.
    pub tls: Trial,
    /// The camera.
    pub camera: Trial,
    /// The microphone.
    pub microphone: Trial,
    /// The loudspeaker.
    pub speaker: Trial,
    /// From the page to the server, kilobits per second; none when it could not be measured.
    pub up_kbps: Option<u32>,
    /// From the server to the page, kilobits per second; none when it could not be measured.
    pub down_kbps: Option<u32>,
}
