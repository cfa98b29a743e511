//! Carries notices and events out of the house: files for a carrier's program, and signed posts to
//! webhooks.
//!
//! What is not here: what is in them, and which are due (`docket/outbound.rs`).

use std::fmt::Write as _;
use std::future::Future;
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use ::docket::Channel;
use hyper::body::Bytes;
use model::{HearingId, ParticipantId, Private, Timestamp};
use ring::hmac;
use serde::Serialize;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_rustls::TlsConnector;

use crate::clock::Clock;
use crate::docket::{Docket, DocketFault};
use crate::outbound::{OutboundFault, Post, trusted_tls};

/// How often due deliveries are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long one post may take.
const POST_WAIT: Duration = Duration::from_secs(10);
/// Deliveries posted in a row before looking at the clock again.
const POSTS_MAX: u32 = 50;

/// A notice to one person.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Letter {
    /// Its number.
    pub(crate) notice: u32,
    /// Of which sitting.
    pub(crate) hearing: HearingId,
    /// How.
    pub(crate) channel: Channel,
    /// Telephone number or address.
    pub(crate) to: Private<String>,
    /// Name.
    pub(crate) name: Private<String>,
    /// The text.
    pub(crate) text: Private<String>,
}

/// Why a letter was not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CourierFault {
    /// There is no number or address.
    #[error("no telephone number or address")]
    NoAddress,
    /// Nobody takes letters of this kind.
    #[error("nobody takes such notices")]
    NobodyTakesIt,
    /// The disk said no.
    #[error("cannot write the outbox: {0}")]
    Disk(#[from] io::Error),
    /// The docket failed.
    #[error(transparent)]
    Docket(#[from] DocketFault),
}

/// What a courier answers.
type Carried<'a> = Pin<Box<dyn Future<Output = Result<(), CourierFault>> + Send + 'a>>;

/// Takes a notice to somebody who brings it.
pub(crate) trait Courier: Send + Sync {
    /// Gives it to the carrier; being taken is not yet being delivered.
    fn carry<'a>(&'a self, letter: &'a Letter, now: Timestamp) -> Carried<'a>;
}

/// Lays each notice as a file into a folder, from which the program of an SMS gateway or mail
/// server takes it: whole files alone, as `sms-17.json`.
#[derive(Clone, Debug)]
pub(crate) struct Outbox {
    folder: PathBuf,
}

impl Outbox {
    pub(crate) const fn new(folder: PathBuf) -> Self {
        Self { folder }
    }
}

/// A one-time code to one person.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CodeLetter {
    /// Of which sitting.
    pub(crate) hearing: HearingId,
    /// How: always by text message.
    pub(crate) channel: Channel,
    /// Telephone number.
    pub(crate) to: Private<String>,
    /// Name.
    pub(crate) name: Private<String>,
    /// The text.
    pub(crate) text: Private<String>,
}

impl Outbox {
    /// Lays a code for the gateway to take, as `sms-code-h17-p13-1760000000000.json`.
    pub(crate) async fn carry_code(
        &self,
        letter: &CodeLetter,
        who: ParticipantId,
        now: Timestamp,
    ) -> Result<(), CourierFault> {
        if letter.to.reveal().is_empty() {
            return Err(CourierFault::NoAddress);
        }
        let name = format!("sms-code-{}-p{}-{}.json", letter.hearing, who.0, now.0);
        self.lay(name, serde_json::to_vec(letter).map_err(io::Error::other)?).await
    }

    /// Puts a file into the folder, whole or not at all.
    async fn lay(&self, name: String, text: Vec<u8>) -> Result<(), CourierFault> {
        let folder = self.folder.clone();
        let written = tokio::task::spawn_blocking(move || -> io::Result<()> {
            std::fs::create_dir_all(&folder)?;
            let draft = folder.join(format!(".{name}.part"));
            crate::certificate::write_private(&draft, &text).map_err(io::Error::other)?;
            std::fs::rename(draft, folder.join(name))
        });
        written.await.map_err(io::Error::other)??;
        Ok(())
    }
}

