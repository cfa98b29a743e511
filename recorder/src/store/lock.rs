//! Object lock: asks a bucket to keep one version of an object until a day, or for as long as a hold
//! is on, and asks it back what it keeps.
//!
//! What is not here: which objects (`copy::locks`). These are four requests that `object_store` has no
//! names for; it signs and sends them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use model::Timestamp;
use object_store::aws::{AwsAuthorizer, AwsCredential};
use object_store::client::{HttpClient, HttpConnector as _, HttpRequest, ReqwestConnector};
use time::UtcDateTime;

use super::{ANSWER_CHARS_MAX, StoreConfig, StoreFault, client_options};

/// Nobody, whoever they are, can shorten it or take it off.
const MODE: &str = "COMPLIANCE";

/// The way to a bucket's locks.
#[derive(Debug)]
pub(super) struct Locks {
    client: HttpClient,
    credential: Option<AwsCredential>,
    region: String,
    /// Address of the bucket, without a slash at its end.
    bucket: String,
    /// How long what is put there is kept from then on, days.
    pub(super) days: u32,
}

/// What a bucket answered of one object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lock {
    /// Until when nobody can delete it, RFC 3339 in UTC; none when it is not locked so.
    pub(crate) until: Option<Timestamp>,
    /// A hold is on it.
    pub(crate) hold: bool,
}

impl Locks {
    pub(super) fn new(config: &StoreConfig, bucket: &str, days: u32) -> Result<Self, StoreFault> {
        let client = ReqwestConnector::default().connect(&client_options(config)?);
        let client = client.map_err(super::away("open", &config.place))?;
        let credential = config.access.as_ref().map(|(key, secret)| AwsCredential {
            key_id: key.clone(),
            secret_key: secret.reveal().clone(),
            token: None,
        });
        let endpoint = config.endpoint.as_deref().map_or_else(
            || format!("https://s3.{}.amazonaws.com", config.region),
            |endpoint| endpoint.trim_end_matches('/').to_owned(),
        );
        let bucket = format!("{endpoint}/{bucket}");
        Ok(Self { client, credential, region: config.region.clone(), bucket, days })
    }

    /// Locks one version of an object until `until`.
    pub(super) async fn retain(
        &self,
        object: &str,
        version: &str,
        until: Timestamp,
    ) -> Result<(), StoreFault> {
        let body = format!(
            "<Retention xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Mode>{MODE}</Mode>\
             <RetainUntilDate>{}</RetainUntilDate></Retention>",
            written(until)
        );
        self.ask("PUT", object, "retention", version, Some(body)).await.map(|_| ())
    }

    /// Puts a hold on one version of an object, or takes it off.
    pub(super) async fn hold(
        &self,
        object: &str,
        version: &str,
        on: bool,
    ) -> Result<(), StoreFault> {
        let status = if on { "ON" } else { "OFF" };
        let body = format!(
            "<LegalHold xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>{status}</Status>\
             </LegalHold>"
        );
        self.ask("PUT", object, "legal-hold", version, Some(body)).await.map(|_| ())
    }

    /// What the bucket says of one version of an object.
    pub(super) async fn read(&self, object: &str, version: &str) -> Result<Lock, StoreFault> {
        let retention = self.ask("GET", object, "retention", version, None).await?;
        let hold = self.ask("GET", object, "legal-hold", version, None).await?;
        let until = retention.as_deref().and_then(|answer| {
            let locked = between(answer, "Mode") == Some(MODE);
            between(answer, "RetainUntilDate").filter(|_| locked).and_then(read)
        });
        let hold = hold.as_deref().and_then(|answer| between(answer, "Status")) == Some("ON");
        Ok(Lock { until, hold })
    }

