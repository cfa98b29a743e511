//! What is settled about a hearing before it starts: its kind, its course, who may watch, and what
//! each person brings. Written at the head of the ledger.

use serde::{Deserialize, Serialize};

use crate::id::{HearingId, ParticipantId};
use crate::limits;
use crate::private::Private;

/// What kind of sitting it is (court-domain §6 row 1).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 开庭审理.
    #[default]
    Hearing,
    /// 调解 (在线调解规则).
    Mediation,
    /// 证据交换 (在线诉讼规则 art. 14).
    EvidenceExchange,
    /// 询问、谈话.
    Inquiry,
    /// 法治讲堂: one speaker, many sites.
    Lecture,
    /// 咨询、指导 without a record.
    Consultation,
    /// 点对点: a station rang and somebody of the court answered; without a record.
    Call,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Hearing,
        Self::Mediation,
        Self::EvidenceExchange,
        Self::Inquiry,
        Self::Lecture,
        Self::Consultation,
        Self::Call,
    ];

    /// Whether the whole sitting is recorded by law, pauses on lawful grounds aside
    /// (庭审录音录像规定 art. 1, 18).
    pub const fn is_recorded(self) -> bool {
        matches!(self, Self::Hearing | Self::EvidenceExchange | Self::Inquiry)
    }

    /// Whether the phases P2 to P13 are gone through.
    pub const fn has_phases(self) -> bool {
        matches!(self, Self::Hearing)
    }

    /// Whether people of this sitting agreed to hold it online, step by step
    /// (在线诉讼规则 art. 4); none where nothing is decided.
    pub const fn step(self) -> Option<Step> {
        match self {
            Self::Hearing => Some(Step::Hearing),
            Self::Mediation => Some(Step::Mediation),
            Self::EvidenceExchange => Some(Step::EvidenceExchange),
            Self::Inquiry => Some(Step::Inquiry),
            Self::Lecture | Self::Consultation | Self::Call => None,
        }
    }
}

/// The procedure the case is heard under.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Procedure {
    /// 普通程序.
    #[default]
    Ordinary,
    /// 简易程序.
    Simplified,
    /// 小额诉讼程序.
    SmallClaims,
}

/// The order of phases, as named variants and never as free jumps (court-domain §4.1).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Course {
    /// Under which procedure.
    pub procedure: Procedure,
    /// 先行调解: mediation (P10) comes before the investigation
    /// (最高人民法院关于适用简易程序审理民事案件的若干规定 art. 14).
    pub mediation_first: bool,
    /// 法庭调查与法庭辩论合并: P4 to P8 are one phase, by consent (民诉法解释 art. 230).
    pub merged: bool,
    /// Identity, rights and discipline were told and confirmed before opening: P3 asks for
    /// challenges alone (简易程序规定 art. 19).
    pub told_before: bool,
    /// A panel hears the case: P11 is a deliberation.
    pub panel: bool,
}

/// Where the course of a hearing stands (court-domain §4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// P2 宣布开庭、核对当事人.
    Identity,
    /// P3 告知组成人员、权利义务、询问回避.
    Rights,
    /// P4 法庭调查·陈述答辩.
    Statements,
    /// P5 归纳争议焦点.
    Issues,
    /// P6 举证质证.
    Evidence,
    /// P7 法庭询问.
    Questions,
    /// P8 法庭辩论.
    Debate,
    /// P4 to P8 in one: 法庭调查与辩论合并.
    Merged,
    /// P9 最后意见.
    LastWords,
    /// P10 法庭调解.
    Mediation,
    /// P11 休庭评议.
    Deliberation,
    /// P12 宣判.
    Judgment,
    /// P13 闭庭.
    Closing,
}

impl Phase {
    /// Every phase, in the order of the law.
    pub const ALL: [Self; 13] = [
        Self::Identity,
        Self::Rights,
        Self::Statements,
        Self::Issues,
        Self::Evidence,
        Self::Questions,
        Self::Debate,
        Self::Merged,
        Self::LastWords,
        Self::Mediation,
        Self::Deliberation,
        Self::Judgment,
        Self::Closing,
    ];
}

/// Who may watch (民事诉讼法 art. 137, 在线诉讼规则 art. 27).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Publicity {
    /// 公开.
    #[default]
    Public,
    /// 依法不公开: state secrets, privacy, the law.
    ClosedByLaw,
    /// 依申请不公开: divorce, trade secrets.
    ClosedOnRequest,
}

