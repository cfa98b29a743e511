//! Golden files of documents: text and data to the letter, in `golden/`; `UPDATE_EXPECT=1` writes
//! them anew. `tests/papers.rs` prints the data and compares the words of the PDF.

use expect_test::{ExpectFile, expect_file};

use super::*;

const NOW: Timestamp = Timestamp(1_795_000_000_000);

fn check(paper: &Paper, text: &ExpectFile, data: &ExpectFile) {
    let (sha256, sm3) = crate::evidence::digests(&paper.canonical());
    let paper = paper.clone().sealed(&sha256, &sm3, NOW);
    text.assert_eq(&papers::plain(&paper));
    data.assert_eq(&papers::json(&paper));
    let word = papers::docx(&paper).unwrap();
    // Parts of a Word file are stored as they are: every word of a title is in it.
    let title = paper.title.one_line();
    assert!(word.windows(title.len()).any(|window| window == title.as_bytes()));
}

#[test]
fn agreement() {
    let paper = samples::agreement();
    assert_eq!(paper.watermark, None);
    check(&paper, &expect_file!["golden/agreement.txt"], &expect_file!["golden/agreement.json"]);
}

#[test]
fn undisputed_facts() {
    let paper = sheets::sheet(&samples::facts(), Form::UndisputedFacts).unwrap();
    check(
        &paper,
        &expect_file!["golden/undisputed-facts.txt"],
        &expect_file!["golden/undisputed-facts.json"],
    );
}

#[test]
fn recording_note() {
    let paper = recording::note(&samples::facts()).unwrap();
    check(
        &paper,
        &expect_file!["golden/recording-note.txt"],
        &expect_file!["golden/recording-note.json"],
    );
}

#[test]
fn explanation() {
    let paper = recording::explanation(&samples::facts(), &samples::explained());
    check(
        &paper,
        &expect_file!["golden/explanation.txt"],
        &expect_file!["golden/explanation.json"],
    );
}

#[test]
fn attendance() {
    let paper = lists::attendance(&samples::facts()).unwrap();
    check(&paper, &expect_file!["golden/attendance.txt"], &expect_file!["golden/attendance.json"]);
    let table = papers::csv(&paper);
    assert!(table.contains("\"'=周律师\""), "{table}");
}

#[test]
fn service() {
    let paper = lists::service(&samples::facts().line, &samples::notices()).unwrap();
    check(&paper, &expect_file!["golden/service.txt"], &expect_file!["golden/service.json"]);
    assert_eq!(lists::service(&samples::facts().line, &[]), None);
}

#[test]
fn isolation() {
    let paper = lists::isolation(&samples::facts()).unwrap();
    check(&paper, &expect_file!["golden/isolation.txt"], &expect_file!["golden/isolation.json"]);
}

#[test]
fn hand_over() {
    let paper = sheets::hand_over(&samples::facts(), samples::failed()).unwrap();
    let text = papers::plain(&paper);
    // What was offered does not go along.
    assert!(!text.contains("50000"), "{text}");
    check(&paper, &expect_file!["golden/hand-over.txt"], &expect_file!["golden/hand-over.json"]);
}

#[test]
fn a_transcript() {
    let (facts, frozen) = samples::transcribed();
    let paper = transcript::transcript(&facts, &frozen, Form::Transcript).unwrap();
    check(&paper, &expect_file!["golden/transcript.txt"], &expect_file!["golden/transcript.json"]);
    let subtitles = papers::webvtt(&paper);
    assert!(subtitles.contains("00:01:05.000 --> 00:01:12.500"), "{subtitles}");
    assert_eq!(transcript::transcript(&facts, &frozen, Form::MediationRecord), None);
    assert_eq!(paper.watermark, Some("未签名".into()), "the clerk has not signed");
}

#[test]
fn what_is_not_there_is_no_document() {
    let mut facts = samples::facts();
    facts.minutes.clear();
    facts.rolls.clear();
    let sources =
        Sources { facts, entry: None, explanation: None, notices: Vec::new(), transcript: None };
    assert_eq!(sources.all(), []);
}

#[test]
fn an_agreement_that_lacks_a_signature_says_so() {
    let mut facts = samples::facts();
    facts
        .minutes
        .retain(|proof| !matches!(proof.minute.fact, model::Fact::AgreementEffective { .. }));
    let paper = sheets::sheet(&facts, Form::Agreement).unwrap();
    assert_eq!(paper.watermark, Some("未生效".into()));
    assert!(papers::plain(&paper).contains("未生效"));
}
