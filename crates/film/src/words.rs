//! The words on the film, in Chinese: phases, why the record paused.
//!
//! What is not here: where they stand, and what roles are called (`model`).

use model::Ground;
use model::brief::{Phase, Side};

use crate::exhibit::Unseen;

/// The name of a phase.
pub(crate) const fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Identity => "核对当事人",
        Phase::Rights => "告知权利义务",
        Phase::Statements => "陈述与答辩",
        Phase::Issues => "归纳争议焦点",
        Phase::Evidence => "举证质证",
        Phase::Questions => "法庭询问",
        Phase::Debate => "法庭辩论",
        Phase::Merged => "法庭调查与辩论",
        Phase::LastWords => "最后意见",
        Phase::Mediation => "法庭调解",
        Phase::Deliberation => "休庭评议",
        Phase::Judgment => "宣判",
        Phase::Closing => "闭庭",
    }
}

/// Why the record paused.
pub(crate) const fn ground(ground: Ground) -> &'static str {
    match ground {
        Ground::Recess => "休庭",
        Ground::NonPublicEvidence => "不公开举证、质证",
        Ground::UnrecordedMediation => "不宜录制的调解",
    }
}

/// Whose evidence it is.
pub(crate) const fn side(side: Option<Side>) -> &'static str {
    match side {
        Some(Side::Plaintiff) => "原告",
        Some(Side::Defendant) => "被告",
        Some(Side::ThirdParty) => "第三人",
        None => "法院调取",
    }
}

/// Why a piece of evidence is a card and not a picture.
pub(crate) const fn unseen(why: Unseen) -> &'static str {
    match why {
        Unseen::Sound => "音频证据，当庭播放",
        Unseen::NotKept => "未找到该证据文件，画面从略",
        Unseen::Altered => "证据文件与庭审记载的摘要不符，画面从略",
        Unseen::Unreadable => "该证据文件无法成像，画面从略",
    }
}
