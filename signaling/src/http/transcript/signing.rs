//! What a signature stands on, checked before it is asked for: the one-time code or the password of
//! a typed name, the signature by certificate, the picture of a page signed on paper.
//!
//! What is not here: who may sign what (crate `transcript`), and certificates themselves (the shelf's
//! room).

use std::sync::Arc;

use ::docket::Channel;
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::limits::{
    DOCKET_BODY_BYTES_MAX, NAME_CHARS_MAX, TRANSCRIPT_CERTIFICATE_BYTES_MAX,
    TRANSCRIPT_SCAN_BYTES_MAX,
};
use model::review::{CertificateFault, CodeWay, SignatureFile, SigningCode, SigningCodeAsk};
use model::{
    ParticipantId, Private, Refusal, ReviewAsk, SignFor, SignatureProof, SigningMethod, Timestamp,
};

use super::super::archive::blocking;
use super::super::sessions::{Failed, large};
use super::super::{App, Refused};
use super::{Asker, asker, sitting, text};
use crate::access::{Key, STATION_COOKIE, cookie};
use crate::courier::{CodeLetter, CourierFault, Outbox};
use crate::docket::Seated;

/// Bytes of a request that may hold a picture of paper, which base64 makes longer by a third.
pub(super) const SCAN_BODY_BYTES_MAX: usize = TRANSCRIPT_SCAN_BYTES_MAX / 3 * 4 + 64 * 1024;
/// Characters of the name of a terminal.
const TERMINAL_CHARS_MAX: usize = 80;
/// Codes are sent at least so far apart, ms.
const APART_MS: i64 = 30_000;

