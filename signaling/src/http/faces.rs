//! Face comparison by the court's outside service: whether there is one, and asking it.
//!
//! What is not here: the service (`crate::faces`). Picture and number live as long as the request.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::routing::{get, post};
use axum::{Json, Router};
use model::limits::{DOCUMENT_NUMBER_CHARS_MAX, FACE_PICTURE_BYTES_MAX};
use model::{Comparison, Private, Refusal};
use serde::{Deserialize, Serialize};

use super::{App, Refused, hearing_id, participant_id};
use crate::faces::Face;

/// Bytes of a request beside its picture.
const REST_BYTES_MAX: usize = 4 * 1024;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/faces", get(offered))
        .route("/api/hearings/{hearing}/participants/{participant}/face", post(compare))
}

/// Whether the court has somebody who compares faces.
#[derive(Debug, Serialize)]
pub(super) struct Offered {
    offered: bool,
}

/// What a page of the court sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// A still of the person's camera: a JPEG, base64.
    picture: Private<String>,
    /// Number of the document; empty where the service needs none.
    #[serde(default)]
    document_number: Private<String>,
}

pub(super) async fn offered(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Json<Offered>, Refused> {
    app.who(&headers).await?.court()?;
    Ok(Json(Offered { offered: app.faces.is_some() }))
}

pub(super) async fn compare(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path((hearing, participant)): Path<(String, String)>,
    request: Body,
) -> Result<Json<Comparison>, Refused> {
    let who = app.who(&headers).await?;
    let account = who.court()?;
    let (hearing, participant) = (hearing_id(&hearing)?, participant_id(&participant)?);
    let entry = app.docket.entry(hearing).await?.ok_or(Refusal::NotFound)?;
    let by = entry.seat_of(account.id).ok_or(Refusal::NotFound)?;
    let person = entry.person(participant).ok_or(Refusal::NobodyThere)?;
    let faces = app.faces.as_ref().ok_or(Refusal::NotFound)?;
    app.hearings.may_compare(hearing, by, participant).await?;
    let bytes = to_bytes(request, FACE_PICTURE_BYTES_MAX + REST_BYTES_MAX);
    let bytes = bytes.await.map_err(|_| Refusal::FileTooLarge)?;
    let Asked { picture, document_number } =
        serde_json::from_slice(&bytes).map_err(|_| Refused(Refusal::Malformed))?;
    if !is_jpeg(picture.reveal()) {
        return Err(Refusal::FileNotReadable.into());
    }
    if document_number.reveal().chars().count() > DOCUMENT_NUMBER_CHARS_MAX {
        return Err(Refusal::TextTooLong.into());
    }
    let Ok(_place) = Arc::clone(&app.comparing).try_acquire_owned() else {
        return Err(Refusal::Full.into());
    };
    let name = person.attendee.name.clone();
    let face = Face { hearing, participant, name, document_number, picture };
    match faces.compare(&face, app.clock.now().utc).await {
        Ok(comparison) => {
            app.hearings.compared(hearing, by, participant, comparison.clone()).await;
            Ok(Json(comparison))
        }
        Err(fault) => {
            tracing::warn!(%hearing, %fault, "a face could not be compared");
            Err(Refusal::OutsideSilent.into())
        }
    }
}

/// Whether a text is a JPEG in base64: what every still of a page begins with.
fn is_jpeg(text: &str) -> bool {
    let letters = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'+' | b'/' | b'=');
    text.len() <= FACE_PICTURE_BYTES_MAX && text.starts_with("/9j/") && text.bytes().all(letters)
}
