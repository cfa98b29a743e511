//! Where everything of a document stands: blocks flow down the pages.
//!
//! What is not here: breaking paragraphs (`setting.rs`) and drawing (`draw.rs`).

use model::limits::PAPER_PAGES_MAX;

use super::PdfFault;
use super::faces::Faces;
use super::setting::{Measure, SetLine, Words, set};
use crate::paper::{Block, Line, Paper, SignaturePlace, Signed, Table};
use crate::strokes::Strokes;
use crate::text::Text;
use crate::words::{moment, place, signature, signer};

/// Points of an A4 page across and down.
pub(super) const PAGE: (f32, f32) = (595.276, 841.89);
/// Where text begins from the left: 28 mm.
pub(super) const LEFT: f32 = 79.37;
/// How wide it is: 28 letters.
pub(super) const WIDTH: f32 = 448.0;
/// Where text begins from above.
const TOP: f32 = 100.0;
/// Where it ends: 22 lines below.
const BOTTOM: f32 = 720.0;
/// Letters of the text, in points (三号).
const BODY: f32 = 16.0;
/// From line to line.
const PITCH: f32 = 28.0;
/// Letters of the court's name and the title (二号).
const HEAD: f32 = 22.0;
/// Letters of tables and notes (小四), and their lines.
const SMALL: (f32, f32) = (12.0, 19.0);
/// Letters of what stands under a signature.
const TINY: f32 = 10.5;
/// Blank inside a table's cell.
const CELL: f32 = 5.0;
/// Height of a signature's place, and of the box in it.
const SIGN: (f32, f32) = (64.0, 50.0);
/// Where that box begins, and its width.
const SIGN_BOX: (f32, f32) = (LEFT + 240.0, 150.0);

/// Something on a page.
#[derive(Clone, Debug)]
pub(super) enum Mark {
    /// A line of text from a place on its base line.
    Letters { x: f32, y: f32, size: f32, grey: bool, text: std::rc::Rc<str>, line: SetLine },
    /// A thin line.
    Rule { from: (f32, f32), to: (f32, f32) },
    /// A signature inside a box.
    Ink { x: f32, y: f32, width: f32, height: f32, strokes: Strokes },
}

/// What stands on one page.
pub(super) type Page = Vec<Mark>;