    /// One signed request: what was answered; nothing when there is no such lock.
    async fn ask(
        &self,
        method: &str,
        object: &str,
        what: &str,
        version: &str,
        body: Option<String>,
    ) -> Result<Option<String>, StoreFault> {
        let asks = body.is_none();
        let doing = format!("{method} {what} {object}");
        let away = |why: String| StoreFault::Away { doing: doing.clone(), why };
        let version = if version.is_empty() {
            String::new()
        } else {
            format!("&versionId={}", encoded(version, ""))
        };
        let url = format!("{}/{}?{what}{version}", self.bucket, encoded(object, "/"));
        let body = body.unwrap_or_default();
        let sum = STANDARD.encode(Md5::digest(body.as_bytes()));
        let mut request = HttpRequest::new(body.into());
        *request.method_mut() = method.parse().map_err(|_| away("no method".to_owned()))?;
        *request.uri_mut() = url.parse().map_err(|_| away(format!("{url} is no address")))?;
        if !asks {
            let sum = sum.parse().map_err(|_| away("no digest".to_owned()))?;
            request.headers_mut().insert("content-md5", sum);
        }
        if let Some(credential) = &self.credential {
            AwsAuthorizer::new(credential, "s3", &self.region)
                .try_authorize(&mut request, None)
                .map_err(|fault| away(fault.to_string()))?;
        }
        let answer = self.client.execute(request).await.map_err(|fault| away(fault.to_string()))?;
        let status = answer.status();
        let text = answer.into_body().bytes().await.map_err(|fault| away(fault.to_string()))?;
        let text = String::from_utf8_lossy(&text).into_owned();
        if status.is_success() {
            return Ok(Some(text));
        }
        let code = between(&text, "Code").unwrap_or_default();
        if asks
            && matches!(
                code,
                "NoSuchObjectLockConfiguration" | "ObjectLockConfigurationNotFoundError"
            )
        {
            return Ok(None);
        }
        let answer: String = text.chars().take(ANSWER_CHARS_MAX).collect();
        if matches!(code, "InvalidRequest" | "InvalidBucketState" | "NotImplemented") {
            return Err(StoreFault::Unusable(format!(
                "copy_lock_days 要求存储桶启用对象锁定（须在建桶时启用）：{answer}。 copy_lock_days \
                 needs a bucket that was made with object lock: {answer}"
            )));
        }
        Err(away(format!("{status} {answer}")))
    }
}

/// What stands in the first element of this name.
fn between<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    rest.split_once("</").map(|(inner, _)| inner.trim())
}

/// As addresses have it: letters, digits, `-_.~` and what `plain` names stay.
fn encoded(text: &str, plain: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        let letter = char::from(byte);
        if letter.is_ascii_alphanumeric() || "-_.~".contains(letter) || plain.contains(letter) {
            out.push(letter);
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// A moment as S3 writes it, whole seconds, never earlier.
fn written(at: Timestamp) -> String {
    let seconds = at.0.div_euclid(1_000) + i64::from(at.0.rem_euclid(1_000) > 0);
    let at = UtcDateTime::from_unix_timestamp(seconds).unwrap_or(UtcDateTime::UNIX_EPOCH);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

/// The reverse; parts of a second are left out.
fn read(text: &str) -> Option<Timestamp> {
    let part = |from: usize, to: usize| text.get(from..to)?.parse::<u16>().ok();
    let byte = |from: usize| u8::try_from(part(from, from + 2)?).ok();
    let month = time::Month::try_from(byte(5)?).ok()?;
    let date = time::Date::from_calendar_date(i32::from(part(0, 4)?), month, byte(8)?).ok()?;
    let clock = time::Time::from_hms(byte(11)?, byte(14)?, byte(17)?).ok()?;
    let seconds = UtcDateTime::new(date, clock).unix_timestamp();
    text.ends_with('Z').then_some(Timestamp(seconds * 1_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_and_read_as_s3_does() {
        assert_eq!(written(Timestamp(1_796_065_200_001)), "2026-11-30T19:00:01Z");
        assert_eq!(read("2026-11-30T19:00:01Z"), Some(Timestamp(1_796_065_201_000)));
        assert_eq!(read("2026-11-30T19:00:01.123456789Z"), Some(Timestamp(1_796_065_201_000)));
        for wrong in ["", "2026-11-30", "2026-13-30T19:00:01Z", "2026-11-30T19:00:01+08:00"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn names_are_written_as_addresses_have_them() {
        assert_eq!(encoded("h17/p3-camera-0001.webm.aes", "/"), "h17/p3-camera-0001.webm.aes");
        assert_eq!(encoded("案 1/a+b", "/"), "%E6%A1%88%201/a%2Bb");
        assert_eq!(between("<a><Mode> X </Mode></a>", "Mode"), Some("X"));
        assert_eq!(between("<a>", "Mode"), None);
    }
}
