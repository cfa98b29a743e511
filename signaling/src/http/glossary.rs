//! Words of tribunals for the engine of speech over HTTP.
//!
//! What is not here: what may stand there (crate `docket`).

use std::sync::Arc;

use ::docket::api::{Glossary, GlossaryList};
use ::docket::{FieldFault, glossary};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use model::limits::DOCKET_BODY_BYTES_MAX;

use super::App;
use super::sessions::{Failed, large, wrong};

async fn lists(app: &App) -> Result<Json<GlossaryList>, Failed> {
    let lists = app.docket.glossaries().await?;
    Ok(Json(GlossaryList { lists, changes: app.docket.glossary_changes().await? }))
}

pub(super) async fn list(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Json<GlossaryList>, Failed> {
    app.who(&headers).await?.docket()?;
    lists(&app).await
}

pub(super) async fn set(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<GlossaryList>, Failed> {
    let who = app.who(&headers).await?;
    let by = who.admin()?;
    let new: Glossary = large(body, DOCKET_BODY_BYTES_MAX).await?;
    let problems = glossary::check(&new.terms);
    if !problems.is_empty() {
        return Err(Failed::Problems(problems));
    }
    if let Some(tribunal) = new.tribunal
        && !app.docket.tribunals().await?.iter().any(|line| line.id == tribunal)
    {
        return Err(wrong("tribunal", FieldFault::NoSuchThing));
    }
    if let Some(what) = app.docket.set_glossary(&new, by, app.clock.now().utc).await? {
        let (added, removed, altered) = (what.added.len(), what.removed.len(), what.altered.len());
        tracing::info!(tribunal = new.tribunal, added, removed, altered, "a glossary was changed");
    }
    lists(&app).await
}
