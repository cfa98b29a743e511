//! One paragraph: its letters shaped, broken into lines, and each line in the order in which it is
//! seen.
//!
//! Lines break where Unicode allows it (UAX #14), so no closing mark begins a line and no opening one
//! ends it; right-to-left words inside stand as UAX #9 says, in a paragraph that runs left to right.

use std::collections::BTreeMap;
use std::ops::Range;

use krilla::text::{GlyphId, KrillaGlyph};
use rustybuzz::{Direction, UnicodeBuffer};
use unicode_bidi::{BidiInfo, Level};
use unicode_linebreak::linebreaks;

use super::faces::Faces;

/// A letter as it is drawn.
#[derive(Clone, Debug)]
struct Shape {
    /// Which bytes of the text it stands for.
    range: Range<usize>,
    glyph: u32,
    /// In ems.
    advance: f32,
    offset: (f32, f32),
}

/// Letters of one face and one direction, in the order in which they are seen.
#[derive(Clone, Debug)]
struct Run {
    /// Which bytes of the text.
    range: Range<usize>,
    rtl: bool,
    face: usize,
    shapes: Vec<Shape>,
}

impl Run {
    /// The letters of it that stand for these bytes.
    fn within(&self, bytes: &Range<usize>) -> &[Shape] {
        let place = |at: usize| {
            let before = |shape: &Shape| (shape.range.start < at) != self.rtl;
            self.shapes.partition_point(before)
        };
        let (from, to) = (place(bytes.start), place(bytes.end));
        self.shapes.get(from.min(to)..from.max(to)).unwrap_or_default()
    }
}

/// A stretch of one line, of one face, ready to be drawn.
#[derive(Clone, Debug)]
pub(super) struct Strip {
    pub(super) face: usize,
    pub(super) glyphs: Vec<KrillaGlyph>,
    /// How wide it is, in ems.
    pub(super) width: f32,
}

/// One line of a paragraph.
#[derive(Clone, Debug)]
pub(super) struct SetLine {
    pub(super) strips: Vec<Strip>,
    /// How wide it is without blanks at its end, in ems.
    pub(super) width: f32,
}

/// Where the lines of a paragraph begin and end, in ems.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measure {
    pub(super) width: f32,
    /// How far the first line is set in.
    pub(super) first: f32,
    /// How far the others are.
    pub(super) rest: f32,
    /// Whether lines are spread to the whole width.
    pub(super) spread: bool,
}

/// A text with the parts of it that are bold; what no face can print is replaced by its number.
#[derive(Clone, Debug, Default)]
pub(super) struct Words {
    pub(super) text: String,
    bold: Vec<Range<usize>>,
}

impl Words {
    /// Appends; counts in `missing` what cannot be printed.
    pub(super) fn push(&mut self, faces: &Faces<'_>, text: &str, bold: bool, missing: &mut u32) {
        let from = self.text.len();
        for letter in text.chars() {
            if faces.of(letter, bold).is_some() || is_attached(letter) {
                self.text.push(letter);
            } else {
                *missing += 1;
                self.text.push_str(&format!("〔U+{:04X}〕", u32::from(letter)));
            }
        }
        if bold {
            self.bold.push(from..self.text.len());
        }
    }

    fn is_bold(&self, at: usize) -> bool {
        self.bold.iter().any(|range| range.contains(&at))
    }
}

/// Marks that belong to the letter before them and are not looked up alone.
const fn is_attached(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36F}' | '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}'
        | '\u{E0100}'..='\u{E01EF}')
}

/// Sets a paragraph of one line end or none.
pub(super) fn set(faces: &Faces<'_>, words: &Words, measure: Measure) -> Vec<SetLine> {
    let text = words.text.as_str();
    if text.is_empty() {
        return vec![SetLine { strips: Vec::new(), width: 0.0 }];
    }
    let bidi = BidiInfo::new(text, Some(Level::ltr()));
    let runs = shape(faces, words, &bidi);
    let mut advances: BTreeMap<usize, f32> = BTreeMap::new();
    for shape in runs.iter().flat_map(|run| &run.shapes) {
        *advances.entry(shape.range.start).or_default() += shape.advance;
    }
    let lines = broken(text, &advances, measure);
    let last = lines.len().saturating_sub(1);
    lines
        .into_iter()
        .enumerate()
        .map(|(at, line)| {
            let indent = if at == 0 { measure.first } else { measure.rest };
            let room = (measure.spread && at < last).then_some(measure.width - indent);
            seen(text, &bidi, &runs, line, room)
        })
        .collect()
}

