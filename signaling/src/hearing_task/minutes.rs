//! Telling the court the minutes as they come: those on disk, each once to each page.
//!
//! What is not here: writing them down (`hearing_task/ledger.rs`).

use model::ParticipantId;
use model::limits::{MINUTES_PER_MESSAGE, MINUTES_TOLD_MAX};
use protocol::ServerMessage;

use super::HearingTask;

impl HearingTask {
    /// Tells one page of the court what it has not been told; nobody else is told anything.
    pub(super) fn tell_minutes(&mut self, who: ParticipantId) {
        if !self.role_of(who).is_some_and(model::Role::is_court) {
            return;
        }
        let minutes = self.ledger.minutes();
        let Some(page) = self.pages.get_mut(&who).filter(|page| page.welcomed) else { return };
        let from = page.minutes.max(minutes.len().saturating_sub(MINUTES_TOLD_MAX));
        page.minutes = minutes.len();
        for some in minutes.get(from..).unwrap_or_default().chunks(MINUTES_PER_MESSAGE) {
            page.outbox.push(ServerMessage::Minutes { minutes: some.to_vec() });
        }
    }
}
