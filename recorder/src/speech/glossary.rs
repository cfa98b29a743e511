//! Words of each court's own that its engine of speech is told: what people there say and an engine
//! does not know.
//!
//! What is not here: where they are kept and edited; that room hands them in.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use model::HearingId;
use tokio::time::timeout;

/// A hearing does not wait longer for the words of its court.
const WORDS_WAIT: Duration = Duration::from_secs(2);

/// Words with their weights, 1 to 100.
type Weighed = Vec<(String, u8)>;

/// Words for a hearing, by its number and the name of its court.
type Words = dyn Fn(HearingId, &str) -> BoxFuture<'static, Weighed> + Send + Sync;

/// Gives the words of a court.
#[derive(Clone)]
pub struct Glossary(Arc<Words>);

impl Glossary {
    /// A glossary that is looked up when a hearing begins.
    pub fn new(
        words: impl Fn(HearingId, &str) -> BoxFuture<'static, Weighed> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(words))
    }

    /// The words for a hearing; none when they do not come in time.
    pub(super) async fn words(&self, hearing: HearingId, court: &str) -> Weighed {
        timeout(WORDS_WAIT, (self.0)(hearing, court)).await.unwrap_or_else(|_| {
            tracing::warn!(%hearing, "the glossary did not come in time and is not used");
            Vec::new()
        })
    }
}

impl Default for Glossary {
    fn default() -> Self {
        Self::new(|_, _| Box::pin(async { Vec::new() }))
    }
}

impl core::fmt::Debug for Glossary {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Glossary")
    }
}