fn shape(faces: &Faces<'_>, words: &Words, bidi: &BidiInfo<'_>) -> Vec<Run> {
    let text = words.text.as_str();
    let mut stretches: Vec<(Range<usize>, usize, Level)> = Vec::new();
    for (at, letter) in text.char_indices() {
        let level = bidi.levels[at];
        let end = at + letter.len_utf8();
        let before = stretches.last().map(|(_, face, _)| *face);
        let own = faces.of(letter, words.is_bold(at)).unwrap_or_default();
        let face = before.filter(|_| is_attached(letter)).unwrap_or(own);
        match stretches.last_mut() {
            Some((range, of, same)) if *of == face && *same == level => range.end = end,
            Some(_) | None => stretches.push((at..end, face, level)),
        }
    }
    stretches
        .into_iter()
        .map(|(range, face, level)| {
            let mut buffer = UnicodeBuffer::new();
            buffer.push_str(&text[range.clone()]);
            buffer.guess_segment_properties();
            let direction =
                if level.is_rtl() { Direction::RightToLeft } else { Direction::LeftToRight };
            buffer.set_direction(direction);
            Run {
                rtl: level.is_rtl(),
                face,
                shapes: shaped(faces, face, buffer, range.clone()),
                range,
            }
        })
        .collect()
}

fn shaped(
    faces: &Faces<'_>,
    face: usize,
    buffer: UnicodeBuffer,
    range: Range<usize>,
) -> Vec<Shape> {
    let opened = faces.shaping(face);
    #[expect(clippy::cast_precision_loss, reason = "font units are small numbers")]
    let em = opened.units_per_em().max(1) as f32;
    let shaped = rustybuzz::shape(opened, &[], buffer);
    let start = |cluster: u32| range.start + usize::try_from(cluster).unwrap_or_default();
    let mut starts: Vec<usize> =
        shaped.glyph_infos().iter().map(|info| start(info.cluster)).collect();
    starts.sort_unstable();
    starts.dedup();
    starts.push(range.end);
    let ems = |units: i32| {
        #[expect(clippy::cast_precision_loss, reason = "font units are small numbers")]
        let units = units as f32;
        units / em
    };
    let infos = shaped.glyph_infos().iter().zip(shaped.glyph_positions());
    infos
        .map(|(info, position)| {
            let from = start(info.cluster);
            let next = starts.partition_point(|start| *start <= from);
            let end = starts.get(next).copied().unwrap_or(range.end);
            Shape {
                range: from..end,
                glyph: info.glyph_id,
                advance: ems(position.x_advance),
                offset: (ems(position.x_offset), ems(position.y_offset)),
            }
        })
        .collect()
}

/// The bytes of each line: as many letters as fit, to the last place where a line may end, or to the
/// last letter where there is none.
fn broken(text: &str, advances: &BTreeMap<usize, f32>, measure: Measure) -> Vec<Range<usize>> {
    let mut breaks = linebreaks(text).map(|(at, _)| at).peekable();
    let mut lines: Vec<Range<usize>> = Vec::new();
    let (mut from, mut width) = (0, 0.0);
    let mut may_end: Option<usize> = None;
    for (at, advance) in advances {
        while breaks.next_if(|place| place < at).is_some() {}
        if breaks.next_if_eq(at).is_some() && *at > from {
            may_end = Some(*at);
        }
        let hangs = text[*at..].starts_with(char::is_whitespace);
        let indent = if lines.is_empty() { measure.first } else { measure.rest };
        if width + advance > measure.width - indent && *at > from && !hangs {
            let end = may_end.take().unwrap_or(*at);
            lines.push(from..end);
            from = end;
            width = advances.range(end..*at).map(|(_, advance)| advance).sum();
        }
        width += advance;
    }
    lines.push(from..text.len());
    lines
}