/// How a paragraph is set.
#[derive(Clone, Copy, Debug)]
struct Style {
    size: f32,
    pitch: f32,
    /// Letters the first line is set in, and the others.
    indent: (f32, f32),
    align: Align,
    grey: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Align {
    Spread,
    Centre,
    Right,
    Left,
}

const TEXT: Style =
    Style { size: BODY, pitch: PITCH, indent: (2.0, 0.0), align: Align::Spread, grey: false };
const TITLE: Style =
    Style { size: HEAD, pitch: 36.0, indent: (0.0, 0.0), align: Align::Centre, grey: false };
const NOTE: Style =
    Style { size: SMALL.0, pitch: SMALL.1, indent: (0.0, 2.0), align: Align::Left, grey: false };
const MARK: Style = Style { indent: (3.0, 3.0), grey: true, ..NOTE };

/// Everything on its page.
pub(super) fn compose(faces: &Faces<'_>, paper: &Paper) -> Result<Vec<Page>, PdfFault> {
    let mut flow = Flow { faces, pages: vec![Vec::new()], y: TOP, missing: 0 };
    flow.head(paper);
    for section in &paper.sections {
        flow.y += PITCH / 4.0;
        if !section.heading.is_blank() {
            flow.room(3.0 * PITCH);
            flow.paragraph(&[(&section.heading.one_line(), true)], TEXT);
        }
        for block in &section.blocks {
            match block {
                Block::Text { text } => flow.paragraphs(text),
                Block::Line(line) => flow.line(line),
                Block::Table(table) => flow.table(table),
            }
            if flow.pages.len() > PAPER_PAGES_MAX {
                return Err(PdfFault::TooLong(PAPER_PAGES_MAX));
            }
        }
    }
    flow.end(paper);
    if flow.pages.len() > PAPER_PAGES_MAX {
        return Err(PdfFault::TooLong(PAPER_PAGES_MAX));
    }
    Ok(flow.pages)
}

/// One line set by itself, for headers and footers.
pub(super) fn single(
    faces: &Faces<'_>,
    text: &str,
    (x, y): (f32, f32),
    size: f32,
    share: f32,
) -> Mark {
    let mut words = Words::default();
    let mut missing = 0;
    words.push(faces, text, false, &mut missing);
    let measure = Measure { width: 200.0, first: 0.0, rest: 0.0, spread: false };
    let line = set(faces, &words, measure).swap_remove(0);
    let x = x - line.width * size * share;
    Mark::Letters { x, y, size, grey: true, text: words.text.into(), line }
}

struct Flow<'a, 'b> {
    faces: &'a Faces<'b>,
    pages: Vec<Page>,
    y: f32,
    /// Letters no font has.
    missing: u32,
}

impl Flow<'_, '_> {
    fn put(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    /// Begins a new page unless so much fits on this one.
    fn room(&mut self, height: f32) {
        if self.y + height > BOTTOM && self.y > TOP {
            self.pages.push(Vec::new());
            self.y = TOP;
        }
    }

    fn words(&mut self, parts: &[(&str, bool)]) -> Words {
        let mut words = Words::default();
        for (text, bold) in parts {
            words.push(self.faces, text, *bold, &mut self.missing);
        }
        words
    }

    fn paragraph(&mut self, parts: &[(&str, bool)], style: Style) {
        let words = self.words(parts);
        let (first, rest) = style.indent;
        let spread = style.align == Align::Spread;
        let measure = Measure { width: WIDTH / style.size, first, rest, spread };
        let lines = set(self.faces, &words, measure);
        let text: std::rc::Rc<str> = words.text.into();
        for (at, line) in lines.into_iter().enumerate() {
            self.room(style.pitch);
            let indent = if at == 0 { first } else { rest } * style.size;
            let left = WIDTH - line.width * style.size;
            let x = match style.align {
                Align::Spread | Align::Left => indent,
                Align::Centre => left / 2.0,
                Align::Right => left,
            };
            self.letters(LEFT + x, base(self.y, style), style, &text, line);
            self.y += style.pitch;
        }
    }

    fn letters(&mut self, x: f32, y: f32, style: Style, text: &std::rc::Rc<str>, line: SetLine) {
        let (size, grey) = (style.size, style.grey);
        self.put(Mark::Letters { x, y, size, grey, text: std::rc::Rc::clone(text), line });
    }

    fn paragraphs(&mut self, text: &Text) {
        for line in text.lines() {
            self.paragraph(&[(line.trim_end(), false)], TEXT);
        }
    }

    fn head(&mut self, paper: &Paper) {
        self.paragraph(&[(&paper.court.one_line(), true)], TITLE);
        self.paragraph(&[(&paper.title.one_line(), true)], TITLE);
        let cases: Vec<_> = paper.cases.iter().map(Text::one_line).collect();
        if !cases.is_empty() {
            let right = Style { indent: (0.0, 0.0), align: Align::Right, ..TEXT };
            self.paragraph(&[(&cases.join("、"), false)], right);
        }
        self.y += PITCH / 4.0;
        let row = Style { indent: (0.0, 2.0), align: Align::Left, ..TEXT };
        let mut rows: Vec<(String, String)> = paper
            .meta
            .iter()
            .map(|row| (row.name.one_line(), row.value.lines().collect::<Vec<_>>().join("；")))
            .collect();
        if let Some(version) = paper.version {
            rows.push(("文本版本".to_owned(), format!("第 {version} 版")));
        }
        for (name, value) in rows {
            self.paragraph(&[(&name, true), ("：", true), (&value, false)], row);
        }
    }

    fn line(&mut self, line: &Line) {
        let speaker = line.speaker();
        let head = if speaker.is_empty() { speaker } else { format!("{speaker}：") };
        self.room(PITCH);
        if let Some(span) = line.span {
            let at = (LEFT + WIDTH + 8.0, self.y + PITCH * 0.72);
            let mark = single(self.faces, &place(span.from_ms), at, 8.0, 0.0);
            self.put(mark);
        }
        for (at, words) in line.text.lines().enumerate() {
            let head = if at == 0 { head.as_str() } else { "" };
            self.paragraph(&[(head, true), (words.trim_end(), false)], TEXT);
        }
        if let Some(mark) = &line.mark {
            self.paragraph(&[(&format!("〔{}〕", mark.one_line()), false)], MARK);
        }
    }

    fn end(&mut self, paper: &Paper) {
        if !paper.notes.is_empty() {
            self.y += PITCH / 4.0;
        }
        for note in &paper.notes {
            for (at, line) in note.lines().enumerate() {
                let head = if at == 0 { "注：" } else { "　　" };
                self.paragraph(&[(head, false), (line.trim_end(), false)], NOTE);
            }
        }
        if self.missing > 0 {
            let text = format!(
                "注：本文书有 {} 个字符不在打印字体中，以“〔U+编号〕”标出；原字符见同一文书的数据文件。",
                self.missing
            );
            self.paragraph(&[(&text, false)], NOTE);
        }
        if !paper.signatures.is_empty() {
            self.y += PITCH / 2.0;
        }
        for each in &paper.signatures {
            self.signature(each);
        }
    }

    fn signature(&mut self, each: &SignaturePlace) {
        let words = self.words(&[(&format!("{}（签名）：", signer(each)), false)]);
        let width = (SIGN_BOX.0 - LEFT - 8.0) / BODY;
        let measure = Measure { width, first: 0.0, rest: 0.0, spread: false };
        let lines = set(self.faces, &words, measure);
        let text: std::rc::Rc<str> = words.text.into();
        let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX);
        self.room(SIGN.0.max(f32::from(rows.min(20)) * PITCH));
        let top = self.y;
        for line in lines {
            self.letters(LEFT, base(self.y, TEXT), TEXT, &text, line);
            self.y += PITCH;
        }
        let under = self.sign_box(top, &each.signed);
        self.y = self.y.max(top + SIGN.0).max(under);
    }

