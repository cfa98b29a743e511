//! Where a hearing, a participant and the recorder stand.

use serde::{Deserialize, Serialize};

use crate::track::TrackId;

/// Where the hearing stands (court-domain §7.1; later stages join here).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "name")]
pub enum Stage {
    /// On the docket; nobody may enter yet.
    Scheduled,
    /// 签到: people check in, test devices and wait; the judge admits.
    CheckIn,
    /// 宣布法庭纪律: the clerk reads the discipline (P1); people are seated.
    PreTrial,
    /// The judge announced opening; waiting for the recorder to confirm frames on disk.
    Opening,
    /// 开庭: in session, on the record.
    InSession,
    /// 休庭: paused on one of the lawful grounds, off the record.
    Recess {
        /// The ground.
        ground: Ground,
    },
    /// 技术中断: somebody needed cannot take part; the record keeps running.
    TechInterrupted,
    /// 合议: the panel deliberates among itself, off the record.
    Deliberation,
    /// Over, and final: closed, adjourned, turned offline or called off ([`Ending`]).
    Closed,
}

impl Stage {
    /// Whether the sitting was opened and is not over.
    pub const fn is_open(self) -> bool {
        matches!(
            self,
            Self::InSession | Self::Recess { .. } | Self::TechInterrupted | Self::Deliberation
        )
    }

    /// Whether nothing was opened yet, but people may be here.
    pub const fn is_before_opening(self) -> bool {
        matches!(self, Self::CheckIn | Self::PreTrial)
    }

    /// Whether the hearing itself goes on and is on the record if it is of a recorded kind
    /// (court-domain §7.1 c).
    pub const fn is_on_record(self) -> bool {
        matches!(self, Self::Opening | Self::InSession | Self::TechInterrupted)
    }
}

/// How a sitting ended. Nothing leads back; a new sitting is a new hearing that continues it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// 闭庭.
    #[default]
    Closed,
    /// 延期审理 (民事诉讼法 art. 149).
    Adjourned,
    /// 转线下 (在线诉讼规则 art. 5, 21); what was done stays valid.
    Offline,
    /// 取消, before opening.
    CalledOff,
}

/// Why a sitting is adjourned (民事诉讼法 art. 149).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum AdjournGround {
    /// 必须到庭的当事人和其他诉讼参与人有正当理由没有到庭.
    MissingPerson,
    /// 当事人临时提出回避申请.
    Challenge,
    /// 需要通知新的证人到庭、调取新的证据、重新鉴定、勘验或补充调查.
    NewEvidence,
    /// 其他应当延期的情形.
    Other,
}

/// What the judge finds about an absence; never the software (在线诉讼规则 art. 25).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum AbsenceFinding {
    /// 网络故障.
    Network,
    /// 设备损坏.
    Device,
    /// 电力中断.
    Power,
    /// 不可抗力.
    ForceMajeure,
    /// 未经许可中途退庭.
    LeftWithoutLeave,
    /// 拒不到庭.
    Refused,
}

/// How an identity was checked (在线诉讼规则 art. 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum IdentityMethod {
    /// 出示身份证.
    IdCard,
    /// 人脸比对 by an outside service.
    FaceMatch,
    /// 其他有效证件.
    OtherDocument,
    /// 律师证及授权委托书.
    LawyerLicence,
    /// 对方当事人无异议、法庭熟知.
    KnownToCourt,
}

/// How the picture of the courtroom is arranged for everybody.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// Benches: the judge above, sides left and right.
    #[default]
    Court,
    /// Everybody alike.
    Grid,
    /// Who speaks large, the others in a strip.
    Speaker,
}

/// What did not work in the device test (court-domain §6 row 20).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum DeviceFault {
    /// No camera, or it gives no picture.
    Camera,
    /// No microphone, or it gives no sound.
    Microphone,
    /// The person does not hear the test sound.
    Speaker,
    /// The line is too bad.
    BadLine,
    /// The test was not finished.
    Incomplete,
    /// The browser has no leave for the camera.
    CameraDenied,
    /// There is no camera.
    CameraMissing,
    /// Another program has the camera.
    CameraBusy,
    /// The camera is there, and its picture is black: covered, or switched off at its own switch.
    CameraDark,
    /// The browser has no leave for the microphone.
    MicrophoneDenied,
    /// There is no microphone.
    MicrophoneMissing,
    /// Another program has the microphone.
    MicrophoneBusy,
    /// The microphone is there, and not the faintest sound comes from it.
    MicrophoneSilent,
}

/// The only grounds on which recording may pause (法释〔2017〕5号 art. 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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

impl crate::minute::Fact {
    /// An ordinary closing.
    pub fn closed() -> Self {
        Self::Closed { ending: Ending::Closed, ground: None, note: crate::Private::default() }
    }
}
