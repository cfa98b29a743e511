//! The archive package over HTTP: one tar file, made while it is sent.
//!
//! What is not here: what is in it; `model::archive::Package` is read piece by piece.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::header::{self, HeaderValue};
use axum::http::{HeaderMap, Method};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::stream;
use model::archive::Package;
use model::limits::ARCHIVE_READ_MAX;

use super::archive::{BrokenOff, allowed, blocking, call};
use super::custody::signed_explanation;
use super::{App, Refused};

/// Bytes read at once.
const PIECE_BYTES: u64 = 512 * 1024;

/// Name of the signed explanation in a package.
const EXPLANATION_FILE: &str = "explanation.html";

const _: () = assert!(PIECE_BYTES <= ARCHIVE_READ_MAX);

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/api/archive/{hearing}/package", get(download))
}

async fn download(
    State(app): State<Arc<App>>,
    method: Method,
    headers: HeaderMap,
    Path(hearing): Path<String>,
) -> Result<Response, Refused> {
    let (_, hearing) = allowed(&app, &headers, &hearing).await?;
    let now = app.clock.now().utc;
    // What who presided signed about faults goes with the record, under the package's own lists.
    let mut beside = Vec::new();
    if let Some(page) = signed_explanation(&app, hearing).await? {
        beside.push((EXPLANATION_FILE.to_owned(), page.into_bytes()));
    }
    // Settling what is in it reads the ledger once through, as a verification does.
    let package =
        call(&app, &app.verifications, move |archive| archive.package(hearing, now, beside))
            .await?;
    let (name, bytes) = (package.name(), package.bytes());
    let body = if method == Method::HEAD { Body::empty() } else { sent(app, package) };
    let mut response = body.into_response();
    let insert = |response: &mut Response, name, text: &str| {
        let value = HeaderValue::from_str(text).expect("numbers and names of ours are plain text");
        response.headers_mut().insert(name, value);
    };
    insert(&mut response, header::CONTENT_TYPE, "application/x-tar");
    insert(&mut response, header::CONTENT_LENGTH, &bytes.to_string());
    let disposition = format!("attachment; filename=\"{name}\"");
    insert(&mut response, header::CONTENT_DISPOSITION, &disposition);
    Ok(response)
}

fn sent(app: Arc<App>, package: Arc<dyn Package>) -> Body {
    Body::from_stream(stream::try_unfold(0, move |at| {
        let (app, package) = (Arc::clone(&app), Arc::clone(&package));
        async move {
            if at >= package.bytes() {
                return Ok(None);
            }
            let read = blocking(&app, &app.reads, move || package.read(at..at + PIECE_BYTES)).await;
            let piece = read.map_err(|_| BrokenOff)?;
            if piece.is_empty() {
                return Err(BrokenOff);
            }
            let next = at + u64::try_from(piece.len()).map_err(|_| BrokenOff)?;
            Ok(Some((Bytes::from(piece), next)))
        }
    }))
}
