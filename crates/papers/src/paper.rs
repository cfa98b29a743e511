//! The neutral form of a court document: what it says and in which order, with no word on how it
//! looks.
//!
//! What is not here: formats.

use core::fmt;

use model::Timestamp;
pub use model::paper::{Form, Format};
use serde::{Deserialize, Serialize};

use crate::strokes::Strokes;
use crate::text::Text;

/// A court document.
///
/// `Debug` names the form alone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    /// Which document.
    pub form: Form,
    /// Whose: the court's name.
    pub court: Text,
    /// Its title.
    pub title: Text,
    /// Case numbers, the leading one first.
    pub cases: Vec<Text>,
    /// What stands at its head, row by row.
    pub meta: Vec<Row>,
    /// What it says.
    pub sections: Vec<Section>,
    /// What is to be known besides, in small letters.
    pub notes: Vec<Text>,
    /// Who signs, in order.
    pub signatures: Vec<SignaturePlace>,
    /// Which version of its text, from 1; none where there is but one.
    pub version: Option<u32>,
    /// What lies over each page ("草稿"), where anything does.
    pub watermark: Option<Text>,
    /// What stands below each page; no part of what is signed.
    pub footer: Footer,
}

impl fmt::Debug for Paper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Paper").field("form", &self.form).finish_non_exhaustive()
    }
}

/// One row of a document's head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// What.
    pub name: Text,
    /// The value.
    pub value: Text,
}

impl Row {
    /// A row.
    pub fn new(name: impl Into<Text>, value: impl Into<Text>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

/// A part of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Its heading; blank for none.
    pub heading: Text,
    /// What stands in it, in order.
    pub blocks: Vec<Block>,
}

/// What stands in a section.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "block")]
pub enum Block {
    /// Paragraphs, parted by line ends.
    Text {
        /// The words.
        text: Text,
    },
    /// Something somebody said or did: `角色（简称）：内容`.
    Line(Line),
    /// A table.
    Table(Table),
}

/// One line of a transcript.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// In which role, or blank for what nobody said.
    pub role: Text,
    /// The speaker's short name; blank for none.
    pub name: Text,
    /// What.
    pub text: Text,
    /// When, on the hearing's time line.
    pub span: Option<Span>,
    /// What is to be known of the line ("机器草稿", "当事人提出异议：……").
    pub mark: Option<Text>,
}

impl Line {
    /// `角色（简称）`; blank where nobody spoke.
    pub fn speaker(&self) -> String {
        let (role, name) = (self.role.one_line(), self.name.one_line());
        match (role.is_empty(), name.is_empty()) {
            (false, false) => format!("{role}（{name}）"),
            (false, true) => role,
            (true, _) => name,
        }
    }
}

/// A stretch of the hearing's time line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// Beginning, in milliseconds.
    pub from_ms: u64,
    /// End, in milliseconds.
    pub to_ms: u64,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Its columns: heading, and how wide beside the others.
    pub columns: Vec<(Text, u8)>,
    /// Its rows, a cell for each column; further cells are not shown.
    pub rows: Vec<Vec<Text>>,
}

/// Where somebody signs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignaturePlace {
    /// In which role.
    pub role: Text,
    /// Who; blank where a hand fills it in.
    pub name: Text,
    /// Whether they did.
    pub signed: Signed,
}

/// Whether somebody signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "signed")]
pub enum Signed {
    /// Not yet, or by hand on the printed page.
    Open,
    /// They signed.
    Yes {
        /// How, in words.
        method: Text,
        /// When.
        at: Timestamp,
        /// What was drawn, where it was.
        strokes: Option<Strokes>,
        /// What was typed, where it was.
        typed: Option<Text>,
    },
    /// They refused, or left before.
    Refused {
        /// Why; blank where nothing was said.
        reason: Text,
    },
}

/// What stands below each page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Footer {
    /// Digest of [`Paper::canonical`], hexadecimal SHA-256; blank where none was made.
    pub sha256: Text,
    /// The same, SM3.
    pub sm3: Text,
    /// What a reader compares or types in: the beginning of the SHA-256 in groups of four.
    pub code: Text,
    /// When this copy was made.
    pub made_at: Option<Timestamp>,
}

impl Paper {
    /// The bytes that digests and signatures cover: everything but the footer and the watermark, as
    /// JSON whose fields stand in the order of this file.
    pub fn canonical(&self) -> Vec<u8> {
        let bare = Self { footer: Footer::default(), watermark: None, ..self.clone() };
        serde_json::to_vec(&bare).expect("text and numbers can be written as JSON")
    }

    /// Puts the digests of [`Paper::canonical`] into the footer.
    #[must_use]
    pub fn sealed(mut self, sha256: &str, sm3: &str, made_at: Timestamp) -> Self {
        let head: Vec<char> = sha256.chars().take(16).collect();
        let code: Vec<String> = head.chunks(4).map(|four| four.iter().collect()).collect();
        self.footer = Footer {
            sha256: sha256.into(),
            sm3: sm3.into(),
            code: code.join(" ").to_uppercase().as_str().into(),
            made_at: Some(made_at),
        };
        self
    }

    /// As what it can be written: tables and times are not in every document.
    pub fn formats(&self) -> Vec<Format> {
        let mut blocks = self.sections.iter().flat_map(|section| &section.blocks);
        let has_table = blocks.any(|block| matches!(block, Block::Table(_)));
        let has_times = self.lines().any(|line| line.span.is_some());
        let has = |format: &Format| match format {
            Format::Csv => has_table,
            Format::Vtt => has_times,
            Format::Pdf | Format::Docx | Format::Txt | Format::Json => true,
        };
        Format::ALL.into_iter().filter(has).collect()
    }

    /// Every line of it, in order.
    pub fn lines(&self) -> impl Iterator<Item = &Line> {
        let blocks = self.sections.iter().flat_map(|section| &section.blocks);
        blocks.filter_map(|block| match block {
            Block::Line(line) => Some(line),
            Block::Text { .. } | Block::Table(_) => None,
        })
    }
}
