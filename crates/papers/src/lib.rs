//! Court documents: one neutral form ([`Paper`]), and from it plain text, data, subtitles, Word and
//! PDF.
//!
//! What is not here: what a document says (who makes one out of the record fills in a [`Paper`]),
//! digests, disks and processes.

mod paper;
mod strokes;
mod text;

pub use paper::{
    Block, Footer, Form, Line, Paper, Row, Section, SignaturePlace, Signed, Span, Table,
};
pub use strokes::Strokes;
pub use text::Text;
