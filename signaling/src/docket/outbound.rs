//! Webhooks with their deliveries, and tokens of the case system, as rows.
//!
//! What is not here: posting (`courier`).

use ::docket::api::{DeliveryLine, TokenLine, WebhookLine};
use model::{HearingId, Private, Timestamp};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::sqlite::{private, to};
use super::{Docket, DocketFault};
use crate::secrets::TokenHash;

/// Webhooks of one court.
const WEBHOOKS_MAX: i64 = 20;
/// Deliveries that wait; the oldest give way.
const WAITING_MAX: i64 = 5_000;
/// Tokens of one court.
const TOKENS_MAX: i64 = 50;
/// How often a delivery is tried.
const TRIES_MAX: usize = 6;
/// How long to wait after each try that failed, ms.
const WAITS_MS: [i64; TRIES_MAX - 1] = [10_000, 60_000, 300_000, 1_800_000, 7_200_000];

/// A delivery that is due.
#[derive(Clone, Debug)]
pub(crate) struct Due {
    pub(crate) id: u32,
    pub(crate) url: String,
    pub(crate) secret: Private<String>,
    pub(crate) event: String,
    pub(crate) body: Private<String>,
    tries: usize,
}

impl Docket {
    /// Adds a webhook, or changes the events of one: its number and new secret; none when there is
    /// no room.
    pub(crate) async fn add_webhook(
        &self,
        url: &str,
        events: &[String],
    ) -> Result<Option<(u32, Private<String>)>, DocketFault> {
        let fault = to("add a webhook");
        let secret = self.token();
        let row = sqlx::query(
            "INSERT INTO webhooks (url, secret, events)
             SELECT ?1, ?2, ?3 WHERE (SELECT count(*) FROM webhooks WHERE url <> ?1) < ?4
             ON CONFLICT (url) DO UPDATE SET secret = excluded.secret, events = excluded.events
             RETURNING id",
        )
        .bind(url)
        .bind(secret.reveal())
        .bind(events.join(","))
        .bind(WEBHOOKS_MAX)
        .fetch_optional(self.sqlite.pool())
        .await
        .map_err(&fault)?;
        row.map(|row| Ok((row.try_get(0)?, secret))).transpose().map_err(&fault)
    }

    /// Takes a webhook away with its deliveries; false when there is none.
    pub(crate) async fn drop_webhook(&self, id: u32) -> Result<bool, DocketFault> {
        let done = sqlx::query("DELETE FROM webhooks WHERE id = ?")
            .bind(id)
            .execute(self.sqlite.pool())
            .await
            .map_err(to("drop a webhook"))?;
        Ok(done.rows_affected() == 1)
    }

    /// Every webhook.
    pub(crate) async fn webhooks(&self) -> Result<Vec<WebhookLine>, DocketFault> {
        let fault = to("list webhooks");
        let rows = sqlx::query("SELECT id, url, events FROM webhooks ORDER BY id")
            .fetch_all(self.sqlite.pool())
            .await
            .map_err(&fault)?;
        let line = |row: &SqliteRow| -> Result<WebhookLine, sqlx::Error> {
            Ok(WebhookLine {
                id: row.try_get("id")?,
                url: row.try_get("url")?,
                events: words(&row.try_get::<String, _>("events")?),
            })
        };
        rows.iter().map(line).collect::<Result<_, _>>().map_err(&fault)
    }

    /// Puts an event on its way to every webhook that wants it; how many those are.
    pub(crate) async fn announce(
        &self,
        event: &str,
        hearing: Option<HearingId>,
        body: &serde_json::Value,
        now: Timestamp,
    ) -> Result<u32, DocketFault> {
        let fault = to("announce an event");
        let wanted = self.webhooks().await?;
        let wanted = wanted.iter().filter(|hook| {
            hook.events.is_empty() || hook.events.iter().any(|wanted| wanted == event)
        });
        let letter = serde_json::json!({
            "event": event,
            "at": now,
            "hearing": hearing,
            "body": body,
        });
        let mut count = 0;
        for hook in wanted {
            sqlx::query(
                "INSERT INTO deliveries (webhook, event, body, made_at, due_at)
                 VALUES (?, ?, ?, ?, ?)",
            )
            .bind(hook.id)
            .bind(event)
            .bind(letter.to_string())
            .bind(now.0)
            .bind(now.0)
            .execute(self.sqlite.pool())
            .await
            .map_err(&fault)?;
            count += 1;
        }
        if count > 0 {
            sqlx::query("DELETE FROM deliveries WHERE id <= (SELECT max(id) FROM deliveries) - ?")
                .bind(WAITING_MAX)
                .execute(self.sqlite.pool())
                .await
                .map_err(&fault)?;
        }
        Ok(count)
    }

    /// The delivery that is due longest.
    pub(crate) async fn due_delivery(&self, now: Timestamp) -> Result<Option<Due>, DocketFault> {
        let fault = to("look for deliveries");
        let row = sqlx::query(
            "SELECT deliveries.*, url, secret FROM deliveries JOIN webhooks ON webhooks.id = webhook
             WHERE state = 'waiting' AND due_at <= ? ORDER BY due_at, deliveries.id LIMIT 1",
        )
        .bind(now.0)
        .fetch_optional(self.sqlite.pool())
        .await
        .map_err(&fault)?;
        let due = |row: SqliteRow| -> Result<Due, sqlx::Error> {
            Ok(Due {
                id: row.try_get("id")?,
                url: row.try_get("url")?,
                secret: private(&row, "secret")?,
                event: row.try_get("event")?,
                body: private(&row, "body")?,
                tries: usize::try_from(row.try_get::<i64, _>("tries")?).unwrap_or(TRIES_MAX),
            })
        };
        row.map(due).transpose().map_err(&fault)
    }

