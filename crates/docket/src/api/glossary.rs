//! Bodies of the words a tribunal's engine of speech is told beforehand.
//!
//! What is not here: what may stand there (`crate::glossary`).

use model::{Private, Timestamp};
use serde::{Deserialize, Serialize};

/// What a word is. An engine does not ask; people who look after the list do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TermKind {
    /// A term of law or of a trade.
    #[default]
    Term,
    /// A name of people or places.
    Name,
    /// A word of the dialect.
    Dialect,
}

bodies! {
    /// One word.
    pub struct GlossaryTerm {
        /// The word: 2 to 10 letters or digits.
        pub word: String,
        /// How much it weighs, 1 to 100; 20 is usual.
        pub weight: u8,
        /// What it is.
        #[serde(default)]
        pub kind: TermKind,
    }

    /// The words of one tribunal, or of all: `PUT /api/glossary` sets them, all anew.
    pub struct Glossary {
        /// Which tribunal; none for the words of all.
        pub tribunal: Option<u32>,
        /// The words.
        pub terms: Vec<GlossaryTerm>,
    }

    /// What became of a list of words.
    pub struct TermsChanged {
        /// These came.
        pub added: Vec<GlossaryTerm>,
        /// These went.
        pub removed: Vec<GlossaryTerm>,
        /// These weigh otherwise, or are of another kind, now.
        pub altered: Vec<GlossaryTerm>,
    }

    /// One change of a list of words.
    pub struct GlossaryChange {
        /// When.
        pub at: Timestamp,
        /// Who.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub by: Private<String>,
        /// Of which tribunal; none for the words of all.
        pub tribunal: Option<u32>,
        /// What.
        pub what: TermsChanged,
    }

    /// `GET /api/glossary`, and the answer to `PUT`.
    pub struct GlossaryList {
        /// Each list that holds words.
        pub lists: Vec<Glossary>,
        /// What was changed last, newest first.
        pub changes: Vec<GlossaryChange>,
    }
}