/// A step that needs its own consent to be held online (在线诉讼规则 art. 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// 在线调解.
    Mediation,
    /// 在线证据交换.
    EvidenceExchange,
    /// 在线询问.
    Inquiry,
    /// 在线庭审.
    Hearing,
    /// 电子送达.
    Service,
    /// 调解录音录像代替笔录 (在线调解规则 art. 22).
    Recording,
    /// 以录音录像代替庭审笔录 (庭审录音录像规定 art. 8).
    RecordForTranscript,
}

impl Step {
    /// Every step.
    pub const ALL: [Self; 7] = [
        Self::Mediation,
        Self::EvidenceExchange,
        Self::Inquiry,
        Self::Hearing,
        Self::Service,
        Self::Recording,
        Self::RecordForTranscript,
    ];
}

/// Which side of the dispute; in mediation the applicant is the plaintiff's side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// 原告方、申请人方.
    Plaintiff,
    /// 被告方、被申请人方.
    Defendant,
    /// 第三人方.
    ThirdParty,
}

impl Side {
    /// Every side, in speaking order (民事诉讼法 art. 144).
    pub const ALL: [Self; 3] = [Self::Plaintiff, Self::Defendant, Self::ThirdParty];
}

/// What an agent may do for the party (民事诉讼法 art. 62).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Power {
    /// 一般授权: not to settle, admit or withdraw.
    General,
    /// 特别授权.
    Special,
}

/// How somebody attends.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Attendance {
    /// 在线.
    #[default]
    Online,
    /// 在法庭现场: on the roll and in the transcript, without media of their own.
    InCourt,
}

/// Names a place of the court's list: station, tribunal room, judge studio, circuit point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "ts", ts(type = "number"))]
#[serde(transparent)]
pub struct SiteId(pub u32);

/// One of the seven grounds that bar an online hearing (在线诉讼规则 art. 21).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum BarredGround {
    /// 各方当事人均不同意，或一方不同意且有正当理由.
    Refused,
    /// 各方当事人均不具备在线庭审的技术条件和能力.
    NoMeans,
    /// 需要现场查明身份、核对原件、查验实物.
    MustBeSeen,
    /// 案件疑难复杂、证据繁多.
    Complex,
    /// 涉及国家安全、国家秘密.
    StateSecret,
    /// 重大社会影响，受到广泛关注.
    PublicImpact,
    /// 人民法院认为不宜的其他情形.
    Other,
}

impl BarredGround {
    /// Every ground, in the order of the article.
    pub const ALL: [Self; 7] = [
        Self::Refused,
        Self::NoMeans,
        Self::MustBeSeen,
        Self::Complex,
        Self::StateSecret,
        Self::PublicImpact,
        Self::Other,
    ];
}

/// A special measure: `who` is not seen or not heard by `from` (court-domain §6 row 41).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Shield {
    /// Who is protected.
    pub who: ParticipantId,
    /// From whom.
    pub from: ParticipantId,
    /// The picture is kept from them.
    pub picture: bool,
    /// The voice is kept from them.
    pub sound: bool,
}

/// A further case heard in the same sitting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FurtherCase {
    /// Case number (案号).
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub case_number: Private<String>,
    /// Cause of action (案由).
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub cause: Private<String>,
}

/// What is settled before the sitting starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Brief {
    /// What kind of sitting.
    pub kind: Kind,
    /// The order of its phases.
    pub course: Course,
    /// Who may watch.
    pub publicity: Publicity,
    /// Gallery seats; one more is refused.
    pub gallery_seats: u16,
    /// The sitting this one continues.
    pub continues: Option<HearingId>,
    /// Cases heard together with the lead case of the heading.
    pub further_cases: Vec<FurtherCase>,
    /// Special measures ordered beforehand.
    pub shields: Vec<Shield>,
    /// People whose simple notice is not confirmed: no default judgment may rest on it
    /// (民诉法解释 art. 261).
    pub notice_unconfirmed: Vec<ParticipantId>,
    /// The notice came less than three days before the sitting (民事诉讼法 art. 139).
    pub notice_late: bool,
    /// Approval of the court's president to sit elsewhere than in a courtroom
    /// (在线诉讼规则 art. 24); empty when not needed.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub elsewhere_approved: Private<String>,
}

impl Default for Brief {
    fn default() -> Self {
        Self {
            kind: Kind::default(),
            course: Course::default(),
            publicity: Publicity::default(),
            gallery_seats: limits::GALLERY_SEATS,
            continues: None,
            further_cases: Vec::new(),
            shields: Vec::new(),
            notice_unconfirmed: Vec::new(),
            notice_late: false,
            elsewhere_approved: Private::default(),
        }
    }
}
