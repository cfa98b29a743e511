//! The transcript over HTTP: read, reviewed and signed, while the session lasts and for the days
//! after it; by the court from its desk and by people of the case from their seat or own page.
//!
//! What is not here: the rules of the review (crate `transcript`), what a signature stands on
//! (`transcript/signing.rs`), and writing, which is the socket's.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use hearing::{Hearing, Reader};
use model::archive::ArchiveFault;
use model::limits::DOCKET_BODY_BYTES_MAX;
use model::review::{TranscriptPerson, TranscriptView};
use model::{HearingId, ParticipantId, Refusal, ReviewAsk, Role, TranscriptLine, TranscriptRoom};
use transcript::{Acting, Canonical, CanonicalLine, Setting, Whom};

use super::archive::{call, may_see};
use super::sessions::{Failed, large};
use super::{App, Refused, hearing_id, my};
use crate::access::Who;
use crate::docket::{AccountId, Entry};
use crate::transcript::{Read, Sitting};
use signing::{SCAN_BODY_BYTES_MAX, Stood};

mod signing;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/hearings/{hearing}/transcript", get(read).post(review))
        .route("/api/hearings/{hearing}/transcript/code", post(signing::code))
        .route("/api/hearings/{hearing}/transcript/files/{name}", get(signing::file))
        .route("/api/hearings/{hearing}/transcript/{version}", get(version))
}

/// Who asks, and of what.
struct Asker {
    hearing: HearingId,
    entry: Entry,
    /// Their seat; none for somebody of the court who sits elsewhere.
    who: Option<ParticipantId>,
    /// Whether they came by an account of the court.
    court: bool,
    /// Which account.
    account: Option<AccountId>,
}

async fn asker(app: &App, headers: &HeaderMap, hearing: &str) -> Result<Asker, Failed> {
    let hearing = hearing_id(hearing)?;
    let (who, account) = if let Who::Staff(account) = app.who(headers).await? {
        may_see(app, &account, hearing).await?;
        let entry = app.docket.entry(hearing).await?.ok_or(Refusal::NotFound)?;
        (entry.seat_of(account.id), Some(account.id))
    } else {
        let (theirs, who) = my::person(app, headers).await?;
        if theirs != hearing {
            return Err(Refusal::NotFound.into());
        }
        (Some(who), None)
    };
    let entry = app.docket.entry(hearing).await?.ok_or(Refusal::NotFound)?;
    Ok(Asker { hearing, entry, who, court: account.is_some(), account })
}

/// What the sitting says: the live one, or as its minutes left it.
async fn sitting(app: &App, asker: &Asker) -> Result<Sitting, Failed> {
    if let Some(sitting) = app.hearings.sitting(asker.hearing).await {
        return Ok(sitting);
    }
    let hearing = asker.hearing;
    let minutes = call(app, &app.reads, move |archive| match archive.record(hearing) {
        Ok(record) => Ok(record.minutes),
        Err(ArchiveFault::NotFound) => Ok(Vec::new()),
        Err(fault @ (ArchiveFault::NotSealed | ArchiveFault::TooLarge | ArchiveFault::Disk(_))) => {
            Err(fault)
        }
    })
    .await?;
    let now = app.clock.now();
    Ok(Sitting::of(&Hearing::rebuild(now, asker.entry.for_hearing(), &minutes)))
}

/// The lines of a frozen version.
pub(super) async fn frozen(
    app: &App,
    hearing: HearingId,
    version: u32,
) -> Result<Vec<u8>, Refused> {
    let shelf = app.transcripts.shelf();
    super::archive::blocking(app, &app.reads, move || shelf.get(hearing, version)).await
}

fn line(line: CanonicalLine) -> TranscriptLine {
    let CanonicalLine { id, kind, speaker, label, closed, phase, at, heard, text } = line;
    let room = if closed { TranscriptRoom::Closed {} } else { TranscriptRoom::Court {} };
    let (rev, draft, called) = (0, None, Vec::new());
    TranscriptLine { id, rev, kind, speaker, label, room, phase, at, heard, draft, called, text }
}

/// What somebody may read of it: the version that was frozen; who keeps it also what is not frozen
/// yet. Who was called reads what was written while they were heard.
fn lines(
    read: &Read,
    frozen: Option<Vec<TranscriptLine>>,
    (reader, keeps, court): (Option<Reader>, bool, bool),
) -> Vec<TranscriptLine> {
    let Some(frozen) = frozen else {
        if !keeps {
            return Vec::new();
        }
        let all = read.document.lines().iter().cloned();
        return all.map(|line| TranscriptLine { called: Vec::new(), ..line }).collect();
    };
    let Some(reader) = reader else {
        return if court { frozen } else { Vec::new() };
    };
    let may_read = |line: &TranscriptLine| {
        let called = read.document.line(&line.id).map_or(&[][..], |found| &found.called);
        reader.may_read(line.room, called)
    };
    frozen.into_iter().filter(may_read).collect()
}

