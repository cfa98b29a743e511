//! What the court's configuration and outside services bring to a sitting: the text of the
//! discipline, the moments of presence checks, the answer of a face comparison.

use serde::{Deserialize, Serialize};

/// The discipline everybody but the court accepts before checking in (法庭纪律). Another text is
/// another version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Discipline {
    /// Which version: follows from the text alone.
    pub version: String,
    /// The very words.
    pub text: String,
}

/// Within which bounds a lecture's sites are asked by chance whether they are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PresenceChecks {
    /// The first check comes so many seconds after opening: from, to.
    pub first: (u32, u32),
    /// A later check comes so many seconds after the former: from, to.
    pub every: (u32, u32),
    /// A site has so many seconds to answer.
    pub answer: u16,
}

/// What an outside service says of a face.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Likeness {
    /// 比对一致.
    Same,
    /// 比对不一致.
    Different,
    /// 无法判断: no face, too dark, nobody on file.
    Unclear,
}

/// An outside service's answer, as it was given. Neither picture nor number is part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// What it says.
    pub likeness: Likeness,
    /// Its score, per mille; none where it gives none.
    pub score: Option<u16>,
    /// Under what it can be asked about again, at most `limits::REFERENCE_CHARS_MAX`.
    pub reference: String,
}
