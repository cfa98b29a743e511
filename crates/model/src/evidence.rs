//! Pieces of evidence as the hearing knows them: names and digests, never bytes.

use serde::{Deserialize, Serialize};

use crate::brief::Side;
use crate::id::ParticipantId;
use crate::private::Private;
use crate::time::Timestamp;

/// Names a piece of evidence, unique in the docket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(type = "number"))]
#[serde(transparent)]
pub struct EvidenceId(pub u32);

/// The kinds of evidence (民事诉讼法 art. 66).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum EvidenceKind {
    /// 当事人的陈述.
    Statement,
    /// 书证.
    Document,
    /// 物证.
    Object,
    /// 视听资料.
    AudioVisual,
    /// 电子数据.
    ElectronicData,
    /// 证人证言.
    Testimony,
    /// 鉴定意见.
    ExpertOpinion,
    /// 勘验笔录.
    InspectionRecord,
}

/// Whether the original exists (在线诉讼规则 art. 11–13).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum EvidenceForm {
    /// 原件.
    Original,
    /// 复印件、扫描件.
    Copy,
    /// 电子原始数据.
    Electronic,
}

/// One piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct EvidenceItem {
    /// Its id.
    pub id: EvidenceId,
    /// Whose evidence; none is the court's own.
    pub side: Option<Side>,
    /// Who handed it in.
    pub by: ParticipantId,
    /// Its number on the list of the side, from 1.
    pub number: u16,
    /// Its name on the list.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub name: Private<String>,
    /// What kind.
    pub kind: EvidenceKind,
    /// What it is to prove (证明目的).
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub purpose: Private<String>,
    /// Original or copy.
    pub form: EvidenceForm,
    /// Media type found in the bytes, one of `application/pdf`, `image/png`, `image/jpeg`,
    /// `audio/…`, `video/…`.
    pub media_type: String,
    /// Pages of a document; 1 for everything else.
    pub pages: u16,
    /// Size, bytes.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub bytes: u64,
    /// SHA-256 of the bytes, hexadecimal.
    pub sha256: String,
    /// SM3 of the bytes, hexadecimal.
    pub sm3: String,
    /// Whether it was exchanged: the other sides may see it.
    pub exchanged: bool,
}

impl EvidenceItem {
    /// Whether it is sound or video, which is played and has no pages to turn.
    #[must_use]
    pub fn plays(&self) -> bool {
        self.media_type.starts_with("audio/") || self.media_type.starts_with("video/")
    }
}

/// How far shown sound or video has come, the same for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Playing {
    /// Whether it has run since `since`; else it stands.
    pub running: bool,
    /// Where it was at `since`, milliseconds from its beginning.
    pub at_ms: u32,
    /// When that was.
    pub since: Timestamp,
}

/// What one side says of a piece of evidence (质证意见).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Opinion {
    /// 真实性.
    pub authentic: bool,
    /// 合法性.
    pub lawful: bool,
    /// 关联性.
    pub relevant: bool,
    /// Why; needed when one of them is denied.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub reason: Private<String>,
}

/// A line drawn on a shown page; thousandths of the page's width and height.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Stroke {
    /// The page it stands on, from 1.
    pub page: u16,
    /// At most `limits::STROKE_POINTS_MAX` points, each `[x, y]` from 0 to 1,000.
    pub points: Vec<[u16; 2]>,
}