    /// What was written, and below it how and when; where that ends.
    fn sign_box(&mut self, top: f32, signed: &Signed) -> f32 {
        let (x, width) = SIGN_BOX;
        let style = Style { size: TINY, pitch: 14.0, indent: (0.0, 0.0), ..NOTE };
        let mut y = top;
        let below = match signed {
            Signed::Open => {
                let line = top + PITCH - 4.0;
                self.put(Mark::Rule { from: (x, line), to: (x + WIDTH - (x - LEFT), line) });
                y = top + PITCH + 6.0;
                "日期：　　　　年　　月　　日".to_owned()
            }
            Signed::Yes { strokes: Some(strokes), .. } => {
                let strokes = strokes.clone();
                self.put(Mark::Ink { x, y: top, width, height: SIGN.1 - 6.0, strokes });
                y = top + SIGN.1 - 4.0;
                signature(signed)
            }
            Signed::Yes { typed: Some(typed), method, at, .. } => {
                let words = self.words(&[(&typed.one_line(), false)]);
                let measure = Measure {
                    width: (LEFT + WIDTH - x) / BODY,
                    first: 0.0,
                    rest: 0.0,
                    spread: false,
                };
                let text: std::rc::Rc<str> = words.text.as_str().into();
                for line in set(self.faces, &words, measure) {
                    self.letters(x, base(y, TEXT), TEXT, &text, line);
                    y += PITCH;
                }
                format!("{}，{}", method.one_line(), moment(*at))
            }
            Signed::Yes { .. } | Signed::Refused { .. } => {
                y = top + 8.0;
                signature(signed)
            }
        };
        let words = self.words(&[(&below, false)]);
        let measure =
            Measure { width: (LEFT + WIDTH - x) / TINY, first: 0.0, rest: 0.0, spread: false };
        let text: std::rc::Rc<str> = words.text.as_str().into();
        for line in set(self.faces, &words, measure) {
            self.letters(x, y + 12.0, style, &text, line);
            y += style.pitch;
        }
        y + 6.0
    }

