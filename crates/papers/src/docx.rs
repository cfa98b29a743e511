//! A document as a Word file (Office Open XML) for who edits it: the page of official papers, 仿宋,
//! lines of 28 points, header and page numbers.
//!
//! Signatures drawn by hand are named with their moment; what proves them is the PDF.

use std::io::Cursor;

use docx_rs::{
    AlignmentType, Docx, Footer, Header, LineSpacing, LineSpacingType, NumPages, PageMargin,
    PageNum, Paragraph, Run, RunFonts, SpecialIndentType, TableCell, TableRow, WidthType,
};

use crate::paper::{Block, Line, Paper, Table};
use crate::text::Text;
use crate::words::{moment, signature, signer};

/// The font of the text, of headings and of the title; Word and WPS bring them along.
const SONG: &str = "仿宋";
/// See [`SONG`].
const HEI: &str = "黑体";
/// See [`SONG`].
const TITLE: &str = "宋体";
/// What Latin letters and figures are set in.
const LATIN: &str = "Times New Roman";
/// Half points of the text (三号), the title (二号), tables (小四) and the page's edge (小五).
const BODY: usize = 32;
/// See [`BODY`].
const HEAD: usize = 44;
/// See [`BODY`].
const SMALL: usize = 24;
/// See [`BODY`].
const EDGE: usize = 18;
/// Twentieths of a point: an A4 page, its margins, the width of the text, a letter of it.
const PAGE: (u32, u32) = (11_906, 16_838);
/// See [`PAGE`].
const WIDTH: usize = 8_960;
/// See [`PAGE`].
const LETTER: i32 = 320;
/// Lines of 28 points.
const PITCH: i32 = 560;

/// A document could not be packed: a bug.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the Word file cannot be packed: {0}")]
pub struct DocxFault(String);

/// The document as a Word file. The same document gives the same bytes.
///
/// # Errors
/// When it cannot be packed, which is a bug.
pub fn docx(paper: &Paper) -> Result<Vec<u8>, DocxFault> {
    let mut docx = Docx::new()
        .page_size(PAGE.0, PAGE.1)
        .page_margin(
            PageMargin::new()
                .top(2_098)
                .bottom(1_985)
                .left(1_587)
                .right(1_359)
                .header(851)
                .footer(992),
        )
        .default_fonts(fonts(SONG))
        .default_size(BODY)
        .header(Header::new().add_paragraph(header(paper)))
        .footer(footer(paper));
    docx = docx.add_paragraph(title(&paper.court)).add_paragraph(title(&paper.title));
    let cases: Vec<_> = paper.cases.iter().map(Text::one_line).collect();
    if !cases.is_empty() {
        docx =
            docx.add_paragraph(body().align(AlignmentType::Right).add_run(run(&cases.join("、"))));
    }
    for row in &paper.meta {
        let name = bold(&format!("{}：", row.name.one_line()));
        let value = row.value.lines().collect::<Vec<_>>().join("；");
        docx = docx.add_paragraph(body().add_run(name).add_run(run(&value)));
    }
    if let Some(version) = paper.version {
        let text = run(&format!("第 {version} 版"));
        docx = docx.add_paragraph(body().add_run(bold("文本版本：")).add_run(text));
    }
    for section in &paper.sections {
        if !section.heading.is_blank() {
            let text = Run::new().add_text(section.heading.one_line()).fonts(fonts(HEI)).size(BODY);
            docx = docx.add_paragraph(set_in().keep_next(true).add_run(text));
        }
        for block in &section.blocks {
            docx = match block {
                Block::Text { text } => text
                    .lines()
                    .fold(docx, |docx, line| docx.add_paragraph(set_in().add_run(run(line)))),
                Block::Line(line) => spoken(docx, line),
                Block::Table(each) => docx.add_table(table(each)),
            };
        }
    }
    docx = end(docx, paper);
    let mut bytes = Cursor::new(Vec::new());
    docx.build().pack(&mut bytes).map_err(|fault| DocxFault(fault.to_string()))?;
    Ok(bytes.into_inner())
}

fn end(mut docx: Docx, paper: &Paper) -> Docx {
    for note in &paper.notes {
        for (at, line) in note.lines().enumerate() {
            let head = if at == 0 { "注：" } else { "　　" };
            let text = Run::new().add_text(format!("{head}{line}")).fonts(fonts(SONG)).size(SMALL);
            docx = docx.add_paragraph(small().add_run(text));
        }
    }
    for each in &paper.signatures {
        let what = signature(&each.signed);
        let what = if what.is_empty() {
            "　　　　　　　　　　年　　月　　日".to_owned()
        } else {
            what
        };
        let text = run(&format!("{}（签名）：{what}", signer(each)));
        docx = docx.add_paragraph(body().add_run(text));
    }
    docx
}

fn fonts(east_asia: &str) -> RunFonts {
    RunFonts::new().ascii(LATIN).hi_ansi(LATIN).cs(LATIN).east_asia(east_asia)
}

fn run(text: &str) -> Run {
    Run::new().add_text(text).fonts(fonts(SONG)).size(BODY)
}