    /// Notes what became of a try: delivered, to be tried again later, or given up.
    pub(crate) async fn tried(
        &self,
        due: &Due,
        answer: Result<u16, String>,
        now: Timestamp,
    ) -> Result<(), DocketFault> {
        let (status, fault_text) = match answer {
            Ok(status) => (Some(status), String::new()),
            Err(fault) => (None, fault),
        };
        let delivered = status.is_some_and(|status| (200..300).contains(&status));
        let wait = WAITS_MS.get(due.tries).copied();
        let state = match (delivered, wait) {
            (true, _) => "delivered",
            (false, Some(_)) => "waiting",
            (false, None) => "given_up",
        };
        sqlx::query(
            "UPDATE deliveries SET state = ?, tries = tries + 1, status = ?, fault = ?, due_at = ?
             WHERE id = ?",
        )
        .bind(state)
        .bind(status)
        .bind(fault_text)
        .bind(now.0.saturating_add(wait.unwrap_or_default()))
        .bind(due.id)
        .execute(self.sqlite.pool())
        .await
        .map_err(to("note a delivery"))?;
        Ok(())
    }

    /// The last deliveries, newest first.
    pub(crate) async fn deliveries(&self) -> Result<Vec<DeliveryLine>, DocketFault> {
        let fault = to("list deliveries");
        let rows = sqlx::query("SELECT * FROM deliveries ORDER BY id DESC LIMIT 100")
            .fetch_all(self.sqlite.pool())
            .await
            .map_err(&fault)?;
        let line = |row: &SqliteRow| -> Result<DeliveryLine, sqlx::Error> {
            Ok(DeliveryLine {
                id: row.try_get("id")?,
                webhook: row.try_get("webhook")?,
                event: row.try_get("event")?,
                state: row.try_get("state")?,
                tries: row.try_get("tries")?,
                status: row.try_get("status")?,
                fault: row.try_get("fault")?,
                made_at: Timestamp(row.try_get("made_at")?),
            })
        };
        rows.iter().map(line).collect::<Result<_, _>>().map_err(&fault)
    }

    /// Makes a token for the case system; none when there is no room.
    pub(crate) async fn make_token(
        &self,
        name: &str,
        scopes: &[String],
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<Option<(u32, Private<String>)>, DocketFault> {
        let fault = to("make a token");
        let token = self.token();
        let row = sqlx::query(
            "INSERT INTO api_tokens (name, token, scopes, made_at, expires_at)
             SELECT ?, ?, ?, ?, ? WHERE (SELECT count(*) FROM api_tokens) < ? RETURNING id",
        )
        .bind(name)
        .bind(TokenHash::of(token.reveal()).bytes())
        .bind(scopes.join(","))
        .bind(now.0)
        .bind(expires_at.0)
        .bind(TOKENS_MAX)
        .fetch_optional(self.sqlite.pool())
        .await
        .map_err(&fault)?;
        row.map(|row| Ok((row.try_get(0)?, token))).transpose().map_err(&fault)
    }

    /// Takes a token back; false when there is none.
    pub(crate) async fn drop_token(&self, id: u32) -> Result<bool, DocketFault> {
        let done = sqlx::query("DELETE FROM api_tokens WHERE id = ?")
            .bind(id)
            .execute(self.sqlite.pool())
            .await
            .map_err(to("drop a token"))?;
        Ok(done.rows_affected() == 1)
    }

    /// Whether a token is good for something now.
    pub(crate) async fn token_may(
        &self,
        token: &str,
        scope: &str,
        now: Timestamp,
    ) -> Result<Option<bool>, DocketFault> {
        let fault = to("look up a token");
        let row = sqlx::query("SELECT scopes FROM api_tokens WHERE token = ? AND expires_at > ?")
            .bind(TokenHash::of(token).bytes())
            .bind(now.0)
            .fetch_optional(self.sqlite.pool())
            .await
            .map_err(&fault)?;
        row.map(|row| Ok(words(&row.try_get::<String, _>(0)?).iter().any(|has| has == scope)))
            .transpose()
            .map_err(&fault)
    }

    /// Every token, without itself.
    pub(crate) async fn tokens(&self) -> Result<Vec<TokenLine>, DocketFault> {
        let fault = to("list tokens");
        let rows = sqlx::query("SELECT id, name, scopes, expires_at FROM api_tokens ORDER BY id")
            .fetch_all(self.sqlite.pool())
            .await
            .map_err(&fault)?;
        let line = |row: &SqliteRow| -> Result<TokenLine, sqlx::Error> {
            Ok(TokenLine {
                id: row.try_get("id")?,
                name: row.try_get("name")?,
                scopes: words(&row.try_get::<String, _>("scopes")?),
                expires_at: Timestamp(row.try_get("expires_at")?),
            })
        };
        rows.iter().map(line).collect::<Result<_, _>>().map_err(&fault)
    }
}

fn words(text: &str) -> Vec<String> {
    text.split(',').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}
