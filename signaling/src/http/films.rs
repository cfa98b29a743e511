//! Composed films over HTTP: asked for, followed, called off and watched, by clerks and by the
//! judges who sat.
//!
//! What is not here: making them; `model::films::Films` is the door.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::archive::Playable;
use model::films::{FilmFile, FilmRefusal, FilmState};
use model::{HearingId, Refusal};
use protocol::AuditAct;

use super::archive::{Tape, allowed, blocking, send};
use super::audit::Hand;
use super::custody::seen_now;
use super::{App, Refused};

/// The hearing, when the person may see its record.
async fn seen(app: &App, headers: &HeaderMap, hearing: &str) -> Result<HearingId, Refused> {
    Ok(seen_by(app, headers, hearing).await?.0)
}

async fn seen_by(
    app: &App,
    headers: &HeaderMap,
    hearing: &str,
) -> Result<(HearingId, Hand), Refused> {
    let (account, hearing) = allowed(app, headers, hearing).await?;
    Ok((hearing, Hand::court(&account)))
}

async fn state_of(app: &App, hearing: HearingId) -> Result<FilmState, Refused> {
    let films = Arc::clone(&app.films);
    blocking(app, &app.reads, move || Ok(films.state(hearing))).await
}

pub(super) async fn state(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(hearing): Path<String>,
) -> Result<Json<FilmState>, Refused> {
    let hearing = seen(&app, &headers, &hearing).await?;
    Ok(Json(state_of(&app, hearing).await?))
}

pub(super) async fn order(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(hearing): Path<String>,
) -> Result<(StatusCode, Json<FilmState>), Refused> {
    let hearing = seen(&app, &headers, &hearing).await?;
    let films = Arc::clone(&app.films);
    let ordered = blocking(&app, &app.reads, move || Ok(films.order(hearing))).await?;
    match ordered {
        Ok(state) => Ok((StatusCode::ACCEPTED, Json(state))),
        Err(FilmRefusal::NotSealed) => Err(Refusal::NotSealed.into()),
        Err(FilmRefusal::Full) => Err(Refusal::Full.into()),
        Err(FilmRefusal::NotFound) => Err(Refusal::NotFound.into()),
    }
}

pub(super) async fn cancel(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(hearing): Path<String>,
) -> Result<Json<FilmState>, Refused> {
    let hearing = seen(&app, &headers, &hearing).await?;
    app.films.cancel(hearing);
    Ok(Json(state_of(&app, hearing).await?))
}

pub(super) async fn play(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path((hearing, file)): Path<(String, String)>,
) -> Result<Response, Refused> {
    let (hearing, hand) = seen_by(&app, &headers, &hearing).await?;
    if file == "subtitles" {
        let text = super::subtitles::of_film(&app, hearing).await?;
        return Ok(([(header::CONTENT_TYPE, "text/vtt; charset=utf-8")], text).into_response());
    }
    let FilmState::Ready { bytes, sound_bytes, .. } = state_of(&app, hearing).await? else {
        return Err(Refusal::NotFound.into());
    };
    let taken = file.clone();
    let (file, media_type, bytes) = match file.as_str() {
        "picture" => (FilmFile::Film, "video/mp4", bytes),
        "sound" => (FilmFile::Sound, "audio/mp4", sound_bytes),
        _ => return Err(Refusal::NotFound.into()),
    };
    seen_now(&app, &hand, hearing, AuditAct::FilmTaken, &taken).await?;
    let tape = Tape::Film { hearing, file };
    let mut response = send(Arc::clone(&app), tape, Playable { media_type, bytes }, &headers);
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    Ok(response.into_response())
}
