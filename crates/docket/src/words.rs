//! Small words of the docket that no other room needs.
//!
//! What is not here: what is settled for the sitting itself (`model::brief`).

use serde::{Deserialize, Serialize};

/// How a sitting is held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// 在线.
    #[default]
    Online,
    /// 线上线下混合: some are in the courtroom.
    Mixed,
    /// 线下: everybody is in the courtroom; the roll and the record are kept here.
    InCourt,
}

/// How consent was given (在线诉讼规则 art. 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ConsentForm {
    /// 书面.
    Written,
    /// 口头，已记入笔录.
    Oral,
    /// 电话，已记录.
    Phone,
    /// 在线确认 by the person's own page.
    Online,
}

/// What kind of place (one of the court's list).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SiteKind {
    /// 人民法庭: a multi-function courtroom.
    Tribunal,
    /// 巡回审判点.
    CircuitPoint,
    /// 法官工作室.
    JudgeStudio,
    /// 诉讼服务站.
    ServiceStation,
    /// 其他.
    Other,
}

impl SiteKind {
    /// Every kind.
    pub const ALL: [Self; 5] =
        [Self::Tribunal, Self::CircuitPoint, Self::JudgeStudio, Self::ServiceStation, Self::Other];

    /// The word on paper.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Tribunal => "人民法庭",
            Self::CircuitPoint => "巡回审判点",
            Self::JudgeStudio => "法官工作室",
            Self::ServiceStation => "诉讼服务站",
            Self::Other => "其他",
        }
    }

    /// The kind a word on paper names; the wire's word is taken too.
    pub fn named(word: &str) -> Option<Self> {
        let wire = |kind| match kind {
            Self::Tribunal => "tribunal",
            Self::CircuitPoint => "circuit_point",
            Self::JudgeStudio => "judge_studio",
            Self::ServiceStation => "service_station",
            Self::Other => "other",
        };
        Self::ALL.into_iter().find(|kind| kind.chinese() == word || wire(*kind) == word)
    }
}
