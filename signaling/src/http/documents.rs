//! Documents over HTTP, as PDF, Word, text and data: for the court beside the record, for who works
//! on the docket the notices of a sitting, for parties what they signed.
//!
//! What is not here: what they say (`papers.rs`). What cannot be written into the audit log is not
//! handed out.

use std::sync::Arc;

use ::papers::{Form, Format, Paper};
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::header::{self, HeaderValue};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use model::archive::ArchiveFault;
use model::{HearingId, Private, Refusal, Timestamp};
use protocol::{AuditAct, PaperLine, PaperList};

use super::archive::{allowed, blocking, call};
use super::audit::Hand;
use super::custody::{may_read, seen_now};
use super::sessions::{Failed, editable};
use super::{App, Refused, my};
use crate::docket::Entry;
use crate::evidence::digests;
use crate::papers::{Frozen, Sources, service_of};
use crate::press::PressFault;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/archive/{hearing}/papers", get(list))
        .route("/api/archive/{hearing}/papers/{file}", get(take))
        .route("/api/hearings/{hearing}/papers/{file}", get(take_service))
        .route("/api/my/papers", get(my_list))
        .route("/api/my/papers/{file}", get(take_mine))
}

/// What a path names: `agreement.pdf`.
fn asked(file: &str) -> Result<(Form, Format), Refused> {
    let (stem, ending) = file.split_once('.').ok_or(Refusal::NotFound)?;
    let form = Form::of_stem(stem).ok_or(Refusal::NotFound)?;
    Ok((form, Format::of_ending(ending).ok_or(Refusal::NotFound)?))
}

async fn sources(app: &App, hearing: HearingId) -> Result<Sources, Refused> {
    let facts = call(app, &app.reads, move |archive| archive.facts(hearing)).await?;
    let entry = app.docket.entry(hearing).await?;
    Ok(Sources {
        facts,
        transcript: frozen(app, hearing, entry.as_ref()).await?,
        entry,
        explanation: app.docket.explanation(hearing).await?,
        notices: app.docket.notices(hearing).await?,
    })
}

/// The newest frozen version of the transcript, if there is one.
async fn frozen(
    app: &App,
    hearing: HearingId,
    entry: Option<&Entry>,
) -> Result<Option<Frozen>, Refused> {
    let ended = entry.and_then(|entry| entry.closing.as_ref()).map(|closing| closing.ended_at);
    let review = app.transcripts.read(hearing).await?.review.view(ended);
    if review.version == 0 {
        return Ok(None);
    }
    let bytes = super::transcript::frozen(app, hearing, review.version).await?;
    let text = serde_json::from_slice(&bytes).map_err(|_| Refusal::RecordAltered)?;
    Ok(Some(Frozen { text, review }))
}

/// The document with its digests at its foot.
fn sealed(paper: Paper, now: Timestamp) -> Paper {
    let (sha256, sm3) = digests(&paper.canonical());
    paper.sealed(&sha256, &sm3, now)
}

fn line(paper: Paper, now: Timestamp) -> PaperLine {
    let (form, formats) = (paper.form, paper.formats());
    let code = sealed(paper, now).footer.code.into();
    PaperLine { form, formats, name: form.stem().to_owned(), code }
}

async fn list(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(hearing): Path<String>,
) -> Result<Json<PaperList>, Refused> {
    let (_, hearing) = allowed(&app, &headers, &hearing).await?;
    let now = app.clock.now().utc;
    let papers = sources(&app, hearing).await?.all();
    Ok(Json(PaperList { papers: papers.into_iter().map(|paper| line(paper, now)).collect() }))
}

async fn take(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path((hearing, file)): Path<(String, String)>,
) -> Result<Response, Refused> {
    let (account, hearing) = allowed(&app, &headers, &hearing).await?;
    let (form, format) = asked(&file)?;
    let paper = sources(&app, hearing).await?.paper(form).ok_or(Refusal::NotFound)?;
    written(&app, &Hand::court(&account), (hearing, &file), paper, format).await
}

/// Notices with their receipts, for whoever works on the sitting: before there is any record.
async fn take_service(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path((hearing, file)): Path<(String, String)>,
) -> Result<Response, Failed> {
    let (account, entry) = editable(&app, &headers, &hearing).await?;
    let (Form::Service, format) = asked(&file)? else { return Err(Refusal::NotFound.into()) };
    let notices = app.docket.notices(entry.hearing).await?;
    let paper = service_of(&entry, &notices).ok_or(Refusal::NotFound)?;
    let to = (entry.hearing, file.as_str());
    Ok(written(&app, &Hand::court(&account), to, paper, format).await?)
}

