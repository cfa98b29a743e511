//! The card of a person: what opens their own page, from a link or by their join code, and takes
//! their seat once.
//!
//! What is not here: what the page shows (`http/my.rs`).

use model::limits::SEAT_PASS_LIFE;
use model::{HearingId, ParticipantId, Private, Timestamp};
use sqlx::Row;

use super::sqlite::{self, to};
use super::{CodeUse, Docket, DocketFault};
use crate::secrets::TokenHash;

/// Adds what a card depends on: it ends when somebody who had the seat gets a new code.
pub(super) const STEP: &str =
    "ALTER TABLE participants ADD COLUMN card INTEGER NOT NULL DEFAULT 0;";

/// What a join code opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CodeOpens {
    /// Somebody's own page.
    Page(HearingId, ParticipantId),
    /// No such code.
    Unknown,
    /// Too old.
    Expired,
}

impl Docket {
    /// The card of somebody who comes with a code; none for others and once the sitting is over.
    pub(crate) async fn card(
        &self,
        who: ParticipantId,
    ) -> Result<Option<Private<String>>, DocketFault> {
        let edition = self.card_edition(who).await?;
        Ok(edition.map(|(_, edition)| self.secrets.card(who.0, edition)))
    }

    /// Whose card it is.
    pub(crate) async fn card_of(
        &self,
        card: &str,
    ) -> Result<Option<(HearingId, ParticipantId)>, DocketFault> {
        let number = card.split_once('-').and_then(|(number, _)| number.parse().ok());
        let Some(who) = number.map(ParticipantId) else { return Ok(None) };
        let edition = self.card_edition(who).await?;
        let fits = |edition| self.secrets.is_card(card, who.0, edition);
        Ok(edition.filter(|(_, edition)| fits(*edition)).map(|(hearing, _)| (hearing, who)))
    }

    async fn card_edition(
        &self,
        who: ParticipantId,
    ) -> Result<Option<(HearingId, i64)>, DocketFault> {
        let fault = to("look up a card");
        let row = sqlx::query(
            "SELECT hearing, card FROM participants JOIN hearings ON hearings.id = hearing
             WHERE participants.id = ? AND account IS NULL AND closed = 0",
        )
        .bind(who.0)
        .fetch_optional(self.sqlite.pool())
        .await
        .map_err(&fault)?;
        row.map(|row| Ok((HearingId(row.try_get("hearing")?), row.try_get("card")?)))
            .transpose()
            .map_err(&fault)
    }

    /// Whom a join code is for. The code stays as it is.
    pub(crate) async fn code_opens(
        &self,
        code: &str,
        now: Timestamp,
    ) -> Result<CodeOpens, DocketFault> {
        let fault = to("look up a join code");
        let row =
            sqlx::query("SELECT id, hearing, code_expires_at FROM participants WHERE code = ?")
                .bind(self.secrets.code_hash(code).bytes())
                .fetch_optional(self.sqlite.pool())
                .await
                .map_err(&fault)?;
        let Some(row) = row else { return Ok(CodeOpens::Unknown) };
        if row.try_get::<i64, _>("code_expires_at").map_err(&fault)? <= now.0 {
            return Ok(CodeOpens::Expired);
        }
        let hearing = HearingId(row.try_get("hearing").map_err(&fault)?);
        Ok(CodeOpens::Page(hearing, ParticipantId(row.try_get("id").map_err(&fault)?)))
    }

    /// Takes the seat of whoever the card is for, once.
    pub(crate) async fn use_card(
        &self,
        who: ParticipantId,
        now: Timestamp,
    ) -> Result<CodeUse, DocketFault> {
        let token = self.secrets.token();
        let pass = TokenHash::of(token.reveal());
        Ok(match self.sqlite.take_seat(who, None, &pass, now, SEAT_PASS_LIFE).await? {
            sqlite::Used::Seated(pass) => CodeUse::Seated { pass, token },
            sqlite::Used::Unknown => CodeUse::Unknown,
            sqlite::Used::Before => CodeUse::Used,
            sqlite::Used::Expired => CodeUse::Expired,
        })
    }
}