/// What a signature stands on besides the mark, and the file that belongs to it.
#[derive(Debug, Default)]
pub(super) struct Stood {
    pub(super) proved: Option<SignatureProof>,
    pub(super) brought: Option<(Vec<u8>, &'static str)>,
}

/// Checks what an ask brings.
pub(super) async fn stood(
    app: &App,
    asker: &Asker,
    who: ParticipantId,
    ask: &ReviewAsk,
    now: Timestamp,
) -> Result<Stood, Failed> {
    match ask {
        ReviewAsk::Sign { method: SigningMethod::Typed, code: Some(code), .. } => {
            let proved = Some(factor(app, asker, who, code, now).await?);
            Ok(Stood { proved, brought: None })
        }
        ReviewAsk::SignCertificate { version, signature, .. } => {
            certificate(app, asker, who, (*version, signature), now).await
        }
        ReviewAsk::SignFor { how: SignFor::OnPaper { scan, .. }, .. } => {
            let bytes = STANDARD.decode(scan.reveal()).map_err(|_| Refusal::FileNotReadable)?;
            if bytes.len() > TRANSCRIPT_SCAN_BYTES_MAX {
                return Err(Refusal::FileTooLarge.into());
            }
            let ending = picture(&bytes).ok_or(Refusal::FileNotReadable)?;
            let proved = Some(SignatureProof::Scan { file: SignatureFile::default() });
            Ok(Stood { proved, brought: Some((bytes, ending)) })
        }
        ReviewAsk::SignFor { how: SignFor::Here { .. }, .. }
        | ReviewAsk::Sign { .. }
        | ReviewAsk::Freeze {}
        | ReviewAsk::Reopen { .. }
        | ReviewAsk::Object { .. }
        | ReviewAsk::Correct { .. }
        | ReviewAsk::Decline { .. }
        | ReviewAsk::ReadAloud { .. }
        | ReviewAsk::Refuse { .. } => Ok(Stood::default()),
    }
}

/// The second factor of a typed name: people of the court give their password once more, everybody
/// else the code the court gave them.
async fn factor(
    app: &App,
    asker: &Asker,
    who: ParticipantId,
    code: &Private<String>,
    now: Timestamp,
) -> Result<SignatureProof, Failed> {
    if code.reveal().chars().count() > NAME_CHARS_MAX {
        return Err(Refusal::CodeWrong.into());
    }
    let Some(account) = asker.account else {
        let digits: String = code.reveal().chars().filter(char::is_ascii_digit).collect();
        let hash = app.docket.signing_code_hash(&digits);
        let way = app.transcripts.codes().take((asker.hearing, who), &hash, now)?;
        return Ok(SignatureProof::Code { way });
    };
    let key = Key::name(&format!("sign {}", account.0));
    app.attempts().begin(&key, app.clock.now().instant)?;
    if !app.docket.is_password(account, code.clone()).await? {
        return Err(Refusal::CodeWrong.into());
    }
    app.attempts().right(&key);
    Ok(SignatureProof::Password {})
}

/// A signature by certificate: over exactly the bytes this person signs, and in their own name.
async fn certificate(
    app: &App,
    asker: &Asker,
    who: ParticipantId,
    (version, signature): (u32, &Private<String>),
    now: Timestamp,
) -> Result<Stood, Failed> {
    let bytes = signature_bytes(signature.reveal()).ok_or(Refusal::CertificateForm)?;
    let review = app.transcripts.read(asker.hearing).await?.review;
    if review.version() != version {
        return Err(Refusal::SheetChanged.into());
    }
    let part = review.part_of(who).map(|part| part.who);
    let text = text(app, asker.hearing, version, part).await?;
    let name = asker.entry.person(who).map(|seated| seated.attendee.name.clone());
    let name = name.ok_or(Refusal::NotYourRight)?;
    let (shelf, kept) = (app.transcripts.shelf(), bytes.clone());
    let checked = tokio::task::spawn_blocking(move || shelf.certificate(&kept, &text, now)).await;
    let of = checked.map_err(|_| Refusal::ServerFault)?.map_err(|fault| match fault {
        CertificateFault::Form => Refusal::CertificateForm,
        CertificateFault::Text => Refusal::CertificateText,
        CertificateFault::Untrusted => Refusal::CertificateUntrusted,
        CertificateFault::Expired => Refusal::CertificateExpired,
        CertificateFault::Unused => Refusal::CertificateUnused,
    })?;
    if of.subject.reveal().trim() != name.reveal().trim() {
        return Err(Refusal::CertificateOther.into());
    }
    let file = SignatureFile::default();
    let (subject, issuer, serial) = (of.subject, of.issuer, of.serial);
    let proved = Some(SignatureProof::Certificate { file, subject, issuer, serial });
    Ok(Stood { proved, brought: Some((bytes, "p7s")) })
}

/// The bytes of an uploaded signature: base64 of DER, or of PEM.
fn signature_bytes(text: &str) -> Option<Vec<u8>> {
    let bytes = STANDARD.decode(text).ok()?;
    if !bytes.starts_with(b"-----BEGIN ") {
        return (bytes.len() <= TRANSCRIPT_CERTIFICATE_BYTES_MAX).then_some(bytes);
    }
    let pem = String::from_utf8(bytes).ok()?;
    let inside: String =
        pem.lines().map(str::trim).filter(|line| !line.starts_with("-----")).collect();
    STANDARD.decode(inside).ok().filter(|der| der.len() <= TRANSCRIPT_CERTIFICATE_BYTES_MAX)
}

/// What a picture of a page is; none for anything else. It is kept and handed out as a file, and
/// never shown inside a page of the court.
fn picture(bytes: &[u8]) -> Option<&'static str> {
    const KNOWN: [(&[u8], &str); 3] =
        [(&[0xff, 0xd8, 0xff], "jpg"), (b"\x89PNG\r\n\x1a\n", "png"), (b"%PDF-", "pdf")];
    KNOWN.into_iter().find(|(head, _)| bytes.starts_with(head)).map(|(_, ending)| ending)
}

/// What the terminal is called on which something is done.
pub(super) async fn terminal(
    app: &App,
    headers: &HeaderMap,
    asker: &Asker,
    person: &Seated,
) -> Result<String, Failed> {
    let station = match cookie(headers, STATION_COOKIE) {
        Some(token) => app.docket.station(&token, app.clock.now().utc).await?,
        None => None,
    };
    let name = match station {
        Some((pass, _)) => pass.name,
        None if asker.court => "法院人员的终端".to_owned(),
        None if person.attendee.site_name.is_empty() => "本人的终端".to_owned(),
        None => person.attendee.site_name.clone(),
    };
    Ok(name.chars().take(TERMINAL_CHARS_MAX).collect())
}

