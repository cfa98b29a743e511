//! Where a hearing, a participant and the recorder stand.

use serde::{Deserialize, Serialize};

use crate::track::TrackId;

/// Where the hearing stands (court-domain §7.1; later stages join here).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case", tag = "name")]
pub enum Stage {
    /// On the docket; nobody may enter yet.
    Scheduled,
    /// 签到: people check in, test devices and wait; the judge admits.
    CheckIn,
    /// The judge announced opening; waiting for the recorder to confirm frames on disk.
    Opening,
    /// 开庭: in session, on the record.
    InSession,
    /// 休庭: paused on one of the lawful grounds, off the record.
    Recess {
        /// The ground.
        ground: Ground,
    },
    /// 闭庭: final.
    Closed,
}

/// The only grounds on which recording may pause (法释〔2017〕5号 art. 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// 休庭.
    Recess,
    /// 公开庭审中的不公开举证、质证.
    NonPublicEvidence,
    /// 不宜录制的调解.
    UnrecordedMediation,
}

impl Ground {
    /// Every ground.
    pub const ALL: [Self; 3] = [Self::Recess, Self::NonPublicEvidence, Self::UnrecordedMediation];
}

/// Where a participant stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Not here yet.
    Expected,
    /// 候庭: here, not admitted.
    Waiting,
    /// In the hearing.
    InHearing,
    /// 责令退出: removed by the judge; final for this sitting.
    Removed,
    /// Left after the hearing closed.
    Left,
}

/// What the recorder is doing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case", tag = "name")]
pub enum RecordState {
    /// Not recording: the hearing is not open.
    Off,
    /// Asked to record; first frames not yet confirmed on disk.
    Starting,
    /// Recording.
    Rolling,
    /// Paused on a lawful ground.
    Paused {
        /// The ground.
        ground: Ground,
    },
    /// Should record but cannot; judge and ops are told.
    Faulty {
        /// What is wrong.
        fault: RecordFault,
    },
    /// Closed off and sealed.
    Sealed,
}

/// Why the record is at risk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum RecordFault {
    /// No space left.
    DiskFull,
    /// The archive folder is missing or cannot be written.
    Unwritable,
    /// Writing takes longer than the limit.
    DiskSlow,
    /// The recorder does not answer.
    Silent,
    /// Media could not be handed over in time and is lost.
    TapeLost,
    /// No frames reach the recorder although a track should be live.
    NoFrames,
}

/// What a stretch without record is called in the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Gap {
    /// The track, or none for the whole hearing.
    pub track: Option<TrackId>,
    /// First moment missing, UTC ms.
    pub from: crate::Timestamp,
    /// First moment present again, UTC ms.
    pub to: crate::Timestamp,
}

/// Why a participant's link went away; facts only, never a verdict (在线诉讼规则 art. 25).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum LinkCause {
    /// The page was closed or reloaded.
    PageClosed,
    /// The signaling connection broke.
    SocketLost,
    /// No media or connectivity checks arrived for the limit.
    MediaSilent,
    /// The server node stopped.
    NodeStopped,
    /// Another window of the same person took over.
    Replaced,
}
