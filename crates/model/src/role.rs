//! Who a participant is in court, and what that role may ever do.

use serde::{Deserialize, Serialize};

use crate::track::TrackKind;

/// The seat's role (court-domain names in Chinese beside each).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 审判长 or 独任审判员: leads the hearing.
    PresidingJudge,
    /// 书记员: keeps the transcript.
    Clerk,
    /// 原告.
    Plaintiff,
    /// 被告.
    Defendant,
    /// 第三人.
    ThirdParty,
    /// 证人: hears nothing before being called (在线诉讼规则 art. 26).
    Witness,
    /// 旁听人员: watches, never publishes.
    Gallery,
}

impl Role {
    /// Every role, in seating order.
    pub const ALL: [Self; 7] = [
        Self::PresidingJudge,
        Self::Clerk,
        Self::Plaintiff,
        Self::Defendant,
        Self::ThirdParty,
        Self::Witness,
        Self::Gallery,
    ];

    /// Whether the role belongs to the court and enters without being admitted.
    pub const fn is_court(self) -> bool {
        matches!(self, Self::PresidingJudge | Self::Clerk)
    }

    /// Whether the role may ever publish a track of this kind.
    ///
    /// Screens of parties need the judge's leave on top; that is state, not role.
    pub const fn may_publish(self, kind: TrackKind) -> bool {
        match self {
            Self::Gallery => false,
            Self::Witness => !matches!(kind, TrackKind::Screen),
            Self::PresidingJudge
            | Self::Clerk
            | Self::Plaintiff
            | Self::Defendant
            | Self::ThirdParty => true,
        }
    }
}
