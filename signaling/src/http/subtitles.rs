//! Subtitles of a record out of its frozen transcript: beside the composed film, whose time leaves
//! out what was not recorded, and in a part that is handed out.
//!
//! What is not here: who may have them, and the form of subtitles (crate `papers`).

use std::sync::Arc;

use ::papers::{Span, Text, subtitles};
use ::transcript::{Canonical, CanonicalLine};
use model::films::{FilmSpan, FilmTimes};
use model::{HearingId, LineKind, ParticipantId, Refusal, Timestamp};

use super::archive::blocking;
use super::{App, Refused};

/// How long a line that was typed stands at most, ms: nobody knows when its words ended.
const TYPED_MS_MAX: u64 = 8_000;

/// What a line says and when, on the media time line.
type Said<'a> = (u64, u64, &'a CanonicalLine);

/// The lines of a text with their times. What was heard has its own; what was typed stands from when
/// it was begun to the next line. Headings, and lines before or after the record, have none.
fn said(text: &Canonical, zero: Timestamp) -> Vec<Said<'_>> {
    let begun = |line: &CanonicalLine| {
        let at = line.at.0.checked_sub(zero.0).and_then(|ms| u64::try_from(ms).ok());
        line.heard.map(|(from, _)| from).or(at)
    };
    let mut found = Vec::new();
    for (at, line) in text.lines.iter().enumerate() {
        let Some(from) = begun(line).filter(|_| line.kind != LineKind::Heading) else { continue };
        let to = match line.heard {
            Some((_, to)) => to,
            // What was written without the public, and not heard, was not recorded.
            None if line.closed => continue,
            None => {
                let next = text.lines[at + 1..].iter().find_map(begun).filter(|next| *next > from);
                next.map_or(from + TYPED_MS_MAX, |next| next.min(from + TYPED_MS_MAX))
            }
        };
        found.push((from, to, line));
    }
    found.sort_by_key(|(from, ..)| *from);
    found
}

/// Subtitles of a text in the time of a film.
fn written(text: &Canonical, times: &FilmTimes, who: &[ParticipantId]) -> String {
    let said = said(text, times.zero);
    let words: Vec<_> = said
        .iter()
        .filter(|(.., line)| {
            who.is_empty() || line.speaker.is_some_and(|speaker| who.contains(&speaker))
        })
        .map(|(from, to, line)| (*from, *to, line, Text::from(line.text.reveal().as_str())))
        .collect();
    let mut cues = Vec::new();
    for (from, to, line, words) in &words {
        for (from_ms, to_ms) in times.pieces(*from, *to) {
            cues.push((Span { from_ms, to_ms }, line.label.reveal().clone(), words));
        }
    }
    subtitles(cues.into_iter())
}

/// The newest frozen text of a hearing.
async fn newest(app: &App, hearing: HearingId) -> Result<Option<Canonical>, Refused> {
    let version = app.transcripts.read(hearing).await?.review.version();
    if version == 0 {
        return Ok(None);
    }
    let bytes = super::transcript::frozen(app, hearing, version).await?;
    Ok(Some(serde_json::from_slice(&bytes).map_err(|_| Refusal::RecordAltered)?))
}

async fn times(app: &App, hearing: HearingId) -> Result<FilmTimes, Refused> {
    let films = Arc::clone(&app.films);
    blocking(app, &app.reads, move || films.times(hearing)).await
}

/// Subtitles of the composed film.
pub(super) async fn of_film(app: &App, hearing: HearingId) -> Result<String, Refused> {
    let text = newest(app, hearing).await?.ok_or(Refusal::NotFound)?;
    Ok(written(&text, &times(app, hearing).await?, &[]))
}

/// Subtitles of a part, whose time begins with it; empty where there are none.
pub(super) async fn of_part(
    app: &App,
    hearing: HearingId,
    who: &[ParticipantId],
    (from_ms, to_ms): (u64, u64),
) -> Result<String, Refused> {
    let Some(text) = newest(app, hearing).await? else { return Ok(String::new()) };
    let Ok(FilmTimes { zero, spans }) = times(app, hearing).await else {
        return Ok(String::new());
    };
    let cut = |span: FilmSpan| {
        let (from, to) = (span.from_ms.max(from_ms), span.to_ms.min(to_ms));
        (from < to).then(|| FilmSpan { from_ms: from, to_ms: to, film_ms: from - from_ms })
    };
    let part = FilmTimes { zero, spans: spans.into_iter().filter_map(cut).collect() };
    Ok(written(&text, &part, who))
}

#[cfg(test)]
mod tests {
    use model::view::Heading;
    use model::{LineId, Phase, Private};

    use super::*;

    const ANNA: ParticipantId = ParticipantId(3);

    fn line(id: u32, at: i64, heard: Option<(u64, u64)>, text: &str) -> CanonicalLine {
        CanonicalLine {
            id: LineId(format!("a-{id}")),
            kind: LineKind::Speech,
            speaker: Some(ANNA),
            label: "被告（𬭚某）".into(),
            closed: false,
            phase: Some(Phase::Statements),
            at: Timestamp(at),
            heard,
            text: Private::from(text),
        }
    }

    fn text(lines: Vec<CanonicalLine>) -> Canonical {
        let heading = Heading {
            court: String::new(),
            case_number: "".into(),
            cause: "".into(),
            scheduled_at: Timestamp(0),
        };
        Canonical {
            format: 1,
            title: "庭审笔录".to_owned(),
            hearing: HearingId(1),
            version: 1,
            part: None,
            heading,
            people: Vec::new(),
            lines,
        }
    }

    fn film() -> FilmTimes {
        let span = |from_ms, to_ms, film_ms| FilmSpan { from_ms, to_ms, film_ms };
        let spans = vec![span(0, 60_000, 0), span(120_000, 180_000, 63_000)];
        FilmTimes { zero: Timestamp(1_000_000), spans }
    }

    #[test]
    fn words_stand_where_the_film_has_them_and_nowhere_else() {
        let mut closed = line(3, 1_090_000, None, "不公开的话");
        closed.closed = true;
        let told = written(
            &text(vec![
                line(1, 1_001_000, Some((1_000, 3_500)), "没有异议 --> <b>"),
                line(2, 1_058_000, None, "键入的一行"),
                closed,
                line(4, 1_121_000, Some((121_000, 123_000)), "恢复之后"),
                line(5, 900_000, None, "开庭之前"),
            ]),
            &film(),
            &[],
        );
        let expected = "WEBVTT

00:00:01.000 --> 00:00:03.500
<v 被告（𬭚某）>没有异议 --&gt; &lt;b&gt;

00:00:58.000 --> 00:01:00.000
<v 被告（𬭚某）>键入的一行

00:01:04.000 --> 00:01:06.000
<v 被告（𬭚某）>恢复之后
";
        assert_eq!(told, expected);
    }

    #[test]
    fn a_part_names_whom_it_shows() {
        let all = text(vec![line(1, 1_001_000, Some((1_000, 3_500)), "我的话")]);
        assert!(written(&all, &film(), &[ANNA]).contains("我的话"));
        assert!(!written(&all, &film(), &[ParticipantId(4)]).contains("我的话"));
    }
}
