//! The record of a deliberation (合议笔录): apart from the ledger and the archive, for the panel and
//! its clerk alone.

use serde::{Deserialize, Serialize};

use crate::id::ParticipantId;
use crate::private::Private;
use crate::time::Timestamp;

/// One thing done to the record of a deliberation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case", tag = "kind", deny_unknown_fields)]
pub enum DeliberationAct {
    /// The talk has a new text, in the clerk's or a member's words.
    Write {
        /// The version that was changed, 0 for none.
        base: u32,
        /// The whole text.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        text: Private<String>,
    },
    /// What the majority decided (评议结论), by who presides.
    Conclude {
        /// The version that was read.
        base: u32,
        /// The outcome.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        text: Private<String>,
    },
    /// A member's own differing opinion (不同意见), kept apart; none takes it back.
    Dissent {
        /// The opinion.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        text: Private<String>,
    },
    /// A member, or the clerk, signs a version.
    Sign {
        /// Which version.
        version: u32,
        /// The name, typed out.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        name: Private<String>,
    },
}

/// One entry of the record of a deliberation, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeliberationEntry {
    /// Who did it.
    pub by: ParticipantId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub act: DeliberationAct,
}

/// The record of a deliberation as its readers see it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct DeliberationView {
    /// Which version; 0 before the first word. Every change but a signature counts.
    pub version: u32,
    /// The talk.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub text: Private<String>,
    /// What the majority decided.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub conclusion: Private<String>,
    /// Members' differing opinions.
    pub dissents: Vec<Dissent>,
    /// Who must sign.
    pub signers: Vec<ParticipantId>,
    /// Who signed this version, and when.
    pub signed: Vec<DeliberationSignature>,
}

/// A member's differing opinion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Dissent {
    /// Whose.
    pub who: ParticipantId,
    /// The opinion.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub text: Private<String>,
}

/// A signature under the record of a deliberation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct DeliberationSignature {
    /// Whose.
    pub who: ParticipantId,
    /// When.
    pub at: Timestamp,
    /// The name, typed out.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub name: Private<String>,
}
