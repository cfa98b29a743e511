//! Bodies of the evidence paths: handing in, lists, changes.
//! What is not here: a piece of evidence itself (`model::evidence`).

use model::{EvidenceForm, EvidenceItem, EvidenceKind, Private, Side};
use serde::{Deserialize, Serialize};

/// The part `about` of `POST /api/hearings/{hearing}/evidence` (`multipart/form-data`), before the
/// part `file`. Answered with the new `EvidenceItem`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct EvidenceAbout {
    /// Whose evidence; none is one's own side, and the court's own for the court.
    #[serde(default)]
    pub side: Option<Side>,
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
}

/// `PATCH /api/hearings/{hearing}/evidence/{item}`: what is not named stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct EvidenceChange {
    /// Its number on the list of the side; whoever has it gets this one's.
    #[serde(default)]
    pub number: Option<u16>,
    /// Its name.
    #[cfg_attr(feature = "ts", ts(type = "string | null"))]
    #[serde(default)]
    pub name: Option<Private<String>>,
    /// What kind.
    #[serde(default)]
    pub kind: Option<EvidenceKind>,
    /// What it is to prove.
    #[cfg_attr(feature = "ts", ts(type = "string | null"))]
    #[serde(default)]
    pub purpose: Option<Private<String>>,
    /// Original or copy.
    #[serde(default)]
    pub form: Option<EvidenceForm>,
}

/// Answer of `GET /api/hearings/{hearing}/evidence`: what the asker may see of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct EvidenceList {
    /// Own evidence and what was exchanged, the court all; by side and number.
    pub items: Vec<EvidenceItem>,
    /// The side the asker hands in for; none for the court and for those who hand in nothing.
    pub side: Option<Side>,
    /// Whether the asker may hand in something now.
    pub may_add: bool,
    /// Bytes taken by the evidence of the hearing; told to the court only.
    #[cfg_attr(feature = "ts", ts(type = "number | null"))]
    pub bytes: Option<u64>,
}
