//! The words of a mediation: its checklist, its sheets and how it may end.

use serde::{Deserialize, Serialize};

/// What must be done before joint talk (在线调解规则 art. 13, 17).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// 核实身份.
    Identity,
    /// 告知虚假调解法律后果.
    ShamWarning,
    /// 告知权利义务.
    Rights,
    /// 调解员披露、是否申请更换.
    Disclosure,
    /// 确认送达地址.
    ServiceAddress,
}

impl Check {
    /// Every check.
    pub const ALL: [Self; 5] =
        [Self::Identity, Self::ShamWarning, Self::Rights, Self::Disclosure, Self::ServiceAddress];
}

/// How a mediation is taken down (在线调解规则 art. 22).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum RecordMode {
    /// 笔录: nothing is recorded.
    #[default]
    Text,
    /// 录音录像: by consent of every party.
    Recording,
}

/// A sheet people sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Sheet {
    /// 无争议事实记载 (在线调解规则 art. 18, 22): apart from every concession.
    Facts,
    /// 调解协议.
    Agreement,
}

impl Sheet {
    /// Every sheet.
    pub const ALL: [Self; 2] = [Self::Facts, Self::Agreement];
}

/// How somebody signs (在线诉讼规则 art. 33).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum SigningMethod {
    /// 在线确认: the name typed out.
    Typed,
    /// 手写签名 on a pad.
    Handwritten,
    /// 现场签名 on paper, noted by clerk or judge for who has no page.
    OnPaper,
    /// With a certificate; under a transcript alone.
    Certificate,
}

/// Why a mediation ends without an agreement (在线调解规则 art. 25).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum FailureGround {
    /// 当事人撤回调解申请或者要求终止调解.
    Withdrawn,
    /// 双方未达成一致.
    NoAgreement,
    /// 当事人无正当理由不参加.
    Absent,
    /// 期限届满且不同意延长.
    TimeOver,
    /// 发现虚假调解.
    Sham,
    /// 存在法律规定不得调解的情形.
    NotMediable,
    /// 调解员不宜继续且未能更换.
    NoMediator,
    /// 其他导致调解难以进行的情形.
    Other,
}

impl FailureGround {
    /// Every ground.
    pub const ALL: [Self; 8] = [
        Self::Withdrawn,
        Self::NoAgreement,
        Self::Absent,
        Self::TimeOver,
        Self::Sham,
        Self::NotMediable,
        Self::NoMediator,
        Self::Other,
    ];
}
