//! Documents made out of a hearing's record and docket, each as a neutral `papers::Paper`.
//!
//! What is not here: formats (crate `papers`), printing (`press.rs`) and who may have one
//! (`http/documents.rs`).

mod lists;
mod recording;
#[cfg(test)]
pub(crate) mod samples;
mod sheets;
#[cfg(test)]
mod tests;
mod transcript;
mod words;

pub(crate) use transcript::Frozen;

use ::docket::api::NoticeLine;
use ::papers::{Footer, Form, Paper, Row, Text};
use model::archive::{ArchiveLine, Attendee};
use model::recording::RecordFacts;
use model::{ParticipantId, Timestamp};
use protocol::Explanation;

use crate::docket::Entry;

/// What documents are made of.
#[derive(Debug)]
pub(crate) struct Sources {
    /// The record.
    pub(crate) facts: RecordFacts,
    /// The sitting, where it still stands on the docket.
    pub(crate) entry: Option<Entry>,
    /// The explanation of faults, once it is signed.
    pub(crate) explanation: Option<Explanation>,
    /// Notices with their receipts.
    pub(crate) notices: Vec<NoticeLine>,
    /// The transcript, once a version of it was frozen.
    pub(crate) transcript: Option<Frozen>,
}

impl Sources {
    /// One document; none where there is nothing to write down.
    pub(crate) fn paper(&self, form: Form) -> Option<Paper> {
        match form {
            Form::Agreement | Form::UndisputedFacts => sheets::sheet(&self.facts, form),
            Form::HandOver => sheets::hand_over(&self.facts, self.entry.as_ref()?.closing?),
            Form::RecordingNote => recording::note(&self.facts),
            Form::Explanation => {
                self.explanation.as_ref().map(|signed| recording::explanation(&self.facts, signed))
            }
            Form::Attendance => lists::attendance(&self.facts),
            Form::Isolation => lists::isolation(&self.facts),
            Form::Service => service_of(self.entry.as_ref()?, &self.notices),
            Form::Transcript | Form::MediationRecord => {
                transcript::transcript(&self.facts, self.transcript.as_ref()?, form)
            }
        }
    }

    /// Every document there is.
    pub(crate) fn all(&self) -> Vec<Paper> {
        Form::ALL.into_iter().filter_map(|form| self.paper(form)).collect()
    }
}

/// Notices of a sitting with their receipts; none where nobody was notified.
pub(crate) fn service_of(entry: &Entry, notices: &[NoticeLine]) -> Option<Paper> {
    let line = ArchiveLine {
        hearing: entry.hearing,
        heading: entry.heading.clone(),
        brief: entry.brief.clone(),
        attendees: entry.seated.iter().map(|seated| seated.attendee.clone()).collect(),
        opened_at: None,
        closed_at: None,
        sealed: false,
        bytes: 0,
    };
    lists::service(&line, notices)
}

/// A document with its head, and nothing in it yet.
fn begun(form: Form, title: &str, line: &ArchiveLine) -> Paper {
    let heading = &line.heading;
    let mut cases = vec![Text::new(heading.case_number.reveal())];
    let further = line.brief.further_cases.iter();
    cases.extend(further.map(|case| Text::new(case.case_number.reveal())));
    Paper {
        form,
        court: heading.court.as_str().into(),
        title: title.into(),
        cases,
        meta: vec![Row::new("案由", heading.cause.reveal().as_str())],
        sections: Vec::new(),
        notes: Vec::new(),
        signatures: Vec::new(),
        version: None,
        watermark: None,
        footer: Footer::default(),
    }
}

/// When a sitting was held, as far as it is known.
fn held(line: &ArchiveLine) -> String {
    let at = |at: Option<Timestamp>| at.map_or_else(|| "未记录".to_owned(), papers::moment);
    format!("{} 至 {}", at(line.opened_at), at(line.closed_at))
}

fn person(line: &ArchiveLine, who: ParticipantId) -> Option<&Attendee> {
    line.attendees.iter().find(|attendee| attendee.id == who)
}

/// Role and name of somebody.
fn called(line: &ArchiveLine, who: ParticipantId) -> (Text, Text) {
    match person(line, who) {
        Some(attendee) => (
            attendee.role.chinese(line.brief.course.panel).into(),
            attendee.name.reveal().as_str().into(),
        ),
        None => (Text::default(), who.to_string().as_str().into()),
    }
}

/// The same in one piece.
fn named(line: &ArchiveLine, attendee: &Attendee) -> String {
    let role = attendee.role.chinese(line.brief.course.panel);
    format!("{role} {}", attendee.name.reveal())
}

/// What the ledger's end says, for the notes of a document.
fn stands_on(facts: &RecordFacts) -> Text {
    let whole = if facts.whole { "连续" } else { "不连续" };
    let (hearing, entries, head) = (facts.line.hearing, facts.entries, &facts.head_sha256);
    let text =
        format!("依据庭审账本 {hearing}，共 {entries} 条，{whole}；末条摘要 SHA-256 {head}。");
    Text::new(&text)
}