/// Letters of a line in the order in which they are seen, spread to `room` where it is given.
fn seen(
    text: &str,
    bidi: &BidiInfo<'_>,
    runs: &[Run],
    line: Range<usize>,
    room: Option<f32>,
) -> SetLine {
    let end = line.start + text[line.clone()].trim_end().len();
    let line = line.start..end;
    let Some(paragraph) = bidi.paragraphs.first().filter(|_| !line.is_empty()) else {
        return SetLine { strips: Vec::new(), width: 0.0 };
    };
    let (levels, stretches) = bidi.visual_runs(paragraph, line);
    let mut strips: Vec<(usize, &[Shape])> = Vec::new();
    for stretch in stretches {
        let rtl = levels.get(stretch.start).is_some_and(Level::is_rtl);
        let first = runs.partition_point(|run| run.range.end <= stretch.start);
        let next = runs.partition_point(|run| run.range.start < stretch.end);
        let inside = runs.get(first..next).unwrap_or_default();
        let mut picked: Vec<_> =
            inside.iter().map(|run| (run.face, run.within(&stretch))).collect();
        if rtl {
            picked.reverse();
        }
        strips.extend(picked);
    }
    let count = strips.iter().map(|(_, shapes)| shapes.len()).sum::<usize>();
    let natural: f32 = strips.iter().flat_map(|(_, shapes)| *shapes).map(|s| s.advance).sum();
    let space = spacing(room, natural, count);
    let strips = strips.into_iter().map(|(face, shapes)| strip(face, shapes, space)).collect();
    SetLine { strips, width: natural }
}

/// Blank added after each letter, in ems: a line that lacks more than two letters is left as it is.
fn spacing(room: Option<f32>, natural: f32, count: usize) -> f32 {
    let gaps = u16::try_from(count.saturating_sub(1)).unwrap_or(u16::MAX);
    let lack = room.map_or(0.0, |room| room - natural);
    if gaps == 0 || !(-0.5..=2.0).contains(&lack) { 0.0 } else { lack / f32::from(gaps) }
}

fn strip(face: usize, shapes: &[Shape], space: f32) -> Strip {
    let glyphs: Vec<_> = shapes
        .iter()
        .map(|shape| {
            let (x, y) = shape.offset;
            let id = GlyphId::new(shape.glyph);
            KrillaGlyph::new(id, shape.advance + space, x, y, 0.0, shape.range.clone(), None)
        })
        .collect();
    let width = shapes.iter().map(|shape| shape.advance + space).sum();
    Strip { face, glyphs, width }
}

#[cfg(test)]
mod tests {
    use krilla::text::Glyph as _;
    use proptest::prelude::*;
    use proptest::test_runner::TestRunner;

    use super::*;
    use crate::pdf::tests::fonts;

    const MEASURE: Measure = Measure { width: 12.0, first: 2.0, rest: 0.0, spread: true };

    #[test]
    fn lines_fit_and_no_closing_mark_begins_one() {
        let fonts = fonts();
        let faces = Faces::open(&fonts).unwrap();
        let mut runner =
            TestRunner::new(ProptestConfig { cases: 200, ..ProptestConfig::default() });
        // Pieces that cannot be broken stay short enough for a line.
        let said = "([一二三甲乙丙]{1,8}[，。；：？！、）》”—…]{0,2}[（《“]?[a-z0-9]{0,4}){0,12}";
        runner
            .run(&said, |said| {
                let (mut words, mut missing) = (Words::default(), 0);
                words.push(&faces, &said, false, &mut missing);
                let lines = set(&faces, &words, MEASURE);
                let mut seen = 0;
                for (at, line) in lines.iter().enumerate() {
                    let room = MEASURE.width - if at == 0 { MEASURE.first } else { MEASURE.rest };
                    prop_assert!(line.width <= room + 0.01, "{} of {room}", line.width);
                    seen += line.strips.iter().map(|strip| strip.glyphs.len()).sum::<usize>();
                    let Some(first) = line.strips.first().and_then(|strip| strip.glyphs.first())
                    else {
                        continue;
                    };
                    let letter = words.text[first.text_range()].chars().next();
                    let is_closing =
                        letter.is_some_and(|letter| "，。；：？！、）》".contains(letter));
                    prop_assert!(at == 0 || !is_closing, "{letter:?} of {:?}", words.text);
                }
                let letters = words.text.chars().filter(|c| !c.is_whitespace()).count();
                prop_assert!(seen > 0 || letters == 0);
                Ok(())
            })
            .unwrap();
    }

    #[test]
    fn what_no_font_has_is_named_by_its_number() {
        let fonts = fonts();
        let faces = Faces::open(&fonts).unwrap();
        let (mut words, mut missing) = (Words::default(), 0);
        words.push(&faces, "𬭚某\u{10ffff}某", true, &mut missing);
        assert_eq!((words.text.as_str(), missing), ("𬭚某〔U+10FFFF〕某", 1));
    }
}