fn bold(text: &str) -> Run {
    run(text).bold()
}

fn edge(text: &str) -> Run {
    Run::new().add_text(text).fonts(fonts(TITLE)).size(EDGE)
}

fn spaced(line: i32) -> Paragraph {
    Paragraph::new().line_spacing(LineSpacing::new().line_rule(LineSpacingType::Exact).line(line))
}

fn body() -> Paragraph {
    spaced(PITCH)
}

/// A paragraph whose first line is two letters in.
fn set_in() -> Paragraph {
    body().indent(None, Some(SpecialIndentType::FirstLine(2 * LETTER)), None, None)
}

fn small() -> Paragraph {
    spaced(400)
}

fn title(text: &Text) -> Paragraph {
    let run = Run::new().add_text(text.one_line()).fonts(fonts(TITLE)).size(HEAD).bold();
    spaced(720).align(AlignmentType::Center).add_run(run)
}

fn spoken(mut docx: Docx, line: &Line) -> Docx {
    let speaker = line.speaker();
    for (at, words) in line.text.lines().enumerate() {
        let mut paragraph = set_in();
        if at == 0 && !speaker.is_empty() {
            paragraph = paragraph.add_run(bold(&format!("{speaker}：")));
        }
        docx = docx.add_paragraph(paragraph.add_run(run(words)));
    }
    if let Some(mark) = &line.mark {
        let text = format!("〔{}〕", mark.one_line());
        let text = Run::new().add_text(text).fonts(fonts(SONG)).size(SMALL).color("555555");
        docx = docx.add_paragraph(small().indent(Some(3 * LETTER), None, None, None).add_run(text));
    }
    docx
}

fn table(table: &Table) -> docx_rs::Table {
    let total: usize = table.columns.iter().map(|(_, share)| usize::from((*share).max(1))).sum();
    let widths: Vec<usize> = table
        .columns
        .iter()
        .map(|(_, share)| WIDTH * usize::from((*share).max(1)) / total.max(1))
        .collect();
    let row = |cells: Vec<String>, heading: bool| {
        let cell = |(width, text): (&usize, String)| {
            text.split('\n').fold(TableCell::new().width(*width, WidthType::Dxa), |cell, line| {
                let run = Run::new().add_text(line).fonts(fonts(SONG)).size(SMALL);
                cell.add_paragraph(small().add_run(if heading { run.bold() } else { run }))
            })
        };
        TableRow::new(widths.iter().zip(cells).map(cell).collect())
    };
    let heads = table.columns.iter().map(|(head, _)| head.one_line()).collect();
    let mut rows = vec![row(heads, true)];
    for cells in &table.rows {
        let cells = (0..widths.len())
            .map(|at| cells.get(at).map_or_else(String::new, |cell| cell.as_str().to_owned()));
        rows.push(row(cells.collect(), false));
    }
    docx_rs::Table::new(rows).set_grid(widths).width(WIDTH, WidthType::Dxa)
}

fn header(paper: &Paper) -> Paragraph {
    let cases: Vec<_> = paper.cases.iter().map(Text::one_line).collect();
    let text = format!("{}　{}", paper.title.one_line(), cases.join("、"));
    Paragraph::new().align(AlignmentType::Right).add_run(edge(text.trim_end()))
}

fn footer(paper: &Paper) -> Footer {
    let page = Paragraph::new()
        .align(AlignmentType::Center)
        .add_run(edge("第 "))
        .add_page_num(PageNum::new())
        .add_run(edge(" 页 共 "))
        .add_num_pages(NumPages::new())
        .add_run(edge(" 页"));
    let mut footer = Footer::new().add_paragraph(page);
    let code = paper.footer.code.one_line();
    if !code.is_empty() {
        let made = paper.footer.made_at.map(|at| format!("　生成于 {}", moment(at)));
        let text = format!("核验码 {code}{}", made.unwrap_or_default());
        footer = footer
            .add_paragraph(Paragraph::new().align(AlignmentType::Center).add_run(edge(&text)));
    }
    footer
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sample;

    /// Parts are stored and not compressed, so what is in them can be looked for.
    fn holds(bytes: &[u8], text: &str) -> bool {
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    }

    #[test]
    fn the_word_file_has_the_page_of_official_papers() {
        let paper = sample::everything();
        let made = docx(&paper).unwrap();
        assert_eq!(made, docx(&paper).unwrap());
        for part in [
            "w:eastAsia=\"仿宋\"",
            "w:line=\"560\"",
            "w:lineRule=\"exact\"",
            "NUMPAGES",
            "<w:b ",
            "𬭚某",
            "&lt;b&gt;粗&lt;/b&gt;",
            "拒绝签名：认为第二段记录有误",
        ] {
            assert!(holds(&made, part), "{part}");
        }
    }

    proptest! {
        #[test]
        fn nobodys_words_are_markup(said in "[<>&\"'/w:a-z \\]!-]{0,60}") {
            let made = docx(&sample::said(&format!("<甲{said}乙>"))).unwrap();
            prop_assert!(!holds(&made, "<甲"));
            prop_assert!(holds(&made, "&lt;甲"));
        }
    }
}
