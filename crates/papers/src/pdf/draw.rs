//! Pages written as PDF/A-2u, with header, footer and watermark as artifacts.

use krilla::Document;
use krilla::SerializeSettings;
use krilla::color::luma;
use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::geom::{PathBuilder, Point, Transform};
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, LineCap, LineJoin, Stroke};
use krilla::surface::Surface;
use krilla::tagging::{Artifact, ArtifactType, ContentTag};

use super::PdfFault;
use super::faces::Faces;
use super::pages::{LEFT, Mark, PAGE, Page, WIDTH, single};
use crate::paper::Paper;
use crate::strokes::Strokes;
use crate::text::Text;
use crate::words::{beijing, moment};

/// Letters of header and footer.
const EDGE: f32 = 9.0;
/// Letters of digests.
const DIGEST: f32 = 7.0;
/// Thickness of rules and of a pen's line.
const RULE: f32 = 0.6;
const PEN: f32 = 1.3;

pub(super) fn finish(
    faces: &Faces<'_>,
    paper: &Paper,
    pages: &[Page],
) -> Result<Vec<u8>, PdfFault> {
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_U)
        .finish()
        .map_err(|fault| PdfFault::Standard(format!("{fault:?}")))?;
    let settings = SerializeSettings { configuration, ..SerializeSettings::default() };
    let mut document = Document::new_with(settings);
    let count = pages.len();
    for (number, page) in (1..).zip(pages) {
        let Some(settings) = PageSettings::from_wh(PAGE.0, PAGE.1) else { continue };
        let mut sheet = document.start_page_with(settings);
        let mut surface = sheet.surface();
        if let Some(words) = &paper.watermark {
            watermark(&mut surface, faces, words);
        }
        for mark in page {
            put(&mut surface, faces, mark);
        }
        edges(&mut surface, faces, paper, (number, count));
        surface.finish();
        sheet.finish();
    }
    document.set_metadata(metadata(paper));
    document.finish().map_err(|fault| PdfFault::Standard(format!("{fault:?}")))
}

fn metadata(paper: &Paper) -> Metadata {
    let cases: Vec<_> = paper.cases.iter().map(Text::one_line).collect();
    let title = format!("{} {}", paper.title.one_line(), cases.join("、"));
    // The standard wants a date; without one it is the beginning of time and not the clock's.
    let made_at = paper.footer.made_at.unwrap_or_default();
    let (year, month, day, hour, minute, second) = beijing(made_at);
    let date = DateTime::new(u16::try_from(year).unwrap_or(1970))
        .month(month)
        .day(day)
        .hour(hour)
        .minute(minute)
        .second(second)
        .utc_offset_hour(8)
        .utc_offset_minute(0);
    Metadata::new()
        .title(title.trim_end().to_owned())
        .authors(vec![paper.court.one_line()])
        .creator("Assize".to_owned())
        .language("zh-CN".to_owned())
        .document_id(paper.footer.sha256.one_line())
        .creation_date(date)
}

fn shade(grey: bool) -> luma::Color {
    luma::Color::new(if grey { 70 } else { 0 })
}

fn put(surface: &mut Surface<'_>, faces: &Faces<'_>, mark: &Mark) {
    match mark {
        Mark::Letters { x, y, size, grey, text, line } => {
            surface.set_stroke(None);
            surface.set_fill(Some(Fill { paint: shade(*grey).into(), ..Fill::default() }));
            let mut x = *x;
            for strip in &line.strips {
                let font = faces.drawing(strip.face);
                let start = Point::from_xy(x, *y);
                surface.draw_glyphs(start, &strip.glyphs, font, text, *size, false);
                x += strip.width * size;
            }
        }
        Mark::Rule { from, to } => {
            let mut path = PathBuilder::new();
            path.move_to(from.0, from.1);
            path.line_to(to.0, to.1);
            draw(surface, path, RULE);
        }
        Mark::Ink { x, y, width, height, strokes } => {
            ink(surface, strokes, (*x, *y), (*width, *height));
        }
    }
}

fn draw(surface: &mut Surface<'_>, path: PathBuilder, width: f32) {
    let Some(path) = path.finish() else { return };
    surface.set_fill(None);
    surface.set_stroke(Some(Stroke {
        paint: luma::Color::black().into(),
        width,
        line_cap: LineCap::Round,
        line_join: LineJoin::Round,
        ..Stroke::default()
    }));
    surface.draw_path(&path);
}

