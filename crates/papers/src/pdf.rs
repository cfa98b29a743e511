//! A document as PDF/A-2u on A4: the page of official papers (GB/T 9704: 22 lines of 28 letters), set
//! by ourselves because the forms are few and plain.
//!
//! What is not here: reading font files from a disk, and the process with its limits around it.

mod draw;
mod faces;
mod pages;
mod setting;

pub use faces::{FontFault, Fonts};

use crate::paper::Paper;

/// Why a PDF was not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PdfFault {
    /// A font cannot be used.
    #[error(transparent)]
    Font(#[from] FontFault),
    /// The document would have more pages than are printed.
    #[error("it has more than {0} pages")]
    TooLong(usize),
    /// The PDF does not meet its standard: a bug.
    #[error("the PDF does not meet its standard: {0}")]
    Standard(String),
}

/// The document as PDF. The same document and fonts give the same bytes.
///
/// # Errors
/// When fonts cannot be used or it is too long.
pub fn pdf(paper: &Paper, fonts: &Fonts) -> Result<Vec<u8>, PdfFault> {
    let faces = faces::Faces::open(fonts)?;
    let pages = pages::compose(&faces, paper)?;
    draw::finish(&faces, paper, &pages)
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sample;

    #[expect(
        clippy::disallowed_methods,
        reason = "the fonts of the machine are what is tested with"
    )]
    pub(super) fn fonts() -> Fonts {
        let read = |name: &str| {
            let path = format!("/usr/share/fonts/opentype/noto/{name}");
            std::fs::read(path).expect("fonts-noto-cjk is installed (make installs it)")
        };
        Fonts::read(read("NotoSerifCJK-Regular.ttc"), read("NotoSerifCJK-Bold.ttc"), Vec::new())
            .unwrap()
    }

    #[test]
    fn the_same_document_gives_the_same_bytes() {
        let fonts = fonts();
        let paper = sample::everything();
        let made = pdf(&paper, &fonts).unwrap();
        assert!(made.starts_with(b"%PDF-1.7"));
        assert_eq!(made, pdf(&paper, &fonts).unwrap());
    }

    #[test]
    fn a_font_that_is_none_is_a_fault() {
        let none = Fonts::read(b"no font".to_vec(), Vec::new(), Vec::new());
        assert_eq!(none.unwrap_err(), FontFault::Unreadable);
    }

    #[test]
    fn a_document_longer_than_is_printed_is_refused() {
        let long = "字".repeat(28 * 22 * model::limits::PAPER_PAGES_MAX + 1_000);
        let fault = pdf(&sample::said(&long), &fonts()).unwrap_err();
        assert_eq!(fault, PdfFault::TooLong(model::limits::PAPER_PAGES_MAX));
    }

    #[test]
    fn nobodys_words_stop_the_press() {
        let fonts = fonts();
        let hostile = "\\PC{0,80}|.{0,80}|[\u{590}-\u{6ff}a-z（）。“”—0-9 ]{0,120}|[a-z]{200,300}";
        let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
            cases: 48,
            ..ProptestConfig::default()
        });
        runner
            .run(&(hostile, hostile), |(said, cell)| {
                let mut paper = sample::said(&said);
                paper.title = said.as_str().into();
                paper.sections.extend(sample::with_cell(&cell).sections);
                let made = pdf(&paper, &fonts);
                prop_assert!(made.is_ok(), "{:?}", made.err());
                Ok(())
            })
            .unwrap();
    }
}
