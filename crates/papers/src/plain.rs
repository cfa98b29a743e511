//! A document as plain text, for reading anywhere and for the golden files.
//!
//! A line of the document begins at the margin and what belongs to it is set in, so that nobody can
//! write a second speaker into their own words.

use crate::paper::{Block, Line, Paper, Table};
use crate::words::{moment, place, signature, signer};

/// What continues a paragraph.
const INDENT: &str = "　　";

/// The document as text, lines ended by `\n`.
pub fn plain(paper: &Paper) -> String {
    let mut text = String::new();
    put(&mut text, &paper.court.one_line());
    put(&mut text, &paper.title.one_line());
    text.push('\n');
    if !paper.cases.is_empty() {
        let cases: Vec<_> = paper.cases.iter().map(crate::Text::one_line).collect();
        put(&mut text, &format!("案号：{}", cases.join("、")));
    }
    for row in &paper.meta {
        put_lines(&mut text, &format!("{}：", row.name.one_line()), row.value.lines());
    }
    if let Some(version) = paper.version {
        put(&mut text, &format!("文本版本：第 {version} 版"));
    }
    for section in &paper.sections {
        text.push('\n');
        if !section.heading.is_blank() {
            put(&mut text, &format!("【{}】", section.heading.one_line()));
        }
        for block in &section.blocks {
            match block {
                Block::Text { text: words } => put_lines(&mut text, INDENT, words.lines()),
                Block::Line(line) => put_line(&mut text, line),
                Block::Table(table) => put_table(&mut text, table),
            }
        }
    }
    if !paper.notes.is_empty() {
        text.push('\n');
        for note in &paper.notes {
            put_lines(&mut text, "注：", note.lines());
        }
    }
    if !paper.signatures.is_empty() {
        text.push('\n');
        for each in &paper.signatures {
            put(&mut text, &format!("{}（签名）：{}", signer(each), signature(&each.signed)));
        }
    }
    put_footer(&mut text, paper);
    text
}

fn put_footer(text: &mut String, paper: &Paper) {
    let footer = &paper.footer;
    if !footer.sha256.is_blank() {
        text.push('\n');
        put(text, &format!("核验码：{}", footer.code.one_line()));
        put(text, &format!("SHA-256：{}", footer.sha256.one_line()));
        put(text, &format!("SM3：{}", footer.sm3.one_line()));
    }
    if let Some(made_at) = footer.made_at {
        put(text, &format!("生成时间：{}", moment(made_at)));
    }
}

fn put(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

/// The first line at the margin, all others set in.
fn put_lines<'a>(text: &mut String, head: &str, lines: impl Iterator<Item = &'a str>) {
    for (at, line) in lines.enumerate() {
        text.push_str(if at == 0 { head } else { INDENT });
        put(text, line.trim_end());
    }
}

fn put_line(text: &mut String, line: &Line) {
    let speaker = line.speaker();
    let mut head = line.span.map_or_else(String::new, |span| format!("[{}] ", place(span.from_ms)));
    if !speaker.is_empty() {
        head.push_str(&speaker);
        head.push('：');
    }
    put_lines(text, &head, line.text.lines());
    if let Some(mark) = &line.mark {
        put(text, &format!("{INDENT}〔{}〕", mark.one_line()));
    }
}

fn put_table(text: &mut String, table: &Table) {
    let heads: Vec<_> = table.columns.iter().map(|(head, _)| head.one_line()).collect();
    put(text, &heads.join(" | "));
    for row in &table.rows {
        let cells: Vec<_> = (0..heads.len())
            .map(|at| row.get(at).map_or_else(String::new, crate::Text::one_line))
            .collect();
        put(text, cells.join(" | ").trim_end());
    }
}