/// Gives out the one-time code of a typed signature: to who keeps the transcript, who tells it, or by
/// text message to who signs.
pub(super) async fn code(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(hearing): Path<String>,
    request: Body,
) -> Result<Json<SigningCode>, Failed> {
    let asker = asker(&app, &headers, &hearing).await?;
    let SigningCodeAsk { who: whom } = large(request, DOCKET_BODY_BYTES_MAX).await?;
    let me = asker.who.ok_or(Refusal::NotYourRight)?;
    let sitting = sitting(&app, &asker).await?;
    if whom.is_some() && !sitting.keepers.contains(&me) {
        return Err(Refusal::NotYourRight.into());
    }
    let whose = whom.unwrap_or(me);
    let review = app.transcripts.read(asker.hearing).await?.review.view(None);
    let signs =
        review.signers.contains(&whose) || review.parts.iter().any(|part| part.who == whose);
    if !review.frozen {
        return Err(Refusal::TranscriptOpen.into());
    }
    let person = asker.entry.person(whose).filter(|person| signs && person.account.is_none());
    let person = person.ok_or(Refusal::NobodyThere)?;
    let now = app.clock.now().utc;
    let (code, hash) = app.docket.signing_code();
    let key = (asker.hearing, whose);
    if whom.is_some() {
        let way = CodeWay::Told;
        let until = app.transcripts.codes().give(key, (hash, way), now);
        return Ok(Json(SigningCode { way, code: Some(code), until }));
    }
    if app.transcripts.codes().is_fresh(key, now, APART_MS) {
        return Err(Refusal::TooFast.into());
    }
    let letter = CodeLetter {
        hearing: asker.hearing,
        channel: Channel::Sms,
        to: person.phone.clone(),
        name: person.attendee.name.clone(),
        text: Private::new(format!(
            "【{}】您正在对第{}版笔录签名，验证码{}，十分钟内有效。请勿告知他人。",
            asker.entry.heading.court,
            review.version,
            code.reveal()
        )),
    };
    match Outbox::new(app.outbox.clone()).carry_code(&letter, whose, now).await {
        Ok(()) => {}
        Err(CourierFault::NoAddress) => return Err(Refusal::NoPhone.into()),
        Err(fault) => {
            tracing::warn!(hearing = %asker.hearing, %fault, "a code was not taken");
            return Err(Refusal::ServerFault.into());
        }
    }
    let way = CodeWay::Sms;
    let until = app.transcripts.codes().give(key, (hash, way), now);
    Ok(Json(SigningCode { way, code: None, until }))
}

/// A picture of a signed page or a signature by certificate, for the court.
pub(super) async fn file(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path((hearing, name)): Path<(String, String)>,
) -> Result<Response, Failed> {
    let asker = asker(&app, &headers, &hearing).await?;
    if !asker.court {
        return Err(Refusal::NotFound.into());
    }
    let kind = match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("jpg") => "image/jpeg",
        Some("png") => "image/png",
        Some("pdf") => "application/pdf",
        Some("p7s") => "application/pkcs7-signature",
        _ => return Err(Refusal::NotFound.into()),
    };
    let (shelf, hearing, asked) = (app.transcripts.shelf(), asker.hearing, name.clone());
    let read = blocking(&app, &app.reads, move || shelf.file(hearing, &asked)).await;
    let bytes = read.map_err(|_: Refused| Refusal::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_come_as_der_or_pem_and_no_longer_than_they_may() {
        let der = [0x30, 3, 2, 1, 5];
        assert_eq!(signature_bytes(&STANDARD.encode(der)), Some(der.to_vec()));
        let pem = format!("-----BEGIN CMS-----\r\n{}\r\n-----END CMS-----\n", STANDARD.encode(der));
        assert_eq!(signature_bytes(&STANDARD.encode(pem)), Some(der.to_vec()));
        assert_eq!(signature_bytes("no base64"), None);
        let long = vec![0_u8; TRANSCRIPT_CERTIFICATE_BYTES_MAX + 1];
        assert_eq!(signature_bytes(&STANDARD.encode(long)), None);
    }

    #[test]
    fn a_page_of_paper_is_a_picture_or_a_pdf() {
        assert_eq!(picture(&[0xff, 0xd8, 0xff, 0xe0]), Some("jpg"));
        assert_eq!(picture(b"%PDF-1.7"), Some("pdf"));
        for other in [&b"<html>"[..], b"<svg", b"MZ", b""] {
            assert_eq!(picture(other), None);
        }
    }
}
