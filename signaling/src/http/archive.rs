//! The archive over HTTP: list, look up, verify and play, for judges and clerks.
//!
//! What is not here: reading the archive; `model::archive::Archive` is the door, and it blocks, so
//! it is called off the event loop and only so many at once.

use core::ops::Range;
use std::sync::Arc;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::header::{self, HeaderValue};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use model::archive::{Archive, ArchiveFault, ArchiveRecord, Playable, Verdict};
use model::films::FilmFile;
use model::limits::{ARCHIVE_READ_MAX, ARCHIVE_WORDS_MAX};
use model::{HearingId, ParticipantId, Refusal};
use protocol::{ArchiveList, AuditAct, StaffKind};
use tokio::sync::Semaphore;

use super::audit::Hand;
use super::custody::seen_now;
use super::{App, Refused, hearing_id, participant_id};
use crate::docket::{Account, Search};

/// Bytes read from the archive at once while playing.
const PIECE_BYTES: u64 = 512 * 1024;

const _: () = assert!(PIECE_BYTES <= ARCHIVE_READ_MAX);

/// Calls the archive off the event loop.
pub(super) async fn call<T: Send + 'static>(
    app: &App,
    places: &Arc<Semaphore>,
    work: impl FnOnce(&dyn Archive) -> Result<T, ArchiveFault> + Send + 'static,
) -> Result<T, Refused> {
    let archive = Arc::clone(&app.archive);
    blocking(app, places, move || work(archive.as_ref())).await
}

/// Does what blocks on the disk off the event loop, only so much at once.
pub(super) async fn blocking<T: Send + 'static>(
    app: &App,
    places: &Arc<Semaphore>,
    work: impl FnOnce() -> Result<T, ArchiveFault> + Send + 'static,
) -> Result<T, Refused> {
    let place = Arc::clone(places).acquire_owned().await.map_err(|_| Refusal::ServerFault)?;
    let done = tokio::task::spawn_blocking(move || {
        let done = work();
        drop(place);
        done
    })
    .await;
    let count = |outcome: &str| app.metrics.archive_reads.with_label_values(&[outcome]).inc();
    match done {
        Ok(Ok(done)) => {
            count("done");
            Ok(done)
        }
        Ok(Err(ArchiveFault::NotFound)) => {
            count("not_found");
            Err(Refusal::NotFound.into())
        }
        Ok(Err(ArchiveFault::NotSealed)) => {
            count("refused");
            Err(Refusal::NotSealed.into())
        }
        Ok(Err(ArchiveFault::TooLarge)) => {
            count("refused");
            Err(Refusal::PartTooLarge.into())
        }
        Ok(Err(ArchiveFault::Disk(fault))) => {
            count("fault");
            tracing::error!(fault, "the archive cannot be read");
            Err(Refusal::ServerFault.into())
        }
        Err(fault) => {
            count("fault");
            tracing::error!(%fault, "reading the archive failed");
            Err(Refusal::ServerFault.into())
        }
    }
}

pub(super) async fn list(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Query(search): Query<Search>,
) -> Result<Json<ArchiveList>, Refused> {
    let who = app.who(&headers).await?;
    let account = who.court()?;
    let words = [&search.q, &search.case, &search.party, &search.judge];
    if words.iter().any(|text| text.reveal().chars().count() > ARCHIVE_WORDS_MAX) {
        return Err(Refusal::TextTooLong.into());
    }
    let sits = (account.kind != StaffKind::Clerk).then_some(account.id);
    let mut list = app.docket.search(&search, sits).await?;
    // What is not sealed goes on; its line in the index is as old as its ledger's beginning.
    for line in list.hearings.iter_mut().filter(|line| !line.sealed) {
        let hearing = line.hearing;
        if let Ok(now) = call(&app, &app.reads, move |archive| archive.line(hearing)).await {
            *line = now;
        }
    }
    Ok(Json(list))
}