    fn table(&mut self, table: &Table) {
        let total: f32 = table.columns.iter().map(|(_, share)| f32::from((*share).max(1))).sum();
        if total <= 0.0 {
            return;
        }
        let widths: Vec<f32> = table
            .columns
            .iter()
            .map(|(_, share)| WIDTH * f32::from((*share).max(1)) / total)
            .collect();
        let heads: Vec<String> = table.columns.iter().map(|(head, _)| head.one_line()).collect();
        self.y += 4.0;
        self.row(&widths, &heads, true, &heads);
        for row in &table.rows {
            let cells: Vec<String> = (0..widths.len())
                .map(|at| row.get(at).map_or_else(String::new, |cell| cell.as_str().to_owned()))
                .collect();
            self.row(&widths, &cells, false, &heads);
        }
        self.y += 8.0;
    }

    /// A row; one that is longer than a page goes on on the next, under the headings again.
    fn row(&mut self, widths: &[f32], cells: &[String], bold: bool, heads: &[String]) {
        type Cell = Vec<(std::rc::Rc<str>, SetLine)>;
        let (size, pitch) = SMALL;
        let mut columns: Vec<Cell> = Vec::new();
        for (width, cell) in widths.iter().zip(cells) {
            let mut lines: Cell = Vec::new();
            let measure = Measure {
                width: (width - 2.0 * CELL) / size,
                first: 0.0,
                rest: 0.0,
                spread: false,
            };
            for part in cell.split('\n') {
                let words = self.words(&[(part.trim_end(), bold)]);
                let text: std::rc::Rc<str> = words.text.as_str().into();
                let set = set(self.faces, &words, measure);
                lines.extend(set.into_iter().map(|line| (std::rc::Rc::clone(&text), line)));
            }
            columns.push(lines);
        }
        let height =
            |rows: usize| f32::from(u16::try_from(rows).unwrap_or(u16::MAX)) * pitch + 2.0 * CELL;
        let mut left = columns.iter().map(Vec::len).max().unwrap_or_default();
        let mut done = 0;
        while left > 0 {
            let fits = (BOTTOM - self.y - 2.0 * CELL) / pitch;
            let whole = height(left) <= BOTTOM - self.y;
            if !whole && (height(left) <= BOTTOM - TOP - 60.0 || fits < 3.0) && self.y > TOP {
                self.pages.push(Vec::new());
                self.y = TOP;
                if !bold {
                    self.row(widths, heads, true, heads);
                }
                continue;
            }
            let now = (1..=left).rev().find(|rows| height(*rows) <= BOTTOM - self.y).unwrap_or(1);
            self.cells(widths, &columns, done..done + now, height(now));
            (done, left) = (done + now, left - now);
            if self.pages.len() > PAPER_PAGES_MAX {
                return;
            }
        }
    }

    fn cells(
        &mut self,
        widths: &[f32],
        columns: &[Vec<(std::rc::Rc<str>, SetLine)>],
        rows: core::ops::Range<usize>,
        height: f32,
    ) {
        let style = Style { indent: (0.0, 0.0), ..NOTE };
        let (top, bottom) = (self.y, self.y + height);
        let mut x = LEFT;
        for (width, lines) in widths.iter().zip(columns) {
            self.put(Mark::Rule { from: (x, top), to: (x, bottom) });
            let mut y = top + CELL;
            for (text, line) in lines.iter().skip(rows.start).take(rows.len()) {
                self.letters(x + CELL, base(y, style), style, text, line.clone());
                y += style.pitch;
            }
            x += width;
        }
        self.put(Mark::Rule { from: (x, top), to: (x, bottom) });
        self.put(Mark::Rule { from: (LEFT, top), to: (x, top) });
        self.put(Mark::Rule { from: (LEFT, bottom), to: (x, bottom) });
        self.y = bottom;
    }
}

/// The base line of a line whose upper edge is at `y`.
fn base(y: f32, style: Style) -> f32 {
    y + (style.pitch - style.size) / 2.0 + style.size * 0.86
}