/// What a party may have: the agreement in force, the facts they signed, the transcript once everybody
/// signed it or would not.
async fn mine(app: &App, headers: &HeaderMap) -> Result<(HearingId, Hand, Vec<Paper>), Failed> {
    let (hearing, who) = my::person(app, headers).await?;
    let entry = app.docket.entry(hearing).await?.ok_or(Refusal::NotFound)?;
    let seated = entry.person(who).ok_or(Refusal::NotFound)?;
    if !may_read(seated.attendee.role) {
        return Err(Refusal::NotYourRight.into());
    }
    let by = format!("{}（本案当事人一方 {who}）", seated.attendee.name.reveal());
    let hand = Hand { by: Private::new(by), concerns: Some(who) };
    let archive = Arc::clone(&app.archive);
    let read = blocking(app, &app.reads, move || match archive.facts(hearing) {
        Ok(facts) => Ok(Some(facts)),
        Err(ArchiveFault::NotFound) => Ok(None),
        Err(fault) => Err(fault),
    });
    let Some(facts) = read.await? else { return Ok((hearing, hand, Vec::new())) };
    let transcript = frozen(app, hearing, Some(&entry)).await?;
    let (explanation, notices) = (None, Vec::new());
    let sources = Sources { facts, entry: None, explanation, notices, transcript };
    let settled = |paper: &Paper| paper.watermark.is_none();
    let papers = [Form::Agreement, Form::UndisputedFacts, Form::Transcript, Form::MediationRecord]
        .into_iter()
        .filter_map(|form| sources.paper(form).filter(settled))
        .collect();
    Ok((hearing, hand, papers))
}

async fn my_list(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Json<PaperList>, Failed> {
    let (_, _, papers) = mine(&app, &headers).await?;
    let now = app.clock.now().utc;
    Ok(Json(PaperList { papers: papers.into_iter().map(|paper| line(paper, now)).collect() }))
}

async fn take_mine(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(file): Path<String>,
) -> Result<Response, Failed> {
    let (hearing, hand, papers) = mine(&app, &headers).await?;
    let (form, format) = asked(&file)?;
    let paper = papers.into_iter().find(|paper| paper.form == form).ok_or(Refusal::NotFound)?;
    Ok(written(&app, &hand, (hearing, &file), paper, format).await?)
}

/// Writes the document, then the line of the audit log, then answers.
async fn written(
    app: &App,
    hand: &Hand,
    (hearing, file): (HearingId, &str),
    paper: Paper,
    format: Format,
) -> Result<Response, Refused> {
    if !paper.formats().contains(&format) {
        return Err(Refusal::NotFound.into());
    }
    let paper = sealed(paper, app.clock.now().utc);
    let name = format!("{}-{hearing}.{}", paper.title.one_line(), format.ending());
    let bytes = match format {
        Format::Pdf => app.press.print(&paper).await?,
        Format::Docx => ::papers::docx(&paper).map_err(|fault| {
            tracing::error!(%fault, "a Word file cannot be written");
            Refusal::ServerFault
        })?,
        Format::Txt => ::papers::plain(&paper).into_bytes(),
        Format::Json => ::papers::json(&paper).into_bytes(),
        Format::Csv => ::papers::csv(&paper).into_bytes(),
        Format::Vtt => ::papers::webvtt(&paper).into_bytes(),
    };
    seen_now(app, hand, hearing, AuditAct::PaperTaken, file).await?;
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.media_type()));
    // RFC 6266: a name for old browsers, and the Chinese one.
    let disposition =
        format!("attachment; filename=\"{file}\"; filename*=UTF-8''{}", percent(&name));
    let disposition = HeaderValue::from_str(&disposition).map_err(|_| Refusal::ServerFault)?;
    headers.insert(header::CONTENT_DISPOSITION, disposition);
    Ok(response)
}

/// Everything but plain letters and figures as RFC 8187 writes it.
fn percent(name: &str) -> String {
    let mut text = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_') {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

impl From<PressFault> for Refused {
    fn from(fault: PressFault) -> Self {
        match fault {
            PressFault::Full => Refusal::Full.into(),
            PressFault::Font(said) => {
                tracing::error!(said, "there is no font to print with");
                Refusal::FontMissing.into()
            }
            PressFault::Failed(said) => {
                tracing::error!(said, "a document cannot be printed");
                Refusal::ServerFault.into()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_a_document_and_a_format() {
        assert_eq!(asked("agreement.pdf").unwrap(), (Form::Agreement, Format::Pdf));
        assert_eq!(asked("recording-note.docx").unwrap(), (Form::RecordingNote, Format::Docx));
        for wrong in ["agreement", "agreement.exe", "../x.pdf", ".pdf", "agreement.pdf.pdf"] {
            assert!(asked(wrong).is_err(), "{wrong}");
        }
        assert_eq!(percent("调解 a.pdf"), "%E8%B0%83%E8%A7%A3%20a.pdf");
    }
}