/// A signature as large as its box allows, at its left edge.
fn ink(surface: &mut Surface<'_>, strokes: &Strokes, at: (f32, f32), room: (f32, f32)) {
    let (across, down) = strokes.size();
    let scale = (room.0 / f32::from(across)).min(room.1 / f32::from(down));
    let mut path = PathBuilder::new();
    for line in strokes.lines() {
        let mut points =
            line.iter().map(|(x, y)| (at.0 + f32::from(*x) * scale, at.1 + f32::from(*y) * scale));
        let Some((x, y)) = points.next() else { continue };
        path.move_to(x, y);
        // A dot is a line too short to be seen as one; its round ends are seen.
        path.line_to(x + 0.01, y);
        for (x, y) in points {
            path.line_to(x, y);
        }
    }
    draw(surface, path, PEN);
}

/// The header from the second page on, page number and digests below.
fn edges(
    surface: &mut Surface<'_>,
    faces: &Faces<'_>,
    paper: &Paper,
    (number, count): (usize, usize),
) {
    let right = LEFT + WIDTH;
    if number > 1 {
        let cases: Vec<_> = paper.cases.iter().map(|case| short(&case.one_line(), 24)).collect();
        let head = [
            single(faces, &short(&cases.join("、"), 40), (LEFT, 70.0), EDGE, 0.0),
            single(faces, &short(&paper.title.one_line(), 24), (right, 70.0), EDGE, 1.0),
            Mark::Rule { from: (LEFT, 76.0), to: (right, 76.0) },
        ];
        artifact(surface, faces, ArtifactType::Header, &head);
    }
    let page = format!("第 {number} 页 共 {count} 页");
    let mut foot = vec![single(faces, &page, (LEFT + WIDTH / 2.0, 762.0), TINY_PAGE, 0.5)];
    let footer = &paper.footer;
    if !footer.code.is_blank() {
        let code = format!("核验码 {}", footer.code.one_line());
        foot.push(single(faces, &code, (LEFT, 784.0), EDGE, 0.0));
        let sha = format!("SHA-256 {}", short(&footer.sha256.one_line(), 64));
        foot.push(single(faces, &sha, (LEFT, 796.0), DIGEST, 0.0));
        let sm3 = format!("SM3 {}", short(&footer.sm3.one_line(), 64));
        foot.push(single(faces, &sm3, (LEFT, 806.0), DIGEST, 0.0));
    }
    if let Some(made_at) = footer.made_at {
        let made = format!("生成于 {}", moment(made_at));
        foot.push(single(faces, &made, (right, 784.0), EDGE, 1.0));
    }
    artifact(surface, faces, ArtifactType::Footer, &foot);
}

/// Letters of the page number.
const TINY_PAGE: f32 = 10.5;

fn short(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

fn artifact(surface: &mut Surface<'_>, faces: &Faces<'_>, kind: ArtifactType, marks: &[Mark]) {
    surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(kind)));
    for mark in marks {
        put(surface, faces, mark);
    }
    surface.end_tagged();
}

/// Large pale letters across the page, as outlines: no search and no copy takes them for text.
fn watermark(surface: &mut Surface<'_>, faces: &Faces<'_>, words: &Text) {
    const SIZE: f32 = 64.0;
    let text = short(&words.one_line(), 20);
    let Mark::Letters { text, line, .. } = single(faces, &text, (0.0, 0.0), SIZE, 0.0) else {
        return;
    };
    surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Other)));
    let size = SIZE.min(560.0 / line.width.max(1.0));
    let (x, y) = (PAGE.0 / 2.0, PAGE.1 / 2.0);
    surface.push_transform(&Transform::from_rotate_at(-35.0, x, y));
    surface.set_stroke(None);
    surface.set_fill(Some(Fill {
        paint: luma::Color::new(226).into(),
        opacity: NormalizedF32::ONE,
        ..Fill::default()
    }));
    let mut at = x - line.width * size / 2.0;
    for strip in &line.strips {
        let start = Point::from_xy(at, y);
        surface.draw_glyphs(start, &strip.glyphs, faces.drawing(strip.face), &text, size, true);
        at += strip.width * size;
    }
    surface.pop();
    surface.end_tagged();
}
