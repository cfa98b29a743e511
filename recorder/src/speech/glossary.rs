//! Words of each court's own that its engine of speech is told: what people there say and an engine
//! does not know.
//!
//! What is not here: where they are kept and edited; that room hands them in.

use std::sync::Arc;

/// Words of a court, by its name.
type Words = dyn Fn(&str) -> Vec<String> + Send + Sync;

/// Gives the words of a court by its name.
#[derive(Clone)]
pub struct Glossary(Arc<Words>);

impl Glossary {
    /// A glossary that is looked up when a hearing begins.
    pub fn new(words: impl Fn(&str) -> Vec<String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(words))
    }

    pub(super) fn words(&self, court: &str) -> Vec<String> {
        (self.0)(court)
    }
}

impl Default for Glossary {
    fn default() -> Self {
        Self::new(|_| Vec::new())
    }
}

impl core::fmt::Debug for Glossary {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Glossary")
    }
}
