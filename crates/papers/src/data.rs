//! A document as data: JSON with times, subtitles of its lines, and its tables for a spreadsheet.

use serde::Serialize;

use crate::paper::{Block, Paper, Span};
use crate::text::Text;

/// The shape of the JSON; a change that a reader would notice counts up.
pub const FORMAT: u32 = 1;
/// Shortest time a subtitle stays, in milliseconds.
const CUE_MS_MIN: u64 = 1_000;

#[derive(Serialize)]
struct Data<'a> {
    format: u32,
    #[serde(flatten)]
    paper: &'a Paper,
}

/// The document as JSON. Times of lines (`from_ms`, `to_ms`) are milliseconds of the hearing's time
/// line, moments are milliseconds since 1970 UTC.
pub fn json(paper: &Paper) -> String {
    let data = Data { format: FORMAT, paper };
    let mut text =
        serde_json::to_string_pretty(&data).expect("text and numbers can be written as JSON");
    text.push('\n');
    text
}

/// A document that is not read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// It is no document, or one of another shape.
    #[error("it is not a document: {0}")]
    Shape(#[from] serde_json::Error),
    /// It was written by a newer program.
    #[error("its format is not {FORMAT}")]
    Format,
}

/// Reads a document from the JSON of [`json`]. Its text is cleaned again: nobody's word is taken for
/// where it comes from.
///
/// # Errors
/// When it is not such JSON.
pub fn read(bytes: &[u8]) -> Result<Paper, Unreadable> {
    let mut value: serde_json::Value = serde_json::from_slice(bytes)?;
    let format = value.as_object_mut().and_then(|fields| fields.remove("format"));
    if format != Some(FORMAT.into()) {
        return Err(Unreadable::Format);
    }
    Ok(serde_json::from_value(value)?)
}

/// Subtitles of every line that has a time (WebVTT, W3C), with a voice for each speaker; empty of
/// cues where no line has one.
pub fn webvtt(paper: &Paper) -> String {
    subtitles(paper.lines().filter_map(|line| Some((line.span?, line.speaker(), &line.text))))
}

/// Subtitles (WebVTT, W3C): when, who speaks, what.
pub fn subtitles<'a>(cues: impl Iterator<Item = (Span, String, &'a Text)>) -> String {
    let mut text = String::from("WEBVTT\n");
    for (span, speaker, said) in cues {
        // A blank line ends a cue, so there is none in it.
        let words: Vec<_> = said.lines().map(str::trim).filter(|words| !words.is_empty()).collect();
        if words.is_empty() {
            continue;
        }
        let to_ms = span.to_ms.max(span.from_ms.saturating_add(CUE_MS_MIN));
        text.push_str(&format!("\n{} --> {}\n", cue_time(span.from_ms), cue_time(to_ms)));
        let speaker = escaped(&speaker);
        if !speaker.is_empty() {
            text.push_str(&format!("<v {speaker}>"));
        }
        text.push_str(&escaped(&words.join("\n")));
        text.push('\n');
    }
    text
}

fn cue_time(ms: u64) -> String {
    let seconds = ms / 1_000;
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    format!("{hours:02}:{minutes:02}:{:02}.{:03}", seconds % 60, ms % 1_000)
}

/// Text of a cue: neither a tag nor the arrow of a time can be made of it.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The tables of a document, one below the other, as CSV (RFC 4180, UTF-8 with its mark): no cell
/// is read as a formula by a spreadsheet.
pub fn csv(paper: &Paper) -> String {
    let mut text = String::from("\u{feff}");
    let blocks = paper.sections.iter().flat_map(|section| &section.blocks);
    for block in blocks {
        let Block::Table(table) = block else { continue };
        let heads = table.columns.iter().map(|(head, _)| cell(&head.one_line()));
        put_row(&mut text, heads);
        for row in &table.rows {
            let cells = (0..table.columns.len())
                .map(|at| row.get(at).map_or_else(String::new, |text| cell(&text.one_line())));
            put_row(&mut text, cells);
        }
    }
    text
}

fn put_row(text: &mut String, cells: impl Iterator<Item = String>) {
    text.push_str(&cells.collect::<Vec<_>>().join(","));
    text.push_str("\r\n");
}

/// A cell in quotation marks; what a spreadsheet would calculate begins with an apostrophe.
fn cell(text: &str) -> String {
    let begins = text.trim_start().chars().next();
    let calculates =
        matches!(begins, Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '|' | '%'));
    let guard = if calculates { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sample;

    #[test]
    fn only_documents_of_this_format_are_read() {
        for wrong in ["", "{}", "{\"format\": 2}", "[]", "{\"format\": 1}"] {
            assert!(read(wrong.as_bytes()).is_err(), "{wrong}");
        }
        let paper = sample::everything();
        assert_eq!(read(json(&paper).as_bytes()).unwrap(), paper);
    }

    #[test]
    fn no_cell_is_a_formula() {
        for (typed, written) in [
            ("=1+1", "\"'=1+1\""),
            (" @SUM(A1)", "\"' @SUM(A1)\""),
            ("－5", "\"'－5\""),
            ("张\"三\",李", "\"张\"\"三\"\",李\""),
            ("𬭚", "\"𬭚\""),
        ] {
            assert_eq!(cell(typed), written);
        }
    }

    proptest! {
        #[test]
        fn nobodys_words_make_a_cue_or_a_voice(said in "[<>&v \\-\n:.0-9a-z]{0,60}|\\PC{0,40}") {
            let vtt = webvtt(&sample::said(&said));
            let cues = vtt.lines().filter(|line| line.contains("-->")).count();
            prop_assert!(cues <= 1);
            let after = vtt.split_once("--> ").map_or("", |(_, after)| after);
            // One voice tag, which is ours; the words hold no tag and no blank line.
            prop_assert_eq!(after.matches('<').count(), cues);
            prop_assert!(!after.trim_end().contains("\n\n"));
        }

        #[test]
        fn data_reads_back_as_the_same_document(said in "\\PC{0,40}|.{0,40}") {
            let paper = sample::said(&said);
            prop_assert_eq!(read(json(&paper).as_bytes()).unwrap(), paper);
        }

        #[test]
        fn every_row_of_a_table_is_one_row(cell in "\\PC{0,40}|[\r\n\",=+@-]{0,20}") {
            let text = csv(&sample::with_cell(&cell));
            prop_assert_eq!(text.matches("\r\n").count(), 2);
            prop_assert_eq!(text.matches('\n').count(), 2);
        }
    }
}