async fn view(app: &App, asker: &Asker, sitting: &Sitting) -> Result<TranscriptView, Failed> {
    let read = app.transcripts.read(asker.hearing).await?;
    let keeps = asker.who.is_some_and(|who| sitting.keepers.contains(&who));
    let reader = asker.who.and_then(|who| sitting.readers.iter().find(|reader| reader.who == who));
    let closed_at = asker.entry.closing.as_ref().map(|closing| closing.ended_at);
    let review = read.review.view(closed_at);
    let over = asker.entry.closed;
    let shows = review.version > 0 && (review.frozen || over || asker.court && !keeps);
    let frozen = if shows {
        let bytes = frozen(app, asker.hearing, review.version).await?;
        let made: Canonical = serde_json::from_slice(&bytes).map_err(|_| Refusal::RecordAltered)?;
        Some(made.lines.into_iter().map(line).collect())
    } else {
        None
    };
    let lines = lines(&read, frozen, (reader.copied(), keeps, asker.court));
    let reads = !lines.is_empty() || keeps || asker.court;
    let called = reader.filter(|reader| reader.role.is_called());
    let review = match called {
        _ if !reads => model::ReviewView::default(),
        Some(reader) => read
            .review
            .view_of_part(closed_at, reader.who, |id| lines.iter().any(|line| line.id == *id)),
        None => review,
    };
    // Who was called is told who speaks in their part, and of the court.
    let known = |person: &&model::archive::Attendee| {
        called.is_none_or(|reader| {
            person.id == reader.who
                || person.role.is_court()
                || lines.iter().any(|line| line.speaker == Some(person.id))
        })
    };
    let person = |person: &model::archive::Attendee| {
        let at = sitting.whereabouts.get(&person.id).copied().unwrap_or_default();
        TranscriptPerson {
            id: person.id,
            role: person.role,
            name: person.name.clone(),
            account: asker.entry.person(person.id).is_some_and(|at| at.account.is_some()),
            in_court: at.in_court,
            away: at.away.filter(|_| keeps),
        }
    };
    Ok(TranscriptView {
        me: asker.who,
        keeps,
        people: sitting.people.iter().filter(known).map(person).collect(),
        review,
        replaced: sitting.replaced,
        lines,
    })
}

async fn read(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(hearing): Path<String>,
) -> Result<Json<TranscriptView>, Failed> {
    let asker = asker(&app, &headers, &hearing).await?;
    let sitting = sitting(&app, &asker).await?;
    Ok(Json(view(&app, &asker, &sitting).await?))
}

async fn review(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(hearing): Path<String>,
    request: Body,
) -> Result<Json<TranscriptView>, Failed> {
    let asker = asker(&app, &headers, &hearing).await?;
    let who = asker.who.ok_or(Refusal::NotYourRight)?;
    let person = asker.entry.person(who).ok_or(Refusal::NotYourRight)?;
    let sitting = Arc::new(sitting(&app, &asker).await?);
    let keeps = sitting.keepers.contains(&who);
    // Only who keeps the transcript brings pictures of paper.
    let most = if keeps { SCAN_BODY_BYTES_MAX } else { DOCKET_BODY_BYTES_MAX };
    let ask: ReviewAsk = large(request, most).await?;
    let setting = Setting {
        now: app.clock.now().utc,
        closed_at: asker.entry.closing.as_ref().map(|closing| closing.ended_at),
    };
    let Stood { proved, brought } = signing::stood(&app, &asker, who, &ask, setting.now).await?;
    let whom = match &ask {
        ReviewAsk::SignFor { who, .. } => {
            let at = sitting.whereabouts.get(who).copied().unwrap_or_default();
            Some(Whom { who: *who, in_court: at.in_court, online: at.online })
        }
        ReviewAsk::Freeze {}
        | ReviewAsk::Reopen { .. }
        | ReviewAsk::Object { .. }
        | ReviewAsk::Correct { .. }
        | ReviewAsk::Decline { .. }
        | ReviewAsk::Sign { .. }
        | ReviewAsk::SignCertificate { .. }
        | ReviewAsk::ReadAloud { .. }
        | ReviewAsk::Refuse { .. } => None,
    };
    let acting = Acting {
        who,
        role: person.attendee.role,
        name: person.attendee.name.clone(),
        keeps,
        proved,
        whom,
        terminal: signing::terminal(&app, &headers, &asker, person).await?,
    };
    app.transcripts.review(acting, setting, Arc::clone(&sitting), ask, brought).await?;
    // A version that was frozen after the session is found by its words too.
    if asker.entry.closed {
        let (docket, archive) = (Arc::clone(&app.docket), Arc::clone(&app.archive));
        tokio::spawn(crate::filing::file(docket, archive, asker.hearing));
    }
    tracing::info!(hearing = %asker.hearing, participant = %who, "the review of the transcript went on");
    Ok(Json(view(&app, &asker, &sitting).await?))
}

/// The exact bytes that are signed, for whoever signs them and for the court: `2.json` is version 2,
/// `2-p13.json` the part of it that participant 13 signs.
async fn version(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path((hearing, name)): Path<(String, String)>,
) -> Result<Response, Failed> {
    let asker = asker(&app, &headers, &hearing).await?;
    let name = name.strip_suffix(".json").ok_or(Refusal::NotFound)?;
    let (version, part) = match name.split_once("-p") {
        Some((version, part)) => {
            let part = part.parse().map_err(|_| Refusal::NotFound)?;
            (version, Some(ParticipantId(part)))
        }
        None => (name, None),
    };
    let version: u32 = version.parse().map_err(|_| Refusal::NotFound)?;
    let signs = |role: Role| {
        let interprets = matches!(role, Role::Interpreter | Role::SignInterpreter);
        role.is_party() || role.is_for_party() || role.is_court() || interprets
    };
    let role = asker.who.and_then(|who| asker.entry.person(who)).map(|found| found.attendee.role);
    let own = part.is_some() && part == asker.who;
    if !asker.court && !own && !role.is_some_and(signs) {
        return Err(Refusal::NotFound.into());
    }
    let bytes = text(&app, asker.hearing, version, part).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], bytes).into_response())
}

/// The bytes of a version, or of somebody's part of it.
async fn text(
    app: &App,
    hearing: HearingId,
    version: u32,
    part: Option<ParticipantId>,
) -> Result<Vec<u8>, Refused> {
    let Some(who) = part else { return frozen(app, hearing, version).await };
    let shelf = app.transcripts.shelf();
    super::archive::blocking(app, &app.reads, move || shelf.part(hearing, version, who)).await
}
