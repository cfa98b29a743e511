//! `assize press`: a document as JSON comes in, a PDF goes out, in a process that does nothing else.
//! The server starts one for each document, with bounds on memory, work and time.
//!
//! What is not here: how a page is set (crate `papers`).

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::ExitCode;

use model::limits::PAPER_BYTES_MAX;
use papers::Fonts;

use crate::commands::complain;

/// Where Debian keeps the fonts of `fonts-noto-cjk`.
pub(crate) const FONTS: &str = "/usr/share/fonts/opentype/noto";
/// The fonts of the text and of headings.
const FILES: [&str; 2] = ["NotoSerifCJK-Regular.ttc", "NotoSerifCJK-Bold.ttc"];
/// Fonts for letters these do not have, where they are installed: rare characters, Arabic and
/// Tibetan writing.
const FURTHER: [&str; 5] = [
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/noto/NotoNaskhArabic-Regular.ttf",
    "/usr/share/fonts/truetype/noto/NotoSerifTibetan-Regular.ttf",
    "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
];

/// 0 with the PDF on the output; 3 when a font is missing, 2 when the document cannot be printed,
/// each with one sentence on the error stream.
pub(crate) fn command(folder: &Path) -> ExitCode {
    let fonts = match fonts(folder) {
        Ok(fonts) => fonts,
        Err(sentence) => {
            complain(&sentence);
            return ExitCode::from(NO_FONT);
        }
    };
    match print(&fonts) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => complain(&format!("无法打印：{fault}。It cannot be printed: {fault}.")),
    }
}

/// [`signaling::NO_FONT`] as a process ends with it.
const NO_FONT: u8 = signaling::NO_FONT.to_le_bytes()[0];

/// Reads the fonts documents are set in.
///
/// # Errors
/// One sentence that names the font that is missing.
pub(crate) fn fonts(folder: &Path) -> Result<Fonts, String> {
    let sentence = |path: &Path, fault: &dyn core::fmt::Display| {
        format!(
            "缺少中文字体 {0}（{fault}），请安装软件包 fonts-noto-cjk。The font {0} cannot be used \
             ({fault}): install the package fonts-noto-cjk.",
            path.display()
        )
    };
    let read = |name: &str| {
        let path = folder.join(name);
        std::fs::read(&path).map_err(|fault| sentence(&path, &fault))
    };
    let [regular, bold] = FILES;
    let further = FURTHER.iter().filter_map(|path| std::fs::read(path).ok()).collect();
    Fonts::read(read(regular)?, read(bold)?, further).map_err(|fault| sentence(folder, &fault))
}

/// A document that could not be printed.
#[derive(Debug, thiserror::Error)]
enum PrintFault {
    #[error("the input cannot be read: {0}")]
    Input(std::io::Error),
    #[error("the document is too large")]
    TooLarge,
    #[error(transparent)]
    Unreadable(#[from] papers::Unreadable),
    #[error(transparent)]
    Pdf(#[from] papers::PdfFault),
    #[error("the output cannot be written: {0}")]
    Output(std::io::Error),
}

fn print(fonts: &Fonts) -> Result<(), PrintFault> {
    let most = u64::try_from(PAPER_BYTES_MAX).unwrap_or(u64::MAX);
    let mut data = Vec::new();
    let input = std::io::stdin().lock();
    input.take(most + 1).read_to_end(&mut data).map_err(PrintFault::Input)?;
    if data.len() > PAPER_BYTES_MAX {
        return Err(PrintFault::TooLarge);
    }
    let pdf = papers::pdf(&papers::read(&data)?, fonts)?;
    std::io::stdout().lock().write_all(&pdf).map_err(PrintFault::Output)
}
