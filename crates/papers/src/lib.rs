//! Court documents: one neutral form ([`Paper`]), and from it plain text, data, subtitles, Word and
//! PDF.
//!
//! What is not here: what a document says (who makes one out of the record fills in a [`Paper`]),
//! digests, disks and processes.

mod data;
mod docx;
mod paper;
mod pdf;
mod plain;
#[cfg(test)]
mod sample;
mod strokes;
mod text;
mod words;

pub use data::{FORMAT, Unreadable, csv, json, read, subtitles, webvtt};
pub use docx::{DocxFault, docx};
pub use paper::{
    Block, Footer, Form, Format, Line, Paper, Row, Section, SignaturePlace, Signed, Span, Table,
};
pub use pdf::{FontFault, Fonts, PdfFault, pdf};
pub use plain::plain;
pub use strokes::Strokes;
pub use text::Text;
pub use words::moment;