/// Clerks see every hearing of the court, judges those in which they sit.
pub(super) async fn may_see(
    app: &App,
    account: &Account,
    hearing: HearingId,
) -> Result<(), Refused> {
    if account.kind == StaffKind::Clerk {
        return Ok(());
    }
    let entry = app.docket.entry(hearing).await?;
    entry.and_then(|entry| entry.seat_of(account.id)).ok_or(Refusal::NotFound)?;
    Ok(())
}

/// The account and the hearing, when the account may see its record.
pub(super) async fn allowed(
    app: &App,
    headers: &HeaderMap,
    hearing: &str,
) -> Result<(Account, HearingId), Refused> {
    let who = app.who(headers).await?;
    let account = who.court()?.clone();
    let hearing = hearing_id(hearing)?;
    may_see(app, &account, hearing).await?;
    Ok((account, hearing))
}

pub(super) async fn record(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(hearing): Path<String>,
) -> Result<Json<ArchiveRecord>, Refused> {
    let (account, hearing) = allowed(&app, &headers, &hearing).await?;
    let record = call(&app, &app.reads, move |archive| archive.record(hearing)).await?;
    seen_now(&app, &Hand::court(&account), hearing, AuditAct::Viewed, "").await?;
    Ok(Json(record))
}

pub(super) async fn verify(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(hearing): Path<String>,
) -> Result<Json<Verdict>, Refused> {
    let (account, hearing) = allowed(&app, &headers, &hearing).await?;
    let verdict = call(&app, &app.verifications, move |archive| archive.verify(hearing)).await?;
    let found = if verdict.intact { "intact" } else { "not intact" };
    seen_now(&app, &Hand::court(&account), hearing, AuditAct::Verified, found).await?;
    Ok(Json(verdict))
}

/// One file that can be played.
#[derive(Clone, Copy, Debug)]
pub(super) enum Tape {
    /// What was recorded of one person.
    Person {
        /// In which hearing.
        hearing: HearingId,
        /// Of whom.
        who: ParticipantId,
        /// The shared screen, or else camera and microphone.
        screen: bool,
    },
    /// The composed film.
    Film {
        /// Of which hearing.
        hearing: HearingId,
        /// Which of its files.
        file: FilmFile,
    },
}

pub(super) async fn playable(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path((hearing, participant, kind)): Path<(String, String, String)>,
) -> Result<Response, Refused> {
    let (account, hearing) = allowed(&app, &headers, &hearing).await?;
    let who = participant_id(&participant)?;
    let screen = match kind.as_str() {
        "camera" => false,
        "screen" => true,
        _ => return Err(Refusal::NotFound.into()),
    };
    let tape = Tape::Person { hearing, who, screen };
    let found =
        call(&app, &app.reads, move |archive| archive.playable(hearing, who, screen)).await?;
    let played = format!("{who} {kind}");
    seen_now(&app, &Hand::court(&account), hearing, AuditAct::Played, &played).await?;
    Ok(send(app, tape, found, &headers))
}

/// Answers with the file, or the part of it that the headers ask for.
pub(super) fn send(app: Arc<App>, tape: Tape, found: Playable, headers: &HeaderMap) -> Response {
    let asked = headers
        .get(header::RANGE)
        // Without a validator nobody can know that the file is still the same (RFC 9110 §13.1.5).
        .filter(|_| !headers.contains_key(header::IF_RANGE))
        .and_then(|value| value.to_str().ok());
    let bytes = found.bytes;
    let (status, range) = match asked.map_or(Part::Whole, |asked| part(asked, bytes)) {
        Part::Whole => (StatusCode::OK, 0..bytes),
        Part::Some(range) => (StatusCode::PARTIAL_CONTENT, range),
        Part::Outside => {
            let mut response = StatusCode::RANGE_NOT_SATISFIABLE.into_response();
            insert(&mut response, header::CONTENT_RANGE, &format!("bytes */{bytes}"));
            return response;
        }
    };
    let length = range.end - range.start;
    let body = Body::from_stream(stream::try_unfold(range.clone(), move |rest| {
        let app = Arc::clone(&app);
        async move { next_piece(&app, tape, rest).await }
    }));
    let mut response = (status, body).into_response();
    insert(&mut response, header::CONTENT_TYPE, found.media_type);
    insert(&mut response, header::ACCEPT_RANGES, "bytes");
    insert(&mut response, header::CONTENT_LENGTH, &length.to_string());
    if status == StatusCode::PARTIAL_CONTENT {
        let text = format!("bytes {}-{}/{bytes}", range.start, range.end - 1);
        insert(&mut response, header::CONTENT_RANGE, &text);
    }
    response
}