impl Courier for Outbox {
    fn carry<'a>(&'a self, letter: &'a Letter, _now: Timestamp) -> Carried<'a> {
        Box::pin(async move {
            if letter.to.reveal().is_empty() {
                return Err(CourierFault::NoAddress);
            }
            let name = match letter.channel {
                Channel::Sms => format!("sms-{}.json", letter.notice),
                Channel::Email => format!("email-{}.json", letter.notice),
                Channel::Webhook | Channel::Paper => return Err(CourierFault::NobodyTakesIt),
            };
            self.lay(name, serde_json::to_vec(letter).map_err(io::Error::other)?).await
        })
    }
}

/// Puts each notice on its way to the webhooks that want notices.
#[derive(Clone, Debug)]
pub(crate) struct Hooks {
    docket: Arc<Docket>,
}

impl Hooks {
    pub(crate) const fn new(docket: Arc<Docket>) -> Self {
        Self { docket }
    }
}

impl Courier for Hooks {
    fn carry<'a>(&'a self, letter: &'a Letter, now: Timestamp) -> Carried<'a> {
        Box::pin(async move {
            let body = serde_json::to_value(letter).map_err(io::Error::other)?;
            let taken = self.docket.announce("notice", Some(letter.hearing), &body, now).await?;
            if taken == 0 { Err(CourierFault::NobodyTakesIt) } else { Ok(()) }
        })
    }
}

/// Posts what is due until the room stops.
pub(crate) async fn post_due(
    docket: Arc<Docket>,
    clock: Clock,
    mut stopping: watch::Receiver<bool>,
) {
    let tls = trusted_tls();
    let mut look = interval(LOOK_EVERY);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = look.tick() => {}
            _ = stopping.wait_for(|stop| *stop) => break,
        }
        for _ in 0..POSTS_MAX {
            match post_one(&docket, &clock, tls.as_ref()).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(fault) => {
                    tracing::error!(%fault, "deliveries cannot be read");
                    break;
                }
            }
        }
    }
}

/// Posts the delivery that is due longest; false when none is.
pub(crate) async fn post_one(
    docket: &Docket,
    clock: &Clock,
    tls: Option<&TlsConnector>,
) -> Result<bool, DocketFault> {
    let Some(due) = docket.due_delivery(clock.now().utc).await? else { return Ok(false) };
    let at = clock.now().utc;
    let sent = post(&due.url, &due.event, due.id, &due.secret, at, &due.body, tls);
    let answer = match timeout(POST_WAIT, sent).await {
        Ok(answer) => answer.map_err(|fault| fault.to_string()),
        Err(_) => Err("no answer in time".to_owned()),
    };
    if !matches!(answer, Ok(200..=299)) {
        tracing::warn!(delivery = due.id, ?answer, "a webhook did not take its delivery");
    }
    docket.tried(&due, answer, clock.now().utc).await?;
    Ok(true)
}

/// HMAC-SHA256 over the time and the body, hexadecimal: what `X-Assize-Signature` says.
pub(crate) fn signature(secret: &str, at: Timestamp, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, format!("{}.{body}", at.0).as_bytes());
    tag.as_ref().iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string does not fail");
        text
    })
}

async fn post(
    url: &str,
    event: &str,
    id: u32,
    secret: &Private<String>,
    at: Timestamp,
    body: &Private<String>,
    tls: Option<&TlsConnector>,
) -> Result<u16, OutboundFault> {
    let headers = [
        ("content-type", "application/json; charset=utf-8".to_owned()),
        ("x-assize-event", event.to_owned()),
        ("x-assize-delivery", id.to_string()),
        ("x-assize-time", at.0.to_string()),
        ("x-assize-signature", signature(secret.reveal(), at, body.reveal())),
    ];
    let body = Bytes::from(body.reveal().clone());
    let (status, _) =
        Post { url, headers: &headers, body, answer_bytes_max: None }.send(tls).await?;
    Ok(status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_those_of_any_hmac_tool() {
        // printf '5.{}' | openssl dgst -sha256 -hmac key
        let expected = "9be615aec64f0d044b5ad6854ab1d893ec88617fb728d2149dcd3a3428e8c45d";
        let made = signature("key", Timestamp(5), "{}");
        assert_eq!(made, expected);
        assert_ne!(made, signature("key", Timestamp(6), "{}"), "the time is signed too");
        assert_ne!(made, signature("yek", Timestamp(5), "{}"));
    }
}
