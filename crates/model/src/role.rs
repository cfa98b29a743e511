//! Who a participant is in court, and what that role may ever do.

use serde::{Deserialize, Serialize};

use crate::brief::{Kind, Side};
use crate::track::TrackKind;

macro_rules! roles {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// The seat's role (court-domain §7.4; the name in Chinese beside each), in seating order.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS))]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum Role { $($(#[$doc])* $name,)* }

        impl Role {
            /// Every role, in seating order.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];
        }
    };
}

roles! {
    /// 审判长 or 独任审判员: leads the hearing.
    PresidingJudge,
    /// 审判员 of a panel.
    Judge,
    /// 人民陪审员.
    Assessor,
    /// 主持调解员: leads a mediation without a judge.
    ChairMediator,
    /// 调解员.
    Mediator,
    /// 主讲人: leads a lecture.
    Lecturer,
    /// 法官助理.
    JudgeAssistant,
    /// 书记员: keeps the transcript.
    Clerk,
    /// 录音录像负责人 (庭审录音录像规定 art. 3).
    RecordingOfficer,
    /// 司法警察.
    Bailiff,
    /// 指导法官: guides a village mediation (指导调解).
    Adviser,
    /// 原告、申请人.
    Plaintiff,
    /// 被告、被申请人.
    Defendant,
    /// 第三人.
    ThirdParty,
    /// 法定代表人、法定代理人.
    LegalRepresentative,
    /// 委托诉讼代理人.
    Agent,
    /// 证人: hears nothing before being called (在线诉讼规则 art. 26).
    Witness,
    /// 鉴定人.
    Appraiser,
    /// 勘验人.
    Inspector,
    /// 有专门知识的人.
    Expert,
    /// 翻译人员.
    Interpreter,
    /// 手语翻译人员: always visible.
    SignInterpreter,
    /// 站点协助员: helps at a station, without a voice by default.
    Attendant,
    /// 来访人: who rang the court from a station.
    Visitor,
    /// 学员: a site that follows a lecture.
    Learner,
    /// 媒体 with leave.
    Media,
    /// 旁听人员: watches, never publishes.
    Gallery,
}

impl Role {
    /// Whether the role leads a sitting of this kind: opens, admits, closes.
    pub const fn leads(self, kind: Kind) -> bool {
        matches!(
            (self, kind),
            (Self::PresidingJudge, _)
                | (Self::ChairMediator, Kind::Mediation)
                | (Self::Lecturer, Kind::Lecture)
        )
    }

    /// Whether the role judges: 审判组织.
    pub const fn is_bench(self) -> bool {
        matches!(self, Self::PresidingJudge | Self::Judge | Self::Assessor)
    }

    /// Whether the role belongs to the house and enters without being admitted.
    pub const fn is_court(self) -> bool {
        matches!(
            self,
            Self::PresidingJudge
                | Self::Judge
                | Self::Assessor
                | Self::ChairMediator
                | Self::Mediator
                | Self::Lecturer
                | Self::JudgeAssistant
                | Self::Clerk
                | Self::RecordingOfficer
                | Self::Bailiff
                | Self::Adviser
        )
    }

    /// Whether the role is a party (当事人).
    pub const fn is_party(self) -> bool {
        matches!(self, Self::Plaintiff | Self::Defendant | Self::ThirdParty)
    }

    /// Whether the role acts for a party.
    pub const fn is_for_party(self) -> bool {
        matches!(self, Self::LegalRepresentative | Self::Agent)
    }

    /// Whether the role enters only when called, and hears nothing before
    /// (在线诉讼规则 art. 26: witnesses, appraisers, inspectors, people with special knowledge).
    pub const fn is_called(self) -> bool {
        matches!(self, Self::Witness | Self::Appraiser | Self::Inspector | Self::Expert)
    }

    /// Whether the role watches and publishes nothing of its own right.
    pub const fn only_watches(self) -> bool {
        matches!(self, Self::Gallery | Self::Media | Self::Learner)
    }

    /// The side a party is.
    pub const fn side(self) -> Option<Side> {
        if matches!(self, Self::Plaintiff) {
            Some(Side::Plaintiff)
        } else if matches!(self, Self::Defendant) {
            Some(Side::Defendant)
        } else if matches!(self, Self::ThirdParty) {
            Some(Side::ThirdParty)
        } else {
            None
        }
    }

    /// Whether the role may ever publish a track of this kind.
    ///
    /// Screens of parties need leave on top, attendants and learners the floor; that is state.
    pub const fn may_publish(self, kind: TrackKind) -> bool {
        let never = matches!(self, Self::Gallery | Self::Media);
        let no_screen = self.is_called()
            || matches!(
                self,
                Self::Learner
                    | Self::Attendant
                    | Self::Visitor
                    | Self::Interpreter
                    | Self::SignInterpreter
            );
        !never && (!no_screen || !matches!(kind, TrackKind::Screen))
    }
}