fn insert(response: &mut Response, name: header::HeaderName, text: &str) {
    let value = HeaderValue::from_str(text).expect("numbers and media types are plain text");
    response.headers_mut().insert(name, value);
}

/// The archive could not go on while a file was being sent; the connection breaks off.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the archive could not be read on")]
pub(super) struct BrokenOff;

async fn next_piece(
    app: &App,
    tape: Tape,
    rest: Range<u64>,
) -> Result<Option<(Bytes, Range<u64>)>, BrokenOff> {
    if rest.is_empty() {
        return Ok(None);
    }
    let wanted = rest.start..rest.end.min(rest.start + PIECE_BYTES);
    let piece = match tape {
        Tape::Person { hearing, who, screen } => {
            call(app, &app.reads, move |archive| archive.read(hearing, who, screen, wanted)).await
        }
        Tape::Film { hearing, file } => {
            let films = Arc::clone(&app.films);
            blocking(app, &app.reads, move || films.read(hearing, file, wanted)).await
        }
    };
    let piece = piece.map_err(|_| BrokenOff)?;
    let read = u64::try_from(piece.len()).map_err(|_| BrokenOff)?;
    if read == 0 || read > rest.end - rest.start {
        return Err(BrokenOff);
    }
    Ok(Some((piece.into(), rest.start + read..rest.end)))
}

/// What a `Range` header asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Everything: no range, several, or one that cannot be read (RFC 9110 §14.2 allows it).
    Whole,
    /// Some bytes.
    Some(Range<u64>),
    /// Beyond the end.
    Outside,
}

pub(super) fn part(asked: &str, bytes: u64) -> Part {
    let Some((from, to)) = asked.strip_prefix("bytes=").and_then(|range| range.split_once('-'))
    else {
        return Part::Whole;
    };
    let range = match (from.trim().parse::<u64>(), to.trim().parse::<u64>()) {
        (Ok(from), Ok(to)) if from <= to => from..to.saturating_add(1).min(bytes),
        (Ok(from), Err(_)) if to.trim().is_empty() => from..bytes,
        (Err(_), Ok(last)) if from.trim().is_empty() => bytes.saturating_sub(last)..bytes,
        _ => return Part::Whole,
    };
    if range.start < range.end { Part::Some(range) } else { Part::Outside }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_rfc_9110_says() {
        assert_eq!(part("bytes=0-0", 10), Part::Some(0..1));
        assert_eq!(part("bytes=2-5", 10), Part::Some(2..6));
        assert_eq!(part("bytes=2-", 10), Part::Some(2..10));
        assert_eq!(part("bytes=-3", 10), Part::Some(7..10));
        assert_eq!(part("bytes=-30", 10), Part::Some(0..10));
        assert_eq!(part("bytes=5-500", 10), Part::Some(5..10));
        assert_eq!(part("bytes=10-", 10), Part::Outside);
        assert_eq!(part("bytes=-0", 10), Part::Outside);
        assert_eq!(part("bytes=0-", 0), Part::Outside);
    }

    #[test]
    fn ranges_that_cannot_be_read_are_ignored() {
        for asked in ["bytes=5-2", "bytes=a-b", "bytes=-", "bytes=1-2,4-5", "items=1-2", ""] {
            assert_eq!(part(asked, 10), Part::Whole, "{asked}");
        }
        let most = u64::MAX;
        assert_eq!(part(&format!("bytes=0-{most}"), 10), Part::Some(0..10));
    }
}
